/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ws.c - text frames of a connection to the WebSocket API, and the names and
 * addresses of streams.
 *
 * As in http.c, an input is a row of steps, and most ask for something, signed
 * and fresh.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/place.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/api/wsapi.h"
#include "tests/simex/core/topic.h"

#include <stdlib.h>
#include <string.h>

enum { RAW_MOST = 300, NAME_MOST = 80, VALUES = 32 };

struct client {
	struct place	*place;
	struct session	 session;
	struct buf	 text, payload, value;
};

struct said {
	const char	*name;
	char		*text;
	bool		 bare;		/* a number or a boolean, not a text */
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct said *)a)->name, ((const struct said *)b)->name);
}

/* ---- a request ------------------------------------------------------------------------- */

static void
say(struct client *c, struct said *v, size_t *n, const char *name, bool bare)
{
	v[(*n)++] = (struct said){ name, xstrdup(buf_text(&c->value)), bare };
	buf_reset(&c->value);
}

static size_t
fill(struct client *c, struct bytes *b, const struct endpoint *e, struct said v[VALUES])
{
	size_t	 n = 0;

	for (size_t i = 0; i < e->nparams; i++) {
		if (e->params[i].need == (bytes_rarely(b, 12) ? MANDATORY : OPTIONAL) &&
		    !bytes_rarely(b, 3))
			continue;
		place_fill_value(c->place, b, &e->params[i], &c->value);
		say(c, v, &n, e->params[i].name, e->params[i].type != P_STR && bytes_rarely(b, 8));
	}
	if (e->security == SEC_NONE && !bytes_rarely(b, 16))
		return n;
	buf_adds(&c->value, PLACE_KEY);
	say(c, v, &n, "apiKey", false);
	buf_addi(&c->value, wall_ms(c->place->now));
	say(c, v, &n, "timestamp", true);
	if (bytes_rarely(b, 8)) {
		buf_adds(&c->value, "false");
		say(c, v, &n, "returnRateLimits", true);
	}
	return n;
}

static void
put_said(struct buf *text, const struct said *v)
{
	buf_addf(text, "\"%s\":%s", v->name, v->bare ? "" : "\"");
	for (const char *p = v->text; *p != '\0'; p++)
		buf_addf(text, !v->bare && (*p == '"' || *p == '\\') ? "\\%c" : "%c", *p);
	buf_adds(text, v->bare ? "," : "\",");
}

static const char *
pick(struct bytes *b, const struct endpoint **e)
{
	size_t	 all = 0;

	while (wsapi_method(all, e) != NULL)
		all++;
	return wsapi_method(bytes_below(b, all), e);
}

static void
ask(struct client *c, struct bytes *b)
{
	const struct endpoint	*e;
	const char		*method = pick(b, &e);
	struct said		 v[VALUES];
	const size_t		 n = fill(c, b, e, v);

	buf_reset(&c->text);
	buf_reset(&c->payload);
	buf_addf(&c->text, "{\"id\":%u,\"method\":\"%s\",\"params\":{", bytes_next(b), method);
	qsort(v, n, sizeof(v[0]), by_name);
	for (size_t i = 0; i < n; i++) {
		put_said(&c->text, &v[i]);
		buf_addf(&c->payload, "%s%s=%s", i == 0 ? "" : "&", v[i].name, v[i].text);
		free(v[i].text);
	}
	buf_adds(&c->text, "\"signature\":\"");
	place_sign(buf_text(&c->payload), c->payload.len, &c->text);
	buf_adds(&c->text, "\"}}");
}

static void
send(struct client *c)
{
	struct place	*p = c->place;

	buf_reset(&p->out);
	const struct served	 got = wsapi_request(&p->world, &c->session, buf_text(&c->text),
				    c->text.len, p->now, &p->out);
	place_check(p, !got.met || p->world.met.kind == FAULT_FAIL);
}

static void
add_raw(struct client *c, struct bytes *b, size_t most)
{
	const char	*p;
	const size_t	 n = bytes_take(b, bytes_below(b, most), &p);

	buf_add(&c->text, p, n);
}

/* ---- names ------------------------------------------------------------------------------ */

/* What was understood is printed as it was said, but for the case of letters. */
static void
name(struct client *c, struct bytes *b)
{
	static const char *const	 parts[] = {
		"btcusdt", "ethusdt", "!", "@", "aggTrade", "bookTicker", "depth", "5", "20", "100ms",
		"500ms", "markPrice", "1s", "kline_", "1m", "forceOrder", "ticker", "arr", "miniTicker",
		"/public", "/market", "/private", "/ws", "/stream", "/", "?", "_perpetual", "@arr",
	};
	const struct listings		*l = &c->place->world.exchange.listings;
	char				 printed[TOPIC_NAME];
	struct topic			 t;

	buf_reset(&c->text);
	for (unsigned n = bytes_below(b, 8); n > 0; n--) {
		if (bytes_rarely(b, 8))
			add_raw(c, b, NAME_MOST);
		else
			buf_adds(&c->text, parts[bytes_below(b, NITEMS(parts))]);
	}
	const char		*text = buf_text(&c->text);
	if (address_parse(text).names == NULL)
		panic("an address without names: %s", text);
	(void)user_events_parse(text);
	if (!topic_parse(l, text, &t))
		return;
	topic_format(l, t, printed);
	struct topic		 again;
	if (!topic_parse(l, printed, &again) || again.kind != t.kind || again.listing != t.listing)
		panic("%s is printed as %s", text, printed);
}

/* ---- a connection ------------------------------------------------------------------------ */

static void
babble(struct client *c, struct bytes *b)
{
	buf_reset(&c->text);
	add_raw(c, b, RAW_MOST);
}

static void
spoil(struct client *c, struct bytes *b)
{
	const unsigned	 at = bytes_below(b, c->text.len);

	c->text.p[at] = (char)(unsigned char)bytes_next(b);
}

enum { STEP_WAIT = 4, STEP_VERB = 6, STEP_SPOILT = 8, STEP_BABBLE = 9, STEP_NAME = 10, STEPS = 24 };

static void
step(struct client *c, struct bytes *b)
{
	const unsigned	 what = bytes_below(b, STEPS);

	if (what < STEP_WAIT) {
		place_wait(c->place, b);
		place_check(c->place, false);
	} else if (what < STEP_VERB) {
		place_disturb(c->place, b);
		place_check(c->place, true);
	} else if (what == STEP_NAME) {
		name(c, b);
	} else if (what == STEP_BABBLE) {
		babble(c, b);
		send(c);
	} else {
		ask(c, b);
		if (what < STEP_SPOILT)
			spoil(c, b);
		send(c);
	}
}

void
fuzz_one(struct bytes *b)
{
	struct client	 c = { .place = place_new(b) };

	wsapi_open(&c.place->world, &c.session, bytes_rarely(b, 4) ? "returnRateLimits=false" : "",
	    c.place->now);
	while (bytes_left(b))
		step(&c, b);
	buf_free(&c.text);
	buf_free(&c.payload);
	buf_free(&c.value);
	place_free(c.place);
}

size_t
fuzz_seed(struct rng *r, uint8_t *to, size_t most)
{
	return fuzz_noise(r, to, most);
}
