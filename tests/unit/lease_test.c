/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "userd/lease.h"

#include <stdio.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
enum { KEEP_MS = 20 * MINUTE, CHANGE_MS = 23 * HOUR, OVERLAP_MS = 2 * SECOND,
	SILENCE_MS = 10 * SECOND, STUCK_MS = 15 * SECOND };

static const struct lease_times	times = {
	.keep_ms = KEEP_MS, .change_ms = CHANGE_MS, .overlap_ms = OVERLAP_MS,
	.silence_ms = SILENCE_MS,
};

static const char *const	act_names[] = {
	[ACT_ASK_KEY] = "ask", [ACT_KEEP] = "keep", [ACT_PROBE] = "probe",
	[ACT_CONNECT] = "connect", [ACT_CLOSE] = "close",
	[ACT_CONNECT_OTHER] = "connect-other", [ACT_CLOSE_OTHER] = "close-other",
	[ACT_SWAP] = "swap", [ACT_TELL_GAP] = "gap", [ACT_TELL_UP] = "up",
	[ACT_SAY_DEAF] = "deaf", [ACT_SAY_KEY_OVER] = "key-over",
};

static const char *const	event_names[] = {
	[ON_TIME] = "time", [ON_KEY] = "key", [ON_OTHER_KEY] = "other key", [ON_NO_KEY] = "no key",
	[ON_UP] = "up", [ON_DOWN] = "down", [ON_OTHER_UP] = "other up",
	[ON_OTHER_DOWN] = "other down", [ON_LOST] = "lost", [ON_KEPT] = "kept",
	[ON_NOT_KEPT] = "not kept",
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

/* The way to each state when nothing goes wrong, in no time. */
static void
bring_to(struct lease *l, enum lease_state s)
{
	static const enum lease_event	way[] = { ON_TIME, ON_KEY, ON_UP, ON_TIME, ON_OTHER_UP };
	struct lease_acts		out;

	lease_init(l, &times);
	for (int i = 0; i < (int)s; i++) {
		if (i == LEASE_LIVE)
			l->due[DUE_CHANGE] = at(0);
		lease_step(l, way[i], at(0), &out);
	}
	CHECK_INT(l->state, s);
}

static const struct row {
	enum lease_state	 from;
	enum lease_event	 on;
	enum lease_state	 to;
	const char		*acts;
	enum lease_due		 sets;		/* DUE_N: no deadline */
	int64_t			 due_ms;
} table[] = {
	{ LEASE_ASKING, ON_KEY,       LEASE_OPENING, "connect", DUE_STEP, STUCK_MS },
	{ LEASE_ASKING, ON_OTHER_KEY, LEASE_OPENING, "connect", DUE_STEP, STUCK_MS },
	{ LEASE_ASKING, ON_NO_KEY,    LEASE_NONE,    "",        DUE_STEP, 250 },

	{ LEASE_OPENING, ON_UP,   LEASE_LIVE, "up",    DUE_CHANGE, CHANGE_MS },
	{ LEASE_OPENING, ON_DOWN, LEASE_NONE, "close", DUE_STEP,   250 },
	{ LEASE_OPENING, ON_LOST, LEASE_NONE, "close", DUE_STEP,   250 },

	{ LEASE_LIVE, ON_KEY,       LEASE_LIVE,    "", DUE_KEEP, KEEP_MS },
	{ LEASE_LIVE, ON_KEPT,      LEASE_LIVE,    "", DUE_KEEP, KEEP_MS },
	{ LEASE_LIVE, ON_NO_KEY,    LEASE_LIVE,    "", DUE_KEEP, 30 * SECOND },
	{ LEASE_LIVE, ON_NOT_KEPT,  LEASE_LIVE,    "", DUE_KEEP, 30 * SECOND },
	{ LEASE_LIVE, ON_OTHER_KEY, LEASE_OPENING, "gap close connect", DUE_STEP, STUCK_MS },
	{ LEASE_LIVE, ON_LOST,      LEASE_NONE,    "gap close", DUE_STEP, 250 },
	{ LEASE_LIVE, ON_DOWN,      LEASE_NONE,    "gap close", DUE_STEP, 250 },

	{ LEASE_CHANGING, ON_KEY,       LEASE_CHANGING, "", DUE_KEEP, KEEP_MS },
	{ LEASE_CHANGING, ON_KEPT,      LEASE_CHANGING, "", DUE_KEEP, KEEP_MS },
	{ LEASE_CHANGING, ON_NO_KEY,    LEASE_CHANGING, "", DUE_KEEP, 30 * SECOND },
	{ LEASE_CHANGING, ON_NOT_KEPT,  LEASE_CHANGING, "", DUE_KEEP, 30 * SECOND },
	{ LEASE_CHANGING, ON_OTHER_KEY, LEASE_OPENING, "gap close close-other connect", DUE_STEP,
	  STUCK_MS },
	{ LEASE_CHANGING, ON_LOST,       LEASE_NONE,     "gap close close-other", DUE_STEP, 250 },
	{ LEASE_CHANGING, ON_DOWN,       LEASE_OPENING,  "gap swap close-other", DUE_N, 0 },
	{ LEASE_CHANGING, ON_OTHER_UP,   LEASE_DRAINING, "swap", DUE_STEP, OVERLAP_MS },
	{ LEASE_CHANGING, ON_OTHER_DOWN, LEASE_LIVE,     "close-other", DUE_CHANGE, 250 },

	{ LEASE_DRAINING, ON_KEY,       LEASE_DRAINING, "", DUE_KEEP, KEEP_MS },
	{ LEASE_DRAINING, ON_KEPT,      LEASE_DRAINING, "", DUE_KEEP, KEEP_MS },
	{ LEASE_DRAINING, ON_NO_KEY,    LEASE_DRAINING, "", DUE_KEEP, 30 * SECOND },
	{ LEASE_DRAINING, ON_NOT_KEPT,  LEASE_DRAINING, "", DUE_KEEP, 30 * SECOND },
	{ LEASE_DRAINING, ON_OTHER_KEY, LEASE_OPENING, "gap close close-other connect", DUE_STEP,
	  STUCK_MS },
	{ LEASE_DRAINING, ON_LOST,       LEASE_NONE, "gap close close-other", DUE_STEP, 250 },
	{ LEASE_DRAINING, ON_DOWN,       LEASE_LIVE, "swap close-other", DUE_CHANGE, 250 },
	{ LEASE_DRAINING, ON_OTHER_DOWN, LEASE_LIVE, "close-other", DUE_N, 0 },
};

static const struct row *
row_of(enum lease_state s, enum lease_event on)
{
	static const struct row	 nothing = { .acts = "", .sets = DUE_N };

	for (size_t i = 0; i < NITEMS(table); i++)
		if (table[i].from == s && table[i].on == on)
			return &table[i];
	return &nothing;
}

/* Every event in every state: what is not in the table changes nothing. */
static void
every_event_in_every_state(void **state)
{
	size_t	 met = 0;

	(void)state;
	for (enum lease_state s = 0; s < LEASE_N; s++) {
		for (enum lease_event on = ON_TIME + 1; on < LEASE_ON_N; on++) {
			const struct row	*r = row_of(s, on);
			const bool		 listed = r >= table && r < table + NITEMS(table);
			struct lease		 l;
			struct lease_acts	 out;

			check_row("%s in %s", event_names[on], lease_state_name(s));
			bring_to(&l, s);
			const struct lease	 before = l;
			lease_step(&l, on, at(SECOND), &out);
			check_acts(&out, r->acts);
			CHECK_INT(l.state, listed ? r->to : s);
			if (r->sets != DUE_N)
				CHECK_INT(l.due[r->sets].us, at(SECOND + r->due_ms).us);
			if (!listed)
				CHECK_INT(l.wake.us, before.wake.us);
			met += listed;
		}
	}
	CHECK_INT(met, NITEMS(table));
}

/* Each deadline alone, in each state: what is not here does not count there. */
static void
every_deadline_in_every_state(void **state)
{
	static const struct {
		enum lease_state	 in;
		enum lease_due		 due;
		enum lease_state	 to;
		const char		*acts;
	} rows[] = {
		{ LEASE_NONE,     DUE_STEP,     LEASE_ASKING,   "gap ask" },
		{ LEASE_ASKING,   DUE_STEP,     LEASE_NONE,     "" },
		{ LEASE_OPENING,  DUE_STEP,     LEASE_NONE,     "close" },
		{ LEASE_LIVE,     DUE_KEEP,     LEASE_LIVE,     "keep" },
		{ LEASE_LIVE,     DUE_CHANGE,   LEASE_CHANGING, "connect-other" },
		{ LEASE_LIVE,     DUE_SILENT,   LEASE_LIVE,     "probe" },
		{ LEASE_LIVE,     DUE_KEY_OVER, LEASE_NONE,     "key-over gap close" },
		{ LEASE_CHANGING, DUE_STEP,     LEASE_LIVE,     "close-other" },
		{ LEASE_CHANGING, DUE_KEEP,     LEASE_CHANGING, "keep" },
		{ LEASE_CHANGING, DUE_SILENT,   LEASE_CHANGING, "probe" },
		{ LEASE_CHANGING, DUE_KEY_OVER, LEASE_NONE,     "key-over gap close close-other" },
		{ LEASE_DRAINING, DUE_STEP,     LEASE_LIVE,     "close-other" },
		{ LEASE_DRAINING, DUE_KEEP,     LEASE_DRAINING, "keep" },
		{ LEASE_DRAINING, DUE_SILENT,   LEASE_DRAINING, "probe" },
		{ LEASE_DRAINING, DUE_KEY_OVER, LEASE_NONE,     "key-over gap close close-other" },
	};
	size_t	 met = 0;

	(void)state;
	for (enum lease_state s = 0; s < LEASE_N; s++) {
		for (enum lease_due d = 0; d < DUE_N; d++) {
			struct lease		 l;
			struct lease_acts	 out;
			size_t			 i = 0;

			check_row("deadline %d in %s", (int)d, lease_state_name(s));
			bring_to(&l, s);
			lease_orders(&l, 1, 0, at(SECOND));
			for (enum lease_due other = 0; other < DUE_N; other++)
				l.due[other] = at(other == d ? SECOND : HOUR);
			lease_step(&l, ON_TIME, at(SECOND), &out);
			while (i < NITEMS(rows) && (rows[i].in != s || rows[i].due != d))
				i++;
			met += i < NITEMS(rows);
			check_acts(&out, i < NITEMS(rows) ? rows[i].acts : "");
			CHECK_INT(l.state, i < NITEMS(rows) ? rows[i].to : s);
			CHECK(mono_before(at(SECOND), l.wake));
		}
	}
	CHECK_INT(met, NITEMS(rows));
}

struct moment {
	int64_t			 at_ms;
	enum lease_event	 on;
	const char		*acts;
};

/* Each step at its time, and nobody sleeps; silence is another matter. */
static void
tell_story(struct lease *l, const struct moment *story, size_t n)
{
	l->times.silence_ms = 100 * (int64_t)HOUR;
	for (size_t i = 0; i < n; i++) {
		struct lease_acts	 out;

		check_row("%zu: %s at %lld ms", i, event_names[story[i].on],
		    (long long)story[i].at_ms);
		if (i > 0 && story[i].on == ON_TIME)
			CHECK_INT(l->wake.us, at(story[i].at_ms).us);
		lease_heard(l, at(story[i].at_ms));
		lease_step(l, story[i].on, at(story[i].at_ms), &out);
		check_acts(&out, story[i].acts);
	}
}

static void
the_stream_breaks(void **state)
{
	static const struct moment	 story[] = {
		{ 0,      ON_TIME,      "gap ask" },
		{ 100,    ON_OTHER_KEY, "connect" },
		{ 300,    ON_UP,        "up" },
		/* the key has ended: one gap, however long it takes, and its end */
		{ 5000,   ON_LOST,      "gap close" },
		{ 5010,   ON_DOWN,      "" },		/* of what was closed */
		{ 5250,   ON_TIME,      "ask" },
		{ 5300,   ON_NO_KEY,    "" },
		{ 5800,   ON_TIME,      "ask" },
		{ 5900,   ON_OTHER_KEY, "connect" },
		{ 6000,   ON_DOWN,      "close" },
		{ 7000,   ON_TIME,      "ask" },
		{ 22000,  ON_TIME,      "" },		/* stuck */
		{ 22500,  ON_KEY,       "" },		/* too late */
		{ 24000,  ON_TIME,      "ask" },
		{ 24100,  ON_KEY,       "connect" },
		{ 24200,  ON_UP,        "up" },
		{ 30000,  ON_DOWN,      "gap close" },
		{ 30250,  ON_TIME,      "ask" },
	};
	struct lease	 l;

	(void)state;
	lease_init(&l, &times);
	CHECK_INT(l.state, LEASE_NONE);
	tell_story(&l, story, NITEMS(story));
}

/* Two renewals that fail for no clear reason, then the key itself is asked for. */
static void
a_key_that_will_not_be_renewed(void **state)
{
	static const int64_t	 first = KEEP_MS, again = 30 * SECOND;
	static const struct {
		enum lease_event	 answer;
		const char		*acts;
		enum lease_state	 to;
	} rows[] = {
		{ ON_KEY,       "",                  LEASE_LIVE },
		{ ON_OTHER_KEY, "gap close connect", LEASE_OPENING },
		{ ON_NO_KEY,    "",                  LEASE_LIVE },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct lease_acts	 out;
		struct lease		 l;

		bring_to(&l, LEASE_LIVE);
		tell_story(&l, (const struct moment[]){
			{ first, ON_TIME, "keep" },
			{ first, ON_NOT_KEPT, "" },
			{ first + again, ON_TIME, "keep" },
			{ first + again, ON_NOT_KEPT, "" },
			{ first + 2 * again, ON_TIME, "ask" } }, 5);
		check_row("answered with %s", event_names[rows[i].answer]);
		lease_step(&l, rows[i].answer, at(first + 2 * again), &out);
		check_acts(&out, rows[i].acts);
		CHECK_INT(l.state, rows[i].to);
	}
	check_row("two more after one that did not fail");
	struct lease_acts	 out;
	struct lease		 l;
	bring_to(&l, LEASE_LIVE);
	tell_story(&l, (const struct moment[]){
		{ 0, ON_NOT_KEPT, "" }, { 0, ON_NOT_KEPT, "" }, { 0, ON_KEPT, "" },
		{ KEEP_MS, ON_TIME, "keep" } }, 4);
	check_row("45 minutes since it was last known to live");
	bring_to(&l, LEASE_LIVE);
	l.due[DUE_KEEP] = at(45 * MINUTE);
	lease_heard(&l, at(45 * MINUTE));
	lease_step(&l, ON_TIME, at(45 * MINUTE), &out);
	check_acts(&out, "ask");
}

/* A day: the next connection is opened first, and the old one read for a while. */
static void
a_connection_grown_old(void **state)
{
	static const int64_t	 t = CHANGE_MS;
	static const struct moment	 story[] = {
		{ t,         ON_TIME,       "connect-other" },
		{ t + 100,   ON_OTHER_DOWN, "close-other" },	/* refused: the old one lives */
		{ t + 350,   ON_TIME,       "connect-other" },
		{ t + 15350, ON_TIME,       "close-other" },	/* stuck */
		{ t + 15850, ON_TIME,       "connect-other" },
		{ t + 15900, ON_OTHER_UP,   "swap" },
		{ t + 17900, ON_TIME,       "close-other" },
		/* and the next day it begins anew */
		{ 2 * t + 15800, ON_KEPT,       "" },
		{ 2 * t + 15900, ON_TIME,       "connect-other" },
		{ 2 * t + 15950, ON_OTHER_DOWN, "close-other" },
		{ 2 * t + 16200, ON_TIME,       "connect-other" },
	};
	static const struct moment	 cut_after[] = {
		{ t,         ON_TIME,       "connect-other" },
		{ t + 50,    ON_OTHER_UP,   "swap" },
		{ t + 60,    ON_OTHER_DOWN, "close-other" },
		{ t + 70,    ON_OTHER_DOWN, "" },
	};
	static const struct moment	 cut_before[] = {
		{ t,         ON_TIME,       "connect-other" },
		{ t + 40,    ON_DOWN,       "gap swap close-other" },
		{ t + 50,    ON_UP,         "up" },
	};
	static const struct moment	 new_one_breaks[] = {
		{ t,         ON_TIME,       "connect-other" },
		{ t + 50,    ON_OTHER_UP,   "swap" },
		{ t + 60,    ON_DOWN,       "swap close-other" },
		{ t + 310,   ON_TIME,       "connect-other" },
		{ t + 320,   ON_OTHER_UP,   "swap" },
		{ t + 330,   ON_DOWN,       "swap close-other" },
		{ t + 830,   ON_TIME,       "connect-other" },	/* not as fast as it breaks */
	};
	static const struct {
		const struct moment	*v;
		size_t			 n;
	} stories[] = {
		{ story, NITEMS(story) }, { cut_after, NITEMS(cut_after) },
		{ cut_before, NITEMS(cut_before) }, { new_one_breaks, NITEMS(new_one_breaks) },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(stories); i++) {
		struct lease_acts	 out;
		struct lease		 l;

		bring_to(&l, LEASE_LIVE);
		lease_step(&l, ON_KEPT, at(t - SECOND), &out);
		tell_story(&l, stories[i].v, stories[i].n);
	}
}

/* What orderd says at a time, and what the silence then means. */
static void
silence(void **state)
{
	static const struct {
		const char	*name;
		int64_t		 live, missed_early, missed_late, at_ms;
		const char	*acts;
	} rows[] = {
		{ "no order is open",                  0, 0, 0, SILENCE_MS,     "" },
		{ "not yet",                           1, 0, 0, SILENCE_MS - 1, "" },
		{ "an order is open",                  1, 0, 0, SILENCE_MS,     "probe" },
		{ "what was missed before",            1, 7, 7, SILENCE_MS,     "probe" },
		{ "missed since",                      1, 7, 8, SILENCE_MS,     "deaf gap close" },
		{ "missed since, and no more is open", 0, 7, 8, SILENCE_MS,     "deaf gap close" },
		{ "missed since, but not yet",         1, 7, 8, SILENCE_MS - 1, "" },
		{ "another orderd counts from none",   1, 7, 0, SILENCE_MS,     "probe" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct lease_acts	 out;
		struct lease		 l;

		check_row("%s", rows[i].name);
		bring_to(&l, LEASE_LIVE);
		lease_orders(&l, rows[i].live, rows[i].missed_early, at(SECOND));
		lease_orders(&l, rows[i].live, rows[i].missed_late, at(7 * SECOND));
		lease_step(&l, ON_TIME, at(rows[i].at_ms), &out);
		check_acts(&out, rows[i].acts);
	}
}

static void
silence_goes_on(void **state)
{
	struct lease_acts	 out;
	struct lease		 l;

	(void)state;
	bring_to(&l, LEASE_LIVE);
	lease_orders(&l, 1, 0, at(7 * SECOND));
	lease_step(&l, ON_TIME, at(SILENCE_MS), &out);
	check_acts(&out, "probe");
	check_row("once a turn");
	lease_step(&l, ON_KEPT, at(SILENCE_MS + 50), &out);
	lease_step(&l, ON_TIME, at(SILENCE_MS + 100), &out);
	check_acts(&out, "");
	check_row("missed after the probe: at once, not at the end of the next turn");
	lease_orders(&l, 0, 1, at(SILENCE_MS + 2 * SECOND));
	lease_step(&l, ON_TIME, at(SILENCE_MS + 2 * SECOND), &out);
	check_acts(&out, "deaf gap close");
	check_row("a key that will not be renewed is asked for, however often it is silent");
	bring_to(&l, LEASE_LIVE);
	lease_orders(&l, 1, 0, at(0));
	for (int n = 1; n <= 4; n++) {
		lease_step(&l, ON_TIME, at(n * SILENCE_MS), &out);
		check_acts(&out, n <= 2 ? "probe" : "ask");
		lease_step(&l, n <= 2 ? ON_NOT_KEPT : ON_NO_KEY, at(n * SILENCE_MS), &out);
	}
	check_row("another orderd counts from none");
	bring_to(&l, LEASE_LIVE);
	for (int n = 0; n < 3; n++)
		lease_orders(&l, 1, (const int[]){ 7, 0, 1 }[n], at(n * 4 * SECOND));
	lease_step(&l, ON_TIME, at(SILENCE_MS), &out);
	check_acts(&out, "deaf gap close");
	check_row("a frame ends it");
	bring_to(&l, LEASE_LIVE);
	lease_orders(&l, 1, 1, at(7 * SECOND));
	lease_heard(&l, at(8 * SECOND));
	lease_step(&l, ON_TIME, at(SILENCE_MS), &out);
	check_acts(&out, "");
	CHECK_INT(l.wake.us, at(8 * SECOND + SILENCE_MS).us);
	check_row("the key has ended unheard");
	lease_step(&l, ON_TIME, at(8 * SECOND + SILENCE_MS), &out);
	check_acts(&out, "probe");
	lease_step(&l, ON_LOST, at(8 * SECOND + SILENCE_MS), &out);
	check_acts(&out, "gap close");
}

/* Nothing is asked before it is over; the stream stays, and what must wait waits. */
static void
a_ban(void **state)
{
	static const int64_t	 until = 2 * HOUR;
	struct lease_acts	 out;
	struct lease		 l;

	(void)state;
	bring_to(&l, LEASE_LIVE);
	lease_orders(&l, 1, 0, at(0));
	lease_ban(&l, at(until));
	lease_ban(&l, at(MINUTE));		/* a shorter one does not shorten it */
	lease_step(&l, ON_NOT_KEPT, at(0), &out);
	CHECK(lease_is_banned(&l, at(until - 1)) && !lease_is_banned(&l, at(until)));
	lease_step(&l, ON_TIME, at(SILENCE_MS), &out);
	check_row("no probe");
	check_acts(&out, "");
	CHECK(lease_is_up(&l));
	l.live = 0;
	l.due[DUE_SILENT] = at(HOUR);
	check_row("the key ends meanwhile");
	lease_step(&l, ON_TIME, at(HOUR), &out);	/* the silence */
	lease_step(&l, ON_TIME, at(HOUR), &out);
	check_acts(&out, "key-over gap close");
	CHECK_INT(l.wake.us, at(until).us);
	lease_step(&l, ON_TIME, at(until), &out);
	check_acts(&out, "ask");
}

static void
how_long_a_ban_lasts(void **state)
{
	enum { NOW_MS = 1000000 };
	static const struct {
		int64_t		 retry_after_s;
		const char	*msg;
		int64_t		 ms;
	} rows[] = {
		{ -1, "",                                            60 * SECOND },
		{ 30, "",                                            30 * SECOND },
		{ 0,  "",                                            60 * SECOND },
		{ -1, "Way too many requests; IP(1.2.3.4) banned until 1120000. Use streams.",
		  120 * SECOND },
		{ 30, "Way too many requests; IP(1.2.3.4) banned until 1120000.", 120 * SECOND },
		{ 240, "banned until 1120000.",                      240 * SECOND },
		{ 30, "banned until further notice",                 30 * SECOND },
		{ -1, "banned until ",                               60 * SECOND },
		{ -1, "banned until 999000",                         60 * SECOND },
		{ -1, "banned until 99999999999999999999999999",     60 * SECOND },
		{ -1, "banned until 9999999999999",                  72 * HOUR },
		{ INT64_MAX, "",                                     72 * HOUR },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%lld, \"%s\"", (long long)rows[i].retry_after_s, rows[i].msg);
		CHECK_INT(lease_ban_ms(rows[i].retry_after_s, rows[i].msg, wall_from_ms(NOW_MS)),
		    rows[i].ms);
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

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(every_event_in_every_state),
		cmocka_unit_test(every_deadline_in_every_state),
		cmocka_unit_test(the_stream_breaks),
		cmocka_unit_test(a_key_that_will_not_be_renewed),
		cmocka_unit_test(a_connection_grown_old),
		cmocka_unit_test(silence),
		cmocka_unit_test(silence_goes_on),
		cmocka_unit_test(a_ban),
		cmocka_unit_test(how_long_a_ban_lasts),
		cmocka_unit_test(attempts_back_off),
	};

	return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
