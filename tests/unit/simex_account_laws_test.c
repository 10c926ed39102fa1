/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random histories of an account: orders, prices, settings, funding, money
 * that comes and goes, liquidations; what must be so after every one of them.
 */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "base/rng.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/print_account.h"

#include <stdlib.h>

enum { STEPS = 3000, SEEDS = 4, LEVELS = 8, DESKS = 3, PURSES = 4 };

/* BTCUSDT at 61250 with eight levels of 0.5 a side. */
static struct exchange *
fresh(const char *balance, uint64_t seed)
{
	struct exchange	*x = malloc(sizeof(*x));

	exchange_init(x, &(struct exchange_terms){
		.balance = D(balance), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
		.market.seed = seed, .grants = { .v = { { "BNB", { DEC_ONE_E8 / 100 } } }, .n = 1 },
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

static void
check_money(const struct exchange *x)
{
	for (size_t i = 0; i < x->wallet.n; i++) {
		const struct purse	*p = &x->wallet.v[i];
		dec_t			 sum = p->initial, said = sum, apart = DEC_ZERO;

		for (int m = 0; m < MONEY_N; m++)
			sum = dec_add(sum, p->sums[m]);
		for (size_t k = 0; k < x->incomes.n; k++) {
			const struct income	*one = &x->incomes.v[k];

			if (one->purse != i)
				continue;
			said = dec_add(said, one->change);
			CHECK(dec_cmp(one->balance, said) == 0);
		}
		for (size_t k = 0; k < x->n; k++)
			for (int ps = 0; ps < PS_N && x->desks[k].purse == i; ps++)
				apart = dec_add(apart, x->desks[k].positions[ps].apart);
		CHECK(dec_cmp(p->balance, sum) == 0);
		CHECK(dec_cmp(p->balance, said) == 0);
		CHECK(dec_cmp(p->apart, apart) == 0);
		/* A balance may be below zero while there is more of profit. */
		CHECK(dec_sign(exchange_equity(x, i).margin_balance) >= 0);
	}
}

static void
check_positions(const struct exchange *x)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct desk	*d = &x->desks[i];

		for (int ps = 0; ps < PS_N; ps++) {
			const struct position	*p = &d->positions[ps];

			CHECK(exchange_shows(x, (enum position_side)ps) || dec_is_zero(p->qty));
			CHECK(!dec_is_zero(p->qty) || dec_is_zero(p->apart));
			CHECK(d->isolated || dec_is_zero(p->apart));
			CHECK(dec_sign(p->qty) * (ps == PS_LONG ? -1 : 1) <= 0 || ps == PS_BOTH);
		}
		CHECK(book_is_sound(&d->book));
	}
}

static void
check_exposure(const struct desk *d)
{
	const struct order	*o;

	for (int ps = 0; ps < PS_N; ps++) {
		dec_t	 sums[SIDE_N] = { DEC_ZERO, DEC_ZERO };

		TAILQ_FOREACH(o, &d->orders.open, open_link)
			if (o->terms.ps == (enum position_side)ps)
				sums[o->terms.side] = dec_add(sums[o->terms.side],
				    dec_mul(o->rest.leaves_qty, o->terms.px, ROUND_HALF_EVEN));
		/* Each part of an order was rounded for itself. */
		const dec_t	 bids = dec_sub(sums[SIDE_BUY], d->exposure[ps].bids);
		const dec_t	 asks = dec_sub(sums[SIDE_SELL], d->exposure[ps].asks);
		CHECK(dec_lt(dec_abs(bids), D("0.00001")) && dec_lt(dec_abs(asks), D("0.00001")));
	}
}

/* The facts tell every change, in order. */
static void
check_facts(const struct exchange *x, dec_t balances[PURSES])
{
	for (size_t i = 0; i < x->facts.n; i++) {
		const struct fact	*f = &x->facts.v[i];

		if (f->kind != FACT_MONEY)
			continue;
		dec_t	*b = &balances[wallet_find(&x->wallet, f->held.asset) - x->wallet.v];
		*b = dec_add(*b, f->change);
		CHECK(dec_cmp(*b, f->held.balance) == 0);
	}
	for (size_t i = 0; i < x->wallet.n; i++)
		CHECK(dec_cmp(x->wallet.v[i].balance, balances[i]) == 0);
}

/* Where something was liquidated there is nothing left of it. */
static void
check_liquidated(const struct exchange *x)
{
	const struct order	*o;

	for (size_t i = 0; i < x->facts.n; i++) {
		const struct fact	*f = &x->facts.v[i];

		if (f->kind != FACT_FORCED)
			continue;
		CHECK(dec_is_zero(f->desk->positions[f->ps].qty));
		TAILQ_FOREACH(o, &f->desk->orders.open, open_link)
			CHECK(o->terms.ps != f->ps);
	}
}

static dec_t
random_px(const struct desk *d, struct rng *r)
{
	const int64_t	 away = (int64_t)rng_below(r, 401) - 200;

	return dec_add(d->market.ref_px, (dec_t){ d->listing->tick.e8 * away });
}

/* Small, or a few steps around what there is money for; a position is turned on the way. */
static dec_t
random_qty(const struct exchange *x, const struct desk *d, const struct terms *t, struct rng *r)
{
	const dec_t	 step = d->listing->step;
	const dec_t	 available = exchange_equity(x, d->purse).available;
	const dec_t	 some = { step.e8 * (int64_t)(rng_below(r, 300) + 1) };
	const dec_t	 more = { step.e8 * ((int64_t)rng_below(r, 11) - 5) };
	const dec_t	 turned = position_closable_qty(&d->positions[t->ps], t->side);

	if (rng_below(r, 2) == 0 || dec_sign(available) <= 0)
		return some;
	const dec_t	 most = dec_muldiv(available, DEC_INT(d->leverage), desk_mark_px(d), ROUND_DOWN);
	const dec_t	 all = dec_add(dec_add(most, more), dec_add(turned, turned));
	return dec_max(some, dec_quantize(all, step, ROUND_DOWN));
}

/* What was accepted and wants margin has it, at the prices there were; a fee may be missing. */
static void
random_order(struct exchange *x, struct desk *d, struct rng *r)
{
	struct terms	 t = {
		.side = (enum side)rng_below(r, SIDE_N), .tif = TIF_GTC, .stp = STP_EXPIRE_MAKER,
		.type = rng_below(r, 2) == 0 ? TYPE_LIMIT : TYPE_MARKET, .px = DEC_NONE,
		.reduce_only = rng_below(r, 8) == 0,
	};
	struct order	*o;

	if (t.type == TYPE_LIMIT)
		t.px = random_px(d, r);
	if (x->hedged) {
		t.ps = rng_below(r, 2) == 0 ? PS_LONG : PS_SHORT;
		t.reduce_only = (t.ps == PS_LONG) == (t.side == SIDE_SELL);
	}
	t.qty = random_qty(x, d, &t, r);
	const struct equity	 before = exchange_equity(x, d->purse);
	const dec_t		 paid = x->wallet.v[d->purse].sums[MONEY_COMMISSION];
	const struct reject	 refused = exchange_place(x, d, &t, wall_from_ms(1), &o);
	if (reject_is_set(&refused) || t.reduce_only)
		return;
	const struct equity	 after = exchange_equity(x, d->purse);
	const dec_t		 fees = dec_sub(x->wallet.v[d->purse].sums[MONEY_COMMISSION], paid);
	const dec_t		 tied = dec_add(after.position_margin, after.order_margin);
	if (dec_gt(tied, dec_add(before.position_margin, before.order_margin)))
		CHECK(dec_gt(dec_sub(after.available, fees), D("-0.0001")));
}

static void
random_setting(struct exchange *x, struct desk *d, struct rng *r)
{
	const dec_t		 change = { ((int64_t)rng_below(r, 400) - 200) * DEC_ONE_E8 };
	const enum position_side ps = x->hedged ? PS_LONG : PS_BOTH;
	struct reject		 ignored = reject_none();

	switch (rng_below(r, 7)) {
	case 0:
		ignored = exchange_set_leverage(x, d, (int)rng_below(r, 126), wall_from_ms(1));
		break;
	case 1:
		ignored = exchange_set_isolated(x, d, rng_below(r, 2) == 0, wall_from_ms(1));
		break;
	case 2:
		ignored = exchange_set_hedged(x, !x->hedged);
		break;
	case 3:
		ignored = exchange_move_margin(x, d, ps, change, wall_from_ms(1));
		break;
	case 4:
		ignored = exchange_transfer(x, d->purse, change, UPD_ADJUSTMENT, wall_from_ms(1));
		break;
	case 5:
		ignored = exchange_deleverage(x, d, ps, d->listing->min_qty, wall_from_ms(1));
		break;
	case 6:
		exchange_fund(x, d, (dec_t){ change.e8 / 100000 }, wall_from_ms(1));
		break;
	}
	(void)ignored;
}

static void
random_act(struct exchange *x, struct rng *r)
{
	struct desk	*d = &x->desks[rng_below(r, DESKS)];

	switch (rng_below(r, 10)) {
	case 0:
		random_setting(x, d, r);
		break;
	case 1:
		exchange_cancel_all(x, d, wall_from_ms(1));
		break;
	case 2:
		exchange_set_price(x, d, random_px(d, r), wall_from_ms(1));
		break;
	case 3:
		exchange_beat(x, wall_from_ms(1));
		break;
	case 4:
		if (rng_below(r, 40) == 0)
			exchange_set_price(x, d, dec_mul(d->market.ref_px,
			    (dec_t){ (int64_t)(rng_below(r, 60) + 70) * (DEC_ONE_E8 / 100) }, ROUND_DOWN),
			    wall_from_ms(1));
		break;
	default:
		random_order(x, d, r);
	}
}

/* What the whole account looks like, as text. */
static void
tell(const struct exchange *x, struct buf *out)
{
	print_account(out, x, ACCOUNT_V2);
	for (size_t i = 0; i < x->n; i++)
		print_position_risk(out, x, &x->desks[i], ACCOUNT_V3);
	for (size_t i = 0; i < x->incomes.n; i++)
		print_income(out, x, &x->incomes.v[i]);
}

static size_t
live(uint64_t seed, struct buf *out)
{
	struct rng	 r = rng_seed(seed);
	struct exchange	*x = fresh("3000", seed);
	size_t		 forced;
	dec_t		 balances[PURSES] = { DEC_ZERO };

	CHECK(x->wallet.n <= PURSES);
	for (size_t i = 0; i < x->wallet.n; i++)
		balances[i] = x->wallet.v[i].initial;
	x->burns_bnb = true;
	x->bnb_px = D("600");
	for (int i = 0; i < STEPS; i++) {
		check_row("seed %d step %d", (int)seed, i);
		random_act(x, &r);
		if (i % 100 == 0)
			exchange_watch(x, wall_from_ms(1));
		check_positions(x);
		check_liquidated(x);
		check_facts(x, balances);
		check_exposure(&x->desks[i % DESKS]);
		if (i % 100 == 0)
			check_money(x);
		x->facts.n = 0;
		if (!dec_gt(exchange_equity(x, x->desks[0].purse).available, D("100")) &&
		    TAILQ_EMPTY(&x->active))
			exchange_transfer(x, x->desks[0].purse, D("2000"), UPD_DEPOSIT, wall_from_ms(1));
	}
	exchange_watch(x, wall_from_ms(1));
	check_money(x);
	tell(x, out);
	forced = x->forced.n;
	discard(x);
	return forced;
}

static void
laws_hold_whatever_happens(void **state)
{
	size_t	 forced = 0;

	(void)state;
	for (uint64_t i = 0; i < SEEDS; i++) {
		struct buf	 once = { 0 }, again = { 0 };

		forced += live(check_seed() + i, &once);
		live(check_seed() + i, &again);
		CHECK_STR(buf_text(&once), buf_text(&again));
		buf_free(&once);
		buf_free(&again);
	}
	check_row("liquidations");
	CHECK(forced > SEEDS);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(laws_hold_whatever_happens),
	};

	return cmocka_run_group_tests_name("simex_account_laws", tests, NULL, NULL);
}
