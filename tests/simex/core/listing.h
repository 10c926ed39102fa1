/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listing.h - the contracts that are traded here, and their filters.
 *
 * One row a contract, in the exchange's own spelling: exchangeInfo prints the
 * words, the checks use the numbers parsed from them.  A check takes the mark
 * price as an argument; each refuses with the exchange's code, in the order
 * price, quantity, notional.
 */
#ifndef SIMEX_LISTING_H
#define SIMEX_LISTING_H

#include "base/dec.h"
#include "tests/simex/core/reject.h"
#include "wire/types.h"

#include <stdint.h>

enum { LISTING_N = 3 };

struct listing_row {
	const char	*symbol, *base, *subtype;
	int		 price_places, qty_places;
	const char	*min_price, *max_price, *tick;
	const char	*min_qty, *max_qty, *step, *market_max_qty;
	const char	*min_notional, *multiplier_up, *multiplier_down;
	const char	*take_bound, *liquidation_fee, *maint_margin;
	int		 max_leverage;
	const char	*start_px, *quote_qty;	/* of the simulated market */
	int64_t		 first_order_id, first_trade_id;
};

struct listing {
	const struct listing_row	*row;
	const char			*symbol;
	int				 index;
	dec_t	 min_price, max_price, tick, price_unit;
	dec_t	 min_qty, max_qty, step, market_max_qty, qty_unit;
	dec_t	 min_notional, multiplier_up, multiplier_down, take_bound, maint_margin;
	dec_t	 start_px, quote_qty;
};

extern const struct listing_row	listing_rows[LISTING_N];

void		 listing_init(struct listing *, const struct listing_row *, int index);
int		 listing_index(const char *symbol);	/* -1: not listed */

struct reject	 listing_check_price(const struct listing *, dec_t px);
struct reject	 listing_check_percent(const struct listing *, enum side, dec_t px, dec_t mark_px);
struct reject	 listing_check_qty(const struct listing *, enum ord_type, dec_t qty);
struct reject	 listing_check_notional(const struct listing *, dec_t px, dec_t qty);

#endif
