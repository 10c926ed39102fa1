/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/candle.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/sorted.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MINUTES_START = 16 };

#define HOUR_MS		INT64_C(3600000)
#define WEEK_MS		(INT64_C(7) * DAY_MS)
#define MONDAY_MS	(INT64_C(4) * DAY_MS)	/* the first one: time began on a Thursday */

const char *const interval_names[INTERVAL_N] = {
	[INTERVAL_1M] = "1m", [INTERVAL_3M] = "3m", [INTERVAL_5M] = "5m", [INTERVAL_15M] = "15m",
	[INTERVAL_30M] = "30m", [INTERVAL_1H] = "1h", [INTERVAL_2H] = "2h", [INTERVAL_4H] = "4h",
	[INTERVAL_6H] = "6h", [INTERVAL_8H] = "8h", [INTERVAL_12H] = "12h", [INTERVAL_1D] = "1d",
	[INTERVAL_3D] = "3d", [INTERVAL_1W] = "1w", [INTERVAL_1MONTH] = "1M",
};

/* Of a month there is none: 0. */
static const int64_t lengths_ms[] = {
	[INTERVAL_1M] = MINUTE_MS, [INTERVAL_3M] = 3 * MINUTE_MS, [INTERVAL_5M] = 5 * MINUTE_MS,
	[INTERVAL_15M] = 15 * MINUTE_MS, [INTERVAL_30M] = 30 * MINUTE_MS,
	[INTERVAL_1H] = HOUR_MS, [INTERVAL_2H] = 2 * HOUR_MS, [INTERVAL_4H] = 4 * HOUR_MS,
	[INTERVAL_6H] = 6 * HOUR_MS, [INTERVAL_8H] = 8 * HOUR_MS, [INTERVAL_12H] = 12 * HOUR_MS,
	[INTERVAL_1D] = DAY_MS, [INTERVAL_3D] = INT64_C(3) * DAY_MS, [INTERVAL_1W] = WEEK_MS,
	[INTERVAL_1MONTH] = 0,
};
_Static_assert(NITEMS(lengths_ms) == INTERVAL_N, "lengths_ms");

/* ---- intervals ---------------------------------------------------------------- */

enum interval
interval_find(const char *name)
{
	int	 i = 0;

	while (i < INTERVAL_N && !text_eq(interval_names[i], name))
		i++;
	return (enum interval)i;
}

/* The first of the month that ms is in, or so many months later. */
static int64_t
month_open(int64_t ms, int later)
{
	const time_t	 s = (time_t)(ms / 1000);
	struct tm	 tm;

	gmtime_r(&s, &tm);
	tm = (struct tm){ .tm_year = tm.tm_year, .tm_mon = tm.tm_mon + later, .tm_mday = 1 };
	return (int64_t)timegm(&tm) * 1000;
}

int64_t
interval_open(enum interval i, int64_t ms)
{
	const int64_t	 shift = i == INTERVAL_1W ? MONDAY_MS : 0, past = ms - shift;

	if (i == INTERVAL_1MONTH)
		return month_open(ms, 0);
	return past - (past % lengths_ms[i] + lengths_ms[i]) % lengths_ms[i] + shift;
}

int64_t
interval_next(enum interval i, int64_t open_ms)
{
	return i == INTERVAL_1MONTH ? month_open(open_ms, 1) : open_ms + lengths_ms[i];
}

/* ---- candles ------------------------------------------------------------------- */

static void
widen(struct candle *c, const struct candle *by)
{
	if (c->n == 0) {
		c->open = by->open;
		c->high = by->high;
		c->low = by->low;
		c->first_id = by->first_id;
	}
	c->high = dec_max(c->high, by->high);
	c->low = dec_min(c->low, by->low);
	c->close = by->close;
	c->volume = sum_add(c->volume, by->volume);
	c->quote = sum_add(c->quote, by->quote);
	c->taker_volume = sum_add(c->taker_volume, by->taker_volume);
	c->taker_quote = sum_add(c->taker_quote, by->taker_quote);
	c->last_id = by->last_id;
	c->n += by->n;
}

static void
make_room(struct candles *cs)
{
	if (cs->n == MINUTES_MOST) {
		cs->n /= 2;
		memmove(cs->v, cs->v + MINUTES_MOST - cs->n, cs->n * sizeof(*cs->v));
	}
	if (cs->n < cs->cap)
		return;
	cs->cap = cs->cap == 0 ? MINUTES_START : cs->cap * 2;
	cs->v = xrealloc(cs->v, cs->cap * sizeof(*cs->v));
}

static struct candle *
add_minute(struct candles *cs, int64_t open_ms)
{
	make_room(cs);
	cs->v[cs->n] = (struct candle){ .open_ms = open_ms };
	return &cs->v[cs->n++];
}

void
candles_begin(struct candles *cs, dec_t px, int64_t ms)
{
	const struct candle	 still = { .open = px, .high = px, .low = px, .close = px };

	widen(add_minute(cs, interval_open(INTERVAL_1M, ms)), &still);
}

void
candles_add(struct candles *cs, dec_t px, dec_t qty, bool buyer_takes, int64_t id, int64_t ms)
{
	const int64_t		 open_ms = interval_open(INTERVAL_1M, ms);
	const sum_t		 base = sum_of(qty);
	const sum_t		 quote = sum_of(dec_mul(qty, px, ROUND_HALF_EVEN)), none = { 0 };
	const struct candle	 one = {
		.open = px, .high = px, .low = px, .close = px, .volume = base, .quote = quote,
		.taker_volume = buyer_takes ? base : none,
		.taker_quote = buyer_takes ? quote : none,
		.first_id = id, .last_id = id, .n = 1,
	};

	if (cs->n == 0 || cs->v[cs->n - 1].open_ms < open_ms)
		add_minute(cs, open_ms);
	widen(&cs->v[cs->n - 1], &one);
}

/* Index of the first minute that is not older. */
static size_t
first_since(const struct candles *cs, int64_t ms)
{
	return SORTED_FIRST(struct candle, open_ms, cs->v, cs->n, ms);
}

bool
candles_between(const struct candles *cs, int64_t from_ms, int64_t until_ms, struct candle *c)
{
	size_t	 i = first_since(cs, from_ms);

	*c = (struct candle){ .open_ms = from_ms };
	if (i > 0)
		c->open = c->high = c->low = c->close = cs->v[i - 1].close;
	const bool	 any = i > 0 || (i < cs->n && cs->v[i].open_ms < until_ms);
	for (; i < cs->n && cs->v[i].open_ms < until_ms; i++)
		widen(c, &cs->v[i]);
	return any;
}

bool
candles_get(const struct candles *cs, enum interval i, int64_t open_ms, struct candle *c)
{
	return candles_between(cs, open_ms, interval_next(i, open_ms), c);
}

dec_t
candle_change_percent(const struct candle *c)
{
	if (dec_is_zero(c->open))
		return DEC_ZERO;
	return dec_muldiv(dec_sub(c->close, c->open), DEC_INT(100), c->open, ROUND_HALF_EVEN);
}

void
candles_fini(struct candles *cs)
{
	free(cs->v);
}
