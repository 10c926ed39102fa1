/* SPDX-License-Identifier: BSD-2-Clause */
#include "userd/userd.h"

#include "base/text.h"
#include "venue/endpoint.h"
#include "venue/fault.h"
#include "wire/field.h"

#include <stdlib.h>

enum { TIMEOUT_MS = 5000, INVALID_LISTEN_KEY = -1125 };
enum { HTTP_BANNED = 418, HTTP_TOO_MANY = 429 };
enum { H_RETRY_AFTER };			/* of the headers asked back */

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
	    .url = url, .header = header, .timeout_ms = TIMEOUT_MS,
	    .want = { [H_RETRY_AFTER] = "retry-after" } }, done, d);
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

/* Whatever is asked before a ban is over makes it longer. */
static void
note_ban(struct userd *d, const struct http_answer *a, const struct key_answer *k)
{
	const wall_t	 now = loop_wall(d->base->loop);

	if (a->status != HTTP_BANNED && a->status != HTTP_TOO_MANY)
		return;
	const int64_t	 ms = lease_ban_ms(a->headers[H_RETRY_AFTER], k->msg, now);
	const wall_t	 until = wall_add_us(now, ms * 1000);
	lease_ban(&d->lease, mono_after_ms(loop_now(d->base->loop), ms));
	if (until.us > d->banned_until.us)
		d->banned_until = until;
	log_warn("banned", "status=%d ms=%lld; nothing is asked before", a->status,
	    (long long)ms);
}

/* same: what it means that this is the key we have. */
static void
take_key(struct userd *d, const char *key, enum lease_event same)
{
	if (text_eq(key, d->listen_key)) {
		userd_step(d, same);
		return;
	}
	if (lease_is_up(&d->lease))
		log_warn("listen_key_expired", "told_by=another_key");
	text_put(d->listen_key, sizeof(d->listen_key), key);
	userd_step(d, ON_OTHER_KEY);
}

static void
on_key(void *arg, const struct http_answer *a)
{
	struct userd			*d = arg;
	const struct key_answer		 k = read_answer(a);

	check_fatal(d, a, &k);
	if (a->status == 200 && *k.key != '\0') {
		take_key(d, k.key, ON_KEY);
		return;
	}
	log_warn("no_listen_key", "status=%d code=%d why=\"%s%s\"; asked again", a->status, k.code,
	    k.msg, a->why);
	note_ban(d, a, &k);
	userd_step(d, ON_NO_KEY);
}

static void
on_kept(void *arg, const struct http_answer *a)
{
	struct userd			*d = arg;
	const struct key_answer		 k = read_answer(a);

	if (a->status == 200) {
		take_key(d, *k.key == '\0' ? d->listen_key : k.key, ON_KEPT);
		return;
	}
	log_warn("listen_key_not_kept", "status=%d code=%d why=\"%s%s\"", a->status, k.code, k.msg,
	    a->why);
	note_ban(d, a, &k);
	userd_step(d, k.code == INVALID_LISTEN_KEY ? ON_LOST : ON_NOT_KEPT);
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
