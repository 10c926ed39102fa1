/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/blotter.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

void
blotter_init(struct blotter *b)
{
	*b = (struct blotter){ .nretired = 0 };
	TAILQ_INIT(&b->live);
	TAILQ_INIT(&b->retired);
	TAILQ_INIT(&b->asks);
}

void
blotter_fini(struct blotter *b)
{
	struct order	*o;

	while ((o = TAILQ_FIRST(&b->live)) != NULL || (o = TAILQ_FIRST(&b->retired)) != NULL)
		blotter_remove(b, o);
	map_fini(&b->map);
	map_fini(&b->by_id);
}

struct order *
blotter_add(struct blotter *b, const struct terms *terms)
{
	struct order	*o = xcalloc(1, sizeof(*o));

	o->o = *terms;
	o->state = ORD_NEW;
	o->qty = terms->qty;
	o->cum_qty = o->cost = o->told_qty = DEC_ZERO;
	doubt_init(&o->doubt);
	map_put(&b->map, &o->node, o->o.clord_id);
	TAILQ_INSERT_TAIL(&b->live, o, link);
	return o;
}

size_t
blotter_nlive(const struct blotter *b)
{
	return b->map.n - b->nretired;
}

struct order *
blotter_find(const struct blotter *b, const char *clord_id)
{
	struct node	*n = map_find(&b->map, clord_id);

	return n == NULL ? NULL : MAP_OF(n, struct order, node);
}

/* ---- by the exchange's id ------------------------------------------------------ */

static void
key_of(const char *symbol, int64_t order_id, char key[SYMBOL + 24])
{
	text_putf(key, SYMBOL + 24, "%s/%lld", symbol, (long long)order_id);
}

struct order *
blotter_find_id(const struct blotter *b, const char *symbol, int64_t order_id)
{
	char		 key[SYMBOL + 24];
	struct node	*n;

	key_of(symbol, order_id, key);
	n = map_find(&b->by_id, key);
	return n == NULL ? NULL : MAP_OF(n, struct order, id_node);
}

void
blotter_named(struct blotter *b, struct order *o)
{
	if (o->order_id == 0 || *o->id_key != '\0')
		return;
	key_of(o->o.symbol, o->order_id, o->id_key);
	if (map_find(&b->by_id, o->id_key) == NULL)
		map_put(&b->by_id, &o->id_node, o->id_key);
	else
		o->id_key[0] = '\0';	/* the exchange has given one id twice: the first keeps it */
}

/* ---- what is asked for, what is compared ------------------------------------------ */

void
blotter_ask(struct blotter *b, struct order *o)
{
	if (o->asked_for)
		return;
	o->asked_for = true;
	TAILQ_INSERT_TAIL(&b->asks, o, ask_link);
}

static void
ask_no_more(struct blotter *b, struct order *o)
{
	if (o->asked_for)
		TAILQ_REMOVE(&b->asks, o, ask_link);
	o->asked_for = false;
}

struct order *
blotter_next_ask(struct blotter *b, struct order *last)
{
	struct order	*o = last == NULL ? TAILQ_FIRST(&b->asks) : TAILQ_NEXT(last, ask_link);

	while (o != NULL && doubt_is_idle(&o->doubt)) {
		struct order	*next = TAILQ_NEXT(o, ask_link);

		ask_no_more(b, o);
		o = next;
	}
	return o;
}

void
blotter_sync(struct blotter *b, struct order *o, int64_t sync_no, mono_t at)
{
	b->nsync += o->sync_no == 0;
	o->sync_no = sync_no;
	o->sync_at = at;
}

void
blotter_synced(struct blotter *b, struct order *o)
{
	b->nsync -= o->sync_no != 0;
	o->sync_no = 0;
}

/* ---- the end ------------------------------------------------------------------------ */

void
blotter_remove(struct blotter *b, struct order *o)
{
	blotter_synced(b, o);
	ask_no_more(b, o);
	map_remove(&b->map, &o->node);
	if (*o->id_key != '\0')
		map_remove(&b->by_id, &o->id_node);
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
	blotter_synced(b, o);
	if (o->retired)
		return;
	o->retired = true;
	TAILQ_REMOVE(&b->live, o, link);
	TAILQ_INSERT_TAIL(&b->retired, o, link);
	b->nretired++;
	while (b->nretired > BLOTTER_RETIRED && can_go(oldest = TAILQ_FIRST(&b->retired)))
		blotter_remove(b, oldest);
}
