/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "base/text.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	NUMBER_STR = 24,
	FLOOD_STATUS = 400,
	FLOOD_HEADER = 512,		/* bytes of each */
};

static const char	json_content[] = "application/json";

struct answers {
	struct simex		*s;
	TAILQ_HEAD(, slow)	 slow;
	TAILQ_HEAD(, closing)	 closing;
};

/* An answer that a fault holds back, or lets out in drops. */
struct slow {
	struct answers		*answers;
	struct evhttp_request	*req;
	struct event		*timer;
	int			 status;
	struct buf		 body;
	size_t			 sent, most;	/* of a drip; behind so many it breaks off */
	struct timeval		 step;
	TAILQ_ENTRY(slow)	 link;
};

/* A connection that shall be closed behind its answer. */
struct closing {
	struct answers		*answers;
	struct timeval		 after;
	int			 fd;		/* a copy: evhttp may close its own before; or -1 */
	TAILQ_ENTRY(closing)	 link;
};

/* ---- well --------------------------------------------------------------------- */

static void
put_header(struct evhttp_request *req, const char *name, int64_t value)
{
	char	 text[NUMBER_STR];

	text_putf(text, sizeof(text), "%lld", (long long)value);
	evhttp_add_header(evhttp_request_get_output_headers(req), name, text);
}

static void
put_meter_headers(struct simex *s, struct evhttp_request *req)
{
	const wall_t	 now = simex_now();

	put_header(req, "X-MBX-USED-WEIGHT-1M", meter_used(&s->world.meter, now, METER_WEIGHT_1M));
	put_header(req, "X-MBX-ORDER-COUNT-10S", meter_used(&s->world.meter, now, METER_ORDERS_10S));
	put_header(req, "X-MBX-ORDER-COUNT-1M", meter_used(&s->world.meter, now, METER_ORDERS_1M));
}

void
answer_bare(struct evhttp_request *req, int status, const char *type, const struct buf *body)
{
	struct evbuffer	*b = evhttp_request_get_output_buffer(req);

	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", type);
	evbuffer_add(b, buf_text(body), body->len);
	evhttp_send_reply(req, status, NULL, NULL);
}

void
answer_well(struct simex *s, struct evhttp_request *req, int status, const struct buf *body)
{
	put_meter_headers(s, req);
	if ((status == 418 || status == 429) && !s->world.meter.silent)
		put_header(req, "Retry-After", meter_retry_after_s(&s->world.meter, simex_now()));
	answer_bare(req, status, json_content, body);
}

/* ---- not at all ----------------------------------------------------------------- */

static void
on_hang_up(evutil_socket_t fd, short what, void *arg)
{
	struct evhttp_request		*req = arg;
	struct evhttp_connection	*c = evhttp_request_get_connection(req);

	(void)fd;
	(void)what;
	if (c != NULL)
		evhttp_connection_free(c);	/* its requests too */
	else
		evhttp_request_free(req);
}

/* Not from inside evhttp's own callback: it may look at the connection after us. */
static void
hang_up(struct simex *s, struct evhttp_request *req)
{
	const struct timeval	 at_once = { 0, 0 };

	event_base_once(s->base, -1, EV_TIMEOUT, on_hang_up, req, &at_once);
}

/* ---- slowly ---------------------------------------------------------------------- */

static struct timeval
timeval_of_us(int64_t us)
{
	return (struct timeval){ us / 1000000, us % 1000000 };
}

static void
slow_free(struct slow *l)
{
	TAILQ_REMOVE(&l->answers->slow, l, link);
	event_free(l->timer);
	buf_free(&l->body);
	free(l);
}

/* A client that has gone by now takes nothing: the reply then only frees the request. */
static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct slow	*l = arg;

	(void)fd;
	(void)what;
	answer_well(l->answers->s, l->req, l->status, &l->body);
	slow_free(l);
}

static void
on_drop(evutil_socket_t fd, short what, void *arg)
{
	struct slow	*l = arg;
	struct evbuffer	*b = evbuffer_new();

	(void)fd;
	(void)what;
	if (b == NULL)
		panic("out of memory: evbuffer_new");
	if (l->sent < l->most) {
		evbuffer_add(b, buf_text(&l->body) + l->sent++, 1);
		evhttp_send_reply_chunk(l->req, b);
		evtimer_add(l->timer, &l->step);
	} else if (l->most < l->body.len) {
		hang_up(l->answers->s, l->req);
		slow_free(l);
	} else {
		evhttp_send_reply_end(l->req);
		slow_free(l);
	}
	evbuffer_free(b);
}

static struct slow *
slow_new(struct answers *as, struct evhttp_request *req, int status, const struct buf *body,
    int64_t step_us, void (*cb)(evutil_socket_t, short, void *))
{
	struct slow	*l = xcalloc(1, sizeof(*l));

	*l = (struct slow){ .answers = as, .req = req, .status = status };
	buf_add(&l->body, buf_text(body), body->len);
	l->step = timeval_of_us(step_us);
	l->timer = evtimer_new(as->s->base, cb, l);
	if (l->timer == NULL)
		panic("out of memory: evtimer_new");
	evtimer_add(l->timer, &l->step);
	TAILQ_INSERT_TAIL(&as->slow, l, link);
	return l;
}

/* The headers come at once, and promise the length of what follows. */
static void
drip(struct answers *as, struct evhttp_request *req, int status, const struct buf *body,
    const struct fault *f)
{
	const size_t	 most = f->bytes > 0 && (size_t)f->bytes < body->len ? (size_t)f->bytes :
			    body->len;


	put_meter_headers(as->s, req);
	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", json_content);
	put_header(req, "Content-Length", (int64_t)body->len);
	evhttp_send_reply_start(req, status, NULL);
	slow_new(as, req, status, body, f->ms * 1000 / (int64_t)(most + 1), on_drop)->most = most;
}

/* ---- not, or not for long ------------------------------------------------------- */

static void
closing_free(struct closing *c)
{
	if (c->fd != -1)
		close(c->fd);
	TAILQ_REMOVE(&c->answers->closing, c, link);
	free(c);
}

static void
on_closing(evutil_socket_t fd, short what, void *arg)
{
	struct closing	*c = arg;

	(void)fd;
	(void)what;
	shutdown(c->fd, SHUT_RDWR);
	closing_free(c);
}

static void
on_answered(struct evhttp_request *req, void *arg)
{
	struct closing	*c = arg;

	c->fd = dup(bufferevent_getfd(
	    evhttp_connection_get_bufferevent(evhttp_request_get_connection(req))));
	event_base_once(c->answers->s->base, -1, EV_TIMEOUT, on_closing, c, &c->after);
}

/* Of a client that does not take its answer nothing is heard again: freed at the end. */
static void
answer_and_close(struct answers *as, struct evhttp_request *req, int status,
    const struct buf *body, int64_t ms)
{
	struct closing	*c = xcalloc(1, sizeof(*c));

	*c = (struct closing){ .answers = as, .after = timeval_of_us(ms * 1000), .fd = -1 };
	TAILQ_INSERT_TAIL(&as->closing, c, link);
	evhttp_request_set_on_complete_cb(req, on_answered, c);
	answer_well(as->s, req, status, body);
}

/* ---- something else ------------------------------------------------------------- */

static void
answer_otherwise(struct simex *s, struct evhttp_request *req, const struct fault *f)
{
	struct buf	 body = { 0 };

	put_meter_headers(s, req);
	if (f->retry_after_s >= 0)
		put_header(req, "Retry-After", f->retry_after_s);
	fault_print_answer(f, &body);
	answer_bare(req, f->status, f->type[0] == '\0' ? json_content : f->type, &body);
	buf_free(&body);
}

static void
flood(struct evhttp_request *req, const struct fault *f)
{
	struct buf	 body = { 0 };
	char		 name[NUMBER_STR], value[FLOOD_HEADER];

	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = i < sizeof(value) - 1 ? 'x' : '\0';
	for (int64_t i = 0; i < f->headers; i++) {
		text_putf(name, sizeof(name), "X-Flood-%lld", (long long)i);
		evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
	}
	fault_print_answer(f, &body);
	answer_bare(req, FLOOD_STATUS, json_content, &body);
	buf_free(&body);
}

void
answer_badly(struct answers *as, struct evhttp_request *req, const struct fault *f, int status,
    const struct buf *body)
{
	switch (f->kind) {
	case FAULT_CLOSE_AFTER:
		answer_and_close(as, req, status, body, f->ms);
		return;
	case FAULT_DRIP:
		drip(as, req, status, body, f);
		return;
	case FAULT_DROP:
	case FAULT_LOSE:
		hang_up(as->s, req);
		return;
	case FAULT_FAIL:
		answer_otherwise(as->s, req, f);
		return;
	case FAULT_FLOOD:
		flood(req, f);
		return;
	case FAULT_HOLD:
		slow_new(as, req, status, body, f->ms * 1000, on_late);
		return;
	case FAULT_OVERTAKE:
	case FAULT_N:
		break;
	}
	panic("fault %d", (int)f->kind);
}

struct answers *
answers_new(struct simex *s)
{
	struct answers	*as = xcalloc(1, sizeof(*as));

	as->s = s;
	TAILQ_INIT(&as->slow);
	TAILQ_INIT(&as->closing);
	return as;
}

void
answers_free(struct answers *as)
{
	struct slow	*l;
	struct closing	*c;

	while ((c = TAILQ_FIRST(&as->closing)) != NULL)
		closing_free(c);
	while ((l = TAILQ_FIRST(&as->slow)) != NULL) {
		if (evhttp_request_get_connection(l->req) == NULL)
			evhttp_request_free(l->req);	/* its client has gone: nobody else will */
		slow_free(l);
	}
	free(as);
}
