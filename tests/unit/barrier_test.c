/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "orderd/barrier.h"

#include <stdio.h>
#include <string.h>

enum { STEPS = 5000 };

static void
put(struct barriers *t, const char *sub, const char *symbol, int64_t no)
{
	char	 name[BARRIER_NAME];

	barrier_name(sub, symbol, name);
	barriers_put(t, name, no);
}

static void
what_is_stopped(void **state)
{
	static const struct {
		const char	*name;
		struct { const char *sub, *symbol; int64_t no; } put[3];
		const char	*sub, *symbol;
		int64_t		 no;
		bool		 stopped;
	} rows[] = {
		{ "no barrier", { { 0 } }, "a", "X", 5, false },
		{ "account, lower", { { "a", "", 9 } }, "a", "X", 8, true },
		{ "account, the same", { { "a", "", 9 } }, "a", "X", 9, false },
		{ "account, higher", { { "a", "", 9 } }, "a", "X", 10, false },
		{ "account, no number", { { "a", "", 9 } }, "a", "X", 0, false },
		{ "another account", { { "a", "", 9 } }, "b", "X", 5, false },
		{ "an account that begins so", { { "a", "", 9 } }, "aa", "X", 5, false },
		{ "symbol, lower", { { "a", "X", 9 } }, "a", "X", 8, true },
		{ "symbol, the same", { { "a", "X", 9 } }, "a", "X", 9, false },
		{ "symbol, no number", { { "a", "X", 9 } }, "a", "X", 0, false },
		{ "another symbol", { { "a", "X", 9 } }, "a", "Y", 5, false },
		{ "a symbol that begins so", { { "a", "X", 9 } }, "a", "XX", 5, false },
		{ "the symbol of another account", { { "a", "X", 9 } }, "b", "X", 5, false },
		{ "both: the account's is higher", { { "a", "X", 5 }, { "a", "", 9 } }, "a", "X", 7,
		  true },
		{ "both: the symbol's is higher", { { "a", "X", 9 }, { "a", "", 5 } }, "a", "X", 7,
		  true },
		{ "both: another symbol", { { "a", "X", 9 }, { "a", "", 5 } }, "a", "Y", 7, false },
		{ "both: above both", { { "a", "X", 9 }, { "a", "", 5 } }, "a", "X", 9, false },
		{ "a lower one later", { { "a", "X", 9 }, { "a", "X", 5 } }, "a", "X", 8, true },
		{ "a higher one later", { { "a", "X", 5 }, { "a", "X", 9 } }, "a", "X", 8, true },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct barriers	 t = { .map = { 0 } };

		check_row("%s", rows[i].name);
		for (size_t k = 0; k < NITEMS(rows[i].put) && rows[i].put[k].sub != NULL; k++)
			put(&t, rows[i].put[k].sub, rows[i].put[k].symbol, rows[i].put[k].no);
		CHECK_INT(barriers_stop(&t, rows[i].sub, rows[i].symbol, rows[i].no),
		    rows[i].stopped);
		barriers_fini(&t);
	}
}

/* A name that was cut would stop others, or nobody. */
static void
the_longest_names_fit(void **state)
{
	char		 sub[SUB_ID], symbol[SYMBOL], name[BARRIER_NAME], other[SYMBOL];
	struct barriers	 t = { .map = { 0 } };

	(void)state;
	check_row("%d and %d characters", SUB_ID - 1, SYMBOL - 1);
	memset(sub, 'a', sizeof(sub) - 1);
	memset(symbol, 'X', sizeof(symbol) - 1);
	sub[sizeof(sub) - 1] = symbol[sizeof(symbol) - 1] = '\0';
	text_put(other, sizeof(other), symbol);
	other[sizeof(other) - 2] = 'Y';
	barrier_name(sub, symbol, name);
	CHECK_INT(strlen(name), sizeof(sub) - 1 + 1 + sizeof(symbol) - 1);
	barrier_name(sub, "", name);
	CHECK_STR(name, sub);
	put(&t, sub, symbol, 9);
	CHECK(barriers_stop(&t, sub, symbol, 8));
	CHECK(!barriers_stop(&t, sub, other, 8));
	barriers_fini(&t);
}

/* Whatever is put in whatever order: the highest of the two names decides. */
static void
the_highest_number_decides(void **state)
{
	static const char *const	 subs[] = { "a", "b", "c" };
	static const char *const	 symbols[] = { "", "X", "Y" };
	struct rng			 r = rng_seed(check_seed());
	int64_t				 highest[NITEMS(subs)][NITEMS(symbols)] = { { 0 } };
	struct barriers			 t = { .map = { 0 } };
	int				 stopped = 0;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		const size_t	 a = rng_below(&r, NITEMS(subs));
		const size_t	 s = rng_below(&r, NITEMS(symbols));
		const int64_t	 no = (int64_t)rng_below(&r, STEPS);

		check_row("step %d: %s %s %lld", i, subs[a], symbols[s], (long long)no);
		if (rng_below(&r, 100) == 0) {
			put(&t, subs[a], symbols[s], no);
			highest[a][s] = no > highest[a][s] ? no : highest[a][s];
		}
		const bool	 want = no != 0 && (no < highest[a][0] || no < highest[a][s]);
		CHECK_INT(barriers_stop(&t, subs[a], symbols[s], no), want);
		stopped += want;
	}
	CHECK(stopped > STEPS / 10 && stopped < STEPS);
	barriers_fini(&t);
}

struct gone {
	char	names[256];
};

static void
note_gone(void *arg, const char *name)
{
	struct gone	*g = arg;
	const size_t	 n = strlen(g->names);

	snprintf(g->names + n, sizeof(g->names) - n, "%s;", name);
}

static void
what_is_too_old_to_stop_anything_goes(void **state)
{
	struct barriers	 b = { { 0 } };
	struct gone	 g = { "" };

	(void)state;
	check_row("sweep");
	barriers_put(&b, "a", 1000);
	barriers_put(&b, "b ETHUSDT", 1001);
	barriers_sweep(&b, 1000 + BARRIER_KEEP_US, note_gone, &g);
	CHECK_STR(g.names, "");
	CHECK(barriers_stop(&b, "a", "BTCUSDT", 999));
	barriers_sweep(&b, 1001 + BARRIER_KEEP_US, note_gone, &g);
	CHECK_STR(g.names, "a;");
	CHECK(!barriers_stop(&b, "a", "BTCUSDT", 999));
	CHECK(barriers_stop(&b, "b", "ETHUSDT", 999));
	barriers_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(what_is_stopped),
		cmocka_unit_test(the_longest_names_fit),
		cmocka_unit_test(the_highest_number_decides),
		cmocka_unit_test(what_is_too_old_to_stop_anything_goes),
	};

	return cmocka_run_group_tests_name("barrier", tests, NULL, NULL);
}
