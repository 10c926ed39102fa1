/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "feedd/quotes.h"

#include <stdio.h>

enum { TICK_MS = 10, DAY_MS = 24 * 3600 * 1000, STEPS = 20000, SYMBOLS = 5 };

static mono_t
at(int64_t ms)
{
	return mono_after_ms((mono_t){ INT64_C(1000000000) }, ms);
}

static wall_t
wall_at(int64_t ms)
{
	return wall_from_ms(1795256152000 + ms);
}

static struct fact
top(const char *symbol, const char *bid, const char *ask)
{
	struct fact	 f = { .kind = FACT_TOP, .bid = D(bid), .ask = D(ask), .mark = DEC_NONE,
			    .at = wall_at(0) };

	text_put(f.symbol, sizeof(f.symbol), symbol);
	return f;
}

static struct fact
mark(const char *symbol, const char *px)
{
	struct fact	 f = { .kind = FACT_MARK, .bid = DEC_NONE, .ask = DEC_NONE, .mark = D(px),
			    .at = wall_at(0) };

	text_put(f.symbol, sizeof(f.symbol), symbol);
	return f;
}

/* ---- what a fact makes of the price --------------------------------------------------- */

static void
facts_make_the_price(void **state)
{
	const struct {
		const char	*name;
		struct fact	 f;
		bool		 news;
		const char	*bid, *ask, *mid, *mark, *source;
	} rows[] = {
		{ "an empty side is no price", top("B", "0", "100"), false,
		  "null", "null", "null", "null", "" },
		{ "a missing side neither", top("B", "null", "100"), false,
		  "null", "null", "null", "null", "" },
		{ "no mark", mark("B", "null"), false, "null", "null", "null", "null", "" },
		{ "a mark of nothing", mark("B", "0"), false, "null", "null", "null", "null", "" },
		{ "mark alone", mark("B", "99"), true, "null", "null", "null", "99", "mark" },
		{ "top", top("B", "100", "101"), true, "100", "101", "100.5", "99", "l1" },
		{ "the same again", top("B", "100", "101"), false,
		  "100", "101", "100.5", "99", "l1" },
		{ "ask alone moves", top("B", "100", "100.01"), true,
		  "100", "100.01", "100.005", "99", "l1" },
		{ "an empty side changes nothing", top("B", "100", "0"), false,
		  "100", "100.01", "100.005", "99", "l1" },
		{ "the same mark is news: it is fresh", mark("B", "99"), true,
		  "100", "100.01", "100.005", "99", "l1" },
		{ "the last digit", top("B", "0.00000001", "0.00000002"), true,
		  "0.00000001", "0.00000002", "0.00000002", "99", "l1" },
	};
	struct quotes	 t;

	(void)state;
	quotes_init(&t, TICK_MS);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const mono_t		 now = at((int64_t)i * DAY_MS);
		struct fact		 f = rows[i].f;
		struct quote		*q;

		check_row("%s", rows[i].name);
		f.at = wall_at((int64_t)i);
		q = quotes_fact(&t, &f, now);
		CHECK_INT(q != NULL, rows[i].news);
		if (q != NULL)
			quotes_told(&t, q, now);
		q = quotes_get(&t, "B");
		CHECK_DEC(q->price.bid, rows[i].bid);
		CHECK_DEC(q->price.ask, rows[i].ask);
		CHECK_DEC(q->price.mid, rows[i].mid);
		CHECK_DEC(q->price.mark, rows[i].mark);
		CHECK_STR(q->price.source, rows[i].source);
		if (rows[i].news)
			CHECK_INT(q->price.ts.us, wall_at((int64_t)i).us);
	}
	quotes_fini(&t);
}

/* ---- conflation ------------------------------------------------------------------------- */

/* Changes that come too soon are told together, the newest of them, when the time has come. */
static void
changes_are_conflated(void **state)
{
	static const struct {
		int64_t		 at_ms;
		const char	*bid;
		bool		 now;
		int64_t		 next_ms;	/* -1: nothing is waiting */
	} rows[] = {
		{ 0,  "100", true,  -1 },
		{ 3,  "101", false, 10 },
		{ 9,  "102", false, 10 },
		{ 10, "103", true,  -1 },
		{ 11, "103", false, -1 },
		{ 12, "104", false, 20 },
		{ 90, "104", false, -1 },	/* it was told at 20; see below */
		{ 91, "105", true,  -1 },
	};
	struct quotes	 t;

	(void)state;
	quotes_init(&t, TICK_MS);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct fact	 f = top("B", rows[i].bid, "200");
		struct quote		*q = quotes_fact(&t, &f, at(rows[i].at_ms));
		mono_t			 next;

		check_row("at %lld ms", (long long)rows[i].at_ms);
		CHECK_INT(q != NULL, rows[i].now);
		if (q != NULL)
			quotes_told(&t, q, at(rows[i].at_ms));
		CHECK(quotes_due(&t, at(rows[i].at_ms), &next) == NULL);
		CHECK_INT(next.us, rows[i].next_ms == -1 ? MONO_NEVER.us : at(rows[i].next_ms).us);
		if (rows[i].at_ms != 12)
			continue;
		q = quotes_due(&t, at(20), &next);
		CHECK(q != NULL);
		CHECK_DEC(q->price.bid, "104");
		quotes_told(&t, q, at(20));
	}
	quotes_fini(&t);
}

static void
the_one_that_waits_longest_is_told_first(void **state)
{
	static const char *const	symbols[] = { "C", "A", "B" };
	struct quotes			 t;
	mono_t				 next;

	(void)state;
	quotes_init(&t, TICK_MS);
	for (size_t i = 0; i < NITEMS(symbols); i++) {
		const struct fact	 first = top(symbols[i], "1", "2");

		quotes_told(&t, quotes_fact(&t, &first, at((int64_t)i)), at((int64_t)i));
	}
	for (size_t i = 0; i < NITEMS(symbols); i++) {
		const struct fact	 second = top(symbols[i], "1.5", "2");

		CHECK(quotes_fact(&t, &second, at(5)) == NULL);
	}
	for (size_t i = 0; i < NITEMS(symbols); i++) {
		check_row("%s", symbols[i]);
		struct quote	*q = quotes_due(&t, at(20), &next);
		CHECK_STR(q->symbol, symbols[i]);
		quotes_told(&t, q, at(20));
	}
	CHECK(quotes_due(&t, at(20), &next) == NULL);
	quotes_fini(&t);
}

/*
 * Of a random market, told as feedd does it: never two tellings of a symbol
 * closer than a tick, never a change that waits longer than one, and what was
 * told last is the newest price.
 */
static void
a_random_market_is_told(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int64_t		 told_ms[SYMBOLS], changed_ms[SYMBOLS], now = 0;
	dec_t		 told[SYMBOLS], newest[SYMBOLS];
	struct quotes	 t;
	mono_t		 next = MONO_NEVER;

	(void)state;
	quotes_init(&t, TICK_MS);
	for (int i = 0; i < SYMBOLS; i++) {
		told_ms[i] = -DAY_MS;
		changed_ms[i] = -1;
		told[i] = newest[i] = DEC_ZERO;
	}
	for (int n = 0; n < STEPS; n++) {
		const char	 symbol[] = { (char)('0' + rng_below(&r, SYMBOLS)), '\0' };
		const int	 i = symbol[0] - '0';
		struct fact	 f = top(symbol, "1", "1000000");
		struct quote	*q;

		check_row("step %d", n);
		now += (int64_t)rng_below(&r, 4);
		if (next.us < at(now).us)
			now = mono_diff_ms(next, at(0));	/* the timer is not late */
		f.bid = (dec_t){ (int64_t)(rng_below(&r, 1000) + 1) * DEC_ONE_E8 };
		if (dec_cmp(f.bid, newest[i]) != 0 && changed_ms[i] == -1)
			changed_ms[i] = now;
		newest[i] = f.bid;
		q = quotes_fact(&t, &f, at(now));
		if (q == NULL)
			q = quotes_due(&t, at(now), &next);
		for (; q != NULL; q = quotes_due(&t, at(now), &next)) {
			const int	 k = q->symbol[0] - '0';

			CHECK(now - told_ms[k] >= TICK_MS);
			CHECK(changed_ms[k] != -1 && now - changed_ms[k] <= TICK_MS);
			told_ms[k] = now;
			changed_ms[k] = -1;
			told[k] = q->price.bid;
			quotes_told(&t, q, at(now));
		}
		for (int k = 0; k < SYMBOLS; k++)
			CHECK(changed_ms[k] != -1 || dec_cmp(told[k], newest[k]) == 0);
	}
	quotes_fini(&t);
}

/* ---- who wants it -------------------------------------------------------------------------- */

static struct quote *
want(struct quotes *t, const char *symbol, const char *who, int64_t until_ms, int64_t now_ms)
{
	struct msg_want	 m = { .until = until_ms == 0 ? WALL_UNSET : wall_at(until_ms) };

	text_put(m.symbol, sizeof(m.symbol), symbol);
	text_put(m.who, sizeof(m.who), who);
	return quotes_want(t, &m, wall_at(now_ms));
}

static void
wants_run_out(void **state)
{
	static const struct {
		int64_t		 at_ms;
		const char	*who;
		int64_t		 until_ms;	/* 0: released */
		bool		 wanted;
	} rows[] = {
		{ 0,    "algod", 1000, true },
		{ 500,  "riskd", 2000, true },
		{ 600,  "algod", 0,    true },		/* riskd still wants it */
		{ 700,  "riskd", 0,    false },
		{ 800,  "nobody", 0,   false },		/* releases what it never wanted */
		{ 900,  "algod", 5000, true },
		{ 1000, "algod", 1500, true },		/* a shorter want is the newer one */
		{ 1500, "riskd", 0,    false },
	};
	struct quotes	 t;

	(void)state;
	quotes_init(&t, TICK_MS);
	CHECK(!quote_is_wanted(quotes_get(&t, "B"), wall_at(0)));
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("at %lld %s", (long long)rows[i].at_ms, rows[i].who);
		const struct quote	*q = want(&t, "B", rows[i].who, rows[i].until_ms,
					    rows[i].at_ms);
		CHECK(q == quotes_get(&t, "B"));
		CHECK_INT(quote_is_wanted(q, wall_at(rows[i].at_ms)), rows[i].wanted);
	}
	check_row("to the instant");
	const struct quote	*q = want(&t, "C", "algod", 1000, 0);
	CHECK(quote_is_wanted(q, wall_at(999)));
	CHECK(!quote_is_wanted(q, wall_at(1000)));
	CHECK(!quote_is_wanted(quotes_get(&t, "B"), wall_at(DAY_MS)));
	quotes_fini(&t);
}

static void
what_is_configured_is_always_wanted(void **state)
{
	struct quotes	 t;

	(void)state;
	check_row("fixed");
	quotes_init(&t, TICK_MS);
	quotes_get(&t, "B")->fixed = true;
	CHECK(quote_is_wanted(quotes_get(&t, "B"), wall_at(0)));
	CHECK(want(&t, "B", "algod", 0, 0) != NULL);
	CHECK(quote_is_wanted(quotes_get(&t, "B"), wall_at(DAY_MS)));
	quotes_fini(&t);
}

/* There is room for so many; one that has run out makes place for the next. */
static void
wants_have_a_bound(void **state)
{
	struct quotes	 t;
	char		 who[32];

	(void)state;
	quotes_init(&t, TICK_MS);
	for (int i = 0; i < WANTS_MAX; i++) {
		check_row("want %d", i);
		text_putf(who, sizeof(who), "algo%d", i);
		CHECK(want(&t, "B", who, 1000 + i, 0) != NULL);
	}
	check_row("full");
	CHECK(want(&t, "B", "late", 5000, 500) == NULL);
	CHECK(want(&t, "B", "algo3", 1003, 500) != NULL);	/* who is there stays */
	CHECK(want(&t, "C", "late", 5000, 500) != NULL);	/* another symbol has its own */
	check_row("the first has run out");
	CHECK(want(&t, "B", "late", 5000, 1000) != NULL);
	CHECK(want(&t, "B", "later", 5000, 1000) == NULL);
	CHECK(quote_is_wanted(quotes_get(&t, "B"), wall_at(4999)));
	quotes_fini(&t);
}

/* ---- a fresh mark carries no old top along ----------------------------------------------- */

static void
a_top_grows_old(void **state)
{
	const struct {
		const char	*name;
		int64_t		 ms;
		struct fact	 f;
		const char	*bid, *mid, *mark, *source;
	} rows[] = {
		{ "a book", 0, top("B", "100", "102"), "100", "101", "null", "l1" },
		{ "a mark beside it", 1000, mark("B", "99"), "100", "101", "99", "l1" },
		{ "just not too old", 10000, mark("B", "99"), "100", "101", "99", "l1" },
		{ "too old", 10001, mark("B", "98"), "null", "null", "98", "mark" },
		{ "heard of again", 10100, top("B", "100", "102"), "100", "101", "98", "l1" },
		{ "unchanged is heard, too", 20000, top("B", "100", "102"),
		  "100", "101", "98", "l1" },
		{ "so it is fresh", 25000, mark("B", "98"), "100", "101", "98", "l1" },
	};
	struct quotes	 t;

	(void)state;
	quotes_init(&t, TICK_MS);
	t.stale_ms = 10000;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].name);
		quotes_fact(&t, &rows[i].f, at(rows[i].ms));
		const struct quote	*q = quotes_get(&t, "B");
		CHECK_DEC(q->price.bid, rows[i].bid);
		CHECK_DEC(q->price.mid, rows[i].mid);
		CHECK_DEC(q->price.mark, rows[i].mark);
		CHECK_STR(q->price.source, rows[i].source);
	}
	quotes_fini(&t);
}

static void
a_book_that_is_left_is_told(void **state)
{
	const struct fact	 f = top("B", "100", "102");
	struct quotes		 t;
	mono_t			 next;

	(void)state;
	check_row("forgotten");
	quotes_init(&t, TICK_MS);
	struct quote	*q = quotes_fact(&t, &f, at(0));
	quotes_told(&t, q, at(0));
	quotes_forget_top(&t, q);
	CHECK(quotes_due(&t, at(TICK_MS), &next) == q);
	CHECK_DEC(q->price.mid, "null");
	quotes_told(&t, q, at(TICK_MS));
	quotes_forget_top(&t, q);
	CHECK(quotes_due(&t, at(2 * TICK_MS), &next) == NULL);
	quotes_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(facts_make_the_price),
		cmocka_unit_test(changes_are_conflated),
		cmocka_unit_test(the_one_that_waits_longest_is_told_first),
		cmocka_unit_test(a_random_market_is_told),
		cmocka_unit_test(wants_run_out),
		cmocka_unit_test(what_is_configured_is_always_wanted),
		cmocka_unit_test(wants_have_a_bound),
		cmocka_unit_test(a_top_grows_old),
		cmocka_unit_test(a_book_that_is_left_is_told),
	};

	return cmocka_run_group_tests_name("quotes", tests, NULL, NULL);
}
