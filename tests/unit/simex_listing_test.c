/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contracts as they are read, and the whole of a real exchangeInfo: every
 * filter of every contract holds at both of its edges.
 */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "base/text.h"
#include "tests/simex/core/exchange.h"
#include "tests/unit/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDED = 625, RECORDED_TRADING = 572 };

/* ---- reading ---------------------------------------------------------------------- */

static void
what_is_wrong_is_named(void **state)
{
	static const struct { const char *info, *why; } rows[] = {
		{ "{", "line 1: expected an exchangeInfo: " },
		{ "[]", "no symbols" },
		{ "{\"symbols\":[]}", "no symbols" },
		{ "{\"symbols\":[{}]}", "symbols[0]: no symbol, or a very long one" },
		{ "{\"symbols\":[{\"symbol\":\"A\"}]}", "A: no baseAsset, or one longer than 15" },
		{ "{\"symbols\":[{\"symbol\":\"A\",\"baseAsset\":\"A\",\"quoteAsset\":\"U\","
		    "\"marginAsset\":\"U\"}]}", "A: no liquidationFee" },
		{ "{\"symbols\":[{\"symbol\":\"A\",\"baseAsset\":\"A\",\"quoteAsset\":\"U\","
		    "\"marginAsset\":\"U\",\"liquidationFee\":\"x\"}]}",
		    "A: liquidationFee 'x' is not a decimal" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct listings	 ls;
		struct why	 why = { "" };

		check_row("%s", rows[i].info);
		CHECK_INT(listings_read(&ls, rows[i].info, strlen(rows[i].info), &why), -1);
		CHECK(text_starts_with(why.text, rows[i].why));
	}
}

/* What changes is shown and checked at once; what does not fit, changes nothing. */
static void
a_contract_changes(void **state)
{
	struct listings	 ls;
	struct why	 why = { "" };

	(void)state;
	listings_built_in(&ls);
	struct listing	*l = listings_find(&ls, "BTCUSDT");
	check_row("tick");
	CHECK_INT(listing_change(l, "PRICE_FILTER", "tickSize", "0.50", &why), 0);
	CHECK_DEC(l->tick, "0.5");
	CHECK(strstr(l->text, "\"tickSize\":\"0.50\"") != NULL);
	check_row("nonsense");
	CHECK_INT(listing_change(l, "PRICE_FILTER", "tickSize", "abc", &why), -1);
	CHECK_STR(why.text, "BTCUSDT: tickSize 'abc' is not a decimal");
	CHECK_DEC(l->tick, "0.5");
	CHECK(strstr(l->text, "\"tickSize\":\"0.50\"") != NULL);
	CHECK_INT(listing_change(l, "NO_FILTER", "tickSize", "1", &why), -1);
	check_row("status");
	CHECK_INT(listing_change(l, NULL, "status", "SETTLING", &why), 0);
	CHECK(!l->trading);
	listings_fini(&ls);
}

/* ---- every filter of every contract -------------------------------------------------- */

struct bench {
	struct exchange	 x;
	struct desk	*d;
};

static dec_t
plus(dec_t a, dec_t b)
{
	return dec_add(a, b);
}

static dec_t
minus(dec_t a, dec_t b)
{
	return dec_sub(a, b);
}

static dec_t
half(dec_t d)
{
	return (dec_t){ d.e8 / 2 };
}

/* The fewest steps that are worth the least notional at this price. */
static dec_t
enough(const struct listing *l, dec_t px)
{
	const dec_t	 worth = dec_div(l->min_notional, px, ROUND_UP);

	return dec_max(l->min_qty, dec_quantize(worth, l->step, ROUND_UP));
}

/* What becomes of a LIMIT order, or of a MARKET order where there is no price. */
static int
verdict(struct bench *b, enum side side, dec_t px, dec_t qty)
{
	const struct terms	 t = {
		.side = side, .type = dec_ok(px) ? TYPE_LIMIT : TYPE_MARKET, .tif = TIF_GTC,
		.stp = STP_EXPIRE_MAKER, .px = px, .qty = qty,
	};
	struct order		*o;
	const struct reject	 r = exchange_place(&b->x, b->d, &t, b->x.terms.market.start, &o);

	if (o != NULL && order_is_open(o))
		exchange_cancel(&b->x, o, b->x.terms.market.start);
	b->x.facts.n = 0;
	return reject_code(&r);
}

static void
mark(struct bench *b, dec_t px)
{
	b->d->market.ref_px = b->d->market.mark_px = px;
}

/* A price that is no multiple has either too many places or the wrong last one. */
static int
off_grid(dec_t value, dec_t unit, int wrong)
{
	return dec_is_multiple(value, unit) ? wrong : -1111;
}

static void
price_filter(struct bench *b)
{
	const struct listing	*l = b->d->listing;
	const dec_t		 odd = plus(l->min_price, half(l->tick));
	const dec_t		 last = plus(l->min_price, dec_quantize(minus(l->max_price,
				    l->min_price), l->tick, ROUND_DOWN));
	dec_t			 qty = enough(l, l->min_price);

	check_row("%s lowest price", l->symbol);
	mark(b, l->min_price);
	if (!dec_gt(qty, l->max_qty))
		CHECK_INT(verdict(b, SIDE_BUY, l->min_price, qty), 0);
	if (dec_gt(l->min_price, l->tick))
		CHECK_INT(verdict(b, SIDE_BUY, minus(l->min_price, l->tick), qty), -4013);
	check_row("%s between two ticks", l->symbol);
	if (l->tick.e8 > 1)
		CHECK_INT(verdict(b, SIDE_BUY, odd, qty), off_grid(odd, l->price_unit, -4014));
	check_row("%s highest price", l->symbol);
	mark(b, last);
	qty = enough(l, last);
	CHECK_INT(verdict(b, SIDE_SELL, last, qty), 0);
	CHECK_INT(verdict(b, SIDE_SELL, plus(last, l->tick), qty), -4002);
}

static void
percent_price(struct bench *b)
{
	const struct listing	*l = b->d->listing;
	const dec_t		 px = l->start_px, qty = enough(l, half(px));
	const dec_t		 up = plus(l->min_price, dec_quantize(minus(dec_mul(px,
				    l->multiplier_up, ROUND_DOWN), l->min_price), l->tick,
				    ROUND_DOWN));
	const dec_t		 down = plus(l->min_price, dec_quantize(minus(dec_mul(px,
				    l->multiplier_down, ROUND_UP), l->min_price), l->tick, ROUND_UP));

	mark(b, px);
	check_row("%s buys as high as it may, and one tick more", l->symbol);
	CHECK_INT(verdict(b, SIDE_BUY, up, qty), 0);
	CHECK_INT(verdict(b, SIDE_BUY, plus(up, l->tick), qty), -4016);
	CHECK_INT(verdict(b, SIDE_SELL, plus(up, l->tick), qty), 0);
	check_row("%s sells as low as it may, and one tick less", l->symbol);
	CHECK_INT(verdict(b, SIDE_SELL, down, qty), 0);
	CHECK_INT(verdict(b, SIDE_SELL, minus(down, l->tick), qty), -4024);
	CHECK_INT(verdict(b, SIDE_BUY, minus(down, l->tick), qty), 0);
}

/* px DEC_NONE: of MARKET orders. */
static void
lot_size(struct bench *b, dec_t px, dec_t least, dec_t most, dec_t step)
{
	const struct listing	*l = b->d->listing;
	const dec_t		 odd = plus(dec_max(least, enough(l, l->start_px)), half(step));
	const dec_t		 last = plus(least, dec_quantize(minus(most, least), step, ROUND_DOWN));
	const bool		 is_worth = !dec_lt(dec_mul(least, l->start_px, ROUND_DOWN),
				    l->min_notional);

	mark(b, l->start_px);
	check_row("%s largest %s quantity", l->symbol, dec_ok(px) ? "LIMIT" : "MARKET");
	CHECK_INT(verdict(b, SIDE_BUY, px, last), 0);
	CHECK_INT(verdict(b, SIDE_BUY, px, plus(last, step)), -4005);
	check_row("%s smallest quantity", l->symbol);
	CHECK_INT(verdict(b, SIDE_BUY, px, least), is_worth ? 0 : -4164);
	CHECK_INT(verdict(b, SIDE_BUY, px, minus(least, step)),
	    dec_sign(minus(least, step)) > 0 ? -4004 : -4003);
	CHECK_INT(verdict(b, SIDE_BUY, px, DEC_ZERO), -4003);
	check_row("%s between two steps", l->symbol);
	if (step.e8 > 1 && dec_lt(odd, most))
		CHECK_INT(verdict(b, SIDE_BUY, px, odd), off_grid(odd, l->qty_unit, -4023));
}

static void
min_notional(struct bench *b)
{
	const struct listing	*l = b->d->listing;
	const dec_t		 px = l->start_px, qty = enough(l, px), less = minus(qty, l->step);

	mark(b, px);
	check_row("%s least notional", l->symbol);
	CHECK_INT(verdict(b, SIDE_BUY, px, qty), 0);
	CHECK_INT(verdict(b, SIDE_BUY, DEC_NONE, qty), 0);
	if (dec_lt(less, l->min_qty) || !dec_lt(dec_mul(less, px, ROUND_DOWN), l->min_notional))
		return;
	CHECK_INT(verdict(b, SIDE_BUY, px, less), -4164);
	CHECK_INT(verdict(b, SIDE_SELL, DEC_NONE, less), -4164);
}

static void
max_num_orders(struct bench *b)
{
	const struct listing	*l = b->d->listing;
	const dec_t		 px = l->start_px, qty = enough(l, px);
	const wall_t		 now = b->x.terms.market.start;
	const struct terms	 t = {
		.side = SIDE_BUY, .type = TYPE_LIMIT, .tif = TIF_GTC, .px = px, .qty = qty,
		.stp = STP_EXPIRE_MAKER,
	};
	struct order		*o = NULL;

	check_row("%s %lld orders", l->symbol, (long long)l->max_orders);
	mark(b, px);
	for (int64_t i = 0; i < l->max_orders; i++) {
		const struct reject	 r = exchange_place(&b->x, b->d, &t, now, &o);

		CHECK_INT(reject_code(&r), 0);
	}
	CHECK_INT(verdict(b, SIDE_BUY, px, qty), -2025);
	exchange_cancel(&b->x, o, now);
	CHECK_INT(verdict(b, SIDE_BUY, px, qty), 0);
	exchange_cancel_all(&b->x, b->d, now);
	b->x.facts.n = 0;
}

static void
all_filters(struct bench *b)
{
	const struct listing	*l = b->d->listing;

	b->d->leverage = 1;
	if (!l->trading) {
		check_row("%s does not trade", l->symbol);
		CHECK(verdict(b, SIDE_BUY, l->start_px, enough(l, l->start_px)) != 0);
		return;
	}
	price_filter(b);
	percent_price(b);
	lot_size(b, l->start_px, l->min_qty, l->max_qty, l->step);
	lot_size(b, DEC_NONE, l->market_min_qty, l->market_max_qty, l->market_step);
	min_notional(b);
	max_num_orders(b);
}

/* What PRICE_FILTER says of BTCUSDT, before anything else happens. */
static void
read_btc(struct listings *ls, const char *min, const char *max, const char *tick)
{
	struct why	 why = { "" };

	listings_built_in(ls);
	CHECK_INT(listing_change(&ls->v[0], "PRICE_FILTER", "minPrice", min, &why), 0);
	CHECK_INT(listing_change(&ls->v[0], "PRICE_FILTER", "maxPrice", max, &why), 0);
	CHECK_INT(listing_change(&ls->v[0], "PRICE_FILTER", "tickSize", tick, &why), 0);
	CHECK_STR(why.text, "");
}

/* On the side that PERCENT_PRICE does not look at. */
static void
a_bound_of_zero_is_none(void **state)
{
	static const struct {
		const char	*min, *max, *tick;
		int		 low, high, off_tick;
	} rows[] = {
		{ "556.80", "4529764", "0.10", -4013, -4002, -4014 },
		{ "0",      "4529764", "0.10", 0,     -4002, -4014 },
		{ "556.80", "0",       "0.10", -4013, 0,     -4014 },
		{ "556.80", "4529764", "0",    -4013, -4002, 0 },
		{ "0.00",   "0.00",    "0.00", 0,     0,     0 },
	};

	struct bench	 b;
	struct why	 why = { "" };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct listings	 ls;

		check_row("%s %s %s", rows[i].min, rows[i].max, rows[i].tick);
		read_btc(&ls, rows[i].min, rows[i].max, rows[i].tick);
		const struct reject	 low = listing_check_price(&ls.v[0], D("0.10"));
		const struct reject	 none = listing_check_price(&ls.v[0], DEC_ZERO);
		const struct reject	 high = listing_check_price(&ls.v[0], D("90000000000"));
		const struct reject	 off = listing_check_price(&ls.v[0], D("61250.05"));
		const struct reject	 fine = listing_check_price(&ls.v[0], D("61250.001"));
		CHECK_INT(reject_code(&low), rows[i].low);
		CHECK_INT(reject_code(&none), -4013);
		CHECK_INT(reject_code(&high), rows[i].high);
		CHECK_INT(reject_code(&off), rows[i].off_tick);
		CHECK_INT(reject_code(&fine), -1111);
		listings_fini(&ls);
	}
	check_row("the price that would do is on the grid all the same");
	struct listings	 ls;
	struct buf	 said = { 0 };
	read_btc(&ls, "0", "0", "0");
	const struct reject	 far = listing_check_percent(&ls.v[0], SIDE_BUY, D("70000"),
				    D("61250.0133"));
	reject_text(&said, &far);
	CHECK_STR(buf_text(&said), "Limit price can't be higher than 64312.51.");
	buf_free(&said);
	listings_fini(&ls);
	check_row("nor is a limit that is not there");
	exchange_init(&b.x, &(struct exchange_terms){ .balance = D("1000") });
	b.d = &b.x.desks[0];
	CHECK_INT(listing_change(b.d->listing, "MAX_NUM_ORDERS", "limit", "0", &why), 0);
	CHECK_INT(verdict(&b, SIDE_BUY, D("60000"), D("0.001")), 0);
	exchange_fini(&b.x);
	check_row("less than zero is nonsense");
	read_btc(&ls, "0", "0", "0");
	CHECK_INT(listing_change(&ls.v[0], "PRICE_FILTER", "tickSize", "-0.1", &why), -1);
	CHECK_STR(why.text, "BTCUSDT: a stepSize of zero, or a negative price");
	listings_fini(&ls);
}

/* It trades, goes wherever it is sent, and its quotes are prices. */
static void
a_market_without_bounds(void **state)
{
	(void)state;
	for (int kind = MARKET_STILL; kind <= MARKET_SYNTH; kind++) {
		struct listings	 ls;
		struct bench	 b;
		const wall_t	 start = wall_from_ms(1790000000000);

		check_row("%d", kind);
		read_btc(&ls, "0", "0", "0");
		exchange_init(&b.x, &(struct exchange_terms){
			.listings = &ls, .balance = D("1000000"),
			.market = { .kind = (enum market_kind)kind, .seed = 1, .start = start,
			    .period_ms = 1000, .levels = 5, .spread_ticks = 2 },
		});
		b.d = &b.x.desks[0];
		CHECK_INT(verdict(&b, SIDE_BUY, DEC_NONE, D("0.001")), 0);
		CHECK_DEC(b.d->positions[PS_BOTH].qty, "0.001");
		exchange_set_price(&b.x, b.d, D("9000000.07"), start);
		CHECK_DEC(b.d->market.ref_px, "9000000.07");
		exchange_set_price(&b.x, b.d, DEC_ZERO, start);
		CHECK_DEC(b.d->market.ref_px, "0.02");
		exchange_beat(&b.x, wall_add_us(start, 1000000));
		CHECK(dec_sign(book_top(&b.d->book).bid_px) > 0);
		CHECK(dec_lt(book_top(&b.d->book).ask_px, D("0.10")));
		exchange_fini(&b.x);
	}
}

/* Enough of every asset that a contract wants as margin. */
static struct grants
margins(const struct listings *ls)
{
	struct grants	 g = { .n = 0 };

	for (size_t i = 0; i < ls->n; i++) {
		const char	*asset = ls->v[i].margin_asset;
		size_t		 k = 0;

		while (k < g.n && !text_eq(g.v[k].asset, asset))
			k++;
		if (k < g.n)
			continue;
		assert_true(g.n < GRANTS_MAX);
		text_put(g.v[g.n].asset, sizeof(g.v[g.n].asset), asset);
		g.v[g.n++].sum = D("90000000000");
	}
	return g;
}

static int
check_every_contract(struct listings *ls)
{
	const struct grants	 grants = margins(ls);
	struct bench		 b;
	int			 trading = 0;

	/* Nobody quotes in a recorded market of which nothing is played. */
	exchange_init(&b.x, &(struct exchange_terms){
		.listings = ls, .grants = grants,
		.market = { .kind = MARKET_TAPE, .start = wall_from_ms(1790000000000), .period_ms = 1000 },
	});
	for (size_t i = 0; i < b.x.n; i++) {
		b.d = &b.x.desks[i];
		all_filters(&b);
		exchange_beat(&b.x, b.x.terms.market.start);	/* idle contracts are forgotten */
		trading += b.d->listing->trading;
	}
	exchange_fini(&b.x);
	return trading;
}

static void
only_some_are_kept(void **state)
{
	struct listings	 ls;
	struct why	 why;

	(void)state;
	listings_built_in(&ls);
	const int64_t	 first_id = listings_find(&ls, "DOGEUSDT")->first_order_id;
	check_row("one that is not there, and all stay");
	CHECK_INT(listings_keep(&ls, "BTCUSDT,NONEUSDT", &why), -1);
	CHECK_STR(why.text, "'NONEUSDT' is not listed");
	CHECK_INT((int64_t)ls.n, 3);
	check_row("two, in any order and again");
	CHECK_INT(listings_keep(&ls, "DOGEUSDT,BTCUSDT,DOGEUSDT", &why), 0);
	CHECK_INT((int64_t)ls.n, 2);
	CHECK(listings_find(&ls, "ETHUSDT") == NULL);
	CHECK_INT(listings_find(&ls, "BTCUSDT")->index, 0);
	const struct listing	*doge = listings_find(&ls, "DOGEUSDT");
	CHECK_INT(doge->index, 1);
	CHECK(doge == &ls.v[1]);
	CHECK_INT(doge->first_order_id, first_id);
	listings_fini(&ls);
}

static void
filters_of_the_contracts_built_in(void **state)
{
	struct listings	 ls;

	(void)state;
	listings_built_in(&ls);
	CHECK_INT(check_every_contract(&ls), 3);
}

static void
read_recorded(struct listings *ls, const char *path)
{
	struct buf	 info = { 0 };
	struct why	 why = { "" };

	rows_unpack(path, &info);
	CHECK_INT(listings_read(ls, buf_text(&info), info.len, &why), 0);
	CHECK_STR(why.text, "");
	buf_free(&info);
}

static void
filters_of_the_whole_exchange(void **state)
{
	struct listings	 ls;
	char		 path[256];

	(void)state;
	if (rows_recorded("rest/exchangeInfo_prod_2025-10-30.json.xz", path) == NULL) {
		check_skipped("no PMS_DATA");
		return;
	}
	read_recorded(&ls, path);
	CHECK_INT(ls.n, RECORDED);
	CHECK_INT(ls.v[0].max_algos, 10);
	CHECK_INT(check_every_contract(&ls), RECORDED_TRADING);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(a_contract_changes),
		cmocka_unit_test(only_some_are_kept),
		cmocka_unit_test(a_bound_of_zero_is_none),
		cmocka_unit_test(a_market_without_bounds),
		cmocka_unit_test(filters_of_the_contracts_built_in),
		cmocka_unit_test(filters_of_the_whole_exchange),
	};

	return cmocka_run_group_tests_name("simex_listing", tests, NULL, NULL);
}
