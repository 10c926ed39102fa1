/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/auth.h"

#include "base/die.h"
#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

enum { MAC_BYTES = 32, MAC_HEX = 2 * MAC_BYTES };

struct auth {
	char		*key;
	EVP_MAC_CTX	*mac;		/* keyed once, started again for each request */
};

struct span {
	const char	*p;
	size_t		 len;
};

struct auth *
auth_new(const char *key, const char *secret)
{
	struct auth	*a = xcalloc(1, sizeof(*a));
	EVP_MAC		*hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	char		 digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	a->key = xstrdup(key);
	a->mac = EVP_MAC_CTX_new(hmac);
	if (a->mac == NULL ||
	    EVP_MAC_init(a->mac, (const unsigned char *)secret, strlen(secret), params) != 1)
		panic("no HMAC-SHA256");
	EVP_MAC_free(hmac);
	return a;
}

static bool
has_key_format(const char *text)
{
	size_t	 n = 0;

	while (isalnum((unsigned char)text[n]))
		n++;
	return n > 0 && text[n] == '\0';
}

struct reject
auth_check_key(const struct auth *a, const char *sent)
{
	if (sent == NULL || !has_key_format(sent))
		return reject_as(REJ_KEY_FORMAT);
	return text_eq(sent, a->key) ? reject_none() : reject_as(REJ_KEY);
}

/*
 * Cuts "[&]signature=<hex>" off the end; what follows the name is the
 * signature.  Its len is 0 where the last parameter is another one.
 */
static struct span
cut_signature(struct span *payload)
{
	static const char	 name[] = "signature=";
	const size_t		 name_len = sizeof(name) - 1;
	size_t			 start = payload->len;

	while (start > 0 && payload->p[start - 1] != '&')
		start--;
	if (payload->len - start < name_len || memcmp(payload->p + start, name, name_len) != 0)
		return (struct span){ payload->p, 0 };
	const struct span	 sent = { payload->p + start + name_len,
				    payload->len - start - name_len };
	payload->len = start > 0 ? start - 1 : 0;
	return sent;
}

static void
sign(EVP_MAC_CTX *mac, struct span query, struct span body, char hex[MAC_HEX + 1])
{
	uint8_t	 bytes[MAC_BYTES];
	size_t	 len = 0;

	if (EVP_MAC_init(mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(mac, (const unsigned char *)query.p, query.len) != 1 ||
	    EVP_MAC_update(mac, (const unsigned char *)body.p, body.len) != 1 ||
	    EVP_MAC_final(mac, bytes, &len, sizeof(bytes)) != 1 || len != MAC_BYTES)
		panic("HMAC-SHA256 failed");
	text_hex(bytes, MAC_BYTES, hex);
}

struct reject
auth_check_signature(struct auth *a, const char *query, const char *body, size_t body_len)
{
	struct span	 parts[2] = { { query, strlen(query) }, { body, body_len } };
	struct span	*last = body_len > 0 ? &parts[1] : &parts[0];
	const struct span sent = cut_signature(last);
	char		 want[MAC_HEX + 1];

	if (sent.len == 0)
		return reject_with(strstr(query, "signature=") == NULL ? REJ_MANDATORY : REJ_SIGNATURE,
		    "signature");
	sign(a->mac, parts[0], parts[1], want);
	if (sent.len != MAC_HEX || strncasecmp(sent.p, want, MAC_HEX) != 0)
		return reject_as(REJ_SIGNATURE);
	return reject_none();
}

struct reject
auth_check_time(int64_t timestamp_ms, int64_t recv_window_ms, int64_t now_ms)
{
	if (timestamp_ms >= now_ms + AHEAD_MS)
		return reject_as(REJ_TIME_AHEAD);
	if (now_ms - timestamp_ms > recv_window_ms)
		return reject_as(REJ_TIME_OUTSIDE);
	return reject_none();
}

void
auth_free(struct auth *a)
{
	if (a == NULL)
		return;
	EVP_MAC_CTX_free(a->mac);
	free(a->key);
	free(a);
}
