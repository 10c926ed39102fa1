/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/intake.h"

#include "base/attr.h"
#include "base/text.h"

/* The words of each list stand in the order of the enum they become. */
static const char *const	side_words[] = { "BUY", "SELL", NULL };
static const char *const	position_side_words[] = { "BOTH", "LONG", "SHORT", NULL };
static const char *const	resp_words[] = { "ACK", "RESULT", NULL };
static const char *const	tif_words[] = { "GTC", "IOC", "FOK", "GTX", "GTD", "RPI", NULL };
static const char *const	stp_words[] = { "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", NULL };
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
	{ "newOrderRespType",        P_WORD, OPTIONAL,  resp_words, REJ_BAD_PARAM },
	{ "positionSide",            P_WORD, OPTIONAL,  position_side_words, REJ_POSITION_SIDE },
	{ "price",                   P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "priceMatch",              P_STR,  OPTIONAL,  NULL, REJ_NONE },
	{ "priceProtect",            P_STR,  OPTIONAL,  NULL, REJ_NONE },
	{ "quantity",                P_DEC,  MANDATORY, NULL, REJ_NONE },
	{ "reduceOnly",              P_BOOL, OPTIONAL,  NULL, REJ_NONE },
	{ "selfTradePreventionMode", P_WORD, OPTIONAL,  stp_words, REJ_BAD_PARAM },
	{ "side",                    P_WORD, MANDATORY, side_words, REJ_BAD_SIDE },
	{ "stopPrice",               P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "symbol",                  P_STR,  MANDATORY, NULL, REJ_NONE },
	{ "timeInForce",             P_WORD, OPTIONAL,  tif_words, REJ_BAD_TIF },
	{ "type",                    P_WORD, MANDATORY, type_words, REJ_BAD_TYPE },
	{ "workingType",             P_STR,  OPTIONAL,  NULL, REJ_NONE },
};

/* Who may, must or must not send a parameter: they are named as the exchange names them. */
enum manner { NEVER, NOT_ON_MARKET, ON_LIMIT };

static const struct { const char *name, *refused_as; enum manner manner; } manners[] = {
	{ "activationPrice", "activationprice", NEVER },
	{ "callbackRate",    "callbackrate",    NEVER },
	{ "closePosition",   "closeposition",   NEVER },
	{ "goodTillDate",    "goodtilldate",    NEVER },
	{ "price",           "price",           NOT_ON_MARKET },
	{ "priceMatch",      "pricematch",      NEVER },
	{ "priceProtect",    "priceprotect",    NEVER },
	{ "stopPrice",       "stopprice",       NEVER },
	{ "timeInForce",     "timeinforce",     NOT_ON_MARKET },
	{ "workingType",     "workingtype",     NEVER },
	{ "price",           "price",           ON_LIMIT },
	{ "timeInForce",     "timeInForce",     ON_LIMIT },
};

static int
word(const struct form *f, const char *name, int absent)
{
	return form_word(f, intake_params, INTAKE_PARAMS, name, absent);
}

static struct reject
check_manners(const struct form *f, enum ord_type type)
{
	for (size_t i = 0; i < NITEMS(manners); i++) {
		const bool	 sent = form_str(f, manners[i].name) != NULL;

		if (manners[i].manner == ON_LIMIT && type == TYPE_LIMIT && !sent)
			return reject_with(REJ_MANDATORY, "%s", manners[i].refused_as);
		if (sent && (manners[i].manner == NEVER ||
		    (manners[i].manner == NOT_ON_MARKET && type == TYPE_MARKET)))
			return reject_with(REJ_NOT_REQUIRED, "%s", manners[i].refused_as);
	}
	return reject_none();
}

struct reject
intake_parse(const struct form *f, bool hedged, struct terms *t)
{
	const int	 type = word(f, "type", 0);
	const char	*clord_id = form_str(f, "newClientOrderId");

	if (type >= ORD_TYPE_N)
		return reject_as(REJ_ALGO_ONLY);
	if ((word(f, "positionSide", PS_BOTH) != PS_BOTH) != hedged)
		return reject_as(REJ_POSITION_SIDE);
	if (hedged && form_str(f, "reduceOnly") != NULL)
		return reject_with(REJ_NOT_REQUIRED, "reduceonly");
	const struct reject	 r = check_manners(f, (enum ord_type)type);
	if (reject_is_set(&r))
		return r;
	*t = (struct terms){
		.side = (enum side)word(f, "side", 0),
		.type = (enum ord_type)type,
		.tif = (enum tif)word(f, "timeInForce", TIF_GTC),
		.stp = (enum stp)word(f, "selfTradePreventionMode", STP_EXPIRE_MAKER),
		.ps = (enum position_side)word(f, "positionSide", PS_BOTH),
		.px = form_dec(f, "price"),
		.qty = form_dec(f, "quantity"),
		.reduce_only = form_bool(f, "reduceOnly"),
		.wants_result = word(f, "newOrderRespType", 0) == 1,
	};
	/* In hedge mode an order against its side can only reduce: simex(8). */
	if (t->ps != PS_BOTH)
		t->reduce_only = (t->ps == PS_LONG) == (t->side == SIDE_SELL);
	text_put(t->clord_id, sizeof(t->clord_id), clord_id == NULL ? "" : clord_id);
	return reject_none();
}
