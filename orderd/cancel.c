/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/cancel.h"

static const int	delays_ms[] = { 100, 250, 500, 1000, 2000, 5000 };

/* DONE where a request of ours may have caused it, see cancel_step(). */
static const uint8_t	steps[ORD_N] = {
	[ORD_NONE] = CANCEL_UNKNOWN,
	[ORD_NEW] = CANCEL_UNSENT,
	[ORD_SENT] = CANCEL_WAIT,
	[ORD_WORKING] = CANCEL_SEND,
	[ORD_IN_DOUBT] = CANCEL_SEND,
	[ORD_FILLED] = CANCEL_FINAL,
	[ORD_CANCELED] = CANCEL_DONE,
	[ORD_EXPIRED] = CANCEL_DONE,
	[ORD_REJECTED] = CANCEL_FINAL,	/* unless it lives, see cancel_step() */
};

enum cancel_step
cancel_step(const struct cancel *c, const struct order *o, bool looking, mono_t now)
{
	enum cancel_step	 step;

	if (c->gone)
		return CANCEL_DONE;
	if (o == NULL)
		return looking || mono_before(now, c->unknown_at) ? CANCEL_WAIT : CANCEL_UNKNOWN;
	step = (enum cancel_step)steps[o->state];
	/* It had been told as refused, and the exchange has named it: it may still stand there. */
	if (o->state == ORD_REJECTED && o->order_id != 0)
		step = !c->sent ? CANCEL_SEND : c->under_way ? CANCEL_WAIT : CANCEL_FINAL;
	/* Whoever is told of its end is told what it has executed, too. */
	if (order_is_final(o) && order_is_missing(o))
		return CANCEL_WAIT;
	if (step == CANCEL_SEND && (c->under_way || mono_before(now, c->at)))
		return CANCEL_WAIT;
	if (step == CANCEL_DONE && !c->sent)
		return CANCEL_FINAL;
	return step;
}

void
cancel_sent(struct cancel *c)
{
	c->under_way = c->sent = true;
}

void
cancel_taken(struct cancel *c)
{
	c->under_way = false;
	c->gone = true;
}

void
cancel_failed(struct cancel *c, mono_t now)
{
	const int	 last = (int)NITEMS(delays_ms) - 1;

	c->under_way = false;
	c->at = mono_after_ms(now, delays_ms[c->tries < last ? c->tries : last]);
	c->tries++;
}
