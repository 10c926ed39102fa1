/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/gate.h"

#include "base/text.h"
#include "tests/simex/api/call.h"
#include "tests/simex/api/session.h"

/* Whose request it is: on a connection that has logged on, who sends no key has that one's. */
static const char *
key_of(const struct request *q)
{
	if (q->api_key == NULL && q->session != NULL && session_is_on(q->session))
		return q->session->api_key;
	return q->api_key;
}

static struct reject
check_key(struct world *w, const struct request *q)
{
	const char	*key = key_of(q);

	if (w->trouble.revoked)
		return reject_as(REJ_KEY);
	if (key == NULL && q->session != NULL)
		return reject_with(REJ_MANDATORY, "apiKey");
	return auth_check_key(w->auth, key);
}

static struct reject
check_signature(struct world *w, const struct request *q)
{
	if (q->session == NULL)
		return auth_check_signature(w->auth, q->api_key, q->query, q->body, q->body_len);
	if (q->signature != NULL)
		return auth_check_payload(w->auth, key_of(q), q->payload, q->signature);
	if (session_is_on(q->session) && text_eq(key_of(q), q->session->api_key))
		return reject_none();
	return reject_with(REJ_MANDATORY, "signature");
}

static struct reject
authorize(struct world *w, const struct endpoint *e, const struct request *q)
{
	static const struct param	 security[] = {
		{ "recvWindow", P_INT, OPTIONAL, NULL, REJ_NONE },
		{ "timestamp", P_INT, MANDATORY, NULL, REJ_NONE },
	};
	const struct form	*f = &w->form;
	struct reject		 r = reject_none();

	if (e->security >= SEC_KEY)
		r = check_key(w, q);
	if (reject_is_set(&r) || e->security < SEC_SIGNED)
		return r;
	r = form_check_only(f, security, NITEMS(security));
	if (!reject_is_set(&r))
		r = auth_check_time(form_int(f, "timestamp", 0),
		    form_int(f, "recvWindow", RECV_WINDOW_DEFAULT_MS), wall_ms(w->now));
	if (!reject_is_set(&r))
		r = check_signature(w, q);
	return r;
}

static struct reject
admit(struct world *w, const struct endpoint *e, const struct request *q)
{
	const bool	 one = form_str(&w->form, "symbol") != NULL;
	struct reject	 r = meter_take(&w->meter, w->now, one ? e->weight : e->weight_all, 0);

	if (!reject_is_set(&r))
		r = authorize(w, e, q);
	if (!reject_is_set(&r) && w->trouble.overloaded && e->orders > 0 &&
	    !form_bool(&w->form, "reduceOnly"))
		r = reject_as(REJ_OVERLOAD);
	if (!reject_is_set(&r))
		r = meter_take(&w->meter, w->now, 0, e->orders);
	return r;
}

static void
record(struct world *w, const struct endpoint *e, const struct request *q, const struct call *c,
    enum fate fate, int code)
{
	const char	*named = form_str(&w->form, "newClientOrderId");
	struct buf	 params = { 0 };

	if (e == NULL || !e->recorded)
		return;
	struct arrival	*a = ledger_add(&w->ledger, w->now);
	if (named == NULL)
		named = form_str(&w->form, "origClientOrderId");
	if (named == NULL || text_copy(a->clord_id, sizeof(a->clord_id), named) == -1)
		text_put(a->clord_id, sizeof(a->clord_id), c->clord_id);
	a->method = e->method;
	a->path = e->path;
	a->fate = fate;
	a->code = code;
	a->order_id = c->order_id;
	buf_adds(&params, q->query);
	buf_add(&params, q->body, q->body_len);
	a->params = buf_take(&params);
}

static struct reject
run(struct world *w, const struct endpoint *e, const struct request *q, struct call *c)
{
	struct reject	 r = meter_check_ban(&w->meter, w->now);

	if (reject_is_set(&r))
		return r;
	if (e == NULL)
		return reject_with(REJ_PATH, "%s, Method %s", q->path, q->method);
	r = admit(w, e, q);
	if (!reject_is_set(&r))
		r = call_prepare(c, e->params, e->nparams);
	if (!reject_is_set(&r))
		r = e->run(c);
	return r;
}

/* Executes it; returns the HTTP status. */
static int
execute(struct world *w, const struct endpoint *e, const struct request *q, struct call *c)
{
	const struct reject	 why = run(w, e, q, c);

	if (reject_is_set(&why)) {
		buf_reset(c->out);
		reject_print(c->out, &why);
	}
	record(w, e, q, c, reject_is_set(&why) ? FATE_REFUSED : FATE_EXECUTED, reject_code(&why));
	return reject_http(&why);
}

/* The WebSocket API has endpoints of its own. */
static const struct endpoint *
find_endpoint(const struct request *q)
{
	if (q->session == NULL && text_eq(q->method, SESSION_METHOD))
		return NULL;
	return endpoint_find(q->method, q->path);
}

struct served
gate_serve(struct world *w, const struct request *q, struct buf *out)
{
	const struct endpoint	*e = find_endpoint(q);
	struct call		 c = {
		.w = w, .form = &w->form, .now = w->now, .out = out,
		.over_ws = q->session != NULL, .session = q->session, .api_key = key_of(q),
	};
	struct served		 s = { .status = 200 };

	form_parse(&w->form, q->query, q->body, q->body_len);
	s.met = faults_take(&w->faults, q->method, q->path, &w->met);
	if (s.met && !fault_lets_pass(&w->met))
		record(w, e, q, &c, FATE_LOST, 0);
	else
		s.status = execute(w, e, q, &c);
	return s;
}
