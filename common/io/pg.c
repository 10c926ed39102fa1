/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/pg_internal.h"

#include "base/die.h"
#include "base/text.h"
#include "io/crash.h"
#include "run/log.h"

#include <event2/event.h>
#include <libpq-fe.h>

#include <stdlib.h>
#include <string.h>

enum {
	BACKOFF_MIN_MS = 50,
	BACKOFF_MAX_MS = 2000,
	CONNECT_MS = 5000,
	STUCK_MS = 5000,	/* a server that answers nothing for so long is cut */
	PARAMS_MAX = 32,
	GROUP_MAX = 64,		/* jobs of one transaction */
};

struct step {
	size_t	 stmt;
	size_t	 start;		/* of its parameters in job->text */
};

struct pg_job {
	struct pg		*pg;
	const char		*label;
	struct step		*steps;
	size_t			 nsteps, cap;
	char			*text;		/* parameters: flag byte, text, NUL */
	size_t			 len, text_cap;
	pg_done			*done;
	void			*arg;
	mono_t			 since;
	bool			 sent;
	bool			 ends_group;	/* a Sync follows it */
	bool			 alone;		/* a group that it was in has failed */
	TAILQ_ENTRY(pg_job)	 link;
};

enum pg_state { ST_DOWN, ST_CONNECTING, ST_PREPARING, ST_UP };

struct pg {
	struct loop		*loop;
	char			*conninfo;
	const struct pg_stmt	*stmts;
	size_t			 nstmts;
	const struct pg_hooks	*hooks;
	void			*arg;

	enum pg_state		 state;
	PGconn			*c;
	struct event		*readable, *writable;
	struct timer		*timer;
	int64_t			 backoff_ms;
	struct loop_hook	 flush;
	TAILQ_HEAD(, pg_job)	 jobs;		/* sent ones first */
	unsigned		 under_way;	/* transactions */
	bool			 several;	/* the last of them is a group of several jobs */
	struct pg_result	 result;	/* of the first group, as it comes in */
	mono_t			 heard_at;
	struct log_limit	 lost_lim;
};

static void	connect_step(struct pg *);
static void	lose(struct pg *, const char *why);

/* ---- jobs ------------------------------------------------------------------- */

struct pg_job *
pg_job_new(struct pg *pg, const char *label)
{
	struct pg_job	*j = xcalloc(1, sizeof(*j));

	j->pg = pg;
	j->label = label;
	return j;
}

static void
add_text(struct pg_job *j, const char *s)
{
	const size_t	 len = s == NULL ? 0 : strlen(s);

	if (j->len + len + 2 > j->text_cap) {
		j->text_cap = (j->len + len + 2) * 2;
		j->text = xrealloc(j->text, j->text_cap);
	}
	j->text[j->len++] = s == NULL ? 'n' : 't';
	memcpy(j->text + j->len, s == NULL ? "" : s, len + 1);
	j->len += len + 1;
}

void
pg_job_add(struct pg_job *j, size_t stmt, const char *const *params)
{
	if (j->nsteps == j->cap) {
		j->cap = j->cap == 0 ? 8 : j->cap * 2;
		j->steps = xrealloc(j->steps, j->cap * sizeof(*j->steps));
	}
	j->steps[j->nsteps++] = (struct step){ .stmt = stmt, .start = j->len };
	for (int i = 0; i < j->pg->stmts[stmt].nparams; i++)
		add_text(j, params[i]);
}

static void
job_free(struct pg_job *j)
{
	free(j->steps);
	free(j->text);
	free(j);
}

static void
must(const struct pg *pg, int ok, const char *what)
{
	if (!ok)
		panic("pg %s: %s", what, PQerrorMessage(pg->c));
}

static void
send_step(struct pg *pg, const struct pg_job *j, const struct step *s)
{
	const struct pg_stmt	*stmt = &pg->stmts[s->stmt];
	const char		*values[PARAMS_MAX];
	const char		*p = stmt->nparams == 0 ? "" : j->text + s->start;

	for (int i = 0; i < stmt->nparams; i++) {
		values[i] = *p == 'n' ? NULL : p + 1;
		p += strlen(p) + 1;
	}
	must(pg, PQsendQueryPrepared(pg->c, stmt->name, stmt->nparams, values, NULL, NULL, 0),
	    "send");
}

static void
send_job(struct pg *pg, struct pg_job *j)
{
	crash_point("commit.before", j->label);
	j->sent = true;
	for (size_t i = 0; i < j->nsteps; i++)
		send_step(pg, j, &j->steps[i]);
}

/* One transaction of all that wait. */
static void
send_group(struct pg *pg, struct pg_job *j)
{
	struct pg_job	*next;
	int		 n = 1;

	send_job(pg, j);
	while (!j->alone && n < GROUP_MAX && (next = TAILQ_NEXT(j, link)) != NULL &&
	    !next->alone) {
		send_job(pg, next);
		j = next;
		n++;
	}
	j->ends_group = true;
	pg->several = n > 1;
	pg->under_way++;
	must(pg, PQpipelineSync(pg->c), "sync");
	loop_at_flush(pg->loop, &pg->flush);
}

/*
 * The server always has something to do: two transactions may be under way.
 * Nothing is sent behind a group of several, whose jobs may have to be done
 * again before what came after them.
 */
static void
send_waiting(struct pg *pg)
{
	struct pg_job	*j = TAILQ_FIRST(&pg->jobs);

	while (j != NULL && j->sent)
		j = TAILQ_NEXT(j, link);
	while (j != NULL && pg->state == ST_UP &&
	    (pg->under_way == 0 || (pg->under_way == 1 && !pg->several))) {
		send_group(pg, j);
		while (j != NULL && j->sent)
			j = TAILQ_NEXT(j, link);
	}
}

/* True: it was the last of its group. */
static bool
end_job(struct pg *pg)
{
	struct pg_job	*j = TAILQ_FIRST(&pg->jobs);
	const bool	 last = j->ends_group;

	TAILQ_REMOVE(&pg->jobs, j, link);
	crash_point("commit.after", j->label);
	j->done(j->arg, pg->result.outcome, &pg->result);
	pg->result.first += j->nsteps;
	job_free(j);
	return last;
}

/* One of them has failed, and nothing of the others was done. */
static void
split_group(struct pg *pg)
{
	struct pg_job	*j;
	bool		 last = false;

	log_debug("group_failed", "why=\"%s\"; its jobs are done one by one", pg->result.error);
	for (j = TAILQ_FIRST(&pg->jobs); !last; j = TAILQ_NEXT(j, link)) {
		last = j->ends_group;
		j->sent = j->ends_group = false;
		j->alone = true;
	}
}

static void
end_group(struct pg *pg)
{
	if (pg->result.passing) {
		char	 why[sizeof(pg->result.error)];

		text_put(why, sizeof(why), pg->result.error);
		lose(pg, why);
		return;
	}
	/* Only now: a server whose disk is full lets everybody in. */
	pg->backoff_ms = BACKOFF_MIN_MS;
	pg->under_way--;
	if (pg->result.outcome != PG_DONE && !TAILQ_FIRST(&pg->jobs)->ends_group)
		split_group(pg);
	else
		while (!end_job(pg))
			continue;
	pg_result_reset(&pg->result);
	send_waiting(pg);
}

void
pg_submit(struct pg_job *j, pg_done *done, void *arg)
{
	struct pg	*pg = j->pg;

	j->done = done;
	j->arg = arg;
	j->since = loop_now(pg->loop);
	if (TAILQ_EMPTY(&pg->jobs))
		pg->heard_at = j->since;
	TAILQ_INSERT_TAIL(&pg->jobs, j, link);
	send_waiting(pg);
}

int64_t
pg_oldest_us(const struct pg *pg)
{
	const struct pg_job	*j = TAILQ_FIRST(&pg->jobs);

	return j == NULL ? 0 : mono_diff_us(loop_now(pg->loop), j->since);
}

/* ---- the connection --------------------------------------------------------- */

static void
lose(struct pg *pg, const char *why)
{
	const bool	 was_up = pg->state == ST_UP;
	struct pg_job	*j;

	if (log_allow(&pg->lost_lim, loop_now(pg->loop)))
		log_warn("postgres_lost", "why=\"%.*s\" held=%u", (int)strcspn(why, "\n"), why,
		    pg->lost_lim.held);
	if (pg->readable != NULL)
		event_free(pg->readable);
	if (pg->writable != NULL)
		event_free(pg->writable);
	pg->readable = pg->writable = NULL;
	PQfinish(pg->c);
	pg->c = NULL;
	pg->state = ST_DOWN;
	pg_result_reset(&pg->result);
	TAILQ_FOREACH(j, &pg->jobs, link)
		j->sent = j->ends_group = false;
	pg->under_way = 0;
	if (was_up)
		pg->hooks->down(pg->arg);
	timer_in_ms(pg->timer, pg->backoff_ms);
	pg->backoff_ms = pg->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : pg->backoff_ms * 2;
}

static void
on_flush(void *arg)
{
	struct pg	*pg = arg;

	if (pg->state < ST_PREPARING)
		return;
	const int	 rest = PQflush(pg->c);
	if (rest == -1)
		lose(pg, PQerrorMessage(pg->c));
	else if (rest == 1)
		event_add(pg->writable, NULL);
}

static void
became_up(struct pg *pg)
{
	pg->state = ST_UP;
	timer_in_ms(pg->timer, STUCK_MS);
	pg->hooks->up(pg->arg);
	send_waiting(pg);
}

/*
 * A PREPARE that fails means that the schema is not the one this binary was
 * written for, unless the server is just going away.
 */
static void
not_prepared(struct pg *pg, const PGresult *res)
{
	if (!pg_passes(res))
		fatal(EXIT_CONFIG, "sql_not_prepared", "why=\"%.200s\"; load deploy/schema.sql",
		    PQresultErrorMessage(res));
	lose(pg, PQresultErrorMessage(res));
}

static void
on_prepared(struct pg *pg, PGresult *res)
{
	const ExecStatusType	 st = PQresultStatus(res);

	if (st == PGRES_PIPELINE_SYNC)
		became_up(pg);
	else if (st != PGRES_COMMAND_OK && st != PGRES_PIPELINE_ABORTED)
		not_prepared(pg, res);
	PQclear(res);
}

static void
on_result(struct pg *pg, PGresult *res)
{
	switch (PQresultStatus(res)) {
	case PGRES_PIPELINE_SYNC:
		PQclear(res);
		end_group(pg);
		return;
	case PGRES_FATAL_ERROR:
		pg_result_note_error(&pg->result, res);
		break;
	case PGRES_EMPTY_QUERY: case PGRES_COMMAND_OK: case PGRES_TUPLES_OK:
	case PGRES_COPY_OUT: case PGRES_COPY_IN: case PGRES_BAD_RESPONSE:
	case PGRES_NONFATAL_ERROR: case PGRES_COPY_BOTH: case PGRES_SINGLE_TUPLE:
	case PGRES_PIPELINE_ABORTED:
		break;
	}
	pg_result_add(&pg->result, res);
}

static void
drain(struct pg *pg)
{
	PGresult	*res;
	bool		 ended = false;		/* NULL ends a statement, two end what is there */

	while (pg->c != NULL && !PQisBusy(pg->c)) {
		if ((res = PQgetResult(pg->c)) == NULL) {
			if (ended)
				return;
			ended = true;
			continue;
		}
		ended = false;
		if (pg->state == ST_PREPARING)
			on_prepared(pg, res);
		else
			on_result(pg, res);
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct pg	*pg = arg;

	(void)fd;
	(void)what;
	if (pg->state == ST_CONNECTING) {
		connect_step(pg);
		return;
	}
	pg->heard_at = loop_now(pg->loop);
	if (!PQconsumeInput(pg->c)) {
		lose(pg, PQerrorMessage(pg->c));
		return;
	}
	drain(pg);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct pg	*pg = arg;

	(void)fd;
	(void)what;
	if (pg->state == ST_CONNECTING)
		connect_step(pg);
	else
		on_flush(pg);
}

static void
watch_socket(struct pg *pg)
{
	const int	 fd = PQsocket(pg->c);

	if (pg->readable != NULL)
		event_free(pg->readable);
	if (pg->writable != NULL)
		event_free(pg->writable);
	pg->readable = event_new(loop_base(pg->loop), fd, EV_READ | EV_PERSIST, on_readable, pg);
	pg->writable = event_new(loop_base(pg->loop), fd, EV_WRITE, on_writable, pg);
	if (pg->readable == NULL || pg->writable == NULL)
		panic("out of memory: event_new");
}

static void
prepare_all(struct pg *pg)
{
	pg->state = ST_PREPARING;
	watch_socket(pg);
	event_add(pg->readable, NULL);
	must(pg, PQsetnonblocking(pg->c, 1) == 0, "nonblocking");
	must(pg, PQenterPipelineMode(pg->c), "pipeline mode");
	for (size_t i = 0; i < pg->nstmts; i++)
		must(pg, PQsendPrepare(pg->c, pg->stmts[i].name, pg->stmts[i].text, 0, NULL),
		    "prepare");
	must(pg, PQpipelineSync(pg->c), "sync");
	loop_at_flush(pg->loop, &pg->flush);
}

/* libpq may change the socket between two steps: it is watched anew each time. */
static void
connect_step(struct pg *pg)
{
	switch (PQconnectPoll(pg->c)) {
	case PGRES_POLLING_READING:
		watch_socket(pg);
		event_add(pg->readable, NULL);
		return;
	case PGRES_POLLING_WRITING:
		watch_socket(pg);
		event_add(pg->writable, NULL);
		return;
	case PGRES_POLLING_OK:
		prepare_all(pg);
		return;
	case PGRES_POLLING_FAILED:
	case PGRES_POLLING_ACTIVE:
		lose(pg, PQerrorMessage(pg->c));
		return;
	}
}

static void
connect_now(struct pg *pg)
{
	pg->c = PQconnectStart(pg->conninfo);
	if (pg->c == NULL)
		panic("out of memory: PQconnectStart");
	pg->state = ST_CONNECTING;
	timer_in_ms(pg->timer, CONNECT_MS);
	if (PQstatus(pg->c) == CONNECTION_BAD)
		lose(pg, PQerrorMessage(pg->c));
	else {
		watch_socket(pg);
		event_add(pg->writable, NULL);
	}
}

static void
on_timer(void *arg)
{
	struct pg	*pg = arg;

	switch (pg->state) {
	case ST_DOWN:
		connect_now(pg);
		return;
	case ST_CONNECTING:
	case ST_PREPARING:
		lose(pg, "no answer while connecting");
		return;
	case ST_UP:
		if (!TAILQ_EMPTY(&pg->jobs) &&
		    mono_diff_ms(loop_now(pg->loop), pg->heard_at) > STUCK_MS)
			lose(pg, "no answer in time");
		else
			timer_in_ms(pg->timer, STUCK_MS);
		return;
	}
}

/* Prisma's ?schema=... is no word of libpq's: what stands behind ? is left out. */
static char *
clean_conninfo(const char *text)
{
	const bool	 url = strstr(text, "://") != NULL;
	char		*s = xstrdup(text);
	char		*q = url ? strstr(s, "schema=") : NULL;

	if (q != NULL && q > s && (q[-1] == '?' || q[-1] == '&')) {
		const size_t	 len = strcspn(q, "&");

		memmove(q, q + len + (q[len] == '&'), strlen(q + len + (q[len] == '&')) + 1);
		const size_t	 n = strlen(s);
		if (n > 0 && (s[n - 1] == '?' || s[n - 1] == '&'))
			s[n - 1] = '\0';
	}
	return s;
}

struct pg *
pg_new(struct loop *loop, const char *conninfo, const struct pg_stmt *stmts, size_t nstmts,
    const struct pg_hooks *hooks, void *arg)
{
	struct pg	*pg = xcalloc(1, sizeof(*pg));

	/* The contract's timestamps have no zone and mean UTC. */
	setenv("PGTZ", "UTC", 1);
	pg->loop = loop;
	pg->conninfo = clean_conninfo(conninfo);
	pg->stmts = stmts;
	pg->nstmts = nstmts;
	pg->hooks = hooks;
	pg->arg = arg;
	pg->backoff_ms = BACKOFF_MIN_MS;
	pg->lost_lim = (struct log_limit)LOG_LIMIT(60000);
	pg->flush = (struct loop_hook){ .run = on_flush, .arg = pg };
	TAILQ_INIT(&pg->jobs);
	pg->timer = timer_new(loop, on_timer, pg);
	timer_in_ms(pg->timer, 0);
	return pg;
}

void
pg_free(struct pg *pg)
{
	struct pg_job	*j;

	if (pg == NULL)
		return;
	while ((j = TAILQ_FIRST(&pg->jobs)) != NULL) {
		TAILQ_REMOVE(&pg->jobs, j, link);
		job_free(j);
	}
	pg_result_reset(&pg->result);
	free(pg->result.v);
	if (pg->readable != NULL)
		event_free(pg->readable);
	if (pg->writable != NULL)
		event_free(pg->writable);
	PQfinish(pg->c);
	timer_free(pg->timer);
	free(pg->conninfo);
	free(pg);
}

bool
pg_is_up(const struct pg *pg)
{
	return pg->state == ST_UP;
}
