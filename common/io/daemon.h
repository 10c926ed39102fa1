/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * daemon.h - what all daemons are, so that a main file is a declaration.
 *
 * Options, log, loop, Redis, the lock, readiness, heartbeat, watchdog, draining
 * and exit status are here, once.  The order of a life:
 * configuration -> Redis -> lock (or standby) -> start() -> daemon_ready() ->
 * SIGTERM -> nothing more is taken -> every item finished -> exit 0.
 */
#ifndef IO_DAEMON_H
#define IO_DAEMON_H

#include "io/bus.h"
#include "io/settings.h"
#include "run/log.h"

struct counter {
	const char	*name;
	size_t		 offset;	/* of a uint64_t in the daemon's struct */
	const char	*help;
};
#define COUNTER(s, m, h)	{ #m, offsetof(struct s, m), h }

struct daemon {
	const struct daemon_spec	*spec;
	struct loop			*loop;
	struct bus			*bus;
	const struct common_conf	*common;
	const void			*conf;		/* the daemon's own */
	void				*self;		/* the daemon's struct, zeroed at birth */
};

struct daemon_spec {
	const char			*name, *purpose;
	const struct conf_key		*conf;
	size_t				 nconf, conf_size;
	const struct counter		*counters;
	size_t				 ncounters;
	const enum key			*outputs;	/* lists it pushes to */
	size_t				 noutputs;
	size_t				 self_size;

	void	(*start)(struct daemon *);	/* the lock is held; load, then daemon_ready() */
	void	(*health)(struct daemon *, struct buf *);	/* further members; or NULL */
	void	(*back)(struct daemon *);	/* Redis is back, perhaps with less; or NULL */
	void	(*fini)(struct daemon *);
};

int	daemon_main(const struct daemon_spec *, int argc, char **argv);

void	daemon_ready(struct daemon *);
bool	daemon_is_ready(const struct daemon *);

/* One line of state for people and supervisors: "ready", "degraded: no ledger". */
void	daemon_status(struct daemon *, const char *text);

/* When the last confirmed renewal of the lock was sent. */
mono_t	daemon_confirmed(const struct daemon *);

/* A key or secret: from its file, else its value in the environment.  Caller frees. */
char	*daemon_secret(const char *file, const char *value, const char *what);

#endif
