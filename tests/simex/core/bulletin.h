/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulletin.h - what happened in the market as the REST answers show it.
 *
 * Keys stand in the order in which the exchange was recorded.
 */
#ifndef SIMEX_BULLETIN_H
#define SIMEX_BULLETIN_H

#include "base/buf.h"
#include "tests/simex/core/exchange.h"

/* What a row of candles is about. */
enum candle_form {
	CANDLE_TRADES,		/* of a contract's trades */
	CANDLE_PRICE,		/* of its mark or index price */
	CANDLE_PREMIUM,		/* of the mark over the index: there is none here */
};

void	bulletin_aggregate(struct buf *, const struct desk *, const struct aggregate *);
void	bulletin_candle(struct buf *, const struct desk *, enum candle_form, enum interval,
	    const struct candle *);
void	bulletin_day(struct buf *, const struct desk *, wall_t now);
void	bulletin_funding(struct buf *, const struct desk *, const struct funding *);
void	bulletin_funding_terms(struct buf *, const struct desk *, wall_t now);
void	bulletin_open_interest(struct buf *, const struct desk *, wall_t now);
void	bulletin_price(struct buf *, const struct desk *, wall_t now);
void	bulletin_price_v1(struct buf *, const struct desk *, wall_t now);	/* keys sorted */
void	bulletin_trade(struct buf *, const struct desk *, const struct deal *);

#endif
