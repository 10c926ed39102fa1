/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/ledger.h"

#include "base/die.h"
#include "base/text.h"
#include "run/log.h"
#include "wire/jw.h"

#include <stdlib.h>

enum { CAUSE = 160 };

struct ledger {
	struct pg	*pg;
	const char	*daemon;
};

struct entry {
	struct ledger	*ledger;
	struct pg_job	*job;
	const char	*label;
	char		 cause[CAUSE];
	int		 nevents;
	entry_done	*done;
	void		*arg;
};

struct ledger *
ledger_new(struct pg *pg, const char *daemon)
{
	struct ledger	*l = xcalloc(1, sizeof(*l));

	l->pg = pg;
	l->daemon = daemon;
	return l;
}

void
ledger_free(struct ledger *l)
{
	free(l);
}

struct entry *
entry_new(struct ledger *l, const char *label, const char *cause)
{
	struct entry	*e = xcalloc(1, sizeof(*e));

	e->ledger = l;
	e->label = label;
	e->job = pg_job_new(l->pg, label);
	text_put(e->cause, sizeof(e->cause), cause);
	return e;
}

/* The first event carries the cause itself, further ones a count behind it. */
void
entry_event(struct entry *e, const struct event_row *row, wall_t at)
{
	struct buf	 meta = { 0 };
	char		 version[12], when[PG_TIME], cause[CAUSE + 12];

	if (e->nevents++ == 0)
		text_put(cause, sizeof(cause), e->cause);
	else
		text_putf(cause, sizeof(cause), "%s+%d", e->cause, e->nevents - 1);
	jw_open(&meta, '{');
	jw_put_str(&meta, "cause", cause);
	jw_put_str(&meta, "daemon", e->ledger->daemon);
	if (*row->request_id != '\0')
		jw_put_str(&meta, "requestId", row->request_id);
	if (*row->saga != '\0')
		jw_put_str(&meta, "saga", row->saga);
	jw_close(&meta, '}');
	text_putf(version, sizeof(version), "%d", row->version);
	entry_add(e, LEDGER_EVENT, (const char *[]){ row->stream, version, row->type, row->data,
	    buf_text(&meta), pg_time(at, when) });
	buf_free(&meta);
}

void
entry_add(struct entry *e, size_t stmt, const char *const *params)
{
	pg_job_add(e->job, stmt, params);
}

static void
end(struct entry *e, enum ledger_outcome outcome, const struct pg_result *r)
{
	e->done(e->arg, outcome, r);
	free(e);
}

static void
on_cause(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct entry	*e = arg;

	/* What was meant by the conflict is not known, and a start finds out. */
	if (outcome != PG_DONE)
		fatal(EXIT_TRY_AGAIN, "ledger_unreadable", "entry=%s cause=%s why=\"%s\"", e->label,
		    e->cause, pg_error(r));
	if (pg_rows(r, 0) > 0)
		end(e, LEDGER_BEFORE, r);
	else
		end(e, LEDGER_STALE, r);
}

static void
on_done(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct entry	*e = arg;
	struct pg_job	*look;

	switch (outcome) {
	case PG_DONE:
		end(e, LEDGER_DONE, r);
		return;
	case PG_CONFLICT:
		log_debug("entry_conflict", "entry=%s cause=%s why=\"%s\"", e->label, e->cause,
		    pg_error(r));
		look = pg_job_new(e->ledger->pg, "cause");
		pg_job_add(look, LEDGER_CAUSE, (const char *[]){ e->cause });
		pg_submit(look, on_cause, e);
		return;
	case PG_FAILED:
		log_error("entry_failed", "entry=%s cause=%s why=\"%s\"", e->label, e->cause,
		    pg_error(r));
		end(e, LEDGER_FAILED, r);
		return;
	}
}

void
entry_commit(struct entry *e, entry_done *done, void *arg)
{
	e->done = done;
	e->arg = arg;
	pg_submit(e->job, on_done, e);
}

void
ledger_must_read(enum pg_outcome outcome, const struct pg_result *r)
{
	if (outcome != PG_DONE)
		fatal(EXIT_TRY_AGAIN, "ledger_unreadable", "why=\"%s\"", pg_error(r));
}
