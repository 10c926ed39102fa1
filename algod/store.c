/* SPDX-License-Identifier: BSD-2-Clause */
#include "algod/algod.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- statements ------------------------------------------------------------------ */

enum { SQL_LAST = LEDGER_OWN, SQL_RECENT, SQL_N };

static const struct pg_stmt	stmts[SQL_N] = {
	LEDGER_STMTS,
	[SQL_LAST] = { "last", 1,
	    "SELECT version, type, data, substr(stream, 6) FROM engine.events WHERE stream = $1"
	    " ORDER BY version DESC LIMIT 1" },
	/* What runs, and what has ended so lately that its views may not say so. */
	[SQL_RECENT] = { "recent", 0,
	    "SELECT DISTINCT ON (e.stream) e.version, e.type, e.data, substr(e.stream, 6)"
	    " FROM engine.events e WHERE e.stream LIKE 'algo/%' AND NOT EXISTS"
	    " (SELECT FROM engine.events x WHERE x.stream = e.stream AND x.type = 'ended'"
	    " AND x.at < now() - interval '1 hour') ORDER BY e.stream, e.version DESC" },
};

enum { STREAM = ALGO_ID + 8 };

struct writing {
	char		 id[ALGO_ID];
	store_done	*done;
	void		*arg;
};

/* ---- writing --------------------------------------------------------------------- */

static void
on_written(void *arg, enum ledger_outcome outcome, const struct pg_result *r)
{
	struct writing	*w = arg;

	(void)r;
	if (outcome == LEDGER_STALE || outcome == LEDGER_FAILED)
		fatal(EXIT_TRY_AGAIN, "algo_not_stored", "algo=%s; loading it again", w->id);
	w->done(w->arg);
	free(w);
}

/* An event holds the whole state: the last one is all that a start needs. */
void
store_keep(struct algod *d, struct run *r, const char *type, store_done *done, void *arg)
{
	struct writing	*w = xcalloc(1, sizeof(*w));
	struct buf	 data = { 0 };
	char		 stream[STREAM], cause[STREAM + 16];

	*w = (struct writing){ .done = done, .arg = arg };
	text_put(w->id, sizeof(w->id), r->id);
	fields_object(r->algo->state, r, &data);
	text_putf(stream, sizeof(stream), "algo/%s", r->id);
	text_putf(cause, sizeof(cause), "%s/%d", stream, ++r->version);
	struct entry	*e = entry_new(d->ledger, type, cause);
	entry_event(e, &(struct event_row){ .stream = stream, .version = r->version, .type = type,
	    .data = data.p, .request_id = r->request_id, .saga = r->id },
	    loop_wall(d->base->loop));
	entry_commit(e, on_written, w);
	buf_free(&data);
}

/* ---- reading ---------------------------------------------------------------------- */

/* -1: it cannot be read, and a person has to look. */
static int
read_state(struct run *r, const struct pg_result *res, int row)
{
	const char		*data = pg_value(res, 0, row, 2);
	struct field_fault	 ff;
	int64_t			 version;

	if (fields_read(r->algo->state, r, data, strlen(data), &ff) == -1 ||
	    text_to_i64(pg_value(res, 0, row, 0), 1, INT32_MAX, &version) == -1) {
		log_error("algo_unreadable", "algo=%s why=\"%s\"; it does not run", r->id, ff.text);
		return -1;
	}
	r->version = (int)version;
	r->over = text_eq(pg_value(res, 0, row, 1), "ended");
	return 0;
}

static void
load_row(struct algod *d, const struct pg_result *res, int row)
{
	const char		*id = pg_value(res, 0, row, 3);
	const struct algo	*a = algo_of_id(id);
	struct run		*r;

	if (a == NULL) {
		log_error("algo_unknown", "algo=%s; it does not run", id);
		return;
	}
	r = runner_add(&d->runner, a, id);
	if (read_state(r, res, row) == 0) {
		if (!r->over)
			return;
		bus_show(d, r);
	}
	runner_remove(&d->runner, r);
}

static void
on_recent(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct algod	*d = arg;

	ledger_must_read(outcome, r);
	for (int i = 0; i < pg_rows(r, 0); i++)
		load_row(d, r, i);
	log_info("loaded", "running=%zu", d->runner.map.n);
	bus_serve(d);
}

struct finding {
	const struct algo	*algo;
	char			 id[ALGO_ID];
	store_found		*found;
	void			*arg;
};

static void
on_last(void *arg, enum pg_outcome outcome, const struct pg_result *res)
{
	struct finding	*f = arg;
	struct run	*r = xcalloc(1, f->algo->size);

	ledger_must_read(outcome, res);
	fields_blank(f->algo->state, r, f->algo->size);
	r->algo = f->algo;
	text_put(r->id, sizeof(r->id), f->id);
	f->found(f->arg, pg_rows(res, 0) > 0 && read_state(r, res, 0) == 0 ? r : NULL);
	free(r);
	free(f);
}

void
store_find(struct algod *d, const struct algo *a, const char *id, store_found *found, void *arg)
{
	struct finding	*f = xcalloc(1, sizeof(*f));
	struct pg_job	*j = pg_job_new(d->pg, "last");
	char		 stream[STREAM];

	*f = (struct finding){ .algo = a, .found = found, .arg = arg };
	text_put(f->id, sizeof(f->id), id);
	text_putf(stream, sizeof(stream), "algo/%s", id);
	pg_job_add(j, SQL_LAST, (const char *[]){ stream });
	pg_submit(j, on_last, f);
}

/* ---- start and end ------------------------------------------------------------------ */

static void
on_up(void *arg)
{
	struct algod	*d = arg;
	struct pg_job	*j;

	if (daemon_is_ready(d->base))
		daemon_status(d->base, "ready");
	if (d->loading)
		return;
	d->loading = true;
	j = pg_job_new(d->pg, "load");
	pg_job_add(j, SQL_RECENT, NULL);
	pg_submit(j, on_recent, d);
}

static void
on_down(void *arg)
{
	struct algod	*d = arg;

	if (daemon_is_ready(d->base))
		daemon_status(d->base, "degraded: no ledger");
	run_ledger_lost(d);
}

void
store_start(struct algod *d)
{
	static const struct pg_hooks	 hooks = { on_up, on_down };

	d->pg = pg_new(d->base->loop, d->base->common->database, stmts, SQL_N, &hooks, d);
	d->ledger = ledger_new(d->pg, d->base->spec->name);
}

void
store_fini(struct algod *d)
{
	ledger_free(d->ledger);
	pg_free(d->pg);
}
