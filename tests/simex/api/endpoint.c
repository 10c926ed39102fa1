/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/intake.h"
#include "wire/jw.h"

#define SYMBOL_PARAM(need)	{ "symbol", P_STR, need, NULL, REJ_NONE }
#define OPTIONAL_INT(name)	{ name, P_INT, OPTIONAL, NULL, REJ_NONE }

static const struct param p_symbol[] = { SYMBOL_PARAM(OPTIONAL) };
static const struct param p_one_symbol[] = { SYMBOL_PARAM(MANDATORY) };
static const struct param p_depth[] = { OPTIONAL_INT("limit"), SYMBOL_PARAM(MANDATORY) };
static const struct param p_one_order[] = {
	OPTIONAL_INT("orderId"),
	{ "origClientOrderId", P_ID, OPTIONAL, NULL, REJ_NONE },
	SYMBOL_PARAM(MANDATORY),
};
static const struct param p_all_orders[] = {
	OPTIONAL_INT("endTime"), OPTIONAL_INT("limit"), OPTIONAL_INT("orderId"),
	OPTIONAL_INT("startTime"), SYMBOL_PARAM(MANDATORY),
};
static const struct param p_user_trades[] = {
	OPTIONAL_INT("endTime"), OPTIONAL_INT("fromId"), OPTIONAL_INT("limit"),
	OPTIONAL_INT("orderId"), OPTIONAL_INT("startTime"), SYMBOL_PARAM(MANDATORY),
};
static const struct param p_leverage[] = {
	{ "leverage", P_INT, MANDATORY, NULL, REJ_NONE }, SYMBOL_PARAM(MANDATORY),
};
static const struct param p_listen_key[] = {
	{ "listenKey", P_STR, OPTIONAL, NULL, REJ_NONE },
};
/* What the exchange ignores there, clients send. */
static const struct param p_ignored_symbol[] = { SYMBOL_PARAM(OPTIONAL) };

#define PARAMS(p)	p, NITEMS(p)
#define NO_PARAMS	NULL, 0

/* By path, then method.  The parameters of an order are intake.c's. */
static const struct endpoint endpoints[] = {
	/* method    path                             security    weight: one all  orders recorded */
	{ "DELETE", "/fapi/v1/allOpenOrders",         SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_symbol), trade_cancel_all },
	{ "GET",    "/fapi/v1/allOrders",             SEC_SIGNED,  5,  5, 0, true,
	    PARAMS(p_all_orders), trade_all_orders },
	{ "GET",    "/fapi/v1/commissionRate",        SEC_SIGNED, 20, 20, 0, false,
	    PARAMS(p_one_symbol), user_commission_rate },
	{ "GET",    "/fapi/v1/depth",                 SEC_NONE,   10, 10, 0, false,
	    PARAMS(p_depth), public_depth },
	{ "GET",    "/fapi/v1/exchangeInfo",          SEC_NONE,    1,  1, 0, false,
	    PARAMS(p_ignored_symbol), public_exchange_info },
	{ "POST",   "/fapi/v1/leverage",              SEC_SIGNED,  1,  1, 0, false,
	    PARAMS(p_leverage), user_leverage },
	{ "DELETE", "/fapi/v1/listenKey",             SEC_KEY,     1,  1, 0, false,
	    PARAMS(p_listen_key), user_close_listen_key },
	{ "POST",   "/fapi/v1/listenKey",             SEC_KEY,     1,  1, 0, false,
	    PARAMS(p_listen_key), user_open_listen_key },
	{ "PUT",    "/fapi/v1/listenKey",             SEC_KEY,     1,  1, 0, false,
	    PARAMS(p_listen_key), user_renew_listen_key },
	{ "GET",    "/fapi/v1/openOrder",             SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_order), trade_open_order },
	{ "GET",    "/fapi/v1/openOrders",            SEC_SIGNED,  1, 40, 0, true,
	    PARAMS(p_symbol), trade_open_orders },
	{ "DELETE", "/fapi/v1/order",                 SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_order), trade_cancel },
	{ "GET",    "/fapi/v1/order",                 SEC_SIGNED,  1,  1, 0, true,
	    PARAMS(p_one_order), trade_query },
	{ "POST",   "/fapi/v1/order",                 SEC_SIGNED,  0,  0, 1, true,
	    PARAMS(intake_params), trade_place },
	{ "GET",    "/fapi/v1/ping",                  SEC_NONE,    1,  1, 0, false,
	    NO_PARAMS, public_ping },
	{ "GET",    "/fapi/v1/positionSide/dual",     SEC_SIGNED, 30, 30, 0, false,
	    NO_PARAMS, user_position_mode },
	{ "GET",    "/fapi/v1/premiumIndex",          SEC_NONE,    1, 10, 0, false,
	    PARAMS(p_symbol), public_premium_index },
	{ "GET",    "/fapi/v1/rateLimit/order",       SEC_SIGNED,  1,  1, 0, false,
	    NO_PARAMS, user_order_limits },
	{ "GET",    "/fapi/v1/ticker/bookTicker",     SEC_NONE,    2,  5, 0, false,
	    PARAMS(p_symbol), public_book_ticker },
	{ "GET",    "/fapi/v1/time",                  SEC_NONE,    1,  1, 0, false,
	    NO_PARAMS, public_time },
	{ "GET",    "/fapi/v1/userTrades",            SEC_SIGNED,  5,  5, 0, true,
	    PARAMS(p_user_trades), trade_user_trades },
	{ "GET",    "/fapi/v3/account",               SEC_SIGNED,  5,  5, 0, false,
	    NO_PARAMS, user_account },
	{ "GET",    "/fapi/v3/balance",               SEC_SIGNED,  5,  5, 0, false,
	    NO_PARAMS, user_balance },
	{ "GET",    "/fapi/v3/positionRisk",          SEC_SIGNED,  5,  5, 0, false,
	    PARAMS(p_symbol), user_position_risk },
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
