/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/market.h"

#include "base/die.h"

#include <stdlib.h>

enum {
	WALK_FASTEST_US = 10,		/* between the steps of a walk without a time */
	STRAY_PERCENT = 20,		/* a made-up price stays so close to where it began */
	MARK_LAG_MS = 5000,
	FINENESS = 100000,		/* levels stand such a part of the price apart */
	GAP_LEVELS = 4, GAP_MS = 2000,
	TRADE_PART = 50,		/* what the public trades, of what a level holds */
};

static dec_t
ticks(const struct listing *l, int64_t n)
{
	return (dec_t){ l->px_step.e8 * n };
}

static struct synth_terms
synth_terms_of(const struct listing *l, const struct market_terms *t)
{
	const int64_t	 apart = l->start_px.e8 / l->px_step.e8 / FINENESS;
	const int64_t	 level_ticks = apart > 1 ? apart : 1;
	const dec_t	 part = { l->quote_qty.e8 / TRADE_PART };

	return (struct synth_terms){
		.tick = l->px_step, .step = l->step,
		.min_px = dec_add(l->low_px, l->px_step), .max_px = dec_sub(l->high_px, l->px_step),
		.start_px = l->start_px, .period_ms = t->period_ms,
		.volatility_e6 = t->volatility_e6, .trend_e6 = t->trend_e6,
		.jumps_per_hour = t->jumps_per_hour, .jump_e6 = t->jump_e6,
		.stray_percent = STRAY_PERCENT, .mark_lag_ms = MARK_LAG_MS,
		.levels = t->levels, .spread_ticks = t->spread_ticks, .level_ticks = level_ticks,
		.level_qty = l->quote_qty, .gaps_per_hour = t->gaps_per_hour,
		.gap_ticks = level_ticks * GAP_LEVELS, .gap_ms = GAP_MS,
		.trades_per_hour = t->trades_per_hour,
		.trade_qty = dec_max(l->step, dec_quantize(part, l->step, ROUND_DOWN)),
	};
}

int
market_check(const struct listing *l, const struct market_terms *t, struct why *why)
{
	struct synth_terms	 terms = synth_terms_of(l, t);
	struct why		 inner;

	if (t->kind != MARKET_SYNTH || synth_check(&terms, &inner) == 0)
		return 0;
	do {
		terms.spread_ticks--;
	} while (terms.spread_ticks > 0 && synth_check(&terms, &inner) == -1);
	return terms.spread_ticks > 0 ?
	    why_set(why, "spread: %s has room for %lld at most, not for %lld", l->symbol,
	    (long long)terms.spread_ticks, (long long)t->spread_ticks) :
	    why_set(why, "listings: %s: %s", l->symbol, inner.text);
}

static void
synthesize(struct market *m, const struct market_terms *t)
{
	const struct synth_terms	 terms = synth_terms_of(m->listing, t);
	struct why			 why;

	if (synth_check(&terms, &why) == -1)
		panic("market of %s: %s", m->listing->symbol, why.text);
	m->synth = xcalloc(1, sizeof(*m->synth));
	synth_init(m->synth, &terms, t->seed + (uint64_t)m->listing->index + 1, t->start);
}

void
market_init(struct market *m, const struct listing *l, const struct market_terms *t)
{
	*m = (struct market){
		.listing = l, .kind = t->kind,
		.ref_px = l->start_px, .mark_px = l->start_px, .index_px = l->start_px,
		.ladder = { .levels = LEVELS_DEFAULT, .qty = l->quote_qty, .gap = l->px_step },
	};
	if (t->kind == MARKET_SYNTH)
		synthesize(m, t);
}

void
market_fini(struct market *m)
{
	free(m->synth);
}

static dec_t
move_to(struct market *m, dec_t px)
{
	const struct listing	*l = m->listing;
	const dec_t		 low = dec_add(l->low_px, l->px_step);
	const dec_t		 high = dec_sub(l->high_px, l->px_step);

	px = dec_max(low, dec_min(high, dec_quantize(px, l->px_step, ROUND_HALF_EVEN)));
	if (m->synth != NULL)
		synth_move(m->synth, px);
	m->ref_px = m->mark_px = m->index_px = px;
	return px;
}

dec_t
market_set(struct market *m, dec_t px)
{
	m->steps_left = 0;
	return move_to(m, px);
}

void
market_plan_walk(struct market *m, dec_t to, int64_t steps, int64_t ms, wall_t now)
{
	m->walk_to = to;
	m->steps_left = steps;
	m->step_us = ms > 0 ? ms * 1000 : WALK_FASTEST_US;
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
	m->next_step = wall_add_us(now, m->step_us);
	return move_to(m, m->steps_left == 0 ? m->walk_to : dec_add(m->ref_px, step));
}

/* As the contract's filters allow it. */
static struct ladder
bounded(const struct listing *l, struct ladder wanted)
{
	return (struct ladder){
		.levels = wanted.levels < LEVELS_MAX ? wanted.levels : LEVELS_MAX,
		.qty = dec_max(l->min_qty, dec_quantize(wanted.qty, l->step, ROUND_DOWN)),
		.gap = dec_max(l->px_step, dec_quantize(wanted.gap, l->px_step, ROUND_UP)),
	};
}

/* Of a made-up market that quotes so. */
static struct synth_terms
quoting(const struct market *m, struct ladder l)
{
	struct synth_terms	 t = m->synth->terms;

	t.levels = l.levels > 0 ? l.levels : 1;
	t.level_qty = l.qty;
	t.level_ticks = l.gap.e8 / m->listing->px_step.e8;
	return t;
}

int
market_check_ladder(const struct market *m, struct ladder wanted, struct why *why)
{
	const struct ladder	 l = bounded(m->listing, wanted);
	struct why		 inner;

	if (!dec_ok(dec_mul(l.gap, DEC_INT(LEVELS_MAX), ROUND_UP)))
		return why_set(why, "gap: %d of them are more than a number holds", LEVELS_MAX);
	if (m->synth == NULL)
		return 0;
	const struct synth_terms	 t = quoting(m, l);
	return synth_check(&t, &inner) == -1 ? why_set(why, "levels, qty, gap: %s", inner.text) : 0;
}

void
market_set_ladder(struct market *m, struct ladder wanted)
{
	m->ladder = bounded(m->listing, wanted);
	if (m->synth == NULL)
		return;
	const struct synth_terms	 t = quoting(m, m->ladder);
	synth_change(m->synth, &t);
}

dec_t
market_quote_px(const struct market *m, enum side side, int level)
{
	const dec_t	 away = dec_add(ticks(m->listing, 1), (dec_t){ m->ladder.gap.e8 * level });

	return side == SIDE_BUY ? dec_sub(m->ref_px, away) : dec_add(m->ref_px, away);
}

bool
market_quotes_at(const struct market *m, enum side side, dec_t px)
{
	const dec_t	 away = dec_sub(side == SIDE_BUY ? dec_sub(m->ref_px, px) :
			    dec_sub(px, m->ref_px), m->listing->px_step);

	return away.e8 >= 0 && away.e8 % m->ladder.gap.e8 == 0 &&
	    away.e8 / m->ladder.gap.e8 < m->ladder.levels;
}

void
market_skip(struct market *m, wall_t until)
{
	if (m->synth != NULL)
		synth_skip(m->synth, until);
	if (m->steps_left > 0 && m->next_step.us < until.us)
		m->next_step = until;
}

const struct synth_step *
market_step(struct market *m, wall_t now)
{
	const struct synth_step	*s = m->synth == NULL ? NULL : synth_step(m->synth, now);

	if (s == NULL)
		return NULL;
	m->ref_px = s->ref_px;
	m->mark_px = s->mark_px;
	m->index_px = s->index_px;
	return s;
}
