/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/match.h"

#include "base/die.h"
#include "tests/simex/core/account.h"

enum { FACTS_START = 32 };

/* ---- facts --------------------------------------------------------------- */

static void
remember_desk(const struct exchange *x, struct fact *f, const struct desk *d)
{
	const struct purse	*p = &x->wallet.v[d->purse];

	f->desk = d;
	f->exposure = desk_exposure(d);
	f->position = d->positions[f->ps];
	f->leverage = d->leverage;
	f->isolated = d->isolated;
	f->held = (struct holding){ p->asset, p->balance, purse_cross(p) };
	f->mark_px = desk_mark_px(d);
}

struct fact *
fact_add(struct exchange *x, enum fact_kind kind, const struct desk *d, enum position_side ps,
    wall_t now)
{
	struct facts	*fs = &x->facts;

	if (fs->n == fs->cap) {
		fs->cap = fs->cap == 0 ? FACTS_START : fs->cap * 2;
		fs->v = xrealloc(fs->v, fs->cap * sizeof(*fs->v));
	}
	struct fact	*f = &fs->v[fs->n++];
	*f = (struct fact){ .kind = kind, .at = now, .ps = ps, .multi_assets = x->multi_assets };
	if (d != NULL)
		remember_desk(x, f, d);
	return f;
}

struct fact *
fact_of_order(struct exchange *x, enum fact_kind kind, const struct order *o, wall_t now)
{
	struct fact	*f = fact_add(x, kind, exchange_desk(x, o->listing), o->terms.ps, now);

	f->order = *o;
	return f;
}

/* ---- one order ------------------------------------------------------------- */

static struct order *
order_of(struct resting *r)
{
	return r->owner == OWNER_CLIENT ?
	    (struct order *)(void *)((char *)r - offsetof(struct order, rest)) : NULL;
}

/* Open LIMIT orders count with their own price, MARKET orders not at all. */
void
order_expose(struct desk *d, const struct order *o, dec_t qty)
{
	if (o->terms.type == TYPE_MARKET)
		return;
	struct exposure	*e = &d->exposure[o->terms.ps];
	dec_t		*sum = o->terms.side == SIDE_BUY ? &e->bids : &e->asks;

	*sum = dec_add(*sum, dec_mul(qty, o->terms.px, ROUND_HALF_EVEN));
}

void
order_finish(struct exchange *x, struct order *o, enum end end, wall_t now)
{
	struct desk	*d = exchange_desk(x, o->listing);

	order_expose(d, o, dec_neg(o->rest.leaves_qty));
	if (o->rest.level != NULL)
		book_remove(&d->book, &o->rest);
	o->rest.leaves_qty = DEC_ZERO;
	o->end = end;
	o->updated = now;
	orders_close(&d->orders, o);
}

void
order_expire(struct exchange *x, struct order *o, enum expiry er, wall_t now)
{
	order_finish(x, o, er == ER_STP ? END_EXPIRED_IN_MATCH : END_EXPIRED, now);
	fact_of_order(x, FACT_EXPIRED, o, now)->er = er;
}

struct position *
order_position(struct desk *d, const struct order *o)
{
	return desk_position(d, o->terms.ps);
}

void
match_knock_out(struct exchange *x, struct desk *d, wall_t now)
{
	struct order	*o, *next;

	for (o = TAILQ_FIRST(&d->orders.reducing); o != NULL; o = next) {
		next = TAILQ_NEXT(o, reducing_link);
		if (dec_is_zero(position_closable_qty(order_position(d, o), o->terms.side)))
			order_expire(x, o, ER_REDUCE_ONLY, now);
	}
}

/* ---- matching --------------------------------------------------------------- */

static void
note_fee_asset(const struct exchange *x, struct fact *f)
{
	const struct purse	*p = wallet_find(&x->wallet, f->trade.fee_asset);

	if (p != &x->wallet.v[f->desk->purse])
		f->held_for_fee = (struct holding){ p->asset, p->balance, purse_cross(p) };
}

static void
book(struct exchange *x, struct order *o, enum fact_kind kind, dec_t px, dec_t qty, bool maker,
    dec_t fee_rate, wall_t now)
{
	struct desk	*d = exchange_desk(x, o->listing);
	struct trade	*t = orders_add_trade(&d->orders, o, now);

	t->px = px;
	t->qty = qty;
	t->maker = maker;
	account_fill(x, d, o, t, fee_rate, now);
	o->cum_qty = dec_add(o->cum_qty, qty);
	o->cum_quote = dec_add(o->cum_quote, dec_mul(qty, px, ROUND_HALF_EVEN));
	o->updated = now;
	order_expose(d, o, dec_neg(qty));
	if (dec_is_zero(o->rest.leaves_qty))
		orders_close(&d->orders, o);
	struct fact	*f = fact_of_order(x, kind, o, now);
	f->trade = *t;
	note_fee_asset(x, f);
}

void
match_book(struct exchange *x, struct order *o, dec_t px, dec_t qty, bool maker, wall_t now)
{
	const struct desk	*d = exchange_desk(x, o->listing);

	book(x, o, FACT_TRADE, px, qty, maker, maker ? d->fee_maker : d->fee_taker, now);
}

void
match_take_over(struct exchange *x, struct order *o, dec_t qty, wall_t now)
{
	book(x, o, FACT_TAKEN, o->terms.px, qty, false, DEC_ZERO, now);
}

static void
trade(struct exchange *x, struct desk *d, struct resting *taker, struct resting *maker, wall_t now)
{
	const bool	 client_makes = maker->owner == OWNER_CLIENT;
	struct order	*o = order_of(client_makes ? maker : taker);
	const dec_t	 px = maker->px;
	dec_t		 qty = dec_min(taker->leaves_qty, maker->leaves_qty);

	if (o->terms.reduce_only)
		qty = dec_min(qty, position_closable_qty(order_position(d, o), o->terms.side));
	book_take(&d->book, maker, qty);
	taker->leaves_qty = dec_sub(taker->leaves_qty, qty);
	d->worn = d->worn || !client_makes;
	match_book(x, o, px, qty, client_makes, now);
	match_knock_out(x, d, now);
}

static void
self_trade(struct exchange *x, struct order *taker, struct order *maker, wall_t now)
{
	if (taker->terms.stp != STP_EXPIRE_TAKER)
		order_expire(x, maker, ER_STP, now);
	if (taker->terms.stp != STP_EXPIRE_MAKER)
		order_expire(x, taker, ER_STP, now);
}

void
match_take(struct exchange *x, struct desk *d, struct resting *taker, dec_t limit_px, wall_t now)
{
	struct resting	*maker;

	while (dec_sign(taker->leaves_qty) > 0 &&
	    (maker = book_meets(&d->book, taker->side, limit_px)) != NULL) {
		if (taker->owner == OWNER_CLIENT && maker->owner == OWNER_CLIENT)
			self_trade(x, order_of(taker), order_of(maker), now);
		else
			trade(x, d, taker, maker, now);
	}
}
