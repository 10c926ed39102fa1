/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- statements ------------------------------------------------------------------ */

enum { SQL_END = LEDGER_OWN, SQL_EVENTS, SQL_LIVE, SQL_PLACE, SQL_N };

static const struct pg_stmt	stmts[SQL_N] = {
	LEDGER_STMTS,
	[SQL_END] = { "end", 4,
	    "UPDATE pending_orders SET status = $2, exchange_order_id = $3,"
	    " filled_at = CASE WHEN $2 = 'FILLED' THEN $4::timestamp END,"
	    " cancelled_at = CASE WHEN $2 <> 'FILLED' THEN $4::timestamp END WHERE id = $1" },
	[SQL_EVENTS] = { "events", 1,
	    "SELECT version, type, data, stream FROM engine.events WHERE stream = $1"
	    " ORDER BY version" },
	[SQL_LIVE] = { "live", 0,
	    "SELECT e.version, e.type, e.data, e.stream FROM engine.events e JOIN pending_orders p"
	    " ON e.stream = 'order/' || p.id WHERE p.status = 'PENDING' ORDER BY e.seq" },
	[SQL_PLACE] = { "place", 11,
	    "INSERT INTO pending_orders (id, client_order_id, sub_account_id, symbol, side, type,"
	    " price, quantity, leverage, origin, parent_id, created_at)"
	    " VALUES ($1, $1, $2, $3, $4, $5, $6::float8, $7::float8, $8::float8, $9, $10,"
	    " $11::timestamp) ON CONFLICT (id) DO NOTHING" },
};

enum { STREAM = CLORD_ID + 8, CAUSE_OF = CLORD_ID + 48 };

/* An entry on its way; the order may be gone when it is stored. */
struct writing {
	struct orderd	*d;
	char		 clord_id[CLORD_ID];
	store_done	*done;
	void		*arg;
};

/* ---- writing --------------------------------------------------------------------- */

static void
on_written(void *arg, enum ledger_outcome outcome, const struct pg_result *r)
{
	struct writing	*w = arg;
	struct orderd	*d = w->d;

	(void)r;
	/* Memory and ledger differ: a new life loads what is true, and the items are all there. */
	if (outcome == LEDGER_STALE || outcome == LEDGER_FAILED)
		fatal(EXIT_TRY_AGAIN, "order_not_stored", "clord_id=%s; loading it again",
		    w->clord_id);
	struct order	*o = blotter_find(&d->blotter, w->clord_id);
	if (o != NULL)
		o->writing--;
	if (w->done != NULL)
		w->done(w->arg);
	if (o != NULL)
		place_settle(d, o);
	free(w);
}

static struct entry *
begin(struct orderd *d, struct order *o, const char *label, const char *type, const char *cause,
    const char *data)
{
	char		 stream[STREAM], unique[CAUSE_OF];
	struct entry	*e;

	text_putf(stream, sizeof(stream), "order/%s", o->o.clord_id);
	text_putf(unique, sizeof(unique), "%s/%s", stream, cause);
	e = entry_new(d->ledger, label, unique);
	entry_event(e, &(struct event_row){ .stream = stream, .version = ++o->version, .type = type,
	    .data = data, .request_id = o->o.request_id, .saga = o->o.parent_id },
	    loop_wall(d->base->loop));
	return e;
}

static void
commit(struct orderd *d, struct order *o, struct entry *e, store_done *done, void *arg)
{
	struct writing	*w = xcalloc(1, sizeof(*w));

	*w = (struct writing){ .d = d, .done = done, .arg = arg };
	text_put(w->clord_id, sizeof(w->clord_id), o->o.clord_id);
	o->writing++;
	entry_commit(e, on_written, w);
}

static const char *
dec_or_zero(dec_t d, char buf[DEC_STR])
{
	return dec_format(dec_ok(d) ? d : DEC_ZERO, buf);
}

static void
add_row(struct orderd *d, struct entry *e, const struct terms *o)
{
	const struct spelling	 ccxt = { instruments_all(d->instruments), true };
	char			 symbol[SYMBOL], px[DEC_STR], qty[DEC_STR], lev[12], at[PG_TIME];

	text_putf(lev, sizeof(lev), "%d", o->leverage);
	entry_add(e, SQL_PLACE, (const char *[]){ o->clord_id, o->sub,
	    outside_symbol(&ccxt, o->symbol, symbol),
	    names_get(&pos_side_names, (int)side_opens(o->side)),
	    names_get(&ord_type_names, (int)o->type), dec_or_zero(o->px, px),
	    dec_or_zero(o->qty, qty), lev, names_get(&origin_names, (int)o->origin),
	    *o->parent_id == '\0' ? NULL : o->parent_id, pg_time(o->created_at, at) });
}

void
store_placed(struct orderd *d, struct order *o)
{
	struct buf	 data = { 0 };

	fields_object(&terms_fields, &o->o, &data);
	struct entry	*e = begin(d, o, "placed", "placed", "placed", data.p);
	add_row(d, e, &o->o);
	commit(d, o, e, NULL, NULL);
	buf_free(&data);
}

/* The row is closed when the order is over: what is PENDING is looked after at a start. */
static void
add_end(struct orderd *d, struct entry *e, const struct order *o)
{
	static const char *const	 words[ORD_N] = {
		[ORD_FILLED] = "FILLED", [ORD_CANCELED] = "CANCELLED", [ORD_EXPIRED] = "EXPIRED",
		[ORD_REJECTED] = "CANCELLED",
	};
	char				 order_id[24], at[PG_TIME];

	text_putf(order_id, sizeof(order_id), "%lld", (long long)o->order_id);
	entry_add(e, SQL_END, (const char *[]){ o->o.clord_id, words[o->state],
	    o->order_id == 0 ? NULL : order_id, pg_time(loop_wall(d->base->loop), at) });
}

void
store_refused(struct orderd *d, struct order *o)
{
	struct msg_outcome	 m;
	struct buf		 data = { 0 };

	fields_blank(&msg_outcome_fields, &m, sizeof(m));
	m.kind = OUT_REFUSED;
	text_put(m.clord_id, sizeof(m.clord_id), o->o.clord_id);
	text_put(m.code, sizeof(m.code), deny_code(o->refusal.code));
	m.venue_code = o->refusal.venue_code;
	text_put(m.error, sizeof(m.error), o->refusal.error);
	fields_object(&msg_outcome_fields, &m, &data);
	struct entry	*e = begin(d, o, "refused", "refused", "refused", data.p);
	add_end(d, e, o);
	commit(d, o, e, NULL, NULL);
	buf_free(&data);
}

void
store_report(struct orderd *d, struct order *o, const struct msg_report *r, store_done *done,
    void *arg)
{
	struct buf	 data = { 0 };
	char		 cause[48];

	fields_object(&msg_report_fields, r, &data);
	if (r->e.trade_id != 0)
		text_putf(cause, sizeof(cause), "exec/%lld", (long long)r->e.trade_id);
	else
		text_put(cause, sizeof(cause), "end");
	struct entry	*e = begin(d, o, "report", r->e.trade_id != 0 ? "execution" : "ended", cause,
			    data.p);
	if (order_is_over(o))
		add_end(d, e, o);
	commit(d, o, e, done, arg);
	buf_free(&data);
}

bool
store_is_prompt(const struct orderd *d)
{
	return pg_is_up(d->pg) && pg_oldest_us(d->pg) < d->conf->ledger_lag * 1000;
}

/* ---- reading: events become orders again ------------------------------------------- */

static struct order *
replay_placed(struct orderd *d, const char *data, size_t len)
{
	struct field_fault	 ff;
	struct terms		 terms;
	struct order		*o;

	fields_blank(&terms_fields, &terms, sizeof(terms));
	if (fields_read(&terms_fields, &terms, data, len, &ff) == -1)
		return NULL;
	if ((o = blotter_find(&d->blotter, terms.clord_id)) != NULL)
		return o;
	o = blotter_add(&d->blotter, &terms);
	o->recovered = true;
	/* Whether the request left, and what became of it, is not written anywhere. */
	doubt_signed(&o->doubt, loop_now(d->base->loop), orderd_window_ms(d));
	order_step(o, &(struct order_input){ .on = ON_SUBMIT, .told_qty = DEC_NONE });
	order_step(o, &(struct order_input){ .on = ON_LOST, .told_qty = DEC_NONE });
	return o;
}

static struct order *
replay_refused(struct orderd *d, const char *data, size_t len)
{
	struct field_fault	 ff;
	struct msg_outcome	 m;
	struct order		*o;

	fields_blank(&msg_outcome_fields, &m, sizeof(m));
	if (fields_read(&msg_outcome_fields, &m, data, len, &ff) == -1 ||
	    (o = blotter_find(&d->blotter, m.clord_id)) == NULL)
		return NULL;
	o->refusal = (struct refusal_of){ .code = deny_find(m.code), .venue_code = m.venue_code };
	snprintf(o->refusal.error, sizeof(o->refusal.error), "%s", m.error);
	order_step(o, &(struct order_input){ .on = ON_ABSENT, .told_qty = DEC_NONE });
	return o;
}

static struct order *
replay_report(struct orderd *d, const char *data, size_t len)
{
	struct field_fault	 ff;
	struct msg_report	 r;
	struct order		*o;

	fields_blank(&msg_report_fields, &r, sizeof(r));
	if (fields_read(&msg_report_fields, &r, data, len, &ff) == -1 ||
	    (o = blotter_find(&d->blotter, r.clord_id)) == NULL)
		return NULL;
	const struct order_input	 in = order_input_of(&r);
	order_step(o, &in);
	return o;
}

static const struct {
	const char	*type;
	struct order	*(*replay)(struct orderd *, const char *data, size_t len);
} replays[] = {
	{ "ended", replay_report },
	{ "execution", replay_report },
	{ "placed", replay_placed },
	{ "refused", replay_refused },
};

/* The truth cannot be guessed: an event that cannot be read is a person's matter. */
static void
replay(struct orderd *d, const struct pg_result *r, int row)
{
	const char	*type = pg_value(r, 0, row, 1), *data = pg_value(r, 0, row, 2);
	struct order	*o = NULL;
	int64_t		 version;

	for (size_t i = 0; i < NITEMS(replays); i++)
		if (text_eq(type, replays[i].type))
			o = replays[i].replay(d, data, strlen(data));
	if (o == NULL || text_to_i64(pg_value(r, 0, row, 0), 1, INT32_MAX, &version) == -1)
		fatal(EXIT_CONFIG, "event_unreadable", "stream=%s version=%s type=%s; look at "
		    "engine.events", pg_value(r, 0, row, 3), pg_value(r, 0, row, 0), type);
	o->version = (int)version;
}

/* ---- one order ------------------------------------------------------------------------ */

struct seeker {
	store_found		*found;
	void			*arg;
	STAILQ_ENTRY(seeker)	 link;
};

struct lookup {
	struct orderd		*d;
	char			 clord_id[CLORD_ID];
	STAILQ_HEAD(, seeker)	 seekers;	/* in order of asking */
	struct node		 node;
};

static void
on_events(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct lookup	*l = arg;
	struct orderd	*d = l->d;
	struct seeker	*s;
	struct order	*o;

	ledger_must_read(outcome, r);
	for (int i = 0; i < pg_rows(r, 0); i++)
		replay(d, r, i);
	if ((o = blotter_find(&d->blotter, l->clord_id)) != NULL && order_is_over(o))
		blotter_retire(&d->blotter, o);
	map_remove(&d->lookups, &l->node);
	while ((s = STAILQ_FIRST(&l->seekers)) != NULL) {
		STAILQ_REMOVE_HEAD(&l->seekers, link);
		s->found(s->arg, blotter_find(&d->blotter, l->clord_id));
		free(s);
	}
	free(l);
}

bool
store_is_finding(const struct orderd *d, const char *clord_id)
{
	return map_find(&d->lookups, clord_id) != NULL;
}

void
store_find(struct orderd *d, const char *clord_id, store_found *found, void *arg)
{
	struct node	*n = map_find(&d->lookups, clord_id);
	struct lookup	*l = n == NULL ? xcalloc(1, sizeof(*l)) : MAP_OF(n, struct lookup, node);
	struct seeker	*s = xcalloc(1, sizeof(*s));
	char		 stream[STREAM];

	*s = (struct seeker){ .found = found, .arg = arg };
	if (n == NULL) {
		l->d = d;
		text_put(l->clord_id, sizeof(l->clord_id), clord_id);
		STAILQ_INIT(&l->seekers);
		map_put(&d->lookups, &l->node, l->clord_id);
		text_putf(stream, sizeof(stream), "order/%s", clord_id);
		struct pg_job	*j = pg_job_new(d->pg, "events");
		pg_job_add(j, SQL_EVENTS, (const char *[]){ stream });
		pg_submit(j, on_events, l);
	}
	STAILQ_INSERT_TAIL(&l->seekers, s, link);
}

/* ---- start and end ---------------------------------------------------------------------- */

static void
on_live(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct orderd	*d = arg;

	ledger_must_read(outcome, r);
	for (int i = 0; i < pg_rows(r, 0); i++)
		replay(d, r, i);
	log_info("loaded", "orders=%zu", d->blotter.map.n);
	orderd_start_step(d, START_CLOCK);
}

void
store_load(struct orderd *d)
{
	struct pg_job	*j = pg_job_new(d->pg, "load");

	pg_job_add(j, SQL_LIVE, NULL);
	pg_submit(j, on_live, d);
}

static void
show_ledger(struct orderd *d, const char *status)
{
	if (daemon_is_ready(d->base))
		daemon_status(d->base, status);
}

static void
on_up(void *arg)
{
	struct orderd	*d = arg;

	show_ledger(d, "ready");
	if (!d->loading)
		store_load(d);
	d->loading = true;
}

static void
on_down(void *arg)
{
	show_ledger(arg, "degraded: no ledger");
}

void
store_start(struct orderd *d)
{
	static const struct pg_hooks	 hooks = { on_up, on_down };

	d->pg = pg_new(d->base->loop, d->base->common->database, stmts, SQL_N, &hooks, d);
	d->ledger = ledger_new(d->pg, d->base->spec->name);
}

void
store_fini(struct orderd *d)
{
	ledger_free(d->ledger);
	pg_free(d->pg);
	map_fini(&d->lookups);
}
