/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "tests/simex/core/reject.h"

#include <jansson.h>
#include <string.h>

/* Whatever bytes a client sends, the answer that repeats them is text. */
static const struct { const char *arg, *want; } rows[] = {
	{ "/fapi/v1/x",              "/fapi/v1/x" },
	{ "\xc3\xa9 \xe5\xb8\x81 \xf0\x9f\x98\x80", "\xc3\xa9 \xe5\xb8\x81 \xf0\x9f\x98\x80" },
	{ "a\xff" "b",               "a?b" },
	{ "\xd3/x",                  "?/x" },
	{ "cut \xe5\xb8",            "cut ??" },
	{ "overlong \xc0\xaf",       "overlong ??" },
	{ "overlong \xe0\x80\xaf",   "overlong ???" },
	{ "overlong \xf0\x80\x80\xaf", "overlong ????" },
	{ "surrogate \xed\xa0\x80",  "surrogate ???" },
	{ "too high \xf4\x90\x80\x80", "too high ????" },
	{ "\xf8\x88\x80\x80\x80",    "?????" },
};

static void
what_was_sent_is_repeated_as_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct reject	 r = reject_with(REJ_PATH, "%s", rows[i].arg);
		struct buf		 msg = { 0 }, out = { 0 };

		check_row("%s", rows[i].want);
		reject_text(&msg, &r);
		CHECK_HAS(buf_text(&msg), rows[i].want);
		reject_print(&out, &r);
		json_t	*said = json_loads(buf_text(&out), 0, NULL);
		CHECK(said != NULL);
		CHECK_STR(json_string_value(json_object_get(said, "msg")), buf_text(&msg));
		json_decref(said);
		buf_free(&msg);
		buf_free(&out);
	}
}

/* A word that is too long ends between two letters. */
static void
a_long_word_is_cut_between_letters(void **state)
{
	char		 word[400];
	struct buf	 out = { 0 };

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(word); i += 2)
		memcpy(word + i, "\xc3\xa9", 3);
	const struct reject	 r = reject_with(REJ_PATH, "%s", word);
	reject_print(&out, &r);
	json_t	*said = json_loads(buf_text(&out), 0, NULL);
	CHECK(said != NULL);
	json_decref(said);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(what_was_sent_is_repeated_as_text),
		cmocka_unit_test(a_long_word_is_cut_between_letters),
	};

	return cmocka_run_group_tests_name("simex_reject", tests, NULL, NULL);
}
