/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/print.h"

#include "tests/simex/core/account.h"
#include "wire/jw.h"

enum {
	MONEY_PLACES = 8,
	AVERAGE_EXTRA_PLACES = 3,	/* an average has so many more than a price */
};

void
put_money(struct buf *b, const char *name, dec_t d)
{
	put_fixed(b, name, d, MONEY_PLACES);
}

/* ---- orders and trades -------------------------------------------------------- */

static void
put_sums(struct buf *b, const struct order *o, const struct listing *l, enum order_form form)
{
	const int	 places = l->price_places + AVERAGE_EXTRA_PLACES;
	const dec_t	 avg_px = form == ORDER_ACK ? DEC_ZERO : order_avg_px(o);

	put_fixed(b, "avgPrice", avg_px, places > MONEY_PLACES ? MONEY_PLACES : places);
	put_fixed(b, "cumQuote", form == ORDER_ACK ? DEC_ZERO : o->cum_quote,
	    l->price_places + l->qty_places);
}

static void
put_quantities(struct buf *b, const struct order *o, const struct listing *l,
    enum order_form form, enum shape shape)
{
	const bool	 asked_for = form == ORDER_QUERY || form == ORDER_LIST;
	const dec_t	 cum_qty = form == ORDER_ACK ? DEC_ZERO : o->cum_qty;

	put_fixed(b, "price", dec_ok(o->terms.px) ? o->terms.px : DEC_ZERO, l->price_places);
	put_fixed(b, "origQty", o->terms.qty, l->qty_places);
	put_fixed(b, "executedQty", cum_qty, l->qty_places);
	if (!asked_for)
		put_fixed(b, "cumQty", cum_qty, l->qty_places);
	if (asked_for || shape == SHAPE_OLD)
		put_sums(b, o, l, form);
}

void
print_order(struct buf *b, const struct order *o, enum order_form form)
{
	print_order_in(b, o, form, SHAPE_TODAY, NO_MODIFY_ID);
}

void
print_order_in(struct buf *b, const struct order *o, enum order_form form, enum shape shape,
    int64_t modify_id)
{
	const struct listing	*l = o->listing;
	const char			*type = names_get(&ord_type_names, (int)o->terms.type);
	const enum status		 status = form == ORDER_ACK ? ST_NEW : order_status(o);

	jw_open(b, '{');
	jw_put_int(b, "orderId", o->id);
	jw_put_str(b, "symbol", l->symbol);
	jw_put_str(b, "status", status_name(status));
	jw_put_str(b, "clientOrderId", o->terms.clord_id);
	put_quantities(b, o, l, form, shape);
	jw_put_str(b, "timeInForce", tif_name(o->terms.tif));
	jw_put_str(b, "type", type);
	jw_put_bool(b, "reduceOnly", o->terms.reduce_only);
	jw_put_bool(b, "closePosition", false);
	jw_put_str(b, "side", names_get(&side_names, (int)o->terms.side));
	jw_put_str(b, "positionSide", position_side_name(o->terms.ps));
	put_fixed(b, "stopPrice", DEC_ZERO, l->price_places);
	jw_put_str(b, "workingType", "CONTRACT_PRICE");
	jw_put_bool(b, "priceProtect", false);
	jw_put_str(b, "origType", type);
	jw_put_str(b, "priceMatch", price_match_name(o->terms.pm));
	jw_put_str(b, "selfTradePreventionMode", stp_name(o->terms.stp));
	jw_put_int(b, "goodTillDate", o->terms.good_till_ms);
	if (form == ORDER_QUERY || form == ORDER_LIST)
		jw_put_int(b, "time", wall_ms(o->created));
	if (form == ORDER_LIST || form == ORDER_CHANGED)
		jw_put_str(b, "pair", l->symbol);
	if (modify_id != NO_MODIFY_ID)
		jw_put_int(b, "modifyId", modify_id);
	jw_put_int(b, "updateTime", wall_ms(form == ORDER_ACK ? o->created : o->updated));
	jw_close(b, '}');
}

static void
put_before_after(struct buf *b, const char *name, dec_t before, dec_t after, int places)
{
	jw_key(b, name);
	jw_open(b, '{');
	put_fixed(b, "before", before, places);
	put_fixed(b, "after", after, places);
	jw_close(b, '}');
}

void
print_amendment(struct buf *b, const struct order *o, const struct amendment *a)
{
	const struct listing	*l = o->listing;

	jw_open(b, '{');
	jw_put_int(b, "amendmentId", a->id);
	jw_put_str(b, "symbol", l->symbol);
	jw_put_str(b, "pair", l->symbol);
	jw_put_int(b, "orderId", o->id);
	jw_put_str(b, "clientOrderId", o->terms.clord_id);
	jw_put_int(b, "time", wall_ms(a->at));
	jw_key(b, "amendment");
	jw_open(b, '{');
	put_before_after(b, "price", a->before.px, a->after.px, l->price_places);
	put_before_after(b, "origQty", a->before.qty, a->after.qty, l->qty_places);
	jw_put_int(b, "count", a->count);
	if (a->modify_id != NO_MODIFY_ID)
		jw_put_int(b, "modifyId", a->modify_id);
	jw_close(b, '}');
	jw_put_str(b, "priceMatch", price_match_name(a->pm));
	jw_close(b, '}');
}

void
print_trade(struct buf *b, const struct trade *t)
{
	const struct listing	*l = t->listing;
	const dec_t			 quote = dec_mul(t->qty, t->px, ROUND_HALF_EVEN);

	jw_open(b, '{');
	jw_put_str(b, "symbol", l->symbol);
	jw_put_int(b, "id", t->id);
	jw_put_int(b, "orderId", t->order_id);
	jw_put_str(b, "pair", l->symbol);
	jw_put_str(b, "side", names_get(&side_names, (int)t->side));
	put_fixed(b, "price", t->px, l->price_places);
	put_fixed(b, "qty", t->qty, l->qty_places);
	put_money(b, "realizedPnl", t->realized);
	jw_put_str(b, "marginAsset", l->margin_asset);
	put_fixed(b, "quoteQty", quote, l->price_places + l->qty_places);
	put_fixed(b, "baseQty", t->qty, l->qty_places);
	put_money(b, "commission", t->fee);
	jw_put_str(b, "commissionAsset", t->fee_asset);
	jw_put_int(b, "time", wall_ms(t->at));
	jw_put_str(b, "positionSide", position_side_name(t->ps));
	jw_put_bool(b, "buyer", t->side == SIDE_BUY);
	jw_put_bool(b, "maker", t->maker);
	jw_close(b, '}');
}

/* ---- market data ----------------------------------------------------------------- */

void
print_book_ticker(struct buf *b, const struct desk *d, wall_t now)
{
	const struct listing	*l = d->listing;
	const struct top		 t = book_top(&d->book);

	jw_open(b, '{');
	jw_put_str(b, "symbol", l->symbol);
	put_fixed(b, "bidPrice", t.bid_px, l->price_places);
	put_fixed(b, "bidQty", t.bid_qty, l->qty_places);
	put_fixed(b, "askPrice", t.ask_px, l->price_places);
	put_fixed(b, "askQty", t.ask_qty, l->qty_places);
	jw_put_int(b, "time", wall_ms(now));
	jw_put_int(b, "lastUpdateId", d->book.changes);
	jw_close(b, '}');
}

void
print_premium_index(struct buf *b, const struct desk *d, wall_t now)
{
	const dec_t	 mark_px = desk_mark_px(d);

	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	put_money(b, "markPrice", mark_px);
	put_money(b, "indexPrice", d->market.index_px);
	put_money(b, "estimatedSettlePrice", mark_px);
	put_money(b, "lastFundingRate", d->funding_rate);
	jw_put_str(b, "interestRate", "0.00010000");
	jw_put_int(b, "nextFundingTime", wall_ms(desk_next_funding(d, now)));
	jw_put_int(b, "time", wall_ms(now));
	jw_close(b, '}');
}

void
print_levels(struct buf *b, const struct desk *d, enum side side, int levels)
{
	const struct listing	*row = d->listing;
	struct quote		 q;

	jw_open(b, '[');
	for (int i = 0; i < levels; i++) {
		if (!book_shown(&d->book, side, (size_t)i, &q))
			break;
		jw_open(b, '[');
		jw_fixed(b, q.px, row->price_places);
		jw_fixed(b, q.qty, row->qty_places);
		jw_close(b, ']');
	}
	jw_close(b, ']');
}

void
print_depth(struct buf *b, const struct desk *d, int levels, wall_t now)
{
	jw_open(b, '{');
	jw_put_int(b, "lastUpdateId", d->book.changes);
	jw_put_int(b, "E", wall_ms(now));
	jw_put_int(b, "T", wall_ms(now));
	jw_key(b, "bids");
	print_levels(b, d, SIDE_BUY, levels);
	jw_key(b, "asks");
	print_levels(b, d, SIDE_SELL, levels);
	jw_close(b, '}');
}

/* ---- exchangeInfo ------------------------------------------------------------------ */

static void
print_rate_limit(struct buf *b, const char *type, const char *interval, int n, int64_t limit)
{
	jw_open(b, '{');
	jw_put_str(b, "rateLimitType", type);
	jw_put_str(b, "interval", interval);
	jw_put_int(b, "intervalNum", n);
	jw_put_int(b, "limit", limit > 0 ? limit : INT32_MAX);
	jw_close(b, '}');
}

void
print_exchange_info(struct buf *b, const struct listings *ls, const struct meter *m, wall_t now)
{
	jw_open(b, '{');
	jw_put_str(b, "timezone", "UTC");
	jw_put_int(b, "serverTime", wall_ms(now));
	jw_put_str(b, "futuresType", "U_MARGINED");
	jw_key(b, "rateLimits");
	jw_open(b, '[');
	print_rate_limit(b, "REQUEST_WEIGHT", "MINUTE", 1, m->limit[METER_WEIGHT_1M]);
	print_rate_limit(b, "ORDERS", "MINUTE", 1, m->limit[METER_ORDERS_1M]);
	print_rate_limit(b, "ORDERS", "SECOND", 10, m->limit[METER_ORDERS_10S]);
	jw_close(b, ']');
	jw_put_raw(b, "exchangeFilters", "[]");
	jw_put_raw(b, "assets", ls->assets);
	jw_key(b, "symbols");
	jw_open(b, '[');
	for (size_t i = 0; i < ls->n; i++)
		jw_raw(b, ls->v[i].text);
	jw_close(b, ']');
	jw_close(b, '}');
}
