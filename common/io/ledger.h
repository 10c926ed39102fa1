/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - the event log in PostgreSQL, which is the truth.
 *
 * An entry is one transaction: an event with the version its stream is
 * expected to have, and the read models that follow from it.  Every event
 * names its cause, a text that is unique over the whole log (the id of the
 * item it comes from, and a count).  So an entry may be written again after
 * any crash or lost reply: when its cause is there already, LEDGER_BEFORE says
 * so and nothing was changed.
 */
#ifndef IO_LEDGER_H
#define IO_LEDGER_H

#include "io/pg.h"

struct ledger;
struct entry;

enum ledger_outcome {
	LEDGER_DONE,
	LEDGER_BEFORE,		/* the same entry had been written */
	LEDGER_STALE,		/* a key or the version is taken, by something else: look again */
	LEDGER_FAILED,		/* our bug or the schema's; logged */
};

/* The first rows of the daemon's statements; its own are named by index from LEDGER_OWN on. */
enum { LEDGER_EVENT, LEDGER_CAUSE, LEDGER_OWN };
#define LEDGER_STMTS \
	[LEDGER_EVENT] = { "ledger_event", 6, \
	    "INSERT INTO engine.events (stream, version, type, data, meta, at)" \
	    " VALUES ($1, $2::int, $3, $4::jsonb, $5::jsonb, $6::timestamptz)" }, \
	[LEDGER_CAUSE] = { "ledger_cause", 1, \
	    "SELECT seq FROM engine.events WHERE (meta->>'cause') = $1" }

/* What a reading job came back with; a refusal ends the process, to be tried again. */
void	ledger_must_read(enum pg_outcome, const struct pg_result *);

struct ledger	*ledger_new(struct pg *, const char *daemon);
void		 ledger_free(struct ledger *);

struct event_row {
	const char	*stream;	/* order/..., account/..., algo/... */
	int		 version;	/* this event's: the last one's plus 1 */
	const char	*type;
	const char	*data;		/* JSON object, decimals as strings */
	const char	*request_id;	/* or "" */
	const char	*saga;		/* algo or command it belongs to, or "" */
};

struct entry	*entry_new(struct ledger *, const char *label, const char *cause);
void		 entry_event(struct entry *, const struct event_row *, wall_t at);
void		 entry_add(struct entry *, size_t stmt, const char *const *params);
typedef void	 entry_done(void *arg, enum ledger_outcome, const struct pg_result *);
void		 entry_commit(struct entry *, entry_done *, void *arg);

#endif
