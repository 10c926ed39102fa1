/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/meter.h"

enum { BAN_S = 120 };

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

static int64_t
window_at(wall_t now, enum meter_kind k)
{
	return now.us / 1000000 / meters[k].length_s;
}

static void
turn(struct meter *m, wall_t now)
{
	for (int k = 0; k < METER_N; k++) {
		const int64_t	 window = window_at(now, (enum meter_kind)k);

		if (window == m->window[k])
			continue;
		m->window[k] = window;
		m->used[k] = 0;
		if (k == METER_WEIGHT_1M)
			m->refused = 0;
	}
}

struct reject
meter_check_ban(struct meter *m, wall_t now)
{
	if (now.us >= m->banned_until.us)
		return reject_none();
	m->retry_at = m->banned_until;
	return reject_with(REJ_BANNED, "%lld", (long long)wall_ms(m->banned_until));
}

void
meter_ban(struct meter *m, wall_t now, int64_t seconds)
{
	m->banned_until = wall_add_us(now, seconds * 1000000);
	m->refused = 0;
}

static struct reject
refuse(struct meter *m, wall_t now, enum meter_kind k)
{
	m->retry_at = (wall_t){ (m->window[k] + 1) * meters[k].length_s * 1000000 };
	if (k == METER_WEIGHT_1M && m->ban_after > 0 && ++m->refused > m->ban_after) {
		meter_ban(m, now, BAN_S);
		return meter_check_ban(m, now);
	}
	return reject_with(meters[k].why, "%lld%s", (long long)m->limit[k], meters[k].per);
}

static struct reject
take(struct meter *m, wall_t now, const int64_t cost[METER_N])
{
	turn(m, now);
	for (int k = 0; k < METER_N; k++)
		if (cost[k] > 0 && m->limit[k] > 0 && m->used[k] + cost[k] > m->limit[k])
			return refuse(m, now, (enum meter_kind)k);
	for (int k = 0; k < METER_N; k++)
		m->used[k] += cost[k];
	return reject_none();
}

struct reject
meter_take(struct meter *m, wall_t now, int64_t weight, int64_t orders)
{
	return take(m, now, (const int64_t[METER_N]){
		[METER_WEIGHT_1M] = weight, [METER_ORDERS_10S] = orders, [METER_ORDERS_1M] = orders,
	});
}

struct reject
meter_take_orders(struct meter *m, wall_t now, int64_t in_10s, int64_t in_1m)
{
	return take(m, now, (const int64_t[METER_N]){
		[METER_ORDERS_10S] = in_10s, [METER_ORDERS_1M] = in_1m,
	});
}

/* Of the windows that count now: what was taken from them at this moment. */
void
meter_give_back_orders(struct meter *m, int64_t in_10s, int64_t in_1m)
{
	m->used[METER_ORDERS_10S] -= in_10s;
	m->used[METER_ORDERS_1M] -= in_1m;
}

int64_t
meter_used(const struct meter *m, wall_t now, enum meter_kind k)
{
	return window_at(now, k) == m->window[k] ? m->used[k] : 0;
}

int64_t
meter_retry_after_s(const struct meter *m, wall_t now)
{
	return now.us >= m->retry_at.us ? 0 : (m->retry_at.us - now.us + 999999) / 1000000;
}
