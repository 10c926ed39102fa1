/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange.h - the exchange itself: contracts, matching, one account.
 *
 * A function here does one thing to the exchange and appends to x->facts, in
 * the order it happened, everything a user stream must tell about it.  A fact
 * is a copy of how things were at that moment.  Who prints facts empties the
 * list; nobody else looks at it.
 *
 * The client's orders trade with the house and the public.  Two of them that
 * meet are a self-trade, and the taker's mode decides which of them expires;
 * with none, or with FOK, they trade.  Quotes that are renewed at an unchanged
 * price do not take what rests; quotes that come because the price moved do.
 *
 * Others trade as well: what the public takes, it takes from whoever is first
 * in line, the client or the house.  Every execution is one of the desk's deals.
 *
 * Pure: the time of everything is an argument.
 */
#ifndef SIMEX_EXCHANGE_H
#define SIMEX_EXCHANGE_H

#include "base/clock.h"
#include "base/dec.h"
#include "base/rng.h"
#include "tests/simex/core/book.h"
#include "tests/simex/core/bracket.h"
#include "tests/simex/core/deal.h"
#include "tests/simex/core/funding.h"
#include "tests/simex/core/income.h"
#include "tests/simex/core/listing.h"
#include "tests/simex/core/market.h"
#include "tests/simex/core/orders.h"
#include "tests/simex/core/reject.h"
#include "tests/simex/core/service.h"
#include "tests/simex/core/wallet.h"

#include <stdbool.h>
#include <stddef.h>

enum fact_kind {
	FACT_NEW, FACT_TRADE, FACT_CANCELED, FACT_EXPIRED, FACT_AMENDED, FACT_FUNDING, FACT_LEVERAGE,
	FACT_ALGO,
	FACT_PUBLIC_TRADE,	/* others traded; trade.side is the one that took */
	FACT_LISTING,		/* a contract says something else of itself */
	FACT_ACCOUNT,		/* a balance, or a position's own wallet */
	FACT_ASSET_MODE,	/* multi-assets mode has been switched */
	FACT_CALCULATED,	/* the exchange will close this position */
	FACT_FORCED,		/* the exchange has closed something by this order: for the market */
	FACT_MARGIN_CALL,
	FACT_MONEY,		/* every change of a balance: for the books */
	FACT_TAKEN,		/* an execution that no market saw */
	FACT_N
};

/* Between two settlements, unless a contract has its own. */
enum { FUNDING_USUAL_HOURS = 8 };

/* Why an order expired, as the exchange numbers it. */
enum expiry {
	ER_NONE = 0, ER_STP = 1, ER_IOC = 2, ER_IOC_STP = 3, ER_REDUCE_ONLY = 4, ER_LIQUIDATED = 5,
	ER_GTE = 6, ER_DELISTED = 7, ER_MARKET = 9
};

/* What one asset came to. */
struct holding {
	const char	*asset;		/* NULL: none */
	dec_t		 balance, cross;
};

struct fact {
	enum fact_kind	 kind;
	enum expiry	 er;
	const struct desk *desk;	/* NULL: of FACT_ACCOUNT, FACT_ASSET_MODE, FACT_MONEY */
	wall_t		 at;
	struct order	 order;		/* its links mean nothing here */
	struct exposure	 exposure;
	struct trade	 trade;		/* of FACT_TRADE, FACT_PUBLIC_TRADE, FACT_TAKEN */
	enum position_side ps;		/* whose position this is */
	struct position	 position;
	int		 leverage;
	bool		 isolated, multi_assets;
	struct holding	 held, held_for_fee;	/* the second if it was paid in another asset */
	dec_t		 mark_px;
	dec_t		 change;	/* of FACT_ACCOUNT, FACT_FUNDING, FACT_MONEY */
	enum update	 update;	/* of FACT_ACCOUNT */
	enum money	 money;		/* of FACT_MONEY */
	dec_t		 maint;		/* of FACT_MARGIN_CALL */
	size_t		 called;	/* of it: positions, this one's and the facts' behind it */
	int64_t		 modify_id;	/* of FACT_AMENDED by its owner, if he gave one */
	int64_t		 n;		/* its entry in the ledger; 0: none */
	const struct algo_fact *algo;	/* of FACT_ALGO: the service's */
};

struct facts {
	struct fact	*v;
	size_t		 n, cap;
};

/* One contract and everything that is traded in it. */
struct desk {
	struct listing	*listing;
	struct market	 market;
	struct book	 book;
	struct deals	 deals;
	struct candles	 marks;		/* of the mark price, a look a second */
	struct fundings	 fundings;
	struct orders	 orders;
	struct position	 positions[PS_N];
	const struct brackets *brackets;
	size_t		 purse;		/* of its margin asset, in the wallet */
	int		 leverage;
	bool		 isolated;
	dec_t		 fee_maker, fee_taker;
	dec_t		 funding_rate;
	int		 funding_hours;	/* 0: only when told to */
	struct exposure	 exposure[PS_N];	/* of the open LIMIT orders, at their prices */
	struct appointment countdown;	/* when all its orders are cancelled */
	bool		 worn;		/* quotes are missing or smaller than they should be */
	bool		 active;
	dec_t		 last_px;	/* of a trade, or where the house went since */
	bool		 moved;		/* since the Algo Service looked */
	TAILQ_ENTRY(desk) link;		/* among the active ones */
};

/* Those the exchange gave itself, oldest first; they belong to their desks. */
struct forced_orders {
	struct order	**v;
	size_t		  n, cap;
};

struct exchange_terms {
	struct listings	*listings;	/* taken over; NULL: those built in */
	struct bracket_book *brackets;	/* taken over; NULL: the usual ones for all */
	dec_t		 balance;	/* of USDT, besides the grants */
	struct grants	 grants;
	dec_t		 fee_maker, fee_taker, funding_rate;
	int		 funding_hours;
	struct market_terms market;
	int64_t		 max_orders;	/* open ones on a contract; 0: as it is listed */
	int64_t		 ids_from;	/* added to the listings' first order and trade ids */
};

struct exchange {
	struct exchange_terms	 terms;
	struct listings		 listings;
	struct bracket_book	 bracket_book;
	struct brackets		 usual_brackets;	/* of what the book has not */
	struct wallet		 wallet;
	struct incomes		 incomes;
	struct margin_moves	 margin_moves;
	struct desk		*desks;		/* one for each listing, in their order */
	size_t			 n;
	struct updates		 updates;	/* of all books */
	TAILQ_HEAD(, desk)	 active;	/* those with a position or orders, and more */
	wall_t			 next_walk;	/* the soonest step of any */
	struct agenda		 agenda;	/* ends of orders, countdowns */
	wall_t			 next_funding;
	bool			 hedged;	/* positions are LONG and SHORT, not BOTH */
	bool			 multi_assets;	/* said to be so: margins stay each asset's own */
	bool			 burns_bnb;	/* commission is paid in BNB, if there is enough */
	dec_t			 bnb_px;	/* zero: that of BNBUSDT */
	struct forced_orders	 forced;
	struct rng		 names;		/* for client order ids nobody chose */
	struct facts		 facts;
	struct service		 service;
};

/* What the owner of an order wants it to be. */
struct change {
	enum side		 side;		/* it has to be the order's */
	dec_t			 qty, px;	/* the new whole; px DEC_NONE: as pm says */
	enum price_match	 pm;
	bool			 sets_reduce_only, reduce_only;
	int64_t			 modify_id;	/* or NO_MODIFY_ID */
};

void		 exchange_init(struct exchange *, const struct exchange_terms *);
void		 exchange_fini(struct exchange *);

/* An empty clord_id is given a name.  *made is the order, NULL if it was refused. */
struct reject	 exchange_place(struct exchange *, struct desk *, const struct terms *, wall_t now,
		    struct order **made);
void		 exchange_cancel(struct exchange *, struct order *, wall_t now);	/* it is open */
void		 exchange_expire(struct exchange *, struct order *, enum expiry, wall_t now); /* the same */
size_t		 exchange_cancel_all(struct exchange *, struct desk *, wall_t now);
/* The house takes from an open LIMIT order, whoever else is in line, at no worse than its price. */
struct reject	 exchange_fill(struct exchange *, struct order *, dec_t qty, dec_t px, wall_t now);
/* As exchange_place() would judge it; nothing happens. */
struct reject	 exchange_try(const struct exchange *, const struct desk *, struct terms *,
		    wall_t now);
/* Its owner changes an order, which ends by it where simex(8), CHANGES, says so. */
struct reject	 exchange_modify(struct exchange *, struct order *, const struct change *,
		    wall_t now);
/* All of a contract's orders are cancelled so many ms from now; 0: not any more. */
void		 exchange_count_down(struct exchange *, struct desk *, int64_t ms, wall_t now);
size_t		 exchange_expire_all(struct exchange *, struct desk *, enum expiry, wall_t now);
/* The exchange itself makes an open order smaller. */
struct reject	 exchange_amend(struct exchange *, struct order *, dec_t qty, wall_t now);
struct reject	 exchange_set_leverage(struct exchange *, struct desk *, int leverage, wall_t now);
void		 exchange_fund(struct exchange *, struct desk *, dec_t rate, wall_t now);

/* Somebody else takes at most qty, at no worse than px (DEC_NONE: whatever); returns how much. */
dec_t		 exchange_public_trade(struct exchange *, struct desk *, enum side taker, dec_t px,
		    dec_t qty, wall_t now);
void		 exchange_note_listing(struct exchange *, const struct desk *, wall_t now);
void		 exchange_look_at_marks(struct exchange *, wall_t now);	/* each second */

void		 exchange_set_price(struct exchange *, struct desk *, dec_t px, wall_t now);
void		 exchange_set_ladder(struct exchange *, struct desk *, struct ladder, wall_t now);
/* Once in a period: made-up markets make their steps, quotes that were taken come back. */
void		 exchange_beat(struct exchange *, wall_t now);
/* Markets stand still until then, and go on from where they were. */
void		 exchange_skip(struct exchange *, wall_t until);
/* The house has this much there from now on; it takes what stands in its way. */
void		 exchange_quote(struct exchange *, struct desk *, enum side, dec_t px, dec_t qty,
		    wall_t now);
void		 exchange_plan_walk(struct exchange *, struct desk *, dec_t to, int64_t steps,
		    int64_t ms, wall_t now);
/* The same as a record has it: what the house has at better prices has gone already. */
void		 exchange_recorded_trade(struct exchange *, struct desk *, enum side taker,
		    dec_t px, dec_t qty, wall_t now);
/* What is due by itself, and when that will be. */
void		 exchange_happen(struct exchange *, wall_t now);
wall_t		 exchange_due(const struct exchange *);
/* After the rules of the contract have changed. */
void		 exchange_requote(struct exchange *, struct desk *, wall_t now);

struct desk	*exchange_find(struct exchange *, const char *symbol);	/* or NULL */
struct desk	*exchange_desk(struct exchange *, const struct listing *);
struct position	*desk_position(struct desk *, enum position_side);
bool		 desk_is_idle(const struct desk *);	/* no position, no open order */
dec_t		 desk_mark_px(const struct desk *);
struct desk	*desk_of_book(struct book *);
struct candle	 desk_day(const struct desk *, wall_t now);	/* the last 24 hours */
dec_t		 desk_last_px(const struct desk *);	/* before the first deal: the reference */

#endif
