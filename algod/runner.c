/* SPDX-License-Identifier: BSD-2-Clause */
#include "algod/runner.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

void
runner_init(struct runner *r)
{
	*r = (struct runner){ .map = { 0 } };
	TAILQ_INIT(&r->list);
}

void
runner_fini(struct runner *r)
{
	struct run	*x;

	while ((x = TAILQ_FIRST(&r->list)) != NULL)
		runner_remove(r, x);
	map_fini(&r->map);
}

struct run *
runner_add(struct runner *r, const struct algo *a, const char *id)
{
	struct run	*x = xcalloc(1, a->size);

	fields_blank(a->state, x, a->size);
	x->algo = a;
	x->wake = MONO_NEVER;
	text_put(x->id, sizeof(x->id), id);
	map_put(&r->map, &x->node, x->id);
	TAILQ_INSERT_TAIL(&r->list, x, link);
	return x;
}

struct run *
runner_find(const struct runner *r, const char *id)
{
	struct node	*n = map_find(&r->map, id);

	return n == NULL ? NULL : MAP_OF(n, struct run, node);
}

void
runner_remove(struct runner *r, struct run *x)
{
	map_remove(&r->map, &x->node);
	TAILQ_REMOVE(&r->list, x, link);
	free(x);
}

bool
runner_follows(const struct runner *r, const char *symbol)
{
	const struct run	*x;

	TAILQ_FOREACH(x, &r->list, link)
		if (!x->over && text_eq(x->symbol, symbol))
			return true;
	return false;
}
