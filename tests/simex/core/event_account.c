/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/event_parts.h"

#include "tests/simex/core/print.h"
#include "wire/jw.h"

enum { MONEY_PLACES = 8 };

static void
print_holding(struct buf *b, const struct holding *h, dec_t change)
{
	if (h->asset == NULL)
		return;
	jw_open(b, '{');
	jw_put_str(b, "a", h->asset);
	put_fixed(b, "wb", h->balance, MONEY_PLACES);
	put_fixed(b, "cw", h->cross, MONEY_PLACES);
	put_dec(b, "bc", change);
	jw_close(b, '}');
}

static void
print_position(struct buf *b, const struct fact *f)
{
	const struct position	*p = &f->position;

	jw_open(b, '{');
	jw_put_str(b, "s", f->desk->listing->symbol);
	put_dec(b, "pa", p->qty);
	put_dec(b, "ep", position_entry_px(p));
	put_dec(b, "cr", p->realized);
	put_dec(b, "up", position_upnl(p, f->mark_px));
	jw_put_str(b, "mt", f->isolated ? "isolated" : "cross");
	put_dec(b, "iw", p->apart);
	jw_put_str(b, "ps", position_side_name(f->ps));
	jw_put_str(b, "ma", f->desk->listing->margin_asset);
	put_dec(b, "bep", position_break_even_px(p));
	jw_close(b, '}');
}

static enum update
update_of(const struct fact *f)
{
	if (f->kind == FACT_ACCOUNT)
		return f->update;
	return f->kind == FACT_FUNDING ? UPD_FUNDING_FEE : UPD_ORDER;
}

/* Money that came or went leaves a position as it was, unless it has a wallet of its own. */
static bool
shows_position(const struct fact *f, enum update why)
{
	return why == UPD_ORDER || why == UPD_MARGIN_TRANSFER || why == UPD_MARGIN_TYPE ||
	    (why == UPD_FUNDING_FEE && f->isolated);
}

/* Funding names its contract. */
void
event_account(struct buf *b, const struct fact *f, wall_t now)
{
	const enum update	 why = update_of(f);

	open_event(b, "ACCOUNT_UPDATE", now, f->at);
	jw_key(b, "a");
	jw_open(b, '{');
	jw_key(b, "B");
	jw_open(b, '[');
	if (why != UPD_MARGIN_TYPE)
		print_holding(b, &f->held, f->change);
	print_holding(b, &f->held_for_fee, DEC_ZERO);
	jw_close(b, ']');
	jw_key(b, "P");
	jw_open(b, '[');
	if (shows_position(f, why))
		print_position(b, f);
	jw_close(b, ']');
	jw_put_str(b, "m", update_name(why));
	if (why == UPD_FUNDING_FEE)
		jw_put_str(b, "S", f->desk->listing->symbol);
	jw_close(b, '}');
	jw_close(b, '}');
}

void
event_config(struct buf *b, const struct fact *f, wall_t now)
{
	const bool	 of_account = f->kind == FACT_ASSET_MODE;

	open_event(b, "ACCOUNT_CONFIG_UPDATE", now, f->at);
	jw_key(b, of_account ? "ai" : "ac");
	jw_open(b, '{');
	if (of_account) {
		jw_put_bool(b, "j", f->multi_assets);
	} else {
		jw_put_str(b, "s", f->desk->listing->symbol);
		jw_put_int(b, "l", f->leverage);
	}
	jw_close(b, '}');
	jw_close(b, '}');
}

static void
print_called(struct buf *b, const struct fact *f)
{
	const struct position	*p = &f->position;

	jw_open(b, '{');
	jw_put_str(b, "s", f->desk->listing->symbol);
	jw_put_str(b, "ps", position_side_name(f->ps));
	put_dec(b, "pa", p->qty);
	jw_put_str(b, "mt", f->isolated ? "ISOLATED" : "CROSSED");
	put_dec(b, "iw", p->apart);
	put_dec(b, "mp", f->mark_px);
	put_dec(b, "up", position_upnl(p, f->mark_px));
	put_dec(b, "mm", f->maint);
	jw_close(b, '}');
}

/* There is no T. */
void
event_margin_call(struct buf *b, const struct fact *f, wall_t now)
{
	jw_open(b, '{');
	jw_put_str(b, "e", "MARGIN_CALL");
	jw_put_int(b, "E", wall_ms(now) > wall_ms(f->at) ? wall_ms(now) : wall_ms(f->at));
	if (!f->isolated)
		put_dec(b, "cw", f->held.cross);
	jw_key(b, "p");
	jw_open(b, '[');
	for (size_t i = 0; i < f->called; i++)
		print_called(b, f + i);
	jw_close(b, ']');
	jw_close(b, '}');
}
