/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instruments.h - pms:instr in memory, read again whenever feedd has written a
 * new version of it.
 */
#ifndef IO_INSTRUMENTS_H
#define IO_INSTRUMENTS_H

#include "io/bus.h"
#include "venue/instr.h"

struct instruments;

/* first (or NULL) runs once, when the hash holds something and has been read. */
struct instruments	*instruments_new(struct bus *, void (*first)(void *arg), void *arg);
void			 instruments_free(struct instruments *);
const struct instrs	*instruments_all(const struct instruments *);

#endif
