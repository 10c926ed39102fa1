/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "orderd/blotter.h"

#include <stdlib.h>

enum { NAMES_N = 40, STEPS = 20000 };

static struct order *
add(struct blotter *b, int no)
{
	struct terms	 t = { .side = SIDE_SELL, .qty = DEC_ONE, .px = DEC_NONE };

	text_putf(t.clord_id, sizeof(t.clord_id), "o%d", no);
	return blotter_add(b, &t);
}

static struct order *
find(const struct blotter *b, int no)
{
	char	 name[CLORD_ID];

	text_putf(name, sizeof(name), "o%d", no);
	return blotter_find(b, name);
}

static void
a_new_order_has_nothing_behind_it(void **state)
{
	struct blotter	 b;

	(void)state;
	check_row("new");
	blotter_init(&b);
	CHECK(find(&b, 1) == NULL);
	struct order	*o = add(&b, 1);
	CHECK(find(&b, 1) == o && find(&b, 2) == NULL);
	CHECK_INT(o->state, ORD_NEW);
	CHECK_STR(o->o.clord_id, "o1");
	CHECK_INT(o->o.side, SIDE_SELL);
	CHECK_DEC(o->cum_qty, "0");
	CHECK_DEC(o->cost, "0");
	CHECK_DEC(o->told_qty, "0");
	CHECK(o->doubt.at.us == MONO_NEVER.us);
	CHECK(!o->retired && o->item == NULL && o->refusal.code == DENY_NONE);
	blotter_remove(&b, o);
	CHECK(find(&b, 1) == NULL && TAILQ_EMPTY(&b.live));
	blotter_fini(&b);
}

/* The oldest of what is over go, the youngest BLOTTER_RETIRED stay. */
static void
what_is_over_is_kept_a_while(void **state)
{
	enum { MORE = 10 };
	struct blotter	 b;

	(void)state;
	blotter_init(&b);
	struct order	*live = add(&b, BLOTTER_RETIRED + MORE);
	for (int i = 0; i < BLOTTER_RETIRED + MORE; i++) {
		check_row("order %d", i);
		struct order	*o = add(&b, i);
		doubt_ask(&o->doubt, (mono_t){ 5 });
		o->sync_no = 3;
		blotter_retire(&b, o);
		blotter_retire(&b, o);		/* once more says nothing new */
		CHECK(o->retired && o->sync_no == 0 && o->doubt.at.us == MONO_NEVER.us);
		CHECK_INT(b.nretired, i < BLOTTER_RETIRED ? i + 1 : BLOTTER_RETIRED);
		CHECK(find(&b, i) == o && find(&b, i - BLOTTER_RETIRED) == NULL);
	}
	check_row("what is left");
	CHECK(find(&b, MORE - 1) == NULL && find(&b, MORE) != NULL);
	CHECK(TAILQ_FIRST(&b.live) == live && TAILQ_NEXT(live, link) == NULL);
	CHECK(find(&b, BLOTTER_RETIRED + MORE) == live);
	blotter_fini(&b);
}

/* Somebody waits for its outcome, or it is being written: it stays, and so do all behind it. */
static void
nobody_goes_who_is_needed(void **state)
{
	static const struct { const char *name; bool item; int writing; } rows[] = {
		{ "its outcome is not told", true, 0 },
		{ "it is being written", false, 1 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct blotter	 b;

		blotter_init(&b);
		struct order	*needed = add(&b, 0);
		needed->item = rows[i].item ? (struct item *)(void *)needed : NULL;
		needed->writing = rows[i].writing;
		blotter_retire(&b, needed);
		for (int n = 1; n < BLOTTER_RETIRED + 5; n++)
			blotter_retire(&b, add(&b, n));
		check_row("%s", rows[i].name);
		CHECK(find(&b, 0) == needed && find(&b, 1) != NULL);
		CHECK_INT(b.nretired, BLOTTER_RETIRED + 5);
		needed->item = NULL;
		needed->writing = 0;
		blotter_retire(&b, add(&b, BLOTTER_RETIRED + 5));
		CHECK_INT(b.nretired, BLOTTER_RETIRED);
		CHECK(find(&b, 5) == NULL && find(&b, 6) != NULL);
		blotter_fini(&b);
	}
}

/* ---- any history ------------------------------------------------------------------- */

enum fate { UNKNOWN, LIVE, RETIRED };

/* Live orders stand in order of arrival, and what is found is what is known. */
static void
check_against(const struct blotter *b, const enum fate fates[NAMES_N], const int born[NAMES_N])
{
	const struct order	*o;
	int			 live = 0, retired = 0, last = -1, known = 0;

	TAILQ_FOREACH(o, &b->live, link) {
		const int	 no = atoi(o->o.clord_id + 1);

		CHECK_INT(fates[no], LIVE);
		CHECK(born[no] > last && !o->retired);
		last = born[no];
		live++;
	}
	TAILQ_FOREACH(o, &b->retired, link) {
		CHECK_INT(fates[atoi(o->o.clord_id + 1)], RETIRED);
		retired++;
	}
	CHECK_INT(b->nretired, retired);
	CHECK_INT(b->map.n, live + retired);
	for (int i = 0; i < NAMES_N; i++) {
		const struct order	*found = find(b, i);

		CHECK_INT(found != NULL, fates[i] != UNKNOWN);
		known += found != NULL;
	}
	CHECK_INT(known, live + retired);
}

static void
any_history_keeps_lists_and_names(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	enum fate	 fates[NAMES_N] = { UNKNOWN };
	int		 born[NAMES_N] = { 0 };
	struct blotter	 b;

	(void)state;
	blotter_init(&b);
	for (int i = 0; i < STEPS; i++) {
		const int	 no = (int)rng_below(&r, NAMES_N);

		check_row("step %d, o%d", i, no);
		if (fates[no] == UNKNOWN) {
			add(&b, no);
			fates[no] = LIVE;
			born[no] = i;
		} else if (fates[no] == LIVE && rng_below(&r, 2) == 0) {
			blotter_retire(&b, find(&b, no));
			fates[no] = RETIRED;
		} else {
			blotter_remove(&b, find(&b, no));
			fates[no] = UNKNOWN;
		}
		check_against(&b, fates, born);
	}
	blotter_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_new_order_has_nothing_behind_it),
		cmocka_unit_test(what_is_over_is_kept_a_while),
		cmocka_unit_test(nobody_goes_who_is_needed),
		cmocka_unit_test(any_history_keeps_lists_and_names),
	};

	return cmocka_run_group_tests_name("blotter", tests, NULL, NULL);
}
