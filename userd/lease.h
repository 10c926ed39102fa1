/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lease.h - the life of the user stream: a listen key, and a connection on it.
 * Pure: what happened goes in, what to do comes out.
 *
 * Whenever the stream may have said something that we did not hear, a gap is
 * announced before anything else, and its end when the stream is up again:
 * every start begins with one.
 */
#ifndef USERD_LEASE_H
#define USERD_LEASE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

enum lease_state {
	LEASE_NONE,		/* no key; waiting to ask for one */
	LEASE_ASKING,
	LEASE_OPENING,		/* have a key; connecting */
	LEASE_LIVE,
	LEASE_N
};

enum lease_event {
	ON_START,
	ON_KEY,			/* the exchange has given us one */
	ON_NO_KEY,
	ON_UP, ON_DOWN,		/* the connection */
	ON_EXPIRED,		/* the exchange says so, or refuses to renew */
	ON_KEPT, ON_NOT_KEPT,
	ON_TIME,
	LEASE_ON_N
};

enum lease_act {
	ACT_ASK_KEY, ACT_CONNECT, ACT_CLOSE, ACT_KEEP, ACT_TELL_GAP, ACT_TELL_UP,
};

enum { LEASE_ACTS = 4 };	/* most that one step does */

struct lease_acts {
	enum lease_act	v[LEASE_ACTS];
	size_t		n;
};

struct lease {
	enum lease_state	state;
	bool			gap_told;	/* and not yet ended */
	mono_t			wake;		/* step with ON_TIME then */
	int64_t			backoff_ms;
	int64_t			keep_ms;	/* configured */
};

void		 lease_init(struct lease *, int64_t keep_ms);
void		 lease_step(struct lease *, enum lease_event, mono_t now, struct lease_acts *);
const char	*lease_state_name(enum lease_state);

#endif
