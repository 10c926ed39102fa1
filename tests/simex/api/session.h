/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session.h - what the exchange remembers of one connection to its WebSocket
 * API: who has logged on, and how answers shall look.
 *
 * The requests about a session are rows of the endpoint table like all others,
 * with the method WS, which no HTTP client can send there.
 */
#ifndef SIMEX_SESSION_H
#define SIMEX_SESSION_H

#include "base/clock.h"

#include <stdbool.h>

enum { API_KEY = 128 + 1 };

#define SESSION_METHOD	"WS"

struct session {
	wall_t	 connected;
	wall_t	 authorized;		/* as long as api_key is not empty */
	char	 api_key[API_KEY];
	bool	 hides_limits;		/* answers go without rateLimits */
};

bool	session_is_on(const struct session *);		/* logged on */

#endif
