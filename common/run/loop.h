/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.h - the one loop of a daemon, on libevent.
 *
 * A turn has a fixed order: wait, deliver events and timers, run the turn
 * hooks, flush what was written, reap what died.  So everything a turn writes
 * leaves in one go, and nothing that a callback of the turn may still touch is
 * freed before its end.  The clock is read once a turn, at its first use.
 */
#ifndef RUN_LOOP_H
#define RUN_LOOP_H

#include "base/clock.h"

#include <sys/queue.h>

struct event_base;
struct loop;

struct loop	*loop_new(void);
void		 loop_run(struct loop *);		/* until loop_stop() */
void		 loop_stop(struct loop *);
void		 loop_free(struct loop *);

struct event_base	*loop_base(struct loop *);
mono_t			 loop_now(struct loop *);	/* of this turn */
wall_t			 loop_wall(struct loop *);
const char		*loop_boot(struct loop *);	/* id of this boot, BOOT_ID bytes */

/* Read the clocks now, whatever the turn says: for stamps that must not be early. */
mono_t	clock_mono(void);
wall_t	clock_wall(void);

/* Hooks belong to their owner, who zeroes and embeds them. */
struct loop_hook {
	void				(*run)(void *arg);
	void				*arg;
	TAILQ_ENTRY(loop_hook)		 link;
};
void	loop_each_turn(struct loop *, struct loop_hook *);	/* every turn, in order of adding */
void	loop_forget_turn(struct loop *, struct loop_hook *);
void	loop_at_flush(struct loop *, struct loop_hook *);	/* once, at the end of this turn */
void	loop_reap(struct loop *, struct loop_hook *);		/* once, after the last flush */

/* A named timer: one-shot, set again by whoever needs it again. */
struct timer;
struct timer	*timer_new(struct loop *, void (*fire)(void *arg), void *arg);
void		 timer_in_ms(struct timer *, int64_t ms);
void		 timer_at(struct timer *, mono_t when);
void		 timer_stop(struct timer *);
void		 timer_free(struct timer *);

#endif
