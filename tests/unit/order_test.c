/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/buf.h"
#include "base/rng.h"
#include "base/text.h"
#include "orderd/order.h"
#include "tests/unit/rows.h"

enum { WALKS = 3000, STEPS = 24, MANY = 1000 };

/* ---- what is said of an order of 3 ----------------------------------------------- */

/* clang-format off */
static const struct word {
	const char	*name;
	enum ord_event	 on;
	int64_t		 order_id;
	const char	*told;
	int64_t		 trade_id;
	const char	*qty;		/* of the order now */
} words[] = {
	{ "submit",  ON_SUBMIT,  0, "null", 0, "null" },
	{ "answer",  ON_ACK,     7, "null", 0, "null" },
	{ "refuse",  ON_REFUSE,  0, "null", 0, "null" },
	{ "lost",    ON_LOST,    0, "null", 0, "null" },
	{ "absent",  ON_ABSENT,  0, "null", 0, "null" },
	{ "new",     ON_ACK,     7, "0",    0, "3" },
	{ "1st",     ON_PARTIAL, 7, "1",    1, "3" },
	{ "2nd",     ON_PARTIAL, 7, "2",    2, "3" },
	{ "3rd",     ON_FILL,    7, "3",    3, "3" },
	{ "cancel0", ON_CANCEL,  7, "0",    0, "null" },
	{ "cancel2", ON_CANCEL,  7, "2",    0, "null" },
	{ "expire0", ON_EXPIRE,  7, "0",    0, "null" },
	{ "expire1", ON_EXPIRE,  7, "1",    0, "null" },
	{ "expire2", ON_EXPIRE,  7, "2",    0, "null" },
	{ "told1",   ON_PARTIAL, 7, "1",    0, "null" },
	{ "told3",   ON_FILL,    7, "3",    0, "null" },
	{ "trade1",  ON_PARTIAL, 7, "null", 1, "null" },
	{ "trade2",  ON_PARTIAL, 7, "null", 2, "null" },
	{ "trade3",  ON_PARTIAL, 7, "null", 3, "null" },
	{ "shrunk2", ON_ACK,     7, "0",    0, "2" },
	{ "shrunk1", ON_PARTIAL, 7, "1",    0, "1" },
	{ "1stof2",  ON_PARTIAL, 7, "1",    1, "2" },
	{ "last2",   ON_FILL,    7, "2",    2, "2" },
	{ "cut0",    ON_CANCEL,  7, "0",    0, "2" },
	{ "grown",   ON_ACK,     7, "0",    0, "4" },
	{ "nothing", ON_ACK,     7, "0",    0, "0" },
};
/* clang-format on */

static const struct word *
word_of(const char *name)
{
	for (size_t i = 0; i < NITEMS(words); i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	fail_msg("%s is no word", name);
	return NULL;
}

static struct order
fresh_order(void)
{
	return (struct order){ .state = ORD_NEW, .qty = DEC_INT(3), .cum_qty = DEC_ZERO,
	    .cost = DEC_ZERO, .told_qty = DEC_ZERO };
}

static unsigned
hear(struct order *o, const struct word *w)
{
	struct order_input	 in = { .on = w->on, .order_id = w->order_id,
				    .told_qty = D(w->told), .qty = D(w->qty) };

	if (w->trade_id != 0)
		in.e = (struct exec){ .trade_id = w->trade_id, .qty = DEC_ONE,
		    .px = DEC_INT(99 + w->trade_id), .fee = DEC_ZERO };
	return order_step(o, &in);
}

static const char *
state_name(const struct order *o)
{
	return names_get(&ord_state_names, (int)o->state);
}

/* ---- stories ----------------------------------------------------------------------- */

static unsigned
act_of(const char *name)
{
	static const struct { const char *name; enum order_act act; } names[] = {
		{ "state", ACT_STATE }, { "exec", ACT_EXECUTION }, { "over", ACT_OVER },
		{ "doubt", ACT_IN_DOUBT }, { "missing", ACT_MISSING }, { "alarm", ACT_ALARM },
		{ "impossible", ACT_IMPOSSIBLE }, { "amended", ACT_AMENDED },
	};

	for (size_t i = 0; i < NITEMS(names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].act;
	fail_msg("%s is no act", name);
	return 0;
}

static unsigned
acts_of(char *list)
{
	unsigned	 acts = 0;
	char		*rest;

	for (char *w = strtok_r(list, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
		acts |= act_of(w);
	return acts;
}

static void
cases_of_the_table(void **state)
{
	struct rows	 r = rows_open("tests/data/order.tsv");
	bool		 seen[ORD_N][ON_N] = { { false } };
	char		*line, *rest;

	(void)state;
	while ((line = rows_next(&r)) != NULL) {
		struct order	 o = fresh_order();
		const char	*c[6];
		char		 means[80], story[120];
		unsigned	 acts = 0;

		rows_cells(line, c, NITEMS(c));
		check_row("order.tsv:%d: %s", r.no, c[5]);
		CHECK_INT(text_copy(means, sizeof(means), c[3]), 0);
		CHECK_INT(text_copy(story, sizeof(story), c[5]), 0);
		for (char *w = strtok_r(story, " ", &rest); w != NULL;
		    w = strtok_r(NULL, " ", &rest)) {
			seen[o.state][word_of(w)->on] = true;
			acts = hear(&o, word_of(w));
		}
		CHECK_STR(state_name(&o), c[0]);
		CHECK_DEC(o.qty, c[1]);
		CHECK_DEC(o.cum_qty, c[2]);
		CHECK_INT(acts, acts_of(means));
		CHECK_STR(names_get(&ord_status_names, (int)order_status(&o)), c[4]);
		free(o.trades);
	}
	for (int s = ORD_NEW; s < ORD_N; s++)
		for (int on = 0; on < ON_N; on++) {
			check_row("a row for %s in %s", names_get(&ord_event_names, on),
			    names_get(&ord_state_names, s));
			CHECK(seen[s][on]);
		}
}

/* ---- the table and its manual -------------------------------------------------------- */

static const char *
cell(enum ord_state s, enum ord_event on)
{
	const enum ord_state	 next = order_next_state(s, on);

	return next == s && s >= ORD_FILLED ? "stays" : names_get(&ord_state_names, (int)next);
}

/* All final states behave the same, so they share a column. */
static void
print_row(enum ord_event on, char *text, size_t cap)
{
	static const enum ord_state	 columns[] = { ORD_NEW, ORD_SENT, ORD_WORKING, ORD_IN_DOUBT,
					    ORD_FILLED };
	size_t				 n;

	for (int s = ORD_FILLED; s < ORD_N; s++)
		CHECK_STR(cell((enum ord_state)s, on), cell(ORD_FILLED, on));
	n = (size_t)snprintf(text, cap, ".It %s", names_get(&ord_event_names, (int)on));
	for (size_t i = 0; i < NITEMS(columns); i++)
		n += (size_t)snprintf(text + n, cap - n, " Ta %s", cell(columns[i], on));
}

static void
the_manual_shows_the_table(void **state)
{
	struct rows	 r = rows_open("orderd/orderd.8");
	char		*line;
	int		 on = -1;

	(void)state;
	while ((line = rows_next(&r)) != NULL) {
		char	 want[160];

		check_row("orderd.8:%d", r.no);
		if (on >= 0 && on < ON_N) {
			print_row((enum ord_event)on++, want, sizeof(want));
			CHECK_STR(line, want);
		} else if (strncmp(line, ".It Em event Ta", strlen(".It Em event Ta")) == 0) {
			CHECK_STR(line, ".It Em event Ta Em new Ta Em sent Ta Em working Ta "
			    "Em in_doubt Ta Em final");
			on = 0;
		}
	}
	CHECK_INT(on, ON_N);
}

/* ---- laws --------------------------------------------------------------------------------- */

/* What is known without any state machine: the words that have been heard. */
struct tape {
	unsigned	 trades;	/* a bit an execution */
	int		 told;
	bool		 final;
	int		 overs;
};

static int
count_bits(unsigned v)
{
	return __builtin_popcount(v);
}

static void
check_step(struct order *o, const struct word *w, struct tape *t)
{
	const struct order	 was = *o;
	const bool		 is_new = w->trade_id != 0 && (t->trades >> w->trade_id & 1) == 0;
	const unsigned		 acts = hear(o, w);

	if (acts & ACT_IMPOSSIBLE) {
		CHECK_INT(acts, ACT_IMPOSSIBLE);
		CHECK_INT(o->state, was.state);
		CHECK_INT(o->order_id, was.order_id);
		CHECK(dec_cmp(o->cum_qty, was.cum_qty) == 0);
		CHECK(dec_cmp(o->told_qty, was.told_qty) == 0);
		CHECK(dec_cmp(o->qty, was.qty) == 0);
		return;
	}
	if (w->trade_id != 0)
		t->trades |= 1U << w->trade_id;
	if (strcmp(w->told, "null") != 0 && atoi(w->told) > t->told)
		t->told = atoi(w->told);
	const bool	 over = order_is_final(o) && count_bits(t->trades) >= t->told;

	CHECK_INT((acts & ACT_EXECUTION) != 0, is_new);
	CHECK_INT(o->ntrades, count_bits(t->trades));
	CHECK(dec_cmp(o->cum_qty, DEC_INT(count_bits(t->trades))) == 0);
	CHECK_INT((acts & ACT_MISSING) != 0, count_bits(t->trades) < t->told);
	CHECK_INT((acts & ACT_STATE) != 0,
	    o->state != was.state || o->order_id != was.order_id);
	CHECK_INT((acts & ACT_IN_DOUBT) != 0,
	    o->state == ORD_IN_DOUBT && was.state != ORD_IN_DOUBT);
	CHECK_INT(order_is_over(o), over);
	CHECK_INT(ord_status_is_final(order_status(o)), over);
	CHECK(!t->final || o->state == was.state);
	CHECK_INT((acts & ACT_AMENDED) != 0, dec_cmp(o->qty, was.qty) < 0);
	CHECK(dec_cmp(o->qty, was.qty) <= 0 && dec_sign(o->qty) > 0);
	CHECK(!t->final || dec_cmp(o->qty, was.qty) == 0);
	t->final = order_is_final(o);
	t->overs += (acts & ACT_OVER) != 0;
	CHECK(over ? t->overs > 0 : (acts & ACT_OVER) == 0);
}

/* Said in any order; then, where something is missing still, asked for. */
struct story {
	const char	*name;
	const char	*said[8];
	const char	*asked;		/* the execution that nobody told; or NULL */
	enum ord_state	 end;
	const char	*cum, *avg;
};

static void
tell_in_this_order(const size_t *order, size_t n, void *arg)
{
	const struct story	*s = arg;
	struct order		 o = fresh_order();
	struct tape		 t = { 0 };
	struct buf		 text = { 0 };

	for (size_t i = 0; i < n; i++)
		buf_addf(&text, " %s", s->said[order[i]]);
	check_row("%s:%s", s->name, buf_text(&text));
	buf_free(&text);
	check_step(&o, word_of("submit"), &t);
	for (size_t i = 0; i < n; i++)
		check_step(&o, word_of(s->said[order[i]]), &t);
	if (s->asked != NULL) {
		CHECK(!order_is_over(&o) && order_is_missing(&o));
		check_step(&o, word_of(s->asked), &t);
	}
	CHECK_STR(state_name(&o), names_get(&ord_state_names, (int)s->end));
	CHECK_DEC(o.cum_qty, s->cum);
	CHECK_DEC(order_avg_px(&o), s->avg);
	CHECK_INT(o.order_id, 7);
	CHECK(order_is_over(&o) && order_is_settled(&o));
	CHECK_INT(t.overs, 1);
	free(o.trades);
}

static void
any_order_of_arrival_ends_the_same(void **state)
{
	static const struct story	 stories[] = {
		{ "filled", { "answer", "new", "1st", "2nd", "3rd" }, NULL, ORD_FILLED, "3",
		  "101" },
		{ "cancelled", { "answer", "new", "1st", "2nd", "cancel2" }, NULL, ORD_CANCELED,
		  "2", "100.5" },
		{ "expired", { "answer", "new", "1st", "2nd", "expire2" }, NULL, ORD_EXPIRED, "2",
		  "100.5" },
		{ "nothing executed", { "answer", "new", "cancel0" }, NULL, ORD_CANCELED, "0",
		  "null" },
		{ "no answer", { "lost", "new", "1st", "2nd", "3rd" }, NULL, ORD_FILLED, "3",
		  "101" },
		{ "no answer, cancelled", { "lost", "new", "1st", "2nd", "cancel2" }, NULL,
		  ORD_CANCELED, "2", "100.5" },
		{ "doubled", { "answer", "1st", "1st", "2nd", "2nd", "3rd", "3rd" }, NULL,
		  ORD_FILLED, "3", "101" },
		{ "doubled, cancelled",
		  { "lost", "1st", "1st", "2nd", "2nd", "cancel2", "cancel2" }, NULL,
		  ORD_CANCELED, "2", "100.5" },
		{ "one missing", { "answer", "new", "1st", "3rd" }, "trade2", ORD_FILLED, "3",
		  "101" },
		{ "one missing, no answer", { "lost", "new", "2nd", "3rd" }, "trade1", ORD_FILLED,
		  "3", "101" },
		{ "one missing, cancelled", { "answer", "new", "1st", "cancel2" }, "trade2",
		  ORD_CANCELED, "2", "100.5" },
		{ "one missing, expired", { "lost", "2nd", "expire2" }, "trade1", ORD_EXPIRED, "2",
		  "100.5" },
		{ "the last is missing", { "answer", "1st", "2nd", "told3" }, "trade3", ORD_FILLED,
		  "3", "101" },
		{ "a page among reports", { "lost", "1st", "3rd", "trade1", "trade2", "trade3" },
		  NULL, ORD_FILLED, "3", "101" },
		{ "a page alone", { "lost", "told3", "trade1", "trade2", "trade3" }, NULL,
		  ORD_FILLED, "3", "101" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(stories); i++) {
		struct story	 s = stories[i];
		size_t		 n = 0;

		while (n < NITEMS(s.said) && s.said[n] != NULL)
			n++;
		each_permutation(n, tell_in_this_order, &s);
	}
}

/* Anything at all, any number of times: sums hold, and a final state stays. */
static void
nonsense_breaks_nothing(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 finals = 0;

	(void)state;
	for (int walk = 0; walk < WALKS; walk++) {
		struct order	 o = fresh_order();
		struct tape	 t = { 0 };

		for (int i = 0; i < STEPS; i++) {
			const struct word	*w = &words[rng_below(&r, NITEMS(words))];

			check_row("walk %d, step %d: %s in %s", walk, i, w->name, state_name(&o));
			check_step(&o, w, &t);
		}
		finals += t.final;
		free(o.trades);
	}
	CHECK(finals > WALKS / 2);
}

/* Over is told once more with each execution that comes after it, and with nothing else. */
static void
late_executions_are_told(void **state)
{
	static const struct { const char *end; bool alarm; } rows[] = {
		{ "cancel0", false }, { "expire0", false }, { "refuse", true },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct order	 o = fresh_order();

		check_row("%s", rows[i].end);
		hear(&o, word_of("submit"));
		CHECK(hear(&o, word_of(rows[i].end)) & ACT_OVER);
		const enum ord_state	 end = o.state;
		for (int k = 1; k <= 3; k++) {
			const struct word	 late = { "late", ON_PARTIAL, 7, "null", k,
			    "null" };
			const unsigned		 acts = hear(&o, &late);

			CHECK(acts & ACT_EXECUTION && acts & ACT_OVER);
			CHECK_INT((acts & ACT_ALARM) != 0, rows[i].alarm);
			CHECK_INT(hear(&o, &late) & (ACT_EXECUTION | ACT_OVER), 0);
			CHECK(dec_cmp(o.cum_qty, DEC_INT(k)) == 0);
			CHECK_INT(o.state, end);
		}
		free(o.trades);
	}
}

static void
a_thousand_executions_count_once_each(void **state)
{
	struct order	 o = fresh_order();

	(void)state;
	check_row("each twice");
	hear(&o, word_of("submit"));
	for (int round = 0; round < 2; round++)
		for (int64_t id = MANY; id > 0; id--) {
			const struct order_input	 in = { .on = ON_PARTIAL, .order_id = 7,
			    .told_qty = DEC_NONE,
			    .e = { .trade_id = id, .qty = D("0.001"), .px = D("60000.1") } };

			CHECK_INT((order_step(&o, &in) & ACT_EXECUTION) != 0, round == 0);
		}
	CHECK_INT(o.ntrades, MANY);
	CHECK_DEC(o.cum_qty, "1");
	CHECK_DEC(order_avg_px(&o), "60000.1");
	free(o.trades);
}

/* The view shows the newest execution; one that is told again is no newer. */
static void
the_newest_execution_is_kept(void **state)
{
	static const struct { int64_t trade_id, last; } rows[] = {
		{ 0, 0 }, { 2, 2 }, { 1, 1 }, { 2, 1 }, { 0, 1 },
	};
	struct order	 o = fresh_order();

	(void)state;
	hear(&o, word_of("submit"));
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct order_input	 in = { .on = ON_PARTIAL, .order_id = 7,
		    .told_qty = DEC_NONE,
		    .e = { .trade_id = rows[i].trade_id, .qty = DEC_ONE, .px = D("60000.1") } };

		check_row("report %zu", i);
		order_step(&o, &in);
		CHECK_INT(o.last.trade_id, rows[i].last);
	}
	free(o.trades);
}

/* ---- questions ------------------------------------------------------------------------------- */

static void
what_is_known_in_each_state(void **state)
{
	static const struct {
		enum ord_state	 s;
		bool		 final, settled;
		enum ord_status	 outside, outside_missing;
	} rows[] = {
		{ ORD_NEW,      false, false, OS_PLACING,   OS_PLACING },
		{ ORD_SENT,     false, false, OS_PLACING,   OS_PLACING },
		{ ORD_WORKING,  false, true,  OS_ACTIVE,    OS_ACTIVE },
		{ ORD_IN_DOUBT, false, false, OS_PLACING,   OS_PLACING },
		{ ORD_FILLED,   true,  true,  OS_FILLED,    OS_ACTIVE },
		{ ORD_CANCELED, true,  true,  OS_CANCELLED, OS_ACTIVE },
		{ ORD_EXPIRED,  true,  true,  OS_EXPIRED,   OS_ACTIVE },
		{ ORD_REJECTED, true,  true,  OS_FAILED,    OS_ACTIVE },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct order	 o = fresh_order();

		o.state = rows[i].s;
		check_row("%s", state_name(&o));
		CHECK_INT(order_is_final(&o), rows[i].final);
		CHECK_INT(order_is_over(&o), rows[i].final);
		CHECK_INT(order_is_settled(&o), rows[i].settled);
		CHECK_INT(order_status(&o), rows[i].outside);
		o.told_qty = DEC_ONE;
		CHECK(order_is_missing(&o) && !order_is_over(&o));
		CHECK_INT(order_status(&o), rows[i].outside_missing);
	}
}

/* The stream has told of it, once and for all; what asking found does not say so. */
static void
what_the_stream_has_told(void **state)
{
	static const struct { const char *name; enum ord_event on[3]; bool heard[3], want[3]; }
	    rows[] = {
		{ "answered only", { ON_SUBMIT, ON_ACK, ON_FILL }, { false, false, false },
		  { false, false, false } },
		{ "told", { ON_SUBMIT, ON_ACK, ON_ACK }, { false, true, false },
		  { false, true, true } },
		{ "told of its end", { ON_SUBMIT, ON_CANCEL, ON_CANCEL }, { false, false, true },
		  { false, false, true } },
		{ "told what cannot be", { ON_SUBMIT, ON_SUBMIT, ON_ABSENT }, { false, true, true },
		  { false, false, false } },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct order	 o = fresh_order();

		check_row("%s", rows[i].name);
		for (size_t k = 0; k < NITEMS(rows[i].on); k++) {
			const struct order_input	 in = { .on = rows[i].on[k],
			    .told_qty = DEC_NONE, .qty = DEC_NONE, .heard = rows[i].heard[k] };

			order_step(&o, &in);
			CHECK_INT(o.heard, rows[i].want[k]);
		}
	}
}

/* A word that is not understood is a sign of life, and never an end. */
static void
reports_as_inputs(void **state)
{
	static const struct { enum venue_status status; enum ord_event on; } rows[] = {
		{ VS_UNKNOWN, ON_ACK }, { VS_NEW, ON_ACK }, { VS_PARTIALLY_FILLED, ON_PARTIAL },
		{ VS_FILLED, ON_FILL }, { VS_CANCELED, ON_CANCEL }, { VS_EXPIRED, ON_EXPIRE },
		{ VS_REJECTED, ON_CANCEL },
	};

	(void)state;
	CHECK_INT(NITEMS(rows), VS_N);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct msg_report		 r = { .status = rows[i].status,
		    .order_id = INT64_C(8389765739703625592), .qty = D("0.5"),
		    .cum_qty = D("0.012"),
		    .e = { .trade_id = 6600112233, .qty = D("0.012"), .px = D("61250.1") } };
		const struct order_input	 in = order_input_of(&r);

		check_row("%s", names_get(&venue_status_names, (int)rows[i].status));
		CHECK_INT(in.on, rows[i].on);
		CHECK_INT(in.order_id, r.order_id);
		CHECK_DEC(in.told_qty, "0.012");
		CHECK_DEC(in.qty, "0.5");
		CHECK(!in.heard);
		CHECK_INT(in.e.trade_id, 6600112233);
		CHECK_DEC(in.e.px, "61250.1");
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(cases_of_the_table),
		cmocka_unit_test(the_manual_shows_the_table),
		cmocka_unit_test(any_order_of_arrival_ends_the_same),
		cmocka_unit_test(nonsense_breaks_nothing),
		cmocka_unit_test(late_executions_are_told),
		cmocka_unit_test(a_thousand_executions_count_once_each),
		cmocka_unit_test(the_newest_execution_is_kept),
		cmocka_unit_test(what_is_known_in_each_state),
		cmocka_unit_test(what_the_stream_has_told),
		cmocka_unit_test(reports_as_inputs),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
