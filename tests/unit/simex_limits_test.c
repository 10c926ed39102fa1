/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of the rate limits behind a request, and who is banned for them. */
#include "tests/unit/check.h"

#include "base/text.h"
#include "tests/simex/api/call.h"

#include <stdlib.h>

static const wall_t	 start = { INT64_C(1790000040000000) };	/* a minute begins */

static struct world *
fresh(const struct world_terms *t)
{
	struct world		*w = malloc(sizeof(*w));
	struct world_terms	 all = *t;

	all.exchange.balance = D("10000");
	all.exchange.market = (struct market_terms){
		.kind = MARKET_STILL, .seed = check_seed(), .start = start, .period_ms = 100,
	};
	all.key = "k";
	all.secret = "s";
	all.key_life_ms = 3600000;
	world_init(w, &all);
	return w;
}

static void
discard(struct world *w)
{
	world_fini(w);
	free(w);
}

/* Unsigned: what it costs, it costs all the same. */
static struct served
ask(struct world *w, const char *method, const char *path, int64_t after_s)
{
	const struct request	 q = {
		.method = method, .path = path, .query = "", .body = "", .api_key = "k",
	};
	struct buf		 out = { 0 };
	const struct served	 s = world_request(w, &q, wall_add_us(start, after_s * 1000000), &out);

	buf_free(&out);
	return s;
}

static void
command(struct world *w, const char *uri, int64_t after_s)
{
	const struct outside	 o = { .pid = 0 };
	struct buf		 out = { 0 };

	CHECK_INT(world_control(w, uri, NULL, &o, wall_add_us(start, after_s * 1000000), &out), 200);
	buf_free(&out);
}

/* Who looks at a window does not turn it. */
static void
looking_changes_nothing(void **state)
{
	struct meter		 m = { .limit = { 10, 2, 5 } };
	const struct meter	*looked = &m;
	struct meter		 before;

	(void)state;
	CHECK_INT(meter_take(&m, start, 3, 1).why, REJ_NONE);
	before = m;
	CHECK_INT(meter_used(looked, start, METER_WEIGHT_1M), 3);
	CHECK_INT(meter_used(looked, wall_add_us(start, 9999999), METER_ORDERS_10S), 1);
	CHECK_INT(meter_used(looked, wall_add_us(start, 10000000), METER_ORDERS_10S), 0);
	CHECK_INT(meter_used(looked, wall_add_us(start, 60000000), METER_WEIGHT_1M), 0);
	for (int k = 0; k < METER_N; k++) {
		check_row("%d", k);
		CHECK_INT(m.window[k], before.window[k]);
		CHECK_INT(m.used[k], before.used[k]);
	}
}

/* All of them say how much weight is used; those that place or change orders, how many these were. */
static void
who_says_how_many_orders(void **state)
{
	static const struct { const char *method, *path; } rows[] = {
		{ "POST", "/fapi/v1/algoOrder" }, { "POST", "/fapi/v1/batchOrders" },
		{ "PUT", "/fapi/v1/batchOrders" }, { "POST", "/fapi/v1/order" },
		{ "PUT", "/fapi/v1/order" }, { "POST", "/fapi/v1/order/test" },
	};
	const struct endpoint	*e;
	struct world		*w = fresh(&(struct world_terms){ .key = NULL });
	size_t			 n = 0;

	(void)state;
	for (size_t i = 0; (e = endpoint_at(i)) != NULL; i++) {
		const struct served	 s = ask(w, e->method, e->path, 0);
		const bool		 orders = s.used[METER_ORDERS_10S] >= 0;

		check_row("%s %s", e->method, e->path);
		CHECK(s.used[METER_WEIGHT_1M] >= 0);
		CHECK((s.used[METER_ORDERS_1M] >= 0) == orders);
		if (!orders)
			continue;
		CHECK(n < NITEMS(rows));
		CHECK_STR(e->method, rows[n].method);
		CHECK_STR(e->path, rows[n++].path);
	}
	CHECK_INT((int64_t)n, (int64_t)NITEMS(rows));
	check_row("a path that there is not");
	const struct served	 s = ask(w, "POST", "/fapi/v1/none", 0);
	CHECK(s.used[METER_WEIGHT_1M] > 0 && s.used[METER_ORDERS_10S] == -1);
	discard(w);
}

static void
what_is_used_is_said(void **state)
{
	static const struct { const char *method, *path; int64_t after_s, used[METER_N]; } rows[] = {
		{ "GET",    "/fapi/v1/ping",  0,  { 1, -1, -1 } },
		{ "GET",    "/fapi/v1/depth", 1,  { 11, -1, -1 } },
		{ "DELETE", "/fapi/v1/order", 1,  { 12, -1, -1 } },
		{ "POST",   "/fapi/v1/order", 2,  { 12, 3, 4 } },
		{ "POST",   "/fapi/v1/order", 10, { 12, 0, 4 } },
		{ "GET",    "/fapi/v1/ping",  60, { 1, -1, -1 } },
		{ "POST",   "/fapi/v1/order", 60, { 1, 0, 0 } },
	};
	struct world	*w = fresh(&(struct world_terms){ .key = NULL });

	(void)state;
	CHECK_INT(meter_take_orders(&w->meter, start, 3, 4).why, REJ_NONE);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct served	 s = ask(w, rows[i].method, rows[i].path, rows[i].after_s);

		check_row("%zu %s", i, rows[i].path);
		for (int k = 0; k < METER_N; k++)
			CHECK_INT(s.used[k], rows[i].used[k]);
		CHECK_INT(s.retry_after_s, -1);
	}
	discard(w);
}

static void
when_to_come_back(void **state)
{
	static const struct { const char *verb, *path; int64_t after_s; int status; int64_t retry_s; }
	rows[] = {
		{ NULL,                   "/fapi/v1/depth", 3,  400, -1 },
		{ NULL,                   "/fapi/v1/depth", 4,  429, 56 },
		{ "limits?retry_after=0", "/fapi/v1/depth", 5,  429, -1 },
		{ "limits?retry_after=1", "/fapi/v1/time",  6,  200, -1 },
		{ "ban?seconds=9",        "/fapi/v1/time",  7,  418, 9 },
		{ NULL,                   "/fapi/v1/none",  10, 418, 6 },
		{ NULL,                   "/fapi/v1/none",  16, 404, -1 },
	};
	struct world	*w = fresh(&(struct world_terms){ .limits = { [METER_WEIGHT_1M] = 15 } });

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%zu %s", i, rows[i].path);
		if (rows[i].verb != NULL)
			command(w, rows[i].verb, rows[i].after_s);
		const struct served	 s = ask(w, "GET", rows[i].path, rows[i].after_s);
		CHECK_INT(s.status, rows[i].status);
		CHECK_INT(s.retry_after_s, rows[i].retry_s);
	}
	discard(w);
}

/* After so many refusals in a minute the next one is a ban; what is lifted, begins anew. */
static void
who_asks_on_is_banned(void **state)
{
	enum { LIMIT = 10, MINUTE_S = 60, BAN_S = 120 };
	static const struct { int64_t ban_after; bool bans; } rows[] = { { 0, false }, { 3, true } };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	*w = fresh(&(struct world_terms){
			.limits = { [METER_WEIGHT_1M] = LIMIT }, .ban_after = rows[i].ban_after,
		});

		for (int round = 0; round < 2; round++) {
			check_row("%d, round %d", (int)rows[i].ban_after, round);
			CHECK_INT(ask(w, "GET", "/fapi/v1/depth", 1).status, round == 0 ? 400 : 429);
			for (int n = round; n < 3; n++)
				CHECK_INT(ask(w, "GET", "/fapi/v1/ping", 2).status, 429);
			CHECK_INT(ask(w, "GET", "/fapi/v1/ping", 3).status, rows[i].bans ? 418 : 429);
			if (round == 0)
				command(w, "clear", 3);
		}
		check_row("%d, later", (int)rows[i].ban_after);
		CHECK_INT(ask(w, "GET", "/fapi/v1/ping", MINUTE_S).status, rows[i].bans ? 418 : 200);
		CHECK_INT(ask(w, "GET", "/fapi/v1/ping", 3 + BAN_S).status, 200);
		discard(w);
	}
}

/* All of what a verb sets, or nothing. */
static void
a_refused_verb_sets_nothing(void **state)
{
	struct world		*w = fresh(&(struct world_terms){ .limits = { 2400, 300, 1200 } });
	const struct outside	 o = { .pid = 0 };
	struct buf		 out = { 0 };

	(void)state;
	CHECK_INT(world_control(w, "/limits?weight=7&orders_1m=9223372036854775807", NULL, &o, start,
	    &out), 400);
	CHECK_INT(w->meter.limit[METER_WEIGHT_1M], 2400);
	buf_free(&out);
	discard(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(looking_changes_nothing),
		cmocka_unit_test(who_says_how_many_orders),
		cmocka_unit_test(what_is_used_is_said),
		cmocka_unit_test(when_to_come_back),
		cmocka_unit_test(who_asks_on_is_banned),
		cmocka_unit_test(a_refused_verb_sets_nothing),
	};

	return cmocka_run_group_tests_name("simex_limits", tests, NULL, NULL);
}
