/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include "base/die.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int
text_copyn(char *dst, size_t cap, const char *src, size_t len)
{
	if (len >= cap) {
		dst[0] = '\0';
		return -1;
	}
	memcpy(dst, src, len);
	dst[len] = '\0';
	return 0;
}

int
text_copy(char *dst, size_t cap, const char *src)
{
	return text_copyn(dst, cap, src, strlen(src));
}

int
text_format(char *dst, size_t cap, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	int	 n = vsnprintf(dst, cap, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < cap)
		return 0;
	dst[0] = '\0';
	return -1;
}

void
text_put(char *dst, size_t cap, const char *src)
{
	if (text_copy(dst, cap, src) == -1)
		panic("text_put: %zu bytes are not enough for '%s'", cap, src);
}

void
text_putf(char *dst, size_t cap, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	int	 n = vsnprintf(dst, cap, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= cap)
		panic("text_putf: %zu bytes are not enough for format '%s'", cap, fmt);
}

bool
text_eq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool
text_eq_nocase(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

bool
text_starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
text_ends_with(const char *s, const char *suffix)
{
	size_t	 n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

void
text_upper(char *s)
{
	for (; *s != '\0'; s++)
		*s = (char)toupper((unsigned char)*s);
}

void
text_lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
}

void
text_hex(const uint8_t *bytes, size_t n, char *dst)
{
	static const char	 digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		dst[2 * i] = digits[bytes[i] >> 4];
		dst[2 * i + 1] = digits[bytes[i] & 15];
	}
	dst[2 * n] = '\0';
}

int
text_to_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
	char	*end;

	if (*s == '\0' || isspace((unsigned char)*s))
		return -1;
	errno = 0;
	long long	 v = strtoll(s, &end, 10);
	if (errno != 0 || *end != '\0' || v < min || v > max)
		return -1;
	*out = v;
	return 0;
}
