/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * market.h - where one contract's price is, where it goes, and what the house
 * quotes around it.
 *
 * There are three kinds.  A still market stands where it is put: the reference
 * price is a whole number of ticks, mark and index price are the same, and
 * level i of the ladder is one tick and i gaps away from it on either side, so
 * the middle of an undisturbed book is the reference.  A made-up one moves by
 * itself (synth.h), and may be told where to go on from.  A recorded one is
 * what the tape says; nobody else moves it.
 */
#ifndef SIMEX_MARKET_H
#define SIMEX_MARKET_H

#include "base/clock.h"
#include "base/dec.h"
#include "tests/simex/core/listing.h"
#include "tests/simex/core/synth.h"

#include <stdbool.h>
#include <stdint.h>

enum { LEVELS_MAX = 50, LEVELS_DEFAULT = 10 };

enum market_kind { MARKET_STILL, MARKET_SYNTH, MARKET_TAPE };

/* What all contracts of a run have in common; of the rates only a made-up one makes use. */
struct market_terms {
	enum market_kind	 kind;
	uint64_t		 seed;
	wall_t			 start;
	int64_t			 period_ms;
	int64_t			 volatility_e6, trend_e6, jumps_per_hour, jump_e6;
	int64_t			 levels, spread_ticks, gaps_per_hour, trades_per_hour;
};

struct ladder {
	int	 levels;
	dec_t	 qty;		/* of each level */
	dec_t	 gap;		/* between two levels, a whole number of ticks */
};

struct market {
	const struct listing	*listing;
	enum market_kind	 kind;
	dec_t			 ref_px, mark_px, index_px;
	wall_t			 next_funding;	/* as the tape says; unset: it does not */
	bool			 marked;	/* the tape says the mark price */
	struct ladder		 ladder;
	struct synth		*synth;		/* of a made-up market */
	/* a walk asked for; none while steps_left is 0 */
	dec_t			 walk_to;
	int64_t			 steps_left, step_us;
	wall_t			 next_step;
};

/* -1: no such market can be made up; why names the option, the contract and the limit. */
int	market_check(const struct listing *, const struct market_terms *, struct why *) MUST_CHECK;
/* Terms are such as market_check() takes. */
void	market_init(struct market *, const struct listing *, const struct market_terms *);
void	market_fini(struct market *);

/* Each returns the new reference price; the caller moves the quotes. */
dec_t	market_set(struct market *, dec_t px);		/* to the nearest tick; ends a walk */
bool	market_walk_is_due(const struct market *, wall_t now);
dec_t	market_walk(struct market *, wall_t now);	/* the next step of the walk */

void	market_plan_walk(struct market *, dec_t to, int64_t steps, int64_t ms, wall_t now);
void	market_set_ladder(struct market *, struct ladder);	/* bounds are applied */
/* -1: there is no room for such quotes. */
int	market_check_ladder(const struct market *, struct ladder, struct why *) MUST_CHECK;
dec_t	market_quote_px(const struct market *, enum side, int level);
bool	market_quotes_at(const struct market *, enum side, dec_t px);

/* It stands still until then, and goes on from where it was. */
void	market_skip(struct market *, wall_t until);

/* The next step of a made-up market that is due, or NULL; its prices are the market's then. */
const struct synth_step	*market_step(struct market *, wall_t now);

#endif
