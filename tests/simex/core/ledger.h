/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - the ground truth of a run: what arrived, in which order, what
 * became of it, and every execution.
 *
 * Append only; it grows as long as the run lasts.  A request that changes or
 * asks for orders is here even if it was refused, or lost by a fault on its
 * way in.
 */
#ifndef SIMEX_LEDGER_H
#define SIMEX_LEDGER_H

#include "base/buf.h"
#include "base/clock.h"
#include "tests/simex/core/orders.h"

#include <stddef.h>
#include <stdint.h>

enum fate { FATE_EXECUTED, FATE_REFUSED, FATE_LOST, FATE_N };

struct arrival {
	wall_t		 at;
	const char	*method, *path;	/* of the endpoint table */
	char		 clord_id[CLORD_ID];
	enum fate	 fate;
	int		 code;		/* of a refusal */
	int64_t		 order_id;	/* 0: none */
	char		*params;	/* as received: query string and body */
};

struct ledger {
	struct arrival	*arrivals;
	size_t		 narrivals, arrivals_cap;
	struct trade	*trades;
	size_t		 ntrades, trades_cap;
};

struct arrival	*ledger_add(struct ledger *, wall_t now);	/* to be filled in at once */
void		 ledger_add_trade(struct ledger *, const struct trade *);

/* JSON lists of what is not before the index from; n counts from 1. */
void		 ledger_print_requests(const struct ledger *, size_t from, struct buf *);
void		 ledger_print_executions(const struct ledger *, size_t from, struct buf *);
void		 ledger_fini(struct ledger *);

#endif
