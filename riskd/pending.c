/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/pending.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

static const struct field	pending_v[] = {
	F(pending, o.clord_id, "clientOrderId", F_STR, FIELD_REQUIRED),
	F(pending, o.sub, "subAccountId", F_STR, FIELD_REQUIRED),
	F(pending, o.symbol, "symbol", F_STR, FIELD_REQUIRED),
	F(pending, o.side, "side", F_SIDE, FIELD_REQUIRED),
	F_NAMED(pending, o.type, "orderType", ord_type_names, FIELD_REQUIRED),
	F(pending, o.qty, "quantity", F_DECS, FIELD_REQUIRED),
	F(pending, o.px, "price", F_DECS, FIELD_OMIT),
	F(pending, o.reduce_only, "reduceOnly", F_BOOL, FIELD_OMIT),
	F(pending, o.closing, "closingOnly", F_BOOL, FIELD_OMIT),
	F(pending, o.leverage, "leverage", F_INT, 0),
	F_NAMED(pending, o.origin, "origin", origin_names, 0),
	F_NAMED(pending, o.role, "orderRole", role_names, 0),
	F(pending, o.parent_id, "parentId", F_STR, FIELD_OMIT),
	F(pending, o.position_id, "positionId", F_STR, FIELD_OMIT),
	F(pending, o.request_id, "requestId", F_STR, FIELD_OMIT),
	F(pending, o.created_at, "createdAt", F_WALL, 0),
	F_NAMED(pending, o.what, "cmd", command_names, FIELD_REQUIRED),
	F(pending, as_given, "asGiven", F_STR, FIELD_OMIT),
	F(pending, reserved, "reserved", F_DECS, FIELD_REQUIRED),
	F(pending, closing, "closing", F_DECS, FIELD_REQUIRED),
};
const struct fields	pending_fields = FIELDS(pending_v);

/* The position it can close; NULL: it was flipped by another order, or is gone. */
static struct position *
position_of(const struct pending *p, const struct account *a)
{
	struct position	*pos = a == NULL ? NULL : account_position(a, p->o.symbol);

	return pos != NULL && side_closing(pos->side) == p->o.side ? pos : NULL;
}

struct pending *
pendings_find(const struct pendings *t, const char *clord_id)
{
	struct node	*n = map_find(&t->map, clord_id);

	return n == NULL ? NULL : MAP_OF(n, struct pending, node);
}

struct pending *
pendings_add(struct pendings *t, const struct pending *from, struct account *a)
{
	struct pending	*p = xcalloc(1, sizeof(*p));
	struct position	*pos;

	*p = *from;
	p->booked_qty = p->booked_cost = p->fee = p->rpnl = DEC_ZERO;
	p->end_qty = DEC_NONE;
	p->status = OS_PLACING;
	map_put(&t->map, &p->node, p->o.clord_id);
	if (a == NULL)
		return p;
	a->reserved = dec_add(a->reserved, p->reserved);
	if ((pos = position_of(p, a)) != NULL)
		pos->closing = dec_add(pos->closing, p->closing);
	return p;
}

static void
release(struct pending *p, struct account *a, dec_t notional, dec_t closing)
{
	struct position	*pos = position_of(p, a);

	p->reserved = dec_sub(p->reserved, notional);
	p->closing = dec_sub(p->closing, closing);
	if (a != NULL)
		a->reserved = dec_sub(a->reserved, notional);
	if (pos != NULL)
		pos->closing = dec_max(DEC_ZERO, dec_sub(pos->closing, closing));
}

void
pendings_remove(struct pendings *t, struct pending *p, struct account *a)
{
	release(p, a, p->reserved, p->closing);
	map_remove(&t->map, &p->node);
	free(p);
}

void
pendings_fini(struct pendings *t)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		free(MAP_OF(n, struct pending, node));
	map_fini(&t->map);
}

/*
 * What it closes comes first and adds nothing.  A share of the notional goes
 * with each part beyond that; the last takes the rest.
 */
static dec_t
share(const struct pending *p, dec_t qty)
{
	const dec_t	 left = dec_sub(p->o.qty, p->booked_qty);
	const dec_t	 adds = dec_sub(qty, dec_min(p->closing, qty));

	if (dec_cmp(qty, left) >= 0)
		return p->reserved;
	if (dec_is_zero(adds))
		return DEC_ZERO;
	return dec_muldiv(p->reserved, adds, dec_sub(left, p->closing), ROUND_UP);
}

void
pending_booked(struct pending *p, struct account *a, const struct booking *b)
{
	const dec_t	 qty = b->e.qty;

	release(p, a, share(p, qty), dec_min(p->closing, qty));
	p->booked_qty = dec_add(p->booked_qty, qty);
	p->booked_cost = dec_add(p->booked_cost, dec_mul(qty, b->e.px, ROUND_HALF_EVEN));
	p->fee = dec_add(p->fee, b->fee);
	p->rpnl = dec_add(p->rpnl, b->rpnl);
	if (b->nlegs > 0)
		text_put(p->last_position, sizeof(p->last_position),
		    b->legs[b->nlegs - 1].after.id);
}

/* The record holds all that was reserved: what of it is booked holds nothing any more. */
void
pending_restore(struct pending *p, struct account *a, const struct pending_sums *s)
{
	release(p, a, share(p, s->qty), dec_min(p->closing, s->qty));
	p->booked_qty = s->qty;
	p->booked_cost = s->cost;
	p->fee = s->fee;
	p->rpnl = s->rpnl;
}

bool
pending_is_over(const struct pending *p)
{
	return dec_ok(p->end_qty) && dec_cmp(p->booked_qty, p->end_qty) >= 0;
}

dec_t
pending_avg_px(const struct pending *p)
{
	if (dec_is_zero(p->booked_qty))
		return DEC_NONE;
	return dec_div(p->booked_cost, p->booked_qty, ROUND_HALF_EVEN);
}

bool
pendings_doubt_like(const struct pendings *t, const char *sub, const char *symbol, enum side side,
    dec_t qty)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL) {
		const struct pending	*p = MAP_OF(n, struct pending, node);

		if (p->in_doubt && text_eq(p->o.sub, sub) && text_eq(p->o.symbol, symbol) &&
		    p->o.side == side && dec_cmp(p->o.qty, qty) == 0)
			return true;
	}
	return false;
}

dec_t
pendings_open_qty(const struct pendings *t, const char *symbol, enum side side)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;
	dec_t		 sum = DEC_ZERO;

	while ((n = map_next(&it)) != NULL) {
		const struct pending	*p = MAP_OF(n, struct pending, node);

		if (p->o.side == side && text_eq(p->o.symbol, symbol))
			sum = dec_add(sum, dec_max(DEC_ZERO, dec_sub(p->o.qty, p->booked_qty)));
	}
	return sum;
}
