/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_parts.h - what all events have in common.
 *
 * For the files that make up event.h, and nobody else.
 */
#ifndef SIMEX_EVENT_PARTS_H
#define SIMEX_EVENT_PARTS_H

#include "tests/simex/core/event.h"

/* Up to E, which is never before T; the caller closes it. */
void	open_event(struct buf *, const char *name, wall_t now, wall_t at);
/* Shortest form, in quotes; no number is 0. */
void	put_dec(struct buf *, const char *name, dec_t);

#endif
