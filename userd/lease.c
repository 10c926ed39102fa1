/* SPDX-License-Identifier: BSD-2-Clause */
#include "userd/lease.h"

#include "base/attr.h"
#include "base/die.h"
#include "venue/fault.h"
#include "base/text.h"

#include <string.h>

enum {
	BACKOFF_MIN_MS = 250,
	BACKOFF_MAX_MS = 15000,
	STUCK_MS = 15000,		/* nothing that is under way takes longer */
	KEEP_AGAIN_MS = 30000,		/* after a renewal that failed for no clear reason */
	KEEPS_FAILED_MAX = 2,		/* then the key is asked for instead */
	KEEP_OLD_MS = 45 * 60000,	/* then too */
	KEY_LIFE_MS = 60 * 60000,	/* the exchange's, since the last renewal */
	SETTLE_MS = 3000,		/* what orderd says of a moment has arrived by then */
	BAN_DEFAULT_MS = 60000,
};

static const char *const	state_names[] = {
	[LEASE_NONE] = "none", [LEASE_ASKING] = "asking", [LEASE_OPENING] = "opening",
	[LEASE_LIVE] = "live", [LEASE_CHANGING] = "changing", [LEASE_DRAINING] = "draining",
};
_Static_assert(NITEMS(state_names) == LEASE_N, "state_names");

/* What an event means in a state; a hole changes nothing: it is late, or not for us. */
enum move {
	STAY, ASK, OPEN, GO_LIVE, RETRY,
	RENEW, KEPT, KEEP_SOON, KEY_OVER, REPLACE, LISTEN,
	CHANGE, CHANGE_LATER, SWITCH, DRAINED, GO_BACK, FALL_BACK,
};

#define OF_THE_KEY							\
	[ON_KEY] = KEPT, [ON_KEPT] = KEPT, [ON_NO_KEY] = KEEP_SOON,	\
	[ON_NOT_KEPT] = KEEP_SOON, [ON_OTHER_KEY] = REPLACE, [ON_LOST] = RETRY

static const enum move	moves[LEASE_N][LEASE_ON_N] = {
	[LEASE_ASKING]   = { [ON_KEY] = OPEN, [ON_OTHER_KEY] = OPEN, [ON_NO_KEY] = RETRY },
	[LEASE_OPENING]  = { [ON_UP] = GO_LIVE, [ON_DOWN] = RETRY, [ON_LOST] = RETRY },
	[LEASE_LIVE]     = { OF_THE_KEY, [ON_DOWN] = RETRY },
	[LEASE_CHANGING] = { OF_THE_KEY, [ON_DOWN] = FALL_BACK, [ON_OTHER_UP] = SWITCH,
			     [ON_OTHER_DOWN] = CHANGE_LATER },
	[LEASE_DRAINING] = { OF_THE_KEY, [ON_DOWN] = GO_BACK, [ON_OTHER_DOWN] = DRAINED },
};

/* The same of what is due: a hole does not count in that state. */
#define DUE_OF_THE_KEY	[DUE_KEEP] = RENEW, [DUE_SILENT] = LISTEN, [DUE_KEY_OVER] = KEY_OVER

static const enum move	due_moves[LEASE_N][DUE_N] = {
	[LEASE_NONE]     = { [DUE_STEP] = ASK },
	[LEASE_ASKING]   = { [DUE_STEP] = RETRY },
	[LEASE_OPENING]  = { [DUE_STEP] = RETRY },
	[LEASE_LIVE]     = { DUE_OF_THE_KEY, [DUE_CHANGE] = CHANGE },
	[LEASE_CHANGING] = { DUE_OF_THE_KEY, [DUE_STEP] = CHANGE_LATER },
	[LEASE_DRAINING] = { DUE_OF_THE_KEY, [DUE_STEP] = DRAINED },
};

const char *
lease_state_name(enum lease_state s)
{
	return (unsigned)s < LEASE_N ? state_names[s] : "?";
}

void
lease_init(struct lease *l, const struct lease_times *times)
{
	*l = (struct lease){ .state = LEASE_NONE, .backoff_ms = BACKOFF_MIN_MS,
	    .times = *times };
}

bool
lease_is_up(const struct lease *l)
{
	return l->state >= LEASE_LIVE;
}

bool
lease_is_banned(const struct lease *l, mono_t now)
{
	return mono_before(now, l->banned_until);
}

static bool
has_other(const struct lease *l)
{
	return l->state == LEASE_CHANGING || l->state == LEASE_DRAINING;
}

/* ---- deadlines ------------------------------------------------------------------ */

static void
due_in(struct lease *l, enum lease_due d, mono_t now, int64_t ms)
{
	l->due[d] = mono_after_ms(now, ms);
}

/* A ban holds back what asks. */
static mono_t
deadline(const struct lease *l, enum lease_due d)
{
	const enum move	 m = due_moves[l->state][d];
	const mono_t	 due = l->due[d];

	if (m == STAY)
		return MONO_NEVER;
	return (m == ASK || m == RENEW) && mono_before(due, l->banned_until) ? l->banned_until : due;
}

static enum lease_due
first_due(const struct lease *l)
{
	enum lease_due	 first = 0;

	for (enum lease_due d = 1; d < DUE_N; d++)
		if (mono_before(deadline(l, d), deadline(l, first)))
			first = d;
	return first;
}

static enum move
move_of(const struct lease *l, enum lease_event on, mono_t now)
{
	const enum lease_due	 d = first_due(l);

	if (on != ON_TIME)
		return moves[l->state][on];
	return mono_before(now, deadline(l, d)) ? STAY : due_moves[l->state][d];
}

/* ---- moves ---------------------------------------------------------------------- */

static void
act(struct lease_acts *out, enum lease_act a)
{
	if (out->n == LEASE_ACTS)
		panic("lease: more than %d acts", LEASE_ACTS);
	out->v[out->n++] = a;
}

static void
tell_gap(struct lease *l, struct lease_acts *out)
{
	if (!l->gap_told)
		act(out, ACT_TELL_GAP);
	l->gap_told = true;
}

static void
hear(struct lease *l, mono_t now)
{
	l->heard_at = now;
	l->missed_heard = l->missed;
	due_in(l, DUE_SILENT, now, l->times.silence_ms);
}

static void
kept(struct lease *l, mono_t now)
{
	l->kept_at = now;
	l->keeps_failed = 0;
	due_in(l, DUE_KEEP, now, l->times.keep_ms);
	due_in(l, DUE_KEY_OVER, now, KEY_LIFE_MS);
}

static int64_t
back_off(struct lease *l)
{
	const int64_t	 ms = l->backoff_ms;

	l->backoff_ms = ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : ms * 2;
	return ms;
}

static void
close_all(struct lease *l, struct lease_acts *out)
{
	if (l->state >= LEASE_OPENING)
		act(out, ACT_CLOSE);
	if (has_other(l))
		act(out, ACT_CLOSE_OTHER);
}

/* A new key is asked for each time: asking gives the living one, and extends it. */
static void
retry(struct lease *l, mono_t now, struct lease_acts *out)
{
	tell_gap(l, out);
	close_all(l, out);
	l->state = LEASE_NONE;
	due_in(l, DUE_STEP, now, back_off(l));
}

static void
ask(struct lease *l, mono_t now, struct lease_acts *out)
{
	tell_gap(l, out);
	act(out, ACT_ASK_KEY);
	l->state = LEASE_ASKING;
	due_in(l, DUE_STEP, now, STUCK_MS);
}

static void
open_first(struct lease *l, mono_t now, struct lease_acts *out)
{
	kept(l, now);
	act(out, ACT_CONNECT);
	l->state = LEASE_OPENING;
	due_in(l, DUE_STEP, now, STUCK_MS);
}

static void
go_live(struct lease *l, mono_t now, struct lease_acts *out)
{
	act(out, ACT_TELL_UP);
	l->gap_told = false;
	l->state = LEASE_LIVE;
	l->backoff_ms = BACKOFF_MIN_MS;
	due_in(l, DUE_CHANGE, now, l->times.change_ms);
	hear(l, now);
}

/* A key that will not be renewed is asked for: the exchange gives the one that lives. */
static enum lease_act
renewal(const struct lease *l, enum lease_act plain, mono_t now)
{
	return l->keeps_failed >= KEEPS_FAILED_MAX ||
	    mono_diff_ms(now, l->kept_at) >= KEEP_OLD_MS ? ACT_ASK_KEY : plain;
}

static void
renew(struct lease *l, mono_t now, struct lease_acts *out)
{
	act(out, renewal(l, ACT_KEEP, now));
	due_in(l, DUE_KEEP, now, STUCK_MS);
}

/* Another key means that ours had ended, and its connection has been mute since. */
static void
replace(struct lease *l, mono_t now, struct lease_acts *out)
{
	tell_gap(l, out);
	close_all(l, out);
	open_first(l, now, out);
}

/*
 * Orders are open and the stream says nothing: that may be so, or the key has
 * ended unheard.  Where orderd has found out more than it was told, it is deaf.
 */
static void
listen(struct lease *l, mono_t now, struct lease_acts *out)
{
	if (l->missed > l->missed_heard) {
		act(out, ACT_SAY_DEAF);
		retry(l, now, out);
		return;
	}
	due_in(l, DUE_SILENT, now, l->times.silence_ms);
	if (l->live > 0 && !lease_is_banned(l, now))
		act(out, renewal(l, ACT_PROBE, now));
}

static void
change(struct lease *l, mono_t now, struct lease_acts *out)
{
	act(out, ACT_CONNECT_OTHER);
	l->state = LEASE_CHANGING;
	due_in(l, DUE_STEP, now, STUCK_MS);
}

static void
change_later(struct lease *l, mono_t now, struct lease_acts *out)
{
	act(out, ACT_CLOSE_OTHER);
	l->state = LEASE_LIVE;
	due_in(l, DUE_CHANGE, now, back_off(l));
}

static void
switch_over(struct lease *l, mono_t now, struct lease_acts *out)
{
	act(out, ACT_SWAP);
	l->state = LEASE_DRAINING;
	due_in(l, DUE_STEP, now, l->times.overlap_ms);
	due_in(l, DUE_CHANGE, now, l->times.change_ms);
}

static void
drained(struct lease *l, struct lease_acts *out)
{
	act(out, ACT_CLOSE_OTHER);
	l->state = LEASE_LIVE;
	l->backoff_ms = BACKOFF_MIN_MS;
}

/* The new connection broke, and the old one still lives. */
static void
go_back(struct lease *l, mono_t now, struct lease_acts *out)
{
	act(out, ACT_SWAP);
	change_later(l, now, out);
}

/* The old connection broke before the next one was up: that one is now the first. */
static void
fall_back(struct lease *l, struct lease_acts *out)
{
	tell_gap(l, out);
	act(out, ACT_SWAP);
	act(out, ACT_CLOSE_OTHER);
	l->state = LEASE_OPENING;
}

static void
make_move(struct lease *l, enum move m, mono_t now, struct lease_acts *out)
{
	switch (m) {
	case STAY:	return;
	case ASK:	ask(l, now, out); return;
	case OPEN:	open_first(l, now, out); return;
	case GO_LIVE:	go_live(l, now, out); return;
	case RETRY:	retry(l, now, out); return;
	case RENEW:	renew(l, now, out); return;
	case KEPT:	kept(l, now); return;
	case KEEP_SOON:
		l->keeps_failed++;
		due_in(l, DUE_KEEP, now, KEEP_AGAIN_MS);
		return;
	case KEY_OVER:
		act(out, ACT_SAY_KEY_OVER);
		retry(l, now, out);
		return;
	case REPLACE:	replace(l, now, out); return;
	case LISTEN:	listen(l, now, out); return;
	case CHANGE:	change(l, now, out); return;
	case CHANGE_LATER: change_later(l, now, out); return;
	case SWITCH:	switch_over(l, now, out); return;
	case DRAINED:	drained(l, out); return;
	case GO_BACK:	go_back(l, now, out); return;
	case FALL_BACK:	fall_back(l, out); return;
	}
}

void
lease_step(struct lease *l, enum lease_event on, mono_t now, struct lease_acts *out)
{
	out->n = 0;
	make_move(l, move_of(l, on, now), now, out);
	l->wake = deadline(l, first_due(l));
}

/* ---- what is told beside ---------------------------------------------------------- */

void
lease_heard(struct lease *l, mono_t now)
{
	hear(l, now);
}

/*
 * What orderd missed may have been told just now, and a new orderd counts from
 * none: only what is added while nothing comes is what nobody told.
 */
void
lease_orders(struct lease *l, int64_t live, int64_t missed, mono_t now)
{
	l->live = live;
	l->missed = missed;
	if (mono_diff_ms(now, l->heard_at) < SETTLE_MS || missed < l->missed_heard)
		l->missed_heard = missed;
	if (missed > l->missed_heard)
		l->due[DUE_SILENT] = mono_min(l->due[DUE_SILENT],
		    mono_after_ms(l->heard_at, l->times.silence_ms));
}

void
lease_ban(struct lease *l, mono_t until)
{
	if (mono_before(l->banned_until, until))
		l->banned_until = until;
}

/* "Way too many requests; IP(1.2.3.4) banned until 1795200000000." */
int64_t
lease_ban_ms(int64_t retry_after_s, const char *msg, wall_t now)
{
	const wall_t	 told = fault_banned_until(msg, now);
	const int64_t	 in_text = wall_is_set(told) ? wall_diff_ms(told, now) : 0;
	const int64_t	 s = retry_after_s < FAULT_BAN_MAX_MS / 1000 ? retry_after_s :
			    FAULT_BAN_MAX_MS / 1000;
	const int64_t	 ms = in_text > s * 1000 ? in_text : s * 1000;

	return ms > 0 ? ms : BAN_DEFAULT_MS;
}
