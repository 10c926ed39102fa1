/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/match.h"

#include <stddef.h>

dec_t
exchange_public_trade(struct exchange *x, struct desk *d, enum side side, dec_t px, dec_t qty,
    wall_t now)
{
	struct resting	 taker = {
		.owner = OWNER_HOUSE, .side = side, .px = px, .leaves_qty = qty,
	};

	match_take(x, d, &taker, px, now);
	return dec_sub(qty, taker.leaves_qty);
}

static struct resting *
meets_at(const struct desk *d, enum side taker, dec_t px)
{
	const enum side		 side = side_opposite(taker);
	const struct level	*l;
	struct resting		*r;

	for (size_t i = 0; (l = book_level(&d->book, side, i)) != NULL; i++) {
		const int	 beyond = dec_cmp(l->px, px) * (side == SIDE_BUY ? -1 : 1);

		if (beyond > 0)
			break;
		TAILQ_FOREACH(r, &l->queue, link)
			if (beyond == 0 || r->owner == OWNER_CLIENT)
				return r;
	}
	return NULL;
}

void
exchange_recorded_trade(struct exchange *x, struct desk *d, enum side taker, dec_t px, dec_t qty,
    wall_t now)
{
	struct resting	 public = {
		.owner = OWNER_HOUSE, .side = taker, .px = px, .leaves_qty = qty,
	};
	struct resting	*maker;

	while (dec_sign(public.leaves_qty) > 0 && (maker = meets_at(d, taker, px)) != NULL)
		match_one(x, d, &public, maker, now);
	/* The record is right where the book is behind it. */
	if (dec_sign(public.leaves_qty) > 0)
		match_note_public(x, d, taker, px, public.leaves_qty, now);
}

void
exchange_note_listing(struct exchange *x, const struct desk *d, wall_t now)
{
	fact_add(x, FACT_LISTING, d, PS_BOTH, now);
}

void
exchange_look_at_marks(struct exchange *x, wall_t now)
{
	for (size_t i = 0; i < x->n; i++)
		candles_add(&x->desks[i].marks, desk_mark_px(&x->desks[i]), DEC_ZERO, false, 0,
		    wall_ms(now));
}

struct desk *
desk_of_book(struct book *b)
{
	return (struct desk *)(void *)((char *)b - offsetof(struct desk, book));
}

/* By the minute, as the exchange has it. */
struct candle
desk_day(const struct desk *d, wall_t now)
{
	const int64_t	 from_ms = interval_open(INTERVAL_1M, wall_ms(now)) - DAY_MS;
	struct candle	 c;

	candles_between(&d->deals.candles, from_ms, INT64_MAX, &c);
	if (deals_last(&d->deals) == NULL)
		c.open = c.high = c.low = c.close = desk_last_px(d);
	return c;
}

dec_t
desk_last_px(const struct desk *d)
{
	const struct deal	*last = deals_last(&d->deals);

	return last == NULL ? d->market.ref_px : last->px;
}
