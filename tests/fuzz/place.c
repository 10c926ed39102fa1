/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/place.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/api/rows.h"
#include "tests/simex/api/verbs.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const wall_t	start = { INT64_C(1790000000000000) };

enum {
	SECOND_US = 1000000,
	LONG_WAIT_S = 600,	/* of a market that stands; a made-up one has its steps to make */
};

/* As place_new() makes the world: what an audit has to know of it. */
static const char	header[] = "{\"start\":1790000000000000,\"options\":{\"balance\":"
    "\"100000\",\"fee-maker\":\"0.0002\",\"fee-taker\":\"0.0005\"}}";

void
place_begin_audit(struct audit *a)
{
	struct why	 why;
	struct line	 l;

	if (line_parse(&l, header, sizeof(header) - 1, &why) == -1 ||
	    audit_begin(a, &l, verb_heed, &why) == -1)
		panic("%s", why.text);
}

struct place *
place_new(struct bytes *b)
{
	struct place	*p = xcalloc(1, sizeof(*p));
	const unsigned	 kind = bytes_next(b);
	const bool	 limited = bytes_rarely(b, 8);

	p->now = start;
	world_init(&p->world, &(struct world_terms){
		.exchange = {
			.balance = DEC_INT(100000), .fee_maker = { 20000 }, .fee_taker = { 50000 },
			.funding_rate = { 10000 }, .funding_hours = kind & 2 ? 8 : 0,
			.market = {
				.kind = kind & 1 ? MARKET_SYNTH : MARKET_STILL, .seed = kind,
				.start = start, .period_ms = 100, .volatility_e6 = 1000,
				.levels = 5, .spread_ticks = 2, .trades_per_hour = 36000,
				.jumps_per_hour = 3600, .jump_e6 = 2000,
			},
		},
		.key = PLACE_KEY, .secret = PLACE_SECRET, .key_life_ms = 60000,
		.limits = {
			[METER_WEIGHT_1M] = limited ? 100 : 0, [METER_ORDERS_10S] = limited ? 5 : 0,
			[METER_ORDERS_1M] = limited ? 8 : 0,
		},
	});
	p->world.ledger.filed = true;
	place_begin_audit(&p->audit);
	return p;
}

void
place_free(struct place *p)
{
	struct buf	 report = { 0 };

	audit_end(&p->audit, &report);
	if (p->audit.findings > 0)
		panic("the ledger is wrong:\n%s", buf_text(&p->audit.said));
	audit_fini(&p->audit);
	world_fini(&p->world);
	buf_free(&report);
	buf_free(&p->out);
	buf_free(&p->uri);
	buf_free(&p->ledger);
	free(p);
}

void
place_wait(struct place *p, struct bytes *b)
{
	const int64_t	 n = bytes_next(b);
	int64_t		 us = n * n * 50;

	if (bytes_rarely(b, 16))
		us = p->world.terms.exchange.market.kind == MARKET_STILL ?
		    n * LONG_WAIT_S * SECOND_US / 10 : n * SECOND_US / 10;
	p->now = wall_add_us(p->now, us);
	world_advance(&p->world, p->now);
	buf_reset(&p->out);
}

/* ---- what a test does behind the client's back ------------------------------------------ */

/*
 * $S symbol, $P price, $Q quantity, $D side, $I client order id, $R row of the
 * faults, $B 0 or 1, $N a number.
 */
static const char *const	verbs[] = {
	"account", "adl?symbol=$S&qty=$Q",
	"algo?latency_ms=$N&visible_ms=$N&fills_first=$B&stuck=$B",
	"amend?symbol=$S&clientOrderId=$I&qty=$Q", "ban?seconds=$B", "bnb?price=$Q",
	"cancel?symbol=$S&clientOrderId=$I", "clear", "drift?on=$B",
	"drop?path=/fapi/v1/order&n=$B", "engine?ms=$N", "events?dup=$B&swap=$B&lose=$B",
	"expire_key?event=$B", "fail?path=/fapi/v1/order&execute=$B", "fault?row=$R",
	"fault?row=$R&n=$B", "fees?symbol=$S&maker=-0.000$N&taker=0.00$N",
	"fees?symbol=$S&taker=$Q", "fill?symbol=$S&clientOrderId=$I&qty=$Q",
	"fill?symbol=$S&clientOrderId=$I&qty=$Q&price=$P", "foreign?symbol=$S&side=$D&qty=$Q",
	"foreign?symbol=$S&side=$D&qty=$Q&price=$P",
	"foreign?symbol=$S&side=$D&qty=$Q&positionSide=LONG",
	"fund?symbol=$S&rate=-0.00$N", "funding?symbol=$S&hours=$B",
	"habits?sums=$B&count_refused=$B", "hedge?on=$B", "isolated?symbol=$S&on=$B",
	"ladder?symbol=$S&levels=$N&qty=$Q", "lag?ms=$N", "ledger?kind=all",
	"limits?weight=$N&orders_10s=$N&ban_after=$B", "liquidate?symbol=$S",
	"listen_key_life?ms=$N",
	"listing?symbol=$S&filter=PRICE_FILTER&field=tickSize&value=$Q",
	"listing?symbol=$S&filter=MAX_NUM_ORDERS&field=limit&value=$N",
	"listing?symbol=$S&field=status&value=SETTLING",
	"listing?symbol=$S&field=status&value=TRADING",
	"lose?path=/fapi/v1/order&n=$B", "multi_assets?on=$B", "mute?on=$B", "overload?on=$B",
	"overtake?path=/fapi/v1/order&method=DELETE&by=fill", "position?symbol=$S",
	"price?symbol=$S&price=$P", "revoke?on=$B", "settle?symbol=$S&price=$P",
	"skew?delay_ms=$N&events_first=$B", "status",
	"trade?symbol=$S&side=$D&qty=$Q", "trade?symbol=$S&side=$D&qty=$Q&price=$P",
	"transfer?asset=USDT&amount=-$N", "transfer?asset=BNB&amount=$Q",
	"transfer?asset=USDT&amount=-95000", "walk?symbol=$S&to=$P&steps=$N&ms=$N",
	"weigh?orders=$N&weight=$N",
};

static const char *
any_row(struct bytes *b)
{
	size_t	 n = 0;

	while (rows_at(n) != NULL)
		n++;
	return rows_at(bytes_below(b, n))->name;
}

static void
put_place(struct place *p, struct bytes *b, char what, struct buf *uri)
{
	static const struct param	 price = { "price", P_DEC, MANDATORY, NULL, REJ_NONE };
	static const struct param	 qty = { "qty", P_DEC, MANDATORY, NULL, REJ_NONE };
	static const struct param	 id = { "id", P_ID, MANDATORY, NULL, REJ_NONE };
	static const struct param	 symbol = { "symbol", P_STR, MANDATORY, NULL, REJ_NONE };
	const struct param		*q = what == 'P' ? &price : what == 'Q' ? &qty :
					    what == 'I' ? &id : &symbol;
	struct buf			 value = { 0 };

	if (what == 'D') {
		buf_adds(uri, bytes_rarely(b, 2) ? "BUY" : "SELL");
	} else if (what == 'R') {
		buf_adds(uri, any_row(b));
	} else if (what == 'B' || what == 'N') {
		buf_addi(uri, bytes_below(b, what == 'B' ? 2 : 100));
	} else {
		place_fill_value(p, b, q, &value);
		form_encode(uri, buf_text(&value));
	}
	buf_free(&value);
}

void
place_disturb(struct place *p, struct bytes *b)
{
	static const struct outside	 nothing = { .pid = 1 };
	struct buf			*uri = &p->uri;

	buf_reset(uri);
	buf_reset(&p->out);
	for (const char *s = verbs[bytes_below(b, NITEMS(verbs))]; *s != '\0'; s++) {
		if (*s == '$')
			put_place(p, b, *++s, uri);
		else
			buf_addc(uri, *s);
	}
	world_control(&p->world, buf_text(uri), NULL, &nothing, p->now, &p->out);
}

/* ---- what has to hold ------------------------------------------------------------------ */

static void
check_json(const struct buf *text, const char *of)
{
	json_error_t	 e;
	json_t		*j = json_loadb(buf_text(text), text->len, JSON_DECODE_ANY |
			    JSON_REJECT_DUPLICATES, &e);

	if (j == NULL)
		panic("%s is no JSON: %s\n%s", of, e.text, buf_text(text));
	json_decref(j);
}

static void
check_ledger(struct place *p)
{
	struct ledger	*l = &p->world.ledger;
	const char	*text = buf_text(&l->file);
	struct why	 why;

	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
		if (audit_line(&p->audit, text, (size_t)(end - text), &why) == -1)
			panic("a line of the ledger: %s\n%.*s", why.text, (int)(end - text), text);
	if (text != buf_text(&l->file) + l->file.len)
		panic("the ledger's last line has no end");
	buf_adds(&p->ledger, buf_text(&l->file));
	if (p->audit.findings > 0)
		panic("the ledger is wrong:\n%s%s", buf_text(&p->audit.said), buf_text(&p->ledger));
	buf_reset(&l->file);
}

void
place_check(struct place *p, bool is_json)
{
	struct saying	*s;
	struct desk	*d;

	if (is_json)
		check_json(&p->out, "an answer");
	check_ledger(p);
	TAILQ_FOREACH(d, &p->world.exchange.active, link)
		if (!book_is_sound(&d->book))
			panic("the book of %s is not sound", d->listing->symbol);
	while ((s = world_next_saying(&p->world, p->now)) != NULL) {
		check_json(&s->json, "an event");
		saying_free(s);
	}
	world_forget_facts(&p->world);
	p->world.wishes.n = 0;
}
