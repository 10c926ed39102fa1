/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/fixed.h"

#include "wire/jw.h"

typedef unsigned __int128 magnitude;

static const int64_t powers[DEC_DIGITS + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
};

sum_t
sum_add(sum_t a, sum_t b)
{
	return (sum_t){ a.e8 + b.e8 };
}

sum_t
sum_of(dec_t d)
{
	return (sum_t){ d.e8 };
}

/* Of a magnitude in this unit, half to even. */
static magnitude
in_units(magnitude a, int64_t unit)
{
	const magnitude	 q = a / (magnitude)unit, rest = a % (magnitude)unit * 2;

	return q + (rest > (magnitude)unit || (rest == (magnitude)unit && q % 2 == 1));
}

dec_t
sum_ratio(sum_t of, sum_t to)
{
	if (to.e8 <= 0 || of.e8 < 0)
		return DEC_ZERO;
	/* Both lose the same digits until the numerator may be multiplied. */
	while (of.e8 > (__int128)INT64_MAX * DEC_ONE_E8) {
		of.e8 /= 10;
		to.e8 /= 10;
	}
	const __int128	 n = of.e8 * DEC_ONE_E8, q = n / to.e8, rest = n % to.e8 * 2;

	return (dec_t){ (int64_t)(q + (rest > to.e8 || (rest == to.e8 && q % 2 == 1))) };
}

/* Backwards from the end of text; returns where it begins. */
static const char *
format(magnitude a, bool negative, int places, char text[FIXED_STR])
{
	const int64_t	 unit = powers[DEC_DIGITS - places];
	char		*p = &text[FIXED_STR - 1];
	int		 written = 0;

	*p = '\0';
	a = in_units(a, unit);
	negative = negative && a != 0;
	for (; a > UINT64_MAX; a /= 10) {
		*--p = (char)('0' + (int)(a % 10));
		if (++written == places)
			*--p = '.';
	}
	uint64_t	 rest = (uint64_t)a;
	do {
		*--p = (char)('0' + (int)(rest % 10));
		rest /= 10;
		if (++written == places)
			*--p = '.';
	} while (rest > 0 || written <= places);
	if (negative)
		*--p = '-';
	return p;
}

const char *
sum_format(sum_t s, int places, char text[FIXED_STR])
{
	return format(s.e8 < 0 ? (magnitude)-s.e8 : (magnitude)s.e8, s.e8 < 0, places, text);
}

void
jw_sum(struct buf *b, sum_t s, int places)
{
	char	 text[FIXED_STR];

	jw_str(b, sum_format(s, places, text));
}

void
jw_fixed(struct buf *b, dec_t d, int places)
{
	jw_sum(b, sum_of(d), places);
}

void
put_sum(struct buf *b, const char *name, sum_t s, int places)
{
	jw_key(b, name);
	jw_sum(b, s, places);
}

void
put_fixed(struct buf *b, const char *name, dec_t d, int places)
{
	put_sum(b, name, sum_of(d), places);
}
