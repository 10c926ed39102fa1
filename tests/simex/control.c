/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/call.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	QUIT_AFTER_US = 50000,		/* the answer leaves first */
	WALK_STEP_MS = 10,
	STATUS_DEFAULT = 503,
};

struct control {
	struct simex	*s;
	struct evhttp	*http;
	struct form	 form;
	struct buf	 out;
};

struct verb {
	const char		*name;
	const struct param	*params;
	size_t			 nparams;
	struct reject		 (*run)(struct call *);
};

static const char *const	side_words[] = { "BUY", "SELL", NULL };
static const char *const	route_words[] = { "public", "market", "private", NULL };
static const char *const	ledger_words[] = { "requests", "orders", "executions", NULL };

#define INT_PARAM(name, need)	{ name, P_INT, need, NULL, REJ_NONE }
#define DEC_PARAM(name, need)	{ name, P_DEC, need, NULL, REJ_NONE }
#define STR_PARAM(name, need)	{ name, P_STR, need, NULL, REJ_NONE }
#define WORD_PARAM(name, need, words) { name, P_WORD, need, words, REJ_BAD_PARAM }
#define FAULT_PARAMS		STR_PARAM("path", MANDATORY), STR_PARAM("method", OPTIONAL), \
				INT_PARAM("n", OPTIONAL)

static const struct param p_cancel[] = {
	STR_PARAM("symbol", MANDATORY), { "clientOrderId", P_ID, MANDATORY, NULL, REJ_NONE },
};
static const struct param p_cut[] = { WORD_PARAM("route", MANDATORY, route_words) };
static const struct param p_expire[] = { INT_PARAM("event", OPTIONAL) };
static const struct param p_fail[] = {
	FAULT_PARAMS, INT_PARAM("status", OPTIONAL), STR_PARAM("code", OPTIONAL),
	STR_PARAM("msg", OPTIONAL), INT_PARAM("execute", OPTIONAL),
};
static const struct param p_fault[] = { FAULT_PARAMS };
static const struct param p_foreign[] = {
	STR_PARAM("symbol", MANDATORY), WORD_PARAM("side", MANDATORY, side_words),
	DEC_PARAM("qty", MANDATORY), DEC_PARAM("price", OPTIONAL),
};
static const struct param p_fund[] = {
	STR_PARAM("symbol", MANDATORY), STR_PARAM("rate", MANDATORY),	/* may be negative */
};
static const struct param p_hold[] = { FAULT_PARAMS, INT_PARAM("ms", MANDATORY) };
static const struct param p_ladder[] = {
	STR_PARAM("symbol", MANDATORY), INT_PARAM("levels", OPTIONAL), DEC_PARAM("qty", OPTIONAL),
	DEC_PARAM("gap", OPTIONAL),
};
static const struct param p_ledger[] = {
	WORD_PARAM("kind", MANDATORY, ledger_words), INT_PARAM("from", OPTIONAL),
};
static const struct param p_limits[] = {
	INT_PARAM("weight", OPTIONAL), INT_PARAM("orders_10s", OPTIONAL),
	INT_PARAM("orders_1m", OPTIONAL),
};
static const struct param p_mute[] = { INT_PARAM("on", MANDATORY) };
static const struct param p_price[] = {
	STR_PARAM("symbol", MANDATORY), DEC_PARAM("price", MANDATORY),
};
static const struct param p_skew[] = {
	INT_PARAM("events_first", OPTIONAL), INT_PARAM("delay_ms", OPTIONAL),
};
static const struct param p_symbol[] = { STR_PARAM("symbol", MANDATORY) };
static const struct param p_walk[] = {
	STR_PARAM("symbol", MANDATORY), DEC_PARAM("to", MANDATORY), INT_PARAM("steps", MANDATORY),
	INT_PARAM("ms", OPTIONAL),
};

static struct reject
done(struct call *c)
{
	call_done(c, "done");
	return reject_none();
}

/* ---- the market ---------------------------------------------------------------- */

static struct reject
do_price(struct call *c)
{
	exchange_set_price(&c->s->exchange, c->desk, form_dec(c->form, "price"), c->now);
	return done(c);
}

static struct reject
do_walk(struct call *c)
{
	const int64_t	 steps = form_int(c->form, "steps", 1);

	market_plan_walk(&c->desk->market, form_dec(c->form, "to"), steps > 0 ? steps : 1,
	    form_int(c->form, "ms", WALK_STEP_MS), c->now);
	feed_walk(c->s);
	return done(c);
}

static struct reject
do_ladder(struct call *c)
{
	struct ladder	 l = c->desk->market.ladder;
	const dec_t	 qty = form_dec(c->form, "qty"), gap = form_dec(c->form, "gap");
	const int64_t	 levels = form_int(c->form, "levels", l.levels);

	l.levels = levels < LEVELS_MAX ? (int)levels : LEVELS_MAX;
	l.qty = dec_ok(qty) ? qty : l.qty;
	l.gap = dec_ok(gap) ? gap : l.gap;
	exchange_set_ladder(&c->s->exchange, c->desk, l, c->now);
	return done(c);
}

/* ---- the account, behind the client's back ---------------------------------------- */

static struct reject
do_foreign(struct call *c)
{
	struct terms	 t = {
		.side = (enum side)form_word(c->form, p_foreign, NITEMS(p_foreign), "side", 0),
		.tif = TIF_GTC, .stp = STP_EXPIRE_MAKER,
		.px = form_dec(c->form, "price"), .qty = form_dec(c->form, "qty"),
	};
	struct order	*o;

	t.type = dec_ok(t.px) ? TYPE_LIMIT : TYPE_MARKET;
	text_putf(t.clord_id, sizeof(t.clord_id), "web_%016llx",
	    (unsigned long long)rng_next(&c->s->rng));
	const struct reject	 r = exchange_place(&c->s->exchange, c->desk, &t, c->now, &o);
	if (o == NULL)
		return r;
	print_order(c->out, o, ORDER_QUERY);
	return r;
}

static struct reject
do_cancel(struct call *c)
{
	struct order	*o = orders_find_clord_id(&c->desk->orders,
			    form_str(c->form, "clientOrderId"));

	if (o == NULL || !order_is_open(o))
		return reject_as(REJ_UNKNOWN_ORDER);
	exchange_cancel(&c->s->exchange, o, c->now);
	print_order(c->out, o, ORDER_QUERY);
	return reject_none();
}

static struct reject
do_fund(struct call *c)
{
	dec_t	 rate;

	if (dec_parse(form_str(c->form, "rate"), &rate) == -1)
		return reject_with(REJ_BAD_PARAM, "rate");
	exchange_fund(&c->s->exchange, c->desk, rate, c->now);
	return done(c);
}

/* ---- faults --------------------------------------------------------------------- */

static struct reject
add_fault(struct call *c, struct fault *f)
{
	const char	*method = form_str(c->form, "method");

	f->left = form_int(c->form, "n", 1);
	if (text_copy(f->path, sizeof(f->path), form_str(c->form, "path")) == -1)
		return reject_with(REJ_BAD_PARAM, "path");
	if (method != NULL && text_copy(f->method, sizeof(f->method), method) == -1)
		return reject_with(REJ_BAD_PARAM, "method");
	if (f->left < 1)
		return reject_with(REJ_BAD_PARAM, "n");
	return faults_add(&c->s->faults, f) ? done(c) : reject_as(REJ_TOO_MANY_PARAMS);
}

static struct reject
do_drop(struct call *c)
{
	return add_fault(c, &(struct fault){ .kind = FAULT_DROP });
}

static struct reject
do_lose(struct call *c)
{
	return add_fault(c, &(struct fault){ .kind = FAULT_LOSE });
}

static struct reject
do_hold(struct call *c)
{
	return add_fault(c, &(struct fault){
		.kind = FAULT_HOLD, .ms = form_int(c->form, "ms", 0),
	});
}

static struct reject
do_fail(struct call *c)
{
	const char	*code = form_str(c->form, "code"), *msg = form_str(c->form, "msg");
	int64_t		 number = 0;
	struct fault	 f = {
		.kind = FAULT_FAIL,
		.status = (int)(form_int(c->form, "status", STATUS_DEFAULT) % 1000),
		.json = code != NULL,
		.execute = form_int(c->form, "execute", 0) != 0,
	};

	if (code != NULL && text_to_i64(code, INT16_MIN, INT16_MAX, &number) == -1)
		return reject_with(REJ_BAD_PARAM, "code");
	if (text_copy(f.msg, sizeof(f.msg), msg == NULL ? "" : msg) == -1)
		return reject_with(REJ_BAD_PARAM, "msg");
	f.code = (int)number;
	return add_fault(c, &f);
}

static struct reject
do_clear(struct call *c)
{
	faults_clear(&c->s->faults);
	return done(c);
}

static struct reject
do_limits(struct call *c)
{
	int64_t	*limit = c->s->meter.limit;

	limit[METER_WEIGHT_1M] = form_int(c->form, "weight", limit[METER_WEIGHT_1M]);
	limit[METER_ORDERS_10S] = form_int(c->form, "orders_10s", limit[METER_ORDERS_10S]);
	limit[METER_ORDERS_1M] = form_int(c->form, "orders_1m", limit[METER_ORDERS_1M]);
	return done(c);
}

/* ---- streams --------------------------------------------------------------------- */

static struct reject
do_cut(struct call *c)
{
	const char	*name = form_str(c->form, "route");
	const int	 n = streams_cut(c->s->streams, route_find(name, strlen(name)));

	jw_open(c->out, '{');
	jw_put_int(c->out, "cut", n);
	jw_close(c->out, '}');
	return reject_none();
}

static struct reject
do_expire_key(struct call *c)
{
	feed_expire_key(c->s, form_int(c->form, "event", 1) != 0);
	return done(c);
}

static struct reject
do_mute(struct call *c)
{
	c->s->muted = form_int(c->form, "on", 0) != 0;
	return done(c);
}

static struct reject
do_skew(struct call *c)
{
	struct conf	*conf = &c->s->conf;

	conf->events_first = form_int(c->form, "events_first", conf->events_first) != 0;
	conf->event_delay_ms = form_int(c->form, "delay_ms", conf->event_delay_ms);
	return done(c);
}

/* ---- what is so -------------------------------------------------------------------- */

static void
put_dec(struct buf *b, const char *name, dec_t d)
{
	char	 text[DEC_STR];

	jw_put_str(b, name, dec_format(d, text));
}

static struct reject
do_account(struct call *c)
{
	const struct wallet	*w = &c->s->exchange.wallet;
	const struct equity	 e = exchange_equity(&c->s->exchange);

	jw_open(c->out, '{');
	put_dec(c->out, "initial", w->initial);
	put_dec(c->out, "balance", w->balance);
	put_dec(c->out, "realizedPnl", w->realized);
	put_dec(c->out, "fees", w->fees);
	put_dec(c->out, "funding", w->funding);
	put_dec(c->out, "unrealizedPnl", e.upnl);
	put_dec(c->out, "available", e.available);
	jw_close(c->out, '}');
	return reject_none();
}

static struct reject
do_position(struct call *c)
{
	const struct position	*p = &c->desk->position;

	jw_open(c->out, '{');
	jw_put_str(c->out, "symbol", c->desk->listing.symbol);
	put_dec(c->out, "qty", p->qty);
	put_dec(c->out, "entryPrice", position_entry_px(p));
	put_dec(c->out, "realizedPnl", p->realized);
	put_dec(c->out, "unrealizedPnl", position_upnl(p, desk_mark_px(c->desk)));
	jw_put_int(c->out, "leverage", p->leverage);
	jw_put_int(c->out, "openOrders", (int64_t)c->desk->orders.n_open);
	jw_close(c->out, '}');
	return reject_none();
}

static void
print_all_orders(struct buf *b, const struct exchange *x)
{
	jw_open(b, '[');
	for (int i = 0; i < LISTING_N; i++)
		for (size_t j = 0; j < x->desks[i].orders.n; j++)
			print_order(b, x->desks[i].orders.v[j], ORDER_LIST);
	jw_close(b, ']');
}

static struct reject
do_ledger(struct call *c)
{
	const size_t	 from = (size_t)form_int(c->form, "from", 0);
	const char	*kind = form_str(c->form, "kind");

	if (text_eq(kind, "requests"))
		ledger_print_requests(&c->s->ledger, from, c->out);
	else if (text_eq(kind, "executions"))
		ledger_print_executions(&c->s->ledger, from, c->out);
	else
		print_all_orders(c->out, &c->s->exchange);
	return reject_none();
}

static void
put_streams(struct buf *b, const struct streams *st)
{
	jw_key(b, "streams");
	jw_open(b, '{');
	for (int r = 0; r < ROUTE_N; r++)
		jw_put_int(b, route_name((enum route)r), streams_count(st, (enum route)r));
	jw_close(b, '}');
}

static void
put_desks(struct buf *b, const struct exchange *x)
{
	jw_key(b, "symbols");
	jw_open(b, '{');
	for (int i = 0; i < LISTING_N; i++) {
		const struct desk	*d = &x->desks[i];

		jw_key(b, d->listing.symbol);
		jw_open(b, '{');
		put_dec(b, "price", d->market.ref_px);
		jw_put_int(b, "orders", (int64_t)d->orders.n);
		jw_put_int(b, "openOrders", (int64_t)d->orders.n_open);
		jw_put_int(b, "trades", (int64_t)d->orders.ntrades);
		jw_close(b, '}');
	}
	jw_close(b, '}');
}

static struct reject
do_status(struct call *c)
{
	const struct simex	*s = c->s;

	jw_open(c->out, '{');
	jw_put_int(c->out, "pid", getpid());
	jw_put_int(c->out, "requests", (int64_t)s->ledger.narrivals);
	jw_put_int(c->out, "executions", (int64_t)s->ledger.ntrades);
	jw_put_bool(c->out, "muted", s->muted);
	jw_put_bool(c->out, "listenKey", listen_key_lives(&s->key));
	put_streams(c->out, s->streams);
	put_desks(c->out, &s->exchange);
	jw_key(c->out, "faults");
	faults_print(&s->faults, c->out);
	jw_close(c->out, '}');
	return reject_none();
}

static struct reject
do_quit(struct call *c)
{
	event_base_loopexit(c->s->base, &(struct timeval){ 0, QUIT_AFTER_US });
	return done(c);
}

#define PARAMS(p)	p, NITEMS(p)
#define NO_PARAMS	NULL, 0

/* In the order of simex(8), CONTROL. */
static const struct verb verbs[] = {
	{ "account",    NO_PARAMS,         do_account },
	{ "cancel",     PARAMS(p_cancel),  do_cancel },
	{ "clear",      NO_PARAMS,         do_clear },
	{ "cut",        PARAMS(p_cut),     do_cut },
	{ "drop",       PARAMS(p_fault),   do_drop },
	{ "expire_key", PARAMS(p_expire),  do_expire_key },
	{ "fail",       PARAMS(p_fail),    do_fail },
	{ "foreign",    PARAMS(p_foreign), do_foreign },
	{ "fund",       PARAMS(p_fund),    do_fund },
	{ "hold",       PARAMS(p_hold),    do_hold },
	{ "ladder",     PARAMS(p_ladder),  do_ladder },
	{ "ledger",     PARAMS(p_ledger),  do_ledger },
	{ "limits",     PARAMS(p_limits),  do_limits },
	{ "lose",       PARAMS(p_fault),   do_lose },
	{ "mute",       PARAMS(p_mute),    do_mute },
	{ "position",   PARAMS(p_symbol),  do_position },
	{ "price",      PARAMS(p_price),   do_price },
	{ "quit",       NO_PARAMS,         do_quit },
	{ "skew",       PARAMS(p_skew),    do_skew },
	{ "status",     NO_PARAMS,         do_status },
	{ "walk",       PARAMS(p_walk),    do_walk },
};

static const struct verb *
verb_find(const char *uri, size_t len)
{
	for (size_t i = 0; i < NITEMS(verbs); i++)
		if (len == strlen(verbs[i].name) && memcmp(verbs[i].name, uri, len) == 0)
			return &verbs[i];
	return NULL;
}

static struct reject
run(struct call *c, const char *uri)
{
	const size_t		 slash = *uri == '/', len = strcspn(uri + slash, "?");
	const struct verb	*v = verb_find(uri + slash, len);

	if (v == NULL)
		return reject_with(REJ_PATH, "%.*s", (int)len, uri + slash);
	const struct reject	 r = call_prepare(c, v->params, v->nparams);
	return reject_is_set(&r) ? r : v->run(c);
}

/* What the exchange owes its streams is said before the answer, and once more after it. */
static void
on_request(struct evhttp_request *req, void *arg)
{
	struct control	*k = arg;
	const char	*uri = evhttp_request_get_uri(req), *mark = strchr(uri, '?');
	struct call	 c = { .s = k->s, .form = &k->form, .now = simex_now(), .out = &k->out };

	feed_flush(k->s);
	form_parse(&k->form, mark == NULL ? "" : mark + 1, "", 0);
	buf_reset(&k->out);
	const struct reject	 r = run(&c, uri);
	if (reject_is_set(&r)) {
		buf_reset(&k->out);
		reject_print(&k->out, &r);
	}
	feed_flush(k->s);
	simex_log("control", "http=%d uri=%s", reject_http(&r), uri);
	rest_reply(req, reject_http(&r), &k->out);
}

struct control *
control_new(struct simex *s, int *port)
{
	struct control	*k = xcalloc(1, sizeof(*k));

	k->s = s;
	k->http = rest_listen(s, s->conf.control_port, port, on_request, k);
	if (k->http == NULL) {
		free(k);
		return NULL;
	}
	return k;
}

void
control_free(struct control *k)
{
	if (k == NULL)
		return;
	evhttp_free(k->http);
	form_free(&k->form);
	buf_free(&k->out);
	free(k);
}
