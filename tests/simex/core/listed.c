/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/listed.h"

#define IDENTITY(base, subtype, price_places, qty_places) \
	"\"symbol\":\"" base "USDT\",\"pair\":\"" base "USDT\",\"contractType\":\"PERPETUAL\"," \
	"\"deliveryDate\":4133404800000,\"onboardDate\":1569398400000,\"status\":\"TRADING\"," \
	"\"maintMarginPercent\":\"2.5000\",\"requiredMarginPercent\":\"5.0000\"," \
	"\"baseAsset\":\"" base "\",\"quoteAsset\":\"USDT\",\"marginAsset\":\"USDT\"," \
	"\"pricePrecision\":" #price_places ",\"quantityPrecision\":" #qty_places "," \
	"\"baseAssetPrecision\":8,\"quotePrecision\":8,\"underlyingType\":\"COIN\"," \
	"\"underlyingSubType\":[\"" subtype "\"],\"maxMoveOrderLimit\":10000," \
	"\"orderTypes\":[\"LIMIT\",\"MARKET\",\"STOP\",\"STOP_MARKET\",\"TAKE_PROFIT\"," \
	"\"TAKE_PROFIT_MARKET\",\"TRAILING_STOP_MARKET\"]," \
	"\"timeInForce\":[\"GTC\",\"IOC\",\"FOK\",\"GTX\",\"GTD\"]," \
	"\"permissionSets\":[\"GRID\",\"COPY\",\"DCA\",\"PSB\"]"

#define RISK(take_bound, liquidation_fee) \
	"\"triggerProtect\":\"0.0500\",\"liquidationFee\":\"" liquidation_fee "\"," \
	"\"marketTakeBound\":\"" take_bound "\""

#define FILTER(type, fields)	"{\"filterType\":\"" type "\"," fields "}"

#define PRICE_FILTER(min, max, tick) \
	FILTER("PRICE_FILTER", "\"minPrice\":\"" min "\",\"maxPrice\":\"" max "\"," \
	    "\"tickSize\":\"" tick "\"")

#define LOT_SIZE(type, min, max, step) \
	FILTER(type, "\"minQty\":\"" min "\",\"maxQty\":\"" max "\",\"stepSize\":\"" step "\"")

#define PERCENT_PRICE(up, down) \
	FILTER("PERCENT_PRICE", "\"multiplierUp\":\"" up "\",\"multiplierDown\":\"" down "\"," \
	    "\"multiplierDecimal\":\"4\"")

#define OTHER_FILTERS(notional) \
	FILTER("MAX_NUM_ORDERS", "\"limit\":200") "," \
	FILTER("MIN_NOTIONAL", "\"notional\":\"" notional "\"") "," \
	FILTER("POSITION_RISK_CONTROL", "\"positionControlSide\":\"NONE\"")

#define SIMULATED(start_px, quote_qty, order_id, trade_id) \
	"\"simex\":{\"startPx\":\"" start_px "\",\"quoteQty\":\"" quote_qty "\"," \
	"\"firstOrderId\":" #order_id ",\"firstTradeId\":" #trade_id "}"

/*
 * Order ids of ETHUSDT are beyond 2^53, as the exchange's were seen to be:
 * whoever reads one as a double asks for an order that does not exist.
 */
const char	listed_json[] =
    "{\"assets\":[{\"asset\":\"USDT\",\"marginAvailable\":true,\"autoAssetExchange\":\"-10000\"}],"
    "\"symbols\":["
    "{" IDENTITY("BTC", "PoW", 2, 3) "," RISK("0.05", "0.012500") ",\"filters\":["
    PRICE_FILTER("556.80", "4529764", "0.10") "," PERCENT_PRICE("1.0500", "0.9500") ","
    LOT_SIZE("LOT_SIZE", "0.001", "1000", "0.001") ","
    LOT_SIZE("MARKET_LOT_SIZE", "0.001", "120", "0.001") "," OTHER_FILTERS("50") "],"
    SIMULATED("61250.00", "1.500", 51200773001, 6600112001) "},"
    "{" IDENTITY("ETH", "Layer-1", 2, 3) "," RISK("0.05", "0.012500") ",\"filters\":["
    PRICE_FILTER("39.86", "306177", "0.01") "," PERCENT_PRICE("1.0500", "0.9500") ","
    LOT_SIZE("LOT_SIZE", "0.001", "10000", "0.001") ","
    LOT_SIZE("MARKET_LOT_SIZE", "0.001", "2000", "0.001") "," OTHER_FILTERS("20") "],"
    SIMULATED("2670.00", "25.000", 8389765739703625001, 4467432001) "},"
    "{" IDENTITY("DOGE", "Meme", 6, 0) "," RISK("0.10", "0.015000") ",\"filters\":["
    PRICE_FILTER("0.002440", "30", "0.000010") "," PERCENT_PRICE("1.1000", "0.9000") ","
    LOT_SIZE("LOT_SIZE", "1", "50000000", "1") ","
    LOT_SIZE("MARKET_LOT_SIZE", "1", "30000000", "1") "," OTHER_FILTERS("5") "],"
    SIMULATED("0.200000", "80000", 88937381001, 1930211001) "}]}";
