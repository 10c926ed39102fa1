/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 3000, MOST = 1 << 16 };

static void
empty_is_valid(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	check_row("zeroed");
	CHECK_STR(buf_text(&b), "");
	buf_drop(&b, 0);
	buf_reset(&b);
	buf_add(&b, "", 0);
	CHECK_STR(buf_text(&b), "");
	buf_free(&b);
	char	*taken = buf_take(&b);
	CHECK_STR(taken, "");
	free(taken);
}

static void
pieces_follow_each_other(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	check_row("every way of adding");
	buf_adds(&b, "LPUSH ");
	buf_addc(&b, 'q');
	buf_add(&b, "\0x", 2);
	buf_addi(&b, -42);
	buf_addf(&b, " %s=%05.1f", "px", 2.25);
	CHECK_INT(b.len, strlen("LPUSH q") + 2 + strlen("-42 px=002.2"));
	CHECK_INT(memcmp(b.p, "LPUSH q\0x-42 px=002.2", b.len + 1), 0);
	buf_free(&b);
}

static void
numbers_print_as_printf_prints_them(void **state)
{
	static const int64_t	 rows[] = { 0, 1, -1, 9, 10, -10, 1234567890123, INT64_MAX,
				    INT64_MIN };
	struct buf		 b = { 0 };
	char			 want[32];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		snprintf(want, sizeof(want), "%lld", (long long)rows[i]);
		check_row("%s", want);
		buf_reset(&b);
		buf_addi(&b, rows[i]);
		CHECK_STR(buf_text(&b), want);
	}
	buf_free(&b);
}

/* Against a plain array that is large enough: whatever the order of steps, the same bytes. */
static void
holds_what_was_added_and_not_dropped(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct buf	 b = { 0 };
	char		*model = malloc(MOST), piece[600];
	size_t		 len = 0;

	(void)state;
	for (int step = 0; step < STEPS; step++) {
		const size_t	 n = rng_below(&r, sizeof(piece));

		check_row("step %d of %zu bytes", step, n);
		if (len + n >= MOST || rng_below(&r, 3) == 0) {
			const size_t	 drop = rng_below(&r, len + 1);

			buf_drop(&b, drop);
			memmove(model, model + drop, len -= drop);
		} else {
			memset(piece, (int)('a' + rng_below(&r, 26)), n);
			buf_add(&b, piece, n);
			memcpy(model + len, piece, n);
			len += n;
		}
		CHECK_INT(b.len, len);
		CHECK(len == 0 || memcmp(b.p, model, len) == 0);
		CHECK_INT(buf_text(&b)[len], '\0');
	}
	free(model);
	buf_free(&b);
}

static void
memory_is_kept_or_given(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	check_row("reset keeps");
	buf_addf(&b, "%5000s", "x");
	const char	*p = b.p;
	buf_reset(&b);
	CHECK_INT(b.len, 0);
	CHECK_STR(buf_text(&b), "");
	buf_addf(&b, "%5000s", "y");
	CHECK(b.p == p);
	check_row("take gives");
	char	*taken = buf_take(&b);
	CHECK_INT(strlen(taken), 5000);
	CHECK_STR(buf_text(&b), "");
	buf_adds(&b, "next");
	CHECK(b.p != taken);
	CHECK_INT(taken[4999], 'y');
	free(taken);
	buf_free(&b);
	CHECK(b.p == NULL && b.len == 0 && b.cap == 0);
}

static void
drop_too_much(void)
{
	struct buf	 b = { 0 };

	buf_adds(&b, "ab");
	buf_drop(&b, 3);
}

static void
dropping_what_is_not_there_is_a_bug(void **state)
{
	(void)state;
	check_row("3 of 2");
	CHECK_PANICS(drop_too_much);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(empty_is_valid),
		cmocka_unit_test(pieces_follow_each_other),
		cmocka_unit_test(numbers_print_as_printf_prints_them),
		cmocka_unit_test(holds_what_was_added_and_not_dropped),
		cmocka_unit_test(memory_is_kept_or_given),
		cmocka_unit_test(dropping_what_is_not_there_is_a_bug),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
