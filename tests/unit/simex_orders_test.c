/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"
#include "tests/unit/client.h"
#include "tests/unit/rows.h"

#include "base/text.h"

#define RECORDED_MS	INT64_C(1700000000000)
#define BID		"\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"type\":\"LIMIT\",\"timeInForce\":\"GTC\""
#define BID_FORM	"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC"

static int
count(const char *text, const char *part)
{
	int	 n = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		n++;
	return n;
}

static void
parameters_of_a_change(void **state)
{
	static const struct { const char *params; int code; const char *says; } rows[] = {
		{ "origClientOrderId=a&side=BUY&quantity=0.02&price=61201", 0, "\"price\":\"61201.00\"" },
		{ "origClientOrderId=a&side=BUY&quantity=0.02&price=61202&modifyId=7", 0,
		    "\"modifyId\":7" },
		{ "origClientOrderId=a&side=BUY&quantity=0.02&priceMatch=QUEUE", 0,
		    "\"priceMatch\":\"QUEUE\"" },
		{ "origClientOrderId=a&side=BUY&quantity=0.02&price=61203&reduceOnly=false", 0,
		    "\"pair\":\"BTCUSDT\"" },
		{ "origClientOrderId=a&side=BUY&quantity=0.02", -1102, "'price'" },
		{ "origClientOrderId=a&side=BUY&price=61201", -1102, "'quantity'" },
		{ "origClientOrderId=a&quantity=0.02&price=61201", -1102, "'side'" },
		{ "side=BUY&quantity=0.02&price=61201", -1102, "'orderId'" },
		{ "origClientOrderId=a&side=BUY&quantity=0.02&price=61201&priceMatch=QUEUE", -1106,
		    "'price'" },
		{ "origClientOrderId=a&side=BUY&quantity=0.02&priceMatch=OPPONENT_20", -5037, "match" },
		{ "origClientOrderId=a&side=BUY&quantity=0.02&price=61201&type=LIMIT", -1104, "'type'" },
		{ "origClientOrderId=b&side=BUY&quantity=0.02&price=61201", -2013, "not exist" },
		{ "orderId=1&origClientOrderId=a&side=BUY&quantity=0.02&price=61201", -2013, "" },
		{ "origClientOrderId=a&side=BUY&quantity=0.01&price=61200", -5027, "No need" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct client	*s = client_open();
		char		 params[256];

		check_row("%s", rows[i].params);
		CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
		    BID_FORM "&quantity=0.01&price=61200&newClientOrderId=a"), 0);
		text_putf(params, sizeof(params), "symbol=BTCUSDT&%s", rows[i].params);
		CHECK_INT(client_ask(s, "PUT", "/fapi/v1/order", params), rows[i].code);
		CHECK_HAS(buf_text(&s->out), rows[i].says);
		CHECK(strstr(buf_text(&s->out), "avgPrice") == NULL);
		client_close(s);
	}
}

static void
list_of_changes(void **state)
{
	struct client	*s = client_open();

	(void)state;
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
	    BID_FORM "&quantity=0.01&price=61200&newClientOrderId=a"), 0);
	CHECK_INT(client_ask(s, "PUT", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=a&side=BUY"
	    "&quantity=0.01&price=61190&modifyId=3"), 0);
	CHECK_INT(client_ask(s, "PUT", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=a&side=BUY"
	    "&quantity=0.02&price=61190"), 0);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
	    BID_FORM "&quantity=0.01&price=61200&newClientOrderId=b"), 0);
	CHECK_INT(client_ask(s, "PUT", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=b&side=BUY"
	    "&quantity=0.03&price=61190"), 0);
	check_row("newest first, of this order");
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT&origClientOrderId=a"), 0);
	CHECK_HAS(buf_text(&s->out), "[{\"amendmentId\":2,\"symbol\":\"BTCUSDT\"");
	CHECK_HAS(buf_text(&s->out), "\"amendment\":{\"price\":{\"before\":\"61200.00\","
	    "\"after\":\"61190.00\"},\"origQty\":{\"before\":\"0.010\",\"after\":\"0.010\"},"
	    "\"count\":1,\"modifyId\":3}");
	CHECK_INT(count(buf_text(&s->out), "modifyId"), 1);
	check_row("as many as asked for");
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/orderAmendment",
	    "symbol=BTCUSDT&origClientOrderId=a&limit=1"), 0);
	CHECK_INT(count(buf_text(&s->out), "amendmentId"), 1);
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/orderAmendment",
	    "symbol=BTCUSDT&origClientOrderId=a&limit=101"), -1130);
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT"), -1102);
	check_row("not for ever");
	s->ms += INT64_C(91) * DAY_MS;
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/orderAmendment", "symbol=BTCUSDT&origClientOrderId=a"), 0);
	CHECK_STR(buf_text(&s->out), "[]");
	client_close(s);
}

#define PLACED(qty)	"{" BID ",\"quantity\":\"" qty "\",\"price\":\"61200\"}"

/* As clients write them, encoded or not; each one is answered, and the others go on. */
static void
batches_of_new_orders(void **state)
{
	static const struct { const char *batch; int code, placed, refused; const char *says; } rows[] = {
		{ "[" PLACED("0.01") "," PLACED("0.02") "]", 0, 2, 0, "\"origQty\":\"0.020\"" },
		{ "[{" BID ",\"quantity\":0.01,\"price\":61200.5,\"reduceOnly\":false}]", 0, 1, 0,
		    "\"price\":\"61200.50\"" },
		{ "[" PLACED("0.01") ",{\"symbol\":\"NOSUCH\"}]", 0, 1, 1, "\"code\":-1102" },
		{ "[{\"symbol\":\"NOSUCH\",\"side\":\"BUY\",\"type\":\"MARKET\",\"quantity\":\"1\"},"
		    PLACED("0.01") "]", 0, 1, 1, "[{\"code\":-1121" },
		{ "[" PLACED("0.0001") "]", 0, 0, 1, "[{\"code\":-1111" },
		{ "[{" BID ",\"quantity\":\"1\",\"price\":\"61200\",\"colour\":\"red\"}]", 0, 0, 1,
		    "\"code\":-1104" },
		{ "%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22side%22%3A%22SELL%22%2C%22type%22%3A%22MARKET"
		    "%22%2C%22quantity%22%3A%220.01%22%7D%5D", 0, 1, 0,
		    "\"selfTradePreventionMode\":\"NONE\"" },
		{ "[{" BID ",\"quantity\":\"1\",\"price\":\"61200\","
		    "\"selfTradePreventionMode\":\"EXPIRE_BOTH\"}]", 0, 1, 0, "\"EXPIRE_BOTH\"" },
		{ "[{\"symbol\":\"BTCUSDT\",\"side\":\"SELL\",\"type\":\"STOP\"}]", 0, 0, 1, "-4120" },
		{ "[]", -4082, 0, 0, "number of batch" },
		{ "[{},{},{},{},{},{}]", -4082, 0, 0, "" },
		{ "[{},{},{},{},{}]", 0, 0, 5, "-1102" },
		{ "[" PLACED("0.01") ",[]]", -1130, 0, 0, "'batchOrders'" },
		{ "[{" BID ",\"quantity\":null}]", -1130, 0, 0, "'batchOrders'" },
		{ "{}", -1130, 0, 0, "'batchOrders'" }, { "[{", -1130, 0, 0, "'batchOrders'" },
		{ "", -1102, 0, 0, "'batchOrders'" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct client	*s = client_open();
		struct buf	 b = { 0 };

		check_row("%s", rows[i].batch);
		buf_addf(&b, "batchOrders=%s", rows[i].batch);
		CHECK_INT(client_ask(s, "POST", "/fapi/v1/batchOrders", buf_text(&b)), rows[i].code);
		CHECK_HAS(buf_text(&s->out), rows[i].says);
		CHECK_INT(count(buf_text(&s->out), "\"orderId\":"), rows[i].placed);
		if (rows[i].code == 0)
			CHECK_INT(count(buf_text(&s->out), "\"code\":"), rows[i].refused);
		CHECK_INT((int64_t)s->w.exchange.desks[0].orders.n, rows[i].placed);
		CHECK_INT(meter_used(&s->w.meter, s->w.now, METER_WEIGHT_1M), 5);
		CHECK_INT(meter_used(&s->w.meter, s->w.now, METER_ORDERS_10S), 5);
		CHECK_INT(meter_used(&s->w.meter, s->w.now, METER_ORDERS_1M), 1);
		buf_free(&b);
		client_close(s);
	}
}

static void
batches_of_changes_and_cancels(void **state)
{
	struct client	*s = client_open();
	char		 params[256];

	(void)state;
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
	    BID_FORM "&quantity=0.01&price=61200&newClientOrderId=a"), 0);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
	    BID_FORM "&quantity=0.01&price=61200&newClientOrderId=b"), 0);
	const long long	 id = s->w.exchange.desks[0].orders.first_id;
	check_row("changes, the id a text or a number");
	text_putf(params, sizeof(params), "batchOrders=[{\"symbol\":\"BTCUSDT\",\"orderId\":%lld,"
	    "\"side\":\"BUY\",\"quantity\":\"0.03\",\"price\":\"61100\"},{\"symbol\":\"BTCUSDT\","
	    "\"orderId\":\"7\",\"side\":\"BUY\",\"quantity\":\"0.03\",\"price\":\"61100\"}]", id);
	CHECK_INT(client_ask(s, "PUT", "/fapi/v1/batchOrders", params), 0);
	CHECK_HAS(buf_text(&s->out), "\"origQty\":\"0.030\"");
	CHECK_HAS(buf_text(&s->out), "{\"code\":-2013,");
	check_row("cancels by id, as two clients write it");
	text_putf(params, sizeof(params), "symbol=BTCUSDT&orderidlist=%%5B%lld%%2C9%%5D", id);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders", params), 0);
	CHECK_HAS(buf_text(&s->out), "\"status\":\"CANCELED\"");
	CHECK_HAS(buf_text(&s->out), ",{\"code\":-2011,\"msg\":\"Unknown order sent.\"}]");
	check_row("ids in quotes, as the exchange's own client writes them");
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders",
	    "symbol=BTCUSDT&orderIdList=%5B%227%22%2C%229%22%5D"), 0);
	CHECK_INT(count(buf_text(&s->out), "-2011"), 2);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders", "symbol=BTCUSDT&orderIdList=[\"\"]"),
	    -1130);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders", "symbol=BTCUSDT&orderIdList=[\"b\"]"),
	    -1130);
	check_row("by client order id");
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders",
	    "symbol=BTCUSDT&origClientOrderIdList=[\"b\",\"b\"]"), 0);
	CHECK_INT(count(buf_text(&s->out), "-2011"), 1);
	check_row("refused as a whole");
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders", "symbol=BTCUSDT"), -1102);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders", "symbol=BTCUSDT&orderIdList=[]"), -1130);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders", "symbol=BTCUSDT&orderIdList=[1,%202]"),
	    -1130);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders",
	    "symbol=BTCUSDT&orderIdList=[1,2,3,4,5,6,7,8,9,10,11]"), -4032);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/batchOrders",
	    "symbol=BTCUSDT&orderIdList=[1,2,3,4,5,6,7,8,9,10]"), 0);
	CHECK_INT(count(buf_text(&s->out), "-2011"), 10);
	client_close(s);
}

static void
an_order_that_is_only_judged(void **state)
{
	static const struct { const char *params; int code; const char *says; } rows[] = {
		{ "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01", 0, "\"avgPrice\":\"0.00000\"" },
		{ "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01", 0, "\"cumQuote\":\"0.00000\"" },
		{ "symbol=DOGEUSDT&side=BUY&type=MARKET&quantity=5", -4164, "reduce only" },
		{ "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.0001", -1111, "" },
		{ BID_FORM "&quantity=0.01&price=61200&selfTradePreventionMode=NONE", 0, "\"NONE\"" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct client	*s = client_open();

		check_row("%s", rows[i].params);
		CHECK_INT(client_ask(s, "POST", "/fapi/v1/order/test", rows[i].params), rows[i].code);
		CHECK_HAS(buf_text(&s->out), rows[i].says);
		CHECK_INT((int64_t)s->w.exchange.desks[0].orders.n, 0);
		CHECK_INT((int64_t)s->w.exchange.facts.n, 0);
		client_close(s);
	}
}

static void
a_countdown(void **state)
{
	struct client	*s = client_open();

	(void)state;
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
	    BID_FORM "&quantity=0.01&price=61200&newClientOrderId=a"), 0);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/countdownCancelAll",
	    "symbol=BTCUSDT&countdownTime=100000"), 0);
	CHECK_STR(buf_text(&s->out), "{\"symbol\":\"BTCUSDT\",\"countdownTime\":\"100000\"}");
	CHECK_INT(meter_used(&s->w.meter, s->w.now, METER_WEIGHT_1M), 10);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT"), -1102);
	s->ms += 100000;
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=a"), 0);
	CHECK_HAS(buf_text(&s->out), "\"status\":\"CANCELED\"");
	client_close(s);
}

static int
remembered(struct client *s, const char *name)
{
	char	 params[64];

	text_putf(params, sizeof(params), "symbol=BTCUSDT&origClientOrderId=%s", name);
	return client_ask(s, "GET", "/fapi/v1/order", params);
}

/* Unfilled ends for three days, everything else for ninety. */
static void
what_is_forgotten(void **state)
{
	struct client	*s = client_open();

	(void)state;
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
	    BID_FORM "&quantity=0.01&price=61200&newClientOrderId=gone"), 0);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=gone"), 0);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
	    BID_FORM "&quantity=0.01&price=61000&newClientOrderId=open"), 0);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
	    "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newClientOrderId=full"), 0);
	check_row("three days");
	s->ms += INT64_C(3) * DAY_MS;
	CHECK_INT(remembered(s, "gone"), 0);
	s->ms += 1;
	CHECK_INT(remembered(s, "gone"), -2013);
	CHECK_INT(remembered(s, "open"), 0);
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/allOrders", "symbol=BTCUSDT"), 0);
	CHECK_INT(count(buf_text(&s->out), "\"orderId\""), 2);
	check_row("a week");
	s->ms += INT64_C(5) * DAY_MS;
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/allOrders", "symbol=BTCUSDT"), 0);
	CHECK_STR(buf_text(&s->out), "[]");
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/allOrders", "symbol=BTCUSDT&orderId=1"), 0);
	CHECK_INT(count(buf_text(&s->out), "\"orderId\""), 2);
	check_row("ninety days");
	s->ms = CLIENT_START_MS + INT64_C(90) * DAY_MS;
	CHECK_INT(remembered(s, "full"), 0);
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/userTrades", "symbol=BTCUSDT&fromId=1"), 0);
	CHECK_INT(count(buf_text(&s->out), "\"orderId\""), 1);
	s->ms += 1;
	CHECK_INT(remembered(s, "full"), -2013);
	CHECK_INT(remembered(s, "open"), -2013);
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/userTrades", "symbol=BTCUSDT&fromId=1"), 0);
	CHECK_STR(buf_text(&s->out), "[]");
	check_row("open it is still");
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/openOrders", "symbol=BTCUSDT"), 0);
	CHECK_INT(count(buf_text(&s->out), "\"orderId\""), 1);
	client_close(s);
}

static void
windows_of_a_history(void **state)
{
	static const struct { const char *path, *params; int code, orders; const char *says; } rows[] = {
		{ "allOrders", "", 0, 3, "" },
		{ "allOrders", "limit=2", 0, 2, "[{\"orderId\":8389765739703625001" },
		{ "allOrders", "startTime=1790000000000&limit=2", 0, 2, "[{\"orderId\":51200773001" },
		{ "allOrders", "startTime=1790000000001", 0, 2, "" },
		{ "allOrders", "endTime=1790000000000", 0, 1, "" },
		{ "allOrders", "symbol=ETHUSDT", 0, 1, "" },
		{ "allOrders", "orderId=5", -1128, 0, "" },
		{ "allOrders", "symbol=BTCUSDT&orderId=51200773002", 0, 1, "" },
		{ "allOrders", "limit=1000", 0, 3, "" },
		{ "allOrders", "limit=1001", -1130, 0, "'limit'" },
		{ "allOrders", "limit=0", -1130, 0, "'limit'" },
		{ "allOrders", "startTime=2&endTime=1", -1023, 0, "" },
		{ "allOrders", "startTime=0&endTime=604800000", 0, 0, "" },
		{ "allOrders", "startTime=0&endTime=604800001", -4165, 0,
		    "Maximum time interval is 7 days." },
		{ "allOrders", "startTime=9223372036854775807", -1130, 0, "'startTime'" },
		{ "userTrades", "symbol=BTCUSDT&fromId=1&startTime=5", -1128, 0, "" },
		{ "userTrades", "symbol=BTCUSDT&startTime=0&endTime=604800001", -4165, 0, "" },
		{ "userTrades", "startTime=0", -1102, 0, "'symbol'" },
	};
	static const char *const	 orders[] = { "BTCUSDT", "ETHUSDT", "BTCUSDT" };
	struct client			*s = client_open();
	char				 text[128];

	(void)state;
	for (size_t i = 0; i < NITEMS(orders); i++, s->ms++) {
		text_putf(text, sizeof(text), "symbol=%s&side=BUY&type=LIMIT&timeInForce=GTC"
		    "&quantity=0.1&price=%s", orders[i], i == 1 ? "2600" : "61000");
		CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", text), 0);
	}
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s?%s", rows[i].path, rows[i].params);
		text_putf(text, sizeof(text), "/fapi/v1/%s", rows[i].path);
		CHECK_INT(client_ask(s, "GET", text, rows[i].params), rows[i].code);
		CHECK_INT(count(buf_text(&s->out), "\"orderId\""), rows[i].orders);
		CHECK_HAS(buf_text(&s->out), rows[i].says);
	}
	client_close(s);
}

/* Whom the exchange serves when it has too much to do. */
static void
exemptions_from_overload(void **state)
{
	static const struct { const char *method, *path, *params; bool hedged; int code; } rows[] = {
		{ "POST", "order", "side=BUY", false, -1008 },
		{ "POST", "order", "side=BUY&reduceOnly=true", false, -1102 },
		{ "POST", "order", "side=BUY&closePosition=true", false, -1102 },
		{ "POST", "order", "side=BUY&positionSide=LONG", true, -1008 },
		{ "POST", "order", "side=SELL&positionSide=LONG", true, -1102 },
		{ "POST", "order", "side=BUY&positionSide=SHORT", true, -1102 },
		{ "POST", "order", "side=SELL&positionSide=SHORT", true, -1008 },
		{ "POST", "order/test", "side=BUY", false, -1008 },
		{ "POST", "batchOrders", "batchOrders=[{}]", false, -1008 },
		{ "POST", "batchOrders", "batchOrders=[{\"reduceOnly\":\"true\"},{\"reduceOnly\":true}]",
		    false, 0 },
		{ "POST", "batchOrders", "batchOrders=[{\"reduceOnly\":\"true\"},{}]", false, -1008 },
		{ "PUT",  "order", "side=BUY", false, -1102 },
		{ "DELETE", "order", "symbol=BTCUSDT&orderId=1", false, -2011 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct client	*s = client_open();
		char		 path[64];

		check_row("%s %s %s", rows[i].method, rows[i].path, rows[i].params);
		client_verb(s, rows[i].hedged ? "/hedge?on=1" : "/hedge?on=0");
		client_verb(s, "/overload?on=1");
		text_putf(path, sizeof(path), "/fapi/v1/%s", rows[i].path);
		CHECK_INT(client_ask(s, rows[i].method, path, rows[i].params), rows[i].code);
		if (rows[i].code == -1008)
			CHECK_INT(meter_used(&s->w.meter, s->w.now, METER_ORDERS_1M), 0);
		client_close(s);
	}
}

static void
habits_of_the_exchange(void **state)
{
	struct client	*s = client_open();

	(void)state;
	check_row("today");
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET"
	    "&quantity=0.01&newOrderRespType=RESULT"), 0);
	CHECK(strstr(buf_text(&s->out), "avgPrice") == NULL);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", BID_FORM "&quantity=0&price=1"), -4013);
	CHECK_INT(meter_used(&s->w.meter, s->w.now, METER_ORDERS_1M), 2);
	check_row("otherwise");
	client_verb(s, "/habits?sums=1&count_refused=0");
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET"
	    "&quantity=0.01&newOrderRespType=RESULT"), 0);
	CHECK_HAS(buf_text(&s->out), "\"avgPrice\":\"61250.10000\",\"cumQuote\":\"612.50100\"");
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", BID_FORM "&quantity=0&price=1"), -4013);
	CHECK_INT(meter_used(&s->w.meter, s->w.now, METER_ORDERS_1M), 3);
	CHECK_INT(meter_used(&s->w.meter, s->w.now, METER_ORDERS_10S), 3);
	client_close(s);
}

/* The window is over by the time the engine looks; the others do not go through it. */
static void
a_late_engine(void **state)
{
	static const struct { const char *ms, *params; int code; } rows[] = {
		{ "5000", "", 0 }, { "5001", "", -5028 }, { "5001", "&recvWindow=6000", 0 },
		{ "0", "", 0 },
	};
	struct client	*s = client_open();
	char		 text[160];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s %s", rows[i].ms, rows[i].params);
		text_putf(text, sizeof(text), "/engine?ms=%s", rows[i].ms);
		client_verb(s, text);
		text_putf(text, sizeof(text), BID_FORM "&quantity=0.01&price=61000%s", rows[i].params);
		CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", text), rows[i].code);
		CHECK_INT(client_ask(s, "POST", "/fapi/v1/order/test", text), 0);
	}
	client_verb(s, "/engine?ms=99999");
	CHECK_INT(client_ask(s, "PUT", "/fapi/v1/order", "symbol=BTCUSDT"), -5028);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/batchOrders", "batchOrders=[]"), -5028);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=1"), -2011);
	client_close(s);
}

/* A contract that says something else is judged by that, and shown with it. */
static void
a_contract_changes(void **state)
{
	struct client	*s = client_open();

	(void)state;
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order",
	    BID_FORM "&quantity=0.01&price=61000.1&newClientOrderId=a"), 0);
	check_row("tick");
	client_verb(s, "/listing?symbol=BTCUSDT&filter=PRICE_FILTER&field=tickSize&value=0.50");
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", BID_FORM "&quantity=0.01&price=61000.1"), -4014);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", BID_FORM "&quantity=0.01&price=61000.3"), 0);
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/exchangeInfo", ""), 0);
	CHECK_HAS(buf_text(&s->out), "\"tickSize\":\"0.50\"");
	check_row("quotes are where they may be");
	CHECK_INT(client_ask(s, "GET", "/fapi/v1/ticker/bookTicker", "symbol=BTCUSDT"), 0);
	CHECK(book_is_sound(&s->w.exchange.desks[0].book));
	check_row("status");
	client_verb(s, "/listing?symbol=BTCUSDT&field=status&value=SETTLING");
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", BID_FORM "&quantity=0.01&price=61000.3"), -4140);
	CHECK_INT(client_ask(s, "DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=a"), 0);
	check_row("the end");
	client_verb(s, "/listing?symbol=BTCUSDT&field=status&value=CLOSE");
	CHECK_INT((int64_t)s->w.exchange.desks[0].orders.n_open, 0);
	CHECK_INT(s->w.exchange.facts.v[s->w.exchange.facts.n - 2].er, ER_DELISTED);
	CHECK_INT(client_ask(s, "POST", "/fapi/v1/order", BID_FORM "&quantity=0.01&price=61000.3"), -4141);
	client_close(s);
}

/* ---- recorded requests of two clients ---------------------------------------------- */

/* Refusals that would mean that the client's way to write a request is not understood. */
static bool
is_of_shape(int code)
{
	return code == -1021 || code == -1022 || (code <= -1100 && code >= -1130);
}

static const char *
text_of(const json_t *o, const char *name)
{
	const char	*text = json_string_value(json_object_get(o, name));

	return text == NULL ? "" : text;
}

/* Of regular orders only; what of them is not there is someone else's test. */
static bool
is_about_orders(const char *path)
{
	static const char *const	 paths[] = {
		"/fapi/v1/allOpenOrders", "/fapi/v1/allOrders", "/fapi/v1/batchOrders",
		"/fapi/v1/countdownCancelAll", "/fapi/v1/openOrders", "/fapi/v1/order",
		"/fapi/v1/userTrades",
	};

	for (size_t i = 0; i < NITEMS(paths); i++)
		if (text_eq(paths[i], path))
			return true;
	return false;
}

static int
replay(const json_t *recorded)
{
	const json_t	*q;
	size_t		 i;
	int		 n = 0;

	json_array_foreach(json_object_get(recorded, "requests"), i, q) {
		struct client		*s = client_open_at(RECORDED_MS, "testkey", "testsecret");
		const char		*body = text_of(q, "body");
		const struct request	 r = {
			.method = text_of(q, "method"), .path = text_of(q, "path"),
			.query = text_of(q, "query"), .body = body, .body_len = strlen(body),
			.api_key = text_of(q, "api_key_header"),
		};

		if (is_about_orders(r.path)) {
			check_row("%s %s %s%s", r.method, r.path, r.query, r.body);
			const struct served	 v = world_request(&s->w, &r, wall_from_ms(s->ms),
						    &s->out);
			const char		*code = strstr(buf_text(&s->out), "\"code\":");
			CHECK(v.status == 200 || !is_of_shape((int)strtol(code + 7, NULL, 10)));
			n++;
		}
		client_close(s);
	}
	return n;
}

static void
requests_as_recorded(void **state)
{
	static const char *const	 files[] = {
		"wire/requests_ccxt.json", "wire/requests_siebly.json"
	};
	char				 path[256];

	(void)state;
	for (size_t i = 0; i < NITEMS(files); i++) {
		if (rows_recorded(files[i], path) == NULL) {
			check_skipped("no PMS_DATA");
			return;
		}
		json_t	*recorded = json_load_file(path, 0, NULL);
		check_row("%s", path);
		CHECK(recorded != NULL);
		CHECK(replay(recorded) > 5);
		json_decref(recorded);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(parameters_of_a_change),
		cmocka_unit_test(list_of_changes),
		cmocka_unit_test(batches_of_new_orders),
		cmocka_unit_test(batches_of_changes_and_cancels),
		cmocka_unit_test(an_order_that_is_only_judged),
		cmocka_unit_test(a_countdown),
		cmocka_unit_test(what_is_forgotten),
		cmocka_unit_test(windows_of_a_history),
		cmocka_unit_test(exemptions_from_overload),
		cmocka_unit_test(habits_of_the_exchange),
		cmocka_unit_test(a_late_engine),
		cmocka_unit_test(a_contract_changes),
		cmocka_unit_test(requests_as_recorded),
	};

	return cmocka_run_group_tests_name("simex_orders", tests, NULL, NULL);
}
