/* SPDX-License-Identifier: BSD-2-Clause */
#include "algod/algod.h"

#include "base/die.h"
#include "base/text.h"
#include "wire/jw.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>

enum {
	CLOCK_MS = 25,
	WANT_MS = 20 * 1000,		/* how often feedd is told that a symbol is still wanted */
};

/* What follows a step, from its store to the EXEC. */
struct work {
	struct algod	*d;
	struct item	*item;		/* that caused it, or NULL */
	char		 id[ALGO_ID];
	char		 request_id[REQUEST_ID];
	struct buf	 answer;	/* empty: nobody waits for one */
	struct buf	 event, child;	/* empty: there is none, or it has left */
	enum key	 event_key;
	bool		 ends;
	mono_t		 send_at;	/* the child, stored or not */
	TAILQ_ENTRY(work) link;		/* while it waits for that */
};

/* ---- composing ------------------------------------------------------------------------- */

static void
compose_event(struct algod *d, const struct run *r, enum key k, struct buf *b)
{
	const struct spelling	 s = algod_spelling(d);
	char			 symbol[SYMBOL];

	outside_event(b, key_event_type(k), r->sub,
	    event_stamp_next(&d->seq, loop_wall(d->base->loop)));
	jw_put_str(b, r->algo->id_name, r->id);
	jw_put_str(b, "symbol", outside_symbol(&s, r->symbol, symbol));
	jw_put_str(b, "status", names_get(&run_status_names, (int)r->status));
	r->algo->show(r, b);
	jw_close(b, '}');
}

static void
compose_child(struct algod *d, const struct run *r, struct buf *b)
{
	struct cmd	 c = cmd_blank(CMD_CLOSE);
	const wall_t	 now = loop_wall(d->base->loop);

	d->children++;
	text_putf(c.id, sizeof(c.id), "a%lld", (long long)event_stamp_next(&d->no, now).seq);
	c.taken_at = now;
	text_put(c.sub, sizeof(c.sub), r->sub);
	text_put(c.symbol, sizeof(c.symbol), r->symbol);
	text_put(c.position_id, sizeof(c.position_id), r->position_id);
	text_put(c.parent_id, sizeof(c.parent_id), r->id);
	r->algo->make_child(r, &c);
	fields_object(&cmd_fields, &c, b);
	log_info("child", "sub=%s algo=%s sym=%s no=%d", r->sub, r->id, r->symbol, c.child_no);
}

static void
compose_answer(struct algod *d, const struct run *r, struct buf *b)
{
	const struct spelling	 s = algod_spelling(d);
	char			 symbol[SYMBOL];

	jw_open(b, '{');
	jw_put_bool(b, "success", true);
	jw_put_str(b, r->algo->id_name, r->id);
	jw_put_str(b, "symbol", outside_symbol(&s, r->symbol, symbol));
	jw_put_str(b, "status", names_get(&run_status_names, (int)r->status));
	r->algo->answer(r, b);
	jw_close(b, '}');
}

/* ---- effects ----------------------------------------------------------------------------- */

static void
work_free(struct work *w)
{
	buf_free(&w->answer);
	buf_free(&w->event);
	buf_free(&w->child);
	free(w);
}

static void
end_run(struct algod *d, struct run *r)
{
	d->ended++;
	log_info("algo_ended", "sub=%s algo=%s status=%s", r->sub, r->id,
	    names_get(&run_status_names, (int)r->status));
	bus_follow(d, r);
	runner_remove(&d->runner, r);
}

/* It becomes visible, and its cause leaves. */
static void
finish(struct work *w)
{
	struct algod	*d = w->d;
	struct run	*r = runner_find(&d->runner, w->id);
	struct txn	*t = txn_new(d->base->bus, "step", w->item);

	if (w->child.len > 0)
		txn_push(t, K_Q_CLOSE, NULL, w->child.p, w->child.len);
	if (w->event.len > 0)
		txn_publish(t, w->event_key, NULL, w->event.p);
	if (w->answer.len > 0)
		answer_commit(d->base->bus, w->request_id, w->answer.p, t, NULL, NULL);
	else
		txn_commit(t, NULL, NULL);
	if (r != NULL)
		bus_show(d, r);
	if (r != NULL && w->ends)
		end_run(d, r);
	work_free(w);
}

static struct work *
work_new(struct algod *d, const struct run *r, struct item *item, const struct algo_acts *a)
{
	struct work	*w = xcalloc(1, sizeof(*w));

	*w = (struct work){ .d = d, .item = item, .event_key = a->event,
	    .ends = (a->set & ACT_END) != 0 };
	text_put(w->id, sizeof(w->id), r->id);
	if (a->set & ACT_TELL)
		compose_event(d, r, a->event, &w->event);
	if (a->set & ACT_CHILD)
		compose_child(d, r, &w->child);
	return w;
}

/* ---- the store ----------------------------------------------------------------------------- */

static void
on_stored(void *arg)
{
	struct work	*w = arg;

	if (w->child.len > 0)
		TAILQ_REMOVE(&w->d->unsent, w, link);
	finish(w);
}

/*
 * Safety beats the record: where the ledger is away, or does not answer in time,
 * a child leaves before it is stored.  Its name is a function of the algo and its
 * number, so a later life that fires again sends the same one.
 */
static void
send_unstored(struct work *w)
{
	struct txn	*t = txn_new(w->d->base->bus, "child", NULL);

	log_warn("child_before_ledger", "algo=%s; the ledger does not answer", w->id);
	TAILQ_REMOVE(&w->d->unsent, w, link);
	txn_push(t, K_Q_CLOSE, NULL, w->child.p, w->child.len);
	buf_free(&w->child);
	txn_commit(t, NULL, NULL);
}

static void
send_late(struct algod *d, mono_t now)
{
	struct work	*w;

	while ((w = TAILQ_FIRST(&d->unsent)) != NULL && !mono_before(now, w->send_at))
		send_unstored(w);
}

void
run_ledger_lost(struct algod *d)
{
	send_late(d, MONO_NEVER);
}

static bool
has_ledger(const struct algod *d)
{
	return pg_is_up(d->pg) && pg_oldest_us(d->pg) < d->conf->ledger_lag * 1000;
}

static void
keep(struct work *w, struct run *r, const char *type)
{
	struct algod	*d = w->d;
	const mono_t	 now = loop_now(d->base->loop);

	if (w->child.len > 0) {
		w->send_at = mono_after_ms(now, has_ledger(d) ? d->conf->ledger_lag : 0);
		TAILQ_INSERT_TAIL(&d->unsent, w, link);
		send_late(d, now);
	}
	store_keep(d, r, type, on_stored, w);
}

static void
do_work(struct work *w, struct run *r, const struct algo_acts *a)
{
	if (a->set & ACT_KEEP)
		keep(w, r, a->kept_as);
	else
		finish(w);
}

static void
raise_alarm(struct algod *d, const struct run *r, const struct msg_child *m)
{
	d->alarms++;
	log_error("child_rejected", "sub=%s algo=%s sym=%s position=%s code=%s why=\"%s\"; it goes "
	    "on trying, close the position by hand", r->sub, r->id, r->symbol, r->position_id,
	    m->code, m->error);
}

static void
step(struct algod *d, struct run *r, const struct algo_input *in, struct item *item)
{
	const enum run_status	 was = r->status;
	struct algo_acts	 acts = { 0 };

	r->algo->step(r, in, loop_now(d->base->loop), &acts);
	if (r->status != was)
		log_info("algo_state", "sub=%s algo=%s sym=%s from=%s to=%s", r->sub, r->id,
		    r->symbol, names_get(&run_status_names, (int)was),
		    names_get(&run_status_names, (int)r->status));
	if (acts.set & ACT_ALARM)
		raise_alarm(d, r, in->child);
	if (acts.set != 0)
		do_work(work_new(d, r, item, &acts), r, &acts);
	else if (item != NULL)
		bus_ack(d->base->bus, item);
}

/* ---- commands ------------------------------------------------------------------------------ */

/* A command under way: between the questions it needs answered. */
struct request {
	struct algod		*d;
	struct item		*item;
	struct cmd		 c;
	const struct algo	*algo;
	char			 id[ALGO_ID];
};

static void
refuse(struct request *q, enum deny code, const char *error)
{
	struct bus	*b = q->d->base->bus;
	struct buf	 text = { 0 };

	q->d->refused++;
	answer_refusal(&text, &(struct refusal){ .code = code, .error = error });
	answer_commit(b, q->c.request_id, text.p, txn_new(b, "refuse", q->item), NULL, NULL);
	buf_free(&text);
	free(q);
}

/* It was done before: the same answer, from how it stands now. */
static void
repeat(struct request *q, const struct run *r)
{
	struct bus	*b = q->d->base->bus;
	struct buf	 text = { 0 };

	compose_answer(q->d, r, &text);
	answer_commit(b, q->c.request_id, text.p, txn_new(b, "repeat", q->item), NULL, NULL);
	buf_free(&text);
	free(q);
}

static dec_t
fresh_mid(struct algod *d, const redisReply *r)
{
	struct field_fault	 ff;
	struct price		 p;

	fields_blank(&price_fields, &p, sizeof(p));
	if (r->type != REDIS_REPLY_STRING ||
	    fields_read(&price_fields, &p, r->str, (size_t)r->len, &ff) == -1 ||
	    wall_diff_ms(loop_wall(d->base->loop), p.ts) > d->conf->stale_price)
		return DEC_NONE;
	return p.mid;
}

static struct run *
begin(struct request *q)
{
	struct algod	*d = q->d;
	struct run	*r = runner_add(&d->runner, q->algo, q->id);

	text_put(r->sub, sizeof(r->sub), q->c.sub);
	text_put(r->symbol, sizeof(r->symbol), q->c.symbol);
	text_put(r->position_id, sizeof(r->position_id), q->c.position_id);
	text_put(r->request_id, sizeof(r->request_id), q->c.request_id);
	r->started_at = loop_wall(d->base->loop);
	q->algo->start(r, &q->c);
	bus_follow(d, r);
	d->started++;
	log_info("algo_started", "sub=%s algo=%s sym=%s position=%s", r->sub, r->id, r->symbol,
	    r->position_id);
	return r;
}

/* With the price of now, if there is one: one entry for the start and what it leads to. */
static void
on_price(void *arg, const redisReply *reply)
{
	struct request		*q = arg;
	struct algod		*d = q->d;
	const dec_t		 mid = fresh_mid(d, reply);
	struct run		*r = begin(q);
	struct algo_acts	 acts = { 0 };

	if (dec_ok(mid))
		r->algo->step(r, &(struct algo_input){ .on = ON_TICK, .mid = mid },
		    loop_now(d->base->loop), &acts);
	acts.set |= ACT_KEEP | ACT_TELL;
	acts.kept_as = "started";
	acts.event = r->algo->started;
	struct work	*w = work_new(d, r, q->item, &acts);
	text_put(w->request_id, sizeof(w->request_id), q->c.request_id);
	compose_answer(d, r, &w->answer);
	do_work(w, r, &acts);
	free(q);
}

static void
start_now(struct request *q)
{
	struct algod	*d = q->d;
	char		 key[KEY_MAX];

	if ((int64_t)d->runner.map.n >= d->conf->max_running)
		refuse(q, DENY_RISK_REJECTED, "as many algos run as max_running allows");
	else
		bus_ask(d->base->bus, on_price, q, 2,
		    (const char *[]){ "GET", key_format(K_PRICE, q->c.symbol, key) });
}

/* Its asker has been told that it timed out: he may have asked again. */
static void
start_in_time(struct request *q)
{
	struct loop	*l = q->d->base->loop;

	if (expiry_passed(&q->c.act, loop_boot(l), loop_now(l)))
		refuse(q, DENY_INFRA_TIMEOUT, "the algo was not started in time");
	else
		start_now(q);
}

static void
on_start_found(void *arg, const struct run *r)
{
	struct request	*q = arg;

	if (r != NULL)
		repeat(q, r);
	else
		start_in_time(q);
}

static void
start_algo(struct request *q)
{
	const struct run	*r;

	algo_name(q->algo, &q->c, q->id);
	if ((r = runner_find(&q->d->runner, q->id)) != NULL)
		repeat(q, r);
	else if (q->item->found)
		store_find(q->d, q->algo, q->id, on_start_found, q);
	else
		start_in_time(q);
}

static void
on_stop_found(void *arg, const struct run *r)
{
	struct request	*q = arg;

	if (r != NULL)
		repeat(q, r);
	else
		refuse(q, DENY_ORDER_NOT_FOUND, "there is no such algo");
}

static void
stop_algo(struct request *q)
{
	struct algod		*d = q->d;
	struct run		*r = runner_find(&d->runner, q->c.algo_id);
	struct algo_acts	 acts = { 0 };

	if (r == NULL) {
		store_find(d, q->algo, q->c.algo_id, on_stop_found, q);
		return;
	}
	r->algo->step(r, &(struct algo_input){ .on = ON_STOP }, loop_now(d->base->loop), &acts);
	if (acts.set == 0) {
		repeat(q, r);
		return;
	}
	struct work	*w = work_new(d, r, q->item, &acts);
	text_put(w->request_id, sizeof(w->request_id), q->c.request_id);
	compose_answer(d, r, &w->answer);
	do_work(w, r, &acts);
	free(q);
}

void
run_command(struct algod *d, struct item *item)
{
	struct request		*q = xcalloc(1, sizeof(*q));
	struct field_fault	 ff;

	*q = (struct request){ .d = d, .item = item, .c = cmd_blank(CMD_TRAIL_STOP) };
	if (fields_read(&cmd_fields, &q->c, item->text, item->len, &ff) == -1) {
		bus_park(d->base->bus, item, ff.text);
		free(q);
	} else if ((q->algo = algo_starting(q->c.what)) != NULL)
		start_algo(q);
	else if ((q->algo = algo_stopping(q->c.what)) != NULL)
		stop_algo(q);
	else {
		bus_park(d->base->bus, item, "no algo here serves this command");
		free(q);
	}
}

/* ---- reports -------------------------------------------------------------------------------- */

/* All that are bound to the position; the item leaves with the last of them. */
static void
end_position(struct algod *d, const struct msg_child *m, struct item *item)
{
	const struct algo_input	 in = { .on = ON_POSITION_ENDED, .child = m };
	struct run		*r, *next, *last = NULL;

	for (r = TAILQ_FIRST(&d->runner.list); r != NULL; r = next) {
		next = TAILQ_NEXT(r, link);
		if (r->over || !text_eq(r->position_id, m->position_id))
			continue;
		if (last != NULL)
			step(d, last, &in, NULL);
		last = r;
	}
	if (last != NULL)
		step(d, last, &in, item);
	else
		bus_ack(d->base->bus, item);
}

void
run_child_report(struct algod *d, struct item *item)
{
	struct field_fault	 ff;
	struct msg_child	 m;
	struct run		*r;

	fields_blank(&msg_child_fields, &m, sizeof(m));
	if (fields_read(&msg_child_fields, &m, item->text, item->len, &ff) == -1) {
		bus_park(d->base->bus, item, ff.text);
		return;
	}
	if (m.kind == CHILD_POSITION_ENDED)
		end_position(d, &m, item);
	else if ((r = runner_find(&d->runner, m.algo_id)) != NULL)
		step(d, r, &(struct algo_input){ .on = ON_CHILD, .child = &m }, item);
	else
		bus_ack(d->base->bus, item);
}

/* ---- ticks and time ------------------------------------------------------------------------ */

void
run_tick(struct algod *d, const char *symbol, dec_t mid)
{
	struct run	*r, *next;

	for (r = TAILQ_FIRST(&d->runner.list); r != NULL; r = next) {
		next = TAILQ_NEXT(r, link);
		if (r->over || !text_eq(r->symbol, symbol))
			continue;
		d->ticks++;
		step(d, r, &(struct algo_input){ .on = ON_TICK, .mid = mid }, NULL);
	}
}

void
run_on_clock(void *arg)
{
	struct algod	*d = arg;
	const mono_t	 now = loop_now(d->base->loop);
	struct run	*r, *next;

	for (r = TAILQ_FIRST(&d->runner.list); r != NULL; r = next) {
		next = TAILQ_NEXT(r, link);
		if (mono_diff_ms(now, r->wanted_at) >= WANT_MS && !r->over)
			bus_follow(d, r);
		if (!mono_before(now, r->wake))
			step(d, r, &(struct algo_input){ .on = ON_TIME }, NULL);
	}
	send_late(d, now);
	timer_in_ms(d->clock, CLOCK_MS);
}

void
run_resume_all(struct algod *d)
{
	struct run	*r, *next;

	for (r = TAILQ_FIRST(&d->runner.list); r != NULL; r = next) {
		next = TAILQ_NEXT(r, link);
		bus_follow(d, r);
		bus_show(d, r);
		step(d, r, &(struct algo_input){ .on = ON_RESUME }, NULL);
	}
}
