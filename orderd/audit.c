/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"
#include "venue/clord.h"

#include <stdlib.h>
#include <string.h>

enum {
	AGAIN_MS = 250, FAILED_MS = 1000,
	ROWS_A_TURN = 25,			/* about a millisecond */
	ROWS_EVERY_MS = 6 * 3600 * 1000,	/* rows live a day from their last writing */
};

/*
 * One audit: the open orders, where there are positions, and the trades of each
 * symbol, page by page.  After a gap of the stream of all symbols, otherwise of
 * those where something may have happened.
 */
struct audit {
	struct orderd		*d;
	struct timer		*timer;
	bool			 running;
	int64_t			 no;		/* the stream_up it is for; 0: of itself */
	int64_t			 want_no;	/* what the next one is for */
	int64_t			 done_no;
	int64_t			 serial;	/* of the list of open orders: what stands in it carries it */
	mono_t			 sent_at, rows_at;
	wall_t			 began;		/* by the exchange's clock */
	void			(*step)(struct audit *);	/* what the timer goes on with */
	/* the open orders, read in parts */
	struct buf		 list;
	size_t			 list_at;
	/* the walk */
	char			(*symbols)[SYMBOL];
	size_t			 nsymbols, next_symbol;
	struct walk		 walk;
	int			 trades;	/* of the page */
	struct found		*page;		/* those of it that nobody here knows */
	size_t			 npage;
	struct msg_report	*reports;	/* what they are handed on as */
	size_t			 nreports;
};

static void	begin(struct audit *);
static void	ask_open(struct audit *);
static void	ask_positions(struct audit *);
static void	ask_page(struct audit *);
static void	walk_next(struct audit *);
static void	name_next(struct audit *);

/* Not now, or no answer: the step is done again. */
static void
again(struct audit *a, void (*step)(struct audit *), int64_t ms)
{
	a->step = step;
	timer_in_ms(a->timer, ms);
}

/* True: the step is done again, after a while. */
static bool
failed(struct audit *a, const char *what, const struct http_answer *http,
    void (*step)(struct audit *))
{
	struct answer	 r;

	if (http->status == 200)
		return false;
	answer_read(&r, http->body, http->len);
	log_warn("audit_waits", "asked=%s status=%d code=%d why=\"%s%s\" retry_ms=%d", what,
	    http->status, r.code, r.msg, http->why, FAILED_MS);
	again(a, step, FAILED_MS);
	return true;
}

/* Asking again would be answered the same. */
static bool
is_refused(const struct http_answer *http)
{
	struct answer	 r;

	if (http->status == 200)
		return false;
	answer_read(&r, http->body, http->len);
	return answer_fault(&r, http->status).what == FAULT_REFUSED;
}

/* ---- the open orders --------------------------------------------------------------- */

/* Nothing was executed and nothing ended: only that it stands there is news. */
static void
stands_there(struct audit *a, struct order *o, const struct answer *row)
{
	struct orderd	*d = a->d;

	apply_stands(d, o);
	if (o->state != ORD_WORKING || o->order_id == 0 || dec_lt(row->qty, o->qty))
		orderd_step(d, o, &(struct order_input){ .on = ON_ACK, .order_id = row->order_id,
		    .told_qty = row->cum_qty, .qty = row->qty });
	if (apply_compares(o, a->sent_at) != 0)
		blotter_synced(&d->blotter, o);
	apply_rests(o);
	place_settle(d, o);
}

static void
hear_known(struct audit *a, struct order *o, const struct answer *row)
{
	struct msg_report	 r;

	o->audit_no = a->serial;
	/* An end may be ahead of the list; but what was refused should not stand there. */
	if ((order_is_final(o) && o->state != ORD_REJECTED) || o->state == ORD_NEW)
		return;
	if (o->state != ORD_REJECTED && dec_ok(row->cum_qty) && dec_cmp(row->cum_qty, o->cum_qty) == 0) {
		stands_there(a, o, row);
		return;
	}
	answer_report(row, &o->o, &r);
	r.stream_no = apply_compares(o, a->sent_at);
	r.at = a->began;
	bus_push_report(a->d, &r);
}

static void
hear_row(struct audit *a, const struct answer *row)
{
	struct order		*o = blotter_find(&a->d->blotter, row->clord_id);
	struct msg_report	 r;
	char			 prefix[PREFIX];

	if (o != NULL)
		hear_known(a, o, row);
	else if (clord_parse(row->clord_id, prefix) == 0) {
		answer_report(row, NULL, &r);
		r.at = a->began;
		bus_push_report(a->d, &r);
	}
}

/* Not in the list: it has ended, or the list is behind; the order itself is asked for. */
static void
ask_for_absent(struct audit *a)
{
	struct orderd	*d = a->d;
	struct order	*o;

	TAILQ_FOREACH(o, &d->blotter.live, link) {
		if (o->audit_no == a->serial || !mono_before(o->sent_at, a->sent_at) ||
		    (o->state != ORD_WORKING && o->state != ORD_IN_DOUBT))
			continue;
		if (o->state == ORD_IN_DOUBT && !o->doubted)
			tell_doubt(d, o);	/* of an earlier life */
		apply_ask_now(d, o);
	}
}

/* A part of the list each turn: it may be long, and nothing else must wait for all of it. */
static void
read_open(struct audit *a)
{
	struct answer	 row;
	int		 rc = 1;

	for (int i = 0; i < ROWS_A_TURN && rc == 1; i++) {
		rc = answer_next_order(a->list.p, a->list.len, &a->list_at, &row);
		if (rc == 1)
			hear_row(a, &row);
	}
	if (rc == 1) {
		again(a, read_open, 0);
		return;
	}
	buf_free(&a->list);
	if (rc == -1) {
		log_warn("audit_waits", "asked=open_orders why=\"the answer is no list\"");
		again(a, ask_open, FAILED_MS);
		return;
	}
	ask_for_absent(a);
	ask_positions(a);
}

static void
on_open(void *arg, const struct http_answer *r)
{
	struct audit	*a = arg;

	if (failed(a, "open_orders", r, ask_open))
		return;
	buf_free(&a->list);
	buf_add(&a->list, r->body, r->len);
	a->list_at = 0;
	read_open(a);
}

static void
ask_open(struct audit *a)
{
	struct buf	 none = { 0 };

	a->serial++;
	a->sent_at = loop_now(a->d->base->loop);
	if (!venue_audit(a->d, EP_OPEN_ORDERS, &none, on_open, a))
		again(a, ask_open, AGAIN_MS);
}

/* ---- where to walk -------------------------------------------------------------------- */

static void
on_position(void *arg, const char *symbol)
{
	struct audit	*a = arg;

	if (cursors_find(&a->d->cursors, symbol) == NULL)
		cursors_get(&a->d->cursors, symbol)->touched = true;
}

static void
plan_walks(struct audit *a)
{
	struct orderd	*d = a->d;
	struct map_iter	 it = map_each(&d->cursors.map);
	struct node	*n;

	free(a->symbols);
	a->symbols = xcalloc(d->cursors.map.n + 1, sizeof(*a->symbols));
	a->nsymbols = a->next_symbol = 0;
	while ((n = map_next(&it)) != NULL) {
		struct cursor	*c = MAP_OF(n, struct cursor, node);

		if (a->no == 0 && !c->touched)
			continue;
		c->touched = false;
		text_put(a->symbols[a->nsymbols++], SYMBOL, c->symbol);
	}
}

static void
on_positions(void *arg, const struct http_answer *r)
{
	struct audit	*a = arg;

	if (failed(a, "positions", r, ask_positions))
		return;
	if (answer_positions(r->body, r->len, on_position, a) == -1) {
		log_warn("audit_waits", "asked=positions why=\"the answer is no list\"");
		again(a, ask_positions, FAILED_MS);
		return;
	}
	plan_walks(a);
	walk_next(a);
}

static void
ask_positions(struct audit *a)
{
	struct buf	 none = { 0 };

	if (!venue_audit(a->d, EP_POSITIONS, &none, on_positions, a))
		again(a, ask_positions, AGAIN_MS);
}

/* ---- one page ------------------------------------------------------------------------- */

/* The order is in memory, and so is the trade: nothing is left to look up. */
static bool
is_counted(const struct orderd *d, const char *symbol, const struct found *f)
{
	const struct order	*o = blotter_find_id(&d->blotter, symbol, f->order_id);

	return o != NULL && order_knows(o, f->e.trade_id);
}

static int
on_trade(void *arg, const struct found *f)
{
	struct audit	*a = arg;

	if (a->trades == WALK_PAGE)
		return 0;		/* more than was asked for: the next page has it */
	walk_trade(&a->walk, f->e.trade_id, f->e.at, a->began);
	a->trades++;
	if (!is_counted(a->d, a->walk.symbol, f))
		a->page[a->npage++] = *f;
	return 0;
}

/* What had just happened when the audit began may not have been seen by it. */
static wall_t
settled(const struct audit *a)
{
	return wall_add_us(a->began, -1000 * WALK_SETTLE_MS);
}

static void
page_done(void *arg)
{
	struct audit	*a = arg;
	struct orderd	*d = a->d;
	struct cursor	*c = cursors_find(&d->cursors, a->walk.symbol);

	if (a->walk.settled_id > c->trade_id) {
		c->trade_id = a->walk.settled_id;
		store_cursor(d, c->symbol, c->trade_id, c->since);
	}
	if (walk_page_end(&a->walk, a->trades, a->began)) {
		ask_page(a);
		return;
	}
	/* Nothing was ever traded: the next walk need not begin so far back. */
	if (a->walk.at_id == 0) {
		c->since = settled(a);
		store_cursor(d, c->symbol, 0, c->since);
	}
	/* The youngest do not count as walked yet: the next audit comes by for them. */
	if (a->walk.at_id > c->trade_id)
		c->touched = true;
	a->next_symbol++;
	walk_next(a);
}

/* All of the page has its order: what is in the list is not lost, and the cursor may move. */
static void
hand_on(struct audit *a)
{
	if (a->nreports == 0)
		page_done(a);
	else
		bus_push_reports(a->d, a->reports, a->nreports, page_done, a);
}

/* Those of the order go together; the others stay, in their order. */
static void
report_all_of(struct audit *a, int64_t order_id, const struct answer *order)
{
	size_t	 left = 0;

	for (size_t i = 0; i < a->npage; i++)
		if (a->page[i].order_id == order_id)
			found_report(&a->page[i], order, &a->reports[a->nreports++]);
		else
			a->page[left++] = a->page[i];
	a->npage = left;
}

/* Known by its number: it says the rest of itself. */
static struct answer
answer_of(const struct order *o)
{
	struct answer	 r = { .order_id = o->order_id, .side = o->o.side, .qty = DEC_NONE,
			    .px = DEC_NONE, .cum_qty = DEC_NONE };

	text_put(r.clord_id, sizeof(r.clord_id), o->o.clord_id);
	text_put(r.symbol, sizeof(r.symbol), o->o.symbol);
	text_put(r.status, sizeof(r.status), "PARTIALLY_FILLED");
	return r;
}

/* Too old to be asked for, or never ours: nobody's, by the number of its order. */
static struct answer
answer_of_nobody(const struct audit *a, int64_t order_id)
{
	struct answer	 r = { .order_id = order_id, .qty = DEC_NONE, .px = DEC_NONE,
			    .cum_qty = DEC_NONE };

	text_put(r.symbol, sizeof(r.symbol), a->walk.symbol);
	text_putf(r.clord_id, sizeof(r.clord_id), "order-%lld", (long long)order_id);
	return r;
}

static void
on_order(void *arg, const struct http_answer *http)
{
	struct audit	*a = arg;
	struct answer	 r;
	const int64_t	 order_id = a->page[0].order_id;

	answer_read(&r, http->body, http->len);
	if (answer_fault(&r, http->status).what == FAULT_GONE || is_refused(http))
		r = answer_of_nobody(a, order_id);
	else if (failed(a, "order", http, name_next))
		return;
	else if (r.order_id != order_id) {
		log_warn("audit_waits", "asked=order why=\"the answer is none\"");
		again(a, name_next, FAILED_MS);
		return;
	}
	report_all_of(a, order_id, &r);
	name_next(a);
}

/* Whose were they?  The exchange tells trades by the number of their order only. */
static void
name_next(struct audit *a)
{
	struct orderd	*d = a->d;
	struct buf	 query = { 0 };
	struct order	*o;

	while (a->npage > 0 &&
	    (o = blotter_find_id(&d->blotter, a->walk.symbol, a->page[0].order_id)) != NULL) {
		const struct answer	 r = answer_of(o);

		report_all_of(a, o->order_id, &r);
	}
	if (a->npage == 0) {
		hand_on(a);
		return;
	}
	request_query_id(a->walk.symbol, a->page[0].order_id, &query);
	if (!venue_audit(d, EP_ORDER_QUERY, &query, on_order, a))
		again(a, name_next, AGAIN_MS);
}

static void
on_booked(void *arg, const char *ids)
{
	struct audit	*a = arg;
	size_t		 left = 0;
	char		 id[32];

	for (size_t i = 0; i < a->npage; i++) {
		text_putf(id, sizeof(id), " %lld ", (long long)a->page[i].e.trade_id);
		if (strstr(ids, id) == NULL)
			a->page[left++] = a->page[i];
	}
	a->npage = left;
	name_next(a);
}

static void
look_up_booked(struct audit *a)
{
	struct buf	 ids = { 0 };

	if (a->npage == 0) {
		hand_on(a);
		return;
	}
	for (size_t i = 0; i < a->npage; i++)
		buf_addf(&ids, i == 0 ? "%lld" : " %lld", (long long)a->page[i].e.trade_id);
	store_find_booked(a->d, a->walk.symbol, ids.p, on_booked, a);
	buf_free(&ids);
}

static void
on_page(void *arg, const struct http_answer *r)
{
	struct audit	*a = arg;

	if (is_refused(r)) {
		log_error("walk_refused", "sym=%s status=%d body=\"%.160s\"; its trades are not walked, "
		    "the others are", a->walk.symbol, r->status, r->body);
		a->next_symbol++;
		walk_next(a);
		return;
	}
	if (failed(a, "user_trades", r, ask_page))
		return;
	a->trades = 0;
	a->npage = a->nreports = 0;
	if (answer_found(r->body, r->len, on_trade, a) == -1) {
		log_warn("audit_waits", "asked=user_trades sym=%s why=\"the answer is no list\"",
		    a->walk.symbol);
		again(a, ask_page, FAILED_MS);
		return;
	}
	look_up_booked(a);
}

static void
ask_page(struct audit *a)
{
	struct buf	 query = { 0 };

	walk_request(&a->walk, &query);
	if (!venue_audit(a->d, EP_USER_TRADES, &query, on_page, a))
		again(a, ask_page, AGAIN_MS);
}

/* ---- all of it --------------------------------------------------------------------------- */

/* After a gap, at the end of the first of all audits, and long after the last time. */
static bool
rows_are_due(const struct audit *a)
{
	return a->no != 0 || !mono_is_set(a->rows_at) ||
	    mono_diff_ms(loop_now(a->d->base->loop), a->rows_at) > ROWS_EVERY_MS;
}

static void
end(struct audit *a)
{
	struct orderd	*d = a->d;

	a->running = false;
	if (a->no != 0) {
		a->done_no = a->no;
		d->cursors.since = settled(a);
		store_cursor(d, "*", 0, d->cursors.since);
		log_info("audited", "stream_no=%lld symbols=%zu live=%zu", (long long)a->no, a->nsymbols,
		    blotter_nlive(&d->blotter));
	}
	if (rows_are_due(a)) {
		a->rows_at = loop_now(d->base->loop);
		tell_rows_again(d);
	}
	apply_check_reconciled(d);
	again(a, begin, a->want_no != 0 ? 0 : d->conf->audit_every);
}

static void
walk_next(struct audit *a)
{
	if (a->next_symbol == a->nsymbols) {
		end(a);
		return;
	}
	walk_begin(&a->walk, cursors_find(&a->d->cursors, a->symbols[a->next_symbol]));
	ask_page(a);
}

static void
begin(struct audit *a)
{
	a->running = true;
	/* What keeps a gap open may have been lost with Redis: it is closed from the start. */
	a->no = a->want_no != 0 ? a->want_no : a->d->up_no;
	a->want_no = 0;
	if (a->no != 0) {
		a->d->unapplied = 0;
		a->d->unapplied_from = a->d->no;
	}
	a->began = venue_now(a->d);
	ask_open(a);
}

static void
on_time(void *arg)
{
	struct audit	*a = arg;

	a->step(a);
}

/* One that is under way may have looked before the stream was up: it is done once more. */
void
audit_begin(struct orderd *d, int64_t up_no)
{
	struct audit	*a = d->audit;

	a->want_no = up_no;
	if (!a->running)
		again(a, begin, 0);
}

bool
audit_will_show(const struct orderd *d)
{
	return d->audit->running && rows_are_due(d->audit);
}

bool
audit_is_done(const struct orderd *d, int64_t up_no)
{
	return d->audit->done_no == up_no;
}

void
audit_touch(struct orderd *d, const char *symbol)
{
	cursors_get(&d->cursors, symbol)->touched = true;
}

void
audit_new(struct orderd *d)
{
	struct audit	*a = xcalloc(1, sizeof(*a));

	d->audit = a;
	a->d = d;
	a->page = xcalloc(WALK_PAGE, sizeof(*a->page));
	a->reports = xcalloc(WALK_PAGE, sizeof(*a->reports));
	a->timer = timer_new(d->base->loop, on_time, a);
}

void
audit_start(struct orderd *d)
{
	if (!d->audit->running && d->audit->want_no == 0)
		again(d->audit, begin, 0);
}

void
audit_fini(struct orderd *d)
{
	struct audit	*a = d->audit;

	timer_free(a->timer);
	buf_free(&a->list);
	free(a->symbols);
	free(a->page);
	free(a->reports);
	free(a);
}
