/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/die.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
panic(const char *fmt, ...)
{
	va_list	 ap;

	fputs("panic: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

void *
xcalloc(size_t n, size_t size)
{
	void	*p = calloc(n, size);

	if (p == NULL)
		panic("out of memory: calloc %zu * %zu", n, size);
	return p;
}

void *
xrealloc(void *p, size_t size)
{
	void	*q = realloc(p, size);

	if (q == NULL)
		panic("out of memory: realloc %zu", size);
	return q;
}

char *
xstrndup(const char *s, size_t len)
{
	char	*p = strndup(s, len);

	if (p == NULL)
		panic("out of memory: strndup %zu", len);
	return p;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}
