/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/pg_internal.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void
pg_result_reset(struct pg_result *r)
{
	for (size_t i = 0; i < r->n; i++)
		PQclear(r->v[i]);
	r->n = r->first = 0;
	r->outcome = PG_DONE;
	r->passing = false;
	r->error[0] = '\0';
}

void
pg_result_add(struct pg_result *r, PGresult *res)
{
	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 8 : r->cap * 2;
		r->v = xrealloc(r->v, r->cap * sizeof(*r->v));
	}
	r->v[r->n++] = res;
}

/* Classes of SQLSTATE that say nothing about the statement (PostgreSQL manual, appendix A). */
bool
pg_passes(const PGresult *res)
{
	static const char *const	 classes[] = { "08", "40", "53", "57" };
	const char			*state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	if (state == NULL)
		return true;		/* libpq's own: the connection is gone */
	for (size_t i = 0; i < NITEMS(classes); i++)
		if (strncmp(state, classes[i], 2) == 0)
			return true;
	return false;
}

void
pg_result_note_error(struct pg_result *r, const PGresult *res)
{
	const char	*state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char	*text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (r->outcome != PG_DONE)
		return;		/* the first is the cause, the rest follow from it */
	r->outcome = state != NULL && strcmp(state, "23505") == 0 ? PG_CONFLICT : PG_FAILED;
	r->passing = pg_passes(res);
	snprintf(r->error, sizeof(r->error), "%s %s", state == NULL ? "?" : state,
	    text == NULL ? "?" : text);
}

int
pg_rows(const struct pg_result *r, size_t i)
{
	return r->first + i < r->n ? PQntuples(r->v[r->first + i]) : 0;
}

const char *
pg_value(const struct pg_result *r, size_t i, int row, int col)
{
	return PQgetvalue(r->v[r->first + i], row, col);
}

const char *
pg_error(const struct pg_result *r)
{
	return r->error;
}

const char *
pg_time(wall_t t, char buf[PG_TIME])
{
	const time_t	 s = (time_t)(t.us / 1000000);
	struct tm	 tm;

	gmtime_r(&s, &tm);
	text_putf(buf, PG_TIME, "%04d-%02d-%02d %02d:%02d:%02d.%06d", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(t.us % 1000000));
	return buf;
}
