/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * press.h - what the market streams say, to those who listen.
 *
 * The shell says when: press_flush() when something has happened, and
 * press_beat() in the rhythms of the exchange.  What is said goes to out at
 * once; who hears nothing costs nothing, and what has not changed is not said
 * again.  Depth and ticker count with the book's update ids, so all of them
 * and GET depth can be put in one order.
 *
 * The exchange is somebody else's and not changed, but for the notes that its
 * books keep of what the depth streams have to say.
 */
#ifndef SIMEX_PRESS_H
#define SIMEX_PRESS_H

#include "base/buf.h"
#include "tests/simex/core/audience.h"
#include "tests/simex/core/drift.h"
#include "tests/simex/core/exchange.h"

#include <stdbool.h>

enum rhythm {
	RHYTHM_100MS, RHYTHM_250MS, RHYTHM_500MS, RHYTHM_1S, RHYTHM_2S, RHYTHM_3S, RHYTHM_5S,
	RHYTHM_N
};

extern const int64_t rhythm_ms[RHYTHM_N];

enum { PARTIAL_N = 3 };			/* 5, 10, 20 levels */

/* What has been said of one candle stream. */
struct candle_said {
	int64_t	 open_ms;		/* 0: nothing yet */
	int64_t	 last_id;		/* of a deal */
};

/* What has been said of a contract. */
struct said {
	struct top		 top;
	int64_t			 top_id;		/* of !bookTicker */
	int64_t			 partial_id[PARTIAL_N][DIFF_SPEEDS];
	int64_t			 aggregate_id;		/* the next one to say */
	/* of a deal */
	int64_t			 ticker_id, mini_id, all_ticker_id, all_mini_id;
	struct candle_said	 klines[INTERVAL_N], continuous[INTERVAL_N];
	bool			 forced;		/* there is one to be said */
	struct order		 forced_order;
	wall_t			 forced_at;
};

struct press {
	struct exchange	*x;
	struct audience	 audience;
	struct said	*said;
	enum drift	 drift;			/* what messages have that nobody knows */
	struct buf	 json, spare;
	wall_t		 now;			/* of what is being said */
	void		 (*out)(void *arg, struct topic, const struct buf *json);
	void		*arg;
};

void	press_init(struct press *, struct exchange *, void (*out)(void *, struct topic,
	    const struct buf *), void *arg);
void	press_join(struct press *, struct topic);	/* somebody listens who has heard nothing */
void	press_leave(struct press *, struct topic);
void	press_flush(struct press *, wall_t now);	/* facts and tops; the facts stay */
void	press_beat(struct press *, enum rhythm, wall_t now);
void	press_fini(struct press *);

/* For the files of the press: begins a message, and sends what was printed into json. */
struct buf	*press_begin(struct press *);
void		 press_say(struct press *, struct topic);
/* Of a list that tells of all contracts. */
void		 press_end_list(struct press *, void (*print)(struct buf *, const struct desk *,
		    wall_t));

/* pressbook.c */
void	press_say_diffs(struct press *, enum diff_speed, wall_t now);
void	press_say_partials(struct press *, enum diff_speed, wall_t now);
void	press_say_top(struct press *, const struct desk *, wall_t now);
void	press_say_all_tops(struct press *, wall_t now);
void	press_repeat_tops(struct press *, wall_t now);

/* pressdeal.c */
void	press_say_aggregates(struct press *, wall_t now);
void	press_say_candles(struct press *, wall_t now);
void	press_say_tickers(struct press *, wall_t now);
void	press_say_all_tickers(struct press *, wall_t now);

#endif
