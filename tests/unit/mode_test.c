/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "wire/mode.h"

#include <string.h>

enum { SETS = 1 << MODE_N };

/* As riskd(8) has them, in its order. */
static const struct {
	enum mode	 mode;
	const char	*name, *trading;
	const char	*opens, *closes;	/* the code of what adds risk, and of what reduces; "" passes */
} rows[] = {
	{ MODE_HALTED,        "operator halted",   "HALTED",   "TRADING_HALTED", "TRADING_HALTED" },
	{ MODE_BANNED,        "exchange ban",       "HALTED",   "INFRA_UNAVAILABLE", "INFRA_UNAVAILABLE" },
	{ MODE_REDUCING,      "operator reducing", "REDUCING", "TRADING_REDUCING", "" },
	{ MODE_NO_LEDGER,     "no ledger",          "REDUCING", "INFRA_LEDGER_UNAVAILABLE", "" },
	{ MODE_LEDGER_SLOW,   "ledger slow",        "REDUCING", "INFRA_LEDGER_UNAVAILABLE", "" },
	{ MODE_NO_ORDERD,     "no orderd",          "REDUCING", "INFRA_UNAVAILABLE", "" },
	{ MODE_STREAM_GAP,    "user stream",        "REDUCING", "INFRA_UNAVAILABLE", "" },
	{ MODE_REDIS_FILLING, "redis filling",      "REDUCING", "INFRA_UNAVAILABLE", "" },
	{ MODE_THROTTLED,     "exchange throttle",  "ACTIVE",   "", "" },
};

static const char *
code_of(const struct mode_row *m)
{
	return m == NULL ? "" : deny_code(m->code);
}

static void
every_row(void **state)
{
	(void)state;
	CHECK_INT(NITEMS(rows), MODE_N);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const unsigned	 set = mode_bit(rows[i].mode, true);

		check_row("%s", rows[i].name);
		CHECK_INT(rows[i].mode, i);
		CHECK_STR(mode_row(rows[i].mode)->name, rows[i].name);
		CHECK_STR(names_get(&trading_names, (int)mode_trading(set)), rows[i].trading);
		CHECK_STR(code_of(mode_against(set, true)), rows[i].opens);
		CHECK_STR(code_of(mode_against(set, false)), rows[i].closes);
		CHECK_INT(mode_bit(rows[i].mode, false), 0);
	}
	check_row("nothing is missing");
	CHECK_INT(mode_trading(0), TRADING_ACTIVE);
	CHECK(mode_against(0, true) == NULL);
}

/* Of all sets there are: none is milder than one of its members. */
static void
the_strictest_wins(void **state)
{
	(void)state;
	for (unsigned set = 0; set < SETS; set++) {
		enum trading	 worst = TRADING_ACTIVE;

		check_row("set %#x", set);
		for (size_t i = 0; i < NITEMS(rows); i++)
			if (set & mode_bit(rows[i].mode, true) &&
			    mode_row(rows[i].mode)->trading > worst)
				worst = mode_row(rows[i].mode)->trading;
		CHECK_INT(mode_trading(set), worst);
		CHECK_INT(mode_against(set, true) != NULL, worst >= TRADING_REDUCING);
		CHECK_INT(mode_against(set, false) != NULL, worst == TRADING_HALTED);
	}
}

static void
shown_in_their_order(void **state)
{
	static const struct { unsigned set; const char *line, *json; } shown[] = {
		{ 0, "ready", "{\"mode\":\"ACTIVE\",\"why\":[]}" },
		{ 1u << MODE_THROTTLED, "degraded: exchange throttle",
		  "{\"mode\":\"ACTIVE\",\"why\":[\"exchange throttle\"]}" },
		{ 1u << MODE_STREAM_GAP | 1u << MODE_NO_LEDGER, "reducing: no ledger, user stream",
		  "{\"mode\":\"REDUCING\",\"why\":[\"no ledger\",\"user stream\"]}" },
		{ 1u << MODE_HALTED | 1u << MODE_THROTTLED,
		  "halted: operator halted, exchange throttle",
		  "{\"mode\":\"HALTED\",\"why\":[\"operator halted\",\"exchange throttle\"]}" },
	};
	char	 line[MODE_LINE];

	(void)state;
	for (size_t i = 0; i < NITEMS(shown); i++) {
		struct buf	 b = { 0 };

		check_row("%s", shown[i].line);
		CHECK_STR(mode_line(shown[i].set, line), shown[i].line);
		buf_addc(&b, '{');
		mode_print(shown[i].set, &b);
		buf_addc(&b, '}');
		CHECK_STR(buf_text(&b), shown[i].json);
		buf_free(&b);
	}
	check_row("all of them fit");
	CHECK(strlen(mode_line(SETS - 1, line)) < MODE_LINE - 1);
}

/* ---- an operator's word ------------------------------------------------------------ */

static void
words_of_an_operator(void **state)
{
	static const struct { const char *text, *trading; bool understood; const char *reason; } v[] = {
		{ "HALTED",                     "HALTED",   true,  "" },
		{ "HALTED the news",            "HALTED",   true,  "the news" },
		{ "REDUCING  closing the desk\n", "REDUCING", true, "closing the desk" },
		{ "reducing",                   "REDUCING", true,  "" },
		{ " \tACTIVE\n",                "ACTIVE",   true,  "" },
		{ "",                           "HALTED",   true,  "" },
		{ " \n",                        "HALTED",   true,  "" },
		{ "REDUCINGS",                  "HALTED",   false, "REDUCINGS" },
		{ "stop it, now",               "HALTED",   false, "stop it, now" },
		{ "HALTED two\nlines",          "HALTED",   true,  "two lines" },
		{ "a-very-long-word-that-is-no-state", "HALTED", false,
		  "a-very-long-word-that-is-no-state" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(v); i++) {
		const struct halt	 h = halt_read(v[i].text, strlen(v[i].text));

		check_row("'%s'", v[i].text);
		CHECK_STR(names_get(&trading_names, (int)h.trading), v[i].trading);
		CHECK_INT(h.understood, v[i].understood);
		CHECK_STR(h.reason, v[i].reason);
	}
}

/* Whatever somebody writes there: only a state that is spelled out lets anything pass. */
static void
anything_is_a_word(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	char		 text[2 * HALT_REASON];

	(void)state;
	for (int n = 0; n < 20000; n++) {
		const size_t	 len = rng_below(&r, sizeof(text));

		check_row("case %d", n);
		for (size_t i = 0; i < len; i++)
			text[i] = (char)(rng_below(&r, 8) == 0 ? ' ' : rng_below(&r, 256));
		const struct halt	 h = halt_read(text, len);
		CHECK(strlen(h.reason) < HALT_REASON);
		CHECK_INT(h.trading, TRADING_HALTED);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(every_row),
		cmocka_unit_test(the_strictest_wins),
		cmocka_unit_test(shown_in_their_order),
		cmocka_unit_test(words_of_an_operator),
		cmocka_unit_test(anything_is_a_word),
	};

	return cmocka_run_group_tests_name("mode", tests, NULL, NULL);
}
