/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * feedd.h - the daemon's context, and what its shell files offer each other.
 */
#ifndef FEEDD_FEEDD_H
#define FEEDD_FEEDD_H

#include "feedd/quotes.h"
#include "io/daemon.h"
#include "io/http.h"
#include "io/ws.h"
#include "venue/instr.h"

struct feedd_conf {
	int64_t		 instr_every, keep_every, stale_quote, tick_every;
	int		 symbol_keys;		/* enum symbol_keys */
	const char	*symbols;
};
enum symbol_keys { KEYS_NATIVE, KEYS_BOTH };

/* One of the two streams. */
struct stream {
	struct feedd	*d;
	const char	*name, *path;
	int64_t		 silent_ms;		/* longest silence of a live stream */
	struct ws	*ws;
	struct timer	*timer;			/* reconnect, or look for silence */
	int64_t		 backoff_ms;
	mono_t		 heard_at;
	bool		 resting;		/* not connected: there is nothing to hear */
};

struct feedd {
	struct daemon		*base;
	const struct feedd_conf	*conf;
	struct quotes		 quotes;
	struct instrs		 instrs;
	struct http		*http;
	struct ws_hub		*hub;
	struct stream		 market, top;	/* mark prices of all, quotes of some */
	struct take		*wants;
	struct timer		*due, *instr_timer, *follow, *look;
	int64_t			 request_no;
	int			 nfollowed;
	mono_t			 asked_at;		/* the last SUBSCRIBE or UNSUBSCRIBE */
	bool			 have_instrs, have_prices;
	char			 instr_version[24];	/* as last written */
	/* counters */
	uint64_t		 frames, ticks, bad_frames, reconnects;
};

void	feedd_check_ready(struct feedd *);

/* bus.c */
void	bus_start(struct feedd *);
void	bus_tell_quote(struct feedd *, struct quote *);
void	bus_tell_due(struct feedd *);
void	bus_keep_instrs(struct feedd *);

/* stream.c */
void	stream_start(struct feedd *);
void	stream_follow(struct feedd *);		/* what is wanted has changed */
void	stream_stop(struct feedd *);

/* venue.c */
void	venue_start(struct feedd *);

#endif
