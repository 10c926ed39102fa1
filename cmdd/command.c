/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmdd/command.h"

#include "base/die.h"
#include "base/text.h"

enum { LEVERAGE_MAX = 125, DEADLINE_MAX_MS = 24 * 3600 * 1000 };

#define CALLBACK_MIN	(DEC_ONE_E8 / 100)		/* 0.01 % */
#define CALLBACK_MAX	(50 * DEC_ONE_E8)

#define ENVELOPE							\
	F(asked, c.request_id, "requestId", F_STR, FIELD_ID),		\
	F(asked, ts, "ts", F_WALL, 0),					\
	F_RANGE(asked, deadline_ms, "deadlineMs", F_I64, 0, 1, DEADLINE_MAX_MS)

#define ORDER								\
	F(asked, c.sub, "subAccountId", F_STR, FIELD_REQUIRED | FIELD_ID), \
	F(asked, c.symbol, "symbol", F_STR, FIELD_REQUIRED | FIELD_ID), \
	F(asked, c.side, "side", F_SIDE, FIELD_REQUIRED),		\
	F(asked, c.qty, "quantity", F_DEC, FIELD_REQUIRED | FIELD_POSITIVE), \
	F_RANGE(asked, c.leverage, "leverage", F_INT, 0, 1, LEVERAGE_MAX)

static const struct field	envelope_v[] = { ENVELOPE };
static const struct fields	envelope = FIELDS(envelope_v);

static const struct field	cancel_v[] = {
	ENVELOPE,
	F(asked, c.clord_id, "clientOrderId", F_STR, FIELD_REQUIRED | FIELD_ID),
};
static const struct fields	cancel_fields = FIELDS(cancel_v);

static const struct field	cancel_all_v[] = {
	ENVELOPE,
	F(asked, c.sub, "subAccountId", F_STR, FIELD_REQUIRED | FIELD_ID),
	F(asked, c.symbol, "symbol", F_STR, FIELD_ID),
};
static const struct fields	cancel_all_fields = FIELDS(cancel_all_v);

static const struct field	close_v[] = {
	ENVELOPE,
	F(asked, c.sub, "subAccountId", F_STR, FIELD_REQUIRED | FIELD_ID),
	F(asked, c.position_id, "positionId", F_STR, FIELD_ID),
	F(asked, c.symbol, "symbol", F_STR, FIELD_ID),
	F(asked, c.side, "side", F_SIDE, 0),
	F(asked, c.qty, "quantity", F_DEC, FIELD_POSITIVE),
};
static const struct fields	close_fields = FIELDS(close_v);

static const struct field	limit_v[] = {
	ENVELOPE,
	ORDER,
	F(asked, c.px, "price", F_DEC, FIELD_REQUIRED | FIELD_POSITIVE),
	F(asked, c.reduce_only, "reduceOnly", F_BOOL, 0),
	F(asked, c.force, "force", F_BOOL, 0),
};
static const struct fields	limit_fields = FIELDS(limit_v);

static const struct field	trade_v[] = {
	ENVELOPE,
	ORDER,
	F(asked, c.reduce_only, "reduceOnly", F_BOOL, 0),
	F(asked, c.force, "force", F_BOOL, 0),
};
static const struct fields	trade_fields = FIELDS(trade_v);

static const struct field	trail_stop_v[] = {
	ENVELOPE,
	F(asked, c.sub, "subAccountId", F_STR, FIELD_REQUIRED | FIELD_ID),
	F(asked, c.position_id, "positionId", F_STR, FIELD_REQUIRED | FIELD_ID),
	F_DRANGE(asked, c.callback_pct, "callbackPct", 0, CALLBACK_MIN, CALLBACK_MAX),
	F_DRANGE(asked, trail_pct, "trailPct", 0, CALLBACK_MIN, CALLBACK_MAX),
	F(asked, c.activation_px, "activationPrice", F_DEC, FIELD_POSITIVE),
};
static const struct fields	trail_stop_fields = FIELDS(trail_stop_v);

static const struct field	trail_stop_cancel_v[] = {
	ENVELOPE,
	F(asked, c.algo_id, "trailStopId", F_STR, FIELD_REQUIRED | FIELD_ID),
};
static const struct fields	trail_stop_cancel_fields = FIELDS(trail_stop_cancel_v);

static const struct field	validate_v[] = { ENVELOPE, ORDER };
static const struct fields	validate_fields = FIELDS(validate_v);

/* clang-format off */
#define ABSENT(code)	.part = PART_NONE, .absent = code, .age = AGE_RUN, .bad = DENY_VALIDATION_FAILED, .fields = &envelope, .key = NULL, .bad_key = DENY_NONE
static const struct command_row	rows[] = {
	/* what ends risk */
	{ CMD_CANCEL,             K_Q_URGENT, PART_ORDERD, DENY_INFRA_UNAVAILABLE, AGE_RUN,  false, DENY_VALIDATION_FAILED, &cancel_fields,     "clientOrderId", DENY_VALIDATION_CLORD_ID },
	{ CMD_CANCEL_ALL,         K_Q_URGENT, PART_ORDERD, DENY_INFRA_UNAVAILABLE, AGE_RUN,  false, DENY_VALIDATION_FAILED, &cancel_all_fields, "subAccountId",  DENY_VALIDATION_SUB },
	{ CMD_CLOSE,              K_Q_CLOSE, PART_RISKD, DENY_INFRA_UNAVAILABLE, AGE_REFUSE, false, DENY_VALIDATION_FAILED, &close_fields, NULL, DENY_NONE },
	{ CMD_CLOSE_ALL,          ABSENT(DENY_INFRA_UNAVAILABLE) },
	{ CMD_CHASE_CANCEL,       ABSENT(DENY_INFRA_CHASE) },
	{ CMD_SCALPER_CANCEL,     ABSENT(DENY_INFRA_SCALPER) },
	{ CMD_TWAP_CANCEL,        ABSENT(DENY_INFRA_TWAP) },
	{ CMD_TWAP_BASKET_CANCEL, ABSENT(DENY_INFRA_TWAP) },
	{ CMD_TRAIL_STOP_CANCEL,  K_Q_ALGO,  PART_ALGOD, DENY_INFRA_TRAIL_STOP,  AGE_RUN,    false, DENY_VALIDATION_FAILED, &trail_stop_cancel_fields, NULL, DENY_NONE },
	{ CMD_ADMIN_CLOSE,        ABSENT(DENY_INFRA_UNAVAILABLE) },
	{ CMD_ADMIN_TAKEOVER,     ABSENT(DENY_INFRA_UNAVAILABLE) },
	/* what begins it */
	{ CMD_TRADE,              K_Q_RISK,  PART_RISKD, DENY_INFRA_UNAVAILABLE, AGE_REFUSE, true,  DENY_VALIDATION_FAILED, &trade_fields, NULL, DENY_NONE },
	{ CMD_LIMIT,              K_Q_RISK,  PART_RISKD, DENY_INFRA_UNAVAILABLE, AGE_REFUSE, true,  DENY_VALIDATION_FAILED, &limit_fields, NULL, DENY_NONE },
	{ CMD_SCALE,              ABSENT(DENY_INFRA_UNAVAILABLE) },
	{ CMD_BASKET,             ABSENT(DENY_INFRA_UNAVAILABLE) },
	{ CMD_CHASE,              ABSENT(DENY_INFRA_CHASE) },
	{ CMD_SCALPER,            ABSENT(DENY_INFRA_SCALPER) },
	{ CMD_TWAP,               ABSENT(DENY_INFRA_TWAP) },
	{ CMD_TWAP_BASKET,        ABSENT(DENY_INFRA_TWAP) },
	{ CMD_TRAIL_STOP,         K_Q_RISK,  PART_ALGOD, DENY_INFRA_TRAIL_STOP,  AGE_REFUSE, false, DENY_VALIDATION_FAILED, &trail_stop_fields, NULL, DENY_NONE },
	/* what only asks */
	{ CMD_VALIDATE,           K_Q_RISK,  PART_RISKD, DENY_INFRA_UNAVAILABLE, AGE_RUN,    false, DENY_RISK_VALIDATION,   &validate_fields, NULL, DENY_NONE },
};
/* clang-format on */
_Static_assert(NITEMS(rows) == CMD_N, "commands");

/*
 * A command waits in q:risk while riskd is away, up to its deadline; a cancel
 * that nobody would send, and an algo that nobody would run, are told so.
 */
static const char *const	part_daemons[] = {
	[PART_NONE] = NULL, [PART_RISKD] = NULL, [PART_ALGOD] = "algod", [PART_ORDERD] = "orderd",
};
_Static_assert(NITEMS(part_daemons) == PART_N, "parts");

const char *
part_daemon(enum part p)
{
	return part_daemons[p];
}

const struct command_row *
command_row(size_t i)
{
	return &rows[i];
}

enum deny
command_bad(const struct command_row *row, const char *field)
{
	return row->key != NULL && text_eq(row->key, field) ? row->bad_key : row->bad;
}

const struct command_row *
command_find(enum command what)
{
	for (size_t i = 0; i < NITEMS(rows); i++)
		if (rows[i].what == what)
			return &rows[i];
	panic("command %d has no row", (int)what);
}

static struct asked
blank(enum command what)
{
	struct asked	 a = { .c = cmd_blank(what), .trail_pct = DEC_NONE };

	a.c.side = SIDE_N;		/* not given */
	return a;
}

static void
settle_side(struct asked *a)
{
	a->c.side_given = a->c.side != SIDE_N;
	if (!a->c.side_given)
		a->c.side = SIDE_BUY;
}

int
command_read(const struct command_row *row, const char *json, size_t len, struct asked *a,
    struct field_fault *ff)
{
	*a = blank(row->what);
	if (fields_read(row->fields, a, json, len, ff) == -1)
		return -1;
	settle_side(a);
	if (dec_ok(a->trail_pct))
		a->c.callback_pct = a->trail_pct;
	if (row->what == CMD_TRAIL_STOP && !dec_ok(a->c.callback_pct))
		a->c.callback_pct = DEC_ONE;
	if (row->what == CMD_CLOSE && *a->c.position_id == '\0' && *a->c.symbol == '\0') {
		*ff = (struct field_fault){ .field = "positionId" };
		text_put(ff->text, sizeof(ff->text), "positionId is missing, and so is symbol");
		return -1;
	}
	return 0;
}
