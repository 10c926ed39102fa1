/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "tests/unit/rows.h"
#include "userd/report.h"

#include <jansson.h>

/* The documented sample of a partial fill; rows put other members in its place. */
#define UPDATE(status, cum, execution)						\
	"{\"e\":\"ORDER_TRADE_UPDATE\",\"E\":1795200000131,\"T\":1795200000129,\"o\":{"	\
	"\"s\":\"BTCUSDT\",\"c\":\"eng-7f3a-000041\",\"S\":\"BUY\",\"o\":\"LIMIT\","	\
	"\"f\":\"GTC\",\"q\":\"0.020\",\"p\":\"61250.10\",\"ap\":\"61250.10\","		\
	"\"sp\":\"0\",\"x\":\"TRADE\",\"X\":\"" status "\",\"i\":51200773311,"		\
	"\"z\":\"" cum "\"," execution "\"T\":1795200000129,\"b\":\"490.00080\","	\
	"\"a\":\"0\",\"R\":false,\"wt\":\"CONTRACT_PRICE\",\"ps\":\"BOTH\",\"rp\":\"0\","	\
	"\"V\":\"EXPIRE_MAKER\",\"pm\":\"NONE\",\"gtd\":0,\"er\":\"0\"}}"
#define TRADE(fee)	"\"l\":\"0.012\",\"L\":\"61250.10\"," fee "\"t\":6600112233,\"m\":true,"
#define NO_TRADE	"\"l\":\"0\",\"L\":\"0\",\"n\":\"0\",\"N\":\"USDT\",\"t\":0,\"m\":false,"

static int
read_frame(const char *json, struct user_frame *f, struct why *why)
{
	*why = (struct why){ "" };
	return report_read(json, strlen(json), f, why);
}

static void
order_updates(void **state)
{
	static const struct {
		const char		*name, *json;
		enum venue_status	 status;
		const char		*cum;
		int64_t			 trade_id;
		const char		*qty, *px, *fee, *fee_asset;
	} rows[] = {
		{ "partial fill", UPDATE("PARTIALLY_FILLED", "0.012",
		    TRADE("\"N\":\"USDT\",\"n\":\"0.14700024\",")),
		  VS_PARTIALLY_FILLED, "0.012", 6600112233, "0.012", "61250.1", "0.14700024",
		  "USDT" },
		{ "no commission: absent", UPDATE("FILLED", "0.020", TRADE("")),
		  VS_FILLED, "0.02", 6600112233, "0.012", "61250.1", "0", "" },
		{ "no commission: null", UPDATE("FILLED", "0.020", TRADE("\"N\":null,\"n\":null,")),
		  VS_FILLED, "0.02", 6600112233, "0.012", "61250.1", "0", "" },
		{ "a rebate", UPDATE("FILLED", "0.020", TRADE("\"N\":\"BNB\",\"n\":\"-0.00001\",")),
		  VS_FILLED, "0.02", 6600112233, "0.012", "61250.1", "-0.00001", "BNB" },
		{ "new", UPDATE("NEW", "0", NO_TRADE), VS_NEW, "0", 0, NULL, NULL, NULL, NULL },
		{ "cancelled after a part", UPDATE("CANCELED", "0.012", NO_TRADE),
		  VS_CANCELED, "0.012", 0, NULL, NULL, NULL, NULL },
		{ "self-trade prevention", UPDATE("EXPIRED_IN_MATCH", "0", NO_TRADE),
		  VS_EXPIRED, "0", 0, NULL, NULL, NULL, NULL },
		{ "a forced order's first event", UPDATE("NEW", "0",
		    "\"l\":\"0\",\"L\":\"0\",\"t\":77,\"m\":false,"),
		  VS_NEW, "0", 0, NULL, NULL, NULL, NULL },
		{ "a status nobody knows", UPDATE("NEW_ADL", "0", NO_TRADE),
		  VS_UNKNOWN, "0", 0, NULL, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct user_frame	 f;
		struct why		 why;

		check_row("%s", rows[i].name);
		CHECK_INT(read_frame(rows[i].json, &f, &why), 0);
		CHECK_INT(f.kind, UE_ORDER);
		CHECK_INT(f.report.kind, REPORT_ORDER);
		CHECK_STR(f.report.id, "");
		CHECK_STR(f.report.clord_id, "eng-7f3a-000041");
		CHECK_STR(f.report.symbol, "BTCUSDT");
		CHECK_INT(f.report.side, SIDE_BUY);
		CHECK_INT(f.report.order_id, 51200773311);
		CHECK_DEC(f.report.qty, "0.02");
		CHECK_DEC(f.report.px, "61250.1");
		CHECK_DEC(f.report.avg_px, "61250.1");
		CHECK_INT(wall_ms(f.report.at), 1795200000131);
		CHECK_INT(f.report.status, rows[i].status);
		CHECK_DEC(f.report.cum_qty, rows[i].cum);
		CHECK_INT(f.report.e.trade_id, rows[i].trade_id);
		if (rows[i].trade_id == 0)
			continue;
		CHECK_DEC(f.report.e.qty, rows[i].qty);
		CHECK_DEC(f.report.e.px, rows[i].px);
		CHECK_DEC(f.report.e.fee, rows[i].fee);
		CHECK_STR(f.report.e.fee_asset, rows[i].fee_asset);
		CHECK(f.report.e.maker);
		CHECK_INT(wall_ms(f.report.e.at), 1795200000129);
	}
}

static void
account_updates(void **state)
{
	static const struct { const char *name, *json, *reason, *positions; } rows[] = {
		{ "an order", "{\"e\":\"ACCOUNT_UPDATE\",\"E\":1795200000133,\"T\":1795200000129,"
		  "\"a\":{\"m\":\"ORDER\",\"B\":[{\"a\":\"USDT\",\"wb\":\"10250.33200000\"}],"
		  "\"P\":[{\"s\":\"BTCUSDT\",\"pa\":\"0.012\",\"ep\":\"61250.10\"}]}}",
		  "ORDER", "[{\"s\":\"BTCUSDT\",\"pa\":\"0.012\",\"ep\":\"61250.10\"}]" },
		{ "cross funding names no position", "{\"e\":\"ACCOUNT_UPDATE\","
		  "\"E\":1795200000133,\"a\":{\"B\":[],\"P\":[],\"m\":\"FUNDING_FEE\"}}",
		  "FUNDING_FEE", "[]" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct user_frame	 f;
		struct why		 why;

		check_row("%s", rows[i].name);
		CHECK_INT(read_frame(rows[i].json, &f, &why), 0);
		CHECK_INT(f.kind, UE_ACCOUNT);
		CHECK_STR(f.account.reason, rows[i].reason);
		CHECK_STR(f.account.positions, rows[i].positions);
		CHECK_INT(wall_ms(f.account.at), 1795200000133);
		free(f.account.positions);
	}
}

/* Which frames mean anything; the others are passed over whatever they hold. */
static void
kinds_of_frames(void **state)
{
	static const struct { const char *json; int rc; enum user_event kind; } rows[] = {
		{ "{\"e\":\"TRADE_LITE\",\"E\":1,\"T\":1,\"s\":\"ETHUSDT\",\"q\":\"0.037\","
		  "\"t\":4467432841,\"i\":8389765739703625592}", 0, UE_LITE },
		{ "{\"e\":\"listenKeyExpired\",\"E\":1736996475556,\"listenKey\":\"K\"}",
		  0, UE_EXPIRED },
		{ "{\"e\":\"listenKeyExpired\",\"E\":\"1736996475556\"}", 0, UE_EXPIRED },
		{ "{\"e\":\"ACCOUNT_CONFIG_UPDATE\",\"E\":1,\"ac\":{\"s\":\"X\",\"l\":5}}",
		  0, UE_OTHER },
		{ "{\"e\":\"MARGIN_CALL\",\"E\":1,\"p\":[{\"s\":\"X\"}]}", 0, UE_OTHER },
		{ "{\"e\":\"SOMETHING_NEW\",\"E\":1,\"o\":{\"S\":\"NONE\",\"q\":[1]}}",
		  0, UE_OTHER },
		{ "{\"result\":null,\"id\":1}", 0, UE_OTHER },
		{ "{\"e\":\"ORDER_TRADE_UPDATE\",\"E\":1}", -1, UE_OTHER },
		{ "{\"e\":\"ORDER_TRADE_UPDATE\",\"E\":1,\"o\":{\"s\":\"X\",\"i\":5}}",
		  -1, UE_OTHER },
		{ "{\"e\":\"ORDER_TRADE_UPDATE\",\"E\":1,\"o\":{\"s\":\"X\",\"z\":\"1\"}}",
		  -1, UE_OTHER },
		{ "{\"e\":\"ORDER_TRADE_UPDATE\",\"E\":1,\"o\":{\"i\":5,\"z\":\"1\"}}",
		  -1, UE_OTHER },
		{ "{\"e\":\"ORDER_TRADE_UPDATE\",\"E\":1,\"o\":{\"s\":\"X\",\"i\":5,\"z\":\"?\"}}",
		  -1, UE_OTHER },
		{ "{\"e\":\"ACCOUNT_UPDATE\",\"E\":\"now\"}", -1, UE_OTHER },
		{ "{\"e\":", -1, UE_OTHER },
		{ "[]", -1, UE_OTHER },
		{ "", -1, UE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct user_frame	 f;
		struct why		 why;

		check_row("%s", rows[i].json);
		CHECK_INT(read_frame(rows[i].json, &f, &why), rows[i].rc);
		if (rows[i].rc == 0)
			CHECK_INT(f.kind, rows[i].kind);
		else
			CHECK(*why.text != '\0');
		/* Its word is said where the frame has one, known or not. */
		CHECK_HAS(rows[i].json, f.event);
		if (rows[i].rc == 0)
			CHECK((*f.event == '\0') == (strstr(rows[i].json, "\"e\"") == NULL));
		free(f.account.positions);
	}
}

/* What orderd reads is what was heard: the message survives its way through Redis. */
static void
a_report_survives_the_queue(void **state)
{
	struct user_frame	 f;
	struct msg_report	 r;
	struct field_fault	 ff;
	struct why		 why;
	struct buf		 b = { 0 };

	(void)state;
	check_row("partial fill");
	CHECK_INT(read_frame(UPDATE("PARTIALLY_FILLED", "0.012",
	    TRADE("\"N\":\"USDT\",\"n\":\"0.14700024\",")), &f, &why), 0);
	text_put(f.report.id, sizeof(f.report.id), "u1");
	fields_object(&msg_report_fields, &f.report, &b);
	fields_blank(&msg_report_fields, &r, sizeof(r));
	CHECK_INT(fields_read(&msg_report_fields, &r, b.p, b.len, &ff), 0);
	CHECK_STR(r.clord_id, f.report.clord_id);
	CHECK_INT(r.status, VS_PARTIALLY_FILLED);
	CHECK_INT(r.e.trade_id, 6600112233);
	CHECK_DEC(r.e.fee, "0.14700024");
	CHECK_DEC(r.cum_qty, "0.012");
	CHECK_INT(wall_ms(r.e.at), 1795200000129);
	buf_free(&b);
}

/* ---- recordings ------------------------------------------------------------------------- */

static const char *
text_in(const json_t *o, const char *name)
{
	const char	*s = json_string_value(json_object_get(o, name));

	return s == NULL ? "" : s;
}

/* Against jansson itself: what an update holds is what the frame says. */
static void
check_recorded_order(const struct msg_report *r, const json_t *o)
{
	CHECK_STR(r->symbol, text_in(o, "s"));
	CHECK_STR(r->clord_id, text_in(o, "c"));
	CHECK_INT(r->order_id, json_integer_value(json_object_get(o, "i")));
	CHECK(r->status != VS_UNKNOWN);
	CHECK(dec_cmp(r->cum_qty, D(text_in(o, "z"))) == 0);
	CHECK_INT(r->e.trade_id, json_integer_value(json_object_get(o, "t")));
	if (r->e.trade_id != 0)
		CHECK(dec_cmp(r->e.qty, D(text_in(o, "l"))) == 0 &&
		    dec_cmp(r->e.fee, D(text_in(o, "n"))) == 0);
}

static bool
check_recorded(const char *line)
{
	json_t			*top = json_loads(line, 0, NULL);
	json_t			*inner = json_object_get(top, "data");
	char			*json = json_dumps(inner == NULL ? top : inner, 0);
	const json_t		*frame = inner == NULL ? top : inner;
	const char		*e = text_in(frame, "e");
	struct user_frame	 f;
	struct why		 why;

	CHECK(json != NULL);
	CHECK_INT(read_frame(json, &f, &why), 0);
	CHECK_INT(f.kind, text_eq(e, "ORDER_TRADE_UPDATE") ? UE_ORDER :
	    text_eq(e, "ACCOUNT_UPDATE") ? UE_ACCOUNT : text_eq(e, "TRADE_LITE") ? UE_LITE :
	    UE_OTHER);
	if (f.kind == UE_ORDER)
		check_recorded_order(&f.report, json_object_get(frame, "o"));
	if (f.kind == UE_ACCOUNT)
		CHECK(f.account.positions != NULL && *f.account.reason != '\0');
	free(f.account.positions);
	free(json);
	json_decref(top);
	return f.kind == UE_ORDER;
}

static void
every_recorded_event(void **state)
{
	static const struct { const char *name; int events, orders; } rows[] = {
		{ "user_stream/us_2024_prod_partial_and_ioc_expired.jsonl", 2, 2 },
		{ "user_stream/us_2025-03_testnet_BTCUSDT.jsonl", 4, 2 },
		{ "user_stream/us_2025-12_algo_lifecycle_DOGEUSDT_and_trade_lite.jsonl", 4, 0 },
		{ "user_stream/us_2026-02_prod_SOLUSDT.jsonl", 3, 1 },
		{ "user_stream/us_2026-04_prod_ETHUSDC.jsonl", 9, 4 },
	};
	char	 path[256], *line;

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		int	 events = 0, orders = 0;

		if (rows_recorded(rows[i].name, path) == NULL) {
			check_skipped("no PMS_DATA");
			return;
		}
		struct rows	 r = rows_open(path);
		while ((line = rows_next(&r)) != NULL) {
			check_row("%s:%d", rows[i].name, r.no);
			orders += check_recorded(line);
			events++;
		}
		CHECK_INT(events, rows[i].events);
		CHECK_INT(orders, rows[i].orders);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(order_updates),
		cmocka_unit_test(account_updates),
		cmocka_unit_test(kinds_of_frames),
		cmocka_unit_test(a_report_survives_the_queue),
		cmocka_unit_test(every_recorded_event),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
