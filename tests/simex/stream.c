/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/conn.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/api/wsapi.h"

#include <event2/listener.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	RX_BYTES = 65536,
	ADDRESS_BYTES = 32768,		/* path and query of a connection */
	QUEUED_MAX = 64 * 1024 * 1024,	/* bytes a slow reader may lag behind */
	WRITE_BYTES = 65536,		/* of frames in one write */
	FDS_MAX = 256,
	CLOSE_GOING_AWAY = 1001,
	HUGE_BYTES = 16 * 1024 * 1024,
	PINGS = 10000,
};

struct streams {
	struct simex		*s;
	struct pump		*pump;
	struct evconnlistener	*listener;
	TAILQ_HEAD(, conn)	 conns;
	bool			 sent;		/* something waits for the pump */
	struct event		*thaw, *reopen;
	int			 port;
};

/* ---- sending ------------------------------------------------------------------ */

void
conn_kill(struct conn *c)
{
	if (c->pc.wsi != NULL)
		lws_set_timeout(c->pc.wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

void
conn_close(struct conn *c, int code)
{
	c->close_code = code;
	c->st->sent = true;
	pump_want_write(c->st->pump, &c->pc);
}

/* The payload is there: it leaves when the pump runs. */
static void
send_soon(struct conn *c)
{
	c->st->sent = true;
	if (!c->frozen)
		pump_want_write(c->st->pump, &c->pc);
	if (frames_waiting(&c->frames) <= QUEUED_MAX)
		return;
	simex_log("slow_reader", "route=%s queued=%zu", route_name(c->route),
	    frames_waiting(&c->frames));
	conn_kill(c);
}

/* A payload of a stream: wrapped where the connection asked for that. */
static void
send_payload(struct conn *c, const char *stream, const struct buf *json)
{
	static const char	 before[] = "{\"stream\":\"", between[] = "\",\"data\":", after[] = "}";
	const size_t		 name_len = strlen(stream);

	if (!c->combined) {
		conn_send(c, json);
		return;
	}
	frames_begin(&c->frames, FRAME_TEXT, sizeof(before) - 1 + name_len + sizeof(between) - 1 +
	    json->len + sizeof(after) - 1);
	frames_put(&c->frames, before, sizeof(before) - 1);
	frames_put(&c->frames, stream, name_len);	/* has nothing that JSON would escape */
	frames_put(&c->frames, between, sizeof(between) - 1);
	frames_put(&c->frames, buf_text(json), json->len);
	frames_put(&c->frames, after, sizeof(after) - 1);
	send_soon(c);
}

void
conn_send(struct conn *c, const struct buf *json)
{
	frames_begin(&c->frames, FRAME_TEXT, json->len);
	frames_put(&c->frames, buf_text(json), json->len);
	send_soon(c);
}

void
conn_ping(struct conn *c, const char *text)
{
	frames_begin(&c->frames, FRAME_PING, strlen(text));
	frames_put(&c->frames, text, strlen(text));
	send_soon(c);
}

void
streams_send_topic(struct streams *st, struct topic t, const struct buf *json)
{
	struct conn	*c;
	char		 name[TOPIC_NAME] = "";

	TAILQ_FOREACH(c, &st->conns, link) {
		if (!conn_wants(c, t))
			continue;
		if (c->combined && *name == '\0')
			topic_format(&st->s->world.exchange.listings, t, name);
		send_payload(c, name, json);
	}
}

static bool
hears(const struct listened *l, const struct saying *s)
{
	return (l->events & 1u << s->kind) != 0 && text_eq(l->key, s->key);
}

void
streams_send_user(struct streams *st, const struct saying *s)
{
	struct conn	*c;

	TAILQ_FOREACH(c, &st->conns, link)
		for (size_t i = 0; i < c->nkeys; i++)
			if (hears(&c->keys[i], s))
				send_payload(c, c->keys[i].key, &s->json);
}

void
streams_run(struct streams *st)
{
	if (!st->sent)
		return;
	st->sent = false;
	pump_run(st->pump);
}

bool
streams_any(const struct streams *st)
{
	return !TAILQ_EMPTY(&st->conns);
}

/*
 * Frames leave as they are, many in one write: lws would give each its own
 * system call.  Returns -1 where lws shall close the connection.
 */
static int
write_frames(struct conn *c)
{
	char	*p;
	size_t	 len;

	if (c->frozen)
		return 0;
	while (!lws_send_pipe_choked(c->pc.wsi) &&
	    (p = frames_take(&c->frames, WRITE_BYTES, &len)) != NULL)
		if (lws_write(c->pc.wsi, (unsigned char *)p, len, LWS_WRITE_RAW) < 0)
			return -1;
	if (frames_waiting(&c->frames) > 0)
		pump_want_write(c->st->pump, &c->pc);
	else if (c->close_code != 0) {
		lws_close_reason(c->pc.wsi, (enum lws_close_status)c->close_code, NULL, 0);
		return -1;
	}
	return 0;
}

/* ---- lws ------------------------------------------------------------------------- */

static void
read_address(struct conn *c, struct lws *wsi)
{
	char	*text = xcalloc(1, ADDRESS_BYTES);

	if (lws_hdr_copy(wsi, text, ADDRESS_BYTES, WSI_TOKEN_GET_URI) > 0)
		conn_read_path(c, text);
	for (int i = 0; lws_hdr_copy_fragment(wsi, text, ADDRESS_BYTES, WSI_TOKEN_HTTP_URI_ARGS,
	    i) > 0; i++)
		conn_read_argument(c, text);
	simex_log("stream_open", "route=%s combined=%d streams=%zu keys=%zu",
	    route_name(c->route), (int)c->combined, c->nnames, c->nkeys);
	free(text);
}

/* Who comes for the WebSocket API has to pay first. */
static int
on_handshake(struct conn *c, struct lws *wsi)
{
	char	*text = xcalloc(1, ADDRESS_BYTES);
	int	 status = 200;

	if (lws_hdr_copy(wsi, text, ADDRESS_BYTES, WSI_TOKEN_GET_URI) > 0 &&
	    text_eq(text, WSAPI_PATH)) {
		if (lws_hdr_copy(wsi, text, ADDRESS_BYTES, WSI_TOKEN_HTTP_URI_ARGS) <= 0)
			text[0] = '\0';
		status = port_open(c, text);
	}
	free(text);
	if (status == 200)
		return 0;
	lws_return_http_status(wsi, (unsigned)status, NULL);
	return -1;
}

static int
on_receive(struct conn *c, const void *in, size_t len)
{
	if (c->in.len + len > RX_BYTES)
		return -1;
	buf_add(&c->in, in, len);
	if (!lws_is_final_fragment(c->pc.wsi) || lws_remaining_packet_payload(c->pc.wsi) > 0)
		return 0;
	const int	 rc = c->port != NULL ?
			    port_read_message(c->port, buf_text(&c->in), c->in.len) :
			    conn_read_message(c, buf_text(&c->in), c->in.len);
	buf_reset(&c->in);
	return rc;
}

static void
conn_free(struct conn *c)
{
	pump_forget(c->st->pump, &c->pc);
	TAILQ_REMOVE(&c->st->conns, c, link);
	frames_fini(&c->frames);
	conn_forget_names(c);
	port_free(c->port);
	pulse_stop(c);
	buf_free(&c->in);
	if (c->life != NULL)
		event_free(c->life);
	free(c);
}

static void
on_life_over(evutil_socket_t fd, short what, void *arg)
{
	struct conn	*c = arg;

	(void)fd;
	(void)what;
	simex_log("stream_too_old", "route=%s", route_name(c->route));
	conn_close(c, CLOSE_GOING_AWAY);
	streams_run(c->st);
}

static void
limit_life(struct conn *c)
{
	const struct timeval	 life = { c->s->conf.stream_life_s, 0 };

	if (life.tv_sec == 0)
		return;
	c->life = evtimer_new(c->s->base, on_life_over, c);
	if (c->life == NULL)
		panic("out of memory: evtimer_new");
	evtimer_add(c->life, &life);
}

/* The path is read before the handshake is answered. */
static bool
is_refused(const struct conn *c, struct lws *wsi)
{
	char	*path = xcalloc(1, ADDRESS_BYTES);

	if (lws_hdr_copy(wsi, path, ADDRESS_BYTES, WSI_TOKEN_GET_URI) < 0)
		*path = '\0';
	const bool	 refused = c->s->conf.refuse_unrouted &&
			    !text_eq(path, WSAPI_PATH) && address_parse(path).route == ROUTE_NONE;
	if (refused)
		simex_log("stream_unrouted", "path=%s", path);
	free(path);
	return refused;
}

static int
on_established(struct conn *c, struct lws *wsi)
{
	if (c->port == NULL)
		read_address(c, wsi);
	limit_life(c);
	pulse_start(c);
	return 0;
}

static int
on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct conn	*c = wsi == NULL ? NULL : lws_get_opaque_user_data(wsi);

	if (c == NULL)
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	switch ((int)reason) {
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return is_refused(c, wsi) ? -1 : on_handshake(c, wsi);
	case LWS_CALLBACK_ESTABLISHED:
		return on_established(c, wsi);
	case LWS_CALLBACK_RECEIVE:
		return on_receive(c, in, len);
	case LWS_CALLBACK_RECEIVE_PONG:
		return pulse_pong(c, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return write_frames(c);
	case LWS_CALLBACK_CLOSED:
		pump_forget(c->st->pump, &c->pc);	/* while its socket is still one */
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		simex_log("stream_closed", "route=%s", route_name(c->route));
		lws_set_opaque_user_data(wsi, NULL);
		conn_free(c);
		return 0;
	}
	return lws_callback_http_dummy(wsi, reason, user, in, len);
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int salen, void *arg)
{
	struct streams		*st = arg;
	struct lws_vhost	*vhost = lws_get_vhost_by_name(pump_context(st->pump), "default");
	const int		 on = 1;

	(void)l;
	(void)sa;
	(void)salen;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	struct lws	*wsi = lws_adopt_socket_vhost(vhost, fd);
	if (wsi == NULL)
		return;		/* lws has closed it */
	struct conn	*c = xcalloc(1, sizeof(*c));
	c->st = st;
	c->s = st->s;
	frames_init(&c->frames, LWS_PRE);
	TAILQ_INSERT_TAIL(&st->conns, c, link);
	lws_set_opaque_user_data(wsi, c);
	pump_watch(st->pump, &c->pc, wsi);
	pump_run(st->pump);
}

static void
on_lws_log(int level, const char *line)
{
	(void)level;
	simex_log("lws", "line=%.*s", (int)strcspn(line, "\n"), line);
}

static struct pump *
open_pump(struct event_base *base)
{
	/* Longer than a connection lives: pulse.c pings, and looks at the answers. */
	static const lws_retry_bo_t	 idle = {
		.secs_since_valid_ping = UINT16_MAX - 1, .secs_since_valid_hangup = UINT16_MAX,
	};
	static const struct lws_protocols protocols[] = {
		{ .name = "stream", .callback = on_lws, .rx_buffer_size = RX_BYTES },
		{ .name = NULL },
	};
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.pt_serv_buf_size = RX_BYTES,
		.max_http_header_data = ADDRESS_BYTES,
		.fd_limit_per_thread = FDS_MAX,
		.retry_and_idle_policy = &idle,
		.timeout_secs = 5,
		.gid = -1, .uid = -1,
	};

	lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
	return pump_new(base, &info);
}

static struct evconnlistener *
open_listener(struct streams *st, int64_t port)
{
	struct sockaddr_in	 sin = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port),
	};

	return evconnlistener_new_bind(st->s->base, on_accept, st, LEV_OPT_CLOSE_ON_FREE |
	    LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, -1, (struct sockaddr *)&sin, sizeof(sin));
}

static int
port_of(struct evconnlistener *l)
{
	struct sockaddr_in	 sin = { 0 };
	socklen_t		 len = sizeof(sin);

	if (getsockname(evconnlistener_get_fd(l), (struct sockaddr *)&sin, &len) == -1)
		panic("getsockname");
	return ntohs(sin.sin_port);
}

static void
on_reopen(evutil_socket_t fd, short what, void *arg)
{
	struct streams	*st = arg;

	(void)fd;
	(void)what;
	st->listener = open_listener(st, st->port);
	if (st->listener == NULL)
		simex_lose_port(st->s, st->port);
}

/* ---- trouble ------------------------------------------------------------------------ */

static struct timeval
timeval_of_ms(int64_t ms)
{
	return (struct timeval){ ms / 1000, ms % 1000 * 1000 };
}

static void
set_frozen(struct conn *c, bool frozen)
{
	if (c->pc.wsi == NULL || c->frozen == frozen)
		return;
	c->frozen = frozen;
	lws_rx_flow_control(c->pc.wsi, !frozen);
	if (frozen) {
		event_del(c->pc.readable);
		return;
	}
	event_add(c->pc.readable, NULL);
	pump_want_write(c->st->pump, &c->pc);
}

static void
on_thaw(evutil_socket_t fd, short what, void *arg)
{
	struct streams	*st = arg;
	struct conn	*c;

	(void)fd;
	(void)what;
	TAILQ_FOREACH(c, &st->conns, link)
		set_frozen(c, false);
	pump_run(st->pump);
}

void
streams_freeze(struct streams *st, enum route route, int64_t ms)
{
	const struct timeval	 after = timeval_of_ms(ms);
	struct conn		*c;

	TAILQ_FOREACH(c, &st->conns, link)
		if (route == ROUTE_NONE || c->route == route)
			set_frozen(c, true);
	evtimer_add(st->thaw, &after);
}

void
streams_refuse(struct streams *st, int64_t ms)
{
	const struct timeval	 after = timeval_of_ms(ms);

	if (st->listener != NULL)
		evconnlistener_free(st->listener);
	st->listener = NULL;
	evtimer_add(st->reopen, &after);
}

/* A text that is long, and JSON. */
static void
send_huge(struct conn *c)
{
	struct buf	 json = { 0 };

	buf_adds(&json, "{\"e\":\"huge\",\"pad\":\"");
	while (json.len < HUGE_BYTES)
		buf_adds(&json, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	buf_adds(&json, "\"}");
	conn_send(c, &json);
	buf_free(&json);
}

static void
send_bytes(struct conn *c, int codes, const char *p, size_t len)
{
	frames_begin(&c->frames, codes, len);
	frames_put(&c->frames, p, len);
	send_soon(c);
}

/* Legal, and seldom met: one text in many frames. */
static void
send_pieces(struct conn *c)
{
	static const char	 text[] = "{\"e\":\"pieces\",\"E\":1}";

	for (size_t i = 0; i + 1 < sizeof(text); i++) {
		const bool	 last = i + 2 == sizeof(text);

		send_bytes(c, (i == 0 ? FRAME_TEXT : FRAME_MORE) | (last ? 0 : FRAME_GOES_ON),
		    text + i, 1);
	}
}

/* A server must not; lws could not: past it, to the socket. */
static void
send_masked(struct conn *c)
{
	static const unsigned char	 bytes[] = {
		0x81, 0x80 | 2, 1, 2, 3, 4, '{' ^ 1, '}' ^ 2,
	};

	if (send(lws_get_socket_fd(c->pc.wsi), bytes, sizeof(bytes), MSG_NOSIGNAL) == -1)
		simex_log("frame_failed", "kind=masked");
}

static void
send_frame(struct conn *c, enum frame_kind kind)
{
	switch (kind) {
	case FRAME_HUGE:
		send_huge(c);
		return;
	case FRAME_MASKED:
		send_masked(c);
		return;
	case FRAME_PIECES:
		send_pieces(c);
		return;
	case FRAME_PINGS:
		for (int i = 0; i < PINGS; i++)
			send_bytes(c, FRAME_PING, "ping", strlen("ping"));
		return;
	case FRAME_UTF8:
		send_bytes(c, FRAME_TEXT, "{\"e\":\"\xc3\x28\xff\"}", strlen("{\"e\":\"...\"}"));
		return;
	case FRAME_N:
		break;
	}
	panic("frame %d", (int)kind);
}

void
streams_send_frame(struct streams *st, enum route route, enum frame_kind kind)
{
	struct conn	*c;

	TAILQ_FOREACH(c, &st->conns, link)
		if (c->route == route && c->pc.wsi != NULL)
			send_frame(c, kind);
	streams_run(st);
}

/* NULL: the port cannot be had. */
struct streams *
streams_new(struct simex *s, int *port)
{
	struct streams	*st = xcalloc(1, sizeof(*st));

	st->s = s;
	TAILQ_INIT(&st->conns);
	st->listener = open_listener(st, s->conf.stream_port);
	if (st->listener == NULL) {
		free(st);
		return NULL;
	}
	st->port = *port = port_of(st->listener);
	st->reopen = evtimer_new(s->base, on_reopen, st);
	st->thaw = evtimer_new(s->base, on_thaw, st);
	if (st->reopen == NULL || st->thaw == NULL)
		panic("out of memory: evtimer_new");
	st->pump = open_pump(s->base);
	return st;
}

int
streams_count(const struct streams *st, enum route route)
{
	const struct conn	*c;
	int			 n = 0;

	TAILQ_FOREACH(c, &st->conns, link)
		n += c->route == route;
	return n;
}

int
streams_cut(struct streams *st, enum route route, int code)
{
	struct conn	*c;
	int		 n = 0;

	TAILQ_FOREACH(c, &st->conns, link) {
		if (route != ROUTE_NONE && c->route != route)
			continue;
		if (code == 0)
			conn_kill(c);
		else
			conn_close(c, code);
		n++;
	}
	pump_run(st->pump);
	return n;
}

void
streams_free(struct streams *st)
{
	if (st == NULL)
		return;
	if (st->listener != NULL)
		evconnlistener_free(st->listener);
	event_free(st->reopen);
	event_free(st->thaw);
	pump_free(st->pump);
	free(st);
}
