/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/call.h"
#include "tests/simex/core/reject.h"
#include "wire/jw.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

enum {
	BODY_MAX = 64 * 1024,
	HEADERS_MAX = 64 * 1024,	/* the longest query string is in there */
	IDLE_S = 3600,			/* a kept connection may be quiet so long */
	NUMBER_STR = 24,
};

struct rest {
	struct simex			*s;
	struct evhttp			*http;
	struct form			 form;		/* of the request being served */
	struct buf			 out;
	TAILQ_HEAD(, late)		 late;
};

/* An answer that a fault holds back. */
struct late {
	struct rest		*rest;
	struct evhttp_request	*req;
	struct event		*timer;
	int			 status;
	struct buf		 body;
	TAILQ_ENTRY(late)	 link;
};

/* A request as it came in. */
struct incoming {
	struct evhttp_request	*req;
	const char		*method;
	char			 path[FAULT_PATH];
	const char		*query;		/* never NULL */
	const char		*body;
	size_t			 body_len;
	const struct endpoint	*endpoint;	/* NULL: none */
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

/* ---- answering --------------------------------------------------------------- */

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

	put_header(req, "X-MBX-USED-WEIGHT-1M", meter_used(&s->meter, now, METER_WEIGHT_1M));
	put_header(req, "X-MBX-ORDER-COUNT-10S", meter_used(&s->meter, now, METER_ORDERS_10S));
	put_header(req, "X-MBX-ORDER-COUNT-1M", meter_used(&s->meter, now, METER_ORDERS_1M));
}

void
rest_reply(struct evhttp_request *req, int status, const struct buf *body)
{
	struct evbuffer	*b = evhttp_request_get_output_buffer(req);

	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type",
	    "application/json");
	evbuffer_add(b, buf_text(body), body->len);
	evhttp_send_reply(req, status, NULL, NULL);
}

static void
reply(struct rest *r, struct evhttp_request *req, int status, const struct buf *body)
{
	put_meter_headers(r->s, req);
	if ((status == 418 || status == 429) && !r->s->meter.silent)
		put_header(req, "Retry-After", meter_retry_after_s(&r->s->meter, simex_now()));
	rest_reply(req, status, body);
}

static void
late_free(struct late *l)
{
	TAILQ_REMOVE(&l->rest->late, l, link);
	event_free(l->timer);
	buf_free(&l->body);
	free(l);
}

/* A client that has gone by now takes nothing: the reply then only frees the request. */
static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct late	*l = arg;

	(void)fd;
	(void)what;
	reply(l->rest, l->req, l->status, &l->body);
	late_free(l);
}

static void
reply_late(struct rest *r, struct evhttp_request *req, int status, int64_t ms)
{
	struct late		*l = xcalloc(1, sizeof(*l));
	const struct timeval	 tv = { ms / 1000, ms % 1000 * 1000 };

	*l = (struct late){ .rest = r, .req = req, .status = status };
	buf_add(&l->body, buf_text(&r->out), r->out.len);
	l->timer = evtimer_new(r->s->base, on_late, l);
	if (l->timer == NULL)
		panic("out of memory: evtimer_new");
	evtimer_add(l->timer, &tv);
	TAILQ_INSERT_TAIL(&r->late, l, link);
}

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
hang_up(struct rest *r, struct evhttp_request *req)
{
	const struct timeval	 at_once = { 0, 0 };

	event_base_once(r->s->base, -1, EV_TIMEOUT, on_hang_up, req, &at_once);
}

/* ---- one request ---------------------------------------------------------------- */

static struct incoming
incoming_of(struct evhttp_request *req)
{
	const char	*uri = evhttp_request_get_uri(req);	/* verbatim, as it was signed */
	const char	*mark = strchr(uri, '?');
	const size_t	 path_len = mark == NULL ? strlen(uri) : (size_t)(mark - uri);
	struct evbuffer	*body = evhttp_request_get_input_buffer(req);
	struct incoming	 in = {
		.req = req,
		.method = method_name(evhttp_request_get_command(req)),
		.query = mark == NULL ? "" : mark + 1,
		.body = (const char *)evbuffer_pullup(body, -1),
		.body_len = evbuffer_get_length(body),
	};

	if (in.body == NULL)
		in.body = "";
	if (text_copyn(in.path, sizeof(in.path), uri, path_len) == 0)
		in.endpoint = endpoint_find(in.method, in.path);
	return in;
}

static struct reject
authorize(struct simex *s, const struct incoming *in, const struct form *f, wall_t now)
{
	static const struct param	 security[] = {
		{ "recvWindow", P_INT, OPTIONAL, NULL, REJ_NONE },
		{ "timestamp", P_INT, MANDATORY, NULL, REJ_NONE },
	};
	const char	*key = evhttp_find_header(evhttp_request_get_input_headers(in->req),
			    "X-MBX-APIKEY");
	struct reject	 r = reject_none();

	if (in->endpoint->security >= SEC_KEY)
		r = s->trouble.revoked ? reject_as(REJ_KEY) : auth_check_key(s->auth, key);
	if (reject_is_set(&r) || in->endpoint->security < SEC_SIGNED)
		return r;
	r = form_check_only(f, security, NITEMS(security));
	if (!reject_is_set(&r))
		r = auth_check_time(form_int(f, "timestamp", 0),
		    form_int(f, "recvWindow", RECV_WINDOW_DEFAULT_MS), wall_ms(now));
	if (!reject_is_set(&r))
		r = auth_check_signature(s->auth, in->query, in->body, in->body_len);
	return r;
}

static struct reject
admit(struct simex *s, const struct incoming *in, const struct form *f, wall_t now)
{
	const struct endpoint	*e = in->endpoint;
	const bool		 one = form_str(f, "symbol") != NULL;
	struct reject		 r = meter_take(&s->meter, now, one ? e->weight : e->weight_all, 0);

	if (!reject_is_set(&r))
		r = authorize(s, in, f, now);
	if (!reject_is_set(&r) && s->trouble.overloaded && e->orders > 0 &&
	    !form_bool(f, "reduceOnly"))
		r = reject_as(REJ_OVERLOAD);
	if (!reject_is_set(&r))
		r = meter_take(&s->meter, now, 0, e->orders);
	return r;
}

static void
record(struct simex *s, const struct incoming *in, const struct form *f, const struct call *c,
    enum fate fate, int code)
{
	const char	*named = form_str(f, "newClientOrderId");
	struct buf	 params = { 0 };

	if (in->endpoint == NULL || !in->endpoint->recorded)
		return;
	struct arrival	*a = ledger_add(&s->ledger, c->now);
	if (named == NULL)
		named = form_str(f, "origClientOrderId");
	if (named == NULL || text_copy(a->clord_id, sizeof(a->clord_id), named) == -1)
		text_put(a->clord_id, sizeof(a->clord_id), c->clord_id);
	a->method = in->endpoint->method;
	a->path = in->endpoint->path;
	a->fate = fate;
	a->code = code;
	a->order_id = c->order_id;
	buf_adds(&params, in->query);
	buf_add(&params, in->body, in->body_len);
	a->params = buf_take(&params);
}

static struct reject
run(struct simex *s, const struct incoming *in, struct call *c)
{
	struct reject	 r = meter_check_ban(&s->meter, c->now);

	if (!reject_is_set(&r) && in->endpoint == NULL)
		r = reject_with(REJ_PATH, "%s, Method %s", in->path, in->method);
	if (!reject_is_set(&r))
		r = admit(s, in, c->form, c->now);
	if (!reject_is_set(&r))
		r = call_prepare(c, in->endpoint->params, in->endpoint->nparams);
	if (!reject_is_set(&r))
		r = in->endpoint->run(c);
	return r;
}

/* Executes it; the answer is in r->out.  Returns the HTTP status. */
static int
execute(struct rest *r, const struct incoming *in, struct call *c)
{
	const struct reject	 why = run(r->s, in, c);

	if (reject_is_set(&why)) {
		buf_reset(&r->out);
		reject_print(&r->out, &why);
	}
	record(r->s, in, &r->form, c, reject_is_set(&why) ? FATE_REFUSED : FATE_EXECUTED,
	    reject_code(&why));
	feed_touch(r->s);
	return reject_http(&why);
}

static void
print_failure(struct buf *out, const struct fault *f)
{
	buf_reset(out);
	if (!f->json) {
		buf_adds(out, f->msg);
		return;
	}
	jw_open(out, '{');
	jw_put_int(out, "code", f->code);
	jw_put_str(out, "msg", f->msg);
	jw_close(out, '}');
}

static void
meet(struct rest *r, const struct incoming *in, struct call *c, const struct fault *f)
{
	const bool	 arrives = f->kind != FAULT_LOSE && (f->kind != FAULT_FAIL || f->execute);
	int		 status = 200;

	simex_log("fault", "kind=%d method=%s path=%s left=%lld", (int)f->kind, in->method,
	    in->path, (long long)f->left - 1);
	if (arrives)
		status = execute(r, in, c);
	else
		record(r->s, in, &r->form, c, FATE_LOST, 0);
	switch (f->kind) {
	case FAULT_DROP:
	case FAULT_LOSE:
		hang_up(r, in->req);
		return;
	case FAULT_FAIL:
		print_failure(&r->out, f);
		reply(r, in->req, f->status, &r->out);
		return;
	case FAULT_HOLD:
		reply_late(r, in->req, status, f->ms);
		return;
	case FAULT_N:
		break;
	}
	panic("fault %d", (int)f->kind);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct rest	*r = arg;
	struct incoming	 in = incoming_of(req);
	struct call	 c = {
		.s = r->s, .form = &r->form, .now = simex_now(), .out = &r->out,
	};
	struct fault	 f;

	form_parse(&r->form, in.query, in.body, in.body_len);
	buf_reset(&r->out);
	if (faults_take(&r->s->faults, in.method, in.path, &f)) {
		meet(r, &in, &c, &f);
		return;
	}
	const int	 status = execute(r, &in, &c);
	reply(r, req, status, &r->out);
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

struct rest *
rest_new(struct simex *s, int *port)
{
	struct rest	*r = xcalloc(1, sizeof(*r));

	r->s = s;
	TAILQ_INIT(&r->late);
	r->http = rest_listen(s, s->conf.rest_port, port, on_request, r);
	if (r->http == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
rest_free(struct rest *r)
{
	struct late	*l;

	if (r == NULL)
		return;
	while ((l = TAILQ_FIRST(&r->late)) != NULL) {
		if (evhttp_request_get_connection(l->req) == NULL)
			evhttp_request_free(l->req);	/* its client has gone: nobody else will */
		late_free(l);
	}
	evhttp_free(r->http);
	form_free(&r->form);
	buf_free(&r->out);
	free(r);
}
