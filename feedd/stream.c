/* SPDX-License-Identifier: BSD-2-Clause */
#include "feedd/feedd.h"

#include "base/text.h"

enum {
	BACKOFF_MIN_MS = 500,
	BACKOFF_MAX_MS = 30000,
	MARKET_SILENT_MS = 10000,	/* marks come every second */
	TOP_SILENT_MS = 60000,		/* a quiet market has quotes too, but not for ever */
	LOOK_MS = 1000,
	ASK_MS = 250,			/* two messages in that time; the exchange takes ten a second */
	PARAMS_MAX = 200,		/* of one message */
	FOLLOWED_MAX = 1000,		/* the exchange gives 1024 streams a connection */
};

static void	connect_now(struct stream *);

/* ---- subscribing ------------------------------------------------------------- */

static void
add_param(struct buf *params, const char *native)
{
	char	 symbol[SYMBOL];

	text_put(symbol, sizeof(symbol), native);
	text_lower(symbol);
	buf_addf(params, "%s\"%s@bookTicker\"", params->len > 0 ? "," : "", symbol);
}

static void
change_followed(struct feedd *d, struct quote *q, bool wanted)
{
	log_info("symbol_followed", "sym=%s followed=%s", q->symbol, wanted ? "yes" : "no");
	q->followed = wanted;
	d->nfollowed += wanted ? 1 : -1;
	if (!wanted)
		quotes_forget_top(&d->quotes, q);
}

/* All symbols that are followed and not wanted, or the other way round: how many. */
static int
collect(struct feedd *d, bool wanted, struct buf *params)
{
	struct map_iter	 it = map_each(&d->quotes.map);
	struct node	*n;
	int		 found = 0;

	while (found < PARAMS_MAX && (n = map_next(&it)) != NULL) {
		struct quote	*q = MAP_OF(n, struct quote, node);

		if (q->followed == wanted || (wanted && d->nfollowed == FOLLOWED_MAX) ||
		    quote_is_wanted(q, loop_wall(d->base->loop)) != wanted)
			continue;
		change_followed(d, q, wanted);
		add_param(params, q->symbol);
		found++;
	}
	return found;
}

static bool
send_change(struct feedd *d, bool wanted)
{
	struct buf	 params = { 0 }, text = { 0 };
	const int	 n = collect(d, wanted, &params);

	if (n > 0) {
		buf_addf(&text, "{\"method\":\"%s\",\"params\":[%s],\"id\":%lld}",
		    wanted ? "SUBSCRIBE" : "UNSUBSCRIBE", buf_text(&params),
		    (long long)++d->request_no);
		ws_send(d->top.ws, text.p);
		d->asked_at = loop_now(d->base->loop);
	}
	buf_free(&params);
	buf_free(&text);
	return n == PARAMS_MAX;
}

static bool
is_any_wanted(struct feedd *d)
{
	struct map_iter	 it = map_each(&d->quotes.map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		if (quote_is_wanted(MAP_OF(n, struct quote, node), loop_wall(d->base->loop)))
			return true;
	return false;
}

/* A connection that follows nothing would be silent for ever: there is none. */
static void
rest(struct stream *s)
{
	log_info("stream_resting", "stream=%s", s->name);
	ws_close(s->ws);
	timer_at(s->timer, MONO_NEVER);
	s->resting = true;
}

static void
on_follow(void *arg)
{
	struct feedd	*d = arg;

	if (!ws_is_up(d->top.ws)) {
		if (d->top.resting && is_any_wanted(d))
			connect_now(&d->top);
		return;
	}
	const bool	 more = send_change(d, false), even_more = send_change(d, true);

	if (d->nfollowed == 0)
		rest(&d->top);
	else if (more || even_more)
		stream_follow(d);
}

void
stream_follow(struct feedd *d)
{
	const mono_t	 now = loop_now(d->base->loop);
	const mono_t	 next = mono_is_set(d->asked_at) ? mono_after_ms(d->asked_at, ASK_MS) : now;

	timer_at(d->follow, mono_before(next, now) ? now : next);
}

/* A new connection follows nothing. */
static void
follow_afresh(struct feedd *d)
{
	struct map_iter	 it = map_each(&d->quotes.map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL) {
		struct quote	*q = MAP_OF(n, struct quote, node);

		q->followed = false;
		if (!quote_is_wanted(q, loop_wall(d->base->loop)))
			quotes_forget_top(&d->quotes, q);
	}
	d->nfollowed = 0;
	stream_follow(d);
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

	s->resting = false;
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
		follow_afresh(s->d);
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
		if (s == &s->d->top && !is_any_wanted(s->d))
			rest(s);
		else
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
		stream_follow(s->d);	/* wants run out by themselves */
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
	on_timer(s);
}

void
stream_start(struct feedd *d)
{
	d->follow = timer_new(d->base->loop, on_follow, d);
	open_stream(d, &d->market, "market", "/market/ws/!markPrice@arr@1s", MARKET_SILENT_MS);
	open_stream(d, &d->top, "top", "/public/ws", TOP_SILENT_MS);
}

void
stream_stop(struct feedd *d)
{
	timer_free(d->follow);
	timer_free(d->market.timer);
	timer_free(d->top.timer);
	ws_free(d->market.ws);
	ws_free(d->top.ws);
}
