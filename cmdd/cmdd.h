/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmdd.h - the daemon's context, and what its shell files offer each other.
 */
#ifndef CMDD_CMDD_H
#define CMDD_CMDD_H

#include "cmdd/intake.h"

#include "base/map.h"
#include "io/daemon.h"
#include "io/peer.h"

struct cmdd_conf {
	int64_t	act_within, answer_within, max_payload;
	int	producer_side;		/* enum producer_side */
	int64_t	stale_after;
};
enum producer_side { SIDE_LPUSH, SIDE_RPUSH };

struct queue {
	struct cmdd			*d;
	const struct command_row	*row;
	struct take			*take;
};

struct cmdd {
	struct daemon		*base;
	const struct cmdd_conf	*conf;
	struct queue		 queues[CMD_N];
	int64_t			 no;		/* of the last command */
	struct map		 intakes;	/* by request id: being decided */
	struct peer		*peers[PART_N];	/* NULL: nobody whose absence counts */
	bool			 redis_filling;
	struct timer		*beat, *watch, *retry;
	TAILQ_HEAD(waiting_head, intake) waiting;	/* for the first of their request id to be answered */
	/* counters */
	uint64_t		 taken, routed, refused, repeated, parked, timed_out;
};

/* bus.c */
void	bus_start(struct cmdd *);
void	bus_fini(struct cmdd *);

#endif
