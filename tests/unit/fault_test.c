/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "tests/unit/rows.h"
#include "venue/fault.h"

#include <jansson.h>

enum { WANTED, DENIAL, HTTP, CODE, TEXT, CELLS };

static void
written_cases(void **state)
{
	struct rows	 rows = rows_open("tests/data/fault.tsv");
	const char	*c[CELLS];
	char		*line;
	int		 n = 0;

	(void)state;
	for (; (line = rows_next(&rows)) != NULL; n++) {
		check_row("fault.tsv line %d: %s", rows.no, line);
		rows_cells(line, c, CELLS);
		const struct fault	 f = fault_of(atoi(c[HTTP]), atoi(c[CODE]), c[TEXT]);
		CHECK_STR(fault_name(f.what), c[WANTED]);
		CHECK_STR(deny_code(f.code), c[DENIAL]);
	}
	check_row("all of fault.tsv");
	CHECK(n > 60);
}

/* Whatever comes: accepted is said without a code, refused with one, and nothing in between. */
static void
an_answer_goes_with_its_consequence(void **state)
{
	static const int	 statuses[] = {
		0, 200, 302, 400, 401, 403, 404, 408, 418, 429, 500, 503,
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(statuses); i++) {
		for (int code = 0; code >= -6000; code--) {
			const struct fault	 f = fault_of(statuses[i], code, "");
			const bool		 well = f.what == FAULT_NONE ||
						    f.what == FAULT_NOOP;

			check_row("http %d code %d", statuses[i], code);
			CHECK_INT(f.code == DENY_NONE, well);
			CHECK(f.what != FAULT_NONE || (statuses[i] == 200 && code == 0));
			CHECK(statuses[i] != 0 || code != 0 || f.what == FAULT_DOUBT);
			if (f.what == FAULT_DOUBT)
				CHECK_INT(f.code, DENY_INFRA_TIMEOUT);
		}
	}
}

/* Only the 503s are told apart by their text. */
static void
texts_vary(void **state)
{
	static const struct { int http, code; } rows[] = {
		{ 400, -2019 }, { 400, -1007 }, { 400, -2011 }, { 429, 0 }, { 500, 0 }, { 200, 0 },
		{ 400, -4164 }, { 0, 0 },
	};
	static const char *const	 texts[] = {
		"Unknown error, please check your request or try again later.",
		"Service Unavailable.", "Request throttled by system-level protection.",
		"Margin is insufficient.",
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		for (size_t k = 0; k < NITEMS(texts); k++) {
			const int		 http = rows[i].http, code = rows[i].code;
			const struct fault	 bare = fault_of(http, code, "");
			const struct fault	 said = fault_of(http, code, texts[k]);

			check_row("http %d code %d %s", http, code, texts[k]);
			CHECK_INT(said.what, bare.what);
			CHECK_INT(said.code, bare.code);
		}
	}
}

static void
names(void **state)
{
	(void)state;
	for (int i = 0; i < FAULT_N; i++) {
		check_row("%d", i);
		for (int j = 0; j < i; j++)
			CHECK(!text_eq(fault_name((enum consequence)i),
			    fault_name((enum consequence)j)));
	}
	CHECK_STR(fault_name(FAULT_N), "?");
}

/* Errors as they were recorded: each says no, and none is taken for an unknown outcome. */
static void
recorded_errors(void **state)
{
	char		 path[256];
	json_error_t	 e;

	(void)state;
	if (rows_recorded("rest/errors_observed.json", path) == NULL) {
		check_skipped("no PMS_DATA");
		return;
	}
	check_row("%s", path);
	json_t	*all = json_load_file(path, 0, &e);
	CHECK(json_array_size(all) > 10);
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t	*o = json_array_get(all, i);
		const char	*msg = json_string_value(json_object_get(o, "msg"));
		const int	 code = (int)json_integer_value(json_object_get(o, "code"));
		const struct fault f = fault_of((int)json_integer_value(json_object_get(o, "http")),
			    code, msg);

		check_row("%d %s", code, msg);
		CHECK(f.what != FAULT_NONE && f.what != FAULT_DOUBT);
	}
	json_decref(all);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(written_cases),
		cmocka_unit_test(an_answer_goes_with_its_consequence),
		cmocka_unit_test(texts_vary),
		cmocka_unit_test(names),
		cmocka_unit_test(recorded_errors),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
