// SPDX-License-Identifier: BSD-2-Clause
//
// ccxt_ws_api.js - ccxt over the WebSocket API; each request is signed.

import { BTC, ccxt, exchange } from '../ccxt_client.js';
import { WALLET, quiet_market } from '../exchange.js';
import { done, holds, near, refused, same, step, yes } from '../tap.js';

const WS_MS = 2500;	// a connection that stays mute is found out soon enough

const ex = await exchange();
let	 order;

await quiet_market();
await ex.loadMarkets();

await step('createOrderWs: a limit rests', async () => {
	order = await ex.createOrderWs(BTC, 'limit', 'buy', 0.01, 59000);
	holds(order, { status: 'open', price: 59000, amount: 0.01, filled: 0 });
}, WS_MS);

await step('fetchOrderWs: order.status', async () => {
	holds(await ex.fetchOrderWs(order.id, BTC), { id: order.id, status: 'open', price: 59000 });
}, WS_MS);

await step('REST knows it', async () => {
	holds(await ex.fetchOrder(order.id, BTC), { id: order.id, status: 'open' });
}, WS_MS);

await step('editOrderWs: order.modify keeps the id', async () => {
	holds(await ex.editOrderWs(order.id, BTC, 'limit', 'buy', 0.02, 59100),
	    { id: order.id, price: 59100, amount: 0.02 });
}, WS_MS);

await step('cancelOrderWs, and again: -2011', async () => {
	holds(await ex.cancelOrderWs(order.id, BTC), { id: order.id, status: 'canceled' });
	await refused(() => ex.cancelOrderWs(order.id, BTC), '-2011');
}, WS_MS);

await step('a market order is answered filled', async () => {
	holds(await ex.createOrderWs(BTC, 'market', 'buy', 0.01), { status: 'closed',
	    filled: 0.01 });
}, WS_MS);

await step('fetchPositionsWs: account.position', async () => {
	const [p] = await ex.fetchPositionsWs([BTC]);

	holds(p, { symbol: BTC, side: 'long', contracts: 0.01 });
}, WS_MS);

await step('fetchBalanceWs: account.status', async () => {
	near((await ex.fetchBalanceWs()).USDT.total, WALLET, 1);
}, WS_MS);

await step('fetchOrderBookWs: depth', async () => {
	const book = await ex.fetchOrderBookWs(BTC, 20);

	same(book.bids.length, 20);
}, WS_MS);

await step('fetchTickerWs: ticker.price, else ticker.book', async () => {
	near((await ex.fetchTickerWs(BTC, { method: 'ticker.price' })).last, 60000, 200);
	const best = await ex.fetchTickerWs(BTC);

	yes(best.bid > 0 && best.bid < best.ask && best.bidVolume > 0 && best.askVolume > 0);
}, WS_MS);

await step('a refusal has the code', async () => {
	await refused(() => ex.createOrderWs(BTC, 'limit', 'buy', 0.01, 70000), '-4016');
}, WS_MS);

await step('the position is closed', async () => {
	holds(await ex.createOrderWs(BTC, 'market', 'sell', 0.01, undefined, { reduceOnly: true }),
	    { status: 'closed', reduceOnly: true });
	same(await ex.fetchPositions([BTC]), []);
}, WS_MS);

await step('a wrong secret is refused', async () => {
	const stranger = await exchange();

	stranger.secret = 'wrong';
	stranger.markets = ex.markets;
	await stranger.loadMarkets();
	await refused(() => stranger.createOrderWs(BTC, 'limit', 'buy', 0.01, 59000),
	    ccxt.BaseError);
}, WS_MS);

done();
