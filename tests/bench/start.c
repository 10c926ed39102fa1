/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start - how long a daemon that was killed takes to be of use again.
 *
 *	start [-g] NAME [EVENT...]
 *
 * It is started on the stack's configuration, and killed, again and again:
 * from its exec to the newline on its --notify-fd, and to the first line of
 * each event in its log.  With -g the user stream has been cut before each
 * start and is up again.  The daemon must not run meanwhile, and does not at
 * the end.  Few times: a start costs weight, of which a minute has 2400, and an
 * audit without weight waits for the next minute.
 */
#include "tests/bench/client.h"

#include <curl/curl.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STARTS = 3, FACTS = 4, GIVE_UP_S = 60, LOOK_NS = 10000000 };

/* The first fact is that it is ready, the others are lines of its log. */
struct life {
	pid_t		 pid;
	int		 ready, log;	/* what it writes to */
	int		 kept;		/* its log, as the stack keeps it */
	int64_t		 began_ns;
	double		 ms[FACTS];	/* 0: not yet */
	struct buf	 text;		/* of its log; a line's beginning */
};

static const char	*events[FACTS] = { "ready" };
static int		 nfacts = 1;

/* ---- the user stream ---------------------------------------------------------------- */

static int64_t
nreports(redisContext *c)
{
	redisReply	*r = redisCommand(c, "LLEN pms:q:report");

	if (r == NULL || r->type != REDIS_REPLY_INTEGER)
		panic("pms:q:report has no length");
	const int64_t	 n = r->integer;
	freeReplyObject(r);
	return n;
}

static size_t
drop_text(char *p, size_t size, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	return size * n;
}

static void
cut_stream(void)
{
	CURL	*curl = curl_easy_init();
	char	 url[256];

	text_putf(url, sizeof(url), "%s/cut?route=private", bench_env("SIMEX_CONTROL"));
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_text);
	if (curl_easy_perform(curl) != CURLE_OK)
		panic("%s is not to be had", url);
	curl_easy_cleanup(curl);
}

/* Two reports say so: that there was a gap, and that the stream is up. */
static void
make_gap(void)
{
	redisContext		*c = bench_connect();
	const int64_t		 end = bench_ns() + GIVE_UP_S * INT64_C(1000000000);
	const struct timespec	 look = { 0, LOOK_NS };

	cut_stream();
	while (nreports(c) < 2) {
		if (bench_ns() > end)
			panic("the user stream does not come up");
		nanosleep(&look, NULL);
	}
	redisFree(c);
}

/* ---- one life ------------------------------------------------------------------------- */

_Noreturn static void
become(const char *name, int ready, int log)
{
	char	 path[256], conf[256], fd[12];

	text_putf(path, sizeof(path), "%s/%s", bench_env("PMS_BIN"), name);
	text_putf(conf, sizeof(conf), "%s/pmsd.conf", bench_env("PMS_DIR"));
	text_putf(fd, sizeof(fd), "%d", ready);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fcntl(ready, F_SETFD, 0);
	dup2(log, STDERR_FILENO);
	execl(path, path, "-f", conf, "--notify-fd", fd, (char *)NULL);
	panic("%s: %s", path, strerror(errno));
}

static struct life
begin(const char *name)
{
	struct life	 l = { .began_ns = bench_ns() };
	int		 ready[2], log[2];
	char		 path[256];

	text_putf(path, sizeof(path), "%s/%s.log", bench_env("PMS_DIR"), name);
	if ((l.kept = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)) == -1 ||
	    pipe2(ready, O_CLOEXEC) == -1 || pipe2(log, O_CLOEXEC) == -1 ||
	    (l.pid = fork()) == -1)
		panic("%s: %s", name, strerror(errno));
	if (l.pid == 0)
		become(name, ready[1], log[1]);
	close(ready[1]);
	close(log[1]);
	l.ready = ready[0];
	l.log = log[0];
	return l;
}

static void
note(struct life *l, int fact)
{
	if (l->ms[fact] <= 0)
		l->ms[fact] = (double)(bench_ns() - l->began_ns) / 1e6;
}

/* time daemon level event key=value... */
static void
hear_line(struct life *l, const char *line)
{
	char	 event[48];

	for (int i = 1; i < nfacts; i++) {
		text_putf(event, sizeof(event), " %s ", events[i]);
		if (strstr(line, event) != NULL)
			note(l, i);
	}
}

static void
hear_log(struct life *l)
{
	char	 text[4096], *end;
	ssize_t	 n = read(l->log, text, sizeof(text));

	if (n <= 0 || write(l->kept, text, (size_t)n) != n)
		panic("it has ended by itself, or there is no room for its log");
	buf_add(&l->text, text, (size_t)n);
	while ((end = memchr(l->text.p, '\n', l->text.len)) != NULL) {
		*end = '\0';
		hear_line(l, l->text.p);
		buf_drop(&l->text, (size_t)(end - l->text.p) + 1);
	}
}

static bool
is_missing(const struct life *l)
{
	for (int i = 0; i < nfacts; i++)
		if (l->ms[i] <= 0)
			return true;
	return false;
}

static void
live(struct life *l)
{
	struct pollfd	 fds[] = { { .fd = l->ready, .events = POLLIN },
			    { .fd = l->log, .events = POLLIN } };
	const int64_t	 end = bench_ns() + GIVE_UP_S * INT64_C(1000000000);

	while (is_missing(l)) {
		if (bench_ns() > end || poll(fds, 2, GIVE_UP_S * 1000) <= 0)
			panic("not all of its facts have come");
		if (fds[0].revents != 0) {
			note(l, 0);
			fds[0].fd = -1;
		}
		if (fds[1].revents != 0)
			hear_log(l);
	}
}

static void
finish(struct life *l)
{
	kill(l->pid, SIGKILL);
	waitpid(l->pid, NULL, 0);
	close(l->ready);
	close(l->log);
	close(l->kept);
	buf_free(&l->text);
}

/* ---- all of them ------------------------------------------------------------------------ */

static void
tell(const char *title, double ms[FACTS][STARTS])
{
	char	 name[64];

	for (int f = 0; f < nfacts; f++) {
		qsort(ms[f], STARTS, sizeof(*ms[f]), bench_compare);
		text_putf(name, sizeof(name), "%s.%s", title, events[f]);
		bench_line(name, "p50", bench_quantile(ms[f], STARTS, 0.5), "ms", STARTS);
		bench_line(name, "max", ms[f][STARTS - 1], "ms", STARTS);
	}
}

int
main(int argc, char **argv)
{
	const bool	 gap = argc > 1 && text_eq(argv[1], "-g");
	char		**words = argv + 1 + gap;
	double		 ms[FACTS][STARTS];
	char		 title[32];

	if (words[0] == NULL || argc - gap > 1 + FACTS)
		panic("usage: start [-g] NAME [EVENT...]");
	for (char **w = words + 1; *w != NULL; w++)
		events[nfacts++] = *w;
	for (int i = 0; i < STARTS; i++) {
		if (gap)
			make_gap();
		struct life	 l = begin(words[0]);
		live(&l);
		finish(&l);
		for (int f = 0; f < nfacts; f++)
			ms[f][i] = l.ms[f];
	}
	text_putf(title, sizeof(title), "%s.start%s", words[0], gap ? "_gap" : "");
	tell(title, ms);
	return 0;
}
