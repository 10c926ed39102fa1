/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pending.h - orders that were handed on and are not booked to their end, with
 * what they reserve and the answer they owe.  Pure.
 *
 * An order reserves the notional it may add and the quantity it closes.  Both
 * shrink with every booking, and the rest is released when what is booked
 * equals the quantity the order ended with.  What survives a crash is the
 * record in pms:resv; sums are read back from the executions.
 *
 * An order may rest for hours, and tens of thousands of them: no question here
 * costs more with more of them.  Invariants: each tally is the sum over the
 * orders; what a position's closing says is the tally of its account, symbol and
 * side, though it was opened after the orders were placed that will close it.
 */
#ifndef RISKD_PENDING_H
#define RISKD_PENDING_H

#include "riskd/account.h"
#include "wire/msg.h"

struct pending {
	/* as handed on; in pms:resv */
	struct terms	o;
	char		as_given[SYMBOL];	/* how the asker spells the symbol */
	dec_t		reserved;		/* notional it may still add to the exposure */
	dec_t		closing;		/* quantity of the position it still holds */
	/* what has been heard; in pms:resv the id of one that may rest */
	int64_t		order_id;
	bool		in_doubt;
	dec_t		booked_qty, booked_cost;	/* quantity, and quantity times price */
	dec_t		fee, rpnl;
	char		last_position[POSITION_ID];
	dec_t		end_qty;		/* cum_qty of its end; DEC_NONE: not ended */
	enum ord_status	status;
	/* the answer it owes */
	mono_t		reply_at;		/* say what is known then; unset: it owes nothing */
	bool		answered;
	TAILQ_ENTRY(pending)	owing;		/* while reply_at is set */
	struct owner	*owner;
	TAILQ_ENTRY(pending)	sibling;	/* of the same account */
	struct node	node;
};
TAILQ_HEAD(pending_list, pending);

struct pendings {
	struct map	map;			/* by clord_id; owns */
	struct map	owners;			/* by account; owns; who has none is not there */
	struct tally	open[SIDE_N];		/* by symbol: what may still be traded */
	struct tally	closing;		/* by account, symbol and side */
	struct tally	doubts;			/* and quantity: how many are in doubt */
	struct pending_list	owing;		/* by reply_at */
};

void		 pendings_init(struct pendings *);
/* Takes its reservations out of the account and its position. */
struct pending	*pendings_add(struct pendings *, const struct pending *, struct account *);
struct pending	*pendings_find(const struct pendings *, const char *clord_id);	/* or NULL */
/* Of an account, in the order they were added; NULL: it has none. */
const struct pending_list	*pendings_of(const struct pendings *, const char *sub);
/* Gives back what is still reserved. */
void		 pendings_remove(struct pendings *, struct pending *, struct account *);
void		 pendings_fini(struct pendings *);

/* The exchange has it, under that id. */
void		 pending_accepted(struct pending *, int64_t order_id);
/* An execution of it has been booked. */
void		 pendings_booked(struct pendings *, struct pending *, struct account *,
		    const struct booking *);
/* All that was booked of it, once, after it has been read from pms:resv. */
struct pending_sums {
	dec_t	qty, cost, fee, rpnl;
	int64_t	order_id;		/* 0: nothing was booked */
};
void		 pendings_restore(struct pendings *, struct pending *, struct account *,
		    const struct pending_sums *);
/* A position on the symbol may be new: orders that were there before hold of it what they close. */
void		 pendings_hold(const struct pendings *, struct account *, const char *symbol);
void		 pendings_doubt(struct pendings *, struct pending *, bool in_doubt);
/* Not earlier than any that was owed before. */
void		 pendings_owe(struct pendings *, struct pending *, mono_t reply_at);
void		 pendings_told(struct pendings *, struct pending *);

/*
 * An order that was found resting, as it would have been handed on: it may add all
 * of its notional, or, when it may only close, holds what of the position is free.
 */
struct pending	 pending_adopted(const struct terms *, const struct account *,
		    const struct pending_sums *);
bool		 pending_is_over(const struct pending *);
dec_t		 pending_avg_px(const struct pending *);	/* DEC_NONE: nothing booked */
struct pending	*pendings_owing(const struct pendings *);	/* the first, or NULL */

/* Is an equal order of the account in doubt?  (same symbol, side and quantity) */
bool		 pendings_doubt_like(const struct pendings *, const char *sub, const char *symbol,
		    enum side, dec_t qty);

/*
 * Up to max of the orders that hold what the account may trade on that side to close
 * its position, oldest first.
 */
size_t		 pendings_holding(const struct pendings *, const char *sub, const char *symbol,
		    enum side, const struct pending *out[], size_t max);

/* Does a net position cover the order, whatever else of its side is executed before it? */
bool		 pendings_covered(const struct pendings *, dec_t net, const struct terms *);

/* The record in pms:resv. */
extern const struct fields	pending_fields;

#endif
