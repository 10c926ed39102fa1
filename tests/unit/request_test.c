/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "orderd/request.h"

#include <stdio.h>
#include <string.h>

static struct terms
terms_of(enum side side, enum ord_type type, const char *qty, const char *px, bool reduce_only)
{
	struct terms	 o = { .side = side, .type = type, .qty = D(qty), .px = D(px),
			    .reduce_only = reduce_only, .closing = true, .leverage = 20 };

	text_put(o.clord_id, sizeof(o.clord_id), "PMSc812e1edb644_MKT_0123456789ab");
	text_put(o.symbol, sizeof(o.symbol), "BTCUSDT");
	text_put(o.sub, sizeof(o.sub), "a");
	return o;
}

static struct answer
read_answer(const char *body)
{
	struct answer	 a;

	memset(&a, 0xa5, sizeof(a));		/* what is not there is blanked */
	answer_read(&a, body, strlen(body));
	return a;
}

/* ---- asking --------------------------------------------------------------------- */

#define NAME	"&newClientOrderId=PMSc812e1edb644_MKT_0123456789ab"
#define STP	"&selfTradePreventionMode=EXPIRE_MAKER"

static void
orders_as_they_are_sent(void **state)
{
	static const struct {
		const char	*name;
		enum side	 side;
		enum ord_type	 type;
		const char	*qty, *px;
		bool		 reduce_only;
		const char	*want;
	} rows[] = {
		{ "market", SIDE_BUY, TYPE_MARKET, "0.02", "null", false,
		  "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.02" NAME STP },
		{ "market, reduce only", SIDE_SELL, TYPE_MARKET, "1000", "null", true,
		  "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1000&reduceOnly=true" NAME STP },
		{ "limit", SIDE_SELL, TYPE_LIMIT, "0.00000001", "61250.10", false,
		  "symbol=BTCUSDT&side=SELL&type=LIMIT&quantity=0.00000001&price=61250.1"
		  "&timeInForce=GTC" NAME STP },
		{ "limit, reduce only", SIDE_BUY, TYPE_LIMIT, "3", "0.5", true,
		  "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=3&price=0.5&timeInForce=GTC"
		  "&reduceOnly=true" NAME STP },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct terms	 o = terms_of(rows[i].side, rows[i].type, rows[i].qty,
					    rows[i].px, rows[i].reduce_only);
		struct buf		 b = { 0 };

		check_row("%s", rows[i].name);
		request_place(&o, &b);
		CHECK_STR(buf_text(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
questions_as_they_are_sent(void **state)
{
	struct terms	 o = terms_of(SIDE_BUY, TYPE_MARKET, "1", "null", false);
	struct buf	 b = { 0 };

	(void)state;
	check_row("query");
	text_put(o.symbol, sizeof(o.symbol), "币安人生USDT");
	request_query(&o, &b);
	CHECK_STR(buf_text(&b), "symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"
	    "&origClientOrderId=PMSc812e1edb644_MKT_0123456789ab");
	buf_reset(&b);
	check_row("query by the exchange's id");
	request_query_id(o.symbol, INT64_C(8389765739703625592), &b);
	CHECK_STR(buf_text(&b), "symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"
	    "&orderId=8389765739703625592");
	buf_reset(&b);
	check_row("trades");
	request_trades(&o, INT64_C(8389765739703625592), &b);
	CHECK_STR(buf_text(&b), "symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"
	    "&orderId=8389765739703625592&limit=1000");
	buf_free(&b);
}

/* ---- answers ---------------------------------------------------------------------- */

#define ACK	"{\"orderId\":51200773311,\"symbol\":\"BTCUSDT\",\"status\":\"NEW\","	\
	"\"clientOrderId\":\"eng-7f3a-000041\",\"price\":\"61250.10\",\"origQty\":\"0.020\","	\
	"\"executedQty\":\"0.000\",\"cumQty\":\"0.000\",\"timeInForce\":\"GTX\","	\
	"\"type\":\"LIMIT\",\"reduceOnly\":false,\"closePosition\":false,\"side\":\"BUY\","	\
	"\"positionSide\":\"BOTH\",\"stopPrice\":\"0.00\",\"workingType\":\"CONTRACT_PRICE\","	\
	"\"priceProtect\":false,\"origType\":\"LIMIT\",\"priceMatch\":\"NONE\","	\
	"\"selfTradePreventionMode\":\"EXPIRE_MAKER\",\"goodTillDate\":0,"		\
	"\"updateTime\":1795200000123}"
#define HTML	"<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n"	\
	"<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>"
#define UNKNOWN	"Unknown error, please check your request or try again later."
#define BUSY	"Request throttled by system-level protection. Reduce-only/close-position "	\
	"orders are exempt. Please try again."
#define IN_ERROR(code, msg)	"{\"code\":" #code ",\"msg\":\"" msg "\"}"

static void
what_an_answer_holds_and_means(void **state)
{
	static const struct {
		const char		*name, *body;
		int			 http;
		int64_t			 order_id;
		const char		*status, *cum;
		int			 code;
		const char		*msg;		/* begins so */
		enum consequence	 what;
	} rows[] = {
		{ "accepted", ACK, 200, 51200773311, "NEW", "0", 0, "", FAULT_NONE },
		{ "an id of 64 bits", "{\"orderId\":8389765739703625592,\"status\":\"FILLED\","
		  "\"executedQty\":\"0.037\"}", 200, INT64_C(8389765739703625592), "FILLED",
		  "0.037", 0, "", FAULT_NONE },
		{ "refused", IN_ERROR(-2019, "Margin is insufficient."), 400, 0, "", "null", -2019,
		  "Margin is insufficient.", FAULT_REFUSED },
		{ "reduce only", IN_ERROR(-2022, "ReduceOnly Order is rejected."), 400, 0, "",
		  "null", -2022, "ReduceOnly", FAULT_REFUSED },
		{ "no such order", IN_ERROR(-2013, "Order does not exist."), 400, 0, "", "null",
		  -2013, "Order does not exist.", FAULT_GONE },
		{ "of that name one is open", IN_ERROR(-4116, "ClientOrderId is duplicated."),
		  400, 0, "", "null", -4116, "ClientOrderId is duplicated.", FAULT_GONE },
		{ "clock", IN_ERROR(-1021, "Timestamp for this request is outside of the "
		  "recvWindow."), 400, 0, "", "null", -1021, "Timestamp", FAULT_CLOCK },
		{ "backend timed out", IN_ERROR(-1007, "Timeout waiting for response from backend "
		  "server. Send status unknown; execution status unknown."), 408, 0, "", "null",
		  -1007, "Timeout waiting", FAULT_DOUBT },
		{ "503 A, as text", UNKNOWN, 503, 0, "", "null", 0, UNKNOWN, FAULT_DOUBT },
		{ "503 A, as JSON", "{\"msg\":\"" UNKNOWN "\"}", 503, 0, "", "null", 0, UNKNOWN,
		  FAULT_DOUBT },
		{ "503 B", "Service Unavailable.", 503, 0, "", "null", 0, "Service Unavailable.",
		  FAULT_REFUSED },
		{ "503 C", IN_ERROR(-1001, "Internal error; unable to process your request. Please "
		  "try again."), 503, 0, "", "null", -1001, "Internal error", FAULT_REFUSED },
		{ "503 D", IN_ERROR(-1008, BUSY), 503, 0, "", "null", -1008, BUSY,
		  FAULT_THROTTLED },
		{ "the firewall", HTML, 403, 0, "", "null", 0, "<html>", FAULT_THROTTLED },
		{ "a gateway in between", "<html><h1>502 Bad Gateway</h1></html>", 502, 0, "",
		  "null", 0, "<html>", FAULT_DOUBT },
		{ "HTML as an order", HTML, 200, 0, "", "null", 0, "<html>", FAULT_NONE },
		{ "nothing", "", 502, 0, "", "null", 0, "", FAULT_DOUBT },
		{ "cut off", "{\"orderId\":512007733", 200, 0, "", "null", 0, "{\"orderId\"",
		  FAULT_NONE },
		{ "another shape", "[]", 200, 0, "", "null", 0, "[]", FAULT_NONE },
		{ "no id", "{\"code\":200,\"msg\":\"success\"}", 200, 0, "", "null", 200, "success",
		  FAULT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct answer	 a = read_answer(rows[i].body);

		check_row("%s", rows[i].name);
		CHECK_INT(a.order_id, rows[i].order_id);
		CHECK_STR(a.status, rows[i].status);
		CHECK_DEC(a.cum_qty, rows[i].cum);
		CHECK_INT(a.code, rows[i].code);
		CHECK_INT(strncmp(a.msg, rows[i].msg, strlen(rows[i].msg)), 0);
		CHECK((*rows[i].msg == '\0') == (*a.msg == '\0'));
		CHECK_STR(fault_name(answer_fault(&a, rows[i].http).what),
		    fault_name(rows[i].what));
	}
}

static void
clock_and_mode(void **state)
{
	(void)state;
	check_row("clock");
	CHECK_INT(read_answer("{\"serverTime\":1795200000123}").server_ms, 1795200000123);
	CHECK_INT(read_answer("{}").server_ms, 0);
	check_row("mode");
	CHECK(read_answer("{\"dualSidePosition\":true}").hedge);
	CHECK(!read_answer("{\"dualSidePosition\":false}").hedge);
}

/* A text that does not fit is not half an answer: its id and its code count for nothing. */
static void
too_long_is_no_answer(void **state)
{
	char	 body[1000], msg[400];

	(void)state;
	check_row("400 bytes of text");
	memset(msg, 'x', sizeof(msg) - 1);
	msg[sizeof(msg) - 1] = '\0';
	CHECK_INT(text_format(body, sizeof(body), "{\"orderId\":5,\"code\":-2010,\"msg\":\"%s\"}",
	    msg), 0);
	const struct answer	 a = read_answer(body);
	CHECK_INT(a.order_id, 0);
	CHECK_INT(a.code, 0);
	CHECK_INT(strlen(a.msg), sizeof(a.msg) - 1);
	CHECK_INT(strncmp(a.msg, body, sizeof(a.msg) - 1), 0);
	CHECK_INT(answer_fault(&a, 500).what, FAULT_DOUBT);
}

/*
 * What an order is now, as a report that holds no execution.  Whoever asked
 * knows its name; a list names its orders itself.  What the answer does not
 * say is not made up: its quantity may have shrunk since it was placed.
 */
static void
an_answer_as_a_report(void **state)
{
	static const struct {
		const char		*body;
		enum venue_status	 status;
		const char		*clord_id;	/* its own */
		enum side		 side;
		const char		*qty, *px, *cum;
	} rows[] = {
		{ ACK, VS_NEW, "eng-7f3a-000041", SIDE_BUY, "0.02", "61250.1", "0" },
		{ "{\"orderId\":51200773311,\"symbol\":\"BTCUSDT\",\"status\":\"PARTIALLY_FILLED\","
		  "\"side\":\"SELL\",\"origQty\":\"0.015\",\"executedQty\":\"0.01\"}",
		  VS_PARTIALLY_FILLED, "", SIDE_SELL, "0.015", "null", "0.01" },
		{ "{\"orderId\":51200773311,\"symbol\":\"BTCUSDT\",\"status\":\"EXPIRED_IN_MATCH\","
		  "\"executedQty\":\"0\"}", VS_EXPIRED, "", SIDE_BUY, "null", "null", "0" },
		{ "{\"orderId\":51200773311,\"symbol\":\"BTCUSDT\",\"status\":\"NEW_INSURANCE\"}",
		  VS_UNKNOWN, "", SIDE_BUY, "null", "null", "null" },
	};
	const struct terms	 o = terms_of(SIDE_SELL, TYPE_MARKET, "0.02", "null", true);

	(void)state;
	for (size_t i = 0; i < 2 * NITEMS(rows); i++) {
		const struct terms	*terms = i % 2 == 0 ? &o : NULL;
		const struct answer	 a = read_answer(rows[i / 2].body);
		struct msg_report	 r;

		check_row("%s%s", rows[i / 2].body, terms == NULL ? ", not asked for by name" : "");
		memset(&r, 0xa5, sizeof(r));
		answer_report(&a, terms, &r);
		CHECK_INT(r.kind, REPORT_ORDER);
		CHECK_STR(r.clord_id, terms != NULL ? o.clord_id : rows[i / 2].clord_id);
		CHECK_STR(r.symbol, "BTCUSDT");
		CHECK_INT(r.side, terms != NULL ? SIDE_SELL : rows[i / 2].side);
		CHECK_INT(r.order_id, 51200773311);
		CHECK_INT(r.status, rows[i / 2].status);
		CHECK_DEC(r.qty, rows[i / 2].qty);
		CHECK_DEC(r.px, rows[i / 2].px);
		CHECK_DEC(r.cum_qty, rows[i / 2].cum);
		CHECK_INT(r.e.trade_id, 0);
		CHECK_INT(r.stream_no, 0);
	}
}

/* ---- lists --------------------------------------------------------------------------- */

struct listed {
	int		 n;
	struct answer	 v[4];
};

static int
read_orders(const char *body, struct listed *l)
{
	size_t	 at = 0;
	int	 rc = 1;

	while (rc == 1) {
		CHECK(l->n < (int)NITEMS(l->v));
		rc = answer_next_order(body, strlen(body), &at, &l->v[l->n]);
		l->n += rc == 1;
	}
	return rc;
}

#define SHRUNK	"{\"orderId\":8389765739703625592,\"symbol\":\"ETHUSDC\",\"side\":\"SELL\","	\
	"\"status\":\"PARTIALLY_FILLED\",\"clientOrderId\":\"web_coin_4y4b8\","		\
	"\"price\":\"2313\",\"origQty\":\"0.02\",\"executedQty\":\"0.007\",\"reduceOnly\":true}"

static void
orders_of_a_list(void **state)
{
	const char	*body = "[" ACK "," SHRUNK ",{}]";
	struct listed	 l = { .n = 0 };

	(void)state;
	check_row("three, one of which says nothing");
	CHECK_INT(read_orders(body, &l), 0);
	CHECK_INT(l.n, 3);
	CHECK_INT(l.v[0].order_id, 51200773311);
	CHECK_STR(l.v[0].clord_id, "eng-7f3a-000041");
	CHECK_INT(l.v[0].side, SIDE_BUY);
	CHECK_INT(l.v[1].order_id, INT64_C(8389765739703625592));
	CHECK_STR(l.v[1].symbol, "ETHUSDC");
	CHECK_INT(l.v[1].side, SIDE_SELL);
	CHECK_STR(l.v[1].status, "PARTIALLY_FILLED");
	CHECK_DEC(l.v[1].qty, "0.02");
	CHECK_DEC(l.v[1].px, "2313");
	CHECK_DEC(l.v[1].cum_qty, "0.007");
	CHECK_INT(l.v[2].order_id, 0);		/* nothing of the one before it */
	CHECK_STR(l.v[2].clord_id, "");
	CHECK_DEC(l.v[2].cum_qty, "null");
}

/* ---- positions ------------------------------------------------------------------------- */

static void
on_symbol(void *arg, const char *symbol)
{
	struct buf	*b = arg;

	buf_addf(b, "%s ", symbol);
}

#define POSITION(symbol, amount)							\
	"{\"symbol\":\"" symbol "\",\"positionSide\":\"BOTH\",\"positionAmt\":\"" amount "\","	\
	"\"entryPrice\":\"0.0\",\"markPrice\":\"41000\",\"updateTime\":0}"

static void
positions_that_are_held(void **state)
{
	static const struct { const char *name, *body; int rc; const char *symbols; } rows[] = {
		{ "none", "[]", 0, "" },
		{ "long and short", "[" POSITION("BTCUSDT", "0.100") "," POSITION("ETHUSDC", "-2")
		  "]", 0, "BTCUSDT ETHUSDC " },
		{ "flat ones among them", "[" POSITION("BTCUSDT", "0.000") ","
		  POSITION("SOLUSDT", "-0") "," POSITION("ETHUSDT", "0.00000001") "]", 0,
		  "ETHUSDT " },
		{ "no amount", "[{\"symbol\":\"BTCUSDT\"}," POSITION("ETHUSDT", "1") "]", 0,
		  "ETHUSDT " },
		{ "no symbol", "[" POSITION("ETHUSDT", "1") ",{\"positionAmt\":\"1\"}]", -1,
		  "ETHUSDT " },
		{ "HTML", HTML, -1, "" }, { "nothing", "", -1, "" },
		{ "an error", IN_ERROR(-1003, "Too many requests."), -1, "" },
		{ "cut off", "[" POSITION("BTCUSDT", "1") ",{", -1, "" },
		{ "no number", "[" POSITION("BTCUSDT", "much") "]", -1, "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct buf	 b = { 0 };

		check_row("%s", rows[i].name);
		buf_adds(&b, "");
		CHECK_INT(answer_positions(rows[i].body, strlen(rows[i].body), on_symbol, &b),
		    rows[i].rc);
		CHECK_STR(buf_text(&b), rows[i].symbols);
		buf_free(&b);
	}
}

/* ---- pages of executions -------------------------------------------------------------- */

struct page {
	int			 n;
	struct msg_report	 v[4];
};

static void
on_trade(void *arg, const struct msg_report *r)
{
	struct page	*p = arg;

	CHECK(p->n < (int)NITEMS(p->v));
	p->v[p->n++] = *r;
}

#define TRADE_1	"{\"buyer\":false,\"commission\":\"-0.07819010\",\"commissionAsset\":\"USDT\","	\
	"\"id\":698759,\"maker\":true,\"orderId\":8389765739703625592,\"price\":\"7819.01\","	\
	"\"qty\":\"0.002\",\"quoteQty\":\"15.63802\",\"realizedPnl\":\"-0.91539999\","	\
	"\"side\":\"SELL\",\"positionSide\":\"BOTH\",\"symbol\":\"BTCUSDT\","		\
	"\"time\":1569514978020,\"baseQty\":\"0.002\",\"marginAsset\":\"USDT\","		\
	"\"pair\":\"BTCUSDT\"}"
#define TRADE_2	"{\"id\":698760,\"orderId\":8389765739703625592,\"price\":\"7819\",\"qty\":\"1\"}"

static void
executions_of_a_page(void **state)
{
	const struct terms	 o = terms_of(SIDE_SELL, TYPE_MARKET, "1.002", "null", false);
	const char		*body = "[" TRADE_1 "," TRADE_2 "]";
	struct page		 p = { .n = 0 };

	(void)state;
	check_row("two");
	CHECK_INT(answer_trades(&o, body, strlen(body), on_trade, &p), 0);
	CHECK_INT(p.n, 2);
	for (int i = 0; i < p.n; i++) {
		CHECK_STR(p.v[i].clord_id, o.clord_id);
		CHECK_INT(p.v[i].order_id, INT64_C(8389765739703625592));
		CHECK_INT(p.v[i].status, VS_PARTIALLY_FILLED);	/* a sign of life, no end */
		CHECK_DEC(p.v[i].cum_qty, "null");		/* and no sum */
		CHECK_INT(p.v[i].side, SIDE_SELL);
	}
	CHECK_INT(p.v[0].e.trade_id, 698759);
	CHECK_DEC(p.v[0].e.qty, "0.002");
	CHECK_DEC(p.v[0].e.px, "7819.01");
	CHECK_DEC(p.v[0].e.fee, "-0.0781901");
	CHECK_STR(p.v[0].e.fee_asset, "USDT");
	CHECK(p.v[0].e.maker);
	CHECK_INT(wall_ms(p.v[0].e.at), 1569514978020);
	CHECK_INT(wall_ms(p.v[0].at), 1569514978020);
	check_row("without commission");
	CHECK_INT(p.v[1].e.trade_id, 698760);
	CHECK_DEC(p.v[1].e.fee, "0");
	CHECK_STR(p.v[1].e.fee_asset, "");
	CHECK(!p.v[1].e.maker);
}

struct founds {
	int		 n, enough;
	struct found	 v[4];
};

static int
on_found(void *arg, const struct found *f)
{
	struct founds	*p = arg;

	CHECK(p->n < (int)NITEMS(p->v));
	p->v[p->n++] = *f;
	return p->n == p->enough ? -1 : 0;
}

/* A page of a symbol holds executions of many orders, ours or not. */
static void
executions_whose_order_is_not_known(void **state)
{
	const char	*body = "[" TRADE_1 "," TRADE_2 "]";
	struct founds	 p = { .n = 0 };

	(void)state;
	check_row("two");
	CHECK_INT(answer_found(body, strlen(body), on_found, &p), 0);
	CHECK_INT(p.n, 2);
	CHECK_INT(p.v[0].order_id, INT64_C(8389765739703625592));
	CHECK_INT(p.v[0].side, SIDE_SELL);
	CHECK_INT(p.v[0].e.trade_id, 698759);
	CHECK_DEC(p.v[0].e.qty, "0.002");
	CHECK_DEC(p.v[0].e.fee, "-0.0781901");
	CHECK_INT(wall_ms(p.v[0].e.at), 1569514978020);
	CHECK_INT(p.v[1].e.trade_id, 698760);
	CHECK_DEC(p.v[1].e.fee, "0");		/* nothing of the one before it */
	CHECK_STR(p.v[1].e.fee_asset, "");
	CHECK(!p.v[1].e.maker && !wall_is_set(p.v[1].e.at));
	check_row("ended after the first");
	p = (struct founds){ .enough = 1 };
	CHECK_INT(answer_found(body, strlen(body), on_found, &p), -1);
	CHECK_INT(p.n, 1);
}

/* The order was asked for by its id: the answer names it, the trade says what happened. */
static void
a_found_execution_as_a_report(void **state)
{
	const char		*body = "[" TRADE_1 "]";
	const struct answer	 a = read_answer(SHRUNK);
	struct founds		 p = { .n = 0 };
	struct msg_report	 r;

	(void)state;
	check_row("of an order of somebody else");
	CHECK_INT(answer_found(body, strlen(body), on_found, &p), 0);
	memset(&r, 0xa5, sizeof(r));
	found_report(&p.v[0], &a, &r);
	CHECK_INT(r.kind, REPORT_ORDER);
	CHECK_STR(r.clord_id, "web_coin_4y4b8");
	CHECK_STR(r.symbol, "ETHUSDC");
	CHECK_INT(r.order_id, INT64_C(8389765739703625592));
	CHECK_INT(r.side, SIDE_SELL);
	CHECK_INT(r.status, VS_PARTIALLY_FILLED);
	CHECK_DEC(r.qty, "0.02");
	CHECK_DEC(r.px, "2313");
	CHECK_DEC(r.cum_qty, "0.007");
	CHECK_INT(r.e.trade_id, 698759);
	CHECK_DEC(r.e.px, "7819.01");
	CHECK_STR(r.e.fee_asset, "USDT");
	CHECK(r.e.maker);
	CHECK_INT(wall_ms(r.at), 1569514978020);
	check_row("of an order that nobody names any more");
	const struct answer	 gone = read_answer(IN_ERROR(-2013, "Order does not exist."));
	found_report(&p.v[0], &gone, &r);
	CHECK_STR(r.clord_id, "");
	CHECK_INT(r.order_id, INT64_C(8389765739703625592));
	CHECK_INT(r.side, SIDE_SELL);
	CHECK_INT(r.status, VS_UNKNOWN);
	CHECK_DEC(r.qty, "null");
	CHECK_DEC(r.cum_qty, "null");
	CHECK_INT(r.e.trade_id, 698759);
}

/* What came before the fault has been read: it is true. */
static void
lists_that_are_none(void **state)
{
	static const struct { const char *name, *body; int rc, n; } rows[] = {
		{ "empty",             "[]",                                    0, 0 },
		{ "HTML",              HTML,                                   -1, 0 },
		{ "an error",          IN_ERROR(-1003, "Too many requests."),  -1, 0 },
		{ "one order",         ACK,                                    -1, 0 },
		{ "nothing",           "",                                     -1, 0 },
		{ "cut off",           "[" ACK ",{\"orderId\":1",              -1, 1 },
		{ "not closed",        "[" ACK,                                -1, 1 },
		{ "no comma",          "[" ACK ACK "]",                        -1, 1 },
		{ "a comma too many",  "[" ACK ",]",                           -1, 1 },
		{ "blanks",            " [ " ACK " , " ACK " ] ",               0, 2 },
		{ "no objects",        "[7]",                                  -1, 0 },
		{ "the second is bad", "[" ACK ",{\"origQty\":\"much\"}]",     -1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct listed	 l = { .n = 0 };

		check_row("%s", rows[i].name);
		CHECK_INT(read_orders(rows[i].body, &l), rows[i].rc);
		CHECK_INT(l.n, rows[i].n);
	}
}

static void
pages_that_are_none(void **state)
{
	static const struct { const char *name, *body; int rc, n; } rows[] = {
		{ "empty",             "[]",                                            0, 0 },
		{ "HTML",              HTML,                                           -1, 0 },
		{ "an error",          IN_ERROR(-1003, "Too many requests."),          -1, 0 },
		{ "nothing",           "",                                             -1, 0 },
		{ "cut off",           "[" TRADE_1 ",{\"id\":1",                       -1, 0 },
		{ "without a price",   "[{\"id\":1,\"orderId\":2,\"qty\":\"1\"}]",     -1, 0 },
		{ "without an id",     "[{\"orderId\":2,\"qty\":\"1\",\"price\":\"1\"}]", -1, 0 },
		{ "the second is bad", "[" TRADE_1 ",{\"id\":1}]",                     -1, 1 },
	};
	const struct terms	 o = terms_of(SIDE_SELL, TYPE_MARKET, "1", "null", false);

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct page	 p = { .n = 0 };

		check_row("%s", rows[i].name);
		CHECK_INT(answer_trades(&o, rows[i].body, strlen(rows[i].body), on_trade, &p),
		    rows[i].rc);
		CHECK_INT(p.n, rows[i].n);
	}
}

/* ---- limits ----------------------------------------------------------------------------- */

#define LIMIT(type, interval, num, limit)						\
	"{\"rateLimitType\":\"" type "\",\"interval\":\"" interval "\",\"intervalNum\":" #num	\
	",\"limit\":" #limit "}"

static void
limits_of_the_account(void **state)
{
	static const struct { const char *name, *body; int64_t per_10s, per_minute; } rows[] = {
		{ "as documented", "[" LIMIT("ORDERS", "SECOND", 10, 10000) ","
		  LIMIT("ORDERS", "MINUTE", 1, 20000) "]", 10000, 20000 },
		{ "others among them", "[" LIMIT("REQUEST_WEIGHT", "MINUTE", 1, 2400) ","
		  LIMIT("ORDERS", "MINUTE", 1, 1200) "," LIMIT("ORDERS", "SECOND", 1, 50) ","
		  LIMIT("ORDERS", "MINUTE", 10, 9) "," LIMIT("ORDERS", "DAY", 1, 160000) "]",
		  0, 1200 },
		{ "none",    "[]", 0, 0 },
		{ "HTML",    HTML, 0, 0 },
		{ "cut off", "[" LIMIT("ORDERS", "SECOND", 10, 300) ",", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct order_limits	 l = answer_limits(rows[i].body,
						    strlen(rows[i].body));

		check_row("%s", rows[i].name);
		CHECK_INT(l.per_10s, rows[i].per_10s);
		CHECK_INT(l.per_minute, rows[i].per_minute);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(orders_as_they_are_sent),
		cmocka_unit_test(questions_as_they_are_sent),
		cmocka_unit_test(what_an_answer_holds_and_means),
		cmocka_unit_test(clock_and_mode),
		cmocka_unit_test(too_long_is_no_answer),
		cmocka_unit_test(an_answer_as_a_report),
		cmocka_unit_test(orders_of_a_list),
		cmocka_unit_test(lists_that_are_none),
		cmocka_unit_test(positions_that_are_held),
		cmocka_unit_test(executions_of_a_page),
		cmocka_unit_test(executions_whose_order_is_not_known),
		cmocka_unit_test(a_found_execution_as_a_report),
		cmocka_unit_test(pages_that_are_none),
		cmocka_unit_test(limits_of_the_account),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
