/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/snapshot.h"

#include "base/die.h"
#include "base/text.h"
#include "io/http.h"
#include "wire/types.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	LEVELS = 1000,
	EACH_MS = 700,			/* a weight of 20 each: 1700 of the 2400 of a minute */
	TIMEOUT_MS = 10000,
	PAUSE_MIN_MS = 1000,
	PAUSE_MAX_MS = 60000,
	OK = 200,
};

struct snapshots {
	const struct snapshot_hooks	*hooks;
	void				*arg;
	struct http			*http;
	struct timer			*timer;
	bool				 resting;	/* until the timer */
	bool				 asking;
	char				*rest;
	char				 symbol[SYMBOL];
	int64_t				 pause_ms;	/* after the next failure */
};

static void
rest_for(struct snapshots *s, int64_t ms)
{
	s->resting = true;
	timer_in_ms(s->timer, ms);
}

static void
fail(struct snapshots *s, const struct http_answer *a)
{
	const int64_t	 told_ms = a->headers[0] * 1000;
	const int64_t	 ms = a->status != 0 && told_ms > s->pause_ms ? told_ms : s->pause_ms;

	rest_for(s, ms);
	s->pause_ms = s->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : s->pause_ms * 2;
	s->hooks->failed(s->arg, &(struct snapshot_failure){
		.symbol = s->symbol, .why = a->why, .status = a->status, .pause_ms = ms,
	});
}

static void
on_done(void *arg, const struct http_answer *a)
{
	struct snapshots	*s = arg;

	s->asking = false;
	if (a->status != OK) {
		fail(s, a);
		return;
	}
	s->pause_ms = PAUSE_MIN_MS;
	rest_for(s, EACH_MS);
	s->hooks->came(s->arg, s->symbol, a->body, a->len);
}

static void
ask(struct snapshots *s)
{
	char	 url[600];

	text_putf(url, sizeof(url), "%s/fapi/v1/depth?symbol=%s&limit=%d", s->rest, s->symbol, LEVELS);
	s->asking = true;
	http_send(s->http, &(struct http_request){
		.label = "snapshot", .method = "GET", .url = url, .timeout_ms = TIMEOUT_MS,
		.want = { "Retry-After" },
	}, on_done, s);
}

void
snapshots_look(struct snapshots *s)
{
	const char	*symbol;

	if (s->asking || s->resting || (symbol = s->hooks->wanted(s->arg)) == NULL)
		return;
	text_put(s->symbol, sizeof(s->symbol), symbol);
	ask(s);
}

static void
on_timer(void *arg)
{
	struct snapshots	*s = arg;

	s->resting = false;
	snapshots_look(s);
}

struct snapshots *
snapshots_new(struct loop *loop, const char *rest, const struct snapshot_hooks *hooks, void *arg)
{
	struct snapshots	*s = xcalloc(1, sizeof(*s));

	*s = (struct snapshots){
		.hooks = hooks, .arg = arg, .rest = xstrdup(rest), .pause_ms = PAUSE_MIN_MS,
	};
	s->http = http_new(loop, 1);
	s->timer = timer_new(loop, on_timer, s);
	return s;
}

void
snapshots_free(struct snapshots *s)
{
	if (s == NULL)
		return;
	http_free(s->http);
	timer_free(s->timer);
	free(s->rest);
	free(s);
}
