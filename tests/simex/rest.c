/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/call.h"
#include "tests/simex/core/reject.h"

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
	struct form			 form;		/* of the request being served */
	struct buf			 out;
	struct answers			*answers;	/* bad ones, on their way */
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
	answer_badly(r->answers, in->req, f, status, &r->out);
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
	answer_well(r->s, req, status, &r->out);
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
	r->http = rest_listen(s, s->conf.rest_port, port, on_request, r);
	if (r->http == NULL) {
		free(r);
		return NULL;
	}
	r->answers = answers_new(s);
	return r;
}

void
rest_free(struct rest *r)
{
	if (r == NULL)
		return;
	answers_free(r->answers);
	evhttp_free(r->http);
	form_free(&r->form);
	buf_free(&r->out);
	free(r);
}
