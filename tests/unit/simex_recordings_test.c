/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recordings of the exchange's streams: they are read to the end, no diff is
 * missing, and the book made of them is what the tickers in them say.
 */
#include "tests/unit/check.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/replay.h"
#include "tests/simex/tapefile.h"
#include "tests/unit/rows.h"

#include <stdlib.h>
#include <string.h>

/* The best of the book after a diff, or as the ticker said it. */
struct best {
	int64_t		 update_id;
	struct top	 top;
};

struct bests {
	struct best	*v;
	size_t		 n, cap;
};

/* Of one recording; what it all must be stands in recordings[]. */
struct counts {
	int64_t	 lines, depths, tops, trades, marks, snapshots, skipped;
	int64_t	 no_trade;		/* ids between those of two trades */
	int64_t	 stale;			/* diffs that the snapshot has already */
	int64_t	 compared, equal;	/* with what was heard last, unless it is of later */
	int64_t	 by_id, by_id_equal;	/* with the last ticker whose id is not above the diff's */
};

struct rebuilt {
	struct counts		 counts;
	struct exchange		 exchange;
	struct replay		 replay;
	int64_t			 snapshot_id, last_id, trade_id;	/* 0: none yet */
	bool			 joined;	/* the diff that meets the snapshot is in */
	struct bests		 tickers, books;
};

/*
 * The streams overtake each other: a ticker that was heard last may be behind
 * the diff, and then the two differ though neither is wrong.  Put in the order
 * of their update ids they never do.
 */
static const struct recording {
	const char	*name;
	struct counts	 counts;
} recordings[] = {
	{ "md/hft_usdm_btcusdt_20230404-05.raw.xz", { .lines = 73765, .depths = 16110,
	    .tops = 44205, .trades = 12934, .marks = 514, .snapshots = 1, .skipped = 1,
	    .no_trade = 1,		/* the one skipped was of the insurance fund */
	    .compared = 16110, .equal = 16110, .by_id = 16110, .by_id_equal = 16110 } },
	{ "md/hft_usdm_btcusdt_20240718-19.raw.xz", { .lines = 71984, .depths = 9022,
	    .tops = 52260, .trades = 10701, .snapshots = 1, .stale = 5,
	    .compared = 8861, .equal = 8849, .by_id = 9017, .by_id_equal = 9017 } },
	{ "md/hft_usdm_ethusdt_20240718-19.raw.xz", { .lines = 69913, .depths = 8929,
	    .tops = 47328, .trades = 13655, .snapshots = 1, .stale = 5,
	    .compared = 8669, .equal = 8663, .by_id = 8924, .by_id_equal = 8924 } },
};

/* ---- the book ----------------------------------------------------------------------------- */

static void
apply(struct rebuilt *b, const struct tape_row *row)
{
	replay_row(&b->replay, row, WALL_UNSET);
}

static struct top
top_of(struct rebuilt *b, const char *symbol)
{
	const struct top	 t = book_top(&exchange_find(&b->exchange, symbol)->book);

	CHECK(dec_sign(t.bid_px) > 0 && dec_lt(t.bid_px, t.ask_px));
	return t;
}

static bool
top_eq(const struct top *a, const struct top *b)
{
	return dec_cmp(a->bid_px, b->bid_px) == 0 && dec_cmp(a->bid_qty, b->bid_qty) == 0 &&
	    dec_cmp(a->ask_px, b->ask_px) == 0 && dec_cmp(a->ask_qty, b->ask_qty) == 0;
}

static bool
prices_eq(const struct top *a, const struct top *b)
{
	return dec_cmp(a->bid_px, b->bid_px) == 0 && dec_cmp(a->ask_px, b->ask_px) == 0;
}

static void
bests_add(struct bests *b, int64_t update_id, struct top top)
{
	CHECK(b->n == 0 || b->v[b->n - 1].update_id < update_id);
	if (b->n == b->cap)
		b->v = xrealloc(b->v, (b->cap += 16384) * sizeof(struct best));
	b->v[b->n++] = (struct best){ update_id, top };
}

/* ---- a recording -------------------------------------------------------------------------- */

/* To the recording's snapshot, which the book begins with. */
static void
load_snapshot(struct rebuilt *b, const char *path)
{
	struct why	 why = { .text = "" };
	struct tapefile	*f = tapefile_open(path, "", &why);

	CHECK_STR(why.text, "");
	do {
		CHECK_INT(tapefile_next(f, &why), 1);
	} while (tapefile_tape(f)->row.kind != TAPE_SNAPSHOT);
	apply(b, &tapefile_tape(f)->row);
	b->snapshot_id = tapefile_tape(f)->row.update.last;
	tapefile_close(f);
}

static void
on_depth(struct rebuilt *b, const struct tape_row *row)
{
	const struct tape_update	*u = &row->update;

	if (b->last_id != 0)
		CHECK_INT(u->prev, b->last_id);
	b->last_id = u->last;
	if (u->last < b->snapshot_id) {
		b->counts.stale++;
		return;
	}
	if (!b->joined)
		CHECK(u->first <= b->snapshot_id && b->snapshot_id <= u->last);
	b->joined = true;
	apply(b, row);
	const struct top	 top = top_of(b, row->symbol);
	bests_add(&b->books, u->last, top);
	if (b->counts.snapshots == 0 || b->tickers.n == 0)
		return;
	const struct best	*heard = &b->tickers.v[b->tickers.n - 1];
	if (heard->update_id <= u->last) {
		b->counts.compared++;
		b->counts.equal += prices_eq(&heard->top, &top);
	}
}

static void
on_trade(struct rebuilt *b, const struct tape_row *row)
{
	if (b->trade_id != 0)
		b->counts.no_trade += row->trade.id - b->trade_id - 1;
	b->trade_id = row->trade.id;
	b->counts.trades++;
}

static void
on_row(struct rebuilt *b, const struct tape *t)
{
	const struct tape_row	*row = &t->row;

	switch (row->kind) {
	case TAPE_SNAPSHOT:
		b->counts.snapshots++;
		break;
	case TAPE_DEPTH:
		b->counts.depths++;
		on_depth(b, row);
		break;
	case TAPE_TOP:
		b->counts.tops++;
		bests_add(&b->tickers, row->update.last, row->top);
		break;
	case TAPE_TRADE:
		on_trade(b, row);
		break;
	case TAPE_MARK:
		b->counts.marks++;
		break;
	case TAPE_KIND_N:
		fail();
	}
}

static void
compare_by_id(struct rebuilt *b)
{
	size_t	 at = 0;

	for (size_t i = 0; i < b->books.n; i++) {
		while (at < b->tickers.n && b->tickers.v[at].update_id <= b->books.v[i].update_id)
			at++;
		if (at == 0)
			continue;
		b->counts.by_id++;
		b->counts.by_id_equal += top_eq(&b->tickers.v[at - 1].top, &b->books.v[i].top);
	}
}

static void
rebuild(struct rebuilt *b, const char *path)
{
	struct why	 why = { .text = "" };
	wall_t		 heard_at = WALL_UNSET;
	int		 rc;

	load_snapshot(b, path);
	struct tapefile	*f = tapefile_open(path, "", &why);
	CHECK(f != NULL);
	const struct tape	*t = tapefile_tape(f);
	while ((rc = tapefile_next(f, &why)) == 1) {
		check_row("%s:%lld", path, (long long)tapefile_line_no(f));
		CHECK(t->row.heard_at.us >= heard_at.us);
		heard_at = t->row.heard_at;
		CHECK_STR(t->row.symbol, t->symbol);
		on_row(b, t);
	}
	CHECK_STR(why.text, "");
	CHECK_INT(rc, 0);
	b->counts.lines = tapefile_line_no(f);
	b->counts.skipped = t->skipped;
	tapefile_close(f);
	compare_by_id(b);
}

static void
check_counts(const struct counts *got, const struct counts *want)
{
	CHECK_INT(got->lines, want->lines);
	CHECK_INT(got->depths, want->depths);
	CHECK_INT(got->tops, want->tops);
	CHECK_INT(got->trades, want->trades);
	CHECK_INT(got->marks, want->marks);
	CHECK_INT(got->snapshots, want->snapshots);
	CHECK_INT(got->skipped, want->skipped);
	CHECK_INT(got->no_trade, want->no_trade);
	CHECK_INT(got->stale, want->stale);
	CHECK_INT(got->compared, want->compared);
	CHECK_INT(got->equal, want->equal);
	CHECK_INT(got->by_id, want->by_id);
	CHECK_INT(got->by_id_equal, want->by_id_equal);
}

static void
the_book_is_what_the_ticker_says(void **state)
{
	char	 path[256];

	(void)state;
	for (size_t i = 0; i < NITEMS(recordings); i++) {
		struct rebuilt	 b = { .trade_id = 0 };

		if (rows_recorded(recordings[i].name, path) == NULL) {
			check_skipped("no PMS_DATA");
			return;
		}
		check_row("%s", path);
		exchange_init(&b.exchange, &(struct exchange_terms){
			.market.kind = MARKET_TAPE, .market.period_ms = 100,
		});
		replay_init(&b.replay, &b.exchange, false, 1);
		rebuild(&b, path);
		check_row("%s", path);
		check_counts(&b.counts, &recordings[i].counts);
		CHECK_INT(b.replay.gaps, 0);
		CHECK_INT(b.replay.strangers, 0);
		replay_fini(&b.replay);
		exchange_fini(&b.exchange);
		free(b.tickers.v);
		free(b.books.v);
	}
}

/* Single frames, without the time of whoever heard them. */
static void
frames_of_all_years_are_read(void **state)
{
	static const struct { const char *name; int64_t rows, skipped; } files[] = {
		{ "md/frames_2026_wire_format.jsonl", 5, 3 },
		{ "md/markprice_funding_rollover_2026-09-30.jsonl", 12, 0 },
	};
	char	 path[256], *line, *timed;

	(void)state;
	for (size_t i = 0; i < NITEMS(files); i++) {
		struct tape	 t;
		struct why	 why = { .text = "" };

		if (rows_recorded(files[i].name, path) == NULL) {
			check_skipped("no PMS_DATA");
			return;
		}
		struct rows	 r = rows_open(path);
		tape_init(&t, TAPE_RAW, "BTCUSDT");
		while ((line = rows_next(&r)) != NULL) {
			check_row("%s:%d", path, r.no);
			const size_t	 size = strlen(line) + sizeof("1786171884000000 ");
			timed = xcalloc(1, size);
			text_putf(timed, size, "1786171884000000 %s", line);
			CHECK(tape_read(&t, timed, strlen(timed), &why) != -1);
			free(timed);
		}
		CHECK_STR(why.text, "");
		CHECK_INT(t.rows, files[i].rows);
		CHECK_INT(t.skipped, files[i].skipped);
		tape_fini(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(the_book_is_what_the_ticker_says),
		cmocka_unit_test(frames_of_all_years_are_read),
	};

	return cmocka_run_group_tests_name("simex recordings", tests, NULL, NULL);
}
