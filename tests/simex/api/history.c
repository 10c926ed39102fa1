/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/die.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

#include <stdlib.h>

enum {
	LIST_DEFAULT = 500, LIST_MOST = 1000,
	AMENDMENTS_DEFAULT = 50, AMENDMENTS_MOST = 100,
	WEEK_DAYS = 7,
	TRADES_KEPT_DAYS = 90,
};

#define DAY_MS		INT64_C(86400000)
#define WEEK_MS	(WEEK_DAYS * DAY_MS)

/*
 * What part of a history is asked for: since a time or an id, until a time, so
 * many; the first of them, or the last.
 */
struct slice {
	int64_t	 id;			/* the first; -1: of any */
	wall_t	 since, until;		/* until is not in it */
	size_t	 limit;
	bool	 newest;
};

static struct reject
check_limit(const struct call *c, int64_t usual, int64_t most)
{
	const int64_t	 limit = form_int(c->form, "limit", usual);

	return limit < 1 || limit > most ? reject_with(REJ_BAD_PARAM, "limit") : reject_none();
}

struct reject
trade_check_window(const struct call *c)
{
	const int64_t	 start = form_int(c->form, "startTime", -1);
	const int64_t	 end = form_int(c->form, "endTime", -1);

	if (form_str(c->form, "fromId") != NULL && (start != -1 || end != -1))
		return reject_as(REJ_COMBINATION);
	if (start != -1 && end != -1 && end < start)
		return reject_as(REJ_START_AFTER_END);
	if (start != -1 && end != -1 && end - start > WEEK_MS)
		return reject_with(REJ_WINDOW, "%d", WEEK_DAYS);
	return check_limit(c, LIST_DEFAULT, LIST_MOST);
}

/*
 * A time on one side only means a week to the other side; no time and no id
 * means the newest of the last week.
 */
static struct slice
slice_of(const struct call *c, const char *id_name)
{
	const int64_t	 start = form_int(c->form, "startTime", -1);
	const int64_t	 end = form_int(c->form, "endTime", -1);
	struct slice	 s = {
		.id = form_int(c->form, id_name, -1), .since = WALL_UNSET, .until = { INT64_MAX },
		.limit = (size_t)form_int(c->form, "limit", LIST_DEFAULT),
	};

	if (end != -1)
		s.until = wall_from_ms(end + 1);
	else if (start != -1)
		s.until = wall_from_ms(start + WEEK_MS);
	if (start != -1 || end != -1)
		s.since = wall_from_ms(start != -1 ? start : end - WEEK_MS);
	else if (s.id == -1)
		s.since = wall_add_us(c->now, -WEEK_MS * 1000);
	s.newest = start == -1 && s.id == -1;
	return s;
}

/* ---- orders --------------------------------------------------------------------- */

struct found {
	const struct order	**v;
	size_t			  n, cap;
};

static void
found_add(struct found *f, const struct order *o)
{
	if (f->n == f->cap) {
		f->cap = f->cap == 0 ? LIST_DEFAULT : f->cap * 2;
		f->v = xrealloc(f->v, f->cap * sizeof(*f->v));
	}
	f->v[f->n++] = o;
}

static size_t
first_of(const struct orders *os, const struct slice *s)
{
	const size_t	 by_time = orders_first_since(os, s->since);
	const size_t	 by_id = s->id <= os->first_id ? 0 : (size_t)(s->id - os->first_id);

	return by_id > by_time ? by_id : by_time;
}

/* No more of one contract than are asked for of all. */
static void
find_on(const struct call *c, const struct orders *os, const struct slice *s, struct found *f)
{
	const size_t	 first = first_of(os, s), end = orders_first_since(os, s->until);
	const size_t	 had = f->n;

	for (size_t i = first; i < end && f->n - had < s->limit; i++) {
		const struct order	*o = os->v[s->newest ? end - 1 - (i - first) : i];

		if (trade_is_seen(c, o) && order_is_kept(o, c->now))
			found_add(f, o);
	}
}

static int
by_time(const void *a, const void *b)
{
	const struct order	*x = *(const struct order *const *)a;
	const struct order	*y = *(const struct order *const *)b;

	if (x->created.us != y->created.us)
		return x->created.us < y->created.us ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

struct reject
trade_all_orders(struct call *c)
{
	const struct reject	 r = trade_check_window(c);
	struct found		 f = { 0 };

	if (reject_is_set(&r))
		return r;
	const struct slice	 s = slice_of(c, "orderId");
	if (c->desk == NULL && s.id != -1)	/* ids are of a contract */
		return reject_as(REJ_COMBINATION);
	for (size_t i = 0; i < c->w->exchange.n; i++)
		if (c->desk == NULL || c->desk == &c->w->exchange.desks[i])
			find_on(c, &c->w->exchange.desks[i].orders, &s, &f);
	if (f.n > 0)
		qsort(f.v, f.n, sizeof(*f.v), by_time);
	const size_t	 from = s.newest && f.n > s.limit ? f.n - s.limit : 0;
	jw_open(c->out, '[');
	for (size_t i = from; i < f.n && i - from < s.limit; i++)
		print_order(c->out, f.v[i], ORDER_LIST);
	jw_close(c->out, ']');
	free(f.v);
	return r;
}

/* ---- trades ----------------------------------------------------------------------- */

/* As far as the window goes, and the books. */
static wall_t
seen_of(const struct call *c, wall_t until)
{
	const wall_t	 unseen = wall_add_us(trade_seen_until(c), 1);

	return unseen.us < until.us ? unseen : until;
}

static size_t
later(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Those of one order begin when it was made, unless a window is asked for. */
static void
print_trades(struct call *c, const struct slice *asked, int64_t order_id)
{
	const struct orders	*os = &c->desk->orders;
	const struct order	*o = orders_find(os, order_id);
	const wall_t		 oldest = wall_add_us(c->now, -TRADES_KEPT_DAYS * DAY_MS * 1000);
	const bool		 whole = asked->newest && asked->until.us == INT64_MAX && o != NULL;
	const size_t		 end = orders_first_trade_since(os, seen_of(c, asked->until));
	size_t			 left = asked->limit;
	size_t			 from = orders_first_trade_since(os,
				    whole ? o->created : asked->since);

	from = later(from, orders_first_trade_since(os, oldest));
	if (asked->id > os->first_trade_id)
		from = later(from, orders_first_trade_from(os, asked->id));
	if (asked->newest && order_id == -1 && end > from && end - from > left)
		from = end - left;
	for (size_t i = from; i < end && left > 0; i++) {
		if (order_id != -1 && os->trades[i].order_id != order_id)
			continue;
		print_trade(c->out, &os->trades[i]);
		left--;
	}
}

struct reject
trade_user_trades(struct call *c)
{
	const int64_t		 order_id = form_int(c->form, "orderId", -1);
	const struct reject	 r = trade_check_window(c);

	if (reject_is_set(&r))
		return r;
	const struct slice	 s = slice_of(c, "fromId");
	jw_open(c->out, '[');
	print_trades(c, &s, order_id);
	jw_close(c->out, ']');
	return r;
}

/* ---- amendments ---------------------------------------------------------------------- */

static bool
is_asked_for(const struct call *c, const struct amendment *a)
{
	const int64_t	 oldest_ms = wall_ms(c->now) - TRADES_KEPT_DAYS * DAY_MS;

	return a->at.us <= trade_seen_until(c).us && wall_ms(a->at) >= oldest_ms &&
	    wall_ms(a->at) >= form_int(c->form, "startTime", 0) &&
	    wall_ms(a->at) <= form_int(c->form, "endTime", INT64_MAX);
}

/* Newest first. */
struct reject
trade_amendments(struct call *c)
{
	const struct orders	*os = &c->desk->orders;
	int64_t			 limit = form_int(c->form, "limit", AMENDMENTS_DEFAULT);
	struct order		*o = NULL;
	struct reject		 r = check_limit(c, AMENDMENTS_DEFAULT, AMENDMENTS_MOST);

	if (!reject_is_set(&r))
		r = trade_find(c, &o);
	if (reject_is_set(&r))
		return r;
	jw_open(c->out, '[');
	for (size_t i = os->namendments; o != NULL && i > 0 && limit > 0; i--) {
		const struct amendment	*a = &os->amendments[i - 1];

		if (a->order_id != o->id || !is_asked_for(c, a))
			continue;
		print_amendment(c->out, o, a);
		limit--;
	}
	jw_close(c->out, ']');
	return r;
}
