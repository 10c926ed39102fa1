/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orderd.h - the daemon's context, and what its shell files offer each other.
 */
#ifndef ORDERD_ORDERD_H
#define ORDERD_ORDERD_H

#include "io/daemon.h"
#include "io/halt.h"
#include "io/http.h"
#include "io/instruments.h"
#include "io/ledger.h"
#include "io/peer.h"
#include "orderd/barrier.h"
#include "orderd/blotter.h"
#include "orderd/request.h"
#include "orderd/walk.h"
#include "venue/outside.h"
#include "venue/pace.h"

#include <sys/queue.h>

struct orderd_conf {
	int64_t	answer_wait;
	int64_t	audit_every;
	int64_t	connections;
	int64_t	ledger_lag;
	int64_t	recv_window;
	int64_t	silence;
};

/* What may not leave yet, oldest first: one line for each thing that must not wait behind another. */
enum line { LINE_CANCEL, LINE_CLOSE, LINE_OPEN, LINE_N };
STAILQ_HEAD(waiters, waiter);

struct audit;

struct orderd {
	struct daemon			*base;
	const struct orderd_conf	*conf;
	struct blotter			 blotter;
	struct barriers			 barriers;
	struct map			 cancels;	/* by client order id: cancels.c */
	unsigned			 tombstones;	/* of them, for orders that were not in memory */
	STAILQ_HEAD(, wish)		 due_wishes;	/* whose orders have changed */
	struct timer			*due_timer;
	LIST_HEAD(, sweep)		 sweeps;
	struct timer			*cancel_timer;
	bool				 cancel_ticking;	/* it is set */
	struct map			 lookups;	/* orders being read from the ledger */
	struct instruments		*instruments;
	struct take			*takes[3];
	int64_t				 seq;		/* of the last event */
	int64_t				 no;		/* of the last report of our own */
	int64_t				 resv_round;	/* of the last look at pms:resv */
	/* the ledger */
	struct pg			*pg;
	struct ledger			*ledger;
	bool				 loading;
	struct cursors			 cursors;
	/* the exchange */
	struct http			*http;
	struct signer			*signer;
	char				*api_key;
	struct pace			 pace;
	int64_t				 ahead_us;	/* exchange's wall clock - our mono clock */
	int64_t				 clock_error_ms;
	mono_t				 clock_at;	/* last set; unset: never, or it was found wrong */
	bool				 clock_asked;
	unsigned			 clock_samples;
	bool				 checked;	/* the key is good, the account's mode one-way */
	bool				 checking;
	struct timer			*clock_timer, *check_timer;
	struct waiters			 lines[LINE_N];
	unsigned			 under_way[LANE_N];	/* requests without an answer */
	int64_t				 asks_under_way;	/* of them, questions about orders */
	struct timer			*lane_timer, *ask_timer;
	bool				 asking;	/* ask_timer is set */
	struct audit			*audit;
	/* the user stream */
	struct peer			*userd;
	struct halts			*halts;
	struct timer			*state_timer;
	bool				 stream_up;
	int64_t				 reconciled_no;
	int64_t				 up_no;		/* being reconciled; 0: nothing is */
	size_t				 unapplied;	/* reports we found, still in the list */
	int64_t				 unapplied_from;	/* those with a lower number do not count */
	struct item			*up_item;
	/* counters */
	uint64_t			 sent, accepted, refused, expired, in_doubt, not_placed,
					 executions, cancelled, asked, missed, adopted, foreign;
};

/* The steps of a start, each begun by the end of the one before it. */
enum start_step { START_LEDGER, START_CLOCK, START_ACCOUNT, START_BUS };
void		 orderd_start_step(struct orderd *, enum start_step);

/* What is missing, or has been said by an operator, for this account; NULL: for all. */
unsigned	 orderd_modes(struct orderd *, const char *sub);
void		 orderd_show_state(void *arg);	/* a struct orderd's, to people */

/* Steps the order, says so in the log, and plans when to ask for it. */
unsigned	 orderd_step(struct orderd *, struct order *, const struct order_input *);

/* For how long after its signature a request may still be executed. */
int64_t		 orderd_window_ms(const struct orderd *);
struct spelling	 orderd_spelling(struct orderd *);

/* bus.c: what is taken, and the stream's state */
#define REPORT_FOUND	"r"	/* the ids of our own reports begin so; userd's are others */
void	bus_serve(struct orderd *);
bool	report_is_found(const struct msg_report *);
void	bus_push_report(struct orderd *, const struct msg_report *);	/* to ourselves */
/* The same for several, all or none; done runs when they are in the list. */
void	bus_push_reports(struct orderd *, struct msg_report *, size_t n, void (*done)(void *arg),
	    void *arg);
void	bus_tell_gap(struct orderd *, struct item *);
void	bus_tell_reconciled(struct orderd *);

/* tell.c: what the others are told of an order */
void	tell_outcome(struct orderd *, struct order *);		/* and its item leaves */
void	tell_doubt(struct orderd *, struct order *);
void	tell_known(struct orderd *, struct order *);
void	tell_adopted(struct orderd *, const struct order *);
void	tell_unsent(struct orderd *, struct item *, const struct terms *, enum outcome,
	    const struct refusal_of *);
void	tell_cancelled_unsent(struct orderd *, struct item *, const struct terms *);
void	tell_fill(struct orderd *, struct item *, const struct msg_fill *);
void	tell_external(struct orderd *, struct item *, const struct msg_fill *);
void	tell_resting(struct orderd *, struct order *);		/* once: that it stands there */
void	tell_row(struct orderd *, const struct order *);		/* as it is now */
struct msg_fill	tell_compose(const struct order *, const struct msg_report *);	/* NULL: no report */
void	tell_rows_again(struct orderd *);	/* Redis may have lost some, or hold ghosts; pms:resv too */

/* place.c: orders, from the item to the answer of their request */
void	place_item(struct orderd *, struct item *);
void	place_answered(struct orderd *, const char *clord_id, const struct answer *,
	    const struct http_answer *);
void	place_settle(struct orderd *, struct order *);
void	place_absent(struct orderd *, struct order *);
void	place_end_unsent(struct orderd *, struct order *);	/* by a cancel: it has not left */

/* line.c: who may leave, in which order */
void	line_enter(struct orderd *, enum line, const char *clord_id);
void	line_answered(struct orderd *, enum http_lane);
void	line_start(struct orderd *);
void	line_fini(struct orderd *);
/* What a line is for; false: it has to wait, and all behind it. */
bool	place_leave(struct orderd *, enum line, const char *clord_id);
bool	place_is_over(struct orderd *, const char *clord_id);	/* it waits no longer */
bool	cancels_leave(struct orderd *, const char *clord_id);
bool	line_may_send(struct orderd *, enum line);

/* cancels.c: wishes to cancel, until the order is gone */
void	cancels_item(struct orderd *, struct item *, const struct cmd *);
void	cancels_note(struct orderd *, const char *clord_id);	/* its order has changed */
/* A placement that has not left: is there a wish to cancel it?  Then that is fulfilled. */
bool	cancels_claim(struct orderd *, const char *clord_id);
void	cancels_answered(struct orderd *, const char *clord_id, const struct answer *,
	    const struct http_answer *);
void	cancels_start(struct orderd *);
void	cancels_fini(struct orderd *);

/* apply.c: reports; and asking for what they do not tell */
void	apply_item(struct orderd *, struct item *);
void	apply_answer(struct orderd *, const char *clord_id, mono_t sent_at, bool trades,
	    const struct answer *, const struct http_answer *);
void	apply_report(struct orderd *, struct item *, struct order *, const struct msg_report *);
void	apply_note_done(struct orderd *, const struct msg_report *);	/* it is dealt with */
void	apply_check_reconciled(struct orderd *);	/* when an order is compared or gone */
void	apply_plan(struct orderd *, struct order *, unsigned acts);	/* when to ask for it */
void	apply_stands(struct orderd *, struct order *);	/* there, heard of or not */
void	apply_ask_now(struct orderd *, struct order *);
void	apply_rests(struct order *);		/* or does it?  Then it is asked for no more */
int64_t	apply_compares(const struct order *, mono_t sent_at);
void	apply_start(struct orderd *);
void	apply_fini(struct orderd *);

/* adopt.c: reports of orders that nobody here knows */
void	adopt_report(struct orderd *, struct item *, const struct msg_report *);
void	adopt_foreign(struct orderd *, struct item *, const struct msg_report *);

/* audit.c: the book against the exchange's open orders and trades */
void	audit_new(struct orderd *);
void	audit_start(struct orderd *);		/* now, for what an earlier life has left; then again */
void	audit_begin(struct orderd *, int64_t up_no);	/* of that stream_up; 0: of itself */
bool	audit_will_show(const struct orderd *);	/* one runs at whose end all rows are written */
bool	audit_is_done(const struct orderd *, int64_t up_no);
void	audit_touch(struct orderd *, const char *symbol);	/* something may have been traded */
void	audit_fini(struct orderd *);

/* store.c: every statement */
enum {
	SQL_ACCOUNTS = LEDGER_OWN, SQL_CURSOR_NEW, SQL_CURSOR_PUT, SQL_CURSORS, SQL_END, SQL_EVENTS,
	SQL_EXECUTIONS, SQL_LIVE, SQL_PLACE, SQL_N
};
enum { STREAM = CLORD_ID + 8 };
void	store_start(struct orderd *);
bool	store_is_prompt(const struct orderd *);	/* the gate for what adds risk */
typedef void	store_done(void *arg);
void	store_placed(struct orderd *, struct order *, store_done *, void *arg);
void	store_refused(struct orderd *, struct order *);
void	store_report(struct orderd *, struct order *, const struct msg_report *, store_done *,
	    void *arg);
void	store_cursor(struct orderd *, const char *symbol, int64_t trade_id, wall_t since);
/* The account whose orders are named so; "" when there is none. */
typedef void	store_account(void *arg, const char *sub);
void	store_find_account(struct orderd *, const char *prefix, store_account *, void *arg);
/* Which of these trades on the symbol are booked, as a text of ids with blanks around each. */
typedef void	store_booked(void *arg, const char *ids);
void	store_find_booked(struct orderd *, const char *symbol, const char *ids, store_booked *,
	    void *arg);
void	store_fini(struct orderd *);

/* load.c: orders as the ledger has them */
void	load_live(struct orderd *);
/* Reads an order's events; it is in the blotter then, or was never placed (NULL). */
typedef void	load_found(void *arg, struct order *);
void	load_find(struct orderd *, const char *clord_id, load_found *, void *arg);
bool	load_is_finding(const struct orderd *, const char *clord_id);
void	load_fini(struct orderd *);

/* venue.c: requests */
void	venue_start(struct orderd *);
void	venue_sync_clock(struct orderd *);
void	venue_check_account(struct orderd *);
void	venue_refused(struct orderd *, const struct answer *);	/* for what we are, not what we ask */
wall_t	venue_time(const struct orderd *, mono_t);
wall_t	venue_now(const struct orderd *);
bool	venue_may_sign(struct orderd *);	/* the lock and the clock are fresh */
void	venue_place(struct orderd *, const struct order *, enum http_lane);
void	venue_cancel(struct orderd *, const struct order *);
bool	venue_ask(struct orderd *, const struct order *);	/* false: not now */
/* A question of the audit's; query is emptied.  False: not now. */
bool	venue_audit(struct orderd *, enum endpoint, struct buf *query, http_done *, void *arg);
void	venue_fini(struct orderd *);

#endif
