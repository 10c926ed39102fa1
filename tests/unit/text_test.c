/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"

#include <string.h>

enum { CAP = 6 };

/* Nothing is ever cut: whole, or refused and empty. */
static void
fits_or_is_refused(void **state)
{
	static const struct { const char *text; int rc; const char *want; } rows[] = {
		{ "", 0, "" },
		{ "BUY", 0, "BUY" },
		{ "SHORT", 0, "SHORT" },
		{ "LIMIT_", -1, "" },
		{ "BTC/USDT:USDT", -1, "" },
		{ "\xe6\xb5\x8b\xe8\xaf", 0, "\xe6\xb5\x8b\xe8\xaf" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		char	 dst[CAP + 1] = "??????";

		check_row("'%s'", rows[i].text);
		CHECK_INT(text_copy(dst, CAP, rows[i].text), rows[i].rc);
		CHECK_STR(dst, rows[i].want);
		memcpy(dst, "??????", sizeof(dst));
		CHECK_INT(text_copyn(dst, CAP, rows[i].text, strlen(rows[i].text)), rows[i].rc);
		CHECK_STR(dst, rows[i].want);
		memcpy(dst, "??????", sizeof(dst));
		CHECK_INT(text_format(dst, CAP, "%s", rows[i].text), rows[i].rc);
		CHECK_STR(dst, rows[i].want);
		CHECK_INT(dst[CAP], '\0');
	}
	check_row("a part of a text");
	char	 part[CAP];
	CHECK_INT(text_copyn(part, sizeof(part), "BTCUSDT", 3), 0);
	CHECK_STR(part, "BTC");
}

static void
put_too_long(void)
{
	char	 dst[CAP];

	text_put(dst, sizeof(dst), "LIMIT_");
}

static void
putf_too_long(void)
{
	char	 dst[CAP];

	text_putf(dst, sizeof(dst), "%d", 1234567);
}

static void
a_broken_bound_is_a_bug(void **state)
{
	char	 dst[CAP];

	(void)state;
	check_row("longest");
	text_put(dst, sizeof(dst), "SHORT");
	CHECK_STR(dst, "SHORT");
	text_putf(dst, sizeof(dst), "%d", 12345);
	CHECK_STR(dst, "12345");
	check_row("one longer");
	CHECK_PANICS(put_too_long);
	CHECK_PANICS(putf_too_long);
}

static void
comparisons(void **state)
{
	static const struct {
		const char	*a, *b;
		bool		 eq, nocase, starts, ends;
	} rows[] = {
		{ "BTCUSDT", "BTCUSDT", true,  true,  true,  true },
		{ "BTCUSDT", "btcusdt", false, true,  false, false },
		{ "BTCUSDT", "USDT",    false, false, false, true },
		{ "BTCUSDT", "BTC",     false, false, true,  false },
		{ "BTCUSDT", "",        false, false, true,  true },
		{ "USDT",    "BTCUSDT", false, false, false, false },
		{ "",        "",        true,  true,  true,  true },
		{ "",        "x",       false, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("'%s' and '%s'", rows[i].a, rows[i].b);
		CHECK_INT(text_eq(rows[i].a, rows[i].b), rows[i].eq);
		CHECK_INT(text_eq_nocase(rows[i].a, rows[i].b), rows[i].nocase);
		CHECK_INT(text_starts_with(rows[i].a, rows[i].b), rows[i].starts);
		CHECK_INT(text_ends_with(rows[i].a, rows[i].b), rows[i].ends);
	}
}

static void
case_of_letters_only(void **state)
{
	char	 text[] = "1000Pepe_\xe6\xb5\x8b/Usdt";

	(void)state;
	check_row("mixed");
	text_upper(text);
	CHECK_STR(text, "1000PEPE_\xe6\xb5\x8b/USDT");
	text_lower(text);
	CHECK_STR(text, "1000pepe_\xe6\xb5\x8b/usdt");
}

static void
hex_digits(void **state)
{
	static const uint8_t	 bytes[] = { 0x00, 0x0f, 0xf0, 0xff, 0x5a };
	char			 dst[2 * sizeof(bytes) + 1];

	(void)state;
	check_row("every half");
	text_hex(bytes, sizeof(bytes), dst);
	CHECK_STR(dst, "000ff0ff5a");
	text_hex(bytes, 0, dst);
	CHECK_STR(dst, "");
}

static void
whole_numbers(void **state)
{
	static const struct { const char *text; int64_t min, max; int rc; int64_t want; } rows[] = {
		{ "0",   0, 10, 0, 0 },   { "10",  0, 10, 0, 10 },  { "11",   0, 10, -1, 0 },
		{ "-1",  0, 10, -1, 0 },  { "-1", -1, 10, 0, -1 },  { "007",  0, 10, 0, 7 },
		{ "",    0, 10, -1, 0 },  { " 1",  0, 10, -1, 0 },  { "1 ",   0, 10, -1, 0 },
		{ "\t1", 0, 10, -1, 0 },  { "1x",  0, 10, -1, 0 },  { "0x1",  0, 10, -1, 0 },
		{ "1.0", 0, 10, -1, 0 },  { "1e0", 0, 10, -1, 0 },  { "-",    0, 10, -1, 0 },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, -1, 0 },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		int64_t	 got = 4711;

		check_row("'%s'", rows[i].text);
		CHECK_INT(text_to_i64(rows[i].text, rows[i].min, rows[i].max, &got), rows[i].rc);
		CHECK_INT(got, rows[i].rc == 0 ? rows[i].want : 4711);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(fits_or_is_refused),
		cmocka_unit_test(a_broken_bound_is_a_bug),
		cmocka_unit_test(comparisons),
		cmocka_unit_test(case_of_letters_only),
		cmocka_unit_test(hex_digits),
		cmocka_unit_test(whole_numbers),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
