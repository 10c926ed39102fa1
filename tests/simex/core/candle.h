/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * candle.h - what traded in a contract, minute by minute, and the candles of
 * every interval that are made of it.
 *
 * Only minutes in which something traded are kept, and the one in which
 * everything began, oldest first, at most MINUTES_MOST of them; a candle in
 * which nothing traded stands at the close before it.  Weeks begin on Monday, months on the first, all in UTC.  Times
 * are milliseconds.
 */
#ifndef SIMEX_CANDLE_H
#define SIMEX_CANDLE_H

#include "tests/simex/core/fixed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MINUTE_MS = 60000,
	DAY_MS = 86400000,
	MINUTES_MOST = 2 * 31 * 24 * 60,	/* the older half goes when they are reached */
};

enum interval {
	INTERVAL_1M, INTERVAL_3M, INTERVAL_5M, INTERVAL_15M, INTERVAL_30M, INTERVAL_1H, INTERVAL_2H,
	INTERVAL_4H, INTERVAL_6H, INTERVAL_8H, INTERVAL_12H, INTERVAL_1D, INTERVAL_3D, INTERVAL_1W,
	INTERVAL_1MONTH, INTERVAL_N
};

struct candle {
	int64_t	 open_ms;
	int64_t	 first_id;			/* of the trades in it */
	dec_t	 open, high, low, close;
	sum_t	 volume, quote;			/* base and quote asset */
	sum_t	 taker_volume, taker_quote;	/* of those where the buyer took */
	int64_t	 last_id, n;
};

struct candles {
	struct candle	*v;			/* of one minute each */
	size_t		 n, cap;
};

extern const char *const interval_names[INTERVAL_N];	/* 1m .. 1M */

enum interval	 interval_find(const char *name);	/* INTERVAL_N: no such */
int64_t		 interval_open(enum interval, int64_t ms);	/* of the one that ms is in */
int64_t		 interval_next(enum interval, int64_t open_ms);	/* when the next one opens */

/* The price that stood when everything began: of minutes before the first trade. */
void	candles_begin(struct candles *, dec_t px, int64_t ms);
/* Times do not go back: what is older than the last minute counts in it. */
void	candles_add(struct candles *, dec_t px, dec_t qty, bool buyer_takes, int64_t id,
	    int64_t ms);
/* From one time to before another; false: nothing has traded before its end. */
bool	candles_between(const struct candles *, int64_t from_ms, int64_t until_ms, struct candle *);
bool	candles_get(const struct candles *, enum interval, int64_t open_ms, struct candle *);
dec_t	candle_change_percent(const struct candle *);	/* from its open to its close */
void	candles_fini(struct candles *);

#endif
