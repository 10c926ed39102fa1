/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"
#include "io/answer.h"
#include "orderd/cancel.h"
#include "venue/clord.h"
#include "wire/jw.h"

#include <stdlib.h>

enum {
	TICK_MS = 25,		/* how often waiting wishes are looked at */
	TOMBSTONES = 256,	/* wishes for orders that were not in memory */
	SWEEP_ANSWER_MS = 3500,	/* after it was taken a cancel_all says what it knows */
};

/* A cancel_all: the sum of its wishes. */
struct sweep {
	struct item		*item;		/* until all of it is over: a later life goes on with it */
	bool			 answered;
	struct cmd		 c;
	unsigned		 left, cancelled, failed;
	LIST_ENTRY(sweep)	 link;
};

/* Who wants to hear how it ends: a command, or a sweep. */
struct asker {
	struct item		*item;
	char			 request_id[REQUEST_ID];
	struct sweep		*sweep;		/* NULL: a command of its own */
	STAILQ_ENTRY(asker)	 link;
};

/* The one wish for an order, and all who have it. */
struct wish {
	struct orderd		*d;
	char			 clord_id[CLORD_ID];
	struct cancel		 c;
	bool			 looking;	/* in the ledger */
	bool			 tombstone;	/* its order was not in memory */
	bool			 in_line;
	dec_t			 filled;	/* as the answer of the request said; DEC_NONE: none yet */
	bool			 over;		/* answered; freed when nothing holds it */
	unsigned		 n;		/* of askers */
	STAILQ_HEAD(, asker)	 askers;
	bool			 due;		/* in the list of those whose orders have changed */
	STAILQ_ENTRY(wish)	 due_link;
	struct node		 node;
};

static void	pursue(struct wish *);

static struct wish *
find(struct orderd *d, const char *clord_id)
{
	struct node	*n = map_find(&d->cancels, clord_id);

	return n == NULL ? NULL : MAP_OF(n, struct wish, node);
}

/* ---- answers ------------------------------------------------------------------------- */

struct ending {
	enum deny	code;		/* DENY_NONE: it is cancelled */
	const char	*error;		/* NULL: the code's own sentence */
};

static void
put_order(struct buf *b, const char *clord_id, const struct order *o)
{
	jw_put_str(b, "clientOrderId", clord_id);
	if (o == NULL)
		return;
	jw_put_str(b, "state", names_get(&ord_status_names, (int)order_status(o)));
	jw_put_dec(b, "filledQty", o->cum_qty);
}

static void
write_answer(const struct wish *w, const struct ending *e, struct buf *b)
{
	const struct order	*o = blotter_find(&w->d->blotter, w->clord_id);
	struct buf		 details = { 0 };

	if (e->code == DENY_NONE) {
		jw_open(b, '{');
		jw_put_bool(b, "success", true);
		jw_put_str(b, "clientOrderId", w->clord_id);
		jw_put_str(b, "state", names_get(&ord_status_names, OS_CANCELLED));
		jw_put_dec(b, "filledQty", dec_ok(w->filled) ? w->filled :
		    o == NULL ? DEC_ZERO : o->cum_qty);
		jw_close(b, '}');
		return;
	}
	jw_open(&details, '{');
	put_order(&details, w->clord_id, o);
	jw_close(&details, '}');
	answer_refusal(b, &(struct refusal){ .code = e->code, .error = e->error,
	    .details = details.p });
	buf_free(&details);
}

static void
answer_item(struct orderd *d, struct item *item, const char *request_id, const char *text)
{
	answer_commit(d->base->bus, request_id, text, txn_new(d->base->bus, "cancel", item), NULL,
	    NULL);
}

static void
answer_sweep(struct orderd *d, struct sweep *s, struct item *item)
{
	struct txn	*t = txn_new(d->base->bus, "cancel_all", item);
	struct buf	 b = { 0 };

	jw_open(&b, '{');
	jw_put_bool(&b, "success", true);
	jw_put_int(&b, "cancelledCount", s->cancelled);
	jw_put_int(&b, "failedCount", s->failed + s->left);
	jw_close(&b, '}');
	s->answered = true;
	answer_commit(d->base->bus, s->c.request_id, b.p, t, NULL, NULL);
	buf_free(&b);
}

static void
sweep_settle(struct orderd *d, struct sweep *s)
{
	if (s->left > 0)
		return;
	if (s->answered)
		bus_ack(d->base->bus, s->item);
	else
		answer_sweep(d, s, s->item);
	LIST_REMOVE(s, link);
	free(s);
}

static void
end_asker(struct wish *w, struct asker *a, const struct ending *e, const char *text)
{
	if (a->sweep == NULL) {
		answer_item(w->d, a->item, a->request_id, text);
		return;
	}
	a->sweep->left--;
	/* What has ended in another way is not open any more: that is what was wanted. */
	a->sweep->cancelled += e->code == DENY_NONE;
	a->sweep->failed += e->code == DENY_EX_REJECTED;
	sweep_settle(w->d, a->sweep);
}

static void
wish_free(struct wish *w)
{
	struct asker	*a;

	while ((a = STAILQ_FIRST(&w->askers)) != NULL) {
		STAILQ_REMOVE_HEAD(&w->askers, link);
		free(a);
	}
	w->d->tombstones -= w->tombstone;
	map_remove(&w->d->cancels, &w->node);
	free(w);
}

/* A request that is under way, or a place in the line, still names it. */
static void
wish_let_go(struct wish *w)
{
	if (w->over && !w->c.under_way && !w->in_line && !w->looking && !w->due)
		wish_free(w);
}

static void
end_wish(struct wish *w, enum deny code, const char *error)
{
	const struct ending	 e = { code, error };
	struct order		*o = blotter_find(&w->d->blotter, w->clord_id);
	struct buf		 b = { 0 };
	struct asker		*a;

	if (o != NULL && o->cancelling) {
		o->cancelling = false;
		tell_row(w->d, o);
	}
	write_answer(w, &e, &b);
	w->over = true;
	while ((a = STAILQ_FIRST(&w->askers)) != NULL) {
		STAILQ_REMOVE_HEAD(&w->askers, link);
		end_asker(w, a, &e, b.p);
		free(a);
	}
	w->n = 0;
	buf_free(&b);
	wish_let_go(w);
}

/* ---- pursuing ------------------------------------------------------------------------- */

static void
look_soon(struct orderd *d)
{
	if (!d->cancel_ticking)
		timer_in_ms(d->cancel_timer, TICK_MS);
	d->cancel_ticking = true;
}

/* At the end of whatever is being done to its order. */
static void
look_now(struct wish *w)
{
	if (w->due)
		return;
	w->due = true;
	STAILQ_INSERT_TAIL(&w->d->due_wishes, w, due_link);
	timer_in_ms(w->d->due_timer, 0);
}

static void
enter_line(struct wish *w)
{
	struct order	*o = blotter_find(&w->d->blotter, w->clord_id);

	if (w->in_line)
		return;
	w->in_line = true;
	o->cancelling = true;
	tell_row(w->d, o);
	line_enter(w->d, LINE_CANCEL, w->clord_id);
}

static void
end_unsent(struct wish *w)
{
	place_end_unsent(w->d, blotter_find(&w->d->blotter, w->clord_id));
	end_wish(w, DENY_NONE, NULL);
}

static void
pursue(struct wish *w)
{
	struct orderd		*d = w->d;
	const struct order	*o = blotter_find(&d->blotter, w->clord_id);

	if (w->over) {
		wish_let_go(w);
		return;
	}
	switch (cancel_step(&w->c, o, w->looking, loop_now(d->base->loop))) {
	case CANCEL_SEND:
		enter_line(w);
		look_soon(d);
		return;
	case CANCEL_UNSENT:
		end_unsent(w);
		return;
	case CANCEL_DONE:
		end_wish(w, DENY_NONE, NULL);
		return;
	case CANCEL_FINAL:
		end_wish(w, DENY_ORDER_ALREADY_FINAL, NULL);
		return;
	case CANCEL_UNKNOWN:
		end_wish(w, DENY_ORDER_NOT_FOUND, NULL);
		return;
	case CANCEL_WAIT:
	case CANCEL_STEPS:
		look_soon(d);
		return;
	}
}

static void
answer_late_sweeps(struct orderd *d, struct sweep *s)
{
	const mono_t	 now = loop_now(d->base->loop);

	if (!s->answered && mono_diff_ms(now, s->item->taken_at) >= SWEEP_ANSWER_MS)
		answer_sweep(d, s, NULL);
}

static void
on_due(void *arg)
{
	struct orderd	*d = arg;
	struct wish	*w;

	while ((w = STAILQ_FIRST(&d->due_wishes)) != NULL) {
		STAILQ_REMOVE_HEAD(&d->due_wishes, due_link);
		w->due = false;
		pursue(w);
	}
}

static void
on_tick(void *arg)
{
	struct orderd	*d = arg;
	struct map_iter	 it = map_each(&d->cancels);
	struct node	*n;
	struct sweep	*s;

	d->cancel_ticking = false;
	while ((n = map_next(&it)) != NULL)
		pursue(MAP_OF(n, struct wish, node));
	LIST_FOREACH(s, &d->sweeps, link)
		answer_late_sweeps(d, s);
}

void
cancels_note(struct orderd *d, const char *clord_id)
{
	struct wish	*w = d->cancels.n == 0 ? NULL : find(d, clord_id);

	if (w != NULL)
		look_now(w);
}

bool
cancels_claim(struct orderd *d, const char *clord_id)
{
	struct wish	*w = find(d, clord_id);

	if (w == NULL || w->over)
		return false;
	cancel_taken(&w->c);
	look_now(w);
	return true;
}

/* ---- requests ----------------------------------------------------------------------------- */

bool
cancels_leave(struct orderd *d, const char *clord_id)
{
	struct wish		*w = find(d, clord_id);
	const struct order	*o = blotter_find(&d->blotter, clord_id);
	const mono_t		 now = loop_now(d->base->loop);

	if (w->over || cancel_step(&w->c, o, w->looking, now) != CANCEL_SEND) {
		w->in_line = false;
		look_now(w);
		return true;
	}
	if (!line_may_send(d, LINE_CANCEL))
		return false;
	w->in_line = false;
	cancel_sent(&w->c);
	venue_cancel(d, o);
	return true;
}

/* The answer is a report like any other: what it executed is asked for if nobody has told it. */
static void
hear_cancelled(struct wish *w, const struct answer *r)
{
	struct orderd		*d = w->d;
	struct order		*o = blotter_find(&d->blotter, w->clord_id);
	struct msg_report	 report;

	cancel_taken(&w->c);
	w->filled = r->cum_qty;
	d->cancelled++;
	if (o == NULL)
		return;
	answer_report(r, &o->o, &report);
	report.at = venue_now(d);
	bus_push_report(d, &report);
}

static void
hear_refused(struct wish *w, const struct fault *f, const struct answer *r,
    const struct http_answer *a)
{
	struct orderd	*d = w->d;
	struct order	*o = blotter_find(&d->blotter, w->clord_id);

	cancel_failed(&w->c, loop_now(d->base->loop));
	if (f->what == FAULT_CLOCK)
		venue_sync_clock(d);
	/* Not open, for whatever reason: the order itself must say. */
	if (o != NULL && !order_is_final(o))
		apply_ask_now(d, o);
	log_warn("cancel_failed", "clord_id=%s status=%d code=%d why=\"%s%s\" tries=%d; the order is "
	    "asked for, and it is tried again while it stands", w->clord_id, a->status, r->code,
	    r->msg, a->why, w->c.tries);
}

void
cancels_answered(struct orderd *d, const char *clord_id, const struct answer *r,
    const struct http_answer *a)
{
	struct wish		*w = find(d, clord_id);
	const struct fault	 f = answer_fault(r, a->status);

	if (f.what == FAULT_NONE && r->order_id != 0)
		hear_cancelled(w, r);
	else
		hear_refused(w, &f, r, a);
	if (f.what == FAULT_FATAL) {
		venue_refused(d, r);
		end_wish(w, DENY_EX_REJECTED, r->msg);
	} else
		pursue(w);
}

/* ---- wishes -------------------------------------------------------------------------------- */

static void
on_found(void *arg, struct order *o)
{
	struct wish	*w = arg;

	(void)o;
	w->looking = false;
	pursue(w);
}

static struct wish *
wish_new(struct orderd *d, const char *clord_id, mono_t unknown_at)
{
	struct wish	*w = xcalloc(1, sizeof(*w));

	w->d = d;
	w->filled = DEC_NONE;
	w->c.unknown_at = unknown_at;
	text_put(w->clord_id, sizeof(w->clord_id), clord_id);
	STAILQ_INIT(&w->askers);
	map_put(&d->cancels, &w->node, w->clord_id);
	return w;
}

static void
join(struct wish *w, struct item *item, const char *request_id, struct sweep *s)
{
	struct asker	*a = xcalloc(1, sizeof(*a));

	*a = (struct asker){ .item = item, .sweep = s };
	text_put(a->request_id, sizeof(a->request_id), request_id);
	STAILQ_INSERT_TAIL(&w->askers, a, link);
	w->n++;
}

/* value over limit, where there is one. */
static void
refuse(struct orderd *d, struct item *item, const struct cmd *c, enum deny code, const char *error,
    int64_t limit)
{
	struct buf	 details = { 0 }, b = { 0 };

	jw_open(&details, '{');
	jw_put_str(&details, "clientOrderId", c->clord_id);
	if (limit != 0) {
		jw_put_int(&details, "value", limit + 1);
		jw_put_int(&details, "limit", limit);
	}
	jw_close(&details, '}');
	answer_refusal(&b, &(struct refusal){ .code = code, .error = error, .details = details.p });
	answer_item(d, item, c->request_id, b.p);
	buf_free(&details);
	buf_free(&b);
}

/* Of an order that is not in memory: perhaps the ledger knows it, perhaps it is still to come. */
static void
look_up(struct wish *w)
{
	if (blotter_find(&w->d->blotter, w->clord_id) != NULL)
		return;
	w->looking = w->tombstone = true;
	w->d->tombstones++;
	load_find(w->d, w->clord_id, on_found, w);
}

static struct wish *
wish_for(struct orderd *d, struct item *item, const struct cmd *c)
{
	struct loop	*l = d->base->loop;
	const bool	 passed = expiry_passed(&c->act, loop_boot(l), loop_now(l));
	struct wish	*w = find(d, c->clord_id);

	if (w != NULL)
		return w;
	w = wish_new(d, c->clord_id, passed ? loop_now(l) : c->act.before);
	w->c.sent = item->found;
	look_up(w);
	return w;
}

static void
cancel_one(struct orderd *d, struct item *item, const struct cmd *c)
{
	struct wish	*w = find(d, c->clord_id);
	const bool	 known = w != NULL || blotter_find(&d->blotter, c->clord_id) != NULL;
	char		 prefix[PREFIX];

	/* Only orders with our kind of name are ever ours to cancel. */
	if (clord_parse(c->clord_id, prefix) == -1)
		refuse(d, item, c, DENY_ORDER_NOT_FOUND, NULL, 0);
	else if (w != NULL && w->n >= CANCEL_ASKERS)
		refuse(d, item, c, DENY_CANCEL_IN_FLIGHT, NULL, CANCEL_ASKERS);
	else if (!known && d->tombstones >= TOMBSTONES)
		refuse(d, item, c, DENY_INFRA_UNAVAILABLE, "too many cancels wait for orders that "
		    "nobody knows; ask again in a moment", TOMBSTONES);
	else {
		w = wish_for(d, item, c);
		w->over = false;
		join(w, item, c->request_id, NULL);
		pursue(w);
	}
}

/* ---- all of an account ------------------------------------------------------------------------ */

/* What was asked for later is not meant; of an earlier life's orders only the time is known. */
static bool
is_older(const struct order *o, const struct cmd *c)
{
	return o->no != 0 ? o->no < c->no : o->o.created_at.us <= c->taken_at.us;
}

static bool
is_meant(const struct order *o, const struct cmd *c, const char *symbol)
{
	return text_eq(o->o.sub, c->sub) && (*symbol == '\0' || text_eq(o->o.symbol, symbol)) &&
	    !order_is_final(o) && !(o->o.closing && o->o.type == TYPE_MARKET) &&
	    is_older(o, c);
}

static void
sweep_add(struct orderd *d, struct sweep *s, const struct order *o)
{
	struct wish	*w = find(d, o->o.clord_id);

	if (w == NULL)
		w = wish_new(d, o->o.clord_id, MONO_UNSET);
	w->over = false;
	w->c.sent = w->c.sent || s->item->found;	/* an earlier life may have sent it */
	s->left++;
	join(w, NULL, "", s);
	look_now(w);
}

static void
forget_barrier(void *arg, const char *name)
{
	txn_hdel(arg, K_BARRIER, NULL, name);
}

/* Durable before anything is told: a later life of ours stops the same. */
static void
put_barrier(struct orderd *d, const char *sub, const char *symbol, int64_t no)
{
	struct txn	*t = txn_new(d->base->bus, "barrier", NULL);
	char		 name[BARRIER_NAME], text[24];

	barrier_name(sub, symbol, name);
	barriers_put(&d->barriers, name, no);
	barriers_sweep(&d->barriers, no, forget_barrier, t);
	text_putf(text, sizeof(text), "%lld", (long long)no);
	txn_hset(t, K_BARRIER, NULL, name, text);
	txn_commit(t, NULL, NULL);
}

static void
cancel_all(struct orderd *d, struct item *item, const struct cmd *c)
{
	struct sweep	*s = xcalloc(1, sizeof(*s));
	char		 symbol[SYMBOL] = "";
	struct order	*o;

	if (*c->symbol != '\0' && instr_native(instruments_all(d->instruments), c->symbol, symbol) == -1)
		text_put(symbol, sizeof(symbol), c->symbol);	/* nothing is called so */
	*s = (struct sweep){ .item = item, .c = *c };
	LIST_INSERT_HEAD(&d->sweeps, s, link);
	put_barrier(d, c->sub, symbol, c->no);
	TAILQ_FOREACH(o, &d->blotter.live, link)
		if (is_meant(o, c, symbol))
			sweep_add(d, s, o);
	log_info("cancel_all", "sub=%s sym=%s orders=%u", c->sub, *symbol == '\0' ? "*" : symbol,
	    s->left);
	look_soon(d);
	sweep_settle(d, s);
}

void
cancels_item(struct orderd *d, struct item *item, const struct cmd *c)
{
	if (c->what == CMD_CANCEL_ALL)
		cancel_all(d, item, c);
	else
		cancel_one(d, item, c);
}

/* ---- start and end ---------------------------------------------------------------------------- */

void
cancels_start(struct orderd *d)
{
	LIST_INIT(&d->sweeps);
	STAILQ_INIT(&d->due_wishes);
	d->due_timer = timer_new(d->base->loop, on_due, d);
	d->cancel_timer = timer_new(d->base->loop, on_tick, d);
}

void
cancels_fini(struct orderd *d)
{
	struct map_iter	 it = map_each(&d->cancels);
	struct node	*n;
	struct sweep	*s;

	while ((n = map_next(&it)) != NULL)
		wish_free(MAP_OF(n, struct wish, node));
	map_fini(&d->cancels);
	while ((s = LIST_FIRST(&d->sweeps)) != NULL) {
		LIST_REMOVE(s, link);
		free(s);
	}
	timer_free(d->cancel_timer);
	timer_free(d->due_timer);
}
