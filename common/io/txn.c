/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/bus_internal.h"

#include "base/die.h"
#include "base/text.h"
#include "io/crash.h"
#include "run/log.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>
#include <string.h>

enum { RESEND_MS = 100 };

/* One command inside the EXEC, as a run of txn->resp. */
struct op {
	size_t		 start, len;
	enum key	 key;
	bool		 is_push;
};

struct txn {
	struct bus		*bus;
	const char		*label;
	struct buf		 resp;
	struct op		*ops;
	size_t			 nops, cap;
	struct item		**items;	/* removed by the last nitems ops */
	size_t			 nitems;
	void			(*done)(void *arg);
	void			*arg;
	int64_t			 number;	/* its mark, once sent */
	bool			 sent;
	struct timer		*resend;	/* after Redis refused the whole EXEC */
	TAILQ_ENTRY(txn)	 link;
};

static void	send_txn(struct txn *);

/* ---- composing ------------------------------------------------------------ */

struct txn *
txn_new(struct bus *b, const char *label, struct item *item)
{
	struct txn	*t = xcalloc(1, sizeof(*t));

	t->bus = b;
	t->label = label;
	if (item != NULL)
		txn_also(t, item);
	return t;
}

static struct op *
add_op(struct txn *t, enum key k)
{
	if (t->nops == t->cap) {
		t->cap = t->cap == 0 ? 8 : t->cap * 2;
		t->ops = xrealloc(t->ops, t->cap * sizeof(*t->ops));
	}
	struct op	*op = &t->ops[t->nops++];
	*op = (struct op){ .start = t->resp.len, .key = k };
	return op;
}

static void
add_command(struct txn *t, enum key k, int argc, const char *const *argv, const size_t *lens)
{
	struct op	*op = add_op(t, k);

	resp_add(&t->resp, argc, argv, lens);
	op->len = t->resp.len - op->start;
	op->is_push = text_eq(argv[0], "RPUSH");
}

void
txn_push(struct txn *t, enum key k, const char *arg, const char *text, size_t len)
{
	char		 key[KEY_MAX];
	const char	*argv[] = { "RPUSH", key_format(k, arg, key), text };

	add_command(t, k, 3, argv, (size_t[]){ strlen("RPUSH"), strlen(key), len });
	if (key_when_full(k) == FULL_DROP_OLDEST) {
		char	 keep[24];

		text_putf(keep, sizeof(keep), "-%ld", key_bound(k));
		add_command(t, k, 4, (const char *[]){ "LTRIM", key, keep, "-1" }, NULL);
	}
}

void
txn_push_msg(struct txn *t, enum key k, const struct fields *fields, const void *m)
{
	struct buf	 b = { 0 };

	fields_object(fields, m, &b);
	txn_push(t, k, NULL, b.p, b.len);
	buf_free(&b);
}

void
txn_publish(struct txn *t, enum key k, const char *arg, const char *text)
{
	char	 key[KEY_MAX];

	add_command(t, k, 3, (const char *[]){ "PUBLISH", key_format(k, arg, key), text }, NULL);
}

void
txn_set_ex(struct txn *t, enum key k, const char *arg, const char *text, int ttl_s)
{
	char	 key[KEY_MAX], ttl[12];

	text_putf(ttl, sizeof(ttl), "%d", ttl_s);
	add_command(t, k, 5,
	    (const char *[]){ "SET", key_format(k, arg, key), text, "EX", ttl }, NULL);
}

void
txn_set(struct txn *t, enum key k, const char *arg, const char *text)
{
	char	 key[KEY_MAX];

	add_command(t, k, 3, (const char *[]){ "SET", key_format(k, arg, key), text }, NULL);
}

void
txn_hset(struct txn *t, enum key k, const char *arg, const char *field, const char *value)
{
	char	 key[KEY_MAX];

	add_command(t, k, 4, (const char *[]){ "HSET", key_format(k, arg, key), field, value }, NULL);
}

void
txn_hdel(struct txn *t, enum key k, const char *arg, const char *field)
{
	char	 key[KEY_MAX];

	add_command(t, k, 3, (const char *[]){ "HDEL", key_format(k, arg, key), field }, NULL);
}

void
txn_zadd(struct txn *t, enum key k, int64_t score, const char *member)
{
	char	 key[KEY_MAX], number[24];

	text_putf(number, sizeof(number), "%lld", (long long)score);
	add_command(t, k, 4,
	    (const char *[]){ "ZADD", key_format(k, NULL, key), number, member }, NULL);
}

void
txn_zrem(struct txn *t, enum key k, const char *member)
{
	char	 key[KEY_MAX];

	add_command(t, k, 3, (const char *[]){ "ZREM", key_format(k, NULL, key), member }, NULL);
}

void
txn_expire(struct txn *t, enum key k, const char *arg, int ttl_s)
{
	char	 key[KEY_MAX], ttl[12];

	text_putf(ttl, sizeof(ttl), "%d", ttl_s);
	add_command(t, k, 3, (const char *[]){ "EXPIRE", key_format(k, arg, key), ttl }, NULL);
}

void
txn_also(struct txn *t, struct item *item)
{
	t->items = xrealloc(t->items, (t->nitems + 1) * sizeof(*t->items));
	t->items[t->nitems++] = item;
}

static void
add_removals(struct txn *t)
{
	for (size_t i = 0; i < t->nitems; i++) {
		const struct item	*item = t->items[i];
		char			 key[KEY_MAX];
		const char		*count;

		item_removal(item, key, &count);
		add_command(t, K_WORK, 4, (const char *[]){ "LREM", key, count, item->text },
		    (size_t[]){ strlen("LREM"), strlen(key), strlen(count), item->len });
	}
}

/* ---- the end of one -------------------------------------------------------- */

static void
txn_free(struct txn *t)
{
	timer_free(t->resend);
	buf_free(&t->resp);
	free(t->ops);
	free(t->items);
	free(t);
}

static void
finish(struct txn *t)
{
	crash_point("exec.after", t->label);
	TAILQ_REMOVE(&t->bus->txns, t, link);
	for (size_t i = 0; i < t->nitems; i++)
		item_finish(t->items[i]);
	if (t->done != NULL)
		t->done(t->arg);
	txn_free(t);
}

static void
keep_op(struct txn *repair, const struct txn *t, const struct op *op)
{
	struct op	*copy = add_op(repair, op->key);

	buf_add(&repair->resp, t->resp.p + op->start, op->len);
	copy->len = op->len;
	copy->is_push = op->is_push;
}

/* Has what failed done over in an EXEC of its own, which then stands for the whole. */
static void
finish_by(struct txn *t, struct txn *repair)
{
	if (repair->nops == 0) {
		txn_free(repair);
		finish(t);
		return;
	}
	txn_commit(repair, t->done, t->arg);
	t->done = NULL;
	finish(t);
}

/* ---- replies --------------------------------------------------------------- */

/* *n $len command $len key ...: the key, which a wrong type belongs to. */
static void
key_of_op(const struct txn *t, const struct op *op, char key[KEY_MAX])
{
	const char	*p = t->resp.p + op->start;

	for (int line = 0; line < 4; line++)
		p = strchr(p, '\n') + 1;
	if (text_copyn(key, KEY_MAX, p, strcspn(p, "\r")) == -1)
		panic("key of an op is too long");
}

static void
check_element(struct txn *t, const struct op *op, const redisReply *r, struct txn *repair)
{
	char	 key[KEY_MAX];

	if (op->is_push && r->type == REDIS_REPLY_INTEGER)
		bus_note_length(t->bus, op->key, (long)r->integer);
	if (r->type != REDIS_REPLY_ERROR)
		return;
	key_of_op(t, op, key);
	if (!text_starts_with(r->str, "WRONGTYPE")) {
		log_error("exec_element_failed", "exec=%s key=%s why=\"%s\"", t->label, key, r->str);
		return;
	}
	bus_move_aside(t->bus, key, "wrong");
	if (op->key != K_WORK)
		keep_op(repair, t, op);
}

static void
on_resend(void *arg)
{
	struct txn	*t = arg;

	if (t->bus->settled && !t->sent)
		send_txn(t);
}

/* Redis refused it as a whole (full, read-only, loading): nothing was done. */
static void
refused(struct txn *t, const char *why)
{
	static struct log_limit	 lim = LOG_LIMIT(10000);

	if (log_allow(&lim, loop_now(t->bus->loop)))
		log_error("exec_refused", "exec=%s why=\"%s\" held=%u; it is tried again", t->label,
		    why, lim.held);
	t->sent = false;
	if (t->resend == NULL)
		t->resend = timer_new(t->bus->loop, on_resend, t);
	timer_in_ms(t->resend, RESEND_MS);
}

static void
on_exec(void *arg, const redisReply *r)
{
	struct txn	*t = arg;

	if (r == NULL)
		return;		/* the mark decides, when Redis is back */
	if (r->type != REDIS_REPLY_ARRAY) {
		refused(t, r->str == NULL ? "no reply" : r->str);
		return;
	}
	struct txn	*repair = txn_new(t->bus, t->label, NULL);
	for (size_t i = 0; i < t->nops && i < r->elements; i++)
		check_element(t, &t->ops[i], r->element[i], repair);
	finish_by(t, repair);
}

/* ---- sending --------------------------------------------------------------- */

static void
send_txn(struct txn *t)
{
	struct bus	*b = t->bus;
	struct buf	 all = { 0 };
	char		 key[KEY_MAX], number[24];

	crash_point("exec.before", t->label);
	t->number = ++b->mark;
	t->sent = true;
	text_putf(number, sizeof(number), "%lld", (long long)t->number);
	resp_add(&all, 1, (const char *[]){ "MULTI" }, NULL);
	buf_add(&all, t->resp.p, t->resp.len);
	resp_add(&all, 3,
	    (const char *[]){ "SET", key_format(K_MARK, b->daemon, key), number }, NULL);
	resp_add(&all, 1, (const char *[]){ "EXEC" }, NULL);
	link_send_resp(b->cmd, NULL, on_exec, t, all.p, all.len, (int)t->nops + 3);
	buf_free(&all);
}

void
txn_commit(struct txn *t, void (*done)(void *), void *arg)
{
	t->done = done;
	t->arg = arg;
	add_removals(t);
	TAILQ_INSERT_TAIL(&t->bus->txns, t, link);
	if (t->bus->settled)
		send_txn(t);
}

static void
done_by_mark(struct txn *t)
{
	struct txn	*repair = txn_new(t->bus, t->label, NULL);

	for (size_t i = 0; i < t->nops; i++)
		if (t->ops[i].is_push && t->bus->bad_output[t->ops[i].key])
			keep_op(repair, t, &t->ops[i]);
	finish_by(t, repair);
}

/*
 * Numbers rise in the order of sending, and one connection keeps that order:
 * all up to the mark were done, none above it.
 */
void
txns_settle(struct bus *b)
{
	struct txn	*t, *next;
	struct txn	*last = TAILQ_LAST(&b->txns, txns_head);

	for (t = TAILQ_FIRST(&b->txns); t != NULL; t = next) {
		const bool	 was_last = t == last;

		next = TAILQ_NEXT(t, link);
		if (t->sent && t->number <= b->mark_seen)
			done_by_mark(t);
		else
			send_txn(t);
		if (was_last)
			break;		/* what came since has been sent already */
	}
}

void
txns_free(struct bus *b)
{
	struct txn	*t;

	while ((t = TAILQ_FIRST(&b->txns)) != NULL) {
		TAILQ_REMOVE(&b->txns, t, link);
		txn_free(t);
	}
}

/* ---- items that cause nothing ---------------------------------------------- */

void
bus_ack(struct bus *b, struct item *item)
{
	txn_commit(txn_new(b, "ack", item), NULL, NULL);
}
