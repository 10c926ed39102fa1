/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pace.h - the budget of requests: IP weight per minute, orders per ten seconds
 * and per minute.
 *
 * Windows are clock windows of the exchange's time.  What the exchange says in
 * its headers replaces what we counted when it is more.  A tenth is kept for
 * the urgent lane.  Pure: now is an argument.
 */
#ifndef VENUE_PACE_H
#define VENUE_PACE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum pace_limit { PACE_WEIGHT_1M, PACE_ORDERS_10S, PACE_ORDERS_1M, PACE_N };

struct pace {
	struct {
		int64_t	limit, used;
		int64_t	window;		/* number of the window that used counts */
	} v[PACE_N];
	wall_t	closed_until;		/* 429, 418: nothing at all before this */
};

void	pace_init(struct pace *);
void	pace_set_limit(struct pace *, enum pace_limit, int64_t);

/* May a request of this cost leave now?  urgent may use the reserve. */
bool	pace_may(struct pace *, bool urgent, int weight, int orders, wall_t now);
void	pace_spend(struct pace *, int weight, int orders, wall_t now);

/* A header: what the exchange has counted in the window of now.  used < 0: it was not there. */
void	pace_heard(struct pace *, enum pace_limit, int64_t used, wall_t now);
void	pace_close(struct pace *, wall_t until);

#endif
