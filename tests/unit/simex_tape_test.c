/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/die.h"
#include "base/rng.h"
#include "base/text.h"
#include "tests/simex/core/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 400, MUTATIONS = 300 };

#define AT		"1680652700423575 "
#define AGG_HEADER	"agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time," \
			"is_buyer_maker"
#define TOP_HEADER	"update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty," \
			"transaction_time,event_time"
#define TOP(members)	"{\"e\":\"bookTicker\"," members "}"
#define DEPTH(members)	"{\"e\":\"depthUpdate\",\"E\":1680652700594,\"s\":\"BTCUSDT\",\"U\":10," \
			"\"u\":12,\"pu\":9" members "}"
#define TRADE(members)	"{\"e\":\"trade\",\"E\":1680652700455,\"T\":1680652700452," \
			"\"s\":\"BTCUSDT\",\"t\":7," members "}"

/* ---- a row as text ----------------------------------------------------------------------- */

static void PRINTF(2, 3)
append(char *out, const char *fmt, ...)
{
	const size_t	 len = strlen(out);
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(out + len, TEXT - len, fmt, ap);
	va_end(ap);
}

static void
append_dec(char *out, dec_t d, const char *end)
{
	char	 text[DEC_STR];

	append(out, "%s%s", dec_format(d, text), end);
}

static void
append_levels(char *out, const struct tape_levels *ls)
{
	append(out, " [");
	for (size_t i = 0; i < ls->n; i++) {
		append_dec(out, ls->v[i].px, "x");
		append_dec(out, ls->v[i].qty, i + 1 < ls->n ? " " : "");
	}
	append(out, "]");
}

/* kind symbol at event heard, in microseconds, and what the kind has besides. */
static const char *
row_text(const struct tape_row *r, char out[TEXT])
{
	*out = '\0';
	append(out, "%s %s %lld %lld %lld ", names_get(&tape_kind_names, (int)r->kind), r->symbol,
	    (long long)r->at.us, (long long)r->event_at.us, (long long)r->heard_at.us);
	switch (r->kind) {
	case TAPE_SNAPSHOT:
	case TAPE_DEPTH:
		append(out, "%lld-%lld after %lld", (long long)r->update.first,
		    (long long)r->update.last, (long long)r->update.prev);
		append_levels(out, &r->sides[SIDE_BUY]);
		append_levels(out, &r->sides[SIDE_SELL]);
		break;
	case TAPE_TOP:
		append(out, "%lld ", (long long)r->update.last);
		append_dec(out, r->top.bid_px, "x");
		append_dec(out, r->top.bid_qty, " ");
		append_dec(out, r->top.ask_px, "x");
		append_dec(out, r->top.ask_qty, "");
		break;
	case TAPE_TRADE:
		append(out, "%lld (%lld-%lld) ", (long long)r->trade.id,
		    (long long)r->trade.first_id, (long long)r->trade.last_id);
		append_dec(out, r->trade.px, "x");
		append_dec(out, r->trade.qty, r->trade.buyer_is_maker ? " maker" : " taker");
		append(out, "%s", r->trade.aggregate ? " aggregate" : "");
		break;
	case TAPE_MARK:
		append_dec(out, r->mark.px, " ");
		append_dec(out, r->mark.index_px, " ");
		append_dec(out, r->mark.funding_rate, " ");
		append(out, "%lld", (long long)r->mark.next_funding.us);
		break;
	case TAPE_KIND_N:
		fail();
	}
	return out;
}

/* ---- good lines -------------------------------------------------------------------------- */

static const struct {
	enum tape_format	 format;
	const char		*line, *row;
} good[] = {
	{ TAPE_RAW, "1680652700423575 {\"stream\":\"btcusdt@bookTicker\",\"data\":"
	    "{\"e\":\"bookTicker\",\"u\":2710246762461,\"s\":\"BTCUSDT\",\"b\":\"28145.10\","
	    "\"B\":\"3.868\",\"a\":\"28145.20\",\"A\":\"6.887\",\"T\":1680652700430,"
	    "\"E\":1680652700435}}",
	    "top BTCUSDT 1680652700430000 1680652700435000 1680652700423575 "
	    "2710246762461 28145.1x3.868 28145.2x6.887" },
	{ TAPE_RAW, "1680652700441533 {\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\","
	    "\"E\":1680652700455,\"T\":1680652700452,\"s\":\"BTCUSDT\",\"t\":3535186032,"
	    "\"p\":\"28145.10\",\"q\":\"0.002\",\"X\":\"MARKET\",\"m\":true}}",
	    "trade BTCUSDT 1680652700452000 1680652700455000 1680652700441533 "
	    "3535186032 (3535186032-3535186032) 28145.1x0.002 maker" },
	{ TAPE_RAW, "1680652700600379 {\"stream\":\"btcusdt@depth@0ms\",\"data\":"
	    "{\"e\":\"depthUpdate\",\"E\":1680652700594,\"T\":1680652700586,\"s\":\"BTCUSDT\","
	    "\"U\":2710246765373,\"u\":2710246765597,\"pu\":2710246765326,"
	    "\"b\":[[\"5000.00\",\"14.368\"],[\"28018.90\",\"0.000\"]],\"a\":[]}}",
	    "depth BTCUSDT 1680652700586000 1680652700594000 1680652700600379 "
	    "2710246765373-2710246765597 after 2710246765326 [5000x14.368 28018.9x0] []" },
	{ TAPE_RAW, "1680652700599351 {\"lastUpdateId\": 2710246765483, \"E\": 1680652700590, "
	    "\"T\": 1680652700580, \"bids\": [[\"28145.10\", \"3.818\"]], "
	    "\"asks\": [[\"28145.20\", \"6.887\"], [\"28145.30\", \"1\"]]}",
	    "snapshot BTCUSDT 1680652700580000 1680652700590000 1680652700599351 "
	    "0-2710246765483 after 0 [28145.1x3.818] [28145.2x6.887 28145.3x1]" },
	{ TAPE_RAW, AT "{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}",
	    "snapshot BTCUSDT 0 0 1680652700423575 0-1 after 0 [] []" },
	{ TAPE_RAW, "1680652701048293 {\"stream\":\"btcusdt@markPrice@1s\",\"data\":"
	    "{\"e\":\"markPriceUpdate\",\"E\":1680652701000,\"s\":\"BTCUSDT\","
	    "\"p\":\"28147.27373413\",\"P\":\"28142.15563565\",\"i\":\"28159.75642857\","
	    "\"r\":\"0.00002754\",\"T\":1680652800000}}",
	    "mark BTCUSDT 1680652701000000 1680652701000000 1680652701048293 "
	    "28147.27373413 28159.75642857 0.00002754 1680652800000000" },
	{ TAPE_RAW, AT "{\"e\":\"markPriceUpdate\",\"E\":1680652701000,\"s\":\"BTCUSDT_230630\","
	    "\"p\":\"28147.1\",\"i\":\"28159.7\",\"r\":\"\",\"T\":0}",	/* pays no funding */
	    "mark BTCUSDT_230630 1680652701000000 1680652701000000 1680652700423575 "
	    "28147.1 28159.7 null 0" },
	/* 2024: nanoseconds */
	{ TAPE_RAW, "1721347020984480942 {\"stream\":\"ethusdt@depth@0ms\",\"data\":"
	    "{\"e\":\"depthUpdate\",\"E\":1721347022530,\"T\":1721347022526,\"s\":\"ETHUSDT\","
	    "\"U\":4984028369251,\"u\":4984028372029,\"pu\":4984028369165,\"b\":[],"
	    "\"a\":[[\"3424.99\",\"5.051\"]]}}",
	    "depth ETHUSDT 1721347022526000 1721347022530000 1721347020984480 "
	    "4984028369251-4984028372029 after 4984028369165 [] [3424.99x5.051]" },
	/* 2026: st, ps, nq, ap */
	{ TAPE_RAW, "1786171884700000 {\"stream\":\"btcusdt@aggTrade\",\"data\":"
	    "{\"e\":\"aggTrade\",\"E\":1786171884624,\"a\":3404749954,\"s\":\"BTCUSDT\","
	    "\"p\":\"64990.90\",\"q\":\"0.002\",\"nq\":\"0.002\",\"f\":7960913511,"
	    "\"l\":7960913513,\"T\":1786171884471,\"m\":false,\"st\":1}}",
	    "trade BTCUSDT 1786171884471000 1786171884624000 1786171884700000 "
	    "3404749954 (7960913511-7960913513) 64990.9x0.002 taker aggregate" },
	{ TAPE_RAW, "1789469546400000 {\"e\":\"bookTicker\",\"u\":428997042613,\"s\":\"BTCUSDT\","
	    "\"ps\":\"BTCUSDT\",\"b\":\"76986.40\",\"B\":\"0.0228\",\"a\":\"76986.50\","
	    "\"A\":\"183.3812\",\"T\":1789467546365,\"E\":1789467546365,\"st\":1}",
	    "top BTCUSDT 1789467546365000 1789467546365000 1789469546400000 "
	    "428997042613 76986.4x0.0228 76986.5x183.3812" },
	{ TAPE_RAW, "1790755199100000 {\"stream\":\"btcusdt@markPrice@1s\",\"data\":"
	    "{\"e\":\"markPriceUpdate\",\"E\":1790755199000,\"s\":\"BTCUSDT\","
	    "\"p\":\"83259.61836957\",\"ap\":\"83259.61836957\",\"P\":\"83390.57692985\","
	    "\"i\":\"83301.31260870\",\"r\":\"-0.00000189\",\"T\":1790755200000,\"st\":1}}",
	    "mark BTCUSDT 1790755199000000 1790755199000000 1790755199100000 "
	    "83259.61836957 83301.3126087 -0.00000189 1790755200000000" },
	/* a side without orders */
	{ TAPE_RAW, AT TOP("\"u\":1,\"s\":\"X\",\"b\":\"0\",\"B\":\"0\",\"a\":\"2\",\"A\":\"1\","
	    "\"E\":1680652700435"),
	    "top X 1680652700435000 1680652700435000 1680652700423575 1 0x0 2x1" },
	{ TAPE_AGG_TRADES, "100,50000.5,0.010,200,201,1687392000123,true",
	    "trade BTCUSDT 1687392000123000 0 0 100 (200-201) 50000.5x0.01 maker aggregate" },
	{ TAPE_AGG_TRADES, "101,50000.0,0.020,202,204,1687392000456,false",
	    "trade BTCUSDT 1687392000456000 0 0 101 (202-204) 50000x0.02 taker aggregate" },
	{ TAPE_BOOK_TICKER, "9001,49999.9,1.5,50000.1,2.0,1687392000123,1687392000125",
	    "top BTCUSDT 1687392000123000 1687392000125000 0 9001 49999.9x1.5 50000.1x2" },
};

static void
good_lines_become_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(good); i++) {
		struct tape	 t;
		struct why	 why = { .text = "" };
		char		 text[TEXT];

		check_row("%.80s", good[i].line);
		tape_init(&t, good[i].format, "BTCUSDT");
		CHECK_INT(tape_read(&t, good[i].line, strlen(good[i].line), &why), 1);
		CHECK_STR(why.text, "");
		CHECK_STR(row_text(&t.row, text), good[i].row);
		CHECK_INT(t.rows, 1);
		CHECK_INT(t.skipped, 0);
		tape_fini(&t);
	}
}

/* ---- bad lines --------------------------------------------------------------------------- */

static const struct {
	enum tape_format	 format;
	const char		*line, *why;
} bad[] = {
	{ TAPE_RAW, "", "expected a time in us or ns before the frame, found ''" },
	{ TAPE_RAW, "{}", "expected a time in us or ns before the frame, found '{}'" },
	{ TAPE_RAW, "1680652700423 {}",
	    "expected a time in us or ns before the frame, found '1680652700423'" },
	{ TAPE_RAW, "168065270042357x {}",
	    "expected a time in us or ns before the frame, found '168065270042357x'" },
	{ TAPE_RAW, " 1680652700423575 {}",
	    "expected a time in us or ns before the frame, found ''" },
	{ TAPE_RAW, "9999999999999999999 {}",
	    "expected a time in us or ns before the frame, found '9999999999999999999'" },
	{ TAPE_RAW, "wss://fstream.binance.com/stream?streams=btcusdt\001\377",
	    "expected a time in us or ns before the frame, "
	    "found 'wss://fstream.binance.com/stream?str...'" },
	{ TAPE_RAW, "a\001\377 {}",
	    "expected a time in us or ns before the frame, found 'a..'" },
	{ TAPE_RAW, "1680652700423575", "expected a frame behind the time, found nothing" },
	{ TAPE_RAW, AT "{",
	    "the frame is not valid JSON: string or '}' expected near end of file" },
	{ TAPE_RAW, AT "{\"e\":1,\"e\":2}",
	    "the frame is not valid JSON: duplicate object key near '\"e\"'" },
	{ TAPE_RAW, AT "[]", "the frame is not a JSON object" },
	{ TAPE_RAW, AT "{}", "a frame that is neither an event nor a snapshot" },
	{ TAPE_RAW, AT "{\"stream\":\"btcusdt@trade\"}",
	    "a frame of stream 'btcusdt@trade' without data" },
	{ TAPE_RAW, AT TOP("\"u\":1"), "symbol s is missing" },
	{ TAPE_RAW, AT TOP("\"s\":\"\""), "symbol s '' is not the name of a contract" },
	{ TAPE_RAW, AT TOP("\"s\":5"), "symbol s 5 is not in quotes" },
	{ TAPE_RAW, AT TOP("\"s\":\"X\""), "event time E is missing" },
	{ TAPE_RAW, AT TOP("\"s\":\"X\",\"E\":168065270043"),
	    "event time E '168065270043' is not a time in ms" },
	{ TAPE_RAW, AT TOP("\"s\":\"X\",\"E\":1680652700435000"),
	    "event time E '1680652700435000' is not a time in ms" },
	{ TAPE_RAW, AT TOP("\"s\":\"X\",\"E\":\"1680652700435\""),
	    "event time E '\"1680652700435\"' is not a time in ms" },
	{ TAPE_RAW, AT TOP("\"s\":\"X\",\"E\":1680652700435,\"u\":-1"),
	    "update id u '-1' is not a whole number" },
	{ TAPE_RAW, AT TOP("\"s\":\"X\",\"E\":1680652700435,\"u\":1.5"),
	    "update id u '1.5' is not a whole number" },
	{ TAPE_RAW, AT TOP("\"s\":\"X\",\"E\":1680652700435,\"u\":1,\"b\":\"abc\""),
	    "best bid price b 'abc' is not a decimal" },
	{ TAPE_RAW, AT TOP("\"s\":\"X\",\"E\":1680652700435,\"u\":1,\"b\":5"),
	    "best bid price b 5 is not in quotes" },
	{ TAPE_RAW, AT TOP("\"s\":\"X\",\"E\":1680652700435,\"u\":1,\"b\":\"-5\""),
	    "best bid price b '-5' is negative" },
	{ TAPE_RAW, AT TRADE("\"p\":\"0\""), "price p '0' is not above zero" },
	{ TAPE_RAW, AT TRADE("\"p\":\"1\",\"q\":\"1\",\"m\":1"),
	    "buyer is maker m '1' is neither true nor false" },
	{ TAPE_RAW, AT DEPTH(""), "the bids are missing" },
	{ TAPE_RAW, AT DEPTH(",\"b\":5,\"a\":[]"), "the bids are not an array" },
	{ TAPE_RAW, AT DEPTH(",\"b\":[[\"1\",\"2\"],[\"1\"]],\"a\":[]"),
	    "level 1 of the bids is not a price and a quantity" },
	{ TAPE_RAW, AT DEPTH(",\"b\":[],\"a\":[{}]"),
	    "level 0 of the asks is not a price and a quantity" },
	{ TAPE_RAW, AT DEPTH(",\"b\":[],\"a\":[[\"0\",\"1\"]]"),
	    "ask price '0' is not above zero" },
	{ TAPE_RAW, AT DEPTH(",\"b\":[[\"1\",\"x\"]],\"a\":[]"),
	    "bid quantity 'x' is not a decimal" },
	{ TAPE_AGG_TRADES, "", "expected 7 columns, found 1" },
	{ TAPE_AGG_TRADES, "1,2,3", "expected 7 columns, found 3" },
	{ TAPE_AGG_TRADES, "1,64100.00,0.100,1001,2001,1786394553105,true,true",
	    "expected 7 columns, found 8" },
	{ TAPE_AGG_TRADES, TOP_HEADER, "agg_trade_id 'update_id' is not a whole number" },
	{ TAPE_AGG_TRADES, "100,abc,0.010,200,201,1687392000123,true",
	    "price 'abc' is not a decimal" },
	{ TAPE_AGG_TRADES, "100,,0.010,200,201,1687392000123,true", "price '' is not a decimal" },
	{ TAPE_AGG_TRADES, "100,5,0,200,201,1687392000123,true", "quantity '0' is not above zero" },
	{ TAPE_AGG_TRADES, "100,5,1,200,99999999999999999999,1687392000123,true",
	    "last_trade_id '99999999999999999999' is not a whole number" },
	{ TAPE_AGG_TRADES, "100,5,1,200,201,1687392000123000,true",
	    "transact_time '1687392000123000' is not a time in ms" },
	{ TAPE_AGG_TRADES, "100,5,1,200,201,1687392000123,maybe",
	    "is_buyer_maker 'maybe' is neither true nor false" },
	{ TAPE_BOOK_TICKER, "9001,49999.9,-1,50000.1,2.0,1687392000123,1687392000125",
	    "best_bid_qty '-1' is negative" },
	{ TAPE_BOOK_TICKER, "9001,49999.9,1,50000.1,2.0,1687392000123,",
	    "event_time '' is not a time in ms" },
};

static void
bad_lines_say_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(bad); i++) {
		struct tape	 t;
		struct why	 why = { .text = "" };

		check_row("%.80s", bad[i].line);
		tape_init(&t, bad[i].format, "BTCUSDT");
		CHECK_INT(tape_read(&t, bad[i].line, strlen(bad[i].line), &why), -1);
		CHECK_STR(why.text, bad[i].why);
		CHECK_INT(t.rows + t.skipped, 0);
		tape_fini(&t);
	}
}

/* ---- lines without a row ----------------------------------------------------------------- */

static void
other_lines_are_passed_over(void **state)
{
	static const struct {
		enum tape_format	 format;
		const char		*line;
		int64_t			 skipped;
	} rows[] = {
		{ TAPE_RAW, AT "{\"stream\":\"btcusdt@kline_1m\",\"data\":{\"e\":\"kline\"}}", 1 },
		{ TAPE_RAW, AT "{\"e\":\"forceOrder\",\"E\":1786172557615,\"o\":{}}", 1 },
		{ TAPE_RAW, AT "{\"result\":null,\"id\":7}", 1 },
		{ TAPE_RAW, AT "{\"stream\":\"!markPrice@arr\",\"data\":[{}]}", 1 },
		{ TAPE_RAW, AT "{\"stream\":\"btcusdt@depth20\",\"data\":"
		    DEPTH(",\"b\":[],\"a\":[]") "}", 1 },
		{ TAPE_RAW, AT "{\"stream\":\"btcusdt@depth5@100ms\",\"data\":"
		    DEPTH(",\"b\":[],\"a\":[]") "}", 1 },
		{ TAPE_RAW, AT "{\"stream\":\"btcusdt@rpiDepth@500ms\",\"data\":"
		    DEPTH(",\"b\":[],\"a\":[]") "}", 1 },
		{ TAPE_RAW, AT TRADE("\"p\":\"28722.50\",\"q\":\"0.001\",\"X\":\"INSURANCE_FUND\","
		    "\"m\":true"), 1 },
		{ TAPE_AGG_TRADES, AGG_HEADER, 0 },
		{ TAPE_BOOK_TICKER, TOP_HEADER, 0 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct tape	 t;
		struct why	 why = { .text = "" };

		check_row("%.80s", rows[i].line);
		tape_init(&t, rows[i].format, "BTCUSDT");
		CHECK_INT(tape_read(&t, rows[i].line, strlen(rows[i].line), &why), 0);
		CHECK_STR(why.text, "");
		CHECK_INT(t.skipped, rows[i].skipped);
		CHECK_INT(t.rows, 0);
		tape_fini(&t);
	}
}

/* ---- which contract, which format ---------------------------------------------------------- */

#define SNAP	AT "{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}"
#define MARK(s)	AT "{\"e\":\"markPriceUpdate\",\"E\":1680652701000,\"s\":\"" s "\",\"p\":\"1\"," \
		"\"i\":\"1\",\"r\":\"0\",\"T\":1680652800000}"

static void
a_snapshot_is_of_the_contract_of_the_frames(void **state)
{
	static const struct {
		const char	*told, *before[2], *symbol, *why;
	} rows[] = {
		{ "", { MARK("ETHUSDT"), NULL }, "ETHUSDT", "" },
		{ "", { MARK("ETHUSDT"), MARK("ETHUSDT") }, "ETHUSDT", "" },
		{ "", { NULL, NULL }, "", "a snapshot before any frame that names its contract" },
		{ "", { MARK("ETHUSDT"), MARK("BTCUSDT") }, "",
		    "a snapshot that may be of any of several contracts" },
		{ "BTCUSDT", { NULL, NULL }, "BTCUSDT", "" },
		{ "BTCUSDT", { MARK("ETHUSDT"), NULL }, "BTCUSDT", "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct tape	 t;
		struct why	 why = { .text = "" };

		check_row("snapshot %zu", i);
		tape_init(&t, TAPE_RAW, rows[i].told);
		for (size_t k = 0; k < 2; k++) {
			const char	*line = rows[i].before[k];

			if (line != NULL)
				CHECK_INT(tape_read(&t, line, strlen(line), &why), 1);
		}
		CHECK_INT(tape_read(&t, SNAP, strlen(SNAP), &why), *rows[i].why == '\0' ? 1 : -1);
		CHECK_STR(why.text, rows[i].why);
		CHECK_STR(t.row.symbol, rows[i].symbol);
		tape_fini(&t);
	}
}

static void
the_first_line_tells_the_format(void **state)
{
	static const struct { const char *line; int format; const char *why; } rows[] = {
		{ AT "{}", TAPE_RAW, "" },
		{ AGG_HEADER, TAPE_AGG_TRADES, "" },
		{ TOP_HEADER, TAPE_BOOK_TICKER, "" },
		{ "100,50000.5,0.010,200,201,1687392000123,true", TAPE_AGG_TRADES, "" },
		{ "9001,49999.9,1.5,50000.1,2.0,1687392000123,1687392000125", TAPE_BOOK_TICKER,
		    "" },
		{ "id,price,qty,quote_qty,time,is_buyer_maker", -1, "expected a time and a frame, "
		    "or an archive of aggTrades or bookTicker, "
		    "found 'id,price,qty,quote_qty,time,is_buyer...'" },
		{ "", -1, "expected a time and a frame, or an archive of aggTrades or bookTicker, "
		    "found ''" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		enum tape_format	 format;
		struct why		 why = { .text = "" };
		const int		 rc = tape_recognise(rows[i].line, strlen(rows[i].line),
					    &format, &why);

		check_row("%.80s", rows[i].line);
		CHECK_STR(why.text, rows[i].why);
		CHECK_INT(rc == -1 ? -1 : (int)format, rows[i].format);
	}
}

static void
an_archive_is_named_by_its_contract(void **state)
{
	static const struct { const char *path, *symbol; } rows[] = {
		{ "BTCUSDT-aggTrades-2024-01-01.csv", "BTCUSDT" },
		{ "/a-b/BTCUSDT_240329-bookTicker-2024-01.zip", "BTCUSDT_240329" },
		{ "trades.csv", "" },
		{ "-aggTrades.csv", "" },
		{ "", "" },
		{ "0123456789012345678901234567890123456789012345678-aggTrades.csv", "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		char	 symbol[SYMBOL] = "";

		check_row("%s", rows[i].path);
		CHECK_INT(tape_symbol_of(rows[i].path, symbol), *rows[i].symbol == '\0' ? -1 : 0);
		CHECK_STR(symbol, rows[i].symbol);
	}
}

static void
an_archive_of_no_contract(void)
{
	struct tape	 t;

	tape_init(&t, TAPE_AGG_TRADES, "");
}

static void
nobody_reads_an_archive_of_no_contract(void **state)
{
	(void)state;
	check_row("panic");
	CHECK_PANICS(an_archive_of_no_contract);
}

/* ---- memory, and lines that are damaged ------------------------------------------------------ */

static void
a_row_has_nothing_of_the_one_before(void **state)
{
	static const char	 two[] = AT DEPTH(",\"b\":[[\"1\",\"2\"],[\"2\",\"3\"]],\"a\":[]");
	static const char	 one[] = AT DEPTH(",\"b\":[[\"3\",\"1\"]],\"a\":[]");
	struct tape		 t;
	struct why		 why;
	char			 text[TEXT];

	(void)state;
	check_row("levels");
	tape_init(&t, TAPE_RAW, "");
	CHECK_INT(tape_read(&t, two, strlen(two), &why), 1);
	const struct tape_level	*v = t.row.sides[SIDE_BUY].v;
	CHECK_INT(tape_read(&t, one, strlen(one), &why), 1);
	CHECK(t.row.sides[SIDE_BUY].v == v);
	CHECK_STR(row_text(&t.row, text), "depth BTCUSDT 1680652700594000 1680652700594000 "
	    "1680652700423575 10-12 after 9 [3x1] []");
	CHECK_INT(tape_read(&t, MARK("BTCUSDT"), strlen(MARK("BTCUSDT")), &why), 1);
	CHECK_INT(t.row.sides[SIDE_BUY].n, 0);
	CHECK_INT(t.row.update.last, 0);
	tape_fini(&t);
}

/* Exactly as long as it is: a step beyond its end is seen by the sanitizer. */
static int
read_copy(struct tape *t, const char *line, size_t len)
{
	char		*copy = xcalloc(1, len + (len == 0));
	struct why	 why = { .text = "" };
	int		 rc;

	memcpy(copy, line, len);
	rc = tape_read(t, copy, len, &why);
	CHECK_INT(rc == -1, *why.text != '\0');
	free(copy);
	return rc;
}

static void
what_is_cut_short_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(good); i++) {
		struct tape	 t;
		const size_t	 whole = strlen(good[i].line);

		tape_init(&t, good[i].format, "BTCUSDT");
		for (size_t len = 0; len < whole; len++) {
			check_row("%zu bytes of %.80s", len, good[i].line);
			CHECK_INT(read_copy(&t, good[i].line, len), -1);
		}
		CHECK_INT(read_copy(&t, good[i].line, whole), 1);
		tape_fini(&t);
	}
}

/* Whatever it says to them, it says it. */
static void
any_damage_is_survived(void **state)
{
	struct rng	 rng = rng_seed(check_seed());
	char		 line[1024];

	(void)state;
	for (size_t i = 0; i < NITEMS(good); i++) {
		struct tape	 t;
		const size_t	 len = strlen(good[i].line);

		tape_init(&t, good[i].format, "BTCUSDT");
		for (int n = 0; n < MUTATIONS; n++) {
			check_row("damage %d of %.80s", n, good[i].line);
			text_put(line, sizeof(line), good[i].line);
			for (uint64_t k = 0; k <= rng_below(&rng, 3); k++)
				line[rng_below(&rng, len)] = (char)rng_below(&rng, 256);
			CHECK(read_copy(&t, line, len) <= 1);
		}
		CHECK_INT(read_copy(&t, good[i].line, len), 1);
		tape_fini(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(good_lines_become_rows),
		cmocka_unit_test(bad_lines_say_what_is_wrong),
		cmocka_unit_test(other_lines_are_passed_over),
		cmocka_unit_test(a_snapshot_is_of_the_contract_of_the_frames),
		cmocka_unit_test(the_first_line_tells_the_format),
		cmocka_unit_test(an_archive_is_named_by_its_contract),
		cmocka_unit_test(nobody_reads_an_archive_of_no_contract),
		cmocka_unit_test(a_row_has_nothing_of_the_one_before),
		cmocka_unit_test(what_is_cut_short_is_refused),
		cmocka_unit_test(any_damage_is_survived),
	};

	return cmocka_run_group_tests_name("simex tape", tests, NULL, NULL);
}
