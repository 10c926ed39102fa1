/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quotes.h - the latest price of each symbol, who wants which, and when a
 * change is due to be told.  Pure.
 *
 * Prices are conflated: the newest wins, and a change that came too soon after
 * the last one told is told when its time has come.
 *
 * Bid, ask and mid are one fact, the mark is another, and they age apart: a
 * fresh mark never carries an old top along.
 */
#ifndef FEEDD_QUOTES_H
#define FEEDD_QUOTES_H

#include "base/map.h"
#include "feedd/decode.h"
#include "wire/msg.h"

#include <stdbool.h>
#include <sys/queue.h>

enum { WANTS_MAX = 16 };	/* of one symbol: one a daemon, with room */

struct want {
	char	who[32];
	wall_t	until;		/* unset: free */
};

struct quote {
	char			symbol[SYMBOL];
	struct price		price;
	bool			dirty;			/* changed since it was last told */
	mono_t			told_at, kept_at;	/* published; written to its key */
	mono_t			top_at;			/* the book was last heard of; unset: no top */
	bool			fixed;			/* configured: always wanted */
	bool			followed;		/* its quotes are subscribed to */
	struct want		wants[WANTS_MAX];
	struct node		node;
	TAILQ_ENTRY(quote)	link;			/* among the dirty ones */
};

struct quotes {
	struct map			map;
	TAILQ_HEAD(quote_list, quote)	dirty;
	int64_t				tick_ms;	/* least time between two tellings */
	int64_t				stale_ms;	/* a top that is older is none; 0: it never is */
};

void		 quotes_init(struct quotes *, int64_t tick_ms);
struct quote	*quotes_get(struct quotes *, const char *symbol);	/* creates */
void		 quotes_fini(struct quotes *);

/* The quote, when it is due to be told now; NULL: nothing changed, or later. */
struct quote	*quotes_fact(struct quotes *, const struct fact *, mono_t now);

/* Nobody hears its book any more: bid, ask and mid are not known. */
void		 quotes_forget_top(struct quotes *, struct quote *);

/* A dirty quote that is due, oldest first; NULL: none.  *next: when to ask again. */
struct quote	*quotes_due(struct quotes *, mono_t now, mono_t *next);
void		 quotes_told(struct quotes *, struct quote *, mono_t now);

/* NULL: too many want it already; it is followed all the same. */
struct quote	*quotes_want(struct quotes *, const struct msg_want *, wall_t now);
bool		 quote_is_wanted(const struct quote *, wall_t now);

#endif
