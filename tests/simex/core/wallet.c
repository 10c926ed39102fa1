/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/wallet.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

static const char *const money_names[] = {
	[MONEY_REALIZED] = "REALIZED_PNL", [MONEY_COMMISSION] = "COMMISSION",
	[MONEY_FUNDING] = "FUNDING_FEE", [MONEY_INSURANCE] = "INSURANCE_CLEAR",
	[MONEY_DELIVERED] = "DELIVERED_SETTELMENT",	/* the exchange's spelling */
	[MONEY_TRANSFER] = "TRANSFER", [MONEY_INTERNAL] = "INTERNAL_TRANSFER",
	[MONEY_AUTO_EXCHANGE] = "AUTO_EXCHANGE", [MONEY_OPTIONS_FEE] = "OPTIONS_PREMIUM_FEE",
	[MONEY_OPTIONS_PROFIT] = "OPTIONS_SETTLE_PROFIT", [MONEY_SWAP_IN] = "COIN_SWAP_DEPOSIT",
	[MONEY_SWAP_OUT] = "COIN_SWAP_WITHDRAW",
};
_Static_assert(NITEMS(money_names) == MONEY_N, "money_names");

static const char *const update_names[] = {
	[UPD_ORDER] = "ORDER", [UPD_FUNDING_FEE] = "FUNDING_FEE",
	[UPD_MARGIN_TYPE] = "MARGIN_TYPE_CHANGE", [UPD_MARGIN_TRANSFER] = "MARGIN_TRANSFER",
	[UPD_INSURANCE_CLEAR] = "INSURANCE_CLEAR",
	[UPD_DEPOSIT] = "DEPOSIT", [UPD_WITHDRAW] = "WITHDRAW",
	[UPD_WITHDRAW_REJECT] = "WITHDRAW_REJECT", [UPD_ADJUSTMENT] = "ADJUSTMENT",
	[UPD_ADMIN_DEPOSIT] = "ADMIN_DEPOSIT", [UPD_ADMIN_WITHDRAW] = "ADMIN_WITHDRAW",
	[UPD_ASSET_TRANSFER] = "ASSET_TRANSFER", [UPD_AUTO_EXCHANGE] = "AUTO_EXCHANGE",
	[UPD_OPTIONS_FEE] = "OPTIONS_PREMIUM_FEE", [UPD_OPTIONS_PROFIT] = "OPTIONS_SETTLE_PROFIT",
	[UPD_SWAP_IN] = "COIN_SWAP_DEPOSIT", [UPD_SWAP_OUT] = "COIN_SWAP_WITHDRAW",
	[UPD_N] = NULL,
};
_Static_assert(NITEMS(update_names) == UPD_N + 1, "update_names");

const char *const *const transfer_words = &update_names[UPD_DEPOSIT];

/* ---- assets --------------------------------------------------------------------- */

static int
add_grant(struct grants *g, const char *asset, size_t len, const char *sum, size_t sum_len,
    struct why *why)
{
	struct grant	*one = &g->v[g->n];
	char		 most[DEC_STR];

	if (g->n == GRANTS_MAX)
		return why_set(why, "more than %d balances", GRANTS_MAX);
	if (len == 0 || text_copyn(one->asset, sizeof(one->asset), asset, len) == -1)
		return why_set(why, "'%.*s' is no asset", (int)len, asset);
	if (dec_parsen(sum, sum_len, &one->sum) == -1 || dec_sign(one->sum) < 0)
		return why_set(why, "'%.*s' is no balance", (int)sum_len, sum);
	if (dec_gt(one->sum, BALANCE_MOST))
		return why_set(why, "a balance of %.*s is more than %s", (int)sum_len, sum,
		    dec_format(BALANCE_MOST, most));
	g->n++;
	return 0;
}

int
grants_parse(struct grants *g, const char *text, struct why *why)
{
	static const char	 usual[] = "USDT";

	*g = (struct grants){ 0 };
	if (strchr(text, '=') == NULL)
		return add_grant(g, usual, strlen(usual), text, strlen(text), why);
	for (const char *s = text, *end; ; s = end + 1) {
		const size_t	 name = strcspn(s, "=,");

		end = s + strcspn(s, ",");
		if (s[name] != '=')
			return why_set(why, "'%.*s' has no sum", (int)name, s);
		if (add_grant(g, s, name, s + name + 1, (size_t)(end - s) - name - 1, why) == -1)
			return -1;
		if (*end == '\0')
			return 0;
	}
}

size_t
wallet_add(struct wallet *w, const char *asset)
{
	const struct purse	*old = wallet_find(w, asset);

	if (old != NULL)
		return (size_t)(old - w->v);
	w->v = xrealloc(w->v, (w->n + 1) * sizeof(*w->v));
	w->v[w->n] = (struct purse){ .balance = DEC_ZERO };
	text_put(w->v[w->n].asset, sizeof(w->v[w->n].asset), asset);
	return w->n++;
}

void
wallet_init(struct wallet *w, const char *assets_json)
{
	json_t	*list = json_loads(assets_json, 0, NULL);

	*w = (struct wallet){ 0 };
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char	*asset = json_string_value(json_object_get(
				    json_array_get(list, i), "asset"));

		if (asset != NULL && strlen(asset) < ASSET)
			wallet_add(w, asset);
	}
	json_decref(list);
	wallet_add(w, "USDT");
	wallet_add(w, "BNB");
}

struct purse *
wallet_find(const struct wallet *w, const char *asset)
{
	for (size_t i = 0; i < w->n; i++)
		if (text_eq(w->v[i].asset, asset))
			return &w->v[i];
	return NULL;
}

void
wallet_fini(struct wallet *w)
{
	free(w->v);
}

void
purse_change(struct purse *p, enum money why, dec_t change, wall_t now)
{
	p->sums[why] = dec_add(p->sums[why], change);
	p->balance = dec_add(p->balance, change);
	p->updated = now;
}

dec_t
purse_cross(const struct purse *p)
{
	return dec_sub(p->balance, p->apart);
}

void
purse_set_apart(struct purse *p, struct position *pos, dec_t change)
{
	p->apart = dec_add(p->apart, change);
	pos->apart = dec_add(pos->apart, change);
}

const char *
money_name(enum money m)
{
	return (unsigned)m < MONEY_N ? money_names[m] : "?";
}

const char *
update_name(enum update u)
{
	return (unsigned)u < UPD_N ? update_names[u] : "?";
}

enum money
update_money(enum update u)
{
	static const enum money	 kinds[UPD_N] = {
		[UPD_DEPOSIT] = MONEY_TRANSFER, [UPD_WITHDRAW] = MONEY_TRANSFER,
		[UPD_WITHDRAW_REJECT] = MONEY_TRANSFER, [UPD_ADJUSTMENT] = MONEY_TRANSFER,
		[UPD_ADMIN_DEPOSIT] = MONEY_TRANSFER, [UPD_ADMIN_WITHDRAW] = MONEY_TRANSFER,
		[UPD_ASSET_TRANSFER] = MONEY_INTERNAL, [UPD_AUTO_EXCHANGE] = MONEY_AUTO_EXCHANGE,
		[UPD_OPTIONS_FEE] = MONEY_OPTIONS_FEE, [UPD_OPTIONS_PROFIT] = MONEY_OPTIONS_PROFIT,
		[UPD_SWAP_IN] = MONEY_SWAP_IN, [UPD_SWAP_OUT] = MONEY_SWAP_OUT,
	};

	if (u < UPD_DEPOSIT || u >= UPD_N)
		panic("%s moves no money from outside", update_name(u));
	return kinds[u];
}

/* ---- a position ------------------------------------------------------------------ */

static void
open_more(struct position *p, enum side side, dec_t qty, dec_t px, dec_t fee)
{
	p->qty = side == SIDE_BUY ? dec_add(p->qty, qty) : dec_sub(p->qty, qty);
	p->cost = dec_add(p->cost, dec_mul(qty, px, ROUND_HALF_EVEN));
	p->open_fees = dec_add(p->open_fees, fee);
}

/* Takes qty, at most what is open, out of the position; returns what that earned. */
static dec_t
close_some(struct position *p, dec_t qty, dec_t px)
{
	const dec_t	 open = dec_abs(p->qty);
	const dec_t	 cost = dec_muldiv(p->cost, qty, open, ROUND_HALF_EVEN);
	const dec_t	 fees = dec_muldiv(p->open_fees, qty, open, ROUND_HALF_EVEN);
	const dec_t	 proceeds = dec_mul(qty, px, ROUND_HALF_EVEN);
	const bool	 is_long = dec_sign(p->qty) > 0;

	p->qty = is_long ? dec_sub(p->qty, qty) : dec_add(p->qty, qty);
	p->cost = dec_sub(p->cost, cost);
	p->open_fees = dec_sub(p->open_fees, fees);
	return is_long ? dec_sub(proceeds, cost) : dec_sub(cost, proceeds);
}

struct booking
position_fill(struct position *p, enum side side, dec_t qty, dec_t px, dec_t fee_rate)
{
	const dec_t	 notional = dec_mul(qty, px, ROUND_HALF_EVEN);
	const dec_t	 open = dec_abs(p->qty);
	const dec_t	 closing = dec_min(qty, position_closable_qty(p, side));
	struct booking	 b = {
		/* The exchange cuts a commission off after the eighth digit. */
		.fee = dec_mul(notional, fee_rate, ROUND_DOWN),
		.realized = DEC_ZERO, .opened = dec_sub(qty, closing), .released = DEC_ZERO,
	};

	if (dec_sign(closing) > 0) {
		b.realized = close_some(p, closing, px);
		b.released = dec_muldiv(p->apart, closing, open, ROUND_DOWN);
	}
	if (dec_sign(b.opened) > 0)
		open_more(p, side, b.opened, px, dec_muldiv(b.fee, b.opened, qty, ROUND_HALF_EVEN));
	p->realized = dec_add(p->realized, b.realized);
	return b;
}

/* Longs pay a positive rate; returns what the balance changes by. */
dec_t
position_funding(const struct position *p, dec_t mark_px, dec_t rate)
{
	return dec_neg(dec_mul(position_notional(p, mark_px), rate, ROUND_HALF_EVEN));
}

dec_t
position_entry_px(const struct position *p)
{
	if (dec_is_zero(p->qty))
		return DEC_ZERO;
	return dec_div(p->cost, dec_abs(p->qty), ROUND_HALF_EVEN);
}

dec_t
position_break_even_px(const struct position *p)
{
	if (dec_is_zero(p->qty))
		return DEC_ZERO;
	const dec_t	 cost = dec_sign(p->qty) > 0 ? dec_add(p->cost, p->open_fees) :
			    dec_sub(p->cost, p->open_fees);
	return dec_div(cost, dec_abs(p->qty), ROUND_HALF_EVEN);
}

dec_t
position_notional(const struct position *p, dec_t mark_px)
{
	return dec_mul(p->qty, mark_px, ROUND_HALF_EVEN);
}

dec_t
position_upnl(const struct position *p, dec_t mark_px)
{
	const dec_t	 worth = position_notional(p, mark_px);

	return dec_sign(p->qty) >= 0 ? dec_sub(worth, p->cost) : dec_add(worth, p->cost);
}

dec_t
position_closable_qty(const struct position *p, enum side side)
{
	const enum side	 closes = dec_sign(p->qty) > 0 ? SIDE_SELL : SIDE_BUY;

	return side == closes ? dec_abs(p->qty) : DEC_ZERO;
}

/* The larger of two, neither of them negative, or NONE where one is not there. */
static dec_t
larger(dec_t a, dec_t b)
{
	return dec_ok(a) && dec_ok(b) ? dec_max(a, b) : DEC_NONE;
}

dec_t
position_worst(const struct position *p, dec_t mark_px, struct exposure e)
{
	const dec_t	 notional = position_notional(p, mark_px);
	const dec_t	 worst = larger(dec_abs(dec_add(notional, e.bids)),
			    dec_abs(dec_sub(notional, e.asks)));

	return larger(worst, dec_abs(notional));
}

/*
 * The common model: initial margin on the worse of "all bids fill" and "all
 * asks fill"; what the position alone needs is the position's part of it.
 */
struct margin
position_margin(const struct position *p, int leverage, dec_t mark_px,
    const struct brackets *brackets, struct exposure e)
{
	const dec_t	 notional = dec_abs(position_notional(p, mark_px));
	const dec_t	 all = dec_div(position_worst(p, mark_px, e), DEC_INT(leverage), ROUND_UP);
	const dec_t	 held = dec_div(notional, DEC_INT(leverage), ROUND_UP);

	return (struct margin){
		.position = held, .orders = dec_sub(all, held),
		.maint = brackets_maint_margin(brackets, notional),
	};
}
