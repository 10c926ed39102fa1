/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/account.h"

enum { HOURS_MOST = 24 };

/* Of what is traded, or held. */
#define RATE_MOST	DEC_ONE
#define BNB_LEAST	((dec_t){ DEC_ONE_E8 / 100 })
#define BNB_MOST	DEC_INT(1000000)

enum position_side
money_position_side(const struct form *f)
{
	const char	*side = form_str(f, "positionSide");

	return side == NULL ? PS_BOTH :
	    (enum position_side)words_find(position_side_words, side);
}

/* It may be negative. */
static struct reject
read_rate(const struct call *c, const char *name, dec_t *out)
{
	return bound_dec(c, name, dec_neg(RATE_MOST), RATE_MOST, out);
}

struct reject
money_transfer(struct call *c)
{
	struct exchange		*x = &c->w->exchange;
	const struct purse	*p = wallet_find(&x->wallet, form_str(c->form, "asset"));
	const char		*reason = form_str(c->form, "reason");
	dec_t			 change = DEC_ZERO;
	struct reject		 r = bound_dec(c, "amount", dec_neg(BALANCE_MOST), BALANCE_MOST,
				    &change);
	enum update		 why = UPD_DEPOSIT;

	if (reject_is_set(&r))
		return r;
	if (p == NULL)
		return reject_with(REJ_BAD_PARAM, "asset");
	if (reason == NULL)
		reason = update_name(dec_sign(change) < 0 ? UPD_WITHDRAW : UPD_DEPOSIT);
	while (why < UPD_N && !text_eq(update_name(why), reason))
		why++;
	if (why == UPD_N)
		return reject_with(REJ_BAD_PARAM, "reason");
	r = exchange_transfer(x, (size_t)(p - x->wallet.v), change, why, c->now);
	return reject_is_set(&r) ? r : call_done(c, "done");
}

struct reject
money_fund(struct call *c)
{
	dec_t			 rate = DEC_ZERO;
	const struct reject	 r = read_rate(c, "rate", &rate);

	if (reject_is_set(&r))
		return r;
	exchange_fund(&c->w->exchange, c->desk, rate, c->now);
	return call_done(c, "done");
}

struct reject
money_funding(struct call *c)
{
	const int64_t	 hours = form_int(c->form, "hours", c->desk->funding_hours);
	dec_t		 rate = c->desk->funding_rate;
	struct reject	 r = read_rate(c, "rate", &rate);

	if (reject_is_set(&r))
		return r;
	if (hours > HOURS_MOST)
		return reject_with(REJ_BAD_PARAM, "hours");
	c->desk->funding_rate = rate;
	c->desk->funding_hours = (int)hours;
	exchange_plan_funding(&c->w->exchange, c->now);
	return call_done(c, "done");
}

struct reject
money_fees(struct call *c)
{
	dec_t		 maker = c->desk->fee_maker, taker = c->desk->fee_taker;
	struct reject	 r = read_rate(c, "maker", &maker);

	if (!reject_is_set(&r))
		r = read_rate(c, "taker", &taker);
	if (reject_is_set(&r))
		return r;
	c->desk->fee_maker = maker;
	c->desk->fee_taker = taker;
	return call_done(c, "done");
}

struct reject
money_bnb(struct call *c)
{
	const bool	 none = dec_is_zero(form_dec(c->form, "price"));
	const struct reject	 r = bound_dec(c, "price", none ? DEC_ZERO : BNB_LEAST, BNB_MOST,
				    &c->w->exchange.bnb_px);

	return reject_is_set(&r) ? r : call_done(c, "done");
}

struct reject
money_liquidate(struct call *c)
{
	const struct reject	 r = exchange_liquidate(&c->w->exchange, c->desk,
				    money_position_side(c->form), c->now);

	return reject_is_set(&r) ? r : call_done(c, "done");
}

struct reject
money_adl(struct call *c)
{
	const struct reject	 r = exchange_deleverage(&c->w->exchange, c->desk,
				    money_position_side(c->form), form_dec(c->form, "qty"), c->now);

	return reject_is_set(&r) ? r : call_done(c, "done");
}

static bool
is_on(const struct call *c)
{
	return form_int(c->form, "on", 0) != 0;
}

struct reject
money_isolated(struct call *c)
{
	const struct reject	 r = exchange_set_isolated(&c->w->exchange, c->desk, is_on(c),
				    c->now);

	return reject_is_set(&r) ? r : call_done(c, "done");
}

struct reject
money_multi_assets(struct call *c)
{
	const struct reject	 r = exchange_set_multi_assets(&c->w->exchange, is_on(c), c->now);

	return reject_is_set(&r) ? r : call_done(c, "done");
}

struct reject
money_settle(struct call *c)
{
	const struct reject	 r = exchange_settle(&c->w->exchange, c->desk,
				    form_dec(c->form, "price"), c->now);

	return reject_is_set(&r) ? r : call_done(c, "done");
}
