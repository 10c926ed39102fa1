// SPDX-License-Identifier: BSD-2-Clause
//
// sessions.js - what clients were recorded to say to the exchange in one session,
// byte for byte, in its order: each connection is taken, each message answered
// under its own id, and every stream that was asked for speaks.

import { readFileSync } from 'node:fs';
import { DATA, KEY, REST, Wire, price, quiet_market, send } from '../exchange.js';
import { done, holds, same, skip, step, until, yes } from '../tap.js';

const LATE = -1021;		// what is signed was signed on the day of the recording
const MISSING = -1102;		// without a timestamp, one client signs unless it is given one
const { listenKey } = await send('POST', '/fapi/v1/listenKey', {}, 'KEY');

const today = (url) => url.replace(/listenKey=\w+/, `listenKey=${listenKey}`);

// What a stream's frames say they are.
const EVENT = { aggTrade: 'aggTrade', bookTicker: 'bookTicker', depth: 'depthUpdate',
    markPrice: 'markPriceUpdate', trade: 'trade' };

function
says(frame, stream)
{
	const data = frame.data ?? frame;

	return data.e === EVENT[stream.split('@')[1]] && data.s === stream.split('@')[0].toUpperCase();
}

async function
http({ method, url })
{
	const answer = await fetch(REST + url, { method, headers: { 'X-MBX-APIKEY': KEY } });
	const { code } = await answer.json();

	same(url.includes('signature=') ? [400, LATE] : [200, undefined], [answer.status, code]);
}

// Quotes move, and there is a trade.
async function
something()
{
	await price(60050);
	await price(60000);
	await send('POST', '/fapi/v1/order', { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET',
	    quantity: '0.01' });
}

async function
message(wire, text)
{
	const asked = JSON.parse(text);
	const answer = () => wire.frames.find((f) => f.id === asked.id);

	wire.socket.send(text);
	await until(answer, `the answer to ${text.slice(0, 60)}`);
	if (asked.method !== 'SUBSCRIBE')
		return holds(answer(), { status: 400,
		    error: { code: asked.params.timestamp === undefined ? MISSING : LATE } });
	same(answer(), { result: null, id: asked.id });
	await something();
	for (const stream of asked.params)
		await until(() => wire.frames.some((f) => says(f, stream)), stream);
}

async function
session(file)
{
	const { client, events } = JSON.parse(readFileSync(`${DATA}/wire/${file}`, 'utf8'));
	const wires = new Map();

	yes(events.length > 0);
	for (const e of events) {
		const name = `${client}: ${e.t} ${e.method ?? ''} ${e.data ?? e.url}`.slice(0, 110);

		if (e.t === 'http')
			await step(name, () => http(e));
		else if (e.t === 'ws-open')
			await step(name, async () => wires.set(e.url, await new Wire().open(today(e.url))));
		else
			await step(name, () => message(wires.get(e.url), e.data));
	}
}

await quiet_market();
if (DATA === '') {
	skip('recorded sessions', 'no PMS_DATA');
} else {
	await session('ws_session_ccxt.json');
	await session('ws_session_siebly.json');
}
done();
