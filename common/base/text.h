/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.h - bounded strings.
 *
 * Nothing is ever cut: what does not fit is an error (-1) and leaves the
 * destination an empty string.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int	text_copy(char *dst, size_t cap, const char *src) MUST_CHECK;
int	text_copyn(char *dst, size_t cap, const char *src, size_t len) MUST_CHECK;
int	text_format(char *dst, size_t cap, const char *fmt, ...) PRINTF(3, 4) MUST_CHECK;

/* For text whose bound the caller's types already guarantee: panics if wrong. */
void	text_put(char *dst, size_t cap, const char *src);
void	text_putf(char *dst, size_t cap, const char *fmt, ...) PRINTF(3, 4);

bool	text_eq(const char *a, const char *b);
bool	text_eq_nocase(const char *a, const char *b);
bool	text_ends_with(const char *s, const char *suffix);
bool	text_starts_with(const char *s, const char *prefix);
void	text_upper(char *s);
void	text_lower(char *s);
void	text_hex(const uint8_t *bytes, size_t n, char *dst);	/* dst holds 2n + 1 */

/* The whole of s, decimal, within [min, max]. */
int	text_to_i64(const char *s, int64_t min, int64_t max, int64_t *out) MUST_CHECK;

#endif
