/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.h - a client of a simulated exchange: a world whose prices stand still, the
 * time in it, and its last answer.  The account has a million USDT, the key is
 * "k" and its secret "s".
 */
#ifndef TESTS_CLIENT_H
#define TESTS_CLIENT_H

#include "tests/unit/check.h"

#include "base/buf.h"
#include "tests/simex/api/world.h"
#include "venue/sign.h"

#include <stdlib.h>
#include <string.h>

#define CLIENT_START_MS	INT64_C(1790000000000)

struct client {
	struct world	 w;
	int64_t		 ms;		/* now */
	struct buf	 out;
};

static inline struct client *
client_open_at(int64_t ms, const char *key, const char *secret)
{
	struct client	*c = calloc(1, sizeof(*c));

	c->ms = ms;
	world_init(&c->w, &(struct world_terms){
		.exchange = {
			.balance = D("1000000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
			.market = {
				.kind = MARKET_STILL, .seed = check_seed(),
				.start = wall_from_ms(ms), .period_ms = DAY_MS,
			},
		},
		.key = key, .secret = secret, .key_life_ms = INT64_C(1) << 40,
	});
	return c;
}

static inline struct client *
client_open(void)
{
	return client_open_at(CLIENT_START_MS, "k", "s");
}

static inline void
client_close(struct client *c)
{
	buf_free(&c->out);
	world_fini(&c->w);
	free(c);
}

static inline void
client_sign(struct buf *b)
{
	struct signer	*s = signer_new("s");
	char		 hex[SHA256_HEX];

	signer_hmac_hex(s, buf_text(b), b->len, hex);
	buf_addf(b, "&signature=%s", hex);
	signer_free(s);
}

/* Returns the code, 0 where there is none. */
static inline int
client_send(struct client *c, const struct request *q)
{
	const char	*code;

	buf_reset(&c->out);
	const struct served	 v = world_request(&c->w, q, wall_from_ms(c->ms), &c->out);
	if (v.status == 200)
		return 0;
	code = strstr(buf_text(&c->out), "\"code\":");
	CHECK(code != NULL);
	return (int)strtol(code + strlen("\"code\":"), NULL, 10);
}

/* Signed; in the body where the method has one, as clients send it. */
static inline int
client_ask(struct client *c, const char *method, const char *path, const char *params)
{
	const bool	 in_body = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
	struct buf	 b = { 0 };

	buf_addf(&b, "%s%stimestamp=%lld", params, *params == '\0' ? "" : "&", (long long)c->ms);
	client_sign(&b);
	const int	 code = client_send(c, &(struct request){
		.method = method, .path = path, .query = in_body ? "" : buf_text(&b),
		.body = in_body ? buf_text(&b) : "", .body_len = in_body ? b.len : 0, .api_key = "k",
	});
	buf_free(&b);
	return code;
}

static inline void
client_verb(struct client *c, const char *uri)
{
	const struct outside	 o = { 0 };

	buf_reset(&c->out);
	CHECK_INT(world_control(&c->w, uri, NULL, &o, wall_from_ms(c->ms), &c->out), 200);
}

#endif
