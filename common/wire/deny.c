/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/deny.h"

#include "base/attr.h"
#include "base/die.h"

#include <string.h>

static const struct row {
	const char	*code, *category;
	bool		 retryable;
	const char	*text;
} rows[] = {
	[DENY_NONE] = { "", "", false, "" },
#define DENY(id, code, category, retryable, text) [id] = { code, category, retryable, text },
#include "wire/deny.def"
#undef DENY
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) == DENY_N, "deny rows");

static const struct row *
row_of(enum deny d)
{
	if ((unsigned)d >= DENY_N)
		panic("deny %d", (int)d);
	return &rows[d];
}

const char *
deny_code(enum deny d)
{
	return row_of(d)->code;
}

const char *
deny_category(enum deny d)
{
	return row_of(d)->category;
}

bool
deny_retryable(enum deny d)
{
	return row_of(d)->retryable;
}

const char *
deny_text(enum deny d)
{
	return row_of(d)->text;
}

/* It closes a position row by itself when it reads one of these, whoever wrote it. */
static const char *const	acted_upon[] = {
	"reduceonly", "reduce only", "no position found", "close order failed",
};

const char *
deny_sentence(enum deny d, const char *closer)
{
	if (closer == NULL)
		return deny_text(d);
	for (size_t i = 0; i < NITEMS(acted_upon); i++)
		if (strcasestr(closer, acted_upon[i]) != NULL)
			return deny_text(d);
	return closer;
}

enum deny
deny_find(const char *code)
{
	for (int i = DENY_NONE + 1; i < DENY_N; i++)
		if (strcmp(rows[i].code, code) == 0)
			return (enum deny)i;
	return DENY_NONE;
}
