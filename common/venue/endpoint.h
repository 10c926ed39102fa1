/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * endpoint.h - the exchange's REST interface as a table, and requests built
 * from it.
 *
 * A row says what a call costs: IP weight (X-MBX-USED-WEIGHT-1M) and order
 * count.  A request is composed as the exact bytes that are signed and sent.
 * Source: developers.binance.com, USD-M futures, and the generated SDK 17.2.
 */
#ifndef VENUE_ENDPOINT_H
#define VENUE_ENDPOINT_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/dec.h"
#include "venue/sign.h"

enum endpoint {
	EP_CLOCK,
	EP_EXCHANGE_INFO,
	EP_LISTEN_KEY_GET,
	EP_LISTEN_KEY_KEEP,
	EP_OPEN_ORDERS,
	EP_ORDER_CANCEL,
	EP_ORDER_PLACE,
	EP_ORDER_QUERY,
	EP_POSITION_MODE,
	EP_POSITIONS,
	EP_RATE_LIMITS,
	EP_USER_TRADES,
	EP_N
};

enum security { SEC_NONE, SEC_KEY, SEC_SIGNED };

struct endpoint_row {
	const char	*label;		/* for crash points and log lines */
	const char	*method, *path;
	enum security	 security;
	int		 weight;
	int		 orders;	/* of the order count limits */
};

const struct endpoint_row	*endpoint_get(enum endpoint);

/* Parameters, composed in order; values are percent-encoded. */
void	query_add(struct buf *, const char *name, const char *value);
void	query_add_dec(struct buf *, const char *name, dec_t);
void	query_add_int(struct buf *, const char *name, int64_t);

/* Ends it: timestamp, recvWindow, and the signature last. */
void	query_sign(struct buf *, struct signer *, wall_t exchange_time, int64_t recv_window_ms);

#endif
