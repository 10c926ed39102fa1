/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conditional.h - conditional orders, written as a client sends them, for the
 * tests of what reads, keeps and prints them.
 *
 * The parts of a request are strung together; of a name sent twice the first
 * counts.
 */
#ifndef TESTS_CONDITIONAL_H
#define TESTS_CONDITIONAL_H

#include "tests/simex/core/algos.h"
#include "tests/unit/check.h"

#define ALGO		"algoType=CONDITIONAL"
#define STOP_MARKET	ALGO "&symbol=BTCUSDT&side=SELL&type=STOP_MARKET"
#define STOP		ALGO "&symbol=BTCUSDT&side=SELL&type=STOP"
#define TRAILING	ALGO "&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET"
#define QTY		"&quantity=0.01"
#define TRIGGER		"&triggerPrice=90"
#define CLOSING		STOP_MARKET TRIGGER "&closePosition=true"

static inline wall_t
at_ms(int64_t ms)
{
	return wall_from_ms(INT64_C(1765431097000) + ms);
}

/* A long position is seen, the market stands at 100. */
static inline struct algo_view
view_at(const char *px)
{
	return (struct algo_view){
		.last_px = D(px), .mark_px = D(px), .seen_qty = D("1"),
	};
}

static inline const struct listing *
listing_of(const char *symbol)
{
	static struct listings	 built_in;

	if (built_in.n == 0) {
		listings_built_in(&built_in);
		/* These stories stand at 100. */
		listings_find(&built_in, "BTCUSDT")->min_price = D("0.1");
	}
	return listings_find(&built_in, symbol);
}

static inline struct reject
parse(const char *query, struct algo_terms *t)
{
	struct form	 f = { 0 };

	form_parse(&f, query, "", 0);
	struct reject	 r = form_check(&f, algos_params, ALGOS_PARAMS);
	if (!reject_is_set(&r))
		r = algos_parse(&f, listing_of(form_str(&f, "symbol")), t);
	form_free(&f);
	return r;
}

static inline struct algo_terms
terms(const char *query)
{
	struct algo_terms	 t;
	const struct reject	 r = parse(query, &t);

	CHECK_INT(reject_code(&r), 0);
	return t;
}

static inline struct algo *
place_at(struct algos *as, const char *query, const char *px)
{
	const struct algo_terms	 t = terms(query);
	const struct algo_view	 view = view_at(px);
	struct algo		*a;
	const struct reject	 r = algos_place(as, &t, &view, at_ms(0), &a);

	CHECK_INT(reject_code(&r), 0);
	return a;
}

static inline struct algo *
place(struct algos *as, const char *query)
{
	return place_at(as, query, "100");
}

/* Both prices go there; what triggers is due at once. */
static inline size_t
move(struct algos *as, const char *px, wall_t now)
{
	const struct algo_quote	 q = {
		.listing = listing_of("BTCUSDT"), .last_px = D(px), .mark_px = D(px),
	};

	return algos_on_price(as, &q, now, now);
}

#endif
