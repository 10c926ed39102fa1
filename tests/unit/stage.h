/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage.h - a simulated exchange to ask: a world whose prices stand still, the
 * time in it, and its last answer.  The account has a million USDT, the key is
 * "k" and its secret "s".
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include "tests/unit/check.h"

#include "base/buf.h"
#include "tests/simex/api/world.h"
#include "venue/sign.h"

#include <stdlib.h>
#include <string.h>

#define STAGE_MS	INT64_C(1790000000000)

struct stage {
	struct world	 w;
	int64_t		 ms;		/* now */
	struct buf	 out;
};

static inline struct stage *
stage_open(void)
{
	struct stage	*s = calloc(1, sizeof(*s));

	s->ms = STAGE_MS;
	world_init(&s->w, &(struct world_terms){
		.exchange = {
			.balance = D("1000000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
			.market = {
				.kind = MARKET_STILL, .seed = check_seed(),
				.start = wall_from_ms(STAGE_MS), .period_ms = 1000,
			},
		},
		.key = "k", .secret = "s", .key_life_ms = INT64_C(1) << 40,
	});
	return s;
}

static inline void
stage_close(struct stage *s)
{
	buf_free(&s->out);
	world_fini(&s->w);
	free(s);
}

static inline void
stage_sign(struct buf *b)
{
	struct signer	*s = signer_new("s");
	char		 hex[SHA256_HEX];

	signer_hmac_hex(s, buf_text(b), b->len, hex);
	buf_addf(b, "&signature=%s", hex);
	signer_free(s);
}

/* Returns the code, 0 where there is none. */
static inline int
stage_send(struct stage *s, const struct request *q)
{
	const char	*code;

	buf_reset(&s->out);
	const struct served	 v = world_request(&s->w, q, wall_from_ms(s->ms), &s->out);
	if (v.status == 200)
		return 0;
	code = strstr(buf_text(&s->out), "\"code\":");
	CHECK(code != NULL);
	return (int)strtol(code + strlen("\"code\":"), NULL, 10);
}

/* Signed; in the body where the method has one, as clients send it. */
static inline int
stage_ask(struct stage *s, const char *method, const char *path, const char *params)
{
	const bool	 in_body = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
	struct buf	 b = { 0 };

	buf_addf(&b, "%s%stimestamp=%lld", params, *params == '\0' ? "" : "&", (long long)s->ms);
	stage_sign(&b);
	const int	 code = stage_send(s, &(struct request){
		.method = method, .path = path, .query = in_body ? "" : buf_text(&b),
		.body = in_body ? buf_text(&b) : "", .body_len = in_body ? b.len : 0, .api_key = "k",
	});
	buf_free(&b);
	return code;
}

static inline void
stage_verb(struct stage *s, const char *uri)
{
	const struct outside	 o = { 0 };

	buf_reset(&s->out);
	CHECK_INT(world_control(&s->w, uri, NULL, &o, wall_from_ms(s->ms), &s->out), 200);
}

#endif
