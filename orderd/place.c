/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { LANE_RETRY_MS = 20 };

/* An order of a lane, by name: it may be gone when its turn comes. */
struct waiter {
	char			 clord_id[CLORD_ID];
	STAILQ_ENTRY(waiter)	 link;
};

/* ---- what may not leave ------------------------------------------------------------ */

/* A child's closing order carries no deadline: a stop that fired is never too late. */
static bool
is_expired(struct orderd *d, const struct expiry *act, const struct terms *o)
{
	struct loop	*l = d->base->loop;

	if (*o->parent_id != '\0' && *act->boot == '\0')
		return false;
	return expiry_passed(act, loop_boot(l), loop_now(l));
}

static void
refuse(struct refusal_of *r, enum deny code, int venue_code, const char *error)
{
	*r = (struct refusal_of){ .code = code, .venue_code = venue_code };
	snprintf(r->error, sizeof(r->error), "%s", error);
}

static void
end_expired(struct orderd *d, struct item *item, const struct terms *o)
{
	struct refusal_of	 r;

	d->expired++;
	refuse(&r, DENY_INFRA_TIMEOUT, 0, "it could not be sent in time, and was not");
	bus_tell_unsent(d, item, o, OUT_EXPIRED, &r);
}

/* ---- the lanes --------------------------------------------------------------------- */

static void
submit(struct orderd *d, struct order *o, enum http_lane lane)
{
	d->sent++;
	d->lanes[lane].under_way++;
	doubt_signed(&o->doubt, daemon_confirmed(d->base), orderd_window_ms(d));
	orderd_step(d, o, &(struct order_input){ .on = ON_SUBMIT, .told_qty = DEC_NONE });
	/* Both at once; the item leaves its work list when both are done. */
	venue_place(d, o, lane);
	store_placed(d, o);
}

static bool
may_send(struct orderd *d, enum http_lane lane)
{
	const wall_t	 now = venue_time(d, loop_now(d->base->loop));

	return d->lanes[lane].under_way < (unsigned)d->conf->connections && venue_may_sign(d) &&
	    pace_may(&d->pace, lane == LANE_URGENT, endpoint_get(EP_ORDER_PLACE)->weight,
	    endpoint_get(EP_ORDER_PLACE)->orders, now);
}

/* False: it has to wait, and all behind it. */
static bool
send_first(struct orderd *d, enum http_lane lane, struct waiter *w)
{
	struct order	*o = blotter_find(&d->blotter, w->clord_id);
	const bool	 wanted = o != NULL && o->state == ORD_NEW;

	if (wanted && is_expired(d, &o->act, &o->o)) {
		end_expired(d, o->item, &o->o);
		blotter_remove(&d->blotter, o);
	} else if (wanted && !may_send(d, lane))
		return false;
	else if (wanted)
		submit(d, o, lane);
	STAILQ_REMOVE_HEAD(&d->lanes[lane].waiting, link);
	free(w);
	return true;
}

static void
send_lane(struct orderd *d, enum http_lane lane)
{
	struct waiter	*w;

	while ((w = STAILQ_FIRST(&d->lanes[lane].waiting)) != NULL)
		if (!send_first(d, lane, w)) {
			timer_in_ms(d->lane_timer, LANE_RETRY_MS);
			return;
		}
}

static void
send_waiting(struct orderd *d)
{
	send_lane(d, LANE_URGENT);
	send_lane(d, LANE_NORMAL);
}

static void
on_lane_time(void *arg)
{
	send_waiting(arg);
}

static void
enter_lane(struct orderd *d, const struct order *o, enum http_lane lane)
{
	struct waiter	*w = xcalloc(1, sizeof(*w));

	text_put(w->clord_id, sizeof(w->clord_id), o->o.clord_id);
	STAILQ_INSERT_TAIL(&d->lanes[lane].waiting, w, link);
	send_waiting(d);
}

/* ---- outcomes ---------------------------------------------------------------------- */

/* Its asker hears once it is known what became of it, and that is stored. */
void
place_settle(struct orderd *d, struct order *o)
{
	const bool	 rejected = o->state == ORD_REJECTED && !o->retired;

	if (o->writing > 0 || !order_is_settled(o) || (o->item == NULL && !rejected))
		return;
	bus_tell_outcome(d, o);
	if (!rejected)
		return;
	blotter_retire(&d->blotter, o);
	apply_check_reconciled(d);
}

static void
end_refused(struct orderd *d, struct order *o, const struct order_input *in)
{
	if (orderd_step(d, o, in) & ACT_IMPOSSIBLE)
		return;
	store_refused(d, o);
	doubt_end(&o->doubt);
}

void
place_absent(struct orderd *d, struct order *o)
{
	d->not_placed++;
	refuse(&o->refusal, DENY_NOT_PLACED, 0, "the exchange never had it; it was not placed");
	end_refused(d, o, &(struct order_input){ .on = ON_ABSENT, .told_qty = DEC_NONE });
}

static void
end_doubtful(struct orderd *d, struct order *o)
{
	if (orderd_step(d, o, &(struct order_input){ .on = ON_LOST, .told_qty = DEC_NONE }) &
	    ACT_IN_DOUBT)
		bus_tell_doubt(d, o);
	place_settle(d, o);
}

static void
end_accepted(struct orderd *d, struct order *o, int64_t order_id)
{
	d->accepted++;
	orderd_step(d, o,
	    &(struct order_input){ .on = ON_ACK, .order_id = order_id, .told_qty = DEC_NONE });
	place_settle(d, o);
}

static void
end_rejected(struct orderd *d, struct order *o, const struct fault *f, const struct answer *r)
{
	d->refused++;
	if (f->what == FAULT_FATAL)
		log_error("exchange_refuses_us", "code=%d msg=\"%s\"; look at key and account",
		    r->code, r->msg);
	if (f->what == FAULT_CLOCK)
		venue_sync_clock(d);
	refuse(&o->refusal, f->code, r->code, r->msg);
	end_refused(d, o, &(struct order_input){ .on = ON_REFUSE, .told_qty = DEC_NONE });
}

static void
judge_answer(struct orderd *d, struct order *o, const struct http_answer *a)
{
	struct answer	 r;

	if (a->status == 0 && !a->sent) {
		r = (struct answer){ .msg = "" };
		snprintf(r.msg, sizeof(r.msg), "no connection to the exchange: %s", a->why);
		end_rejected(d, o, &(struct fault){ FAULT_REFUSED, DENY_NOT_PLACED }, &r);
		return;
	}
	answer_read(&r, a->body, a->len);
	const struct fault	 f = answer_fault(&r, a->status);
	switch (f.what) {
	case FAULT_NONE:
	case FAULT_NOOP:
		if (r.order_id != 0)
			end_accepted(d, o, r.order_id);
		else
			end_doubtful(d, o);
		return;
	case FAULT_DOUBT:
	case FAULT_GONE:	/* an order of this name is open: ours, then */
		log_warn("in_doubt", "clord_id=%s status=%d code=%d why=\"%s%s\"; it is asked for",
		    o->o.clord_id, a->status, r.code, r.msg, a->why);
		end_doubtful(d, o);
		return;
	case FAULT_CLOCK:
	case FAULT_FATAL:
	case FAULT_REFUSED:
	case FAULT_THROTTLED:
	case FAULT_N:
		end_rejected(d, o, &f, &r);
		return;
	}
}

void
place_answered(struct orderd *d, const char *clord_id, enum http_lane lane,
    const struct http_answer *a)
{
	struct order	*o = blotter_find(&d->blotter, clord_id);

	d->lanes[lane].under_way--;
	if (o != NULL)
		judge_answer(d, o, a);
	send_waiting(d);
}

/* ---- items -------------------------------------------------------------------------- */

/* A copy of what has been told, or an intent of an earlier life whose outcome is to be told. */
static void
meet_again(struct orderd *d, struct order *o, struct item *item)
{
	if (o->item != NULL || !item->found) {
		log_warn("placed_before", "clord_id=%s state=%s; the copy is dropped",
		    o->o.clord_id, names_get(&ord_state_names, (int)o->state));
		bus_ack(d->base->bus, item);
		return;
	}
	o->item = item;
	place_settle(d, o);
}

/*
 * An intent of an earlier life that the ledger does not know: the request may
 * have left all the same.
 */
static void
adopt_intent(struct orderd *d, const struct msg_order *m, struct item *item)
{
	struct order	*o = blotter_add(&d->blotter, &m->o);

	o->item = item;
	o->recovered = true;
	doubt_signed(&o->doubt, loop_now(d->base->loop), orderd_window_ms(d));
	orderd_step(d, o, &(struct order_input){ .on = ON_SUBMIT, .told_qty = DEC_NONE });
	store_placed(d, o);
	end_doubtful(d, o);
}

struct finding {
	struct orderd		*d;
	struct item		*item;
	struct msg_order	 m;
};

static void	place_new(struct orderd *, const struct msg_order *, struct item *);

static void
on_found(void *arg, struct order *o)
{
	struct finding	*f = arg;

	if (o != NULL)
		meet_again(f->d, o, f->item);
	else if (f->item->found)
		adopt_intent(f->d, &f->m, f->item);
	else
		place_new(f->d, &f->m, f->item);
	free(f);
}

static void
find_intent(struct orderd *d, const struct msg_order *m, struct item *item)
{
	struct finding	*f = xcalloc(1, sizeof(*f));

	*f = (struct finding){ d, item, *m };
	store_find(d, m->o.clord_id, on_found, f);
}

static void
place_new(struct orderd *d, const struct msg_order *m, struct item *item)
{
	struct refusal_of	 r;

	if (is_expired(d, &m->act, &m->o)) {
		end_expired(d, item, &m->o);
		return;
	}
	if (!m->o.closing && !store_is_prompt(d)) {
		d->refused++;
		refuse(&r, DENY_INFRA_LEDGER, 0, deny_text(DENY_INFRA_LEDGER));
		bus_tell_unsent(d, item, &m->o, OUT_REFUSED, &r);
		return;
	}
	struct order	*o = blotter_add(&d->blotter, &m->o);
	o->act = m->act;
	o->item = item;
	enter_lane(d, o, m->o.closing ? LANE_URGENT : LANE_NORMAL);
}

void
place_item(struct orderd *d, struct item *item)
{
	struct msg_order	 m;
	struct field_fault	 ff;
	struct order		*o;

	fields_blank(&msg_order_fields, &m, sizeof(m));
	if (fields_read(&msg_order_fields, &m, item->text, item->len, &ff) == -1) {
		log_error("order_unreadable", "why=\"%s\"", ff.text);
		bus_park(d->base->bus, item, ff.text);
		return;
	}
	if ((o = blotter_find(&d->blotter, m.o.clord_id)) != NULL)
		meet_again(d, o, item);
	else if (item->found || store_is_finding(d, m.o.clord_id))
		find_intent(d, &m, item);
	else
		place_new(d, &m, item);
}

/* ---- start and end ------------------------------------------------------------------- */

void
place_start(struct orderd *d)
{
	for (int i = 0; i < LANE_N; i++)
		STAILQ_INIT(&d->lanes[i].waiting);
	d->lane_timer = timer_new(d->base->loop, on_lane_time, d);
}

void
place_fini(struct orderd *d)
{
	struct waiter	*w;

	for (int i = 0; i < LANE_N; i++)
		while ((w = STAILQ_FIRST(&d->lanes[i].waiting)) != NULL) {
			STAILQ_REMOVE_HEAD(&d->lanes[i].waiting, link);
			free(w);
		}
	timer_free(d->lane_timer);
}
