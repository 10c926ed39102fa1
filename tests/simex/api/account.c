/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "tests/simex/core/print_account.h"
#include "wire/jw.h"

struct reject
account_v2(struct call *c)
{
	print_account(c->out, &c->w->exchange, ACCOUNT_V2);
	return reject_none();
}

struct reject
account_v3(struct call *c)
{
	print_account(c->out, &c->w->exchange, ACCOUNT_V3);
	return reject_none();
}

struct reject
account_balance(struct call *c)
{
	print_balances(c->out, &c->w->exchange);
	return reject_none();
}

static void
print_risks(struct call *c, enum account_form form)
{
	const struct exchange	*x = &c->w->exchange;

	jw_open(c->out, '[');
	if (c->desk != NULL)
		print_position_risk(c->out, x, c->desk, form);
	for (size_t i = 0; i < x->n && c->desk == NULL; i++)
		print_position_risk(c->out, x, &x->desks[i], form);
	jw_close(c->out, ']');
}

struct reject
account_risk_v2(struct call *c)
{
	print_risks(c, ACCOUNT_V2);
	return reject_none();
}

struct reject
account_risk_v3(struct call *c)
{
	print_risks(c, ACCOUNT_V3);
	return reject_none();
}

struct reject
account_config(struct call *c)
{
	print_account_config(c->out, &c->w->exchange);
	return reject_none();
}

/* A list, also of one: of the contract that was named, or of all. */
static void
print_each(struct call *c, void (*print)(struct buf *, const struct desk *))
{
	const struct exchange	*x = &c->w->exchange;

	jw_open(c->out, '[');
	if (c->desk != NULL)
		print(c->out, c->desk);
	for (size_t i = 0; i < x->n && c->desk == NULL; i++)
		print(c->out, &x->desks[i]);
	jw_close(c->out, ']');
}

struct reject
account_symbol_config(struct call *c)
{
	print_each(c, print_symbol_config);
	return reject_none();
}

static void
print_brackets(struct buf *b, const struct desk *d)
{
	brackets_print(b, d->brackets, d->listing->symbol);
}

struct reject
account_brackets(struct call *c)
{
	print_each(c, print_brackets);
	return reject_none();
}

static void
put_rate(struct buf *b, const char *name, dec_t rate)
{
	char	 text[DEC_STR];

	jw_put_str(b, name, dec_format(rate, text));
}

struct reject
account_commission_rate(struct call *c)
{
	jw_open(c->out, '{');
	jw_put_str(c->out, "symbol", c->desk->listing->symbol);
	put_rate(c->out, "makerCommissionRate", c->desk->fee_maker);
	put_rate(c->out, "takerCommissionRate", c->desk->fee_taker);
	put_rate(c->out, "rpiCommissionRate", c->desk->fee_maker);
	jw_close(c->out, '}');
	return reject_none();
}

/* No rule has ever been broken here. */
struct reject
account_trading_status(struct call *c)
{
	jw_open(c->out, '{');
	jw_put_raw(c->out, "indicators", "{}");
	jw_put_int(c->out, "updateTime", wall_ms(c->now));
	jw_close(c->out, '}');
	return reject_none();
}

/* ---- who would be deleveraged -------------------------------------------------------- */

static void
put_quantile(struct buf *b, const char *name, const struct position *p)
{
	jw_put_int(b, name, dec_is_zero(p->qty) ? 0 : ADL_QUANTILE);
}

static void
print_quantiles(struct buf *b, const struct desk *d, bool hedged)
{
	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_key(b, "adlQuantile");
	jw_open(b, '{');
	put_quantile(b, position_side_name(PS_LONG), &d->positions[PS_LONG]);
	put_quantile(b, position_side_name(PS_SHORT), &d->positions[PS_SHORT]);
	put_quantile(b, hedged ? "HEDGE" : position_side_name(PS_BOTH), &d->positions[PS_BOTH]);
	jw_close(b, '}');
	jw_close(b, '}');
}

struct reject
account_adl_quantile(struct call *c)
{
	const struct exchange	*x = &c->w->exchange;
	const struct desk	*d;

	jw_open(c->out, '[');
	TAILQ_FOREACH(d, &x->active, link)
		if (!desk_is_idle(d) && (c->desk == NULL || c->desk == d))
			print_quantiles(c->out, d, x->hedged);
	jw_close(c->out, ']');
	return reject_none();
}

static void
print_adl_risk(struct buf *b, const struct desk *d)
{
	jw_open(b, '{');
	jw_put_str(b, "symbol", d->listing->symbol);
	jw_put_str(b, "adlRisk", "low");
	jw_put_int(b, "updateTime", 0);
	jw_close(b, '}');
}

struct reject
account_adl_risk(struct call *c)
{
	if (c->desk == NULL)
		print_each(c, print_adl_risk);
	else
		print_adl_risk(c->out, c->desk);
	return reject_none();
}
