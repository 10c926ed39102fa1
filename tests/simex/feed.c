/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "tests/simex/core/event.h"
#include "wire/jw.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { MARK_SLOW = 3 };		/* the slow mark price streams speak every third time */

/* A user event that waits for its time. */
struct later {
	wall_t			 due;
	enum user_event		 kind;
	struct buf		 json;
	STAILQ_ENTRY(later)	 link;
};

struct feed {
	struct simex			*s;
	struct event			*beat, *mark, *walk, *flush, *late;
	unsigned			 seconds;
	struct buf			 json;		/* of the event being said */
	struct notices			 notices;	/* of the flush being made */
	struct top			 said[LISTING_N];
	int64_t				 said_u[LISTING_N];
	STAILQ_HEAD(, later)		 later;		/* in order of their time */
};

static void (*const printers[])(struct buf *, const struct fact *, wall_t) = {
	[UE_ACCOUNT_CONFIG_UPDATE] = event_leverage,
	[UE_ACCOUNT_UPDATE]        = event_account,
	[UE_ORDER_TRADE_UPDATE]    = event_order,
	[UE_TRADE_LITE]            = event_trade_lite,
};

static void
arm_us(struct event *e, int64_t us)
{
	const struct timeval	 tv = { us / 1000000, us % 1000000 };

	evtimer_add(e, &tv);
}

/* ---- what the streams are told ----------------------------------------------- */

static void
say_to_user(struct feed *f, enum user_event kind, wall_t now)
{
	struct simex	*s = f->s;

	if (s->conf.event_delay_ms == 0 && STAILQ_EMPTY(&f->later)) {
		streams_send_user(s->streams, kind, &f->json);
		return;
	}
	struct later	*l = xcalloc(1, sizeof(*l));
	l->due = wall_add_us(now, s->conf.event_delay_ms * 1000);
	l->kind = kind;
	buf_add(&l->json, buf_text(&f->json), f->json.len);
	if (STAILQ_EMPTY(&f->later))
		arm_us(f->late, s->conf.event_delay_ms * 1000);
	STAILQ_INSERT_TAIL(&f->later, l, link);
}

static void
user_says(struct feed *f, const struct notice *n, wall_t now)
{
	if (f->s->muted || !streams_want_user(f->s->streams, n->kind))
		return;
	buf_reset(&f->json);
	printers[n->kind](&f->json, n->fact, now);
	for (int i = delivery_copies(&f->s->trouble.delivery, n->kind); i > 0; i--)
		say_to_user(f, n->kind, now);
}

static void
market_says_trade(struct feed *f, const struct fact *fact, wall_t now)
{
	const struct topic	 t = { TOPIC_AGG_TRADE, fact->listing };

	if (!streams_want(f->s->streams, t))
		return;
	buf_reset(&f->json);
	event_agg_trade(&f->json, fact, now);
	streams_send_topic(f->s->streams, t, &f->json);
}

static void
tell_trades(struct feed *f, const struct facts *fs, wall_t now)
{
	for (size_t i = 0; i < fs->n; i++) {
		if (fs->v[i].kind != FACT_TRADE)
			continue;
		ledger_add_trade(&f->s->ledger, &fs->v[i].trade);
		market_says_trade(f, &fs->v[i], now);
	}
}

static void
tell_user(struct feed *f, const struct facts *fs, wall_t now)
{
	notices_of(&f->notices, fs, f->s->trouble.delivery.backwards);
	for (size_t i = 0; i < f->notices.n; i++)
		user_says(f, &f->notices.v[i], now);
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
	const int		 i = d->listing.index;
	const struct topic	 ticker = { TOPIC_BOOK_TICKER, i };
	const struct top	 top = book_top(&d->book);

	/* While a side is empty nobody could make a middle of it. */
	if (top_eq(&top, &f->said[i]) || dec_is_zero(top.bid_qty) || dec_is_zero(top.ask_qty))
		return;
	f->said[i] = top;
	if (!streams_want(f->s->streams, ticker))
		return;
	buf_reset(&f->json);
	event_book_ticker(&f->json, d, now);
	streams_send_topic(f->s->streams, ticker, &f->json);
}

static void
tell_depth(struct feed *f, const struct desk *d, wall_t now)
{
	const int		 i = d->listing.index;
	const struct topic	 depth = { TOPIC_DEPTH5, i };

	if (d->book.changes == f->said_u[i])
		return;
	if (streams_want(f->s->streams, depth)) {
		buf_reset(&f->json);
		event_depth5(&f->json, d, f->said_u[i], now);
		streams_send_topic(f->s->streams, depth, &f->json);
	}
	f->said_u[i] = d->book.changes;
}

void
feed_flush(struct simex *s)
{
	struct feed	*f = s->feed;
	const wall_t	 now = simex_now();

	tell_user(f, &s->exchange.facts, now);
	tell_trades(f, &s->exchange.facts, now);
	s->exchange.facts.n = 0;
	for (int i = 0; i < LISTING_N; i++) {
		tell_top(f, &s->exchange.desks[i], now);
		tell_depth(f, &s->exchange.desks[i], now);
	}
	streams_run(s->streams);
}

/* A real book is never silent: one that stands still says its top again now and then. */
static void
repeat_tops(struct feed *f)
{
	memset(f->said, 0, sizeof(f->said));
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
	if (s->conf.events_first || !streams_any(s->streams))
		feed_flush(s);
	else if (!evtimer_pending(s->feed->flush, NULL))
		arm_us(s->feed->flush, 0);
}

void
feed_expire_key(struct simex *s, bool with_event)
{
	struct feed	*f = s->feed;

	if (!listen_key_lives(&s->key))
		return;
	simex_log("listen_key_expired", "event=%d", (int)with_event);
	if (with_event) {
		buf_reset(&f->json);
		event_key_expired(&f->json, s->key.text, simex_now());
		streams_send_user(s->streams, UE_LISTEN_KEY_EXPIRED, &f->json);
	}
	listen_key_close(&s->key);
	streams_run(s->streams);
}

/* ---- time --------------------------------------------------------------------- */

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	feed_flush(((struct feed *)arg)->s);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct feed	*f = arg;
	struct later	*l;
	const wall_t	 now = simex_now();

	(void)fd;
	(void)what;
	while ((l = STAILQ_FIRST(&f->later)) != NULL && l->due.us <= now.us) {
		STAILQ_REMOVE_HEAD(&f->later, link);
		streams_send_user(f->s->streams, l->kind, &l->json);
		buf_free(&l->json);
		free(l);
	}
	if (l != NULL)
		arm_us(f->late, l->due.us - now.us);
	streams_run(f->s->streams);
}

static void
on_beat(evutil_socket_t fd, short what, void *arg)
{
	struct feed	*f = arg;
	struct simex	*s = f->s;
	const wall_t	 now = simex_now();

	(void)fd;
	(void)what;
	if (!s->conf.still)
		exchange_wander(&s->exchange, now);
	exchange_renew_quotes(&s->exchange, now);
	if (listen_key_is_due(&s->key, now))
		feed_expire_key(s, true);
	feed_flush(s);
	arm_us(f->beat, s->conf.quote_ms * 1000);
}

static void
say_marks(struct feed *f, enum topic_kind each, enum topic_kind all, wall_t now)
{
	struct buf		 list = { 0 };
	const struct topic	 all_topic = { all, 0 };

	jw_open(&list, '[');
	for (int i = 0; i < LISTING_N; i++) {
		const struct topic	 one = { each, i };

		buf_reset(&f->json);
		event_mark(&f->json, &f->s->exchange.desks[i], now);
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

/* At the next step of any walk; not at all when none is planned. */
static void
arm_walk(struct feed *f, wall_t now)
{
	int64_t	 soonest = INT64_MAX;

	for (int i = 0; i < LISTING_N; i++) {
		const struct market	*m = &f->s->exchange.desks[i].market;

		if (m->steps_left > 0 && m->next_step.us < soonest)
			soonest = m->next_step.us;
	}
	if (soonest != INT64_MAX)
		arm_us(f->walk, soonest > now.us ? soonest - now.us : 0);
}

static void
on_walk(evutil_socket_t fd, short what, void *arg)
{
	struct feed	*f = arg;
	const wall_t	 now = simex_now();

	(void)fd;
	(void)what;
	exchange_walk(&f->s->exchange, now);
	feed_flush(f->s);
	arm_walk(f, now);
}

void
feed_walk(struct simex *s)
{
	arm_walk(s->feed, simex_now());
}

struct feed *
feed_new(struct simex *s)
{
	struct feed	*f = xcalloc(1, sizeof(*f));

	f->s = s;
	STAILQ_INIT(&f->later);
	f->beat = evtimer_new(s->base, on_beat, f);
	f->mark = evtimer_new(s->base, on_mark, f);
	f->walk = evtimer_new(s->base, on_walk, f);
	f->flush = evtimer_new(s->base, on_flush, f);
	f->late = evtimer_new(s->base, on_late, f);
	if (f->beat == NULL || f->mark == NULL || f->walk == NULL || f->flush == NULL ||
	    f->late == NULL)
		panic("out of memory: evtimer_new");
	arm_us(f->beat, s->conf.quote_ms * 1000);
	arm_us(f->mark, us_to_next_second(simex_now()));
	return f;
}

void
feed_free(struct feed *f)
{
	struct later	*l;

	if (f == NULL)
		return;
	while ((l = STAILQ_FIRST(&f->later)) != NULL) {
		STAILQ_REMOVE_HEAD(&f->later, link);
		buf_free(&l->json);
		free(l);
	}
	event_free(f->beat);
	event_free(f->mark);
	event_free(f->walk);
	event_free(f->flush);
	event_free(f->late);
	buf_free(&f->json);
	notices_fini(&f->notices);
	free(f);
}
