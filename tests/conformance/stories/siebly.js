// SPDX-License-Identifier: BSD-2-Clause
//
// siebly.js - the client "binance" over REST.  It hands the exchange's JSON on
// as it is, so that keys and types are checked here.

import { TAKER, WALLET, KEY, REST, SECRET, clean, client, ctl, price, quiet_market }
    from '../exchange.js';
import { done, holds, near, refused, same, step, until, yes } from '../tap.js';

const { USDMClient } = client('binance');
const api = new USDMClient({ api_key: KEY, api_secret: SECRET, baseUrl: REST,
    disableTimeSync: true });
const BTC = { symbol: 'BTCUSDT' };
const LIMIT = { ...BTC, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010',
    price: '59000.00' };
const MARKET = { ...BTC, type: 'MARKET', quantity: '0.010' };
let	 id;

// It asks for a prefix of its own in client order ids.
const named = (name) => `x-15PC4ZJy-${name}`;

await quiet_market();

// ---- the market ------------------------------------------------------------------

await step('getServerTime', async () => {
	near(await api.getServerTime(), Date.now(), 1000);
});

await step('getExchangeInfo: filters of BTCUSDT', async () => {
	const info = await api.getExchangeInfo();
	const btc = info.symbols.find((s) => s.symbol === 'BTCUSDT');
	const filter = (type) => btc.filters.find((f) => f.filterType === type);

	holds(info, { timezone: 'UTC', futuresType: 'U_MARGINED' });
	holds(btc, { pair: 'BTCUSDT', contractType: 'PERPETUAL', status: 'TRADING',
	    marginAsset: 'USDT', deliveryDate: 4133404800000 });
	near(filter('PRICE_FILTER').tickSize, 0.1, 0);
	near(filter('LOT_SIZE').stepSize, 0.001, 0);
	near(filter('MIN_NOTIONAL').notional, 50, 0);
	near(filter('MAX_NUM_ORDERS').limit, 200, 0);
	same(info.rateLimits.map((r) =>
	    `${r.rateLimitType} ${r.intervalNum} ${r.interval} ${r.limit}`),
	    ['REQUEST_WEIGHT 1 MINUTE 2400', 'ORDERS 1 MINUTE 1200', 'ORDERS 10 SECOND 300']);
});

await step('getOrderBook: limits 5 to 1000, no other', async () => {
	for (const limit of [5, 10, 20, 50, 100, 500, 1000]) {
		const book = await api.getOrderBook({ ...BTC, limit });

		yes(book.bids.length <= limit && book.bids.length >= Math.min(limit, 20));
		yes(Number(book.bids[0][0]) > Number(book.bids[1][0]));
		yes(Number(book.asks[0][0]) < Number(book.asks[1][0]));
	}
	await refused(() => api.getOrderBook({ ...BTC, limit: 3 }), '-4021');
	await refused(() => api.getOrderBook({ ...BTC, limit: 1500 }), '-1130');
});

await step('getRecentTrades, getAggregateTrades, getHistoricalTrades', async () => {
	await api.submitNewOrder({ ...MARKET, side: 'BUY' });
	await api.submitNewOrder({ ...MARKET, side: 'SELL' });
	const [trade] = (await api.getRecentTrades({ ...BTC, limit: 1 }));
	const [agg] = (await api.getAggregateTrades({ ...BTC, limit: 1 }));
	const [old] = (await api.getHistoricalTrades({ ...BTC, limit: 1 }));

	holds(trade, { qty: '0.010', isBuyerMaker: true, isRPITrade: false });
	near(trade.quoteQty, Number(trade.price) * 0.01, 0.01);
	holds(agg, { q: '0.010', nq: '0.010', m: true });
	same(old.id, trade.id);
	await refused(() => api.getAggregateTrades({ ...BTC, limit: 1001 }), '-1130');
});

await step('getKlines: rows of twelve; no seconds, no more than 1500', async () => {
	const rows = await api.getKlines({ ...BTC, interval: '1m', limit: 3 });

	same(rows[0].length, 12);
	same(rows[0][6], rows[0][0] + 59999);
	await refused(() => api.getKlines({ ...BTC, interval: '1s', limit: 1 }), '-1120');
	await refused(() => api.getKlines({ ...BTC, interval: '1m', limit: 2000 }), '-1130');
});

await step('the other klines', async () => {
	const pair = { pair: 'BTCUSDT', interval: '1m', limit: 1 };

	same((await api.getContinuousContractKlines({ ...pair,
	    contractType: 'PERPETUAL' }))[0].length, 12);
	same((await api.getIndexPriceKlines(pair))[0].length, 12);
	same((await api.getMarkPriceKlines({ ...BTC, interval: '1m', limit: 1 }))[0].length, 12);
	same((await api.getPremiumIndexKlines({ ...BTC, interval: '1m', limit: 1 }))[0].length, 12);
});

await step('getMarkPrice of one and of all', async () => {
	near((await api.getMarkPrice(BTC)).markPrice, 60000, 1);
	yes((await api.getMarkPrice()).some((m) => m.symbol === 'ETHUSDT'));
});

await step('tickers: day, price, book', async () => {
	holds(await api.get24hrChangeStatistics(BTC), { symbol: 'BTCUSDT' });
	near((await api.getSymbolPriceTickerV2(BTC)).price, 60000, 100);
	yes(Number((await api.getSymbolOrderBookTicker(BTC)).bidPrice) < 60000);
	yes((await api.getSymbolOrderBookTicker()).length >= 3);
	await refused(() => api.get24hrChangeStatistics({ symbol: 'NOTAREALSYM' }), '-1121');
});

await step('getOpenInterest, getFundingRates, getFundingRateHistory', async () => {
	holds(await api.getOpenInterest(BTC), { symbol: 'BTCUSDT' });
	yes(Array.isArray(await api.getFundingRates()));
	yes(Array.isArray(await api.getFundingRateHistory({ ...BTC, limit: 2 })));
});

// ---- the account -----------------------------------------------------------------

await step('getBalanceV3 and getAccountInformationV3 agree', async () => {
	const usdt = (await api.getBalanceV3()).find((b) => b.asset === 'USDT');
	const account = await api.getAccountInformationV3();

	holds(usdt, { asset: 'USDT', marginAvailable: true });
	yes(typeof usdt.accountAlias === 'string');
	near(usdt.balance, Number(account.totalWalletBalance), 0);
	near(usdt.availableBalance, Number(account.availableBalance), 0);
	same(account.positions, []);
	yes(usdt.updateTime > 0);
});

await step('getPositionsV3: none, of one symbol and of all', async () => {
	same(await api.getPositionsV3(), []);
	same(await api.getPositionsV3(BTC), []);
});

await step('setLeverage: the bracket bounds the notional', async () => {
	const answer = await api.setLeverage({ ...BTC, leverage: 20 });

	holds(answer, { symbol: 'BTCUSDT', leverage: 20 });
	yes(typeof answer.maxNotionalValue === 'string' && Number(answer.maxNotionalValue) > 0);
	holds((await api.getFuturesSymbolConfig(BTC))[0], { symbol: 'BTCUSDT', leverage: 20,
	    marginType: 'CROSSED', isAutoAddMargin: false,
	    maxNotionalValue: answer.maxNotionalValue });
	await refused(() => api.setLeverage({ ...BTC, leverage: 126 }), '-4028');
});

await step('getNotionalAndLeverageBrackets of one and of all', async () => {
	const one = await api.getNotionalAndLeverageBrackets(BTC);
	const row = Array.isArray(one) ? one[0] : one;

	holds(row.brackets[0], { bracket: 1, initialLeverage: 125, notionalFloor: 0, cum: 0 });
	yes((await api.getNotionalAndLeverageBrackets()).length >= 3);
});

await step('setMarginType, and no change: -4046', async () => {
	holds(await api.setMarginType({ ...BTC, marginType: 'ISOLATED' }), { code: 200,
	    msg: 'success' });
	await refused(() => api.setMarginType({ ...BTC, marginType: 'ISOLATED' }), '-4046');
	await api.setMarginType({ ...BTC, marginType: 'CROSSED' });
});

await step('position mode, multi-assets mode, fee burn', async () => {
	same(await api.getCurrentPositionMode(), { dualSidePosition: false });
	await refused(() => api.setPositionMode({ dualSidePosition: 'false' }), '-4059');
	same(await api.getMultiAssetsMode(), { multiAssetsMargin: false });
	await refused(() => api.setMultiAssetsMode({ multiAssetsMargin: 'false' }), '-4171');
	yes(typeof (await api.getBNBBurnStatus()).feeBurn === 'boolean');
});

await step('getFuturesAccountConfig', async () => {
	holds(await api.getFuturesAccountConfig(), { feeTier: 0, canTrade: true, canDeposit: true,
	    canWithdraw: true, dualSidePosition: false, multiAssetsMargin: false,
	    tradeGroupId: -1 });
});

await step('getAccountCommissionRate', async () => {
	const rate = await api.getAccountCommissionRate(BTC);

	near(rate.makerCommissionRate, 0.0002, 0);
	near(rate.takerCommissionRate, 0.0005, 0);
	near(rate.rpiCommissionRate, 0, 0.001);
});

await step('getApiQuantitativeRulesIndicators, getADLQuantileEstimation, forceOrders', async () => {
	yes(typeof await api.getApiQuantitativeRulesIndicators() === 'object');
	yes(Array.isArray(await api.getADLQuantileEstimation()));
	same(await api.getForceOrders(BTC), []);
});

// ---- orders ----------------------------------------------------------------------

await step('submitNewOrder: the acknowledgement has these keys and no more', async () => {
	const ack = await api.submitNewOrder({ ...LIMIT, newClientOrderId: named('1') });

	same(Object.keys(ack).sort(), ['clientOrderId', 'closePosition', 'cumQty', 'executedQty',
	    'goodTillDate', 'orderId', 'origQty', 'origType', 'positionSide', 'price', 'priceMatch',
	    'priceProtect', 'reduceOnly', 'selfTradePreventionMode', 'side', 'status', 'stopPrice',
	    'symbol', 'timeInForce', 'type', 'updateTime', 'workingType']);
	holds(ack, { clientOrderId: named('1'), status: 'NEW', price: '59000.00', origQty: '0.010',
	    executedQty: '0.000', selfTradePreventionMode: 'EXPIRE_MAKER' });
	id = ack.orderId;
});

await step('the same client id among the open ones: -4116', async () => {
	await refused(() => api.submitNewOrder({ ...LIMIT, newClientOrderId: named('1') }),
	    '-4116');
});

await step('getOrder, getCurrentOpenOrder, getAllOpenOrders agree', async () => {
	const order = await api.getOrder({ ...BTC, orderId: id });

	holds(order, { orderId: id, status: 'NEW', clientOrderId: named('1') });
	near(order.avgPrice, 0, 0);
	near(order.cumQuote, 0, 0);
	yes(order.time > 0 && order.updateTime >= order.time);
	same(await api.getCurrentOpenOrder({ ...BTC, origClientOrderId: named('1') }), order);
	same(await api.getAllOpenOrders(BTC), [order]);
	same(await api.getAllOpenOrders(), [order]);
});

await step('modifyOrder answers with pair and modifyId', async () => {
	const answer = await api.modifyOrder({ ...BTC, orderId: id, side: 'BUY', quantity: '0.020',
	    price: '59100.00', modifyId: 77 });

	holds(answer, { orderId: id, symbol: 'BTCUSDT', pair: 'BTCUSDT', status: 'NEW',
	    clientOrderId: named('1'), price: '59100.00', origQty: '0.020', modifyId: 77 });
	yes(!('avgPrice' in answer) && !('cumBase' in answer));
});

await step('modifyOrder that is refused leaves it as it is', async () => {
	const change = (more) => () => api.modifyOrder({ ...BTC, orderId: id, side: 'BUY',
	    quantity: '0.020', price: '59100.00', ...more });

	await refused(change({}), '-5027');
	await refused(change({ price: '70000.00' }), '-4016');
	await refused(change({ price: '59100.05' }), '-4014');
	await refused(change({ quantity: '0.000' }), '-4003');
	holds(await api.getOrder({ ...BTC, orderId: id }), { price: '59100.00', origQty: '0.020' });
});

await step('modifyOrder of a GTX order that would take cancels it', async () => {
	const gtx = await api.submitNewOrder({ ...LIMIT, timeInForce: 'GTX' });

	await api.modifyOrder({ ...BTC, orderId: gtx.orderId, side: 'BUY', quantity: '0.010',
	    price: '60100.00' }).catch(() => {});
	holds(await api.getOrder({ ...BTC, orderId: gtx.orderId }), { status: 'CANCELED' });
});

await step('modifyOrder to no more than has traded cancels it', async () => {
	const part = await api.submitNewOrder({ ...LIMIT, newClientOrderId: named('part') });

	await ctl('fill', { ...BTC, clientOrderId: named('part'), qty: '0.004' });
	await api.modifyOrder({ ...BTC, orderId: part.orderId, side: 'BUY', quantity: '0.004',
	    price: '59000.00' });
	holds(await api.getOrder({ ...BTC, orderId: part.orderId }), { status: 'CANCELED',
	    executedQty: '0.004' });
});

await step('getOrderModifyHistory', async () => {
	const [row] = await api.getOrderModifyHistory({ ...BTC, orderId: id });

	holds(row, { symbol: 'BTCUSDT', pair: 'BTCUSDT', orderId: id, clientOrderId: named('1'),
	    amendment: { price: { before: '59000.00', after: '59100.00' },
	    origQty: { before: '0.010', after: '0.020' }, count: 1 } });
});

await step('cancelOrder, and again: -2011', async () => {
	holds(await api.cancelOrder({ ...BTC, orderId: id }), { orderId: id, status: 'CANCELED' });
	await refused(() => api.cancelOrder({ ...BTC, orderId: id }), '-2011');
	await refused(() => api.getCurrentOpenOrder({ ...BTC, orderId: id }), '-2013');
});

await step('submitMultipleOrders: objects and errors side by side', async () => {
	await clean();
	const rows = await api.submitMultipleOrders([LIMIT, { ...LIMIT, price: '70000.00' },
	    { ...LIMIT, side: 'SELL', price: '61000.00' }]);

	holds(rows[0], { status: 'NEW', side: 'BUY' });
	same(rows[1].code, -4016);
	holds(rows[2], { status: 'NEW', side: 'SELL' });
});

await step('submitMultipleOrders: six are too many, -4082', async () => {
	await refused(() => api.submitMultipleOrders(Array(6).fill(LIMIT)), '-4082');
});

await step('modifyMultipleOrders and cancelMultipleOrders', async () => {
	const open = await api.getAllOpenOrders(BTC);
	const changed = await api.modifyMultipleOrders(open.map((o) => ({ ...BTC,
	    orderId: o.orderId,
	    side: o.side, quantity: '0.030', price: o.price })));

	same(changed.map((o) => o.origQty), ['0.030', '0.030']);
	const ended = await api.cancelMultipleOrders({ ...BTC,
	    orderIdList: [open[0].orderId, 123, open[1].orderId] });

	same(ended.map((o) => o.status ?? o.code), ['CANCELED', -2011, 'CANCELED']);
});

await step('cancelMultipleOrders by client ids; eleven are too many, -4032', async () => {
	await api.submitNewOrder({ ...LIMIT, newClientOrderId: named('a') });
	const ended = await api.cancelMultipleOrders({ ...BTC,
	    origClientOrderIdList: [named('a')] });

	same(ended.map((o) => o.status), ['CANCELED']);
	await refused(() => api.cancelMultipleOrders({ ...BTC,
	    orderIdList: Array.from({ length: 11 }, (_, i) => i + 1) }), '-4032');
});

await step('cancelAllOpenOrders', async () => {
	await api.submitNewOrder(LIMIT);
	holds(await api.cancelAllOpenOrders(BTC), { code: 200,
	    msg: 'The operation of cancel all open order is done.' });
	same(await api.getAllOpenOrders(BTC), []);
});

await step('setCancelOrdersOnTimeout cancels when nobody renews it', async () => {
	await api.submitNewOrder(LIMIT);
	holds(await api.setCancelOrdersOnTimeout({ ...BTC, countdownTime: 500 }),
	    { symbol: 'BTCUSDT', countdownTime: '500' });
	await until(async () => (await api.getAllOpenOrders(BTC)).length === 0, 'it is canceled',
	    11000);
}, 12000);

await step('testOrder checks and does nothing', async () => {
	await api.testOrder(LIMIT);
	await refused(() => api.testOrder({ ...LIMIT, quantity: '0.0001' }), '-1111');
	await refused(() => api.testOrder({ ...MARKET, side: 'BUY', quantity: '0' }), '-4003');
	same(await api.getAllOpenOrders(BTC), []);
});

// ---- trading ---------------------------------------------------------------------

await step('a market order with ACK is answered NEW, with RESULT filled', async () => {
	await clean();
	const ack = await api.submitNewOrder({ ...MARKET, side: 'BUY' });
	const result = await api.submitNewOrder({ ...MARKET, side: 'BUY',
	    newOrderRespType: 'RESULT' });

	holds(ack, { status: 'NEW', executedQty: '0.000' });
	holds(result, { status: 'FILLED', executedQty: '0.010' });
	holds(await api.getOrder({ ...BTC, orderId: ack.orderId }), { status: 'FILLED' });
});

await step('getPositionsV3: the keys of a position', async () => {
	const [p] = await api.getPositionsV3(BTC);

	same(Object.keys(p).sort(), ['adl', 'askNotional', 'bidNotional', 'breakEvenPrice',
	    'entryPrice', 'initialMargin', 'isolatedMargin', 'isolatedWallet', 'liquidationPrice',
	    'maintMargin', 'marginAsset', 'markPrice', 'notional', 'openOrderInitialMargin',
	    'positionAmt', 'positionInitialMargin', 'positionSide', 'symbol', 'unRealizedProfit',
	    'updateTime']);
	holds(p, { positionAmt: '0.020', positionSide: 'BOTH', marginAsset: 'USDT' });
	near(p.breakEvenPrice, p.entryPrice * (1 + TAKER), 0.01);
	near(p.positionInitialMargin, 60, 0.1);
});

await step('getAccountTrades: by order, by id, in order', async () => {
	const trades = await api.getAccountTrades(BTC);
	const last = trades[trades.length - 1];

	holds(last, { symbol: 'BTCUSDT', pair: 'BTCUSDT', side: 'BUY', positionSide: 'BOTH',
	    qty: '0.010', buyer: true, maker: false, commissionAsset: 'USDT',
	    marginAsset: 'USDT' });
	near(last.commission, last.quoteQty * TAKER, 0.00000001);
	same((await api.getAccountTrades({ ...BTC, orderId: last.orderId })).length, 1);
	same((await api.getAccountTrades({ ...BTC, fromId: last.id })).map((t) => t.id), [last.id]);
});

await step('closing realizes, and income says it', async () => {
	await price(60600);
	await api.submitNewOrder({ ...MARKET, side: 'SELL', quantity: '0.020',
	    reduceOnly: 'true' });
	const [t] = (await api.getAccountTrades(BTC)).slice(-1);
	const rows = await api.getIncomeHistory({ ...BTC, incomeType: 'REALIZED_PNL' });
	const row = rows.find((r) => r.tradeId === String(t.id));

	near(row.income, Number(t.realizedPnl), 0);
	holds(row, { symbol: 'BTCUSDT', incomeType: 'REALIZED_PNL', asset: 'USDT' });
	same(await api.getPositionsV3(BTC), []);
});

await step('setIsolatedPositionMargin and its history', async () => {
	await clean();
	await api.setMarginType({ ...BTC, marginType: 'ISOLATED' });
	await api.submitNewOrder({ ...MARKET, side: 'BUY' });
	holds(await api.setIsolatedPositionMargin({ ...BTC, amount: 10, type: 1 }),
	    { amount: 10, code: 200, msg: 'Successfully modify position margin.', type: 1 });
	const [row] = await api.getPositionMarginChangeHistory(BTC);

	holds(row, { symbol: 'BTCUSDT', type: 1, asset: 'USDT', positionSide: 'BOTH' });
	near(row.amount, 10, 0);
	await clean();
	await api.setMarginType({ ...BTC, marginType: 'CROSSED' });
});

// ---- conditional orders ------------------------------------------------------------

await step('submitNewAlgoOrder: the answer has these keys', async () => {
	await clean();
	const stop = await api.submitNewAlgoOrder({ algoType: 'CONDITIONAL', ...BTC, side: 'SELL',
	    type: 'STOP_MARKET', quantity: '0.010', triggerPrice: '59000',
	    clientAlgoId: named('s') });

	same(Object.keys(stop).sort(), ['activatePrice', 'algoId', 'algoStatus', 'algoType',
	    'callbackRate', 'clientAlgoId', 'closePosition', 'createTime', 'goodTillDate',
	    'icebergQuantity', 'orderType', 'positionSide', 'price', 'priceMatch', 'priceProtect',
	    'quantity', 'reduceOnly', 'selfTradePreventionMode', 'side', 'symbol', 'timeInForce',
	    'triggerPrice', 'triggerTime', 'updateTime', 'workingType']);
	holds(stop, { algoStatus: 'NEW', orderType: 'STOP_MARKET', clientAlgoId: named('s') });
	id = stop.algoId;
});

await step('getAlgoOrder, getOpenAlgoOrders, getAllAlgoOrders', async () => {
	holds(await api.getAlgoOrder({ algoId: id }), { algoId: id, actualOrderId: '' });
	same((await api.getOpenAlgoOrders(BTC)).map((o) => o.algoId), [id]);
	same((await api.getOpenAlgoOrders()).map((o) => o.algoId), [id]);
	same((await api.getAllAlgoOrders(BTC)).map((o) => o.algoId), [id]);
});

await step('cancelAlgoOrder, cancelAllAlgoOpenOrders', async () => {
	same(await api.cancelAlgoOrder({ algoId: id }), { algoId: id, clientAlgoId: named('s'),
	    code: '200', msg: 'success' });
	await refused(() => api.cancelAlgoOrder({ algoId: id }), '-2011');
	holds(await api.cancelAllAlgoOpenOrders(BTC), { code: 200 });
});

await step('a stop that triggers: its order, its trade, FINISHED', async () => {
	await clean();
	await api.submitNewOrder({ ...MARKET, side: 'BUY' });
	const stop = await api.submitNewAlgoOrder({ algoType: 'CONDITIONAL', ...BTC, side: 'SELL',
	    type: 'STOP_MARKET', quantity: '0.010', triggerPrice: '59500', reduceOnly: 'true',
	    clientAlgoId: named('t') });

	await price(59400);
	await until(async () => (await api.getAlgoOrder({ algoId: stop.algoId }))
	    .algoStatus === 'FINISHED', 'it has ended');
	const { actualOrderId } = await api.getAlgoOrder({ algoId: stop.algoId });
	const order = await api.getOrder({ ...BTC, orderId: actualOrderId });

	holds(order, { clientOrderId: named('t'), status: 'FILLED', executedQty: '0.010',
	    type: 'MARKET', reduceOnly: true });
	same((await api.getAccountTrades({ ...BTC, orderId: actualOrderId })).length, 1);
	same(await api.getPositionsV3(BTC), []);
	await clean();
});

// ---- the key of the user stream ----------------------------------------------------

await step('listen key: the same while it lives', async () => {
	const first = await api.getFuturesUserDataListenKey();

	same(first.listenKey.length, 64);
	same(await api.getFuturesUserDataListenKey(), first);
	same(await api.keepAliveFuturesUserDataListenKey(), first);
	same(await api.closeFuturesUserDataListenKey(), {});
	await refused(() => api.keepAliveFuturesUserDataListenKey(), '-1125');
});

await step('the wallet is what it was, less what trading cost', async () => {
	await clean();
	const account = await ctl('account');

	near(account.balance, WALLET + Number(account.realizedPnl) - Number(account.fees) +
	    Number(account.funding), 0.00000001);
	near((await api.getBalanceV3()).find((b) => b.asset === 'USDT').balance,
	    Number(account.balance), 0);
});

done();
