/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http.c - bytes of a connection, through the parser into a world, as time
 * goes on and others trade.
 *
 * An input is a row of steps.  Most ask an endpoint of the table for
 * something, signed and fresh; some are spoiled before they are sent, some are
 * bytes and nothing else.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/place.h"

#include "base/die.h"
#include "tests/simex/core/httpin.h"

#include <stdlib.h>
#include <string.h>

enum { RAW_MOST = 300 };

struct client {
	struct place	*place;
	struct http_in	 in;
	struct buf	 bytes, form, query, body;
};

static void
serve(struct place *p, const struct http_request *req)
{
	char		*target = xstrdup(req->target);
	char		*query = strchr(target, '?');

	if (query != NULL)
		*query++ = '\0';
	const struct request	 q = {
		.method = req->method, .path = target, .query = query == NULL ? "" : query,
		.body = req->body, .body_len = req->body_len,
		.api_key = http_header(req, "X-MBX-APIKEY"),
	};
	buf_reset(&p->out);
	const struct served	 got = world_request(&p->world, &q, p->now, &p->out);
	place_check(p, !got.met);
	free(target);
}

/* Until the parser wants more; what it refuses ends the connection. */
static void
serve_all(struct client *c)
{
	enum http_step	 step;

	while ((step = http_in_step(&c->in)) == HTTP_WHOLE && !c->in.req.last)
		serve(c->place, &c->in.req);
	if (step == HTTP_WHOLE)
		serve(c->place, &c->in.req);
	if (step == HTTP_WHOLE || step == HTTP_BAD) {
		http_in_fini(&c->in);
		c->in = (struct http_in){ .status = 0 };
	}
}

/* In one piece or in two. */
static void
send(struct client *c, struct bytes *b)
{
	const size_t	 first = bytes_rarely(b, 4) ? bytes_below(b, c->bytes.len + 1) : c->bytes.len;

	http_in_add(&c->in, buf_text(&c->bytes), first);
	if (first < c->bytes.len) {
		serve_all(c);
		http_in_add(&c->in, c->bytes.p + first, c->bytes.len - first);
	}
	serve_all(c);
}

/* The parameters go into the query or the body, or the first one there and the others here. */
static size_t
cut(struct bytes *b, const struct endpoint *e, const struct buf *form)
{
	const unsigned	 where = *e->method == 'P' ? bytes_below(b, 4) : 0;

	return where == 2 ? 0 : where == 3 ? strcspn(buf_text(form), "&") : form->len;
}

static void
sign(struct client *c, struct bytes *b)
{
	buf_addf(&c->form, "%stimestamp=%lld", c->form.len == 0 ? "" : "&",
	    (long long)wall_ms(c->place->now) + (bytes_rarely(b, 64) ? 1000 : 0));
}

static void
ask(struct client *c, struct bytes *b)
{
	const struct endpoint	*e = place_pick(b);
	const bool		 is_signed = e->security == SEC_SIGNED || bytes_rarely(b, 16);
	struct buf		*query = &c->query, *body = &c->body;

	buf_reset(&c->form);
	buf_reset(query);
	buf_reset(body);
	place_fill_form(c->place, b, e, &c->form);
	if (is_signed)
		sign(c, b);
	const size_t	 len = cut(b, e, &c->form);
	buf_add(query, buf_text(&c->form), len);
	buf_adds(body, buf_text(&c->form) + len + (len > 0 && len < c->form.len));
	if (is_signed) {
		buf_reset(&c->form);
		buf_adds(&c->form, buf_text(query));
		buf_adds(&c->form, buf_text(body));
		struct buf	*last = body->len > 0 ? body : query;
		buf_adds(last, "&signature=");
		place_sign(buf_text(&c->form), c->form.len, last);
	}
	buf_reset(&c->bytes);
	buf_addf(&c->bytes, "%s %s?", e->method, e->path);
	buf_adds(&c->bytes, buf_text(query));
	buf_adds(&c->bytes, " HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: " PLACE_KEY "\r\n");
	buf_addf(&c->bytes, "Content-Length: %zu\r\n\r\n", body->len);
	buf_adds(&c->bytes, buf_text(body));
}

/* One byte is another one. */
static void
spoil(struct client *c, struct bytes *b)
{
	const unsigned	 at = bytes_below(b, c->bytes.len);

	c->bytes.p[at] = (char)(unsigned char)bytes_next(b);
}

static void
babble(struct client *c, struct bytes *b)
{
	const char	*p;
	const size_t	 n = bytes_take(b, bytes_below(b, RAW_MOST), &p);

	buf_reset(&c->bytes);
	buf_add(&c->bytes, p, n);
	send(c, b);
}

enum { STEP_WAIT = 4, STEP_VERB = 6, STEP_SPOILT = 8, STEP_BABBLE = 9, STEPS = 24 };

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
	} else if (what == STEP_BABBLE) {
		babble(c, b);
	} else {
		ask(c, b);
		if (what < STEP_SPOILT)
			spoil(c, b);
		send(c, b);
	}
}

void
fuzz_one(struct bytes *b)
{
	struct client	 c = { .place = place_new(b) };

	while (bytes_left(b))
		step(&c, b);
	http_in_fini(&c.in);
	buf_free(&c.bytes);
	buf_free(&c.form);
	buf_free(&c.query);
	buf_free(&c.body);
	place_free(c.place);
}

size_t
fuzz_seed(struct rng *r, uint8_t *to, size_t most)
{
	return fuzz_noise(r, to, most);
}
