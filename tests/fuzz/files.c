/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files.c - what simex reads from files: exchangeInfo, leverage brackets,
 * tapes, scripts, ledgers.
 *
 * The first byte of an input says which of them the rest is.  What is refused
 * is refused with a reason, and what is taken can be used.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/place.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/api/rerun.h"
#include "tests/simex/core/script.h"
#include "tests/simex/core/tape.h"

#include <stdlib.h>
#include <string.h>

static void
must_say(int rc, const struct why *why, const char *of)
{
	if (rc == -1 && *why->text == '\0')
		panic("%s was refused without a reason", of);
	if (strlen(why->text) >= sizeof(why->text))
		panic("%s: a reason without an end", of);
}

/* ---- one kind of file each ----------------------------------------------------------- */

static void
read_listings(const char *text, size_t len)
{
	struct listings	 ls;
	struct why	 why = { "" };
	const int	 rc = listings_read(&ls, text, len, &why);

	must_say(rc, &why, "an exchangeInfo");
	if (rc == -1)
		return;
	for (size_t i = 0; i < ls.n; i++)
		if (listings_find(&ls, ls.v[i].symbol) == NULL)
			panic("%s was read and is not there", ls.v[i].symbol);
	if (ls.n == 0)
		panic("an exchangeInfo without contracts");
	listings_fini(&ls);
}

static void
read_brackets(const char *text, size_t len)
{
	struct bracket_book	 book = { .n = 0 };
	struct why		 why = { "" };
	const int		 rc = bracket_book_read(&book, text, len, &why);
	struct buf		 out = { 0 };

	must_say(rc, &why, "a bracket book");
	if (rc == -1 && book.n != 0)
		panic("a bracket book was refused and is not empty");
	for (size_t i = 0; i < book.n; i++) {
		if (book.v[i].brackets.n == 0)
			panic("no brackets of %s", book.v[i].symbol);
		brackets_print(&out, &book.v[i].brackets, book.v[i].symbol);
		(void)brackets_liquidation_px(&book.v[i].brackets, DEC_ONE, DEC_INT(5), DEC_ONE);
	}
	buf_free(&out);
	bracket_book_fini(&book);
}

/* Line by line, each as it stands between two ends. */
static void
each_line(const char *text, size_t len, int (*read)(void *, const char *, size_t, struct why *),
    void *arg)
{
	struct why	 why = { "" };

	while (len > 0) {
		const char	*end = memchr(text, '\n', len);
		const size_t	 n = end == NULL ? len : (size_t)(end - text);

		*why.text = '\0';
		const int	 rc = read(arg, text, n, &why);
		must_say(rc, &why, "a line");
		if (rc == -1)
			return;
		text += end == NULL ? n : n + 1;
		len -= end == NULL ? n : n + 1;
	}
}

static int
read_row(void *arg, const char *text, size_t len, struct why *why)
{
	return tape_read(arg, text, len, why);
}

static void
read_tape(const char *text, size_t len)
{
	struct why		 why = { "" };
	struct tape		 t;
	enum tape_format	 format;
	const size_t		 first = strcspn(text, "\n");
	const int		 rc = tape_recognise(text, first < len ? first : len, &format,
				    &why);

	must_say(rc, &why, "a tape");
	if (rc == -1)
		return;
	tape_init(&t, format, format == TAPE_RAW ? "" : "BTCUSDT");
	each_line(text, len, read_row, &t);
	tape_fini(&t);
}

static void
read_script(const char *text, size_t len)
{
	struct script	 s;
	struct why	 why = { "" };
	const wall_t	 start = { INT64_C(1790000000000000) };
	const wall_t	 later = wall_add_us(start, INT64_C(90000000));
	const int	 rc = script_parse(&s, text, len, &why);
	size_t		 i = 0;

	must_say(rc, &why, "a script");
	if (rc == 0)
		script_start(&s, start);
	for (int n = 0; rc == 0 && n < 9 && script_next(&s, later) != NULL; n++)
		continue;
	while (rc == 0 && script_meets(&s, "POST", "/fapi/v1/order", &i) != NULL)
		continue;
	script_fini(&s);
}

static int
read_again(void *arg, const char *text, size_t len, struct why *why)
{
	struct place	*p = arg;
	struct line	 l;
	int64_t		 us;

	/* A world has to live through all the time that a line says has passed. */
	if (line_parse(&l, text, len, why) == 0 && line_int(&l, "us", &us, why) == 0 &&
	    us > p->world.now.us + INT64_C(100000000))
		return 0;
	return rerun_line(&p->world, text, len, why);
}

static int
read_audited(void *arg, const char *text, size_t len, struct why *why)
{
	return audit_line(arg, text, len, why);
}

static void
read_ledger(const char *text, size_t len)
{
	struct bytes	 nothing = { 0 };
	struct place	*p = place_new(&nothing);
	struct audit	 a;
	struct buf	 report = { 0 };

	place_begin_audit(&a);
	each_line(text, len, read_audited, &a);
	audit_end(&a, &report);
	audit_fini(&a);
	buf_free(&report);
	each_line(text, len, read_again, p);
	buf_reset(&p->out);
	place_check(p, false);
	place_free(p);
}

/* ---- what a right one looks like --------------------------------------------------------- */

static const char *const	tapes[] = {
	"1790000000000000 {\"e\":\"bookTicker\",\"u\":5,\"s\":\"BTCUSDT\",\"b\":\"61249.9\","
	"\"B\":\"1.5\",\"a\":\"61250\",\"A\":\"2\",\"T\":1790000000000,\"E\":1790000000001}\n"
	"1790000000000100 {\"stream\":\"btcusdt@depth\",\"data\":{\"e\":\"depthUpdate\","
	"\"E\":1790000000002,\"T\":1790000000001,\"s\":\"BTCUSDT\",\"U\":6,\"u\":8,\"pu\":5,"
	"\"b\":[[\"61249\",\"0\"]],\"a\":[[\"61251\",\"3\"]]}}\n"
	"1790000000000200 {\"lastUpdateId\":9,\"E\":1790000000003,\"T\":1790000000002,\"bids\":"
	"[[\"61249\",\"1\"]],\"asks\":[[\"61250\",\"1\"]]}\n"
	"1790000000000300 {\"e\":\"aggTrade\",\"E\":1790000000004,\"a\":1,\"s\":\"BTCUSDT\","
	"\"p\":\"61250\",\"q\":\"0.1\",\"f\":1,\"l\":2,\"T\":1790000000003,\"m\":true}\n"
	"1790000000000400 {\"e\":\"markPriceUpdate\",\"E\":1790000000005,\"s\":\"BTCUSDT\","
	"\"p\":\"61250\",\"i\":\"61251\",\"P\":\"61250\",\"r\":\"0.0001\",\"T\":1790006400000}\n",
	"agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
	"1,61250.0,0.1,1,2,1790000000000,true\n2,61250.1,0.2,3,3,1790000000100,false\n",
	"update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,"
	"event_time\n"
	"7,61249.9,1.5,61250.0,2,1790000000000,1790000000001\n",
};
static const char	script[] =
    "# a day\n1.5s price symbol=BTCUSDT price=61000\nevery 5s fund symbol=BTCUSDT rate=0.0001\n"
    "request 3 drop path=/fapi/v1/order\nrequest 2 POST /fapi/v1/order lose path=/x\n"
    "order 1 fail path=/fapi/v1/order msg=\"not \"\"now\"\n";

static void
print_listings(struct buf *text)
{
	struct listings	 ls;

	listings_built_in(&ls);
	buf_adds(text, "{\"assets\":");
	buf_adds(text, ls.assets == NULL ? "[]" : ls.assets);
	buf_adds(text, ",\"symbols\":[");
	buf_adds(text, ls.v[0].text);
	buf_adds(text, "]}");
	listings_fini(&ls);
}

static void
print_brackets(struct buf *text)
{
	struct brackets	 bs;

	brackets_default(&bs, 20);
	buf_addc(text, '[');
	brackets_print(text, &bs, "BTCUSDT");
	buf_addc(text, ']');
	brackets_fini(&bs);
}

/* Of a world where something happened. */
static void
print_ledger(struct rng *r, struct buf *text)
{
	uint8_t		 noise[64];
	struct bytes	 b = { noise, noise + fuzz_noise(r, noise, sizeof(noise)) };
	struct bytes	 nothing = { 0 };
	struct place	*p = place_new(&nothing);

	while (bytes_left(&b)) {
		place_disturb(p, &b);
		place_wait(p, &b);
		place_check(p, false);
	}
	buf_adds(text, buf_text(&p->ledger));
	place_free(p);
}

/* ---- which ---------------------------------------------------------------------------- */

enum kind { OF_LISTINGS, OF_BRACKETS, OF_TAPE, OF_SCRIPT, OF_LEDGER, KINDS };

static void	 (*const readers[KINDS])(const char *, size_t) = {
	[OF_LISTINGS] = read_listings, [OF_BRACKETS] = read_brackets, [OF_TAPE] = read_tape,
	[OF_SCRIPT] = read_script, [OF_LEDGER] = read_ledger,
};

void
fuzz_one(struct bytes *b)
{
	const unsigned	 kind = bytes_below(b, KINDS);
	struct buf	 text = { 0 };

	buf_add(&text, b->p, (size_t)(b->end - b->p));
	readers[kind](buf_text(&text), text.len);
	buf_free(&text);
}

size_t
fuzz_seed(struct rng *r, uint8_t *to, size_t most)
{
	const enum kind	 kind = (enum kind)rng_below(r, KINDS);
	struct buf	 text = { 0 };

	buf_addc(&text, (char)kind);
	switch (kind) {
	case OF_LISTINGS:
		print_listings(&text);
		break;
	case OF_BRACKETS:
		print_brackets(&text);
		break;
	case OF_TAPE:
		buf_adds(&text, tapes[rng_below(r, sizeof(tapes) / sizeof(tapes[0]))]);
		break;
	case OF_SCRIPT:
		buf_adds(&text, script);
		break;
	case OF_LEDGER:
		print_ledger(r, &text);
		break;
	case KINDS:
		break;
	}
	const size_t	 n = fuzz_text(buf_text(&text), text.len, to, most);
	buf_free(&text);
	return n;
}
