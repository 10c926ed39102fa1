/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/replay.h"

#include <stdio.h>
#include <string.h>

enum { LEVELS = 8, START_S = 1700000000 };

#define SECOND_US	INT64_C(1000000)

struct stage {
	struct exchange	 x;
	struct replay	 r;
	struct desk	*d;
	wall_t		 at;		/* of rows; unset: they do not say */
};

static void
set_stage(struct stage *s)
{
	s->at = WALL_UNSET;
	exchange_init(&s->x, &(struct exchange_terms){
		.balance = D("1000000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
		.market = { .kind = MARKET_TAPE, .period_ms = 100 },
	});
	replay_init(&s->r, &s->x, false, 2);
	s->d = &s->x.desks[0];
	s->d->market.mark_px = D("100000");
	s->d->market.marked = true;
}

static void
clear_stage(struct stage *s)
{
	replay_fini(&s->r);
	exchange_fini(&s->x);
}

/* "px:qty px:qty" */
static struct tape_levels
levels_of(const char *text, struct tape_level v[LEVELS])
{
	struct tape_levels	 ls = { .v = v, .cap = LEVELS };
	char			 px[DEC_STR], qty[DEC_STR];
	int			 used;

	while (sscanf(text, " %23[0-9.]:%23[0-9.]%n", px, qty, &used) == 2) {
		v[ls.n++] = (struct tape_level){ D(px), D(qty) };
		text += used;
	}
	return ls;
}

static void
update(struct stage *s, enum tape_kind kind, struct tape_update u, const char *bids,
    const char *asks)
{
	struct tape_level	 b[LEVELS], a[LEVELS];
	struct tape_row		 row = {
		.kind = kind, .symbol = "BTCUSDT", .update = u, .at = s->at,
		.sides = { [SIDE_BUY] = levels_of(bids, b), [SIDE_SELL] = levels_of(asks, a) },
	};

	replay_row(&s->r, &row, WALL_UNSET);
	CHECK(book_is_sound(&s->d->book));
}

static void
public(struct stage *s, enum side taker, const char *px, const char *qty)
{
	const struct tape_row	 row = {
		.kind = TAPE_TRADE, .symbol = "BTCUSDT", .at = s->at,
		.trade = { .px = D(px), .qty = D(qty), .buyer_is_maker = taker == SIDE_SELL },
	};

	replay_row(&s->r, &row, WALL_UNSET);
	CHECK(book_is_sound(&s->d->book));
}

static struct order *
place(struct stage *s, enum side side, const char *px, const char *qty)
{
	const struct terms	 t = {
		.side = side, .type = TYPE_LIMIT, .tif = TIF_GTC, .stp = STP_EXPIRE_MAKER,
		.px = D(px), .qty = D(qty),
	};
	struct order		*o;
	const struct reject	 r = exchange_place(&s->x, s->d, &t, WALL_UNSET, &o);

	CHECK_INT(reject_code(&r), 0);
	return o;
}

static void
check_top(const struct stage *s, const char *bid, const char *ask)
{
	const struct top	 t = book_top(&s->d->book);

	CHECK(dec_cmp(t.bid_px, D(bid)) == 0);
	CHECK(dec_cmp(t.ask_px, D(ask)) == 0);
}

#define U(first, last, prev)	((struct tape_update){ first, last, prev })

/* What was heard before the snapshot and is not in it, is put behind it. */
static void
a_book_begins_with_its_snapshot(void **state)
{
	struct stage	 s;

	(void)state;
	set_stage(&s);
	check_row("waiting");
	update(&s, TAPE_DEPTH, U(1, 10, 0), "99990:1", "");
	update(&s, TAPE_DEPTH, U(11, 20, 10), "99991:1", "");
	update(&s, TAPE_DEPTH, U(21, 30, 20), "99992:1", "");
	CHECK(replay_is_waiting(&s.r));
	CHECK_DEC(book_top(&s.d->book).bid_px, "0");
	check_row("the first is in it, the second overlaps, the third is new");
	update(&s, TAPE_SNAPSHOT, U(0, 15, 0), "99980:5 99970:5", "100010:2");
	CHECK(!replay_is_waiting(&s.r));
	check_top(&s, "99992", "100010");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_BUY, D("99990")), "0");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_BUY, D("99991")), "1");
	CHECK_INT(s.r.gaps, 0);
	check_row("what follows in a chain is no gap, what does not is one");
	update(&s, TAPE_DEPTH, U(50, 60, 30), "99992:0", "");
	CHECK_INT(s.r.gaps, 0);
	update(&s, TAPE_DEPTH, U(80, 90, 70), "99992:2", "");
	CHECK_INT(s.r.gaps, 1);
	check_row("another contract");
	struct tape_row	 strange = { .kind = TAPE_TRADE, .symbol = "NONEUSDT" };
	replay_row(&s.r, &strange, WALL_UNSET);
	CHECK_INT(s.r.strangers, 1);
	clear_stage(&s);
}

static bool
needs(const struct stage *s)
{
	return replay_needs_snapshot(&s->r, s->d);
}

static void
a_live_book_is_healed_by_a_snapshot(void **state)
{
	struct stage	 s;

	(void)state;
	set_stage(&s);
	CHECK(!needs(&s));
	s.r.live = true;
	check_row("at the start");
	CHECK(needs(&s));
	update(&s, TAPE_SNAPSHOT, U(0, 15, 0), "99980:5", "100010:2");
	CHECK(!needs(&s));
	check_row("between pu and U there is nothing");
	update(&s, TAPE_DEPTH, U(21, 30, 15), "99990:1", "");
	CHECK_INT(s.r.gaps, 0);
	check_row("behind a gap the book stays as it is, and what comes waits");
	update(&s, TAPE_DEPTH, U(41, 50, 40), "99990:0 99991:1", "");
	update(&s, TAPE_DEPTH, U(51, 60, 50), "99992:1", "");
	CHECK(needs(&s));
	CHECK_INT(s.r.gaps, 1);
	check_top(&s, "99990", "100010");
	check_row("a snapshot from before the gap does not close it");
	update(&s, TAPE_SNAPSHOT, U(0, 35, 0), "99989:1", "100010:2");
	CHECK(needs(&s));
	CHECK_INT(s.r.gaps, 2);
	check_top(&s, "99989", "100010");
	check_row("one from within does");
	update(&s, TAPE_SNAPSHOT, U(0, 55, 0), "99991:1 99970:5", "100010:2");
	CHECK(!needs(&s));
	check_top(&s, "99992", "100010");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_BUY, D("99989")), "0");
	update(&s, TAPE_DEPTH, U(61, 70, 60), "99992:0", "");
	CHECK_INT(s.r.gaps, 2);
	check_top(&s, "99991", "100010");
	check_row("nothing that was said before a break is put behind what comes after it");
	update(&s, TAPE_DEPTH, U(91, 99, 90), "99995:1", "");
	replay_break(&s.r, s.d);
	CHECK(needs(&s));
	update(&s, TAPE_SNAPSHOT, U(0, 85, 0), "99993:1", "100010:2");
	CHECK(!needs(&s));
	check_top(&s, "99993", "100010");
	clear_stage(&s);
}

/* While a snapshot cannot be had, what waits is bounded, and the newest are there when it comes. */
static void
a_live_book_does_not_wait_for_ever(void **state)
{
	struct stage	 s;

	(void)state;
	set_stage(&s);
	s.r.live = true;
	for (int64_t i = 1; i <= 5000; i++)
		update(&s, TAPE_DEPTH, U(i, i, i - 1), i == 5000 ? "99992:1" : "99991:1", "");
	CHECK_INT((int64_t)s.r.books[0].n_waiting, 1000);
	check_row("one that is too old");
	update(&s, TAPE_SNAPSHOT, U(0, 3999, 0), "99980:5", "100010:2");
	CHECK(needs(&s));
	check_row("one that reaches what is left");
	update(&s, TAPE_SNAPSHOT, U(0, 4000, 0), "99980:5", "100010:2");
	CHECK(!needs(&s));
	check_top(&s, "99992", "100010");
	CHECK_INT((int64_t)s.r.books[0].n_waiting, 0);
	clear_stage(&s);
}

static void
our_order_waits_in_line(void **state)
{
	struct stage	 s;

	(void)state;
	set_stage(&s);
	update(&s, TAPE_SNAPSHOT, U(0, 1, 0), "99990:3 99980:5", "100010:2");
	const struct order	*o = place(&s, SIDE_BUY, "99990", "1");
	check_row("trades at the price take who is in front");
	public(&s, SIDE_SELL, "99990", "2");
	CHECK_DEC(o->cum_qty, "0");
	public(&s, SIDE_SELL, "99990", "1.4");
	CHECK_DEC(o->cum_qty, "0.4");
	check_row("the record puts more behind us");
	update(&s, TAPE_DEPTH, U(2, 3, 1), "99990:7", "");
	public(&s, SIDE_SELL, "99990", "0.1");
	CHECK_DEC(o->cum_qty, "0.5");
	check_row("a buyer who takes asks does not reach us");
	public(&s, SIDE_BUY, "100010", "1");
	CHECK_DEC(o->cum_qty, "0.5");
	check_row("a trade below fills us whole");
	public(&s, SIDE_SELL, "99980", "3");
	CHECK_DEC(o->cum_qty, "1");
	CHECK_INT(order_status(o), ST_FILLED);
	clear_stage(&s);
}

static void
the_book_comes_through_us(void **state)
{
	struct stage	 s;

	(void)state;
	set_stage(&s);
	update(&s, TAPE_SNAPSHOT, U(0, 1, 0), "99990:3", "100010:2 100020:4");
	check_row("what we take is gone until the record speaks of it");
	const struct order	*o = place(&s, SIDE_BUY, "100010", "0.5");
	CHECK_DEC(o->cum_qty, "0.5");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_SELL, D("100010")), "1.5");
	update(&s, TAPE_DEPTH, U(2, 3, 1), "", "100010:1.8");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_SELL, D("100010")), "1.8");
	check_row("a recorded ask at our bid fills it and stands there as recorded");
	o = place(&s, SIDE_BUY, "100000", "1");
	update(&s, TAPE_DEPTH, U(4, 5, 3), "", "100000:3");
	CHECK_DEC(o->cum_qty, "1");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_SELL, D("100000")), "2");
	check_row("levels that go and come in one diff do not hinder each other");
	update(&s, TAPE_DEPTH, U(6, 7, 5), "100010:2 99990:0", "100000:0 100010:0 100030:1");
	check_top(&s, "100010", "100020");
	clear_stage(&s);
}

/* The diff that has it came first: the book is right as it is, and we are served all the same. */
static void
a_trade_that_comes_late_takes_nothing_from_the_book(void **state)
{
	struct stage	 s;

	(void)state;
	set_stage(&s);
	s.at = wall_from_ms(1000);
	update(&s, TAPE_SNAPSHOT, U(0, 1, 0), "99990:3 99980:5 99970:4", "100010:2");
	const struct order	*o = place(&s, SIDE_BUY, "99985", "1");
	s.at = wall_from_ms(1100);
	update(&s, TAPE_DEPTH, U(2, 3, 1), "99990:2 99980:4", "");
	check_row("it happened with the last change of the diff");
	public(&s, SIDE_SELL, "99980", "3");
	CHECK_DEC(o->cum_qty, "1");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_BUY, D("99990")), "2");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_BUY, D("99980")), "4");
	check_row("it is younger");
	s.at = wall_from_ms(1101);
	public(&s, SIDE_SELL, "99990", "0.5");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_BUY, D("99990")), "1.5");
	clear_stage(&s);
}

static void
tickers_alone_are_a_book(void **state)
{
	struct stage	 s;
	struct tape_row	 row = { .kind = TAPE_TOP, .symbol = "BTCUSDT" };

	(void)state;
	set_stage(&s);
	row.top = (struct top){ D("99990"), D("1"), D("100010"), D("2") };
	replay_row(&s.r, &row, WALL_UNSET);
	check_top(&s, "99990", "100010");
	row.top = (struct top){ D("99980"), D("4"), D("99990"), D("2") };
	replay_row(&s.r, &row, WALL_UNSET);
	check_top(&s, "99980", "99990");
	CHECK_DEC(book_house_qty(&s.d->book, SIDE_BUY, D("99980")), "4");
	CHECK(book_is_sound(&s.d->book));
	clear_stage(&s);
}

/* ---- marks -------------------------------------------------------------------- */

/* So many seconds after the record begins; funding is so many after it. */
static struct tape_row
mark(int64_t second, const char *px, const char *rate, int64_t next)
{
	return (struct tape_row){
		.kind = TAPE_MARK, .symbol = "BTCUSDT", .at = { (START_S + second) * SECOND_US },
		.mark = {
			.px = D(px), .index_px = D(px), .funding_rate = *rate == '\0' ? DEC_NONE : D(rate),
			.next_funding = { next == 0 ? 0 : (START_S + next) * SECOND_US },
		},
	};
}

static void
hear(struct stage *s, const struct tape_row *row, int64_t ms)
{
	replay_row(&s->r, row, wall_from_ms(ms));
}

static void
buy(struct stage *s, const char *qty)
{
	const struct tape_row	 top = {
		.kind = TAPE_TOP, .symbol = "BTCUSDT",
		.top = { D("99990"), D("100"), D("100000"), D("100") },
	};

	replay_row(&s->r, &top, WALL_UNSET);
	place(s, SIDE_BUY, "100000", qty);
	CHECK_DEC(s->d->positions[PS_BOTH].qty, qty);
}

/* What is charged, at what rate and when, and what is said of the next time. */
static void
funding_is_the_recorded_one(void **state)
{
	static const struct {
		struct { int64_t second; const char *px, *rate; int64_t next; } row;
		int64_t		 ms;		/* when it is played */
		const char	*paid, *rate;
		int64_t		 next_ms;
	} rows[] = {
		{ { 0, "100000", "0.0003", 100 },  1000, "0",  "0.0003", 51000 },
		{ { 10, "101000", "0.0002", 100 }, 6010, "0",  "0.0002", 51000 },
		{ { 100, "100000", "0.0005", 100 }, 51000, "0", "0.0005", 51000 },
		{ { 101, "90000", "-0.0001", 300 }, 51500, "-50", "-0.0001", 151000 },
		{ { 301, "100000", "0.0004", 600 }, 151500, "-41", "0.0004", 301000 },
		{ { 302, "100000", "", 0 },        152000, "-41", "0", 28800000 },
		{ { 303, "100000", "0.0007", 900 }, 152500, "-41", "0.0007", 451000 },
	};
	struct stage	 s;
	const struct purse *p;

	(void)state;
	set_stage(&s);
	s.d->funding_hours = 8;
	exchange_plan_funding(&s.x, WALL_UNSET);
	buy(&s, "1");
	p = &s.x.wallet.v[s.d->purse];
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct tape_row	 row = mark(rows[i].row.second, rows[i].row.px,
					    rows[i].row.rate, rows[i].row.next);

		check_row("second %lld", (long long)rows[i].row.second);
		hear(&s, &row, rows[i].ms);
		CHECK_DEC(p->sums[MONEY_FUNDING], rows[i].paid);
		CHECK_DEC(s.d->funding_rate, rows[i].rate);
		CHECK_INT(wall_ms(desk_next_funding(s.d, wall_from_ms(rows[i].ms))), rows[i].next_ms);
	}
	clear_stage(&s);
}

static void
fall(struct stage *s, int64_t px, bool recorded)
{
	const struct tape_row	 top = {
		.kind = TAPE_TOP, .symbol = "BTCUSDT",
		.top = { DEC_INT(px), D("100"), DEC_INT(px + 1), D("100") },
	};
	struct tape_row		 marked = mark(0, "1", "0", 0);

	marked.mark.px = DEC_INT(px);
	hear(s, recorded ? &marked : &top, 0);
}

static int
facts_of(const struct stage *s, enum fact_kind kind)
{
	int	 n = 0;

	for (size_t i = 0; i < s->x.facts.n; i++)
		n += s->x.facts.v[i].kind == kind;
	return n;
}

/* Each mark is looked at, also those between two beats; so is a price that is the mark. */
static void
a_recorded_mark_calls_and_liquidates(void **state)
{
	enum { BOUGHT_AT = 100000, STEP = 50, LEAST = 80000 };
	struct stage	 s;

	(void)state;
	for (int recorded = 0; recorded < 2; recorded++) {
		int64_t	 px = BOUGHT_AT;

		check_row("marks are recorded: %d", recorded);
		set_stage(&s);
		s.d->market.marked = recorded;
		buy(&s, "100");
		while (facts_of(&s, FACT_MARGIN_CALL) == 0 && px > LEAST)
			fall(&s, px -= STEP, recorded);
		CHECK_DEC(s.d->positions[PS_BOTH].qty, "100");
		while (!dec_is_zero(s.d->positions[PS_BOTH].qty) && px > LEAST)
			fall(&s, px -= STEP, recorded);
		CHECK(px > LEAST);
		CHECK_INT(facts_of(&s, FACT_MARGIN_CALL), 1);
		clear_stage(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_book_begins_with_its_snapshot),
		cmocka_unit_test(a_live_book_is_healed_by_a_snapshot),
		cmocka_unit_test(a_live_book_does_not_wait_for_ever),
		cmocka_unit_test(our_order_waits_in_line),
		cmocka_unit_test(the_book_comes_through_us),
		cmocka_unit_test(a_trade_that_comes_late_takes_nothing_from_the_book),
		cmocka_unit_test(tickers_alone_are_a_book),
		cmocka_unit_test(funding_is_the_recorded_one),
		cmocka_unit_test(a_recorded_mark_calls_and_liquidates),
	};

	return cmocka_run_group_tests_name("simex_replay", tests, NULL, NULL);
}
