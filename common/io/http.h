/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http.h - HTTP requests through libcurl on the loop.
 *
 * Connections are kept and warm; a lane has connections of its own, so that
 * what is urgent never waits behind what is not.  The callback runs exactly
 * once for each request, and a POST leaves at most once.  A status of 0 means
 * that no answer came; sent then says whether a byte of the request may have
 * left: if so, nobody knows what the server did with it.
 */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include "run/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;

enum http_lane { LANE_NORMAL, LANE_URGENT, LANE_N };

enum { HTTP_HEADERS = 4 };		/* most that one request asks back */

struct http_request {
	const char		*label;		/* for crash points and log lines */
	const char		*method;	/* GET, POST, PUT, DELETE */
	enum http_lane		 lane;
	const char		*url;		/* with its query */
	const char		*body;		/* of POST and PUT, form-encoded; NULL: none */
	const char		*header;	/* one line, or NULL */
	int64_t			 timeout_ms;
	/* names of answer headers wanted back; the rest NULL */
	const char		*want[HTTP_HEADERS];
};

struct http_answer {
	int		 status;
	bool		 sent;
	const char	*body;		/* NUL behind it */
	size_t		 len;
	const char	*why;		/* when status is 0 */
	int64_t		 headers[HTTP_HEADERS];	/* as whole numbers; -1: not there */
	mono_t		 began, ended;
};

typedef void	http_done(void *arg, const struct http_answer *);

struct http	*http_new(struct loop *, unsigned connections_per_lane);
void		 http_free(struct http *);
void		 http_send(struct http *, const struct http_request *, http_done *, void *arg);

#endif
