/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding.h - the inside of an audit: what holds, what does not, and what the
 * user stream owes.
 *
 * For the files that make up audit.h, and nobody else.
 */
#ifndef SIMEX_FINDING_H
#define SIMEX_FINDING_H

#include "tests/simex/core/audit.h"

enum audit_event { AE_ORDER = 1, AE_ACCOUNT = 2, AE_LITE = 4 };

/* Holds, or the rest says what does not. */
#define HOLDS(a, what, cond, ...) do {						\
	(a)->done[what]++;							\
	if (!(cond))								\
		audit_find(a, (a)->line, what, __VA_ARGS__);			\
} while (0)

void	audit_find(struct audit *, int64_t line, enum audit_check, const char *fmt, ...)
	    PRINTF(4, 5);
/* Are the two the same? */
void	audit_same(struct audit *, enum audit_check, const char *name, dec_t got, dec_t want);

/* delivered.c: events are owed for this entry, if anybody listens */
void	audit_owe(struct audit *, const struct owed *);
/* An event, of the line being read. */
int	audit_deliver(struct audit *, const struct line *, struct why *) MUST_CHECK;
/* Everything that an input, or a moment, brought about is told before the next. */
void	audit_settle(struct audit *);

#endif
