/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"

#include <hiredis/hiredis.h>

/*
 * What adds risk stops while PostgreSQL is away; what takes it away does not, and
 * each of its items waits there until it is stored.
 */
enum { ORDERS_IN_FLIGHT = 512, URGENT_IN_FLIGHT = 10000, REPORTS_IN_FLIGHT = 10000 };

/* ---- the stream's state ----------------------------------------------------------- */

/*
 * pms:last:orderd holds the number of the last stream_up that was reconciled, 0
 * while a gap is open: it is what a later life of ours and of riskd's begins with.
 */
static void
put_last(struct orderd *d, struct txn *t, int64_t no)
{
	char	 text[24];

	text_putf(text, sizeof(text), "%lld", (long long)no);
	txn_set(t, K_LAST, d->base->spec->name, text);
}

void
bus_tell_gap(struct orderd *d, struct item *item)
{
	struct txn	*t = txn_new(d->base->bus, "gap", item);

	put_last(d, t, 0);
	txn_commit(t, NULL, NULL);
}

void
bus_tell_reconciled(struct orderd *d)
{
	struct txn		*t = txn_new(d->base->bus, "reconciled", d->up_item);
	struct msg_outcome	 m;

	fields_blank(&msg_outcome_fields, &m, sizeof(m));
	m.kind = OUT_RECONCILED;
	m.stream_no = d->up_no;
	text_putf(m.id, sizeof(m.id), "u%lldr", (long long)d->up_no);
	txn_push_msg(t, K_Q_OUTCOME, &msg_outcome_fields, &m);
	put_last(d, t, d->up_no);
	log_info("reconciled", "stream_no=%lld", (long long)d->up_no);
	d->reconciled_no = d->up_no;
	d->up_no = 0;
	d->up_item = NULL;
	txn_commit(t, NULL, NULL);
}

bool
report_is_found(const struct msg_report *r)
{
	return text_starts_with(r->id, REPORT_FOUND);
}

/* What we found by asking waits behind what the stream has told. */
void
bus_push_reports(struct orderd *d, struct msg_report *found, size_t n, void (*done)(void *arg),
    void *arg)
{
	struct txn	*t = txn_new(d->base->bus, "found", NULL);

	d->unapplied += n;
	for (size_t i = 0; i < n; i++) {
		text_putf(found[i].id, sizeof(found[i].id), REPORT_FOUND "%lld",
		    (long long)event_stamp_next(&d->no, loop_wall(d->base->loop)).seq);
		txn_push_msg(t, K_Q_REPORT, &msg_report_fields, &found[i]);
	}
	txn_commit(t, done, arg);
}

void
bus_push_report(struct orderd *d, const struct msg_report *found)
{
	struct msg_report	 r = *found;

	bus_push_reports(d, &r, 1, NULL, NULL);
}

/* ---- taking ------------------------------------------------------------------------- */

static void
on_order(void *arg, struct item *item)
{
	place_item(arg, item);
}

/* Placements and cancels share the lane; what a cancel is says its command. */
static void
on_urgent(void *arg, struct item *item)
{
	struct cmd		 c = cmd_blank(CMD_TRADE);
	struct field_fault	 ff;

	if (fields_read(&cmd_fields, &c, item->text, item->len, &ff) == 0 &&
	    (c.what == CMD_CANCEL || c.what == CMD_CANCEL_ALL))
		cancels_item(arg, item, &c);
	else
		place_item(arg, item);
}

static void
on_report(void *arg, struct item *item)
{
	apply_item(arg, item);
}

/* In the order they are handled when several wait: what ends risk first. */
enum { TAKE_URGENT, TAKE_REPORT, TAKE_ORDER, TAKES };
static const struct source	sources[TAKES] = {
	[TAKE_URGENT] = { .key = K_Q_URGENT, .end = TAKE_LEFT, .max_in_flight = URGENT_IN_FLIGHT,
	    .handle = on_urgent },
	[TAKE_REPORT] = { .key = K_Q_REPORT, .end = TAKE_LEFT, .max_in_flight = REPORTS_IN_FLIGHT,
	    .handle = on_report },
	[TAKE_ORDER] = { .key = K_Q_ORDER, .end = TAKE_LEFT, .max_in_flight = ORDERS_IN_FLIGHT,
	    .handle = on_order },
};
_Static_assert(TAKES <= NITEMS(((struct orderd *)0)->takes), "takes");

/* An intent is known before its execution: work lists of orders first, reports last. */
static void
on_reports_told(void *arg)
{
	struct orderd	*d = arg;

	audit_start(d);
	daemon_ready(d->base);
	orderd_show_state(d);
}

static void
on_orders_told(void *arg)
{
	struct orderd	*d = arg;

	take_start(d->takes[TAKE_REPORT], on_reports_told);
}

static void
on_urgent_told(void *arg)
{
	struct orderd	*d = arg;

	take_start(d->takes[TAKE_ORDER], on_orders_told);
}

static void
on_barriers(void *arg, const redisReply *r)
{
	struct orderd	*d = arg;
	int64_t		 no;

	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2)
		if (text_to_i64(r->element[i + 1]->str, 1, INT64_MAX, &no) == 0)
			barriers_put(&d->barriers, r->element[i]->str, no);
}

static void
on_last(void *arg, const redisReply *r)
{
	struct orderd	*d = arg;

	if (r->type == REDIS_REPLY_STRING &&
	    text_to_i64(r->str, 0, INT64_MAX, &d->reconciled_no) == 0)
		d->stream_up = d->reconciled_no != 0;
	for (int i = 0; i < TAKES; i++)
		d->takes[i] = bus_take(d->base->bus, &sources[i], d);
	take_start(d->takes[TAKE_URGENT], on_urgent_told);
}

void
bus_serve(struct orderd *d)
{
	char	 key[KEY_MAX];

	/* What was before the first of all starts is not ours. */
	if (!wall_is_set(d->cursors.since))
		d->cursors.since = venue_now(d);
	bus_tell(d->base->bus, 2, (const char *[]){ "DEL", key_format(K_DOUBT, NULL, key) });
	bus_ask(d->base->bus, on_barriers, d, 2,
	    (const char *[]){ "HGETALL", key_format(K_BARRIER, NULL, key) });
	bus_ask(d->base->bus, on_last, d, 2,
	    (const char *[]){ "GET", key_format(K_LAST, d->base->spec->name, key) });
}
