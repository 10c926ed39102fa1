/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/clock.h"

static void
set_and_unset(void **state)
{
	(void)state;
	check_row("zero is not set");
	CHECK(!mono_is_set(MONO_UNSET));
	CHECK(!wall_is_set(WALL_UNSET));
	CHECK(mono_is_set((mono_t){ 1 }));
	CHECK(wall_is_set((wall_t){ -1 }));
	CHECK(mono_is_set(MONO_NEVER));
}

static void
order_of_instants(void **state)
{
	static const struct { const char *name; int64_t a, b; bool before; } rows[] = {
		{ "earlier", 1, 2, true }, { "later", 2, 1, false }, { "same", 2, 2, false },
		{ "never is last", INT64_MAX - 1, INT64_MAX, true },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const mono_t	 a = { rows[i].a }, b = { rows[i].b };

		check_row("%s", rows[i].name);
		CHECK_INT(mono_before(a, b), rows[i].before);
		CHECK_INT(mono_min(a, b).us, mono_min(b, a).us);
		CHECK(!mono_before(a, mono_min(a, b)) && !mono_before(b, mono_min(a, b)));
	}
}

/* A part of a millisecond is not one: what is given back was really waited. */
static void
units(void **state)
{
	const mono_t	 t = { 1500 };
	const wall_t	 w = wall_from_ms(INT64_C(1795256152380));

	(void)state;
	check_row("milliseconds and microseconds");
	CHECK_INT(mono_after_ms(t, 250).us, 251500);
	CHECK_INT(mono_after_ms(t, -1).us, 500);
	CHECK_INT(mono_diff_ms(mono_after_ms(t, 250), t), 250);
	CHECK_INT(mono_diff_us((mono_t){ 2499 }, t), 999);
	CHECK_INT(mono_diff_ms((mono_t){ 2499 }, t), 0);
	CHECK_INT(mono_diff_ms((mono_t){ 2500 }, t), 1);
	CHECK_INT(wall_ms(w), INT64_C(1795256152380));
	CHECK_INT(wall_ms(wall_add_us(w, 999)), INT64_C(1795256152380));
	CHECK_INT(wall_ms(wall_add_us(w, 1000)), INT64_C(1795256152381));
	CHECK_INT(wall_diff_ms(wall_add_us(w, 60000000), w), 60000);
	CHECK_INT(wall_diff_ms(w, wall_add_us(w, 60000000)), -60000);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(set_and_unset),
		cmocka_unit_test(order_of_instants),
		cmocka_unit_test(units),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
