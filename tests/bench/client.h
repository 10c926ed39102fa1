/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.h - what the drivers of the benchmark share: a client of the queues,
 * and the lines it prints.  Everything is inline, as each .c file beside this
 * one is a program of its own.
 *
 * The client learns of a result by keyspace notification, which Redis sends
 * when the key has become readable: a client that polls would take a core from
 * those it measures, and keep Redis awake.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "base/buf.h"
#include "base/die.h"
#include "base/text.h"

#include <hiredis/hiredis.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

enum { BENCH_ID = 16, BENCH_ACCOUNTS_MAX = 64 };

/* In numbers of the commands sent: the text behind the prefix of their ids. */
#define BENCH_ID_FORMAT	"bench-%08u"
#define BENCH_ID_PREFIX	"bench-"

struct client {
	redisContext	*cmd, *sub;	/* cmd takes no replies */
	char		*accounts[BENCH_ACCOUNTS_MAX];
	unsigned	 naccounts;
	unsigned	 sent;		/* number of the next command */
	unsigned	 deadline_ms;	/* of orders; 0: none is given */
	struct buf	 text;
};

/* What a client hears: a result has become readable, or an event was published. */
struct heard {
	void	(*result)(void *arg, unsigned number, int64_t at_ns);
	void	(*filled)(void *arg, const char *json, size_t len, int64_t at_ns);
	void	*arg;
};

static inline int64_t
bench_ns(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static inline const char *
bench_env(const char *name)
{
	const char	*v = getenv(name);

	if (v == NULL || *v == '\0')
		panic("%s is not set: this program is started by tests/bench/run", name);
	return v;
}

static inline unsigned
bench_env_number(const char *name)
{
	int64_t	 n;

	if (text_to_i64(bench_env(name), 1, 99999999, &n) == -1)
		panic("%s is not a number", name);
	return (unsigned)n;
}

/* ---- lines ---------------------------------------------------------------- */

static inline void
bench_line(const char *figure, const char *what, double value, const char *unit, size_t n)
{
	printf("%s.%s\t%.3f\t%s\t%zu\n", figure, what, value, unit, n);
	fflush(stdout);
}

static inline int
bench_compare(const void *a, const void *b)
{
	const double	 x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* v must be sorted; share 0.5 is the median. */
static inline double
bench_quantile(const double *v, size_t n, double share)
{
	const size_t	 i = (size_t)(share * (double)n);

	return n == 0 ? 0 : v[i < n ? i : n - 1];
}

/* Sorts v: what was measured once in each round. */
static inline void
bench_line_rounds(const char *figure, double *v, size_t n, const char *unit)
{
	qsort(v, n, sizeof(*v), bench_compare);
	bench_line(figure, "min", v[0], unit, n);
	bench_line(figure, "q1", bench_quantile(v, n, 0.25), unit, n);
	bench_line(figure, "median", bench_quantile(v, n, 0.5), unit, n);
	bench_line(figure, "q3", bench_quantile(v, n, 0.75), unit, n);
	bench_line(figure, "max", v[n - 1], unit, n);
}

/* ---- the client ------------------------------------------------------------ */

static inline redisContext *
bench_connect(void)
{
	redisContext	*c = redisConnectUnix(bench_env("PMS_REDIS_SOCKET"));

	if (c == NULL || c->err != 0)
		panic("redis: %s", c == NULL ? "out of memory" : c->errstr);
	return c;
}

static inline void
bench_do(redisContext *c, const char *command, const char *arg)
{
	redisReply	*r = redisCommand(c, command, arg);

	if (r == NULL || r->type == REDIS_REPLY_ERROR)
		panic("%s: %s", command, r == NULL ? c->errstr : r->str);
	freeReplyObject(r);
}

static inline void
client_open(struct client *c)
{
	char	*names = xstrdup(bench_env("BENCH_ACCOUNTS")), *rest = names, *name;

	*c = (struct client){ .cmd = bench_connect(), .sub = bench_connect(),
	    .sent = bench_env_number("BENCH_FIRST") };
	while ((name = strsep(&rest, " ")) != NULL && c->naccounts < BENCH_ACCOUNTS_MAX)
		if (*name != '\0')
			c->accounts[c->naccounts++] = xstrdup(name);
	free(names);
	if (c->naccounts == 0)
		panic("BENCH_ACCOUNTS names no account");
	bench_do(c->cmd, "CONFIG SET notify-keyspace-events %s", "K$");
	bench_do(c->sub, "PSUBSCRIBE %s", "__keyspace@0__:*:result:" BENCH_ID_PREFIX "*");
	bench_do(c->sub, "SUBSCRIBE %s", "pms:events:order_filled");
	redisAppendCommand(c->cmd, "CLIENT REPLY OFF");
	prctl(PR_SET_TIMERSLACK, 1);	/* a paced sender must not be late by itself */
}

/* Accounts take turns, and each buys and sells in turn: positions stay small. */
static inline const char *
client_account(const struct client *c, unsigned number)
{
	return c->accounts[number % c->naccounts];
}

/* The head of the next command, which has the number c->sent; left open for more. */
static inline void
client_begin(struct client *c)
{
	buf_reset(&c->text);
	buf_addf(&c->text, "{\"requestId\":\"" BENCH_ID_FORMAT "\"", c->sent);
}

static inline void
client_order(struct client *c)
{
	const bool	 buy = c->sent / c->naccounts % 2 == 0;

	client_begin(c);
	buf_addf(&c->text, ",\"subAccountId\":\"%s\",\"symbol\":\"BTC/USDT:USDT\","
	    "\"side\":\"%s\",\"quantity\":0.01,\"leverage\":10,\"reduceOnly\":false",
	    client_account(c, c->sent), buy ? "LONG" : "SHORT");
	if (c->deadline_ms != 0)
		buf_addf(&c->text, ",\"deadlineMs\":%u", c->deadline_ms);
	buf_addc(&c->text, '}');
}

/* Below the market, which stands at 60000, where the exchange allows it: it rests. */
static inline void
client_limit(struct client *c)
{
	client_begin(c);
	buf_addf(&c->text, ",\"subAccountId\":\"%s\",\"symbol\":\"BTC/USDT:USDT\","
	    "\"side\":\"LONG\",\"quantity\":0.01,\"price\":%u,\"leverage\":10}",
	    client_account(c, c->sent), 57100 + c->sent % 2000);
}

static inline void
client_cancel(struct client *c, const char *clord_id)
{
	client_begin(c);
	buf_addf(&c->text, ",\"clientOrderId\":\"%s\"}", clord_id);
}

static inline void
client_write(struct client *c)
{
	int	 done = 0;

	while (!done)
		if (redisBufferWrite(c->cmd, &done) == REDIS_ERR)
			panic("redis: %s", c->cmd->errstr);
}

/* Sends what was composed. */
static inline void
client_push(struct client *c, const char *queue)
{
	c->sent++;
	redisAppendCommand(c->cmd, "LPUSH %s %b", queue, c->text.p, c->text.len);
	client_write(c);
}

/* What waits there will not be done. */
static inline void
client_drop(struct client *c, const char *queue)
{
	redisAppendCommand(c->cmd, "DEL %s", queue);
	client_write(c);
}

static inline void
client_deliver(const redisReply *r, const struct heard *h, int64_t now)
{
	int64_t	 number;

	if (r->type != REDIS_REPLY_ARRAY || r->elements < 3)
		return;
	if (text_eq(r->element[0]->str, "pmessage")) {
		const char	*id = strstr(r->element[2]->str, BENCH_ID_PREFIX);

		if (id != NULL && text_to_i64(id + strlen(BENCH_ID_PREFIX), 0, INT32_MAX,
		    &number) == 0)
			h->result(h->arg, (unsigned)number, now);
	} else if (text_eq(r->element[0]->str, "message"))
		h->filled(h->arg, r->element[2]->str, (size_t)r->element[2]->len, now);
}

/* Waits for at most so long and delivers what has come; false: nothing. */
static inline bool
client_hear(struct client *c, const struct heard *h, int64_t wait_ns)
{
	struct pollfd		 fd = { .fd = c->sub->fd, .events = POLLIN };
	const struct timespec	 ts = { wait_ns / 1000000000, wait_ns % 1000000000 };
	void			*reply;

	if (ppoll(&fd, 1, wait_ns < 0 ? NULL : &ts, NULL) <= 0)
		return false;
	if (redisBufferRead(c->sub) == REDIS_ERR)
		panic("redis: %s", c->sub->errstr);
	const int64_t	 now = bench_ns();
	while (redisReaderGetReply(c->sub->reader, &reply) == REDIS_OK && reply != NULL) {
		client_deliver(reply, h, now);
		freeReplyObject(reply);
	}
	return true;
}

static inline void
client_close(struct client *c)
{
	for (unsigned i = 0; i < c->naccounts; i++)
		free(c->accounts[i]);
	redisFree(c->cmd);
	redisFree(c->sub);
	buf_free(&c->text);
}

#endif
