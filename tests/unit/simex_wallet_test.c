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
	struct wallet	 w;
	struct position	 p = { .qty = DEC_ZERO };

	(void)state;
	wallet_init(&w, D("1000"));
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%zu %s", i, rows[i].name);
		const struct booking	 b = wallet_fill(&w, &p, rows[i].side, D(rows[i].qty),
					    D(rows[i].px), D(FEE));

		CHECK_DEC(p.qty, rows[i].want_qty);
		CHECK_DEC(position_entry_px(&p), rows[i].want_entry);
		CHECK_DEC(b.realized, rows[i].want_realized);
		CHECK_DEC(b.fee, rows[i].want_fee);
	}
	CHECK_DEC(w.realized, "-2.6");
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
		struct wallet	 w;
		struct position	 p = { .qty = DEC_ZERO };

		check_row("%s x %s at %s", rows[i].qty, rows[i].px, rows[i].rate);
		wallet_init(&w, DEC_ZERO);
		const struct booking	 b = wallet_fill(&w, &p, SIDE_BUY, D(rows[i].qty),
					    D(rows[i].px), D(rows[i].rate));
		CHECK_DEC(b.fee, rows[i].fee);
	}
}

static void
break_even_counts_the_fees(void **state)
{
	struct wallet	 w;
	struct position	 p = { .qty = DEC_ZERO };

	(void)state;
	check_row("long, then short");
	wallet_init(&w, D("1000"));
	wallet_fill(&w, &p, SIDE_BUY, D("0.1"), D("84146.50"), D("0.0004"));
	CHECK_DEC(position_break_even_px(&p), "84180.1586");	/* as recorded from the exchange */
	wallet_fill(&w, &p, SIDE_SELL, D("0.2"), D("84146.50"), D("0.0004"));
	CHECK_DEC(position_break_even_px(&p), "84112.8414");
}

static void
funding_follows_the_side(void **state)
{
	struct wallet	 w;
	struct position	 p = { .qty = D("0.5") };

	(void)state;
	check_row("longs pay");
	wallet_init(&w, D("1000"));
	CHECK_DEC(wallet_fund(&w, &p, D("60000"), D("0.0001")), "-3");
	p.qty = D("-0.5");
	CHECK_DEC(wallet_fund(&w, &p, D("60000"), D("0.0001")), "3");
	CHECK_DEC(wallet_fund(&w, &p, D("60000"), D("-0.0001")), "-3");
	CHECK_DEC(w.balance, "997");
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

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct position	 p = { .qty = D(rows[i].qty) };
		const struct margin	 m = position_margin(&p, LEVERAGE_DEFAULT, D("1000"),
					    D("0.004"), (struct exposure){ D(rows[i].bids), D(rows[i].asks) });

		check_row("%s", rows[i].name);
		CHECK_DEC(m.position, rows[i].position);
		CHECK_DEC(m.orders, rows[i].orders);
	}
}

/* The law of the header, after every one of many random fills. */
static void
balance_is_what_came_in(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct wallet	 w;
	struct position	 p = { .qty = DEC_ZERO };
	dec_t		 realized = DEC_ZERO, fees = DEC_ZERO, net = DEC_ZERO;

	(void)state;
	wallet_init(&w, D("100000"));
	for (int i = 0; i < FILLS; i++) {
		const enum side	 side = (enum side)rng_below(&r, SIDE_N);
		const dec_t	 qty = { (int64_t)(rng_below(&r, 500) + 1) * 100000 };
		const dec_t	 px = { (int64_t)(rng_below(&r, 100000) + 6000000) * 1000000 };
		const struct booking b = wallet_fill(&w, &p, side, qty, px, D("0.0002"));

		check_row("fill %d", i);
		realized = dec_add(realized, b.realized);
		fees = dec_add(fees, b.fee);
		net = side == SIDE_BUY ? dec_add(net, qty) : dec_sub(net, qty);
		CHECK(dec_cmp(w.balance, dec_sub(dec_add(w.initial, realized), fees)) == 0);
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
		cmocka_unit_test(balance_is_what_came_in),
	};

	return cmocka_run_group_tests_name("simex_wallet", tests, NULL, NULL);
}
