/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/link.h"

#include "base/die.h"
#include "base/text.h"
#include "run/log.h"

#include <event2/event.h>
#include <hiredis/hiredis.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	PING_MS = 1000,
	DEADLINE_MS = 3000,	/* an answer that takes longer will not come */
	BACKOFF_MIN_MS = 20,
	BACKOFF_MAX_MS = 2000,
	CONNECT_MS = 2000,
	RUN_ID = 41,
};

struct pending {
	link_reply			*reply;
	void				*arg;
	STAILQ_ENTRY(pending)		 link;
};

enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_GREETING, LINK_UP };

struct link {
	struct loop			*loop;
	struct redis_addr		 addr;
	char				 name[64];
	const struct link_hooks		*hooks;
	void				*arg;

	enum link_state			 state;
	redisContext			*c;
	struct event			*readable, *writable;
	STAILQ_HEAD(, pending)		 pending, pool;
	bool				 pushes, dead;
	mono_t				 deadline;	/* of the oldest thing we wait for; unset: none */
	struct timer			*timer;		/* reconnect while down, health while up */
	int64_t				 backoff_ms;
	mono_t				 tended;	/* timer has run */
	struct loop_hook		 flush, reap;
	struct log_limit		 lost_lim;
	struct buf			 scratch;

	int64_t				 id, lost_id;
	char				 run_id[RUN_ID];
};

static void	on_timer(void *);

/* ---- losing the connection --------------------------------------------- */

static void
lose(struct link *k, const char *why)
{
	const bool	 was_up = k->state == LINK_UP;
	struct pending	*p;

	if (k->state == LINK_DOWN)
		return;
	if (log_allow(&k->lost_lim, loop_now(k->loop)))
		log_warn("redis_lost", "link=%s why=\"%s\" held=%u", k->name, why, k->lost_lim.held);
	k->state = LINK_DOWN;
	event_free(k->readable);
	event_free(k->writable);
	redisFree(k->c);
	k->c = NULL;
	k->pushes = false;
	k->deadline = MONO_UNSET;
	if (was_up)
		k->lost_id = k->id;
	while ((p = STAILQ_FIRST(&k->pending)) != NULL) {
		STAILQ_REMOVE_HEAD(&k->pending, link);
		if (p->reply != NULL)
			p->reply(p->arg, NULL);
		STAILQ_INSERT_HEAD(&k->pool, p, link);
	}
	if (was_up)
		k->hooks->down(k->arg);
	timer_in_ms(k->timer, k->backoff_ms);
	k->backoff_ms = k->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : k->backoff_ms * 2;
}

/* ---- sending ----------------------------------------------------------- */

static void
on_flush(void *arg)
{
	struct link	*k = arg;
	int		 done = 0;

	if (k->state < LINK_GREETING)
		return;
	if (redisBufferWrite(k->c, &done) == REDIS_ERR)
		lose(k, k->c->errstr);
	else if (!done)
		event_add(k->writable, NULL);
}

static void
expect(struct link *k, link_reply *reply, void *arg)
{
	struct pending	*p = STAILQ_FIRST(&k->pool);

	if (p != NULL)
		STAILQ_REMOVE_HEAD(&k->pool, link);
	else
		p = xcalloc(1, sizeof(*p));
	p->reply = reply;
	p->arg = arg;
	STAILQ_INSERT_TAIL(&k->pending, p, link);
	if (!mono_is_set(k->deadline))
		k->deadline = mono_after_ms(loop_now(k->loop), DEADLINE_MS);
	loop_at_flush(k->loop, &k->flush);
}

static void
must_be_sendable(const struct link *k)
{
	if (k->state < LINK_GREETING)
		panic("link %s: send while down", k->name);
}

static void
append(struct link *k, const char *resp, size_t len)
{
	if (redisAppendFormattedCommand(k->c, resp, len) != REDIS_OK)
		panic("link %s: %s", k->name, k->c->errstr);
}

void
link_send_resp(struct link *k, link_reply *each, link_reply *last, void *arg, const char *resp,
    size_t len, int ncommands)
{
	must_be_sendable(k);
	append(k, resp, len);
	while (--ncommands > 0)
		expect(k, each, arg);
	expect(k, last, arg);
}

void
resp_add(struct buf *b, int argc, const char *const *argv, const size_t *lens)
{
	buf_addc(b, '*');
	buf_addi(b, argc);
	buf_add(b, "\r\n", 2);
	for (int i = 0; i < argc; i++) {
		const size_t	 len = lens == NULL ? strlen(argv[i]) : lens[i];

		buf_addc(b, '$');
		buf_addi(b, (int64_t)len);
		buf_add(b, "\r\n", 2);
		buf_add(b, argv[i], len);
		buf_add(b, "\r\n", 2);
	}
}

void
link_send(struct link *k, link_reply *reply, void *arg, int argc, const char *const *argv,
    const size_t *lens)
{
	must_be_sendable(k);
	buf_reset(&k->scratch);
	resp_add(&k->scratch, argc, argv, lens);
	append(k, k->scratch.p, k->scratch.len);
	expect(k, reply, arg);
}

/* ---- receiving --------------------------------------------------------- */

static bool
is_push(const struct link *k, const redisReply *r)
{
	return k->pushes && r->type == REDIS_REPLY_ARRAY && r->elements >= 3 &&
	    (strcmp(r->element[0]->str, "message") == 0 ||
	    strcmp(r->element[0]->str, "pmessage") == 0);
}

static void
deliver(struct link *k, const redisReply *r)
{
	if (is_push(k, r)) {
		k->hooks->push(k->arg, r);
		return;
	}
	struct pending	*p = STAILQ_FIRST(&k->pending);
	if (p == NULL)
		return;		/* the second confirmation of a SUBSCRIBE with several channels */
	STAILQ_REMOVE_HEAD(&k->pending, link);
	k->deadline = STAILQ_EMPTY(&k->pending) ? MONO_UNSET :
	    mono_after_ms(loop_now(k->loop), DEADLINE_MS);
	if (p->reply != NULL)
		p->reply(p->arg, r);
	STAILQ_INSERT_HEAD(&k->pool, p, link);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct link	*k = arg;
	void		*reply;

	(void)fd;
	(void)what;
	if (redisBufferRead(k->c) == REDIS_ERR) {
		lose(k, k->c->errstr);
		return;
	}
	while (k->c != NULL) {
		if (redisReaderGetReply(k->c->reader, &reply) == REDIS_ERR) {
			lose(k, k->c->reader->errstr);
			return;
		}
		if (reply == NULL)
			return;
		deliver(k, reply);
		freeReplyObject(reply);
	}
}

/* ---- connecting -------------------------------------------------------- */

static void
greet_failed(struct link *k, const char *what, const redisReply *r)
{
	char	 why[200];

	snprintf(why, sizeof(why), "%s: %s", what, r->str == NULL ? "?" : r->str);
	lose(k, why);
}

static void
on_greeted(void *arg, const redisReply *r)
{
	struct link	*k = arg;

	if (r != NULL && r->type == REDIS_REPLY_ERROR)
		greet_failed(k, "greeting", r);
}

static void
on_id(void *arg, const redisReply *r)
{
	struct link	*k = arg;

	if (r == NULL)
		return;
	if (r->type != REDIS_REPLY_INTEGER)
		greet_failed(k, "CLIENT ID", r);
	else
		k->id = r->integer;
}

/* The same id in another life of the server is another client's. */
static void
on_info(void *arg, const redisReply *r)
{
	struct link	*k = arg;
	const char	*p;

	if (r == NULL)
		return;
	if (r->type != REDIS_REPLY_STRING || (p = strstr(r->str, "\nrun_id:")) == NULL) {
		greet_failed(k, "INFO", r);	/* -LOADING comes here too, and is tried again */
		return;
	}
	p += strlen("\nrun_id:");
	if (strncmp(p, k->run_id, RUN_ID - 1) != 0)
		k->lost_id = 0;
	snprintf(k->run_id, sizeof(k->run_id), "%.40s", p);
	k->state = LINK_UP;
	k->backoff_ms = BACKOFF_MIN_MS;
	timer_in_ms(k->timer, PING_MS);
	k->hooks->up(k->arg);
}

static void
greet(struct link *k)
{
	char	 db[12];

	k->state = LINK_GREETING;
	event_add(k->readable, NULL);
	text_putf(db, sizeof(db), "%d", k->addr.db);
	if (k->addr.user[0] != '\0')
		link_send(k, on_greeted, k, 3,
		    (const char *[]){ "AUTH", k->addr.user, k->addr.password }, NULL);
	else if (k->addr.password[0] != '\0')
		link_send(k, on_greeted, k, 2, (const char *[]){ "AUTH", k->addr.password }, NULL);
	if (k->addr.db != 0)
		link_send(k, on_greeted, k, 2, (const char *[]){ "SELECT", db }, NULL);
	link_send(k, on_greeted, k, 3, (const char *[]){ "CLIENT", "SETNAME", k->name }, NULL);
	link_send(k, on_id, k, 2, (const char *[]){ "CLIENT", "ID" }, NULL);
	link_send(k, on_info, k, 2, (const char *[]){ "INFO", "server" }, NULL);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct link	*k = arg;
	int		 error = 0;
	socklen_t	 len = sizeof(error);

	(void)what;
	if (k->state != LINK_CONNECTING) {
		on_flush(k);
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1 || error != 0)
		lose(k, strerror(error));
	else
		greet(k);
}

static void
connect_now(struct link *k)
{
	k->c = k->addr.path[0] != '\0' ? redisConnectUnixNonBlock(k->addr.path) :
	    redisConnectNonBlock(k->addr.host, k->addr.port);
	if (k->c == NULL)
		panic("out of memory: redisConnect");
	k->state = LINK_CONNECTING;
	k->readable = event_new(loop_base(k->loop), k->c->fd, EV_READ | EV_PERSIST, on_readable, k);
	k->writable = event_new(loop_base(k->loop), k->c->fd, EV_WRITE, on_writable, k);
	if (k->readable == NULL || k->writable == NULL)
		panic("out of memory: event_new");
	if (k->c->err != 0) {
		lose(k, k->c->errstr);
		return;
	}
	if (k->addr.path[0] == '\0')
		redisEnableKeepAlive(k->c);
	event_add(k->writable, NULL);
	timer_in_ms(k->timer, CONNECT_MS);
}

static void
ping_if_idle(struct link *k)
{
	if (STAILQ_EMPTY(&k->pending))
		link_send(k, NULL, NULL, 1, (const char *[]){ "PING" }, NULL);
	timer_in_ms(k->timer, PING_MS);
}

static void
on_timer(void *arg)
{
	struct link	*k = arg;

	k->tended = loop_now(k->loop);
	switch (k->state) {
	case LINK_DOWN:
		connect_now(k);
		return;
	case LINK_CONNECTING:
	case LINK_GREETING:
		lose(k, "no answer while connecting");
		return;
	case LINK_UP:
		if (mono_is_set(k->deadline) && mono_before(k->deadline, loop_now(k->loop)))
			lose(k, "no answer in time");
		else
			ping_if_idle(k);
		return;
	}
}

/* ---- life -------------------------------------------------------------- */

struct link *
link_new(struct loop *loop, const struct redis_addr *addr, const char *name,
    const struct link_hooks *hooks, void *arg)
{
	struct link	*k = xcalloc(1, sizeof(*k));

	k->loop = loop;
	k->addr = *addr;
	text_put(k->name, sizeof(k->name), name);
	k->hooks = hooks;
	k->arg = arg;
	k->backoff_ms = BACKOFF_MIN_MS;
	k->lost_lim = (struct log_limit)LOG_LIMIT(60000);
	k->flush = (struct loop_hook){ .run = on_flush, .arg = k };
	STAILQ_INIT(&k->pending);
	STAILQ_INIT(&k->pool);
	k->timer = timer_new(loop, on_timer, k);
	k->tended = loop_now(loop);
	timer_in_ms(k->timer, 0);
	return k;
}

static void
reap(void *arg)
{
	struct link	*k = arg;
	struct pending	*p;

	if (k->c != NULL) {
		event_free(k->readable);
		event_free(k->writable);
		redisFree(k->c);
	}
	while ((p = STAILQ_FIRST(&k->pending)) != NULL) {
		STAILQ_REMOVE_HEAD(&k->pending, link);
		free(p);
	}
	while ((p = STAILQ_FIRST(&k->pool)) != NULL) {
		STAILQ_REMOVE_HEAD(&k->pool, link);
		free(p);
	}
	timer_free(k->timer);
	buf_free(&k->scratch);
	free(k);
}

void
link_free(struct link *k)
{
	if (k == NULL || k->dead)
		return;
	k->dead = true;
	k->reap = (struct loop_hook){ .run = reap, .arg = k };
	loop_reap(k->loop, &k->reap);
}

bool
link_is_up(const struct link *k)
{
	return k->state == LINK_UP;
}

mono_t
link_tended(const struct link *k)
{
	return k->tended;
}

int64_t
link_id(const struct link *k)
{
	return k->id;
}

int64_t
link_lost_id(const struct link *k)
{
	return k->lost_id;
}

bool
link_is_quiet(const struct link *k)
{
	char	 c;

	return k->state == LINK_UP && recv(k->c->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == -1 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK);
}

void
link_subscribes(struct link *k)
{
	k->pushes = true;
}
