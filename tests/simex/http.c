/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/http.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

#include <event2/listener.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
	IDLE_S = 3600,			/* a kept connection may be quiet so long */
	READ_BYTES = 64 * 1024,
	AHEAD_MAX = 128 * 1024,		/* a client that sends more ahead is not read for a while */
	DRAIN_US = 1000000,		/* a refused client may still be sending */
	DATE_BYTES = 64,
};

struct conn {
	struct http_in		 in;		/* first: a request is its connection */
	struct http		*http;
	int			 fd;		/* -1: the client has gone */
	struct event		*readable, *writable, *close;
	struct buf		 out;		/* what the socket did not take yet */
	bool			 asking;	/* a request is the user's */
	bool			 serving;	/* in the loop of serve() */
	bool			 full;		/* not read until its answer is out */
	bool			 draining;	/* refused: what comes is not looked at */
	TAILQ_ENTRY(conn)	 link;
};

struct http {
	struct event_base	*base;
	struct evconnlistener	*listener;	/* NULL: nobody can connect */
	struct event		*reopen;
	int			 port;
	const struct timeval	*idle;
	void			(*asked)(struct http_request *, void *);
	void			(*lost)(void *);
	void			*arg;
	TAILQ_HEAD(, conn)	 conns;
	time_t			 second;	/* that date is of */
	char			 date[DATE_BYTES];
	struct buf		 head;		/* of the answer being made */
};

static const struct { int status; const char *reason; } reasons[] = {
	{ 200, "OK" }, { 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" },
	{ 404, "Not Found" }, { 405, "Method Not Allowed" }, { 408, "Request Timeout" },
	{ 413, "Request Entity Too Large" }, { 414, "Request-URI Too Large" },
	{ 417, "Expectation Failed" }, { 418, "I'm a teapot" }, { 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" },
	{ 501, "Not Implemented" }, { 502, "Bad Gateway" }, { 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" },
};

static const char *
reason_of(int status)
{
	for (size_t i = 0; i < NITEMS(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

static struct conn *
conn_of(struct http_request *req)
{
	return (struct conn *)(void *)req;
}

/* ---- life of a connection ------------------------------------------------------ */

static void
hang_up(struct conn *c)
{
	if (c->fd == -1)
		return;
	event_free(c->readable);
	event_free(c->writable);
	close(c->fd);
	c->fd = -1;
}

static void
conn_free(struct conn *c)
{
	hang_up(c);
	if (c->close != NULL)
		event_free(c->close);
	TAILQ_REMOVE(&c->http->conns, c, link);
	http_in_fini(&c->in);
	buf_free(&c->out);
	free(c);
}

/* A request that waits for its answer keeps its connection, with or without a client. */
static void
lose_client(struct conn *c)
{
	hang_up(c);
	if (!c->asking && !c->serving)
		conn_free(c);
}

/* ---- sending --------------------------------------------------------------------- */

static void
send_later(struct conn *c, const struct iovec *v, int n, size_t done)
{
	for (int i = 0; i < n; i++) {
		const size_t	 skip = done < v[i].iov_len ? done : v[i].iov_len;

		buf_add(&c->out, (const char *)v[i].iov_base + skip, v[i].iov_len - skip);
		done -= skip;
	}
	if (c->out.len > 0)
		event_add(c->writable, NULL);
}

/* What fails here, the next read says again. */
static void
send_parts(struct conn *c, struct iovec *v, int n)
{
	const struct msghdr	 msg = { .msg_iov = v, .msg_iovlen = (size_t)n };
	ssize_t			 done = 0;

	if (c->fd == -1)
		return;
	if (c->out.len == 0)
		done = sendmsg(c->fd, &msg, MSG_NOSIGNAL);
	if (done >= 0 || errno == EAGAIN)
		send_later(c, v, n, done < 0 ? 0 : (size_t)done);
}

static struct iovec
part(const char *p, size_t len)
{
	return (struct iovec){ .iov_base = (void *)(uintptr_t)p, .iov_len = len };
}

static const char *
date_of(struct http *h)
{
	const time_t	 now = time(NULL);
	struct tm	 tm;

	if (now != h->second) {
		h->second = now;
		gmtime_r(&now, &tm);
		strftime(h->date, sizeof(h->date), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
	}
	return h->date;
}

static bool
wants_head_only(const struct http_request *req)
{
	return req->method != NULL && text_eq(req->method, "HEAD");
}

void
http_put_head(struct http_request *req, int status, const struct buf *lines, size_t len,
    struct buf *out)
{
	buf_adds(out, "HTTP/1.1 ");
	buf_addi(out, status);
	buf_addc(out, ' ');
	buf_adds(out, reason_of(status));
	buf_adds(out, "\r\n");
	buf_adds(out, date_of(conn_of(req)->http));
	buf_add(out, buf_text(lines), lines->len);
	if (req->last)
		buf_adds(out, "Connection: close\r\n");
	else if (req->old)
		buf_adds(out, "Connection: keep-alive\r\n");
	buf_adds(out, "Content-Length: ");
	buf_addi(out, (int64_t)len);
	buf_adds(out, "\r\n\r\n");
}

/* ---- receiving ------------------------------------------------------------------ */

/* As the proxies before the exchange do it. */
static void
refuse(struct conn *c)
{
	const int	 status = c->in.status;
	struct buf	 lines = { 0 }, body = { 0 };

	buf_adds(&lines, "Content-Type: text/html\r\n");
	buf_addf(&body, "<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n"
	    "<center><h1>%d %s</h1></center>\r\n</body>\r\n</html>\r\n", status, reason_of(status),
	    status, reason_of(status));
	c->in.req.method = NULL;
	c->asking = true;
	http_answer(&c->in.req, status, &lines, &body);
	buf_free(&lines);
	buf_free(&body);
}

static void
tell_to_continue(struct conn *c)
{
	static const char	 go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct iovec		 one = part(go_on, sizeof(go_on) - 1);

	send_parts(c, &one, 1);
}

/* Is there another request?  Then it is the user's. */
static bool
serve_one(struct conn *c)
{
	switch (http_in_step(&c->in)) {
	case HTTP_WHOLE:
		c->asking = true;
		c->http->asked(&c->in.req, c->http->arg);
		return true;
	case HTTP_BAD:
		refuse(c);
		return false;
	case HTTP_CONTINUE:
		tell_to_continue(c);
		return false;
	case HTTP_MORE:
		return false;
	}
	return false;
}

/* Reads on where it had stopped. */
static void
listen_again(struct conn *c)
{
	if (!c->full || c->in.ahead.len > AHEAD_MAX)
		return;
	c->full = false;
	event_add(c->readable, c->http->idle);
}

/* As long as answers come at once, one request follows the other. */
static void
serve(struct conn *c)
{
	if (c->serving)
		return;
	c->serving = true;
	while (c->fd != -1 && !c->asking && c->out.len == 0 && !c->in.req.last && serve_one(c))
		continue;
	c->serving = false;
	if (c->fd != -1)
		listen_again(c);
	else if (!c->asking)
		conn_free(c);
}

/*
 * The end of a connection whose last answer is out.  A socket closed before
 * everything was read resets: who is still sending would lose the answer.
 */
static void
part_with(struct conn *c)
{
	if (c->in.status == 0 || c->fd == -1) {
		hang_up(c);
		return;
	}
	c->draining = true;
	shutdown(c->fd, SHUT_WR);
	http_close_after(&c->in.req, DRAIN_US);
}

/* The answer is out, or on its way. */
static void
finish(struct conn *c)
{
	c->asking = false;
	if (c->in.req.last && c->out.len == 0)
		part_with(c);
	if (c->fd == -1 && !c->serving)
		conn_free(c);
	else
		serve(c);
}

static void
stop_listening(struct conn *c)
{
	c->full = true;
	event_del(c->readable);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	static char	 bytes[READ_BYTES];
	struct conn	*c = arg;

	if ((what & EV_READ) == 0) {
		if (!c->asking && c->out.len == 0)
			lose_client(c);
		return;
	}
	const ssize_t	 n = recv(fd, bytes, sizeof(bytes), 0);
	if (n > 0 && !c->draining) {
		http_in_add(&c->in, bytes, (size_t)n);
		if (c->in.ahead.len > AHEAD_MAX)
			stop_listening(c);
		serve(c);
	} else if (n == 0 || (n < 0 && errno != EAGAIN)) {
		lose_client(c);
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn	*c = arg;
	const ssize_t	 n = send(fd, c->out.p, c->out.len, MSG_NOSIGNAL);

	(void)what;
	if (n < 0 && errno != EAGAIN) {
		lose_client(c);
		return;
	}
	buf_drop(&c->out, n < 0 ? 0 : (size_t)n);
	if (c->out.len > 0)
		event_add(c->writable, NULL);
	else if (!c->asking)
		finish(c);
}

static void
on_close(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	lose_client(arg);
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int salen, void *arg)
{
	struct http	*h = arg;
	struct conn	*c = xcalloc(1, sizeof(*c));
	const int	 on = 1;

	(void)l;
	(void)sa;
	(void)salen;
	/* Without it an answer in two pieces waits for a delayed ACK. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->http = h;
	c->fd = fd;
	c->readable = event_new(h->base, fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(h->base, fd, EV_WRITE, on_writable, c);
	if (c->readable == NULL || c->writable == NULL)
		panic("out of memory: event_new");
	event_add(c->readable, h->idle);
	TAILQ_INSERT_TAIL(&h->conns, c, link);
}

/* ---- answers ------------------------------------------------------------------- */

void
http_answer(struct http_request *req, int status, const struct buf *lines, const struct buf *body)
{
	struct conn	*c = conn_of(req);
	struct buf	*head = &c->http->head;

	buf_reset(head);
	http_put_head(req, status, lines, body->len, head);
	struct iovec	 parts[] = { part(head->p, head->len), part(buf_text(body), body->len) };
	send_parts(c, parts, wants_head_only(req) ? 1 : NITEMS(parts));
	finish(c);
}

void
http_say(struct http_request *req, const char *bytes, size_t len)
{
	struct iovec	 one = part(bytes, len);

	send_parts(conn_of(req), &one, 1);
}

void
http_done(struct http_request *req)
{
	finish(conn_of(req));
}

void
http_close_after(struct http_request *req, int64_t us)
{
	struct conn		*c = conn_of(req);
	const struct timeval	 after = { us / 1000000, us % 1000000 };

	if (c->close == NULL && (c->close = evtimer_new(c->http->base, on_close, c)) == NULL)
		panic("out of memory: evtimer_new");
	evtimer_add(c->close, &after);
}

void
http_hang_up(struct http_request *req)
{
	req->last = true;
	finish(conn_of(req));
}

void
http_reset(struct http_request *req)
{
	struct conn		*c = conn_of(req);
	const struct linger	 at_once = { .l_onoff = 1 };

	if (c->fd != -1)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	hang_up(c);
	finish(c);
}

/* ---- the server ------------------------------------------------------------------ */

static bool
open_port(struct http *h, int64_t wanted)
{
	struct sockaddr_in	 sin = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)wanted),
	};
	socklen_t		 len = sizeof(sin);

	h->listener = evconnlistener_new_bind(h->base, on_accept, h, LEV_OPT_CLOSE_ON_FREE |
	    LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, -1, (struct sockaddr *)&sin, sizeof(sin));
	if (h->listener == NULL)
		return false;
	if (getsockname(evconnlistener_get_fd(h->listener), (struct sockaddr *)&sin, &len) == -1)
		panic("getsockname");
	h->port = ntohs(sin.sin_port);
	return true;
}

static void
on_reopen(evutil_socket_t fd, short what, void *arg)
{
	struct http	*h = arg;

	(void)fd;
	(void)what;
	if (!open_port(h, h->port))
		h->lost(h->arg);
}

void
http_refuse(struct http *h, int64_t us, void (*lost)(void *arg))
{
	const struct timeval	 after = { us / 1000000, us % 1000000 };

	if (h->listener != NULL)
		evconnlistener_free(h->listener);
	h->listener = NULL;
	h->lost = lost;
	evtimer_add(h->reopen, &after);
}

struct http *
http_open(struct event_base *base, int64_t wanted_port, int *port,
    void (*asked)(struct http_request *, void *), void *arg)
{
	static const struct timeval	 idle = { .tv_sec = IDLE_S };
	struct http			*h = xcalloc(1, sizeof(*h));

	*h = (struct http){ .base = base, .asked = asked, .arg = arg };
	TAILQ_INIT(&h->conns);
	if (!open_port(h, wanted_port)) {
		free(h);
		return NULL;
	}
	*port = h->port;
	h->reopen = evtimer_new(base, on_reopen, h);
	/* All of one length stand in a queue instead of a heap. */
	h->idle = event_base_init_common_timeout(base, &idle);
	if (h->reopen == NULL || h->idle == NULL)
		panic("out of memory: evtimer_new");
	return h;
}

void
http_close(struct http *h)
{
	struct conn	*c;

	if (h == NULL)
		return;
	while ((c = TAILQ_FIRST(&h->conns)) != NULL)
		conn_free(c);
	if (h->listener != NULL)
		evconnlistener_free(h->listener);
	event_free(h->reopen);
	buf_free(&h->head);
	free(h);
}
