/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doubt.h - when to ask the exchange about an order, and what its silence
 * proves.  Pure: now is an argument.
 *
 * One "no such order" proves nothing: the query side lags behind the matching
 * engine.  An order was not placed only when (1) the user stream has been up
 * throughout and told nothing, (2) what was signed cannot be accepted any more
 * (sign time + recvWindow + clock error + MARGIN_MS has passed), and (3) after
 * that two questions that left at least APART_MS apart were both answered with
 * no.  A gap of the stream starts (2) and (3) anew.
 */
#ifndef ORDERD_DOUBT_H
#define ORDERD_DOUBT_H

#include "base/clock.h"

#include <stdbool.h>

enum {
	DOUBT_MARGIN_MS = 2000,
	DOUBT_APART_MS = 2000,
};

struct doubt {
	mono_t	at;		/* to be asked then; MONO_NEVER: nothing to ask */
	int	tries;
	bool	asking;		/* a question is under way */
	mono_t	safe_at;	/* from then on what was signed is dead */
	mono_t	absent_at;	/* a question that left then, after safe_at, was answered no */
};

void	doubt_init(struct doubt *);

/* Signed with that instant's time, which the exchange accepts for window_ms. */
void	doubt_signed(struct doubt *, mono_t signed_at, int64_t window_ms);

/* The stream was down until now. */
void	doubt_stream_up(struct doubt *, mono_t now, int64_t window_ms);

/* Ask at that instant, or earlier if that is set already. */
void	doubt_ask(struct doubt *, mono_t at);
void	doubt_end(struct doubt *);		/* nothing to ask any more */

bool	doubt_is_due(const struct doubt *, mono_t now);
bool	doubt_is_idle(const struct doubt *);	/* nothing to ask, no question under way */
void	doubt_sent(struct doubt *);		/* the question has left */
void	doubt_answered(struct doubt *, mono_t now);	/* whatever the answer: ask again later */

/* The question that left at sent_at was answered no.  True: it was never placed. */
bool	doubt_denied(struct doubt *, mono_t sent_at, bool stream_up);

#endif
