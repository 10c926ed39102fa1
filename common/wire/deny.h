/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deny.h - the closed set of codes a command can be answered with.
 *
 * A row holds everything the gateway needs to know: the code, its category
 * (which it turns into an HTTP status) and whether asking again makes sense.
 * Denied is refused by us; EXCHANGE_* is rejected by the exchange.
 */
#ifndef WIRE_DENY_H
#define WIRE_DENY_H

#include <stdbool.h>

enum deny {
	DENY_NONE,		/* go ahead */
#define DENY(id, code, category, retryable, text)	id,
#include "wire/deny.def"
#undef DENY
	DENY_N
};

const char	*deny_code(enum deny);
const char	*deny_category(enum deny);
bool		 deny_retryable(enum deny);
const char	*deny_text(enum deny);		/* the sentence when there is nothing closer */

/* The closer text, unless there is none or it holds words on which the gateway acts. */
const char	*deny_sentence(enum deny, const char *closer);
enum deny	 deny_find(const char *code);	/* DENY_NONE: no such code */

#endif
