/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { FRESH_ONE_IN = 16 };

/* The fuzzer's own interface. */
int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
size_t	LLVMFuzzerMutate(uint8_t *, size_t, size_t most);
size_t	LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t most, unsigned seed);

size_t
fuzz_noise(struct rng *r, uint8_t *to, size_t most)
{
	const size_t	 n = most == 0 ? 0 : rng_below(r, most) + 1;

	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)rng_below(r, 256);
	return n;
}

size_t
fuzz_text(const char *text, size_t len, uint8_t *to, size_t most)
{
	const size_t	 n = len < most ? len : most;

	memcpy(to, text, n);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct bytes	 b = { p, p + len };

	fuzz_one(&b);
	return 0;
}

/* Mostly the fuzzer's own changes; now and then another beginning. */
size_t
LLVMFuzzerCustomMutator(uint8_t *p, size_t len, size_t most, unsigned seed)
{
	struct rng	 r = rng_seed(seed);

	if (len < 2 || rng_below(&r, FRESH_ONE_IN) == 0)
		return fuzz_seed(&r, p, most);
	return LLVMFuzzerMutate(p, len, most);
}
