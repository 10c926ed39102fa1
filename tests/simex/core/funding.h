/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * funding.h - when a contract was funded, and at what rate: whoever holds it or
 * not.
 *
 * Append only, in order of time; before the first there was none.
 */
#ifndef SIMEX_FUNDING_H
#define SIMEX_FUNDING_H

#include "base/clock.h"
#include "base/dec.h"

#include <stddef.h>

struct funding {
	wall_t	 at;
	dec_t	 rate, mark_px;
};

struct fundings {
	struct funding	*v;
	size_t		 n, cap;
};

void	fundings_add(struct fundings *, const struct funding *);
/* Index of the first at this time or later. */
size_t	fundings_since(const struct fundings *, int64_t ms);
void	fundings_fini(struct fundings *);

#endif
