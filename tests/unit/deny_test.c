/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "wire/deny.h"

#include <ctype.h>
#include <string.h>

/* The gateway closes a position row by itself when it reads one of these (contract 1.3.4). */
static const char *const	forbidden[] = {
	"reduceonly", "reduce only", "no position found", "close order failed",
};

/* What the gateway turns into an HTTP status (contract 1.2). */
static const char *const	categories[] = {
	"AMBIGUITY", "EXCHANGE", "INFRA", "RISK", "TIMEOUT", "VALIDATION",
};

static bool
is_category(const char *word)
{
	for (size_t i = 0; i < NITEMS(categories); i++)
		if (text_eq(categories[i], word))
			return true;
	return false;
}

static void
codes_are_sorted_and_found(void **state)
{
	(void)state;
	for (int i = DENY_NONE + 1; i < DENY_N; i++) {
		const enum deny	 d = (enum deny)i;

		check_row("%s", deny_code(d));
		CHECK_INT(deny_find(deny_code(d)), d);
		for (const char *p = deny_code(d); *p != '\0'; p++)
			CHECK(isupper((unsigned char)*p) || *p == '_');
		if (i > DENY_NONE + 1)
			CHECK(strcmp(deny_code((enum deny)(i - 1)), deny_code(d)) < 0);
	}
}

static void
what_is_no_code_is_not_found(void **state)
{
	static const char *const	 rows[] = { "", "NO_SUCH_CODE", "no_price", "NO_PRICE " };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("'%s'", rows[i]);
		CHECK_INT(deny_find(rows[i]), DENY_NONE);
	}
}

static void
every_row_is_a_whole_answer(void **state)
{
	(void)state;
	for (int i = DENY_NONE + 1; i < DENY_N; i++) {
		const enum deny	 d = (enum deny)i;

		check_row("%s", deny_code(d));
		CHECK(is_category(deny_category(d)));
		CHECK(strlen(deny_text(d)) > 10);
		if (text_eq(deny_category(d), "INFRA") || text_eq(deny_category(d), "TIMEOUT"))
			CHECK(deny_retryable(d));
		if (text_eq(deny_category(d), "VALIDATION") ||
		    text_eq(deny_category(d), "AMBIGUITY"))
			CHECK(!deny_retryable(d));
	}
	check_row("going ahead says nothing");
	CHECK_STR(deny_code(DENY_NONE), "");
	CHECK_STR(deny_text(DENY_NONE), "");
}

static void
no_sentence_closes_a_position(void **state)
{
	(void)state;
	for (int i = DENY_NONE; i < DENY_N; i++) {
		for (size_t k = 0; k < NITEMS(forbidden); k++) {
			check_row("%s says '%s'", deny_code((enum deny)i), forbidden[k]);
			CHECK(strcasestr(deny_text((enum deny)i), forbidden[k]) == NULL);
			CHECK(strcasestr(deny_code((enum deny)i), forbidden[k]) == NULL);
		}
	}
}

/* Codes the gateway and the front end look for by name, as the contract has them. */
static void
codes_of_the_contract(void **state)
{
	static const struct { const char *code, *category; bool retryable; } rows[] = {
		{ "INFRA_TIMEOUT", "TIMEOUT", true },
		{ "INFRA_UNAVAILABLE", "INFRA", true },
		{ "INFRA_CHASE_UNAVAILABLE", "INFRA", true },
		{ "INFRA_SCALPER_UNAVAILABLE", "INFRA", true },
		{ "INFRA_TWAP_UNAVAILABLE", "INFRA", true },
		{ "INFRA_TRAIL_STOP_UNAVAILABLE", "INFRA", true },
		{ "RISK_REJECTED", "RISK", false },
		{ "RISK_VALIDATION_ERROR", "RISK", false },
		{ "VALIDATION_FAILED", "VALIDATION", false },
		{ "POSITION_NOT_FOUND", "VALIDATION", false },
		{ "POSITION_SIDE_MISMATCH", "VALIDATION", false },
		{ "EXCHANGE_REJECTED", "EXCHANGE", false },
		{ "EXCHANGE_MIN_NOTIONAL", "EXCHANGE", false },
		{ "EXCHANGE_MARGIN_INSUFFICIENT", "EXCHANGE", false },
		{ "EXCHANGE_PRECISION", "EXCHANGE", false },
		{ "EXCHANGE_INVALID_ORDER", "EXCHANGE", false },
		{ "EXCHANGE_QTY_TOO_SMALL", "EXCHANGE", false },
		{ "MAX_LEVERAGE_EXCEEDED", "RISK", false },
		{ "MAX_NOTIONAL_EXCEEDED", "RISK", false },
		{ "MAX_EXPOSURE_EXCEEDED", "RISK", false },
		{ "MARGIN_RATIO_EXCEEDED", "RISK", false },
		{ "ACCOUNT_NOT_FOUND", "RISK", false },
		{ "ACCOUNT_FROZEN", "RISK", false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const enum deny	 d = deny_find(rows[i].code);

		check_row("%s", rows[i].code);
		CHECK(d != DENY_NONE);
		CHECK_STR(deny_category(d), rows[i].category);
		CHECK_INT(deny_retryable(d), rows[i].retryable);
	}
}

static void beyond(void) { deny_code(DENY_N); }

static void
there_are_no_others(void **state)
{
	(void)state;
	check_row("beyond the last");
	CHECK_PANICS(beyond);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(codes_are_sorted_and_found),
		cmocka_unit_test(what_is_no_code_is_not_found),
		cmocka_unit_test(every_row_is_a_whole_answer),
		cmocka_unit_test(no_sentence_closes_a_position),
		cmocka_unit_test(codes_of_the_contract),
		cmocka_unit_test(there_are_no_others),
	};

	return cmocka_run_group_tests_name("deny", tests, NULL, NULL);
}
