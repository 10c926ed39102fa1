/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_internal.h - what pg.c (connection, jobs) and pg_result.c share.
 */
#ifndef IO_PG_INTERNAL_H
#define IO_PG_INTERNAL_H

#include "io/pg.h"

#include <libpq-fe.h>

/* What came back of one group of jobs; owns the results. */
struct pg_result {
	PGresult	**v;
	size_t		  n, cap;
	size_t		  first;	/* of the job that is told */
	enum pg_outcome	  outcome;
	bool		  passing;	/* the failure is the server's, not the statement's */
	char		  error[300];
};

void	pg_result_reset(struct pg_result *);
void	pg_result_add(struct pg_result *, PGresult *);
void	pg_result_note_error(struct pg_result *, const PGresult *);

/* The failure is the server's state, not the statement's fault: it may be tried again. */
bool	pg_passes(const PGresult *);

#endif
