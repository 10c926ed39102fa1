/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/riskd.h"

#include "base/die.h"
#include "base/text.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>
#include <string.h>

enum {
	COMMANDS_IN_FLIGHT = 256,
	FILLS_IN_FLIGHT = 512,
	VIEWS_MS = 1000,		/* how often what has changed is looked at */
	IDLE_VIEW_TURNS = 15,		/* an account that stands still is written so seldom */
};

/* ---- taking ------------------------------------------------------------------- */

static void
on_command(void *arg, struct item *item)
{
	judge_command(arg, item);
}

static void
on_fill(void *arg, struct item *item)
{
	book_fill(arg, item);
}

static void
on_outcome(void *arg, struct item *item)
{
	book_outcome(arg, item);
}

void
bus_show_state(void *arg)
{
	struct riskd	*d = arg;
	char		 line[MODE_LINE];

	if (daemon_is_ready(d->base))
		daemon_status(d->base, mode_line(riskd_modes(d, NULL), line));
}

void
bus_tell_reconciled(struct riskd *d, int64_t stream_no)
{
	d->reconciled_no = stream_no > d->reconciled_no ? stream_no : d->reconciled_no;
	bus_show_state(d);
}

/* Kept in pms:last:riskd: a gap outlives us. */
static void
note_gap(struct riskd *d, struct item *item, int64_t stream_no)
{
	struct txn	*t = txn_new(d->base->bus, "gap", item);
	char		 text[24];

	d->gap_no = stream_no;
	bus_show_state(d);
	text_putf(text, sizeof(text), "%lld", (long long)stream_no);
	txn_set(t, K_LAST, d->base->spec->name, text);
	txn_commit(t, NULL, NULL);
}

/* New risk waits until orderd has said that book and exchange agree. */
static void
on_account(void *arg, struct item *item)
{
	struct riskd		*d = arg;
	struct msg_account	 m = { .id = "" };
	struct field_fault	 ff;

	if (fields_read(&msg_account_fields, &m, item->text, item->len, &ff) == -1) {
		bus_park(d->base->bus, item, ff.text);
		return;
	}
	free(m.positions);
	if (m.kind == REPORT_GAP && m.stream_no > d->gap_no)
		note_gap(d, item, m.stream_no);
	else
		bus_ack(d->base->bus, item);
}

/* In the order they are handled when several wait: what ends risk first. */
static const struct source	sources[] = {
	{ .key = K_Q_OUTCOME, .end = TAKE_LEFT, .max_in_flight = FILLS_IN_FLIGHT,
	  .handle = on_outcome },
	{ .key = K_Q_FILL, .end = TAKE_LEFT, .max_in_flight = FILLS_IN_FLIGHT,
	  .handle = on_fill },
	{ .key = K_Q_ACCOUNT, .end = TAKE_LEFT, .max_in_flight = FILLS_IN_FLIGHT,
	  .handle = on_account },
	{ .key = K_Q_CLOSE, .end = TAKE_LEFT, .max_in_flight = COMMANDS_IN_FLIGHT,
	  .handle = on_command },
	{ .key = K_Q_RISK, .end = TAKE_LEFT, .max_in_flight = COMMANDS_IN_FLIGHT,
	  .feeds = &(const enum key){ K_Q_ORDER }, .handle = on_command },
};
enum { SOURCES = NITEMS(sources) };
_Static_assert(SOURCES <= NITEMS(((struct riskd *)0)->takes), "takes");

/* ---- prices in ------------------------------------------------------------------------ */

static void
on_tick(void *arg, const char *channel, const char *text, size_t len)
{
	struct riskd		*d = arg;
	const char		*symbol = strrchr(channel, ':') + 1;
	struct field_fault	 ff;
	struct price		 p;

	fields_blank(&price_fields, &p, sizeof(p));
	if (strlen(symbol) < SYMBOL && fields_read(&price_fields, &p, text, len, &ff) == 0)
		market_heard(&d->market, symbol, &p, loop_now(d->base->loop));
}

/* ---- snapshots out ---------------------------------------------------------------------- */

void
bus_tell_account(struct riskd *d, const struct account *a)
{
	struct buf	 b = { 0 };

	riskd_snapshot(d, a, &b);
	bus_tell_set_ex(d->base->bus, K_RISK, a->id, b.p, KEY_TTL_RISK_S);
	buf_free(&b);
}

static void
on_views_time(void *arg)
{
	struct riskd	*d = arg;
	struct map_iter	 it = map_each(&d->accounts.map);
	struct node	*n;
	const bool	 all = d->views_turn++ % IDLE_VIEW_TURNS == 0;

	while ((n = map_next(&it)) != NULL) {
		struct account	*a = MAP_OF(n, struct account, node);
		const bool	 orders = pendings_of(&d->pendings, a->id) != NULL;

		if (all || !TAILQ_EMPTY(&a->positions) || orders || a->had_orders)
			bus_tell_account(d, a);
		a->had_orders = orders;
	}
	bus_show_state(d);		/* that the ledger is slow nobody calls out */
	timer_in_ms(d->views_timer, VIEWS_MS);
}

/* ---- reservations, and what an earlier life has left of them ------------------------------- */

void
bus_put_reservation(struct txn *t, const struct pending *p)
{
	struct buf	 b = { 0 };

	fields_object(&pending_fields, p, &b);
	txn_hset(t, K_RESV, NULL, p->o.clord_id, b.p);
	buf_free(&b);
}

/* What has ended is in the collection no more, and its removal is on its way. */
void
bus_put_reservations(struct riskd *d)
{
	struct txn	*t = txn_new(d->base->bus, "reservations", NULL);
	struct map_iter	 it = map_each(&d->pendings.map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		bus_put_reservation(t, MAP_OF(n, struct pending, node));
	txn_commit(t, NULL, NULL);
}

static void
put_pending(struct riskd *d, const char *text, size_t len)
{
	struct field_fault	 ff;
	struct pending		 p;

	fields_blank(&pending_fields, &p, sizeof(p));
	if (fields_read(&pending_fields, &p, text, len, &ff) == -1) {
		log_error("reservation_unreadable", "why=\"%s\"; remove it by hand", ff.text);
		return;
	}
	/* Whether it was accepted is not known: its end is answered, or cmdd's time-out. */
	pendings_add(&d->pendings, &p, riskd_account(d, p.o.sub));
}

static void
on_pending(void *arg, const redisReply *r)
{
	struct riskd	*d = arg;

	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2)
		put_pending(d, r->element[i + 1]->str, (size_t)r->element[i + 1]->len);
	riskd_load(d, LOAD_DOUBTS);
}

void
bus_load_pending(struct riskd *d)
{
	char	 key[KEY_MAX];

	bus_ask(d->base->bus, on_pending, d, 2,
	    (const char *[]){ "HGETALL", key_format(K_RESV, NULL, key) });
}

/* orderd keeps the hash: what becomes of a doubt afterwards waits in pms:q:outcome. */
static void
on_doubts(void *arg, const redisReply *r)
{
	struct riskd	*d = arg;

	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		struct pending	*p = pendings_find(&d->pendings, r->element[i]->str);

		if (p != NULL)
			pendings_doubt(&d->pendings, p, true);
	}
	riskd_load(d, LOAD_SUMS);
}

void
bus_load_doubts(struct riskd *d)
{
	char	 key[KEY_MAX];

	bus_ask(d->base->bus, on_doubts, d, 2,
	    (const char *[]){ "HKEYS", key_format(K_DOUBT, NULL, key) });
}

/* ---- start and end -------------------------------------------------------------------------- */

static void
on_told(void *arg)
{
	struct riskd	*d = arg;

	daemon_ready(d->base);
	bus_show_state(d);
}

static int64_t
number_of(const redisReply *r)
{
	int64_t	 n;

	return r->type == REDIS_REPLY_STRING && text_to_i64(r->str, 0, INT64_MAX, &n) == 0 ? n : 0;
}

/* orderd may have said it to an earlier life of ours; 0 while it works on a gap. */
static void
on_reconciled_before(void *arg, const redisReply *r)
{
	bus_tell_reconciled(arg, number_of(r));
}

static void
on_gap_before(void *arg, const redisReply *r)
{
	struct riskd	*d = arg;

	d->gap_no = number_of(r);
}

static void
begin_taking(struct riskd *d)
{
	if (d->takes[0] != NULL)
		return;
	for (size_t i = 0; i < SOURCES; i++) {
		d->takes[i] = bus_take(d->base->bus, &sources[i], d);
		take_start(d->takes[i], i == SOURCES - 1 ? on_told : NULL);
	}
}

struct price_list {
	struct riskd	*d;
	size_t		 n;
	const char	**argv;		/* MGET and the keys, ours to free */
};

/* As old as it says; one of the future is of now. */
static void
hear_old(struct riskd *d, const char *key, const redisReply *r)
{
	struct field_fault	 ff;
	struct price		 p;

	fields_blank(&price_fields, &p, sizeof(p));
	if (r->type != REDIS_REPLY_STRING ||
	    fields_read(&price_fields, &p, r->str, (size_t)r->len, &ff) == -1)
		return;
	const int64_t	 ms = wall_diff_ms(loop_wall(d->base->loop), p.ts);
	market_heard(&d->market, strrchr(key, ':') + 1, &p,
	    mono_after_ms(loop_now(d->base->loop), ms > 0 ? -ms : 0));
}

static void
on_prices(void *arg, const redisReply *r)
{
	struct price_list	*l = arg;

	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++)
		hear_old(l->d, l->argv[i + 1], r->element[i]);
	begin_taking(l->d);
	for (size_t i = 1; i < l->n; i++)
		free((void *)(uintptr_t)l->argv[i]);
	free(l->argv);
	free(l);
}

/* Ticks come once a second or seldomer: what was published before is read. */
static void
on_hearing(void *arg)
{
	struct riskd		*d = arg;
	const struct instrs	*all = riskd_instrs(d);
	struct price_list	*l = xcalloc(1, sizeof(*l));
	struct map_iter		 it = map_each(&all->map);
	struct node		*n;
	char			 key[KEY_MAX];

	*l = (struct price_list){ .d = d, .n = 1 };
	l->argv = xcalloc(all->map.n + 1, sizeof(*l->argv));
	l->argv[0] = "MGET";
	while ((n = map_next(&it)) != NULL)
		l->argv[l->n++] = xstrdup(key_format(K_PRICE, n->key, key));
	bus_ask(d->base->bus, on_prices, l, (int)l->n, l->argv);
}

void
bus_serve(struct riskd *d)
{
	char	 pattern[KEY_MAX], key[KEY_MAX];

	bus_ask(d->base->bus, on_gap_before, d, 2,
	    (const char *[]){ "GET", key_format(K_LAST, d->base->spec->name, key) });
	bus_ask(d->base->bus, on_reconciled_before, d, 2,
	    (const char *[]){ "GET", key_format(K_LAST, "orderd", key) });
	d->views_timer = timer_new(d->base->loop, on_views_time, d);
	on_views_time(d);
	bus_subscribe(d->base->bus, key_format(K_TICK, "*", pattern), on_tick, on_hearing, d);
}
