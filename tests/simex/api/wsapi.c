/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/wsapi.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/api/call.h"
#include "wire/jw.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REAL_DIGITS_LEAST = 15, REAL_DIGITS_MOST = 17, REAL_TEXT = 40 };

static const struct method {
	const char	*name, *method, *path;
} methods[] = {
	{ "account.balance",      "GET",    "/fapi/v2/balance" },
	{ "account.position",     "GET",    "/fapi/v2/positionRisk" },
	{ "account.status",       "GET",    "/fapi/v2/account" },
	{ "algoOrder.cancel",     "DELETE", "/fapi/v1/algoOrder" },
	{ "algoOrder.place",      "POST",   "/fapi/v1/algoOrder" },
	{ "depth",                "GET",    "/fapi/v1/depth" },
	{ "order.cancel",         "DELETE", "/fapi/v1/order" },
	{ "order.modify",         "PUT",    "/fapi/v1/order" },
	{ "order.place",          "POST",   "/fapi/v1/order" },
	{ "order.status",         "GET",    "/fapi/v1/order" },
	{ "session.logon",        SESSION_METHOD, "session.logon" },
	{ "session.logout",       SESSION_METHOD, "session.logout" },
	{ "session.status",       SESSION_METHOD, "session.status" },
	{ "ticker.book",          "GET",    "/fapi/v1/ticker/bookTicker" },
	{ "ticker.price",         "GET",    "/fapi/v2/ticker/price" },
	{ "userDataStream.ping",  "PUT",    "/fapi/v1/listenKey" },
	{ "userDataStream.start", "POST",   "/fapi/v1/listenKey" },
	{ "userDataStream.stop",  "DELETE", "/fapi/v1/listenKey" },
	{ "v2/account.balance",   "GET",    "/fapi/v3/balance" },
	{ "v2/account.position",  "GET",    "/fapi/v3/positionRisk" },
	{ "v2/account.status",    "GET",    "/fapi/v3/account" },
};

/* A parameter, as the text that is signed. */
struct value {
	const char	*name;
	char		*text;
};

/* One request, read. */
struct asked {
	json_t			*json;
	char			*id;		/* as JSON; NULL: null */
	const struct endpoint	*endpoint;
	struct value		*v;		/* sorted by name */
	size_t			 n;
	struct buf		 payload, form;
	const char		*api_key, *signature;
	bool			 hides_limits;
};

static const struct method *
method_named(const char *name)
{
	for (size_t i = 0; i < NITEMS(methods); i++)
		if (text_eq(methods[i].name, name))
			return &methods[i];
	return NULL;
}

/* A method may be called with a version before its name. */
static const struct endpoint *
find_endpoint(const char *name)
{
	const struct method	*m = method_named(name);

	if (m == NULL && name[0] == 'v' && isdigit((unsigned char)name[1]) && name[2] == '/')
		m = method_named(name + 3);
	return m == NULL ? NULL : endpoint_find(m->method, m->path);
}

const char *
wsapi_method(size_t i, const struct endpoint **e)
{
	if (i >= NITEMS(methods))
		return NULL;
	*e = endpoint_find(methods[i].method, methods[i].path);
	return methods[i].name;
}

/* ---- parameters --------------------------------------------------------------------- */

/* The shortest text that means the same number, as clients print it. */
static char *
text_of_real(double v)
{
	char	 text[REAL_TEXT];

	for (int digits = REAL_DIGITS_LEAST; digits <= REAL_DIGITS_MOST; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	if (strspn(text, "-0123456789") == strlen(text))
		snprintf(text, sizeof(text), "%.1f", v);
	return xstrdup(text);
}

static char *
text_of(const json_t *v)
{
	char	*text;

	if (json_is_string(v))
		return xstrdup(json_string_value(v));
	if (json_is_real(v))
		return text_of_real(json_real_value(v));
	if ((text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT)) == NULL)
		panic("out of memory: json_dumps");
	return text;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct value *)a)->name, ((const struct value *)b)->name);
}

static void
add_encoded(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		const unsigned char	 c = (unsigned char)*text;

		if (isalnum(c) || strchr("-._~", c) != NULL)
			buf_addc(b, *text);
		else
			buf_addf(b, "%%%02X", c);
	}
}

static void
join(struct buf *b, const struct value *v, void (*add)(struct buf *, const char *))
{
	if (b->len > 0)
		buf_addc(b, '&');
	add(b, v->name);
	buf_addc(b, '=');
	add(b, v->text);
}

/* What is not a parameter of the endpoint: it belongs to the request. */
static bool
is_envelope(const char *name)
{
	return text_eq(name, "apiKey") || text_eq(name, "returnRateLimits");
}

static void
read_values(struct asked *a, const json_t *params)
{
	const char	*name;
	json_t		*v;

	a->v = xcalloc(json_object_size(params) + 1, sizeof(*a->v));
	json_object_foreach((json_t *)(uintptr_t)params, name, v)
		if (!json_is_null(v))
			a->v[a->n++] = (struct value){ name, text_of(v) };
	qsort(a->v, a->n, sizeof(*a->v), by_name);
	for (size_t i = 0; i < a->n; i++) {
		if (text_eq(a->v[i].name, "apiKey"))
			a->api_key = a->v[i].text;
		if (text_eq(a->v[i].name, "returnRateLimits"))
			a->hides_limits = text_is_false(a->v[i].text);
		if (text_eq(a->v[i].name, "signature")) {
			a->signature = a->v[i].text;
			continue;
		}
		join(&a->payload, &a->v[i], buf_adds);
		if (!is_envelope(a->v[i].name))
			join(&a->form, &a->v[i], add_encoded);
	}
}

/* ---- requests ------------------------------------------------------------------------- */

static struct reject
read_id(struct asked *a)
{
	const json_t	*id = json_object_get(a->json, "id");

	if (id == NULL || !(json_is_integer(id) || json_is_string(id) || json_is_null(id)))
		return reject_with(REJ_JSON,
		    "'id' in JSON request; expected an integer, a string, or null.");
	if ((a->id = json_dumps(id, JSON_ENCODE_ANY | JSON_COMPACT)) == NULL)
		panic("out of memory: json_dumps");
	return reject_none();
}

static struct reject
read_request(struct asked *a, const char *text, size_t len)
{
	a->json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(a->json))
		return reject_with(REJ_JSON, "JSON request; expected an object.");
	const struct reject	 r = read_id(a);
	if (reject_is_set(&r))
		return r;
	const char	*method = json_string_value(json_object_get(a->json, "method"));
	const json_t	*params = json_object_get(a->json, "params");
	if (method == NULL)
		return reject_with(REJ_JSON, "'method' in JSON request; expected a string.");
	if (params != NULL && !json_is_object(params))
		return reject_with(REJ_JSON, "'params' in JSON request; expected an object.");
	if ((a->endpoint = find_endpoint(method)) == NULL)
		return reject_as(REJ_UNSUPPORTED);
	read_values(a, params);
	return r;
}

static void
asked_fini(struct asked *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i].text);
	free(a->v);
	free(a->id);
	buf_free(&a->payload);
	buf_free(&a->form);
	json_decref(a->json);
}

/* ---- answers -------------------------------------------------------------------------- */

static void
print_limit(struct buf *b, struct world *w, enum meter_kind k, const char *type,
    const char *interval, int n)
{
	const int64_t	 limit = w->meter.limit[k];

	jw_open(b, '{');
	jw_put_str(b, "rateLimitType", type);
	jw_put_str(b, "interval", interval);
	jw_put_int(b, "intervalNum", n);
	jw_put_int(b, "limit", limit > 0 ? limit : INT32_MAX);
	jw_put_int(b, "count", meter_used(&w->meter, w->now, k));
	jw_close(b, '}');
}

/* Those that the request could have run into. */
static void
print_limits(struct buf *b, struct world *w, const struct endpoint *e)
{
	jw_key(b, "rateLimits");
	jw_open(b, '[');
	print_limit(b, w, METER_WEIGHT_1M, "REQUEST_WEIGHT", "MINUTE", 1);
	if (e != NULL && e->orders > 0) {
		print_limit(b, w, METER_ORDERS_10S, "ORDERS", "SECOND", 10);
		print_limit(b, w, METER_ORDERS_1M, "ORDERS", "MINUTE", 1);
	}
	jw_close(b, ']');
}

static void
print_answer(struct buf *out, struct world *w, const struct asked *a, int status,
    const struct buf *body)
{
	jw_open(out, '{');
	jw_put_raw(out, "id", a->id == NULL ? "null" : a->id);
	jw_put_int(out, "status", status);
	jw_put_raw(out, status == 200 ? "result" : "error", buf_text(body));
	if (!a->hides_limits)
		print_limits(out, w, a->endpoint);
	jw_close(out, '}');
}

/* A key that is no longer one ends its session; what is said then answers nothing. */
static void
end_session(const struct world *w, struct session *s, struct asked *a)
{
	if (!w->trouble.revoked || !session_is_on(s))
		return;
	s->api_key[0] = '\0';
	free(a->id);
	a->id = NULL;
}

/* Another answer than the endpoint's; text that is no JSON is the text of an error. */
static void
fail(const struct fault *f, struct buf *body)
{
	struct buf	 text = { 0 };

	buf_reset(body);
	fault_print_answer(f, &text);
	if (f->kind == FAULT_FLOOD || f->json) {
		buf_adds(body, buf_text(&text));
	} else {
		jw_open(body, '{');
		jw_put_int(body, "code", -1000);
		jw_put_str(body, "msg", buf_text(&text));
		jw_close(body, '}');
	}
	buf_free(&text);
}

static struct served
serve(struct world *w, struct session *s, struct asked *a, wall_t now, struct buf *body)
{
	const struct request	 q = {
		.method = a->endpoint->method, .path = a->endpoint->path,
		.query = buf_text(&a->form), .body = "", .api_key = a->api_key,
		.session = s, .payload = buf_text(&a->payload), .signature = a->signature,
	};
	struct served		 got = world_request(w, &q, now, body);

	if (got.status == 401)
		end_session(w, s, a);
	if (!got.met || (w->met.kind != FAULT_FAIL && w->met.kind != FAULT_FLOOD))
		return got;
	fail(&w->met, body);
	got.status = w->met.kind == FAULT_FAIL ? w->met.status : 400;
	return got;
}

struct served
wsapi_request(struct world *w, struct session *s, const char *text, size_t len, wall_t now,
    struct buf *out)
{
	struct asked		 a = { .hides_limits = s->hides_limits };
	struct buf		 body = { 0 };
	struct served		 got = { 0 };
	const struct reject	 r = read_request(&a, text, len);

	if (reject_is_set(&r) || a.endpoint == NULL) {
		world_advance(w, now);
		reject_print(&body, &r);
		got.status = reject_http(&r);
	} else {
		got = serve(w, s, &a, now, &body);
	}
	print_answer(out, w, &a, got.status, &body);
	buf_free(&body);
	asked_fini(&a);
	return got;
}

int
wsapi_open(struct world *w, struct session *s, const char *arguments, wall_t now)
{
	struct buf		 ignored = { 0 };
	const struct request	 q = {
		.method = SESSION_METHOD, .path = "session.open", .query = "", .body = "",
		.session = s,
	};

	*s = (struct session){ .hides_limits = strstr(arguments, "returnRateLimits=false") != NULL };
	const struct served	 got = world_request(w, &q, now, &ignored);
	buf_free(&ignored);
	return got.status;
}
