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

#include <ctype.h>
#include <dirent.h>
#include <unistd.h>

enum { SETTLE_NS = 500000000, GIVE_UP_S = 10 };

enum kind { VALIDATE, TRADE, KIND_N };

static const struct {
	const char	*name, *queue;
} kinds[KIND_N] = {
	[VALIDATE] = { "validate", "pms:cmd:validate" }, [TRADE] = { "trade", "pms:cmd:trade" },
};

static const char *const	parts[] = {
	"cmdd", "riskd", "orderd", "userd", "feedd", "algod", "redis", "postgres", "simex",
};
enum { PARTS = sizeof(parts) / sizeof(*parts) };

struct run {
	struct client	client;
	enum kind	kind;
	unsigned	first, results, fills;
};

/* ---- processes --------------------------------------------------------------------- */

struct usage {
	int64_t	cpu_us, rss_kb;
};

static int64_t
first_number(const char *path)
{
	FILE		*f = fopen(path, "r");
	long long	 n = 0;

	if (f != NULL && fscanf(f, "%lld", &n) != 1)
		n = 0;
	if (f != NULL)
		fclose(f);
	return n;
}

/* /proc/PID/stat behind the name: state ppid ... utime stime ... rss in pages. */
static bool
read_stat(int64_t pid, int64_t *ppid, struct usage *u)
{
	char		 path[64], text[1024];
	long long	 parent, user, sys, rss;
	bool		 ok = false;

	text_putf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	FILE		*f = fopen(path, "r");
	const char	*p = f != NULL && fgets(text, sizeof(text), f) != NULL ?
			    strrchr(text, ')') : NULL;

	if (p != NULL && sscanf(p + 1, " %*c %lld %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld"
	    " %*d %*d %*d %*d %*d %*d %*u %*u %lld", &parent, &user, &sys, &rss) == 4) {
		*ppid = parent;
		u->cpu_us = (user + sys) * 1000000 / sysconf(_SC_CLK_TCK);
		u->rss_kb = rss * sysconf(_SC_PAGESIZE) / 1024;
		ok = true;
	}
	if (f != NULL)
		fclose(f);
	return ok;
}

/* With its children, which PostgreSQL has; what they share is counted each time. */
static struct usage
usage_of(const char *part)
{
	struct usage	 all = { 0, 0 }, one;
	char		 path[256];
	DIR		*proc = opendir("/proc");
	struct dirent	*e;
	int64_t		 pid, ppid;

	text_putf(path, sizeof(path), "%s/%s.pid", bench_env("PMS_DIR"), part);
	const int64_t	 top = first_number(path);

	while (top != 0 && proc != NULL && (e = readdir(proc)) != NULL) {
		if (text_to_i64(e->d_name, 1, INT32_MAX, &pid) == -1 ||
		    !read_stat(pid, &ppid, &one) || (pid != top && ppid != top))
			continue;
		all.cpu_us += one.cpu_us;
		all.rss_kb += one.rss_kb;
	}
	if (proc != NULL)
		closedir(proc);
	return all;
}

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
		while (under_way(r) < window)
			client_push(&r->client, kinds[r->kind].queue);
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
	struct usage	 before[PARTS];
	char		 name[64];

	r->kind = k;
	r->first = r->client.sent;
	r->results = r->fills = 0;
	keep_busy(r, window, SETTLE_NS);
	for (int i = 0; i < PARTS; i++)
		before[i] = usage_of(parts[i]);
	const unsigned	 n = ended(r);
	const int64_t	 start = bench_ns();
	keep_busy(r, window, seconds * INT64_C(1000000000));
	const double	 s = (double)(bench_ns() - start) / 1e9;
	const unsigned	 done = ended(r) - n;

	text_putf(name, sizeof(name), "saturation.%s", kinds[k].name);
	bench_line(name, "rate", done / s, "1/s", done);
	for (int i = 0; i < PARTS; i++) {
		const struct usage	 u = usage_of(parts[i]);

		text_putf(name, sizeof(name), "cpu.%s", kinds[k].name);
		if (u.rss_kb != 0)
			bench_line(name, parts[i], done == 0 ? 0 :
			    (double)(u.cpu_us - before[i].cpu_us) / done, "us/command", done);
	}
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
	r.client.sent = 50000000;	/* ids that the latencies have not used */
	for (int k = 0; k < KIND_N; k++)
		measure(&r, (enum kind)k, bench_env_number("BENCH_WINDOW"),
		    bench_env_number("BENCH_SECONDS"));
	for (int i = 0; i < PARTS; i++) {
		const struct usage	 u = usage_of(parts[i]);

		if (u.rss_kb != 0)
			bench_line("rss", parts[i], (double)u.rss_kb, "KiB", 1);
	}
	client_close(&r.client);
	return 0;
}
