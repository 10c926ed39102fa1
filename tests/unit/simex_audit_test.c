/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "tests/simex/api/verbs.h"
#include "tests/simex/core/audit.h"
#include "venue/sign.h"

#include <stdlib.h>
#include <string.h>

static const wall_t	 start = { INT64_C(1790000000000000) };
static const char	 header[] = "{\"start\":1790000000000000,\"options\":{\"balance\":"
    "\"10000\",\"fee-maker\":\"0.0002\",\"fee-taker\":\"0.0005\"}}";

static void
command(struct world *w, const char *uri)
{
	const struct outside	 o = { .pid = 0 };
	struct buf		 out = { 0 };

	CHECK_INT(world_control(w, uri, NULL, &o, start, &out), 200);
	buf_free(&out);
}

/* Two orders in one request. */
static void
batch(struct world *w)
{
	struct buf	 query = { 0 }, out = { 0 };
	struct signer	*s = signer_new("s");
	char		 hex[SHA256_HEX];

	buf_adds(&query, "batchOrders=");
	form_encode(&query, "[{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"type\":\"LIMIT\","
	    "\"timeInForce\":\"GTC\",\"quantity\":\"0.01\",\"price\":\"61000\"},"
	    "{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"type\":\"LIMIT\","
	    "\"timeInForce\":\"GTC\",\"quantity\":\"0.01\",\"price\":\"61001\"}]");
	buf_addf(&query, "&timestamp=%lld", (long long)wall_ms(start));
	signer_hmac_hex(s, query.p, query.len, hex);
	buf_addf(&query, "&signature=%s", hex);
	const struct request	 q = {
		.method = "POST", .path = "/fapi/v1/batchOrders", .query = buf_text(&query),
		.body = "", .api_key = "k",
	};
	CHECK_INT(world_request(w, &q, start, &out).status, 200);
	CHECK(strstr(buf_text(&out), "\"code\"") == NULL);
	signer_free(s);
	buf_free(&query);
	buf_free(&out);
}

/* A short run whose lines the rows below know. */
static void
live(struct buf *text)
{
	const struct request	 q = {
		.method = "POST", .path = "/fapi/v1/listenKey", .query = "", .body = "",
		.api_key = "k",
	};
	struct world		*w = malloc(sizeof(*w));
	struct buf		 out = { 0 };

	world_init(w, &(struct world_terms){
		.exchange = {
			.balance = D("10000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
			.market = {
				.kind = MARKET_STILL, .seed = 1, .start = start,
				.period_ms = 100,
			},
		},
		.key = "k", .secret = "s", .key_life_ms = 3600000,
	});
	w->ledger.filed = true;
	world_request(w, &q, start, &out);
	command(w, "price?symbol=BTCUSDT&price=60000");
	command(w, "foreign?symbol=BTCUSDT&side=BUY&qty=0.02");
	command(w, "price?symbol=BTCUSDT&price=61000");
	command(w, "foreign?symbol=BTCUSDT&side=SELL&qty=0.05&price=60990");
	command(w, "fund?symbol=BTCUSDT&rate=0.0001");
	command(w, "foreign?symbol=BTCUSDT&side=SELL&qty=0.01&price=62000");
	command(w, "price?symbol=BTCUSDT&price=62500");
	command(w, "transfer?asset=USDT&amount=-500");
	batch(w);
	buf_reset(text);
	buf_add(text, buf_text(&w->ledger.file), w->ledger.file.len);
	world_fini(w);
	free(w);
	buf_free(&out);
}

/* Replaces what is first found, from a text on. */
static void
change(struct buf *b, const char *from, const char *old, const char *new)
{
	char	*at = strstr(b->p, from);
	char	*found = at == NULL ? NULL : strstr(at, old);
	struct buf changed = { 0 };

	CHECK(found != NULL);
	buf_add(&changed, b->p, (size_t)(found - b->p));
	buf_adds(&changed, new);
	buf_adds(&changed, found + strlen(old));
	buf_free(b);
	*b = changed;
}

static int
audit(struct audit *a, const struct buf *b, struct why *why)
{
	struct line	 l;
	const char	*text = b->p;

	CHECK_INT(line_parse(&l, header, strlen(header), why), 0);
	CHECK_INT(audit_begin(a, &l, verb_heed, why), 0);
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
		if (audit_line(a, text, (size_t)(end - text), why) == -1)
			return -1;
	return 0;
}

static void
a_right_one(void **state)
{
	struct audit	 a;
	struct buf	 text = { 0 }, report = { 0 };
	struct why	 why = { "" };

	(void)state;
	check_row("as it is");
	live(&text);
	CHECK_INT(audit(&a, &text, &why), 0);
	audit_end(&a, &report);
	CHECK_STR(buf_text(&a.said), "");
	CHECK_HAS(buf_text(&report), "0 findings");
	CHECK_HAS(buf_text(&report), "BTCUSDT BOTH: -0.04");
	for (int k = 0; k < CHECK_N; k++)
		CHECK(a.done[k] > 0);
	audit_fini(&a);
	buf_free(&text);
	buf_free(&report);
}

#define TRADE	"\"kind\":\"execution\""
#define SECOND	"\"position\":\"-0.03\""

static void
what_is_wrong_is_found(void **state)
{
	static const struct { const char *from, *old, *new, *want; } rows[] = {
		{ "",            "\"us\":1790",          "\"us\":1789", "cause: it is earlier" },
		{ TRADE,         "\"us\":1790",          "\"us\":1791", "cause: it is earlier" },
		{ "\"kind\":\"order\"", "\"by\":3",      "\"by\":2",    "cause: 2 is not the input" },
		{ "",            "\"by\":3,\"kind\":\"order\"", "\"by\":0,\"kind\":\"order\"",
		  "order: BTCUSDT" },
		{ "foreign",     "\"http\":200",         "\"http\":400", "did not ask for it" },
		{ "foreign",     "\"orderId\":",         "\"orderId\":1", "did not ask for it" },
		{ "",            "\"what\":\"NEW\"",     "\"what\":\"CANCELED\"", "is not open" },
		{ TRADE,         "\"orderId\":",         "\"orderId\":1", "is not there" },
		{ "\"kind\":\"order\"", "\"qty\":0.02",  "\"qty\":0.01", "execution: more than order" },
		{ SECOND,        "\"tradeId\":",         "\"tradeId\":-", "trade id: -" },
		{ TRADE,         "\"fee\":0.6",          "\"fee\":0.5", "fee: the fee is 0.5" },
		{ TRADE,         "\"maker\":false",      "\"maker\":true", "fee: the fee is 0.6" },
		{ "foreign?symbol=BTCUSDT&side=SELL", "\"realizedPnl\":", "\"realizedPnl\":7",
		  "profit: the profit is 7" },
		{ TRADE,         "\"side\":\"BUY\"",     "\"side\":\"SELL\"", "position: the position is 0.02" },
		{ TRADE,         "\"position\":\"0.02\"", "\"position\":\"0.03\"", "position: " },
		{ TRADE,         "\"balance\":\"9999",   "\"balance\":\"9998", "balance: the balance is 9998" },
		{ "FUNDING_FEE", "\"change\":\"",        "\"change\":\"1", "balance: the balance is" },
		{ "FUNDING_FEE", "\"balance\":\"",       "\"balance\":\"1", "balance: the balance is" },
		{ "",            "\"wb\":\"9",           "\"wb\":\"8",  "event: wb is 8" },
		{ "",            "\"pa\":\"0.02\"",      "\"pa\":\"0.2\"", "event: pa is 0.2, expected 0.02" },
		{ "\"x\":\"TRADE\"", "\"l\":\"0.02\"",   "\"l\":\"0.01\"", "event: l is 0.01" },
		{ "\"x\":\"TRADE\"", "\"z\":\"0.02\"",   "\"z\":\"0.01\"", "event: z is 0.01" },
		{ "\"x\":\"TRADE\"", "\"t\":",           "\"t\":1",     "event: t is not the trade" },
		{ "\"x\":\"NEW\"", "\"i\":",             "\"i\":1",     "event: i is not the order" },
		{ "TRADE_LITE",  "\"l\":\"0.02",         "\"l\":\"0.03", "event: l is 0.03" },
		{ "",            "\"fate\":\"sent\"",    "\"fate\":\"lost\"", "delivery: lost, and no verb" },
		{ "",            "\"fate\":\"sent\"",    "\"fate\":\"muted\"", "delivery: muted, and no verb" },
		{ "",            "\"fate\":\"sent\"",    "\"fate\":\"again\"", "delivery: sent again" },
		{ "",            "\"of\":4",             "\"of\":3",    "delivery: tells of entry 3" },
		{ "",            "\"event\":\"TRADE_LITE\"", "\"event\":\"OTHER\"", "has no event TRADE_LITE" },
		{ "",            "\"event\":\"ACCOUNT_UPDATE\"", "\"event\":\"OTHER\"",
		  "has no event ACCOUNT_UPDATE" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct audit	 a;
		struct buf	 text = { 0 }, report = { 0 };
		struct why	 why = { "" };

		check_row("%zu: %s -> %s", i, rows[i].old, rows[i].new);
		live(&text);
		change(&text, rows[i].from, rows[i].old, rows[i].new);
		CHECK_INT(audit(&a, &text, &why), 0);
		audit_end(&a, &report);
		CHECK(a.findings > 0);
		CHECK_HAS(buf_text(&a.said), rows[i].want);
		audit_fini(&a);
		buf_free(&text);
		buf_free(&report);
	}
}

/* Where a line is missing, or is none, nothing more is said. */
static void
what_is_damaged_is_named(void **state)
{
	static const struct { const char *from, *old, *new, *want; } rows[] = {
		{ "",     "{\"n\":3,",        "{\"n\":4,",       "expected entry 3" },
		{ TRADE,  "\"by\":3",         "\"by\":",         "a value behind" },
		{ TRADE,  "\"qty\":0.02",     "\"qty\":null",    "a decimal as \"qty\"" },
		{ TRADE,  "\"balance\"",      "\"ballance\"",    "a decimal as \"balance\"" },
		{ "",     "\"kind\":\"order\"", "\"kind\":\"odd\"", "as \"kind\"" },
		{ "",     "}\n",              "\n",              "a comma or a brace" },
		{ "",     "\"json\":{",       "\"jso\":{",       "the event as \"json\"" },
		{ "",     "\"wb\":",          "\"w\":",          "a decimal as \"wb\"" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct audit	 a;
		struct buf	 text = { 0 };
		struct why	 why = { "" };

		check_row("%zu: %s -> %s", i, rows[i].old, rows[i].new);
		live(&text);
		change(&text, rows[i].from, rows[i].old, rows[i].new);
		CHECK_INT(audit(&a, &text, &why), -1);
		CHECK_HAS(why.text, rows[i].want);
		audit_fini(&a);
		buf_free(&text);
	}
}

#define DOES(verbs)	"x\",\"does\":[" verbs "],\"u\":\""

/* What was asked for is no finding, until it is taken back. */
static void
faults_that_were_asked_for(void **state)
{
	static const struct { const char *uri, *new, *want; } rows[] = {
		{ "events?lose=1",   "\"fate\":\"lost\"",  "" },
		{ "clear?x=&events", "",                   "" },
		{ "mute?on=1",       "\"fate\":\"muted\"", "" },
		{ DOES("\"clear\",\"events?lose=1\""), "\"fate\":\"lost\"",  "" },
		{ DOES("\"events?lose=1\",\"clear\""), "\"fate\":\"lost\"",  "lost, and no verb" },
		{ DOES("\"clear\",\"mute?on=1\""),     "\"fate\":\"muted\"", "" },
		{ DOES("\"mute?on=1\",\"clear\""),     "\"fate\":\"muted\"", "muted, and no verb" },
		{ DOES("\"mute?on=1\",\"mute?on=0\""), "\"fate\":\"muted\"", "muted, and no verb" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct audit	 a;
		struct buf	 text = { 0 }, report = { 0 };
		struct why	 why = { "" };

		check_row("%s", rows[i].uri);
		live(&text);
		change(&text, "", "price?symbol=BTCUSDT&price=60000", rows[i].uri);
		if (*rows[i].new != '\0')
			change(&text, "\"event\":\"ORDER", "\"fate\":\"sent\"", rows[i].new);
		CHECK_INT(audit(&a, &text, &why), 0);
		audit_end(&a, &report);
		CHECK((a.findings == 0) == (*rows[i].want == '\0'));
		CHECK_HAS(buf_text(&a.said), rows[i].want);
		audit_fini(&a);
		buf_free(&text);
		buf_free(&report);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_right_one),
		cmocka_unit_test(what_is_wrong_is_found),
		cmocka_unit_test(what_is_damaged_is_named),
		cmocka_unit_test(faults_that_were_asked_for),
	};

	return cmocka_run_group_tests_name("simex_audit", tests, NULL, NULL);
}
