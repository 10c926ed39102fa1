/* SPDX-License-Identifier: BSD-2-Clause */
#include "venue/sign.h"

#include "base/die.h"
#include "base/text.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdlib.h>
#include <string.h>

enum { SHA256_LEN = 32 };

struct signer {
	EVP_MAC		*mac;
	EVP_MAC_CTX	*ctx;		/* holds the key; re-initialised for each signature */
};

struct signer *
signer_new(const char *secret)
{
	struct signer	*s = xcalloc(1, sizeof(*s));
	char		 digest[] = "SHA256";
	OSSL_PARAM	 params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	s->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (s->mac == NULL || (s->ctx = EVP_MAC_CTX_new(s->mac)) == NULL ||
	    !EVP_MAC_init(s->ctx, (const unsigned char *)secret, strlen(secret), params))
		panic("HMAC is not to be had");
	return s;
}

void
signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	EVP_MAC_CTX_free(s->ctx);
	EVP_MAC_free(s->mac);
	free(s);
}

void
signer_hmac_hex(struct signer *s, const char *text, size_t len, char hex[SHA256_HEX])
{
	unsigned char	 out[SHA256_LEN];
	size_t		 n;

	if (!EVP_MAC_init(s->ctx, NULL, 0, NULL) ||
	    !EVP_MAC_update(s->ctx, (const unsigned char *)text, len) ||
	    !EVP_MAC_final(s->ctx, out, &n, sizeof(out)) || n != SHA256_LEN)
		panic("HMAC failed");
	text_hex(out, SHA256_LEN, hex);
}

void
sha256_hex(const char *text, size_t len, char hex[SHA256_HEX])
{
	unsigned char	 out[SHA256_LEN];
	unsigned	 n;

	if (!EVP_Digest(text, len, out, &n, EVP_sha256(), NULL) || n != SHA256_LEN)
		panic("SHA-256 failed");
	text_hex(out, SHA256_LEN, hex);
}

void
uuid_of(const char *cause, char uuid[UUID])
{
	char	 h[SHA256_HEX];

	sha256_hex(cause, strlen(cause), h);
	text_putf(uuid, UUID, "%.8s-%.4s-4%.3s-a%.3s-%.12s", h, h + 8, h + 12, h + 15, h + 18);
}
