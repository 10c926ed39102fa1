/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "tests/simex/core/httpin.h"

#include <string.h>

enum { ROUNDS = 20000, DAMAGES = 6, PIECE = 40 };

#define HOST	"Host: x\r\n"
#define GET	"GET /fapi/v1/ping HTTP/1.1\r\n"
#define POST	"POST /fapi/v1/order HTTP/1.1\r\n"
#define CHUNKED	"Transfer-Encoding: chunked\r\n\r\n"

/* What comes out: method, target, body, then C: closes, K: says that it stays. */
static const struct good {
	const char	*name, *bytes, *want;
} goods[] = {
	{ "the least", GET HOST "\r\n", "GET /fapi/v1/ping [] " },
	{ "a query", "DELETE /o?a=1&b=%20 HTTP/1.1\r\n" HOST "\r\n", "DELETE /o?a=1&b=%20 [] " },
	{ "bytes beyond ASCII", "GET /o?s=\xe6\xb5\x8b HTTP/1.1\r\n" HOST "\r\n",
	    "GET /o?s=\xe6\xb5\x8b [] " },
	{ "any method", "BREW / HTTP/1.1\r\n" HOST "\r\n", "BREW / [] " },
	{ "a body", POST HOST "Content-Length: 3\r\n\r\na=b", "POST /fapi/v1/order [a=b] " },
	{ "an empty body", POST HOST "Content-Length: 0\r\n\r\n", "POST /fapi/v1/order [] " },
	{ "a length in small letters", POST HOST "content-length:3 \t\r\n\r\na=b",
	    "POST /fapi/v1/order [a=b] " },
	{ "chunks", POST HOST CHUNKED "3\r\na=b\r\nA\r\n&c=1234567\r\n0\r\n\r\n",
	    "POST /fapi/v1/order [a=b&c=1234567] " },
	{ "chunks with all there can be", POST HOST CHUNKED "1;x=y\r\na\r\n00\r\nT: u\r\n\r\n",
	    "POST /fapi/v1/order [a] " },
	{ "nothing in chunks", POST HOST CHUNKED "0\r\n\r\n", "POST /fapi/v1/order [] " },
	{ "close", GET HOST "Connection: Close\r\n\r\n", "GET /fapi/v1/ping [] C" },
	{ "keep-alive", GET HOST "Connection: keep-alive\r\n\r\n", "GET /fapi/v1/ping [] " },
	{ "1.0", "GET / HTTP/1.0\r\n\r\n", "GET / [] CO" },
	{ "1.0 that stays", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / [] O" },
	{ "pipelined", GET HOST "\r\n" POST HOST "Content-Length: 2\r\n\r\nab" GET HOST "\r\n",
	    "GET /fapi/v1/ping [] POST /fapi/v1/order [ab] GET /fapi/v1/ping [] " },
	{ "an empty line between", GET HOST "\r\n\r\n\r\n" GET HOST "\r\n",
	    "GET /fapi/v1/ping [] GET /fapi/v1/ping [] " },
};

static const struct bad {
	const char	*name, *bytes;
	int		 status;
} bads[] = {
	{ "garbage", "\x01\x02\r\n\r\n", 400 },
	{ "no version", "GET /\r\n" HOST "\r\n", 400 },
	{ "no target", "GET  HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "no path", "GET x HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "no method", " / HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "a blank in the target", "GET /a b HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "another protocol", "GET / SMTP/1.1\r\n" HOST "\r\n", 400 },
	{ "HTTP/2", "PRI / HTTP/2.0\r\n" HOST "\r\n", 505 },
	{ "bare line feeds", "GET / HTTP/1.1\nHost: x\n\n", 400 },
	{ "one bare line feed", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400 },
	{ "no host", "GET / HTTP/1.1\r\n\r\n", 400 },
	{ "two hosts", GET HOST HOST "\r\n", 400 },
	{ "no colon", GET HOST "foo\r\n\r\n", 400 },
	{ "no name", GET HOST ": foo\r\n\r\n", 400 },
	{ "a blank before the colon", GET HOST "Content-Length : 3\r\n\r\nabc", 400 },
	{ "a folded line", GET HOST "A: b\r\n c\r\n\r\n", 400 },
	{ "a control character", GET HOST "A: b\x01\r\n\r\n", 400 },
	{ "length -5", POST HOST "Content-Length: -5\r\n\r\n", 400 },
	{ "length +5", POST HOST "Content-Length: +5\r\n\r\nabcde", 400 },
	{ "no length", POST HOST "Content-Length:\r\n\r\n", 400 },
	{ "two lengths", POST HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400 },
	{ "a length and chunks", POST HOST "Content-Length: 1\r\n" CHUNKED "0\r\n\r\n", 400 },
	{ "too long a body", POST HOST "Content-Length: 65537\r\n\r\n", 413 },
	{ "a length of many digits", POST HOST "Content-Length: 99999999999999999999\r\n\r\n", 413 },
	{ "another coding", POST HOST "Transfer-Encoding: gzip\r\n\r\n", 501 },
	{ "chunks in 1.0", "POST / HTTP/1.0\r\n" CHUNKED "0\r\n\r\n", 400 },
	{ "a chunk without a size", POST HOST CHUNKED ";\r\n", 400 },
	{ "a chunk of another size", POST HOST CHUNKED "g\r\n", 400 },
	{ "a chunk that is longer", POST HOST CHUNKED "1\r\nab\r\n0\r\n\r\n", 400 },
	{ "too large a chunk", POST HOST CHUNKED "10001\r\n", 413 },
	{ "a far too large chunk", POST HOST CHUNKED "ffffffffffffffffffff\r\n", 413 },
	{ "another expectation", POST HOST "Expect: tea\r\nContent-Length: 1\r\n\r\n", 417 },
};

/* Everything that can be had from the bytes that are in. */
static enum http_step
drain(struct http_in *in, struct buf *got)
{
	enum http_step	 step;

	while ((step = http_in_step(in)) == HTTP_WHOLE) {
		buf_addf(got, "%s %s [", in->req.method, in->req.target);
		buf_add(got, in->req.body, in->req.body_len);
		buf_addf(got, "] %s%s", in->req.last ? "C" : "", in->req.old ? "O" : "");
	}
	return step;
}

static void
check_in_two(const struct good *g, size_t at)
{
	const size_t	 len = strlen(g->bytes);
	struct http_in	 in = { 0 };
	struct buf	 got = { 0 };

	check_row("%s, split at %zu", g->name, at);
	http_in_add(&in, g->bytes, at);
	CHECK_INT(drain(&in, &got), HTTP_MORE);
	http_in_add(&in, g->bytes + at, len - at);
	CHECK_INT(drain(&in, &got), HTTP_MORE);
	CHECK_STR(buf_text(&got), g->want);
	http_in_fini(&in);
	buf_free(&got);
}

static void
good_requests_come_out_however_they_are_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(goods); i++)
		for (size_t at = 0; at <= strlen(goods[i].bytes); at++)
			check_in_two(&goods[i], at);
}

static void
good_requests_come_out_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(goods); i++) {
		struct http_in	 in = { 0 };
		struct buf	 got = { 0 };

		check_row("%s", goods[i].name);
		for (const char *p = goods[i].bytes; *p != '\0'; p++) {
			http_in_add(&in, p, 1);
			CHECK_INT(drain(&in, &got), HTTP_MORE);
		}
		CHECK_STR(buf_text(&got), goods[i].want);
		http_in_fini(&in);
		buf_free(&got);
	}
}

static void
check_bad(const char *name, const char *bytes, size_t len, int status)
{
	struct http_in	 in = { 0 };
	struct buf	 got = { 0 };

	check_row("%s", name);
	http_in_add(&in, bytes, len);
	CHECK_INT(drain(&in, &got), HTTP_BAD);
	CHECK_INT(in.status, status);
	CHECK(in.req.last);
	CHECK_STR(buf_text(&got), "");
	http_in_add(&in, GET HOST "\r\n", sizeof(GET HOST "\r\n") - 1);
	CHECK_INT(http_in_step(&in), HTTP_BAD);		/* and never again good */
	http_in_fini(&in);
	buf_free(&got);
}

static void
bad_requests_are_refused(void **state)
{
	static const char	 nul[] = "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n";

	(void)state;
	for (size_t i = 0; i < NITEMS(bads); i++)
		check_bad(bads[i].name, bads[i].bytes, strlen(bads[i].bytes), bads[i].status);
	check_bad("a NUL", nul, sizeof(nul) - 1, 400);
}

static void
add_many(struct buf *b, const char *text, int n)
{
	while (n-- > 0)
		buf_adds(b, text);
}

/* before, then n times text, then after. */
static void
check_long(const char *name, const char *before, const char *text, int n, const char *after,
    int status)
{
	struct buf	 b = { 0 }, got = { 0 };
	struct http_in	 in = { 0 };

	buf_adds(&b, before);
	add_many(&b, text, n);
	buf_adds(&b, after);
	if (status != 0) {
		check_bad(name, b.p, b.len, status);
	} else {
		check_row("%s", name);
		http_in_add(&in, b.p, b.len);
		CHECK_INT(drain(&in, &got), HTTP_MORE);
		CHECK(got.len > 0);
	}
	http_in_fini(&in);
	buf_free(&b);
	buf_free(&got);
}

static void
limits_are_where_they_are(void **state)
{
	static const char	 end[] = " HTTP/1.1\r\n" HOST "\r\n";

	(void)state;
	check_long("the longest target", "GET /", "x", HTTP_TARGET_MAX - 1, end, 0);
	check_long("a longer one", "GET /", "x", HTTP_TARGET_MAX, end, 414);
	check_long("one without an end", "GET /", "x", 2 * HTTP_TARGET_MAX, "", 414);
	check_long("the most headers", GET HOST, "A: b\r\n", HTTP_HEADERS_MAX - 1, "\r\n", 0);
	check_long("one more", GET HOST, "A: b\r\n", HTTP_HEADERS_MAX, "\r\n", 431);
	check_long("a long header", GET HOST "A: ", "x", HTTP_HEAD_MAX, "\r\n\r\n", 431);
	check_long("headers without an end", GET HOST, "A: b\r\n", HTTP_HEAD_MAX / 4, "", 431);
	check_long("the longest body", POST HOST "Content-Length: 65536\r\n\r\n", "x", HTTP_BODY_MAX,
	    "", 0);
	check_long("a long chunk line", POST HOST CHUNKED "1;", "x", 600, "", 400);
}

static void
headers_are_found_by_name(void **state)
{
	static const char	 bytes[] = GET HOST "X-MBX-APIKEY: \tk 1 \r\nEmpty:\r\n\r\n";
	struct http_in		 in = { 0 };

	(void)state;
	http_in_add(&in, bytes, sizeof(bytes) - 1);
	CHECK_INT(http_in_step(&in), HTTP_WHOLE);
	CHECK_STR(http_header(&in.req, "x-mbx-apikey"), "k 1");
	CHECK_STR(http_header(&in.req, "empty"), "");
	CHECK(http_header(&in.req, "x-mbx") == NULL);
	http_in_fini(&in);
}

/* Only a client that waits is told, once. */
static void
who_expects_to_be_told_is_told(void **state)
{
	static const char	 head[] = POST HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
	struct http_in		 in = { 0 };

	(void)state;
	http_in_add(&in, head, sizeof(head) - 1);
	CHECK_INT(http_in_step(&in), HTTP_CONTINUE);
	CHECK_INT(http_in_step(&in), HTTP_MORE);
	http_in_add(&in, "ab", 2);
	CHECK_INT(http_in_step(&in), HTTP_WHOLE);
	CHECK_INT((int64_t)in.req.body_len, 2);
	http_in_add(&in, head, sizeof(head) - 1);
	http_in_add(&in, "ab", 2);
	CHECK_INT(http_in_step(&in), HTTP_WHOLE);	/* it did not wait */
	http_in_fini(&in);
}

/* What the sanitizers look at, and that it ends. */
static void
damage_is_survived(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const struct good	*g = &goods[rng_below(&r, NITEMS(goods))];
		struct buf		 b = { 0 }, got = { 0 };
		struct http_in		 in = { 0 };

		buf_adds(&b, g->bytes);
		for (uint64_t n = rng_below(&r, DAMAGES); n > 0; n--)
			b.p[rng_below(&r, b.len)] = (char)(unsigned char)rng_below(&r, 256);
		for (size_t at = 0; at < b.len;) {
			const size_t	 most = b.len - at < PIECE ? b.len - at : PIECE;
			const size_t	 n = (size_t)rng_below(&r, most) + 1;

			http_in_add(&in, b.p + at, n);
			at += n;
			if (drain(&in, &got) == HTTP_BAD)
				CHECK(in.status >= 400 && in.req.last);
		}
		http_in_fini(&in);
		buf_free(&b);
		buf_free(&got);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(good_requests_come_out_however_they_are_split),
		cmocka_unit_test(good_requests_come_out_byte_by_byte),
		cmocka_unit_test(bad_requests_are_refused),
		cmocka_unit_test(limits_are_where_they_are),
		cmocka_unit_test(headers_are_found_by_name),
		cmocka_unit_test(who_expects_to_be_told_is_told),
		cmocka_unit_test(damage_is_survived),
	};

	return cmocka_run_group_tests_name("simex_httpin", tests, NULL, NULL);
}
