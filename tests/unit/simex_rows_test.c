/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "tests/simex/api/rows.h"
#include "tests/simex/api/verbs.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const wall_t	 start = { INT64_C(1790000000000000) };

static struct world *
fresh(void)
{
	struct world	*w = malloc(sizeof(*w));

	world_init(w, &(struct world_terms){
		.exchange = {
			.balance = D("10000"),
			.market = {
				.kind = MARKET_STILL, .seed = check_seed(), .start = start,
				.period_ms = 100,
			},
		},
		.key = "k", .secret = "s", .key_life_ms = 3600000, .limits = { [METER_WEIGHT_1M] = 2400 },
	});
	return w;
}

static void
discard(struct world *w)
{
	world_fini(w);
	free(w);
}

static int
command(struct world *w, const char *uri, struct buf *out)
{
	const struct outside	 o = { .pid = 0 };

	buf_reset(out);
	return world_control(w, uri, NULL, &o, start, out);
}

/* Each row does something, is in the ledger with what it stands for, and can be cleared. */
static void
every_row_works(void **state)
{
	const struct row	*row;
	struct buf		 uri = { 0 }, out = { 0 };

	(void)state;
	for (size_t i = 0; (row = rows_at(i)) != NULL; i++) {
		struct world	*w = fresh();

		check_row("%s", row->name);
		/* takes of a position */
		if (text_starts_with(row->name, "U10") || text_eq(row->name, "U12"))
			CHECK_INT(command(w, "foreign?symbol=BTCUSDT&side=BUY&qty=0.02", &out), 200);
		buf_reset(&uri);
		buf_addf(&uri, "fault?row=%s", row->name);
		CHECK_INT(command(w, buf_text(&uri), &out), 200);
		CHECK(rows_find(row->name) == row);
		buf_reset(&out);
		ledger_print(&w->ledger, ENTRY_VERB, 0, &out);
		CHECK_HAS(buf_text(&out), "\"does\":[\"");
		CHECK(row->verbs[0] != NULL);
		for (size_t k = 0; k < ROW_VERBS && row->verbs[k] != NULL; k++)
			CHECK_HAS(buf_text(&out), row->verbs[k]);
		CHECK(strncmp(row->verbs[0], "fail", 4) != 0 || w->faults.n == 1);
		discard(w);
	}
	buf_free(&uri);
	buf_free(&out);
}

/* Of its status, what is wrong with it. */
static json_t *
trouble_of(struct world *w, struct buf *out)
{
	CHECK_INT(command(w, "status", out), 200);
	json_t		*all = json_loadb(buf_text(out), out->len, 0, NULL);
	json_t		*v = json_pack("{s:O,s:O,s:O}", "muted", json_object_get(all, "muted"), "trouble",
			    json_object_get(all, "trouble"), "faults", json_object_get(all, "faults"));

	CHECK(v != NULL);
	json_decref(all);
	return v;
}

static void
what_lasts_is_cleared(void **state)
{
	const struct row	*row;
	struct buf		 uri = { 0 }, out = { 0 };
	int			 lasting = 0;

	(void)state;
	for (size_t i = 0; (row = rows_at(i)) != NULL; i++) {
		struct world	*w = fresh();

		check_row("%s", row->name);
		CHECK_INT(command(w, "clear", &out), 200);
		json_t		*before = trouble_of(w, &out);
		buf_reset(&uri);
		buf_addf(&uri, "fault?row=%s", row->name);
		command(w, buf_text(&uri), &out);
		json_t		*during = trouble_of(w, &out);
		CHECK_INT(command(w, "clear", &out), 200);
		json_t		*after = trouble_of(w, &out);
		lasting += !json_equal(during, before);
		/* It is a setting of the account, and stays. */
		json_object_del(json_object_get(before, "trouble"), "hedge");
		json_object_del(json_object_get(after, "trouble"), "hedge");
		CHECK(json_equal(after, before));
		json_decref(before);
		json_decref(during);
		json_decref(after);
		discard(w);
	}
	CHECK(lasting > 30);
	buf_free(&uri);
	buf_free(&out);
}

/* User events are held back as the options say, again. */
static void
clear_goes_back_to_the_options(void **state)
{
	const struct request	 q = {
		.method = "POST", .path = "/fapi/v1/listenKey", .query = "", .body = "", .api_key = "k",
	};
	struct world_terms	 t = {
		.exchange = { .balance = D("10000"), .market = { .start = start, .period_ms = 100 } },
		.key = "k", .secret = "s", .key_life_ms = 3600000,
		.events_first = true, .event_delay_ms = 40,
	};
	static const struct { const char *verb; int64_t delay_ms; bool first; } rows[] = {
		{ "skew?delay_ms=3000&events_first=0", 3000, false }, { "mute?on=1", -1, false },
		{ "clear", 40, true },
	};
	struct world		*w = malloc(sizeof(*w));
	struct buf		 out = { 0 };
	struct saying		*s;

	(void)state;
	world_init(w, &t);
	world_request(w, &q, start, &out);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].verb);
		CHECK_INT(command(w, rows[i].verb, &out), 200);
		CHECK(w->events_first == rows[i].first);
		CHECK_INT(command(w, "foreign?symbol=BTCUSDT&side=BUY&qty=0.01&price=60000", &out), 200);
		s = world_next_saying(w, (wall_t){ INT64_MAX });
		CHECK_INT(s == NULL ? -1 : (s->due.us - start.us) / 1000, rows[i].delay_ms);
		if (s != NULL)
			saying_free(s);
	}
	buf_free(&out);
	discard(w);
}

/* What is said goes before what the row has; what no verb of it knows is refused. */
static void
parameters_of_rows(void **state)
{
	static const struct { const char *uri; int http; const char *says; } rows[] = {
		{ "fault?row=X3&n=7&where=symbol%3dBTCUSDT", 200,
		  "fail?n=7&where=symbol%3dBTCUSDT&path=/fapi/v1/order&method=POST&execute=1" },
		{ "fault?row=X22&ms=5&n=2", 200, "\"refuse?ms=5&port=rest&ms=2000\",\"close_after?ms=5&n=2&" },
		{ "fault?row=X9&path=/fapi/v1/time&msg=a%20%26b", 200, "msg=a%20%26b" },
		{ "fault?row=U4", 200, "\"cut\"]" },
		{ "fault", 400, "'row'" },
		{ "fault?row=X99", 400, "row" },
		{ "fault?row=X8&n=2", 400, "'n'" },
		{ "fault?row=X1&n=0", 400, "n" },
		{ "fault?row=X3&status=abc", 400, "status" },
	};
	struct buf	 out = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	*w = fresh();

		check_row("%s", rows[i].uri);
		CHECK_INT(command(w, rows[i].uri, &out), rows[i].http);
		if (rows[i].http == 200)
			ledger_print(&w->ledger, ENTRY_VERB, 0, &out);
		CHECK_HAS(buf_text(&out), rows[i].says);
		discard(w);
	}
	buf_free(&out);
}

/* Names in the .It lines of the section, as the table has them. */
static void
the_manual_has_them_in_this_order(void **state)
{
	FILE	*f = fopen("tests/simex/simex.8", "r");
	char	 line[512];
	bool	 inside = false;
	size_t	 i = 0;

	(void)state;
	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, ".Sh ", 4) == 0)
			inside = strcmp(line, ".Sh FAULTS\n") == 0;
		if (!inside || strncmp(line, ".It Cm ", 7) != 0)
			continue;
		for (char *name = strtok(line + 7, " ,\n"); name != NULL; name = strtok(NULL, " ,\n")) {
			check_row("%s", name);
			CHECK(rows_at(i) != NULL);
			CHECK_STR(name, rows_at(i++)->name);
		}
	}
	fclose(f);
	check_row("all of them");
	CHECK(rows_at(i) == NULL);
}

/* ---- what some of the verbs do ------------------------------------------------------------ */

static void
ask(struct world *w, const char *method, const char *query, struct buf *out)
{
	const struct request	 q = {
		.method = method, .path = "/fapi/v1/order", .query = query, .body = "", .api_key = "k",
	};

	buf_reset(out);
	world_request(w, &q, start, out);
}

static void
faults_look_at_parameters(void **state)
{
	static const struct { const char *query; bool meets; } rows[] = {
		{ "symbol=ETHUSDT", false }, { "", false }, { "a=symbol=BTCUSDT", false },
		{ "symbol=BTCUSDT", true },
	};
	struct world	*w = fresh();
	struct buf	 out = { 0 };

	(void)state;
	CHECK_INT(command(w, "lose?path=/fapi/v1/order&n=9&where=symbol%3dBTCUSDT", &out), 200);
	CHECK_INT(command(w, "lose?path=/fapi/v1/order&where=symbol", &out), 400);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].query);
		ask(w, "POST", rows[i].query, &out);
		CHECK_INT(w->faults.v[0].left, rows[i].meets ? 8 : 9);
	}
	buf_free(&out);
	discard(w);
}

/* A cancel that is refused anyhow, for it is not signed, is overtaken all the same. */
static void
orders_are_overtaken(void **state)
{
	static const struct { const char *by; enum status status; } rows[] = {
		{ "fill", ST_FILLED }, { "cancel", ST_CANCELED }, { "expire", ST_EXPIRED },
		{ "match", ST_EXPIRED_IN_MATCH }, { "shrink", ST_NEW },
	};
	struct buf	 out = { 0 }, uri = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	*w = fresh();
		struct desk	*d = exchange_find(&w->exchange, "BTCUSDT");

		check_row("%s", rows[i].by);
		CHECK_INT(command(w, "foreign?symbol=BTCUSDT&side=BUY&qty=0.01&price=60000", &out), 200);
		const struct order	*o = d->orders.v[0];
		buf_reset(&uri);
		buf_addf(&uri, "overtake?path=/fapi/v1/order&by=%s", rows[i].by);
		CHECK_INT(command(w, buf_text(&uri), &out), 200);
		buf_reset(&uri);
		buf_addf(&uri, "symbol=BTCUSDT&origClientOrderId=%s", o->terms.clord_id);
		ask(w, "DELETE", buf_text(&uri), &out);
		CHECK_INT(order_status(o), rows[i].status);
		CHECK_DEC(o->terms.qty, text_eq(rows[i].by, "shrink") ? "0.009" : "0.01");
		check_row("%s: no order, no symbol", rows[i].by);
		CHECK_INT(command(w, "overtake?path=/fapi/v1/order&n=3&by=fill", &out), 200);
		ask(w, "DELETE", buf_text(&uri), &out);
		ask(w, "DELETE", "symbol=NONE&orderId=1", &out);
		ask(w, "DELETE", "orderId=x", &out);
		CHECK_INT((int64_t)w->faults.n, 0);
		discard(w);
	}
	buf_free(&out);
	buf_free(&uri);
}

/* It is asked for orders only: elsewhere a time is a parameter like any other. */
static void
an_engine_that_is_late(void **state)
{
	static const struct { const char *path; int status; } rows[] = {
		{ "/fapi/v1/ping", 200 }, { "/fapi/v1/depth", 400 }, { "/fapi/v1/listenKey", 200 },
	};
	struct world	*w = fresh();
	struct buf	 out = { 0 };

	(void)state;
	for (int late = 0; late < 2; late++) {
		CHECK_INT(command(w, late ? "engine?ms=9" : "engine?ms=0", &out), 200);
		for (size_t i = 0; i < NITEMS(rows); i++) {
			const struct request	 q = {
				.method = i == 2 ? "POST" : "GET", .path = rows[i].path,
				.query = "timestamp=x&recvWindow=y", .body = "", .api_key = "k",
			};

			check_row("%d %s", late, rows[i].path);
			CHECK_INT(world_request(w, &q, start, &out).status, rows[i].status);
		}
	}
	buf_free(&out);
	discard(w);
}

/* Still JSON, with an order in it. */
static void
events_of_a_later_version(void **state)
{
	const struct request	 q = {
		.method = "POST", .path = "/fapi/v1/listenKey", .query = "", .body = "",
		.api_key = "k",
	};
	struct world		*w = fresh();
	struct buf		 out = { 0 };
	struct saying		*s;
	int			 n = 0;

	(void)state;
	world_request(w, &q, start, &out);
	CHECK_INT(command(w, "drift?on=1", &out), 200);
	CHECK_INT(command(w, "foreign?symbol=BTCUSDT&side=BUY&qty=0.01", &out), 200);
	while ((s = world_next_saying(w, start)) != NULL) {
		json_t	*json = json_loads(buf_text(&s->json), 0, NULL);

		check_row("%s", buf_text(&s->json));
		CHECK(json_is_object(json));
		n += json_object_get(json, "zNew") != NULL;
		json_decref(json);
		saying_free(s);
	}
	CHECK_INT(n, 4);
	buf_free(&out);
	discard(w);
}

static void
what_is_wished_of_the_sockets(void **state)
{
	static const struct { const char *uri; struct wish wish; } rows[] = {
		{ "cut?route=market&code=1008", { .kind = WISH_CUT, .route = ROUTE_MARKET, .code = 1008 } },
		{ "cut", { .kind = WISH_CUT } },
		{ "frame?kind=pings", { .kind = WISH_FRAME, .route = ROUTE_PRIVATE, .frame = FRAME_PINGS } },
		{ "freeze?ms=7&route=public", { .kind = WISH_FREEZE, .route = ROUTE_PUBLIC, .ms = 7 } },
		{ "refuse?ms=9", { .kind = WISH_REFUSE_REST, .ms = 9 } },
		{ "refuse?ms=9&port=stream", { .kind = WISH_REFUSE_STREAM, .ms = 9 } },
		{ "quit", { .kind = WISH_QUIT } },
	};
	struct world	*w = fresh();
	struct buf	 out = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].uri);
		CHECK_INT(command(w, rows[i].uri, &out), 200);
		CHECK_INT((int64_t)w->wishes.n, (int64_t)i + 1);
		const struct wish	*got = &w->wishes.v[i], *want = &rows[i].wish;
		CHECK(got->kind == want->kind && got->route == want->route && got->ms == want->ms &&
		    got->code == want->code && got->frame == want->frame);
	}
	check_row("weigh");
	CHECK_INT(command(w, "weigh?weight=2000", &out), 200);
	CHECK_INT(command(w, "weigh?weight=401", &out), 429);
	CHECK_INT(meter_used(&w->meter, start, METER_WEIGHT_1M), 2000);
	buf_free(&out);
	discard(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(every_row_works),
		cmocka_unit_test(what_lasts_is_cleared),
		cmocka_unit_test(clear_goes_back_to_the_options),
		cmocka_unit_test(parameters_of_rows),
		cmocka_unit_test(the_manual_has_them_in_this_order),
		cmocka_unit_test(faults_look_at_parameters),
		cmocka_unit_test(orders_are_overtaken),
		cmocka_unit_test(an_engine_that_is_late),
		cmocka_unit_test(events_of_a_later_version),
		cmocka_unit_test(what_is_wished_of_the_sockets),
	};

	return cmocka_run_group_tests_name("simex_rows", tests, NULL, NULL);
}
