/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/match.h"

#include "base/die.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/rules.h"

enum { FACTS_START = 32 };

#define YEAR_US		INT64_C(31536000000000)

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
	*f = (struct fact){
		.kind = kind, .at = now, .ps = ps, .multi_assets = x->multi_assets,
		.modify_id = NO_MODIFY_ID,
	};
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
order_shrink(struct exchange *x, struct order *o, dec_t qty, wall_t now)
{
	struct desk	*d = exchange_desk(x, o->listing);
	const dec_t	 less = dec_sub(o->terms.qty, qty);

	if (o->rest.level != NULL)
		book_take(&d->book, &o->rest, less);
	else
		o->rest.leaves_qty = dec_sub(o->rest.leaves_qty, less);
	order_expose(d, o, dec_neg(less));
	o->terms.qty = qty;
	o->updated = now;
	fact_of_order(x, FACT_AMENDED, o, now);
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
	agenda_drop(&x->agenda, &o->expiry);
	orders_close(&d->orders, o);
}

void
order_expire(struct exchange *x, struct order *o, enum expiry er, wall_t now)
{
	const bool	 in_match = er == ER_STP || er == ER_IOC_STP;

	order_finish(x, o, in_match ? END_EXPIRED_IN_MATCH : END_EXPIRED, now);
	fact_of_order(x, FACT_EXPIRED, o, now)->er = er;
}

struct position *
order_position(struct desk *d, const struct order *o)
{
	return desk_position(d, o->terms.ps);
}

/* As much of it stays open as there is; that is not there for others. */
static void
keep_what_fits(struct exchange *x, struct order *o, dec_t left[PS_N][SIDE_N], wall_t now)
{
	dec_t	*there = &left[o->terms.ps][o->terms.side];

	if (dec_is_zero(*there)) {
		order_expire(x, o, ER_REDUCE_ONLY, now);
		return;
	}
	if (dec_gt(o->rest.leaves_qty, *there))
		order_shrink(x, o, dec_add(o->cum_qty, *there), now);
	*there = dec_sub(*there, o->rest.leaves_qty);
}

void
match_knock_out(struct exchange *x, struct desk *d, struct order *taking, wall_t now)
{
	dec_t		 left[PS_N][SIDE_N];
	struct order	*o, *next;

	if (TAILQ_EMPTY(&d->orders.reducing))
		return;
	for (int ps = 0; ps < PS_N; ps++)
		for (int s = 0; s < SIDE_N; s++)
			left[ps][s] = position_closable_qty(&d->positions[ps], (enum side)s);
	if (taking != NULL && taking->terms.reduce_only && order_is_open(taking))
		keep_what_fits(x, taking, left, now);
	for (o = TAILQ_FIRST(&d->orders.reducing); o != NULL; o = next) {
		next = TAILQ_NEXT(o, reducing_link);
		if (o != taking)
			keep_what_fits(x, o, left, now);
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
	if (dec_is_zero(o->rest.leaves_qty)) {
		agenda_drop(&x->agenda, &o->expiry);
		orders_close(&d->orders, o);
	}
	struct fact	*f = fact_of_order(x, kind, o, now);
	f->trade = *t;
	note_fee_asset(x, f);
}

void
match_book(struct exchange *x, struct order *o, dec_t px, dec_t qty, bool maker, wall_t now)
{
	struct desk	*d = exchange_desk(x, o->listing);

	book(x, o, FACT_TRADE, px, qty, maker, maker ? d->fee_maker : d->fee_taker, now);
	d->last_px = px;
	deals_add(&d->deals, &(struct deal){
		.id = d->orders.trades[d->orders.ntrades - 1].id, .px = px, .qty = qty, .at = now,
		.buyer_makes = maker == (o->terms.side == SIDE_BUY),
	});
}

void
match_take_over(struct exchange *x, struct order *o, dec_t qty, wall_t now)
{
	book(x, o, FACT_TAKEN, o->terms.px, qty, false, DEC_ZERO, now);
}

void
match_note_public(struct exchange *x, struct desk *d, enum side taker, dec_t px, dec_t qty,
    wall_t now)
{
	const struct trade	 t = {
		.id = d->orders.next_trade_id++, .listing = d->listing, .side = taker,
		.px = px, .qty = qty, .at = now,
	};

	d->last_px = px;
	d->moved = true;
	fact_add(x, FACT_PUBLIC_TRADE, d, PS_BOTH, now)->trade = t;
	deals_add(&d->deals, &(struct deal){
		.id = t.id, .px = px, .qty = qty, .at = now, .buyer_makes = taker == SIDE_SELL,
	});
}

/* What may only reduce trades no more than there is to reduce. */
static dec_t
tradable(struct desk *d, const struct order *o, dec_t qty)
{
	if (o == NULL || !o->terms.reduce_only)
		return qty;
	return dec_min(qty, position_closable_qty(order_position(d, o), o->terms.side));
}

static void
move(struct desk *d, struct resting *taker, struct resting *maker, dec_t qty)
{
	const dec_t	 px = maker->px;

	d->worn = d->worn || maker->owner == OWNER_HOUSE;
	if (maker->owner == OWNER_HOUSE && taker->owner == OWNER_CLIENT && d->market.synth != NULL)
		synth_took(d->market.synth, maker->side, px, qty);
	book_take(&d->book, maker, qty);
	taker->leaves_qty = dec_sub(taker->leaves_qty, qty);
	d->moved = true;
}

/* Nobody's order is in it. */
static void
trade_in_public(struct exchange *x, struct desk *d, struct resting *taker, struct resting *maker,
    wall_t now)
{
	const dec_t	 px = maker->px, qty = dec_min(taker->leaves_qty, maker->leaves_qty);

	move(d, taker, maker, qty);
	match_note_public(x, d, taker->side, px, qty, now);
}

static void
trade(struct exchange *x, struct desk *d, struct resting *taker, struct resting *maker, wall_t now)
{
	struct order	*takes = order_of(taker), *makes = order_of(maker);
	const dec_t	 px = maker->px;
	const dec_t	 qty = tradable(d, makes, tradable(d, takes,
			    dec_min(taker->leaves_qty, maker->leaves_qty)));

	move(d, taker, maker, qty);
	if (makes != NULL)
		match_book(x, makes, px, qty, true, now);
	if (takes != NULL)
		match_book(x, takes, px, qty, false, now);
	match_knock_out(x, d, takes, now);
}

static bool
is_self_trade(const struct order *takes, const struct order *makes)
{
	return takes != NULL && makes != NULL && takes->terms.stp != STP_NONE &&
	    takes->terms.tif != TIF_FOK;
}

static void
self_trade(struct exchange *x, struct order *taker, struct order *maker, wall_t now)
{
	const enum expiry	 er = taker->terms.tif == TIF_IOC ? ER_IOC_STP : ER_STP;

	if (taker->terms.stp != STP_EXPIRE_TAKER)
		order_expire(x, maker, ER_STP, now);
	if (taker->terms.stp != STP_EXPIRE_MAKER)
		order_expire(x, taker, er, now);
}

void
match_one(struct exchange *x, struct desk *d, struct resting *taker, struct resting *maker,
    wall_t now)
{
	if (is_self_trade(order_of(taker), order_of(maker)))
		self_trade(x, order_of(taker), order_of(maker), now);
	else if (taker->owner == OWNER_HOUSE && maker->owner == OWNER_HOUSE)
		trade_in_public(x, d, taker, maker, now);
	else
		trade(x, d, taker, maker, now);
}

void
match_take(struct exchange *x, struct desk *d, struct resting *taker, dec_t limit_px, wall_t now)
{
	struct resting	*maker;

	while (dec_sign(taker->leaves_qty) > 0 &&
	    (maker = book_meets(&d->book, taker->side, limit_px)) != NULL)
		match_one(x, d, taker, maker, now);
}

/* An order nobody wants is not kept for ever; one that triggered late ends where it begins. */
static wall_t
end_of(const struct order *o, wall_t now)
{
	const wall_t	 till = wall_from_ms(o->terms.good_till_ms);

	if (o->terms.tif != TIF_GTD)
		return wall_add_us(now, YEAR_US);
	return till.us > now.us ? till : now;
}

void
order_enter(struct exchange *x, struct order *o, wall_t now)
{
	struct desk	*d = exchange_desk(x, o->listing);
	const bool	 market = o->terms.type == TYPE_MARKET;

	match_take(x, d, &o->rest, market ? rules_take_bound(d, o->terms.side) : o->terms.px, now);
	if (!order_is_open(o))
		return;
	if (market)
		order_expire(x, o, ER_MARKET, now);
	else if (o->terms.tif == TIF_IOC)
		order_expire(x, o, ER_IOC, now);
	else
		book_insert(&d->book, &o->rest);
	if (o->rest.level != NULL && o->expiry.place == 0)
		agenda_put(&x->agenda, &o->expiry, ERRAND_ORDER, end_of(o, now));
}

/* ---- what falls due ----------------------------------------------------------- */

/* Whoever has traded something keeps the rest, however old it is. */
static void
order_is_due(struct exchange *x, struct order *o, wall_t now)
{
	if (o->terms.tif == TIF_GTD || dec_is_zero(o->cum_qty))
		order_expire(x, o, ER_NONE, now);
}

void
match_keep_appointments(struct exchange *x, wall_t now)
{
	struct appointment	*a;

	while ((a = agenda_first(&x->agenda)) != NULL && a->at.us <= now.us) {
		agenda_drop(&x->agenda, a);
		switch (a->errand) {
		case ERRAND_ORDER:
			order_is_due(x, MAP_OF(a, struct order, expiry), now);
			break;
		case ERRAND_COUNTDOWN:
			exchange_cancel_all(x, MAP_OF(a, struct desk, countdown), now);
			break;
		}
	}
}
