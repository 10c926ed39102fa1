/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "riskd/market.h"

enum { STALE_MS = 10000 };

static const mono_t	morning = { INT64_C(6) * 3600 * 1000000 };

static struct price
price_of(const char *mid, const char *mark)
{
	return (struct price){ .bid = DEC_NONE, .ask = DEC_NONE, .mid = D(mid), .mark = D(mark) };
}

/* Judged by the mark, else the mid, while it is fresh; shown whatever its age. */
static void
a_price_is_one_while_it_is_fresh(void **state)
{
	static const struct {
		const char	*name, *mid, *mark;
		int64_t		 after_ms;
		const char	*px, *last;
	} rows[] = {
		{ "mark before mid",       "100",  "101",  0,            "101",  "101" },
		{ "no mark: mid",          "100",  "null", 0,            "100",  "100" },
		{ "neither",               "null", "null", 0,            "null", "null" },
		{ "as old as it may be",   "100",  "101",  STALE_MS,     "101",  "101" },
		{ "a moment older",        "100",  "101",  STALE_MS + 1, "null", "101" },
		{ "a day older",           "100",  "null", 86400000,     "null", "100" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct price	 p = price_of(rows[i].mid, rows[i].mark);
		const mono_t		 now = mono_after_ms(morning, rows[i].after_ms);
		struct market		 m = { .stale_ms = STALE_MS };

		check_row("%s", rows[i].name);
		market_heard(&m, "BTCUSDT", &p, morning);
		CHECK_DEC(market_px(&m, "BTCUSDT", now), rows[i].px);
		CHECK_DEC(market_last_px(&m, "BTCUSDT"), rows[i].last);
		CHECK_INT(market_age_ms(&m, "BTCUSDT", now), rows[i].after_ms);
		market_fini(&m);
	}
}

static void
the_latest_is_what_counts(void **state)
{
	const struct price	 first = price_of("100", "101"), second = price_of("90", "null");
	const mono_t		 later = mono_after_ms(morning, STALE_MS);
	struct market		 m = { .stale_ms = STALE_MS };

	(void)state;
	check_row("two symbols");
	market_heard(&m, "BTCUSDT", &first, morning);
	market_heard(&m, "ETHUSDT", &first, morning);
	market_heard(&m, "BTCUSDT", &second, later);
	CHECK_DEC(market_px(&m, "BTCUSDT", mono_after_ms(later, 1)), "90");
	CHECK_DEC(market_px(&m, "ETHUSDT", mono_after_ms(later, 1)), "null");
	CHECK_INT(market_age_ms(&m, "BTCUSDT", later), 0);
	market_fini(&m);
}

static void
a_symbol_nobody_has_heard_of(void **state)
{
	struct market	 m = { .stale_ms = STALE_MS };

	(void)state;
	check_row("never heard");
	CHECK_DEC(market_px(&m, "BTCUSDT", morning), "null");
	CHECK_DEC(market_last_px(&m, "BTCUSDT"), "null");
	CHECK_INT(market_age_ms(&m, "BTCUSDT", morning), -1);
	market_fini(&m);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_price_is_one_while_it_is_fresh),
		cmocka_unit_test(the_latest_is_what_counts),
		cmocka_unit_test(a_symbol_nobody_has_heard_of),
	};

	return cmocka_run_group_tests_name("market", tests, NULL, NULL);
}
