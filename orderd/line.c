/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

enum { RETRY_MS = 20 };

/* An order that something is to be sent for, by name: it may be gone when its turn comes. */
struct waiter {
	char			 clord_id[CLORD_ID];
	STAILQ_ENTRY(waiter)	 link;
};

static const struct {
	enum pace_class	 class;
	enum endpoint	 ep;
	enum http_lane	 lane;		/* whose connections it uses */
} lines[] = {
	[LINE_CANCEL] = { PACE_CANCEL, EP_ORDER_CANCEL, LANE_URGENT },
	[LINE_CLOSE] = { PACE_CLOSE, EP_ORDER_PLACE, LANE_URGENT },
	[LINE_OPEN] = { PACE_OPEN, EP_ORDER_PLACE, LANE_NORMAL },
};
_Static_assert(NITEMS(lines) == LINE_N, "lines");

bool
line_may_send(struct orderd *d, enum line line)
{
	const struct endpoint_row	*e = endpoint_get(lines[line].ep);

	return d->under_way[lines[line].lane] < (unsigned)d->conf->connections &&
	    venue_may_sign(d) &&
	    pace_may(&d->pace, lines[line].class, e->weight, e->orders, venue_now(d));
}

static bool
leave(struct orderd *d, enum line line, const char *clord_id)
{
	return line == LINE_CANCEL ? cancels_leave(d, clord_id) : place_leave(d, line, clord_id);
}

/* While the first has to wait, what is behind it may grow too old, and is told so. */
static void
drop_over(struct orderd *d, enum line line)
{
	struct waiter	*w, *next;

	for (w = STAILQ_FIRST(&d->lines[line]); w != NULL; w = next) {
		next = STAILQ_NEXT(w, link);
		if (line == LINE_CANCEL || !place_is_over(d, w->clord_id))
			continue;
		STAILQ_REMOVE(&d->lines[line], w, waiter, link);
		free(w);
	}
}

/* False: nobody is there, or the first has to wait, and all behind it. */
static bool
send_first(struct orderd *d, enum line line)
{
	struct waiter	*w = STAILQ_FIRST(&d->lines[line]);

	if (w == NULL)
		return false;
	if (!leave(d, line, w->clord_id)) {
		timer_in_ms(d->lane_timer, RETRY_MS);
		return false;
	}
	STAILQ_REMOVE_HEAD(&d->lines[line], link);
	free(w);
	return true;
}

/* One of each in turn: cancels and closes share connections, and neither starves the other. */
static void
send_waiting(void *arg)
{
	bool	 more = true;

	while (more) {
		more = false;
		for (int line = 0; line < LINE_N; line++)
			more = send_first(arg, (enum line)line) || more;
	}
}

static void
on_retry(void *arg)
{
	send_waiting(arg);
	for (int line = 0; line < LINE_N; line++)
		drop_over(arg, (enum line)line);
}

void
line_enter(struct orderd *d, enum line line, const char *clord_id)
{
	struct waiter	*w = xcalloc(1, sizeof(*w));

	text_put(w->clord_id, sizeof(w->clord_id), clord_id);
	STAILQ_INSERT_TAIL(&d->lines[line], w, link);
	send_waiting(d);
}

void
line_answered(struct orderd *d, enum http_lane lane)
{
	d->under_way[lane]--;
	send_waiting(d);
}

void
line_start(struct orderd *d)
{
	for (int i = 0; i < LINE_N; i++)
		STAILQ_INIT(&d->lines[i]);
	d->lane_timer = timer_new(d->base->loop, on_retry, d);
}

void
line_fini(struct orderd *d)
{
	struct waiter	*w;

	for (int i = 0; i < LINE_N; i++)
		while ((w = STAILQ_FIRST(&d->lines[i])) != NULL) {
			STAILQ_REMOVE_HEAD(&d->lines[i], link);
			free(w);
		}
	timer_free(d->lane_timer);
}
