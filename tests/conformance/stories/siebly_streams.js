// SPDX-License-Identifier: BSD-2-Clause
//
// siebly_streams.js - the client "binance" on streams and on the WebSocket API:
// each request signed by HMAC, and a session opened with an Ed25519 key.

import { EDKEY, KEY, REST, SECRET, STREAM, clean, client, ctl, ed25519_secret, price, quiet_market,
    send } from '../exchange.js';
import { Heard, done, holds, near, refused, same, step, until, yes } from '../tap.js';

const { DefaultLogger, WebsocketAPIClient, WebsocketClient } = client('binance');
const quiet = { ...DefaultLogger, trace() {}, info() {}, error() {} };
const at_simex = { wsUrl: STREAM, restOptions: { baseUrl: REST, disableTimeSync: true } };
const BTC = { symbol: 'BTCUSDT' };
const WS_MS = 2500;		// a connection that stays mute is found out soon enough

const heard = new Heard();
const answers = new Heard();
const ws = new WebsocketClient({ api_key: KEY, api_secret: SECRET, ...at_simex }, quiet);

ws.on('message', heard.push);
ws.on('response', answers.push);
ws.on('exception', answers.push);
await quiet_market();

// It hands on what was in the frame, with the stream's name added; an array as an object.
const from = (stream) => (m) => (m.streamName ?? m[0]?.streamName) === stream;

async function
subscribe(topics, route)
{
	await ws.subscribe(topics, route);
	await until(async () => (await ctl('status')).streams[route === 'usdmPublic' ? 'public' :
	    'market'] > 0, 'the connection');
}

// ---- the market ------------------------------------------------------------------

await step('public: bookTicker, depth, depth5, one connection', async () => {
	await subscribe(['btcusdt@bookTicker', 'btcusdt@depth@100ms', 'btcusdt@depth5@100ms'],
	    'usdmPublic');
	await until(() => answers.list.some((a) => a.result === null), 'the answer');
	await price(60050);
	await price(60000);
	holds(await heard.first(from('btcusdt@bookTicker'), 'bookTicker'), { e: 'bookTicker',
	    s: 'BTCUSDT', ps: 'BTCUSDT', st: 1 });
});

await step('depth5@100ms: five levels a side', async () => {
	const data = await heard.first(from('btcusdt@depth5@100ms'), 'depth5@100ms');

	holds(data, { e: 'depthUpdate', s: 'BTCUSDT', st: 1 });
	same([data.b.length, data.a.length], [5, 5]);
});

await step('depth@100ms: each begins where the last ended', async () => {
	const differences = () => heard.list.filter(from('btcusdt@depth@100ms'));

	for (const to of [60010, 60020, 60030, 60000]) {
		const before = differences().length;

		await price(to);
		await until(() => differences().length > before, `one to ${to}`, 1500);
	}
	const all = differences();

	holds(all[0], { e: 'depthUpdate', s: 'BTCUSDT', ps: 'BTCUSDT', st: 1 });
	for (let i = 1; i < all.length; i++)
		same(all[i].pu, all[i - 1].u);
	yes(all.every((d) => d.U <= d.u));
});

const MARKET = ['btcusdt@aggTrade', 'btcusdt@markPrice@1s', 'btcusdt@kline_1m', 'btcusdt@ticker',
	'btcusdt@miniTicker', '!markPrice@arr@1s', '!miniTicker@arr', '!ticker@arr',
	'btcusdt_perpetual@continuousKline_1m'];

await step('market: nine streams, one connection', async () => {
	await subscribe(MARKET, 'usdmMarket');
	await send('POST', '/fapi/v1/order', { ...BTC, side: 'BUY', type: 'MARKET',
	    quantity: '0.010' });
	holds(await heard.first(from('btcusdt@aggTrade'), 'aggTrade'), { e: 'aggTrade',
	    s: 'BTCUSDT', q: '0.010', nq: '0.010', m: false, st: 1 });
	await clean();
});

for (const [stream, kind] of [['btcusdt@markPrice@1s', 'markPriceUpdate'],
    ['btcusdt@kline_1m', 'kline'], ['btcusdt@ticker', '24hrTicker'],
    ['btcusdt@miniTicker', '24hrMiniTicker'],
    ['btcusdt_perpetual@continuousKline_1m', 'continuous_kline']])
	await step(`market: ${stream}`, async () => {
		same((await heard.first(from(stream), stream, 3000)).e, kind);
	});

for (const stream of ['!markPrice@arr@1s', '!miniTicker@arr', '!ticker@arr'])
	await step(`market: ${stream}`, async () => {
		yes((await heard.first(from(stream), stream, 3000))[0].s.endsWith('USDT'));
	});

// ---- the user stream -------------------------------------------------------------

const order_event = (id) => (m) => m.e === 'ORDER_TRADE_UPDATE' && m.o.c === id;

await step('the user stream: an order from NEW to CANCELED', async () => {
	await ws.subscribeUsdFuturesUserDataStream();
	await until(async () => (await ctl('status')).streams.private > 0, 'the connection');
	await send('POST', '/fapi/v1/order', { ...BTC, side: 'BUY', type: 'LIMIT',
	    timeInForce: 'GTC',
	    quantity: '0.010', price: '59000', newClientOrderId: 'u-1' });
	await send('DELETE', '/fapi/v1/order', { ...BTC, origClientOrderId: 'u-1' });
	await until(() => heard.list.filter(order_event('u-1')).length === 2, 'two events');
	same(heard.list.filter(order_event('u-1')).map((m) => m.o.x), ['NEW', 'CANCELED']);
});

await step('the user stream: leverage and margin type', async () => {
	await send('POST', '/fapi/v1/leverage', { ...BTC, leverage: 15 });
	const m = await heard.first((e) => e.e === 'ACCOUNT_CONFIG_UPDATE', 'the event');

	holds(m.ac, { s: 'BTCUSDT', l: 15 });
});

// ---- the WebSocket API: each request signed ----------------------------------------

const api = new WebsocketAPIClient({ api_key: KEY, api_secret: SECRET, ...at_simex,
    muteLatencyWarning: true, authPrivateRequestsIndividually: true }, quiet);
const limit = (more) => ({ ...BTC, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC',
    quantity: '0.010', price: '59000', ...more, timestamp: Date.now() });
let	 id;

await step('order.place, with the rate limits beside it', async () => {
	const answer = await api.submitNewFuturesOrder('usdm', limit());

	holds(answer, { status: 200 });
	holds(answer.result, { symbol: 'BTCUSDT', status: 'NEW', side: 'BUY' });
	yes(!('avgPrice' in answer.result) && !('cumQuote' in answer.result));
	holds(answer.rateLimits.find((r) => r.rateLimitType === 'ORDERS' &&
	    r.interval === 'SECOND'),
	    { intervalNum: 10, limit: 300 });
	id = answer.result.orderId;
}, WS_MS);

await step('order.place: the mode of self-trade prevention is NONE here', async () => {
	const { result } = await api.submitNewFuturesOrder('usdm', limit());

	holds(result, { selfTradePreventionMode: 'NONE' });
}, WS_MS);

await step('order.status', async () => {
	holds((await api.getFuturesOrderStatus('usdm', { ...BTC, orderId: id,
	    timestamp: Date.now() })).result, { orderId: id, status: 'NEW' });
}, WS_MS);

await step('order.modify', async () => {
	holds((await api.modifyFuturesOrder('usdm', { ...BTC, orderId: id, side: 'BUY',
	    quantity: '0.020', price: '59100', timestamp: Date.now() })).result, { orderId: id,
	    origQty: '0.020', price: '59100.00' });
}, WS_MS);

await step('order.cancel, and again: 400, -2011', async () => {
	const cancel = () => api.cancelFuturesOrder('usdm', { ...BTC, orderId: id,
	    timestamp: Date.now() });

	holds((await cancel()).result, { orderId: id, status: 'CANCELED' });
	await refused(cancel, '-2011');
}, WS_MS);

await step('algoOrder.place and algoOrder.cancel', async () => {
	const { result } = await api.submitNewFuturesAlgoOrder({ algoType: 'CONDITIONAL', ...BTC,
	    side: 'SELL', type: 'STOP_MARKET', quantity: '0.010', triggerPrice: '59000',
	    timestamp: Date.now() });

	holds(result, { algoStatus: 'NEW', symbol: 'BTCUSDT' });
	holds((await api.cancelFuturesAlgoOrder({ algoId: result.algoId,
	    timestamp: Date.now() })).result,
	    { algoId: result.algoId, code: '200', msg: 'success' });
}, WS_MS);

await step('account.status, account.balance, account.position, both versions', async () => {
	const now = () => ({ timestamp: Date.now() });

	near((await api.getFuturesAccountStatusV2(now())).result.totalWalletBalance, 1000000, 10);
	yes((await api.getFuturesAccountBalanceV2(now())).result.some((b) => b.asset === 'USDT'));
	await clean();
	same((await api.getFuturesPositionV2(now())).result, []);
	await api.submitNewFuturesOrder('usdm', limit());
	const [newer] = (await api.getFuturesPositionV2(now())).result;
	const older = (await api.getFuturesPosition('usdm', now())).result
	    .find((p) => p.symbol === 'BTCUSDT');

	holds(newer, { symbol: 'BTCUSDT', positionAmt: '0.000', bidNotional: '590',
	    marginAsset: 'USDT' });
	yes(!('leverage' in newer));
	holds(older, { positionAmt: '0.000', marginType: 'cross', leverage: '15' });
	near((await api.getFuturesAccountStatus('usdm', now())).result.totalWalletBalance,
	    1000000, 10);
}, WS_MS);

await step('depth, ticker.price, ticker.book', async () => {
	same((await api.getFuturesOrderBook({ ...BTC, limit: 5 })).result.bids.length, 5);
	near((await api.getFuturesSymbolPriceTicker(BTC)).result.price, 60000, 200);
	yes(Number((await api.getFuturesSymbolOrderBookTicker(BTC)).result.bidPrice) > 0);
}, WS_MS);

await step('a refusal: status 400 and the error', async () => {
	await refused(() => api.submitNewFuturesOrder('usdm', limit({ price: '70000' })), '-4016');
}, WS_MS);

// ---- the WebSocket API: a session ----------------------------------------------------

await step('session.logon with an Ed25519 key, then requests without signature', async () => {
	const session = new WebsocketAPIClient({ api_key: EDKEY, api_secret: ed25519_secret(),
	    ...at_simex, muteLatencyWarning: true }, quiet);
	const placed = await session.submitNewFuturesOrder('usdm', limit());

	holds(placed, { status: 200 });
	yes(!('signature' in placed.request.params));
	holds((await session.cancelFuturesOrder('usdm', { ...BTC, orderId: placed.result.orderId,
	    timestamp: Date.now() })).result, { status: 'CANCELED' });
});

await clean();
done();
