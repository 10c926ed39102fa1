/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "tests/simex/core/frames.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 16, ROUNDS = 3000, BATCH = 4096, LONGEST = 70000 };

/* Each length that has a form of its own, and those beside. */
static const struct head {
	size_t		 len;
	const char	*bytes;
	size_t		 n;
} heads[] = {
	{ 0, "\x81\x00", 2 }, { 1, "\x81\x01", 2 }, { 125, "\x81\x7d", 2 },
	{ 126, "\x81\x7e\x00\x7e", 4 }, { 65535, "\x81\x7e\xff\xff", 4 },
	{ 65536, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10 },
};

static char	xs[LONGEST];

static void
put(struct frames *f, size_t len)
{
	frames_begin(f, FRAME_TEXT, len);
	frames_put(f, xs, len);
}

static void
heads_are_those_of_the_protocol(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(heads); i++) {
		struct frames	 f;
		size_t		 len;

		check_row("%zu bytes", heads[i].len);
		frames_init(&f, ROOM);
		put(&f, heads[i].len);
		const char	*p = frames_take(&f, 1, &len);
		CHECK_INT((int64_t)len, (int64_t)(heads[i].n + heads[i].len));
		CHECK(memcmp(p, heads[i].bytes, heads[i].n) == 0);
		CHECK(frames_take(&f, 1, &len) == NULL);
		frames_fini(&f);
	}
}

static void
a_ping_says_so(void **state)
{
	struct frames	 f;
	size_t		 len;

	(void)state;
	frames_init(&f, ROOM);
	frames_begin(&f, FRAME_PING, 2);
	frames_put(&f, "ab", 2);
	const char	*p = frames_take(&f, BATCH, &len);
	CHECK_INT((int64_t)len, 4);
	CHECK(memcmp(p, "\x89\x02" "ab", 4) == 0);
	frames_fini(&f);
}

static void
many_leave_at_once_but_no_part_of_one(void **state)
{
	struct frames	 f;
	size_t		 len;

	(void)state;
	frames_init(&f, ROOM);
	for (int i = 0; i < 3; i++)
		put(&f, 98);
	CHECK_INT((int64_t)frames_waiting(&f), 300);
	CHECK(frames_take(&f, 299, &len) != NULL);
	CHECK_INT((int64_t)len, 200);
	CHECK(frames_take(&f, 299, &len) != NULL);
	CHECK_INT((int64_t)len, 100);
	CHECK_INT((int64_t)frames_waiting(&f), 0);
	frames_fini(&f);
}

/* Whatever is put and taken in between, all bytes come out in order, with room before them. */
static void
nothing_is_lost_in_between(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct frames	 f;
	struct buf	 in = { 0 }, out = { 0 };
	size_t		 len;

	(void)state;
	frames_init(&f, ROOM);
	for (int i = 0; i < ROUNDS; i++) {
		const uint64_t	 len_in = rng_below(&r, 50) == 0 ? LONGEST : rng_below(&r, 300);

		xs[0] = (char)('a' + i % 26);
		put(&f, (size_t)len_in);
		buf_add(&in, xs, (size_t)len_in);
		for (uint64_t n = rng_below(&r, 3); n > 0; n--) {
			char	*p = frames_take(&f, BATCH, &len);

			if (p == NULL)
				break;
			memset(p - ROOM, '!', ROOM);	/* as its taker may */
			buf_add(&out, p, len);
		}
	}
	for (char *p; (p = frames_take(&f, BATCH, &len)) != NULL;)
		buf_add(&out, p, len);
	size_t	 at = 0, read = 0;
	while (at < out.len) {
		const unsigned	 first = (unsigned char)out.p[at + 1];
		size_t		 n = first, head = 2;

		if (first > 125) {
			head = first == 126 ? 4 : 10;
			n = 0;
			for (size_t i = 2; i < head; i++)
				n = n << 8 | (unsigned char)out.p[at + i];
		}
		CHECK(memcmp(out.p + at + head, in.p + read, n) == 0);
		at += head + n;
		read += n;
	}
	CHECK_INT((int64_t)read, (int64_t)in.len);
	frames_fini(&f);
	buf_free(&in);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(heads_are_those_of_the_protocol),
		cmocka_unit_test(a_ping_says_so),
		cmocka_unit_test(many_leave_at_once_but_no_part_of_one),
		cmocka_unit_test(nothing_is_lost_in_between),
	};

	memset(xs, 'x', sizeof(xs));
	return cmocka_run_group_tests_name("simex_frames", tests, NULL, NULL);
}
