/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "venue/outside.h"
#include "wire/jw.h"

static const struct instr	btc = { .symbol = "BTCUSDT", .base = "BTC", .quote = "USDT" };

static void
symbols_in_the_spelling_wanted(void **state)
{
	static const struct { bool ccxt; const char *native, *want; } rows[] = {
		{ false, "BTCUSDT", "BTCUSDT" }, { true, "BTCUSDT", "BTC/USDT:USDT" },
		{ true, "NOPEUSDT", "NOPEUSDT" }, { false, "NOPEUSDT", "NOPEUSDT" },
	};
	struct instrs	 known = { 0 };
	char		 buf[SYMBOL];

	(void)state;
	instrs_put(&known, &btc);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct spelling	 s = { &known, rows[i].ccxt };

		check_row("%s, ccxt %d", rows[i].native, rows[i].ccxt);
		CHECK_STR(outside_symbol(&s, rows[i].native, buf), rows[i].want);
	}
	instrs_fini(&known);
}

/* Consumers drop what is not newer: numbers rise, whatever the clock does. */
static void
numbers_of_events_rise(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int64_t		 seq = 0, last = 0;
	wall_t		 now = wall_from_ms(1795256152380);

	(void)state;
	for (int i = 0; i < 5000; i++) {
		now = wall_add_us(now, (int64_t)rng_below(&r, 200) - 100);
		const struct event_stamp	 s = event_stamp_next(&seq, now);
		check_row("event %d", i);
		CHECK(s.seq > last);
		CHECK(s.seq >= now.us);
		CHECK_INT(s.at.us, now.us);
		CHECK_INT(seq, s.seq);
		last = s.seq;
	}
	check_row("a clock that is ahead again is followed");
	now = wall_add_us(now, 1000000);
	CHECK_INT(event_stamp_next(&seq, now).seq, now.us);
}

static void
an_event_begins_the_same(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	check_row("order_active");
	outside_event(&b, "order_active", "sub \"1\"",
	    (struct event_stamp){ 1795256152380777, { 1795256152380999 } });
	jw_put_bool(&b, "next", true);
	jw_close(&b, '}');
	CHECK_STR(buf_text(&b), "{\"seq\":1795256152380777,\"type\":\"order_active\","
	    "\"subAccountId\":\"sub \\\"1\\\"\",\"timestamp\":1795256152380,\"next\":true}");
	buf_free(&b);
}

static struct msg_fill
limit_order(void)
{
	struct msg_fill	 f = {
		.o = { .clord_id = "PMSc812e1edb644_LMT_1fbadf253aff", .symbol = "BTCUSDT",
		    .side = SIDE_SELL, .type = TYPE_LIMIT, .qty = D("0.012"), .px = D("61250.10"),
		    .leverage = 20, .origin = ORIGIN_CHASE, .role = ROLE_REPRICE,
		    .parent_id = "chase_9ad30511624b", .created_at = wall_from_ms(1795256152380) },
		.order_id = INT64_C(283194212000), .status = OS_ACTIVE,
		.cum_qty = D("0.004"), .avg_px = D("61250.20"),
		.e = { .trade_id = 7, .qty = D("0.001"), .px = D("61250.30"), .fee = DEC_ZERO },
	};

	return f;
}

static void
check_order(const struct msg_fill *f, const struct spelling *s, const char *want)
{
	struct buf	 b = { 0 };

	jw_open(&b, '{');
	outside_order(&b, f, s, wall_from_ms(1795256155000));
	jw_close(&b, '}');
	CHECK_STR(buf_text(&b), want);
	buf_free(&b);
}

/* The common order object of the contract, 3.2, member for member. */
static void
the_common_order_object(void **state)
{
	struct instrs		 known = { 0 };
	const struct spelling	 ccxt = { &known, true }, native = { &known, false };
	struct msg_fill		 f = limit_order();

	(void)state;
	instrs_put(&known, &btc);
	check_row("a limit order of an algo, part of it filled");
	check_order(&f, &ccxt, "{\"clientOrderId\":\"PMSc812e1edb644_LMT_1fbadf253aff\","
	    "\"exchangeOrderId\":\"283194212000\",\"symbol\":\"BTC/USDT:USDT\",\"side\":\"SELL\","
	    "\"orderType\":\"LIMIT\",\"quantity\":0.012,\"price\":61250.1,\"reduceOnly\":false,"
	    "\"state\":\"active\",\"filledQty\":0.004,\"avgFillPrice\":61250.2,"
	    "\"lastFillPrice\":61250.3,\"lastFillQty\":0.001,\"origin\":\"CHASE\","
	    "\"parentId\":\"chase_9ad30511624b\",\"orderRole\":\"REPRICE\","
	    "\"strategySessionId\":\"chase_9ad30511624b\",\"parentStrategySessionId\":null,"
	    "\"rootStrategySessionId\":\"chase_9ad30511624b\",\"replacesClientOrderId\":null,"
	    "\"leverage\":20,\"createdAt\":1795256152380,\"updatedAt\":1795256155000}");

	check_row("a market order nothing is known of: null and 0, never missing");
	f.o.type = TYPE_MARKET;
	f.o.px = f.cum_qty = f.avg_px = f.e.qty = f.e.px = DEC_NONE;
	f.o.parent_id[0] = '\0';
	f.o.reduce_only = true;
	f.o.origin = ORIGIN_MANUAL;
	f.o.role = ROLE_UNKNOWN;
	f.order_id = 0;
	f.status = OS_PLACING;
	check_order(&f, &native, "{\"clientOrderId\":\"PMSc812e1edb644_LMT_1fbadf253aff\","
	    "\"exchangeOrderId\":null,\"symbol\":\"BTCUSDT\",\"side\":\"SELL\","
	    "\"orderType\":\"MARKET\",\"quantity\":0.012,\"price\":null,\"reduceOnly\":true,"
	    "\"state\":\"placing\",\"filledQty\":0,\"avgFillPrice\":0,\"lastFillPrice\":0,"
	    "\"lastFillQty\":0,\"origin\":\"MANUAL\",\"parentId\":null,\"orderRole\":\"UNKNOWN\","
	    "\"strategySessionId\":null,\"parentStrategySessionId\":null,"
	    "\"rootStrategySessionId\":null,\"replacesClientOrderId\":null,\"leverage\":20,"
	    "\"createdAt\":1795256152380,\"updatedAt\":1795256155000}");
	instrs_fini(&known);
}

/* The front end shows the price of a fill: of a market order its average. */
static void
the_price_that_is_shown(void **state)
{
	static const struct { const char *px, *avg_px, *part; } rows[] = {
		{ "61250.1", "61250.2", "\"price\":61250.1," },
		{ "null", "61250.2", "\"price\":61250.2," },
		{ "null", "null", "\"price\":null," },
	};
	const struct spelling	 native = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct msg_fill	 f = limit_order();
		struct buf	 b = { 0 };

		check_row("price %s, average %s", rows[i].px, rows[i].avg_px);
		f.o.px = D(rows[i].px);
		f.avg_px = D(rows[i].avg_px);
		outside_order(&b, &f, &native, WALL_UNSET);
		CHECK_HAS(buf_text(&b), rows[i].part);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(symbols_in_the_spelling_wanted),
		cmocka_unit_test(numbers_of_events_rise),
		cmocka_unit_test(an_event_begins_the_same),
		cmocka_unit_test(the_common_order_object),
		cmocka_unit_test(the_price_that_is_shown),
	};

	return cmocka_run_group_tests_name("outside", tests, NULL, NULL);
}
