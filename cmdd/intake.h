/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * intake.h - what becomes of a command that has been taken from its queue.
 * Pure: the shell says what it has found out, these functions decide.
 *
 * A requestId names one intention for 24 hours.  The same payload again gets
 * the same answer; another payload under it is refused, but only once the
 * first has been answered, because they share the result key.
 *
 * A command without a time stamp is as old as the last moment its queue was
 * known to be empty.  What adds risk, or closes, is not started late.
 */
#ifndef CMDD_INTAKE_H
#define CMDD_INTAKE_H

#include "cmdd/command.h"

enum seen {
	SEEN_NEW,		/* nobody has asked this before */
	SEEN_RUNNING,		/* the same, and its answer is still to come: this copy is dropped */
	SEEN_ANSWERED,		/* the same, and answered: it gets that answer */
	SEEN_REUSED,		/* another payload */
	SEEN_WAIT,		/* another payload, but the first is not answered yet */
};

/* What pms:seen:{requestId} holds; NULL where there is no such field. */
struct seen_record {
	const char	*digest, *answer, *outcome;
};
enum seen	 intake_seen(const struct seen_record *, const char *digest);
const char	*intake_answer(const struct seen_record *);	/* the outcome, else the answer */

struct circumstances {
	mono_t	now, not_before;	/* not_before unset: nobody knows since when it waits */
	wall_t	wall;
	bool	part_runs, list_full, redis_filling;
	int64_t	stale_ms, act_ms;	/* configured */
};

struct intake_denial {
	enum deny	code;		/* DENY_NONE: take it on */
	char		text[160];
	char		details[200];	/* JSON object, or "" */
};
struct intake_denial	intake_judge(const struct command_row *, const struct asked *,
			    const struct circumstances *);

/* When its start is too late, counted from when it was taken. */
mono_t	intake_act_before(const struct asked *, const struct circumstances *, mono_t taken_at);

#endif
