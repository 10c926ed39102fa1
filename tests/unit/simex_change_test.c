/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"
#include "tests/unit/stage.h"

#include "base/buf.h"
#include "tests/simex/core/event.h"

#include <string.h>

#define BEFORE_US	INT64_C(1790000000000000)
#define SECOND_US	INT64_C(1000000)
#define YEAR_S		INT64_C(31536000)

static const wall_t	 start = { BEFORE_US };

static wall_t
after_s(int64_t s)
{
	return wall_add_us(start, s * SECOND_US);
}

static int
modify(struct exchange *x, struct order *o, const struct change *c)
{
	const struct reject	 r = exchange_modify(x, o, c, WALL_UNSET);

	return reject_code(&r);
}

static struct change
change(enum side side, const char *px, const char *qty)
{
	return (struct change){
		.side = side, .px = D(px), .qty = D(qty), .modify_id = NO_MODIFY_ID,
	};
}

/* A bid of 0.005 at 61200, of which 0.002 has traded, becomes something else. */
static void
changes_of_an_order(void **state)
{
	static const struct {
		enum tif	 tif;
		enum side	 side;
		const char	*px, *qty;
		int		 code;
		const char	*story, *status;
	} rows[] = {
		{ TIF_GTC, SIDE_BUY,  "61201",    "0.005", 0,     "amended", "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "61200",    "0.007", 0,     "amended", "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "61200",    "0.003", 0,     "amended", "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "61200",    "0.005", -5027, "",        "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "61200",    "0.002", 0,     "canceled", "CANCELED" },
		{ TIF_GTC, SIDE_BUY,  "61300",    "0.001", 0,     "canceled", "CANCELED" },
		{ TIF_GTC, SIDE_BUY,  "61250.1",  "0.005", 0,
		    "amended trade(0.003@61250.1)", "FILLED" },
		{ TIF_GTC, SIDE_BUY,  "61250.1",  "0.010", 0,
		    "amended trade(0.004@61250.1)", "PARTIALLY_FILLED" },
		{ TIF_GTX, SIDE_BUY,  "61250.1",  "0.005", 0,     "canceled", "CANCELED" },
		{ TIF_RPI, SIDE_BUY,  "61250.1",  "0.005", 0,     "canceled", "CANCELED" },
		{ TIF_GTX, SIDE_BUY,  "61250",    "0.005", 0,     "amended", "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_SELL, "61201",    "0.005", -1117, "",        "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "61200.05", "0.005", -4014, "",        "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "61200",    "0",     -4003, "",        "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "61200",    "0.0055", -1111, "",       "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "64312.6",  "0.005", -4016, "",        "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "20000",    "0.005", 0,     "amended", "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "9000",     "0.005", -5029, "",        "PARTIALLY_FILLED" },
		{ TIF_GTC, SIDE_BUY,  "61200",    "4",     -2019, "",        "PARTIALLY_FILLED" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange		*x = fresh();
		struct terms		 t = terms(SIDE_BUY, "61200", "0.005");
		const struct change	 c = change(rows[i].side, rows[i].px, rows[i].qty);

		check_row("%zu: %s %s@%s", i, tif_name(rows[i].tif), rows[i].qty, rows[i].px);
		t.tif = rows[i].tif;
		struct order		*o = place(x, &t);
		exchange_fill(x, o, D("0.002"), D("61200"), WALL_UNSET);
		story(x);
		CHECK_INT(modify(x, o, &c), rows[i].code);
		CHECK_STR(story(x), rows[i].story);
		CHECK_STR(status_name(order_status(o)), rows[i].status);
		CHECK(book_is_sound(&x->desks[0].book));
		CHECK_DEC(dec_sub(x->desks[0].exposure[PS_BOTH].bids,
		    dec_mul(o->rest.leaves_qty, o->terms.px, ROUND_DOWN)), "0");
		discard(x);
	}
}

static void
who_cannot_be_changed(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "61200", "0.005");
	struct change	 c = change(SIDE_BUY, "61201", "0.005");
	struct why	 why;

	(void)state;
	check_row("as often as it may be");
	x->desks[0].listing->max_moves = 2;
	struct order	*o = place(x, &t);
	CHECK_INT(modify(x, o, &c), 0);
	c.px = D("61202");
	CHECK_INT(modify(x, o, &c), 0);
	c.px = D("61203");
	CHECK_INT(modify(x, o, &c), -5026);
	check_row("not open any more");
	exchange_cancel(x, o, WALL_UNSET);
	CHECK_INT(modify(x, o, &c), -2013);
	check_row("not LIMIT");
	t = terms(SIDE_BUY, "null", "0.001");
	o = place(x, &t);
	CHECK_INT(modify(x, o, &c), -5025);
	check_row("not TRADING");
	t = terms(SIDE_BUY, "61200", "0.005");
	o = place(x, &t);
	CHECK_INT(listing_change(x->desks[0].listing, NULL, "status", "SETTLING", &why), 0);
	CHECK_INT(modify(x, o, &c), -5024);
	discard(x);
}

/* A bid of 0.5 at 58000, with leverage 125: no more than 50000 are allowed. */
static void
changes_that_open_more(void **state)
{
	static const struct { const char *control, *px, *qty; int code; } rows[] = {
		{ "NONE", "58000", "5",    -2027 },
		{ "NONE", "58000", "0.8",  0 },
		{ "SELL", "58000", "0.8",  0 },
		{ "BUY",  "58000", "0.6",  -4106 },
		{ "BOTH", "58001", "0.5",  -4105 },
		{ "BOTH", "58000", "0.5",  -4105 },	/* before: nothing would change */
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange		*x = fresh();
		const struct terms	 t = terms(SIDE_BUY, "58000", "0.5");
		const struct change	 c = change(SIDE_BUY, rows[i].px, rows[i].qty);
		struct why		 why = { "" };

		check_row("%s: %s@%s", rows[i].control, rows[i].qty, rows[i].px);
		x->desks[0].leverage = 125;
		struct order		*o = place(x, &t);
		CHECK_INT(listing_change(x->desks[0].listing, "POSITION_RISK_CONTROL",
		    "positionControlSide", rows[i].control, &why), 0);
		CHECK_INT(modify(x, o, &c), rows[i].code);
		CHECK_DEC(o->terms.qty, rows[i].code == 0 ? rows[i].qty : "0.5");
		discard(x);
	}
}

/* Whatever is changed, the order stands at the end of the line then. */
static void
a_change_costs_the_place_in_line(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "61200", "0.005");
	struct change	 c = change(SIDE_BUY, "61200", "0.004");

	(void)state;
	struct order	*first = place(x, &t), *second = place(x, &t);
	CHECK_INT(modify(x, first, &c), 0);
	exchange_set_price(x, &x->desks[0], D("61199.9"), WALL_UNSET);
	CHECK_DEC(first->cum_qty, "0");
	CHECK_DEC(second->cum_qty, "0.004");
	discard(x);
}

/* Its margin is freed for what it becomes, and its end stays where it is. */
static void
what_a_change_leaves_as_it_is(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "61200", "2");
	struct change	 c = change(SIDE_BUY, "61201", "2");
	struct order	*o;

	(void)state;
	check_row("margin");
	CHECK_INT(exchange_place(x, &x->desks[0], &t, start, &o).why, REJ_NONE);
	CHECK_INT(exchange_modify(x, o, &c, after_s(1000)).why, REJ_NONE);
	CHECK_DEC(x->desks[0].exposure[PS_BOTH].bids, "122402");
	check_row("end");
	CHECK_INT(exchange_due(x).us, after_s(YEAR_S).us);
	check_row("mode of self-trades, name, time in force");
	CHECK_INT(o->terms.stp, STP_EXPIRE_MAKER);
	CHECK_INT(o->terms.tif, TIF_GTC);
	CHECK(orders_find_clord_id(&x->desks[0].orders, o->terms.clord_id) == o);
	discard(x);
}

static void
what_is_said_of_a_change(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "61200", "0.005");
	struct change	 c = change(SIDE_BUY, "61201", "0.006");
	struct buf	 b = { 0 };

	(void)state;
	struct order	*o = place(x, &t);
	story(x);
	check_row("no modifyId");
	modify(x, o, &c);
	event_order(&b, &x->facts.v[0], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"q\":\"0.006\",\"p\":\"61201\"");
	CHECK_HAS(buf_text(&b), "\"x\":\"AMENDMENT\",\"X\":\"NEW\"");
	CHECK(strstr(buf_text(&b), "\"M\"") == NULL);
	check_row("a modifyId, also zero");
	c.px = D("61202");
	c.modify_id = 0;
	modify(x, o, &c);
	buf_reset(&b);
	event_order(&b, &x->facts.v[1], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"M\":\"0\"");
	check_row("what is kept of it");
	const struct orders	*os = &x->desks[0].orders;
	CHECK_INT((int64_t)os->namendments, 2);
	CHECK_INT(os->amendments[1].count, 2);
	CHECK_INT(os->amendments[0].modify_id, NO_MODIFY_ID);
	CHECK_DEC(os->amendments[1].before.px, "61201");
	CHECK_DEC(os->amendments[1].after.px, "61202");
	check_row("the exchange's own changes have none");
	exchange_amend(x, o, D("0.004"), WALL_UNSET);
	buf_reset(&b);
	event_order(&b, &x->facts.v[2], WALL_UNSET);
	CHECK(strstr(buf_text(&b), "\"M\"") == NULL);
	buf_free(&b);
	discard(x);
}

/* The N-th best price of one side or the other, as it is shown. */
static void
prices_of_the_book(void **state)
{
	static const struct { enum side side; enum price_match pm; int levels, code; const char *px; }
	rows[] = {
		{ SIDE_BUY,  PM_QUEUE,      30, 0,     "61249.9" },
		{ SIDE_BUY,  PM_QUEUE_5,    30, 0,     "61249.5" },
		{ SIDE_BUY,  PM_QUEUE_10,   30, 0,     "61249" },
		{ SIDE_SELL, PM_QUEUE_20,   30, 0,     "61252" },
		{ SIDE_SELL, PM_QUEUE,      30, 0,     "61250.1" },
		{ SIDE_BUY,  PM_OPPONENT,   30, 0,     "61250.1" },
		{ SIDE_SELL, PM_OPPONENT,   30, 0,     "61249.9" },
		{ SIDE_SELL, PM_OPPONENT_5, 30, 0,     "61249.5" },
		{ SIDE_BUY,  PM_QUEUE_5,    4,  -5041, NULL },
		{ SIDE_BUY,  PM_OPPONENT,   0,  -5041, NULL },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange		*x = fresh();
		struct terms		 t = terms(rows[i].side, "null", "0.001");
		struct order		*o;

		check_row("%zu: %s", i, price_match_name(rows[i].pm));
		exchange_set_ladder(x, &x->desks[0], (struct ladder){
			.levels = rows[i].levels, .qty = D("0.004"), .gap = D("0.1"),
		}, WALL_UNSET);
		t.type = TYPE_LIMIT;
		t.pm = rows[i].pm;
		const struct reject	 r = exchange_place(x, &x->desks[0], &t, WALL_UNSET, &o);
		CHECK_INT(reject_code(&r), rows[i].code);
		if (rows[i].px != NULL)
			CHECK_DEC(o->terms.px, rows[i].px);
		discard(x);
	}
}

/* RPI rests and trades; who looks does not see it. */
static void
retail_orders_are_not_shown(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "61250", "0.005");
	struct book	*b = &x->desks[0].book;
	struct quote	 q;

	(void)state;
	t.tif = TIF_RPI;
	struct order	*o = place(x, &t);
	check_row("alone at its price");
	CHECK_DEC(book_top(b).bid_px, "61249.9");
	CHECK_DEC(book_level(b, SIDE_BUY, 0)->px, "61250");
	CHECK(book_shown(b, SIDE_BUY, 2, &q) && !book_shown(b, SIDE_BUY, 3, &q));
	check_row("with others");
	t.px = D("61249.9");
	place(x, &t);
	CHECK_DEC(book_top(b).bid_qty, "0.004");
	CHECK(book_is_sound(b));
	check_row("post only");
	t.px = D("61250.1");
	CHECK_INT(refusal(x, &t), -5022);
	check_row("the house takes it");
	exchange_set_price(x, &x->desks[0], D("61249"), WALL_UNSET);
	CHECK_STR(status_name(order_status(o)), "FILLED");
	CHECK(book_is_sound(b));
	discard(x);
}

static void
good_till_a_date(void **state)
{
	static const struct { int64_t till_ms; int code; int64_t kept_ms; } rows[] = {
		{ BEFORE_US / 1000 + 600000,       -5040, 0 },
		{ BEFORE_US / 1000 + 600001,       0, BEFORE_US / 1000 + 600000 },
		{ BEFORE_US / 1000 + 700999,       0, BEFORE_US / 1000 + 700000 },
		{ INT64_C(253402300799000),        -5040, 0 },
		{ INT64_C(253402300798999),        0, INT64_C(253402300798000) },
		{ 0,                               -5040, 0 },
		{ INT64_MAX,                       -5040, 0 },
	};
	struct terms	 t = terms(SIDE_BUY, "61200", "0.005");

	(void)state;
	t.tif = TIF_GTD;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange		*x = fresh();
		struct order		*o;

		check_row("%lld", (long long)rows[i].till_ms);
		t.good_till_ms = rows[i].till_ms;
		const struct reject	 r = exchange_place(x, &x->desks[0], &t, start, &o);
		CHECK_INT(reject_code(&r), rows[i].code);
		if (o != NULL)
			CHECK_INT(o->terms.good_till_ms, rows[i].kept_ms);
		discard(x);
	}
}

/* Those that end do so in the order of their time, not of their arrival. */
static void
orders_end_at_their_time(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "61200", "0.005");
	struct order	*o[4];

	(void)state;
	for (size_t i = 0; i < NITEMS(o); i++) {
		t.tif = i < 2 ? TIF_GTD : TIF_GTC;
		t.good_till_ms = wall_ms(after_s(1000 - (int64_t)i * 200));
		const struct reject	 r = exchange_place(x, &x->desks[0], &t, start, &o[i]);
		CHECK_INT(reject_code(&r), 0);
	}
	exchange_fill(x, o[0], D("0.001"), D("61200"), start);
	exchange_fill(x, o[3], D("0.001"), D("61200"), start);
	story(x);
	check_row("the second first");
	CHECK_INT(exchange_due(x).us, after_s(800).us);
	exchange_happen(x, after_s(799));
	CHECK_STR(story(x), "");
	exchange_happen(x, after_s(800));
	CHECK(!order_is_open(o[1]) && order_is_open(o[0]));
	CHECK_STR(story(x), "expired(0)");
	check_row("one that has traded a part");
	exchange_happen(x, after_s(1000));
	CHECK_STR(story(x), "expired(0)");
	CHECK_STR(status_name(order_status(o[0])), "EXPIRED");
	check_row("a year");
	exchange_happen(x, after_s(YEAR_S - 1));
	CHECK_STR(story(x), "");
	exchange_happen(x, after_s(YEAR_S));
	CHECK_STR(story(x), "expired(0)");
	CHECK(!order_is_open(o[2]));
	check_row("not who has traded");
	CHECK(order_is_open(o[3]));
	check_row("nothing is due any more");
	CHECK(agenda_first(&x->agenda) == NULL);
	discard(x);
}

static void
countdowns(void **state)
{
	struct exchange		*x = fresh();
	const struct terms	 t = terms(SIDE_BUY, "61200", "0.005");
	struct order		*o;

	(void)state;
	for (int i = 0; i < 2; i++)
		CHECK_INT(exchange_place(x, &x->desks[0], &t, start, &o).why, REJ_NONE);
	story(x);
	check_row("put off");
	exchange_count_down(x, &x->desks[0], 1000, start);
	exchange_count_down(x, &x->desks[0], 3000, start);
	exchange_happen(x, after_s(2));
	CHECK_STR(story(x), "");
	check_row("stopped");
	exchange_count_down(x, &x->desks[0], 0, after_s(2));
	exchange_happen(x, after_s(4));
	CHECK_STR(story(x), "");
	check_row("run out");
	exchange_count_down(x, &x->desks[0], 1000, after_s(4));
	exchange_happen(x, after_s(5));
	CHECK_STR(story(x), "canceled canceled");
	check_row("once");
	CHECK_INT(exchange_place(x, &x->desks[0], &t, after_s(6), &o).why, REJ_NONE);
	exchange_happen(x, after_s(50));
	CHECK(order_is_open(o));
	discard(x);
}

/* Ours rests at 61250; what takes it decides. */
static void
two_of_ours_meet(void **state)
{
	static const struct {
		enum tif	 tif;
		enum stp	 stp, resting;
		const char	*story, *taker;
	} rows[] = {
		{ TIF_GTC, STP_EXPIRE_MAKER, STP_NONE, "new expired(1) trade(0.004@61250.1)",
		    "PARTIALLY_FILLED" },
		{ TIF_GTC, STP_EXPIRE_TAKER, STP_NONE, "new expired(1)", "EXPIRED_IN_MATCH" },
		{ TIF_IOC, STP_EXPIRE_TAKER, STP_EXPIRE_MAKER, "new expired(3)",
		    "EXPIRED_IN_MATCH" },
		{ TIF_IOC, STP_EXPIRE_BOTH,  STP_NONE, "new expired(1) expired(3)",
		    "EXPIRED_IN_MATCH" },
		{ TIF_IOC, STP_EXPIRE_MAKER, STP_NONE,
		    "new expired(1) trade(0.004@61250.1) expired(2)", "EXPIRED" },
		{ TIF_GTC, STP_NONE, STP_EXPIRE_BOTH,
		    "new trade(0.003@61250) trade(0.003@61250) trade(0.003@61250.1)", "FILLED" },
		{ TIF_FOK, STP_EXPIRE_BOTH, STP_EXPIRE_BOTH,
		    "new trade(0.003@61250) trade(0.003@61250) trade(0.003@61250.1)", "FILLED" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange	*x = fresh();
		struct terms	 sell = terms(SIDE_SELL, "61250", "0.003");
		struct terms	 buy = terms(SIDE_BUY, "61250.1", "0.006");

		check_row("%zu: %s %s", i, tif_name(rows[i].tif), stp_name(rows[i].stp));
		sell.stp = rows[i].resting;
		place(x, &sell);
		story(x);
		buy.stp = rows[i].stp;
		buy.tif = rows[i].tif;
		const struct order	*taker = place(x, &buy);
		CHECK_STR(story(x), rows[i].story);
		CHECK_STR(status_name(order_status(taker)), rows[i].taker);
		CHECK(book_is_sound(&x->desks[0].book));
		discard(x);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(changes_of_an_order),
		cmocka_unit_test(who_cannot_be_changed),
		cmocka_unit_test(changes_that_open_more),
		cmocka_unit_test(a_change_costs_the_place_in_line),
		cmocka_unit_test(what_a_change_leaves_as_it_is),
		cmocka_unit_test(what_is_said_of_a_change),
		cmocka_unit_test(prices_of_the_book),
		cmocka_unit_test(retail_orders_are_not_shown),
		cmocka_unit_test(good_till_a_date),
		cmocka_unit_test(orders_end_at_their_time),
		cmocka_unit_test(countdowns),
		cmocka_unit_test(two_of_ours_meet),
	};

	return cmocka_run_group_tests_name("simex_change", tests, NULL, NULL);
}
