/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "tests/simex/core/book.h"

#include <stdlib.h>

enum { MAKERS = 6, ROUNDS = 3000, ORDERS = 60 };

static void
rest_at(struct book *b, struct resting *r, enum side side, const char *px, const char *qty)
{
	*r = (struct resting){ .side = side, .px = D(px), .leaves_qty = D(qty) };
	book_insert(b, r);
}

/* Who is met, in order, by a taker that takes everything up to its limit. */
static void
best_price_first_then_oldest(void **state)
{
	static const struct { enum side side; const char *limit, *met; } rows[] = {
		{ SIDE_BUY,  "100.1", "" },
		{ SIDE_BUY,  "100.2", "1" },
		{ SIDE_BUY,  "100.3", "104" },
		{ SIDE_BUY,  "null",  "1042" },
		{ SIDE_SELL, "100.1", "" },
		{ SIDE_SELL, "100.0", "35" },
		{ SIDE_SELL, "99.9",  "35" },
		{ SIDE_SELL, "null",  "35" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct resting	 r[MAKERS];
		struct book	 b;
		struct resting	*maker;
		char		 met[MAKERS + 1] = "";

		check_row("side %d limit %s", (int)rows[i].side, rows[i].limit);
		book_init(&b);
		rest_at(&b, &r[0], SIDE_SELL, "100.3", "1");
		rest_at(&b, &r[1], SIDE_SELL, "100.2", "1");
		rest_at(&b, &r[2], SIDE_SELL, "100.4", "1");
		rest_at(&b, &r[3], SIDE_BUY, "100", "1");
		rest_at(&b, &r[4], SIDE_SELL, "100.3", "1");
		rest_at(&b, &r[5], SIDE_BUY, "100", "1");
		for (int n = 0; (maker = book_meets(&b, rows[i].side, D(rows[i].limit))) != NULL; n++) {
			met[n] = (char)('0' + (maker - r));
			book_take(&b, maker, maker->leaves_qty);
		}
		CHECK_STR(met, rows[i].met);
		book_fini(&b);
	}
}

static void
a_part_taken_keeps_its_place(void **state)
{
	struct resting	 first, second;
	struct book	 b;

	(void)state;
	check_row("partial");
	book_init(&b);
	rest_at(&b, &first, SIDE_SELL, "100", "3");
	rest_at(&b, &second, SIDE_SELL, "100", "2");
	book_take(&b, &first, D("1"));
	CHECK(book_meets(&b, SIDE_BUY, D("100")) == &first);
	CHECK_DEC(book_top(&b).ask_qty, "4");
	book_take(&b, &first, D("2"));
	CHECK(book_meets(&b, SIDE_BUY, D("100")) == &second);
	CHECK(first.level == NULL);
	CHECK_DEC(book_reachable_qty(&b, SIDE_BUY, D("100"), D("10")), "2");
	CHECK_DEC(book_reachable_qty(&b, SIDE_BUY, D("100"), D("1")), "1");
	CHECK_DEC(book_reachable_qty(&b, SIDE_BUY, D("99"), D("10")), "0");
	book_fini(&b);
}

/* The house: added at the end, taken off from the end; who waits between moves up by trades. */
static void
the_house_stands_in_line(void **state)
{
	struct resting	 mine;
	struct book	 b;
	struct resting	*maker;

	(void)state;
	check_row("in front and behind");
	book_init(&b);
	book_set_house(&b, SIDE_BUY, D("100"), D("3"));
	rest_at(&b, &mine, SIDE_BUY, "100", "1");
	book_set_house(&b, SIDE_BUY, D("100"), D("5"));
	CHECK_DEC(book_top(&b).bid_qty, "6");
	CHECK_DEC(book_house_qty(&b, SIDE_BUY, D("100")), "5");
	maker = book_meets(&b, SIDE_SELL, D("100"));
	CHECK_DEC(maker->leaves_qty, "3");
	check_row("what leaves, leaves behind it first");
	book_set_house(&b, SIDE_BUY, D("100"), D("2"));
	maker = book_meets(&b, SIDE_SELL, D("100"));
	CHECK_DEC(maker->leaves_qty, "2");
	CHECK(TAILQ_NEXT(maker, link) == &mine && TAILQ_NEXT(&mine, link) == NULL);
	check_row("nothing left in front");
	book_set_house(&b, SIDE_BUY, D("100"), DEC_ZERO);
	CHECK(book_meets(&b, SIDE_SELL, D("100")) == &mine);
	CHECK(book_is_sound(&b));
	check_row("a price of its own comes and goes");
	book_set_house(&b, SIDE_SELL, D("101"), D("7"));
	CHECK_DEC(book_top(&b).ask_qty, "7");
	book_set_house(&b, SIDE_SELL, D("101"), DEC_ZERO);
	CHECK_DEC(book_top(&b).ask_qty, "0");
	CHECK_DEC(book_house_qty(&b, SIDE_SELL, D("101")), "0");
	book_fini(&b);
}

static dec_t
random_between(struct rng *r, int64_t low, int64_t high)
{
	return DEC_INT(low + (int64_t)rng_below(r, (uint64_t)(high - low + 1)));
}

/* Takes what the order reaches and rests what is left; returns what traded. */
static dec_t
enter(struct book *b, struct resting *o)
{
	struct resting	*maker;
	dec_t		 traded = DEC_ZERO, last_px = DEC_NONE;

	while (dec_sign(o->leaves_qty) > 0 && (maker = book_meets(b, o->side, o->px)) != NULL) {
		const dec_t	 qty = dec_min(o->leaves_qty, maker->leaves_qty);

		/* Prices only get worse for the taker. */
		if (dec_ok(last_px))
			CHECK(o->side == SIDE_BUY ? !dec_lt(maker->px, last_px) :
			    !dec_gt(maker->px, last_px));
		last_px = maker->px;
		book_take(b, maker, qty);
		o->leaves_qty = dec_sub(o->leaves_qty, qty);
		traded = dec_add(traded, qty);
	}
	if (dec_sign(o->leaves_qty) > 0)
		book_insert(b, o);
	return traded;
}

static dec_t
resting_qty(const struct book *b)
{
	dec_t	 sum = DEC_ZERO;

	for (int s = 0; s < SIDE_N; s++)
		for (size_t i = 0; i < b->sides[s].n; i++)
			sum = dec_add(sum, b->sides[s].v[i]->qty);
	return sum;
}

/* What came in is what rests, what traded (twice: both sides) and what was taken back. */
static void
nothing_is_lost_and_nothing_crosses(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int round = 0; round < ROUNDS / ORDERS; round++) {
		struct resting	*o = calloc(ORDERS, sizeof(*o));
		struct book	 b;
		dec_t		 entered = DEC_ZERO, traded = DEC_ZERO, back = DEC_ZERO;

		book_init(&b);
		for (int i = 0; i < ORDERS; i++) {
			check_row("round %d order %d", round, i);
			o[i] = (struct resting){
				.side = (enum side)rng_below(&r, SIDE_N),
				.px = random_between(&r, 95, 105),
				.leaves_qty = random_between(&r, 1, 9),
			};
			entered = dec_add(entered, o[i].leaves_qty);
			traded = dec_add(traded, enter(&b, &o[i]));
			CHECK(book_is_sound(&b));
			const size_t	 any = rng_below(&r, (uint64_t)i + 1);
			if (o[any].level == NULL || rng_below(&r, 4) != 0)
				continue;
			back = dec_add(back, o[any].leaves_qty);
			book_remove(&b, &o[any]);
			CHECK(book_is_sound(&b));
		}
		const dec_t	 known = dec_add(dec_add(resting_qty(&b), back), dec_add(traded, traded));
		CHECK(dec_cmp(entered, known) == 0);
		book_fini(&b);
		free(o);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(best_price_first_then_oldest),
		cmocka_unit_test(a_part_taken_keeps_its_place),
		cmocka_unit_test(the_house_stands_in_line),
		cmocka_unit_test(nothing_is_lost_and_nothing_crosses),
	};

	return cmocka_run_group_tests_name("simex_book", tests, NULL, NULL);
}
