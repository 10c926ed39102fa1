// SPDX-License-Identifier: BSD-2-Clause
//
// shapes_user.js - in the same situation simex's user events have the keys, the
// types and the order of the recorded ones.  Of an event that was recorded more
// than once the newest counts.

import { DATA, clean, ctl, price, quiet_market, send, user_stream } from '../exchange.js';
import { alike, example, in_order, recorded_lines } from '../shape.js';
import { done, holds, same, skip, step, until, yes } from '../tap.js';

const B = { symbol: 'BTCUSDT' };
const LIMIT = { ...B, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01',
    price: '59000' };

if (DATA === '') {
	skip('user events', 'no PMS_DATA');
	done();
}

// ---- the recordings ----------------------------------------------------------------

const us = (name) => recorded_lines(`user_stream/${name}.jsonl`).map((m) => m.data ?? m);
const APRIL_2026 = us('us_2026-04_prod_ETHUSDC');
const FEBRUARY_2026 = us('us_2026-02_prod_SOLUSDT');
const DECEMBER_2025 = us('us_2025-12_algo_lifecycle_DOGEUSDT_and_trade_lite');
const MARCH_2025 = us('us_2025-03_testnet_BTCUSDT');
const OLDER = us('us_2024_prod_partial_and_ioc_expired');
const ALL = [...APRIL_2026, ...FEBRUARY_2026, ...DECEMBER_2025, ...MARCH_2025, ...OLDER];

const order_was = (all, x, X) => all.find((m) => m.e === 'ORDER_TRADE_UPDATE' && m.o.x === x &&
    m.o.X === X);
const algo_was = (X) => DECEMBER_2025.find((m) => m.e === 'ALGO_UPDATE' && m.o.X === X);
const account_was = (why) => APRIL_2026.find((m) => m.e === 'ACCOUNT_UPDATE' && m.a.m === why);

// What has happened, as an event names it; those that a step has compared.
const situation = (m) => [m.e, m.o?.x, m.o?.X, m.a?.m].filter((word) => word).join(' ');
const compared = new Set();

// Keys, types and the order of the keys.
function
as_recorded(want, have, except)
{
	alike(want, have, except);
	in_order(want, have);
	compared.add(situation(want));
}

// What came after these recordings, with the notice that says so.
const EXPIRY_REASON = { 'o.er': 'in ORDER_TRADE_UPDATE since 2025-10-23' };
const ACTIVATED = { 'o.ia': 'in ALGO_UPDATE since 2026-08-21' };
const FUNDING_SYMBOL = { 'a.S': 'in ACCOUNT_UPDATE of a FUNDING_FEE since 2026-08-07' };
const MODIFY_ID = { 'o.M': 'in AMENDMENT since 2026-07, where there was one' };

// ---- simex ---------------------------------------------------------------------------

await quiet_market();
const stream = await user_stream();

// The events that act causes: until there is one that ends them.
async function
events_of(act, last)
{
	const from = stream.frames.length;
	const now = () => stream.frames.slice(from).map((m) => m.data ?? m);

	await act();
	await until(() => now().some(last), 'the last event');
	return now();
}

const is_order = (x, X) => (m) => m.e === 'ORDER_TRADE_UPDATE' && m.o.x === x && m.o.X === X;
const is_algo = (X) => (m) => m.e === 'ALGO_UPDATE' && m.o.X === X;
const post = (params) => send('POST', '/fapi/v1/order', params);
const of_kind = (events, e) => events.find((m) => m.e === e);

// What the recordings never pad with zeros.
function
unpadded(event, keys)
{
	for (const key of keys)
		yes(!/\.\d*0$/.test(event[key]), `${key} is padded: ${event[key]}`);
}

await step('NEW of a limit order', async () => {
	const [m] = await events_of(() => post({ ...LIMIT, newClientOrderId: 'e-1' }),
	    is_order('NEW', 'NEW'));

	as_recorded(order_was(APRIL_2026, 'NEW', 'NEW'), m);
	holds(m.o, { c: 'e-1', q: '0.01', p: '59000', ap: '0', sp: '0', l: '0', z: '0', L: '0',
	    n: '0',
	    N: 'USDT', t: 0, b: '590', a: '0', m: false, rp: '0', si: 0, ss: 0, gtd: 0, er: '0',
	    V: 'EXPIRE_MAKER', pm: 'NONE', wt: 'CONTRACT_PRICE' });
});

await step('AMENDMENT: the same order, price and notional', async () => {
	const [m] = await events_of(() => send('PUT', '/fapi/v1/order', { ...B,
	    origClientOrderId: 'e-1',
	    side: 'BUY', quantity: '0.01', price: '59100' }), is_order('AMENDMENT', 'NEW'));

	as_recorded(order_was(APRIL_2026, 'AMENDMENT', 'NEW'), m, MODIFY_ID);
	holds(m.o, { c: 'e-1', p: '59100', b: '591', X: 'NEW' });
});

await step('CANCELED', async () => {
	const [m] = await events_of(() => send('DELETE', '/fapi/v1/order', { ...B,
	    origClientOrderId: 'e-1' }), is_order('CANCELED', 'CANCELED'));

	as_recorded(order_was(APRIL_2026, 'CANCELED', 'CANCELED'), m);
	holds(m.o, { b: '0', a: '0', er: '0' });
});

await step('a maker\'s fill: kinds in this order, one T', async () => {
	await clean();
	await events_of(() => post({ ...LIMIT, price: '59900', newClientOrderId: 'e-2' }),
	    (m) => is_order('NEW', 'NEW')(m) && m.o.c === 'e-2');
	const all = await events_of(() => price(59800), is_order('TRADE', 'FILLED'));
	const want = APRIL_2026.slice(-3);

	same(all.map((m) => m.e), want.map((m) => m.e));
	same(new Set(all.map((m) => m.T)).size, 1);
	for (const m of want)
		as_recorded(m, of_kind(all, m.e));
	holds(of_kind(all, 'TRADE_LITE'), { q: '0.010', p: '59900.00', L: '59900.00', l: '0.010',
	    m: true, c: 'e-2' });
	holds(of_kind(all, 'ORDER_TRADE_UPDATE').o, { q: '0.01', p: '59900', ap: '59900', l: '0.01',
	    z: '0.01', L: '59900', m: true });
	holds(of_kind(all, 'ACCOUNT_UPDATE').a, { m: 'ORDER' });
	unpadded(of_kind(all, 'ACCOUNT_UPDATE').a.P[0], ['pa', 'ep', 'iw', 'bep']);
	yes(/\.\d{8}$/.test(of_kind(all, 'ACCOUNT_UPDATE').a.B[0].wb), 'wb has eight decimals');
	yes(/\.\d{8}$/.test(of_kind(all, 'ACCOUNT_UPDATE').a.P[0].cr) ||
	    of_kind(all, 'ACCOUNT_UPDATE').a.P[0].cr === '0', 'cr has eight decimals');
});

await step('a market order: TRADE_LITE, NEW and the account, one T', async () => {
	await clean();
	const all = await events_of(() => post({ ...B, side: 'BUY', type: 'MARKET',
	    quantity: '0.01' }),
	    is_order('TRADE', 'FILLED'));

	for (const m of FEBRUARY_2026)
		as_recorded(m, of_kind(all, m.e));
	holds(order_was(all, 'NEW', 'NEW').o, { o: 'MARKET', q: '0.01', p: '0', ap: '0', b: '0',
	    a: '0' });
	holds(of_kind(all, 'TRADE_LITE'), { q: '0.010', p: '0.00' });
	const kinds = all.map((m) => m.e);

	yes(kinds.indexOf('TRADE_LITE') < kinds.lastIndexOf('ACCOUNT_UPDATE'));
	yes(kinds.lastIndexOf('ACCOUNT_UPDATE') < kinds.lastIndexOf('ORDER_TRADE_UPDATE'));
	same(new Set(all.map((m) => m.T)).size, 1);
});

await step('bep of a taker is entry with the fee, of a maker the entry', async () => {
	const all = await events_of(clean, is_order('TRADE', 'FILLED'));

	holds(of_kind(all, 'ACCOUNT_UPDATE').a.P[0], { pa: '0', ep: '0', bep: '0', up: '0' });
});

await step('PARTIALLY_FILLED', async () => {
	await events_of(() => post({ ...LIMIT, newClientOrderId: 'e-3' }), is_order('NEW', 'NEW'));
	const all = await events_of(() => ctl('fill', { ...B, clientOrderId: 'e-3', qty: '0.004' }),
	    is_order('TRADE', 'PARTIALLY_FILLED'));

	as_recorded(order_was(OLDER, 'TRADE', 'PARTIALLY_FILLED'), order_was(all, 'TRADE',
	    'PARTIALLY_FILLED'),
	    EXPIRY_REASON);
	holds(order_was(all, 'TRADE', 'PARTIALLY_FILLED').o, { l: '0.004', z: '0.004', b: '354' });
	await clean();
});

await step('EXPIRED: what is left of an IOC order', async () => {
	const all = await events_of(() => post({ ...LIMIT, timeInForce: 'IOC' }),
	    is_order('EXPIRED', 'EXPIRED'));

	as_recorded(order_was(OLDER, 'EXPIRED', 'EXPIRED'), order_was(all, 'EXPIRED', 'EXPIRED'),
	    EXPIRY_REASON);
	holds(order_was(all, 'EXPIRED', 'EXPIRED').o, { er: '2', z: '0' });
});

await step('the fills of 2025 had no reason of expiry, and are the same else', async () => {
	await clean();
	const all = await events_of(() => post({ ...B, side: 'BUY', type: 'MARKET',
	    quantity: '0.01' }), is_order('TRADE', 'FILLED'));

	for (const m of MARCH_2025)
		as_recorded(m, all.find((n) => situation(n) === situation(m)), EXPIRY_REASON);
	await clean();
});

for (const [why, amount] of [['DEPOSIT', '10'], ['WITHDRAW', '-10']])
	await step(`${why}: the balance, no position`, async () => {
		const [m] = await events_of(() => ctl('transfer', { asset: 'USDT', amount }),
		    (e) => e.a?.m === why);

		as_recorded(account_was(why), m);
		same(m.a.P, []);
		same(m.a.B.map((b) => [b.a, Number(b.bc)]), [['USDT', Number(amount)]]);
	});

await step('FUNDING_FEE: the balance, no position', async () => {
	await clean();
	await post({ ...B, side: 'BUY', type: 'MARKET', quantity: '0.01' });
	const all = await events_of(() => ctl('fund', { ...B, rate: '0.0001' }),
	    (m) => m.e === 'ACCOUNT_UPDATE' && m.a.m === 'FUNDING_FEE');
	const m = all.find((e) => e.a?.m === 'FUNDING_FEE');

	as_recorded(account_was('FUNDING_FEE'), m, FUNDING_SYMBOL);
	same(m.a.P, []);
	same(m.a.S, 'BTCUSDT');
	yes(/^-0\.0(5|6)\d*$/.test(m.a.B[0].bc), `bc is ${m.a.B[0].bc}`);
	await clean();
});

await step('ACCOUNT_CONFIG_UPDATE: leverage', async () => {
	const all = await events_of(() => send('POST', '/fapi/v1/leverage', { ...B, leverage: 17 }),
	    (m) => m.e === 'ACCOUNT_CONFIG_UPDATE');

	alike(example('Subscriptions/UsdFutures/Leverage').data, of_kind(all,
	    'ACCOUNT_CONFIG_UPDATE'));
});

// ---- conditional orders ------------------------------------------------------------

const stop = (params) => send('POST', '/fapi/v1/algoOrder', { algoType: 'CONDITIONAL', ...B,
    side: 'SELL', type: 'STOP_MARKET', quantity: '0.01', triggerPrice: '59500', ...params });

await step('ALGO_UPDATE of a stop: NEW, TRIGGERING, TRIGGERED, FINISHED', async () => {
	await clean();
	await post({ ...B, side: 'BUY', type: 'MARKET', quantity: '0.01' });
	const first = await events_of(() => stop({ clientAlgoId: 'e-4' }), is_algo('NEW'));
	const all = [...first, ...await events_of(() => price(59400), is_algo('FINISHED'))]
	    .filter((m) => m.e === 'ALGO_UPDATE');

	same(all.map((m) => m.o.X), ['NEW', 'TRIGGERING', 'TRIGGERED', 'FINISHED']);
	for (const m of all.slice(1))
		as_recorded(algo_was(m.o.X), m, ACTIVATED);
	holds(all[0].o, { caid: 'e-4', V: 'EXPIRE_MAKER', wt: 'CONTRACT_PRICE', pm: 'NONE',
	    cp: false,
	    pP: false, ia: false, tp: '59500', ai: '' });
	holds(all[1].o, { ai: '', tp: '59500', p: '0' });
	holds(all[2].o, { ap: '0', aq: '0', act: 'MARKET' });
	holds(all[3].o, { aq: '0.01', act: 'MARKET' });
	yes(/^\d+$/.test(all[2].o.ai), 'the id of its order');
	same(new Set(all.slice(1).map((m) => m.o.tt)).size, 1);
});

await step('the order of a stop: its client id, MARKET, from NEW to FILLED', async () => {
	const all = stream.frames.map((m) => m.data ?? m).filter((m) =>
	    m.e === 'ORDER_TRADE_UPDATE' &&
	    m.o.c === 'e-4');

	same(all.map((m) => [m.o.x, m.o.X, m.o.o]), [['NEW', 'NEW', 'MARKET'], ['TRADE', 'FILLED',
	    'MARKET']]);
});

await step('ALGO_UPDATE of a canceled one: without V, wt, pm, cp and pP', async () => {
	await clean();
	const { algoId } = await stop();
	const all = await events_of(() => send('DELETE', '/fapi/v1/algoOrder', { algoId }),
	    is_algo('CANCELED'));
	const o = all.find(is_algo('CANCELED')).o;

	same(['V', 'wt', 'pm', 'cp', 'pP'].filter((key) => key in o), []);
	holds(o, { aid: algoId, X: 'CANCELED', at: 'CONDITIONAL', o: 'STOP_MARKET', s: 'BTCUSDT' });
});

await step('ALGO_UPDATE of a trailing stop: NEW twice, not active and active', async () => {
	await clean();
	await events_of(() => send('POST', '/fapi/v1/algoOrder', { algoType: 'CONDITIONAL', ...B,
	    side: 'SELL', type: 'TRAILING_STOP_MARKET', quantity: '0.01', callbackRate: '1',
	    activatePrice: '60500', clientAlgoId: 'e-5' }), is_algo('NEW'));
	await price(60600);
	const now = () => stream.frames.map((m) => m.data ?? m).filter((m) => m.o?.caid === 'e-5');

	await until(() => now().length === 2, 'two events');
	same(now().map((m) => [m.o.X, m.o.ia]), [['NEW', false], ['NEW', true]]);
	await clean();
});

await step('every situation that was recorded has been compared', () => {
	same([...new Set(ALL.map(situation))].filter((s) => !compared.has(s)), []);
});

await step('listenKeyExpired', async () => {
	const all = await events_of(() => ctl('expire_key', { event: 1 }),
	    (m) => m.e === 'listenKeyExpired');

	same(Object.keys(of_kind(all, 'listenKeyExpired')).sort(), ['E', 'e', 'listenKey']);
});

done();
