/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lease.h - the life of the user stream: a listen key, and the connections on
 * it.  Pure: what happened goes in, what to do comes out.
 *
 * Whenever the stream may have said something that we did not hear, a gap is
 * announced before anything else, and its end when the stream is up again:
 * every start begins with one.
 *
 * There is one connection, and at most one other: the next one while it is
 * being opened, then the old one while it is drained.  So a connection that
 * has grown old is replaced without a gap.
 */
#ifndef USERD_LEASE_H
#define USERD_LEASE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

enum lease_state {
	LEASE_NONE,		/* nothing; waiting to ask for a key */
	LEASE_ASKING,
	LEASE_OPENING,		/* have a key; connecting */
	LEASE_LIVE,
	LEASE_CHANGING,		/* live, and the next connection is being opened */
	LEASE_DRAINING,		/* live on it, and the old one is still read */
	LEASE_N
};

enum lease_event {
	ON_TIME,
	ON_KEY,			/* the exchange has given us the one we have */
	ON_OTHER_KEY,		/* or another: ours, if we had one, has ended */
	ON_NO_KEY,
	ON_UP, ON_DOWN,		/* the connection */
	ON_OTHER_UP, ON_OTHER_DOWN,
	ON_LOST,		/* the key has ended, or a frame cannot be read */
	ON_KEPT, ON_NOT_KEPT,
	LEASE_ON_N
};

enum lease_act {
	ACT_ASK_KEY, ACT_KEEP,
	ACT_PROBE,		/* as keep, because nothing comes */
	ACT_CONNECT, ACT_CLOSE,
	ACT_CONNECT_OTHER, ACT_CLOSE_OTHER,
	ACT_SWAP,		/* the other is the connection from now on */
	ACT_TELL_GAP, ACT_TELL_UP,
	ACT_SAY_DEAF, ACT_SAY_KEY_OVER,		/* why a gap follows */
};

enum { LEASE_ACTS = 4 };	/* most that one step does */

struct lease_acts {
	enum lease_act	v[LEASE_ACTS];
	size_t		n;
};

struct lease_times {
	int64_t	keep_ms;	/* between two renewals of the key */
	int64_t	change_ms;	/* age at which a connection is replaced */
	int64_t	overlap_ms;	/* how long the old one is still read */
	int64_t	silence_ms;	/* without a frame while orders are open */
};

/* What the lease waits for. */
enum lease_due {
	DUE_STEP,		/* the end of a wait, or of what is under way */
	DUE_KEEP, DUE_CHANGE, DUE_SILENT, DUE_KEY_OVER,
	DUE_N
};

struct lease {
	enum lease_state	 state;
	struct lease_times	 times;
	bool			 gap_told;	/* and not yet ended */
	mono_t			 due[DUE_N];
	mono_t			 wake;		/* step with ON_TIME then */
	int64_t			 backoff_ms;
	mono_t			 kept_at;	/* the exchange said last that the key lives */
	int			 keeps_failed;	/* since */
	mono_t			 banned_until;	/* nothing is asked before this */
	mono_t			 heard_at;	/* last frame, or connection */
	int64_t			 live;		/* orders, as orderd says */
	int64_t			 missed;	/* by the stream, as orderd has found out */
	int64_t			 missed_heard;	/* of these, up to the last frame */
};

/* The first step is ON_TIME. */
void		 lease_init(struct lease *, const struct lease_times *);
void		 lease_step(struct lease *, enum lease_event, mono_t now, struct lease_acts *);

/* What the lease is told beside; the next step goes by it. */
void		 lease_heard(struct lease *, mono_t now);		/* a frame */
void		 lease_orders(struct lease *, int64_t live, int64_t missed, mono_t now);
void		 lease_ban(struct lease *, mono_t until);

bool		 lease_is_up(const struct lease *);
bool		 lease_is_banned(const struct lease *, mono_t now);
const char	*lease_state_name(enum lease_state);

/*
 * How long a refusal for too many requests lasts: what its Retry-After says in
 * seconds (-1: it has none), what its text says, else a minute.
 */
int64_t		 lease_ban_ms(int64_t retry_after_s, const char *msg, wall_t now);

#endif
