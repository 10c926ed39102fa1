/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "wire/jw.h"

static void
print_limit(struct buf *b, const char *interval, int n, int64_t limit)
{
	jw_open(b, '{');
	jw_put_str(b, "rateLimitType", "ORDERS");
	jw_put_str(b, "interval", interval);
	jw_put_int(b, "intervalNum", n);
	jw_put_int(b, "limit", limit > 0 ? limit : INT32_MAX);
	jw_close(b, '}');
}

struct reject
user_order_limits(struct call *c)
{
	jw_open(c->out, '[');
	print_limit(c->out, "SECOND", 10, c->w->meter.limit[METER_ORDERS_10S]);
	print_limit(c->out, "MINUTE", 1, c->w->meter.limit[METER_ORDERS_1M]);
	jw_close(c->out, ']');
	return reject_none();
}

/* ---- the user stream's key ---------------------------------------------------- */

static struct reject
answer_key(struct call *c)
{
	jw_open(c->out, '{');
	jw_put_str(c->out, "listenKey", c->w->key.text);
	jw_close(c->out, '}');
	return reject_none();
}

/* One whose time has come is dead, even if nobody has noticed yet. */
static void
bury_old_key(struct call *c)
{
	if (listen_key_is_due(&c->w->key, c->now))
		world_expire_key(c->w, true, c->now);
}

struct reject
user_open_listen_key(struct call *c)
{
	bury_old_key(c);
	listen_key_open(&c->w->key, &c->w->rng, c->now);
	return answer_key(c);
}

/* The account has one key; naming another is naming none. */
static bool
names_another(const struct call *c)
{
	const char	*named = form_str(c->form, "listenKey");

	return named != NULL && !text_eq(named, c->w->key.text);
}

struct reject
user_renew_listen_key(struct call *c)
{
	bury_old_key(c);
	if (!listen_key_lives(&c->w->key) || names_another(c))
		return reject_as(REJ_BAD_LISTEN_KEY);
	listen_key_renew(&c->w->key, c->now);
	return answer_key(c);
}

struct reject
user_close_listen_key(struct call *c)
{
	bury_old_key(c);
	if (!listen_key_lives(&c->w->key) || names_another(c))
		return reject_as(REJ_BAD_LISTEN_KEY);
	listen_key_close(&c->w->key);
	buf_adds(c->out, "{}");
	return reject_none();
}
