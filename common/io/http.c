/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/http.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/text.h"
#include "io/crash.h"
#include "run/log.h"

#include <curl/curl.h>
#include <event2/event.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	BODY_MAX = 32 * 1024 * 1024,	/* exchangeInfo is about one MB */
	IDLE_S = 120,
};

struct lane {
	struct http		*http;
	CURLM			*multi;
	struct timer		*timer;
	struct loop_hook	 flush;		/* a request may have failed while it was sent */
};

struct call {
	struct lane		*lane;
	CURL			*easy;
	struct curl_slist	*headers;
	const char		*label;
	const char		*want[HTTP_HEADERS];
	struct http_answer	 answer;
	bool			 begun;		/* curl was about to send it, once */
	struct buf		 body;
	http_done		*done;
	void			*arg;
	LIST_ENTRY(call)	 link;
};

struct http {
	struct loop		*loop;
	struct lane		 lanes[LANE_N];
	LIST_HEAD(, call)	 calls;
	LIST_HEAD(, call)	 idle;		/* easy handles for the next calls */
	size_t			 n;
};

/* ---- the end of a call ------------------------------------------------------- */

static void
call_free(struct call *c)
{
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->headers);
	buf_free(&c->body);
	free(c);
}

static void
end_call(struct call *c, CURLcode code)
{
	struct http	*h = c->lane->http;
	long		 status = 0, sent = 0;

	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
	curl_multi_remove_handle(c->lane->multi, c->easy);
	LIST_REMOVE(c, link);
	h->n--;
	c->answer.status = code == CURLE_OK ? (int)status : 0;
	c->answer.sent = sent > 0;
	c->answer.why = code == CURLE_OK ? "" : curl_easy_strerror(code);
	c->answer.body = buf_text(&c->body);
	c->answer.len = c->body.len;
	c->answer.ended = loop_now(h->loop);
	crash_point("answer.before", c->label);
	c->done(c->arg, &c->answer);
	crash_point("answer.after", c->label);
	LIST_INSERT_HEAD(&h->idle, c, link);
}

static void
collect(struct lane *l)
{
	CURLMsg		*m;
	int		 left;
	char		*p;

	while ((m = curl_multi_info_read(l->multi, &left)) != NULL) {
		const CURLcode	 code = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &p);
		end_call((struct call *)(void *)p, code);
	}
}

/* ---- curl and libevent ------------------------------------------------------- */

static void
on_socket_event(evutil_socket_t fd, short what, void *arg)
{
	struct lane	*l = arg;
	const int	 bits = (what & EV_READ ? CURL_CSELECT_IN : 0) |
			    (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int		 running;

	curl_multi_socket_action(l->multi, fd, bits, &running);
	collect(l);
}

static int
on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *userp, void *socketp)
{
	struct lane	*l = userp;
	struct event	*e = socketp;
	const short	 bits = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
			    (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);

	(void)easy;
	if (e != NULL)
		event_free(e);
	e = NULL;
	if (what != CURL_POLL_REMOVE) {
		e = event_new(loop_base(l->http->loop), fd, bits, on_socket_event, l);
		if (e == NULL)
			panic("out of memory: event_new");
		event_add(e, NULL);
	}
	curl_multi_assign(l->multi, fd, e);
	return 0;
}

static int
on_curl_timer(CURLM *multi, long ms, void *userp)
{
	struct lane	*l = userp;

	(void)multi;
	if (ms < 0)
		timer_stop(l->timer);
	else
		timer_in_ms(l->timer, ms);
	return 0;
}

static void
on_flush(void *arg)
{
	collect(arg);
}

static void
on_timer(void *arg)
{
	struct lane	*l = arg;
	int		 running;

	curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(l);
}

/* ---- reading ------------------------------------------------------------------ */

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct call	*c = arg;

	if (c->body.len + size * n > BODY_MAX)
		return 0;		/* curl ends the transfer */
	buf_add(&c->body, p, size * n);
	return size * n;
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct call	*c = arg;
	const size_t	 len = size * n;

	for (int i = 0; i < HTTP_HEADERS && c->want[i] != NULL; i++) {
		const size_t	 w = strlen(c->want[i]);
		char		 value[24];
		size_t		 a = w + 1, z = len;

		if (len <= w || p[w] != ':' || strncasecmp(p, c->want[i], w) != 0)
			continue;
		while (a < z && isspace((unsigned char)p[a]))
			a++;
		while (z > a && isspace((unsigned char)p[z - 1]))
			z--;
		if (text_copyn(value, sizeof(value), p + a, z - a) == -1 ||
		    text_to_i64(value, 0, INT64_MAX, &c->answer.headers[i]) == -1)
			c->answer.headers[i] = -1;
	}
	return len;
}

/* ---- sending ------------------------------------------------------------------ */

/*
 * When a kept connection ends without an answer, curl sends the request again on
 * another one, whatever its method.  What must not happen twice is ended instead:
 * its sender finds out what became of it.
 */
static int
only_once(void *arg, char *there, char *here, int port_there, int port_here)
{
	struct call	*c = arg;
	const bool	 again = c->begun;

	(void)there, (void)here, (void)port_there, (void)port_here;
	c->begun = true;
	return again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static struct call *
call_get(struct http *h)
{
	struct call	*c = LIST_FIRST(&h->idle);

	if (c != NULL) {
		LIST_REMOVE(c, link);
		curl_slist_free_all(c->headers);
		c->headers = NULL;
		buf_reset(&c->body);
		curl_easy_reset(c->easy);
		return c;
	}
	c = xcalloc(1, sizeof(*c));
	if ((c->easy = curl_easy_init()) == NULL)
		panic("out of memory: curl_easy_init");
	return c;
}

static void
set_options(struct call *c, const struct http_request *r)
{
	CURL	*e = c->easy;

	if (r->header != NULL)
		c->headers = curl_slist_append(c->headers, r->header);
	/* Without these curl waits a second for a 100 and adds an Accept. */
	c->headers = curl_slist_append(c->headers, "Expect:");
	c->headers = curl_slist_append(c->headers, "Accept:");
	curl_easy_setopt(e, CURLOPT_URL, r->url);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)r->timeout_ms);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)IDLE_S);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(e, CURLOPT_PRIVATE, c);
	if (text_eq(r->method, "POST")) {
		curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, only_once);
		curl_easy_setopt(e, CURLOPT_PREREQDATA, c);
	}
	if (text_eq(r->method, "POST") || text_eq(r->method, "PUT")) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, r->body == NULL ? "" : r->body);
	}
	if (!text_eq(r->method, "GET"))
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, r->method);
}

void
http_send(struct http *h, const struct http_request *r, http_done *done, void *arg)
{
	struct call	*c = call_get(h);
	int		 running;

	c->lane = &h->lanes[r->lane];
	c->label = r->label;
	c->begun = false;
	c->done = done;
	c->arg = arg;
	c->answer = (struct http_answer){ .began = loop_now(h->loop) };
	for (int i = 0; i < HTTP_HEADERS; i++) {
		c->want[i] = r->want[i];
		c->answer.headers[i] = -1;
	}
	set_options(c, r);
	LIST_INSERT_HEAD(&h->calls, c, link);
	h->n++;
	crash_point("send.before", c->label);
	if (curl_multi_add_handle(c->lane->multi, c->easy) != CURLM_OK)
		panic("curl_multi_add_handle");
	/* On a warm connection the request leaves in this call, not a turn later. */
	curl_multi_socket_action(c->lane->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	loop_at_flush(h->loop, &c->lane->flush);
	crash_point("send.after", r->label);
}

struct http *
http_new(struct loop *loop, unsigned connections)
{
	struct http	*h = xcalloc(1, sizeof(*h));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	h->loop = loop;
	LIST_INIT(&h->calls);
	LIST_INIT(&h->idle);
	for (int i = 0; i < LANE_N; i++) {
		struct lane	*l = &h->lanes[i];

		l->http = h;
		l->timer = timer_new(loop, on_timer, l);
		l->flush = (struct loop_hook){ .run = on_flush, .arg = l };
		if ((l->multi = curl_multi_init()) == NULL)
			panic("out of memory: curl_multi_init");
		curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
		curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
		curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
		curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
		curl_multi_setopt(l->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
		curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, (long)connections);
		curl_multi_setopt(l->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	}
	return h;
}

void
http_free(struct http *h)
{
	struct call	*c;

	if (h == NULL)
		return;
	while ((c = LIST_FIRST(&h->calls)) != NULL) {
		curl_multi_remove_handle(c->lane->multi, c->easy);
		LIST_REMOVE(c, link);
		call_free(c);
	}
	while ((c = LIST_FIRST(&h->idle)) != NULL) {
		LIST_REMOVE(c, link);
		call_free(c);
	}
	for (int i = 0; i < LANE_N; i++) {
		curl_multi_cleanup(h->lanes[i].multi);
		timer_free(h->lanes[i].timer);
	}
	free(h);
}
