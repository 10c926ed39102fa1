/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auth.h - is a request from who it says, and fresh?
 *
 * Written apart from the engine's own signing, so that one finds the errors
 * of the other.  The signature is checked on the bytes received: of REST the
 * query string and the body, concatenated with nothing between, up to the
 * signature, which must be the last parameter; of the WebSocket API the sorted
 * parameters.
 *
 * The account has one key with a secret (HMAC-SHA256, in hex), and may have
 * others whose signatures a public key verifies (base64; in a query string
 * percent-encoded).
 */
#ifndef SIMEX_AUTH_H
#define SIMEX_AUTH_H

#include "base/attr.h"
#include "base/why.h"
#include "tests/simex/core/reject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RECV_WINDOW_DEFAULT_MS = 5000,
	AHEAD_MS = 1000,	/* a timestamp may be less than this in the future */
};

enum key_kind { KEY_HMAC, KEY_RSA, KEY_ED25519 };

struct auth;

struct auth	*auth_new(const char *key, const char *secret);
/* Another API key, with its public key as PEM. */
int		 auth_add_key(struct auth *, const char *key, enum key_kind, const char *pem,
		    struct why *) MUST_CHECK;
struct reject	 auth_check_key(const struct auth *, const char *sent);	/* NULL: none */
bool		 auth_key_is(const struct auth *, const char *key, enum key_kind);
/* These two: with a key that was checked. */
struct reject	 auth_check_signature(struct auth *, const char *key, const char *query,
		    const char *body, size_t body_len);
struct reject	 auth_check_payload(struct auth *, const char *key, const char *payload,
		    const char *signature);
struct reject	 auth_check_time(int64_t timestamp_ms, int64_t recv_window_ms, int64_t now_ms);
void		 auth_free(struct auth *);

#endif
