/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/text.h"
#include "wire/keys.h"

#include <string.h>

static bool
has_hole(enum key k)
{
	return strstr(key_pattern(k), "%s") != NULL;
}

static void
names_of_the_contract(void **state)
{
	static const struct { enum key k; const char *arg, *want; } rows[] = {
		{ K_CMD, "close_all", "pms:cmd:close_all" },
		{ K_RESULT, "7d0c", "pms:result:7d0c" },
		{ K_PRICE, "BTC/USDT:USDT", "pms:price:BTC/USDT:USDT" },
		{ K_TICK, "BTCUSDT", "updates:pms:price:BTCUSDT" },
		{ K_RISK, "a%sb", "pms:risk:a%sb" },
		{ K_DEAD, NULL, "pms:dead" },
		{ K_DEAD_LIST, "pms:q:risk:1795256152380", "pms:dead:pms:q:risk:1795256152380" },
		{ K_Q_URGENT, NULL, "pms:q:urgent" },
		{ K_EV_ORDER_FILLED, NULL, "pms:events:order_filled" },
	};
	char	 buf[KEY_MAX];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].want);
		CHECK_STR(key_format(rows[i].k, rows[i].arg, buf), rows[i].want);
	}
}

/* No two keys are ever the same, whatever stands in their holes. */
static void
rows_are_sound(void **state)
{
	char	 a[KEY_MAX], b[KEY_MAX];

	(void)state;
	for (int i = 0; i < KEY_N; i++) {
		const enum key	 k = (enum key)i;

		check_row("%s", key_pattern(k));
		CHECK(text_starts_with(key_pattern(k), "pms:") ||
		    text_starts_with(key_pattern(k), "updates:pms:"));
		CHECK(strpbrk(key_pattern(k), " *?[]{}") == NULL);
		key_format(k, has_hole(k) ? "x" : NULL, a);
		for (int j = 0; j < i; j++) {
			key_format((enum key)j, has_hole((enum key)j) ? "x" : NULL, b);
			CHECK(!text_eq(a, b));
		}
	}
}

/* A list that can grow says what happens when it is full; nothing else has a bound. */
static void
bounds_go_with_lists(void **state)
{
	static const char *const	 redis[] = {
		[KIND_LIST] = "list", [KIND_STRING] = "string", [KIND_HASH] = "hash",
		[KIND_ZSET] = "zset", [KIND_PUBSUB] = "channel",
	};

	(void)state;
	for (int i = 0; i < KEY_N; i++) {
		const enum key		 k = (enum key)i;
		const enum key_full	 full = key_when_full(k);
		const bool		 list = key_kind(k) == KIND_LIST;

		check_row("%s", key_pattern(k));
		CHECK_STR(key_kind_name(key_kind(k)), redis[key_kind(k)]);
		CHECK(key_bound(k) >= 0);
		CHECK(list || key_bound(k) == 0);
		if (full == FULL_REFUSE || full == FULL_WAIT || full == FULL_ALARM ||
		    full == FULL_DROP_OLDEST)
			CHECK(list && key_bound(k) > 0);
		if (full == FULL_DROP)
			CHECK_INT(key_kind(k), KIND_PUBSUB);
		if (text_starts_with(key_pattern(k), "pms:q:"))
			CHECK(list && key_bound(k) > 0);
		if (text_starts_with(key_pattern(k), "pms:events:"))
			CHECK_INT(key_kind(k), KIND_PUBSUB);
	}
}

/* What is taken from a list waits in a work list that is named by it. */
static void
work_lists_are_named_by_their_list(void **state)
{
	static const struct { const char *list, *work; } rows[] = {
		{ "pms:q:risk", "pms:work:q:risk" },
		{ "pms:q:urgent", "pms:work:q:urgent" },
		{ "pms:cmd:trade", "pms:work:cmd:trade" },
	};
	char	 buf[KEY_MAX];

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].list);
		CHECK_STR(key_format(K_WORK, key_tail(rows[i].list), buf), rows[i].work);
	}
}

/* The gateway tells events by their type, which is the end of their channel. */
static void
events_are_named_by_their_channel(void **state)
{
	int	 n = 0;

	(void)state;
	CHECK_STR(key_event_type(K_EV_ORDER_CANCELLED), "order_cancelled");
	for (int i = 0; i < KEY_N; i++) {
		const enum key	 k = (enum key)i;

		check_row("%s", key_pattern(k));
		if (!text_starts_with(key_pattern(k), "pms:events:"))
			continue;
		CHECK(!has_hole(k));
		CHECK_STR(key_event_type(k), key_pattern(k) + strlen("pms:events:"));
		n++;
	}
	CHECK(n > 0);
}

static void
longest_arguments_fit(void **state)
{
	char	 arg[KEY_MAX], buf[KEY_MAX];

	(void)state;
	check_row("a name and an id");
	memset(arg, 'x', sizeof(arg));
	arg[KEY_MAX - 1 - strlen("pms:result:")] = '\0';
	CHECK_INT(strlen(key_format(K_RESULT, arg, buf)), KEY_MAX - 1);
}

static void arg_missing(void) { char b[KEY_MAX]; key_format(K_RESULT, NULL, b); }
static void arg_too_many(void) { char b[KEY_MAX]; key_format(K_DEAD, "x", b); }
static void no_such_key(void) { key_pattern(KEY_N); }
static void not_ours(void) { key_tail("updates:pms:price:X"); }

static void
too_long(void)
{
	char	 arg[KEY_MAX], buf[KEY_MAX];

	memset(arg, 'x', sizeof(arg));
	arg[KEY_MAX - strlen("pms:result:")] = '\0';
	key_format(K_RESULT, arg, buf);
}

static void
a_wrong_key_is_a_bug(void **state)
{
	(void)state;
	check_row("keys nobody may build");
	CHECK_PANICS(arg_missing);
	CHECK_PANICS(arg_too_many);
	CHECK_PANICS(no_such_key);
	CHECK_PANICS(not_ours);
	CHECK_PANICS(too_long);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(names_of_the_contract),
		cmocka_unit_test(rows_are_sound),
		cmocka_unit_test(bounds_go_with_lists),
		cmocka_unit_test(work_lists_are_named_by_their_list),
		cmocka_unit_test(events_are_named_by_their_channel),
		cmocka_unit_test(longest_arguments_fit),
		cmocka_unit_test(a_wrong_key_is_a_bug),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
