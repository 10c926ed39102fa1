/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.h - one connection to Redis.
 *
 * A thin adapter between hiredis and the loop: commands of a turn leave in one
 * write, replies come in order.  The link reconnects by itself, with backoff;
 * a link that does not answer its PING (or its own blocking command) within
 * the deadline is dead and cut.
 *
 * A command's callback runs exactly once: with the reply, or with NULL when
 * the connection was lost before it came, and then nobody knows whether Redis
 * has done it.  The reply is the link's; copy, never keep.
 */
#ifndef IO_LINK_H
#define IO_LINK_H

#include "base/addr.h"
#include "base/buf.h"
#include "run/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redisReply;
struct link;

typedef void	link_reply(void *arg, const struct redisReply *);	/* NULL: lost */

struct link_hooks {
	void	(*up)(void *arg);	/* connected, authenticated, named; its id is known */
	void	(*down)(void *arg);	/* after the callbacks of what was lost */
	void	(*push)(void *arg, const struct redisReply *);	/* pub/sub messages; or NULL */
};

struct link	*link_new(struct loop *, const struct redis_addr *, const char *name,
		    const struct link_hooks *, void *arg);
void		 link_free(struct link *);	/* from anywhere; it dies at the end of the turn */
bool		 link_is_up(const struct link *);
/* When it last looked after itself: connected, gave up, or asked for a sign of life. */
mono_t		 link_tended(const struct link *);
int64_t		 link_id(const struct link *);		/* CLIENT ID; of the last connection when down */
int64_t		 link_lost_id(const struct link *);	/* of the connection before; 0: none that Redis may still hold */

/*
 * Only while up.  The first takes words; the second whole commands in RESP, of
 * which each gives one reply to its own callback or, but for the last, to each.
 */
void	link_send(struct link *, link_reply *, void *arg, int argc, const char *const *argv,
	    const size_t *lens);	/* lens NULL: every word is text */
void	link_send_resp(struct link *, link_reply *each, link_reply *last, void *arg,
	    const char *resp, size_t len, int ncommands);

/* One command in RESP, behind what the buffer holds. */
void	resp_add(struct buf *, int argc, const char *const *argv, const size_t *lens);

/* Is nothing waiting to be read?  Then a blocking command still waits in Redis. */
bool	link_is_quiet(const struct link *);

/* Replies may come as pushes from now on: the link subscribes. */
void	link_subscribes(struct link *);

#endif
