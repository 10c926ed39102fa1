/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "venue/endpoint.h"

#include <string.h>

#define SECRET	"2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"

static void
rows_are_sound(void **state)
{
	(void)state;
	for (int i = 0; i < EP_N; i++) {
		const struct endpoint_row	*e = endpoint_get((enum endpoint)i);

		check_row("%s", e->label);
		CHECK(text_starts_with(e->path, "/fapi/v"));
		CHECK(strpbrk(e->path, "? ") == NULL);
		CHECK(text_eq(e->method, "GET") || text_eq(e->method, "POST") ||
		    text_eq(e->method, "PUT") || text_eq(e->method, "DELETE"));
		CHECK(e->weight + e->orders > 0);
		/* Reading costs no orders. */
		CHECK(!text_eq(e->method, "GET") || e->orders == 0);
		for (int j = 0; j < i; j++) {
			const struct endpoint_row	*o = endpoint_get((enum endpoint)j);

			CHECK(strcmp(o->label, e->label) < 0);
			CHECK(!text_eq(o->path, e->path) || !text_eq(o->method, e->method));
		}
	}
}

/* What decides in a bad hour: who is held by an order limit, and who by a weight limit. */
static void
costs_of_orders(void **state)
{
	static const struct { enum endpoint ep; const char *method; int weight, orders; } rows[] = {
		{ EP_ORDER_PLACE, "POST", 0, 1 },
		{ EP_ORDER_CANCEL, "DELETE", 1, 0 },
		{ EP_ORDER_QUERY, "GET", 1, 0 },
		{ EP_OPEN_ORDERS, "GET", 40, 0 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct endpoint_row	*e = endpoint_get(rows[i].ep);

		check_row("%s", e->label);
		CHECK_STR(e->method, rows[i].method);
		CHECK_INT(e->weight, rows[i].weight);
		CHECK_INT(e->orders, rows[i].orders);
		CHECK_INT(e->security, SEC_SIGNED);
	}
}

static void
values_are_encoded(void **state)
{
	static const struct { const char *value, *want; } rows[] = {
		{ "BTCUSDT", "symbol=BTCUSDT" }, { "", "symbol=" },
		{ "aZ09-_.~", "symbol=aZ09-_.~" },
		{ "a b+c&d=e", "symbol=a%20b%2Bc%26d%3De" },
		{ "100%", "symbol=100%25" }, { "a/b:c", "symbol=a%2Fb%3Ac" },
		{ "\xe6\xb5\x8bUSDT", "symbol=%E6%B5%8BUSDT" },
		{ "\x01\x7f\xff", "symbol=%01%7F%FF" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct buf	 b = { 0 };

		check_row("'%s'", rows[i].value);
		query_add(&b, "symbol", rows[i].value);
		CHECK_STR(buf_text(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
parameters_keep_their_order(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	check_row("each kind");
	query_add(&b, "symbol", "BTCUSDT");
	query_add_dec(&b, "quantity", D("0.0010"));
	query_add_dec(&b, "price", D("61250.1"));
	query_add_dec(&b, "stop", D("0.00000001"));
	query_add_int(&b, "orderId", INT64_C(283194212000));
	query_add_int(&b, "fromId", -1);
	CHECK_STR(buf_text(&b), "symbol=BTCUSDT&quantity=0.001&price=61250.1&stop=0.00000001"
	    "&orderId=283194212000&fromId=-1");
	buf_free(&b);
}

static void
no_quantity(void)
{
	struct buf	 b = { 0 };

	query_add_dec(&b, "quantity", DEC_NONE);
}

static void
no_value_is_never_sent(void **state)
{
	(void)state;
	check_row("null");
	CHECK_PANICS(no_quantity);
}

/* The exchange's published requests, composed and signed. */
static void
the_signature_is_over_the_very_bytes(void **state)
{
	static const struct { const char *name, *symbol, *type, *price, *want; } rows[] = {
		{ "limit", "BTCUSDT", "LIMIT", "9000",
		    "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC"
		    "&recvWindow=5000&timestamp=1591702613943"
		    "&signature=3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9" },
		{ "market, not ASCII", "\xe6\xb5\x8b\xe8\xaf\x95USDT", "MARKET", NULL,
		    "symbol=%E6%B5%8B%E8%AF%95USDT&side=BUY&type=MARKET&quantity=1"
		    "&recvWindow=5000&timestamp=1591702613943"
		    "&signature=51d299e7dec0a1f477834be6296575856787d12a491a6fa9cb4f7ecc75c88be7" },
	};
	struct signer	*s = signer_new(SECRET);

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct buf	 b = { 0 };

		check_row("%s", rows[i].name);
		query_add(&b, "symbol", rows[i].symbol);
		query_add(&b, "side", "BUY");
		query_add(&b, "type", rows[i].type);
		query_add_dec(&b, "quantity", D("1"));
		if (rows[i].price != NULL) {
			query_add_dec(&b, "price", D(rows[i].price));
			query_add(&b, "timeInForce", "GTC");
		}
		query_sign(&b, s, wall_add_us(wall_from_ms(1591702613943), 999), 5000);
		CHECK_STR(buf_text(&b), rows[i].want);
		buf_free(&b);
	}
	check_row("no parameters of its own");
	struct buf	 b = { 0 };
	query_sign(&b, s, wall_from_ms(1591702613943), 5000);
	CHECK(text_starts_with(buf_text(&b), "recvWindow=5000&timestamp=1591702613943&signature="));
	buf_free(&b);
	signer_free(s);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(rows_are_sound),
		cmocka_unit_test(costs_of_orders),
		cmocka_unit_test(values_are_encoded),
		cmocka_unit_test(parameters_keep_their_order),
		cmocka_unit_test(no_value_is_never_sent),
		cmocka_unit_test(the_signature_is_over_the_very_bytes),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
