/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.h - what shall go wrong with the next requests to an endpoint.
 *
 * Faults wait in the order they were asked for; a request meets the first one
 * that fits and uses it up once.
 */
#ifndef SIMEX_FAULT_H
#define SIMEX_FAULT_H

#include "base/buf.h"
#include "tests/simex/core/form.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_kind {
	FAULT_CLOSE_AFTER,	/* executed and answered, the connection closed unannounced */
	FAULT_DRIP,		/* executed, answered a byte at a time */
	FAULT_DROP,		/* executed, the connection closed without an answer */
	FAULT_FAIL,		/* another answer instead, executed or not */
	FAULT_FLOOD,		/* executed, answered with far too much */
	FAULT_HOLD,		/* executed at once, answered late */
	FAULT_LOSE,		/* not executed, the connection closed without an answer */
	FAULT_OVERTAKE,		/* something happened to the order on the request's way */
	FAULT_N
};

/* What the order that is named meets before the request does. */
enum overtaking {
	OVERTAKE_CANCEL, OVERTAKE_EXPIRE, OVERTAKE_FILL,
	OVERTAKE_MATCH,		/* it expires, as the order that met another of ours */
	OVERTAKE_SHRINK,	/* by one step of its quantity */
	OVERTAKE_N
};

enum { FAULTS_MAX = 32, FAULT_PATH = 64, FAULT_WHERE = 64, FAULT_TYPE = 64, FAULT_MSG = 4096 };

struct fault {
	enum fault_kind	 kind;
	char		 method[8];		/* empty: any */
	char		 path[FAULT_PATH];
	char		 where[FAULT_WHERE];	/* a parameter it must have: name=value; empty: none */
	int64_t		 left;			/* requests it still applies to */
	int64_t		 ms;			/* FAULT_CLOSE_AFTER, FAULT_DRIP, FAULT_HOLD */
	int64_t		 bytes, headers;	/* FAULT_FLOOD; bytes of FAULT_DRIP: then no more, 0: all */
	enum overtaking	 overtaking;		/* FAULT_OVERTAKE */
	/* FAULT_FAIL */
	int		 status, code;
	bool		 json;			/* the answer is a code and a text, else the text */
	char		 msg[FAULT_MSG];
	char		 type[FAULT_TYPE];	/* of the content; empty: as always */
	int64_t		 retry_after_s;		/* -1: does not say */
	bool		 execute;
};

struct faults {
	struct fault	 v[FAULTS_MAX];
	size_t		 n;
};

bool	faults_add(struct faults *, const struct fault *);	/* false: there is no room */
/* Does a fault apply to this request?  Then it is in *met. */
bool	faults_take(struct faults *, const char *method, const char *path, const struct form *,
	    struct fault *met);
bool	fault_lets_pass(const struct fault *);	/* is the request executed? */
bool	fault_shows(const struct fault *);	/* is it in how the answer is sent? */
void	faults_clear(struct faults *);
/* What the request is answered with; what of it is in the headers is not here. */
void	fault_print_answer(const struct fault *, struct buf *);
extern const char *const overtaking_words[];	/* NULL at the end */
const char *fault_name(enum fault_kind);	/* the verb that asks for it */
void	faults_print(const struct faults *, struct buf *);

#endif
