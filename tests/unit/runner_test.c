/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "algod/runner.h"
#include "base/text.h"

#include <string.h>

static struct run *
add(struct runner *r, const char *id, const char *symbol)
{
	struct run	*x = runner_add(r, &algo_trail_stop, id);

	text_put(x->symbol, sizeof(x->symbol), symbol);
	return x;
}

static void
a_new_one_is_blank(void **state)
{
	struct runner	 r;
	struct buf	 text = { 0 };

	(void)state;
	check_row("blank");
	runner_init(&r);
	const struct run	*x = runner_add(&r, &algo_trail_stop, "ts_1");
	CHECK(x->algo == &algo_trail_stop);
	CHECK_STR(x->id, "ts_1");
	CHECK_INT(x->status, RUN_ACTIVE);
	CHECK(!x->over && x->wake.us == MONO_NEVER.us && x->version == 0);
	/* No number stands in it that nobody has put there. */
	x->algo->show(x, &text);
	CHECK_STR(buf_text(&text), "\"side\":\"LONG\",\"callbackPct\":null,\"extremePrice\":null,"
	    "\"triggerPrice\":null,\"activated\":false,\"activationPrice\":null,\"quantity\":null,"
	    "\"positionId\":null");
	buf_free(&text);
	runner_fini(&r);
}

static void
found_by_name_listed_by_age(void **state)
{
	static const char *const	 ids[] = { "ts_c", "ts_a", "ts_b" };
	struct runner			 r;
	const struct run		*x;

	(void)state;
	check_row("three");
	runner_init(&r);
	CHECK(runner_find(&r, "ts_a") == NULL);
	for (size_t k = 0; k < NITEMS(ids); k++)
		add(&r, ids[k], "BTCUSDT");
	x = TAILQ_FIRST(&r.list);
	for (size_t k = 0; k < NITEMS(ids); k++, x = TAILQ_NEXT(x, link)) {
		CHECK_STR(x->id, ids[k]);
		CHECK(runner_find(&r, ids[k]) == x);
	}
	CHECK(x == NULL);
	runner_remove(&r, runner_find(&r, "ts_a"));
	CHECK(runner_find(&r, "ts_a") == NULL);
	CHECK(runner_find(&r, "ts_c") == TAILQ_FIRST(&r.list));
	CHECK(runner_find(&r, "ts_b") == TAILQ_NEXT(TAILQ_FIRST(&r.list), link));
	CHECK_INT(r.map.n, 2);
	runner_fini(&r);
}

/* Ticks of a symbol are wanted as long as one that is not over follows it. */
static void
symbols_that_are_followed(void **state)
{
	struct runner	 r;

	(void)state;
	check_row("followed");
	runner_init(&r);
	CHECK(!runner_follows(&r, "BTCUSDT"));
	struct run	*a = add(&r, "ts_a", "BTCUSDT");
	struct run	*b = add(&r, "ts_b", "BTCUSDT");
	add(&r, "ts_c", "ETHUSDT");
	CHECK(runner_follows(&r, "BTCUSDT") && runner_follows(&r, "ETHUSDT"));
	CHECK(!runner_follows(&r, "BTCUSD") && !runner_follows(&r, ""));
	a->over = true;
	CHECK(runner_follows(&r, "BTCUSDT"));
	b->over = true;
	CHECK(!runner_follows(&r, "BTCUSDT") && runner_follows(&r, "ETHUSDT"));
	runner_fini(&r);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_new_one_is_blank),
		cmocka_unit_test(found_by_name_listed_by_age),
		cmocka_unit_test(symbols_that_are_followed),
	};

	return cmocka_run_group_tests_name("runner", tests, NULL, NULL);
}
