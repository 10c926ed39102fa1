/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/verbs.h"

#include "base/text.h"
#include "tests/simex/api/call.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

#include <string.h>

enum { WALK_STEP_MS = 10, WALK_STEPS_MOST = 1000000000 };

#define LADDER_QTY_MOST	DEC_INT(1000000000)

struct verb {
	const char		*name;
	bool			 only_asks;	/* it is no input, and not in the ledger */
	enum audit_heed		 heed;
	const struct param	*params;
	size_t			 nparams;
	struct reject		 (*run)(struct call *);
};

static const char *const	route_words[] = { "public", "market", "private", NULL };
static const char *const	port_words[] = { "rest", "stream", NULL };
static const char *const	ledger_words[] = {
	"requests", "orders", "algos", "executions", "events", "verbs", "money", "all", NULL
};

#define INT_PARAM(name, need)	{ name, P_INT, need, NULL, REJ_NONE }
#define TIME_PARAM(name, need)	{ name, P_TIME, need, NULL, REJ_NONE }
#define DEC_PARAM(name, need)	{ name, P_DEC, need, NULL, REJ_NONE }
#define STR_PARAM(name, need)	{ name, P_STR, need, NULL, REJ_NONE }
#define ID_PARAM(name)		{ name, P_ID, MANDATORY, NULL, REJ_NONE }
#define WORD_PARAM(name, need, words) { name, P_WORD, need, words, REJ_BAD_PARAM }
#define FAULT_PARAMS		STR_PARAM("path", MANDATORY), STR_PARAM("method", OPTIONAL), \
				INT_PARAM("n", OPTIONAL), STR_PARAM("where", OPTIONAL)

static const struct param p_account[] = { STR_PARAM("asset", OPTIONAL) };
static const struct param p_adl[] = {
	STR_PARAM("symbol", MANDATORY), DEC_PARAM("qty", MANDATORY),
	WORD_PARAM("positionSide", OPTIONAL, position_side_words),
};
static const struct param p_algo[] = {
	TIME_PARAM("latency_ms", OPTIONAL), INT_PARAM("stuck", OPTIONAL),
	TIME_PARAM("visible_ms", OPTIONAL), INT_PARAM("fills_first", OPTIONAL),
};
static const struct param p_amend[] = {
	STR_PARAM("symbol", MANDATORY), ID_PARAM("clientOrderId"), DEC_PARAM("qty", MANDATORY),
};
static const struct param p_ban[] = { INT_PARAM("seconds", MANDATORY) };
static const struct param p_batches[] = {
	INT_PARAM("reversed", OPTIONAL), INT_PARAM("short", OPTIONAL),
};
static const struct param p_bnb[] = { DEC_PARAM("price", MANDATORY) };
static const struct param p_cancel[] = {
	STR_PARAM("symbol", MANDATORY), ID_PARAM("clientOrderId"),
};
static const struct param p_close_after[] = { FAULT_PARAMS, TIME_PARAM("ms", OPTIONAL) };
static const struct param p_cut[] = {
	WORD_PARAM("route", OPTIONAL, route_words), INT_PARAM("code", OPTIONAL),
};
static const struct param p_events[] = {
	INT_PARAM("dup", OPTIONAL), INT_PARAM("swap", OPTIONAL),
	INT_PARAM("lose", OPTIONAL),
};
static const struct param p_drip[] = {
	FAULT_PARAMS, TIME_PARAM("ms", MANDATORY), INT_PARAM("bytes", OPTIONAL),
};
static const struct param p_expire[] = { INT_PARAM("event", OPTIONAL) };
static const struct param p_fail[] = {
	FAULT_PARAMS, INT_PARAM("status", OPTIONAL), STR_PARAM("code", OPTIONAL),
	STR_PARAM("msg", OPTIONAL), STR_PARAM("body", OPTIONAL), STR_PARAM("type", OPTIONAL),
	INT_PARAM("retry_after", OPTIONAL), INT_PARAM("execute", OPTIONAL),
};
static const struct param p_fault[] = { FAULT_PARAMS };
static const struct param p_fees[] = {
	STR_PARAM("symbol", MANDATORY), STR_PARAM("maker", OPTIONAL), STR_PARAM("taker", OPTIONAL),
};
static const struct param p_fill[] = {
	STR_PARAM("symbol", MANDATORY), ID_PARAM("clientOrderId"), DEC_PARAM("qty", MANDATORY),
	DEC_PARAM("price", OPTIONAL),
};
static const struct param p_flood[] = {
	FAULT_PARAMS, INT_PARAM("bytes", MANDATORY), INT_PARAM("headers", OPTIONAL),
};
static const struct param p_foreign[] = {
	STR_PARAM("symbol", MANDATORY), WORD_PARAM("side", MANDATORY, side_words),
	DEC_PARAM("qty", MANDATORY), DEC_PARAM("price", OPTIONAL),
	WORD_PARAM("positionSide", OPTIONAL, position_side_words),
};
static const struct param p_frame[] = {
	WORD_PARAM("kind", MANDATORY, frame_words), WORD_PARAM("route", OPTIONAL, route_words),
};
static const struct param p_freeze[] = {
	TIME_PARAM("ms", MANDATORY), WORD_PARAM("route", OPTIONAL, route_words),
};
static const struct param p_fund[] = {
	STR_PARAM("symbol", MANDATORY), STR_PARAM("rate", MANDATORY),	/* may be negative */
};
static const struct param p_funding[] = {
	STR_PARAM("symbol", MANDATORY), STR_PARAM("rate", OPTIONAL), INT_PARAM("hours", OPTIONAL),
};
static const struct param p_habits[] = {
	INT_PARAM("sums", OPTIONAL), INT_PARAM("count_refused", OPTIONAL),
};
static const struct param p_hold[] = { FAULT_PARAMS, TIME_PARAM("ms", MANDATORY) };
static const struct param p_isolated[] = {
	STR_PARAM("symbol", MANDATORY), INT_PARAM("on", MANDATORY),
};
static const struct param p_ladder[] = {
	STR_PARAM("symbol", MANDATORY), INT_PARAM("levels", OPTIONAL), DEC_PARAM("qty", OPTIONAL),
	DEC_PARAM("gap", OPTIONAL),
};
static const struct param p_listing[] = {
	STR_PARAM("symbol", MANDATORY), STR_PARAM("field", MANDATORY),
	STR_PARAM("value", MANDATORY), STR_PARAM("filter", OPTIONAL),
};
static const struct param p_ms[] = { TIME_PARAM("ms", MANDATORY) };
static const struct param p_ledger[] = {
	WORD_PARAM("kind", MANDATORY, ledger_words), INT_PARAM("from", OPTIONAL),
};
static const struct param p_limits[] = {
	INT_PARAM("weight", OPTIONAL), INT_PARAM("orders_10s", OPTIONAL),
	INT_PARAM("orders_1m", OPTIONAL), INT_PARAM("ban_after", OPTIONAL),
	INT_PARAM("retry_after", OPTIONAL),
};
static const struct param p_on[] = { INT_PARAM("on", MANDATORY) };
static const struct param p_overtake[] = {
	FAULT_PARAMS, WORD_PARAM("by", MANDATORY, overtaking_words),
};
static const struct param p_position[] = {
	STR_PARAM("symbol", MANDATORY), WORD_PARAM("positionSide", OPTIONAL, position_side_words),
};
static const struct param p_price[] = {
	STR_PARAM("symbol", MANDATORY), DEC_PARAM("price", MANDATORY),
};
static const struct param p_refuse[] = {
	TIME_PARAM("ms", MANDATORY), WORD_PARAM("port", OPTIONAL, port_words),
};
static const struct param p_skew[] = {
	INT_PARAM("events_first", OPTIONAL), TIME_PARAM("delay_ms", OPTIONAL),
};
static const struct param p_trade[] = {
	STR_PARAM("symbol", MANDATORY), WORD_PARAM("side", MANDATORY, side_words),
	DEC_PARAM("qty", MANDATORY), DEC_PARAM("price", OPTIONAL),
};
static const struct param p_transfer[] = {
	STR_PARAM("asset", MANDATORY), STR_PARAM("amount", MANDATORY),	/* may be negative */
	STR_PARAM("reason", OPTIONAL),
};
static const struct param p_weigh[] = {
	INT_PARAM("orders", OPTIONAL), INT_PARAM("weight", OPTIONAL),
};
static const struct param p_walk[] = {
	STR_PARAM("symbol", MANDATORY), DEC_PARAM("to", MANDATORY), INT_PARAM("steps", MANDATORY),
	TIME_PARAM("ms", OPTIONAL),
};

/* ---- the market ---------------------------------------------------------------- */

/* Where the contract may be, and the account can be counted. */
static struct reject
read_px(const struct call *c, const char *name, dec_t *px)
{
	const struct reject	 r = bound_dec(c, name, DEC_ZERO, c->desk->listing->high_px, px);
	char			 text[DEC_STR];

	if (reject_is_set(&r) || desk_counts_at(c->desk, *px))
		return r;
	return reject_with(REJ_BAD_PARAM, "%s: at %s the position cannot be counted", name,
	    dec_format(*px, text));
}

static struct reject
do_price(struct call *c)
{
	dec_t			 px = DEC_NONE;
	const struct reject	 r = read_px(c, "price", &px);

	if (reject_is_set(&r))
		return r;
	exchange_set_price(&c->w->exchange, c->desk, px, c->now);
	return call_done(c, "done");
}

static struct reject
do_walk(struct call *c)
{
	int64_t		 steps = 1;
	dec_t		 to = DEC_NONE;
	struct reject	 r = read_px(c, "to", &to);

	if (!reject_is_set(&r))
		r = bound_int(c, "steps", WALK_STEPS_MOST, &steps);
	if (reject_is_set(&r))
		return r;
	exchange_plan_walk(&c->w->exchange, c->desk, to, steps > 0 ? steps : 1,
	    form_int(c->form, "ms", WALK_STEP_MS), c->now);
	return call_done(c, "done");
}

static struct reject
do_ladder(struct call *c)
{
	struct ladder	 l = c->desk->market.ladder;
	const int64_t	 levels = form_int(c->form, "levels", l.levels);
	struct reject	 r = bound_dec(c, "qty", DEC_ZERO, LADDER_QTY_MOST, &l.qty);
	struct why	 why;

	if (!reject_is_set(&r))
		r = bound_dec(c, "gap", DEC_ZERO, c->desk->listing->high_px, &l.gap);
	if (reject_is_set(&r))
		return r;
	l.levels = levels < LEVELS_MAX ? (int)levels : LEVELS_MAX;
	if (market_check_ladder(&c->desk->market, l, &why) == -1)
		return reject_with(REJ_BAD_PARAM, "%s", why.text);
	exchange_set_ladder(&c->w->exchange, c->desk, l, c->now);
	return call_done(c, "done");
}

static struct reject
do_trade(struct call *c)
{
	const enum side	 side = (enum side)form_word(c->form, p_trade, NITEMS(p_trade), "side", 0);
	const dec_t	 px = form_dec(c->form, "price"), qty = form_dec(c->form, "qty");
	struct reject	 r = listing_check_qty(c->desk->listing, TYPE_LIMIT, qty);

	if (!reject_is_set(&r) && dec_ok(px))
		r = listing_check_price(c->desk->listing, px);
	if (reject_is_set(&r))
		return r;
	jw_open(c->out, '{');
	put_fixed(c->out, "executedQty", exchange_public_trade(&c->w->exchange, c->desk, side, px,
	    qty, c->now), c->desk->listing->qty_places);
	jw_close(c->out, '}');
	return r;
}

/* ---- the account, behind the client's back ---------------------------------------- */

static struct reject
do_foreign(struct call *c)
{
	struct terms	 t = {
		.side = (enum side)form_word(c->form, p_foreign, NITEMS(p_foreign), "side", 0),
		.tif = TIF_GTC, .stp = STP_EXPIRE_MAKER,
		.ps = (enum position_side)form_word(c->form, p_foreign, NITEMS(p_foreign),
		    "positionSide", PS_BOTH),
		.px = form_dec(c->form, "price"), .qty = form_dec(c->form, "qty"),
	};
	struct order	*o;

	if ((t.ps != PS_BOTH) != c->w->exchange.hedged)
		return reject_as(REJ_POSITION_SIDE);
	t.reduce_only = t.ps != PS_BOTH && (t.ps == PS_LONG) == (t.side == SIDE_SELL);
	t.type = dec_ok(t.px) ? TYPE_LIMIT : TYPE_MARKET;
	text_putf(t.clord_id, sizeof(t.clord_id), "web_%016llx",
	    (unsigned long long)rng_next(&c->w->rng));
	const struct reject	 r = exchange_place(&c->w->exchange, c->desk, &t, c->now, &o);
	if (o == NULL)
		return r;
	c->order_id = o->id;
	print_order(c->out, o, ORDER_QUERY);
	return r;
}

static struct order *
open_order(const struct call *c)
{
	struct order	*o = orders_find_clord_id(&c->desk->orders,
			    form_str(c->form, "clientOrderId"));

	return o != NULL && order_is_open(o) ? o : NULL;
}

static struct reject
do_amend(struct call *c)
{
	struct order	*o = open_order(c);

	if (o == NULL)
		return reject_as(REJ_UNKNOWN_ORDER);
	const struct reject	 r = exchange_amend(&c->w->exchange, o, form_dec(c->form, "qty"),
				    c->now);
	print_order(c->out, o, ORDER_QUERY);
	return r;
}

static struct reject
do_fill(struct call *c)
{
	const dec_t	 px = form_dec(c->form, "price");
	struct order	*o = open_order(c);

	if (o == NULL)
		return reject_as(REJ_UNKNOWN_ORDER);
	const struct reject	 r = exchange_fill(&c->w->exchange, o, form_dec(c->form, "qty"),
				    dec_ok(px) ? px : o->terms.px, c->now);
	print_order(c->out, o, ORDER_QUERY);
	return r;
}

static struct reject
do_cancel(struct call *c)
{
	struct order	*o = open_order(c);

	if (o == NULL)
		return reject_as(REJ_UNKNOWN_ORDER);
	exchange_cancel(&c->w->exchange, o, c->now);
	print_order(c->out, o, ORDER_QUERY);
	return reject_none();
}

static struct reject
do_quit(struct call *c)
{
	world_wish(c->w, &(struct wish){ .kind = WISH_QUIT });
	return call_done(c, "done");
}

#define PARAMS(p)	p, NITEMS(p)
#define NO_PARAMS	NULL, 0
#define ANY_PARAMS	SIZE_MAX	/* it looks at them itself */
#define ASKS		true, HEED_NOTHING
#define ACTS		false, HEED_NOTHING
#define HEED(what)	false, HEED_ ## what

/* In the order of simex(8), CONTROL. */
static const struct verb verbs[] = {
	{ "account",         ASKS,             PARAMS(p_account),      inspect_account },
	{ "adl",             ACTS,             PARAMS(p_adl),          money_adl },
	{ "algo",            ACTS,             PARAMS(p_algo),         algo_service },
	{ "amend",           ACTS,             PARAMS(p_amend),        do_amend },
	{ "ban",             ACTS,             PARAMS(p_ban),          trouble_ban },
	{ "batches",         ACTS,             PARAMS(p_batches),      trouble_batches },
	{ "bnb",             ACTS,             PARAMS(p_bnb),          money_bnb },
	{ "cancel",          ACTS,             PARAMS(p_cancel),       do_cancel },
	{ "clear",           HEED(CLEAR),      NO_PARAMS,              trouble_clear },
	{ "close_after",     ACTS,             PARAMS(p_close_after),  trouble_close_after },
	{ "cut",             ACTS,             PARAMS(p_cut),          trouble_cut },
	{ "drift",           HEED(DRIFT),      PARAMS(p_on),           trouble_drift },
	{ "drip",            ACTS,             PARAMS(p_drip),         trouble_drip },
	{ "drop",            ACTS,             PARAMS(p_fault),        trouble_drop },
	{ "engine",          ACTS,             PARAMS(p_ms),           habit_engine },
	{ "events",          HEED(EVENTS),     PARAMS(p_events),       trouble_events },
	{ "expire_key",      HEED(EXPIRE_KEY), PARAMS(p_expire),       trouble_expire_key },
	{ "fail",            ACTS,             PARAMS(p_fail),         trouble_fail },
	{ "fault",           ACTS,             NULL, ANY_PARAMS,       row_run },
	{ "fees",            HEED(FEES),       PARAMS(p_fees),         money_fees },
	{ "fill",            ACTS,             PARAMS(p_fill),         do_fill },
	{ "flood",           ACTS,             PARAMS(p_flood),        trouble_flood },
	{ "foreign",         ACTS,             PARAMS(p_foreign),      do_foreign },
	{ "frame",           ACTS,             PARAMS(p_frame),        trouble_frame },
	{ "freeze",          ACTS,             PARAMS(p_freeze),       trouble_freeze },
	{ "fund",            ACTS,             PARAMS(p_fund),         money_fund },
	{ "funding",         ACTS,             PARAMS(p_funding),      money_funding },
	{ "habits",          ACTS,             PARAMS(p_habits),       habit_set },
	{ "hedge",           ACTS,             PARAMS(p_on),           trouble_hedge },
	{ "hold",            ACTS,             PARAMS(p_hold),         trouble_hold },
	{ "isolated",        ACTS,             PARAMS(p_isolated),     money_isolated },
	{ "ladder",          ACTS,             PARAMS(p_ladder),       do_ladder },
	{ "lag",             ACTS,             PARAMS(p_ms),           trouble_lag },
	{ "ledger",          ASKS,             PARAMS(p_ledger),       inspect_ledger },
	{ "limits",          ACTS,             PARAMS(p_limits),       trouble_limits },
	{ "liquidate",       ACTS,             PARAMS(p_position),     money_liquidate },
	{ "listen_key_life", ACTS,             PARAMS(p_ms),           trouble_listen_key_life },
	{ "listing",         ACTS,             PARAMS(p_listing),      habit_listing },
	{ "lose",            ACTS,             PARAMS(p_fault),        trouble_lose },
	{ "multi_assets",    ACTS,             PARAMS(p_on),           money_multi_assets },
	{ "mute",            HEED(MUTE),       PARAMS(p_on),           trouble_mute },
	{ "overload",        ACTS,             PARAMS(p_on),           trouble_overload },
	{ "overtake",        ACTS,             PARAMS(p_overtake),     trouble_overtake },
	{ "position",        ASKS,             PARAMS(p_position),     inspect_position },
	{ "price",           ACTS,             PARAMS(p_price),        do_price },
	{ "quit",            ACTS,             NO_PARAMS,              do_quit },
	{ "refuse",          ACTS,             PARAMS(p_refuse),       trouble_refuse },
	{ "revoke",          ACTS,             PARAMS(p_on),           trouble_revoke },
	{ "settle",          ACTS,             PARAMS(p_price),        money_settle },
	{ "skew",            ACTS,             PARAMS(p_skew),         trouble_skew },
	{ "status",          ASKS,             NO_PARAMS,              inspect_status },
	{ "trade",           ACTS,             PARAMS(p_trade),        do_trade },
	{ "transfer",        ACTS,             PARAMS(p_transfer),     money_transfer },
	{ "walk",            ACTS,             PARAMS(p_walk),         do_walk },
	{ "weigh",           ACTS,             PARAMS(p_weigh),        trouble_weigh },
};

static const struct verb *
verb_find(const char *uri, size_t len)
{
	for (size_t i = 0; i < NITEMS(verbs); i++)
		if (len == strlen(verbs[i].name) && memcmp(verbs[i].name, uri, len) == 0)
			return &verbs[i];
	return NULL;
}

static const struct verb *
verb_of(const char *uri)
{
	return verb_find(uri, strcspn(uri, "?"));
}

/* Is it there, and does it take what is in the query? */
static struct reject
prepare(struct call *c, const struct verb *v, const char *uri)
{
	const char	*mark = strchr(uri, '?');

	if (v == NULL)
		return reject_with(REJ_PATH, "%.*s", (int)strcspn(uri, "?"), uri);
	form_parse(&c->w->form, mark == NULL ? "" : mark + 1, "", 0);
	return v->nparams == ANY_PARAMS ? row_check(c) : call_prepare(c, v->params, v->nparams);
}

struct reject
verb_do(struct call *c, const char *uri)
{
	const struct verb	*v = verb_of(uri);
	const struct reject	 r = prepare(c, v, uri);

	return reject_is_set(&r) ? r : v->run(c);
}

enum audit_heed
verb_heed(const char *uri)
{
	const struct verb	*v = verb_of(uri);

	return v == NULL ? HEED_NOTHING : v->heed;
}

bool
verb_takes(const char *uri, const char *param)
{
	const struct verb	*v = verb_of(uri);

	for (size_t i = 0; v != NULL && v->nparams != ANY_PARAMS && i < v->nparams; i++)
		if (text_eq(v->params[i].name, param))
			return true;
	return false;
}

/* Appends the answer to out. */
static struct reject
answer(struct call *c, const char *uri)
{
	const struct reject	 r = verb_do(c, uri);

	if (!reject_is_set(&r))
		return r;
	buf_reset(c->out);
	reject_print(c->out, &r);
	return r;
}

struct reject
verb_check(struct world *w, const char *said)
{
	const char	*uri = said + (*said == '/');
	struct call	 c = { .w = w, .form = &w->form, .now = w->now };

	return prepare(&c, verb_of(uri), uri);
}

int
verb_run(struct world *w, const char *said, const char *by, const struct outside *o,
    struct buf *out)
{
	const char	*uri = said + (*said == '/');
	struct buf	 does = { 0 };
	struct call	 c = {
		.w = w, .form = &w->form, .now = w->now, .out = out, .outside = o, .does = &does,
	};
	const struct verb	*v = verb_of(uri);

	if (v != NULL && v->only_asks) {
		const struct reject	 asked = answer(&c, uri);
		return reject_http(&asked);
	}
	ledger_begin(&w->ledger);
	const struct reject	 r = answer(&c, uri);
	ledger_add_verb(&w->ledger, &(struct told_verb){
		.at = w->now, .uri = uri, .by = by, .does = does.len == 0 ? NULL : buf_text(&does),
		.http = reject_http(&r), .order_id = c.order_id,
	});
	buf_free(&does);
	return reject_http(&r);
}
