/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * market.h - the latest prices, as riskd has heard them.  Pure.
 *
 * Views are never truth: a price older than its limit is no price, and what is
 * decided without one says so.
 */
#ifndef RISKD_MARKET_H
#define RISKD_MARKET_H

#include "base/map.h"
#include "wire/msg.h"

struct quoted {
	char		symbol[SYMBOL];
	struct price	price;
	mono_t		heard_at;
	struct node	node;
};

struct market {
	struct map	map;		/* owns */
	int64_t		stale_ms;
};

void	market_heard(struct market *, const char *symbol, const struct price *, mono_t now);
void	market_fini(struct market *);

/* What risk is judged by; DEC_NONE: none that is fresh. */
dec_t	market_px(const struct market *, const char *symbol, mono_t now);

/* The last one whatever its age, for showing; DEC_NONE: never heard. */
dec_t	market_last_px(const struct market *, const char *symbol);
int64_t	market_age_ms(const struct market *, const char *symbol, mono_t now);	/* -1: never */

#endif
