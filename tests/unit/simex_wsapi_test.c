/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "tests/simex/api/wsapi.h"
#include "venue/sign.h"

#include <stdlib.h>
#include <string.h>

/* The moment of a recorded session of a client, with its key and secret. */
#define NOW_MS	INT64_C(1795253154574)
#define ED25519_PEM "-----BEGIN PUBLIC KEY-----\n" \
	"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n" \
	"-----END PUBLIC KEY-----\n"
/* The published vector: "apiKey=TESTKEY&timestamp=1700000000000". */
#define LOGON_MS	INT64_C(1700000000000)
#define LOGON "{\"id\":\"l\",\"method\":\"session.logon\",\"params\":{\"apiKey\":\"TESTKEY\"," \
	"\"timestamp\":1700000000000,\"signature\":\"cVzrZPszzUMk/MPQInUaVCU4IUTWF8G8QqEZG8BeBHeC" \
	"AZb7oFNlZwqPB8BhYNrTKChT0BKPARTh+vwUUq2mBw==\"}}"

struct peer {
	struct world	 world;
	struct session	 session;
	struct buf	 out;
	wall_t		 now;
};

static struct peer *
connect_at(int64_t ms, const char *arguments)
{
	struct peer	*s = calloc(1, sizeof(*s));
	struct why	 why;

	s->now = wall_from_ms(ms);
	world_init(&s->world, &(struct world_terms){
		.exchange = {
			.balance = D("100000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
			.market = { .kind = MARKET_STILL, .start = s->now, .period_ms = 100 },
		},
		.key = "testkey", .secret = "testsecret", .key_life_ms = 3600000,
		.limits = {
			[METER_WEIGHT_1M] = 2400, [METER_ORDERS_10S] = 300, [METER_ORDERS_1M] = 1200,
		},
	});
	CHECK_INT(auth_add_key(s->world.auth, "TESTKEY", KEY_ED25519, ED25519_PEM, &why), 0);
	CHECK_INT(wsapi_open(&s->world, &s->session, arguments, s->now), 200);
	return s;
}

static void
hang_up(struct peer *s)
{
	world_fini(&s->world);
	buf_free(&s->out);
	free(s);
}

static const char *
ask(struct peer *s, const char *text)
{
	buf_reset(&s->out);
	wsapi_request(&s->world, &s->session, text, strlen(text), s->now, &s->out);
	return buf_text(&s->out);
}

/* A connection of its own for each. */
static const struct row {
	const char	*name, *text, *want;
} rows[] = {
	{ "depth", "{\"id\":1,\"method\":\"depth\",\"params\":{\"symbol\":\"BTCUSDT\",\"limit\":5}}",
	    "{\"id\":1,\"status\":200,\"result\":{\"lastUpdateId\":" },
	{ "its weight", "{\"id\":1,\"method\":\"depth\",\"params\":{\"symbol\":\"BTCUSDT\",\"limit\":5}}",
	    ",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\","
	    "\"intervalNum\":1,\"limit\":2400,\"count\":" },
	{ "a version in front", "{\"id\":null,\"method\":\"v1/ticker.book\",\"params\":"
	    "{\"symbol\":\"BTCUSDT\"}}", "{\"id\":null,\"status\":200,\"result\":{\"symbol\":\"BTCUSDT\"" },
	{ "an id of text", "{\"id\":\"\\u00e9\\\"\",\"method\":\"session.status\"}",
	    "{\"id\":\"\xc3\xa9\\\"\",\"status\":200,\"result\":{\"apiKey\":null,\"authorizedSince\":null,"
	    "\"connectedSince\":1795253154574,\"returnRateLimits\":true,\"serverTime\":1795253154574}" },
	{ "a large id", "{\"id\":-9223372036854775808,\"method\":\"session.logout\",\"params\":{}}",
	    "{\"id\":-9223372036854775808,\"status\":200," },
	{ "without limits", "{\"id\":1,\"method\":\"depth\",\"params\":{\"symbol\":\"BTCUSDT\","
	    "\"limit\":5,\"returnRateLimits\":false}}", "]]}}" },
	{ "the key alone", "{\"id\":1,\"method\":\"userDataStream.start\",\"params\":"
	    "{\"apiKey\":\"testkey\"}}", "\"status\":200,\"result\":{\"listenKey\":\"" },
	{ "what ccxt sends", "{\"id\":\"1\",\"method\":\"order.place\",\"params\":{\"apiKey\":\"testkey\","
	    "\"newClientOrderId\":\"x-cvBPrNm9f30fbb9cf27945cc944069\",\"newOrderRespType\":\"RESULT\","
	    "\"price\":\"60000\",\"quantity\":\"0.01\",\"recvWindow\":10000,\"returnRateLimits\":false,"
	    "\"side\":\"BUY\",\"symbol\":\"BTCUSDT\",\"timeInForce\":\"GTC\",\"timestamp\":1795253154574,"
	    "\"type\":\"LIMIT\",\"signature\":"
	    "\"dba65f283816f4773e09478eda713a4f5848bdc4c62e1d2b80b431b9fc6a993d\"}}",
	    "{\"id\":\"1\",\"status\":200,\"result\":{\"orderId\":" },
	{ "an order without a time", "{\"id\":1,\"method\":\"order.place\",\"params\":{\"apiKey\":"
	    "\"testkey\",\"symbol\":\"BTCUSDT\",\"signature\":\"aa\"}}",
	    "{\"id\":1,\"status\":400,\"error\":{\"code\":-1102,\"msg\":\"Mandatory parameter 'timestamp'" },
	{ "no key", "{\"id\":1,\"method\":\"order.status\",\"params\":{\"timestamp\":1795253154574}}",
	    "\"status\":400,\"error\":{\"code\":-1102,\"msg\":\"Mandatory parameter 'apiKey'" },
	{ "another key", "{\"id\":1,\"method\":\"order.status\",\"params\":{\"apiKey\":\"x\"}}",
	    "\"status\":401,\"error\":{\"code\":-2015," },
	{ "no signature", "{\"id\":1,\"method\":\"order.status\",\"params\":{\"apiKey\":\"testkey\","
	    "\"timestamp\":1795253154574}}", "{\"code\":-1102,\"msg\":\"Mandatory parameter 'signature'" },
	{ "another signature", "{\"id\":1,\"method\":\"order.status\",\"params\":{\"apiKey\":\"testkey\","
	    "\"timestamp\":1795253154574,\"signature\":\"00\"}}", "{\"code\":-1022," },
	{ "an old request", "{\"id\":1,\"method\":\"order.status\",\"params\":{\"apiKey\":\"testkey\","
	    "\"timestamp\":1795253149573,\"signature\":\"00\"}}", "{\"code\":-1021," },
	{ "an unknown parameter", "{\"id\":1,\"method\":\"depth\",\"params\":{\"symbol\":\"BTCUSDT\","
	    "\"x\":1}}", "{\"code\":-1104," },
	{ "a secret cannot log on", "{\"id\":1,\"method\":\"session.logon\",\"params\":{\"apiKey\":"
	    "\"testkey\",\"timestamp\":1795253154574,\"signature\":"
	    "\"%s\"}}", "{\"code\":-2015," },
	{ "an unknown method", "{\"id\":1,\"method\":\"order.guess\"}",
	    "{\"id\":1,\"status\":400,\"error\":{\"code\":-1020," },
	{ "a session is not opened by asking", "{\"id\":1,\"method\":\"session.open\"}", "{\"code\":-1020," },
	{ "no JSON", "{", "{\"id\":null,\"status\":400,\"error\":{\"code\":-1135," },
	{ "no object", "[1]", "{\"id\":null,\"status\":400,\"error\":{\"code\":-1135," },
	{ "a key twice", "{\"id\":1,\"id\":2,\"method\":\"depth\"}", "{\"id\":null,\"status\":400," },
	{ "no id", "{\"method\":\"session.status\"}", "{\"id\":null,\"status\":400,\"error\":{\"code\":-1135," },
	{ "an id that is none", "{\"id\":1.5,\"method\":\"session.status\"}", "'id' in JSON request" },
	{ "no method", "{\"id\":7}", "{\"id\":7,\"status\":400,\"error\":{\"code\":-1135,\"msg\":\"Invalid 'm" },
	{ "params in a list", "{\"id\":7,\"method\":\"depth\",\"params\":[]}",
	    "Invalid 'params' in JSON request; expected an object." },
};

static void
sign(const char *payload, char hex[SHA256_HEX])
{
	struct signer	*s = signer_new("testsecret");

	signer_hmac_hex(s, payload, strlen(payload), hex);
	signer_free(s);
}

static void
each_request_has_its_answer(void **state)
{
	char		 hex[SHA256_HEX];

	(void)state;
	sign("apiKey=testkey&timestamp=1795253154574", hex);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct peer	*s = connect_at(NOW_MS, "");
		struct buf	 text = { 0 };
		const char	*gap = strstr(rows[i].text, "%s");

		check_row("%s", rows[i].name);
		buf_add(&text, rows[i].text, gap == NULL ? strlen(rows[i].text) :
		    (size_t)(gap - rows[i].text));
		buf_adds(&text, gap == NULL ? "" : hex);
		buf_adds(&text, gap == NULL ? "" : gap + 2);
		CHECK_HAS(ask(s, buf_text(&text)), rows[i].want);
		buf_free(&text);
		hang_up(s);
	}
}

/* Text, a whole number, one with a point, a truth, in any order. */
static void
what_is_signed_is_the_text_of_each(void **state)
{
	struct peer	*s = connect_at(NOW_MS, "returnRateLimits=false");
	struct buf	 text = { 0 };
	char		 hex[SHA256_HEX];

	(void)state;
	sign("apiKey=testkey&price=60000.1&quantity=0.001&reduceOnly=false&side=BUY&symbol=BTCUSDT"
	    "&timeInForce=GTC&timestamp=1795253154574&type=LIMIT", hex);
	buf_addf(&text, "{\"params\":{\"type\":\"LIMIT\",\"price\":60000.1,\"timeInForce\":\"GTC\","
	    "\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"quantity\":0.001,\"reduceOnly\":false,"
	    "\"signature\":\"%s\",\"timestamp\":1795253154574,\"apiKey\":\"testkey\"},\"id\":1,"
	    "\"method\":\"order.place\"}", hex);
	CHECK_HAS(ask(s, buf_text(&text)), "{\"id\":1,\"status\":200,");
	CHECK(strstr(buf_text(&s->out), "rateLimits") == NULL);
	buf_free(&text);
	hang_up(s);
}

/* A type that has moved away is said before what would be missing of an order. */
static void
conditional_orders_are_elsewhere(void **state)
{
	struct peer	*s = connect_at(NOW_MS, "");
	char		 hex[SHA256_HEX], text[512];

	(void)state;
	sign("apiKey=testkey&closePosition=true&side=SELL&symbol=BTCUSDT&timestamp=1795253154574"
	    "&type=STOP_MARKET", hex);
	text_putf(text, sizeof(text), "{\"id\":1,\"method\":\"order.place\",\"params\":{\"apiKey\":"
	    "\"testkey\",\"closePosition\":true,\"side\":\"SELL\",\"symbol\":\"BTCUSDT\","
	    "\"timestamp\":1795253154574,\"type\":\"STOP_MARKET\",\"signature\":\"%s\"}}", hex);
	CHECK_HAS(ask(s, text), "\"error\":{\"code\":-4120,");
	hang_up(s);
}

static void
orders_tell_their_limits(void **state)
{
	struct peer	*s = connect_at(NOW_MS, "");
	char		 hex[SHA256_HEX], text[512];

	(void)state;
	sign("apiKey=testkey&quantity=0.001&side=BUY&symbol=BTCUSDT&timestamp=1795253154574&type=MARKET",
	    hex);
	text_putf(text, sizeof(text), "{\"id\":1,\"method\":\"order.place\",\"params\":{\"apiKey\":"
	    "\"testkey\",\"quantity\":\"0.001\",\"side\":\"BUY\",\"symbol\":\"BTCUSDT\","
	    "\"timestamp\":1795253154574,\"type\":\"MARKET\",\"signature\":\"%s\"}}", hex);
	CHECK_HAS(ask(s, text), "\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":"
	    "\"MINUTE\",\"intervalNum\":1,\"limit\":2400,\"count\":5},{\"rateLimitType\":\"ORDERS\","
	    "\"interval\":\"SECOND\",\"intervalNum\":10,\"limit\":300,\"count\":1},{\"rateLimitType\":"
	    "\"ORDERS\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":1200,\"count\":1}]}");
	hang_up(s);
}

/* On a connection that has logged on, key and signature may be left out, the time not. */
static void
a_session_stands_in_for_key_and_signature(void **state)
{
	static const char	 status[] = "{\"id\":2,\"method\":\"v2/account.balance\",\"params\":"
	    "{\"timestamp\":1700000000000}}";
	struct peer		*s = connect_at(LOGON_MS, "");

	(void)state;
	CHECK_HAS(ask(s, status), "'apiKey'");
	CHECK_HAS(ask(s, LOGON), "{\"id\":\"l\",\"status\":200,\"result\":{\"apiKey\":\"TESTKEY\","
	    "\"authorizedSince\":1700000000000,\"connectedSince\":1700000000000,\"returnRateLimits\":true,");
	CHECK_HAS(ask(s, status), "\"status\":200");
	CHECK_HAS(ask(s, "{\"id\":3,\"method\":\"v2/account.balance\"}"), "'timestamp'");
	CHECK_HAS(ask(s, "{\"id\":4,\"method\":\"v2/account.balance\",\"params\":{\"apiKey\":\"testkey\","
	    "\"timestamp\":1700000000000}}"), "'signature'");	/* another key is not logged on */
	CHECK_HAS(ask(s, "{\"id\":5,\"method\":\"v2/account.balance\",\"params\":{\"signature\":\"x\","
	    "\"timestamp\":1700000000000}}"), "-1022");		/* one that is sent counts */
	CHECK_HAS(ask(s, "{\"id\":6,\"method\":\"session.logout\"}"), "\"apiKey\":null");
	CHECK_HAS(ask(s, status), "'apiKey'");
	hang_up(s);
}

static void
a_revoked_key_ends_its_session(void **state)
{
	struct peer	*s = connect_at(LOGON_MS, "");

	(void)state;
	ask(s, LOGON);
	s->world.trouble.revoked = true;
	CHECK_HAS(ask(s, "{\"id\":2,\"method\":\"v2/account.balance\",\"params\":"
	    "{\"timestamp\":1700000000000}}"), "{\"id\":null,\"status\":401,\"error\":{\"code\":-2015,");
	CHECK_HAS(ask(s, "{\"id\":6,\"method\":\"session.status\"}"), "\"apiKey\":null");
	hang_up(s);
}

/* 5 for each connection, 2 for each word about a session: one pool with REST. */
static void
weight_is_counted(void **state)
{
	struct peer	*s = connect_at(NOW_MS, "");
	struct session	 second;

	(void)state;
	CHECK_INT(meter_used(&s->world.meter, s->now, METER_WEIGHT_1M), 5);
	ask(s, "{\"id\":1,\"method\":\"session.status\"}");
	CHECK_INT(meter_used(&s->world.meter, s->now, METER_WEIGHT_1M), 7);
	s->world.meter.limit[METER_WEIGHT_1M] = 11;
	CHECK_INT(wsapi_open(&s->world, &second, "", s->now), 429);
	ask(s, "{\"id\":1,\"method\":\"session.status\"}");
	ask(s, "{\"id\":1,\"method\":\"session.status\"}");
	CHECK_HAS(ask(s, "{\"id\":1,\"method\":\"session.status\"}"),
	    "{\"id\":1,\"status\":429,\"error\":{\"code\":-1003,");
	hang_up(s);
}

/* Faults are asked for by the endpoint, and met on both ways to it. */
static void
faults_are_met(void **state)
{
	static const char	 text[] = "{\"id\":1,\"method\":\"ticker.book\",\"params\":{}}";
	struct peer		*s = connect_at(NOW_MS, "");
	struct fault		 f = {
		.kind = FAULT_FAIL, .path = "/fapi/v1/ticker/bookTicker", .left = 1, .status = 503,
		.msg = "Service Unavailable.",
	};

	(void)state;
	CHECK(faults_add(&s->world.faults, &f));
	CHECK_HAS(ask(s, text), "{\"id\":1,\"status\":503,\"error\":{\"code\":-1000,\"msg\":"
	    "\"Service Unavailable.\"},");
	f.json = true;
	f.code = -1007;
	CHECK(faults_add(&s->world.faults, &f));
	CHECK_HAS(ask(s, text), "{\"id\":1,\"status\":503,\"error\":{\"code\":-1007,\"msg\":");
	CHECK_HAS(ask(s, text), "{\"id\":1,\"status\":200,");
	hang_up(s);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(each_request_has_its_answer),
		cmocka_unit_test(what_is_signed_is_the_text_of_each),
		cmocka_unit_test(conditional_orders_are_elsewhere),
		cmocka_unit_test(orders_tell_their_limits),
		cmocka_unit_test(a_session_stands_in_for_key_and_signature),
		cmocka_unit_test(a_revoked_key_ends_its_session),
		cmocka_unit_test(weight_is_counted),
		cmocka_unit_test(faults_are_met),
	};

	return cmocka_run_group_tests_name("simex_wsapi", tests, NULL, NULL);
}
