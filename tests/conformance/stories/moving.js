// SPDX-License-Identifier: BSD-2-Clause
//
// moving.js - clients in a market that moves by itself: their books stay the
// exchange's, what the public does is told, orders are filled by it.  Nothing
// here says where the price is.
//
// simex: --volatility 600 --trades 36000 --quote-ms 50

import { BTC, exchange } from '../ccxt_client.js';
import { REST, STREAM, client, ctl, get } from '../exchange.js';
import { Heard, done, holds, same, step, until, yes } from '../tap.js';

const B = { symbol: 'BTCUSDT' };
const QUANTITY = 0.01;
const LOOKS = 20;
const LEVELS = 20;	// what costs little of the weight of a minute
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
	const top = (side) => Array.from(side).slice(0, LEVELS).map(([px, qty]) => [px, qty]);
	const mine = new Map();		// by the update they are of

	(async () => {
		for (;;) {
			const book = await ex.watchOrderBook(BTC, 1000);

			mine.set(book.nonce, [top(book.bids), top(book.asks)]);
		}
	})().catch(() => {});
	await until(() => mine.size > 0, 'a book');
	let	 compared = 0;

	await until(async () => {
		const theirs = await get('/fapi/v1/depth', { ...B, limit: LEVELS });
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

// Where the market goes away from it, it is moved behind it; an end may overtake that.
async function
follow(o)
{
	const { bid } = await best();

	if (bid !== (await ex.fetchOrder(o.id, BTC)).price)
		await ex.editOrder(o.id, BTC, 'limit', 'buy', QUANTITY, bid).catch(() => {});
	await new Promise((r) => setTimeout(r, 500));
	return (await ex.fetchOrder(o.id, BTC)).status !== 'open';
}

await step('an order that follows the best bid is filled by the market', async () => {
	const o = await ex.createOrder(BTC, 'limit', 'buy', QUANTITY, (await best()).bid);

	await until(() => follow(o), 'its end', 30000);
	const ended = await ex.fetchOrder(o.id, BTC);
	const trades = await ex.fetchMyTrades(BTC, undefined, undefined, { orderId: o.id });

	holds(ended, { status: 'closed', filled: QUANTITY });
	yes(trades.length > 0 && trades.every((t) => t.side === 'buy' && t.price <= ended.price));
}, 35000);

await step('a trailing stop follows, triggers and closes the position', async () => {
	const stop = await ex.createOrder(BTC, 'market', 'sell', QUANTITY, undefined,
	    { trailingPercent: 0.1, reduceOnly: true });

	await until(async () => Number((await ctl('position', B)).qty) === 0, 'it is closed',
	    120000);
	same(await ex.fetchPositions([BTC]), []);
	holds(await ex.fetchOrder(stop.id, BTC, { trigger: true }), { status: 'closed' });
}, 125000);

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
