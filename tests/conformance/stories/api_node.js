// SPDX-License-Identifier: BSD-2-Clause
//
// api_node.js - binance-api-node: version 2 of account and positions, one
// stream a connection, the listen key in the path.

import { KEY, REST, SECRET, STREAM, clean, client, ctl, price, quiet_market } from '../exchange.js';
import { Heard, done, holds, near, refused, same, step, until, yes } from '../tap.js';

const Binance = client('binance-api-node').default;
const api = Binance({ apiKey: KEY, apiSecret: SECRET, httpBase: REST, httpFutures: REST,
    wsFutures: `${STREAM}/market/ws`, wsFuturesPublic: `${STREAM}/public/ws`,
    wsFuturesMarket: `${STREAM}/market/ws`, wsFuturesPrivate: `${STREAM}/private/ws` });
const BTC = { symbol: 'BTCUSDT' };
const LIMIT = { ...BTC, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010',
    price: '59000' };
let	 id;

await quiet_market();

// ---- REST ------------------------------------------------------------------------

await step('futuresPing, futuresTime, futuresExchangeInfo', async () => {
	same(await api.futuresPing(), true);
	near(await api.futuresTime(), Date.now(), 1000);
	yes((await api.futuresExchangeInfo()).symbols.some((s) => s.symbol === 'BTCUSDT'));
});

await step('futuresBook, futuresMarkPrice, futuresAllBookTickers', async () => {
	same((await api.futuresBook({ ...BTC, limit: 5 })).bids.length, 5);
	yes((await api.futuresMarkPrice()).length >= 3);
	yes('BTCUSDT' in await api.futuresAllBookTickers());
});

await step('futuresCandles, futuresDailyStats, futuresPrices, futuresTrades', async () => {
	yes((await api.futuresCandles({ ...BTC, interval: '1m', limit: 2 })).length > 0);
	holds(await api.futuresDailyStats(BTC), BTC);
	near((await api.futuresPrices()).BTCUSDT, 60000, 200);
	yes(Array.isArray(await api.futuresTrades(BTC)));
});

await step('futuresAccountInfo and futuresPositionRisk, both version 2', async () => {
	const account = await api.futuresAccountInfo();
	const [p] = await api.futuresPositionRisk(BTC);

	holds(account, { canTrade: true });
	yes(account.positions.some((q) => q.symbol === 'BTCUSDT' && q.leverage === p.leverage));
	holds(p, { symbol: 'BTCUSDT', positionSide: 'BOTH', isAutoAddMargin: 'false' });
	yes('maxNotionalValue' in p && 'marginType' in p);
});

await step('futuresAccountBalance', async () => {
	near((await api.futuresAccountBalance()).find((b) => b.asset === 'USDT').balance, 1000000,
	    1);
});

await step('futuresOrder, futuresGetOrder, futuresOpenOrders', async () => {
	const order = await api.futuresOrder(LIMIT);

	holds(order, { status: 'NEW' });
	id = order.orderId;
	holds(await api.futuresGetOrder({ ...BTC, orderId: id }), { status: 'NEW', orderId: id });
	same((await api.futuresOpenOrders(BTC)).map((o) => o.orderId), [id]);
});

await step('futuresUpdateOrder', async () => {
	holds(await api.futuresUpdateOrder({ ...BTC, orderId: id, side: 'BUY', quantity: '0.020',
	    price: '59100' }), { orderId: id, origQty: '0.020', price: '59100.00' });
});

await step('futuresCancelOrder', async () => {
	holds(await api.futuresCancelOrder({ ...BTC, orderId: id }), { status: 'CANCELED' });
	await refused(() => api.futuresCancelOrder({ ...BTC, orderId: id }), 'Unknown order sent.');
});

await step('futuresBatchOrders, futuresCancelBatchOrders', async () => {
	const placed = await api.futuresBatchOrders({ batchOrders: JSON.stringify([LIMIT,
	    LIMIT]) });

	same(placed.map((o) => o.status), ['NEW', 'NEW']);
	same((await api.futuresCancelBatchOrders({ ...BTC,
	    orderIdList: JSON.stringify(placed.map((o) => o.orderId)) })).map((o) => o.status),
	    ['CANCELED', 'CANCELED']);
});

await step('a stop goes to the Algo Service, and is canceled there', async () => {
	await clean();
	const stop = await api.futuresOrder({ ...BTC, side: 'SELL', type: 'STOP_MARKET',
	    quantity: '0.010', stopPrice: '59000' });

	holds(stop, { algoStatus: 'NEW', orderType: 'STOP_MARKET' });
	holds(await api.futuresGetOrder({ algoId: stop.algoId }), { algoStatus: 'NEW' });
	holds(await api.futuresCancelOrder({ algoId: stop.algoId }), { code: '200' });
});

await step('a stop that triggers closes the position', async () => {
	await clean();
	await api.futuresOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: '0.010' });
	holds((await api.futuresPositionRisk(BTC))[0], { positionAmt: '0.010' });
	const stop = await api.futuresOrder({ ...BTC, side: 'SELL', type: 'STOP_MARKET',
	    stopPrice: '59500', closePosition: 'true' });

	await price(59400);
	await until(async () => (await api.futuresGetOrder({ algoId: stop.algoId }))
	    .algoStatus === 'FINISHED', 'it has ended');
	holds((await api.futuresPositionRisk(BTC))[0], { positionAmt: '0.000' });
	await price(60000);
});

await step('futuresOrder to reduce: the position is closed', async () => {
	await api.futuresOrder({ ...BTC, side: 'SELL', type: 'MARKET', quantity: '0.010' });
	holds((await api.futuresPositionRisk(BTC))[0], { positionAmt: '-0.010' });
	await api.futuresOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: '0.010',
	    reduceOnly: 'true' });
	holds((await api.futuresPositionRisk(BTC))[0], { positionAmt: '0.000' });
});

await step('futuresUserTrades, futuresIncome', async () => {
	await api.futuresOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: '0.010' });
	await clean();
	yes((await api.futuresUserTrades(BTC)).length >= 2);
	yes((await api.futuresIncome()).some((r) => r.incomeType === 'COMMISSION'));
});

await step('futuresLeverage, futuresMarginType, futuresLeverageBracket', async () => {
	holds(await api.futuresLeverage({ ...BTC, leverage: 12 }), { leverage: 12 });
	holds(await api.futuresMarginType({ ...BTC, marginType: 'ISOLATED' }), { code: 200 });
	await api.futuresMarginType({ ...BTC, marginType: 'CROSSED' });
	yes((await api.futuresLeverageBracket()).length >= 3);
});

// ---- streams ---------------------------------------------------------------------

for (const [method, match] of [
	['futuresAggTrades', (m) => m.symbol === 'BTCUSDT' && m.quantity === '0.010'],
	['futuresBookTicker', (m) => m.symbol === 'BTCUSDT' || m.s === 'BTCUSDT'],
	['futuresDepth', (m) => m.symbol === 'BTCUSDT' && m.bidDepth.length > 0],
	['futuresTicker', (m) => m.symbol === 'BTCUSDT'],
])
	await step(method, async () => {
		const heard = new Heard();
		const close = api.ws[method]('BTCUSDT', heard.push);

		await new Promise((r) => setTimeout(r, 300));
		await price(60020);
		await api.futuresOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: '0.010' });
		await clean();
		await heard.first(match, method, 3000);
		close({ delay: 0, fastClose: true });
	});

await step('futuresPartialDepth, futuresCandles', async () => {
	const books = new Heard(), candles = new Heard();

	api.ws.futuresPartialDepth({ symbol: 'BTCUSDT', level: 10 }, books.push);
	api.ws.futuresCandles('BTCUSDT', '1m', candles.push);
	await new Promise((r) => setTimeout(r, 300));
	await price(60030);
	await clean();
	await books.first((m) => (m.bids ?? m.bidDepth).length === 10, 'ten levels', 2500);
	await candles.first((m) => m.symbol === 'BTCUSDT' && m.interval === '1m', 'the minute',
	    2500);
});

await step('futuresUser: an order, and the account', async () => {
	const heard = new Heard();

	await api.ws.futuresUser(heard.push);
	await until(async () => (await ctl('status')).streams.private > 0, 'the connection');
	await api.futuresOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: '0.010',
	    newClientOrderId: 'n-1' });
	await heard.first((m) => m.eventType === 'ORDER_TRADE_UPDATE' &&
	    m.clientOrderId === 'n-1' &&
	    m.orderStatus === 'FILLED', 'it is filled');
	holds(await heard.first((m) => m.eventType === 'ACCOUNT_UPDATE', 'the account'),
	    { eventReasonType: 'ORDER' });
	await clean();
});

done();
