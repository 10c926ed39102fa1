/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "cmdd/intake.h"

#include <jansson.h>

#include <string.h>

enum { STALE_MS = 1000, ACT_MS = 3000, CASES = 20000, UNKNOWN = -1 };

static const mono_t	noon = { INT64_C(43200) * 1000000 };
static const wall_t	wall_noon = { INT64_C(1795256152380000) };

/* All is well; the queue was seen empty so long ago (UNKNOWN: nobody knows when). */
static struct circumstances
empty_since(int64_t ms)
{
	return (struct circumstances){ .now = noon, .wall = wall_noon, .part_runs = true,
	    .not_before = ms == UNKNOWN ? MONO_UNSET : mono_after_ms(noon, -ms),
	    .stale_ms = STALE_MS, .act_ms = ACT_MS };
}

/* sent_ms ago by its own stamp; UNKNOWN: it has none. */
static struct asked
asked(int64_t sent_ms, int64_t deadline_ms)
{
	return (struct asked){ .deadline_ms = deadline_ms,
	    .ts = sent_ms == UNKNOWN ? WALL_UNSET : wall_add_us(wall_noon, -sent_ms * 1000) };
}

/* ---- age: design 2.3 ------------------------------------------------------------------- */

static void
what_is_too_old_is_not_begun(void **state)
{
	static const struct {
		const char	*name;
		int64_t		 waited_ms, sent_ms, deadline_ms;
		bool		 begun;
	} rows[] = {
		/* neither stamp nor deadline: as old as its queue was last seen empty */
		{ "just come",                  0,         UNKNOWN, 0,    true },
		{ "waited a second",            1000,      UNKNOWN, 0,    true },
		{ "waited a moment longer",     1001,      UNKNOWN, 0,    false },
		{ "waited a day",               86400000,  UNKNOWN, 0,    false },
		{ "there when cmdd came back",  UNKNOWN,   UNKNOWN, 0,    false },
		/* its own stamp is better knowledge, in both directions */
		{ "stamped, fresh",             UNKNOWN,   0,       0,    true },
		{ "stamped, as long as may be", 86400000,  3000,    0,    true },
		{ "stamped, longer",            0,         3001,    0,    false },
		{ "from a clock ahead of ours", UNKNOWN,   -60000,  0,    true },
		/* a deadline is the client's word, shorter or longer */
		{ "deadline, short and met",    0,         300,     300,  true },
		{ "deadline, short and missed", 0,         301,     300,  false },
		{ "deadline, long and met",     0,         9000,    9000, true },
		{ "deadline, long and missed",  0,         9001,    9000, false },
		{ "deadline without a stamp",   500,       UNKNOWN, 500,  true },
		{ "the same, missed",           501,       UNKNOWN, 500,  false },
		{ "longer than stale, met",     2500,      UNKNOWN, 2500, true },
		{ "deadline, age unknown",      UNKNOWN,   UNKNOWN, 60000, false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct circumstances	 c = empty_since(rows[i].waited_ms);
		const struct asked		 a = asked(rows[i].sent_ms, rows[i].deadline_ms);

		for (size_t k = 0; k < CMD_N; k++) {
			const struct command_row	*row = command_row(k);
			const bool			 late = row->age == AGE_RUN;

			check_row("%s, %s", rows[i].name,
			    names_get(&command_names, (int)row->what));
			CHECK_STR(deny_code(intake_judge(row, &a, &c).code),
			    rows[i].begun || late ? "" : "INFRA_TIMEOUT");
		}
	}
}

/* Cancels and questions run whatever their age; what adds risk, and closes, do not. */
static void
age_rules_of_the_commands(void **state)
{
	static const struct { enum command what; const char *code; } rows[] = {
		{ CMD_TRADE, "INFRA_TIMEOUT" }, { CMD_TRAIL_STOP, "INFRA_TIMEOUT" },
		{ CMD_CLOSE, "INFRA_TIMEOUT" }, { CMD_TRAIL_STOP_CANCEL, "" },
		{ CMD_VALIDATE, "" },
	};
	const struct circumstances	 c = empty_since(UNKNOWN);
	const struct asked		 a = asked(UNKNOWN, 0);

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct command_row	*row = command_find(rows[i].what);
		const struct intake_denial	 d = intake_judge(row, &a, &c);

		check_row("%s", names_get(&command_names, (int)rows[i].what));
		CHECK_STR(deny_code(d.code), rows[i].code);
		CHECK(d.code == DENY_NONE || deny_retryable(d.code));
	}
}

static void
a_refusal_says_how_old(void **state)
{
	static const struct {
		int64_t		 waited_ms, sent_ms;
		const char	*text, *details;
	} rows[] = {
		{ 1500, UNKNOWN, "up to 1500 ms, at most 1000 ms",
		  "{\"ageMs\":1500,\"limitMs\":1000}" },
		{ 0, 4000, "up to 4000 ms, at most 3000 ms", "{\"ageMs\":4000,\"limitMs\":3000}" },
		{ UNKNOWN, UNKNOWN, "an unknown time, at most 1000 ms", "{\"limitMs\":1000}" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct circumstances	 c = empty_since(rows[i].waited_ms);
		const struct asked		 a = asked(rows[i].sent_ms, 0);
		const struct intake_denial	 d = intake_judge(command_find(CMD_TRADE), &a, &c);

		check_row("%s", rows[i].details);
		CHECK_HAS(d.text, rows[i].text);
		CHECK_HAS(d.text, "it was not started");
		CHECK_STR(d.details, rows[i].details);
	}
}

/* ---- what else stands in the way ---------------------------------------------------------- */

static void
what_stands_in_the_way(void **state)
{
	static const struct {
		const char	*name;
		enum command	 what;
		bool		 part_runs, list_full, redis_filling, old;
		const char	*code, *says;
	} rows[] = {
		{ "nothing",            CMD_TRADE, true,  false, false, false, "", "" },
		{ "list full",          CMD_TRADE, true,  true,  false, false,
		  "INFRA_UNAVAILABLE", "waiting" },
		{ "list full",          CMD_CLOSE, true,  true,  false, false,
		  "INFRA_UNAVAILABLE", "waiting" },
		{ "Redis filling",      CMD_TRADE, true,  false, true,  false,
		  "INFRA_UNAVAILABLE", "Redis" },
		{ "Redis filling",      CMD_CLOSE, true,  false, true,  false, "", "" },
		{ "Redis filling",      CMD_VALIDATE, true, false, true, false, "", "" },
		{ "Redis filling",      CMD_TRAIL_STOP_CANCEL, true, false, true, false, "", "" },
		{ "no algod",           CMD_TRAIL_STOP, false, false, false, false,
		  "INFRA_TRAIL_STOP_UNAVAILABLE", "not running" },
		{ "no algod",           CMD_TRAIL_STOP_CANCEL, false, false, false, false,
		  "INFRA_TRAIL_STOP_UNAVAILABLE", "not running" },
		{ "no such part",       CMD_CHASE, false, false, false, false,
		  "INFRA_CHASE_UNAVAILABLE", "not running" },
		{ "absent before old",  CMD_TRAIL_STOP, false, true, true, true,
		  "INFRA_TRAIL_STOP_UNAVAILABLE", "not running" },
		{ "old before full",    CMD_TRADE, true,  true,  true,  true,
		  "INFRA_TIMEOUT", "waited" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct circumstances	 c = empty_since(rows[i].old ? STALE_MS + 1 : 0);
		const struct asked	 a = asked(UNKNOWN, 0);

		c.part_runs = rows[i].part_runs;
		c.list_full = rows[i].list_full;
		c.redis_filling = rows[i].redis_filling;
		const struct command_row	*row = command_find(rows[i].what);
		const struct intake_denial	 d = intake_judge(row, &a, &c);
		check_row("%s, %s", rows[i].name, names_get(&command_names, (int)rows[i].what));
		CHECK_STR(deny_code(d.code), rows[i].code);
		CHECK_HAS(d.text, rows[i].says);
		CHECK(d.code == DENY_NONE || deny_retryable(d.code));
	}
}

/* From UNKNOWN over nothing to a month, small ones as often as large ones. */
static int64_t
random_ms(struct rng *r)
{
	return (int64_t)(rng_next(r) >> (32 + rng_below(r, 32))) + UNKNOWN;
}

/* Any circumstances: a denial is one the client may act on, and its details are JSON. */
static void
every_denial_can_be_read(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 denied = 0;

	(void)state;
	for (int n = 0; n < CASES; n++) {
		struct circumstances	 c = empty_since(random_ms(&r));
		const struct asked	 a = asked(random_ms(&r), (int64_t)rng_below(&r, 3) * 700);

		check_row("case %d", n);
		c.part_runs = rng_below(&r, 5) != 0;
		c.list_full = rng_below(&r, 3) == 0;
		const struct command_row	*row = command_row(rng_below(&r, CMD_N));
		const struct intake_denial	 d = intake_judge(row, &a, &c);
		denied += d.code != DENY_NONE;
		if (d.code == DENY_NONE) {
			CHECK(c.part_runs && !c.list_full);
			CHECK(*d.text == '\0' && *d.details == '\0');
			continue;
		}
		CHECK(*d.text != '\0');
		if (*d.details != '\0') {
			json_t	*o = json_loads(d.details, 0, NULL);

			CHECK(json_is_object(o));
			json_decref(o);
		}
	}
	CHECK(denied > CASES / 10 && denied < CASES);
}

/* ---- when it is too late to begin ---------------------------------------------------------- */

static void
act_before(void **state)
{
	static const struct {
		const char	*name;
		int64_t		 sent_ms, deadline_ms, want_ms;
	} rows[] = {
		{ "nothing said",               UNKNOWN, 0,     ACT_MS },
		{ "a stamp alone",              500,     0,     ACT_MS },
		{ "a deadline from its stamp",  500,     2000,  1500 },
		{ "a deadline from our taking", UNKNOWN, 2000,  2000 },
		{ "never longer than ours",     0,       60000, ACT_MS },
		{ "none of it left",            700,     700,   0 },
		{ "missed: it lies behind us",  900,     700,   -200 },
		{ "a clock ahead gains nothing", -5000,  1000,  1000 },
	};
	const struct circumstances	 c = empty_since(0);

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct asked	 a = asked(rows[i].sent_ms, rows[i].deadline_ms);

		check_row("%s", rows[i].name);
		CHECK_INT(mono_diff_ms(intake_act_before(&a, &c, noon), noon), rows[i].want_ms);
	}
}

/* ---- the memory of request ids --------------------------------------------------------------- */

static void
request_ids_name_one_intention(void **state)
{
	static const struct {
		const char		*name;
		struct seen_record	 r;
		enum seen		 want;
		const char		*answer;
	} rows[] = {
		{ "never heard of",             { NULL, NULL, NULL }, SEEN_NEW, NULL },
		{ "the same, not answered",     { "d1", NULL, NULL }, SEEN_RUNNING, NULL },
		{ "the same, answered",         { "d1", "a", NULL }, SEEN_ANSWERED, "a" },
		{ "the same, and what became of it", { "d1", "a", "o" }, SEEN_ANSWERED, "o" },
		{ "another, first not answered", { "d2", NULL, NULL }, SEEN_WAIT, NULL },
		{ "another, first answered",    { "d2", "a", NULL }, SEEN_REUSED, "a" },
		{ "claimed, and the claimer died", { NULL, "a", NULL }, SEEN_ANSWERED, "a" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const char	*answer = intake_answer(&rows[i].r);

		check_row("%s", rows[i].name);
		CHECK_INT(intake_seen(&rows[i].r, "d1"), rows[i].want);
		CHECK_STR(answer == NULL ? "-" : answer,
		    rows[i].answer == NULL ? "-" : rows[i].answer);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(what_is_too_old_is_not_begun),
		cmocka_unit_test(age_rules_of_the_commands),
		cmocka_unit_test(a_refusal_says_how_old),
		cmocka_unit_test(what_stands_in_the_way),
		cmocka_unit_test(every_denial_can_be_read),
		cmocka_unit_test(act_before),
		cmocka_unit_test(request_ids_name_one_intention),
	};

	return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
