/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/account.h"

#include "tests/simex/core/rules.h"

enum { HALVINGS = 64 };

dec_t
desk_mark_px(const struct desk *d)
{
	return d->market.mark_px;
}

bool
exchange_shows(const struct exchange *x, enum position_side ps)
{
	return (ps != PS_BOTH) == x->hedged;
}

struct exposure
desk_exposure(const struct desk *d)
{
	struct exposure	 sum = { DEC_ZERO, DEC_ZERO };

	for (int ps = 0; ps < PS_N; ps++) {
		sum.bids = dec_add(sum.bids, d->exposure[ps].bids);
		sum.asks = dec_add(sum.asks, d->exposure[ps].asks);
	}
	return sum;
}

/* In hedge mode only the orders that make a position larger want margin. */
static struct exposure
counted(enum position_side ps, struct exposure e)
{
	if (ps == PS_LONG)
		e.asks = DEC_ZERO;
	if (ps == PS_SHORT)
		e.bids = DEC_ZERO;
	return e;
}

struct margin
desk_margin_if(const struct desk *d, enum position_side ps, struct exposure e)
{
	return position_margin(&d->positions[ps], d->leverage, desk_mark_px(d), d->brackets,
	    counted(ps, e));
}

struct margin
desk_margin(const struct desk *d, enum position_side ps)
{
	return desk_margin_if(d, ps, d->exposure[ps]);
}

static void
add_to_equity(struct equity *e, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const struct margin	 m = desk_margin(d, ps);
	const dec_t		 upnl = position_upnl(p, desk_mark_px(d));

	e->upnl = dec_add(e->upnl, upnl);
	e->position_margin = dec_add(e->position_margin, m.position);
	e->order_margin = dec_add(e->order_margin, m.orders);
	e->maint_margin = dec_add(e->maint_margin, m.maint);
	if (d->isolated)
		return;
	e->cross_upnl = dec_add(e->cross_upnl, upnl);
	e->cross_position_margin = dec_add(e->cross_position_margin, m.position);
	e->cross_maint_margin = dec_add(e->cross_maint_margin, m.maint);
}

struct equity
exchange_equity(const struct exchange *x, size_t purse)
{
	const struct purse	*p = &x->wallet.v[purse];
	struct equity		 e = { .balance = p->balance, .cross_balance = purse_cross(p) };
	const struct desk	*d;

	TAILQ_FOREACH(d, &x->active, link)
		for (int ps = 0; ps < PS_N && d->purse == purse; ps++)
			add_to_equity(&e, d, (enum position_side)ps);
	const dec_t	 tied = dec_add(e.cross_position_margin, e.order_margin);
	const dec_t	 without_gain = dec_sub(e.cross_balance, tied);
	e.margin_balance = dec_add(e.balance, e.upnl);
	e.available = dec_sub(dec_add(e.cross_balance, e.cross_upnl), tied);
	/* What has been gained on paper cannot be taken away. */
	e.withdrawable = dec_ok(e.available) && dec_ok(without_gain) ?
	    dec_min(e.available, without_gain) : DEC_NONE;
	return e;
}

bool
exchange_has(dec_t there, dec_t wanted)
{
	return dec_ok(there) && dec_ok(wanted) && !dec_gt(wanted, there);
}

/* ---- where it ends ---------------------------------------------------------------- */

/* What stands behind a position besides its own profit. */
static dec_t
backing(const struct exchange *x, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];

	if (d->isolated)
		return p->apart;
	const struct equity	 e = exchange_equity(x, d->purse);
	return dec_sub(dec_add(e.cross_balance, e.cross_upnl), position_upnl(p, desk_mark_px(d)));
}

dec_t
exchange_bankruptcy_px(const struct exchange *x, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const dec_t		 money = backing(x, d, ps);
	const dec_t		 worth = dec_sign(p->qty) > 0 ? dec_sub(p->cost, money) :
				    dec_add(p->cost, money);

	return dec_div(worth, dec_abs(p->qty), ROUND_HALF_EVEN);
}

static bool
is_two_sided(const struct desk *d)
{
	return !d->isolated && !dec_is_zero(d->positions[PS_LONG].qty) &&
	    !dec_is_zero(d->positions[PS_SHORT].qty);
}

/* What would be left above the maintenance margin of both sides. */
static dec_t
spare_at(const struct desk *d, dec_t money, dec_t px)
{
	dec_t	 spare = money;

	for (int ps = 0; ps < PS_N; ps++) {
		const struct position	*p = &d->positions[ps];

		spare = dec_sub(dec_add(spare, position_upnl(p, px)),
		    brackets_maint_margin(d->brackets, position_notional(p, px)));
	}
	return spare;
}

static dec_t
between(dec_t a, dec_t b)
{
	return (dec_t){ a.e8 / 2 + b.e8 / 2 };
}

/*
 * LONG and SHORT of one contract live and die together.  Away from the mark
 * price towards the loss of the larger one the spare money only falls; it is
 * looked for as far as it can be counted.
 */
static dec_t
two_sided_px(const struct desk *d, dec_t money)
{
	const dec_t	 net = dec_add(d->positions[PS_LONG].qty, d->positions[PS_SHORT].qty);
	const dec_t	 mark_px = desk_mark_px(d);
	dec_t		 safe = mark_px;
	dec_t		 dead = dec_sign(net) > 0 ? DEC_ZERO :
			    dec_mul(mark_px, DEC_INT(100), ROUND_UP);
	dec_t		 left = spare_at(d, money, dead);

	for (int i = 0; i < HALVINGS && dec_ok(dead) && !dec_ok(left); i++) {
		dead = between(safe, dead);
		left = spare_at(d, money, dead);
	}
	if (!dec_ok(left) || dec_sign(left) > 0)
		return DEC_ZERO;
	for (int i = 0; i < HALVINGS; i++) {
		const dec_t	 px = between(safe, dead);

		left = spare_at(d, money, px);
		if (dec_ok(left) && dec_sign(left) > 0)
			safe = px;
		else
			dead = px;
	}
	return dead;
}

dec_t
exchange_liquidation_px(const struct exchange *x, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const dec_t		 mark_px = desk_mark_px(d);

	if (dec_is_zero(p->qty))
		return DEC_ZERO;
	if (d->isolated)
		return brackets_liquidation_px(d->brackets, p->qty, p->cost, p->apart);
	const struct equity	 e = exchange_equity(x, d->purse);
	dec_t			 money = dec_sub(dec_add(e.cross_balance, e.cross_upnl),
				    e.cross_maint_margin);
	for (int i = 0; i < PS_N; i++) {
		const struct position	*mine = &d->positions[i];

		money = dec_sub(money, position_upnl(mine, mark_px));
		money = dec_add(money, brackets_maint_margin(d->brackets,
		    position_notional(mine, mark_px)));
	}
	return is_two_sided(d) ? two_sided_px(d, money) :
	    brackets_liquidation_px(d->brackets, p->qty, p->cost, money);
}

/* ---- may an order be placed -------------------------------------------------------- */

/* The price its notional counts with: never better than it can trade at. */
static dec_t
assumed_px(const struct desk *d, const struct terms *t)
{
	const dec_t		 mark_px = desk_mark_px(d);
	const struct level	*best = book_level(&d->book, side_opposite(t->side), 0);
	dec_t			 px = t->type == TYPE_LIMIT ? t->px : mark_px;

	if (t->side == SIDE_SELL && best != NULL)
		px = dec_max(px, best->px);
	if (t->side == SIDE_SELL || book_meets(&d->book, t->side, px) != NULL)
		px = dec_max(px, mark_px);
	return px;
}

static struct exposure
exposure_with(const struct desk *d, const struct terms *t, const struct order *was)
{
	const dec_t	 notional = dec_mul(t->qty, assumed_px(d, t), ROUND_UP);
	struct exposure	 e = d->exposure[t->ps];
	dec_t		*sum = t->side == SIDE_BUY ? &e.bids : &e.asks;

	*sum = dec_add(*sum, notional);
	if (was != NULL)
		*sum = dec_sub(*sum, dec_mul(was->rest.leaves_qty, was->terms.px, ROUND_HALF_EVEN));
	return e;
}

/* What it loses at once by trading at worse than the mark price. */
static dec_t
opening_loss(const struct desk *d, const struct terms *t)
{
	const dec_t		 mark_px = desk_mark_px(d);
	const bool		 buys = t->side == SIDE_BUY;
	const dec_t		 limit_px = t->type == TYPE_LIMIT ? t->px :
				    rules_take_bound(d, t->side);
	const struct level	*l;
	dec_t			 left = t->qty, loss = DEC_ZERO;

	for (size_t i = 0; dec_sign(left) > 0; i++) {
		l = book_level(&d->book, side_opposite(t->side), i);
		if (l == NULL || (buys ? dec_gt(l->px, limit_px) : dec_lt(l->px, limit_px)))
			break;
		const dec_t	 qty = dec_min(left, l->qty);
		const dec_t	 worse = buys ? dec_sub(l->px, mark_px) : dec_sub(mark_px, l->px);

		loss = dec_add(loss, dec_mul(qty, dec_max(worse, DEC_ZERO), ROUND_UP));
		left = dec_sub(left, qty);
	}
	return loss;
}

/* With as much again to spare: it may trade at other prices than it is counted with. */
static bool
is_countable(dec_t notional)
{
	return dec_ok(dec_add(notional, notional));
}

bool
desk_counts_at(const struct desk *d, dec_t px)
{
	for (int ps = 0; ps < PS_N; ps++)
		if (!is_countable(position_worst(&d->positions[ps], px, d->exposure[ps])))
			return false;
	return true;
}

/* Could it be counted beside everything there is, whether it needs margin or not? */
static bool
counts_with(const struct desk *d, const struct terms *t, const struct order *was)
{
	return is_countable(position_worst(&d->positions[t->ps], desk_mark_px(d),
	    exposure_with(d, t, was)));
}

struct reject
exchange_check_room(const struct desk *d, const struct terms *t, const struct order *was)
{
	const struct position	*p = &d->positions[t->ps];
	const dec_t		 mark_px = desk_mark_px(d);

	if (!counts_with(d, t, was))
		return reject_as(REJ_LEVERAGE_POSITION);
	if (t->reduce_only)
		return reject_none();
	const dec_t	 have = position_worst(p, mark_px, counted(t->ps, d->exposure[t->ps]));
	const dec_t	 want = position_worst(p, mark_px, counted(t->ps, exposure_with(d, t, was)));
	if (dec_ok(have) && !dec_gt(want, have))
		return reject_none();
	return dec_gt(want, brackets_max_notional(d->brackets, d->leverage)) ?
	    reject_as(REJ_LEVERAGE_POSITION) : reject_none();
}

/* An isolated position that turns gives back what it has, not what it began with. */
static dec_t
shortage(const struct desk *d, const struct position *p, struct margin m)
{
	const dec_t	 has = dec_add(p->apart, position_upnl(p, desk_mark_px(d)));

	const dec_t	 missing = dec_sub(m.position, has);

	return dec_ok(missing) ? dec_max(missing, DEC_ZERO) : DEC_NONE;
}

/* Only what makes the margin grow needs any. */
struct reject
exchange_check_margin(const struct exchange *x, const struct desk *d, const struct terms *t,
    const struct order *was)
{
	const struct position	*p = &d->positions[t->ps];

	if (!counts_with(d, t, was))
		return reject_as(REJ_MARGIN);
	if (t->reduce_only)
		return reject_none();
	const struct margin	 have = desk_margin(d, t->ps);
	const struct margin	 want = desk_margin_if(d, t->ps, exposure_with(d, t, was));
	dec_t			 more = dec_sub(want.orders, have.orders);
	if (!dec_ok(more))
		return reject_as(REJ_MARGIN);
	if (dec_sign(more) <= 0)
		return reject_none();
	more = dec_add(more, opening_loss(d, t));
	if (d->isolated && dec_sign(position_closable_qty(p, t->side)) > 0)
		more = dec_add(more, shortage(d, p, have));
	return exchange_has(exchange_equity(x, d->purse).available, more) ? reject_none() :
	    reject_as(REJ_MARGIN);
}

struct reject
exchange_check_idle(const struct exchange *x)
{
	const struct desk	*d;

	if (x->service.algos.n_open > 0)
		return reject_as(REJ_MODE_ORDERS);
	TAILQ_FOREACH(d, &x->active, link) {
		if (d->orders.n_open > 0)
			return reject_as(REJ_MODE_ORDERS);
		if (!desk_is_idle(d))
			return reject_as(REJ_MODE_POSITION);
	}
	return reject_none();
}
