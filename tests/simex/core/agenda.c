/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/agenda.h"

#include "base/die.h"

#include <stdbool.h>
#include <stdlib.h>

enum { AGENDA_START = 64 };

static bool
is_before(const struct appointment *a, const struct appointment *b)
{
	return a->at.us != b->at.us ? a->at.us < b->at.us : a->number < b->number;
}

static void
seat(struct agenda *g, struct appointment *a, size_t place)
{
	g->v[place - 1] = a;
	a->place = place;
}

static void
rise(struct agenda *g, struct appointment *a, size_t place)
{
	for (; place > 1 && is_before(a, g->v[place / 2 - 1]); place /= 2)
		seat(g, g->v[place / 2 - 1], place);
	seat(g, a, place);
}

static void
sink(struct agenda *g, struct appointment *a, size_t place)
{
	for (size_t below; (below = place * 2) <= g->n; place = below) {
		if (below < g->n && is_before(g->v[below], g->v[below - 1]))
			below++;
		if (!is_before(g->v[below - 1], a))
			break;
		seat(g, g->v[below - 1], place);
	}
	seat(g, a, place);
}

void
agenda_put(struct agenda *g, struct appointment *a, enum errand errand, wall_t at)
{
	agenda_drop(g, a);
	if (g->n == g->cap) {
		g->cap = g->cap == 0 ? AGENDA_START : g->cap * 2;
		g->v = xrealloc(g->v, g->cap * sizeof(struct appointment *));
	}
	a->at = at;
	a->errand = errand;
	a->number = g->made++;
	rise(g, a, ++g->n);
}

void
agenda_drop(struct agenda *g, struct appointment *a)
{
	const size_t	 place = a->place;

	if (place == 0)
		return;
	struct appointment	*last = g->v[--g->n];
	a->place = 0;
	if (last == a)
		return;
	if (place > 1 && is_before(last, g->v[place / 2 - 1]))
		rise(g, last, place);
	else
		sink(g, last, place);
}

struct appointment *
agenda_first(const struct agenda *g)
{
	return g->n == 0 ? NULL : g->v[0];
}

wall_t
agenda_due(const struct agenda *g)
{
	return g->n == 0 ? (wall_t){ INT64_MAX } : g->v[0]->at;
}

void
agenda_fini(struct agenda *g)
{
	free(g->v);
	*g = (struct agenda){ 0 };
}
