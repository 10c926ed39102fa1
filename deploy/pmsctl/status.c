/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.c - the six daemons, by their heartbeats, the lists between them, and
 * what holds them back.
 */
#include "deploy/pmsctl/pmsctl.h"

#include "base/text.h"
#include "run/loop.h"
#include "wire/field.h"
#include "wire/msg.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SILENT_MS = 3000 };	/* a heartbeat comes every second, and its key outlives it by far */

/* Who reads a list stands in keys.def, in these words; 0: no daemon, or not always the same. */
enum reader {
	GATEWAY = 0, PEOPLE = 0, ALL = 0, OWNER = 0, READER = 0,
	FEEDD = 1, USERD = 2, CMDD = 4, ORDERD = 8, RISKD = 16, ALGOD = 32,
};

static const unsigned	reader_of[] = {
#define KEY(id, kind, name, writers, readers, bound, full) [id] = readers,
#include "wire/keys.def"
#undef KEY
};
_Static_assert(NITEMS(reader_of) == KEY_N, "keys");

/* In the order of the design: prices, user stream, commands, orders, accounts, algos. */
static const struct daemon_row {
	const char	*name;
	unsigned	 reader;
} daemons[] = {
	{ "feedd", FEEDD }, { "userd", USERD }, { "cmdd", CMDD }, { "orderd", ORDERD },
	{ "riskd", RISKD }, { "algod", ALGOD },
};

/* ---- lists ---------------------------------------------------------------------- */

struct list {
	char		key[KEY_MAX];
	unsigned	reader;
	int64_t		waiting, taken;		/* taken: in the reader's work list; -1: no list */
};

struct lists {
	struct list	v[(int)KEY_N + (int)CMD_N];
	size_t		n;
};

/* -1: it is no list. */
static int64_t
length(struct ctl *k, const char *key)
{
	redisReply	*r = ctl_try(k, 2, (const char *[]){ "LLEN", key });
	const int64_t	 n = r->type == REDIS_REPLY_INTEGER ? r->integer : -1;

	if (n == -1 && !text_starts_with(r->str, "WRONGTYPE"))
		give_up(EXIT_TRY_AGAIN, "LLEN %s: Redis says: %s", key, r->str);
	freeReplyObject(r);
	return n;
}

static void
add_list(struct ctl *k, struct lists *ls, enum key key, const char *arg)
{
	struct list	*l = &ls->v[ls->n++];
	char		 work[KEY_MAX];

	l->reader = reader_of[key];
	key_format(key, arg, l->key);
	key_format(K_WORK, key_tail(l->key), work);
	l->waiting = length(k, l->key);
	l->taken = length(k, work);
}

/* Every list that one daemon reads, as keys.def has them. */
static void
measure(struct ctl *k, struct lists *ls)
{
	ls->n = 0;
	for (int key = 0; key < KEY_N; key++) {
		if (key_kind((enum key)key) != KIND_LIST || reader_of[key] == 0)
			continue;
		if (key != K_CMD)
			add_list(k, ls, (enum key)key, NULL);
		else
			for (int i = 0; i < command_names.n; i++)
				add_list(k, ls, K_CMD, names_get(&command_names, i));
	}
}

static struct list
sum_of(const struct lists *ls, unsigned reader)
{
	struct list	 sum = { .reader = reader };

	for (size_t i = 0; i < ls->n; i++) {
		if (ls->v[i].reader != reader)
			continue;
		sum.waiting += ls->v[i].waiting > 0 ? ls->v[i].waiting : 0;
		sum.taken += ls->v[i].taken > 0 ? ls->v[i].taken : 0;
	}
	return sum;
}

static void
print_lists(const struct lists *ls)
{
	bool	 begun = false;

	for (size_t i = 0; i < ls->n; i++) {
		const struct list	*l = &ls->v[i];

		if (l->waiting == 0 && l->taken == 0)
			continue;
		if (!begun)
			printf("\n%-28s %8s %6s\n", "list", "waiting", "taken");
		begun = true;
		printf("%-28s %8lld %6lld%s\n", l->key, (long long)l->waiting, (long long)l->taken,
		    l->waiting < 0 || l->taken < 0 ? "  not a list" : "");
	}
}

/* ---- daemons -------------------------------------------------------------------- */

/* What orderd has used of what the exchange allows; limits are 0 where a daemon has none. */
struct pace {
	int64_t	weight, weight_limit;
	int64_t	orders_10s, orders_10s_limit;
	int64_t	orders_1m, orders_1m_limit;
	char	closed[24];		/* why nothing is sent, or "" */
	wall_t	until;
};

struct health {
	int64_t		pid;
	char		state[128];
	char		mode[16];		/* of one that has modes */
	char		*why;			/* JSON: what makes it so; heap */
	wall_t		since, ts;
	struct pace	pace;
};

static const struct field	health_v[] = {
	F(health, pid, "pid", F_I64, FIELD_REQUIRED),
	F(health, state, "state", F_STR, FIELD_REQUIRED),
	F(health, mode, "mode", F_STR, 0),
	F(health, why, "why", F_RAW, 0),
	F(health, since, "since", F_WALL, FIELD_REQUIRED),
	F(health, ts, "ts", F_WALL, FIELD_REQUIRED),
	F(health, pace.weight, "pace.weight", F_I64, 0),
	F(health, pace.weight_limit, "pace.weightLimit", F_I64, 0),
	F(health, pace.orders_10s, "pace.orders10s", F_I64, 0),
	F(health, pace.orders_10s_limit, "pace.orders10sLimit", F_I64, 0),
	F(health, pace.orders_1m, "pace.orders1m", F_I64, 0),
	F(health, pace.orders_1m_limit, "pace.orders1mLimit", F_I64, 0),
	F(health, pace.closed, "pace.closed", F_STR, 0),
	F(health, pace.until, "pace.untilMs", F_WALL, 0),
};
static const struct fields	health_fields = FIELDS(health_v);

/* Of the lock; its epoch is the name of one instance, in the log too. */
struct holder {
	char	epoch[40];
};

static const struct field	holder_v[] = { F(holder, epoch, "epoch", F_STR, 0) };
static const struct fields	holder_fields = FIELDS(holder_v);

static struct holder
holder_get(struct ctl *k, const char *daemon)
{
	struct holder		 h = { "" };
	struct field_fault	 ff;
	char			 key[KEY_MAX];
	redisReply		*r = ctl_ask(k, 2, (const char *[]){ "GET",
			    key_format(K_LOCK, daemon, key) });

	if (r->type != REDIS_REPLY_STRING ||
	    fields_read(&holder_fields, &h, r->str, r->len, &ff) == -1 || *h.epoch == '\0')
		text_put(h.epoch, sizeof(h.epoch), "-");
	freeReplyObject(r);
	return h;
}

/* Where the state does not tell it already.  why is an array of words that need no quotes. */
static void
print_mode(const struct health *h)
{
	if (*h->mode == '\0' || text_eq(h->mode, "ACTIVE") || !text_eq(h->state, "ready"))
		return;
	printf(", %s", h->mode);
	for (const char *p = h->why == NULL ? "" : h->why; *p != '\0'; p++) {
		if (*p == '[' || *p == ',')
			fputs(*p == ',' ? ", " : ": ", stdout);
		else if (strchr("]\"", *p) == NULL)
			putchar(*p);
	}
}

/* What a daemon says of itself ends with its line: it is free text. */
static bool
print_health(const struct health *h, const struct list *sum, const struct holder *holder)
{
	char		 up[AGE], seen[AGE];
	const int64_t	 age_ms = wall_diff_ms(clock_wall(), h->ts);
	const bool	 silent = age_ms > SILENT_MS;

	printf("%7lld %7s %6s %8lld %6lld  %-24s  %s%s", (long long)h->pid,
	    age_format(wall_diff_ms(h->ts, h->since), up), age_format(age_ms, seen),
	    (long long)sum->waiting, (long long)sum->taken, holder->epoch,
	    silent ? "silent, last said: " : "", h->state);
	print_mode(h);
	putchar('\n');
	return !silent && text_eq(h->state, "ready");
}

static bool
print_missing(const struct list *sum, const struct holder *holder, const char *state)
{
	printf("%7s %7s %6s %8lld %6lld  %-24s  %s\n", "-", "-", "-", (long long)sum->waiting,
	    (long long)sum->taken, holder->epoch, state);
	return false;
}

static bool
print_daemon(struct ctl *k, const struct daemon_row *d, const struct lists *ls, struct pace *pace)
{
	struct health		 h = { 0 };
	const struct list	 sum = sum_of(ls, d->reader);
	const struct holder	 holder = holder_get(k, d->name);
	struct field_fault	 ff;
	char			 key[KEY_MAX];
	redisReply		*r = ctl_ask(k, 2, (const char *[]){ "GET",
			    key_format(K_HEALTH, d->name, key) });
	bool			 ready;

	printf("%-7s", d->name);
	if (r->type != REDIS_REPLY_STRING)
		ready = print_missing(&sum, &holder, "missing: no heartbeat");
	else if (fields_read(&health_fields, &h, r->str, r->len, &ff) == -1)
		ready = print_missing(&sum, &holder, ff.text);
	else
		ready = print_health(&h, &sum, &holder);
	if (h.pace.weight_limit > 0)
		*pace = h.pace;
	if (k->verbose && r->type == REDIS_REPLY_STRING)
		printf("        %s\n", r->str);
	free(h.why);
	freeReplyObject(r);
	return ready;
}

/* ---- what orders may cost ------------------------------------------------------- */

static void
print_pace(const struct pace *p)
{
	const struct { const char *name; int64_t used, limit; } rows[] = {
		{ "weight in 1 min", p->weight, p->weight_limit },
		{ "orders in 10 s", p->orders_10s, p->orders_10s_limit },
		{ "orders in 1 min", p->orders_1m, p->orders_1m_limit },
	};
	char	 left[AGE];

	if (p->weight_limit == 0)
		return;
	printf("\n%-28s %8s %6s\n", "pace of orderd", "used", "limit");
	for (size_t i = 0; i < NITEMS(rows); i++)
		printf("%-28s %8lld %6lld\n", rows[i].name, (long long)rows[i].used,
		    (long long)rows[i].limit);
	if (*p->closed != '\0')
		printf("closed: %s, for %s\n", p->closed,
		    age_format(wall_diff_ms(p->until, clock_wall()), left));
}

/* ---- counts --------------------------------------------------------------------- */

static long long
count(struct ctl *k, const char *command, const char *key)
{
	return ctl_ask_int(k, 2, (const char *[]){ command, key });
}

static long long
count_resting(struct ctl *k)
{
	char		 pattern[KEY_MAX];
	struct ctl_keys	 keys = ctl_scan(k, key_format(K_OPEN_ORDERS, "*", pattern));
	long long	 n = 0;

	for (size_t i = 0; i < keys.n; i++)
		n += count(k, "HLEN", keys.v[i]);
	ctl_keys_free(&keys);
	return n;
}

static void
print_counts(struct ctl *k)
{
	char	 key[KEY_MAX];

	key_format(K_DEAD, NULL, key);
	printf("\n%s %lld", key, count(k, "LLEN", key));
	key_format(K_OPEN, NULL, key);
	printf(", %s %lld", key, count(k, "ZCARD", key));
	key_format(K_OPEN_ORDERS, "*", key);
	printf(", %s %lld", key, count_resting(k));
	key_format(K_DOUBT, NULL, key);
	printf(", %s %lld\n", key, count(k, "HLEN", key));
}

int
ctl_status(struct ctl *k)
{
	struct lists	 ls;
	struct pace	 pace = { 0 };
	size_t		 ready = 0;

	if (k->argc > 0)
		give_up(EXIT_CONFIG, "status: takes no argument, not '%s'", k->argv[0]);
	measure(k, &ls);
	printf("%-7s%7s %7s %6s %8s %6s  %-24s  %s\n", "daemon", "pid", "up", "seen", "waiting",
	    "taken", "instance", "state");
	for (size_t i = 0; i < NITEMS(daemons); i++)
		ready += print_daemon(k, &daemons[i], &ls, &pace);
	print_lists(&ls);
	print_pace(&pace);
	print_halts(k);
	print_counts(k);
	return ready == NITEMS(daemons) ? 0 : EXIT_NO;
}
