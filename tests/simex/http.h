/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http.h - an HTTP/1.1 server for small requests on kept connections: the
 * sockets around core/httpin.
 *
 * A connection has one request at a time: what a client sends ahead waits until
 * the answer is out.  A request is the user's from its hook until it is done
 * with; it may be answered later, and must be, even where the client has gone:
 * then the answer goes nowhere.  Texts in it live as long as it does.  Header
 * lines are handed over as they go out, each with its CR LF; Date, Connection
 * and Content-Length are the server's own.
 */
#ifndef SIMEX_HTTP_H
#define SIMEX_HTTP_H

#include "base/buf.h"
#include "tests/simex/core/httpin.h"

#include <event2/event.h>

#include <stddef.h>
#include <stdint.h>

struct http;

/* On the loopback.  NULL: the port cannot be had; 0 is any. */
struct http	*http_open(struct event_base *, int64_t wanted_port, int *port,
		    void (*asked)(struct http_request *, void *arg), void *arg);
/*
 * For so long nobody can connect; who is connected stays so.  lost() is told,
 * with the argument of http_open(), if the port is somebody else's afterwards.
 */
void		 http_refuse(struct http *, int64_t us, void (*lost)(void *arg));
void		 http_close(struct http *);		/* with all that is not answered */

/* Whole, and done with. */
void	http_answer(struct http_request *, int status, const struct buf *lines,
	    const struct buf *body);

/*
 * In pieces, also ones that do not fit each other: a head may promise any
 * length, bytes go out as they are, and one of the endings follows.
 */
void	http_put_head(struct http_request *, int status, const struct buf *lines, size_t len,
	    struct buf *out);
void	http_say(struct http_request *, const char *bytes, size_t len);
void	http_done(struct http_request *);		/* the connection stays */
void	http_close_after(struct http_request *, int64_t us);	/* stays until then, unannounced */
void	http_hang_up(struct http_request *);		/* what was sent arrives, then nothing */
void	http_reset(struct http_request *);		/* at once, and the peer is told so rudely */

#endif
