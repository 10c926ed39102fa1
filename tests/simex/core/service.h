/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service.h - the Algo Service beside the exchange: what it hears of it, and
 * what it does there.
 *
 * It is no part of the matching.  It hears of prices, trades and ended orders
 * from the exchange's facts, after they happened; what it says itself is put
 * behind them as FACT_ALGO.  A child is placed like any other order, latency_ms
 * after its trigger, and only then looked at for margin, position and market.
 *
 * The last price is that of the last trade, or where the house has moved its
 * price since.  A position is seen visible_ms late when an order needs one.
 */
#ifndef SIMEX_SERVICE_H
#define SIMEX_SERVICE_H

#include "base/clock.h"
#include "tests/simex/core/algos.h"
#include "tests/simex/core/reject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exchange;
struct desk;

struct service {
	struct algos	 algos;
	size_t		 heard;		/* facts of the exchange */
	int64_t		 latency_ms, visible_ms;
	bool		 fills_first;	/* TRIGGERED is told after what the child did at once */
};

void		 service_init(struct service *, int64_t ids_from, uint64_t seed);
void		 service_fini(struct service *);
void		 service_recover(struct service *);	/* nothing is wrong with it any more */

/* *made is the order, NULL if it was refused. */
struct reject	 service_place(struct exchange *, struct desk *, const struct algo_terms *,
		    wall_t now, struct algo **made);

/* The contract comes to its end, and nothing triggers there any more. */
void		 service_delist(struct exchange *, const struct desk *, wall_t now);

/* Hears what has happened since it last did; then tells what it has to say. */
void		 service_hear(struct exchange *, wall_t now);
/* What is due by itself, and when that will be; unset: nothing. */
void		 service_happen(struct exchange *, wall_t now);
wall_t		 service_due(const struct exchange *);
/* The exchange's facts are gone. */
void		 service_forget_facts(struct service *);

#endif
