/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event.h - what the user stream says, printed.
 *
 * Each function appends one JSON object.  E is the time of sending, T the time
 * it happened.  User events print numbers as short as they are, TRADE_LITE
 * with the contract's places, as recorded from the exchange.
 */
#ifndef SIMEX_EVENT_H
#define SIMEX_EVENT_H

#include "base/buf.h"
#include "tests/simex/core/exchange.h"

void	event_order(struct buf *, const struct fact *, wall_t now);
void	event_account(struct buf *, const struct fact *, wall_t now);
void	event_trade_lite(struct buf *, const struct fact *, wall_t now);
void	event_config(struct buf *, const struct fact *, wall_t now);	/* leverage, asset mode */
/* With the facts behind it that belong to the same call. */
void	event_margin_call(struct buf *, const struct fact *, wall_t now);
void	event_key_expired(struct buf *, const char *listen_key, wall_t now);

#endif
