/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/algo_print.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

static void
put_dec(struct buf *b, const char *name, dec_t d)
{
	char	 text[DEC_STR];

	jw_put_str(b, name, dec_format(d, text));
}

/* What came and went from and to outside. */
static dec_t
transfers(const struct purse *p)
{
	dec_t	 sum = DEC_ZERO;

	for (int m = MONEY_TRANSFER; m < MONEY_N; m++)
		sum = dec_add(sum, p->sums[m]);
	return sum;
}

struct reject
inspect_account(struct call *c)
{
	const struct exchange	*x = &c->w->exchange;
	const char		*asset = form_str(c->form, "asset");
	const struct purse	*p = wallet_find(&x->wallet, asset == NULL ? "USDT" : asset);

	if (p == NULL)
		return reject_with(REJ_BAD_PARAM, "asset");
	const struct equity	 e = exchange_equity(x, (size_t)(p - x->wallet.v));
	jw_open(c->out, '{');
	put_dec(c->out, "initial", p->initial);
	put_dec(c->out, "balance", p->balance);
	put_dec(c->out, "realizedPnl", dec_add(p->sums[MONEY_REALIZED], p->sums[MONEY_DELIVERED]));
	put_dec(c->out, "fees", dec_neg(p->sums[MONEY_COMMISSION]));
	put_dec(c->out, "funding", p->sums[MONEY_FUNDING]);
	put_dec(c->out, "transfers", transfers(p));
	put_dec(c->out, "insurance", p->sums[MONEY_INSURANCE]);
	put_dec(c->out, "unrealizedPnl", e.upnl);
	put_dec(c->out, "available", e.available);
	jw_close(c->out, '}');
	return reject_none();
}

struct reject
inspect_position(struct call *c)
{
	const enum position_side ps = money_position_side(c->form);
	const struct position	*p = desk_position(c->desk, ps);

	jw_open(c->out, '{');
	jw_put_str(c->out, "symbol", c->desk->listing->symbol);
	put_dec(c->out, "qty", p->qty);
	put_dec(c->out, "entryPrice", position_entry_px(p));
	put_dec(c->out, "liquidationPrice", exchange_liquidation_px(&c->w->exchange, c->desk, ps));
	put_dec(c->out, "realizedPnl", p->realized);
	put_dec(c->out, "unrealizedPnl", position_upnl(p, desk_mark_px(c->desk)));
	jw_put_bool(c->out, "isolated", c->desk->isolated);
	put_dec(c->out, "isolatedWallet", p->apart);
	jw_put_int(c->out, "leverage", c->desk->leverage);
	jw_put_int(c->out, "openOrders", (int64_t)c->desk->orders.n_open);
	jw_close(c->out, '}');
	return reject_none();
}

static void
print_all_orders(struct buf *b, const struct exchange *x)
{
	jw_open(b, '[');
	for (size_t i = 0; i < x->n; i++)
		for (size_t j = 0; j < x->desks[i].orders.n; j++)
			print_order(b, x->desks[i].orders.v[j], ORDER_LIST);
	jw_close(b, ']');
}

static const struct { const char *name; enum entry_kind kind; } kinds[] = {
	{ "all", ENTRY_N }, { "events", ENTRY_EVENT }, { "executions", ENTRY_EXECUTION },
	{ "money", ENTRY_MONEY }, { "requests", ENTRY_ORDER_REQUEST }, { "verbs", ENTRY_VERB },
};

struct reject
inspect_ledger(struct call *c)
{
	const int64_t	 from = form_int(c->form, "from", 0);
	const char	*asked = form_str(c->form, "kind");

	for (size_t i = 0; i < NITEMS(kinds); i++) {
		if (!text_eq(asked, kinds[i].name))
			continue;
		ledger_print(&c->w->ledger, kinds[i].kind, from, c->out);
		return reject_none();
	}
	if (text_eq(asked, "algos"))
		print_algos(c->out, &c->w->exchange.service.algos, &(struct algo_filter){ 0 });
	else
		print_all_orders(c->out, &c->w->exchange);
	return reject_none();
}

static void
put_streams(struct buf *b, const struct outside *o)
{
	jw_key(b, "streams");
	jw_open(b, '{');
	for (int r = 0; r < ROUTE_N; r++)
		jw_put_int(b, route_name((enum route)r), o->streams[r]);
	jw_close(b, '}');
}

static void
put_desks(struct buf *b, const struct exchange *x)
{
	jw_key(b, "symbols");
	jw_open(b, '{');
	for (size_t i = 0; i < x->n; i++) {
		const struct desk	*d = &x->desks[i];

		jw_key(b, d->listing->symbol);
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
put_mirror(struct buf *b, const struct replay *r, const struct outside *o)
{
	int64_t	 missing = 0;

	for (size_t i = 0; i < r->x->n; i++)
		missing += r->x->desks[i].listing->trading &&
		    replay_needs_snapshot(r, &r->x->desks[i]);
	jw_key(b, "mirror");
	jw_open(b, '{');
	jw_put_bool(b, "connected", o->mirror_is_up);
	jw_put_int(b, "rows", r->rows);
	jw_put_int(b, "gaps", r->gaps);
	jw_put_int(b, "missing", missing);
	jw_close(b, '}');
}

static void
put_trouble(struct buf *b, const struct world *w)
{
	const struct trouble	*t = &w->trouble;

	jw_key(b, "trouble");
	jw_open(b, '{');
	jw_put_int(b, "bannedUntil", wall_ms(w->meter.banned_until));
	jw_put_bool(b, "batchReversed", t->batch_reversed);
	jw_put_bool(b, "batchShort", t->batch_short);
	jw_put_int(b, "delay", w->event_delay_ms);
	jw_put_bool(b, "dup", t->delivery.twice);
	jw_put_int(b, "engine", t->engine_ms);
	jw_put_bool(b, "eventsFirst", w->events_first);
	jw_put_bool(b, "fillsFirst", w->exchange.service.fills_first);
	jw_put_bool(b, "hedge", w->exchange.hedged);
	jw_put_int(b, "lag", t->lag_ms);
	jw_put_int(b, "lose", t->delivery.lose);
	jw_put_int(b, "drift", (int64_t)t->drift);
	jw_put_bool(b, "overload", t->overloaded);
	jw_put_bool(b, "revoke", t->revoked);
	jw_put_bool(b, "stuck", w->exchange.service.algos.stuck);
	jw_put_bool(b, "swap", t->delivery.backwards);
	jw_close(b, '}');
}

struct reject
inspect_status(struct call *c)
{
	const struct world	*w = c->w;

	jw_open(c->out, '{');
	jw_put_int(c->out, "pid", c->outside->pid);
	jw_put_int(c->out, "requests", w->ledger.of_kind[ENTRY_ORDER_REQUEST]);
	jw_put_int(c->out, "executions", w->ledger.of_kind[ENTRY_EXECUTION]);
	jw_put_bool(c->out, "muted", w->trouble.muted);
	jw_put_bool(c->out, "listenKey", listen_key_lives(&w->key));
	put_streams(c->out, c->outside);
	put_desks(c->out, &w->exchange);
	if (w->replay.live)
		put_mirror(c->out, &w->replay, c->outside);
	put_trouble(c->out, w);
	jw_key(c->out, "faults");
	faults_print(&w->faults, c->out);
	jw_close(c->out, '}');
	return reject_none();
}

