/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "tests/simex/core/delivery.h"
#include "tests/simex/core/exchange.h"

#include <stdlib.h>

enum { STEPS = 2000 };

/* BTCUSDT at 61250 with three levels of 0.004 a side: 61250.1, 61250.2, 61250.3. */
static struct exchange *
fresh(void)
{
	struct exchange	*x = malloc(sizeof(*x));

	exchange_init(x, &(struct exchange_terms){
		.balance = D("1000000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
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

static struct order *
rest(struct exchange *x, enum side side, const char *px, const char *qty)
{
	const struct terms	 t = {
		.side = side, .type = TYPE_LIMIT, .tif = TIF_GTC, .px = D(px), .qty = D(qty),
	};
	struct order		*o;
	const struct reject	 r = exchange_place(x, &x->desks[0], &t, WALL_UNSET, &o);

	CHECK_INT(reject_code(&r), 0);
	return o;
}

static dec_t
take(struct exchange *x, enum side side, dec_t px, const char *qty)
{
	return exchange_public_trade(x, &x->desks[0], side, px, D(qty), WALL_UNSET);
}

static void
first_come_first_served(void **state)
{
	struct exchange	*x = fresh();
	struct desk	*d = &x->desks[0];
	struct order	*o = rest(x, SIDE_SELL, "61250.2", "0.010");
	struct notices	 ns = { 0 };

	(void)state;
	x->facts.n = 0;
	check_row("the house stands before the order");
	CHECK_DEC(take(x, SIDE_BUY, D("61250.2"), "0.008"), "0.008");
	CHECK_DEC(o->cum_qty, "0");
	CHECK_INT((int64_t)x->facts.n, 2);
	CHECK_INT(x->facts.v[0].kind, FACT_PUBLIC_TRADE);
	CHECK_DEC(x->facts.v[1].trade.px, "61250.2");
	notices_of(&ns, &x->facts, false);
	CHECK_INT((int64_t)ns.n, 0);
	check_row("then comes the order, and nothing beyond the price");
	CHECK_DEC(take(x, SIDE_BUY, D("61250.2"), "1"), "0.01");
	CHECK_DEC(o->cum_qty, "0.01");
	CHECK(x->facts.v[x->facts.n - 1].trade.maker);
	CHECK_DEC(d->positions[PS_BOTH].qty, "-0.01");
	check_row("all of them are deals, with ids in a row");
	CHECK_INT((int64_t)d->deals.n, 3);
	for (size_t i = 0; i < d->deals.n; i++) {
		CHECK_INT(d->deals.v[i].id, d->orders.first_trade_id + (int64_t)i);
		CHECK(!d->deals.v[i].buyer_makes);
	}
	CHECK_INT(d->orders.trades[0].id, d->orders.first_trade_id + 2);
	CHECK_INT((int64_t)orders_first_trade_from(&d->orders, d->orders.first_trade_id), 0);
	CHECK_INT((int64_t)orders_first_trade_from(&d->orders, d->orders.first_trade_id + 3), 1);
	check_row("at whatever price");
	CHECK_DEC(take(x, SIDE_SELL, DEC_NONE, "1"), "0.012");
	CHECK(deals_last(&d->deals)->buyer_makes);
	CHECK_DEC(desk_last_px(d), "61249.7");
	notices_fini(&ns);
	discard(x);
}

/* Whatever the public does, the book is sound and nothing trades that was not there. */
static void
the_book_stays_sound(void **state)
{
	struct exchange	*x = fresh();
	struct desk	*d = &x->desks[0];
	struct rng	 r = rng_seed(check_seed());
	int64_t		 last_id = d->book.changes;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		const enum side	 side = rng_below(&r, 2) == 0 ? SIDE_BUY : SIDE_SELL;
		const dec_t	 qty = { (int64_t)(1 + rng_below(&r, 30)) * 100000 };
		const dec_t	 there = book_reachable_qty(&d->book, side, DEC_NONE, qty);

		check_row("step %d", i);
		CHECK(dec_cmp(exchange_public_trade(x, d, side, DEC_NONE, qty, WALL_UNSET), there) == 0);
		CHECK(book_is_sound(&d->book));
		CHECK(dec_is_zero(there) || d->book.changes > last_id + 1);
		last_id = d->book.changes;
		if (i % 7 == 0)
			exchange_set_price(x, d, dec_add(d->market.ref_px,
			    (dec_t){ ((int64_t)rng_below(&r, 11) - 5) * d->listing->tick.e8 }),
			    WALL_UNSET);
		if (i % 5 == 0)
			exchange_beat(x, WALL_UNSET);
		x->facts.n = 0;
	}
	check_row("who has changed is known, once");
	CHECK(updates_take(&x->updates) != NULL);
	while (updates_take(&x->updates) != NULL)
		continue;
	exchange_set_price(x, d, D("61000"), WALL_UNSET);
	CHECK(updates_take(&x->updates) == &d->book && desk_of_book(&d->book) == d);
	CHECK(updates_take(&x->updates) == NULL);
	discard(x);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(first_come_first_served),
		cmocka_unit_test(the_book_stays_sound),
	};

	return cmocka_run_group_tests_name("simex_crowd", tests, NULL, NULL);
}
