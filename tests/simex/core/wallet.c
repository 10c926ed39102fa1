/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/wallet.h"

void
wallet_init(struct wallet *w, dec_t initial)
{
	*w = (struct wallet){ .initial = initial, .balance = initial };
}

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
wallet_fill(struct wallet *w, struct position *p, enum side side, dec_t qty, dec_t px,
    dec_t fee_rate)
{
	const dec_t	 notional = dec_mul(qty, px, ROUND_HALF_EVEN);
	const dec_t	 closing = dec_min(qty, position_closable_qty(p, side));
	const dec_t	 opening = dec_sub(qty, closing);
	/* The exchange cuts a commission off after the eighth digit. */
	struct booking	 b = { .fee = dec_mul(notional, fee_rate, ROUND_DOWN), .realized = DEC_ZERO };

	if (dec_sign(closing) > 0)
		b.realized = close_some(p, closing, px);
	if (dec_sign(opening) > 0)
		open_more(p, side, opening, px, dec_muldiv(b.fee, opening, qty, ROUND_HALF_EVEN));
	p->realized = dec_add(p->realized, b.realized);
	w->realized = dec_add(w->realized, b.realized);
	w->fees = dec_add(w->fees, b.fee);
	w->balance = dec_sub(dec_add(w->balance, b.realized), b.fee);
	return b;
}

/* Longs pay a positive rate; returns what the balance changed by. */
dec_t
wallet_fund(struct wallet *w, const struct position *p, dec_t mark_px, dec_t rate)
{
	const dec_t	 change = dec_neg(dec_mul(position_notional(p, mark_px), rate,
			    ROUND_HALF_EVEN));

	w->funding = dec_add(w->funding, change);
	w->balance = dec_add(w->balance, change);
	return change;
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

/*
 * The common model: initial margin on the worse of "all bids fill" and "all
 * asks fill"; what the position alone needs is the position's part of it.
 */
struct margin
position_margin(const struct position *p, int leverage, dec_t mark_px, dec_t maint_ratio,
    struct exposure e)
{
	const dec_t	 notional = position_notional(p, mark_px);
	const dec_t	 worst = dec_max(dec_abs(dec_add(notional, e.bids)),
			    dec_abs(dec_sub(notional, e.asks)));
	const dec_t	 all = dec_div(dec_max(worst, dec_abs(notional)), DEC_INT(leverage),
			    ROUND_UP);
	const dec_t	 held = dec_div(dec_abs(notional), DEC_INT(leverage), ROUND_UP);

	return (struct margin){
		.position = held, .orders = dec_sub(all, held),
		.maint = dec_mul(dec_abs(notional), maint_ratio, ROUND_UP),
	};
}
