/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * synth.h - made-up markets for the tests of them.
 */
#ifndef TESTS_SYNTH_H
#define TESTS_SYNTH_H

#include "tests/unit/check.h"

#include "tests/simex/core/synth.h"

enum { PERIOD_MS = 100, HOUR_S = 3600 };

#define T0_MS	INT64_C(1795256100000)

static inline wall_t
at_ms(int64_t ms)
{
	return wall_from_ms(T0_MS + ms);
}

static inline struct synth_terms
calm(void)
{
	return (struct synth_terms){
		.tick = D("0.1"), .step = D("0.001"),
		.min_px = D("556.8"), .max_px = D("4529764"), .start_px = D("61250"),
		.period_ms = PERIOD_MS, .volatility_e6 = 100, .stray_percent = 20,
		.mark_lag_ms = 5000, .levels = 10, .spread_ticks = 2, .level_ticks = 1,
		.level_qty = D("1.5"), .trades_per_hour = 36000, .trade_qty = D("0.02"),
	};
}

static inline struct synth_terms
cheap(void)
{
	struct synth_terms	 t = calm();

	t.tick = D("0.00001");
	t.step = D("1");
	t.min_px = D("0.00244");
	t.max_px = D("30");
	t.start_px = D("0.2");
	t.level_qty = D("80000");
	t.trade_qty = D("900");
	return t;
}

/* Nothing moves by itself. */
static inline struct synth_terms
frozen(void)
{
	struct synth_terms	 t = calm();

	t.volatility_e6 = 0;
	t.trades_per_hour = 0;
	return t;
}

static inline struct synth
market_of(const struct synth_terms *t, uint64_t seed)
{
	struct why	 why = { "" };
	struct synth	 s;

	if (synth_check(t, &why) == -1)
		CHECK_STR(why.text, "");
	synth_init(&s, t, seed, at_ms(0));
	return s;
}

/* The next step, which is due. */
static inline const struct synth_step *
step_at(struct synth *s, wall_t now)
{
	const struct synth_step	*step = synth_step(s, now);

	CHECK(step != NULL);
	return step;
}

static inline const struct synth_step *
must_step(struct synth *s)
{
	return step_at(s, s->next);
}

#endif
