/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers as large as the exchange's filters let them be: whatever is asked
 * for is answered.
 */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "base/text.h"
#include "tests/simex/api/world.h"
#include "tests/simex/core/account.h"
#include "tests/unit/rows.h"

#include <stdlib.h>
#include <string.h>

enum { DOGE = 2 };	/* among those built in */

static struct exchange *
fresh(struct listings *ls, struct bracket_book *brackets, enum market_kind kind)
{
	struct exchange	*x = malloc(sizeof(*x));

	exchange_init(x, &(struct exchange_terms){
		.balance = D("10000000000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
		.listings = ls, .brackets = brackets, .market = { .kind = kind, .seed = 1 },
	});
	return x;
}

static void
discard(struct exchange *x)
{
	exchange_fini(x);
	free(x);
}

static struct terms
terms(enum side side, dec_t px, dec_t qty)
{
	return (struct terms){
		.side = side, .type = dec_ok(px) ? TYPE_LIMIT : TYPE_MARKET, .tif = TIF_GTC,
		.stp = STP_EXPIRE_MAKER, .px = px, .qty = qty,
	};
}

static int
place(struct exchange *x, struct desk *d, const struct terms *t)
{
	struct order		*o;
	const struct reject	 r = exchange_place(x, d, t, WALL_UNSET, &o);

	return reject_code(&r);
}

static int
move(struct exchange *x, struct desk *d, const char *px, const char *qty)
{
	struct order	*o = TAILQ_FIRST(&d->orders.open);
	const struct reject	 r = exchange_modify(x, o, &(struct change){
		.side = o->terms.side, .px = D(px), .qty = D(qty), .modify_id = NO_MODIFY_ID,
	}, WALL_UNSET);

	return reject_code(&r);
}

/* DOGEUSDT that may cost a hundred thousand, and may be held for as much as there are numbers. */
static struct exchange *
dear(void)
{
	static const char	 uncapped[] = "[{\"symbol\":\"DOGEUSDT\",\"brackets\":[{\"bracket\":1,"
	    "\"initialLeverage\":75,\"notionalCap\":9223372036854775807,\"notionalFloor\":0,"
	    "\"maintMarginRatio\":0.005,\"cum\":0}]}]";
	struct bracket_book	 book = { .n = 0 };
	struct why		 why = { "" };

	CHECK_INT(bracket_book_read(&book, uncapped, sizeof(uncapped) - 1, &why), 0);
	struct exchange		*x = fresh(NULL, &book, MARKET_STILL);
	struct listing		*l = x->desks[DOGE].listing;

	CHECK_INT(listing_change(l, "PRICE_FILTER", "maxPrice", "100000", &why), 0);
	CHECK_STR(why.text, "");
	return x;
}

static void
an_order_beyond_all_numbers(void **state)
{
	struct exchange	*x = dear();
	struct desk	*d = &x->desks[DOGE];
	struct terms	 t = terms(SIDE_SELL, D("100000"), D("10000000"));

	(void)state;
	check_row("refused");
	CHECK_INT(place(x, d, &t), -2027);
	check_row("only tried");
	const struct reject	 r = exchange_try(x, d, &t, WALL_UNSET);
	CHECK_INT(reject_code(&r), -2027);
	check_row("changed to it");
	t = terms(SIDE_SELL, D("1"), D("1000"));
	CHECK_INT(place(x, d, &t), 0);
	CHECK_INT(move(x, d, "100000", "10000000"), -2027);
	check_row("all of them together");
	t = terms(SIDE_SELL, D("100000"), D("300000"));
	CHECK_INT(place(x, d, &t), 0);
	CHECK_INT(place(x, d, &t), -2027);
	check_row("leverage");
	CHECK(dec_ok(exchange_equity(x, d->purse).available));
	discard(x);
}

/* They need no margin, and are counted all the same. */
static void
a_reduction_beyond_all_numbers(void **state)
{
	struct exchange	*x = dear();
	struct desk	*d = &x->desks[DOGE];
	struct terms	 t = terms(SIDE_BUY, DEC_NONE, D("1000000"));

	(void)state;
	exchange_set_ladder(x, d, (struct ladder){ .levels = 10, .qty = D("1000000"), .gap = D("0.00001") },
	    WALL_UNSET);
	CHECK_INT(place(x, d, &t), 0);
	CHECK_DEC(d->positions[PS_BOTH].qty, "1000000");
	t = terms(SIDE_SELL, D("100000"), D("900000"));
	t.reduce_only = true;
	CHECK_INT(place(x, d, &t), -2027);
	t.qty = D("400000");
	CHECK_INT(place(x, d, &t), 0);
	CHECK_INT(move(x, d, "100000", "900000"), -2027);
	CHECK_INT(place(x, d, &t), -2027);
	CHECK(dec_ok(exchange_equity(x, d->purse).available));
	discard(x);
}

/* Both sides of a contract, so large that a hundred times the price cannot be counted. */
static void
two_sides_beyond_all_numbers(void **state)
{
	static const struct { const char *name; const char *is_long, *is_short; bool dies; } rows[] = {
		{ "the short one is larger", "1000000000", "-6000000000", true },
		{ "the long one",            "6000000000", "-1000000000", false },
		{ "both small",              "1000000",    "-1100000",    false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange	*x = dear();
		struct desk	*d = &x->desks[DOGE];
		struct position	*p = d->positions;

		check_row("%s", rows[i].name);
		p[PS_LONG].qty = D(rows[i].is_long);
		p[PS_SHORT].qty = D(rows[i].is_short);
		for (int ps = PS_LONG; ps <= PS_SHORT; ps++)
			p[ps].cost = dec_abs(position_notional(&p[ps], desk_mark_px(d)));
		d->active = true;
		TAILQ_INSERT_TAIL(&x->active, d, link);
		const dec_t	 px = exchange_liquidation_px(x, d, PS_SHORT);
		CHECK(dec_ok(px));
		CHECK(dec_gt(px, desk_mark_px(d)) == rows[i].dies);
		discard(x);
	}
}

/* ---- the whole exchange --------------------------------------------------------------- */

/* Both sides, at the highest price and at none; what is taken is cancelled again. */
static int
check_contract(struct exchange *x, struct desk *d)
{
	const dec_t	 prices[] = { d->listing->max_price, DEC_NONE };
	int		 beyond = 0;

	for (int side = 0; side < SIDE_N; side++) {
		for (size_t i = 0; i < NITEMS(prices); i++) {
			const dec_t		 most = dec_ok(prices[i]) ? d->listing->max_qty :
						    d->listing->market_max_qty;
			const struct terms	 t = terms((enum side)side, prices[i], most);
			const int		 code = place(x, d, &t);

			check_row("%s %d %d: %d", d->listing->symbol, side, (int)i, code);
			CHECK(code == 0 || code == -2027 || code == -2019 || code == -4016 ||
			    code == -4024 || code == -4131 || code == -4140 || code == -4141);
			CHECK(dec_ok(exchange_equity(x, d->purse).available));
			beyond += code == -2027 &&
			    !dec_ok(dec_mul(most, d->listing->max_price, ROUND_UP));
			exchange_cancel_all(x, d, WALL_UNSET);
		}
	}
	x->facts.n = 0;
	return beyond;
}

static void
every_contract_at_its_most(void **state)
{
	struct buf	 text = { 0 };
	struct listings	 ls;
	struct why	 why = { "" };
	char		 path[256];
	int		 beyond = 0;

	(void)state;
	if (rows_recorded("rest/exchangeInfo_prod_2025-10-30.json.xz", path) == NULL) {
		check_skipped("no PMS_DATA");
		return;
	}
	rows_unpack(path, &text);
	CHECK_INT(listings_read(&ls, buf_text(&text), text.len, &why), 0);
	struct exchange	*x = fresh(&ls, NULL, MARKET_STILL);
	for (size_t i = 0; i < x->n; i++)
		beyond += check_contract(x, &x->desks[i]);
	CHECK(beyond > 50);
	discard(x);
	buf_free(&text);
}

/* ---- verbs ------------------------------------------------------------------------------- */

static const wall_t	 start = { INT64_C(1790000000000000) };

/* Answered, and what is bounded says where; then there is an order, and all is as it should be. */
static void
verbs_with_large_numbers(void **state)
{
	static const struct { const char *uri; int http; const char *says; } rows[] = {
		{ "transfer?asset=USDT&amount=92233720368", 400, "amount: 92233720368 is not from" },
		{ "transfer?asset=USDT&amount=-92233720368", 400, "amount" },
		{ "transfer?asset=USDT&amount=10000000000", 400, "more than 10000000000" },
		{ "transfer?asset=USDT&amount=9999900000", 200, "" },
		{ "transfer?asset=USDT&amount=5000000000", 400, "more than 10000000000" },
		{ "transfer?asset=USDT&amount=-9999900000", 200, "" },
		{ "fund?symbol=BTCUSDT&rate=90000000000", 400, "rate: 90000000000 is not from -1 to 1" },
		{ "fund?symbol=BTCUSDT&rate=-90000000000", 400, "-1 to 1" },
		{ "fund?symbol=BTCUSDT&rate=x", 400, "rate" },
		{ "fund?symbol=BTCUSDT&rate=-1", 200, "" },
		{ "funding?symbol=BTCUSDT&rate=90000000000", 400, "-1 to 1" },
		{ "fees?symbol=BTCUSDT&maker=90000000000&taker=90000000000", 400, "maker" },
		{ "fees?symbol=BTCUSDT&taker=-1.1", 400, "taker: -1.1 is not from -1 to 1" },
		{ "bnb?price=0.00000001", 400, "0.01" }, { "bnb?price=90000000000", 400, "1000000" },
		{ "bnb?price=0", 200, "" },
		{ "price?symbol=BTCUSDT&price=92233720368", 400, "4529764" },
		{ "price?symbol=BTCUSDT&price=4529764", 200, "" },
		{ "price?symbol=BTCUSDT&price=61250", 200, "" },
		{ "walk?symbol=BTCUSDT&to=92233720368&steps=2", 400, "4529764" },
		{ "walk?symbol=BTCUSDT&to=61250&steps=9223372036854775807", 400, "steps" },
		{ "settle?symbol=ETHUSDT&price=92233720368", 400, "4002" },
		{ "ladder?symbol=BTCUSDT&gap=90000000000", 400, "gap" },
		{ "ladder?symbol=BTCUSDT&qty=90000000000", 400, "qty" },
		{ "ladder?symbol=BTCUSDT&levels=9223372036854775807", 200, "" },
		{ "adl?symbol=BTCUSDT&qty=92233720368", 400, "4005" },
		{ "trade?symbol=BTCUSDT&side=BUY&qty=92233720368", 400, "4005" },
		{ "foreign?symbol=BTCUSDT&side=BUY&qty=92233720368", 400, "4005" },
		{ "weigh?weight=9223372036854775807", 400, "weight" },
		{ "weigh?orders=9223372036854775807", 400, "orders" },
		{ "limits?orders_1m=9223372036854775807", 400, "orders_1m" },
		{ "events?lose=9223372036854775807", 200, "" }, { "events?lose=0", 200, "" },
		{ "drop?path=/x&n=9223372036854775807", 200, "" },
	};
	const struct outside	 o = { .pid = 0 };
	struct buf		 out = { 0 };

	(void)state;
	for (int kind = MARKET_STILL; kind <= MARKET_SYNTH; kind++) {
		struct world	*w = malloc(sizeof(*w));

		world_init(w, &(struct world_terms){
			.exchange = {
				.balance = D("100000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
				.market = {
					.kind = (enum market_kind)kind, .seed = 1, .start = start,
					.period_ms = 100, .volatility_e6 = 60, .levels = 10, .spread_ticks = 2,
				},
			},
			.key = "k", .secret = "s", .key_life_ms = 3600000,
		});
		w->exchange.burns_bnb = true;
		for (size_t i = 0; i < NITEMS(rows); i++) {
			const wall_t	 now = wall_add_us(start, (int64_t)i * 200000);

			check_row("%d %s", kind, rows[i].uri);
			buf_reset(&out);
			CHECK_INT(world_control(w, rows[i].uri, NULL, &o, now, &out), rows[i].http);
			CHECK_HAS(buf_text(&out), rows[i].says);
			buf_reset(&out);
			const int	 http = world_control(w, "foreign?symbol=BTCUSDT&side=BUY&qty=0.001",
					    NULL, &o, now, &out);
			CHECK(http == 200 || (kind == MARKET_SYNTH && http == 400));
		}
		world_fini(w);
		free(w);
	}
	buf_free(&out);
}

/* A position has to be countable where the price is put. */
static void
a_price_beyond_all_numbers(void **state)
{
	struct exchange	*x = dear();
	struct desk	*d = &x->desks[DOGE];

	(void)state;
	d->positions[PS_BOTH] = (struct position){ .qty = D("1000000"), .cost = D("200000") };
	CHECK(desk_counts_at(d, D("40000")));
	CHECK(!desk_counts_at(d, D("100000")));
	const struct reject	 r = exchange_settle(x, d, D("100000"), WALL_UNSET);
	CHECK_INT(reject_code(&r), -1130);
	discard(x);
}

/* ---- options ----------------------------------------------------------------------------- */

static void
a_market_without_room(void **state)
{
	static const struct { int64_t spread, levels; const char *min_px, *says; } rows[] = {
		{ 2,    20, "0.00244", NULL },
		{ 1000, 20, "0.00244", NULL },
		{ 1000, 20, "0.1990", "spread: DOGEUSDT has room for 199 at most, not for 1000" },
		{ 2,    50, "0.1999", NULL },
		{ 2,    50, "0.2000", "listings: DOGEUSDT:" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct listings		 ls;
		struct why		 why = { "" };
		struct market_terms	 t = {
			.kind = MARKET_SYNTH, .period_ms = 100, .levels = rows[i].levels,
			.spread_ticks = rows[i].spread,
		};

		check_row("%s %d", rows[i].min_px, (int)rows[i].spread);
		listings_built_in(&ls);
		CHECK_INT(listing_change(&ls.v[DOGE], "PRICE_FILTER", "minPrice", rows[i].min_px, &why), 0);
		CHECK_INT(market_check(&ls.v[DOGE], &t, &why), rows[i].says == NULL ? 0 : -1);
		CHECK_HAS(why.text, rows[i].says == NULL ? "" : rows[i].says);
		t.kind = MARKET_STILL;
		CHECK_INT(market_check(&ls.v[DOGE], &t, &why), 0);
		listings_fini(&ls);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(an_order_beyond_all_numbers),
		cmocka_unit_test(a_reduction_beyond_all_numbers),
		cmocka_unit_test(two_sides_beyond_all_numbers),
		cmocka_unit_test(every_contract_at_its_most),
		cmocka_unit_test(verbs_with_large_numbers),
		cmocka_unit_test(a_price_beyond_all_numbers),
		cmocka_unit_test(a_market_without_room),
	};

	return cmocka_run_group_tests_name("simex_bounds", tests, NULL, NULL);
}
