/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * snapshot.h - answers to GET depth of another exchange, one after the other
 * and never more often than its limits allow.
 *
 * What has failed is asked for again after a pause that grows, or as long as
 * the exchange says.
 */
#ifndef SIMEX_SNAPSHOT_H
#define SIMEX_SNAPSHOT_H

#include "run/loop.h"

#include <stddef.h>
#include <stdint.h>

struct snapshots;

struct snapshot_failure {
	const char	*symbol, *why;
	int		 status;	/* of the answer; 0: there was none */
	int64_t		 pause_ms;
};

struct snapshot_hooks {
	const char	*(*wanted)(void *arg);		/* whose is asked for next; NULL: nobody's */
	void		 (*came)(void *arg, const char *symbol, const char *text, size_t len);
	void		 (*failed)(void *arg, const struct snapshot_failure *);
};

/* rest: http://host[:port] or https://..., without a path. */
struct snapshots	*snapshots_new(struct loop *, const char *rest, const struct snapshot_hooks *,
			    void *arg);
void			 snapshots_look(struct snapshots *);	/* somebody may want one */
void			 snapshots_free(struct snapshots *);	/* NULL is fine */

#endif
