/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reject.h - a refusal of the exchange: which one, and the one word its text
 * has room for.
 *
 * A verdict, not an error: REJ_NONE means go ahead.  The closed set is
 * reject.def.
 */
#ifndef SIMEX_REJECT_H
#define SIMEX_REJECT_H

#include "base/attr.h"
#include "base/buf.h"

#include <stdbool.h>

enum reject_why {
#define REJECT(id, code, http, text)	REJ_##id,
#include "tests/simex/core/reject.def"
#undef REJECT
	REJ_N
};

struct reject {
	enum reject_why	 why;
	char		 arg[160];
};

struct reject	 reject_none(void);
struct reject	 reject_as(enum reject_why);
struct reject	 reject_with(enum reject_why, const char *fmt, ...) PRINTF(2, 3);

bool		 reject_is_set(const struct reject *);
int		 reject_code(const struct reject *);	/* as on the wire; 0: none */
int		 reject_http(const struct reject *);
void		 reject_text(struct buf *, const struct reject *);	/* the msg alone */
void		 reject_print(struct buf *, const struct reject *);	/* {"code":..,"msg":..} */

#endif
