/* SPDX-License-Identifier: BSD-2-Clause */
#include "userd/userd.h"

#include "base/text.h"
#include "venue/outside.h"

static void
name_message(struct userd *d, char id[ITEM_ID])
{
	text_putf(id, ITEM_ID, "u%lld",
	    (long long)event_stamp_next(&d->no, loop_wall(d->base->loop)).seq);
}

static void
on_said(void *arg)
{
	struct userd	*d = arg;

	d->unsaid--;
	if (d->unsaid > 0 || !d->dropped)
		return;
	/* Redis is back, and what it missed is more than we could keep. */
	d->dropped = false;
	d->gaps++;
	bus_tell_stream(d, REPORT_GAP);
	if (lease_is_up(&d->lease))
		bus_tell_stream(d, REPORT_UP);
}

static bool
has_room(struct userd *d)
{
	if (d->unsaid < (size_t)d->conf->buffer_max)
		return true;
	if (!d->dropped)
		log_error("buffer_full", "messages=%zu; the rest is a gap", d->unsaid);
	d->dropped = true;
	return false;
}

void
bus_tell_frame(struct userd *d, const struct user_frame *f, const char *raw)
{
	struct msg_report	 report = f->report;
	struct msg_account	 account = f->account;

	if (f->kind == UE_LITE) {
		bus_tell_publish(d->base->bus, K_EV_USER_STREAM, NULL, raw);
		return;
	}
	if (!has_room(d))
		return;
	struct txn	*t = txn_new(d->base->bus, f->kind == UE_ORDER ? "report" : "account", NULL);
	txn_publish(t, K_EV_USER_STREAM, NULL, raw);
	if (f->kind == UE_ORDER) {
		d->orders++;
		name_message(d, report.id);
		txn_push_msg(t, K_Q_REPORT, &msg_report_fields, &report);
	} else {
		d->accounts++;
		name_message(d, account.id);
		txn_push_msg(t, K_Q_ACCOUNT, &msg_account_fields, &account);
	}
	d->unsaid++;
	txn_commit(t, on_said, d);
}

void
bus_tell_stream(struct userd *d, enum report_kind kind)
{
	struct txn		*t = txn_new(d->base->bus, "stream", NULL);
	struct msg_report	 report;
	struct msg_account	 account = { .kind = kind, .at = loop_wall(d->base->loop) };

	fields_blank(&msg_report_fields, &report, sizeof(report));
	report.kind = kind;
	report.at = loop_wall(d->base->loop);
	name_message(d, report.id);
	text_put(account.id, sizeof(account.id), report.id);
	report.stream_no = account.stream_no = d->no;
	txn_push_msg(t, K_Q_REPORT, &msg_report_fields, &report);
	txn_push_msg(t, K_Q_ACCOUNT, &msg_account_fields, &account);
	d->unsaid++;
	txn_commit(t, on_said, d);
}
