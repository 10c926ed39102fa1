// SPDX-License-Identifier: BSD-2-Clause
//
// connector.js - the exchange's own connector: REST with empty JSON bodies and
// all parameters in the query, all three stream routes at once, WebSocket API.

import { KEY, REST, SECRET, STREAM, TAKER, WS_API, clean, client, ctl, price, quiet_market }
    from '../exchange.js';
import { Heard, done, holds, near, refused, same, step, until, yes } from '../tap.js';

const { DerivativesTradingUsdsFutures } = client('@binance/derivatives-trading-usds-futures');
const keys = { apiKey: KEY, apiSecret: SECRET };
const all = new DerivativesTradingUsdsFutures({
	configurationRestAPI: { ...keys, basePath: REST, retries: 0, timeout: 4000 },
	configurationWebsocketStreams: { wsURL: STREAM },
	configurationWebsocketAPI: { ...keys, wsURL: WS_API, timeout: 2000 },
});
const api = all.restAPI;
const BTC = { symbol: 'BTCUSDT' };
const LIMIT = { ...BTC, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 0.01,
    price: 59000 };
const WS_MS = 2500;
let	 id;

await quiet_market();

async function
data(call)
{
	return (await call).data();
}

// ---- REST ------------------------------------------------------------------------

await step('exchangeInformation, checkServerTime, testConnectivity', async () => {
	yes((await data(api.exchangeInformation())).symbols.some((s) => s.symbol === 'BTCUSDT'));
	near((await data(api.checkServerTime())).serverTime, Date.now(), 1000);
	same(await data(api.testConnectivity()), {});
});

await step('its answers have the used weight', async () => {
	const { headers } = await api.checkServerTime();

	yes(Number(headers['x-mbx-used-weight-1m']) > 0);
});

await step('orderBook, markPrice, symbolOrderBookTicker', async () => {
	same((await data(api.orderBook({ ...BTC, limit: 5 }))).bids.length, 5);
	near((await data(api.markPrice(BTC))).markPrice, 60000, 1);
	holds(await data(api.symbolOrderBookTicker(BTC)), { symbol: 'BTCUSDT' });
});

await step('klineCandlestickData, ticker24hrPriceChangeStatistics', async () => {
	same((await data(api.klineCandlestickData({ ...BTC, interval: '1m',
	    limit: 1 })))[0].length, 12);
	holds(await data(api.ticker24hrPriceChangeStatistics(BTC)), { symbol: 'BTCUSDT' });
});

await step('accountInformationV3, futuresAccountBalanceV3', async () => {
	near((await data(api.accountInformationV3())).availableBalance, 1000000, 1);
	yes((await data(api.futuresAccountBalanceV3())).some((b) => b.asset === 'USDT'));
});

await step('accountInformationV2, futuresAccountBalanceV2, positionInformationV2', async () => {
	const account = await data(api.accountInformationV2());

	holds(account, { canTrade: true, multiAssetsMargin: false });
	yes(account.positions.some((p) => p.symbol === 'BTCUSDT' && 'leverage' in p));
	yes((await data(api.futuresAccountBalanceV2())).some((b) => b.asset === 'USDT'));
	holds((await data(api.positionInformationV2(BTC)))[0], { symbol: 'BTCUSDT',
	    positionSide: 'BOTH', marginType: 'cross', isAutoAddMargin: 'false' });
});

await step('queryUserRateLimit, userCommissionRate, getCurrentPositionMode', async () => {
	same((await data(api.queryUserRateLimit())).map((r) => [r.rateLimitType, r.interval,
	    r.intervalNum, r.limit]), [['ORDERS', 'SECOND', 10, 300], ['ORDERS', 'MINUTE', 1,
	    1200]]);
	near((await data(api.userCommissionRate(BTC))).takerCommissionRate, TAKER, 0);
	same(await data(api.getCurrentPositionMode()), { dualSidePosition: false });
});

await step('newOrder, queryOrder, queryCurrentOpenOrder', async () => {
	const order = await data(api.newOrder(LIMIT));

	holds(order, { status: 'NEW', price: '59000.00', origQty: '0.010' });
	id = order.orderId;
	holds(await data(api.queryOrder({ ...BTC, orderId: id })), { orderId: id, status: 'NEW' });
	holds(await data(api.queryCurrentOpenOrder({ ...BTC, orderId: id })), { orderId: id });
});

await step('modifyOrder, getOrderModifyHistory', async () => {
	holds(await data(api.modifyOrder({ ...BTC, orderId: id, side: 'BUY', quantity: 0.02,
	    price: 59100 })), { orderId: id, origQty: '0.020', price: '59100.00',
	    pair: 'BTCUSDT' });
	same((await data(api.getOrderModifyHistory({ ...BTC, orderId: id }))).length, 1);
});

await step('cancelOrder', async () => {
	holds(await data(api.cancelOrder({ ...BTC, orderId: id })), { status: 'CANCELED' });
	await refused(() => api.cancelOrder({ ...BTC, orderId: id }), 'Unknown order sent.');
});

await step('placeMultipleOrders, modifyMultipleOrders, cancelMultipleOrders', async () => {
	const one = { ...BTC, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01' };
	const placed = await data(api.placeMultipleOrders({ batchOrders: [{ ...one,
	    price: '59000' },
	    { ...one, price: '58900' }] }));

	same(placed.map((o) => o.price), ['59000.00', '58900.00']);
	const changed = await data(api.modifyMultipleOrders({ batchOrders: placed.map((o) =>
	    ({ ...BTC,
	    orderId: o.orderId, side: 'BUY', quantity: '0.02', price: o.price })) }));

	same(changed.map((o) => o.origQty), ['0.020', '0.020']);
	const ended = await data(api.cancelMultipleOrders({ ...BTC,
	    orderIdList: placed.map((o) => o.orderId) }));

	same(ended.map((o) => o.status), ['CANCELED', 'CANCELED']);
});

await step('newOrder at the market, accountTradeList, positionInformationV3', async () => {
	const order = await data(api.newOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: 0.01,
	    newOrderRespType: 'RESULT' }));
	const [t] = await data(api.accountTradeList({ ...BTC, orderId: order.orderId }));

	holds(order, { status: 'FILLED' });
	near(t.commission, t.quoteQty * TAKER, 0.00000001);
	holds((await data(api.positionInformationV3(BTC)))[0], { positionAmt: '0.010' });
});

await step('newAlgoOrder, queryAlgoOrder, currentAllAlgoOpenOrders, cancelAlgoOrder', async () => {
	const stop = await data(api.newAlgoOrder({ algoType: 'CONDITIONAL', ...BTC, side: 'SELL',
	    type: 'STOP_MARKET', triggerPrice: 59000, closePosition: 'true' }));

	holds(stop, { algoStatus: 'NEW', closePosition: true });
	holds(await data(api.queryAlgoOrder({ algoId: stop.algoId })), { algoStatus: 'NEW' });
	same((await data(api.currentAllAlgoOpenOrders(BTC))).length, 1);
	holds(await data(api.cancelAlgoOrder({ algoId: stop.algoId })), { code: '200' });
});

await step('newAlgoOrder that triggers, and closes the position', async () => {
	holds((await data(api.positionInformationV3(BTC)))[0], { positionAmt: '0.010' });
	const stop = await data(api.newAlgoOrder({ algoType: 'CONDITIONAL', ...BTC, side: 'SELL',
	    type: 'STOP_MARKET', triggerPrice: 59500, closePosition: 'true' }));

	await price(59400);
	await until(async () => (await data(api.queryAlgoOrder({ algoId: stop.algoId })))
	    .algoStatus === 'FINISHED', 'it has ended');
	same(await data(api.positionInformationV3(BTC)), []);
	await price(60000);
});

await step('newOrder to reduce: the position is closed', async () => {
	await api.newOrder({ ...BTC, side: 'SELL', type: 'MARKET', quantity: 0.01 });
	holds((await data(api.positionInformationV3(BTC)))[0], { positionAmt: '-0.010' });
	holds(await data(api.newOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: 0.01,
	    reduceOnly: 'true', newOrderRespType: 'RESULT' })), { status: 'FILLED',
	    reduceOnly: true });
	same(await data(api.positionInformationV3(BTC)), []);
});

await step('symbolConfiguration, changeInitialLeverage, notionalAndLeverageBrackets', async () => {
	holds(await data(api.changeInitialLeverage({ ...BTC, leverage: 10 })), { leverage: 10 });
	holds((await data(api.symbolConfiguration(BTC)))[0], { leverage: 10 });
	yes((await data(api.notionalAndLeverageBrackets())).length >= 3);
});

await step('changeMarginType, changePositionMode while there is a position: refused', async () => {
	await clean();
	await api.newOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: 0.01 });
	await refused(() => api.changeMarginType({ ...BTC, marginType: 'ISOLATED' }),
	    'Margin type cannot be changed if there exists position.');
	await refused(() => api.changePositionMode({ dualSidePosition: 'true' }),
	    'Position side cannot be changed if there exists position.');
	await clean();
});

await step('getIncomeHistory, allOrders, currentAllOpenOrders', async () => {
	yes((await data(api.allOrders(BTC))).length > 3);
	same(await data(api.currentAllOpenOrders()), []);
	yes((await data(api.getIncomeHistory())).length > 0);
});

await step('startUserDataStream, keepaliveUserDataStream', async () => {
	const key = await data(api.startUserDataStream());

	same(key.listenKey.length, 64);
	same(await data(api.keepaliveUserDataStream()), key);
});

// ---- streams: it opens three routes at once ------------------------------------------

let	 streams;

await step('connect opens public, market and private', async () => {
	streams = await all.websocketStreams.connect();
	await until(async () => {
		const { streams: n } = await ctl('status');

		return n.public > 0 && n.market > 0 && n.private > 0;
	}, 'three connections');
});

for (const [method, params, kind] of [
	['individualSymbolBookTickerStreams', BTC, 'bookTicker'],
	['diffBookDepthStreams', { ...BTC, updateSpeed: '100ms' }, 'depthUpdate'],
	['partialBookDepthStreams', { ...BTC, levels: 10 }, 'depthUpdate'],
	['aggregateTradeStreams', BTC, 'aggTrade'],
	['markPriceStream', { ...BTC, updateSpeed: '1s' }, 'markPriceUpdate'],
	['klineCandlestickStreams', { ...BTC, interval: '1m' }, 'kline'],
	['individualSymbolTickerStreams', BTC, '24hrTicker'],
	['individualSymbolMiniTickerStream', BTC, '24hrMiniTicker'],
])
	await step(method, async () => {
		const heard = new Heard();
		const stream = streams[method]({ ...params, symbol: 'btcusdt' });

		stream.on('message', heard.push);
		await new Promise((r) => setTimeout(r, 200));
		await price(60040);
		await api.newOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: 0.01 });
		await clean();
		await heard.first((m) => m.e === kind && m.s === 'BTCUSDT', kind, 3000);
		stream.unsubscribe();
	});

await step('userData: SUBSCRIBE of the listen key on /private', async () => {
	const heard = new Heard();
	const { listenKey } = await data(api.startUserDataStream());
	const user = streams.userData(listenKey);

	user.on('message', heard.push);
	await new Promise((r) => setTimeout(r, 300));
	await api.newOrder({ ...LIMIT, newClientOrderId: 'd-1' });
	await api.cancelOrder({ ...BTC, origClientOrderId: 'd-1' });
	await until(() => heard.list.filter((m) => m.o?.c === 'd-1').length === 2, 'two events');
});

// ---- the WebSocket API ---------------------------------------------------------------

let	 ws;

await step('the WebSocket API can be reached', async () => {
	ws = await all.websocketAPI.connect();
}, WS_MS);

await step('newOrder, queryOrder, modifyOrder, cancelOrder', async () => {
	const placed = (await ws.newOrder(LIMIT)).data;

	holds(placed, { status: 'NEW', price: '59000.00' });
	holds((await ws.queryOrder({ ...BTC, orderId: placed.orderId })).data, { status: 'NEW' });
	holds((await ws.modifyOrder({ ...BTC, orderId: placed.orderId, side: 'BUY', quantity: 0.02,
	    price: 59100 })).data, { origQty: '0.020' });
	holds((await ws.cancelOrder({ ...BTC, orderId: placed.orderId })).data,
	    { status: 'CANCELED' });
}, WS_MS);

await step('newAlgoOrder, cancelAlgoOrder', async () => {
	const { data: stop } = await ws.newAlgoOrder({ algoType: 'CONDITIONAL', ...BTC,
	    side: 'SELL',
	    type: 'STOP_MARKET', quantity: 0.01, triggerPrice: 59000 });

	holds((await ws.cancelAlgoOrder({ algoId: stop.algoId })).data, { code: '200' });
}, WS_MS);

await step('accountInformationV2, futuresAccountBalanceV2, positionInformationV2', async () => {
	near((await ws.accountInformationV2()).data.totalWalletBalance,
	    (await ctl('account')).balance, 0);
	yes((await ws.futuresAccountBalanceV2()).data.length > 0);
	same((await ws.positionInformationV2()).data, []);
}, WS_MS);

await step('orderBook, symbolPriceTicker, symbolOrderBookTicker', async () => {
	same((await ws.orderBook({ ...BTC, limit: 5 })).data.asks.length, 5);
	near((await ws.symbolPriceTicker(BTC)).data.price, 60000, 200);
	holds((await ws.symbolOrderBookTicker(BTC)).data, { symbol: 'BTCUSDT' });
}, WS_MS);

await step('startUserDataStream, keepaliveUserDataStream, closeUserDataStream', async () => {
	const { data: key } = await ws.startUserDataStream();

	same((await ws.keepaliveUserDataStream()).data, key);
	await ws.closeUserDataStream();
}, WS_MS);

done();
