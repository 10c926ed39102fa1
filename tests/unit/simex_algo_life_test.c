/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/algo_world.h"

#include "tests/unit/check.h"

#include <stdio.h>

/* ---- lives ------------------------------------------------------------------------ */

static void
a_stop_at_market(void **state)
{
	static const struct step	 steps[] = {
		{ 0, BUYS, 0, "" },
		{ 1, PLACE, SELL_STOP QTY "&reduceOnly=true", 0, "s:NEW" },
		{ 2, TO("61000.1"), 0, "" },
		{ 10, TO("61000"), 0, "s:TRIGGERING" },
		{ 11, CANCEL, "clientAlgoId=s", -2011, "" },
		{ 11, "DELETE /fapi/v1/order", BTC "&origClientOrderId=s", -2011, "" },
		{ 11, "GET /fapi/v1/order", BTC "&origClientOrderId=s", -2013, "" },
		{ 19, PASSES, 0, "" },
		{ 20, PASSES, 0, "s:TRIGGERED s#NEW s#FILLED s:FINISHED" },
		{ 21, CANCEL, "clientAlgoId=s", -2011, "" },
		{ 22, "GET /fapi/v1/order", BTC "&origClientOrderId=s", 0, "" },
		{ 999, TO("60000"), 0, "" },
	};
	struct world	*w = standing();

	(void)state;
	go(w, steps, NITEMS(steps));
	check_row("what is known of it");
	check_answer(w, QUERY, "clientAlgoId=s", at_ms(1000), "\"algoStatus\":\"FINISHED\"");
	check_answer(w, QUERY, "clientAlgoId=s", at_ms(1000), "\"actualQty\":\"0.010\"");
	check_answer(w, QUERY, "clientAlgoId=s", at_ms(1000), "\"triggerTime\":1790000000010,");
	check_answer(w, QUERY, "clientAlgoId=s", at_ms(1000), "\"updateTime\":1790000000020,");
	CHECK(dec_is_zero(w->exchange.desks[0].positions[PS_BOTH].qty));
	discard(w);
}

static void
limits_and_profits(void **state)
{
	static const struct step	 steps[] = {
		{ 0, PLACE, ALGO("STOP", "BUY") QTY "&triggerPrice=61500&price=61600" ID("a"),
		    0, "a:NEW" },
		{ 0, PLACE, ALGO("TAKE_PROFIT", "SELL") QTY
		    "&triggerPrice=61500&price=61550" ID("b"), 0, "b:NEW" },
		{ 0, PLACE, ALGO("TAKE_PROFIT_MARKET", "SELL") QTY
		    "&triggerPrice=61700" ID("c"), 0, "c:NEW" },
		{ 0, PLACE, ALGO("TAKE_PROFIT", "SELL") QTY
		    "&triggerPrice=61700&price=62000" ID("d"), 0, "d:NEW" },
		{ 0, PLACE, SELL_STOP QTY "&workingType=MARK_PRICE", 0, "s:NEW" },
		/* the bid is not high enough for b: it rests */
		{ 10, TO("61500"), 0, "a:TRIGGERING b:TRIGGERING" },
		{ 20, PASSES, 0, "a:TRIGGERED a#NEW a#FILLED b:TRIGGERED b#NEW a:FINISHED" },
		{ 30, TO("61700"), 0, "b#FILLED b:FINISHED c:TRIGGERING d:TRIGGERING" },
		{ 40, PASSES, 0, "c:TRIGGERED c#NEW c#FILLED d:TRIGGERED d#NEW c:FINISHED" },
		{ 50, "DELETE /fapi/v1/order", BTC "&origClientOrderId=d", 0,
		    "d#CANCELED d:FINISHED" },
		{ 60, TO("60999"), 0, "s:TRIGGERING" },
		{ 70, PASSES, 0, "s:TRIGGERED s#NEW s#FILLED s:FINISHED" },
	};
	struct world	*w = standing();

	(void)state;
	go(w, steps, NITEMS(steps));
	check_row("a canceled child has done nothing");
	check_answer(w, QUERY, "clientAlgoId=d", at_ms(99),
	    "\"actualQty\":\"0.000\",\"actualType\":\"LIMIT\"");
	discard(w);
}

static void
trailing_stops(void **state)
{
	static const struct step	 steps[] = {
		{ 0, PLACE, ALGO("TRAILING_STOP_MARKET", "SELL") QTY "&callbackRate=1" ID("a"),
		    0, "a:NEW+" },
		{ 0, PLACE, ALGO("TRAILING_STOP_MARKET", "BUY") QTY
		    "&callbackRate=1&activatePrice=60000" ID("b"), 0, "b:NEW" },
		{ 10, TO("62000"), 0, "" },
		{ 20, TO("61380.1"), 0, "" },
		{ 30, TO("61380"), 0, "a:TRIGGERING+" },
		{ 40, PASSES, 0, "a:TRIGGERED+ a#NEW a#FILLED a:FINISHED+" },
		{ 50, TO("60000"), 0, "b:NEW+" },
		{ 60, TO("60600"), 0, "b:TRIGGERING+" },
		{ 70, PASSES, 0, "b:TRIGGERED+ b#NEW b#FILLED b:FINISHED+" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

/* A trade moves the last price, not the mark price; a move of the market both. */
static void
the_price_that_counts(void **state)
{
	static const struct step	 steps[] = {
		{ 0, ORDER, LIMIT("BUY") "&quantity=0.010"
		    "&price=61100&newClientOrderId=o", 0, "o#NEW" },
		{ 0, PLACE, SELL_STOP QTY, 0, "s:NEW" },
		{ 0, PLACE, ALGO("STOP_MARKET", "SELL") QTY
		    "&triggerPrice=61000&workingType=MARK_PRICE" ID("m"), 0, "m:NEW" },
		{ 10, "/fill", BTC "&clientOrderId=o&qty=0.005&price=60900", 0,
		    "o#PARTIALLY_FILLED s:TRIGGERING" },
		{ 15, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=60950", -2021, "" },
		{ 18, TO("61250"), 0, "" },
		{ 19, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=60950" ID("n"), 0,
		    "n:NEW" },
		{ 20, PASSES, 0, "s:TRIGGERED s#NEW s#FILLED s:FINISHED" },
		{ 30, TO("60999"), 0, "o#FILLED m:TRIGGERING" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

/* Others trade through three levels and the quotes come back, before anybody listens. */
static void
every_trade_of_others_counts(void **state)
{
	static const struct step	 before[] = {
		{ 0, "/ladder", BTC "&levels=5&qty=0.010&gap=0.1", 0, "" },
		{ 1, PLACE, ALGO("STOP_MARKET", "BUY") QTY "&triggerPrice=61250.3" ID("b"), 0, "b:NEW" },
		{ 2, PLACE, ALGO("STOP_MARKET", "BUY") QTY "&triggerPrice=61250.4" ID("c"), 0, "c:NEW" },
		{ 3, PLACE, ALGO("STOP_MARKET", "BUY") QTY "&triggerPrice=61250.3&workingType=MARK_PRICE"
		    ID("m"), 0, "m:NEW" },
		{ 4, PLACE, ALGO("TRAILING_STOP_MARKET", "SELL") QTY "&callbackRate=1"
		    "&activatePrice=61250.2" ID("t"), 0, "t:NEW" },
	};
	static const struct step	 after[] = {
		{ 10, QUERY, "clientAlgoId=c", 0, "t:NEW+ b:TRIGGERING" },
		{ 20, PASSES, 0, "b:TRIGGERED b#NEW b#FILLED b:FINISHED" },
	};
	struct world	*w = standing();
	struct desk	*d = exchange_find(&w->exchange, "BTCUSDT");

	(void)state;
	go(w, before, NITEMS(before));
	exchange_public_trade(&w->exchange, d, SIDE_BUY, DEC_NONE, D("0.025"), at_ms(9));
	exchange_set_price(&w->exchange, d, D("61250"), at_ms(9));
	go(w, after, NITEMS(after));
	discard(w);
}

static void
fills_may_be_told_first(void **state)
{
	static const struct step	 steps[] = {
		{ 0, "/algo", "fills_first=1&latency_ms=0", 0, "" },
		{ 0, PLACE, SELL_STOP QTY, 0, "s:NEW" },
		{ 10, TO("61000"), 0, "s:TRIGGERING" },
		{ 10, PASSES, 0, "s#NEW s#FILLED s:TRIGGERED s:FINISHED" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

static void
stuck(void **state)
{
	static const struct step	 steps[] = {
		{ 0, "/algo", "stuck=1", 0, "" },
		{ 0, PLACE, SELL_STOP QTY, 0, "s:NEW" },
		{ 10, TO("61000"), 0, "s:TRIGGERING" },
		{ 20, "/clear", "", 0, "" },
		{ 900000, CANCEL, BTC ID("s"), -2011, "" },
		{ 900000, "DELETE /fapi/v1/algoOpenOrders", BTC, 0, "" },
		{ 900002, TO("61250"), 0, "" },
		{ 900003, PLACE, SELL_STOP QTY, -4116, "" },
		{ 900003, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=61000" ID("t"),
		    0, "t:NEW" },
		{ 900010, TO("61000"), 0, "t:TRIGGERING" },
		{ 900020, PASSES, 0, "t:TRIGGERED t#NEW t#FILLED t:FINISHED" },
	};
	struct world	*w = standing();

	(void)state;
	go(w, steps, NITEMS(steps));
	check_row("still there");
	check_answer(w, "GET /fapi/v1/openAlgoOrders", BTC, at_ms(900030),
	    "\"clientAlgoId\":\"s\",\"algoType\":\"CONDITIONAL\"");
	check_answer(w, QUERY, "clientAlgoId=s", at_ms(900030), "\"algoStatus\":\"TRIGGERING\"");
	discard(w);
}

/* ---- refused, once it triggers or before ------------------------------------------ */

static void
refused_by_the_matching(void **state)
{
	static const struct step	 steps[] = {
		{ 0, PLACE, SELL_STOP QTY "&reduceOnly=true", 0, "s:NEW" },
		{ 0, PLACE, ALGO("STOP_MARKET", "SELL")
		    "&quantity=100&triggerPrice=61000" ID("m"), 0, "m:NEW" },
		{ 0, PLACE, ALGO("STOP", "SELL") QTY
		    "&triggerPrice=61000&price=60900&timeInForce=GTX" ID("x"), 0, "x:NEW" },
		{ 0, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=61000" ID("d"), 0,
		    "d:NEW" },
		{ 0, ORDER, LIMIT("BUY") "&quantity=0.010"
		    "&price=60000&newClientOrderId=d", 0, "d#NEW" },
		{ 10, TO("60990"), 0, "s:TRIGGERING m:TRIGGERING x:TRIGGERING d:TRIGGERING" },
		{ 20, PASSES, 0, "s:REJECTED(ReduceOnly Order is rejected.) "
		    "m:REJECTED(Margin is insufficient.) "
		    "x:REJECTED(Due to the order could not be executed as maker, the Post Only "
		    "order will be rejected. The order will not be recorded in the order history) "
		    "d:REJECTED(ClientOrderId is duplicated.)" },
		{ 21, CANCEL, "clientAlgoId=m", -2011, "" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

static void
placements_that_are_refused(void **state)
{
	static const struct step	 steps[] = {
		{ 0, PLACE, CLOSING, -4509, "" },
		{ 0, "/algo", "visible_ms=500", 0, "" },
		{ 10, BUYS, 0, "" },
		{ 509, PLACE, CLOSING, -4509, "" },
		{ 510, PLACE, CLOSING, 0, "s:NEW" },
		{ 511, PLACE, ALGO("STOP_MARKET", "SELL") "&triggerPrice=60000&closePosition=true",
		    -4130, "" },
		{ 512, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=61260", -2021, "" },
		{ 513, PLACE, ALGO("STOP_MARKET", "SELL") "&triggerPrice=61000&quantity=0.0105",
		    -1111, "" },
		{ 513, PLACE, ALGO("STOP", "SELL") QTY "&triggerPrice=61000&price=61000.05", -4014,
		    "" },
		{ 513, PLACE, ALGO("STOP", "SELL") QTY "&triggerPrice=61000&price=57949.9", -4184,
		    "" },
		{ 514, PLACE, SELL_STOP QTY "&positionSide=LONG", -4061, "" },
		{ 515, PLACE, "symbol=XUSDT&algoType=CONDITIONAL&type=STOP_MARKET&side=SELL" QTY
		    "&triggerPrice=1", -1121, "" },
		{ 516, PLACE, SELL_STOP QTY "&stopPrice=1", -1104, "" },
		{ 517, CANCEL, BTC, -1102, "" },
		{ 517, CANCEL, "algoId=5", -2011, "" },
		{ 517, QUERY, "algoId=5", -2013, "" },
		{ 518, "GET /fapi/v1/allAlgoOrders", "", -1102, "" },
		{ 518, "GET /fapi/v1/allAlgoOrders", BTC "&page=1", -1104, "" },
		{ 518, "GET /fapi/v1/openAlgoOrders", "algoType=TWAP", -4500, "" },
		/* where they were placed once */
		{ 519, ORDER, BTC "&type=STOP_MARKET&side=SELL" QTY "&stopPrice=61000",
		    -4120, "" },
		{ 519, ORDER, BTC "&type=TAKE_PROFIT_MARKET&side=SELL&closePosition=true", -4120, "" },
		{ 519, ORDER "/test", BTC "&type=STOP_MARKET&side=SELL&closePosition=true", -4120, "" },
		{ 520, "/hedge", "on=1", -4067, "" },
		/* protection from overload is not for conditional orders */
		{ 521, CANCEL, "clientAlgoId=s", 0, "s:CANCELED" },
		{ 522, "/overload", "on=1", 0, "" },
		{ 523, PLACE, SELL_STOP QTY, 0, "s:NEW" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

static void
two_hundred(void **state)
{
	struct world	*w = standing();
	struct buf	 out = { 0 };
	char		 with[256];

	(void)state;
	for (int i = 0; i < ALGOS_MAX + 1; i++) {
		check_row("%d", i);
		snprintf(with, sizeof(with), "symbol=%s&algoType=CONDITIONAL&type=STOP_MARKET"
		    "&side=SELL&quantity=1&triggerPrice=1000", i % 2 == 0 ? "BTCUSDT" : "ETHUSDT");
		buf_reset(&out);
		request(w, PLACE, with, at_ms(i), &out);
		CHECK_INT(code_of(&out), i < ALGOS_MAX ? 0 : -4045);
	}
	check_row("one contract's are gone");
	buf_reset(&out);
	request(w, "DELETE /fapi/v1/algoOpenOrders", "symbol=ETHUSDT", at_ms(300), &out);
	CHECK_STR(buf_text(&out),
	    "{\"code\":200,\"msg\":\"The operation of cancel all open order is done.\"}");
	CHECK_INT((int64_t)w->exchange.service.algos.n_open, ALGOS_MAX / 2);
	buf_free(&out);
	discard(w);
}

/* What waits counts among the open orders; what triggers makes room for its own order. */
static void
waiting_with_the_orders(void **state)
{
	static const struct step	 steps[] = {
		{ 0, "/listing", BTC "&field=limit&value=3&filter=MAX_NUM_ORDERS", 0, "" },
		{ 1, PLACE, ALGO("STOP", "SELL") QTY "&triggerPrice=61000&price=61300" ID("a"), 0,
		    "a:NEW" },
		{ 1, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=60000" ID("b"), 0,
		    "b:NEW" },
		{ 1, PLACE, "symbol=ETHUSDT&algoType=CONDITIONAL&type=STOP_MARKET&side=SELL"
		    "&quantity=1&triggerPrice=2000" ID("e"), 0, "e:NEW" },
		{ 2, ORDER, LIMIT("SELL") QTY "&price=63000&newClientOrderId=o", 0, "o#NEW" },
		{ 3, ORDER, LIMIT("SELL") QTY "&price=63000&newClientOrderId=p", -2025, "" },
		{ 3, ORDER, BTC "&type=MARKET&side=BUY&newClientOrderId=m" QTY, 0,
		    "m#NEW m#FILLED" },
		{ 4, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=59000" ID("c"), 0,
		    "c:NEW" },
		{ 5, CANCEL, "clientAlgoId=c", 0, "c:CANCELED" },
		{ 6, TO("61000"), 0, "a:TRIGGERING" },
		{ 16, PASSES, 0, "a:TRIGGERED a#NEW" },
		{ 17, ORDER, LIMIT("SELL") QTY "&price=63000&newClientOrderId=p", -2025, "" },
		{ 18, CANCEL, "clientAlgoId=b", 0, "b:CANCELED" },
		{ 19, ORDER, LIMIT("SELL") QTY "&price=63000&newClientOrderId=p", 0, "p#NEW" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

/* ---- with a position -------------------------------------------------------------- */

static void
closing_takes_all_there_is(void **state)
{
	static const struct step	 steps[] = {
		{ 0, BUYS, 0, "" },
		{ 1, PLACE, CLOSING, 0, "s:NEW" },
		{ 2, BUYS, 0, "" },
		{ 3, ORDER, LIMIT("SELL") "&quantity=0.020"
		    "&price=63000&reduceOnly=true&newClientOrderId=tp", 0, "tp#NEW" },
		{ 10, TO("61000"), 0, "s:TRIGGERING" },
		{ 20, PASSES, 0, "s:TRIGGERED s#NEW s#FILLED tp#EXPIRED/4 s:FINISHED" },
	};
	struct world	*w = standing();

	(void)state;
	go(w, steps, NITEMS(steps));
	check_answer(w, QUERY, "clientAlgoId=s", at_ms(99), "\"actualQty\":\"0.020\"");
	discard(w);
}

/* Level after level, and not only as much as others leave. */
static void
closing_goes_before_what_rests(void **state)
{
	static const struct step	 steps[] = {
		{ 0, BUYS, 0, "" },
		{ 1, PLACE, CLOSING, 0, "s:NEW" },
		{ 2, ORDER, LIMIT("SELL") QTY "&price=63000&reduceOnly=true&newClientOrderId=tp", 0,
		    "tp#NEW" },
		{ 3, "/ladder", BTC "&levels=10&qty=0.004", 0, "" },
		{ 10, TO("61000"), 0, "s:TRIGGERING" },
		{ 20, PASSES, 0, "s:TRIGGERED s#NEW s#PARTIALLY_FILLED tp#EXPIRED/4"
		    " s#PARTIALLY_FILLED s#FILLED s:FINISHED" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

static void
what_hangs_on_a_position_goes_with_it(void **state)
{
	static const struct step	 steps[] = {
		{ 0, BUYS, 0, "" },
		{ 1, PLACE, CLOSING, 0, "s:NEW" },
		{ 1, PLACE, ALGO("TAKE_PROFIT", "SELL") QTY "&timeInForce=GTE_GTC"
		    "&triggerPrice=61500&price=62000" ID("t"), 0, "t:NEW" },
		{ 1, PLACE, ALGO("STOP_MARKET", "SELL") QTY
		    "&triggerPrice=60000&reduceOnly=true" ID("r"), 0, "r:NEW" },
		{ 10, TO("61500"), 0, "t:TRIGGERING" },
		{ 20, PASSES, 0, "t:TRIGGERED t#NEW" },
		{ 30, BUYS, 0, "" },
		{ 40, SELLS, 0, "" },
		{ 50, SELLS, 0, "s:EXPIRED t#EXPIRED/6 t:FINISHED" },
		/* turned round is gone as well */
		{ 60, BUYS, 0, "" },
		{ 61, PLACE, CLOSING, 0, "s:NEW" },
		{ 70, "/foreign", BTC "&side=SELL&qty=0.020", 0, "s:EXPIRED" },
		/* gone between trigger and child */
		{ 80, PLACE, ALGO("STOP_MARKET", "BUY")
		    "&triggerPrice=61600&closePosition=true" ID("u"), 0, "u:NEW" },
		{ 90, TO("61600"), 0, "u:TRIGGERING" },
		{ 95, BUYS, 0, "" },
		{ 100, PASSES, 0, "u:REJECTED(ReduceOnly Order is rejected.)" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

/* Liquidated where nobody buys: no market sees it, and the position is gone all the same. */
static void
what_hangs_on_a_position_that_is_taken_over(void **state)
{
	static const struct step	 steps[] = {
		{ 0, "/foreign", BTC "&side=BUY&qty=2", 0, "" },
		{ 1, PLACE, ALGO("TAKE_PROFIT_MARKET", "SELL") "&triggerPrice=70000&closePosition=true"
		    ID("t"), 0, "t:NEW" },
		{ 2, "/ladder", BTC "&levels=0", 0, "" },
		{ 10, TO("50000"), 0, "autoclose-1790000000010000000#NEW"
		    " autoclose-1790000000010000000#FILLED t:EXPIRED" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

/* Nothing waits for the prices of a contract that has none any more. */
static void
the_end_of_a_contract(void **state)
{
	static const struct {
		const char	*verb, *with, *told;
	} rows[] = {
		{ "/settle", BTC "&price=61250", "a:EXPIRED s:EXPIRED"
		    " settlement_autoclose-179000000001000#NEW"
		    " settlement_autoclose-179000000001000#FILLED" },
		{ "/listing", BTC "&field=status&value=SETTLING", "a:EXPIRED s:EXPIRED" },
		{ "/listing", BTC "&field=status&value=DELIVERING", "a:EXPIRED s:EXPIRED" },
		{ "/listing", BTC "&field=status&value=DELIVERED", "a:EXPIRED s:EXPIRED" },
		{ "/listing", BTC "&field=status&value=CLOSE", "a:EXPIRED s:EXPIRED" },
		{ "/listing", BTC "&field=status&value=TRADING_HALT", "" },
		{ "/listing", BTC "&field=status&value=PRE_SETTLE", "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct step	 steps[] = {
			{ 0, BUYS, 0, "" },
			{ 1, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=60000" ID("a"), 0,
			    "a:NEW" },
			{ 2, PLACE, CLOSING, 0, "s:NEW" },
			{ 3, PLACE, "symbol=ETHUSDT&algoType=CONDITIONAL&type=STOP_MARKET&side=SELL"
			    "&quantity=1&triggerPrice=1000" ID("e"), 0, "e:NEW" },
			{ 10, rows[i].verb, rows[i].with, 0, rows[i].told },
			{ 11, CANCEL, "clientAlgoId=e", 0, "e:CANCELED" },
		};

		live(steps, NITEMS(steps));
	}
}

static void
both_sides_of_hedge_mode(void **state)
{
	static const struct step	 steps[] = {
		{ 0, "/hedge", "on=1", 0, "" },
		{ 1, ORDER, BTC QTY "&side=BUY&type=MARKET&positionSide=LONG"
		    "&newClientOrderId=l", 0, "l#NEW l#FILLED" },
		{ 2, PLACE, SELL_STOP QTY, -4061, "" },
		{ 2, PLACE, SELL_STOP QTY "&positionSide=LONG&reduceOnly=true", -1106, "" },
		{ 2, PLACE, CLOSING "&positionSide=SHORT", -1106, "" },
		{ 2, PLACE, ALGO("STOP_MARKET", "BUY")
		    "&triggerPrice=62000&closePosition=true&positionSide=SHORT", -4509, "" },
		{ 3, PLACE, CLOSING "&positionSide=LONG", 0, "s:NEW" },
		{ 3, PLACE, ALGO("STOP_MARKET", "SELL") QTY
		    "&triggerPrice=61000&positionSide=SHORT" ID("o"), 0, "o:NEW" },
		{ 3, PLACE, ALGO("STOP_MARKET", "SELL") QTY
		    "&triggerPrice=60000&positionSide=LONG" ID("r"), 0, "r:NEW" },
		{ 10, TO("61000"), 0, "s:TRIGGERING o:TRIGGERING" },
		{ 20, PASSES, 0, "s:TRIGGERED s#NEW s#FILLED o:TRIGGERED o#NEW o#FILLED "
		    "s:FINISHED o:FINISHED" },
		/* no long position is left, and none is opened the other way */
		{ 30, TO("60000"), 0, "r:TRIGGERING" },
		{ 40, PASSES, 0, "r:REJECTED(ReduceOnly Order is rejected.)" },
	};
	struct world	*w = standing();

	(void)state;
	go(w, steps, NITEMS(steps));
	CHECK(dec_is_zero(w->exchange.desks[0].positions[PS_LONG].qty));
	CHECK_DEC(w->exchange.desks[0].positions[PS_SHORT].qty, "-0.01");
	discard(w);
}

/* ---- until a date, by hand -------------------------------------------------------- */

static void
other_ends(void **state)
{
	static const struct step	 steps[] = {
		{ 0, PLACE, SELL_STOP QTY "&timeInForce=GTD&goodTillDate=1790000602000", 0,
		    "s:NEW" },
		{ 0, PLACE, ALGO("STOP_MARKET", "SELL") QTY
		    "&triggerPrice=61000&timeInForce=GTD&goodTillDate=1790000600999", -5040, "" },
		{ 1, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=60000" ID("a"), 0,
		    "a:NEW" },
		{ 2, CANCEL, BTC ID("a"), 0, "a:CANCELED" },
		{ 3, CANCEL, "clientAlgoId=a", -2011, "" },
		{ 4, "/lag", "ms=50", 0, "" },
		{ 5, QUERY, "clientAlgoId=s", -2013, "" },
		{ 60, QUERY, "clientAlgoId=s", 0, "" },
		{ 601999, PASSES, 0, "" },
		{ 602000, PASSES, 0, "s:EXPIRED" },
	};

	(void)state;
	live(steps, NITEMS(steps));
}

/* The date is judged when the order comes, not when it has triggered. */
static void
a_date_that_is_near_by_then(void **state)
{
#define UNTIL "&timeInForce=GTD&goodTillDate=1790000602000"
	static const struct step	 steps[] = {
		{ 0, PLACE, ALGO("STOP", "SELL") QTY "&triggerPrice=61000&price=61300" UNTIL ID("a"),
		    0, "a:NEW" },
		{ 0, PLACE, ALGO("STOP", "SELL") QTY "&triggerPrice=60900&price=61300" UNTIL ID("b"),
		    0, "b:NEW" },
		{ 0, PLACE, ALGO("STOP_MARKET", "SELL") QTY "&triggerPrice=60900" UNTIL ID("c"),
		    0, "c:NEW" },
		{ 300000, TO("61000"), 0, "a:TRIGGERING" },
		{ 300010, PASSES, 0, "a:TRIGGERED a#NEW" },
		{ 300011, ORDER, BTC "&type=LIMIT&side=SELL&price=61300" QTY UNTIL, -5040, "" },
		{ 601999, TO("60900"), 0, "b:TRIGGERING c:TRIGGERING" },
		{ 602000, PASSES, 0, "a#EXPIRED/0 a:FINISHED" },
		/* it has been good for nothing for a moment */
		{ 602009, PASSES, 0, "b:TRIGGERED b#NEW c:TRIGGERED c#NEW c#FILLED c:FINISHED"
		    " b#EXPIRED/0 b:FINISHED" },
	};
#undef UNTIL

	(void)state;
	live(steps, NITEMS(steps));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_stop_at_market),
		cmocka_unit_test(limits_and_profits),
		cmocka_unit_test(trailing_stops),
		cmocka_unit_test(the_price_that_counts),
		cmocka_unit_test(every_trade_of_others_counts),
		cmocka_unit_test(fills_may_be_told_first),
		cmocka_unit_test(stuck),
		cmocka_unit_test(refused_by_the_matching),
		cmocka_unit_test(placements_that_are_refused),
		cmocka_unit_test(two_hundred),
		cmocka_unit_test(waiting_with_the_orders),
		cmocka_unit_test(closing_takes_all_there_is),
		cmocka_unit_test(closing_goes_before_what_rests),
		cmocka_unit_test(what_hangs_on_a_position_goes_with_it),
		cmocka_unit_test(what_hangs_on_a_position_that_is_taken_over),
		cmocka_unit_test(the_end_of_a_contract),
		cmocka_unit_test(both_sides_of_hedge_mode),
		cmocka_unit_test(other_ends),
		cmocka_unit_test(a_date_that_is_near_by_then),
	};

	return cmocka_run_group_tests_name("simex_algo_life", tests, NULL, NULL);
}
