/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "wire/jw.h"

#include <jansson.h>

#include <string.h>

enum { ROUNDS = 3000, DEPTH = 20, LENGTHS = 140 };

static void
texts_are_escaped(void **state)
{
	static const struct { const char *name, *text; size_t len; const char *want; } rows[] = {
		{ "empty", "", 0, "\"\"" },
		{ "plain", "BTC/USDT:USDT", 13, "\"BTC/USDT:USDT\"" },
		{ "quote", "say \"no\"", 8, "\"say \\\"no\\\"\"" },
		{ "backslash", "a\\b", 3, "\"a\\\\b\"" },
		{ "lines", "a\nb\rc\td", 7, "\"a\\nb\\rc\\td\"" },
		{ "control characters", "\x01\x1f\b", 3, "\"\\u0001\\u001f\\u0008\"" },
		{ "NUL inside", "a\0b", 3, "\"a\\u0000b\"" },
		{ "not ASCII", "\xe6\xb5\x8b \xc3\xa4", 6, "\"\xe6\xb5\x8b \xc3\xa4\"" },
		{ "DEL is plain", "\x7f", 1, "\"\x7f\"" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct buf	 b = { 0 };

		check_row("%s", rows[i].name);
		jw_strn(&b, rows[i].text, rows[i].len);
		CHECK_STR(buf_text(&b), rows[i].want);
		buf_free(&b);
	}
}

/* Short and plain texts take another way than long ones and those with an escape. */
static void
texts_of_every_length_are_whole(void **state)
{
	(void)state;
	for (size_t len = 0; len <= LENGTHS; len++) {
		for (size_t at = 0; at <= len; at++) {
			char		 text[LENGTHS + 1] = "";
			struct buf	 got = { 0 }, want = { 0 };

			memset(text, 'x', len);
			if (at < len)
				text[at] = '"';
			check_row("%zu bytes, a quote at %zu", len, at);
			jw_open(&got, '{');
			jw_put_str(&got, text, text);
			jw_put_str(&got, "b", "");
			buf_addf(&want, "{\"%.*s%s%s\":\"%.*s%s%s\",\"b\":\"\"", (int)at, text,
			    at < len ? "\\\"" : "", at < len ? text + at + 1 : "", (int)at, text,
			    at < len ? "\\\"" : "", at < len ? text + at + 1 : "");
			CHECK_STR(buf_text(&got), buf_text(&want));
			buf_free(&got);
			buf_free(&want);
		}
	}
}

static void
separators_come_by_themselves(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	check_row("everything");
	jw_open(&b, '{');
	jw_put_str(&b, "s", "x:");
	jw_put_str_or_null(&b, "n", "");
	jw_put_str_or_null(&b, "t", "{");
	jw_put_dec(&b, "d", D("-0.00000001"));
	jw_put_dec(&b, "none", DEC_NONE);
	jw_put_int(&b, "i", INT64_MIN);
	jw_put_bool(&b, "b", true);
	jw_put_raw(&b, "r", "[1,2]");
	jw_key(&b, "a");
	jw_open(&b, '[');
	jw_int(&b, 1);
	jw_open(&b, '{');
	jw_close(&b, '}');
	jw_open(&b, '[');
	jw_close(&b, ']');
	jw_null(&b);
	jw_bool(&b, false);
	jw_dec(&b, D("5"));
	jw_close(&b, ']');
	jw_put_str(&b, "k\"ey", "");
	jw_close(&b, '}');
	CHECK_STR(buf_text(&b), "{\"s\":\"x:\",\"n\":null,\"t\":\"{\",\"d\":-0.00000001,"
	    "\"none\":null,\"i\":-9223372036854775808,\"b\":true,\"r\":[1,2],"
	    "\"a\":[1,{},[],null,false,5],\"k\\\"ey\":\"\"}");
	buf_free(&b);
}

/* Whatever is written at random, another's parser reads it, text for text. */
static void
write_any_value(struct buf *b, struct rng *r, int depth)
{
	char	 text[8];

	switch (rng_below(r, depth < DEPTH ? 8 : 5)) {
	case 0: jw_null(b); return;
	case 1: jw_bool(b, rng_below(r, 2) == 0); return;
	case 2: jw_int(b, (int64_t)rng_next(r)); return;
	case 3: jw_dec(b, (dec_t){ (int64_t)rng_next(r) }); return;
	case 4:
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (char)rng_below(r, 128);
		jw_strn(b, text, rng_below(r, sizeof(text) + 1));
		return;
	case 5: case 6:
		jw_open(b, '[');
		for (uint64_t n = rng_below(r, 4); n > 0; n--)
			write_any_value(b, r, depth + 1);
		jw_close(b, ']');
		return;
	}
	jw_open(b, '{');
	for (uint64_t n = rng_below(r, 4); n > 0; n--) {
		text[0] = (char)('a' + n);
		text[1] = '\0';
		jw_key(b, text);
		write_any_value(b, r, depth + 1);
	}
	jw_close(b, '}');
}

static void
another_parser_reads_it(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct buf	 b = { 0 };
		json_error_t	 e;

		write_any_value(&b, &r, 0);
		check_row("round %d: %.100s", i, buf_text(&b));
		json_t	*o = json_loadb(b.p, b.len, JSON_DECODE_ANY | JSON_ALLOW_NUL |
			    JSON_REJECT_DUPLICATES, &e);
		CHECK(o != NULL);
		json_decref(o);
		buf_free(&b);
	}
}

static void
texts_read_back(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	char		 text[40];

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const size_t	 len = rng_below(&r, sizeof(text) + 1);
		struct buf	 b = { 0 };

		for (size_t k = 0; k < len; k++)
			text[k] = (char)rng_below(&r, 128);
		jw_strn(&b, text, len);
		check_row("round %d: %s", i, buf_text(&b));
		json_t	*o = json_loadb(b.p, b.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		CHECK(json_is_string(o));
		CHECK_INT(json_string_length(o), len);
		CHECK_INT(memcmp(json_string_value(o), text, len), 0);
		json_decref(o);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(texts_of_every_length_are_whole),
		cmocka_unit_test(separators_come_by_themselves),
		cmocka_unit_test(another_parser_reads_it),
		cmocka_unit_test(texts_read_back),
	};

	return cmocka_run_group_tests_name("jw", tests, NULL, NULL);
}
