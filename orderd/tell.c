/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"
#include "io/answer.h"
#include "wire/jw.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_AT_ONCE = 100 };	/* in one EXEC, lest it stop the others */

/* ---- the order as the outside reads it ---------------------------------------------- */

static const char *const	reasons[ORD_N] = {
	[ORD_CANCELED] = "CANCELED", [ORD_EXPIRED] = "EXPIRED", [ORD_REJECTED] = "REJECTED",
};

struct msg_fill
tell_compose(const struct order *o, const struct msg_report *r)
{
	struct msg_fill	 m;

	fields_blank(&msg_fill_fields, &m, sizeof(m));
	m.o = o->o;
	m.o.qty = o->qty;
	m.order_id = o->order_id;
	m.status = order_status(o);
	m.cum_qty = o->cum_qty;
	m.avg_px = order_avg_px(o);
	if (ord_status_is_final(m.status) && reasons[o->state] != NULL)
		text_put(m.reason, sizeof(m.reason), reasons[o->state]);
	if (r == NULL)
		return m;
	m.e = r->e;
	m.at = r->at;
	text_putf(m.id, sizeof(m.id), "%sf", r->id);
	return m;
}

/* The event's head, the order, and the account it does not carry; left open for more. */
static void
open_event(struct orderd *d, struct buf *b, enum key k, const struct msg_fill *m)
{
	const struct spelling		 s = orderd_spelling(d);
	const struct event_stamp	 stamp = event_stamp_next(&d->seq, loop_wall(d->base->loop));

	outside_event(b, key_event_type(k), m->o.sub, stamp);
	outside_order(b, m, &s, stamp.at);
	jw_put_raw(b, "account", "{}");
}

static void
publish(struct orderd *d, struct txn *t, enum key k, const struct msg_fill *m)
{
	struct buf	 b = { 0 };

	open_event(d, &b, k, m);
	jw_close(&b, '}');
	txn_publish(t, k, NULL, b.p);
	buf_free(&b);
}

/* ---- what rests: a row for the gateway ------------------------------------------------ */

static void
write_row(struct orderd *d, const struct order *o, struct buf *b)
{
	const struct spelling	 s = orderd_spelling(d);
	struct msg_fill		 m = tell_compose(o, NULL);

	m.e = o->last;
	jw_open(b, '{');
	jw_put_str(b, "subAccountId", o->o.sub);
	outside_order(b, &m, &s, loop_wall(d->base->loop));
}

static void
put_row(struct orderd *d, struct txn *t, const struct order *o)
{
	struct buf	 b = { 0 };

	write_row(d, o, &b);
	jw_close(&b, '}');
	txn_hset(t, K_OPEN_ORDERS, o->o.sub, o->o.clord_id, b.p);
	txn_expire(t, K_OPEN_ORDERS, o->o.sub, KEY_TTL_OPEN_ORDERS_S);
	buf_free(&b);
}

void
tell_row(struct orderd *d, const struct order *o)
{
	struct txn	*t;

	if (!o->shown || o->state != ORD_WORKING)
		return;
	t = txn_new(d->base->bus, "row", NULL);
	put_row(d, t, o);
	txn_commit(t, NULL, NULL);
}

/* Whose orders a person wants to be told of one by one: an algo moves its own all the time. */
static bool
is_announced(const struct terms *o)
{
	return *o->parent_id == '\0';
}

/* Its own EXEC: what answers a command may be overtaken, and a row must not outlive its order. */
void
tell_resting(struct orderd *d, struct order *o)
{
	struct msg_fill	 m;
	struct txn	*t;

	if (o->o.type == TYPE_MARKET || o->shown || o->state != ORD_WORKING)
		return;
	o->shown = true;
	m = tell_compose(o, NULL);
	t = txn_new(d->base->bus, "resting", NULL);
	put_row(d, t, o);
	if (is_announced(&o->o))
		publish(d, t, K_EV_ORDER_PLACED, &m);
	publish(d, t, K_EV_ORDER_ACTIVE, &m);
	txn_commit(t, NULL, NULL);
}

/* ---- what Redis may have lost ------------------------------------------------------------ */

/* What riskd holds nothing for: it reads the terms from the ledger, and holds them again. */
static void
on_reserved(void *arg, const redisReply *r)
{
	struct orderd	*d = arg;
	struct order	*o;
	const int64_t	 round = ++d->resv_round;

	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++)
		if ((o = blotter_find(&d->blotter, r->element[i]->str)) != NULL)
			o->resv_round = round;
	TAILQ_FOREACH(o, &d->blotter.live, link)
		if (o->resv_round != round && o->item == NULL && o->state == ORD_WORKING)
			tell_adopted(d, o);
}

struct ghosts {
	struct orderd	*d;
	char		 sub[SUB_ID];
};

/* Rows of orders that rest no more: an earlier life did not come to take them away. */
static void
drop_ghosts(void *arg, const redisReply *r)
{
	struct ghosts	*g = arg;
	struct txn	*t = txn_new(g->d->base->bus, "ghosts", NULL);

	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		const char		*clord_id = r->element[i]->str;
		const struct order	*o = blotter_find(&g->d->blotter, clord_id);

		if (o == NULL || order_is_over(o))
			txn_hdel(t, K_OPEN_ORDERS, g->sub, clord_id);
	}
	txn_commit(t, NULL, NULL);
	free(g);
}

static void
look_into(struct orderd *d, const char *key)
{
	struct ghosts	*g = xcalloc(1, sizeof(*g));
	char		 none[KEY_MAX];

	g->d = d;
	if (text_copy(g->sub, sizeof(g->sub),
	    key + strlen(key_format(K_OPEN_ORDERS, "", none))) == -1) {
		free(g);	/* no account is called so */
		return;
	}
	bus_ask(d->base->bus, drop_ghosts, g, 2, (const char *[]){ "HKEYS", key });
}

static void
look_for_ghosts(void *arg, const redisReply *r)
{
	struct orderd		*d = arg;
	const redisReply	*keys = r->type == REDIS_REPLY_ARRAY && r->elements == 2 ?
				    r->element[1] : NULL;
	char			 pattern[KEY_MAX];

	for (size_t i = 0; keys != NULL && i < keys->elements; i++)
		look_into(d, keys->element[i]->str);
	if (keys != NULL && !text_eq(r->element[0]->str, "0"))
		bus_ask(d->base->bus, look_for_ghosts, d, 6, (const char *[]){ "SCAN",
		    r->element[0]->str, "MATCH", key_format(K_OPEN_ORDERS, "*", pattern), "COUNT",
		    "1000" });
}

void
tell_rows_again(struct orderd *d)
{
	struct txn	*t = txn_new(d->base->bus, "rows", NULL);
	unsigned	 n = 0;
	struct order	*o;
	char		 key[KEY_MAX];

	TAILQ_FOREACH(o, &d->blotter.live, link) {
		if (!o->shown || o->state != ORD_WORKING)
			continue;
		put_row(d, t, o);
		if (++n % ROWS_AT_ONCE == 0) {
			txn_commit(t, NULL, NULL);
			t = txn_new(d->base->bus, "rows", NULL);
		}
	}
	txn_commit(t, NULL, NULL);
	bus_ask(d->base->bus, look_for_ghosts, d, 6, (const char *[]){ "SCAN", "0", "MATCH",
	    key_format(K_OPEN_ORDERS, "*", key), "COUNT", "1000" });
	bus_ask(d->base->bus, on_reserved, d, 2,
	    (const char *[]){ "HKEYS", key_format(K_RESV, NULL, key) });
}

/* ---- outcomes --------------------------------------------------------------------------- */

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

static bool
is_answered_here(const struct terms *o)
{
	return *o->parent_id == '\0' && command_answerer(o->what) == BY_ORDERD;
}

/* text: what the command is answered, if that is ours to do. */
static void
commit(struct orderd *d, struct txn *t, const struct terms *o, const char *text)
{
	if (is_answered_here(o))
		answer_commit(d->base->bus, o->request_id, text, t, NULL, NULL);
	else
		txn_commit(t, NULL, NULL);
}

/* {order_failed, the order object, error}: it does not stand on the exchange. */
static void
publish_failed(struct orderd *d, struct txn *t, const struct terms *o, const struct refusal_of *r)
{
	struct msg_fill	 m;
	struct buf	 b = { 0 };

	fields_blank(&msg_fill_fields, &m, sizeof(m));
	m.o = *o;
	m.status = OS_FAILED;
	open_event(d, &b, K_EV_ORDER_FAILED, &m);
	jw_put_str(&b, "errorCode", deny_code(r->code));
	jw_put_str(&b, "error", *r->error == '\0' ? deny_text(r->code) : r->error);
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
	if (o->type != TYPE_MARKET)
		txn_hdel(t, K_OPEN_ORDERS, o->sub, o->clord_id);
	publish_failed(d, t, o, r);
	log_info("order_failed", "sub=%s clord_id=%s sym=%s code=%s venue_code=%d why=\"%s\"",
	    o->sub, o->clord_id, o->symbol, m->code, m->venue_code, m->error);
	if (*o->parent_id == '\0')
		return;
	text_put(child.code, sizeof(child.code), m->code);
	text_put(child.error, sizeof(child.error), m->error);
	txn_push_msg(t, K_Q_CHILD, &msg_child_fields, &child);
}

static void
answer_refused(const struct terms *o, const struct refusal_of *r, struct buf *b)
{
	struct buf	 details = { 0 };

	jw_open(&details, '{');
	jw_put_str(&details, "clientOrderId", o->clord_id);
	if (r->venue_code != 0)
		jw_put_int(&details, "exchangeCode", r->venue_code);
	jw_close(&details, '}');
	answer_refusal(b, &(struct refusal){ .code = r->code,
	    .error = *r->error == '\0' ? NULL : r->error, .details = details.p });
	buf_free(&details);
}

static void
commit_refusal(struct orderd *d, struct txn *t, const struct terms *o, const struct refusal_of *r)
{
	struct buf	 b = { 0 };

	answer_refused(o, r, &b);
	commit(d, t, o, b.p);
	buf_free(&b);
}

static void
answer_taken(const struct order *o, struct buf *b)
{
	char	 id[24];

	text_putf(id, sizeof(id), "%lld", (long long)o->order_id);
	jw_open(b, '{');
	jw_put_bool(b, "success", true);
	jw_put_str(b, "clientOrderId", o->o.clord_id);
	jw_put_str_or_null(b, "orderId", o->order_id == 0 ? "" : id);
	jw_put_str(b, "state", names_get(&ord_status_names, (int)order_status(o)));
	jw_put_dec(b, "quantity", o->o.qty);
	if (dec_ok(o->o.px))
		jw_put_dec(b, "price", o->o.px);
	jw_put_dec(b, "filledQty", o->cum_qty);
	jw_close(b, '}');
}

static void
tell_accepted(struct orderd *d, struct txn *t, const struct order *o, struct msg_outcome *m)
{
	const struct msg_child	 child = child_of(&o->o, CHILD_ACCEPTED, m->id);
	struct buf		 b = { 0 };

	m->order_id = o->order_id;
	txn_push_msg(t, K_Q_OUTCOME, &msg_outcome_fields, m);
	if (*o->o.parent_id != '\0')
		txn_push_msg(t, K_Q_CHILD, &msg_child_fields, &child);
	answer_taken(o, &b);
	commit(d, t, &o->o, b.p);
	buf_free(&b);
}

void
tell_outcome(struct orderd *d, struct order *o)
{
	const bool		 refused = o->state == ORD_REJECTED;
	struct msg_outcome	 m = outcome_of(&o->o, refused ? OUT_REFUSED : OUT_ACCEPTED, "r");
	struct txn		*t = txn_new(d->base->bus, "outcome", o->item);

	o->item = NULL;
	if (!refused) {
		tell_accepted(d, t, o, &m);
		return;
	}
	m.order_id = o->order_id;
	put_refusal(d, t, &o->o, &m, &o->refusal);
	commit_refusal(d, t, &o->o, &o->refusal);
}

void
tell_doubt(struct orderd *d, struct order *o)
{
	const struct msg_outcome	 m = outcome_of(&o->o, OUT_IN_DOUBT, "q");
	struct txn			*t = txn_new(d->base->bus, "in_doubt", NULL);
	struct buf			 b = { 0 };

	o->doubted = true;
	txn_push_msg(t, K_Q_OUTCOME, &msg_outcome_fields, &m);
	write_row(d, o, &b);
	jw_put_int(&b, "since", wall_ms(loop_wall(d->base->loop)));
	jw_close(&b, '}');
	txn_hset(t, K_DOUBT, NULL, o->o.clord_id, b.p);
	buf_free(&b);
	txn_commit(t, NULL, NULL);
}

/* It is not in doubt any more. */
void
tell_known(struct orderd *d, struct order *o)
{
	struct txn			*t = txn_new(d->base->bus, "known", NULL);
	struct msg_outcome		 m = outcome_of(&o->o, OUT_ACCEPTED, "k");

	m.order_id = o->order_id;
	o->doubted = false;
	txn_hdel(t, K_DOUBT, NULL, o->o.clord_id);
	/* Of an order whose item has left nothing else says that it is known again. */
	if (o->item == NULL && o->state == ORD_WORKING)
		txn_push_msg(t, K_Q_OUTCOME, &msg_outcome_fields, &m);
	txn_commit(t, NULL, NULL);
}

void
tell_adopted(struct orderd *d, const struct order *o)
{
	const struct msg_outcome	 m = outcome_of(&o->o, OUT_ADOPTED, "a");
	struct txn			*t = txn_new(d->base->bus, "adopted", NULL);

	txn_push_msg(t, K_Q_OUTCOME, &msg_outcome_fields, &m);
	txn_commit(t, NULL, NULL);
}

/* It never came to a request. */
void
tell_unsent(struct orderd *d, struct item *item, const struct terms *o, enum outcome kind,
    const struct refusal_of *r)
{
	struct msg_outcome	 m = outcome_of(o, kind, "r");
	struct txn		*t = txn_new(d->base->bus, "unsent", item);

	put_refusal(d, t, o, &m, r);
	commit_refusal(d, t, o, r);
}

/* An end like any other to riskd: what was reserved is free, and the event is published there. */
void
tell_cancelled_unsent(struct orderd *d, struct item *item, const struct terms *o)
{
	const struct refusal_of	 r = { .code = DENY_ORDER_CANCELLED };
	struct txn		*t = txn_new(d->base->bus, "cancelled_unsent", item);
	struct msg_fill		 m;

	fields_blank(&msg_fill_fields, &m, sizeof(m));
	m.o = *o;
	m.status = OS_CANCELLED;
	m.cum_qty = DEC_ZERO;
	m.at = loop_wall(d->base->loop);
	text_put(m.reason, sizeof(m.reason), "CANCELLED");
	text_putf(m.id, sizeof(m.id), "%sx", o->clord_id);
	txn_push_msg(t, K_Q_FILL, &msg_fill_fields, &m);
	if (*o->parent_id != '\0') {
		struct msg_child	 child = child_of(o, CHILD_ENDED, m.id);

		child.cum_qty = DEC_ZERO;
		txn_push_msg(t, K_Q_CHILD, &msg_child_fields, &child);
	}
	log_info("cancelled_unsent", "sub=%s clord_id=%s sym=%s", o->sub, o->clord_id, o->symbol);
	commit_refusal(d, t, o, &r);
}

/* ---- executions and ends ------------------------------------------------------------------ */

static void
put_fill_row(struct orderd *d, struct txn *t, const struct msg_fill *m)
{
	const struct order	*o = blotter_find(&d->blotter, m->o.clord_id);

	if (m->o.type == TYPE_MARKET)
		return;
	if (o != NULL && o->shown && !order_is_over(o))
		put_row(d, t, o);
	else if (o == NULL || order_is_over(o))
		txn_hdel(t, K_OPEN_ORDERS, m->o.sub, m->o.clord_id);
}

/* An execution, or the end of an order: riskd books it, an algo may wait for it. */
void
tell_fill(struct orderd *d, struct item *item, const struct msg_fill *m)
{
	const bool	 over = ord_status_is_final(m->status);
	struct txn	*t = txn_new(d->base->bus, "fill", item);

	txn_push_msg(t, K_Q_FILL, &msg_fill_fields, m);
	put_fill_row(d, t, m);
	if (!over)
		publish(d, t, K_EV_ORDER_PARTIAL, m);
	if (*m->o.parent_id != '\0') {
		struct msg_child	 child = child_of(&m->o, over ? CHILD_ENDED : CHILD_EXEC, m->id);

		child.cum_qty = m->cum_qty;
		child.avg_px = m->avg_px;
		txn_push_msg(t, K_Q_CHILD, &msg_child_fields, &child);
	}
	txn_commit(t, NULL, NULL);
}

/* Nobody's: riskd keeps it, and nobody is told. */
void
tell_external(struct orderd *d, struct item *item, const struct msg_fill *m)
{
	struct txn	*t = txn_new(d->base->bus, "external", item);

	txn_push_msg(t, K_Q_FILL, &msg_fill_fields, m);
	txn_commit(t, NULL, NULL);
}
