/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay.h - a recorded market in the exchange's books.
 *
 * Quantities of a recorded book are absolute: what the client took comes back
 * when the record speaks of that price again.  A recorded trade fills what the
 * client has at better prices, then takes at its own price, first come first
 * served; what the record says stood there before the client's order came is
 * in front of it.  A trade that the book has been told of already, by a diff no
 * older than it, takes nothing from the book.  A book is complete from its
 * snapshot on; until then its best prices are those of the tickers, which is all
 * there is where no diffs were recorded.
 *
 * A live market is one whose snapshots can be asked for again.  Its book is not
 * complete any more behind a gap: it stays as it is, diffs wait again, and the
 * next snapshot puts everything right at once.
 *
 * Where marks say when funding is next, it is when they begin to say another
 * time, at the rate they said last.
 *
 * Rows of contracts that are not listed are counted and left alone.
 */
#ifndef SIMEX_REPLAY_H
#define SIMEX_REPLAY_H

#include "tests/simex/core/exchange.h"
#include "tests/simex/core/tape.h"

#include <stdbool.h>
#include <stdint.h>

struct diff_list;

struct replay_book {
	bool			 complete;	/* the snapshot has come */
	bool			 seamed;	/* and the first diff after it */
	int64_t			 last_u;
	wall_t			 said_at;	/* when what it was told last had happened */
	wall_t			 next_funding;	/* by the clock of the record */
	struct diff_list	*waiting;	/* diffs heard before the snapshot */
	size_t			 n_waiting;
};

struct replay {
	struct exchange		*x;
	struct replay_book	*books;		/* of each contract */
	bool			 live;
	int64_t			 speed;		/* times faster than it was; 0: as fast as can be */
	int64_t			 rows, strangers, gaps;
	struct tape_levels	 stood;		/* before a trade; a scratch */
};

void	replay_init(struct replay *, struct exchange *, bool live, int64_t speed);
void	replay_row(struct replay *, const struct tape_row *, wall_t now);
/* Diffs have come and their snapshot has not. */
bool	replay_is_waiting(const struct replay *);
/* Of a live market: only a snapshot makes this book complete. */
bool	replay_needs_snapshot(const struct replay *, const struct desk *);
/* Something may have been missed here: what comes next has nothing to do with what was. */
void	replay_break(struct replay *, const struct desk *);
void	replay_fini(struct replay *);

#endif
