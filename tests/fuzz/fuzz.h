/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz.h - what each target is for the fuzzer: one run of an input, and inputs
 * to begin with, made of a seed rather than kept in files.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "base/rng.h"
#include "tests/fuzz/bytes.h"

/* What is wrong ends the program. */
void	fuzz_one(struct bytes *);
/* Writes an input that is worth to begin with; returns its length. */
size_t	fuzz_seed(struct rng *, uint8_t *to, size_t most);

size_t	fuzz_noise(struct rng *, uint8_t *to, size_t most);
/* Text as an input. */
size_t	fuzz_text(const char *text, size_t len, uint8_t *to, size_t most);

#endif
