/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wsapi.h - the WebSocket API: one JSON request in, one JSON answer out.
 *
 * Most methods are a REST endpoint under another name: a request becomes the
 * same struct request and passes the same gate, with its parameters as a form.
 * What differs is what is signed (all parameters in the order of their names,
 * as text, with the key among them), and that a session may stand in for key
 * and signature.
 */
#ifndef SIMEX_WSAPI_H
#define SIMEX_WSAPI_H

#include "tests/simex/api/session.h"
#include "tests/simex/api/world.h"

struct endpoint;

#define WSAPI_PATH	"/ws-fapi/v1"

/* A connection; arguments as in its URL.  Other than 200: it is refused. */
int		wsapi_open(struct world *, struct session *, const char *arguments, wall_t now);

/* In the order of the table, and the endpoint it is another name of; NULL: not so many. */
const char	*wsapi_method(size_t i, const struct endpoint **);

/*
 * As world_request().  Of a fault that was met, another answer is in out
 * already; whether and when an answer leaves is the caller's.
 */
struct served	wsapi_request(struct world *, struct session *, const char *text, size_t len,
		    wall_t now, struct buf *out);

#endif
