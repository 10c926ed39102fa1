/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"
#include "venue/clord.h"
#include "venue/status.h"

#include <stdlib.h>

/* ---- nobody's ------------------------------------------------------------------------ */

/* Whoever placed it, the exchange holds what it executed: it is booked outside all accounts. */
void
adopt_foreign(struct orderd *d, struct item *item, const struct msg_report *r)
{
	struct order	 o = { .state = ORD_WORKING, .cum_qty = r->cum_qty, .cost = DEC_ZERO,
			    .told_qty = r->cum_qty, .order_id = r->order_id, .qty = r->qty };
	struct msg_fill	 m;

	d->foreign++;
	if (r->e.trade_id == 0) {
		bus_ack(d->base->bus, item);
		apply_note_done(d, r);
		return;
	}
	o.o = (struct terms){ .side = r->side, .type = TYPE_MARKET, .qty = r->qty, .px = DEC_NONE,
	    .leverage = 1, .origin = ORIGIN_RECOVERED, .role = ROLE_UNKNOWN, .created_at = r->at };
	text_put(o.o.clord_id, sizeof(o.o.clord_id), r->clord_id);
	text_put(o.o.symbol, sizeof(o.o.symbol), r->symbol);
	text_put(o.o.sub, sizeof(o.o.sub), EXTERNAL);
	log_error("order_foreign", "clord_id=%s sym=%s order_id=%lld trade_id=%lld; it is booked to "
	    EXTERNAL, r->clord_id, r->symbol, (long long)r->order_id, (long long)r->e.trade_id);
	m = tell_compose(&o, r);
	tell_external(d, item, &m);
	apply_note_done(d, r);
}

/* ---- ours, though nobody knew ----------------------------------------------------------- */

struct adoption {
	struct orderd		*d;
	struct item		*item;
	struct msg_report	 r;
};

static void
on_placed(void *arg)
{
	struct adoption	*a = arg;
	struct order	*o = blotter_find(&a->d->blotter, a->r.clord_id);

	if (!venue_status_is_final(a->r.status))
		tell_adopted(a->d, o);
	apply_report(a->d, a->item, o, &a->r);
	free(a);
}

/* What nobody has written down is what the exchange says of it. */
static struct terms
terms_of(const struct msg_report *r, const char *sub)
{
	struct terms	 o = { .what = CMD_LIMIT, .side = r->side, .qty = r->qty, .px = DEC_NONE,
			    .leverage = 1, .origin = ORIGIN_RECOVERED, .role = ROLE_UNKNOWN,
			    .created_at = r->at };

	if (dec_ok(r->px) && dec_sign(r->px) > 0) {
		o.type = TYPE_LIMIT;
		o.px = r->px;
	}
	text_put(o.clord_id, sizeof(o.clord_id), r->clord_id);
	text_put(o.sub, sizeof(o.sub), sub);
	text_put(o.symbol, sizeof(o.symbol), r->symbol);
	return o;
}

static void
take_over(struct adoption *a, const char *sub)
{
	const struct terms	 terms = terms_of(&a->r, sub);
	struct orderd		*d = a->d;
	struct order		*o = blotter_add(&d->blotter, &terms);

	d->adopted++;
	log_error("order_adopted", "sub=%s clord_id=%s sym=%s order_id=%lld; the exchange has it, and "
	    "nobody knew", sub, a->r.clord_id, a->r.symbol, (long long)a->r.order_id);
	orderd_step(d, o, &(struct order_input){ .on = ON_ACK, .order_id = a->r.order_id,
	    .told_qty = DEC_NONE });
	store_placed(d, o, on_placed, a);
}

static void
on_account(void *arg, const char *sub)
{
	struct adoption	*a = arg;
	struct order	*o = blotter_find(&a->d->blotter, a->r.clord_id);

	if (o != NULL)
		apply_report(a->d, a->item, o, &a->r);	/* adopted meanwhile */
	else if (*sub == '\0')
		adopt_foreign(a->d, a->item, &a->r);
	else {
		take_over(a, sub);
		return;
	}
	free(a);
}

void
adopt_report(struct orderd *d, struct item *item, const struct msg_report *r)
{
	struct adoption	*a = xcalloc(1, sizeof(*a));
	char		 prefix[PREFIX];

	*a = (struct adoption){ .d = d, .item = item, .r = *r };
	if (clord_parse(r->clord_id, prefix) == -1)
		on_account(a, "");
	else
		store_find_account(d, prefix, on_account, a);
}
