/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tapefile.h - a recorded market in a file: plain, or compressed with xz or
 * gzip, or the one file of a zip archive.
 *
 * What it is compressed with, and which format it is in, is seen from its
 * first bytes and its first line.  Every error names the file, and the line
 * where it is one of a line.
 */
#ifndef SIMEX_TAPEFILE_H
#define SIMEX_TAPEFILE_H

#include "base/why.h"
#include "tests/simex/core/tape.h"

#include <stdint.h>

struct tapefile;

/*
 * symbol is the contract where the recording does not say it; "" takes it from
 * the name of the file (the one inside, of a zip) or from the frames.  NULL: why
 * says what is wrong.
 */
struct tapefile		*tapefile_open(const char *path, const char *symbol, struct why *);

/* To the next row, over all that is none.  1: there it is; 0: the end; -1: why. */
int			 tapefile_next(struct tapefile *, struct why *) MUST_CHECK;

const struct tape	*tapefile_tape(const struct tapefile *);	/* its row: until next */
int64_t			 tapefile_line_no(const struct tapefile *);	/* of the row, from 1 */
void			 tapefile_close(struct tapefile *);		/* NULL is fine */

#endif
