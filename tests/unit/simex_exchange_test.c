/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"
#include "tests/unit/stage.h"

#include "base/buf.h"
#include "base/rng.h"
#include "base/text.h"
#include "tests/simex/core/event.h"
#include "tests/simex/core/exchange.h"
#include "tests/simex/core/rules.h"

enum { STEPS = 4000, STEP_US = 7000000 };

static void
market_order_walks_the_ladder(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "null", "0.010");

	(void)state;
	check_row("several prices");
	const struct order	*o = place(x, &t);
	CHECK_STR(story(x), "new trade(0.004@61250.1) trade(0.004@61250.2) trade(0.002@61250.3)");
	CHECK_STR(status_name(order_status(o)), "FILLED");
	CHECK_DEC(order_avg_px(o), "61250.18");
	check_row("beyond all liquidity");
	o = place(x, &t);
	CHECK_STR(story(x), "new trade(0.002@61250.3) expired(9)");
	CHECK_STR(status_name(order_status(o)), "EXPIRED");
	check_row("nothing there at all");
	place(x, &t);
	CHECK_STR(story(x), "new expired(9)");
	check_row("quotes come back");
	exchange_beat(x, WALL_UNSET);
	CHECK_DEC(book_top(&x->desks[0].book).ask_qty, "0.004");
	CHECK(book_is_sound(&x->desks[0].book));
	discard(x);
}

static void
resting_order_fills_in_parts(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "61200", "0.020");

	(void)state;
	check_row("moves through it");
	const struct order	*o = place(x, &t);
	exchange_set_price(x, &x->desks[0], D("61199.9"), WALL_UNSET);
	CHECK_STR(story(x), "new trade(0.004@61200)");
	CHECK_STR(status_name(order_status(o)), "PARTIALLY_FILLED");
	check_row("renewed quotes do not take");
	exchange_beat(x, WALL_UNSET);
	CHECK_STR(story(x), "");
	CHECK(book_is_sound(&x->desks[0].book));
	check_row("the next move does");
	exchange_set_price(x, &x->desks[0], D("61199"), WALL_UNSET);
	CHECK_STR(story(x), "trade(0.004@61200) trade(0.004@61200) trade(0.004@61200)");
	exchange_set_price(x, &x->desks[0], D("61000"), WALL_UNSET);
	CHECK_STR(story(x), "trade(0.004@61200)");
	CHECK_STR(status_name(order_status(o)), "FILLED");
	CHECK_DEC(x->desks[0].exposure[PS_BOTH].bids, "0");
	discard(x);
}

static void
two_of_ours_wait_in_line(void **state)
{
	struct exchange		*x = fresh();
	const struct terms	 low = terms(SIDE_BUY, "61200", "0.006");
	const struct terms	 high = terms(SIDE_BUY, "61201", "0.006");

	(void)state;
	check_row("price, then time");
	const struct order	*first = place(x, &low), *second = place(x, &low);
	const struct order	*best = place(x, &high);
	exchange_set_price(x, &x->desks[0], D("61199.8"), WALL_UNSET);
	CHECK_DEC(best->cum_qty, "0.006");
	CHECK_DEC(first->cum_qty, "0.002");
	CHECK_DEC(second->cum_qty, "0");
	discard(x);
}

static void
time_in_force(void **state)
{
	static const struct {
		enum tif	 tif;
		const char	*px, *qty;
		int		 code;
		const char	*story;
	} rows[] = {
		{ TIF_IOC, "61250.1", "0.006", 0,     "new trade(0.004@61250.1) expired(2)" },
		{ TIF_FOK, "61250.1", "0.006", -5021, "" },
		{ TIF_FOK, "61250.1", "0.004", 0,     "new trade(0.004@61250.1)" },
		{ TIF_GTX, "61250.1", "0.004", -5022, "" },
		{ TIF_GTX, "61250",   "0.004", 0,     "new" },
		{ TIF_GTC, "61250.1", "0.006", 0,     "new trade(0.004@61250.1)" },
		{ TIF_GTD, "61250",   "0.004", -5040, "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange	*x = fresh();
		struct terms	 t = terms(SIDE_BUY, rows[i].px, rows[i].qty);

		check_row("%s %s", tif_name(rows[i].tif), rows[i].px);
		t.tif = rows[i].tif;
		CHECK_INT(refusal(x, &t), rows[i].code);
		CHECK_STR(story(x), rows[i].story);
		CHECK(book_is_sound(&x->desks[0].book));
		discard(x);
	}
}

/* Two of ours meet: the taker's mode decides. */
static void
self_trade_prevention(void **state)
{
	static const struct { enum stp stp; const char *story; } rows[] = {
		{ STP_EXPIRE_MAKER, "new expired(1)" },
		{ STP_EXPIRE_TAKER, "new expired(1)" },
		{ STP_EXPIRE_BOTH,  "new expired(1) expired(1)" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange		*x = fresh();
		const struct terms	 sell = terms(SIDE_SELL, "61250", "0.004");
		struct terms		 buy = terms(SIDE_BUY, "61250", "0.004");

		check_row("%s", stp_name(rows[i].stp));
		const struct order	*maker = place(x, &sell);
		story(x);
		buy.stp = rows[i].stp;
		const struct order	*taker = place(x, &buy);
		CHECK_STR(story(x), rows[i].story);
		CHECK_INT(order_is_open(maker), rows[i].stp == STP_EXPIRE_TAKER);
		CHECK_INT(order_is_open(taker), rows[i].stp == STP_EXPIRE_MAKER);
		CHECK(book_is_sound(&x->desks[0].book));
		discard(x);
	}
}

static void
reduce_only(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 open = terms(SIDE_BUY, "null", "0.004");
	struct terms	 close = terms(SIDE_SELL, "null", "0.010");
	struct terms	 rest = terms(SIDE_SELL, "61300", "0.003");

	(void)state;
	close.reduce_only = rest.reduce_only = true;
	check_row("nothing to reduce");
	CHECK_INT(refusal(x, &close), -2022);
	check_row("the wrong side");
	place(x, &open);
	open.reduce_only = true;
	CHECK_INT(refusal(x, &open), -2022);
	check_row("shrinks to what is free");
	const struct order	*resting = place(x, &rest);
	const struct order	*o = place(x, &close);
	CHECK_DEC(o->terms.qty, "0.001");
	check_row("nothing free any more");
	CHECK_INT(refusal(x, &close), -4118);
	check_row("knocked out when the position is gone");
	open = terms(SIDE_SELL, "null", "0.003");
	story(x);
	place(x, &open);
	CHECK_STR(story(x), "new trade(0.003@61249.9) expired(4)");
	CHECK(!order_is_open(resting));
	CHECK_DEC(x->desks[0].positions[PS_BOTH].qty, "0");
	CHECK_DEC(x->desks[0].exposure[PS_BOTH].asks, "0");
	discard(x);
}

/* Whatever is open on its side takes from what a reduction may close. */
static void
other_orders_leave_less_to_reduce(void **state)
{
	static const struct { const char *asks, *reduces, *bids, *qty; int code; const char *left; } rows[] = {
		{ "0",     "0",     "0",     "0.004", 0,     "0.004" },
		{ "0",     "0",     "0.004", "0.004", 0,     "0.004" },
		{ "0.003", "0",     "0",     "0.004", 0,     "0.001" },
		{ "0.002", "0.001", "0",     "0.001", 0,     "0.001" },
		{ "0.004", "0",     "0",     "0.001", -4118, "" },
		{ "0.002", "0.002", "0",     "0.001", -4118, "" },
		{ "0.010", "0",     "0",     "0.004", -4118, "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct exchange	*x = fresh();
		const struct terms	 bid = terms(SIDE_BUY, "60000", rows[i].bids);
		const struct terms	 ask = terms(SIDE_SELL, "61400", rows[i].asks);
		struct terms	 t = terms(SIDE_BUY, "null", "0.004");

		check_row("%s %s %s", rows[i].asks, rows[i].reduces, rows[i].bids);
		place(x, &t);
		t = terms(SIDE_SELL, "61400", rows[i].reduces);
		t.reduce_only = true;
		if (!dec_is_zero(t.qty))
			place(x, &t);
		if (!dec_is_zero(ask.qty))
			place(x, &ask);
		if (!dec_is_zero(bid.qty))
			place(x, &bid);
		t.qty = D(rows[i].qty);
		if (rows[i].code == 0)
			CHECK_DEC(place(x, &t)->terms.qty, rows[i].left);
		else
			CHECK_INT(refusal(x, &t), rows[i].code);
		discard(x);
	}
}

/* The house takes what it was told to take. */
static void
fill_by_the_house(void **state)
{
	static const struct {
		const char	*qty, *px;
		int		 code;
		const char	*story;
	} rows[] = {
		{ "0.001",  "61200",   0,     "trade(0.001@61200)" },
		{ "0.0015", "61200",   -1111, "" },
		{ "0",      "61200",   -4003, "" },
		{ "0.006",  "61200",   -1130, "" },
		{ "0.001",  "61200.1", -1130, "" },
		{ "0.001",  "61199.97", -4014, "" },
		{ "0.001",  "61199.9", 0,     "trade(0.001@61199.9)" },
		{ "0.003",  "61200",   0,     "trade(0.003@61200)" },
	};
	struct exchange		*x = fresh();
	const struct terms	 ahead = terms(SIDE_BUY, "61201", "0.005");
	const struct terms	 t = terms(SIDE_BUY, "61200", "0.005");

	(void)state;
	const struct order	*first = place(x, &ahead);
	struct order		*o = place(x, &t);
	story(x);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s at %s", rows[i].qty, rows[i].px);
		const struct reject	 r = exchange_fill(x, o, D(rows[i].qty), D(rows[i].px),
					    WALL_UNSET);
		CHECK_INT(reject_code(&r), rows[i].code);
		CHECK_STR(story(x), rows[i].story);
		CHECK(book_is_sound(&x->desks[0].book));
	}
	check_row("afterwards");
	CHECK_STR(status_name(order_status(o)), "FILLED");
	CHECK_DEC(order_avg_px(o), "61199.98");
	CHECK_DEC(first->cum_qty, "0");
	CHECK_DEC(x->desks[0].exposure[PS_BOTH].bids, "306.005");
	for (size_t i = 0; i < x->desks[0].orders.ntrades; i++)
		CHECK(x->desks[0].orders.trades[i].maker);
	discard(x);
}

/* No fill closes more than is open: what may only reduce has shrunk to it. */
static void
fill_of_a_reduction(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 open = terms(SIDE_BUY, "null", "0.004");
	struct terms	 close = terms(SIDE_SELL, "61300", "0.004");

	(void)state;
	check_row("more than there is to close");
	close.reduce_only = true;
	place(x, &open);
	struct order	*o = place(x, &close);
	open = terms(SIDE_SELL, "null", "0.002");
	place(x, &open);
	struct reject	 r = exchange_fill(x, o, D("0.003"), o->terms.px, WALL_UNSET);
	CHECK_INT(reject_code(&r), -1130);
	check_row("all there is to close");
	CHECK_STR(story(x), "new trade(0.004@61250.1) new new trade(0.002@61249.9) amended");
	r = exchange_fill(x, o, D("0.002"), o->terms.px, WALL_UNSET);
	CHECK_INT(reject_code(&r), 0);
	CHECK_STR(story(x), "trade(0.002@61300)");
	discard(x);
}

static void
amendment_by_the_exchange(void **state)
{
	static const struct { const char *qty; int code; const char *leaves; } rows[] = {
		{ "0.006",  -1130, "0.004" },	/* not smaller */
		{ "0.005",  -1130, "0.004" },
		{ "0.001",  -1130, "0.004" },	/* nothing would be left */
		{ "0.0025", -1111, "0.004" },
		{ "0.004",  0,     "0.003" },
		{ "0.002",  0,     "0.001" },
	};
	struct exchange		*x = fresh();
	const struct terms	 t = terms(SIDE_SELL, "61300", "0.005");
	struct buf		 b = { 0 };

	(void)state;
	struct order	*o = place(x, &t);
	exchange_fill(x, o, D("0.001"), o->terms.px, WALL_UNSET);
	story(x);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("to %s", rows[i].qty);
		const struct reject	 r = exchange_amend(x, o, D(rows[i].qty), WALL_UNSET);
		CHECK_INT(reject_code(&r), rows[i].code);
		CHECK_DEC(o->rest.leaves_qty, rows[i].leaves);
		CHECK(book_is_sound(&x->desks[0].book));
	}
	check_row("the event");
	event_order(&b, &x->facts.v[1], WALL_UNSET);
	CHECK_HAS(buf_text(&b), "\"q\":\"0.002\"");
	CHECK_HAS(buf_text(&b), "\"x\":\"AMENDMENT\",\"X\":\"PARTIALLY_FILLED\"");
	CHECK_STR(story(x), "amended amended");
	CHECK_DEC(x->desks[0].exposure[PS_BOTH].asks, "61.3");
	buf_free(&b);
	discard(x);
}

static void
refusals_of_the_account(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "60000", "0.001");

	(void)state;
	check_row("a client order id among the open ones");
	text_put(t.clord_id, sizeof(t.clord_id), "same");
	struct order	*o = place(x, &t);
	CHECK_INT(refusal(x, &t), -4116);
	exchange_cancel(x, o, WALL_UNSET);
	CHECK_INT(refusal(x, &t), 0);
	check_row("margin");
	t = terms(SIDE_BUY, "60000", "4");
	CHECK_INT(refusal(x, &t), -2019);
	check_row("open orders");
	t = terms(SIDE_BUY, "60000", "0.001");
	for (size_t n = x->desks[0].orders.n_open; n < MAX_ORDERS; n++)
		place(x, &t);
	CHECK_INT(refusal(x, &t), -2025);
	check_row("notional at the mark price, unless it reduces");
	exchange_cancel_all(x, &x->desks[0], WALL_UNSET);
	exchange_set_price(x, &x->desks[0], D("40000"), WALL_UNSET);
	t = terms(SIDE_BUY, "null", "0.001");
	CHECK_INT(refusal(x, &t), -4164);
	t.qty = D("0.002");
	place(x, &t);
	t = terms(SIDE_SELL, "null", "0.001");
	t.reduce_only = true;
	CHECK_INT(refusal(x, &t), 0);
	discard(x);
}

static void
ids_find_their_orders(void **state)
{
	struct exchange	*x = fresh();
	struct terms	 t = terms(SIDE_BUY, "60000", "0.001");
	struct orders	*os = &x->desks[0].orders;

	(void)state;
	check_row("the newest of a name");
	text_put(t.clord_id, sizeof(t.clord_id), "again");
	struct order	*old = place(x, &t);
	exchange_cancel(x, old, WALL_UNSET);
	const struct order	*newer = place(x, &t);
	CHECK(orders_find_clord_id(os, "again") == newer);
	CHECK(orders_find(os, old->id) == old);
	CHECK(orders_find(os, newer->id) == newer);
	CHECK_INT(newer->id, old->id + 1);
	CHECK(orders_find(os, newer->id + 1) == NULL);
	CHECK(orders_find(os, 0) == NULL);
	discard(x);
}

/* ---- laws -------------------------------------------------------------------------- */

static dec_t
random_px(const struct desk *d, struct rng *r)
{
	const int64_t	 ticks = (int64_t)rng_below(r, 41) - 20;

	return dec_add(d->market.ref_px, (dec_t){ ticks * d->listing->tick.e8 });
}

static struct order *
random_open(const struct desk *d, struct rng *r)
{
	struct order	*o = TAILQ_FIRST(&d->orders.open);

	for (uint64_t i = rng_below(r, 8); o != NULL && i > 0 && TAILQ_NEXT(o, open_link); i--)
		o = TAILQ_NEXT(o, open_link);
	return o;
}

static struct reject
random_order(struct exchange *x, struct rng *r, wall_t now)
{
	struct desk	*d = &x->desks[0];
	struct terms	 t = terms((enum side)rng_below(r, SIDE_N), "null", "0.001");
	struct order	*o;

	t.qty.e8 *= (int64_t)rng_below(r, 12) + 1;
	t.stp = (enum stp)rng_below(r, STP_N);
	t.reduce_only = rng_below(r, 3) == 0;
	if (rng_below(r, 4) > 0) {
		t.type = TYPE_LIMIT;
		t.tif = (enum tif)rng_below(r, TIF_N);
		t.pm = rng_below(r, 4) == 0 ? (enum price_match)rng_below(r, PM_N) : PM_NONE;
		t.px = t.pm == PM_NONE ? random_px(d, r) : DEC_NONE;
		t.good_till_ms = t.tif != TIF_GTD ? 0 :
		    wall_ms(now) + 600001 + (int64_t)rng_below(r, 600000);
	}
	return exchange_place(x, d, &t, now, &o);
}

static struct reject
random_change(struct exchange *x, struct order *o, struct rng *r, wall_t now)
{
	struct change	 c = {
		.side = o->terms.side, .qty = D("0.001"), .px = random_px(&x->desks[0], r),
		.sets_reduce_only = rng_below(r, 4) == 0, .reduce_only = rng_below(r, 2) == 0,
		.modify_id = NO_MODIFY_ID,
	};

	c.qty.e8 *= (int64_t)rng_below(r, 12) + 1;
	switch (rng_below(r, 6)) {
	case 0:
		return exchange_fill(x, o, c.qty, o->terms.px, now);
	case 1:
		return exchange_amend(x, o, c.qty, now);
	case 2:
		exchange_cancel(x, o, now);
		return reject_none();
	default:
		return exchange_modify(x, o, &c, now);
	}
}

static void
random_act(struct exchange *x, struct rng *r, wall_t now)
{
	struct desk	*d = &x->desks[0];
	struct order	*o = random_open(d, r);
	struct reject	 refused;

	switch (rng_below(r, 8)) {
	case 0: case 1: case 2:
		refused = random_order(x, r, now);
		(void)refused;
		return;
	case 3: case 4: case 5:
		if (o != NULL) {
			refused = random_change(x, o, r, now);
			(void)refused;
		}
		return;
	case 6:
		exchange_beat(x, now);
		return;
	default:
		exchange_set_price(x, d, random_px(d, r), now);
	}
}

/* No more is open to reduce than there is, on either side; nobody is open beyond his end. */
static void
check_open_orders(const struct exchange *x, wall_t now)
{
	const struct desk	*d = &x->desks[0];
	const struct order	*o;
	dec_t			 reducing[SIDE_N] = { DEC_ZERO, DEC_ZERO };
	size_t			 n = 0;

	TAILQ_FOREACH(o, &d->orders.reducing, reducing_link)
		reducing[o->terms.side] = dec_add(reducing[o->terms.side], o->rest.leaves_qty);
	for (int s = 0; s < SIDE_N; s++)
		CHECK(dec_cmp(reducing[s],
		    position_closable_qty(&d->positions[PS_BOTH], (enum side)s)) <= 0);
	TAILQ_FOREACH(o, &d->orders.open, open_link) {
		CHECK(o->expiry.place != 0 && o->expiry.at.us > now.us);
		CHECK(dec_cmp(o->rest.px, o->terms.px) == 0);
		n++;
	}
	CHECK_INT((int64_t)n, (int64_t)d->orders.n_open);
	CHECK_INT((int64_t)n, (int64_t)x->agenda.n);
}

static void
check_laws(const struct exchange *x)
{
	const struct desk	*d = &x->desks[0];
	dec_t			 net = DEC_ZERO, realized = DEC_ZERO, fees = DEC_ZERO;
	dec_t			 cum = DEC_ZERO, traded = DEC_ZERO, bids = DEC_ZERO;

	for (size_t i = 0; i < d->orders.ntrades; i++) {
		const struct trade	*t = &d->orders.trades[i];

		net = t->side == SIDE_BUY ? dec_add(net, t->qty) : dec_sub(net, t->qty);
		realized = dec_add(realized, t->realized);
		fees = dec_add(fees, t->fee);
		traded = dec_add(traded, t->qty);
	}
	for (size_t i = 0; i < d->orders.n; i++) {
		const struct order	*o = d->orders.v[i];

		cum = dec_add(cum, o->cum_qty);
		CHECK_INT(o->rest.level != NULL, order_is_open(o));
		if (!order_is_open(o))
			continue;
		CHECK(dec_cmp(dec_add(o->cum_qty, o->rest.leaves_qty), o->terms.qty) == 0);
		if (o->terms.side == SIDE_BUY)
			bids = dec_add(bids, dec_mul(o->rest.leaves_qty, o->terms.px, ROUND_DOWN));
	}
	CHECK(dec_cmp(cum, traded) == 0);
	CHECK(dec_cmp(net, d->positions[PS_BOTH].qty) == 0);
	CHECK(dec_cmp(bids, d->exposure[PS_BOTH].bids) == 0);
	CHECK(dec_cmp(x->wallet.v[d->purse].balance,
	    dec_sub(dec_add(x->wallet.v[d->purse].initial, realized), fees)) == 0);
	CHECK(book_is_sound(&d->book));
}

static void
laws_hold_whatever_happens(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct exchange	*x = fresh();

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		const wall_t	 now = { (int64_t)i * STEP_US };

		check_row("step %d", i);
		exchange_happen(x, now);
		random_act(x, &r, now);
		CHECK(book_is_sound(&x->desks[0].book));
		check_open_orders(x, now);
		if (i % 50 == 0)
			check_laws(x);
		x->facts.n = 0;
	}
	check_laws(x);
	CHECK(x->desks[0].orders.ntrades > STEPS / 10);
	discard(x);
}

/* Where a market that moves by itself goes is not the client's to say; what it has to trade is. */
static void
a_market_that_moves(void **state)
{
	static const struct market_terms moving = {
		.kind = MARKET_SYNTH, .seed = 7, .start = { INT64_C(1790000000000000) },
		.period_ms = 100, .volatility_e6 = 100, .levels = 5, .spread_ticks = 2,
		.trades_per_hour = 72000,
	};
	const struct exchange_terms t = {
		.balance = D("1000000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
		.market = moving,
	};
	static struct exchange	 a, b;
	struct terms		 buy = terms(SIDE_BUY, "null", "0.4"), bid;
	int64_t			 filled = 0;

	(void)state;
	exchange_init(&a, &t);
	exchange_init(&b, &t);
	for (int i = 1; i < STEPS; i++) {
		const wall_t	 now = wall_add_us(moving.start, (int64_t)i * 100000);
		struct order	*o;

		check_row("step %d", i);
		exchange_beat(&a, now);
		exchange_beat(&b, now);
		CHECK(book_is_sound(&a.desks[0].book));
		CHECK_INT(a.desks[0].market.ref_px.e8, b.desks[0].market.ref_px.e8);
		buy.side = i % 2 ? SIDE_BUY : SIDE_SELL;
		bid = terms(SIDE_BUY, "61000", "0.002");
		bid.px = book_top(&a.desks[0].book).bid_px;
		exchange_place(&a, &a.desks[0], i % 3 ? &buy : &bid, now, &o);
		filled += i % 3 == 0 && !dec_is_zero(o->cum_qty);
		CHECK(book_is_sound(&a.desks[0].book));
	}
	for (size_t i = 0; i < a.desks[0].orders.ntrades; i++)
		filled += a.desks[0].orders.trades[i].maker;
	CHECK(filled > STEPS / 20);
	CHECK(dec_cmp(a.desks[0].market.ref_px, a.desks[0].listing->start_px) != 0);
	CHECK(dec_cmp(a.desks[0].market.ref_px, a.desks[0].market.mark_px) != 0);
	exchange_fini(&a);
	exchange_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(market_order_walks_the_ladder),
		cmocka_unit_test(resting_order_fills_in_parts),
		cmocka_unit_test(two_of_ours_wait_in_line),
		cmocka_unit_test(time_in_force),
		cmocka_unit_test(self_trade_prevention),
		cmocka_unit_test(reduce_only),
		cmocka_unit_test(other_orders_leave_less_to_reduce),
		cmocka_unit_test(fill_by_the_house),
		cmocka_unit_test(fill_of_a_reduction),
		cmocka_unit_test(amendment_by_the_exchange),
		cmocka_unit_test(refusals_of_the_account),
		cmocka_unit_test(ids_find_their_orders),
		cmocka_unit_test(laws_hold_whatever_happens),
		cmocka_unit_test(a_market_that_moves),
	};

	return cmocka_run_group_tests_name("simex_exchange", tests, NULL, NULL);
}
