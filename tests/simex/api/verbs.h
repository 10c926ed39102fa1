/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verbs.h - the verbs of the control port: simex(8), CONTROL.
 */
#ifndef SIMEX_VERBS_H
#define SIMEX_VERBS_H

#include "tests/simex/api/call.h"
#include "tests/simex/core/audit.h"

/*
 * As world_control(), of which it is the inside: time has been advanced.  by
 * says who asked, if not the control port: NULL.
 */
int	verb_run(struct world *, const char *uri, const char *by, const struct outside *,
	    struct buf *out);

/* One verb in the course of another; c->out and c->order_id are the last one's. */
struct reject	verb_do(struct call *, const char *uri);
bool		verb_takes(const char *uri, const char *param);
enum audit_heed verb_heed(const char *uri);
/* Is there such a verb, and does it take these parameters? */
struct reject	verb_check(struct world *, const char *uri);

#endif
