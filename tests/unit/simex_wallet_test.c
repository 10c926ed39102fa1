/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "tests/simex/core/wallet.h"

enum { FILLS = 5000 };

#define FEE	"0.0005"

/* One position through its life: each row is a fill on top of the rows before it. */
static void
open_add_reduce_flip(void **state)
{
	static const struct {
		const char	*name;
		enum side	 side;
		const char	*qty, *px, *want_qty, *want_entry, *want_realized, *want_fee;
	} rows[] = {
		{ "open",    SIDE_BUY,  "0.012", "61250.10", "0.012",  "61250.1", "0", "0.3675006" },
		{ "add",     SIDE_BUY,  "0.012", "61350.10", "0.024",  "61300.1", "0", "0.3681006" },
		{ "reduce",  SIDE_SELL, "0.006", "61400.10", "0.018",  "61300.1", "0.6", "0.1842003" },
		{ "flip",    SIDE_SELL, "0.030", "61200.10", "-0.012", "61200.1", "-1.8", "0.9180015" },
		{ "add",     SIDE_SELL, "0.012", "61100.10", "-0.024", "61150.1", "0", "0.3666006" },
		{ "reduce",  SIDE_BUY,  "0.004", "61000.10", "-0.02",  "61150.1", "0.6", "0.1220002" },
		{ "close",   SIDE_BUY,  "0.020", "61250.10", "0",      "0",       "-2", "0.612501" },
	};
	struct position	 p = { .qty = DEC_ZERO };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%zu %s", i, rows[i].name);
		const struct booking	 b = position_fill(&p, rows[i].side, D(rows[i].qty),
					    D(rows[i].px), D(FEE));

		CHECK_DEC(p.qty, rows[i].want_qty);
		CHECK_DEC(position_entry_px(&p), rows[i].want_entry);
		CHECK_DEC(b.realized, rows[i].want_realized);
		CHECK_DEC(b.fee, rows[i].want_fee);
	}
	CHECK_DEC(p.realized, "-2.6");
	CHECK_DEC(p.cost, "0");
	CHECK_DEC(p.open_fees, "0");
}

/* A commission is cut off, not rounded, after the eighth digit. */
static void
commission_is_truncated(void **state)
{
	static const struct { const char *qty, *px, *rate, *fee; } rows[] = {
		{ "6.2638", "1",       "0.0004",  "0.00250552" },
		{ "150",    "0.07574", "0.0004",  "0.0045444" },
		{ "1",      "0.12345", "0.0002",  "0.00002469" },
		{ "3",      "0.12345", "0.00013", "0.00004814" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct position	 p = { .qty = DEC_ZERO };

		check_row("%s x %s at %s", rows[i].qty, rows[i].px, rows[i].rate);
		const struct booking	 b = position_fill(&p, SIDE_BUY, D(rows[i].qty),
					    D(rows[i].px), D(rows[i].rate));
		CHECK_DEC(b.fee, rows[i].fee);
	}
}

static void
break_even_counts_the_fees(void **state)
{
	struct position	 p = { .qty = DEC_ZERO };

	(void)state;
	check_row("long, then short");
	position_fill(&p, SIDE_BUY, D("0.1"), D("84146.50"), D("0.0004"));
	CHECK_DEC(position_break_even_px(&p), "84180.1586");	/* as recorded from the exchange */
	position_fill(&p, SIDE_SELL, D("0.2"), D("84146.50"), D("0.0004"));
	CHECK_DEC(position_break_even_px(&p), "84112.8414");
}

static void
funding_follows_the_side(void **state)
{
	struct position	 p = { .qty = D("0.5") };

	(void)state;
	check_row("longs pay");
	CHECK_DEC(position_funding(&p, D("60000"), D("0.0001")), "-3");
	p.qty = D("-0.5");
	CHECK_DEC(position_funding(&p, D("60000"), D("0.0001")), "3");
	CHECK_DEC(position_funding(&p, D("60000"), D("-0.0001")), "-3");
}

/* What is set apart stays part of the balance, and comes back as the position goes. */
static void
an_isolated_position_has_a_wallet(void **state)
{
	struct wallet	 w;
	struct position	 p = { .qty = DEC_ZERO };

	(void)state;
	check_row("set apart");
	wallet_init(&w, "[]");
	struct purse	*usdt = wallet_find(&w, "USDT");
	purse_change(usdt, MONEY_TRANSFER, D("1000"), WALL_UNSET);
	position_fill(&p, SIDE_BUY, D("0.03"), D("60000"), D("0"));
	purse_set_apart(usdt, &p, D("90"));
	CHECK_DEC(purse_cross(usdt), "910");
	CHECK_DEC(usdt->balance, "1000");
	check_row("a third goes");
	struct booking	 b = position_fill(&p, SIDE_SELL, D("0.01"), D("60100"), D("0"));
	CHECK_DEC(b.released, "30");
	CHECK_DEC(b.realized, "1");
	purse_set_apart(usdt, &p, dec_neg(b.released));
	check_row("turns");
	b = position_fill(&p, SIDE_SELL, D("0.05"), D("60000"), D("0"));
	CHECK_DEC(b.released, "60");
	CHECK_DEC(b.opened, "0.03");
	wallet_fini(&w);
}

static void
assets_of_an_exchange(void **state)
{
	static const char *const wanted[] = { "FDUSD", "USDT", "BNB", "USDC" };
	struct wallet	 w;

	(void)state;
	check_row("as listed, then those that are always there");
	wallet_init(&w, "[{\"asset\":\"FDUSD\"},{\"asset\":\"USDT\"},{\"asset\":\"FDUSD\"}]");
	CHECK_INT((int64_t)wallet_add(&w, "USDC"), 3);
	CHECK_INT((int64_t)wallet_add(&w, "BNB"), 2);
	CHECK_INT((int64_t)w.n, NITEMS(wanted));
	for (size_t i = 0; i < NITEMS(wanted); i++)
		CHECK_STR(w.v[i].asset, wanted[i]);
	CHECK(wallet_find(&w, "EUR") == NULL);
	wallet_fini(&w);
}

static void
balances_as_written(void **state)
{
	static const struct { const char *text; int n; const char *asset, *sum; } rows[] = {
		{ "1000000",         1,  "USDT", "1000000" },
		{ "0",               1,  "USDT", "0" },
		{ "USDC=5000,BNB=1", 2,  "BNB",  "1" },
		{ "USDT=2.5",        1,  "USDT", "2.5" },
		{ "",                -1, "", "" },
		{ "-1",              -1, "", "" },
		{ "USDC=5,",         -1, "", "" },
		{ "USDC=5,BNB",      -1, "", "" },
		{ "=5",              -1, "", "" },
		{ "USDC=",           -1, "", "" },
		{ "ABCDEFGHIJKLMNOP=1", -1, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct grants	 g;
		struct why	 why;

		check_row("'%s'", rows[i].text);
		const int	 rc = grants_parse(&g, rows[i].text, &why);
		CHECK_INT(rc == -1 ? -1 : (int)g.n, rows[i].n);
		if (rc == -1)
			continue;
		CHECK_STR(g.v[g.n - 1].asset, rows[i].asset);
		CHECK_DEC(g.v[g.n - 1].sum, rows[i].sum);
	}
}

static void
margin_is_of_the_worse_side(void **state)
{
	static const struct {
		const char	*name, *qty, *bids, *asks, *position, *orders;
	} rows[] = {
		{ "flat, a bid",            "0",  "1000", "0",    "0",   "50" },
		{ "long, a bid more",       "1",  "1000", "0",    "50",  "50" },
		{ "long, an ask closes",    "1",  "0",    "1000", "50",  "0" },
		{ "long, an ask flips far", "1",  "0",    "3000", "50",  "50" },
		{ "short, an ask more",     "-1", "0",    "500",  "50",  "25" },
		{ "flat, both sides",       "0",  "1000", "1500", "0",   "75" },
	};

	struct brackets		 t;

	(void)state;
	brackets_default(&t, 125);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct position	 p = { .qty = D(rows[i].qty) };
		const struct margin	 m = position_margin(&p, LEVERAGE_DEFAULT, D("1000"),
					    &t, (struct exposure){ D(rows[i].bids), D(rows[i].asks) });

		check_row("%s", rows[i].name);
		CHECK_DEC(m.position, rows[i].position);
		CHECK_DEC(m.orders, rows[i].orders);
		CHECK(dec_is_zero(p.qty) == dec_is_zero(m.maint));
	}
	brackets_fini(&t);
}

/* The laws of the header, after every one of many random fills. */
static void
a_position_is_what_was_filled(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct position	 p = { .qty = DEC_ZERO };
	dec_t		 realized = DEC_ZERO, net = DEC_ZERO;

	(void)state;
	for (int i = 0; i < FILLS; i++) {
		const enum side	 side = (enum side)rng_below(&r, SIDE_N);
		const dec_t	 qty = { (int64_t)(rng_below(&r, 500) + 1) * 100000 };
		const dec_t	 px = { (int64_t)(rng_below(&r, 100000) + 6000000) * 1000000 };
		const struct booking b = position_fill(&p, side, qty, px, D("0.0002"));

		check_row("fill %d", i);
		realized = dec_add(realized, b.realized);
		net = side == SIDE_BUY ? dec_add(net, qty) : dec_sub(net, qty);
		CHECK(dec_cmp(p.realized, realized) == 0);
		CHECK(dec_cmp(p.qty, net) == 0);
		CHECK(dec_sign(p.cost) >= 0);
		CHECK(dec_is_zero(p.qty) == dec_is_zero(p.cost));
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(open_add_reduce_flip),
		cmocka_unit_test(commission_is_truncated),
		cmocka_unit_test(break_even_counts_the_fees),
		cmocka_unit_test(funding_follows_the_side),
		cmocka_unit_test(margin_is_of_the_worse_side),
		cmocka_unit_test(an_isolated_position_has_a_wallet),
		cmocka_unit_test(assets_of_an_exchange),
		cmocka_unit_test(balances_as_written),
		cmocka_unit_test(a_position_is_what_was_filled),
	};

	return cmocka_run_group_tests_name("simex_wallet", tests, NULL, NULL);
}
