/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/msg.h"

#include "base/text.h"

NAMES(command_names, CMD_N,
    [CMD_TRADE] = "trade", [CMD_LIMIT] = "limit", [CMD_SCALE] = "scale", [CMD_CLOSE] = "close",
    [CMD_CLOSE_ALL] = "close_all", [CMD_CANCEL] = "cancel", [CMD_CANCEL_ALL] = "cancel_all",
    [CMD_BASKET] = "basket", [CMD_CHASE] = "chase", [CMD_CHASE_CANCEL] = "chase_cancel",
    [CMD_SCALPER] = "scalper", [CMD_SCALPER_CANCEL] = "scalper_cancel", [CMD_TWAP] = "twap",
    [CMD_TWAP_CANCEL] = "twap_cancel", [CMD_TWAP_BASKET] = "twap_basket",
    [CMD_TWAP_BASKET_CANCEL] = "twap_basket_cancel", [CMD_TRAIL_STOP] = "trail_stop",
    [CMD_TRAIL_STOP_CANCEL] = "trail_stop_cancel", [CMD_VALIDATE] = "validate",
    [CMD_ADMIN_CLOSE] = "admin_close", [CMD_ADMIN_TAKEOVER] = "admin_takeover");
NAMES(venue_status_names, VS_N,
    [VS_UNKNOWN] = "unknown", [VS_NEW] = "new", [VS_PARTIALLY_FILLED] = "partially_filled",
    [VS_FILLED] = "filled", [VS_CANCELED] = "canceled", [VS_EXPIRED] = "expired",
    [VS_REJECTED] = "rejected");
NAMES(outcome_names, OUT_N,
    [OUT_ACCEPTED] = "accepted", [OUT_REFUSED] = "refused", [OUT_IN_DOUBT] = "in_doubt",
    [OUT_EXPIRED] = "expired", [OUT_RECONCILED] = "reconciled", [OUT_ADOPTED] = "adopted");
NAMES(child_names, CHILD_N,
    [CHILD_ACCEPTED] = "accepted", [CHILD_DENIED] = "denied", [CHILD_REJECTED] = "rejected",
    [CHILD_EXEC] = "exec", [CHILD_ENDED] = "ended",
    [CHILD_POSITION_ENDED] = "position_ended");

static const char *const	report_v[] = {
	[REPORT_ORDER] = "update", [REPORT_GAP] = "stream_gap", [REPORT_UP] = "stream_up",
};
_Static_assert(NITEMS(report_v) == REPORT_N, "report kinds");
static const struct names	report_names = { report_v, REPORT_N };

static const enum answerer	answerers[] = {
	[CMD_TRADE] = BY_RISKD, [CMD_LIMIT] = BY_ORDERD, [CMD_SCALE] = BY_ORDERD,
	[CMD_CLOSE] = BY_RISKD, [CMD_CLOSE_ALL] = BY_RISKD, [CMD_CANCEL] = BY_ORDERD,
	[CMD_CANCEL_ALL] = BY_ORDERD, [CMD_BASKET] = BY_ORDERD, [CMD_CHASE] = BY_ALGOD,
	[CMD_CHASE_CANCEL] = BY_ALGOD, [CMD_SCALPER] = BY_ALGOD, [CMD_SCALPER_CANCEL] = BY_ALGOD,
	[CMD_TWAP] = BY_ALGOD, [CMD_TWAP_CANCEL] = BY_ALGOD, [CMD_TWAP_BASKET] = BY_ALGOD,
	[CMD_TWAP_BASKET_CANCEL] = BY_ALGOD, [CMD_TRAIL_STOP] = BY_ALGOD,
	[CMD_TRAIL_STOP_CANCEL] = BY_ALGOD, [CMD_VALIDATE] = BY_RISKD, [CMD_ADMIN_CLOSE] = BY_RISKD,
	[CMD_ADMIN_TAKEOVER] = BY_RISKD,
};
_Static_assert(NITEMS(answerers) == CMD_N, "answerers");

enum answerer
command_answerer(enum command what)
{
	return answerers[what];
}

bool
expiry_passed(const struct expiry *e, const char *boot, mono_t now)
{
	return !text_eq(e->boot, boot) || mono_before(e->before, now);
}

/* ---- commands ----------------------------------------------------------------- */

static const struct field	cmd_v[] = {
	F(cmd, id, "id", F_STR, FIELD_REQUIRED),
	F_NAMED(cmd, what, "cmd", command_names, FIELD_REQUIRED),
	F(cmd, no, "no", F_I64, FIELD_OMIT),
	F(cmd, act.boot, "boot", F_STR, FIELD_OMIT),
	F(cmd, act.before, "actBefore", F_MONO, FIELD_OMIT),
	F(cmd, taken_at, "takenAt", F_WALL, FIELD_OMIT),
	F(cmd, request_id, "requestId", F_STR, FIELD_OMIT),
	F(cmd, sub, "subAccountId", F_STR, FIELD_OMIT),
	F(cmd, symbol, "symbol", F_STR, FIELD_OMIT),
	F(cmd, side, "side", F_SIDE, 0),
	F(cmd, side_given, "sideGiven", F_BOOL, FIELD_OMIT),
	F(cmd, qty, "quantity", F_DEC, FIELD_OMIT),
	F(cmd, px, "price", F_DEC, FIELD_OMIT),
	F(cmd, leverage, "leverage", F_INT, FIELD_OMIT),
	F(cmd, reduce_only, "reduceOnly", F_BOOL, FIELD_OMIT),
	F(cmd, force, "force", F_BOOL, FIELD_OMIT),
	F(cmd, clord_id, "clientOrderId", F_STR, FIELD_OMIT),
	F(cmd, position_id, "positionId", F_STR, FIELD_OMIT),
	F(cmd, callback_pct, "callbackPct", F_DEC, FIELD_OMIT),
	F(cmd, activation_px, "activationPrice", F_DEC, FIELD_OMIT),
	F(cmd, algo_id, "algoId", F_STR, FIELD_OMIT),
	F_NAMED(cmd, origin, "origin", origin_names, 0),
	F(cmd, parent_id, "parentId", F_STR, FIELD_OMIT),
	F(cmd, child_no, "childNo", F_INT, FIELD_OMIT),
};
const struct fields	cmd_fields = FIELDS(cmd_v);

struct cmd
cmd_blank(enum command what)
{
	return (struct cmd){
		.what = what, .qty = DEC_NONE, .px = DEC_NONE, .leverage = 1,
		.callback_pct = DEC_NONE, .activation_px = DEC_NONE, .origin = ORIGIN_MANUAL,
	};
}

/* ---- orders ------------------------------------------------------------------- */

#define TERMS(s, m)							\
	F_NAMED(s, m what, "cmd", command_names, 0),			\
	F(s, m clord_id, "clientOrderId", F_STR, FIELD_REQUIRED),	\
	F(s, m sub, "subAccountId", F_STR, FIELD_REQUIRED),		\
	F(s, m symbol, "symbol", F_STR, FIELD_REQUIRED),		\
	F(s, m side, "side", F_SIDE, FIELD_REQUIRED),			\
	F_NAMED(s, m type, "orderType", ord_type_names, FIELD_REQUIRED), \
	F(s, m qty, "quantity", F_DECS, FIELD_REQUIRED),		\
	F(s, m px, "price", F_DECS, FIELD_OMIT),			\
	F(s, m reduce_only, "reduceOnly", F_BOOL, FIELD_OMIT),		\
	F(s, m closing, "closing", F_BOOL, FIELD_OMIT),			\
	F(s, m leverage, "leverage", F_INT, 0),				\
	F_NAMED(s, m origin, "origin", origin_names, 0),		\
	F_NAMED(s, m role, "orderRole", role_names, 0),			\
	F(s, m parent_id, "parentId", F_STR, FIELD_OMIT),		\
	F(s, m position_id, "positionId", F_STR, FIELD_OMIT),		\
	F(s, m request_id, "requestId", F_STR, FIELD_OMIT),		\
	F(s, m created_at, "createdAt", F_WALL, 0)

#define EXEC(s, m)							\
	F(s, m trade_id, "tradeId", F_I64, FIELD_OMIT),			\
	F(s, m qty, "lastQty", F_DECS, FIELD_OMIT),			\
	F(s, m px, "lastPrice", F_DECS, FIELD_OMIT),			\
	F(s, m fee, "fee", F_DECS, FIELD_OMIT),				\
	F(s, m fee_asset, "feeAsset", F_STR, FIELD_OMIT),		\
	F(s, m maker, "maker", F_BOOL, FIELD_OMIT),			\
	F(s, m at, "tradeTime", F_WALL, FIELD_OMIT)

static const struct field	terms_v[] = { TERMS(terms, ) };
const struct fields	terms_fields = FIELDS(terms_v);

static const struct field	msg_order_v[] = {
	F(msg_order, id, "id", F_STR, FIELD_REQUIRED),
	F(msg_order, no, "no", F_I64, FIELD_OMIT),
	F(msg_order, act.boot, "boot", F_STR, FIELD_OMIT),
	F(msg_order, act.before, "actBefore", F_MONO, FIELD_OMIT),
	F(msg_order, reduces, "reduces", F_BOOL, FIELD_OMIT),
	TERMS(msg_order, o.),
};
const struct fields	msg_order_fields = FIELDS(msg_order_v);

/* ---- reports and what follows from them ------------------------------------------ */

static const struct field	msg_report_v[] = {
	F(msg_report, id, "id", F_STR, FIELD_REQUIRED),
	F_NAMED(msg_report, kind, "kind", report_names, FIELD_REQUIRED),
	F(msg_report, clord_id, "clientOrderId", F_STR, FIELD_OMIT),
	F(msg_report, symbol, "symbol", F_STR, FIELD_OMIT),
	F(msg_report, side, "side", F_SIDE, 0),
	F(msg_report, order_id, "orderId", F_I64, FIELD_OMIT),
	F_NAMED(msg_report, status, "status", venue_status_names, 0),
	F(msg_report, qty, "quantity", F_DECS, FIELD_OMIT),
	F(msg_report, px, "price", F_DECS, FIELD_OMIT),
	F(msg_report, cum_qty, "cumQty", F_DECS, FIELD_OMIT),
	F(msg_report, avg_px, "avgPrice", F_DECS, FIELD_OMIT),
	EXEC(msg_report, e.),
	F(msg_report, at, "at", F_WALL, FIELD_OMIT),
	F(msg_report, stream_no, "streamNo", F_I64, FIELD_OMIT),
};
const struct fields	msg_report_fields = FIELDS(msg_report_v);

static const struct field	msg_account_v[] = {
	F(msg_account, id, "id", F_STR, FIELD_REQUIRED),
	F_NAMED(msg_account, kind, "kind", report_names, FIELD_REQUIRED),
	F(msg_account, reason, "reason", F_STR, FIELD_OMIT),
	F(msg_account, at, "at", F_WALL, FIELD_OMIT),
	F(msg_account, positions, "positions", F_RAW, FIELD_OMIT),
	F(msg_account, stream_no, "streamNo", F_I64, FIELD_OMIT),
};
const struct fields	msg_account_fields = FIELDS(msg_account_v);

static const struct field	msg_fill_v[] = {
	F(msg_fill, id, "id", F_STR, FIELD_REQUIRED),
	TERMS(msg_fill, o.),
	F(msg_fill, order_id, "orderId", F_I64, 0),
	F_NAMED(msg_fill, status, "status", ord_status_names, FIELD_REQUIRED),
	F(msg_fill, cum_qty, "cumQty", F_DECS, FIELD_REQUIRED),
	F(msg_fill, avg_px, "avgPrice", F_DECS, FIELD_OMIT),
	F(msg_fill, reason, "reason", F_STR, FIELD_OMIT),
	EXEC(msg_fill, e.),
	F(msg_fill, at, "at", F_WALL, FIELD_OMIT),
};
const struct fields	msg_fill_fields = FIELDS(msg_fill_v);

static const struct field	msg_outcome_v[] = {
	F(msg_outcome, id, "id", F_STR, FIELD_REQUIRED),
	F_NAMED(msg_outcome, kind, "kind", outcome_names, FIELD_REQUIRED),
	F(msg_outcome, clord_id, "clientOrderId", F_STR, FIELD_OMIT),
	F(msg_outcome, order_id, "orderId", F_I64, FIELD_OMIT),
	F(msg_outcome, code, "code", F_STR, FIELD_OMIT),
	F(msg_outcome, venue_code, "venueCode", F_INT, FIELD_OMIT),
	F(msg_outcome, error, "error", F_STR, FIELD_OMIT),
	F(msg_outcome, stream_no, "streamNo", F_I64, FIELD_OMIT),
};
const struct fields	msg_outcome_fields = FIELDS(msg_outcome_v);

static const struct field	msg_child_v[] = {
	F(msg_child, id, "id", F_STR, FIELD_REQUIRED),
	F_NAMED(msg_child, kind, "kind", child_names, FIELD_REQUIRED),
	F(msg_child, algo_id, "algoId", F_STR, FIELD_OMIT),
	F(msg_child, clord_id, "clientOrderId", F_STR, FIELD_OMIT),
	F(msg_child, position_id, "positionId", F_STR, FIELD_OMIT),
	F(msg_child, cum_qty, "cumQty", F_DECS, FIELD_OMIT),
	F(msg_child, avg_px, "avgPrice", F_DECS, FIELD_OMIT),
	F(msg_child, code, "code", F_STR, FIELD_OMIT),
	F(msg_child, error, "error", F_STR, FIELD_OMIT),
};
const struct fields	msg_child_fields = FIELDS(msg_child_v);

/* ---- prices ------------------------------------------------------------------------- */

static const struct field	msg_want_v[] = {
	F(msg_want, id, "id", F_STR, FIELD_REQUIRED),
	F(msg_want, symbol, "symbol", F_STR, FIELD_REQUIRED),
	F(msg_want, who, "who", F_STR, FIELD_REQUIRED),
	F(msg_want, until, "until", F_WALL, FIELD_OMIT),
};
const struct fields	msg_want_fields = FIELDS(msg_want_v);

static const struct field	price_v[] = {
	F(price, bid, "bid", F_DEC, FIELD_NULL),
	F(price, ask, "ask", F_DEC, FIELD_NULL),
	F(price, mid, "mid", F_DEC, FIELD_NULL),
	F(price, mark, "mark", F_DEC, FIELD_NULL),
	F(price, ts, "ts", F_WALL, 0),
	F(price, source, "source", F_STR, 0),
};
const struct fields	price_fields = FIELDS(price_v);

dec_t
price_for_risk(const struct price *p)
{
	return dec_ok(p->mark) ? p->mark : p->mid;
}
