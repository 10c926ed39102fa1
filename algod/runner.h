/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner.h - the algos that run.  Pure; owns them.
 */
#ifndef ALGOD_RUNNER_H
#define ALGOD_RUNNER_H

#include "algod/algo.h"

TAILQ_HEAD(run_list, run);

struct runner {
	struct map		 map;
	struct run_list		 list;		/* in order of their start */
};

void		 runner_init(struct runner *);
void		 runner_fini(struct runner *);

/* With its state blank; id as algo_name() or the ledger says. */
struct run	*runner_add(struct runner *, const struct algo *, const char *id);
struct run	*runner_find(const struct runner *, const char *id);	/* or NULL */
void		 runner_remove(struct runner *, struct run *);

/* Does any that is not over follow this symbol? */
bool		 runner_follows(const struct runner *, const char *symbol);

#endif
