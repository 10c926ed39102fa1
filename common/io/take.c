/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/bus_internal.h"

#include "base/die.h"
#include "base/text.h"
#include "run/log.h"
#include "wire/jw.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_S = 2,		/* below the link's own deadline */
	BATCH_MAX = 63,		/* moved in one go while there is a backlog */
	RETRY_MS = 200,
	PROBE = 8,		/* LMOVEs until the list was seen empty: what comes then is new */
};

TAILQ_HEAD(items, item);

struct take {
	struct bus		*bus;
	struct source		 source;
	void			*arg;
	struct link		*link_;		/* blocks in BLMOVE */
	char			 key[KEY_MAX], work[KEY_MAX];

	struct items		 ready;		/* taken, not yet handed to the handler */
	struct items		 items;		/* handed over, not finished */
	unsigned		 in_flight;	/* both */

	bool			 armed;		/* a BLMOVE is out */
	bool			 served;	/* one was answered in this turn */
	bool			 compared;	/* with the work list, since the last connect */
	unsigned		 batch;		/* LMOVEs before the next BLMOVE */
	bool			 dry;		/* one of them found nothing */
	mono_t			 sent_at;
	mono_t			 seen_empty;
	bool			 probed;	/* by this process: its first items may be old */
	struct timer		*retry;
	void			(*told)(void *arg);
	TAILQ_ENTRY(take)	 link;
};

/* ---- items ------------------------------------------------------------------ */

static struct item *
item_new(struct take *t, const char *text, size_t len, bool found)
{
	struct item	*i = xcalloc(1, sizeof(*i));

	i->take = t;
	i->text = xcalloc(1, len + 1);
	memcpy(i->text, text, len);
	i->len = len;
	i->taken_at = loop_now(t->bus->loop);
	i->not_before = t->seen_empty;
	i->found = found;
	TAILQ_INSERT_TAIL(&t->ready, i, link);
	t->in_flight++;
	t->bus->in_flight++;
	return i;
}

static void
item_free(struct item *i)
{
	i->take->in_flight--;
	i->take->bus->in_flight--;
	free(i->text);
	free(i);
}

static void	arm(struct take *);

void
item_finish(struct item *i)
{
	struct take	*t = i->take;

	TAILQ_REMOVE(&t->items, i, link);
	item_free(i);
	arm(t);
}

/* The oldest stand at the end of the work list that LREM begins with. */
void
item_removal(const struct item *i, char work_key[KEY_MAX], const char **count)
{
	text_put(work_key, KEY_MAX, i->take->work);
	*count = i->take->source.end == TAKE_LEFT ? "1" : "-1";
}

void
bus_park(struct bus *b, struct item *i, const char *reason)
{
	struct txn	*t = txn_new(b, "park", i);
	struct buf	 dead = { 0 };

	log_warn("item_parked", "list=%s len=%zu why=\"%s\"", i->take->key, i->len, reason);
	jw_open(&dead, '{');
	jw_put_str(&dead, "list", i->take->key);
	jw_put_str(&dead, "reason", reason);
	jw_put_int(&dead, "ts", wall_ms(loop_wall(b->loop)));
	jw_key(&dead, "payload");
	jw_strn(&dead, i->text, i->len);
	jw_close(&dead, '}');
	txn_push(t, K_DEAD, NULL, dead.p, dead.len);
	txn_commit(t, NULL, NULL);
	buf_free(&dead);
}

/* ---- taking ------------------------------------------------------------------ */

/* A key that holds no list goes; the other one may hold what nobody must lose. */
static void
check_type(struct take *t, const char *key, const redisReply *r)
{
	if (r->type == REDIS_REPLY_STATUS && !text_eq(r->str, "list") && !text_eq(r->str, "none"))
		bus_move_aside(t->bus, key, r->str);
}

static void
on_type(void *arg, const redisReply *r)
{
	struct take	*t = arg;

	check_type(t, t->key, r);
}

static void
on_work_type(void *arg, const redisReply *r)
{
	struct take	*t = arg;

	check_type(t, t->work, r);
}

/* The reply does not say which of the two it was. */
static void
wrong_type(struct take *t)
{
	if (!t->bus->settled)
		return;
	bus_ask(t->bus, on_type, t, 2, (const char *[]){ "TYPE", t->key });
	bus_ask(t->bus, on_work_type, t, 2, (const char *[]){ "TYPE", t->work });
}

/* False: nothing came. */
static bool
got(struct take *t, const redisReply *r)
{
	static struct log_limit	 lim = LOG_LIMIT(10000);

	if (r->type == REDIS_REPLY_STRING) {
		item_new(t, r->str, (size_t)r->len, false);
		return true;
	}
	if (r->type == REDIS_REPLY_ERROR) {
		if (text_starts_with(r->str, "WRONGTYPE"))
			wrong_type(t);
		if (log_allow(&lim, loop_now(t->bus->loop)))
			log_error("take_failed", "list=%s why=\"%s\" held=%u; it is tried again",
			    t->key, r->str, lim.held);
	}
	return false;
}

static void
on_moved(void *arg, const redisReply *r)
{
	struct take	*t = arg;

	if (r == NULL || got(t, r))
		return;
	t->dry = true;
	if (r->type != REDIS_REPLY_NIL)		/* refused: what the list holds is not known */
		return;
	t->probed = true;
	t->seen_empty = t->sent_at;
}

static void
on_blocked(void *arg, const redisReply *r)
{
	struct take	*t = arg;

	if (r == NULL)
		return;
	t->armed = false;
	/* Where one comes while others are worked on, more may wait. */
	const bool	 backlog = got(t, r) && !t->dry && t->in_flight > 1;
	t->batch = !backlog ? 0 : t->batch >= BATCH_MAX / 2 ? BATCH_MAX : t->batch * 2 + 1;
	if (r->type == REDIS_REPLY_NIL)
		t->seen_empty = loop_now(t->bus->loop);
	t->served = r->type != REDIS_REPLY_ERROR;
	if (!t->served)
		timer_in_ms(t->retry, RETRY_MS);
}

static void
add_move(const struct take *t, struct buf *b, bool blocking)
{
	const bool	 left = t->source.end == TAKE_LEFT;
	char		 seconds[12];
	const char	*argv[] = { blocking ? "BLMOVE" : "LMOVE", t->key, t->work,
			    left ? "LEFT" : "RIGHT", left ? "RIGHT" : "LEFT", seconds };

	text_putf(seconds, sizeof(seconds), "%d", BLOCK_S);
	resp_add(b, blocking ? 6 : 5, argv, NULL);
}

static bool
must_wait(const struct take *t)
{
	const enum key	*k = t->source.feeds;

	return k != NULL && key_when_full(*k) == FULL_WAIT && bus_list_full(t->bus, *k);
}

static void
arm(struct take *t)
{
	struct buf	 b = { 0 };

	if (t->armed || t->bus->stopped || !t->compared || !link_is_up(t->link_) ||
	    t->in_flight >= t->source.max_in_flight || must_wait(t))
		return;
	const unsigned	 room = t->source.max_in_flight - t->in_flight - 1;
	const unsigned	 batch = t->probed || t->batch > PROBE ? t->batch : PROBE;
	const unsigned	 n = batch < room ? batch : room;
	for (unsigned i = 0; i < n; i++)
		add_move(t, &b, false);
	add_move(t, &b, true);
	t->armed = true;
	t->dry = false;
	t->sent_at = clock_mono();
	link_send_resp(t->link_, on_moved, on_blocked, t, b.p, b.len, (int)n + 1);
	buf_free(&b);
}

static void
on_retry(void *arg)
{
	arm(arg);
}

/* ---- comparing with the work list ------------------------------------------- */

static void
unmatch(struct items *items)
{
	struct item	*i;

	TAILQ_FOREACH(i, items, link)
		i->matched = false;
}

static bool
match(struct items *items, const redisReply *e)
{
	struct item	*i;

	TAILQ_FOREACH(i, items, link) {
		if (i->matched || i->len != (size_t)e->len || memcmp(i->text, e->str, i->len) != 0)
			continue;
		i->matched = true;
		return true;
	}
	return false;
}

static void
on_work_list(void *arg, const redisReply *r)
{
	struct take	*t = arg;

	if (r->type == REDIS_REPLY_ERROR) {
		log_error("work_list_unreadable", "list=%s why=\"%s\"", t->work, r->str);
		if (t->bus->settled)
			bus_move_aside(t->bus, t->work, "wrong");
	}
	unmatch(&t->ready);
	unmatch(&t->items);
	const size_t	 n = r->type == REDIS_REPLY_ARRAY ? r->elements : 0;
	for (size_t i = 0; i < n; i++) {
		const redisReply	*e = r->element[t->source.end == TAKE_LEFT ? i : n - 1 - i];

		if (match(&t->ready, e) || match(&t->items, e))
			continue;
		item_new(t, e->str, (size_t)e->len, true)->matched = true;
		log_info("item_found", "list=%s len=%lld", t->work, (long long)e->len);
	}
	t->compared = true;
	arm(t);
}

static void
on_killed(void *arg, const redisReply *r)
{
	(void)arg;
	(void)r;
}

/*
 * The old connection may still be blocked in Redis and move an item to nobody:
 * it is killed before the work list is read.
 */
static void
on_link_up(void *arg)
{
	struct take	*t = arg;
	const int64_t	 lost = link_lost_id(t->link_);
	char		 id[24];

	text_putf(id, sizeof(id), "%lld", (long long)lost);
	if (lost != 0)
		bus_ask(t->bus, on_killed, t, 4, (const char *[]){ "CLIENT", "KILL", "ID", id });
	bus_ask(t->bus, on_work_list, t, 4, (const char *[]){ "LRANGE", t->work, "0", "-1" });
}

static void
on_link_down(void *arg)
{
	struct take	*t = arg;

	t->armed = t->compared = false;
	t->batch = 0;
}

static const struct link_hooks	take_hooks = { .up = on_link_up, .down = on_link_down };

/* ---- for the bus ------------------------------------------------------------- */

struct take *
bus_take(struct bus *b, const struct source *s, void *arg)
{
	struct take	*t = xcalloc(1, sizeof(*t));

	t->bus = b;
	t->source = *s;
	t->arg = arg;
	TAILQ_INIT(&t->ready);
	TAILQ_INIT(&t->items);
	key_format(s->key, s->key_arg, t->key);
	key_format(K_WORK, key_tail(t->key), t->work);
	t->retry = timer_new(b->loop, on_retry, t);
	TAILQ_INSERT_TAIL(&b->takes, t, link);
	return t;
}

void
take_start(struct take *t, void (*told)(void *))
{
	char	 name[64];

	t->told = told;
	text_putf(name, sizeof(name), "%s-%s", t->bus->daemon, key_tail(t->key));
	t->link_ = link_new(t->bus->loop, &t->bus->addr, name, &take_hooks, t);
}

void
bus_stop_taking(struct bus *b)
{
	b->stopped = true;
}

void
take_seen_empty(struct take *t, mono_t when)
{
	t->seen_empty = when;
}

static void
deliver(struct take *t)
{
	struct item	*i;

	while ((i = TAILQ_FIRST(&t->ready)) != NULL) {
		TAILQ_REMOVE(&t->ready, i, link);
		TAILQ_INSERT_TAIL(&t->items, i, link);
		t->source.handle(t->arg, i);
	}
	if (t->told != NULL && t->compared) {
		void	(*told)(void *) = t->told;

		t->told = NULL;
		told(t->arg);
	}
}

/* What an item causes leaves before the next one is asked for: it must not wait. */
void
takes_deliver(struct bus *b)
{
	struct take	*t;

	TAILQ_FOREACH(t, &b->takes, link)
		deliver(t);
	TAILQ_FOREACH(t, &b->takes, link) {
		if (t->served)
			arm(t);
		t->served = false;
	}
}

void
takes_resume(struct bus *b)
{
	struct take	*t;

	TAILQ_FOREACH(t, &b->takes, link)
		if (t->link_ != NULL)
			arm(t);
}

void
takes_prove_empty(struct bus *b)
{
	struct take	*t;

	TAILQ_FOREACH(t, &b->takes, link)
		if (t->armed && link_is_quiet(t->link_))
			t->seen_empty = clock_mono();
}

static void
free_items(struct items *items)
{
	struct item	*i;

	while ((i = TAILQ_FIRST(items)) != NULL) {
		TAILQ_REMOVE(items, i, link);
		item_free(i);
	}
}

void
takes_free(struct bus *b)
{
	struct take	*t;

	while ((t = TAILQ_FIRST(&b->takes)) != NULL) {
		TAILQ_REMOVE(&b->takes, t, link);
		free_items(&t->ready);
		free_items(&t->items);
		timer_free(t->retry);
		link_free(t->link_);
		free(t);
	}
}

size_t
bus_in_flight(const struct bus *b)
{
	return b->in_flight;
}
