/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simex.h - the simulator's one context, and what its shell files offer each
 * other.
 *
 * The exchange itself is the world: pure, below api/ and core/.  Here are its
 * sockets and its clock.  rest.c serves the client (answer.c answers it, well
 * or badly), control.c the tests, stream.c holds the WebSockets (port.c those of
 * the WebSocket API), and feed.c lets time pass and tells the streams what happened.  Whoever has changed the
 * world calls feed_touch().
 */
#ifndef SIMEX_SIMEX_H
#define SIMEX_SIMEX_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "tests/simex/api/world.h"
#include "tests/simex/http.h"

#include <event2/event.h>

#include <stdbool.h>
#include <stdint.h>

struct conf {
	const char	*dir, *key, *secret, *secret_file, *rsa_key, *ed25519_key;
	int64_t		 seed, quote_ms;
	int64_t			 levels, spread, volatility, trend, jumps, jump_size, gaps, trades;
	bool		 still;
	dec_t		 balance, fee_maker, fee_taker;
	int64_t		 weight_limit, orders_10s, orders_1m, max_orders;
	bool		 events_first;
	int64_t		 event_delay_ms, stream_life_s, ping_ms, key_life_s;
	int64_t		 rest_port, stream_port, control_port;
	bool		 help;
};

struct rest;
struct answers;
struct control;
struct streams;
struct feed;

struct simex {
	struct conf		 conf;
	struct event_base	*base;
	struct world		 world;
	struct rest		*rest;
	struct control		*control;
	struct streams		*streams;
	struct feed		*feed;
};

/* simex.c */
wall_t		 simex_now(void);
void		 simex_log(const char *event, const char *fmt, ...) PRINTF(2, 3);

/* rest.c */
struct rest	*rest_new(struct simex *, int *port);
void		 rest_free(struct rest *);

/* answer.c */
struct answers	*answers_new(struct simex *);
void		 answer_well(struct answers *, struct http_request *, int status,
		    const struct buf *body);
/* As the fault says, which the request has met; status and body are what it came to. */
void		 answer_badly(struct answers *, struct http_request *, const struct fault *,
		    int status, const struct buf *body);
void		 answers_free(struct answers *);

/* control.c */
struct control	*control_new(struct simex *, int *port);
void		 control_free(struct control *);

/* stream.c */
struct streams	*streams_new(struct simex *, int *port);
bool		 streams_any(const struct streams *);	/* is anybody connected? */
bool		 streams_want(const struct streams *, struct topic);
void		 streams_send_topic(struct streams *, struct topic, const struct buf *json);
void		 streams_send_user(struct streams *, const struct saying *);
/* With a close frame of this code, or without one: 0.  Returns how many there were. */
int		 streams_cut(struct streams *, enum route, int code);
int		 streams_count(const struct streams *, enum route);
void		 streams_run(struct streams *);			/* what was sent, leaves */
void		 streams_free(struct streams *);

/* feed.c */
struct feed	*feed_new(struct simex *);
void		 feed_touch(struct simex *);	/* the exchange has changed */
void		 feed_flush(struct simex *);	/* say so now */
void		 feed_newcomer(struct simex *);	/* somebody listens who has heard nothing */
void		 feed_free(struct feed *);

#endif
