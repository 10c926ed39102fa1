/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/intake.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

enum { LIST_DEFAULT = 500, LIST_MOST = 1000 };

#define WEEK_MS	INT64_C(604800000)

static void
note_order(struct call *c, const struct order *o)
{
	c->order_id = o->id;
	text_put(c->clord_id, sizeof(c->clord_id), o->terms.clord_id);
}

struct reject
trade_place(struct call *c)
{
	struct terms	 t;
	struct order	*o = NULL;
	struct reject	 r = intake_parse(c->form, c->w->exchange.hedged, &t);

	if (!reject_is_set(&r))
		r = exchange_place(&c->w->exchange, c->desk, &t, c->now, &o);
	if (o == NULL)
		return r;
	note_order(c, o);
	print_order(c->out, o, t.wants_result ? ORDER_RESULT : ORDER_ACK);
	return r;
}

/* orderId wins where both are sent. */
static struct reject
find(struct call *c, struct order **found)
{
	const int64_t	 id = form_int(c->form, "orderId", -1);
	const char	*clord_id = form_str(c->form, "origClientOrderId");

	*found = NULL;
	if (id == -1 && clord_id == NULL)
		return reject_with(REJ_MANDATORY, "orderId");
	*found = id != -1 ? orders_find(&c->desk->orders, id) :
	    orders_find_clord_id(&c->desk->orders, clord_id);
	if (*found != NULL)
		note_order(c, *found);
	return reject_none();
}

/* Queries are answered by a copy of the exchange's books, which may lag behind. */
static bool
is_seen(const struct call *c, const struct order *o)
{
	return wall_add_us(o->created, c->w->trouble.lag_ms * 1000).us <= c->now.us;
}

struct reject
trade_query(struct call *c)
{
	struct order		*o;
	const struct reject	 r = find(c, &o);

	if (reject_is_set(&r))
		return r;
	if (o == NULL || !is_seen(c, o))
		return reject_as(REJ_NO_SUCH_ORDER);
	print_order(c->out, o, ORDER_QUERY);
	return r;
}

struct reject
trade_open_order(struct call *c)
{
	struct order		*o;
	const struct reject	 r = find(c, &o);

	if (reject_is_set(&r))
		return r;
	if (o == NULL || !order_is_open(o) || !is_seen(c, o))
		return reject_as(REJ_NO_SUCH_ORDER);
	print_order(c->out, o, ORDER_QUERY);
	return r;
}

struct reject
trade_cancel(struct call *c)
{
	struct order		*o;
	const struct reject	 r = find(c, &o);

	if (reject_is_set(&r))
		return r;
	if (o == NULL || !order_is_open(o))
		return reject_as(REJ_UNKNOWN_ORDER);
	exchange_cancel(&c->w->exchange, o, c->now);
	print_order(c->out, o, ORDER_RESULT);
	return r;
}

struct reject
trade_cancel_all(struct call *c)
{
	exchange_cancel_all(&c->w->exchange, c->desk, c->now);
	return call_done(c, "The operation of cancel all open order is done.");
}

static void
print_open(const struct call *c, const struct desk *d)
{
	const struct order	*o;

	TAILQ_FOREACH(o, &d->orders.open, open_link)
		if (is_seen(c, o))
			print_order(c->out, o, ORDER_QUERY);
}

struct reject
trade_open_orders(struct call *c)
{
	jw_open(c->out, '[');
	for (size_t i = 0; i < c->w->exchange.n; i++)
		if (c->desk == NULL || c->desk == &c->w->exchange.desks[i])
			print_open(c, &c->w->exchange.desks[i]);
	jw_close(c->out, ']');
	return reject_none();
}

/* ---- history -------------------------------------------------------------- */

/* What part of a history is asked for: from an index on, until a time, so many. */
struct slice {
	size_t	 from;
	wall_t	 until;
	int64_t	 limit;
};

static struct reject
check_window(const struct call *c)
{
	const int64_t	 start = form_int(c->form, "startTime", -1);
	const int64_t	 end = form_int(c->form, "endTime", -1);
	const int64_t	 limit = form_int(c->form, "limit", LIST_DEFAULT);

	if (limit < 1 || limit > LIST_MOST)
		return reject_with(REJ_BAD_PARAM, "limit");
	if (form_str(c->form, "fromId") != NULL && (start != -1 || end != -1))
		return reject_as(REJ_COMBINATION);
	if (start != -1 && end != -1 && end < start)
		return reject_with(REJ_BAD_PARAM, "endTime");
	if (start != -1 && end != -1 && end - start > WEEK_MS)
		return reject_as(REJ_INTERVAL);
	return reject_none();
}

/*
 * A time on one side only means a week to the other side; no time and no id
 * means the newest.  since() finds the first index that is not older.
 */
static struct slice
slice_of(const struct call *c, size_t n, int64_t first_id, const char *id_name,
    size_t (*since)(const struct orders *, wall_t))
{
	const int64_t	 start = form_int(c->form, "startTime", -1);
	const int64_t	 end = form_int(c->form, "endTime", -1);
	const int64_t	 id = form_int(c->form, id_name, -1);
	struct slice	 s = {
		.until = { INT64_MAX }, .limit = form_int(c->form, "limit", LIST_DEFAULT),
	};

	if (end != -1)
		s.until = wall_from_ms(end + 1);
	else if (start != -1)
		s.until = wall_from_ms(start + WEEK_MS);
	if (start != -1 || end != -1)
		s.from = since(&c->desk->orders, wall_from_ms(start != -1 ? start : end - WEEK_MS));
	else if (id != -1)
		s.from = id <= first_id ? 0 : (size_t)(id - first_id);
	else
		s.from = n > (size_t)s.limit ? n - (size_t)s.limit : 0;
	return s;
}

struct reject
trade_all_orders(struct call *c)
{
	const struct orders	*os = &c->desk->orders;
	const struct reject	 r = check_window(c);

	if (reject_is_set(&r))
		return r;
	struct slice	 s = slice_of(c, os->n, os->first_id, "orderId", orders_first_since);
	jw_open(c->out, '[');
	for (size_t i = s.from; i < os->n && s.limit > 0; i++, s.limit--) {
		if (os->v[i]->created.us >= s.until.us || !is_seen(c, os->v[i]))
			break;
		print_order(c->out, os->v[i], ORDER_LIST);
	}
	jw_close(c->out, ']');
	return r;
}

static bool
asks_for_a_window(const struct call *c)
{
	return form_str(c->form, "startTime") != NULL || form_str(c->form, "endTime") != NULL ||
	    form_str(c->form, "fromId") != NULL;
}

/* Those of one order, or of any: -1.  Without a window an order's begin when it was made. */
static void
print_trades(struct call *c, int64_t order_id)
{
	const struct orders	*os = &c->desk->orders;
	const struct order	*o = orders_find(os, order_id);
	struct slice		 s = slice_of(c, os->ntrades, os->first_trade_id, "fromId",
				    orders_first_trade_since);

	if (o != NULL && !asks_for_a_window(c))
		s.from = orders_first_trade_since(os, o->created);
	for (size_t i = s.from; i < os->ntrades && s.limit > 0; i++) {
		if (os->trades[i].at.us >= s.until.us)
			break;
		if (order_id != -1 && os->trades[i].order_id != order_id)
			continue;
		print_trade(c->out, &os->trades[i]);
		s.limit--;
	}
}

struct reject
trade_user_trades(struct call *c)
{
	const int64_t		 order_id = form_int(c->form, "orderId", -1);
	const struct reject	 r = check_window(c);

	if (reject_is_set(&r))
		return r;
	jw_open(c->out, '[');
	print_trades(c, order_id);
	jw_close(c->out, ']');
	return r;
}
