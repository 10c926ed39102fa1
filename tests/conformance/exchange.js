// SPDX-License-Identifier: BSD-2-Clause
//
// exchange.js - the simulator of this story: its addresses, its control port,
// and plain requests where no client shall stand between.  The clients
// themselves are installed outside of the source tree.

import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

export const KEY = process.env.SIMEX_KEY ?? 'testkey';
export const SECRET = process.env.SIMEX_SECRET ?? 'testsecret';
export const REST = process.env.SIMEX_REST;
export const STREAM = process.env.SIMEX_STREAM;
export const CONTROL = process.env.SIMEX_CONTROL;
export const WS_API = `${process.env.SIMEX_WS_API ?? STREAM}/ws-fapi/v1`;
export const DATA = process.env.PMS_DATA ?? '';
export const WALLET = 1000000;		// where the account begins
export const TAKER = 0.0005;		// the fees of simex, unless it is told otherwise
export const MAKER = 0.0002;

const installed = createRequire(`${process.env.CONFORMANCE_MODULES}/`);

export function
client(name)
{
	return installed(name);
}

// ---- the control port ----------------------------------------------------------

export async function
ctl(verb, params = {})
{
	const answer = await fetch(`${CONTROL}/${verb}?${new URLSearchParams(params)}`);
	const text = await answer.text();

	if (!answer.ok)
		throw new Error(`control ${verb}: ${answer.status} ${text}`);
	return JSON.parse(text);
}

export function
price(value, symbol = 'BTCUSDT')
{
	return ctl('price', { symbol, price: value });
}

// Where every story begins: the price is 60000, deep quotes on both sides.
export async function
quiet_market()
{
	await ctl('clear');
	await ctl('ladder', { symbol: 'BTCUSDT', levels: 20, qty: 5, gap: 0.1 });
	await price(60000);
}

// As it was before the story: no orders of either kind, no position, the price at
// 60000.  What a step has left behind is not the next one's trouble.
export async function
clean()
{
	await ask('DELETE', '/fapi/v1/allOpenOrders', { symbol: 'BTCUSDT' });
	await ask('DELETE', '/fapi/v1/algoOpenOrders', { symbol: 'BTCUSDT' });
	const { qty } = await ctl('position', { symbol: 'BTCUSDT' });

	if (Number(qty) !== 0)
		await send('POST', '/fapi/v1/order', { symbol: 'BTCUSDT', type: 'MARKET',
		    side: Number(qty) > 0 ? 'SELL' : 'BUY', quantity: qty.replace('-', ''),
		    reduceOnly: 'true' });
	await price(60000);
}

// An Ed25519 key of the same account; the private half is what clients want.
export const EDKEY = 'edkey';

export function
ed25519_secret()
{
	return readFileSync(process.env.ED25519_PEM, 'utf8');
}

// ---- plain requests ------------------------------------------------------------

function
sign(query)
{
	return createHmac('sha256', SECRET).update(query).digest('hex');
}

export async function
ask(method, path, params = {}, security = 'SIGNED')
{
	const q = new URLSearchParams(params);
	const headers = security === 'NONE' ? {} : { 'X-MBX-APIKEY': KEY };

	if (security === 'SIGNED') {
		q.append('timestamp', String(Date.now()));
		q.append('signature', sign(q.toString()));
	}
	const answer = await fetch(`${REST}${path}?${q}`, { method, headers });
	const text = await answer.text();

	return { status: answer.status, body: parse(text), text };
}

function
parse(text)
{
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

// The body of a request that must be executed.
export async function
get(path, params = {}, security = 'NONE')
{
	return must(await ask('GET', path, params, security), `GET ${path}`);
}

export async function
send(method, path, params = {}, security = 'SIGNED')
{
	return must(await ask(method, path, params, security), `${method} ${path}`);
}

function
must(answer, what)
{
	if (answer.status !== 200)
		throw new Error(`${what}: ${answer.status} ${answer.text}`);
	return answer.body;
}

// ---- plain streams -------------------------------------------------------------

// Collects the frames of one connection; open() ends when it stands.
export class Wire
{
	frames = [];

	async open(path, base = STREAM)
	{
		const WebSocket = client('ws');

		this.socket = new WebSocket(`${base}${path}`);
		this.socket.on('message', (m) => this.frames.push(JSON.parse(m.toString())));
		await new Promise((resolve, reject) => {
			this.socket.on('open', resolve);
			this.socket.on('error', reject);
		});
		return this;
	}

	send(message)
	{
		this.socket.send(JSON.stringify(message));
	}

	close()
	{
		this.socket?.close();
	}
}

// The account's own stream, as its owner sees it.
export async function
user_stream()
{
	const { listenKey } = await send('POST', '/fapi/v1/listenKey', {}, 'KEY');

	return new Wire().open(`/private/ws?listenKey=${listenKey}`);
}
