/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/die.h"
#include "base/rng.h"
#include "base/text.h"
#include "wire/msg.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 300, LARGEST = 2048 };

#define POSITIONS	"[{\"s\":\"BTCUSDT\",\"pa\":\"-0.012\",\"ep\":\"61250.1\"}]"

#define TABLE(s, t)	{ #s, &(t), sizeof(struct s) }
static const struct table {
	const char		*name;
	const struct fields	*fields;
	size_t			 size;
} tables[] = {
	TABLE(cmd, cmd_fields), TABLE(terms, terms_fields), TABLE(msg_order, msg_order_fields),
	TABLE(msg_report, msg_report_fields), TABLE(msg_account, msg_account_fields),
	TABLE(msg_fill, msg_fill_fields), TABLE(msg_outcome, msg_outcome_fields),
	TABLE(msg_child, msg_child_fields), TABLE(msg_want, msg_want_fields),
	TABLE(price, price_fields),
};

union message {
	char		 bytes[LARGEST];
	int64_t		 aligned;
};

/* ---- filling any message by its table -------------------------------------------- */

static void
fill_text(const struct field *f, char *to, struct rng *r)
{
	static const char	 alphabet[] = "abcXYZ019_:/ \"\\\t{}[],'%";
	const size_t		 len = 1 + rng_below(r, f->size - 1);

	for (size_t i = 0; i < len; i++)
		to[i] = alphabet[rng_below(r, sizeof(alphabet) - 1)];
	to[len] = '\0';
}

static void
fill(const struct field *f, void *to, struct rng *r)
{
	const int64_t	 any = (int64_t)(rng_next(r) >> rng_below(r, 63));

	switch (f->type) {
	case F_BOOL: *(bool *)to = rng_below(r, 2) == 0; return;
	case F_DEC: *(dec_t *)to = (dec_t){ any % INT64_C(6700000000000000) }; return;
	case F_DECS: *(dec_t *)to = (dec_t){ any == INT64_MIN ? INT64_MAX : any }; return;
	case F_ENUM: *(int *)to = (int)rng_below(r, (uint64_t)f->names->n); return;
	case F_I64: case F_MONO: *(int64_t *)to = any; return;
	case F_INT: *(int *)to = (int32_t)any; return;
	case F_RAW: *(char **)to = xstrdup(POSITIONS); return;
	case F_SIDE: *(enum side *)to = (enum side)rng_below(r, SIDE_N); return;
	case F_STR: fill_text(f, to, r); return;
	case F_WALL: *(wall_t *)to = wall_from_ms((int64_t)(rng_next(r) >> 22)); return;
	}
}

static void
check_same(const struct field *f, const void *got, const void *want)
{
	if (f->type == F_STR)
		CHECK_STR(got, want);
	else if (f->type == F_RAW && *(char *const *)want != NULL)
		CHECK_STR(*(char *const *)got, *(char *const *)want);
	else
		CHECK_INT(memcmp(got, want, f->size), 0);
}

static void
release(const struct fields *t, union message *m)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].type == F_RAW)
			free(*(char **)(void *)(m->bytes + t->v[i].offset));
}

/* Some members are left empty: what must be there never is. */
static void
round_trip(const struct table *t, struct rng *r, uint64_t empty_of_4)
{
	union message		 sent, got;
	struct buf		 json = { 0 };
	struct field_fault	 ff = { .text = "" };

	fields_blank(t->fields, &sent, t->size);
	for (size_t i = 0; i < t->fields->n; i++) {
		const struct field	*f = &t->fields->v[i];

		if ((f->flags & FIELD_REQUIRED) != 0 || rng_below(r, 4) >= empty_of_4)
			fill(f, sent.bytes + f->offset, r);
	}
	fields_object(t->fields, &sent, &json);
	check_row("%s %s", t->name, buf_text(&json));
	fields_blank(t->fields, &got, t->size);
	const int	 rc = fields_read(t->fields, &got, json.p, json.len, &ff);
	CHECK_STR(ff.text, "");
	CHECK_INT(rc, 0);
	for (size_t i = 0; i < t->fields->n; i++) {
		const struct field	*f = &t->fields->v[i];

		check_row("%s.%s in %s", t->name, f->name, buf_text(&json));
		check_same(f, got.bytes + f->offset, sent.bytes + f->offset);
	}
	release(t->fields, &sent);
	release(t->fields, &got);
	buf_free(&json);
}

static void
what_is_sent_is_received(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (size_t i = 0; i < NITEMS(tables); i++)
		for (int n = 0; n < ROUNDS; n++)
			for (uint64_t empty_of_4 = 0; empty_of_4 <= 4; empty_of_4 += 2)
				round_trip(&tables[i], &r, empty_of_4);
}

/* ---- the tables themselves --------------------------------------------------------- */

static void
names_and_places_are_unique(void **state)
{
	(void)state;
	for (size_t t = 0; t < NITEMS(tables); t++) {
		const struct fields	*f = tables[t].fields;

		for (size_t i = 0; i < f->n; i++) {
			check_row("%s.%s", tables[t].name, f->v[i].name);
			CHECK(f->v[i].offset + f->v[i].size <= tables[t].size);
			CHECK(strchr(f->v[i].name, '.') == NULL);
			CHECK_INT(f->v[i].type == F_ENUM, f->v[i].names != NULL);
			for (size_t j = 0; j < i; j++) {
				CHECK(!text_eq(f->v[i].name, f->v[j].name));
				CHECK(f->v[i].offset >= f->v[j].offset + f->v[j].size ||
				    f->v[j].offset >= f->v[i].offset + f->v[i].size);
			}
		}
	}
}

/* A hole as large as the largest alignment is no padding: a member without a row. */
static void
every_member_has_a_row(void **state)
{
	(void)state;
	for (size_t t = 0; t < NITEMS(tables); t++) {
		char	 covered[LARGEST] = { 0 };
		size_t	 hole = 0;

		for (size_t i = 0; i < tables[t].fields->n; i++) {
			const struct field	*f = &tables[t].fields->v[i];

			memset(covered + f->offset, 1, f->size);
		}
		for (size_t i = 0; i < tables[t].size; i++) {
			hole = covered[i] != 0 ? 0 : hole + 1;
			check_row("%s, byte %zu", tables[t].name, i);
			CHECK(hole < sizeof(int64_t));
		}
	}
}

/* Two items of a list are never equal byte for byte: each message but a view has its id first. */
static void
messages_have_ids(void **state)
{
	(void)state;
	for (size_t t = 0; t < NITEMS(tables); t++) {
		const struct field	*first = &tables[t].fields->v[0];

		if (tables[t].fields == &terms_fields || tables[t].fields == &price_fields)
			continue;
		check_row("%s", tables[t].name);
		CHECK_STR(first->name, "id");
		CHECK_INT(first->size, ITEM_ID);
		CHECK((first->flags & FIELD_REQUIRED) != 0);
	}
}

/* ---- commands and prices ------------------------------------------------------------ */

/* As the queues of the contract are called, 1.3. */
static void
commands_are_named_by_their_queues(void **state)
{
	static const struct { enum command what; const char *name; } rows[] = {
		{ CMD_TRADE, "trade" }, { CMD_LIMIT, "limit" }, { CMD_SCALE, "scale" },
		{ CMD_CLOSE, "close" }, { CMD_CLOSE_ALL, "close_all" }, { CMD_CANCEL, "cancel" },
		{ CMD_CANCEL_ALL, "cancel_all" }, { CMD_BASKET, "basket" }, { CMD_CHASE, "chase" },
		{ CMD_CHASE_CANCEL, "chase_cancel" }, { CMD_SCALPER, "scalper" },
		{ CMD_SCALPER_CANCEL, "scalper_cancel" }, { CMD_TWAP, "twap" },
		{ CMD_TWAP_CANCEL, "twap_cancel" }, { CMD_TWAP_BASKET, "twap_basket" },
		{ CMD_TWAP_BASKET_CANCEL, "twap_basket_cancel" }, { CMD_TRAIL_STOP, "trail_stop" },
		{ CMD_TRAIL_STOP_CANCEL, "trail_stop_cancel" }, { CMD_VALIDATE, "validate" },
		{ CMD_ADMIN_CLOSE, "admin_close" }, { CMD_ADMIN_TAKEOVER, "admin_takeover" },
	};

	(void)state;
	_Static_assert(NITEMS(rows) == CMD_N, "21 queues");
	for (size_t i = 0; i < NITEMS(rows); i++) {
		check_row("%s", rows[i].name);
		CHECK_STR(names_get(&command_names, (int)rows[i].what), rows[i].name);
		CHECK_INT(names_find(&command_names, rows[i].name), rows[i].what);
	}
}

/* What is read is what was written: no name is missing, and none stands for two. */
static void
every_kind_has_a_name_of_its_own(void **state)
{
	static const struct { const char *what; const struct names *names; } rows[] = {
		{ "command", &command_names }, { "venue_status", &venue_status_names },
		{ "outcome", &outcome_names }, { "child", &child_names },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++)
		for (int k = 0; k < rows[i].names->n; k++) {
			check_row("%s %d", rows[i].what, k);
			CHECK(rows[i].names->v[k] != NULL && *rows[i].names->v[k] != '\0');
			CHECK_INT(names_find(rows[i].names, rows[i].names->v[k]), k);
		}
}

static void
a_blank_command_has_no_numbers(void **state)
{
	const struct cmd	 c = cmd_blank(CMD_LIMIT);

	(void)state;
	check_row("limit");
	CHECK_INT(c.what, CMD_LIMIT);
	CHECK(!dec_ok(c.qty) && !dec_ok(c.px));
	CHECK(!dec_ok(c.callback_pct) && !dec_ok(c.activation_px));
	CHECK_INT(c.leverage, 1);
	CHECK_INT(c.origin, ORIGIN_MANUAL);
	CHECK(!c.side_given && !c.reduce_only && !c.force);
	CHECK_STR(c.request_id, "");
}

static void
risk_is_judged_by_mark_else_mid(void **state)
{
	static const struct { const char *mark, *mid, *want; } rows[] = {
		{ "100", "101", "100" }, { "null", "101", "101" }, { "100", "null", "100" },
		{ "null", "null", "null" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct price	 p = { .bid = D("90"), .ask = D("110"),
					    .mark = D(rows[i].mark), .mid = D(rows[i].mid) };

		check_row("mark %s mid %s", rows[i].mark, rows[i].mid);
		CHECK_DEC(price_for_risk(&p), rows[i].want);
	}
}

/* The gateway reads the price with JSON.parse: numbers, null where there is none. */
static void
a_price_as_the_gateway_reads_it(void **state)
{
	const struct price	 p = {
		.bid = D("61250.1"), .ask = D("61250.2"), .mid = D("61250.15"),
		.mark = DEC_NONE, .ts = wall_from_ms(1795256152380), .source = "l1",
	};
	struct buf		 b = { 0 };

	(void)state;
	check_row("no mark yet");
	fields_object(&price_fields, &p, &b);
	CHECK_STR(buf_text(&b), "{\"bid\":61250.1,\"ask\":61250.2,\"mid\":61250.15,\"mark\":null,"
	    "\"ts\":1795256152380,\"source\":\"l1\"}");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(what_is_sent_is_received),
		cmocka_unit_test(names_and_places_are_unique),
		cmocka_unit_test(every_member_has_a_row),
		cmocka_unit_test(messages_have_ids),
		cmocka_unit_test(commands_are_named_by_their_queues),
		cmocka_unit_test(every_kind_has_a_name_of_its_own),
		cmocka_unit_test(a_blank_command_has_no_numbers),
		cmocka_unit_test(risk_is_judged_by_mark_else_mid),
		cmocka_unit_test(a_price_as_the_gateway_reads_it),
	};

	return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
