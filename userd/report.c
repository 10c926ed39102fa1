/* SPDX-License-Identifier: BSD-2-Clause */
#include "userd/report.h"

#include "base/text.h"
#include "venue/status.h"

#include <stdlib.h>

/* The exchange's members, by their one-letter names (its page "Event: Order Update"). */
struct wire_event {
	char		event[EVENT_WORD];
	wall_t		at;
	/* o: the order */
	char		clord_id[CLORD_ID], symbol[SYMBOL], status[24];
	enum side	side;
	int64_t		order_id, trade_id;
	dec_t		qty, px, avg_px, cum_qty, last_qty, last_px, fee;
	char		fee_asset[ASSET];
	bool		maker;
	wall_t		trade_at;
	/* a: the account */
	char		reason[32];
	char		*positions;
};

static const struct field	wire_v[] = {
	F(wire_event, event, "e", F_STR, 0),
	F(wire_event, at, "E", F_WALL, 0),
	F(wire_event, clord_id, "o.c", F_STR, 0),
	F(wire_event, symbol, "o.s", F_STR, 0),
	F(wire_event, side, "o.S", F_SIDE, 0),
	F(wire_event, status, "o.X", F_STR, 0),
	F(wire_event, order_id, "o.i", F_I64, 0),
	F(wire_event, trade_id, "o.t", F_I64, 0),
	F(wire_event, qty, "o.q", F_DEC, 0),
	F(wire_event, px, "o.p", F_DEC, 0),
	F(wire_event, avg_px, "o.ap", F_DEC, 0),
	F(wire_event, cum_qty, "o.z", F_DEC, 0),
	F(wire_event, last_qty, "o.l", F_DEC, 0),
	F(wire_event, last_px, "o.L", F_DEC, 0),
	F(wire_event, fee, "o.n", F_DEC, 0),
	F(wire_event, fee_asset, "o.N", F_STR, 0),
	F(wire_event, maker, "o.m", F_BOOL, 0),
	F(wire_event, trade_at, "o.T", F_WALL, 0),
	F(wire_event, reason, "a.m", F_STR, 0),
	F(wire_event, positions, "a.P", F_RAW, 0),
};
static const struct fields	wire_fields = FIELDS(wire_v);

static const struct {
	const char	*event;
	enum user_event	 kind;
} events[] = {
	{ "ACCOUNT_UPDATE", UE_ACCOUNT },
	{ "ORDER_TRADE_UPDATE", UE_ORDER },
	{ "TRADE_LITE", UE_LITE },
	{ "listenKeyExpired", UE_EXPIRED },
};

static enum user_event
kind_of(const char *event)
{
	for (size_t i = 0; i < NITEMS(events); i++)
		if (text_eq(event, events[i].event))
			return events[i].kind;
	return UE_OTHER;
}

/* No trade id, or no quantity (the first event of a forced order): no execution. */
static void
fill_exec(struct exec *e, const struct wire_event *w)
{
	if (w->trade_id == 0 || !dec_ok(w->last_qty) || dec_is_zero(w->last_qty))
		return;
	e->trade_id = w->trade_id;
	e->qty = w->last_qty;
	e->px = w->last_px;
	e->fee = dec_ok(w->fee) ? w->fee : DEC_ZERO;	/* absent when there is none */
	text_put(e->fee_asset, sizeof(e->fee_asset), w->fee_asset);
	e->maker = w->maker;
	e->at = w->trade_at;
}

static int
fill_report(struct msg_report *r, const struct wire_event *w, struct why *why)
{
	fields_blank(&msg_report_fields, r, sizeof(*r));
	if (*w->symbol == '\0' || w->order_id == 0 || !dec_ok(w->cum_qty))
		return why_set(why, "an order update without symbol, order id or filled quantity");
	r->kind = REPORT_ORDER;
	text_put(r->clord_id, sizeof(r->clord_id), w->clord_id);
	text_put(r->symbol, sizeof(r->symbol), w->symbol);
	r->side = w->side;
	r->order_id = w->order_id;
	r->status = venue_status_of(w->status);
	r->qty = w->qty;
	r->px = w->px;
	r->cum_qty = w->cum_qty;
	r->avg_px = w->avg_px;
	r->at = w->at;
	fill_exec(&r->e, w);
	return 0;
}

static void
fill_account(struct msg_account *a, struct wire_event *w)
{
	*a = (struct msg_account){ .kind = REPORT_ORDER, .at = w->at, .positions = w->positions };
	text_put(a->reason, sizeof(a->reason), w->reason);
	w->positions = NULL;
}

int
report_read(const char *json, size_t len, struct user_frame *f, struct why *why)
{
	struct field_fault	 ff;
	struct wire_event	 w;
	int			 rc = 0;

	fields_blank(&wire_fields, &w, sizeof(w));
	*f = (struct user_frame){ .kind = UE_OTHER };
	/* The event is read first: what is nothing for us may hold whatever it likes. */
	if (fields_read(&wire_fields, &w, json, len, &ff) == -1) {
		if (*w.event == '\0' || kind_of(w.event) != UE_OTHER)
			rc = why_set(why, "%s", ff.text);
		goto out;
	}
	f->kind = kind_of(w.event);
	if (f->kind == UE_ORDER)
		rc = fill_report(&f->report, &w, why);
	else if (f->kind == UE_ACCOUNT)
		fill_account(&f->account, &w);
out:
	text_put(f->event, sizeof(f->event), w.event);
	free(w.positions);
	return rc;
}
