/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"
#include "wire/jw.h"

#include <hiredis/hiredis.h>

#include <stdio.h>

enum { ORDERS_IN_FLIGHT = 512, REPORTS_IN_FLIGHT = 512 };

/* ---- what the others are told ---------------------------------------------------- */

static struct msg_child
child_of(const struct terms *o, enum child_kind kind, const char *id)
{
	struct msg_child	 m;

	fields_blank(&msg_child_fields, &m, sizeof(m));
	m.kind = kind;
	text_putf(m.id, sizeof(m.id), "%sc", id);
	text_put(m.algo_id, sizeof(m.algo_id), o->parent_id);
	text_put(m.clord_id, sizeof(m.clord_id), o->clord_id);
	text_put(m.position_id, sizeof(m.position_id), o->position_id);
	return m;
}

/* {order_failed, the order object, error}: it does not stand on the exchange. */
static void
publish_failed(struct orderd *d, struct txn *t, const struct terms *o,
    const struct refusal_of *r)
{
	const struct spelling		 s = orderd_spelling(d);
	const struct event_stamp	 stamp = event_stamp_next(&d->seq, loop_wall(d->base->loop));
	struct msg_fill			 m;
	struct buf			 b = { 0 };

	fields_blank(&msg_fill_fields, &m, sizeof(m));
	m.o = *o;
	m.status = OS_FAILED;
	outside_event(&b, key_event_type(K_EV_ORDER_FAILED), o->sub, stamp);
	outside_order(&b, &m, &s, stamp.at);
	jw_put_str(&b, "errorCode", deny_code(r->code));
	jw_put_str(&b, "error", *r->error == '\0' ? deny_text(r->code) : r->error);
	jw_put_raw(&b, "account", "{}");
	jw_close(&b, '}');
	txn_publish(t, K_EV_ORDER_FAILED, NULL, b.p);
	buf_free(&b);
}

static void
put_refusal(struct orderd *d, struct txn *t, const struct terms *o, struct msg_outcome *m,
    const struct refusal_of *r)
{
	struct msg_child	 child = child_of(o, CHILD_REJECTED, m->id);

	text_put(m->code, sizeof(m->code), deny_code(r->code));
	m->venue_code = r->venue_code;
	snprintf(m->error, sizeof(m->error), "%s", r->error);
	txn_push_msg(t, K_Q_OUTCOME, &msg_outcome_fields, m);
	publish_failed(d, t, o, r);
	log_info("order_failed", "sub=%s clord_id=%s sym=%s code=%s venue_code=%d why=\"%s\"",
	    o->sub, o->clord_id, o->symbol, m->code, m->venue_code, m->error);
	if (*o->parent_id == '\0')
		return;
	text_put(child.code, sizeof(child.code), m->code);
	text_put(child.error, sizeof(child.error), m->error);
	txn_push_msg(t, K_Q_CHILD, &msg_child_fields, &child);
}

static struct msg_outcome
outcome_of(const struct terms *o, enum outcome kind, const char *letter)
{
	struct msg_outcome	 m;

	fields_blank(&msg_outcome_fields, &m, sizeof(m));
	m.kind = kind;
	text_put(m.clord_id, sizeof(m.clord_id), o->clord_id);
	text_putf(m.id, sizeof(m.id), "%s%s", o->clord_id, letter);
	return m;
}

void
bus_tell_outcome(struct orderd *d, struct order *o)
{
	const bool		 refused = o->state == ORD_REJECTED;
	struct msg_outcome	 m = outcome_of(&o->o, refused ? OUT_REFUSED : OUT_ACCEPTED, "r");
	struct txn		*t = txn_new(d->base->bus, "outcome", o->item);

	m.order_id = o->order_id;
	if (refused)
		put_refusal(d, t, &o->o, &m, &o->refusal);
	else {
		const struct msg_child	 child = child_of(&o->o, CHILD_ACCEPTED, m.id);

		txn_push_msg(t, K_Q_OUTCOME, &msg_outcome_fields, &m);
		if (*o->o.parent_id != '\0')
			txn_push_msg(t, K_Q_CHILD, &msg_child_fields, &child);
	}
	o->item = NULL;
	txn_commit(t, NULL, NULL);
}

void
bus_tell_doubt(struct orderd *d, const struct order *o)
{
	const struct msg_outcome	 m = outcome_of(&o->o, OUT_IN_DOUBT, "q");
	struct txn			*t = txn_new(d->base->bus, "in_doubt", NULL);

	txn_push_msg(t, K_Q_OUTCOME, &msg_outcome_fields, &m);
	txn_commit(t, NULL, NULL);
}

/* It never came to a request. */
void
bus_tell_unsent(struct orderd *d, struct item *item, const struct terms *o, enum outcome kind,
    const struct refusal_of *r)
{
	struct msg_outcome	 m = outcome_of(o, kind, "r");
	struct txn		*t = txn_new(d->base->bus, "unsent", item);

	put_refusal(d, t, o, &m, r);
	txn_commit(t, NULL, NULL);
}

static void
publish_partial(struct orderd *d, struct txn *t, const struct msg_fill *m)
{
	const struct spelling		 s = orderd_spelling(d);
	const struct event_stamp	 stamp = event_stamp_next(&d->seq, loop_wall(d->base->loop));
	struct buf			 b = { 0 };

	outside_event(&b, key_event_type(K_EV_ORDER_PARTIAL), m->o.sub, stamp);
	outside_order(&b, m, &s, stamp.at);
	jw_put_raw(&b, "account", "{}");
	jw_close(&b, '}');
	txn_publish(t, K_EV_ORDER_PARTIAL, NULL, b.p);
	buf_free(&b);
}

/* An execution, or the end of an order: riskd books it, an algo may wait for it. */
void
bus_tell_fill(struct orderd *d, struct item *item, const struct msg_fill *m)
{
	const bool	 over = ord_status_is_final(m->status);
	struct txn	*t = txn_new(d->base->bus, "fill", item);

	txn_push_msg(t, K_Q_FILL, &msg_fill_fields, m);
	if (!over)
		publish_partial(d, t, m);
	if (*m->o.parent_id != '\0') {
		struct msg_child	 child = child_of(&m->o, over ? CHILD_ENDED : CHILD_EXEC, m->id);

		child.cum_qty = m->cum_qty;
		child.avg_px = m->avg_px;
		txn_push_msg(t, K_Q_CHILD, &msg_child_fields, &child);
	}
	txn_commit(t, NULL, NULL);
}

/* ---- the stream's state ----------------------------------------------------------- */

/*
 * pms:last:orderd holds the number of the last stream_up that was reconciled, 0
 * while a gap is open: it is what a later life of ours and of riskd's begins with.
 */
static void
put_last(struct orderd *d, struct txn *t, int64_t no)
{
	char	 text[24];

	text_putf(text, sizeof(text), "%lld", (long long)no);
	txn_set(t, K_LAST, d->base->spec->name, text);
}

void
bus_tell_gap(struct orderd *d, struct item *item)
{
	struct txn	*t = txn_new(d->base->bus, "gap", item);

	put_last(d, t, 0);
	txn_commit(t, NULL, NULL);
}

void
bus_tell_reconciled(struct orderd *d)
{
	struct txn		*t = txn_new(d->base->bus, "reconciled", d->up_item);
	struct msg_outcome	 m;

	fields_blank(&msg_outcome_fields, &m, sizeof(m));
	m.kind = OUT_RECONCILED;
	m.stream_no = d->up_no;
	text_putf(m.id, sizeof(m.id), "u%lldr", (long long)d->up_no);
	txn_push_msg(t, K_Q_OUTCOME, &msg_outcome_fields, &m);
	put_last(d, t, d->up_no);
	log_info("reconciled", "stream_no=%lld", (long long)d->up_no);
	d->reconciled_no = d->up_no;
	d->up_no = 0;
	d->up_item = NULL;
	txn_commit(t, NULL, NULL);
}

/* What we found by asking waits behind what the stream has told. */
void
bus_push_report(struct orderd *d, const struct msg_report *found)
{
	struct msg_report	 r = *found;
	struct txn		*t = txn_new(d->base->bus, "found", NULL);

	text_putf(r.id, sizeof(r.id), "r%lld",
	    (long long)event_stamp_next(&d->no, loop_wall(d->base->loop)).seq);
	txn_push_msg(t, K_Q_REPORT, &msg_report_fields, &r);
	txn_commit(t, NULL, NULL);
}

/* ---- taking ------------------------------------------------------------------------- */

static void
on_order(void *arg, struct item *item)
{
	place_item(arg, item);
}

static void
on_report(void *arg, struct item *item)
{
	apply_item(arg, item);
}

/* In the order they are handled when several wait: what ends risk first. */
enum { TAKE_URGENT, TAKE_REPORT, TAKE_ORDER, TAKES };
static const struct source	sources[TAKES] = {
	[TAKE_URGENT] = { .key = K_Q_URGENT, .end = TAKE_LEFT, .max_in_flight = ORDERS_IN_FLIGHT,
	    .handle = on_order },
	[TAKE_REPORT] = { .key = K_Q_REPORT, .end = TAKE_LEFT, .max_in_flight = REPORTS_IN_FLIGHT,
	    .handle = on_report },
	[TAKE_ORDER] = { .key = K_Q_ORDER, .end = TAKE_LEFT, .max_in_flight = ORDERS_IN_FLIGHT,
	    .handle = on_order },
};
_Static_assert(TAKES <= NITEMS(((struct orderd *)0)->takes), "takes");

/* An intent is known before its execution: work lists of orders first, reports last. */
static void
on_reports_told(void *arg)
{
	struct orderd	*d = arg;

	apply_recovered(d);
	daemon_status(d->base, "ready");
	daemon_ready(d->base);
}

static void
on_orders_told(void *arg)
{
	struct orderd	*d = arg;

	take_start(d->takes[TAKE_REPORT], on_reports_told);
}

static void
on_urgent_told(void *arg)
{
	struct orderd	*d = arg;

	take_start(d->takes[TAKE_ORDER], on_orders_told);
}

static void
on_last(void *arg, const redisReply *r)
{
	struct orderd	*d = arg;

	if (r->type == REDIS_REPLY_STRING &&
	    text_to_i64(r->str, 0, INT64_MAX, &d->reconciled_no) == 0)
		d->stream_up = d->reconciled_no != 0;
	for (int i = 0; i < TAKES; i++)
		d->takes[i] = bus_take(d->base->bus, &sources[i], d);
	take_start(d->takes[TAKE_URGENT], on_urgent_told);
}

void
bus_serve(struct orderd *d)
{
	char	 key[KEY_MAX];

	bus_ask(d->base->bus, on_last, d, 2,
	    (const char *[]){ "GET", key_format(K_LAST, d->base->spec->name, key) });
}
