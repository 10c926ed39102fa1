/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rng.h - a seeded stream of numbers (xorshift64*, Vigna 2014).
 *
 * For jitter, simulated markets and property tests: the same seed gives the
 * same numbers.  Not for secrets.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t	s;	/* never 0 */
};

static inline struct rng
rng_seed(uint64_t seed)
{
	return (struct rng){ seed * 0x9e3779b97f4a7c15u | 1 };
}

static inline uint64_t
rng_next(struct rng *r)
{
	r->s ^= r->s >> 12;
	r->s ^= r->s << 25;
	r->s ^= r->s >> 27;
	return r->s * 0x2545f4914f6cdd1du;
}

/* 0 .. n-1; n > 0. */
static inline uint64_t
rng_below(struct rng *r, uint64_t n)
{
	return (rng_next(r) >> 11) % n;
}

#endif
