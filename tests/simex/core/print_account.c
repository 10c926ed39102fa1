/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/print_account.h"

#include "base/text.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

static dec_t
not_negative(dec_t d)
{
	return dec_ok(d) ? dec_max(d, DEC_ZERO) : DEC_NONE;
}

static void
put_price(struct buf *b, const char *name, dec_t px)
{
	char	 text[DEC_STR];

	jw_put_str(b, name, dec_ok(px) && dec_is_zero(px) ? "0.0" : dec_format(px, text));
}

static void
put_cap(struct buf *b, const char *name, const struct desk *d)
{
	char		 text[DEC_STR];
	const dec_t	 cap = brackets_max_notional(d->brackets, d->leverage);

	jw_put_str(b, name, bracket_format_cap(cap, text));
}

/* ---- assets ---------------------------------------------------------------------- */

/* Of USDT alone: the others are not converted in single-asset mode. */
static void
put_totals(struct buf *b, const struct exchange *x)
{
	const size_t		 usdt = (size_t)(wallet_find(&x->wallet, "USDT") - x->wallet.v);
	const struct equity	 e = exchange_equity(x, usdt);

	put_money(b, "totalInitialMargin", dec_add(e.position_margin, e.order_margin));
	put_money(b, "totalMaintMargin", e.maint_margin);
	put_money(b, "totalWalletBalance", e.balance);
	put_money(b, "totalUnrealizedProfit", e.upnl);
	put_money(b, "totalMarginBalance", e.margin_balance);
	put_money(b, "totalPositionInitialMargin", e.position_margin);
	put_money(b, "totalOpenOrderInitialMargin", e.order_margin);
	put_money(b, "totalCrossWalletBalance", e.cross_balance);
	put_money(b, "totalCrossUnPnl", e.cross_upnl);
	put_money(b, "availableBalance", not_negative(e.available));
	put_money(b, "maxWithdrawAmount", not_negative(e.withdrawable));
}

static void
print_asset(struct buf *b, const struct exchange *x, size_t purse, enum account_form form)
{
	const struct purse	*p = &x->wallet.v[purse];
	const struct equity	 e = exchange_equity(x, purse);

	jw_open(b, '{');
	jw_put_str(b, "asset", p->asset);
	put_money(b, "walletBalance", e.balance);
	put_money(b, "unrealizedProfit", e.upnl);
	put_money(b, "marginBalance", e.margin_balance);
	put_money(b, "maintMargin", e.maint_margin);
	put_money(b, "initialMargin", dec_add(e.position_margin, e.order_margin));
	put_money(b, "positionInitialMargin", e.position_margin);
	put_money(b, "openOrderInitialMargin", e.order_margin);
	put_money(b, "crossWalletBalance", e.cross_balance);
	put_money(b, "crossUnPnl", e.cross_upnl);
	put_money(b, "availableBalance", not_negative(e.available));
	put_money(b, "maxWithdrawAmount", not_negative(e.withdrawable));
	if (form == ACCOUNT_V2)
		jw_put_bool(b, "marginAvailable", true);
	jw_put_int(b, "updateTime", wall_ms(p->updated));
	jw_close(b, '}');
}

static void
print_assets(struct buf *b, const struct exchange *x, enum account_form form)
{
	jw_open(b, '[');
	for (size_t i = 0; i < x->wallet.n; i++)
		print_asset(b, x, i, form);
	jw_close(b, ']');
}

void
print_balances(struct buf *b, const struct exchange *x)
{
	jw_open(b, '[');
	for (size_t i = 0; i < x->wallet.n; i++) {
		const struct equity	 e = exchange_equity(x, i);

		jw_open(b, '{');
		jw_put_str(b, "accountAlias", "simex");
		jw_put_str(b, "asset", x->wallet.v[i].asset);
		put_money(b, "balance", e.balance);
		put_money(b, "crossWalletBalance", e.cross_balance);
		put_money(b, "crossUnPnl", e.cross_upnl);
		put_money(b, "availableBalance", not_negative(e.available));
		put_money(b, "maxWithdrawAmount", not_negative(e.withdrawable));
		jw_put_bool(b, "marginAvailable", true);
		jw_put_int(b, "updateTime", wall_ms(x->wallet.v[i].updated));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* ---- positions ---------------------------------------------------------------------- */

/* What it is worth with its profit, of an isolated one. */
static dec_t
isolated_margin(const struct desk *d, const struct position *p)
{
	return d->isolated ? dec_add(p->apart, position_upnl(p, desk_mark_px(d))) : DEC_ZERO;
}

static void
print_position(struct buf *b, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const dec_t		 mark_px = desk_mark_px(d);
	const struct margin	 m = desk_margin(d, ps);

	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_put_str(b, "positionSide", position_side_name(ps));
	put_fixed(b, "positionAmt", p->qty, d->listing->qty_places);
	put_money(b, "unrealizedProfit", position_upnl(p, mark_px));
	put_money(b, "isolatedMargin", isolated_margin(d, p));
	put_money(b, "notional", position_notional(p, mark_px));
	put_money(b, "isolatedWallet", p->apart);
	put_money(b, "initialMargin", dec_add(m.position, m.orders));
	put_money(b, "maintMargin", m.maint);
	jw_put_int(b, "updateTime", wall_ms(p->updated));
	jw_close(b, '}');
}

static void
print_position_v2(struct buf *b, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const dec_t		 mark_px = desk_mark_px(d);
	const struct margin	 m = desk_margin(d, ps);
	char			 text[DEC_STR];

	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	put_money(b, "initialMargin", dec_add(m.position, m.orders));
	put_money(b, "maintMargin", m.maint);
	put_money(b, "unrealizedProfit", position_upnl(p, mark_px));
	put_money(b, "positionInitialMargin", m.position);
	put_money(b, "openOrderInitialMargin", m.orders);
	jw_put_str(b, "leverage", dec_format(DEC_INT(d->leverage), text));
	jw_put_bool(b, "isolated", d->isolated);
	put_price(b, "entryPrice", position_entry_px(p));
	put_price(b, "breakEvenPrice", position_break_even_px(p));
	put_cap(b, "maxNotional", d);
	put_price(b, "bidNotional", d->exposure[ps].bids);
	put_price(b, "askNotional", d->exposure[ps].asks);
	jw_put_str(b, "positionSide", position_side_name(ps));
	put_fixed(b, "positionAmt", p->qty, d->listing->qty_places);
	put_money(b, "notional", position_notional(p, mark_px));
	put_money(b, "isolatedWallet", p->apart);
	jw_put_int(b, "updateTime", wall_ms(p->updated));
	jw_close(b, '}');
}

/* The newer form leaves out where nothing is. */
static void
print_positions(struct buf *b, const struct exchange *x, enum account_form form)
{
	jw_open(b, '[');
	for (size_t i = 0; i < x->n; i++) {
		const struct desk	*d = &x->desks[i];

		for (int ps = 0; ps < PS_N; ps++) {
			if (!exchange_shows(x, (enum position_side)ps))
				continue;
			if (form == ACCOUNT_V2)
				print_position_v2(b, d, (enum position_side)ps);
			else if (!desk_is_idle(d))
				print_position(b, d, (enum position_side)ps);
		}
	}
	jw_close(b, ']');
}

static void
put_permissions(struct buf *b, const struct exchange *x)
{
	jw_put_int(b, "feeTier", 0);
	jw_put_bool(b, "canTrade", true);
	jw_put_bool(b, "canDeposit", true);
	jw_put_bool(b, "canWithdraw", true);
	jw_put_int(b, "updateTime", 0);
	jw_put_bool(b, "multiAssetsMargin", x->multi_assets);
	jw_put_int(b, "tradeGroupId", -1);
}

void
print_account(struct buf *b, const struct exchange *x, enum account_form form)
{
	jw_open(b, '{');
	if (form == ACCOUNT_V2)
		put_permissions(b, x);
	put_totals(b, x);
	jw_key(b, "assets");
	print_assets(b, x, form);
	jw_key(b, "positions");
	print_positions(b, x, form);
	jw_close(b, '}');
}

void
print_account_config(struct buf *b, const struct exchange *x)
{
	jw_open(b, '{');
	put_permissions(b, x);
	jw_put_bool(b, "dualSidePosition", x->hedged);
	jw_close(b, '}');
}

void
print_symbol_config(struct buf *b, const struct desk *d)
{
	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_put_str(b, "marginType", d->isolated ? "ISOLATED" : "CROSSED");
	jw_put_bool(b, "isAutoAddMargin", false);
	jw_put_int(b, "leverage", d->leverage);
	put_cap(b, "maxNotionalValue", d);
	jw_close(b, '}');
}

void
print_leverage(struct buf *b, const struct desk *d)
{
	jw_open(b, '{');
	jw_put_int(b, "leverage", d->leverage);
	put_cap(b, "maxNotionalValue", d);
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_close(b, '}');
}

/* ---- risk ------------------------------------------------------------------------------ */

static void
print_risk(struct buf *b, const struct exchange *x, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const dec_t		 mark_px = desk_mark_px(d);
	const struct margin	 m = desk_margin(d, ps);

	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_put_str(b, "positionSide", position_side_name(ps));
	put_fixed(b, "positionAmt", p->qty, d->listing->qty_places);
	put_price(b, "entryPrice", position_entry_px(p));
	put_price(b, "breakEvenPrice", position_break_even_px(p));
	put_money(b, "markPrice", mark_px);
	put_money(b, "unRealizedProfit", position_upnl(p, mark_px));
	put_price(b, "liquidationPrice", exchange_liquidation_px(x, d, ps));
	put_price(b, "isolatedMargin", isolated_margin(d, p));
	put_money(b, "notional", position_notional(p, mark_px));
	jw_put_str(b, "marginAsset", d->listing->margin_asset);
	put_price(b, "isolatedWallet", p->apart);
	put_money(b, "initialMargin", dec_add(m.position, m.orders));
	put_money(b, "maintMargin", m.maint);
	put_money(b, "positionInitialMargin", m.position);
	put_money(b, "openOrderInitialMargin", m.orders);
	jw_put_int(b, "adl", dec_is_zero(p->qty) ? 0 : ADL_QUANTILE);
	put_price(b, "bidNotional", d->exposure[ps].bids);
	put_price(b, "askNotional", d->exposure[ps].asks);
	jw_put_int(b, "updateTime", wall_ms(p->updated));
	jw_close(b, '}');
}

static void
print_risk_v2(struct buf *b, const struct exchange *x, const struct desk *d, enum position_side ps)
{
	const struct position	*p = &d->positions[ps];
	const dec_t		 mark_px = desk_mark_px(d);
	char			 text[DEC_STR];

	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	put_fixed(b, "positionAmt", p->qty, d->listing->qty_places);
	put_price(b, "entryPrice", position_entry_px(p));
	put_price(b, "breakEvenPrice", position_break_even_px(p));
	put_money(b, "markPrice", mark_px);
	put_money(b, "unRealizedProfit", position_upnl(p, mark_px));
	put_price(b, "liquidationPrice", exchange_liquidation_px(x, d, ps));
	jw_put_str(b, "leverage", dec_format(DEC_INT(d->leverage), text));
	put_cap(b, "maxNotionalValue", d);
	jw_put_str(b, "marginType", d->isolated ? "isolated" : "cross");
	put_money(b, "isolatedMargin", isolated_margin(d, p));
	jw_put_str(b, "isAutoAddMargin", "false");
	jw_put_str(b, "positionSide", position_side_name(ps));
	put_money(b, "notional", position_notional(p, mark_px));
	put_money(b, "isolatedWallet", p->apart);
	jw_put_int(b, "updateTime", wall_ms(p->updated));
	jw_close(b, '}');
}

void
print_position_risk(struct buf *b, const struct exchange *x, const struct desk *d,
    enum account_form form)
{
	if (form == ACCOUNT_V3 && desk_is_idle(d))
		return;
	for (int ps = 0; ps < PS_N; ps++) {
		if (!exchange_shows(x, (enum position_side)ps))
			continue;
		if (form == ACCOUNT_V2)
			print_risk_v2(b, x, d, (enum position_side)ps);
		else
			print_risk(b, x, d, (enum position_side)ps);
	}
}

/* ---- histories ------------------------------------------------------------------------- */

void
print_income(struct buf *b, const struct exchange *x, const struct income *i)
{
	char	 text[DEC_STR], trade[DEC_STR] = "";

	if (i->trade_id != 0)
		text_putf(trade, sizeof(trade), "%lld", (long long)i->trade_id);
	jw_open(b, '{');
	jw_put_str(b, "symbol", i->listing == NULL ? "" : i->listing->symbol);
	jw_put_str(b, "incomeType", money_name(i->money));
	jw_put_str(b, "income", dec_format(i->change, text));
	jw_put_str(b, "asset", x->wallet.v[i->purse].asset);
	jw_put_str(b, "info", i->trade_id != 0 ? trade : money_name(i->money));
	jw_put_int(b, "time", wall_ms(i->at));
	jw_put_int(b, "tranId", i->tran_id);
	jw_put_str(b, "tradeId", trade);
	jw_close(b, '}');
}

void
print_margin_move(struct buf *b, const struct margin_move *m)
{
	char	 text[DEC_STR];

	jw_open(b, '{');
	jw_put_str(b, "symbol", m->listing->symbol);
	jw_put_int(b, "type", dec_sign(m->change) > 0 ? 1 : 2);
	jw_put_str(b, "deltaType", "USER_ADJUST");
	jw_put_str(b, "amount", dec_format(dec_abs(m->change), text));
	jw_put_str(b, "asset", m->listing->margin_asset);
	jw_put_int(b, "time", wall_ms(m->at));
	jw_put_str(b, "positionSide", position_side_name(m->ps));
	jw_close(b, '}');
}
