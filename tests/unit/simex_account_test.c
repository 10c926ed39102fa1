/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "base/rng.h"
#include "base/text.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/event.h"

#include <stdio.h>
#include <stdlib.h>

enum { LEVELS = 8 };

static const char *const kinds[] = {
	[FACT_NEW] = "new", [FACT_TRADE] = "trade", [FACT_CANCELED] = "canceled",
	[FACT_EXPIRED] = "expired", [FACT_AMENDED] = "amended", [FACT_FUNDING] = "fund",
	[FACT_LEVERAGE] = "leverage", [FACT_ACCOUNT] = "account", [FACT_ASSET_MODE] = "assets",
	[FACT_CALCULATED] = "calculated", [FACT_FORCED] = "forced",
	[FACT_MARGIN_CALL] = "call", [FACT_MONEY] = "money", [FACT_TAKEN] = "taken",
};
_Static_assert(NITEMS(kinds) == FACT_N, "kinds");

/* BTCUSDT at 61250 with eight levels of 0.5 a side. */
static struct exchange *
fresh(const char *balance, uint64_t seed)
{
	struct exchange	*x = malloc(sizeof(*x));

	exchange_init(x, &(struct exchange_terms){
		.balance = D(balance), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
		.market.seed = seed, .grants = { .v = { { "EUR", DEC_ONE }, { "BNB", { DEC_ONE_E8 / 100 } } }, .n = 2 },
	});
	exchange_set_ladder(x, &x->desks[0],
	    (struct ladder){ .levels = LEVELS, .qty = D("0.5"), .gap = D("0.1") }, WALL_UNSET);
	return x;
}

static void
discard(struct exchange *x)
{
	exchange_fini(x);
	free(x);
}

static struct terms
terms(enum side side, const char *px, const char *qty)
{
	struct terms	 t = {
		.side = side, .type = TYPE_LIMIT, .tif = TIF_GTC, .stp = STP_EXPIRE_MAKER,
		.px = D(px), .qty = D(qty),
	};

	if (!dec_ok(t.px))
		t.type = TYPE_MARKET;
	return t;
}

static int
place(struct exchange *x, const struct terms *t)
{
	struct order		*o;
	const struct reject	 r = exchange_place(x, &x->desks[0], t, WALL_UNSET, &o);

	return reject_code(&r);
}

static int
trade(struct exchange *x, enum side side, enum position_side ps, const char *qty)
{
	struct terms	 t = terms(side, "null", qty);

	t.ps = ps;
	return place(x, &t);
}

static const struct purse *
usdt(const struct exchange *x)
{
	return wallet_find(&x->wallet, "USDT");
}

/* Every fact since the last call, but for those of the books. */
static const char *
story(struct exchange *x)
{
	static char	 text[1024];
	size_t		 n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < x->facts.n; i++)
		if (x->facts.v[i].kind != FACT_MONEY)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n > 0 ? " " : "",
			    kinds[x->facts.v[i].kind]);
	x->facts.n = 0;
	return text;
}

/* ---- leverage ---------------------------------------------------------------------- */

static void
leverage_of_a_position(void **state)
{
	static const struct { const char *name; int leverage, code; } rows[] = {
		{ "none",                        0,   -4028 },
		{ "more than there is",          126, -4028 },
		{ "too much for 306 thousand",   125, -2027 },
		{ "the next",                    100, 0 },
		{ "too little for the money",    2,   -2028 },
		{ "as it was",                   100, 0 },
	};
	struct exchange	*x = fresh("20000", 1);

	(void)state;
	x->desks[0].leverage = 50;
	check_row("the position");
	CHECK_INT(trade(x, SIDE_BUY, PS_BOTH, "3"), 0);
	trade(x, SIDE_BUY, PS_BOTH, "1");
	exchange_beat(x, WALL_UNSET);
	CHECK_INT(trade(x, SIDE_BUY, PS_BOTH, "1"), 0);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct reject	 r = exchange_set_leverage(x, &x->desks[0], rows[i].leverage,
					    WALL_UNSET);

		check_row("%s", rows[i].name);
		CHECK_INT(reject_code(&r), rows[i].code);
	}
	check_row("isolated: never less");
	discard(x);
	x = fresh("20000", 1);
	x->desks[0].isolated = true;
	trade(x, SIDE_BUY, PS_BOTH, "0.01");
	const struct reject	 r = exchange_set_leverage(x, &x->desks[0], 19, WALL_UNSET);
	CHECK_INT(reject_code(&r), -4161);
	discard(x);
}

/* At 125 a position may be 50000 USDT: 0.816 BTC, whichever way it gets there. */
static void
room_for_an_order(void **state)
{
	struct exchange	*x = fresh("100000", 1);
	struct terms	 t = terms(SIDE_BUY, "61000", "0.4");

	(void)state;
	x->desks[0].leverage = 125;
	check_row("at once too much");
	CHECK_INT(trade(x, SIDE_BUY, PS_BOTH, "0.817"), -2027);
	CHECK_INT(trade(x, SIDE_BUY, PS_BOTH, "0.5"), 0);
	check_row("with the position");
	CHECK_INT(place(x, &t), -2027);
	t.qty = D("0.3");
	CHECK_INT(place(x, &t), 0);
	check_row("with the other order");
	CHECK_INT(place(x, &t), -2027);
	check_row("to the other side: turns within bounds");
	CHECK_INT(trade(x, SIDE_SELL, PS_BOTH, "1.3"), 0);
	discard(x);
}

/* ---- margin types --------------------------------------------------------------------- */

static void
margin_type_of_a_contract(void **state)
{
	struct exchange	*x = fresh("1000", 1);
	struct desk	*d = &x->desks[0];
	struct terms	 bid = terms(SIDE_BUY, "61000", "0.01");
	struct buf	 b = { 0 };
	struct reject	 r;

	(void)state;
	check_row("no change");
	r = exchange_set_isolated(x, d, false, WALL_UNSET);
	CHECK_INT(reject_code(&r), -4046);
	check_row("an order");
	CHECK_INT(place(x, &bid), 0);
	r = exchange_set_isolated(x, d, true, WALL_UNSET);
	CHECK_INT(reject_code(&r), -4047);
	exchange_cancel_all(x, d, WALL_UNSET);
	check_row("a position");
	trade(x, SIDE_BUY, PS_BOTH, "0.01");
	r = exchange_set_isolated(x, d, true, WALL_UNSET);
	CHECK_INT(reject_code(&r), -4048);
	trade(x, SIDE_SELL, PS_BOTH, "0.01");
	check_row("goes");
	r = exchange_set_isolated(x, d, true, WALL_UNSET);
	CHECK_INT(reject_code(&r), 0);
	event_account(&b, &x->facts.v[x->facts.n - 1], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "{\"B\":[],\"P\":[{\"s\":\"BTCUSDT\",\"pa\":\"0\"");
	CHECK_HAS(buf_text(&b), "\"mt\":\"isolated\"");
	CHECK_HAS(buf_text(&b), "\"m\":\"MARGIN_TYPE_CHANGE\"");
	check_row("many assets want it crossed");
	r = exchange_set_multi_assets(x, true, WALL_UNSET);
	CHECK_INT(reject_code(&r), -4167);
	exchange_set_isolated(x, d, false, WALL_UNSET);
	r = exchange_set_multi_assets(x, true, WALL_UNSET);
	CHECK_INT(reject_code(&r), 0);
	r = exchange_set_multi_assets(x, true, WALL_UNSET);
	CHECK_INT(reject_code(&r), -4171);
	r = exchange_set_isolated(x, d, true, WALL_UNSET);
	CHECK_INT(reject_code(&r), -4168);
	buf_free(&b);
	discard(x);
}

static void
margin_of_an_isolated_position(void **state)
{
	static const struct { const char *name, *change; int code; const char *apart; } rows[] = {
		{ "nothing",               "0",    -4055, "30.62505" },
		{ "more than there is",    "1000", -4050, "30.62505" },
		{ "some more",             "50",   0,     "80.62505" },
		{ "more than was added",   "-51",  -4051, "80.62505" },
		{ "what was added",        "-49",  0,     "31.62505" },
	};
	struct exchange	*x = fresh("1000", 1);
	struct desk	*d = &x->desks[0];
	struct reject	 r;
	struct buf	 b = { 0 };

	(void)state;
	check_row("crossed");
	r = exchange_move_margin(x, d, PS_BOTH, D("1"), WALL_UNSET);
	CHECK_INT(reject_code(&r), -4049);
	exchange_set_isolated(x, d, true, WALL_UNSET);
	check_row("no position");
	r = exchange_move_margin(x, d, PS_BOTH, D("1"), WALL_UNSET);
	CHECK_INT(reject_code(&r), -4054);
	trade(x, SIDE_BUY, PS_BOTH, "0.01");
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].name);
		r = exchange_move_margin(x, d, PS_BOTH, D(rows[i].change), WALL_UNSET);
		CHECK_INT(reject_code(&r), rows[i].code);
		CHECK_DEC(d->positions[PS_BOTH].apart, rows[i].apart);
		CHECK_DEC(dec_sub(usdt(x)->balance, purse_cross(usdt(x))), rows[i].apart);
	}
	check_row("as the stream says it");
	event_account(&b, &x->facts.v[x->facts.n - 1], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"m\":\"MARGIN_TRANSFER\"");
	CHECK_HAS(buf_text(&b), "\"mt\":\"isolated\",\"iw\":\"31.62505\"");
	CHECK_HAS(buf_text(&b), "\"wb\":\"999.69374950\",\"cw\":\"968.06869950\"");
	check_row("nothing is left when it is closed");
	trade(x, SIDE_SELL, PS_BOTH, "0.01");
	CHECK_DEC(d->positions[PS_BOTH].apart, "0");
	CHECK_DEC(usdt(x)->apart, "0");
	CHECK_INT((int64_t)x->margin_moves.n, 2);
	buf_free(&b);
	discard(x);
}

/* ---- money ------------------------------------------------------------------------------- */

static void
funding_of_both_kinds(void **state)
{
	struct exchange	*x = fresh("1000", 1);
	struct desk	*d = &x->desks[0];
	struct buf	 b = { 0 };

	(void)state;
	check_row("crossed: no position");
	trade(x, SIDE_BUY, PS_BOTH, "0.01");
	exchange_fund(x, d, D("0.0001"), WALL_UNSET);
	event_account(&b, &x->facts.v[x->facts.n - 1], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"bc\":\"-0.06125\"}],\"P\":[],\"m\":\"FUNDING_FEE\",\"S\":\"BTCUSDT\"");
	check_row("isolated: out of its own wallet");
	trade(x, SIDE_SELL, PS_BOTH, "0.01");
	d->isolated = true;
	trade(x, SIDE_SELL, PS_BOTH, "0.01");
	const dec_t	 cross = purse_cross(usdt(x));
	exchange_fund(x, d, D("0.0001"), WALL_UNSET);
	CHECK(dec_cmp(purse_cross(usdt(x)), cross) == 0);
	buf_reset(&b);
	event_account(&b, &x->facts.v[x->facts.n - 1], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"bc\":\"0.06125\"}],\"P\":[{\"s\":\"BTCUSDT\"");
	CHECK_HAS(buf_text(&b), "\"mt\":\"isolated\"");
	buf_free(&b);
	discard(x);
}

/* At the full hours of UTC that its interval divides, at the rate it has then. */
static void
funding_comes_by_itself(void **state)
{
	enum { HOUR_MS = 3600000 };
	const wall_t	 start = wall_from_ms(INT64_C(1790000000000));
	struct exchange	*x = fresh("1000", 1);
	struct desk	*d = &x->desks[0];

	(void)state;
	trade(x, SIDE_BUY, PS_BOTH, "0.01");
	exchange_plan_funding(x, start);
	check_row("only when told to");
	CHECK(exchange_due(x).us == INT64_MAX);
	d->funding_rate = D("0.0001");
	d->funding_hours = 4;
	x->desks[1].funding_hours = 8;
	exchange_plan_funding(x, start);
	check_row("every four hours");
	for (int i = 1; i <= 3; i++) {
		const wall_t	 due = exchange_due(x);

		CHECK_INT(wall_ms(due) % (4 * HOUR_MS), 0);
		exchange_happen(x, wall_add_us(due, -1));
		exchange_happen(x, due);
		CHECK(dec_cmp(usdt(x)->sums[MONEY_FUNDING],
		    dec_mul(D("-0.06125"), DEC_INT(i), ROUND_DOWN)) == 0);
		CHECK(exchange_due(x).us > due.us);
	}
	discard(x);
}

static void
commission_in_bnb(void **state)
{
	struct exchange	*x = fresh("1000", 1);
	struct purse	*bnb = wallet_find(&x->wallet, "BNB");
	struct buf	 b = { 0 };

	(void)state;
	x->burns_bnb = true;
	check_row("no price of it: in the contract's asset");
	trade(x, SIDE_BUY, PS_BOTH, "0.01");
	CHECK_DEC(bnb->balance, "0.01");
	check_row("nine tenths of it");
	x->bnb_px = D("600");
	trade(x, SIDE_SELL, PS_BOTH, "0.01");
	CHECK_DEC(bnb->sums[MONEY_COMMISSION], "-0.00045937");
	const struct fact	*f = &x->facts.v[x->facts.n - 1];
	CHECK_STR(f->trade.fee_asset, "BNB");
	CHECK_DEC(f->trade.fee, "0.00045937");
	event_account(&b, f, WALL_UNSET);
	CHECK_HAS(buf_text(&b), "{\"a\":\"BNB\",\"wb\":\"0.00954063\"");
	buf_reset(&b);
	event_order(&b, f, WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"n\":\"0.00045937\",\"N\":\"BNB\"");
	check_row("not enough of it");
	x->bnb_px = D("0.1");
	trade(x, SIDE_BUY, PS_BOTH, "0.01");
	CHECK_DEC(bnb->balance, "0.00954063");
	buf_free(&b);
	discard(x);
}

static void
money_from_outside(void **state)
{
	struct exchange	*x = fresh("1000", 1);
	const size_t	 i = (size_t)(usdt(x) - x->wallet.v);
	struct buf	 b = { 0 };
	struct reject	 r;

	(void)state;
	check_row("at the start");
	CHECK_DEC(wallet_find(&x->wallet, "EUR")->initial, "1");
	check_row("in");
	r = exchange_transfer(x, i, D("10"), UPD_DEPOSIT, WALL_UNSET);
	CHECK_INT(reject_code(&r), 0);
	event_account(&b, &x->facts.v[x->facts.n - 1], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "{\"B\":[{\"a\":\"USDT\",\"wb\":\"1010.00000000\","
	    "\"cw\":\"1010.00000000\",\"bc\":\"10\"}],\"P\":[],\"m\":\"DEPOSIT\"}");
	check_row("out, more than there is");
	r = exchange_transfer(x, i, D("-1010.1"), UPD_WITHDRAW, WALL_UNSET);
	CHECK_INT(reject_code(&r), -4050);
	r = exchange_transfer(x, i, D("-1010"), UPD_ADMIN_WITHDRAW, WALL_UNSET);
	CHECK_INT(reject_code(&r), 0);
	CHECK_DEC(usdt(x)->sums[MONEY_TRANSFER], "-1000");
	CHECK_INT((int64_t)x->incomes.n, 2);
	CHECK(x->incomes.v[0].tran_id != x->incomes.v[1].tran_id);
	buf_free(&b);
	discard(x);
}

/* ---- the end ------------------------------------------------------------------------------- */

/* Quotes are everywhere: what the market takes is what was to be closed. */
static void
a_liquidation_in_the_market(void **state)
{
	struct exchange	*x = fresh("1000", 1);
	struct desk	*d = &x->desks[0];
	struct terms	 bid = terms(SIDE_BUY, "59100", "0.01");
	struct buf	 b = { 0 };

	(void)state;
	trade(x, SIDE_BUY, PS_BOTH, "0.3");
	CHECK_INT(place(x, &bid), 0);
	story(x);
	check_row("called once");
	exchange_set_price(x, d, D("58260"), WALL_UNSET);
	CHECK_STR(story(x), "trade call");
	exchange_set_price(x, d, D("58259"), WALL_UNSET);
	CHECK_STR(story(x), "");
	check_row("well again, called again");
	exchange_set_price(x, d, D("61000"), WALL_UNSET);
	d->leverage = 100;
	bid = terms(SIDE_BUY, "58000", "0.01");
	CHECK_INT(place(x, &bid), 0);
	exchange_set_price(x, d, D("58260"), WALL_UNSET);
	CHECK_STR(story(x), "new call");
	check_row("over");
	exchange_set_price(x, d, D("58200"), WALL_UNSET);
	event_order(&b, &x->facts.v[1], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"c\":\"autoclose-");
	CHECK_HAS(buf_text(&b), "\"o\":\"LIQUIDATION\",\"f\":\"IOC\"");
	CHECK_HAS(buf_text(&b), "\"x\":\"CALCULATED\",\"X\":\"NEW\"");
	CHECK_HAS(buf_text(&b), "\"l\":\"0\",\"z\":\"0\",\"L\":\"0\",\"T\":");
	event_order(&b, &x->facts.v[0], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"x\":\"EXPIRED\",\"X\":\"EXPIRED\"");
	CHECK_HAS(buf_text(&b), "\"er\":\"5\"");
	CHECK_STR(story(x), "expired calculated trade forced account");
	CHECK(desk_is_idle(d));
	CHECK(dec_sign(usdt(x)->balance) >= 0);
	CHECK(dec_sign(usdt(x)->sums[MONEY_INSURANCE]) < 0);
	buf_free(&b);
	discard(x);
}

/* What one wallet backs is called together; a position with a wallet of its own, alone. */
static void
a_call_for_margin(void **state)
{
	struct exchange	*x = fresh("1000", 1);
	struct terms	 eth = terms(SIDE_SELL, "null", "0.1");
	struct order	*o;
	struct buf	 b = { 0 };

	(void)state;
	check_row("two positions");
	trade(x, SIDE_BUY, PS_BOTH, "0.3");
	const struct reject	 r = exchange_place(x, &x->desks[1], &eth, WALL_UNSET, &o);
	CHECK_INT(reject_code(&r), 0);
	story(x);
	exchange_set_price(x, &x->desks[0], D("58240"), WALL_UNSET);
	event_margin_call(&b, &x->facts.v[0], wall_from_ms(7));
	CHECK_HAS(buf_text(&b), "{\"e\":\"MARGIN_CALL\",\"E\":7,\"cw\":\"990.67898");
	CHECK_HAS(buf_text(&b), "\"p\":[{\"s\":\"BTCUSDT\",\"ps\":\"BOTH\",\"pa\":\"0.3\","
	    "\"mt\":\"CROSSED\",\"iw\":\"0\",\"mp\":\"58240\",\"up\":\"-903.03\",\"mm\":\"69.888\"},"
	    "{\"s\":\"ETHUSDT\"");
	CHECK_INT((int64_t)x->facts.v[0].called, 2);
	CHECK_INT((int64_t)x->facts.v[1].called, 0);
	discard(x);
	check_row("isolated");
	x = fresh("1000", 1);
	x->desks[0].isolated = true;
	trade(x, SIDE_SELL, PS_BOTH, "0.1");
	story(x);
	exchange_set_price(x, &x->desks[0], D("64005"), WALL_UNSET);
	buf_reset(&b);
	event_margin_call(&b, &x->facts.v[0], wall_from_ms(7));
	CHECK_HAS(buf_text(&b), "{\"e\":\"MARGIN_CALL\",\"E\":7,\"p\":[");
	CHECK_HAS(buf_text(&b), "\"mt\":\"ISOLATED\",\"iw\":\"306.2495\"");
	buf_free(&b);
	discard(x);
}

/* Nobody buys: the fund takes it at the price at which nothing is left. */
static void
a_liquidation_without_a_market(void **state)
{
	static const struct {
		const char	*name;
		bool		 isolated;
		enum side	 side;
		const char	*px, *rests;
	} rows[] = {
		{ "long",            false, SIDE_BUY,  "50000", "45000" },
		{ "short",           false, SIDE_SELL, "72000", "80000" },
		{ "isolated long",   true,  SIDE_BUY,  "50000", "45000" },
		{ "isolated short",  true,  SIDE_SELL, "72000", "80000" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange	*x = fresh("1000", 1);
		struct desk	*d = &x->desks[0];

		check_row("%s", rows[i].name);
		d->isolated = rows[i].isolated;
		CHECK_INT(trade(x, rows[i].side, PS_BOTH, "0.2"), 0);
		const dec_t	 cross = purse_cross(usdt(x));
		const struct terms	 more = terms(rows[i].side, rows[i].rests, "0.002");
		CHECK_INT(place(x, &more), 0);
		exchange_set_ladder(x, d, (struct ladder){ .levels = 0, .qty = D("1"), .gap = D("0.1") },
		    WALL_UNSET);
		story(x);
		exchange_set_price(x, d, D(rows[i].px), WALL_UNSET);
		CHECK_INT(x->facts.v[0].er, ER_LIQUIDATED);
		CHECK_STR(story(x), "expired calculated taken forced account");
		CHECK(desk_is_idle(d));
		if (rows[i].isolated)
			CHECK(dec_cmp(purse_cross(usdt(x)), cross) == 0);
		else
			CHECK(dec_is_zero(usdt(x)->balance));
		CHECK_DEC(usdt(x)->apart, "0");
		CHECK(dec_sign(usdt(x)->sums[MONEY_INSURANCE]) <= 0);
		discard(x);
	}
}

/* 0.1 at 61250.1 has lost 125.01 at 60000, and must have 24 there. */
static void
as_much_as_must_be_there_is_too_little(void **state)
{
	struct exchange	*x = fresh("1000", 1);
	struct desk	*d = &x->desks[0];

	(void)state;
	d->isolated = true;
	trade(x, SIDE_BUY, PS_BOTH, "0.1");
	const struct position	*p = &d->positions[PS_BOTH];
	const struct reject	 r = exchange_transfer(x, d->purse, D("1000"), UPD_DEPOSIT, WALL_UNSET);
	CHECK_INT(reject_code(&r), 0);
	purse_set_apart(&x->wallet.v[d->purse], &d->positions[PS_BOTH], dec_sub(D("149.01"), p->apart));
	check_row("a tick above");
	exchange_set_price(x, d, D("60000.1"), WALL_UNSET);
	CHECK(!dec_is_zero(p->qty));
	check_row("there");
	exchange_set_price(x, d, D("60000"), WALL_UNSET);
	CHECK(dec_is_zero(p->qty));
	discard(x);
}

/* One tick before its price it lives, at its price it does not. */
static void
liquidation_is_where_it_says(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct exchange	*x = fresh("5000", check_seed());
		struct desk	*d = &x->desks[0];
		const enum side	 side = (enum side)rng_below(&r, SIDE_N);
		const bool	 two_sided = i % 4 == 3;
		char		 qty[DEC_STR];
		enum position_side ps = PS_BOTH;

		x->hedged = i % 4 >= 2;
		d->isolated = i % 4 == 1;
		if (x->hedged)
			ps = side == SIDE_BUY ? PS_LONG : PS_SHORT;
		dec_format((dec_t){ (int64_t)(rng_below(&r, 1000) + 400) * DEC_ONE_E8 / 1000 }, qty);
		check_row("%d: %s %s", i, qty, side == SIDE_BUY ? "long" : "short");
		CHECK_INT(trade(x, side, ps, qty), 0);
		if (two_sided)
			trade(x, side_opposite(side), ps == PS_LONG ? PS_SHORT : PS_LONG, "0.2");
		const dec_t	 px = exchange_liquidation_px(x, d, ps);
		const dec_t	 tick = d->listing->tick;
		const dec_t	 grid = dec_quantize(px, tick, ROUND_DOWN);
		CHECK(dec_sign(px) > 0);
		exchange_set_price(x, d, side == SIDE_BUY ? dec_add(grid, dec_add(tick, tick)) :
		    dec_sub(grid, tick), WALL_UNSET);
		CHECK(!dec_is_zero(d->positions[ps].qty));
		exchange_set_price(x, d, side == SIDE_BUY ? dec_sub(grid, tick) :
		    dec_add(grid, dec_add(tick, tick)), WALL_UNSET);
		CHECK(desk_is_idle(d));
		discard(x);
	}
}

static void
orders_of_the_exchange(void **state)
{
	struct exchange	*x = fresh("10000", 1);
	struct desk	*d = &x->desks[0];
	struct terms	 bid = terms(SIDE_BUY, "61000", "0.01");
	struct reject	 r;

	(void)state;
	check_row("nothing to deleverage");
	r = exchange_deleverage(x, d, PS_BOTH, D("0.1"), WALL_UNSET);
	CHECK_INT(reject_code(&r), -2022);
	trade(x, SIDE_BUY, PS_BOTH, "0.3");
	check_row("deleveraged");
	story(x);
	r = exchange_deleverage(x, d, PS_BOTH, D("0.1"), WALL_UNSET);
	CHECK_INT(reject_code(&r), 0);
	CHECK_STR(story(x), "calculated taken");
	CHECK_DEC(d->positions[PS_BOTH].qty, "0.2");
	CHECK_STR(d->orders.v[d->orders.n - 1]->terms.clord_id, "adl_autoclose");
	check_row("liquidated, with all the margin in the world");
	CHECK_INT(place(x, &bid), 0);
	story(x);
	r = exchange_liquidate(x, d, PS_BOTH, WALL_UNSET);
	CHECK_INT(reject_code(&r), 0);
	CHECK_STR(story(x), "expired calculated trade forced account");
	CHECK_DEC(d->positions[PS_BOTH].qty, "0");
	r = exchange_liquidate(x, d, PS_BOTH, WALL_UNSET);
	CHECK_INT(reject_code(&r), -2022);
	check_row("settled");
	trade(x, SIDE_BUY, PS_BOTH, "0.2");
	CHECK_INT(place(x, &bid), 0);
	story(x);
	r = exchange_settle(x, d, D("61300"), wall_from_ms(INT64_C(1790000000000)));
	CHECK_INT(reject_code(&r), 0);
	CHECK_STR(story(x), "expired calculated taken");
	CHECK_STR(d->orders.v[d->orders.n - 1]->terms.clord_id, "settlement_autoclose-179000000000002");
	CHECK(desk_is_idle(d) && !d->listing->trading);
	CHECK_INT((int64_t)x->forced.n, 3);
	discard(x);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(leverage_of_a_position),
		cmocka_unit_test(room_for_an_order),
		cmocka_unit_test(margin_type_of_a_contract),
		cmocka_unit_test(margin_of_an_isolated_position),
		cmocka_unit_test(funding_of_both_kinds),
		cmocka_unit_test(funding_comes_by_itself),
		cmocka_unit_test(commission_in_bnb),
		cmocka_unit_test(money_from_outside),
		cmocka_unit_test(a_liquidation_in_the_market),
		cmocka_unit_test(a_call_for_margin),
		cmocka_unit_test(a_liquidation_without_a_market),
		cmocka_unit_test(as_much_as_must_be_there_is_too_little),
		cmocka_unit_test(liquidation_is_where_it_says),
		cmocka_unit_test(orders_of_the_exchange),
	};

	return cmocka_run_group_tests_name("simex_account", tests, NULL, NULL);
}
