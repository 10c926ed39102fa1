/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/synth.h"

#include <string.h>

enum { MARKETS = 40, STEPS = 1500 };

static int64_t
ticks(const struct synth *s, dec_t px)
{
	return px.e8 / s->terms.tick.e8;
}

/* ---- terms ---------------------------------------------------------------------- */

static void
terms_that_cannot_be(void **state)
{
	static const struct {
		const char	*name;
		size_t		 at;
		int64_t		 value;
		const char	*why;
	} rows[] = {
#define TERM(name, value, why)	{ #name, offsetof(struct synth_terms, name), value, why }
		TERM(tick, 0, "tick"),
		TERM(step, 0, "step"),
		TERM(min_px, 0, "min_px"),
		TERM(max_px, 55680000000, "max_px"),
		TERM(tick, 1000, "max_px: not above min_px, or too many"),
		TERM(start_px, 6125000000001, "start_px: not on a tick"),
		TERM(start_px, 55680000000, "start_px: no room"),
		TERM(start_px, 452976400000000, "start_px: no room"),
		TERM(spread_ticks, 0, "spread_ticks"),
		TERM(levels, 0, "levels"),
		TERM(levels, SYNTH_LEVELS_MAX + 1, "levels"),
		TERM(level_ticks, 0, "level_ticks"),
		TERM(level_qty, 99999, "level_qty"),
		TERM(trade_qty, 99999, "trade_qty"),
		TERM(period_ms, 0, "period_ms"),
		TERM(volatility_e6, -1, "volatility_e6"),
		TERM(trend_e6, -1000001, "trend_e6"),
		TERM(jumps_per_hour, -1, "jumps_per_hour"),
		TERM(jump_e6, 500001, "jump_e6"),
		TERM(stray_percent, 0, "stray_percent"),
		TERM(mark_lag_ms, -1, "mark_lag_ms"),
		TERM(gaps_per_hour, -1, "gaps_per_hour"),
		TERM(gap_ticks, -1, "gap_ticks"),
		TERM(gap_ms, -1, "gap_ms"),
		TERM(trades_per_hour, -1, "trades_per_hour"),
#undef TERM
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct synth_terms	 t = calm();
		struct why		 why = { "" };

		check_row("%s %lld", rows[i].name, (long long)rows[i].value);
		memcpy((char *)&t + rows[i].at, &rows[i].value, sizeof(rows[i].value));
		CHECK_INT(synth_check(&t, &why), -1);
		CHECK_HAS(why.text, rows[i].why);
	}
}

/* ---- one seed, one market ----------------------------------------------------------- */

static uint64_t
mixed(uint64_t sum, int64_t value)
{
	return (sum ^ (uint64_t)value) * UINT64_C(0x100000001b3);
}

static uint64_t
sum_of_step(uint64_t sum, const struct synth_step *p)
{
	sum = mixed(mixed(sum, p->at.us), p->ref_px.e8);
	sum = mixed(mixed(sum, p->mark_px.e8), p->index_px.e8);
	for (int i = 0; i < p->quotes_n; i++) {
		sum = mixed(sum, (int64_t)p->quotes[i].side);
		sum = mixed(mixed(sum, p->quotes[i].px.e8), p->quotes[i].qty.e8);
	}
	for (int i = 0; i < p->trades_n; i++) {
		sum = mixed(sum, (int64_t)p->trades[i].taker);
		sum = mixed(mixed(sum, p->trades[i].px.e8), p->trades[i].qty.e8);
	}
	return sum;
}

/* All that is due. */
static uint64_t
sum_until(struct synth *s, uint64_t sum, int64_t ms)
{
	const struct synth_step	*p;

	while ((p = synth_step(s, at_ms(ms))) != NULL) {
		CHECK_INT(p->at.us % (s->terms.period_ms * 1000), 0);
		sum = sum_of_step(sum, p);
	}
	return sum;
}

static struct synth_terms
lively(void)
{
	struct synth_terms	 t = calm();

	t.jumps_per_hour = 600;
	t.jump_e6 = 5000;
	t.gaps_per_hour = 600;
	t.gap_ticks = 300;
	t.gap_ms = 900;
	t.trend_e6 = 3000;
	return t;
}

static void
a_seed_is_a_market(void **state)
{
	const struct synth_terms	 t = lively();
	struct synth			 a = market_of(&t, 7), again = market_of(&t, 7);
	struct synth			 other = market_of(&t, 8);

	(void)state;
	check_row("a minute");
	const uint64_t	 sum = sum_until(&a, 0, 60000);
	CHECK_INT((int64_t)sum_until(&again, 0, 60000), (int64_t)sum);
	CHECK(sum_until(&other, 0, 60000) != sum);
	check_row("with every compiler, on every machine");
	CHECK_DEC(a.step.ref_px, "60931.9");
	CHECK_DEC(a.step.mark_px, "60942.32333875");
	CHECK_INT((int64_t)sum, INT64_C(-2244927449184250686));
	check_row("no time, no step");
	CHECK(synth_step(&a, at_ms(60000)) == NULL && synth_step(&a, at_ms(60099)) == NULL);
	CHECK(synth_step(&a, at_ms(60100)) != NULL);
}

/* From t0 to the end at once, or with any number of stops on the way. */
static void
steps_do_not_hang_on_when_they_are_asked_for(void **state)
{
	const struct synth_terms	 t = lively();
	struct rng			 r = rng_seed(check_seed());

	(void)state;
	for (int run = 0; run < 20; run++) {
		struct synth	 at_once = market_of(&t, 7), bit_by_bit = market_of(&t, 7);
		uint64_t	 sum = 0;

		check_row("run %d", run);
		for (int64_t ms = 0; ms < 60000; ms += 1 + (int64_t)rng_below(&r, 700))
			sum = sum_until(&bit_by_bit, sum, ms);
		sum = sum_until(&bit_by_bit, sum, 60000);
		CHECK_INT((int64_t)sum_until(&at_once, 0, 60000), (int64_t)sum);
	}
}

/* Nor does the price on what is quoted, traded and taken around it. */
static void
the_price_goes_its_own_way(void **state)
{
	const struct synth_terms	 t = calm();
	struct synth_terms		 changed = lively();

	(void)state;
	changed.jump_e6 = changed.trend_e6 = 0;		/* they jump by nothing */
	changed.levels = 3;
	changed.spread_ticks = 9;
	changed.trades_per_hour *= 3;
	struct synth	 a = market_of(&t, 7), b = market_of(&changed, 7);
	for (int i = 0; i < STEPS; i++) {
		const struct synth_step	*one = must_step(&a), *two = must_step(&b);

		check_row("step %d", i);
		CHECK_INT(one->ref_px.e8, two->ref_px.e8);
		CHECK_INT(one->mark_px.e8, two->mark_px.e8);
		synth_took(&b, SIDE_BUY, two->quotes[0].px, D("0.1"));
	}
}

/* ---- the book that the steps make ------------------------------------------------------ */

struct shelf {
	struct { int64_t ticks, qty_e8; }	 v[SYNTH_QUOTES_MAX];
	int					 n;
};

struct book {
	struct shelf	 sides[SIDE_N];
};

/* The best price of a side, or 0. */
static int64_t
best_of(const struct book *b, enum side side)
{
	const struct shelf	*f = &b->sides[side];
	int64_t			 best = 0;

	for (int i = 0; i < f->n; i++)
		if (best == 0 || (side == SIDE_BUY) == (f->v[i].ticks > best))
			best = f->v[i].ticks;
	return best;
}

static int64_t
qty_at(const struct book *b, enum side side, int64_t px)
{
	const struct shelf	*f = &b->sides[side];

	for (int i = 0; i < f->n; i++)
		if (f->v[i].ticks == px)
			return f->v[i].qty_e8;
	return 0;
}

static void
put(struct book *b, enum side side, int64_t px, int64_t qty_e8)
{
	struct shelf	*f = &b->sides[side];
	int		 i = 0;

	while (i < f->n && f->v[i].ticks != px)
		i++;
	if (i == f->n)
		f->n++;
	f->v[i].ticks = px;
	f->v[i].qty_e8 = qty_e8;
	if (qty_e8 == 0)
		f->v[i] = f->v[--f->n];
}

static void
check_px(const struct synth *s, dec_t px)
{
	CHECK(dec_is_multiple(px, s->terms.tick));
	CHECK(!dec_lt(px, s->terms.min_px) && !dec_gt(px, s->terms.max_px));
}

/* Every quote that comes changes something, and the sides never meet, not even on the way. */
static void
apply_quotes(struct book *b, const struct synth *s, const struct synth_step *p)
{
	for (int i = 0; i < p->quotes_n; i++) {
		const struct synth_quote	*q = &p->quotes[i];

		if (!dec_is_zero(q->qty)) {
			check_px(s, q->px);
			CHECK(q->qty.e8 != qty_at(b, q->side, ticks(s, q->px)));
		}
		CHECK(dec_is_multiple(q->qty, s->terms.step) && dec_sign(q->qty) >= 0);
		CHECK(q->qty.e8 <= s->terms.level_qty.e8 / 2 * 3);
		CHECK(dec_is_zero(q->qty) || dec_add(q->qty, s->terms.step).e8 >=
		    s->terms.level_qty.e8 / 2);
		put(b, q->side, ticks(s, q->px), q->qty.e8);
		CHECK(b->sides[SIDE_BUY].n == 0 || b->sides[SIDE_SELL].n == 0 ||
		    best_of(b, SIDE_BUY) < best_of(b, SIDE_SELL));
	}
}

/* The public takes from the best of the other side, and no more than there is. */
static void
apply_trades(struct book *b, const struct synth *s, const struct synth_step *p)
{
	for (int i = 0; i < p->trades_n; i++) {
		const struct synth_trade	*t = &p->trades[i];
		const enum side	 other = t->taker == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
		const int64_t	 left = qty_at(b, other, ticks(s, t->px)) - t->qty.e8;

		check_px(s, t->px);
		CHECK(dec_is_multiple(t->qty, s->terms.step) && dec_sign(t->qty) > 0);
		CHECK_INT(ticks(s, t->px), best_of(b, other));
		CHECK(left >= 0);
		put(b, other, ticks(s, t->px), left);
	}
}

/* Away from the ends every level is there, and the best are as far apart as they should. */
static void
check_ladder(const struct book *b, const struct synth *s, const struct synth_step *p)
{
	const int64_t	 deep = s->terms.levels * s->terms.level_ticks + s->terms.gap_ticks;
	const int64_t	 reach = (deep + s->terms.spread_ticks) * s->terms.tick.e8;
	const int64_t	 bid = best_of(b, SIDE_BUY), ask = best_of(b, SIDE_SELL);

	check_px(s, p->ref_px);
	CHECK_INT(ask - bid, s->terms.spread_ticks);
	CHECK(bid <= ticks(s, p->ref_px) && ticks(s, p->ref_px) <= ask);
	if (p->ref_px.e8 - reach > s->terms.min_px.e8)
		CHECK_INT(b->sides[SIDE_BUY].n, s->terms.levels);
	if (p->ref_px.e8 + reach < s->terms.max_px.e8)
		CHECK_INT(b->sides[SIDE_SELL].n, s->terms.levels);
}

static int64_t
one_of(struct rng *r, int64_t from, int64_t to)
{
	return from + (int64_t)rng_below(r, (uint64_t)(to - from + 1));
}

static struct synth_terms
any_terms(struct rng *r)
{
	struct synth_terms	 t = rng_below(r, 2) == 0 ? calm() : cheap();

	t.period_ms = one_of(r, 1, 1000);
	t.volatility_e6 = one_of(r, 0, 3000);
	t.trend_e6 = one_of(r, -200000, 200000);
	t.jumps_per_hour = one_of(r, 0, 3000);
	t.jump_e6 = one_of(r, 0, 100000);
	t.stray_percent = one_of(r, 1, 60);
	t.levels = one_of(r, 1, SYNTH_LEVELS_MAX);
	t.spread_ticks = one_of(r, 1, 30);
	t.level_ticks = one_of(r, 1, 20);
	t.level_qty.e8 = t.step.e8 * one_of(r, 1, 5000);
	t.gaps_per_hour = one_of(r, 0, 5000);
	t.gap_ticks = one_of(r, 0, 500);
	t.gap_ms = one_of(r, 0, 5000);
	t.trades_per_hour = one_of(r, 0, 200000);
	t.trade_qty.e8 = t.step.e8 * one_of(r, 1, 9000);
	if (rng_below(r, 3) == 0) {	/* the ends are near */
		t.min_px.e8 = t.start_px.e8 - t.tick.e8 * one_of(r, 40, 400);
		t.max_px.e8 = t.start_px.e8 + t.tick.e8 * one_of(r, 40, 400);
	}
	return t;
}

static void
the_book_keeps_its_laws(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int i = 0; i < MARKETS; i++) {
		const struct synth_terms	 t = any_terms(&r);
		struct synth			 s = market_of(&t, (uint64_t)i);
		struct book			 b = { 0 };

		for (int n = 0; n < STEPS; n++) {
			const struct synth_step	*p = must_step(&s);

			check_row("market %d of seed %llu, step %d", i,
			    (unsigned long long)check_seed(), n);
			apply_quotes(&b, &s, p);
			check_ladder(&b, &s, p);
			apply_trades(&b, &s, p);
		}
	}
}

static void
where_the_best_are(void **state)
{
	static const struct { int spread; const char *bid, *ask, *second_bid, *second_ask; }
	    rows[] = {
		{ 1, "61250",   "61250.1", "61249.6", "61250.5" },
		{ 2, "61249.9", "61250.1", "61249.5", "61250.5" },
		{ 3, "61249.9", "61250.2", "61249.5", "61250.6" },
		{ 8, "61249.6", "61250.4", "61249.2", "61250.8" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct synth_terms	 t = frozen();

		check_row("spread of %d", rows[i].spread);
		t.spread_ticks = rows[i].spread;
		t.level_ticks = 4;
		t.levels = 2;
		struct synth			 s = market_of(&t, 1);
		const struct synth_step		*p = step_at(&s, at_ms(0));
		CHECK_INT(p->quotes_n, 4);
		CHECK_DEC(p->ref_px, "61250");
		CHECK_DEC(p->quotes[0].px, rows[i].bid);
		CHECK_DEC(p->quotes[1].px, rows[i].second_bid);
		CHECK_DEC(p->quotes[2].px, rows[i].ask);
		CHECK_DEC(p->quotes[3].px, rows[i].second_ask);
	}
}

/* ---- from outside -------------------------------------------------------------- */

static void
what_others_took_comes_back(void **state)
{
	const struct synth_terms	 t = frozen();
	struct synth			 s = market_of(&t, 1), same = market_of(&t, 1);
	const struct synth_quote	 ask = must_step(&s)->quotes[t.levels];
	struct book			 b = { 0 };
	bool				 back = false;

	(void)state;
	check_row("the best ask");
	must_step(&same);
	CHECK_INT((int64_t)ask.side, SIDE_SELL);
	apply_quotes(&b, &s, &s.step);
	put(&b, SIDE_SELL, ticks(&s, ask.px), ask.qty.e8 - D("0.1").e8);
	synth_took(&s, SIDE_SELL, ask.px, D("0.1"));
	synth_took(&s, SIDE_BUY, ask.px, D("0.1"));		/* nothing is there */
	const struct synth_step	*p = must_step(&s);
	apply_quotes(&b, &s, p);
	for (int i = 0; i < p->quotes_n; i++)
		back = back || (p->quotes[i].side == SIDE_SELL && p->quotes[i].px.e8 == ask.px.e8);
	CHECK(back);
	CHECK_INT(p->quotes_n, must_step(&same)->quotes_n + 1);

	check_row("more than there was");
	synth_took(&s, SIDE_SELL, ask.px, D("1000"));
	CHECK_DEC(s.sides[SIDE_SELL].v[0].standing, "0");
}

static void
the_price_can_be_put(void **state)
{
	static const struct { const char *px, *ref; } rows[] = {
		{ "50000",    "50000" },
		{ "50000.19", "50000.1" },
		{ "1",        "556.9" },
		{ "9000000",  "4529763.9" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct synth_terms	 t = frozen();
		struct synth			 s = market_of(&t, 1);

		check_row("%s", rows[i].px);
		synth_move(&s, D(rows[i].px));
		CHECK_DEC(must_step(&s)->ref_px, rows[i].ref);
	}
}

static void
after_a_rest_nothing_is_owed(void **state)
{
	const struct synth_terms	 t = frozen();
	struct synth			 s = market_of(&t, 1);

	(void)state;
	check_row("an hour later, all quotes anew");
	must_step(&s);
	synth_resume(&s, at_ms(HOUR_S * 1000 + 30));
	const struct synth_step	*p = step_at(&s, at_ms(HOUR_S * 1000 + 30));
	CHECK_INT(p->at.us, at_ms(HOUR_S * 1000).us);
	CHECK_INT(p->quotes_n, 2 * t.levels);
	CHECK_INT(dec_sign(p->quotes[0].qty), 1);
	CHECK(synth_step(&s, at_ms(HOUR_S * 1000 + 99)) == NULL);
	CHECK(synth_step(&s, at_ms(HOUR_S * 1000 + 100)) != NULL);
}

static void
terms_change_from_the_next_step_on(void **state)
{
	struct synth_terms	 t = frozen();
	struct synth		 s = market_of(&t, 1);
	struct book		 b = { 0 };

	(void)state;
	check_row("before");
	apply_quotes(&b, &s, must_step(&s));
	check_ladder(&b, &s, &s.step);
	check_row("wider, deeper, slower");
	t.spread_ticks = 11;
	t.levels = 17;
	t.period_ms = 1000;
	t.min_px = D("61300");
	synth_change(&s, &t);
	apply_quotes(&b, &s, must_step(&s));
	check_ladder(&b, &s, &s.step);
	CHECK_INT(s.step.at.us, at_ms(PERIOD_MS).us);
	CHECK_DEC(s.step.ref_px, "61300.5");
	CHECK_INT(must_step(&s)->at.us, at_ms(1000).us);
}

static void
change_of_tick(void)
{
	struct synth_terms	 t = frozen();
	struct synth		 s = market_of(&t, 1);

	t.tick = D("0.2");
	synth_change(&s, &t);
}

static void
a_tick_stays(void **state)
{
	(void)state;
	check_row("another tick");
	CHECK_PANICS(change_of_tick);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(terms_that_cannot_be),
		cmocka_unit_test(a_seed_is_a_market),
		cmocka_unit_test(steps_do_not_hang_on_when_they_are_asked_for),
		cmocka_unit_test(the_price_goes_its_own_way),
		cmocka_unit_test(the_book_keeps_its_laws),
		cmocka_unit_test(where_the_best_are),
		cmocka_unit_test(what_others_took_comes_back),
		cmocka_unit_test(the_price_can_be_put),
		cmocka_unit_test(after_a_rest_nothing_is_owed),
		cmocka_unit_test(terms_change_from_the_next_step_on),
		cmocka_unit_test(a_tick_stays),
	};

	return cmocka_run_group_tests_name("simex_synth", tests, NULL, NULL);
}
