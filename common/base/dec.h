/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dec.h - exact decimals for prices, quantities and money: value * 10^8.
 *
 * Add, subtract and compare are exact.  Multiply and divide go through 128
 * bits and round the way the caller names.  DEC_NONE is "no value": an absent
 * number, or the result of an overflow; arithmetic carries it along, so a
 * formula is written straight and asked once, at its end, with dec_ok().
 * Comparing DEC_NONE is a bug and panics: nobody may decide by a number that
 * is not there.
 *
 * Range: +-92 233 720 368.54775807.
 */
#ifndef BASE_DEC_H
#define BASE_DEC_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { int64_t e8; } dec_t;

enum rounding {
	ROUND_DOWN,		/* towards zero */
	ROUND_UP,		/* away from zero */
	ROUND_HALF_EVEN,
};

enum {
	DEC_DIGITS = 8,
	DEC_STR = 24,		/* sign, 11 digits, point, 8 digits, NUL; and "null" */
};

#define DEC_ONE_E8	INT64_C(100000000)
#define DEC_NONE	((dec_t){ INT64_MIN })
#define DEC_ZERO	((dec_t){ 0 })
#define DEC_ONE		((dec_t){ DEC_ONE_E8 })
#define DEC_INT(n)	((dec_t){ (int64_t)(n) * DEC_ONE_E8 })

/*
 * The whole of s, with an optional exponent ("1e-7", as double printers write
 * it); digits beyond the eighth are rounded half even.  -1: not a number, or
 * out of range.
 */
int	dec_parse(const char *s, dec_t *out) MUST_CHECK;
int	dec_parsen(const char *s, size_t len, dec_t *out) MUST_CHECK;

/* Shortest form: 0.29, 5, -0.00000001; DEC_NONE is "null".  Returns buf. */
const char	*dec_format(dec_t, char buf[DEC_STR]);

bool	dec_ok(dec_t);
bool	dec_is_zero(dec_t);	/* panics on DEC_NONE, as do sign and cmp */
int	dec_sign(dec_t);
int	dec_cmp(dec_t, dec_t);
bool	dec_lt(dec_t, dec_t);
bool	dec_gt(dec_t, dec_t);

dec_t	dec_add(dec_t, dec_t);
dec_t	dec_sub(dec_t, dec_t);
dec_t	dec_neg(dec_t);
dec_t	dec_abs(dec_t);
dec_t	dec_min(dec_t, dec_t);
dec_t	dec_max(dec_t, dec_t);
dec_t	dec_mul(dec_t, dec_t, enum rounding);
dec_t	dec_div(dec_t, dec_t, enum rounding);	/* by zero: DEC_NONE */
dec_t	dec_muldiv(dec_t a, dec_t b, dec_t c, enum rounding);	/* a * b / c, rounded once */

/* To a multiple of step; step zero or negative leaves the value alone. */
dec_t	dec_quantize(dec_t, dec_t step, enum rounding);
bool	dec_is_multiple(dec_t, dec_t step);

/*
 * For the read models, which hold double precision because their readers do,
 * and for reading them back.  Never between two steps of a calculation.
 */
double	dec_to_double(dec_t);
dec_t	dec_from_double(double);		/* NaN, infinite or out of range: DEC_NONE */

#endif
