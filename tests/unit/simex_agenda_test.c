/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "tests/simex/core/agenda.h"

enum { HELD = 200, STEPS = 20000, TIMES = 50 };

/* The soonest of those that stand, the earlier made first; or NULL. */
static const struct appointment *
soonest(const struct appointment *all)
{
	const struct appointment	*best = NULL;

	for (size_t i = 0; i < HELD; i++) {
		const struct appointment	*a = &all[i];

		if (a->place != 0 && (best == NULL || a->at.us < best->at.us ||
		    (a->at.us == best->at.us && a->number < best->number)))
			best = a;
	}
	return best;
}

static void
the_soonest_comes_first(void **state)
{
	struct appointment	 all[HELD] = { { .place = 0 } };
	struct agenda		 g = { 0 };
	struct rng		 r = rng_seed(check_seed());

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		struct appointment	*a = &all[rng_below(&r, HELD)];

		check_row("step %d", i);
		if (rng_below(&r, 3) > 0)
			agenda_put(&g, a, ERRAND_ORDER, (wall_t){ (int64_t)rng_below(&r, TIMES) });
		else
			agenda_drop(&g, a);
		CHECK(agenda_first(&g) == soonest(all));
		CHECK_INT(agenda_due(&g).us, g.n == 0 ? INT64_MAX : soonest(all)->at.us);
	}
	check_row("all of them, in order");
	for (const struct appointment *a; (a = soonest(all)) != NULL;) {
		CHECK(agenda_first(&g) == a);
		agenda_drop(&g, agenda_first(&g));
	}
	CHECK(agenda_first(&g) == NULL);
	agenda_fini(&g);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(the_soonest_comes_first),
	};

	return cmocka_run_group_tests_name("simex_agenda", tests, NULL, NULL);
}
