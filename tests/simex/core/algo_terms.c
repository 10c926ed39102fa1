/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/algo_terms.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

/* ---- words ------------------------------------------------------------------- */

/* The words of each list stand in the order of the enum they become. */
static const char *const	working_words[] = { "CONTRACT_PRICE", "MARK_PRICE", NULL };
static const char *const	trigger_words[] = {
	"STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET", NULL
};
_Static_assert(NITEMS(working_words) == WORKING_N + 1, "working_words");
_Static_assert(NITEMS(trigger_words) == TRIGGER_N + 1, "trigger_words");

static const char *const	algo_type_words[] = { "CONDITIONAL", NULL };
static const char *const	algo_tif_words[] = {
	"GTC", "IOC", "FOK", "GTX", "GTD", "GTE_GTC", NULL
};
static const enum tif		tif_of_word[] = {
	TIF_GTC, TIF_IOC, TIF_FOK, TIF_GTX, TIF_GTD, TIF_GTC
};
enum { WORD_GTE = 5 };

const char *
trigger_name(enum trigger t)
{
	return (unsigned)t < TRIGGER_N ? trigger_words[t] : "?";
}

const char *
working_name(enum working w)
{
	return (unsigned)w < WORKING_N ? working_words[w] : "?";
}

/* ---- parameters ---------------------------------------------------------------- */

const struct param algos_params[ALGOS_PARAMS] = {
	{ "activatePrice",           P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "algoType",                P_WORD, OPTIONAL,  algo_type_words, REJ_ALGO_TYPE },
	{ "callbackRate",            P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "clientAlgoId",            P_ID,   OPTIONAL,  NULL, REJ_NONE },
	{ "closePosition",           P_BOOL, OPTIONAL,  NULL, REJ_NONE },
	{ "goodTillDate",            P_INT,  OPTIONAL,  NULL, REJ_NONE },
	{ "newOrderRespType",        P_WORD, OPTIONAL,  resp_words, REJ_BAD_PARAM },
	{ "positionSide",            P_WORD, OPTIONAL,  position_side_words, REJ_POSITION_SIDE },
	{ "price",                   P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "priceMatch",              P_WORD, OPTIONAL,  price_match_words, REJ_PRICE_MATCH },
	{ "priceProtect",            P_BOOL, OPTIONAL,  NULL, REJ_NONE },
	{ "quantity",                P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "reduceOnly",              P_BOOL, OPTIONAL,  NULL, REJ_NONE },
	{ "selfTradePreventionMode", P_WORD, OPTIONAL,  stp_words, REJ_STP_MODE },
	{ "side",                    P_WORD, MANDATORY, side_words, REJ_BAD_SIDE },
	{ "symbol",                  P_STR,  MANDATORY, NULL, REJ_NONE },
	{ "timeInForce",             P_WORD, OPTIONAL,  algo_tif_words, REJ_BAD_TIF },
	{ "triggerPrice",            P_DEC,  OPTIONAL,  NULL, REJ_NONE },
	{ "type",                    P_WORD, MANDATORY, trigger_words, REJ_BAD_TYPE },
	{ "workingType",             P_WORD, OPTIONAL,  working_words, REJ_WORKING_TYPE },
};

const struct param algos_open_params[ALGOS_OPEN_PARAMS] = {
	{ "algoId",   P_INT,  OPTIONAL, NULL, REJ_NONE },
	{ "algoType", P_WORD, OPTIONAL, algo_type_words, REJ_ALGO_TYPE },
	{ "symbol",   P_STR,  OPTIONAL, NULL, REJ_NONE },
};

enum {
	ON_LIMIT  = 1 << TRIGGER_STOP | 1 << TRIGGER_TAKE_PROFIT,
	ON_MARKET = 1 << TRIGGER_STOP_MARKET | 1 << TRIGGER_TAKE_PROFIT_MARKET,
	ON_TRAIL  = 1 << TRIGGER_TRAILING,
	ON_ALL    = ON_LIMIT | ON_MARKET | ON_TRAIL,
};

/* What must or must not be sent; the other parameter, where there is one, turns it round. */
enum manner { NEEDED, NEEDED_UNLESS, REFUSED, REFUSED_WITH };

/* Parameters are refused as the exchange spells them then; the first row that fails decides. */
static const struct {
	int		 types;
	enum manner	 manner;
	const char	*name, *other;
	enum reject_why	 why;
	const char	*refused_as;
} manners[] = {
	{ ON_ALL, NEEDED, "algoType", NULL, REJ_MANDATORY, "algotype" },
	{ ON_ALL & ~ON_TRAIL, NEEDED, "triggerPrice", NULL, REJ_MANDATORY, "triggerprice" },
	{ ON_TRAIL, REFUSED, "triggerPrice", NULL, REJ_TRIGGERS, "" },
	{ ON_TRAIL, NEEDED, "callbackRate", NULL, REJ_MANDATORY, "callbackrate" },
	{ ON_ALL & ~ON_TRAIL, REFUSED, "callbackRate", NULL, REJ_NOT_REQUIRED, "callbackrate" },
	{ ON_ALL & ~ON_TRAIL, REFUSED, "activatePrice", NULL, REJ_NOT_REQUIRED, "activateprice" },
	{ ON_ALL & ~ON_LIMIT, REFUSED, "priceMatch", NULL, REJ_PRICE_MATCH_TYPE, "" },
	{ ON_ALL & ~ON_LIMIT, REFUSED, "price", NULL, REJ_NOT_REQUIRED, "price" },
	{ ON_LIMIT, NEEDED_UNLESS, "price", "priceMatch", REJ_MANDATORY, "price" },
	{ ON_LIMIT, REFUSED_WITH, "price", "priceMatch", REJ_NOT_REQUIRED, "price" },
	{ ON_LIMIT, REFUSED, "closePosition", NULL, REJ_CLOSE_TYPE, NULL },
	{ ON_TRAIL, REFUSED, "closePosition", NULL, REJ_CLOSE_TYPE, NULL },
	{ ON_ALL, NEEDED_UNLESS, "quantity", "closePosition", REJ_MANDATORY, "quantity" },
	{ ON_ALL, REFUSED_WITH, "reduceOnly", "closePosition", REJ_NOT_REQUIRED, "reduceonly" },
};

/* Sent, and not only to say that there is none. */
static bool
is_sent(const struct form *f, const char *name)
{
	const char	*text = form_str(f, name);

	if (text == NULL || (text_eq(name, "priceMatch") && text_eq(text, "NONE")))
		return false;
	return !text_eq(name, "closePosition") || text_is_true(text);
}

static bool
is_unmannered(const struct form *f, size_t i)
{
	const bool	 sent = is_sent(f, manners[i].name);
	const bool	 other = manners[i].other != NULL && is_sent(f, manners[i].other);

	switch (manners[i].manner) {
	case NEEDED:		return !sent;
	case NEEDED_UNLESS:	return !sent && !other;
	case REFUSED:		return sent;
	case REFUSED_WITH:	return sent && other;
	}
	panic("algos: manner %d", (int)manners[i].manner);
}

static struct reject
check_manners(const struct form *f, enum trigger type)
{
	for (size_t i = 0; i < NITEMS(manners); i++) {
		const char	*as = manners[i].refused_as;

		if ((manners[i].types & 1 << type) != 0 && is_unmannered(f, i))
			return reject_with(manners[i].why, "%s",
			    as == NULL ? trigger_name(type) : as);
	}
	return reject_none();
}

static struct reject
check_sides(const struct form *f, const struct algo_terms *t)
{
	const bool	 opens = t->side == SIDE_BUY ? t->ps == PS_LONG : t->ps == PS_SHORT;

	if (t->ps != PS_BOTH && is_sent(f, "reduceOnly"))
		return reject_with(REJ_NOT_REQUIRED, "reduceonly");
	if (t->close_position && opens)
		return reject_with(REJ_NOT_REQUIRED, "closeposition");
	return t->close_position && !dec_is_zero(t->qty) ? reject_as(REJ_CLOSE_QTY) : reject_none();
}

/* Triggers need not lie on the tick, but they have no more places than a price. */
static struct reject
check_prices(const struct form *f, const struct algo_terms *t)
{
	const dec_t	 px = t->type == TRIGGER_TRAILING ? t->activate_px : t->trigger_px;

	(void)f;
	if (!dec_ok(px))
		return reject_none();
	if (dec_is_zero(px))
		return reject_as(t->type == TRIGGER_TRAILING ? REJ_ACTIVATE_PRICE :
		    REJ_TRIGGER_PRICE);
	return dec_is_multiple(px, t->listing->price_unit) ? reject_none() :
	    reject_as(REJ_PRECISION);
}

static struct reject
check_callback(const struct form *f, const struct algo_terms *t)
{
	const dec_t	 least = dec_div(DEC_ONE, DEC_INT(10), ROUND_DOWN), most = DEC_INT(20);

	(void)f;
	if (t->type != TRIGGER_TRAILING)
		return reject_none();
	return dec_lt(t->callback_rate, least) || dec_gt(t->callback_rate, most) ?
	    reject_as(REJ_CALLBACK_RATE) : reject_none();
}

static struct reject
check_date(const struct form *f, const struct algo_terms *t)
{
	if (t->tif == TIF_GTD && !is_sent(f, "goodTillDate"))
		return reject_with(REJ_MANDATORY, "goodtilldate");
	if (t->tif != TIF_GTD && is_sent(f, "goodTillDate"))
		return reject_with(REJ_NOT_REQUIRED, "goodtilldate");
	return reject_none();
}

static struct reject (*const value_checks[])(const struct form *, const struct algo_terms *) = {
	check_sides, check_prices, check_callback, check_date,
};

static int
word(const struct form *f, const char *name, int absent)
{
	return form_word(f, algos_params, ALGOS_PARAMS, name, absent);
}

static void
read_texts(const struct form *f, struct algo_terms *t)
{
	const char	*client_id = form_str(f, "clientAlgoId");
	const char	*trigger = form_str(f, "triggerPrice");

	text_put(t->client_id, sizeof(t->client_id), client_id == NULL ? "" : client_id);
	text_put(t->trigger_text, sizeof(t->trigger_text), trigger == NULL ? "" : trigger);
}

static void
read_terms(const struct form *f, const struct listing *l, struct algo_terms *t)
{
	const int	 tif = word(f, "timeInForce", 0);
	const bool	 closes = form_bool(f, "closePosition");
	const dec_t	 qty = form_dec(f, "quantity");
	/* NONE is documented as the default, and the default is EXPIRE_MAKER. */
	const enum stp	 stp = (enum stp)word(f, "selfTradePreventionMode", STP_NONE);

	*t = (struct algo_terms){
		.listing = l,
		.side = (enum side)word(f, "side", 0),
		.ps = (enum position_side)word(f, "positionSide", PS_BOTH),
		.type = (enum trigger)word(f, "type", 0),
		.tif = tif_of_word[tif],
		.gte = closes || tif == WORD_GTE,
		.qty = dec_ok(qty) ? qty : DEC_ZERO,
		.px = form_dec(f, "price"),
		.pm = (enum price_match)word(f, "priceMatch", PM_NONE),
		.trigger_px = form_dec(f, "triggerPrice"),
		.working = (enum working)word(f, "workingType", WORKING_CONTRACT),
		.close_position = closes,
		.reduce_only = closes || form_bool(f, "reduceOnly"),
		.price_protect = form_bool(f, "priceProtect"),
		.activate_px = form_dec(f, "activatePrice"),
		.callback_rate = form_dec(f, "callbackRate"),
		.stp = stp == STP_NONE ? STP_EXPIRE_MAKER : stp,
		.good_till_ms = form_int(f, "goodTillDate", 0) / 1000 * 1000,
		.wants_result = word(f, "newOrderRespType", 0) == 1,
	};
	read_texts(f, t);
}

struct reject
algos_parse(const struct form *f, const struct listing *l, struct algo_terms *t)
{
	struct reject	 r = check_manners(f, (enum trigger)word(f, "type", 0));

	if (reject_is_set(&r))
		return r;
	read_terms(f, l, t);
	for (size_t i = 0; i < NITEMS(value_checks) && !reject_is_set(&r); i++)
		r = value_checks[i](f, t);
	return r;
}

bool
algo_is_limit(const struct algo_terms *t)
{
	return (ON_LIMIT & 1 << t->type) != 0;
}

bool
algo_takes_profit(const struct algo_terms *t)
{
	return t->type == TRIGGER_TAKE_PROFIT || t->type == TRIGGER_TAKE_PROFIT_MARKET;
}
