/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/walk.h"

#include "base/die.h"
#include "base/text.h"
#include "venue/endpoint.h"

#include <stdlib.h>

#define WEEK_US		(7 * 24 * 3600 * INT64_C(1000000))

/* ---- cursors -------------------------------------------------------------------- */

struct cursor *
cursors_find(const struct cursors *t, const char *symbol)
{
	struct node	*n = map_find(&t->map, symbol);

	return n == NULL ? NULL : MAP_OF(n, struct cursor, node);
}

struct cursor *
cursors_get(struct cursors *t, const char *symbol)
{
	struct cursor	*c = cursors_find(t, symbol);

	if (c != NULL)
		return c;
	c = xcalloc(1, sizeof(*c));
	text_put(c->symbol, sizeof(c->symbol), symbol);
	c->since = t->since;
	map_put(&t->map, &c->node, c->symbol);
	return c;
}

void
cursors_fini(struct cursors *t)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		free(MAP_OF(n, struct cursor, node));
	map_fini(&t->map);
}

/* ---- walking -------------------------------------------------------------------- */

void
walk_begin(struct walk *w, const struct cursor *c)
{
	*w = (struct walk){ .from_id = c->trade_id == 0 ? 0 : c->trade_id + 1, .from = c->since,
	    .at_id = c->trade_id, .settled_id = c->trade_id };
	text_put(w->symbol, sizeof(w->symbol), c->symbol);
}

void
walk_request(const struct walk *w, struct buf *b)
{
	query_add(b, "symbol", w->symbol);
	if (w->from_id != 0)
		query_add_int(b, "fromId", w->from_id);
	else {
		query_add_int(b, "startTime", wall_ms(w->from));
		query_add_int(b, "endTime", wall_ms(wall_add_us(w->from, WEEK_US)) - 1);
	}
	query_add_int(b, "limit", WALK_PAGE);
}

void
walk_trade(struct walk *w, int64_t trade_id, wall_t at, wall_t now)
{
	w->at_id = trade_id;
	if (wall_diff_ms(now, at) >= WALK_SETTLE_MS)
		w->settled_id = trade_id;
}

bool
walk_page_end(struct walk *w, int trades, wall_t now)
{
	const bool	 by_id = w->from_id != 0;

	if (w->at_id != 0)
		w->from_id = w->at_id + 1;
	if (by_id)
		return trades == WALK_PAGE;
	/* It ended with its window: there may be later ones, whether by time or by id. */
	w->from = wall_add_us(w->from, WEEK_US);
	return trades == WALK_PAGE || w->from.us < now.us;
}
