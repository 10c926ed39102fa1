/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "venue/pace.h"

#include <jansson.h>
#include <string.h>

enum { ROUNDS = 20000 };

#define MINUTE	INT64_C(60000000)
#define T0	(INT64_C(29920935) * MINUTE)		/* a full minute: 1795256100000 ms */

/* Those two differ by the reserve alone. */
#define USUAL	PACE_OPEN
#define URGENT	PACE_CLOSE

static wall_t
at_ms(int64_t ms)
{
	return (wall_t){ T0 + ms * 1000 };
}

/* How many requests of one cost leave at one instant. */
static int
how_many(struct pace *p, enum pace_class c, int weight, int orders, wall_t now)
{
	int	 n = 0;

	while (n < 10000 && pace_may(p, c, weight, orders, now)) {
		pace_spend(p, weight, orders, now);
		n++;
	}
	return n;
}

/* The exchange's limits (2400 a minute, 300 in ten seconds, 1200 a minute), a tenth kept. */
static void
a_tenth_is_kept_for_urgent_requests(void **state)
{
	static const struct { const char *name; int weight, orders, usual, urgent_then; } rows[] = {
		{ "weight", 1, 0, 2160, 240 },
		{ "heavy weight", 40, 0, 54, 6 },
		{ "orders", 0, 1, 270, 30 },
		{ "orders that weigh", 1, 1, 270, 30 },
		{ "no cost at all", 0, 0, 10000, 10000 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct pace	 p;

		check_row("%s", rows[i].name);
		pace_init(&p);
		CHECK_INT(how_many(&p, USUAL, rows[i].weight, rows[i].orders, at_ms(0)),
		    rows[i].usual);
		CHECK_INT(how_many(&p, URGENT, rows[i].weight, rows[i].orders, at_ms(0)),
		    rows[i].urgent_then);
	}
}

/* A place costs orders and no weight, a cancel weight and no orders: one never stops the other. */
static void
limits_are_apart(void **state)
{
	struct pace	 p;

	(void)state;
	check_row("orders are used up");
	pace_init(&p);
	how_many(&p, URGENT, 0, 1, at_ms(0));
	CHECK(!pace_may(&p, URGENT, 0, 1, at_ms(0)));
	CHECK(pace_may(&p, USUAL, 1, 0, at_ms(0)));
	check_row("weight is used up");
	pace_init(&p);
	how_many(&p, URGENT, 1, 0, at_ms(0));
	CHECK(!pace_may(&p, URGENT, 1, 0, at_ms(0)));
	CHECK(pace_may(&p, USUAL, 0, 1, at_ms(0)));
}

static void
windows_are_of_the_clock(void **state)
{
	static const struct { const char *name; int64_t spent_ms, asked_ms; int orders; } rows[] = {
		{ "the same ten seconds", 0, 9999, 0 },
		{ "the next ten seconds", 0, 10000, 300 },
		{ "spent late in the first", 9999, 10000, 300 },
		{ "the next minute", 59999, 60000, 300 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct pace	 p;

		check_row("%s", rows[i].name);
		pace_init(&p);
		CHECK_INT(how_many(&p, URGENT, 0, 1, at_ms(rows[i].spent_ms)), 300);
		CHECK_INT(how_many(&p, URGENT, 0, 1, at_ms(rows[i].asked_ms)), rows[i].orders);
	}
	check_row("1200 a minute, however they are spread");
	struct pace	 p;
	int		 sum = 0;
	pace_init(&p);
	for (int64_t ms = 0; ms < 60000; ms += 10000)
		sum += how_many(&p, URGENT, 0, 1, at_ms(ms));
	CHECK_INT(sum, 1200);
	CHECK_INT(how_many(&p, URGENT, 0, 1, at_ms(60000)), 300);
}

static void
limits_can_be_told(void **state)
{
	struct pace	 p;

	(void)state;
	check_row("an account with more, then with fewer");
	pace_init(&p);
	pace_set_limit(&p, PACE_ORDERS_10S, 1000);
	CHECK_INT(how_many(&p, URGENT, 0, 1, at_ms(0)), 1000);
	pace_set_limit(&p, PACE_ORDERS_10S, 100);
	CHECK(!pace_may(&p, URGENT, 0, 1, at_ms(1)));
	CHECK_INT(how_many(&p, USUAL, 0, 1, at_ms(60000)), 90);
}

/* Others use the same address: what the exchange counts is more than what we know of. */
static void
what_the_exchange_says_counts_when_it_is_more(void **state)
{
	static const struct { const char *name; int spent; int64_t heard; int left; } rows[] = {
		{ "more", 10, 2300, 100 }, { "all of it", 0, 2400, 0 }, { "beyond", 0, 9999, 0 },
		{ "less: ours are on their way", 100, 1, 2300 }, { "not there", 100, -1, 2300 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct pace	 p;

		check_row("%s", rows[i].name);
		pace_init(&p);
		pace_spend(&p, rows[i].spent, 0, at_ms(0));
		pace_heard(&p, PACE_WEIGHT_1M, rows[i].heard, at_ms(0), at_ms(1));
		CHECK_INT(how_many(&p, URGENT, 1, 0, at_ms(2)), rows[i].left);
		CHECK_INT(how_many(&p, URGENT, 1, 0, at_ms(60000)), 2400);
	}
}

/* Asked in one minute, heard in the next: that minute is over. */
static void
a_window_that_has_passed_says_nothing_of_the_next(void **state)
{
	struct pace	 p;

	(void)state;
	check_row("weight");
	pace_init(&p);
	pace_heard(&p, PACE_WEIGHT_1M, 2390, at_ms(59980), at_ms(60030));
	CHECK_INT(how_many(&p, URGENT, 1, 0, at_ms(60040)), 2400);
	check_row("orders");
	pace_heard(&p, PACE_ORDERS_10S, 250, at_ms(69999), at_ms(70001));
	CHECK_INT(how_many(&p, URGENT, 0, 1, at_ms(70002)), 300);
}

/* What takes risk away may use the tenth that is kept; a question may not, or it would be spent on them. */
static void
who_may_use_the_reserve(void **state)
{
	static const struct { const char *name; enum pace_class c; bool reserve; } rows[] = {
		{ "cancel", PACE_CANCEL, true }, { "close", PACE_CLOSE, true },
		{ "ask", PACE_ASK, false }, { "open", PACE_OPEN, false },
		{ "audit", PACE_AUDIT, false },
	};

	(void)state;
	CHECK_INT(NITEMS(rows), PACE_CLASSES);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct pace	 p;

		check_row("%s", rows[i].name);
		pace_init(&p);
		CHECK_INT(how_many(&p, PACE_AUDIT, 1, 0, at_ms(0)), 2160);
		CHECK_INT(how_many(&p, rows[i].c, 1, 0, at_ms(0)), rows[i].reserve ? 240 : 0);
		CHECK_INT(how_many(&p, PACE_OPEN, 0, 1, at_ms(0)), 270);
		CHECK_INT(how_many(&p, rows[i].c, 0, 1, at_ms(0)), rows[i].reserve ? 30 : 0);
	}
}

/* ---- being refused ------------------------------------------------------------------ */

/* Which classes may send, a letter each: Cancel, cLose, aSk, Open, aUdit. */
static const char *
who_may(struct pace *p, wall_t now, char text[PACE_CLASSES + 1])
{
	static const char	 letters[] = "CLSOU";
	int			 n = 0;

	for (int c = 0; c < PACE_CLASSES; c++)
		if (pace_may(p, (enum pace_class)c, 0, 0, now))
			text[n++] = letters[c];
	text[n] = '\0';
	return text;
}

#define BANNED(ms)	"Way too many requests; IP(10.0.0.1) banned until " ms			\
	". Please use the websocket for live updates to avoid bans."

/* Said at the 20th second of a minute; Retry-After is in seconds. */
static void
what_is_shut_until_when(void **state)
{
	/* clang-format off */
	static const struct {
		const char	*name;
		int		 http, code;
		const char	*msg;
		int64_t		 retry_after_s;
		enum pace_shut	 why;
		int64_t		 until_ms;
		const char	*may;		/* meanwhile */
	} rows[] = {
		{ "418, it says until",      418, -1003, BANNED("1795256190500"), -1, SHUT_BANNED, 90500, "" },
		{ "418, both: the text",     418, -1003, BANNED("1795256190500"), 30, SHUT_BANNED, 90500, "" },
		{ "418, Retry-After",        418, 0, "", 30, SHUT_BANNED, 50000, "" },
		{ "418, nothing said",       418, 0, "", -1, SHUT_BANNED, 140000, "" },
		{ "418, Retry-After 0",      418, 0, "", 0, SHUT_BANNED, 140000, "" },
		{ "418, a time that is over", 418, -1003, BANNED("1795256119999"), -1, SHUT_BANNED, 140000, "" },
		{ "418, over, Retry-After",  418, -1003, BANNED("1795256119999"), 7, SHUT_BANNED, 27000, "" },
		{ "418, until what",         418, -1003, BANNED("soon"), -1, SHUT_BANNED, 140000, "" },
		{ "403",                     403, 0, "<html>", -1, SHUT_BANNED, 320000, "" },
		{ "403, Retry-After",        403, 0, "<html>", 1, SHUT_BANNED, 21000, "" },
		{ "429",                     429, 0, "", -1, SHUT_WEIGHT, 60000, "" },
		{ "429, Retry-After",        429, -1003, "Too many requests.", 13, SHUT_WEIGHT, 33000, "" },
		{ "429, it says until",      429, -1003, BANNED("1795256190500"), -1, SHUT_WEIGHT, 90500, "" },
		{ "-1003 by itself",         400, -1003, "Too many requests.", -1, SHUT_WEIGHT, 60000, "" },
		{ "-1015",                   400, -1015, "Too many new orders.", -1, SHUT_ORDERS, 30000, "CSU" },
		{ "-1015 in a 429",          429, -1015, "Too many new orders.", -1, SHUT_ORDERS, 30000, "CSU" },
		{ "-1015, Retry-After",      429, -1015, "Too many new orders.", 40, SHUT_ORDERS, 60000, "CSU" },
		{ "-1008",                   503, -1008, "Request throttled.", -1, SHUT_OVERLOAD, 20400, "CLSU" },
		{ "-1008, Retry-After",      503, -1008, "Request throttled.", 1, SHUT_OVERLOAD, 21000, "CLSU" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct pace_refusal	 r = { rows[i].http, rows[i].code, rows[i].msg,
						    rows[i].retry_after_s };
		char				 may[PACE_CLASSES + 1];
		enum pace_shut			 why;
		wall_t				 until;
		struct pace			 p;

		check_row("%s", rows[i].name);
		pace_init(&p);
		CHECK_INT(pace_is_shut(&p, at_ms(20000)), SHUT_N);
		CHECK(pace_refused(&p, &r, at_ms(20000), &why, &until));
		CHECK_INT(why, rows[i].why);
		CHECK_INT(wall_ms(until) - wall_ms(at_ms(0)), rows[i].until_ms);
		CHECK_STR(who_may(&p, at_ms(20000), may), rows[i].may);
		CHECK_STR(who_may(&p, at_ms(rows[i].until_ms - 1), may), rows[i].may);
		CHECK_INT(pace_is_shut(&p, at_ms(rows[i].until_ms - 1)), rows[i].why);
		CHECK_STR(who_may(&p, at_ms(rows[i].until_ms), may), "CLSOU");
		CHECK_INT(pace_is_shut(&p, at_ms(rows[i].until_ms)), SHUT_N);
	}
}

static void
what_says_nothing_of_the_pace(void **state)
{
	static const struct pace_refusal	 rows[] = {
		{ 200, 0, "", -1 }, { 200, 0, "", 5 },
		{ 400, -2019, "Margin is insufficient.", -1 },
		{ 503, 0, "Service Unavailable.", 5 }, { 503, -1001, "Internal error", -1 },
		{ 400, -2011, BANNED("1795256190500"), -1 }, { 0, 0, "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		enum pace_shut	 why;
		wall_t		 until;
		struct pace	 p;

		check_row("%d %d %s", rows[i].http, rows[i].code, rows[i].msg);
		pace_init(&p);
		CHECK(!pace_refused(&p, &rows[i], at_ms(0), &why, &until));
		CHECK_INT(pace_is_shut(&p, at_ms(0)), SHUT_N);
		CHECK(pace_may(&p, PACE_OPEN, 1, 1, at_ms(0)));
	}
}

static void
refuse(struct pace *p, int http, int code, int64_t retry_after_s, int64_t ms)
{
	const struct pace_refusal	 r = { http, code, "", retry_after_s };
	enum pace_shut			 why;
	wall_t				 until;

	CHECK(pace_refused(p, &r, at_ms(ms), &why, &until));
}

static void
an_older_word_does_not_open_it(void **state)
{
	char		 may[PACE_CLASSES + 1];
	struct pace	 p;

	(void)state;
	check_row("banned for 30 seconds, then for 5");
	pace_init(&p);
	refuse(&p, 418, 0, 30, 0);
	refuse(&p, 418, 0, 5, 0);
	CHECK_STR(who_may(&p, at_ms(29999), may), "");
	CHECK_STR(who_may(&p, at_ms(30000), may), "CLSOU");
	check_row("a later one closes it longer");
	refuse(&p, 418, 0, 30, 30000);
	CHECK_STR(who_may(&p, at_ms(59999), may), "");
	check_row("what holds shortest does not open what holds longest");
	pace_init(&p);
	refuse(&p, 418, 0, 5, 0);
	refuse(&p, 400, -1015, 20, 0);
	refuse(&p, 503, -1008, 10, 0);
	CHECK_STR(who_may(&p, at_ms(4999), may), "");
	CHECK_INT(pace_is_shut(&p, at_ms(4999)), SHUT_ORDERS);
	CHECK_STR(who_may(&p, at_ms(5000), may), "CSU");
	CHECK_STR(who_may(&p, at_ms(10000), may), "CSU");
	CHECK_STR(who_may(&p, at_ms(20000), may), "CLSOU");
	check_row("overload among orders");
	pace_init(&p);
	refuse(&p, 503, -1008, 20, 0);
	refuse(&p, 400, -1015, 10, 0);
	CHECK_STR(who_may(&p, at_ms(9999), may), "CSU");
	CHECK_STR(who_may(&p, at_ms(10000), may), "CLSU");
}

/* ---- the heartbeat -------------------------------------------------------------------- */

static void
check_printed(struct pace *p, int64_t ms, int64_t weight, int64_t orders, const char *closed,
    int64_t until_ms)
{
	const struct { const char *name; int64_t want; } ints[] = {
		{ "weight", weight }, { "weightLimit", 2400 }, { "orders10s", orders },
		{ "orders10sLimit", 300 }, { "orders1m", orders }, { "orders1mLimit", 1000 },
		{ "untilMs", until_ms },
	};
	struct buf	 b = { 0 };

	buf_addc(&b, '{');
	pace_print(p, at_ms(ms), &b);
	buf_addc(&b, '}');
	json_t	*o = json_loads(buf_text(&b), JSON_REJECT_DUPLICATES, NULL);
	CHECK(o != NULL);
	CHECK_INT(json_object_size(o), NITEMS(ints) + 1);
	for (size_t i = 0; i < NITEMS(ints); i++) {
		const json_t	*v = json_object_get(o, ints[i].name);

		CHECK(json_is_integer(v));
		CHECK_INT(json_integer_value(v), ints[i].want);
	}
	CHECK_STR(json_string_value(json_object_get(o, "closed")), closed);
	json_decref(o);
	buf_free(&b);
}

static void
the_heartbeat_shows_all(void **state)
{
	struct pace	 p;

	(void)state;
	pace_init(&p);
	pace_set_limit(&p, PACE_ORDERS_1M, 1000);
	check_row("nothing yet");
	check_printed(&p, 0, 0, 0, "", 0);
	check_row("some spent");
	pace_spend(&p, 40, 3, at_ms(1));
	check_printed(&p, 2, 40, 3, "", 0);
	check_row("another minute");
	check_printed(&p, 60000, 0, 0, "", 0);
	check_row("shut");
	for (int s = 0; s < SHUT_N; s++) {
		static const struct { int http, code; const char *closed; } rows[SHUT_N] = {
			[SHUT_BANNED] = { 418, 0, "banned" }, [SHUT_WEIGHT] = { 429, 0, "weight" },
			[SHUT_ORDERS] = { 400, -1015, "orders" },
			[SHUT_OVERLOAD] = { 503, -1008, "overload" },
		};

		pace_init(&p);
		pace_set_limit(&p, PACE_ORDERS_1M, 1000);
		refuse(&p, rows[s].http, rows[s].code, 2, 0);
		check_printed(&p, 1999, 0, 0, rows[s].closed, wall_ms(at_ms(2000)));
		check_printed(&p, 2000, 0, 0, "", 0);
		CHECK_STR(pace_shut_name((enum pace_shut)s), rows[s].closed);
	}
	CHECK_STR(pace_shut_name(SHUT_N), "");
}

/* ---- laws ------------------------------------------------------------------------------- */

/* No window ever holds more than its limit, whoever asks when. */
static void
no_limit_is_ever_passed(void **state)
{
	static const struct { int64_t window_ms, limit; bool weight; } limits[] = {
		{ 60000, 2400, true }, { 10000, 300, false }, { 60000, 1200, false },
	};
	struct rng	 r = rng_seed(check_seed());
	int64_t		 used[NITEMS(limits)] = { 0 }, ms = 0;
	int		 sent = 0, held = 0;
	struct pace	 p;

	(void)state;
	pace_init(&p);
	for (int i = 0; i < ROUNDS; i++) {
		const int	 weight = (int)rng_below(&r, 3) * 20;
		const int	 orders = (int)rng_below(&r, 6);
		const int64_t	 next = ms + (int64_t)rng_below(&r, 100);
		const enum pace_class	 c = (enum pace_class)rng_below(&r, PACE_CLASSES);

		for (size_t k = 0; k < NITEMS(limits); k++)
			if (next / limits[k].window_ms != ms / limits[k].window_ms)
				used[k] = 0;
		ms = next;
		if (!pace_may(&p, c, weight, orders, at_ms(ms))) {
			held++;
			continue;
		}
		sent++;
		pace_spend(&p, weight, orders, at_ms(ms));
		for (size_t k = 0; k < NITEMS(limits); k++) {
			check_row("request %d at %lld ms, limit %zu", i, (long long)ms, k);
			used[k] += limits[k].weight ? weight : orders;
			CHECK(used[k] <= limits[k].limit);
		}
	}
	check_row("both happened: %d sent, %d held", sent, held);
	CHECK(sent > ROUNDS / 10 && held > ROUNDS / 10);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_tenth_is_kept_for_urgent_requests),
		cmocka_unit_test(limits_are_apart),
		cmocka_unit_test(windows_are_of_the_clock),
		cmocka_unit_test(limits_can_be_told),
		cmocka_unit_test(what_the_exchange_says_counts_when_it_is_more),
		cmocka_unit_test(a_window_that_has_passed_says_nothing_of_the_next),
		cmocka_unit_test(who_may_use_the_reserve),
		cmocka_unit_test(what_is_shut_until_when),
		cmocka_unit_test(what_says_nothing_of_the_pace),
		cmocka_unit_test(an_older_word_does_not_open_it),
		cmocka_unit_test(the_heartbeat_shows_all),
		cmocka_unit_test(no_limit_is_ever_passed),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
