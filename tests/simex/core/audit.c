/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/audit.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/finding.h"
#include "tests/simex/core/form.h"
#include "tests/simex/core/wallet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORDER_KEY = SYMBOL + 24 };
struct audited {
	char		 key[ORDER_KEY];	/* contract and order id */
	dec_t		 qty, cum;
	bool		 over;
	struct node	 node;
};

struct asked_id {
	char		*id;
	struct node	 node;
};

static const char *const check_names[] = {
	[CHECK_CAUSE] = "cause", [CHECK_ORDER] = "order", [CHECK_EXECUTION] = "execution",
	[CHECK_TRADE_ID] = "trade id", [CHECK_FEE] = "fee", [CHECK_PROFIT] = "profit",
	[CHECK_POSITION] = "position", [CHECK_BALANCE] = "balance", [CHECK_EVENT] = "event",
	[CHECK_DELIVERY] = "delivery",
};
_Static_assert(NITEMS(check_names) == CHECK_N, "check_names");

/* ---- findings ------------------------------------------------------------------------ */

void
audit_find(struct audit *a, int64_t line, enum audit_check what, const char *fmt, ...)
{
	struct why	 text;
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(text.text, sizeof(text.text), fmt, ap);
	va_end(ap);
	a->findings++;
	buf_addf(&a->said, "line %lld: %s: %s\n", (long long)line, check_names[what], text.text);
}

void
audit_same(struct audit *a, enum audit_check what, const char *name, dec_t got, dec_t want)
{
	char	 g[DEC_STR], w[DEC_STR];

	HOLDS(a, what, got.e8 == want.e8, "%s is %s, expected %s", name, dec_format(got, g),
	    dec_format(want, w));
}

/* ---- what was asked for ----------------------------------------------------------------- */

static int64_t
param(const struct form *f, const char *name, int64_t absent)
{
	const char	*text = form_str(f, name);
	int64_t		 v;

	return text == NULL || text_to_i64(text, INT64_MIN + 1, INT64_MAX, &v) == -1 ? absent : v;
}

static void
heed_clear(struct audit *a, const struct form *f)
{
	(void)f;
	a->asked.twice = a->asked.muted = a->asked.drifted = false;
	a->asked.lose = 0;
}

static void
heed_drift(struct audit *a, const struct form *f)
{
	a->asked.drifted = param(f, "on", 0) != 0;
}

static void
heed_events(struct audit *a, const struct form *f)
{
	a->asked.twice = param(f, "dup", a->asked.twice) != 0;
	a->asked.lose = param(f, "lose", a->asked.lose);
}

static void
heed_expire_key(struct audit *a, const struct form *f)
{
	(void)f;
	a->heard = false;
}

static void
heed_fees(struct audit *a, const struct form *f)
{
	(void)f;
	a->fees_vary = true;
}

static void
heed_mute(struct audit *a, const struct form *f)
{
	a->asked.muted = param(f, "on", 0) != 0;
}

static void (*const heeds[])(struct audit *, const struct form *) = {
	[HEED_CLEAR] = heed_clear, [HEED_DRIFT] = heed_drift, [HEED_EVENTS] = heed_events,
	[HEED_EXPIRE_KEY] = heed_expire_key, [HEED_FEES] = heed_fees, [HEED_MUTE] = heed_mute,
};
_Static_assert(NITEMS(heeds) == HEED_N, "heeds");

static void
obey(struct audit *a, const char *uri)
{
	const enum audit_heed	 what = a->heed(uri);
	const char		*mark = strchr(uri, '?');
	struct form		 f = { 0 };

	if (what == HEED_NOTHING)
		return;
	form_parse(&f, mark == NULL ? "" : mark + 1, "", 0);
	heeds[what](a, &f);
	form_free(&f);
}

static int
read_verb(struct audit *a, const struct line *l, struct why *why)
{
	int64_t		 http, order_id;
	struct span	 list = line_raw(l, "does"), value;

	if (line_bytes(l, "uri", "hex", &a->text[0], why) == -1 ||
	    line_int(l, "http", &http, why) == -1 || line_int(l, "orderId", &order_id, why) == -1)
		return -1;
	a->input = (struct audit_input){ a->n, http == 200, order_id };
	if (http != 200)
		return 0;
	obey(a, buf_text(&a->text[0]));
	while (list.p != NULL && line_next(&list, &value)) {
		buf_reset(&a->text[0]);
		buf_add(&a->text[0], value.p + 1, value.len > 2 ? value.len - 2 : 0);
		obey(a, buf_text(&a->text[0]));
	}
	return 0;
}

static void
remember_id(struct audit *a, const char *id)
{
	if (*id == '\0' || map_find(&a->algo_ids, id) != NULL)
		return;
	struct asked_id	*k = xcalloc(1, sizeof(*k));
	k->id = xstrdup(id);
	map_put(&a->algo_ids, &k->node, k->id);
}

static int
read_request(struct audit *a, const struct line *l, struct why *why)
{
	const bool	 executed = line_is(l, "verdict", "executed");
	int64_t		 order_id;

	if (line_int(l, "orderId", &order_id, why) == -1 ||
	    line_str(l, "method", &a->text[0], why) == -1 ||
	    line_bytes(l, "path", "pathHex", &a->text[1], why) == -1 ||
	    line_str(l, "clientOrderId", &a->text[2], why) == -1)
		return -1;
	const char	*method = buf_text(&a->text[0]), *path = buf_text(&a->text[1]);
	const bool	 makes = text_eq(method, "POST") || text_eq(method, "PUT");
	/* Of a batch it says the first one. */
	if (text_ends_with(path, "/batchOrders"))
		order_id = 0;
	a->input = (struct audit_input){ a->n, executed && makes, order_id };
	if (executed && text_eq(path, "/fapi/v1/listenKey"))
		a->heard = makes;
	if (executed && text_eq(path, "/fapi/v1/algoOrder") && makes)
		remember_id(a, buf_text(&a->text[2]));
	return 0;
}

/* ---- orders and executions ------------------------------------------------------------------ */

static struct audited *
find_order(const struct audit *a, const char *key)
{
	struct node	*n = map_find(&a->orders, key);

	return n == NULL ? NULL : MAP_OF(n, struct audited, node);
}

/* Orders that the exchange makes of its own accord, by their client order ids. */
static bool
is_made_here(const struct audit *a, const char *id)
{
	static const char *const	 heads[] = {
		"adl_autoclose", "autoclose-", "delivery_autoclose-", "settlement_autoclose-",
	};

	for (size_t i = 0; i < NITEMS(heads); i++)
		if (text_starts_with(id, heads[i]))
			return true;
	return map_find(&a->algo_ids, id) != NULL;
}

static int
read_key(struct audit *a, const struct line *l, char key[ORDER_KEY], int64_t *id, struct why *why)
{
	if (line_str(l, "symbol", &a->text[0], why) == -1 || line_int(l, "orderId", id, why) == -1)
		return -1;
	if (text_format(key, ORDER_KEY, "%s %lld", buf_text(&a->text[0]), (long long)*id) == -1)
		return why_set(why, "expected a shorter symbol");
	return 0;
}

static void
begin_order(struct audit *a, const char *key, int64_t id, int64_t by, dec_t qty)
{
	const char	*clord_id = buf_text(&a->text[1]);
	struct audited	*o;

	if (by == 0)
		HOLDS(a, CHECK_ORDER, is_made_here(a, clord_id), "%s: nobody asked for %s", key,
		    clord_id);
	else
		HOLDS(a, CHECK_ORDER, a->input.makes_orders && (a->input.order_id == 0 ||
		    a->input.order_id == id), "%s: input %lld did not ask for it", key,
		    (long long)by);
	HOLDS(a, CHECK_ORDER, find_order(a, key) == NULL, "%s is new, again", key);
	if (find_order(a, key) != NULL)
		return;
	o = xcalloc(1, sizeof(*o));
	text_put(o->key, sizeof(o->key), key);
	o->qty = qty;
	map_put(&a->orders, &o->node, o->key);
}

static int
read_order(struct audit *a, const struct line *l, int64_t by, struct why *why)
{
	char	 key[ORDER_KEY];
	int64_t	 id;
	dec_t	 qty;

	if (read_key(a, l, key, &id, why) == -1 || line_dec(l, "qty", &qty, why) == -1 ||
	    line_str(l, "clientOrderId", &a->text[1], why) == -1)
		return -1;
	audit_owe(a, &(struct owed){ .n = a->n, .of_line = a->line, .wants = AE_ORDER, .order_id = id });
	/* It begins an order that nobody asked for, whatever the input was. */
	if (line_is(l, "what", "CALCULATED"))
		by = 0;
	if (line_is(l, "what", "NEW") || line_is(l, "what", "CALCULATED")) {
		begin_order(a, key, id, by, qty);
		return 0;
	}
	struct audited	*o = find_order(a, key);
	HOLDS(a, CHECK_ORDER, o != NULL && !o->over, "%s is not open", key);
	if (o == NULL)
		return 0;
	o->qty = qty;
	o->over = !line_is(l, "what", "AMENDMENT");
	return 0;
}

struct execution {
	char		 key[ORDER_KEY];
	int64_t		 order_id, trade_id;
	enum side	 side;
	bool		 maker, taken_over;
	dec_t		 qty, px, fee, realized, position, balance;
};

static int
parse_execution(struct audit *a, const struct line *l, struct execution *e, struct why *why)
{
	if (read_key(a, l, e->key, &e->order_id, why) == -1 ||
	    line_int(l, "tradeId", &e->trade_id, why) == -1 ||
	    line_dec(l, "qty", &e->qty, why) == -1 || line_dec(l, "price", &e->px, why) == -1 ||
	    line_dec(l, "fee", &e->fee, why) == -1 ||
	    line_dec(l, "realizedPnl", &e->realized, why) == -1 ||
	    line_dec(l, "position", &e->position, why) == -1 ||
	    line_dec(l, "balance", &e->balance, why) == -1 ||
	    line_str(l, "positionSide", &a->text[1], why) == -1 ||
	    line_str(l, "asset", &a->text[2], why) == -1)
		return -1;
	e->side = line_is(l, "side", names_get(&side_names, SIDE_BUY)) ? SIDE_BUY : SIDE_SELL;
	e->maker = line_raw(l, "maker").p != NULL && *line_raw(l, "maker").p == 't';
	e->taken_over = line_has(l, "takenOver");
	return 0;
}

static void
check_order_of(struct audit *a, const struct execution *e, struct owed *owed)
{
	struct audited	*o = find_order(a, e->key);

	HOLDS(a, CHECK_EXECUTION, o != NULL, "order %s is not there", e->key);
	HOLDS(a, CHECK_EXECUTION, dec_sign(e->qty) > 0 && dec_sign(e->px) > 0,
	    "no quantity or no price");
	if (o == NULL)
		return;
	HOLDS(a, CHECK_EXECUTION, !o->over, "order %s is over", e->key);
	o->cum = dec_add(o->cum, e->qty);
	owed->cum = o->cum;
	HOLDS(a, CHECK_EXECUTION, dec_ok(o->cum) && !dec_gt(o->cum, o->qty),
	    "more than order %s is for", e->key);
}

/* What the exchange takes over costs nothing. */
static dec_t
fee_of(const struct audit *a, const struct execution *e)
{
	if (e->taken_over)
		return DEC_ZERO;
	return dec_mul(dec_mul(e->qty, e->px, ROUND_HALF_EVEN), e->maker ? a->fee_maker :
	    a->fee_taker, ROUND_DOWN);
}

static void
check_money_of(struct audit *a, const struct line *l, const struct execution *e)
{
	const char	*asset = buf_text(&a->text[2]);
	const bool	 same_asset = line_is(l, "feeAsset", asset);
	struct kept_position	*h = books_position(&a->books, buf_text(&a->text[0]), buf_text(&a->text[1]));
	struct kept_balance	*p = books_balance(&a->books, asset);

	if (h == NULL || p == NULL) {
		HOLDS(a, CHECK_POSITION, false, "no such contract or asset");
		return;
	}
	HOLDS(a, CHECK_TRADE_ID, e->trade_id > 0 && e->trade_id > h->trade_id,
	    "%lld is not above %lld", (long long)e->trade_id, (long long)h->trade_id);
	h->trade_id = e->trade_id;
	if (same_asset && (!a->fees_vary || e->taken_over))
		audit_same(a, CHECK_FEE, "the fee", e->fee, fee_of(a, e));
	audit_same(a, CHECK_PROFIT, "the profit", e->realized, kept_trade(h, e->side, e->qty, e->px));
	audit_same(a, CHECK_POSITION, "the position", e->position, h->qty);
	kept_add(p, &p->realized, e->realized);
	if (same_asset)
		kept_add(p, &p->fees, dec_neg(e->fee));
	audit_same(a, CHECK_BALANCE, "the balance", e->balance, p->balance);
}

/* A fee of another asset leaves that one; what its balance is then is not said. */
static int
pay_elsewhere(struct audit *a, const struct line *l, const struct execution *e, struct why *why)
{
	if (line_is(l, "feeAsset", buf_text(&a->text[2])))
		return 0;
	if (line_str(l, "feeAsset", &a->text[2], why) == -1)
		return -1;
	struct kept_balance	*p = books_balance(&a->books, buf_text(&a->text[2]));
	if (p == NULL)
		return why_set(why, "expected a shorter \"feeAsset\"");
	kept_add(p, &p->fees, dec_neg(e->fee));
	return 0;
}

static int
read_execution(struct audit *a, const struct line *l, struct why *why)
{
	struct execution	 e;

	if (parse_execution(a, l, &e, why) == -1)
		return -1;
	struct owed	 owed = {
		.n = a->n, .of_line = a->line,
		.wants = AE_ORDER | AE_ACCOUNT | (e.taken_over ? 0 : AE_LITE),
		.qty = e.qty, .px = e.px, .position = e.position, .balance = e.balance,
		.order_id = e.order_id, .trade_id = e.trade_id,
	};
	check_order_of(a, &e, &owed);
	check_money_of(a, l, &e);
	audit_owe(a, &owed);
	return pay_elsewhere(a, l, &e, why);
}

static int
read_money(struct audit *a, const struct line *l, struct why *why)
{
	dec_t	 change, balance;

	if (line_dec(l, "change", &change, why) == -1 ||
	    line_dec(l, "balance", &balance, why) == -1 ||
	    line_str(l, "asset", &a->text[0], why) == -1)
		return -1;
	struct kept_balance	*p = books_balance(&a->books, buf_text(&a->text[0]));
	if (p == NULL)
		return why_set(why, "expected a shorter \"asset\"");
	kept_add(p, &p->other, change);
	audit_same(a, CHECK_BALANCE, "the balance", balance, p->balance);
	audit_owe(a, &(struct owed){
		.n = a->n, .of_line = a->line, .wants = AE_ACCOUNT, .balance = balance,
	});
	return 0;
}

/* ---- line by line ----------------------------------------------------------------------------- */

int
audit_begin(struct audit *a, const struct line *header, enum audit_heed (*heed)(const char *),
    struct why *why)
{
	struct line		 options;
	const struct span	 raw = line_raw(header, "options");
	struct grants		 grants;

	*a = (struct audit){ .line = 1, .heed = heed };
	if (raw.p == NULL)
		return why_set(why, "expected \"options\"");
	if (line_int(header, "start", &a->us, why) == -1 ||
	    line_parse(&options, raw.p, raw.len, why) == -1 ||
	    line_str(&options, "balance", &a->text[0], why) == -1 ||
	    grants_parse(&grants, buf_text(&a->text[0]), why) == -1 ||
	    line_dec(&options, "fee-maker", &a->fee_maker, why) == -1 ||
	    line_dec(&options, "fee-taker", &a->fee_taker, why) == -1)
		return -1;
	for (size_t i = 0; i < grants.n; i++) {
		struct kept_balance	*p = books_balance(&a->books, grants.v[i].asset);

		p->initial = p->balance = grants.v[i].sum;
	}
	return 0;
}

static int
read_head(struct audit *a, const struct line *l, struct why *why)
{
	int64_t	 n, us;

	if (line_int(l, "n", &n, why) == -1 || line_int(l, "us", &us, why) == -1)
		return -1;
	if (n != a->n + 1)
		return why_set(why, "expected entry %lld", (long long)a->n + 1);
	HOLDS(a, CHECK_CAUSE, us >= a->us, "it is earlier than the line before");
	a->n = n;
	a->us = us;
	return 0;
}

static int
read_outcome(struct audit *a, const struct line *l, struct why *why)
{
	const bool	 is_event = line_is(l, "kind", "event");
	int64_t		 by;

	if (line_int(l, "by", &by, why) == -1)
		return -1;
	HOLDS(a, CHECK_CAUSE, by == 0 || by == a->input.n, "%lld is not the input before",
	    (long long)by);
	if (!is_event && a->telling)
		audit_settle(a);
	a->telling = is_event;
	if (is_event)
		return audit_deliver(a, l, why);
	if (line_is(l, "kind", "execution"))
		return read_execution(a, l, why);
	if (line_is(l, "kind", "order"))
		return read_order(a, l, by, why);
	if (line_is(l, "kind", "money"))
		return read_money(a, l, why);
	return why_set(why, "expected request, verb, pace, order, execution, money or event as \"kind\"");
}

int
audit_line(struct audit *a, const char *text, size_t len, struct why *why)
{
	struct line	 l;

	a->line++;
	if (line_parse(&l, text, len, why) == -1 || read_head(a, &l, why) == -1)
		return -1;
	const bool	 request = line_is(&l, "kind", "request"), pace = line_is(&l, "kind", "pace");
	if (!request && !pace && !line_is(&l, "kind", "verb"))
		return read_outcome(a, &l, why);
	audit_settle(a);
	a->telling = false;
	if (pace)
		return 0;
	return request ? read_request(a, &l, why) : read_verb(a, &l, why);
}

/* ---- the end ------------------------------------------------------------------------------------ */

static void
report_balances(struct audit *a, struct buf *b)
{
	struct map_iter	 it = map_each(&a->books.balances);
	struct node	*n;
	char		 t[5][DEC_STR];

	while ((n = map_next(&it)) != NULL) {
		const struct kept_balance	*p = MAP_OF(n, struct kept_balance, node);

		buf_addf(b, "%s: initial %s, realized %s, fees %s, other %s: balance %s\n", p->asset,
		    dec_format(p->initial, t[0]), dec_format(p->realized, t[1]),
		    dec_format(p->fees, t[2]), dec_format(p->other, t[3]),
		    dec_format(p->balance, t[4]));
		audit_same(a, CHECK_BALANCE, p->asset, dec_add(dec_add(p->initial, p->realized),
		    dec_add(p->fees, p->other)), p->balance);
	}
}

static void
report_positions(const struct audit *a, struct buf *b)
{
	struct map_iter	 it = map_each(&a->books.positions);
	struct node	*n;
	char		 t[DEC_STR];

	while ((n = map_next(&it)) != NULL) {
		const struct kept_position	*h = MAP_OF(n, struct kept_position, node);

		if (!dec_is_zero(h->qty))
			buf_addf(b, "%s: %s\n", h->key, dec_format(h->qty, t));
	}
}

void
audit_end(struct audit *a, struct buf *report)
{
	struct buf	 sums = { 0 };

	audit_settle(a);
	report_balances(a, &sums);
	report_positions(a, &sums);
	buf_addf(report, "%lld entries\n", (long long)a->n);
	for (int i = 0; i < CHECK_N; i++)
		buf_addf(report, "checked %s: %lld times\n", check_names[i], (long long)a->done[i]);
	buf_adds(report, buf_text(&sums));
	buf_adds(report, buf_text(&a->said));
	buf_addf(report, "%lld findings\n", (long long)a->findings);
	buf_free(&sums);
}

void
audit_fini(struct audit *a)
{
	struct map_iter	 orders = map_each(&a->orders), ids = map_each(&a->algo_ids);
	struct node	*n;

	while ((n = map_next(&orders)) != NULL)
		free(MAP_OF(n, struct audited, node));
	while ((n = map_next(&ids)) != NULL) {
		free(MAP_OF(n, struct asked_id, node)->id);
		free(MAP_OF(n, struct asked_id, node));
	}
	map_fini(&a->orders);
	map_fini(&a->algo_ids);
	books_fini(&a->books);
	for (size_t i = 0; i < NITEMS(a->text); i++)
		buf_free(&a->text[i]);
	buf_free(&a->said);
	free(a->owed);
}
