/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

enum {
	QUERY_MS = 5000,		/* time-out of what only asks */
	CLOCK_EVERY_MS = 60 * 1000,
	CLOCK_WARM_MS = 200,		/* the first samples come over cold connections */
	CLOCK_SAMPLES = 3,
	CLOCK_STALE_MS = 90 * 1000,	/* then a worse sample is better than an old one */
	CHECK_RETRY_MS = 1000,
	LEASE_MS = 1500,		/* a confirmation older than this signs nothing */
};

enum { H_WEIGHT, H_ORDERS_10S, H_ORDERS_1M, H_RETRY_AFTER };
_Static_assert((int)H_RETRY_AFTER < (int)HTTP_HEADERS, "headers");

/* A request under way, and whom its answer is for. */
struct call {
	struct orderd	*d;
	char		 clord_id[CLORD_ID];
	enum http_lane	 lane;
	bool		 trades;
};

/* ---- time ---------------------------------------------------------------------- */

/* What the exchange's clock shows at that instant of ours. */
wall_t
venue_time(const struct orderd *d, mono_t at)
{
	return (wall_t){ at.us + d->ahead_us };
}

wall_t
venue_now(const struct orderd *d)
{
	return venue_time(d, loop_now(d->base->loop));
}

/* A process that was stopped or superseded signs with a time the exchange refuses. */
bool
venue_may_sign(struct orderd *d)
{
	return mono_is_set(d->clock_at) &&
	    mono_diff_ms(loop_now(d->base->loop), daemon_confirmed(d->base)) < LEASE_MS;
}

/* ---- sending ------------------------------------------------------------------- */

static struct call *
call_new(struct orderd *d, const char *clord_id, enum http_lane lane, bool trades)
{
	struct call	*c = xcalloc(1, sizeof(*c));

	*c = (struct call){ .d = d, .lane = lane, .trades = trades };
	text_put(c->clord_id, sizeof(c->clord_id), clord_id);
	return c;
}

static void
send_request(struct orderd *d, enum endpoint ep, enum http_lane lane, struct buf *query,
    int64_t timeout_ms, http_done *done, void *arg)
{
	const struct endpoint_row	*e = endpoint_get(ep);
	struct buf			 url = { 0 };
	char				 header[300];
	const bool			 post = text_eq(e->method, "POST");

	if (e->security == SEC_SIGNED)
		query_sign(query, d->signer, venue_time(d, daemon_confirmed(d->base)),
		    d->conf->recv_window);
	pace_spend(&d->pace, e->weight, e->orders, venue_now(d));
	buf_adds(&url, d->base->common->exchange_rest);
	buf_adds(&url, e->path);
	if (!post && query->len > 0)
		buf_addf(&url, "?%s", query->p);
	text_putf(header, sizeof(header), "X-MBX-APIKEY: %s", d->api_key);
	http_send(d->http, &(struct http_request){ .label = e->label, .method = e->method,
	    .lane = lane, .url = url.p, .body = post ? query->p : NULL, .header = header,
	    .timeout_ms = timeout_ms,
	    .want = { [H_WEIGHT] = "x-mbx-used-weight-1m",
		[H_ORDERS_10S] = "x-mbx-order-count-10s",
		[H_ORDERS_1M] = "x-mbx-order-count-1m", [H_RETRY_AFTER] = "retry-after" } },
	    done, arg);
	buf_free(&url);
	buf_free(query);
}

static bool
pace_allows(struct orderd *d, enum endpoint ep, enum pace_class class)
{
	return pace_may(&d->pace, class, endpoint_get(ep)->weight, 0, venue_now(d));
}

/* The exchange's own counts, and its wish to be left alone. */
static void
hear(struct orderd *d, const struct http_answer *a, const struct answer *r)
{
	const wall_t			 now = venue_now(d), asked = venue_time(d, a->began);
	const struct pace_refusal	 refusal = { a->status, r->code, r->msg,
					    a->headers[H_RETRY_AFTER] };
	enum pace_shut			 why;
	wall_t				 until;

	if (a->status == 0)
		return;
	if (instruments_all(d->instruments)->weight_1m > 0)
		pace_set_limit(&d->pace, PACE_WEIGHT_1M,
		    instruments_all(d->instruments)->weight_1m);
	pace_heard(&d->pace, PACE_WEIGHT_1M, a->headers[H_WEIGHT], asked, now);
	pace_heard(&d->pace, PACE_ORDERS_10S, a->headers[H_ORDERS_10S], asked, now);
	pace_heard(&d->pace, PACE_ORDERS_1M, a->headers[H_ORDERS_1M], asked, now);
	if (pace_refused(&d->pace, &refusal, now, &why, &until))
		log_error("exchange_throttles", "status=%d code=%d shut=%s wait_ms=%lld msg=\"%s\"",
		    a->status, r->code, pace_shut_name(why), (long long)wall_diff_ms(until, now),
		    r->msg);
}

/* ---- the clock ----------------------------------------------------------------- */

static bool
is_better(const struct orderd *d, int64_t error_ms)
{
	return !mono_is_set(d->clock_at) || error_ms <= d->clock_error_ms ||
	    mono_diff_ms(loop_now(d->base->loop), d->clock_at) > CLOCK_STALE_MS;
}

static void
set_clock(struct orderd *d, const struct http_answer *a, int64_t server_ms)
{
	const int64_t	 trip_us = mono_diff_us(a->ended, a->began);
	const int64_t	 error_ms = trip_us / 2000 + 1;
	const bool	 first = !mono_is_set(d->clock_at);

	if (!is_better(d, error_ms))
		return;
	d->ahead_us = server_ms * 1000 - (a->began.us + trip_us / 2);
	d->clock_error_ms = error_ms;
	d->clock_at = loop_now(d->base->loop);
	if (first)
		log_info("clock_set", "error_ms=%lld", (long long)error_ms);
}

static void
on_clock(void *arg, const struct http_answer *a)
{
	struct orderd	*d = arg;
	struct answer	 r;

	d->clock_asked = false;
	answer_read(&r, a->body, a->len);
	hear(d, a, &r);
	if (a->status != 200 || r.server_ms <= 0) {
		log_warn("clock_not_read", "status=%d why=\"%s%s\" retry_ms=%d", a->status, r.msg,
		    a->why, CHECK_RETRY_MS);
		timer_in_ms(d->clock_timer, CHECK_RETRY_MS);
		return;
	}
	set_clock(d, a, r.server_ms);
	timer_in_ms(d->clock_timer, ++d->clock_samples < CLOCK_SAMPLES ? CLOCK_WARM_MS : CLOCK_EVERY_MS);
	if (!d->checked)
		orderd_start_step(d, START_ACCOUNT);
}

static void
ask_clock(void *arg)
{
	struct orderd	*d = arg;
	struct buf	 none = { 0 };

	if (d->clock_asked)
		return;
	/* Without it nothing is signed: it may use what is kept for cancels. */
	if (!pace_allows(d, EP_CLOCK, PACE_CANCEL)) {
		timer_in_ms(d->clock_timer, CHECK_RETRY_MS);
		return;
	}
	d->clock_asked = true;
	send_request(d, EP_CLOCK, LANE_NORMAL, &none, QUERY_MS, on_clock, d);
}

/* The exchange has found our time wrong: nothing is signed until it has told its own. */
void
venue_sync_clock(struct orderd *d)
{
	d->clock_at = MONO_UNSET;
	ask_clock(d);
}

/* ---- the account ---------------------------------------------------------------- */

static void
try_check_again(struct orderd *d, const char *what, const struct answer *r,
    const struct http_answer *a)
{
	if (answer_fault(r, a->status).what == FAULT_FATAL)
		fatal(EXIT_CONFIG, "credentials_refused", "what=%s status=%d code=%d msg=\"%s\"",
		    what, a->status, r->code, r->msg);
	log_warn("account_not_checked", "what=%s status=%d code=%d why=\"%s%s\" retry_ms=%d", what,
	    a->status, r->code, r->msg, a->why, CHECK_RETRY_MS);
	timer_in_ms(d->check_timer, CHECK_RETRY_MS);
}

static void
on_limits(void *arg, const struct http_answer *a)
{
	struct orderd	*d = arg;
	struct answer	 r;

	answer_read(&r, a->body, a->len);
	hear(d, a, &r);
	if (a->status != 200) {
		try_check_again(d, "rate_limits", &r, a);
		return;
	}
	const struct order_limits	 l = answer_limits(a->body, a->len);
	if (l.per_10s > 0)
		pace_set_limit(&d->pace, PACE_ORDERS_10S, l.per_10s);
	if (l.per_minute > 0)
		pace_set_limit(&d->pace, PACE_ORDERS_1M, l.per_minute);
	log_info("account_checked", "orders_10s=%lld orders_1m=%lld", (long long)l.per_10s,
	    (long long)l.per_minute);
	d->checking = false;
	if (!d->checked)
		orderd_start_step(d, START_BUS);
	d->checked = true;
}

static void
on_mode(void *arg, const struct http_answer *a)
{
	struct orderd	*d = arg;
	struct buf	 none = { 0 };
	struct answer	 r;

	answer_read(&r, a->body, a->len);
	hear(d, a, &r);
	if (a->status != 200) {
		try_check_again(d, "position_mode", &r, a);
		return;
	}
	if (r.hedge)
		fatal(EXIT_CONFIG, "hedge_mode", "the exchange account must be in one-way mode; "
		    "switch it while it holds no position");
	send_request(d, EP_RATE_LIMITS, LANE_NORMAL, &none, QUERY_MS, on_limits, d);
}

static void
check_account(void *arg)
{
	struct orderd	*d = arg;
	struct buf	 none = { 0 };

	/* Without it not even a cancel is taken: it may use what is kept for them. */
	if (!venue_may_sign(d) || !pace_allows(d, EP_POSITION_MODE, PACE_CANCEL)) {
		timer_in_ms(d->check_timer, CHECK_RETRY_MS);
		return;
	}
	send_request(d, EP_POSITION_MODE, LANE_NORMAL, &none, QUERY_MS, on_mode, d);
}

/* At the start; and when the exchange has refused us for what we are: does it mean it? */
void
venue_check_account(struct orderd *d)
{
	if (!d->checking)
		check_account(d);
	d->checking = true;
}

/* Nothing will work until a person acts; unless it was a slip of the exchange's. */
void
venue_refused(struct orderd *d, const struct answer *r)
{
	log_error("exchange_refuses_us", "code=%d msg=\"%s\"; key and account are checked once more",
	    r->code, r->msg);
	venue_check_account(d);
}

/* ---- orders ---------------------------------------------------------------------- */

static void
on_placed(void *arg, const struct http_answer *a)
{
	struct call	*c = arg;
	struct answer	 r;

	answer_read(&r, a->body, a->len);
	hear(c->d, a, &r);
	place_answered(c->d, c->clord_id, &r, a);
	line_answered(c->d, c->lane);
	free(c);
}

void
venue_place(struct orderd *d, const struct order *o, enum http_lane lane)
{
	struct buf	 query = { 0 };

	d->under_way[lane]++;
	request_place(&o->o, &query);
	send_request(d, EP_ORDER_PLACE, lane, &query, d->conf->answer_wait, on_placed,
	    call_new(d, o->o.clord_id, lane, false));
}

static void
on_cancelled(void *arg, const struct http_answer *a)
{
	struct call	*c = arg;
	struct answer	 r;

	answer_read(&r, a->body, a->len);
	hear(c->d, a, &r);
	cancels_answered(c->d, c->clord_id, &r, a);
	line_answered(c->d, c->lane);
	free(c);
}

void
venue_cancel(struct orderd *d, const struct order *o)
{
	struct buf	 query = { 0 };

	d->under_way[LANE_URGENT]++;
	request_query(&o->o, &query);
	send_request(d, EP_ORDER_CANCEL, LANE_URGENT, &query, d->conf->answer_wait, on_cancelled,
	    call_new(d, o->o.clord_id, LANE_URGENT, false));
}

static void
on_asked(void *arg, const struct http_answer *a)
{
	struct call	*c = arg;
	struct answer	 r;

	answer_read(&r, a->body, a->len);
	hear(c->d, a, &r);
	apply_answer(c->d, c->clord_id, a->began, c->trades, &r, a);
	c->d->asks_under_way--;
	line_answered(c->d, c->lane);
	free(c);
}

static bool
may_ask(struct orderd *d, enum endpoint ep, enum pace_class class)
{
	return venue_may_sign(d) && pace_allows(d, ep, class);
}

/* Executions that are missing are asked for; otherwise the order itself is. */
bool
venue_ask(struct orderd *d, const struct order *o)
{
	const bool		 trades = order_is_missing(o) && o->order_id != 0;
	const enum endpoint	 ep = trades ? EP_USER_TRADES : EP_ORDER_QUERY;
	struct buf		 query = { 0 };

	/* Half of the connections, lest what is signed waits behind questions. */
	if (d->asks_under_way > d->conf->connections / 2 || !may_ask(d, ep, PACE_ASK))
		return false;
	d->asks_under_way++;
	d->under_way[LANE_NORMAL]++;
	if (trades)
		request_trades(&o->o, o->order_id, &query);
	else
		request_query(&o->o, &query);
	send_request(d, ep, LANE_NORMAL, &query, QUERY_MS, on_asked,
	    call_new(d, o->o.clord_id, LANE_NORMAL, trades));
	return true;
}

/* ---- questions of the audit -------------------------------------------------------- */

struct question {
	struct orderd	*d;
	http_done	*done;
	void		*arg;
};

/* A page is no error: its head is all that is looked at here. */
static void
on_audited(void *arg, const struct http_answer *a)
{
	struct question	*q = arg;
	struct answer	 r = { .code = 0 };

	if (a->status != 200)
		answer_read(&r, a->body, a->len);
	hear(q->d, a, &r);
	q->done(q->arg, a);
	free(q);
}

bool
venue_audit(struct orderd *d, enum endpoint ep, struct buf *query, http_done *done, void *arg)
{
	struct question	*q;

	if (!may_ask(d, ep, PACE_AUDIT)) {
		buf_free(query);
		return false;
	}
	q = xcalloc(1, sizeof(*q));
	*q = (struct question){ d, done, arg };
	send_request(d, ep, LANE_NORMAL, query, QUERY_MS, on_audited, q);
	return true;
}

/* ---- start and end --------------------------------------------------------------- */

void
venue_start(struct orderd *d)
{
	const struct common_conf	*c = d->base->common;
	char				*secret = daemon_secret(c->api_secret_file, c->api_secret,
					    "api_secret");

	d->http = http_new(d->base->loop, (unsigned)d->conf->connections);
	d->api_key = daemon_secret(c->api_key_file, c->api_key, "api_key");
	d->signer = signer_new(secret);
	free(secret);
	pace_init(&d->pace);
	/* Until the exchange has told its time: a ban is told in it, even before. */
	d->ahead_us = loop_wall(d->base->loop).us - loop_now(d->base->loop).us;
	d->clock_timer = timer_new(d->base->loop, ask_clock, d);
	d->check_timer = timer_new(d->base->loop, check_account, d);
}

void
venue_fini(struct orderd *d)
{
	http_free(d->http);
	signer_free(d->signer);
	free(d->api_key);
	timer_free(d->clock_timer);
	timer_free(d->check_timer);
}
