/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "tests/simex/core/delivery.h"
#include "tests/simex/core/event.h"
#include "tests/simex/core/exchange.h"

#include <stdio.h>
#include <stdlib.h>

/* BTCUSDT at 61250 with three levels of 0.004 a side: 61250.1, 61250.2, 61250.3. */
static struct exchange *
fresh(void)
{
	struct exchange	*x = malloc(sizeof(*x));

	exchange_init(x, &(struct exchange_terms){
		.balance = D("10000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
		.market.seed = check_seed(), .max_orders = 200,
	});
	exchange_set_ladder(x, &x->desks[0],
	    (struct ladder){ .levels = 3, .qty = D("0.004"), .gap = D("0.1") }, WALL_UNSET);
	return x;
}

static void
discard(struct exchange *x)
{
	exchange_fini(x);
	free(x);
}

static void
buy(struct exchange *x, const char *qty)
{
	const struct terms	 t = {
		.side = SIDE_BUY, .type = TYPE_MARKET, .tif = TIF_GTC, .px = DEC_NONE, .qty = D(qty),
	};
	struct order		*o;
	const struct reject	 r = exchange_place(x, &x->desks[0], &t, WALL_UNSET, &o);

	CHECK_INT(reject_code(&r), 0);
}

/* A recorded fill of the exchange has these fields; each of ours has them too. */
static void
events_have_all_fields(void **state)
{
	static const char *const order_keys[] = {
		"\"s\":", "\"c\":", "\"S\":", "\"o\":", "\"f\":", "\"q\":", "\"p\":", "\"ap\":",
		"\"sp\":", "\"x\":", "\"X\":", "\"i\":", "\"l\":", "\"z\":", "\"L\":", "\"n\":",
		"\"N\":", "\"T\":", "\"t\":", "\"b\":", "\"a\":", "\"m\":", "\"R\":", "\"wt\":",
		"\"ot\":", "\"ps\":", "\"cp\":", "\"rp\":", "\"pP\":", "\"si\":", "\"ss\":", "\"V\":",
		"\"pm\":", "\"gtd\":", "\"er\":", "\"E\":",
	};
	static const char *const account_keys[] = {
		"\"m\":\"ORDER\"", "\"wb\":", "\"cw\":", "\"bc\":", "\"pa\":", "\"ep\":", "\"cr\":",
		"\"up\":", "\"mt\":\"cross\"", "\"iw\":", "\"ps\":", "\"bep\":",
	};
	struct exchange		*x = fresh();
	struct buf		 b = { 0 };

	(void)state;
	check_row("fill");
	buy(x, "0.002");
	const struct fact	*fill = &x->facts.v[x->facts.n - 1];
	event_order(&b, fill, WALL_UNSET);
	for (size_t i = 0; i < NITEMS(order_keys); i++)
		CHECK_HAS(buf_text(&b), order_keys[i]);
	CHECK_HAS(buf_text(&b), "\"x\":\"TRADE\",\"X\":\"FILLED\"");
	buf_reset(&b);
	event_account(&b, fill, WALL_UNSET);
	for (size_t i = 0; i < NITEMS(account_keys); i++)
		CHECK_HAS(buf_text(&b), account_keys[i]);
	buf_reset(&b);
	event_trade_lite(&b, fill, WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"q\":\"0.002\",\"p\":\"0.00\"");
	buf_free(&b);
	discard(x);
}

/* As the exchange writes them, which is not as it documents them. */
static void
times_come_in_this_order(void **state)
{
	static const struct {
		const char	*head;
		void		 (*print)(struct buf *, const struct fact *, wall_t);
	} rows[] = {
		{ "{\"e\":\"ORDER_TRADE_UPDATE\",\"T\":0,\"E\":5,\"o\":{", event_order },
		{ "{\"e\":\"ACCOUNT_UPDATE\",\"T\":0,\"E\":5,\"a\":{", event_account },
		{ "{\"e\":\"ACCOUNT_CONFIG_UPDATE\",\"T\":0,\"E\":5,\"ac\":{", event_config },
		{ "{\"e\":\"TRADE_LITE\",\"E\":5,\"T\":0,\"s\":", event_trade_lite },
	};
	struct exchange	*x = fresh();

	(void)state;
	buy(x, "0.002");
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct buf	 b = { 0 };

		rows[i].print(&b, &x->facts.v[x->facts.n - 1], wall_from_ms(5));
		CHECK_HAS(buf_text(&b), rows[i].head);
		buf_free(&b);
	}
	discard(x);
}

/* "O:NEW T:FILLED": the first letter of each event, and the order as it was then. */
static const char *
told(const struct notices *ns)
{
	static const char	 letters[] = {
		[UE_ACCOUNT_CONFIG_UPDATE] = 'C', [UE_ACCOUNT_UPDATE] = 'A',
		[UE_ORDER_TRADE_UPDATE] = 'O', [UE_TRADE_LITE] = 'T',
	};
	static char		 text[256];
	size_t			 len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ns->n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%c:%s", i > 0 ? " " : "",
		    letters[ns->v[i].kind], status_name(order_status(&ns->v[i].fact->order)));
	return text;
}

static void
order_of_events(void **state)
{
	struct exchange		*x = fresh();
	struct notices		 ns = { 0 };

	(void)state;
	buy(x, "0.006");
	check_row("as they happen");
	notices_of(&ns, &x->facts, false);
	CHECK_STR(told(&ns), "O:NEW T:PARTIALLY_FILLED A:PARTIALLY_FILLED O:PARTIALLY_FILLED "
	    "T:FILLED A:FILLED O:FILLED");
	check_row("backwards");
	notices_of(&ns, &x->facts, true);
	CHECK_STR(told(&ns), "O:FILLED A:FILLED T:FILLED O:PARTIALLY_FILLED A:PARTIALLY_FILLED "
	    "T:PARTIALLY_FILLED O:NEW");
	check_row("nothing has happened");
	x->facts.n = 0;
	notices_of(&ns, &x->facts, true);
	CHECK_INT((int64_t)ns.n, 0);
	check_row("funding, leverage");
	exchange_fund(x, &x->desks[0], D("0.0001"), WALL_UNSET);
	const struct reject	 r = exchange_set_leverage(x, &x->desks[0], 3, WALL_UNSET);
	CHECK_INT(reject_code(&r), 0);
	notices_of(&ns, &x->facts, false);
	CHECK_STR(told(&ns), "A:NEW C:NEW");
	notices_fini(&ns);
	discard(x);
}

static void
events_on_the_way(void **state)
{
	static const struct { enum user_event kind; int copies; } rows[] = {
		{ UE_TRADE_LITE, 2 }, { UE_ORDER_TRADE_UPDATE, 0 }, { UE_ACCOUNT_UPDATE, 2 },
		{ UE_ORDER_TRADE_UPDATE, 0 }, { UE_ORDER_TRADE_UPDATE, 2 },
	};
	struct delivery	 d = { .twice = true, .lose = 2 };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%zu", i);
		CHECK_INT(delivery_copies(&d, rows[i].kind), rows[i].copies);
	}
	check_row("in good order");
	CHECK_INT(delivery_copies(&(struct delivery){ 0 }, UE_ORDER_TRADE_UPDATE), 1);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(events_have_all_fields),
		cmocka_unit_test(times_come_in_this_order),
		cmocka_unit_test(order_of_events),
		cmocka_unit_test(events_on_the_way),
	};

	return cmocka_run_group_tests_name("simex_event", tests, NULL, NULL);
}
