/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.h - reading a line of a ledger: a JSON object, its values where they
 * stand in the text.
 *
 * Apart from the JSON library so that a number stays the digits that were
 * written.  What is inside a value that is a list or an object is not looked
 * at, beyond where it ends.  A reason says what was expected, not where: the
 * reader of the file knows that.
 */
#ifndef SIMEX_LINE_H
#define SIMEX_LINE_H

#include "base/buf.h"
#include "base/dec.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_FIELDS = 64 };

struct span {
	const char	*p;
	size_t		 len;
};

struct line {
	struct { struct span name, value; } v[LINE_FIELDS];
	size_t	 n;
};

/* The text must stay while the line is used. */
int	line_parse(struct line *, const char *text, size_t len, struct why *) MUST_CHECK;

bool	line_has(const struct line *, const char *name);
/* The value as it is written; its p is NULL if there is none. */
struct span line_raw(const struct line *, const char *name);
int	line_int(const struct line *, const char *name, int64_t *, struct why *) MUST_CHECK;
/* Of a number, or of text that holds one. */
int	line_dec(const struct line *, const char *name, dec_t *, struct why *) MUST_CHECK;
/* The text replaces what is in the buf. */
int	line_str(const struct line *, const char *name, struct buf *, struct why *) MUST_CHECK;
/* Bytes that are text, or stand exactly, in hexadecimal digits, under the other name. */
int	line_bytes(const struct line *, const char *name, const char *exactly, struct buf *,
	    struct why *) MUST_CHECK;
bool	line_is(const struct line *, const char *name, const char *text);	/* this text */
/* Value by value of a list that is read as it is written; false at its end. */
bool	line_next(struct span *list, struct span *value);

#endif
