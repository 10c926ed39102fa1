/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "venue/status.h"

static void
words_of_the_exchange(void **state)
{
	static const struct { const char *word; enum venue_status want; bool final; } rows[] = {
		{ "NEW", VS_NEW, false },
		{ "PARTIALLY_FILLED", VS_PARTIALLY_FILLED, false },
		{ "FILLED", VS_FILLED, true },
		{ "CANCELED", VS_CANCELED, true },
		{ "REJECTED", VS_REJECTED, true },
		{ "EXPIRED", VS_EXPIRED, true },
		{ "EXPIRED_IN_MATCH", VS_EXPIRED, true },
		/* asked for, never guessed */
		{ "PENDING_NEW", VS_UNKNOWN, false }, { "CANCELLED", VS_UNKNOWN, false },
		{ "filled", VS_UNKNOWN, false }, { "FILLED ", VS_UNKNOWN, false },
		{ "", VS_UNKNOWN, false }, { "EXPIRED_IN_", VS_UNKNOWN, false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("'%s'", rows[i].word);
		CHECK_INT(venue_status_of(rows[i].word), rows[i].want);
		CHECK_INT(venue_status_is_final(venue_status_of(rows[i].word)), rows[i].final);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = { cmocka_unit_test(words_of_the_exchange) };

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
