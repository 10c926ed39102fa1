/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/synth.h"

#include "base/attr.h"
#include "base/die.h"

typedef __int128 wide_t;

enum {
	FINE_BITS = 24,
	TICKS_BITS = 36,	/* the highest price in ticks; 60 bits with its fraction */
	NORMAL_BITS = 16,
	REDRAW = 8,		/* one quantity in so many is another in the next step */
};

#define FINE		(INT64_C(1) << FINE_BITS)
#define HOUR_MS		INT64_C(3600000)
#define E6		INT64_C(1000000)
#define RATE_MAX	INT64_C(1000000000)

/* ---- terms -------------------------------------------------------------------- */

static int64_t
ticks_of(const struct synth_terms *t, dec_t px)
{
	return px.e8 / t->tick.e8;
}

static dec_t
px_of(const struct synth_terms *t, int64_t ticks)
{
	return (dec_t){ ticks * t->tick.e8 };
}

/* Best bid and best ask of a reference price. */
static int64_t
best(const struct synth_terms *t, enum side side, int64_t ref)
{
	const int64_t	 bid = ref - t->spread_ticks / 2;

	return side == SIDE_BUY ? bid : bid + t->spread_ticks;
}

static int64_t
lowest_ticks(const struct synth_terms *t)
{
	return ticks_of(t, dec_quantize(t->min_px, t->tick, ROUND_UP));
}

/* The reference prices that leave room for both. */
static int64_t
lowest_ref(const struct synth_terms *t)
{
	return lowest_ticks(t) + t->spread_ticks / 2;
}

static int64_t
highest_ref(const struct synth_terms *t)
{
	return ticks_of(t, t->max_px) - (t->spread_ticks - t->spread_ticks / 2);
}

/* What the ranges below do not say; they hold already. */
static int
check_prices(const struct synth_terms *t, struct why *why)
{
	if (!dec_gt(t->max_px, t->min_px) || ticks_of(t, t->max_px) >> TICKS_BITS != 0)
		return why_set(why, "max_px: not above min_px, or too many ticks");
	if (!dec_is_multiple(t->start_px, t->tick))
		return why_set(why, "start_px: not on a tick");
	if (ticks_of(t, t->start_px) < lowest_ref(t) || ticks_of(t, t->start_px) > highest_ref(t))
		return why_set(why, "start_px: no room for its quotes between min_px and max_px");
	return 0;
}

int
synth_check(const struct synth_terms *t, struct why *why)
{
	const int64_t	 most = INT64_MAX / 4, day_ms = 24 * HOUR_MS;
	const struct { const char *name; int64_t value, min, max; } ranges[] = {
		{ "tick",            t->tick.e8,         1,                most },
		{ "step",            t->step.e8,         1,                most },
		{ "min_px",          t->min_px.e8,       1,                most },
		{ "max_px",          t->max_px.e8,       1,                most },
		{ "start_px",        t->start_px.e8,     1,                most },
		{ "period_ms",       t->period_ms,       1,                60000 },
		{ "volatility_e6",   t->volatility_e6,   0,                100000 },
		{ "trend_e6",        t->trend_e6,        -E6,              E6 },
		{ "jumps_per_hour",  t->jumps_per_hour,  0,                RATE_MAX },
		{ "jump_e6",         t->jump_e6,         0,                E6 / 2 },
		{ "stray_percent",   t->stray_percent,   1,                1000 },
		{ "mark_lag_ms",     t->mark_lag_ms,     0,                day_ms },
		{ "levels",          t->levels,          1,                SYNTH_LEVELS_MAX },
		{ "spread_ticks",    t->spread_ticks,    1,                E6 },
		{ "level_ticks",     t->level_ticks,     1,                E6 },
		{ "level_qty",       t->level_qty.e8,    t->step.e8,       most },
		{ "gaps_per_hour",   t->gaps_per_hour,   0,                RATE_MAX },
		{ "gap_ticks",       t->gap_ticks,       0,                E6 },
		{ "gap_ms",          t->gap_ms,          0,                day_ms },
		{ "trades_per_hour", t->trades_per_hour, 0,                RATE_MAX },
		{ "trade_qty",       t->trade_qty.e8,    t->step.e8,       most },
	};

	for (size_t i = 0; i < NITEMS(ranges); i++)
		if (ranges[i].value < ranges[i].min || ranges[i].value > ranges[i].max)
			return why_set(why, "%s: out of range", ranges[i].name);
	return check_prices(t, why);
}

/* ---- chance --------------------------------------------------------------------- */

/* Whether it happens in this step; rare ones are divided among so many tries. */
static bool
happens(struct rng *r, const struct synth_terms *t, int64_t per_hour, int64_t tries)
{
	const int64_t	 drawn = (int64_t)rng_below(r, (uint64_t)(HOUR_MS * tries));

	return drawn < per_hour * t->period_ms;
}

/* Of deviation 1 in 2^-16, mean 0: twelve even ones, whose deviations add up to that. */
static int64_t
normal(struct rng *r)
{
	int64_t	 sum = -12 * INT64_C(65535) / 2;

	for (int word = 0; word < 3; word++)
		for (uint64_t n = rng_next(r), i = 0; i < 4; i++, n >>= NORMAL_BITS)
			sum += (int64_t)(n & 0xffff);
	return sum;
}

static int64_t
square_root(int64_t n)
{
	int64_t	 root = 0;

	for (int64_t bit = INT64_C(1) << 31; bit > 0; bit >>= 1)
		if ((root + bit) * (root + bit) <= n)
			root += bit;
	return root;
}

/* ---- the way of the price ----------------------------------------------------------- */

static int64_t
ref_ticks(const struct synth *s)
{
	return (s->fair + FINE / 2) >> FINE_BITS;
}

static void
set_fair(struct synth *s, wide_t fair)
{
	const int64_t	 low = lowest_ref(&s->terms) << FINE_BITS;
	const int64_t	 high = highest_ref(&s->terms) << FINE_BITS;

	s->fair = fair < low ? low : fair > high ? high : (int64_t)fair;
}

/* volatility * root of the period; a root of us * 10^6 is one of seconds in 10^-6 */
static wide_t
wobble(struct synth *s)
{
	const int64_t	 root_e6 = square_root(s->terms.period_ms * 1000 * E6);
	const wide_t	 sigma_e12 = (wide_t)s->terms.volatility_e6 * root_e6;

	return s->fair * sigma_e12 * normal(&s->way) / (E6 * E6) / (1 << NORMAL_BITS);
}

static wide_t
drift(const struct synth *s)
{
	return (wide_t)s->fair * s->terms.trend_e6 * s->terms.period_ms / (E6 * HOUR_MS);
}

/* Drawn whether it happens or not, so that without jumps the rest of the way is the same. */
static wide_t
jump(struct synth *s)
{
	const bool	 up = rng_below(&s->way, 2) == 0;
	const wide_t	 far = (wide_t)s->fair * s->terms.jump_e6 / E6;

	s->step.jumped = happens(&s->way, &s->terms, s->terms.jumps_per_hour, 1);
	if (!s->step.jumped)
		return 0;
	return up ? far : -far;
}

static void
step_price(struct synth *s)
{
	const wide_t	 start = (wide_t)ticks_of(&s->terms, s->terms.start_px) << FINE_BITS;
	const wide_t	 stray = start * s->terms.stray_percent / 100;
	const wide_t	 away = s->fair - start;
	wide_t		 move = wobble(s);

	move += drift(s);
	move += jump(s);
	if ((away > stray && move > 0) || (away < -stray && move < 0))
		move = -move;
	set_fair(s, s->fair + move);
}

/* Rounded away from the mark, so that it arrives. */
static void
step_mark(struct synth *s)
{
	const wide_t	 behind = (wide_t)(ref_ticks(s) << FINE_BITS) - s->mark;
	const int64_t	 period = s->terms.period_ms, all = s->terms.mark_lag_ms + period;
	const int64_t	 rest = behind < 0 ? 1 - all : all - 1;

	s->mark += (int64_t)((behind * period + rest) / all);
}

static dec_t
fine_px(const struct synth *s, int64_t fine)
{
	return (dec_t){ (int64_t)(((wide_t)fine * s->terms.tick.e8 + FINE / 2) >> FINE_BITS) };
}

/* ---- the house ------------------------------------------------------------------------ */

static void
step_gap(struct synth *s)
{
	const bool	 opens = happens(&s->house, &s->terms, s->terms.gaps_per_hour, 1);
	const enum side	 side = rng_below(&s->house, 2) == 0 ? SIDE_BUY : SIDE_SELL;

	s->step.gap_opened = opens && s->step.at.us >= s->gap_end.us;
	if (!s->step.gap_opened)
		return;
	s->gap_side = side;
	s->gap_end = wall_add_us(s->step.at, s->terms.gap_ms * 1000);
}

static int64_t
level_ticks(const struct synth *s, enum side side, int level)
{
	const bool	 gap = s->step.at.us < s->gap_end.us && side == s->gap_side && level > 0;
	const int64_t	 away = s->terms.level_ticks * level + (gap ? s->terms.gap_ticks : 0);
	const int64_t	 touch = best(&s->terms, side, ref_ticks(s));

	return side == SIDE_BUY ? touch - away : touch + away;
}

static struct synth_level *
find_level(struct synth_side *q, int64_t ticks)
{
	for (int i = 0; i < q->n; i++)
		if (q->v[i].ticks == ticks)
			return &q->v[i];
	return NULL;
}

static dec_t
draw_qty(struct synth *s)
{
	const dec_t	 percent = DEC_INT(50 + (int64_t)rng_below(&s->house, 101));
	const dec_t	 qty = dec_muldiv(s->terms.level_qty, percent, DEC_INT(100), ROUND_DOWN);

	return dec_max(s->terms.step, dec_quantize(qty, s->terms.step, ROUND_DOWN));
}

/* The ladder that belongs around the price; what stands of it already, stands. */
static void
want_levels(struct synth *s, enum side side, struct synth_side *wanted)
{
	const int64_t	 low = lowest_ticks(&s->terms);
	const int64_t	 high = ticks_of(&s->terms, s->terms.max_px);

	wanted->n = 0;
	for (int i = 0; i < s->terms.levels; i++) {
		const int64_t			 ticks = level_ticks(s, side, i);
		const struct synth_level	*old = find_level(&s->sides[side], ticks);
		const bool			 redraw = rng_below(&s->house, REDRAW) == 0;
		const dec_t			 qty = draw_qty(s);

		if (ticks < low || ticks > high)
			continue;
		wanted->v[wanted->n++] = (struct synth_level){
			.ticks = ticks, .wanted = old == NULL || redraw ? qty : old->wanted,
			.standing = old == NULL ? DEC_ZERO : old->standing,
		};
	}
}

static void
add_quote(struct synth *s, enum side side, int64_t ticks, dec_t qty)
{
	s->step.quotes[s->step.quotes_n++] = (struct synth_quote){
		.side = side, .px = px_of(&s->terms, ticks), .qty = qty,
	};
}

static void
remove_others(struct synth *s, enum side side, struct synth_side *wanted)
{
	const struct synth_side	*old = &s->sides[side];

	for (int i = 0; i < old->n; i++)
		if (find_level(wanted, old->v[i].ticks) == NULL)
			add_quote(s, side, old->v[i].ticks, DEC_ZERO);
}

static void
fill_up(struct synth *s, enum side side)
{
	struct synth_side	*q = &s->sides[side];

	for (int i = 0; i < q->n; i++) {
		if (dec_cmp(q->v[i].standing, q->v[i].wanted) == 0)
			continue;
		q->v[i].standing = q->v[i].wanted;
		add_quote(s, side, q->v[i].ticks, q->v[i].wanted);
	}
}

/* First everything goes that has to, so that the sides never meet on the way. */
static void
step_house(struct synth *s)
{
	static const enum side	 both[] = { SIDE_BUY, SIDE_SELL };
	struct synth_side	 wanted[SIDE_N];

	step_gap(s);
	for (size_t i = 0; i < NITEMS(both); i++) {
		want_levels(s, both[i], &wanted[both[i]]);
		remove_others(s, both[i], &wanted[both[i]]);
	}
	for (size_t i = 0; i < NITEMS(both); i++) {
		s->sides[both[i]] = wanted[both[i]];
		fill_up(s, both[i]);
	}
}

/* ---- the public ------------------------------------------------------------------------ */

static void
trade(struct synth *s, enum side taker, dec_t qty)
{
	struct synth_side	*q = &s->sides[taker == SIDE_BUY ? SIDE_SELL : SIDE_BUY];

	for (int i = 0; i < q->n && dec_sign(qty) > 0 && s->step.trades_n < SYNTH_TRADES_MAX; i++) {
		const dec_t	 part = dec_min(qty, q->v[i].standing);

		if (dec_is_zero(part))
			continue;
		q->v[i].standing = dec_sub(q->v[i].standing, part);
		qty = dec_sub(qty, part);
		s->step.trades[s->step.trades_n++] = (struct synth_trade){
			.taker = taker, .px = px_of(&s->terms, q->v[i].ticks), .qty = part,
		};
	}
}

static void
step_public(struct synth *s)
{
	const int64_t	 mean = s->terms.trade_qty.e8 / s->terms.step.e8;

	for (int i = 0; i < SYNTH_TAKERS_MAX; i++) {
		if (!happens(&s->public, &s->terms, s->terms.trades_per_hour, SYNTH_TAKERS_MAX))
			continue;
		const enum side	 taker = rng_below(&s->public, 2) == 0 ? SIDE_BUY : SIDE_SELL;
		const uint64_t	 more = rng_below(&s->public, (uint64_t)(2 * mean - 1));

		trade(s, taker, (dec_t){ (int64_t)(1 + more) * s->terms.step.e8 });
	}
}

/* ---- the whole ------------------------------------------------------------------------- */

void
synth_init(struct synth *s, const struct synth_terms *terms, uint64_t seed, wall_t now)
{
	struct rng	 seeds = rng_seed(seed);

	*s = (struct synth){ .terms = *terms };
	s->way = rng_seed(rng_next(&seeds));
	s->house = rng_seed(rng_next(&seeds));
	s->public = rng_seed(rng_next(&seeds));
	synth_move(s, terms->start_px);
	s->mark = s->fair;
	synth_resume(s, now);
}

void
synth_change(struct synth *s, const struct synth_terms *terms)
{
	if (dec_cmp(terms->tick, s->terms.tick) != 0 || dec_cmp(terms->step, s->terms.step) != 0)
		panic("synth: another tick or step");
	s->terms = *terms;
	set_fair(s, s->fair);
}

void
synth_move(struct synth *s, dec_t px)
{
	set_fair(s, (wide_t)ticks_of(&s->terms, px) << FINE_BITS);
}

void
synth_took(struct synth *s, enum side side, dec_t px, dec_t qty)
{
	struct synth_level	*l = find_level(&s->sides[side], ticks_of(&s->terms, px));

	if (l != NULL)
		l->standing = dec_max(DEC_ZERO, dec_sub(l->standing, qty));
}

void
synth_resume(struct synth *s, wall_t now)
{
	const int64_t	 period_us = s->terms.period_ms * 1000;

	s->next = (wall_t){ now.us / period_us * period_us };
	s->sides[SIDE_BUY].n = s->sides[SIDE_SELL].n = 0;
}

static wall_t
next_after(const struct synth_terms *t, wall_t at)
{
	const int64_t	 period_us = t->period_ms * 1000;

	return (wall_t){ (at.us / period_us + 1) * period_us };
}

void
synth_skip(struct synth *s, wall_t until)
{
	if (s->next.us < until.us)
		s->next = next_after(&s->terms, wall_add_us(until, -1));
}

const struct synth_step *
synth_step(struct synth *s, wall_t now)
{
	if (now.us < s->next.us)
		return NULL;
	s->step.at = s->next;
	s->step.quotes_n = s->step.trades_n = 0;
	step_price(s);
	step_mark(s);
	step_house(s);
	step_public(s);
	s->step.ref_px = px_of(&s->terms, ref_ticks(s));
	s->step.mark_px = fine_px(s, s->mark);
	s->step.index_px = fine_px(s, s->mark + ((ref_ticks(s) << FINE_BITS) - s->mark) / 4);
	s->next = next_after(&s->terms, s->step.at);
	return &s->step;
}
