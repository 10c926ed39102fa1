/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * userd.h - the daemon's context, and what its shell files offer each other.
 */
#ifndef USERD_USERD_H
#define USERD_USERD_H

#include "io/daemon.h"
#include "io/http.h"
#include "io/peer.h"
#include "io/ws.h"
#include "userd/lease.h"
#include "userd/report.h"

struct userd_conf {
	int64_t	buffer_max;
	int64_t	change_every;
	int64_t	keep_every;
	int64_t	overlap;
	int64_t	silence;
};

enum { WORDS_MAX = 16 };	/* the exchange has some ten */

/* One of the two connections; which of them is the first one changes. */
struct link {
	struct userd	*d;
	struct ws	*ws;
	mono_t		 up_at;
};

struct userd {
	struct daemon			*base;
	const struct userd_conf		*conf;
	struct lease			 lease;
	struct timer			*wake;
	struct http			*http;
	char				*api_key;
	char				 listen_key[200];
	struct ws_hub			*hub;
	struct link			 links[2];
	size_t				 first;		/* of links; 1 - first is the other */
	struct peer			*orderd;
	struct timer			*look;		/* at it, and at the ban's end */
	wall_t				 banned_until;
	int64_t				 no;		/* of the last message */
	size_t				 unsaid;	/* messages Redis has not confirmed */
	bool				 dropped;	/* some were not even buffered */
	char				 words[WORDS_MAX][EVENT_WORD];	/* ignored, and said so */
	size_t				 nwords;
	/* counters */
	uint64_t			 frames, orders, accounts, others, bad_frames, gaps;
	uint64_t			 changes, probes;
};

/* Feeds the lease and does what it says. */
void	userd_step(struct userd *, enum lease_event);

/* bus.c */
void	bus_tell_frame(struct userd *, const struct user_frame *, const char *raw);
void	bus_tell_stream(struct userd *, enum report_kind);

/* stream.c */
void	stream_start(struct userd *);
void	stream_connect(struct link *);
void	stream_close(struct link *);
void	stream_stop(struct userd *);

/* venue.c */
void	venue_start(struct userd *);
void	venue_ask_key(struct userd *);
void	venue_keep_key(struct userd *);
void	venue_stop(struct userd *);

#endif
