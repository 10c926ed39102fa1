// SPDX-License-Identifier: BSD-2-Clause
//
// moving.js - clients in a market that moves by itself: their books stay the
// exchange's, what the public does is told, orders are filled by it.  Nothing
// here says where the price is.
//
// simex: --volatility 300 --trades 36000 --quote-ms 50

import { BTC, exchange } from '../ccxt_client.js';
import { STREAM, REST, client, get } from '../exchange.js';
import { Heard, done, holds, same, step, until, yes } from '../tap.js';

const B = { symbol: 'BTCUSDT' };
const QUANTITY = 0.01;
const LOOKS = 20;
const ex = await exchange();

await ex.loadMarkets();

const best = async () => {
	const { bids: [bid], asks: [ask] } = await ex.fetchOrderBook(BTC, 5);

	return { bid: bid[0], ask: ask[0] };
};

await step('the price moves', async () => {
	const { bid } = await best();

	await until(async () => (await best()).bid !== bid, 'another price');
});

// ---- the market ------------------------------------------------------------------

await step('watchOrderBook: as of the same update, it is the exchange\'s', async () => {
	const plain = (side) => side.map(([px, qty]) => [Number(px), Number(qty)]);
	const mine = new Map();		// by the update they are of

	(async () => {
		for (;;) {
			const book = await ex.watchOrderBook(BTC, 1000);

			mine.set(book.nonce, [Array.from(book.bids, ([p, q]) => [p, q]),
			    Array.from(book.asks, ([p, q]) => [p, q])]);
		}
	})().catch(() => {});
	await until(() => mine.size > 0, 'a book');
	let	 compared = 0;

	await until(async () => {
		const theirs = await get('/fapi/v1/depth', { ...B, limit: 1000 });
		const book = mine.get(theirs.lastUpdateId);

		if (book !== undefined) {
			same(book, [plain(theirs.bids), plain(theirs.asks)]);
			compared++;
		}
		return compared >= LOOKS;
	}, 'the same updates', 20000);
}, 25000);

await step('watchTrades: the public\'s, within what the book offered', async () => {
	const [t] = await ex.watchTrades(BTC);

	holds(t, { symbol: BTC });
	yes(t.amount > 0 && ['buy', 'sell'].includes(t.side));
	await until(async () => (await ex.watchTrades(BTC)).length > 0, 'another one');
});

await step('watchTickers and watchOHLCV: they agree on the last price', async () => {
	const tickers = new Heard(), minutes = new Heard();

	(async () => {
		for (;;)
			tickers.push((await ex.watchTickers([BTC], { name: 'ticker' }))[BTC].last);
	})().catch(() => {});
	(async () => {
		for (;;)
			minutes.push((await ex.watchOHLCV(BTC, '1m')).at(-1)[4]);
	})().catch(() => {});
	await until(() => new Set(tickers.list).size > 1 &&
	    tickers.list.some((px) => minutes.list.includes(px)), 'a price of both');
});

// ---- orders ----------------------------------------------------------------------

await step('an order at the best bid is filled by the market, as a maker', async () => {
	const { bid } = await best();
	const o = await ex.createOrder(BTC, 'limit', 'buy', QUANTITY, bid, { postOnly: true });

	await until(async () => (await ex.fetchOrder(o.id, BTC)).status !== 'open', 'its end',
	    15000);
	holds(await ex.fetchOrder(o.id, BTC), { status: 'closed', filled: QUANTITY, average: bid });
	const trades = await ex.fetchMyTrades(BTC, undefined, undefined, { orderId: o.id });

	yes(trades.length > 0);
	for (const t of trades)
		holds(t, { takerOrMaker: 'maker', price: bid });
}, 20000);

await step('a trailing stop follows, triggers and closes the position', async () => {
	const stop = await ex.createOrder(BTC, 'market', 'sell', QUANTITY, undefined,
	    { trailingPercent: 0.1, reduceOnly: true });

	await until(async () => (await ex.fetchPositions([BTC])).length === 0, 'it is closed',
	    40000);
	holds(await ex.fetchOrder(stop.id, BTC, { trigger: true }), { status: 'closed' });
}, 45000);

// ---- another client, at the same time ----------------------------------------------

await step('siebly: no difference of the book is missing', async () => {
	const { DefaultLogger, WebsocketClient } = client('binance');
	const heard = new Heard();
	const ws = new WebsocketClient({ wsUrl: STREAM, restOptions: { baseUrl: REST,
	    disableTimeSync: true } }, { ...DefaultLogger, trace() {}, info() {}, error() {} });

	ws.on('message', heard.push);
	await ws.subscribe(['btcusdt@depth@100ms'], 'usdmPublic');
	await until(() => heard.list.length >= LOOKS, `${LOOKS} of them`);
	for (let i = 1; i < heard.list.length; i++)
		same(heard.list[i].pu, heard.list[i - 1].u);
});

done();
