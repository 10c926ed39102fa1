/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/account.h"
#include "tests/simex/core/match.h"

#include "base/text.h"

#define HOUR_US		INT64_C(3600000000)
#define NEVER		((wall_t){ INT64_MAX })
/* Who pays in BNB pays a tenth less. */
#define BNB_SHARE	((dec_t){ DEC_ONE_E8 / 10 * 9 })

static struct holding
holding_of(const struct purse *p)
{
	return (struct holding){ p->asset, p->balance, purse_cross(p) };
}

void
exchange_pay(struct exchange *x, const struct payment *pay, wall_t now)
{
	struct purse	*p = &x->wallet.v[pay->purse];

	if (dec_is_zero(pay->change))
		return;
	purse_change(p, pay->money, pay->change, now);
	incomes_add(&x->incomes, &(struct income){
		.money = pay->money, .listing = pay->desk == NULL ? NULL : pay->desk->listing,
		.purse = pay->purse, .change = pay->change, .balance = p->balance,
		.trade_id = pay->trade_id, .at = now,
	});
	struct fact	*f = fact_add(x, FACT_MONEY, pay->desk, PS_BOTH, now);
	f->held = holding_of(p);
	f->money = pay->money;
	f->change = pay->change;
	f->trade.id = pay->trade_id;
}

void
account_tell(struct exchange *x, size_t purse, enum update why, dec_t change, wall_t now)
{
	struct fact	*f = fact_add(x, FACT_ACCOUNT, NULL, PS_BOTH, now);

	f->held = holding_of(&x->wallet.v[purse]);
	f->update = why;
	f->change = change;
}

struct reject
exchange_transfer(struct exchange *x, size_t purse, dec_t change, enum update why, wall_t now)
{
	const dec_t	 after = dec_add(x->wallet.v[purse].balance, change);
	char		 most[DEC_STR];

	if (dec_is_zero(change))
		return reject_as(REJ_AMOUNT);
	if (!exchange_has(purse_cross(&x->wallet.v[purse]), dec_neg(change)))
		return reject_as(REJ_CROSS_BALANCE);
	if (dec_sign(change) > 0 && !exchange_has(BALANCE_MOST, after))
		return reject_with(REJ_BAD_PARAM, "amount: the balance would be more than %s",
		    dec_format(BALANCE_MOST, most));
	exchange_pay(x, &(struct payment){
		.purse = purse, .money = update_money(why), .change = change,
	}, now);
	account_tell(x, purse, why, change, now);
	exchange_watch(x, now);
	return reject_none();
}

/* ---- an execution --------------------------------------------------------------------- */

dec_t
exchange_bnb_px(const struct exchange *x)
{
	const struct listing	*l = listings_find(&x->listings, "BNBUSDT");

	if (dec_sign(x->bnb_px) > 0 || l == NULL)
		return x->bnb_px;
	return desk_mark_px(&x->desks[l->index]);
}

/* In BNB if the account wants that and has enough of it, else in the contract's own asset. */
static struct payment
commission(const struct exchange *x, const struct desk *d, dec_t fee)
{
	const struct purse	*bnb = wallet_find(&x->wallet, "BNB");
	const dec_t		 px = exchange_bnb_px(x);
	const dec_t		 in_bnb = dec_sign(px) > 0 ?
				    dec_muldiv(fee, BNB_SHARE, px, ROUND_DOWN) : DEC_ZERO;
	struct payment		 pay = { .desk = d, .purse = d->purse, .money = MONEY_COMMISSION,
				    .change = dec_neg(fee) };

	if (!x->burns_bnb || dec_sign(px) <= 0 || !exchange_has(purse_cross(bnb), in_bnb))
		return pay;
	pay.purse = (size_t)(bnb - x->wallet.v);
	pay.change = dec_neg(in_bnb);
	return pay;
}

static void
set_apart(struct exchange *x, struct desk *d, struct position *p, const struct booking *b,
    dec_t px)
{
	const dec_t	 notional = dec_mul(b->opened, px, ROUND_UP);
	const dec_t	 margin = d->isolated ? dec_div(notional, DEC_INT(d->leverage), ROUND_UP) :
			    DEC_ZERO;

	purse_set_apart(&x->wallet.v[d->purse], p, dec_sub(margin, b->released));
}

void
account_fill(struct exchange *x, struct desk *d, const struct order *o, struct trade *t,
    dec_t fee_rate, wall_t now)
{
	struct position		*p = order_position(d, o);
	const struct booking	 b = position_fill(p, o->terms.side, t->qty, t->px, fee_rate);
	struct payment		 fee = commission(x, d, b.fee);

	set_apart(x, d, p, &b, t->px);
	p->updated = now;
	exchange_pay(x, &(struct payment){
		.purse = d->purse, .desk = d, .change = b.realized, .trade_id = t->id,
		.money = o->terms.forced == FORCED_DELIVERY ? MONEY_DELIVERED : MONEY_REALIZED,
	}, now);
	fee.trade_id = t->id;
	exchange_pay(x, &fee, now);
	t->realized = b.realized;
	t->fee = dec_neg(fee.change);
	t->fee_asset = x->wallet.v[fee.purse].asset;
}

/* ---- funding ------------------------------------------------------------------------ */

static void
fund(struct exchange *x, struct desk *d, enum position_side ps, dec_t rate, wall_t now)
{
	struct position	*p = &d->positions[ps];
	const dec_t	 change = position_funding(p, desk_mark_px(d), rate);

	if (!dec_ok(change))
		return;		/* a position that no price of ours made so large */
	exchange_pay(x, &(struct payment){
		.purse = d->purse, .desk = d, .money = MONEY_FUNDING, .change = change,
	}, now);
	if (d->isolated)
		purse_set_apart(&x->wallet.v[d->purse], p, change);
	fact_add(x, FACT_FUNDING, d, ps, now)->change = change;
}

void
exchange_fund(struct exchange *x, struct desk *d, dec_t rate, wall_t now)
{
	fundings_add(&d->fundings, &(struct funding){
		.at = now, .rate = rate, .mark_px = desk_mark_px(d),
	});
	for (int ps = 0; ps < PS_N; ps++)
		if (!dec_is_zero(d->positions[ps].qty))
			fund(x, d, (enum position_side)ps, rate, now);
	exchange_watch(x, now);
}

static wall_t
by_the_hours(const struct desk *d, wall_t now)
{
	const int64_t	 hours = d->funding_hours > 0 ? d->funding_hours : FUNDING_USUAL_HOURS;

	return (wall_t){ (now.us / (hours * HOUR_US) + 1) * hours * HOUR_US };
}

wall_t
desk_next_funding(const struct desk *d, wall_t now)
{
	return wall_is_set(d->market.next_funding) ? d->market.next_funding : by_the_hours(d, now);
}

/* Where a record says when it is, nothing is due before it says that it was. */
static wall_t
due_by_itself(const struct desk *d, wall_t now)
{
	return d->funding_hours == 0 || wall_is_set(d->market.next_funding) ? NEVER :
	    by_the_hours(d, now);
}

void
exchange_plan_funding(struct exchange *x, wall_t now)
{
	x->next_funding = NEVER;
	for (size_t i = 0; i < x->n; i++) {
		const wall_t	 next = due_by_itself(&x->desks[i], now);

		if (next.us < x->next_funding.us)
			x->next_funding = next;
	}
}

void
exchange_fund_due(struct exchange *x, wall_t now)
{
	const wall_t	 before = { x->next_funding.us - 1 };

	for (size_t i = 0; i < x->n; i++)
		if (due_by_itself(&x->desks[i], before).us <= now.us)
			exchange_fund(x, &x->desks[i], x->desks[i].funding_rate, now);
	exchange_plan_funding(x, now);
}
