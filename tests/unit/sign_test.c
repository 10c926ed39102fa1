/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "venue/sign.h"

#include <stdlib.h>
#include <string.h>

#define FUTURES	"2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"
#define KEY	"dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83"
#define SPOT	"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"

/* The exchange's published vectors, and what follows from its pages (binance.md 2.3). */
static const struct {
	const char	*name, *secret, *text, *want;
} vectors[] = {
	{ "futures page", FUTURES,
	    "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC"
	    "&recvWindow=5000&timestamp=1591702613943",
	    "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9" },
	{ "query and body with nothing between", FUTURES,
	    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC"
	    "quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943",
	    "30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4" },
	{ "another order of parameters", FUTURES,
	    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=9000"
	    "&recvWindow=5000&timestamp=1591702613943",
	    "ec11dcc17e67e47f0d3c3f513dfe9062307e37619c5c82ebaa8fe0bdf3d59519" },
	{ "percent-encoded", FUTURES,
	    "symbol=%E6%B5%8B%E8%AF%95USDT&side=BUY&type=MARKET&quantity=1&recvWindow=5000"
	    "&timestamp=1591702613943",
	    "51d299e7dec0a1f477834be6296575856787d12a491a6fa9cb4f7ecc75c88be7" },
	{ "sorted, of the WebSocket API", FUTURES,
	    "apiKey=" KEY "&price=9000&quantity=1&recvWindow=5000&side=BUY&symbol=BTCUSDT"
	    "&timeInForce=GTC&timestamp=1591702613943&type=LIMIT",
	    "5b8fe2b962b8e1b2b82fb40e548d56147c2a8f835b5f1393ae4b4b90c38b527f" },
	{ "spot, one parameter", SPOT, "timestamp=1578963600000",
	    "d84e6641b1e328e7b418fff030caed655c266299c9355e36ce801ed14631eed4" },
	{ "spot, query", SPOT,
	    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
	    "&recvWindow=5000&timestamp=1499827319559",
	    "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71" },
	{ "spot, mixed", SPOT,
	    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC"
	    "quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559",
	    "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77" },
	{ "RFC 4231, 2", "Jefe", "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
};

static void
published_signatures(void **state)
{
	char	 hex[SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < NITEMS(vectors); i++) {
		struct signer	*s = signer_new(vectors[i].secret);

		check_row("%s", vectors[i].name);
		signer_hmac_hex(s, vectors[i].text, strlen(vectors[i].text), hex);
		CHECK_STR(hex, vectors[i].want);
		signer_free(s);
	}
	signer_free(NULL);
}

/* A signer keeps its key and nothing of what it signed: any order gives the same. */
static void
sign_in_order(const size_t *order, size_t n, void *arg)
{
	char	 hex[SHA256_HEX];

	for (size_t i = 0; i < n; i++) {
		check_row("%s as number %zu", vectors[order[i]].name, i);
		signer_hmac_hex(arg, vectors[order[i]].text, strlen(vectors[order[i]].text), hex);
		CHECK_STR(hex, vectors[order[i]].want);
	}
}

static void
a_signer_is_used_again(void **state)
{
	struct signer	*s = signer_new(FUTURES);

	(void)state;
	each_permutation(5, sign_in_order, s);
	signer_free(s);
}

static void
exactly_the_bytes_given(void **state)
{
	struct signer	*s = signer_new(SPOT);
	char		 hex[SHA256_HEX];

	(void)state;
	check_row("length counts, not the NUL");
	signer_hmac_hex(s, "timestamp=1578963600000&more", strlen("timestamp=1578963600000"), hex);
	CHECK_STR(hex, vectors[5].want);
	signer_free(s);
}

/* FIPS 180-4. */
static void
digests(void **state)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	char	 hex[SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("'%s'", rows[i].text);
		sha256_hex(rows[i].text, strlen(rows[i].text), hex);
		CHECK_STR(hex, rows[i].want);
	}
}

/* Shape of a version 4 UUID; the same cause gives the same, another cause another. */
static void
uuids_follow_their_cause(void **state)
{
	static const char *const	 causes[] = { "", "a", "b", "A", "order 1", "order 2" };
	char				 ids[NITEMS(causes)][UUID], again[UUID];

	(void)state;
	for (size_t i = 0; i < NITEMS(causes); i++) {
		uuid_of(causes[i], ids[i]);
		uuid_of(causes[i], again);
		check_row("'%s': %s", causes[i], ids[i]);
		CHECK_STR(again, ids[i]);
		CHECK_INT(strlen(ids[i]), 36);
		for (size_t k = 0; k < 36; k++) {
			if (k == 8 || k == 13 || k == 18 || k == 23)
				CHECK_INT(ids[i][k], '-');
			else
				CHECK(strchr("0123456789abcdef", ids[i][k]) != NULL);
		}
		CHECK_INT(ids[i][14], '4');
		CHECK(strchr("89ab", ids[i][19]) != NULL);
		for (size_t j = 0; j < i; j++)
			CHECK(!text_eq(ids[i], ids[j]));
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(published_signatures),
		cmocka_unit_test(a_signer_is_used_again),
		cmocka_unit_test(exactly_the_bytes_given),
		cmocka_unit_test(digests),
		cmocka_unit_test(uuids_follow_their_cause),
	};

	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
