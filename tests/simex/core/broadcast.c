/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/broadcast.h"

#include "tests/simex/core/account.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

#include <jansson.h>

enum { MONEY_PLACES = 8, PERCENT_PLACES = 3, USD_M = 1 };

static void
open_event(struct buf *b, const char *name, wall_t now)
{
	jw_open(b, '{');
	jw_put_str(b, "e", name);
	jw_put_int(b, "E", wall_ms(now));
}

static void
close_event(struct buf *b)
{
	jw_put_int(b, "st", USD_M);
	jw_close(b, '}');
}

/* A contract is its own pair: there are no quarters here. */
static void
put_symbols(struct buf *b, const struct listing *l)
{
	jw_put_str(b, "s", l->symbol);
	jw_put_str(b, "ps", l->symbol);
}

static void
put_price(struct buf *b, const char *name, const struct listing *l, dec_t px)
{
	put_fixed(b, name, px, l->price_places);
}

static void
put_qty(struct buf *b, const char *name, const struct listing *l, dec_t qty)
{
	put_fixed(b, name, qty, l->qty_places);
}

/* ---- trades ---------------------------------------------------------------------- */

void
broadcast_aggregate(struct buf *b, const struct desk *d, const struct aggregate *a, wall_t now)
{
	const struct listing	*l = d->listing;

	open_event(b, "aggTrade", now);
	jw_put_int(b, "a", a->id);
	jw_put_str(b, "s", l->symbol);
	put_price(b, "p", l, a->px);
	put_qty(b, "q", l, a->qty);
	put_qty(b, "nq", l, a->qty);
	jw_put_int(b, "f", a->first_id);
	jw_put_int(b, "l", a->last_id);
	jw_put_int(b, "T", wall_ms(a->at));
	jw_put_bool(b, "m", a->buyer_makes);
	close_event(b);
}

void
broadcast_trade(struct buf *b, const struct fact *f, wall_t now)
{
	const struct listing	*l = f->desk->listing;

	open_event(b, "trade", now);
	jw_put_int(b, "T", wall_ms(f->at));
	jw_put_str(b, "s", l->symbol);
	jw_put_int(b, "t", f->trade.id);
	put_price(b, "p", l, f->trade.px);
	put_qty(b, "q", l, f->trade.qty);
	jw_put_str(b, "X", "MARKET");
	jw_put_bool(b, "m", f->trade.maker == (f->trade.side == SIDE_BUY));
	close_event(b);
}

/* ---- the book ---------------------------------------------------------------------- */

void
broadcast_book_ticker(struct buf *b, const struct desk *d, wall_t now)
{
	const struct listing	*l = d->listing;
	const struct top	 t = book_top(&d->book);

	jw_open(b, '{');
	jw_put_str(b, "e", "bookTicker");
	jw_put_int(b, "u", d->book.changes);
	put_symbols(b, l);
	put_price(b, "b", l, t.bid_px);
	put_qty(b, "B", l, t.bid_qty);
	put_price(b, "a", l, t.ask_px);
	put_qty(b, "A", l, t.ask_qty);
	jw_put_int(b, "T", wall_ms(now));
	jw_put_int(b, "E", wall_ms(now));
	close_event(b);
}

static void
open_depth(struct buf *b, const struct desk *d, int64_t first_id, int64_t previous_id, wall_t now)
{
	open_event(b, "depthUpdate", now);
	jw_put_int(b, "T", wall_ms(now));
	put_symbols(b, d->listing);
	jw_put_int(b, "U", first_id);
	jw_put_int(b, "u", d->book.changes);
	jw_put_int(b, "pu", previous_id);
}

static void
print_changes(struct buf *b, const struct desk *d, const struct diff *diff, enum side side)
{
	jw_open(b, '[');
	for (size_t i = 0; i < diff->n; i++) {
		const struct diff_level	*c = &diff->v[i];

		if (c->side != side)
			continue;
		const struct level	*l = book_find_level(&d->book, side, c->px);
		jw_open(b, '[');
		jw_fixed(b, c->px, d->listing->price_places);
		jw_fixed(b, l == NULL ? DEC_ZERO : dec_sub(l->qty, l->hidden_qty),
		    d->listing->qty_places);
		jw_close(b, ']');
	}
	jw_close(b, ']');
}

void
broadcast_diff(struct buf *b, const struct desk *d, const struct diff *diff, wall_t now)
{
	open_depth(b, d, diff->first_id, diff->said_id, now);
	jw_key(b, "b");
	print_changes(b, d, diff, SIDE_BUY);
	jw_key(b, "a");
	print_changes(b, d, diff, SIDE_SELL);
	close_event(b);
}

void
broadcast_partial(struct buf *b, const struct desk *d, int levels, int64_t previous_id, wall_t now)
{
	open_depth(b, d, previous_id + 1, previous_id, now);
	jw_key(b, "b");
	print_levels(b, d, SIDE_BUY, levels);
	jw_key(b, "a");
	print_levels(b, d, SIDE_SELL, levels);
	close_event(b);
}

/* ---- prices ------------------------------------------------------------------------- */

/*
 * T is the next funding, not a time of this event; E is a whole second.  At
 * the very second of a funding T is still that one.
 */
void
broadcast_mark(struct buf *b, const struct desk *d, wall_t now)
{
	const wall_t	 second = wall_from_ms(wall_ms(now) / 1000 * 1000);
	const dec_t	 mark_px = desk_mark_px(d);

	open_event(b, "markPriceUpdate", second);
	jw_put_str(b, "s", d->listing->symbol);
	put_fixed(b, "p", mark_px, MONEY_PLACES);
	put_fixed(b, "ap", mark_px, MONEY_PLACES);
	put_fixed(b, "P", mark_px, MONEY_PLACES);
	put_fixed(b, "i", d->market.index_px, MONEY_PLACES);
	put_fixed(b, "r", d->funding_rate, MONEY_PLACES);
	jw_put_int(b, "T", wall_ms(desk_next_funding(d, wall_add_us(second, -1000))));
	close_event(b);
}

static void
put_candle(struct buf *b, const struct desk *d, enum interval i, const struct candle *c,
    bool closed, bool names_symbol)
{
	const struct listing	*l = d->listing;
	const int		 quote_places = listing_quote_places(l);

	jw_key(b, "k");
	jw_open(b, '{');
	jw_put_int(b, "t", c->open_ms);
	jw_put_int(b, "T", interval_next(i, c->open_ms) - 1);
	if (names_symbol)
		jw_put_str(b, "s", l->symbol);
	jw_put_str(b, "i", interval_names[i]);
	jw_put_int(b, "f", c->n == 0 ? -1 : c->first_id);
	jw_put_int(b, "L", c->n == 0 ? -1 : c->last_id);
	put_price(b, "o", l, c->open);
	put_price(b, "c", l, c->close);
	put_price(b, "h", l, c->high);
	put_price(b, "l", l, c->low);
	put_sum(b, "v", c->volume, l->qty_places);
	jw_put_int(b, "n", c->n);
	jw_put_bool(b, "x", closed);
	put_sum(b, "q", c->quote, quote_places);
	put_sum(b, "V", c->taker_volume, l->qty_places);
	put_sum(b, "Q", c->taker_quote, quote_places);
	jw_put_str(b, "B", "0");
	jw_close(b, '}');
}

/* Candles do not say st, as recorded. */
void
broadcast_kline(struct buf *b, const struct desk *d, enum interval i, const struct candle *c,
    bool closed, wall_t now)
{
	open_event(b, "kline", now);
	jw_put_str(b, "s", d->listing->symbol);
	put_candle(b, d, i, c, closed, true);
	jw_close(b, '}');
}

void
broadcast_continuous_kline(struct buf *b, const struct desk *d, enum interval i,
    const struct candle *c, bool closed, wall_t now)
{
	open_event(b, "continuous_kline", now);
	jw_put_str(b, "ps", d->listing->symbol);
	jw_put_str(b, "ct", "PERPETUAL");
	put_candle(b, d, i, c, closed, false);
	jw_close(b, '}');
}

void
broadcast_mini_ticker(struct buf *b, const struct desk *d, wall_t now)
{
	const struct listing	*l = d->listing;
	const struct candle	 c = desk_day(d, now);

	open_event(b, "24hrMiniTicker", now);
	put_symbols(b, l);
	put_price(b, "c", l, c.close);
	put_price(b, "o", l, c.open);
	put_price(b, "h", l, c.high);
	put_price(b, "l", l, c.low);
	put_sum(b, "v", c.volume, l->qty_places);
	put_sum(b, "q", c.quote, l->price_places);
	close_event(b);
}

void
broadcast_ticker(struct buf *b, const struct desk *d, wall_t now)
{
	const struct listing	*l = d->listing;
	const struct candle	 c = desk_day(d, now);
	const struct deal	*last = deals_last(&d->deals);

	open_event(b, "24hrTicker", now);
	put_symbols(b, l);
	put_price(b, "p", l, dec_sub(c.close, c.open));
	put_fixed(b, "P", candle_change_percent(&c), PERCENT_PLACES);
	put_price(b, "w", l, sum_ratio(c.quote, c.volume));
	put_price(b, "c", l, c.close);
	put_qty(b, "Q", l, last == NULL ? DEC_ZERO : last->qty);
	put_price(b, "o", l, c.open);
	put_price(b, "h", l, c.high);
	put_price(b, "l", l, c.low);
	put_sum(b, "v", c.volume, l->qty_places);
	put_sum(b, "q", c.quote, l->price_places);
	jw_put_int(b, "O", c.open_ms);
	jw_put_int(b, "C", wall_ms(now));
	jw_put_int(b, "F", c.first_id);
	jw_put_int(b, "L", c.last_id);
	jw_put_int(b, "n", c.n);
	close_event(b);
}

/* ---- what the exchange does ------------------------------------------------------------ */

void
broadcast_forced(struct buf *b, const struct order *o, wall_t at, wall_t now)
{
	const struct listing	*l = o->listing;

	open_event(b, "forceOrder", now);
	jw_key(b, "o");
	jw_open(b, '{');
	jw_put_str(b, "s", l->symbol);
	jw_put_str(b, "S", names_get(&side_names, (int)o->terms.side));
	jw_put_str(b, "o", names_get(&ord_type_names, (int)o->terms.type));
	jw_put_str(b, "f", tif_name(o->terms.tif));
	put_qty(b, "q", l, o->terms.qty);
	put_price(b, "p", l, dec_ok(o->terms.px) ? o->terms.px : DEC_ZERO);
	put_price(b, "ap", l, order_avg_px(o));
	jw_put_str(b, "X", status_name(order_status(o)));
	put_qty(b, "l", l, o->cum_qty);
	put_qty(b, "z", l, o->cum_qty);
	jw_put_int(b, "T", wall_ms(at));
	jw_put_str(b, "ps", l->symbol);
	close_event(b);
	jw_close(b, '}');
}

void
broadcast_contract_info(struct buf *b, const struct desk *d, wall_t now)
{
	const json_t	*said = d->listing->said;
	const char	*type = json_string_value(json_object_get(said, "contractType"));
	const char	*status = json_string_value(json_object_get(said, "status"));

	open_event(b, "contractInfo", now);
	put_symbols(b, d->listing);
	jw_put_str(b, "ct", type == NULL ? "" : type);
	jw_put_int(b, "dt", json_integer_value(json_object_get(said, "deliveryDate")));
	jw_put_int(b, "ot", json_integer_value(json_object_get(said, "onboardDate")));
	jw_put_str(b, "cs", status == NULL ? "" : status);
	close_event(b);
}
