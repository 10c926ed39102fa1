/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listenkey.h - the key of the account's user stream.
 *
 * There is one at a time.  Asking for one while it lives gives the same and
 * prolongs it; after it is gone a new one is another text.
 */
#ifndef SIMEX_LISTENKEY_H
#define SIMEX_LISTENKEY_H

#include "base/clock.h"
#include "base/rng.h"

#include <stdbool.h>

enum {
	LISTEN_KEY = 64 + 1,
};

struct listen_key {
	char	 text[LISTEN_KEY];	/* empty: none lives */
	wall_t	 renewed;
	int64_t	 life_ms;		/* after it was renewed; outlives the key */
};

void	listen_key_open(struct listen_key *, struct rng *, wall_t now);
void	listen_key_renew(struct listen_key *, wall_t now);	/* one lives */
void	listen_key_close(struct listen_key *);
bool	listen_key_lives(const struct listen_key *);
bool	listen_key_is(const struct listen_key *, const char *text);	/* this one, and it lives */
bool	listen_key_is_due(const struct listen_key *, wall_t now);	/* lives, and should not */

#endif
