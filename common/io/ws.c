/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/ws.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/text.h"
#include "io/crash.h"
#include "io/pump.h"
#include "run/log.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

enum {
	MESSAGE_MAX = 4 * 1024 * 1024,
	RX_BUFFER = 65536,	/* a frame up to this size comes in one piece */
	FDS = 64,
	HOST = 256,
	PATH = 2048,
	CONNECT_S = 5,
};

struct ws_hub {
	struct loop		*loop;
	struct evdns_base	*dns;		/* NULL until a name has to be resolved */
	struct pump		*pump;
	struct lws_vhost	*vhost;
};

struct address {
	char	host[HOST], path[PATH], ip[INET6_ADDRSTRLEN];
	int	port;
	bool	tls;
};

enum ws_state { WS_IDLE, WS_RESOLVING, WS_CONNECTING, WS_UP };

struct ws {
	struct ws_hub			*hub;
	const char			*label;
	const struct ws_hooks		*hooks;
	void				*arg;
	enum ws_state			 state;
	struct address			 to;
	struct evdns_getaddrinfo_request *resolving;
	struct lws			*wsi;
	struct pump_conn		 conn;
	struct buf			 in, out;	/* out: messages, each with a NUL */
	struct loop_hook		 reap;
	bool				 dead;
};

/* Pings go out while data flows too; the gap is what lws needs to stay fair. */
static const lws_retry_bo_t	 ping_policy = {
	.secs_since_valid_ping = 5, .secs_since_valid_hangup = 12,
};

/* ---- ending --------------------------------------------------------------------- */

/* The one way from any state to idle. */
static void
end(struct ws *w, const char *why)
{
	const enum ws_state	 was = w->state;

	if (was == WS_IDLE)
		return;
	w->state = WS_IDLE;
	if (was == WS_CONNECTING)
		pump_connecting(w->hub->pump, -1);
	pump_forget(w->hub->pump, &w->conn);
	if (w->wsi != NULL)
		lws_set_opaque_user_data(w->wsi, NULL);
	w->wsi = NULL;
	buf_reset(&w->in);
	buf_reset(&w->out);
	if (why != NULL)
		w->hooks->down(w->arg, why);
}

void
ws_close(struct ws *w)
{
	struct lws	*wsi = w->wsi;

	if (w->resolving != NULL)
		evdns_getaddrinfo_cancel(w->resolving);
	w->resolving = NULL;
	end(w, NULL);
	if (wsi == NULL)
		return;
	lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	pump_run(w->hub->pump);
}

/* ---- what lws tells ---------------------------------------------------------------- */

static void
on_established(struct ws *w, struct lws *wsi)
{
	pump_connecting(w->hub->pump, -1);
	w->state = WS_UP;
	w->wsi = wsi;
	pump_watch(w->hub->pump, &w->conn, wsi);
	w->hooks->up(w->arg);
}

static int
on_receive(struct ws *w, struct lws *wsi, const char *in, size_t len)
{
	const bool	 whole = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;

	if (w->in.len + len > MESSAGE_MAX) {
		end(w, "message too long");
		return -1;
	}
	if (w->in.len > 0 || !whole)
		buf_add(&w->in, in, len);
	if (!whole)
		return 0;
	crash_point("frame.before", w->label);
	if (w->in.len > 0)
		w->hooks->message(w->arg, w->in.p, w->in.len);
	else
		w->hooks->message(w->arg, in, len);
	crash_point("frame.after", w->label);
	buf_reset(&w->in);
	return 0;
}

static int
on_writeable(struct ws *w, struct lws *wsi)
{
	while (w->out.len > 0 && !lws_send_pipe_choked(wsi)) {
		const size_t	 len = strlen(w->out.p);
		unsigned char	*p = xcalloc(1, LWS_PRE + len);

		memcpy(p + LWS_PRE, w->out.p, len);
		const int	 n = lws_write(wsi, p + LWS_PRE, len, LWS_WRITE_TEXT);
		free(p);
		if (n < 0)
			return -1;
		buf_drop(&w->out, len + 1);
	}
	if (w->out.len > 0)
		pump_want_write(w->hub->pump, &w->conn);
	return 0;
}

static int
on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct ws	*w = wsi == NULL ? NULL : lws_get_opaque_user_data(wsi);

	(void)user;
	if (w == NULL)
		return 0;
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		on_established(w, wsi);
		return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return on_receive(w, wsi, in, len);
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return on_writeable(w, wsi);
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		end(w, in == NULL ? "connection failed" : in);
		return 0;
	case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
		end(w, "closed before the upgrade was answered");
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_WSI_DESTROY:
		end(w, "closed");
		return 0;
	}
	return 0;
}

static const struct lws_protocols	protocols[] = {
	{ .name = "x", .callback = on_lws, .rx_buffer_size = RX_BUFFER },
	{ 0 },
};

/* ---- connecting ----------------------------------------------------------------------- */

static void
connect_ip(struct ws *w)
{
	struct lws_client_connect_info	 i = {
		.context = pump_context(w->hub->pump), .vhost = w->hub->vhost,
		.address = w->to.ip, .host = w->to.host, .port = w->to.port, .path = w->to.path,
		.ssl_connection = w->to.tls ? LCCSCF_USE_SSL : 0, .alpn = "http/1.1",
		.local_protocol_name = "x", .retry_and_idle_policy = &ping_policy,
		.opaque_user_data = w, .pwsi = &w->wsi,
	};

	w->state = WS_CONNECTING;
	pump_connecting(w->hub->pump, 1);
	if (lws_client_connect_via_info(&i) == NULL)
		end(w, "cannot connect");
	else
		pump_run(w->hub->pump);
}

static void
on_resolved(int error, struct evutil_addrinfo *ai, void *arg)
{
	struct ws	*w = arg;

	w->resolving = NULL;
	if (error == EVUTIL_EAI_CANCEL)
		return;
	if (error == 0 && getnameinfo(ai->ai_addr, (socklen_t)ai->ai_addrlen, w->to.ip,
	    sizeof(w->to.ip), NULL, 0, NI_NUMERICHOST) == 0)
		connect_ip(w);
	else
		end(w, error != 0 ? evutil_gai_strerror(error) : "no usable address");
	if (ai != NULL)
		evutil_freeaddrinfo(ai);
}

static void
resolve(struct ws *w)
{
	struct evutil_addrinfo	 hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };

	w->state = WS_RESOLVING;
	if (w->hub->dns == NULL) {
		w->hub->dns = evdns_base_new(loop_base(w->hub->loop),
		    EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
		if (w->hub->dns == NULL) {
			end(w, "no name server is configured");
			return;
		}
		evdns_base_set_option(w->hub->dns, "timeout:", "2");
		evdns_base_set_option(w->hub->dns, "attempts:", "2");
	}
	w->resolving = evdns_getaddrinfo(w->hub->dns, w->to.host, NULL, &hints, on_resolved, w);
}

static bool
is_literal(const char *host)
{
	unsigned char	 addr[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, addr) == 1 || inet_pton(AF_INET6, host, addr) == 1;
}

static int
split_url(const char *url, struct address *a)
{
	int64_t	 port;

	*a = (struct address){ .tls = text_starts_with(url, "wss://") };
	if (!a->tls && !text_starts_with(url, "ws://"))
		return -1;
	const char	*host = strstr(url, "://") + 3;
	const size_t	 all = strcspn(host, "/"), name = strcspn(host, ":/");
	if (text_copyn(a->host, sizeof(a->host), host, name) == -1 ||
	    text_copy(a->path, sizeof(a->path), host[all] == '\0' ? "/" : host + all) == -1)
		return -1;
	a->port = a->tls ? 443 : 80;
	if (name < all) {
		char	 digits[8];

		if (text_copyn(digits, sizeof(digits), host + name + 1, all - name - 1) == -1 ||
		    text_to_i64(digits, 1, 65535, &port) == -1)
			return -1;
		a->port = (int)port;
	}
	return 0;
}

void
ws_connect(struct ws *w, const char *url)
{
	if (w->state != WS_IDLE)
		panic("ws_connect: %s is not idle", w->label);
	if (split_url(url, &w->to) == -1)
		fatal(EXIT_CONFIG, "stream_url_bad", "url=%.200s", url);
	if (is_literal(w->to.host)) {
		text_put(w->to.ip, sizeof(w->to.ip), w->to.host);
		connect_ip(w);
	} else
		resolve(w);
}

/* ---- the rest --------------------------------------------------------------------------- */

void
ws_send(struct ws *w, const char *text)
{
	if (w->state != WS_UP)
		return;
	buf_add(&w->out, text, strlen(text) + 1);
	pump_want_write(w->hub->pump, &w->conn);
	pump_run(w->hub->pump);
}

bool
ws_is_up(const struct ws *w)
{
	return w->state == WS_UP;
}

struct ws *
ws_new(struct ws_hub *hub, const char *label, const struct ws_hooks *hooks, void *arg)
{
	struct ws	*w = xcalloc(1, sizeof(*w));

	w->hub = hub;
	w->label = label;
	w->hooks = hooks;
	w->arg = arg;
	return w;
}

static void
reap(void *arg)
{
	struct ws	*w = arg;

	buf_free(&w->in);
	buf_free(&w->out);
	free(w);
}

void
ws_free(struct ws *w)
{
	if (w == NULL || w->dead)
		return;
	w->dead = true;
	ws_close(w);
	w->reap = (struct loop_hook){ .run = reap, .arg = w };
	loop_reap(w->hub->loop, &w->reap);
}

static void
on_lws_log(int level, const char *line)
{
	log_debug("websocket", "level=%d line=\"%.*s\"", level, (int)strcspn(line, "\n"), line);
}

static void
on_libevent_log(int severity, const char *line)
{
	log_debug("libevent", "level=%d line=\"%s\"", severity, line);
}

struct ws_hub *
ws_hub_new(struct loop *loop, const char *ca_file)
{
	struct ws_hub				*h = xcalloc(1, sizeof(*h));
	struct lws_context_creation_info	 info = {
		.port = CONTEXT_PORT_NO_LISTEN, .protocols = protocols,
		.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.pt_serv_buf_size = RX_BUFFER, .fd_limit_per_thread = FDS,
		.timeout_secs = CONNECT_S, .connect_timeout_secs = CONNECT_S,
		.gid = -1, .uid = -1,
	};

	if (*ca_file != '\0') {
		info.client_ssl_ca_filepath = ca_file;
		info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
	}
	lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
	event_set_log_callback(on_libevent_log);
	h->loop = loop;
	h->pump = pump_new(loop_base(loop), &info);
	if ((h->vhost = lws_create_vhost(pump_context(h->pump), &info)) == NULL)
		fatal(EXIT_CONFIG, "websocket_setup_failed", "ca_file=%s", ca_file);
	return h;
}

void
ws_hub_free(struct ws_hub *h)
{
	if (h == NULL)
		return;
	pump_free(h->pump);
	if (h->dns != NULL)
		evdns_base_free(h->dns, 0);
	free(h);
}
