/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "riskd/pending.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS = 400, ORDERS = 4 };

/* An account with one position, and orders under way on it. */
struct fixture {
	struct accounts	 accounts;
	struct account	*a;
	struct pendings	 t;
};

static struct msg_fill
fill_of(const struct pending *p, dec_t qty, dec_t px)
{
	static int64_t	 trade_id = 1;

	trade_id++;
	return (struct msg_fill){ .o = p->o, .order_id = 7,
	    .e = { .trade_id = trade_id, .qty = qty, .px = px, .fee = DEC_ZERO } };
}

static struct pending
order_of(const char *clord_id, enum side side, const char *qty, const char *closing,
    const char *reserved)
{
	struct pending	 p = { .o = { .what = CMD_TRADE, .side = side, .qty = D(qty),
			    .px = DEC_NONE, .leverage = 5 }, .closing = D(closing),
			    .reserved = D(reserved) };

	text_put(p.o.clord_id, sizeof(p.o.clord_id), clord_id);
	text_put(p.o.sub, sizeof(p.o.sub), "a");
	text_put(p.o.symbol, sizeof(p.o.symbol), "BTCUSDT");
	return p;
}

/* As riskd does it: book, apply, and then let go of what was held for it. */
static void
execute(struct fixture *f, struct pending *p, dec_t qty, const char *px)
{
	const struct msg_fill	 m = fill_of(p, qty, D(px));
	struct booking		 b;

	account_book(f->a, &m, D("0.01"), &b);
	account_apply(f->a, &b);
	pendings_hold(&f->t, f->a, p->o.symbol);
	if (pendings_find(&f->t, p->o.clord_id) == p)
		pendings_booked(&f->t, p, f->a, &b);
}

/* The position is there without anything under way. */
static void
begin(struct fixture *f, enum side side, const char *qty, const char *px)
{
	struct pending	 p = order_of("open", side, qty, "0", "0");

	*f = (struct fixture){ 0 };
	pendings_init(&f->t);
	f->a = accounts_get(&f->accounts, "a");
	if (strcmp(qty, "0") != 0)
		execute(f, &p, p.o.qty, px);
}

static void
end(struct fixture *f)
{
	pendings_fini(&f->t);
	accounts_fini(&f->accounts);
}

static const struct position *
position(const struct fixture *f)
{
	return account_position(f->a, "BTCUSDT");
}

/* ---- one order ------------------------------------------------------------------- */

static void
reservations_shrink_with_every_booking(void **state)
{
	static const struct {
		const char	*name, *position;
		enum side	 side;
		const char	*qty, *closing, *reserved;
		const char	*fills[4], *want_reserved[4], *want_free[4];
	} rows[] = {
		{ "an opening order gives back notional by its share", "0",
		  SIDE_BUY, "2", "0", "200",
		  { "0.5", "1", "0.5" }, { "150", "50", "0" }, { "0.5", "1.5", "2" } },
		{ "what does not divide stays reserved to the end", "0",
		  SIDE_BUY, "3", "0", "100",
		  { "1", "1", "1" }, { "66.66666666", "33.33333333", "0" }, { "1", "2", "3" } },
		{ "a full close in parts: what is left of it is not free", "1",
		  SIDE_SELL, "1", "1", "0",
		  { "0.4", "0.3", "0.3" }, { "0", "0", "0" }, { "0", "0", "none" } },
		{ "a part closed in parts: the other part is free throughout", "1",
		  SIDE_SELL, "0.5", "0.5", "0",
		  { "0.2", "0.3", NULL }, { "0", "0", NULL }, { "0.5", "0.5", NULL } },
		{ "a flip closes first: what it will add stays reserved", "1",
		  SIDE_SELL, "2", "1", "100",
		  { "0.5", "0.5", "0.5", "0.5" }, { "100", "100", "50", "0" },
		  { "0", "none", "0.5", "1" } },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct pending	 p = order_of("x", rows[i].side, rows[i].qty,
					    rows[i].closing, rows[i].reserved);
		struct fixture		 f;

		begin(&f, SIDE_BUY, rows[i].position, "100");
		struct pending	*mine = pendings_add(&f.t, &p, f.a);
		for (size_t n = 0; n < 4 && rows[i].fills[n] != NULL; n++) {
			check_row("%s, fill %zu", rows[i].name, n);
			execute(&f, mine, D(rows[i].fills[n]), "100");
			CHECK_DEC(f.a->reserved, rows[i].want_reserved[n]);
			if (position(&f) == NULL)
				CHECK_STR("none", rows[i].want_free[n]);
			else
				CHECK_DEC(position_free(position(&f)), rows[i].want_free[n]);
		}
		pendings_remove(&f.t, mine, f.a);
		CHECK_DEC(f.a->reserved, "0");
		CHECK_DEC(position(&f) == NULL ? DEC_ZERO : position(&f)->closing, "0");
		end(&f);
	}
}

/* The position it closed is gone, and another, of the other side, is there. */
static void
an_old_order_frees_nothing_of_a_new_position(void **state)
{
	const struct pending	 first = order_of("first", SIDE_SELL, "0.5", "0.5", "0");
	const struct pending	 flip = order_of("flip", SIDE_SELL, "1.5", "0.5", "100");
	const struct pending	 back = order_of("back", SIDE_BUY, "0.3", "0.3", "0");
	struct fixture		 f;

	(void)state;
	check_row("flipped by another");
	begin(&f, SIDE_BUY, "1", "100");
	struct pending	*p = pendings_add(&f.t, &first, f.a);
	struct pending	*q = pendings_add(&f.t, &flip, f.a);
	execute(&f, q, D("1.5"), "100");
	pendings_remove(&f.t, q, f.a);
	CHECK_INT(position(&f)->side, POS_SHORT);
	CHECK_DEC(position_free(position(&f)), "0.5");
	struct pending	*r = pendings_add(&f.t, &back, f.a);
	CHECK_DEC(position_free(position(&f)), "0.2");
	pendings_remove(&f.t, p, f.a);
	CHECK_DEC(position_free(position(&f)), "0.2");
	pendings_remove(&f.t, r, f.a);
	CHECK_DEC(position_free(position(&f)), "0.5");
	end(&f);
}

/* It is closed by others, and opened again: what rests to close it holds it from the start. */
static void
an_old_order_holds_a_new_position(void **state)
{
	const struct pending	 rests = order_of("rests", SIDE_SELL, "0.4", "0.4", "0");
	struct pending		 other = order_of("other", SIDE_SELL, "1", "0", "0");
	struct pending		 again = order_of("again", SIDE_BUY, "2", "0", "0");
	struct fixture		 f;

	(void)state;
	check_row("opened again");
	begin(&f, SIDE_BUY, "1", "100");
	struct pending	*p = pendings_add(&f.t, &rests, f.a);
	execute(&f, &other, D("1"), "100");
	CHECK(position(&f) == NULL);
	execute(&f, &again, D("2"), "100");
	CHECK_DEC(position_free(position(&f)), "1.6");
	execute(&f, p, D("0.1"), "100");
	CHECK_DEC(position_free(position(&f)), "1.6");
	pendings_remove(&f.t, p, f.a);
	CHECK_DEC(position_free(position(&f)), "1.9");
	end(&f);
}

/* Something else shrank the position below what is being closed. */
static void
nothing_is_free_when_others_took_it(void **state)
{
	const struct pending	 first = order_of("first", SIDE_SELL, "0.5", "0.5", "0");
	const struct pending	 second = order_of("second", SIDE_SELL, "0.5", "0.5", "0");
	struct pending		 other = order_of("other", SIDE_SELL, "0.4", "0", "0");
	struct fixture		 f;

	(void)state;
	check_row("shrunk");
	begin(&f, SIDE_BUY, "1", "100");
	struct pending	*p = pendings_add(&f.t, &first, f.a);
	struct pending	*q = pendings_add(&f.t, &second, f.a);
	execute(&f, &other, D("0.4"), "100");
	CHECK_DEC(position_free(position(&f)), "0");
	pendings_remove(&f.t, p, f.a);
	CHECK_DEC(position_free(position(&f)), "0.1");	/* 0.6, and the second holds 0.5 */
	pendings_remove(&f.t, q, f.a);
	CHECK_DEC(position_free(position(&f)), "0.6");
	end(&f);
}

/* After a crash the record holds what it held at first, though a part is booked. */
static void
a_record_read_back_frees_nothing_early(void **state)
{
	const struct pending	 first = order_of("first", SIDE_SELL, "0.5", "0.5", "0");
	const struct pending	 second = order_of("second", SIDE_SELL, "0.5", "0.5", "0");
	struct fixture		 f;

	(void)state;
	check_row("0.4 of the first booked before the crash");
	begin(&f, SIDE_BUY, "0.6", "100");
	struct pending	*p = pendings_add(&f.t, &first, f.a);
	struct pending	*q = pendings_add(&f.t, &second, f.a);
	CHECK_DEC(position_free(position(&f)), "0");
	execute(&f, q, D("0.3"), "100");
	CHECK_DEC(position_free(position(&f)), "0");
	pendings_remove(&f.t, p, f.a);
	CHECK_DEC(position_free(position(&f)), "0.1");	/* 0.3, and the second holds 0.2 */
	end(&f);
}

/* As load.c does it: what the record reserves, less what is booked, is as before the crash. */
static void
a_restart_holds_what_is_not_booked(void **state)
{
	static const struct { const char *booked, *reserved; } rows[] = {
		{ "0", "200" }, { "0.4", "200" }, { "1", "200" }, { "2", "100" }, { "3", "0" },
	};
	const struct pending	 record = order_of("x", SIDE_SELL, "3", "1", "200");

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct pending_sums	 sums = { .qty = D(rows[i].booked),
		    .cost = D("7"), .fee = D("0.1"), .rpnl = D("-1") };
		struct fixture			 f;

		check_row("%s booked", rows[i].booked);
		begin(&f, SIDE_BUY, "1", "100");
		struct pending	*live = pendings_add(&f.t, &record, f.a);
		execute(&f, live, sums.qty, "100");
		const dec_t	 reserved = f.a->reserved, closing = live->closing;
		pendings_remove(&f.t, live, f.a);
		CHECK_DEC(f.a->reserved, "0");

		struct pending	*p = pendings_add(&f.t, &record, f.a);
		pendings_restore(&f.t, p, f.a, &sums);
		CHECK_DEC(f.a->reserved, rows[i].reserved);
		CHECK_INT(f.a->reserved.e8, reserved.e8);
		CHECK_INT(p->closing.e8, closing.e8);
		CHECK_INT(p->booked_qty.e8, sums.qty.e8);
		CHECK_DEC(p->rpnl, "-1");
		pendings_remove(&f.t, p, f.a);
		CHECK_DEC(f.a->reserved, "0");
		end(&f);
	}
}

/* Redis had lost the record: it was written again when a part had been booked. */
static void
a_record_written_later_takes_nothing_off_twice(void **state)
{
	const struct pending	 first = order_of("x", SIDE_SELL, "3", "1", "200");
	struct buf		 text = { 0 };
	struct field_fault	 ff;
	struct pending		 record;
	struct fixture		 f;

	(void)state;
	check_row("2 of 3 booked, 1.5 of them before it was written");
	begin(&f, SIDE_BUY, "1", "100");
	struct pending	*p = pendings_add(&f.t, &first, f.a);
	execute(&f, p, D("1.5"), "100");
	fields_object(&pending_fields, p, &text);
	execute(&f, p, D("0.5"), "100");
	const dec_t	 reserved = f.a->reserved;
	pendings_remove(&f.t, p, f.a);
	fields_blank(&pending_fields, &record, sizeof(record));
	CHECK_INT(fields_read(&pending_fields, &record, text.p, text.len, &ff), 0);
	buf_free(&text);
	p = pendings_add(&f.t, &record, f.a);
	pendings_restore(&f.t, p, f.a, &(struct pending_sums){ D("2"), D("7"), D("0"), D("0"), 0 });
	CHECK_INT(f.a->reserved.e8, reserved.e8);
	CHECK_DEC(p->booked_qty, "2");
	end(&f);
}

/* Found resting on the exchange, a part of it booked: it reserves as if it were ours from birth. */
static void
an_adopted_order_reserves(void **state)
{
	static const struct {
		const char	*name;
		enum side	 side;
		bool		 closing;
		const char	*px, *booked, *want_reserved, *want_free;
	} rows[] = {
		{ "it may add all it is worth", SIDE_SELL, false, "60000", "0", "180000", "1" },
		{ "what is booked adds no more", SIDE_SELL, false, "60000", "1", "120000", "1" },
		{ "without a price nothing is known", SIDE_SELL, false, "null", "0", "0", "1" },
		{ "it may only close: it holds the position", SIDE_SELL, true, "60000", "0", "0", "0" },
		{ "what is left of it", SIDE_SELL, true, "60000", "2.6", "0", "0.6" },
		{ "of the other side it holds nothing", SIDE_BUY, true, "60000", "0", "0", "1" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct pending_sums	 sums = { .qty = D(rows[i].booked), .cost = D("7"),
		    .fee = D("0.1"), .rpnl = D("-1") };
		struct pending			 p = order_of("x", rows[i].side, "3", "9", "9");
		struct fixture			 f;

		check_row("%s", rows[i].name);
		begin(&f, SIDE_BUY, "1", "100");
		p.o.px = D(rows[i].px);
		p.o.closing = rows[i].closing;
		const struct pending	 from = pending_adopted(&p.o, f.a, &sums);
		struct pending		*mine = pendings_add(&f.t, &from, f.a);
		pendings_restore(&f.t, mine, f.a, &sums);
		CHECK_STR(mine->as_given, "BTCUSDT");
		CHECK_DEC(mine->booked_qty, rows[i].booked);
		CHECK_DEC(f.a->reserved, rows[i].want_reserved);
		CHECK_DEC(position_free(position(&f)), rows[i].want_free);
		pendings_remove(&f.t, mine, f.a);
		CHECK_DEC(f.a->reserved, "0");
		CHECK_DEC(position_free(position(&f)), "1");
		end(&f);
	}
}

/* ---- any order of parts -------------------------------------------------------------- */

static const char *const	parts[] = { "0.1", "0.2", "0.3", "0.7", "1.7" };

static void
books_in_this_order(const size_t *order, size_t n, void *arg)
{
	const struct pending	 p = order_of("x", SIDE_SELL, "3", "1", "200.00000001");
	struct fixture		 f;
	dec_t			 before = D("200.00000001");

	(void)arg;
	begin(&f, SIDE_BUY, "1", "100");
	struct pending	*mine = pendings_add(&f.t, &p, f.a);
	mine->end_qty = D("3");
	for (size_t i = 0; i < n; i++) {
		check_row("order %zu%zu%zu%zu%zu, part %zu", order[0], order[1], order[2], order[3],
		    order[4], i);
		CHECK(!pending_is_over(mine));
		execute(&f, mine, D(parts[order[i]]), "100");
		CHECK(!dec_gt(f.a->reserved, before) && dec_sign(f.a->reserved) >= 0);
		before = f.a->reserved;
	}
	CHECK(pending_is_over(mine));
	CHECK_DEC(f.a->reserved, "0");
	CHECK_DEC(mine->booked_qty, "3");
	CHECK_DEC(mine->booked_cost, "300");
	CHECK_DEC(mine->fee, "0.05");
	CHECK_DEC(position(&f)->qty, "2");
	end(&f);
}

static void
any_order_of_parts_gives_back_everything(void **state)
{
	(void)state;
	each_permutation(NITEMS(parts), books_in_this_order, NULL);
}

/* What the orders hold is what the account says they hold, and what they may add is covered. */
static void
check_sums(const struct fixture *f, struct pending *v[], size_t n)
{
	dec_t	 reserved = DEC_ZERO, closing = DEC_ZERO;

	for (size_t i = 0; i < n; i++) {
		if (v[i] == NULL)
			continue;
		const dec_t	 left = dec_sub(v[i]->o.qty, v[i]->booked_qty);
		const dec_t	 adds = dec_sub(left, v[i]->closing);

		reserved = dec_add(reserved, v[i]->reserved);
		closing = dec_add(closing, v[i]->closing);
		CHECK(dec_cmp(v[i]->reserved, dec_mul(adds, D("100"), ROUND_DOWN)) >= 0);
	}
	CHECK(dec_cmp(f->a->reserved, reserved) == 0);
	if (position(f) != NULL && position(f)->side == POS_LONG)
		CHECK(dec_cmp(position(f)->closing, closing) == 0);
}

/* Several orders close one position, in parts, in any order, and some are cancelled. */
static void
orders_do_not_free_what_others_hold(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct pending	*v[ORDERS];
		struct fixture	 f;

		begin(&f, SIDE_BUY, "4", "100");
		for (size_t i = 0; i < ORDERS; i++) {
			struct pending	 p = order_of((char[]){ (char)('a' + i), '\0' }, SIDE_SELL,
					    "1", "1", "0");

			v[i] = pendings_add(&f.t, &p, f.a);
		}
		for (int n = 0; n < 4 * ORDERS; n++) {
			const size_t	 i = rng_below(&r, ORDERS);

			check_row("round %d, step %d, order %zu", round, n, i);
			if (v[i] == NULL)
				continue;
			const dec_t	 left = dec_sub(v[i]->o.qty, v[i]->booked_qty);
			if (rng_below(&r, 5) == 0 || dec_is_zero(left)) {
				pendings_remove(&f.t, v[i], f.a);
				v[i] = NULL;
			} else
				execute(&f, v[i], dec_min(left,
				    (dec_t){ (int64_t)(rng_below(&r, 9) + 1) * 10000000 }), "100");
			check_sums(&f, v, ORDERS);
		}
		end(&f);
	}
}

/* ---- questions ------------------------------------------------------------------------- */

static void
over_when_booked_equals_the_end(void **state)
{
	static const struct { const char *booked, *end; bool over; } rows[] = {
		{ "0",   "null", false },
		{ "2",   "null", false },
		{ "1.9", "2",    false },
		{ "2",   "2",    true },
		{ "2.1", "2",    true },
		{ "0",   "0",    true },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct pending	 p = { .booked_qty = D(rows[i].booked),
		    .end_qty = D(rows[i].end) };

		check_row("booked %s end %s", rows[i].booked, rows[i].end);
		CHECK_INT(pending_is_over(&p), rows[i].over);
	}
}

static void
average_price(void **state)
{
	static const struct { const char *qty, *cost, *want; } rows[] = {
		{ "0", "0", "null" }, { "3", "300", "100" }, { "3", "100", "33.33333333" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct pending	 p = { .booked_qty = D(rows[i].qty),
		    .booked_cost = D(rows[i].cost) };

		check_row("%s for %s", rows[i].qty, rows[i].cost);
		CHECK_DEC(pending_avg_px(&p), rows[i].want);
	}
}

static void
equal_orders_in_doubt(void **state)
{
	static const struct {
		const char	*name;
		bool		 in_doubt;
		const char	*sub, *symbol;
		enum side	 side;
		const char	*qty;
		bool		 want;
	} rows[] = {
		{ "the same",      true,  "a", "BTCUSDT", SIDE_BUY,  "1",    true },
		{ "the same, 1.0", true,  "a", "BTCUSDT", SIDE_BUY,  "1.0",  true },
		{ "not in doubt",  false, "a", "BTCUSDT", SIDE_BUY,  "1",    false },
		{ "other account", true,  "b", "BTCUSDT", SIDE_BUY,  "1",    false },
		{ "other symbol",  true,  "a", "ETHUSDT", SIDE_BUY,  "1",    false },
		{ "other side",    true,  "a", "BTCUSDT", SIDE_SELL, "1",    false },
		{ "other qty",     true,  "a", "BTCUSDT", SIDE_BUY,  "1.01", false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct pending	 p = order_of("x", SIDE_BUY, "1", "0", "100");
		struct fixture		 f;

		check_row("%s", rows[i].name);
		begin(&f, SIDE_BUY, "0", "1");
		pendings_doubt(&f.t, pendings_add(&f.t, &p, f.a), rows[i].in_doubt);
		CHECK_INT(pendings_doubt_like(&f.t, rows[i].sub, rows[i].symbol, rows[i].side,
		    D(rows[i].qty)), rows[i].want);
		end(&f);
	}
}

static void
covered_by_what_the_exchange_holds(void **state)
{
	static const struct {
		const char	*name, *net;
		enum side	 side;
		const char	*symbol, *qty;
		bool		 want;
	} rows[] = {
		/* under way on BTCUSDT: BUY 3, SELL 4 */
		{ "all of it",                     "5",    SIDE_SELL, "BTCUSDT", "1",    true },
		{ "more than is left",             "5",    SIDE_SELL, "BTCUSDT", "1.01", false },
		{ "a short",                       "-4",   SIDE_BUY,  "BTCUSDT", "1",    true },
		{ "more than is left of a short",  "-4",   SIDE_BUY,  "BTCUSDT", "1.01", false },
		{ "of the other sign",             "-100", SIDE_SELL, "BTCUSDT", "1",    false },
		{ "flat",                          "0",    SIDE_BUY,  "BTCUSDT", "1",    false },
		{ "another symbol's are no matter", "1",   SIDE_SELL, "ETHUSDT", "1",    true },
		{ "not known",                     "null", SIDE_SELL, "ETHUSDT", "1",    false },
	};
	const struct pending	 v[] = {
		order_of("1", SIDE_BUY, "1", "0", "0"), order_of("2", SIDE_BUY, "2", "0", "0"),
		order_of("3", SIDE_SELL, "4", "0", "0"),
	};
	struct fixture		 f;

	(void)state;
	begin(&f, SIDE_BUY, "0", "1");
	for (size_t i = 0; i < NITEMS(v); i++)
		pendings_add(&f.t, &v[i], NULL);	/* of an account that is not known */
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct terms	 o = { .side = rows[i].side, .qty = D(rows[i].qty) };

		check_row("%s", rows[i].name);
		text_put(o.symbol, sizeof(o.symbol), rows[i].symbol);
		CHECK_INT(pendings_covered(&f.t, D(rows[i].net), &o), rows[i].want);
	}
	end(&f);
}

static void
answers_are_owed_in_their_order(void **state)
{
	struct pending	*v[3];
	struct fixture	 f;

	(void)state;
	check_row("owed");
	begin(&f, SIDE_BUY, "0", "1");
	for (size_t i = 0; i < NITEMS(v); i++) {
		const struct pending	 p = order_of((char[]){ (char)('a' + i), '\0' }, SIDE_BUY,
					    "1", "0", "0");

		v[i] = pendings_add(&f.t, &p, f.a);
	}
	CHECK(pendings_owing(&f.t) == NULL);
	pendings_owe(&f.t, v[2], (mono_t){ 10 });
	pendings_owe(&f.t, v[0], (mono_t){ 20 });
	pendings_owe(&f.t, v[1], (mono_t){ 30 });
	CHECK(pendings_owing(&f.t) == v[2]);
	pendings_remove(&f.t, v[0], f.a);	/* ended before it was time */
	pendings_told(&f.t, v[2]);
	CHECK(pendings_owing(&f.t) == v[1]);
	pendings_told(&f.t, v[1]);
	pendings_told(&f.t, v[1]);
	CHECK(pendings_owing(&f.t) == NULL);
	end(&f);
}

/* ---- the record ----------------------------------------------------------------------------- */

static void
the_record_survives_a_crash(void **state)
{
	struct pending		 p = order_of("PMS1_MKT_1", SIDE_SELL, "1.5", "1", "50.25"), q;
	struct buf		 text = { 0 };
	struct field_fault	 ff;

	(void)state;
	check_row("record");
	p.o.what = CMD_CLOSE;
	p.o.type = TYPE_LIMIT;
	p.o.px = D("60000.1");
	p.o.reduce_only = p.o.closing = true;
	p.o.origin = ORIGIN_TRAIL_STOP;
	p.o.role = ROLE_N - 1;
	p.o.created_at = wall_from_ms(1795256152380);
	text_put(p.o.request_id, sizeof(p.o.request_id), "r-1");
	text_put(p.o.parent_id, sizeof(p.o.parent_id), "ts_1");
	text_put(p.o.position_id, sizeof(p.o.position_id), "pos-1");
	text_put(p.as_given, sizeof(p.as_given), "BTC/USDT:USDT");
	fields_object(&pending_fields, &p, &text);
	fields_blank(&pending_fields, &q, sizeof(q));
	CHECK_INT(fields_read(&pending_fields, &q, text.p, text.len, &ff), 0);
	CHECK_STR(q.o.clord_id, p.o.clord_id);
	CHECK_STR(q.o.sub, p.o.sub);
	CHECK_STR(q.o.symbol, p.o.symbol);
	CHECK_STR(q.o.request_id, p.o.request_id);
	CHECK_STR(q.o.parent_id, p.o.parent_id);
	CHECK_STR(q.o.position_id, p.o.position_id);
	CHECK_STR(q.as_given, p.as_given);
	CHECK_DEC(q.o.qty, "1.5");
	CHECK_DEC(q.o.px, "60000.1");
	CHECK_DEC(q.reserved, "50.25");
	CHECK_DEC(q.closing, "1");
	CHECK_INT(q.o.what, CMD_CLOSE);
	CHECK_INT(q.o.side, SIDE_SELL);
	CHECK_INT(q.o.type, TYPE_LIMIT);
	CHECK_INT(q.o.origin, ORIGIN_TRAIL_STOP);
	CHECK_INT(q.o.role, ROLE_N - 1);
	CHECK_INT(q.o.leverage, 5);
	CHECK_INT(wall_ms(q.o.created_at), 1795256152380);
	CHECK(q.o.reduce_only && q.o.closing);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(reservations_shrink_with_every_booking),
		cmocka_unit_test(an_old_order_frees_nothing_of_a_new_position),
		cmocka_unit_test(an_old_order_holds_a_new_position),
		cmocka_unit_test(nothing_is_free_when_others_took_it),
		cmocka_unit_test(a_record_read_back_frees_nothing_early),
		cmocka_unit_test(a_restart_holds_what_is_not_booked),
		cmocka_unit_test(a_record_written_later_takes_nothing_off_twice),
		cmocka_unit_test(an_adopted_order_reserves),
		cmocka_unit_test(any_order_of_parts_gives_back_everything),
		cmocka_unit_test(orders_do_not_free_what_others_hold),
		cmocka_unit_test(over_when_booked_equals_the_end),
		cmocka_unit_test(average_price),
		cmocka_unit_test(equal_orders_in_doubt),
		cmocka_unit_test(covered_by_what_the_exchange_holds),
		cmocka_unit_test(answers_are_owed_in_their_order),
		cmocka_unit_test(the_record_survives_a_crash),
	};

	return cmocka_run_group_tests_name("pending", tests, NULL, NULL);
}
