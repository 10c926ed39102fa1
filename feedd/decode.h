/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode.h - frames of the market streams, as facts.  Pure.
 *
 * COIN-M symbols share the streams since 2026-06-30 and are left out (st 2).
 * Frames of other kinds, and answers to SUBSCRIBE, are no facts.
 */
#ifndef FEEDD_DECODE_H
#define FEEDD_DECODE_H

#include "base/clock.h"
#include "base/dec.h"
#include "base/why.h"
#include "wire/types.h"

#include <stddef.h>

enum fact_kind { FACT_TOP, FACT_MARK };

struct fact {
	enum fact_kind	kind;
	char		symbol[SYMBOL];
	dec_t		bid, ask;		/* of FACT_TOP */
	dec_t		mark;			/* of FACT_MARK */
	wall_t		at;			/* the exchange's event time */
};

typedef void	decode_each(void *arg, const struct fact *);

/* How many facts the frame held; -1: it is not what the exchange sends. */
int	decode_frame(const char *json, size_t len, decode_each *, void *arg, struct why *)
	    MUST_CHECK;

#endif
