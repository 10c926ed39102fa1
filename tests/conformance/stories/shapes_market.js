// SPDX-License-Identifier: BSD-2-Clause
//
// shapes_market.js - simex's market streams have the keys and types of the
// frames recorded in 2026; where there is none, of the documentation's examples
// with the keys that came since.  Also what holds between frames.

import { DATA, Wire, clean, ctl, price, quiet_market, send } from '../exchange.js';
import { alike, example, recorded_lines } from '../shape.js';
import { done, holds, same, skip, step, until, yes } from '../tap.js';

const B = { symbol: 'BTCUSDT' };

if (DATA === '') {
	skip('market streams', 'no PMS_DATA');
	done();
}
await quiet_market();

const FRAMES = recorded_lines('md/frames_2026_wire_format.jsonl').map((m) => m.data ?? m);
const frame = (e) => FRAMES.find((m) => m.e === e);
const documented = (name) => example(`Subscriptions/UsdFutures/${name}`).data;

// Every stream of the exchange has st since 2026; where symbols of one pair may be, ps too.
const ST = { st: 'since 2026-06-30', ps: 'since 2026-06-30' };
const DEPTH = { ...documented('Book'), st: 1, ps: 'BTCUSDT' };
const KLINE_ST = { st: 'the recorded kline of 2026-08 has none, others do', ps: 'as st' };
const TICKER = { ...documented('Ticker'), st: 1, ps: 'BTCUSDT' };
const ARRAY = (m) => [m];

// stream, route, what it is compared with, what may differ
const ROWS = [
	['btcusdt@bookTicker', 'public', frame('bookTicker')],
	['btcusdt@depth', 'public', DEPTH],
	['btcusdt@depth@100ms', 'public', DEPTH],
	['btcusdt@depth@500ms', 'public', DEPTH],
	['btcusdt@depth5', 'public', DEPTH],
	['btcusdt@depth10@100ms', 'public', DEPTH],
	['btcusdt@depth20@500ms', 'public', DEPTH],
	['!bookTicker', 'public', frame('bookTicker')],
	['btcusdt@trade', 'public', null],
	['btcusdt@aggTrade', 'market', frame('aggTrade')],
	['btcusdt@markPrice', 'market', frame('markPriceUpdate')],
	['btcusdt@markPrice@1s', 'market', frame('markPriceUpdate')],
	['!markPrice@arr', 'market', ARRAY(frame('markPriceUpdate'))],
	['!markPrice@arr@1s', 'market', ARRAY(frame('markPriceUpdate'))],
	['btcusdt@kline_1m', 'market', frame('kline'), KLINE_ST],
	['btcusdt_perpetual@continuousKline_1m', 'market', documented('ContKlines'), ST],
	['btcusdt@miniTicker', 'market', frame('24hrMiniTicker')],
	['!miniTicker@arr', 'market', ARRAY(frame('24hrMiniTicker'))],
	['btcusdt@ticker', 'market', TICKER],
	['!ticker@arr', 'market', ARRAY(TICKER)],
];

const route = {};

for (const name of ['public', 'market'])
	route[name] = await new Wire().open(`/${name}/stream?streams=` +
	    ROWS.filter((r) => r[1] === name).map((r) => r[0]).join('/'));

const of_stream = (r, stream) => route[r].frames.filter((m) => m.stream === stream)
    .map((m) => m.data);

// A market that lives for a while.
for (const to of [60010, 60020.5, 59990, 60000]) {
	await price(to);
	await send('POST', '/fapi/v1/order', { ...B, side: 'BUY', type: 'MARKET',
	    quantity: '0.01' });
	await new Promise((resolve) => setTimeout(resolve, 700));
}
await clean();

for (const [stream, r, want, except = {}] of ROWS)
	await step(`${stream}`, async () => {
		await until(() => of_stream(r, stream).length > 0, 'a frame',
		    stream === '!bookTicker' ? 6000 : 3500);
		const [said] = of_stream(r, stream).slice(-1);

		if (want !== null)
			alike(want, said, except);
		else
			holds(said, { e: 'trade', s: 'BTCUSDT', X: 'MARKET' });
	});

// ---- between frames ----------------------------------------------------------------

for (const stream of ['btcusdt@depth', 'btcusdt@depth@100ms', 'btcusdt@depth@500ms'])
	await step(`${stream}: pu is the u before`, () => {
		const all = of_stream('public', stream);

		yes(all.length >= 2, `${all.length} frames`);
		for (let i = 1; i < all.length; i++)
			same(all[i].pu, all[i - 1].u);
	});

await step('bookTicker and depth count in the same ids', () => {
	const last = of_stream('public', 'btcusdt@depth@100ms').slice(-1)[0];
	const best = of_stream('public', 'btcusdt@bookTicker').slice(-1)[0];

	yes(Math.abs(best.u - last.u) < 1000);
});

await step('aggTrade: ids go on, f and l cover the trades', () => {
	const all = of_stream('market', 'btcusdt@aggTrade');

	yes(all.length >= 4);
	for (let i = 1; i < all.length; i++) {
		same(all[i].a, all[i - 1].a + 1);
		same(all[i].f, all[i - 1].l + 1);
	}
});

await step('markPrice: E is a whole second, T ahead of it', () => {
	for (const m of of_stream('market', 'btcusdt@markPrice@1s')) {
		same(m.E % 1000, 0);
		yes(m.T >= m.E && m.T % 3600000 === 0);
	}
});

await step('the wrong route: accepted, and mute', async () => {
	const wrong = await new Wire().open('/public/ws/btcusdt@markPrice@1s');

	wrong.send({ method: 'SUBSCRIBE', params: ['btcusdt@aggTrade'], id: 1 });
	await until(() => wrong.frames.length > 0, 'the answer');
	await new Promise((resolve) => setTimeout(resolve, 1500));
	same(wrong.frames, [{ result: null, id: 1 }]);
	wrong.close();
});

await step('control words: LIST_SUBSCRIPTIONS, properties, errors', async () => {
	const w = await new Wire().open('/public/ws');
	const answers = [
		[{ method: 'SUBSCRIBE', params: ['ethusdt@depth5'], id: 1 }, { result: null,
		    id: 1 }],
		[{ method: 'LIST_SUBSCRIPTIONS', id: 2 }, { result: ['ethusdt@depth5'], id: 2 }],
		[{ method: 'GET_PROPERTY', params: ['combined'], id: 3 }, { result: false, id: 3 }],
		[{ method: 'SET_PROPERTY', params: ['combined', true], id: 4 }, { result: null,
		    id: 4 }],
		[{ method: 'GET_PROPERTY', params: ['combined'], id: 5 }, { result: true, id: 5 }],
		[{ method: 'UNSUBSCRIBE', params: ['ethusdt@depth5'], id: 6 }, { result: null,
		    id: 6 }],
		[{ method: 'LIST_SUBSCRIPTIONS', id: 7 }, { result: [], id: 7 }],
		[{ method: 'SUBSCRIBE', params: ['ethusdt@depth5'], id: 'a1b2' }, { result: null,
		    id: 'a1b2' }],
	];

	for (const [question, want] of answers) {
		w.send(question);
		await until(() => w.frames.some((m) => m.id === want.id),
		    `an answer to ${question.method}`, 1500);
		same(w.frames.find((m) => m.id === want.id), want);
	}
	w.send({ method: 'NONSENSE', id: 9 });
	await until(() => w.frames.some((m) => m.code === 2), 'code 2', 1500);
	w.socket.send('{');
	await until(() => w.frames.some((m) => m.code === 3), 'code 3', 1500);
	w.close();
});

await step('raw and combined frames', async () => {
	const raw = await new Wire().open('/public/ws/btcusdt@bookTicker');
	const combined = await new Wire().open('/public/stream?streams=btcusdt@bookTicker');

	await price(60001);
	await until(() => raw.frames.length > 0 && combined.frames.length > 0, 'both');
	same(raw.frames[0].e, 'bookTicker');
	same(Object.keys(combined.frames[0]).sort(), ['data', 'stream']);
	raw.close();
	combined.close();
});

await step('!contractInfo and forceOrder are accepted', async () => {
	const w = await new Wire().open(
	    '/market/ws/!contractInfo/btcusdt@forceOrder/!forceOrder@arr');

	w.send({ method: 'LIST_SUBSCRIPTIONS', id: 1 });
	await until(() => w.frames.some((m) => m.id === 1), 'the answer');
	same(w.frames.find((m) => m.id === 1).result.sort(),
	    ['!contractInfo', '!forceOrder@arr', 'btcusdt@forceOrder']);
	w.close();
});

await ctl('clear');
done();
