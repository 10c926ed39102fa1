/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * books.h - positions and balances, kept a second time, from executions and
 * changes of money alone.
 *
 * Written apart from the exchange's own wallet, so that one finds the errors
 * of the other.  A position costs what was paid for it; what leaves it takes
 * its share of the cost along, rounded once, half to even, and what that
 * brought in beyond is the profit.
 */
#ifndef SIMEX_BOOKS_H
#define SIMEX_BOOKS_H

#include "base/dec.h"
#include "base/map.h"
#include "wire/types.h"

#include <stddef.h>

enum { POSITION_KEY = SYMBOL + 8 };

/* A position: of a contract, on one side of it. */
struct kept_position {
	char		 key[POSITION_KEY];
	dec_t		 qty;		/* long positive, short negative */
	dec_t		 cost;		/* of the open quantity */
	int64_t		 trade_id;	/* of the last execution */
	struct node	 node;
};

/* An asset, and what its balance came from. */
struct kept_balance {
	char		 asset[ASSET];
	dec_t		 initial, realized, fees, other, balance;
	struct node	 node;
};

struct books {
	struct map	 positions, balances;
};

struct kept_position	*books_position(struct books *, const char *symbol, const char *side);
struct kept_balance	*books_balance(struct books *, const char *asset);
/* An execution; returns what it earned, DEC_NONE beyond all numbers. */
dec_t			 kept_trade(struct kept_position *, enum side, dec_t qty, dec_t px);
void			 kept_add(struct kept_balance *, dec_t *sum, dec_t change);
void			 books_fini(struct books *);

#endif
