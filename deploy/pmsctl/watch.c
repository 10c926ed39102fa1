/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.c - events as they are published, one line each.
 */
#include "deploy/pmsctl/pmsctl.h"

#include "base/text.h"
#include "run/loop.h"

#include <hiredis/hiredis.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Each event has a row of its own in keys.def; what they begin with is said by any. */
static size_t
prefix_len(void)
{
	const char	*any = key_pattern(K_EV_ORDER_FILLED);

	return (size_t)(strrchr(any, ':') - any) + 1;
}

/* With a colon it is a channel's pattern, else one of event types. */
static void
channel_pattern(const char *pattern, char buf[KEY_MAX])
{
	const bool	 whole = strchr(pattern, ':') != NULL;

	if (text_format(buf, KEY_MAX, "%.*s%s", whole ? 0 : (int)prefix_len(),
	    key_pattern(K_EV_ORDER_FILLED), pattern) == -1)
		give_up(EXIT_CONFIG, "watch: the pattern has more than %d bytes", KEY_MAX - 1);
}

static const char *
type_of(const char *channel)
{
	const size_t	 n = prefix_len();

	return strncmp(channel, key_pattern(K_EV_ORDER_FILLED), n) == 0 ? channel + n : channel;
}

/* -1: nobody reads them any more. */
static int
print_event(const char *channel, const char *text)
{
	const wall_t	 now = clock_wall();
	const time_t	 s = (time_t)(now.us / 1000000);
	struct tm	 tm;

	gmtime_r(&s, &tm);
	printf("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s %s\n", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(now.us / 1000 % 1000),
	    type_of(channel), text);
	return fflush(stdout) == EOF ? -1 : 0;
}

static _Noreturn void
lost(const struct ctl *k)
{
	give_up(EXIT_TRY_AGAIN, "watch: the connection to Redis was lost: %s; events may have been "
	    "missed", k->redis->err != 0 ? k->redis->errstr : strerror(errno));
}

/* NULL: nothing came until then. */
static redisReply *
next_message(struct ctl *k, mono_t until)
{
	void	*r = NULL;

	for (;;) {
		if (redisReaderGetReply(k->redis->reader, &r) == REDIS_ERR)
			lost(k);
		if (r != NULL)
			return r;
		const int64_t	 left_ms = until.us == INT64_MAX ? -1 :
				    (mono_diff_us(until, clock_mono()) + 999) / 1000;
		struct pollfd	 p = { .fd = k->redis->fd, .events = POLLIN };
		if (until.us != INT64_MAX && left_ms <= 0)
			return NULL;
		const int	 n = poll(&p, 1, (int)left_ms);
		if ((n == -1 && errno != EINTR) ||
		    (n == 1 && redisBufferRead(k->redis) == REDIS_ERR))
			lost(k);
	}
}

static bool
is_message(const redisReply *r)
{
	return r->type == REDIS_REPLY_ARRAY && r->elements == 4 &&
	    text_eq(r->element[0]->str, "pmessage");
}

static int
print_events(struct ctl *k, mono_t until)
{
	redisReply	*r;
	int64_t		 seen = 0;
	int		 rc = 0;

	while (rc == 0 && (k->count == 0 || seen < k->count) &&
	    (r = next_message(k, until)) != NULL) {
		if (is_message(r)) {
			rc = print_event(r->element[2]->str, r->element[3]->str);
			seen++;
		}
		freeReplyObject(r);
	}
	return seen < k->count ? EXIT_TRY_AGAIN : 0;
}

int
ctl_watch(struct ctl *k)
{
	char	 pattern[KEY_MAX];

	if (k->argc > 1)
		give_up(EXIT_CONFIG, "watch: one pattern, not %d; * stands for any", k->argc);
	channel_pattern(k->argc == 0 ? "*" : k->argv[0], pattern);
	const mono_t	 until = k->timeout_ms == 0 ? MONO_NEVER :
			    mono_after_ms(clock_mono(), k->timeout_ms);
	freeReplyObject(ctl_ask(k, 2, (const char *[]){ "PSUBSCRIBE", pattern }));
	fprintf(stderr, "pmsctl: watching %s\n", pattern);
	return print_events(k, until);
}
