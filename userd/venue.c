/* SPDX-License-Identifier: BSD-2-Clause */
#include "userd/userd.h"

#include "base/text.h"
#include "venue/endpoint.h"
#include "venue/fault.h"
#include "wire/field.h"

#include <stdlib.h>

enum { TIMEOUT_MS = 5000, INVALID_LISTEN_KEY = -1125 };

struct key_answer {
	char	key[200];
	int	code;
	char	msg[200];
};

static const struct field	key_v[] = {
	F(key_answer, key, "listenKey", F_STR, 0),
	F(key_answer, code, "code", F_INT, 0),
	F(key_answer, msg, "msg", F_STR, 0),
};
static const struct fields	key_fields = FIELDS(key_v);

static void
call(struct userd *d, enum endpoint ep, http_done *done)
{
	const struct endpoint_row	*e = endpoint_get(ep);
	char				 url[512], header[300];

	text_putf(url, sizeof(url), "%s%s", d->base->common->exchange_rest, e->path);
	text_putf(header, sizeof(header), "X-MBX-APIKEY: %s", d->api_key);
	http_send(d->http, &(struct http_request){ .label = e->label, .method = e->method,
	    .url = url, .header = header, .timeout_ms = TIMEOUT_MS }, done, d);
}

static struct key_answer
read_answer(const struct http_answer *a)
{
	struct key_answer	 k = { .key = "" };
	struct field_fault	 ff;

	if (fields_read(&key_fields, &k, a->body, a->len, &ff) == -1)
		k = (struct key_answer){ .key = "" };	/* no JSON: the status says it all */
	return k;
}

/* A key the exchange does not know will not become known by asking again. */
static void
check_fatal(const struct userd *d, const struct http_answer *a, const struct key_answer *k)
{
	if (!daemon_is_ready(d->base) &&
	    fault_of(a->status, k->code, k->msg).what == FAULT_FATAL)
		fatal(EXIT_CONFIG, "credentials_refused", "status=%d code=%d msg=\"%s\"",
		    a->status, k->code, k->msg);
}

static void
on_key(void *arg, const struct http_answer *a)
{
	struct userd			*d = arg;
	const struct key_answer		 k = read_answer(a);

	check_fatal(d, a, &k);
	if (a->status == 200 && *k.key != '\0') {
		text_put(d->listen_key, sizeof(d->listen_key), k.key);
		userd_step(d, ON_KEY);
		return;
	}
	log_warn("no_listen_key", "status=%d code=%d why=\"%s%s\"; asked again", a->status, k.code,
	    k.msg, a->why);
	userd_step(d, ON_NO_KEY);
}

static void
on_kept(void *arg, const struct http_answer *a)
{
	struct userd			*d = arg;
	const struct key_answer		 k = read_answer(a);

	if (a->status == 200) {
		userd_step(d, ON_KEPT);
		return;
	}
	log_warn("listen_key_not_kept", "status=%d code=%d why=\"%s%s\"", a->status, k.code, k.msg,
	    a->why);
	userd_step(d, k.code == INVALID_LISTEN_KEY ? ON_EXPIRED : ON_NOT_KEPT);
}

void
venue_ask_key(struct userd *d)
{
	call(d, EP_LISTEN_KEY_GET, on_key);
}

void
venue_keep_key(struct userd *d)
{
	call(d, EP_LISTEN_KEY_KEEP, on_kept);
}

void
venue_start(struct userd *d)
{
	d->http = http_new(d->base->loop, 1);
	d->api_key = daemon_secret(d->base->common->api_key_file, d->base->common->api_key,
	    "api_key");
}

void
venue_stop(struct userd *d)
{
	http_free(d->http);
	free(d->api_key);
}
