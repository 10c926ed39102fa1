/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/riskd.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

/*
 * An order that orderd has taken over, while its terms are read from the ledger.
 * Its end may come meanwhile: there is no pending yet that could keep it.
 */
struct adoption {
	struct riskd	*d;
	struct item	*item;
	char		 clord_id[CLORD_ID];
	dec_t		 end_qty;		/* DEC_NONE: not ended */
	enum ord_status	 status;
	struct node	 node;
};

static struct adoption *
find(const struct riskd *d, const char *clord_id)
{
	struct node	*n = map_find(&d->adoptions, clord_id);

	return n == NULL ? NULL : MAP_OF(n, struct adoption, node);
}

void
adopt_note_end(struct riskd *d, const struct msg_fill *m)
{
	struct adoption	*a = find(d, m->o.clord_id);

	if (a == NULL || !ord_status_is_final(m->status))
		return;
	a->end_qty = m->cum_qty;
	a->status = m->status;
}

static void
forget(struct adoption *a)
{
	map_remove(&a->d->adoptions, &a->node);
	free(a);
}

/* True: it is under way, and reserves. */
static bool
add(struct adoption *a, const struct placed *placed)
{
	struct riskd		*d = a->d;
	struct account		*account = riskd_account(d, placed->o.sub);
	const struct pending	 from = pending_adopted(&placed->o, account, &placed->sums);
	struct pending		*p = pendings_add(&d->pendings, &from, account);

	pendings_restore(&d->pendings, p, account, &placed->sums);
	p->end_qty = a->end_qty;
	p->status = dec_ok(a->end_qty) ? a->status : OS_ACTIVE;
	log_warn("adopted", "sub=%s clord_id=%s sym=%s", p->o.sub, p->o.clord_id, p->o.symbol);
	if (!pending_is_over(p))
		return true;
	pendings_remove(&d->pendings, p, account);
	return false;
}

static void
on_placed(void *arg, const struct placed *placed)
{
	struct adoption	*a = arg;
	struct riskd	*d = a->d;
	struct txn	*t = txn_new(d->base->bus, "adopted", a->item);

	if (placed == NULL)
		log_error("adopted_unknown", "clord_id=%s; it reserves nothing", a->clord_id);
	else if (placed->live && add(a, placed))
		bus_put_reservation(t, pendings_find(&d->pendings, a->clord_id));
	txn_commit(t, NULL, NULL);
	forget(a);
}

void
adopt_order(struct riskd *d, struct item *item, const char *clord_id)
{
	struct adoption	*a;

	/* Handed on by us, or told before. */
	if (pendings_find(&d->pendings, clord_id) != NULL || find(d, clord_id) != NULL) {
		bus_ack(d->base->bus, item);
		return;
	}
	a = xcalloc(1, sizeof(*a));
	*a = (struct adoption){ .d = d, .item = item, .end_qty = DEC_NONE };
	text_put(a->clord_id, sizeof(a->clord_id), clord_id);
	map_put(&d->adoptions, &a->node, a->clord_id);
	store_find_placed(d, clord_id, on_placed, a);
}

void
adopt_fini(struct riskd *d)
{
	struct map_iter	 it = map_each(&d->adoptions);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		free(MAP_OF(n, struct adoption, node));
	map_fini(&d->adoptions);
}
