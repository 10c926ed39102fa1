/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "orderd/doubt.h"

#include <stdio.h>

enum { WINDOW_MS = 2000, END_MS = 40 * 1000, WALKS = 2000, STEPS = 60 };

static mono_t
at(int64_t ms)
{
	return mono_after_ms((mono_t){ INT64_C(1000000) }, ms);
}

/* ---- a life in doubt ----------------------------------------------------------------- */

enum reply { NO, ERROR };

/* A request signed at 0 is lost; what is answered, and when the stream is away. */
struct life {
	const char	*name;
	int64_t		 window_ms, takes_ms;	/* recvWindow; from question to answer */
	int64_t		 down_ms, up_ms;	/* of the stream; 0: never */
	enum reply	 replies[12];		/* the rest are NO */
	int64_t		 asked_ms[16];		/* wanted, up to the proof */
	int64_t		 proven_ms;		/* the answer that proves it; 0: none does */
};

struct lived {
	char	asked[400];
	int64_t	proven_ms;
};

/* In steps of a millisecond, as the daemon does it. */
static struct lived
live(const struct life *l)
{
	struct lived	 r = { .asked = "" };
	struct doubt	 d;
	int64_t		 sent_ms = 0, answer_ms = -1;
	size_t		 n = 0, len = 0;
	bool		 up = true;

	doubt_init(&d);
	doubt_signed(&d, at(0), l->window_ms);
	doubt_ask(&d, at(250));
	for (int64_t ms = 0; ms < END_MS; ms++) {
		if (l->down_ms != 0 && ms == l->down_ms)
			up = false;
		if (l->up_ms != 0 && ms == l->up_ms) {
			up = true;
			doubt_stream_up(&d, at(ms), l->window_ms);
			doubt_ask(&d, at(ms));
		}
		if (ms == answer_ms) {
			const bool	 no = n > NITEMS(l->replies) || l->replies[n - 1] == NO;
			const bool	 proven = no && doubt_denied(&d, at(sent_ms), up);

			doubt_answered(&d, at(ms));
			if (proven) {
				r.proven_ms = ms;
				return r;
			}
		}
		if (!doubt_is_due(&d, at(ms)))
			continue;
		doubt_sent(&d);
		sent_ms = ms;
		answer_ms = ms + l->takes_ms;
		if (n++ < NITEMS(l->asked_ms))
			len += (size_t)snprintf(r.asked + len, sizeof(r.asked) - len, "%lld ",
			    (long long)ms);
	}
	return r;
}

/* clang-format off */
static const struct life	lives[] = {
	{ "no and no again", WINDOW_MS, 1, 0, 0, { NO },
	  { 250, 501, 1002, 2003, 4000, 6000 }, 6001 },
	{ "a larger window and clock error", 3050, 1, 0, 0, { NO },
	  { 250, 501, 1002, 2003, 4004, 5050, 7050 }, 7051 },
	{ "the second is an error: its turn comes again", WINDOW_MS, 1, 0, 0,
	  { NO, NO, NO, NO, NO, ERROR },
	  { 250, 501, 1002, 2003, 4000, 6000, 14001 }, 14002 },
	{ "the first that counts is an error", WINDOW_MS, 1, 0, 0,
	  { NO, NO, NO, NO, ERROR },
	  { 250, 501, 1002, 2003, 4000, 8001, 10001 }, 10002 },
	{ "slow answers: a question counts from when it left", WINDOW_MS, 1500, 0, 0, { NO },
	  { 250, 2000, 4000, 6000 }, 7500 },
	{ "a gap starts it anew", WINDOW_MS, 1, 4500, 4700, { NO },
	  { 250, 501, 1002, 2003, 4000, 4700, 8700, 10700 }, 10701 },
	{ "a gap between the two", WINDOW_MS, 1, 5000, 5900, { NO },
	  { 250, 501, 1002, 2003, 4000, 5900, 9900, 11900 }, 11901 },
	{ "a gap while the second is under way", WINDOW_MS, 500, 6100, 6400, { NO },
	  { 250, 1000, 2000, 3500, 6000, 10400, 12400 }, 12900 },
	{ "nothing is proven while the stream is away", WINDOW_MS, 1, 3000, 0, { NO },
	  { 250, 501, 1002, 2003, 4000, 8001, 16002, 24003, 32004 }, 0 },
	{ "nor by errors", WINDOW_MS, 1, 0, 0,
	  { ERROR, ERROR, ERROR, ERROR, ERROR, ERROR, ERROR, ERROR, ERROR, ERROR },
	  { 250, 501, 1002, 2003, 4000, 8001, 16002, 24003, 32004 }, 0 },
};
/* clang-format on */

static void
when_it_is_asked_and_what_that_proves(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(lives); i++) {
		const struct lived	 r = live(&lives[i]);
		char			 want[400] = "";
		size_t			 len = 0;

		for (size_t k = 0; k < NITEMS(lives[i].asked_ms) && lives[i].asked_ms[k] != 0; k++)
			len += (size_t)snprintf(want + len, sizeof(want) - len, "%lld ",
			    (long long)lives[i].asked_ms[k]);
		check_row("%s", lives[i].name);
		CHECK_STR(r.asked, want);
		CHECK_INT(r.proven_ms, lives[i].proven_ms);
	}
}

/* ---- what a no proves --------------------------------------------------------------------- */

static void
two_that_left_late_and_apart(void **state)
{
	static const struct {
		const char	*name;
		int64_t		 first_ms, second_ms;
		bool		 up_first, up_second, proven;
	} rows[] = {
		{ "both in time",                  4000, 6000, true,  true,  true },
		{ "a second is not two",           4000, 5000, true,  true,  false },
		{ "just not two seconds apart",    4000, 5999, true,  true,  false },
		{ "the first could still arrive",  3999, 6000, true,  true,  false },
		{ "long after",                    4000, 90000, true, true,  true },
		{ "the stream was away at first",  4000, 6000, false, true,  false },
		{ "the stream was away at second", 4000, 6000, true,  false, false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct doubt	 d;

		check_row("%s", rows[i].name);
		doubt_init(&d);
		doubt_signed(&d, at(0), WINDOW_MS);
		CHECK(!doubt_denied(&d, at(rows[i].first_ms), rows[i].up_first));
		CHECK_INT(doubt_denied(&d, at(rows[i].second_ms), rows[i].up_second),
		    rows[i].proven);
	}
}

/* A no that comes while the stream is away takes back the one before it. */
static void
the_stream_is_up_throughout(void **state)
{
	struct doubt	 d;

	(void)state;
	check_row("no, away, no, no");
	doubt_init(&d);
	doubt_signed(&d, at(0), WINDOW_MS);
	CHECK(!doubt_denied(&d, at(4000), true));
	CHECK(!doubt_denied(&d, at(6000), false));
	CHECK(!doubt_denied(&d, at(8000), true));
	CHECK(doubt_denied(&d, at(10000), true));
	check_row("signed once more");
	doubt_signed(&d, at(10000), WINDOW_MS);
	CHECK(!doubt_denied(&d, at(12000), true));
	CHECK(!doubt_denied(&d, at(14000), true));
	CHECK(doubt_denied(&d, at(16000), true));
}

/* Nothing else but the rule, whatever happens in whatever order. */
static void
no_proof_without_all_of_it(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 proofs = 0;

	(void)state;
	for (int walk = 0; walk < WALKS; walk++) {
		int64_t		 now = 0, quiet_since = 0, first_no = -1;
		bool		 up = true;
		struct doubt	 d;

		doubt_init(&d);
		doubt_signed(&d, at(0), WINDOW_MS);
		for (int i = 0; i < STEPS; i++) {
			const int64_t	 sent = now;

			now += (int64_t)rng_below(&r, 1500);
			check_row("walk %d, step %d at %lld ms", walk, i, (long long)now);
			if (rng_below(&r, 20) == 0 && up)
				up = false;
			else if (!up && rng_below(&r, 3) == 0) {
				up = true;
				quiet_since = now;
				doubt_stream_up(&d, at(now), WINDOW_MS);
			}
			const bool	 dead = sent >= quiet_since + WINDOW_MS + DOUBT_MARGIN_MS;
			if (!up || !dead)
				first_no = -1;
			else if (first_no == -1)
				first_no = sent;
			const bool	 want = first_no != -1 && sent - first_no >= DOUBT_APART_MS;
			CHECK_INT(doubt_denied(&d, at(sent), up), want);
			proofs += want;
		}
	}
	CHECK(proofs > WALKS);
}

/* ---- asking ------------------------------------------------------------------------------- */

static void
one_question_at_a_time(void **state)
{
	struct doubt	 d;

	(void)state;
	check_row("asking");
	doubt_init(&d);
	CHECK(!doubt_is_due(&d, at(INT64_C(1000) * 86400)));
	doubt_ask(&d, at(500));
	doubt_ask(&d, at(900));			/* later changes nothing */
	CHECK(!doubt_is_due(&d, at(499)) && doubt_is_due(&d, at(500)));
	doubt_ask(&d, at(100));
	CHECK(doubt_is_due(&d, at(100)));
	doubt_sent(&d);
	doubt_ask(&d, at(0));
	CHECK(!doubt_is_due(&d, at(10000)));
	doubt_answered(&d, at(10000));
	CHECK(!doubt_is_due(&d, at(10249)) && doubt_is_due(&d, at(10250)));
	doubt_end(&d);
	CHECK(!doubt_is_due(&d, at(20000)));
	doubt_ask(&d, at(20000));		/* the waits begin again with the shortest */
	doubt_sent(&d);
	doubt_answered(&d, at(20000));
	CHECK(!doubt_is_due(&d, at(20249)) && doubt_is_due(&d, at(20250)));
}

/* Idle: it can be forgotten until somebody asks anew; a question whose answer is out cannot. */
static void
idle_is_nothing_to_ask_and_nothing_under_way(void **state)
{
	struct doubt	 d;

	(void)state;
	check_row("from the beginning");
	doubt_init(&d);
	CHECK(doubt_is_idle(&d));
	doubt_signed(&d, at(0), WINDOW_MS);
	doubt_stream_up(&d, at(10), WINDOW_MS);
	CHECK(doubt_is_idle(&d));
	check_row("to be asked, however late");
	doubt_ask(&d, at(INT64_C(1000) * 86400 * 365));
	CHECK(!doubt_is_idle(&d));
	check_row("under way");
	doubt_sent(&d);
	CHECK(!doubt_is_idle(&d));
	doubt_end(&d);
	CHECK(!doubt_is_idle(&d));
	check_row("answered: it is asked again");
	doubt_answered(&d, at(20));
	CHECK(!doubt_is_idle(&d));
	check_row("the end");
	doubt_end(&d);
	CHECK(doubt_is_idle(&d) && !doubt_is_due(&d, at(INT64_C(1000) * 86400)));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(when_it_is_asked_and_what_that_proves),
		cmocka_unit_test(two_that_left_late_and_apart),
		cmocka_unit_test(the_stream_is_up_throughout),
		cmocka_unit_test(no_proof_without_all_of_it),
		cmocka_unit_test(one_question_at_a_time),
		cmocka_unit_test(idle_is_nothing_to_ask_and_nothing_under_way),
	};

	return cmocka_run_group_tests_name("doubt", tests, NULL, NULL);
}
