/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/press.h"

#include "tests/simex/core/broadcast.h"

/* Those that say the best levels, whole. */
static const struct { enum topic_kind kind; int levels; } partials[PARTIAL_N] = {
	{ TOPIC_DEPTH5, 5 }, { TOPIC_DEPTH10, 10 }, { TOPIC_DEPTH20, 20 },
};

/* ---- depth ---------------------------------------------------------------------- */

static void
say_diff(struct press *p, struct topic t, struct diff *diff, wall_t now)
{
	if (!audience_hears(&p->audience, t))
		return;
	broadcast_diff(press_begin(p), &p->x->desks[t.listing], diff, now);
	press_say(p, t);
}

void
press_say_diffs(struct press *p, enum diff_speed speed, wall_t now)
{
	if (p->audience.all[TOPIC_DEPTH + speed] == 0 &&
	    (speed != DIFF_500MS || p->audience.all[TOPIC_RPI_DEPTH] == 0))
		return;
	for (size_t i = 0; i < p->x->n; i++) {
		struct book	*b = &p->x->desks[i].book;
		struct diff	*diff = &b->diffs.v[speed];

		if (diff->n == 0)
			continue;
		diff_sort(diff);
		say_diff(p, (struct topic){ TOPIC_DEPTH + speed, (int)i }, diff, now);
		if (speed == DIFF_500MS)
			say_diff(p, (struct topic){ TOPIC_RPI_DEPTH, (int)i }, diff, now);
		diff_said(diff, b->changes);
	}
}

static void
say_partial(struct press *p, struct topic t, int levels, int64_t *said_id, wall_t now)
{
	const struct desk	*d = &p->x->desks[t.listing];
	const int64_t		 previous_id = *said_id == 0 ? d->book.changes - 1 : *said_id;

	if (*said_id == d->book.changes || !audience_hears(&p->audience, t))
		return;
	broadcast_partial(press_begin(p), d, levels, previous_id, now);
	*said_id = d->book.changes;
	press_say(p, t);
}

void
press_say_partials(struct press *p, enum diff_speed speed, wall_t now)
{
	for (int k = 0; k < PARTIAL_N; k++) {
		const enum topic_kind	 kind = partials[k].kind + speed;

		for (size_t i = 0; i < p->x->n && p->audience.all[kind] > 0; i++)
			say_partial(p, (struct topic){ kind, (int)i }, partials[k].levels,
			    &p->said[i].partial_id[k][speed], now);
	}
}

/* ---- the top ---------------------------------------------------------------------- */

static bool
top_eq(const struct top *a, const struct top *b)
{
	return dec_cmp(a->bid_px, b->bid_px) == 0 && dec_cmp(a->bid_qty, b->bid_qty) == 0 &&
	    dec_cmp(a->ask_px, b->ask_px) == 0 && dec_cmp(a->ask_qty, b->ask_qty) == 0;
}

void
press_say_top(struct press *p, const struct desk *d, wall_t now)
{
	const struct topic	 t = { TOPIC_BOOK_TICKER, d->listing->index };
	const struct top	 top = book_top(&d->book);
	struct said		*said = &p->said[t.listing];

	/* While a side is empty nobody could make a middle of it. */
	if (!audience_hears(&p->audience, t) || top_eq(&top, &said->top) ||
	    dec_is_zero(top.bid_qty) || dec_is_zero(top.ask_qty))
		return;
	said->top = top;
	broadcast_book_ticker(press_begin(p), d, now);
	press_say(p, t);
}

/* A real book is never silent: one that stands still says its top again now and then. */
void
press_repeat_tops(struct press *p, wall_t now)
{
	for (size_t i = 0; i < p->x->n && p->audience.all[TOPIC_BOOK_TICKER] > 0; i++) {
		p->said[i].top = (struct top){ 0 };
		press_say_top(p, &p->x->desks[i], now);
	}
}

void
press_say_all_tops(struct press *p, wall_t now)
{
	const struct topic	 t = { TOPIC_ALL_BOOK_TICKER, 0 };

	for (size_t i = 0; i < p->x->n && audience_hears(&p->audience, t); i++) {
		const struct desk	*d = &p->x->desks[i];

		if (p->said[i].top_id == d->book.changes)
			continue;
		p->said[i].top_id = d->book.changes;
		broadcast_book_ticker(press_begin(p), d, now);
		press_say(p, t);
	}
}
