/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"

#include <stdlib.h>
#include <string.h>

struct rest {
	struct simex	*s;
	struct http	*http;
	struct buf	 path, out;	/* of the request being served */
	struct answers	*answers;	/* bad ones, on their way */
};

static const char *
path_of(struct rest *r, const char *uri, size_t len)
{
	buf_reset(&r->path);
	buf_add(&r->path, uri, len);
	return buf_text(&r->path);
}

static struct request
request_of(struct rest *r, const struct http_request *req)
{
	const size_t	 path_len = strcspn(req->target, "?");
	const char	*query = req->target + path_len;	/* verbatim, as it was signed */

	return (struct request){
		.method = req->method,
		.path = path_of(r, req->target, path_len),
		.query = *query == '?' ? query + 1 : "",
		.body = req->body,
		.body_len = req->body_len,
		.api_key = http_header(req, "X-MBX-APIKEY"),
	};
}

static void
on_request(struct http_request *req, void *arg)
{
	struct rest		*r = arg;
	struct simex		*s = r->s;
	const struct request	 q = request_of(r, req);

	buf_reset(&r->out);
	const struct served	 got = world_request(&s->world, &q, feed_now(s), &r->out);
	feed_touch(s);
	if (!got.met) {
		answer_well(r->answers, req, &got, &r->out);
		return;
	}
	simex_log("fault", "kind=%s method=%s path=%s left=%lld",
	    fault_name(s->world.met.kind), q.method, q.path, (long long)s->world.met.left - 1);
	answer_badly(r->answers, req, &s->world.met, &got, &r->out);
}

static void
on_lost(void *arg)
{
	struct rest	*r = arg;

	simex_lose_port(r->s, r->s->ports.rest);
}

void
rest_refuse(struct rest *r, int64_t ms)
{
	http_refuse(r->http, ms * 1000, on_lost);
}

struct rest *
rest_new(struct simex *s, int *port)
{
	struct rest	*r = xcalloc(1, sizeof(*r));

	r->s = s;
	r->http = http_open(s->base, s->conf.rest_port, port, on_request, r);
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
	http_close(r->http);
	buf_free(&r->path);
	buf_free(&r->out);
	free(r);
}
