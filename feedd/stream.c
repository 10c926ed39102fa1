/* SPDX-License-Identifier: BSD-2-Clause */
#include "feedd/feedd.h"

#include "base/text.h"


enum {
	BACKOFF_MIN_MS = 500,
	BACKOFF_MAX_MS = 30000,
	MARKET_SILENT_MS = 10000,	/* marks come every second */
	TOP_SILENT_MS = 60000,		/* a quiet market has quotes too, but not for ever */
	LOOK_MS = 1000,
};

/* ---- subscribing ------------------------------------------------------------- */

static void
subscribe(struct feedd *d, const struct quote *q, const char *method)
{
	char	 text[200], symbol[SYMBOL];

	text_put(symbol, sizeof(symbol), q->symbol);
	text_lower(symbol);
	text_putf(text, sizeof(text), "{\"method\":\"%s\",\"params\":[\"%s@bookTicker\"],\"id\":%lld}",
	    method, symbol, (long long)++d->request_no);
	ws_send(d->top.ws, text);
}

void
stream_follow(struct feedd *d, struct quote *q)
{
	const bool	 wanted = quote_is_wanted(q, loop_wall(d->base->loop));

	if (!ws_is_up(d->top.ws) || wanted == q->followed)
		return;
	q->followed = wanted;
	log_info("symbol_followed", "sym=%s followed=%s", q->symbol, wanted ? "yes" : "no");
	subscribe(d, q, wanted ? "SUBSCRIBE" : "UNSUBSCRIBE");
}

/* Wants run out by themselves, and a new connection follows nothing. */
static void
follow_all(struct feedd *d, bool afresh)
{
	struct map_iter	 it = map_each(&d->quotes.map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL) {
		struct quote	*q = MAP_OF(n, struct quote, node);

		q->followed = q->followed && !afresh;
		stream_follow(d, q);
	}
}

/* ---- frames --------------------------------------------------------------------- */

static void
on_fact(void *arg, const struct fact *f)
{
	struct feedd	*d = arg;
	struct quote	*q = quotes_fact(&d->quotes, f, loop_now(d->base->loop));

	if (q != NULL)
		bus_tell_quote(d, q);
	d->have_prices |= f->kind == FACT_MARK;
}

static void
on_message(void *arg, const char *text, size_t len)
{
	static struct log_limit	 lim = LOG_LIMIT(60000);
	struct stream		*s = arg;
	struct feedd		*d = s->d;
	struct why		 why;
	const mono_t		 now = loop_now(d->base->loop);

	s->heard_at = now;
	d->frames++;
	if (decode_frame(text, len, on_fact, d, &why) == -1) {
		d->bad_frames++;
		if (log_allow(&lim, now))
			log_warn("frame_bad", "stream=%s why=\"%s\" held=%u", s->name, why.text,
			    lim.held);
	}
	bus_tell_due(d);
	feedd_check_ready(d);
}

/* ---- connecting ------------------------------------------------------------------- */

static void
connect_now(struct stream *s)
{
	char	 url[600];

	text_putf(url, sizeof(url), "%s%s", s->d->base->common->exchange_stream, s->path);
	ws_connect(s->ws, url);
}

static void
on_up(void *arg)
{
	struct stream	*s = arg;

	log_info("stream_up", "stream=%s", s->name);
	s->heard_at = loop_now(s->d->base->loop);
	s->backoff_ms = BACKOFF_MIN_MS;
	if (s == &s->d->top)
		follow_all(s->d, true);
	timer_in_ms(s->timer, LOOK_MS);
}

static void
on_down(void *arg, const char *why)
{
	struct stream	*s = arg;

	log_warn("stream_down", "stream=%s why=\"%s\" retry_ms=%lld", s->name, why,
	    (long long)s->backoff_ms);
	s->d->reconnects++;
	timer_in_ms(s->timer, s->backoff_ms);
	s->backoff_ms = s->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : s->backoff_ms * 2;
}

static const struct ws_hooks	hooks = { .up = on_up, .message = on_message, .down = on_down };

static void
on_timer(void *arg)
{
	struct stream	*s = arg;

	if (!ws_is_up(s->ws)) {
		connect_now(s);
		return;
	}
	if (mono_diff_ms(loop_now(s->d->base->loop), s->heard_at) > s->silent_ms) {
		/* A stream on a wrong route, or one whose server has forgotten it, is just silent. */
		ws_close(s->ws);
		on_down(s, "silent");
		return;
	}
	if (s == &s->d->top)
		follow_all(s->d, false);
	timer_in_ms(s->timer, LOOK_MS);
}

static void
open_stream(struct feedd *d, struct stream *s, const char *name, const char *path,
    int64_t silent_ms)
{
	*s = (struct stream){ .d = d, .name = name, .path = path, .silent_ms = silent_ms,
	    .backoff_ms = BACKOFF_MIN_MS };
	s->ws = ws_new(d->hub, name, &hooks, s);
	s->timer = timer_new(d->base->loop, on_timer, s);
	connect_now(s);
}

void
stream_start(struct feedd *d)
{
	open_stream(d, &d->market, "market", "/market/ws/!markPrice@arr@1s", MARKET_SILENT_MS);
	open_stream(d, &d->top, "top", "/public/ws", TOP_SILENT_MS);
}

void
stream_stop(struct feedd *d)
{
	timer_free(d->market.timer);
	timer_free(d->top.timer);
	ws_free(d->market.ws);
	ws_free(d->top.ws);
}
