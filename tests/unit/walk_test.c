/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "orderd/walk.h"

#include <stdlib.h>
#include <string.h>

enum { TRADES_MAX = 6000, HISTORIES = 60 };

#define T0_MS		INT64_C(1795256100000)
#define HOUR_MS		(3600 * INT64_C(1000))
#define WEEK_MS		(7 * 24 * HOUR_MS)

static wall_t
at_ms(int64_t ms)
{
	return wall_from_ms(T0_MS + ms);
}

static struct cursor
cursor_of(const char *symbol, int64_t trade_id, wall_t since)
{
	struct cursor	 c = { .trade_id = trade_id, .since = since };

	text_put(c.symbol, sizeof(c.symbol), symbol);
	return c;
}

/* ---- cursors ------------------------------------------------------------------------ */

static void
a_cursor_begins_where_all_do(void **state)
{
	struct cursors	 t = { .since = at_ms(5) };

	(void)state;
	check_row("two symbols");
	CHECK(cursors_find(&t, "BTCUSDT") == NULL);
	struct cursor	*c = cursors_get(&t, "BTCUSDT");
	CHECK_STR(c->symbol, "BTCUSDT");
	CHECK_INT(c->trade_id, 0);
	CHECK_INT(c->since.us, at_ms(5).us);
	CHECK(!c->touched);
	c->trade_id = 9;
	t.since = at_ms(6);
	CHECK(cursors_get(&t, "BTCUSDT") == c && cursors_find(&t, "BTCUSDT") == c);
	CHECK_INT(c->trade_id, 9);
	CHECK_INT(c->since.us, at_ms(5).us);
	CHECK_INT(cursors_get(&t, "ETHUSDT")->since.us, at_ms(6).us);
	cursors_fini(&t);
}

/* ---- one page ------------------------------------------------------------------------- */

static void
check_request(const struct walk *w, const char *want)
{
	struct buf	 b = { 0 };

	walk_request(w, &b);
	CHECK_STR(buf_text(&b), want);
	buf_free(&b);
}

static void
pages_as_they_are_asked_for(void **state)
{
	struct cursor	 c = cursor_of("BTCUSDT", 700, at_ms(0));
	struct walk	 w;

	(void)state;
	check_row("after a trade");
	walk_begin(&w, &c);
	check_request(&w, "symbol=BTCUSDT&fromId=701&limit=1000");
	walk_trade(&w, 705, at_ms(0), at_ms(10000));
	check_request(&w, "symbol=BTCUSDT&fromId=701&limit=1000");	/* if it was unreadable */
	CHECK(walk_page_end(&w, WALK_PAGE, at_ms(10000)));
	check_request(&w, "symbol=BTCUSDT&fromId=706&limit=1000");
	CHECK(!walk_page_end(&w, WALK_PAGE - 1, at_ms(10000)));
	CHECK(!walk_page_end(&w, 0, at_ms(10000)));

	check_row("no trade is known: windows of a week");
	c = cursor_of("币安人生USDT", 0, at_ms(0));
	walk_begin(&w, &c);
	check_request(&w, "symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"
	    "&startTime=1795256100000&endTime=1795860899999&limit=1000");
	CHECK(walk_page_end(&w, 0, at_ms(WEEK_MS + 2)));
	check_request(&w, "symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"
	    "&startTime=1795860900000&endTime=1796465699999&limit=1000");
	walk_trade(&w, 3, at_ms(WEEK_MS), at_ms(WEEK_MS + 2));
	check_request(&w, "symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"
	    "&startTime=1795860900000&endTime=1796465699999&limit=1000");
	CHECK(!walk_page_end(&w, 1, at_ms(WEEK_MS + 2)));
	check_request(&w, "symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT&fromId=4&limit=1000");
}

/* The first page with a trade in it ends the windows: from there on ids lead to the end. */
static void
when_there_is_more_to_ask(void **state)
{
	static const struct {
		const char	*name;
		int64_t		 cursor_id;
		int		 trades;
		int64_t		 now_ms;
		bool		 more;
	} rows[] = {
		{ "by id, a full page",             5, WALK_PAGE, 3 * WEEK_MS, true },
		{ "by id, not full",                5, 999,       3 * WEEK_MS, false },
		{ "by id, none",                    5, 0,         3 * WEEK_MS, false },
		{ "the last window, none",          0, 0,         WEEK_MS - 1, false },
		{ "the last window to the instant", 0, 0,         WEEK_MS,     false },
		{ "the last window, some",          0, 3,         WEEK_MS - 1, false },
		{ "the last window, a full page",   0, WALK_PAGE, WEEK_MS - 1, true },
		{ "a window, none",                 0, 0,         WEEK_MS + 1, true },
		{ "a window, a full page",          0, WALK_PAGE, WEEK_MS + 1, true },
		{ "a window, some: there are later ones", 0, 3,   WEEK_MS + 1, true },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct cursor	 c = cursor_of("BTCUSDT", rows[i].cursor_id, at_ms(0));
		struct walk		 w;

		check_row("%s", rows[i].name);
		walk_begin(&w, &c);
		for (int k = 1; k <= rows[i].trades; k++)
			walk_trade(&w, 100 + k, at_ms(k), at_ms(rows[i].now_ms));
		CHECK_INT(walk_page_end(&w, rows[i].trades, at_ms(rows[i].now_ms)), rows[i].more);
	}
}

static void
what_counts_as_walked(void **state)
{
	static const struct { const char *name; int64_t age_ms[3]; int64_t settled; } rows[] = {
		{ "all old", { 9000, 8000, 5000 }, 13 },
		{ "the last is young", { 9000, 5000, 4999 }, 12 },
		{ "all young", { 4999, 10, 0 }, 10 },
		{ "one of the future", { 9000, 5000, -3 }, 12 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct cursor	 c = cursor_of("BTCUSDT", 10, at_ms(0));
		struct walk		 w;

		check_row("%s", rows[i].name);
		walk_begin(&w, &c);
		CHECK_INT(w.settled_id, 10);
		for (int k = 0; k < 3; k++)
			walk_trade(&w, 11 + k, at_ms(-rows[i].age_ms[k]), at_ms(0));
		CHECK_INT(w.settled_id, rows[i].settled);
		CHECK_INT(w.at_id, 13);
	}
}

/* ---- a fake exchange --------------------------------------------------------------------- */

struct trade {
	int64_t	id, at_ms, seen_ms;	/* when the query side has it */
	int	handed;			/* how often it was handed on */
};

struct exchange {
	struct trade	 v[TRADES_MAX];
	int		 n;
	int64_t		 end_ms;
};

/* Bursts and pauses; ids have gaps, for the symbol is traded by others too. */
static void
trade_at_random(struct exchange *x, struct rng *r, int64_t pause_ms)
{
	int64_t	 ms = 0, id = 1;

	x->n = 1 + (int)rng_below(r, TRADES_MAX);
	for (int i = 0; i < x->n; i++) {
		const bool	 pause = rng_below(r, (uint64_t)x->n / 8 + 1) == 0;

		ms += pause ? (int64_t)rng_below(r, (uint64_t)pause_ms) : (int64_t)rng_below(r, 3);
		id += 1 + (int64_t)rng_below(r, 5);
		x->v[i] = (struct trade){ .id = id, .at_ms = ms,
		    .seen_ms = ms + (int64_t)rng_below(r, WALK_SETTLE_MS) };
	}
	x->end_ms = ms;
}

static int64_t
param(const char *query, const char *name)
{
	const char	*p = strstr(query, name);

	return p == NULL ? -1 : strtoll(p + strlen(name), NULL, 10);
}

/* As documented: not both fromId and times, a week at most, ascending, the first of them. */
static int
serve(struct exchange *x, const char *query, int64_t now_ms, struct trade *page[WALK_PAGE])
{
	const int64_t	 from_id = param(query, "fromId="), start = param(query, "startTime="),
			 end = param(query, "endTime="), limit = param(query, "limit=");
	int		 n = 0;

	CHECK((from_id == -1) == (start != -1) && (start == -1) == (end == -1));
	CHECK(end - start < WEEK_MS && start <= end && limit == WALK_PAGE);
	for (int i = 0; i < x->n && n < limit; i++) {
		struct trade	*t = &x->v[i];
		const int64_t	 at = T0_MS + t->at_ms;

		if (t->seen_ms <= now_ms &&
		    (from_id != -1 ? t->id >= from_id : start <= at && at <= end))
			page[n++] = t;
	}
	return n;
}

/* ---- any history ---------------------------------------------------------------------------- */

/* All up to the cursor has been handed on, and is old enough for nothing to come between. */
static void
check_cursor(const struct exchange *x, const struct cursor *c, int64_t now_ms)
{
	for (int i = 0; i < x->n && x->v[i].id <= c->trade_id; i++) {
		CHECK(x->v[i].handed > 0);
		CHECK(x->v[i].at_ms <= now_ms - WALK_SETTLE_MS);
	}
}

/* One walk, which may be cut after any page: what is not in the cursor is forgotten. */
static void
walk_once(struct exchange *x, struct cursor *c, int64_t now_ms, int pages)
{
	struct trade	*page[WALK_PAGE];
	struct buf	 query = { 0 };
	int64_t		 last = c->trade_id;
	struct walk	 w;
	bool		 more = true;

	walk_begin(&w, c);
	while (more && pages-- > 0) {
		buf_reset(&query);
		walk_request(&w, &query);
		const int	 n = serve(x, buf_text(&query), now_ms, page);

		for (int i = 0; i < n / 2; i++)		/* one of them cannot be read */
			walk_trade(&w, page[i]->id, at_ms(page[i]->at_ms), at_ms(now_ms));
		buf_reset(&query);
		walk_request(&w, &query);
		CHECK_INT(serve(x, buf_text(&query), now_ms, page), n);
		for (int i = 0; i < n; i++) {
			CHECK(page[i]->id > last);
			last = page[i]->id;
			page[i]->handed++;
			walk_trade(&w, page[i]->id, at_ms(page[i]->at_ms), at_ms(now_ms));
		}
		if (w.settled_id > c->trade_id)
			c->trade_id = w.settled_id;
		check_cursor(x, c, now_ms);
		more = walk_page_end(&w, n, at_ms(now_ms));
	}
	buf_free(&query);
}

static void
check_all_handed(const struct exchange *x, const struct cursor *c)
{
	for (int i = 0; i < x->n; i++)
		CHECK(x->v[i].handed > 0);
	CHECK_INT(c->trade_id, x->v[x->n - 1].id);
}

/* Walked while it grows, with walks that are cut; then once more when all is settled. */
static void
every_trade_is_handed_on(void **state)
{
	static const int64_t	 pauses_ms[] = { 1, 6000, HOUR_MS, 24 * HOUR_MS, 4 * WEEK_MS };
	static struct exchange	 x;
	struct rng		 r = rng_seed(check_seed());

	(void)state;
	for (int i = 0; i < HISTORIES; i++) {
		struct cursor	 c = cursor_of("BTCUSDT", 0, at_ms(0));
		const int	 walks = (int)rng_below(&r, 6);
		int64_t		 now_ms = 0;

		trade_at_random(&x, &r, pauses_ms[i % (int)NITEMS(pauses_ms)]);
		for (int k = 0; k < walks; k++) {
			now_ms += (int64_t)rng_below(&r, (uint64_t)(x.end_ms + 10000) / 4);
			check_row("history %d of %d trades, walk %d", i, x.n, k);
			walk_once(&x, &c, now_ms, 1 + (int)rng_below(&r, 4));
		}
		check_row("history %d of %d trades, the end, after %d walks", i, x.n, walks);
		walk_once(&x, &c, (now_ms > x.end_ms ? now_ms : x.end_ms) + WALK_SETTLE_MS, 10000);
		check_all_handed(&x, &c);
	}
}

/* Pages end where they like: in the middle of one instant, full to the last. */
static void
page_borders(void **state)
{
	static const int	 sizes[] = { 1, 999, 1000, 1001, 1999, 2000, 2001, 3000 };
	static struct exchange	 x;

	(void)state;
	for (size_t i = 0; i < NITEMS(sizes); i++)
		for (int known = 0; known < 2; known++) {
			struct cursor	 c = cursor_of("BTCUSDT", known == 0 ? 0 : 1, at_ms(0));

			x.n = sizes[i];
			for (int k = 0; k < x.n; k++)
				x.v[k] = (struct trade){ .id = 2 + k, .at_ms = 7 };
			check_row("%d trades of one instant, %s", x.n, known ? "by id" : "by time");
			walk_once(&x, &c, 7 + WALK_SETTLE_MS, 10);
			check_all_handed(&x, &c);
			for (int k = 0; k < x.n; k++)
				CHECK_INT(x.v[k].handed, 1);
		}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_cursor_begins_where_all_do),
		cmocka_unit_test(pages_as_they_are_asked_for),
		cmocka_unit_test(when_there_is_more_to_ask),
		cmocka_unit_test(what_counts_as_walked),
		cmocka_unit_test(every_trade_is_handed_on),
		cmocka_unit_test(page_borders),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
