/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/listing.h"

#include "base/die.h"
#include "base/text.h"

/*
 * Order ids of ETHUSDT are beyond 2^53, as the exchange's were seen to be:
 * whoever reads one as a double asks for an order that does not exist.
 */
const struct listing_row listing_rows[LISTING_N] = {
	{
		.symbol = "BTCUSDT", .base = "BTC", .subtype = "PoW",
		.price_places = 2, .qty_places = 3,
		.min_price = "556.80", .max_price = "4529764", .tick = "0.10",
		.min_qty = "0.001", .max_qty = "1000", .step = "0.001", .market_max_qty = "120",
		.min_notional = "50", .multiplier_up = "1.0500", .multiplier_down = "0.9500",
		.take_bound = "0.05", .liquidation_fee = "0.012500", .maint_margin = "0.004",
		.max_leverage = 125, .start_px = "61250.00", .quote_qty = "1.500",
		.first_order_id = INT64_C(51200773001), .first_trade_id = INT64_C(6600112001),
	},
	{
		.symbol = "ETHUSDT", .base = "ETH", .subtype = "Layer-1",
		.price_places = 2, .qty_places = 3,
		.min_price = "39.86", .max_price = "306177", .tick = "0.01",
		.min_qty = "0.001", .max_qty = "10000", .step = "0.001", .market_max_qty = "2000",
		.min_notional = "20", .multiplier_up = "1.0500", .multiplier_down = "0.9500",
		.take_bound = "0.05", .liquidation_fee = "0.012500", .maint_margin = "0.004",
		.max_leverage = 125, .start_px = "2670.00", .quote_qty = "25.000",
		.first_order_id = INT64_C(8389765739703625001),
		.first_trade_id = INT64_C(4467432001),
	},
	{
		.symbol = "DOGEUSDT", .base = "DOGE", .subtype = "Meme",
		.price_places = 6, .qty_places = 0,
		.min_price = "0.002440", .max_price = "30", .tick = "0.000010",
		.min_qty = "1", .max_qty = "50000000", .step = "1", .market_max_qty = "30000000",
		.min_notional = "5", .multiplier_up = "1.1000", .multiplier_down = "0.9000",
		.take_bound = "0.10", .liquidation_fee = "0.015000", .maint_margin = "0.005",
		.max_leverage = 75, .start_px = "0.200000", .quote_qty = "80000",
		.first_order_id = INT64_C(88937381001), .first_trade_id = INT64_C(1930211001),
	},
};

static dec_t
number(const char *text)
{
	dec_t	 d;

	if (dec_parse(text, &d) == -1)
		panic("listing: %s is not a number", text);
	return d;
}

static dec_t
unit(int places)
{
	dec_t	 d = DEC_ONE;

	while (places-- > 0)
		d.e8 /= 10;
	return d;
}

void
listing_init(struct listing *l, const struct listing_row *row, int index)
{
	*l = (struct listing){
		.row = row, .symbol = row->symbol, .index = index,
		.min_price = number(row->min_price), .max_price = number(row->max_price),
		.tick = number(row->tick), .price_unit = unit(row->price_places),
		.min_qty = number(row->min_qty), .max_qty = number(row->max_qty),
		.step = number(row->step), .market_max_qty = number(row->market_max_qty),
		.qty_unit = unit(row->qty_places), .min_notional = number(row->min_notional),
		.multiplier_up = number(row->multiplier_up),
		.multiplier_down = number(row->multiplier_down),
		.take_bound = number(row->take_bound), .maint_margin = number(row->maint_margin),
		.start_px = number(row->start_px), .quote_qty = number(row->quote_qty),
	};
}

int
listing_index(const char *symbol)
{
	for (int i = 0; i < LISTING_N; i++)
		if (text_eq(listing_rows[i].symbol, symbol))
			return i;
	return -1;
}

struct reject
listing_check_price(const struct listing *l, dec_t px)
{
	if (!dec_is_multiple(px, l->price_unit))
		return reject_as(REJ_PRECISION);
	if (dec_lt(px, l->min_price))
		return reject_as(REJ_PRICE_BELOW_MIN);
	if (dec_gt(px, l->max_price))
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

	if (side == SIDE_BUY && dec_gt(px, highest))
		return beyond(REJ_PRICE_TOO_HIGH, dec_quantize(highest, l->tick, ROUND_DOWN));
	if (side == SIDE_SELL && dec_lt(px, lowest))
		return beyond(REJ_PRICE_TOO_LOW, dec_quantize(lowest, l->tick, ROUND_UP));
	return reject_none();
}

struct reject
listing_check_qty(const struct listing *l, enum ord_type type, dec_t qty)
{
	const dec_t	 most = type == TYPE_MARKET ? l->market_max_qty : l->max_qty;

	if (dec_sign(qty) <= 0)
		return reject_as(REJ_QTY_NOT_POSITIVE);
	if (!dec_is_multiple(qty, l->qty_unit))
		return reject_as(REJ_PRECISION);
	if (dec_lt(qty, l->min_qty))
		return reject_as(REJ_QTY_BELOW_MIN);
	if (dec_gt(qty, most))
		return reject_as(REJ_QTY_ABOVE_MAX);
	if (!dec_is_multiple(dec_sub(qty, l->min_qty), l->step))
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
