/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "tests/simex/api/rerun.h"
#include "tests/simex/core/script.h"

#include <stdlib.h>
#include <string.h>

static const wall_t	 start = { INT64_C(1790000000000000) };

static void
lines_and_what_becomes_of_them(void **state)
{
	static const struct { const char *text, *uri; int64_t at_us, every_us, arrivals; const char *path; }
	rows[] = {
		{ "12.5s clear",                  "clear", 12500000, 0, 0, "" },
		{ "0s\tclear  # now",             "clear", 0, 0, 0, "" },
		{ "every 0.25s ban seconds=2",    "ban?seconds=2", 250000, 250000, 0, "" },
		{ "order 3 drop path=/fapi/v1/order n=2", "drop?path=/fapi/v1/order&n=2", 0, 0, 3,
		  "/fapi/v1/order" },
		{ "request 9 quit",               "quit", 0, 0, 9, "" },
		{ "request 1 GET /a/b hold path=/x ms=5", "hold?path=/x&ms=5", 0, 0, 1, "/a/b" },
		{ "1s fail msg=\"a # b\" code=-1", "fail?msg=a%20%23%20b&code=-1", 1000000, 0, 0, "" },
		{ "1s fail msg=a&b%+=c",          "fail?msg=a%26b%25%2b%3dc", 1000000, 0, 0, "" },
		{ "1s fail msg=",                 "fail?msg=", 1000000, 0, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct script	 s;
		struct why	 why = { "" };

		check_row("%s", rows[i].text);
		CHECK_INT(script_parse(&s, rows[i].text, strlen(rows[i].text), &why), 0);
		CHECK_INT((int64_t)s.n, 1);
		CHECK_STR(s.v[0].uri, rows[i].uri);
		CHECK_INT(s.v[0].at_us, rows[i].at_us);
		CHECK_INT(s.v[0].every_us, rows[i].every_us);
		CHECK_INT(s.v[0].arrivals, rows[i].arrivals);
		CHECK_STR(s.v[0].path, rows[i].path);
		script_fini(&s);
	}
}

static void
lines_that_say_nothing(void **state)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "\n\nsoon clear",             "line 3: expected a time such as 12.5s" },
		{ "1 clear",                    "line 1: expected a time such as 12.5s" },
		{ "-1s clear",                  "expected a time such as 12.5s" },
		{ "1e30s clear",                "expected a time such as 12.5s" },
		{ "every clear",                "a time such as 5s behind every" },
		{ "every 0s clear",             "a time such as 5s behind every" },
		{ "# fine\n5s",                 "line 2: expected a verb" },
		{ "order 0 clear",              "number of an arrival" },
		{ "order clear",                "number of an arrival" },
		{ "request 1 POST clear",       "a path behind the method" },
		{ "request 1 POSTPOSTPOST / x", "a method such as POST" },
		{ "1s clear x",                 "name=value behind the verb" },
		{ "1s clear =x",                "name=value behind the verb" },
		{ "1s fail msg=\"open",         "another quote" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct script	 s;
		struct why	 why = { "" };

		check_row("%s", rows[i].text);
		CHECK_INT(script_parse(&s, rows[i].text, strlen(rows[i].text), &why), -1);
		CHECK_HAS(why.text, rows[i].want);
		script_fini(&s);
	}
}

/* ---- in a world ------------------------------------------------------------------------ */

static struct world *
fresh(const char *text)
{
	struct world	*w = malloc(sizeof(*w));
	struct script	 s;
	struct why	 why = { "" };

	world_init(w, &(struct world_terms){
		.exchange = {
			.balance = D("100000"),
			.market = {
				.kind = MARKET_STILL, .seed = check_seed(), .start = start,
				.period_ms = 100,
			},
		},
		.key = "k", .secret = "s", .key_life_ms = 3600000,
	});
	w->ledger.filed = true;
	CHECK_INT(script_parse(&s, text, strlen(text), &why), 0);
	world_set_script(w, &s);
	return w;
}

static void
discard(struct world *w)
{
	world_fini(w);
	free(w);
}

static void
ask(struct world *w, const char *method, const char *path, int64_t ms)
{
	const struct request	 q = {
		.method = method, .path = path, .query = "", .body = "", .api_key = "k",
	};
	struct buf		 out = { 0 };

	world_request(w, &q, wall_add_us(start, ms * 1000), &out);
	buf_free(&out);
}

static int64_t
said(const struct world *w)
{
	return w->ledger.of_kind[ENTRY_VERB];
}

static void
verbs_come_at_their_moments(void **state)
{
	struct world	*w = fresh("1s mute on=1\nevery 0.4s clear\n"
			    "order 2 overload on=1\nrequest 3 revoke on=1\n"
			    "request 2 GET /fapi/v1/time ban seconds=9\n");

	(void)state;
	check_row("time");
	world_advance(w, wall_add_us(start, 399999));
	CHECK_INT(said(w), 0);
	CHECK_INT(world_due(w).us, start.us + 400000);
	world_advance(w, wall_add_us(start, 999999));
	CHECK_INT(said(w), 2);
	CHECK(!w->trouble.muted);
	world_advance(w, wall_add_us(start, 1000000));
	CHECK_INT(said(w), 3);
	CHECK(w->trouble.muted);
	check_row("arrivals");
	ask(w, "POST", "/fapi/v1/order", 1001);
	ask(w, "GET", "/fapi/v1/time", 1001);
	CHECK(!w->trouble.overloaded && !w->trouble.revoked);
	ask(w, "POST", "/fapi/v1/order", 1001);
	CHECK(w->trouble.overloaded && w->trouble.revoked);
	CHECK_INT(said(w), 5);
	ask(w, "GET", "/fapi/v1/time", 1001);
	CHECK(w->meter.banned_until.us > w->now.us);
	CHECK_HAS(buf_text(&w->ledger.file),
	    "\"kind\":\"verb\",\"us\":1790000001000000,\"uri\":\"mute?on=1\",\"http\":200,"
	    "\"orderId\":0,\"from\":\"script\"}");
	discard(w);
}

/* The ledger is enough: who runs it again needs no script. */
static void
a_script_is_in_the_ledger(void **state)
{
	struct world	*w = fresh("every 0.1s foreign symbol=BTCUSDT side=BUY qty=0.002\n"
			    "every 0.1s price symbol=BTCUSDT price=61400\n"
			    "every 0.3s walk symbol=BTCUSDT to=61100 steps=3 ms=0\n"
			    "order 1 lose path=/fapi/v1/order\nrequest 1 events dup=1\n");
	struct world	*again = fresh("");
	struct why	 why = { "" };

	(void)state;
	ask(w, "POST", "/fapi/v1/listenKey", 0);
	for (int i = 1; i < 20; i++)
		ask(w, "POST", "/fapi/v1/order", i * 77);
	CHECK(said(w) > 30 && w->ledger.of_kind[ENTRY_EXECUTION] > 10);
	const char	*text = buf_text(&w->ledger.file);
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
		CHECK_INT(rerun_line(again, text, (size_t)(end - text), &why), 0);
	CHECK_STR(buf_text(&again->ledger.file), buf_text(&w->ledger.file));
	discard(w);
	discard(again);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(lines_and_what_becomes_of_them),
		cmocka_unit_test(lines_that_say_nothing),
		cmocka_unit_test(verbs_come_at_their_moments),
		cmocka_unit_test(a_script_is_in_the_ledger),
	};

	return cmocka_run_group_tests_name("simex_script", tests, NULL, NULL);
}
