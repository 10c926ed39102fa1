/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "orderd/cancel.h"
#include "tests/unit/rows.h"

enum { LIVES = 20000, LONGEST_MS = 60000, CALM_MS = 20000 };

static const char *const	step_names[CANCEL_STEPS] = {
	[CANCEL_WAIT] = "wait", [CANCEL_SEND] = "send", [CANCEL_UNSENT] = "unsent",
	[CANCEL_DONE] = "done", [CANCEL_FINAL] = "final", [CANCEL_UNKNOWN] = "unknown",
};

static mono_t
at(int64_t ms)
{
	return (mono_t){ 1000000000 + ms * 1000 };
}

/* ---- the table -------------------------------------------------------------------- */

/* All at the 1000th millisecond. */
static const struct { const char *name; struct cancel c; } wishes[] = {
	{ "new",   { .tries = 0 } },
	{ "away",  { .sent = true, .under_way = true } },
	{ "early", { .sent = true, .tries = 1, .at = { 1001001000 } } },
	{ "again", { .sent = true, .tries = 1, .at = { 1001000000 } } },
	{ "gone",  { .sent = true, .gone = true } },
};

static const char *
step_of(const char *order, const struct cancel *wish)
{
	struct order	 o = { .qty = DEC_ONE, .cum_qty = DEC_ZERO, .told_qty = DEC_ZERO };
	struct cancel	 c = *wish;
	const bool	 lives = strcmp(order, "lives") == 0;
	const int	 s = names_find(&ord_state_names, lives ? "rejected" : order);

	if (s != -1) {
		o.order_id = lives ? 7 : 0;
		o.state = (enum ord_state)s;
		return step_names[cancel_step(&c, &o, false, at(1000))];
	}
	c.unknown_at = at(strcmp(order, "unknown") == 0 ? 1001 : 1000);
	return step_names[cancel_step(&c, NULL, strcmp(order, "looking") == 0, at(1000))];
}

static void
cases_of_the_table(void **state)
{
	struct rows	 r = rows_open("tests/data/cancel.tsv");
	bool		 seen[ORD_N] = { [ORD_NONE] = true };
	char		*line;
	int		 n = 0;

	(void)state;
	for (; (line = rows_next(&r)) != NULL; n++) {
		const char	*c[1 + NITEMS(wishes)];

		rows_cells(line, c, NITEMS(c));
		for (size_t i = 0; i < NITEMS(wishes); i++) {
			check_row("cancel.tsv:%d: %s, %s", r.no, c[0], wishes[i].name);
			CHECK_STR(step_of(c[0], &wishes[i].c), c[1 + i]);
		}
		if (names_find(&ord_state_names, c[0]) != -1)
			seen[names_find(&ord_state_names, c[0])] = true;
	}
	for (int s = 0; s < ORD_N; s++) {
		check_row("a row for %s", names_get(&ord_state_names, s));
		CHECK(seen[s]);
	}
	CHECK_INT(n, ORD_N - 1 + 4);
}

static void
a_failed_one_waits_ever_longer(void **state)
{
	static const int	 delays_ms[] = { 100, 250, 500, 1000, 2000, 5000, 5000, 5000 };
	const struct order	 o = { .state = ORD_WORKING };
	struct cancel		 c = { .tries = 0 };
	int64_t			 ms = 0;

	(void)state;
	for (size_t i = 0; i < NITEMS(delays_ms); i++) {
		check_row("try %zu", i);
		CHECK_INT(cancel_step(&c, &o, false, at(ms)), CANCEL_SEND);
		cancel_sent(&c);
		CHECK(c.sent && c.under_way);
		cancel_failed(&c, at(ms));
		CHECK_INT(cancel_step(&c, &o, false, at(ms + delays_ms[i] - 1)), CANCEL_WAIT);
		ms += delays_ms[i];
	}
	check_row("taken");
	cancel_sent(&c);
	cancel_taken(&c);
	CHECK(!c.under_way);
	CHECK_INT(cancel_step(&c, &o, false, at(ms)), CANCEL_DONE);
}

/* ---- any life ------------------------------------------------------------------------ */

/*
 * An order on its way, and what the exchange does with it behind our back.  Its
 * answers and reports come late or not at all until it calms down; from then on
 * everything is answered, and what has ended is told.
 */
struct life {
	struct rng	*r;
	struct order	 o;
	struct cancel	 c;
	bool		 known;		/* the placement has come to us */
	bool		 stands;	/* on the exchange, not ended */
	bool		 calm;
	int64_t		 ms;
	int		 sends;
};

static bool
now_and_then(struct life *l)
{
	return l->calm || rng_below(l->r, 20) == 0;
}

static void
told(struct life *l, enum ord_event on)
{
	const struct order_input	 in = { .on = on, .told_qty = DEC_NONE, .qty = DEC_NONE };

	CHECK((order_step(&l->o, &in) & ACT_IMPOSSIBLE) == 0);
}

/* The placement: it comes, leaves, is answered, refused, or lost; then it may be proven absent. */
static void
place(struct life *l)
{
	if (!l->known) {
		l->known = true;
	} else if (l->o.state == ORD_NEW) {
		told(l, ON_SUBMIT);
		l->stands = rng_below(l->r, 4) != 0;
	} else if (l->o.state == ORD_SENT) {
		told(l, rng_below(l->r, 3) == 0 ? ON_LOST : l->stands ? ON_ACK : ON_REFUSE);
	} else if (l->o.state == ORD_IN_DOUBT && !l->stands && l->calm)
		told(l, ON_ABSENT);
}

static void
report_what_happened(struct life *l)
{
	static const enum ord_event	 ends[] = { ON_FILL, ON_CANCEL, ON_EXPIRE };

	if (l->o.state != ORD_WORKING && l->o.state != ORD_IN_DOUBT)
		return;
	if (l->o.state == ORD_WORKING && !l->stands)
		told(l, ends[rng_below(l->r, NITEMS(ends))]);
	else if (l->stands)
		told(l, ON_ACK);
}

/* What came back of a cancel; "unknown order" and no answer at all are failures both. */
static void
answer_the_cancel(struct life *l)
{
	const bool	 arrived = l->calm || rng_below(l->r, 2) == 0;
	const bool	 takes = arrived && l->stands;

	l->stands = l->stands && !takes;
	if (takes && (l->calm || rng_below(l->r, 2) == 0))
		cancel_taken(&l->c);
	else
		cancel_failed(&l->c, at(l->ms));
}

static void
send(struct life *l)
{
	CHECK(!l->c.under_way && !l->c.gone);
	CHECK(l->known && l->o.state != ORD_NEW && l->o.state != ORD_SENT);
	CHECK(!order_is_final(&l->o));
	CHECK(!mono_before(at(l->ms), l->c.at));
	cancel_sent(&l->c);
	l->sends++;
}

static void
one_moment(struct life *l)
{
	if (l->c.under_way && now_and_then(l))
		answer_the_cancel(l);
	if (now_and_then(l) && (l->known || !l->calm))
		place(l);
	if (l->stands && !l->calm && rng_below(l->r, 200) == 0)
		l->stands = false;
	if (now_and_then(l))
		report_what_happened(l);
}

/* Until the wish ends, or for too long. */
static enum cancel_step
live(struct life *l, int no)
{
	while (l->ms < LONGEST_MS) {
		check_row("life %d at %lld ms, %s", no, (long long)l->ms,
		    names_get(&ord_state_names, (int)l->o.state));
		l->calm = l->ms >= CALM_MS;
		const enum cancel_step	 step = cancel_step(&l->c, l->known ? &l->o : NULL, false,
					    at(l->ms));
		if (step == CANCEL_SEND)
			send(l);
		else if (step != CANCEL_WAIT)
			return step;
		one_moment(l);
		l->ms += 10 + (int64_t)rng_below(l->r, 200);
	}
	return CANCEL_WAIT;
}

static void
check_outcome(const struct life *l, enum cancel_step end)
{
	switch (end) {
	case CANCEL_UNSENT:
		CHECK(l->o.state == ORD_NEW && l->sends == 0);
		break;
	case CANCEL_DONE:
		CHECK(l->c.gone || (l->sends > 0 && order_is_final(&l->o)));
		break;
	case CANCEL_FINAL:
		CHECK(order_is_final(&l->o));
		break;
	case CANCEL_UNKNOWN:
		CHECK(!l->known && l->sends == 0);
		break;
	case CANCEL_WAIT:
	case CANCEL_SEND:
	case CANCEL_STEPS:
		CHECK(false);
	}
}

static void
a_wish_ends_and_is_never_sent_twice_at_once(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 ends[CANCEL_STEPS] = { 0 }, sends = 0;

	(void)state;
	for (int i = 0; i < LIVES; i++) {
		struct life	 l = { .r = &r, .known = rng_below(&r, 4) != 0 };

		l.o = (struct order){ .state = ORD_NEW, .qty = DEC_ONE, .cum_qty = DEC_ZERO,
		    .cost = DEC_ZERO, .told_qty = DEC_ZERO };
		l.c.unknown_at = at(1000);
		for (size_t k = rng_below(&r, 6); l.known && k > 0; k--)
			place(&l);
		const enum cancel_step	 end = live(&l, i);
		check_outcome(&l, end);
		ends[end]++;
		sends += l.sends > 1;
	}
	check_row("all of it happened: %d %d %d %d, %d more than once", ends[CANCEL_UNSENT],
	    ends[CANCEL_DONE], ends[CANCEL_FINAL], ends[CANCEL_UNKNOWN], sends);
	for (int s = CANCEL_UNSENT; s < CANCEL_STEPS; s++)
		CHECK(ends[s] > LIVES / 100);
	CHECK(sends > LIVES / 100);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(cases_of_the_table),
		cmocka_unit_test(a_failed_one_waits_ever_longer),
		cmocka_unit_test(a_wish_ends_and_is_never_sent_twice_at_once),
	};

	return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
