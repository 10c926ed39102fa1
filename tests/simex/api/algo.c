/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/algo_print.h"

enum { LIST_DEFAULT = 500 };

#define WEEK_MS	INT64_C(604800000)

static struct service *
service_of(const struct call *c)
{
	return &c->w->exchange.service;
}

static void
note_algo(struct call *c, const struct algo *a)
{
	c->order_id = a->id;
	text_put(c->clord_id, sizeof(c->clord_id), a->terms.client_id);
}

struct reject
algo_place(struct call *c)
{
	struct algo_terms	 t;
	struct algo		*a = NULL;
	struct reject		 r = algos_parse(c->form, c->desk->listing, &t);

	if (!reject_is_set(&r))
		r = service_place(&c->w->exchange, c->desk, &t, c->now, &a);
	if (a == NULL)
		return r;
	note_algo(c, a);
	print_algo(c->out, a, ALGO_PLACED);
	return r;
}

/* algoId wins where both are sent. */
static struct reject
find(struct call *c, struct algo **found)
{
	const struct algos	*as = &service_of(c)->algos;
	const int64_t		 id = form_int(c->form, "algoId", -1);
	const char		*client_id = form_str(c->form, "clientAlgoId");

	*found = NULL;
	if (id == -1 && client_id == NULL)
		return reject_with(REJ_MANDATORY, "algoid");
	*found = id != -1 ? algos_find(as, id) : algos_find_client_id(as, client_id);
	if (*found != NULL)
		note_algo(c, *found);
	return reject_none();
}

struct reject
algo_query(struct call *c)
{
	struct algo		*a;
	const struct reject	 r = find(c, &a);

	if (reject_is_set(&r))
		return r;
	if (a == NULL || a->created.us > trade_seen_until(c).us)
		return reject_as(REJ_NO_SUCH_ORDER);
	print_algo(c->out, a, ALGO_QUERY);
	return r;
}

struct reject
algo_cancel(struct call *c)
{
	struct algo	*a;
	struct reject	 r = find(c, &a);

	if (reject_is_set(&r))
		return r;
	r = a == NULL ? reject_as(REJ_UNKNOWN_ORDER) :
	    algos_cancel(&service_of(c)->algos, a, c->now);
	if (!reject_is_set(&r))
		print_algo_canceled(c->out, a);
	return r;
}

struct reject
algo_cancel_all(struct call *c)
{
	algos_cancel_all(&service_of(c)->algos, c->desk->listing, c->now);
	return call_done(c, "The operation of cancel all open order is done.");
}

static const struct listing *
listing_of(const struct call *c)
{
	return c->desk == NULL ? NULL : c->desk->listing;
}

struct reject
algo_open_orders(struct call *c)
{
	const struct algo_filter	 f = {
		.listing = listing_of(c), .open = true,
		.from_id = form_int(c->form, "algoId", 0), .until = trade_seen_until(c),
	};

	print_algos(c->out, &service_of(c)->algos, &f);
	return reject_none();
}

/*
 * A time on one side only means a week to the other side; no time and no id
 * means the newest.
 */
struct reject
algo_all_orders(struct call *c)
{
	const struct reject	 r = trade_check_window(c);
	const int64_t		 start = form_int(c->form, "startTime", -1);
	const int64_t		 end = form_int(c->form, "endTime", -1);
	struct algo_filter	 f = {
		.listing = c->desk->listing, .until = trade_seen_until(c),
		.from_id = form_int(c->form, "algoId", start == -1 && end == -1 ? 0 : 1),
		.limit = (size_t)form_int(c->form, "limit", LIST_DEFAULT),
	};
	wall_t			 until = f.until;

	if (reject_is_set(&r))
		return r;
	if (start != -1 || end != -1)
		f.since = wall_from_ms(start != -1 ? start : end - WEEK_MS);
	if (end != -1)
		until = wall_from_ms(end);
	else if (start != -1)
		until = wall_from_ms(start + WEEK_MS);
	f.until = until.us < f.until.us ? until : f.until;
	print_algos(c->out, &service_of(c)->algos, &f);
	return r;
}

struct reject
algo_service(struct call *c)
{
	struct service	*s = service_of(c);

	s->latency_ms = form_int(c->form, "latency_ms", s->latency_ms);
	s->algos.stuck = form_int(c->form, "stuck", s->algos.stuck) != 0;
	s->visible_ms = form_int(c->form, "visible_ms", s->visible_ms);
	s->fills_first = form_int(c->form, "fills_first", s->fills_first) != 0;
	return call_done(c, "done");
}
