/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deal.h - everything that traded in one contract, whoever traded.
 *
 * Deals have consecutive ids.  Those that follow each other at one price, taken
 * from one side, within one tenth of a second, are one aggregate, with an id of
 * its own.  The newest DEALS_KEPT of both are there, oldest first, and the
 * candles of all.
 */
#ifndef SIMEX_DEAL_H
#define SIMEX_DEAL_H

#include "base/clock.h"
#include "base/dec.h"
#include "tests/simex/core/candle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DEALS_KEPT = 2048,		/* at least; at most twice as many */
	AGGREGATE_US = 100000,
};

struct deal {
	int64_t	 id;
	dec_t	 px, qty;
	wall_t	 at;
	bool	 buyer_makes;		/* the seller took */
};

struct aggregate {
	int64_t	 id, first_id, last_id;
	dec_t	 px, qty;
	wall_t	 at;			/* of its last deal */
	bool	 buyer_makes;
};

struct deals {
	struct deal		*v;
	struct aggregate	*aggregates;
	size_t			 n, cap, naggregates, aggregates_cap;
	int64_t			 next_aggregate_id;
	struct candles		 candles;
};

void			 deals_init(struct deals *, int64_t first_aggregate_id);
void			 deals_add(struct deals *, const struct deal *);
const struct deal	*deals_last(const struct deals *);	/* NULL: none yet */
/* Is nothing more added to this aggregate, at this time? */
bool			 aggregate_is_over(const struct deals *, const struct aggregate *,
			    wall_t now);
/* Index of the first one with this id or a later one; of the first that is not older. */
size_t			 deals_from_id(const struct deals *, int64_t id);
size_t			 aggregates_from_id(const struct deals *, int64_t id);
size_t			 aggregates_since(const struct deals *, wall_t);
void			 deals_fini(struct deals *);

#endif
