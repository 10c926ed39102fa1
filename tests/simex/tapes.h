/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tapes.h - several recordings played as one, in the order of their times.
 */
#ifndef SIMEX_TAPES_H
#define SIMEX_TAPES_H

#include "base/why.h"
#include "tests/simex/core/tape.h"

struct tapes;

/* Names with a comma between.  NULL: why names the file, and the line. */
struct tapes	*tapes_open(const char *names, struct why *);

/* 1: there is a row, until the next call; 0: the end of all; -1: why. */
int		 tapes_next(struct tapes *, const struct tape_row **, struct why *) MUST_CHECK;
void		 tapes_close(struct tapes *);	/* NULL is fine */

#endif
