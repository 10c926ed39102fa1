/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sockets - says to a running simex what no client should.
 *
 *	sockets REST_PORT STREAM_PORT SECONDS SEED
 *
 * Each turn is a connection of its own: to the REST port noise, halves of
 * requests, many at once; to the other a handshake and then frames that are
 * broken in every way, among right ones.  After each turn simex has to answer
 * GET time on a new connection.  Nothing is said about what the broken ones
 * are answered with.  The number of turns is printed at the end.
 */
#include "base/buf.h"
#include "base/die.h"
#include "base/rng.h"
#include "base/attr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
	ANSWER_MS = 10000,		/* of a sound request; longer: simex hangs */
	LISTEN_MS = 2,			/* to what the broken ones are answered */
	NOISE_MOST = 3000, FRAMES_MOST = 12, PAYLOAD_MOST = 400,
	FIN = 0x80, MASK = 0x80, RESERVED = 0x70, LENGTH_16 = 126, LENGTH_64 = 127,
	OP_TEXT = 1, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10, OP_N = 16,
};

struct peer {
	struct rng	 r;
	int		 rest_port, stream_port;
	struct buf	 out;
};

static size_t
below(struct peer *p, size_t n)
{
	return (size_t)rng_below(&p->r, n);
}

static bool
rarely(struct peer *p, size_t n)
{
	return below(p, n) == 0;
}

/* ---- connections ----------------------------------------------------------------------- */

static int
dial(int port)
{
	const struct sockaddr_in	 sin = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int			 fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1 || connect(fd, (const struct sockaddr *)&sin, sizeof(sin)) == -1)
		panic("port %d: %s", port, strerror(errno));
	return fd;
}

static void
wait_at_most(int fd, int ms)
{
	const struct timeval	 tv = { ms / 1000, ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

/* Whoever is refused may have been hung up on: that is no failure. */
static void
say(int fd, const char *p, size_t len)
{
	while (len > 0) {
		const ssize_t	 n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

static void
listen_a_while(int fd)
{
	char	 bytes[4096];

	wait_at_most(fd, LISTEN_MS);
	for (int i = 0; i < 16 && recv(fd, bytes, sizeof(bytes), 0) > 0; i++)
		continue;
}

/* At once, with what is unread lost, or as it should be. */
static void
hang_up(struct peer *p, int fd)
{
	const struct linger	 at_once = { .l_onoff = 1 };

	if (rarely(p, 4))
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	else if (rarely(p, 3))
		shutdown(fd, SHUT_WR);
	close(fd);
}

/* Until the text is there. */
static bool
hears(int fd, const char *text)
{
	struct buf	 in = { 0 };
	char		 bytes[4096];
	ssize_t		 n;
	bool		 heard = false;

	wait_at_most(fd, ANSWER_MS);
	while (!heard && (n = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
		buf_add(&in, bytes, (size_t)n);
		heard = memmem(in.p, in.len, text, strlen(text)) != NULL;
	}
	buf_free(&in);
	return heard;
}

static void
check_alive(struct peer *p, int turn)
{
	static const char	 ask[] = "GET /fapi/v1/time HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	const int		 fd = dial(p->rest_port);

	say(fd, ask, sizeof(ask) - 1);
	if (!hears(fd, "\"serverTime\":"))
		panic("no answer to GET time after turn %d", turn);
	close(fd);
}

/* ---- HTTP --------------------------------------------------------------------------- */

static void
put_noise(struct peer *p, size_t most)
{
	for (size_t n = below(p, most); n > 0; n--)
		buf_addc(&p->out, (char)(unsigned char)below(p, 256));
}

/* Of these pieces, requests that are nearly right. */
static const char *const	pieces[] = {
	"GET ", "POST ", "DELETE ", "HEAD ", "get ", "/fapi/v1/time", "/fapi/v1/order", "/fapi/v1/depth",
	"?symbol=BTCUSDT", "&limit=5", "?%ff%00%", "//../", "#x", "http://x/fapi/v1/ping", " HTTP/1.1\r\n",
	" HTTP/1.1\r\n", " HTTP/1.1\r\n", " HTTP/1.0\r\n", " HTTP/2.0\r\n", " HTTP/1.1\n", "\r\n",
	"\r\n", "\r\n\r\n", "Host: x\r\n", "Host: x\r\n", "Content-Length: 5\r\n",
	"Content-Length: 99999999999999999999\r\n", "Content-Length: -1\r\n",
	"Transfer-Encoding: chunked\r\n", "5\r\nabcde\r\n0\r\n\r\n", "ffffffffffffffff\r\n", "0\r\n\r\n",
	"Expect: 100-continue\r\n", "Connection: close\r\n", "Connection: keep-alive\r\n",
	"X-MBX-APIKEY: k\r\n", "X : y\r\n", " folded\r\n", ": \r\n", "\r", "\n", "abcde",
	"Upgrade: websocket\r\n",
};

static void
put_request(struct peer *p)
{
	for (size_t n = below(p, 14); n > 0; n--) {
		if (rarely(p, 20))
			put_noise(p, 40);
		else
			buf_adds(&p->out, pieces[below(p, NITEMS(pieces))]);
	}
}

static void
talk_http(struct peer *p, int fd)
{
	buf_reset(&p->out);
	if (rarely(p, 4))
		put_noise(p, rarely(p, 20) ? NOISE_MOST * 100 : NOISE_MOST);
	else
		for (size_t n = below(p, 6) + 1; n > 0; n--)
			put_request(p);
	const size_t	 first = p->out.len == 0 || !rarely(p, 3) ? p->out.len : below(p, p->out.len);
	say(fd, buf_text(&p->out), first);
	if (first < p->out.len)
		listen_a_while(fd);
	say(fd, buf_text(&p->out) + first, p->out.len - first);
	listen_a_while(fd);
}

/* ---- WebSocket ---------------------------------------------------------------------- */

static const char *const	paths[] = {
	"/public/ws/btcusdt@bookTicker", "/public/stream?streams=btcusdt@depth@100ms/btcusdt@depth5",
	"/market/ws", "/market/stream?streams=btcusdt@aggTrade/!markPrice@arr", "/private/ws/abc",
	"/private/stream?listenKey=abc&events=ORDER_TRADE_UPDATE", "/ws-fapi/v1", "/ws-fapi/v1",
	"/ws-fapi/v1?returnRateLimits=false", "/ws", "/", "/%ff", "/stream?streams=////&streams=",
};

static bool
shake_hands(struct peer *p, int fd)
{
	buf_reset(&p->out);
	buf_addf(&p->out, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n",
	    paths[below(p, NITEMS(paths))]);
	if (!rarely(p, 20))
		buf_adds(&p->out, "Upgrade: websocket\r\n");
	if (!rarely(p, 20))
		buf_adds(&p->out, "Sec-WebSocket-Version: 13\r\n");
	if (!rarely(p, 20))
		buf_adds(&p->out, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
	if (rarely(p, 6))
		buf_adds(&p->out, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
	if (rarely(p, 20))
		put_noise(p, 200);
	buf_adds(&p->out, "\r\n");
	/* What follows at once is read with the handshake. */
	if (rarely(p, 10))
		put_noise(p, 60);
	say(fd, p->out.p, p->out.len);
	wait_at_most(fd, 200);
	char		 bytes[2048];
	return recv(fd, bytes, sizeof(bytes), 0) > 0;
}

static const char *const	payloads[] = {
	"{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\",\"ethusdt@depth\"],\"id\":1}",
	"{\"method\":\"UNSUBSCRIBE\",\"params\":[\"btcusdt@bookTicker\"],\"id\":2}",
	"{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":\"x\"}",
	"{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":3}",
	"{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":4}",
	"{\"method\":\"SUBSCRIBE\",\"params\":[1,null,{}],\"id\":-1}", "{\"method\":\"SUBSCRIBE\"}",
	"{\"id\":1,\"method\":\"depth\",\"params\":{\"symbol\":\"BTCUSDT\",\"limit\":5}}",
	"{\"id\":1,\"method\":\"order.place\",\"params\":{\"apiKey\":\"k\",\"timestamp\":1}}",
	"{\"id\":{},\"method\":[]}", "[[[[[[[[[[", "\"", "null", "\xc3\x28\xff", "\xed\xa0\x80", "",
};

/* Its own word, a piece of one, or noise. */
static void
pick_payload(struct peer *p, struct buf *to)
{
	if (rarely(p, 3)) {
		for (size_t n = below(p, PAYLOAD_MOST); n > 0; n--)
			buf_addc(to, (char)(unsigned char)below(p, 256));
		return;
	}
	const char	*text = payloads[below(p, NITEMS(payloads))];
	buf_add(to, text, rarely(p, 4) ? below(p, strlen(text) + 1) : strlen(text));
	if (rarely(p, 8) && to->len > 0)
		to->p[below(p, to->len)] = (char)(unsigned char)below(p, 256);
}

/* A close begins with its code, of which many are none. */
static void
put_code(struct peer *p, struct buf *to)
{
	static const unsigned	 codes[] = { 0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 2999, 5000, 65535 };
	const unsigned		 code = codes[below(p, NITEMS(codes))];

	if (rarely(p, 4))
		return;
	buf_addc(to, (char)(code >> 8));
	buf_addc(to, (char)(code & 255));
}

/* As long as it is, or as long as it is not. */
static void
put_length(struct peer *p, size_t len, bool masked)
{
	const unsigned	 mask = masked ? MASK : 0;
	const bool	 lies = rarely(p, 12);
	const uint64_t	 said = lies ? rng_next(&p->r) >> below(p, 64) : len;
	const int	 bytes = said >= 65536 || rarely(p, 20) ? 8 : said >= LENGTH_16 || rarely(p, 20) ?
			    2 : 0;

	buf_addc(&p->out, (char)(mask | (bytes == 8 ? LENGTH_64 : bytes == 2 ? LENGTH_16 :
	    (unsigned)said)));
	for (int i = bytes - 1; i >= 0; i--)
		buf_addc(&p->out, (char)(said >> 8 * i & 255));
}

/* Mostly whole, masked, and text; a control frame may be as long as none may be. */
static void
put_frame(struct peer *p)
{
	static const unsigned	 usual[] = { OP_TEXT, OP_TEXT, OP_TEXT, 0, OP_PING, OP_PONG, OP_CLOSE };
	const unsigned		 op = rarely(p, 8) ? (unsigned)below(p, OP_N) : usual[below(p, NITEMS(usual))];
	const bool		 masked = !rarely(p, 20);
	const char		 key[4] = { 1, 2, (char)below(p, 256), 0 };
	struct buf		 payload = { 0 };

	if (op == OP_CLOSE)
		put_code(p, &payload);
	pick_payload(p, &payload);
	if (op >= OP_CLOSE && payload.len >= LENGTH_16 && !rarely(p, 4))
		payload.len = LENGTH_16 - 1;
	buf_addc(&p->out, (char)((rarely(p, 5) ? 0 : FIN) | (rarely(p, 20) ? below(p, 8) << 4 : 0) | op));
	put_length(p, payload.len, masked);
	if (masked)
		buf_add(&p->out, key, sizeof(key));
	for (size_t i = 0; i < payload.len; i++)
		buf_addc(&p->out, (char)(payload.p[i] ^ (masked ? key[i % sizeof(key)] : 0)));
	buf_free(&payload);
}

static void
talk_frames(struct peer *p, int fd)
{
	if (!shake_hands(p, fd))
		return;
	for (size_t n = below(p, FRAMES_MOST) + 1; n > 0; n--) {
		buf_reset(&p->out);
		put_frame(p);
		const size_t	 len = rarely(p, 8) ? below(p, p->out.len) : p->out.len;
		say(fd, p->out.p, len);
		if (rarely(p, 3))
			listen_a_while(fd);
	}
	listen_a_while(fd);
}

static void
turn(struct peer *p)
{
	const bool	 http = rarely(p, 2);
	const int	 fd = dial(http ? p->rest_port : rarely(p, 20) ? p->rest_port : p->stream_port);

	wait_at_most(fd, ANSWER_MS / 10);
	if (http)
		talk_http(p, fd);
	else
		talk_frames(p, fd);
	hang_up(p, fd);
}

int
main(int argc, char **argv)
{
	if (argc != 5) {
		fputs("usage: sockets REST_PORT STREAM_PORT SECONDS SEED\n", stderr);
		return 1;
	}
	struct peer	 p = {
		.r = rng_seed(strtoull(argv[4], NULL, 10)), .rest_port = atoi(argv[1]),
		.stream_port = atoi(argv[2]),
	};
	const time_t	 end = time(NULL) + atoi(argv[3]);
	int		 turns = 0;

	while (time(NULL) < end) {
		turn(&p);
		check_alive(&p, turns++);
	}
	printf("sockets: %d turns\n", turns);
	buf_free(&p.out);
	return 0;
}
