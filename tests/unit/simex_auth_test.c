/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "tests/simex/core/auth.h"

#include <string.h>

#define FUTURES	"2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"
#define SPOT	"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"

/* The exchange's published vectors, and two of a mixed request. */
static const struct vector {
	const char	*name, *secret, *query, *body, *signature;
} vectors[] = {
	{ "futures, all in the query", FUTURES,
	    "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC"
	    "&recvWindow=5000&timestamp=1591702613943", "",
	    "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9" },
	{ "futures, all in the body", FUTURES, "",
	    "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC"
	    "&recvWindow=5000&timestamp=1591702613943",
	    "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9" },
	{ "futures, mixed: nothing between", FUTURES,
	    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC",
	    "quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943",
	    "30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4" },
	{ "futures, percent-encoded", FUTURES,
	    "symbol=%E6%B5%8B%E8%AF%95USDT&side=BUY&type=MARKET&quantity=1&recvWindow=5000"
	    "&timestamp=1591702613943", "",
	    "51d299e7dec0a1f477834be6296575856787d12a491a6fa9cb4f7ecc75c88be7" },
	{ "spot, one parameter", SPOT, "timestamp=1578963600000", "",
	    "d84e6641b1e328e7b418fff030caed655c266299c9355e36ce801ed14631eed4" },
	{ "spot, query", SPOT,
	    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
	    "&recvWindow=5000&timestamp=1499827319559", "",
	    "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71" },
	{ "spot, mixed", SPOT,
	    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC",
	    "quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559",
	    "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77" },
};

/* The signature goes behind the body where there is one, else behind the query. */
static int
verdict_of(const struct vector *v, const char *signature)
{
	struct auth	*a = auth_new("key", v->secret);
	struct buf	 query = { 0 }, body = { 0 };
	int		 code = 0;

	buf_adds(&query, v->query);
	buf_adds(&body, v->body);
	buf_addf(*v->body == '\0' ? &query : &body, "&signature=%s", signature);
	for (int twice = 0; twice < 2; twice++) {	/* the key is used again and again */
		const struct reject	 r = auth_check_signature(a, "key",
					    buf_text(&query), buf_text(&body), body.len);
		code = reject_code(&r);
	}
	buf_free(&query);
	buf_free(&body);
	auth_free(a);
	return code;
}

static void
vectors_are_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(vectors); i++) {
		check_row("%s", vectors[i].name);
		CHECK_INT(verdict_of(&vectors[i], vectors[i].signature), 0);
	}
}

static void
every_changed_digit_is_refused(void **state)
{
	char	 signature[65];

	(void)state;
	for (size_t i = 0; i < sizeof(signature) - 1; i++) {
		check_row("digit %zu", i);
		memcpy(signature, vectors[0].signature, sizeof(signature));
		signature[i] = signature[i] == '0' ? '1' : '0';
		CHECK_INT(verdict_of(&vectors[0], signature), -1022);
	}
}

static void
signature_must_be_there_and_last(void **state)
{
	static const struct { const char *name, *query, *body; int code; } rows[] = {
		{ "none", "timestamp=1578963600000", "", -1102 },
		{ "empty", "timestamp=1578963600000&signature=", "", -1022 },
		{ "not last", "signature=d84e6641b1e328e7b418fff030caed655c266299c9355e36ce801ed14631e"
		    "ed4&timestamp=1578963600000", "", -1022 },
		{ "upper case", "timestamp=1578963600000&signature="
		    "D84E6641B1E328E7B418FFF030CAED655C266299C9355E36CE801ED14631EED4", "", 0 },
		{ "too short", "timestamp=1578963600000&signature=d84e66", "", -1022 },
		{ "a byte more was sent", "timestamp=15789636000000&signature="
		    "d84e6641b1e328e7b418fff030caed655c266299c9355e36ce801ed14631eed4", "", -1022 },
	};
	struct auth	*a = auth_new("key", SPOT);

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct reject	 r = auth_check_signature(a, "key", rows[i].query,
					    rows[i].body, strlen(rows[i].body));

		check_row("%s", rows[i].name);
		CHECK_INT(reject_code(&r), rows[i].code);
	}
	auth_free(a);
}

static void
key_is_wanted(void **state)
{
	static const struct { const char *sent; int code; } rows[] = {
		{ NULL, -2014 }, { "", -2014 }, { "with space", -2014 }, { "other", -2015 },
		{ "KEY", -2015 }, { "key", 0 },
	};
	struct auth	*a = auth_new("key", "secret");

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct reject	 r = auth_check_key(a, rows[i].sent);

		check_row("%s", rows[i].sent == NULL ? "none" : rows[i].sent);
		CHECK_INT(reject_code(&r), rows[i].code);
	}
	auth_free(a);
}

/* The key pair of RFC 8032, 7.1, test 1; one of RSA that was made for this test. */
#define ED25519_PEM "-----BEGIN PUBLIC KEY-----\n" \
	"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n" \
	"-----END PUBLIC KEY-----\n"
#define RSA_PEM "-----BEGIN PUBLIC KEY-----\n" \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvkgP+WOKT3vfcUtFrqIh\n" \
	"6IN7eXorC2ylUqGz4s6Gh3foFeXyLr4G/w+YnxmFFBNjCNDcHb2ZLoRr+xT8AZeQ\n" \
	"WgsRxQYJVHQvm74yRMTPMD5wLEYbQ0FqPcddvkfo1nGKCD1eQt8XjcP7gBOzS/MY\n" \
	"Ecy2iOfW4eBNSo6cXzfbY/dwjFrtu7q8AkrvACfvfWHlHgWuiJVK4vjjhyz7+dZw\n" \
	"KeJIe68bnAaVJqU7TJ+vI62QlNLiA2k7bO33uZ0SfHjtclMeY8pP5UoV3+T7vueX\n" \
	"d/6gaG/L//KaTIuQwUWFTmI15atQLsgrjH3aiyltT6j2pYX1MXSe7njADWyJMbQV\n" \
	"oQIDAQAB\n" \
	"-----END PUBLIC KEY-----\n"

static const struct other {
	const char	*name, *key, *payload, *signature;
	int		 code;
} others[] = {
	{ "Ed25519", "ed", "apiKey=TESTKEY&timestamp=1700000000000",
	    "cVzrZPszzUMk/MPQInUaVCU4IUTWF8G8QqEZG8BeBHeCAZb7oFNlZwqPB8BhYNrTKChT0BKPARTh+vwUUq2mBw==", 0 },
	{ "Ed25519 of an order", "ed", "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC"
	    "&quantity=1&price=0.2&timestamp=1668481559918",
	    "y9aW/+h7Ht5RYUgJlwCrziJWVCQEAVswbfIWMUW+f+Qh0+7YURsnrZrwHST7Y8ZGRlCC4fmkbiGNSmN27XYgBw==", 0 },
	{ "another text", "ed", "apiKey=TESTKEY&timestamp=1700000000001",
	    "cVzrZPszzUMk/MPQInUaVCU4IUTWF8G8QqEZG8BeBHeCAZb7oFNlZwqPB8BhYNrTKChT0BKPARTh+vwUUq2mBw==", -1022 },
	{ "another key", "rsa", "apiKey=TESTKEY&timestamp=1700000000000",
	    "cVzrZPszzUMk/MPQInUaVCU4IUTWF8G8QqEZG8BeBHeCAZb7oFNlZwqPB8BhYNrTKChT0BKPARTh+vwUUq2mBw==", -1022 },
	{ "RSA", "rsa", "symbol=BTCUSDT&timestamp=1700000000000",
	    "gm9IkxT2qAksVZfvceL2SSlvgKsJttmDdnrvSil8MT9X2yuajfeSZD1d0T6RvKky3ZcikRp68f/UzR+QZVghElPt"
	    "UTC9L3quKgkRw8lD8+L2ZXGUC8Jd134mZfo+FcEAtibO75x7xt4EKh7FYr42nZ9fUN5+DN1YkN03QLxC7Xble9Dr"
	    "rwPAtZN7mi6bUbbzNoYNXDIS/zxDKpOIFBzXn1miPGJEE2gzzY4VyoUdzvCMMo/hiv7miZZT7vLrdkne/0Mmh32p"
	    "We1vfFhIxKOI6cBkK6cRbNa8lhse1uNJMxbOcNSqXT/MBMZ9IsBXKXpBIWx2+o04M0h0d2mK3iMHiw==", 0 },
	{ "no base64", "ed", "a", "abc", -1022 },
	{ "base64 of nothing known", "ed", "a", "AAAA", -1022 },
	{ "hex", "ed", "a", "d84e6641b1e328e7b418fff030caed655c266299c9355e36ce801ed14631eed4", -1022 },
	{ "base64 for the secret", "key", "a", "AAAA", -1022 },
	{ "HMAC of sorted parameters", "key",
	    "apiKey=dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83&price=9000"
	    "&quantity=1&recvWindow=5000&side=BUY&symbol=BTCUSDT&timeInForce=GTC"
	    "&timestamp=1591702613943&type=LIMIT",
	    "5b8fe2b962b8e1b2b82fb40e548d56147c2a8f835b5f1393ae4b4b90c38b527f", 0 },
};

static struct auth *
with_all_kinds(void)
{
	struct auth	*a = auth_new("key", FUTURES);
	struct why	 why;

	CHECK_INT(auth_add_key(a, "ed", KEY_ED25519, ED25519_PEM, &why), 0);
	CHECK_INT(auth_add_key(a, "rsa", KEY_RSA, RSA_PEM, &why), 0);
	return a;
}

/* As text, which is how the WebSocket API sends it. */
static void
public_keys_verify(void **state)
{
	struct auth	*a = with_all_kinds();

	(void)state;
	for (size_t i = 0; i < NITEMS(others); i++) {
		const struct reject	 r = auth_check_payload(a, others[i].key, others[i].payload,
					    others[i].signature);

		check_row("%s", others[i].name);
		CHECK_INT(reject_code(&r), others[i].code);
	}
	auth_free(a);
}

/* In a query string base64 is percent-encoded; who forgets that has sent a blank for a plus. */
static void
in_a_query_base64_is_encoded(void **state)
{
	static const char	 encoded[] = "apiKey=TESTKEY&timestamp=1700000000000&signature="
	    "cVzrZPszzUMk%2FMPQInUaVCU4IUTWF8G8QqEZG8BeBHeCAZb7oFNlZwqPB8BhYNrTKChT0BKPARTh%2BvwUUq2m"
	    "Bw%3d%3D";
	static const char	 plain[] = "apiKey=TESTKEY&timestamp=1700000000000&signature="
	    "cVzrZPszzUMk/MPQInUaVCU4IUTWF8G8QqEZG8BeBHeCAZb7oFNlZwqPB8BhYNrTKChT0BKPARTh+vwUUq2mBw==";
	struct auth		*a = with_all_kinds();
	struct reject		 r = auth_check_signature(a, "ed", encoded, "", 0);

	(void)state;
	CHECK_INT(reject_code(&r), 0);
	r = auth_check_signature(a, "ed", plain, "", 0);
	CHECK_INT(reject_code(&r), -1022);
	auth_free(a);
}

static void
keys_are_of_their_kind(void **state)
{
	static const struct { const char *name, *key, *pem; enum key_kind kind; int rc; } rows[] = {
		{ "good", "new", ED25519_PEM, KEY_ED25519, 0 },
		{ "another kind", "new", RSA_PEM, KEY_ED25519, -1 },
		{ "no PEM", "new", "hello", KEY_RSA, -1 },
		{ "a name that is taken", "key", RSA_PEM, KEY_RSA, -1 },
		{ "no name", "", RSA_PEM, KEY_RSA, -1 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct auth	*a = auth_new("key", "secret");
		struct why	 why;

		check_row("%s", rows[i].name);
		CHECK_INT(auth_add_key(a, rows[i].key, rows[i].kind, rows[i].pem, &why), rows[i].rc);
		CHECK(auth_key_is(a, rows[i].key, rows[i].kind) == (rows[i].rc == 0));
		auth_free(a);
	}
}

/* Both edges of both rules. */
static void
timestamp_window(void **state)
{
	static const struct { const char *name; int64_t sent, window; enum reject_why why; } rows[] = {
		{ "now",                    0,     5000, REJ_NONE },
		{ "as old as allowed",      -5000, 5000, REJ_NONE },
		{ "a millisecond older",    -5001, 5000, REJ_TIME_OUTSIDE },
		{ "a small window",         -2000, 2000, REJ_NONE },
		{ "beyond a small window",  -2001, 2000, REJ_TIME_OUTSIDE },
		{ "as new as allowed",      999,   5000, REJ_NONE },
		{ "a second ahead",         1000,  5000, REJ_TIME_AHEAD },
		{ "no window at all",       0,     0,    REJ_NONE },
		{ "a millisecond too late", -1,    0,    REJ_TIME_OUTSIDE },
	};
	const int64_t	 now = INT64_C(1795200000000);

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct reject	 r = auth_check_time(now + rows[i].sent, rows[i].window, now);

		check_row("%s", rows[i].name);
		CHECK_INT(r.why, rows[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(vectors_are_accepted),
		cmocka_unit_test(every_changed_digit_is_refused),
		cmocka_unit_test(signature_must_be_there_and_last),
		cmocka_unit_test(key_is_wanted),
		cmocka_unit_test(public_keys_verify),
		cmocka_unit_test(in_a_query_base64_is_encoded),
		cmocka_unit_test(keys_are_of_their_kind),
		cmocka_unit_test(timestamp_window),
	};

	return cmocka_run_group_tests_name("simex_auth", tests, NULL, NULL);
}
