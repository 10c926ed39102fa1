/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bus_internal.h - what bus.c, take.c and txn.c share, and nobody else sees.
 */
#ifndef IO_BUS_INTERNAL_H
#define IO_BUS_INTERNAL_H

#include "base/buf.h"
#include "io/bus.h"
#include "run/log.h"

struct ask;
struct subscription;

struct bus {
	struct loop			*loop;
	struct redis_addr		 addr;
	const char			*daemon;
	const struct bus_hooks		*hooks;
	void				*arg;

	struct link			*cmd, *sub;
	bool				 settling;	/* the mark is being read */
	bool				 settled;	/* cmd is up and nothing of before is in doubt */
	struct loop_hook		 turn;
	struct timer			*quiet, *watch, *again;

	/* lists pushed to */
	const enum key			*outputs;
	size_t				 noutputs;
	bool				 bad_output[KEY_N];	/* moved aside at this connect */
	long				 length[KEY_N];		/* as last told */
	struct log_limit		 full_lims[KEY_N];

	/* txn.c */
	int64_t				 mark, mark_seen;	/* last given out; read at connect */
	TAILQ_HEAD(txns_head, txn)	 txns;			/* committed, not known to be done */

	/* take.c */
	TAILQ_HEAD(, take)		 takes;			/* in order of urgency */
	size_t				 in_flight;
	bool				 stopped;		/* nothing more is taken */

	TAILQ_HEAD(, ask)		 asks;
	TAILQ_HEAD(, subscription)	 subscriptions;
};

void	bus_kill_client(struct bus *, int64_t id);	/* 0: nobody */

void	bus_note_length(struct bus *, enum key, long n);

void	txns_settle(struct bus *);	/* after the mark has been read */
void	txns_free(struct bus *);

void	takes_resume(struct bus *);
void	takes_deliver(struct bus *);
void	takes_prove_empty(struct bus *);
void	takes_free(struct bus *);

/* The item's effects are durable: it leaves memory. */
void	item_finish(struct item *);
/* Its LREM, for the txn it leaves with. */
void	item_removal(const struct item *, char work_key[KEY_MAX], const char **count);

#endif
