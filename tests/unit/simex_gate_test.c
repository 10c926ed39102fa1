/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may ask, and what is said first to who does everything wrong: simex(8),
 * ORDER OF CHECKS.
 */
#include "tests/unit/check.h"
#include "tests/unit/client.h"

#include "base/text.h"
#include "tests/simex/api/call.h"

enum { VERBS = 3 };

/* ---- admission ---------------------------------------------------------------------- */

enum sealing { UNSIGNED, WRONG, RIGHT };

/* From row to row one thing is mended; what is wrong besides stays wrong. */
static void
admission(void **state)
{
	static const struct {
		const char	*verb, *method, *key, *params;
		int64_t		 age_ms;	/* -1: without a timestamp */
		enum sealing	 sealing;
		int		 code;
	} rows[] = {
		{ "ban?seconds=9",       "POST", NULL, "foo=1", -1,    UNSIGNED, -1003 },
		{ "ban?seconds=0",       "GET",  NULL, "foo=1", -1,    UNSIGNED, -1003 },
		{ "limits?weight=0",     "POST", NULL, "foo=1", -1,    UNSIGNED, -2014 },
		{ NULL,                  "POST", "x",  "foo=1", -1,    UNSIGNED, -2015 },
		{ NULL,                  "POST", "k",  "foo=1", -1,    UNSIGNED, -1102 },
		{ NULL,                  "POST", "k",  "foo=1", 5001,  UNSIGNED, -1021 },
		{ NULL,                  "POST", "k",  "foo=1", -1001, UNSIGNED, -1021 },
		{ NULL,                  "POST", "k",  "foo=1", 5000,  UNSIGNED, -1102 },
		{ NULL,                  "POST", "k",  "foo=1", 5000,  WRONG,    -1022 },
		{ NULL,                  "POST", "k",  "foo=1", 5000,  RIGHT,    -1008 },
		{ "overload?on=0",       "POST", "k",  "foo=1", 5000,  RIGHT,    -1015 },
		{ "limits?orders_10s=0", "POST", "k",  "foo=1", 5000,  RIGHT,    -5028 },
		{ "engine?ms=0",         "POST", "k",  "foo=1", 5000,  RIGHT,    -1104 },
		{ NULL,                  "POST", "k",  "",      5000,  RIGHT,    -1102 },
	};
	struct client	*c = client_open();
	struct buf	 b = { 0 };

	(void)state;
	client_verb(c, "weigh?weight=10&orders=10");
	client_verb(c, "limits?weight=1&orders_10s=1");
	client_verb(c, "overload?on=1");
	client_verb(c, "engine?ms=1");
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%zu", i);
		if (rows[i].verb != NULL)
			client_verb(c, rows[i].verb);
		buf_reset(&b);
		buf_adds(&b, rows[i].params);
		if (rows[i].age_ms != -1)
			buf_addf(&b, "%stimestamp=%lld", b.len == 0 ? "" : "&",
			    (long long)(c->ms - rows[i].age_ms));
		if (rows[i].sealing == WRONG)
			buf_adds(&b, "&signature=0123456789abcdef");
		else if (rows[i].sealing == RIGHT)
			client_sign(&b);
		CHECK_INT(client_send(c, &(struct request){
			.method = rows[i].method, .path = "/fapi/v1/order", .query = buf_text(&b),
			.body = "", .api_key = rows[i].key,
		}), rows[i].code);
	}
	buf_free(&b);
	client_close(c);
}

/* ---- orders -------------------------------------------------------------------------- */

#define BID	"symbol=BTCUSDT&side=BUY"
#define FOK	BID "&type=LIMIT&timeInForce=FOK"
#define GTX	BID "&type=LIMIT&timeInForce=GTX"
#define TWIN	"&newClientOrderId=twin&reduceOnly=true"

/*
 * The same for what is asked: each order is wrong in the way of its row, and
 * in as many of the rows behind it as go together.
 */
static void
orders(void **state)
{
	static const struct { const char *verbs[VERBS], *params; int code; } rows[] = {
		{ { NULL }, "symbol=NONE&side=UP&positionSide=LONG&foo=1", -1104 },
		{ { NULL }, "symbol=NONE&side=UP&positionSide=LONG&type=STOP&quantity=1", -1117 },
		{ { NULL }, "symbol=NONE&side=BUY&positionSide=LONG&type=STOP&quantity=1", -1121 },
		{ { NULL }, BID "&positionSide=LONG&type=STOP&quantity=1", -4120 },
		{ { NULL }, BID "&positionSide=LONG&type=LIMIT&quantity=1", -4061 },
		{ { NULL }, BID "&type=LIMIT&quantity=1", -1102 },
		{ { "listing?symbol=BTCUSDT&field=status&value=PRE_SETTLE",
		    "listing?symbol=BTCUSDT&filter=POSITION_RISK_CONTROL&field=positionControlSide"
		    "&value=BUY" },
		  BID "&type=LIMIT&timeInForce=GTD&goodTillDate=1790000601000&price=0.055&quantity=0",
		  -4140 },
		{ { "listing?symbol=BTCUSDT&field=status&value=TRADING" },
		  BID "&type=LIMIT&timeInForce=GTD&goodTillDate=1790000600000&price=0.055&quantity=0",
		  -4106 },
		{ { "listing?symbol=BTCUSDT&filter=POSITION_RISK_CONTROL&field=positionControlSide"
		    "&value=NONE" },
		  BID "&type=LIMIT&timeInForce=GTD&goodTillDate=1790000600000&price=0.055&quantity=0",
		  -5040 },
		{ { "ladder?symbol=BTCUSDT&levels=0" }, FOK "&priceMatch=OPPONENT&quantity=0", -5041 },
		{ { NULL }, FOK "&price=0.055&quantity=0", -1111 },
		{ { NULL }, FOK "&price=0.05&quantity=0", -4013 },
		{ { NULL }, FOK "&price=4529764.05&quantity=0", -4002 },
		{ { NULL }, FOK "&price=70000.05&quantity=0", -4014 },
		{ { NULL }, FOK "&price=70000&quantity=0", -4003 },
		{ { NULL }, FOK "&price=70000&quantity=0.0001", -1111 },
		{ { NULL }, FOK "&price=70000&quantity=1001", -4005 },
		{ { NULL }, FOK "&price=70000&quantity=0.001", -4016 },
		{ { NULL }, FOK "&price=10000&quantity=0.001", -4164 },
		{ { NULL }, FOK "&price=10000&quantity=1000" TWIN, -4116 },
		{ { "listing?symbol=BTCUSDT&filter=MAX_NUM_ORDERS&field=limit&value=1" },
		  FOK "&price=10000&quantity=1000&reduceOnly=true", -2025 },
		{ { "listing?symbol=BTCUSDT&filter=MAX_NUM_ORDERS&field=limit&value=9" },
		  FOK "&price=10000&quantity=1000&reduceOnly=true", -2022 },
		{ { "foreign?symbol=BTCUSDT&side=SELL&qty=0.1&price=67000" },
		  BID "&type=MARKET&quantity=120", -4131 },
		{ { NULL }, FOK "&price=61300&quantity=1000", -5021 },
		{ { "foreign?symbol=BTCUSDT&side=SELL&qty=0.1&price=61270" },
		  GTX "&price=61300&quantity=1000", -5022 },
		{ { NULL }, GTX "&price=61250&quantity=1000", -2027 },
	};
	struct client	*c = client_open();

	(void)state;
	CHECK_INT(client_ask(c, "POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=50"), 0);
	CHECK_INT(client_ask(c, "POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=LIMIT"
	    "&timeInForce=GTC&price=61000&quantity=0.01&newClientOrderId=twin"), 0);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].params);
		for (size_t k = 0; k < VERBS && rows[i].verbs[k] != NULL; k++)
			client_verb(c, rows[i].verbs[k]);
		CHECK_INT(client_ask(c, "POST", "/fapi/v1/order", rows[i].params), rows[i].code);
		CHECK_INT(client_ask(c, "POST", "/fapi/v1/order/test", rows[i].params), rows[i].code);
	}
	check_row("only the margin is missing, then nothing");
	client_verb(c, "transfer?asset=USDT&amount=-999000");
	CHECK_INT(client_ask(c, "POST", "/fapi/v1/order", GTX "&price=61250&quantity=1"), -2019);
	CHECK_INT(client_ask(c, "POST", "/fapi/v1/order", GTX "&price=61250&quantity=0.01"), 0);
	client_close(c);
}

/* ---- the rest -------------------------------------------------------------------------- */

static void
the_body_of_a_get_is_nothing(void **state)
{
	struct client	*c = client_open();
	struct buf	 b = { 0 };

	(void)state;
	buf_addf(&b, "timestamp=%lld", (long long)c->ms);
	client_sign(&b);
	struct request	 q = {
		.method = "GET", .path = "/fapi/v1/openOrders", .query = "", .body = buf_text(&b),
		.body_len = b.len, .api_key = "k",
	};
	CHECK_INT(client_send(c, &q), -1102);
	q.query = q.body;
	q.body_len = 0;
	CHECK_INT(client_send(c, &q), 0);
	buf_free(&b);
	client_close(c);
}

/* What each call costs: the exchange's pages, and for orders what it counts. */
static void
costs(void **state)
{
	static const struct { const char *method, *path, *query; int weight, orders; } rows[] = {
		{ "GET",    "/fapi/v1/exchangeInfo",       "", 1, 0 },
		{ "GET",    "/fapi/v1/premiumIndex",       "symbol=A", 1, 0 },
		{ "GET",    "/fapi/v1/premiumIndex",       "", 10, 0 },
		{ "POST",   "/fapi/v1/order",              "symbol=A", 0, 1 },
		{ "PUT",    "/fapi/v1/order",              "symbol=A", 0, 1 },
		{ "GET",    "/fapi/v1/order",              "symbol=A", 1, 0 },
		{ "DELETE", "/fapi/v1/order",              "symbol=A", 1, 0 },
		{ "POST",   "/fapi/v1/batchOrders",        "", 5, 5 },
		{ "DELETE", "/fapi/v1/allOpenOrders",      "symbol=A", 1, 0 },
		{ "POST",   "/fapi/v1/countdownCancelAll", "symbol=A", 10, 0 },
		{ "GET",    "/fapi/v1/openOrders",         "symbol=A", 1, 0 },
		{ "GET",    "/fapi/v1/openOrders",         "", 40, 0 },
		{ "GET",    "/fapi/v1/allOrders",          "symbol=A", 5, 0 },
		{ "GET",    "/fapi/v1/userTrades",         "symbol=A", 5, 0 },
		{ "POST",   "/fapi/v1/algoOrder",          "symbol=A", 0, 1 },
		{ "GET",    "/fapi/v1/openAlgoOrders",     "", 40, 0 },
		{ "GET",    "/fapi/v3/account",            "", 5, 0 },
		{ "GET",    "/fapi/v3/positionRisk",       "", 5, 0 },
		{ "GET",    "/fapi/v1/commissionRate",     "symbol=A", 20, 0 },
		{ "GET",    "/fapi/v1/income",             "", 30, 0 },
		{ "GET",    "/fapi/v1/positionSide/dual",  "", 30, 0 },
		{ "POST",   "/fapi/v1/listenKey",          "", 1, 0 },
	};
	struct form	 f = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct endpoint	*e = endpoint_find(rows[i].method, rows[i].path);

		check_row("%s %s?%s", rows[i].method, rows[i].path, rows[i].query);
		CHECK(e != NULL);
		form_parse(&f, rows[i].query, "", 0);
		CHECK_INT(endpoint_weight(e, &f), rows[i].weight);
		CHECK_INT(e->orders, rows[i].orders);
	}
	form_free(&f);
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(admission),
		cmocka_unit_test(orders),
		cmocka_unit_test(the_body_of_a_get_is_nothing),
		cmocka_unit_test(costs),
	};

	return cmocka_run_group_tests_name("simex_gate", tests, NULL, NULL);
}
