/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/match.h"

enum { LEVERAGE_MOST = 125 };

#define MAINT_RATIO	((dec_t){ DEC_ONE_E8 / 250 })

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

dec_t
desk_mark_px(const struct desk *d)
{
	return d->market.mark_px;
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
