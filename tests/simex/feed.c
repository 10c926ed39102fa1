/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "run/loop.h"
#include "tests/simex/core/press.h"

#include <stdlib.h>

enum {
	MOMENTS = 32,		/* told one by one in a turn */
	ROWS = 1000,		/* of a record at full speed, until others have their turn */
	BEHIND_US = 100000,	/* so late, the streams miss what was in between */
	TURN_US = 20000,	/* so long others wait; what is behind then is left out */
};

/* One of the rhythms in which streams are told. */
struct pulse {
	struct feed	*f;
	enum rhythm	 rhythm;
	wall_t		 due;			/* a whole one of its length */
	struct event	*timer;
};

struct feed {
	struct simex	*s;
	struct event	*time, *flush;
	wall_t		 armed;			/* what time waits for */
	struct press	 press;
	struct pulse	 pulses[RHYTHM_N];
};

static void
arm_us(struct event *e, int64_t us)
{
	const struct timeval	 tv = { us / 1000000, us % 1000000 };

	evtimer_add(e, &tv);
}

static struct event *
new_timer(struct feed *f, event_callback_fn cb, void *arg)
{
	struct event	*e = evtimer_new(f->s->base, cb, arg);

	if (e == NULL)
		panic("out of memory: evtimer_new");
	return e;
}

/* ---- what the streams are told ----------------------------------------------- */

static void
on_said(void *arg, struct topic t, const struct buf *json)
{
	streams_send_topic(((struct feed *)arg)->s->streams, t, json);
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

/* When time has to pass next, as far as is known now. */
static void
arm_time(struct feed *f, wall_t now)
{
	const wall_t	 due = world_has_rows(&f->s->world) ? now : world_due(&f->s->world);

	if (due.us == f->armed.us && evtimer_pending(f->time, NULL))
		return;
	f->armed = due;
	arm_us(f->time, due.us > now.us ? due.us - now.us : 0);
}

static void
tell(struct feed *f, wall_t now)
{
	tell_user(f, now);
	f->press.drift = f->s->world.trouble.drift;
	press_flush(&f->press, now);
	world_forget_facts(&f->s->world);
}

void
feed_flush(struct simex *s)
{
	const wall_t	 now = simex_now();

	tell(s->feed, now);
	arm_time(s->feed, now);
	streams_run(s->streams);
	control_fulfil(s);
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

void
feed_join(struct simex *s, struct topic t)
{
	press_join(&s->feed->press, t);
	feed_touch(s);
}

void
feed_leave(struct simex *s, struct topic t)
{
	press_leave(&s->feed->press, t);
}

/* ---- time --------------------------------------------------------------------- */

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	feed_flush(((struct feed *)arg)->s);
}

/* As far as the time goes that others can wait. */
static void
catch_up(struct world *w, wall_t now, mono_t end)
{
	while (world_next(w).us <= now.us && mono_before(clock_mono(), end))
		world_advance(w, world_next(w));
	if (world_next(w).us <= now.us)
		world_skip(w, now);
	world_advance(w, now);
}

static mono_t
end_of_turn(void)
{
	return mono_after_ms(clock_mono(), TURN_US / 1000);
}

wall_t
feed_now(struct simex *s)
{
	const wall_t	 now = simex_now();

	catch_up(&s->world, now, end_of_turn());
	return now;
}

/* Streams hear of each moment that has come; of very many in a row, in several turns. */
static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct feed	*f = arg;
	struct world	*w = &f->s->world;
	const wall_t	 now = simex_now();
	const mono_t	 end = end_of_turn();
	wall_t		 due = world_due(w);

	(void)fd;
	(void)what;
	for (int i = 0; i < MOMENTS && due.us <= now.us && mono_before(clock_mono(), end);
	    i++, due = world_due(w)) {
		world_advance(w, due);
		tell(f, now);
	}
	if (due.us < now.us - BEHIND_US)
		catch_up(w, now, end);
	if (world_has_rows(w))
		world_play(w, ROWS, now);
	feed_flush(f->s);
}

static void
arm_pulse(struct pulse *p, wall_t now)
{
	const int64_t	 us = rhythm_ms[p->rhythm] * 1000;

	p->due = wall_add_us(now, us - now.us % us);
	arm_us(p->timer, p->due.us - now.us);
}

/* A timer may be early by what the loop's clock is behind; the clock may be set back. */
static bool
is_early(const struct pulse *p, wall_t now)
{
	return now.us < p->due.us && p->due.us - now.us < rhythm_ms[p->rhythm] * 1000;
}

static void
on_pulse(evutil_socket_t fd, short what, void *arg)
{
	struct pulse	*p = arg;
	const wall_t	 now = simex_now();

	(void)fd;
	(void)what;
	if (is_early(p, now)) {
		arm_us(p->timer, p->due.us - now.us);
		return;
	}
	tell(p->f, now);
	press_beat(&p->f->press, p->rhythm, now);
	streams_run(p->f->s->streams);
	arm_pulse(p, now);
}

struct feed *
feed_new(struct simex *s)
{
	struct feed	*f = xcalloc(1, sizeof(*f));

	f->s = s;
	press_init(&f->press, &s->world.exchange, on_said, f);
	f->time = new_timer(f, on_time, f);
	f->flush = new_timer(f, on_flush, f);
	for (int r = 0; r < RHYTHM_N; r++) {
		f->pulses[r] = (struct pulse){ .f = f, .rhythm = (enum rhythm)r };
		f->pulses[r].timer = new_timer(f, on_pulse, &f->pulses[r]);
		arm_pulse(&f->pulses[r], simex_now());
	}
	arm_time(f, simex_now());
	return f;
}

void
feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	for (int r = 0; r < RHYTHM_N; r++)
		event_free(f->pulses[r].timer);
	event_free(f->time);
	event_free(f->flush);
	press_fini(&f->press);
	free(f);
}
