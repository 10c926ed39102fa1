/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "venue/clord.h"

#include <stdio.h>
#include <string.h>

#define ID	"0f8fad5b-d9cb-469f-a165-70867728950e"	/* the contract's example, 6.3 */
#define ID_UP	"0F8FAD5B-D9CB-469F-A165-70867728950E"

enum { CAUSES = 40, LEGS = 25 };

static void
prefix_of_an_account(void **state)
{
	static const struct { const char *name, *id; } rows[] = {
		{ "as it is", ID }, { "upper case", ID_UP }, { "spaces around", "  " ID "\t\n" },
	};
	char	 prefix[PREFIX], other[PREFIX];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].name);
		clord_prefix(rows[i].id, prefix);
		CHECK_STR(prefix, "c812e1edb644");
	}
	check_row("another account");
	clord_prefix("1f8fad5b-d9cb-469f-a165-70867728950e", other);
	CHECK(!text_eq(prefix, other));
}

/* The first digits of SHA-256 over "cause/number", computed with another program. */
static void
causes_are_named(void **state)
{
	static const struct { const char *cause; int n; const char *want; } rows[] = {
		{ "r1", 0, "1fbadf253aff" }, { "r1", 1, "9ad30511624b" },
		{ "r1", -1, "9b0d263b063c" }, { "a", 12, "e2530dbd627c" },
	};
	char	 hex[DERIVED], id[CLORD_ID], want[CLORD_ID];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s/%d", rows[i].cause, rows[i].n);
		clord_derive(rows[i].cause, rows[i].n, hex);
		CHECK_STR(hex, rows[i].want);
		clord_format("c812e1edb644", TYPE_LIMIT, rows[i].cause, rows[i].n, id);
		text_putf(want, sizeof(want), "PMSc812e1edb644_LMT_%s", rows[i].want);
		CHECK_STR(id, want);
	}
}

static bool
the_exchange_takes(const char *id)
{
	const size_t	 n = strlen(id);

	return n >= 1 && n <= 36 && strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789.:/_-") == n;
}

/* Named again after a crash it is the same order; anything else is another one. */
static void
same_cause_same_name(void **state)
{
	static char	 ids[CAUSES * LEGS * ORD_TYPE_N][CLORD_ID];
	char		 cause[16], again[CLORD_ID], prefix[PREFIX];
	const size_t	 n = NITEMS(ids);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const enum ord_type	 type = (enum ord_type)(i % ORD_TYPE_N);
		const int		 leg = (int)(i / ORD_TYPE_N % LEGS);

		text_putf(cause, sizeof(cause), "request %zu", i / ORD_TYPE_N / LEGS);
		clord_format("c812e1edb644", type, cause, leg, ids[i]);
		clord_format("c812e1edb644", type, cause, leg, again);
		check_row("%s leg %d: %s", cause, leg, ids[i]);
		CHECK_STR(again, ids[i]);
		CHECK(the_exchange_takes(ids[i]));
		CHECK_INT(clord_parse(ids[i], prefix), 0);
		CHECK_STR(prefix, "c812e1edb644");
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++) {
			check_row("%s", ids[i]);
			CHECK(!text_eq(ids[i], ids[j]));
		}
	}
}

static void
longest_parts_fit(void **state)
{
	char	 cause[REQUEST_ID], id[CLORD_ID], prefix[PREFIX];

	(void)state;
	check_row("the longest request id, the longest prefix");
	memset(cause, 'x', sizeof(cause) - 1);
	cause[sizeof(cause) - 1] = '\0';
	clord_format("123456789012345", TYPE_MARKET, cause, INT32_MIN, id);
	CHECK(the_exchange_takes(id));
	CHECK_INT(clord_parse(id, prefix), 0);
	CHECK_STR(prefix, "123456789012345");
}

static void
ours_and_foreign(void **state)
{
	static const struct { const char *id; int rc; const char *prefix; } rows[] = {
		{ "PMSc812e1edb644_MKT_1fbadf253aff", 0, "c812e1edb644" },
		{ "PMS0f8fad5b_LMT_1fbadf253aff", 0, "0f8fad5b" },	/* the older form */
		{ "PMSc812e1edb644_STP_x", 0, "c812e1edb644" },		/* the gateway's own */
		{ "PMS_MKT_1fbadf253aff", -1, "" }, { "PMS", -1, "" }, { "PMSabc", -1, "" },
		{ "pmsc812e1edb644_MKT_1", -1, "" }, { "xPMSc812_MKT_1", -1, "" },
		{ "PMS1234567890123456_MKT_1", -1, "" }, { "", -1, "" }, { "_", -1, "" },
		{ "SYSADL_c812e1edb644_1795256152380", -1, "" }, { "web_8d1f", -1, "" },
		{ "autoclose-1795256152380", -1, "" }, { "adl_autoclose", -1, "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		char	 prefix[PREFIX] = "untouched";

		check_row("'%s'", rows[i].id);
		CHECK_INT(clord_parse(rows[i].id, prefix), rows[i].rc);
		CHECK_STR(prefix, rows[i].prefix);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(prefix_of_an_account),
		cmocka_unit_test(causes_are_named),
		cmocka_unit_test(same_cause_same_name),
		cmocka_unit_test(longest_parts_fit),
		cmocka_unit_test(ours_and_foreign),
	};

	return cmocka_run_group_tests_name("clord", tests, NULL, NULL);
}
