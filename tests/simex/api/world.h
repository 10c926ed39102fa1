/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world.h - everything there is to the simulated exchange, without sockets and
 * without a clock.
 *
 * A world is changed by three things only: a request of the client, a verb of
 * the control port or of its script, and time that passes; a live market, by its
 * rows besides, and one that is played at full speed, by world_play(), and any
 * that cannot keep up, by world_skip().
 * Whatever falls due on the way to a moment happens at its own time, not when
 * somebody looks; so the same terms and the same inputs at the same times make
 * the same world, and the same ledger byte for byte.
 *
 * What the user stream owes for it waits in sayings until the shell sends it;
 * what the market did stays in exchange.facts until world_forget_facts().
 */
#ifndef SIMEX_WORLD_H
#define SIMEX_WORLD_H

#include "base/buf.h"
#include "base/clock.h"
#include "tests/simex/core/auth.h"
#include "tests/simex/core/delivery.h"
#include "tests/simex/core/drift.h"
#include "tests/simex/core/exchange.h"
#include "tests/simex/core/fault.h"
#include "tests/simex/core/form.h"
#include "tests/simex/core/ledger.h"
#include "tests/simex/core/listenkey.h"
#include "tests/simex/core/meter.h"
#include "tests/simex/core/replay.h"
#include "tests/simex/core/script.h"
#include "tests/simex/core/topic.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* Where the rows of a recorded market come from, one after the other. */
struct tape_source {
	/* 1: there is one, until the next call; 0: no more.  What is broken, ends the program. */
	int	 (*next)(void *arg, const struct tape_row **);	/* NULL: they are world_row()s */
	void	*arg;
	int64_t	 speed;		/* times faster than it was; 0: as fast as can be */
};

struct world_terms {
	struct exchange_terms	 exchange;
	const char		*key, *secret;
	int64_t			 limits[METER_N];
	int64_t			 ban_after;	/* as in struct meter */
	int64_t			 key_life_ms;
	bool			 events_first;	/* as in the world, until a verb says otherwise */
	int64_t			 event_delay_ms;
	struct tape_source	 tape;		/* of MARKET_TAPE */
};

/* What is wrong with the exchange until it is told otherwise; all zero: nothing. */
struct trouble {
	int64_t		 lag_ms;	/* a query does not see what is younger */
	int64_t		 engine_ms;	/* an order is so much older when it is matched */
	bool		 overloaded;	/* orders that may add risk are turned away */
	bool		 revoked;	/* the API key */
	bool		 muted;		/* user events are not sent */
	bool		 batch_reversed, batch_short;	/* the answers to a batch */
	enum drift	 drift;		/* what messages have that nobody knows */
	struct delivery	 delivery;	/* of user events */
};

/* What the exchange has been seen to do one way and the other; all zero: as it is today. */
struct habits {
	bool	 old_shape;		/* who changes orders is told average price and sums */
	bool	 refusals_free;		/* a refused order does not count */
};

/* A user event on its way. */
struct saying {
	wall_t			 due;
	enum user_event		 kind;
	char			 key[LISTEN_KEY];	/* whom it is for */
	struct buf		 json;
	STAILQ_ENTRY(saying)	 link;
};

STAILQ_HEAD(sayings, saying);

/* What a verb wants of the sockets. */
enum wish_kind {
	WISH_CUT, WISH_FRAME, WISH_FREEZE, WISH_QUIT, WISH_REFUSE_REST, WISH_REFUSE_STREAM
};

/* What no stream should send: simex(8), CONTROL. */
enum frame_kind { FRAME_HUGE, FRAME_MASKED, FRAME_PIECES, FRAME_PINGS, FRAME_UTF8, FRAME_N };

struct wish {
	enum wish_kind	 kind;
	enum route	 route;		/* ROUTE_NONE: all */
	int		 code;		/* the connection is closed with; 0: without a word */
	int64_t		 ms;		/* how long it is frozen or refused */
	enum frame_kind	 frame;
};

struct wishes {
	struct wish	*v;
	size_t		 n, cap;
};

/* What only the shell knows of itself. */
struct outside {
	int	 pid;
	int	 streams[ROUTE_N];	/* connections */
	bool	 mirror_is_up;		/* the market that is mirrored is heard, all of it */
};

struct world {
	struct world_terms	 terms;
	wall_t			 now;		/* never goes back */
	wall_t			 next_beat;
	struct replay		 replay;
	const struct tape_row	*row;		/* the next one of the tape; NULL: none */
	wall_t			 tape_start;	/* the time of the first row that was waited for */
	wall_t			 row_due;
	int64_t			 tape_late_us;	/* so long has it stood still */
	wall_t			 next_look;	/* at the mark prices: a whole second */
	struct exchange		 exchange;
	struct auth		*auth;
	struct meter		 meter;
	struct faults		 faults;
	struct trouble		 trouble;
	struct habits		 habits;
	struct ledger		 ledger;
	struct listen_key	 key;
	struct rng		 rng;		/* for listen keys and orders by hand */
	bool			 events_first;	/* user events leave before the answer */
	int64_t			 event_delay_ms;
	struct sayings		 sayings;	/* in order of their time */
	size_t			 told;		/* facts that have become sayings */
	struct notices		 notices;
	struct form		 form;		/* of the request being served */
	struct buf		 json;		/* of the event being said */
	struct fault		 met;		/* by the last request, if it met one */
	struct wishes		 wishes;	/* until the shell fulfils them */
	struct script		 script;
};

struct session;

struct request {
	const char	*method, *path;
	const char	*query;		/* as it came, never NULL */
	const char	*body;
	size_t		 body_len;
	const char	*api_key;	/* NULL: none was sent */
	/* of the WebSocket API */
	struct session	*session;	/* NULL: of REST */
	const char	*payload;	/* what is signed */
	const char	*signature;	/* NULL: none was sent */
};

struct served {
	int	 status;
	bool	 met;		/* a fault, in world.met: how the answer goes wrong */
	int64_t	 used[METER_N];	/* of the limits, behind it; -1: it is not counted there */
	int64_t	 retry_after_s;	/* -1: it does not say */
};

void		 world_init(struct world *, const struct world_terms *);
void		 world_fini(struct world *);

/* Appends the answer to out. */
struct served	 world_request(struct world *, const struct request *, wall_t now,
		    struct buf *out);
/*
 * A verb, with its parameters behind a question mark; returns the HTTP status.
 * by is who asks, NULL: the control port.
 */
int		 world_control(struct world *, const char *uri, const char *by,
		    const struct outside *, wall_t now, struct buf *out);
/* Of a market that is live: what it did just now. */
void		 world_row(struct world *, const struct tape_row *, wall_t now);
void		 world_advance(struct world *, wall_t now);
/* Of a recorded market at full speed: as many rows as there are, up to so many, at once. */
bool		 world_has_rows(const struct world *);
void		 world_play(struct world *, int64_t rows, wall_t now);
/*
 * Until then the market stands still, and goes on from where it was: quotes,
 * steps, walks and rows that would be due before are left out, or come later.
 * Everything else still happens at its time.
 */
void		 world_skip(struct world *, wall_t until);
wall_t		 world_next(const struct world *);	/* when something happens by itself */
wall_t		 world_due(const struct world *);	/* or is to be sent */
void		 world_forget_facts(struct world *);

/* Takes it over; from now on it runs by itself. */
void		 world_set_script(struct world *, struct script *);
void		 world_wish(struct world *, const struct wish *);

/* Ends the listen key, if one lives. */
void		 world_expire_key(struct world *, bool with_event, wall_t now);

/* The next event that is due, to be freed with saying_free(); or NULL. */
struct saying	*world_next_saying(struct world *, wall_t now);
void		 saying_free(struct saying *);

#endif
