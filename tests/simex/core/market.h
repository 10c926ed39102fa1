/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * market.h - where one contract's price is, where it goes, and what the house
 * quotes around it.
 *
 * The reference price is a whole number of ticks; the mark price is the
 * reference.  Level i of the ladder is one tick and i gaps away from it on
 * either side, so the middle of an undisturbed book is the reference.  The
 * same seed gives the same prices, whatever the client does.
 */
#ifndef SIMEX_MARKET_H
#define SIMEX_MARKET_H

#include "base/clock.h"
#include "base/dec.h"
#include "base/rng.h"
#include "tests/simex/core/listing.h"

#include <stdbool.h>
#include <stdint.h>

enum { LEVELS_MAX = 50, LEVELS_DEFAULT = 10 };

struct ladder {
	int	 levels;
	dec_t	 qty;		/* of each level */
	dec_t	 gap;		/* between two levels, a whole number of ticks */
};

struct market {
	const struct listing	*listing;
	struct rng		 rng;
	dec_t			 ref_px;
	struct ladder		 ladder;
	/* a walk asked for; none while steps_left is 0 */
	dec_t			 walk_to;
	int64_t			 steps_left, step_ms;
	wall_t			 next_step;
};

void	market_init(struct market *, const struct listing *, uint64_t seed);

/* Each returns the new reference price; the caller moves the quotes. */
dec_t	market_set(struct market *, dec_t px);		/* to the nearest tick; ends a walk */
dec_t	market_wander(struct market *);			/* a random step */
bool	market_walk_is_due(const struct market *, wall_t now);
dec_t	market_walk(struct market *, wall_t now);	/* the next step of the walk */

void	market_plan_walk(struct market *, dec_t to, int64_t steps, int64_t ms, wall_t now);
void	market_set_ladder(struct market *, struct ladder);	/* bounds are applied */
dec_t	market_quote_px(const struct market *, enum side, int level);
bool	market_quotes_at(const struct market *, enum side, dec_t px);
dec_t	market_mark_px(const struct market *);

#endif
