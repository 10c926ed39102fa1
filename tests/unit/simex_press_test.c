/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the market streams say, heard by a client that does as the exchange's
 * documents tell it to.
 */
#include "tests/unit/check.h"

#include "base/die.h"
#include "base/rng.h"
#include "base/text.h"
#include "tests/simex/core/match.h"
#include "tests/simex/core/press.h"
#include "tests/simex/core/print.h"
#include "tests/unit/shape.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 400, MOVES = 12, SNAPSHOT_LEVELS = 1000, HEARD_MAX = 4096 };

static const wall_t	 start = { INT64_C(1790000000000000) };

/* ---- a press that is listened to ------------------------------------------------- */

struct heard {
	struct topic	 topic;
	json_t		*json;
};

struct room {
	struct exchange	 x;
	struct press	 press;
	struct heard	 v[HEARD_MAX];
	size_t		 n;
};

static void
hear(void *arg, struct topic t, const struct buf *json)
{
	struct room	*r = arg;

	CHECK(r->n < HEARD_MAX);
	r->v[r->n] = (struct heard){ t, json_loadb(json->p, json->len, 0, NULL) };
	CHECK(r->v[r->n++].json != NULL);
}

static void
forget(struct room *r)
{
	while (r->n > 0)
		json_decref(r->v[--r->n].json);
}

static struct room *
fresh(void)
{
	struct room	*r = xcalloc(1, sizeof(*r));

	exchange_init(&r->x, &(struct exchange_terms){
		.balance = D("10000000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
		.market.seed = check_seed(), .max_orders = 200,
	});
	press_init(&r->press, &r->x, hear, r);
	return r;
}

static void
discard(struct room *r)
{
	forget(r);
	press_fini(&r->press);
	exchange_fini(&r->x);
	free(r);
}

static int64_t
number(const json_t *o, const char *name)
{
	CHECK(json_is_integer(json_object_get(o, name)));
	return json_integer_value(json_object_get(o, name));
}

static const char *
word(const json_t *o, const char *name)
{
	CHECK(json_is_string(json_object_get(o, name)));
	return json_string_value(json_object_get(o, name));
}

static void
move(struct room *r, struct rng *rng, wall_t now)
{
	struct desk	*d = &r->x.desks[0];
	const dec_t	 qty = { (int64_t)(1 + rng_below(rng, 500)) * 100000 };
	const enum side	 side = rng_below(rng, 2) == 0 ? SIDE_BUY : SIDE_SELL;
	const struct terms t = {
		.side = side, .type = TYPE_LIMIT, .tif = TIF_GTC, .qty = qty,
		.px = dec_add(d->market.ref_px, DEC_INT((int64_t)rng_below(rng, 9) - 4)),
	};
	struct order	*o;

	switch (rng_below(rng, 6)) {
	case 0:
		exchange_set_price(&r->x, d, t.px, now);
		return;
	case 1:
		exchange_beat(&r->x, now);
		return;
	case 2:
		exchange_public_trade(&r->x, d, side, DEC_NONE, qty, now);
		return;
	case 3:
		if ((o = TAILQ_FIRST(&d->orders.open)) != NULL)
			exchange_cancel(&r->x, o, now);
		return;
	}
	(void)exchange_place(&r->x, d, &t, now, &o);
}

/* ---- a local book, kept by the documents -------------------------------------------- */

struct local {
	struct book	 book;		/* all of it the house's */
	bool		 begun, synced;
	int64_t		 last_id;	/* of the snapshot, then of the last event */
};

static void
apply_side(struct local *c, const json_t *levels, enum side side)
{
	const json_t	*level;
	size_t		 i;

	json_array_foreach(levels, i, level) {
		book_set_house(&c->book, side, D(json_string_value(json_array_get(level, 0))),
		    D(json_string_value(json_array_get(level, 1))));
	}
}

static void
ask_for_snapshot(struct local *c, const struct desk *d, wall_t now)
{
	struct buf	 b = { 0 };

	book_fini(&c->book);
	book_init(&c->book);
	print_depth(&b, d, SNAPSHOT_LEVELS, now);
	json_t		*snapshot = json_loads(buf_text(&b), 0, NULL);
	apply_side(c, json_object_get(snapshot, "bids"), SIDE_BUY);
	apply_side(c, json_object_get(snapshot, "asks"), SIDE_SELL);
	c->last_id = number(snapshot, "lastUpdateId");
	c->begun = true;
	c->synced = false;
	json_decref(snapshot);
	buf_free(&b);
}

/* The rules: older ones are dropped, the first one spans the snapshot, pu is a chain. */
static void
apply_event(struct local *c, const json_t *e)
{
	const int64_t	 first = number(e, "U"), last = number(e, "u"), before = number(e, "pu");

	CHECK(before < first && first <= last);
	if (!c->begun || last < c->last_id)
		return;
	if (c->synced)
		CHECK_INT(before, c->last_id);
	else if (first > c->last_id)
		CHECK_INT(before, c->last_id);	/* it begins where the snapshot ends */
	apply_side(c, json_object_get(e, "b"), SIDE_BUY);
	apply_side(c, json_object_get(e, "a"), SIDE_SELL);
	c->last_id = last;
	c->synced = true;
}

static void
compare(const struct book *got, const struct book *want)
{
	const struct level	*g, *w;

	for (int s = 0; s < SIDE_N; s++) {
		for (size_t i = 0; ; i++) {
			g = book_level(got, (enum side)s, i);
			w = book_level(want, (enum side)s, i);
			if (g == NULL || w == NULL)
				break;
			CHECK(dec_cmp(g->px, w->px) == 0 && dec_cmp(g->qty, w->qty) == 0);
		}
		CHECK(g == NULL && w == NULL);
	}
}

/* A client at each speed; each asks for its snapshot at a time of its own. */
static void
a_local_book_is_the_book(void **state)
{
	static const enum rhythm	 rhythms[DIFF_SPEEDS] = {
		RHYTHM_100MS, RHYTHM_250MS, RHYTHM_500MS,
	};
	struct room	*r = fresh();
	struct rng	 rng = rng_seed(check_seed());
	struct local	 clients[DIFF_SPEEDS] = { 0 };
	size_t		 events = 0;

	(void)state;
	for (int s = 0; s < DIFF_SPEEDS; s++) {
		book_init(&clients[s].book);
		press_join(&r->press, (struct topic){ TOPIC_DEPTH + s, 0 });
	}
	for (int i = 0; i < ROUNDS; i++) {
		const wall_t	 now = wall_add_us(start, i * 50000);

		check_row("round %d", i);
		for (uint64_t k = rng_below(&rng, MOVES); k > 0; k--)
			move(r, &rng, now);
		for (int s = 0; s < DIFF_SPEEDS; s++) {
			if (i * 50 % rhythm_ms[rhythms[s]] == 0)
				press_beat(&r->press, rhythms[s], now);
			if (rng_below(&rng, 40) == 0 || i == 10)
				ask_for_snapshot(&clients[s], &r->x.desks[0], now);
		}
		press_flush(&r->press, now);
		r->x.facts.n = 0;
		for (size_t k = 0; k < r->n; k++)
			apply_event(&clients[r->v[k].topic.kind - TOPIC_DEPTH], r->v[k].json);
		events += r->n;
		for (int s = 0; s < DIFF_SPEEDS; s++)
			if (clients[s].begun && clients[s].last_id == r->x.desks[0].book.changes)
				compare(&clients[s].book, &r->x.desks[0].book);
		forget(r);
	}
	check_row("the end");
	CHECK(events > ROUNDS / 2);
	for (int s = 0; s < DIFF_SPEEDS; s++) {
		press_beat(&r->press, rhythms[s], start);
		for (size_t k = 0; k < r->n; k++)
			apply_event(&clients[s], r->v[k].json);
		forget(r);
		compare(&clients[s].book, &r->x.desks[0].book);
		check_row("who leaves hears nothing, and nothing is kept for nobody");
		press_leave(&r->press, (struct topic){ TOPIC_DEPTH + s, 0 });
		exchange_set_price(&r->x, &r->x.desks[0], D("60000"), start);
		press_beat(&r->press, rhythms[s], start);
		CHECK_INT((int64_t)r->n, 0);
		CHECK(r->x.desks[0].book.diffs.v[s].v == NULL);
		exchange_set_price(&r->x, &r->x.desks[0], D("61000"), start);
		if (s + 1 < DIFF_SPEEDS)
			ask_for_snapshot(&clients[s + 1], &r->x.desks[0], start);
		book_fini(&clients[s].book);
	}
	discard(r);
}

/* ---- what is said when --------------------------------------------------------------- */

static void
listen(struct room *r, enum topic_kind kind)
{
	press_join(&r->press, (struct topic){ kind, 0 });
}

static int64_t
heard(const struct room *r, enum topic_kind kind)
{
	int64_t	 n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->v[i].topic.kind == kind;
	return n;
}

static void
beat_all(struct room *r, wall_t now)
{
	press_flush(&r->press, now);
	r->x.facts.n = 0;
	for (int k = 0; k < RHYTHM_N; k++)
		press_beat(&r->press, (enum rhythm)k, now);
}

static void
a_quiet_stream_says_nothing(void **state)
{
	static const enum topic_kind	 kinds[] = {
		TOPIC_AGG_TRADE, TOPIC_ALL_BOOK_TICKER, TOPIC_ALL_MINI_TICKER, TOPIC_ALL_TICKER,
		TOPIC_DEPTH + DIFF_250MS, TOPIC_DEPTH5 + DIFF_100MS, TOPIC_DEPTH20 + DIFF_500MS,
		TOPIC_KLINE + INTERVAL_1M, TOPIC_CONTINUOUS_KLINE + INTERVAL_1H, TOPIC_MINI_TICKER,
		TOPIC_RPI_DEPTH, TOPIC_TICKER, TOPIC_TRADE,
	};
	struct room	*r = fresh();

	(void)state;
	for (size_t i = 0; i < NITEMS(kinds); i++)
		listen(r, kinds[i]);
	beat_all(r, start);		/* what stood there before */
	forget(r);
	check_row("quiet");
	beat_all(r, wall_add_us(start, 1000000));
	CHECK_INT((int64_t)r->n, 0);
	check_row("one trade");
	exchange_public_trade(&r->x, &r->x.desks[0], SIDE_BUY, DEC_NONE, D("0.001"),
	    wall_add_us(start, 1000000));
	beat_all(r, wall_add_us(start, 2000000));
	for (size_t i = 0; i < NITEMS(kinds); i++) {
		check_row("one trade, kind %d", kinds[i]);
		CHECK_INT(heard(r, kinds[i]), 1);
	}
	forget(r);
	check_row("the minute closes");
	beat_all(r, wall_add_us(start, 120000000));
	CHECK_INT((int64_t)r->n, 1);
	CHECK(json_is_true(json_object_get(json_object_get(r->v[0].json, "k"), "x")));
	check_row("other contracts were not heard of");
	exchange_public_trade(&r->x, &r->x.desks[1], SIDE_BUY, DEC_NONE, D("0.001"), start);
	forget(r);
	press_beat(&r->press, RHYTHM_2S, start);
	press_beat(&r->press, RHYTHM_100MS, start);
	press_flush(&r->press, start);
	CHECK_INT((int64_t)r->n, 0);
	discard(r);
}

static void
tops_are_said_as_they_change(void **state)
{
	struct room	*r = fresh();
	struct desk	*d = &r->x.desks[0];

	(void)state;
	check_row("who is new hears the top");
	press_flush(&r->press, start);
	listen(r, TOPIC_BOOK_TICKER);
	press_flush(&r->press, start);
	CHECK_INT((int64_t)r->n, 1);
	check_row("what is behind the top is not said");
	exchange_set_ladder(&r->x, d, (struct ladder){ .levels = 3, .qty = d->market.ladder.qty,
	    .gap = D("5") }, start);
	press_flush(&r->press, start);
	CHECK_INT((int64_t)r->n, 1);
	check_row("a new top is, with the id of GET depth");
	exchange_set_price(&r->x, d, D("61000"), start);
	press_flush(&r->press, start);
	CHECK_INT((int64_t)r->n, 2);
	CHECK_INT(number(r->v[1].json, "u"), d->book.changes);
	CHECK_STR(word(r->v[1].json, "b"), "60999.90");
	check_row("an empty side is not");
	exchange_set_ladder(&r->x, d,
	    (struct ladder){ .levels = 0, .qty = DEC_ONE, .gap = DEC_ONE }, start);
	press_flush(&r->press, start);
	CHECK_INT((int64_t)r->n, 2);
	discard(r);
}

static void
aggregates_are_said_when_over(void **state)
{
	struct room	*r = fresh();
	struct desk	*d = &r->x.desks[0];

	(void)state;
	listen(r, TOPIC_AGG_TRADE);
	for (int i = 0; i < 3; i++)
		exchange_public_trade(&r->x, d, SIDE_SELL, DEC_NONE, D("0.001"),
		    wall_add_us(start, i * 1000));
	press_beat(&r->press, RHYTHM_100MS, wall_add_us(start, 50000));
	CHECK_INT((int64_t)r->n, 0);
	press_beat(&r->press, RHYTHM_100MS, wall_add_us(start, 100000));
	CHECK_INT((int64_t)r->n, 1);
	CHECK_STR(word(r->v[0].json, "q"), "0.003");
	CHECK(json_is_true(json_object_get(r->v[0].json, "m")));
	CHECK_INT(number(r->v[0].json, "l") - number(r->v[0].json, "f"), 2);
	press_beat(&r->press, RHYTHM_100MS, wall_add_us(start, 200000));
	CHECK_INT((int64_t)r->n, 1);
	discard(r);
}

static void
force(struct room *r, const char *qty, wall_t now)
{
	const struct terms	 t = {
		.clord_id = "autoclose-1", .side = SIDE_SELL, .type = TYPE_LIMIT, .tif = TIF_IOC,
		.px = D("61000"), .qty = D(qty),
	};
	struct order		 o = {
		.terms = t, .listing = r->x.desks[0].listing, .id = 1, .cum_qty = t.qty,
		.cum_quote = dec_mul(t.qty, t.px, ROUND_HALF_EVEN),
	};

	fact_of_order(&r->x, FACT_FORCED, &o, now);
}

static void
the_largest_forced_order_is_said(void **state)
{
	struct room	*r = fresh();

	(void)state;
	listen(r, TOPIC_FORCE_ORDER);
	listen(r, TOPIC_ALL_FORCE_ORDER);
	listen(r, TOPIC_ALL_CONTRACT_INFO);
	force(r, "0.002", start);
	force(r, "0.005", start);
	force(r, "0.003", start);
	exchange_note_listing(&r->x, &r->x.desks[1], start);
	press_flush(&r->press, start);
	CHECK_INT((int64_t)r->n, 1);
	CHECK_STR(word(r->v[0].json, "e"), "contractInfo");
	CHECK_STR(word(r->v[0].json, "s"), "ETHUSDT");
	CHECK_STR(word(r->v[0].json, "cs"), "TRADING");
	press_beat(&r->press, RHYTHM_1S, start);
	CHECK_INT((int64_t)r->n, 3);
	for (size_t i = 1; i < r->n; i++) {
		const json_t	*o = json_object_get(r->v[i].json, "o");

		CHECK_STR(word(o, "q"), "0.005");
		CHECK_STR(word(o, "X"), "FILLED");
		CHECK_STR(word(o, "f"), "IOC");
		CHECK_INT(number(o, "st"), 1);
	}
	press_beat(&r->press, RHYTHM_1S, start);
	CHECK_INT((int64_t)r->n, 3);
	discard(r);
}

/* The second of a funding still names that funding, the next second the next one. */
static void
marks_name_the_next_funding(void **state)
{
	static const struct { int64_t e_ms, t_ms; } rows[] = {
		{ 1790755199000, 1790755200000 }, { 1790755200000, 1790755200000 },
		{ 1790755201000, 1790784000000 },
	};
	struct room	*r = fresh();

	(void)state;
	listen(r, TOPIC_MARK_1S);
	listen(r, TOPIC_ALL_MARK_1S);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%lld", (long long)rows[i].e_ms);
		press_beat(&r->press, RHYTHM_1S, wall_from_ms(rows[i].e_ms + 2));
		CHECK_INT((int64_t)r->n, 2);
		CHECK_INT(number(r->v[0].json, "E"), rows[i].e_ms);
		CHECK_INT(number(r->v[0].json, "T"), rows[i].t_ms);
		CHECK_INT((int64_t)json_array_size(r->v[1].json), (int64_t)r->x.n);
		forget(r);
	}
	discard(r);
}

static void
drift_adds_and_takes_nothing(void **state)
{
	struct room	*r = fresh();

	(void)state;
	listen(r, TOPIC_ALL_BOOK_TICKER);
	listen(r, TOPIC_ALL_MARK_1S);
	listen(r, TOPIC_DEPTH + DIFF_100MS);
	r->press.drift = DRIFT_FIELDS;
	exchange_set_price(&r->x, &r->x.desks[0], D("61000"), start);
	press_beat(&r->press, RHYTHM_100MS, start);
	check_row("a field more, and an event that nobody knows");
	CHECK_INT((int64_t)r->n, 2);
	CHECK(json_object_get(r->v[0].json, "zNew") != NULL);
	CHECK_STR(word(r->v[0].json, "e"), "depthUpdate");
	CHECK_INT(number(r->v[0].json, "st"), 1);
	CHECK_STR(word(r->v[1].json, "e"), "somethingNew");
	forget(r);
	check_row("COIN-M among all tops");
	press_beat(&r->press, RHYTHM_5S, start);
	CHECK_INT((int64_t)r->n, 3 * (int64_t)r->x.n);
	CHECK_STR(word(r->v[1].json, "s"), "BTCUSD_PERP");
	CHECK_STR(word(r->v[1].json, "ps"), "BTCUSD");
	CHECK_INT(number(r->v[1].json, "st"), 2);
	forget(r);
	check_row("COIN-M among all marks");
	press_beat(&r->press, RHYTHM_1S, start);
	const json_t	*last = json_array_get(r->v[0].json, r->x.n);
	CHECK_STR(word(last, "s"), "BTCUSD_PERP");
	CHECK_INT(number(last, "st"), 2);
	forget(r);
	check_row("other types");
	r->press.drift = DRIFT_TYPES;
	press_beat(&r->press, RHYTHM_1S, start);
	const json_t	*mark = json_array_get(r->v[0].json, 0);
	CHECK_STR(word(mark, "st"), "1");
	CHECK_STR(word(mark, "s"), "BTCUSDT");
	CHECK(json_is_real(json_object_get(mark, "p")));
	CHECK(json_object_get(mark, "zNew") != NULL);
	discard(r);
}

/* ---- the recordings --------------------------------------------------------------------- */

static const struct { const char *e; enum topic_kind kind; } recorded[] = {
	{ "aggTrade", TOPIC_AGG_TRADE }, { "markPriceUpdate", TOPIC_MARK_1S },
	{ "kline", TOPIC_KLINE + INTERVAL_1M }, { "forceOrder", TOPIC_FORCE_ORDER },
	{ "bookTicker", TOPIC_BOOK_TICKER }, { "24hrMiniTicker", TOPIC_MINI_TICKER },
};

/* What the demo venue and another contract said has places of its own. */
static bool
has_our_places(const json_t *frame)
{
	const char	*s = json_string_value(json_object_get(frame, "s"));
	const char	*q = json_string_value(json_object_get(frame, "q"));
	const char	*size = json_string_value(json_object_get(frame, "B"));

	return s != NULL && text_eq(s, "BTCUSDT") && (q == NULL || shape_places(q) < 4) &&
	    (size == NULL || shape_places(size) < 4);
}

static size_t
compare_with_recorded(struct room *r, json_t *frame)
{
	const char	*e = json_string_value(json_object_get(frame, "e"));

	for (size_t k = 0; e != NULL && k < NITEMS(recorded); k++) {
		if (!text_eq(recorded[k].e, e))
			continue;
		check_row("%s", e);
		for (size_t i = 0; i < r->n; i++)
			if (r->v[i].topic.kind == recorded[k].kind) {
				same_shape(r->v[i].json, frame, has_our_places(frame));
				return 1;
			}
		CHECK(false);
	}
	return 0;
}

static void
frames_have_the_recorded_shape(void **state)
{
	const char	*dir = getenv("PMS_DATA");
	char		 path[256], *line = NULL;
	size_t		 cap = 0, n = 0;

	(void)state;
	if (dir == NULL) {
		check_skipped("PMS_DATA is not set");
		return;
	}
	struct room	*r = fresh();
	for (size_t k = 0; k < NITEMS(recorded); k++)
		listen(r, recorded[k].kind);
	exchange_public_trade(&r->x, &r->x.desks[0], SIDE_BUY, DEC_NONE, D("0.002"), start);
	force(r, "0.002", start);
	beat_all(r, wall_add_us(start, 1000000));
	text_putf(path, sizeof(path), "%s/md/frames_2026_wire_format.jsonl", dir);
	FILE	*f = fopen(path, "r");
	CHECK(f != NULL);
	while (getline(&line, &cap, f) > 0) {
		json_t	*all = json_loads(line, 0, NULL), *data = json_object_get(all, "data");

		n += compare_with_recorded(r, data == NULL ? all : data);
		json_decref(all);
	}
	CHECK_INT((int64_t)n, 7);
	free(line);
	fclose(f);
	discard(r);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_local_book_is_the_book),
		cmocka_unit_test(a_quiet_stream_says_nothing),
		cmocka_unit_test(tops_are_said_as_they_change),
		cmocka_unit_test(aggregates_are_said_when_over),
		cmocka_unit_test(the_largest_forced_order_is_said),
		cmocka_unit_test(marks_name_the_next_funding),
		cmocka_unit_test(drift_adds_and_takes_nothing),
		cmocka_unit_test(frames_have_the_recorded_shape),
	};

	return cmocka_run_group_tests_name("simex_press", tests, NULL, NULL);
}
