/* SPDX-License-Identifier: BSD-2-Clause */
#include "venue/pace.h"

#include "base/attr.h"

enum { RESERVE_PCT = 10 };

static const struct {
	int64_t	window_us, limit;	/* the exchange's defaults; exchangeInfo may say else */
} kinds[] = {
	[PACE_WEIGHT_1M] = { 60 * INT64_C(1000000), 2400 },
	[PACE_ORDERS_10S] = { 10 * INT64_C(1000000), 300 },
	[PACE_ORDERS_1M] = { 60 * INT64_C(1000000), 1200 },
};
_Static_assert(NITEMS(kinds) == PACE_N, "kinds");

static void
roll(struct pace *p, wall_t now)
{
	for (int i = 0; i < PACE_N; i++) {
		const int64_t	 window = now.us / kinds[i].window_us;

		if (p->v[i].window == window)
			continue;
		p->v[i].window = window;
		p->v[i].used = 0;
	}
}

static int64_t
cost_of(enum pace_limit l, int weight, int orders)
{
	return l == PACE_WEIGHT_1M ? weight : orders;
}

void
pace_init(struct pace *p)
{
	*p = (struct pace){ 0 };
	for (int i = 0; i < PACE_N; i++)
		p->v[i].limit = kinds[i].limit;
}

void
pace_set_limit(struct pace *p, enum pace_limit l, int64_t limit)
{
	p->v[l].limit = limit;
}

bool
pace_may(struct pace *p, bool urgent, int weight, int orders, wall_t now)
{
	roll(p, now);
	if (now.us < p->closed_until.us)
		return false;
	for (int i = 0; i < PACE_N; i++) {
		const int64_t	 cost = cost_of((enum pace_limit)i, weight, orders);
		const int64_t	 keep = urgent ? 0 : p->v[i].limit * RESERVE_PCT / 100;

		if (cost > 0 && p->v[i].used + cost > p->v[i].limit - keep)
			return false;
	}
	return true;
}

void
pace_spend(struct pace *p, int weight, int orders, wall_t now)
{
	roll(p, now);
	for (int i = 0; i < PACE_N; i++)
		p->v[i].used += cost_of((enum pace_limit)i, weight, orders);
}

void
pace_heard(struct pace *p, enum pace_limit l, int64_t used, wall_t now)
{
	roll(p, now);
	if (used > p->v[l].used)
		p->v[l].used = used;
}

void
pace_close(struct pace *p, wall_t until)
{
	if (until.us > p->closed_until.us)
		p->closed_until = until;
}
