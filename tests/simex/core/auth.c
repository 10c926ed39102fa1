/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/auth.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

enum {
	MAC_BYTES = 32, MAC_HEX = 2 * MAC_BYTES,
	KEYS_MAX = 4,
	SIGNATURE_BYTES = 1024,		/* RSA of 8192 bits */
	BASE64_BYTES = SIGNATURE_BYTES / 3 * 4 + 8,
};

struct api_key {
	char		*name;
	enum key_kind	 kind;
	EVP_MAC_CTX	*mac;		/* HMAC: keyed once, started again for each request */
	EVP_PKEY	*pub;		/* the others */
};

struct auth {
	struct api_key	 keys[KEYS_MAX];
	size_t		 n;
	struct buf	 text, signature;	/* of the request being checked */
};

struct span {
	const char	*p;
	size_t		 len;
};

static struct span
span_of(const struct buf *b)
{
	return (struct span){ buf_text(b), b->len };
}

struct auth *
auth_new(const char *key, const char *secret)
{
	struct auth	*a = xcalloc(1, sizeof(*a));
	struct api_key	*k = &a->keys[a->n++];
	EVP_MAC		*hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	char		 digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	k->name = xstrdup(key);
	k->mac = EVP_MAC_CTX_new(hmac);
	if (k->mac == NULL ||
	    EVP_MAC_init(k->mac, (const unsigned char *)secret, strlen(secret), params) != 1)
		panic("no HMAC-SHA256");
	EVP_MAC_free(hmac);
	return a;
}

static const struct api_key *
find(const struct auth *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (text_eq(a->keys[i].name, name))
			return &a->keys[i];
	return NULL;
}

static bool
has_key_format(const char *text)
{
	size_t	 n = 0;

	while (isalnum((unsigned char)text[n]))
		n++;
	return n > 0 && text[n] == '\0';
}

int
auth_add_key(struct auth *a, const char *name, enum key_kind kind, const char *pem, struct why *why)
{
	const int	 type = kind == KEY_RSA ? EVP_PKEY_RSA : EVP_PKEY_ED25519;
	BIO		*text = BIO_new_mem_buf(pem, -1);

	if (text == NULL)
		panic("out of memory: BIO_new_mem_buf");
	if (!has_key_format(name) || find(a, name) != NULL || a->n == KEYS_MAX) {
		BIO_free(text);
		return why_set(why, "'%s' cannot be another API key", name);
	}
	EVP_PKEY	*pub = PEM_read_bio_PUBKEY(text, NULL, NULL, NULL);
	BIO_free(text);
	if (pub == NULL || EVP_PKEY_base_id(pub) != type) {
		EVP_PKEY_free(pub);
		return why_set(why, "no public key of that kind for '%s'", name);
	}
	a->keys[a->n++] = (struct api_key){ .name = xstrdup(name), .kind = kind, .pub = pub };
	return 0;
}

bool
auth_key_is(const struct auth *a, const char *name, enum key_kind kind)
{
	const struct api_key	*k = find(a, name);

	return k != NULL && k->kind == kind;
}

struct reject
auth_check_key(const struct auth *a, const char *sent)
{
	if (sent == NULL || !has_key_format(sent))
		return reject_as(REJ_KEY_FORMAT);
	return find(a, sent) != NULL ? reject_none() : reject_as(REJ_KEY);
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

static bool
is_mac(EVP_MAC_CTX *mac, struct span signed_text, struct span sent)
{
	uint8_t	 bytes[MAC_BYTES];
	char	 want[MAC_HEX + 1];
	size_t	 len = 0;

	if (EVP_MAC_init(mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(mac, (const unsigned char *)signed_text.p, signed_text.len) != 1 ||
	    EVP_MAC_final(mac, bytes, &len, sizeof(bytes)) != 1 || len != MAC_BYTES)
		panic("HMAC-SHA256 failed");
	text_hex(bytes, MAC_BYTES, want);
	return sent.len == MAC_HEX && strncasecmp(sent.p, want, MAC_HEX) == 0;
}

/* Returns how many bytes, 0: it is none. */
static size_t
decode_base64(struct span text, unsigned char bytes[SIGNATURE_BYTES + 8])
{
	size_t	 pad = 0;

	if (text.len == 0 || text.len % 4 != 0 || text.len > BASE64_BYTES)
		return 0;
	while (pad < 2 && text.p[text.len - 1 - pad] == '=')
		pad++;
	const int	 n = EVP_DecodeBlock(bytes, (const unsigned char *)text.p, (int)text.len);
	return n < 0 ? 0 : (size_t)n - pad;
}

static bool
is_signature(const struct api_key *k, struct span signed_text, struct span sent)
{
	unsigned char	 bytes[SIGNATURE_BYTES + 8];
	const size_t	 n = decode_base64(sent, bytes);
	EVP_MD_CTX	*md = EVP_MD_CTX_new();

	if (md == NULL ||
	    EVP_DigestVerifyInit(md, NULL, k->kind == KEY_RSA ? EVP_sha256() : NULL, NULL, k->pub) != 1)
		panic("EVP_DigestVerifyInit");
	const bool	 good = n > 0 && EVP_DigestVerify(md, bytes, n,
			    (const unsigned char *)signed_text.p, signed_text.len) == 1;
	EVP_MD_CTX_free(md);
	return good;
}

static struct reject
verify(const struct auth *a, const char *name, struct span signed_text, struct span sent)
{
	const struct api_key	*k = find(a, name);
	const bool		 good = k->kind == KEY_HMAC ? is_mac(k->mac, signed_text, sent) :
				    is_signature(k, signed_text, sent);

	return good ? reject_none() : reject_as(REJ_SIGNATURE);
}

/* As a form is decoded: a plus sign that was not encoded is a blank. */
static void
decode_percent(struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		const char	*p = text.p + i;

		if (*p == '%' && text.len - i > 2 && isxdigit((unsigned char)p[1]) &&
		    isxdigit((unsigned char)p[2])) {
			const char	 hex[] = { p[1], p[2], '\0' };
			buf_addc(out, (char)(unsigned char)strtoul(hex, NULL, 16));
			i += 2;
		} else {
			buf_addc(out, (char)(*p == '+' ? ' ' : *p));
		}
	}
}

struct reject
auth_check_signature(struct auth *a, const char *key, const char *query, const char *body,
    size_t body_len)
{
	struct span	 parts[2] = { { query, strlen(query) }, { body, body_len } };
	struct span	*last = body_len > 0 ? &parts[1] : &parts[0];
	const struct span sent = cut_signature(last);
	struct buf	*text = &a->text, *signature = &a->signature;

	if (sent.len == 0)
		return reject_with(strstr(query, "signature=") == NULL ? REJ_MANDATORY : REJ_SIGNATURE,
		    "signature");
	buf_reset(text);
	buf_reset(signature);
	buf_add(text, parts[0].p, parts[0].len);
	buf_add(text, parts[1].p, parts[1].len);
	decode_percent(sent, signature);
	return verify(a, key, span_of(text), span_of(signature));
}

struct reject
auth_check_payload(struct auth *a, const char *key, const char *payload, const char *signature)
{
	return verify(a, key, (struct span){ payload, strlen(payload) },
	    (struct span){ signature, strlen(signature) });
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
	for (size_t i = 0; i < a->n; i++) {
		free(a->keys[i].name);
		EVP_MAC_CTX_free(a->keys[i].mac);
		EVP_PKEY_free(a->keys[i].pub);
	}
	buf_free(&a->text);
	buf_free(&a->signature);
	free(a);
}
