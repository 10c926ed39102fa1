/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * book.h - one contract's order book: price first, then time.
 *
 * What rests for the client is embedded in its order and stays the order's;
 * what rests for the house is the book's own, set by price and quantity.  At
 * rest the two sides never cross, levels are strictly ordered, no level is
 * empty and nothing rests with a quantity of zero; whoever inserts takes from
 * the other side first.
 *
 * The house's quantity at a price stands in line like anybody's: what is added
 * to it joins at the end, what is taken off it leaves from the end.  So a
 * client's order moves forward when it is traded at its price, and when so
 * little is left there that the line in front of it must have shrunk.
 *
 * What is hidden stands in line too, but nobody who looks from outside sees it.
 *
 * A side is a sorted array of levels, the best one last: a level is found by
 * halving, and where most happens the least has to move.
 *
 * Books that share updates count their changes together, as the exchange does:
 * the ids of one book's updates grow, and skip.
 */
#ifndef SIMEX_BOOK_H
#define SIMEX_BOOK_H

#include "base/dec.h"
#include "tests/simex/core/diff.h"
#include "wire/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum owner { OWNER_CLIENT, OWNER_HOUSE };

struct level;

struct resting {
	enum owner		 owner;
	enum side		 side;
	dec_t			 px;		/* DEC_NONE: takes at any price, never rests */
	dec_t			 leaves_qty;
	bool			 hidden;
	struct level		*level;		/* NULL: not in the book */
	TAILQ_ENTRY(resting)	 link;		/* in its level, oldest first */
};

TAILQ_HEAD(resting_list, resting);

struct level {
	dec_t			 px;
	dec_t			 qty;		/* sum of what rests here */
	dec_t			 house_qty;	/* the house's part of it */
	dec_t			 hidden_qty;	/* what is not shown of it */
	int64_t			 last_id;	/* of its last update */
	struct resting_list	 queue;
};

struct levels {
	struct level	**v;
	size_t		  n, cap;
	size_t		  nhidden;	/* of what rests on this side */
};

/* A price as it is shown. */
struct quote {
	dec_t	 px, qty;
};

struct book {
	struct levels	 sides[SIDE_N];
	int64_t		 changes;	/* the last update's id: grows with every change */
	struct updates	*updates;	/* NULL: counts for itself */
	bool		 fresh;		/* it is among updates->fresh */
	TAILQ_ENTRY(book) fresh_link;
	struct diffs	 diffs;
	struct resting_list spare;	/* of the house, for the next one */
};

/* What the books of an exchange share. */
struct updates {
	int64_t		 last_id;
	TAILQ_HEAD(, book) fresh;	/* changed since they were taken off, in that order */
};

struct top {
	dec_t	 bid_px, bid_qty, ask_px, ask_qty;	/* zero where a side is empty */
};

void		 updates_init(struct updates *);
struct book	*updates_take(struct updates *);	/* off the fresh ones; or NULL */

void		 book_init(struct book *);
void		 book_refresh(struct book *);	/* it is taken for changed */
void		 book_join(struct book *, struct updates *);	/* they stay where they are */
void		 book_insert(struct book *, struct resting *);	/* of the client */
void		 book_remove(struct book *, struct resting *);
void		 book_take(struct book *, struct resting *, dec_t qty);	/* gone when nothing is left */
/* The house has this much there, in all; nothing of it may cross. */
void		 book_set_house(struct book *, enum side, dec_t px, dec_t qty);
dec_t		 book_house_qty(const struct book *, enum side, dec_t px);

/* The oldest of the best that this side, at most at this price, would trade with; or NULL. */
struct resting	*book_meets(const struct book *, enum side taker, dec_t limit_px);
/* How much of it there is, up to enough. */
dec_t		 book_reachable_qty(const struct book *, enum side taker, dec_t limit_px,
		    dec_t enough);
struct top	 book_top(const struct book *);	/* as shown */
/* 0 is the best one; NULL: there are not so many. */
const struct level *book_level(const struct book *, enum side, size_t depth);
/* The same, of what is shown; false: there are not so many. */
bool		 book_shown(const struct book *, enum side, size_t depth, struct quote *);
const struct level *book_find_level(const struct book *, enum side, dec_t px);	/* or NULL */
bool		 book_is_sound(const struct book *);	/* the invariants above, for the tests */
void		 book_fini(struct book *);

#endif
