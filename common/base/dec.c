/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/dec.h"

#include "base/die.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef __int128 wide_t;

bool
dec_ok(dec_t d)
{
	return d.e8 != INT64_MIN;
}

static void
must_be_ok(dec_t d)
{
	if (!dec_ok(d))
		panic("decision by a number that is not there");
}

static dec_t
narrow(wide_t w)
{
	if (w > INT64_MAX || w < -(wide_t)INT64_MAX)
		return DEC_NONE;
	return (dec_t){ (int64_t)w };
}

static bool
rounds_away(wide_t quotient, wide_t rest2, wide_t divisor, enum rounding r)
{
	switch (r) {
	case ROUND_DOWN:
		return false;
	case ROUND_UP:
		return rest2 != 0;
	case ROUND_HALF_EVEN:
		return rest2 > divisor || (rest2 == divisor && quotient % 2 != 0);
	}
	panic("rounding %d", (int)r);
}

/* n / d with d > 0; the sign of n is the sign of the result. */
static wide_t
divide(wide_t n, wide_t d, enum rounding r)
{
	const bool	 negative = n < 0;
	const wide_t	 a = negative ? -n : n;
	wide_t		 q = a / d;

	if (rounds_away(q, a % d * 2, d, r))
		q++;
	return negative ? -q : q;
}

static wide_t
power_of_ten(unsigned n)
{
	wide_t	 p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

struct scan {
	const char	*p, *end;
	wide_t		 digits;	/* at most 20 */
	int		 exponent;
	bool		 any;
	bool		 more;		/* behind the digits kept came one that is not 0 */
};

/*
 * digits * 10^exponent, to 1e-8.  A last digit 1 stands for all that were not
 * kept: it tips a half.  21 digits and 17 places of shift fit 128 bits.
 */
static dec_t
scale(const struct scan *s, bool negative)
{
	const int	 shift = s->exponent + DEC_DIGITS - 1;
	wide_t		 w = s->digits * 10 + s->more;

	if (w == 0)
		return DEC_ZERO;
	if (shift > 17)
		return DEC_NONE;
	if (shift >= 0)
		w *= power_of_ten((unsigned)shift);
	else if (shift >= -22)
		w = divide(w, power_of_ten((unsigned)-shift), ROUND_HALF_EVEN);
	else
		w = 0;
	return narrow(negative ? -w : w);
}

/* Keeps 20 digits, one more than the range has, and counts the rest into the exponent. */
static void
scan_digits(struct scan *s, bool after_point)
{
	for (; s->p < s->end && isdigit((unsigned char)*s->p); s->p++) {
		s->any = true;
		if (s->digits < (wide_t)UINT64_C(10000000000000000000)) {
			s->digits = s->digits * 10 + (*s->p - '0');
			s->exponent -= after_point;
		} else {
			s->exponent += !after_point;
			s->more |= *s->p != '0';
		}
	}
}

static int
scan_exponent(struct scan *s)
{
	bool	 negative = false;
	int	 e = 0;

	if (s->p == s->end || (*s->p != 'e' && *s->p != 'E'))
		return 0;
	s->p++;
	if (s->p < s->end && (*s->p == '-' || *s->p == '+'))
		negative = *s->p++ == '-';
	if (s->p == s->end || !isdigit((unsigned char)*s->p))
		return -1;
	for (; s->p < s->end && isdigit((unsigned char)*s->p); s->p++)
		if (e < 10000)
			e = e * 10 + (*s->p - '0');
	s->exponent += negative ? -e : e;
	return 0;
}

int
dec_parsen(const char *text, size_t len, dec_t *out)
{
	struct scan	 s = { .p = text, .end = text + len };
	bool		 negative = false;

	if (s.p < s.end && (*s.p == '-' || *s.p == '+'))
		negative = *s.p++ == '-';
	scan_digits(&s, false);
	if (s.p < s.end && *s.p == '.') {
		s.p++;
		scan_digits(&s, true);
	}
	if (!s.any || scan_exponent(&s) == -1 || s.p != s.end)
		return -1;
	const dec_t	 d = scale(&s, negative);
	if (!dec_ok(d))
		return -1;
	*out = d;
	return 0;
}

int
dec_parse(const char *s, dec_t *out)
{
	return dec_parsen(s, strlen(s), out);
}

/* Digits are found from the last one on; they are put where they belong at the end. */
const char *
dec_format(dec_t d, char buf[DEC_STR])
{
	char		 digits[DEC_STR], *const end = digits + sizeof(digits) - 1, *p = end;

	if (!dec_ok(d))
		return memcpy(buf, "null", sizeof("null"));
	uint64_t	 a = d.e8 < 0 ? -(uint64_t)d.e8 : (uint64_t)d.e8;
	int		 places = DEC_DIGITS;
	for (; places > 0 && a % 10 == 0; places--)
		a /= 10;
	if (places > 0) {
		for (; places > 0; places--, a /= 10)
			*--p = (char)('0' + a % 10);
		*--p = '.';
	}
	do {
		*--p = (char)('0' + a % 10);
	} while ((a /= 10) != 0);
	if (d.e8 < 0)
		*--p = '-';
	*end = '\0';
	return memcpy(buf, p, (size_t)(end + 1 - p));
}

bool
dec_is_zero(dec_t d)
{
	return dec_sign(d) == 0;
}

int
dec_sign(dec_t d)
{
	return dec_cmp(d, DEC_ZERO);
}

int
dec_cmp(dec_t a, dec_t b)
{
	must_be_ok(a);
	must_be_ok(b);
	return (a.e8 > b.e8) - (a.e8 < b.e8);
}

bool
dec_lt(dec_t a, dec_t b)
{
	return dec_cmp(a, b) < 0;
}

bool
dec_gt(dec_t a, dec_t b)
{
	return dec_cmp(a, b) > 0;
}

dec_t
dec_add(dec_t a, dec_t b)
{
	if (!dec_ok(a) || !dec_ok(b))
		return DEC_NONE;
	return narrow((wide_t)a.e8 + b.e8);
}

dec_t
dec_neg(dec_t d)
{
	return dec_ok(d) ? (dec_t){ -d.e8 } : DEC_NONE;
}

dec_t
dec_sub(dec_t a, dec_t b)
{
	return dec_add(a, dec_neg(b));
}

dec_t
dec_abs(dec_t d)
{
	return dec_ok(d) && d.e8 < 0 ? dec_neg(d) : d;
}

dec_t
dec_min(dec_t a, dec_t b)
{
	return dec_cmp(a, b) <= 0 ? a : b;
}

dec_t
dec_max(dec_t a, dec_t b)
{
	return dec_cmp(a, b) >= 0 ? a : b;
}

dec_t
dec_mul(dec_t a, dec_t b, enum rounding r)
{
	return dec_muldiv(a, b, DEC_ONE, r);
}

dec_t
dec_div(dec_t a, dec_t b, enum rounding r)
{
	return dec_muldiv(a, DEC_ONE, b, r);
}

dec_t
dec_muldiv(dec_t a, dec_t b, dec_t c, enum rounding r)
{
	if (!dec_ok(a) || !dec_ok(b) || !dec_ok(c) || c.e8 == 0)
		return DEC_NONE;
	const wide_t	 product = (wide_t)a.e8 * b.e8;
	return narrow(c.e8 < 0 ? divide(-product, -(wide_t)c.e8, r) : divide(product, c.e8, r));
}

dec_t
dec_quantize(dec_t d, dec_t step, enum rounding r)
{
	if (!dec_ok(d) || !dec_ok(step) || step.e8 <= 0)
		return d;
	return narrow(divide(d.e8, step.e8, r) * step.e8);
}

bool
dec_is_multiple(dec_t d, dec_t step)
{
	must_be_ok(d);
	return step.e8 <= 0 || d.e8 % step.e8 == 0;
}

double
dec_to_double(dec_t d)
{
	char	 s[DEC_STR];

	must_be_ok(d);
	return strtod(dec_format(d, s), NULL);	/* correctly rounded; a division would not be */
}

dec_t
dec_from_double(double v)
{
	char	 s[40];
	dec_t	 d;

	snprintf(s, sizeof(s), "%.17g", v);
	return dec_parse(s, &d) == -1 ? DEC_NONE : d;
}
