/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/rules.h"

#include "base/attr.h"
#include "tests/simex/core/account.h"

#define GOOD_TILL_LEAST_MS	INT64_C(600000)		/* from now */
#define GOOD_TILL_MOST_MS	INT64_C(253402300799000)

struct request {
	const struct exchange	*x;
	const struct desk	*d;
	struct terms		*t;
	const struct order	*was;	/* what the terms change; NULL: they are a new order's */
	wall_t			 now;
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

/* How much of the order is still to be traded. */
static dec_t
wanted(const struct request *q)
{
	return q->was == NULL ? q->t->qty : dec_sub(q->t->qty, q->was->cum_qty);
}

static struct reject
check_phase(const struct request *q)
{
	const enum phase	 p = q->d->listing->phase;

	if (p == PHASE_OPEN || (p == PHASE_REDUCING && q->t->reduce_only))
		return reject_none();
	return reject_as(p == PHASE_OVER ? REJ_SYMBOL_CLOSED : REJ_SYMBOL_STATUS);
}

static struct reject
check_curb(const struct request *q)
{
	static const struct { enum reject_why why; bool sides[SIDE_N]; } curbs[] = {
		[CURB_NONE] = { REJ_NONE, { false, false } },
		[CURB_BUY]  = { REJ_CONTROL_BUY, { [SIDE_BUY] = true } },
		[CURB_SELL] = { REJ_CONTROL_SELL, { [SIDE_SELL] = true } },
		[CURB_BOTH] = { REJ_CONTROL, { true, true } },
	};
	const enum curb	 c = q->d->listing->curb;

	return curbs[c].sides[q->t->side] && !q->t->reduce_only ?
	    reject_as(curbs[c].why) : reject_none();
}

static struct reject
check_good_till(const struct request *q)
{
	const int64_t	 till = q->t->good_till_ms;

	if (q->t->tif != TIF_GTD || q->t->triggered)
		return reject_none();
	if (till <= wall_ms(q->now) + GOOD_TILL_LEAST_MS || till >= GOOD_TILL_MOST_MS)
		return reject_as(REJ_GOOD_TILL);
	q->t->good_till_ms = till / 1000 * 1000;
	return reject_none();
}

/* Where in the book the price of each is, counted from the best. */
static const struct { bool opposite; size_t depth; } matches[PM_N] = {
	[PM_OPPONENT] = { true, 0 },   [PM_OPPONENT_5] = { true, 4 },
	[PM_QUEUE]      = { false, 0 }, [PM_QUEUE_5]    = { false, 4 },
	[PM_QUEUE_10]   = { false, 9 }, [PM_QUEUE_20]   = { false, 19 },
};

static struct reject
check_price_match(const struct request *q)
{
	const enum price_match	 pm = q->t->pm;
	struct quote		 there;

	if (pm == PM_NONE)
		return reject_none();
	if (!book_shown(&q->d->book, matches[pm].opposite ? side_opposite(q->t->side) : q->t->side,
	    matches[pm].depth, &there))
		return reject_as(REJ_NO_DEPTH);
	q->t->px = there.px;
	return reject_none();
}

static struct reject
check_same(const struct request *q)
{
	const struct terms	*was = &q->was->terms;

	return dec_cmp(q->t->px, was->px) == 0 && dec_cmp(q->t->qty, was->qty) == 0 &&
	    q->t->reduce_only == was->reduce_only ? reject_as(REJ_SAME_ORDER) : reject_none();
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
	struct reject	 r = listing_check_notional(q->d->listing,
			    is_limit(q) ? q->t->px : desk_mark_px(q->d), q->t->qty);
	if (reject_is_set(&r) && q->was != NULL)
		r.why = REJ_CHANGE_NOTIONAL;
	return r;
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
	const struct listing	*l = q->d->listing;
	const size_t		 open = q->d->orders.n_open +
				    algos_waiting(&q->x->service.algos, l);

	return is_limit(q) && l->max_orders > 0 && (int64_t)open >= l->max_orders ?
	    reject_as(REJ_MAX_ORDERS) : reject_none();
}

/* Of what it could close, what all the other orders of its side do not take. */
static dec_t
left_to_close(const struct request *q, dec_t closable)
{
	const struct order	*o;
	dec_t			 left = closable;

	TAILQ_FOREACH(o, &q->d->orders.open, open_link)
		if (o->terms.side == q->t->side && o->terms.ps == q->t->ps && o != q->was)
			left = dec_max(DEC_ZERO, dec_sub(left, o->rest.leaves_qty));
	return left;
}

/* One-way orders shrink to what there is; those of hedge mode have to fit. */
static struct reject
check_reduce_only(const struct request *q)
{
	if (!q->t->reduce_only)
		return reject_none();
	const dec_t	 closable = position_closable_qty(position(q), q->t->side);
	const dec_t	 left = q->t->closes ? closable : left_to_close(q, closable);
	if (dec_is_zero(closable))
		return reject_as(REJ_REDUCE_ONLY);
	if (q->t->ps != PS_BOTH)
		return dec_gt(wanted(q), left) ? reject_as(REJ_REDUCE_ONLY) : reject_none();
	if (dec_is_zero(left))
		return reject_as(REJ_REDUCE_ONLY_OPEN);
	q->t->qty = dec_sub(q->t->qty, dec_sub(wanted(q), dec_min(wanted(q), left)));
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
	if (!is_limit(q) || !rules_is_maker_only(q->t))
		return reject_none();
	return book_meets(&q->d->book, q->t->side, q->t->px) != NULL ?
	    reject_as(REJ_GTX) : reject_none();
}

/* With what would be left to trade of it. */
static struct terms
terms_wanted(const struct request *q)
{
	struct terms	 t = *q->t;

	t.qty = wanted(q);
	return t;
}

static struct reject
check_room(const struct request *q)
{
	const struct terms	 t = terms_wanted(q);

	return exchange_check_room(q->d, &t, q->was);
}

static struct reject
check_margin(const struct request *q)
{
	const struct terms	 t = terms_wanted(q);

	return exchange_check_margin(q->x, q->d, &t, q->was);
}

typedef struct reject (*check_fn)(const struct request *);

static const check_fn	new_checks[] = {
	check_phase,		/*  1 the contract's status */
	check_curb,		/*  2 POSITION_RISK_CONTROL */
	check_good_till,	/*  3 of GTD */
	check_price_match,	/*  4 a level to match; is the price */
	check_price,		/*  5 PRICE_FILTER */
	check_qty,		/*  6 LOT_SIZE, MARKET_LOT_SIZE */
	check_percent,		/*  7 PERCENT_PRICE */
	check_notional,		/*  8 MIN_NOTIONAL, at the mark price for MARKET */
	check_duplicate,	/*  9 the client order id among the open ones */
	check_max_orders,	/* 10 MAX_NUM_ORDERS, conditional ones included */
	check_reduce_only,	/* 11 something to reduce; shrinks */
	check_counterparty,	/* 12 MARKET against a price that is too far away */
	check_all_at_once,	/* 13 FOK */
	check_maker_only,	/* 14 GTX, RPI */
	check_room,		/* 15 the notional its leverage allows */
	check_margin,		/* 16 available balance */
};

static const check_fn	change_checks[] = {
	check_curb,
	check_price_match,
	check_same,		/* nothing would change */
	check_price,
	check_qty,
	check_percent,
	check_notional,
	check_reduce_only,
	check_room,
	check_margin,
};

static struct reject
judge(const struct request *q, const check_fn *checks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct reject	 r = checks[i](q);

		if (reject_is_set(&r))
			return r;
	}
	return reject_none();
}

struct reject
rules_judge(const struct exchange *x, const struct desk *d, struct terms *t, wall_t now)
{
	const struct request	 q = { .x = x, .d = d, .t = t, .now = now };

	return judge(&q, new_checks, NITEMS(new_checks));
}

struct reject
rules_judge_change(const struct exchange *x, const struct desk *d, const struct order *was,
    struct terms *t, wall_t now)
{
	const struct request	 q = { .x = x, .d = d, .t = t, .was = was, .now = now };

	return judge(&q, change_checks, NITEMS(change_checks));
}

bool
rules_is_maker_only(const struct terms *t)
{
	return t->tif == TIF_GTX || t->tif == TIF_RPI;
}

dec_t
rules_take_bound(const struct desk *d, enum side side)
{
	const dec_t	 mark_px = desk_mark_px(d);
	const dec_t	 away = dec_mul(mark_px, d->listing->take_bound, ROUND_DOWN);

	return side == SIDE_BUY ? dec_add(mark_px, away) : dec_sub(mark_px, away);
}
