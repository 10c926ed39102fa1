/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agenda.h - what falls due by itself, the soonest first.
 *
 * An appointment is embedded in what it is about and stays its owner's, who
 * drops it before the memory goes; the agenda owns its list only.  Those of
 * one time come in the order in which they were made.  A heap: making one,
 * and dropping it again, costs little however many there are.
 */
#ifndef SIMEX_AGENDA_H
#define SIMEX_AGENDA_H

#include "base/clock.h"

#include <stddef.h>
#include <stdint.h>

/* What it is that holds the appointment. */
enum errand { ERRAND_ORDER, ERRAND_COUNTDOWN };

struct appointment {
	wall_t		 at;
	enum errand	 errand;
	int64_t		 number;	/* counts up in its agenda */
	size_t		 place;		/* in the heap, from 1; 0: there is none */
};

struct agenda {
	struct appointment	**v;
	size_t			  n, cap;
	int64_t			  made;
};

void			 agenda_put(struct agenda *, struct appointment *, enum errand, wall_t at);
void			 agenda_drop(struct agenda *, struct appointment *);	/* if there is one */
struct appointment	*agenda_first(const struct agenda *);			/* or NULL */
wall_t			 agenda_due(const struct agenda *);		/* empty: the end of time */
void			 agenda_fini(struct agenda *);

#endif
