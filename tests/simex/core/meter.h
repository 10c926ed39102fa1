/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meter.h - the exchange's rate limits, counted in fixed windows of the clock.
 *
 * A window starts at a whole multiple of its length and forgets everything
 * then.  A request that breaks a limit is not counted.  A limit of 0 is none.
 */
#ifndef SIMEX_METER_H
#define SIMEX_METER_H

#include "base/clock.h"
#include "tests/simex/core/reject.h"

#include <stdint.h>

enum meter_kind { METER_WEIGHT_1M, METER_ORDERS_10S, METER_ORDERS_1M, METER_N };

struct meter {
	int64_t	 limit[METER_N];
	int64_t	 window[METER_N];	/* number of the window that used counts in */
	int64_t	 used[METER_N];
};

struct reject	 meter_take(struct meter *, wall_t now, int64_t weight, int64_t orders);
int64_t		 meter_used(struct meter *, wall_t now, enum meter_kind);
int64_t		 meter_retry_after_s(wall_t now);	/* until the minute is over */

#endif
