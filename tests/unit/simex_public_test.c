/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Market data over REST: what depends on what was asked, and the shapes of
 * what the exchange was recorded to answer.
 */
#include "tests/unit/check.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/api/call.h"
#include "tests/unit/shape.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = 256, RECORDINGS_LEAST = 20 };

static const wall_t	 start = { INT64_C(1789478299014000) };	/* 13:18:19 UTC */

static struct world *
fresh(void)
{
	struct world	*w = xcalloc(1, sizeof(*w));

	world_init(w, &(struct world_terms){
		.exchange = {
			.balance = D("10000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
			.market = {
				.kind = MARKET_STILL, .seed = check_seed(), .start = start,
				.period_ms = 60000,
			},
		},
		.key = "k", .secret = "s", .key_life_ms = 3600000,
	});
	return w;
}

static void
discard(struct world *w)
{
	world_fini(w);
	free(w);
}

static wall_t
after_ms(int64_t ms)
{
	return wall_add_us(start, ms * 1000);
}

/* "path?query" -> the answer, which is valid until the next call. */
static const char *
get(struct world *w, const char *what, wall_t now, int *status)
{
	static struct buf	 out;
	char			 path[PATH_MOST];
	const char		*mark = strchr(what, '?');

	CHECK_INT(text_copyn(path, sizeof(path), what,
	    mark == NULL ? strlen(what) : (size_t)(mark - what)), 0);
	buf_reset(&out);
	*status = world_request(w, &(struct request){
		.method = "GET", .path = path, .query = mark == NULL ? "" : mark + 1, .body = "",
	}, now, &out).status;
	return buf_text(&out);
}

static json_t *
get_json(struct world *w, const char *what, wall_t now)
{
	int		 status;
	const char	*text = get(w, what, now, &status);
	json_t		*got = json_loads(text, 0, NULL);

	CHECK_INT(status, 200);
	CHECK(got != NULL);
	return got;
}

static void
public_trade(struct world *w, const char *side, const char *qty, wall_t now)
{
	const struct outside	 o = { 0 };
	struct buf		 out = { 0 }, uri = { 0 };

	buf_addf(&uri, "/trade?symbol=BTCUSDT&side=%s&qty=%s", side, qty);
	CHECK_INT(world_control(w, buf_text(&uri), NULL, &o, now, &out), 200);
	CHECK_HAS(buf_text(&out), qty);
	buf_free(&uri);
	buf_free(&out);
}

static void
verb(struct world *w, const char *uri, wall_t now)
{
	const struct outside	 o = { 0 };
	struct buf		 out = { 0 };

	CHECK_INT(world_control(w, uri, NULL, &o, now, &out), 200);
	buf_free(&out);
}

/* ---- what depends on what ------------------------------------------------------------ */

static void
weights(void **state)
{
	static const struct { const char *path, *query; int weight; } rows[] = {
		{ "/fapi/v1/depth", "symbol=A&limit=5", 2 }, { "/fapi/v1/depth", "symbol=A&limit=50", 2 },
		{ "/fapi/v1/depth", "symbol=A&limit=100", 5 }, { "/fapi/v1/depth", "symbol=A", 10 },
		{ "/fapi/v1/depth", "symbol=A&limit=1000", 20 }, { "/fapi/v1/depth", "limit=x", 10 },
		{ "/fapi/v1/klines", "limit=99", 1 }, { "/fapi/v1/klines", "limit=100", 2 },
		{ "/fapi/v1/klines", "limit=499", 2 }, { "/fapi/v1/klines", "", 5 },
		{ "/fapi/v1/klines", "limit=1000", 5 }, { "/fapi/v1/markPriceKlines", "limit=1001", 10 },
		{ "/fapi/v1/ticker/24hr", "", 40 }, { "/fapi/v1/ticker/24hr", "symbol=A", 1 },
		{ "/fapi/v2/ticker/price", "", 2 }, { "/fapi/v1/ticker/bookTicker", "", 5 },
		{ "/fapi/v1/aggTrades", "symbol=A", 20 }, { "/fapi/v1/historicalTrades", "symbol=A", 200 },
		{ "/fapi/v1/trades", "symbol=A&limit=1", 5 }, { "/fapi/v1/rpiDepth", "symbol=A", 20 },
	};
	struct form	 f = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s?%s", rows[i].path, rows[i].query);
		form_parse(&f, rows[i].query, "", 0);
		CHECK_INT(endpoint_weight(endpoint_find("GET", rows[i].path), &f), rows[i].weight);
	}
	form_free(&f);
}

static void
refusals(void **state)
{
	static const struct { const char *what; int code; } rows[] = {
		{ "/fapi/v1/klines?symbol=BTCUSDT&interval=1s", -1120 },
		{ "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1501", -1130 },
		{ "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=0", -1130 },
		{ "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=2&endTime=1", -1130 },
		{ "/fapi/v1/klines?symbol=BTCUSDT", -1102 },
		{ "/fapi/v1/klines?symbol=NONE&interval=1m", -1121 },
		{ "/fapi/v1/continuousKlines?pair=NONE&contractType=PERPETUAL&interval=1m", -4144 },
		{ "/fapi/v1/continuousKlines?pair=BTCUSDT&contractType=X&interval=1m", -1130 },
		{ "/fapi/v1/aggTrades?symbol=BTCUSDT&limit=1001", -1130 },
		{ "/fapi/v1/aggTrades?symbol=BTCUSDT&startTime=0&endTime=3600001", -1127 },
		{ "/fapi/v1/historicalTrades?symbol=BTCUSDT", -2014 },
		{ "/fapi/v1/trades?symbol=BTCUSDT&limit=1001", -1130 },
		{ "/fapi/v1/rpiDepth?symbol=BTCUSDT&limit=500", -4021 },
		{ "/fapi/v1/depth?symbol=BTCUSDT&limit=7", -4021 },
		{ "/fapi/v1/ticker/24hr?symbol=NONE", -1121 },
		{ "/fapi/v1/exchangeInfo?symbol=NONE", 0 }, { "/fapi/v1/fundingInfo?symbol=NONE", 0 },
		{ "/fapi/v1/aggTrades?symbol=BTCUSDT&startTime=0&endTime=3600000", 0 },
		{ "/fapi/v1/continuousKlines?pair=BTCUSDT&contractType=CURRENT_QUARTER&interval=1d", 0 },
	};
	struct world	*w = fresh();
	int		 status;

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].what);
		json_t	*got = json_loads(get(w, rows[i].what, start, &status), 0, NULL);
		CHECK_INT(json_integer_value(json_object_get(got, "code")), rows[i].code);
		CHECK_INT(status == 200, rows[i].code == 0);
		json_decref(got);
	}
	discard(w);
}

static int64_t
id_at(const json_t *list, size_t i, const char *name)
{
	return json_integer_value(json_object_get(json_array_get(list, i), name));
}

static void
trades_by_id_and_time(void **state)
{
	struct world	*w = fresh();
	char		 what[PATH_MOST];
	json_t		*got;

	(void)state;
	for (int i = 0; i < 6; i++)
		public_trade(w, i < 3 ? "BUY" : "SELL", "0.001", after_ms(i * 1000));
	got = get_json(w, "/fapi/v1/trades?symbol=BTCUSDT", after_ms(7000));
	CHECK_INT((int64_t)json_array_size(got), 6);
	const int64_t	 first = id_at(got, 0, "id");
	CHECK_INT(id_at(got, 5, "id"), first + 5);
	json_decref(got);
	check_row("the newest two");
	got = get_json(w, "/fapi/v1/trades?symbol=BTCUSDT&limit=2", after_ms(7000));
	CHECK_INT(id_at(got, 0, "id"), first + 4);
	json_decref(got);
	got = get_json(w, "/fapi/v1/aggTrades?symbol=BTCUSDT", after_ms(7000));
	const int64_t	 first_aggregate = id_at(got, 0, "a");
	CHECK_INT((int64_t)json_array_size(got), 6);
	json_decref(got);
	check_row("from an id");
	text_putf(what, sizeof(what), "/fapi/v1/aggTrades?symbol=BTCUSDT&limit=3&fromId=%lld",
	    (long long)first_aggregate + 1);
	got = get_json(w, what, after_ms(7000));
	CHECK_INT((int64_t)json_array_size(got), 3);
	CHECK_INT(id_at(got, 0, "a"), first_aggregate + 1);
	json_decref(got);
	check_row("from a time, to a time");
	text_putf(what, sizeof(what), "/fapi/v1/aggTrades?symbol=BTCUSDT&startTime=%lld&endTime=%lld",
	    (long long)wall_ms(after_ms(1000)), (long long)wall_ms(after_ms(3000)));
	got = get_json(w, what, after_ms(7000));
	CHECK_INT((int64_t)json_array_size(got), 3);
	CHECK_INT(id_at(got, 0, "a"), first_aggregate + 1);
	json_decref(got);
	discard(w);
}

static const char *
str_at(const json_t *list, size_t i, const char *name)
{
	return json_string_value(json_object_get(json_array_get(list, i), name));
}

static int64_t
open_at(const json_t *rows, size_t i)
{
	return json_integer_value(json_array_get(json_array_get(rows, i), 0));
}

static void
candles_by_time_and_number(void **state)
{
	static const struct { const char *times; size_t n; int64_t first; } rows[] = {
		/* in minutes of the first one */
		{ "", 6, 0 }, { "&limit=2", 2, 4 }, { "&startTime=60000", 5, 1 },
		{ "&startTime=60001&limit=2", 2, 2 }, { "&endTime=120000", 3, 0 },
		{ "&startTime=60000&endTime=179999", 2, 1 }, { "&startTime=600000", 0, 0 },
		{ "&endTime=120000&limit=1", 1, 2 },
	};
	struct world	*w = fresh();
	const int64_t	 minute = interval_open(INTERVAL_1M, wall_ms(start));
	json_t		*got;

	(void)state;
	public_trade(w, "BUY", "0.001", start);
	public_trade(w, "SELL", "0.002", after_ms(5 * 60000));
	for (size_t i = 0; i < NITEMS(rows); i++) {
		char		 what[PATH_MOST] = "/fapi/v1/klines?symbol=BTCUSDT&interval=1m";
		const char	*p = rows[i].times;

		check_row("%s", rows[i].times);
		for (; *p != '\0'; p += strcspn(p + 1, "&") + 1) {
			const size_t	 len = strcspn(p, "=") + 1;
			const int64_t	 n = strtoll(p + len, NULL, 10);
			char		 one[64];

			text_putf(one, sizeof(one), "%.*s%lld", (int)len, p,
			    (long long)(text_starts_with(p, "&limit") ? n : n + minute));
			strncat(what, one, sizeof(what) - strlen(what) - 1);
		}
		got = get_json(w, what, after_ms(5 * 60000));
		CHECK_INT((int64_t)json_array_size(got), (int64_t)rows[i].n);
		if (rows[i].n > 0)
			CHECK_INT(open_at(got, 0), minute + rows[i].first * 60000);
		json_decref(got);
	}
	check_row("marks are looked at each second");
	got = get_json(w, "/fapi/v1/markPriceKlines?symbol=BTCUSDT&interval=1m&limit=2",
	    after_ms(5 * 60000));
	CHECK_INT(json_integer_value(json_array_get(json_array_get(got, 0), 8)), 60);
	json_decref(got);
	discard(w);
}

/* Every eight hours, the first at 16:00; the rate changes before midnight. */
static void
fundings_since_the_beginning(void **state)
{
	enum { HOUR_MS = 3600000 };
	static const struct { const char *with; size_t n; int64_t first; } rows[] = {
		{ "", 3, 0 }, { "&startTime=0", 3, 0 }, { "&limit=2", 2, 1 },
		{ "&startTime=0&limit=1", 1, 0 }, { "&endTime=1789488000000", 1, 0 },
		{ "&endTime=1789487999999", 0, 0 }, { "&startTime=1789488000001", 2, 1 },
	};
	struct world	*w = fresh();
	char		 what[PATH_MOST];
	json_t		*got;

	(void)state;
	verb(w, "/funding?symbol=BTCUSDT&rate=0.0002&hours=8", start);
	verb(w, "/funding?symbol=ETHUSDT&hours=4", start);
	check_row("none before the first");
	got = get_json(w, "/fapi/v1/fundingRate?symbol=BTCUSDT&startTime=0", after_ms(2 * HOUR_MS));
	CHECK_INT((int64_t)json_array_size(got), 0);
	json_decref(got);
	verb(w, "/funding?symbol=BTCUSDT&rate=0.0005", after_ms(9 * HOUR_MS));
	verb(w, "/price?symbol=BTCUSDT&price=70000", after_ms(9 * HOUR_MS));
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].with);
		text_putf(what, sizeof(what), "/fapi/v1/fundingRate?symbol=BTCUSDT%s", rows[i].with);
		got = get_json(w, what, after_ms(24 * HOUR_MS));
		CHECK_INT((int64_t)json_array_size(got), (int64_t)rows[i].n);
		if (rows[i].n > 0)
			CHECK_INT(id_at(got, 0, "fundingTime"),
			    INT64_C(1789488000000) + rows[i].first * 8 * HOUR_MS);
		json_decref(got);
	}
	check_row("as they were");
	got = get_json(w, "/fapi/v1/fundingRate?symbol=BTCUSDT", after_ms(24 * HOUR_MS));
	CHECK_STR(str_at(got, 0, "fundingRate"), "0.00020000");
	CHECK_STR(str_at(got, 1, "fundingRate"), "0.00050000");
	CHECK_STR(str_at(got, 1, "markPrice"), "70000.00000000");
	CHECK(strcmp(str_at(got, 0, "markPrice"), "70000.00000000") != 0);
	json_decref(got);
	check_row("the last one of each contract that had any");
	got = get_json(w, "/fapi/v1/fundingRate", after_ms(24 * HOUR_MS));
	CHECK_INT((int64_t)json_array_size(got), 2);
	json_decref(got);
	discard(w);
}

static void
answers_drift(void **state)
{
	struct world	*w = fresh();
	json_t		*got;

	(void)state;
	verb(w, "/drift?on=1", start);
	got = get_json(w, "/fapi/v1/exchangeInfo", start);
	const json_t	*symbols = json_object_get(got, "symbols");
	const json_t	*last = json_array_get(symbols, json_array_size(symbols) - 1);
	CHECK(json_object_get(got, "zNew") != NULL);
	CHECK_STR(json_string_value(json_object_get(last, "symbol")), "BTCUSD_PERP");
	CHECK_STR(json_string_value(json_object_get(last, "status")), "SOMETHING_NEW");
	CHECK(json_object_get(json_array_get(json_object_get(last, "filters"), 0), "zNew") != NULL);
	json_decref(got);
	got = get_json(w, "/fapi/v2/ticker/price", start);
	CHECK_INT((int64_t)json_array_size(got), (int64_t)w->exchange.n + 1);
	json_decref(got);
	verb(w, "/clear", start);
	got = get_json(w, "/fapi/v1/time", start);
	CHECK_INT((int64_t)json_object_size(got), 1);
	json_decref(got);
	discard(w);
}

/* ---- the recordings -------------------------------------------------------------------- */

static void
compare_with_recorded(struct world *w, const json_t *recorded, wall_t now)
{
	const char	*url = strstr(json_string_value(json_object_get(recorded, "url")), "/fapi/");
	const char	*body = json_string_value(json_object_get(recorded, "body"));
	int		 status;

	check_row("%s", url);
	const char	*text = get(w, url, now, &status);
	CHECK_INT(status, json_integer_value(json_object_get(recorded, "status")));
	if (status != 200) {
		CHECK_STR(text, body);
		return;
	}
	/* Of each contract the terms of funding have places of their own. */
	if (strstr(url, "fundingInfo") != NULL)
		return;
	json_t	*got = json_loads(text, 0, NULL), *want = json_loads(body, 0, NULL);
	same_shape(got, want, true);
	json_decref(got);
	json_decref(want);
}

static void
answers_have_the_recorded_shape(void **state)
{
	const char	*dir = getenv("PMS_DATA");
	char		 path[PATH_MOST];

	(void)state;
	if (dir == NULL) {
		check_skipped("PMS_DATA is not set");
		return;
	}
	text_putf(path, sizeof(path), "%s/rest/rest_public_prod_2026-09-15.json", dir);
	json_t		*all = json_load_file(path, 0, NULL), *one;
	struct world	*w = fresh();
	size_t		 i;

	CHECK(json_array_size(all) >= RECORDINGS_LEAST);
	for (int k = 0; k < 4; k++)
		public_trade(w, k % 2 == 0 ? "BUY" : "SELL", "0.002", after_ms(k * 60000));
	verb(w, "/fund?symbol=BTCUSDT&rate=0.0001", after_ms(200000));
	json_array_foreach(all, i, one) {
		compare_with_recorded(w, one, after_ms(200000));
	}
	json_decref(all);
	discard(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(weights),
		cmocka_unit_test(refusals),
		cmocka_unit_test(trades_by_id_and_time),
		cmocka_unit_test(candles_by_time_and_number),
		cmocka_unit_test(fundings_since_the_beginning),
		cmocka_unit_test(answers_drift),
		cmocka_unit_test(answers_have_the_recorded_shape),
	};

	return cmocka_run_group_tests_name("simex_public", tests, NULL, NULL);
}
