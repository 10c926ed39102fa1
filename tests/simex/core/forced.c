/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/account.h"
#include "tests/simex/core/match.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

#include <jansson.h>

#include <stdlib.h>

enum { CAP_FIRST = 16 };

/* Behind a prefix are the milliseconds, and digits that count: no id may have over 36 letters. */
static const struct { const char *prefix; int digits, numbers; enum tif tif; } kinds[] = {
	[FORCED_NOT]         = { "",                      0, 0,       TIF_GTC },
	[FORCED_LIQUIDATION] = { "autoclose-",            6, 1000000, TIF_IOC },
	[FORCED_ADL]         = { "adl_autoclose",         0, 0,       TIF_GTC },
	[FORCED_SETTLEMENT]  = { "settlement_autoclose-", 2, 100,     TIF_GTC },
	[FORCED_DELIVERY]    = { "delivery_autoclose-",   2, 100,     TIF_GTC },
};
_Static_assert(NITEMS(kinds) == FORCED_N, "kinds");

static void
name_it(const struct exchange *x, struct terms *t, wall_t now)
{
	const char	*prefix = kinds[t->forced].prefix;
	const size_t	 numbers = (size_t)kinds[t->forced].numbers;

	if (numbers == 0)
		text_put(t->clord_id, sizeof(t->clord_id), prefix);
	else
		text_putf(t->clord_id, sizeof(t->clord_id), "%s%lld%0*zu", prefix,
		    (long long)wall_ms(now), kinds[t->forced].digits, x->forced.n % numbers);
}

static void
remember(struct forced_orders *fs, struct order *o)
{
	if (fs->n == fs->cap) {
		fs->cap = fs->cap == 0 ? CAP_FIRST : fs->cap * 2;
		fs->v = xrealloc(fs->v, fs->cap * sizeof(*fs->v));
	}
	fs->v[fs->n++] = o;
}

static struct order *
force(struct exchange *x, struct desk *d, enum position_side ps, dec_t qty, dec_t px,
    enum forced forced, wall_t now)
{
	struct terms	 t = {
		.side = dec_sign(d->positions[ps].qty) > 0 ? SIDE_SELL : SIDE_BUY,
		.type = TYPE_LIMIT, .tif = kinds[forced].tif, .stp = STP_EXPIRE_MAKER, .ps = ps,
		.px = px, .qty = qty, .forced = forced,
	};

	name_it(x, &t, now);
	struct order	*o = orders_add(&d->orders, &t, now);
	remember(&x->forced, o);
	order_expose(d, o, qty);
	fact_of_order(x, FACT_CALCULATED, o, now);
	return o;
}

/* What no market has taken is taken over at the order's own price. */
static void
take_over(struct exchange *x, struct desk *d, struct order *o, wall_t now)
{
	const dec_t	 qty = o->rest.leaves_qty;

	if (dec_sign(qty) > 0) {
		o->rest.leaves_qty = DEC_ZERO;
		match_take_over(x, o, qty, now);
	}
	match_knock_out(x, d, NULL, now);
}

/* On the grid, on the side that leaves the account no less than nothing. */
static dec_t
bankruptcy_px(const struct exchange *x, const struct desk *d, enum position_side ps)
{
	const struct listing	*l = d->listing;
	const bool		 is_long = dec_sign(d->positions[ps].qty) > 0;
	const dec_t		 px = exchange_bankruptcy_px(x, d, ps);

	if (!dec_ok(px))
		return is_long ? l->px_step : desk_mark_px(d);
	return dec_max(l->px_step, dec_quantize(px, l->px_step, is_long ? ROUND_UP : ROUND_DOWN));
}

dec_t
forced_liquidate(struct exchange *x, struct desk *d, enum position_side ps, wall_t now)
{
	const dec_t	 px = bankruptcy_px(x, d, ps);
	struct order	*o = force(x, d, ps, dec_abs(d->positions[ps].qty), px, FORCED_LIQUIDATION,
			    now);

	match_take(x, d, &o->rest, px, now);
	take_over(x, d, o, now);
	fact_of_order(x, FACT_FORCED, o, now);
	return dec_mul(o->cum_quote, d->listing->liquidation_fee, ROUND_DOWN);
}

struct reject
exchange_deleverage(struct exchange *x, struct desk *d, enum position_side ps, dec_t qty,
    wall_t now)
{
	const dec_t		 open = dec_abs(d->positions[ps].qty);
	const struct reject	 r = listing_check_qty(d->listing, TYPE_LIMIT, qty);

	if (reject_is_set(&r))
		return r;
	if (dec_is_zero(open))
		return reject_as(REJ_REDUCE_ONLY);
	struct order	*o = force(x, d, ps, dec_min(qty, open), desk_mark_px(d), FORCED_ADL, now);
	take_over(x, d, o, now);
	return r;
}

static bool
is_perpetual(const struct listing *l)
{
	const char	*type = json_string_value(json_object_get(l->said, "contractType"));

	return type == NULL || text_ends_with(type, "PERPETUAL");
}

static void
delist_orders(struct exchange *x, struct desk *d, wall_t now)
{
	struct order	*o;

	while ((o = TAILQ_FIRST(&d->orders.open)) != NULL)
		order_expire(x, o, ER_DELISTED, now);
	service_delist(x, d, now);
}

struct reject
exchange_settle(struct exchange *x, struct desk *d, dec_t px, wall_t now)
{
	const enum forced	 forced = is_perpetual(d->listing) ? FORCED_SETTLEMENT :
				    FORCED_DELIVERY;
	const struct reject	 r = listing_check_price(d->listing, px);
	struct why		 why;

	if (reject_is_set(&r))
		return r;
	if (!desk_counts_at(d, px))
		return reject_with(REJ_BAD_PARAM, "price");
	if (listing_change(d->listing, NULL, "status", "SETTLING", &why) == -1)
		return reject_with(REJ_BAD_PARAM, "symbol");
	delist_orders(x, d, now);
	for (int ps = 0; ps < PS_N; ps++) {
		const dec_t	 open = dec_abs(d->positions[ps].qty);

		if (!dec_is_zero(open))
			take_over(x, d, force(x, d, (enum position_side)ps, open, px, forced, now), now);
	}
	exchange_watch(x, now);
	return r;
}
