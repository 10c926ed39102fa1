/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tapecell.h - what a member of a recorded frame, or a column of an archive,
 * may hold, and how it is read.
 *
 * A table of cells lays them over a struct.  What is wrong is said with the
 * cell's name and what was found, shortened and in printable characters: a
 * line may be anything.
 */
#ifndef SIMEX_TAPECELL_H
#define SIMEX_TAPECELL_H

#include "base/attr.h"
#include "base/dec.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell_type {
	C_AMOUNT,		/* dec_t, not negative */
	C_BOOL,			/* bool */
	C_ID,			/* int64_t, not negative */
	C_MS,			/* wall_t, milliseconds in the recording */
	C_MS_OR_NONE,		/* the same, or 0 */
	C_POSITIVE,		/* dec_t above zero */
	C_RATE,			/* any dec_t; "" is DEC_NONE */
	C_SYMBOL,		/* char[SYMBOL] */
	CELL_TYPE_N
};

struct cell {
	const char	*key;		/* in a frame; in an archive the position counts */
	const char	*name;		/* for people */
	enum cell_type	 type;
	bool		 optional;	/* in a frame; absent leaves the struct as it was */
	size_t		 offset;
};

enum { CELL_SHOWN = 40 };

/* Returns out. */
const char	*cell_show(const char *text, size_t len, char out[CELL_SHOWN]);

/* Digits and nothing else. */
int	cell_parse_whole(const char *text, size_t len, int64_t *out) MUST_CHECK;

/* From text; and from a number, -1 when such a cell does not hold this one. */
int	cell_read(const struct cell *, const char *text, size_t len, void *to, struct why *)
	    MUST_CHECK;
int	cell_put_whole(const struct cell *, int64_t, void *to) MUST_CHECK;

/* Always -1: name 'found' is not what such a cell holds. */
int	cell_wrong(const struct cell *, const char *text, size_t len, struct why *);

#endif
