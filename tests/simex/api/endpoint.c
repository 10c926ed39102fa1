/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/algo_terms.h"
#include "tests/simex/core/intake.h"
#include "wire/jw.h"

#define SYMBOL_PARAM(need)	{ "symbol", P_STR, need, NULL, REJ_NONE }
#define OPTIONAL_INT(name)	{ name, P_INT, OPTIONAL, NULL, REJ_NONE }
#define OPTIONAL_TIME(name)	{ name, P_TIME, OPTIONAL, NULL, REJ_NONE }

static const struct param p_symbol[] = { SYMBOL_PARAM(OPTIONAL) };
static const struct param p_one_symbol[] = { SYMBOL_PARAM(MANDATORY) };
static const struct param p_depth[] = { OPTIONAL_INT("limit"), SYMBOL_PARAM(MANDATORY) };
static const char *const	contract_words[] = {
	"PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER", "TRADIFI_PERPETUAL", NULL,
};
#define INTERVAL_PARAM		{ "interval", P_STR, MANDATORY, NULL, REJ_NONE }
#define PAIR_PARAM		{ "pair", P_STR, MANDATORY, NULL, REJ_NONE }
#define WINDOW_PARAMS		OPTIONAL_TIME("endTime"), OPTIONAL_INT("limit"), \
				OPTIONAL_TIME("startTime")

static const struct param p_aggregates[] = {
	OPTIONAL_INT("fromId"), SYMBOL_PARAM(MANDATORY), WINDOW_PARAMS,
};
static const struct param p_continuous_klines[] = {
	{ "contractType", P_WORD, MANDATORY, contract_words, REJ_BAD_PARAM }, INTERVAL_PARAM,
	PAIR_PARAM, WINDOW_PARAMS,
};
static const struct param p_funding[] = { SYMBOL_PARAM(OPTIONAL), WINDOW_PARAMS };
static const struct param p_klines[] = {
	INTERVAL_PARAM, SYMBOL_PARAM(MANDATORY), WINDOW_PARAMS,
};
static const struct param p_old_trades[] = {
	OPTIONAL_INT("fromId"), OPTIONAL_INT("limit"), SYMBOL_PARAM(MANDATORY),
};
static const struct param p_pair_klines[] = { INTERVAL_PARAM, PAIR_PARAM, WINDOW_PARAMS };
static const struct param p_one_order[] = {
	OPTIONAL_INT("orderId"),
	{ "origClientOrderId", P_ID, OPTIONAL, NULL, REJ_NONE },
	SYMBOL_PARAM(MANDATORY),
};
static const struct param p_all_orders[] = {
	OPTIONAL_TIME("endTime"), OPTIONAL_INT("limit"), OPTIONAL_INT("orderId"),
	OPTIONAL_TIME("startTime"), SYMBOL_PARAM(OPTIONAL),
};
static const struct param p_amendments[] = {
	OPTIONAL_TIME("endTime"), OPTIONAL_INT("limit"), OPTIONAL_INT("orderId"),
	{ "origClientOrderId", P_ID, OPTIONAL, NULL, REJ_NONE },
	OPTIONAL_TIME("startTime"), SYMBOL_PARAM(MANDATORY),
};
static const struct param p_batch[] = { { "batchOrders", P_STR, MANDATORY, NULL, REJ_NONE } };
static const struct param p_batch_cancel[] = {
	{ "orderIdList", P_STR, OPTIONAL, NULL, REJ_NONE },
	{ "orderidlist", P_STR, OPTIONAL, NULL, REJ_NONE },
	{ "origClientOrderIdList", P_STR, OPTIONAL, NULL, REJ_NONE },
	{ "origclientorderidlist", P_STR, OPTIONAL, NULL, REJ_NONE },
	SYMBOL_PARAM(MANDATORY),
};
static const struct param p_count_down[] = {
	{ "countdownTime", P_INT, MANDATORY, NULL, REJ_NONE }, SYMBOL_PARAM(MANDATORY),
};
static const struct param p_user_trades[] = {
	OPTIONAL_TIME("endTime"), OPTIONAL_INT("fromId"), OPTIONAL_INT("limit"),
	OPTIONAL_INT("orderId"), OPTIONAL_TIME("startTime"), SYMBOL_PARAM(MANDATORY),
};
static const struct param p_leverage[] = {
	{ "leverage", P_INT, MANDATORY, NULL, REJ_NONE }, SYMBOL_PARAM(MANDATORY),
};
static const struct param p_fee_burn[] = { { "feeBurn", P_BOOL, MANDATORY, NULL, REJ_NONE } };
static const struct param p_income[] = {
	OPTIONAL_TIME("endTime"), { "incomeType", P_STR, OPTIONAL, NULL, REJ_NONE },
	OPTIONAL_INT("limit"), OPTIONAL_INT("page"), OPTIONAL_TIME("startTime"),
	SYMBOL_PARAM(OPTIONAL),
};
static const struct param p_margin_history[] = {
	OPTIONAL_TIME("endTime"), OPTIONAL_INT("limit"), OPTIONAL_TIME("startTime"),
	SYMBOL_PARAM(MANDATORY), OPTIONAL_INT("type"),
};
static const struct param p_multi_assets[] = {
	{ "multiAssetsMargin", P_BOOL, MANDATORY, NULL, REJ_NONE },
};
static const struct param p_position_mode[] = {
	{ "dualSidePosition", P_BOOL, MANDATORY, NULL, REJ_NONE },
};
static const struct param p_listen_key[] = {
	{ "listenKey", P_STR, OPTIONAL, NULL, REJ_NONE },
};
/* These have no symbol, but clients send one. */
static const struct param p_one_algo[] = {
	OPTIONAL_INT("algoId"),
	{ "clientAlgoId", P_ID, OPTIONAL, NULL, REJ_NONE },
	SYMBOL_PARAM(OPTIONAL),
};
static const struct param p_all_algos[] = {
	OPTIONAL_INT("algoId"), OPTIONAL_TIME("endTime"), OPTIONAL_INT("limit"),
	OPTIONAL_TIME("startTime"), SYMBOL_PARAM(MANDATORY),
};
/* What the exchange ignores there, clients send. */
static const struct param p_ignored_symbol[] = { SYMBOL_PARAM(OPTIONAL) };

/* ---- what depends on the limit ---------------------------------------------------- */

struct tariff {
	int64_t	 limit;		/* up to this one */
	int	 weight;
};

/* The dearest stands last. */
static int
weight_by(const struct tariff *t, const struct form *f, int64_t absent)
{
	const char	*text = form_str(f, "limit");
	int64_t		 limit = absent;

	if (text != NULL && text_to_i64(text, 0, INT64_MAX, &limit) == -1)
		limit = absent;
	while (limit > t->limit)
		t++;
	return t->weight;
}

static int
weigh_depth(const struct form *f)
{
	static const struct tariff	 t[] = {
		{ 50, 2 }, { 100, 5 }, { 500, 10 }, { INT64_MAX, 20 },
	};

	return weight_by(t, f, 500);
}

static int
weigh_klines(const struct form *f)
{
	static const struct tariff	 t[] = {
		{ 99, 1 }, { 499, 2 }, { 1000, 5 }, { INT64_MAX, 10 },
	};

	return weight_by(t, f, 500);
}

int
endpoint_weight(const struct endpoint *e, const struct form *f)
{
	if (e->weigh != NULL)
		return e->weigh(f);
	return form_str(f, "symbol") != NULL ? e->weight : e->weight_all;
}

#define PARAMS(p)	false, NULL, NULL, p, NITEMS(p)
#define NO_PARAMS	false, NULL, NULL, NULL, 0
#define WEIGHED(weigh, p) false, NULL, weigh, p, NITEMS(p)
#define ORDERS(timed, is_exempt, p) timed, is_exempt, NULL, p, NITEMS(p)

/*
 * By path, then method.  The parameters of an order are intake.c's, of a
 * conditional one algo_terms.c's.
 */
static const struct endpoint endpoints[] = {
	/* method    path                             security    weight: one all  orders recorded */
	{ "GET",    "/fapi/v1/accountConfig",         SEC_SIGNED,  5,  5, 0, false,
	    NO_PARAMS, account_config },
	{ "GET",    "/fapi/v1/adlQuantile",           SEC_SIGNED,  5,  5, 0, false,
	    PARAMS(p_symbol), account_adl_quantile },
	{ "GET",    "/fapi/v1/aggTrades",             SEC_NONE,   20, 20, 0, false,
	    PARAMS(p_aggregates), history_aggregates },
	{ "DELETE", "/fapi/v1/algoOpenOrders",        SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_symbol), algo_cancel_all },
	{ "DELETE", "/fapi/v1/algoOrder",             SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_algo), algo_cancel },
	{ "GET",    "/fapi/v1/algoOrder",             SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_algo), algo_query },
	{ "POST",   "/fapi/v1/algoOrder",             SEC_SIGNED,  0,  0, 1, true,
	    PARAMS(algos_params), algo_place },
	{ "GET",    "/fapi/v1/allAlgoOrders",         SEC_SIGNED,  5,  5, 0, true,
	    PARAMS(p_all_algos), algo_all_orders },
	{ "DELETE", "/fapi/v1/allOpenOrders",         SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_symbol), trade_cancel_all },
	{ "GET",    "/fapi/v1/allOrders",             SEC_SIGNED,  5,  5, 0, true,
	    PARAMS(p_all_orders), trade_all_orders },
	{ "GET",    "/fapi/v1/apiTradingStatus",      SEC_SIGNED,  1, 10, 0, false,
	    PARAMS(p_symbol), account_trading_status },
	{ "DELETE", "/fapi/v1/batchOrders",           SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_batch_cancel), batch_cancel },
	{ "POST",   "/fapi/v1/batchOrders",           SEC_SIGNED,  5,  5, 5, true,
	    ORDERS(true, batch_is_exempt, p_batch), batch_place },
	{ "PUT",    "/fapi/v1/batchOrders",           SEC_SIGNED,  5,  5, 5, true,
	    ORDERS(true, NULL, p_batch), batch_modify },
	{ "GET",    "/fapi/v1/commissionRate",        SEC_SIGNED, 20, 20, 0, false,
	    PARAMS(p_one_symbol), account_commission_rate },
	{ "GET",    "/fapi/v1/continuousKlines",      SEC_NONE,    5,  5, 0, false,
	    WEIGHED(weigh_klines, p_continuous_klines), history_continuous_klines },
	{ "POST",   "/fapi/v1/countdownCancelAll",    SEC_SIGNED, 10, 10, 0, true,
	    PARAMS(p_count_down), trade_count_down },
	{ "GET",    "/fapi/v1/depth",                 SEC_NONE,   10, 10, 0, false,
	    WEIGHED(weigh_depth, p_depth), public_depth },
	{ "GET",    "/fapi/v1/exchangeInfo",          SEC_NONE,    1,  1, 0, false,
	    PARAMS(p_ignored_symbol), public_exchange_info },
	{ "GET",    "/fapi/v1/feeBurn",               SEC_SIGNED, 30, 30, 0, false,
	    NO_PARAMS, setting_fee_burn },
	{ "POST",   "/fapi/v1/feeBurn",               SEC_SIGNED,  1,  1, 0, false,
	    PARAMS(p_fee_burn), setting_set_fee_burn },
	{ "GET",    "/fapi/v1/forceOrders",           SEC_SIGNED, 20, 50, 0, false,
	    PARAMS(income_forced_params), income_forced },
	{ "GET",    "/fapi/v1/fundingInfo",           SEC_NONE,    1,  1, 0, false,
	    PARAMS(p_ignored_symbol), public_funding_terms },
	{ "GET",    "/fapi/v1/fundingRate",           SEC_NONE,    0,  0, 0, false,
	    PARAMS(p_funding), history_funding },
	{ "GET",    "/fapi/v1/historicalTrades",      SEC_KEY,    200, 200, 0, false,
	    PARAMS(p_old_trades), history_old_trades },
	{ "GET",    "/fapi/v1/income",                SEC_SIGNED, 30, 30, 0, false,
	    PARAMS(p_income), income_list },
	{ "GET",    "/fapi/v1/indexPriceKlines",      SEC_NONE,    5,  5, 0, false,
	    WEIGHED(weigh_klines, p_pair_klines), history_index_klines },
	{ "GET",    "/fapi/v1/klines",                SEC_NONE,    5,  5, 0, false,
	    WEIGHED(weigh_klines, p_klines), history_klines },
	{ "POST",   "/fapi/v1/leverage",              SEC_SIGNED,  1,  1, 0, false,
	    PARAMS(p_leverage), setting_leverage },
	{ "GET",    "/fapi/v1/leverageBracket",       SEC_SIGNED,  1,  1, 0, false,
	    PARAMS(p_symbol), account_brackets },
	{ "DELETE", "/fapi/v1/listenKey",             SEC_KEY,     1,  1, 0, false,
	    PARAMS(p_listen_key), user_close_listen_key },
	{ "POST",   "/fapi/v1/listenKey",             SEC_KEY,     1,  1, 0, false,
	    PARAMS(p_listen_key), user_open_listen_key },
	{ "PUT",    "/fapi/v1/listenKey",             SEC_KEY,     1,  1, 0, false,
	    PARAMS(p_listen_key), user_renew_listen_key },
	{ "POST",   "/fapi/v1/marginType",            SEC_SIGNED,  1,  1, 0, false,
	    PARAMS(setting_margin_type_params), setting_margin_type },
	{ "GET",    "/fapi/v1/markPriceKlines",       SEC_NONE,    5,  5, 0, false,
	    WEIGHED(weigh_klines, p_klines), history_mark_klines },
	{ "GET",    "/fapi/v1/multiAssetsMargin",     SEC_SIGNED, 30, 30, 0, false,
	    NO_PARAMS, setting_asset_mode },
	{ "POST",   "/fapi/v1/multiAssetsMargin",     SEC_SIGNED,  1,  1, 0, false,
	    PARAMS(p_multi_assets), setting_set_asset_mode },
	{ "GET",    "/fapi/v1/openAlgoOrders",        SEC_SIGNED,  1, 40, 0, true,
	    PARAMS(algos_open_params), algo_open_orders },
	{ "GET",    "/fapi/v1/openInterest",          SEC_NONE,    1,  1, 0, false,
	    PARAMS(p_one_symbol), public_open_interest },
	{ "GET",    "/fapi/v1/openOrder",             SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_order), trade_open_order },
	{ "GET",    "/fapi/v1/openOrders",            SEC_SIGNED,  1, 40, 0, true,
	    PARAMS(p_symbol), trade_open_orders },
	{ "DELETE", "/fapi/v1/order",                 SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_order), trade_cancel },
	{ "GET",    "/fapi/v1/order",                 SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_order), trade_query },
	{ "POST",   "/fapi/v1/order",                 SEC_SIGNED,  0,  0, 1, true,
	    ORDERS(true, intake_is_exempt, intake_params), trade_place },
	{ "PUT",    "/fapi/v1/order",                 SEC_SIGNED,  0,  0, 1, true,
	    ORDERS(true, NULL, intake_change_params), trade_modify },
	{ "POST",   "/fapi/v1/order/test",            SEC_SIGNED,  0,  0, 1, true,
	    ORDERS(false, intake_is_exempt, intake_params), trade_test },
	{ "GET",    "/fapi/v1/orderAmendment",        SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_amendments), trade_amendments },
	{ "GET",    "/fapi/v1/ping",                  SEC_NONE,    1,  1, 0, false,
	    NO_PARAMS, public_ping },
	{ "POST",   "/fapi/v1/positionMargin",        SEC_SIGNED,  1,  1, 0, false,
	    PARAMS(setting_margin_params), setting_margin },
	{ "GET",    "/fapi/v1/positionMargin/history",SEC_SIGNED,  1,  1, 0, false,
	    PARAMS(p_margin_history), income_margin_moves },
	{ "GET",    "/fapi/v1/positionSide/dual",     SEC_SIGNED, 30, 30, 0, false,
	    NO_PARAMS, setting_position_mode },
	{ "POST",   "/fapi/v1/positionSide/dual",     SEC_SIGNED,  1,  1, 0, false,
	    PARAMS(p_position_mode), setting_set_position_mode },
	{ "GET",    "/fapi/v1/premiumIndex",          SEC_NONE,    1, 10, 0, false,
	    PARAMS(p_symbol), public_premium_index },
	{ "GET",    "/fapi/v1/premiumIndexKlines",    SEC_NONE,    5,  5, 0, false,
	    WEIGHED(weigh_klines, p_klines), history_premium_klines },
	{ "GET",    "/fapi/v1/rateLimit/order",       SEC_SIGNED,  1,  1, 0, false,
	    NO_PARAMS, user_order_limits },
	{ "GET",    "/fapi/v1/rpiDepth",              SEC_NONE,   20, 20, 0, false,
	    PARAMS(p_depth), public_rpi_depth },
	{ "GET",    "/fapi/v1/symbolAdlRisk",         SEC_NONE,    1,  1, 0, false,
	    PARAMS(p_symbol), account_adl_risk },
	{ "GET",    "/fapi/v1/symbolConfig",          SEC_SIGNED,  5,  5, 0, false,
	    PARAMS(p_symbol), account_symbol_config },
	{ "GET",    "/fapi/v1/ticker/24hr",           SEC_NONE,    1, 40, 0, false,
	    PARAMS(p_symbol), public_day },
	{ "GET",    "/fapi/v1/ticker/bookTicker",     SEC_NONE,    2,  5, 0, false,
	    PARAMS(p_symbol), public_book_ticker },
	{ "GET",    "/fapi/v1/ticker/price",          SEC_NONE,    1,  2, 0, false,
	    PARAMS(p_symbol), public_price_v1 },
	{ "GET",    "/fapi/v1/time",                  SEC_NONE,    1,  1, 0, false,
	    NO_PARAMS, public_time },
	{ "GET",    "/fapi/v1/trades",                SEC_NONE,    5,  5, 0, false,
	    PARAMS(p_depth), history_trades },
	{ "GET",    "/fapi/v1/userTrades",            SEC_SIGNED,  5,  5, 0, true,
	    PARAMS(p_user_trades), trade_user_trades },
	{ "GET",    "/fapi/v2/account",               SEC_SIGNED,  5,  5, 0, false,
	    NO_PARAMS, account_v2 },
	{ "GET",    "/fapi/v2/balance",               SEC_SIGNED,  5,  5, 0, false,
	    NO_PARAMS, account_balance },
	{ "GET",    "/fapi/v2/positionRisk",          SEC_SIGNED,  5,  5, 0, false,
	    PARAMS(p_symbol), account_risk_v2 },
	{ "GET",    "/fapi/v2/ticker/price",          SEC_NONE,    1,  2, 0, false,
	    PARAMS(p_symbol), public_price },
	{ "GET",    "/fapi/v3/account",               SEC_SIGNED,  5,  5, 0, false,
	    NO_PARAMS, account_v3 },
	{ "GET",    "/fapi/v3/balance",               SEC_SIGNED,  5,  5, 0, false,
	    NO_PARAMS, account_balance },
	{ "GET",    "/fapi/v3/positionRisk",          SEC_SIGNED,  5,  5, 0, false,
	    PARAMS(p_symbol), account_risk_v3 },
	/* The WebSocket API's own: wsapi.c. */
	{ "WS",     "session.logon",                  SEC_SIGNED,  2,  2, 0, false,
	    NO_PARAMS, session_logon },
	{ "WS",     "session.logout",                 SEC_NONE,    2,  2, 0, false,
	    NO_PARAMS, session_logout },
	{ "WS",     "session.open",                   SEC_NONE,    5,  5, 0, false,
	    NO_PARAMS, session_open },
	{ "WS",     "session.status",                 SEC_NONE,    2,  2, 0, false,
	    NO_PARAMS, session_status },
};

const struct endpoint *
endpoint_find(const char *method, const char *path)
{
	for (size_t i = 0; i < NITEMS(endpoints); i++)
		if (text_eq(endpoints[i].path, path) && text_eq(endpoints[i].method, method))
			return &endpoints[i];
	return NULL;
}

const struct endpoint *
endpoint_at(size_t i)
{
	return i < NITEMS(endpoints) ? &endpoints[i] : NULL;
}

static bool
takes_symbol(const struct param *params, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq(params[i].name, "symbol"))
			return params != p_ignored_symbol;
	return false;
}

struct reject
call_prepare(struct call *c, const struct param *params, size_t n)
{
	const struct reject	 r = form_check(c->form, params, n);
	const char		*symbol = form_str(c->form, "symbol");

	if (reject_is_set(&r) || symbol == NULL || !takes_symbol(params, n))
		return r;
	c->desk = exchange_find(&c->w->exchange, symbol);
	return c->desk == NULL ? reject_as(REJ_BAD_SYMBOL) : r;
}

struct reject
call_done(struct call *c, const char *msg)
{
	jw_open(c->out, '{');
	jw_put_int(c->out, "code", 200);
	jw_put_str(c->out, "msg", msg);
	jw_close(c->out, '}');
	return reject_none();
}
