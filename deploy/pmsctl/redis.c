/* SPDX-License-Identifier: BSD-2-Clause */
#include "deploy/pmsctl/pmsctl.h"

#include "base/die.h"
#include "base/text.h"
#include "io/settings.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>
#include <string.h>

enum { CONNECT_S = 2, ANSWER_S = 5 };

/* ---- where it is ------------------------------------------------------------- */

int
redis_addr_find(const char *file, struct redis_addr *addr, struct why *why)
{
	struct settings	 s;
	char		*none[] = { NULL };

	settings_init(&s, "pmsctl", NULL, 0, NULL);
	const int	 rc = settings_load(&s, file, none, why);
	*addr = s.redis;
	settings_fini(&s);
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
	if (k->addr.user[0] != '\0')
		freeReplyObject(ctl_ask(k, 3,
		    (const char *[]){ "AUTH", k->addr.user, k->addr.password }));
	else if (k->addr.password[0] != '\0')
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

/* ---- many keys ------------------------------------------------------------------ */

static void
add_page(struct ctl_keys *keys, const redisReply *page)
{
	keys->v = xrealloc(keys->v, (keys->n + page->elements + 1) * sizeof(*keys->v));
	for (size_t i = 0; i < page->elements; i++)
		keys->v[keys->n++] = xstrdup(page->element[i]->str);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* SCAN may name a key more than once. */
static void
sort_unique(struct ctl_keys *keys)
{
	size_t	 n = 0;

	qsort(keys->v, keys->n, sizeof(*keys->v), by_name);
	for (size_t i = 0; i < keys->n; i++) {
		if (n > 0 && text_eq(keys->v[n - 1], keys->v[i]))
			free(keys->v[i]);
		else
			keys->v[n++] = keys->v[i];
	}
	keys->n = n;
}

struct ctl_keys
ctl_scan(struct ctl *k, const char *pattern)
{
	struct ctl_keys	 keys = { 0 };
	char		 cursor[24] = "0";

	do {
		redisReply	*r = ctl_ask(k, 6, (const char *[]){ "SCAN", cursor, "MATCH", pattern,
				    "COUNT", "1000" });

		if (r->type != REDIS_REPLY_ARRAY || r->elements != 2)
			give_up(EXIT_TRY_AGAIN, "Redis does not know SCAN");
		text_put(cursor, sizeof(cursor), r->element[0]->str);
		add_page(&keys, r->element[1]);
		freeReplyObject(r);
	} while (!text_eq(cursor, "0"));
	sort_unique(&keys);
	return keys;
}

void
ctl_keys_free(struct ctl_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		free(keys->v[i]);
	free(keys->v);
	*keys = (struct ctl_keys){ 0 };
}
