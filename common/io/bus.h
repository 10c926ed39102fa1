/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bus.h - a daemon's life on Redis: items taken, effects committed, views read.
 *
 * An item is taken by moving it from its list to this daemon's work list, and
 * leaves that only in the same MULTI/EXEC as everything it caused.  So an item
 * is never lost, and a crash anywhere means that its handler runs again.
 *
 * EXEC does not roll back.  Every element of its reply is checked: a push into
 * a key of the wrong type renames that key to pms:dead:<key>:<ms> and pushes
 * again.  An EXEC whose reply was lost is judged by the running number it set
 * in pms:mark:<daemon>, after the connection that sent it has been killed; it
 * is sent again only when that says it was not done.
 *
 * Work lists decide only after a process start; after every reconnect they are
 * compared with what is in memory, and what only Redis knows is handled.
 *
 * Ownership: an item is the bus's from delivery until the commit that carries
 * it is done; the handler may keep the pointer as long.  A txn is its
 * creator's until txn_commit().
 */
#ifndef IO_BUS_H
#define IO_BUS_H

#include "base/clock.h"
#include "io/link.h"
#include "wire/field.h"
#include "wire/keys.h"
#include "wire/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct bus;
struct take;
struct txn;

struct item {
	/* what was taken */
	struct take		*take;
	char			*text;		/* NUL behind it */
	size_t			 len;
	mono_t			 taken_at;
	mono_t			 not_before;	/* the list was seen empty then; unset: nobody knows */
	bool			 found;		/* in the work list, not by taking: it may be half done */
	/* the bus's */
	bool			 matched;
	TAILQ_ENTRY(item)	 link;
};

enum take_end { TAKE_LEFT, TAKE_RIGHT };	/* the end that is oldest */

struct source {
	enum key	 key;
	const char	*key_arg;
	enum take_end	 end;
	unsigned	 max_in_flight;		/* taking pauses at this many unfinished items */
	const enum key	*feeds;			/* and while this list, FULL_WAIT, is full; NULL: none */
	void		(*handle)(void *arg, struct item *);
};

/*
 * A connection that was away may have been away for long: whoever works under a
 * lock makes sure of it in connected(), and then says bus_settle().
 */
struct bus_hooks {
	void	(*connected)(void *arg);
	void	(*up)(void *arg);		/* settled: usable; again after every reconnect */
	void	(*down)(void *arg);
};

/* outputs: the lists this daemon pushes to; their types are verified after every connect. */
struct bus	*bus_new(struct loop *, const struct redis_addr *, const char *daemon,
		    const enum key *outputs, size_t noutputs, const struct bus_hooks *, void *arg);
void		 bus_free(struct bus *);
void		 bus_settle(struct bus *);	/* nothing, unless it is connected and not yet settled */
struct loop	*bus_loop(struct bus *);
size_t		 bus_in_flight(const struct bus *);	/* items taken and not finished */
mono_t		 bus_tended(const struct bus *);	/* its own connection was looked after, up or not */
void		 bus_stop_taking(struct bus *);		/* for good; what is in flight goes on */

/* CLIENT ID of its own connection.  All its connections are called <daemon>-..., by CLIENT SETNAME. */
int64_t		 bus_client_id(const struct bus *);

/*
 * Sources are handled in the order they were added: what is urgent comes first.
 * take_start() begins with what the work list holds; told() runs when all of
 * that has been handed to the handler.
 */
struct take	*bus_take(struct bus *, const struct source *, void *arg);
void		 take_start(struct take *, void (*told)(void *arg));
void		 take_seen_empty(struct take *, mono_t when);	/* what an earlier process knew */

/* ---- effects ------------------------------------------------------------ */

/* label names the EXEC in crash points; item (or NULL) leaves its work list with it. */
struct txn	*txn_new(struct bus *, const char *label, struct item *);
void		 txn_push(struct txn *, enum key, const char *arg, const char *text, size_t len);
void		 txn_push_msg(struct txn *, enum key, const struct fields *, const void *m);
void		 txn_publish(struct txn *, enum key, const char *arg, const char *text);
void		 txn_set_ex(struct txn *, enum key, const char *arg, const char *text, int ttl_s);
void		 txn_set(struct txn *, enum key, const char *arg, const char *text);
void		 txn_hset(struct txn *, enum key, const char *arg, const char *field,
		    const char *value);
void		 txn_hdel(struct txn *, enum key, const char *arg, const char *field);
void		 txn_zadd(struct txn *, enum key, int64_t score, const char *member);
void		 txn_zrem(struct txn *, enum key, const char *member);
void		 txn_expire(struct txn *, enum key, const char *arg, int ttl_s);
void		 txn_also(struct txn *, struct item *);	/* a further item that leaves with it */
/* done (or NULL) runs once everything in it has happened, whatever it took. */
void		 txn_commit(struct txn *, void (*done)(void *arg), void *arg);

/* The item caused nothing, or cannot be processed: to pms:dead with the reason. */
void	bus_ack(struct bus *, struct item *);
void	bus_park(struct bus *, struct item *, const char *reason);

/* ---- reading and telling ------------------------------------------------ */

/*
 * Asked again after a lost connection, and while Redis refuses to say (full,
 * loading, not permitted).  The reply is never NULL; of errors only -ERR and
 * -WRONGTYPE come through.
 */
typedef void	bus_answer(void *arg, const struct redisReply *);
void	bus_ask(struct bus *, bus_answer *, void *arg, int argc, const char *const *argv);

/* At most once: dropped while Redis is away.  For views, ticks, raw events. */
void	bus_tell(struct bus *, int argc, const char *const *argv);
void	bus_tell_publish(struct bus *, enum key, const char *arg, const char *text);
void	bus_tell_set_ex(struct bus *, enum key, const char *arg, const char *text, int ttl_s);

/* One pattern or channel after the other; resubscribed after every reconnect, then up runs. */
typedef void	bus_heard(void *arg, const char *channel, const char *text, size_t len);
void	bus_subscribe(struct bus *, const char *pattern, bus_heard *, void (*up)(void *), void *arg);

/*
 * Bounds are watched where the lists are written: one that is FULL_ALARM and at
 * its bound is logged once a minute.  Is the list at its bound, as far as the
 * last push or look told?
 */
bool	bus_list_full(struct bus *, enum key);

/* A key that holds something else than it should: to pms:dead:<key>:<ms>, said loudly. */
void	bus_move_aside(struct bus *, const char *key, const char *type);

#endif
