// SPDX-License-Identifier: BSD-2-Clause
//
// engine.js - what pmsd's own engine sends and what a client sends for the same
// intention are the same request, field by field, but for what PERMITTED says.
// A private stack runs for it; both ask its exchange, whose ledger shows the
// bytes it has received.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { client } from '../exchange.js';
import { meaning } from '../recorder.js';
import { done, same, step, until, yes } from '../tap.js';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const DIR = mkdtempSync('/tmp/pmsd-engine.');
const B = { symbol: 'BTCUSDT' };

// In one and not in the other, or different, and right all the same.
const PERMITTED = {
	recvWindow: 'each says how late an order may come',
	newClientOrderId: 'each names its orders',
	origClientOrderId: 'each names its orders',
	newOrderRespType: 'the engine hears of fills by the user stream: ACK, the default',
	selfTradePreventionMode: 'the engine names it: REST and the WebSocket API differ',
	limit: 'the engine asks for the longest page',
};
const NUMBERS = ['quantity', 'price'];

// ---- the stack -------------------------------------------------------------------

function
stack(word)
{
	return execFileSync(`${ROOT}/deploy/stack`, [word, DIR], { encoding: 'utf8',
	    env: { ...process.env, PMS_DIR: DIR, PMS_SIMEX_ARGS: '--still -s 1' },
	    stdio: ['ignore', 'pipe', 'inherit'] });
}

process.on('exit', () => spawnSync(`${ROOT}/deploy/stack`, ['stop', DIR],
    { stdio: 'ignore', env: { ...process.env, PMS_DIR: DIR } }));
stack('start');

const env = Object.fromEntries(Array.from(readFileSync(`${DIR}/env`, 'utf8')
    .matchAll(/^export ([A-Z_]+)='(.*)'$/gm), (m) => [m[1], m[2]]));
const { USDMClient } = client('binance');
const usdm = new USDMClient({ api_key: readFileSync(`${DIR}/api_key`, 'utf8'),
    api_secret: readFileSync(`${DIR}/api_secret`, 'utf8'), baseUrl: env.SIMEX_REST,
    disableTimeSync: true });

async function
ctl(verb, params = {})
{
	return (await fetch(`${env.SIMEX_CONTROL}/${verb}?${new URLSearchParams(params)}`)).json();
}

// A command of the desk, answered.
function
command(queue, fields)
{
	const words = Object.entries({ subAccountId: env.ALPHA, ...fields })
	    .map(([k, v]) => `${k}=${v}`);
	const told = spawnSync(`${ROOT}/build/bin/pmsctl`,
	    ['-f', `${DIR}/pmsd.conf`, 'send', queue, ...words], { encoding: 'utf8' });

	yes(told.status === 0, `${queue}: ${told.stdout}${told.stderr}`);
	return JSON.parse(told.stdout);
}

// ---- the requests ----------------------------------------------------------------

async function
entries_from(n)
{
	return (await ctl('ledger', { kind: 'all', from: n })).filter((e) => 'method' in e);
}

// The first request of this kind that act makes arrive.
async function
request_of(method, path, act)
{
	const before = (await entries_from(0)).length;
	let	 found;

	await act();
	await until(async () => {
		found = (await entries_from(0)).slice(before)
		    .find((r) => r.method === method && r.path === path);
		return found !== undefined;
	}, `${method} ${path}`);
	return meaning(found.body);
}

function
comparable(params)
{
	const kept = {};

	for (const [name, value] of Object.entries(params))
		if (!(name in PERMITTED))
			kept[name] = NUMBERS.includes(name) ? Number(value) : value;
	return kept;
}

const order = { ...B, type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010', price: '59000.0' };
let	 resting;

// intention, method and path, what the desk does, what the client does
const ROWS = [
	['buy at the market', 'POST', '/fapi/v1/order',
	    () => command('trade', { ...B, side: 'BUY', quantity: 0.01, leverage: 10 }),
	    () => usdm.submitNewOrder({ ...B, type: 'MARKET', side: 'BUY', quantity: '0.010' })],
	['buy at a limit', 'POST', '/fapi/v1/order',
	    () => { resting = command('limit', { ...B, side: 'BUY', quantity: 0.01, price: 59000,
	    leverage: 10 }); },
	    () => usdm.submitNewOrder({ ...order, side: 'BUY' })],
	['cancel it', 'DELETE', '/fapi/v1/order',
	    () => command('cancel', { clientOrderId: resting.clientOrderId }),
	    () => usdm.cancelOrder({ ...B, origClientOrderId: 'x-15PC4ZJy-1' }).catch(() => {})],
	['reduce at the market', 'POST', '/fapi/v1/order',
	    () => command('close', B),
	    () => usdm.submitNewOrder({ ...B, type: 'MARKET', side: 'SELL', quantity: '0.010',
		reduceOnly: 'true' })],
	['ask for an order whose answer was lost', 'GET', '/fapi/v1/order',
	    async () => {
		await ctl('mute', { on: 1 });	// else the user stream has told already
		await ctl('drop', { path: '/fapi/v1/order', method: 'POST' });
		command('trade', { ...B, side: 'BUY', quantity: 0.01, leverage: 10 });
		await ctl('mute', { on: 0 });
	    },
	    () => usdm.getOrder({ ...B, origClientOrderId: 'x-15PC4ZJy-1' }).catch(() => {})],
	['ask for all open orders', 'GET', '/fapi/v1/openOrders',
	    () => ctl('cut', { route: 'private' }),
	    () => usdm.getAllOpenOrders()],
];

await ctl('price', { symbol: 'BTCUSDT', price: 60000 });
for (const [intention, method, path, desk, act] of ROWS)
	await step(`the same request: ${intention}`, async () => {
		const ours = await request_of(method, path, desk);
		const theirs = await request_of(method, path, act);

		same(comparable(ours), comparable(theirs));
	}, 20000);

// What the engine has asked by itself by now; the client asks it with this.
const BY_ITSELF = [
	['the contracts', 'GET', '/fapi/v1/exchangeInfo', () => usdm.getExchangeInfo()],
	['the clock', 'GET', '/fapi/v1/time', () => usdm.getServerTime()],
	['a listen key', 'POST', '/fapi/v1/listenKey', () => usdm.getFuturesUserDataListenKey()],
	['the positions', 'GET', '/fapi/v3/positionRisk', () => usdm.getPositionsV3()],
	['one way or hedge', 'GET', '/fapi/v1/positionSide/dual',
	    () => usdm.getCurrentPositionMode()],
	['the limits of orders', 'GET', '/fapi/v1/rateLimit/order',
	    () => usdm.getUserForceOrders()],		// this client has it by a wrong name
	['the fills of an order', 'GET', '/fapi/v1/userTrades',
	    (ours) => usdm.getAccountTrades({ ...B, orderId: ours.orderId })],
];

for (const [what, method, path, act] of BY_ITSELF)
	await step(`the same request: ${what}`, async () => {
		const asked = (await entries_from(0)).find((r) => r.method === method &&
		    r.path === path && (!path.endsWith('userTrades') || r.body.includes('orderId=')));

		yes(asked !== undefined, 'the engine has not asked');
		const ours = meaning(asked.body);

		same(comparable(ours), comparable(await request_of(method, path, () => act(ours))));
	});

await step('an order of the engine is named as the exchange allows', async () => {
	const names = (await entries_from(0)).filter((r) => r.method === 'POST')
	    .map((r) => meaning(r.body).newClientOrderId).filter((n) => n?.startsWith('PMS'));

	yes(names.length >= 4);
	yes(names.every((n) => /^[.A-Z:/a-z0-9_-]{1,36}$/.test(n)));
});

done();
