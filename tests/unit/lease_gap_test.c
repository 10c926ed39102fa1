/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the lease must do whatever happens: a second book of the connections is
 * kept by its acts, and says when there was a gap.
 */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "userd/lease.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND, STEPS = 50000 };

struct sockets {
	bool	 open[2], up[2];
	int	 first;
};

static bool
is_live(const struct sockets *s)
{
	return s->up[0] || s->up[1];
}

static void
connect_one(struct sockets *s, int i)
{
	CHECK(!s->open[i]);
	s->open[i] = true;
}

static void
close_one(struct sockets *s, int i)
{
	s->open[i] = s->up[i] = false;
}

static void
do_acts(struct sockets *s, const struct lease_acts *out)
{
	for (size_t i = 0; i < out->n; i++) {
		switch (out->v[i]) {
		case ACT_CONNECT:	connect_one(s, s->first); break;
		case ACT_CONNECT_OTHER:	connect_one(s, !s->first); break;
		case ACT_CLOSE:		close_one(s, s->first); break;
		case ACT_CLOSE_OTHER:	close_one(s, !s->first); break;
		case ACT_SWAP:		s->first = !s->first; break;
		case ACT_ASK_KEY: case ACT_KEEP: case ACT_PROBE: case ACT_TELL_GAP:
		case ACT_TELL_UP: case ACT_SAY_DEAF: case ACT_SAY_KEY_OVER:
			break;
		}
	}
}

/* What can happen to sockets as they are; all else can happen at any time. */
static bool
can_happen(const struct sockets *s, enum lease_event on)
{
	const int	 i = on == ON_UP || on == ON_DOWN ? s->first : !s->first;

	if (on == ON_UP || on == ON_OTHER_UP)
		return s->open[i] && !s->up[i];
	return (on != ON_DOWN && on != ON_OTHER_DOWN) || s->open[i];
}

static void
happens(struct sockets *s, enum lease_event on)
{
	if (on == ON_UP || on == ON_OTHER_UP)
		s->up[on == ON_UP ? s->first : !s->first] = true;
	else if (on == ON_DOWN || on == ON_OTHER_DOWN)
		close_one(s, on == ON_DOWN ? s->first : !s->first);
}

static bool
does(const struct lease_acts *out, enum lease_act a)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i] == a)
			return true;
	return false;
}

/*
 * Whatever happens in whatever order: gap and up alternate, beginning with a
 * gap; there is one whenever no connection was live for an instant, and none
 * without; nothing is asked during a ban; and there is always an instant at
 * which it goes on.
 */
static void
gaps_are_told_and_nothing_else(void **state)
{
	static const struct lease_times	often = {
		.keep_ms = 60 * SECOND, .change_ms = 300, .overlap_ms = 100, .silence_ms = SECOND,
	};
	struct rng	 r = rng_seed(check_seed());
	struct sockets	 s = { .first = 0 };
	struct lease	 l;
	bool		 in_gap = false;
	int		 ups = 0, changes = 0;
	mono_t		 now = { INT64_C(1000000) };

	(void)state;
	lease_init(&l, &often);
	for (int n = 0; n < STEPS; n++) {
		enum lease_event	 on = n == 0 ? ON_TIME :
					    (enum lease_event)rng_below(&r, LEASE_ON_N);
		const bool		 was_live = is_live(&s);
		struct lease_acts	 out;

		on = can_happen(&s, on) ? on : ON_TIME;
		now = on == ON_TIME && n > 0 ? l.wake :
		    mono_after_ms(now, (int64_t)rng_below(&r, 100));
		if (rng_below(&r, 50) == 0)
			lease_ban(&l, mono_after_ms(now, (int64_t)rng_below(&r, HOUR)));
		if (rng_below(&r, 10) == 0)
			lease_orders(&l, (int64_t)rng_below(&r, 2), (int64_t)rng_below(&r, 3), now);
		check_row("step %d: event %d in %s", n, (int)on, lease_state_name(l.state));
		happens(&s, on);
		const bool	 broke = was_live && !is_live(&s);
		lease_step(&l, on, now, &out);
		do_acts(&s, &out);

		const bool	 gap = does(&out, ACT_TELL_GAP), up = does(&out, ACT_TELL_UP);
		CHECK(!(gap && (in_gap || up)) && !(up && !in_gap));
		CHECK(gap == (n == 0 || broke || (was_live && !is_live(&s))));
		in_gap = (in_gap || gap) && !up;
		CHECK(in_gap == !is_live(&s) && in_gap == !lease_is_up(&l));
		CHECK(!lease_is_banned(&l, now) ||
		    (!does(&out, ACT_ASK_KEY) && !does(&out, ACT_KEEP) && !does(&out, ACT_PROBE)));
		CHECK(mono_is_set(l.wake) && l.wake.us != MONO_NEVER.us);
		ups += up;
		changes += l.state == LEASE_DRAINING && on == ON_OTHER_UP;
	}
	CHECK(ups > 100);
	CHECK(changes > 20);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(gaps_are_told_and_nothing_else),
	};

	return cmocka_run_group_tests_name("lease_gap", tests, NULL, NULL);
}
