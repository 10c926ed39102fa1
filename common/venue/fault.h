/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.h - what an answer of the exchange means for the request it answers.
 *
 * Codes are universal, texts vary: only the 503s, which have no code, are told
 * apart by text.  What is not known is refused when it is an HTTP 4xx with a
 * code, and in doubt otherwise, a 2xx with an error's code included.
 * Source: the exchange's error code page and general information page.
 */
#ifndef VENUE_FAULT_H
#define VENUE_FAULT_H

#include "base/clock.h"
#include "wire/deny.h"

#include <stdbool.h>

enum consequence {
	FAULT_NONE,		/* accepted */
	FAULT_CLOCK,		/* refused, and our clock is off: resynchronise */
	FAULT_DOUBT,		/* nobody knows; ask, never send again blindly */
	FAULT_FATAL,		/* credentials or account mode: nothing will work until a person acts */
	FAULT_GONE,		/* not open, or no such order: ask what became of it */
	FAULT_NOOP,		/* it was so already */
	FAULT_REFUSED,		/* definitively nothing happened */
	FAULT_THROTTLED,	/* definitively nothing happened; wait before the next */
	FAULT_N
};

struct fault {
	enum consequence	 what;
	enum deny		 code;		/* what the caller is told */
};

/* http 0: no answer came.  code 0: the body had none. */
struct fault	 fault_of(int http, int code, const char *msg);
const char	*fault_name(enum consequence);

/* "... banned until <ms>.": its instant, at most FAULT_BAN_MAX_MS away; unset: the text has none. */
enum { FAULT_BAN_MAX_MS = 3 * 24 * 3600 * 1000 };	/* the longest there is */
wall_t		 fault_banned_until(const char *msg, wall_t now);

#endif
