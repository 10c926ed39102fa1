/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/exchange.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/rules.h"

#include <stdlib.h>

enum { FACTS_START = 32, MADE_NAME = 22, LEVERAGE_MOST = 125 };

#define NEVER		((wall_t){ INT64_MAX })
#define MAINT_RATIO	((dec_t){ DEC_ONE_E8 / 250 })

static void
desk_init(struct desk *d, struct listing *l, const struct exchange_terms *t)
{
	d->listing = l;
	if (t->max_orders > 0)
		l->max_orders = t->max_orders;
	market_init(&d->market, l, t->seed);
	book_init(&d->book);
	orders_init(&d->orders, l, t->ids_from);
	d->leverage = LEVERAGE_DEFAULT;
	d->worn = true;
}

void
exchange_init(struct exchange *x, const struct exchange_terms *t)
{
	*x = (struct exchange){ .terms = *t, .names = rng_seed(t->seed), .next_walk = NEVER };
	TAILQ_INIT(&x->active);
	wallet_init(&x->wallet, t->balance);
	if (t->listings == NULL)
		listings_built_in(&x->listings);
	else
		listings_move(&x->listings, t->listings);
	x->n = x->listings.n;
	x->desks = xcalloc(x->n, sizeof(*x->desks));
	for (size_t i = 0; i < x->n; i++)
		desk_init(&x->desks[i], &x->listings.v[i], t);
	exchange_renew_quotes(x, WALL_UNSET);
}

void
exchange_fini(struct exchange *x)
{
	for (size_t i = 0; i < x->n; i++) {
		book_fini(&x->desks[i].book);
		orders_fini(&x->desks[i].orders);
	}
	free(x->desks);
	listings_fini(&x->listings);
	free(x->facts.v);
}

/* ---- facts --------------------------------------------------------------- */

static struct fact *
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
		.kind = kind, .desk = d, .at = now, .exposure = d->exposure,
		.ps = ps, .position = d->positions[ps], .leverage = d->leverage,
		.balance = x->wallet.balance, .mark_px = desk_mark_px(d),
	};
	return f;
}

static struct fact *
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
static void
expose(struct desk *d, const struct order *o, dec_t qty)
{
	if (o->terms.type == TYPE_MARKET)
		return;
	dec_t	*sum = o->terms.side == SIDE_BUY ? &d->exposure.bids : &d->exposure.asks;
	*sum = dec_add(*sum, dec_mul(qty, o->terms.px, ROUND_HALF_EVEN));
}

static void
finish(struct exchange *x, struct order *o, enum end end, wall_t now)
{
	struct desk	*d = exchange_desk(x, o->listing);

	expose(d, o, dec_neg(o->rest.leaves_qty));
	if (o->rest.level != NULL)
		book_remove(&d->book, &o->rest);
	o->rest.leaves_qty = DEC_ZERO;
	o->end = end;
	o->updated = now;
	orders_close(&d->orders, o);
}

static void
expire(struct exchange *x, struct order *o, enum expiry er, wall_t now)
{
	finish(x, o, er == ER_STP ? END_EXPIRED_IN_MATCH : END_EXPIRED, now);
	fact_of_order(x, FACT_EXPIRED, o, now)->er = er;
}

static struct position *
position_of(struct desk *d, const struct order *o)
{
	return desk_position(d, o->terms.ps);
}

/* Orders that may only reduce go when there is nothing left to reduce. */
static void
knock_out(struct exchange *x, struct desk *d, wall_t now)
{
	struct order	*o, *next;

	for (o = TAILQ_FIRST(&d->orders.reducing); o != NULL; o = next) {
		next = TAILQ_NEXT(o, reducing_link);
		if (dec_is_zero(position_closable_qty(position_of(d, o), o->terms.side)))
			expire(x, o, ER_REDUCE_ONLY, now);
	}
}

/* ---- matching --------------------------------------------------------------- */

static void
book_fill(struct exchange *x, struct order *o, dec_t px, dec_t qty, bool maker, wall_t now)
{
	struct desk		*d = exchange_desk(x, o->listing);
	struct position		*p = position_of(d, o);
	const dec_t		 rate = maker ? x->terms.fee_maker : x->terms.fee_taker;
	const struct booking	 b = wallet_fill(&x->wallet, p, o->terms.side, qty, px, rate);
	struct trade		*t = orders_add_trade(&d->orders, o, now);

	t->px = px;
	t->qty = qty;
	t->fee = b.fee;
	t->realized = b.realized;
	t->maker = maker;
	p->updated = now;
	o->cum_qty = dec_add(o->cum_qty, qty);
	o->cum_quote = dec_add(o->cum_quote, dec_mul(qty, px, ROUND_HALF_EVEN));
	o->updated = now;
	expose(d, o, dec_neg(qty));
	if (dec_is_zero(o->rest.leaves_qty))
		orders_close(&d->orders, o);
	fact_of_order(x, FACT_TRADE, o, now)->trade = *t;
}

static void
trade(struct exchange *x, struct desk *d, struct resting *taker, struct resting *maker, wall_t now)
{
	const bool	 client_makes = maker->owner == OWNER_CLIENT;
	struct order	*o = order_of(client_makes ? maker : taker);
	const dec_t	 px = maker->px;
	dec_t		 qty = dec_min(taker->leaves_qty, maker->leaves_qty);

	if (o->terms.reduce_only)
		qty = dec_min(qty, position_closable_qty(position_of(d, o), o->terms.side));
	book_take(&d->book, maker, qty);
	taker->leaves_qty = dec_sub(taker->leaves_qty, qty);
	d->worn = d->worn || !client_makes;
	book_fill(x, o, px, qty, client_makes, now);
	knock_out(x, d, now);
}

static void
self_trade(struct exchange *x, struct order *taker, struct order *maker, wall_t now)
{
	if (taker->terms.stp != STP_EXPIRE_TAKER)
		expire(x, maker, ER_STP, now);
	if (taker->terms.stp != STP_EXPIRE_MAKER)
		expire(x, taker, ER_STP, now);
}

static void
match(struct exchange *x, struct desk *d, struct resting *taker, dec_t limit_px, wall_t now)
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

/* ---- the house --------------------------------------------------------------- */

enum entry { POST_ONLY, TAKING };

/* Where nothing shall be quoted any more. */
static void
withdraw_quotes(struct desk *d)
{
	const struct level	*l;

	for (int s = 0; s < SIDE_N; s++) {
		const enum side	 side = (enum side)s;

		for (size_t i = 0; (l = book_level(&d->book, side, i)) != NULL;) {
			const bool	 stays = dec_is_zero(l->house_qty) ||
					    market_quotes_at(&d->market, side, l->px);
			const size_t	 n = d->book.sides[s].n;

			if (!stays)
				book_set_house(&d->book, side, l->px, DEC_ZERO);
			i += d->book.sides[s].n == n;
		}
	}
}

/* The house quotes so much there; what it has there already keeps its place in line. */
static void
put_quote(struct exchange *x, struct desk *d, enum side side, dec_t px, dec_t qty,
    enum entry entry, wall_t now)
{
	const dec_t	 has = book_house_qty(&d->book, side, px);
	struct resting	 more = {
		.owner = OWNER_HOUSE, .side = side, .px = px, .leaves_qty = dec_sub(qty, has),
	};

	if (entry == TAKING)
		match(x, d, &more, px, now);
	if (dec_sign(more.leaves_qty) > 0 && book_meets(&d->book, side, px) != NULL)
		more.leaves_qty = DEC_ZERO;
	book_set_house(&d->book, side, px, dec_add(has, more.leaves_qty));
	d->worn = d->worn || dec_lt(dec_add(has, more.leaves_qty), qty);
}

static void
put_quotes(struct exchange *x, struct desk *d, enum entry entry, wall_t now)
{
	withdraw_quotes(d);
	d->worn = false;
	for (int s = 0; s < SIDE_N; s++) {
		for (int i = 0; i < d->market.ladder.levels; i++) {
			const dec_t	 px = market_quote_px(&d->market, (enum side)s, i);

			if (dec_sign(px) > 0)
				put_quote(x, d, (enum side)s, px, d->market.ladder.qty, entry, now);
		}
	}
}

static void
forget_idle(struct exchange *x)
{
	struct desk	*d, *next;

	for (d = TAILQ_FIRST(&x->active); d != NULL; d = next) {
		next = TAILQ_NEXT(d, link);
		if (!desk_is_idle(d))
			continue;
		d->active = false;
		TAILQ_REMOVE(&x->active, d, link);
	}
}

void
exchange_set_price(struct exchange *x, struct desk *d, dec_t px, wall_t now)
{
	market_set(&d->market, px);
	put_quotes(x, d, TAKING, now);
}

void
exchange_set_ladder(struct exchange *x, struct desk *d, struct ladder l, wall_t now)
{
	market_set_ladder(&d->market, l);
	put_quotes(x, d, POST_ONLY, now);
}

void
exchange_wander(struct exchange *x, wall_t now)
{
	for (size_t i = 0; i < x->n; i++) {
		struct desk	*d = &x->desks[i];

		if (d->market.steps_left > 0)
			continue;
		market_wander(&d->market);
		put_quotes(x, d, TAKING, now);
	}
}

static void
find_next_walk(struct exchange *x)
{
	x->next_walk = NEVER;
	for (size_t i = 0; i < x->n; i++) {
		const struct market	*m = &x->desks[i].market;

		if (m->steps_left > 0 && m->next_step.us < x->next_walk.us)
			x->next_walk = m->next_step;
	}
}

void
exchange_plan_walk(struct exchange *x, struct desk *d, dec_t to, int64_t steps, int64_t ms,
    wall_t now)
{
	market_plan_walk(&d->market, to, steps, ms, now);
	find_next_walk(x);
}

static void
walk(struct exchange *x, wall_t now)
{
	for (size_t i = 0; i < x->n; i++) {
		struct desk	*d = &x->desks[i];

		if (!market_walk_is_due(&d->market, now))
			continue;
		market_walk(&d->market, now);
		put_quotes(x, d, TAKING, now);
	}
}

void
exchange_happen(struct exchange *x, wall_t now)
{
	if (x->next_walk.us > now.us)
		return;
	walk(x, now);
	find_next_walk(x);
}

wall_t
exchange_due(const struct exchange *x)
{
	return x->next_walk;
}

void
exchange_renew_quotes(struct exchange *x, wall_t now)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->desks[i].worn)
			put_quotes(x, &x->desks[i], POST_ONLY, now);
	forget_idle(x);
}

static void
activate(struct exchange *x, struct desk *d)
{
	if (d->active)
		return;
	d->active = true;
	TAILQ_INSERT_TAIL(&x->active, d, link);
}

/* ---- the client --------------------------------------------------------------- */

static void
make_name(struct rng *r, char clord_id[CLORD_ID])
{
	static const char	 letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	for (int i = 0; i < MADE_NAME; i++)
		clord_id[i] = letters[rng_below(r, sizeof(letters) - 1)];
	clord_id[MADE_NAME] = '\0';
}

/* What has not traded at once rests, or ends here. */
static void
settle(struct exchange *x, struct desk *d, struct order *o, wall_t now)
{
	if (!order_is_open(o))
		return;
	if (o->terms.type == TYPE_MARKET)
		expire(x, o, ER_MARKET, now);
	else if (o->terms.tif == TIF_IOC)
		expire(x, o, ER_IOC, now);
	else
		book_insert(&d->book, &o->rest);
}

struct reject
exchange_place(struct exchange *x, struct desk *d, const struct terms *wanted, wall_t now,
    struct order **made)
{
	struct terms		 t = *wanted;
	const struct reject	 r = rules_judge(x, d, &t);

	*made = NULL;
	if (reject_is_set(&r))
		return r;
	if (t.clord_id[0] == '\0')
		make_name(&x->names, t.clord_id);
	struct order	*o = *made = orders_add(&d->orders, &t, now);
	activate(x, d);
	expose(d, o, t.qty);
	fact_of_order(x, FACT_NEW, o, now);
	match(x, d, &o->rest, t.type == TYPE_LIMIT ? t.px : rules_take_bound(d, t.side), now);
	settle(x, d, o, now);
	return r;
}

void
exchange_cancel(struct exchange *x, struct order *o, wall_t now)
{
	finish(x, o, END_CANCELED, now);
	fact_of_order(x, FACT_CANCELED, o, now);
}

size_t
exchange_cancel_all(struct exchange *x, struct desk *d, wall_t now)
{
	size_t		 n = 0;
	struct order	*o;

	for (; (o = TAILQ_FIRST(&d->orders.open)) != NULL; n++)
		exchange_cancel(x, o, now);
	return n;
}

struct reject
exchange_fill(struct exchange *x, struct order *o, dec_t qty, dec_t px, wall_t now)
{
	struct desk		*d = exchange_desk(x, o->listing);
	const bool		 buys = o->terms.side == SIDE_BUY;
	struct reject		 r = listing_check_price(d->listing, px);

	if (!reject_is_set(&r))
		r = listing_check_qty(d->listing, TYPE_LIMIT, qty);
	if (reject_is_set(&r))
		return r;
	if (dec_gt(qty, o->rest.leaves_qty) || (o->terms.reduce_only &&
	    dec_gt(qty, position_closable_qty(position_of(d, o), o->terms.side))))
		return reject_with(REJ_BAD_PARAM, "qty");
	if (buys ? dec_gt(px, o->terms.px) : dec_lt(px, o->terms.px))
		return reject_with(REJ_BAD_PARAM, "price");
	book_take(&d->book, &o->rest, qty);
	book_fill(x, o, px, qty, true, now);
	knock_out(x, d, now);
	return r;
}

struct reject
exchange_amend(struct exchange *x, struct order *o, dec_t qty, wall_t now)
{
	struct desk		*d = exchange_desk(x, o->listing);
	const struct reject	 r = listing_check_qty(d->listing, o->terms.type, qty);
	const dec_t		 less = dec_sub(o->terms.qty, qty);

	if (reject_is_set(&r))
		return r;
	if (dec_sign(less) <= 0 || !dec_lt(less, o->rest.leaves_qty))
		return reject_with(REJ_BAD_PARAM, "qty");
	book_take(&d->book, &o->rest, less);
	expose(d, o, dec_neg(less));
	o->terms.qty = qty;
	o->updated = now;
	fact_of_order(x, FACT_AMENDED, o, now);
	return r;
}

struct reject
exchange_set_leverage(struct exchange *x, struct desk *d, int leverage, wall_t now)
{
	const int	 before = d->leverage;

	if (leverage < 1 || leverage > LEVERAGE_MOST)
		return reject_with(REJ_LEVERAGE, "%d", leverage);
	d->leverage = leverage;
	if (leverage < before && dec_sign(exchange_equity(x).available) < 0) {
		d->leverage = before;
		return reject_as(REJ_LEVERAGE_MARGIN);
	}
	if (leverage != before)
		fact_add(x, FACT_LEVERAGE, d, PS_BOTH, now);
	return reject_none();
}

void
exchange_fund(struct exchange *x, struct desk *d, dec_t rate, wall_t now)
{
	for (int ps = 0; ps < PS_N; ps++) {
		struct position	*p = &d->positions[ps];

		if (dec_is_zero(p->qty))
			continue;
		const dec_t	 change = wallet_fund(&x->wallet, p, desk_mark_px(d), rate);
		fact_add(x, FACT_FUNDING, d, (enum position_side)ps, now)->change = change;
	}
}

/* ---- questions --------------------------------------------------------------- */

struct desk *
exchange_find(struct exchange *x, const char *symbol)
{
	const struct listing	*l = listings_find(&x->listings, symbol);

	return l == NULL ? NULL : exchange_desk(x, l);
}

struct desk *
exchange_desk(struct exchange *x, const struct listing *l)
{
	return &x->desks[l->index];
}

struct position *
desk_position(struct desk *d, enum position_side ps)
{
	return &d->positions[ps];
}

bool
desk_is_idle(const struct desk *d)
{
	for (int ps = 0; ps < PS_N; ps++)
		if (!dec_is_zero(d->positions[ps].qty))
			return false;
	return d->orders.n_open == 0;
}

dec_t
desk_mark_px(const struct desk *d)
{
	return market_mark_px(&d->market);
}

struct margin
desk_margin_if(const struct desk *d, struct exposure e)
{
	struct margin	 sum = { 0 };

	for (int ps = 0; ps < PS_N; ps++) {
		/* Orders are margined with the one-way position: hedge mode has none there. */
		const struct margin	 m = position_margin(&d->positions[ps], d->leverage,
					    desk_mark_px(d), MAINT_RATIO,
					    ps == PS_BOTH ? e : (struct exposure){ 0 });

		sum.position = dec_add(sum.position, m.position);
		sum.orders = dec_add(sum.orders, m.orders);
		sum.maint = dec_add(sum.maint, m.maint);
	}
	return sum;
}

struct margin
desk_margin(const struct desk *d)
{
	return desk_margin_if(d, d->exposure);
}

static dec_t
desk_upnl(const struct desk *d)
{
	dec_t	 sum = DEC_ZERO;

	for (int ps = 0; ps < PS_N; ps++)
		sum = dec_add(sum, position_upnl(&d->positions[ps], desk_mark_px(d)));
	return sum;
}

struct equity
exchange_equity(const struct exchange *x)
{
	struct equity		 e = { 0 };
	const struct desk	*d;

	TAILQ_FOREACH(d, &x->active, link) {
		const struct margin	 m = desk_margin(d);

		e.upnl = dec_add(e.upnl, desk_upnl(d));
		e.position_margin = dec_add(e.position_margin, m.position);
		e.order_margin = dec_add(e.order_margin, m.orders);
		e.maint_margin = dec_add(e.maint_margin, m.maint);
	}
	e.margin_balance = dec_add(x->wallet.balance, e.upnl);
	e.available = dec_sub(e.margin_balance, dec_add(e.position_margin, e.order_margin));
	return e;
}

/* The mark price at which the margin balance is the maintenance margin, others unchanged. */
dec_t
exchange_liquidation_px(const struct exchange *x, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];

	if (dec_is_zero(p->qty))
		return DEC_ZERO;
	const struct equity	 e = exchange_equity(x);
	const dec_t		 others_upnl = dec_sub(e.upnl, position_upnl(p, desk_mark_px(d)));
	const dec_t		 others_maint = dec_sub(e.maint_margin,
				    dec_mul(dec_abs(position_notional(p, desk_mark_px(d))),
				    MAINT_RATIO, ROUND_UP));
	const dec_t		 money = dec_sub(dec_add(x->wallet.balance, others_upnl), others_maint);
	const bool		 is_long = dec_sign(p->qty) > 0;
	/* money +- (q * px - cost) == q * px * ratio, solved for px */
	const dec_t		 left = is_long ? dec_sub(p->cost, money) : dec_add(p->cost, money);
	const dec_t		 factor = is_long ? dec_sub(DEC_ONE, MAINT_RATIO) :
				    dec_add(DEC_ONE, MAINT_RATIO);
	const dec_t		 px = dec_div(left, dec_mul(dec_abs(p->qty), factor, ROUND_HALF_EVEN),
				    ROUND_HALF_EVEN);

	return dec_ok(px) && dec_sign(px) > 0 ? px : DEC_ZERO;
}
