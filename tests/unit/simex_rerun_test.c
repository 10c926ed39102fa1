/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "tests/simex/api/rerun.h"
#include "tests/simex/api/verbs.h"
#include "tests/simex/core/line.h"
#include "venue/sign.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 1500 };

static const wall_t	 start = { INT64_C(1790000000000000) };

static struct world *
fresh(void)
{
	struct world	*w = malloc(sizeof(*w));

	world_init(w, &(struct world_terms){
		.exchange = {
			.balance = D("100000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
			.market = {
				.kind = MARKET_SYNTH, .seed = check_seed(), .start = start,
				.period_ms = 100, .volatility_e6 = 100, .levels = 10,
				.spread_ticks = 2, .trades_per_hour = 36000,
			},
		},
		.key = "k", .secret = "s", .key_life_ms = 20000,
		.limits = { [METER_WEIGHT_1M] = 400, [METER_ORDERS_10S] = 90 },
	});
	w->ledger.filed = true;
	return w;
}

static void
discard(struct world *w)
{
	world_fini(w);
	free(w);
}

/* ---- a run of everything ----------------------------------------------------------- */

static void
request(struct world *w, const char *method, const char *path, const char *query, const char *body,
    size_t body_len, const char *key, wall_t now)
{
	const struct request	 q = {
		.method = method, .path = path, .query = query, .body = body, .body_len = body_len,
		.api_key = key,
	};
	struct buf		 out = { 0 };

	world_request(w, &q, now, &out);
	buf_free(&out);
}

/* Half of the parameters in the query, half in the body, or all in one of them. */
static void
order(struct world *w, struct rng *r, wall_t now)
{
	static const char *const	 sides[] = { "BUY", "SELL" };
	static const char *const	 kinds[] = {
		"type=MARKET", "type=LIMIT&timeInForce=GTC&price=61240",
		"type=LIMIT&timeInForce=IOC&price=61260", "type=LIMIT&timeInForce=GTX&price=61255",
	};
	const char			*side = sides[rng_below(r, 2)], *kind = kinds[rng_below(r, 4)];
	struct buf			 query = { 0 }, body = { 0 }, all = { 0 };
	struct signer			*s = signer_new("s");
	char				 hex[SHA256_HEX];

	buf_addf(rng_below(r, 2) == 0 ? &query : &body, "symbol=BTCUSDT&side=%s&%s", side, kind);
	if (rng_below(r, 3) == 0)
		buf_adds(&body, body.len == 0 ? "reduceOnly=true" : "&reduceOnly=true");
	buf_addf(&body, "%squantity=0.00%d&timestamp=%lld", body.len == 0 ? "" : "&",
	    (int)rng_below(r, 9) + 1, (long long)wall_ms(now));
	buf_adds(&all, buf_text(&query));
	buf_adds(&all, buf_text(&body));
	signer_hmac_hex(s, all.p, all.len, hex);
	buf_addf(&body, "&signature=%s", hex);
	request(w, "POST", "/fapi/v1/order", buf_text(&query), body.p, body.len,
	    rng_below(r, 20) == 0 ? "other" : "k", now);
	signer_free(s);
	buf_free(&query);
	buf_free(&body);
	buf_free(&all);
}

static void
odd_request(struct world *w, struct rng *r, wall_t now)
{
	static const char	 bytes[] = "a=\0b\xff\"\\\n&symbol=\x7f";

	switch (rng_below(r, 5)) {
	case 0:
		request(w, "PUT", "/nowhere\x01\xfe", "a=\xc3\x28", bytes, sizeof(bytes), NULL, now);
		return;
	case 1:
		request(w, "GET", "/fapi/v1/order", "symbol=BTCUSDT", "", 0, "k\x80y", now);
		return;
	case 2:
		request(w, "POST", "/fapi/v1/listenKey", "", "", 0, "k", now);
		return;
	case 3:
		request(w, "GET", "/fapi/v1/depth", "symbol=BTCUSDT", "", 0, NULL, now);
		return;
	}
	request(w, "?", "/", bytes + 3, bytes, rng_below(r, sizeof(bytes)), "", now);
}

static void
verb(struct world *w, struct rng *r, wall_t now)
{
	static const char *const	 verbs[] = {
		"price?symbol=BTCUSDT&price=61300", "/walk?symbol=BTCUSDT&to=61200&steps=9&ms=13",
		"foreign?symbol=ETHUSDT&side=SELL&qty=0.05", "fund?symbol=BTCUSDT&rate=-0.0001",
		"events?dup=1&swap=1", "events?dup=0&swap=0&lose=2", "mute?on=1", "mute?on=0",
		"drop?path=/fapi/v1/order", "lose?path=/fapi/v1/order&n=2", "fail?path=/fapi/v1/order",
		"expire_key", "expire_key?event=0", "skew?delay_ms=70", "clear", "nonsense?x=%ff\x80",
		"limits?weight=300&ban_after=3", "ladder?symbol=BTCUSDT&levels=3&qty=0.004",
		"ledger?kind=all", "status", "overload?on=1", "revoke?on=1",
	};
	const struct outside		 o = { .pid = 7 };
	struct buf			 out = { 0 };

	world_control(w, verbs[rng_below(r, NITEMS(verbs))], rng_below(r, 4) == 0 ? "script" : NULL,
	    &o, now, &out);
	if (rng_below(r, 2) == 0)
		world_control(w, "clear", NULL, &o, now, &out);
	buf_free(&out);
}

static void
live(struct world *w)
{
	struct rng	 r = rng_seed(check_seed());
	wall_t		 now = start;
	struct saying	*s;

	for (int i = 0; i < STEPS; i++) {
		now = wall_add_us(now, (int64_t)rng_below(&r, 60000));
		switch (rng_below(&r, 8)) {
		case 0:
			verb(w, &r, now);
			if (rng_below(&r, 5) == 0)
				world_skip(w, wall_add_us(now, (int64_t)rng_below(&r, 3000000)));
			break;
		case 1:
			odd_request(w, &r, now);
			break;
		case 2:
			world_advance(w, now);
			break;
		case 3:
			world_play(w, 1, now);
			break;
		default:
			order(w, &r, now);
		}
		if (rng_below(&r, 3) == 0)
			while ((s = world_next_saying(w, now)) != NULL)
				saying_free(s);
	}
}

/* ---- the same again ------------------------------------------------------------------ */

static void
rerun_text(struct world *w, const char *text)
{
	struct why	 why = { "" };

	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		check_row("%.60s", text);
		CHECK_INT(rerun_line(w, text, (size_t)(end - text), &why), 0);
		CHECK_STR(why.text, "");
	}
}

static void
a_run_again_is_the_same(void **state)
{
	struct world	*w = fresh(), *again = fresh();

	(void)state;
	live(w);
	check_row("a run worth the name");
	for (int k = 0; k < ENTRY_N; k++)
		CHECK(w->ledger.of_kind[k] >= 3);
	rerun_text(again, buf_text(&w->ledger.file));
	check_row("byte for byte");
	CHECK_STR(buf_text(&again->ledger.file), buf_text(&w->ledger.file));
	CHECK_INT(again->ledger.n, w->ledger.n);
	discard(w);
	discard(again);
}

/* Whatever went wrong with requests and events: what became of it is right. */
static void
a_run_of_everything_is_right(void **state)
{
	static const char	 header[] = "{\"start\":1790000000000000,\"options\":{\"balance\":"
	    "\"100000\",\"fee-maker\":\"0.0002\",\"fee-taker\":\"0.0005\"}}";
	struct world		*w = fresh();
	struct audit		 a;
	struct line		 l;
	struct buf		 report = { 0 };
	struct why		 why = { "" };

	(void)state;
	live(w);
	CHECK_INT(line_parse(&l, header, strlen(header), &why), 0);
	CHECK_INT(audit_begin(&a, &l, verb_heed, &why), 0);
	const char	*text = buf_text(&w->ledger.file);
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
		CHECK_INT(audit_line(&a, text, (size_t)(end - text), &why), 0);
	audit_end(&a, &report);
	CHECK_STR(buf_text(&a.said), "");
	for (int k = 0; k < CHECK_N; k++)
		CHECK(a.done[k] > 50);
	CHECK_INT(a.n, w->ledger.n);
	audit_fini(&a);
	buf_free(&report);
	discard(w);
}

/* Cut off behind any line, what is left is run again as far as it goes. */
static void
a_run_that_broke_off(void **state)
{
	struct world	*w = fresh();
	struct buf	 part = { 0 };

	(void)state;
	live(w);
	const char	*text = buf_text(&w->ledger.file);
	for (size_t lines = 7; lines < 700; lines += 231) {
		struct world	*again = fresh();
		const char	*end = text;

		for (size_t i = 0; i < lines; i++)
			end = strchr(end, '\n') + 1;
		buf_reset(&part);
		buf_add(&part, text, (size_t)(end - text));
		rerun_text(again, buf_text(&part));
		check_row("%zu lines", lines);
		CHECK(strncmp(buf_text(&again->ledger.file), buf_text(&part), part.len) == 0);
		discard(again);
	}
	buf_free(&part);
	discard(w);
}

static void
damaged_lines(void **state)
{
	static const struct { const char *line, *want; } rows[] = {
		{ "",                                   "object in braces" },
		{ "[1]",                                "object in braces" },
		{ "{",                                  "name in quotes" },
		{ "{\"n\"}",                            "colon" },
		{ "{\"n\":}",                           "a value behind \"n\"" },
		{ "{\"n\":1",                           "comma or a brace behind the value of \"n\"" },
		{ "{\"n\":1}x",                         "nothing behind" },
		{ "{\"n\":\"1\"}",                      "whole number as \"n\"" },
		{ "{\"n\":1,\"us\":1x}",                "whole number as \"us\"" },
		{ "{\"n\":1,\"us\":1,\"http\":200}",    "time not before 1790000000000000" },
		{ "{\"n\":1,\"us\":1790000000000000,\"kind\":\"request\"}", "text as \"method\"" },
		{ "{\"n\":1,\"us\":1790000000000000,\"kind\":\"verb\",\"uri\":5}", "text as \"uri\"" },
		{ "{\"n\":1,\"us\":1790000000000000,\"kind\":\"verb\",\"hex\":\"5\"}", "pairs" },
		{ "{\"n\":1,\"us\":1790000000000000,\"kind\":\"verb\",\"hex\":\"5g\"}", "hexadecimal" },
		{ "{\"n\":1,\"us\":1790000000000000,\"kind\":\"verb\",\"uri\":\"\\q\"}", "escape" },
		{ "{\"n\":1,\"us\":1790000000000000,\"kind\":\"request\",\"method\":\"GET\","
		  "\"path\":\"/\",\"body\":\"abc\",\"queryBytes\":4}", "at least \"queryBytes\"" },
	};
	struct world	*w = fresh();

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct why	 why = { "" };

		check_row("%s", rows[i].line);
		CHECK_INT(rerun_line(w, rows[i].line, strlen(rows[i].line), &why), -1);
		CHECK_HAS(why.text, rows[i].want);
	}
	discard(w);
}

/* The latest stays, and is counted as if all were there. */
static void
memory_has_a_bound(void **state)
{
	struct world	*w = fresh();
	struct buf	 out = { 0 };
	struct line	 l;
	struct why	 why;
	struct span	 first, list;
	int64_t		 n = 0;
	char		*body = malloc(60000);

	(void)state;
	memset(body, 'x', 60000);
	for (int i = 0; i < 2500; i++) {
		buf_reset(&w->ledger.file);
		request(w, "GET", "/fapi/v1/order", "", body, 60000, "k", start);
	}
	check_row("150 megabytes were noted");
	CHECK(w->ledger.bytes < (size_t)70 << 20);
	ledger_print(&w->ledger, ENTRY_ORDER_REQUEST, 10, &out);
	list = (struct span){ out.p, out.len };
	CHECK(line_next(&list, &first));
	CHECK_INT(line_parse(&l, first.p, first.len, &why), 0);
	CHECK_INT(line_int(&l, "n", &n, &why), 0);
	CHECK(n > 1000 && n < 1500);
	while (line_next(&list, &first))
		n++;
	CHECK_INT(n, 2500);
	check_row("from behind the last");
	buf_reset(&out);
	ledger_print(&w->ledger, ENTRY_ORDER_REQUEST, 2500, &out);
	CHECK_STR(buf_text(&out), "[]");
	buf_free(&out);
	free(body);
	discard(w);
}

/* The id of a refused order may be any bytes. */
static void
an_odd_id_is_shown_as_text(void **state)
{
	struct world	*w = fresh();

	(void)state;
	request(w, "POST", "/fapi/v1/order", "newClientOrderId=a%e4b%01", "", 0, "k", start);
	CHECK_HAS(buf_text(&w->ledger.file), "\"clientOrderId\":\"a?b?\"");
	discard(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_run_again_is_the_same),
		cmocka_unit_test(a_run_of_everything_is_right),
		cmocka_unit_test(a_run_that_broke_off),
		cmocka_unit_test(damaged_lines),
		cmocka_unit_test(an_odd_id_is_shown_as_text),
		cmocka_unit_test(memory_has_a_bound),
	};

	return cmocka_run_group_tests_name("simex_rerun", tests, NULL, NULL);
}
