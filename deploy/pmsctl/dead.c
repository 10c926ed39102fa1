/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dead.c - items that could not be processed: look, drop, try again.
 *
 * Items are numbered from the oldest, which stands first: a number keeps its
 * meaning while new ones arrive, until an older one leaves.
 */
#include "deploy/pmsctl/pmsctl.h"

#include "base/die.h"
#include "base/text.h"
#include "run/loop.h"
#include "wire/field.h"
#include "wire/msg.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 100,			/* items may be large */
	NUMBER_MAX = 1000000,
	PAYLOAD = (1 << 20) + 1,	/* Redis takes no larger text, see redis.conf */
};

/* What bus_park() writes. */
struct dead {
	char	list[KEY_MAX];
	char	reason[512];
	wall_t	ts;
};

static const struct field	dead_v[] = {
	F(dead, list, "list", F_STR, FIELD_REQUIRED),
	F(dead, reason, "reason", F_STR, 0),
	F(dead, ts, "ts", F_WALL, 0),
};
static const struct fields	dead_fields = FIELDS(dead_v);

struct parcel {
	char	list[KEY_MAX];
	char	payload[PAYLOAD];
};

static const struct field	parcel_v[] = {
	F(parcel, list, "list", F_STR, FIELD_REQUIRED),
	F(parcel, payload, "payload", F_STR, FIELD_REQUIRED),
};
static const struct fields	parcel_fields = FIELDS(parcel_v);

/* ---- list, show ------------------------------------------------------------------- */

static void
print_row(int64_t number, const redisReply *item)
{
	struct dead		 d = { 0 };
	struct field_fault	 ff;
	char			 age[AGE] = "?";
	const char		*reason = d.reason;

	/* Its payload may be the very bytes that made it unreadable. */
	if (fields_read(&dead_fields, &d, item->str, item->len, &ff) == -1) {
		reason = ff.text;
		if (field_scan_text(item->str, item->len, "list", d.list, sizeof(d.list)) == -1)
			text_put(d.list, sizeof(d.list), "?");
	}
	if (wall_is_set(d.ts))
		age_format(wall_diff_ms(clock_wall(), d.ts), age);
	printf("%6lld %7s %8zu  %-24s  %s\n", (long long)number, age, (size_t)item->len, d.list,
	    reason);
}

static redisReply *
page_get(struct ctl *k, const char *dead, int64_t from)
{
	char	 first[24], last[24];

	text_putf(first, sizeof(first), "%lld", (long long)from);
	text_putf(last, sizeof(last), "%lld", (long long)from + PAGE - 1);
	return ctl_ask(k, 4, (const char *[]){ "LRANGE", dead, first, last });
}

static int
do_list(struct ctl *k, const char *dead)
{
	int64_t	 at = 0;
	size_t	 got;

	do {
		redisReply	*r = page_get(k, dead, at);

		got = r->elements;
		if (at == 0 && got > 0)
			printf("%6s %7s %8s  %-24s  %s\n", "n", "age", "bytes", "list", "reason");
		for (size_t i = 0; i < got; i++)
			print_row(++at, r->element[i]);
		freeReplyObject(r);
	} while (got == PAGE);
	return 0;
}

/* The one that the second word numbers. */
static redisReply *
item_get(struct ctl *k, const char *dead)
{
	int64_t	 n;
	char	 index[24];

	if (k->argc != 2 || text_to_i64(k->argv[1], 1, NUMBER_MAX, &n) == -1)
		give_up(EXIT_CONFIG, "dead %s: '%s' is not a number of dead list", k->argv[0],
		    k->argc < 2 ? "" : k->argv[1]);
	text_putf(index, sizeof(index), "%lld", (long long)n - 1);
	redisReply	*r = ctl_ask(k, 3, (const char *[]){ "LINDEX", dead, index });
	if (r->type != REDIS_REPLY_STRING)
		give_up(EXIT_NO, "dead %s: there is no item %lld; dead list shows what there is",
		    k->argv[0], (long long)n);
	return r;
}

static int
do_show(struct ctl *k, const char *dead)
{
	redisReply	*item = item_get(k, dead);

	fwrite(item->str, 1, item->len, stdout);
	putchar('\n');
	freeReplyObject(item);
	return 0;
}

/* ---- drop, retry ------------------------------------------------------------------ */

/* Items need not be text: their length goes along. */
static redisReply *
ask_binary(struct ctl *k, int argc, const char **argv, const size_t *lens)
{
	redisReply	*r = redisCommandArgv(k->redis, argc, argv, lens);

	if (r == NULL)
		give_up(EXIT_TRY_AGAIN, "dead: Redis does not answer: %s; whether it was done "
		    "dead list shows", k->redis->errstr);
	return r;
}

static redisReply *
item_remove(struct ctl *k, const char *dead, const redisReply *item)
{
	return ask_binary(k, 4, (const char *[]){ "LREM", dead, "1", item->str },
	    (size_t[]){ strlen("LREM"), strlen(dead), 1, item->len });
}

static int
do_drop(struct ctl *k, const char *dead)
{
	redisReply	*item = item_get(k, dead);
	redisReply	*r = item_remove(k, dead, item);
	const bool	 done = r->type == REDIS_REPLY_INTEGER && r->integer == 1;

	if (!done)
		fprintf(stderr, "pmsctl: dead drop: item %s was not removed: %s\n", k->argv[1],
		    r->type == REDIS_REPLY_ERROR ? r->str : "it is gone already");
	freeReplyObject(r);
	freeReplyObject(item);
	return done ? 0 : EXIT_NO;
}

static bool
is_command_queue(const char *list)
{
	char	 key[KEY_MAX];

	for (int i = 0; i < command_names.n; i++)
		if (text_eq(list, key_format(K_CMD, names_get(&command_names, i), key)))
			return true;
	return false;
}

static bool
is_internal_queue(const char *list)
{
	for (int i = 0; i < KEY_N; i++)
		if (i != K_DEAD && key_kind((enum key)i) == KIND_LIST &&
		    strchr(key_pattern((enum key)i), '%') == NULL &&
		    text_eq(list, key_pattern((enum key)i)))
			return true;
	return false;
}

/* As whoever pushes there does it: behind what waits already. */
static const char *
push_word(const struct ctl *k, const char *list)
{
	return is_command_queue(list) && !k->rpush ? "LPUSH" : "RPUSH";
}

/*
 * EXEC does not roll back: a push into a key of the wrong type would lose the
 * item.  The list is watched, so that its type is still the same then.
 */
static void
check_list(struct ctl *k, const char *list)
{
	if (!is_command_queue(list) && !is_internal_queue(list))
		give_up(EXIT_NO, "dead retry: '%s' is no list that a daemon reads; dead show has the "
		    "payload", list);
	freeReplyObject(ctl_ask(k, 2, (const char *[]){ "WATCH", list }));
	redisReply	*r = ctl_ask(k, 2, (const char *[]){ "TYPE", list });
	if (!text_eq(r->str, "list") && !text_eq(r->str, "none"))
		give_up(EXIT_NO, "dead retry: %s is a %s, not a list", list, r->str);
	freeReplyObject(r);
}

/* Not an array when one of the two lists has changed since it was looked at. */
static redisReply *
move_back(struct ctl *k, const char *dead, const redisReply *item, const struct parcel *p)
{
	freeReplyObject(ctl_ask(k, 1, (const char *[]){ "MULTI" }));
	freeReplyObject(ctl_ask(k, 3, (const char *[]){ push_word(k, p->list), p->list,
	    p->payload }));
	freeReplyObject(item_remove(k, dead, item));
	return ctl_ask(k, 1, (const char *[]){ "EXEC" });
}

static struct parcel *
parcel_new(const redisReply *item)
{
	struct parcel		*p = xcalloc(1, sizeof(*p));
	struct field_fault	 ff;

	if (fields_read(&parcel_fields, p, item->str, item->len, &ff) == -1)
		give_up(EXIT_NO, "dead retry: the item is not readable: %s; dead show prints it, "
		    "dead drop removes it", ff.text);
	return p;
}

static int
do_retry(struct ctl *k, const char *dead)
{
	freeReplyObject(ctl_ask(k, 2, (const char *[]){ "WATCH", dead }));
	redisReply	*item = item_get(k, dead);
	struct parcel	*p = parcel_new(item);

	check_list(k, p->list);
	redisReply	*r = move_back(k, dead, item, p);
	const bool	 done = r->type == REDIS_REPLY_ARRAY;
	if (done)
		printf("pushed to %s\n", p->list);
	else
		fprintf(stderr, "pmsctl: dead retry: %s or %s has changed meanwhile, nothing "
		    "was done; see dead list\n", dead, p->list);
	freeReplyObject(r);
	freeReplyObject(item);
	free(p);
	return done ? 0 : EXIT_NO;
}

/* ---- words ------------------------------------------------------------------------ */

static const struct deed {
	const char	*word;
	int		 (*run)(struct ctl *, const char *dead);
} deeds[] = {
	{ "list", do_list },
	{ "show", do_show },
	{ "drop", do_drop },
	{ "retry", do_retry },
};

int
ctl_dead(struct ctl *k)
{
	const char	*word = k->argc == 0 ? "list" : k->argv[0];
	char		 dead[KEY_MAX];

	key_format(K_DEAD, NULL, dead);
	for (size_t i = 0; i < NITEMS(deeds); i++)
		if (text_eq(deeds[i].word, word))
			return deeds[i].run(k, dead);
	give_up(EXIT_CONFIG, "dead: '%s' is none of list, show, drop, retry", word);
}
