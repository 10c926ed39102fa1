/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meter.h - the exchange's rate limits, counted in fixed windows of the clock,
 * and the ban of an address that does not heed them.
 *
 * A window starts at a whole multiple of its length and forgets everything
 * then.  A request that breaks a limit is not counted.  A limit of 0 is none.
 * Who goes on asking after ban_after refusals for weight in one window is
 * banned; then nothing is served, whatever it costs.  A ban, and the end of one
 * before its time, begin the count anew.
 */
#ifndef SIMEX_METER_H
#define SIMEX_METER_H

#include "base/clock.h"
#include "tests/simex/core/reject.h"

#include <stdbool.h>
#include <stdint.h>

enum meter_kind { METER_WEIGHT_1M, METER_ORDERS_10S, METER_ORDERS_1M, METER_N };

struct meter {
	int64_t	 limit[METER_N];
	int64_t	 window[METER_N];	/* number of the window that used counts in */
	int64_t	 used[METER_N];
	int64_t	 ban_after;		/* 0: never */
	int64_t	 refused;		/* for weight, in its window */
	wall_t	 banned_until;
	wall_t	 retry_at;		/* what the last refusal said */
	bool	 silent;		/* a refusal does not say when to come back */
};

struct reject	 meter_take(struct meter *, wall_t now, int64_t weight, int64_t orders);
/* A batch counts differently in the two windows. */
struct reject	 meter_take_orders(struct meter *, wall_t now, int64_t in_10s, int64_t in_1m);
void		 meter_give_back_orders(struct meter *, int64_t in_10s, int64_t in_1m);
int64_t		 meter_used(const struct meter *, wall_t now, enum meter_kind);
struct reject	 meter_check_ban(struct meter *, wall_t now);
void		 meter_ban(struct meter *, wall_t now, int64_t seconds);
int64_t		 meter_retry_after_s(const struct meter *, wall_t now);	/* since the last refusal */

#endif
