/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/deal.h"

#include "base/die.h"
#include "tests/simex/core/sorted.h"

#include <stdlib.h>
#include <string.h>

enum { START = 16 };

void
deals_init(struct deals *ds, int64_t first_aggregate_id)
{
	*ds = (struct deals){ .next_aggregate_id = first_aggregate_id };
}

/* Room for one more behind n of them; at twice DEALS_KEPT the older half goes. */
static void *
with_room(void *v, size_t *n, size_t *cap, size_t size)
{
	char	*bytes = v;

	if (bytes != NULL && *n == 2 * DEALS_KEPT) {
		*n = DEALS_KEPT;
		memmove(bytes, bytes + DEALS_KEPT * size, DEALS_KEPT * size);
	}
	if (*n < *cap)
		return v;
	*cap = *cap == 0 ? START : *cap * 2;
	return xrealloc(v, *cap * size);
}

static bool
joins(const struct aggregate *a, const struct deal *d)
{
	return a->buyer_makes == d->buyer_makes && dec_cmp(a->px, d->px) == 0 &&
	    a->last_id + 1 == d->id && a->at.us / AGGREGATE_US == d->at.us / AGGREGATE_US;
}

static void
aggregate(struct deals *ds, const struct deal *d)
{
	struct aggregate	*last = ds->naggregates == 0 ? NULL :
				    &ds->aggregates[ds->naggregates - 1];

	if (last != NULL && joins(last, d)) {
		last->qty = dec_add(last->qty, d->qty);
		last->last_id = d->id;
		last->at = d->at;
		return;
	}
	ds->aggregates = with_room(ds->aggregates, &ds->naggregates, &ds->aggregates_cap,
	    sizeof(*ds->aggregates));
	ds->aggregates[ds->naggregates++] = (struct aggregate){
		.id = ds->next_aggregate_id++, .first_id = d->id, .last_id = d->id,
		.px = d->px, .qty = d->qty, .at = d->at, .buyer_makes = d->buyer_makes,
	};
}

void
deals_add(struct deals *ds, const struct deal *d)
{
	ds->v = with_room(ds->v, &ds->n, &ds->cap, sizeof(*ds->v));
	ds->v[ds->n++] = *d;
	aggregate(ds, d);
	candles_add(&ds->candles, d->px, d->qty, !d->buyer_makes, d->id, wall_ms(d->at));
}

const struct deal *
deals_last(const struct deals *ds)
{
	return ds->n == 0 ? NULL : &ds->v[ds->n - 1];
}

bool
aggregate_is_over(const struct deals *ds, const struct aggregate *a, wall_t now)
{
	return a->id + 1 < ds->next_aggregate_id || now.us / AGGREGATE_US > a->at.us / AGGREGATE_US;
}

static size_t
index_of(int64_t id, int64_t first_id, size_t n)
{
	if (n == 0 || id <= first_id)
		return 0;
	return (uint64_t)(id - first_id) < n ? (size_t)(id - first_id) : n;
}

size_t
deals_from_id(const struct deals *ds, int64_t id)
{
	return ds->n == 0 ? 0 : index_of(id, ds->v[0].id, ds->n);
}

size_t
aggregates_from_id(const struct deals *ds, int64_t id)
{
	return ds->naggregates == 0 ? 0 : index_of(id, ds->aggregates[0].id, ds->naggregates);
}

size_t
aggregates_since(const struct deals *ds, wall_t t)
{
	return SORTED_FIRST(struct aggregate, at.us, ds->aggregates, ds->naggregates, t.us);
}

void
deals_fini(struct deals *ds)
{
	free(ds->v);
	free(ds->aggregates);
	candles_fini(&ds->candles);
}
