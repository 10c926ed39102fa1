/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pace.h - the budget of requests: IP weight per minute, orders per ten seconds
 * and per minute; and what the exchange has shut for a while.
 *
 * Windows are clock windows of the exchange's time.  What the exchange says in
 * its headers replaces what we counted when it is more.  A tenth is kept for
 * cancels and closes.  A cancel costs weight and no order, a placement an
 * order and no weight: an account at its order limit can still cancel, an
 * address at its weight limit can do nothing.  Pure: now is an argument.
 */
#ifndef VENUE_PACE_H
#define VENUE_PACE_H

#include "base/buf.h"
#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum pace_limit { PACE_WEIGHT_1M, PACE_ORDERS_10S, PACE_ORDERS_1M, PACE_N };

/* What a request is for, the most urgent first. */
enum pace_class {
	PACE_CANCEL,
	PACE_CLOSE,		/* a placement that only reduces */
	PACE_ASK,		/* a question about one order */
	PACE_OPEN,		/* a placement that adds risk */
	PACE_AUDIT,		/* what may wait */
	PACE_CLASSES
};

/* Why the exchange takes nothing for a while; each shuts some classes (pace.c). */
enum pace_shut {
	SHUT_BANNED,		/* 418, and 403: the firewall */
	SHUT_WEIGHT,		/* 429, -1003 */
	SHUT_ORDERS,		/* -1015 */
	SHUT_OVERLOAD,		/* -1008: what only reduces is exempt */
	SHUT_N
};

struct pace {
	struct {
		int64_t	limit, used;
		int64_t	window;		/* number of the window that used counts */
	} v[PACE_N];
	wall_t	shut_until[SHUT_N];
};

void	pace_init(struct pace *);
void	pace_set_limit(struct pace *, enum pace_limit, int64_t);

/* May a request of this class and cost leave now? */
bool	pace_may(struct pace *, enum pace_class, int weight, int orders, wall_t now);
void	pace_spend(struct pace *, int weight, int orders, wall_t now);

/*
 * A header: what the exchange had counted when it was asked; it says nothing of a
 * window that has begun since.  used < 0: it was not there.
 */
void	pace_heard(struct pace *, enum pace_limit, int64_t used, wall_t asked, wall_t now);

/*
 * What an answer says of the pace.  retry_after_s < 0: no such header.  True when something
 * is shut because of it; until says how long, why by which row.
 */
struct pace_refusal { int http, code; const char *msg; int64_t retry_after_s; };
bool	pace_refused(struct pace *, const struct pace_refusal *, wall_t now, enum pace_shut *why,
	    wall_t *until);

/* The reason that holds longest; SHUT_N: nothing is shut. */
enum pace_shut	 pace_is_shut(const struct pace *, wall_t now);
const char	*pace_shut_name(enum pace_shut);

/* Members of a JSON object, without braces: for the heartbeat. */
void	pace_print(struct pace *, wall_t now, struct buf *);

#endif
