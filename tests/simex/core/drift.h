/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drift.h - what the exchange may add to its messages any day, added today.
 *
 * Text of JSON in, text of JSON out.  What was there stays as it was; but with
 * DRIFT_TYPES, integers are text, decimals numbers and some words new.
 */
#ifndef SIMEX_DRIFT_H
#define SIMEX_DRIFT_H

#include "base/buf.h"

#include <stdint.h>

enum drift { DRIFT_NONE, DRIFT_FIELDS, DRIFT_TYPES, DRIFT_N };

/* Every object has a field more, of a name and a kind that nobody knows. */
void	drift_apply(enum drift, struct buf *json);
/*
 * Appends the same object as one of a COIN-M contract: st 2, names of its own,
 * and where it says a status or a type, one that nobody knows.
 */
void	drift_as_coin_m(struct buf *out, const char *json);
/* An event of a kind that nobody knows. */
void	drift_unheard_of(struct buf *out, int64_t at_ms);

#endif
