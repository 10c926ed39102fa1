/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"
#include "tests/unit/rows.h"

#include "base/rng.h"
#include "base/text.h"
#include "tests/simex/core/bracket.h"

enum { RECORDED_CONTRACTS = 349, RECORDED_STEPS = 2456, MAX_LEVERAGE = 125, POSITIONS = 60 };

#define ROW(n, lev, cap, floor, ratio, cum)						\
	"{\"bracket\":" n ",\"initialLeverage\":" lev ",\"notionalCap\":" cap		\
	",\"notionalFloor\":" floor ",\"maintMarginRatio\":" ratio ",\"cum\":" cum "}"
#define ENTRY(symbol, rows)	"{\"symbol\":\"" symbol "\",\"brackets\":[" rows "]}"
#define FIRST			ROW("1", "75", "10000", "0", "0.01", "0.0")
#define SECOND			ROW("2", "50", "30000", "10000", "0.015", "50.0")
#define THIRD			ROW("3", "1", "9223372036854775807", "30000", "0.5", "14600.0")
#define THREE			FIRST "," SECOND "," THIRD

static struct bracket_book
book_of(const char *json)
{
	struct bracket_book	 book;
	struct why		 why = { "" };

	if (bracket_book_read(&book, json, strlen(json), &why) == -1)
		CHECK_STR(why.text, "");
	return book;
}

static const struct brackets *
table_of(const struct bracket_book *book, const char *symbol)
{
	const struct brackets	*t = bracket_book_find(book, symbol);

	CHECK(t != NULL);
	return t;
}

/* Whether there is one: without the recordings it is skipped. */
static bool
read_recorded(struct buf *b)
{
	char	 path[256], command[300], piece[4096];

	if (rows_recorded("rest/leverageBracket_prod_2024-10-24.json.xz", path) == NULL) {
		check_skipped("no PMS_DATA");
		return false;
	}
	snprintf(command, sizeof(command), "xz -dc %s", path);
	check_row("%s", command);
	FILE	*f = popen(command, "r");
	CHECK(f != NULL);
	for (size_t n; (n = fread(piece, 1, sizeof(piece), f)) > 0;)
		buf_add(b, piece, n);
	CHECK_INT(pclose(f), 0);
	while (b->len > 0 && b->p[b->len - 1] == '\n')
		b->p[--b->len] = '\0';
	return true;
}

/* ---- reading and printing ------------------------------------------------------ */

static void
an_answer_is_read(void **state)
{
	static const struct { const char *name, *json; } rows[] = {
		{ "a list", "[" ENTRY("BTCUSDT", FIRST) "," ENTRY("XUSDT", THREE) "]" },
		{ "one contract", ENTRY("XUSDT", THREE) },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct bracket_book	 book = book_of(rows[i].json);
		const struct brackets	*t = table_of(&book, "XUSDT");

		check_row("%s", rows[i].name);
		CHECK_INT((int64_t)t->n, 3);
		CHECK_INT(t->v[1].number, 2);
		CHECK_INT(t->v[1].initial_leverage, 50);
		CHECK_DEC(t->v[1].floor, "10000");
		CHECK_DEC(t->v[1].cap, "30000");
		CHECK_DEC(t->v[1].ratio, "0.015");
		CHECK_DEC(t->v[1].cum, "50");
		CHECK(t->v[2].cap.e8 == BRACKET_UNCAPPED.e8);
		CHECK(bracket_book_find(&book, "DOGEUSDT") == NULL);
		bracket_book_fini(&book);
	}
}

/* Whole or not, in range of a decimal or not. */
static void
what_counts_as_no_cap(void **state)
{
	static const struct { const char *json; bool uncapped; } rows[] = {
		{ ENTRY("A", ROW("1", "9", "9223372036854775807", "0", "0.01", "0")), true },
		{ ENTRY("A", ROW("1", "9", "46116860185", "0", "0.01", "0")), true },
		{ ENTRY("A", ROW("1", "9", "46116860184", "0", "0.01", "0")), false },
		{ ENTRY("A", ROW("1", "9", "50000000000.0", "0", "0.01", "0")), true },
		{ ENTRY("A", ROW("1", "9", "40000000000.0", "0", "0.01", "0")), false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct bracket_book	 book = book_of(rows[i].json);
		const struct bracket	*b = table_of(&book, "A")->v;

		check_row("%s", rows[i].json);
		CHECK_INT(b->cap.e8 == BRACKET_UNCAPPED.e8, rows[i].uncapped);
		bracket_book_fini(&book);
	}
}

static void
an_own_coefficient_is_applied(void **state)
{
	struct bracket_book	 book = book_of("{\"symbol\":\"XUSDT\",\"notionalCoef\":1.50,"
					    "\"brackets\":[" THREE "]}");
	const struct brackets	*t = table_of(&book, "XUSDT");

	(void)state;
	check_row("coef 1.5");
	CHECK_DEC(t->v[0].cap, "15000");
	CHECK_DEC(t->v[1].floor, "15000");
	CHECK_DEC(t->v[1].cum, "75");
	CHECK_DEC(brackets_maint_margin(t, D("30000")), "375");	/* 1.5 times that of 20000 */
	CHECK(t->v[2].cap.e8 == BRACKET_UNCAPPED.e8);
	bracket_book_fini(&book);
}

static void
what_is_no_answer(void **state)
{
	static const struct { const char *json, *why; } rows[] = {
		{ "[", "line 1" },
		{ "[7]", "entry 1: no symbol" },
		{ "[{\"brackets\":[" FIRST "]}]", "entry 1: no symbol" },
		{ "[" ENTRY("A", FIRST) "," ENTRY("A", FIRST) "]", "A: listed twice" },
		{ "{\"symbol\":\"A\"}", "A: no brackets" },
		{ ENTRY("A", ""), "A: no brackets" },
		{ ENTRY("A", "7"), "A: bracket 1: bracket is not" },
		{ ENTRY("A", ROW("1", "\"75\"", "10", "0", "0.01", "0")), "1: initialLeverage" },
		{ ENTRY("A", ROW("1", "0", "10", "0", "0.01", "0")), "bracket 1: initialLeverage" },
		{ ENTRY("A", ROW("1", "9", "\"10\"", "0", "0.01", "0")), "bracket 1: notionalCap" },
		{ ENTRY("A", ROW("1", "9", "1e20", "0", "0.01", "0")), "notionalCap is out" },
		{ ENTRY("A", ROW("1", "9", "-1", "0", "0.01", "0")), "notionalCap is not" },
		{ ENTRY("A", ROW("2", "9", "10", "0", "0.01", "0")), "bracket 1: number 2" },
		{ ENTRY("A", ROW("1", "9", "10", "1", "0.01", "0.01")), "bracket 1: floor" },
		{ ENTRY("A", ROW("1", "9", "0", "0", "0.01", "0")), "bracket 1: cap" },
		{ ENTRY("A", ROW("1", "9", "10", "0", "1", "0")), "bracket 1: ratio" },
		{ ENTRY("A", ROW("1", "9", "10", "0", "0", "0")), "bracket 1: ratio" },
		{ ENTRY("A", ROW("1", "9", "10", "0", "0.01", "1")), "bracket 1: cum" },
		{ "[" ENTRY("A", THREE) "," ENTRY("B", FIRST "," FIRST) "]",
		  "B: bracket 2: number 1 does not follow 1" },
		{ ENTRY("A", FIRST "," ROW("2", "75", "30000", "10000", "0.015", "50")),
		  "A: bracket 2: leverage" },
		{ ENTRY("A", FIRST "," ROW("2", "50", "30000", "10001", "0.015", "50")),
		  "A: bracket 2: floor" },
		{ ENTRY("A", FIRST "," ROW("2", "50", "30000", "10000", "0.01", "0")),
		  "A: bracket 2: ratio" },
		{ ENTRY("A", FIRST "," ROW("2", "50", "30000", "10000", "0.015", "50.00000001")),
		  "A: bracket 2: cum" },
		{ "{\"symbol\":\"A\",\"notionalCoef\":0,\"brackets\":[" FIRST "]}",
		  "A: notionalCoef is not positive" },
		{ "{\"symbol\":\"A\",\"notionalCoef\":\"2\",\"brackets\":[" FIRST "]}",
		  "A: notionalCoef is not a number" },
		{ "{\"symbol\":\"A\",\"notionalCoef\":9000000,\"brackets\":[" THREE "]}",
		  "A: bracket 2: out of range" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct bracket_book	 book;
		struct why		 why = { "" };

		check_row("%s", rows[i].json);
		CHECK_INT(bracket_book_read(&book, rows[i].json, strlen(rows[i].json), &why), -1);
		CHECK_HAS(why.text, rows[i].why);
		CHECK(book.v == NULL && book.n == 0);
	}
}

/* The answer of October 2024 is printed as it came, to the byte. */
static void
a_recorded_answer_comes_back(void **state)
{
	struct buf		 in = { 0 }, out = { 0 };
	size_t			 steps = 0;

	(void)state;
	if (!read_recorded(&in))
		return;
	struct bracket_book	 book = book_of(buf_text(&in));
	CHECK_INT((int64_t)book.n, RECORDED_CONTRACTS);
	buf_addc(&out, '[');
	for (size_t i = 0; i < book.n; i++) {
		steps += book.v[i].brackets.n - 1;
		brackets_print(&out, &book.v[i].brackets, book.v[i].symbol);
	}
	buf_addc(&out, ']');
	CHECK_INT((int64_t)steps, RECORDED_STEPS);
	CHECK(text_eq(buf_text(&out), buf_text(&in)));
	buf_free(&in);
	buf_free(&out);
	bracket_book_fini(&book);
}

/* ---- the default ---------------------------------------------------------------- */

static void
check_lawful(const struct brackets *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct bracket	 none = { .initial_leverage = MAX_LEVERAGE + 1 };
		const struct bracket	*b = &t->v[i], *last = i == 0 ? &none : b - 1;
		const dec_t		 rise = dec_sub(b->ratio, last->ratio);

		CHECK_INT(b->number, (int64_t)i + 1);
		CHECK(dec_cmp(b->floor, last->cap) == 0 && dec_gt(b->cap, b->floor));
		CHECK(b->initial_leverage < last->initial_leverage);
		CHECK(dec_gt(b->ratio, last->ratio) && dec_lt(b->ratio, DEC_ONE));
		CHECK(dec_sub(b->cum, last->cum).e8 == dec_mul(b->floor, rise, ROUND_UP).e8);
		/* A position is not born liquidated. */
		CHECK(dec_lt(dec_mul(b->ratio, DEC_INT(b->initial_leverage), ROUND_UP), DEC_ONE));
	}
}

static void
the_default_is_lawful(void **state)
{
	struct brackets	 t;

	(void)state;
	for (int leverage = 1; leverage <= MAX_LEVERAGE; leverage++) {
		check_row("leverage %d", leverage);
		brackets_default(&t, leverage);
		check_lawful(&t);
		CHECK_INT(t.v[0].initial_leverage, leverage);
		CHECK_DEC(t.v[0].cap, "50000");
		CHECK_INT(t.v[t.n - 1].initial_leverage, 1);
		brackets_fini(&t);
	}
}

static void
the_default_of_some_leverages(void **state)
{
	static const struct { int leverage; int64_t n; const char *ratio, *second_cum; } rows[] = {
		{ 125, 12, "0.004",  "50" },
		{ 100, 11, "0.005",  "75" },
		{ 76,  11, "0.006",  "25" },	/* half of 1/76 would be the ratio of 75 */
		{ 60,  10, "0.008",  "100" },
		{ 30,  9,  "0.0165", "175" },
		{ 20,  7,  "0.025",  "1250" },
	};
	struct brackets	 t;

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("leverage %d", rows[i].leverage);
		brackets_default(&t, rows[i].leverage);
		CHECK_INT((int64_t)t.n, rows[i].n);
		CHECK_DEC(t.v[0].ratio, rows[i].ratio);
		CHECK_DEC(t.v[1].cum, rows[i].second_cum);
		brackets_fini(&t);
	}
}

static void
default_of_none(void)
{
	struct brackets	 t;

	brackets_default(&t, 0);
}

static void
default_of_too_much(void)
{
	struct brackets	 t;

	brackets_default(&t, MAX_LEVERAGE + 1);
}

static void
a_default_needs_a_leverage(void **state)
{
	(void)state;
	check_row("outside 1 .. 125");
	CHECK_PANICS(default_of_none);
	CHECK_PANICS(default_of_too_much);
}

static void
the_default_is_that_of_btcusdt(void **state)
{
	struct buf	 in = { 0 }, own = { 0 };
	struct brackets	 t;

	(void)state;
	if (!read_recorded(&in))
		return;
	brackets_default(&t, MAX_LEVERAGE);
	brackets_print(&own, &t, "BTCUSDT");
	CHECK_HAS(buf_text(&in), buf_text(&own));
	brackets_fini(&t);
	buf_free(&in);
	buf_free(&own);
}

/* ---- lookups --------------------------------------------------------------------- */

static void
a_notional_has_a_bracket(void **state)
{
	static const struct { const char *notional; int number; const char *margin; int leverage; }
	    rows[] = {
		{ "0",              1, "0",            75 },
		{ "0.00000001",     1, "0.00000001",   75 },
		{ "5000",           1, "50",           75 },
		{ "10000",          1, "100",          75 },	/* the cap is inside */
		{ "10000.00000001", 2, "100.00000001", 50 },
		{ "-20000",         2, "250",          50 },
		{ "30000",          2, "400",          50 },
		{ "30000.01",       3, "400.005",      20 },
		{ "50000",          3, "10400",        20 },
		{ "50000.00000001", 3, "10400.00000001", 0 },	/* a price may carry it there */
		{ "-90000",         3, "30400",        0 },
	};
	struct bracket_book	 book = book_of(ENTRY("A", FIRST "," SECOND ","
					    ROW("3", "20", "50000", "30000", "0.5", "14600")));
	const struct brackets	*t = table_of(&book, "A");

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const dec_t	 notional = D(rows[i].notional);

		check_row("%s", rows[i].notional);
		CHECK_INT(brackets_find(t, notional)->number, rows[i].number);
		CHECK_DEC(brackets_maint_margin(t, notional), rows[i].margin);
		CHECK_INT(brackets_max_leverage(t, notional), rows[i].leverage);
	}
	bracket_book_fini(&book);
}

static void
a_leverage_has_a_notional(void **state)
{
	static const struct { int leverage; const char *most, *text; } rows[] = {
		{ 76,  "0",                    "0" },
		{ 75,  "10000",                "10000" },
		{ 51,  "10000",                "10000" },
		{ 50,  "30000",                "30000" },
		{ 2,   "30000",                "30000" },
		{ 1,   "92233720368.54775807", "9223372036854775807" },
	};
	struct bracket_book	 book = book_of(ENTRY("A", THREE));
	const struct brackets	*t = table_of(&book, "A");

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const dec_t	 most = brackets_max_notional(t, rows[i].leverage);
		char		 text[DEC_STR];

		check_row("leverage %d", rows[i].leverage);
		CHECK_DEC(most, rows[i].most);
		CHECK_STR(bracket_format_cap(most, text), rows[i].text);
	}
	bracket_book_fini(&book);
}

/* The two questions are each other's answer, and the margin has no leap. */
static void
check_edges(const struct brackets *t)
{
	const dec_t	 bit = { 1 };

	for (size_t i = 0; i < t->n; i++) {
		const struct bracket	*b = &t->v[i];

		CHECK(brackets_max_notional(t, b->initial_leverage).e8 == b->cap.e8);
		CHECK_INT(brackets_max_leverage(t, b->cap), b->initial_leverage);
		if (i + 1 == t->n)
			return;
		const dec_t	 below = brackets_maint_margin(t, b->cap);
		const dec_t	 above = brackets_maint_margin(t, dec_add(b->cap, bit));
		CHECK_INT(brackets_find(t, dec_add(b->cap, bit))->number, b->number + 1);
		CHECK(above.e8 - below.e8 >= 0 && above.e8 - below.e8 <= 1);
		CHECK(dec_sub(dec_mul(b->cap, b[1].ratio, ROUND_UP), b[1].cum).e8 == below.e8);
	}
}

/* ---- liquidation -------------------------------------------------------------------- */

static void
known_liquidation_prices(void **state)
{
	static const struct { const char *name, *qty, *cost, *money, *px; } rows[] = {
		{ "long, first bracket",         "1",    "1000",  "100",   "909.09090909" },
		{ "short, first bracket",        "-1",   "1000",  "100",   "1089.10891089" },
		{ "no position",                 "0",    "0",     "100",   "0" },
		{ "long, as much as it cost",    "1",    "1000",  "1000",  "0" },
		{ "long, more than it cost",     "1",    "1000",  "2000",  "0" },
		{ "long, nothing left",          "1",    "1000",  "0",     "1010.1010101" },
		{ "short, nothing ever there",   "-1",   "1000",  "-1000", "0" },
		/* 9900 left at the cap of the first, exactly */
		{ "long, at the cap",            "1",    "19900", "10000", "10000" },
		{ "long, beyond the cap",        "1",    "19901", "10000", "10001.01522843" },
		{ "short, at the cap",           "-1",   "5000",  "5100",  "10000" },
		{ "short, into the second",      "-1",   "5000",  "5200",  "10098.52216749" },
		{ "short, into the last",        "-1",   "50000", "60400", "83333.33333333" },
		{ "short, a price none can print", "-0.00000001", "0", "10000", "0" },
		{ "out of range",                "-1",   "92000000000", "92000000000", "0" },
	};
	struct bracket_book	 book = book_of(ENTRY("A", THREE));
	const struct brackets	*t = table_of(&book, "A");

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].name);
		CHECK_DEC(brackets_liquidation_px(t, D(rows[i].qty), D(rows[i].cost),
		    D(rows[i].money)), rows[i].px);
	}
	bracket_book_fini(&book);
}

/* What the exchange answered for a position of its own, isolated at leverage 20. */
static void
the_price_of_the_exchange(void **state)
{
	struct bracket_book	 book = book_of(ENTRY("AAPLUSDT",
					    ROW("1", "20", "100000", "0", "0.025", "0.0")));
	const struct brackets	*t = table_of(&book, "AAPLUSDT");

	(void)state;
	check_row("0.02 AAPLUSDT at 313.2, wallet 0.31074682");
	CHECK_DEC(brackets_liquidation_px(t, D("0.02"), D("6.264"), D("0.31074682")),
	    "305.29503487");
	bracket_book_fini(&book);
}

/* money + profit - maintenance margin at a price */
static dec_t
left_at(const struct brackets *t, dec_t qty, dec_t cost, dec_t money, dec_t px)
{
	const dec_t	 worth = dec_mul(qty, px, ROUND_HALF_EVEN);
	const dec_t	 paid = dec_sign(qty) > 0 ? cost : dec_neg(cost);

	return dec_sub(dec_add(money, dec_sub(worth, paid)), brackets_maint_margin(t, worth));
}

/*
 * At the price found nothing is left, up to half a unit of the price for each
 * of the quantity and the roundings of worth and margin; a tick further the
 * position is under, a tick before it is not.
 */
static void
check_turn(const struct brackets *t, dec_t qty, dec_t cost, dec_t money)
{
	const dec_t	 px = brackets_liquidation_px(t, qty, cost, money);
	const dec_t	 tick = { dec_sign(qty) * (DEC_ONE_E8 / 1000) };
	const int64_t	 slack = dec_abs(qty).e8 / DEC_ONE_E8 + 4;

	if (dec_is_zero(px)) {
		CHECK(dec_sign(qty) < 0 ? dec_sign(left_at(t, qty, cost, money, (dec_t){ 1 })) <= 0
		    : dec_sign(left_at(t, qty, cost, money, DEC_ZERO)) >= 0);
		return;
	}
	const dec_t	 left = left_at(t, qty, cost, money, px);
	CHECK(left.e8 >= -slack && left.e8 <= slack);
	CHECK(dec_sign(left_at(t, qty, cost, money, dec_add(px, tick))) > 0);
	CHECK(dec_sign(left_at(t, qty, cost, money, dec_sub(px, tick))) < 0);
}

/* More money behind it moves the price away from the position, never back. */
static void
check_monotonic(const struct brackets *t, dec_t qty, dec_t cost, dec_t money)
{
	dec_t	 last = brackets_liquidation_px(t, qty, cost, money);

	for (int i = 1; i <= 8; i++) {
		const dec_t	 more = { money.e8 + cost.e8 / 16 * i };
		const dec_t	 px = brackets_liquidation_px(t, qty, cost, more);

		CHECK(dec_sign(qty) > 0 ? !dec_gt(px, last) : !dec_lt(px, last));
		last = px;
	}
}

static void
check_positions(const struct brackets *t, struct rng *r, int positions)
{
	const dec_t	 lot = D("0.001");

	for (int i = 0; i < positions; i++) {
		/* notionals of 10 to 10^9, leverages of 1 to 100 and far off them */
		const int64_t	 size = INT64_C(10) << rng_below(r, 27);
		const dec_t	 cost = DEC_INT(size + (int64_t)rng_below(r, (uint64_t)size));
		const dec_t	 px = { (10 + (int64_t)rng_below(r, 10000000)) * 1000000 };
		const dec_t	 lots = dec_quantize(dec_div(cost, px, ROUND_UP), lot, ROUND_UP);
		const dec_t	 qty = rng_below(r, 2) == 0 ? lots : dec_neg(lots);
		const dec_t	 money = { cost.e8 / 1000 * (int64_t)rng_below(r, 1500) };

		check_turn(t, qty, cost, money);
		check_monotonic(t, qty, cost, money);
	}
}

static void
laws_of_any_table(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct brackets	 t;

	(void)state;
	for (int leverage = 1; leverage <= MAX_LEVERAGE; leverage += 31) {
		check_row("default of %d", leverage);
		brackets_default(&t, leverage);
		check_edges(&t);
		check_positions(&t, &r, 20 * POSITIONS);
		brackets_fini(&t);
	}
}

static void
laws_of_the_recorded_tables(void **state)
{
	struct buf	 in = { 0 };
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	if (!read_recorded(&in))
		return;
	struct bracket_book	 book = book_of(buf_text(&in));
	for (size_t i = 0; i < book.n; i++) {
		check_row("%s", book.v[i].symbol);
		check_lawful(&book.v[i].brackets);
		check_edges(&book.v[i].brackets);
		check_positions(&book.v[i].brackets, &r, POSITIONS);
	}
	bracket_book_fini(&book);
	buf_free(&in);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(an_answer_is_read),
		cmocka_unit_test(what_counts_as_no_cap),
		cmocka_unit_test(an_own_coefficient_is_applied),
		cmocka_unit_test(what_is_no_answer),
		cmocka_unit_test(a_recorded_answer_comes_back),
		cmocka_unit_test(the_default_is_lawful),
		cmocka_unit_test(the_default_of_some_leverages),
		cmocka_unit_test(a_default_needs_a_leverage),
		cmocka_unit_test(the_default_is_that_of_btcusdt),
		cmocka_unit_test(a_notional_has_a_bracket),
		cmocka_unit_test(a_leverage_has_a_notional),
		cmocka_unit_test(known_liquidation_prices),
		cmocka_unit_test(the_price_of_the_exchange),
		cmocka_unit_test(laws_of_any_table),
		cmocka_unit_test(laws_of_the_recorded_tables),
	};

	return cmocka_run_group_tests_name("simex_bracket", tests, NULL, NULL);
}
