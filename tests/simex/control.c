/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"

#include <stdlib.h>
#include <unistd.h>

enum { QUIT_AFTER_US = 50000 };		/* the answer leaves first */

struct control {
	struct simex	*s;
	struct http	*http;
	struct buf	 type, out;	/* header and body of the answer */
};

static struct outside
look_outside(const struct simex *s)
{
	struct outside	 o = { .pid = getpid(), .mirror_is_up = mirror_is_up(s->mirror) };

	for (int r = 0; r < ROUTE_N; r++)
		o.streams[r] = streams_count(s->streams, (enum route)r);
	return o;
}

static void
fulfil(struct simex *s, const struct wish *wish)
{
	switch (wish->kind) {
	case WISH_CUT:
		streams_cut(s->streams, wish->route, wish->code);
		return;
	case WISH_FRAME:
		streams_send_frame(s->streams, wish->route, wish->frame);
		return;
	case WISH_FREEZE:
		streams_freeze(s->streams, wish->route, wish->ms);
		return;
	case WISH_QUIT:
		simex_quit(s, QUIT_AFTER_US);
		return;
	case WISH_REFUSE_REST:
		rest_refuse(s->rest, wish->ms);
		return;
	case WISH_REFUSE_STREAM:
		streams_refuse(s->streams, wish->ms);
		return;
	}
	panic("wish %d", (int)wish->kind);
}

void
control_fulfil(struct simex *s)
{
	struct wishes	*ws = &s->world.wishes;

	for (size_t i = 0; i < ws->n; i++)
		fulfil(s, &ws->v[i]);
	ws->n = 0;
}

/* What the exchange owes its streams is said before the verb, and before its answer. */
static void
on_request(struct http_request *req, void *arg)
{
	struct control		*k = arg;
	const char		*uri = req->target;
	const struct outside	 o = look_outside(k->s);

	feed_flush(k->s);
	buf_reset(&k->out);
	const int	 status = world_control(&k->s->world, uri, NULL, &o, feed_now(k->s), &k->out);
	feed_flush(k->s);
	simex_log("control", "http=%d uri=%s", status, uri);
	http_answer(req, status, &k->type, &k->out);
}

struct control *
control_new(struct simex *s, int *port)
{
	struct control	*k = xcalloc(1, sizeof(*k));

	k->s = s;
	k->http = http_open(s->base, s->conf.control_port, port, on_request, k);
	if (k->http == NULL) {
		free(k);
		return NULL;
	}
	buf_adds(&k->type, "Content-Type: application/json\r\n");
	return k;
}

void
control_free(struct control *k)
{
	if (k == NULL)
		return;
	http_close(k->http);
	buf_free(&k->type);
	buf_free(&k->out);
	free(k);
}
