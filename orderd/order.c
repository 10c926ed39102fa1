/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/order.h"

#include "base/die.h"

NAMES(ord_state_names, ORD_N,
    [ORD_NONE] = "-", [ORD_NEW] = "new", [ORD_SENT] = "sent", [ORD_WORKING] = "working",
    [ORD_IN_DOUBT] = "in_doubt", [ORD_FILLED] = "filled", [ORD_CANCELED] = "canceled",
    [ORD_EXPIRED] = "expired", [ORD_REJECTED] = "rejected");
NAMES(ord_event_names, ON_N,
    [ON_SUBMIT] = "submit", [ON_ACK] = "ack", [ON_REFUSE] = "refuse", [ON_LOST] = "lost",
    [ON_PARTIAL] = "partial", [ON_FILL] = "fill", [ON_CANCEL] = "cancel",
    [ON_EXPIRE] = "expire", [ON_ABSENT] = "absent");

/*
 * Stream and answers come in any order: a fill before the accept, an accept
 * after the end.  So a final state takes everything, and stays.
 */
#define FINAL(s)	[ON_ACK] = s, [ON_LOST] = s, [ON_PARTIAL] = s, [ON_FILL] = s, \
			[ON_CANCEL] = s, [ON_EXPIRE] = s
#define ON_THE_EXCHANGE	[ON_ACK] = ORD_WORKING, [ON_PARTIAL] = ORD_WORKING, \
			[ON_FILL] = ORD_FILLED, [ON_CANCEL] = ORD_CANCELED, \
			[ON_EXPIRE] = ORD_EXPIRED
static const uint8_t	next_state[ORD_N][ON_N] = {
	/* A report of what has not been sent: an earlier life sent it. */
	[ORD_NEW]      = { ON_THE_EXCHANGE, [ON_SUBMIT] = ORD_SENT, [ON_REFUSE] = ORD_REJECTED },
	[ORD_SENT]     = { ON_THE_EXCHANGE, [ON_REFUSE] = ORD_REJECTED, [ON_LOST] = ORD_IN_DOUBT },
	[ORD_WORKING]  = { ON_THE_EXCHANGE, [ON_LOST] = ORD_WORKING },
	[ORD_IN_DOUBT] = { ON_THE_EXCHANGE, [ON_LOST] = ORD_IN_DOUBT, [ON_ABSENT] = ORD_REJECTED },
	[ORD_FILLED]   = { FINAL(ORD_FILLED) },
	[ORD_CANCELED] = { FINAL(ORD_CANCELED) },
	[ORD_EXPIRED]  = { FINAL(ORD_EXPIRED) },
	[ORD_REJECTED] = { FINAL(ORD_REJECTED) },	/* and an alarm: see order_step() */
};

enum ord_state
order_next_state(enum ord_state s, enum ord_event on)
{
	return (enum ord_state)next_state[s][on];
}

static const enum ord_status	status_of_state[ORD_N] = {
	[ORD_NONE] = OS_IDLE, [ORD_NEW] = OS_PLACING, [ORD_SENT] = OS_PLACING,
	[ORD_WORKING] = OS_ACTIVE, [ORD_IN_DOUBT] = OS_PLACING, [ORD_FILLED] = OS_FILLED,
	[ORD_CANCELED] = OS_CANCELLED, [ORD_EXPIRED] = OS_EXPIRED, [ORD_REJECTED] = OS_FAILED,
};

bool
order_is_final(const struct order *o)
{
	return ord_status_is_final(status_of_state[o->state]);
}

bool
order_is_missing(const struct order *o)
{
	return dec_cmp(o->cum_qty, o->told_qty) < 0;
}

bool
order_is_over(const struct order *o)
{
	return order_is_final(o) && !order_is_missing(o);
}

bool
order_is_settled(const struct order *o)
{
	return o->state == ORD_WORKING || order_is_final(o);
}

enum ord_status
order_status(const struct order *o)
{
	/* Its end is not told before its last execution. */
	if (order_is_final(o) && order_is_missing(o))
		return OS_ACTIVE;
	return o->state == ORD_WORKING && o->cancelling ? OS_CANCELLING : status_of_state[o->state];
}

dec_t
order_avg_px(const struct order *o)
{
	return dec_is_zero(o->cum_qty) ? DEC_NONE : dec_div(o->cost, o->cum_qty, ROUND_HALF_EVEN);
}

bool
order_knows(const struct order *o, int64_t trade_id)
{
	for (size_t i = o->ntrades; i-- > 0;)
		if (o->trades[i] == trade_id)
			return true;
	return false;
}

/* True when it is new. */
static bool
count(struct order *o, const struct exec *e)
{
	if (e->trade_id == 0 || order_knows(o, e->trade_id))
		return false;
	if ((o->ntrades & (o->ntrades - 1)) == 0)	/* doubles at each power of two */
		o->trades = xrealloc(o->trades,
		    (o->ntrades == 0 ? 1 : o->ntrades * 2) * sizeof(*o->trades));
	o->trades[o->ntrades++] = e->trade_id;
	o->last = *e;
	o->cum_qty = dec_add(o->cum_qty, e->qty);
	o->cost = dec_add(o->cost, dec_mul(e->qty, e->px, ROUND_HALF_EVEN));
	return true;
}

static unsigned
changes(struct order *o, const struct order_input *in, enum ord_state next)
{
	const bool	 named = in->order_id != 0 && o->order_id == 0;
	unsigned	 acts = 0;

	if (named)
		o->order_id = in->order_id;
	if (named || next != o->state)
		acts |= ACT_STATE;
	if (next == ORD_IN_DOUBT && o->state != ORD_IN_DOUBT)
		acts |= ACT_IN_DOUBT;
	if (next == ORD_REJECTED && o->state == ORD_REJECTED && in->on != ON_LOST)
		acts |= ACT_ALARM;
	o->state = next;
	return acts;
}

/* Reports come in any order: only the smaller quantity is the newer one. */
static unsigned
amend(struct order *o, dec_t qty)
{
	if (!dec_ok(qty) || dec_sign(qty) <= 0 || dec_cmp(qty, o->qty) >= 0 || order_is_final(o))
		return 0;
	o->qty = qty;
	return ACT_AMENDED;
}

unsigned
order_step(struct order *o, const struct order_input *in)
{
	const enum ord_state	 next = order_next_state(o->state, in->on);
	const bool		 was_over = order_is_over(o);
	unsigned		 acts;

	if (next == ORD_NONE)
		return ACT_IMPOSSIBLE;
	acts = amend(o, in->qty) | changes(o, in, next);
	o->heard = o->heard || in->heard;
	if (count(o, &in->e))
		acts |= ACT_EXECUTION;
	if (dec_ok(in->told_qty))
		o->told_qty = dec_max(o->told_qty, in->told_qty);
	if (order_is_missing(o))
		acts |= ACT_MISSING;
	if (order_is_over(o) && (!was_over || acts & ACT_EXECUTION))
		acts |= ACT_OVER;
	return acts;
}

struct order_input
order_input_of(const struct msg_report *r)
{
	static const enum ord_event	 events[VS_N] = {
		[VS_UNKNOWN] = ON_ACK, [VS_NEW] = ON_ACK, [VS_PARTIALLY_FILLED] = ON_PARTIAL,
		[VS_FILLED] = ON_FILL, [VS_CANCELED] = ON_CANCEL, [VS_EXPIRED] = ON_EXPIRE,
		[VS_REJECTED] = ON_CANCEL,	/* it stood there: its end is a cancel to the outside */
	};

	return (struct order_input){ events[r->status], r->order_id, r->cum_qty, r->qty, false, r->e };
}
