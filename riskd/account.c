/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/account.h"

#include "base/die.h"
#include "base/text.h"
#include "venue/sign.h"
#include "wire/jw.h"

#include <stdlib.h>

NAMES(account_status_names, ACC_STATUS_N,
    [ACC_ACTIVE] = "ACTIVE", [ACC_FROZEN] = "FROZEN", [ACC_LIQUIDATED] = "LIQUIDATED");
NAMES(action_names, ACTION_N,
    [ACTION_OPEN] = "OPEN", [ACTION_ADD] = "ADD", [ACTION_CLOSE] = "CLOSE");

struct rules
rules_builtin(void)
{
	return (struct rules){ DEC_INT(100), DEC_INT(200), DEC_INT(500), { 90000000 } };
}

/* ---- the collection -------------------------------------------------------- */

struct account *
accounts_find(const struct accounts *t, const char *id)
{
	struct node	*n = map_find(&t->map, id);

	return n == NULL ? NULL : MAP_OF(n, struct account, node);
}

struct account *
accounts_get(struct accounts *t, const char *id)
{
	struct account	*a = accounts_find(t, id);

	if (a != NULL)
		return a;
	a = xcalloc(1, sizeof(*a));
	text_put(a->id, sizeof(a->id), id);
	a->rules = rules_builtin();
	a->balance = a->reserved = DEC_ZERO;
	a->maint_rate = (dec_t){ DEC_ONE_E8 / 200 };
	a->net = &t->net;
	TAILQ_INIT(&a->positions);
	map_put(&t->map, &a->node, a->id);
	return a;
}

static void
position_remove(struct account *a, struct position *p)
{
	tally_add(a->net, p->symbol, dec_neg(position_signed_qty(p)));
	TAILQ_REMOVE(&a->positions, p, link);
	free(p);
}

void
accounts_remove(struct accounts *t, struct account *a)
{
	struct position	*p;

	while ((p = TAILQ_FIRST(&a->positions)) != NULL)
		position_remove(a, p);
	map_remove(&t->map, &a->node);
	free(a);
}

void
accounts_fini(struct accounts *t)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		accounts_remove(t, MAP_OF(n, struct account, node));
	map_fini(&t->map);
	tally_fini(&t->net);
}

struct position *
account_position(const struct account *a, const char *symbol)
{
	struct position	*p;

	TAILQ_FOREACH(p, &a->positions, link)
		if (text_eq(p->symbol, symbol))
			return p;
	return NULL;
}

struct position *
account_position_by_id(const struct account *a, const char *id)
{
	struct position	*p;

	TAILQ_FOREACH(p, &a->positions, link)
		if (text_eq(p->id, id))
			return p;
	return NULL;
}

/* ---- one position ------------------------------------------------------------- */

dec_t
position_entry_px(const struct position *p)
{
	return dec_div(p->cost, p->qty, ROUND_HALF_EVEN);
}

dec_t
position_free(const struct position *p)
{
	return dec_max(DEC_ZERO, dec_sub(p->qty, p->closing));
}

dec_t
position_upnl(const struct position *p, dec_t px)
{
	const dec_t	 worth = dec_mul(p->qty, px, ROUND_HALF_EVEN);

	return p->side == POS_LONG ? dec_sub(worth, p->cost) : dec_sub(p->cost, worth);
}

dec_t
position_margin(const struct position *p)
{
	return dec_div(p->cost, DEC_INT(p->leverage > 0 ? p->leverage : 1), ROUND_UP);
}

dec_t
position_signed_qty(const struct position *p)
{
	return p->side == POS_LONG ? p->qty : dec_neg(p->qty);
}

/* ---- booking -------------------------------------------------------------------- */

static struct leg *
add_leg(struct booking *b, enum action action, dec_t qty, dec_t fee)
{
	struct leg	*l = &b->legs[b->nlegs++];

	*l = (struct leg){ .action = action, .qty = qty, .px = b->e.px, .fee = fee,
	    .rpnl = DEC_ZERO };
	return l;
}

static void
finish_leg(struct booking *b, struct leg *l)
{
	l->change = dec_sub(l->rpnl, l->fee);
	l->after.fees = dec_add(l->after.fees, l->fee);
	b->rpnl = dec_add(b->rpnl, l->rpnl);
	b->fee = dec_add(b->fee, l->fee);
	b->balance = dec_add(b->balance, l->change);
}

static void
close_leg(struct booking *b, const struct position *p, dec_t qty, dec_t fee)
{
	struct leg	*l = add_leg(b, ACTION_CLOSE, qty, fee);
	const dec_t	 worth = dec_mul(qty, b->e.px, ROUND_HALF_EVEN);
	/* The last part takes all the cost that is left: nothing is lost in rounding. */
	const dec_t	 cost = dec_cmp(qty, p->qty) == 0 ? p->cost :
			    dec_muldiv(p->cost, qty, p->qty, ROUND_HALF_EVEN);

	l->rpnl = p->side == POS_LONG ? dec_sub(worth, cost) : dec_sub(cost, worth);
	l->after = *p;
	l->after.qty = dec_sub(p->qty, qty);
	l->after.cost = dec_sub(p->cost, cost);
	l->after.rpnl = dec_add(p->rpnl, l->rpnl);
	finish_leg(b, l);
}

static void
add_to_leg(struct booking *b, const struct position *p, dec_t qty, dec_t fee)
{
	struct leg	*l = add_leg(b, ACTION_ADD, qty, fee);

	l->after = *p;
	l->after.qty = dec_add(p->qty, qty);
	l->after.cost = dec_add(p->cost, dec_mul(qty, b->e.px, ROUND_HALF_EVEN));
	finish_leg(b, l);
}

/* The id is a function of the execution: booked again after a crash, it is the same. */
static void
name_position(const struct booking *b, char id[POSITION_ID])
{
	char	 cause[SUB_ID + SYMBOL + 64], uuid[UUID];

	text_putf(cause, sizeof(cause), "position/%s/%s/%lld/%lld", b->account, b->symbol,
	    (long long)b->e.trade_id, (long long)b->order_id);
	uuid_of(cause, uuid);
	text_put(id, POSITION_ID, uuid);
}

static void
open_leg(struct booking *b, const struct terms *o, dec_t qty, dec_t fee)
{
	struct leg	*l = add_leg(b, ACTION_OPEN, qty, fee);

	l->after = (struct position){ .side = side_opens(b->side), .qty = qty,
	    .cost = dec_mul(qty, b->e.px, ROUND_HALF_EVEN), .rpnl = DEC_ZERO, .fees = DEC_ZERO,
	    .leverage = o->leverage, .origin = o->origin, .opened_at = b->e.at,
	    .closing = DEC_ZERO };
	name_position(b, l->after.id);
	text_put(l->after.symbol, sizeof(l->after.symbol), b->symbol);
	finish_leg(b, l);
}

static void
start_booking(const struct account *a, const struct msg_fill *m, struct booking *b)
{
	*b = (struct booking){ .e = m->e, .order_id = m->order_id, .side = m->o.side,
	    .rpnl = DEC_ZERO, .fee = DEC_ZERO, .balance = a->balance };
	text_put(b->account, sizeof(b->account), a->id);
	text_put(b->symbol, sizeof(b->symbol), m->o.symbol);
	text_put(b->clord_id, sizeof(b->clord_id), m->o.clord_id);
}

dec_t
account_book(const struct account *a, const struct msg_fill *m, dec_t fee, struct booking *b)
{
	const struct position	*p = account_position(a, m->o.symbol);
	const bool		 opposite = p != NULL && p->side != side_opens(m->o.side);
	const dec_t		 closed = opposite ? dec_min(m->e.qty, p->qty) : DEC_ZERO;
	const dec_t		 rest = dec_sub(m->e.qty, closed);
	const bool		 may_open = !m->o.closing;
	const dec_t		 booked = may_open ? m->e.qty : closed;

	start_booking(a, m, b);
	if (dec_is_zero(booked))
		return rest;
	const dec_t	 fee_closed = dec_is_zero(closed) ? DEC_ZERO :
			    dec_muldiv(fee, closed, booked, ROUND_HALF_EVEN);
	if (opposite && !dec_is_zero(closed))
		close_leg(b, p, closed, fee_closed);
	if (dec_is_zero(rest) || !may_open)
		return rest;
	if (p != NULL && !opposite)
		add_to_leg(b, p, rest, dec_sub(fee, fee_closed));
	else
		open_leg(b, &m->o, rest, dec_sub(fee, fee_closed));
	return DEC_ZERO;
}

static void
put_position(struct account *a, const struct position *after)
{
	struct position	*p = account_position_by_id(a, after->id);

	if (p == NULL) {
		p = xcalloc(1, sizeof(*p));
		TAILQ_INSERT_TAIL(&a->positions, p, link);
		p->closing = DEC_ZERO;
	}
	tally_add(a->net, after->symbol, dec_sub(position_signed_qty(after),
	    position_signed_qty(p)));
	/* What is under way is not the booking's to say. */
	const dec_t	 closing = p->closing;
	const bool	 watched = p->watched;
	const struct position	 at = *p;
	*p = *after;
	p->link = at.link;
	p->closing = closing;
	p->watched = watched;
	if (dec_is_zero(p->qty))
		position_remove(a, p);
}

void
account_apply(struct account *a, const struct booking *b)
{
	for (int i = 0; i < b->nlegs; i++)
		put_position(a, &b->legs[i].after);
	a->balance = b->balance;
}

/* ---- as JSON ------------------------------------------------------------------------ */

static const struct field	position_v[] = {
	F(position, id, "id", F_STR, FIELD_REQUIRED),
	F(position, symbol, "symbol", F_STR, FIELD_REQUIRED),
	F_NAMED(position, side, "side", pos_side_names, FIELD_REQUIRED),
	F(position, qty, "qty", F_DECS, FIELD_REQUIRED),
	F(position, cost, "cost", F_DECS, FIELD_REQUIRED),
	F(position, rpnl, "rpnl", F_DECS, FIELD_REQUIRED),
	F(position, fees, "fees", F_DECS, FIELD_REQUIRED),
	F(position, leverage, "leverage", F_INT, FIELD_REQUIRED),
	F_NAMED(position, origin, "origin", origin_names, 0),
	F(position, opened_at, "openedAt", F_WALL, 0),
};
static const struct fields	position_fields = FIELDS(position_v);

static const struct field	leg_v[] = {
	F_NAMED(leg, action, "action", action_names, FIELD_REQUIRED),
	F(leg, qty, "qty", F_DECS, FIELD_REQUIRED),
	F(leg, px, "px", F_DECS, FIELD_REQUIRED),
	F(leg, fee, "fee", F_DECS, FIELD_REQUIRED),
	F(leg, rpnl, "rpnl", F_DECS, FIELD_REQUIRED),
	F(leg, change, "change", F_DECS, FIELD_REQUIRED),
	F(leg, after.id, "position.id", F_STR, FIELD_REQUIRED),
	F(leg, after.symbol, "position.symbol", F_STR, FIELD_REQUIRED),
	F_NAMED(leg, after.side, "position.side", pos_side_names, FIELD_REQUIRED),
	F(leg, after.qty, "position.qty", F_DECS, FIELD_REQUIRED),
	F(leg, after.cost, "position.cost", F_DECS, FIELD_REQUIRED),
	F(leg, after.rpnl, "position.rpnl", F_DECS, FIELD_REQUIRED),
	F(leg, after.fees, "position.fees", F_DECS, FIELD_REQUIRED),
	F(leg, after.leverage, "position.leverage", F_INT, FIELD_REQUIRED),
	F_NAMED(leg, after.origin, "position.origin", origin_names, 0),
	F(leg, after.opened_at, "position.openedAt", F_WALL, 0),
};
enum { LEG_OWN = 6 };		/* rows of the leg itself; the rest is its position */
static const struct fields	leg_fields = FIELDS(leg_v);
static const struct fields	leg_own_fields = { leg_v, LEG_OWN };
_Static_assert(NITEMS(leg_v) == LEG_OWN + NITEMS(position_v), "leg_v repeats position_v");

static const struct field	booking_v[] = {
	F(booking, account, "account", F_STR, FIELD_REQUIRED),
	F(booking, symbol, "symbol", F_STR, FIELD_REQUIRED),
	F(booking, clord_id, "clientOrderId", F_STR, 0),
	F(booking, order_id, "orderId", F_I64, FIELD_REQUIRED),
	F(booking, side, "side", F_SIDE, FIELD_REQUIRED),
	F(booking, e.trade_id, "tradeId", F_I64, FIELD_REQUIRED),
	F(booking, e.qty, "qty", F_DECS, FIELD_REQUIRED),
	F(booking, e.px, "px", F_DECS, FIELD_REQUIRED),
	F(booking, e.fee, "venueFee", F_DECS, 0),
	F(booking, e.fee_asset, "venueFeeAsset", F_STR, 0),
	F(booking, e.maker, "maker", F_BOOL, 0),
	F(booking, e.at, "at", F_WALL, 0),
	F(booking, rpnl, "rpnl", F_DECS, FIELD_REQUIRED),
	F(booking, fee, "fee", F_DECS, FIELD_REQUIRED),
	F(booking, balance, "balance", F_DECS, FIELD_REQUIRED),
};
static const struct fields	booking_fields = FIELDS(booking_v);

void
booking_write(const struct booking *b, struct buf *out)
{
	jw_open(out, '{');
	fields_write(&booking_fields, b, out);
	jw_key(out, "legs");
	jw_open(out, '[');
	for (int i = 0; i < b->nlegs; i++) {
		jw_open(out, '{');
		fields_write(&leg_own_fields, &b->legs[i], out);
		jw_key(out, "position");
		fields_object(&position_fields, &b->legs[i].after, out);
		jw_close(out, '}');
	}
	jw_close(out, ']');
	jw_close(out, '}');
}

static int
on_leg(void *arg, void *element)
{
	struct booking	*b = arg;

	if (b->nlegs == LEGS_MAX)
		return -1;
	b->legs[b->nlegs] = *(const struct leg *)element;
	b->legs[b->nlegs++].after.closing = DEC_ZERO;
	return 0;
}

int
booking_read(struct booking *b, const char *json, size_t len, struct why *why)
{
	struct field_fault	 ff;

	fields_blank(&booking_fields, b, sizeof(*b));
	if (fields_read(&booking_fields, b, json, len, &ff) == -1 ||
	    fields_read_array(&leg_fields, sizeof(struct leg), "legs", json, len, on_leg, b,
	    &ff) == -1)
		return why_set(why, "booking: %s", ff.text);
	return 0;
}

static const struct field	account_v[] = {
	F(account, balance, "balance", F_DECS, FIELD_REQUIRED),
};
static const struct fields	account_fields = FIELDS(account_v);

void
account_write(const struct account *a, struct buf *out)
{
	const struct position	*p;

	jw_open(out, '{');
	fields_write(&account_fields, a, out);
	jw_key(out, "positions");
	jw_open(out, '[');
	TAILQ_FOREACH(p, &a->positions, link)
		fields_object(&position_fields, p, out);
	jw_close(out, ']');
	jw_close(out, '}');
}

static int
on_position(void *arg, void *element)
{
	struct position	*p = element;

	p->closing = DEC_ZERO;
	put_position(arg, p);
	return 0;
}

int
account_read(struct account *a, const char *json, size_t len, struct why *why)
{
	struct field_fault	 ff;
	struct position		*p;

	while ((p = TAILQ_FIRST(&a->positions)) != NULL)
		position_remove(a, p);
	if (fields_read(&account_fields, a, json, len, &ff) == -1 ||
	    fields_read_array(&position_fields, sizeof(struct position), "positions", json, len,
	    on_position, a, &ff) == -1)
		return why_set(why, "account %s: %s", a->id, ff.text);
	return 0;
}

/* ---- its event stream ------------------------------------------------------------- */

static int
read_balance(struct account *a, const char *json, size_t len, struct why *why)
{
	struct field_fault	 ff;

	return fields_read(&account_fields, a, json, len, &ff) == -1 ? why_set(why, "%s", ff.text) :
	    0;
}

static int
read_execution(struct account *a, const char *json, size_t len, struct why *why)
{
	struct booking	 b;

	if (booking_read(&b, json, len, why) == -1)
		return -1;
	account_apply(a, &b);
	return 0;
}

static const struct {
	const char	*type;
	int		 (*read)(struct account *, const char *json, size_t len, struct why *);
} event_types[] = {
	{ "balance_external", read_balance },
	{ "execution", read_execution },
	{ "opened", account_read },
};

int
account_event_read(struct account *a, const char *type, const char *json, size_t len,
    struct why *why)
{
	for (size_t i = 0; i < NITEMS(event_types); i++)
		if (text_eq(type, event_types[i].type))
			return event_types[i].read(a, json, len, why);
	return why_set(why, "there is no event of type '%s'", type);
}
