/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/intake.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

#define COUNTDOWN_MOST_MS	INT64_C(253402300799000)

static void
note_order(struct call *c, const struct order *o)
{
	c->order_id = o->id;
	text_put(c->clord_id, sizeof(c->clord_id), o->terms.clord_id);
}

static void
answer(const struct call *c, const struct order *o, enum order_form form, int64_t modify_id)
{
	print_order_in(c->out, o, form, c->w->habits.old_shape ? SHAPE_OLD : SHAPE_TODAY,
	    modify_id);
}

struct reject
trade_place_in(struct call *c, enum stp absent)
{
	struct terms	 t;
	struct order	*o = NULL;
	struct reject	 r = intake_parse(c->form, c->w->exchange.hedged, absent, &t);

	if (!reject_is_set(&r))
		r = exchange_place(&c->w->exchange, c->desk, &t, c->now, &o);
	if (o == NULL)
		return r;
	note_order(c, o);
	answer(c, o, t.wants_result ? ORDER_RESULT : ORDER_ACK, NO_MODIFY_ID);
	return r;
}

struct reject
trade_place(struct call *c)
{
	return trade_place_in(c, c->over_ws ? STP_NONE : STP_EXPIRE_MAKER);
}

/* Judged like an order, and then forgotten. */
struct reject
trade_test(struct call *c)
{
	struct order	 o = {
		.listing = c->desk->listing, .created = c->now, .updated = c->now,
		.cum_qty = DEC_ZERO, .cum_quote = DEC_ZERO,
	};
	struct reject	 r = intake_parse(c->form, c->w->exchange.hedged, STP_NONE, &o.terms);

	if (!reject_is_set(&r))
		r = exchange_try(&c->w->exchange, c->desk, &o.terms, c->now);
	if (!reject_is_set(&r))
		print_order_in(c->out, &o, ORDER_ACK, SHAPE_OLD, NO_MODIFY_ID);
	return r;
}

/* orderId wins where both are sent. */
struct reject
trade_find(struct call *c, struct order **found)
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

wall_t
trade_seen_until(const struct call *c)
{
	return wall_add_us(c->now, -c->w->trouble.lag_ms * 1000);
}

bool
trade_is_seen(const struct call *c, const struct order *o)
{
	return o->created.us <= trade_seen_until(c).us;
}

struct reject
trade_query(struct call *c)
{
	struct order		*o;
	const struct reject	 r = trade_find(c, &o);

	if (reject_is_set(&r))
		return r;
	if (o == NULL || !trade_is_seen(c, o) || !order_is_kept(o, c->now))
		return reject_as(REJ_NO_SUCH_ORDER);
	print_order(c->out, o, ORDER_QUERY);
	return r;
}

struct reject
trade_open_order(struct call *c)
{
	struct order		*o;
	const struct reject	 r = trade_find(c, &o);

	if (reject_is_set(&r))
		return r;
	if (o == NULL || !order_is_open(o) || !trade_is_seen(c, o))
		return reject_as(REJ_NO_SUCH_ORDER);
	print_order(c->out, o, ORDER_QUERY);
	return r;
}

struct reject
trade_cancel(struct call *c)
{
	struct order		*o;
	const struct reject	 r = trade_find(c, &o);

	if (reject_is_set(&r))
		return r;
	if (o == NULL || !order_is_open(o))
		return reject_as(REJ_UNKNOWN_ORDER);
	exchange_cancel(&c->w->exchange, o, c->now);
	answer(c, o, ORDER_RESULT, NO_MODIFY_ID);
	return r;
}

struct reject
trade_modify(struct call *c)
{
	struct change	 change;
	struct order	*o = NULL;
	struct reject	 r = intake_parse_change(c->form, c->w->exchange.hedged, &change);

	if (!reject_is_set(&r))
		r = trade_find(c, &o);
	if (!reject_is_set(&r) && o == NULL)
		r = reject_as(REJ_NO_SUCH_ORDER);
	if (!reject_is_set(&r))
		r = exchange_modify(&c->w->exchange, o, &change, c->now);
	if (!reject_is_set(&r))
		answer(c, o, ORDER_CHANGED, change.modify_id);
	return r;
}

struct reject
trade_count_down(struct call *c)
{
	const int64_t	 ms = form_int(c->form, "countdownTime", 0);

	if (ms > COUNTDOWN_MOST_MS)
		return reject_with(REJ_BAD_PARAM, "countdownTime");
	exchange_count_down(&c->w->exchange, c->desk, ms, c->now);
	jw_open(c->out, '{');
	jw_put_str(c->out, "symbol", c->desk->listing->symbol);
	jw_put_str(c->out, "countdownTime", form_str(c->form, "countdownTime"));
	jw_close(c->out, '}');
	return reject_none();
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
		if (trade_is_seen(c, o))
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
