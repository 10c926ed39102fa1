/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor - the least that three daemons on the path of a command must do.
 *
 * Three processes take from bench:cmd, bench:q:risk and bench:q:order by BLMOVE
 * to a work list; the first looks its request id up; each hands on with one
 * MULTI/EXEC of push and LREM, sent together with the next BLMOVE; the last
 * signs and sends a POST on a warm socket, waits for its answer and sets the
 * result.  What came by bench:validate is answered by the second.  No JSON is
 * read: the request id stands at a fixed place in the text.  The POST names a
 * contract that does not exist: simex reads, checks and notes it, no more.
 */
#include "tests/bench/client.h"
#include "venue/sign.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HTTP_MAX = 4096 };

struct http {
	int		 fd;
	char		 host[64], key[128];
	struct signer	*signer;
};

struct stage {
	const char	*from, *work, *to;	/* to NULL: the last one */
	bool		 looks_up;
};

static const struct stage	stages[] = {
	{ "bench:cmd", "bench:work:cmd", "bench:q:risk", true },
	{ "bench:q:risk", "bench:work:q:risk", "bench:q:order", false },
	{ "bench:q:order", "bench:work:q:order", NULL, false },
	{ "bench:validate", "bench:work:validate", "bench:q:judge", true },
	{ "bench:q:judge", "bench:work:q:judge", NULL, false },
};
enum { STAGES = sizeof(stages) / sizeof(*stages), LAST_OF_ORDERS = 2 };

/* ---- the request -------------------------------------------------------------- */

static void
read_line(const char *path, char *to, size_t cap)
{
	FILE	*f = fopen(path, "r");

	if (f == NULL || fgets(to, (int)cap, f) == NULL)
		panic("cannot read %s", path);
	to[strcspn(to, "\n")] = '\0';
	fclose(f);
}

static struct http
http_open(void)
{
	const char		*url = bench_env("SIMEX_REST"), *dir = bench_env("PMS_DIR");
	const char		*port = strrchr(url, ':') + 1;
	struct sockaddr_in	 to = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)strtol(port, NULL, 10)),
	};
	struct http		 h = { .fd = socket(AF_INET, SOCK_STREAM, 0) };
	char			 path[256], secret[128];
	const int		 on = 1;

	text_putf(path, sizeof(path), "%s/api_key", dir);
	read_line(path, h.key, sizeof(h.key));
	text_putf(path, sizeof(path), "%s/api_secret", dir);
	read_line(path, secret, sizeof(secret));
	text_putf(h.host, sizeof(h.host), "127.0.0.1:%s", port);
	h.signer = signer_new(secret);
	if (connect(h.fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		panic("%s: %s", url, strerror(errno));
	setsockopt(h.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return h;
}

static void
read_answer(const struct http *h)
{
	char		 text[HTTP_MAX];
	size_t		 len = 0;
	const char	*end = NULL, *field;

	for (;;) {
		const ssize_t	 n = recv(h->fd, text + len, sizeof(text) - len - 1, 0);

		if (n <= 0)
			panic("simex has hung up");
		len += (size_t)n;
		text[len] = '\0';
		if ((end = strstr(text, "\r\n\r\n")) == NULL)
			continue;
		if ((field = strcasestr(text, "content-length:")) == NULL)
			panic("an answer without a length");
		if (len >= (size_t)(end - text) + 4 + strtoul(field + 15, NULL, 10))
			return;
	}
}

static void
post(struct http *h, const char *id)
{
	char		 body[512], text[HTTP_MAX], hex[SHA256_HEX];
	struct timespec	 ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	text_putf(body, sizeof(body), "symbol=NONEUSDT&side=BUY&type=MARKET&quantity=0.01&"
	    "newClientOrderId=%s&selfTradePreventionMode=EXPIRE_MAKER&recvWindow=2000&"
	    "timestamp=%lld", id, (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
	signer_hmac_hex(h->signer, body, strlen(body), hex);
	text_putf(text, sizeof(text), "POST /fapi/v1/order HTTP/1.1\r\nHost: %s\r\n"
	    "X-MBX-APIKEY: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %zu\r\n\r\n%s&signature=%s", h->host, h->key,
	    strlen(body) + strlen("&signature=") + strlen(hex), body, hex);
	if (send(h->fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		panic("simex does not take a request");
	read_answer(h);
}

/* ---- a stage ------------------------------------------------------------------- */

static redisReply *
next_reply(redisContext *c)
{
	void	*r;

	if (redisGetReply(c, &r) != REDIS_OK)
		panic("floor: %s", c->errstr);
	return r;
}

static void
skip_replies(redisContext *c, int n)
{
	while (n-- > 0)
		freeReplyObject(next_reply(c));
}

/* {"requestId":"bench-00000000",... */
static void
id_of(const redisReply *item, char id[BENCH_ID])
{
	if (text_copyn(id, BENCH_ID, item->str + strlen("{\"requestId\":\""),
	    strlen(BENCH_ID_PREFIX) + 8) == -1)
		panic("an id that is too long");
}

static void
look_up(redisContext *c, const char *id)
{
	redisReply	*r = redisCommand(c, "HMGET bench:seen:%s digest answer outcome", id);

	if (r == NULL)
		panic("floor: %s", c->errstr);
	freeReplyObject(r);
}

_Noreturn static void
run(const struct stage *s)
{
	redisContext	*c = bench_connect();
	struct http	 h = { .fd = -1 };
	char		 id[BENCH_ID];

	if (s == &stages[LAST_OF_ORDERS])
		h = http_open();
	redisAppendCommand(c, "BLMOVE %s %s RIGHT LEFT 0", s->from, s->work);
	for (;;) {
		redisReply	*item = next_reply(c);

		id_of(item, id);
		if (s->looks_up)
			look_up(c, id);
		if (h.fd != -1)
			post(&h, id);
		redisAppendCommand(c, "MULTI");
		if (s->to != NULL)
			redisAppendCommand(c, "LPUSH %s %b", s->to, item->str, (size_t)item->len);
		else
			redisAppendCommand(c, "SET bench:result:%s %b EX 30", id, item->str,
			    (size_t)item->len);
		redisAppendCommand(c, "LREM %s -1 %b", s->work, item->str, (size_t)item->len);
		redisAppendCommand(c, "EXEC");
		redisAppendCommand(c, "BLMOVE %s %s RIGHT LEFT 0", s->from, s->work);
		freeReplyObject(item);
		skip_replies(c, 4);
	}
}

int
main(void)
{
	for (int i = 0; i < STAGES; i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run(&stages[i]);
		}
	wait(NULL);		/* none ends by itself */
	panic("a part of the floor has ended");
}
