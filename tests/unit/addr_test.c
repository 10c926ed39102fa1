/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/addr.h"

#include <string.h>

static void
addresses_are_read(void **state)
{
	static const struct {
		const char	*url, *path, *host;
		int		 port, db;
		const char	*user, *password;
	} rows[] = {
		{ "redis://h", "", "h", 6379, 0, "", "" },
		{ "redis://127.0.0.1:7000/3", "", "127.0.0.1", 7000, 3, "", "" },
		{ "redis://h/", "", "h", 6379, 0, "", "" },
		{ "redis://:pw@h:1", "", "h", 1, 0, "", "pw" },
		{ "redis://riskd:pw@h", "", "h", 6379, 0, "riskd", "pw" },
		{ "redis://riskd@h", "", "h", 6379, 0, "riskd", "" },
		{ "redis://riskd:p%40%3a%2F%25@h/2", "", "h", 6379, 2, "riskd", "p@:/%" },
		{ "redis://riskd:a:b@h", "", "h", 6379, 0, "riskd", "a:b" },
		{ "redis://[::1]:6380/1", "", "::1", 6380, 1, "", "" },
		{ "redis://[::1]", "", "::1", 6379, 0, "", "" },
		{ "unix:/run/redis.sock", "/run/redis.sock", "", 6379, 0, "", "" },
		{ "unix:/s?user=riskd&password=p%26w", "/s", "", 6379, 0, "riskd", "p&w" },
		{ "unix:/s?db=15", "/s", "", 6379, 15, "", "" },
		{ "unix:/s?password=a=b", "/s", "", 6379, 0, "", "a=b" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct redis_addr	 a;
		struct why		 why;

		check_row("%s", rows[i].url);
		CHECK_INT(redis_addr_parse(rows[i].url, &a, &why), 0);
		CHECK_STR(a.path, rows[i].path);
		CHECK_STR(a.host, rows[i].host);
		CHECK_INT(a.port, rows[i].port);
		CHECK_INT(a.db, rows[i].db);
		CHECK_STR(a.user, rows[i].user);
		CHECK_STR(a.password, rows[i].password);
	}
}

static void
what_is_wrong_is_said_without_the_password(void **state)
{
	static const struct { const char *url, *why; } rows[] = {
		{ "", "neither unix:/path" },
		{ "localhost:6379", "neither unix:/path" },
		{ "rediss://h", "neither unix:/path" },
		{ "redis://", "no host" },
		{ "redis://u:SECRET@", "no host" },
		{ "redis://u:SECRET@h:70000", "port is not a number within 1..65535" },
		{ "redis://u:SECRET@h:", "port is not a number" },
		{ "redis://u:SECRET@h/16", "database is not a number within 0..15" },
		{ "redis://u:SECRET@h/x", "database is not a number" },
		{ "redis://u:SECRET%4@h", "two hex digits" },
		{ "redis://[::1", "lacks its ]" },
		{ "redis://[::1]6379", "lacks its ]" },
		{ "unix:", "does not begin with /" },
		{ "unix:run/s", "does not begin with /" },
		{ "unix:/s?", "behind ?" },
		{ "unix:/s?user", "behind ?" },
		{ "unix:/s?pass=SECRET", "behind ?" },
		{ "unix:/s?password=SECRET&db=99", "database is not a number" },
	};
	char	 longest[800];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct redis_addr	 a;
		struct why		 why = { "" };

		check_row("%s", rows[i].url);
		CHECK_INT(redis_addr_parse(rows[i].url, &a, &why), -1);
		CHECK_HAS(why.text, rows[i].why);
		CHECK(strstr(why.text, "SECRET") == NULL);
	}
	for (size_t n = 108; n < sizeof(longest); n += 100) {
		struct redis_addr	 a;
		struct why		 why;

		check_row("%zu bytes", n);
		memset(longest, 'x', sizeof(longest));
		memcpy(longest, "unix:/", 6);
		longest[n + 6] = '\0';
		CHECK_INT(redis_addr_parse(longest, &a, &why), -1);
		if (n > 600)
			break;
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(what_is_wrong_is_said_without_the_password),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
