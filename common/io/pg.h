/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg.h - PostgreSQL, asynchronously, in pipeline mode.
 *
 * A job is done as a whole or not at all.  Jobs are sent as they come and end
 * in the order they were submitted.  What waits while the server is busy is
 * committed together, as one transaction; if that fails, each of its jobs is
 * done again by itself.  All SQL of a daemon is one table, prepared at each
 * connect.
 *
 * A job whose connection breaks before its Sync has come back may or may not
 * have been committed.  It is sent again, in its old order, when the server is
 * back: so a job must be safe to run twice, by natural keys or by a unique
 * cause (io/ledger.h).  The same happens when the server gives up for a reason
 * that passes (shutting down, out of connections, deadlock).
 */
#ifndef IO_PG_H
#define IO_PG_H

#include "run/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg;
struct pg_job;
struct pg_result;

struct pg_stmt {
	const char	*name;
	int		 nparams;
	const char	*text;
};

enum pg_outcome {
	PG_DONE,
	PG_CONFLICT,		/* a unique key was there already; nothing happened */
	PG_FAILED,		/* refused for another reason; nothing happened */
};

struct pg_hooks {
	void	(*up)(void *arg);
	void	(*down)(void *arg);
};

struct pg	*pg_new(struct loop *, const char *conninfo, const struct pg_stmt *, size_t nstmts,
		    const struct pg_hooks *, void *arg);
void		 pg_free(struct pg *);
bool		 pg_is_up(const struct pg *);

/* Age of the oldest job that is not done; 0: none. */
int64_t		 pg_oldest_us(const struct pg *);

/* label names the commit in crash points and log lines. */
struct pg_job	*pg_job_new(struct pg *, const char *label);
/* As many texts as the statement has parameters, copied; NULL is SQL's. */
void		 pg_job_add(struct pg_job *, size_t stmt, const char *const *params);
typedef void	 pg_done(void *arg, enum pg_outcome, const struct pg_result *);
void		 pg_submit(struct pg_job *, pg_done *, void *arg);

/* What came back, valid during the callback; i counts the job's statements. */
int		 pg_rows(const struct pg_result *, size_t i);
const char	*pg_value(const struct pg_result *, size_t i, int row, int col);	/* NULL is "" */
const char	*pg_error(const struct pg_result *);		/* of PG_CONFLICT and PG_FAILED */

/* Microseconds since the epoch as PostgreSQL reads a timestamp. */
enum { PG_TIME = 32 };
const char	*pg_time(wall_t, char buf[PG_TIME]);

#endif
