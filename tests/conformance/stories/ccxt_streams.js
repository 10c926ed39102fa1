// SPDX-License-Identifier: BSD-2-Clause
//
// ccxt_streams.js - ccxt pro: the user stream, and the market's streams.

import { BTC, exchange } from '../ccxt_client.js';
import { MAKER, TAKER, WALLET, clean, ctl, get, price, quiet_market } from '../exchange.js';
import { done, holds, near, step, until, within, yes } from '../tap.js';

const ex = await exchange();

await quiet_market();
await ex.loadMarkets();

// What a watch says next, while this is done.
async function
next(watch, act)
{
	const coming = watch();

	coming.catch(() => {});
	await act();
	return within(4000, coming);
}

// A first call opens the connection; nothing may have to be said yet.
async function
warm(watch)
{
	watch().catch(() => {});
	await until(async () => (await ctl('status')).streams.private > 0, 'the private stream');
}

// ---- the market ------------------------------------------------------------------

// Both as the exchange prints them: levels whose quantities are the same.
async function
books_agree(mine)
{
	const book = await get('/fapi/v1/depth', { symbol: 'BTCUSDT', limit: 20 });
	const plain = (side) => side.map(([p, q]) => [Number(p), Number(q)]);
	const top = (side) => Array.from(side).slice(0, 20).map(([p, q]) => [p, q]);

	return mine.nonce >= 0 &&
	    JSON.stringify(top(mine.bids)) === JSON.stringify(plain(book.bids).slice(0, 20)) &&
	    JSON.stringify(top(mine.asks)) === JSON.stringify(plain(book.asks).slice(0, 20));
}

await step('watchOrderBook: built of snapshot and differences, it is the exchange\'s', async () => {
	const book = await ex.watchOrderBook(BTC, 1000);

	await until(() => books_agree(book), 'the same twenty levels');
});

await step('watchOrderBook: it follows a jump of the price', async () => {
	const book = ex.orderbooks[BTC];

	await price(60123.4);
	await until(() => books_agree(book), 'the same twenty levels');
	await price(60000);
	await until(() => books_agree(book), 'the same twenty levels');
});

await step('watchOrderBook: an order of mine is in it, and out of it', async () => {
	const has = () => Array.from(ex.orderbooks[BTC].bids).some(([p, q]) => p === 59500.1 &&
	    q === 0.017);
	const o = await ex.createOrder(BTC, 'limit', 'buy', 0.017, 59500.1);

	await until(has, 'the level');
	await ex.cancelOrder(o.id, BTC);
	await until(() => !has(), 'the level is gone');
});

await step('watchBidsAsks: the best of both sides', async () => {
	const said = await next(() => ex.watchBidsAsks([BTC]), async () => {
		await until(async () => (await ctl('status')).streams.public >= 2, 'the stream');
		await price(60010);
	});
	const best = said[BTC] ?? said;

	yes(best.bid < best.ask && best.bidVolume > 0 && best.askVolume > 0);
	await price(60000);
});

await step('watchTrades: a trade of mine is the market\'s', async () => {
	const coming = ex.watchTrades(BTC);

	coming.catch(() => {});
	await until(async () => (await ctl('status')).streams.public >= 3, 'the stream');
	await ex.createOrder(BTC, 'market', 'buy', 0.013);
	const trades = await within(4000, coming);

	holds(trades[0], { symbol: BTC, side: 'buy', amount: 0.013 });
	await ex.createOrder(BTC, 'market', 'sell', 0.013);
});

await step('watchTrades of @aggTrade', async () => {
	const trades = await next(() => ex.watchTrades(BTC, undefined, undefined,
	    { name: 'aggTrade' }),
	    async () => {
		await new Promise((r) => setTimeout(r, 300));
		await ex.createOrder(BTC, 'market', 'buy', 0.011);
	});

	holds(trades[trades.length - 1], { symbol: BTC, amount: 0.011, side: 'buy' });
	await ex.createOrder(BTC, 'market', 'sell', 0.011);
});

// Said when something has traded, which in a quiet market nobody else does.
async function
traded()
{
	await new Promise((r) => setTimeout(r, 300));
	await ex.createOrder(BTC, 'market', 'buy', 0.012);
	await ex.createOrder(BTC, 'market', 'sell', 0.012);
}

await step('watchTicker of @ticker: the day\'s statistics', async () => {
	const t = await next(() => ex.watchTicker(BTC, { name: 'ticker' }), traded);

	near(t.last, 60000, 200);
	yes(t.high >= t.low && t.baseVolume > 0 && t.average > 0);
});

await step('watchTickers of @miniTicker', async () => {
	const t = (await next(() => ex.watchTickers([BTC], { name: 'miniTicker' }), traded))[BTC];

	near(t.last, 60000, 200);
	yes(t.quoteVolume > t.baseVolume && t.baseVolume > 0);
});

await step('watchMarkPrice', async () => {
	const t = await ex.watchMarkPrice(BTC);

	near(t.markPrice, 60000, 200);
	near(t.indexPrice, 60000, 200);
});

await step('watchOHLCV: the minute that runs', async () => {
	let	 row = (await next(() => ex.watchOHLCV(BTC, '1m'), async () => {
		await new Promise((r) => setTimeout(r, 300));
		await ex.createOrder(BTC, 'market', 'buy', 0.01);
	})).at(-1);

	while (row[5] === 0)		// it has begun after the last trade
		row = (await ex.watchOHLCV(BTC, '1m')).at(-1);
	yes(row[0] % 60000 === 0 && row[2] >= row[3] && row[5] > 0);
	await ex.createOrder(BTC, 'market', 'sell', 0.01);
});

// ---- the user stream -------------------------------------------------------------

await step('watchOrders: new', async () => {
	await warm(() => ex.watchOrders());
	const [o] = await next(() => ex.watchOrders(BTC), async () => {
		await ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000, { clientOrderId: 'w-1' });
	});

	holds(o, { clientOrderId: 'w-1', status: 'open', type: 'limit', side: 'buy', price: 59000,
	    amount: 0.01, filled: 0 });
	holds(o.info, { x: 'NEW', X: 'NEW', er: '0', V: 'EXPIRE_MAKER', wt: 'CONTRACT_PRICE' });
});

await step('watchOrders: changed', async () => {
	const { id } = await ex.fetchOrder('', BTC, { clientOrderId: 'w-1' });
	const [o] = await next(() => ex.watchOrders(BTC), async () => {
		await ex.editOrder(id, BTC, 'limit', 'buy', 0.02, 59100);
	});

	holds(o, { id, clientOrderId: 'w-1', status: 'open', price: 59100, amount: 0.02 });
	holds(o.info, { x: 'AMENDMENT', X: 'NEW' });
});

await step('watchOrders: canceled', async () => {
	const { id } = await ex.fetchOrder('', BTC, { clientOrderId: 'w-1' });
	const [o] = await next(() => ex.watchOrders(BTC), () => ex.cancelOrder(id, BTC));

	holds(o, { id, status: 'canceled' });
	holds(o.info, { x: 'CANCELED', X: 'CANCELED' });
});

// What a market order makes this watch say; the position is closed again.
async function
after_a_market_order(watch)
{
	const coming = watch();

	coming.catch(() => {});
	await new Promise((r) => setTimeout(r, 300));
	const order = await ex.createOrder(BTC, 'market', 'buy', 0.01);

	try {
		return { order, said: await within(4000, coming) };
	} finally {
		await clean();
	}
}

await step('watchMyTrades: a taker', async () => {
	const { order, said } = await after_a_market_order(() => ex.watchMyTrades(BTC));
	const t = said[said.length - 1];

	holds(t, { order: order.id, side: 'buy', amount: 0.01, takerOrMaker: 'taker' });
	near(t.fee.cost, t.price * 0.01 * TAKER, 0.00000001);
});

await step('watchPositions: entry and break-even price', async () => {
	const { said: [p] } = await after_a_market_order(() => ex.watchPositions([BTC], undefined,
	    undefined, { fetchPositionsSnapshot: false }));

	holds(p, { symbol: BTC, side: 'long', contracts: 0.01 });
	holds(p.info, { mt: 'cross', iw: '0', ps: 'BOTH', ma: 'USDT' });
	near(p.info.bep, p.entryPrice * (1 + TAKER), 0.00000001);
});

await step('watchBalance: less the fee', async () => {
	const { said } = await after_a_market_order(() => ex.watchBalance());

	near(said.USDT.total, WALLET, 100);
	yes(said.USDT.total < WALLET);
});

await step('watchOrders: filled, with average', async () => {
	await ex.createOrder(BTC, 'market', 'buy', 0.01);
	const orders = await next(() => ex.watchOrders(BTC),
	    () => ex.createOrder(BTC, 'market', 'sell', 0.01, undefined, { reduceOnly: true }));

	await until(() => ex.orders.some((o) => o.status === 'closed' && o.side === 'sell' &&
	    o.average > 0 && o.filled === 0.01), 'the order is closed');
	yes(orders.length > 0);
});

await step('watchMyTrades: a maker pays less', async () => {
	const o = await ex.createOrder(BTC, 'limit', 'buy', 0.01, 59900);
	const trades = await next(() => ex.watchMyTrades(BTC), () => price(59800));
	const t = trades[trades.length - 1];

	holds(t, { order: o.id, takerOrMaker: 'maker', price: 59900 });
	near(t.fee.cost, 599 * MAKER, 0.00000001);
	await ex.createOrder(BTC, 'market', 'sell', 0.01, undefined, { reduceOnly: true });
	await price(60000);
});

await step('watchOrders with trigger: a conditional order from NEW to FINISHED', async () => {
	await clean();
	await ex.createOrder(BTC, 'market', 'buy', 0.01);
	const stop = await ex.createOrder(BTC, 'market', 'sell', 0.01, undefined,
	    { stopLossPrice: 59500, reduceOnly: true });

	await price(59400);
	await until(() => ex.orders?.some((o) => o.clientOrderId === stop.clientOrderId &&
	    o.status === 'closed'), 'the stop has ended');
	near((await ctl('position', { symbol: 'BTCUSDT' })).qty, 0, 0);
	await clean();
});

done();
