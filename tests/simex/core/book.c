/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/book.h"

#include "base/die.h"

#include <stdlib.h>

/* Is px better than, or as good as, other for whoever rests on this side? */
static bool
at_least_as_good(enum side side, dec_t px, dec_t other)
{
	return side == SIDE_BUY ? dec_cmp(px, other) >= 0 : dec_cmp(px, other) <= 0;
}

void
book_init(struct book *b)
{
	b->changes = 0;
	for (int s = 0; s < SIDE_N; s++)
		TAILQ_INIT(&b->sides[s]);
}

static struct level *
level_new(dec_t px)
{
	struct level	*l = xcalloc(1, sizeof(*l));

	l->px = px;
	TAILQ_INIT(&l->queue);
	return l;
}

static struct level *
level_get(struct book *b, enum side side, dec_t px)
{
	struct level	*l, *made;

	TAILQ_FOREACH(l, &b->sides[side], link)
		if (at_least_as_good(side, px, l->px))
			break;
	if (l != NULL && dec_cmp(l->px, px) == 0)
		return l;
	made = level_new(px);
	if (l != NULL)
		TAILQ_INSERT_BEFORE(l, made, link);
	else
		TAILQ_INSERT_TAIL(&b->sides[side], made, link);
	return made;
}

void
book_insert(struct book *b, struct resting *r)
{
	if (r->level != NULL || dec_sign(r->leaves_qty) <= 0)
		panic("book: nothing to insert");
	r->level = level_get(b, r->side, r->px);
	r->level->qty = dec_add(r->level->qty, r->leaves_qty);
	TAILQ_INSERT_TAIL(&r->level->queue, r, link);
	b->changes++;
}

void
book_remove(struct book *b, struct resting *r)
{
	struct level	*l = r->level;

	if (l == NULL)
		panic("book: does not rest");
	l->qty = dec_sub(l->qty, r->leaves_qty);
	TAILQ_REMOVE(&l->queue, r, link);
	r->level = NULL;
	b->changes++;
	if (!TAILQ_EMPTY(&l->queue))
		return;
	TAILQ_REMOVE(&b->sides[r->side], l, link);
	free(l);
}

void
book_take(struct book *b, struct resting *r, dec_t qty)
{
	if (r->level == NULL || dec_sign(qty) <= 0 || dec_gt(qty, r->leaves_qty))
		panic("book: takes what is not there");
	r->level->qty = dec_sub(r->level->qty, qty);
	r->leaves_qty = dec_sub(r->leaves_qty, qty);
	b->changes++;
	if (dec_is_zero(r->leaves_qty))
		book_remove(b, r);
}

static bool
is_within(enum side taker, dec_t limit_px, dec_t px)
{
	return !dec_ok(limit_px) || at_least_as_good(taker, limit_px, px);
}

struct resting *
book_meets(const struct book *b, enum side taker, dec_t limit_px)
{
	const struct level	*l = TAILQ_FIRST(&b->sides[side_opposite(taker)]);

	if (l == NULL || !is_within(taker, limit_px, l->px))
		return NULL;
	return TAILQ_FIRST(&l->queue);
}

dec_t
book_reachable_qty(const struct book *b, enum side taker, dec_t limit_px, dec_t enough)
{
	const struct level	*l;
	dec_t			 sum = DEC_ZERO;

	TAILQ_FOREACH(l, &b->sides[side_opposite(taker)], link) {
		if (!is_within(taker, limit_px, l->px) || !dec_lt(sum, enough))
			break;
		sum = dec_add(sum, l->qty);
	}
	return dec_min(sum, enough);
}

const struct level *
book_best(const struct book *b, enum side side)
{
	return TAILQ_FIRST(&b->sides[side]);
}

struct top
book_top(const struct book *b)
{
	const struct level	*bid = book_best(b, SIDE_BUY), *ask = book_best(b, SIDE_SELL);

	return (struct top){
		.bid_px = bid == NULL ? DEC_ZERO : bid->px,
		.bid_qty = bid == NULL ? DEC_ZERO : bid->qty,
		.ask_px = ask == NULL ? DEC_ZERO : ask->px,
		.ask_qty = ask == NULL ? DEC_ZERO : ask->qty,
	};
}

static bool
level_is_sound(const struct level *l)
{
	const struct resting	*r;
	dec_t			 sum = DEC_ZERO;

	TAILQ_FOREACH(r, &l->queue, link) {
		if (r->level != l || dec_sign(r->leaves_qty) <= 0)
			return false;
		sum = dec_add(sum, r->leaves_qty);
	}
	return dec_sign(sum) > 0 && dec_cmp(sum, l->qty) == 0;
}

static bool
side_is_sound(const struct book *b, enum side side)
{
	const struct level	*l, *next;

	TAILQ_FOREACH(l, &b->sides[side], link) {
		next = TAILQ_NEXT(l, link);
		if (!level_is_sound(l) ||
		    (next != NULL && at_least_as_good(side, next->px, l->px)))
			return false;
	}
	return true;
}

bool
book_is_sound(const struct book *b)
{
	const struct top	 t = book_top(b);
	const bool		 crossed = !dec_is_zero(t.bid_px) && !dec_is_zero(t.ask_px) &&
				    dec_cmp(t.bid_px, t.ask_px) >= 0;

	return !crossed && side_is_sound(b, SIDE_BUY) && side_is_sound(b, SIDE_SELL);
}

void
book_fini(struct book *b)
{
	for (int s = 0; s < SIDE_N; s++) {
		struct level	*l;

		while ((l = TAILQ_FIRST(&b->sides[s])) != NULL)
			book_remove(b, TAILQ_FIRST(&l->queue));
	}
}
