/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conn.h - one WebSocket connection, shared by the shell files that serve it:
 * stream.c moves bytes, subscribe.c knows what the client wants to hear, port.c
 * answers the one that has come for the WebSocket API, pulse.c asks whether
 * anybody is there.
 *
 * A bit in wants is set only where the connection's route carries the topic;
 * names holds everything that was asked for, also what stays mute.
 */
#ifndef SIMEX_CONN_H
#define SIMEX_CONN_H

#include "io/pump.h"
#include "tests/simex/core/frames.h"
#include "tests/simex/simex.h"

enum {
	NAMES_MAX = 1024,		/* streams on a connection, as on the exchange */
	KEYS_MAX = 8,			/* listen keys on a connection */
};

struct port;

enum { PULSE_TEXT = 24 };

struct pulse {
	struct event	*timer;			/* NULL: nobody is asked */
	char		 asked[PULSE_TEXT];	/* by the last ping; empty: there was none */
	wall_t		 heard;			/* the last answer, or the beginning */
	int64_t		 second;		/* that n counts pongs in */
	int		 n;
};

struct listened {
	char		 key[LISTEN_KEY];
	unsigned	 events;		/* bits of enum user_event */
};

struct conn {
	struct streams		*st;
	struct simex		*s;
	struct pump_conn	 pc;
	/* subscribe.c */
	enum route		 route;
	bool			 combined;
	char			*names[NAMES_MAX];
	size_t			 nnames;
	uint64_t		*wants[TOPIC_N];	/* a bit for each contract; NULL: none */
	struct listened		 keys[KEYS_MAX];
	size_t			 nkeys;
	int64_t			 second;		/* that control_n counts in */
	int			 control_n;
	/* port.c */
	struct port		*port;			/* NULL: streams */
	/* pulse.c */
	struct pulse		 pulse;
	/* stream.c */
	struct frames		 frames;
	int			 close_code;		/* 0: stays; else says so when all is sent */
	struct event		*life;			/* NULL: without end */
	bool			 frozen;
	struct buf		 in;			/* a message that comes in pieces */
	TAILQ_ENTRY(conn)	 link;
};

/* stream.c: all of it happens with streams_run() */
void	conn_send(struct conn *, const struct buf *json);
void	conn_ping(struct conn *, const char *text);
/* As the exchange does it: what waits is sent, then the code, then nothing. */
void	conn_close(struct conn *, int code);
void	conn_kill(struct conn *);			/* without a word */

/* port.c */
int	port_open(struct conn *, const char *arguments);	/* other than 200: refused */
int	port_read_message(struct port *, const char *text, size_t len);	/* -1: cut it off */
void	port_free(struct port *);

/* pulse.c */
void	pulse_start(struct conn *);
int	pulse_pong(struct conn *, const char *text, size_t len);	/* -1: cut it off */
void	pulse_stop(struct conn *);

/* subscribe.c */
void	conn_read_path(struct conn *, const char *path);
void	conn_read_argument(struct conn *, const char *argument);	/* name=value */
int	conn_read_message(struct conn *, const char *text, size_t len);	/* -1: cut it off */
bool	conn_wants(const struct conn *, struct topic);
void	conn_forget_names(struct conn *);

#endif
