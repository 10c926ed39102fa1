/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/match.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/rules.h"

#include <stdlib.h>

/* What the account has to do with a contract. */
static void
open_account_of(struct exchange *x, struct desk *d)
{
	d->purse = wallet_add(&x->wallet, d->listing->margin_asset);
	d->brackets = bracket_book_find(&x->bracket_book, d->listing->symbol);
	if (d->brackets == NULL)
		d->brackets = &x->usual_brackets;
	d->fee_maker = x->terms.fee_maker;
	d->fee_taker = x->terms.fee_taker;
	d->funding_rate = x->terms.funding_rate;
	d->funding_hours = x->terms.funding_hours;
	d->leverage = d->brackets->v[0].initial_leverage < LEVERAGE_DEFAULT ?
	    d->brackets->v[0].initial_leverage : LEVERAGE_DEFAULT;
}

static void
give(struct exchange *x, const char *asset, dec_t sum)
{
	const size_t	 i = wallet_add(&x->wallet, asset);
	struct purse	*p = &x->wallet.v[i];

	p->initial = dec_add(p->initial, sum);
	p->balance = dec_add(p->balance, sum);
	if (dec_sign(sum) > 0)
		p->updated = x->terms.market.start;
}

static void
open_account(struct exchange *x, const struct exchange_terms *t)
{
	if (t->brackets != NULL) {
		x->bracket_book = *t->brackets;
		*t->brackets = (struct bracket_book){ 0 };
	}
	brackets_default(&x->usual_brackets, LEVERAGE_MOST);
	wallet_init(&x->wallet, x->listings.assets);
	give(x, "USDT", t->balance);
	for (size_t i = 0; i < t->grants.n; i++)
		give(x, t->grants.v[i].asset, t->grants.v[i].sum);
}

/* What is asked for is what is listed then. */
static void
limit_orders(struct listing *l, int64_t most)
{
	char		 text[DEC_STR];
	struct why	 why;

	text_putf(text, sizeof(text), "%lld", (long long)most);
	if (listing_change(l, "MAX_NUM_ORDERS", "limit", text, &why) == -1)
		l->max_orders = most;	/* a contract that does not list any */
}

/* A record has a price of its own, which is not known yet. */
static void
begin_candles(struct desk *d, wall_t start)
{
	if (d->market.kind == MARKET_TAPE)
		return;
	candles_begin(&d->deals.candles, d->last_px, wall_ms(start));
	candles_begin(&d->marks, desk_mark_px(d), wall_ms(start));
}

static void
desk_init(struct desk *d, struct listing *l, const struct exchange_terms *t)
{
	d->listing = l;
	if (t->max_orders > 0)
		limit_orders(l, t->max_orders);
	market_init(&d->market, l, &t->market);
	book_init(&d->book);
	orders_init(&d->orders, l, t->ids_from);
	deals_init(&d->deals, d->orders.first_trade_id);
	d->worn = true;
	d->last_px = d->market.ref_px;
	begin_candles(d, t->market.start);
}

void
exchange_init(struct exchange *x, const struct exchange_terms *t)
{
	*x = (struct exchange){
		.terms = *t, .names = rng_seed(t->market.seed),
		.next_walk = { INT64_MAX }, .next_funding = { INT64_MAX },
	};
	TAILQ_INIT(&x->active);
	service_init(&x->service, t->ids_from, t->market.seed);
	if (t->listings == NULL)
		listings_built_in(&x->listings);
	else
		listings_move(&x->listings, t->listings);
	x->n = x->listings.n;
	x->desks = xcalloc(x->n, sizeof(*x->desks));
	open_account(x, t);
	updates_init(&x->updates);
	for (size_t i = 0; i < x->n; i++) {
		desk_init(&x->desks[i], &x->listings.v[i], t);
		open_account_of(x, &x->desks[i]);
		book_join(&x->desks[i].book, &x->updates);
	}
	exchange_beat(x, t->market.start);
}

void
exchange_fini(struct exchange *x)
{
	for (size_t i = 0; i < x->n; i++) {
		market_fini(&x->desks[i].market);
		book_fini(&x->desks[i].book);
		orders_fini(&x->desks[i].orders);
		deals_fini(&x->desks[i].deals);
		candles_fini(&x->desks[i].marks);
		fundings_fini(&x->desks[i].fundings);
	}
	free(x->desks);
	agenda_fini(&x->agenda);
	listings_fini(&x->listings);
	service_fini(&x->service);
	brackets_fini(&x->usual_brackets);
	bracket_book_fini(&x->bracket_book);
	wallet_fini(&x->wallet);
	incomes_fini(&x->incomes);
	margin_moves_fini(&x->margin_moves);
	free(x->forced.v);
	free(x->facts.v);
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

struct reject
exchange_place(struct exchange *x, struct desk *d, const struct terms *wanted, wall_t now,
    struct order **made)
{
	struct terms		 t = *wanted;
	const struct reject	 r = rules_judge(x, d, &t, now);

	*made = NULL;
	if (reject_is_set(&r))
		return r;
	if (t.clord_id[0] == '\0')
		clord_id_make(&x->names, t.clord_id);
	struct order	*o = *made = orders_add(&d->orders, &t, now);
	activate(x, d);
	order_expose(d, o, t.qty);
	fact_of_order(x, FACT_NEW, o, now);
	order_enter(x, o, now);
	return r;
}

struct reject
exchange_try(const struct exchange *x, const struct desk *d, struct terms *t, wall_t now)
{
	return rules_judge(x, d, t, now);
}

void
exchange_cancel(struct exchange *x, struct order *o, wall_t now)
{
	order_finish(x, o, END_CANCELED, now);
	fact_of_order(x, FACT_CANCELED, o, now);
}

void
exchange_expire(struct exchange *x, struct order *o, enum expiry er, wall_t now)
{
	order_expire(x, o, er, now);
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

size_t
exchange_expire_all(struct exchange *x, struct desk *d, enum expiry er, wall_t now)
{
	size_t		 n = 0;
	struct order	*o;

	for (; (o = TAILQ_FIRST(&d->orders.open)) != NULL; n++)
		order_expire(x, o, er, now);
	return n;
}

void
exchange_count_down(struct exchange *x, struct desk *d, int64_t ms, wall_t now)
{
	if (ms == 0)
		agenda_drop(&x->agenda, &d->countdown);
	else
		agenda_put(&x->agenda, &d->countdown, ERRAND_COUNTDOWN,
		    wall_add_us(now, ms * 1000));
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
	    dec_gt(qty, position_closable_qty(order_position(d, o), o->terms.side))))
		return reject_with(REJ_BAD_PARAM, "qty");
	if (buys ? dec_gt(px, o->terms.px) : dec_lt(px, o->terms.px))
		return reject_with(REJ_BAD_PARAM, "price");
	book_take(&d->book, &o->rest, qty);
	match_book(x, o, px, qty, true, now);
	match_knock_out(x, d, NULL, now);
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
	order_shrink(x, o, qty, now);
	return r;
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
