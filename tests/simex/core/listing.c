/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/listing.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/listed.h"

#include <stdlib.h>
#include <string.h>

enum {
	QUOTE_NOTIONAL = 100000,	/* what the house quotes at a level, about */
	PLACES_MOST = DEC_DIGITS,
	STEPS_MOST = 1000000000,	/* up to the highest price, where no filter says it */
};

#define UNBOUNDED_PX	DEC_INT(1000000000)	/* and not above this one */

/* Ids of a contract that does not say its own: far enough apart for any run. */
#define IDS_APART	INT64_C(1000000000000)

#define FIELD(filter, name, member)	{ filter, name, offsetof(struct listing, member) }

/* The numbers of a contract: its own, then those of its filters. */
static const struct { const char *filter, *name; size_t offset; } decimals[] = {
	FIELD(NULL, "liquidationFee", liquidation_fee),
	FIELD(NULL, "marketTakeBound", take_bound),
	FIELD(NULL, "triggerProtect", trigger_protect),
	FIELD("LOT_SIZE", "maxQty", max_qty),
	FIELD("LOT_SIZE", "minQty", min_qty),
	FIELD("LOT_SIZE", "stepSize", step),
	FIELD("MARKET_LOT_SIZE", "maxQty", market_max_qty),
	FIELD("MARKET_LOT_SIZE", "minQty", market_min_qty),
	FIELD("MARKET_LOT_SIZE", "stepSize", market_step),
	FIELD("MIN_NOTIONAL", "notional", min_notional),
	FIELD("PERCENT_PRICE", "multiplierDown", multiplier_down),
	FIELD("PERCENT_PRICE", "multiplierUp", multiplier_up),
	FIELD("PRICE_FILTER", "maxPrice", max_price),
	FIELD("PRICE_FILTER", "minPrice", min_price),
	FIELD("PRICE_FILTER", "tickSize", tick),
};

/* ---- reading ------------------------------------------------------------------- */

static const json_t *
filter_of(const struct listing *l, const char *type)
{
	const json_t	*filters = json_object_get(l->said, "filters"), *f;
	size_t		 i;

	json_array_foreach(filters, i, f) {
		const char	*is = json_string_value(json_object_get(f, "filterType"));

		if (is != NULL && text_eq(is, type))
			return f;
	}
	return NULL;
}

static int
read_dec(const struct listing *l, const char *filter, const char *name, dec_t *to, struct why *why)
{
	const json_t	*from = filter == NULL ? l->said : filter_of(l, filter);
	const char	*text = json_string_value(json_object_get(from, name));

	if (text == NULL)
		return why_set(why, "%s: no %s%s%s", l->symbol, filter == NULL ? "" : filter,
		    filter == NULL ? "" : ".", name);
	if (dec_parse(text, to) == -1)
		return why_set(why, "%s: %s '%s' is not a decimal", l->symbol, name, text);
	return 0;
}

static int
read_word(struct listing *l, const char *name, char *to, size_t cap, struct why *why)
{
	const char	*text = json_string_value(json_object_get(l->said, name));

	if (text == NULL || text_copy(to, cap, text) == -1)
		return why_set(why, "%s: no %s, or one longer than %zu", l->symbol, name, cap - 1);
	return 0;
}

static dec_t
unit(int places)
{
	dec_t	 d = DEC_ONE;

	while (places-- > 0)
		d.e8 /= 10;
	return d;
}

static int
read_places(const struct listing *l, const char *name, int *to, struct why *why)
{
	const json_int_t	 n = json_integer_value(json_object_get(l->said, name));

	if (n < 0 || n > PLACES_MOST)
		return why_set(why, "%s: %s is not 0 to %d", l->symbol, name, PLACES_MOST);
	*to = (int)n;
	return 0;
}

/* Orders may have any price where the filter is off; the market still has to be somewhere. */
static void
set_range(struct listing *l)
{
	const dec_t	 step = dec_is_zero(l->tick) ? l->price_unit : l->tick;
	const dec_t	 far = dec_mul(step, DEC_INT(STEPS_MOST), ROUND_DOWN);
	const dec_t	 high = dec_ok(far) ? dec_min(far, UNBOUNDED_PX) : UNBOUNDED_PX;

	l->px_step = step;
	l->low_px = dec_max(l->min_price, step);
	l->high_px = dec_is_zero(l->max_price) ? dec_quantize(high, step, ROUND_DOWN) :
	    l->max_price;
}

static int
read_numbers(struct listing *l, struct why *why)
{
	for (size_t i = 0; i < NITEMS(decimals); i++)
		if (read_dec(l, decimals[i].filter, decimals[i].name,
		    (dec_t *)(void *)((char *)l + decimals[i].offset), why) == -1)
			return -1;
	if (read_places(l, "pricePrecision", &l->price_places, why) == -1 ||
	    read_places(l, "quantityPrecision", &l->qty_places, why) == -1)
		return -1;
	if (dec_sign(l->step) <= 0 || dec_sign(l->tick) < 0 || dec_sign(l->min_price) < 0 ||
	    dec_sign(l->max_price) < 0)
		return why_set(why, "%s: a stepSize of zero, or a negative price", l->symbol);
	l->price_unit = unit(l->price_places);
	l->qty_unit = unit(l->qty_places);
	set_range(l);
	l->max_orders = json_integer_value(json_object_get(filter_of(l, "MAX_NUM_ORDERS"),
	    "limit"));
	l->max_algos = json_integer_value(json_object_get(filter_of(l, "MAX_NUM_ALGO_ORDERS"),
	    "limit"));
	l->max_moves = json_integer_value(json_object_get(l->said, "maxMoveOrderLimit"));
	return 0;
}

static const struct { const char *word; enum phase phase; } phases[] = {
	{ "CLOSE",          PHASE_OVER },
	{ "DELIVERED",      PHASE_OVER },
	{ "DELIVERING",     PHASE_ENDING },
	{ "PRE_DELIVERING", PHASE_REDUCING },
	{ "PRE_SETTLE",     PHASE_REDUCING },
	{ "SETTLING",       PHASE_ENDING },
	{ "TRADING",        PHASE_OPEN },
};

static enum phase
phase_of(const char *status)
{
	for (size_t i = 0; i < NITEMS(phases); i++)
		if (text_eq(phases[i].word, status))
			return phases[i].phase;
	return PHASE_HALTED;
}

static const struct { const char *word; enum curb curb; } curbs[] = {
	{ "BOTH", CURB_BOTH }, { "BUY",  CURB_BUY },  { "LONG", CURB_BUY },
	{ "SELL", CURB_SELL }, { "SHORT", CURB_SELL },
};

static enum curb
curb_of(const struct listing *l)
{
	const char	*side = json_string_value(json_object_get(
			    filter_of(l, "POSITION_RISK_CONTROL"), "positionControlSide"));

	for (size_t i = 0; side != NULL && i < NITEMS(curbs); i++)
		if (text_eq(curbs[i].word, side))
			return curbs[i].curb;
	return CURB_NONE;
}

static int
read_said(struct listing *l, struct why *why)
{
	const char	*status = json_string_value(json_object_get(l->said, "status"));

	if (read_word(l, "baseAsset", l->base, sizeof(l->base), why) == -1 ||
	    read_word(l, "quoteAsset", l->quote, sizeof(l->quote), why) == -1 ||
	    read_word(l, "marginAsset", l->margin_asset, sizeof(l->margin_asset), why) == -1 ||
	    read_numbers(l, why) == -1)
		return -1;
	l->phase = phase_of(status == NULL ? "" : status);
	l->trading = l->phase == PHASE_OPEN;
	l->curb = curb_of(l);
	free(l->text);
	l->text = json_dumps(l->said, JSON_COMPACT);
	return 0;
}

/* ---- what an exchange does not tell --------------------------------------------- */

static uint64_t
root(unsigned __int128 square)
{
	uint64_t	 r = 0;

	for (uint64_t bit = UINT64_C(1) << 62; bit != 0; bit >>= 1)
		if ((unsigned __int128)(r | bit) * (r | bit) <= square)
			r |= bit;
	return r;
}

/* Midway, as ratios go, between the lowest and the highest price. */
static dec_t
middle_px(const struct listing *l)
{
	const dec_t	 px = { (int64_t)root((unsigned __int128)l->low_px.e8 *
			    (unsigned __int128)l->high_px.e8) };

	return dec_max(dec_add(l->low_px, l->px_step), dec_quantize(px, l->px_step, ROUND_DOWN));
}

static dec_t
usual_qty(const struct listing *l)
{
	const dec_t	 qty = dec_quantize(dec_div(DEC_INT(QUOTE_NOTIONAL), l->start_px, ROUND_DOWN),
			    l->step, ROUND_DOWN);

	return dec_ok(qty) ? dec_max(l->min_qty, dec_min(qty, l->max_qty)) : l->max_qty;
}

static int
extra_dec(const struct listing *l, const json_t *extra, const char *name, dec_t *to,
    struct why *why)
{
	const char	*text = json_string_value(json_object_get(extra, name));

	if (text == NULL)
		return 0;
	if (dec_parse(text, to) == -1 || dec_sign(*to) <= 0)
		return why_set(why, "%s: simex.%s '%s' is not a positive decimal", l->symbol, name,
		    text);
	return 0;
}

static void
extra_id(const json_t *extra, const char *name, int64_t *to)
{
	const json_t	*id = json_object_get(extra, name);

	if (json_is_integer(id))
		*to = json_integer_value(id);
}

static int
read_extra(struct listing *l, const json_t *extra, struct why *why)
{
	l->first_order_id = l->first_trade_id = (l->index + 1) * IDS_APART;
	extra_id(extra, "firstOrderId", &l->first_order_id);
	extra_id(extra, "firstTradeId", &l->first_trade_id);
	l->start_px = middle_px(l);
	if (extra_dec(l, extra, "startPx", &l->start_px, why) == -1)
		return -1;
	l->quote_qty = usual_qty(l);
	return extra_dec(l, extra, "quoteQty", &l->quote_qty, why);
}

/* ---- listings ----------------------------------------------------------------- */

static int
listing_read(struct listing *l, json_t *said, struct why *why)
{
	const char	*symbol = json_string_value(json_object_get(said, "symbol"));

	if (symbol == NULL || text_copy(l->symbol, sizeof(l->symbol), symbol) == -1)
		return why_set(why, "symbols[%d]: no symbol, or a very long one", l->index);
	json_t	*extra = json_incref(json_object_get(said, "simex"));
	l->said = json_deep_copy(said);
	json_object_del(l->said, "simex");
	int	 rc = read_said(l, why);
	if (rc == 0)
		rc = read_extra(l, extra, why);
	json_decref(extra);
	return rc;
}

static int
read_all(struct listings *ls, const json_t *info, struct why *why)
{
	const json_t	*symbols = json_object_get(info, "symbols");
	const json_t	*assets = json_object_get(info, "assets");

	if (json_array_size(symbols) == 0)
		return why_set(why, "no symbols");
	ls->assets = json_is_array(assets) ? json_dumps(assets, JSON_COMPACT) : xstrdup("[]");
	ls->v = xcalloc(json_array_size(symbols), sizeof(*ls->v));
	while (ls->n < json_array_size(symbols)) {
		struct listing	*l = &ls->v[ls->n];

		l->index = (int)ls->n++;
		if (listing_read(l, json_array_get(symbols, (size_t)l->index), why) == -1)
			return -1;
		if (listings_find(ls, l->symbol) != NULL)
			return why_set(why, "%s is there twice", l->symbol);
		map_put(&ls->by_symbol, &l->node, l->symbol);
	}
	return 0;
}

int
listings_read(struct listings *ls, const char *json, size_t len, struct why *why)
{
	json_error_t	 e;
	json_t		*info = json_loadb(json, len, 0, &e);

	*ls = (struct listings){ 0 };
	if (info == NULL)
		return why_set(why, "line %d: expected an exchangeInfo: %s", e.line, e.text);
	const int	 rc = read_all(ls, info, why);
	json_decref(info);
	if (rc == -1)
		listings_fini(ls);
	return rc;
}

void
listings_built_in(struct listings *ls)
{
	struct why	 why;

	if (listings_read(ls, listed_json, strlen(listed_json), &why) == -1)
		panic("listings: %s", why.text);
}

struct listing *
listings_find(const struct listings *ls, const char *symbol)
{
	struct node	*n = map_find(&ls->by_symbol, symbol);

	return n == NULL ? NULL : MAP_OF(n, struct listing, node);
}

static void
listing_fini(struct listing *l)
{
	json_decref(l->said);
	free(l->text);
}

/* The map finds them where they are. */
static void
find_again(struct listings *ls)
{
	map_fini(&ls->by_symbol);
	for (size_t i = 0; i < ls->n; i++) {
		ls->v[i].index = (int)i;
		map_put(&ls->by_symbol, &ls->v[i].node, ls->v[i].symbol);
	}
}

static int
mark_kept(const struct listings *ls, const char *names, bool *kept, struct why *why)
{
	for (size_t len; *names != '\0'; names += len + (names[len] == ',')) {
		char			 symbol[SYMBOL];
		const struct listing	*l = NULL;

		len = strcspn(names, ",");
		if (text_copyn(symbol, sizeof(symbol), names, len) == 0)
			l = listings_find(ls, symbol);
		if (l == NULL)
			return why_set(why, "'%.60s' is not listed", names);
		kept[l->index] = true;
	}
	return 0;
}

int
listings_keep(struct listings *ls, const char *names, struct why *why)
{
	bool		*kept = xcalloc(ls->n, sizeof(*kept));
	const size_t	 before = ls->n;
	const int	 rc = mark_kept(ls, names, kept, why);

	if (rc == 0)
		ls->n = 0;
	for (size_t i = 0; rc == 0 && i < before; i++) {
		if (!kept[i])
			listing_fini(&ls->v[i]);
		else if (ls->n++ != i)
			ls->v[ls->n - 1] = ls->v[i];
	}
	if (rc == 0)
		find_again(ls);
	free(kept);
	return rc;
}

void
listings_move(struct listings *to, struct listings *from)
{
	*to = *from;
	*from = (struct listings){ 0 };
}

void
listings_fini(struct listings *ls)
{
	for (size_t i = 0; i < ls->n; i++)
		listing_fini(&ls->v[i]);
	map_fini(&ls->by_symbol);
	free(ls->v);
	free(ls->assets);
	*ls = (struct listings){ 0 };
}

/* A value keeps the type it has: text, or a whole number. */
static json_t *
value_like(const json_t *is, const char *value)
{
	int64_t	 n;

	if (json_is_string(is))
		return json_string(value);
	if (json_is_integer(is) && text_to_i64(value, 0, INT64_MAX, &n) == 0)
		return json_integer(n);
	return NULL;
}

int
listing_change(struct listing *l, const char *filter, const char *field, const char *value,
    struct why *why)
{
	json_t	*in = filter == NULL ? l->said : (json_t *)(uintptr_t)filter_of(l, filter);
	json_t	*before = json_incref(json_object_get(in, field));
	json_t	*after = value_like(before, value);
	int	 rc = 0;

	if (after == NULL)
		rc = why_set(why, "%s: no %s that could be '%s'", l->symbol, field, value);
	else if (json_object_set_new(in, field, after) == 0 && read_said(l, why) == -1) {
		struct why	 ignored;

		json_object_set(in, field, before);
		rc = -1;
		if (read_said(l, &ignored) == -1)
			panic("listing: %s", ignored.text);
	}
	json_decref(before);
	return rc;
}

/* ---- checks ------------------------------------------------------------------- */

int
listing_quote_places(const struct listing *l)
{
	const int	 places = l->price_places + l->qty_places;

	return places < PLACES_MOST ? places : PLACES_MOST;
}

struct reject
listing_check_price(const struct listing *l, dec_t px)
{
	if (!dec_is_multiple(px, l->price_unit))
		return reject_as(REJ_PRECISION);
	if (dec_lt(px, l->min_price) || dec_sign(px) <= 0)
		return reject_as(REJ_PRICE_BELOW_MIN);
	if (!dec_is_zero(l->max_price) && dec_gt(px, l->max_price))
		return reject_as(REJ_PRICE_ABOVE_MAX);
	if (!dec_is_multiple(dec_sub(px, l->min_price), l->tick))
		return reject_as(REJ_TICK);
	return reject_none();
}

static struct reject
beyond(enum reject_why why, dec_t bound)
{
	char	 text[DEC_STR];

	return reject_with(why, "%s", dec_format(bound, text));
}

struct reject
listing_check_percent(const struct listing *l, enum side side, dec_t px, dec_t mark_px)
{
	const dec_t	 highest = dec_mul(mark_px, l->multiplier_up, ROUND_DOWN);
	const dec_t	 lowest = dec_mul(mark_px, l->multiplier_down, ROUND_UP);

	if (side == SIDE_BUY && dec_ok(highest) && dec_gt(px, highest))
		return beyond(REJ_PRICE_TOO_HIGH, dec_quantize(highest, l->px_step, ROUND_DOWN));
	if (side == SIDE_SELL && dec_lt(px, lowest))
		return beyond(REJ_PRICE_TOO_LOW, dec_quantize(lowest, l->px_step, ROUND_UP));
	return reject_none();
}

struct reject
listing_check_qty(const struct listing *l, enum ord_type type, dec_t qty)
{
	const bool	 market = type == TYPE_MARKET;
	const dec_t	 least = market ? l->market_min_qty : l->min_qty;
	const dec_t	 most = market ? l->market_max_qty : l->max_qty;

	if (dec_sign(qty) <= 0)
		return reject_as(REJ_QTY_NOT_POSITIVE);
	if (!dec_is_multiple(qty, l->qty_unit))
		return reject_as(REJ_PRECISION);
	if (dec_lt(qty, least))
		return reject_as(REJ_QTY_BELOW_MIN);
	if (dec_gt(qty, most))
		return reject_as(REJ_QTY_ABOVE_MAX);
	if (!dec_is_multiple(dec_sub(qty, least), market ? l->market_step : l->step))
		return reject_as(REJ_STEP);
	return reject_none();
}

struct reject
listing_check_notional(const struct listing *l, dec_t px, dec_t qty)
{
	const dec_t	 notional = dec_mul(px, qty, ROUND_DOWN);

	if (dec_ok(notional) && dec_lt(notional, l->min_notional))
		return beyond(REJ_NOTIONAL, l->min_notional);
	return reject_none();
}
