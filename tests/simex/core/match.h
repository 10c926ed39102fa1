/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * match.h - the inside of the exchange: facts, the life of an order, and what
 * meets in the book.
 *
 * For the files that make up exchange.h, and nobody else.
 */
#ifndef SIMEX_MATCH_H
#define SIMEX_MATCH_H

#include "tests/simex/core/exchange.h"

/* Of no desk: NULL.  The fact may be completed until the next one is added. */
struct fact	*fact_add(struct exchange *, enum fact_kind, const struct desk *,
		    enum position_side, wall_t now);
struct fact	*fact_of_order(struct exchange *, enum fact_kind, const struct order *, wall_t now);

/* Counts qty more, or less, of an open order. */
void		 order_expose(struct desk *, const struct order *, dec_t qty);
/* The new whole leaves something open. */
void		 order_shrink(struct exchange *, struct order *, dec_t qty, wall_t now);
/* Takes what it can get; what has not traded at once rests, or ends. */
void		 order_enter(struct exchange *, struct order *, wall_t now);
void		 order_finish(struct exchange *, struct order *, enum end, wall_t now);
void		 order_expire(struct exchange *, struct order *, enum expiry, wall_t now);
struct position	*order_position(struct desk *, const struct order *);

/* Takes what is there, until nothing is left of the taker or the next is beyond the limit. */
void		 match_take(struct exchange *, struct desk *, struct resting *taker, dec_t limit_px,
		    wall_t now);
/* What these two do to each other: a trade, or the prevention of one. */
void		 match_one(struct exchange *, struct desk *, struct resting *taker,
		    struct resting *maker, wall_t now);
/* An execution of which the book knows already. */
void		 match_book(struct exchange *, struct order *, dec_t px, dec_t qty, bool maker,
		    wall_t now);
/* The exchange's own order, at its own price, without a counterparty and without commission. */
void		 match_take_over(struct exchange *, struct order *, dec_t qty, wall_t now);
/* A trade of others at this price, of which the book knows already. */
void		 match_note_public(struct exchange *, struct desk *, enum side taker, dec_t px,
		    dec_t qty, wall_t now);
/*
 * Orders that may only reduce never are more than there is to reduce: who is
 * taking (NULL: nobody) keeps his, then the oldest theirs; the others shrink,
 * or go when nothing is left for them.
 */
void		 match_knock_out(struct exchange *, struct desk *, struct order *taking, wall_t now);
/* Every appointment whose time has come. */
void		 match_keep_appointments(struct exchange *, wall_t now);

#endif
