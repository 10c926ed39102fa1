/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "tests/unit/rows.h"
#include "venue/instr.h"

enum { ROUNDS = 20000 };

static struct instr
make(const char *symbol, const char *base, const char *quote)
{
	struct instr	 i = {
		.trading = true, .tick = D("0.10"), .px_min = D("556.80"), .px_max = D("4529764"),
		.lot = { D("0.001"), D("0.001"), D("1000") },
		.market_lot = { D("0.001"), D("0.001"), D("120") },
		.min_notional = D("50"), .px_up = D("1.05"), .px_down = D("0.95"),
	};

	text_put(i.symbol, sizeof(i.symbol), symbol);
	text_put(i.base, sizeof(i.base), base);
	text_put(i.quote, sizeof(i.quote), quote);
	return i;
}

static void
put(struct instrs *t, const char *symbol, const char *base, const char *quote)
{
	const struct instr	 i = make(symbol, base, quote);

	instrs_put(t, &i);
}

static void
fill_known(struct instrs *t)
{
	put(t, "BTCUSDT", "BTC", "USDT");
	put(t, "BTCUSDC", "BTC", "USDC");
	put(t, "ETHUSDT", "ETH", "USDT");
	put(t, "1000PEPEUSDT", "1000PEPE", "USDT");
	put(t, "ETHBTC", "ETH", "BTC");
	put(t, "BTCUSDT_260327", "BTC", "USDT");
	put(t, "币安人生USDT", "币安人生", "USDT");
}

/* ---- the text of a symbol --------------------------------------------------------- */

static void
written_symbols(void **state)
{
	struct rows	 rows = rows_open("tests/data/symbol.tsv");
	struct instrs	 known = { 0 };
	const char	*c[2];
	char		*line;
	int		 n = 0;

	(void)state;
	fill_known(&known);
	for (; (line = rows_next(&rows)) != NULL; n++) {
		char		 native[SYMBOL] = "untouched";
		check_row("symbol.tsv line %d: %s", rows.no, line);
		rows_cells(line, c, NITEMS(c));
		const bool	 refused = text_eq(c[0], "refused");
		CHECK_INT(instr_native(&known, c[1], native), refused ? -1 : 0);
		CHECK_STR(native, refused ? "" : c[0]);
	}
	check_row("all of symbol.tsv");
	CHECK(n > 20);
	instrs_fini(&known);
}

/* What the outside is told can be sent back by it. */
static void
ccxt_reads_back(void **state)
{
	static const struct { const char *native, *ccxt; } rows[] = {
		{ "BTCUSDT", "BTC/USDT:USDT" }, { "BTCUSDC", "BTC/USDC:USDC" },
		{ "1000PEPEUSDT", "1000PEPE/USDT:USDT" }, { "ETHBTC", "ETH/BTC:BTC" },
		{ "币安人生USDT", "币安人生/USDT:USDT" },
	};
	struct instrs	 known = { 0 };
	char		 ccxt[SYMBOL], native[SYMBOL];

	(void)state;
	fill_known(&known);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].native);
		instr_ccxt(instrs_find(&known, rows[i].native), ccxt);
		CHECK_STR(ccxt, rows[i].ccxt);
		CHECK_INT(instr_native(&known, ccxt, native), 0);
		CHECK_STR(native, rows[i].native);
	}
	instrs_fini(&known);
	check_row("longest names");
	const struct instr	 longest = make("X", "ABCDEFGHIJKLMNO", "ABCDEFGHIJKLMNO");
	instr_ccxt(&longest, ccxt);
	CHECK_STR(ccxt, "ABCDEFGHIJKLMNO/ABCDEFGHIJKLMNO:ABCDEFGHIJKLMNO");
}

static void
the_collection_copies_and_replaces(void **state)
{
	struct instrs	 t = { 0 };
	struct instr	 i = make("BTCUSDT", "BTC", "USDT");

	(void)state;
	check_row("put, change, put again");
	CHECK(instrs_find(&t, "BTCUSDT") == NULL);
	const struct instr	*mine = instrs_put(&t, &i);
	put(&t, "ETHUSDT", "ETH", "USDT");
	i.tick = D("5");
	CHECK(mine != &i && instrs_find(&t, "BTCUSDT") == mine);
	CHECK_DEC(mine->tick, "0.1");
	CHECK(instrs_put(&t, &i) == mine);		/* who holds it sees the change */
	CHECK_DEC(mine->tick, "5");
	CHECK_INT(t.map.n, 2);
	CHECK_STR(instrs_find(&t, "ETHUSDT")->base, "ETH");
	CHECK(instrs_find(&t, "btcusdt") == NULL);
	instrs_fini(&t);
	CHECK(instrs_find(&t, "BTCUSDT") == NULL);
}

/* ---- rounding ---------------------------------------------------------------------- */

static void
prices_never_get_worse(void **state)
{
	static const struct { const char *tick, *min, *px, *buy, *sell; } rows[] = {
		{ "0.1", "0",      "61250.17", "61250.1", "61250.2" },
		{ "0.1", "0",      "61250.1",  "61250.1", "61250.1" },
		{ "0.1", "556.8",  "61250.17", "61250.1", "61250.2" },
		{ "0.5", "0",      "100.74",   "100.5",   "101" },
		{ "5",   "0",      "102",      "100",     "105" },
		{ "0.3", "0.1",    "1",        "1",       "1" },	/* counted from 0.1 */
		{ "0.3", "0.1",    "1.1",      "1",       "1.3" },
		{ "0",   "0",      "1.2345",   "1.2345",  "1.2345" },
		{ "0.00001", "0",  "0.29",     "0.29",    "0.29" },
		{ "0.1", "556.8",  "556.75",   "556.7",   "556.8" },	/* below the minimum */
		{ "0.1", "556.8",  "0.01",     "0",       "0.1" },
		{ "0.1", "0",      "null",     "null",    "null" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct instr	 in = make("X", "X", "USDT");

		check_row("%s, tick %s from %s", rows[i].px, rows[i].tick, rows[i].min);
		in.tick = D(rows[i].tick);
		in.px_min = D(rows[i].min);
		CHECK_DEC(instr_round_px(&in, SIDE_BUY, D(rows[i].px)), rows[i].buy);
		CHECK_DEC(instr_round_px(&in, SIDE_SELL, D(rows[i].px)), rows[i].sell);
	}
}

static void
quantities_go_down(void **state)
{
	static const struct {
		const char	*step, *market, *qty, *limit_want, *market_want;
	} rows[] = {
		{ "0.001", "0.001", "0.0129", "0.012",  "0.012" },
		{ "0.001", "0.001", "0.29",   "0.29",   "0.29" },
		{ "0.001", "0.001", "0.0009", "0",      "0" },	/* never raised */
		{ "1",     "1",     "19.99",  "19",     "19" },
		{ "0.001", "0.01",  "0.0129", "0.012",  "0.01" },
		{ "0.01",  "0.001", "0.0129", "0.01",   "0.01" },	/* both hold */
		{ "0.001", "0",     "0.0129", "0.012",  "0.012" },	/* switched off */
		{ "0",     "0",     "0.0129", "0.0129", "0.0129" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct instr	 in = make("X", "X", "USDT");

		check_row("%s, steps %s and %s", rows[i].qty, rows[i].step, rows[i].market);
		in.lot.step = D(rows[i].step);
		in.market_lot.step = D(rows[i].market);
		CHECK_DEC(instr_round_qty(&in, TYPE_LIMIT, D(rows[i].qty)), rows[i].limit_want);
		CHECK_DEC(instr_round_qty(&in, TYPE_MARKET, D(rows[i].qty)), rows[i].market_want);
	}
}

/* At any price of an instrument: within a tick, on a tick, on the asker's side, and stable. */
static void
check_rounding(const struct instr *i, struct rng *r)
{
	const dec_t	 px = { (int64_t)(rng_next(r) >> (2 + rng_below(r, 40))) };
	const dec_t	 buy = instr_round_px(i, SIDE_BUY, px);
	const dec_t	 sell = instr_round_px(i, SIDE_SELL, px);
	const dec_t	 qty = instr_round_qty(i, TYPE_LIMIT, px);
	const dec_t	 at_market = instr_round_qty(i, TYPE_MARKET, px);

	check_row("%s at %lld e-8", i->symbol, (long long)px.e8);
	CHECK(!dec_gt(buy, px) && !dec_lt(sell, px));
	CHECK(dec_lt(dec_sub(px, buy), i->tick) && dec_lt(dec_sub(sell, px), i->tick));
	CHECK(dec_is_multiple(dec_sub(buy, i->px_min), i->tick));
	CHECK(dec_is_multiple(dec_sub(sell, i->px_min), i->tick));
	CHECK(dec_cmp(instr_round_px(i, SIDE_BUY, buy), buy) == 0);
	CHECK(dec_cmp(instr_round_px(i, SIDE_SELL, buy), buy) == 0);
	CHECK(!dec_gt(qty, px) && dec_lt(dec_sub(px, qty), i->lot.step));
	CHECK(dec_is_multiple(qty, i->lot.step));
	CHECK(dec_cmp(instr_round_qty(i, TYPE_LIMIT, qty), qty) == 0);
	CHECK(dec_is_multiple(at_market, instr_lot(i, TYPE_MARKET)->step));
}

static void
laws_of_rounding(void **state)
{
	static const char *const	 steps[] = {
		"0.00000001", "0.00001", "0.0025", "0.1", "0.3", "1", "7", "1000",
	};
	struct rng			 r = rng_seed(check_seed());

	(void)state;
	for (int n = 0; n < ROUNDS; n++) {
		struct instr	 i = make("X", "X", "USDT");

		i.tick = D(steps[rng_below(&r, NITEMS(steps))]);
		i.lot.step = i.market_lot.step = D(steps[rng_below(&r, NITEMS(steps))]);
		i.px_min = (dec_t){ (int64_t)rng_below(&r, 1000) * 12345678 };
		check_rounding(&i, &r);
	}
}

/* ---- exchangeInfo -------------------------------------------------------------------- */

#define FILTERS									\
	"[{\"filterType\":\"PRICE_FILTER\",\"tickSize\":\"0.10\",\"minPrice\":\"556.80\","	\
	"\"maxPrice\":\"4529764\"},{\"filterType\":\"MAX_NUM_ORDERS\",\"limit\":200},"	\
	"{\"stepSize\":\"0.001\",\"minQty\":\"0.002\",\"maxQty\":\"1000\","		\
	"\"filterType\":\"LOT_SIZE\"},{\"filterType\":\"MARKET_LOT_SIZE\","		\
	"\"stepSize\":\"0.01\",\"minQty\":\"0.01\",\"maxQty\":\"120\"},"			\
	"{\"filterType\":\"MIN_NOTIONAL\",\"notional\":\"50\"},{\"filterType\":7},3,"	\
	"{\"filterType\":\"PERCENT_PRICE\",\"multiplierUp\":\"1.0500\","			\
	"\"multiplierDown\":\"0.9500\"}]"

#define ENTRY(name, status, type, filters)						\
	"{\"symbol\":\"" name "\",\"baseAsset\":\"BTC\",\"quoteAsset\":\"USDT\","		\
	"\"status\":\"" status "\",\"contractType\":\"" type "\",\"filters\":" filters "}"

#define LIMIT(type, interval, num, limit)						\
	"{\"rateLimitType\":\"" type "\",\"interval\":\"" interval "\",\"intervalNum\":" #num	\
	",\"limit\":" #limit "}"

static int
read_info(struct instrs *t, const char *json, struct why *why)
{
	return instr_read_info(t, json, strlen(json), why);
}

/* Every number of every filter, wherever it stands; and the same through pms:instr. */
static void
filters_are_read(void **state)
{
	struct instrs		 t = { 0 };
	struct why		 why;
	struct buf		 first = { 0 }, second = { 0 };
	struct instr		 again;
	struct field_fault	 ff;

	(void)state;
	check_row("one symbol");
	CHECK_INT(read_info(&t,
	    "{\"symbols\":[" ENTRY("BTCUSDT", "TRADING", "PERPETUAL", FILTERS) "]}", &why), 0);
	fields_object(&instr_fields, instrs_find(&t, "BTCUSDT"), &first);
	CHECK_STR(buf_text(&first), "{\"symbol\":\"BTCUSDT\",\"base\":\"BTC\",\"quote\":\"USDT\","
	    "\"trading\":true,\"tick\":\"0.1\",\"pxMin\":\"556.8\",\"pxMax\":\"4529764\","
	    "\"lotStep\":\"0.001\",\"lotMin\":\"0.002\",\"lotMax\":\"1000\","
	    "\"marketLotStep\":\"0.01\",\"marketLotMin\":\"0.01\",\"marketLotMax\":\"120\","
	    "\"minNotional\":\"50\",\"pxUp\":\"1.05\",\"pxDown\":\"0.95\"}");
	check_row("through pms:instr");
	fields_blank(&instr_fields, &again, sizeof(again));
	CHECK_INT(fields_read(&instr_fields, &again, first.p, first.len, &ff), 0);
	fields_object(&instr_fields, &again, &second);
	CHECK_STR(buf_text(&second), buf_text(&first));
	buf_free(&first);
	buf_free(&second);
	instrs_fini(&t);
}

/* Beside it stands NEXT, which can be traded. */
static void
read_both(struct instrs *t, const char *entry, const char *limits)
{
	struct buf	 b = { 0 };
	struct why	 why;

	buf_addf(&b, "{\"rateLimits\":%s,\"symbols\":[%s,%s]}", limits, entry,
	    ENTRY("NEXT", "TRADING", "PERPETUAL", "[]"));
	CHECK_INT(read_info(t, buf_text(&b), &why), 0);
	buf_free(&b);
}

static void
what_can_be_traded(void **state)
{
	static const struct { const char *name, *entry; bool there, trading; } rows[] = {
		{ "a perpetual", ENTRY("S", "TRADING", "PERPETUAL", "[]"), true, true },
		{ "on a stock", ENTRY("S", "TRADING", "TRADIFI_PERPETUAL", "[]"), true, true },
		{ "settling", ENTRY("S", "SETTLING", "PERPETUAL", "[]"), true, false },
		{ "not yet", ENTRY("S", "PENDING_TRADING", "PERPETUAL", "[]"), true, false },
		{ "a quarterly", ENTRY("S", "TRADING", "CURRENT_QUARTER", "[]"), true, false },
		{ "no filters", ENTRY("S", "TRADING", "PERPETUAL", "null"), true, true },
		{ "no name", ENTRY("", "TRADING", "PERPETUAL", "[]"), false, false },
		{ "a name too long", ENTRY("ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGH",
		    "TRADING", "PERPETUAL", "[]"), false, false },
		{ "no object", "7", false, false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct instrs	 t = { 0 };

		check_row("%s", rows[i].name);
		read_both(&t, rows[i].entry, "[]");
		CHECK_INT(t.map.n, 1 + rows[i].there);
		CHECK(instrs_find(&t, "NEXT") != NULL);
		if (rows[i].there)
			CHECK_INT(instrs_find(&t, "S")->trading, rows[i].trading);
		instrs_fini(&t);
	}
}

static void
weight_of_a_minute(void **state)
{
	static const struct { const char *name, *limits; int64_t weight; } rows[] = {
		{ "as it is", "[" LIMIT("ORDERS", "MINUTE", 1, 1200) ","
		  LIMIT("REQUEST_WEIGHT", "MINUTE", 1, 6000) "]", 6000 },
		{ "of other times", "[" LIMIT("REQUEST_WEIGHT", "MINUTE", 5, 6000) ","
		  LIMIT("REQUEST_WEIGHT", "HOUR", 1, 9000) "]", 0 },
		{ "of orders only", "[" LIMIT("ORDERS", "MINUTE", 1, 1200) "]", 0 },
		{ "no list", "7", 0 },
		{ "no text", "[{\"rateLimitType\":1,\"interval\":null}]", 0 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct instrs	 t = { 0 };

		check_row("%s", rows[i].name);
		read_both(&t, "7", rows[i].limits);
		CHECK_INT(t.weight_1m, rows[i].weight);
		instrs_fini(&t);
	}
}

static void
what_is_no_exchange_info(void **state)
{
	static const struct { const char *json, *says; } rows[] = {
		{ "", "no JSON" }, { "<html>", "no JSON" }, { "{\"symbols\":[", "no JSON" },
		{ "{}", "lists no symbols" }, { "{\"symbols\":[]}", "lists no symbols" },
		{ "{\"symbols\":{}}", "lists no symbols" }, { "[]", "lists no symbols" },
		{ "{\"code\":-1003,\"msg\":\"Too many requests\"}", "lists no symbols" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct instrs	 t = { 0 };
		struct why	 why = { "" };

		check_row("%s", rows[i].json);
		CHECK_INT(read_info(&t, rows[i].json, &why), -1);
		CHECK_HAS(why.text, rows[i].says);
		CHECK_INT(t.map.n, 0);
	}
}

/* ---- as the exchange sent it, October 2025 -------------------------------------------- */

/* False: there are no recordings. */
static bool
read_recorded(struct instrs *all)
{
	char		 path[256], command[300], piece[4096];
	struct buf	 b = { 0 };
	struct why	 why = { "" };

	if (rows_recorded("rest/exchangeInfo_prod_2025-10-30.json.xz", path) == NULL)
		return false;
	snprintf(command, sizeof(command), "xz -dc %s", path);
	check_row("%s", command);
	FILE	*f = popen(command, "r");
	CHECK(f != NULL);
	for (size_t n; (n = fread(piece, 1, sizeof(piece), f)) > 0;)
		buf_add(&b, piece, n);
	CHECK_INT(pclose(f), 0);
	CHECK_INT(read_info(all, buf_text(&b), &why), 0);
	CHECK_STR(why.text, "");
	buf_free(&b);
	return true;
}

static void
recorded_exchange_info(void **state)
{
	struct instrs	 all = { 0 };
	struct map_iter	 it;
	struct node	*n;
	int		 trading = 0;
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	if (!read_recorded(&all)) {
		check_skipped("no PMS_DATA");
		return;
	}
	CHECK_INT(all.map.n, 625);
	for (it = map_each(&all.map); (n = map_next(&it)) != NULL;) {
		const struct instr	*i = MAP_OF(n, struct instr, node);
		char			 ccxt[SYMBOL], native[SYMBOL];

		check_row("%s", i->symbol);
		trading += i->trading;
		CHECK(dec_sign(i->tick) > 0 && dec_sign(i->px_min) > 0);
		CHECK(dec_gt(i->px_max, i->px_min));
		CHECK(dec_sign(i->lot.step) > 0 && dec_sign(i->market_lot.step) > 0);
		CHECK(dec_gt(i->lot.max, i->lot.min) && dec_sign(i->min_notional) > 0);
		CHECK(dec_gt(i->px_up, DEC_ONE) && dec_lt(i->px_down, DEC_ONE));
		if (i->trading) {
			instr_ccxt(i, ccxt);
			CHECK_INT(instr_native(&all, ccxt, native), 0);
			CHECK_STR(native, i->symbol);
		}
		for (int k = 0; k < 20; k++)
			check_rounding(i, &r);
	}
	check_row("perpetuals that trade");
	CHECK_INT(trading, 568);
	CHECK_INT(all.weight_1m, 2400);
	CHECK_DEC(instrs_find(&all, "BTCUSDT")->market_lot.max, "120");
	instrs_fini(&all);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(written_symbols),
		cmocka_unit_test(ccxt_reads_back),
		cmocka_unit_test(the_collection_copies_and_replaces),
		cmocka_unit_test(prices_never_get_worse),
		cmocka_unit_test(quantities_go_down),
		cmocka_unit_test(laws_of_rounding),
		cmocka_unit_test(filters_are_read),
		cmocka_unit_test(what_can_be_traded),
		cmocka_unit_test(weight_of_a_minute),
		cmocka_unit_test(what_is_no_exchange_info),
		cmocka_unit_test(recorded_exchange_info),
	};

	return cmocka_run_group_tests_name("instr", tests, NULL, NULL);
}
