/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call.h - one request on its way through the simulator, and the handlers of
 * the endpoint table and of the table of verbs.
 *
 * When a handler runs, the caller is known, the parameters fit the endpoint's
 * table and the symbol, if it takes one and one was sent, is listed.  It
 * appends its answer to out, or returns why not.
 */
#ifndef SIMEX_CALL_H
#define SIMEX_CALL_H

#include "tests/simex/api/session.h"
#include "tests/simex/api/world.h"
#include "tests/simex/core/form.h"
#include "tests/simex/core/orders.h"

enum security { SEC_NONE, SEC_KEY, SEC_SIGNED };

struct call {
	struct world		*w;
	const struct form	*form;
	struct desk		*desk;		/* NULL: no symbol was sent */
	wall_t			 now;
	struct buf		*out;
	bool			 over_ws;	/* not by REST */
	struct session		*session;	/* of the WebSocket API; or NULL */
	char			 logged_on[API_KEY];	/* its key when the request came, or "" */
	const char		*api_key;	/* NULL: none was needed, or sent */
	const struct outside	*outside;	/* of a verb */
	struct buf		*does;		/* of a verb: what it stands for, a JSON list */
	/* for the ledger */
	int64_t			 order_id;
	char			 clord_id[CLORD_ID];
};

struct endpoint {
	const char		*method, *path;
	enum security		 security;
	int			 weight;	/* with a symbol, or of an endpoint that takes none */
	int			 weight_all;	/* without, where that is allowed */
	int			 orders;	/* counted in ten seconds; in a minute it is one */
	bool			 recorded;	/* in the ledger */
	bool			 timed;		/* by the matching engine, too */
	bool			 (*is_exempt)(const struct form *);	/* from overload; NULL: it is */
	int			 (*weigh)(const struct form *);	/* NULL: as said above */
	const struct param	*params;
	size_t			 nparams;
	struct reject		 (*run)(struct call *);
};

/* What this request costs; the parameters may be anything yet. */
int			 endpoint_weight(const struct endpoint *, const struct form *);
const struct endpoint	*endpoint_find(const char *method, const char *path);	/* or NULL */
/* In the order of the table; NULL: there are not so many. */
const struct endpoint	*endpoint_at(size_t i);

/* Checks the parameters and finds the desk. */
struct reject	call_prepare(struct call *, const struct param *, size_t n);
/* {"code":200,"msg":..} */
struct reject	call_done(struct call *, const char *msg);

/*
 * bound.c: numbers of verbs that no filter of a contract bounds.  *out stays
 * as it is where none was sent; a decimal may be negative if least is.
 */
struct reject	bound_dec(const struct call *, const char *name, dec_t least, dec_t most,
		    dec_t *out);
struct reject	bound_int(const struct call *, const char *name, int64_t most, int64_t *out);

/* algo.c */
struct reject	algo_place(struct call *);
struct reject	algo_query(struct call *);
struct reject	algo_cancel(struct call *);
struct reject	algo_cancel_all(struct call *);
struct reject	algo_open_orders(struct call *);
struct reject	algo_all_orders(struct call *);
struct reject	algo_service(struct call *);		/* a verb */

/* market.c */
struct reject	history_aggregates(struct call *);
struct reject	history_continuous_klines(struct call *);
struct reject	history_funding(struct call *);
struct reject	history_index_klines(struct call *);
struct reject	history_klines(struct call *);
struct reject	history_mark_klines(struct call *);
struct reject	history_old_trades(struct call *);
struct reject	history_premium_klines(struct call *);
struct reject	history_trades(struct call *);

/* public.c */
struct reject	public_ping(struct call *);
struct reject	public_time(struct call *);
struct reject	public_exchange_info(struct call *);
struct reject	public_book_ticker(struct call *);
struct reject	public_premium_index(struct call *);
struct reject	public_day(struct call *);
struct reject	public_depth(struct call *);
struct reject	public_funding_terms(struct call *);
struct reject	public_open_interest(struct call *);
struct reject	public_price(struct call *);
struct reject	public_price_v1(struct call *);
struct reject	public_rpi_depth(struct call *);

/* trade.c */
struct reject	trade_place(struct call *);
struct reject	trade_place_in(struct call *, enum stp absent);	/* what is taken for none */
struct reject	trade_test(struct call *);
struct reject	trade_modify(struct call *);
struct reject	trade_count_down(struct call *);
struct reject	trade_query(struct call *);
struct reject	trade_cancel(struct call *);
struct reject	trade_cancel_all(struct call *);
struct reject	trade_open_order(struct call *);
struct reject	trade_open_orders(struct call *);
/* By orderId or origClientOrderId; *found is NULL where there is none. */
struct reject	trade_find(struct call *, struct order **found);
/* Queries are answered from books that may lag behind: what is younger is not in them. */
wall_t		trade_seen_until(const struct call *);
bool		trade_is_seen(const struct call *, const struct order *);

/* history.c */
struct reject	trade_all_orders(struct call *);
struct reject	trade_amendments(struct call *);
struct reject	trade_user_trades(struct call *);
/* startTime, endTime, limit, fromId: whether they go together. */
struct reject	trade_check_window(const struct call *);

/* batch.c */
struct reject	batch_place(struct call *);
struct reject	batch_modify(struct call *);
struct reject	batch_cancel(struct call *);
bool		batch_is_exempt(const struct form *);	/* each of them: intake_is_exempt() */

/* habit.c */
struct reject	habit_engine(struct call *);
struct reject	habit_listing(struct call *);
struct reject	habit_set(struct call *);

/* account.c */
struct reject	account_v2(struct call *);
struct reject	account_v3(struct call *);
struct reject	account_balance(struct call *);
struct reject	account_risk_v2(struct call *);
struct reject	account_risk_v3(struct call *);
struct reject	account_config(struct call *);
struct reject	account_symbol_config(struct call *);
struct reject	account_brackets(struct call *);
struct reject	account_commission_rate(struct call *);
struct reject	account_trading_status(struct call *);
struct reject	account_adl_quantile(struct call *);
struct reject	account_adl_risk(struct call *);

/* setting.c */
enum { SETTING_MARGIN_TYPE_PARAMS = 2, SETTING_MARGIN_PARAMS = 4 };
extern const struct param	setting_margin_type_params[SETTING_MARGIN_TYPE_PARAMS];
extern const struct param	setting_margin_params[SETTING_MARGIN_PARAMS];
struct reject	setting_leverage(struct call *);
struct reject	setting_margin_type(struct call *);
struct reject	setting_margin(struct call *);
struct reject	setting_position_mode(struct call *);
struct reject	setting_set_position_mode(struct call *);
struct reject	setting_asset_mode(struct call *);
struct reject	setting_set_asset_mode(struct call *);
struct reject	setting_fee_burn(struct call *);
struct reject	setting_set_fee_burn(struct call *);

/* income.c */
enum { INCOME_FORCED_PARAMS = 5 };
extern const struct param	income_forced_params[INCOME_FORCED_PARAMS];
struct reject	income_list(struct call *);
struct reject	income_margin_moves(struct call *);
struct reject	income_forced(struct call *);

/* money.c: verbs */
enum position_side money_position_side(const struct form *);	/* BOTH where none was sent */
struct reject	money_adl(struct call *);
struct reject	money_bnb(struct call *);
struct reject	money_fees(struct call *);
struct reject	money_fund(struct call *);
struct reject	money_funding(struct call *);
struct reject	money_isolated(struct call *);
struct reject	money_liquidate(struct call *);
struct reject	money_multi_assets(struct call *);
struct reject	money_settle(struct call *);
struct reject	money_transfer(struct call *);

/* user.c */
struct reject	user_order_limits(struct call *);
struct reject	user_open_listen_key(struct call *);
struct reject	user_renew_listen_key(struct call *);
struct reject	user_close_listen_key(struct call *);

/* session.c */
struct reject	session_open(struct call *);
struct reject	session_logon(struct call *);
struct reject	session_logout(struct call *);
struct reject	session_status(struct call *);

/* inspect.c */
struct reject	inspect_account(struct call *);
struct reject	inspect_position(struct call *);
struct reject	inspect_ledger(struct call *);
struct reject	inspect_status(struct call *);

/* trouble.c */
struct reject	trouble_ban(struct call *);
struct reject	trouble_batches(struct call *);
struct reject	trouble_clear(struct call *);
struct reject	trouble_close_after(struct call *);
struct reject	trouble_cut(struct call *);
struct reject	trouble_drift(struct call *);
struct reject	trouble_drip(struct call *);
struct reject	trouble_drop(struct call *);
struct reject	trouble_events(struct call *);
struct reject	trouble_expire_key(struct call *);
struct reject	trouble_fail(struct call *);
struct reject	trouble_flood(struct call *);
struct reject	trouble_frame(struct call *);
struct reject	trouble_freeze(struct call *);
struct reject	trouble_hedge(struct call *);
struct reject	trouble_hold(struct call *);
struct reject	trouble_lag(struct call *);
struct reject	trouble_limits(struct call *);
struct reject	trouble_listen_key_life(struct call *);
struct reject	trouble_lose(struct call *);
struct reject	trouble_mute(struct call *);
struct reject	trouble_overload(struct call *);
struct reject	trouble_overtake(struct call *);
struct reject	trouble_refuse(struct call *);
struct reject	trouble_revoke(struct call *);
struct reject	trouble_skew(struct call *);
struct reject	trouble_weigh(struct call *);

extern const char *const	frame_words[FRAME_N + 1];	/* by enum frame_kind, NULL at the end */

/* rows.c */
struct reject	row_check(struct call *);
struct reject	row_run(struct call *);

#endif
