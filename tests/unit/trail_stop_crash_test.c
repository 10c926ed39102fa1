/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "tests/unit/stop.h"

enum { WALKS = 600, STEPS = 400 };

/* ---- any walk of the price ---------------------------------------------------------------- */

static dec_t
walk_px(struct rng *r, dec_t px)
{
	return dec_add(px, (dec_t){ ((int64_t)rng_below(r, 2001) - 1000) * 1000000 });
}

static void
begin_any(struct stop *s, struct rng *r)
{
	const enum side	 side = (enum side)rng_below(r, SIDE_N);
	const dec_t	 pct = { (int64_t)(rng_below(r, 30) + 1) * 10000000 };
	const dec_t	 px = dec_add(DEC_INT(995), DEC_INT(rng_below(r, 10)));

	begin(s, side, DEC_INT(2), pct, rng_below(r, 2) == 0 ? DEC_NONE : px);
}

static void
check_same(const struct stop *a, const struct stop *b)
{
	struct buf	 x = { 0 }, y = { 0 };

	fields_object(algo_trail_stop.state, a->run, &x);
	fields_object(algo_trail_stop.state, b->run, &y);
	CHECK_STR(buf_text(&x), buf_text(&y));
	buf_free(&x);
	buf_free(&y);
}

/* One lives through it; the other is killed and read again after every price. */
static void
with_a_second_between_prices_no_crash_is_seen(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 fired = 0;

	(void)state;
	for (int walk = 0; walk < WALKS; walk++) {
		struct rng	 twin = r;
		struct stop	 a, b;
		dec_t		 px = DEC_INT(1000);

		begin_any(&a, &r);
		begin_any(&b, &twin);
		for (int i = 0; i < 50 && a.run->status == RUN_ACTIVE; i++) {
			struct buf	 done = { 0 };

			check_row("walk %d, price %d", walk, i);
			px = walk_px(&r, px);
			const struct algo_acts	 one = tick(&a, px, i * 1000);
			const struct algo_acts	 two = tick(&b, px, i * 1000);
			print_acts(&a, &one, &done);
			check_acts(&b, &two, buf_text(&done));
			buf_free(&done);
			if (two.set & ACT_KEEP)
				keep(&b, two.kept_as);
			reload(&b);
			simply(&b, ON_RESUME, i * 1000);
			check_same(&a, &b);
		}
		fired += a.run->status == RUN_TRIGGERED;
		finish(&a);
		finish(&b);
	}
	CHECK(fired > WALKS / 4);
}

/* What a crash takes away is at most what the last second has brought. */
static void
a_crash_costs_a_second_at_most(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 moves = 0;

	(void)state;
	for (int walk = 0; walk < WALKS; walk++) {
		struct stop	 s;
		dec_t		 px = DEC_INT(1000), old_best = DEC_INT(1000);
		dec_t		 mids[64];
		int64_t		 when[64], ms = 0;

		begin(&s, SIDE_BUY, DEC_INT(2), DEC_INT(40), DEC_NONE);
		for (size_t i = 0; i < NITEMS(mids); i++) {
			check_row("walk %d, price %zu", walk, i);
			ms += (int64_t)rng_below(&r, 700);
			if (!mono_before(at(ms), s.run->wake) &&
			    simply(&s, ON_TIME, mono_diff_ms(s.run->wake, at(0))).set & ACT_KEEP)
				keep(&s, "extreme");
			px = walk_px(&r, px);
			mids[i] = px;
			when[i] = ms;
			const struct algo_acts	 a = tick(&s, px, ms);
			if (a.set & ACT_KEEP)
				keep(&s, a.kept_as);
			moves += a.set == 0;
		}
		for (size_t i = 0; i < NITEMS(mids); i++)
			if (when[i] <= ms - 1000 || i == 0)
				old_best = i == 0 ? mids[i] : dec_max(old_best, mids[i]);
		reload(&s);
		CHECK(!dec_lt(look(&s).extreme, old_best));
		finish(&s);
	}
	CHECK(moves > WALKS);
}

/* ---- crashes at every step, in a world that answers ------------------------------ */

enum { MAIL = 16, CHILDREN = 64 };

/* The others: what they were told to do they do once, and they forget nothing. */
struct world {
	struct rng		 r;
	struct stop		 s;
	int64_t			 ms;
	dec_t			 position, closed;	/* left of it; closed by the stop */
	bool			 placed[CHILDREN];	/* an order of that number is known */
	dec_t			 qty[CHILDREN];		/* that it was asked for */
	struct msg_child	 mail[MAIL];		/* oldest first */
	size_t			 nmail;
	bool			 waking;		/* a new process that has not resumed yet */
	bool			 calm;			/* no crash any more */
};

static void
post(struct world *w, const struct msg_child *m)
{
	CHECK(w->nmail < MAIL);
	w->mail[w->nmail++] = *m;
}

static void
execute(struct world *w, int no, dec_t qty)
{
	struct msg_child	 m = report_of(no, CHILD_ENDED, qty, "");

	w->closed = dec_add(w->closed, qty);
	w->position = dec_sub(w->position, qty);
	if (rng_below(&w->r, 3) == 0) {
		struct msg_child	 part = report_of(no, CHILD_EXEC, qty, "");
		post(w, &part);
	}
	post(w, &m);
	if (rng_below(&w->r, 3) == 0)
		post(w, &m);			/* told twice */
	if (dec_is_zero(w->position)) {
		m = report_of(no, CHILD_POSITION_ENDED, DEC_NONE, "");
		post(w, &m);
	}
}

/* riskd and orderd: denied, or refused, or done, in part or whole; a name is placed once. */
static void
receive(struct world *w, const struct cmd *c)
{
	const uint64_t	 luck = w->calm ? 9 : rng_below(&w->r, 10);

	CHECK(c->child_no > 0 && c->child_no < CHILDREN);
	CHECK(!dec_ok(w->qty[c->child_no]) || dec_cmp(w->qty[c->child_no], c->qty) == 0);
	w->qty[c->child_no] = c->qty;
	if (w->placed[c->child_no])
		return;
	if (dec_is_zero(w->position) || luck < 2) {
		const struct msg_child	 m = report_of(c->child_no, CHILD_DENIED, DEC_NONE,
					    dec_is_zero(w->position) ? "POSITION_NOT_FOUND" :
					    "CLOSE_IN_FLIGHT");
		post(w, &m);
		return;
	}
	w->placed[c->child_no] = true;
	if (luck < 4) {
		const struct msg_child	 m = report_of(c->child_no, CHILD_REJECTED, DEC_NONE,
					    "NOT_PLACED");
		post(w, &m);
	} else {
		const dec_t	 most = dec_min(c->qty, w->position);
		const dec_t	 part = { (int64_t)rng_below(&w->r, 11) * 10000000 };

		execute(w, c->child_no, luck < 7 ? dec_min(part, most) : most);
	}
}

/* Where the process dies: before the store, before the EXEC, after it; or with the ledger away. */
enum death { NEVER, UNSTORED, STORED, DONE, AWAY, DEATHS };

/* Runs what a step asked for; false: the process died, and has not done all of it. */
static bool
run_acts(struct world *w, const struct algo_acts *a)
{
	const enum death	 d = w->calm || rng_below(&w->r, 4) != 0 ? NEVER :
				    (enum death)rng_below(&w->r, DEATHS);

	if (d == UNSTORED)
		return false;
	if (d == AWAY) {
		if (a->set & ACT_CHILD) {
			const struct cmd	 c = child_of(&w->s);
			receive(w, &c);
		}
		return false;
	}
	if (a->set & ACT_KEEP)
		keep(&w->s, a->kept_as);
	if (d == STORED)
		return false;
	if (a->set & ACT_CHILD) {
		const struct cmd	 c = child_of(&w->s);
		receive(w, &c);
	}
	return d == NEVER;
}

static void
die(struct world *w)
{
	reload(&w->s);
	w->waking = true;
}

/* What the work list holds is told before this. */
static void
wake_up(struct world *w)
{
	w->waking = false;
	simply(&w->s, ON_RESUME, w->ms);
}

/* The oldest letter; it leaves with its last effect, so it comes again after a crash. */
static void
deliver(struct world *w)
{
	const struct msg_child	 m = w->mail[0];
	const struct algo_acts	 a = step(&w->s, &(struct algo_input){
	    .on = m.kind == CHILD_POSITION_ENDED ? ON_POSITION_ENDED : ON_CHILD, .child = &m },
	    w->ms);

	if (run_acts(w, &a))
		memmove(w->mail, w->mail + 1, --w->nmail * sizeof(w->mail[0]));
	else
		die(w);
}

static void
turn(struct world *w, dec_t *px)
{
	struct algo_acts	 a;

	if (w->waking && (w->nmail == 0 || rng_below(&w->r, 3) == 0)) {
		wake_up(w);
		return;
	}
	if (w->nmail > 0) {
		w->ms += (int64_t)rng_below(&w->r, 20);
		deliver(w);
		return;
	}
	w->ms += (int64_t)rng_below(&w->r, 400);
	if (!mono_before(at(w->ms), w->s.run->wake))
		a = simply(&w->s, ON_TIME, w->ms);
	else {
		*px = walk_px(&w->r, *px);
		a = tick(&w->s, *px, w->ms);
	}
	if (!run_acts(w, &a))
		die(w);
}

/*
 * Whatever is killed when, and whatever is refused: a stop that fires closes
 * its quantity, no more and no less, or the whole position if that is less.
 */
static void
a_stop_that_fires_closes_its_quantity(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 fired = 0, small = 0;

	(void)state;
	for (int walk = 0; walk < WALKS; walk++) {
		const dec_t	 had = DEC_INT(rng_below(&r, 3) + 1);
		struct world	 w = { .r = rng_seed(rng_next(&r)), .position = had,
				    .closed = DEC_ZERO };
		dec_t		 px = DEC_INT(1000);
		int		 n = 0;

		for (size_t i = 0; i < CHILDREN; i++)
			w.qty[i] = DEC_NONE;
		begin_any(&w.s, &w.r);
		for (; !(w.s.run->over && w.nmail == 0) && n < STEPS; n++) {
			check_row("walk %d, step %d", walk, n);
			w.calm = n > STEPS / 4;
			if (n == STEPS / 2)		/* it has to fire in the end */
				px = w.s.run->status == RUN_ACTIVE ? DEC_INT(100) : px;
			if (n == STEPS / 2 + 40)
				px = w.s.run->status == RUN_ACTIVE ? DEC_INT(5000) : px;
			if (n == STEPS / 2 + 80)
				px = w.s.run->status == RUN_ACTIVE ? DEC_INT(100) : px;
			turn(&w, &px);
		}
		check_row("walk %d, after %d steps", walk, n);
		CHECK(w.s.run->over && w.s.ended);
		CHECK_INT(w.s.run->status, RUN_TRIGGERED);
		CHECK(dec_cmp(w.closed, dec_min(had, DEC_INT(2))) == 0);
		fired++;
		small += dec_lt(had, DEC_INT(2));
		finish(&w.s);
	}
	CHECK(fired == WALKS && small > 0 && small < WALKS);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(with_a_second_between_prices_no_crash_is_seen),
		cmocka_unit_test(a_crash_costs_a_second_at_most),
		cmocka_unit_test(a_stop_that_fires_closes_its_quantity),
	};

	return cmocka_run_group_tests_name("trail_stop_crash", tests, NULL, NULL);
}
