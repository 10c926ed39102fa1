/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sorted.h - where something begins in an array that ascends in one of its
 * members, an int64_t: a time, an id.
 */
#ifndef SIMEX_SORTED_H
#define SIMEX_SORTED_H

#include <stddef.h>
#include <stdint.h>

/* Index of the first of n whose member is not less than key; n if none is. */
#define SORTED_FIRST(type, member, v, n, key)						\
	sorted_first((v), (n), sizeof(type), offsetof(type, member), (key))

size_t	sorted_first(const void *v, size_t n, size_t size, size_t offset, int64_t key);

#endif
