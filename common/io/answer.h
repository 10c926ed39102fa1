/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer.h - the one answer of a command.
 *
 * The first to HSETNX pms:seen:{requestId} answer has answered; whoever comes
 * later (after a time-out has been told) leaves what became of the command in
 * the field "outcome".  A redo that finds its own text there has answered too.
 * Whoever has answered takes it out of pms:open; if he died before, cmdd finds
 * it there and gives the answer that he left.
 * The result, the end of pms:open and everything else of the txn are one EXEC.
 */
#ifndef IO_ANSWER_H
#define IO_ANSWER_H

#include "base/buf.h"
#include "io/bus.h"
#include "wire/deny.h"

/* request_id "" or "unknown": nobody waits, the txn is just committed. */
void	answer_commit(struct bus *, const char *request_id, const char *text, struct txn *,
	    void (*done)(void *arg), void *arg);

/* The same for a command that changes nothing: it is remembered for a minute, not a day. */
void	answer_question(struct bus *, const char *request_id, const char *text, struct txn *);

/* {"success":false, error, errorCode, errorCategory, retryable[, details][, errors]} */
struct refusal {
	enum deny	 code;
	const char	*error;		/* NULL: the code's own sentence */
	const char	*details;	/* JSON object, or NULL */
	const char	*errors;	/* JSON array, or NULL */
	const char	*more;		/* further JSON members, or NULL */
};
void	answer_refusal(struct buf *, const struct refusal *);

#endif
