/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * delivery.h - which events the user stream owes for what happened, in which
 * order, and what goes wrong with them on the way.
 *
 * In good order an event leaves once, and those of a trade are the light one,
 * the account, the order.
 */
#ifndef SIMEX_DELIVERY_H
#define SIMEX_DELIVERY_H

#include "tests/simex/core/exchange.h"
#include "tests/simex/core/topic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct notice {
	enum user_event		 kind;
	const struct fact	*fact;
};

struct notices {
	struct notice	*v;
	size_t		 n, cap;
};

struct delivery {
	bool	 twice, backwards;
	int64_t	 lose;		/* so many order events to come get lost */
};

/* The facts must stay where they are while the notices are read. */
void	notices_of(struct notices *, const struct facts *, bool backwards);
void	notices_fini(struct notices *);
int	delivery_copies(struct delivery *, enum user_event);	/* how often this one leaves */

#endif
