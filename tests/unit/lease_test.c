/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "userd/lease.h"

#include <stdio.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, KEEP_MS = 30 * MINUTE, STEPS = 20000 };

static const char *const	act_names[] = {
	[ACT_ASK_KEY] = "ask", [ACT_CONNECT] = "connect", [ACT_CLOSE] = "close",
	[ACT_KEEP] = "keep", [ACT_TELL_GAP] = "gap", [ACT_TELL_UP] = "up",
};

static const char *const	event_names[] = {
	[ON_START] = "start", [ON_KEY] = "key", [ON_NO_KEY] = "no key", [ON_UP] = "up",
	[ON_DOWN] = "down", [ON_EXPIRED] = "expired", [ON_KEPT] = "kept",
	[ON_NOT_KEPT] = "not kept", [ON_TIME] = "time",
};
_Static_assert(NITEMS(event_names) == LEASE_ON_N, "event_names");

static mono_t
at(int64_t ms)
{
	return mono_after_ms((mono_t){ INT64_C(1000000) }, ms);
}

static void
check_acts(const struct lease_acts *out, const char *want)
{
	char	 text[80] = "";
	size_t	 n = 0;

	for (size_t i = 0; i < out->n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i > 0 ? " " : "",
		    act_names[out->v[i]]);
	CHECK_STR(text, want);
}

/* The way to each state when nothing goes wrong. */
static void
bring_to(struct lease *l, enum lease_state s)
{
	static const enum lease_event	way[] = { ON_START, ON_KEY, ON_UP };
	struct lease_acts		out;

	lease_init(l, KEEP_MS);
	for (int i = 0; i < (int)s; i++)
		lease_step(l, way[i], at(0), &out);
	CHECK_INT(l->state, s);
}

/* Every event in every state: what is not here changes nothing. */
static void
every_event_in_every_state(void **state)
{
	static const struct {
		enum lease_state	 from;
		enum lease_event	 on;
		enum lease_state	 to;
		const char		*acts;
		int64_t			 wake_ms;
	} rows[] = {
		{ LEASE_NONE,    ON_START,    LEASE_ASKING,  "gap ask",   15 * SECOND },
		{ LEASE_NONE,    ON_TIME,     LEASE_ASKING,  "gap ask",   15 * SECOND },
		{ LEASE_ASKING,  ON_KEY,      LEASE_OPENING, "connect",   15 * SECOND },
		{ LEASE_ASKING,  ON_NO_KEY,   LEASE_NONE,    "",          250 },
		{ LEASE_ASKING,  ON_TIME,     LEASE_NONE,    "",          250 },
		{ LEASE_OPENING, ON_UP,       LEASE_LIVE,    "up",        KEEP_MS },
		{ LEASE_OPENING, ON_DOWN,     LEASE_NONE,    "close",     250 },
		{ LEASE_OPENING, ON_EXPIRED,  LEASE_NONE,    "close",     250 },
		{ LEASE_OPENING, ON_TIME,     LEASE_NONE,    "close",     250 },
		{ LEASE_LIVE,    ON_DOWN,     LEASE_NONE,    "gap close", 250 },
		{ LEASE_LIVE,    ON_EXPIRED,  LEASE_NONE,    "gap close", 250 },
		{ LEASE_LIVE,    ON_TIME,     LEASE_LIVE,    "keep",      15 * SECOND },
		{ LEASE_LIVE,    ON_KEPT,     LEASE_LIVE,    "",          KEEP_MS },
		{ LEASE_LIVE,    ON_NOT_KEPT, LEASE_LIVE,    "",          30 * SECOND },
	};
	int	 met = 0;

	(void)state;
	for (int s = 0; s < LEASE_N; s++) {
		for (int on = 0; on < LEASE_ON_N; on++) {
			struct lease		 l;
			struct lease_acts	 out;
			size_t			 i = 0;

			check_row("%s in %s", event_names[on],
			    lease_state_name((enum lease_state)s));
			bring_to(&l, (enum lease_state)s);
			const struct lease	 before = l;
			lease_step(&l, (enum lease_event)on, at(MINUTE), &out);
			while (i < NITEMS(rows) &&
			    ((int)rows[i].from != s || (int)rows[i].on != on))
				i++;
			met += i < NITEMS(rows);
			check_acts(&out, i < NITEMS(rows) ? rows[i].acts : "");
			CHECK_INT(l.state, i < NITEMS(rows) ? rows[i].to : before.state);
			CHECK_INT(l.wake.us, i < NITEMS(rows) ? at(MINUTE + rows[i].wake_ms).us :
			    before.wake.us);
		}
	}
	CHECK_INT(met, NITEMS(rows));
}

/* The stories a day is made of; each step at its time, and nobody sleeps. */
static void
a_day_of_the_stream(void **state)
{
	static const struct {
		int64_t			 at_ms;
		enum lease_event	 on;
		const char		*acts;
	} rows[] = {
		{ 0,                        ON_START,    "gap ask" },
		{ 100,                      ON_KEY,      "connect" },
		{ 300,                      ON_UP,       "up" },
		/* renewed every half hour */
		{ 300 + KEEP_MS,            ON_TIME,     "keep" },
		{ 400 + KEEP_MS,            ON_KEPT,     "" },
		{ 400 + 2 * KEEP_MS,        ON_TIME,     "keep" },
		/* refused for no clear reason: asked again soon, and the stream stays */
		{ 500 + 2 * KEEP_MS,        ON_NOT_KEPT, "" },
		{ 500 + 2 * KEEP_MS + 30000, ON_TIME,    "keep" },
		/* no answer at all */
		{ 500 + 2 * KEEP_MS + 45000, ON_TIME,    "keep" },
		{ 600 + 2 * KEEP_MS + 45000, ON_KEPT,    "" },
		/* expired: one gap, however long it takes, and its end */
		{ 3 * KEEP_MS,              ON_EXPIRED,  "gap close" },
		{ 3 * KEEP_MS + 10,         ON_DOWN,     "" },		/* of what was closed */
		{ 3 * KEEP_MS + 250,        ON_TIME,     "ask" },
		{ 3 * KEEP_MS + 300,        ON_NO_KEY,   "" },
		{ 3 * KEEP_MS + 800,        ON_TIME,     "ask" },
		{ 3 * KEEP_MS + 900,        ON_KEY,      "connect" },
		{ 3 * KEEP_MS + 1000,       ON_DOWN,     "close" },
		{ 3 * KEEP_MS + 2000,       ON_TIME,     "ask" },
		{ 3 * KEEP_MS + 17000,      ON_TIME,     "" },		/* stuck */
		{ 3 * KEEP_MS + 17500,      ON_KEY,      "" },		/* too late */
		{ 3 * KEEP_MS + 19000,      ON_TIME,     "ask" },
		{ 3 * KEEP_MS + 19100,      ON_KEY,      "connect" },
		{ 3 * KEEP_MS + 19200,      ON_UP,       "up" },
		/* the connection is lost after 24 hours, as the exchange says it is */
		{ 24 * 60 * MINUTE,         ON_DOWN,     "gap close" },
		{ 24 * 60 * MINUTE + 250,   ON_TIME,     "ask" },
	};
	struct lease	 l;

	(void)state;
	lease_init(&l, KEEP_MS);
	CHECK_INT(l.state, LEASE_NONE);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct lease_acts	 out;

		check_row("%zu: %s at %lld ms", i, event_names[rows[i].on],
		    (long long)rows[i].at_ms);
		if (rows[i].on == ON_TIME)
			CHECK_INT(l.wake.us, at(rows[i].at_ms).us);
		lease_step(&l, rows[i].on, at(rows[i].at_ms), &out);
		check_acts(&out, rows[i].acts);
	}
}

/* Each failure in a row waits twice as long, up to a bound; being up forgives all. */
static void
attempts_back_off(void **state)
{
	static const int64_t	 waits_ms[] = { 250, 500, 1000, 2000, 4000, 8000, 15000, 15000 };
	struct lease_acts	 out;
	struct lease		 l;
	mono_t			 now = at(0);

	(void)state;
	bring_to(&l, LEASE_NONE);
	for (size_t i = 0; i < NITEMS(waits_ms); i++) {
		check_row("attempt %zu", i);
		lease_step(&l, ON_TIME, now, &out);
		lease_step(&l, ON_NO_KEY, now, &out);
		CHECK_INT(mono_diff_ms(l.wake, now), waits_ms[i]);
		now = l.wake;
	}
	check_row("after it was up");
	lease_step(&l, ON_TIME, now, &out);
	lease_step(&l, ON_KEY, now, &out);
	lease_step(&l, ON_UP, now, &out);
	lease_step(&l, ON_DOWN, now, &out);
	CHECK_INT(mono_diff_ms(l.wake, now), waits_ms[0]);
}

/*
 * Whatever happens in whatever order: gap and up alternate, beginning with a
 * gap; up is told in the state that is live and nowhere else; and there is
 * always an instant at which it goes on.
 */
static void
gaps_and_ups_alternate(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct lease	 l;
	bool		 in_gap = false, begun = false;
	int		 ups = 0;
	mono_t		 now = at(0);

	(void)state;
	lease_init(&l, KEEP_MS);
	for (int n = 0; n < STEPS; n++) {
		const enum lease_event	 on = n == 0 ? ON_START :
					    (enum lease_event)rng_below(&r, LEASE_ON_N);
		struct lease_acts	 out;

		check_row("step %d: %s in %s", n, event_names[on], lease_state_name(l.state));
		now = on == ON_TIME ? l.wake : mono_after_ms(now, (int64_t)rng_below(&r, 100));
		lease_step(&l, on, now, &out);
		for (size_t i = 0; i < out.n; i++) {
			if (out.v[i] == ACT_TELL_GAP) {
				CHECK(!in_gap);
				in_gap = begun = true;
			} else if (out.v[i] == ACT_TELL_UP) {
				CHECK(in_gap);
				in_gap = false;
				ups++;
			}
		}
		CHECK(begun && in_gap == (l.state != LEASE_LIVE));
		CHECK(mono_is_set(l.wake) && l.wake.us != MONO_NEVER.us);
	}
	CHECK(ups > 100);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(every_event_in_every_state),
		cmocka_unit_test(a_day_of_the_stream),
		cmocka_unit_test(attempts_back_off),
		cmocka_unit_test(gaps_and_ups_alternate),
	};

	return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
