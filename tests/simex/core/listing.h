/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listing.h - the contracts that are traded here, and their filters.
 *
 * They come from an exchangeInfo, the exchange's own or the three contracts
 * built in: what a contract says of itself is kept as it was read and shown
 * again word for word, the checks use the numbers parsed from it.  A listings
 * owns its contracts; they stay where they are until listings_fini().
 *
 * Each check takes the mark price as an argument and refuses with the
 * exchange's code, in the order price, quantity, notional.  What PRICE_FILTER
 * says is zero is not checked.
 *
 * A contract may say under "simex" what an exchange does not tell: startPx and
 * quoteQty of its simulated market, firstOrderId, firstTradeId.  What is not
 * said is derived from the filters.
 */
#ifndef SIMEX_LISTING_H
#define SIMEX_LISTING_H

#include "base/buf.h"
#include "base/dec.h"
#include "base/map.h"
#include "base/why.h"
#include "tests/simex/core/reject.h"
#include "wire/types.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What of its trading a contract's status allows. */
enum phase { PHASE_OPEN, PHASE_REDUCING, PHASE_HALTED, PHASE_ENDING, PHASE_OVER };
/* Which side may only reduce. */
enum curb { CURB_NONE, CURB_BUY, CURB_SELL, CURB_BOTH };

struct listing {
	char	 symbol[SYMBOL];
	char	 base[ASSET], quote[ASSET], margin_asset[ASSET];
	int	 index;
	bool	 trading;		/* its status is TRADING */
	enum phase phase;
	enum curb curb;
	int	 price_places, qty_places;
	dec_t	 min_price, max_price, tick;	/* as PRICE_FILTER says; zero: none */
	dec_t	 low_px, high_px, px_step;	/* of the simulated market, never zero */
	dec_t	 price_unit;
	dec_t	 min_qty, max_qty, step, qty_unit;
	dec_t	 market_min_qty, market_max_qty, market_step;
	dec_t	 min_notional, multiplier_up, multiplier_down;
	dec_t	 take_bound, trigger_protect, liquidation_fee;
	int64_t	 max_orders, max_algos, max_moves;	/* 0: any number */
	dec_t	 start_px, quote_qty;
	int64_t	 first_order_id, first_trade_id;
	json_t		*said;		/* its object, without what is simex's */
	char		*text;		/* the same, printed */
	struct node	 node;
};

struct listings {
	struct listing	*v;
	size_t		 n;
	struct map	 by_symbol;
	char		*assets;	/* the list of them, as read */
};

/* From the text of an exchangeInfo.  -1: why names the contract and the field. */
int		 listings_read(struct listings *, const char *json, size_t len, struct why *)
		    MUST_CHECK;
void		 listings_built_in(struct listings *);
/* Only these, with commas between; none is no use.  -1: why names one that is not there. */
int		 listings_keep(struct listings *, const char *symbols, struct why *) MUST_CHECK;
struct listing	*listings_find(const struct listings *, const char *symbol);	/* or NULL */
void		 listings_move(struct listings *to, struct listings *from);	/* nothing is left there */
void		 listings_fini(struct listings *);

/*
 * Changes what a contract says: a field of its own, or of the filter of that
 * type (NULL: its own).  -1: there is no such field, or the value does not fit.
 */
int		 listing_change(struct listing *, const char *filter, const char *field,
		    const char *value, struct why *) MUST_CHECK;

int		 listing_quote_places(const struct listing *);	/* of a price times a quantity */

struct reject	 listing_check_price(const struct listing *, dec_t px);
struct reject	 listing_check_percent(const struct listing *, enum side, dec_t px, dec_t mark_px);
struct reject	 listing_check_qty(const struct listing *, enum ord_type, dec_t qty);
struct reject	 listing_check_notional(const struct listing *, dec_t px, dec_t qty);

#endif
