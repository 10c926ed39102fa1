/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff.h - which prices of a book changed since it was last said, for each
 * speed at which somebody hears of it.
 *
 * A level says which update changed it last, so one that has changed already
 * since the last time is not noted again: however much happens, there are not
 * more notes than prices.  A price whose level went and came back may be noted
 * more than once until diff_sort().
 */
#ifndef SIMEX_DIFF_H
#define SIMEX_DIFF_H

#include "base/dec.h"
#include "wire/types.h"

#include <stddef.h>
#include <stdint.h>

enum diff_speed { DIFF_100MS, DIFF_250MS, DIFF_500MS, DIFF_SPEEDS };

struct diff_level {
	enum side	 side;
	dec_t		 px;
};

struct diff {
	int64_t		 first_id;	/* the first update since; when n > 0 */
	int64_t		 said_id;	/* the last one that was told */
	struct diff_level	*v;
	size_t		 n, cap;
};

struct diffs {
	unsigned	 heard;		/* bits of enum diff_speed: those that are kept */
	struct diff	 v[DIFF_SPEEDS];
};

/* From the update after this one on. */
void	diffs_begin(struct diffs *, enum diff_speed, int64_t id);
void	diffs_end(struct diffs *, enum diff_speed);
/* An update of a level that another one changed last. */
void	diffs_note(struct diffs *, enum side, dec_t px, int64_t last_id, int64_t id);
/* Bids, then asks, each from the lowest price on, each price once. */
void	diff_sort(struct diff *);
void	diff_said(struct diff *, int64_t id);
void	diffs_fini(struct diffs *);

#endif
