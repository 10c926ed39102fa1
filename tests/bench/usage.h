/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage.h - what the parts of the stack take of the machine: user and system
 * time, and resident memory, from /proc.
 */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include "tests/bench/client.h"

#include <dirent.h>
#include <unistd.h>

static const char *const	usage_parts[] = {
	"cmdd", "riskd", "orderd", "userd", "feedd", "algod", "redis", "postgres", "simex",
};
enum { USAGE_PARTS = sizeof(usage_parts) / sizeof(*usage_parts) };

struct usage {
	int64_t	cpu_us, rss_kb;
};

static inline int64_t
usage_first_number(const char *path)
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
static inline bool
usage_read_stat(int64_t pid, int64_t *ppid, struct usage *u)
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
static inline struct usage
usage_of(const char *part)
{
	struct usage	 all = { 0, 0 }, one;
	char		 path[256];
	DIR		*proc = opendir("/proc");
	struct dirent	*e;
	int64_t		 pid, ppid;

	text_putf(path, sizeof(path), "%s/%s.pid", bench_env("PMS_DIR"), part);
	const int64_t	 top = usage_first_number(path);

	while (top != 0 && proc != NULL && (e = readdir(proc)) != NULL) {
		if (text_to_i64(e->d_name, 1, INT32_MAX, &pid) == -1 ||
		    !usage_read_stat(pid, &ppid, &one) || (pid != top && ppid != top))
			continue;
		all.cpu_us += one.cpu_us;
		all.rss_kb += one.rss_kb;
	}
	if (proc != NULL)
		closedir(proc);
	return all;
}

static inline void
usage_read(struct usage u[USAGE_PARTS])
{
	for (int i = 0; i < USAGE_PARTS; i++)
		u[i] = usage_of(usage_parts[i]);
}

/* Since then, over the commands, or what unit says, that ended meanwhile. */
static inline void
usage_tell_cpu(const char *figure, const struct usage before[USAGE_PARTS], const char *unit,
    size_t commands)
{
	for (int i = 0; i < USAGE_PARTS; i++) {
		const struct usage	 u = usage_of(usage_parts[i]);

		if (u.rss_kb != 0)
			bench_line(figure, usage_parts[i], commands == 0 ? 0 :
			    (double)(u.cpu_us - before[i].cpu_us) / (double)commands,
			    unit, commands);
	}
}

static inline void
usage_tell_rss(const char *figure)
{
	for (int i = 0; i < USAGE_PARTS; i++) {
		const struct usage	 u = usage_of(usage_parts[i]);

		if (u.rss_kb != 0)
			bench_line(figure, usage_parts[i], (double)u.rss_kb, "KiB", 1);
	}
}

#endif
