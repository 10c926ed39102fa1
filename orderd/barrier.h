/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * barrier.h - what a cancel_all has stopped, whether it has arrived yet or not.
 * Pure.
 *
 * Commands are numbered in the order they were taken in, and cancels overtake
 * placements.  A barrier says that no placement whose command has a lower
 * number may leave for this account, on this symbol or on any.  One barrier a
 * name, the higher number wins; what has no number (an algo's child: its algo
 * is stopped instead) is not stopped.
 *
 * Numbers are microseconds of the time they were given.  A command that is older
 * than BARRIER_KEEP_US may not begin any more, so an older barrier stops nothing.
 */
#ifndef ORDERD_BARRIER_H
#define ORDERD_BARRIER_H

#include "base/map.h"
#include "wire/types.h"

#include <stdbool.h>
#include <stdint.h>

enum { BARRIER_NAME = SUB_ID + SYMBOL, BARRIER_KEEP_US = 60 * 1000000 };

struct barriers {
	struct map	map;	/* owns */
};

/* "account symbol", or "account" alone for all symbols. */
void	barrier_name(const char *sub, const char *symbol, char name[BARRIER_NAME]);

void	barriers_put(struct barriers *, const char *name, int64_t no);
bool	barriers_stop(const struct barriers *, const char *sub, const char *symbol, int64_t no);
/* Forgets what stops nothing any more at that number; gone() hears each name. */
void	barriers_sweep(struct barriers *, int64_t no, void (*gone)(void *arg, const char *name),
	    void *arg);
void	barriers_fini(struct barriers *);

#endif
