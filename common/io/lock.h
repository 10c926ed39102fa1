/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lock.h - one instance of a daemon at a time: pms:lock:<daemon>.
 *
 * The value names its holder: epoch, boot, process, the ids of its Redis
 * connections.  It is renewed every second and lives five.  A starter takes it
 * at once when its holder is proven dead (same boot, and the process is gone
 * or the flock in the run directory was free); otherwise it stands by until
 * the value has not changed for a full life time on its own clock, kills the
 * connections named in it, and takes it.
 *
 * A holder that finds another's value has lost: it must stop at once.
 */
#ifndef IO_LOCK_H
#define IO_LOCK_H

#include "io/bus.h"

struct lock;

struct lock_hooks {
	void	(*held)(void *arg);		/* once */
	void	(*standby)(void *arg);		/* another one holds it, and lives */
	void	(*lost)(void *arg);		/* once, after held */
};

struct lock	*lock_new(struct bus *, const struct redis_addr *, const char *daemon,
		    const char *run_dir, const struct lock_hooks *, void *arg);
void		 lock_free(struct lock *);	/* the value stays and runs out: a successor sees that we are gone */

/* When the last confirmed renewal was sent: what is signed as of then is ours to send. */
mono_t		 lock_confirmed(const struct lock *);

/* The connections have changed: write their ids down now. */
void		 lock_renew(struct lock *);

#endif
