/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/meter.h"

static const struct {
	int64_t		 length_s;
	enum reject_why	 why;
	const char	*per;		/* completes the text of the reject */
} meters[] = {
	[METER_WEIGHT_1M]  = { 60, REJ_WEIGHT, "" },
	[METER_ORDERS_10S] = { 10, REJ_ORDER_RATE, " orders per TEN_SECONDS" },
	[METER_ORDERS_1M]  = { 60, REJ_ORDER_RATE, " orders per MINUTE" },
};
_Static_assert(NITEMS(meters) == METER_N, "meters");

static void
turn(struct meter *m, wall_t now)
{
	for (int k = 0; k < METER_N; k++) {
		const int64_t	 window = now.us / 1000000 / meters[k].length_s;

		if (window == m->window[k])
			continue;
		m->window[k] = window;
		m->used[k] = 0;
	}
}

struct reject
meter_take(struct meter *m, wall_t now, int64_t weight, int64_t orders)
{
	const int64_t	 cost[METER_N] = {
		[METER_WEIGHT_1M] = weight, [METER_ORDERS_10S] = orders, [METER_ORDERS_1M] = orders,
	};

	turn(m, now);
	for (int k = 0; k < METER_N; k++)
		if (cost[k] > 0 && m->limit[k] > 0 && m->used[k] + cost[k] > m->limit[k])
			return reject_with(meters[k].why, "%lld%s", (long long)m->limit[k],
			    meters[k].per);
	for (int k = 0; k < METER_N; k++)
		m->used[k] += cost[k];
	return reject_none();
}

int64_t
meter_used(struct meter *m, wall_t now, enum meter_kind k)
{
	turn(m, now);
	return m->used[k];
}

int64_t
meter_retry_after_s(wall_t now)
{
	return 60 - now.us / 1000000 % 60;
}
