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

#include "tests/simex/api/world.h"
#include "tests/simex/core/form.h"

enum security { SEC_NONE, SEC_KEY, SEC_SIGNED };

struct call {
	struct world		*w;
	const struct form	*form;
	struct desk		*desk;		/* NULL: no symbol was sent */
	wall_t			 now;
	struct buf		*out;
	bool			 over_ws;	/* not by REST */
	struct session		*session;	/* of the WebSocket API; or NULL */
	const char		*api_key;	/* NULL: none was needed, or sent */
	const struct outside	*outside;	/* of a verb */
	/* for the ledger */
	int64_t			 order_id;
	char			 clord_id[CLORD_ID];
};

struct endpoint {
	const char		*method, *path;
	enum security		 security;
	int			 weight;	/* with a symbol, or of an endpoint that takes none */
	int			 weight_all;	/* without, where that is allowed */
	int			 orders;	/* counted against the order limits */
	bool			 recorded;	/* in the ledger */
	const struct param	*params;
	size_t			 nparams;
	struct reject		 (*run)(struct call *);
};

const struct endpoint	*endpoint_find(const char *method, const char *path);	/* or NULL */

/* Checks the parameters and finds the desk. */
struct reject	call_prepare(struct call *, const struct param *, size_t n);
/* {"code":200,"msg":..} */
struct reject	call_done(struct call *, const char *msg);

/* public.c */
struct reject	public_ping(struct call *);
struct reject	public_time(struct call *);
struct reject	public_exchange_info(struct call *);
struct reject	public_book_ticker(struct call *);
struct reject	public_premium_index(struct call *);
struct reject	public_depth(struct call *);

/* trade.c */
struct reject	trade_place(struct call *);
struct reject	trade_query(struct call *);
struct reject	trade_cancel(struct call *);
struct reject	trade_cancel_all(struct call *);
struct reject	trade_open_order(struct call *);
struct reject	trade_open_orders(struct call *);
struct reject	trade_all_orders(struct call *);
struct reject	trade_user_trades(struct call *);

/* user.c */
struct reject	user_account(struct call *);
struct reject	user_balance(struct call *);
struct reject	user_position_risk(struct call *);
struct reject	user_position_mode(struct call *);
struct reject	user_leverage(struct call *);
struct reject	user_commission_rate(struct call *);
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
struct reject	trouble_clear(struct call *);
struct reject	trouble_close_after(struct call *);
struct reject	trouble_cut(struct call *);
struct reject	trouble_drip(struct call *);
struct reject	trouble_drop(struct call *);
struct reject	trouble_events(struct call *);
struct reject	trouble_expire_key(struct call *);
struct reject	trouble_fail(struct call *);
struct reject	trouble_flood(struct call *);
struct reject	trouble_hedge(struct call *);
struct reject	trouble_hold(struct call *);
struct reject	trouble_lag(struct call *);
struct reject	trouble_limits(struct call *);
struct reject	trouble_listen_key_life(struct call *);
struct reject	trouble_lose(struct call *);
struct reject	trouble_mute(struct call *);
struct reject	trouble_overload(struct call *);
struct reject	trouble_revoke(struct call *);
struct reject	trouble_skew(struct call *);

#endif
