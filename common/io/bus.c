/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/bus.h"

#include "io/bus_internal.h"

#include "base/die.h"
#include "base/text.h"
#include "run/log.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	QUIET_MS = 200,		/* how often an idle source is proven empty */
	WATCH_MS = 250,		/* how often lists that were long are looked at */
	ASK_AGAIN_MS = 100,	/* after Redis would not say */
};

struct ask {
	struct bus		*bus;
	struct buf		 resp;
	bus_answer		*answer;
	void			*arg;
	bool			 sent;
	TAILQ_ENTRY(ask)	 link;
};

struct subscription {
	char				*pattern;
	bus_heard			*heard;
	void				(*up)(void *arg);
	void				*arg;
	TAILQ_ENTRY(subscription)	 link;
};

/* ---- asking and telling -------------------------------------------------- */

/*
 * -ERR and -WRONGTYPE are about the command or its key, and answers.  Every other
 * error is about the server as it is now (OOM, LOADING, NOPERM, MISCONF): whoever
 * took it for "there is no such key" would do a thing twice.
 */
static bool
is_refused(const redisReply *r)
{
	return r->type == REDIS_REPLY_ERROR && !text_starts_with(r->str, "ERR ") &&
	    !text_starts_with(r->str, "WRONGTYPE ");
}

static void
ask_again(struct bus *b, const char *why)
{
	static struct log_limit	 lim = LOG_LIMIT(10000);

	if (log_allow(&lim, loop_now(b->loop)))
		log_error("ask_refused", "why=\"%s\" held=%u; it is asked again", why, lim.held);
	timer_in_ms(b->again, ASK_AGAIN_MS);
}

static void
on_answer(void *arg, const redisReply *r)
{
	struct ask	*a = arg;

	if (r == NULL || is_refused(r)) {
		a->sent = false;	/* asked again when the bus is up */
		if (r != NULL)
			ask_again(a->bus, r->str);
		return;
	}
	TAILQ_REMOVE(&a->bus->asks, a, link);
	a->answer(a->arg, r);
	buf_free(&a->resp);
	free(a);
}

static void
send_ask(struct ask *a)
{
	a->sent = true;
	link_send_resp(a->bus->cmd, NULL, on_answer, a, a->resp.p, a->resp.len, 1);
}

static void
send_asks(void *arg)
{
	struct bus	*b = arg;
	struct ask	*a;

	TAILQ_FOREACH(a, &b->asks, link)
		if (b->settled && !a->sent)
			send_ask(a);
}

void
bus_ask(struct bus *b, bus_answer *answer, void *arg, int argc, const char *const *argv)
{
	struct ask	*a = xcalloc(1, sizeof(*a));

	a->bus = b;
	a->answer = answer;
	a->arg = arg;
	resp_add(&a->resp, argc, argv, NULL);
	TAILQ_INSERT_TAIL(&b->asks, a, link);
	if (b->settled)
		send_ask(a);
}

void
bus_tell(struct bus *b, int argc, const char *const *argv)
{
	if (b->settled)
		link_send(b->cmd, NULL, NULL, argc, argv, NULL);
}

void
bus_tell_publish(struct bus *b, enum key k, const char *arg, const char *text)
{
	char	 key[KEY_MAX];

	bus_tell(b, 3, (const char *[]){ "PUBLISH", key_format(k, arg, key), text });
}

void
bus_tell_set_ex(struct bus *b, enum key k, const char *arg, const char *text, int ttl_s)
{
	char	 key[KEY_MAX], ttl[12];

	text_putf(ttl, sizeof(ttl), "%d", ttl_s);
	bus_tell(b, 5, (const char *[]){ "SET", key_format(k, arg, key), text, "EX", ttl });
}

/* ---- settling after a connect --------------------------------------------- */

/* The last step: everything that was in doubt is decided, the bus is usable. */
static void
settled(struct bus *b)
{
	b->settling = false;
	b->settled = true;
	txns_settle(b);
	send_asks(b);
	takes_resume(b);
	b->hooks->up(b->arg);
}

static void
on_mark(void *arg, const redisReply *r)
{
	struct bus	*b = arg;
	int64_t		 n = 0;

	if (r == NULL)
		return;
	if (r->type == REDIS_REPLY_STRING && text_to_i64(r->str, 0, INT64_MAX, &n) == -1)
		log_error("mark_unreadable", "daemon=%s value=%.40s", b->daemon, r->str);
	b->mark_seen = n;
	if (b->mark < n)
		b->mark = n;
	settled(b);
}

struct type_check {
	struct bus	*bus;
	enum key	 key;
};

static void
on_type(void *arg, const redisReply *r)
{
	struct type_check	*t = arg;

	if (r != NULL && r->type == REDIS_REPLY_STATUS && !text_eq(r->str, "none") &&
	    !text_eq(r->str, key_kind_name(key_kind(t->key)))) {
		char	 key[KEY_MAX];

		t->bus->bad_output[t->key] = true;
		bus_move_aside(t->bus, key_format(t->key, NULL, key), r->str);
	}
	free(t);
}

static void
check_types(struct bus *b)
{
	memset(b->bad_output, 0, sizeof(b->bad_output));
	for (size_t i = 0; i < b->noutputs; i++) {
		struct type_check	*t = xcalloc(1, sizeof(*t));
		char			 key[KEY_MAX];

		t->bus = b;
		t->key = b->outputs[i];
		link_send(b->cmd, on_type, t, 2,
		    (const char *[]){ "TYPE", key_format(t->key, NULL, key) }, NULL);
	}
}

void
bus_move_aside(struct bus *b, const char *key, const char *type)
{
	char	 what[KEY_MAX], aside[KEY_MAX];

	text_putf(what, sizeof(what), "%s:%lld", key, (long long)wall_ms(loop_wall(b->loop)));
	key_format(K_DEAD_LIST, what, aside);
	log_error("key_moved_aside", "key=%s type=%s to=%s", key, type, aside);
	link_send(b->cmd, NULL, NULL, 3, (const char *[]){ "RENAME", key, aside }, NULL);
}

void
bus_kill_client(struct bus *b, int64_t id)
{
	char	 text[24];

	if (id == 0)
		return;
	text_putf(text, sizeof(text), "%lld", (long long)id);
	link_send(b->cmd, NULL, NULL, 4, (const char *[]){ "CLIENT", "KILL", "ID", text }, NULL);
}

void
bus_settle(struct bus *b)
{
	char	 key[KEY_MAX];

	if (b->settled || b->settling || !link_is_up(b->cmd))
		return;
	b->settling = true;
	check_types(b);
	link_send(b->cmd, on_mark, b, 2,
	    (const char *[]){ "GET", key_format(K_MARK, b->daemon, key) }, NULL);
}

static void
on_up(void *arg)
{
	struct bus	*b = arg;

	bus_kill_client(b, link_lost_id(b->cmd));
	b->hooks->connected(b->arg);
}

static void
on_down(void *arg)
{
	struct bus	*b = arg;

	b->settling = false;
	if (!b->settled)
		return;
	b->settled = false;
	b->hooks->down(b->arg);
}

static const struct link_hooks	cmd_hooks = { .up = on_up, .down = on_down };

/* ---- pub/sub ------------------------------------------------------------- */

static void
subscribe_now(struct bus *b, struct subscription *s)
{
	link_send(b->sub, NULL, NULL, 2, (const char *[]){ "PSUBSCRIBE", s->pattern }, NULL);
	if (s->up != NULL)
		s->up(s->arg);
}

static void
on_sub_up(void *arg)
{
	struct bus		*b = arg;
	struct subscription	*s;

	link_subscribes(b->sub);
	TAILQ_FOREACH(s, &b->subscriptions, link)
		subscribe_now(b, s);
}

static void
on_sub_down(void *arg)
{
	(void)arg;
}

/* ["pmessage", pattern, channel, text] */
static void
on_push(void *arg, const redisReply *r)
{
	struct bus		*b = arg;
	struct subscription	*s;

	if (r->elements != 4)
		return;
	TAILQ_FOREACH(s, &b->subscriptions, link) {
		if (text_eq(s->pattern, r->element[1]->str)) {
			s->heard(s->arg, r->element[2]->str, r->element[3]->str,
			    (size_t)r->element[3]->len);
			return;
		}
	}
}

static const struct link_hooks	sub_hooks = {
	.up = on_sub_up, .down = on_sub_down, .push = on_push,
};

void
bus_subscribe(struct bus *b, const char *pattern, bus_heard *heard, void (*up)(void *), void *arg)
{
	struct subscription	*s = xcalloc(1, sizeof(*s));
	char			 name[64];

	s->pattern = xstrdup(pattern);
	s->heard = heard;
	s->up = up;
	s->arg = arg;
	TAILQ_INSERT_TAIL(&b->subscriptions, s, link);
	if (b->sub == NULL) {
		text_putf(name, sizeof(name), "%s-sub", b->daemon);
		b->sub = link_new(b->loop, &b->addr, name, &sub_hooks, b);
	} else if (link_is_up(b->sub))
		subscribe_now(b, s);
}

static void
subscription_free(struct bus *b, struct subscription *s)
{
	TAILQ_REMOVE(&b->subscriptions, s, link);
	free(s->pattern);
	free(s);
}

/* ---- bounds -------------------------------------------------------------- */

struct look {
	struct bus	*bus;
	enum key	 key;
};

static bool
is_complained_of(enum key_full f)
{
	return f == FULL_ALARM || f == FULL_WAIT;
}

/* The reader is slow, or gone: whoever writes sees it first. */
void
bus_note_length(struct bus *b, enum key k, long n)
{
	const bool	 was_full = bus_list_full(b, k);
	char		 key[KEY_MAX];

	b->length[k] = n;
	if (was_full && !bus_list_full(b, k))
		takes_resume(b);
	if (bus_list_full(b, k) && is_complained_of(key_when_full(k)) &&
	    log_allow(&b->full_lims[k], loop_now(b->loop)))
		log_error("list_full", "list=%s len=%ld bound=%ld held=%u", key_format(k, NULL, key),
		    n, key_bound(k), b->full_lims[k].held);
}

static void
on_length(void *arg, const redisReply *r)
{
	struct look	*l = arg;

	if (r->type == REDIS_REPLY_INTEGER)
		bus_note_length(l->bus, l->key, (long)r->integer);
	free(l);
}

static void
look_at_long_lists(void *arg)
{
	struct bus	*b = arg;

	for (size_t i = 0; i < b->noutputs; i++) {
		const enum key	 k = b->outputs[i];
		char		 key[KEY_MAX];

		if (b->length[k] <= key_bound(k) / 2)
			continue;
		struct look	*l = xcalloc(1, sizeof(*l));
		*l = (struct look){ b, k };
		bus_ask(b, on_length, l, 2, (const char *[]){ "LLEN", key_format(k, NULL, key) });
	}
	timer_in_ms(b->watch, WATCH_MS);
}

bool
bus_list_full(struct bus *b, enum key k)
{
	return key_bound(k) != 0 && b->length[k] >= key_bound(k);
}

/* ---- life ---------------------------------------------------------------- */

static void
on_quiet_tick(void *arg)
{
	struct bus	*b = arg;

	takes_prove_empty(b);
	timer_in_ms(b->quiet, QUIET_MS);
}

static void
on_turn(void *arg)
{
	takes_deliver(arg);
}

struct bus *
bus_new(struct loop *loop, const struct redis_addr *addr, const char *daemon,
    const enum key *outputs, size_t noutputs, const struct bus_hooks *hooks, void *arg)
{
	struct bus	*b = xcalloc(1, sizeof(*b));
	char		 name[64];

	b->loop = loop;
	b->addr = *addr;
	b->daemon = daemon;
	b->outputs = outputs;
	b->noutputs = noutputs;
	b->hooks = hooks;
	b->arg = arg;
	for (size_t k = 0; k < KEY_N; k++)
		b->full_lims[k] = (struct log_limit)LOG_LIMIT(60000);
	TAILQ_INIT(&b->takes);
	TAILQ_INIT(&b->txns);
	TAILQ_INIT(&b->asks);
	TAILQ_INIT(&b->subscriptions);
	b->turn = (struct loop_hook){ .run = on_turn, .arg = b };
	loop_each_turn(loop, &b->turn);
	b->quiet = timer_new(loop, on_quiet_tick, b);
	b->watch = timer_new(loop, look_at_long_lists, b);
	b->again = timer_new(loop, send_asks, b);
	timer_in_ms(b->quiet, QUIET_MS);
	timer_in_ms(b->watch, WATCH_MS);
	text_putf(name, sizeof(name), "%s-cmd", daemon);
	b->cmd = link_new(loop, addr, name, &cmd_hooks, b);
	return b;
}

void
bus_free(struct bus *b)
{
	struct subscription	*s;
	struct ask		*a;

	if (b == NULL)
		return;
	takes_free(b);
	txns_free(b);
	while ((a = TAILQ_FIRST(&b->asks)) != NULL) {
		TAILQ_REMOVE(&b->asks, a, link);
		buf_free(&a->resp);
		free(a);
	}
	while ((s = TAILQ_FIRST(&b->subscriptions)) != NULL)
		subscription_free(b, s);
	loop_forget_turn(b->loop, &b->turn);
	timer_free(b->quiet);
	timer_free(b->watch);
	timer_free(b->again);
	link_free(b->cmd);
	link_free(b->sub);
	free(b);
}

mono_t
bus_tended(const struct bus *b)
{
	return link_tended(b->cmd);
}

struct loop *
bus_loop(struct bus *b)
{
	return b->loop;
}

int64_t
bus_client_id(const struct bus *b)
{
	return link_id(b->cmd);
}
