/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * topic.h - the names of streams, and which route carries which.
 *
 * A topic that is asked for on another route is accepted and stays mute, as on
 * the exchange; the same holds for names that mean nothing here.  An address
 * without a route is one of /public, or of none.
 *
 * Where a stream comes in several speeds or intervals, each is a kind of its
 * own: TOPIC_DEPTH + DIFF_100MS, TOPIC_KLINE + INTERVAL_1H.
 */
#ifndef SIMEX_TOPIC_H
#define SIMEX_TOPIC_H

#include "tests/simex/core/candle.h"
#include "tests/simex/core/diff.h"
#include "tests/simex/core/listing.h"

#include <stdbool.h>
#include <stddef.h>

enum route { ROUTE_NONE, ROUTE_PUBLIC, ROUTE_MARKET, ROUTE_PRIVATE, ROUTE_N };

enum topic_kind {
	TOPIC_AGG_TRADE,
	TOPIC_ALL_BOOK_TICKER,
	TOPIC_ALL_CONTRACT_INFO,
	TOPIC_ALL_FORCE_ORDER,
	TOPIC_ALL_MARK_1S,
	TOPIC_ALL_MARK_3S,
	TOPIC_ALL_MINI_TICKER,
	TOPIC_ALL_TICKER,
	TOPIC_BOOK_TICKER,
	TOPIC_CONTINUOUS_KLINE,
	TOPIC_DEPTH = TOPIC_CONTINUOUS_KLINE + INTERVAL_N,
	TOPIC_DEPTH10 = TOPIC_DEPTH + DIFF_SPEEDS,
	TOPIC_DEPTH20 = TOPIC_DEPTH10 + DIFF_SPEEDS,
	TOPIC_DEPTH5 = TOPIC_DEPTH20 + DIFF_SPEEDS,
	TOPIC_FORCE_ORDER = TOPIC_DEPTH5 + DIFF_SPEEDS,
	TOPIC_KLINE,
	TOPIC_MARK_1S = TOPIC_KLINE + INTERVAL_N,
	TOPIC_MARK_3S,
	TOPIC_MINI_TICKER,
	TOPIC_RPI_DEPTH,
	TOPIC_TICKER,
	TOPIC_TRADE,
	TOPIC_N
};

/* A stream; those of all contracts have the first contract's number. */
struct topic {
	enum topic_kind	 kind;
	int		 listing;
};

enum user_event {
	UE_ACCOUNT_CONFIG_UPDATE, UE_ACCOUNT_UPDATE, UE_ALGO_UPDATE, UE_MARGIN_CALL,
	UE_ORDER_TRADE_UPDATE,
	UE_TRADE_LITE, UE_LISTEN_KEY_EXPIRED, UE_N
};

enum { UE_ALL = (1 << UE_N) - 1, TOPIC_NAME = 96 };

/* Where a connection's address leads. */
struct address {
	enum route	 route;
	bool		 combined;	/* /stream: payloads are wrapped */
	const char	*names;		/* what follows, slashes between; never NULL */
};

const char	*route_name(enum route);
enum route	 route_find(const char *name, size_t len);	/* ROUTE_NONE: no such */
struct address	 address_parse(const char *path);

bool		 topic_parse(const struct listings *, const char *name, struct topic *);
enum route	 topic_route(enum topic_kind);
void		 topic_format(const struct listings *, struct topic, char name[TOPIC_NAME]);

const char	*user_event_name(enum user_event);
unsigned	 user_events_parse(const char *names);	/* "A/B" -> bits; unknown ones are none */

#endif
