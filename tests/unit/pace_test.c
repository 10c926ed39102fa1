/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "venue/pace.h"

enum { ROUNDS = 20000 };

#define MINUTE	INT64_C(60000000)
#define T0	(INT64_C(29920935) * MINUTE)		/* a full minute */

static wall_t
at_ms(int64_t ms)
{
	return (wall_t){ T0 + ms * 1000 };
}

/* How many requests of one cost leave at one instant. */
static int
how_many(struct pace *p, bool urgent, int weight, int orders, wall_t now)
{
	int	 n = 0;

	while (n < 10000 && pace_may(p, urgent, weight, orders, now)) {
		pace_spend(p, weight, orders, now);
		n++;
	}
	return n;
}

/* The exchange's limits (2400 a minute, 300 in ten seconds, 1200 a minute), a tenth kept. */
static void
a_tenth_is_kept_for_urgent_requests(void **state)
{
	static const struct { const char *name; int weight, orders, usual, urgent_then; } rows[] = {
		{ "weight", 1, 0, 2160, 240 },
		{ "heavy weight", 40, 0, 54, 6 },
		{ "orders", 0, 1, 270, 30 },
		{ "orders that weigh", 1, 1, 270, 30 },
		{ "no cost at all", 0, 0, 10000, 10000 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct pace	 p;

		check_row("%s", rows[i].name);
		pace_init(&p);
		CHECK_INT(how_many(&p, false, rows[i].weight, rows[i].orders, at_ms(0)),
		    rows[i].usual);
		CHECK_INT(how_many(&p, true, rows[i].weight, rows[i].orders, at_ms(0)),
		    rows[i].urgent_then);
	}
}

/* A place costs orders and no weight, a cancel weight and no orders: one never stops the other. */
static void
limits_are_apart(void **state)
{
	struct pace	 p;

	(void)state;
	check_row("orders are used up");
	pace_init(&p);
	how_many(&p, true, 0, 1, at_ms(0));
	CHECK(!pace_may(&p, true, 0, 1, at_ms(0)));
	CHECK(pace_may(&p, false, 1, 0, at_ms(0)));
	check_row("weight is used up");
	pace_init(&p);
	how_many(&p, true, 1, 0, at_ms(0));
	CHECK(!pace_may(&p, true, 1, 0, at_ms(0)));
	CHECK(pace_may(&p, false, 0, 1, at_ms(0)));
}

static void
windows_are_of_the_clock(void **state)
{
	static const struct { const char *name; int64_t spent_ms, asked_ms; int orders; } rows[] = {
		{ "the same ten seconds", 0, 9999, 0 },
		{ "the next ten seconds", 0, 10000, 300 },
		{ "spent late in the first", 9999, 10000, 300 },
		{ "the next minute", 59999, 60000, 300 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct pace	 p;

		check_row("%s", rows[i].name);
		pace_init(&p);
		CHECK_INT(how_many(&p, true, 0, 1, at_ms(rows[i].spent_ms)), 300);
		CHECK_INT(how_many(&p, true, 0, 1, at_ms(rows[i].asked_ms)), rows[i].orders);
	}
	check_row("1200 a minute, however they are spread");
	struct pace	 p;
	int		 sum = 0;
	pace_init(&p);
	for (int64_t ms = 0; ms < 60000; ms += 10000)
		sum += how_many(&p, true, 0, 1, at_ms(ms));
	CHECK_INT(sum, 1200);
	CHECK_INT(how_many(&p, true, 0, 1, at_ms(60000)), 300);
}

static void
limits_can_be_told(void **state)
{
	struct pace	 p;

	(void)state;
	check_row("an account with more, then with fewer");
	pace_init(&p);
	pace_set_limit(&p, PACE_ORDERS_10S, 1000);
	CHECK_INT(how_many(&p, true, 0, 1, at_ms(0)), 1000);
	pace_set_limit(&p, PACE_ORDERS_10S, 100);
	CHECK(!pace_may(&p, true, 0, 1, at_ms(1)));
	CHECK_INT(how_many(&p, false, 0, 1, at_ms(60000)), 90);
}

/* Others use the same address: what the exchange counts is more than what we know of. */
static void
what_the_exchange_says_counts_when_it_is_more(void **state)
{
	static const struct { const char *name; int spent; int64_t heard; int left; } rows[] = {
		{ "more", 10, 2300, 100 }, { "all of it", 0, 2400, 0 }, { "beyond", 0, 9999, 0 },
		{ "less: ours are on their way", 100, 1, 2300 }, { "not there", 100, -1, 2300 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct pace	 p;

		check_row("%s", rows[i].name);
		pace_init(&p);
		pace_spend(&p, rows[i].spent, 0, at_ms(0));
		pace_heard(&p, PACE_WEIGHT_1M, rows[i].heard, at_ms(1));
		CHECK_INT(how_many(&p, true, 1, 0, at_ms(2)), rows[i].left);
		CHECK_INT(how_many(&p, true, 1, 0, at_ms(60000)), 2400);
	}
}

static void
closed_means_nothing_at_all(void **state)
{
	struct pace	 p;

	(void)state;
	check_row("banned until the 30th second");
	pace_init(&p);
	pace_close(&p, at_ms(30000));
	pace_close(&p, at_ms(20000));		/* an older word does not open it */
	CHECK(!pace_may(&p, true, 1, 0, at_ms(29999)));
	CHECK(!pace_may(&p, true, 0, 0, at_ms(29999)));
	CHECK(pace_may(&p, false, 1, 1, at_ms(30000)));
}

/* No window ever holds more than its limit, whoever asks when. */
static void
no_limit_is_ever_passed(void **state)
{
	static const struct { int64_t window_ms, limit; bool weight; } limits[] = {
		{ 60000, 2400, true }, { 10000, 300, false }, { 60000, 1200, false },
	};
	struct rng	 r = rng_seed(check_seed());
	int64_t		 used[NITEMS(limits)] = { 0 }, ms = 0;
	int		 sent = 0, held = 0;
	struct pace	 p;

	(void)state;
	pace_init(&p);
	for (int i = 0; i < ROUNDS; i++) {
		const int	 weight = (int)rng_below(&r, 3) * 20;
		const int	 orders = (int)rng_below(&r, 6);
		const int64_t	 next = ms + (int64_t)rng_below(&r, 100);
		const bool	 urgent = rng_below(&r, 3) == 0;

		for (size_t k = 0; k < NITEMS(limits); k++)
			if (next / limits[k].window_ms != ms / limits[k].window_ms)
				used[k] = 0;
		ms = next;
		if (!pace_may(&p, urgent, weight, orders, at_ms(ms))) {
			held++;
			continue;
		}
		sent++;
		pace_spend(&p, weight, orders, at_ms(ms));
		for (size_t k = 0; k < NITEMS(limits); k++) {
			check_row("request %d at %lld ms, limit %zu", i, (long long)ms, k);
			used[k] += limits[k].weight ? weight : orders;
			CHECK(used[k] <= limits[k].limit);
		}
	}
	check_row("both happened: %d sent, %d held", sent, held);
	CHECK(sent > ROUNDS / 10 && held > ROUNDS / 10);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_tenth_is_kept_for_urgent_requests),
		cmocka_unit_test(limits_are_apart),
		cmocka_unit_test(windows_are_of_the_clock),
		cmocka_unit_test(limits_can_be_told),
		cmocka_unit_test(what_the_exchange_says_counts_when_it_is_more),
		cmocka_unit_test(closed_means_nothing_at_all),
		cmocka_unit_test(no_limit_is_ever_passed),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
