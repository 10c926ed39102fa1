/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/call.h"

#include "base/text.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

#include <unistd.h>

static void
put_dec(struct buf *b, const char *name, dec_t d)
{
	char	 text[DEC_STR];

	jw_put_str(b, name, dec_format(d, text));
}

struct reject
inspect_account(struct call *c)
{
	const struct wallet	*w = &c->s->exchange.wallet;
	const struct equity	 e = exchange_equity(&c->s->exchange);

	jw_open(c->out, '{');
	put_dec(c->out, "initial", w->initial);
	put_dec(c->out, "balance", w->balance);
	put_dec(c->out, "realizedPnl", w->realized);
	put_dec(c->out, "fees", w->fees);
	put_dec(c->out, "funding", w->funding);
	put_dec(c->out, "unrealizedPnl", e.upnl);
	put_dec(c->out, "available", e.available);
	jw_close(c->out, '}');
	return reject_none();
}

struct reject
inspect_position(struct call *c)
{
	const struct position	*p = &c->desk->position;

	jw_open(c->out, '{');
	jw_put_str(c->out, "symbol", c->desk->listing.symbol);
	put_dec(c->out, "qty", p->qty);
	put_dec(c->out, "entryPrice", position_entry_px(p));
	put_dec(c->out, "realizedPnl", p->realized);
	put_dec(c->out, "unrealizedPnl", position_upnl(p, desk_mark_px(c->desk)));
	jw_put_int(c->out, "leverage", p->leverage);
	jw_put_int(c->out, "openOrders", (int64_t)c->desk->orders.n_open);
	jw_close(c->out, '}');
	return reject_none();
}

static void
print_all_orders(struct buf *b, const struct exchange *x)
{
	jw_open(b, '[');
	for (int i = 0; i < LISTING_N; i++)
		for (size_t j = 0; j < x->desks[i].orders.n; j++)
			print_order(b, x->desks[i].orders.v[j], ORDER_LIST);
	jw_close(b, ']');
}

struct reject
inspect_ledger(struct call *c)
{
	const size_t	 from = (size_t)form_int(c->form, "from", 0);
	const char	*kind = form_str(c->form, "kind");

	if (text_eq(kind, "requests"))
		ledger_print_requests(&c->s->ledger, from, c->out);
	else if (text_eq(kind, "executions"))
		ledger_print_executions(&c->s->ledger, from, c->out);
	else
		print_all_orders(c->out, &c->s->exchange);
	return reject_none();
}

static void
put_streams(struct buf *b, const struct streams *st)
{
	jw_key(b, "streams");
	jw_open(b, '{');
	for (int r = 0; r < ROUTE_N; r++)
		jw_put_int(b, route_name((enum route)r), streams_count(st, (enum route)r));
	jw_close(b, '}');
}

static void
put_desks(struct buf *b, const struct exchange *x)
{
	jw_key(b, "symbols");
	jw_open(b, '{');
	for (int i = 0; i < LISTING_N; i++) {
		const struct desk	*d = &x->desks[i];

		jw_key(b, d->listing.symbol);
		jw_open(b, '{');
		put_dec(b, "price", d->market.ref_px);
		jw_put_int(b, "orders", (int64_t)d->orders.n);
		jw_put_int(b, "openOrders", (int64_t)d->orders.n_open);
		jw_put_int(b, "trades", (int64_t)d->orders.ntrades);
		jw_close(b, '}');
	}
	jw_close(b, '}');
}

static void
put_trouble(struct buf *b, const struct simex *s)
{
	const struct trouble	*t = &s->trouble;

	jw_key(b, "trouble");
	jw_open(b, '{');
	jw_put_int(b, "bannedUntil", wall_ms(s->meter.banned_until));
	jw_put_bool(b, "dup", t->delivery.twice);
	jw_put_bool(b, "hedge", t->hedged);
	jw_put_int(b, "lag", t->lag_ms);
	jw_put_int(b, "lose", t->delivery.lose);
	jw_put_bool(b, "overload", t->overloaded);
	jw_put_bool(b, "revoke", t->revoked);
	jw_put_bool(b, "swap", t->delivery.backwards);
	jw_close(b, '}');
}

struct reject
inspect_status(struct call *c)
{
	const struct simex	*s = c->s;

	jw_open(c->out, '{');
	jw_put_int(c->out, "pid", getpid());
	jw_put_int(c->out, "requests", (int64_t)s->ledger.narrivals);
	jw_put_int(c->out, "executions", (int64_t)s->ledger.ntrades);
	jw_put_bool(c->out, "muted", s->muted);
	jw_put_bool(c->out, "listenKey", listen_key_lives(&s->key));
	put_streams(c->out, s->streams);
	put_desks(c->out, &s->exchange);
	put_trouble(c->out, s);
	jw_key(c->out, "faults");
	faults_print(&s->faults, c->out);
	jw_close(c->out, '}');
	return reject_none();
}

