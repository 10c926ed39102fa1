/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "tests/unit/rows.h"

#include <math.h>

enum { ROUNDS = 20000 };

typedef __int128 wide_t;

static const struct {
	const char	*word;
	enum rounding	 r;
} roundings[] = { { "down", ROUND_DOWN }, { "up", ROUND_UP }, { "even", ROUND_HALF_EVEN } };

static enum rounding
rounding_of(const char *word)
{
	for (size_t i = 0; i < NITEMS(roundings); i++)
		if (text_eq(roundings[i].word, word))
			return roundings[i].r;
	return ROUND_DOWN;
}

/* Any magnitude is as likely as any other, zero and the ends of the range included. */
static dec_t
any_dec(struct rng *r)
{
	const int64_t	 v = (int64_t)(rng_next(r) >> (1 + rng_below(r, 63)));

	if (rng_below(r, 50) == 0)
		return (dec_t){ INT64_MAX - (int64_t)rng_below(r, 2) };
	return (dec_t){ rng_below(r, 2) == 0 ? v : -v };
}

/* ---- the cases of tests/data/dec.tsv ------------------------------------------ */

enum { WANTED, WHAT, ROUNDING, A, B, C, CELLS };

static dec_t
result_of(const char *c[CELLS])
{
	const enum rounding	 r = rounding_of(c[ROUNDING]);
	const dec_t		 a = D(c[A]), b = D(c[B]);

	if (text_eq(c[WHAT], "add"))
		return dec_add(a, b);
	if (text_eq(c[WHAT], "sub"))
		return dec_sub(a, b);
	if (text_eq(c[WHAT], "mul"))
		return dec_mul(a, b, r);
	if (text_eq(c[WHAT], "div"))
		return dec_div(a, b, r);
	if (text_eq(c[WHAT], "muldiv"))
		return dec_muldiv(a, b, D(c[C]), r);
	CHECK_STR(c[WHAT], "quantize");
	return dec_quantize(a, b, r);
}

static void
run_parse(const char *c[CELLS])
{
	dec_t	 d = { 4711 };

	if (text_eq(c[WANTED], "refused")) {
		CHECK_INT(dec_parse(c[A], &d), -1);
		CHECK_INT(d.e8, 4711);
		return;
	}
	CHECK_INT(dec_parse(c[A], &d), 0);
	CHECK_DEC(d, c[WANTED]);
}

static void
written_cases(void **state)
{
	struct rows	 rows = rows_open("tests/data/dec.tsv");
	const char	*c[CELLS];
	char		*line;
	int		 n = 0;

	(void)state;
	for (; (line = rows_next(&rows)) != NULL; n++) {
		check_row("dec.tsv line %d: %s", rows.no, line);
		rows_cells(line, c, CELLS);
		if (text_eq(c[WHAT], "parse"))
			run_parse(c);
		else
			CHECK_DEC(result_of(c), c[WANTED]);
	}
	check_row("all of dec.tsv");
	CHECK(n > 80);
}

/* ---- laws ---------------------------------------------------------------------- */

static void
what_is_printed_reads_back(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	char		 text[DEC_STR];
	dec_t		 back;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const dec_t	 d = any_dec(&r);

		check_row("%lld e-8", (long long)d.e8);
		CHECK_INT(dec_parse(dec_format(d, text), &back), 0);
		CHECK_INT(back.e8, d.e8);
		if (strchr(text, '.') != NULL)
			CHECK(!text_ends_with(text, "0"));
		CHECK(strlen(text) < DEC_STR);
	}
}

/* The exact sum fits 128 bits: either it is the result, or it is out of range. */
static void
sums_are_exact(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const dec_t	 a = any_dec(&r), b = any_dec(&r), sum = dec_add(a, b);
		const wide_t	 exact = (wide_t)a.e8 + b.e8;

		check_row("%lld + %lld e-8", (long long)a.e8, (long long)b.e8);
		if (exact > INT64_MAX || exact < -INT64_MAX) {
			CHECK(!dec_ok(sum));
			continue;
		}
		CHECK(sum.e8 == exact);
		CHECK_INT(dec_sub(sum, b).e8, a.e8);
		CHECK_INT(dec_add(b, a).e8, sum.e8);
		CHECK_INT(dec_sub(DEC_ZERO, sum).e8, dec_neg(sum).e8);
		CHECK_INT(dec_cmp(a, b), -dec_cmp(b, a));
		CHECK((wide_t)dec_min(a, b).e8 + dec_max(a, b).e8 == exact);
		if (dec_ok(dec_sub(a, b)))
			CHECK_INT(dec_sign(dec_sub(a, b)), dec_cmp(a, b));
	}
}

static wide_t
wide_abs(wide_t w)
{
	return w < 0 ? -w : w;
}

/* n / d lies where the rounding says: below, above, or not further than a half. */
static void
check_bracket(wide_t n, wide_t d, dec_t got, enum rounding rounding)
{
	const wide_t	 size = wide_abs(n), by = wide_abs(d);

	if (!dec_ok(got)) {
		CHECK(size / by >= INT64_MAX);
		return;
	}
	const wide_t	 q = wide_abs(got.e8), rest = size - q * by;	/* below zero: rounded up */
	if (got.e8 != 0)
		CHECK((got.e8 < 0) == ((n < 0) != (d < 0)));
	switch (rounding) {
	case ROUND_DOWN:
		CHECK(rest >= 0 && rest < by);
		return;
	case ROUND_UP:
		CHECK(rest <= 0 && -rest < by);
		return;
	case ROUND_HALF_EVEN:
		CHECK(wide_abs(rest) * 2 <= by);
		CHECK(wide_abs(rest) * 2 < by || q % 2 == 0);
		return;
	}
}

static void
products_and_quotients_are_rounded_once(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const dec_t	 a = any_dec(&r), b = any_dec(&r), c = any_dec(&r);

		for (size_t k = 0; k < NITEMS(roundings); k++) {
			const enum rounding	 way = roundings[k].r;

			check_row("%lld * %lld / %lld e-8 %s", (long long)a.e8, (long long)b.e8,
			    (long long)c.e8, roundings[k].word);
			check_bracket((wide_t)a.e8 * b.e8, DEC_ONE_E8, dec_mul(a, b, way), way);
			if (c.e8 == 0) {
				CHECK(!dec_ok(dec_muldiv(a, b, c, way)));
				continue;
			}
			check_bracket((wide_t)a.e8 * b.e8, c.e8, dec_muldiv(a, b, c, way), way);
			check_bracket((wide_t)a.e8 * DEC_ONE_E8, c.e8, dec_div(a, c, way), way);
		}
	}
}

static void
steps_are_met_and_kept(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const dec_t	 d = { any_dec(&r).e8 / 4 }, step = { 1 + any_dec(&r).e8 / 8 };

		for (size_t k = 0; step.e8 > 0 && k < NITEMS(roundings); k++) {
			const dec_t	 q = dec_quantize(d, step, roundings[k].r);

			check_row("%lld to %lld e-8 %s", (long long)d.e8, (long long)step.e8,
			    roundings[k].word);
			CHECK(dec_is_multiple(q, step));
			CHECK_INT(dec_quantize(q, step, roundings[k].r).e8, q.e8);
			check_bracket(d.e8, step.e8, (dec_t){ q.e8 / step.e8 }, roundings[k].r);
		}
	}
}

/* A formula is asked once, at its end: what is not there stays so on every way. */
static void
no_value_is_carried_along(void **state)
{
	const dec_t	 none = DEC_NONE, two = D("2");
	const struct { const char *name; dec_t got; } rows[] = {
		{ "none + 2", dec_add(none, two) }, { "2 + none", dec_add(two, none) },
		{ "none - 2", dec_sub(none, two) }, { "2 - none", dec_sub(two, none) },
		{ "-none", dec_neg(none) }, { "|none|", dec_abs(none) },
		{ "none * 2", dec_mul(none, two, ROUND_UP) },
		{ "0 * none", dec_mul(DEC_ZERO, none, ROUND_UP) },
		{ "none / 2", dec_div(none, two, ROUND_UP) },
		{ "2 / none", dec_div(two, none, ROUND_UP) },
		{ "2 * 2 / none", dec_muldiv(two, two, none, ROUND_UP) },
		{ "none to steps", dec_quantize(none, two, ROUND_UP) },
		{ "overflow, then back", dec_sub(dec_add((dec_t){ INT64_MAX }, two), two) },
		{ "not a number", dec_from_double(NAN) },
		{ "infinite", dec_from_double(-INFINITY) },
		{ "out of range", dec_from_double(1e12) },
	};
	char	 text[DEC_STR];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].name);
		CHECK(!dec_ok(rows[i].got));
		CHECK_STR(dec_format(rows[i].got, text), "null");
	}
}

static void cmp_none(void) { dec_cmp(DEC_ZERO, DEC_NONE); }
static void sign_none(void) { dec_sign(DEC_NONE); }
static void zero_none(void) { dec_is_zero(DEC_NONE); }
static void min_none(void) { dec_min(DEC_NONE, DEC_ONE); }
static void multiple_none(void) { dec_is_multiple(DEC_NONE, DEC_ONE); }
static void double_none(void) { dec_to_double(DEC_NONE); }

static void
nobody_decides_by_no_value(void **state)
{
	(void)state;
	check_row("DEC_NONE");
	CHECK_PANICS(cmp_none);
	CHECK_PANICS(sign_none);
	CHECK_PANICS(zero_none);
	CHECK_PANICS(min_none);
	CHECK_PANICS(multiple_none);
	CHECK_PANICS(double_none);
}

/* Up to 67 million doubles lie closer than 1e-8, so each decimal reads back. */
static void
doubles_read_back(void **state)
{
	static const struct { double v; const char *want; } rows[] = {
		{ 0.29, "0.29" }, { 0.1 + 0.2, "0.3" }, { -1.005, "-1.005" },
		{ 1e-8, "0.00000001" }, { 1e-9, "0" }, { 60000.95, "60000.95" },
		{ 999999999.0, "999999999" },
		{ 9e10, "90000000000" }, { -0.0, "0" },
	};
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%.17g", rows[i].v);
		CHECK_DEC(dec_from_double(rows[i].v), rows[i].want);
	}
	for (int i = 0; i < ROUNDS; i++) {
		const dec_t	 d = { any_dec(&r).e8 % INT64_C(6700000000000000) };

		check_row("%lld e-8", (long long)d.e8);
		CHECK_INT(dec_from_double(dec_to_double(d)).e8, d.e8);
	}
	check_row("the double nearest to the decimal");
	CHECK(dec_to_double(D("0.29")) == 0.29);
	CHECK(dec_to_double(D("-123456.789")) == -123456.789);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(written_cases),
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(sums_are_exact),
		cmocka_unit_test(products_and_quotients_are_rounded_once),
		cmocka_unit_test(steps_are_met_and_kept),
		cmocka_unit_test(no_value_is_carried_along),
		cmocka_unit_test(nobody_decides_by_no_value),
		cmocka_unit_test(doubles_read_back),
	};

	return cmocka_run_group_tests_name("dec", tests, NULL, NULL);
}
