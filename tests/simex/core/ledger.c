/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/ledger.h"

#include "base/attr.h"
#include "base/die.h"
#include "wire/jw.h"

#include <stdlib.h>

static const char *const fate_names[] = {
	[FATE_EXECUTED] = "executed", [FATE_REFUSED] = "refused", [FATE_LOST] = "lost",
};
_Static_assert(NITEMS(fate_names) == FATE_N, "fate_names");

static void *
grown(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap == 0 ? 256 : *cap * 2;
	return xrealloc(v, *cap * size);
}

struct arrival *
ledger_add(struct ledger *l, wall_t now)
{
	l->arrivals = grown(l->arrivals, l->narrivals, &l->arrivals_cap, sizeof(*l->arrivals));
	struct arrival	*a = &l->arrivals[l->narrivals++];
	*a = (struct arrival){ .at = now };
	return a;
}

void
ledger_add_trade(struct ledger *l, const struct trade *t)
{
	l->trades = grown(l->trades, l->ntrades, &l->trades_cap, sizeof(*l->trades));
	l->trades[l->ntrades++] = *t;
}

static void
print_arrival(const struct arrival *a, size_t n, struct buf *b)
{
	jw_open(b, '{');
	jw_put_int(b, "n", (int64_t)n);
	jw_put_int(b, "us", a->at.us);
	jw_put_str(b, "method", a->method);
	jw_put_str(b, "path", a->path);
	jw_put_str(b, "clientOrderId", a->clord_id);
	jw_put_str(b, "verdict", fate_names[a->fate]);
	jw_put_int(b, "code", a->code);
	jw_put_int(b, "orderId", a->order_id);
	jw_put_str(b, "body", a->params);
	jw_close(b, '}');
}

void
ledger_print_requests(const struct ledger *l, size_t from, struct buf *b)
{
	jw_open(b, '[');
	for (size_t i = from; i < l->narrivals; i++)
		print_arrival(&l->arrivals[i], i + 1, b);
	jw_close(b, ']');
}

static void
print_execution(const struct trade *t, size_t n, struct buf *b)
{
	jw_open(b, '{');
	jw_put_int(b, "n", (int64_t)n);
	jw_put_int(b, "us", t->at.us);
	jw_put_str(b, "symbol", t->listing->symbol);
	jw_put_int(b, "tradeId", t->id);
	jw_put_int(b, "orderId", t->order_id);
	jw_put_str(b, "clientOrderId", t->clord_id);
	jw_put_str(b, "side", names_get(&side_names, (int)t->side));
	jw_put_dec(b, "qty", t->qty);
	jw_put_dec(b, "price", t->px);
	jw_put_dec(b, "fee", t->fee);
	jw_put_dec(b, "realizedPnl", t->realized);
	jw_put_bool(b, "maker", t->maker);
	jw_close(b, '}');
}

void
ledger_print_executions(const struct ledger *l, size_t from, struct buf *b)
{
	jw_open(b, '[');
	for (size_t i = from; i < l->ntrades; i++)
		print_execution(&l->trades[i], i + 1, b);
	jw_close(b, ']');
}

void
ledger_fini(struct ledger *l)
{
	for (size_t i = 0; i < l->narrivals; i++)
		free(l->arrivals[i].params);
	free(l->arrivals);
	free(l->trades);
}
