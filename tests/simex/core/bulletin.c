/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/bulletin.h"

#include "tests/simex/core/fixed.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

enum { MONEY_PLACES = 8, PERCENT_PLACES = 3 };

/* ---- trades ------------------------------------------------------------------------- */

void
bulletin_trade(struct buf *b, const struct desk *d, const struct deal *t)
{
	const struct listing	*l = d->listing;

	jw_open(b, '{');
	jw_put_int(b, "id", t->id);
	put_fixed(b, "price", t->px, l->price_places);
	put_fixed(b, "qty", t->qty, l->qty_places);
	put_fixed(b, "quoteQty", dec_mul(t->px, t->qty, ROUND_HALF_EVEN), l->price_places);
	jw_put_int(b, "time", wall_ms(t->at));
	jw_put_bool(b, "isBuyerMaker", t->buyer_makes);
	jw_put_bool(b, "isRPITrade", false);
	jw_close(b, '}');
}

void
bulletin_aggregate(struct buf *b, const struct desk *d, const struct aggregate *a)
{
	const struct listing	*l = d->listing;

	jw_open(b, '{');
	jw_put_int(b, "a", a->id);
	put_fixed(b, "p", a->px, l->price_places);
	put_fixed(b, "q", a->qty, l->qty_places);
	put_fixed(b, "nq", a->qty, l->qty_places);
	jw_put_int(b, "f", a->first_id);
	jw_put_int(b, "l", a->last_id);
	jw_put_int(b, "T", wall_ms(a->at));
	jw_put_bool(b, "m", a->buyer_makes);
	jw_close(b, '}');
}

/* ---- candles ------------------------------------------------------------------------- */

static void
print_prices(struct buf *b, const struct candle *c, int places)
{
	jw_fixed(b, c->open, places);
	jw_fixed(b, c->high, places);
	jw_fixed(b, c->low, places);
	jw_fixed(b, c->close, places);
}

static void
print_traded(struct buf *b, const struct listing *l, const struct candle *c, int64_t close_ms)
{
	const int	 quote_places = listing_quote_places(l);

	jw_sum(b, c->volume, l->qty_places);
	jw_int(b, close_ms);
	jw_sum(b, c->quote, quote_places);
	jw_int(b, c->n);
	jw_sum(b, c->taker_volume, l->qty_places);
	jw_sum(b, c->taker_quote, quote_places);
}

/* Of a price that nobody trades there is how often it was looked at. */
static void
print_looks(struct buf *b, const struct candle *c, int64_t close_ms)
{
	jw_str(b, "0");
	jw_int(b, close_ms);
	jw_str(b, "0");
	jw_int(b, c->n);
	jw_str(b, "0");
	jw_str(b, "0");
}

void
bulletin_candle(struct buf *b, const struct desk *d, enum candle_form form, enum interval i,
    const struct candle *c)
{
	const struct candle	 premium = { .n = c->n };
	const int64_t		 close_ms = interval_next(i, c->open_ms) - 1;

	jw_open(b, '[');
	jw_int(b, c->open_ms);
	print_prices(b, form == CANDLE_PREMIUM ? &premium : c,
	    form == CANDLE_TRADES ? d->listing->price_places : MONEY_PLACES);
	if (form == CANDLE_TRADES)
		print_traded(b, d->listing, c, close_ms);
	else
		print_looks(b, c, close_ms);
	jw_str(b, "0");
	jw_close(b, ']');
}

/* ---- prices --------------------------------------------------------------------------- */

void
bulletin_day(struct buf *b, const struct desk *d, wall_t now)
{
	const struct listing	*l = d->listing;
	const struct candle	 c = desk_day(d, now);
	const struct deal	*last = deals_last(&d->deals);

	jw_open(b, '{');
	jw_put_int(b, "closeTime", wall_ms(last == NULL ? now : last->at));
	jw_put_int(b, "count", c.n);
	jw_put_int(b, "firstId", c.first_id);
	put_fixed(b, "highPrice", c.high, l->price_places);
	jw_put_int(b, "lastId", c.last_id);
	put_fixed(b, "lastPrice", c.close, l->price_places);
	put_fixed(b, "lastQty", last == NULL ? DEC_ZERO : last->qty, l->qty_places);
	put_fixed(b, "lowPrice", c.low, l->price_places);
	put_fixed(b, "openPrice", c.open, l->price_places);
	jw_put_int(b, "openTime", c.open_ms);
	put_fixed(b, "priceChange", dec_sub(c.close, c.open), l->price_places);
	put_fixed(b, "priceChangePercent", candle_change_percent(&c), PERCENT_PLACES);
	put_sum(b, "quoteVolume", c.quote, l->price_places);
	jw_put_str(b, "symbol", l->symbol);
	put_sum(b, "volume", c.volume, l->qty_places);
	put_fixed(b, "weightedAvgPrice", sum_ratio(c.quote, c.volume), l->price_places);
	jw_close(b, '}');
}

static int64_t
last_ms(const struct desk *d, wall_t now)
{
	const struct deal	*last = deals_last(&d->deals);

	return wall_ms(last == NULL ? now : last->at);
}

void
bulletin_price(struct buf *b, const struct desk *d, wall_t now)
{
	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	put_fixed(b, "price", desk_last_px(d), d->listing->price_places);
	jw_put_int(b, "time", last_ms(d, now));
	jw_close(b, '}');
}

void
bulletin_price_v1(struct buf *b, const struct desk *d, wall_t now)
{
	jw_open(b, '{');
	put_fixed(b, "price", desk_last_px(d), d->listing->price_places);
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_put_int(b, "time", last_ms(d, now));
	jw_close(b, '}');
}

/* Nobody holds anything but the account: what it holds is all there is. */
void
bulletin_open_interest(struct buf *b, const struct desk *d, wall_t now)
{
	dec_t	 sum = DEC_ZERO;

	for (int ps = 0; ps < PS_N; ps++)
		sum = dec_add(sum, dec_abs(d->positions[ps].qty));
	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	put_fixed(b, "openInterest", sum, d->listing->qty_places);
	jw_put_int(b, "time", wall_ms(now));
	jw_close(b, '}');
}

/* ---- funding --------------------------------------------------------------------------- */

void
bulletin_funding(struct buf *b, const struct desk *d, const struct funding *f)
{
	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_put_int(b, "fundingTime", wall_ms(f->at));
	put_money(b, "fundingRate", f->rate);
	put_fixed(b, "markPrice", f->mark_px, MONEY_PLACES);
	jw_put_str(b, "rateType", "Regular");
	jw_close(b, '}');
}

void
bulletin_funding_terms(struct buf *b, const struct desk *d, wall_t now)
{
	(void)now;
	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_put_str(b, "adjustedFundingRateCap", "0.02000000");
	jw_put_str(b, "adjustedFundingRateFloor", "-0.02000000");
	jw_put_int(b, "fundingIntervalHours", d->funding_hours);
	jw_put_bool(b, "disclaimer", false);
	jw_key(b, "updateTime");
	jw_null(b);
	jw_close(b, '}');
}
