/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/conn.h"

#include "base/die.h"
#include "base/text.h"

#include <string.h>

enum {
	DEAF_TENTHS = 33,		/* of the time between pings without a pong: 10 minutes of 3 */
	PONGS_PER_S = 5,		/* of a client of the WebSocket API; more and it is cut off */
	CLOSE_POLICY = 1008,
};

static int64_t
ping_us(const struct conn *c)
{
	return c->s->conf.ping_ms * 1000;
}

static void
arm(struct conn *c)
{
	const struct timeval	 tv = { ping_us(c) / 1000000, ping_us(c) % 1000000 };

	evtimer_add(c->pulse.timer, &tv);
}

static void
on_pulse(evutil_socket_t fd, short what, void *arg)
{
	struct conn	*c = arg;
	struct pulse	*p = &c->pulse;
	const wall_t	 now = simex_now();

	(void)fd;
	(void)what;
	if (now.us - p->heard.us > ping_us(c) * DEAF_TENTHS / 10) {
		simex_log("stream_deaf", "route=%s", route_name(c->route));
		conn_close(c, CLOSE_POLICY);
	} else {
		text_putf(p->asked, sizeof(p->asked), "%lld", (long long)wall_ms(now));
		conn_ping(c, p->asked);
		arm(c);
	}
	streams_run(c->st);
}

void
pulse_start(struct conn *c)
{
	c->pulse.heard = simex_now();
	if (c->s->conf.ping_ms == 0)
		return;
	c->pulse.timer = evtimer_new(c->s->base, on_pulse, c);
	if (c->pulse.timer == NULL)
		panic("out of memory: evtimer_new");
	arm(c);
}

static bool
is_too_fast(struct conn *c, wall_t now)
{
	struct pulse	*p = &c->pulse;

	if (now.us / 1000000 != p->second)
		p->n = 0;
	p->second = now.us / 1000000;
	return c->port != NULL && ++p->n > PONGS_PER_S;
}

/* One that nobody has asked for, or that repeats something else, is no sign of life. */
int
pulse_pong(struct conn *c, const char *text, size_t len)
{
	struct pulse	*p = &c->pulse;
	const wall_t	 now = simex_now();

	if (p->asked[0] != '\0' && len == strlen(p->asked) && memcmp(text, p->asked, len) == 0)
		p->heard = now;
	if (!is_too_fast(c, now))
		return 0;
	simex_log("stream_too_fast", "route=%s pongs=%d", route_name(c->route), p->n);
	return -1;
}

void
pulse_stop(struct conn *c)
{
	if (c->pulse.timer != NULL)
		event_free(c->pulse.timer);
}
