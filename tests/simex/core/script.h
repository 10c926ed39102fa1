/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * script.h - verbs that are said by themselves, at their times.
 *
 * A line is a moment, a verb, and its parameters as name=value, blanks between;
 * a value that holds blanks stands in quotes.  # begins a comment.  Moments
 * are "12.5s" after the start, "every 5s", and just before an arrival is
 * served: "request N", "request N METHOD path", "order N".  Those of the same
 * moment come in the order of their lines.
 */
#ifndef SIMEX_SCRIPT_H
#define SIMEX_SCRIPT_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CUE_METHOD = 8, CUE_PATH = 64 };

struct cue {
	int64_t	 line;			/* of the file */
	char	*uri;			/* the verb, with its parameters behind a question mark */
	/* one of: */
	int64_t	 at_us, every_us;	/* from the start; not every: 0 */
	int64_t	 arrivals;		/* how many more, until it is this one's; of time: 0 */
	char	 method[CUE_METHOD], path[CUE_PATH];	/* of the arrivals; empty: any */
};

struct script {
	struct cue	*v;
	size_t		 n;
	wall_t		 due;	/* the soonest; INT64_MAX: none */
};

/* -1: the reason names the line and what was expected there. */
int		 script_parse(struct script *, const char *text, size_t len, struct why *) MUST_CHECK;
/* Also one that was not parsed: all zero. */
void		 script_start(struct script *, wall_t start);

/* The verb that is due, once; or NULL. */
const char	*script_next(struct script *, wall_t now);
/* Those this arrival is awaited by, one after the other from index *i = 0; NULL: no more. */
const char	*script_meets(struct script *, const char *method, const char *path, size_t *i);
void		 script_fini(struct script *);

#endif
