/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "tests/unit/conditional.h"
#include "tests/unit/rows.h"

#include <jansson.h>
#include <string.h>

/* What is wrong with each, if something is. */
static const struct { const char *query; int code; const char *says; } requests[] = {
	/* each type as it should be */
	{ STOP_MARKET TRIGGER QTY, 0, "" },
	{ STOP TRIGGER QTY "&price=89", 0, "" },
	{ STOP TRIGGER QTY "&priceMatch=OPPONENT", 0, "" },
	{ STOP TRIGGER QTY "&price=89&priceMatch=NONE", 0, "" },
	{ TRAILING QTY "&callbackRate=1", 0, "" },
	{ TRAILING QTY "&callbackRate=1&activatePrice=110", 0, "" },
	{ CLOSING, 0, "" },
	{ CLOSING "&quantity=0", 0, "" },
	{ STOP_MARKET TRIGGER QTY "&closePosition=false&reduceOnly=true", 0, "" },
	{ STOP_MARKET TRIGGER QTY "&priceProtect=TRUE&workingType=MARK_PRICE", 0, "" },
	{ STOP_MARKET TRIGGER QTY "&timestamp=1&recvWindow=5&signature=x", 0, "" },
	/* what is missing */
	{ "symbol=BTCUSDT&side=SELL&type=STOP_MARKET" TRIGGER QTY, -1102, "'algotype'" },
	{ ALGO "&side=SELL&type=STOP_MARKET" TRIGGER QTY, -1102, "'symbol'" },
	{ ALGO "&symbol=BTCUSDT&type=STOP_MARKET" TRIGGER QTY, -1102, "'side'" },
	{ ALGO "&symbol=BTCUSDT&side=BUY" TRIGGER QTY, -1102, "'type'" },
	{ STOP_MARKET QTY, -1102, "'triggerprice'" },
	{ STOP_MARKET QTY "&triggerPrice=", -1105, "'triggerPrice'" },
	{ STOP_MARKET TRIGGER, -1102, "'quantity'" },
	{ STOP_MARKET TRIGGER "&closePosition=false", -1102, "'quantity'" },
	{ STOP TRIGGER QTY, -1102, "'price'" },
	{ STOP TRIGGER QTY "&priceMatch=NONE", -1102, "'price'" },
	{ TRAILING QTY, -1102, "'callbackrate'" },
	{ STOP_MARKET TRIGGER QTY "&timeInForce=GTD", -1102, "'goodtilldate'" },
	/* what does not belong there */
	{ STOP_MARKET TRIGGER QTY "&price=89", -1106, "'price'" },
	{ STOP TRIGGER QTY "&price=89&priceMatch=QUEUE", -1106, "'price'" },
	{ STOP_MARKET TRIGGER QTY "&callbackRate=1", -1106, "'callbackrate'" },
	{ STOP_MARKET TRIGGER QTY "&activatePrice=1", -1106, "'activateprice'" },
	{ STOP_MARKET TRIGGER QTY "&goodTillDate=1795201000000", -1106, "'goodtilldate'" },
	{ CLOSING "&reduceOnly=true", -1106, "'reduceonly'" },
	{ CLOSING "&reduceOnly=false", -1106, "'reduceonly'" },
	{ STOP_MARKET TRIGGER QTY "&positionSide=LONG&reduceOnly=true", -1106,
	    "'reduceonly'" },
	{ CLOSING "&positionSide=SHORT", -1106, "'closeposition'" },
	{ CLOSING "&positionSide=LONG", 0, "" },
	{ STOP_MARKET TRIGGER QTY "&stopPrice=90", -1104, "'stopPrice'" },
	{ TRAILING QTY "&callbackRate=1&activationPrice=90", -1104, "'activationPrice'" },
	{ TRAILING QTY TRIGGER "&callbackRate=1", -2021, "immediately" },
	{ TRAILING QTY "&callbackRate=1&closePosition=true", -4136,
	    "orderType TRAILING_STOP_MARKET,closePosition true" },
	{ STOP TRIGGER "&price=89&closePosition=true", -4136, "orderType STOP," },
	{ CLOSING QTY, -4137, "zero" },
	{ STOP_MARKET TRIGGER QTY "&priceMatch=QUEUE", -5038, "STOP AND TAKE_PROFIT" },
	/* what it must look like */
	{ STOP_MARKET QTY "&triggerPrice=9x", -1100, "'triggerPrice'" },
	{ STOP_MARKET QTY "&triggerPrice=90.05", 0, "" },
	{ STOP_MARKET QTY "&triggerPrice=90.005", -1111, "" },
	{ STOP_MARKET QTY "&triggerPrice=0", -4006, "" },
	{ TRAILING QTY "&callbackRate=1&activatePrice=110.005", -1111, "" },
	{ TRAILING QTY "&callbackRate=1&activatePrice=0", -4135, "" },
	{ TRAILING QTY "&callbackRate=0.1", 0, "" },
	{ TRAILING QTY "&callbackRate=0.09", -2007, "callBack" },
	{ TRAILING QTY "&callbackRate=20", 0, "" },
	{ TRAILING QTY "&callbackRate=20.1", -2007, "callBack" },
	{ STOP_MARKET TRIGGER QTY "&workingType=INDEX", -4031, "" },
	{ STOP_MARKET TRIGGER QTY "&timeInForce=GTX2", -1115, "" },
	{ STOP_MARKET TRIGGER QTY "&timeInForce=GTE_GTC", 0, "" },
	{ STOP TRIGGER QTY "&priceMatch=OPPONENT_10", -5037, "price match" },
	{ STOP_MARKET TRIGGER QTY "&selfTradePreventionMode=ALL", -5039, "" },
	{ STOP_MARKET TRIGGER QTY "&selfTradePreventionMode=NONE", 0, "" },
	{ STOP_MARKET TRIGGER QTY "&clientAlgoId=abcdefghijklmnopqrstuvwxyz01234567890",
	    -4015, "36" },
	{ STOP_MARKET TRIGGER QTY "&clientAlgoId=a%20b", -1100, "clientAlgoId" },
	{ "algoType=STOP&symbol=BTCUSDT&side=BUY&type=STOP_MARKET" TRIGGER QTY,
	    -4500, "algoType" },
	{ ALGO "&symbol=BTCUSDT&side=BUY&type=LIMIT" TRIGGER QTY, -1116, "" },
};

static void
parameters_of_an_algo_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(requests); i++) {
		struct buf		 said = { 0 };
		struct algo_terms	 t;

		check_row("%s", requests[i].query);
		const struct reject	 r = parse(requests[i].query, &t);
		reject_print(&said, &r);
		CHECK_INT(reject_code(&r), requests[i].code);
		CHECK_HAS(buf_text(&said), requests[i].says);
		buf_free(&said);
	}
}

static void
terms_that_were_sent(void **state)
{
	(void)state;
	check_row("defaults");
	struct algo_terms	 t = terms(STOP_MARKET QTY "&triggerPrice=90.50");
	CHECK_STR(t.trigger_text, "90.50");
	CHECK_DEC(t.trigger_px, "90.5");
	CHECK_INT(t.working, WORKING_CONTRACT);
	CHECK_INT(t.tif, TIF_GTC);
	CHECK_INT(t.stp, STP_EXPIRE_MAKER);
	CHECK_INT(t.ps, PS_BOTH);
	CHECK(!t.gte && !t.reduce_only && !t.price_protect && !t.wants_result);
	CHECK(!dec_ok(t.px) && !dec_ok(t.callback_rate));
	check_row("closing is GTE and reduces");
	t = terms(CLOSING "&priceProtect=TRUE&newOrderRespType=RESULT");
	CHECK(t.gte && t.reduce_only && t.close_position && t.price_protect && t.wants_result);
	CHECK_DEC(t.qty, "0");
	t = terms(STOP_MARKET TRIGGER "&closePosition=True&priceProtect=True");
	CHECK(t.gte && t.close_position && t.price_protect);
	t = terms(STOP_MARKET TRIGGER QTY "&closePosition=FALSE&priceProtect=False");
	CHECK(!t.gte && !t.close_position && !t.price_protect);
	check_row("GTE is GTC that is bound");
	t = terms(STOP TRIGGER QTY "&priceMatch=QUEUE_5&timeInForce=GTE_GTC");
	CHECK(t.gte && !t.reduce_only);
	CHECK_INT(t.tif, TIF_GTC);
	CHECK_STR(price_match_name(t.pm), "QUEUE_5");
	check_row("GTD to the second");
	t = terms(STOP_MARKET TRIGGER QTY "&timeInForce=GTD&goodTillDate=1795201000999");
	CHECK_INT(t.good_till_ms, INT64_C(1795201000000));
}

/* What a library was seen to send; how many of them there were. */
static size_t
read_requests(const char *path)
{
	json_t		*file = json_load_file(path, 0, NULL), *request;
	struct form	 f = { 0 };
	size_t		 i, n = 0;

	check_row("%s", path);
	CHECK(json_is_array(json_object_get(file, "requests")));
	json_array_foreach(json_object_get(file, "requests"), i, request) {
		struct algo_terms	 t = { .client_id = "" };
		const char		*body;

		if (strcmp(json_string_value(json_object_get(request, "method")), "POST") != 0 ||
		    strcmp(json_string_value(json_object_get(request, "path")),
		    "/fapi/v1/algoOrder") != 0)
			continue;
		body = json_string_value(json_object_get(request, "body"));
		check_row("%s, request %zu", path, i);
		form_parse(&f, json_string_value(json_object_get(request, "query")),
		    body == NULL ? "" : body, body == NULL ? 0 : strlen(body));
		struct reject	 r = form_check(&f, algos_params, ALGOS_PARAMS);
		if (!reject_is_set(&r))
			r = algos_parse(&f, listing_of("BTCUSDT"), &t);
		CHECK_INT(reject_code(&r), 0);
		CHECK(t.client_id[0] == 'x');
		n++;
	}
	form_free(&f);
	json_decref(file);
	return n;
}

static void
requests_of_libraries(void **state)
{
	char		 path[256];
	const char	*name = rows_recorded("wire/requests_ccxt.json", path);

	(void)state;
	if (name == NULL) {
		check_skipped("PMS_DATA is not set");
		return;
	}
	CHECK_INT((int64_t)read_requests(name), 4);
	CHECK_INT((int64_t)read_requests(rows_recorded("wire/requests_siebly.json", path)), 1);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(parameters_of_an_algo_order),
		cmocka_unit_test(terms_that_were_sent),
		cmocka_unit_test(requests_of_libraries),
	};

	return cmocka_run_group_tests_name("simex_algo_terms", tests, NULL, NULL);
}
