/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/bulletin.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

enum {
	TRADES_DEFAULT = 500, TRADES_MOST = 1000,
	OLD_TRADES_DEFAULT = 100, OLD_TRADES_MOST = 500,
	CANDLES_DEFAULT = 500, CANDLES_MOST = 1500,
	FUNDINGS_DEFAULT = 100, FUNDINGS_MOST = 1000,
	HOUR_MS = 3600000,
};

/* From startTime to endTime, at most so many; what was not sent is -1. */
struct window {
	int64_t	 start_ms, end_ms, limit;
};

static struct reject
read_window(const struct call *c, int64_t limit_default, int64_t limit_most, struct window *w)
{
	*w = (struct window){
		.start_ms = form_int(c->form, "startTime", -1),
		.end_ms = form_int(c->form, "endTime", -1),
		.limit = form_int(c->form, "limit", limit_default),
	};
	if (w->limit < 1 || w->limit > limit_most)
		return reject_with(REJ_BAD_PARAM, "limit");
	if (w->start_ms != -1 && w->end_ms != -1 && w->end_ms < w->start_ms)
		return reject_with(REJ_BAD_PARAM, "endTime");
	return reject_none();
}

/* ---- trades ---------------------------------------------------------------------- */

static struct reject
print_trades(struct call *c, int64_t limit_default, int64_t limit_most)
{
	const struct deals	*ds = &c->desk->deals;
	struct window		 w;
	const struct reject	 r = read_window(c, limit_default, limit_most, &w);
	const size_t		 limit = (size_t)w.limit;
	size_t			 i = ds->n > limit ? ds->n - limit : 0;

	if (reject_is_set(&r))
		return r;
	if (form_str(c->form, "fromId") != NULL)
		i = deals_from_id(ds, form_int(c->form, "fromId", 0));
	jw_open(c->out, '[');
	for (size_t n = 0; i < ds->n && n < limit; i++, n++)
		bulletin_trade(c->out, c->desk, &ds->v[i]);
	jw_close(c->out, ']');
	return r;
}

struct reject
history_trades(struct call *c)
{
	return print_trades(c, TRADES_DEFAULT, TRADES_MOST);
}

struct reject
history_old_trades(struct call *c)
{
	return print_trades(c, OLD_TRADES_DEFAULT, OLD_TRADES_MOST);
}

/* An id comes before a time; an end alone means the newest before it. */
static size_t
first_aggregate(const struct call *c, const struct window *w, size_t end)
{
	const struct deals	*ds = &c->desk->deals;

	if (form_str(c->form, "fromId") != NULL)
		return aggregates_from_id(ds, form_int(c->form, "fromId", 0));
	if (w->start_ms != -1)
		return aggregates_since(ds, wall_from_ms(w->start_ms));
	return end > (size_t)w->limit ? end - (size_t)w->limit : 0;
}

struct reject
history_aggregates(struct call *c)
{
	const struct deals	*ds = &c->desk->deals;
	struct window		 w;
	struct reject		 r = read_window(c, TRADES_DEFAULT, TRADES_MOST, &w);

	if (!reject_is_set(&r) && w.start_ms != -1 && w.end_ms != -1 &&
	    w.end_ms - w.start_ms > HOUR_MS)
		r = reject_as(REJ_HOUR);
	if (reject_is_set(&r))
		return r;
	const size_t	 end = w.end_ms == -1 ? ds->naggregates :
			    aggregates_since(ds, wall_from_ms(w.end_ms + 1));
	size_t		 i = first_aggregate(c, &w, end);
	jw_open(c->out, '[');
	for (int64_t n = 0; i < end && n < w.limit; i++, n++)
		bulletin_aggregate(c->out, c->desk, &ds->aggregates[i]);
	jw_close(c->out, ']');
	return r;
}

/* ---- candles --------------------------------------------------------------------- */

/* When the first candle opens: as asked for, or so many before the end. */
static int64_t
first_open(const struct candles *cs, enum interval i, const struct window *w, int64_t end_ms)
{
	const int64_t	 oldest = cs->n == 0 ? end_ms : interval_open(i, cs->v[0].open_ms);
	int64_t		 open = interval_open(i, w->start_ms == -1 ? end_ms : w->start_ms);

	if (w->start_ms == -1)
		for (int64_t n = 1; n < w->limit && open > oldest; n++)
			open = interval_open(i, open - 1);
	else if (open < w->start_ms)
		open = interval_next(i, open);
	return open > oldest ? open : oldest;
}

static struct reject
print_candles(struct call *c, const struct desk *d, const struct candles *cs,
    enum candle_form form)
{
	const enum interval	 i = interval_find(form_str(c->form, "interval"));
	struct window		 w;
	const struct reject	 r = read_window(c, CANDLES_DEFAULT, CANDLES_MOST, &w);
	const int64_t		 now_ms = wall_ms(c->now);
	const int64_t		 end_ms = w.end_ms == -1 || w.end_ms > now_ms ? now_ms : w.end_ms;
	struct candle		 candle;

	if (i == INTERVAL_N)
		return reject_as(REJ_BAD_INTERVAL);
	if (reject_is_set(&r))
		return r;
	jw_open(c->out, '[');
	for (int64_t open = first_open(cs, i, &w, end_ms), n = 0; open <= end_ms && n < w.limit;
	    open = interval_next(i, open), n++)
		if (candles_get(cs, i, open, &candle))
			bulletin_candle(c->out, d, form, i, &candle);
	jw_close(c->out, ']');
	return r;
}

struct reject
history_klines(struct call *c)
{
	return print_candles(c, c->desk, &c->desk->deals.candles, CANDLE_TRADES);
}

struct reject
history_mark_klines(struct call *c)
{
	return print_candles(c, c->desk, &c->desk->marks, CANDLE_PRICE);
}

struct reject
history_premium_klines(struct call *c)
{
	return print_candles(c, c->desk, &c->desk->marks, CANDLE_PREMIUM);
}

struct reject
history_index_klines(struct call *c)
{
	const struct desk	*d = exchange_find(&c->w->exchange, form_str(c->form, "pair"));

	return d == NULL ? reject_as(REJ_BAD_PAIR) : print_candles(c, d, &d->marks, CANDLE_PRICE);
}

/* There are perpetual contracts only: of others there are no candles. */
struct reject
history_continuous_klines(struct call *c)
{
	static const struct candles	 none;
	const struct desk		*d = exchange_find(&c->w->exchange,
					    form_str(c->form, "pair"));
	const struct candles		*cs = text_eq(form_str(c->form, "contractType"),
					    "PERPETUAL") && d != NULL ? &d->deals.candles : &none;

	return d == NULL ? reject_as(REJ_BAD_PAIR) : print_candles(c, d, cs, CANDLE_TRADES);
}

/* ---- funding ---------------------------------------------------------------------- */

static void
print_fundings(struct call *c, const struct desk *d, const struct window *w)
{
	const struct fundings	*fs = &d->fundings;
	const size_t		 limit = (size_t)w->limit;
	const size_t		 end = w->end_ms == -1 ? fs->n : fundings_since(fs, w->end_ms + 1);
	size_t			 i = w->start_ms == -1 ? 0 : fundings_since(fs, w->start_ms);

	if (w->start_ms == -1 && end > limit)
		i = end - limit;
	for (size_t n = 0; i < end && n < limit; i++, n++)
		bulletin_funding(c->out, d, &fs->v[i]);
}

/* The last one of each contract, as far as the limit goes. */
static void
print_newest_fundings(struct call *c, const struct window *w)
{
	struct window	 one = *w;

	one.limit = 1;
	for (size_t i = 0; i < c->w->exchange.n && i < (size_t)w->limit; i++)
		print_fundings(c, &c->w->exchange.desks[i], &one);
}

struct reject
history_funding(struct call *c)
{
	struct window		 w;
	const struct reject	 r = read_window(c, FUNDINGS_DEFAULT, FUNDINGS_MOST, &w);

	if (reject_is_set(&r))
		return r;
	jw_open(c->out, '[');
	if (c->desk != NULL)
		print_fundings(c, c->desk, &w);
	else
		print_newest_fundings(c, &w);
	jw_close(c->out, ']');
	return r;
}
