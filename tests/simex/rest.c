/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	BODY_MAX = 64 * 1024,
	HEADERS_MAX = 64 * 1024,	/* the longest query string is in there */
	IDLE_S = 3600,			/* a kept connection may be quiet so long */
};

struct rest {
	struct simex			*s;
	struct evhttp			*http;
	struct buf			 path, out;	/* of the request being served */
	struct answers			*answers;	/* bad ones, on their way */
	int				 port;
	struct event			*reopen;	/* pending: nobody listens there */
};

static const struct { enum evhttp_cmd_type cmd; const char *name; } methods[] = {
	{ EVHTTP_REQ_DELETE, "DELETE" }, { EVHTTP_REQ_GET, "GET" },
	{ EVHTTP_REQ_POST, "POST" }, { EVHTTP_REQ_PUT, "PUT" },
};

static const char *
method_name(enum evhttp_cmd_type cmd)
{
	for (size_t i = 0; i < NITEMS(methods); i++)
		if (methods[i].cmd == cmd)
			return methods[i].name;
	return "?";
}

/* ---- one request ---------------------------------------------------------------- */

static const char *
path_of(struct rest *r, const char *uri, size_t len)
{
	buf_reset(&r->path);
	buf_add(&r->path, uri, len);
	return buf_text(&r->path);
}

static struct request
request_of(struct rest *r, struct evhttp_request *req)
{
	const char	*uri = evhttp_request_get_uri(req);	/* verbatim, as it was signed */
	const size_t	 path_len = strcspn(uri, "?");
	struct evbuffer	*body = evhttp_request_get_input_buffer(req);
	const char	*bytes = (const char *)evbuffer_pullup(body, -1);

	return (struct request){
		.method = method_name(evhttp_request_get_command(req)),
		.path = path_of(r, uri, path_len),
		.query = uri[path_len] == '?' ? uri + path_len + 1 : "",
		.body = bytes == NULL ? "" : bytes,
		.body_len = evbuffer_get_length(body),
		.api_key = evhttp_find_header(evhttp_request_get_input_headers(req), "X-MBX-APIKEY"),
	};
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct rest		*r = arg;
	struct simex		*s = r->s;
	const struct request	 q = request_of(r, req);

	buf_reset(&r->out);
	const struct served	 got = world_request(&s->world, &q, simex_now(), &r->out);
	feed_touch(s);
	if (!got.met) {
		answer_well(s, req, got.status, &r->out);
		return;
	}
	simex_log("fault", "kind=%d method=%s path=%s left=%lld", (int)s->world.met.kind, q.method,
	    q.path, (long long)s->world.met.left - 1);
	answer_badly(r->answers, req, &s->world.met, got.status, &r->out);
}

/* ---- the server ------------------------------------------------------------------- */

static int
port_of(struct evhttp_bound_socket *bound)
{
	struct sockaddr_in	 sin = { 0 };
	socklen_t		 len = sizeof(sin);
	const int		 fd = evhttp_bound_socket_get_fd(bound), on = 1;

	/* Accepted sockets inherit it; without it a request waits for a delayed ACK. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		panic("getsockname");
	return ntohs(sin.sin_port);
}

/* NULL: the port cannot be had. */
struct evhttp *
rest_listen(struct simex *s, int64_t wanted_port, int *port,
    void (*cb)(struct evhttp_request *, void *), void *arg)
{
	struct evhttp	*http = evhttp_new(s->base);

	if (http == NULL)
		panic("out of memory: evhttp_new");
	evhttp_set_allowed_methods(http,
	    EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE);
	evhttp_set_max_body_size(http, BODY_MAX);
	evhttp_set_max_headers_size(http, HEADERS_MAX);
	evhttp_set_timeout(http, IDLE_S);
	evhttp_set_gencb(http, cb, arg);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1",
	    (uint16_t)wanted_port);
	if (bound == NULL) {
		evhttp_free(http);
		return NULL;
	}
	*port = port_of(bound);
	return http;
}

static void
find_socket(struct evhttp_bound_socket *bound, void *arg)
{
	*(struct evhttp_bound_socket **)arg = bound;
}

static void
on_reopen(evutil_socket_t fd, short what, void *arg)
{
	struct rest	*r = arg;

	(void)fd;
	(void)what;
	if (evhttp_bind_socket_with_handle(r->http, "127.0.0.1", (uint16_t)r->port) == NULL)
		simex_log("cannot_reopen", "port=%d", r->port);
}

/* What is connected stays so. */
void
rest_refuse(struct rest *r, int64_t ms)
{
	const struct timeval		 after = { ms / 1000, ms % 1000 * 1000 };
	struct evhttp_bound_socket	*bound = NULL;

	evhttp_foreach_bound_socket(r->http, find_socket, &bound);
	if (bound != NULL)
		evhttp_del_accept_socket(r->http, bound);
	evtimer_add(r->reopen, &after);
}

struct rest *
rest_new(struct simex *s, int *port)
{
	struct rest	*r = xcalloc(1, sizeof(*r));

	r->s = s;
	r->http = rest_listen(s, s->conf.rest_port, port, on_request, r);
	if (r->http == NULL) {
		free(r);
		return NULL;
	}
	r->port = *port;
	r->reopen = evtimer_new(s->base, on_reopen, r);
	if (r->reopen == NULL)
		panic("out of memory: evtimer_new");
	r->answers = answers_new(s);
	return r;
}

void
rest_free(struct rest *r)
{
	if (r == NULL)
		return;
	answers_free(r->answers);
	event_free(r->reopen);
	evhttp_free(r->http);
	buf_free(&r->path);
	buf_free(&r->out);
	free(r);
}
