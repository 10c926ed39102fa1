/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/event_parts.h"

#include "base/text.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

static const char *const exec_names[] = {
	[FACT_NEW] = "NEW", [FACT_TRADE] = "TRADE", [FACT_CANCELED] = "CANCELED",
	[FACT_EXPIRED] = "EXPIRED", [FACT_AMENDED] = "AMENDMENT",
	[FACT_CALCULATED] = "CALCULATED", [FACT_TAKEN] = "CALCULATED",
};

static int64_t
sent_ms(wall_t now, wall_t at)
{
	return wall_ms(now) > wall_ms(at) ? wall_ms(now) : wall_ms(at);
}

void
open_event(struct buf *b, const char *name, wall_t now, wall_t at)
{
	jw_open(b, '{');
	jw_put_str(b, "e", name);
	jw_put_int(b, "T", wall_ms(at));
	jw_put_int(b, "E", sent_ms(now, at));
}

void
put_dec(struct buf *b, const char *name, dec_t d)
{
	char	 text[DEC_STR];

	jw_put_str(b, name, dec_format(dec_ok(d) ? d : DEC_ZERO, text));
}

/* ---- the user's ----------------------------------------------------------------- */

static const char *
type_of(const struct order *o)
{
	return o->terms.forced == FORCED_LIQUIDATION ? "LIQUIDATION" :
	    names_get(&ord_type_names, (int)o->terms.type);
}

static void
put_asked(struct buf *b, const struct order *o)
{
	jw_put_str(b, "s", o->listing->symbol);
	jw_put_str(b, "c", o->terms.clord_id);
	jw_put_str(b, "S", names_get(&side_names, (int)o->terms.side));
	jw_put_str(b, "o", type_of(o));
	jw_put_str(b, "f", tif_name(o->terms.tif));
	put_dec(b, "q", o->terms.qty);
	put_dec(b, "p", o->terms.px);
}

static void
put_last_trade(struct buf *b, const struct fact *f)
{
	put_dec(b, "l", f->trade.qty);
	put_dec(b, "z", f->order.cum_qty);
	put_dec(b, "L", f->trade.px);
	/* What the exchange starts by itself begins without a commission. */
	if (f->kind != FACT_CALCULATED) {
		put_dec(b, "n", f->trade.fee);
		jw_put_str(b, "N", f->trade.fee_asset != NULL ? f->trade.fee_asset :
		    f->desk->listing->margin_asset);
	}
	jw_put_int(b, "T", wall_ms(f->at));
	jw_put_int(b, "t", f->trade.id);
	put_dec(b, "b", f->exposure.bids);
	put_dec(b, "a", f->exposure.asks);
	jw_put_bool(b, "m", f->trade.maker);
}

/* Only where the owner gave one with his change; as text. */
static void
put_modify_id(struct buf *b, const struct fact *f)
{
	char	 text[DEC_STR];

	if (f->modify_id == NO_MODIFY_ID)
		return;
	text_putf(text, sizeof(text), "%lld", (long long)f->modify_id);
	jw_put_str(b, "M", text);
}

void
event_order(struct buf *b, const struct fact *f, wall_t now)
{
	const struct order	*o = &f->order;

	open_event(b, "ORDER_TRADE_UPDATE", now, f->at);
	jw_key(b, "o");
	jw_open(b, '{');
	put_asked(b, o);
	put_dec(b, "ap", order_avg_px(o));
	jw_put_str(b, "sp", "0");
	jw_put_str(b, "x", exec_names[f->kind]);
	jw_put_str(b, "X", status_name(order_status(o)));
	jw_put_int(b, "i", o->id);
	put_modify_id(b, f);
	put_last_trade(b, f);
	jw_put_bool(b, "R", o->terms.reduce_only);
	jw_put_str(b, "wt", "CONTRACT_PRICE");
	jw_put_str(b, "ot", type_of(o));
	jw_put_str(b, "ps", position_side_name(o->terms.ps));
	jw_put_bool(b, "cp", false);
	put_dec(b, "rp", f->trade.realized);
	jw_put_bool(b, "pP", false);
	jw_put_int(b, "si", 0);
	jw_put_int(b, "ss", 0);
	jw_put_str(b, "V", stp_name(o->terms.stp));
	jw_put_str(b, "pm", price_match_name(o->terms.pm));
	jw_put_int(b, "gtd", o->terms.good_till_ms);
	put_dec(b, "er", DEC_INT(f->er));
	jw_close(b, '}');
	jw_close(b, '}');
}

void
event_trade_lite(struct buf *b, const struct fact *f, wall_t now)
{
	const struct order		*o = &f->order;
	const struct listing	*l = f->desk->listing;

	/* The only one whose times are this way round. */
	jw_open(b, '{');
	jw_put_str(b, "e", "TRADE_LITE");
	jw_put_int(b, "E", sent_ms(now, f->at));
	jw_put_int(b, "T", wall_ms(f->at));
	jw_put_str(b, "s", l->symbol);
	put_fixed(b, "q", o->terms.qty, l->qty_places);
	put_fixed(b, "p", dec_ok(o->terms.px) ? o->terms.px : DEC_ZERO, l->price_places);
	jw_put_bool(b, "m", f->trade.maker);
	jw_put_str(b, "c", o->terms.clord_id);
	jw_put_str(b, "S", names_get(&side_names, (int)o->terms.side));
	put_fixed(b, "L", f->trade.px, l->price_places);
	put_fixed(b, "l", f->trade.qty, l->qty_places);
	jw_put_int(b, "t", f->trade.id);
	jw_put_int(b, "i", o->id);
	jw_close(b, '}');
}

void
event_key_expired(struct buf *b, const char *listen_key, wall_t now)
{
	jw_open(b, '{');
	jw_put_str(b, "e", "listenKeyExpired");
	jw_put_int(b, "E", wall_ms(now));
	jw_put_str(b, "listenKey", listen_key);
	jw_close(b, '}');
}
