/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fixed.h - decimals with a fixed number of places, as the exchange prints
 * them, and sums that are too large for one.
 *
 * places is at most DEC_DIGITS; what has more is rounded half to even.
 */
#ifndef SIMEX_FIXED_H
#define SIMEX_FIXED_H

#include "base/buf.h"
#include "base/dec.h"

enum { FIXED_STR = 48 };		/* sign, 38 digits, point, NUL */

/* What trades in a month may exceed a decimal. */
typedef struct { __int128 e8; } sum_t;

sum_t		 sum_add(sum_t, sum_t);
sum_t		 sum_of(dec_t);
dec_t		 sum_ratio(sum_t of, sum_t to);	/* rounded half to even; to nothing: zero */

const char	*sum_format(sum_t, int places, char text[FIXED_STR]);
void		 jw_fixed(struct buf *, dec_t, int places);
void		 jw_sum(struct buf *, sum_t, int places);
void		 put_fixed(struct buf *, const char *name, dec_t, int places);
void		 put_sum(struct buf *, const char *name, sum_t, int places);

#endif
