/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole lives of one order as the exchange can tell them, in every order of
 * arrival, with words said twice, with answers among the reports: the book ends
 * the same.  order_test.c has the single steps.
 */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "orderd/order.h"
#include "venue/status.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 32, EVERY_ORDER = 7, SHUFFLES = 20000 };
enum { ORDER_ID = 7 };

/* ---- one life ---------------------------------------------------------------------- */

struct word {
	char			 name[24];
	struct order_input	 in;
};

/* What has been told of an order, and what must be in the book when all of it is heard. */
struct life {
	struct word	 v[WORDS_MAX];
	size_t		 n;
	int		 ntrades;
	dec_t		 qty, cum, cost;
	enum ord_state	 end;
};

static struct word *
add_word(struct life *l, const char *name)
{
	struct word	*w = &l->v[l->n++];

	CHECK(l->n <= WORDS_MAX);
	*w = (struct word){ .in = { .on = ON_ACK, .told_qty = DEC_NONE, .qty = DEC_NONE } };
	text_put(w->name, sizeof(w->name), name);
	return w;
}

/* A report of the stream, by the exchange's word for the status. */
static struct word *
report(struct life *l, const char *status)
{
	const struct msg_report	 r = { .order_id = ORDER_ID, .status = venue_status_of(status),
				    .qty = l->qty, .cum_qty = l->cum };
	struct word		*w = add_word(l, status);

	w->in = order_input_of(&r);
	w->in.heard = true;
	return w;
}

/* The same without an execution, as an answer: of the request, or of a question. */
static void
answer(struct life *l, const char *status)
{
	struct word	*w = report(l, status);

	text_putf(w->name, sizeof(w->name), "answer:%s", status);
	w->in.heard = false;
}

static void
lost(struct life *l)
{
	add_word(l, "lost")->in.on = ON_LOST;
}

static void
trade(struct life *l, int qty)
{
	const int64_t	 id = ++l->ntrades;
	const dec_t	 px = DEC_INT(100 + id * id);
	struct word	*w;

	l->cum = dec_add(l->cum, DEC_INT(qty));
	l->cost = dec_add(l->cost, dec_mul(DEC_INT(qty), px, ROUND_HALF_EVEN));
	w = report(l, dec_cmp(l->cum, l->qty) == 0 ? "FILLED" : "PARTIALLY_FILLED");
	w->in.e = (struct exec){ .trade_id = id, .qty = DEC_INT(qty), .px = px, .fee = DEC_ZERO };
	text_putf(w->name, sizeof(w->name), "trade%lld", (long long)id);
	if (dec_cmp(l->cum, l->qty) == 0)
		l->end = ORD_FILLED;
}

/* What only reduces is cut down to what is left of the position. */
static void
amend_to(struct life *l, int qty)
{
	l->qty = DEC_INT(qty);
	report(l, dec_is_zero(l->cum) ? "NEW" : "PARTIALLY_FILLED");
}

/* How it may end but for being filled. */
static const struct ending {
	const char	*status;
	enum ord_state	 end;
} endings[] = {
	{ "CANCELED", ORD_CANCELED }, { "EXPIRED", ORD_EXPIRED },
	{ "EXPIRED_IN_MATCH", ORD_EXPIRED },
};

static void
end(struct life *l, const struct ending *e)
{
	report(l, e->status);
	l->end = e->end;
}

static struct life
life_of(int qty)
{
	return (struct life){ .qty = DEC_INT(qty), .cum = DEC_ZERO, .cost = DEC_ZERO };
}

/* ---- heard in some order -------------------------------------------------------------- */

static struct order
sent_order(void)
{
	struct order			 o = { .state = ORD_NEW, .qty = DEC_INT(9),
	    .cum_qty = DEC_ZERO, .cost = DEC_ZERO, .told_qty = DEC_ZERO };
	const struct order_input	 submit = { .on = ON_SUBMIT, .told_qty = DEC_NONE,
	    .qty = DEC_NONE };

	order_step(&o, &submit);
	return o;
}

/* What the words that were heard imply, by themselves. */
struct heard {
	unsigned	 trades;
	dec_t		 cum, told;
	bool		 final;
	int		 overs;
};

static void
hear(struct order *o, const struct order_input *in, struct heard *h)
{
	const struct order	 was = *o;
	const unsigned		 acts = order_step(o, in);
	const int64_t		 id = in->e.trade_id;
	const bool		 is_new = id != 0 && (h->trades >> id & 1) == 0;

	CHECK((acts & (ACT_IMPOSSIBLE | ACT_ALARM)) == 0);
	if (is_new) {
		h->trades |= 1U << id;
		h->cum = dec_add(h->cum, in->e.qty);
	}
	if (dec_ok(in->told_qty))
		h->told = dec_max(h->told, in->told_qty);
	h->final = h->final || in->on == ON_FILL || in->on == ON_CANCEL || in->on == ON_EXPIRE;
	h->overs += (acts & ACT_OVER) != 0;
	const bool	 missing = dec_cmp(h->cum, h->told) < 0;

	CHECK_INT((acts & ACT_EXECUTION) != 0, is_new);
	CHECK(dec_cmp(o->cum_qty, h->cum) == 0);
	CHECK(dec_cmp(o->told_qty, h->told) == 0);
	CHECK(dec_cmp(o->cum_qty, o->qty) <= 0);
	CHECK(dec_cmp(o->qty, was.qty) <= 0);
	CHECK_INT((acts & ACT_MISSING) != 0, missing);
	CHECK_INT(order_is_final(o), h->final);
	CHECK_INT(order_is_over(o), h->final && !missing);
	CHECK_INT(ord_status_is_final(order_status(o)), h->final && !missing);
	CHECK(!order_is_final(&was) || o->state == was.state);
}

static void
check_end(const struct life *l, const struct order *o, const struct heard *h)
{
	CHECK_INT(o->state, l->end);
	CHECK(order_is_over(o) && o->heard);
	CHECK_INT(o->order_id, ORDER_ID);
	CHECK_INT(o->ntrades, l->ntrades);
	CHECK(dec_cmp(o->cum_qty, l->cum) == 0);
	CHECK(dec_cmp(o->cost, l->cost) == 0);
	CHECK(dec_cmp(o->told_qty, l->cum) == 0);
	CHECK(dec_cmp(o->qty, l->qty) == 0);
	CHECK_INT(h->overs, 1);
}

static void
hear_in_this_order(const size_t *order, size_t n, void *arg)
{
	const struct life	*l = arg;
	struct order		 o = sent_order();
	struct heard		 h = { .cum = DEC_ZERO, .told = DEC_ZERO };
	struct buf		 text = { 0 };

	for (size_t i = 0; i < n; i++)
		buf_addf(&text, " %s", l->v[order[i]].name);
	check_row("of%s", buf_text(&text));
	for (size_t i = 0; i < n; i++)
		hear(&o, &l->v[order[i]].in, &h);
	check_end(l, &o, &h);
	buf_free(&text);
	free(o.trades);
}

/* In every order, and in every order with each of the words said once more. */
static void
hear_in_every_order(struct life *l)
{
	const size_t	 n = l->n;

	CHECK(n <= EVERY_ORDER);
	each_permutation(n, hear_in_this_order, l);
	if (n == EVERY_ORDER)
		return;
	for (size_t i = 0; i < n; i++) {
		l->v[n] = l->v[i];
		each_permutation(n + 1, hear_in_this_order, l);
	}
}

static void
short_lives_in_every_order(void **state)
{
	static const int	 rest[] = { 9, 7, 4 };	/* after k executions of 2 and 3 */

	(void)state;
	for (int answers = 0; answers < 4; answers++)
		for (int k = 0; k <= 2; k++)
			for (size_t e = 0; e <= NITEMS(endings); e++) {
				struct life	 l = life_of(9);

				if (answers & 1)
					lost(&l);
				if (answers & 2)
					answer(&l, "NEW");
				report(&l, "NEW");
				for (int i = 0; i < k; i++)
					trade(&l, 2 + i);
				if (e == NITEMS(endings))
					trade(&l, rest[k]);
				else
					end(&l, &endings[e]);
				hear_in_every_order(&l);
			}
}

/* It shrinks before, between and after its executions; then it is filled, or knocked out. */
static void
shrunk_lives_in_every_order(void **state)
{
	(void)state;
	for (int which = 0; which < 6; which++) {
		struct life	 l = life_of(9);

		report(&l, "NEW");
		if (which % 2 == 0)
			amend_to(&l, 6);
		trade(&l, 2);
		amend_to(&l, 4);
		if (which / 2 == 0)
			trade(&l, 2);
		else if (which / 2 == 1)
			end(&l, &endings[1]);
		else {
			trade(&l, 1);
			end(&l, &endings[0]);
		}
		hear_in_every_order(&l);
	}
}

/* ---- long lives ------------------------------------------------------------------------ */

static struct life
any_life(struct rng *r)
{
	struct life	 l = life_of(9);
	int		 qty = 9, cum = 0;

	report(&l, "NEW");
	while (cum < qty && l.n < WORDS_MAX / 2) {
		const int	 left = qty - cum, n = 1 + (int)rng_below(r, (uint64_t)left);

		switch (rng_below(r, 6)) {
		case 0:
			answer(&l, cum == 0 ? "NEW" : "PARTIALLY_FILLED");
			break;
		case 1:
			lost(&l);
			break;
		case 2:
			if (qty - n > cum)
				amend_to(&l, qty -= n);
			break;
		case 3:
			end(&l, &endings[rng_below(r, NITEMS(endings))]);
			return l;
		default:
			trade(&l, n);
			cum += n;
		}
	}
	if (cum < qty)
		end(&l, &endings[1]);
	return l;
}

/* All of it is asked for: its state first, or a page that names no sum. */
static void
ask_for_all_of_it(struct life *l, struct rng *r)
{
	static const char *const	 words[ORD_N] = { [ORD_FILLED] = "FILLED",
	    [ORD_CANCELED] = "CANCELED", [ORD_EXPIRED] = "EXPIRED" };
	const size_t			 n = l->n;

	if (rng_below(r, 2) == 0)
		answer(l, words[l->end]);
	for (size_t i = 0; i < n && l->n < WORDS_MAX; i++) {
		if (l->v[i].in.e.trade_id == 0)
			continue;
		struct word	*w = add_word(l, "page");

		w->in = l->v[i].in;
		w->in.on = ON_PARTIAL;
		w->in.told_qty = w->in.qty = DEC_NONE;
		w->in.heard = false;
	}
}

static void
any_life_in_any_order(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 ends[ORD_N] = { 0 }, shrunk = 0;

	(void)state;
	for (int i = 0; i < SHUFFLES; i++) {
		struct life	 l = any_life(&r);
		size_t		 order[2 * WORDS_MAX] = { 0 }, n;

		if (rng_below(&r, 2) == 0)
			ask_for_all_of_it(&l, &r);
		n = l.n;
		for (size_t k = 0; k < l.n; k++)
			order[k] = k;
		while (l.n > 0 && n < NITEMS(order) && rng_below(&r, 3) != 0)
			order[n++] = rng_below(&r, l.n);
		for (size_t k = n; k-- > 1;) {
			const size_t	 other = rng_below(&r, k + 1), was = order[k];

			order[k] = order[other];
			order[other] = was;
		}
		hear_in_this_order(order, n, &l);
		ends[l.end]++;
		shrunk += dec_cmp(l.qty, DEC_INT(9)) < 0;
	}
	check_row("all ends happened: %d %d %d, %d shrunk", ends[ORD_FILLED], ends[ORD_CANCELED],
	    ends[ORD_EXPIRED], shrunk);
	CHECK(ends[ORD_FILLED] > SHUFFLES / 20 && ends[ORD_CANCELED] > SHUFFLES / 20 &&
	    ends[ORD_EXPIRED] > SHUFFLES / 20 && shrunk > SHUFFLES / 20);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(short_lives_in_every_order),
		cmocka_unit_test(shrunk_lives_in_every_order),
		cmocka_unit_test(any_life_in_any_order),
	};

	return cmocka_run_group_tests_name("order_history", tests, NULL, NULL);
}
