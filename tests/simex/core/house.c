/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/account.h"
#include "tests/simex/core/match.h"

#define NEVER		((wall_t){ INT64_MAX })

enum entry { POST_ONLY, TAKING };

/* Where nothing shall be quoted any more. */
static void
withdraw_quotes(struct desk *d)
{
	const struct level	*l;

	for (int s = 0; s < SIDE_N; s++) {
		const enum side	 side = (enum side)s;

		for (size_t i = 0; (l = book_level(&d->book, side, i)) != NULL;) {
			const bool	 stays = dec_is_zero(l->house_qty) ||
					    market_quotes_at(&d->market, side, l->px);
			const size_t	 n = d->book.sides[s].n;

			if (!stays)
				book_set_house(&d->book, side, l->px, DEC_ZERO);
			i += d->book.sides[s].n == n;
		}
	}
}

/* The house quotes so much there; what it has there already keeps its place in line. */
static void
put_quote(struct exchange *x, struct desk *d, enum side side, dec_t px, dec_t qty,
    enum entry entry, wall_t now)
{
	const dec_t	 has = book_house_qty(&d->book, side, px);
	struct resting	 more = {
		.owner = OWNER_HOUSE, .side = side, .px = px, .leaves_qty = dec_sub(qty, has),
	};

	if (entry == TAKING)
		match_take(x, d, &more, px, now);
	if (dec_sign(more.leaves_qty) > 0 && book_meets(&d->book, side, px) != NULL)
		more.leaves_qty = DEC_ZERO;
	book_set_house(&d->book, side, px, dec_add(has, more.leaves_qty));
	d->worn = d->worn || dec_lt(dec_add(has, more.leaves_qty), qty);
}

static void
put_quotes(struct exchange *x, struct desk *d, enum entry entry, wall_t now)
{
	/* Nothing trades where trading is not on. */
	if (!d->listing->trading)
		entry = POST_ONLY;
	withdraw_quotes(d);
	d->worn = false;
	for (int s = 0; s < SIDE_N; s++) {
		for (int i = 0; i < d->market.ladder.levels; i++) {
			const dec_t	 px = market_quote_px(&d->market, (enum side)s, i);

			if (dec_sign(px) > 0)
				put_quote(x, d, (enum side)s, px, d->market.ladder.qty, entry, now);
		}
	}
	if (entry == POST_ONLY)
		return;
	d->last_px = d->market.ref_px;
	d->moved = true;
}

static void
forget_idle(struct exchange *x)
{
	struct desk	*d, *next;

	for (d = TAILQ_FIRST(&x->active); d != NULL; d = next) {
		next = TAILQ_NEXT(d, link);
		if (!desk_is_idle(d))
			continue;
		d->active = false;
		TAILQ_REMOVE(&x->active, d, link);
	}
}

/* What a made-up market is told, its next step does; a recorded one does not listen. */
static void
follow(struct exchange *x, struct desk *d, enum entry entry, wall_t now)
{
	if (d->market.kind == MARKET_STILL)
		put_quotes(x, d, entry, now);
}

void
exchange_set_price(struct exchange *x, struct desk *d, dec_t px, wall_t now)
{
	if (d->market.kind != MARKET_TAPE)
		market_set(&d->market, px);
	follow(x, d, TAKING, now);
	exchange_watch(x, now);
}

void
exchange_set_ladder(struct exchange *x, struct desk *d, struct ladder l, wall_t now)
{
	market_set_ladder(&d->market, l);
	follow(x, d, POST_ONLY, now);
}

void
exchange_requote(struct exchange *x, struct desk *d, wall_t now)
{
	market_set_ladder(&d->market, d->market.ladder);
	market_set(&d->market, d->market.ref_px);
	follow(x, d, POST_ONLY, now);
}

void
exchange_quote(struct exchange *x, struct desk *d, enum side side, dec_t px, dec_t qty, wall_t now)
{
	put_quote(x, d, side, px, qty, TAKING, now);
}

static void
take_step(struct exchange *x, struct desk *d, const struct synth_step *s, wall_t now)
{
	for (int i = 0; i < s->quotes_n; i++)
		put_quote(x, d, s->quotes[i].side, s->quotes[i].px, s->quotes[i].qty, TAKING, now);
	for (int i = 0; i < s->trades_n; i++)
		exchange_public_trade(x, d, s->trades[i].taker, s->trades[i].px, s->trades[i].qty,
		    now);
	d->moved = true;
}

void
exchange_beat(struct exchange *x, wall_t now)
{
	const struct synth_step	*s;

	for (size_t i = 0; i < x->n; i++) {
		struct desk	*d = &x->desks[i];

		if (d->worn && d->market.kind == MARKET_STILL)
			put_quotes(x, d, POST_ONLY, now);
		while ((s = market_step(&d->market, now)) != NULL)
			take_step(x, d, s, now);
	}
	forget_idle(x);
	exchange_watch(x, now);
}

static void
find_next_walk(struct exchange *x)
{
	x->next_walk = NEVER;
	for (size_t i = 0; i < x->n; i++) {
		const struct market	*m = &x->desks[i].market;

		if (m->steps_left > 0 && m->next_step.us < x->next_walk.us)
			x->next_walk = m->next_step;
	}
}

void
exchange_plan_walk(struct exchange *x, struct desk *d, dec_t to, int64_t steps, int64_t ms,
    wall_t now)
{
	market_plan_walk(&d->market, to, steps, ms, now);
	find_next_walk(x);
}

static void
walk(struct exchange *x, wall_t now)
{
	for (size_t i = 0; i < x->n; i++) {
		struct desk	*d = &x->desks[i];

		if (!market_walk_is_due(&d->market, now))
			continue;
		market_walk(&d->market, now);
		follow(x, d, TAKING, now);
	}
}

void
exchange_skip(struct exchange *x, wall_t until)
{
	for (size_t i = 0; i < x->n; i++)
		market_skip(&x->desks[i].market, until);
	find_next_walk(x);
}

void
exchange_happen(struct exchange *x, wall_t now)
{
	if (x->next_walk.us <= now.us) {
		walk(x, now);
		find_next_walk(x);
		exchange_watch(x, now);
	}
	if (x->next_funding.us <= now.us)
		exchange_fund_due(x, now);
	match_keep_appointments(x, now);
	service_happen(x, now);
}

wall_t
exchange_due(const struct exchange *x)
{
	wall_t		 due = agenda_due(&x->agenda);
	const wall_t	 child = service_due(x);

	if (x->next_funding.us < due.us)
		due = x->next_funding;
	if (wall_is_set(child) && child.us < due.us)
		due = child;
	return due.us < x->next_walk.us ? due : x->next_walk;
}
