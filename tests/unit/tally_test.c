/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "riskd/tally.h"

enum { KEYS = 5, STEPS = 20000 };

static const char *const	keys[KEYS] = { "BTCUSDT", "ETHUSDT", "a/b", "", "\"x\"" };

static void
sums_by_key(void **state)
{
	struct tally	 t = { 0 };
	struct buf	 b = { 0 };

	(void)state;
	check_row("sums");
	CHECK_DEC(tally_get(&t, "BTCUSDT"), "0");
	tally_add(&t, "BTCUSDT", D("1.5"));
	tally_add(&t, "ETHUSDT", D("-2"));
	tally_add(&t, "BTCUSDT", D("-0.5"));
	tally_add(&t, "BTCUSDT", DEC_NONE);
	CHECK_DEC(tally_get(&t, "BTCUSDT"), "1");
	CHECK_DEC(tally_get(&t, "ETHUSDT"), "-2");
	tally_add(&t, "ETHUSDT", D("2"));
	CHECK_DEC(tally_get(&t, "ETHUSDT"), "0");
	CHECK_INT(t.map.n, 1);
	tally_print(&t, &b);
	CHECK_STR(buf_text(&b), "{\"BTCUSDT\":1}");
	buf_free(&b);
	tally_fini(&t);
}

/* 50 000 orders of a cheap coin: no number of ours, and exact when they are gone again. */
static void
too_large_for_a_while(void **state)
{
	const dec_t	 most = D("90000000000");
	struct tally	 t = { 0 };

	(void)state;
	for (int sign = -1; sign <= 1; sign += 2) {
		const dec_t	 d = sign < 0 ? dec_neg(most) : most;

		check_row("sign %d", sign);
		for (int i = 0; i < 50000; i++)
			tally_add(&t, "XUSDT", d);
		tally_add(&t, "XUSDT", D("0.00000001"));
		CHECK_DEC(tally_get(&t, "XUSDT"), "null");
		for (int i = 0; i < 50000; i++)
			tally_add(&t, "XUSDT", dec_neg(d));
		CHECK_DEC(tally_get(&t, "XUSDT"), "0.00000001");
		tally_add(&t, "XUSDT", D("-0.00000001"));
	}
	tally_fini(&t);
}

static void
sum_is_what_a_scan_finds(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct tally	 t = { 0 };
	int64_t		 want[KEYS] = { 0 };

	(void)state;
	for (int n = 0; n < STEPS; n++) {
		const size_t	 k = rng_below(&r, KEYS);
		const dec_t	 d = { rng_below(&r, 4) == 0 ? -want[k] :
				    (int64_t)rng_below(&r, 2000) - 1000 };

		check_row("step %d", n);
		tally_add(&t, keys[k], d);
		want[k] += d.e8;
		size_t	 held = 0;
		for (size_t i = 0; i < KEYS; i++) {
			CHECK_INT(tally_get(&t, keys[i]).e8, want[i]);
			held += want[i] != 0;
		}
		CHECK_INT(t.map.n, held);
	}
	tally_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(sums_by_key),
		cmocka_unit_test(too_large_for_a_while),
		cmocka_unit_test(sum_is_what_a_scan_finds),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
