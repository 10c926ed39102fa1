/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recorded frames of the user stream, read as userd reads them and booked as
 * orderd books them: the book says what the frames themselves say.
 */
#include "tests/unit/check.h"

#include "base/die.h"
#include "base/rng.h"
#include "base/text.h"
#include "orderd/order.h"
#include "tests/unit/rows.h"
#include "userd/report.h"

#include <glob.h>
#include <jansson.h>

enum { ORDERS_MAX = 64, REPORTS_MAX = 32, SHUFFLES = 200 };

/* One order of the recordings: its reports as they came, and what they say by themselves. */
struct recorded {
	int64_t			order_id;
	struct order_input	v[REPORTS_MAX];
	size_t			n;
	const char		*state;		/* of the book */
	dec_t			told, cum, qty, avg_px;
	int64_t			trades[REPORTS_MAX];
	size_t			ntrades;
};

struct recording {
	struct recorded	v[ORDERS_MAX];
	size_t		n;
};

/* ---- what the frames say ------------------------------------------------------------ */

static dec_t
number(const json_t *o, const char *name)
{
	const char	*text = json_string_value(json_object_get(o, name));

	CHECK(text != NULL);
	return D(text);
}

static struct recorded *
recorded_of(struct recording *all, int64_t order_id)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].order_id == order_id)
			return &all->v[i];
	CHECK(all->n < ORDERS_MAX);
	struct recorded	*r = &all->v[all->n++];
	*r = (struct recorded){ .order_id = order_id, .state = "working", .told = DEC_ZERO,
	    .cum = DEC_ZERO, .qty = DEC_NONE, .avg_px = DEC_ZERO };
	return r;
}

/* The documented words; those that end an order are said last. */
static void
note_state(struct recorded *r, const char *word)
{
	static const struct { const char *word, *state; } ends[] = {
		{ "FILLED", "filled" }, { "CANCELED", "canceled" }, { "EXPIRED", "expired" },
		{ "EXPIRED_IN_MATCH", "expired" },
	};

	for (size_t i = 0; i < NITEMS(ends); i++)
		if (text_eq(word, ends[i].word))
			r->state = ends[i].state;
}

static void
note_execution(struct recorded *r, const json_t *o)
{
	const int64_t	 id = json_integer_value(json_object_get(o, "t"));

	if (id == 0)
		return;
	for (size_t i = 0; i < r->ntrades; i++)
		if (r->trades[i] == id)
			return;
	r->trades[r->ntrades++] = id;
	r->cum = dec_add(r->cum, number(o, "l"));
}

static void
note(struct recorded *r, const json_t *o)
{
	note_state(r, json_string_value(json_object_get(o, "X")));
	note_execution(r, o);
	r->qty = number(o, "q");
	if (dec_cmp(number(o, "z"), r->told) > 0) {
		r->told = number(o, "z");
		r->avg_px = number(o, "ap");
	}
}

/* True for an update of an order; combined streams wrap their frames. */
static bool
read_frame(struct recording *all, const char *line)
{
	json_t			*top = json_loads(line, 0, NULL);
	const json_t		*data = json_object_get(top, "data");
	const json_t		*frame = data == NULL ? top : data;
	const json_t		*o = json_object_get(frame, "o");
	char			*text = json_dumps(frame, JSON_COMPACT);
	struct user_frame	 f;
	struct why		 why;

	if (text == NULL)
		panic("a frame that is no JSON: %s", line);
	CHECK_INT(report_read(text, strlen(text), &f, &why), 0);
	const bool	 is_order = text_eq(json_string_value(json_object_get(frame, "e")),
			    "ORDER_TRADE_UPDATE");
	CHECK_INT(f.kind == UE_ORDER, is_order);
	if (is_order) {
		struct recorded	*r = recorded_of(all, json_integer_value(json_object_get(o, "i")));

		CHECK(r->n < REPORTS_MAX);
		note(r, o);
		r->v[r->n] = order_input_of(&f.report);
		r->v[r->n++].heard = true;
	}
	free(f.account.positions);
	free(text);
	json_decref(top);
	return is_order;
}

/* How many updates of orders there are; -1: there is no recording here. */
static int
read_all(struct recording *all)
{
	char	 path[256], *line;
	glob_t	 files;
	int	 n = 0;

	*all = (struct recording){ .n = 0 };
	if (rows_recorded("user_stream/*.jsonl", path) == NULL) {
		check_skipped("no PMS_DATA");
		return -1;
	}
	check_row("%s", path);
	CHECK_INT(glob(path, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct rows	 r = rows_open(files.gl_pathv[i]);

		while ((line = rows_next(&r)) != NULL) {
			check_row("%s:%d", files.gl_pathv[i], r.no);
			n += read_frame(all, line);
		}
	}
	globfree(&files);
	return n;
}

/* ---- what the book says ----------------------------------------------------------------- */

static void
check_booked(const struct recorded *r, const size_t *order, size_t n)
{
	const struct order_input	 submit = { .on = ON_SUBMIT, .told_qty = DEC_NONE,
	    .qty = DEC_NONE };
	struct order			 o = { .state = ORD_NEW, .qty = r->qty, .cum_qty = DEC_ZERO,
	    .cost = DEC_ZERO, .told_qty = DEC_ZERO };
	size_t				 executions = 0;

	order_step(&o, &submit);
	for (size_t i = 0; i < n; i++) {
		const unsigned	 acts = order_step(&o, &r->v[order[i]]);

		CHECK((acts & (ACT_IMPOSSIBLE | ACT_ALARM)) == 0);
		executions += (acts & ACT_EXECUTION) != 0;
	}
	const bool	 complete = dec_cmp(r->cum, r->told) == 0;

	CHECK_STR(names_get(&ord_state_names, (int)o.state), r->state);
	CHECK_INT(o.order_id, r->order_id);
	CHECK(dec_cmp(o.cum_qty, r->cum) == 0);
	CHECK(dec_cmp(o.told_qty, r->told) == 0);
	CHECK_INT(executions, r->ntrades);
	CHECK_INT(order_is_missing(&o), !complete);
	CHECK_INT(order_is_over(&o), complete && !text_eq(r->state, "working"));
	if (complete && r->ntrades > 0)
		CHECK(dec_cmp(order_avg_px(&o), r->avg_px) == 0);
	free(o.trades);
}

static void
the_book_says_what_the_frames_say(void **state)
{
	static struct recording	 all;
	size_t			 order[REPORTS_MAX];
	const int		 n = read_all(&all);

	(void)state;
	if (n == -1)
		return;
	for (size_t i = 0; i < REPORTS_MAX; i++)
		order[i] = i;
	check_row("there are some");
	CHECK(n > 0 && all.n > 0);
	for (size_t i = 0; i < all.n; i++) {
		check_row("order %lld", (long long)all.v[i].order_id);
		check_booked(&all.v[i], order, all.v[i].n);
	}
}

/* Each twice, and an order's reports in any order. */
static void
so_it_does_when_they_are_shuffled(void **state)
{
	static struct recording	 all;
	struct rng		 rng = rng_seed(check_seed());
	size_t			 order[2 * REPORTS_MAX] = { 0 };

	(void)state;
	if (read_all(&all) == -1)
		return;
	for (size_t i = 0; i < all.n; i++)
		for (int round = 0; round < SHUFFLES; round++) {
			const struct recorded	*r = &all.v[i];

			check_row("order %lld, shuffle %d", (long long)r->order_id, round);
			for (size_t k = 0; k < 2 * r->n; k++) {
				const size_t	 other = rng_below(&rng, k + 1);

				order[k] = order[other];
				order[other] = k % r->n;
			}
			check_booked(r, order, 2 * r->n);
		}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(the_book_says_what_the_frames_say),
		cmocka_unit_test(so_it_does_when_they_are_shuffled),
	};

	return cmocka_run_group_tests_name("recordings", tests, NULL, NULL);
}
