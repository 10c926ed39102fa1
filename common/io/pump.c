/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/pump.h"

#include "base/die.h"

#include <poll.h>
#include <stdlib.h>

enum {
	PASSES = 8,		/* a turn; other users of the base want theirs */
	TICK_MS = 100,		/* drives the timeouts of lws */
	TICK_CONNECTING_MS = 5,	/* sockets that connect are not watched */
	WATCHED_START = 8,
};

struct pump {
	struct event_base		*base;
	struct lws_context		*context;
	struct event			*tick, *kick;
	TAILQ_HEAD(, pump_conn)		 conns;
	struct pollfd			*fds;		/* of the watched connections */
	size_t				 nfds, cap;
	int				 connecting;
	bool				 running, again;
};

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump_run(arg);
}

static void
arm_ms(struct event *e, int ms)
{
	const struct timeval	 tv = { ms / 1000, ms % 1000 * 1000 };

	evtimer_add(e, &tv);
}

struct pump *
pump_new(struct event_base *base, struct lws_context_creation_info *info)
{
	struct pump	*p = xcalloc(1, sizeof(*p));

	TAILQ_INIT(&p->conns);
	p->base = base;
	p->cap = WATCHED_START;
	p->fds = xcalloc(p->cap, sizeof(*p->fds));
	p->tick = evtimer_new(base, on_event, p);
	p->kick = evtimer_new(base, on_event, p);
	p->context = lws_create_context(info);
	if (p->tick == NULL || p->kick == NULL || p->context == NULL)
		panic("cannot create the WebSocket context");
	arm_ms(p->tick, TICK_MS);
	return p;
}

struct lws_context *
pump_context(struct pump *p)
{
	return p->context;
}

static void
rebuild_fds(struct pump *p)
{
	struct pump_conn	*c;

	p->nfds = 0;
	TAILQ_FOREACH(c, &p->conns, link) {
		if (p->nfds == p->cap) {
			p->cap *= 2;
			p->fds = xrealloc(p->fds, p->cap * sizeof(*p->fds));
		}
		p->fds[p->nfds++] = (struct pollfd){
			.fd = lws_get_socket_fd(c->wsi), .events = POLLIN,
		};
	}
}

void
pump_watch(struct pump *p, struct pump_conn *c, struct lws *wsi)
{
	const int	 fd = lws_get_socket_fd(wsi);

	c->wsi = wsi;
	c->readable = event_new(p->base, fd, EV_READ | EV_PERSIST, on_event, p);
	c->writable = event_new(p->base, fd, EV_WRITE, on_event, p);
	if (c->readable == NULL || c->writable == NULL)
		panic("out of memory: event_new");
	event_add(c->readable, NULL);
	TAILQ_INSERT_TAIL(&p->conns, c, link);
	rebuild_fds(p);
}

void
pump_forget(struct pump *p, struct pump_conn *c)
{
	if (c->wsi == NULL)
		return;
	TAILQ_REMOVE(&p->conns, c, link);
	event_free(c->readable);
	event_free(c->writable);
	*c = (struct pump_conn){ 0 };
	rebuild_fds(p);
}

void
pump_want_write(struct pump *p, struct pump_conn *c)
{
	if (c->wsi == NULL)
		return;
	c->want_write = true;
	lws_callback_on_writable(c->wsi);
	p->again = true;
}

void
pump_connecting(struct pump *p, int delta)
{
	p->connecting += delta;
}

static void
arm_writers(struct pump *p)
{
	struct pump_conn	*c;

	TAILQ_FOREACH(c, &p->conns, link) {
		if (!c->want_write && !lws_partial_buffered(c->wsi))
			continue;
		c->want_write = false;
		event_add(c->writable, NULL);
	}
}

/*
 * One more pass after the last one that read something: replies to PING and
 * CLOSE go out in the pass after, and nothing tells that they are wanted.
 * lws_service() returns at once only for a negative argument.
 */
void
pump_run(struct pump *p)
{
	if (p->running) {
		p->again = true;
		return;
	}
	p->running = true;
	for (int pass = 0; pass < PASSES; pass++) {
		const bool	 more = poll(p->fds, p->nfds, 0) > 0;

		p->again = false;
		lws_service(p->context, -1);
		if (!more && !p->again && lws_service_adjust_timeout(p->context, 1, 0) != 0)
			break;
	}
	p->running = false;
	/* A timer of zero, not event_active(): that one would starve all other timers. */
	if (p->again || lws_service_adjust_timeout(p->context, 1, 0) == 0)
		arm_ms(p->kick, 0);
	arm_writers(p);
	arm_ms(p->tick, p->connecting > 0 ? TICK_CONNECTING_MS : TICK_MS);
}

void
pump_free(struct pump *p)
{
	if (p == NULL)
		return;
	lws_context_destroy(p->context);
	event_free(p->tick);
	event_free(p->kick);
	free(p->fds);
	free(p);
}
