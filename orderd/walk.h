/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.h - the account's trades on one symbol, page after page.  Pure: texts in
 * and out, now is an argument.
 *
 * A cursor is durable and says up to which trade everything is known to be
 * booked.  Only a walk advances it, never the stream: the stream may have
 * holes, a walk has none.  Trades younger than WALK_SETTLE_MS are handed on but
 * do not count as walked: the query side may still be missing some before them.
 * Where there is no trade yet, a walk begins at an instant, in windows of a
 * week, the longest the exchange allows.
 */
#ifndef ORDERD_WALK_H
#define ORDERD_WALK_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "wire/types.h"

#include <stdbool.h>
#include <stdint.h>

enum { WALK_PAGE = 1000, WALK_SETTLE_MS = 5000 };

struct cursor {
	char		symbol[SYMBOL];
	int64_t		trade_id;	/* walked completely up to and with it; 0: since decides */
	wall_t		since;
	bool		touched;	/* something may have happened since the last walk */
	struct node	node;
};

/* All of them, by symbol; owns. */
struct cursors {
	struct map	map;
	wall_t		since;		/* where the walk of a symbol that has no cursor begins */
};

struct cursor	*cursors_find(const struct cursors *, const char *symbol);	/* or NULL */
struct cursor	*cursors_get(struct cursors *, const char *symbol);		/* creates */
void		 cursors_fini(struct cursors *);

/* One walk under way. */
struct walk {
	char	symbol[SYMBOL];
	int64_t	from_id;	/* of the page that is being asked for; 0: it is a window */
	wall_t	from;		/* of that window */
	int64_t	at_id;		/* the last trade of that page; 0: none yet */
	int64_t	settled_id;	/* what the cursor may become when the page is handed on */
};

void	walk_begin(struct walk *, const struct cursor *);
/* The same until the page has ended. */
void	walk_request(const struct walk *, struct buf *);
/* Each trade of a page in ascending order; then its end: true when there is more to ask. */
void	walk_trade(struct walk *, int64_t trade_id, wall_t at, wall_t now);
bool	walk_page_end(struct walk *, int trades, wall_t now);

#endif
