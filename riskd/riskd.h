/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * riskd.h - the daemon's context, and what its shell files offer each other.
 */
#ifndef RISKD_RISKD_H
#define RISKD_RISKD_H

#include "io/answer.h"
#include "io/daemon.h"
#include "io/halt.h"
#include "io/instruments.h"
#include "io/ledger.h"
#include "io/peer.h"
#include "riskd/view.h"

enum { STRANGERS = 64 };		/* foreign orders whose first execution has been told */

struct child;

enum off_tick { OFF_TICK_ROUND, OFF_TICK_DENY };

struct riskd_conf {
	int64_t	accounts_every;
	int64_t	ledger_lag;
	int	off_tick;		/* enum off_tick */
	int64_t	reply_wait;
	int64_t	stale_price;
	int64_t	snapshot_every;
};

/* The executions of one account are booked one after the other. */
struct booker {
	struct riskd		*d;
	char			 account[SUB_ID];
	STAILQ_HEAD(, work)	 queue;
	bool			 busy;
	struct node		 node;
};

struct riskd {
	struct daemon			*base;
	const struct riskd_conf		*conf;
	struct pg			*pg;
	struct ledger			*ledger;
	struct accounts			 accounts;
	struct pendings			 pendings;
	struct tally			 external_net;	/* by symbol: signed, nobody's */
	int64_t				 strangers[STRANGERS];	/* the last, by order id */
	unsigned			 nstrangers;
	struct instruments		*instruments;
	struct market			 market;
	struct map			 bookers;	/* by account */
	struct map			 adoptions;	/* by clord_id */
	TAILQ_HEAD(, child)		 children;	/* that the ledger is asked about */
	struct rules			 global_rules;
	struct timer			*accounts_timer, *views_timer, *reply_timer;
	struct timer			*children_timer;
	struct take			*takes[8];	/* as bus.c lists its sources */
	int64_t				 seq;		/* of the last event */
	unsigned			 views_turn;
	bool				 loading;	/* begun, see riskd_load() */
	bool				 serving;	/* loaded: items are taken */
	unsigned			 opening;	/* accounts whose first event is not stored */
	/* the stream's gaps and orderd's word that book and exchange agree, by their numbers */
	int64_t				 gap_no, reconciled_no;
	struct peer			*userd;		/* its silence is a gap too */
	struct peer			*orderd;
	struct halts			*halts;		/* NULL before the load */
	/* counters */
	uint64_t			 judged, denied, handed_on, booked, duplicates, external;
};

struct account	*riskd_account(struct riskd *, const char *id);		/* or NULL */
bool		 riskd_is_reconciled(const struct riskd *);
/* It is there, and keeps up. */
bool		 riskd_has_ledger(const struct riskd *);
/* What is missing or forbidden, for that account; sub NULL: for all. */
unsigned	 riskd_modes(const struct riskd *, const char *sub);
struct spelling	 riskd_spelling(struct riskd *);
void		 riskd_snapshot(struct riskd *, const struct account *, struct buf *);
const struct instrs	*riskd_instrs(const struct riskd *);
struct event_stamp	 riskd_stamp(struct riskd *);

/* The steps of a start, each begun by the end of the one before it. */
enum load_step {
	LOAD_HALTS, LOAD_INSTRUMENTS, LOAD_LEDGER, LOAD_PENDING, LOAD_DOUBTS, LOAD_SUMS,
	LOAD_ACCOUNTS, LOAD_DONE,
};
void		 riskd_load(struct riskd *, enum load_step);

/* bus.c: what is taken, views out, views in */
void	bus_load_pending(struct riskd *);
void	bus_load_doubts(struct riskd *);
void	bus_tell_account(struct riskd *, const struct account *);	/* its snapshot, to the gateway */
void	bus_serve(struct riskd *);		/* begins to take */
void	bus_put_reservation(struct txn *, const struct pending *);
void	bus_put_reservations(struct riskd *);	/* all: Redis may have lost some */
void	bus_tell_reconciled(struct riskd *, int64_t stream_no);
void	bus_show_state(void *arg);		/* a struct riskd's, to people */

/* judge.c: commands */
void	judge_command(struct riskd *, struct item *);
void	judge_on_children_time(void *arg);
void	judge_ledger_lost(struct riskd *);	/* who waits for it, waits no longer */
void	judge_fini(struct riskd *);

/* book.c: executions, outcomes, answers */
void	book_fill(struct riskd *, struct item *);
void	book_outcome(struct riskd *, struct item *);
void	book_on_reply_time(void *arg);
void	book_fini(struct riskd *);
/* One change of an account at a time: false when another is under way. */
bool	book_lock(struct riskd *, const char *account);
void	book_unlock(struct riskd *, const char *account);

/* adopt.c: orders that orderd has found on the exchange and taken over */
void	adopt_order(struct riskd *, struct item *, const char *clord_id);
void	adopt_note_end(struct riskd *, const struct msg_fill *);
void	adopt_fini(struct riskd *);

/* store.c: every statement */
enum {
	SQL_ACCOUNTS = LEDGER_OWN, SQL_BALANCE, SQL_BOOKING_OF, SQL_EVENTS, SQL_EXECUTION,
	SQL_EXTERNAL, SQL_GLOBAL_RULES, SQL_OPEN_ROWS, SQL_PLACED, SQL_POSITION_CLOSE,
	SQL_POSITION_PUT, SQL_SNAPSHOT, SQL_SNAPSHOTS, SQL_SUMS, SQL_TRADE, SQL_N
};
enum { CAUSE_MAX = 160 };
void	store_start(struct riskd *);
void	store_poll_accounts(struct riskd *);
void	store_book(struct riskd *, const struct booking *, const struct msg_fill *,
	    entry_done *, void *arg);
/* qty of it is nobody's; signed it is what the external net position changes by. */
void	store_book_external(struct riskd *, const struct msg_fill *, dec_t qty, entry_done *,
	    void *arg);
dec_t	store_external_qty(const struct msg_fill *, dec_t qty);
/* The booking that was stored for this execution; NULL: there is none. */
typedef void	store_found(void *arg, const char *json);
void	store_find_booking(struct riskd *, const struct msg_fill *, store_found *, void *arg);
/* What the ledger knows of an order of that name; NULL: nothing. */
struct placed {
	struct terms		o;
	bool			live;		/* it has not ended */
	struct pending_sums	sums;		/* of its executions that are booked */
};
typedef void	store_placed(void *arg, const struct placed *);
void	store_find_placed(struct riskd *, const char *clord_id, store_placed *, void *arg);
/* A number of the gateway's; otherwise where it is NULL or none. */
dec_t	store_dec(const struct pg_result *, size_t i, int row, int col, dec_t otherwise);
struct pending_sums	store_sums(const struct pg_result *, size_t i, int row);
void	store_fini(struct riskd *);

/* load.c: what an earlier life has left in the ledger */
void	load_ledger(struct riskd *);
void	load_sums(struct riskd *);		/* of the pendings found in pms:resv */

#endif
