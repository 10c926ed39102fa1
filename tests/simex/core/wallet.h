/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wallet.h - the account's money, a purse for each margin asset, and its
 * positions.
 *
 * A position is one signed quantity: of one-way mode, or one of the two of
 * hedge mode, which never turns.  Its cost is what was paid for what is still
 * open, exactly; the entry price is derived from it.  What a reduction takes
 * out of the cost is rounded once and stays consistent, and a flat position
 * has a cost of zero.
 *
 * Every change of a balance has a reason, so that at any time
 *
 *	balance == initial + sums of all reasons
 *
 * The margin model: a cross position is backed by the cross wallet of its
 * asset, which is the balance without what is set apart.  An isolated one has
 * a wallet of its own, set apart when it opens: its initial margin at the
 * price of the fill; a reduction gives back the same share of it.  Profit and
 * commission go to the cross wallet, funding of an isolated position to its
 * own.  In hedge mode LONG and SHORT are margined each for itself, each with
 * the orders that make it larger.
 */
#ifndef SIMEX_WALLET_H
#define SIMEX_WALLET_H

#include "base/clock.h"
#include "base/dec.h"
#include "base/why.h"
#include "tests/simex/core/bracket.h"
#include "wire/types.h"

#include <stdbool.h>
#include <stddef.h>

enum { LEVERAGE_DEFAULT = 20 };

/* More of one asset nobody brings here: beside it there is room for what is held. */
#define BALANCE_MOST	DEC_INT(10000000000)

/* Why money came or went, as the income history names it. */
enum money {
	MONEY_REALIZED, MONEY_COMMISSION, MONEY_FUNDING, MONEY_INSURANCE, MONEY_DELIVERED,
	MONEY_TRANSFER, MONEY_INTERNAL, MONEY_AUTO_EXCHANGE, MONEY_OPTIONS_FEE,
	MONEY_OPTIONS_PROFIT, MONEY_SWAP_IN, MONEY_SWAP_OUT, MONEY_N
};

/* Why the user stream shows a balance; from UPD_DEPOSIT on: money from and to outside. */
enum update {
	UPD_ORDER, UPD_FUNDING_FEE, UPD_MARGIN_TYPE, UPD_MARGIN_TRANSFER, UPD_INSURANCE_CLEAR,
	UPD_DEPOSIT, UPD_WITHDRAW, UPD_WITHDRAW_REJECT, UPD_ADJUSTMENT, UPD_ADMIN_DEPOSIT,
	UPD_ADMIN_WITHDRAW, UPD_ASSET_TRANSFER, UPD_AUTO_EXCHANGE, UPD_OPTIONS_FEE,
	UPD_OPTIONS_PROFIT, UPD_SWAP_IN, UPD_SWAP_OUT, UPD_N
};

struct position {
	dec_t	 qty;		/* long positive, short negative */
	dec_t	 cost;		/* of the open quantity, never negative */
	dec_t	 open_fees;	/* paid for the open quantity: the way to break even */
	dec_t	 realized;	/* since the beginning, before fees */
	dec_t	 apart;		/* the wallet of an isolated one, else zero */
	bool	 called;	/* its margin call has been made, and it is still due */
	wall_t	 updated;
};

struct purse {
	char	 asset[ASSET];
	dec_t	 initial, balance;
	dec_t	 apart;			/* of the balance: of all isolated positions */
	dec_t	 sums[MONEY_N];
	bool	 called;		/* as a position's, of all cross ones */
	wall_t	 updated;
};

/* In the order they were listed; the first one is never missing. */
struct wallet {
	struct purse	*v;
	size_t		 n;
};

struct booking {
	dec_t	 fee, realized;
	dec_t	 opened;	/* quantity that did not close anything */
	dec_t	 released;	/* of the position's own wallet */
};

struct exposure {
	dec_t	 bids, asks;	/* notional of the open orders on a contract */
};

struct margin {
	dec_t	 position, orders, maint;
};

/* What an account begins with, of one asset. */
struct grant {
	char	 asset[ASSET];
	dec_t	 sum;
};

enum { GRANTS_MAX = 16 };

struct grants {
	struct grant	 v[GRANTS_MAX];
	size_t		 n;
};

/* "1000000" is USDT; "USDC=5000,BNB=1".  -1: not that, or more than BALANCE_MOST. */
int		 grants_parse(struct grants *, const char *text, struct why *) MUST_CHECK;

/* From an exchangeInfo's list of assets; USDT and BNB are always there. */
void		 wallet_init(struct wallet *, const char *assets_json);
size_t		 wallet_add(struct wallet *, const char *asset);	/* its index, old or new */
struct purse	*wallet_find(const struct wallet *, const char *asset);	/* or NULL */
void		 wallet_fini(struct wallet *);

/* The only thing that changes a balance. */
void		 purse_change(struct purse *, enum money, dec_t change, wall_t now);
dec_t		 purse_cross(const struct purse *);	/* the cross wallet */
/* Between the cross wallet and a position's own; negative: back. */
void		 purse_set_apart(struct purse *, struct position *, dec_t change);

/* The wallet it released is zero unless it has one; nothing is set apart for what it opened. */
struct booking	 position_fill(struct position *, enum side, dec_t qty, dec_t px, dec_t fee_rate);
dec_t		 position_funding(const struct position *, dec_t mark_px, dec_t rate);

dec_t		 position_entry_px(const struct position *);		/* flat: zero */
dec_t		 position_break_even_px(const struct position *);	/* flat: zero */
dec_t		 position_upnl(const struct position *, dec_t mark_px);
dec_t		 position_notional(const struct position *, dec_t mark_px);	/* signed */
/* How much an order of this side could close. */
dec_t		 position_closable_qty(const struct position *, enum side);
/*
 * The notional if the worse of "all bids fill" and "all asks fill" came true.
 * A notional may be beyond the range of numbers: it is NONE then, and so are
 * upnl, worst, and what a margin has of it.
 */
dec_t		 position_worst(const struct position *, dec_t mark_px, struct exposure);
struct margin	 position_margin(const struct position *, int leverage, dec_t mark_px,
		    const struct brackets *, struct exposure);

const char	*money_name(enum money);
const char	*update_name(enum update);
enum money	 update_money(enum update);	/* of a transfer */
/* Those of transfers, in their order, NULL at the end. */
extern const char *const *const transfer_words;

#endif
