/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/loop.h"

#include "base/die.h"
#include "wire/types.h"

#include <event2/event.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

TAILQ_HEAD(hooks, loop_hook);

struct loop {
	struct event_base	*base;
	mono_t			 now, turn_before;	/* now unset: not yet read in this turn */
	wall_t			 wall;
	struct hooks		 turn, flush, dead;
	char			 boot[BOOT_ID];
	bool			 stopped;
};

struct timer {
	struct loop	*loop;
	struct event	*event;
	void		(*fire)(void *arg);
	void		*arg;
};

mono_t
clock_mono(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (mono_t){ ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000 };
}

wall_t
clock_wall(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (wall_t){ ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000 };
}

static void
read_boot_id(char boot[BOOT_ID])
{
	FILE	*f = fopen("/proc/sys/kernel/random/boot_id", "r");
	int	 c, n = 0;

	while (f != NULL && n < BOOT_ID - 1 && (c = fgetc(f)) != EOF)
		if (isxdigit(c))
			boot[n++] = (char)c;
	boot[n] = '\0';
	if (f != NULL)
		fclose(f);
	if (n < BOOT_ID - 1)
		panic("cannot read the boot id");
}

struct loop *
loop_new(void)
{
	struct loop		*l = xcalloc(1, sizeof(*l));
	struct event_config	*c = event_config_new();

	/* Without it timers are up to 4 ms late (CLOCK_MONOTONIC_COARSE). */
	event_config_set_flag(c, EVENT_BASE_FLAG_PRECISE_TIMER);
	l->base = event_base_new_with_config(c);
	event_config_free(c);
	if (l->base == NULL)
		panic("cannot create an event base");
	TAILQ_INIT(&l->turn);
	TAILQ_INIT(&l->flush);
	TAILQ_INIT(&l->dead);
	read_boot_id(l->boot);
	l->turn_before = clock_mono();
	return l;
}

static void
run_once(struct hooks *hooks)
{
	struct loop_hook	*h;

	while ((h = TAILQ_FIRST(hooks)) != NULL) {
		TAILQ_REMOVE(hooks, h, link);
		h->link.tqe_prev = NULL;
		h->run(h->arg);
	}
}

static void
end_turn(struct loop *l)
{
	struct loop_hook	*h, *next;

	for (h = TAILQ_FIRST(&l->turn); h != NULL; h = next) {
		next = TAILQ_NEXT(h, link);
		h->run(h->arg);
	}
	run_once(&l->flush);
	run_once(&l->dead);
}

void
loop_run(struct loop *l)
{
	end_turn(l);			/* what the start has written */
	while (!l->stopped) {
		l->turn_before = loop_now(l);
		l->now = MONO_UNSET;
		event_base_loop(l->base, EVLOOP_ONCE);
		end_turn(l);
	}
}

void
loop_stop(struct loop *l)
{
	l->stopped = true;
	event_base_loopbreak(l->base);
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	run_once(&l->dead);
	event_base_free(l->base);
	free(l);
}

struct event_base *
loop_base(struct loop *l)
{
	return l->base;
}

mono_t
loop_now(struct loop *l)
{
	if (!mono_is_set(l->now)) {
		l->now = clock_mono();
		l->wall = clock_wall();
	}
	return l->now;
}

wall_t
loop_wall(struct loop *l)
{
	loop_now(l);
	return l->wall;
}

const char *
loop_boot(struct loop *l)
{
	return l->boot;
}

void
loop_each_turn(struct loop *l, struct loop_hook *h)
{
	TAILQ_INSERT_TAIL(&l->turn, h, link);
}

void
loop_forget_turn(struct loop *l, struct loop_hook *h)
{
	TAILQ_REMOVE(&l->turn, h, link);
}

/* A hook that waits is on its list exactly when tqe_prev is set. */
static void
add_once(struct hooks *hooks, struct loop_hook *h)
{
	if (h->link.tqe_prev == NULL)
		TAILQ_INSERT_TAIL(hooks, h, link);
}

void
loop_at_flush(struct loop *l, struct loop_hook *h)
{
	add_once(&l->flush, h);
}

void
loop_reap(struct loop *l, struct loop_hook *h)
{
	add_once(&l->dead, h);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct timer	*t = arg;

	(void)fd;
	(void)what;
	t->fire(t->arg);
}

struct timer *
timer_new(struct loop *l, void (*fire)(void *), void *arg)
{
	struct timer	*t = xcalloc(1, sizeof(*t));

	t->loop = l;
	t->fire = fire;
	t->arg = arg;
	t->event = evtimer_new(l->base, on_timer, t);
	if (t->event == NULL)
		panic("out of memory: evtimer_new");
	return t;
}

static void
set_us(struct timer *t, int64_t us)
{
	if (us < 0)
		us = 0;
	const struct timeval	 tv = { us / 1000000, us % 1000000 };
	evtimer_add(t->event, &tv);
}

void
timer_in_ms(struct timer *t, int64_t ms)
{
	set_us(t, ms * 1000);
}

void
timer_at(struct timer *t, mono_t when)
{
	if (when.us == MONO_NEVER.us)
		timer_stop(t);
	else
		set_us(t, mono_diff_us(when, clock_mono()));
}

void
timer_stop(struct timer *t)
{
	evtimer_del(t->event);
}

void
timer_free(struct timer *t)
{
	if (t == NULL)
		return;
	event_free(t->event);
	free(t);
}
