/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "wire/types.h"

static const struct {
	const char		*what;
	const struct names	*names;
	int			 n;
} tables[] = {
	{ "side", &side_names, SIDE_N },
	{ "position side", &pos_side_names, POS_SIDE_N },
	{ "order type", &ord_type_names, ORD_TYPE_N },
	{ "order status", &ord_status_names, OS_N },
	{ "origin", &origin_names, ORIGIN_N },
	{ "role", &role_names, ROLE_N },
};

static void
each_name_is_found_again(void **state)
{
	char	 other[32];

	(void)state;
	for (size_t t = 0; t < NITEMS(tables); t++) {
		CHECK_INT(tables[t].names->n, tables[t].n);
		for (int i = 0; i < tables[t].n; i++) {
			const char	*name = names_get(tables[t].names, i);

			check_row("%s %d %s", tables[t].what, i, name);
			CHECK(*name != '\0' && !text_eq(name, "?"));
			CHECK_INT(names_find(tables[t].names, name), i);
			text_put(other, sizeof(other), name);
			text_lower(other);
			CHECK_INT(names_find(tables[t].names, other), i);
		}
		check_row("%s out of range", tables[t].what);
		CHECK_STR(names_get(tables[t].names, tables[t].n), "?");
		CHECK_STR(names_get(tables[t].names, -1), "?");
		CHECK_INT(names_find(tables[t].names, "?"), -1);
		CHECK_INT(names_find(tables[t].names, ""), -1);
	}
}

/* The words of the contract, 3.2 and 6.1. */
static void
states_as_the_outside_reads_them(void **state)
{
	static const struct { enum ord_status s; const char *name; bool final; } rows[] = {
		{ OS_IDLE, "idle", false },         { OS_PLACING, "placing", false },
		{ OS_ACTIVE, "active", false },     { OS_CANCELLING, "cancelling", false },
		{ OS_FILLED, "filled", true },      { OS_CANCELLED, "cancelled", true },
		{ OS_EXPIRED, "expired", true },    { OS_FAILED, "failed", true },
	};

	(void)state;
	_Static_assert(NITEMS(rows) == OS_N, "every state");
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].name);
		CHECK_STR(names_get(&ord_status_names, (int)rows[i].s), rows[i].name);
		CHECK_INT(ord_status_is_final(rows[i].s), rows[i].final);
	}
}

static void
sides_in_both_spellings(void **state)
{
	static const struct { const char *text; int want; } rows[] = {
		{ "BUY", SIDE_BUY },   { "buy", SIDE_BUY },     { "LONG", SIDE_BUY },
		{ "Long", SIDE_BUY },  { "SELL", SIDE_SELL },   { "sElL", SIDE_SELL },
		{ "SHORT", SIDE_SELL }, { "short", SIDE_SELL },
		{ "", -1 }, { "B", -1 }, { "BUYS", -1 }, { " BUY", -1 }, { "0", -1 }, { "?", -1 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		enum side	 s = SIDE_N;

		check_row("'%s'", rows[i].text);
		CHECK_INT(side_parse(rows[i].text, &s), rows[i].want == -1 ? -1 : 0);
		CHECK_INT(s, rows[i].want == -1 ? (int)SIDE_N : rows[i].want);
	}
}

static void
a_position_is_closed_by_the_other_side(void **state)
{
	(void)state;
	check_row("LONG");
	CHECK_INT(side_opens(SIDE_BUY), POS_LONG);
	CHECK_INT(side_closing(POS_LONG), SIDE_SELL);
	check_row("SHORT");
	CHECK_INT(side_opens(SIDE_SELL), POS_SHORT);
	CHECK_INT(side_closing(POS_SHORT), SIDE_BUY);
	for (int s = 0; s < SIDE_N; s++) {
		check_row("side %d", s);
		CHECK(side_opposite((enum side)s) != (enum side)s);
		CHECK_INT(side_closing(side_opens((enum side)s)), side_opposite((enum side)s));
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(each_name_is_found_again),
		cmocka_unit_test(states_as_the_outside_reads_them),
		cmocka_unit_test(sides_in_both_spellings),
		cmocka_unit_test(a_position_is_closed_by_the_other_side),
	};

	return cmocka_run_group_tests_name("types", tests, NULL, NULL);
}
