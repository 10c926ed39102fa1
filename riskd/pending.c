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
	F(pending, booked_qty, "bookedQty", F_DECS, FIELD_OMIT),
	F(pending, order_id, "orderId", F_I64, FIELD_OMIT),
};
const struct fields	pending_fields = FIELDS(pending_v);

/* An account with orders under way. */
struct owner {
	char			sub[SUB_ID];
	struct pending_list	orders;
	struct node		node;
};

enum { TALLY_KEY = SUB_ID + SYMBOL + DEC_STR + 8 };

/* ---- the sums --------------------------------------------------------------------- */

static const char *
holder(const char *sub, const char *symbol, enum side side, char key[TALLY_KEY])
{
	text_putf(key, TALLY_KEY, "%s/%s/%s", sub, symbol, names_get(&side_names, (int)side));
	return key;
}

static const char *
alike(const char *sub, const char *symbol, enum side side, dec_t qty, char key[TALLY_KEY])
{
	char	 text[DEC_STR];

	text_putf(key, TALLY_KEY, "%s/%s/%s/%s", sub, symbol, names_get(&side_names, (int)side),
	    dec_format(qty, text));
	return key;
}

/* May be executed yet; more than was asked for may have been. */
static dec_t
left(const struct pending *p)
{
	return dec_max(DEC_ZERO, dec_sub(p->o.qty, p->booked_qty));
}

void
pendings_hold(const struct pendings *t, struct account *a, const char *symbol)
{
	struct position	*pos = account_position(a, symbol);
	char		 key[TALLY_KEY];

	if (pos == NULL)
		return;
	const dec_t	 closing = tally_get(&t->closing,
			    holder(a->id, symbol, side_closing(pos->side), key));
	/* Beyond a number it is beyond the position, too. */
	pos->closing = dec_ok(closing) ? closing : pos->qty;
}

/* Adds to what all hold what this one now holds, or no longer does. */
static void
count(struct pendings *t, const struct pending *p, struct account *a, dec_t open, dec_t closing)
{
	char	 key[TALLY_KEY];

	tally_add(&t->open[p->o.side], p->o.symbol, open);
	tally_add(&t->closing, holder(p->o.sub, p->o.symbol, p->o.side, key), closing);
	if (a != NULL)
		pendings_hold(t, a, p->o.symbol);
}

/* ---- the collection --------------------------------------------------------------- */

void
pendings_init(struct pendings *t)
{
	*t = (struct pendings){ 0 };
	TAILQ_INIT(&t->owing);
}

struct pending *
pendings_find(const struct pendings *t, const char *clord_id)
{
	struct node	*n = map_find(&t->map, clord_id);

	return n == NULL ? NULL : MAP_OF(n, struct pending, node);
}

static struct owner *
find_owner(const struct pendings *t, const char *sub)
{
	struct node	*n = map_find(&t->owners, sub);

	return n == NULL ? NULL : MAP_OF(n, struct owner, node);
}

static struct owner *
owner_of(struct pendings *t, const char *sub)
{
	struct owner	*w = find_owner(t, sub);

	if (w != NULL)
		return w;
	w = xcalloc(1, sizeof(*w));
	text_put(w->sub, sizeof(w->sub), sub);
	TAILQ_INIT(&w->orders);
	map_put(&t->owners, &w->node, w->sub);
	return w;
}

static void
join(struct pendings *t, struct pending *p)
{
	p->owner = owner_of(t, p->o.sub);
	TAILQ_INSERT_TAIL(&p->owner->orders, p, sibling);
}

static void
leave(struct pendings *t, struct pending *p)
{
	TAILQ_REMOVE(&p->owner->orders, p, sibling);
	if (!TAILQ_EMPTY(&p->owner->orders))
		return;
	map_remove(&t->owners, &p->owner->node);
	free(p->owner);
}

const struct pending_list *
pendings_of(const struct pendings *t, const char *sub)
{
	const struct owner	*w = find_owner(t, sub);

	return w == NULL ? NULL : &w->orders;
}

struct pending *
pendings_add(struct pendings *t, const struct pending *from, struct account *a)
{
	struct pending	*p = xcalloc(1, sizeof(*p));

	*p = *from;
	p->booked_qty = dec_ok(from->booked_qty) ? from->booked_qty : DEC_ZERO;
	p->booked_cost = p->fee = p->rpnl = DEC_ZERO;
	p->end_qty = DEC_NONE;
	p->status = p->order_id == 0 ? OS_PLACING : OS_ACTIVE;
	p->in_doubt = false;
	p->reply_at = MONO_UNSET;
	map_put(&t->map, &p->node, p->o.clord_id);
	join(t, p);
	count(t, p, a, left(p), p->closing);
	if (a != NULL)
		a->reserved = dec_add(a->reserved, p->reserved);
	return p;
}

static void
release(struct pendings *t, struct pending *p, struct account *a, dec_t notional, dec_t closing)
{
	p->reserved = dec_sub(p->reserved, notional);
	p->closing = dec_sub(p->closing, closing);
	count(t, p, a, DEC_ZERO, dec_neg(closing));
	if (a != NULL)
		a->reserved = dec_sub(a->reserved, notional);
}

void
pendings_remove(struct pendings *t, struct pending *p, struct account *a)
{
	release(t, p, a, p->reserved, p->closing);
	count(t, p, a, dec_neg(left(p)), DEC_ZERO);
	pendings_doubt(t, p, false);
	pendings_told(t, p);
	leave(t, p);
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
	it = map_each(&t->owners);
	while ((n = map_next(&it)) != NULL)
		free(MAP_OF(n, struct owner, node));
	map_fini(&t->owners);
	for (int i = 0; i < SIDE_N; i++)
		tally_fini(&t->open[i]);
	tally_fini(&t->closing);
	tally_fini(&t->doubts);
}

/* ---- what is booked of them --------------------------------------------------------- */

/*
 * What it closes comes first and adds nothing.  A share of the notional goes
 * with each part beyond that; the last takes the rest.
 */
static dec_t
share(const struct pending *p, dec_t qty)
{
	const dec_t	 adds = dec_sub(qty, dec_min(p->closing, qty));

	if (dec_cmp(qty, left(p)) >= 0)
		return p->reserved;
	if (dec_is_zero(adds))
		return DEC_ZERO;
	return dec_muldiv(p->reserved, adds, dec_sub(left(p), p->closing), ROUND_UP);
}

static void
take_off(struct pendings *t, struct pending *p, struct account *a, dec_t qty)
{
	const dec_t	 before = left(p);

	release(t, p, a, share(p, qty), dec_min(p->closing, qty));
	p->booked_qty = dec_add(p->booked_qty, qty);
	count(t, p, a, dec_sub(left(p), before), DEC_ZERO);
}

void
pendings_booked(struct pendings *t, struct pending *p, struct account *a, const struct booking *b)
{
	const dec_t	 qty = b->e.qty;

	take_off(t, p, a, qty);
	p->booked_cost = dec_add(p->booked_cost, dec_mul(qty, b->e.px, ROUND_HALF_EVEN));
	p->fee = dec_add(p->fee, b->fee);
	p->rpnl = dec_add(p->rpnl, b->rpnl);
	if (b->nlegs > 0)
		text_put(p->last_position, sizeof(p->last_position),
		    b->legs[b->nlegs - 1].after.id);
}

void
pending_accepted(struct pending *p, int64_t order_id)
{
	p->order_id = order_id;
	if (p->status == OS_PLACING)
		p->status = OS_ACTIVE;
}

/* The record holds all that was reserved: what of it is booked holds nothing any more. */
void
pendings_restore(struct pendings *t, struct pending *p, struct account *a,
    const struct pending_sums *s)
{
	/* The record was written when some of it had been booked already. */
	take_off(t, p, a, dec_sub(s->qty, p->booked_qty));
	p->booked_cost = s->cost;
	p->fee = s->fee;
	p->rpnl = s->rpnl;
	if (s->order_id != 0)
		pending_accepted(p, s->order_id);
}

static dec_t
free_to_close(const struct terms *o, const struct account *a)
{
	const struct position	*pos = a == NULL ? NULL : account_position(a, o->symbol);

	return pos != NULL && side_closing(pos->side) == o->side ? position_free(pos) : DEC_ZERO;
}

struct pending
pending_adopted(const struct terms *o, const struct account *a, const struct pending_sums *s)
{
	struct pending	 p = { .o = *o, .reserved = DEC_ZERO, .closing = DEC_ZERO };

	text_put(p.as_given, sizeof(p.as_given), o->symbol);
	p.booked_qty = s->qty;
	if (o->closing)
		p.closing = dec_add(s->qty, dec_min(left(&p), free_to_close(o, a)));
	else if (dec_ok(o->px))
		p.reserved = dec_mul(o->qty, o->px, ROUND_UP);
	p.booked_qty = DEC_ZERO;	/* as when it was handed on: restoring takes it off */
	return p;
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

/* ---- doubts and answers ------------------------------------------------------------- */

void
pendings_doubt(struct pendings *t, struct pending *p, bool in_doubt)
{
	char	 key[TALLY_KEY];

	if (p->in_doubt == in_doubt)
		return;
	p->in_doubt = in_doubt;
	tally_add(&t->doubts, alike(p->o.sub, p->o.symbol, p->o.side, p->o.qty, key),
	    in_doubt ? DEC_ONE : DEC_INT(-1));
}

bool
pendings_doubt_like(const struct pendings *t, const char *sub, const char *symbol, enum side side,
    dec_t qty)
{
	char	 key[TALLY_KEY];

	return !dec_is_zero(tally_get(&t->doubts, alike(sub, symbol, side, qty, key)));
}

void
pendings_owe(struct pendings *t, struct pending *p, mono_t reply_at)
{
	p->reply_at = reply_at;
	TAILQ_INSERT_TAIL(&t->owing, p, owing);
}

void
pendings_told(struct pendings *t, struct pending *p)
{
	if (!mono_is_set(p->reply_at))
		return;
	p->reply_at = MONO_UNSET;
	TAILQ_REMOVE(&t->owing, p, owing);
}

struct pending *
pendings_owing(const struct pendings *t)
{
	return TAILQ_FIRST(&t->owing);
}

size_t
pendings_holding(const struct pendings *t, const char *sub, const char *symbol, enum side side,
    const struct pending *out[], size_t max)
{
	const struct owner	*w = find_owner(t, sub);
	const struct pending	*p = w == NULL ? NULL : TAILQ_FIRST(&w->orders);
	size_t			 n = 0;

	for (; p != NULL && n < max; p = TAILQ_NEXT(p, sibling))
		if (p->o.side == side && dec_sign(p->closing) > 0 && text_eq(p->o.symbol, symbol))
			out[n++] = p;
	return n;
}

bool
pendings_covered(const struct pendings *t, dec_t net, const struct terms *o)
{
	const dec_t	 held = o->side == SIDE_SELL ? net : dec_neg(net);
	const dec_t	 free_qty = dec_sub(held, tally_get(&t->open[o->side], o->symbol));

	return dec_ok(free_qty) && dec_cmp(free_qty, o->qty) >= 0;
}
