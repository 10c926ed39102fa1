/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * why.h - the reason that travels up with a -1.
 *
 * Filled once, by the lowest function that knows; printed once, where the
 * failure becomes a decision.
 */
#ifndef BASE_WHY_H
#define BASE_WHY_H

#include "base/attr.h"

struct why {
	char	text[240];
};

/* Always -1, so that a function can fail in one line: return why_set(why, ...). */
int	why_set(struct why *, const char *fmt, ...) PRINTF(2, 3);

#endif
