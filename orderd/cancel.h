/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cancel.h - what is to be done about a wish to cancel, by what is known of the
 * order.  Pure: now is an argument.
 *
 * A wish outlives its request: it is sent again until the order is gone, for a
 * cancel may run twice.  "Unknown order" is no proof that there is none
 * (doubt.h), and the request of a placement that is not answered yet may arrive
 * after the cancel: so that waits.  A wish for an order nobody knows yet is
 * kept until its placement could not come any more.
 */
#ifndef ORDERD_CANCEL_H
#define ORDERD_CANCEL_H

#include "orderd/order.h"

enum { CANCEL_ASKERS = 8 };	/* who may wait for one order's cancel; who comes later is told so */

struct cancel {
	bool	under_way;	/* a request has no answer yet */
	bool	sent;		/* one has left, perhaps in an earlier life */
	bool	gone;		/* the exchange has said that it took the order away */
	int	tries;
	mono_t	at;		/* not before */
	mono_t	unknown_at;	/* if nobody knows the order by then, there is none */
};

enum cancel_step {
	CANCEL_WAIT,		/* for an answer, a report, or the time */
	CANCEL_SEND,
	CANCEL_UNSENT,		/* the order has not left: it ends here */
	CANCEL_DONE,		/* it is cancelled */
	CANCEL_FINAL,		/* it had ended before */
	CANCEL_UNKNOWN,		/* there is no such order */
	CANCEL_STEPS
};

/* o NULL: nobody knows it; looking: the ledger has not answered yet. */
enum cancel_step	cancel_step(const struct cancel *, const struct order *o, bool looking,
			    mono_t now);
void			cancel_sent(struct cancel *);
void			cancel_taken(struct cancel *);	/* the exchange did it */
void			cancel_failed(struct cancel *, mono_t now);	/* and is tried again */

#endif
