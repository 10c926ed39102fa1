/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saturate - how many commands a second the system takes, and what they cost.
 *
 * A fixed number of commands is kept under way, far more than it works on at
 * once: the rate at which they end is the one beyond which the queues grow.  A
 * trade has ended when its order_filled, which follows the booking, is heard.
 * CPU is user and system time, from /proc, over the commands that ended.
 */
#include "tests/bench/client.h"
#include "tests/bench/usage.h"

enum { SETTLE_NS = 500000000, GIVE_UP_S = 10 };

enum kind { VALIDATE, TRADE, KIND_N };

static const struct {
	const char	*name, *queue;
} kinds[KIND_N] = {
	[VALIDATE] = { "validate", "pms:cmd:validate" }, [TRADE] = { "trade", "pms:cmd:trade" },
};

struct run {
	struct client	client;
	enum kind	kind;
	unsigned	first, results, fills;
};

/* ---- commands ----------------------------------------------------------------------- */

static void
on_result(void *arg, unsigned number, int64_t at_ns)
{
	struct run	*r = arg;

	(void)at_ns;
	r->results += number >= r->first;
}

static void
on_filled(void *arg, const char *json, size_t len, int64_t at_ns)
{
	struct run	*r = arg;

	(void)json;
	(void)len;
	(void)at_ns;
	r->fills++;
}

static unsigned
ended(const struct run *r)
{
	return r->kind == TRADE ? r->fills : r->results;
}

/* A refused trade has a result only. */
static unsigned
under_way(const struct run *r)
{
	const unsigned	 n = r->fills > r->results ? r->fills : r->results;

	return r->client.sent - r->first - n;
}

static void
keep_busy(struct run *r, unsigned window, int64_t for_ns)
{
	const struct heard	 h = { on_result, on_filled, r };
	const int64_t		 end = bench_ns() + for_ns;

	for (int64_t now = bench_ns(); now < end; now = bench_ns()) {
		while (under_way(r) < window) {
			client_order(&r->client);
			client_push(&r->client, kinds[r->kind].queue);
		}
		client_hear(&r->client, &h, end - now);
	}
}

static void
drain(struct run *r)
{
	const struct heard	 h = { on_result, on_filled, r };
	const int64_t		 end = bench_ns() + GIVE_UP_S * INT64_C(1000000000);

	while ((under_way(r) > 0 || (r->kind == TRADE && r->fills < r->results)) &&
	    bench_ns() < end)
		client_hear(&r->client, &h, 100000000);
}

static void
measure(struct run *r, enum kind k, unsigned window, unsigned seconds)
{
	struct usage	 before[USAGE_PARTS];
	char		 name[64];

	r->kind = k;
	r->first = r->client.sent;
	r->results = r->fills = 0;
	keep_busy(r, window, SETTLE_NS);
	usage_read(before);
	const unsigned	 n = ended(r);
	const int64_t	 start = bench_ns();
	keep_busy(r, window, seconds * INT64_C(1000000000));
	const double	 s = (double)(bench_ns() - start) / 1e9;
	const unsigned	 done = ended(r) - n;

	text_putf(name, sizeof(name), "saturation.%s", kinds[k].name);
	bench_line(name, "rate", done / s, "1/s", done);
	text_putf(name, sizeof(name), "cpu.%s", kinds[k].name);
	usage_tell_cpu(name, before, "us/command", done);
	drain(r);
	text_putf(name, sizeof(name), "saturation.%s", kinds[k].name);
	bench_line(name, "refused", k == TRADE ? r->results - r->fills : 0, "commands",
	    r->results);
}

int
main(void)
{
	struct run	 r = { .kind = VALIDATE };

	client_open(&r.client);
	for (int k = 0; k < KIND_N; k++)
		measure(&r, (enum kind)k, bench_env_number("BENCH_WINDOW"),
		    bench_env_number("BENCH_SECONDS"));
	usage_tell_rss("rss");
	client_close(&r.client);
	return 0;
}
