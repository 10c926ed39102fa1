/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/press.h"

#include "tests/simex/core/broadcast.h"
#include "wire/jw.h"

static int64_t
last_deal_id(const struct desk *d)
{
	const struct deal	*last = deals_last(&d->deals);

	return last == NULL ? 0 : last->id;
}

/* ---- aggregates ------------------------------------------------------------------ */

static void
say_aggregates_of(struct press *p, struct topic t, wall_t now)
{
	const struct desk	*d = &p->x->desks[t.listing];
	const struct deals	*ds = &d->deals;
	struct said		*said = &p->said[t.listing];

	for (size_t i = aggregates_from_id(ds, said->aggregate_id); i < ds->naggregates; i++) {
		const struct aggregate	*a = &ds->aggregates[i];

		if (!aggregate_is_over(ds, a, now))
			break;
		said->aggregate_id = a->id + 1;
		broadcast_aggregate(press_begin(p), d, a, now);
		press_say(p, t);
	}
}

void
press_say_aggregates(struct press *p, wall_t now)
{
	for (size_t i = 0; i < p->x->n && p->audience.all[TOPIC_AGG_TRADE] > 0; i++) {
		const struct topic	 t = { TOPIC_AGG_TRADE, (int)i };

		if (audience_hears(&p->audience, t))
			say_aggregates_of(p, t, now);
	}
}

/* ---- candles --------------------------------------------------------------------- */

struct candle_stream {
	struct topic		 topic;
	enum interval		 interval;
	struct candle_said	*said;
	void			 (*print)(struct buf *, const struct desk *, enum interval,
				    const struct candle *, bool closed, wall_t now);
};

static void
say_candle(struct press *p, const struct candle_stream *s, int64_t open_ms, bool closed, wall_t now)
{
	const struct desk	*d = &p->x->desks[s->topic.listing];
	struct candle		 c;

	if (!candles_get(&d->deals.candles, s->interval, open_ms, &c))
		return;
	if (c.n > 0)
		s->said->last_id = c.last_id;
	s->print(press_begin(p), d, s->interval, &c, closed, now);
	press_say(p, s->topic);
}

/* The last one closes, then the next one is said, when something has traded in it. */
static void
say_candles_of(struct press *p, const struct candle_stream *s, wall_t now)
{
	const struct desk	*d = &p->x->desks[s->topic.listing];
	const int64_t		 open_ms = interval_open(s->interval, wall_ms(now));
	const int64_t		 last_ms = s->said->open_ms;

	if (!audience_hears(&p->audience, s->topic))
		return;
	s->said->open_ms = open_ms;
	if (last_ms != 0 && last_ms < open_ms)
		say_candle(p, s, last_ms, true, now);
	if (s->said->last_id != last_deal_id(d)) {
		s->said->last_id = last_deal_id(d);
		say_candle(p, s, open_ms, false, now);
	}
}

void
press_say_candles(struct press *p, wall_t now)
{
	for (int k = 0; k < INTERVAL_N; k++) {
		struct candle_stream	 plain = {
			.topic.kind = TOPIC_KLINE + k, .interval = (enum interval)k,
			.print = broadcast_kline,
		};
		struct candle_stream	 continuous = {
			.topic.kind = TOPIC_CONTINUOUS_KLINE + k, .interval = (enum interval)k,
			.print = broadcast_continuous_kline,
		};

		if (p->audience.all[plain.topic.kind] + p->audience.all[continuous.topic.kind] == 0)
			continue;
		for (size_t i = 0; i < p->x->n; i++) {
			plain.topic.listing = continuous.topic.listing = (int)i;
			plain.said = &p->said[i].klines[k];
			continuous.said = &p->said[i].continuous[k];
			say_candles_of(p, &plain, now);
			say_candles_of(p, &continuous, now);
		}
	}
}

/* ---- the last 24 hours --------------------------------------------------------------- */

typedef void printer(struct buf *, const struct desk *, wall_t);

static bool
has_traded_since(const struct desk *d, int64_t *said_id)
{
	const int64_t	 id = last_deal_id(d);

	if (*said_id == id)
		return false;
	*said_id = id;
	return true;
}

static void
say_ticker(struct press *p, struct topic t, int64_t *said_id, printer *print, wall_t now)
{
	const struct desk	*d = &p->x->desks[t.listing];

	if (!audience_hears(&p->audience, t) || !has_traded_since(d, said_id))
		return;
	print(press_begin(p), d, now);
	press_say(p, t);
}

void
press_say_tickers(struct press *p, wall_t now)
{
	if (p->audience.all[TOPIC_TICKER] + p->audience.all[TOPIC_MINI_TICKER] == 0)
		return;
	for (size_t i = 0; i < p->x->n; i++) {
		struct said	*said = &p->said[i];

		say_ticker(p, (struct topic){ TOPIC_TICKER, (int)i }, &said->ticker_id,
		    broadcast_ticker, now);
		say_ticker(p, (struct topic){ TOPIC_MINI_TICKER, (int)i }, &said->mini_id,
		    broadcast_mini_ticker, now);
	}
}

/* In one list; none that changed, no list. */
static void
say_list(struct press *p, enum topic_kind kind, size_t said_at, printer *print, wall_t now)
{
	const struct topic	 t = { kind, 0 };
	struct buf		*b = press_begin(p);
	size_t			 n = 0;

	if (!audience_hears(&p->audience, t))
		return;
	jw_open(b, '[');
	for (size_t i = 0; i < p->x->n; i++) {
		int64_t	*said_id = (int64_t *)(void *)((char *)&p->said[i] + said_at);

		if (!has_traded_since(&p->x->desks[i], said_id))
			continue;
		print(b, &p->x->desks[i], now);
		n++;
	}
	press_end_list(p, print);
	if (n > 0)
		press_say(p, t);
}

void
press_say_all_tickers(struct press *p, wall_t now)
{
	say_list(p, TOPIC_ALL_TICKER, offsetof(struct said, all_ticker_id), broadcast_ticker, now);
	say_list(p, TOPIC_ALL_MINI_TICKER, offsetof(struct said, all_mini_id),
	    broadcast_mini_ticker, now);
}
