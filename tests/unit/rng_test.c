/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"

enum { DRAWS = 60000, FACES = 6 };

/* Steps of the published generator from state 1, computed apart with exact integers. */
static void
known_numbers(void **state)
{
	static const uint64_t	 want[] = {
		UINT64_C(0x47e4ce4b896cdd1d), UINT64_C(0xabcfa6a8e079651d),
		UINT64_C(0xb9d10d8feb731f57),
	};
	struct rng		 r = { 1 };

	(void)state;
	for (size_t i = 0; i < NITEMS(want); i++) {
		check_row("number %zu", i);
		CHECK_INT((int64_t)rng_next(&r), (int64_t)want[i]);
	}
}

static void
a_seed_is_a_stream(void **state)
{
	static const uint64_t	 seeds[] = { 0, 1, 2, UINT64_MAX, UINT64_C(1) << 63 };

	(void)state;
	for (size_t i = 0; i < NITEMS(seeds); i++) {
		struct rng	 a = rng_seed(seeds[i]), again = rng_seed(seeds[i]);
		uint64_t	 last = 0;

		check_row("seed %llx", (unsigned long long)seeds[i]);
		CHECK(a.s != 0);
		for (int n = 0; n < 100; n++) {
			const uint64_t	 v = rng_next(&a);

			CHECK_INT((int64_t)v, (int64_t)rng_next(&again));
			CHECK(v != last);
			last = v;
		}
	}
	check_row("neighbours differ");
	struct rng	 one = rng_seed(1), two = rng_seed(2);
	CHECK(rng_next(&one) != rng_next(&two));
}

static void
below_its_bound_and_fair(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 seen[FACES] = { 0 };

	(void)state;
	check_row("a die");
	for (int i = 0; i < DRAWS; i++) {
		const uint64_t	 v = rng_below(&r, FACES);

		CHECK(v < FACES);
		seen[v]++;
	}
	/* 10000 each; five standard deviations are 456. */
	for (int i = 0; i < FACES; i++) {
		check_row("face %d came %d times", i, seen[i]);
		CHECK(seen[i] > 9544 && seen[i] < 10456);
	}
	check_row("one face");
	CHECK_INT((int64_t)rng_below(&r, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(known_numbers),
		cmocka_unit_test(a_seed_is_a_stream),
		cmocka_unit_test(below_its_bound_and_fair),
	};

	return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}
