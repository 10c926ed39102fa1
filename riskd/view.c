/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/view.h"

#include "base/text.h"
#include "wire/jw.h"

/* ---- the account ------------------------------------------------------------- */

struct totals {
	dec_t	notional, upnl;
};

static dec_t
upnl_of(const struct position *p, const struct market *m)
{
	const dec_t	 px = market_last_px(m, p->symbol);

	return dec_ok(px) ? position_upnl(p, px) : DEC_ZERO;
}

static struct totals
totals_of(const struct account *a, const struct market *m)
{
	struct totals		 t = { DEC_ZERO, DEC_ZERO };
	const struct position	*p;

	TAILQ_FOREACH(p, &a->positions, link) {
		t.notional = dec_add(t.notional, p->cost);
		t.upnl = dec_add(t.upnl, upnl_of(p, m));
	}
	return t;
}

/*
 * Cross margin: the account is gone when balance + sum of upnl falls to
 * floor = sum of notional * maintenance rate / threshold; what this position's
 * price must do for that, the others standing still (contract 7.5, dynamic).
 */
dec_t
view_liq_px(const struct account *a, const struct position *p, const struct market *m)
{
	const struct totals	 t = totals_of(a, m);
	const dec_t	 floor = dec_muldiv(t.notional, a->maint_rate, a->rules.liq_threshold,
			    ROUND_HALF_EVEN);
	const dec_t	 base = dec_sub(dec_add(a->balance, t.upnl), upnl_of(p, m));
	const dec_t	 move = dec_div(dec_sub(floor, base), p->qty, ROUND_HALF_EVEN);
	const dec_t	 entry = position_entry_px(p);
	const dec_t	 px = p->side == POS_LONG ? dec_add(entry, move) : dec_sub(entry, move);

	return dec_ok(px) ? dec_max(DEC_ZERO, px) : DEC_ZERO;
}

static void
put_position(const struct account *a, const struct position *p, const struct market *m,
    const struct spelling *s, struct buf *b)
{
	const dec_t	 px = market_last_px(m, p->symbol);
	const dec_t	 upnl = upnl_of(p, m), margin = position_margin(p);
	char		 symbol[SYMBOL];

	jw_open(b, '{');
	jw_put_str(b, "id", p->id);
	jw_put_str(b, "symbol", outside_symbol(s, p->symbol, symbol));
	jw_put_str(b, "side", names_get(&pos_side_names, (int)p->side));
	jw_put_dec(b, "entryPrice", position_entry_px(p));
	jw_put_dec(b, "quantity", p->qty);
	jw_put_dec(b, "notional", p->cost);
	jw_put_dec(b, "margin", margin);
	jw_put_int(b, "leverage", p->leverage);
	jw_put_dec(b, "liquidationPrice", view_liq_px(a, p, m));
	jw_put_dec(b, "unrealizedPnl", upnl);
	jw_put_dec(b, "pnlPercent", dec_sign(margin) > 0 ?
	    dec_muldiv(upnl, DEC_INT(100), margin, ROUND_HALF_EVEN) : DEC_ZERO);
	jw_put_dec(b, "markPrice", dec_ok(px) ? px : position_entry_px(p));
	jw_put_int(b, "openedAt", wall_ms(p->opened_at));
	jw_close(b, '}');
}

static void
put_rules(const struct rules *r, struct buf *b)
{
	jw_key(b, "rules");
	jw_open(b, '{');
	jw_put_dec(b, "maxLeverage", r->max_leverage);
	jw_put_dec(b, "maxNotionalPerTrade", r->max_notional);
	jw_put_dec(b, "maxTotalExposure", r->max_exposure);
	jw_close(b, '}');
}

static void
put_open_order(const struct pending *p, const struct spelling *s, struct buf *b)
{
	const struct terms	*o = &p->o;
	char			 symbol[SYMBOL], id[24];

	text_putf(id, sizeof(id), "%lld", (long long)p->order_id);
	jw_open(b, '{');
	jw_put_str(b, "clientOrderId", o->clord_id);
	jw_put_str_or_null(b, "exchangeOrderId", p->order_id == 0 ? "" : id);
	jw_put_str(b, "symbol", outside_symbol(s, o->symbol, symbol));
	jw_put_str(b, "side", names_get(&side_names, (int)o->side));
	jw_put_str(b, "orderType", names_get(&ord_type_names, (int)o->type));
	jw_put_dec(b, "price", o->px);
	jw_put_dec(b, "quantity", o->qty);
	jw_put_dec(b, "filledQty", p->booked_qty);
	jw_put_str(b, "origin", names_get(&origin_names, (int)o->origin));
	jw_put_int(b, "leverage", o->leverage);
	jw_put_bool(b, "reduceOnly", o->reduce_only);
	jw_put_str(b, "state", names_get(&ord_status_names, (int)p->status));
	jw_put_int(b, "createdAt", wall_ms(o->created_at));
	jw_close(b, '}');
}

static void
put_open_orders(const struct pending_list *orders, const struct spelling *s, struct buf *b)
{
	const struct pending	*p = orders == NULL ? NULL : TAILQ_LAST(orders, pending_list);

	jw_key(b, "openOrders");
	jw_open(b, '[');
	for (int n = 0; p != NULL && n < OPEN_ORDERS; p = TAILQ_PREV(p, pending_list, sibling)) {
		if (p->o.type != TYPE_LIMIT || ord_status_is_final(p->status))
			continue;
		put_open_order(p, s, b);
		n++;
	}
	jw_close(b, ']');
}

void
view_snapshot(const struct account *a, const struct pending_list *orders, const struct market *m,
    const struct spelling *s, wall_t now, struct buf *b)
{
	const struct totals	 t = totals_of(a, m);
	const dec_t		 equity = dec_add(a->balance, t.upnl);
	const dec_t		 used = dec_div(t.notional, dec_max(DEC_ONE, a->rules.max_leverage),
				    ROUND_HALF_EVEN);
	const dec_t		 maint = dec_mul(t.notional, a->maint_rate, ROUND_HALF_EVEN);
	const struct position	*p;
	int			 n = 0;

	jw_open(b, '{');
	jw_put_str(b, "subAccountId", a->id);
	jw_put_dec(b, "balance", a->balance);
	jw_put_dec(b, "equity", equity);
	jw_put_dec(b, "marginUsed", used);
	jw_put_dec(b, "availableMargin", dec_max(DEC_ZERO, dec_sub(equity, used)));
	jw_put_dec(b, "unrealizedPnl", t.upnl);
	jw_put_dec(b, "totalExposure", t.notional);
	jw_put_dec(b, "maintenanceMargin", maint);
	jw_put_dec(b, "marginRatio", dec_sign(equity) > 0 ?
	    dec_div(maint, equity, ROUND_HALF_EVEN) : DEC_ONE);
	jw_put_str(b, "status", names_get(&account_status_names, (int)a->status));
	jw_put_str(b, "liquidationMode", a->liq_mode);
	jw_put_dec(b, "liquidationThreshold", a->rules.liq_threshold);
	put_rules(&a->rules, b);
	jw_key(b, "positions");
	jw_open(b, '[');
	TAILQ_FOREACH(p, &a->positions, link) {
		put_position(a, p, m, s, b);
		n++;
	}
	jw_close(b, ']');
	jw_put_int(b, "positionCount", n);
	put_open_orders(orders, s, b);
	jw_put_int(b, "timestamp", wall_ms(now));
	jw_close(b, '}');
}

/* ---- events -------------------------------------------------------------------- */

static void
put_closing(const struct leg *l, const struct account *a, const struct market *m, struct buf *b)
{
	const struct position	*p = &l->after;

	jw_put_dec(b, "realizedPnl", l->rpnl);
	jw_put_dec(b, "closePrice", l->px);
	jw_put_dec(b, "closedQty", l->qty);
	jw_put_dec(b, "remainingQty", p->qty);
	if (!dec_is_zero(p->qty))
		jw_put_dec(b, "liquidationPrice", view_liq_px(a, p, m));
}

static void
put_standing(const struct leg *l, const struct account *a, const struct market *m, struct buf *b)
{
	const struct position	*p = &l->after;

	jw_put_dec(b, "entryPrice", position_entry_px(p));
	jw_put_dec(b, "quantity", p->qty);
	jw_put_dec(b, "notional", p->cost);
	jw_put_dec(b, "margin", position_margin(p));
	jw_put_int(b, "leverage", p->leverage);
	jw_put_dec(b, "liquidationPrice", view_liq_px(a, p, m));
}

void
view_position(const struct account *a, const struct leg *l, const struct market *m,
    const struct spelling *s, const char *type, enum origin origin, struct event_stamp stamp,
    struct buf *b)
{
	char	 symbol[SYMBOL];

	outside_event(b, type, a->id, stamp);
	jw_put_str(b, "positionId", l->after.id);
	jw_put_str(b, "symbol", outside_symbol(s, l->after.symbol, symbol));
	jw_put_str(b, "side", names_get(&pos_side_names, (int)l->after.side));
	if (text_eq(type, "position_updated"))
		put_standing(l, a, m, b);
	else
		put_closing(l, a, m, b);
	jw_put_str(b, "originType", names_get(&origin_names, (int)origin));
	jw_close(b, '}');
}

void
view_order(const struct msg_fill *f, const char *type, const char *snapshot,
    const struct spelling *s, struct event_stamp stamp, struct buf *b)
{
	outside_event(b, type, f->o.sub, stamp);
	outside_order(b, f, s, stamp.at);
	if (*f->reason != '\0')
		jw_put_str(b, "reason", f->reason);
	if (*f->o.parent_id != '\0')
		jw_put_bool(b, "suppressToast", true);
	jw_put_raw(b, "account", snapshot);
	jw_close(b, '}');
}

/* The snapshot's members stand at the top as well: that is where the front end looks. */
void
view_margin_update(const char *snapshot, struct event_stamp stamp, struct buf *b)
{
	jw_open(b, '{');
	jw_put_int(b, "seq", stamp.seq);
	jw_put_str(b, "type", "margin_update");
	jw_put_raw(b, "update", snapshot);
	buf_addc(b, ',');
	buf_adds(b, snapshot + 1);	/* without its {, and its } ends the event */
}

/* ---- answers ---------------------------------------------------------------------- */

static void
put_trade(const struct pending *p, struct buf *b)
{
	jw_key(b, "trade");
	jw_open(b, '{');
	jw_put_dec(b, "price", pending_avg_px(p));
	jw_put_dec(b, "quantity", p->booked_qty);
	jw_put_dec(b, "notional", p->booked_cost);
	jw_put_dec(b, "fee", p->fee);
	jw_put_dec(b, "realizedPnl", p->rpnl);
	jw_close(b, '}');
}

static void
put_answer_position(const struct pending *p, const struct account *a, struct buf *b)
{
	const struct position	*pos = account_position_by_id(a, p->last_position);

	if (pos == NULL)
		return;
	jw_key(b, "position");
	jw_open(b, '{');
	jw_put_str(b, "id", pos->id);
	jw_put_str(b, "symbol", p->as_given);
	jw_put_str(b, "side", names_get(&pos_side_names, (int)pos->side));
	jw_put_dec(b, "entryPrice", position_entry_px(pos));
	jw_put_dec(b, "quantity", pos->qty);
	jw_put_dec(b, "notional", pos->cost);
	jw_put_dec(b, "margin", position_margin(pos));
	jw_put_int(b, "leverage", pos->leverage);
	jw_close(b, '}');
}

void
view_answer(const struct pending *p, const struct account *a, struct buf *b)
{
	char	 id[24];

	text_putf(id, sizeof(id), "%lld", (long long)p->order_id);
	jw_open(b, '{');
	jw_put_bool(b, "success", true);
	jw_put_str(b, "clientOrderId", p->o.clord_id);
	jw_put_str_or_null(b, "orderId", p->order_id == 0 ? "" : id);
	jw_put_str(b, "state", names_get(&ord_status_names, (int)p->status));
	jw_put_str(b, "symbol", p->as_given);
	if (!dec_is_zero(p->booked_qty)) {
		put_answer_position(p, a, b);
		put_trade(p, b);
	}
	jw_close(b, '}');
}

static void
put_findings(const struct verdict *v, struct buf *b)
{
	jw_open(b, '[');
	for (int i = 0; i < v->n; i++)
		jw_str(b, v->findings[i].text);
	jw_close(b, ']');
}

static void
put_holding(const struct pending *const holding[], size_t n, struct buf *b)
{
	jw_key(b, "heldBy");
	jw_open(b, '[');
	for (size_t i = 0; i < n; i++)
		jw_str(b, holding[i]->o.clord_id);
	jw_close(b, ']');
}

/* The first finding names the code; all are listed. */
void
view_denial(const struct verdict *v, const struct pending *const holding[], size_t n,
    struct buf *b)
{
	const struct finding	*f = &v->findings[0];
	char			 text[320];

	text_putf(text, sizeof(text), "%s (%s)", deny_text(f->code), f->text);
	jw_open(b, '{');
	jw_put_bool(b, "success", false);
	jw_put_str(b, "error", deny_sentence(f->code, text));
	jw_put_str(b, "errorCode", deny_code(f->code));
	jw_put_str(b, "errorCategory", deny_category(f->code));
	jw_put_bool(b, "retryable", deny_retryable(f->code));
	jw_key(b, "details");
	jw_open(b, '{');
	jw_put_str(b, "check", f->check);
	if (f->field != NULL) {
		jw_put_str(b, "field", f->field);
		jw_put_str(b, "value", f->given);
	}
	if (dec_ok(f->value))
		jw_put_dec(b, "value", f->value);
	if (dec_ok(f->limit))
		jw_put_dec(b, "limit", f->limit);
	if (n > 0)
		put_holding(holding, n, b);
	jw_close(b, '}');
	jw_key(b, "errors");
	put_findings(v, b);
	jw_close(b, '}');
}

struct value_names {
	const char	*snake, *camel;
	size_t		 offset;
};

/* In the order of the contract; both spellings are read by somebody. */
static const struct value_names	value_names[] = {
	{ "price", "price", offsetof(struct values, px) },
	{ "notional", "notional", offsetof(struct values, notional) },
	{ "required_margin", "requiredMargin", offsetof(struct values, required) },
	{ "available_margin", "availableMargin", offsetof(struct values, available) },
	{ "current_exposure", "currentExposure", offsetof(struct values, exposure) },
	{ "equity", "equity", offsetof(struct values, equity) },
	{ "maintenance_margin", "maintenanceMargin", offsetof(struct values, maintenance) },
	{ "margin_usage_ratio", "marginUsageRatio", offsetof(struct values, usage) },
};

static void
put_values(const struct verdict *v, bool snake, struct buf *b)
{
	jw_open(b, '{');
	for (size_t i = 0; i < NITEMS(value_names); i++)
		jw_put_dec(b, snake ? value_names[i].snake : value_names[i].camel,
		    *(const dec_t *)(const void *)((const char *)&v->values +
		    value_names[i].offset));
	jw_close(b, '}');
}

void
view_validation(const struct verdict *v, struct buf *b)
{
	jw_open(b, '{');
	jw_put_bool(b, "success", true);
	jw_put_bool(b, "valid", v->n == 0);
	jw_key(b, "errors");
	put_findings(v, b);
	if (v->has_values) {
		jw_key(b, "computed_values");
		put_values(v, true, b);
		jw_key(b, "computedValues");
		put_values(v, false, b);
	}
	jw_close(b, '}');
}
