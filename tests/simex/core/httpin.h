/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * httpin.h - the bytes of a connection become HTTP/1 requests.
 *
 * Bytes come in as they are read, in pieces of any size; requests come out one
 * by one, in order, whole.  A request stays readable until the next one is
 * asked for; what was sent ahead waits.  The first thing that is wrong ends
 * the connection's requests: nobody knows where the next one would begin.
 *
 * Strict where a proxy before the exchange is strict: lines end with CR LF,
 * names have no blank before their colon, HTTP/1.1 names its host, a length
 * is one length.
 */
#ifndef SIMEX_HTTPIN_H
#define SIMEX_HTTPIN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	HTTP_HEADERS_MAX = 64,
	HTTP_TARGET_MAX = 8 * 1024,	/* path and query; longer: 414 */
	HTTP_HEAD_MAX = 32 * 1024,	/* first line and headers; longer: 431 */
	HTTP_BODY_MAX = 64 * 1024,	/* longer: 413 */
};

struct http_request {
	const char	*method, *target;		/* the target verbatim */
	const char	*body;				/* never NULL; not ended by a NUL */
	size_t		 body_len;
	struct { const char *name, *value; } headers[HTTP_HEADERS_MAX];
	size_t		 nheaders;
	bool		 last;		/* the connection ends behind the answer */
	bool		 old;		/* HTTP/1.0: if it stays, the answer has to say so */
};

enum http_step {
	HTTP_MORE,		/* nothing to do until more bytes come */
	HTTP_CONTINUE,		/* the client waits to be told to send its body */
	HTTP_WHOLE,		/* a request is here: in .req */
	HTTP_BAD,		/* answer with .status and close */
};

enum http_phase {
	HTTP_AT_HEAD, HTTP_AT_BODY, HTTP_AT_CHUNK_LINE, HTTP_AT_CHUNK, HTTP_AT_CHUNK_END,
	HTTP_AT_TRAILER, HTTP_AT_END, HTTP_AT_ERROR
};

/* All zero: a new connection. */
struct http_in {
	struct http_request	 req;
	int			 status;	/* of HTTP_BAD */
	struct buf		 ahead;		/* read, not looked at */
	struct buf		 head, body;	/* of the request; its texts point there */
	enum http_phase		 phase;
	size_t			 left;		/* bytes of the body, or of this chunk, to come */
	bool			 expects;	/* to be told to continue */
};

void		 http_in_add(struct http_in *, const char *bytes, size_t len);
enum http_step	 http_in_step(struct http_in *);
void		 http_in_fini(struct http_in *);

const char	*http_header(const struct http_request *, const char *name);	/* or NULL */

#endif
