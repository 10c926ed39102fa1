/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The account as a client meets it: requests to a world, signed.
 */
#include "tests/unit/check.h"

#include "base/text.h"
#include "tests/simex/api/call.h"
#include "tests/simex/api/world.h"
#include "tests/unit/rows.h"
#include "venue/sign.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

static const wall_t	 start = { INT64_C(1790000000000000) };

struct client {
	struct world	 w;
	struct signer	*signer;
	wall_t		 now;
	struct buf	 out;
};

static struct client *
fresh(void)
{
	struct client	*c = calloc(1, sizeof(*c));

	world_init(&c->w, &(struct world_terms){
		.exchange = {
			.balance = D("10000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
			.funding_rate = D("0.0001"), .funding_hours = 8,
			.market = {
				.kind = MARKET_STILL, .seed = check_seed(), .start = start,
				.period_ms = 100,
			},
		},
		.key = "k", .secret = "s", .key_life_ms = 3600000,
	});
	c->signer = signer_new("s");
	c->now = start;
	return c;
}

static void
discard(struct client *c)
{
	world_fini(&c->w);
	signer_free(c->signer);
	buf_free(&c->out);
	free(c);
}

/* Signed; returns the HTTP status. */
static int
ask(struct client *c, const char *method, const char *path, const char *params)
{
	char	 query[512], hex[SHA256_HEX];

	c->now = wall_add_us(c->now, 1000);
	text_putf(query, sizeof(query), "%s%stimestamp=%lld", params, *params == '\0' ? "" : "&",
	    (long long)wall_ms(c->now));
	signer_hmac_hex(c->signer, query, strlen(query), hex);
	text_putf(query + strlen(query), sizeof(query) - strlen(query), "&signature=%s", hex);
	buf_reset(&c->out);
	const struct served	 s = world_request(&c->w, &(struct request){
		.method = method, .path = path, .query = query, .body = "", .api_key = "k",
	}, c->now, &c->out);
	return s.status;
}

static void
command(struct client *c, const char *uri)
{
	const struct outside	 o = { 0 };

	buf_reset(&c->out);
	CHECK_INT(world_control(&c->w, uri, NULL, &o, c->now, &c->out), 200);
}

/* The part of an answer: "" all of it, "0" its first element, "assets.0" the first of a member. */
static const json_t *
part(const json_t *all, const char *at)
{
	if (text_ends_with(at, ".0")) {
		char	 name[32];

		text_putf(name, sizeof(name), "%.*s", (int)(strlen(at) - 2), at);
		return json_array_get(json_object_get(all, name), 0);
	}
	return *at == '\0' ? all : json_array_get(all, 0);
}

/* It has these fields, separated by blanks, and no others. */
static void
check_fields(const char *json, const char *at, const char *fields)
{
	json_t		*all = json_loads(json, 0, NULL);
	const json_t	*o = part(all, at);
	size_t		 n = 0;

	CHECK(o != NULL);
	for (const char *s = fields; *s != '\0'; n++) {
		char	 name[64];
		size_t	 len = strcspn(s, " ");

		text_putf(name, sizeof(name), "%.*s", (int)len, s);
		if (json_object_get(o, name) == NULL)
			CHECK_STR(name, "a field that is there");
		s += len + (s[len] == ' ');
	}
	CHECK_INT((int64_t)json_object_size(o), (int64_t)n);
	json_decref(all);
}

#define TOTALS	"totalInitialMargin totalMaintMargin totalWalletBalance totalUnrealizedProfit " \
		"totalMarginBalance totalPositionInitialMargin totalOpenOrderInitialMargin " \
		"totalCrossWalletBalance totalCrossUnPnl availableBalance maxWithdrawAmount " \
		"assets positions"
#define ASSET_FIELDS "asset walletBalance unrealizedProfit marginBalance maintMargin " \
		"initialMargin positionInitialMargin openOrderInitialMargin crossWalletBalance " \
		"crossUnPnl availableBalance maxWithdrawAmount updateTime"
#define PERMITS	"feeTier canTrade canDeposit canWithdraw updateTime multiAssetsMargin tradeGroupId"

/* As the exchange's pages have them. */
static void
fields_of_the_answers(void **state)
{
	static const struct { const char *path, *params, *at, *fields; } rows[] = {
		{ "/fapi/v3/account", "", "", TOTALS },
		{ "/fapi/v3/account", "", "assets.0", ASSET_FIELDS },
		{ "/fapi/v3/account", "", "positions.0", "symbol positionSide positionAmt "
		    "unrealizedProfit isolatedMargin notional isolatedWallet initialMargin maintMargin "
		    "updateTime" },
		{ "/fapi/v2/account", "", "", PERMITS " " TOTALS },
		{ "/fapi/v2/account", "", "assets.0", ASSET_FIELDS " marginAvailable" },
		{ "/fapi/v2/account", "", "positions.0", "symbol initialMargin maintMargin "
		    "unrealizedProfit positionInitialMargin openOrderInitialMargin leverage isolated "
		    "entryPrice breakEvenPrice maxNotional bidNotional askNotional positionSide "
		    "positionAmt notional isolatedWallet updateTime" },
		{ "/fapi/v3/balance", "", "0", "accountAlias asset balance crossWalletBalance "
		    "crossUnPnl availableBalance maxWithdrawAmount marginAvailable updateTime" },
		{ "/fapi/v3/positionRisk", "", "0", "symbol positionSide positionAmt entryPrice "
		    "breakEvenPrice markPrice unRealizedProfit liquidationPrice isolatedMargin notional "
		    "marginAsset isolatedWallet initialMargin maintMargin positionInitialMargin "
		    "openOrderInitialMargin adl bidNotional askNotional updateTime" },
		{ "/fapi/v2/positionRisk", "symbol=BTCUSDT", "0", "entryPrice breakEvenPrice marginType "
		    "isAutoAddMargin isolatedMargin leverage liquidationPrice markPrice maxNotionalValue "
		    "positionAmt notional isolatedWallet symbol unRealizedProfit positionSide updateTime" },
		{ "/fapi/v1/accountConfig", "", "", PERMITS " dualSidePosition" },
		{ "/fapi/v1/symbolConfig", "symbol=ETHUSDT", "0",
		    "symbol marginType isAutoAddMargin leverage maxNotionalValue" },
		{ "/fapi/v1/leverageBracket", "symbol=ETHUSDT", "0", "symbol brackets" },
		{ "/fapi/v1/commissionRate", "symbol=ETHUSDT", "",
		    "symbol makerCommissionRate takerCommissionRate rpiCommissionRate" },
		{ "/fapi/v1/income", "", "0",
		    "symbol incomeType income asset info time tranId tradeId" },
		{ "/fapi/v1/positionMargin/history", "symbol=ETHUSDT", "0",
		    "symbol type deltaType amount asset time positionSide" },
		{ "/fapi/v1/forceOrders", "", "0", "orderId symbol status clientOrderId price avgPrice "
		    "origQty executedQty cumQuote timeInForce type reduceOnly closePosition side "
		    "positionSide stopPrice workingType origType time updateTime priceProtect priceMatch "
		    "selfTradePreventionMode goodTillDate" },
		{ "/fapi/v1/adlQuantile", "", "0", "symbol adlQuantile" },
		{ "/fapi/v1/symbolAdlRisk", "symbol=ETHUSDT", "", "symbol adlRisk updateTime" },
		{ "/fapi/v1/apiTradingStatus", "", "", "indicators updateTime" },
		{ "/fapi/v1/positionSide/dual", "", "", "dualSidePosition" },
		{ "/fapi/v1/multiAssetsMargin", "", "", "multiAssetsMargin" },
		{ "/fapi/v1/feeBurn", "", "", "feeBurn" },
	};
	struct client	*c = fresh();

	(void)state;
	check_row("positions, one of them with a wallet of its own");
	CHECK_INT(ask(c, "POST", "/fapi/v1/order",
	    "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1"), 200);
	CHECK_INT(ask(c, "POST", "/fapi/v1/marginType", "symbol=ETHUSDT&marginType=ISOLATED"), 200);
	CHECK_INT(ask(c, "POST", "/fapi/v1/order",
	    "symbol=ETHUSDT&side=SELL&type=MARKET&quantity=1"), 200);
	CHECK_INT(ask(c, "POST", "/fapi/v1/positionMargin", "symbol=ETHUSDT&amount=5&type=1"), 200);
	check_fields(buf_text(&c->out), "", "amount code msg type");
	command(c, "/adl?symbol=BTCUSDT&qty=0.05");
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("GET %s %s", rows[i].path, rows[i].at);
		CHECK_INT(ask(c, "GET", rows[i].path, rows[i].params), 200);
		check_fields(buf_text(&c->out), rows[i].at, rows[i].fields);
	}
	discard(c);
}

/* Clients leave out an asset without a time, as one that has never been. */
static void
assets_have_a_time_if_they_are_there(void **state)
{
	struct client	*c = fresh();

	(void)state;
	CHECK_INT(ask(c, "GET", "/fapi/v3/account", ""), 200);
	json_t	*all = json_loads(buf_text(&c->out), 0, NULL);
	const json_t	*assets = json_object_get(all, "assets");
	for (size_t i = 0; i < json_array_size(assets); i++) {
		const json_t	*a = json_array_get(assets, i);
		const char	*name = json_string_value(json_object_get(a, "asset"));

		check_row("%s", name);
		CHECK_INT(json_integer_value(json_object_get(a, "updateTime")),
		    text_eq(name, "USDT") ? wall_ms(start) : 0);
	}
	CHECK(json_array_size(assets) > 1);
	json_decref(all);
	discard(c);
}

static void
changes_of_settings(void **state)
{
	static const struct { const char *path, *params; int code; const char *says; } rows[] = {
		{ "leverage", "symbol=BTCUSDT&leverage=100", 0,
		    "{\"leverage\":100,\"maxNotionalValue\":\"600000\",\"symbol\":\"BTCUSDT\"}" },
		{ "leverage", "symbol=BTCUSDT&leverage=99999999999", -4028, "is not valid" },
		{ "leverage", "symbol=BTCUSDT", -1102, "'leverage'" },
		{ "marginType", "symbol=BTCUSDT&marginType=CROSSED", -4046, "No need" },
		{ "marginType", "symbol=BTCUSDT&marginType=cross", -1130, "'marginType'" },
		{ "marginType", "symbol=BTCUSDT&marginType=ISOLATED", 0, "success" },
		{ "positionMargin", "symbol=BTCUSDT&amount=1&type=1", -4054, "position is 0" },
		{ "positionMargin", "symbol=BTCUSDT&amount=1&type=3", -1130, "'type'" },
		{ "positionMargin", "symbol=BTCUSDT&amount=1&type=1&positionSide=LONG", -4061, "side" },
		{ "positionMargin", "symbol=ETHUSDT&amount=1&type=1", -4049, "isolated" },
		{ "multiAssetsMargin", "multiAssetsMargin=false", -4171, "currently set" },
		{ "multiAssetsMargin", "multiAssetsMargin=true", -4167, "isolated" },
		{ "marginType", "symbol=BTCUSDT&marginType=CROSSED", 0, "success" },
		{ "multiAssetsMargin", "multiAssetsMargin=true", 0, "success" },
		{ "marginType", "symbol=BTCUSDT&marginType=ISOLATED", -4168, "Multi-Assets" },
		{ "positionSide/dual", "dualSidePosition=false", -4059, "No need" },
		{ "positionSide/dual", "dualSidePosition=TRUE", 0, "success" },
		{ "positionSide/dual", "dualSidePosition=maybe", -1130, "'dualSidePosition'" },
		{ "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&positionSide=LONG", 0, "" },
		{ "positionSide/dual", "dualSidePosition=false", -4068, "position" },
		{ "feeBurn", "feeBurn=true", 0, "success" },
		{ "feeBurn", "", -1102, "'feeBurn'" },
	};
	struct client	*c = fresh();

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		char	 path[64], code[32];

		check_row("%zu %s %s", i, rows[i].path, rows[i].params);
		text_putf(path, sizeof(path), "/fapi/v1/%s", rows[i].path);
		text_putf(code, sizeof(code), "\"code\":%d", rows[i].code);
		CHECK_INT(ask(c, "POST", path, rows[i].params), rows[i].code == 0 ? 200 : 400);
		CHECK_HAS(buf_text(&c->out), rows[i].says);
		if (rows[i].code != 0)
			CHECK_HAS(buf_text(&c->out), code);
	}
	discard(c);
}

static size_t
length(const char *json)
{
	json_t		*all = json_loads(json, 0, NULL);
	const size_t	 n = json_array_size(all);

	json_decref(all);
	return n;
}

/* Ten transfers, an hour apart. */
static void
windows_of_the_incomes(void **state)
{
	static const struct { const char *params; int n; const char *first; } rows[] = {
		{ "", 10, "\"income\":\"1\"" },
		{ "limit=3", 3, "\"income\":\"8\"" },
		{ "limit=3&startTime=1790000000000", 3, "\"income\":\"1\"" },
		{ "limit=3&page=2", 3, "\"income\":\"4\"" },
		{ "limit=4&page=3&startTime=1790000000000", 2, "\"income\":\"9\"" },
		{ "startTime=1790014400000", 6, "\"income\":\"5\"" },
		{ "endTime=1790014400000", 4, "\"income\":\"1\"" },
		{ "startTime=1790014400000&endTime=1790021600000", 2, "\"income\":\"5\"" },
		{ "incomeType=TRANSFER&limit=1000", 10, "\"tranId\":9689322000" },
		{ "incomeType=FUNDING_FEE", 0, "[]" },
		{ "symbol=BTCUSDT", 0, "[]" },
	};
	struct client	*c = fresh();

	(void)state;
	for (int i = 1; i <= 10; i++) {
		char	 uri[64];

		text_putf(uri, sizeof(uri), "/transfer?asset=USDT&amount=%d", i);
		c->now = wall_add_us(start, (int64_t)i * 3600 * 1000000 - 1000);
		command(c, uri);
	}
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("'%s'", rows[i].params);
		CHECK_INT(ask(c, "GET", "/fapi/v1/income", rows[i].params), 200);
		CHECK_INT((int64_t)length(buf_text(&c->out)), rows[i].n);
		CHECK_HAS(buf_text(&c->out), rows[i].first);
	}
	check_row("backwards");
	CHECK_INT(ask(c, "GET", "/fapi/v1/income", "startTime=2&endTime=1"), 400);
	discard(c);
}

/* Something right for each mandatory parameter, and this start. */
static void
fill_in(const struct endpoint *e, const char *since, char *query, size_t size)
{
	static const struct { const char *name, *value; } rows[] = {
		{ "contractType", "PERPETUAL" }, { "interval", "1m" }, { "pair", "BTCUSDT" },
		{ "symbol", "BTCUSDT" },
	};

	text_putf(query, size, "startTime=%s", since);
	for (size_t i = 0; i < e->nparams; i++)
		for (size_t k = 0; k < NITEMS(rows); k++)
			if (text_eq(e->params[i].name, rows[k].name))
				text_putf(query + strlen(query), size - strlen(query), "&%s=%s",
				    rows[k].name, rows[k].value);
}

static void
times_that_cannot_be(void **state)
{
	struct client		*c = fresh();
	const struct endpoint	*e;
	char			 query[200];
	int			 timed = 0;

	(void)state;
	for (size_t i = 0; (e = endpoint_at(i)) != NULL; i++) {
		bool	 has_start = false;

		for (size_t k = 0; k < e->nparams; k++)
			has_start |= e->params[k].type == P_TIME;
		if (!has_start)
			continue;
		timed++;
		check_row("%s %s", e->method, e->path);
		fill_in(e, "253402300799999", query, sizeof(query));
		ask(c, e->method, e->path, query);
		CHECK(strstr(buf_text(&c->out), "'startTime'") == NULL);
		fill_in(e, "253402300800000", query, sizeof(query));
		CHECK_INT(ask(c, e->method, e->path, query), 400);
		CHECK_HAS(buf_text(&c->out), "'startTime'");
		fill_in(e, "9223372036854775807", query, sizeof(query));
		CHECK_INT(ask(c, e->method, e->path, query), 400);
	}
	CHECK(timed >= 10);
	discard(c);
}

static int
count_sayings(struct world *w, enum user_event kind, const char *part_of_it)
{
	struct saying	*s;
	int		 n = 0;

	while ((s = world_next_saying(w, w->now)) != NULL) {
		n += s->kind == kind && strstr(buf_text(&s->json), part_of_it) != NULL;
		saying_free(s);
	}
	return n;
}

/* A day is three times of funding, at their hours, however seldom somebody looks. */
static void
funding_of_a_day(void **state)
{
	static const char	 first[] = "\"T\":1790006400000,\"E\":1790006400000";
	struct client		*c = fresh();

	(void)state;
	check_row("three");
	ask(c, "POST", "/fapi/v1/listenKey", "");
	c->w.key.life_ms = INT64_C(1000) * 3600 * 1000;
	ask(c, "POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1");
	ask(c, "POST", "/fapi/v1/order", "symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTC"
	    "&price=2700&quantity=1");
	count_sayings(&c->w, UE_ACCOUNT_UPDATE, "");
	world_advance(&c->w, wall_add_us(start, INT64_C(86400) * 1000000));
	c->now = c->w.now;
	ask(c, "GET", "/fapi/v1/income", "incomeType=FUNDING_FEE");
	CHECK_INT((int64_t)length(buf_text(&c->out)), 3);
	CHECK_HAS(buf_text(&c->out), "\"income\":\"-0.6125\",\"asset\":\"USDT\"");
	CHECK_HAS(buf_text(&c->out), "\"time\":1790006400000");
	check_row("told at its time");
	CHECK_INT(count_sayings(&c->w, UE_ACCOUNT_UPDATE, first), 1);
	discard(c);
}

/* The recorded answer has the fields ours has, whatever its assets. */
static void
as_recorded(void **state)
{
	char		 name[256];
	const char	*path = rows_recorded("rest/account_v3_demo_2026-09-29.json", name);
	struct client	*c = fresh();

	(void)state;
	if (path == NULL) {
		check_skipped("no PMS_DATA");
	} else {
		json_t	*theirs = json_load_file(path, 0, NULL);
		char	*text = json_dumps(theirs, 0);

		check_row("account v3");
		CHECK(theirs != NULL);
		check_fields(text, "", TOTALS);
		check_fields(text, "assets.0", ASSET_FIELDS);
		free(text);
		json_decref(theirs);
	}
	discard(c);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(fields_of_the_answers),
		cmocka_unit_test(assets_have_a_time_if_they_are_there),
		cmocka_unit_test(changes_of_settings),
		cmocka_unit_test(windows_of_the_incomes),
		cmocka_unit_test(times_that_cannot_be),
		cmocka_unit_test(funding_of_a_day),
		cmocka_unit_test(as_recorded),
	};

	return cmocka_run_group_tests_name("simex_user", tests, NULL, NULL);
}
