/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msg.h - the messages between the daemons, one struct and one field table
 * each; wire.7 prints the tables.
 *
 * Every message starts with an id that is unique in its list: the number cmdd
 * (or userd, or algod) gave the cause, and one letter and count for each hop.
 * So two items are never equal byte for byte, and a duplicate is one.
 * Symbols are native, sides BUY and SELL, decimals exact.
 */
#ifndef WIRE_MSG_H
#define WIRE_MSG_H

#include "wire/field.h"

/* ---- commands: cmdd and algod -> riskd, algod ------------------------------ */

enum command {
	CMD_TRADE, CMD_LIMIT, CMD_SCALE, CMD_CLOSE, CMD_CLOSE_ALL, CMD_CANCEL, CMD_CANCEL_ALL,
	CMD_BASKET, CMD_CHASE, CMD_CHASE_CANCEL, CMD_SCALPER, CMD_SCALPER_CANCEL, CMD_TWAP,
	CMD_TWAP_CANCEL, CMD_TWAP_BASKET, CMD_TWAP_BASKET_CANCEL, CMD_TRAIL_STOP,
	CMD_TRAIL_STOP_CANCEL, CMD_VALIDATE, CMD_ADMIN_CLOSE, CMD_ADMIN_TAKEOVER, CMD_N
};
extern const struct names	command_names;		/* as the queues are called */

/* Who gives a command its one answer, once nobody has denied it. */
enum answerer { BY_ALGOD, BY_ORDERD, BY_RISKD };
enum answerer	command_answerer(enum command);

/*
 * When nobody may start work that adds risk any more: an instant of one boot.
 * Another boot id means that it has passed.
 */
struct expiry {
	char	boot[BOOT_ID];
	mono_t	before;
};

bool	expiry_passed(const struct expiry *, const char *boot, mono_t now);

struct cmd {
	/* who and when: cmdd's */
	char		id[ITEM_ID];
	enum command	what;
	int64_t		no;			/* running number of the command */
	struct expiry	act;
	wall_t		taken_at;
	/* what was asked */
	char		request_id[REQUEST_ID];	/* "": nobody waits */
	char		sub[SUB_ID];
	char		symbol[SYMBOL];		/* as received until riskd has read it */
	enum side	side;
	bool		side_given;
	dec_t		qty, px;
	int		leverage;
	bool		reduce_only, force;
	char		clord_id[CLORD_ID];	/* of what is to be cancelled */
	char		position_id[POSITION_ID];
	dec_t		callback_pct, activation_px;
	char		algo_id[ALGO_ID];
	/* of an algo's child */
	enum origin	origin;
	char		parent_id[ALGO_ID];
	int		child_no;
};
extern const struct fields	cmd_fields;

/* Nothing set: no decimals, leverage 1. */
struct cmd	cmd_blank(enum command);

/* ---- orders: riskd -> orderd ------------------------------------------------ */

/* What was asked for; never changes.  Travels with everything said of the order. */
struct terms {
	enum command	what;			/* that asked for it */
	char		clord_id[CLORD_ID];
	char		sub[SUB_ID];
	char		symbol[SYMBOL];
	enum side	side;
	enum ord_type	type;
	dec_t		qty, px;		/* px DEC_NONE: MARKET */
	bool		reduce_only;		/* as told to the exchange */
	bool		closing;		/* takes from a position, whatever the exchange is told */
	int		leverage;
	enum origin	origin;
	enum role	role;
	char		parent_id[ALGO_ID];
	char		position_id[POSITION_ID];	/* that it closes, or "" */
	char		request_id[REQUEST_ID];
	wall_t		created_at;
};

struct msg_order {
	char		id[ITEM_ID];
	int64_t		no;
	struct expiry	act;
	bool		reduces;	/* none of it opens anything */
	struct terms	o;
};
extern const struct fields	msg_order_fields;
extern const struct fields	terms_fields;

/* ---- reports: userd -> orderd ------------------------------------------------ */

enum report_kind { REPORT_ORDER, REPORT_GAP, REPORT_UP, REPORT_N };

/* The exchange's statuses, in our words; what is unknown is asked for. */
enum venue_status {
	VS_UNKNOWN, VS_NEW, VS_PARTIALLY_FILLED, VS_FILLED, VS_CANCELED, VS_EXPIRED, VS_REJECTED,
	VS_N
};
extern const struct names	venue_status_names;

struct exec {
	int64_t		trade_id;		/* 0: this is no execution */
	dec_t		qty, px;
	dec_t		fee;			/* in fee_asset; zero: none */
	char		fee_asset[ASSET];
	bool		maker;
	wall_t		at;
};

struct msg_report {
	char			id[ITEM_ID];
	enum report_kind	kind;
	char			clord_id[CLORD_ID];
	char			symbol[SYMBOL];
	enum side		side;
	int64_t			order_id;
	enum venue_status	status;
	dec_t			qty, px, cum_qty, avg_px;
	struct exec		e;
	wall_t			at;
	int64_t			stream_no;	/* of GAP and UP: they are numbered together */
};
extern const struct fields	msg_report_fields;

/* ---- account: userd -> riskd -------------------------------------------------- */

struct msg_account {
	char			id[ITEM_ID];
	enum report_kind	kind;		/* REPORT_ORDER here: an account update */
	char			reason[32];
	wall_t			at;
	char			*positions;	/* JSON array of {s, pa, ep}; heap */
	int64_t			stream_no;	/* of GAP and UP */
};
extern const struct fields	msg_account_fields;

/* ---- orderd -> riskd ------------------------------------------------------------ */

/* An execution, or the end of an order, or both: e.trade_id 0 is the end alone. */
struct msg_fill {
	char			id[ITEM_ID];
	struct terms		o;
	int64_t			order_id;
	enum ord_status		status;		/* after it */
	dec_t			cum_qty, avg_px;
	char			reason[24];	/* of a cancel: CANCELED, EXPIRED, REJECTED */
	struct exec		e;
	wall_t			at;
};
extern const struct fields	msg_fill_fields;

enum outcome {
	OUT_ACCEPTED,		/* the exchange has taken it and named it */
	OUT_REFUSED,		/* definitively not placed, or rejected */
	OUT_IN_DOUBT,		/* nobody knows; orderd asks */
	OUT_EXPIRED,		/* too late, was not sent */
	OUT_RECONCILED,		/* after a gap: book and exchange agree again */
	OUT_ADOPTED,		/* found on the exchange under an account's name, and taken over */
	OUT_N
};
extern const struct names	outcome_names;

struct msg_outcome {
	char		id[ITEM_ID];
	enum outcome	kind;
	char		clord_id[CLORD_ID];
	int64_t		order_id;
	char		code[40];		/* deny.def, of a refusal */
	int		venue_code;
	char		error[200];
	int64_t		stream_no;		/* of RECONCILED: the stream_up it answers */
};
extern const struct fields	msg_outcome_fields;

/* ---- orderd, riskd -> algod -------------------------------------------------------- */

enum child_kind {
	CHILD_ACCEPTED, CHILD_DENIED, CHILD_REJECTED, CHILD_EXEC, CHILD_ENDED,
	CHILD_POSITION_ENDED, CHILD_N
};
extern const struct names	child_names;

struct msg_child {
	char		id[ITEM_ID];
	enum child_kind	kind;
	char		algo_id[ALGO_ID];	/* "" : position_id decides */
	char		clord_id[CLORD_ID];
	char		position_id[POSITION_ID];
	dec_t		cum_qty, avg_px;
	char		code[40];
	char		error[200];
};
extern const struct fields	msg_child_fields;

/* ---- all -> feedd -------------------------------------------------------------------- */

struct msg_want {
	char	id[ITEM_ID];
	char	symbol[SYMBOL];
	char	who[32];
	wall_t	until;			/* wanted that long; unset: released */
};
extern const struct fields	msg_want_fields;

/* ---- feedd -> all ---------------------------------------------------------------------- */

/* pms:price:{SYMBOL} and its channel. */
struct price {
	dec_t	bid, ask, mid, mark;	/* DEC_NONE: not known */
	wall_t	ts;
	char	source[12];		/* l1 or mark */
};
extern const struct fields	price_fields;

/* Mark, else mid: what risk is judged by. */
dec_t	price_for_risk(const struct price *);

#endif
