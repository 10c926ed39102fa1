/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * algos.h - the Algo Service: conditional orders, until they become orders.
 *
 *	NEW -> TRIGGERING -> TRIGGERED -> FINISHED
 *	NEW -> CANCELED, EXPIRED	TRIGGERING -> REJECTED
 *
 * An algo order that triggers waits in TRIGGERING; the caller fetches it with
 * algos_due(), places its child order and says what became of that.  Its ids
 * are of their own: nothing here is an order id but child_id.  It is open as
 * long as nothing but this service knows it: NEW or TRIGGERING.
 *
 * The store owns the orders until algos_fini().  Every change of state appends
 * a fact, a copy of the order as it was then, in the order it happened; they
 * stay until algos_forget_facts().  A trailing stop that is activated stays NEW
 * and tells it with another fact of NEW.
 *
 * The contract's filters are looked at when an order comes, margin and market
 * are not: the child is an order like any other.
 *
 * Pure: prices, positions and times are arguments; callback rates are percent.
 */
#ifndef SIMEX_ALGOS_H
#define SIMEX_ALGOS_H

#include "base/clock.h"
#include "base/dec.h"
#include "base/map.h"
#include "base/rng.h"
#include "tests/simex/core/algo_terms.h"
#include "tests/simex/core/reject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum {
	ALGOS_MAX = 200,	/* open ones, over all contracts; a contract may list fewer */
	ALGO_REASON = 320,	/* the longest text of a refusal, with its word */
};

/* Far from any order id; 16 digits, as recorded. */
#define ALGO_FIRST_ID	INT64_C(1000000033225001)

enum algo_status {
	ALGO_NEW, ALGO_TRIGGERING, ALGO_TRIGGERED, ALGO_FINISHED, ALGO_CANCELED, ALGO_EXPIRED,
	ALGO_REJECTED, ALGO_STATUS_N
};

struct algo {
	struct algo_terms	 terms;
	int64_t			 id;
	enum algo_status	 status;
	wall_t			 created, updated, triggered;
	/* of a trailing stop */
	bool			 activated;
	dec_t			 extreme_px;	/* the best for it since it was placed */
	/* of what it became */
	wall_t			 child_at;	/* when the child may be placed; unset: never */
	int64_t			 child_id;	/* 0: there is none */
	dec_t			 avg_px, cum_qty;
	char			 reason[ALGO_REASON];	/* of REJECTED */
	struct node		 node;
	TAILQ_ENTRY(algo)	 open_link;
};

TAILQ_HEAD(algo_list, algo);

struct algo_fact {
	wall_t		 at;
	struct algo	 algo;		/* its links mean nothing here */
};

struct algo_facts {
	struct algo_fact	**v;
	size_t			 n, cap, taken;
};

struct algos {
	int64_t			 first_id;
	struct algo		**v;		/* by id - first_id */
	size_t			 n, cap;
	struct map		 by_client_id;	/* the newest of each */
	struct algo_list	 open;		/* oldest first */
	struct algo_list	 children;	/* TRIGGERED: their orders are open */
	size_t			 n_open;
	bool			 stuck;		/* what triggers now stays TRIGGERING for ever */
	struct rng		 names;		/* for client ids nobody chose */
	struct algo_facts	 facts;
};

/* What the service knows of the contract when an order comes. */
struct algo_view {
	dec_t	 last_px, mark_px;
	dec_t	 seen_qty;	/* signed position of that side, as late as the service sees it */
	bool	 hedged;	/* the account holds LONG and SHORT apart */
};

struct algo_quote {
	const struct listing	*listing;
	dec_t			 last_px, mark_px;
};

void		 algos_init(struct algos *, int64_t ids_from, uint64_t seed);
void		 algos_fini(struct algos *);

/* An empty client id is given a name.  *made is the order, NULL if it was refused. */
struct reject	 algos_place(struct algos *, const struct algo_terms *, const struct algo_view *,
		    wall_t now, struct algo **made);
struct reject	 algos_cancel(struct algos *, struct algo *, wall_t now);
size_t		 algos_cancel_all(struct algos *, const struct listing *, wall_t now);
void		 algos_expire_all(struct algos *, const struct listing *, wall_t now);

/* How many triggered; their children are due at child_at. */
size_t		 algos_on_price(struct algos *, const struct algo_quote *, wall_t now,
		    wall_t child_at);
/* What hangs on a position ends when there is none left that it could close. */
void		 algos_on_position(struct algos *, const struct listing *, enum position_side,
		    dec_t qty, wall_t now);
void		 algos_on_time(struct algos *, wall_t now);	/* GTD */

/* How many of a contract have not triggered yet. */
size_t		 algos_waiting(const struct algos *, const struct listing *);
/* The oldest whose child is to be placed or rejected now, or NULL. */
struct algo	*algos_due(const struct algos *, wall_t now);
/* When a child or the end of a GTD order is; unset: nothing waits. */
wall_t		 algos_next_due(const struct algos *);
void		 algos_child_placed(struct algos *, struct algo *, int64_t order_id, wall_t now);
void		 algos_child_rejected(struct algos *, struct algo *, const char *reason,
		    wall_t now);
void		 algos_child_done(struct algos *, struct algo *, dec_t avg_px, dec_t cum_qty,
		    wall_t now);

/* The next fact that nobody has taken, or NULL. */
const struct algo_fact *algos_take_fact(struct algos *);
void		 algos_forget_facts(struct algos *);

struct algo	*algos_find(const struct algos *, int64_t id);		/* or NULL */
struct algo	*algos_find_client_id(const struct algos *, const char *);	/* or NULL */

bool		 algo_is_open(const struct algo *);
const char	*algo_status_name(enum algo_status);

#endif
