/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/bracket.h"

#include "base/die.h"
#include "base/text.h"
#include "wire/jw.h"

#include <jansson.h>

#include <limits.h>
#include <stdlib.h>

/* Above this the sums of a cap and its margin would leave the range of a decimal. */
static const dec_t	highest_cap = { INT64_MAX / 2 };

/* ---- reading ---------------------------------------------------------------- */

/* Integers beyond the range of a decimal are read as BRACKET_UNCAPPED. */
static int
read_number(const json_t *o, const char *name, dec_t *out, struct why *why)
{
	const json_t	*v = json_object_get(o, name);
	const json_int_t n = json_integer_value(v);

	if (!json_is_number(v) || json_number_value(v) < 0)
		return why_set(why, "%s is not a number, or below 0", name);
	if (json_is_integer(v))
		*out = n > highest_cap.e8 / DEC_ONE_E8 ? BRACKET_UNCAPPED : DEC_INT(n);
	else
		*out = dec_from_double(json_real_value(v));
	if (!dec_ok(*out))
		return why_set(why, "%s is out of range", name);
	return 0;
}

static int
read_int(const json_t *o, const char *name, int *out, struct why *why)
{
	const json_t	*v = json_object_get(o, name);
	const json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 1 || n > INT_MAX)
		return why_set(why, "%s is not a positive integer", name);
	*out = (int)n;
	return 0;
}

static int
read_row(struct bracket *b, const json_t *o, struct why *why)
{
	if (read_int(o, "bracket", &b->number, why) == -1 ||
	    read_int(o, "initialLeverage", &b->initial_leverage, why) == -1 ||
	    read_number(o, "notionalFloor", &b->floor, why) == -1 ||
	    read_number(o, "notionalCap", &b->cap, why) == -1 ||
	    read_number(o, "maintMarginRatio", &b->ratio, why) == -1 ||
	    read_number(o, "cum", &b->cum, why) == -1)
		return -1;
	if (dec_gt(b->cap, highest_cap))
		b->cap = BRACKET_UNCAPPED;
	return 0;
}

static dec_t
next_cum(const struct bracket *b, const struct bracket *last)
{
	const dec_t	 rise = dec_sub(b->ratio, last->ratio);

	return dec_add(last->cum, dec_mul(b->floor, rise, ROUND_HALF_EVEN));
}

static int
check_next(const struct bracket *b, const struct bracket *last, struct why *why)
{
	const dec_t	 cum = next_cum(b, last);

	if (b->number != last->number + 1)
		return why_set(why, "number %d does not follow %d", b->number, last->number);
	if (dec_cmp(b->floor, last->cap) != 0)
		return why_set(why, "floor is not the cap before it");
	if (!dec_gt(b->cap, b->floor))
		return why_set(why, "cap is not above the floor");
	if (b->initial_leverage >= last->initial_leverage)
		return why_set(why, "leverage does not fall");
	if (!dec_gt(b->ratio, last->ratio) || !dec_lt(b->ratio, DEC_ONE))
		return why_set(why, "ratio does not rise, or not below 1");
	if (!dec_ok(cum) || dec_cmp(b->cum, cum) != 0)
		return why_set(why, "cum does not continue the bracket before it");
	return 0;
}

static int
read_rows(struct brackets *t, const json_t *rows, struct why *why)
{
	struct bracket	 last = { .initial_leverage = INT_MAX };	/* before the first */

	if (json_array_size(rows) == 0)
		return why_set(why, "no brackets");
	t->n = json_array_size(rows);
	t->v = xcalloc(t->n, sizeof(*t->v));
	for (size_t i = 0; i < t->n; i++) {
		struct why	 inner;

		if (read_row(&t->v[i], json_array_get(rows, i), &inner) == -1 ||
		    check_next(&t->v[i], &last, &inner) == -1)
			return why_set(why, "bracket %zu: %s", i + 1, inner.text);
		last = t->v[i];
	}
	return 0;
}

static int
apply_coef(struct brackets *t, const json_t *entry, struct why *why)
{
	dec_t	 coef = DEC_NONE;

	if (json_object_get(entry, "notionalCoef") == NULL)
		return 0;
	if (read_number(entry, "notionalCoef", &coef, why) == -1)
		return -1;
	if (dec_sign(coef) <= 0)
		return why_set(why, "notionalCoef is not positive");
	for (size_t i = 0; i < t->n; i++) {
		struct bracket	*b = &t->v[i];
		const dec_t	 cap = dec_mul(b->cap, coef, ROUND_HALF_EVEN);

		b->floor = dec_mul(b->floor, coef, ROUND_HALF_EVEN);
		b->cum = dec_mul(b->cum, coef, ROUND_HALF_EVEN);
		if (!dec_ok(b->floor) || !dec_lt(b->floor, highest_cap) || !dec_ok(b->cum))
			return why_set(why, "bracket %zu: out of range by notionalCoef", i + 1);
		b->cap = dec_ok(cap) && !dec_gt(cap, highest_cap) ? cap : BRACKET_UNCAPPED;
	}
	return 0;
}

/* The number of them all: it is not listed. */
static size_t
index_of(const struct bracket_book *book, const char *symbol)
{
	size_t	 i = 0;

	while (i < book->n && !text_eq(book->v[i].symbol, symbol))
		i++;
	return i;
}

/* The book frees also what could be read of one that is wrong. */
static int
read_entry(struct bracket_book *book, const json_t *o, struct why *why)
{
	const char		*symbol = json_string_value(json_object_get(o, "symbol"));
	struct bracket_entry	 e = { .symbol = "" };
	struct why		 inner;

	if (symbol == NULL || text_copy(e.symbol, sizeof(e.symbol), symbol) == -1)
		return why_set(why, "entry %zu: no symbol, or too long", book->n + 1);
	if (index_of(book, symbol) < book->n)
		return why_set(why, "%s: listed twice", symbol);
	const json_t	*rows = json_object_get(o, "brackets");
	const bool	 read = read_rows(&e.brackets, rows, &inner) == 0 &&
	    apply_coef(&e.brackets, o, &inner) == 0;
	book->v[book->n++] = e;
	return read ? 0 : why_set(why, "%s: %s", symbol, inner.text);
}

static int
read_answer(struct bracket_book *book, const json_t *answer, struct why *why)
{
	const size_t	 n = json_is_array(answer) ? json_array_size(answer) : 1;

	book->v = xcalloc(n + 1, sizeof(*book->v));
	if (!json_is_array(answer))
		return read_entry(book, answer, why);
	for (size_t i = 0; i < n; i++)
		if (read_entry(book, json_array_get(answer, i), why) == -1)
			return -1;
	return 0;
}

int
bracket_book_read(struct bracket_book *book, const char *json, size_t len, struct why *why)
{
	json_error_t	 e;
	json_t		*answer = json_loadb(json, len, JSON_REJECT_DUPLICATES, &e);

	*book = (struct bracket_book){ 0 };
	if (answer == NULL)
		return why_set(why, "line %d: %s", e.line, e.text);
	const int	 rc = read_answer(book, answer, why);
	json_decref(answer);
	if (rc == -1)
		bracket_book_fini(book);
	return rc;
}

const struct brackets *
bracket_book_find(const struct bracket_book *book, const char *symbol)
{
	const size_t	 i = index_of(book, symbol);

	return i < book->n ? &book->v[i].brackets : NULL;
}

void
bracket_book_fini(struct bracket_book *book)
{
	for (size_t i = 0; i < book->n; i++)
		brackets_fini(&book->v[i].brackets);
	free(book->v);
	*book = (struct bracket_book){ 0 };
}

/* ---- one table ---------------------------------------------------------------- */

/* BTCUSDT in October 2024; ratios in units of 0.0001. */
static const struct {
	int	leverage, ratio_e4;
	int64_t	cap;
} standard[] = {
	{ 125, 40,   50000 },
	{ 100, 50,   600000 },
	{ 75,  65,   3000000 },
	{ 50,  100,  12000000 },
	{ 25,  200,  70000000 },
	{ 20,  250,  100000000 },
	{ 10,  500,  230000000 },
	{ 5,   1000, 480000000 },
	{ 4,   1250, 600000000 },
	{ 3,   1500, 800000000 },
	{ 2,   2500, 1200000000 },
	{ 1,   5000, 1800000000 },
};

static void
add_standard(struct brackets *t, int leverage, int ratio_e4)
{
	const struct bracket	 none = { 0 }, *last = t->n == 0 ? &none : &t->v[t->n - 1];
	struct bracket		*b = &t->v[t->n];

	*b = (struct bracket){
		.number = last->number + 1, .initial_leverage = leverage,
		.floor = last->cap, .cap = DEC_INT(standard[t->n].cap),
		.ratio = { ratio_e4 * (DEC_ONE_E8 / 10000) },
	};
	b->cum = next_cum(b, last);
	t->n++;
}

void
brackets_default(struct brackets *t, int max_leverage)
{
	size_t	 next = 0;

	if (max_leverage < 1 || max_leverage > standard[0].leverage)
		panic("brackets of leverage %d", max_leverage);
	while (standard[next].leverage > max_leverage)
		next++;
	*t = (struct brackets){ .v = xcalloc(NITEMS(standard), sizeof(*t->v)) };
	if (standard[next].leverage < max_leverage) {
		const int	 half_e4 = 10000 / 2 / max_leverage / 5 * 5;
		const int	 below_e4 = standard[next].ratio_e4 - 5;

		add_standard(t, max_leverage, half_e4 < below_e4 ? half_e4 : below_e4);
	}
	for (; next < NITEMS(standard); next++)
		add_standard(t, standard[next].leverage, standard[next].ratio_e4);
}

const char *
bracket_format_cap(dec_t cap, char buf[DEC_STR])
{
	if (dec_cmp(cap, BRACKET_UNCAPPED) != 0)
		return dec_format(cap, buf);
	text_put(buf, DEC_STR, "9223372036854775807");
	return buf;
}

/* The exchange's cum is always seen with a point: 50.0. */
static void
print_cum(struct buf *b, dec_t cum)
{
	char	 text[DEC_STR], out[DEC_STR + 2];
	bool	 whole = dec_is_multiple(cum, DEC_ONE);

	text_putf(out, sizeof(out), "%s%s", dec_format(cum, text), whole ? ".0" : "");
	jw_put_raw(b, "cum", out);
}

void
brackets_print(struct buf *b, const struct brackets *t, const char *symbol)
{
	char	 text[DEC_STR];

	jw_open(b, '{');
	jw_put_str(b, "symbol", symbol);
	jw_key(b, "brackets");
	jw_open(b, '[');
	for (size_t i = 0; i < t->n; i++) {
		jw_open(b, '{');
		jw_put_int(b, "bracket", t->v[i].number);
		jw_put_int(b, "initialLeverage", t->v[i].initial_leverage);
		jw_put_raw(b, "notionalCap", bracket_format_cap(t->v[i].cap, text));
		jw_put_dec(b, "notionalFloor", t->v[i].floor);
		jw_put_dec(b, "maintMarginRatio", t->v[i].ratio);
		print_cum(b, t->v[i].cum);
		jw_close(b, '}');
	}
	jw_close(b, ']');
	jw_close(b, '}');
}

void
brackets_fini(struct brackets *t)
{
	free(t->v);
	*t = (struct brackets){ 0 };
}

const struct bracket *
brackets_find(const struct brackets *t, dec_t notional)
{
	const dec_t	 size = dec_abs(notional);
	size_t		 i = 0;

	while (i + 1 < t->n && dec_gt(size, t->v[i].cap))
		i++;
	return &t->v[i];
}

static dec_t
maint_margin(const struct bracket *b, dec_t notional)
{
	return dec_sub(dec_mul(notional, b->ratio, ROUND_UP), b->cum);
}

dec_t
brackets_maint_margin(const struct brackets *t, dec_t notional)
{
	return dec_ok(notional) ? maint_margin(brackets_find(t, notional), dec_abs(notional)) :
	    DEC_NONE;
}

dec_t
brackets_max_notional(const struct brackets *t, int leverage)
{
	dec_t	 most = DEC_ZERO;

	for (size_t i = 0; i < t->n && t->v[i].initial_leverage >= leverage; i++)
		most = t->v[i].cap;
	return most;
}

int
brackets_max_leverage(const struct brackets *t, dec_t notional)
{
	const struct bracket	*b = brackets_find(t, notional);

	return dec_gt(dec_abs(notional), b->cap) ? 0 : b->initial_leverage;
}

/* ---- liquidation ---------------------------------------------------------------- */

/*
 * own is the money left if the position were worth nothing.  A long one then
 * has own + notional, a short one own - notional, and both owe the margin:
 * what remains only rises with the notional of a long one and only falls with
 * that of a short one, so the first bracket at whose cap the turn has been
 * passed is the one it lies in.
 */
static const struct bracket *
bracket_of_turn(const struct brackets *t, bool is_long, dec_t own)
{
	for (size_t i = 0; i + 1 < t->n; i++) {
		const struct bracket	*b = &t->v[i];
		const dec_t		 margin = maint_margin(b, b->cap);

		if (is_long && !dec_lt(dec_sub(b->cap, margin), dec_neg(own)))
			return b;
		if (!is_long && !dec_gt(own, dec_add(b->cap, margin)))
			return b;
	}
	return &t->v[t->n - 1];
}

dec_t
brackets_liquidation_px(const struct brackets *t, dec_t qty, dec_t cost, dec_t money)
{
	const bool	 is_long = dec_sign(qty) > 0;
	const dec_t	 own = is_long ? dec_sub(money, cost) : dec_add(money, cost);

	if (dec_is_zero(qty) || !dec_ok(own))
		return DEC_ZERO;
	const struct bracket	*b = bracket_of_turn(t, is_long, own);
	const dec_t	 slope = is_long ? dec_sub(DEC_ONE, b->ratio) : dec_add(DEC_ONE, b->ratio);
	const dec_t	 with_cum = dec_add(own, b->cum);
	const dec_t	 owed = is_long ? dec_neg(with_cum) : with_cum;	/* notional * slope */
	const dec_t	 px = dec_div(owed, dec_mul(dec_abs(qty), slope, ROUND_HALF_EVEN),
	    ROUND_HALF_EVEN);

	return dec_ok(px) && dec_sign(px) > 0 ? px : DEC_ZERO;
}
