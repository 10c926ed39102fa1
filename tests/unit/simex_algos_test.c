/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "tests/unit/conditional.h"

#include <stdio.h>
#include <string.h>

#define ON_MARK	"&workingType=MARK_PRICE"
#define RATE	"&callbackRate=1"
#define BUY_STOP ALGO "&symbol=BTCUSDT&side=BUY&type=STOP&triggerPrice=110"
#define GTD	"&timeInForce=GTD&goodTillDate="

enum { PATHS = 200, STEPS = 120, STORY = 512 };

static int
refusal(struct algos *as, const struct algo_terms *t, const struct algo_view *view)
{
	struct algo		*a;
	const struct reject	 r = algos_place(as, t, view, at_ms(0), &a);

	CHECK_INT(a == NULL, reject_is_set(&r));
	return reject_code(&r);
}

/* The states of every fact since the last call; a + is an activated one. */
static const char *
story(struct algos *as)
{
	static char	 text[STORY];
	size_t		 n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < as->facts.n; i++) {
		const struct algo	*a = &as->facts.v[i]->algo;

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%s", i > 0 ? " " : "",
		    algo_status_name(a->status), a->activated ? "+" : "");
	}
	algos_forget_facts(as);
	return text;
}

/* ---- when they trigger -------------------------------------------------------------- */

/* One order at 100, one price at 99, 100 or 101, the other out of the way. */
static bool
triggers_at(const char *type, const char *side, enum working working, const char *px,
    const char *away, bool *refused)
{
	char			 query[256];
	struct algos		 as;
	struct algo		*a;
	struct algo_view	 view = view_at(away);
	const bool		 mark = working == WORKING_MARK;

	algos_init(&as, 0, 1);
	snprintf(query, sizeof(query), "symbol=BTCUSDT&algoType=CONDITIONAL&quantity=1&"
	    "triggerPrice=100&type=%s&side=%s&workingType=%s%s", type, side, working_name(working),
	    strstr(type, "MARKET") == NULL ? "&price=100" : "");
	const struct algo_terms	 t = terms(query);
	struct reject		 r = algos_place(&as, &t, &view, at_ms(0), &a);
	CHECK_INT(reject_code(&r), 0);
	const struct algo_quote	 q = {
		.listing = listing_of("BTCUSDT"),
		.last_px = D(mark ? away : px), .mark_px = D(mark ? px : away),
	};
	const size_t		 n = algos_on_price(&as, &q, at_ms(1), at_ms(2));
	CHECK_INT(a->status == ALGO_TRIGGERING, n == 1);
	view.last_px = q.last_px;
	view.mark_px = q.mark_px;
	r = algos_place(&as, &t, &view, at_ms(3), &a);
	*refused = reject_code(&r) == -2021;
	algos_fini(&as);
	return n == 1;
}

static void
where_each_type_triggers(void **state)
{
	static const struct { const char *type, *side; bool below, at, above; } rows[] = {
		{ "STOP",               "BUY",  false, true, true },
		{ "STOP",               "SELL", true,  true, false },
		{ "STOP_MARKET",        "BUY",  false, true, true },
		{ "STOP_MARKET",        "SELL", true,  true, false },
		{ "TAKE_PROFIT",        "BUY",  true,  true, false },
		{ "TAKE_PROFIT",        "SELL", false, true, true },
		{ "TAKE_PROFIT_MARKET", "BUY",  true,  true, false },
		{ "TAKE_PROFIT_MARKET", "SELL", false, true, true },
	};
	static const char *const	 px[] = { "99.99", "100", "100.01" };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const bool	 want[] = { rows[i].below, rows[i].at, rows[i].above };
		const char	*away = rows[i].below ? "101" : "99";

		for (size_t p = 0; p < NITEMS(px); p++) {
			for (int w = 0; w < WORKING_N; w++) {
				bool	 refused;

				check_row("%s %s at %s on %s", rows[i].type, rows[i].side, px[p],
				    working_name((enum working)w));
				CHECK_INT(triggers_at(rows[i].type, rows[i].side, (enum working)w,
				    px[p], away, &refused), want[p]);
				CHECK_INT(refused, want[p]);
			}
		}
	}
}

static void
trailing_follows_the_price(void **state)
{
	static const struct { const char *side, *activate, *path, *told; } rows[] = {
		/* from where the market stands */
		{ "SELL", "", "100 99.01 99", "NEW+ TRIGGERING+" },
		{ "SELL", "", "110 109 108.91", "NEW+" },
		{ "SELL", "", "110 109 108.9", "NEW+ TRIGGERING+" },
		{ "BUY",  "", "100 100.99 101", "NEW+ TRIGGERING+" },
		{ "BUY",  "", "90 90.5 90.89", "NEW+" },
		{ "BUY",  "", "90 90.5 90.9", "NEW+ TRIGGERING+" },
		/* never by a rounding */
		{ "SELL", "", "110.12345678 109.02222222", "NEW+" },
		{ "SELL", "", "110.12345678 109.02222221", "NEW+ TRIGGERING+" },
		{ "BUY",  "", "90.12345678 91.02469134", "NEW+" },
		{ "BUY",  "", "90.12345678 91.02469135", "NEW+ TRIGGERING+" },
		/* once its own price has been reached; before, no callback counts */
		{ "SELL", "110", "105 100 90 109.99", "NEW" },
		{ "SELL", "110", "105 90 110 108.91", "NEW NEW+" },
		{ "SELL", "110", "110 120 118.81 118.8", "NEW NEW+ TRIGGERING+" },
		{ "BUY",  "90", "95 100 110 90.01", "NEW" },
		{ "BUY",  "90", "90 80 80.79 80.8", "NEW NEW+ TRIGGERING+" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct algos	 as;
		char		 text[256], *next = text, *px;

		check_row("%s %s: %s", rows[i].side, rows[i].activate, rows[i].path);
		algos_init(&as, 0, 1);
		snprintf(text, sizeof(text), "symbol=BTCUSDT&algoType=CONDITIONAL&callbackRate=1&"
		    "quantity=1&type=TRAILING_STOP_MARKET&side=%s%s%s", rows[i].side,
		    rows[i].activate[0] == '\0' ? "" : "&activatePrice=", rows[i].activate);
		place(&as, text);
		snprintf(text, sizeof(text), "%s", rows[i].path);
		while ((px = strtok_r(next, " ", &next)) != NULL)
			move(&as, px, at_ms(1));
		CHECK_STR(story(&as), rows[i].told);
		algos_fini(&as);
	}
}

static void
protection_waits_for_the_prices_to_meet(void **state)
{
	struct algos		 as;
	struct algo_quote	 q = { .listing = listing_of("BTCUSDT") };

	(void)state;
	algos_init(&as, 0, 1);
	place(&as, STOP_MARKET TRIGGER QTY "&priceProtect=true");
	struct algo	*bare = place(&as, STOP_MARKET TRIGGER QTY);
	check_row("too far apart");
	q.last_px = D("80");
	q.mark_px = D("100");
	CHECK_INT((int64_t)algos_on_price(&as, &q, at_ms(1), at_ms(1)), 1);
	CHECK_INT(bare->status, ALGO_TRIGGERING);
	check_row("just too far");
	q.last_px = D("89.99");
	q.mark_px = D("94.73");
	CHECK_INT((int64_t)algos_on_price(&as, &q, at_ms(2), at_ms(2)), 0);
	check_row("as far as may be");
	q.last_px = D("85.5");
	q.mark_px = D("90");
	CHECK_INT((int64_t)algos_on_price(&as, &q, at_ms(3), at_ms(3)), 1);
	algos_fini(&as);
}

/* ---- placing -------------------------------------------------------------------------- */

static void
placements_that_are_refused(void **state)
{
	static const struct {
		const char	*query, *last, *mark, *seen;
		bool		 hedged;
		int		 code;
	} rows[] = {
		{ STOP_MARKET TRIGGER QTY, "100", "100", "0", false, 0 },
		{ STOP_MARKET TRIGGER QTY, "100", "100", "0", true, -4061 },
		{ STOP_MARKET TRIGGER QTY "&positionSide=LONG", "100", "100", "0", false, -4061 },
		{ STOP_MARKET TRIGGER QTY "&positionSide=LONG", "100", "100", "0", true, 0 },
		{ STOP TRIGGER QTY "&price=89.95", "100", "100", "0", false, -4014 },
		{ STOP TRIGGER QTY "&price=89.9", "100", "100", "0", false, 0 },
		{ STOP TRIGGER QTY "&price=0", "100", "100", "0", false, -4013 },
		{ STOP_MARKET QTY "&triggerPrice=10000000", "100", "100", "0", false, -4007 },
		{ STOP_MARKET TRIGGER "&quantity=0", "100", "100", "0", false, -4003 },
		{ STOP_MARKET TRIGGER "&quantity=0.0005", "100", "100", "0", false, -1111 },
		{ STOP_MARKET TRIGGER "&quantity=500", "100", "100", "0", false, -4005 },
		{ STOP TRIGGER "&price=89&quantity=500", "100", "100", "0", false, 0 },
		/* the limit against the trigger, not against the market */
		{ STOP TRIGGER QTY "&price=85.5", "200", "200", "0", false, 0 },
		{ STOP TRIGGER QTY "&price=85.4", "200", "200", "0", false, -4184 },
		{ STOP TRIGGER QTY "&price=200", "200", "200", "0", false, 0 },
		{ BUY_STOP QTY "&price=115.5", "100", "100", "0", false, 0 },
		{ BUY_STOP QTY "&price=115.6", "100", "100", "0", false, -4183 },
		{ STOP TRIGGER QTY "&priceMatch=QUEUE", "100", "100", "0", false, 0 },
		/* GTE: as much of a position as the service sees, on the side it would close */
		{ CLOSING, "100", "100", "0", false, -4509 },
		{ CLOSING, "100", "100", "-1", false, -4509 },
		{ CLOSING, "100", "100", "1", false, 0 },
		{ CLOSING "&positionSide=LONG", "100", "100", "0", true, -4509 },
		{ STOP_MARKET TRIGGER QTY "&timeInForce=GTE_GTC", "100", "100", "0", false, -4509 },
		{ STOP_MARKET TRIGGER QTY "&reduceOnly=true", "100", "100", "0", false, 0 },
		/* by the price it works on */
		{ STOP_MARKET TRIGGER QTY, "90", "100", "0", false, -2021 },
		{ STOP_MARKET TRIGGER QTY ON_MARK, "90", "100", "0", false, 0 },
		{ STOP_MARKET TRIGGER QTY ON_MARK, "100", "90", "0", false, -2021 },
		{ TRAILING QTY RATE "&activatePrice=100", "100", "90", "0", false, -2021 },
		{ TRAILING QTY RATE "&activatePrice=100.1", "100", "90", "0", false, 0 },
		/* ten minutes after now, which is 1765431097 s */
		{ STOP_MARKET TRIGGER QTY GTD "1765431697999", "100", "100", "0", false, -5040 },
		{ STOP_MARKET TRIGGER QTY GTD "1765431698000", "100", "100", "0", false, 0 },
		{ STOP_MARKET TRIGGER QTY GTD "253402300799000", "100", "100", "0", false, -5040 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct algos		 as;
		const struct algo_view	 view = {
			.last_px = D(rows[i].last), .mark_px = D(rows[i].mark),
			.seen_qty = D(rows[i].seen), .hedged = rows[i].hedged,
		};

		check_row("%s last %s mark %s seen %s", rows[i].query, rows[i].last, rows[i].mark,
		    rows[i].seen);
		const struct algo_terms	 t = terms(rows[i].query);
		algos_init(&as, 0, 1);
		CHECK_INT(refusal(&as, &t, &view), rows[i].code);
		CHECK_INT((int64_t)as.facts.n, rows[i].code == 0);
		algos_fini(&as);
	}
}

/* No trigger is too high then, and a price is measured against it all the same. */
static void
a_trigger_without_bounds(void **state)
{
	struct algos		 as;
	struct listing		 l = *listing_of("BTCUSDT");
	const struct algo_view	 view = view_at("100");
	struct algo_terms	 t = terms("side=BUY&symbol=BTCUSDT&type=STOP&" ALGO QTY
				    "&triggerPrice=90000000000&price=92000000000");

	(void)state;
	algos_init(&as, 0, 1);
	t.listing = &l;
	check_row("bounded");
	CHECK_INT(refusal(&as, &t, &view), -4007);
	check_row("unbounded");
	l.max_price = DEC_ZERO;
	CHECK_INT(refusal(&as, &t, &view), 0);
	algos_fini(&as);
}

static void
names_are_free_again_when_closed(void **state)
{
	struct algos		 as;
	const struct algo_view	 view = view_at("100");
	const struct algo_terms	 t = terms(STOP_MARKET TRIGGER QTY "&clientAlgoId=sl-1");

	(void)state;
	algos_init(&as, 7, 1);
	struct algo	*first = place(&as, STOP_MARKET TRIGGER QTY "&clientAlgoId=sl-1");
	check_row("open");
	CHECK_INT(refusal(&as, &t, &view), -4116);
	check_row("triggering");
	move(&as, "90", at_ms(1));
	CHECK_INT(refusal(&as, &t, &view), -4116);
	check_row("triggered");
	algos_child_placed(&as, first, 5, at_ms(2));
	struct algo	*second = place(&as, STOP_MARKET TRIGGER QTY "&clientAlgoId=sl-1");
	CHECK(algos_find_client_id(&as, "sl-1") == second);
	CHECK(algos_find(&as, first->id) == first && algos_find(&as, second->id) == second);
	CHECK(algos_find(&as, second->id + 1) == NULL && algos_find(&as, 7) == NULL);
	CHECK_INT(first->id, ALGO_FIRST_ID + 7);
	check_row("nobody chose");
	struct algo	*made = place(&as, STOP_MARKET TRIGGER QTY);
	CHECK_INT((int64_t)strlen(made->terms.client_id), 22);
	CHECK(algos_find_client_id(&as, made->terms.client_id) == made);
	algos_fini(&as);
}

static void
one_closing_order_of_a_kind(void **state)
{
	static const struct { const char *query; int code; } rows[] = {
		{ CLOSING, -4130 },
		{ CLOSING ON_MARK "&clientAlgoId=another", -4130 },
		{ STOP_MARKET TRIGGER QTY, 0 },
		{ "symbol=ETHUSDT&algoType=CONDITIONAL&side=SELL&type=STOP_MARKET&triggerPrice=90"
		    "&closePosition=true", 0 },
		{ "symbol=BTCUSDT&algoType=CONDITIONAL&side=SELL&type=TAKE_PROFIT_MARKET"
		    "&triggerPrice=110&closePosition=true", 0 },
		{ "symbol=BTCUSDT&algoType=CONDITIONAL&side=SELL&type=TAKE_PROFIT_MARKET"
		    "&triggerPrice=120&closePosition=true", -4130 },
	};
	struct algos		 as;
	const struct algo_view	 view = view_at("100");

	(void)state;
	algos_init(&as, 0, 1);
	struct algo	*first = place(&as, CLOSING);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct algo_terms	 t = terms(rows[i].query);

		check_row("%s", rows[i].query);
		CHECK_INT(refusal(&as, &t, &view), rows[i].code);
	}
	check_row("when the first is gone");
	const struct reject	 r = algos_cancel(&as, first, at_ms(1));
	CHECK_INT(reject_code(&r), 0);
	place(&as, CLOSING);
	algos_fini(&as);
}

static void
two_hundred_over_all_contracts(void **state)
{
	struct algos		 as;
	const struct algo_view	 view = view_at("100");
	const struct algo_terms	 t = terms(STOP_MARKET TRIGGER QTY);

	(void)state;
	algos_init(&as, 0, 1);
	for (int i = 0; i < ALGOS_MAX; i++)
		place(&as, i % 2 == 0 ? STOP_MARKET TRIGGER QTY :
		    "symbol=ETHUSDT&algoType=CONDITIONAL&side=SELL&type=STOP_MARKET&"
		    "triggerPrice=90&quantity=1");
	check_row("full");
	CHECK_INT(refusal(&as, &t, &view), -4045);
	check_row("half is canceled");
	CHECK_INT((int64_t)algos_cancel_all(&as, listing_of("ETHUSDT"), at_ms(1)), 100);
	CHECK_INT((int64_t)as.n_open, 100);
	CHECK_INT(refusal(&as, &t, &view), 0);
	check_row("fewer are listed");
	struct listing		 l = *t.listing;
	struct algo_terms	 few = t;
	few.listing = &l;
	l.max_algos = 2;
	CHECK_INT(refusal(&as, &few, &view), 0);
	CHECK_INT(refusal(&as, &few, &view), 0);
	CHECK_INT(refusal(&as, &few, &view), -4045);
	CHECK_INT(refusal(&as, &t, &view), 0);
	algos_fini(&as);
}

/* ---- lives -------------------------------------------------------------------------- */

static void
life_to_a_fill(void **state)
{
	struct algos	 as;

	(void)state;
	algos_init(&as, 0, 1);
	struct algo		*a = place(&as, STOP TRIGGER QTY "&price=89");
	const struct algo_quote	 q = {
		.listing = listing_of("BTCUSDT"), .last_px = D("90"), .mark_px = D("90"),
	};
	check_row("triggers, and the child takes its time");
	CHECK_INT((int64_t)algos_on_price(&as, &q, at_ms(19), at_ms(29)), 1);
	CHECK_INT(wall_ms(a->triggered), wall_ms(at_ms(19)));
	CHECK_INT(algos_next_due(&as).us, at_ms(29).us);
	CHECK(algos_due(&as, at_ms(28)) == NULL);
	CHECK(algos_due(&as, at_ms(29)) == a);
	check_row("cannot be canceled any more");
	struct reject	 r = algos_cancel(&as, a, at_ms(20));
	CHECK_INT(reject_code(&r), -2011);
	CHECK_INT((int64_t)algos_cancel_all(&as, listing_of("BTCUSDT"), at_ms(20)), 0);
	check_row("placed");
	algos_child_placed(&as, a, 51200779001, at_ms(30));
	CHECK(!wall_is_set(algos_next_due(&as)) && algos_due(&as, at_ms(99)) == NULL);
	CHECK(!algo_is_open(a) && as.n_open == 0);
	check_row("filled");
	algos_child_done(&as, a, D("89.5"), D("0.01"), at_ms(31));
	CHECK_INT(wall_ms(as.facts.v[3]->at), wall_ms(at_ms(31)));
	CHECK_INT(wall_ms(as.facts.v[3]->algo.updated), wall_ms(at_ms(31)));
	CHECK_DEC(as.facts.v[2]->algo.cum_qty, "0");
	CHECK_DEC(as.facts.v[3]->algo.cum_qty, "0.01");
	CHECK_STR(story(&as), "NEW TRIGGERING TRIGGERED FINISHED");
	r = algos_cancel(&as, a, at_ms(32));
	CHECK_INT(reject_code(&r), -2011);
	algos_fini(&as);
}

static void
children_are_due_in_turn(void **state)
{
	static const struct { const char *last; int64_t now, due; } rows[] = {
		{ "90", 1, 40 }, { "80", 2, 30 }, { "70", 3, 50 },
	};
	struct algos	 as;

	(void)state;
	algos_init(&as, 0, 1);
	place(&as, STOP_MARKET QTY "&triggerPrice=90");
	place(&as, STOP_MARKET QTY "&triggerPrice=80");
	place(&as, STOP_MARKET QTY "&triggerPrice=70");
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct algo_quote	 q = {
			.listing = listing_of("BTCUSDT"),
			.last_px = D(rows[i].last), .mark_px = D("100"),
		};

		check_row("at %s", rows[i].last);
		CHECK_INT((int64_t)algos_on_price(&as, &q, at_ms(rows[i].now),
		    at_ms(rows[i].due)), 1);
	}
	check_row("the first due is the second that triggered");
	CHECK_INT(algos_next_due(&as).us, at_ms(30).us);
	CHECK(algos_due(&as, at_ms(30)) == as.v[1]);
	check_row("of several the oldest order");
	CHECK(algos_due(&as, at_ms(50)) == as.v[0]);
	algos_fini(&as);
}

static void
other_ends(void **state)
{
	struct algos	 as;

	(void)state;
	algos_init(&as, 0, 1);
	check_row("canceled, once");
	struct algo	*a = place(&as, STOP_MARKET TRIGGER QTY);
	struct reject	 r = algos_cancel(&as, a, at_ms(1));
	CHECK_INT(reject_code(&r), 0);
	r = algos_cancel(&as, a, at_ms(2));
	CHECK_INT(reject_code(&r), -2011);
	CHECK_INT((int64_t)move(&as, "80", at_ms(3)), 0);
	CHECK_STR(story(&as), "NEW CANCELED");
	check_row("refused by the matching");
	a = place(&as, STOP_MARKET TRIGGER QTY);
	move(&as, "90", at_ms(4));
	algos_child_rejected(&as, algos_due(&as, at_ms(4)), "Margin is insufficient.", at_ms(5));
	CHECK_STR(a->reason, "Margin is insufficient.");
	CHECK_STR(story(&as), "NEW TRIGGERING REJECTED");
	check_row("the position is gone: what hangs on it goes, nothing else");
	place(&as, CLOSING);
	struct algo	*free_one = place(&as, STOP_MARKET TRIGGER QTY);
	algos_on_position(&as, listing_of("ETHUSDT"), PS_BOTH, DEC_ZERO, at_ms(6));
	algos_on_position(&as, listing_of("BTCUSDT"), PS_LONG, DEC_ZERO, at_ms(6));
	algos_on_position(&as, listing_of("BTCUSDT"), PS_BOTH, D("0.1"), at_ms(6));
	CHECK_STR(story(&as), "NEW NEW");
	algos_on_position(&as, listing_of("BTCUSDT"), PS_BOTH, DEC_ZERO, at_ms(6));
	CHECK_STR(story(&as), "EXPIRED");
	CHECK(algo_is_open(free_one));
	check_row("its time is over");
	place(&as, STOP_MARKET TRIGGER QTY GTD "1765431698000");
	algos_on_time(&as, wall_from_ms(INT64_C(1765431697999)));
	CHECK_STR(story(&as), "NEW");
	algos_on_time(&as, wall_from_ms(INT64_C(1765431698000)));
	CHECK_STR(story(&as), "EXPIRED");
	algos_fini(&as);
}

static void
stuck_while_triggering(void **state)
{
	struct algos	 as;

	(void)state;
	algos_init(&as, 0, 1);
	struct algo	*a = place(&as, CLOSING);
	as.stuck = true;
	CHECK_INT((int64_t)move(&as, "90", at_ms(1)), 1);
	as.stuck = false;
	check_row("for ever");
	CHECK_INT((int64_t)move(&as, "80", at_ms(2)), 0);
	CHECK(!wall_is_set(algos_next_due(&as)));
	CHECK(algos_due(&as, at_ms(86400000)) == NULL);
	algos_on_position(&as, listing_of("BTCUSDT"), PS_BOTH, DEC_ZERO, at_ms(3));
	CHECK_INT(a->status, ALGO_TRIGGERING);
	CHECK(algo_is_open(a));
	check_row("the next one is not");
	struct algo	*b = place(&as, STOP_MARKET TRIGGER QTY);
	move(&as, "90", at_ms(4));
	CHECK(algos_due(&as, at_ms(4)) == b);
	algos_fini(&as);
}

static void
finish_what_never_triggered(void)
{
	struct algos	 as;

	algos_init(&as, 0, 1);
	algos_child_done(&as, place(&as, STOP_MARKET TRIGGER QTY), D("1"), D("1"), at_ms(1));
}

static void
place_a_child_twice(void)
{
	struct algos	 as;
	struct algo	*a;

	algos_init(&as, 0, 1);
	a = place(&as, STOP_MARKET TRIGGER QTY);
	move(&as, "90", at_ms(1));
	algos_child_placed(&as, a, 1, at_ms(1));
	algos_child_placed(&as, a, 2, at_ms(1));
}

static void
steps_that_do_not_exist(void **state)
{
	(void)state;
	check_row("steps that do not exist");
	CHECK_PANICS(finish_what_never_triggered);
	CHECK_PANICS(place_a_child_twice);
}

/* ---- a random walk ----------------------------------------------------------------- */

/* Facts of one order: it triggers at most once, and never after its end. */
static void
check_history(const struct algos *as, const struct algo *a)
{
	int	 triggered = 0, ended = 0;

	for (size_t i = 0; i < as->facts.n; i++) {
		const struct algo	*f = &as->facts.v[i]->algo;

		if (f->id != a->id)
			continue;
		CHECK_INT(ended, 0);
		triggered += f->status == ALGO_TRIGGERING;
		ended += f->status == ALGO_CANCELED;
	}
	CHECK(triggered <= 1 && ended <= 1 && triggered + ended <= 1);
	CHECK_INT(a->status == ALGO_TRIGGERING, triggered);
	CHECK_INT(a->status == ALGO_CANCELED, ended);
}

static void
place_some(struct algos *as)
{
	static const char *const	 side_type[] = {
		"side=BUY&type=STOP_MARKET&triggerPrice=103",
		"side=SELL&type=STOP_MARKET&triggerPrice=97",
		"side=BUY&type=TAKE_PROFIT&price=97&triggerPrice=97",
		"side=SELL&type=TAKE_PROFIT&price=103&triggerPrice=103",
		"side=SELL&type=TRAILING_STOP_MARKET&callbackRate=1.5",
		"side=BUY&type=TRAILING_STOP_MARKET&callbackRate=1.5",
		"side=SELL&type=TRAILING_STOP_MARKET&callbackRate=1&activatePrice=102",
		"side=BUY&type=TRAILING_STOP_MARKET&callbackRate=1&activatePrice=98",
	};

	for (size_t i = 0; i < NITEMS(side_type); i++) {
		char	 query[256];

		snprintf(query, sizeof(query), "symbol=BTCUSDT&algoType=CONDITIONAL&quantity=1&%s",
		    side_type[i]);
		place(as, query);
	}
}

/* What the first four do, said by the highest and lowest price alone. */
static void
check_against_extremes(const struct algos *as, dec_t low, dec_t high)
{
	const dec_t	 down = D("97"), up = D("103");

	for (size_t i = 0; i < 4; i++) {
		const struct algo	*a = as->v[i];
		const bool		 reached = dec_cmp(a->terms.trigger_px, up) == 0 ?
					    dec_cmp(high, up) >= 0 : dec_cmp(low, down) <= 0;

		if (a->status != ALGO_CANCELED)
			CHECK_INT(a->status == ALGO_TRIGGERING, reached);
	}
}

static void
walks_trigger_once(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 triggered = 0, canceled = 0;

	(void)state;
	for (int path = 0; path < PATHS; path++) {
		struct algos	 as;
		dec_t		 px = D("100"), low = px, high = px;

		check_row("seed %llu path %d", (unsigned long long)check_seed(), path);
		algos_init(&as, 0, check_seed());
		place_some(&as);
		for (int i = 0; i < STEPS; i++) {
			struct algo	*a = as.v[rng_below(&r, as.n)];
			char		 text[DEC_STR];

			px = dec_add(px, (dec_t){ ((int64_t)rng_below(&r, 101) - 50) * 1000000 });
			low = dec_min(low, px);
			high = dec_max(high, px);
			move(&as, dec_format(px, text), at_ms(i));
			if (rng_below(&r, 100) == 0 && a->status == ALGO_NEW) {
				const struct reject	 no = algos_cancel(&as, a, at_ms(i));

				CHECK_INT(reject_code(&no), 0);
			}
		}
		for (size_t i = 0; i < as.n; i++) {
			check_history(&as, as.v[i]);
			triggered += as.v[i]->status == ALGO_TRIGGERING;
			canceled += as.v[i]->status == ALGO_CANCELED;
		}
		check_against_extremes(&as, low, high);
		algos_fini(&as);
	}
	check_row("something happened");
	CHECK(triggered > PATHS && canceled > PATHS / 2);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(where_each_type_triggers),
		cmocka_unit_test(trailing_follows_the_price),
		cmocka_unit_test(protection_waits_for_the_prices_to_meet),
		cmocka_unit_test(placements_that_are_refused),
		cmocka_unit_test(a_trigger_without_bounds),
		cmocka_unit_test(names_are_free_again_when_closed),
		cmocka_unit_test(one_closing_order_of_a_kind),
		cmocka_unit_test(two_hundred_over_all_contracts),
		cmocka_unit_test(life_to_a_fill),
		cmocka_unit_test(children_are_due_in_turn),
		cmocka_unit_test(other_ends),
		cmocka_unit_test(stuck_while_triggering),
		cmocka_unit_test(steps_that_do_not_exist),
		cmocka_unit_test(walks_trigger_once),
	};

	return cmocka_run_group_tests_name("simex_algos", tests, NULL, NULL);
}
