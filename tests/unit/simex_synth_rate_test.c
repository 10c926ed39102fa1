/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/synth.h"

#include <math.h>

enum { STEPS = 1500 };

/* ---- what was asked for is what comes ------------------------------------------------------ */

/* In windows of ten seconds: a step may be shorter than a tick. */
static void
the_price_is_as_volatile_as_asked(void **state)
{
	enum { WINDOW = 100, WINDOWS = 4000 };
	static const int64_t	 asked_e6[] = { 20, 100, 500 };

	(void)state;
	for (size_t i = 0; i < 2 * NITEMS(asked_e6); i++) {
		struct synth_terms	 t = i % 2 == 0 ? calm() : cheap();
		double			 sum = 0, last;

		t.volatility_e6 = asked_e6[i / 2];
		t.stray_percent = 90;
		t.levels = 1;
		struct synth	 s = market_of(&t, check_seed());
		last = dec_to_double(must_step(&s)->ref_px);
		for (int w = 0; w < WINDOWS; w++) {
			double	 px = 0;

			for (int n = 0; n < WINDOW; n++)
				px = dec_to_double(must_step(&s)->ref_px);
			sum += log(px / last) * log(px / last);
			last = px;
		}
		/* of 4000 windows it is known to 1.1 %; ticks of the cheap one add up to 5 % */
		const double	 got_e6 = sqrt(sum / WINDOWS / 10) * 1e6;
		check_row("%lld asked, %.2f seen", (long long)t.volatility_e6, got_e6);
		CHECK(got_e6 > 0.94 * (double)t.volatility_e6);
		CHECK(got_e6 < 1.10 * (double)t.volatility_e6);
	}
}

static void
a_trend_is_per_hour(void **state)
{
	static const struct { int64_t trend_e6; const char *low, *high; } rows[] = {
		{ 0,       "61250",   "61250" },
		{ 10000,   "61865.4", "61865.7" },	/* 61250 e^0.01 = 61865.58 */
		{ -10000,  "60640.4", "60640.7" },	/* 60640.55 */
		{ 10,      "61250.6", "61250.6" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct synth_terms	 t = frozen();

		check_row("trend %lld", (long long)rows[i].trend_e6);
		t.trend_e6 = rows[i].trend_e6;
		struct synth	 s = market_of(&t, 1);
		for (int n = 0; n < HOUR_S * 10; n++)
			must_step(&s);
		CHECK(!dec_lt(s.step.ref_px, D(rows[i].low)));
		CHECK(!dec_gt(s.step.ref_px, D(rows[i].high)));
	}
}

/* Within five deviations of what a rate lets expect. */
static void
check_rate(const char *what, int64_t seen, double expected)
{
	check_row("%s: %lld seen, %.1f expected", what, (long long)seen, expected);
	CHECK(fabs((double)seen - expected) < 5 * sqrt(expected));
}

static void
jumps_come_at_their_rate(void **state)
{
	struct synth_terms	 t = frozen();
	int			 jumps = 0, up = 0;
	dec_t			 last = t.start_px;

	(void)state;
	t.jumps_per_hour = 300;
	t.jump_e6 = 10000;
	struct synth	 s = market_of(&t, check_seed());
	for (int n = 0; n < 4 * HOUR_S * 10; n++) {
		const struct synth_step	*p = must_step(&s);
		const dec_t		 far = dec_abs(dec_sub(p->ref_px, last));
		const dec_t		 percent = { last.e8 / 100 };

		check_row("step %d", n);
		CHECK(p->jumped || dec_is_zero(far));
		CHECK(!p->jumped || dec_abs(dec_sub(far, percent)).e8 <= 2 * t.tick.e8);
		jumps += p->jumped;
		up += p->jumped && dec_gt(p->ref_px, last);
		last = p->ref_px;
	}
	check_rate("jumps", jumps, 1200);
	check_rate("up", up, jumps / 2.0);
}

/* The width of the widest stretch without a quote behind the best of a side. */
static int64_t
widest(const struct synth_side *side)
{
	int64_t	 most = 0;

	for (int i = 1; i < side->n; i++) {
		const int64_t	 wide = side->v[i].ticks - side->v[i - 1].ticks;

		most = wide > most ? wide : -wide > most ? -wide : most;
	}
	return most;
}

static void
gaps_come_at_their_rate_and_close(void **state)
{
	struct synth_terms	 t = calm();
	int			 opened = 0, open = 0;

	(void)state;
	t.gaps_per_hour = 300;
	t.gap_ticks = 250;
	t.gap_ms = 800;
	struct synth	 s = market_of(&t, check_seed());
	for (int n = 0; n < 4 * HOUR_S * 10; n++) {
		const struct synth_step	*p = must_step(&s);
		const int64_t	 bids = widest(&s.sides[SIDE_BUY]);
		const int64_t	 asks = widest(&s.sides[SIDE_SELL]);

		opened += p->gap_opened;
		open += bids > 1 || asks > 1;
		check_row("step %d", n);
		CHECK((bids == 1 && asks == 1) || (bids == 251 && asks == 1) ||
		    (bids == 1 && asks == 251));
		CHECK(!p->gap_opened || bids + asks == 252);
	}
	/* while one is open none opens: 1200 of 4 hours less 800 ms of every 12 s */
	check_rate("gaps", opened, 1200 / (1 + 0.8 / 12));
	check_row("each of 8 steps");
	CHECK(open > 8 * (opened - 1) && open <= 8 * opened);
}

static void
the_public_trades_at_its_rate(void **state)
{
	static const int64_t	 per_hour[] = { 0, 360, 36000, 180000 };

	(void)state;
	for (size_t i = 0; i < NITEMS(per_hour); i++) {
		struct synth_terms	 t = calm();
		int64_t			 trades = 0, buys = 0;
		dec_t			 qty = DEC_ZERO;

		t.trades_per_hour = per_hour[i];
		struct synth	 s = market_of(&t, check_seed());
		for (int n = 0; n < HOUR_S * 10; n++) {
			const struct synth_step	*p = must_step(&s);

			trades += p->trades_n;
			for (int k = 0; k < p->trades_n; k++) {
				buys += p->trades[k].taker == SIDE_BUY;
				qty = dec_add(qty, p->trades[k].qty);
			}
		}
		check_rate("trades", trades, per_hour[i] == 0 ? 1e-9 : (double)per_hour[i]);
		check_rate("buys", buys, trades == 0 ? 1e-9 : (double)trades / 2);
		if (trades == 0)
			continue;
		/* even between 0.001 and 0.039: a deviation of 0.011 */
		const double	 mean = dec_to_double(qty) / (double)trades;
		check_row("%lld trades of %.5f", (long long)trades, mean);
		CHECK(fabs(mean - 0.02) < 5 * 0.0113 / sqrt((double)trades));
	}
}

static void
a_large_taker_goes_through_levels(void **state)
{
	struct synth_terms	 t = frozen();
	int			 deep = 0;

	(void)state;
	t.trades_per_hour = 36000;
	t.trade_qty = D("6");
	struct synth	 s = market_of(&t, 1);
	for (int n = 0; n < STEPS; n++) {
		const struct synth_step	*p = must_step(&s);

		for (int k = 1; k < p->trades_n; k++)
			deep += p->trades[k].taker == p->trades[k - 1].taker &&
			    p->trades[k].px.e8 != p->trades[k - 1].px.e8;
	}
	check_row("%d prices beyond a best one", deep);
	CHECK(deep > STEPS);
}

/* ---- bounds --------------------------------------------------------------------------------- */

/* A day of trend, jumps and volatility: never farther than the bound and one move. */
static void
it_does_not_stray(void **state)
{
	static const struct { int64_t volatility_e6, trend_e6, jump_e6, percent; double most; }
	    rows[] = {
		{ 1000, 0,        0,     20, 22.5 },
		{ 300,  300000,   0,     5,  6 },
		{ 300,  -300000,  0,     5,  6 },
		{ 100,  0,        30000, 10, 14 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct synth_terms	 t = cheap();
		const double		 start = dec_to_double(t.start_px);
		double			 farthest = 0;

		t.volatility_e6 = rows[i].volatility_e6;
		t.trend_e6 = rows[i].trend_e6;
		t.jumps_per_hour = rows[i].jump_e6 == 0 ? 0 : 600;
		t.jump_e6 = rows[i].jump_e6;
		t.stray_percent = rows[i].percent;
		t.period_ms = 250;
		t.levels = 1;
		struct synth	 s = market_of(&t, check_seed());
		for (int n = 0; n < 24 * HOUR_S * 4; n++) {
			const double	 px = dec_to_double(must_step(&s)->ref_px);

			farthest = fmax(farthest, fabs(px - start) / start * 100);
		}
		check_row("row %zu: %.2f %% away", i, farthest);
		CHECK(farthest > (double)rows[i].percent && farthest < rows[i].most);
	}
}

static void
it_stays_between_its_prices(void **state)
{
	struct synth_terms	 t = calm();
	bool			 low = false, high = false;

	(void)state;
	t.min_px = D("61248.05");
	t.max_px = D("61251.07");
	t.jumps_per_hour = 3600;
	t.jump_e6 = 100000;
	t.levels = 20;
	struct synth	 s = market_of(&t, 1);
	for (int n = 0; n < 10 * STEPS; n++) {
		const struct synth_step	*p = must_step(&s);

		check_row("step %d", n);
		low = low || p->ref_px.e8 == D("61248.2").e8;
		high = high || p->ref_px.e8 == D("61250.9").e8;
		CHECK(!dec_lt(p->ref_px, D("61248.2")) && !dec_gt(p->ref_px, D("61250.9")));
		CHECK(s.sides[SIDE_BUY].n >= 1 && s.sides[SIDE_SELL].n >= 1);
	}
	CHECK(low && high);
}

/* ---- mark and index -------------------------------------------------------------------------- */

static void
the_mark_follows(void **state)
{
	static const struct { int64_t ms; const char *least, *most; } rows[] = {
		{ 100,   "1010",     "1030" },	/* a step of 51 */
		{ 5000,  "1620",     "1650" },	/* 1 - 1/e of the way */
		{ 10000, "1850",     "1880" },
		{ 50000, "1999.9",   "2000" },
	};
	struct synth_terms	 t = frozen();

	(void)state;
	t.start_px = D("1000");
	struct synth	 s = market_of(&t, 1);
	must_step(&s);
	CHECK_DEC(s.step.mark_px, "1000");
	CHECK_DEC(s.step.index_px, "1000");
	synth_move(&s, D("2000"));
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("after %lld ms", (long long)rows[i].ms);
		while (synth_step(&s, at_ms(rows[i].ms)) != NULL)
			continue;
		CHECK_DEC(s.step.ref_px, "2000");
		CHECK(!dec_lt(s.step.mark_px, D(rows[i].least)));
		CHECK(!dec_gt(s.step.mark_px, D(rows[i].most)));
		CHECK(!dec_lt(s.step.index_px, s.step.mark_px));
	}
	check_row("in the end it is there");
	while (synth_step(&s, at_ms(300000)) != NULL)
		continue;
	CHECK_DEC(s.step.mark_px, "2000");
	CHECK_DEC(s.step.index_px, "2000");
	check_row("and back from above");
	synth_move(&s, D("1000"));
	must_step(&s);
	CHECK(dec_lt(s.step.mark_px, D("2000")) && dec_gt(s.step.mark_px, D("1000")));
	while (synth_step(&s, at_ms(600000)) != NULL)
		continue;
	CHECK_DEC(s.step.mark_px, "1000");
}

/* The mark is mostly another price than the last one, and the index is between them. */
static void
last_mark_and_index(void **state)
{
	const struct synth_terms	 t = calm();
	struct synth			 s = market_of(&t, check_seed());
	int				 differ = 0;

	(void)state;
	for (int n = 0; n < 10 * STEPS; n++) {
		const struct synth_step	*p = must_step(&s);
		const dec_t	 low = dec_min(p->ref_px, p->mark_px);
		const dec_t	 high = dec_max(p->ref_px, p->mark_px);

		check_row("step %d", n);
		CHECK(!dec_lt(p->index_px, low) && !dec_gt(p->index_px, high));
		CHECK(dec_abs(dec_sub(p->index_px, p->mark_px)).e8 <=
		    dec_sub(high, low).e8 / 4 + 1);
		CHECK(dec_sub(high, low).e8 < p->ref_px.e8 / 200);
		differ += p->mark_px.e8 != p->ref_px.e8;
	}
	check_row("%d differ", differ);
	CHECK(differ > 9 * STEPS);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(the_price_is_as_volatile_as_asked),
		cmocka_unit_test(a_trend_is_per_hour),
		cmocka_unit_test(jumps_come_at_their_rate),
		cmocka_unit_test(gaps_come_at_their_rate_and_close),
		cmocka_unit_test(the_public_trades_at_its_rate),
		cmocka_unit_test(a_large_taker_goes_through_levels),
		cmocka_unit_test(it_does_not_stray),
		cmocka_unit_test(it_stays_between_its_prices),
		cmocka_unit_test(the_mark_follows),
		cmocka_unit_test(last_mark_and_index),
	};

	return cmocka_run_group_tests_name("simex_synth_rate", tests, NULL, NULL);
}
