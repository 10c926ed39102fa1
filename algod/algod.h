/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * algod.h - the daemon's context, and what its shell files offer each other.
 */
#ifndef ALGOD_ALGOD_H
#define ALGOD_ALGOD_H

#include "algod/runner.h"
#include "io/answer.h"
#include "io/daemon.h"
#include "io/instruments.h"
#include "io/ledger.h"

struct work;

struct algod_conf {
	int64_t	ledger_lag;
	int64_t	max_running;
	int64_t	stale_price;
};

struct algod {
	struct daemon			*base;
	const struct algod_conf		*conf;
	struct runner			 runner;
	struct pg			*pg;
	struct ledger			*ledger;
	struct instruments		*instruments;
	struct take			*takes[2];
	struct timer			*clock;
	TAILQ_HEAD(, work)		 unsent;	/* whose children wait for their store */
	bool				 loading;
	int64_t				 seq;		/* of the last event */
	int64_t				 no;		/* of the last message */
	/* counters */
	uint64_t			 started, refused, ticks, children, alarms, ended;
};

struct spelling		 algod_spelling(struct algod *);

/* bus.c: what is taken, ticks in, and what the others are told */
void	bus_serve(struct algod *);
void	bus_follow(struct algod *, struct run *);	/* its symbol's ticks come */
void	bus_show(struct algod *, const struct run *);	/* its views, as they are now */

/* run.c: commands, steps, and what they ask for */
void	run_command(struct algod *, struct item *);
void	run_child_report(struct algod *, struct item *);
void	run_tick(struct algod *, const char *symbol, dec_t mid);
void	run_resume_all(struct algod *);
void	run_on_clock(void *arg);
void	run_ledger_lost(struct algod *);	/* what waits for it to send a child, does not */

/* store.c: every statement */
void	store_start(struct algod *);
typedef void	store_done(void *arg);
void	store_keep(struct algod *, struct run *, const char *type, store_done *, void *arg);
/* The state of one that does not run any more, valid during the call; NULL: there was none. */
typedef void	store_found(void *arg, const struct run *);
void	store_find(struct algod *, const struct algo *, const char *id, store_found *, void *arg);
void	store_fini(struct algod *);

#endif
