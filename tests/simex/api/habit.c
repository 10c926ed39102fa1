/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"

struct reject
habit_set(struct call *c)
{
	struct habits	*h = &c->w->habits;

	h->old_shape = form_int(c->form, "sums", h->old_shape) != 0;
	h->refusals_free = form_int(c->form, "count_refused", !h->refusals_free) == 0;
	return call_done(c, "done");
}

struct reject
habit_engine(struct call *c)
{
	const int64_t	 ms = form_int(c->form, "ms", 0);

	if (ms > INT32_MAX)
		return reject_with(REJ_BAD_PARAM, "ms");
	c->w->trouble.engine_ms = ms;
	return call_done(c, "done");
}

/* What the new rules make of a contract: quotes where they may stand, no orders where it ended. */
static void
apply(struct call *c)
{
	struct exchange		*x = &c->w->exchange;
	const enum phase	 p = c->desk->listing->phase;

	if (p == PHASE_OVER)
		exchange_expire_all(x, c->desk, ER_DELISTED, c->now);
	if (p == PHASE_OVER || p == PHASE_ENDING)
		service_delist(x, c->desk, c->now);
	exchange_requote(x, c->desk, c->now);
	exchange_note_listing(x, c->desk, c->now);
}

struct reject
habit_listing(struct call *c)
{
	struct why	 why;

	if (listing_change(c->desk->listing, form_str(c->form, "filter"),
	    form_str(c->form, "field"), form_str(c->form, "value"), &why) == -1)
		return reject_with(REJ_BAD_PARAM, "%s", why.text);
	apply(c);
	return call_done(c, "done");
}
