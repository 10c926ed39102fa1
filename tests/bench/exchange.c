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
 *
 * A machine that stands still spares nobody either.  So with a rate, simex and
 * a floor are asked in turns of a second: a process that answers as many bytes
 * at once, whatever was sent.
 */
#include "tests/bench/client.h"
#include "tests/bench/usage.h"

#include "base/attr.h"
#include "venue/sign.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum {
	CONNECTIONS = 8, CONNECTIONS_MAX = 256,
	SETTLE_NS = 500000000, ROUND_NS = 1000000000, ROUNDS_MAX = 3600,
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
	size_t	 told;			/* so many are of former rounds */
};

enum share { P50, P90, P99, MAX, SHARE_N };

static const struct {
	const char	*name;
	double		 share;
	bool		 compared;	/* with the floor */
} shares[SHARE_N] = {
	[P50] = { "p50", 0.5, true }, [P90] = { "p90", 0.9, false },
	[P99] = { "p99", 0.99, true }, [MAX] = { "max", 1, false },
};

struct run {
	struct signer	*signer;
	char		 key[KEY_BYTES];
	struct conn	 conns[CONNECTIONS_MAX];
	unsigned	 nconns, numbers;
	int64_t		 rate, seconds;	/* requests a second; 0: as they are answered */
	int64_t		 next_due_ns, busy_ns;
	double		 cpu_us;	/* of simex, meanwhile */
	bool		 counts;	/* warm now: latencies are kept */
	bool		 sends;		/* else it only hears what is under way */
	struct samples	 samples[KIND_N];
	double		 rounds[KIND_N][SHARE_N][ROUNDS_MAX];
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
	if (r->sends && r->rate == 0)
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

/* So that no answer waits for the end of somebody else's turn. */
static void
hear_the_last(struct run *r)
{
	for (unsigned i = 0; i < r->nconns; i++)
		while (r->conns[i].busy)
			wait_and_hear(r, ROUND_NS);
}

/* ---- the floor --------------------------------------------------------------------- */

/* As many bytes as simex answers to an order. */
static void
compose_answer(struct buf *b)
{
	enum { BODY = 480 };

	buf_addf(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	    "X-MBX-USED-WEIGHT-1M: 1\r\nX-MBX-ORDER-COUNT-10S: 1\r\nX-MBX-ORDER-COUNT-1M: 1\r\n"
	    "Content-Length: %d\r\n\r\n%*s", BODY, BODY, "{}");
}

/* A request comes in one piece, as it was sent. */
static void
answer(struct pollfd *fd, const struct buf *text)
{
	char	 bytes[READ_BYTES];

	if (recv(fd->fd, bytes, sizeof(bytes), 0) <= 0 ||
	    send(fd->fd, text->p, text->len, MSG_NOSIGNAL) == -1)
		fd->fd = -1;
}

static _Noreturn void
be_the_floor(int listener)
{
	struct pollfd	 fds[CONNECTIONS_MAX + 1] = { { .fd = listener, .events = POLLIN } };
	struct buf	 text = { 0 };
	nfds_t		 n = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	compose_answer(&text);
	while (poll(fds, n, -1) > 0) {
		for (nfds_t i = 1; i < n; i++)
			if (fds[i].revents != 0)
				answer(&fds[i], &text);
		if (fds[0].revents != 0)
			fds[n++] = (struct pollfd){ .fd = accept(listener, NULL, NULL),
			    .events = POLLIN };
	}
	panic("floor: %s", strerror(errno));
}

/* Returns its port; it ends with this process at the latest. */
static in_port_t
start_floor(pid_t *pid)
{
	struct sockaddr_in	 sin = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t		 len = sizeof(sin);
	const int		 fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(fd, CONNECTIONS_MAX) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		panic("floor: %s", strerror(errno));
	*pid = fork();
	if (*pid == 0)
		be_the_floor(fd);
	close(fd);
	return sin.sin_port;
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

static in_port_t
simex_port(void)
{
	const char	*colon = strrchr(bench_env("SIMEX_REST"), ':');

	return htons((uint16_t)strtoul(colon == NULL ? "" : colon + 1, NULL, 10));
}

static int
dial(in_port_t port)
{
	struct sockaddr_in	 sin = { .sin_family = AF_INET, .sin_port = port,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int		 fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		panic("cannot connect to port %d: %s", ntohs(port), strerror(errno));
	return fd;
}

static void
begin(struct run *r, in_port_t port)
{
	char	 secret[KEY_BYTES];

	read_line("api_key", r->key, sizeof(r->key));
	read_line("api_secret", secret, sizeof(secret));
	r->signer = signer_new(secret);
	r->numbers = bench_env_number("BENCH_FIRST");
	for (unsigned i = 0; i < r->nconns; i++)
		r->conns[i].fd = dial(port);
}

/* ---- measuring ------------------------------------------------------------------- */

static void
end_round(struct run *r, size_t round)
{
	for (int k = 0; k < KIND_N; k++) {
		struct samples	*s = &r->samples[k];
		const size_t	 n = s->n - s->told;

		if (n == 0)
			panic("no answer has come");
		qsort(s->v + s->told, n, sizeof(*s->v), bench_compare);
		for (int i = 0; i < SHARE_N; i++)
			r->rounds[k][i][round] = bench_quantile(s->v + s->told, n, shares[i].share);
		s->told = s->n;
	}
}

static void
take_turn(struct run *r, int64_t ns)
{
	const int64_t	 start = bench_ns();

	r->sends = true;
	r->next_due_ns = start;
	for (unsigned i = 0; r->rate == 0 && i < r->nconns; i++)
		send_next(r, &r->conns[i], start);
	keep_busy(r, start + ns);
	r->sends = false;
	hear_the_last(r);
	r->busy_ns += bench_ns() - start;
}

/* The other one first in every second round. */
static void
take_turns(struct run *r, struct run *floor, size_t round)
{
	take_turn(round % 2 == 0 ? r : floor, ROUND_NS);
	take_turn(round % 2 == 0 ? floor : r, ROUND_NS);
	end_round(r, round);
	end_round(floor, round);
}

static void
warm_up(struct run *r)
{
	take_turn(r, SETTLE_NS);
	r->counts = true;
	r->busy_ns = 0;
}

static double
cpu_us(void)
{
	return (double)usage_of("simex").cpu_us;
}

static void
measure_closed(struct run *r)
{
	warm_up(r);
	r->cpu_us = cpu_us();
	take_turn(r, r->seconds * ROUND_NS);
	r->cpu_us = cpu_us() - r->cpu_us;
}

static void
measure_paced(struct run *r, struct run *floor)
{
	warm_up(r);
	warm_up(floor);
	r->cpu_us = cpu_us();
	for (size_t i = 0; i < (size_t)r->seconds; i++)
		take_turns(r, floor, i);
	r->cpu_us = cpu_us() - r->cpu_us;
}

/* ---- telling --------------------------------------------------------------------- */

/* FIGURE.PART.WHAT, or PART.FIGURE.WHAT for what the others have there, too. */
static void
tell_latency(const char *figure, struct run *r)
{
	char	 name[FIGURE_BYTES];

	for (int k = 0; k < KIND_N; k++) {
		struct samples	*s = &r->samples[k];

		qsort(s->v, s->n, sizeof(*s->v), bench_compare);
		text_putf(name, sizeof(name), "%s.%s", figure, kinds[k].name);
		for (int i = 0; i < SHARE_N; i++)
			bench_line(name, shares[i].name,
			    bench_quantile(s->v, s->n, shares[i].share), "us", s->n);
	}
}

static void
tell(struct run *r, const char *figure)
{
	const size_t	 orders = r->samples[ORDER].n, all = orders + r->samples[CANCEL].n;
	const double	 s = (double)r->busy_ns / 1e9;
	char		 name[FIGURE_BYTES];

	if (all == 0)
		panic("%s: no answer has come", figure);
	tell_latency(figure, r);
	text_putf(name, sizeof(name), "%s.rate", figure);
	bench_line(name, "requests", (double)all / s, "1/s", all);
	bench_line(name, "orders", (double)orders / s, "1/s", orders);
	text_putf(name, sizeof(name), "%s.refused", figure);
	bench_line(name, "requests", (double)r->refused, "requests", all);
	text_putf(name, sizeof(name), "cpu.%s", figure);
	bench_line(name, "simex", r->cpu_us / (double)all, "us/request", all);
}

/* Of the two turns of each round. */
static void
tell_ratios(struct run *r, const struct run *floor, const char *figure)
{
	const size_t	 rounds = (size_t)r->seconds;
	char		 name[FIGURE_BYTES];

	for (int k = 0; k < KIND_N; k++)
		for (int i = 0; i < SHARE_N; i++) {
			double	*v = r->rounds[k][i];

			if (!shares[i].compared)
				continue;
			for (size_t n = 0; n < rounds; n++)
				v[n] /= floor->rounds[k][i][n];
			text_putf(name, sizeof(name), "ratio.%s.%s.%s", figure, kinds[k].name,
			    shares[i].name);
			bench_line_rounds(name, v, rounds, "x");
		}
}

/* ---- life ------------------------------------------------------------------------ */

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

/* Against the clock, and the floor. */
static void
run_paced(struct run *r, const char *figure)
{
	static struct run	 floor;
	char			 name[FIGURE_BYTES];
	pid_t			 pid;

	floor.rate = r->rate;
	floor.nconns = r->nconns;
	begin(&floor, start_floor(&pid));
	measure_paced(r, &floor);
	text_putf(name, sizeof(name), "%s.floor", figure);
	tell_latency(name, &floor);
	tell(r, figure);
	tell_ratios(r, &floor, figure);
	end(&floor);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
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
			good = good && got == 's' && text_to_i64(optarg, 1, ROUNDS_MAX, &r.seconds) == 0;
	if (!good || argc != optind + 1)
		panic("usage: exchange [-r RATE] [-c CONNECTIONS] [-s SECONDS] FIGURE");
	r.nconns = (unsigned)conns;
	prctl(PR_SET_TIMERSLACK, 1);	/* a paced sender must not be late by itself */
	begin(&r, simex_port());
	if (r.rate == 0) {
		measure_closed(&r);
		tell(&r, argv[optind]);
	} else {
		run_paced(&r, argv[optind]);
	}
	end(&r);
	return 0;
}
