/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "tests/simex/core/print.h"

enum { TEXT = 64 };

static const struct row {
	const char	*number;
	int		 places;
	const char	*want;
} rows[] = {
	{ "0", 0, "0" }, { "0", 2, "0.00" }, { "0", 8, "0.00000000" },
	{ "1", 0, "1" }, { "12.3", 2, "12.30" }, { "0.05", 2, "0.05" }, { "-12.3", 3, "-12.300" },
	/* half to even */
	{ "0.125", 2, "0.12" }, { "0.135", 2, "0.14" }, { "-0.125", 2, "-0.12" },
	{ "0.12500001", 2, "0.13" }, { "0.12499999", 2, "0.12" },
	{ "0.5", 0, "0" }, { "1.5", 0, "2" }, { "2.5", 0, "2" },
	/* it carries */
	{ "9.995", 2, "10.00" }, { "99.99999999", 0, "100" }, { "-0.995", 2, "-1.00" },
	/* what becomes zero has no sign */
	{ "-0.004", 2, "0.00" }, { "-0.5", 0, "0" }, { "-0.00000001", 8, "-0.00000001" },
	/* the ends of the range */
	{ "92233720368.54775807", 8, "92233720368.54775807" },
	{ "-92233720368.54775807", 8, "-92233720368.54775807" },
	{ "92233720368.54775807", 7, "92233720368.5477581" },
};

static void
numbers_have_their_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct buf	 b = { 0 };
		char		 want[TEXT];

		check_row("%s to %d places", rows[i].number, rows[i].places);
		put_fixed(&b, "x", D(rows[i].number), rows[i].places);
		text_putf(want, sizeof(want), "\"x\":\"%s\"", rows[i].want);
		CHECK_STR(buf_text(&b), want);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(numbers_have_their_places),
	};

	return cmocka_run_group_tests_name("simex_fixed", tests, NULL, NULL);
}
