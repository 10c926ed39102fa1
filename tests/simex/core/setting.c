/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/account.h"
#include "tests/simex/core/match.h"

static bool
has_position(const struct desk *d)
{
	for (int ps = 0; ps < PS_N; ps++)
		if (!dec_is_zero(d->positions[ps].qty))
			return true;
	return false;
}

static struct reject
check_leverage(const struct desk *d, int leverage)
{
	if (leverage < 1 || leverage > d->brackets->v[0].initial_leverage)
		return reject_with(REJ_LEVERAGE, "%d", leverage);
	if (leverage < d->leverage && d->isolated && has_position(d))
		return reject_as(REJ_LEVERAGE_ISOLATED);
	const dec_t	 most = brackets_max_notional(d->brackets, leverage);
	for (int ps = 0; ps < PS_N && leverage > d->leverage; ps++)
		if (!exchange_has(most, position_worst(&d->positions[ps], desk_mark_px(d),
		    d->exposure[ps])))
			return reject_as(REJ_LEVERAGE_POSITION);
	return reject_none();
}

struct reject
exchange_set_leverage(struct exchange *x, struct desk *d, int leverage, wall_t now)
{
	const int		 before = d->leverage;
	const struct reject	 r = check_leverage(d, leverage);

	if (reject_is_set(&r))
		return r;
	d->leverage = leverage;
	if (leverage < before && !exchange_has(exchange_equity(x, d->purse).available, DEC_ZERO)) {
		d->leverage = before;
		return reject_as(REJ_LEVERAGE_MARGIN);
	}
	if (leverage != before)
		fact_add(x, FACT_LEVERAGE, d, PS_BOTH, now);
	return reject_none();
}

struct reject
exchange_set_isolated(struct exchange *x, struct desk *d, bool isolated, wall_t now)
{
	if (isolated == d->isolated)
		return reject_as(REJ_MARGIN_TYPE_SAME);
	if (isolated && x->multi_assets)
		return reject_as(REJ_ISOLATED_ASSETS);
	if (d->orders.n_open > 0)
		return reject_as(REJ_MARGIN_TYPE_ORDERS);
	if (has_position(d))
		return reject_as(REJ_MARGIN_TYPE_HELD);
	d->isolated = isolated;
	for (int ps = 0; ps < PS_N; ps++)
		if (exchange_shows(x, (enum position_side)ps))
			fact_add(x, FACT_ACCOUNT, d, (enum position_side)ps, now)->update =
			    UPD_MARGIN_TYPE;
	return reject_none();
}

struct reject
exchange_set_hedged(struct exchange *x, bool hedged)
{
	const struct reject	 r = exchange_check_idle(x);

	if (hedged == x->hedged)
		return reject_as(REJ_MODE_SAME);
	if (reject_is_set(&r))
		return r;
	x->hedged = hedged;
	return r;
}

struct reject
exchange_set_multi_assets(struct exchange *x, bool on, wall_t now)
{
	const struct desk	*d;

	if (on == x->multi_assets)
		return reject_as(REJ_ASSETS_SAME);
	for (size_t i = 0; i < x->n && on; i++)
		if (x->desks[i].isolated)
			return reject_as(REJ_ASSETS_ISOLATED);
	TAILQ_FOREACH(d, &x->active, link)
		if (d->orders.n_open > 0)
			return reject_as(REJ_ASSETS_ORDERS);
	x->multi_assets = on;
	fact_add(x, FACT_ASSET_MODE, NULL, PS_BOTH, now);
	return reject_none();
}

/* The wallet keeps the initial margin of what is open, and its losses. */
static dec_t
removable(const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const dec_t		 upnl = position_upnl(p, desk_mark_px(d));
	const dec_t		 lost = dec_ok(upnl) ? dec_min(upnl, DEC_ZERO) : DEC_NONE;

	return dec_sub(dec_add(p->apart, lost), desk_margin(d, ps).position);
}

struct reject
exchange_move_margin(struct exchange *x, struct desk *d, enum position_side ps, dec_t change,
    wall_t now)
{
	struct position	*p = desk_position(d, ps);

	if (dec_is_zero(change))
		return reject_as(REJ_AMOUNT);
	if (!d->isolated)
		return reject_as(REJ_NOT_ISOLATED);
	if (dec_is_zero(p->qty))
		return reject_as(REJ_NO_POSITION);
	if (dec_sign(change) > 0 && !exchange_has(exchange_equity(x, d->purse).withdrawable, change))
		return reject_as(REJ_CROSS_BALANCE);
	if (dec_sign(change) < 0 && !exchange_has(removable(d, ps), dec_neg(change)))
		return reject_as(REJ_ISOLATED_BALANCE);
	purse_set_apart(&x->wallet.v[d->purse], p, change);
	p->updated = now;
	margin_moves_add(&x->margin_moves, &(struct margin_move){ d->listing, ps, change, now });
	fact_add(x, FACT_ACCOUNT, d, ps, now)->update = UPD_MARGIN_TRANSFER;
	return reject_none();
}
