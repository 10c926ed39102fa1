/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

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

/* A barrier stops what was asked for before it; what ends risk at once is not stopped. */
static bool
is_stopped(struct orderd *d, const struct terms *o, int64_t no)
{
	const bool	 ends_risk = o->closing && o->type == TYPE_MARKET;

	return !ends_risk && barriers_stop(&d->barriers, o->sub, o->symbol, no);
}

/* What the exchange's pace stops waits for it, up to its deadline. */
#define PACE_MODES	(mode_bit(MODE_BANNED, true) | mode_bit(MODE_THROTTLED, true))

/* OUT_N: it may leave, as far as that depends on us. */
static enum outcome
gate(struct orderd *d, const struct terms *o, const struct expiry *act, bool reduces,
    struct refusal_of *r)
{
	if (is_expired(d, act, o)) {
		d->expired++;
		refuse(r, DENY_INFRA_TIMEOUT, 0, "it could not be sent in time, and was not");
		return OUT_EXPIRED;
	}
	const struct mode_row	*m = mode_against(orderd_modes(d, o->sub) & ~PACE_MODES, !reduces);
	if (m == NULL)
		return OUT_N;
	d->refused++;
	refuse(r, m->code, 0, m->text == NULL ? "" : m->text);
	return OUT_REFUSED;
}

/* ---- leaving ----------------------------------------------------------------------- */

static void
submit(struct orderd *d, struct order *o, enum http_lane lane)
{
	d->sent++;
	o->sent_at = loop_now(d->base->loop);
	doubt_signed(&o->doubt, daemon_confirmed(d->base), orderd_window_ms(d));
	orderd_step(d, o, &(struct order_input){ .on = ON_SUBMIT, .told_qty = DEC_NONE });
	/* Both at once; the item leaves its work list when both are done. */
	venue_place(d, o, lane);
	store_placed(d, o, NULL, NULL);
}

/* True: it waits no longer, for it is gone, or may not leave any more. */
bool
place_is_over(struct orderd *d, const char *clord_id)
{
	struct order		*o = blotter_find(&d->blotter, clord_id);
	struct refusal_of	 r;
	enum outcome		 shut;

	if (o == NULL || o->state != ORD_NEW)
		return true;
	if ((shut = gate(d, &o->o, &o->act, o->reduces, &r)) == OUT_N)
		return false;
	tell_unsent(d, o->item, &o->o, shut, &r);
	blotter_remove(&d->blotter, o);
	return true;
}

bool
place_leave(struct orderd *d, enum line line, const char *clord_id)
{
	if (place_is_over(d, clord_id))
		return true;
	/* After a pause an operator may have said something that was not read yet. */
	if (!halts_are_fresh(d->halts) || !line_may_send(d, line))
		return false;
	submit(d, blotter_find(&d->blotter, clord_id),
	    line == LINE_OPEN ? LANE_NORMAL : LANE_URGENT);
	return true;
}

/* A cancel overtook it: it has not left, and is forgotten. */
void
place_end_unsent(struct orderd *d, struct order *o)
{
	d->cancelled++;
	tell_cancelled_unsent(d, o->item, &o->o);
	blotter_remove(&d->blotter, o);
}

/* ---- outcomes ---------------------------------------------------------------------- */

/* Its asker hears once it is known what became of it, and that is stored. */
void
place_settle(struct orderd *d, struct order *o)
{
	const bool	 rejected = o->state == ORD_REJECTED && !o->retired;

	if (o->writing > 0 || !order_is_settled(o))
		return;
	tell_resting(d, o);
	if (o->item == NULL && !rejected)
		return;
	tell_outcome(d, o);
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
		tell_doubt(d, o);
	place_settle(d, o);
}

static void
end_accepted(struct orderd *d, struct order *o, int64_t order_id)
{
	d->accepted++;
	orderd_step(d, o,
	    &(struct order_input){ .on = ON_ACK, .order_id = order_id, .told_qty = DEC_NONE });
	/* It left before the stream was up, and the list of open orders was read before this. */
	if (o->sync_no != 0)
		apply_ask_now(d, o);
	place_settle(d, o);
}

static void
end_rejected(struct orderd *d, struct order *o, const struct fault *f, const struct answer *r)
{
	d->refused++;
	if (f->what == FAULT_FATAL)
		venue_refused(d, r);
	if (f->what == FAULT_CLOCK)
		venue_sync_clock(d);
	refuse(&o->refusal, f->code, r->code, r->msg);
	end_refused(d, o, &(struct order_input){ .on = ON_REFUSE, .told_qty = DEC_NONE });
}

static void
end_unanswered(struct orderd *d, struct order *o, const struct answer *r, const struct http_answer *a)
{
	log_warn("in_doubt", "clord_id=%s status=%d code=%d why=\"%s%s\"; it is asked for",
	    o->o.clord_id, a->status, r->code, r->msg, a->why);
	end_doubtful(d, o);
}

static void
end_unreached(struct orderd *d, struct order *o, const struct http_answer *a)
{
	struct answer	 r = { .code = 0 };

	snprintf(r.msg, sizeof(r.msg), "no connection to the exchange: %s", a->why);
	end_rejected(d, o, &(struct fault){ FAULT_REFUSED, DENY_NOT_PLACED }, &r);
}

static void
judge_answer(struct orderd *d, struct order *o, const struct answer *r, const struct http_answer *a)
{
	const struct fault	 f = answer_fault(r, a->status);

	switch (f.what) {
	case FAULT_NONE:
	case FAULT_NOOP:
		if (r->order_id != 0)
			end_accepted(d, o, r->order_id);
		else
			end_doubtful(d, o);
		return;
	case FAULT_DOUBT:
	case FAULT_GONE:	/* an order of this name is open: ours, then */
		end_unanswered(d, o, r, a);
		return;
	case FAULT_CLOCK:
	case FAULT_FATAL:
	case FAULT_REFUSED:
	case FAULT_THROTTLED:
	case FAULT_N:
		end_rejected(d, o, &f, r);
		return;
	}
}

void
place_answered(struct orderd *d, const char *clord_id, const struct answer *r,
    const struct http_answer *a)
{
	struct order	*o = blotter_find(&d->blotter, clord_id);

	if (o == NULL)
		return;
	if (a->status == 0 && !a->sent)
		end_unreached(d, o, a);
	else
		judge_answer(d, o, r, a);
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
	o->shown = false;	/* nobody knows whether that was told */
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
	doubt_signed(&o->doubt, loop_now(d->base->loop), orderd_window_ms(d));
	orderd_step(d, o, &(struct order_input){ .on = ON_SUBMIT, .told_qty = DEC_NONE });
	store_placed(d, o, NULL, NULL);
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
	load_find(d, m->o.clord_id, on_found, f);
}

static void
place_new(struct orderd *d, const struct msg_order *m, struct item *item)
{
	struct refusal_of	 r;
	enum outcome		 shut;

	if (is_stopped(d, &m->o, m->no) || cancels_claim(d, m->o.clord_id)) {
		d->cancelled++;
		tell_cancelled_unsent(d, item, &m->o);
		return;
	}
	if ((shut = gate(d, &m->o, &m->act, m->reduces, &r)) != OUT_N) {
		tell_unsent(d, item, &m->o, shut, &r);
		return;
	}
	struct order	*o = blotter_add(&d->blotter, &m->o);
	o->act = m->act;
	o->reduces = m->reduces;
	o->no = m->no;
	o->item = item;
	line_enter(d, m->o.closing ? LINE_CLOSE : LINE_OPEN, o->o.clord_id);
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
	else if (item->found || load_is_finding(d, m.o.clord_id))
		find_intent(d, &m, item);
	else
		place_new(d, &m, item);
}
