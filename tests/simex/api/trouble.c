/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/account.h"
#include "wire/jw.h"

#include <string.h>

enum {
	STATUS_DEFAULT = 503,
	BAN_MOST_S = 3 * 86400,
	CLOSE_LEAST = 1000, CLOSE_MOST = 4999,		/* of a WebSocket */
	FLOOD_BYTES_MAX = 64 * 1024 * 1024,
	FLOOD_HEADERS_MAX = 10000,
	COUNT_MOST = 1000000000,			/* of weight or orders */
};

const char *const	frame_words[FRAME_N + 1] = {
	[FRAME_HUGE] = "huge", [FRAME_MASKED] = "masked", [FRAME_PIECES] = "pieces",
	[FRAME_PINGS] = "pings", [FRAME_UTF8] = "utf8",
};

/* ---- requests ------------------------------------------------------------------- */

static struct reject
add_fault(struct call *c, const struct fault *fault)
{
	struct fault	 f = *fault;
	const char	*method = form_str(c->form, "method"), *where = form_str(c->form, "where");

	f.left = form_int(c->form, "n", 1);
	if (text_copy(f.path, sizeof(f.path), form_str(c->form, "path")) == -1)
		return reject_with(REJ_BAD_PARAM, "path");
	if (method != NULL && text_copy(f.method, sizeof(f.method), method) == -1)
		return reject_with(REJ_BAD_PARAM, "method");
	if (where != NULL && (strchr(where, '=') == NULL ||
	    text_copy(f.where, sizeof(f.where), where) == -1))
		return reject_with(REJ_BAD_PARAM, "where");
	if (f.left < 1)
		return reject_with(REJ_BAD_PARAM, "n");
	return faults_add(&c->w->faults, &f) ? call_done(c, "done") : reject_as(REJ_TOO_MANY_PARAMS);
}

struct reject
trouble_drop(struct call *c)
{
	return add_fault(c, &(struct fault){ .kind = FAULT_DROP });
}

struct reject
trouble_lose(struct call *c)
{
	return add_fault(c, &(struct fault){ .kind = FAULT_LOSE });
}

struct reject
trouble_hold(struct call *c)
{
	return add_fault(c, &(struct fault){
		.kind = FAULT_HOLD, .ms = form_int(c->form, "ms", 0),
	});
}

struct reject
trouble_drip(struct call *c)
{
	return add_fault(c, &(struct fault){
		.kind = FAULT_DRIP, .ms = form_int(c->form, "ms", 0),
		.bytes = form_int(c->form, "bytes", 0),
	});
}

struct reject
trouble_overtake(struct call *c)
{
	const int	 by = words_find(overtaking_words, form_str(c->form, "by"));

	return add_fault(c, &(struct fault){
		.kind = FAULT_OVERTAKE, .overtaking = (enum overtaking)by,
	});
}

/* Somebody else asks with the same key, and uses up a part of what is allowed. */
struct reject
trouble_weigh(struct call *c)
{
	int64_t		 weight = 0, orders = 0;
	struct reject	 r = bound_int(c, "weight", COUNT_MOST, &weight);

	if (!reject_is_set(&r))
		r = bound_int(c, "orders", COUNT_MOST, &orders);
	if (!reject_is_set(&r))
		r = meter_take(&c->w->meter, c->now, weight, orders);
	return reject_is_set(&r) ? r : call_done(c, "done");
}

struct reject
trouble_close_after(struct call *c)
{
	return add_fault(c, &(struct fault){
		.kind = FAULT_CLOSE_AFTER, .ms = form_int(c->form, "ms", 0),
	});
}

struct reject
trouble_flood(struct call *c)
{
	const struct fault	 f = {
		.kind = FAULT_FLOOD, .bytes = form_int(c->form, "bytes", 0),
		.headers = form_int(c->form, "headers", 0),
	};

	if (f.bytes > FLOOD_BYTES_MAX)
		return reject_with(REJ_BAD_PARAM, "bytes");
	if (f.headers > FLOOD_HEADERS_MAX)
		return reject_with(REJ_BAD_PARAM, "headers");
	return add_fault(c, &f);
}

struct reject
trouble_fail(struct call *c)
{
	const char	*code = form_str(c->form, "code"), *msg = form_str(c->form, "msg");
	const char	*body = form_str(c->form, "body"), *type = form_str(c->form, "type");
	int64_t		 number = 0;
	struct fault	 f = {
		.kind = FAULT_FAIL,
		.status = (int)(form_int(c->form, "status", STATUS_DEFAULT) % 1000),
		.json = code != NULL && body == NULL,
		.retry_after_s = form_int(c->form, "retry_after", -1),
		.execute = form_int(c->form, "execute", 0) != 0,
	};

	if (code != NULL && text_to_i64(code, INT16_MIN, INT16_MAX, &number) == -1)
		return reject_with(REJ_BAD_PARAM, "code");
	if (body == NULL)
		body = msg;
	if (body != NULL && text_copy(f.msg, sizeof(f.msg), body) == -1)
		return reject_with(REJ_BAD_PARAM, "msg");
	if (type != NULL && text_copy(f.type, sizeof(f.type), type) == -1)
		return reject_with(REJ_BAD_PARAM, "type");
	f.code = (int)number;
	return add_fault(c, &f);
}

struct reject
trouble_clear(struct call *c)
{
	struct world	*w = c->w;

	faults_clear(&w->faults);
	w->trouble = (struct trouble){ 0 };
	w->events_first = w->terms.events_first;
	w->event_delay_ms = w->terms.event_delay_ms;
	service_recover(&w->exchange.service);
	meter_ban(&w->meter, c->now, 0);
	return call_done(c, "done");
}

struct reject
trouble_drift(struct call *c)
{
	const int64_t	 on = form_int(c->form, "on", 0);

	if (on >= DRIFT_N)
		return reject_with(REJ_BAD_PARAM, "on");
	c->w->trouble.drift = (enum drift)on;
	return call_done(c, "done");
}

struct reject
trouble_ban(struct call *c)
{
	const int64_t	 seconds = form_int(c->form, "seconds", 0);

	if (seconds > BAN_MOST_S)
		return reject_with(REJ_BAD_PARAM, "seconds");
	meter_ban(&c->w->meter, c->now, seconds);
	return call_done(c, "done");
}

static bool
is_on(const struct call *c)
{
	return form_int(c->form, "on", 0) != 0;
}

struct reject
trouble_overload(struct call *c)
{
	c->w->trouble.overloaded = is_on(c);
	return call_done(c, "done");
}

struct reject
trouble_revoke(struct call *c)
{
	c->w->trouble.revoked = is_on(c);
	return call_done(c, "done");
}

struct reject
trouble_hedge(struct call *c)
{
	struct exchange		*x = &c->w->exchange;
	const struct reject	 r = exchange_set_hedged(x, is_on(c));

	return reject_is_set(&r) && r.why != REJ_MODE_SAME ? r : call_done(c, "done");
}

struct reject
trouble_batches(struct call *c)
{
	struct trouble	*t = &c->w->trouble;

	t->batch_reversed = form_int(c->form, "reversed", t->batch_reversed) != 0;
	t->batch_short = form_int(c->form, "short", t->batch_short) != 0;
	return call_done(c, "done");
}

struct reject
trouble_lag(struct call *c)
{
	c->w->trouble.lag_ms = form_int(c->form, "ms", 0);
	return call_done(c, "done");
}

struct reject
trouble_limits(struct call *c)
{
	struct meter	*m = &c->w->meter, new = *m;
	int64_t		*limit = new.limit;
	struct reject	 r = bound_int(c, "weight", COUNT_MOST, &limit[METER_WEIGHT_1M]);

	if (!reject_is_set(&r))
		r = bound_int(c, "orders_10s", COUNT_MOST, &limit[METER_ORDERS_10S]);
	if (!reject_is_set(&r))
		r = bound_int(c, "orders_1m", COUNT_MOST, &limit[METER_ORDERS_1M]);
	if (reject_is_set(&r))
		return r;
	new.ban_after = form_int(c->form, "ban_after", m->ban_after);
	new.silent = form_int(c->form, "retry_after", !m->silent) == 0;
	*m = new;
	return call_done(c, "done");
}

/* ---- streams --------------------------------------------------------------------- */

static int
connections(const struct outside *o, enum route route)
{
	int	 n = 0;

	for (int r = 0; r < ROUTE_N; r++)
		n += route == ROUTE_NONE || route == (enum route)r ? o->streams[r] : 0;
	return n;
}

/* Without a route, all of them at once. */
struct reject
trouble_cut(struct call *c)
{
	const char	*name = form_str(c->form, "route");
	const int64_t	 code = form_int(c->form, "code", 0);

	if (code != 0 && (code < CLOSE_LEAST || code > CLOSE_MOST))
		return reject_with(REJ_BAD_PARAM, "code");
	const enum route route = name == NULL ? ROUTE_NONE : route_find(name, strlen(name));
	world_wish(c->w, &(struct wish){ .kind = WISH_CUT, .route = route, .code = (int)code });
	jw_open(c->out, '{');
	jw_put_int(c->out, "cut", connections(c->outside, route));
	jw_close(c->out, '}');
	return reject_none();
}

/* Nothing is read of those connections, nothing sent, and they stay. */
struct reject
trouble_freeze(struct call *c)
{
	const char	*name = form_str(c->form, "route");

	world_wish(c->w, &(struct wish){
		.kind = WISH_FREEZE, .ms = form_int(c->form, "ms", 0),
		.route = name == NULL ? ROUTE_NONE : route_find(name, strlen(name)),
	});
	return call_done(c, "done");
}

struct reject
trouble_frame(struct call *c)
{
	const char	*name = form_str(c->form, "route");
	const int	 kind = words_find(frame_words, form_str(c->form, "kind"));

	world_wish(c->w, &(struct wish){
		.kind = WISH_FRAME, .frame = (enum frame_kind)kind,
		.route = name == NULL ? ROUTE_PRIVATE : route_find(name, strlen(name)),
	});
	return call_done(c, "done");
}

struct reject
trouble_refuse(struct call *c)
{
	const char	*port = form_str(c->form, "port");

	world_wish(c->w, &(struct wish){
		.kind = port != NULL && text_eq(port, "stream") ? WISH_REFUSE_STREAM :
		    WISH_REFUSE_REST,
		.ms = form_int(c->form, "ms", 0),
	});
	return call_done(c, "done");
}

struct reject
trouble_events(struct call *c)
{
	struct delivery	*d = &c->w->trouble.delivery;

	d->twice = form_int(c->form, "dup", d->twice) != 0;
	d->backwards = form_int(c->form, "swap", d->backwards) != 0;
	d->lose = form_int(c->form, "lose", d->lose);
	return call_done(c, "done");
}

struct reject
trouble_expire_key(struct call *c)
{
	world_expire_key(c->w, form_int(c->form, "event", 1) != 0, c->now);
	return call_done(c, "done");
}

struct reject
trouble_listen_key_life(struct call *c)
{
	c->w->key.life_ms = form_int(c->form, "ms", 0);
	return call_done(c, "done");
}

struct reject
trouble_mute(struct call *c)
{
	c->w->trouble.muted = is_on(c);
	return call_done(c, "done");
}

struct reject
trouble_skew(struct call *c)
{
	struct world	*w = c->w;

	w->events_first = form_int(c->form, "events_first", w->events_first) != 0;
	w->event_delay_ms = form_int(c->form, "delay_ms", w->event_delay_ms);
	return call_done(c, "done");
}

