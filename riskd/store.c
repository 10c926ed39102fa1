/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/riskd.h"

#include "base/die.h"
#include "base/text.h"
#include "venue/clord.h"
#include "venue/sign.h"
#include "wire/jw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- statements ---------------------------------------------------------------- */

static const struct pg_stmt	stmts[SQL_N] = {
	LEDGER_STMTS,
	[SQL_ACCOUNTS] = { "accounts", 0,
	    "SELECT a.id, coalesce(a.routing_prefix, ''), a.name, a.status, a.liquidation_mode,"
	    " a.maintenance_rate, a.current_balance, r.max_leverage, r.max_notional_per_trade,"
	    " r.max_total_exposure, r.liquidation_threshold FROM sub_accounts a"
	    " LEFT JOIN risk_rules r ON r.sub_account_id = a.id ORDER BY a.id" },
	[SQL_BALANCE] = { "balance", 6,
	    "WITH b AS (UPDATE sub_accounts SET current_balance = current_balance + $2::float8,"
	    " updated_at = $6::timestamp WHERE id = $1 RETURNING current_balance)"
	    " INSERT INTO balance_logs (id, sub_account_id, balance_before, balance_after,"
	    " change_amount, reason, trade_id, timestamp)"
	    " SELECT $3, $1, b.current_balance - $2::float8, b.current_balance, $2::float8, $4, $5,"
	    " $6::timestamp FROM b" },
	[SQL_BOOKING_OF] = { "booking_of", 1,
	    "SELECT data FROM engine.events WHERE (meta->>'cause') = $1" },
	[SQL_EVENTS] = { "events", 0,
	    "SELECT e.stream, e.version, e.type, e.data FROM engine.events e LEFT JOIN"
	    " (SELECT stream, max(version) AS version FROM engine.snapshots GROUP BY stream) s"
	    " USING (stream) WHERE e.stream LIKE 'account/%'"
	    " AND e.stream NOT LIKE 'account/EXTERNAL/%' AND e.version > coalesce(s.version, 0)"
	    " ORDER BY e.stream, e.version" },
	[SQL_EXECUTION] = { "execution", 13,
	    "INSERT INTO engine.executions (symbol, trade_id, exchange_order_id, clord_id,"
	    " sub_account_id, side, qty, px, fee, fee_asset, maker, realized_pnl, at)"
	    " VALUES ($1, $2::bigint, $3::bigint, $4, $5, $6, $7::numeric, $8::numeric,"
	    " $9::numeric, $10, $11::boolean, $12::numeric, $13::timestamptz)" },
	[SQL_EXTERNAL] = { "external", 0,
	    "SELECT data->>'symbol', sum((data->>'externalQty')::numeric)::text FROM engine.events"
	    " WHERE stream LIKE 'account/EXTERNAL/%' AND type = 'external_execution' GROUP BY 1" },
	[SQL_GLOBAL_RULES] = { "global_rules", 0,
	    "SELECT max_leverage, max_notional_per_trade, max_total_exposure, liquidation_threshold"
	    " FROM risk_rules WHERE is_global AND sub_account_id IS NULL ORDER BY id LIMIT 1" },
	[SQL_OPEN_ROWS] = { "open_rows", 0,
	    "SELECT sub_account_id, id, symbol, side, quantity, entry_price, leverage,"
	    " (extract(epoch FROM opened_at) * 1000)::bigint"
	    " FROM virtual_positions WHERE status = 'OPEN'"
	    " ORDER BY sub_account_id, notional DESC" },
	[SQL_PLACED] = { "placed", 1,
	    "SELECT e.data, coalesce(p.status = 'PENDING', false) FROM engine.events e"
	    " LEFT JOIN pending_orders p ON p.id = $1::text"
	    " WHERE e.stream = 'order/' || $1::text AND e.version = 1" },
	[SQL_POSITION_CLOSE] = { "position_close", 3,
	    "UPDATE virtual_positions SET status = 'CLOSED', quantity = 0, notional = 0,"
	    " margin = 0, realized_pnl = $2::float8, closed_at = $3::timestamp WHERE id = $1" },
	[SQL_POSITION_PUT] = { "position_put", 11,
	    "INSERT INTO virtual_positions (id, sub_account_id, symbol, side, entry_price,"
	    " quantity, notional, leverage, margin, liquidation_price, realized_pnl, status, opened_at)"
	    " VALUES ($1, $2, $3, $4, $5::float8, $6::float8, $7::float8, $8::float8,"
	    " $9::float8, 0, $10::float8, 'OPEN', $11::timestamp)"
	    " ON CONFLICT (id) DO UPDATE SET entry_price = excluded.entry_price,"
	    " quantity = excluded.quantity, notional = excluded.notional,"
	    " margin = excluded.margin, realized_pnl = excluded.realized_pnl" },
	[SQL_SNAPSHOT] = { "snapshot", 3,
	    "INSERT INTO engine.snapshots (stream, version, data) VALUES ($1, $2::int, $3::jsonb)"
	    " ON CONFLICT DO NOTHING" },
	[SQL_SNAPSHOTS] = { "snapshots", 0,
	    "SELECT DISTINCT ON (stream) stream, version, data FROM engine.snapshots"
	    " WHERE stream LIKE 'account/%' ORDER BY stream, version DESC" },
	[SQL_SUMS] = { "sums", 1,
	    "SELECT clord_id, sum(qty)::text, sum(qty * px)::numeric(38,8)::text, sum(fee)::text,"
	    " sum(realized_pnl)::text, max(exchange_order_id) FROM engine.executions"
	    " WHERE clord_id = ANY (string_to_array($1, ' ')) GROUP BY clord_id" },
	[SQL_TRADE] = { "trade", 16,
	    "INSERT INTO trade_executions (id, sub_account_id, position_id, exchange_order_id,"
	    " client_order_id, symbol, side, type, price, quantity, notional, fee, realized_pnl,"
	    " action, origin_type, signature, timestamp)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::float8, $10::float8,"
	    " ($9::float8 * $10::float8), $11::float8, $12::float8, $13, $14, $15,"
	    " $16::timestamp)" },
};

enum { EXEC_KEY = SYMBOL + 64 };

static const char *
num(dec_t d, char buf[DEC_STR])
{
	return dec_format(d, buf);
}

static const char *
int_text(int64_t v, char buf[24])
{
	text_putf(buf, 24, "%lld", (long long)v);
	return buf;
}

/* The read models spell symbols as ccxt does. */
static void
db_symbol(struct riskd *d, const char *native, char out[SYMBOL])
{
	const struct spelling	 ccxt = { riskd_instrs(d), true };

	outside_symbol(&ccxt, native, out);
}

static void
exec_key(const struct msg_fill *m, char out[EXEC_KEY])
{
	text_putf(out, EXEC_KEY, "exec/%s/%lld/%lld", m->o.symbol, (long long)m->e.trade_id,
	    (long long)m->order_id);
}

static void
leg_id(const char *kind, const char *cause, int leg, char uuid[UUID])
{
	char	 text[CAUSE_MAX + 32];

	text_putf(text, sizeof(text), "%s/%s/%d", kind, cause, leg);
	uuid_of(text, uuid);
}

/* ---- booking -------------------------------------------------------------------- */

static void
add_execution(struct entry *e, const struct msg_fill *m, const char *account, dec_t fee, dec_t rpnl)
{
	char	 trade[24], order[24], qty[DEC_STR], px[DEC_STR], f[DEC_STR], r[DEC_STR],
		 at[PG_TIME];

	entry_add(e, SQL_EXECUTION, (const char *[]){ m->o.symbol, int_text(m->e.trade_id, trade),
	    int_text(m->order_id, order), m->o.clord_id, account,
	    names_get(&side_names, (int)m->o.side), num(m->e.qty, qty), num(m->e.px, px),
	    num(fee, f), m->e.fee_asset, m->e.maker ? "true" : "false", num(rpnl, r),
	    pg_time(m->e.at, at) });
}

static void
add_position(struct riskd *d, struct entry *e, const char *account, const struct position *p,
    wall_t at)
{
	char	 symbol[SYMBOL], entry_px[DEC_STR], qty[DEC_STR], cost[DEC_STR], lev[12],
		 margin[DEC_STR], rpnl[DEC_STR], when[PG_TIME];

	num(p->rpnl, rpnl);
	if (dec_is_zero(p->qty)) {
		entry_add(e, SQL_POSITION_CLOSE,
		    (const char *[]){ p->id, rpnl, pg_time(at, when) });
		return;
	}
	db_symbol(d, p->symbol, symbol);
	text_putf(lev, sizeof(lev), "%d", p->leverage);
	entry_add(e, SQL_POSITION_PUT, (const char *[]){ p->id, account, symbol,
	    names_get(&pos_side_names, (int)p->side), num(position_entry_px(p), entry_px),
	    num(p->qty, qty), num(p->cost, cost), lev, num(position_margin(p), margin), rpnl,
	    pg_time(p->opened_at, when) });
}

static void
add_trade(struct riskd *d, struct entry *e, const struct booking *b, const struct msg_fill *m,
    int i, const char *cause, const char trade_id[UUID])
{
	const struct leg	*l = &b->legs[i];
	char			 symbol[SYMBOL], order[24], px[DEC_STR], qty[DEC_STR], fee[DEC_STR],
				 rpnl[DEC_STR], at[PG_TIME], signature[SHA256_HEX];

	db_symbol(d, b->symbol, symbol);
	sha256_hex(cause, strlen(cause), signature);
	entry_add(e, SQL_TRADE, (const char *[]){ trade_id, b->account, l->after.id,
	    int_text(b->order_id, order), b->clord_id, symbol, names_get(&side_names, (int)b->side),
	    names_get(&ord_type_names, (int)m->o.type), num(l->px, px), num(l->qty, qty),
	    num(l->fee, fee), l->action == ACTION_CLOSE ? num(l->rpnl, rpnl) : NULL,
	    names_get(&action_names, (int)l->action), names_get(&origin_names, (int)m->o.origin),
	    signature, pg_time(b->e.at, at) });
}

static void
add_balance(struct entry *e, const struct booking *b, int i, const char *cause,
    const char trade_id[UUID], wall_t now)
{
	const struct leg	*l = &b->legs[i];
	char			 id[UUID], change[DEC_STR], reason[SYMBOL + 32], at[PG_TIME];

	if (dec_is_zero(l->change))
		return;
	leg_id("balance", cause, i, id);
	text_putf(reason, sizeof(reason), "%s:%s:%s", l->action == ACTION_CLOSE ? "CLOSE" : "FEE",
	    b->symbol, names_get(&pos_side_names, (int)l->after.side));
	entry_add(e, SQL_BALANCE, (const char *[]){ b->account, num(l->change, change), id, reason,
	    trade_id, pg_time(now, at) });
}

static void
add_event(struct riskd *d, struct entry *e, const char *account, int version, const char *type,
    const char *data, const struct terms *o)
{
	char	 stream[SUB_ID + 16];

	text_putf(stream, sizeof(stream), "account/%s", account);
	entry_event(e, &(struct event_row){ .stream = stream, .version = version, .type = type,
	    .data = data, .request_id = o == NULL ? "" : o->request_id,
	    .saga = o == NULL ? "" : o->parent_id }, loop_wall(d->base->loop));
}

static void
add_snapshot(struct riskd *d, struct entry *e, const struct account *a)
{
	char		 stream[SUB_ID + 16], version[12];
	struct buf	 b = { 0 };

	if (a->version == 0 || a->version % d->conf->snapshot_every != 0)
		return;
	account_write(a, &b);
	text_putf(stream, sizeof(stream), "account/%s", a->id);
	text_putf(version, sizeof(version), "%d", a->version);
	entry_add(e, SQL_SNAPSHOT, (const char *[]){ stream, version, b.p });
	buf_free(&b);
}

/* One transaction: execution, event, trade rows, position rows, balance and its log. */
void
store_book(struct riskd *d, const struct booking *b, const struct msg_fill *m, entry_done *done,
    void *arg)
{
	struct account	*a = riskd_account(d, b->account);
	char		 cause[CAUSE_MAX], trade_id[UUID];
	struct buf	 data = { 0 };

	exec_key(m, cause);
	struct entry	*e = entry_new(d->ledger, "book", cause);
	booking_write(b, &data);
	add_snapshot(d, e, a);		/* of the state before this booking */
	add_execution(e, m, b->account, b->fee, b->rpnl);
	add_event(d, e, b->account, a->version + 1, "execution", data.p, &m->o);
	for (int i = 0; i < b->nlegs; i++) {
		leg_id("trade", cause, i, trade_id);
		add_position(d, e, b->account, &b->legs[i].after, b->e.at);
		add_trade(d, e, b, m, i, cause, trade_id);
		add_balance(e, b, i, cause, trade_id, loop_wall(d->base->loop));
	}
	entry_commit(e, done, arg);
	buf_free(&data);
}

dec_t
store_external_qty(const struct msg_fill *m, dec_t qty)
{
	return m->o.side == SIDE_BUY ? qty : dec_neg(qty);
}

/* Nobody's: kept with the exchange's facts, outside all accounts. */
void
store_book_external(struct riskd *d, const struct msg_fill *m, dec_t qty, entry_done *done,
    void *arg)
{
	char		 key[EXEC_KEY], cause[CAUSE_MAX], stream[CAUSE_MAX], text[DEC_STR];
	struct buf	 data = { 0 };

	exec_key(m, key);
	text_putf(cause, sizeof(cause), "external-%s", key);
	struct entry	*e = entry_new(d->ledger, "book_external", cause);
	jw_open(&data, '{');
	fields_write(&msg_fill_fields, m, &data);
	jw_put_str(&data, "externalQty", num(store_external_qty(m, qty), text));
	jw_close(&data, '}');
	/* A stream of its own each: there is no balance that would need an order of events. */
	text_putf(stream, sizeof(stream), "account/" EXTERNAL "/%lld-%lld",
	    (long long)m->e.trade_id, (long long)m->order_id);
	if (dec_cmp(qty, m->e.qty) == 0)
		add_execution(e, m, EXTERNAL, m->e.fee, DEC_ZERO);
	entry_event(e, &(struct event_row){ .stream = stream, .version = 1,
	    .type = "external_execution", .data = data.p, .request_id = "", .saga = "" },
	    loop_wall(d->base->loop));
	entry_commit(e, done, arg);
	buf_free(&data);
}

struct finding_booking {
	store_found	*found;
	void		*arg;
};

static void
on_booking_of(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct finding_booking	*f = arg;

	ledger_must_read(outcome, r);
	f->found(f->arg, pg_rows(r, 0) > 0 ? pg_value(r, 0, 0, 0) : NULL);
	free(f);
}

void
store_find_booking(struct riskd *d, const struct msg_fill *m, store_found *found, void *arg)
{
	struct finding_booking	*f = xcalloc(1, sizeof(*f));
	struct pg_job		*j = pg_job_new(d->pg, "booking_of");
	char			 cause[CAUSE_MAX];

	*f = (struct finding_booking){ found, arg };
	exec_key(m, cause);
	pg_job_add(j, SQL_BOOKING_OF, (const char *[]){ cause });
	pg_submit(j, on_booking_of, f);
}

struct asking_placed {
	store_placed	*tell;
	void		*arg;
};

/* Of SQL_SUMS. */
struct pending_sums
store_sums(const struct pg_result *r, size_t i, int row)
{
	struct pending_sums	 s = { .qty = store_dec(r, i, row, 1, DEC_ZERO),
				    .cost = store_dec(r, i, row, 2, DEC_ZERO),
				    .fee = store_dec(r, i, row, 3, DEC_ZERO),
				    .rpnl = store_dec(r, i, row, 4, DEC_ZERO) };

	if (text_to_i64(pg_value(r, i, row, 5), 1, INT64_MAX, &s.order_id) == -1)
		s.order_id = 0;
	return s;
}

/* Terms that cannot be read are of an order that was placed all the same. */
static void
read_placed(const struct pg_result *r, struct placed *p)
{
	const char		*data = pg_value(r, 0, 0, 0);
	struct field_fault	 ff;

	*p = (struct placed){ .sums = { .qty = DEC_ZERO, .cost = DEC_ZERO, .fee = DEC_ZERO,
	    .rpnl = DEC_ZERO } };
	fields_blank(&terms_fields, &p->o, sizeof(p->o));
	if (fields_read(&terms_fields, &p->o, data, strlen(data), &ff) == -1)
		log_error("terms_unreadable", "why=\"%s\"", ff.text);
	else
		p->live = text_eq(pg_value(r, 0, 0, 1), "t");
	if (pg_rows(r, 1) > 0)
		p->sums = store_sums(r, 1, 0);
}

static void
on_find_placed(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct asking_placed	*a = arg;
	struct placed		 p;

	ledger_must_read(outcome, r);
	if (pg_rows(r, 0) > 0)
		read_placed(r, &p);
	a->tell(a->arg, pg_rows(r, 0) > 0 ? &p : NULL);
	free(a);
}

void
store_find_placed(struct riskd *d, const char *clord_id, store_placed *tell, void *arg)
{
	struct asking_placed	*a = xcalloc(1, sizeof(*a));
	struct pg_job		*j = pg_job_new(d->pg, "placed");

	*a = (struct asking_placed){ tell, arg };
	pg_job_add(j, SQL_PLACED, (const char *[]){ clord_id });
	pg_job_add(j, SQL_SUMS, (const char *[]){ clord_id });
	pg_submit(j, on_find_placed, a);
}

/* ---- accounts as the gateway keeps them ----------------------------------------------- */

dec_t
store_dec(const struct pg_result *r, size_t i, int row, int col, dec_t otherwise)
{
	dec_t	 d;

	return dec_parse(pg_value(r, i, row, col), &d) == -1 ? otherwise : d;
}

static void
read_rules(struct rules *rules, const struct pg_result *r, size_t i, int row, int col,
    const struct rules *otherwise)
{
	rules->max_leverage = store_dec(r, i, row, col, otherwise->max_leverage);
	rules->max_notional = store_dec(r, i, row, col + 1, otherwise->max_notional);
	rules->max_exposure = store_dec(r, i, row, col + 2, otherwise->max_exposure);
	rules->liq_threshold = store_dec(r, i, row, col + 3, otherwise->liq_threshold);
}

static void
read_account(struct riskd *d, struct account *a, const struct pg_result *r, int row)
{
	const int	 status = names_find(&account_status_names, pg_value(r, 1, row, 3));

	if (text_copy(a->prefix, sizeof(a->prefix), pg_value(r, 1, row, 1)) == -1 ||
	    *a->prefix == '\0')
		clord_prefix(a->id, a->prefix);
	snprintf(a->name, sizeof(a->name), "%s", pg_value(r, 1, row, 2));
	a->status = status == -1 ? ACC_FROZEN : (enum account_status)status;
	snprintf(a->liq_mode, sizeof(a->liq_mode), "%s", pg_value(r, 1, row, 4));
	a->maint_rate = store_dec(r, 1, row, 5, a->maint_rate);
	read_rules(&a->rules, r, 1, row, 7, &d->global_rules);
}

struct external {
	struct riskd	*d;
	char		 account[SUB_ID];
	dec_t		 change;
};

static void
on_external(void *arg, enum ledger_outcome outcome, const struct pg_result *r)
{
	struct external	*x = arg;
	struct riskd	*d = x->d;
	struct account	*a = riskd_account(d, x->account);
	const bool	 opened = a != NULL && a->version == 0;

	(void)r;
	if (a != NULL && (outcome == LEDGER_DONE || outcome == LEDGER_BEFORE)) {
		char	 text[DEC_STR];

		a->balance = dec_add(a->balance, x->change);
		a->version++;
		log_info("balance_external", "sub=%s change=%s", a->id,
		    dec_format(x->change, text));
		bus_tell_account(d, a);
	}
	book_unlock(d, x->account);
	free(x);
	if (opened && --d->opening == 0 && !d->serving)
		riskd_load(d, LOAD_DONE);
}

/*
 * An event of what the gateway has done beside us.  The caller has locked the
 * account: while a booking of it is under way, its row says nothing certain.
 */
static void
append_external(struct riskd *d, const struct account *a, const char *type, const char *data,
    dec_t change)
{
	struct external	*x = xcalloc(1, sizeof(*x));
	char		 cause[CAUSE_MAX];

	*x = (struct external){ .d = d, .change = change };
	text_put(x->account, sizeof(x->account), a->id);
	text_putf(cause, sizeof(cause), "external/%s/%d", a->id, a->version + 1);
	struct entry	*e = entry_new(d->ledger, "external", cause);
	add_event(d, e, a->id, a->version + 1, type, data, NULL);
	entry_commit(e, on_external, x);
}

/* Version 1 holds all there is of the account: its balance, and the positions taken over. */
static void
append_opened(struct riskd *d, struct account *a, dec_t stored)
{
	const dec_t	 was = a->balance;
	struct buf	 data = { 0 };

	a->balance = stored;
	account_write(a, &data);
	a->balance = was;
	d->opening++;
	append_external(d, a, "opened", data.p, dec_sub(stored, was));
	buf_free(&data);
}

static void
append_balance(struct riskd *d, const struct account *a, dec_t change)
{
	struct buf	 data = { 0 };
	char		 text[DEC_STR];

	jw_open(&data, '{');
	jw_put_str(&data, "account", a->id);
	jw_put_str(&data, "change", dec_format(change, text));
	jw_put_str(&data, "balance", dec_format(dec_add(a->balance, change), text));
	jw_close(&data, '}');
	append_external(d, a, "balance_external", data.p, change);
	buf_free(&data);
}

static void
compare_balance(struct riskd *d, struct account *a, dec_t stored)
{
	const dec_t	 diff = dec_sub(stored, a->balance);

	if (!dec_ok(diff))
		return;
	/* Doubles added up by the thousand are off by some 1e-9: no more than that is ours. */
	if (a->version > 0 && dec_abs(diff).e8 <= DEC_ONE_E8 / 1000000)
		return;
	if (!book_lock(d, a->id))
		return;
	if (a->version == 0)
		append_opened(d, a, stored);
	else
		append_balance(d, a, diff);
}

static void
on_accounts(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct riskd	*d = arg;
	const struct rules	 builtin = rules_builtin();

	timer_in_ms(d->accounts_timer, d->conf->accounts_every);
	if (outcome != PG_DONE) {
		log_error("accounts_unreadable", "why=\"%s\"", pg_error(r));
		return;
	}
	d->global_rules = builtin;
	if (pg_rows(r, 0) > 0)
		read_rules(&d->global_rules, r, 0, 0, 0, &builtin);
	for (int row = 0; row < pg_rows(r, 1); row++) {
		if (strlen(pg_value(r, 1, row, 0)) >= SUB_ID)
			continue;		/* no id of ours can name it */
		struct account	*a = accounts_get(&d->accounts, pg_value(r, 1, row, 0));

		read_account(d, a, r, row);
		compare_balance(d, a, store_dec(r, 1, row, 6, a->balance));
	}
	/* Nothing is judged by a balance that is not read yet. */
	if (!d->serving && d->opening == 0)
		riskd_load(d, LOAD_DONE);
}

void
store_poll_accounts(struct riskd *d)
{
	struct pg_job	*j = pg_job_new(d->pg, "accounts");

	pg_job_add(j, SQL_GLOBAL_RULES, NULL);
	pg_job_add(j, SQL_ACCOUNTS, NULL);
	pg_submit(j, on_accounts, d);
}

static void
on_accounts_time(void *arg)
{
	store_poll_accounts(arg);
}

/* ---- start and end ------------------------------------------------------------------------- */

static void
on_up(void *arg)
{
	struct riskd	*d = arg;

	log_info("ledger_up", "ready=%s", daemon_is_ready(d->base) ? "yes" : "no");
	bus_show_state(d);
	if (d->loading)
		return;
	d->loading = true;
	riskd_load(d, LOAD_HALTS);
}

static void
on_down(void *arg)
{
	bus_show_state(arg);
	judge_ledger_lost(arg);
}

static const struct pg_hooks	hooks = { .up = on_up, .down = on_down };

void
store_start(struct riskd *d)
{
	d->accounts_timer = timer_new(d->base->loop, on_accounts_time, d);
	d->pg = pg_new(d->base->loop, d->base->common->database, stmts, SQL_N, &hooks, d);
	d->ledger = ledger_new(d->pg, d->base->spec->name);
}

void
store_fini(struct riskd *d)
{
	pg_free(d->pg);
	ledger_free(d->ledger);
}
