/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/barrier.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

struct barrier {
	char		name[BARRIER_NAME];
	int64_t		no;
	struct node	node;
};

void
barrier_name(const char *sub, const char *symbol, char name[BARRIER_NAME])
{
	text_putf(name, BARRIER_NAME, "%s%s%s", sub, *symbol == '\0' ? "" : " ", symbol);
}

static struct barrier *
find(const struct barriers *t, const char *name)
{
	struct node	*n = map_find(&t->map, name);

	return n == NULL ? NULL : MAP_OF(n, struct barrier, node);
}

void
barriers_put(struct barriers *t, const char *name, int64_t no)
{
	struct barrier	*b = find(t, name);

	if (b == NULL) {
		b = xcalloc(1, sizeof(*b));
		text_put(b->name, sizeof(b->name), name);
		map_put(&t->map, &b->node, b->name);
	}
	b->no = no > b->no ? no : b->no;
}

static bool
stops(const struct barriers *t, const char *sub, const char *symbol, int64_t no)
{
	char			 name[BARRIER_NAME];
	const struct barrier	*b;

	barrier_name(sub, symbol, name);
	b = find(t, name);
	return b != NULL && no < b->no;
}

bool
barriers_stop(const struct barriers *t, const char *sub, const char *symbol, int64_t no)
{
	return no != 0 && (stops(t, sub, "", no) || stops(t, sub, symbol, no));
}

void
barriers_sweep(struct barriers *t, int64_t no, void (*gone)(void *, const char *), void *arg)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL) {
		struct barrier	*b = MAP_OF(n, struct barrier, node);

		if (no - b->no <= BARRIER_KEEP_US)
			continue;
		gone(arg, b->name);
		map_remove(&t->map, n);
		free(b);
	}
}

void
barriers_fini(struct barriers *t)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		free(MAP_OF(n, struct barrier, node));
	map_fini(&t->map);
}
