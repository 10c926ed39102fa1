/* SPDX-License-Identifier: BSD-2-Clause */
#include "venue/outside.h"

#include "base/text.h"
#include "wire/jw.h"

const char *
outside_symbol(const struct spelling *s, const char *native, char buf[SYMBOL])
{
	const struct instr	*i = s->ccxt ? instrs_find(s->instrs, native) : NULL;

	if (i == NULL)
		text_put(buf, SYMBOL, native);
	else
		instr_ccxt(i, buf);
	return buf;
}

struct event_stamp
event_stamp_next(int64_t *seq, wall_t now)
{
	*seq = now.us > *seq ? now.us : *seq + 1;
	return (struct event_stamp){ *seq, now };
}

void
outside_event(struct buf *b, const char *type, const char *sub, struct event_stamp stamp)
{
	jw_open(b, '{');
	jw_put_int(b, "seq", stamp.seq);
	jw_put_str(b, "type", type);
	jw_put_str(b, "subAccountId", sub);
	jw_put_int(b, "timestamp", wall_ms(stamp.at));
}

static dec_t
or_zero(dec_t d)
{
	return dec_ok(d) ? d : DEC_ZERO;
}

void
outside_order(struct buf *b, const struct msg_fill *f, const struct spelling *s, wall_t now)
{
	const struct terms	*o = &f->o;
	char			 symbol[SYMBOL], id[24];

	text_putf(id, sizeof(id), "%lld", (long long)f->order_id);
	jw_put_str(b, "clientOrderId", o->clord_id);
	jw_put_str_or_null(b, "exchangeOrderId", f->order_id == 0 ? "" : id);
	jw_put_str(b, "symbol", outside_symbol(s, o->symbol, symbol));
	jw_put_str(b, "side", names_get(&side_names, (int)o->side));
	jw_put_str(b, "orderType", names_get(&ord_type_names, (int)o->type));
	jw_put_dec(b, "quantity", o->qty);
	/* The front end shows the price of a fill: of a market order its average. */
	jw_put_dec(b, "price", dec_ok(o->px) ? o->px : f->avg_px);
	jw_put_bool(b, "reduceOnly", o->reduce_only);
	jw_put_str(b, "state", names_get(&ord_status_names, (int)f->status));
	jw_put_dec(b, "filledQty", or_zero(f->cum_qty));
	jw_put_dec(b, "avgFillPrice", or_zero(f->avg_px));
	jw_put_dec(b, "lastFillPrice", or_zero(f->e.px));
	jw_put_dec(b, "lastFillQty", or_zero(f->e.qty));
	jw_put_str(b, "origin", names_get(&origin_names, (int)o->origin));
	jw_put_str_or_null(b, "parentId", o->parent_id);
	jw_put_str(b, "orderRole", names_get(&role_names, (int)o->role));
	jw_put_str_or_null(b, "strategySessionId", o->parent_id);
	jw_put_raw(b, "parentStrategySessionId", "null");
	jw_put_str_or_null(b, "rootStrategySessionId", o->parent_id);
	jw_put_raw(b, "replacesClientOrderId", "null");
	jw_put_int(b, "leverage", o->leverage);
	jw_put_int(b, "createdAt", wall_ms(o->created_at));
	jw_put_int(b, "updatedAt", wall_ms(now));
}
