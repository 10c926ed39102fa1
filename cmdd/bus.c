/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmdd/cmdd.h"

#include "base/die.h"
#include "base/text.h"
#include "io/answer.h"
#include "venue/outside.h"
#include "venue/sign.h"
#include "wire/jw.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	IN_FLIGHT = 64,			/* of one queue */
	BEAT_MS = 200,			/* pms:last:cmdd, and what is running */
	WATCH_MS = 50,			/* commands without an answer */
	WATCH_BATCH = 100,
	WAIT_MS = 50,			/* for the first of a request id */
	FILLING_PCT = 60,		/* of Redis' maxmemory */
};

/* A command between being taken and being handed on or answered. */
struct intake {
	struct queue		*queue;
	struct item		*item;
	struct asked		 asked;
	struct field_fault	 fault;
	bool			 bad;		/* the fault says why */
	char			 digest[SHA256_HEX];
	struct node		 node;		/* d->intakes, while it is the one of its id */
	TAILQ_ENTRY(intake)	 link;		/* d->waiting */
};

static void	look_up(struct intake *);

/* ---- ending an intake --------------------------------------------------------- */

static void
unlist(struct intake *in)
{
	struct cmdd	*d = in->queue->d;

	if (in->node.key != NULL)
		map_remove(&d->intakes, &in->node);
	in->node.key = NULL;
}

static void
end(void *arg)
{
	struct intake	*in = arg;

	unlist(in);
	free(in);
}

static bool
has_id(const struct intake *in)
{
	return *in->asked.c.request_id != '\0';
}

static struct txn *
last_txn(struct intake *in, const char *label)
{
	struct txn	*t = txn_new(in->queue->d->base->bus, label, in->item);

	if (has_id(in))
		txn_hset(t, K_SEEN, in->asked.c.request_id, "digest", in->digest);
	return t;
}

/* ---- answering ------------------------------------------------------------------ */

static void
refuse(struct intake *in, enum deny code, const char *text, const char *details)
{
	struct cmdd	*d = in->queue->d;
	struct buf	 b = { 0 };

	d->refused++;
	answer_refusal(&b, &(struct refusal){ .code = code, .error = text,
	    .details = *details == '\0' ? NULL : details,
	    .more = code == DENY_RISK_VALIDATION ? "\"valid\":false" : NULL });
	answer_commit(d->base->bus, in->asked.c.request_id, b.p, last_txn(in, "refuse"), end, in);
	buf_free(&b);
}

static void
refuse_bad(struct intake *in)
{
	struct buf	 details = { 0 };

	jw_open(&details, '{');
	jw_put_str(&details, "field", in->fault.field);
	if (*in->fault.value != '\0')
		jw_put_str(&details, "value", in->fault.value);
	if (*in->fault.limit != '\0')
		jw_put_str(&details, "limit", in->fault.limit);
	jw_close(&details, '}');
	refuse(in, command_bad(in->queue->row, in->fault.field), in->fault.text, details.p);
	buf_free(&details);
}

/* Without an id nobody can be answered: a person has to look at it. */
static void
park(struct intake *in)
{
	in->queue->d->parked++;
	bus_park(in->queue->d->base->bus, in->item, in->fault.text);
	end(in);
}

static void
repeat(struct intake *in, const char *answer)
{
	struct txn	*t = txn_new(in->queue->d->base->bus, "repeat", in->item);

	in->queue->d->repeated++;
	if (answer != NULL)
		txn_set_ex(t, K_RESULT, in->asked.c.request_id, answer, KEY_TTL_RESULT_S);
	txn_commit(t, end, in);
}

/* The memory of the id belongs to the first payload: this answer goes out beside it. */
static void
refuse_reused(struct intake *in)
{
	struct buf	 b = { 0 };

	answer_refusal(&b, &(struct refusal){ .code = DENY_REQUEST_ID_REUSED });
	in->queue->d->refused++;
	repeat(in, b.p);
	buf_free(&b);
}

/* ---- handing on -------------------------------------------------------------------- */

static bool
runs(const struct cmdd *d, enum part p)
{
	return p != PART_NONE && (d->peers[p] == NULL || peer_is_alive(d->peers[p]));
}

static struct circumstances
circumstances(const struct intake *in)
{
	struct cmdd	*d = in->queue->d;
	struct loop	*l = d->base->loop;

	return (struct circumstances){
		.now = loop_now(l), .not_before = in->item->not_before, .wall = loop_wall(l),
		.part_runs = runs(d, in->queue->row->part),
		.list_full = in->queue->row->part != PART_NONE &&
		    bus_list_full(d->base->bus, in->queue->row->route),
		.redis_filling = d->redis_filling,
		.stale_ms = d->conf->stale_after, .act_ms = d->conf->act_within,
	};
}

static void
number(struct intake *in, const struct circumstances *c)
{
	struct cmdd	*d = in->queue->d;
	struct cmd	*cmd = &in->asked.c;

	cmd->no = event_stamp_next(&d->no, c->wall).seq;
	text_putf(cmd->id, sizeof(cmd->id), "%lld", (long long)d->no);
	text_put(cmd->act.boot, sizeof(cmd->act.boot), loop_boot(d->base->loop));
	cmd->act.before = intake_act_before(&in->asked, c, in->item->taken_at);
	cmd->taken_at = c->wall;
}

static void
hand_on(struct intake *in, const struct circumstances *c)
{
	struct cmdd	*d = in->queue->d;
	struct txn	*t = last_txn(in, "hand_on");

	number(in, c);
	txn_push_msg(t, in->queue->row->route, &cmd_fields, &in->asked.c);
	if (has_id(in)) {
		txn_expire(t, K_SEEN, in->asked.c.request_id, KEY_TTL_SEEN_S);
		txn_zadd(t, K_OPEN, wall_ms(c->wall) + d->conf->answer_within,
		    in->asked.c.request_id);
	}
	d->routed++;
	txn_commit(t, end, in);
}

static void
decide_new(struct intake *in)
{
	if (in->bad && !has_id(in)) {
		park(in);
		return;
	}
	const struct circumstances	 c = circumstances(in);
	const struct intake_denial	 denial = intake_judge(in->queue->row, &in->asked, &c);
	/* What has no part is told so, whatever its payload looks like. */
	if (in->bad && c.part_runs)
		refuse_bad(in);
	else if (denial.code != DENY_NONE)
		refuse(in, denial.code, denial.text, denial.details);
	else
		hand_on(in, &c);
}

/* ---- what is known of the request id ------------------------------------------------- */

static const char *
text_of(const redisReply *r, size_t i)
{
	return r->type == REDIS_REPLY_ARRAY && i < r->elements &&
	    r->element[i]->type == REDIS_REPLY_STRING ? r->element[i]->str : NULL;
}

static void
wait_for_first(struct intake *in)
{
	struct cmdd	*d = in->queue->d;

	unlist(in);
	TAILQ_INSERT_TAIL(&d->waiting, in, link);
	timer_in_ms(d->retry, WAIT_MS);
}

/* Run now, it might run twice: it is held, looked up again, and grows too old meanwhile. */
static void
hold(struct intake *in, const char *why)
{
	static struct log_limit	 lim = LOG_LIMIT(60000);

	if (log_allow(&lim, loop_now(in->queue->d->base->loop)))
		log_error("request_unknowable", "request_id=%s why=\"%s\" held=%u; it is "
		    "looked up again", in->asked.c.request_id, why, lim.held);
	wait_for_first(in);
}

/* What is no hash was written by somebody else and holds no claim: it makes room. */
static void
move_seen_aside(struct intake *in)
{
	char	 key[KEY_MAX];

	bus_move_aside(in->queue->d->base->bus, key_format(K_SEEN, in->asked.c.request_id, key),
	    "foreign");
	wait_for_first(in);
}

static void
on_seen(void *arg, const redisReply *r)
{
	struct intake			*in = arg;
	const struct seen_record	 record = { text_of(r, 0), text_of(r, 1), text_of(r, 2) };

	if (r->type == REDIS_REPLY_ERROR && text_starts_with(r->str, "WRONGTYPE")) {
		move_seen_aside(in);
		return;
	}
	if (r->type != REDIS_REPLY_ARRAY) {
		hold(in, r->type == REDIS_REPLY_ERROR ? r->str : "not what HMGET gives");
		return;
	}
	switch (intake_seen(&record, in->digest)) {
	case SEEN_NEW:
		decide_new(in);
		return;
	case SEEN_RUNNING:
		repeat(in, NULL);
		return;
	case SEEN_ANSWERED:
		repeat(in, intake_answer(&record));
		return;
	case SEEN_REUSED:
		refuse_reused(in);
		return;
	case SEEN_WAIT:
		wait_for_first(in);
		return;
	}
}

/* Of two with one id, the second is looked at when the first has been decided. */
static void
look_up(struct intake *in)
{
	struct cmdd	*d = in->queue->d;
	char		 key[KEY_MAX];

	if (!has_id(in)) {
		decide_new(in);
		return;
	}
	if (map_find(&d->intakes, in->asked.c.request_id) != NULL) {
		wait_for_first(in);
		return;
	}
	map_put(&d->intakes, &in->node, in->asked.c.request_id);
	bus_ask(d->base->bus, on_seen, in, 5, (const char *[]){ "HMGET",
	    key_format(K_SEEN, in->asked.c.request_id, key), "digest", "answer", "outcome" });
}

static void
on_retry(void *arg)
{
	struct cmdd	*d = arg;
	struct intake	*in, *last = TAILQ_LAST(&d->waiting, waiting_head);
	bool		 more = last != NULL;

	while (more) {
		in = TAILQ_FIRST(&d->waiting);
		more = in != last;
		TAILQ_REMOVE(&d->waiting, in, link);
		look_up(in);
	}
}

/* ---- taking ---------------------------------------------------------------------------- */

static void
read_payload(struct intake *in)
{
	const struct item	*i = in->item;
	struct cmdd		*d = in->queue->d;
	char			*id = in->asked.c.request_id;
	bool			 known = true;

	if (i->len > (size_t)d->conf->max_payload) {
		in->bad = true;
		in->fault.field = "";
		snprintf(in->fault.text, sizeof(in->fault.text),
		    "the payload has %zu bytes, at most %lld are taken", i->len,
		    (long long)d->conf->max_payload);
		known = false;
	} else if (command_read(in->queue->row, i->text, i->len, &in->asked, &in->fault) == -1) {
		in->bad = true;
		known = *id != '\0' || text_eq(in->fault.field, "requestId");
	}
	if (!known && field_scan_text(i->text, i->len, "requestId", id, REQUEST_ID) == -1)
		*id = '\0';
	if (text_eq(id, "unknown"))
		*id = '\0';		/* the gateway's word for none: it names nothing */
}

/* Too large to be kept in pms:seen's neighbourhood for nothing: kept for a person as well. */
static void
keep_large(struct intake *in)
{
	struct cmdd	*d = in->queue->d;
	struct txn	*t = txn_new(d->base->bus, "keep_large", NULL);
	struct buf	 b = { 0 };
	char		 key[KEY_MAX];

	jw_open(&b, '{');
	jw_put_str(&b, "list", key_format(K_CMD,
	    names_get(&command_names, (int)in->queue->row->what), key));
	jw_put_str(&b, "reason", in->fault.text);
	jw_put_int(&b, "ts", wall_ms(loop_wall(d->base->loop)));
	jw_key(&b, "payload");
	jw_strn(&b, in->item->text, in->item->len);
	jw_close(&b, '}');
	txn_push(t, K_DEAD, NULL, b.p, b.len);
	txn_commit(t, NULL, NULL);
	buf_free(&b);
	d->parked++;
}

static void
on_command(void *arg, struct item *item)
{
	struct queue	*q = arg;
	struct intake	*in = xcalloc(1, sizeof(*in));

	q->d->taken++;
	in->queue = q;
	in->item = item;
	in->asked.c = cmd_blank(q->row->what);
	read_payload(in);
	sha256_hex(item->text, item->len, in->digest);
	if (in->bad && has_id(in) && item->len > (size_t)q->d->conf->max_payload)
		keep_large(in);
	look_up(in);
}

/* ---- commands that nobody has answered ---------------------------------------------------- */

struct overdue {
	struct cmdd	*d;
	char		 request_id[REQUEST_ID];
};

/* The answerer died between claiming the answer and giving it: it is given now. */
static void
give_stored(struct overdue *o, const char *answer)
{
	struct txn	*t = txn_new(o->d->base->bus, "give_stored", NULL);

	txn_set_ex(t, K_RESULT, o->request_id, answer, KEY_TTL_RESULT_S);
	txn_zrem(t, K_OPEN, o->request_id);
	txn_commit(t, free, o);
}

static void
give_timeout(struct overdue *o, const char *clord_id)
{
	struct cmdd	*d = o->d;
	struct buf	 details = { 0 }, b = { 0 };

	d->timed_out++;
	jw_open(&details, '{');
	if (clord_id != NULL)
		jw_put_str(&details, "clientOrderId", clord_id);
	jw_close(&details, '}');
	answer_refusal(&b, &(struct refusal){ .code = DENY_INFRA_TIMEOUT, .error = clord_id == NULL ?
	    "no answer in time; ask again with the same requestId to learn what became of it" :
	    "the order's outcome is not known yet; ask again with the same requestId",
	    .details = details.p });
	log_warn("command_timed_out", "request_id=%s clord_id=%s", o->request_id,
	    clord_id == NULL ? "-" : clord_id);
	answer_commit(d->base->bus, o->request_id, b.p, txn_new(d->base->bus, "timeout", NULL),
	    free, o);
	buf_free(&details);
	buf_free(&b);
}

static void
on_overdue(void *arg, const redisReply *r)
{
	struct overdue	*o = arg;
	const char	*answer = text_of(r, 0);

	if (r->type != REDIS_REPLY_ARRAY)
		free(o);		/* cannot be told; the next watch asks again */
	else if (answer != NULL)
		give_stored(o, answer);
	else
		give_timeout(o, text_of(r, 1));
}

static void
on_open(void *arg, const redisReply *r)
{
	struct cmdd	*d = arg;

	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		struct overdue	*o = xcalloc(1, sizeof(*o));
		char		 key[KEY_MAX];

		o->d = d;
		if (text_copy(o->request_id, sizeof(o->request_id), r->element[i]->str) == -1) {
			free(o);
			continue;
		}
		bus_ask(d->base->bus, on_overdue, o, 4, (const char *[]){ "HMGET",
		    key_format(K_SEEN, o->request_id, key), "answer", "clordId" });
	}
	timer_in_ms(d->watch, WATCH_MS);
}

static void
on_watch(void *arg)
{
	struct cmdd	*d = arg;
	char		 key[KEY_MAX], now[24], batch[12];

	text_putf(now, sizeof(now), "%lld", (long long)wall_ms(loop_wall(d->base->loop)));
	text_putf(batch, sizeof(batch), "%d", WATCH_BATCH);
	bus_ask(d->base->bus, on_open, d, 7, (const char *[]){ "ZRANGEBYSCORE",
	    key_format(K_OPEN, NULL, key), "-inf", now, "LIMIT", "0", batch });
}

/* ---- the heartbeat of intake -------------------------------------------------------------- */

static int64_t
info_number(const char *info, const char *name)
{
	const char	*p = strstr(info, name);

	return p == NULL ? 0 : strtoll(p + strlen(name), NULL, 10);
}

static void
on_memory(void *arg, const redisReply *r)
{
	struct cmdd	*d = arg;

	if (r->type != REDIS_REPLY_STRING)
		return;
	if (strstr(r->str, "\nmaxmemory_policy:") != NULL &&
	    strstr(r->str, "\nmaxmemory_policy:noeviction") == NULL)
		fatal(EXIT_CONFIG, "redis_evicts", "Redis may throw away what is in flight; set "
		    "maxmemory-policy noeviction");
	const int64_t	 used = info_number(r->str, "\nused_memory:");
	const int64_t	 max = info_number(r->str, "\nmaxmemory:");
	const bool	 filling = max > 0 && used / FILLING_PCT > max / 100;
	if (filling && !d->redis_filling)
		log_error("redis_filling", "used=%lld max=%lld; commands that add risk are refused",
		    (long long)used, (long long)max);
	d->redis_filling = filling;
}

/* What a successor must know: until when this process has served the queues. */
static void
on_beat(void *arg)
{
	struct cmdd	*d = arg;
	struct bus	*b = d->base->bus;
	char		 key[KEY_MAX], now[24];

	text_putf(now, sizeof(now), "%lld", (long long)wall_ms(loop_wall(d->base->loop)));
	bus_tell(b, 3,
	    (const char *[]){ "SET", key_format(K_LAST, d->base->spec->name, key), now });
	bus_ask(b, on_memory, d, 2, (const char *[]){ "INFO", "memory" });
	timer_in_ms(d->beat, BEAT_MS);
}

/* ---- start and end ---------------------------------------------------------------------------- */

static void
open_queue(struct cmdd *d, size_t i, mono_t served_until)
{
	struct queue		*q = &d->queues[i];
	const struct source	 source = {
		.key = K_CMD, .key_arg = names_get(&command_names, (int)command_row(i)->what),
		.end = d->conf->producer_side == SIDE_LPUSH ? TAKE_RIGHT : TAKE_LEFT,
		.max_in_flight = IN_FLIGHT, .handle = on_command,
	};

	*q = (struct queue){ .d = d, .row = command_row(i) };
	q->take = bus_take(d->base->bus, &source, q);
	take_seen_empty(q->take, served_until);
	take_start(q->take, NULL);
}

static void
on_last(void *arg, const redisReply *r)
{
	struct cmdd	*d = arg;
	struct loop	*l = d->base->loop;
	mono_t		 until = MONO_UNSET;
	int64_t		 ms;

	if (r->type == REDIS_REPLY_STRING && text_to_i64(r->str, 0, INT64_MAX / 1000, &ms) == 0) {
		const int64_t	 ago = wall_diff_ms(loop_wall(l), wall_from_ms(ms));

		/* A wall clock that went back says nothing about how long we were away. */
		if (ago >= 0 && ago * 1000 < loop_now(l).us)
			until = mono_after_ms(loop_now(l), -ago);
	}
	for (size_t i = 0; i < CMD_N; i++)
		open_queue(d, i, until);
	on_beat(d);
	on_watch(d);
	daemon_ready(d->base);
}

void
bus_start(struct cmdd *d)
{
	char	 key[KEY_MAX];

	TAILQ_INIT(&d->waiting);
	for (int p = 0; p < PART_N; p++)
		if (part_daemon((enum part)p) != NULL)
			d->peers[p] = peer_new(d->base->bus, part_daemon((enum part)p), NULL, NULL);
	d->beat = timer_new(d->base->loop, on_beat, d);
	d->watch = timer_new(d->base->loop, on_watch, d);
	d->retry = timer_new(d->base->loop, on_retry, d);
	bus_ask(d->base->bus, on_last, d, 2,
	    (const char *[]){ "GET", key_format(K_LAST, d->base->spec->name, key) });
}

void
bus_fini(struct cmdd *d)
{
	struct map_iter	 it = map_each(&d->intakes);
	struct node	*n;
	struct intake	*in;

	while ((n = map_next(&it)) != NULL)
		free(MAP_OF(n, struct intake, node));
	while ((in = TAILQ_FIRST(&d->waiting)) != NULL) {
		TAILQ_REMOVE(&d->waiting, in, link);
		free(in);
	}
	map_fini(&d->intakes);
	for (int p = 0; p < PART_N; p++)
		peer_free(d->peers[p]);
	timer_free(d->beat);
	timer_free(d->watch);
	timer_free(d->retry);
}
