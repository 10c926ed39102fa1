/* SPDX-License-Identifier: BSD-2-Clause */
#include "deploy/pmsctl/pmsctl.h"

#include "base/conf.h"
#include "base/text.h"

#include <hiredis/hiredis.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_S = 2, ANSWER_S = 5, LINE_BYTES = 1024 };

/* ---- where it is ------------------------------------------------------------- */

struct place {
	const char	*redis;
};

static const struct conf_key	place_keys[] = {
	{ .name = "redis", .type = C_STR, .offset = offsetof(struct place, redis),
	    .def = "redis://127.0.0.1:6379", .help = "as in daemon.c" },
};

/* The head of pmsd.conf holds keys of the daemons, too: only one is looked for. */
static int
apply_file(const struct conf_section *s, const char *path, struct why *why)
{
	char	 line[LINE_BYTES], name[32];
	FILE	*f = fopen(path, "r");
	int	 rc = 0;

	if (f == NULL)
		return why_set(why, "%s cannot be read: %s", path, strerror(errno));
	while (rc == 0 && fgets(line, sizeof(line), f) != NULL && line[0] != '[')
		if (sscanf(line, " %31[a-z_]", name) == 1 && text_eq(name, "redis"))
			rc = conf_parse(s, 1, line, "pmsctl", why);
	fclose(f);
	return rc;
}

/* REDIS_HOST, REDIS_PORT and REDIS_DB of the old engine, where REDIS_URL is not set. */
static int
apply_parts(const struct conf_section *s, struct why *why)
{
	const char	*host = getenv("REDIS_HOST"), *port = getenv("REDIS_PORT");
	const char	*db = getenv("REDIS_DB");
	char		 url[320];

	if (host == NULL && port == NULL && db == NULL)
		return 0;
	if (text_format(url, sizeof(url), "redis://%s:%s/%s", host == NULL ? "127.0.0.1" : host,
	    port == NULL ? "6379" : port, db == NULL ? "0" : db) == -1)
		return why_set(why, "REDIS_HOST is too long");
	return conf_set(s, 1, "redis", url, why);
}

static int
apply_environment(const struct conf_section *s, struct why *why)
{
	static const char *const	 names[] = { "REDIS_URL", "PMS_PMSCTL_REDIS" };

	if (getenv("REDIS_URL") == NULL && apply_parts(s, why) == -1)
		return -1;
	for (size_t i = 0; i < NITEMS(names); i++)
		if (getenv(names[i]) != NULL &&
		    conf_set(s, 1, "redis", getenv(names[i]), why) == -1)
			return -1;
	return 0;
}

int
redis_addr_find(const char *file, struct redis_addr *addr, struct why *why)
{
	struct place			 p = { 0 };
	const struct conf_section	 s = { place_keys, NITEMS(place_keys), &p };
	int				 rc = -1;

	if (conf_defaults(&s, 1, why) == 0 && (file == NULL || apply_file(&s, file, why) == 0) &&
	    apply_environment(&s, why) == 0 && (rc = redis_addr_parse(p.redis, addr)) == -1)
		why_set(why, "redis: '%s' is neither unix:/path nor redis://host", p.redis);
	conf_free(&s, 1);
	return rc;
}

/* ---- the connection ------------------------------------------------------------ */

static const char *
addr_format(const struct redis_addr *a, char buf[300])
{
	if (a->path[0] != '\0')
		text_putf(buf, 300, "unix:%s", a->path);
	else
		text_putf(buf, 300, "%s:%d", a->host, a->port);
	return buf;
}

static void
greet(struct ctl *k)
{
	char	 db[12];

	text_putf(db, sizeof(db), "%d", k->addr.db);
	if (k->addr.password[0] != '\0')
		freeReplyObject(ctl_ask(k, 2, (const char *[]){ "AUTH", k->addr.password }));
	if (k->addr.db != 0)
		freeReplyObject(ctl_ask(k, 2, (const char *[]){ "SELECT", db }));
}

void
redis_open(struct ctl *k)
{
	const struct timeval	 connect = { .tv_sec = CONNECT_S }, answer = { .tv_sec = ANSWER_S };
	char			 where[300];

	k->redis = k->addr.path[0] != '\0' ?
	    redisConnectUnixWithTimeout(k->addr.path, connect) :
	    redisConnectWithTimeout(k->addr.host, k->addr.port, connect);
	if (k->redis == NULL || k->redis->err != 0)
		give_up(EXIT_TRY_AGAIN, "no connection to Redis at %s: %s; is it up, and is that "
		    "the address?  -f names pmsd.conf", addr_format(&k->addr, where),
		    k->redis == NULL ? "out of memory" : k->redis->errstr);
	redisSetTimeout(k->redis, answer);
	greet(k);
}

void
redis_close(struct ctl *k)
{
	if (k->redis != NULL)
		redisFree(k->redis);
	k->redis = NULL;
}

redisReply *
ctl_try(struct ctl *k, int argc, const char *const *argv)
{
	redisReply	*r = redisCommandArgv(k->redis, argc, (const char **)argv, NULL);
	char		 where[300];

	if (r == NULL)
		give_up(EXIT_TRY_AGAIN, "%s: Redis at %s does not answer: %s", argv[0],
		    addr_format(&k->addr, where), k->redis->errstr);
	return r;
}

redisReply *
ctl_ask(struct ctl *k, int argc, const char *const *argv)
{
	redisReply	*r = ctl_try(k, argc, argv);

	/* Not what AUTH was given. */
	if (r->type == REDIS_REPLY_ERROR)
		give_up(EXIT_TRY_AGAIN, "%s %s: Redis says: %s", argv[0],
		    argc > 1 && !text_eq(argv[0], "AUTH") ? argv[1] : "", r->str);
	return r;
}

int64_t
ctl_ask_int(struct ctl *k, int argc, const char *const *argv)
{
	redisReply	*r = ctl_ask(k, argc, argv);
	const int64_t	 n = r->type == REDIS_REPLY_INTEGER ? r->integer : 0;

	freeReplyObject(r);
	return n;
}
