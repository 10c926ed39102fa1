/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/print.h"

#include "wire/jw.h"

static dec_t
not_negative(dec_t d)
{
	return dec_max(d, DEC_ZERO);
}

static void
put_totals(struct buf *b, const struct wallet *w, const struct equity *e)
{
	const dec_t	 free = not_negative(e->available);

	put_money(b, "totalInitialMargin", dec_add(e->position_margin, e->order_margin));
	put_money(b, "totalMaintMargin", e->maint_margin);
	put_money(b, "totalWalletBalance", w->balance);
	put_money(b, "totalUnrealizedProfit", e->upnl);
	put_money(b, "totalMarginBalance", e->margin_balance);
	put_money(b, "totalPositionInitialMargin", e->position_margin);
	put_money(b, "totalOpenOrderInitialMargin", e->order_margin);
	put_money(b, "totalCrossWalletBalance", w->balance);
	put_money(b, "totalCrossUnPnl", e->upnl);
	put_money(b, "availableBalance", free);
	put_money(b, "maxWithdrawAmount", free);
}

static void
print_asset(struct buf *b, const struct wallet *w, const struct equity *e)
{
	const dec_t	 free = not_negative(e->available);

	jw_open(b, '{');
	jw_put_str(b, "asset", "USDT");
	put_money(b, "walletBalance", w->balance);
	put_money(b, "unrealizedProfit", e->upnl);
	put_money(b, "marginBalance", e->margin_balance);
	put_money(b, "maintMargin", e->maint_margin);
	put_money(b, "initialMargin", dec_add(e->position_margin, e->order_margin));
	put_money(b, "positionInitialMargin", e->position_margin);
	put_money(b, "openOrderInitialMargin", e->order_margin);
	put_money(b, "crossWalletBalance", w->balance);
	put_money(b, "crossUnPnl", e->upnl);
	put_money(b, "availableBalance", free);
	put_money(b, "maxWithdrawAmount", free);
	jw_put_int(b, "updateTime", 0);
	jw_close(b, '}');
}

/* What is shown of a desk: BOTH, or LONG and SHORT. */
static bool
shows(const struct exchange *x, int ps)
{
	return (ps != PS_BOTH) == x->hedged;
}

static void
print_position(struct buf *b, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const dec_t		 mark_px = desk_mark_px(d);
	const struct margin	 m = desk_margin(d);

	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_put_str(b, "positionSide", position_side_name(ps));
	put_fixed(b, "positionAmt", p->qty, d->listing->qty_places);
	put_money(b, "unrealizedProfit", position_upnl(p, mark_px));
	put_money(b, "isolatedMargin", DEC_ZERO);
	put_money(b, "notional", position_notional(p, mark_px));
	put_money(b, "isolatedWallet", DEC_ZERO);
	put_money(b, "initialMargin", dec_add(m.position, m.orders));
	put_money(b, "maintMargin", m.maint);
	jw_put_int(b, "updateTime", wall_ms(p->updated));
	jw_close(b, '}');
}

static void
print_positions(struct buf *b, const struct exchange *x)
{
	jw_open(b, '[');
	for (size_t i = 0; i < x->n; i++) {
		if (desk_is_idle(&x->desks[i]))
			continue;
		for (int ps = 0; ps < PS_N; ps++)
			if (shows(x, ps))
				print_position(b, &x->desks[i], (enum position_side)ps);
	}
	jw_close(b, ']');
}

void
print_account(struct buf *b, const struct exchange *x)
{
	const struct equity	 e = exchange_equity(x);

	jw_open(b, '{');
	put_totals(b, &x->wallet, &e);
	jw_key(b, "assets");
	jw_open(b, '[');
	print_asset(b, &x->wallet, &e);
	jw_close(b, ']');
	jw_key(b, "positions");
	print_positions(b, x);
	jw_close(b, '}');
}

void
print_balances(struct buf *b, const struct exchange *x, wall_t now)
{
	const struct equity	 e = exchange_equity(x);
	const dec_t		 free = not_negative(e.available);

	jw_open(b, '[');
	jw_open(b, '{');
	jw_put_str(b, "accountAlias", "simex");
	jw_put_str(b, "asset", "USDT");
	put_money(b, "balance", x->wallet.balance);
	put_money(b, "crossWalletBalance", x->wallet.balance);
	put_money(b, "crossUnPnl", e.upnl);
	put_money(b, "availableBalance", free);
	put_money(b, "maxWithdrawAmount", free);
	jw_put_bool(b, "marginAvailable", true);
	jw_put_int(b, "updateTime", wall_ms(now));
	jw_close(b, '}');
	jw_close(b, ']');
}

static void
put_price(struct buf *b, const char *name, dec_t px)
{
	char	 text[DEC_STR];

	jw_put_str(b, name, dec_is_zero(px) ? "0.0" : dec_format(px, text));
}

static void
print_risk(struct buf *b, const struct exchange *x, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const dec_t		 mark_px = desk_mark_px(d);
	const struct margin	 m = desk_margin(d);

	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_put_str(b, "positionSide", position_side_name(ps));
	put_fixed(b, "positionAmt", p->qty, d->listing->qty_places);
	put_price(b, "entryPrice", position_entry_px(p));
	put_price(b, "breakEvenPrice", position_break_even_px(p));
	put_money(b, "markPrice", mark_px);
	put_money(b, "unRealizedProfit", position_upnl(p, mark_px));
	put_price(b, "liquidationPrice", exchange_liquidation_px(x, d, ps));
	jw_put_str(b, "isolatedMargin", "0");
	put_money(b, "notional", position_notional(p, mark_px));
	jw_put_str(b, "marginAsset", d->listing->margin_asset);
	jw_put_str(b, "isolatedWallet", "0");
	put_money(b, "initialMargin", dec_add(m.position, m.orders));
	put_money(b, "maintMargin", m.maint);
	put_money(b, "positionInitialMargin", m.position);
	put_money(b, "openOrderInitialMargin", m.orders);
	jw_put_int(b, "adl", 1);
	put_price(b, "bidNotional", d->exposure.bids);
	put_price(b, "askNotional", d->exposure.asks);
	jw_put_int(b, "updateTime", wall_ms(p->updated));
	jw_close(b, '}');
}

void
print_position_risk(struct buf *b, const struct exchange *x, const struct desk *d)
{
	for (int ps = 0; ps < PS_N && !desk_is_idle(d); ps++)
		if (shows(x, ps))
			print_risk(b, x, d, (enum position_side)ps);
}
