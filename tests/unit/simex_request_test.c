/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/clock.h"
#include "tests/simex/core/fault.h"
#include "tests/simex/core/intake.h"
#include "tests/simex/core/listenkey.h"
#include "tests/simex/core/listing.h"
#include "tests/simex/core/meter.h"
#include "tests/simex/core/topic.h"

#include <string.h>

#define LIMIT	"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=1&quantity=1"
#define MARKET	"symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1"
#define GTD	"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&price=1&quantity=1"
#define CLOSING	"symbol=BTCUSDT&side=SELL&closePosition=true&type="
#define MATCH	"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=1&priceMatch="

static void
parameters_of_an_order(void **state)
{
	static const struct { const char *query; int code; const char *says; } rows[] = {
		{ LIMIT, 0, "" },
		{ MARKET, 0, "" },
		{ MARKET "&timestamp=1&recvWindow=5&signature=x", 0, "" },
		{ MARKET "&reduceOnly=true&newOrderRespType=RESULT&positionSide=BOTH", 0, "" },
		{ "side=SELL&type=MARKET&quantity=1", -1102, "'symbol'" },
		{ "symbol=BTCUSDT&type=MARKET&quantity=1", -1102, "'side'" },
		{ "symbol=BTCUSDT&side=SELL&type=MARKET", -1102, "'quantity'" },
		{ "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=", -1102, "'quantity'" },
		{ "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1x", -1100, "'quantity'" },
		{ "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=-1", -1100, "'quantity'" },
		{ "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1e3", -1100, "'quantity'" },
		{ "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1.000000001", -1111, "Precision" },
		{ "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1.0000000000", 0, "" },
		{ "symbol=BTCUSDT&side=HOLD&type=MARKET&quantity=1", -1117, "side" },
		{ "symbol=BTCUSDT&side=SELL&type=ICEBERG&quantity=1", -1116, "orderType" },
		{ "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=1", -4120, "Algo" },
		{ CLOSING "STOP", -4120, "Algo" },
		{ CLOSING "STOP_MARKET", -4120, "Algo" },
		{ CLOSING "TAKE_PROFIT", -4120, "Algo" },
		{ CLOSING "TAKE_PROFIT_MARKET", -4120, "Algo" },
		{ CLOSING "TRAILING_STOP_MARKET", -4120, "Algo" },
		{ CLOSING "STOP_MARKET&quantity=", -1102, "'quantity'" },
		{ CLOSING "MARKET", -1106, "'closeposition'" },
		{ LIMIT "&positionSide=LONG", -4061, "position side" },
		{ LIMIT "&reduceOnly=yes", -1130, "'reduceOnly'" },
		{ LIMIT "&reduceOnly=1", -1130, "'reduceOnly'" },
		{ LIMIT "&reduceOnly=trueish", -1130, "'reduceOnly'" },
		{ LIMIT "&reduceOnly=TRUE", 0, "" }, { LIMIT "&reduceOnly=False", 0, "" },
		{ LIMIT "&stopPrice=1", -1106, "'stopprice'" },
		{ LIMIT "&colour=red", -1104, "'colour'" },
		{ MARKET "&price=1", -1106, "'price'" },
		{ MARKET "&timeInForce=GTC", -1106, "'timeinforce'" },
		{ "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1", -1102, "'price'" },
		{ "symbol=BTCUSDT&side=BUY&type=LIMIT&price=1&quantity=1", -1102, "'timeInForce'" },
		{ "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX2&price=1&quantity=1", -1115, "" },
		{ MARKET "&newClientOrderId=abcdefghijklmnopqrstuvwxyz0123456789", 0, "" },
		{ MARKET "&newClientOrderId=abcdefghijklmnopqrstuvwxyz01234567890", -4015, "36" },
		{ MARKET "&newClientOrderId=a%20b", -1100, "newClientOrderId" },
		{ MARKET "&newClientOrderId=a.A:/_-9", 0, "" },
		{ LIMIT "&newOrderRespType=FULL", -1136, "newOrderRespType" },
		{ LIMIT "&selfTradePreventionMode=EXPIRE_BOTH", 0, "" },
		{ LIMIT "&selfTradePreventionMode=NONE", -5039, "self trade" },
		{ LIMIT "&selfTradePreventionMode=DECREMENT", -5039, "self trade" },
		{ LIMIT "&goodTillDate=1800000000000", -1106, "'goodtilldate'" },
		{ GTD, -1102, "'goodTillDate'" },
		{ GTD "&goodTillDate=1800000000000", 0, "" },
		{ GTD "&goodTillDate=tomorrow", -1130, "'goodTillDate'" },
		{ LIMIT "&priceMatch=NONE", 0, "" },
		{ LIMIT "&priceMatch=QUEUE", -1106, "'price'" },
		{ MATCH "QUEUE_20", 0, "" },
		{ MATCH "OPPONENT_5", 0, "" },
		{ MATCH "OPPONENT_10", -5037, "price match" },
		{ MATCH "BEST", -5037, "price match" },
		{ MATCH "NONE", -1102, "'price'" },
		{ MARKET "&priceMatch=OPPONENT", -5038, "LIMIT" },
	};
	struct form	 f = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct buf	 said = { 0 };
		struct terms	 t;

		check_row("%s", rows[i].query);
		form_parse(&f, rows[i].query, "", 0);
		struct reject	 r = form_check(&f, intake_params, INTAKE_PARAMS);
		if (!reject_is_set(&r))
			r = intake_parse(&f, false, STP_EXPIRE_MAKER, &t);
		reject_print(&said, &r);
		CHECK_INT(reject_code(&r), rows[i].code);
		CHECK_HAS(buf_text(&said), rows[i].says);
		buf_free(&said);
	}
	form_free(&f);
}

/* As it is documented, as it is sent, and as one language prints it. */
static void
truth_in_any_letters(void **state)
{
	static const struct { const char *query; bool reduces; } rows[] = {
		{ LIMIT, false },
		{ LIMIT "&reduceOnly=true", true }, { LIMIT "&reduceOnly=false", false },
		{ LIMIT "&reduceOnly=TRUE", true }, { LIMIT "&reduceOnly=FALSE", false },
		{ LIMIT "&reduceOnly=True", true }, { LIMIT "&reduceOnly=False", false },
	};
	struct form	 f = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct terms	 t;

		check_row("%s", rows[i].query);
		form_parse(&f, rows[i].query, "", 0);
		struct reject	 r = form_check(&f, intake_params, INTAKE_PARAMS);
		CHECK_INT(reject_code(&r), 0);
		r = intake_parse(&f, false, STP_EXPIRE_MAKER, &t);
		CHECK_INT(reject_code(&r), 0);
		CHECK_INT(t.reduce_only, rows[i].reduces);
		CHECK_INT(intake_is_exempt(&f), rows[i].reduces);
	}
	form_free(&f);
}

/* In hedge mode positionSide says what closes. */
static void
parameters_in_hedge_mode(void **state)
{
	static const struct { const char *query; int code; bool closes; } rows[] = {
		{ MARKET, -4061, false },
		{ MARKET "&positionSide=BOTH", -4061, false },
		{ MARKET "&positionSide=LONG", 0, true },
		{ MARKET "&positionSide=SHORT", 0, false },
		{ LIMIT "&positionSide=LONG", 0, false },
		{ LIMIT "&positionSide=SHORT", 0, true },
		{ LIMIT "&positionSide=SHORT&reduceOnly=true", -1106, true },
		{ LIMIT "&positionSide=SHORT&reduceOnly=false", -1106, true },
		{ LIMIT "&positionSide=NEITHER", -4060, false },
	};
	struct form	 f = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct terms	 t = { .reduce_only = false };

		check_row("%s", rows[i].query);
		form_parse(&f, rows[i].query, "", 0);
		struct reject	 r = form_check(&f, intake_params, INTAKE_PARAMS);
		if (!reject_is_set(&r))
			r = intake_parse(&f, true, STP_EXPIRE_MAKER, &t);
		CHECK_INT(reject_code(&r), rows[i].code);
		if (rows[i].code == 0)
			CHECK_INT(t.reduce_only, rows[i].closes);
	}
	form_free(&f);
}

/* Values are what they would have been as text. */
static void
parameters_as_json(void **state)
{
	static const struct { const char *json, *value; } rows[] = {
		{ "{\"a\":\"text\"}", "text" },	{ "{\"a\":true}", "true" },
		{ "{\"a\":false}", "false" },		{ "{\"a\":9007199254740993}", "9007199254740993" },
		{ "{\"a\":0.01}", "0.01" },		{ "{\"a\":61250.1}", "61250.1" },
		{ "{\"a\":0.00001}", "0.000010000000" },
		{ "{\"a\":null}", NULL },		{ "{\"a\":[]}", NULL },
		{ "[]", NULL },				{ "\"a\"", NULL },
	};
	struct form	 f = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		json_t	*v = json_loads(rows[i].json, JSON_DECODE_ANY, NULL);

		check_row("%s", rows[i].json);
		CHECK_INT(form_parse_json(&f, v), rows[i].value == NULL ? -1 : 0);
		if (rows[i].value != NULL)
			CHECK_STR(form_str(&f, "a"), rows[i].value);
		json_decref(v);
	}
	form_free(&f);
}

static void
the_query_wins_over_the_body(void **state)
{
	static const char	 body[] = "symbol=ETHUSDT&quantity=2";
	struct form		 f = { 0 };

	(void)state;
	check_row("symbol twice");
	form_parse(&f, "symbol=BTC%55SDT&side=BUY", body, strlen(body));
	CHECK_STR(form_str(&f, "symbol"), "BTCUSDT");
	CHECK_DEC(form_dec(&f, "quantity"), "2");
	CHECK(form_str(&f, "price") == NULL);
	form_free(&f);
}

/* A step that is no power of ten shows the difference between precision and step. */
static const char	coarse[] = "{\"symbols\":[{\"symbol\":\"XUSDT\",\"status\":\"TRADING\","
    "\"baseAsset\":\"X\",\"quoteAsset\":\"USDT\",\"marginAsset\":\"USDT\",\"pricePrecision\":2,"
    "\"quantityPrecision\":3,\"liquidationFee\":\"0.01\",\"marketTakeBound\":\"0.05\","
    "\"triggerProtect\":\"0.05\",\"filters\":["
    "{\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"10.00\",\"maxPrice\":\"1000\","
    "\"tickSize\":\"0.10\"},"
    "{\"filterType\":\"LOT_SIZE\",\"minQty\":\"0.005\",\"maxQty\":\"100\",\"stepSize\":\"0.005\"},"
    "{\"filterType\":\"MARKET_LOT_SIZE\",\"minQty\":\"0.005\",\"maxQty\":\"20\","
    "\"stepSize\":\"0.005\"},"
    "{\"filterType\":\"MIN_NOTIONAL\",\"notional\":\"50\"},"
    "{\"filterType\":\"PERCENT_PRICE\",\"multiplierUp\":\"1.05\",\"multiplierDown\":\"0.95\"}]}]}";

static const struct listing *
only_of(struct listings *ls)
{
	struct why	 why = { "" };

	CHECK_INT(listings_read(ls, coarse, strlen(coarse), &why), 0);
	CHECK_STR(why.text, "");
	return &ls->v[0];
}

static void
price_filters(void **state)
{
	static const struct { enum side side; const char *px; int code; } rows[] = {
		{ SIDE_BUY,  "100",     0 },
		{ SIDE_BUY,  "9.90",    -4013 }, { SIDE_BUY,  "10.00",   0 },
		{ SIDE_SELL, "1000",    0 },     { SIDE_SELL, "1000.10", -4002 },
		{ SIDE_BUY,  "99.95",   -4014 }, { SIDE_BUY,  "99.9",    0 },
		{ SIDE_BUY,  "99.999",  -1111 },
		{ SIDE_BUY,  "105.00",  0 },     { SIDE_BUY,  "105.10",  -4016 },
		{ SIDE_SELL, "95.00",   0 },     { SIDE_SELL, "94.90",   -4024 },
		/* one-sided: a buyer may bid low, a seller ask high */
		{ SIDE_BUY,  "50",      0 },     { SIDE_SELL, "500",     0 },
	};
	struct listings		 ls;
	const struct listing	*l = only_of(&ls);

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("side %d price %s", (int)rows[i].side, rows[i].px);
		struct reject	 r = listing_check_price(l, D(rows[i].px));
		if (!reject_is_set(&r))
			r = listing_check_percent(l, rows[i].side, D(rows[i].px), D("100"));
		CHECK_INT(reject_code(&r), rows[i].code);
	}
	listings_fini(&ls);
}

static void
quantity_filters(void **state)
{
	static const struct { enum ord_type type; const char *qty; int code; } rows[] = {
		{ TYPE_LIMIT,  "0",       -4003 }, { TYPE_LIMIT,  "0.005",   0 },
		{ TYPE_LIMIT,  "0.004",   -4004 }, { TYPE_LIMIT,  "0.0055",  -1111 },
		{ TYPE_LIMIT,  "0.007",   -4023 }, { TYPE_LIMIT,  "0.010",   0 },
		{ TYPE_LIMIT,  "100",     0 },     { TYPE_LIMIT,  "100.005", -4005 },
		{ TYPE_MARKET, "20",      0 },     { TYPE_MARKET, "20.005",  -4005 },
	};
	struct listings		 ls;
	const struct listing	*l = only_of(&ls);

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct reject	 r = listing_check_qty(l, rows[i].type, D(rows[i].qty));

		check_row("type %d qty %s", (int)rows[i].type, rows[i].qty);
		CHECK_INT(reject_code(&r), rows[i].code);
	}
	check_row("notional");
	const struct reject	 enough = listing_check_notional(l, D("100"), D("0.5"));
	const struct reject	 little = listing_check_notional(l, D("99.9"), D("0.5"));
	CHECK_INT(reject_code(&enough), 0);
	CHECK_INT(reject_code(&little), -4164);
	CHECK_STR(little.arg, "50");
	listings_fini(&ls);
}

/* Windows are of the clock: what was used is forgotten at the full ten seconds and minute. */
static void
limits_count_in_fixed_windows(void **state)
{
	static const struct { int64_t at_s; int64_t weight, orders; int code; } rows[] = {
		{ 60,  6, 0, 0 },	{ 61,  4, 0, 0 },	{ 119, 1, 0, -1003 },
		{ 120, 1, 0, 0 },
		{ 121, 0, 1, 0 },	{ 122, 0, 1, 0 },	{ 129, 0, 1, -1015 },
		{ 130, 0, 2, 0 },	{ 140, 0, 2, -1015 },	{ 141, 0, 1, 0 },
		{ 179, 0, 1, -1015 },	{ 180, 0, 1, 0 },
	};
	struct meter	 m = { .limit = { 10, 2, 5 } };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const wall_t		 now = { rows[i].at_s * 1000000 };
		const struct reject	 r = meter_take(&m, now, rows[i].weight, rows[i].orders);

		check_row("%zu at %lld s", i, (long long)rows[i].at_s);
		CHECK_INT(reject_code(&r), rows[i].code);
	}
	check_row("a batch");
	struct meter	 batch = { .limit = { 0, 12, 3 } };
	for (int i = 0; i < 2; i++)
		CHECK_INT(meter_take_orders(&batch, (wall_t){ 1 }, 5, 1).why, REJ_NONE);
	CHECK_INT(meter_take_orders(&batch, (wall_t){ 1 }, 5, 1).why, REJ_ORDER_RATE);
	meter_give_back_orders(&batch, 5, 1);
	CHECK_INT(meter_take_orders(&batch, (wall_t){ 1 }, 5, 1).why, REJ_NONE);
	CHECK_INT(meter_used(&batch, (wall_t){ 1 }, METER_ORDERS_1M), 2);
	check_row("used");
	CHECK_INT(meter_used(&m, (wall_t){ 180 * 1000000 }, METER_ORDERS_10S), 1);
	CHECK_INT(meter_used(&m, (wall_t){ 190 * 1000000 }, METER_ORDERS_10S), 0);
}

/* Who asks on after so many refusals is banned, for two minutes and from everything. */
static void
bans(void **state)
{
	static const struct { int64_t at_s; int64_t weight, orders; int code, http; int64_t wait_s; }
	rows[] = {
		{ 60,  10, 0, 0,     200, 0 },
		{ 61,  1,  0, -1003, 429, 59 },
		{ 62,  1,  0, -1003, 429, 58 },
		{ 63,  0,  1, 0,     200, 0 },		/* costs no weight */
		{ 120, 10, 0, 0,     200, 0 },		/* a new minute: nobody counts any more */
		{ 121, 1,  0, -1003, 429, 59 },
		{ 122, 0,  3, -1015, 429, 8 },		/* too many orders bans nobody */
		{ 123, 1,  0, -1003, 429, 57 },
		{ 124, 1,  0, -1003, 418, 120 },
		{ 125, 0,  0, -1003, 418, 119 },
		{ 243, 0,  0, -1003, 418, 1 },
		{ 244, 10, 0, 0,     200, 0 },
	};
	struct meter	 m = { .limit = { 10, 2, 5 }, .ban_after = 2 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const wall_t	 now = { rows[i].at_s * 1000000 };
		struct reject	 r = meter_check_ban(&m, now);

		check_row("%zu at %lld s", i, (long long)rows[i].at_s);
		if (!reject_is_set(&r))
			r = meter_take(&m, now, rows[i].weight, rows[i].orders);
		CHECK_INT(reject_code(&r), rows[i].code);
		CHECK_INT(reject_http(&r), rows[i].http);
		if (reject_is_set(&r))
			CHECK_INT(meter_retry_after_s(&m, now), rows[i].wait_s);
	}
	check_row("what it says");
	meter_ban(&m, (wall_t){ 1000000 }, 5);
	const struct reject	 r = meter_check_ban(&m, (wall_t){ 1000001 });
	CHECK_STR(r.arg, "6000");
	check_row("a part of a second counts as one");
	CHECK_INT(meter_retry_after_s(&m, (wall_t){ 1000001 }), 5);
}

static void
answers_of_faults(void **state)
{
	static const struct { struct fault f; const char *answer; } rows[] = {
		{ { .kind = FAULT_FAIL, .json = true, .code = -1007, .msg = "a \"b\"" },
		  "{\"code\":-1007,\"msg\":\"a \\\"b\\\"\"}" },
		{ { .kind = FAULT_FAIL, .msg = "{\"code\":-10" }, "{\"code\":-10" },
		{ { .kind = FAULT_FAIL }, "" },
		{ { .kind = FAULT_FLOOD, .bytes = 30 }, "{\"code\":-1000,\"msg\":\"An unkn\"}" },
		{ { .kind = FAULT_FLOOD }, "{\"code\":-1000,\"msg\":\"\"}" },
	};
	struct buf	 b = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%zu", i);
		buf_reset(&b);
		fault_print_answer(&rows[i].f, &b);
		CHECK_STR(buf_text(&b), rows[i].answer);
	}
	check_row("ten megabytes");
	buf_reset(&b);
	fault_print_answer(&(struct fault){ .kind = FAULT_FLOOD, .bytes = 10000000 }, &b);
	CHECK_INT((int64_t)b.len, 10000000);
	buf_free(&b);
}

/* The first that fits, as often as it was asked for; what does not fit waits. */
static void
faults_wait_for_their_request(void **state)
{
	static const struct { const char *method, *path; int kind; } rows[] = {
		{ "GET",    "/order", FAULT_DRIP },	{ "POST", "/order", FAULT_DROP },
		{ "DELETE", "/time",  FAULT_N },	{ "POST", "/order", FAULT_DROP },
		{ "POST",   "/order", FAULT_DRIP },	{ "POST", "/order", FAULT_N },
	};
	struct faults	 fs = { .n = 0 };
	struct form	 form = { .n = 0 };
	struct fault	 met;

	(void)state;
	CHECK(faults_add(&fs, &(struct fault){
		.kind = FAULT_DROP, .method = "POST", .path = "/order", .left = 2,
	}));
	CHECK(faults_add(&fs, &(struct fault){ .kind = FAULT_DRIP, .path = "/order", .left = 2 }));
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%zu", i);
		const bool	 is = faults_take(&fs, rows[i].method, rows[i].path, &form, &met);
		CHECK_INT(is ? (int)met.kind : FAULT_N, rows[i].kind);
	}
	check_row("all used up");
	CHECK_INT((int64_t)fs.n, 0);
}

static void
life_of_a_listen_key(void **state)
{
	struct listen_key	 k = { .life_ms = 3000 };
	struct rng		 r = rng_seed(check_seed());
	char			 first[LISTEN_KEY];

	(void)state;
	check_row("asked for again, it is the same and younger");
	listen_key_open(&k, &r, (wall_t){ 1000000 });
	memcpy(first, k.text, sizeof(first));
	listen_key_open(&k, &r, (wall_t){ 3000000 });
	CHECK_STR(k.text, first);
	CHECK(!listen_key_is_due(&k, (wall_t){ 5999999 }));
	CHECK(listen_key_is_due(&k, (wall_t){ 6000000 }));
	check_row("renewed");
	listen_key_renew(&k, (wall_t){ 5000000 });
	CHECK(!listen_key_is_due(&k, (wall_t){ 7999999 }));
	check_row("dead");
	listen_key_close(&k);
	CHECK(!listen_key_lives(&k));
	CHECK(!listen_key_is(&k, first));
	CHECK(!listen_key_is_due(&k, (wall_t){ 9000000 }));
	check_row("another");
	listen_key_open(&k, &r, (wall_t){ 9000000 });
	CHECK(!listen_key_is(&k, first));
	CHECK(!listen_key_is_due(&k, (wall_t){ 11999999 }));
	CHECK(listen_key_is_due(&k, (wall_t){ 12000000 }));
}

static void
stream_names(void **state)
{
	static const struct { const char *name; bool known; enum topic_kind kind; int listing; } rows[] = {
		{ "btcusdt@bookTicker",   true,  TOPIC_BOOK_TICKER, 0 },
		{ "ethusdt@markPrice@1s", true,  TOPIC_MARK_1S, 1 },
		{ "ethusdt@markPrice",    true,  TOPIC_MARK_3S, 1 },
		{ "!markPrice@arr@1s",    true,  TOPIC_ALL_MARK_1S, 0 },
		{ "!markPrice@arr",       true,  TOPIC_ALL_MARK_3S, 0 },
		{ "dogeusdt@depth5",      true,  TOPIC_DEPTH5 + DIFF_250MS, 2 },
		{ "dogeusdt@depth@100ms", true,  TOPIC_DEPTH + DIFF_100MS, 2 },
		{ "btcusdt@depth20@500ms", true, TOPIC_DEPTH20 + DIFF_500MS, 0 },
		{ "btcusdt@kline_1m",     true,  TOPIC_KLINE + INTERVAL_1M, 0 },
		{ "btcusdt@kline_1M",     true,  TOPIC_KLINE + INTERVAL_1MONTH, 0 },
		{ "ethusdt_perpetual@continuousKline_4h", true,
		    TOPIC_CONTINUOUS_KLINE + INTERVAL_4H, 1 },
		{ "!ticker@arr",          true,  TOPIC_ALL_TICKER, 0 },
		{ "btcusdt@depth7",       false, TOPIC_N, 0 },
		{ "btcusdt@kline_1s",     false, TOPIC_N, 0 },
		{ "ethusdt@continuousKline_4h", false, TOPIC_N, 0 },
		{ "tradingSession",       false, TOPIC_N, 0 },
		{ "BTCUSDT@bookTicker",   false, TOPIC_N, 0 },
		{ "xyzusdt@bookTicker",   false, TOPIC_N, 0 },
		{ "btcusdt",              false, TOPIC_N, 0 },
		{ "",                     false, TOPIC_N, 0 },
	};
	char		 name[TOPIC_NAME];
	struct topic	 t;
	struct listings	 ls;

	(void)state;
	listings_built_in(&ls);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].name);
		CHECK_INT(topic_parse(&ls, rows[i].name, &t), rows[i].known);
		if (!rows[i].known)
			continue;
		CHECK_INT(t.kind, rows[i].kind);
		CHECK_INT(t.listing, rows[i].listing);
		topic_format(&ls, t, name);
		CHECK_STR(name, rows[i].name);
	}
	listings_fini(&ls);
}

/* They come as they are, not in ASCII only; those in a request are percent-encoded. */
static void
names_in_utf8(void **state)
{
	struct listings	 ls, built_in;
	struct buf	 info = { 0 };
	struct topic	 t;
	struct form	 f = { 0 };
	char		 name[TOPIC_NAME];
	struct why	 why;

	(void)state;
	listings_built_in(&built_in);
	const char	*text = built_in.v[0].text, *at = strstr(text, "BTCUSDT");
	buf_addf(&info, "{\"assets\":[],\"symbols\":[%.*s我踏马来了USDT%s]}", (int)(at - text), text,
	    at + strlen("BTCUSDT"));
	CHECK_INT(listings_read(&ls, buf_text(&info), info.len, &why), 0);
	CHECK(topic_parse(&ls, "我踏马来了usdt@depth@100ms", &t));
	CHECK_INT(t.kind, TOPIC_DEPTH + DIFF_100MS);
	topic_format(&ls, t, name);
	CHECK_STR(name, "我踏马来了usdt@depth@100ms");
	form_parse(&f, "symbol=%E6%88%91%E8%B8%8F%E9%A9%AC%E6%9D%A5%E4%BA%86USDT", "", 0);
	CHECK(listings_find(&ls, form_str(&f, "symbol")) == &ls.v[0]);
	form_free(&f);
	buf_free(&info);
	listings_fini(&ls);
	listings_fini(&built_in);
}

static void
stream_addresses(void **state)
{
	static const struct { const char *path; enum route route; bool combined; const char *names; }
	rows[] = {
		{ "/public/ws/btcusdt@bookTicker/x", ROUTE_PUBLIC,  false, "btcusdt@bookTicker/x" },
		{ "/market/stream",                  ROUTE_MARKET,  true,  "" },
		{ "/private/ws",                     ROUTE_PRIVATE, false, "" },
		{ "/private/ws/KEY",                 ROUTE_PRIVATE, false, "KEY" },
		{ "/ws/btcusdt@bookTicker",          ROUTE_NONE,    false, "btcusdt@bookTicker" },
		{ "/stream",                         ROUTE_NONE,    true,  "" },
		{ "/",                               ROUTE_NONE,    false, "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct address	 a = address_parse(rows[i].path);

		check_row("%s", rows[i].path);
		CHECK_INT(a.route, rows[i].route);
		CHECK_INT(a.combined, rows[i].combined);
		CHECK_STR(a.names, rows[i].names);
	}
	check_row("events");
	CHECK_INT(user_events_parse("TRADE_LITE/NONSENSE/ACCOUNT_UPDATE"),
	    1 << UE_TRADE_LITE | 1 << UE_ACCOUNT_UPDATE);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(parameters_of_an_order),
		cmocka_unit_test(truth_in_any_letters),
		cmocka_unit_test(parameters_in_hedge_mode),
		cmocka_unit_test(parameters_as_json),
		cmocka_unit_test(the_query_wins_over_the_body),
		cmocka_unit_test(price_filters),
		cmocka_unit_test(quantity_filters),
		cmocka_unit_test(limits_count_in_fixed_windows),
		cmocka_unit_test(bans),
		cmocka_unit_test(answers_of_faults),
		cmocka_unit_test(faults_wait_for_their_request),
		cmocka_unit_test(life_of_a_listen_key),
		cmocka_unit_test(stream_names),
		cmocka_unit_test(names_in_utf8),
		cmocka_unit_test(stream_addresses),
	};

	return cmocka_run_group_tests_name("simex_request", tests, NULL, NULL);
}
