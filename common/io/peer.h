/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer.h - whether another daemon lives, by its heartbeat.
 *
 * A peer whose last beat is older than PEER_SILENT_MS is away: long before its
 * key expires, because others must act on it.  While Redis is away nothing is
 * known, and what was known stays.
 */
#ifndef IO_PEER_H
#define IO_PEER_H

#include "io/bus.h"
#include "wire/field.h"

enum { PEER_SILENT_MS = 3500 };		/* three beats and a little */

struct peer;

/* Away until the first answer; changed (or NULL) runs when that changes. */
struct peer	*peer_new(struct bus *, const char *daemon, void (*changed)(void *arg), void *arg);
void		 peer_free(struct peer *);
bool		 peer_is_alive(const struct peer *);

/* Members of its last beat; false: it is away, and into is as it was. */
bool		 peer_read(const struct peer *, const struct fields *, void *into) MUST_CHECK;

#endif
