/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"
#include "tests/unit/stage.h"

#include "base/text.h"

static struct order *
reduction(struct exchange *x, enum side side, const char *px, const char *qty)
{
	struct terms	 t = terms(side, px, qty);

	t.reduce_only = true;
	return place(x, &t);
}

static struct order *
trade(struct exchange *x, enum side side, const char *qty)
{
	const struct terms	 t = terms(side, "null", qty);

	return place(x, &t);
}

/* Long 0.004, with reductions of 0.001, 0.002 and 0.001 at three prices. */
static void
reductions_fit_the_position(void **state)
{
	static const struct { const char *sold, *story, *leaves[3]; } rows[] = {
		{ "0.001", "new trade(0.001@61249.9) expired(4)", { "0.001", "0.002", "0" } },
		{ "0.002", "new trade(0.002@61249.9) amended expired(4)", { "0.001", "0.001", "0" } },
		{ "0.003", "new trade(0.003@61249.9) expired(4) expired(4)", { "0.001", "0", "0" } },
		{ "0.004", "new trade(0.004@61249.9) expired(4) expired(4) expired(4)",
		    { "0", "0", "0" } },
		{ "0.006", "new trade(0.004@61249.9) expired(4) expired(4) expired(4)"
		    " trade(0.002@61249.8)", { "0", "0", "0" } },
	};
	static const char *const	 px[] = { "61303", "61301", "61302" };
	static const char *const	 qty[] = { "0.001", "0.002", "0.001" };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange	*x = fresh();
		struct order	*o[3];

		check_row("sold %s", rows[i].sold);
		trade(x, SIDE_BUY, "0.004");
		for (size_t k = 0; k < NITEMS(o); k++)
			o[k] = reduction(x, SIDE_SELL, px[k], qty[k]);
		story(x);
		trade(x, SIDE_SELL, rows[i].sold);
		CHECK_STR(story(x), rows[i].story);
		for (size_t k = 0; k < NITEMS(o); k++)
			CHECK_DEC(o[k]->rest.leaves_qty, rows[i].leaves[k]);
		CHECK(book_is_sound(&x->desks[0].book));
		discard(x);
	}
}

/* What fills of its own is part of what there was to reduce. */
static void
a_fill_takes_from_nobody_else(void **state)
{
	struct exchange	*x = fresh();

	(void)state;
	trade(x, SIDE_BUY, "0.004");
	struct order	*a = reduction(x, SIDE_SELL, "61301", "0.002");
	struct order	*b = reduction(x, SIDE_SELL, "61302", "0.002");
	story(x);
	exchange_fill(x, b, D("0.002"), D("61302"), WALL_UNSET);
	CHECK_STR(story(x), "trade(0.002@61302)");
	CHECK_DEC(a->rest.leaves_qty, "0.002");
	exchange_fill(x, a, D("0.002"), D("61301"), WALL_UNSET);
	CHECK_STR(story(x), "trade(0.002@61301)");
	CHECK_DEC(x->desks[0].positions[PS_BOTH].qty, "0");
	discard(x);
}

/* What has traded of an order is not what is left of it. */
static void
a_part_traded_before_it_shrinks(void **state)
{
	struct exchange	*x = fresh();

	(void)state;
	trade(x, SIDE_BUY, "0.004");
	struct order	*o = reduction(x, SIDE_SELL, "61301", "0.003");
	exchange_fill(x, o, D("0.001"), D("61301"), WALL_UNSET);
	story(x);
	trade(x, SIDE_SELL, "0.002");
	CHECK_STR(story(x), "new trade(0.002@61249.9) amended");
	CHECK_DEC(o->terms.qty, "0.002");
	CHECK_DEC(o->rest.leaves_qty, "0.001");
	CHECK_STR(status_name(order_status(o)), "PARTIALLY_FILLED");
	CHECK_DEC(x->desks[0].exposure[PS_BOTH].asks, "61.301");
	discard(x);
}

static void
changes_of_reductions(void **state)
{
	static const struct { const char *qty; bool sets, to; int code; const char *left; } rows[] = {
		{ "0.002", false, false, 0,     "0.002" },
		{ "0.009", false, false, 0,     "0.003" },	/* shrinks to what is free */
		{ "0.009", true,  false, 0,     "0.009" },
		{ "0.001", true,  false, 0,     "0.001" },
		{ "0.001", true,  true,  -5027, "0.001" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange	*x = fresh();

		check_row("%zu: to %s", i, rows[i].qty);
		trade(x, SIDE_BUY, "0.004");
		struct order		*o = reduction(x, SIDE_SELL, "61301", "0.001");
		reduction(x, SIDE_SELL, "61302", "0.001");
		const struct change	 c = {
			.side = SIDE_SELL, .px = D("61301"), .qty = D(rows[i].qty),
			.sets_reduce_only = rows[i].sets, .reduce_only = rows[i].to,
			.modify_id = NO_MODIFY_ID,
		};
		const struct reject	 r = exchange_modify(x, o, &c, WALL_UNSET);
		CHECK_INT(reject_code(&r), rows[i].code);
		CHECK_DEC(o->rest.leaves_qty, rows[i].left);
		CHECK_INT(o->terms.reduce_only, !rows[i].sets || rows[i].to);
		discard(x);
	}
}

/* The matrix of hedge mode: long 0.004 and short 0.004, with 0.001 of each being closed. */
static void
two_positions(void **state)
{
	static const struct { enum position_side ps; enum side side; const char *qty; int code; }
	rows[] = {
		{ PS_LONG,  SIDE_BUY,  "0.004", 0 },
		{ PS_LONG,  SIDE_SELL, "0.003", 0 },
		{ PS_LONG,  SIDE_SELL, "0.004", -2022 },	/* with what is open */
		{ PS_LONG,  SIDE_SELL, "0.005", -2022 },
		{ PS_SHORT, SIDE_SELL, "0.004", 0 },
		{ PS_SHORT, SIDE_BUY,  "0.003", 0 },
		{ PS_SHORT, SIDE_BUY,  "0.004", -2022 },
		{ PS_SHORT, SIDE_BUY,  "0.009", -2022 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange	*x = fresh();
		struct terms	 t = terms(SIDE_BUY, "null", "0.004");

		check_row("%s %d %s", position_side_name(rows[i].ps), (int)rows[i].side, rows[i].qty);
		x->hedged = true;
		t.ps = PS_LONG;
		place(x, &t);
		t.side = SIDE_SELL;
		t.ps = PS_SHORT;
		place(x, &t);
		exchange_beat(x, WALL_UNSET);
		t = terms(SIDE_SELL, "61300", "0.001");
		t.reduce_only = true;
		t.ps = PS_LONG;
		place(x, &t);
		t = terms(SIDE_BUY, "61200", "0.001");
		t.reduce_only = true;
		t.ps = PS_SHORT;
		place(x, &t);
		t = terms(rows[i].side, "null", rows[i].qty);
		t.ps = rows[i].ps;
		t.reduce_only = (t.ps == PS_LONG) == (t.side == SIDE_SELL);
		CHECK_INT(refusal(x, &t), rows[i].code);
		discard(x);
	}
}

/* What the status of a contract, and the control of its positions, let through. */
static void
contracts_that_do_not_trade(void **state)
{
	static const struct {
		const char	*filter, *field, *value;
		int		 buy, sell, reduce;	/* a reduction of a long position */
	} rows[] = {
		{ NULL, "status", "TRADING",         0,     0,     0 },
		{ NULL, "status", "PENDING_TRADING", -4140, -4140, -4140 },
		{ NULL, "status", "PRE_DELIVERING",  -4140, -4140, 0 },
		{ NULL, "status", "DELIVERING",      -4140, -4140, -4140 },
		{ NULL, "status", "DELIVERED",       -4141, -4141, -4141 },
		{ NULL, "status", "PRE_SETTLE",      -4140, -4140, 0 },
		{ NULL, "status", "SETTLING",        -4140, -4140, -4140 },
		{ NULL, "status", "CLOSE",           -4141, -4141, -4141 },
		{ NULL, "status", "TRADING_HALT",    -4140, -4140, -4140 },
		{ "POSITION_RISK_CONTROL", "positionControlSide", "NONE", 0,     0,     0 },
		{ "POSITION_RISK_CONTROL", "positionControlSide", "BUY",  -4106, 0,     0 },
		{ "POSITION_RISK_CONTROL", "positionControlSide", "SELL", 0,     -4107, 0 },
		{ "POSITION_RISK_CONTROL", "positionControlSide", "BOTH", -4105, -4105, 0 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange	*x = fresh();
		struct terms	 t = terms(SIDE_BUY, "61200", "0.001");
		struct why	 why = { "" };

		check_row("%s", rows[i].value);
		trade(x, SIDE_BUY, "0.004");
		struct order	*resting = place(x, &t);
		CHECK_INT(listing_change(x->desks[0].listing, rows[i].filter, rows[i].field,
		    rows[i].value, &why), 0);
		CHECK_INT(refusal(x, &t), rows[i].buy);
		t = terms(SIDE_SELL, "61300", "0.001");
		CHECK_INT(refusal(x, &t), rows[i].sell);
		t.reduce_only = true;
		CHECK_INT(refusal(x, &t), rows[i].reduce);
		exchange_set_price(x, &x->desks[0], D("61100"), WALL_UNSET);
		CHECK_INT(order_is_open(resting), !x->desks[0].listing->trading);
		CHECK(book_is_sound(&x->desks[0].book));
		discard(x);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(reductions_fit_the_position),
		cmocka_unit_test(a_fill_takes_from_nobody_else),
		cmocka_unit_test(a_part_traded_before_it_shrinks),
		cmocka_unit_test(changes_of_reductions),
		cmocka_unit_test(two_positions),
		cmocka_unit_test(contracts_that_do_not_trade),
	};

	return cmocka_run_group_tests_name("simex_reduce", tests, NULL, NULL);
}
