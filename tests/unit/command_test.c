/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "cmdd/command.h"
#include "tests/unit/rows.h"

#include <string.h>

#define S	"\"subAccountId\":\"A1\""
#define T	S ",\"symbol\":\"BTCUSDT\",\"side\":\"LONG\""

static int
read_command(enum command what, const char *json, struct asked *a, struct field_fault *ff)
{
	*ff = (struct field_fault){ .field = "" };
	return command_read(command_find(what), json, strlen(json), a, ff);
}

/* ---- the rows ------------------------------------------------------------------------ */

/*
 * The contract's 21 queues: what a command does to risk, who is missing if nobody
 * runs it, what a bad payload is called.
 */
/* clang-format off */
static const struct {
	const char	*queue;
	enum { ENDS, BEGINS, ASKS } risk;
	const char	*absent, *bad;
} contract[] = {
	{ "trade",               BEGINS, "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
	{ "limit",               BEGINS, "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
	{ "scale",               BEGINS, "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
	{ "close",               ENDS,   "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
	{ "close_all",           ENDS,   "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
	{ "cancel",              ENDS,   "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
	{ "cancel_all",          ENDS,   "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
	{ "basket",              BEGINS, "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
	{ "chase",               BEGINS, "INFRA_CHASE_UNAVAILABLE",        "VALIDATION_FAILED" },
	{ "chase_cancel",        ENDS,   "INFRA_CHASE_UNAVAILABLE",        "VALIDATION_FAILED" },
	{ "scalper",             BEGINS, "INFRA_SCALPER_UNAVAILABLE",      "VALIDATION_FAILED" },
	{ "scalper_cancel",      ENDS,   "INFRA_SCALPER_UNAVAILABLE",      "VALIDATION_FAILED" },
	{ "twap",                BEGINS, "INFRA_TWAP_UNAVAILABLE",         "VALIDATION_FAILED" },
	{ "twap_cancel",         ENDS,   "INFRA_TWAP_UNAVAILABLE",         "VALIDATION_FAILED" },
	{ "twap_basket",         BEGINS, "INFRA_TWAP_UNAVAILABLE",         "VALIDATION_FAILED" },
	{ "twap_basket_cancel",  ENDS,   "INFRA_TWAP_UNAVAILABLE",         "VALIDATION_FAILED" },
	{ "trail_stop",          BEGINS, "INFRA_TRAIL_STOP_UNAVAILABLE",   "VALIDATION_FAILED" },
	{ "trail_stop_cancel",   ENDS,   "INFRA_TRAIL_STOP_UNAVAILABLE",   "VALIDATION_FAILED" },
	{ "validate",            ASKS,   "INFRA_UNAVAILABLE",              "RISK_VALIDATION_ERROR" },
	{ "admin_close",         ENDS,   "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
	{ "admin_takeover",      ENDS,   "INFRA_UNAVAILABLE",              "VALIDATION_FAILED" },
};
/* clang-format on */
_Static_assert(NITEMS(contract) == CMD_N, "21 commands");

static void
every_command_has_a_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(contract); i++) {
		const int	 what = names_find(&command_names, contract[i].queue);
		int		 rows = 0;

		check_row("%s", contract[i].queue);
		CHECK(what != -1);
		for (size_t k = 0; k < CMD_N; k++)
			rows += (int)command_row(k)->what == what;
		CHECK_INT(rows, 1);
		const struct command_row	*row = command_find((enum command)what);
		CHECK_INT(row->what, what);
		CHECK_STR(deny_code(row->absent), contract[i].absent);
		CHECK(deny_retryable(row->absent));
		CHECK_STR(deny_code(row->bad), contract[i].bad);
		CHECK(!row->adds_risk || contract[i].risk == BEGINS);
	}
}

static void
a_field_may_have_a_code_of_its_own(void **state)
{
	static const struct { enum command what; const char *field, *code; } cases[] = {
		{ CMD_CANCEL, "clientOrderId", "VALIDATION_CLIENT_ORDER_ID_REQUIRED" },
		{ CMD_CANCEL, "requestId", "VALIDATION_FAILED" },
		{ CMD_CANCEL_ALL, "subAccountId", "VALIDATION_SUBACCOUNT_REQUIRED" },
		{ CMD_CANCEL_ALL, "symbol", "VALIDATION_FAILED" },
		{ CMD_TRADE, "subAccountId", "VALIDATION_FAILED" },
		{ CMD_VALIDATE, "symbol", "RISK_VALIDATION_ERROR" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(cases); i++) {
		check_row("%s, %s", names_get(&command_names, (int)cases[i].what), cases[i].field);
		CHECK_STR(deny_code(command_bad(command_find(cases[i].what), cases[i].field)),
		    cases[i].code);
	}
}

/* What ends risk is served before what begins it, and that before what only asks. */
static void
rows_are_in_the_order_of_service(void **state)
{
	static const int	 rank[] = { [ENDS] = 0, [BEGINS] = 1, [ASKS] = 2 };
	int			 last = 0;

	(void)state;
	for (size_t i = 0; i < CMD_N; i++) {
		const char	*queue = names_get(&command_names, (int)command_row(i)->what);
		size_t		 k = 0;

		check_row("%s", queue);
		while (!text_eq(contract[k].queue, queue))
			k++;
		CHECK(rank[contract[k].risk] >= last);
		last = rank[contract[k].risk];
	}
}

/* Where commands go that are served, and which of them may not be begun late. */
static void
routes(void **state)
{
	static const struct {
		const char	*queue;
		enum key	 route;
		const char	*daemon;
		enum age_rule	 age;
	} rows[] = {
		{ "trade",             K_Q_RISK,   NULL,     AGE_REFUSE },
		{ "limit",             K_Q_RISK,   NULL,     AGE_REFUSE },
		{ "cancel",            K_Q_URGENT, "orderd", AGE_RUN },
		{ "cancel_all",        K_Q_URGENT, "orderd", AGE_RUN },
		{ "close",             K_Q_CLOSE,  NULL,     AGE_REFUSE },
		{ "validate",          K_Q_RISK,   NULL,     AGE_RUN },
		{ "trail_stop",        K_Q_RISK,   "algod",  AGE_REFUSE },
		{ "trail_stop_cancel", K_Q_ALGO,   "algod",  AGE_RUN },
	};
	size_t	 served = 0;

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const int			 what = names_find(&command_names, rows[i].queue);
		const struct command_row	*row = command_find((enum command)what);
		const char			*daemon = part_daemon(row->part);

		check_row("%s", rows[i].queue);
		CHECK(row->part != PART_NONE);
		CHECK_INT(row->route, rows[i].route);
		CHECK_STR(daemon == NULL ? "-" : daemon,
		    rows[i].daemon == NULL ? "-" : rows[i].daemon);
		CHECK_INT(row->age, rows[i].age);
	}
	for (size_t i = 0; i < CMD_N; i++)
		served += command_row(i)->part != PART_NONE;
	check_row("all that are served are above");
	CHECK_INT(served, NITEMS(rows));
}

/* ---- payloads --------------------------------------------------------------------------- */

/* S and T in a payload of command.tsv, written out. */
static void
write_out(const char *payload, struct buf *b)
{
	for (const char *p = payload; *p != '\0'; p++) {
		const bool	 word = (p[0] == 'S' || p[0] == 'T') && p > payload &&
				    (p[-1] == '{' || p[-1] == ',') && (p[1] == ',' || p[1] == '}');

		if (word)
			buf_adds(b, *p == 'S' ? S : T);
		else
			buf_addc(b, *p);
	}
}

static void
check_payload(const char *const c[5], enum command what, const char *json)
{
	struct asked		 a;
	struct field_fault	 ff;
	const int		 rc = read_command(what, json, &a, &ff);

	if (text_eq(c[0], "ok")) {
		CHECK_STR(ff.text, "");
		CHECK_INT(rc, 0);
		CHECK_INT(a.c.what, what);
		return;
	}
	CHECK_INT(rc, -1);
	CHECK_STR(ff.field, c[0]);
	CHECK_STR(ff.value, c[1]);
	CHECK_STR(ff.limit, c[2]);
	CHECK(*ff.text != '\0');
	CHECK_HAS(ff.text, c[0]);
	/* Whoever can be answered is: the id is known although the rest is bad. */
	if (strstr(json, "{\"requestId\":\"r\",") == json && *c[0] != '\0')
		CHECK_STR(a.c.request_id, "r");
}

static void
cases_of_the_table(void **state)
{
	struct rows	 r = rows_open("tests/data/command.tsv");
	char		*line;

	(void)state;
	while ((line = rows_next(&r)) != NULL) {
		const char	*c[5];
		struct buf	 b = { 0 };

		check_row("command.tsv:%d", r.no);
		rows_cells(line, c, NITEMS(c));
		const int	 what = names_find(&command_names, c[3]);
		CHECK(what != -1);
		write_out(c[4], &b);
		check_payload(c, (enum command)what, buf_text(&b));
		buf_free(&b);
	}
}

static void
a_trade_as_it_was_asked(void **state)
{
	struct asked		 a;
	struct field_fault	 ff;

	(void)state;
	check_row("everything given");
	CHECK_INT(read_command(CMD_TRADE, "{\"requestId\":\"r-1\",\"subAccountId\":\"A1\","
	    "\"symbol\":\"BTC/USDT:USDT\",\"side\":\"SHORT\",\"quantity\":0.29,\"leverage\":20,"
	    "\"reduceOnly\":true,\"force\":true,\"ts\":1795256152380,\"deadlineMs\":700}", &a,
	    &ff), 0);
	CHECK_STR(a.c.request_id, "r-1");
	CHECK_STR(a.c.sub, "A1");
	CHECK_STR(a.c.symbol, "BTC/USDT:USDT");		/* riskd reads it */
	CHECK_INT(a.c.side, SIDE_SELL);
	CHECK_DEC(a.c.qty, "0.29");
	CHECK_INT(a.c.leverage, 20);
	CHECK(a.c.side_given && a.c.reduce_only && a.c.force);
	CHECK_INT(wall_ms(a.ts), 1795256152380);
	CHECK_INT(a.deadline_ms, 700);

	check_row("defaults");
	CHECK_INT(read_command(CMD_TRADE, "{" T ",\"quantity\":1}", &a, &ff), 0);
	CHECK_STR(a.c.request_id, "");
	CHECK_INT(a.c.side, SIDE_BUY);
	CHECK_INT(a.c.leverage, 1);
	CHECK_DEC(a.c.px, "null");
	CHECK_INT(a.c.origin, ORIGIN_MANUAL);
	CHECK(!a.c.reduce_only && !a.c.force && !wall_is_set(a.ts));
	CHECK_INT(a.deadline_ms, 0);
}

static void
a_limit_and_cancels_as_they_were_asked(void **state)
{
	struct asked		 a;
	struct field_fault	 ff;

	(void)state;
	check_row("limit");
	CHECK_INT(read_command(CMD_LIMIT, "{\"requestId\":\"r-1\",\"subAccountId\":\"A1\","
	    "\"symbol\":\"BTCUSDT\",\"side\":\"SHORT\",\"quantity\":\"0.29\","
	    "\"price\":\"61250.10\",\"leverage\":20,\"reduceOnly\":true,\"force\":true}", &a,
	    &ff), 0);
	CHECK_STR(a.c.request_id, "r-1");
	CHECK_STR(a.c.sub, "A1");
	CHECK_STR(a.c.symbol, "BTCUSDT");
	CHECK_INT(a.c.side, SIDE_SELL);
	CHECK_DEC(a.c.qty, "0.29");
	CHECK_DEC(a.c.px, "61250.1");
	CHECK_INT(a.c.leverage, 20);
	CHECK(a.c.side_given && a.c.reduce_only && a.c.force);
	check_row("cancel");
	CHECK_INT(read_command(CMD_CANCEL, "{\"requestId\":\"r-2\",\"clientOrderId\":\"c-1\"}", &a,
	    &ff), 0);
	CHECK_STR(a.c.request_id, "r-2");
	CHECK_STR(a.c.clord_id, "c-1");
	CHECK_STR(a.c.sub, "");
	check_row("cancel_all");
	CHECK_INT(read_command(CMD_CANCEL_ALL, "{\"subAccountId\":\"A1\",\"symbol\":\"BTCUSDT\"}",
	    &a, &ff), 0);
	CHECK_STR(a.c.sub, "A1");
	CHECK_STR(a.c.symbol, "BTCUSDT");
	check_row("cancel_all, on all symbols");
	CHECK_INT(read_command(CMD_CANCEL_ALL, "{\"subAccountId\":\"A1\"}", &a, &ff), 0);
	CHECK_STR(a.c.symbol, "");
}

static void
a_close_knows_whether_a_side_was_given(void **state)
{
	static const struct { const char *json; bool given; const char *qty; } rows[] = {
		{ "{" S ",\"positionId\":\"p\",\"side\":\"BUY\",\"quantity\":\"0.1\"}",
		  true, "0.1" },
		{ "{" S ",\"positionId\":\"p\",\"side\":\"SELL\"}", true, "null" },
		{ "{" S ",\"symbol\":\"BTCUSDT\"}", false, "null" },
		{ "{" S ",\"symbol\":\"BTCUSDT\",\"side\":null}", false, "null" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct asked		 a;
		struct field_fault	 ff;

		check_row("%s", rows[i].json);
		CHECK_INT(read_command(CMD_CLOSE, rows[i].json, &a, &ff), 0);
		CHECK_INT(a.c.side_given, rows[i].given);
		CHECK(a.c.side == SIDE_BUY || a.c.side == SIDE_SELL);
		CHECK_DEC(a.c.qty, rows[i].qty);
	}
}

static void
the_older_name_of_the_callback_wins(void **state)
{
	static const struct { const char *members, *want; } rows[] = {
		{ "", "1" },
		{ ",\"callbackPct\":0.5", "0.5" },
		{ ",\"trailPct\":2", "2" },
		{ ",\"callbackPct\":0.5,\"trailPct\":2", "2" },
		{ ",\"callbackPct\":0.5,\"trailPct\":null", "0.5" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct asked		 a;
		struct field_fault	 ff;
		struct buf		 b = { 0 };

		check_row("%s", rows[i].members);
		buf_addf(&b, "{" S ",\"positionId\":\"p\"%s}", rows[i].members);
		CHECK_INT(read_command(CMD_TRAIL_STOP, b.p, &a, &ff), 0);
		CHECK_DEC(a.c.callback_pct, rows[i].want);
		buf_free(&b);
	}
}

/* Text of every length around the bound: it is taken whole, or refused. */
static void
ids_are_never_cut(void **state)
{
	(void)state;
	for (size_t len = REQUEST_ID - 3; len < REQUEST_ID + 3; len++) {
		struct asked		 a;
		struct field_fault	 ff;
		struct buf		 b = { 0 };

		check_row("%zu characters", len);
		buf_adds(&b, "{\"requestId\":\"");
		for (size_t i = 0; i < len; i++)
			buf_addc(&b, 'x');
		buf_adds(&b, "\"," T ",\"quantity\":1}");
		const bool	 fits = len < REQUEST_ID;
		CHECK_INT(read_command(CMD_TRADE, b.p, &a, &ff), fits ? 0 : -1);
		CHECK_INT(strlen(a.c.request_id), fits ? len : 0);
		CHECK_STR(ff.field, fits ? "" : "requestId");
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(every_command_has_a_row),
		cmocka_unit_test(a_field_may_have_a_code_of_its_own),
		cmocka_unit_test(rows_are_in_the_order_of_service),
		cmocka_unit_test(routes),
		cmocka_unit_test(cases_of_the_table),
		cmocka_unit_test(a_trade_as_it_was_asked),
		cmocka_unit_test(a_limit_and_cancels_as_they_were_asked),
		cmocka_unit_test(a_close_knows_whether_a_side_was_given),
		cmocka_unit_test(the_older_name_of_the_callback_wins),
		cmocka_unit_test(ids_are_never_cut),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
