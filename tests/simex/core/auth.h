/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auth.h - is a request from who it says, and fresh?
 *
 * Written apart from the engine's own signing, so that one finds the errors
 * of the other.  The signature is checked on the bytes received: the query
 * string and the body, concatenated with nothing between, up to the signature,
 * which must be the last parameter.
 */
#ifndef SIMEX_AUTH_H
#define SIMEX_AUTH_H

#include "tests/simex/core/reject.h"

#include <stddef.h>
#include <stdint.h>

enum {
	RECV_WINDOW_DEFAULT_MS = 5000,
	AHEAD_MS = 1000,	/* a timestamp may be less than this in the future */
};

struct auth;

struct auth	*auth_new(const char *key, const char *secret);
struct reject	 auth_check_key(const struct auth *, const char *sent);	/* NULL: no header */
struct reject	 auth_check_signature(struct auth *, const char *query, const char *body,
		    size_t body_len);
struct reject	 auth_check_time(int64_t timestamp_ms, int64_t recv_window_ms, int64_t now_ms);
void		 auth_free(struct auth *);

#endif
