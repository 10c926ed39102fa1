/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "riskd/view.h"

#include <jansson.h>

#include <string.h>

/*
 * Numbers of the outside: what is written is read back as text, so that a digit
 * too many or too few is seen.
 */
struct world {
	struct accounts		 accounts;
	struct account		*a;
	struct instrs		 instrs;
	struct market		 market;
	struct spelling		 spelling;
	struct booking		 b;		/* the last one */
};

static const struct event_stamp	stamp = { 1795256152380001, { INT64_C(1795256152380000) } };

static void
world_init(struct world *w, const char *balance)
{
	const struct instr	 btc = { .symbol = "BTCUSDT", .base = "BTC", .quote = "USDT" };

	*w = (struct world){ .market = { .stale_ms = 10000 } };
	instrs_put(&w->instrs, &btc);
	w->spelling.instrs = &w->instrs;
	w->a = accounts_get(&w->accounts, "A1");
	w->a->balance = D(balance);
	text_put(w->a->liq_mode, sizeof(w->a->liq_mode), "ADL_30");
}

static void
world_fini(struct world *w)
{
	market_fini(&w->market);
	instrs_fini(&w->instrs);
	accounts_fini(&w->accounts);
}

static void
world_fill(struct world *w, const char *symbol, enum side side, const char *qty, const char *px)
{
	static int64_t	 trade_id = 1;
	struct msg_fill	 m = { .o = { .side = side, .leverage = 10 }, .e = { .trade_id = trade_id,
			    .qty = D(qty), .px = D(px), .at = wall_from_ms(1795256152380) } };

	trade_id++;
	text_put(m.o.symbol, sizeof(m.o.symbol), symbol);
	account_book(w->a, &m, DEC_ZERO, &w->b);
	account_apply(w->a, &w->b);
}

static void
world_mark(struct world *w, const char *symbol, const char *mark)
{
	const struct price	 p = { .bid = DEC_NONE, .ask = DEC_NONE, .mid = DEC_NONE,
				    .mark = D(mark) };

	market_heard(&w->market, symbol, &p, (mono_t){ 1 });
}

/* ---- reading what was written -------------------------------------------------------- */

/* One JSON object, no name twice: nothing that a reader could take in two ways. */
static void
check_json(const struct buf *b)
{
	json_error_t	 e;
	json_t		*o = json_loadb(buf_text(b), b->len, JSON_REJECT_DUPLICATES, &e);

	CHECK_STR(o == NULL ? e.text : "", "");
	CHECK(json_is_object(o));
	json_decref(o);
}

/* Every part, a space between them, is there word by word. */
static void
check_parts(const struct buf *b, const char *const parts[])
{
	check_json(b);
	for (size_t i = 0; parts[i] != NULL; i++)
		CHECK_HAS(buf_text(b), parts[i]);
}
#define PARTS(...)	((const char *const []){ __VA_ARGS__, NULL })

/* ---- the account ------------------------------------------------------------------------ */

/* 7.3: B=100, N=500, U=20, Lmax=100 is 120, 5, 115. */
static void
snapshot_of_the_contract(void **state)
{
	struct world	 w;
	struct buf	 b = { 0 };

	(void)state;
	check_row("7.3");
	world_init(&w, "100");
	world_fill(&w, "BTCUSDT", SIDE_BUY, "5", "100");
	world_mark(&w, "BTCUSDT", "104");
	view_snapshot(w.a, NULL, &w.market, &w.spelling, wall_from_ms(1795256152999), &b);
	check_parts(&b, PARTS("\"subAccountId\":\"A1\"", "\"balance\":100,", "\"equity\":120,",
	    "\"marginUsed\":5,", "\"availableMargin\":115,", "\"unrealizedPnl\":20,",
	    "\"totalExposure\":500,", "\"maintenanceMargin\":2.5,", "\"marginRatio\":0.02083333,",
	    "\"status\":\"ACTIVE\"", "\"liquidationMode\":\"ADL_30\"",
	    "\"liquidationThreshold\":0.9",
	    "\"rules\":{\"maxLeverage\":100,\"maxNotionalPerTrade\":200,\"maxTotalExposure\":500}",
	    "\"positionCount\":1", "\"openOrders\":[]", "\"timestamp\":1795256152999",
	    "\"side\":\"LONG\",\"entryPrice\":100,\"quantity\":5,\"notional\":500,\"margin\":50,",
	    "\"unrealizedPnl\":20,\"pnlPercent\":40,\"markPrice\":104,", "\"leverage\":10,",
	    "\"openedAt\":1795256152380"));
	buf_free(&b);
	world_fini(&w);
}

static void
snapshots_of_other_accounts(void **state)
{
	static const struct {
		const char	*name, *balance, *qty, *px, *mark;
		const char	*equity, *available, *ratio, *mark_shown;
	} rows[] = {
		{ "nothing open", "50", NULL, NULL, NULL,
		  "\"equity\":50,", "\"availableMargin\":50,", "\"marginRatio\":0,",
		  "\"positions\":[]" },
		{ "no price: at its entry", "100", "1", "100", NULL,
		  "\"equity\":100,", "\"availableMargin\":99,", "\"marginRatio\":0.005,",
		  "\"markPrice\":100" },
		{ "more lost than there was", "100", "10", "100", "89",
		  "\"equity\":-10,", "\"availableMargin\":0,", "\"marginRatio\":1,",
		  "\"markPrice\":89" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	 w;
		struct buf	 b = { 0 };

		check_row("%s", rows[i].name);
		world_init(&w, rows[i].balance);
		if (rows[i].qty != NULL)
			world_fill(&w, "BTCUSDT", SIDE_BUY, rows[i].qty, rows[i].px);
		if (rows[i].mark != NULL)
			world_mark(&w, "BTCUSDT", rows[i].mark);
		view_snapshot(w.a, NULL, &w.market, &w.spelling, WALL_UNSET, &b);
		check_parts(&b, PARTS(rows[i].equity, rows[i].available, rows[i].ratio,
		    rows[i].mark_shown));
		buf_free(&b);
		world_fini(&w);
	}
}

/* ---- orders that rest --------------------------------------------------------------------- */

static struct pending *
add_order(struct pendings *t, const char *clord_id, const char *sub, enum ord_type type)
{
	struct pending	 p = { .o = { .side = SIDE_BUY, .type = type, .qty = D("0.5"),
			    .px = type == TYPE_LIMIT ? D("99.5") : DEC_NONE, .leverage = 10,
			    .origin = ORIGIN_MANUAL, .created_at = wall_from_ms(1795256152380) },
			    .reserved = DEC_ZERO, .closing = DEC_ZERO };

	text_put(p.o.clord_id, sizeof(p.o.clord_id), clord_id);
	text_put(p.o.sub, sizeof(p.o.sub), sub);
	text_put(p.o.symbol, sizeof(p.o.symbol), "BTCUSDT");
	return pendings_add(t, &p, NULL);
}

static void
show(struct world *w, const struct pendings *t, struct buf *b)
{
	buf_reset(b);
	view_snapshot(w->a, pendings_of(t, w->a->id), &w->market, &w->spelling, WALL_UNSET, b);
}

static void
open_orders_are_limits_that_live(void **state)
{
	struct world	 w;
	struct pendings	 t;
	struct pending	*first, *second;
	struct buf	 b = { 0 };

	(void)state;
	world_init(&w, "100");
	pendings_init(&t);
	add_order(&t, "other", "A2", TYPE_LIMIT);
	show(&w, &t, &b);
	check_parts(&b, PARTS("\"openOrders\":[]"));

	check_row("handed on, not taken yet; the latest first");
	first = add_order(&t, "first", "A1", TYPE_LIMIT);
	add_order(&t, "market", "A1", TYPE_MARKET);
	second = add_order(&t, "second", "A1", TYPE_LIMIT);
	pending_accepted(first, 8389765500000000001);
	first->booked_qty = D("0.2");
	show(&w, &t, &b);
	check_parts(&b, PARTS("\"openOrders\":[{\"clientOrderId\":\"second\","
	    "\"exchangeOrderId\":null,\"symbol\":\"BTCUSDT\",\"side\":\"BUY\","
	    "\"orderType\":\"LIMIT\",\"price\":99.5,\"quantity\":0.5,\"filledQty\":0,"
	    "\"origin\":\"MANUAL\",\"leverage\":10,"
	    "\"reduceOnly\":false,\"state\":\"placing\",\"createdAt\":1795256152380},"
	    "{\"clientOrderId\":\"first\",\"exchangeOrderId\":\"8389765500000000001\",",
	    "\"filledQty\":0.2,", "\"state\":\"active\"", "1795256152380}],\"timestamp\""));

	check_row("what has ended is open no more");
	first->status = OS_CANCELLED;
	pendings_remove(&t, second, NULL);
	show(&w, &t, &b);
	check_parts(&b, PARTS("\"openOrders\":[]"));
	buf_free(&b);
	pendings_fini(&t);
	world_fini(&w);
}

static void
open_orders_are_bounded(void **state)
{
	struct world	 w;
	struct pendings	 t;
	struct buf	 b = { 0 };
	char		 id[24];
	const char	*at;
	int		 n = 0;

	(void)state;
	world_init(&w, "100");
	pendings_init(&t);
	for (int i = 0; i < 3 * OPEN_ORDERS; i++) {
		text_putf(id, sizeof(id), "n%d", i);
		add_order(&t, id, "A1", i % 2 == 0 ? TYPE_LIMIT : TYPE_MARKET);
	}
	show(&w, &t, &b);
	check_json(&b);
	for (at = b.p; (at = strstr(at, "\"orderType\":\"LIMIT\"")) != NULL; at++)
		n++;
	CHECK_INT(n, OPEN_ORDERS);
	text_putf(id, sizeof(id), "\"n%d\"", 3 * OPEN_ORDERS - 2);	/* the last LIMIT */
	CHECK_HAS(b.p, id);
	CHECK(strstr(b.p, "\"n0\"") == NULL);
	buf_free(&b);
	pendings_fini(&t);
	world_fini(&w);
}

/* ---- liquidation ----------------------------------------------------------------------------- */

/*
 * 7.5, dynamic: at that price, the others standing still, what is left of the
 * account is the maintenance margin over the threshold.
 */
static void
liquidation_price(void **state)
{
	static const struct {
		const char	*name, *balance, *btc, *px, *eth, *eth_px, *eth_mark, *want;
		enum side	 side;
	} rows[] = {
		/* floor 100 * 0.005 / 0.9 */
		{ "long", "10", "1", "100", NULL, NULL, NULL, "90.55555556", SIDE_BUY },
		{ "short", "10", "1", "100", NULL, NULL, NULL, "109.44444444", SIDE_SELL },
		{ "long, covered: never", "200", "1", "100", NULL, NULL, NULL, "0", SIDE_BUY },
		/* 90 more of exposure, and 9 of profit */
		{ "helped by another", "10", "1", "100", "1", "90", "99", "82.05555556", SIDE_BUY },
		{ "hurt by another", "10", "1", "100", "1", "90", "81", "100.05555556", SIDE_BUY },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	 w;

		check_row("%s", rows[i].name);
		world_init(&w, rows[i].balance);
		world_fill(&w, "BTCUSDT", rows[i].side, rows[i].btc, rows[i].px);
		if (rows[i].eth != NULL) {
			world_fill(&w, "ETHUSDT", SIDE_BUY, rows[i].eth, rows[i].eth_px);
			world_mark(&w, "ETHUSDT", rows[i].eth_mark);
		}
		const struct position	*p = account_position(w.a, "BTCUSDT");
		CHECK_DEC(view_liq_px(w.a, p, &w.market), rows[i].want);
		world_mark(&w, "BTCUSDT", "105");	/* its own mark makes no difference */
		CHECK_DEC(view_liq_px(w.a, p, &w.market), rows[i].want);
		world_fini(&w);
	}
}

/* ---- events -------------------------------------------------------------------------------- */

static void
position_events(void **state)
{
	static const struct {
		const char	*type;
		enum side	 side;
		const char	*qty, *px, *numbers;
	} rows[] = {
		{ "position_updated", SIDE_BUY, "0.5", "110", "\"entryPrice\":103.33333333,"
		  "\"quantity\":1.5,\"notional\":155,\"margin\":15.5,\"leverage\":10,"
		  "\"liquidationPrice\":" },
		{ "position_reduced", SIDE_SELL, "0.4", "110", "\"realizedPnl\":4,"
		  "\"closePrice\":110,\"closedQty\":0.4,\"remainingQty\":0.6,"
		  "\"liquidationPrice\":" },
		{ "position_closed", SIDE_SELL, "1", "90", "\"realizedPnl\":-10,"
		  "\"closePrice\":90,\"closedQty\":1,\"remainingQty\":0,\"originType\":" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	 w;
		struct buf	 b = { 0 };

		check_row("%s", rows[i].type);
		world_init(&w, "1000");
		world_fill(&w, "BTCUSDT", SIDE_BUY, "1", "100");
		world_fill(&w, "BTCUSDT", rows[i].side, rows[i].qty, rows[i].px);
		view_position(w.a, &w.b.legs[0], &w.market, &w.spelling, rows[i].type,
		    ORIGIN_TRAIL_STOP, stamp, &b);
		check_parts(&b, PARTS(rows[i].type, rows[i].numbers, "\"seq\":1795256152380001,",
		    "\"subAccountId\":\"A1\"", "\"timestamp\":1795256152380",
		    "\"symbol\":\"BTCUSDT\",\"side\":\"LONG\"", "\"originType\":\"TRAIL_STOP\"",
		    w.b.legs[0].after.id));
		buf_free(&b);
		world_fini(&w);
	}
}

static void
symbols_as_configured(void **state)
{
	static const struct { const char *symbol; bool ccxt; const char *want; } rows[] = {
		{ "BTCUSDT", false, "\"symbol\":\"BTCUSDT\"" },
		{ "BTCUSDT", true,  "\"symbol\":\"BTC/USDT:USDT\"" },
		{ "XYZUSDT", true,  "\"symbol\":\"XYZUSDT\"" },	/* not known: as it is */
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	 w;
		struct buf	 b = { 0 };

		check_row("%s", rows[i].want);
		world_init(&w, "1000");
		w.spelling.ccxt = rows[i].ccxt;
		world_fill(&w, rows[i].symbol, SIDE_BUY, "1", "100");
		view_snapshot(w.a, NULL, &w.market, &w.spelling, WALL_UNSET, &b);
		check_parts(&b, PARTS(rows[i].want));
		buf_free(&b);
		world_fini(&w);
	}
}

/* The front end reads the snapshot at the top, the gateway under "update". */
static void
margin_update_holds_the_snapshot_twice(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	check_row("margin_update");
	view_margin_update("{\"subAccountId\":\"A1\",\"balance\":1,\"positions\":[]}", stamp, &b);
	check_json(&b);
	CHECK_STR(buf_text(&b), "{\"seq\":1795256152380001,\"type\":\"margin_update\","
	    "\"update\":{\"subAccountId\":\"A1\",\"balance\":1,\"positions\":[]},"
	    "\"subAccountId\":\"A1\",\"balance\":1,\"positions\":[]}");
	buf_free(&b);
}

static void
order_events(void **state)
{
	static const struct {
		const char	*type, *px, *cum, *avg, *reason, *parent;
		enum ord_status	 status;
		int64_t		 order_id;
		const char	*parts[6];		/* and NULL */
	} rows[] = {
		/* the front end shows the price of a fill: of a market order its average */
		{ "order_filled", "null", "0.01", "60002", "", "", OS_FILLED, 900000001,
		  { "\"price\":60002,", "\"filledQty\":0.01,\"avgFillPrice\":60002,",
		    "\"exchangeOrderId\":\"900000001\"", "\"state\":\"filled\"" } },
		{ "order_cancelled", "59000", "0", "null", "EXPIRED", "", OS_CANCELLED, 0,
		  { "\"price\":59000,", "\"filledQty\":0,\"avgFillPrice\":0,",
		    "\"exchangeOrderId\":null", "\"state\":\"cancelled\"",
		    "\"reason\":\"EXPIRED\"" } },
		{ "order_cancelled", "59000", "0", "null", "CANCELLED", "", OS_CANCELLED, 0,
		  { "\"reason\":\"CANCELLED\"" } },
		{ "order_filled", "59000", "0.01", "59000", "", "ch_1", OS_FILLED, 900000001,
		  { "\"parentId\":\"ch_1\"", "\"suppressToast\":true" } },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct msg_fill	 f = { .o = { .clord_id = "PMS1_MKT_1", .sub = "A1",
				    .symbol = "BTCUSDT", .side = SIDE_BUY, .qty = D("0.01"),
				    .px = D(rows[i].px), .leverage = 10, .role = ROLE_UNKNOWN,
				    .created_at = wall_from_ms(1795256152369) },
				    .order_id = rows[i].order_id, .status = rows[i].status,
				    .cum_qty = D(rows[i].cum), .avg_px = D(rows[i].avg),
				    .e = { .qty = DEC_NONE, .px = DEC_NONE } };
		struct world	 w;
		struct buf	 b = { 0 };

		check_row("%s", rows[i].type);
		world_init(&w, "1");
		text_put(f.reason, sizeof(f.reason), rows[i].reason);
		text_put(f.o.parent_id, sizeof(f.o.parent_id), rows[i].parent);
		view_order(&f, rows[i].type, "{\"balance\":7}", &w.spelling, stamp, &b);
		check_parts(&b, rows[i].parts);
		check_parts(&b, PARTS(rows[i].type, "\"clientOrderId\":\"PMS1_MKT_1\"",
		    "\"side\":\"BUY\"", "\"origin\":\"MANUAL\"",
		    "\"orderRole\":\"UNKNOWN\"", "\"leverage\":10",
		    "\"createdAt\":1795256152369", "\"account\":{\"balance\":7}"));
		CHECK_INT(strstr(buf_text(&b), "\"reason\"") != NULL, *rows[i].reason != '\0');
		CHECK_INT(strstr(buf_text(&b), "\"parentId\":null") != NULL,
		    *rows[i].parent == '\0');
		CHECK_INT(strstr(buf_text(&b), "suppressToast") != NULL, *rows[i].parent != '\0');
		buf_free(&b);
		world_fini(&w);
	}
}

/* ---- answers -------------------------------------------------------------------------------- */

static void
answers_say_what_is_known(void **state)
{
	struct world	 w;
	struct pending	 p = { .o = { .clord_id = "PMS1_MKT_1" }, .status = OS_PLACING,
			    .as_given = "BTC/USDT:USDT", .booked_qty = DEC_ZERO };
	struct buf	 b = { 0 };

	(void)state;
	check_row("nothing executed yet");
	world_init(&w, "1000");
	view_answer(&p, w.a, &b);
	CHECK_STR(buf_text(&b), "{\"success\":true,\"clientOrderId\":\"PMS1_MKT_1\","
	    "\"orderId\":null,\"state\":\"placing\",\"symbol\":\"BTC/USDT:USDT\"}");

	check_row("a position is open");
	world_fill(&w, "BTCUSDT", SIDE_BUY, "1", "100");
	text_put(p.last_position, sizeof(p.last_position), w.b.legs[0].after.id);
	p.order_id = INT64_C(8389765739703625592);
	p.status = OS_FILLED;
	p.booked_qty = D("1");
	p.booked_cost = D("100");
	p.fee = D("0.04");
	p.rpnl = D("-3");
	buf_reset(&b);
	view_answer(&p, w.a, &b);
	check_parts(&b, PARTS("\"orderId\":\"8389765739703625592\"", "\"state\":\"filled\"",
	    "\"symbol\":\"BTC/USDT:USDT\",\"side\":\"LONG\",\"entryPrice\":100,\"quantity\":1,"
	    "\"notional\":100,\"margin\":10,\"leverage\":10",
	    "\"trade\":{\"price\":100,\"quantity\":1,\"notional\":100,\"fee\":0.04,"
	    "\"realizedPnl\":-3}"));

	check_row("it was closed: there is none to show");
	world_fill(&w, "BTCUSDT", SIDE_SELL, "1", "97");
	buf_reset(&b);
	view_answer(&p, w.a, &b);
	check_parts(&b, PARTS("\"realizedPnl\":-3"));
	CHECK(strstr(buf_text(&b), "\"position\"") == NULL);
	buf_free(&b);
	world_fini(&w);
}

static const struct verdict	two_findings = {
	.findings = {
		{ DENY_MAX_NOTIONAL, "notional", { 60000 * DEC_ONE_E8 }, { 50000 * DEC_ONE_E8 },
		  "MAX_NOTIONAL:60000.00>50000", NULL, NULL },
		{ DENY_MAX_EXPOSURE, "exposure", { 60000 * DEC_ONE_E8 }, { 500 * DEC_ONE_E8 },
		  "MAX_EXPOSURE:60000.00>500", NULL, NULL },
	},
	.n = 2, .has_values = true,
	.values = { { 1 * DEC_ONE_E8 }, { 2 * DEC_ONE_E8 }, { 3 * DEC_ONE_E8 }, { 4 * DEC_ONE_E8 },
	    { 5 * DEC_ONE_E8 }, { 6 * DEC_ONE_E8 }, { 7 * DEC_ONE_E8 }, { 8 * DEC_ONE_E8 },
	    { 9 * DEC_ONE_E8 } },
};

static void
denials(void **state)
{
	struct verdict	 v = two_findings;
	struct buf	 b = { 0 };

	(void)state;
	check_row("two findings: the first names the code");
	view_denial(&v, NULL, 0, &b);
	check_parts(&b, PARTS("\"success\":false", "\"errorCode\":\"MAX_NOTIONAL_EXCEEDED\"",
	    "\"errorCategory\":\"RISK\"", "\"retryable\":false", "(MAX_NOTIONAL:60000.00>50000)\"",
	    "\"details\":{\"check\":\"notional\",\"value\":60000,\"limit\":50000}",
	    "\"errors\":[\"MAX_NOTIONAL:60000.00>50000\",\"MAX_EXPOSURE:60000.00>500\"]"));

	check_row("a word that names nothing is told with its field");
	buf_reset(&b);
	v = (struct verdict){ .findings = { { DENY_ACCOUNT_NOT_FOUND, "account", DEC_NONE, DEC_NONE,
	    "ACCOUNT_NOT_FOUND", "subAccountId", "nobody" } }, .n = 1 };
	view_denial(&v, NULL, 0, &b);
	check_parts(&b, PARTS("\"details\":{\"check\":\"account\",\"field\":\"subAccountId\","
	    "\"value\":\"nobody\"}"));

	check_row("orders that stand in the way are named");
	buf_reset(&b);
	const struct pending	 one = { .o = { .clord_id = "PMS1" } };
	const struct pending	 two = { .o = { .clord_id = "PMS2" } };
	v = (struct verdict){ .findings = { { DENY_CLOSE_IN_FLIGHT, "reducible", DEC_ONE, DEC_ONE,
	    "CLOSE_IN_FLIGHT", NULL, NULL } }, .n = 1 };
	view_denial(&v, (const struct pending *const []){ &one, &two }, 2, &b);
	check_parts(&b, PARTS("\"details\":{\"check\":\"reducible\",\"value\":1,\"limit\":1,"
	    "\"heldBy\":[\"PMS1\",\"PMS2\"]}"));

	check_row("a finding without numbers");
	buf_reset(&b);
	v = (struct verdict){ .findings = { { DENY_NO_PRICE, "price", DEC_NONE, DEC_NONE,
	    "NO_PRICE", NULL, NULL } }, .n = 1 };
	view_denial(&v, NULL, 0, &b);
	check_parts(&b, PARTS("\"errorCode\":\"NO_PRICE\"", "\"retryable\":true",
	    "\"details\":{\"check\":\"price\"}", "\"errors\":[\"NO_PRICE\"]"));
	buf_free(&b);
}

/* Four phrases make the gateway close a position's row by itself. */
static void
no_denial_says_that_a_position_is_gone(void **state)
{
	static const char *const	phrases[] = { "reduceonly", "reduce only",
		"no position found", "close order failed" };

	(void)state;
	for (int d = DENY_NONE + 1; d < DENY_N; d++) {
		const struct verdict	 v = { .findings = { { (enum deny)d, "x", DEC_NONE,
		    DEC_NONE, "X", NULL, NULL } }, .n = 1 };
		struct buf		 b = { 0 };

		check_row("%s", deny_code((enum deny)d));
		view_denial(&v, NULL, 0, &b);
		check_json(&b);
		for (size_t i = 0; i < NITEMS(phrases); i++)
			CHECK(strcasestr(buf_text(&b), phrases[i]) == NULL);
		buf_free(&b);
	}
}

static void
validations_have_both_spellings(void **state)
{
	struct verdict	 v = two_findings;
	struct buf	 b = { 0 };

	(void)state;
	check_row("not valid");
	view_validation(&v, &b);
	check_json(&b);
	CHECK_STR(buf_text(&b), "{\"success\":true,\"valid\":false,\"errors\":["
	    "\"MAX_NOTIONAL:60000.00>50000\",\"MAX_EXPOSURE:60000.00>500\"],"
	    "\"computed_values\":{\"price\":1,\"notional\":2,\"required_margin\":3,"
	    "\"available_margin\":4,\"current_exposure\":5,\"equity\":7,\"maintenance_margin\":8,"
	    "\"margin_usage_ratio\":9},"
	    "\"computedValues\":{\"price\":1,\"notional\":2,\"requiredMargin\":3,"
	    "\"availableMargin\":4,\"currentExposure\":5,\"equity\":7,\"maintenanceMargin\":8,"
	    "\"marginUsageRatio\":9}}");

	check_row("valid, nothing computed");
	v = (struct verdict){ .n = 0 };
	buf_reset(&b);
	view_validation(&v, &b);
	CHECK_STR(buf_text(&b), "{\"success\":true,\"valid\":true,\"errors\":[]}");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(snapshot_of_the_contract),
		cmocka_unit_test(snapshots_of_other_accounts),
		cmocka_unit_test(open_orders_are_limits_that_live),
		cmocka_unit_test(open_orders_are_bounded),
		cmocka_unit_test(liquidation_price),
		cmocka_unit_test(position_events),
		cmocka_unit_test(symbols_as_configured),
		cmocka_unit_test(margin_update_holds_the_snapshot_twice),
		cmocka_unit_test(order_events),
		cmocka_unit_test(answers_say_what_is_known),
		cmocka_unit_test(denials),
		cmocka_unit_test(no_denial_says_that_a_position_is_gone),
		cmocka_unit_test(validations_have_both_spellings),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
