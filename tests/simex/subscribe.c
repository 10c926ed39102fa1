/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/conn.h"

#include "base/die.h"
#include "base/text.h"
#include "wire/jw.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

enum {
	CONTROL_PER_S = 10,		/* messages from a client; more and it is cut off */
	BITS = 64,			/* of a word of wants */
};

/* ---- what a connection listens to ------------------------------------------------ */

static void
listen_to_key(struct conn *c, const char *key, unsigned events)
{
	struct listened	*l = &c->keys[c->nkeys];

	if (c->route != ROUTE_PRIVATE || c->nkeys == KEYS_MAX ||
	    text_copy(l->key, sizeof(l->key), key) == -1)
		return;
	l->events = events;
	c->nkeys++;
	if (!listen_key_is(&c->s->world.key, key))
		simex_log("listen_key_unknown", "key=%.8s", key);
}

static size_t
name_index(const struct conn *c, const char *name)
{
	size_t	 i = 0;

	while (i < c->nnames && !text_eq(c->names[i], name))
		i++;
	return i;
}

/* From wanted to not, or back. */
static void
turn(struct conn *c, struct topic t)
{
	const size_t	 words = c->s->world.exchange.n / BITS + 1;

	if (c->wants[t.kind] == NULL)
		c->wants[t.kind] = xcalloc(words, sizeof(uint64_t));
	c->wants[t.kind][(unsigned)t.listing / BITS] ^= UINT64_C(1) << (unsigned)t.listing % BITS;
	if (conn_wants(c, t))
		feed_join(c->s, t);
	else
		feed_leave(c->s, t);
}

bool
conn_wants(const struct conn *c, struct topic t)
{
	const uint64_t	*v = c->wants[t.kind];

	return v != NULL && (v[(unsigned)t.listing / BITS] >> (unsigned)t.listing % BITS & 1) != 0;
}

/* Asking for what the route does not carry succeeds, and nothing comes. */
static void
subscribe(struct conn *c, const char *name)
{
	struct topic	 t;

	if (*name == '\0' || c->nnames == NAMES_MAX || name_index(c, name) < c->nnames)
		return;
	c->names[c->nnames++] = xstrdup(name);
	if (c->route == ROUTE_PRIVATE)
		listen_to_key(c, name, UE_ALL);
	else if (topic_parse(&c->s->world.exchange.listings, name, &t) &&
	    topic_route(t.kind) == c->route && !conn_wants(c, t))
		turn(c, t);
}

static void
unsubscribe(struct conn *c, const char *name)
{
	const size_t	 at = name_index(c, name);
	struct topic	 t;

	if (at == c->nnames)
		return;
	if (topic_parse(&c->s->world.exchange.listings, name, &t) && conn_wants(c, t))
		turn(c, t);
	for (size_t i = 0; i < c->nkeys; i++)
		if (text_eq(c->keys[i].key, name))
			c->keys[i--] = c->keys[--c->nkeys];
	free(c->names[at]);
	c->names[at] = c->names[--c->nnames];
}

static void
subscribe_all(struct conn *c, const char *names)
{
	while (*names != '\0') {
		const size_t	 len = strcspn(names, "/");
		char		*one = xstrndup(names, len);

		subscribe(c, one);
		free(one);
		names += len + (names[len] == '/');
	}
}

/* streams=a/b and listenKey=k&events=A/B, the latter repeated. */
void
conn_read_argument(struct conn *c, const char *arg)
{
	if (text_starts_with(arg, "streams="))
		subscribe_all(c, strchr(arg, '=') + 1);
	else if (text_starts_with(arg, "listenKey="))
		listen_to_key(c, strchr(arg, '=') + 1, UE_ALL);
	else if (text_starts_with(arg, "events=") && c->nkeys > 0)
		c->keys[c->nkeys - 1].events = user_events_parse(strchr(arg, '=') + 1) |
		    1u << UE_LISTEN_KEY_EXPIRED;
}

void
conn_read_path(struct conn *c, const char *path)
{
	const struct address	 a = address_parse(path);

	c->route = a.route == ROUTE_NONE ? ROUTE_PUBLIC : a.route;
	c->combined = a.combined;
	subscribe_all(c, a.names);
}

void
conn_forget_names(struct conn *c)
{
	while (c->nnames > 0)
		unsubscribe(c, c->names[c->nnames - 1]);
	for (int k = 0; k < TOPIC_N; k++)
		free(c->wants[k]);
}

/* ---- control messages --------------------------------------------------------- */

struct message {
	json_t	*params;	/* an array, or NULL */
	char	*id;		/* as JSON */
};

static void
answer(struct conn *c, const struct message *q, const char *result)
{
	struct buf	 b = { 0 };

	jw_open(&b, '{');
	jw_put_raw(&b, "result", result);
	jw_put_raw(&b, "id", q->id);
	jw_close(&b, '}');
	conn_send(c, &b);
	buf_free(&b);
}

static void
refuse(struct conn *c, int code, const char *msg)
{
	struct buf	 b = { 0 };

	jw_open(&b, '{');
	jw_put_int(&b, "code", code);
	jw_put_str(&b, "msg", msg);
	jw_close(&b, '}');
	conn_send(c, &b);
	buf_free(&b);
}

static void
refuse_name(struct conn *c)
{
	refuse(c, 2, "Invalid request: property name must be a string");
}

static bool
are_names(const json_t *params)
{
	size_t	 i;
	json_t	*name;

	json_array_foreach(params, i, name)
		if (!json_is_string(name))
			return false;
	return json_is_array(params);
}

static void
each_name(struct conn *c, const struct message *q, void (*apply)(struct conn *, const char *))
{
	size_t	 i;
	json_t	*name;

	if (!are_names(q->params)) {
		refuse_name(c);
		return;
	}
	json_array_foreach(q->params, i, name) {
		apply(c, json_string_value(name));
	}
	answer(c, q, "null");
}

static void
do_subscribe(struct conn *c, const struct message *q)
{
	each_name(c, q, subscribe);
}

static void
do_unsubscribe(struct conn *c, const struct message *q)
{
	each_name(c, q, unsubscribe);
}

static void
do_list(struct conn *c, const struct message *q)
{
	struct buf	 b = { 0 };

	jw_open(&b, '[');
	for (size_t i = 0; i < c->nnames; i++)
		jw_str(&b, c->names[i]);
	jw_close(&b, ']');
	answer(c, q, buf_text(&b));
	buf_free(&b);
}

/* There is one property. */
static bool
names_combined(struct conn *c, const struct message *q)
{
	const char	*name = json_string_value(json_array_get(q->params, 0));

	if (name == NULL)
		refuse_name(c);
	else if (!text_eq(name, "combined"))
		refuse(c, 0, "Unknown property");
	return name != NULL && text_eq(name, "combined");
}

static void
do_get_property(struct conn *c, const struct message *q)
{
	if (names_combined(c, q))
		answer(c, q, c->combined ? "true" : "false");
}

static void
do_set_property(struct conn *c, const struct message *q)
{
	const json_t	*value = json_array_get(q->params, 1);

	if (!names_combined(c, q))
		return;
	if (!json_is_boolean(value)) {
		refuse(c, 1, "Invalid value type: expected Boolean");
		return;
	}
	c->combined = json_is_true(value);
	answer(c, q, "null");
}

static const struct {
	const char	*method;
	size_t		 most;		/* parameters */
	void		 (*run)(struct conn *, const struct message *);
} controls[] = {
	{ "GET_PROPERTY",       1,         do_get_property },
	{ "LIST_SUBSCRIPTIONS", 0,         do_list },
	{ "SET_PROPERTY",       2,         do_set_property },
	{ "SUBSCRIBE",          NAMES_MAX, do_subscribe },
	{ "UNSUBSCRIBE",        NAMES_MAX, do_unsubscribe },
};

/* The documents want an unsigned integer; the exchange's own connector sends text. */
static bool
is_request_id(const json_t *id)
{
	return json_is_string(id) || (json_is_integer(id) && json_integer_value(id) >= 0);
}

static void
dispatch(struct conn *c, json_t *msg)
{
	const char	*method = json_string_value(json_object_get(msg, "method"));
	const json_t	*id = json_object_get(msg, "id");

	if (method == NULL) {
		refuse(c, 2, "Invalid request: missing field `method`");
		return;
	}
	if (!is_request_id(id)) {
		refuse(c, 2, "Invalid request: request ID must be an unsigned integer");
		return;
	}
	for (size_t i = 0; i < NITEMS(controls); i++) {
		if (!text_eq(controls[i].method, method))
			continue;
		struct message	 q = {
			.params = json_object_get(msg, "params"),
			.id = json_dumps(id, JSON_ENCODE_ANY),
		};
		if (json_array_size(q.params) > controls[i].most)
			refuse(c, 2, "Invalid request: too many parameters");
		else
			controls[i].run(c, &q);
		free(q.id);
		return;
	}
	refuse(c, 2, "Invalid request: unknown variant of `method`, expected one of `SUBSCRIBE`, "
	    "`UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`");
}

static bool
is_too_fast(struct conn *c)
{
	const int64_t	 second = simex_now().us / 1000000;

	if (second != c->second)
		c->control_n = 0;
	c->second = second;
	return ++c->control_n > CONTROL_PER_S;
}

int
conn_read_message(struct conn *c, const char *text, size_t len)
{
	json_t	*msg = json_loadb(text, len, 0, NULL);

	if (is_too_fast(c)) {
		simex_log("stream_too_fast", "route=%s", route_name(c->route));
		json_decref(msg);
		return -1;
	}
	if (json_is_object(msg))
		dispatch(c, msg);
	else
		refuse(c, 3, "Invalid JSON");
	json_decref(msg);
	return 0;
}
