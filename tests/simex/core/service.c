/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/service.h"

#include "base/buf.h"
#include "base/text.h"
#include "tests/simex/core/match.h"

enum { LATENCY_MS = 10 };

void
service_init(struct service *s, int64_t ids_from, uint64_t seed)
{
	*s = (struct service){ 0 };
	algos_init(&s->algos, ids_from, seed);
	service_recover(s);
}

void
service_fini(struct service *s)
{
	algos_fini(&s->algos);
}

void
service_recover(struct service *s)
{
	s->algos.stuck = false;
	s->latency_ms = LATENCY_MS;
	s->visible_ms = 0;
	s->fills_first = false;
}

void
service_forget_facts(struct service *s)
{
	s->heard = 0;
	algos_forget_facts(&s->algos);
}

/* ---- what it says --------------------------------------------------------------- */

static struct desk *
desk_of(struct exchange *x, const struct algo *a)
{
	return exchange_desk(x, a->terms.listing);
}

static void
tell(struct exchange *x)
{
	const struct algo_fact	*f;

	while ((f = algos_take_fact(&x->service.algos)) != NULL)
		fact_add(x, FACT_ALGO, desk_of(x, &f->algo), f->algo.terms.ps, f->at)->algo = f;
}

/* The same, put before the facts from the index on. */
static void
tell_before(struct exchange *x, size_t index)
{
	struct facts	*fs = &x->facts;
	const size_t	 end = fs->n;

	tell(x);
	for (size_t i = end; i < fs->n; i++) {
		const struct fact	 said = fs->v[i];

		for (size_t k = i; k > index; k--)
			fs->v[k] = fs->v[k - 1];
		fs->v[index++] = said;
	}
}

/* ---- placing ---------------------------------------------------------------------- */

/* What the position was so long ago: what has traded since is taken back. */
static dec_t
seen_qty(const struct exchange *x, const struct desk *d, enum position_side ps, wall_t now)
{
	const struct orders	*os = &d->orders;
	const wall_t		 then = wall_add_us(now, -x->service.visible_ms * 1000);
	dec_t			 qty = d->positions[ps].qty;

	for (size_t i = os->ntrades; i > 0 && os->trades[i - 1].at.us > then.us; i--) {
		const struct trade	*t = &os->trades[i - 1];

		if (t->ps == ps)
			qty = t->side == SIDE_BUY ? dec_sub(qty, t->qty) : dec_add(qty, t->qty);
	}
	return qty;
}

struct reject
service_place(struct exchange *x, struct desk *d, const struct algo_terms *t, wall_t now,
    struct algo **made)
{
	const struct algo_view	 view = {
		.last_px = d->last_px, .mark_px = desk_mark_px(d),
		.seen_qty = seen_qty(x, d, t->ps, now), .hedged = x->hedged,
	};

	return algos_place(&x->service.algos, t, &view, now, made);
}

void
service_delist(struct exchange *x, const struct desk *d, wall_t now)
{
	algos_expire_all(&x->service.algos, d->listing, now);
	tell(x);
}

/* ---- children --------------------------------------------------------------------- */

/* What closes a position closes what there is of it when it triggers. */
static dec_t
child_qty(const struct desk *d, const struct algo_terms *t)
{
	return t->close_position ? position_closable_qty(&d->positions[t->ps], t->side) : t->qty;
}

/* In hedge mode an order against its side can only reduce. */
static bool
child_reduces(const struct algo_terms *t)
{
	return t->ps == PS_BOTH ? t->reduce_only : (t->ps == PS_LONG) == (t->side == SIDE_SELL);
}

static struct reject
place_order(struct exchange *x, const struct algo *a, wall_t now, struct order **made)
{
	const struct algo_terms	*t = &a->terms;
	struct desk		*d = desk_of(x, a);
	struct terms		 child = {
		.side = t->side, .type = algo_is_limit(t) ? TYPE_LIMIT : TYPE_MARKET,
		.tif = algo_is_limit(t) ? t->tif : TIF_GTC, .stp = t->stp, .ps = t->ps,
		.pm = t->pm, .px = t->px, .qty = child_qty(d, t), .reduce_only = child_reduces(t),
		.good_till_ms = t->good_till_ms,
		.closes = t->close_position, .triggered = true,
	};

	*made = NULL;
	text_put(child.clord_id, sizeof(child.clord_id), t->client_id);
	return dec_is_zero(child.qty) ? reject_as(REJ_REDUCE_ONLY) :
	    exchange_place(x, d, &child, now, made);
}

static void
place_child(struct exchange *x, struct algo *a, wall_t now)
{
	const size_t		 before = x->facts.n;
	struct order		*o;
	const struct reject	 r = place_order(x, a, now, &o);
	struct buf		 reason = { 0 };

	if (o != NULL) {
		algos_child_placed(&x->service.algos, a, o->id, now);
	} else {
		reject_text(&reason, &r);
		algos_child_rejected(&x->service.algos, a, buf_text(&reason), now);
		buf_free(&reason);
	}
	tell_before(x, x->service.fills_first ? x->facts.n : before);
}

void
service_happen(struct exchange *x, wall_t now)
{
	struct algo	*a;

	algos_on_time(&x->service.algos, now);
	tell(x);
	while ((a = algos_due(&x->service.algos, now)) != NULL)
		place_child(x, a, now);
}

wall_t
service_due(const struct exchange *x)
{
	return algos_next_due(&x->service.algos);
}

/* ---- what it hears ------------------------------------------------------------------ */

static void
hear_prices(struct exchange *x, const struct desk *d, dec_t last_px, dec_t mark_px, wall_t now)
{
	struct service		*s = &x->service;
	const struct algo_quote	 q = {
		.listing = d->listing, .last_px = last_px, .mark_px = mark_px,
	};

	algos_on_price(&s->algos, &q, now, wall_add_us(now, s->latency_ms * 1000));
}

/* A child that is good only with a position goes with it. */
static void
hear_position(struct exchange *x, const struct fact *f, wall_t now)
{
	const struct desk	*d = f->desk;
	struct algo		*a;

	algos_on_position(&x->service.algos, d->listing, f->ps, f->position.qty, now);
	tell(x);
	TAILQ_FOREACH(a, &x->service.algos.children, open_link) {
		struct order	*o = orders_find(&d->orders, a->child_id);

		if (a->terms.gte && a->terms.listing == d->listing && a->terms.ps == f->ps &&
		    order_is_open(o) &&
		    dec_is_zero(position_closable_qty(&f->position, a->terms.side)))
			order_expire(x, o, ER_GTE, now);
	}
}

static void
hear_end(struct exchange *x, const struct order *o, wall_t now)
{
	struct algos	*as = &x->service.algos;
	struct algo	*a;

	TAILQ_FOREACH(a, &as->children, open_link)
		if (a->terms.listing == o->listing && a->child_id == o->id)
			break;
	if (a != NULL)
		algos_child_done(as, a, order_avg_px(o), o->cum_qty, now);
}

static bool
is_of_order(enum fact_kind k)
{
	return k == FACT_TRADE || k == FACT_CANCELED || k == FACT_EXPIRED;
}

static void
hear_fact(struct exchange *x, const struct fact *f)
{
	if (f->kind == FACT_TRADE || f->kind == FACT_PUBLIC_TRADE)
		hear_prices(x, f->desk, f->trade.px, f->mark_px, f->at);
	if (f->kind == FACT_TRADE || f->kind == FACT_TAKEN)
		hear_position(x, f, f->at);
	if (is_of_order(f->kind) && !order_is_open(&f->order))
		hear_end(x, &f->order, f->at);
}

/* Without orders of its own the service has nothing to hear. */
static bool
is_listening(const struct service *s)
{
	return s->algos.n_open > 0 || !TAILQ_EMPTY(&s->algos.children);
}

static void
hear_moves(struct exchange *x, wall_t now)
{
	const struct algo	*a;

	TAILQ_FOREACH(a, &x->service.algos.open, open_link) {
		struct desk	*d = desk_of(x, a);

		if (d->moved)
			hear_prices(x, d, d->last_px, desk_mark_px(d), now);
		d->moved = false;
	}
}

void
service_hear(struct exchange *x, wall_t now)
{
	struct service	*s = &x->service;

	tell(x);
	for (; is_listening(s) && s->heard < x->facts.n; s->heard++) {
		/* A copy: more facts may come of it, and move the others. */
		const struct fact	 f = x->facts.v[s->heard];

		hear_fact(x, &f);
		tell(x);
	}
	s->heard = x->facts.n;
	hear_moves(x, now);
	tell(x);
}
