/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blotter.h - the orders in memory, by client order id and, once the exchange
 * has named them, by its id.  Pure.
 *
 * It owns them.  Live ones are listed in order of arrival; what is over is
 * kept a while for what may still be said of it, the oldest going first.  An
 * order that is forgotten can be read again from the ledger.
 *
 * Nothing here costs more when many orders rest: those that are to be asked
 * for, and those that are to be compared after a gap, are kept apart.
 */
#ifndef ORDERD_BLOTTER_H
#define ORDERD_BLOTTER_H

#include "orderd/order.h"

enum { BLOTTER_RETIRED = 1024 };	/* half a second of orders at full load */

TAILQ_HEAD(order_list, order);

struct blotter {
	struct map		 map, by_id;
	struct order_list	 live, retired, asks;
	size_t			 nretired;
	size_t			 nsync;		/* orders with a sync_no */
};

void		 blotter_init(struct blotter *);
void		 blotter_fini(struct blotter *);

struct order	*blotter_add(struct blotter *, const struct terms *);	/* new, live */
struct order	*blotter_find(const struct blotter *, const char *clord_id);	/* or NULL */
struct order	*blotter_find_id(const struct blotter *, const char *symbol, int64_t order_id);
void		 blotter_named(struct blotter *, struct order *);	/* it may have an order_id now */
void		 blotter_retire(struct blotter *, struct order *);	/* it is over */
void		 blotter_remove(struct blotter *, struct order *);	/* it never was */
size_t		 blotter_nlive(const struct blotter *);

/* Its doubt says when; the list is swept of those that have nothing to ask. */
void		 blotter_ask(struct blotter *, struct order *);
struct order	*blotter_next_ask(struct blotter *, struct order *);	/* NULL: from the first */

/* To be compared with the exchange since that stream_up; and: it is. */
void		 blotter_sync(struct blotter *, struct order *, int64_t sync_no, mono_t at);
void		 blotter_synced(struct blotter *, struct order *);

#endif
