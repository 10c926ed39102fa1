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

/* The files that options name and a world is made of. */
enum given { GIVEN_LISTINGS, GIVEN_BRACKETS, GIVEN_REPLAY, GIVEN_N };
enum { GIVEN_SUM = 2 * 32 + 1 };	/* SHA-256, in hexadecimal digits */

struct conf {
	const char	*dir, *key, *secret, *secret_file, *rsa_key, *ed25519_key;
	int64_t		 seed, quote_ms;
	int64_t			 levels, spread, volatility, trend, jumps, jump_size, gaps, trades;
	bool		 still;
	const char	*replay, *mirror, *mirror_rest;
	int64_t		 speed;
	const char	*balance, *brackets;
	dec_t		 fee_maker, fee_taker, funding_rate;
	int64_t		 funding_hours;
	int64_t		 weight_limit, orders_10s, orders_1m, ban_after, max_orders;
	bool		 events_first;
	int64_t		 event_delay_ms, stream_life_s, ping_ms, key_life_s;
	int64_t		 rest_port, stream_port, control_port;
	const char	*listings, *symbols, *script, *ledger, *rerun, *audit;
	bool		 refuse_unrouted;
	bool		 help;
};

struct loop;
struct mirror;
struct rest;
struct tapes;
struct answers;
struct control;
struct streams;
struct feed;
struct record;

struct ports {
	int	 rest, stream, control;
};

struct simex {
	struct conf		 conf;
	struct ports		 ports;
	int			 status;	/* that the program ends with */
	struct bracket_book	 brackets;	/* until the world has them */
	struct grants		 grants;
	struct loop		*loop;
	struct event_base	*base;		/* of loop */
	struct world		 world;
	struct tapes		*tapes;
	struct mirror		*mirror;	/* NULL: the market is none */
	struct rest		*rest;
	struct control		*control;
	struct streams		*streams;
	struct feed		*feed;
	struct record		*record;	/* NULL: no ledger is written */
	char			 sums[GIVEN_N][GIVEN_SUM];	/* empty: there is no such file */
};

/* simex.c */
wall_t		 simex_now(void);
void		 simex_log(const char *event, const char *fmt, ...) PRINTF(2, 3);
/* Those that make a world what it is, as an object; and one of them. */
void		 simex_print_options(const struct conf *, struct buf *);
int		 simex_set_option(struct conf *, const char *name, const char *value, struct why *)
		    MUST_CHECK;
/* The world of the options, from that moment on; -1: why. */
int		 simex_begin(struct simex *, wall_t start, int64_t ids_from, struct why *) MUST_CHECK;

void		 simex_announce(struct simex *);	/* that it is there, once */
void		 simex_lose_port(struct simex *, int port);	/* and with it the end */
void		 simex_quit(struct simex *, int64_t us);	/* in less than a second */

/* given.c: what options say, and the files they name */
int		 given_file(const char *path, struct buf *) MUST_CHECK;
int		 given_listings(const struct simex *, struct listings *, struct why *) MUST_CHECK;
int		 given_brackets(struct simex *, struct why *) MUST_CHECK;
/* Of the files, into sums; of several recordings it is that of all, one behind the other. */
int		 given_sums(struct simex *, struct why *) MUST_CHECK;
int		 given_rates(const struct conf *, struct why *) MUST_CHECK;

/* mirror.c */
int		 mirror_check(const struct conf *, struct why *) MUST_CHECK;	/* do they fit? */
struct mirror	*mirror_new(struct simex *);
bool		 mirror_is_up(const struct mirror *);	/* NULL: it is not */
void		 mirror_free(struct mirror *);

/* record.c */
struct record	*record_new(struct simex *);	/* NULL: the file cannot be written */
void		 record_free(struct record *);
/* The ledger of that run, made again, to standard output; returns the exit status. */
int		 record_rerun(struct simex *, const char *path, struct why *);
/* What a ledger comes to, and what in it is wrong; the same. */
int		 record_audit(const char *path, struct why *);

/* rest.c */
struct rest	*rest_new(struct simex *, int *port);
void		 rest_free(struct rest *);
void		 rest_refuse(struct rest *, int64_t ms);	/* new connections */

/* answer.c */
struct answers	*answers_new(struct simex *);
void		 answer_well(struct answers *, struct http_request *, const struct served *,
		    const struct buf *body);
/* As the fault says, which the request has met; the rest is what it came to. */
void		 answer_badly(struct answers *, struct http_request *, const struct fault *,
		    const struct served *, const struct buf *body);
void		 answers_free(struct answers *);

/* control.c */
struct control	*control_new(struct simex *, int *port);
void		 control_fulfil(struct simex *);	/* what verbs want of the sockets */
void		 control_free(struct control *);

/* stream.c */
struct streams	*streams_new(struct simex *, int *port);
bool		 streams_any(const struct streams *);	/* is anybody connected? */
void		 streams_send_topic(struct streams *, struct topic, const struct buf *json);
void		 streams_send_user(struct streams *, const struct saying *);
/*
 * Of a route, ROUTE_NONE: all; with a close frame of this code, or without one:
 * 0.  Returns how many there were.
 */
int		 streams_cut(struct streams *, enum route, int code);
void		 streams_refuse(struct streams *, int64_t ms);	/* new connections */
/* So long nothing is read of those connections, and nothing sent. */
void		 streams_freeze(struct streams *, enum route, int64_t ms);
void		 streams_send_frame(struct streams *, enum route, enum frame_kind);
int		 streams_count(const struct streams *, enum route);
void		 streams_run(struct streams *);			/* what was sent, leaves */
void		 streams_free(struct streams *);

/* feed.c */
struct feed	*feed_new(struct simex *);
/* The time, behind which the world is not; what there was no time for is left out. */
wall_t		 feed_now(struct simex *);
void		 feed_touch(struct simex *);	/* the exchange has changed */
void		 feed_flush(struct simex *);	/* say so now */
void		 feed_join(struct simex *, struct topic);	/* somebody listens */
void		 feed_leave(struct simex *, struct topic);
void		 feed_free(struct feed *);

#endif
