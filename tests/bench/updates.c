/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * updates - how many stream events a second simex sends to one client.
 *
 *	updates [-s SECONDS] FIGURE PATH
 *
 * It connects to the path and counts the events that come; somebody else makes
 * things happen.  It reads frames by itself, many with one call, because a
 * client that costs more than what it measures would measure itself.
 */
#include "tests/bench/client.h"
#include "tests/bench/usage.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum {
	SETTLE_NS = 500000000,
	READ_BYTES = 262144, FIGURE_BYTES = 64,
	/* frames of a server have no mask */
	WHOLE_TEXT = 0x81, HEAD = 2, HEAD_MAX = 10, LENGTH_16 = 126, LENGTH_64 = 127,
};

struct ear {
	int		 fd;
	struct buf	 in;
	size_t		 events, bytes, others;		/* others: pings and the like */
};

/* ---- frames ------------------------------------------------------------------------ */

/* The payload of a frame that begins here, and the bytes before it; 0: more is needed. */
static size_t
read_head(const unsigned char *p, size_t n, size_t *payload)
{
	size_t	 more = 0;

	if (n < HEAD_MAX && (n < HEAD || p[1] >= LENGTH_16))
		return 0;
	*payload = p[1];
	if (p[1] == LENGTH_16)
		more = 2;
	else if (p[1] == LENGTH_64)
		more = 8;
	for (size_t i = 0; i < more; i++)
		*payload = (i == 0 ? 0 : *payload << 8) | p[HEAD + i];
	return HEAD + more;
}

static void
take_frames(struct ear *e)
{
	size_t	 at = 0, head, payload;

	while ((head = read_head((const unsigned char *)e->in.p + at, e->in.len - at,
	    &payload)) != 0 && head + payload <= e->in.len - at) {
		if ((unsigned char)e->in.p[at] == WHOLE_TEXT)
			e->events++;
		else
			e->others++;
		e->bytes += payload;
		at += head + payload;
	}
	buf_drop(&e->in, at);
}

static void
hear(struct ear *e, int64_t until)
{
	static char	 bytes[READ_BYTES];
	struct pollfd	 fd = { .fd = e->fd, .events = POLLIN };

	for (int64_t now = bench_ns(); now < until; now = bench_ns()) {
		const int64_t		 wait = until - now;
		const struct timespec	 ts = { wait / 1000000000, wait % 1000000000 };

		if (ppoll(&fd, 1, &ts, NULL) <= 0)
			continue;
		const ssize_t	 n = recv(e->fd, bytes, sizeof(bytes), 0);
		if (n <= 0)
			panic("simex has hung up");
		buf_add(&e->in, bytes, (size_t)n);
		take_frames(e);
	}
}

/* ---- life -------------------------------------------------------------------------- */

static int
dial(void)
{
	const char		*colon = strrchr(bench_env("SIMEX_STREAM"), ':');
	struct sockaddr_in	 sin = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int		 fd = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_port = htons((uint16_t)strtoul(colon == NULL ? "" : colon + 1, NULL, 10));
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		panic("cannot connect to %s: %s", bench_env("SIMEX_STREAM"), strerror(errno));
	return fd;
}

/* Frames may follow the answer at once: it is read byte by byte. */
static void
shake_hands(struct ear *e, const char *path)
{
	struct buf	 text = { 0 };
	char		 c;

	buf_addf(&text, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	    "Sec-WebSocket-Version: 13\r\n\r\n", path);
	if (send(e->fd, text.p, text.len, MSG_NOSIGNAL) != (ssize_t)text.len)
		panic("simex has hung up");
	buf_reset(&text);
	while (!text_ends_with(buf_text(&text), "\r\n\r\n")) {
		if (recv(e->fd, &c, 1, 0) != 1)
			panic("%s: no answer", path);
		buf_addc(&text, c);
	}
	if (!text_starts_with(text.p, "HTTP/1.1 101 "))
		panic("%s: %s", path, text.p);
	buf_free(&text);
}

static void
tell(const char *figure, size_t n, size_t bytes, double s, double cpu_us)
{
	char	 name[FIGURE_BYTES];

	if (n == 0)
		panic("%s: no event has come", figure);
	text_putf(name, sizeof(name), "%s.rate", figure);
	bench_line(name, "events", (double)n / s, "1/s", n);
	text_putf(name, sizeof(name), "%s.size", figure);
	bench_line(name, "mean", (double)bytes / (double)n, "bytes", n);
	text_putf(name, sizeof(name), "cpu.%s", figure);
	bench_line(name, "simex", cpu_us / (double)n, "us/event", n);
}

static void
measure(struct ear *e, const char *figure, int64_t seconds)
{
	hear(e, bench_ns() + SETTLE_NS);
	const struct usage	 before = usage_of("simex");
	const size_t		 events = e->events, bytes = e->bytes;
	const int64_t		 start = bench_ns();
	hear(e, start + seconds * INT64_C(1000000000));
	const double		 s = (double)(bench_ns() - start) / 1e9;
	const struct usage	 after = usage_of("simex");

	tell(figure, e->events - events, e->bytes - bytes, s,
	    (double)(after.cpu_us - before.cpu_us));
}

int
main(int argc, char **argv)
{
	struct ear	 e = { .fd = -1 };
	int64_t		 seconds = bench_env_number("BENCH_SECONDS");
	int		 got;
	bool		 good = true;

	while ((got = getopt(argc, argv, "s:")) != -1)
		good = good && got == 's' && text_to_i64(optarg, 1, 3600, &seconds) == 0;
	if (!good || argc != optind + 2)
		panic("usage: updates [-s SECONDS] FIGURE PATH");
	e.fd = dial();
	shake_hands(&e, argv[optind + 1]);
	measure(&e, argv[optind], seconds);
	close(e.fd);
	buf_free(&e.in);
	return 0;
}
