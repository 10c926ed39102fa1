/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill - places limit orders that rest, through the normal way: as many as the
 * argument says, a fixed number of commands under way.
 */
#include "tests/bench/client.h"

enum { GIVE_UP_S = 10 };

static void
on_result(void *arg, unsigned number, int64_t at_ns)
{
	unsigned	*ended = arg;

	(void)number;
	(void)at_ns;
	(*ended)++;
}

static void
on_filled(void *arg, const char *json, size_t len, int64_t at_ns)
{
	(void)arg;
	(void)json;
	(void)len;
	(void)at_ns;
}

int
main(int argc, char **argv)
{
	const unsigned		 window = bench_env_number("BENCH_WINDOW");
	unsigned		 sent = 0, ended = 0;
	const struct heard	 h = { on_result, on_filled, &ended };
	struct client		 c;
	int64_t			 wanted;

	if (argc != 2 || text_to_i64(argv[1], 0, 1000000, &wanted) == -1)
		panic("usage: fill ORDERS");
	client_open(&c);
	while (ended < wanted) {
		for (; sent < wanted && sent - ended < window; sent++) {
			client_limit(&c);
			client_push(&c, "pms:cmd:limit");
		}
		if (!client_hear(&c, &h, GIVE_UP_S * INT64_C(1000000000)))
			panic("%u of %u orders have no answer", sent - ended, sent);
	}
	client_close(&c);
	return 0;
}
