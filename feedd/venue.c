/* SPDX-License-Identifier: BSD-2-Clause */
#include "feedd/feedd.h"

#include "base/text.h"
#include "venue/endpoint.h"

enum {
	TIMEOUT_MS = 10000,
	RETRY_MS = 1000,
	THROTTLED_MS = 2 * 60 * 1000,	/* the shortest ban, when it is not told how long */
};

/* What is no longer listed cannot be traded; its filters stay for what is still open. */
static void
unlist_all(struct feedd *d)
{
	struct map_iter	 it = map_each(&d->instrs.map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		MAP_OF(n, struct instr, node)->trading = false;
}

/* Who asks while he is told not to is banned for longer. */
static int64_t
retry_ms(const struct http_answer *a)
{
	if (a->headers[0] > 0)
		return a->headers[0] * 1000;
	return a->status == 403 || a->status == 418 || a->status == 429 ? THROTTLED_MS : RETRY_MS;
}

static void
on_info(void *arg, const struct http_answer *a)
{
	struct feedd	*d = arg;
	struct why	 why;

	if (a->status != 200) {
		log_warn("instruments_not_fetched", "status=%d why=\"%s\" retry_ms=%lld", a->status,
		    a->why, (long long)retry_ms(a));
		timer_in_ms(d->instr_timer, retry_ms(a));
		return;
	}
	unlist_all(d);
	if (instr_read_info(&d->instrs, a->body, a->len, &why) == -1) {
		log_error("instruments_unreadable", "why=\"%s\"", why.text);
		timer_in_ms(d->instr_timer, RETRY_MS);
		return;
	}
	bus_keep_instrs(d);
	log_info("instruments", "n=%zu", d->instrs.map.n);
	d->have_instrs = true;
	feedd_check_ready(d);
	timer_in_ms(d->instr_timer, d->conf->instr_every);
}

static void
fetch(void *arg)
{
	const struct endpoint_row	*e = endpoint_get(EP_EXCHANGE_INFO);
	struct feedd			*d = arg;
	char				 url[512];

	text_putf(url, sizeof(url), "%s%s", d->base->common->exchange_rest, e->path);
	http_send(d->http, &(struct http_request){ .label = e->label, .method = e->method,
	    .url = url, .timeout_ms = TIMEOUT_MS, .want = { "retry-after" } }, on_info, d);
}

void
venue_start(struct feedd *d)
{
	d->instr_timer = timer_new(d->base->loop, fetch, d);
	fetch(d);
}
