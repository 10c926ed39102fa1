/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wallet.h - the account's money: balance, net positions, margin.
 *
 * A position is one signed quantity: of one-way mode, or one of the two of
 * hedge mode, which never turns.  Its cost is what was paid
 * for what is still open, exactly; the entry price is derived from it.  What a
 * reduction takes out of the cost is rounded once and stays consistent, so at
 * any time
 *
 *	balance == initial + sum of realized profit - sum of fees + funding
 *
 * and a flat position has a cost of zero.
 */
#ifndef SIMEX_WALLET_H
#define SIMEX_WALLET_H

#include "base/clock.h"
#include "base/dec.h"
#include "wire/types.h"

enum { LEVERAGE_DEFAULT = 20 };

struct position {
	dec_t	 qty;		/* long positive, short negative */
	dec_t	 cost;		/* of the open quantity, never negative */
	dec_t	 open_fees;	/* paid for the open quantity: the way to break even */
	dec_t	 realized;	/* since the beginning, before fees */
	wall_t	 updated;
};

struct wallet {
	dec_t	 initial, balance;
	dec_t	 realized, fees, funding;	/* sums over everything */
};

struct booking {
	dec_t	 fee, realized;
};

struct exposure {
	dec_t	 bids, asks;	/* notional of the open orders on a contract */
};

struct margin {
	dec_t	 position, orders, maint;
};

void		 wallet_init(struct wallet *, dec_t initial);
struct booking	 wallet_fill(struct wallet *, struct position *, enum side, dec_t qty, dec_t px,
		    dec_t fee_rate);
dec_t		 wallet_fund(struct wallet *, const struct position *, dec_t mark_px, dec_t rate);

dec_t		 position_entry_px(const struct position *);		/* flat: zero */
dec_t		 position_break_even_px(const struct position *);	/* flat: zero */
dec_t		 position_upnl(const struct position *, dec_t mark_px);
dec_t		 position_notional(const struct position *, dec_t mark_px);	/* signed */
/* How much an order of this side could close. */
dec_t		 position_closable_qty(const struct position *, enum side);
struct margin	 position_margin(const struct position *, int leverage, dec_t mark_px,
		    dec_t maint_ratio, struct exposure);

#endif
