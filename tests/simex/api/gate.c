/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/gate.h"

#include "base/die.h"
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
check_overload(const struct world *w, const struct endpoint *e)
{
	return w->trouble.overloaded && e->is_exempt != NULL && !e->is_exempt(&w->form) ?
	    reject_as(REJ_OVERLOAD) : reject_none();
}

/* Late in the matching engine, a request may have become too old on its way there. */
static struct reject
check_engine(const struct world *w, const struct endpoint *e)
{
	const int64_t	 late_ms = wall_ms(w->now) + w->trouble.engine_ms;

	if (!e->timed || w->trouble.engine_ms == 0)
		return reject_none();
	return late_ms - form_int(&w->form, "timestamp", 0) >
	    form_int(&w->form, "recvWindow", RECV_WINDOW_DEFAULT_MS) ?
	    reject_as(REJ_ENGINE_TIME) : reject_none();
}

static struct reject
admit(struct world *w, const struct endpoint *e, const struct request *q)
{
	struct reject	 r = meter_take(&w->meter, w->now, endpoint_weight(e, &w->form), 0);

	if (!reject_is_set(&r))
		r = authorize(w, e, q);
	if (!reject_is_set(&r))
		r = check_overload(w, e);
	if (!reject_is_set(&r) && e->orders > 0)
		r = meter_take_orders(&w->meter, w->now, e->orders, 1);
	return r;
}

/* Whatever it was, as received; without an endpoint it is about nothing known. */
static void
record(struct world *w, const struct endpoint *e, const struct request *q, const struct call *c,
    enum fate fate, const struct reject *why)
{
	const char	*named = form_str(&w->form, "newClientOrderId");
	const bool	 keyless = q->api_key == NULL;
	struct arrival	 a = {
		.at = w->now, .method = q->method, .path = q->path,
		.query = q->query, .body = q->body, .body_len = q->body_len,
		.other_key = keyless || text_eq(q->api_key, w->terms.key) ? NULL : q->api_key,
		.keyless = keyless, .about_orders = e != NULL && e->recorded,
		.fate = fate, .code = why == NULL ? 0 : reject_code(why),
		.http = why == NULL ? 0 : reject_http(why), .order_id = c->order_id,
	};

	if (q->session != NULL) {
		a.payload = q->payload == NULL ? "" : q->payload;
		a.signature = q->signature;
		a.logged_on = c->logged_on;
	}
	if (named == NULL)
		named = form_str(&w->form, "origClientOrderId");
	if (named == NULL)
		named = form_str(&w->form, "clientAlgoId");
	if (named == NULL || text_copy(a.clord_id, sizeof(a.clord_id), named) == -1)
		text_put(a.clord_id, sizeof(a.clord_id), c->clord_id);
	ledger_add_request(&w->ledger, &a);
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
	if (reject_is_set(&r))
		return r;
	r = check_engine(w, e);
	if (!reject_is_set(&r))
		r = call_prepare(c, e->params, e->nparams);
	if (!reject_is_set(&r))
		r = e->run(c);
	if (reject_is_set(&r) && e->orders > 0 && w->habits.refusals_free)
		meter_give_back_orders(&w->meter, e->orders, 1);
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
	drift_apply(w->trouble.drift, c->out);
	record(w, e, q, c, reject_is_set(&why) ? FATE_REFUSED : FATE_EXECUTED, &why);
	return reject_http(&why);
}

static void
befall(struct exchange *x, struct order *o, enum overtaking what, wall_t now)
{
	struct reject	 ignored;

	switch (what) {
	case OVERTAKE_CANCEL:
		exchange_cancel(x, o, now);
		return;
	case OVERTAKE_EXPIRE:
		exchange_expire(x, o, ER_NONE, now);
		return;
	case OVERTAKE_FILL:
		exchange_fill(x, o, o->rest.leaves_qty, o->terms.px, now);
		return;
	case OVERTAKE_MATCH:
		exchange_expire(x, o, ER_STP, now);
		return;
	case OVERTAKE_SHRINK:
		/* Of one step there is nothing to take. */
		ignored = exchange_amend(x, o, dec_sub(o->terms.qty, o->listing->step), now);
		(void)ignored;
		return;
	case OVERTAKE_N:
		break;
	}
	panic("overtaking %d", (int)what);
}

/* The order that the request names has come to something else before. */
static void
overtake(struct world *w)
{
	const char	*symbol = form_str(&w->form, "symbol");
	const char	*clord_id = form_str(&w->form, "origClientOrderId");
	const char	*id = form_str(&w->form, "orderId");
	struct desk	*d = symbol == NULL ? NULL : exchange_find(&w->exchange, symbol);
	struct order	*o = NULL;
	int64_t		 number;

	if (d != NULL && id != NULL && text_to_i64(id, 0, INT64_MAX, &number) == 0)
		o = orders_find(&d->orders, number);
	else if (d != NULL && clord_id != NULL)
		o = orders_find_clord_id(&d->orders, clord_id);
	if (o == NULL || !order_is_open(o))
		return;
	befall(&w->exchange, o, w->met.overtaking, w->now);
}

/* The WebSocket API has endpoints of its own. */
static const struct endpoint *
find_endpoint(const struct request *q)
{
	if (q->session == NULL && text_eq(q->method, SESSION_METHOD))
		return NULL;
	return endpoint_find(q->method, q->path);
}

/* What goes with the answer, whatever that is. */
static void
say_limits(const struct world *w, const struct endpoint *e, struct served *s)
{
	const struct meter	*m = &w->meter;

	for (int k = 0; k < METER_N; k++)
		s->used[k] = k == METER_WEIGHT_1M || (e != NULL && e->orders > 0) ?
		    meter_used(m, w->now, (enum meter_kind)k) : -1;
	s->retry_after_s = (s->status == 418 || s->status == 429) && !m->silent ?
	    meter_retry_after_s(m, w->now) : -1;
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

	if (q->session != NULL)
		text_put(c.logged_on, sizeof(c.logged_on), q->session->api_key);
	/* What a GET has in its body is no parameter. */
	form_parse(&w->form, q->query, q->body, text_eq(q->method, "GET") ? 0 : q->body_len);
	const bool		 met = faults_take(&w->faults, q->method, q->path, &w->form, &w->met);
	s.met = met && fault_shows(&w->met);
	if (met && w->met.kind == FAULT_OVERTAKE)
		overtake(w);
	if (met && !fault_lets_pass(&w->met))
		record(w, e, q, &c, FATE_LOST, NULL);
	else
		s.status = execute(w, e, q, &c);
	say_limits(w, e, &s);
	return s;
}
