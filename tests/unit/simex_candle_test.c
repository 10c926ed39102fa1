/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/attr.h"
#include "base/rng.h"
#include "tests/simex/core/candle.h"
#include "tests/simex/core/deal.h"

#include <string.h>

enum { DEALS = 3000, LOOKS = 40, APART_MS = 7 * 3600 * 1000 };

#define START_MS	INT64_C(1789478299014)	/* 2026-09-15 13:58:19 */

static void
intervals_open(void **state)
{
	/* A Tuesday, 2026-09-15 13:58:19.014 UTC. */
	static const struct { enum interval i; int64_t open_ms, next_ms; } rows[] = {
		{ INTERVAL_1M, 1789478280000, 1789478340000 },
		{ INTERVAL_15M, 1789478100000, 1789479000000 },
		{ INTERVAL_4H, 1789473600000, 1789488000000 },
		{ INTERVAL_1D, 1789430400000, 1789516800000 },
		{ INTERVAL_1W, 1789344000000, 1789948800000 },		/* Monday the 14th */
		{ INTERVAL_1MONTH, 1788220800000, 1790812800000 },	/* 1 September, 1 October */
	};

	(void)state;
	for (size_t r = 0; r < NITEMS(rows); r++) {
		check_row("%s", interval_names[rows[r].i]);
		CHECK_INT(interval_open(rows[r].i, START_MS), rows[r].open_ms);
		CHECK_INT(interval_open(rows[r].i, rows[r].open_ms), rows[r].open_ms);
		CHECK_INT(interval_open(rows[r].i, rows[r].next_ms - 1), rows[r].open_ms);
		CHECK_INT(interval_next(rows[r].i, rows[r].open_ms), rows[r].next_ms);
	}
	check_row("a year ends");	/* 2026-12-15 */
	CHECK_INT(interval_next(INTERVAL_1MONTH, 1796083200000), 1798761600000);
	check_row("names");
	for (int i = 0; i < INTERVAL_N; i++)
		CHECK_INT(interval_find(interval_names[i]), i);
	CHECK_INT(interval_find("1s"), INTERVAL_N);
}

/* The same from the deals themselves, without minutes. */
static bool
by_hand(const struct deal *v, size_t n, int64_t from_ms, int64_t until_ms, struct candle *c)
{
	*c = (struct candle){ .open_ms = from_ms };
	for (size_t i = 0; i < n && wall_ms(v[i].at) < until_ms; i++) {
		const struct deal	*d = &v[i];
		const dec_t		 quote = dec_mul(d->px, d->qty, ROUND_HALF_EVEN);

		if (wall_ms(d->at) < from_ms) {
			c->open = c->high = c->low = c->close = d->px;
			continue;
		}
		if (c->n++ == 0) {
			c->open = c->high = c->low = d->px;
			c->first_id = d->id;
		}
		c->high = dec_max(c->high, d->px);
		c->low = dec_min(c->low, d->px);
		c->close = d->px;
		c->last_id = d->id;
		c->volume.e8 += d->qty.e8;
		c->quote.e8 += quote.e8;
		c->taker_volume.e8 += d->buyer_makes ? 0 : d->qty.e8;
		c->taker_quote.e8 += d->buyer_makes ? 0 : quote.e8;
	}
	return !dec_is_zero(c->close);
}

static void
candles_are_what_traded(void **state)
{
	static struct deal	 v[DEALS];
	struct rng		 r = rng_seed(check_seed());
	struct candles		 cs = { 0 };
	int64_t			 ms = START_MS;

	(void)state;
	for (int i = 0; i < DEALS; i++) {
		/* Bursts within a minute, and gaps of hours. */
		ms += (int64_t)rng_below(&r, rng_below(&r, 9) == 0 ? APART_MS : 20000);
		v[i] = (struct deal){
			.id = 100 + i, .at = wall_from_ms(ms), .buyer_makes = rng_below(&r, 2) == 0,
			.px = { (int64_t)(1 + rng_below(&r, 100000)) * 10000000 },
			.qty = { (int64_t)(1 + rng_below(&r, 100000)) * 100000 },
		};
		candles_add(&cs, v[i].px, v[i].qty, !v[i].buyer_makes, v[i].id, ms);
	}
	for (int i = 0; i < INTERVAL_N; i++) {
		for (int k = 0; k < LOOKS; k++) {
			const int64_t	 at = START_MS - APART_MS + (int64_t)rng_below(&r,
					    (uint64_t)(ms - START_MS + 2 * (int64_t)APART_MS));
			const int64_t	 open = interval_open((enum interval)i, at);
			const int64_t	 next = interval_next((enum interval)i, open);
			struct candle	 got, want;

			check_row("%s at %lld", interval_names[i], (long long)at);
			CHECK(open <= at && at < next);
			CHECK_INT(candles_get(&cs, (enum interval)i, open, &got),
			    by_hand(v, DEALS, open, next, &want));
			CHECK(memcmp(&got, &want, sizeof(got)) == 0);
		}
	}
	candles_fini(&cs);
}

static void
a_price_stands_before_the_first_trade(void **state)
{
	const int64_t	 first = interval_open(INTERVAL_1M, START_MS);
	struct candles	 cs = { 0 };
	struct candle	 c;

	(void)state;
	candles_begin(&cs, D("10"), START_MS);
	CHECK(!candles_get(&cs, INTERVAL_1M, first - MINUTE_MS, &c));
	for (int64_t ms = first; ms <= first + MINUTE_MS; ms += MINUTE_MS) {
		check_row("at %lld", (long long)ms);
		CHECK(candles_get(&cs, INTERVAL_1M, ms, &c));
		CHECK_DEC(c.open, "10");
		CHECK_DEC(c.close, "10");
		CHECK_INT(c.n, 0);
	}
	check_row("what trades is all there is, in the first minute too");
	candles_add(&cs, D("12"), D("1"), true, 7, START_MS);
	CHECK(candles_get(&cs, INTERVAL_1M, first, &c));
	CHECK_DEC(c.open, "12");
	CHECK_DEC(c.low, "12");
	CHECK_INT(c.first_id, 7);
	CHECK_INT(c.n, 1);
	candles_fini(&cs);
}

static void
minutes_are_bounded(void **state)
{
	struct candles	 cs = { 0 };
	struct candle	 c;

	(void)state;
	for (int64_t i = 0; i <= MINUTES_MOST; i++)
		candles_add(&cs, DEC_ONE, DEC_ONE, true, i, START_MS + i * MINUTE_MS);
	CHECK_INT((int64_t)cs.n, MINUTES_MOST / 2 + 1);
	CHECK(candles_between(&cs, 0, INT64_MAX, &c));
	CHECK_INT(c.first_id, MINUTES_MOST / 2);
	CHECK_INT(c.last_id, MINUTES_MOST);
	candles_fini(&cs);
}

static void
numbers_have_places(void **state)
{
	static const struct { __int128 e8; int places; const char *text; } rows[] = {
		{ 0, 0, "0" }, { 0, 2, "0.00" }, { 123456789, 8, "1.23456789" },
		{ 123456789, 2, "1.23" }, { 150000000, 0, "2" }, { 250000000, 0, "2" },
		{ 999999999, 3, "10.000" }, { -5, 8, "-0.00000005" }, { -5, 3, "0.000" },
		{ -123450000000, 1, "-1234.5" },
		{ (__int128)42307573067112853 * 100000000 * 10000, 5, "423075730671128530000.00000" },
	};
	char	 text[FIXED_STR];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].text);
		CHECK_STR(sum_format((sum_t){ rows[i].e8 }, rows[i].places, text), rows[i].text);
	}
	check_row("ratio");
	CHECK_DEC(sum_ratio((sum_t){ (__int128)DEC_ONE_E8 * 10 }, (sum_t){ 3 * DEC_ONE_E8 }),
	    "3.33333333");
	CHECK_DEC(sum_ratio((sum_t){ (__int128)4230757306711285300 * 1000000 },
	    (sum_t){ (__int128)1343198167100 * 100000000 }), "31497.64055922");
	CHECK_DEC(sum_ratio((sum_t){ 1 }, (sum_t){ 0 }), "0");
}

static void
deals_aggregate(void **state)
{
	static const struct { int64_t ms; const char *px; bool buyer_makes; int64_t aggregate; } rows[] = {
		{ 0, "100", false, 7 }, { 0, "100", false, 7 }, { 0, "100.1", false, 8 },
		{ 10, "100.1", true, 9 }, { 99, "100.1", true, 9 }, { 100, "100.1", true, 10 },
		{ 350, "100.1", true, 11 },
	};
	struct deals	 ds;

	(void)state;
	deals_init(&ds, 7);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%zu", i);
		deals_add(&ds, &(struct deal){
			.id = 50 + (int64_t)i, .px = D(rows[i].px), .qty = DEC_ONE,
			.at = wall_from_ms(rows[i].ms), .buyer_makes = rows[i].buyer_makes,
		});
		const struct aggregate	*a = &ds.aggregates[ds.naggregates - 1];
		CHECK_INT(a->id, rows[i].aggregate);
		CHECK_INT(a->last_id, 50 + (int64_t)i);
		CHECK_DEC(a->qty, a->last_id > a->first_id ? "2" : "1");
		CHECK(!aggregate_is_over(&ds, a, wall_from_ms(rows[i].ms)));
		CHECK(aggregate_is_over(&ds, a, wall_from_ms(rows[i].ms + 100)));
	}
	check_row("where they are");
	CHECK_INT((int64_t)deals_from_id(&ds, 1), 0);
	CHECK_INT((int64_t)deals_from_id(&ds, 52), 2);
	CHECK_INT((int64_t)deals_from_id(&ds, 99), NITEMS(rows));
	CHECK_INT((int64_t)aggregates_from_id(&ds, 9), 2);
	CHECK_INT((int64_t)aggregates_since(&ds, wall_from_ms(99)), 2);
	CHECK_INT((int64_t)aggregates_since(&ds, wall_from_ms(351)), 5);
	check_row("bounded");
	for (int64_t i = NITEMS(rows); i < 3 * DEALS_KEPT; i++)
		deals_add(&ds, &(struct deal){
			.id = 50 + i, .px = DEC_INT(i), .qty = DEC_ONE, .at = wall_from_ms(i),
		});
	CHECK(ds.n >= DEALS_KEPT && ds.n <= 2 * DEALS_KEPT && ds.naggregates <= 2 * DEALS_KEPT);
	CHECK_INT(deals_last(&ds)->id, 50 + 3 * DEALS_KEPT - 1);
	CHECK_INT(ds.v[deals_from_id(&ds, 6000)].id, 6000);
	deals_fini(&ds);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(intervals_open),
		cmocka_unit_test(candles_are_what_traded),
		cmocka_unit_test(a_price_stands_before_the_first_trade),
		cmocka_unit_test(minutes_are_bounded),
		cmocka_unit_test(numbers_have_places),
		cmocka_unit_test(deals_aggregate),
	};

	return cmocka_run_group_tests_name("simex_candle", tests, NULL, NULL);
}
