/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * synth.h - a made-up market of one contract: where the price goes, what the
 * house quotes around it, what the public trades, and what the mark price is.
 *
 * It goes in steps at fixed times, the multiples of its period: whoever asks
 * late gets the steps one after the other, the same ones.  What they hold comes
 * from the seed alone, in integers: the way of the price from one stream of
 * numbers, the house from a second, the public from a third, so that the price
 * goes the same way whatever is quoted and traded around it.
 *
 * The fair price is kept in 2^-24 of a tick, for many a step is shorter than a
 * tick; the reference price is its nearest tick.  Best bid and best ask are
 * spread_ticks apart with the reference between them, or on the bid where the
 * spread is 1; further levels are level_ticks apart.  Nothing is quoted outside
 * min_px .. max_px.  A gap is a stretch behind the best price of one side where
 * the house quotes nothing; the levels go on behind it.
 *
 * The house takes it that the public traded with its own quotes, and knows of
 * what others took what it is told: it fills up with the next step.  What goes
 * may be gone already.
 *
 * The mark price follows the reference with mark_lag_ms as its time constant
 * and reaches it if that stands still; the index price is a quarter of the way
 * from the mark to the reference.
 */
#ifndef SIMEX_SYNTH_H
#define SIMEX_SYNTH_H

#include "base/clock.h"
#include "base/dec.h"
#include "base/rng.h"
#include "base/why.h"
#include "wire/types.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SYNTH_LEVELS_MAX = 50,
	SYNTH_QUOTES_MAX = 4 * SYNTH_LEVELS_MAX,	/* two sides of all gone and all new */
	SYNTH_TAKERS_MAX = 16,				/* in one step */
	SYNTH_TRADES_MAX = 64,				/* what they would take beyond is dropped */
};

struct synth_terms {
	/* of the contract; tick and step stay while the market lives */
	dec_t	 tick, step;
	dec_t	 min_px, max_px, start_px;
	/* the way of the price */
	int64_t	 period_ms;
	int64_t	 volatility_e6;		/* of the price, per root second */
	int64_t	 trend_e6;		/* of the price, per hour; down if negative */
	int64_t	 jumps_per_hour;	/* on average, as all rates */
	int64_t	 jump_e6;		/* of the price, up or down */
	int64_t	 stray_percent;		/* of the start; beyond it every step leads home */
	int64_t	 mark_lag_ms;
	/* the house */
	int64_t	 levels, spread_ticks, level_ticks;
	dec_t	 level_qty;		/* on average: half as much to half as much again */
	int64_t	 gaps_per_hour, gap_ticks, gap_ms;
	/* the public */
	int64_t	 trades_per_hour;
	dec_t	 trade_qty;		/* on average: one step to twice as much */
};

struct synth_quote {
	enum side	 side;
	dec_t		 px, qty;	/* of the house at this price; zero: no more */
};

struct synth_trade {
	enum side	 taker;
	dec_t		 px, qty;
};

/* What a step changed: in this order quotes that went, quotes that came, trades. */
struct synth_step {
	wall_t			 at;
	dec_t			 ref_px, mark_px, index_px;
	bool			 jumped, gap_opened;
	struct synth_quote	 quotes[SYNTH_QUOTES_MAX];
	int			 quotes_n;
	struct synth_trade	 trades[SYNTH_TRADES_MAX];
	int			 trades_n;
};

struct synth_level {
	int64_t	 ticks;			/* its price */
	dec_t	 wanted, standing;
};

struct synth_side {
	struct synth_level	 v[SYNTH_LEVELS_MAX];	/* best first */
	int			 n;
};

struct synth {
	struct synth_terms	 terms;
	struct rng		 way, house, public;
	wall_t			 next;			/* step */
	int64_t			 fair, mark;		/* in 2^-24 ticks */
	struct synth_side	 sides[SIDE_N];
	enum side		 gap_side;
	wall_t			 gap_end;
	struct synth_step	 step;
};

/* -1: these cannot be; the reason names the term. */
int	synth_check(const struct synth_terms *, struct why *) MUST_CHECK;

/* Terms are such as synth_check() takes.  The first step is due at once. */
void	synth_init(struct synth *, const struct synth_terms *, uint64_t seed, wall_t now);
void	synth_change(struct synth *, const struct synth_terms *);	/* from the next step on */
void	synth_move(struct synth *, dec_t px);	/* goes on from there, within its bounds */
/* Of what the house quotes on this side at this price, others took so much. */
void	synth_took(struct synth *, enum side, dec_t px, dec_t qty);
/* After a rest: no steps are owed for it, and no quote of the house stands any more. */
void	synth_resume(struct synth *, wall_t now);

/* No steps are owed before then; what stands, stands. */
void	synth_skip(struct synth *, wall_t until);

/* The next step, if it is due; else NULL.  It is there until the next is asked for. */
const struct synth_step	*synth_step(struct synth *, wall_t now);

#endif
