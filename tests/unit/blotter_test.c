/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "orderd/blotter.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMES_N = 40, IDS_N = 12, STEPS = 20000 };

static struct order *
add_on(struct blotter *b, int no, const char *symbol)
{
	struct terms	 t = { .side = SIDE_SELL, .qty = DEC_ONE, .px = DEC_NONE };

	text_putf(t.clord_id, sizeof(t.clord_id), "o%d", no);
	text_put(t.symbol, sizeof(t.symbol), symbol);
	return blotter_add(b, &t);
}

static struct order *
add(struct blotter *b, int no)
{
	return add_on(b, no, "BTCUSDT");
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
	CHECK_DEC(o->qty, "1");
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
		blotter_sync(&b, o, 3, (mono_t){ 7 });
		CHECK_INT(b.nsync, 1);
		blotter_retire(&b, o);
		blotter_retire(&b, o);		/* once more says nothing new */
		CHECK_INT(b.nsync, 0);
		CHECK_INT(blotter_nlive(&b), 1);
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

/* ---- by the exchange's id ------------------------------------------------------------ */

static void
name(struct blotter *b, struct order *o, int64_t order_id)
{
	o->order_id = order_id;
	blotter_named(b, o);
}

static void
found_by_its_id_once_it_is_named(void **state)
{
	struct blotter	 b;

	(void)state;
	blotter_init(&b);
	struct order	*o = add(&b, 1), *other = add_on(&b, 2, "ETHUSDT");
	check_row("not named yet");
	blotter_named(&b, o);
	CHECK(blotter_find_id(&b, "BTCUSDT", 0) == NULL);
	check_row("named");
	name(&b, o, INT64_C(8389765739703625592));
	blotter_named(&b, o);
	CHECK(blotter_find_id(&b, "BTCUSDT", INT64_C(8389765739703625592)) == o);
	CHECK(blotter_find_id(&b, "BTCUSDT", INT64_C(8389765739703625591)) == NULL);
	CHECK(blotter_find_id(&b, "ETHUSDT", INT64_C(8389765739703625592)) == NULL);
	check_row("the same id on another symbol is another order");
	name(&b, other, INT64_C(8389765739703625592));
	CHECK(blotter_find_id(&b, "ETHUSDT", INT64_C(8389765739703625592)) == other);
	CHECK(blotter_find_id(&b, "BTCUSDT", INT64_C(8389765739703625592)) == o);
	check_row("what is over is found still");
	blotter_retire(&b, o);
	CHECK(blotter_find_id(&b, "BTCUSDT", INT64_C(8389765739703625592)) == o);
	check_row("what is removed is not");
	blotter_remove(&b, o);
	CHECK(blotter_find_id(&b, "BTCUSDT", INT64_C(8389765739703625592)) == NULL);
	CHECK_INT(b.by_id.n, 1);
	blotter_fini(&b);
}

static void
an_id_given_twice_stays_with_the_first(void **state)
{
	struct blotter	 b;

	(void)state;
	for (int first_goes = 0; first_goes < 2; first_goes++) {
		blotter_init(&b);
		struct order	*first = add(&b, 1), *second = add(&b, 2);
		check_row("given twice");
		name(&b, first, 7);
		name(&b, second, 7);
		CHECK(blotter_find_id(&b, "BTCUSDT", 7) == first);
		if (first_goes) {
			check_row("the first goes");
			blotter_remove(&b, first);
			CHECK(blotter_find_id(&b, "BTCUSDT", 7) == NULL);
			blotter_named(&b, second);
			CHECK(blotter_find_id(&b, "BTCUSDT", 7) == second);
		} else {
			check_row("the second goes");
			blotter_remove(&b, second);
			CHECK(blotter_find_id(&b, "BTCUSDT", 7) == first);
		}
		blotter_fini(&b);
	}
}

/* ---- what is asked for ------------------------------------------------------------------ */

/* The numbers of those to be asked for, as they are walked. */
static const char *
asked(struct blotter *b, char text[200])
{
	size_t	 n = 0;

	text[0] = '\0';
	for (struct order *o = blotter_next_ask(b, NULL); o != NULL; o = blotter_next_ask(b, o))
		n += (size_t)snprintf(text + n, 200 - n, "%s ", o->o.clord_id + 1);
	return text;
}

static void
those_with_nothing_to_ask_are_swept(void **state)
{
	struct order	*o[5];
	struct blotter	 b;
	char		 text[200];

	(void)state;
	blotter_init(&b);
	check_row("none");
	CHECK_STR(asked(&b, text), "");
	for (int i = 0; i < (int)NITEMS(o); i++) {
		o[i] = add(&b, i);
		doubt_ask(&o[i]->doubt, (mono_t){ 5 });
		blotter_ask(&b, o[i]);
		blotter_ask(&b, o[i]);		/* once is enough */
	}
	check_row("as they came");
	CHECK_STR(asked(&b, text), "0 1 2 3 4 ");
	check_row("the first, one in the middle and the last have nothing more to ask");
	doubt_end(&o[0]->doubt);
	doubt_end(&o[2]->doubt);
	doubt_end(&o[4]->doubt);
	CHECK_STR(asked(&b, text), "1 3 ");
	CHECK(!o[0]->asked_for && o[1]->asked_for && !o[2]->asked_for && !o[4]->asked_for);
	check_row("one comes again, behind the others");
	doubt_ask(&o[0]->doubt, (mono_t){ 9 });
	CHECK_STR(asked(&b, text), "1 3 ");
	blotter_ask(&b, o[0]);
	CHECK_STR(asked(&b, text), "1 3 0 ");
	check_row("a question is under way: it stays, for its answer sets a time");
	doubt_sent(&o[1]->doubt);
	doubt_end(&o[1]->doubt);
	CHECK_STR(asked(&b, text), "1 3 0 ");
	check_row("one is over, one removed");
	blotter_retire(&b, o[3]);
	blotter_remove(&b, o[1]);
	CHECK_STR(asked(&b, text), "0 ");
	blotter_fini(&b);
}

static void
those_to_be_compared_are_counted(void **state)
{
	struct blotter	 b;

	(void)state;
	blotter_init(&b);
	struct order	*x = add(&b, 1), *y = add(&b, 2);
	check_row("none");
	CHECK_INT(b.nsync, 0);
	check_row("two, one of them twice");
	blotter_sync(&b, x, 3, (mono_t){ 7 });
	blotter_sync(&b, y, 3, (mono_t){ 7 });
	blotter_sync(&b, x, 4, (mono_t){ 9 });
	CHECK_INT(b.nsync, 2);
	CHECK_INT(x->sync_no, 4);
	CHECK_INT(x->sync_at.us, 9);
	check_row("one is compared, twice");
	blotter_synced(&b, x);
	blotter_synced(&b, x);
	CHECK_INT(b.nsync, 1);
	CHECK_INT(x->sync_no, 0);
	check_row("the other goes");
	blotter_remove(&b, y);
	CHECK_INT(b.nsync, 0);
	blotter_fini(&b);
}

/* ---- any history ------------------------------------------------------------------- */

enum fate { UNKNOWN, LIVE, RETIRED };

/* What is known of each name without any blotter; and whose an id is, -1: nobody's. */
struct known {
	struct {
		enum fate	fate;
		int		born;
		bool		listed, to_ask, sync;
	} v[NAMES_N];
	int	owner[IDS_N];
};

/* Live orders stand in order of arrival, and what is found is what is known. */
static void
check_lists(const struct blotter *b, const struct known *k)
{
	const struct order	*o;
	size_t			 live = 0, retired = 0, nsync = 0, known = 0;
	int			 last = -1;

	TAILQ_FOREACH(o, &b->live, link) {
		const int	 no = atoi(o->o.clord_id + 1);

		CHECK_INT(k->v[no].fate, LIVE);
		CHECK(k->v[no].born > last && !o->retired);
		last = k->v[no].born;
		live++;
	}
	TAILQ_FOREACH(o, &b->retired, link) {
		CHECK_INT(k->v[atoi(o->o.clord_id + 1)].fate, RETIRED);
		retired++;
	}
	CHECK_INT(b->nretired, retired);
	CHECK_INT(blotter_nlive(b), live);
	CHECK_INT(b->map.n, live + retired);
	for (int i = 0; i < NAMES_N; i++) {
		const struct order	*found = find(b, i);

		CHECK_INT(found != NULL, k->v[i].fate != UNKNOWN);
		CHECK(found == NULL || (found->sync_no != 0) == k->v[i].sync);
		known += found != NULL;
		nsync += k->v[i].sync;
	}
	CHECK_INT(known, live + retired);
	CHECK_INT(b->nsync, nsync);
}

static void
check_ids(const struct blotter *b, const struct known *k)
{
	size_t	 n = 0;

	for (int id = 1; id < IDS_N; id++) {
		const struct order	*o = blotter_find_id(b, "BTCUSDT", id);

		CHECK_INT(o == NULL ? -1 : atoi(o->o.clord_id + 1), k->owner[id]);
		n += o != NULL;
	}
	CHECK_INT(b->by_id.n, n);
}

/* Each that is listed and has something to ask is met once; the others are not listed any more. */
static void
check_asks(struct blotter *b, struct known *k)
{
	bool	 met[NAMES_N] = { false };

	for (struct order *o = blotter_next_ask(b, NULL); o != NULL; o = blotter_next_ask(b, o)) {
		const int	 no = atoi(o->o.clord_id + 1);

		CHECK(!met[no]);
		met[no] = true;
	}
	for (int i = 0; i < NAMES_N; i++) {
		k->v[i].listed = k->v[i].listed && k->v[i].to_ask;
		CHECK_INT(met[i], k->v[i].listed);
		CHECK(find(b, i) == NULL || find(b, i)->asked_for == met[i]);
	}
}

static void
forget(struct known *k, int no)
{
	k->v[no].fate = UNKNOWN;
	k->v[no].listed = k->v[no].to_ask = k->v[no].sync = false;
	for (int id = 0; id < IDS_N; id++)
		if (k->owner[id] == no)
			k->owner[id] = -1;
}

/* The exchange names an order once; ids are few here, so that some are given twice. */
static void
name_it(struct blotter *b, struct known *k, int no, struct rng *r)
{
	struct order	*o = find(b, no);

	name(b, o, o->order_id == 0 ? 1 + (int64_t)rng_below(r, IDS_N - 1) : o->order_id);
	if (k->owner[o->order_id] == -1)
		k->owner[o->order_id] = no;
}

static void
touch(struct blotter *b, struct known *k, int no, struct rng *r)
{
	struct order	*o = find(b, no);

	switch (rng_below(r, 6)) {
	case 0:
		name_it(b, k, no, r);
		break;
	case 1:
		doubt_ask(&o->doubt, (mono_t){ 5 });
		k->v[no].to_ask = true;
		break;
	case 2:
		doubt_end(&o->doubt);
		k->v[no].to_ask = false;
		break;
	case 3:
		blotter_ask(b, o);
		k->v[no].listed = true;
		break;
	case 4:
		blotter_sync(b, o, 1 + (int64_t)rng_below(r, 3), (mono_t){ 5 });
		k->v[no].sync = true;
		break;
	default:
		blotter_synced(b, o);
		k->v[no].sync = false;
	}
}

static void
any_history_keeps_lists_and_names(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct known	 k = { .owner = { 0 } };
	struct blotter	 b;

	(void)state;
	for (int id = 0; id < IDS_N; id++)
		k.owner[id] = -1;
	blotter_init(&b);
	for (int i = 0; i < STEPS; i++) {
		const int	 no = (int)rng_below(&r, NAMES_N);

		check_row("step %d, o%d", i, no);
		if (k.v[no].fate == UNKNOWN) {
			add(&b, no);
			k.v[no].fate = LIVE;
			k.v[no].born = i;
		} else if (rng_below(&r, 4) != 0) {
			touch(&b, &k, no, &r);
		} else if (k.v[no].fate == LIVE && rng_below(&r, 2) == 0) {
			blotter_retire(&b, find(&b, no));
			k.v[no].fate = RETIRED;
			k.v[no].to_ask = k.v[no].sync = false;
		} else {
			blotter_remove(&b, find(&b, no));
			forget(&k, no);
		}
		check_lists(&b, &k);
		check_ids(&b, &k);
		if (rng_below(&r, 4) == 0)
			check_asks(&b, &k);
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
		cmocka_unit_test(found_by_its_id_once_it_is_named),
		cmocka_unit_test(an_id_given_twice_stays_with_the_first),
		cmocka_unit_test(those_with_nothing_to_ask_are_swept),
		cmocka_unit_test(those_to_be_compared_are_counted),
		cmocka_unit_test(any_history_keeps_lists_and_names),
	};

	return cmocka_run_group_tests_name("blotter", tests, NULL, NULL);
}
