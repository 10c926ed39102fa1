/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audience.h - how many listen to what.
 *
 * A question costs the same however many connections there are.
 */
#ifndef SIMEX_AUDIENCE_H
#define SIMEX_AUDIENCE_H

#include "tests/simex/core/topic.h"

#include <stdbool.h>
#include <stddef.h>

struct audience {
	size_t		 n;			/* contracts */
	unsigned	 all[TOPIC_N];		/* of any contract */
	unsigned	*each[TOPIC_N];		/* of each contract; NULL: nobody ever */
};

void	audience_init(struct audience *, size_t contracts);
void	audience_join(struct audience *, struct topic);
void	audience_leave(struct audience *, struct topic);
bool	audience_hears(const struct audience *, struct topic);
void	audience_fini(struct audience *);

#endif
