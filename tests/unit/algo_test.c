/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "algod/algo.h"
#include "base/text.h"

#include <string.h>

/* Which command begins and which ends an algo; the others are nobody's here. */
static void
commands_of_algos(void **state)
{
	int	 n = 0;

	(void)state;
	for (int i = 0; i < CMD_N; i++) {
		const enum command	 what = (enum command)i;

		check_row("%s", names_get(&command_names, i));
		CHECK(algo_starting(what) == (what == CMD_TRAIL_STOP ? &algo_trail_stop : NULL));
		CHECK(algo_stopping(what) ==
		    (what == CMD_TRAIL_STOP_CANCEL ? &algo_trail_stop : NULL));
		n += algo_starting(what) != NULL;
	}
	CHECK_INT(n, 1);
}

static void
an_id_names_its_algo(void **state)
{
	static const struct { const char *id; bool is_trail_stop; } rows[] = {
		{ "ts_0123456789ab", true }, { "ts_", true }, { "twap_0123456789ab", false },
		{ "chase_0123456789ab", false }, { "ts", false }, { "TS_0123456789ab", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].id);
		CHECK(algo_of_id(rows[i].id) == (rows[i].is_trail_stop ? &algo_trail_stop : NULL));
	}
}

/* A start that is repeated has the same name; any other has another. */
static void
a_name_is_a_function_of_the_request(void **state)
{
	static const struct { const char *request_id, *item_id, *same_as; } rows[] = {
		{ "r1", "c1", "r1" }, { "r1", "c2", "r1" }, { "r2", "c1", "r2" },
		{ "", "c1", "c1" }, { "", "c2", "c2" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++)
		for (size_t k = 0; k < NITEMS(rows); k++) {
			struct cmd	 a = cmd_blank(CMD_TRAIL_STOP), b = a;
			char		 x[ALGO_ID], y[ALGO_ID];

			check_row("%zu and %zu", i, k);
			text_put(a.request_id, sizeof(a.request_id), rows[i].request_id);
			text_put(a.id, sizeof(a.id), rows[i].item_id);
			text_put(b.request_id, sizeof(b.request_id), rows[k].request_id);
			text_put(b.id, sizeof(b.id), rows[k].item_id);
			algo_name(&algo_trail_stop, &a, x);
			algo_name(&algo_trail_stop, &b, y);
			CHECK_INT(strcmp(x, y) == 0, text_eq(rows[i].same_as, rows[k].same_as));
			CHECK_INT(strlen(x), strlen("ts_0123456789ab"));
			CHECK_INT(strspn(x + strlen("ts_"), "0123456789abcdef"), 12);
			CHECK(algo_of_id(x) == &algo_trail_stop);
		}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(commands_of_algos),
		cmocka_unit_test(an_id_names_its_algo),
		cmocka_unit_test(a_name_is_a_function_of_the_request),
	};

	return cmocka_run_group_tests_name("algo", tests, NULL, NULL);
}
