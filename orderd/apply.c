/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"
#include "venue/clord.h"
#include "venue/status.h"

#include <stdlib.h>
#include <string.h>

enum {
	ASK_TURN_MS = 25,	/* how often what is due is looked for while orders live */
	MISSING_MS = 250,	/* the stream may still bring what the exchange has named */
	DOUBT_MS = 250,
	MISSED_MS = 2000,	/* later than that the stream does not tell any more */
};

/* ---- telling ------------------------------------------------------------------------ */

/* A change of an order between its entry in the ledger and the others' hearing of it. */
struct work {
	struct orderd	*d;
	struct item	*item;
	struct msg_fill	 m;
	struct msg_report r;
};

/* What we have found ourselves is behind us: a gap may be closed then. */
void
apply_note_done(struct orderd *d, const struct msg_report *r)
{
	int64_t	 no;

	if (report_is_found(r) && d->unapplied > 0 &&
	    text_to_i64(r->id + strlen(REPORT_FOUND), 0, INT64_MAX, &no) == 0 &&
	    no > d->unapplied_from)
		d->unapplied--;
	apply_check_reconciled(d);
}

static void
on_stored(void *arg)
{
	struct work	*w = arg;

	tell_fill(w->d, w->item, &w->m);
	apply_note_done(w->d, &w->r);
	free(w);
}

/* An execution that is known already says only how the order has ended. */
static void
keep(struct orderd *d, struct item *item, struct order *o, const struct msg_report *r,
    unsigned acts)
{
	struct work	*w = xcalloc(1, sizeof(*w));

	*w = (struct work){ .d = d, .item = item, .r = *r };
	if ((acts & ACT_EXECUTION) == 0)
		w->r.e.trade_id = 0;
	w->m = tell_compose(o, &w->r);
	store_report(d, o, &w->r, on_stored, w);
}

/* ---- reconciling --------------------------------------------------------------------- */

void
apply_check_reconciled(struct orderd *d)
{
	if (d->up_no != 0 && d->blotter.nsync == 0 && d->unapplied == 0 &&
	    audit_is_done(d, d->up_no))
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
	    blotter_nlive(&d->blotter));
	d->stream_up = false;
	forget_up(d);
	bus_tell_gap(d, item);
}

/*
 * Every live order is compared with the exchange, and every trade since the
 * last walk is looked at; then the gap is closed.
 */
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
		o->heard = true;	/* or it was said while nobody listened */
		blotter_sync(&d->blotter, o, stream_no, now);
		doubt_stream_up(&o->doubt, now, orderd_window_ms(d));
	}
	audit_begin(d, stream_no);
}

/* ---- applying ------------------------------------------------------------------------ */

/* The exchange has told of it since the stream was up: it is compared. */
static void
note_compared(struct orderd *d, struct order *o, const struct msg_report *r)
{
	if (o->sync_no != 0 && r->stream_no == o->sync_no && !order_is_missing(o))
		blotter_synced(&d->blotter, o);
}

/* It rests, all of it is known, and the stream tells what comes: nobody asks any more. */
void
apply_rests(struct order *o)
{
	if (o->state == ORD_WORKING && o->o.type != TYPE_MARKET && o->heard && o->sync_no == 0 &&
	    !order_is_missing(o))
		doubt_end(&o->doubt);
}

static bool
tells_something(const struct order *o, const struct msg_report *r)
{
	return r->e.trade_id != 0 || (order_is_over(o) && venue_status_is_final(r->status));
}

/* What the stream should have told long ago, and has not: userd looks after that. */
static void
note_missed(struct orderd *d, const struct order *o, const struct msg_report *r)
{
	if (!report_is_found(r) || !d->stream_up || d->up_no != 0 ||
	    wall_diff_ms(venue_now(d), r->e.at) < MISSED_MS)
		return;
	d->missed++;
	log_error("stream_missed", "clord_id=%s sym=%s trade_id=%lld; the user stream was up and has "
	    "not told of it", o->o.clord_id, o->o.symbol, (long long)r->e.trade_id);
}

void
apply_report(struct orderd *d, struct item *item, struct order *o, const struct msg_report *r)
{
	struct order_input	 in = order_input_of(r);
	unsigned		 acts;

	in.heard = !report_is_found(r);
	/* An intent that was met before it left: its terms come first in the ledger. */
	if (o->version == 0)
		store_placed(d, o, NULL, NULL);
	acts = orderd_step(d, o, &in);
	if (acts & ACT_EXECUTION) {
		d->executions++;
		note_missed(d, o, r);
	}
	note_compared(d, o, r);
	apply_rests(o);
	if (acts & (ACT_EXECUTION | ACT_OVER))
		keep(d, item, o, r, acts);
	else if (item->found && tells_something(o, r)) {
		/* It was applied before; whether it was told nobody knows: so once more. */
		const struct msg_fill	 m = tell_compose(o, r);

		tell_fill(d, item, &m);
		apply_note_done(d, r);
	} else {
		bus_ack(d->base->bus, item);
		apply_note_done(d, r);
	}
	place_settle(d, o);
	if (acts & ACT_OVER)
		blotter_retire(&d->blotter, o);
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
		adopt_report(f->d, f->item, &f->r);
	else
		apply_report(f->d, f->item, o, &f->r);
	free(f);
}

static void
apply_order(struct orderd *d, struct item *item, const struct msg_report *r)
{
	struct order	*o = blotter_find(&d->blotter, r->clord_id);
	char		 prefix[PREFIX];

	audit_touch(d, r->symbol);
	if (o != NULL) {
		apply_report(d, item, o, r);
		return;
	}
	if (clord_parse(r->clord_id, prefix) == -1) {
		adopt_foreign(d, item, r);
		return;
	}
	struct finding	*f = xcalloc(1, sizeof(*f));
	*f = (struct finding){ d, item, *r };
	load_find(d, r->clord_id, on_found, f);
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

	for (o = blotter_next_ask(&d->blotter, NULL); o != NULL; o = blotter_next_ask(&d->blotter, o))
		if (doubt_is_due(&o->doubt, now) && venue_ask(d, o)) {
			d->asked++;
			doubt_sent(&o->doubt);
		}
	d->asking = false;
	if (!TAILQ_EMPTY(&d->blotter.asks))
		look_soon(d);
}

static void
ask_at(struct orderd *d, struct order *o, mono_t at)
{
	doubt_ask(&o->doubt, at);
	blotter_ask(&d->blotter, o);
	look_soon(d);
}

void
apply_ask_now(struct orderd *d, struct order *o)
{
	ask_at(d, o, loop_now(d->base->loop));
}

/*
 * A market order that says nothing for a while has a report missing; one that
 * rests may be silent once the stream has told of it.
 */
void
apply_plan(struct orderd *d, struct order *o, unsigned acts)
{
	const mono_t	 now = loop_now(d->base->loop);

	if (acts & ACT_IN_DOUBT)
		ask_at(d, o, mono_after_ms(now, DOUBT_MS));
	else if (acts & ACT_MISSING)
		ask_at(d, o, mono_after_ms(now, MISSING_MS));
	else if (acts != 0 && o->state == ORD_WORKING && o->sync_no == 0) {
		doubt_end(&o->doubt);
		if (o->o.type == TYPE_MARKET || !o->heard)
			ask_at(d, o, mono_after_ms(now, d->conf->silence));
	}
}

/* Of what gap a question is the comparison: it must have left after the stream was up. */
int64_t
apply_compares(const struct order *o, mono_t sent_at)
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
	struct page	 p = { d, apply_compares(o, sent_at) };

	if (answer_trades(&o->o, a->body, a->len, push_found, &p) == -1)
		log_warn("trades_unreadable", "clord_id=%s; asked again", o->o.clord_id);
}

/*
 * The exchange has it.  If it was sent a while ago by this process, the stream
 * should have told of it; one of an earlier life was told of to that.
 */
void
apply_stands(struct orderd *d, struct order *o)
{
	const bool	 ours = mono_is_set(o->sent_at);

	if (o->heard || !d->stream_up || o->sync_no != 0 || (ours &&
	    mono_diff_ms(loop_now(d->base->loop), o->sent_at) < d->conf->silence))
		return;
	o->heard = true;	/* said once */
	if (!ours)
		return;
	d->missed++;
	log_error("stream_missed", "clord_id=%s sym=%s; the user stream was up and has not told of it",
	    o->o.clord_id, o->o.symbol);
}

/* A name is for ever one order's; should the exchange have another under it, a person must look. */
static void
compare_terms(const struct order *o, const struct answer *r)
{
	if (r->side != o->o.side || (dec_ok(r->qty) && dec_gt(r->qty, o->o.qty)))
		log_error("order_differs", "clord_id=%s sym=%s order_id=%lld; the exchange has another side "
		    "or a larger quantity under this name", o->o.clord_id, o->o.symbol,
		    (long long)r->order_id);
}

/* True: it is proven that the exchange never had it. */
static bool
hear_state(struct orderd *d, struct order *o, mono_t sent_at, const struct answer *r,
    const struct http_answer *a)
{
	struct msg_report	 report;

	if (a->status == 200 && r->order_id != 0) {
		compare_terms(o, r);
		apply_stands(d, o);
		answer_report(r, &o->o, &report);
		report.stream_no = apply_compares(o, sent_at);
		report.at = venue_time(d, sent_at);
		bus_push_report(d, &report);
		return false;
	}
	if (answer_fault(r, a->status).what == FAULT_GONE)
		return o->state == ORD_IN_DOUBT &&
		    doubt_denied(&o->doubt, sent_at, d->stream_up && peer_is_alive(d->userd));
	log_warn("order_not_asked", "clord_id=%s status=%d code=%d why=\"%s%s\"; again later",
	    o->o.clord_id, a->status, r->code, r->msg, a->why);
	return false;
}

void
apply_answer(struct orderd *d, const char *clord_id, mono_t sent_at, bool trades,
    const struct answer *r, const struct http_answer *a)
{
	struct order	*o = blotter_find(&d->blotter, clord_id);
	bool		 absent = false;

	if (o == NULL)
		return;
	if (order_is_over(o)) {
		doubt_answered(&o->doubt, loop_now(d->base->loop));
		doubt_end(&o->doubt);
		return;
	}
	if (trades && a->status == 200)
		hear_trades(d, o, sent_at, a);
	else
		absent = hear_state(d, o, sent_at, r, a);
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
