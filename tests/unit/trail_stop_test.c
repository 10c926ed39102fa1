/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "tests/unit/rows.h"
#include "tests/unit/stop.h"
#include "wire/deny.h"

/* ---- stories -------------------------------------------------------------------------- */

/* "1 ended 0.5", "2 denied NO_PRICE". */
static struct algo_acts
report(struct stop *s, const char *what, int64_t ms)
{
	char	 kind[24] = "", rest[40] = "";
	int	 child = 0;

	CHECK(sscanf(what, "%d %23s %39s", &child, kind, rest) >= 2);
	const int	 k = names_find(&child_names, kind);
	CHECK(k != -1);
	const bool	 has_qty = k == CHILD_EXEC || k == CHILD_ENDED;
	const struct msg_child	 m = report_of(child, (enum child_kind)k,
				    has_qty ? D(rest) : DEC_NONE, has_qty ? "" : rest);

	CHECK(k != CHILD_DENIED || deny_find(rest) != DENY_NONE);
	return step(s, &(struct algo_input){ .on = ON_CHILD, .child = &m }, ms);
}

static struct algo_acts
happen(struct stop *s, const char *what, int64_t ms)
{
	static const struct { const char *name; enum algo_event on; } plain[] = {
		{ "time", ON_TIME }, { "stop", ON_STOP }, { "position ended", ON_POSITION_ENDED },
	};

	for (size_t i = 0; i < NITEMS(plain); i++)
		if (text_eq(plain[i].name, what))
			return simply(s, plain[i].on, ms);
	if (text_eq(what, "crash")) {
		reload(s);
		return simply(s, ON_RESUME, ms);
	}
	if (text_starts_with(what, "mid "))
		return tick(s, D(what + strlen("mid ")), ms);
	return report(s, what, ms);
}

static const char *
dec_text(dec_t d, char buf[DEC_STR])
{
	return dec_ok(d) ? dec_format(d, buf) : "";
}

static void
run_line(struct stop *s, const char *c[])
{
	const int64_t			 ms = strtoll(c[5], NULL, 10);
	const struct algo_acts		 a = happen(s, c[6], ms);
	const struct seen		 v = look(s);
	char				 px[DEC_STR], wake[24] = "";

	if (s->run->wake.us != MONO_NEVER.us)
		text_putf(wake, sizeof(wake), "%lld",
		    (long long)mono_diff_ms(s->run->wake, at(0)));
	CHECK_STR(s->run->over ? "ended" : names_get(&run_status_names, (int)s->run->status), c[0]);
	CHECK_STR(dec_text(v.extreme, px), c[1]);
	CHECK_STR(dec_text(v.trigger, px), c[2]);
	CHECK_STR(wake, c[3]);
	check_acts(s, &a, c[4]);
	if (a.set & ACT_KEEP)
		keep(s, a.kept_as);
}

static void
cases_of_the_table(void **state)
{
	struct rows	 r = rows_open("tests/data/trail_stop.tsv");
	struct stop	 s;
	char		*line;
	int		 n = 0;

	(void)state;
	begin(&s, SIDE_BUY, DEC_ONE, DEC_ONE, DEC_NONE);
	while ((line = rows_next(&r)) != NULL) {
		const char	*c[7];
		enum side	 side = SIDE_N;

		rows_cells(line, c, NITEMS(c));
		check_row("trail_stop.tsv:%d: %s", r.no, c[6]);
		if (strcmp(c[0], "stop") == 0) {
			finish(&s);
			CHECK_INT(side_parse(c[1], &side), 0);
			begin(&s, side, D(c[2]), D(c[3]), *c[4] == '\0' ? DEC_NONE : D(c[4]));
		} else {
			run_line(&s, c);
			n++;
		}
	}
	CHECK(n > 0);
	finish(&s);
}

/* ---- what is stored, and what is shown ---------------------------------------------------- */

static void
what_is_written_is_all_that_matters(void **state)
{
	static const struct { const char *name, *happens[6]; } rows[] = {
		{ "waiting", { NULL } },
		{ "trailing", { "mid 120", NULL } },
		{ "fired", { "mid 120", "mid 100", NULL } },
		{ "between two children", { "mid 120", "mid 100", "1 ended 0.25", NULL } },
		{ "the second", { "mid 120", "mid 100", "1 ended 0.25", "time", NULL } },
		{ "ended", { "mid 120", "mid 100", "1 ended 2", NULL } },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct stop	 s;
		struct buf	 before = { 0 }, after = { 0 };

		check_row("%s", rows[i].name);
		begin(&s, SIDE_BUY, DEC_INT(2), D("2.5"), DEC_INT(110));
		for (size_t k = 0; rows[i].happens[k] != NULL; k++) {
			const struct algo_acts	 a = happen(&s, rows[i].happens[k],
						    (int64_t)k * 1000);
			if (a.set & ACT_KEEP)
				keep(&s, a.kept_as);
		}
		const struct seen	 was = look(&s);
		s.run->algo->show(s.run, &before);
		reload(&s);
		s.run->algo->show(s.run, &after);
		CHECK_STR(buf_text(&after), buf_text(&before));
		CHECK_STR(s.run->sub, "a");
		CHECK_STR(s.run->symbol, "BTCUSDT");
		CHECK_STR(s.run->position_id, "p1");
		CHECK_STR(s.run->request_id, "r1");
		CHECK_INT(wall_ms(s.run->started_at), 1795200000131);
		CHECK_INT(look(&s).child_no, was.child_no);
		CHECK_INT(look(&s).child_open, was.child_open);
		CHECK(dec_cmp(look(&s).left_qty, was.left_qty) == 0);
		buf_free(&before);
		buf_free(&after);
		finish(&s);
	}
}

static void
as_the_outside_reads_it(void **state)
{
	struct buf	 b = { 0 };
	struct stop	 s;

	(void)state;
	check_row("waiting");
	begin(&s, SIDE_SELL, D("0.5"), D("1.5"), D("90"));
	s.run->algo->answer(s.run, &b);
	CHECK_STR(buf_text(&b), "\"side\":\"SHORT\",\"callbackPct\":1.5,\"extremePrice\":null,"
	    "\"triggerPrice\":null,\"activated\":false");
	buf_reset(&b);
	check_row("fired");
	tick(&s, DEC_INT(80), 0);
	tick(&s, DEC_INT(85), 1);
	s.run->algo->show(s.run, &b);
	CHECK_STR(buf_text(&b), "\"side\":\"SHORT\",\"callbackPct\":1.5,\"extremePrice\":80,"
	    "\"triggerPrice\":81.2,\"activated\":true,\"activationPrice\":90,\"quantity\":0.5,"
	    "\"positionId\":\"p1\",\"triggeredPrice\":85");
	buf_free(&b);
	finish(&s);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(cases_of_the_table),
		cmocka_unit_test(what_is_written_is_all_that_matters),
		cmocka_unit_test(as_the_outside_reads_it),
	};

	return cmocka_run_group_tests_name("trail_stop", tests, NULL, NULL);
}
