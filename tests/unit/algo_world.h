/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * algo_world.h - a whole world in which conditional orders live: what a client
 * asks, what happens there, and what the user stream says of it.
 *
 * A story is a table of steps; the world stands still at 61250 unless it is
 * told otherwise, and begins a second before the first step.
 */
#ifndef TESTS_ALGO_WORLD_H
#define TESTS_ALGO_WORLD_H

#include "base/buf.h"
#include "base/text.h"
#include "tests/simex/api/world.h"
#include "tests/unit/check.h"
#include "venue/sign.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define START_MS	INT64_C(1790000000000)
#define BTC		"symbol=BTCUSDT"
#define ALGO(type, side) BTC "&algoType=CONDITIONAL&type=" type "&side=" side
#define QTY		"&quantity=0.010"
#define SELL_STOP	ALGO("STOP_MARKET", "SELL") "&triggerPrice=61000" ID("s")
#define CLOSING		SELL_STOP "&closePosition=true"
#define LIMIT(side)	BTC "&type=LIMIT&timeInForce=GTC&side=" side
#define ID(id)		"&clientAlgoId=" id
#define ORDER		"POST /fapi/v1/order"
#define PLACE		"POST /fapi/v1/algoOrder"
#define CANCEL		"DELETE /fapi/v1/algoOrder"
#define QUERY		"GET /fapi/v1/algoOrder"
#define TO(px)		"/price", BTC "&price=" px
#define BUYS		"/foreign", BTC "&side=BUY&qty=0.010"
#define SELLS		"/foreign", BTC "&side=SELL&qty=0.010"
#define PASSES		"", ""

/* At a time one thing is done, or none; ids that begin with web_ are not told. */
struct step {
	int64_t		 ms;
	const char	*what, *with;	/* METHOD and path, or /verb; the parameters */
	int		 code;
	const char	*told;
};

static inline wall_t
at_ms(int64_t ms)
{
	return wall_from_ms(START_MS + ms);
}

/* ---- a world, and asking it ------------------------------------------------------- */

static inline struct world *
fresh(bool still)
{
	struct world	*w = malloc(sizeof(*w));

	world_init(w, &(struct world_terms){
		.exchange = {
			.balance = D("10000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
			.market = {
				.kind = still ? MARKET_STILL : MARKET_SYNTH, .seed = check_seed(),
				.start = at_ms(-1000), .period_ms = 100, .volatility_e6 = 100,
				.levels = 10, .spread_ticks = 2,
			},
		},
		.key = "k", .secret = "s", .key_life_ms = 3600000,
	});
	return w;
}

static inline void
discard(struct world *w)
{
	world_fini(w);
	free(w);
}

static inline void
request(struct world *w, const char *what, const char *with, wall_t now, struct buf *out)
{
	struct signer	*s = signer_new("s");
	struct buf	 query = { 0 };
	char		 hex[SHA256_HEX], method[8];
	const size_t	 len = strcspn(what, " ");

	buf_addf(&query, "%s%stimestamp=%lld", with, *with == '\0' ? "" : "&",
	    (long long)wall_ms(now));
	signer_hmac_hex(s, buf_text(&query), query.len, hex);
	buf_addf(&query, "&signature=%s", hex);
	text_putf(method, sizeof(method), "%.*s", (int)len, what);
	const struct request	 q = {
		.method = method, .path = what + len + 1, .query = buf_text(&query), .body = "",
		.api_key = "k",
	};
	world_request(w, &q, now, out);
	buf_free(&query);
	signer_free(s);
}

static inline void
command(struct world *w, const char *verb, const char *with, wall_t now, struct buf *out)
{
	const struct outside	 o = { 0 };
	struct buf		 uri = { 0 };

	buf_addf(&uri, "%s?%s", verb, with);
	world_control(w, buf_text(&uri), NULL, &o, now, out);
	buf_free(&uri);
}

/* The code of a refusal, 0 for any other answer. */
static inline int
code_of(const struct buf *answer)
{
	json_t		*a = json_loads(buf_text(answer), 0, NULL);
	const json_int_t code = json_integer_value(json_object_get(a, "code"));

	json_decref(a);
	return code < 0 ? (int)code : 0;
}

static inline int
take_step(struct world *w, const struct step *s, struct buf *answer)
{
	buf_reset(answer);
	if (*s->what == '/')
		command(w, s->what, s->with, at_ms(s->ms), answer);
	else if (*s->what != '\0')
		request(w, s->what, s->with, at_ms(s->ms), answer);
	else
		world_advance(w, at_ms(s->ms));
	return *s->what == '\0' ? 0 : code_of(answer);
}

/* ---- what is told ----------------------------------------------------------------- */

static const char *
str_of(const json_t *object, const char *name)
{
	const char	*s = json_string_value(json_object_get(object, name));

	return s == NULL ? "" : s;
}

/* An algo order is "id:STATE", + if it is active, with the reason; its child "id#STATE". */
static inline void
tell_one(const json_t *event, struct buf *told)
{
	const json_t	*o = json_object_get(event, "o");
	const bool	 algo = text_eq(str_of(event, "e"), "ALGO_UPDATE");

	if (o == NULL || text_starts_with(str_of(o, "c"), "web_"))
		return;
	buf_addf(told, "%s%s%s%s", told->len > 0 ? " " : "", str_of(o, algo ? "caid" : "c"),
	    algo ? ":" : "#", str_of(o, "X"));
	if (algo && json_is_true(json_object_get(o, "ia")))
		buf_adds(told, "+");
	if (algo && *str_of(o, "rm") != '\0')
		buf_addf(told, "(%s)", str_of(o, "rm"));
	if (!algo && text_starts_with(str_of(o, "X"), "EXPIRED"))
		buf_addf(told, "/%s", str_of(o, "er"));
}

static inline void
tell(struct world *w, struct buf *told)
{
	struct saying	*s;

	buf_reset(told);
	while ((s = world_next_saying(w, w->now)) != NULL) {
		json_t	*event = json_loads(buf_text(&s->json), 0, NULL);

		CHECK(event != NULL);
		tell_one(event, told);
		json_decref(event);
		saying_free(s);
	}
	world_forget_facts(w);
}

static inline void
go(struct world *w, const struct step *steps, size_t n)
{
	struct buf	 told = { 0 }, answer = { 0 };

	for (size_t i = 0; i < n; i++) {
		check_row("%lld ms %s %s", (long long)steps[i].ms, steps[i].what, steps[i].with);
		CHECK_INT(take_step(w, &steps[i], &answer), steps[i].code);
		tell(w, &told);
		CHECK_STR(told.len == 0 ? "" : buf_text(&told), steps[i].told);
	}
	buf_free(&told);
	buf_free(&answer);
}

/* In a world that stands still at 61250, with a listen key. */
static inline struct world *
standing(void)
{
	struct world	*w = fresh(true);
	struct buf	 out = { 0 };

	request(w, "POST /fapi/v1/listenKey", "", at_ms(-900), &out);
	buf_free(&out);
	return w;
}

static inline void
live(const struct step *steps, size_t n)
{
	struct world	*w = standing();

	go(w, steps, n);
	discard(w);
}

/* What the answer to a question says. */
static inline void
check_answer(struct world *w, const char *what, const char *with, wall_t now, const char *part)
{
	struct buf	 out = { 0 };

	request(w, what, with, now, &out);
	CHECK_HAS(buf_text(&out), part);
	buf_free(&out);
}

#endif
