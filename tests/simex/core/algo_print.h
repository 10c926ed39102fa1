/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * algo_print.h - conditional orders as the REST answers and the user stream
 * show them.
 *
 * REST pads decimals to the contract's places; the stream prints them as short
 * as they are, and the trigger price as it was sent.  Which keys are there
 * depends on the state, as recorded from the exchange: a CANCELED one says no
 * more how it was to work, only one that was placed has a child's type, price
 * and quantity, only a REJECTED one a reason.
 */
#ifndef SIMEX_ALGO_PRINT_H
#define SIMEX_ALGO_PRINT_H

#include "base/buf.h"
#include "tests/simex/core/algos.h"
#include "tests/simex/core/exchange.h"

enum algo_form {
	ALGO_PLACED,		/* just placed: nothing of a child yet */
	ALGO_QUERY,		/* asked for, alone or with others */
};

/* Which of the store; a zeroed one is all. */
struct algo_filter {
	const struct listing *listing;	/* NULL: any */
	bool		 open;		/* NEW or TRIGGERING only */
	int64_t		 from_id;	/* and later; 0: the newest, if the limit cuts */
	wall_t		 since, until;	/* created; until unset: no end */
	size_t		 limit;		/* 0: none */
};

void	print_algo(struct buf *, const struct algo *, enum algo_form);
void	print_algos(struct buf *, const struct algos *, const struct algo_filter *);
void	print_algo_canceled(struct buf *, const struct algo *);
void	event_algo(struct buf *, const struct fact *, wall_t now);	/* FACT_ALGO */

#endif
