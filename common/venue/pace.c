/* SPDX-License-Identifier: BSD-2-Clause */
#include "venue/pace.h"

#include "base/attr.h"
#include "venue/fault.h"
#include "wire/jw.h"

enum {
	RESERVE_PCT = 10,
	BAN_MS = 2 * 60 * 1000,		/* the shortest, when the exchange does not say how long */
	FIREWALL_MS = 5 * 60 * 1000,
	OVERLOAD_MS = 400,		/* the documented advice starts at 200 and doubles */
};

static const struct {
	int64_t		 window_us, limit;	/* the exchange's defaults; rateLimit/order may say else */
	const char	*used, *of;		/* members of the heartbeat */
} kinds[] = {
	[PACE_WEIGHT_1M] = { 60 * INT64_C(1000000), 2400, "weight", "weightLimit" },
	[PACE_ORDERS_10S] = { 10 * INT64_C(1000000), 300, "orders10s", "orders10sLimit" },
	[PACE_ORDERS_1M] = { 60 * INT64_C(1000000), 1200, "orders1m", "orders1mLimit" },
};
_Static_assert(NITEMS(kinds) == PACE_N, "kinds");

static const bool	may_use_reserve[PACE_CLASSES] = {
	[PACE_CANCEL] = true, [PACE_CLOSE] = true,
};

#define BIT(c)		(1U << (c))
#define EVERYTHING	(BIT(PACE_CLASSES) - 1)
static const struct {
	const char	*name;
	unsigned	 classes;
} shuts[] = {
	[SHUT_BANNED] = { "banned", EVERYTHING },
	[SHUT_WEIGHT] = { "weight", EVERYTHING },
	[SHUT_ORDERS] = { "orders", BIT(PACE_CLOSE) | BIT(PACE_OPEN) },
	[SHUT_OVERLOAD] = { "overload", BIT(PACE_OPEN) },
};
_Static_assert(NITEMS(shuts) == SHUT_N, "shuts");

const char *
pace_shut_name(enum pace_shut s)
{
	return (unsigned)s < SHUT_N ? shuts[s].name : "";
}

/* ---- counting ----------------------------------------------------------------- */

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

static bool
is_open(const struct pace *p, enum pace_class c, wall_t now)
{
	for (int s = 0; s < SHUT_N; s++)
		if (now.us < p->shut_until[s].us && (shuts[s].classes & BIT(c)) != 0)
			return false;
	return true;
}

bool
pace_may(struct pace *p, enum pace_class c, int weight, int orders, wall_t now)
{
	roll(p, now);
	if (!is_open(p, c, now))
		return false;
	for (int i = 0; i < PACE_N; i++) {
		const int64_t	 cost = cost_of((enum pace_limit)i, weight, orders);
		const int64_t	 keep = may_use_reserve[c] ? 0 : p->v[i].limit * RESERVE_PCT / 100;

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
pace_heard(struct pace *p, enum pace_limit l, int64_t used, wall_t asked, wall_t now)
{
	roll(p, now);
	if (asked.us / kinds[l].window_us == p->v[l].window && used > p->v[l].used)
		p->v[l].used = used;
}

/* ---- being refused -------------------------------------------------------------- */

static wall_t
window_end(enum pace_limit l, wall_t now)
{
	const int64_t	 window = kinds[l].window_us;

	return (wall_t){ (now.us / window + 1) * window };
}

static wall_t
told_or(const struct pace_refusal *r, wall_t now, wall_t otherwise)
{
	const wall_t	 told = fault_banned_until(r->msg, now);

	if (wall_is_set(told))
		return told;
	return r->retry_after_s > 0 ? wall_add_us(now, r->retry_after_s * 1000000) : otherwise;
}

bool
pace_refused(struct pace *p, const struct pace_refusal *r, wall_t now, enum pace_shut *why,
    wall_t *until)
{
	if (r->http == 418 || r->http == 403) {
		*why = SHUT_BANNED;
		*until = told_or(r, now,
		    wall_add_us(now, 1000 * (r->http == 418 ? BAN_MS : FIREWALL_MS)));
	} else if (r->code == -1015) {
		*why = SHUT_ORDERS;
		*until = told_or(r, now, window_end(PACE_ORDERS_10S, now));
	} else if (r->http == 429 || r->code == -1003) {
		*why = SHUT_WEIGHT;
		*until = told_or(r, now, window_end(PACE_WEIGHT_1M, now));
	} else if (r->code == -1008) {
		*why = SHUT_OVERLOAD;
		*until = told_or(r, now, wall_add_us(now, 1000 * OVERLOAD_MS));
	} else
		return false;
	if (until->us > p->shut_until[*why].us)
		p->shut_until[*why] = *until;
	return true;
}

enum pace_shut
pace_is_shut(const struct pace *p, wall_t now)
{
	enum pace_shut	 longest = SHUT_N;

	for (int s = 0; s < SHUT_N; s++)
		if (now.us < p->shut_until[s].us &&
		    (longest == SHUT_N || p->shut_until[s].us > p->shut_until[longest].us))
			longest = (enum pace_shut)s;
	return longest;
}

void
pace_print(struct pace *p, wall_t now, struct buf *b)
{
	const enum pace_shut	 s = pace_is_shut(p, now);

	roll(p, now);
	for (int i = 0; i < PACE_N; i++) {
		jw_put_int(b, kinds[i].used, p->v[i].used);
		jw_put_int(b, kinds[i].of, p->v[i].limit);
	}
	jw_put_str(b, "closed", pace_shut_name(s));
	jw_put_int(b, "untilMs", s == SHUT_N ? 0 : wall_ms(p->shut_until[s]));
}
