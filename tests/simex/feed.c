/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "tests/simex/core/event.h"
#include "wire/jw.h"

#include <stdlib.h>

enum {
	MARK_SLOW = 3,		/* the slow mark price streams speak every third time */
	MOMENTS = 32,		/* told one by one in a turn */
	BEHIND_US = 100000,	/* so late, the streams miss what was in between */
};

/* What the streams have been told last of a contract's book. */
struct said {
	struct top	 top;
	int64_t		 u;
};

struct feed {
	struct simex			*s;
	struct event			*time, *mark, *flush;
	wall_t				 armed;		/* what time waits for */
	unsigned			 seconds;
	struct buf			 json;		/* of the event being said */
	struct said			*said;		/* of each contract */
};

static void
arm_us(struct event *e, int64_t us)
{
	const struct timeval	 tv = { us / 1000000, us % 1000000 };

	evtimer_add(e, &tv);
}

/* ---- what the streams are told ----------------------------------------------- */

static void
market_says_trade(struct feed *f, const struct fact *fact, wall_t now)
{
	const struct topic	 t = { TOPIC_AGG_TRADE, fact->desk->listing->index };

	if (!streams_want(f->s->streams, t))
		return;
	buf_reset(&f->json);
	event_agg_trade(&f->json, fact, now);
	streams_send_topic(f->s->streams, t, &f->json);
}

static void
tell_trades(struct feed *f, const struct facts *fs, wall_t now)
{
	for (size_t i = 0; i < fs->n; i++)
		if (fs->v[i].kind == FACT_TRADE)
			market_says_trade(f, &fs->v[i], now);
}

static void
tell_user(struct feed *f, wall_t now)
{
	struct saying	*s;

	while ((s = world_next_saying(&f->s->world, now)) != NULL) {
		streams_send_user(f->s->streams, s);
		saying_free(s);
	}
}

static bool
top_eq(const struct top *a, const struct top *b)
{
	return dec_cmp(a->bid_px, b->bid_px) == 0 && dec_cmp(a->bid_qty, b->bid_qty) == 0 &&
	    dec_cmp(a->ask_px, b->ask_px) == 0 && dec_cmp(a->ask_qty, b->ask_qty) == 0;
}

static void
tell_top(struct feed *f, const struct desk *d, wall_t now)
{
	const int		 i = d->listing->index;
	const struct topic	 ticker = { TOPIC_BOOK_TICKER, i };
	const struct top	 top = book_top(&d->book);

	/* While a side is empty nobody could make a middle of it. */
	if (top_eq(&top, &f->said[i].top) || dec_is_zero(top.bid_qty) || dec_is_zero(top.ask_qty))
		return;
	f->said[i].top = top;
	if (!streams_want(f->s->streams, ticker))
		return;
	buf_reset(&f->json);
	event_book_ticker(&f->json, d, now);
	streams_send_topic(f->s->streams, ticker, &f->json);
}

static void
tell_depth(struct feed *f, const struct desk *d, wall_t now)
{
	const int		 i = d->listing->index;
	const struct topic	 depth = { TOPIC_DEPTH5, i };

	if (d->book.changes == f->said[i].u)
		return;
	if (streams_want(f->s->streams, depth)) {
		buf_reset(&f->json);
		event_depth5(&f->json, d, f->said[i].u, now);
		streams_send_topic(f->s->streams, depth, &f->json);
	}
	f->said[i].u = d->book.changes;
}

/* When time has to pass next, as far as is known now. */
static void
arm_time(struct feed *f, wall_t now)
{
	const wall_t	 due = world_due(&f->s->world);

	if (due.us == f->armed.us && evtimer_pending(f->time, NULL))
		return;
	f->armed = due;
	arm_us(f->time, due.us > now.us ? due.us - now.us : 0);
}

static void
tell(struct feed *f, wall_t now)
{
	struct exchange	*x = &f->s->world.exchange;

	tell_user(f, now);
	tell_trades(f, &x->facts, now);
	world_forget_facts(&f->s->world);
	for (size_t i = 0; i < x->n; i++) {
		tell_top(f, &x->desks[i], now);
		tell_depth(f, &x->desks[i], now);
	}
}

void
feed_flush(struct simex *s)
{
	const wall_t	 now = simex_now();

	tell(s->feed, now);
	arm_time(s->feed, now);
	streams_run(s->streams);
}

/* A real book is never silent: one that stands still says its top again now and then. */
static void
repeat_tops(struct feed *f)
{
	for (size_t i = 0; i < f->s->world.exchange.n; i++)
		f->said[i].top = (struct top){ 0 };
}

void
feed_newcomer(struct simex *s)
{
	repeat_tops(s->feed);
	feed_touch(s);
}

/*
 * A timer of zero runs in the next turn of the loop, after what the turn has
 * made writable: the answer is on its way when the events leave.
 */
void
feed_touch(struct simex *s)
{
	if (s->world.events_first || !streams_any(s->streams))
		feed_flush(s);
	else if (!evtimer_pending(s->feed->flush, NULL))
		arm_us(s->feed->flush, 0);
}

/* ---- time --------------------------------------------------------------------- */

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	feed_flush(((struct feed *)arg)->s);
}

/* Streams hear of each moment that has come; of very many in a row, in several turns. */
static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct feed	*f = arg;
	struct world	*w = &f->s->world;
	const wall_t	 now = simex_now();
	wall_t		 due = world_due(w);

	(void)fd;
	(void)what;
	for (int i = 0; i < MOMENTS && due.us <= now.us; i++, due = world_due(w)) {
		world_advance(w, due);
		tell(f, now);
	}
	if (due.us < now.us - BEHIND_US)
		world_advance(w, now);
	feed_flush(f->s);
}

static void
say_marks(struct feed *f, enum topic_kind each, enum topic_kind all, wall_t now)
{
	struct buf		 list = { 0 };
	const struct topic	 all_topic = { all, 0 };
	const struct exchange	*x = &f->s->world.exchange;

	jw_open(&list, '[');
	for (size_t i = 0; i < x->n; i++) {
		const struct topic	 one = { each, (int)i };

		buf_reset(&f->json);
		event_mark(&f->json, &x->desks[i], now);
		jw_raw(&list, buf_text(&f->json));
		streams_send_topic(f->s->streams, one, &f->json);
	}
	jw_close(&list, ']');
	streams_send_topic(f->s->streams, all_topic, &list);
	buf_free(&list);
}

static int64_t
us_to_next_second(wall_t now)
{
	return 1000000 - now.us % 1000000;
}

static void
on_mark(evutil_socket_t fd, short what, void *arg)
{
	struct feed	*f = arg;
	const wall_t	 now = simex_now();

	(void)fd;
	(void)what;
	say_marks(f, TOPIC_MARK_1S, TOPIC_ALL_MARK_1S, now);
	if (f->seconds++ % MARK_SLOW == 0)
		say_marks(f, TOPIC_MARK_3S, TOPIC_ALL_MARK_3S, now);
	repeat_tops(f);
	feed_flush(f->s);
	arm_us(f->mark, us_to_next_second(now));
}

struct feed *
feed_new(struct simex *s)
{
	struct feed	*f = xcalloc(1, sizeof(*f));

	f->s = s;
	f->said = xcalloc(s->world.exchange.n, sizeof(*f->said));
	f->time = evtimer_new(s->base, on_time, f);
	f->mark = evtimer_new(s->base, on_mark, f);
	f->flush = evtimer_new(s->base, on_flush, f);
	if (f->time == NULL || f->mark == NULL || f->flush == NULL)
		panic("out of memory: evtimer_new");
	arm_time(f, simex_now());
	arm_us(f->mark, us_to_next_second(simex_now()));
	return f;
}

void
feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	event_free(f->time);
	event_free(f->mark);
	event_free(f->flush);
	buf_free(&f->json);
	free(f->said);
	free(f);
}
