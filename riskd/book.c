/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/riskd.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* An execution, or the end of an order, on its way into the book. */
struct work {
	struct booker		*booker;
	struct item		*item;
	struct msg_fill		 m;
	struct booking		 b;
	dec_t			 surplus;	/* of the execution: nobody's */
	const char		*why;		/* it is */
	bool			 fresh;		/* booked just now, not in an earlier life */
	STAILQ_ENTRY(work)	 link;
};

static void	next(struct booker *);

/* ---- one change of an account at a time -------------------------------------------- */

static struct booker *
booker_get(struct riskd *d, const char *account)
{
	struct node	*n = map_find(&d->bookers, account);

	if (n != NULL)
		return MAP_OF(n, struct booker, node);
	struct booker	*k = xcalloc(1, sizeof(*k));
	k->d = d;
	text_put(k->account, sizeof(k->account), account);
	STAILQ_INIT(&k->queue);
	map_put(&d->bookers, &k->node, k->account);
	return k;
}

bool
book_lock(struct riskd *d, const char *account)
{
	struct booker	*k = booker_get(d, account);

	if (k->busy)
		return false;
	k->busy = true;
	return true;
}

void
book_unlock(struct riskd *d, const char *account)
{
	struct booker	*k = booker_get(d, account);

	k->busy = false;
	next(k);
}

void
book_fini(struct riskd *d)
{
	struct map_iter	 it = map_each(&d->bookers);
	struct node	*n;

	while ((n = map_next(&it)) != NULL) {
		struct booker	*k = MAP_OF(n, struct booker, node);
		struct work	*w;

		while ((w = STAILQ_FIRST(&k->queue)) != NULL) {
			STAILQ_REMOVE_HEAD(&k->queue, link);
			free(w);
		}
		free(k);
	}
	map_fini(&d->bookers);
}

/* ---- what the world is told ----------------------------------------------------------- */

static void
publish_leg(struct riskd *d, struct txn *t, const struct account *a, const struct leg *l,
    enum key k, enum origin origin)
{
	const struct spelling	 s = riskd_spelling(d);
	struct buf		 b = { 0 };

	view_position(a, l, &d->market, &s, key_event_type(k), origin, riskd_stamp(d), &b);
	txn_publish(t, k, NULL, b.p);
	buf_free(&b);
}

static void
publish_legs(struct riskd *d, struct txn *t, const struct account *a, const struct work *w)
{
	for (int i = 0; i < w->b.nlegs; i++) {
		const struct leg	*l = &w->b.legs[i];
		const bool		 ended = dec_is_zero(l->after.qty);

		if (l->action == ACTION_CLOSE && ended)
			publish_leg(d, t, a, l, K_EV_POSITION_CLOSED, w->m.o.origin);
		else if (l->action == ACTION_CLOSE)
			publish_leg(d, t, a, l, K_EV_POSITION_REDUCED, w->m.o.origin);
		/* The front end takes the new quantity of a reduced position from here. */
		if (!ended)
			publish_leg(d, t, a, l, K_EV_POSITION_UPDATED, w->m.o.origin);
	}
}

static void
push_position_end(struct txn *t, const struct work *w, const struct leg *l)
{
	struct msg_child	 m;

	fields_blank(&msg_child_fields, &m, sizeof(m));
	m.kind = CHILD_POSITION_ENDED;
	text_putf(m.id, sizeof(m.id), "%sp", w->m.id);
	text_put(m.position_id, sizeof(m.position_id), l->after.id);
	txn_push_msg(t, K_Q_CHILD, &msg_child_fields, &m);
}

/* The event of an order's end, when all that it executed is booked. */
static void
publish_end(struct riskd *d, struct txn *t, const struct work *w, const char *snapshot)
{
	const enum key		 k = w->m.status == OS_FILLED ? K_EV_ORDER_FILLED :
				    K_EV_ORDER_CANCELLED;
	const struct spelling	 s = riskd_spelling(d);
	struct buf		 b = { 0 };

	view_order(&w->m, key_event_type(k), snapshot, &s, riskd_stamp(d), &b);
	txn_publish(t, k, NULL, b.p);
	buf_free(&b);
}

static void
publish_end_alone(struct riskd *d, struct txn *t, const struct work *w)
{
	const struct account	*a = riskd_account(d, w->m.o.sub);
	struct buf		 snapshot = { 0 };

	if (a == NULL)
		return;
	riskd_snapshot(d, a, &snapshot);
	publish_end(d, t, w, snapshot.p);
	buf_free(&snapshot);
}

static void
publish_account(struct riskd *d, struct txn *t, const struct account *a, const char *snapshot)
{
	struct buf	 b = { 0 };

	txn_set_ex(t, K_RISK, a->id, snapshot, KEY_TTL_RISK_S);
	view_margin_update(snapshot, riskd_stamp(d), &b);
	txn_publish(t, K_EV_MARGIN_UPDATE, NULL, b.p);
	buf_free(&b);
}

/* ---- answers ------------------------------------------------------------------------------ */

static void
answer_text(struct riskd *d, const struct pending *p, struct buf *b)
{
	const struct account	*a = riskd_account(d, p->o.sub);
	char			 text[160];

	if (p->status == OS_CANCELLED && p->order_id == 0)
		answer_refusal(b, &(struct refusal){ .code = DENY_ORDER_CANCELLED });
	else if (ord_status_is_final(p->status) && dec_is_zero(p->booked_qty)) {
		text_putf(text, sizeof(text), "the exchange ended the order %s without a fill",
		    names_get(&ord_status_names, (int)p->status));
		answer_refusal(b, &(struct refusal){ .code = DENY_EX_REJECTED, .error = text });
	} else if (a == NULL)
		answer_refusal(b, &(struct refusal){ .code = DENY_ACCOUNT_NOT_FOUND });
	else
		view_answer(p, a, b);
}

/* Who waits for an answer of ours; "": nobody, or it is orderd that answers. */
static const char *
asker(const struct pending *p)
{
	return command_answerer(p->o.what) == BY_RISKD ? p->o.request_id : "";
}

/* The order is booked to its end: what it held is free, and its asker hears. */
static void
commit_end(struct riskd *d, struct pending *p, struct txn *t)
{
	char		 request_id[REQUEST_ID];
	struct buf	 b = { 0 };

	answer_text(d, p, &b);
	text_put(request_id, sizeof(request_id), asker(p));
	txn_hdel(t, K_RESV, NULL, p->o.clord_id);
	pendings_remove(&d->pendings, p, riskd_account(d, p->o.sub));
	answer_commit(d->base->bus, request_id, b.p, t, NULL, NULL);
	buf_free(&b);
}

void
book_on_reply_time(void *arg)
{
	struct riskd	*d = arg;
	struct pending	*p;

	while ((p = pendings_owing(&d->pendings)) != NULL) {
		struct buf	 b = { 0 };

		if (mono_before(loop_now(d->base->loop), p->reply_at)) {
			timer_at(d->reply_timer, p->reply_at);
			return;
		}
		pendings_told(&d->pendings, p);
		p->answered = true;
		answer_text(d, p, &b);
		answer_commit(d->base->bus, asker(p), b.p,
		    txn_new(d->base->bus, "reply", NULL), NULL, NULL);
		buf_free(&b);
	}
}

/* ---- after the booking ------------------------------------------------------------------- */

static struct pending *
note_progress(struct riskd *d, const struct work *w)
{
	struct pending	*p = pendings_find(&d->pendings, w->m.o.clord_id);

	if (p == NULL) {
		adopt_note_end(d, &w->m);
		return NULL;
	}
	if (w->fresh)
		pendings_booked(&d->pendings, p, riskd_account(d, p->o.sub), &w->b);
	p->order_id = w->m.order_id;
	pendings_doubt(&d->pendings, p, false);
	p->status = w->m.status;
	if (ord_status_is_final(w->m.status))
		p->end_qty = w->m.cum_qty;
	return p;
}

static void
end_work(struct work *w)
{
	struct riskd	*d = w->booker->d;
	struct booker	*k = w->booker;

	free(w);
	book_unlock(d, k->account);
}

/* What was not booked just now is told again from what was stored. */
static void
tell(struct work *w)
{
	struct riskd		*d = w->booker->d;
	struct account		*a = riskd_account(d, w->m.o.sub);
	struct txn		*t = txn_new(d->base->bus, "booked", w->item);
	struct pending		*p = note_progress(d, w);
	struct buf		 snapshot = { 0 };

	if (a != NULL) {
		publish_legs(d, t, a, w);
		riskd_snapshot(d, a, &snapshot);
		publish_account(d, t, a, snapshot.p);
		if (ord_status_is_final(w->m.status))
			publish_end(d, t, w, snapshot.p);
		for (int i = 0; i < w->b.nlegs; i++)
			if (dec_is_zero(w->b.legs[i].after.qty) && w->b.legs[i].after.watched)
				push_position_end(t, w, &w->b.legs[i]);
	}
	if (p != NULL && pending_is_over(p))
		commit_end(d, p, t);
	else
		txn_commit(t, NULL, NULL);
	buf_free(&snapshot);
	end_work(w);
}

/*
 * Nothing new: only what the message says of the order's end counts.  Of an order
 * that is still under way the end has not been told.
 */
static void
tell_nothing(struct work *w)
{
	struct riskd	*d = w->booker->d;
	struct pending	*p = note_progress(d, w);
	struct txn	*t = txn_new(d->base->bus, "booked_before", w->item);

	if (p != NULL && pending_is_over(p)) {
		publish_end_alone(d, t, w);
		commit_end(d, p, t);
	} else
		txn_commit(t, NULL, NULL);
	end_work(w);
}

/* ---- booking -------------------------------------------------------------------------------- */

/* The account has no part of it: its execution stands with EXTERNAL, too. */
static bool
is_whole(const struct work *w)
{
	return dec_cmp(w->surplus, w->m.e.qty) == 0;
}

/* Of an order that nobody here has asked for one line is enough. */
static bool
is_told_of(struct riskd *d, int64_t order_id)
{
	for (size_t i = 0; i < NITEMS(d->strangers); i++)
		if (d->strangers[i] == order_id)
			return true;
	d->strangers[d->nstrangers++ % NITEMS(d->strangers)] = order_id;
	return false;
}

static void
log_external(struct riskd *d, const struct work *w)
{
	char	 qty[DEC_STR];

	if (!text_eq(w->m.o.sub, EXTERNAL))
		log_error("booked_external", "sub=%s clord_id=%s sym=%s trade_id=%lld qty=%s "
		    "why=\"%s\"", w->m.o.sub, w->m.o.clord_id, w->m.o.symbol,
		    (long long)w->m.e.trade_id, dec_format(w->surplus, qty), w->why);
	else if (!is_told_of(d, w->m.order_id))
		log_warn("foreign_order", "clord_id=%s sym=%s order_id=%lld side=%s; what it "
		    "executes is booked to %s", w->m.o.clord_id, w->m.o.symbol,
		    (long long)w->m.order_id, names_get(&side_names, (int)w->m.o.side), EXTERNAL);
}

static void
on_external(void *arg, enum ledger_outcome outcome, const struct pg_result *r)
{
	struct work	*w = arg;
	struct riskd	*d = w->booker->d;

	(void)r;
	if (outcome == LEDGER_FAILED)
		fatal(EXIT_TRY_AGAIN, "execution_unbookable", "sym=%s trade_id=%lld; the item "
		    "waits in its work list", w->m.o.symbol, (long long)w->m.e.trade_id);
	if (outcome == LEDGER_DONE) {
		d->external++;
		tally_add(&d->external_net, w->m.o.symbol,
		    store_external_qty(&w->m, w->surplus));
		log_external(d, w);
		w->fresh = w->fresh || is_whole(w);
	}
	tell(w);
}

static void
book_external(struct work *w, dec_t qty, const char *why)
{
	w->surplus = qty;
	w->why = why;
	if (is_whole(w))
		w->b = (struct booking){ .e = w->m.e };
	store_book_external(w->booker->d, &w->m, qty, on_external, w);
}

static void
tell_with_surplus(struct work *w)
{
	if (dec_is_zero(w->surplus))
		tell(w);
	else
		book_external(w, w->surplus,
		    "the order may only close, and there was less to close");
}

static void
on_stored(void *arg, const char *json)
{
	struct work	*w = arg;
	struct why	 why;

	if (json == NULL || booking_read(&w->b, json, strlen(json), &why) == -1) {
		tell_nothing(w);
		return;
	}
	w->surplus = w->m.e.qty;
	for (int i = 0; i < w->b.nlegs; i++) {
		w->b.legs[i].after.watched = true;	/* an algo may wait for it */
		w->surplus = dec_sub(w->surplus, w->b.legs[i].qty);
	}
	tell_with_surplus(w);
}

static void
booked_now(struct work *w)
{
	struct riskd	*d = w->booker->d;
	struct account	*a = riskd_account(d, w->b.account);
	char		 qty[DEC_STR], px[DEC_STR], rpnl[DEC_STR], fee[DEC_STR], bal[DEC_STR];

	d->booked++;
	w->fresh = true;
	for (int i = 0; i < w->b.nlegs; i++) {
		const struct position	*p = account_position_by_id(a, w->b.legs[i].after.id);

		w->b.legs[i].after.watched = p != NULL && p->watched;
	}
	account_apply(a, &w->b);
	pendings_hold(&d->pendings, a, w->b.symbol);
	a->version++;
	log_info("booked", "sub=%s clord_id=%s sym=%s trade_id=%lld side=%s qty=%s px=%s rpnl=%s "
	    "fee=%s balance=%s", a->id, w->m.o.clord_id, w->m.o.symbol,
	    (long long)w->m.e.trade_id, names_get(&side_names, (int)w->m.o.side),
	    dec_format(w->m.e.qty, qty), dec_format(w->m.e.px, px), dec_format(w->b.rpnl, rpnl),
	    dec_format(w->b.fee, fee), dec_format(a->balance, bal));
	tell_with_surplus(w);
}

static void
on_booked(void *arg, enum ledger_outcome outcome, const struct pg_result *r)
{
	struct work	*w = arg;
	struct riskd	*d = w->booker->d;

	(void)r;
	switch (outcome) {
	case LEDGER_DONE:
		booked_now(w);
		return;
	case LEDGER_BEFORE:
		d->duplicates++;
		if (w->item->found)
			store_find_booking(d, &w->m, on_stored, w);
		else
			tell_nothing(w);
		return;
	case LEDGER_STALE:
		/* Another writer of this stream: what we have in memory is not the truth. */
		fatal(EXIT_TRY_AGAIN, "account_changed_elsewhere", "sub=%s; loading it again",
		    w->b.account);
	case LEDGER_FAILED:
		book_external(w, w->m.e.qty, "the account's rows refuse it");
		return;
	}
}

/*
 * The commission in the quote currency.  What was paid in another asset is
 * converted at that asset's last price; without one it is left out, loudly.
 */
static dec_t
fee_in_quote(struct riskd *d, const struct msg_fill *m)
{
	const struct instr	*i = instrs_find(riskd_instrs(d), m->o.symbol);
	char			 pair[SYMBOL];
	dec_t			 px;

	if (dec_is_zero(m->e.fee) || *m->e.fee_asset == '\0' ||
	    (i != NULL && text_eq(m->e.fee_asset, i->quote)) || text_eq(m->e.fee_asset, "USDT"))
		return m->e.fee;
	text_putf(pair, sizeof(pair), "%sUSDT", m->e.fee_asset);
	px = market_last_px(&d->market, pair);
	if (dec_ok(px))
		return dec_mul(m->e.fee, px, ROUND_HALF_EVEN);
	log_error("fee_not_converted", "sub=%s clord_id=%s asset=%s; booked without it", m->o.sub,
	    m->o.clord_id, m->e.fee_asset);
	return DEC_ZERO;
}

static void
book(struct work *w)
{
	struct riskd		*d = w->booker->d;
	const struct account	*a = riskd_account(d, w->m.o.sub);

	if (w->m.e.trade_id == 0) {
		tell(w);
		return;
	}
	if (!dec_ok(w->m.e.fee))
		w->m.e.fee = DEC_ZERO;
	if (a == NULL) {
		book_external(w, w->m.e.qty, "there is no such account");
		return;
	}
	w->surplus = account_book(a, &w->m, fee_in_quote(d, &w->m), &w->b);
	if (w->b.nlegs == 0)
		book_external(w, w->m.e.qty, "the order may only close, and nothing is open");
	else
		store_book(d, &w->b, &w->m, on_booked, w);
}

static void
next(struct booker *k)
{
	struct work	*w = STAILQ_FIRST(&k->queue);

	if (k->busy || w == NULL)
		return;
	k->busy = true;
	STAILQ_REMOVE_HEAD(&k->queue, link);
	book(w);
}

void
book_fill(struct riskd *d, struct item *item)
{
	struct work		*w = xcalloc(1, sizeof(*w));
	struct field_fault	 ff;

	w->item = item;
	fields_blank(&msg_fill_fields, &w->m, sizeof(w->m));
	if (fields_read(&msg_fill_fields, &w->m, item->text, item->len, &ff) == -1) {
		bus_park(d->base->bus, item, ff.text);
		free(w);
		return;
	}
	w->surplus = DEC_ZERO;
	w->booker = booker_get(d, w->m.o.sub);
	STAILQ_INSERT_TAIL(&w->booker->queue, w, link);
	next(w->booker);
}

/* ---- outcomes ------------------------------------------------------------------------------- */

/* One that may rest outlives us: its record gets the exchange's id. */
static void
commit_accepted(struct riskd *d, struct item *item, const struct pending *p)
{
	struct txn	*t = txn_new(d->base->bus, "accepted", item);

	if (p->o.type == TYPE_LIMIT)
		bus_put_reservation(t, p);
	txn_commit(t, NULL, NULL);
}

static void
on_accepted(struct riskd *d, struct item *item, const struct msg_outcome *m, struct pending *p)
{
	pending_accepted(p, m->order_id);
	pendings_doubt(&d->pendings, p, false);
	if (!p->answered && !mono_is_set(p->reply_at) && *asker(p) != '\0') {
		pendings_owe(&d->pendings, p,
		    mono_after_ms(loop_now(d->base->loop), d->conf->reply_wait));
		book_on_reply_time(d);
	}
	commit_accepted(d, item, p);
}

static void
on_refused(struct riskd *d, struct item *item, const struct msg_outcome *m, struct pending *p)
{
	const enum deny	 found = deny_find(m->code);
	const enum deny	 code = found == DENY_NONE ? DENY_EX_REJECTED : found;
	struct txn	*t = txn_new(d->base->bus, "refused", item);
	struct buf	 b = { 0 }, details = { 0 };
	char		 request_id[REQUEST_ID];

	buf_addf(&details, "{\"clientOrderId\":\"%s\"", p->o.clord_id);
	if (m->venue_code != 0)
		buf_addf(&details, ",\"exchangeCode\":%d", m->venue_code);
	buf_addc(&details, '}');
	answer_refusal(&b, &(struct refusal){ .code = code,
	    .error = *m->error == '\0' ? NULL : m->error, .details = details.p });
	txn_hdel(t, K_RESV, NULL, p->o.clord_id);
	text_put(request_id, sizeof(request_id), asker(p));
	pendings_remove(&d->pendings, p, riskd_account(d, p->o.sub));
	answer_commit(d->base->bus, request_id, b.p, t, NULL, NULL);
	buf_free(&b);
	buf_free(&details);
}

static void
on_in_doubt(struct riskd *d, struct item *item, const struct msg_outcome *m, struct pending *p)
{
	(void)m;
	pendings_doubt(&d->pendings, p, true);
	bus_ack(d->base->bus, item);
}

static void
on_reconciled(struct riskd *d, struct item *item, const struct msg_outcome *m, struct pending *p)
{
	(void)p;
	bus_tell_reconciled(d, m->stream_no);
	bus_ack(d->base->bus, item);
}

static void
on_adopted(struct riskd *d, struct item *item, const struct msg_outcome *m, struct pending *p)
{
	(void)p;
	adopt_order(d, item, m->clord_id);
}

static const struct {
	void	(*hear)(struct riskd *, struct item *, const struct msg_outcome *,
		    struct pending *);
	bool	of_pending;		/* of an order that is under way; else there need be none */
} outcomes[] = {
	[OUT_ACCEPTED] = { on_accepted, true },
	[OUT_REFUSED] = { on_refused, true },
	[OUT_IN_DOUBT] = { on_in_doubt, true },
	[OUT_EXPIRED] = { on_refused, true },
	[OUT_RECONCILED] = { on_reconciled, false },
	[OUT_ADOPTED] = { on_adopted, false },
};
_Static_assert(NITEMS(outcomes) == OUT_N, "outcomes");

void
book_outcome(struct riskd *d, struct item *item)
{
	struct msg_outcome	 m = { .id = "" };
	struct field_fault	 ff;

	if (fields_read(&msg_outcome_fields, &m, item->text, item->len, &ff) == -1) {
		bus_park(d->base->bus, item, ff.text);
		return;
	}
	struct pending	*p = pendings_find(&d->pendings, m.clord_id);
	/* Ended already: its fills overtook the answer. */
	if (p == NULL && outcomes[m.kind].of_pending)
		bus_ack(d->base->bus, item);
	else
		outcomes[m.kind].hear(d, item, &m, p);
}
