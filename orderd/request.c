/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/request.h"

#include "base/text.h"
#include "venue/status.h"

#include <stdio.h>

/* ---- asking ------------------------------------------------------------------ */

/*
 * The mode is named with every order, because its default differs by interface
 * and has changed before.  Of two orders of the desk that would meet, the one
 * that rests gives way: a reduction must not fail for an order that waits.
 */
void
request_place(const struct terms *o, struct buf *b)
{
	query_add(b, "symbol", o->symbol);
	query_add(b, "side", names_get(&side_names, (int)o->side));
	query_add(b, "type", names_get(&ord_type_names, (int)o->type));
	query_add_dec(b, "quantity", o->qty);
	if (o->type == TYPE_LIMIT) {
		query_add_dec(b, "price", o->px);
		query_add(b, "timeInForce", "GTC");
	}
	if (o->reduce_only)
		query_add(b, "reduceOnly", "true");
	query_add(b, "newClientOrderId", o->clord_id);
	query_add(b, "selfTradePreventionMode", "EXPIRE_MAKER");
}

void
request_query(const struct terms *o, struct buf *b)
{
	query_add(b, "symbol", o->symbol);
	query_add(b, "origClientOrderId", o->clord_id);
}

void
request_query_id(const char *symbol, int64_t order_id, struct buf *b)
{
	query_add(b, "symbol", symbol);
	query_add_int(b, "orderId", order_id);
}

void
request_trades(const struct terms *o, int64_t order_id, struct buf *b)
{
	query_add(b, "symbol", o->symbol);
	query_add_int(b, "orderId", order_id);
	query_add_int(b, "limit", 1000);
}

/* ---- reading ------------------------------------------------------------------ */

static const struct field	answer_v[] = {
	F(answer, code, "code", F_INT, 0),
	F(answer, msg, "msg", F_STR, 0),
	F(answer, clord_id, "clientOrderId", F_STR, 0),
	F(answer, symbol, "symbol", F_STR, 0),
	F(answer, side, "side", F_SIDE, 0),
	F(answer, order_id, "orderId", F_I64, 0),
	F(answer, status, "status", F_STR, 0),
	F(answer, qty, "origQty", F_DEC, 0),
	F(answer, px, "price", F_DEC, 0),
	F(answer, cum_qty, "executedQty", F_DEC, 0),
	F(answer, server_ms, "serverTime", F_I64, 0),
	F(answer, hedge, "dualSidePosition", F_BOOL, 0),
};
static const struct fields	answer_fields = FIELDS(answer_v);

/* A text that is too long for its member counts as no answer: it is asked for again. */
void
answer_read(struct answer *a, const char *body, size_t len)
{
	struct field_fault	 ff;

	fields_blank(&answer_fields, a, sizeof(*a));
	if (fields_read(&answer_fields, a, body, len, &ff) == 0)
		return;
	fields_blank(&answer_fields, a, sizeof(*a));
	/* Firewalls answer in HTML, and the exchange's 503s are told apart by their text. */
	snprintf(a->msg, sizeof(a->msg), "%.*s", (int)(len < sizeof(a->msg) ? len : sizeof(a->msg)),
	    body);
}

struct fault
answer_fault(const struct answer *a, int http)
{
	return fault_of(http, a->code, a->msg);
}

int
answer_next_order(const char *body, size_t len, size_t *at, struct answer *a)
{
	struct field_fault	 ff;

	return fields_read_next(&answer_fields, a, sizeof(*a), body, len, at, &ff);
}

void
answer_report(const struct answer *a, const struct terms *o, struct msg_report *r)
{
	fields_blank(&msg_report_fields, r, sizeof(*r));
	r->kind = REPORT_ORDER;
	text_put(r->clord_id, sizeof(r->clord_id), o != NULL ? o->clord_id : a->clord_id);
	text_put(r->symbol, sizeof(r->symbol), o != NULL ? o->symbol : a->symbol);
	r->side = o != NULL ? o->side : a->side;
	r->order_id = a->order_id;
	r->status = venue_status_of(a->status);
	r->qty = a->qty;
	r->px = a->px;
	r->cum_qty = a->cum_qty;
}

/* ---- trades --------------------------------------------------------------------- */

struct trade_row {
	int64_t		id, order_id;
	enum side	side;
	dec_t		qty, px, fee;
	char		fee_asset[ASSET];
	bool		maker;
	wall_t		at;
};

static const struct field	trade_v[] = {
	F(trade_row, id, "id", F_I64, FIELD_REQUIRED),
	F(trade_row, order_id, "orderId", F_I64, FIELD_REQUIRED),
	F(trade_row, side, "side", F_SIDE, 0),
	F(trade_row, qty, "qty", F_DEC, FIELD_REQUIRED),
	F(trade_row, px, "price", F_DEC, FIELD_REQUIRED),
	F(trade_row, fee, "commission", F_DEC, 0),
	F(trade_row, fee_asset, "commissionAsset", F_STR, 0),
	F(trade_row, maker, "maker", F_BOOL, 0),
	F(trade_row, at, "time", F_WALL, 0),
};
static const struct fields	trade_fields = FIELDS(trade_v);

struct finder {
	found_each	*each;
	void		*arg;
};

static int
on_trade(void *arg, void *element)
{
	const struct finder	*w = arg;
	const struct trade_row	*t = element;
	struct found		 f = { .order_id = t->order_id, .side = t->side };

	f.e = (struct exec){ .trade_id = t->id, .qty = t->qty, .px = t->px,
	    .fee = dec_ok(t->fee) ? t->fee : DEC_ZERO, .maker = t->maker, .at = t->at };
	text_put(f.e.fee_asset, sizeof(f.e.fee_asset), t->fee_asset);
	return w->each(w->arg, &f);
}

int
answer_found(const char *body, size_t len, found_each *each, void *arg)
{
	struct finder		 w = { each, arg };
	struct field_fault	 ff;

	return fields_read_array(&trade_fields, sizeof(struct trade_row), "", body, len, on_trade,
	    &w, &ff) == -1 ? -1 : 0;
}

void
found_report(const struct found *f, const struct answer *order, struct msg_report *r)
{
	answer_report(order, NULL, r);
	r->order_id = f->order_id;
	r->side = f->side;
	r->e = f->e;
	r->at = f->e.at;
}

struct walk_one {
	const struct terms	*o;
	report_each		*each;
	void			*arg;
};

/* It says nothing of the order's state: that is a sign of life at least. */
static int
on_own_trade(void *arg, const struct found *f)
{
	const struct walk_one	*w = arg;
	const struct answer	 a = { .order_id = f->order_id, .qty = DEC_NONE, .px = DEC_NONE,
				    .cum_qty = DEC_NONE };
	struct msg_report	 r;

	answer_report(&a, w->o, &r);
	r.status = VS_PARTIALLY_FILLED;
	r.e = f->e;
	r.at = f->e.at;
	w->each(w->arg, &r);
	return 0;
}

int
answer_trades(const struct terms *o, const char *body, size_t len, report_each *each, void *arg)
{
	struct walk_one	 w = { o, each, arg };

	return answer_found(body, len, on_own_trade, &w);
}

/* ---- the account ----------------------------------------------------------------- */

struct position_row {
	char	symbol[SYMBOL];
	dec_t	amount;
};

static const struct field	position_v[] = {
	F(position_row, symbol, "symbol", F_STR, FIELD_REQUIRED),
	F(position_row, amount, "positionAmt", F_DEC, 0),
};
static const struct fields	position_fields = FIELDS(position_v);

struct symbols {
	symbol_each	*each;
	void		*arg;
};

static int
on_position(void *arg, void *element)
{
	const struct symbols		*w = arg;
	const struct position_row	*p = element;

	if (dec_ok(p->amount) && !dec_is_zero(p->amount))
		w->each(w->arg, p->symbol);
	return 0;
}

int
answer_positions(const char *body, size_t len, symbol_each *each, void *arg)
{
	struct symbols		 w = { each, arg };
	struct field_fault	 ff;

	return fields_read_array(&position_fields, sizeof(struct position_row), "", body, len,
	    on_position, &w, &ff) == -1 ? -1 : 0;
}

struct limit_row {
	char	type[24], interval[16];
	int	num;
	int64_t	limit;
};

static const struct field	limit_v[] = {
	F(limit_row, type, "rateLimitType", F_STR, 0),
	F(limit_row, interval, "interval", F_STR, 0),
	F(limit_row, num, "intervalNum", F_INT, 0),
	F(limit_row, limit, "limit", F_I64, 0),
};
static const struct fields	limit_fields = FIELDS(limit_v);

static int
on_limit(void *arg, void *element)
{
	struct order_limits	*l = arg;
	const struct limit_row	*r = element;

	if (!text_eq(r->type, "ORDERS"))
		return 0;
	if (text_eq(r->interval, "SECOND") && r->num == 10)
		l->per_10s = r->limit;
	if (text_eq(r->interval, "MINUTE") && r->num == 1)
		l->per_minute = r->limit;
	return 0;
}

struct order_limits
answer_limits(const char *body, size_t len)
{
	struct order_limits	 l = { 0, 0 };
	struct field_fault	 ff;

	if (fields_read_array(&limit_fields, sizeof(struct limit_row), "", body, len, on_limit, &l,
	    &ff) == -1)
		return (struct order_limits){ 0, 0 };
	return l;
}
