/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "tests/simex/core/algo_print.h"
#include "tests/unit/conditional.h"
#include "tests/unit/rows.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define RECORDED "user_stream/us_2025-12_algo_lifecycle_DOGEUSDT_and_trade_lite.jsonl"

#define DOGE	"symbol=DOGEUSDT&algoType=CONDITIONAL&side=BUY&type=STOP_MARKET&quantity=38&" \
		"triggerPrice=0.13855&clientAlgoId=O-20251211-053131-TEST-000-1"

/* The life that was recorded: its ids, prices and times. */
static void
live_as_recorded(struct algos *as)
{
	const struct algo_quote	 q = {
		.listing = listing_of("DOGEUSDT"),
		.last_px = D("0.13855"), .mark_px = D("0.1385"),
	};

	algos_init(as, INT64_C(1000000033225453) - ALGO_FIRST_ID, 1);
	struct algo	*a = place_at(as, DOGE, "0.1384");
	algos_on_price(as, &q, at_ms(19), at_ms(29));
	algos_child_placed(as, a, INT64_C(88937381063), at_ms(30));
	algos_child_done(as, a, D("0.13856"), D("38"), at_ms(31));
}

static void
print_event(struct buf *b, const struct algo_fact *said, int64_t now_ms)
{
	const struct fact	 f = { .kind = FACT_ALGO, .at = said->at, .algo = said };

	buf_reset(b);
	event_algo(b, &f, at_ms(now_ms));
}

/* Since it was recorded the exchange has put "ia" at the end. */
static void
events_are_those_recorded(void **state)
{
	static const int64_t	 sent_ms[] = { 20, 37, 37 };
	struct algos		 as;
	struct buf		 b = { 0 };
	char			 path[256];
	const char		*name = rows_recorded(RECORDED, path);

	(void)state;
	if (name == NULL) {
		check_skipped("PMS_DATA is not set");
		return;
	}
	live_as_recorded(&as);
	struct rows	 file = rows_open(name);
	const char	*line;
	size_t		 n = 0;
	while ((line = rows_next(&file)) != NULL) {
		json_t	*frame = json_loads(line, 0, NULL);
		json_t	*event = json_object_get(frame, "data");

		if (event != NULL) {
			CHECK(n < NITEMS(sent_ms));
			json_object_set_new(json_object_get(event, "o"), "ia", json_false());
			char	*wanted = json_dumps(event, JSON_COMPACT);
			print_event(&b, as.facts.v[n + 1], sent_ms[n]);
			check_row("%s:%d", path, file.no);
			CHECK_STR(buf_text(&b), wanted);
			free(wanted);
			n++;
		}
		json_decref(frame);
	}
	CHECK_INT((int64_t)n, NITEMS(sent_ms));
	buf_free(&b);
	algos_fini(&as);
}

#define HEAD(T, E)	"{\"e\":\"ALGO_UPDATE\",\"T\":1765431097" T ",\"E\":1765431097" E ",\"o\":{"
#define ASKED(o, f, q)	"\"caid\":\"c\",\"aid\":1000000033225001,\"at\":\"CONDITIONAL\"," \
			"\"o\":\"" o "\",\"s\":\"BTCUSDT\",\"S\":\"SELL\",\"ps\":\"BOTH\"," \
			"\"f\":\"" f "\",\"q\":\"" q "\","
#define WORKS(wt, pm, cp)	"\"V\":\"EXPIRE_MAKER\",\"wt\":\"" wt "\",\"pm\":\"" pm \
			"\",\"cp\":" cp ",\"pP\":" cp ","

static void
events_of_each_state(void **state)
{
	struct algos	 as;
	struct buf	 b = { 0 };

	(void)state;
	algos_init(&as, 0, 1);
	check_row("NEW, closing a position");
	struct algo	*a = place(&as, STOP_MARKET "&clientAlgoId=c&triggerPrice=74.75&"
			    "closePosition=true&workingType=MARK_PRICE&priceProtect=TRUE");
	print_event(&b, as.facts.v[0], 0);
	CHECK_STR(buf_text(&b), HEAD("000", "000") ASKED("STOP_MARKET", "GTE_GTC", "0")
	    "\"X\":\"NEW\",\"ai\":\"\",\"tp\":\"74.75\",\"p\":\"0\","
	    WORKS("MARK_PRICE", "NONE", "true")
	    "\"R\":true,\"tt\":0,\"gtd\":0,\"ia\":false}}");
	check_row("CANCELED; never sent before it happened");
	const struct reject	 r = algos_cancel(&as, a, at_ms(9));
	CHECK_INT(reject_code(&r), 0);
	print_event(&b, as.facts.v[1], 3);
	CHECK_STR(buf_text(&b), HEAD("009", "009") ASKED("STOP_MARKET", "GTE_GTC", "0")
	    "\"X\":\"CANCELED\",\"ai\":\"\",\"tp\":\"74.75\",\"p\":\"0\","
	    "\"R\":true,\"tt\":0,\"gtd\":0,\"ia\":false}}");
	algos_fini(&as);
	algos_init(&as, 0, 1);
	check_row("REJECTED says why");
	place(&as, STOP "&quantity=0.020&price=89&clientAlgoId=c&triggerPrice=90.0");
	move(&as, "90", at_ms(5));
	algos_child_rejected(&as, algos_due(&as, at_ms(5)), "Reduce Only reject", at_ms(6));
	print_event(&b, as.facts.v[2], 6);
	CHECK_STR(buf_text(&b), HEAD("006", "006") ASKED("STOP", "GTC", "0.02")
	    "\"X\":\"REJECTED\",\"ai\":\"\",\"tp\":\"90.0\",\"p\":\"89\","
	    WORKS("CONTRACT_PRICE", "NONE", "false")
	    "\"R\":false,\"tt\":1765431097005,\"gtd\":0,\"rm\":\"Reduce Only reject\","
	    "\"ia\":false}}");
	algos_fini(&as);
	algos_init(&as, 0, 1);
	check_row("a trailing stop is new twice");
	place(&as, TRAILING "&quantity=1&callbackRate=1&activatePrice=110&clientAlgoId=c");
	move(&as, "110", at_ms(7));
	print_event(&b, as.facts.v[1], 8);
	CHECK_STR(buf_text(&b), HEAD("007", "008") ASKED("TRAILING_STOP_MARKET", "GTC", "1")
	    "\"X\":\"NEW\",\"ai\":\"\",\"tp\":\"0\",\"p\":\"0\","
	    WORKS("CONTRACT_PRICE", "NONE", "false")
	    "\"R\":false,\"tt\":0,\"gtd\":0,\"ia\":true}}");
	buf_free(&b);
	algos_fini(&as);
}

static void
answers_of_rest(void **state)
{
	struct algos	 as;
	struct buf	 b = { 0 };

	(void)state;
	live_as_recorded(&as);
	check_row("placed");
	print_algo(&b, &as.facts.v[0]->algo, ALGO_PLACED);
	CHECK_STR(buf_text(&b), "{\"algoId\":1000000033225453,"
	    "\"clientAlgoId\":\"O-20251211-053131-TEST-000-1\",\"algoType\":\"CONDITIONAL\","
	    "\"orderType\":\"STOP_MARKET\",\"symbol\":\"DOGEUSDT\",\"side\":\"BUY\","
	    "\"positionSide\":\"BOTH\",\"timeInForce\":\"GTC\",\"quantity\":\"38\","
	    "\"algoStatus\":\"NEW\",\"triggerPrice\":\"0.138550\",\"price\":\"0.000000\","
	    "\"icebergQuantity\":null,\"selfTradePreventionMode\":\"EXPIRE_MAKER\","
	    "\"workingType\":\"CONTRACT_PRICE\",\"priceMatch\":\"NONE\",\"closePosition\":false,"
	    "\"priceProtect\":false,\"reduceOnly\":false,\"activatePrice\":\"\","
	    "\"callbackRate\":\"\",\"createTime\":1765431097000,\"updateTime\":1765431097000,"
	    "\"triggerTime\":0,\"goodTillDate\":0}");
	check_row("asked for when finished");
	buf_reset(&b);
	print_algo(&b, as.v[0], ALGO_QUERY);
	CHECK_HAS(buf_text(&b), "\"algoStatus\":\"FINISHED\",\"actualOrderId\":\"88937381063\","
	    "\"actualPrice\":\"0.138560\",\"actualQty\":\"38\",\"actualType\":\"MARKET\","
	    "\"triggerPrice\":\"0.138550\",\"price\":\"0.000000\",\"icebergQuantity\":null,"
	    "\"tpTriggerPrice\":\"0.000\",\"tpPrice\":\"0.000\",\"slTriggerPrice\":\"0.000\","
	    "\"slPrice\":\"0.000\",\"tpOrderType\":\"\",\"selfTradePreventionMode\":");
	CHECK_HAS(buf_text(&b), "\"reduceOnly\":false,\"createTime\":1765431097000,"
	    "\"updateTime\":1765431097031,\"triggerTime\":1765431097019,\"goodTillDate\":0}");
	algos_fini(&as);
	algos_init(&as, 0, 1);
	check_row("asked for when new");
	struct algo	*a = place(&as, TRAILING QTY "&callbackRate=1.5&clientAlgoId=t");
	buf_reset(&b);
	print_algo(&b, a, ALGO_QUERY);
	CHECK_HAS(buf_text(&b), "\"quantity\":\"0.010\",\"algoStatus\":\"NEW\","
	    "\"actualOrderId\":\"\",\"actualPrice\":\"0.00000\",\"triggerPrice\":\"0.00\",");
	CHECK_HAS(buf_text(&b), "\"reduceOnly\":false,\"activatePrice\":\"100.00\","
	    "\"callbackRate\":\"1.5\",\"createTime\":");
	check_row("canceled");
	buf_reset(&b);
	print_algo_canceled(&b, a);
	CHECK_STR(buf_text(&b), "{\"algoId\":1000000033225001,\"clientAlgoId\":\"t\","
	    "\"code\":\"200\",\"msg\":\"success\"}");
	buf_free(&b);
	algos_fini(&as);
}

/* The last digits of the ids in a list. */
static const char *
listed(const struct algos *as, struct algo_filter f)
{
	static char	 text[64];
	struct buf	 b = { 0 };
	size_t		 n = 0;

	print_algos(&b, as, &f);
	json_t		*list = json_loads(buf_text(&b), 0, NULL);
	CHECK(json_is_array(list));
	text[0] = '\0';
	for (size_t i = 0; i < json_array_size(list); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d", i > 0 ? " " : "",
		    (int)(json_integer_value(json_object_get(json_array_get(list, i), "algoId")) -
		    as->first_id));
	json_decref(list);
	buf_free(&b);
	return text;
}

#define BTC_ONLY(...)	(struct algo_filter){ .listing = listing_of("BTCUSDT"), __VA_ARGS__ }

static void
lists(void **state)
{
	struct algos	 as;

	(void)state;
	algos_init(&as, 0, 1);
	for (int i = 0; i < 6; i++) {
		const struct algo_terms	 t = terms(i % 3 == 2 ?
		    "symbol=ETHUSDT&algoType=CONDITIONAL&side=SELL&type=STOP_MARKET&"
		    "triggerPrice=90&quantity=1" : STOP_MARKET TRIGGER QTY);
		const struct algo_view	 view = view_at("100");
		struct algo		*a;
		const struct reject	 r = algos_place(&as, &t, &view, at_ms(i), &a);

		CHECK_INT(reject_code(&r), 0);
	}
	const struct reject	 r = algos_cancel(&as, as.v[1], at_ms(9));
	CHECK_INT(reject_code(&r), 0);
	check_row("what there is");
	CHECK_STR(listed(&as, (struct algo_filter){ 0 }), "0 1 2 3 4 5");
	CHECK_STR(listed(&as, (struct algo_filter){ .open = true }), "0 2 3 4 5");
	CHECK_STR(listed(&as, BTC_ONLY(.open = true)), "0 3 4");
	CHECK_STR(listed(&as, BTC_ONLY(.open = false)), "0 1 3 4");
	check_row("a part of it");
	CHECK_STR(listed(&as, BTC_ONLY(.limit = 2)), "3 4");
	CHECK_STR(listed(&as, BTC_ONLY(.limit = 2, .from_id = as.v[1]->id)), "1 3");
	CHECK_STR(listed(&as, BTC_ONLY(.since = at_ms(1), .until = at_ms(3))), "1 3");
	CHECK_STR(listed(&as, BTC_ONLY(.since = at_ms(7))), "");
	algos_fini(&as);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(events_are_those_recorded),
		cmocka_unit_test(events_of_each_state),
		cmocka_unit_test(answers_of_rest),
		cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests_name("simex_algo_print", tests, NULL, NULL);
}
