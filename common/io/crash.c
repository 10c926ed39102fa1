/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/crash.h"

#ifdef CRASH_POINTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is text kind:what, with #n or nothing behind it? */
static const char *
matches(const char *text, const char *kind, const char *what)
{
	const size_t	 k = strlen(kind), w = strlen(what);

	if (strncmp(text, kind, k) != 0 || text[k] != ':' || strncmp(text + k + 1, what, w) != 0)
		return NULL;
	text += k + 1 + w;
	return *text == '\0' || *text == '#' ? text : NULL;
}

void
crash_point(const char *kind, const char *what)
{
	static long	 passed;
	const char	*at = getenv("CRASH_AT"), *how = getenv("CRASH_HOW");
	const char	*rest = at == NULL ? NULL : matches(at, kind, what);

	if (rest == NULL || ++passed != (*rest == '#' ? atol(rest + 1) : 1))
		return;
	kill(getpid(), how != NULL && strcmp(how, "stop") == 0 ? SIGSTOP : SIGKILL);
}

#endif
