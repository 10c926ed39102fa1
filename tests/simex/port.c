/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/conn.h"

#include "base/die.h"
#include "tests/simex/api/wsapi.h"

#include <stdlib.h>
#include <sys/queue.h>

/* A connection to the WebSocket API. */
struct port {
	struct conn		*c;
	struct session		 session;
	struct buf		 out;
	TAILQ_HEAD(, held)	 held;
};

/* An answer that a fault holds back; an empty one: the end of the connection. */
struct held {
	struct port		*port;
	struct event		*timer;
	struct buf		 json;
	TAILQ_ENTRY(held)	 link;
};

int
port_open(struct conn *c, const char *arguments)
{
	struct port	*p = xcalloc(1, sizeof(*p));
	const int	 status = wsapi_open(&c->s->world, &p->session, arguments, feed_now(c->s));

	feed_touch(c->s);
	p->c = c;
	TAILQ_INIT(&p->held);
	c->port = p;
	simex_log("port_open", "status=%d", status);
	return status;
}

static void
held_free(struct held *h)
{
	TAILQ_REMOVE(&h->port->held, h, link);
	event_free(h->timer);
	buf_free(&h->json);
	free(h);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct held	*h = arg;
	struct streams	*st = h->port->c->st;

	(void)fd;
	(void)what;
	if (h->json.len == 0)
		conn_kill(h->port->c);
	else
		conn_send(h->port->c, &h->json);
	held_free(h);
	streams_run(st);
}

static void
hold(struct port *p, const struct buf *json, int64_t ms)
{
	struct held		*h = xcalloc(1, sizeof(*h));
	const struct timeval	 after = { ms / 1000, ms % 1000 * 1000 };

	h->port = p;
	buf_add(&h->json, buf_text(json), json->len);
	h->timer = evtimer_new(p->c->s->base, on_late, h);
	if (h->timer == NULL)
		panic("out of memory: evtimer_new");
	evtimer_add(h->timer, &after);
	TAILQ_INSERT_TAIL(&p->held, h, link);
}

/*
 * What of a fault is about the way back; returns -1: cut the connection off.  A
 * message is there with its last byte: who drips, is late; who breaks off, mute.
 */
static int
meet(struct port *p, const struct fault *f)
{
	const struct buf	 nothing = { 0 };

	if (f->kind == FAULT_DROP || f->kind == FAULT_LOSE)
		return -1;
	if (f->kind == FAULT_DRIP && f->bytes > 0 && (size_t)f->bytes < p->out.len) {
		hold(p, &nothing, f->ms);
		return 0;
	}
	if (f->kind == FAULT_DRIP || f->kind == FAULT_HOLD) {
		hold(p, &p->out, f->ms);
		return 0;
	}
	conn_send(p->c, &p->out);
	if (f->kind == FAULT_CLOSE_AFTER)
		hold(p, &nothing, f->ms);
	return 0;
}

int
port_read_message(struct port *p, const char *text, size_t len)
{
	struct simex	*s = p->c->s;

	buf_reset(&p->out);
	const struct served	 got = wsapi_request(&s->world, &p->session, text, len, feed_now(s),
				    &p->out);
	feed_touch(s);
	if (got.met)
		return meet(p, &s->world.met);
	conn_send(p->c, &p->out);
	return 0;
}

void
port_free(struct port *p)
{
	struct held	*h;

	if (p == NULL)
		return;
	while ((h = TAILQ_FIRST(&p->held)) != NULL)
		held_free(h);
	buf_free(&p->out);
	free(p);
}
