/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "riskd/limit.h"
#include "tests/unit/rows.h"

#include <stdio.h>
#include <string.h>

enum { CASES = 20000, STALE_MS = 10000 };

/* Everything an order is judged by; the account and the instrument may be left out. */
struct world {
	struct accounts	 accounts;
	struct account	*a;
	struct instr	 btc;
	struct market	 market;
	struct question	 q;
	bool		 no_account, no_instr;
	dec_t		 mark, mid, eth_mark, btc_closing;
	int64_t		 age_ms;
};

static void
put_position(struct account *a, const char *symbol, const char *text)
{
	char		 qty[DEC_STR];
	const char	*at = strchr(text, '@');
	struct msg_fill	 m = { .o = { .leverage = 10 }, .e = { .trade_id = 1 } };
	struct booking	 b;

	CHECK(at != NULL);
	CHECK_INT(text_copyn(qty, sizeof(qty), text, (size_t)(at - text)), 0);
	m.o.side = dec_sign(D(qty)) > 0 ? SIDE_BUY : SIDE_SELL;
	m.e.qty = dec_abs(D(qty));
	m.e.px = D(at + 1);
	text_put(m.o.symbol, sizeof(m.o.symbol), symbol);
	account_book(a, &m, DEC_ZERO, &b);
	account_apply(a, &b);
}

static void
world_init(struct world *w)
{
	*w = (struct world){ .market = { .stale_ms = STALE_MS },
	    .btc = { .symbol = "BTCUSDT", .base = "BTC", .quote = "USDT", .trading = true,
		.tick = D("0.1"), .lot = { D("0.001"), D("0.001"), D("1000") },
		.market_lot = { D("0.001"), D("0.001"), D("120") }, .min_notional = D("50") },
	    .mark = D("60000.95"), .mid = DEC_NONE, .eth_mark = DEC_NONE, .btc_closing = DEC_ZERO,
	    .q = { .symbol = "BTCUSDT", .side = SIDE_BUY, .qty = D("0.01"), .px = DEC_NONE,
		.leverage = 10, .now = { INT64_C(86400000000) } } };
	w->a = accounts_get(&w->accounts, "a");
	w->a->balance = D("100000");
	w->a->rules = (struct rules){ D("100"), D("50000"), D("500000"), D("0.9") };
}

static void
world_judge(struct world *w, struct verdict *v)
{
	const struct price	 px = { .bid = DEC_NONE, .ask = DEC_NONE, .mid = w->mid,
				    .mark = w->mark };
	const struct price	 eth = { .bid = DEC_NONE, .ask = DEC_NONE, .mid = DEC_NONE,
				    .mark = w->eth_mark };
	struct position		*p = account_position(w->a, "BTCUSDT");

	if (dec_ok(w->mark) || dec_ok(w->mid))
		market_heard(&w->market, "BTCUSDT", &px, mono_after_ms(w->q.now, -w->age_ms));
	if (dec_ok(w->eth_mark))
		market_heard(&w->market, "ETHUSDT", &eth, w->q.now);
	if (p != NULL)
		p->closing = w->btc_closing;
	w->q.account = w->no_account ? NULL : w->a;
	w->q.instr = w->no_instr ? NULL : &w->btc;
	w->q.market = &w->market;
	limit_judge(&w->q, v);
}

static void
world_fini(struct world *w)
{
	market_fini(&w->market);
	accounts_fini(&w->accounts);
}

/* ---- the cases of tests/data/limit.tsv ------------------------------------------------ */

static void
set_word(struct world *w, const char *key, const char *value)
{
	const struct { const char *key; dec_t *into; } decs[] = {
		{ "balance", &w->a->balance }, { "reserved", &w->a->reserved },
		{ "max_leverage", &w->a->rules.max_leverage },
		{ "max_notional", &w->a->rules.max_notional },
		{ "max_exposure", &w->a->rules.max_exposure },
		{ "qty", &w->q.qty }, { "px", &w->q.px }, { "closing", &w->btc_closing },
		{ "mark", &w->mark }, { "mid", &w->mid }, { "eth_mark", &w->eth_mark },
		{ "tick", &w->btc.tick }, { "px_min", &w->btc.px_min },
		{ "px_max", &w->btc.px_max }, { "px_up", &w->btc.px_up },
		{ "px_down", &w->btc.px_down },
	};

	for (size_t i = 0; i < NITEMS(decs); i++) {
		if (strcmp(key, decs[i].key) != 0)
			continue;
		*decs[i].into = strcmp(value, "none") == 0 ? DEC_NONE : D(value);
		return;
	}
	if (strcmp(key, "side") == 0)
		CHECK_INT(side_parse(value, &w->q.side), 0);
	else if (strcmp(key, "leverage") == 0)
		w->q.leverage = atoi(value);
	else if (strcmp(key, "age") == 0)
		w->age_ms = atoi(value);
	else if (strcmp(key, "reduce") == 0)
		w->q.reduce_only = strcmp(value, "1") == 0;
	else if (strcmp(key, "off_tick") == 0)
		w->q.tick_strict = strcmp(value, "deny") == 0;
	else if (strcmp(key, "status") == 0)
		w->a->status = (enum account_status)names_find(&account_status_names, value);
	else if (strcmp(key, "account") == 0)
		w->no_account = true;
	else if (strcmp(key, "instr") == 0) {
		w->no_instr = strcmp(value, "none") == 0;
		w->btc.trading = false;
	} else if (strcmp(key, "btc") == 0)
		put_position(w->a, "BTCUSDT", value);
	else if (strcmp(key, "eth") == 0)
		put_position(w->a, "ETHUSDT", value);
	else
		CHECK_STR(key, "a word of limit.tsv");
}

static void
set_words(struct world *w, const char *given)
{
	char	 text[240], *save;

	CHECK_INT(text_copy(text, sizeof(text), given), 0);
	for (char *word = strtok_r(text, " ", &save); word != NULL;
	    word = strtok_r(NULL, " ", &save)) {
		const size_t	 n = strcspn(word, "=");

		CHECK(word[n] == '=');
		word[n] = '\0';
		set_word(w, word, word + n + 1);
	}
}

static const char *
findings_text(const struct verdict *v, char *text, size_t cap)
{
	size_t	 n = (size_t)snprintf(text, cap, "%s", v->n == 0 ? "ok" : "");

	for (int i = 0; i < v->n && n < cap; i++)
		n += (size_t)snprintf(text + n, cap - n, "%s%s", i > 0 ? " " : "",
		    v->findings[i].text);
	return text;
}

/* What the gateway is told for each finding: the contract's codes. */
static const struct {
	const char	*says, *check, *code;
} codes[] = {
	{ "ACCOUNT_NOT_FOUND",     "account",      "ACCOUNT_NOT_FOUND" },
	{ "INVALID_SYMBOL",        "instrument",   "VALIDATION_FAILED" },
	{ "SYMBOL_NOT_TRADING",    "instrument",   "VALIDATION_FAILED" },
	{ "OFF_TICK",              "tick",         "PRICE_OFF_TICK" },
	{ "MAX_PRICE",             "range",        "PRICE_OUT_OF_RANGE" },
	{ "MIN_PRICE",             "range",        "PRICE_OUT_OF_RANGE" },
	{ "PERCENT_PRICE",         "range",        "PRICE_OUT_OF_RANGE" },
	{ "MIN_QTY",               "quantity",     "VALIDATION_FAILED" },
	{ "MAX_QTY",               "quantity",     "VALIDATION_FAILED" },
	{ "NOTHING_TO_REDUCE",     "reducible",    "RISK_REJECTED" },
	{ "CLOSE_IN_FLIGHT",       "reducible",    "CLOSE_IN_FLIGHT" },
	{ "ACCOUNT_FROZEN",        "status",       "ACCOUNT_FROZEN" },
	{ "NO_PRICE",              "price",        "NO_PRICE" },
	{ "NUMBER_TOO_LARGE",      "numbers",      "VALIDATION_FAILED" },
	{ "MIN_NOTIONAL",          "min_notional", "VALIDATION_FAILED" },
	{ "MAX_LEVERAGE",          "leverage",     "MAX_LEVERAGE_EXCEEDED" },
	{ "MAX_NOTIONAL",          "notional",     "MAX_NOTIONAL_EXCEEDED" },
	{ "MAX_EXPOSURE",          "exposure",     "MAX_EXPOSURE_EXCEEDED" },
	{ "INSUFFICIENT_MARGIN",   "margin",       "INSUFFICIENT_MARGIN" },
	{ "MARGIN_RATIO_EXCEEDED", "usage",        "MARGIN_RATIO_EXCEEDED" },
};
static int	told[NITEMS(codes)];

static void
check_code(const struct finding *f)
{
	char	 name[64];

	CHECK_INT(text_copyn(name, sizeof(name), f->text, strcspn(f->text, ":")), 0);
	for (size_t i = 0; i < NITEMS(codes); i++) {
		if (strcmp(name, codes[i].says) != 0)
			continue;
		CHECK_STR(f->check, codes[i].check);
		CHECK_STR(deny_code(f->code), codes[i].code);
		told[i]++;
		return;
	}
	CHECK_STR(name, "a finding of the table above");
}

static void
cases_of_the_table(void **state)
{
	struct rows	 r = rows_open("tests/data/limit.tsv");
	char		*line;

	(void)state;
	while ((line = rows_next(&r)) != NULL) {
		const char	*c[4];
		char		 text[1024];
		struct world	 w;
		struct verdict	 v;

		check_row("limit.tsv:%d", r.no);
		rows_cells(line, c, NITEMS(c));
		world_init(&w);
		set_words(&w, c[3]);
		world_judge(&w, &v);
		CHECK_STR(findings_text(&v, text, sizeof(text)), c[0]);
		CHECK_DEC(v.qty, c[1]);
		CHECK_DEC(v.closing, c[2]);
		for (int i = 0; i < v.n; i++)
			check_code(&v.findings[i]);
		world_fini(&w);
	}
	for (size_t i = 0; i < NITEMS(codes); i++) {
		check_row("a row of limit.tsv for %s", codes[i].says);
		CHECK(told[i] > 0);
	}
}

/* The manual lists them by these names, in this order. */
static void
checks_have_names(void **state)
{
	size_t	 n = 0;

	(void)state;
	for (size_t i = 0; i < NITEMS(codes); i++) {
		check_row("check %zu", n);
		if (i > 0 && strcmp(codes[i].check, codes[i - 1].check) == 0)
			continue;
		CHECK_STR(limit_check_name(n++), codes[i].check);
	}
	CHECK(limit_check_name(n) == NULL);
}

/* ---- what is computed --------------------------------------------------------------- */

/* The contract's example, and what the old engine answered where it was right. */
static void
values_of_the_contract(void **state)
{
	static const struct {
		const char	*name, *given, *px, *notional, *required, *available, *exposure,
				*equity, *maintenance, *usage;
	} rows[] = {
		{ "worked example of 7.2", "balance=100 eth=1@400 qty=1 mark=100",
		  "100", "100", "1", "95", "400", "100", "5", "0.05" },
		{ "adds to a long", "btc=0.01@60002",
		  "60000.95", "600.0095", "6.000095", "99987.989205", "0", "99999.9895",
		  "12.000295", "0.00012" },
		{ "reduces a part", "btc=0.01@60002 side=SHORT qty=0.004",
		  "60000.95", "240.0038", "0", "99996.39358", "0", "99999.9937", "3.60012",
		  "0.000036" },
		{ "closes all of it", "btc=0.01@60002 side=SELL",
		  "60000.95", "600.0095", "0", "100000", "0", "100000", "0", "0" },
		{ "flips", "btc=0.01@60002 side=SELL qty=0.02",
		  "60000.95", "1200.019", "0", "99993.999905", "0", "100000", "6.000095",
		  "0.00006" },
		{ "a short's loss counts", "btc=-1@60000 side=SELL",
		  "60000.95", "600.0095", "6.000095", "99393.049905", "0", "99999.05", "606.000095",
		  "0.00606006" },
		{ "another symbol's profit counts", "eth=1@400 eth_mark=410",
		  "60000.95", "600.0095", "6.000095", "99999.999905", "400", "100010", "10.000095",
		  "0.00009999" },
		{ "max leverage 20", "balance=1000 max_leverage=20 qty=0.05 leverage=20",
		  "60000.95", "3000.0475", "150.002375", "849.997625", "0", "1000", "150.002375",
		  "0.15000238" },
		{ "what is under way is exposure", "reserved=1000",
		  "60000.95", "600.0095", "6.000095", "99983.999905", "1000", "100000",
		  "16.000095", "0.00016" },
		{ "a LIMIT counts at its own price", "px=50000",
		  "50000", "500", "5", "99995", "0", "100000", "5", "0.00005" },
		{ "at the price it is sent with", "px=50000.19",
		  "50000.1", "500.001", "5.00001", "99994.99999", "0", "100000", "5.00001",
		  "0.00005" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	 w;
		struct verdict	 v;

		check_row("%s", rows[i].name);
		world_init(&w);
		set_words(&w, rows[i].given);
		world_judge(&w, &v);
		CHECK_INT(v.n, 0);
		CHECK(v.has_values);
		CHECK_DEC(v.values.px, rows[i].px);
		CHECK_DEC(v.values.notional, rows[i].notional);
		CHECK_DEC(v.values.required, rows[i].required);
		CHECK_DEC(v.values.available, rows[i].available);
		CHECK_DEC(v.values.exposure, rows[i].exposure);
		CHECK_DEC(v.values.equity, rows[i].equity);
		CHECK_DEC(v.values.maintenance, rows[i].maintenance);
		CHECK_DEC(v.values.usage, rows[i].usage);
		world_fini(&w);
	}
}

/* The contract leaves them out where the first checks fail. */
static void
values_where_they_make_sense(void **state)
{
	static const struct { const char *given; bool want; } rows[] = {
		{ "account=none", false }, { "instr=none", false }, { "status=FROZEN", false },
		{ "mark=none", false }, { "leverage=125", true }, { "qty=1", true },
		{ "side=SELL btc=1@60000", true }, { "side=SELL btc=1@60000 mark=none", false },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	 w;
		struct verdict	 v;

		check_row("%s", rows[i].given);
		world_init(&w);
		set_words(&w, rows[i].given);
		world_judge(&w, &v);
		CHECK_INT(v.has_values, rows[i].want);
		world_fini(&w);
	}
}

/* The price that is sent: none of a market order, never a worse one than was asked for. */
static void
prices_are_rounded_for_the_asker(void **state)
{
	static const struct { const char *given, *want; } rows[] = {
		{ "", "null" },
		{ "px=60000.1", "60000.1" },
		{ "px=60000.19", "60000.1" },
		{ "px=60000.11 side=SELL", "60000.2" },
		{ "px=60000.1 off_tick=deny", "60000.1" },
		{ "px=60000.19 px_min=0.05", "60000.15" },
		{ "px=60000.123456 tick=0", "60000.123456" },
		{ "px=60000.11 btc=0.02@60002 side=SELL reduce=1", "60000.2" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct world	 w;
		struct verdict	 v;

		check_row("%s", rows[i].given);
		world_init(&w);
		set_words(&w, rows[i].given);
		world_judge(&w, &v);
		CHECK_INT(v.n, 0);
		CHECK_DEC(v.px, rows[i].want);
		world_fini(&w);
	}
}

/* ---- laws -------------------------------------------------------------------------------- */

/* From dust to what no product can hold. */
static dec_t
random_number(struct rng *r)
{
	const int	 bits = (int)rng_below(r, 63) + 1;

	return (dec_t){ (int64_t)(rng_next(r) >> (64 - bits)) };
}

static void
random_world(struct world *w, struct rng *r)
{
	static const char	*positions[] = { "btc=0.5@60000", "btc=-0.5@60000", "eth=2@3000",
		"" };

	world_init(w);
	set_words(w, positions[rng_below(r, NITEMS(positions))]);
	w->a->status = (enum account_status)rng_below(r, ACC_STATUS_N);
	w->q.side = (enum side)rng_below(r, SIDE_N);
	w->q.qty = random_number(r);
	w->q.reduce_only = rng_below(r, 2) == 0;
	w->q.leverage = (int)rng_below(r, 126);
	w->btc_closing = rng_below(r, 2) == 0 ? DEC_ZERO : D("0.2");
	if (rng_below(r, 2) == 0)
		w->mark = random_number(r);
	if (rng_below(r, 3) == 0)
		w->q.px = random_number(r);
	if (rng_below(r, 3) == 0)
		w->a->balance = dec_neg(random_number(r));
	if (rng_below(r, 3) == 0)
		w->a->reserved = random_number(r);
	if (rng_below(r, 3) == 0)
		w->a->rules = (struct rules){ random_number(r), random_number(r),
		    random_number(r), D("0.9") };
}

/* Whatever the numbers: there is a verdict, and it hands on nothing it should not. */
static void
any_numbers_have_a_verdict(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int n = 0; n < CASES; n++) {
		struct world	 w;
		struct verdict	 v;

		check_row("case %d", n);
		random_world(&w, &r);
		world_judge(&w, &v);
		const struct position	*p = account_position(w.a, "BTCUSDT");
		CHECK(!dec_gt(v.qty, w.q.qty));
		/* A price that cannot be sent ends the ladder before its quantity is looked at. */
		CHECK((v.n == 1 && strcmp(v.findings[0].check, "range") == 0) ||
		    dec_cmp(dec_add(v.closing, v.opening), v.qty) == 0);
		CHECK(dec_is_zero(v.closing) || !dec_gt(v.closing, position_free(p)));
		if (v.n == 0) {
			CHECK(dec_is_multiple(v.qty, w.btc.lot.step) && !dec_is_zero(v.qty));
			CHECK_INT(dec_ok(v.px), dec_ok(w.q.px));
			CHECK(!dec_ok(v.px) || (dec_sign(v.px) > 0 &&
			    dec_is_multiple(v.px, w.btc.tick)));
			CHECK(!dec_ok(v.px) || (w.q.side == SIDE_BUY ? !dec_gt(v.px, w.q.px) :
			    !dec_lt(v.px, w.q.px)));
			CHECK(dec_is_zero(v.opening) || (w.a->status == ACC_ACTIVE &&
			    !w.q.reduce_only && v.has_values));
		}
		world_fini(&w);
	}
}

/* Reductions pass whatever the state of the account, its rules and the market: only a
 * price the exchange does not take stops them. */
static void
reductions_always_pass(void **state)
{
	struct rng	 r = rng_seed(check_seed());

	(void)state;
	for (int n = 0; n < CASES / 10; n++) {
		struct world	 w;
		struct verdict	 v;

		check_row("case %d", n);
		random_world(&w, &r);
		if (account_position(w.a, "BTCUSDT") == NULL)
			put_position(w.a, "BTCUSDT",
			    rng_below(&r, 2) == 0 ? "1@60000" : "-1@60000");
		w.q.side = side_closing(account_position(w.a, "BTCUSDT")->side);
		w.q.qty = (dec_t){ (int64_t)(rng_below(&r, 300) + 1) * 100000 };
		w.q.px = rng_below(&r, 2) == 0 ? DEC_NONE : D("59999.95");
		w.age_ms = (int64_t)rng_below(&r, 3) * STALE_MS;
		world_judge(&w, &v);
		CHECK_INT(v.n, 0);
		CHECK(dec_cmp(v.closing, w.q.qty) == 0);
		world_fini(&w);
	}
}

/* Less of what would have been allowed is allowed, down to the least the exchange takes. */
static void
less_is_never_worse(void **state)
{
	struct rng	 r = rng_seed(check_seed());
	int		 passed = 0;

	(void)state;
	for (int n = 0; n < CASES / 10; n++) {
		struct world	 w;
		struct verdict	 v;

		check_row("case %d", n);
		world_init(&w);
		set_words(&w, rng_below(&r, 2) == 0 ? "eth=2@3000" : "");
		w.a->balance = (dec_t){ (int64_t)(rng_below(&r, 2000) + 1) * DEC_ONE_E8 };
		w.q.qty = (dec_t){ (int64_t)(rng_below(&r, 2000) + 2) * 100000 };
		world_judge(&w, &v);
		if (v.n == 0) {
			passed++;
			w.q.qty = dec_sub(w.q.qty, D("0.001"));
			world_judge(&w, &v);
			CHECK_INT(v.n, 0);
		}
		world_fini(&w);
	}
	CHECK(passed > CASES / 100);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(cases_of_the_table),
		cmocka_unit_test(checks_have_names),
		cmocka_unit_test(values_of_the_contract),
		cmocka_unit_test(values_where_they_make_sense),
		cmocka_unit_test(prices_are_rounded_for_the_asker),
		cmocka_unit_test(any_numbers_have_a_verdict),
		cmocka_unit_test(reductions_always_pass),
		cmocka_unit_test(less_is_never_worse),
	};

	return cmocka_run_group_tests_name("limit", tests, NULL, NULL);
}
