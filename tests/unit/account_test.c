/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "riskd/account.h"
#include "tests/unit/rows.h"

#include <stdio.h>
#include <string.h>

enum { FILLS = 4000, SYMBOLS = 3, TURN = 17 };

static const char *const	symbols[SYMBOLS] = { "BTCUSDT", "ETHUSDT", "DOGEUSDT" };

static struct msg_fill
fill_of(const char *symbol, enum side side, dec_t qty, dec_t px)
{
	static int64_t	 trade_id = 1;
	struct msg_fill	 m = { .o = { .side = side, .qty = qty, .px = DEC_NONE, .leverage = 10 },
			    .order_id = 900, .e = { .trade_id = trade_id, .qty = qty, .px = px,
			    .fee = DEC_ZERO, .at = wall_from_ms(1795256152380) } };

	trade_id++;
	text_put(m.o.symbol, sizeof(m.o.symbol), symbol);
	text_put(m.o.clord_id, sizeof(m.o.clord_id), "PMS1_MKT_1");
	return m;
}

/* ---- the cases of tests/data/account.tsv --------------------------------------- */

static void
check_position(const struct account *a, const char *symbol, const char *want, const char *entry)
{
	const struct position	*p = account_position(a, symbol);
	char			 text[64] = "flat", qty[DEC_STR];

	if (p != NULL)
		snprintf(text, sizeof(text), "%s %s", names_get(&pos_side_names, (int)p->side),
		    dec_format(p->qty, qty));
	CHECK_STR(text, want);
	if (p != NULL)
		CHECK_DEC(position_entry_px(p), entry);
}

static void
check_rows_booked(const struct booking *b, const char *want)
{
	char	 text[32] = "";
	size_t	 n = 0;

	for (int i = 0; i < b->nlegs; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i > 0 ? "+" : "",
		    names_get(&action_names, (int)b->legs[i].action));
	CHECK_STR(text, want);
}

static void
run_fill(struct account *a, const char *c[])
{
	enum side	 side = SIDE_N;
	struct booking	 b;

	CHECK_INT(side_parse(c[6], &side), 0);
	struct msg_fill	 m = fill_of("BTCUSDT", side, D(c[7]), D(c[8]));
	m.o.closing = strcmp(c[10], "close") == 0;
	CHECK_DEC(account_book(a, &m, D(c[9]), &b), c[5]);
	account_apply(a, &b);
	check_position(a, "BTCUSDT", c[0], c[1]);
	check_rows_booked(&b, c[2]);
	CHECK_DEC(b.rpnl, c[3]);
	CHECK_DEC(a->balance, c[4]);
}

static void
cases_of_the_table(void **state)
{
	struct rows	 r = rows_open("tests/data/account.tsv");
	struct accounts	 t = { 0 };
	struct account	*a = accounts_get(&t, "the first of the file");
	char		*line;
	int		 fills = 0;

	(void)state;
	while ((line = rows_next(&r)) != NULL) {
		const char	*c[11];

		check_row("account.tsv:%d", r.no);
		rows_cells(line, c, NITEMS(c));
		if (strcmp(c[0], "account") == 0) {
			accounts_fini(&t);
			a = accounts_get(&t, c[2]);
			a->balance = D(c[1]);
		} else {
			run_fill(a, c);
			fills++;
		}
	}
	CHECK(fills > 0);
	accounts_fini(&t);
}

/* ---- laws ------------------------------------------------------------------------ */

/* What is known of an account without any notion of a position. */
struct tape {
	dec_t	net[SYMBOLS], cash[SYMBOLS];	/* bought less sold; received less paid */
	dec_t	fees, changes;
	dec_t	last_px[SYMBOLS];
};

static void
tape_add(struct tape *t, int i, const struct msg_fill *m, dec_t fee, const struct booking *b)
{
	const dec_t	 worth = dec_mul(m->e.qty, m->e.px, ROUND_HALF_EVEN);
	const bool	 buys = m->o.side == SIDE_BUY;

	t->net[i] = buys ? dec_add(t->net[i], m->e.qty) : dec_sub(t->net[i], m->e.qty);
	t->cash[i] = buys ? dec_sub(t->cash[i], worth) : dec_add(t->cash[i], worth);
	t->fees = dec_add(t->fees, fee);
	t->last_px[i] = m->e.px;
	for (int k = 0; k < b->nlegs; k++)
		t->changes = dec_add(t->changes, b->legs[k].change);
}

/* Steps of 0.001 and 0.1: products are exact, so that the laws are too. */
static struct msg_fill
random_fill(struct rng *r, int i)
{
	const dec_t	 qty = { (int64_t)(rng_below(r, 900) + 1) * 100000 };
	const dec_t	 px = { (int64_t)(rng_below(r, 30000) + 20000) * 10000000 };

	return fill_of(symbols[i], (enum side)rng_below(r, SIDE_N), qty, px);
}

static void
check_laws(const struct account *a, const struct tape *t, dec_t initial)
{
	dec_t	 marked = DEC_ZERO, upnl = DEC_ZERO;

	for (int i = 0; i < SYMBOLS; i++) {
		const struct position	*p = account_position(a, symbols[i]);

		CHECK(dec_cmp(p == NULL ? DEC_ZERO : position_signed_qty(p), t->net[i]) == 0);
		CHECK(p == NULL || (dec_sign(p->qty) > 0 && dec_sign(p->cost) > 0));
		marked = dec_add(marked, dec_add(t->cash[i],
		    dec_mul(t->net[i], t->last_px[i], ROUND_HALF_EVEN)));
		if (p != NULL)
			upnl = dec_add(upnl, position_upnl(p, t->last_px[i]));
	}
	CHECK(dec_cmp(a->balance, dec_add(initial, t->changes)) == 0);
	CHECK(dec_cmp(dec_add(a->balance, upnl),
	    dec_add(initial, dec_sub(marked, t->fees))) == 0);
}

/*
 * After every one of many executions: quantities are sums, the balance is the
 * initial one plus all changes, and realised plus unrealised profit is what
 * the executions are worth at the mark, less the fees, to the last digit.
 */
static void
profit_is_what_the_executions_are_worth(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct accounts	 book = { 0 };
	struct account	*a = accounts_get(&book, "a");
	struct tape	 t = { .fees = DEC_ZERO };

	(void)state;
	a->balance = D("250.5");
	for (int n = 0; n < FILLS; n++) {
		const int		 i = (int)rng_below(&r, SYMBOLS);
		const struct msg_fill	 m = random_fill(&r, i);
		const dec_t		 fee = { (int64_t)rng_below(&r, 2000001) - 500000 };
		struct booking		 b;

		check_row("execution %d", n);
		CHECK_DEC(account_book(a, &m, fee, &b), "0");
		CHECK(dec_cmp(b.fee, fee) == 0);
		account_apply(a, &b);
		tape_add(&t, i, &m, fee, &b);
		check_laws(a, &t, D("250.5"));
	}
	accounts_fini(&book);
}

/* Closing what is there and opening the rest, as one execution or as two, is the same. */
static void
a_flip_is_a_close_and_an_open(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int n = 0; n < FILLS / 4; n++) {
		struct accounts		 book = { 0 };
		struct account		*one = accounts_get(&book, "1");
		struct account		*two = accounts_get(&book, "2");
		const struct msg_fill	 open = random_fill(&r, 0);
		struct msg_fill		 flip = random_fill(&r, 0);
		struct booking		 b;

		check_row("flip %d", n);
		flip.o.side = side_opposite(open.o.side);
		flip.e.qty = dec_add(flip.e.qty, open.e.qty);
		CHECK_DEC(account_book(one, &open, D("0.01"), &b), "0");
		account_apply(one, &b);
		account_apply(two, &b);
		CHECK_DEC(account_book(one, &flip, D("0.07"), &b), "0");
		account_apply(one, &b);
		CHECK_INT(b.nlegs, 2);

		struct msg_fill	 part = flip;
		part.e.qty = open.e.qty;
		struct booking	 first, second;
		CHECK_DEC(account_book(two, &part, b.legs[0].fee, &first), "0");
		account_apply(two, &first);
		CHECK(account_position(two, "BTCUSDT") == NULL);
		part.e.qty = dec_sub(flip.e.qty, open.e.qty);
		CHECK_DEC(account_book(two, &part, b.legs[1].fee, &second), "0");
		account_apply(two, &second);

		const struct position	*p = account_position(one, "BTCUSDT");
		const struct position	*q = account_position(two, "BTCUSDT");
		CHECK(dec_cmp(one->balance, two->balance) == 0);
		CHECK(p->side == q->side && dec_cmp(p->qty, q->qty) == 0);
		CHECK(dec_cmp(p->cost, q->cost) == 0 && dec_cmp(p->fees, q->fees) == 0);
		CHECK(strcmp(p->id, first.legs[0].after.id) != 0);
		accounts_fini(&book);
	}
}

/* What may only close takes at most what is there; booked and left over are the whole. */
static void
closing_orders_never_open(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct accounts	 book = { 0 };
	struct account	*a = accounts_get(&book, "a");

	(void)state;
	for (int n = 0; n < FILLS; n++) {
		const struct position	*p = account_position(a, symbols[0]);
		const dec_t		 before = p == NULL ? DEC_ZERO : position_signed_qty(p);
		struct msg_fill		 m = random_fill(&r, 0);
		struct booking		 b;

		check_row("execution %d", n);
		m.o.closing = rng_below(&r, 2) == 0;
		const dec_t	 left = account_book(a, &m, D("0.5"), &b);
		account_apply(a, &b);
		p = account_position(a, symbols[0]);
		const dec_t	 after = p == NULL ? DEC_ZERO : position_signed_qty(p);
		const dec_t	 moved = dec_abs(dec_sub(after, before));
		CHECK(dec_cmp(dec_add(moved, left), m.e.qty) == 0);
		if (!m.o.closing)
			continue;
		CHECK(!dec_gt(dec_abs(after), dec_abs(before)));
		CHECK(dec_sign(after) * dec_sign(before) >= 0);
		CHECK_DEC(b.fee, dec_is_zero(moved) ? "0" : "0.5");
	}
	accounts_fini(&book);
}

static void
check_same(const struct account *a, const struct account *b)
{
	struct buf	 x = { 0 }, y = { 0 };

	account_write(a, &x);
	account_write(b, &y);
	CHECK_STR(buf_text(&x), buf_text(&y));
	buf_free(&x);
	buf_free(&y);
}

/* A second account lives on nothing but what was written of the first. */
static void
what_is_written_is_enough_to_go_on(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	struct accounts	 book = { 0 };
	struct account	*a = accounts_get(&book, "a"), *copy = accounts_get(&book, "copy");

	(void)state;
	for (int n = 0; n < FILLS / 4; n++) {
		struct msg_fill	 m = random_fill(&r, (int)rng_below(&r, SYMBOLS));
		struct buf	 text = { 0 };
		struct booking	 b, read;
		struct why	 why;

		check_row("execution %d", n);
		m.e.maker = rng_below(&r, 2) == 0;
		m.order_id = INT64_C(8389765739703625592) + n;
		account_book(a, &m, D("0.03"), &b);
		booking_write(&b, &text);
		CHECK_INT(booking_read(&read, text.p, text.len, &why), 0);
		CHECK_INT(read.order_id, m.order_id);
		CHECK_INT(read.e.trade_id, m.e.trade_id);
		CHECK_INT(read.e.maker, m.e.maker);
		CHECK(dec_cmp(read.e.px, m.e.px) == 0 && read.e.at.us == m.e.at.us);
		CHECK_STR(read.clord_id, m.o.clord_id);
		CHECK_INT(read.nlegs, b.nlegs);
		account_apply(a, &b);
		account_apply(copy, &read);
		if (n % TURN == 0) {
			buf_reset(&text);
			account_write(a, &text);
			CHECK_INT(account_read(copy, text.p, text.len, &why), 0);
		}
		check_same(a, copy);
		CHECK(dec_cmp(a->balance, copy->balance) == 0);
		buf_free(&text);
	}
	accounts_fini(&book);
}

/* ---- particulars -------------------------------------------------------------------- */

/* The id of a position is the same when a crash has it booked again. */
static void
ids_are_functions_of_the_execution(void **state)
{
	const struct msg_fill	 m = fill_of("BTCUSDT", SIDE_BUY, D("1"), D("100"));
	struct msg_fill		 other = m;
	struct accounts		 book = { 0 };
	struct account		*a = accounts_get(&book, "a");
	struct booking		 x, y, z;

	(void)state;
	check_row("ids");
	other.e.trade_id++;
	account_book(a, &m, DEC_ZERO, &x);
	account_book(a, &m, DEC_ZERO, &y);
	account_book(a, &other, DEC_ZERO, &z);
	CHECK_STR(y.legs[0].after.id, x.legs[0].after.id);
	CHECK(strcmp(z.legs[0].after.id, x.legs[0].after.id) != 0);
	CHECK_INT(strlen(x.legs[0].after.id), 36);
	accounts_fini(&book);
}

static void
worth_of_a_position(void **state)
{
	static const struct {
		enum pos_side	 side;
		const char	*qty, *cost, *closing;
		int		 leverage;
		const char	*px, *upnl, *margin, *free_qty;
	} rows[] = {
		{ POS_LONG,  "2", "200", "0",   10, "110", "20",  "20",         "2" },
		{ POS_SHORT, "2", "200", "0.5", 10, "110", "-20", "20",         "1.5" },
		{ POS_SHORT, "2", "200", "2",   1,  "90",  "20",  "200",        "0" },
		{ POS_LONG,  "1", "100", "3",   3,  "100", "0",   "33.33333334", "0" },
		{ POS_LONG,  "1", "100", "0",   0,  "100", "0",   "100",        "1" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct position	 p = { .side = rows[i].side, .qty = D(rows[i].qty),
		    .cost = D(rows[i].cost), .closing = D(rows[i].closing),
		    .leverage = rows[i].leverage };

		check_row("%zu", i);
		CHECK_DEC(position_upnl(&p, D(rows[i].px)), rows[i].upnl);
		CHECK_DEC(position_margin(&p), rows[i].margin);
		CHECK_DEC(position_free(&p), rows[i].free_qty);
	}
}

/* The leverage of a position stays the one it was opened with; a new one has its order's. */
static void
leverage_is_of_the_opening_order(void **state)
{
	static const struct { enum side side; const char *qty; int leverage, want; } rows[] = {
		{ SIDE_BUY, "1", 10, 10 }, { SIDE_BUY, "1", 20, 10 }, { SIDE_SELL, "1", 30, 10 },
		{ SIDE_SELL, "2", 40, 40 },
	};
	struct accounts	 book = { 0 };
	struct account	*a = accounts_get(&book, "a");

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct msg_fill	 m = fill_of("BTCUSDT", rows[i].side, D(rows[i].qty), D("100"));
		struct booking	 b;

		check_row("%zu", i);
		m.o.leverage = rows[i].leverage;
		account_book(a, &m, DEC_ZERO, &b);
		account_apply(a, &b);
		CHECK_INT(account_position(a, "BTCUSDT")->leverage, rows[i].want);
	}
	accounts_fini(&book);
}

/* What is under way is not the booking's to say. */
static void
booking_keeps_what_is_under_way(void **state)
{
	struct msg_fill	 m = fill_of("BTCUSDT", SIDE_BUY, D("2"), D("100"));
	struct accounts	 book = { 0 };
	struct account	*a = accounts_get(&book, "a");
	struct booking	 b;

	(void)state;
	check_row("watched and closing");
	account_book(a, &m, DEC_ZERO, &b);
	account_apply(a, &b);
	account_position(a, "BTCUSDT")->watched = true;
	account_position(a, "BTCUSDT")->closing = D("0.5");
	m = fill_of("BTCUSDT", SIDE_SELL, D("1"), D("100"));
	account_book(a, &m, DEC_ZERO, &b);
	account_apply(a, &b);
	CHECK(account_position(a, "BTCUSDT")->watched);
	CHECK_DEC(account_position(a, "BTCUSDT")->closing, "0.5");
	CHECK(account_position_by_id(a, b.legs[0].after.id) == account_position(a, "BTCUSDT"));
	accounts_fini(&book);
}

#define LEG	"{\"action\":\"OPEN\",\"qty\":\"1\",\"px\":\"1\",\"fee\":\"0\",\"rpnl\":\"0\"," \
	"\"change\":\"0\",\"position\":{\"id\":\"p\",\"symbol\":\"S\",\"side\":\"LONG\"," \
	"\"qty\":\"1\",\"cost\":\"1\",\"rpnl\":\"0\",\"fees\":\"0\",\"leverage\":1}}"
#define HEAD	"{\"account\":\"a\",\"symbol\":\"S\",\"orderId\":1,\"side\":\"BUY\"," \
	"\"tradeId\":1,\"qty\":\"1\",\"px\":\"1\",\"rpnl\":\"0\",\"fee\":\"0\",\"balance\":\"0\""

static void
what_cannot_be_read_says_why(void **state)
{
	static const struct { const char *json, *booking, *account; } rows[] = {
		{ HEAD ",\"legs\":[" LEG "]}", NULL, "positions" },
		{ HEAD ",\"legs\":[" LEG "," LEG "]}", NULL, "positions" },
		{ HEAD ",\"legs\":[" LEG "," LEG "," LEG "]}", "ended", "positions" },
		{ HEAD "}", "legs", "positions" },
		{ "{\"balance\":\"1\",\"positions\":[]}", "account is missing", NULL },
		{ "{\"balance\":\"1\",\"positions\":[{\"id\":\"p\"}]}", "account is missing",
		  "symbol is missing" },
		{ "{\"positions\":[]}", "account is missing", "balance is missing" },
		{ "{\"balance\":\"x\",\"positions\":[]}", "missing", "not a number" },
		{ "[]", "not a JSON object", "not a JSON object" },
		{ "", "not valid JSON", "not valid JSON" },
	};
	struct accounts	 book = { 0 };
	struct account	*a = accounts_get(&book, "a");

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const size_t	 len = strlen(rows[i].json);
		struct booking	 b;
		struct why	 why = { "" };

		check_row("%s", rows[i].json);
		CHECK_INT(booking_read(&b, rows[i].json, len, &why),
		    rows[i].booking == NULL ? 0 : -1);
		CHECK_HAS(why.text, rows[i].booking == NULL ? "" : rows[i].booking);
		why = (struct why){ "" };
		CHECK_INT(account_read(a, rows[i].json, len, &why),
		    rows[i].account == NULL ? 0 : -1);
		CHECK_HAS(why.text, rows[i].account == NULL ? "" : rows[i].account);
	}
	accounts_fini(&book);
}

static void
events_make_the_account(void **state)
{
	static const struct { const char *type, *json, *balance, *qty, *why; } rows[] = {
		{ "opened", "{\"balance\":\"10\",\"positions\":[{\"id\":\"p\",\"symbol\":\"S\","
		  "\"side\":\"LONG\",\"qty\":\"3\",\"cost\":\"6\",\"rpnl\":\"0\",\"fees\":\"0\","
		  "\"leverage\":5}]}", "10", "3", NULL },
		{ "balance_external", "{\"change\":\"2\",\"balance\":\"12\"}", "12", "3", NULL },
		{ "balance_external", "{\"change\":\"2\"}", "12", "3", "balance is missing" },
		{ "execution", HEAD ",\"legs\":[" LEG "]}", "0", "1", NULL },
		{ "execution", "{}", "0", "1", "missing" },
		{ "renamed", "{}", "0", "1", "no event of type 'renamed'" },
	};
	struct accounts	 book = { 0 };
	struct account	*a = accounts_get(&book, "a");

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct why	 why = { "" };

		check_row("%zu %s", i, rows[i].type);
		CHECK_INT(account_event_read(a, rows[i].type, rows[i].json, strlen(rows[i].json),
		    &why), rows[i].why == NULL ? 0 : -1);
		CHECK_HAS(why.text, rows[i].why == NULL ? "" : rows[i].why);
		CHECK_DEC(a->balance, rows[i].balance);
		CHECK_DEC(account_position_by_id(a, "p")->qty, rows[i].qty);
	}
	accounts_fini(&book);
}

static void
a_new_account_has_the_contracts_rules(void **state)
{
	struct accounts	 book = { 0 };

	(void)state;
	check_row("built in");
	CHECK(accounts_find(&book, "a") == NULL);
	struct account	*a = accounts_get(&book, "a");
	CHECK(accounts_find(&book, "a") == a && accounts_get(&book, "a") == a);
	CHECK_DEC(a->rules.max_leverage, "100");
	CHECK_DEC(a->rules.max_notional, "200");
	CHECK_DEC(a->rules.max_exposure, "500");
	CHECK_DEC(a->rules.liq_threshold, "0.9");
	CHECK_DEC(a->maint_rate, "0.005");
	accounts_remove(&book, a);
	CHECK(accounts_find(&book, "a") == NULL);
	accounts_fini(&book);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(cases_of_the_table),
		cmocka_unit_test(profit_is_what_the_executions_are_worth),
		cmocka_unit_test(a_flip_is_a_close_and_an_open),
		cmocka_unit_test(closing_orders_never_open),
		cmocka_unit_test(what_is_written_is_enough_to_go_on),
		cmocka_unit_test(ids_are_functions_of_the_execution),
		cmocka_unit_test(worth_of_a_position),
		cmocka_unit_test(leverage_is_of_the_opening_order),
		cmocka_unit_test(booking_keeps_what_is_under_way),
		cmocka_unit_test(what_cannot_be_read_says_why),
		cmocka_unit_test(events_make_the_account),
		cmocka_unit_test(a_new_account_has_the_contracts_rules),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
