/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orderd.h - the daemon's context, and what its shell files offer each other.
 */
#ifndef ORDERD_ORDERD_H
#define ORDERD_ORDERD_H

#include "io/daemon.h"
#include "io/http.h"
#include "io/instruments.h"
#include "io/ledger.h"
#include "io/peer.h"
#include "orderd/blotter.h"
#include "orderd/request.h"
#include "venue/outside.h"
#include "venue/pace.h"

struct orderd_conf {
	int64_t	answer_wait;
	int64_t	connections;
	int64_t	ledger_lag;
	int64_t	recv_window;
	int64_t	silence;
};

/* Orders that may not leave yet, oldest first; their state is ORD_NEW. */
struct lane {
	STAILQ_HEAD(, waiter)	 waiting;
	unsigned		 under_way;	/* requests without an answer */
};

struct orderd {
	struct daemon			*base;
	const struct orderd_conf	*conf;
	struct blotter			 blotter;
	struct map			 lookups;	/* orders being read from the ledger */
	struct instruments		*instruments;
	struct take			*takes[3];
	int64_t				 seq;		/* of the last event */
	int64_t				 no;		/* of the last report of our own */
	/* the ledger */
	struct pg			*pg;
	struct ledger			*ledger;
	bool				 loading;
	/* the exchange */
	struct http			*http;
	struct signer			*signer;
	char				*api_key;
	struct pace			 pace;
	int64_t				 ahead_us;	/* exchange's wall clock - our mono clock */
	int64_t				 clock_error_ms;
	mono_t				 clock_at;	/* last set; unset: never */
	bool				 checked;	/* the account's mode is one-way */
	struct timer			*clock_timer, *check_timer;
	struct lane			 lanes[LANE_N];
	struct timer			*lane_timer, *ask_timer;
	bool				 asking;	/* ask_timer is set */
	/* the user stream */
	struct peer			*userd;
	bool				 stream_up;
	int64_t				 reconciled_no;
	int64_t				 up_no;		/* being reconciled; 0: nothing is */
	struct item			*up_item;
	/* counters */
	uint64_t			 sent, accepted, refused, expired, in_doubt, not_placed,
					 executions, asked, foreign;
};

/* The steps of a start, each begun by the end of the one before it. */
enum start_step { START_LEDGER, START_CLOCK, START_ACCOUNT, START_BUS };
void		 orderd_start_step(struct orderd *, enum start_step);

/* Steps the order, says so in the log, and plans when to ask for it. */
unsigned	 orderd_step(struct orderd *, struct order *, const struct order_input *);

/* For how long after its signature a request may still be executed. */
int64_t		 orderd_window_ms(const struct orderd *);
struct spelling	 orderd_spelling(struct orderd *);

/* bus.c: what is taken, and what the others are told */
void	bus_serve(struct orderd *);
void	bus_tell_outcome(struct orderd *, struct order *);	/* and its item leaves */
void	bus_tell_doubt(struct orderd *, const struct order *);
void	bus_tell_unsent(struct orderd *, struct item *, const struct terms *, enum outcome,
	    const struct refusal_of *);
void	bus_tell_fill(struct orderd *, struct item *, const struct msg_fill *);
void	bus_push_report(struct orderd *, const struct msg_report *);	/* to ourselves */
void	bus_tell_gap(struct orderd *, struct item *);
void	bus_tell_reconciled(struct orderd *);

/* place.c: orders, from the item to the answer of their request */
void	place_item(struct orderd *, struct item *);
void	place_answered(struct orderd *, const char *clord_id, enum http_lane,
	    const struct http_answer *);
void	place_settle(struct orderd *, struct order *);
void	place_absent(struct orderd *, struct order *);
void	place_start(struct orderd *);
void	place_fini(struct orderd *);

/* apply.c: reports; and asking for what they do not tell */
void	apply_item(struct orderd *, struct item *);
void	apply_answer(struct orderd *, const char *clord_id, mono_t sent_at, bool trades,
	    const struct http_answer *);
void	apply_check_reconciled(struct orderd *);	/* when an order is compared or gone */
void	apply_plan(struct orderd *, struct order *, unsigned acts);	/* when to ask for it */
void	apply_recovered(struct orderd *);	/* asks for all that a start found unfinished */
void	apply_start(struct orderd *);
void	apply_fini(struct orderd *);

/* store.c: every statement */
void	store_start(struct orderd *);
void	store_load(struct orderd *);
bool	store_is_prompt(const struct orderd *);	/* the gate for what adds risk */
typedef void	store_done(void *arg);
void	store_placed(struct orderd *, struct order *);
void	store_refused(struct orderd *, struct order *);
void	store_report(struct orderd *, struct order *, const struct msg_report *, store_done *,
	    void *arg);
/* Reads an order's events; it is in the blotter then, or was never placed (NULL). */
typedef void	store_found(void *arg, struct order *);
void	store_find(struct orderd *, const char *clord_id, store_found *, void *arg);
bool	store_is_finding(const struct orderd *, const char *clord_id);
void	store_fini(struct orderd *);

/* venue.c: requests */
void	venue_start(struct orderd *);
void	venue_sync_clock(struct orderd *);
void	venue_check_account(struct orderd *);
wall_t	venue_time(const struct orderd *, mono_t);
bool	venue_may_sign(struct orderd *);	/* the lock and the clock are fresh */
void	venue_place(struct orderd *, const struct order *, enum http_lane);
bool	venue_ask(struct orderd *, const struct order *);	/* false: not now */
void	venue_fini(struct orderd *);

#endif
