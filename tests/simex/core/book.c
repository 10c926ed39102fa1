/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/book.h"

#include "base/die.h"

#include <stdlib.h>
#include <string.h>

enum {
	LEVELS_START = 64,
	IDS_APART = 3,			/* so far two updates are apart at least */
};

/* Is px better than, or as good as, other for whoever rests on this side? */
static bool
at_least_as_good(enum side side, dec_t px, dec_t other)
{
	return side == SIDE_BUY ? dec_cmp(px, other) >= 0 : dec_cmp(px, other) <= 0;
}

void
book_init(struct book *b)
{
	*b = (struct book){ .changes = 0 };
	TAILQ_INIT(&b->spare);
}

void
updates_init(struct updates *u)
{
	*u = (struct updates){ .last_id = 0 };
	TAILQ_INIT(&u->fresh);
}

struct book *
updates_take(struct updates *u)
{
	struct book	*b = TAILQ_FIRST(&u->fresh);

	if (b == NULL)
		return NULL;
	TAILQ_REMOVE(&u->fresh, b, fresh_link);
	b->fresh = false;
	return b;
}

void
book_join(struct book *b, struct updates *u)
{
	b->updates = u;
}

void
book_refresh(struct book *b)
{
	if (b->updates == NULL || b->fresh)
		return;
	b->fresh = true;
	TAILQ_INSERT_TAIL(&b->updates->fresh, b, fresh_link);
}

static void
count_update(struct book *b)
{
	if (b->updates == NULL) {
		b->changes++;
		return;
	}
	b->changes = b->updates->last_id += IDS_APART;
	book_refresh(b);
}

static void
level_touch(struct book *b, enum side side, struct level *l)
{
	count_update(b);
	if (b->diffs.heard != 0)
		diffs_note(&b->diffs, side, l->px, l->last_id, b->changes);
	l->last_id = b->changes;
}

static struct level *
level_new(dec_t px)
{
	struct level	*l = xcalloc(1, sizeof(*l));

	l->px = px;
	TAILQ_INIT(&l->queue);
	return l;
}

/* The first, from the worst on, that is at least as good; n if none is. */
static size_t
level_index(const struct levels *ls, enum side side, dec_t px)
{
	size_t	 low = 0, high = ls->n;

	while (low < high) {
		const size_t	 mid = low + (high - low) / 2;

		if (at_least_as_good(side, ls->v[mid]->px, px))
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

static struct level *
level_get(struct book *b, enum side side, dec_t px)
{
	struct levels	*ls = &b->sides[side];
	const size_t	 at = level_index(ls, side, px);

	if (at < ls->n && dec_cmp(ls->v[at]->px, px) == 0)
		return ls->v[at];
	if (ls->n == ls->cap) {
		ls->cap = ls->cap == 0 ? LEVELS_START : ls->cap * 2;
		ls->v = xrealloc(ls->v, ls->cap * sizeof(struct level *));
	}
	memmove(&ls->v[at + 1], &ls->v[at], (ls->n - at) * sizeof(struct level *));
	ls->n++;
	return ls->v[at] = level_new(px);
}

static void
level_drop(struct book *b, enum side side, struct level *l)
{
	struct levels	*ls = &b->sides[side];
	const size_t	 at = level_index(ls, side, l->px);

	ls->n--;
	memmove(&ls->v[at], &ls->v[at + 1], (ls->n - at) * sizeof(struct level *));
	free(l);
}

/* What an entry's quantity changes by, its level's sums change by. */
static void
level_count(struct level *l, const struct resting *r, dec_t change)
{
	l->qty = dec_add(l->qty, change);
	if (r->owner == OWNER_HOUSE)
		l->house_qty = dec_add(l->house_qty, change);
	if (r->hidden)
		l->hidden_qty = dec_add(l->hidden_qty, change);
}

void
book_insert(struct book *b, struct resting *r)
{
	if (r->level != NULL || dec_sign(r->leaves_qty) <= 0)
		panic("book: nothing to insert");
	r->level = level_get(b, r->side, r->px);
	level_count(r->level, r, r->leaves_qty);
	TAILQ_INSERT_TAIL(&r->level->queue, r, link);
	b->sides[r->side].nhidden += r->hidden;
	level_touch(b, r->side, r->level);
}

void
book_remove(struct book *b, struct resting *r)
{
	struct level	*l = r->level;
	const enum side	 side = r->side;

	if (l == NULL)
		panic("book: does not rest");
	level_count(l, r, dec_neg(r->leaves_qty));
	TAILQ_REMOVE(&l->queue, r, link);
	b->sides[side].nhidden -= r->hidden;
	r->level = NULL;
	level_touch(b, side, l);
	if (r->owner == OWNER_HOUSE)
		TAILQ_INSERT_HEAD(&b->spare, r, link);
	if (TAILQ_EMPTY(&l->queue))
		level_drop(b, side, l);
}

void
book_take(struct book *b, struct resting *r, dec_t qty)
{
	if (r->level == NULL || dec_sign(qty) <= 0 || dec_gt(qty, r->leaves_qty))
		panic("book: takes what is not there");
	level_count(r->level, r, dec_neg(qty));
	r->leaves_qty = dec_sub(r->leaves_qty, qty);
	level_touch(b, r->side, r->level);
	if (dec_is_zero(r->leaves_qty))
		book_remove(b, r);
}

/* ---- the house ---------------------------------------------------------------- */

static struct resting *
house_new(struct book *b, enum side side, dec_t px, dec_t qty)
{
	struct resting	*r = TAILQ_FIRST(&b->spare);

	if (r == NULL)
		r = xcalloc(1, sizeof(*r));
	else
		TAILQ_REMOVE(&b->spare, r, link);
	*r = (struct resting){ .owner = OWNER_HOUSE, .side = side, .px = px, .leaves_qty = qty };
	return r;
}

static void
house_join(struct book *b, struct level *l, enum side side, dec_t px, dec_t more)
{
	struct resting	*last = l == NULL ? NULL : TAILQ_LAST(&l->queue, resting_list);

	if (last == NULL || last->owner != OWNER_HOUSE) {
		book_insert(b, house_new(b, side, px, more));
		return;
	}
	last->leaves_qty = dec_add(last->leaves_qty, more);
	level_count(l, last, more);
	level_touch(b, side, l);
}

static void
house_leave(struct book *b, struct level *l, dec_t less)
{
	struct resting	*r = TAILQ_LAST(&l->queue, resting_list), *before;

	for (; dec_sign(less) > 0; r = before) {
		before = TAILQ_PREV(r, resting_list, link);
		if (r->owner != OWNER_HOUSE)
			continue;
		const dec_t	 qty = dec_min(less, r->leaves_qty);
		less = dec_sub(less, qty);
		book_take(b, r, qty);	/* the level with its last one: then nothing is left to do */
	}
}

static struct level *
level_at(const struct book *b, enum side side, dec_t px)
{
	const struct levels	*ls = &b->sides[side];
	const size_t		 at = level_index(ls, side, px);

	return at < ls->n && dec_cmp(ls->v[at]->px, px) == 0 ? ls->v[at] : NULL;
}

void
book_set_house(struct book *b, enum side side, dec_t px, dec_t qty)
{
	struct level	*l = level_at(b, side, px);
	const dec_t	 more = dec_sub(qty, l == NULL ? DEC_ZERO : l->house_qty);

	if (dec_sign(more) > 0)
		house_join(b, l, side, px, more);
	else if (dec_sign(more) < 0)
		house_leave(b, l, dec_neg(more));
}

dec_t
book_house_qty(const struct book *b, enum side side, dec_t px)
{
	const struct level	*l = level_at(b, side, px);

	return l == NULL ? DEC_ZERO : l->house_qty;
}

/* ---- questions ---------------------------------------------------------------- */

static bool
is_within(enum side taker, dec_t limit_px, dec_t px)
{
	return !dec_ok(limit_px) || at_least_as_good(taker, limit_px, px);
}

struct resting *
book_meets(const struct book *b, enum side taker, dec_t limit_px)
{
	const struct level	*l = book_level(b, side_opposite(taker), 0);

	if (l == NULL || !is_within(taker, limit_px, l->px))
		return NULL;
	return TAILQ_FIRST(&l->queue);
}

dec_t
book_reachable_qty(const struct book *b, enum side taker, dec_t limit_px, dec_t enough)
{
	const struct level	*l;
	dec_t			 sum = DEC_ZERO;

	for (size_t i = 0; (l = book_level(b, side_opposite(taker), i)) != NULL; i++) {
		if (!is_within(taker, limit_px, l->px) || !dec_lt(sum, enough))
			break;
		sum = dec_add(sum, l->qty);
	}
	return dec_min(sum, enough);
}

const struct level *
book_level(const struct book *b, enum side side, size_t depth)
{
	const struct levels	*ls = &b->sides[side];

	return depth < ls->n ? ls->v[ls->n - 1 - depth] : NULL;
}

static bool
show(const struct level *l, struct quote *q)
{
	if (l != NULL)
		*q = (struct quote){ l->px, dec_sub(l->qty, l->hidden_qty) };
	return l != NULL && dec_sign(q->qty) > 0;
}

bool
book_shown(const struct book *b, enum side side, size_t depth, struct quote *q)
{
	const struct levels	*ls = &b->sides[side];
	size_t			 seen = 0;

	if (ls->nhidden == 0)
		return show(book_level(b, side, depth), q);
	for (size_t i = 0; i < ls->n; i++)
		if (show(book_level(b, side, i), q) && seen++ == depth)
			return true;
	return false;
}

struct top
book_top(const struct book *b)
{
	struct quote	 bid, ask;

	if (!book_shown(b, SIDE_BUY, 0, &bid))
		bid = (struct quote){ DEC_ZERO, DEC_ZERO };
	if (!book_shown(b, SIDE_SELL, 0, &ask))
		ask = (struct quote){ DEC_ZERO, DEC_ZERO };
	return (struct top){ bid.px, bid.qty, ask.px, ask.qty };
}

const struct level *
book_find_level(const struct book *b, enum side side, dec_t px)
{
	return level_at(b, side, px);
}

static bool
level_is_sound(const struct level *l)
{
	const struct resting	*r;
	dec_t			 sum = DEC_ZERO, house = DEC_ZERO, hidden = DEC_ZERO;

	TAILQ_FOREACH(r, &l->queue, link) {
		if (r->level != l || dec_sign(r->leaves_qty) <= 0)
			return false;
		sum = dec_add(sum, r->leaves_qty);
		if (r->owner == OWNER_HOUSE)
			house = dec_add(house, r->leaves_qty);
		if (r->hidden)
			hidden = dec_add(hidden, r->leaves_qty);
	}
	return dec_sign(sum) > 0 && dec_cmp(sum, l->qty) == 0 &&
	    dec_cmp(house, l->house_qty) == 0 && dec_cmp(hidden, l->hidden_qty) == 0;
}

static bool
side_is_sound(const struct book *b, enum side side)
{
	const struct level	*l, *better = NULL;

	for (size_t i = 0; (l = book_level(b, side, i)) != NULL; i++, better = l) {
		if (!level_is_sound(l) ||
		    (better != NULL && at_least_as_good(side, l->px, better->px)))
			return false;
	}
	return true;
}

bool
book_is_sound(const struct book *b)
{
	const struct level	*bid = book_level(b, SIDE_BUY, 0);
	const struct level	*ask = book_level(b, SIDE_SELL, 0);
	const bool		 crossed = bid != NULL && ask != NULL && dec_cmp(bid->px, ask->px) >= 0;

	return !crossed && side_is_sound(b, SIDE_BUY) && side_is_sound(b, SIDE_SELL);
}

void
book_fini(struct book *b)
{
	struct resting	*r;

	for (int s = 0; s < SIDE_N; s++) {
		struct levels	*ls = &b->sides[s];

		while (ls->n > 0)
			book_remove(b, TAILQ_FIRST(&ls->v[ls->n - 1]->queue));
		free(ls->v);
	}
	while ((r = TAILQ_FIRST(&b->spare)) != NULL) {
		TAILQ_REMOVE(&b->spare, r, link);
		free(r);
	}
	diffs_fini(&b->diffs);
}
