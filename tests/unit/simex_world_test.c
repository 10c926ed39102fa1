/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "tests/simex/api/world.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 200, STEP_US = 137000 };

static const wall_t	 start = { INT64_C(1790000000000000) };

static struct world *
fresh(void)
{
	struct world	*w = malloc(sizeof(*w));

	world_init(w, &(struct world_terms){
		.exchange = {
			.balance = D("10000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
			.market = {
				.kind = MARKET_SYNTH, .seed = check_seed(), .start = start,
				.period_ms = 100, .volatility_e6 = 100, .levels = 10,
				.spread_ticks = 2, .trades_per_hour = 36000,
			},
		},
		.key = "k", .secret = "s", .key_life_ms = 3600000,
	});
	return w;
}

static void
discard(struct world *w)
{
	world_fini(w);
	free(w);
}

static wall_t
after_ms(int64_t ms)
{
	return wall_add_us(start, ms * 1000);
}

static void
ask(struct world *w, const char *method, const char *path, wall_t now, struct buf *out)
{
	const struct request	 q = {
		.method = method, .path = path, .query = "", .body = "", .api_key = "k",
	};

	world_request(w, &q, now, out);
}

static void
command(struct world *w, const char *uri, wall_t now, struct buf *out)
{
	const struct outside	 o = { 0 };

	CHECK_INT(world_control(w, uri, NULL, &o, now, out), 200);
}

/* Everything that is said and known of a world, as text. */
static void
tell_all(struct world *w, wall_t now, struct buf *out)
{
	struct saying	*s;

	while ((s = world_next_saying(w, now)) != NULL) {
		buf_adds(out, buf_text(&s->json));
		saying_free(s);
	}
	command(w, "/ledger?kind=requests", now, out);
	command(w, "/ledger?kind=orders", now, out);
	command(w, "/ledger?kind=executions", now, out);
	command(w, "/account", now, out);
}

/* Looked at often or seldom, by a client that trades: the same in the end. */
static void
live(struct world *w, int looks, struct buf *out)
{
	struct buf	 ignored = { 0 };

	ask(w, "POST", "/fapi/v1/listenKey", after_ms(1), &ignored);
	for (int i = 0; i < ROUNDS; i++) {
		const wall_t	 now = wall_add_us(after_ms(2), (int64_t)i * STEP_US);

		for (int k = 1; k < looks; k++)
			world_advance(w, wall_add_us(now, -STEP_US + STEP_US / looks * k));
		command(w, i % 2 == 0 ? "/foreign?symbol=BTCUSDT&side=BUY&qty=0.002" :
		    "/foreign?symbol=BTCUSDT&side=SELL&qty=0.001&price=61260", now, &ignored);
		if (i % 50 == 0)
			command(w, "/walk?symbol=BTCUSDT&to=61300&steps=7&ms=33", now, &ignored);
	}
	tell_all(w, wall_add_us(after_ms(2), (int64_t)ROUNDS * STEP_US), out);
	buf_free(&ignored);
}

static void
same_requests_same_world(void **state)
{
	static const int	 looks[] = { 1, 2, 7 };
	struct buf		 first = { 0 };

	(void)state;
	for (size_t i = 0; i < NITEMS(looks); i++) {
		struct world	*w = fresh();
		struct buf	 told = { 0 };

		check_row("%d looks a step", looks[i]);
		live(w, looks[i], &told);
		if (i == 0)
			buf_add(&first, buf_text(&told), told.len);
		CHECK_STR(buf_text(&told), buf_text(&first));
		CHECK(told.len > ROUNDS);
		buf_free(&told);
		discard(w);
	}
	buf_free(&first);
}

static void
a_listen_key_dies_at_its_time(void **state)
{
	struct world	*w = fresh();
	struct buf	 out = { 0 };
	struct saying	*s;

	(void)state;
	check_row("lives");
	ask(w, "POST", "/fapi/v1/listenKey", after_ms(0), &out);
	world_advance(w, after_ms(3599999));
	CHECK(listen_key_lives(&w->key) && world_next_saying(w, w->now) == NULL);
	check_row("dies with a word");
	world_advance(w, after_ms(3600000));
	CHECK(!listen_key_lives(&w->key));
	s = world_next_saying(w, w->now);
	CHECK(s != NULL && s->kind == UE_LISTEN_KEY_EXPIRED);
	saying_free(s);
	buf_free(&out);
	discard(w);
}

/* Each position is opened and closed by orders of its own. */
static void
hands_in_hedge_mode(void **state)
{
	struct world		*w = fresh();
	struct buf		 out = { 0 };
	const struct outside	 o = { 0 };
	const struct position	*p = w->exchange.desks[0].positions;

	(void)state;
	command(w, "/hedge?on=1", after_ms(1), &out);
	command(w, "/foreign?symbol=BTCUSDT&side=BUY&qty=0.01&positionSide=LONG", after_ms(1), &out);
	command(w, "/foreign?symbol=BTCUSDT&side=SELL&qty=0.02&positionSide=SHORT", after_ms(1), &out);
	command(w, "/foreign?symbol=BTCUSDT&side=SELL&qty=0.01&price=61300&positionSide=LONG",
	    after_ms(1), &out);
	CHECK_HAS(buf_text(&out), "\"reduceOnly\":true");
	CHECK_DEC(p[PS_LONG].qty, "0.01");
	CHECK_DEC(p[PS_SHORT].qty, "-0.02");
	check_row("neither");
	CHECK_INT(world_control(w, "/foreign?symbol=BTCUSDT&side=BUY&qty=0.01", NULL, &o, after_ms(1),
	    &out), 400);
	buf_free(&out);
	discard(w);
}

/* ---- what there is no time for ----------------------------------------------------------- */

/* An hour is left out: nothing moves, then the market goes on; what is not the market's happens. */
static void
time_that_is_left_out(void **state)
{
	struct world	*w = fresh();
	const wall_t	 until = after_ms(3600030);
	struct buf	 ignored = { 0 };

	(void)state;
	ask(w, "POST", "/fapi/v1/listenKey", after_ms(10000), &ignored);
	const dec_t	 px = w->exchange.desks[0].market.ref_px;
	const size_t	 trades = w->exchange.desks[0].deals.n;
	command(w, "/walk?symbol=ETHUSDT&to=3500&steps=5&ms=50", after_ms(10000), &ignored);
	world_skip(w, until);
	check_row("the market stands");
	world_advance(w, until);
	CHECK_INT(w->now.us, until.us);
	CHECK(dec_cmp(w->exchange.desks[0].market.ref_px, px) == 0);
	CHECK_INT(w->exchange.desks[0].deals.n, trades);
	CHECK_INT(w->exchange.desks[1].market.steps_left, 3);
	check_row("and goes on, in its rhythm");
	CHECK_INT(world_next(w).us, after_ms(3600080).us);
	world_advance(w, after_ms(3600090));
	CHECK_INT(world_next(w).us, after_ms(3600100).us);
	world_advance(w, after_ms(3660000));
	CHECK(dec_cmp(w->exchange.desks[0].market.ref_px, px) != 0);
	CHECK(w->exchange.desks[0].deals.n > trades);
	CHECK_INT(w->exchange.desks[1].market.steps_left, 0);
	check_row("a listen key died meanwhile, at its time");
	world_skip(w, after_ms(9000000));
	world_advance(w, after_ms(9000000));
	CHECK(!listen_key_lives(&w->key));
	buf_free(&ignored);
	discard(w);
}

/* A tape of trades, one a second. */
struct reel {
	struct tape_row	 row;
	int		 n;
};

static int
next_of_reel(void *arg, const struct tape_row **row)
{
	struct reel	*r = arg;

	if (r->n == 10)
		return 0;
	r->row = (struct tape_row){
		.kind = TAPE_TOP, .symbol = "BTCUSDT", .at = { ++r->n * INT64_C(1000000) },
		.top = { D("50000"), D("1"), DEC_INT(50000 + r->n), D("1") },
	};
	*row = &r->row;
	return 1;
}

static void
check_ask(struct world *w, int64_t ms, const char *px)
{
	check_row("after %lld ms", (long long)ms);
	world_advance(w, after_ms(ms));
	CHECK_DEC(book_top(&w->exchange.desks[0].book).ask_px, px);
}

static void
a_tape_waits(void **state)
{
	struct reel	 reel = { .n = 0 };
	struct world	*w = malloc(sizeof(*w));

	(void)state;
	world_init(w, &(struct world_terms){
		.exchange.market = { .kind = MARKET_TAPE, .start = start, .period_ms = 100 },
		.key = "k", .secret = "s", .tape = { next_of_reel, &reel, 2 },
	});
	check_ask(w, 0, "50001");
	check_ask(w, 500, "50002");
	world_skip(w, after_ms(10000));
	check_ask(w, 9999, "50002");
	check_ask(w, 10000, "50003");
	check_ask(w, 10499, "50003");
	check_ask(w, 10500, "50004");
	check_ask(w, 13500, "50010");
	discard(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(same_requests_same_world),
		cmocka_unit_test(a_listen_key_dies_at_its_time),
		cmocka_unit_test(hands_in_hedge_mode),
		cmocka_unit_test(time_that_is_left_out),
		cmocka_unit_test(a_tape_waits),
	};

	return cmocka_run_group_tests_name("simex_world", tests, NULL, NULL);
}
