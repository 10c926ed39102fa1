/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bytes.h - what a fuzzer made up, spent byte by byte on decisions.
 *
 * Behind the end everything is 0, so any run of bytes means something, and a
 * byte that changes changes one decision.
 */
#ifndef FUZZ_BYTES_H
#define FUZZ_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t	*p, *end;
};

static inline bool
bytes_left(const struct bytes *b)
{
	return b->p < b->end;
}

static inline unsigned
bytes_next(struct bytes *b)
{
	return bytes_left(b) ? *b->p++ : 0;
}

/* 0 .. n-1, of nothing 0; n <= 65536. */
static inline unsigned
bytes_below(struct bytes *b, size_t n)
{
	const unsigned	 low = bytes_next(b);

	if (n == 0)
		return 0;
	return (unsigned)((n > 256 ? bytes_next(b) << 8 | low : low) % n);
}

/* In one of n cases, and not where nothing is left. */
static inline bool
bytes_rarely(struct bytes *b, size_t n)
{
	return bytes_below(b, n) == n - 1;
}

/* At most this many; how many there are is returned. */
static inline size_t
bytes_take(struct bytes *b, size_t most, const char **p)
{
	const size_t	 left = (size_t)(b->end - b->p), n = left < most ? left : most;

	*p = (const char *)b->p;
	b->p += n;
	return n;
}

#endif
