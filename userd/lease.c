/* SPDX-License-Identifier: BSD-2-Clause */
#include "userd/lease.h"

#include "base/attr.h"
#include "base/die.h"

enum {
	BACKOFF_MIN_MS = 250,
	BACKOFF_MAX_MS = 15000,
	STUCK_MS = 15000,		/* nothing that is under way takes longer */
	KEEP_AGAIN_MS = 30000,		/* after a renewal that failed for no clear reason */
};

static const char *const	state_names[] = {
	[LEASE_NONE] = "none", [LEASE_ASKING] = "asking", [LEASE_OPENING] = "opening",
	[LEASE_LIVE] = "live",
};
_Static_assert(NITEMS(state_names) == LEASE_N, "state_names");

/* What an event means in a state; a hole changes nothing: it is late, or not for us. */
enum move { STAY, ASK, OPEN, GO_LIVE, RETRY, RENEW, KEPT, KEEP_SOON };

static const enum move	moves[LEASE_N][LEASE_ON_N] = {
	[LEASE_NONE]    = { [ON_START] = ASK, [ON_TIME] = ASK },
	[LEASE_ASKING]  = { [ON_KEY] = OPEN, [ON_NO_KEY] = RETRY, [ON_TIME] = RETRY },
	[LEASE_OPENING] = { [ON_UP] = GO_LIVE, [ON_DOWN] = RETRY, [ON_EXPIRED] = RETRY,
			    [ON_TIME] = RETRY },
	[LEASE_LIVE]    = { [ON_DOWN] = RETRY, [ON_EXPIRED] = RETRY, [ON_TIME] = RENEW,
			    [ON_KEPT] = KEPT, [ON_NOT_KEPT] = KEEP_SOON },
};

const char *
lease_state_name(enum lease_state s)
{
	return (unsigned)s < LEASE_N ? state_names[s] : "?";
}

void
lease_init(struct lease *l, int64_t keep_ms)
{
	*l = (struct lease){ .state = LEASE_NONE, .backoff_ms = BACKOFF_MIN_MS,
	    .keep_ms = keep_ms };
}

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

/* A new key is asked for each time: asking gives the living one, and extends it. */
static void
retry(struct lease *l, mono_t now, struct lease_acts *out)
{
	tell_gap(l, out);
	if (l->state == LEASE_OPENING || l->state == LEASE_LIVE)
		act(out, ACT_CLOSE);
	l->state = LEASE_NONE;
	l->wake = mono_after_ms(now, l->backoff_ms);
	l->backoff_ms = l->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : l->backoff_ms * 2;
}

void
lease_step(struct lease *l, enum lease_event on, mono_t now, struct lease_acts *out)
{
	out->n = 0;
	switch (moves[l->state][on]) {
	case STAY:
		return;
	case ASK:
		tell_gap(l, out);
		act(out, ACT_ASK_KEY);
		l->state = LEASE_ASKING;
		l->wake = mono_after_ms(now, STUCK_MS);
		return;
	case OPEN:
		act(out, ACT_CONNECT);
		l->state = LEASE_OPENING;
		l->wake = mono_after_ms(now, STUCK_MS);
		return;
	case GO_LIVE:
		act(out, ACT_TELL_UP);
		l->gap_told = false;
		l->state = LEASE_LIVE;
		l->backoff_ms = BACKOFF_MIN_MS;
		l->wake = mono_after_ms(now, l->keep_ms);
		return;
	case RETRY:
		retry(l, now, out);
		return;
	case RENEW:
		act(out, ACT_KEEP);
		l->wake = mono_after_ms(now, STUCK_MS);
		return;
	case KEPT:
		l->wake = mono_after_ms(now, l->keep_ms);
		return;
	case KEEP_SOON:
		l->wake = mono_after_ms(now, KEEP_AGAIN_MS);
		return;
	}
}
