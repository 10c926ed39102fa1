/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/algo_world.h"

#include "tests/unit/check.h"

enum { LAG_MS = 5000 };

static int
count(const char *text, const char *what)
{
	int	 n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static int
ask(struct world *w, const char *path, const char *with, const char *one, int64_t ms)
{
	struct buf	 out = { 0 };
	char		 what[64];

	text_putf(what, sizeof(what), "GET /fapi/v1/%s", path);
	request(w, what, with, at_ms(ms), &out);
	CHECK_INT(code_of(&out), 0);
	const int	 n = count(buf_text(&out), one);
	buf_free(&out);
	return n;
}

/* A history knows nothing of the last five seconds, and then all of it. */
static void
histories_that_lag(void **state)
{
	static const struct { const char *path, *with, *one; int n; } rows[] = {
		{ "allOrders", BTC, "\"orderId\"", 2 },
		{ "allOrders", BTC "&orderId=1", "\"orderId\"", 2 },
		{ "openOrders", BTC, "\"orderId\"", 1 },
		{ "userTrades", BTC, "\"orderId\"", 1 },
		{ "userTrades", BTC "&fromId=1", "\"orderId\"", 1 },
		{ "userTrades", BTC "&startTime=1790000000000", "\"orderId\"", 1 },
		{ "orderAmendment", BTC "&origClientOrderId=o", "\"amendmentId\"", 1 },
		{ "income", "", "COMMISSION", 1 },
		{ "income", "incomeType=COMMISSION&startTime=1", "COMMISSION", 1 },
	};
	struct world	*w = standing();
	struct buf	 ignored = { 0 };

	(void)state;
	command(w, "/lag", "ms=5000", at_ms(0), &ignored);
	request(w, ORDER, LIMIT("BUY") "&quantity=0.01&price=61000&newClientOrderId=o", at_ms(1),
	    &ignored);
	request(w, "PUT /fapi/v1/order",
	    BTC "&side=BUY&quantity=0.02&price=61000&origClientOrderId=o", at_ms(1), &ignored);
	request(w, ORDER, BTC "&side=BUY&type=MARKET&quantity=0.01", at_ms(1), &ignored);
	for (int seen = 0; seen < 2; seen++) {
		for (size_t i = 0; i < NITEMS(rows); i++) {
			check_row("%s %s, seen: %d", rows[i].path, rows[i].with, seen);
			CHECK_INT(ask(w, rows[i].path, rows[i].with, rows[i].one, LAG_MS + seen),
			    seen * rows[i].n);
		}
	}
	check_row("it is over");
	command(w, "/lag", "ms=0", at_ms(LAG_MS + 2), &ignored);
	request(w, ORDER, BTC "&side=BUY&type=MARKET&quantity=0.01", at_ms(LAG_MS + 2), &ignored);
	CHECK_INT(ask(w, "userTrades", BTC, "\"orderId\"", LAG_MS + 2), 2);
	buf_free(&ignored);
	discard(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(histories_that_lag),
	};

	return cmocka_run_group_tests_name("simex_lag", tests, NULL, NULL);
}
