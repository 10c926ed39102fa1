/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/event_parts.h"

#include "tests/simex/core/print.h"
#include "wire/jw.h"

enum { MONEY_PLACES = 8 };

static void
print_balance(struct buf *b, const struct fact *f)
{
	jw_open(b, '[');
	jw_open(b, '{');
	jw_put_str(b, "a", "USDT");
	put_fixed(b, "wb", f->balance, MONEY_PLACES);
	put_fixed(b, "cw", f->balance, MONEY_PLACES);
	put_dec(b, "bc", f->change);
	jw_close(b, '}');
	jw_close(b, ']');
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
	jw_put_str(b, "mt", "cross");
	jw_put_str(b, "iw", "0");
	jw_put_str(b, "ps", position_side_name(f->ps));
	jw_put_str(b, "ma", f->desk->listing->margin_asset);
	put_dec(b, "bep", position_break_even_px(p));
	jw_close(b, '}');
}

/* Cross-margin funding names its contract and carries no position. */
void
event_account(struct buf *b, const struct fact *f, wall_t now)
{
	const bool	 funding = f->kind == FACT_FUNDING;

	open_event(b, "ACCOUNT_UPDATE", now, f->at);
	jw_key(b, "a");
	jw_open(b, '{');
	jw_key(b, "B");
	print_balance(b, f);
	jw_key(b, "P");
	jw_open(b, '[');
	if (!funding)
		print_position(b, f);
	jw_close(b, ']');
	jw_put_str(b, "m", funding ? "FUNDING_FEE" : "ORDER");
	if (funding)
		jw_put_str(b, "S", f->desk->listing->symbol);
	jw_close(b, '}');
	jw_close(b, '}');
}

void
event_leverage(struct buf *b, const struct fact *f, wall_t now)
{
	open_event(b, "ACCOUNT_CONFIG_UPDATE", now, f->at);
	jw_key(b, "ac");
	jw_open(b, '{');
	jw_put_str(b, "s", f->desk->listing->symbol);
	jw_put_int(b, "l", f->leverage);
	jw_close(b, '}');
	jw_close(b, '}');
}
