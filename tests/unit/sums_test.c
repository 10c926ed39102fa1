/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sums that are kept with every change are what looking through everything
 * finds, whatever happens in whatever order.
 */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "riskd/pending.h"

#include <string.h>

enum { LIVES = 30, STEPS = 400, MOST = 12, SUBS = 2, SYMBOLS = 2 };

static const char *const	subs[SUBS] = { "a", "b" }, *const symbols[SYMBOLS] = { "BTCUSDT",
				    "ETHUSDT" };

struct crowd {
	struct accounts	 accounts;
	struct pendings	 t;
	struct pending	*v[MOST];
	int		 no;
	int64_t		 trade_id;
};

static dec_t
tenths(struct rng *r, int most)
{
	return (dec_t){ (int64_t)(rng_below(r, (uint64_t)most) + 1) * (DEC_ONE_E8 / 10) };
}

static struct pending *
enter(struct crowd *c, struct rng *r)
{
	struct pending	 p = { .o = { .what = CMD_LIMIT, .side = (enum side)rng_below(r, SIDE_N),
			    .type = TYPE_LIMIT, .qty = tenths(r, 10), .px = D("100"),
			    .leverage = 5 } };

	p.closing = dec_min(p.o.qty, (dec_t){ (int64_t)rng_below(r, 3) * (DEC_ONE_E8 / 10) });
	p.reserved = dec_mul(dec_sub(p.o.qty, p.closing), D("100"), ROUND_UP);
	text_putf(p.o.clord_id, sizeof(p.o.clord_id), "o%d", c->no++);
	text_put(p.o.sub, sizeof(p.o.sub), subs[rng_below(r, SUBS)]);
	text_put(p.o.symbol, sizeof(p.o.symbol), symbols[rng_below(r, SYMBOLS)]);
	return pendings_add(&c->t, &p, accounts_find(&c->accounts, p.o.sub));
}

static void
fill(struct crowd *c, struct rng *r, struct pending *p)
{
	struct account		*a = accounts_find(&c->accounts, p->o.sub);
	const struct msg_fill	 m = { .o = p->o, .order_id = 7, .e = { .trade_id = ++c->trade_id,
				    .qty = tenths(r, 4), .px = D("100"), .fee = DEC_ZERO } };
	struct booking		 b;

	account_book(a, &m, DEC_ZERO, &b);
	account_apply(a, &b);
	pendings_hold(&c->t, a, p->o.symbol);
	pendings_booked(&c->t, p, a, &b);
}

static void
step(struct crowd *c, struct rng *r)
{
	struct pending	**at = &c->v[rng_below(r, MOST)], *p = *at;

	if (p == NULL)
		*at = enter(c, r);
	else if (rng_below(r, 4) == 0) {
		pendings_remove(&c->t, p, accounts_find(&c->accounts, p->o.sub));
		*at = NULL;
	} else if (rng_below(r, 4) == 0)
		pendings_doubt(&c->t, p, rng_below(r, 2) == 0);
	else
		fill(c, r, p);
}

/* What the old way of asking would find: everything that is there, looked through. */
static void
check_holds(const struct crowd *c, const char *sub, const char *symbol)
{
	const struct position	*pos = account_position(accounts_find(&c->accounts, sub), symbol);
	dec_t			 closing = DEC_ZERO;

	for (size_t i = 0; i < MOST && pos != NULL; i++)
		if (c->v[i] != NULL && strcmp(c->v[i]->o.sub, sub) == 0 &&
		    strcmp(c->v[i]->o.symbol, symbol) == 0 &&
		    c->v[i]->o.side == side_closing(pos->side))
			closing = dec_add(closing, c->v[i]->closing);
	CHECK(pos == NULL || dec_cmp(pos->closing, closing) == 0);
}

static void
check_net(const struct crowd *c, const char *symbol)
{
	dec_t	 net = DEC_ZERO, open[SIDE_N] = { DEC_ZERO, DEC_ZERO };

	for (size_t i = 0; i < SUBS; i++) {
		const struct position	*pos =
		    account_position(accounts_find(&c->accounts, subs[i]), symbol);

		check_holds(c, subs[i], symbol);
		if (pos != NULL)
			net = dec_add(net, position_signed_qty(pos));
	}
	CHECK(dec_cmp(tally_get(&c->accounts.net, symbol), net) == 0);
	for (size_t i = 0; i < MOST; i++)
		if (c->v[i] != NULL && strcmp(c->v[i]->o.symbol, symbol) == 0)
			open[c->v[i]->o.side] = dec_add(open[c->v[i]->o.side], dec_max(DEC_ZERO,
			    dec_sub(c->v[i]->o.qty, c->v[i]->booked_qty)));
	for (int s = 0; s < SIDE_N; s++)
		CHECK(dec_cmp(tally_get(&c->t.open[s], symbol), open[s]) == 0);
}

static void
check_doubts(const struct crowd *c)
{
	for (size_t i = 0; i < MOST; i++) {
		const struct terms	*o = c->v[i] == NULL ? NULL : &c->v[i]->o;
		bool			 doubt = false;

		for (size_t k = 0; k < MOST && o != NULL; k++)
			doubt |= c->v[k] != NULL && c->v[k]->in_doubt &&
			    strcmp(c->v[k]->o.sub, o->sub) == 0 &&
			    strcmp(c->v[k]->o.symbol, o->symbol) == 0 &&
			    c->v[k]->o.side == o->side && dec_cmp(c->v[k]->o.qty, o->qty) == 0;
		if (o != NULL)
			CHECK_INT(pendings_doubt_like(&c->t, o->sub, o->symbol, o->side, o->qty),
			    doubt);
	}
}

/* Whatever happens in whatever order, and nothing is left when all are gone. */
static void
every_sum_is_what_a_scan_finds(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int life = 0; life < LIVES; life++) {
		struct crowd	 c = { .no = 0 };

		pendings_init(&c.t);
		for (size_t i = 0; i < SUBS; i++)
			accounts_get(&c.accounts, subs[i]);
		for (int n = 0; n < STEPS; n++) {
			check_row("life %d, step %d", life, n);
			step(&c, &r);
			for (size_t i = 0; i < SYMBOLS; i++)
				check_net(&c, symbols[i]);
			check_doubts(&c);
		}
		for (size_t i = 0; i < MOST; i++)
			if (c.v[i] != NULL)
				pendings_remove(&c.t, c.v[i],
				    accounts_find(&c.accounts, c.v[i]->o.sub));
		CHECK_INT(c.t.map.n + c.t.closing.map.n + c.t.doubts.map.n +
		    c.t.open[SIDE_BUY].map.n + c.t.open[SIDE_SELL].map.n, 0);
		for (size_t i = 0; i < SUBS; i++)
			CHECK_DEC(accounts_find(&c.accounts, subs[i])->reserved, "0");
		pendings_fini(&c.t);
		accounts_fini(&c.accounts);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(every_sum_is_what_a_scan_finds),
	};

	return cmocka_run_group_tests_name("sums", tests, NULL, NULL);
}
