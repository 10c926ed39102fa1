/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"
#include "venue/clord.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- statements ------------------------------------------------------------------ */

static const struct pg_stmt	stmts[SQL_N] = {
	LEDGER_STMTS,
	[SQL_ACCOUNTS] = { "accounts", 0,
	    "SELECT id, coalesce(routing_prefix, '') FROM sub_accounts ORDER BY id" },
	[SQL_CURSOR_NEW] = { "cursor_new", 2,
	    "INSERT INTO engine.cursors (symbol, trade_id, since) VALUES ($1, 0, $2::timestamptz)"
	    " ON CONFLICT (symbol) DO NOTHING" },
	[SQL_CURSOR_PUT] = { "cursor_put", 3,
	    "INSERT INTO engine.cursors AS c (symbol, trade_id, since)"
	    " VALUES ($1, $2::bigint, $3::timestamptz) ON CONFLICT (symbol) DO UPDATE SET"
	    " trade_id = greatest(c.trade_id, excluded.trade_id),"
	    " since = greatest(c.since, excluded.since)" },
	[SQL_CURSORS] = { "cursors", 0,
	    "SELECT symbol, trade_id, (extract(epoch FROM since) * 1000)::bigint"
	    " FROM engine.cursors" },
	[SQL_END] = { "end", 4,
	    "UPDATE pending_orders SET status = $2, exchange_order_id = $3,"
	    " filled_at = CASE WHEN $2 = 'FILLED' THEN $4::timestamp END,"
	    " cancelled_at = CASE WHEN $2 <> 'FILLED' THEN $4::timestamp END WHERE id = $1" },
	[SQL_EVENTS] = { "events", 1,
	    "SELECT version, type, data, stream FROM engine.events WHERE stream = $1"
	    " ORDER BY version" },
	[SQL_EXECUTIONS] = { "executions", 2,
	    "SELECT coalesce(string_agg(trade_id::text, ' '), '') FROM engine.executions"
	    " WHERE symbol = $1 AND trade_id = ANY (string_to_array($2, ' ')::bigint[])" },
	[SQL_LIVE] = { "live", 0,
	    "SELECT e.version, e.type, e.data, e.stream FROM engine.events e JOIN pending_orders p"
	    " ON e.stream = 'order/' || p.id WHERE p.status = 'PENDING' ORDER BY e.seq" },
	[SQL_PLACE] = { "place", 11,
	    "INSERT INTO pending_orders (id, client_order_id, sub_account_id, symbol, side, type,"
	    " price, quantity, leverage, origin, parent_id, created_at)"
	    " VALUES ($1, $1, $2, $3, $4, $5, $6::float8, $7::float8, $8::float8, $9, $10,"
	    " $11::timestamp) ON CONFLICT (id) DO NOTHING" },
};

enum { CAUSE_OF = CLORD_ID + 48 };

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

/* From the first order on a symbol its trades are walked, whatever becomes of the order. */
static void
add_cursor(struct orderd *d, struct entry *e, const char *symbol)
{
	char	 since[PG_TIME];

	if (cursors_find(&d->cursors, symbol) != NULL)
		return;
	cursors_get(&d->cursors, symbol);
	entry_add(e, SQL_CURSOR_NEW,
	    (const char *[]){ symbol, pg_time(d->cursors.since, since) });
}

void
store_placed(struct orderd *d, struct order *o, store_done *done, void *arg)
{
	struct buf	 data = { 0 };

	fields_object(&terms_fields, &o->o, &data);
	struct entry	*e = begin(d, o, "placed", "placed", "placed", data.p);
	add_row(d, e, &o->o);
	add_cursor(d, e, o->o.symbol);
	commit(d, o, e, done, arg);
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
	text_putf(m.id, sizeof(m.id), "%sr", o->o.clord_id);
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

static const enum venue_status	ended_as[ORD_N] = {
	[ORD_FILLED] = VS_FILLED, [ORD_CANCELED] = VS_CANCELED, [ORD_EXPIRED] = VS_EXPIRED,
	[ORD_REJECTED] = VS_CANCELED,
};

void
store_report(struct orderd *d, struct order *o, const struct msg_report *r, store_done *done,
    void *arg)
{
	struct msg_report	 kept = *r;
	struct buf		 data = { 0 };
	char			 cause[48];

	/* Whoever reads it again must find the end, though its last execution came after it. */
	if (order_is_over(o))
		kept.status = ended_as[o->state];
	fields_object(&msg_report_fields, &kept, &data);
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

/* ---- cursors, and questions ------------------------------------------------------------ */

/* Running it twice changes nothing: what fails is walked again. */
static void
on_cursor(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	(void)arg;
	ledger_must_read(outcome, r);
}

void
store_cursor(struct orderd *d, const char *symbol, int64_t trade_id, wall_t since)
{
	struct pg_job	*j = pg_job_new(d->pg, "cursor");
	char		 id[24], at[PG_TIME];

	text_putf(id, sizeof(id), "%lld", (long long)trade_id);
	pg_job_add(j, SQL_CURSOR_PUT, (const char *[]){ symbol, id, pg_time(since, at) });
	pg_submit(j, on_cursor, d);
}

struct asking_account {
	char		 prefix[PREFIX];
	store_account	*tell;
	void		*arg;
};

/* An account has its own prefix, else the one its id gives; ids that are cut short are older. */
static bool
is_prefix_of(const char *prefix, const char *id, const char *own)
{
	char	 derived[PREFIX];

	clord_prefix(id, derived);
	return text_eq(prefix, *own != '\0' ? own : derived) || text_eq(prefix, derived) ||
	    (strlen(prefix) == 8 && text_starts_with(id, prefix));
}

static void
on_accounts(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct asking_account	*a = arg;
	const char		*sub = "";

	ledger_must_read(outcome, r);
	for (int i = 0; i < pg_rows(r, 0) && *sub == '\0'; i++)
		if (is_prefix_of(a->prefix, pg_value(r, 0, i, 0), pg_value(r, 0, i, 1)))
			sub = pg_value(r, 0, i, 0);
	a->tell(a->arg, sub);
	free(a);
}

void
store_find_account(struct orderd *d, const char *prefix, store_account *tell, void *arg)
{
	struct asking_account	*a = xcalloc(1, sizeof(*a));
	struct pg_job		*j = pg_job_new(d->pg, "accounts");

	*a = (struct asking_account){ .tell = tell, .arg = arg };
	text_put(a->prefix, sizeof(a->prefix), prefix);
	pg_job_add(j, SQL_ACCOUNTS, NULL);
	pg_submit(j, on_accounts, a);
}

struct asking_booked {
	store_booked	*tell;
	void		*arg;
};

static void
on_booked(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct asking_booked	*a = arg;
	struct buf		 ids = { 0 };

	ledger_must_read(outcome, r);
	buf_addf(&ids, " %s ", pg_rows(r, 0) > 0 ? pg_value(r, 0, 0, 0) : "");
	a->tell(a->arg, ids.p);
	buf_free(&ids);
	free(a);
}

void
store_find_booked(struct orderd *d, const char *symbol, const char *ids, store_booked *tell,
    void *arg)
{
	struct asking_booked	*a = xcalloc(1, sizeof(*a));
	struct pg_job		*j = pg_job_new(d->pg, "booked");

	*a = (struct asking_booked){ tell, arg };
	pg_job_add(j, SQL_EXECUTIONS, (const char *[]){ symbol, ids });
	pg_submit(j, on_booked, a);
}

/* ---- start and end ---------------------------------------------------------------------- */

static void
on_up(void *arg)
{
	struct orderd	*d = arg;

	orderd_show_state(d);
	if (!d->loading)
		load_live(d);
	d->loading = true;
}

static void
on_down(void *arg)
{
	orderd_show_state(arg);
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
	cursors_fini(&d->cursors);
}
