/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/replay.h"

#include "base/die.h"
#include "tests/simex/core/account.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { WAITING_MAX = 1000 };		/* of a live book: a minute and a half */

/* A diff kept until the snapshot it belongs to. */
struct kept_diff {
	struct tape_update	 update;
	wall_t			 at;
	struct tape_levels	 sides[SIDE_N];
	STAILQ_ENTRY(kept_diff)	 link;
};

STAILQ_HEAD(diff_list, kept_diff);

/* ---- the book ------------------------------------------------------------------- */

static bool
names(const struct tape_levels *ls, dec_t px)
{
	for (size_t i = 0; i < ls->n; i++)
		if (dec_cmp(ls->v[i].px, px) == 0)
			return true;
	return false;
}

/* The house is nowhere else. */
static void
clear_others(struct desk *d, enum side side, const struct tape_levels *kept)
{
	const struct level	*l;

	for (size_t i = 0; (l = book_level(&d->book, side, i)) != NULL;) {
		const size_t	 n = d->book.sides[side].n;

		if (!dec_is_zero(l->house_qty) && !names(kept, l->px))
			book_set_house(&d->book, side, l->px, DEC_ZERO);
		i += d->book.sides[side].n == n;
	}
}

enum pass { SHRINKING, GROWING, PASS_N };

static void
set_levels(struct replay *r, struct desk *d, enum side side, const struct tape_levels *ls,
    enum pass pass, wall_t now)
{
	for (size_t i = 0; i < ls->n; i++) {
		const struct tape_level	*l = &ls->v[i];
		const bool		 grows = dec_gt(l->qty,
					    book_house_qty(&d->book, side, l->px));

		if (grows == (pass == GROWING))
			exchange_quote(r->x, d, side, l->px, l->qty, now);
	}
}

/* What is gone, goes first: it would be in the way of what comes. */
static void
set_book(struct replay *r, struct desk *d, const struct tape_levels sides[SIDE_N], wall_t now)
{
	for (int pass = 0; pass < PASS_N; pass++)
		for (int s = 0; s < SIDE_N; s++)
			set_levels(r, d, (enum side)s, &sides[s], (enum pass)pass, now);
}

/* ---- rows ----------------------------------------------------------------------- */

static struct tape_levels
copy_of(const struct tape_levels *from)
{
	struct tape_levels	 to = { .n = from->n, .cap = from->n };

	if (to.n > 0) {
		to.v = xcalloc(to.n, sizeof(*to.v));
		memcpy(to.v, from->v, to.n * sizeof(*to.v));
	}
	return to;
}

static void
forget_first(struct replay_book *b)
{
	struct kept_diff	*d = STAILQ_FIRST(b->waiting);

	STAILQ_REMOVE_HEAD(b->waiting, link);
	b->n_waiting--;
	for (int s = 0; s < SIDE_N; s++)
		free(d->sides[s].v);
	free(d);
}

/* A snapshot that comes at last has what the oldest say. */
static void
keep(const struct replay *r, struct replay_book *b, const struct tape_row *row)
{
	struct kept_diff	*d = xcalloc(1, sizeof(*d));

	if (b->waiting == NULL) {
		b->waiting = xcalloc(1, sizeof(*b->waiting));
		STAILQ_INIT(b->waiting);
	}
	d->update = row->update;
	d->at = row->at;
	for (int s = 0; s < SIDE_N; s++)
		d->sides[s] = copy_of(&row->sides[s]);
	STAILQ_INSERT_TAIL(b->waiting, d, link);
	b->n_waiting++;
	if (r->live && b->n_waiting > WAITING_MAX)
		forget_first(b);
}

/* The first behind a snapshot may begin before it; there is nothing between pu and U. */
static bool
follows(const struct replay_book *b, const struct tape_update *u)
{
	return b->seamed ? u->prev == b->last_u : u->prev <= b->last_u;
}

/*
 * The exchange's rule for a book: older diffs are dropped, each later one names
 * the last.  False: one is missing before it, and the market is live.
 */
static bool
apply(struct replay *r, struct desk *d, const struct tape_update *u, wall_t at,
    const struct tape_levels sides[SIDE_N], wall_t now)
{
	struct replay_book	*b = &r->books[d->listing->index];

	if (u->last < b->last_u)
		return true;
	if (!follows(b, u)) {
		r->gaps++;
		if (r->live)
			return false;
	}
	b->seamed = true;
	b->last_u = u->last;
	b->said_at = at;
	set_book(r, d, sides, now);
	return true;
}

static void
forget_waiting(struct replay_book *b)
{
	if (b->waiting == NULL)
		return;
	while (!STAILQ_EMPTY(b->waiting))
		forget_first(b);
	free(b->waiting);
	b->waiting = NULL;
}

/* What stands behind a gap goes on waiting, for the next snapshot. */
static void
release(struct replay *r, struct desk *d, struct replay_book *b, wall_t now)
{
	const struct kept_diff	*diff;

	while (b->waiting != NULL && (diff = STAILQ_FIRST(b->waiting)) != NULL) {
		if (!apply(r, d, &diff->update, diff->at, diff->sides, now)) {
			b->complete = false;
			return;
		}
		forget_first(b);
	}
	forget_waiting(b);
}

static void
on_snapshot(struct replay *r, struct desk *d, const struct tape_row *row, wall_t now)
{
	struct replay_book	*b = &r->books[d->listing->index];

	for (int s = 0; s < SIDE_N; s++)
		clear_others(d, (enum side)s, &row->sides[s]);
	set_book(r, d, row->sides, now);
	b->complete = true;
	b->seamed = false;
	b->last_u = row->update.last;
	b->said_at = row->at;
	release(r, d, b, now);
}

static void
on_depth(struct replay *r, struct desk *d, const struct tape_row *row, wall_t now)
{
	struct replay_book	*b = &r->books[d->listing->index];

	if (b->complete && apply(r, d, &row->update, row->at, row->sides, now))
		return;
	b->complete = false;
	keep(r, b, row);
}

static void
on_top(struct replay *r, struct desk *d, const struct tape_row *row, wall_t now)
{
	struct tape_level	 bid = { row->top.bid_px, row->top.bid_qty };
	struct tape_level	 ask = { row->top.ask_px, row->top.ask_qty };
	const struct tape_levels sides[SIDE_N] = {
		[SIDE_BUY] = { &bid, 1, 1 }, [SIDE_SELL] = { &ask, 1, 1 },
	};

	if (r->books[d->listing->index].complete)
		return;
	for (int s = 0; s < SIDE_N; s++)
		clear_others(d, (enum side)s, &sides[s]);
	set_book(r, d, sides, now);
}

/* Streams overtake each other: the book may have been told of this trade before we are. */
static bool
is_in_book(const struct replay_book *b, const struct tape_row *row)
{
	return wall_is_set(b->said_at) && wall_is_set(row->at) && row->at.us <= b->said_at.us;
}

/* What the house has on a side down to that price, into r->stood. */
static void
note_house(struct replay *r, const struct desk *d, enum side side, dec_t px)
{
	const struct level	*l;
	struct tape_levels	*to = &r->stood;

	to->n = 0;
	for (size_t i = 0; (l = book_level(&d->book, side, i)) != NULL; i++) {
		if (side == SIDE_BUY ? dec_lt(l->px, px) : dec_gt(l->px, px))
			break;
		if (to->n == to->cap) {
			to->cap = to->cap == 0 ? 16 : to->cap * 2;
			to->v = xrealloc(to->v, to->cap * sizeof(*to->v));
		}
		to->v[to->n++] = (struct tape_level){ l->px, l->house_qty };
	}
}

static void
on_trade(struct replay *r, struct desk *d, const struct tape_row *row, wall_t now)
{
	const enum side	 maker = row->trade.buyer_is_maker ? SIDE_BUY : SIDE_SELL;
	const bool	 again = is_in_book(&r->books[d->listing->index], row);

	if (again)
		note_house(r, d, maker, row->trade.px);
	exchange_recorded_trade(r->x, d, side_opposite(maker), row->trade.px, row->trade.qty, now);
	if (again)
		set_levels(r, d, maker, &r->stood, GROWING, now);
}

/* By our clock; a live market has the same. */
static wall_t
funding_time(const struct replay *r, const struct tape_row *row, wall_t now)
{
	const int64_t	 left = row->mark.next_funding.us - row->at.us;

	if (r->live || !wall_is_set(row->mark.next_funding))
		return row->mark.next_funding;
	return wall_add_us(now, r->speed > 1 ? left / r->speed : left);
}

/* At the mark price of before. */
static void
hear_funding(struct replay *r, struct desk *d, const struct tape_row *row, wall_t now)
{
	struct replay_book	*b = &r->books[d->listing->index];
	const wall_t		 last = b->next_funding;

	b->next_funding = row->mark.next_funding;
	if (wall_is_set(last) && b->next_funding.us > last.us && d->funding_hours > 0)
		exchange_fund(r->x, d, d->funding_rate, now);
	if (b->next_funding.us != last.us)
		d->market.next_funding = funding_time(r, row, now);
	d->funding_rate = dec_ok(row->mark.funding_rate) ? row->mark.funding_rate : DEC_ZERO;
}

static void
on_mark(struct replay *r, struct desk *d, const struct tape_row *row, wall_t now)
{
	hear_funding(r, d, row, now);
	d->market.mark_px = row->mark.px;
	d->market.index_px = row->mark.index_px;
	d->market.marked = true;
}

static void (*const kinds[])(struct replay *, struct desk *, const struct tape_row *, wall_t) = {
	[TAPE_SNAPSHOT] = on_snapshot,
	[TAPE_DEPTH]    = on_depth,
	[TAPE_TOP]      = on_top,
	[TAPE_TRADE]    = on_trade,
	[TAPE_MARK]     = on_mark,
};
_Static_assert(NITEMS(kinds) == TAPE_KIND_N, "kinds");

/* Where nothing says more, the price is the middle of the book, and the mark price is that. */
static void
set_reference(struct desk *d)
{
	const struct top	 t = book_top(&d->book);

	if (dec_is_zero(t.bid_px) || dec_is_zero(t.ask_px))
		return;
	d->market.ref_px = dec_quantize((dec_t){ t.bid_px.e8 / 2 + t.ask_px.e8 / 2 },
	    d->listing->px_step, ROUND_DOWN);
	if (!d->market.marked)
		d->market.mark_px = d->market.index_px = d->market.ref_px;
}

void
replay_row(struct replay *r, const struct tape_row *row, wall_t now)
{
	struct desk	*d = exchange_find(r->x, row->symbol);

	r->rows++;
	if (d == NULL) {
		r->strangers++;
		return;
	}
	const dec_t	 was = desk_mark_px(d);
	kinds[row->kind](r, d, row, now);
	set_reference(d);
	d->moved = true;
	if (dec_cmp(desk_mark_px(d), was) != 0)
		exchange_watch(r->x, now);
}

bool
replay_is_waiting(const struct replay *r)
{
	for (size_t i = 0; i < r->x->n; i++)
		if (r->books[i].waiting != NULL)
			return true;
	return false;
}

bool
replay_needs_snapshot(const struct replay *r, const struct desk *d)
{
	return r->live && !r->books[d->listing->index].complete;
}

void
replay_break(struct replay *r, const struct desk *d)
{
	struct replay_book	*b = &r->books[d->listing->index];

	forget_waiting(b);
	b->complete = false;
}

void
replay_init(struct replay *r, struct exchange *x, bool live, int64_t speed)
{
	*r = (struct replay){
		.x = x, .live = live, .speed = speed,
		.books = xcalloc(x->n, sizeof(struct replay_book)),
	};
}

void
replay_fini(struct replay *r)
{
	for (size_t i = 0; r->books != NULL && i < r->x->n; i++)
		forget_waiting(&r->books[i]);
	free(r->books);
	free(r->stood.v);
}
