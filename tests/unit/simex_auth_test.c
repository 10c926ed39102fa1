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
		const struct reject	 r = auth_check_signature(a, buf_text(&query),
					    buf_text(&body), body.len);
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
		const struct reject	 r = auth_check_signature(a, rows[i].query, rows[i].body,
					    strlen(rows[i].body));

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
		cmocka_unit_test(timestamp_window),
	};

	return cmocka_run_group_tests_name("simex_auth", tests, NULL, NULL);
}
