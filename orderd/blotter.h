/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blotter.h - the orders in memory, by client order id.  Pure.
 *
 * It owns them.  Live ones are listed in order of arrival; what is over is
 * kept a while for what may still be said of it, the oldest going first.  An
 * order that is forgotten can be read again from the ledger.
 */
#ifndef ORDERD_BLOTTER_H
#define ORDERD_BLOTTER_H

#include "orderd/order.h"

enum { BLOTTER_RETIRED = 1024 };	/* half a second of orders at full load */

TAILQ_HEAD(order_list, order);

struct blotter {
	struct map		 map;
	struct order_list	 live, retired;
	size_t			 nretired;
};

void		 blotter_init(struct blotter *);
void		 blotter_fini(struct blotter *);

struct order	*blotter_add(struct blotter *, const struct terms *);	/* new, live */
struct order	*blotter_find(const struct blotter *, const char *clord_id);	/* or NULL */
void		 blotter_retire(struct blotter *, struct order *);	/* it is over */
void		 blotter_remove(struct blotter *, struct order *);	/* it never was */

#endif
