/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "tests/simex/core/print_account.h"
#include "wire/jw.h"

static const char *const	margin_type_words[] = { "CROSSED", "ISOLATED", NULL };

const struct param	setting_margin_type_params[SETTING_MARGIN_TYPE_PARAMS] = {
	{ "marginType", P_WORD, MANDATORY, margin_type_words, REJ_BAD_PARAM },
	{ "symbol", P_STR, MANDATORY, NULL, REJ_NONE },
};
const struct param	setting_margin_params[SETTING_MARGIN_PARAMS] = {
	{ "amount", P_DEC, MANDATORY, NULL, REJ_NONE },
	{ "positionSide", P_WORD, OPTIONAL, position_side_words, REJ_POSITION_SIDE },
	{ "symbol", P_STR, MANDATORY, NULL, REJ_NONE },
	{ "type", P_INT, MANDATORY, NULL, REJ_NONE },
};

static struct reject
answer(struct call *c, struct reject r)
{
	return reject_is_set(&r) ? r : call_done(c, "success");
}

static struct reject
say_whether(struct call *c, const char *name, bool on)
{
	jw_open(c->out, '{');
	jw_put_bool(c->out, name, on);
	jw_close(c->out, '}');
	return reject_none();
}

struct reject
setting_leverage(struct call *c)
{
	const int64_t	 asked = form_int(c->form, "leverage", 0);
	/* A number too large for the contract stays too large for an int. */
	const int	 leverage = asked > INT16_MAX ? INT16_MAX : (int)asked;
	const struct reject r = exchange_set_leverage(&c->w->exchange, c->desk, leverage, c->now);

	if (!reject_is_set(&r))
		print_leverage(c->out, c->desk);
	return r;
}

struct reject
setting_margin_type(struct call *c)
{
	const int	 type = form_word(c->form, setting_margin_type_params,
			    SETTING_MARGIN_TYPE_PARAMS, "marginType", 0);

	return answer(c, exchange_set_isolated(&c->w->exchange, c->desk, type == 1, c->now));
}

struct reject
setting_margin(struct call *c)
{
	enum { ADD = 1, TAKE = 2 };
	struct exchange	*x = &c->w->exchange;
	const int64_t	 type = form_int(c->form, "type", 0);
	const dec_t	 amount = form_dec(c->form, "amount");
	const int	 ps = form_word(c->form, setting_margin_params, SETTING_MARGIN_PARAMS,
			    "positionSide", PS_BOTH);

	if (type != ADD && type != TAKE)
		return reject_with(REJ_BAD_PARAM, "type");
	if (!exchange_shows(x, (enum position_side)ps))
		return reject_as(REJ_POSITION_SIDE);
	const struct reject	 r = exchange_move_margin(x, c->desk, (enum position_side)ps,
				    type == ADD ? amount : dec_neg(amount), c->now);
	if (reject_is_set(&r))
		return r;
	jw_open(c->out, '{');
	jw_put_dec(c->out, "amount", amount);
	jw_put_int(c->out, "code", 200);
	jw_put_str(c->out, "msg", "Successfully modify position margin.");
	jw_put_int(c->out, "type", type);
	jw_close(c->out, '}');
	return r;
}

struct reject
setting_position_mode(struct call *c)
{
	return say_whether(c, "dualSidePosition", c->w->exchange.hedged);
}

struct reject
setting_set_position_mode(struct call *c)
{
	return answer(c, exchange_set_hedged(&c->w->exchange,
	    form_bool(c->form, "dualSidePosition")));
}

struct reject
setting_asset_mode(struct call *c)
{
	return say_whether(c, "multiAssetsMargin", c->w->exchange.multi_assets);
}

struct reject
setting_set_asset_mode(struct call *c)
{
	return answer(c, exchange_set_multi_assets(&c->w->exchange,
	    form_bool(c->form, "multiAssetsMargin"), c->now));
}

struct reject
setting_fee_burn(struct call *c)
{
	return say_whether(c, "feeBurn", c->w->exchange.burns_bnb);
}

struct reject
setting_set_fee_burn(struct call *c)
{
	c->w->exchange.burns_bnb = form_bool(c->form, "feeBurn");
	return call_done(c, "success");
}
