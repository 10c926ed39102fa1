/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.h - sums by a text, kept with every change so that nobody has to add
 * up when he asks.  Pure.
 *
 * A sum is wider than a dec_t: it may leave that range and comes back exact.
 * A number that is none adds nothing.  What has come to zero takes no room.
 */
#ifndef RISKD_TALLY_H
#define RISKD_TALLY_H

#include "base/buf.h"
#include "base/dec.h"
#include "base/map.h"

/* Zeroed, it is empty and valid. */
struct tally {
	struct map	map;		/* owns */
};

void	tally_add(struct tally *, const char *key, dec_t);
dec_t	tally_get(const struct tally *, const char *key);	/* DEC_NONE: beyond a dec_t */
void	tally_print(const struct tally *, struct buf *);	/* {"KEY":sum,..} */
void	tally_fini(struct tally *);

#endif
