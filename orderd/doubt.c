/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/doubt.h"

#include "base/attr.h"

static const int	delays_ms[] = { 250, 500, 1000, 2000, 4000, 8000 };

void
doubt_init(struct doubt *d)
{
	*d = (struct doubt){ .at = MONO_NEVER };
}

static void
forget_no(struct doubt *d)
{
	d->absent_at = MONO_UNSET;
}

void
doubt_signed(struct doubt *d, mono_t signed_at, int64_t window_ms)
{
	d->safe_at = mono_after_ms(signed_at, window_ms + DOUBT_MARGIN_MS);
	forget_no(d);
}

void
doubt_stream_up(struct doubt *d, mono_t now, int64_t window_ms)
{
	doubt_signed(d, now, window_ms);
}

void
doubt_ask(struct doubt *d, mono_t at)
{
	d->at = mono_min(d->at, at);
}

void
doubt_end(struct doubt *d)
{
	d->at = MONO_NEVER;
	d->tries = 0;
}

bool
doubt_is_due(const struct doubt *d, mono_t now)
{
	return !d->asking && !mono_before(now, d->at);
}

bool
doubt_is_idle(const struct doubt *d)
{
	return !d->asking && !mono_before(d->at, MONO_NEVER);
}

void
doubt_sent(struct doubt *d)
{
	d->asking = true;
}

/* The moments that prove something are not slept through; one that has passed is over. */
void
doubt_answered(struct doubt *d, mono_t now)
{
	const int	 last = (int)NITEMS(delays_ms) - 1;
	const mono_t	 apart_at = mono_after_ms(d->absent_at, DOUBT_APART_MS);

	d->asking = false;
	d->at = mono_after_ms(now, delays_ms[d->tries < last ? d->tries : last]);
	d->tries++;
	if (mono_before(now, d->safe_at))
		d->at = mono_min(d->at, d->safe_at);
	else if (mono_is_set(d->absent_at) && mono_before(now, apart_at))
		d->at = mono_min(d->at, apart_at);
}

bool
doubt_denied(struct doubt *d, mono_t sent_at, bool stream_up)
{
	if (!stream_up || mono_before(sent_at, d->safe_at)) {
		forget_no(d);
		return false;
	}
	if (!mono_is_set(d->absent_at)) {
		d->absent_at = sent_at;
		return false;
	}
	return mono_diff_ms(sent_at, d->absent_at) >= DOUBT_APART_MS;
}
