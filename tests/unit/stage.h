/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage.h - an exchange with little in it, for the tests of orders: what is
 * placed here, and what came of it.
 *
 * All at the time WALL_UNSET, on BTCUSDT, in one thread: story() has one text.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include "tests/simex/core/exchange.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_ORDERS = 200 };

/* BTCUSDT at 61250 with three levels of 0.004 a side: 61250.1, 61250.2, 61250.3. */
static inline struct exchange *
fresh(void)
{
	struct exchange	*x = malloc(sizeof(*x));

	exchange_init(x, &(struct exchange_terms){
		.balance = D("10000"), .fee_maker = D("0.0002"), .fee_taker = D("0.0005"),
		.market.seed = check_seed(), .max_orders = MAX_ORDERS,
	});
	exchange_set_ladder(x, &x->desks[0],
	    (struct ladder){ .levels = 3, .qty = D("0.004"), .gap = D("0.1") }, WALL_UNSET);
	return x;
}

static inline void
discard(struct exchange *x)
{
	exchange_fini(x);
	free(x);
}

static inline struct terms
terms(enum side side, const char *px, const char *qty)
{
	struct terms	 t = {
		.side = side, .type = TYPE_LIMIT, .tif = TIF_GTC, .stp = STP_EXPIRE_MAKER,
		.px = D(px), .qty = D(qty),
	};

	if (!dec_ok(t.px))
		t.type = TYPE_MARKET;
	return t;
}

static inline struct order *
place(struct exchange *x, const struct terms *t)
{
	struct order		*o;
	const struct reject	 r = exchange_place(x, &x->desks[0], t, WALL_UNSET, &o);

	CHECK_INT(reject_code(&r), 0);
	return o;
}

static inline int
refusal(struct exchange *x, const struct terms *t)
{
	struct order		*o;
	const struct reject	 r = exchange_place(x, &x->desks[0], t, WALL_UNSET, &o);

	return reject_code(&r);
}

/* "kind qty@px" of every fact since the last call. */
static inline const char *
story(struct exchange *x)
{
	static const char *const kinds[] = {
		"new", "trade", "canceled", "expired", "amended", "fund", "lev", "algo",
		"public", "listing", "account", "mode", "calculated", "forced", "call", "money", "taken",
	};
	static char		 text[1024];
	char			 a[DEC_STR], b[DEC_STR];
	size_t			 n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < x->facts.n; i++) {
		const struct fact	*f = &x->facts.v[i];

		if (f->kind == FACT_MONEY)
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n > 0 ? " " : "",
		    kinds[f->kind]);
		if (f->kind == FACT_TRADE)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "(%s@%s)",
			    dec_format(f->trade.qty, a), dec_format(f->trade.px, b));
		if (f->kind == FACT_EXPIRED)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "(%d)", (int)f->er);
	}
	x->facts.n = 0;
	return text;
}

#endif
