/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pump.h - libwebsockets 4.1 on a libevent base, without a thread or a plug-in.
 *
 * lws keeps its own poll loop; the pump runs it, without ever blocking, each
 * time libevent says that one of its sockets is readable, that a socket with
 * something to write is writable, or that a tick has passed.  The client
 * (io/ws.c) and the simulated exchange both stand on it.
 *
 * Rules for the lws callbacks of the user:
 *   - pump_watch() when the connection is established, not earlier: while it
 *     connects, lws opens and closes sockets of its own accord;
 *   - pump_forget() when it is closed; the descriptor is still open then;
 *   - to write, pump_want_write() and write in the WRITEABLE callback;
 *   - never lws_service(), never pump_free() from inside.
 */
#ifndef IO_PUMP_H
#define IO_PUMP_H

#include <event2/event.h>
#include <libwebsockets.h>

#include <stdbool.h>
#include <sys/queue.h>

struct pump;

/* Embedded in the user's connection; zeroed before its first use. */
struct pump_conn {
	struct lws		*wsi;		/* NULL: not watched */
	struct event		*readable, *writable;
	bool			 want_write;
	TAILQ_ENTRY(pump_conn)	 link;
};

/* Takes over creating the context; info's vhost and protocol members are the user's. */
struct pump		*pump_new(struct event_base *, struct lws_context_creation_info *info);
struct lws_context	*pump_context(struct pump *);

void	pump_watch(struct pump *, struct pump_conn *, struct lws *);
void	pump_forget(struct pump *, struct pump_conn *);
void	pump_want_write(struct pump *, struct pump_conn *);

/* While anything is connecting the tick is short; calls pair up. */
void	pump_connecting(struct pump *, int delta);

/* After connecting, sending or closing outside a callback. */
void	pump_run(struct pump *);

/* Drops every connection without a close frame; their CLOSED callbacks run inside. */
void	pump_free(struct pump *);

#endif
