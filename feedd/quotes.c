/* SPDX-License-Identifier: BSD-2-Clause */
#include "feedd/quotes.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

void
quotes_init(struct quotes *t, int64_t tick_ms)
{
	*t = (struct quotes){ .tick_ms = tick_ms };
	TAILQ_INIT(&t->dirty);
}

struct quote *
quotes_get(struct quotes *t, const char *symbol)
{
	struct node	*n = map_find(&t->map, symbol);

	if (n != NULL)
		return MAP_OF(n, struct quote, node);
	struct quote	*q = xcalloc(1, sizeof(*q));
	text_put(q->symbol, sizeof(q->symbol), symbol);
	q->price.bid = q->price.ask = q->price.mid = q->price.mark = DEC_NONE;
	map_put(&t->map, &q->node, q->symbol);
	return q;
}

void
quotes_fini(struct quotes *t)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		free(MAP_OF(n, struct quote, node));
	map_fini(&t->map);
}

static bool
same(dec_t a, dec_t b)
{
	return a.e8 == b.e8;		/* DEC_NONE is equal to itself here */
}

static bool
apply_top(struct quote *q, const struct fact *f, mono_t now)
{
	if (!dec_ok(f->bid) || !dec_ok(f->ask) || dec_sign(f->bid) <= 0 || dec_sign(f->ask) <= 0)
		return false;
	const bool	 changed = !same(q->price.bid, f->bid) || !same(q->price.ask, f->ask);
	q->top_at = now;
	q->price.bid = f->bid;
	q->price.ask = f->ask;
	q->price.mid = dec_div(dec_add(f->bid, f->ask), DEC_INT(2), ROUND_HALF_EVEN);
	text_put(q->price.source, sizeof(q->price.source), "l1");
	return changed;
}

static void
clear_top(struct quote *q)
{
	q->top_at = MONO_UNSET;
	q->price.bid = q->price.ask = q->price.mid = DEC_NONE;
	text_put(q->price.source, sizeof(q->price.source), "mark");
}

static bool
top_is_stale(const struct quotes *t, const struct quote *q, mono_t now)
{
	return t->stale_ms > 0 && mono_is_set(q->top_at) &&
	    mono_diff_ms(now, q->top_at) > t->stale_ms;
}

/* A mark that did not move is news all the same: it shows that the price is fresh. */
static bool
apply_mark(const struct quotes *t, struct quote *q, const struct fact *f, mono_t now)
{
	if (!dec_ok(f->mark) || dec_sign(f->mark) <= 0)
		return false;
	q->price.mark = f->mark;
	if (!dec_ok(q->price.mid) || top_is_stale(t, q, now))
		clear_top(q);
	return true;
}

static bool
is_due(const struct quotes *t, const struct quote *q, mono_t now)
{
	return !mono_is_set(q->told_at) || mono_diff_ms(now, q->told_at) >= t->tick_ms;
}

static void
mark_dirty(struct quotes *t, struct quote *q)
{
	if (!q->dirty)
		TAILQ_INSERT_TAIL(&t->dirty, q, link);
	q->dirty = true;
}

void
quotes_forget_top(struct quotes *t, struct quote *q)
{
	if (!dec_ok(q->price.mid))
		return;
	clear_top(q);
	mark_dirty(t, q);
}

struct quote *
quotes_fact(struct quotes *t, const struct fact *f, mono_t now)
{
	struct quote	*q = quotes_get(t, f->symbol);

	if (!(f->kind == FACT_TOP ? apply_top(q, f, now) : apply_mark(t, q, f, now)))
		return NULL;
	q->price.ts = f->at;
	mark_dirty(t, q);
	return is_due(t, q, now) ? q : NULL;
}

struct quote *
quotes_due(struct quotes *t, mono_t now, mono_t *next)
{
	struct quote	*q;

	*next = MONO_NEVER;
	TAILQ_FOREACH(q, &t->dirty, link) {
		if (is_due(t, q, now))
			return q;
		*next = mono_min(*next, mono_after_ms(q->told_at, t->tick_ms));
	}
	return NULL;
}

void
quotes_told(struct quotes *t, struct quote *q, mono_t now)
{
	if (q->dirty)
		TAILQ_REMOVE(&t->dirty, q, link);
	q->dirty = false;
	q->told_at = now;
}

bool
quote_is_wanted(const struct quote *q, wall_t now)
{
	if (q->fixed)
		return true;
	for (size_t i = 0; i < WANTS_MAX; i++)
		if (q->wants[i].until.us > now.us)
			return true;
	return false;
}

/* That of who, else one that has run out; NULL: all are in use by others. */
static struct want *
find_want(struct quote *q, const char *who, wall_t now)
{
	struct want	*old = NULL;

	for (size_t i = 0; i < WANTS_MAX; i++) {
		struct want	*w = &q->wants[i];

		if (text_eq(w->who, who))
			return w;
		if (old == NULL && w->until.us <= now.us)
			old = w;
	}
	return old;
}

struct quote *
quotes_want(struct quotes *t, const struct msg_want *m, wall_t now)
{
	struct quote	*q = quotes_get(t, m->symbol);
	struct want	*w = find_want(q, m->who, now);

	if (w == NULL)
		return NULL;
	text_put(w->who, sizeof(w->who), m->who);
	w->until = m->until;
	return q;
}
