/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/finding.h"

#include "base/die.h"

enum { OWED_START = 16 };

void
audit_settle(struct audit *a)
{
	for (size_t i = 0; i < a->nowed; i++) {
		const struct owed	*o = &a->owed[i];

		a->done[CHECK_DELIVERY]++;
		if ((o->wants & ~o->has) != 0)
			audit_find(a, o->of_line, CHECK_DELIVERY, "entry %lld has no event%s%s%s",
			    (long long)o->n, (o->wants & ~o->has & AE_ORDER) ? " ORDER_TRADE_UPDATE" : "",
			    (o->wants & ~o->has & AE_ACCOUNT) ? " ACCOUNT_UPDATE" : "",
			    (o->wants & ~o->has & AE_LITE) ? " TRADE_LITE" : "");
	}
	a->nowed = 0;
}

void
audit_owe(struct audit *a, const struct owed *o)
{
	if (!a->heard)
		return;
	if (a->nowed == a->owed_cap) {
		a->owed_cap = a->owed_cap == 0 ? OWED_START : a->owed_cap * 2;
		a->owed = xrealloc(a->owed, a->owed_cap * sizeof(*a->owed));
	}
	a->owed[a->nowed++] = *o;
}

static struct owed *
find_owed(struct audit *a, int64_t n)
{
	for (size_t i = a->nowed; i > 0; i--)
		if (a->owed[i - 1].n == n)
			return &a->owed[i - 1];
	return NULL;
}

/* Once, unless a fault was asked for. */
static void
check_fate(struct audit *a, const struct line *l, const struct owed *o, unsigned kind)
{
	const bool	 again = line_is(l, "fate", "again");

	if (again)
		HOLDS(a, CHECK_DELIVERY, a->asked.twice && (o->has & kind) != 0,
		    "sent again, and no verb asked for that");
	else
		HOLDS(a, CHECK_DELIVERY, (o->has & kind) == 0, "told before");
	if (line_is(l, "fate", "lost"))
		HOLDS(a, CHECK_DELIVERY, a->asked.lose-- > 0, "lost, and no verb asked for that");
	if (line_is(l, "fate", "muted"))
		HOLDS(a, CHECK_DELIVERY, a->asked.muted, "muted, and no verb asked for that");
	HOLDS(a, CHECK_DELIVERY, (o->wants & kind) != 0, "not an event of entry %lld",
	    (long long)o->n);
}

static int
check_account_text(struct audit *a, struct span json, const struct owed *o, struct why *why)
{
	struct line	 l;
	struct span	 list, value;
	dec_t		 d;

	if (line_parse(&l, json.p, json.len, why) == -1)
		return -1;
	const struct span	 inner = line_raw(&l, "a");
	if (inner.p == NULL || line_parse(&l, inner.p, inner.len, why) == -1)
		return why_set(why, "expected an account as \"a\"");
	const struct span	 positions = line_raw(&l, "P");
	list = line_raw(&l, "B");
	while (list.p != NULL && line_next(&list, &value)) {
		if (line_parse(&l, value.p, value.len, why) == -1 || line_dec(&l, "wb", &d, why) == -1)
			return -1;
		audit_same(a, CHECK_EVENT, "wb", d, o->balance);
	}
	list = positions;
	while (o->trade_id != 0 && list.p != NULL && line_next(&list, &value)) {
		if (line_parse(&l, value.p, value.len, why) == -1 || line_dec(&l, "pa", &d, why) == -1)
			return -1;
		audit_same(a, CHECK_EVENT, "pa", d, o->position);
	}
	return 0;
}

static int
check_order_text(struct audit *a, const struct line *all, const struct owed *o, struct why *why)
{
	struct line		 l;
	const struct span	 inner = line_raw(all, "o");
	int64_t			 id, trade_id;
	dec_t			 qty, px, cum;

	if (inner.p == NULL)
		return why_set(why, "expected an order as \"o\"");
	if (line_parse(&l, inner.p, inner.len, why) == -1 || line_int(&l, "i", &id, why) == -1 ||
	    line_int(&l, "t", &trade_id, why) == -1 || line_dec(&l, "l", &qty, why) == -1 ||
	    line_dec(&l, "L", &px, why) == -1 || line_dec(&l, "z", &cum, why) == -1)
		return -1;
	HOLDS(a, CHECK_EVENT, id == o->order_id, "i is not the order");
	HOLDS(a, CHECK_EVENT, trade_id == o->trade_id, "t is not the trade");
	if (o->trade_id == 0)
		return 0;
	audit_same(a, CHECK_EVENT, "l", qty, o->qty);
	audit_same(a, CHECK_EVENT, "L", px, o->px);
	audit_same(a, CHECK_EVENT, "z", cum, o->cum);
	return 0;
}

static int
check_lite_text(struct audit *a, const struct line *l, const struct owed *o, struct why *why)
{
	int64_t	 trade_id;
	dec_t	 qty;

	if (line_int(l, "t", &trade_id, why) == -1 || line_dec(l, "l", &qty, why) == -1)
		return -1;
	HOLDS(a, CHECK_EVENT, trade_id == o->trade_id, "t is not the trade");
	audit_same(a, CHECK_EVENT, "l", qty, o->qty);
	return 0;
}

static unsigned
kind_of(const struct line *l)
{
	static const struct { const char *name; unsigned kind; } kinds[] = {
		{ "ACCOUNT_UPDATE", AE_ACCOUNT }, { "ORDER_TRADE_UPDATE", AE_ORDER },
		{ "TRADE_LITE", AE_LITE },
	};

	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (line_is(l, "event", kinds[i].name))
			return kinds[i].kind;
	return 0;
}

int
audit_deliver(struct audit *a, const struct line *l, struct why *why)
{
	const struct span	 json = line_raw(l, "json");
	const unsigned		 kind = kind_of(l);
	struct line		 text;
	int64_t			 of;

	if (line_int(l, "of", &of, why) == -1)
		return -1;
	if (json.p == NULL)
		return why_set(why, "expected the event as \"json\"");
	if (line_is(l, "event", "listenKeyExpired"))
		a->heard = false;
	if (of == 0 || kind == 0)
		return 0;
	struct owed	*o = find_owed(a, of);
	HOLDS(a, CHECK_DELIVERY, o != NULL, "tells of entry %lld, which is not there, or over",
	    (long long)of);
	if (o == NULL)
		return 0;
	check_fate(a, l, o, kind);
	o->has |= kind;
	if (a->asked.drifted)
		return 0;
	if (kind == AE_ACCOUNT)
		return check_account_text(a, json, o, why);
	if (line_parse(&text, json.p, json.len, why) == -1)
		return -1;
	return kind == AE_ORDER ? check_order_text(a, &text, o, why) :
	    check_lite_text(a, &text, o, why);
}
