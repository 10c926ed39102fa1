/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lock.h - one instance of a daemon at a time: pms:lock:<daemon>.
 *
 * The value names its holder: epoch, boot, process.  It is renewed every
 * second.  A starter takes it at once when its holder is proven dead (same boot
 * and process namespace, and the process is gone; or the flock in the same run
 * directory was free); otherwise it stands by until the value has not changed
 * for LIFE_MS on its own clock.  Redis keeps the value for much longer: one who
 * was stopped for a day must still find that another one has been here.
 *
 * Whoever takes it writes itself down first, and then kills all connections
 * that bear the daemon's name but its own.  What connects later reads the lock
 * before it does anything else.  So one who was stopped, or cut off, reaches
 * Redis only by its lock's own connection, finds another's value and has lost:
 * it must stop at once.
 */
#ifndef IO_LOCK_H
#define IO_LOCK_H

#include "io/bus.h"

struct lock;

struct lock_hooks {
	void	(*held)(void *arg);		/* once */
	void	(*standby)(void *arg);		/* another one holds it, and lives */
	void	(*owned)(void *arg);		/* looked after lock_check(), and it was ours */
	void	(*lost)(void *arg);		/* once, after held */
	void	(*forgotten)(void *arg);	/* Redis has lost the value, and so perhaps more */
};

struct lock	*lock_new(struct bus *, const struct redis_addr *, const char *daemon,
		    const char *run_dir, const struct lock_hooks *, void *arg);
void		 lock_free(struct lock *);	/* the value stays: a successor sees that we are gone */

/* When the last confirmed renewal was sent: what is signed as of then is ours to send. */
mono_t		 lock_confirmed(const struct lock *);

/* A connection is new: is it still ours? */
void		 lock_check(struct lock *);

#endif
