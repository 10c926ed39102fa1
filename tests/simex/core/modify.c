/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/match.h"
#include "tests/simex/core/rules.h"

static struct reject
check_order(const struct desk *d, const struct order *o, const struct change *c)
{
	if (!d->listing->trading)
		return reject_as(REJ_CHANGE_STATUS);
	if (o->terms.type != TYPE_LIMIT)
		return reject_as(REJ_CHANGE_TYPE);
	if (!order_is_open(o))
		return reject_as(REJ_NO_SUCH_ORDER);
	if (o->terms.side != c->side)
		return reject_as(REJ_BAD_SIDE);
	if (d->listing->max_moves > 0 && o->moves >= d->listing->max_moves)
		return reject_as(REJ_CHANGE_COUNT);
	return reject_none();
}

static struct terms
terms_after(const struct order *o, const struct change *c)
{
	struct terms	 t = o->terms;

	t.qty = c->qty;
	t.px = c->px;
	t.pm = c->pm;
	if (c->sets_reduce_only)
		t.reduce_only = c->reduce_only;
	return t;
}

/* Not an order any more: nothing would be left of it, or it would take and must not. */
static bool
ends_by(const struct desk *d, const struct order *o, const struct terms *t)
{
	return dec_cmp(t->qty, o->cum_qty) <= 0 ||
	    (rules_is_maker_only(t) && book_meets(&d->book, t->side, t->px) != NULL);
}

/* Out of the line and in again at its end, or on to what it may take now. */
static void
become(struct desk *d, struct order *o, const struct terms *t, wall_t now)
{
	order_expose(d, o, dec_neg(o->rest.leaves_qty));
	book_remove(&d->book, &o->rest);
	orders_set_reducing(&d->orders, o, t->reduce_only);
	o->terms = *t;
	o->rest.px = t->px;
	o->rest.leaves_qty = dec_sub(t->qty, o->cum_qty);
	o->updated = now;
	order_expose(d, o, o->rest.leaves_qty);
}

static void
note(struct desk *d, const struct order *o, const struct terms *was, const struct change *c,
    wall_t now)
{
	struct amendment	*a = orders_add_amendment(&d->orders, o, now);

	a->count = o->moves;
	a->modify_id = c->modify_id;
	a->pm = o->terms.pm;
	a->before.px = was->px;
	a->before.qty = was->qty;
	a->after.px = o->terms.px;
	a->after.qty = o->terms.qty;
}

struct reject
exchange_modify(struct exchange *x, struct order *o, const struct change *c, wall_t now)
{
	struct desk		*d = exchange_desk(x, o->listing);
	const struct terms	 was = o->terms;
	struct terms		 t = terms_after(o, c);
	struct reject		 r = check_order(d, o, c);

	if (!reject_is_set(&r))
		r = rules_judge_change(x, d, o, &t, now);
	if (reject_is_set(&r))
		return r;
	if (ends_by(d, o, &t)) {
		exchange_cancel(x, o, now);
		return r;
	}
	become(d, o, &t, now);
	o->moves++;
	note(d, o, &was, c, now);
	fact_of_order(x, FACT_AMENDED, o, now)->modify_id = c->modify_id;
	order_enter(x, o, now);
	return r;
}
