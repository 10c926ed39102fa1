/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "riskd/pending.h"

#include <stdlib.h>

static struct pending
order_of(const char *clord_id, const char *sub, const char *symbol, enum side side,
    const char *closing)
{
	struct pending	 p = { .o = { .what = CMD_LIMIT, .side = side, .type = TYPE_LIMIT,
			    .qty = DEC_ONE, .px = DEC_INT(100), .leverage = 5 },
			    .closing = D(closing), .reserved = DEC_ZERO };

	text_put(p.o.clord_id, sizeof(p.o.clord_id), clord_id);
	text_put(p.o.sub, sizeof(p.o.sub), sub);
	text_put(p.o.symbol, sizeof(p.o.symbol), symbol);
	return p;
}

/* Whatever comes and goes: each account's list holds its orders, in the order they came. */
static void
each_account_has_its_own(void **state)
{
	enum { ORDERS = 60, ACCOUNTS = 4, STEPS = 4000 };
	struct rng	 r = rng_seed(check_seed());
	int		 at[ORDERS] = { 0 }, owner[ORDERS] = { 0 };
	struct pendings	 t;

	(void)state;
	pendings_init(&t);
	for (int step = 1; step <= STEPS; step++) {
		const size_t	 i = rng_below(&r, ORDERS);
		const int	 n = (int)rng_below(&r, ACCOUNTS);
		char		 id[8], sub[8];

		text_putf(id, sizeof(id), "%zu", i);
		text_putf(sub, sizeof(sub), "a%d", n);
		if (at[i] == 0) {
			const struct pending	 p = order_of(id, sub, "BTCUSDT", SIDE_BUY, "0");

			pendings_add(&t, &p, NULL);
			at[i] = step;
			owner[i] = n;
		} else {
			pendings_remove(&t, pendings_find(&t, id), NULL);
			at[i] = 0;
		}
		const struct pending_list	*list = pendings_of(&t, sub);
		const struct pending		*p;
		int				 was = 0, count = 0;

		check_row("step %d, %s", step, sub);
		for (size_t k = 0; k < ORDERS; k++)
			count += at[k] != 0 && owner[k] == n;
		CHECK((list == NULL) == (count == 0));
		for (p = list == NULL ? NULL : TAILQ_FIRST(list); p != NULL;
		    p = TAILQ_NEXT(p, sibling)) {
			const int	 k = (int)strtol(p->o.clord_id, NULL, 10);

			CHECK_STR(p->o.sub, sub);
			CHECK(at[k] > was);
			was = at[k];
			count--;
		}
		CHECK_INT(count, 0);
	}
	pendings_fini(&t);
}

/* What rested in an earlier life rests in this one, by its record or its executions. */
static void
what_rested_is_active_again(void **state)
{
	static const struct {
		const char	*name;
		int64_t		 in_record, in_sums, order_id;
		enum ord_status	 status;
	} rows[] = {
		{ "handed on", 0, 0, 0, OS_PLACING },
		{ "taken by the exchange", 7, 0, 7, OS_ACTIVE },
		{ "executed in part", 0, 8, 8, OS_ACTIVE },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct pending_sums	 sums = { .qty = DEC_ZERO, .cost = DEC_ZERO,
						    .fee = DEC_ZERO, .rpnl = DEC_ZERO,
						    .order_id = rows[i].in_sums };
		struct pending	 q, p = order_of("o", "a", "BTCUSDT", SIDE_BUY, "0");
		struct pendings	 t;
		struct buf	 text = { 0 };

		check_row("%s", rows[i].name);
		pendings_init(&t);
		p.order_id = rows[i].in_record;
		fields_object(&pending_fields, &p, &text);
		fields_blank(&pending_fields, &q, sizeof(q));
		CHECK_INT(fields_read(&pending_fields, &q, text.p, text.len,
		    &(struct field_fault){ .text = "" }), 0);
		struct pending	*r = pendings_add(&t, &q, NULL);
		pendings_restore(&t, r, NULL, &sums);
		CHECK_INT(r->order_id, rows[i].order_id);
		CHECK_INT(r->status, rows[i].status);
		buf_free(&text);
		pendings_fini(&t);
	}
}

/* Those of the account, symbol and side that still hold something; the oldest come first. */
static void
who_holds_a_position(void **state)
{
	static const struct {
		const char	*clord_id, *sub, *symbol, *closing;
		enum side	 side;
	} rows[] = {
		{ "one", "a", "BTCUSDT", "1", SIDE_SELL },
		{ "of another account", "b", "BTCUSDT", "1", SIDE_SELL },
		{ "of another symbol", "a", "ETHUSDT", "1", SIDE_SELL },
		{ "of the other side", "a", "BTCUSDT", "1", SIDE_BUY },
		{ "nothing held", "a", "BTCUSDT", "0", SIDE_SELL },
		{ "two", "a", "BTCUSDT", "0.5", SIDE_SELL },
		{ "three", "a", "BTCUSDT", "0.5", SIDE_SELL },
	};
	const struct pending	*got[2];
	struct pendings		 t;

	(void)state;
	pendings_init(&t);
	CHECK_INT(pendings_holding(&t, "a", "BTCUSDT", SIDE_SELL, got, 2), 0);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct pending	 p = order_of(rows[i].clord_id, rows[i].sub, rows[i].symbol,
					    rows[i].side, rows[i].closing);

		pendings_add(&t, &p, NULL);
	}
	CHECK_INT(pendings_holding(&t, "a", "BTCUSDT", SIDE_SELL, got, 2), 2);
	CHECK_STR(got[0]->o.clord_id, "one");
	CHECK_STR(got[1]->o.clord_id, "two");
	pendings_remove(&t, pendings_find(&t, "one"), NULL);
	CHECK_INT(pendings_holding(&t, "a", "BTCUSDT", SIDE_SELL, got, 2), 2);
	CHECK_STR(got[0]->o.clord_id, "two");
	CHECK_STR(got[1]->o.clord_id, "three");
	pendings_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(each_account_has_its_own),
		cmocka_unit_test(what_rested_is_active_again),
		cmocka_unit_test(who_holds_a_position),
	};

	return cmocka_run_group_tests_name("pending_list", tests, NULL, NULL);
}
