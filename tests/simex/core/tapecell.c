/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/tapecell.h"

#include "base/clock.h"
#include "base/die.h"
#include "base/text.h"
#include "wire/types.h"

#include <string.h>

/* A time in milliseconds from 2001 to 2286: one cut short, or in other units, is none. */
#define MS_MIN	INT64_C(1000000000000)
#define MS_MAX	INT64_C(9999999999999)

static const char *const	complaints[] = {
	[C_AMOUNT] = "is not a decimal",
	[C_BOOL] = "is neither true nor false",
	[C_ID] = "is not a whole number",
	[C_MS] = "is not a time in ms",
	[C_MS_OR_NONE] = "is not a time in ms",
	[C_POSITIVE] = "is not a decimal",
	[C_RATE] = "is not a decimal",
	[C_SYMBOL] = "is not the name of a contract",
};
_Static_assert(NITEMS(complaints) == CELL_TYPE_N, "complaints");

const char *
cell_show(const char *text, size_t len, char out[CELL_SHOWN])
{
	const size_t	 n = len < CELL_SHOWN ? len : CELL_SHOWN - sizeof("...");

	memcpy(out, text, n);
	for (size_t i = 0; i < n; i++)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = '.';
	text_put(out + n, CELL_SHOWN - n, n < len ? "..." : "");
	return out;
}

static int
wrong(const struct cell *c, const char *text, size_t len, const char *what, struct why *why)
{
	char	 found[CELL_SHOWN];

	return why_set(why, "%s '%s' %s", c->name, cell_show(text, len, found), what);
}

int
cell_wrong(const struct cell *c, const char *text, size_t len, struct why *why)
{
	return wrong(c, text, len, complaints[c->type], why);
}

int
cell_parse_whole(const char *text, size_t len, int64_t *out)
{
	int64_t	 v = 0;

	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, text[i] - '0', &v))
			return -1;
	*out = v;
	return len == 0 ? -1 : 0;
}

static int
read_dec(const struct cell *c, const char *text, size_t len, dec_t *to, struct why *why)
{
	*to = DEC_NONE;
	if (c->type == C_RATE && len == 0)
		return 0;
	if (dec_parsen(text, len, to) == -1)
		return cell_wrong(c, text, len, why);
	if (c->type == C_POSITIVE && dec_sign(*to) <= 0)
		return wrong(c, text, len, "is not above zero", why);
	if (c->type == C_AMOUNT && dec_sign(*to) < 0)
		return wrong(c, text, len, "is negative", why);
	return 0;
}

static int
read_bool(const char *text, size_t len, bool *to)
{
	*to = len == 4 && memcmp(text, "true", len) == 0;
	return *to || (len == 5 && memcmp(text, "false", len) == 0) ? 0 : -1;
}

int
cell_put_whole(const struct cell *c, int64_t v, void *to)
{
	const bool	 is_time = (v >= MS_MIN && v <= MS_MAX) ||
			     (v == 0 && c->type == C_MS_OR_NONE);

	if (c->type == C_ID && v >= 0)
		*(int64_t *)to = v;
	else if ((c->type == C_MS || c->type == C_MS_OR_NONE) && is_time)
		*(wall_t *)to = wall_from_ms(v);
	else
		return -1;
	return 0;
}

static int
read_whole(const struct cell *c, const char *text, size_t len, void *to)
{
	int64_t	 v;

	return cell_parse_whole(text, len, &v) == -1 ? -1 : cell_put_whole(c, v, to);
}

int
cell_read(const struct cell *c, const char *text, size_t len, void *to, struct why *why)
{
	int	 rc = -1;

	switch (c->type) {
	case C_AMOUNT:
	case C_POSITIVE:
	case C_RATE:
		return read_dec(c, text, len, to, why);
	case C_BOOL:
		rc = read_bool(text, len, to);
		break;
	case C_ID:
	case C_MS:
	case C_MS_OR_NONE:
		rc = read_whole(c, text, len, to);
		break;
	case C_SYMBOL:
		rc = len == 0 ? -1 : text_copyn(to, SYMBOL, text, len);
		break;
	case CELL_TYPE_N:
		panic("cell %s has no type", c->name);
	}
	return rc == 0 ? 0 : cell_wrong(c, text, len, why);
}
