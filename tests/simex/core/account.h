/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * account.h - what the exchange does with the account: margin, settings,
 * money, and what happens when it runs out.
 *
 * Single-asset mode: an asset's cross wallet backs its own contracts alone.
 * available and withdrawable may be negative; what shows them shows zero then.
 *
 * The inside, exchange_pay() and account_fill(), is what every change of a
 * balance goes through: it leaves an income and a FACT_MONEY behind.
 */
#ifndef SIMEX_ACCOUNT_H
#define SIMEX_ACCOUNT_H

#include "tests/simex/core/exchange.h"

enum { LEVERAGE_MOST = 125 };

/*
 * Of one asset; cross_: without the isolated positions.  Any of them is NONE
 * where a position it counts is beyond the range of numbers: nobody is called
 * or liquidated for that, and nothing can be paid out of it.
 */
struct equity {
	dec_t	 balance, cross_balance, upnl, cross_upnl;
	dec_t	 position_margin, cross_position_margin, order_margin;
	dec_t	 maint_margin, cross_maint_margin;
	dec_t	 margin_balance, available, withdrawable;
};

/* account.c: questions */
/* Is it enough?  Not where one of them is NONE. */
bool		 exchange_has(dec_t there, dec_t wanted);
/* Can all there is be counted at this mark price?  Else nobody may put it there. */
bool		 desk_counts_at(const struct desk *, dec_t mark_px);
struct equity	 exchange_equity(const struct exchange *, size_t purse);
struct margin	 desk_margin(const struct desk *, enum position_side);
struct margin	 desk_margin_if(const struct desk *, enum position_side, struct exposure);
struct exposure	 desk_exposure(const struct desk *);	/* of all its position sides */
/* Where the position would be liquidated if nothing else moved; zero: nowhere. */
dec_t		 exchange_liquidation_px(const struct exchange *, const struct desk *,
		    enum position_side);
/* Where nothing would be left of what backs it; may be negative. */
dec_t		 exchange_bankruptcy_px(const struct exchange *, const struct desk *,
		    enum position_side);
/*
 * Is there room for this order in its leverage, and margin for it?  One that
 * only reduces has to be countable, too.  Of an order
 * that is open already, was, the terms are what it shall be, their quantity
 * what shall be left of it.
 */
struct reject	 exchange_check_room(const struct desk *, const struct terms *,
		    const struct order *was);
struct reject	 exchange_check_margin(const struct exchange *, const struct desk *,
		    const struct terms *, const struct order *was);
/* What is shown of a desk: BOTH, or LONG and SHORT. */
bool		 exchange_shows(const struct exchange *, enum position_side);
/* -4067, -4068: neither orders nor positions anywhere. */
struct reject	 exchange_check_idle(const struct exchange *);

/* setting.c: what the client may change */
struct reject	 exchange_set_isolated(struct exchange *, struct desk *, bool isolated, wall_t now);
struct reject	 exchange_set_hedged(struct exchange *, bool hedged);
struct reject	 exchange_set_multi_assets(struct exchange *, bool on, wall_t now);
/* Into the wallet of an isolated position; negative: out of it. */
struct reject	 exchange_move_margin(struct exchange *, struct desk *, enum position_side,
		    dec_t change, wall_t now);

/* pay.c: money */
struct payment {
	size_t			 purse;
	enum money		 money;
	dec_t			 change;
	const struct desk	*desk;		/* NULL: of no contract */
	int64_t			 trade_id;	/* 0: of no trade */
};

void		 exchange_pay(struct exchange *, const struct payment *, wall_t now);
/* That a balance changed, of no position. */
void		 account_tell(struct exchange *, size_t purse, enum update, dec_t change, wall_t now);
struct reject	 exchange_transfer(struct exchange *, size_t purse, dec_t change, enum update,
		    wall_t now);
/* Books an execution: the position, what it earned and cost; completes the trade. */
void		 account_fill(struct exchange *, struct desk *, const struct order *,
		    struct trade *, dec_t fee_rate, wall_t now);
dec_t		 exchange_bnb_px(const struct exchange *);	/* zero: nobody knows */
void		 exchange_plan_funding(struct exchange *, wall_t now);
void		 exchange_fund_due(struct exchange *, wall_t now);
wall_t		 desk_next_funding(const struct desk *, wall_t now);

/* watch.c: margin calls and liquidation, at the mark price as it is now */
void		 exchange_watch(struct exchange *, wall_t now);
/* Whatever the margin is: this isolated position, or all that the same cross wallet backs. */
struct reject	 exchange_liquidate(struct exchange *, struct desk *, enum position_side,
		    wall_t now);

/* forced.c: orders the exchange gives itself */
dec_t		 forced_liquidate(struct exchange *, struct desk *, enum position_side, wall_t now);
struct reject	 exchange_deleverage(struct exchange *, struct desk *, enum position_side, dec_t qty,
		    wall_t now);
/* Ends the contract: closes all there is at this price. */
struct reject	 exchange_settle(struct exchange *, struct desk *, dec_t px, wall_t now);

#endif
