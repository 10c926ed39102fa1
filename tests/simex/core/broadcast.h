/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broadcast.h - what the market streams say, printed.
 *
 * Each function appends one JSON object with the keys in the exchange's order.
 * E is the time of sending, T the time it happened; st is 1, the mark of
 * USD-M contracts.
 */
#ifndef SIMEX_BROADCAST_H
#define SIMEX_BROADCAST_H

#include "base/buf.h"
#include "tests/simex/core/exchange.h"

void	broadcast_aggregate(struct buf *, const struct desk *, const struct aggregate *,
	    wall_t now);
void	broadcast_book_ticker(struct buf *, const struct desk *, wall_t now);
void	broadcast_contract_info(struct buf *, const struct desk *, wall_t now);
/* Sorted; a price at which nothing rests any more has the quantity 0. */
void	broadcast_diff(struct buf *, const struct desk *, const struct diff *, wall_t now);
void	broadcast_forced(struct buf *, const struct order *, wall_t at, wall_t now);
void	broadcast_kline(struct buf *, const struct desk *, enum interval, const struct candle *,
	    bool closed, wall_t now);
void	broadcast_continuous_kline(struct buf *, const struct desk *, enum interval,
	    const struct candle *, bool closed, wall_t now);
void	broadcast_mark(struct buf *, const struct desk *, wall_t now);
void	broadcast_mini_ticker(struct buf *, const struct desk *, wall_t now);
void	broadcast_partial(struct buf *, const struct desk *, int levels, int64_t previous_id,
	    wall_t now);
void	broadcast_ticker(struct buf *, const struct desk *, wall_t now);
void	broadcast_trade(struct buf *, const struct fact *, wall_t now);

#endif
