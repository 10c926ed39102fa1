/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ws.h - a WebSocket client on the loop: whole text messages in, text out.
 *
 * Names are resolved with evdns first, because libwebsockets would block the
 * loop for it; an address literal needs no resolver.  One attempt ends exactly
 * once, by up() or down(); a connection that is up ends once, by down().
 * The user decides when to connect again.
 */
#ifndef IO_WS_H
#define IO_WS_H

#include "run/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct ws_hub;		/* what all connections of a daemon share */
struct ws;

struct ws_hub	*ws_hub_new(struct loop *, const char *ca_file);	/* "": the system's CAs */
void		 ws_hub_free(struct ws_hub *);

struct ws_hooks {
	void	(*up)(void *arg);
	void	(*message)(void *arg, const char *text, size_t len);
	void	(*down)(void *arg, const char *why);
};

/* url: ws://host[:port]/path or wss://...; label names frames in crash points. */
struct ws	*ws_new(struct ws_hub *, const char *label, const struct ws_hooks *, void *arg);
void		 ws_connect(struct ws *, const char *url);
void		 ws_send(struct ws *, const char *text);	/* only while up */
void		 ws_close(struct ws *);			/* no hook runs after this */
void		 ws_free(struct ws *);			/* from anywhere; dies at the end of the turn */
bool		 ws_is_up(const struct ws *);

#endif
