/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"
#include "venue/clord.h"
#include "venue/status.h"

#include <stdlib.h>

enum {
	ASK_TURN_MS = 25,	/* how often what is due is looked for while orders live */
	MISSING_MS = 250,	/* the stream may still bring what the exchange has named */
	DOUBT_MS = 250,
};

/* ---- telling ------------------------------------------------------------------------ */

/* A change of an order between its entry in the ledger and the others' hearing of it. */
struct work {
	struct orderd	*d;
	struct item	*item;
	struct msg_fill	 m;
};

static const char *const	reasons[ORD_N] = {
	[ORD_CANCELED] = "CANCELED", [ORD_EXPIRED] = "EXPIRED", [ORD_REJECTED] = "REJECTED",
};

static struct msg_fill
compose(const struct order *o, const struct msg_report *r)
{
	struct msg_fill	 m = { .o = o->o, .order_id = o->order_id, .status = order_status(o),
			    .cum_qty = o->cum_qty, .avg_px = order_avg_px(o), .e = r->e,
			    .at = r->at };

	text_putf(m.id, sizeof(m.id), "%sf", r->id);
	if (ord_status_is_final(m.status) && reasons[o->state] != NULL)
		text_put(m.reason, sizeof(m.reason), reasons[o->state]);
	return m;
}

static void
on_stored(void *arg)
{
	struct work	*w = arg;

	bus_tell_fill(w->d, w->item, &w->m);
	free(w);
}

static void
keep(struct orderd *d, struct item *item, struct order *o, const struct msg_report *r)
{
	struct work	*w = xcalloc(1, sizeof(*w));

	*w = (struct work){ d, item, compose(o, r) };
	store_report(d, o, r, on_stored, w);
}

/* ---- reconciling --------------------------------------------------------------------- */

void
apply_check_reconciled(struct orderd *d)
{
	const struct order	*o;

	if (d->up_no == 0)
		return;
	TAILQ_FOREACH(o, &d->blotter.live, link)
		if (o->sync_no != 0)
			return;
	bus_tell_reconciled(d);
}

static void
forget_up(struct orderd *d)
{
	if (d->up_item != NULL)
		bus_ack(d->base->bus, d->up_item);
	d->up_item = NULL;
	d->up_no = 0;
}

static void
on_gap(struct orderd *d, struct item *item)
{
	log_warn("stream_gap", "live=%zu; nothing is taken for absent until it is up",
	    d->blotter.map.n - d->blotter.nretired);
	d->stream_up = false;
	forget_up(d);
	bus_tell_gap(d, item);
}

/* Every live order is compared with the exchange; then the gap is closed. */
static void
on_up(struct orderd *d, struct item *item, int64_t stream_no)
{
	const mono_t	 now = loop_now(d->base->loop);
	struct order	*o;

	forget_up(d);
	d->stream_up = true;
	d->up_no = stream_no;
	d->up_item = item;
	TAILQ_FOREACH(o, &d->blotter.live, link) {
		if (o->state == ORD_NEW)
			continue;
		o->sync_no = stream_no;
		o->sync_at = now;
		doubt_stream_up(&o->doubt, now, orderd_window_ms(d));
		doubt_ask(&o->doubt, now);
		apply_plan(d, o, 0);
	}
	apply_check_reconciled(d);
}

/* ---- applying ------------------------------------------------------------------------ */

/* The exchange has told of it since the stream was up: it is compared. */
static void
note_compared(struct orderd *d, struct order *o, const struct msg_report *r)
{
	if (o->sync_no != 0 && r->stream_no == o->sync_no && !order_is_missing(o))
		o->sync_no = 0;
	apply_check_reconciled(d);
}

static bool
tells_something(const struct order *o, const struct msg_report *r)
{
	return r->e.trade_id != 0 || (order_is_over(o) && venue_status_is_final(r->status));
}

static void
apply(struct orderd *d, struct item *item, struct order *o, const struct msg_report *r)
{
	const struct order_input	 in = order_input_of(r);
	unsigned			 acts;

	/* An intent that was met before it left: its terms come first in the ledger. */
	if (o->version == 0)
		store_placed(d, o);
	acts = orderd_step(d, o, &in);
	if (acts & ACT_EXECUTION)
		d->executions++;
	if (acts & (ACT_EXECUTION | ACT_OVER))
		keep(d, item, o, r);
	else if (item->found && tells_something(o, r)) {
		/* It was applied before; whether it was told nobody knows: so once more. */
		const struct msg_fill	 m = compose(o, r);

		bus_tell_fill(d, item, &m);
	} else
		bus_ack(d->base->bus, item);
	place_settle(d, o);
	if (acts & ACT_OVER)
		blotter_retire(&d->blotter, o);
	note_compared(d, o, r);
}

/* One of our names that nobody knows: its executions are somebody's all the same. */
static void
apply_stranger(struct orderd *d, struct item *item, const struct msg_report *r)
{
	struct order	 o = { .state = ORD_WORKING, .cum_qty = r->cum_qty, .cost = DEC_ZERO,
			    .told_qty = r->cum_qty, .order_id = r->order_id };

	log_error("order_unknown", "clord_id=%s sym=%s order_id=%lld; what it executes is booked to "
	    "EXTERNAL", r->clord_id, r->symbol, (long long)r->order_id);
	if (r->e.trade_id == 0) {
		bus_ack(d->base->bus, item);
		return;
	}
	o.o = (struct terms){ .side = r->side, .type = TYPE_MARKET, .qty = r->qty, .px = DEC_NONE,
	    .leverage = 1, .origin = ORIGIN_RECOVERED, .role = ROLE_UNKNOWN, .created_at = r->at };
	text_put(o.o.clord_id, sizeof(o.o.clord_id), r->clord_id);
	text_put(o.o.symbol, sizeof(o.o.symbol), r->symbol);
	text_put(o.o.sub, sizeof(o.o.sub), "EXTERNAL");
	const struct msg_fill	 m = compose(&o, r);
	bus_tell_fill(d, item, &m);
}

struct finding {
	struct orderd		*d;
	struct item		*item;
	struct msg_report	 r;
};

static void
on_found(void *arg, struct order *o)
{
	struct finding	*f = arg;

	if (o == NULL)
		apply_stranger(f->d, f->item, &f->r);
	else
		apply(f->d, f->item, o, &f->r);
	free(f);
}

static void
apply_order(struct orderd *d, struct item *item, const struct msg_report *r)
{
	struct order	*o = blotter_find(&d->blotter, r->clord_id);
	char		 prefix[PREFIX];

	if (o != NULL) {
		apply(d, item, o, r);
		return;
	}
	if (clord_parse(r->clord_id, prefix) == -1) {
		d->foreign++;
		bus_ack(d->base->bus, item);
		return;
	}
	struct finding	*f = xcalloc(1, sizeof(*f));
	*f = (struct finding){ d, item, *r };
	store_find(d, r->clord_id, on_found, f);
}

void
apply_item(struct orderd *d, struct item *item)
{
	struct msg_report	 r;
	struct field_fault	 ff;

	fields_blank(&msg_report_fields, &r, sizeof(r));
	if (fields_read(&msg_report_fields, &r, item->text, item->len, &ff) == -1) {
		log_error("report_unreadable", "why=\"%s\"", ff.text);
		bus_park(d->base->bus, item, ff.text);
		return;
	}
	switch (r.kind) {
	case REPORT_GAP:
		on_gap(d, item);
		return;
	case REPORT_UP:
		on_up(d, item, r.stream_no);
		return;
	case REPORT_ORDER:
	case REPORT_N:
		apply_order(d, item, &r);
		return;
	}
}

/* ---- asking --------------------------------------------------------------------------- */

static void
look_soon(struct orderd *d)
{
	if (!d->asking)
		timer_in_ms(d->ask_timer, ASK_TURN_MS);
	d->asking = true;
}

static void
ask_what_is_due(void *arg)
{
	struct orderd	*d = arg;
	const mono_t	 now = loop_now(d->base->loop);
	struct order	*o;

	TAILQ_FOREACH(o, &d->blotter.live, link)
		if (doubt_is_due(&o->doubt, now) && venue_ask(d, o)) {
			d->asked++;
			doubt_sent(&o->doubt);
		}
	d->asking = false;
	if (!TAILQ_EMPTY(&d->blotter.live))
		look_soon(d);
}

/* A market order that says nothing for a while has a report missing. */
void
apply_plan(struct orderd *d, struct order *o, unsigned acts)
{
	const mono_t	 now = loop_now(d->base->loop);

	look_soon(d);
	if (acts & ACT_IN_DOUBT)
		doubt_ask(&o->doubt, mono_after_ms(now, DOUBT_MS));
	else if (acts & ACT_MISSING)
		doubt_ask(&o->doubt, mono_after_ms(now, MISSING_MS));
	else if (acts != 0 && o->state == ORD_WORKING && o->sync_no == 0 &&
	    o->o.type == TYPE_MARKET) {
		doubt_end(&o->doubt);
		doubt_ask(&o->doubt, mono_after_ms(now, d->conf->silence));
	}
}

void
apply_recovered(struct orderd *d)
{
	const mono_t	 now = loop_now(d->base->loop);
	struct order	*o;

	TAILQ_FOREACH(o, &d->blotter.live, link)
		if (o->recovered)
			doubt_ask(&o->doubt, now);
	look_soon(d);
}

/* Of what gap a question is the comparison: it must have left after the stream was up. */
static int64_t
compares(const struct order *o, mono_t sent_at)
{
	return mono_before(sent_at, o->sync_at) ? 0 : o->sync_no;
}

struct page {
	struct orderd	*d;
	int64_t		 stream_no;
};

static void
push_found(void *arg, const struct msg_report *found)
{
	const struct page	*p = arg;
	struct msg_report	 r = *found;

	r.stream_no = p->stream_no;
	bus_push_report(p->d, &r);
}

/* What was found goes through the list like what was heard: applied once, whatever is killed. */
static void
hear_trades(struct orderd *d, const struct order *o, mono_t sent_at, const struct http_answer *a)
{
	struct page	 p = { d, compares(o, sent_at) };

	if (answer_trades(&o->o, a->body, a->len, push_found, &p) == -1)
		log_warn("trades_unreadable", "clord_id=%s; asked again", o->o.clord_id);
}

/* True: it is proven that the exchange never had it. */
static bool
hear_state(struct orderd *d, struct order *o, mono_t sent_at, const struct http_answer *a)
{
	struct answer		 r;
	struct msg_report	 report;

	answer_read(&r, a->body, a->len);
	if (a->status == 200 && r.order_id != 0) {
		answer_report(&r, &o->o, &report);
		report.stream_no = compares(o, sent_at);
		report.at = venue_time(d, sent_at);
		bus_push_report(d, &report);
		return false;
	}
	if (answer_fault(&r, a->status).what == FAULT_GONE)
		return o->state == ORD_IN_DOUBT &&
		    doubt_denied(&o->doubt, sent_at, d->stream_up && peer_is_alive(d->userd));
	log_warn("order_not_asked", "clord_id=%s status=%d code=%d why=\"%s%s\"; again later",
	    o->o.clord_id, a->status, r.code, r.msg, a->why);
	return false;
}

void
apply_answer(struct orderd *d, const char *clord_id, mono_t sent_at, bool trades,
    const struct http_answer *a)
{
	struct order	*o = blotter_find(&d->blotter, clord_id);
	bool		 absent = false;

	if (o == NULL || o->retired)
		return;
	if (trades && a->status == 200)
		hear_trades(d, o, sent_at, a);
	else
		absent = hear_state(d, o, sent_at, a);
	doubt_answered(&o->doubt, loop_now(d->base->loop));
	if (absent)
		place_absent(d, o);
}

/* ---- start and end --------------------------------------------------------------------- */

void
apply_start(struct orderd *d)
{
	d->ask_timer = timer_new(d->base->loop, ask_what_is_due, d);
}

void
apply_fini(struct orderd *d)
{
	timer_free(d->ask_timer);
}
