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
};

/* ---- requests ------------------------------------------------------------------- */

static struct reject
add_fault(struct call *c, const struct fault *fault)
{
	struct fault	 f = *fault;
	const char	*method = form_str(c->form, "method");

	f.left = form_int(c->form, "n", 1);
	if (text_copy(f.path, sizeof(f.path), form_str(c->form, "path")) == -1)
		return reject_with(REJ_BAD_PARAM, "path");
	if (method != NULL && text_copy(f.method, sizeof(f.method), method) == -1)
		return reject_with(REJ_BAD_PARAM, "method");
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
	});
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
	faults_clear(&c->w->faults);
	c->w->trouble = (struct trouble){ 0 };
	meter_ban(&c->w->meter, c->now, 0);
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
trouble_lag(struct call *c)
{
	c->w->trouble.lag_ms = form_int(c->form, "ms", 0);
	return call_done(c, "done");
}

struct reject
trouble_limits(struct call *c)
{
	struct meter	*m = &c->w->meter;
	int64_t		*limit = m->limit;

	limit[METER_WEIGHT_1M] = form_int(c->form, "weight", limit[METER_WEIGHT_1M]);
	limit[METER_ORDERS_10S] = form_int(c->form, "orders_10s", limit[METER_ORDERS_10S]);
	limit[METER_ORDERS_1M] = form_int(c->form, "orders_1m", limit[METER_ORDERS_1M]);
	m->ban_after = form_int(c->form, "ban_after", m->ban_after);
	m->silent = form_int(c->form, "retry_after", !m->silent) == 0;
	return call_done(c, "done");
}

/* ---- streams --------------------------------------------------------------------- */

struct reject
trouble_cut(struct call *c)
{
	const char	*name = form_str(c->form, "route");
	const int64_t	 code = form_int(c->form, "code", 0);

	if (code != 0 && (code < CLOSE_LEAST || code > CLOSE_MOST))
		return reject_with(REJ_BAD_PARAM, "code");
	c->w->wish.cut = route_find(name, strlen(name));
	c->w->wish.cut_code = (int)code;
	jw_open(c->out, '{');
	jw_put_int(c->out, "cut", c->outside->streams[c->w->wish.cut]);
	jw_close(c->out, '}');
	return reject_none();
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
	c->w->muted = is_on(c);
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

