/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * die.h - the end, and allocation that cannot fail.
 *
 * panic() is for our own broken invariants: message, core dump.  Running out
 * of memory is one too: the queues keep our work and a restart is cheaper than
 * error paths nobody has ever run.
 */
#ifndef BASE_DIE_H
#define BASE_DIE_H

#include "base/attr.h"

#include <stddef.h>

_Noreturn void	 panic(const char *fmt, ...) PRINTF(1, 2);

void		*xcalloc(size_t n, size_t size);
void		*xrealloc(void *p, size_t size);
char		*xstrdup(const char *s);
char		*xstrndup(const char *s, size_t len);

#endif
