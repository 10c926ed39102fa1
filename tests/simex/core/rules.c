/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/rules.h"

#include "base/attr.h"
#include "tests/simex/core/account.h"

struct request {
	const struct exchange	*x;
	const struct desk	*d;
	struct terms		*t;
};

static bool
is_limit(const struct request *q)
{
	return q->t->type == TYPE_LIMIT;
}

static const struct position *
position(const struct request *q)
{
	return &q->d->positions[q->t->ps];
}

static struct reject
check_tif(const struct request *q)
{
	const bool	 kept = q->t->tif != TIF_GTD && q->t->tif != TIF_RPI;

	return kept ? reject_none() : reject_as(REJ_BAD_TIF);
}

static struct reject
check_price(const struct request *q)
{
	return is_limit(q) ? listing_check_price(q->d->listing, q->t->px) : reject_none();
}

static struct reject
check_qty(const struct request *q)
{
	return listing_check_qty(q->d->listing, q->t->type, q->t->qty);
}

static struct reject
check_percent(const struct request *q)
{
	if (!is_limit(q))
		return reject_none();
	return listing_check_percent(q->d->listing, q->t->side, q->t->px, desk_mark_px(q->d));
}

static struct reject
check_notional(const struct request *q)
{
	if (q->t->reduce_only)
		return reject_none();
	return listing_check_notional(q->d->listing, is_limit(q) ? q->t->px : desk_mark_px(q->d),
	    q->t->qty);
}

static struct reject
check_duplicate(const struct request *q)
{
	const struct order	*o = orders_find_clord_id(&q->d->orders, q->t->clord_id);

	return o != NULL && order_is_open(o) ? reject_as(REJ_DUPLICATE_ID) : reject_none();
}

static struct reject
check_max_orders(const struct request *q)
{
	return is_limit(q) && (int64_t)q->d->orders.n_open >= q->d->listing->max_orders ?
	    reject_as(REJ_MAX_ORDERS) : reject_none();
}

static dec_t
open_reductions(const struct desk *d, enum side side)
{
	const struct order	*o;
	dec_t			 sum = DEC_ZERO;

	TAILQ_FOREACH(o, &d->orders.reducing, reducing_link)
		if (o->terms.side == side)
			sum = dec_add(sum, o->rest.leaves_qty);
	return sum;
}

static struct reject
check_reduce_only(const struct request *q)
{
	if (!q->t->reduce_only)
		return reject_none();
	const dec_t	 closable = position_closable_qty(position(q), q->t->side);
	const dec_t	 left = dec_sub(closable, open_reductions(q->d, q->t->side));
	if (dec_is_zero(closable))
		return reject_as(REJ_REDUCE_ONLY);
	if (dec_sign(left) <= 0)
		return reject_as(REJ_REDUCE_ONLY_OPEN);
	q->t->qty = dec_min(q->t->qty, left);
	return reject_none();
}

static struct reject
check_counterparty(const struct request *q)
{
	const struct level	*best = book_level(&q->d->book, side_opposite(q->t->side), 0);

	if (is_limit(q) || best == NULL)
		return reject_none();
	const struct reject	 r = listing_check_percent(q->d->listing, q->t->side, best->px,
				    desk_mark_px(q->d));
	return reject_is_set(&r) ? reject_as(REJ_COUNTERPARTY) : reject_none();
}

static struct reject
check_all_at_once(const struct request *q)
{
	if (!is_limit(q) || q->t->tif != TIF_FOK)
		return reject_none();
	const dec_t	 there = book_reachable_qty(&q->d->book, q->t->side, q->t->px, q->t->qty);
	return dec_lt(there, q->t->qty) ? reject_as(REJ_FOK) : reject_none();
}

static struct reject
check_maker_only(const struct request *q)
{
	if (!is_limit(q) || q->t->tif != TIF_GTX)
		return reject_none();
	return book_meets(&q->d->book, q->t->side, q->t->px) != NULL ?
	    reject_as(REJ_GTX) : reject_none();
}

static struct reject
check_room(const struct request *q)
{
	return exchange_check_room(q->x, q->d, q->t);
}

static struct reject
check_margin(const struct request *q)
{
	return exchange_check_margin(q->x, q->d, q->t);
}

static struct reject (*const checks[])(const struct request *) = {
	check_tif,		/*  1 kept here at all */
	check_price,		/*  2 PRICE_FILTER */
	check_qty,		/*  3 LOT_SIZE, MARKET_LOT_SIZE */
	check_percent,		/*  4 PERCENT_PRICE */
	check_notional,		/*  5 MIN_NOTIONAL, at the mark price for MARKET */
	check_duplicate,	/*  6 the client order id among the open ones */
	check_max_orders,	/*  7 MAX_NUM_ORDERS */
	check_reduce_only,	/*  8 something to reduce; shrinks */
	check_counterparty,	/*  9 MARKET against a price that is too far away */
	check_all_at_once,	/* 10 FOK */
	check_maker_only,	/* 11 GTX */
	check_room,		/* 12 the notional its leverage allows */
	check_margin,		/* 13 available balance */
};

struct reject
rules_judge(const struct exchange *x, const struct desk *d, struct terms *t)
{
	const struct request	 q = { x, d, t };

	for (size_t i = 0; i < NITEMS(checks); i++) {
		const struct reject	 r = checks[i](&q);

		if (reject_is_set(&r))
			return r;
	}
	return reject_none();
}

dec_t
rules_take_bound(const struct desk *d, enum side side)
{
	const dec_t	 mark_px = desk_mark_px(d);
	const dec_t	 away = dec_mul(mark_px, d->listing->take_bound, ROUND_DOWN);

	return side == SIDE_BUY ? dec_add(mark_px, away) : dec_sub(mark_px, away);
}
