/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/map.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OBJECTS = 500, STEPS = 20000, FEW = 5 };

struct thing {
	char		key[16];
	bool		in;
	int		seen;
	struct node	node;
};

/* Keys share a beginning and a length, as ids do. */
static struct thing *
new_things(size_t n)
{
	struct thing	*t = calloc(n, sizeof(*t));

	for (size_t i = 0; i < n; i++)
		snprintf(t[i].key, sizeof(t[i].key), "PMS%06zu", i);
	return t;
}

static void
put(struct map *m, struct thing *t)
{
	map_put(m, &t->node, t->key);
	t->in = true;
}

static struct thing *
find(const struct map *m, const char *key)
{
	struct node	*n = map_find(m, key);

	return n == NULL ? NULL : MAP_OF(n, struct thing, node);
}

static void
empty_finds_nothing(void **state)
{
	struct map	 m = { 0 };
	struct map_iter	 it = map_each(&m);

	(void)state;
	check_row("zeroed");
	CHECK(map_find(&m, "") == NULL);
	CHECK(map_find(&m, "BTCUSDT") == NULL);
	CHECK(map_next(&it) == NULL);
	CHECK(map_next(&it) == NULL);
	map_fini(&m);
}

static void
keys_are_texts(void **state)
{
	struct thing	 a = { .key = "" }, b = { .key = "BTCUSDT" };
	struct map	 m = { 0 };
	char		 other[] = "BTCUSDT";

	(void)state;
	check_row("equal bytes elsewhere");
	put(&m, &a);
	put(&m, &b);
	CHECK(find(&m, other) == &b);
	CHECK(find(&m, "") == &a);
	CHECK(find(&m, "btcusdt") == NULL);
	CHECK(find(&m, "BTCUSD") == NULL);
	map_fini(&m);
	CHECK(map_find(&m, other) == NULL);
}

/* Each is found or not as it is in or not; iteration meets each that is in once. */
static void
check_all(const struct map *m, struct thing *t, size_t n)
{
	struct map_iter	 it = map_each(m);
	struct node	*node;
	size_t		 in = 0;

	for (size_t i = 0; i < n; i++) {
		CHECK(find(m, t[i].key) == (t[i].in ? &t[i] : NULL));
		t[i].seen = 0;
		in += t[i].in;
	}
	while ((node = map_next(&it)) != NULL)
		MAP_OF(node, struct thing, node)->seen++;
	for (size_t i = 0; i < n; i++)
		CHECK_INT(t[i].seen, t[i].in);
	CHECK_INT(m->n, in);
}

static void
finds_exactly_what_is_in(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct thing	*t = new_things(OBJECTS);
	struct map	 m = { 0 };

	(void)state;
	for (int step = 0; step < STEPS; step++) {
		struct thing	*one = &t[rng_below(&r, OBJECTS)];

		check_row("step %d key %s", step, one->key);
		if (!one->in) {
			put(&m, one);
		} else {
			map_remove(&m, &one->node);
			one->in = false;
		}
		CHECK(find(&m, one->key) == (one->in ? one : NULL));
		if (step % 500 == 0)
			check_all(&m, t, OBJECTS);
	}
	check_all(&m, t, OBJECTS);
	map_fini(&m);
	free(t);
}

/* The order in which objects came and went leaves no trace. */
static void
remove_in_order(const size_t *order, size_t n, void *arg)
{
	struct thing	*t = arg;
	struct map	 m = { 0 };

	check_row("order %zu %zu %zu %zu %zu", order[0], order[1], order[2], order[3], order[4]);
	for (size_t i = 0; i < n; i++)
		put(&m, &t[i]);
	for (size_t i = 0; i < n; i++) {
		map_remove(&m, &t[order[i]].node);
		t[order[i]].in = false;
		check_all(&m, t, n);
	}
	map_fini(&m);
}

static void
any_order_of_removal(void **state)
{
	struct thing	*t = new_things(FEW);

	(void)state;
	each_permutation(FEW, remove_in_order, t);
	free(t);
}

static void
the_visited_may_be_removed(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct thing	*t = new_things(OBJECTS);
	struct map	 m = { 0 };
	struct map_iter	 it;
	struct node	*n;
	int		 met = 0;

	(void)state;
	check_row("half of them, while iterating");
	for (size_t i = 0; i < OBJECTS; i++)
		put(&m, &t[i]);
	for (it = map_each(&m); (n = map_next(&it)) != NULL; met++) {
		struct thing	*one = MAP_OF(n, struct thing, node);

		if (rng_below(&r, 2) == 0)
			continue;
		map_remove(&m, n);
		memset(n, 0xff, sizeof(*n));	/* its owner may free it at once */
		one->in = false;
	}
	CHECK_INT(met, OBJECTS);
	check_all(&m, t, OBJECTS);
	map_fini(&m);
	free(t);
}

static void
put_twice(void)
{
	struct thing	 a = { .key = "same" }, b = { .key = "same" };
	struct map	 m = { 0 };

	put(&m, &a);
	put(&m, &b);
}

static void
remove_twice(void)
{
	struct thing	 a = { .key = "one" }, b = { .key = "other" };
	struct map	 m = { 0 };

	put(&m, &a);
	put(&m, &b);
	map_remove(&m, &a.node);
	map_remove(&m, &a.node);
}

static void
a_wrong_book_is_a_bug(void **state)
{
	(void)state;
	check_row("twice");
	CHECK_PANICS(put_twice);
	CHECK_PANICS(remove_twice);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(empty_finds_nothing),
		cmocka_unit_test(keys_are_texts),
		cmocka_unit_test(finds_exactly_what_is_in),
		cmocka_unit_test(any_order_of_removal),
		cmocka_unit_test(the_visited_may_be_removed),
		cmocka_unit_test(a_wrong_book_is_a_bug),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
