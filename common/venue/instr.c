/* SPDX-License-Identifier: BSD-2-Clause */
#include "venue/instr.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

static const struct field	instr_v[] = {
	F(instr, symbol, "symbol", F_STR, FIELD_REQUIRED),
	F(instr, base, "base", F_STR, FIELD_REQUIRED),
	F(instr, quote, "quote", F_STR, FIELD_REQUIRED),
	F(instr, trading, "trading", F_BOOL, 0),
	F(instr, tick, "tick", F_DECS, FIELD_REQUIRED),
	F(instr, px_min, "pxMin", F_DECS, 0),
	F(instr, px_max, "pxMax", F_DECS, 0),
	F(instr, lot.step, "lotStep", F_DECS, FIELD_REQUIRED),
	F(instr, lot.min, "lotMin", F_DECS, 0),
	F(instr, lot.max, "lotMax", F_DECS, 0),
	F(instr, market_lot.step, "marketLotStep", F_DECS, FIELD_REQUIRED),
	F(instr, market_lot.min, "marketLotMin", F_DECS, 0),
	F(instr, market_lot.max, "marketLotMax", F_DECS, 0),
	F(instr, min_notional, "minNotional", F_DECS, 0),
	F(instr, px_up, "pxUp", F_DECS, 0),
	F(instr, px_down, "pxDown", F_DECS, 0),
};
const struct fields	instr_fields = FIELDS(instr_v);

/* ---- the collection ------------------------------------------------------- */

struct instr *
instrs_find(const struct instrs *t, const char *native)
{
	struct node	*n = map_find(&t->map, native);

	return n == NULL ? NULL : MAP_OF(n, struct instr, node);
}

struct instr *
instrs_put(struct instrs *t, const struct instr *i)
{
	struct instr	*mine = instrs_find(t, i->symbol);

	if (mine == NULL) {
		mine = xcalloc(1, sizeof(*mine));
		text_put(mine->symbol, sizeof(mine->symbol), i->symbol);
		map_put(&t->map, &mine->node, mine->symbol);
	}
	const struct node	 node = mine->node;
	*mine = *i;
	mine->node = node;
	mine->node.key = mine->symbol;
	return mine;
}

void
instrs_fini(struct instrs *t)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL) {
		map_remove(&t->map, n);
		free(MAP_OF(n, struct instr, node));
	}
	map_fini(&t->map);
}

/* ---- exchangeInfo ----------------------------------------------------------- */

static dec_t
dec_member(const json_t *o, const char *name)
{
	const char	*text = json_string_value(json_object_get(o, name));
	dec_t		 d;

	return text == NULL || dec_parse(text, &d) == -1 ? DEC_ZERO : d;
}

static void
read_price_filter(struct instr *i, const json_t *f)
{
	i->tick = dec_member(f, "tickSize");
	i->px_min = dec_member(f, "minPrice");
	i->px_max = dec_member(f, "maxPrice");
}

static struct lot
lot_member(const json_t *f)
{
	return (struct lot){ dec_member(f, "stepSize"), dec_member(f, "minQty"),
	    dec_member(f, "maxQty") };
}

static void
read_lot_size(struct instr *i, const json_t *f)
{
	i->lot = lot_member(f);
}

static void
read_market_lot_size(struct instr *i, const json_t *f)
{
	i->market_lot = lot_member(f);
}

static void
read_min_notional(struct instr *i, const json_t *f)
{
	i->min_notional = dec_member(f, "notional");
}

static void
read_percent_price(struct instr *i, const json_t *f)
{
	i->px_up = dec_member(f, "multiplierUp");
	i->px_down = dec_member(f, "multiplierDown");
}

/* Filters of other types are none of our business. */
static const struct {
	const char	*type;
	void		(*read)(struct instr *, const json_t *);
} filters[] = {
	{ "LOT_SIZE", read_lot_size },
	{ "MARKET_LOT_SIZE", read_market_lot_size },
	{ "MIN_NOTIONAL", read_min_notional },
	{ "PERCENT_PRICE", read_percent_price },
	{ "PRICE_FILTER", read_price_filter },
};

static void
read_filters(struct instr *i, const json_t *a)
{
	for (size_t n = 0; n < json_array_size(a); n++) {
		const json_t	*f = json_array_get(a, n);
		const char	*type = json_string_value(json_object_get(f, "filterType"));

		for (size_t k = 0; type != NULL && k < NITEMS(filters); k++)
			if (text_eq(type, filters[k].type))
				filters[k].read(i, f);
	}
}

static const char *
text_member(const json_t *o, const char *name)
{
	const char	*text = json_string_value(json_object_get(o, name));

	return text == NULL ? "" : text;
}

/* A symbol that has no name, or whose names do not fit, is none that can be traded. */
static bool
read_symbol(struct instr *i, const json_t *s)
{
	const char	*type = text_member(s, "contractType");

	*i = (struct instr){ 0 };
	if (text_copy(i->symbol, sizeof(i->symbol), text_member(s, "symbol")) == -1 ||
	    text_copy(i->base, sizeof(i->base), text_member(s, "baseAsset")) == -1 ||
	    text_copy(i->quote, sizeof(i->quote), text_member(s, "quoteAsset")) == -1 ||
	    *i->symbol == '\0')
		return false;
	i->trading = text_eq(text_member(s, "status"), "TRADING") &&
	    text_ends_with(type, "PERPETUAL");
	read_filters(i, json_object_get(s, "filters"));
	return true;
}

static int64_t
read_weight(const json_t *limits)
{
	for (size_t n = 0; n < json_array_size(limits); n++) {
		const json_t	*l = json_array_get(limits, n);

		if (text_eq(text_member(l, "rateLimitType"), "REQUEST_WEIGHT") &&
		    text_eq(text_member(l, "interval"), "MINUTE") &&
		    json_integer_value(json_object_get(l, "intervalNum")) == 1)
			return json_integer_value(json_object_get(l, "limit"));
	}
	return 0;
}

int
instr_read_info(struct instrs *t, const char *json, size_t len, struct why *why)
{
	json_error_t	 e;
	json_t		*top = json_loadb(json, len, 0, &e);
	struct instr	 i;
	int		 rc = -1;

	if (top == NULL) {
		why_set(why, "exchangeInfo is no JSON: %s", e.text);
		goto out;
	}
	const json_t	*symbols = json_object_get(top, "symbols");
	if (json_array_size(symbols) == 0) {
		why_set(why, "exchangeInfo lists no symbols");
		goto out;
	}
	for (size_t n = 0; n < json_array_size(symbols); n++)
		if (read_symbol(&i, json_array_get(symbols, n)))
			instrs_put(t, &i);
	t->weight_1m = read_weight(json_object_get(top, "rateLimits"));
	rc = 0;
out:
	json_decref(top);
	return rc;
}

/* ---- the text of a symbol ----------------------------------------------------- */

int
instr_native(const struct instrs *t, const char *text, char native[SYMBOL])
{
	char		 joined[SYMBOL];
	size_t		 n = 0;
	const size_t	 len = strcspn(text, ":");	/* :USDT is what it settles in */

	native[0] = '\0';
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '/')
			continue;
		if (n == sizeof(joined) - 1)
			return -1;
		joined[n++] = text[i];
	}
	joined[n] = '\0';
	if (n == 0)
		return -1;
	text_upper(joined);
	if (instrs_find(t, joined) == NULL && !text_ends_with(joined, "USDT"))
		return text_format(native, SYMBOL, "%sUSDT", joined);
	return text_copy(native, SYMBOL, joined);
}

void
instr_ccxt(const struct instr *i, char ccxt[SYMBOL])
{
	text_putf(ccxt, SYMBOL, "%s/%s:%s", i->base, i->quote, i->quote);
}

/* ---- rounding ------------------------------------------------------------------ */

dec_t
instr_round_px(const struct instr *i, enum side side, dec_t px)
{
	const dec_t	 above = dec_sub(px, i->px_min);	/* ticks count from the minimum */
	const bool	 below = dec_ok(above) && dec_sign(above) < 0;	/* zero is upwards */

	return dec_add(i->px_min, dec_quantize(above, i->tick,
	    (side == SIDE_BUY) != below ? ROUND_DOWN : ROUND_UP));
}

const struct lot *
instr_lot(const struct instr *i, enum ord_type type)
{
	return type == TYPE_MARKET && dec_sign(i->market_lot.step) > 0 ? &i->market_lot : &i->lot;
}

/* Both steps hold for a market order: what LOT_SIZE forbids, the book cannot fill. */
dec_t
instr_round_qty(const struct instr *i, enum ord_type type, dec_t qty)
{
	const dec_t	 q = dec_quantize(qty, i->lot.step, ROUND_DOWN);

	return dec_quantize(q, instr_lot(i, type)->step, ROUND_DOWN);
}
