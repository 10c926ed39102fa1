/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/intake.h"

#include "base/attr.h"
#include "base/text.h"

/* In the order of the enum they become, and then those that have moved away. */
static const char *const	type_words[] = {
	"MARKET", "LIMIT",
	"STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET", NULL
};

const struct param intake_params[INTAKE_PARAMS] = {
	{ "activationPrice",         P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "callbackRate",            P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "closePosition",           P_BOOL, OPTIONAL,  NULL, REJ_NONE },
	{ "goodTillDate",            P_INT,  OPTIONAL,  NULL, REJ_NONE },
	{ "newClientOrderId",        P_ID,   OPTIONAL,  NULL, REJ_NONE },
	{ "newOrderRespType",        P_WORD, OPTIONAL,  resp_words, REJ_RESP_TYPE },
	{ "positionSide",            P_WORD, OPTIONAL,  position_side_words, REJ_NO_POSITION_SIDE },
	{ "price",                   P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "priceMatch",              P_WORD, OPTIONAL,  price_match_words, REJ_PRICE_MATCH },
	{ "priceProtect",            P_BOOL, OPTIONAL,  NULL, REJ_NONE },
	{ "quantity",                P_DEC,  MANDATORY_LATER, NULL, REJ_NONE },
	{ "reduceOnly",              P_BOOL, OPTIONAL,  NULL, REJ_NONE },
	{ "selfTradePreventionMode", P_WORD, OPTIONAL,  stp_words, REJ_STP_MODE },
	{ "side",                    P_WORD, MANDATORY, side_words, REJ_BAD_SIDE },
	{ "stopPrice",               P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "symbol",                  P_STR,  MANDATORY, NULL, REJ_NONE },
	{ "timeInForce",             P_WORD, OPTIONAL,  tif_words, REJ_BAD_TIF },
	{ "type",                    P_WORD, MANDATORY, type_words, REJ_BAD_TYPE },
	{ "workingType",             P_STR,  OPTIONAL,  NULL, REJ_NONE },
};

const struct param intake_change_params[INTAKE_CHANGE_PARAMS] = {
	{ "modifyId",                P_INT,  OPTIONAL,  NULL, REJ_NONE },
	{ "orderId",                 P_INT,  OPTIONAL,  NULL, REJ_NONE },
	{ "origClientOrderId",       P_ID,   OPTIONAL,  NULL, REJ_NONE },
	{ "price",                   P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "priceMatch",              P_WORD, OPTIONAL,  price_match_words, REJ_PRICE_MATCH },
	{ "quantity",                P_DEC,  MANDATORY, NULL, REJ_NONE },
	{ "reduceOnly",              P_BOOL, OPTIONAL,  NULL, REJ_NONE },
	{ "side",                    P_WORD, MANDATORY, side_words, REJ_BAD_SIDE },
	{ "symbol",                  P_STR,  MANDATORY, NULL, REJ_NONE },
};

/* Who may, must or must not send a parameter: they are named as the exchange names them. */
enum manner { NEVER, ALWAYS, NOT_ON_MARKET, ON_LIMIT, GTD_ONLY, GTD_TOO };

static const struct { const char *name, *refused_as; enum manner manner; } manners[] = {
	{ "activationPrice", "activationprice", NEVER },
	{ "callbackRate",    "callbackrate",    NEVER },
	{ "closePosition",   "closeposition",   NEVER },
	{ "goodTillDate",    "goodtilldate",    GTD_ONLY },
	{ "price",           "price",           NOT_ON_MARKET },
	{ "priceProtect",    "priceprotect",    NEVER },
	{ "stopPrice",       "stopprice",       NEVER },
	{ "timeInForce",     "timeinforce",     NOT_ON_MARKET },
	{ "workingType",     "workingtype",     NEVER },
	{ "quantity",        "quantity",        ALWAYS },
	{ "goodTillDate",    "goodTillDate",    GTD_TOO },
	{ "timeInForce",     "timeInForce",     ON_LIMIT },
};

static int
word(const struct form *f, const char *name, int absent)
{
	return form_word(f, intake_params, INTAKE_PARAMS, name, absent);
}

static bool
is_missing(enum manner m, enum ord_type type, enum tif tif)
{
	return m == ALWAYS || (m == ON_LIMIT && type == TYPE_LIMIT) || (m == GTD_TOO && tif == TIF_GTD);
}

static bool
is_too_much(enum manner m, enum ord_type type, enum tif tif)
{
	return m == NEVER || (m == NOT_ON_MARKET && type == TYPE_MARKET) ||
	    (m == GTD_ONLY && tif != TIF_GTD);
}

static struct reject
check_manners(const struct form *f, enum ord_type type, enum tif tif)
{
	for (size_t i = 0; i < NITEMS(manners); i++) {
		const bool	 sent = form_str(f, manners[i].name) != NULL;

		if (!sent && is_missing(manners[i].manner, type, tif))
			return reject_with(REJ_MANDATORY, "%s", manners[i].refused_as);
		if (sent && is_too_much(manners[i].manner, type, tif))
			return reject_with(REJ_NOT_REQUIRED, "%s", manners[i].refused_as);
	}
	return reject_none();
}

/* A LIMIT price comes from the client or from the book. */
static struct reject
check_price(const struct form *f, enum ord_type type, enum price_match pm)
{
	const bool	 sent = form_str(f, "price") != NULL;

	if (type != TYPE_LIMIT)
		return pm == PM_NONE ? reject_none() : reject_as(REJ_PRICE_MATCH_TYPE);
	if (sent && pm != PM_NONE)
		return reject_with(REJ_NOT_REQUIRED, "price");
	if (!sent && pm == PM_NONE)
		return reject_with(REJ_MANDATORY, "price");
	return reject_none();
}

/* What has to fit the account and the other parameters. */
static struct reject
check_together(const struct form *f, bool hedged, const struct terms *t)
{
	struct reject	 r;

	if ((t->ps != PS_BOTH) != hedged)
		return reject_as(REJ_POSITION_SIDE);
	if (hedged && form_str(f, "reduceOnly") != NULL)
		return reject_with(REJ_NOT_REQUIRED, "reduceonly");
	r = check_manners(f, t->type, t->tif);
	return reject_is_set(&r) ? r : check_price(f, t->type, t->pm);
}

struct reject
intake_parse(const struct form *f, bool hedged, enum stp absent, struct terms *t)
{
	const int	 type = word(f, "type", 0);
	const char	*clord_id = form_str(f, "newClientOrderId");

	if (type >= ORD_TYPE_N)
		return reject_as(REJ_ALGO_ONLY);
	*t = (struct terms){
		.side = (enum side)word(f, "side", 0),
		.type = (enum ord_type)type,
		.tif = (enum tif)word(f, "timeInForce", TIF_GTC),
		.stp = (enum stp)word(f, "selfTradePreventionMode", (int)absent),
		.ps = (enum position_side)word(f, "positionSide", PS_BOTH),
		.pm = (enum price_match)word(f, "priceMatch", PM_NONE),
		.px = form_dec(f, "price"),
		.qty = form_dec(f, "quantity"),
		.good_till_ms = form_int(f, "goodTillDate", 0),
		.reduce_only = form_bool(f, "reduceOnly"),
		.wants_result = word(f, "newOrderRespType", 0) == 1,
	};
	/* In hedge mode an order against its side can only reduce: simex(8). */
	if (t->ps != PS_BOTH)
		t->reduce_only = (t->ps == PS_LONG) == (t->side == SIDE_SELL);
	text_put(t->clord_id, sizeof(t->clord_id), clord_id == NULL ? "" : clord_id);
	if (t->stp == STP_NONE && absent != STP_NONE)
		return reject_as(REJ_STP_MODE);
	return check_together(f, hedged, t);
}

static int
change_word(const struct form *f, const char *name, int absent)
{
	return form_word(f, intake_change_params, INTAKE_CHANGE_PARAMS, name, absent);
}

struct reject
intake_parse_change(const struct form *f, bool hedged, struct change *c)
{
	*c = (struct change){
		.side = (enum side)change_word(f, "side", 0),
		.qty = form_dec(f, "quantity"),
		.px = form_dec(f, "price"),
		.pm = (enum price_match)change_word(f, "priceMatch", PM_NONE),
		.sets_reduce_only = form_str(f, "reduceOnly") != NULL,
		.reduce_only = form_bool(f, "reduceOnly"),
		.modify_id = form_int(f, "modifyId", NO_MODIFY_ID),
	};
	if (form_str(f, "orderId") == NULL && form_str(f, "origClientOrderId") == NULL)
		return reject_with(REJ_MANDATORY, "orderId");
	if (hedged && c->sets_reduce_only)
		return reject_with(REJ_NOT_REQUIRED, "reduceonly");
	return check_price(f, TYPE_LIMIT, c->pm);
}

/* Of a form that nobody has checked; -1: it is not there, or none of the words. */
static int
said(const struct form *f, const char *name, const char *const *words)
{
	const char	*text = form_str(f, name);

	return text == NULL ? -1 : words_find(words, text);
}

bool
intake_is_exempt(const struct form *f)
{
	const int	 side = said(f, "side", side_words);

	if (form_bool(f, "closePosition"))
		return true;
	switch (said(f, "positionSide", position_side_words)) {
	case PS_LONG:	return side == SIDE_SELL;
	case PS_SHORT:	return side == SIDE_BUY;
	default:	return form_bool(f, "reduceOnly");
	}
}
