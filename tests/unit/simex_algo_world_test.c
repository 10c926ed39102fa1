/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/algo_world.h"

#include "tests/simex/api/call.h"
#include "tests/unit/check.h"

enum { ROUNDS = 150, STEP_US = 137000 };

/* How many a list has. */
static int64_t
count(struct world *w, const char *what, const char *with)
{
	struct buf	 out = { 0 };

	request(w, what, with, at_ms(100), &out);
	json_t		*list = json_loads(buf_text(&out), 0, NULL);
	CHECK(json_is_array(list));
	const int64_t	 n = (int64_t)json_array_size(list);
	json_decref(list);
	buf_free(&out);
	return n;
}

static void
lists_and_their_weights(void **state)
{
	static const struct {
		const char	*method, *path;
		int		 weight, weight_all, orders;
	} rows[] = {
		{ "POST",   "/fapi/v1/algoOrder",      0, 0, 1 },
		{ "DELETE", "/fapi/v1/algoOrder",      1, 1, 0 },
		{ "GET",    "/fapi/v1/algoOrder",      1, 1, 0 },
		{ "DELETE", "/fapi/v1/algoOpenOrders", 1, 1, 0 },
		{ "GET",    "/fapi/v1/openAlgoOrders", 1, 40, 0 },
		{ "GET",    "/fapi/v1/allAlgoOrders",  5, 5, 0 },
	};
	static const struct step	 steps[] = {
		{ 0, PLACE, SELL_STOP QTY, 0, "s:NEW" },
		{ 10, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=60000" ID("a"), 0,
		    "a:NEW" },
		{ 20, PLACE, "symbol=ETHUSDT&algoType=CONDITIONAL&type=STOP_MARKET&side=SELL"
		    "&quantity=1&triggerPrice=1000" ID("e"), 0, "e:NEW" },
		{ 30, CANCEL, "clientAlgoId=a", 0, "a:CANCELED" },
	};
	struct world	*w = standing();
	struct buf	 out = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct endpoint	*e = endpoint_find(rows[i].method, rows[i].path);

		check_row("%s %s", rows[i].method, rows[i].path);
		CHECK(e != NULL && e->security == SEC_SIGNED && e->recorded);
		CHECK_INT(e->weight, rows[i].weight);
		CHECK_INT(e->weight_all, rows[i].weight_all);
		CHECK_INT(e->orders, rows[i].orders);
	}
	go(w, steps, NITEMS(steps));
	check_row("lists");
	CHECK_INT(count(w, "GET /fapi/v1/openAlgoOrders", ""), 2);
	CHECK_INT(count(w, "GET /fapi/v1/openAlgoOrders", BTC "&algoType=CONDITIONAL"), 1);
	CHECK_INT(count(w, "GET /fapi/v1/allAlgoOrders", BTC), 2);
	CHECK_INT(count(w, "GET /fapi/v1/allAlgoOrders", BTC "&limit=1"), 1);
	CHECK_INT(count(w, "GET /fapi/v1/allAlgoOrders", BTC "&startTime=1790000000010"), 1);
	CHECK_INT(count(w, "GET /fapi/v1/allAlgoOrders", BTC "&endTime=1790000000009"), 1);
	check_row("the ledger");
	command(w, "/ledger", "kind=requests", at_ms(100), &out);
	CHECK_HAS(buf_text(&out), "\"/fapi/v1/algoOrder\"");
	CHECK_HAS(buf_text(&out), "\"clientOrderId\":\"a\"");
	buf_reset(&out);
	command(w, "/ledger", "kind=algos", at_ms(100), &out);
	CHECK_HAS(buf_text(&out), "\"clientAlgoId\":\"e\"");
	buf_free(&out);
	discard(w);
}

/* ---- a recorded market --------------------------------------------------------------- */

static void
hear_mark(struct world *w, const char *px, int64_t ms)
{
	world_row(w, &(struct tape_row){
		.kind = TAPE_MARK, .symbol = "BTCUSDT", .at = at_ms(ms),
		.mark = { .px = D(px), .index_px = D(px), .funding_rate = DEC_NONE },
	}, at_ms(ms));
}

/* Nothing else moves, and no beat comes between. */
static void
a_recorded_mark_triggers(void **state)
{
	struct world	*w = malloc(sizeof(*w));
	struct buf	 out = { 0 };

	(void)state;
	world_init(w, &(struct world_terms){
		.exchange = {
			.balance = D("10000"),
			.market = { .kind = MARKET_TAPE, .start = at_ms(-1000), .period_ms = 60000 },
		},
		.key = "k", .secret = "s", .key_life_ms = 3600000,
	});
	hear_mark(w, "61250", 0);
	request(w, PLACE, SELL_STOP QTY "&workingType=MARK_PRICE", at_ms(0), &out);
	hear_mark(w, "61000.01", 10);
	buf_reset(&out);
	command(w, "/ledger", "kind=algos", at_ms(10), &out);
	CHECK_HAS(buf_text(&out), "\"NEW\"");
	hear_mark(w, "60999.99", 20);
	buf_reset(&out);
	command(w, "/ledger", "kind=algos", at_ms(20), &out);
	CHECK_HAS(buf_text(&out), "\"TRIGGERING\"");
	buf_free(&out);
	discard(w);
}

/* ---- the same, however often one looks -------------------------------------------- */

static void
trade_on(struct world *w, int i, wall_t now, struct buf *ignored)
{
	static const char *const	 asked[] = {
		ALGO("TRAILING_STOP_MARKET", "SELL") "&quantity=0.002&callbackRate=0.1",
		ALGO("TRAILING_STOP_MARKET", "BUY") "&quantity=0.002&callbackRate=0.1",
		ALGO("STOP_MARKET", "SELL") "&quantity=0.002&triggerPrice=61249",
		ALGO("STOP", "BUY") "&quantity=0.002&triggerPrice=61252&price=61260",
		ALGO("TAKE_PROFIT", "SELL") "&quantity=0.002&triggerPrice=61252&price=61255",
		ALGO("STOP_MARKET", "SELL") "&triggerPrice=61240&closePosition=true",
	};

	request(w, PLACE, asked[(size_t)i % NITEMS(asked)], now, ignored);
	if (i % 7 == 0)
		command(w, "/foreign", BTC "&side=BUY&qty=0.003", now, ignored);
	if (i % 20 == 0)
		command(w, "/walk", i % 40 == 0 ? BTC "&to=61330&steps=7&ms=33" :
		    BTC "&to=61170&steps=7&ms=33", now, ignored);
}

static void
live_looked_at(int looks, struct buf *out)
{
	struct world	*w = fresh(false);
	struct buf	 ignored = { 0 };
	struct saying	*s;

	request(w, "POST /fapi/v1/listenKey", "", at_ms(-900), &ignored);
	for (int i = 0; i < ROUNDS; i++) {
		const wall_t	 now = wall_add_us(at_ms(0), (int64_t)i * STEP_US);

		for (int k = 1; k < looks; k++)
			world_advance(w, wall_add_us(now, -STEP_US + STEP_US / looks * k));
		trade_on(w, i, now, &ignored);
		world_forget_facts(w);
	}
	while ((s = world_next_saying(w, w->now)) != NULL) {
		buf_adds(out, buf_text(&s->json));
		saying_free(s);
	}
	command(w, "/ledger", "kind=requests", w->now, out);
	command(w, "/ledger", "kind=algos", w->now, out);
	command(w, "/ledger", "kind=executions", w->now, out);
	buf_free(&ignored);
	discard(w);
}

static void
same_requests_same_world(void **state)
{
	static const int	 looks[] = { 1, 2, 7 };
	struct buf		 first = { 0 };

	(void)state;
	live_looked_at(looks[0], &first);
	check_row("something happened");
	CHECK_HAS(buf_text(&first), "\"X\":\"FINISHED\"");
	for (size_t i = 1; i < NITEMS(looks); i++) {
		struct buf	 told = { 0 };

		check_row("%d looks a step", looks[i]);
		live_looked_at(looks[i], &told);
		CHECK_STR(buf_text(&told), buf_text(&first));
		buf_free(&told);
	}
	buf_free(&first);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(lists_and_their_weights),
		cmocka_unit_test(a_recorded_mark_triggers),
		cmocka_unit_test(same_requests_same_world),
	};

	return cmocka_run_group_tests_name("simex_algo_world", tests, NULL, NULL);
}
