/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/buf.h"

#include "base/die.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
reserve(struct buf *b, size_t more)
{
	size_t	 want = b->len + more + 1;

	if (want <= b->cap)
		return;
	size_t	 cap = b->cap == 0 ? 256 : b->cap;
	while (cap < want)
		cap *= 2;
	b->p = xrealloc(b->p, cap);
	b->cap = cap;
}

void
buf_add(struct buf *b, const void *p, size_t len)
{
	reserve(b, len);
	if (len > 0)
		memcpy(b->p + b->len, p, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void
buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addi(struct buf *b, int64_t v)
{
	char		 digits[20], *p = digits + sizeof(digits);
	uint64_t	 a = v < 0 ? -(uint64_t)v : (uint64_t)v;

	do {
		*--p = (char)('0' + a % 10);
	} while ((a /= 10) != 0);
	if (v < 0)
		buf_addc(b, '-');
	buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	int	 n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		panic("buf_addf: bad format %s", fmt);
	reserve(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
buf_drop(struct buf *b, size_t len)
{
	if (len > b->len)
		panic("buf_drop: %zu of %zu", len, b->len);
	if (len == 0)
		return;
	memmove(b->p, b->p + len, b->len - len + 1);
	b->len -= len;
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

const char *
buf_text(const struct buf *b)
{
	return b->p == NULL ? "" : b->p;
}

char *
buf_take(struct buf *b)
{
	char	*p = b->p == NULL ? xstrdup("") : b->p;

	*b = (struct buf){ 0 };
	return p;
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}
