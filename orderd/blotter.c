/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/blotter.h"

#include "base/die.h"

#include <stdlib.h>

void
blotter_init(struct blotter *b)
{
	*b = (struct blotter){ .nretired = 0 };
	TAILQ_INIT(&b->live);
	TAILQ_INIT(&b->retired);
}

void
blotter_fini(struct blotter *b)
{
	struct order	*o;

	while ((o = TAILQ_FIRST(&b->live)) != NULL || (o = TAILQ_FIRST(&b->retired)) != NULL)
		blotter_remove(b, o);
	map_fini(&b->map);
}

struct order *
blotter_add(struct blotter *b, const struct terms *terms)
{
	struct order	*o = xcalloc(1, sizeof(*o));

	o->o = *terms;
	o->state = ORD_NEW;
	o->cum_qty = o->cost = o->told_qty = DEC_ZERO;
	doubt_init(&o->doubt);
	map_put(&b->map, &o->node, o->o.clord_id);
	TAILQ_INSERT_TAIL(&b->live, o, link);
	return o;
}

struct order *
blotter_find(const struct blotter *b, const char *clord_id)
{
	struct node	*n = map_find(&b->map, clord_id);

	return n == NULL ? NULL : MAP_OF(n, struct order, node);
}

void
blotter_remove(struct blotter *b, struct order *o)
{
	map_remove(&b->map, &o->node);
	if (o->retired) {
		TAILQ_REMOVE(&b->retired, o, link);
		b->nretired--;
	} else
		TAILQ_REMOVE(&b->live, o, link);
	free(o->trades);
	free(o);
}

/* Not while somebody waits for its outcome or a write of it is under way. */
static bool
can_go(const struct order *o)
{
	return o->item == NULL && o->writing == 0;
}

void
blotter_retire(struct blotter *b, struct order *o)
{
	struct order	*oldest;

	doubt_end(&o->doubt);
	o->sync_no = 0;
	if (o->retired)
		return;
	o->retired = true;
	TAILQ_REMOVE(&b->live, o, link);
	TAILQ_INSERT_TAIL(&b->retired, o, link);
	b->nretired++;
	while (b->nretired > BLOTTER_RETIRED && can_go(oldest = TAILQ_FIRST(&b->retired)))
		blotter_remove(b, oldest);
}
