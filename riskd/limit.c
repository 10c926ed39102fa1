/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/limit.h"

#include "base/die.h"
#include "base/text.h"

#include <stdio.h>

#define USAGE_MAX	((dec_t){ 98 * DEC_ONE_E8 / 100 })
#define USAGE_BROKE	DEC_INT(999)		/* the contract's, when there is no equity */

/* ---- what the order would make of the account --------------------------------- */

static dec_t
reserve(const struct account *a, dec_t notional)
{
	return dec_div(notional, dec_max(DEC_ONE, a->rules.max_leverage), ROUND_HALF_EVEN);
}

static dec_t
upnl_of(const struct question *q, const struct position *p)
{
	const dec_t	 px = market_last_px(q->market, p->symbol);

	return dec_ok(px) ? position_upnl(p, px) : DEC_ZERO;
}

struct sums {
	dec_t	notional, upnl;
};

static struct sums
others(const struct question *q)
{
	struct sums		 s = { q->account->reserved, DEC_ZERO };
	const struct position	*p;

	TAILQ_FOREACH(p, &q->account->positions, link) {
		if (text_eq(p->symbol, q->instr->symbol))
			continue;
		s.notional = dec_add(s.notional, p->cost);
		s.upnl = dec_add(s.upnl, upnl_of(q, p));
	}
	return s;
}

/* Notional and unrealised profit on the symbol after the order, by net rules. */
static struct sums
resulting(const struct question *q, const struct verdict *v, dec_t px)
{
	const struct position	*p = account_position(q->account, q->instr->symbol);
	const dec_t		 added = dec_mul(v->qty, px, ROUND_HALF_EVEN);

	if (p == NULL)
		return (struct sums){ added, DEC_ZERO };
	if (p->side == side_opens(q->side))
		return (struct sums){ dec_add(p->cost, added), upnl_of(q, p) };
	if (dec_gt(v->qty, p->qty))
		return (struct sums){ dec_mul(dec_sub(v->qty, p->qty), px, ROUND_HALF_EVEN),
		    DEC_ZERO };
	const dec_t	 left = dec_sub(p->qty, v->qty);
	if (dec_is_zero(left))
		return (struct sums){ DEC_ZERO, DEC_ZERO };
	return (struct sums){ dec_muldiv(p->cost, left, p->qty, ROUND_HALF_EVEN),
	    dec_muldiv(upnl_of(q, p), left, p->qty, ROUND_HALF_EVEN) };
}

static dec_t
current_notional(const struct question *q)
{
	const struct position	*p = account_position(q->account, q->instr->symbol);

	return p == NULL ? DEC_ZERO : p->cost;
}

static bool
all_ok(const struct values *v)
{
	return dec_ok(v->px) && dec_ok(v->notional) && dec_ok(v->required) &&
	    dec_ok(v->available) && dec_ok(v->exposure) && dec_ok(v->result) &&
	    dec_ok(dec_add(v->exposure, v->result)) && dec_ok(v->equity) &&
	    dec_ok(v->maintenance) && dec_ok(v->usage);
}

/* False: a number grew beyond what can be reckoned with. */
static bool
reckon(const struct question *q, struct verdict *v)
{
	const struct account	*a = q->account;
	const dec_t		 px = dec_ok(v->px) ? v->px :
				    market_px(q->market, q->instr->symbol, q->now);
	const dec_t		 notional = dec_mul(v->qty, px, ROUND_HALF_EVEN);
	struct values		*w = &v->values;

	if (!dec_ok(notional))
		return false;
	const struct sums	 o = others(q), r = resulting(q, v, px);
	const dec_t		 kept = dec_add(reserve(a, o.notional), reserve(a, r.notional));
	const dec_t		 more = dec_sub(reserve(a, r.notional),
				    reserve(a, current_notional(q)));
	w->px = px;
	w->notional = notional;
	w->exposure = o.notional;
	w->result = r.notional;
	w->equity = dec_add(a->balance, dec_add(o.upnl, r.upnl));
	w->maintenance = kept;
	w->available = dec_sub(w->equity, kept);
	w->required = dec_ok(more) ? dec_max(DEC_ZERO, more) : DEC_NONE;
	w->usage = !dec_ok(w->equity) ? DEC_NONE :
	    dec_sign(w->equity) > 0 ? dec_div(kept, w->equity, ROUND_HALF_EVEN) : USAGE_BROKE;
	return all_ok(w);
}

/* ---- findings --------------------------------------------------------------------- */

static struct finding *
found(struct verdict *v, enum deny code, dec_t value, dec_t limit)
{
	if (v->n == FINDINGS_MAX)
		panic("limit: more than %d findings", FINDINGS_MAX);
	struct finding	*f = &v->findings[v->n++];
	*f = (struct finding){ .code = code, .value = value, .limit = limit };
	return f;
}

/* With exactly two decimals, as the old engine prints money. */
static const char *
money(dec_t d, char buf[DEC_STR + 4])
{
	const dec_t	 cents = dec_quantize(d, (dec_t){ DEC_ONE_E8 / 100 }, ROUND_HALF_EVEN);
	const int64_t	 n = cents.e8 / (DEC_ONE_E8 / 100);

	snprintf(buf, DEC_STR + 4, "%s%lld.%02lld", n < 0 ? "-" : "",
	    (long long)(n < 0 ? -n : n) / 100, (long long)(n < 0 ? -n : n) % 100);
	return buf;
}

static void
exceeded(struct verdict *v, enum deny code, const char *name, dec_t value, dec_t limit)
{
	struct finding	*f = found(v, code, value, limit);
	char		 a[DEC_STR + 4], b[DEC_STR];

	text_putf(f->text, sizeof(f->text), "%s:%s>%s", name, money(value, a),
	    dec_format(limit, b));
}

/* A filter of the exchange is told to the last digit. */
static void
outside(struct verdict *v, enum deny code, const char *name, dec_t value, char sign, dec_t limit)
{
	struct finding	*f = found(v, code, value, limit);
	char		 a[DEC_STR], b[DEC_STR];

	text_putf(f->text, sizeof(f->text), "%s:%s%c%s", name, dec_format(value, a), sign,
	    dec_format(limit, b));
}

/* ---- the checks: riskd(8), ORDER OF CHECKS ------------------------------------------- */

static void
check_account(const struct question *q, struct verdict *v)
{
	if (q->account != NULL)
		return;
	struct finding	*f = found(v, DENY_ACCOUNT_NOT_FOUND, DEC_NONE, DEC_NONE);
	f->field = "subAccountId";
	f->given = q->sub;
	text_put(f->text, sizeof(f->text), "ACCOUNT_NOT_FOUND");
}

static void
check_instrument(const struct question *q, struct verdict *v)
{
	if (q->instr != NULL && q->instr->trading)
		return;
	struct finding	*f = found(v, DENY_VALIDATION_FAILED, DEC_NONE, DEC_NONE);
	f->field = "symbol";
	f->given = q->symbol;
	text_putf(f->text, sizeof(f->text), "%s:%s",
	    q->instr == NULL ? "INVALID_SYMBOL" : "SYMBOL_NOT_TRADING", q->symbol);
}

/* From here on the price is what may be sent: never worse for the asker than he said. */
static void
check_tick(const struct question *q, struct verdict *v)
{
	struct finding	*f;
	char		 px[DEC_STR], below[DEC_STR], above[DEC_STR];

	if (!dec_ok(q->px))
		return;
	v->px = instr_round_px(q->instr, q->side, q->px);
	if (!q->tick_strict || !dec_ok(v->px) || dec_cmp(v->px, q->px) == 0)
		return;
	f = found(v, DENY_PRICE_OFF_TICK, q->px, v->px);
	text_putf(f->text, sizeof(f->text), "OFF_TICK:%s not %s or %s", dec_format(q->px, px),
	    dec_format(instr_round_px(q->instr, SIDE_BUY, q->px), below),
	    dec_format(instr_round_px(q->instr, SIDE_SELL, q->px), above));
}

/* Where the filter has no minimum a price is still something. */
static dec_t
least_px(const struct instr *i)
{
	return dec_sign(i->px_min) > 0 ? i->px_min : dec_max(i->tick, (dec_t){ 1 });
}

/*
 * How far from the mark the exchange lets an order stand, as a price that may be
 * sent: BUY not above, SELL not below.  DEC_NONE: the filter is off, or no fresh
 * price says where that is.
 */
static dec_t
px_bound(const struct question *q)
{
	const dec_t	 by = q->side == SIDE_BUY ? q->instr->px_up : q->instr->px_down;
	const dec_t	 mark = market_px(q->market, q->instr->symbol, q->now);

	if (dec_sign(by) <= 0)
		return DEC_NONE;
	return instr_round_px(q->instr, q->side, dec_mul(mark, by, ROUND_HALF_EVEN));
}

static void
check_range(const struct question *q, struct verdict *v)
{
	const struct instr	*i = q->instr;
	const dec_t		 bound = px_bound(q);
	const dec_t		 most = dec_sign(i->px_max) > 0 ? i->px_max : (dec_t){ INT64_MAX };

	if (!dec_ok(q->px))
		return;
	if (!dec_ok(v->px) || dec_gt(v->px, most))
		outside(v, DENY_PRICE_RANGE, "MAX_PRICE", q->px, '>', most);
	else if (dec_lt(v->px, least_px(i)))
		outside(v, DENY_PRICE_RANGE, "MIN_PRICE", q->px, '<', least_px(i));
	else if (dec_ok(bound) && q->side == SIDE_BUY && dec_gt(v->px, bound))
		outside(v, DENY_PRICE_RANGE, "PERCENT_PRICE", v->px, '>', bound);
	else if (dec_ok(bound) && q->side == SIDE_SELL && dec_lt(v->px, bound))
		outside(v, DENY_PRICE_RANGE, "PERCENT_PRICE", v->px, '<', bound);
}

/* From here on the quantity is what may be sent, and it is known what of it reduces. */
static void
check_quantity(const struct question *q, struct verdict *v)
{
	const enum ord_type	 type = dec_ok(q->px) ? TYPE_LIMIT : TYPE_MARKET;
	const struct lot	*lot = instr_lot(q->instr, type);
	const struct position	*p = account_position(q->account, q->instr->symbol);
	const bool		 opposite = p != NULL && p->side != side_opens(q->side);

	v->qty = instr_round_qty(q->instr, type, q->qty);
	if (q->reduce_only && opposite && dec_sign(position_free(p)) > 0)
		v->qty = dec_min(v->qty, position_free(p));
	v->closing = opposite ? dec_min(v->qty, position_free(p)) : DEC_ZERO;
	v->opening = dec_sub(v->qty, v->closing);
	if (dec_is_zero(v->qty) || dec_lt(v->qty, lot->min))
		outside(v, DENY_VALIDATION_FAILED, "MIN_QTY", q->qty, '<', lot->min);
	else if (dec_sign(lot->max) > 0 && dec_gt(v->qty, lot->max))
		outside(v, DENY_VALIDATION_FAILED, "MAX_QTY", v->qty, '>', lot->max);
}

static void
check_reducible(const struct question *q, struct verdict *v)
{
	const struct position	*p = account_position(q->account, q->instr->symbol);

	if (!q->reduce_only || dec_is_zero(v->opening))
		return;
	if (p == NULL || p->side == side_opens(q->side))
		text_put(found(v, DENY_RISK_REJECTED, DEC_NONE, DEC_NONE)->text, 120,
		    "NOTHING_TO_REDUCE");
	else
		text_put(found(v, DENY_CLOSE_IN_FLIGHT, p->closing, p->qty)->text, 120,
		    "CLOSE_IN_FLIGHT");
}

static void
check_status(const struct question *q, struct verdict *v)
{
	if (q->account->status == ACC_ACTIVE)
		return;
	struct finding	*f = found(v, DENY_ACCOUNT_FROZEN, DEC_NONE, DEC_NONE);
	text_putf(f->text, sizeof(f->text), "ACCOUNT_FROZEN:%s",
	    names_get(&account_status_names, (int)q->account->status));
}

static void
check_price(const struct question *q, struct verdict *v)
{
	if (dec_ok(market_px(q->market, q->instr->symbol, q->now)))
		return;
	const int64_t	 age = market_age_ms(q->market, q->instr->symbol, q->now);
	text_put(found(v, DENY_NO_PRICE, age < 0 ? DEC_NONE : DEC_INT(age),
	    DEC_INT(q->market->stale_ms))->text, 120, "NO_PRICE");
}

static void
check_numbers(const struct question *q, struct verdict *v)
{
	v->has_values = reckon(q, v);
	if (!v->has_values)
		text_put(found(v, DENY_VALIDATION_FAILED, q->qty, DEC_NONE)->text, 120,
		    "NUMBER_TOO_LARGE");
}

static void
check_min_notional(const struct question *q, struct verdict *v)
{
	if (dec_lt(v->values.notional, q->instr->min_notional))
		outside(v, DENY_VALIDATION_FAILED, "MIN_NOTIONAL", v->values.notional, '<',
		    q->instr->min_notional);
}

static void
check_leverage(const struct question *q, struct verdict *v)
{
	const dec_t	 max = q->account->rules.max_leverage;
	char		 text[DEC_STR];

	if (!dec_gt(DEC_INT(q->leverage), max))
		return;
	struct finding	*f = found(v, DENY_MAX_LEVERAGE, DEC_INT(q->leverage), max);
	text_putf(f->text, sizeof(f->text), "MAX_LEVERAGE:%d>%s", q->leverage,
	    dec_format(max, text));
}

static void
check_notional(const struct question *q, struct verdict *v)
{
	const dec_t	 max = q->account->rules.max_notional;

	if (dec_gt(v->values.notional, max))
		exceeded(v, DENY_MAX_NOTIONAL, "MAX_NOTIONAL", v->values.notional, max);
}

static void
check_exposure(const struct question *q, struct verdict *v)
{
	const dec_t	 after = dec_add(v->values.exposure, v->values.result);
	const dec_t	 max = q->account->rules.max_exposure;

	if (dec_gt(after, max))
		exceeded(v, DENY_MAX_EXPOSURE, "MAX_EXPOSURE", after, max);
}

static void
check_margin(const struct question *q, struct verdict *v)
{
	struct finding	*f;
	char		 a[DEC_STR + 4], b[DEC_STR + 4];

	(void)q;
	if (!dec_gt(v->values.required, v->values.available))
		return;
	f = found(v, DENY_INSUFFICIENT_MARGIN, v->values.required, v->values.available);
	text_putf(f->text, sizeof(f->text), "INSUFFICIENT_MARGIN:%s>%s",
	    money(v->values.required, a), money(v->values.available, b));
}

static void
check_usage(const struct question *q, struct verdict *v)
{
	struct finding	*f;
	const int64_t	 milli = dec_quantize(v->values.usage, (dec_t){ DEC_ONE_E8 / 1000 },
			    ROUND_HALF_EVEN).e8 / (DEC_ONE_E8 / 1000);

	(void)q;
	if (dec_lt(v->values.usage, USAGE_MAX))
		return;
	f = found(v, DENY_MARGIN_RATIO, v->values.usage, USAGE_MAX);
	text_putf(f->text, sizeof(f->text), "MARGIN_RATIO_EXCEEDED:%lld.%03lld>=0.98",
	    (long long)milli / 1000, (long long)milli % 1000);
}

enum applies { ALWAYS, NEW_RISK };
enum on_failure { ENDS, COLLECTS };

/* clang-format off */
static const struct check {
	const char		*name;
	void			(*look)(const struct question *, struct verdict *);
	enum applies		 applies;
	enum on_failure		 failure;
} checks[] = {
	{ "account",      check_account,      ALWAYS,   ENDS },		/*  1 */
	{ "instrument",   check_instrument,   ALWAYS,   ENDS },		/*  2 */
	{ "tick",         check_tick,         ALWAYS,   ENDS },		/*  3 */
	{ "range",        check_range,        ALWAYS,   ENDS },		/*  4 */
	{ "quantity",     check_quantity,     ALWAYS,   ENDS },		/*  5 */
	{ "reducible",    check_reducible,    ALWAYS,   ENDS },		/*  6 */
	{ "status",       check_status,       NEW_RISK, ENDS },		/*  7 */
	{ "price",        check_price,        NEW_RISK, ENDS },		/*  8 */
	{ "numbers",      check_numbers,      NEW_RISK, ENDS },		/*  9 */
	{ "min_notional", check_min_notional, NEW_RISK, COLLECTS },	/* 10 */
	{ "leverage",     check_leverage,     NEW_RISK, COLLECTS },	/* 11 */
	{ "notional",     check_notional,     NEW_RISK, COLLECTS },	/* 12 */
	{ "exposure",     check_exposure,     NEW_RISK, COLLECTS },	/* 13 */
	{ "margin",       check_margin,       NEW_RISK, COLLECTS },	/* 14 */
	{ "usage",        check_usage,        NEW_RISK, COLLECTS },	/* 15 */
};
/* clang-format on */

const char *
limit_check_name(size_t i)
{
	return i < NITEMS(checks) ? checks[i].name : NULL;
}

void
limit_judge(const struct question *q, struct verdict *v)
{
	*v = (struct verdict){ .qty = DEC_ZERO, .px = DEC_NONE, .closing = DEC_ZERO,
	    .opening = q->qty };
	for (size_t i = 0; i < NITEMS(checks); i++) {
		const int	 before = v->n;

		if (checks[i].applies == NEW_RISK && dec_is_zero(v->opening))
			continue;
		checks[i].look(q, v);
		for (int k = before; k < v->n; k++)
			v->findings[k].check = checks[i].name;
		if (v->n > before && checks[i].failure == ENDS)
			return;
	}
	/* A reduction is not judged by its numbers, but whoever asks wants to see them. */
	if (!v->has_values && dec_ok(market_px(q->market, q->instr->symbol, q->now)))
		v->has_values = reckon(q, v);
}
