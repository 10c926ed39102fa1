/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/diff.h"

#include "base/die.h"

#include <stdlib.h>

enum { START = 64 };

void
diffs_begin(struct diffs *ds, enum diff_speed s, int64_t id)
{
	if ((ds->heard & 1u << s) != 0)
		return;
	ds->heard |= 1u << s;
	diff_said(&ds->v[s], id);
}

void
diffs_end(struct diffs *ds, enum diff_speed s)
{
	ds->heard &= ~(1u << s);
	free(ds->v[s].v);
	ds->v[s] = (struct diff){ 0 };
}

static void
note(struct diff *d, enum side side, dec_t px, int64_t id)
{
	if (d->n == d->cap) {
		d->cap = d->cap == 0 ? START : d->cap * 2;
		d->v = xrealloc(d->v, d->cap * sizeof(*d->v));
	}
	if (d->n == 0)
		d->first_id = id;
	d->v[d->n++] = (struct diff_level){ side, px };
}

void
diffs_note(struct diffs *ds, enum side side, dec_t px, int64_t last_id, int64_t id)
{
	for (int s = 0; s < DIFF_SPEEDS; s++)
		if ((ds->heard & 1u << s) != 0 && last_id <= ds->v[s].said_id)
			note(&ds->v[s], side, px, id);
}

static int
compare(const void *a, const void *b)
{
	const struct diff_level	*x = a, *y = b;

	return x->side != y->side ? (x->side > y->side) - (x->side < y->side) :
	    dec_cmp(x->px, y->px);
}

void
diff_sort(struct diff *d)
{
	size_t	 kept = 0;

	if (d->n == 0)
		return;
	qsort(d->v, d->n, sizeof(*d->v), compare);
	for (size_t i = 1; i < d->n; i++)
		if (compare(&d->v[kept], &d->v[i]) != 0)
			d->v[++kept] = d->v[i];
	d->n = kept + 1;
}

void
diff_said(struct diff *d, int64_t id)
{
	d->said_id = id;
	d->n = 0;
}

void
diffs_fini(struct diffs *ds)
{
	for (int s = 0; s < DIFF_SPEEDS; s++)
		free(ds->v[s].v);
}
