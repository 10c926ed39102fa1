/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/market.h"

enum {
	STEP_TICKS = 5,		/* a random step goes at most so far */
	STRAY_PERCENT = 20,	/* the random price stays so close to where it began */
};

void
market_init(struct market *m, const struct listing *l, uint64_t seed)
{
	*m = (struct market){
		.listing = l,
		.rng = rng_seed(seed + (uint64_t)l->index + 1),
		.ref_px = l->start_px,
		.ladder = { .levels = LEVELS_DEFAULT, .qty = l->quote_qty, .gap = l->tick },
	};
}

static dec_t
move_to(struct market *m, dec_t px)
{
	const struct listing	*l = m->listing;
	const dec_t		 low = dec_add(l->min_price, l->tick);
	const dec_t		 high = dec_sub(l->max_price, l->tick);

	m->ref_px = dec_max(low, dec_min(high, dec_quantize(px, l->tick, ROUND_HALF_EVEN)));
	return m->ref_px;
}

dec_t
market_set(struct market *m, dec_t px)
{
	m->steps_left = 0;
	return move_to(m, px);
}

dec_t
market_wander(struct market *m)
{
	const struct listing	*l = m->listing;
	const int64_t		 ticks = (int64_t)rng_below(&m->rng, 2 * STEP_TICKS + 1) - STEP_TICKS;
	const dec_t		 stray = { l->start_px.e8 / 100 * STRAY_PERCENT };
	const dec_t		 step = { l->tick.e8 * ticks };
	const dec_t		 away = dec_sub(m->ref_px, l->start_px);

	/* Beyond the bound every step leads home. */
	if (dec_gt(dec_abs(away), stray) && dec_sign(away) == dec_sign(step))
		return move_to(m, dec_sub(m->ref_px, step));
	return move_to(m, dec_add(m->ref_px, step));
}

void
market_plan_walk(struct market *m, dec_t to, int64_t steps, int64_t ms, wall_t now)
{
	m->walk_to = to;
	m->steps_left = steps;
	m->step_ms = ms;
	m->next_step = now;
}

bool
market_walk_is_due(const struct market *m, wall_t now)
{
	return m->steps_left > 0 && now.us >= m->next_step.us;
}

dec_t
market_walk(struct market *m, wall_t now)
{
	const dec_t	 left = dec_sub(m->walk_to, m->ref_px);
	const dec_t	 step = dec_muldiv(left, DEC_ONE, DEC_INT(m->steps_left), ROUND_HALF_EVEN);

	m->steps_left--;
	m->next_step = wall_add_us(now, m->step_ms * 1000);
	return move_to(m, m->steps_left == 0 ? m->walk_to : dec_add(m->ref_px, step));
}

void
market_set_ladder(struct market *m, struct ladder wanted)
{
	const struct listing	*l = m->listing;

	m->ladder.levels = wanted.levels < LEVELS_MAX ? wanted.levels : LEVELS_MAX;
	m->ladder.qty = dec_max(l->min_qty, dec_quantize(wanted.qty, l->step, ROUND_DOWN));
	m->ladder.gap = dec_max(l->tick, dec_quantize(wanted.gap, l->tick, ROUND_UP));
}

dec_t
market_quote_px(const struct market *m, enum side side, int level)
{
	const dec_t	 away = dec_add(m->listing->tick, (dec_t){ m->ladder.gap.e8 * level });

	return side == SIDE_BUY ? dec_sub(m->ref_px, away) : dec_add(m->ref_px, away);
}

bool
market_quotes_at(const struct market *m, enum side side, dec_t px)
{
	const dec_t	 away = dec_sub(side == SIDE_BUY ? dec_sub(m->ref_px, px) :
			    dec_sub(px, m->ref_px), m->listing->tick);

	return away.e8 >= 0 && away.e8 % m->ladder.gap.e8 == 0 &&
	    away.e8 / m->ladder.gap.e8 < m->ladder.levels;
}

dec_t
market_mark_px(const struct market *m)
{
	return m->ref_px;
}
