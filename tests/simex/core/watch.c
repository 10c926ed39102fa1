/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/account.h"
#include "tests/simex/core/match.h"

/* A margin call is made when so much of what there is, must be there. */
#define CALL_RATIO	((dec_t){ DEC_ONE_E8 / 10 * 8 })

enum health { WELL, CALLED, LOST };

/* What cannot be counted is let be. */
static enum health
health_of(dec_t balance, dec_t maint)
{
	if (!dec_ok(balance) || !dec_ok(maint) || dec_is_zero(maint))
		return WELL;
	if (!dec_gt(balance, maint))
		return LOST;
	return dec_lt(maint, dec_mul(balance, CALL_RATIO, ROUND_DOWN)) ? WELL : CALLED;
}

static void
call_for_margin(struct exchange *x, const struct desk *d, enum position_side ps, wall_t now)
{
	struct fact	*f = fact_add(x, FACT_MARGIN_CALL, d, ps, now);

	f->maint = desk_margin(d, ps).maint;
	f->called = 1;
}

/*
 * What the exchange takes beyond the commission, as far as there is something
 * to take; what is missing it gives.  Of no contract: d is NULL.
 */
static void
clear(struct exchange *x, size_t purse, const struct desk *d, dec_t left, dec_t fee, wall_t now)
{
	const dec_t	 change = dec_sign(left) < 0 ? dec_neg(left) : dec_neg(dec_min(left, fee));

	if (dec_is_zero(change))
		return;
	exchange_pay(x, &(struct payment){
		.purse = purse, .desk = d, .money = MONEY_INSURANCE, .change = change,
	}, now);
	account_tell(x, purse, UPD_INSURANCE_CLEAR, change, now);
}

/* ---- isolated positions ------------------------------------------------------------- */

static void
expire_orders_of(struct exchange *x, struct desk *d, enum position_side ps, wall_t now)
{
	struct order	*o, *next;

	for (o = TAILQ_FIRST(&d->orders.open); o != NULL; o = next) {
		next = TAILQ_NEXT(o, open_link);
		if (o->terms.ps == ps)
			order_expire(x, o, ER_LIQUIDATED, now);
	}
}

/* Its own wallet is all there is: the fund pays what is missing, the cross wallet nothing. */
static void
liquidate_isolated(struct exchange *x, struct desk *d, enum position_side ps, wall_t now)
{
	const struct purse	*p = &x->wallet.v[d->purse];

	expire_orders_of(x, d, ps, now);
	const dec_t	 before = purse_cross(p);
	const dec_t	 fee = forced_liquidate(x, d, ps, now);
	clear(x, d->purse, d, dec_sub(purse_cross(p), before), fee, now);
}

static void
watch_isolated(struct exchange *x, struct desk *d, enum position_side ps, wall_t now)
{
	struct position		*p = &d->positions[ps];
	const dec_t		 balance = dec_add(p->apart, position_upnl(p, desk_mark_px(d)));
	const enum health	 health = health_of(balance, desk_margin(d, ps).maint);
	const bool		 was_called = p->called;

	p->called = health == CALLED;
	if (health == LOST)
		liquidate_isolated(x, d, ps, now);
	else if (p->called && !was_called)
		call_for_margin(x, d, ps, now);
}

/* ---- all that one cross wallet backs -------------------------------------------------- */

static void
liquidate_cross(struct exchange *x, size_t purse, wall_t now)
{
	struct desk	*d, *last = NULL;
	dec_t		 fee = DEC_ZERO;

	TAILQ_FOREACH(d, &x->active, link)
		if (d->purse == purse && !d->isolated)
			exchange_expire_all(x, d, ER_LIQUIDATED, now);
	TAILQ_FOREACH(d, &x->active, link) {
		for (int ps = 0; ps < PS_N; ps++) {
			if (d->purse != purse || d->isolated || dec_is_zero(d->positions[ps].qty))
				continue;
			fee = dec_add(fee, forced_liquidate(x, d, (enum position_side)ps, now));
			last = d;
		}
	}
	if (last != NULL)
		clear(x, purse, last, purse_cross(&x->wallet.v[purse]), fee, now);
}

/* One call: the first of its facts counts them. */
static void
call_all(struct exchange *x, size_t purse, wall_t now)
{
	const size_t		 first = x->facts.n;
	const struct desk	*d;

	TAILQ_FOREACH(d, &x->active, link)
		for (int ps = 0; ps < PS_N; ps++)
			if (d->purse == purse && !d->isolated && !dec_is_zero(d->positions[ps].qty))
				call_for_margin(x, d, (enum position_side)ps, now);
	for (size_t i = first; i < x->facts.n; i++)
		x->facts.v[i].called = i == first ? x->facts.n - first : 0;
}

static void
watch_cross(struct exchange *x, size_t purse, wall_t now)
{
	struct purse		*p = &x->wallet.v[purse];
	const struct equity	 e = exchange_equity(x, purse);
	const dec_t		 balance = dec_add(e.cross_balance, e.cross_upnl);
	const enum health	 health = health_of(balance, e.cross_maint_margin);
	const bool		 was_called = p->called;

	p->called = health == CALLED;
	/* The loss of an isolated position that was closed for more than it had. */
	if (dec_ok(balance) && dec_ok(e.cross_maint_margin) &&
	    dec_is_zero(e.cross_maint_margin) && dec_sign(balance) < 0)
		clear(x, purse, NULL, balance, DEC_ZERO, now);
	if (health == LOST)
		liquidate_cross(x, purse, now);
	else if (p->called && !was_called)
		call_all(x, purse, now);
}

void
exchange_watch(struct exchange *x, wall_t now)
{
	struct desk	*d;

	if (TAILQ_EMPTY(&x->active))
		return;
	TAILQ_FOREACH(d, &x->active, link)
		for (int ps = 0; ps < PS_N && d->isolated; ps++)
			if (!dec_is_zero(d->positions[ps].qty))
				watch_isolated(x, d, (enum position_side)ps, now);
	for (size_t i = 0; i < x->wallet.n; i++)
		watch_cross(x, i, now);
}

struct reject
exchange_liquidate(struct exchange *x, struct desk *d, enum position_side ps, wall_t now)
{
	if (dec_is_zero(d->positions[ps].qty))
		return reject_as(REJ_REDUCE_ONLY);
	if (d->isolated)
		liquidate_isolated(x, d, ps, now);
	else
		liquidate_cross(x, d->purse, now);
	return reject_none();
}
