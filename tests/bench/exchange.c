/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange - how fast simex answers signed orders over kept connections.
 *
 *	exchange [-r RATE] [-c CONNECTIONS] [-s SECONDS] FIGURE
 *
 * Each connection has one request under way.  It places a limit order that
 * rests and cancels it with its next request, so the book stays as small as
 * there are connections, and half of the requests are orders.  Without a rate
 * each request follows the answer to the one before.  With one, requests are
 * due at equal distances, whoever is free sends the next that is due, and
 * latency counts from when it was due: a server that stands still is not
 * spared by a client that waits for it.
 */
#include "tests/bench/client.h"
#include "tests/bench/usage.h"

#include "base/attr.h"
#include "venue/sign.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>

enum {
	CONNECTIONS = 8, CONNECTIONS_MAX = 256,
	SETTLE_NS = 500000000,
	READ_BYTES = 16384,
	KEY_BYTES = 256, FIGURE_BYTES = 64,
	PRICES = 2000, LOWEST_PRICE = 57100,	/* below the market, which stands at 60000 */
};

enum kind { ORDER, CANCEL, KIND_N };

static const struct {
	const char	*name, *method;
} kinds[KIND_N] = {
	[ORDER] = { "order", "POST" }, [CANCEL] = { "cancel", "DELETE" },
};

struct conn {
	int		 fd;
	enum kind	 kind;		/* of the request under way, or the next one */
	unsigned	 number;	/* of the order it is about */
	bool		 busy;
	int64_t		 due_ns;	/* of the request under way */
	struct buf	 in;
};

struct samples {
	double	*v;			/* us */
	size_t	 n, cap;
};

struct run {
	struct signer	*signer;
	char		 key[KEY_BYTES];
	struct conn	 conns[CONNECTIONS_MAX];
	unsigned	 nconns, numbers;
	int64_t		 rate, seconds;	/* requests a second; 0: as they are answered */
	int64_t		 next_due_ns;
	bool		 counts;	/* warm now: latencies are kept */
	struct samples	 samples[KIND_N];
	size_t		 refused;
	struct buf	 body, text;
};

/* ---- requests ------------------------------------------------------------------- */

static void
compose_order(struct buf *b, unsigned number)
{
	buf_addf(b, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=%u"
	    "&newClientOrderId=" BENCH_ID_FORMAT, LOWEST_PRICE + number % PRICES, number);
}

static void
compose_cancel(struct buf *b, unsigned number)
{
	buf_addf(b, "symbol=BTCUSDT&origClientOrderId=" BENCH_ID_FORMAT, number);
}

static void
compose(struct run *r, const struct conn *c)
{
	char		 hex[SHA256_HEX];
	struct timespec	 ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	buf_reset(&r->body);
	if (c->kind == ORDER)
		compose_order(&r->body, c->number);
	else
		compose_cancel(&r->body, c->number);
	buf_addf(&r->body, "&recvWindow=5000&timestamp=%lld",
	    (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
	signer_hmac_hex(r->signer, r->body.p, r->body.len, hex);
	buf_addf(&r->body, "&signature=%s", hex);
	buf_reset(&r->text);
	buf_addf(&r->text, "%s /fapi/v1/order HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	    "X-MBX-APIKEY: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %zu\r\n\r\n", kinds[c->kind].method, r->key, r->body.len);
	buf_add(&r->text, r->body.p, r->body.len);
}

/* A request is far smaller than a socket's buffer, which is empty. */
static void
send_next(struct run *r, struct conn *c, int64_t due_ns)
{
	if (c->kind == ORDER)
		c->number = r->numbers++;
	compose(r, c);
	c->busy = true;
	c->due_ns = due_ns;
	if (send(c->fd, r->text.p, r->text.len, MSG_NOSIGNAL) != (ssize_t)r->text.len)
		panic("simex has hung up: %s", strerror(errno));
}

/* ---- answers --------------------------------------------------------------------- */

/* Where the whole answer ends; 0: not here yet. */
static size_t
end_of_answer(const struct buf *in)
{
	const char	*body = in->len == 0 ? NULL : strstr(in->p, "\r\n\r\n");
	const char	*length = body == NULL ? NULL : strcasestr(in->p, "\r\nContent-Length:");

	if (body == NULL)
		return 0;
	if (length == NULL || length > body)
		panic("an answer without a length: %.300s", in->p);
	const size_t	 end = (size_t)(body + 4 - in->p) +
			    strtoul(strchr(length, ':') + 1, NULL, 10);
	return end <= in->len ? end : 0;
}

static void
keep(struct samples *s, double us)
{
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? READ_BYTES : s->cap * 2;
		s->v = xrealloc(s->v, s->cap * sizeof(*s->v));
	}
	s->v[s->n++] = us;
}

static void
take_answer(struct run *r, struct conn *c, int64_t now)
{
	const bool	 good = strncmp(c->in.p, "HTTP/1.1 200 ", 13) == 0;

	c->busy = false;
	if (r->counts)
		keep(&r->samples[c->kind], (double)(now - c->due_ns) / 1e3);
	if (!good && r->refused++ == 0)
		fprintf(stderr, "exchange: %s\n", c->in.p);
	c->kind = c->kind == ORDER && good ? CANCEL : ORDER;
}

static void
hear(struct run *r, struct conn *c)
{
	char		 bytes[READ_BYTES];
	const ssize_t	 n = recv(c->fd, bytes, sizeof(bytes), 0);
	const int64_t	 now = bench_ns();

	if (n <= 0)
		panic("simex has hung up: %s", n == 0 ? "closed" : strerror(errno));
	buf_add(&c->in, bytes, (size_t)n);
	const size_t	 end = end_of_answer(&c->in);
	if (end == 0)
		return;
	if (!c->busy || end != c->in.len)
		panic("more than one answer: %s", c->in.p);
	take_answer(r, c, now);
	buf_reset(&c->in);
	if (r->rate == 0)
		send_next(r, c, bench_ns());
}

/* ---- time ------------------------------------------------------------------------ */

/* Sends what is due, as far as somebody is free; returns when more will be. */
static int64_t
send_due(struct run *r, int64_t now)
{
	for (unsigned i = 0; i < r->nconns && r->next_due_ns <= now; i++) {
		if (r->conns[i].busy)
			continue;
		send_next(r, &r->conns[i], r->next_due_ns);
		r->next_due_ns += 1000000000 / r->rate;
	}
	return r->next_due_ns;
}

static void
wait_and_hear(struct run *r, int64_t wait_ns)
{
	struct pollfd		 fds[CONNECTIONS_MAX];
	const struct timespec	 ts = { wait_ns / 1000000000, wait_ns % 1000000000 };

	for (unsigned i = 0; i < r->nconns; i++)
		fds[i] = (struct pollfd){ .fd = r->conns[i].fd, .events = POLLIN };
	if (ppoll(fds, r->nconns, &ts, NULL) <= 0)
		return;
	for (unsigned i = 0; i < r->nconns; i++)
		if (fds[i].revents != 0)
			hear(r, &r->conns[i]);
}

/* With all busy nothing can be sent before an answer is here, however much is due. */
static void
keep_busy(struct run *r, int64_t until)
{
	for (int64_t now = bench_ns(); now < until; now = bench_ns()) {
		int64_t	 wake = until;

		if (r->rate != 0) {
			const int64_t	 due = send_due(r, now);

			wake = due > now && due < until ? due : until;
		}
		wait_and_hear(r, wake - now);
	}
}

/* ---- life ------------------------------------------------------------------------ */

static void
read_line(const char *name, char *line, size_t size)
{
	char	 path[4096];

	text_putf(path, sizeof(path), "%s/%s", bench_env("PMS_DIR"), name);
	FILE	*f = fopen(path, "r");
	if (f == NULL || fgets(line, (int)size, f) == NULL)
		panic("cannot read %s", path);
	fclose(f);
	line[strcspn(line, "\r\n")] = '\0';
}

static int
dial(void)
{
	const char		*colon = strrchr(bench_env("SIMEX_REST"), ':');
	struct sockaddr_in	 sin = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int		 fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	sin.sin_port = htons((uint16_t)strtoul(colon == NULL ? "" : colon + 1, NULL, 10));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		panic("cannot connect to %s: %s", bench_env("SIMEX_REST"), strerror(errno));
	return fd;
}

static void
begin(struct run *r)
{
	char	 secret[KEY_BYTES];

	read_line("api_key", r->key, sizeof(r->key));
	read_line("api_secret", secret, sizeof(secret));
	r->signer = signer_new(secret);
	r->numbers = bench_env_number("BENCH_FIRST");
	for (unsigned i = 0; i < r->nconns; i++)
		r->conns[i].fd = dial();
	prctl(PR_SET_TIMERSLACK, 1);	/* a paced sender must not be late by itself */
	r->next_due_ns = bench_ns();
	for (unsigned i = 0; r->rate == 0 && i < r->nconns; i++)
		send_next(r, &r->conns[i], r->next_due_ns);
}

/* FIGURE.PART.WHAT, or PART.FIGURE.WHAT for what the others have there, too. */
static void
tell_latency(const char *figure, const char *kind, struct samples *s)
{
	static const struct { const char *name; double share; } shares[] = {
		{ "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "max", 1 },
	};
	char	 name[FIGURE_BYTES];

	qsort(s->v, s->n, sizeof(*s->v), bench_compare);
	text_putf(name, sizeof(name), "%s.%s", figure, kind);
	for (size_t i = 0; i < NITEMS(shares); i++)
		bench_line(name, shares[i].name, bench_quantile(s->v, s->n, shares[i].share), "us",
		    s->n);
}

static void
tell(struct run *r, const char *figure, double s, double cpu_us)
{
	const size_t	 orders = r->samples[ORDER].n, all = orders + r->samples[CANCEL].n;
	char		 name[FIGURE_BYTES];

	if (all == 0)
		panic("%s: no answer has come", figure);
	for (int k = 0; k < KIND_N; k++)
		tell_latency(figure, kinds[k].name, &r->samples[k]);
	text_putf(name, sizeof(name), "%s.rate", figure);
	bench_line(name, "requests", (double)all / s, "1/s", all);
	bench_line(name, "orders", (double)orders / s, "1/s", orders);
	text_putf(name, sizeof(name), "%s.refused", figure);
	bench_line(name, "requests", (double)r->refused, "requests", all);
	text_putf(name, sizeof(name), "cpu.%s", figure);
	bench_line(name, "simex", cpu_us / (double)all, "us/request", all);
}

static void
measure(struct run *r, const char *figure)
{
	keep_busy(r, bench_ns() + SETTLE_NS);
	r->counts = true;
	const struct usage	 before = usage_of("simex");
	const int64_t		 start = bench_ns();
	keep_busy(r, start + r->seconds * INT64_C(1000000000));
	const double		 s = (double)(bench_ns() - start) / 1e9;
	const struct usage	 after = usage_of("simex");

	tell(r, figure, s, (double)(after.cpu_us - before.cpu_us));
}

static void
end(struct run *r)
{
	for (unsigned i = 0; i < r->nconns; i++) {
		close(r->conns[i].fd);
		buf_free(&r->conns[i].in);
	}
	for (int k = 0; k < KIND_N; k++)
		free(r->samples[k].v);
	signer_free(r->signer);
	buf_free(&r->body);
	buf_free(&r->text);
}

int
main(int argc, char **argv)
{
	static struct run	 r;
	int64_t			 conns = CONNECTIONS;
	int			 got;
	bool			 good = true;

	r.seconds = bench_env_number("BENCH_SECONDS");
	while ((got = getopt(argc, argv, "c:r:s:")) != -1)
		if (got == 'c')
			good = good && text_to_i64(optarg, 1, CONNECTIONS_MAX, &conns) == 0;
		else if (got == 'r')
			good = good && text_to_i64(optarg, 1, 1000000, &r.rate) == 0;
		else
			good = good && got == 's' && text_to_i64(optarg, 1, 3600, &r.seconds) == 0;
	if (!good || argc != optind + 1)
		panic("usage: exchange [-r RATE] [-c CONNECTIONS] [-s SECONDS] FIGURE");
	r.nconns = (unsigned)conns;
	begin(&r);
	measure(&r, argv[optind]);
	end(&r);
	return 0;
}
