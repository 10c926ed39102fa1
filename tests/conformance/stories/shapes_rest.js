// SPDX-License-Identifier: BSD-2-Clause
//
// shapes_rest.js - simex's REST answers have the keys and types of the recorded
// ones; where nothing was recorded, of the documentation's examples, whose age
// is what OLD and NEWER say.

import { DATA, WS_API, Wire, ask, clean, ctl, price, quiet_market, send }
    from '../exchange.js';
import { alike, differences, example, recorded_json, recorded_lines,
    recorded_xz } from '../shape.js';
import { createHmac } from 'node:crypto';
import { done, same, skip, step, until, yes } from '../tap.js';

const B = { symbol: 'BTCUSDT' };

if (DATA === '') {
	skip('REST answers', 'no PMS_DATA');
	done();
}
await quiet_market();

// So that there is something in every list: trades, orders of all kinds, a change, funding.
async function
some_history()
{
	const order = { ...B, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01' };
	const quietly = (method, path, params) => ask(method, path, params).catch(() => {});

	await send('POST', '/fapi/v1/order', { ...B, side: 'BUY', type: 'MARKET',
	    quantity: '0.01' });
	await send('POST', '/fapi/v1/order', { ...order, price: '59000', newClientOrderId: 'r-1' });
	await quietly('PUT', '/fapi/v1/order', { ...B, origClientOrderId: 'r-1', side: 'BUY',
	    quantity: '0.02', price: '59100' });
	await quietly('POST', '/fapi/v1/algoOrder', { algoType: 'CONDITIONAL', ...B, side: 'SELL',
	    type: 'STOP_MARKET', quantity: '0.01', triggerPrice: '58000', clientAlgoId: 'r-2' });
	await ctl('fund', { ...B, rate: '0.0001' });
}

// ---- public, recorded in production ----------------------------------------------------

for (const row of recorded_json('rest/rest_public_prod_2026-09-15.json')) {
	const { pathname, searchParams } = new URL(row.url);
	const params = Object.fromEntries(searchParams);

	await step(`recorded: ${row.method} ${pathname}${new URL(row.url).search}: ${row.status}`,
	    async () => {
		const answer = await ask(row.method, pathname, params, 'NONE');
		const want = JSON.parse(row.body);

		same(answer.status, row.status, `${answer.status} ${answer.text.slice(0, 120)}`);
		if (row.status === 200)
			alike(want, answer.body);
		else
			same(answer.body, want);
	});
}

await step('recorded: exchangeInfo, one symbol', async () => {
	const { body } = await ask('GET', '/fapi/v1/exchangeInfo', {}, 'NONE');
	const [want] = recorded_lines(
	    'rest/exchangeInfo_BTCUSDT_prod_2026-09-15_two_key_orders.jsonl');

	alike(want, body.symbols.find((s) => s.symbol === 'BTCUSDT'));
});

await step('recorded: exchangeInfo, what stands around the symbols', async () => {
	const { body } = await ask('GET', '/fapi/v1/exchangeInfo', {}, 'NONE');
	const rest = ({ symbols, ...others }) => others;

	alike(rest(recorded_xz('rest/exchangeInfo_prod_2025-10-30.json.xz')), rest(body));
});

await step('exchangeInfo and fundingInfo ignore symbol', async () => {
	const { body } = await ask('GET', '/fapi/v1/exchangeInfo', { symbol: 'NOTAREALSYM' },
	    'NONE');

	yes(body.symbols.length >= 3);
	yes(Array.isArray((await ask('GET', '/fapi/v1/fundingInfo', B, 'NONE')).body));
});

await step('recorded: leverageBracket', async () => {
	const { status, body } = await ask('GET', '/fapi/v1/leverageBracket');

	same(status, 200);
	alike(recorded_xz('rest/leverageBracket_prod_2024-10-24.json.xz'), body, {
		'[].notionalCoef': 'where the account has one' });
});

await step('recorded: account v3 of an account that has not traded', async () => {
	const want = recorded_json('rest/account_v3_demo_2026-09-29.json');
	const { body } = await ask('GET', '/fapi/v3/account');

	alike(want, body);
	const usdt = body.assets.find((a) => a.asset === 'USDT');

	yes(usdt.updateTime > 0, 'updateTime of an asset that there is');
});

await step('recorded: errors, by code and text', async () => {
	const want = Object.fromEntries(recorded_json('rest/errors_observed.json')
	    .map((e) => [e.code, e]));
	const order = { ...B, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01',
	    price: '59000' };
	const rows = [
		[-2011, 'DELETE', '/fapi/v1/order', { ...B, orderId: 123 }],
		[-2013, 'GET', '/fapi/v1/order', { ...B, orderId: 123 }],
		[-2022, 'POST', '/fapi/v1/order', { ...B, side: 'SELL', type: 'MARKET',
		    quantity: '0.01',
		    reduceOnly: 'true' }],
		[-4015, 'POST', '/fapi/v1/order', { ...order, newClientOrderId: 'x'.repeat(40) }],
		[-5021, 'POST', '/fapi/v1/order', { ...order, timeInForce: 'FOK' }],
		[-5022, 'POST', '/fapi/v1/order', { ...order, timeInForce: 'GTX', price: '60100' }],
		[-2019, 'POST', '/fapi/v1/order', { ...order, quantity: '900' }],
		[-4005, 'POST', '/fapi/v1/order', { ...order, quantity: '1001' }],
	];
	const wrong = [];

	await clean();
	for (const [code, method, path, params] of rows) {
		const { status, body } = await ask(method, path, params);

		if (status !== want[code].http || body?.code !== code ||
		    body.msg !== want[code].msg)
			wrong.push(`${code}: ${status} ${JSON.stringify(body)}`);
	}
	same(wrong, []);
});

// ---- documented ------------------------------------------------------------------------

await clean();
await some_history();

// Gone from the answers since 2026-06-30, or only of conditional orders that went elsewhere.
const ACK_OLD = ['avgPrice', 'cumQuote', 'cumBase', 'activatePrice', 'priceRate'];
const TRAILING = ['activatePrice', 'priceRate'];
const ACK_NEW = ['cumQty', 'closePosition', 'origType', 'pair', 'modifyId'];

// file, method, path, parameters, keys that went, keys that came.  The example of a canceled
// conditional order is of a draft: what is answered today is in the client's story.
const E = 'Endpoints/UsdFutures';
const order = { ...B, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01',
    price: '58900' };
const ROWS = [
	[`${E}/ExchangeData/GetServerTime`, 'GET', '/fapi/v1/time', {}],
	[`${E}/ExchangeData/GetRecentTrades`, 'GET', '/fapi/v1/trades', B, [], ['isRPITrade']],
	[`${E}/ExchangeData/GetTradeHistory`, 'GET', '/fapi/v1/historicalTrades', B, [],
	    ['isRPITrade']],
	[`${E}/ExchangeData/GetMarkPriceKlines`, 'GET', '/fapi/v1/markPriceKlines',
	    { ...B, interval: '1m', limit: 2 }],
	[`${E}/ExchangeData/GetPremiumIndexKlines`, 'GET', '/fapi/v1/premiumIndexKlines',
	    { ...B, interval: '1m', limit: 2 }],
	[`${E}/Trading/PlaceOrder`, 'POST', '/fapi/v1/order', { ...order, newClientOrderId: 'r-3' },
	    ACK_OLD, ACK_NEW],
	[`${E}/Trading/GetOrder`, 'GET', '/fapi/v1/order', { ...B, origClientOrderId: 'r-3' },
	    TRAILING, ACK_NEW],
	[`${E}/Trading/GetOpenOrder`, 'GET', '/fapi/v1/openOrder', { ...B,
	    origClientOrderId: 'r-3' },
	    TRAILING, ACK_NEW],
	[`${E}/Trading/GetOpenOrders`, 'GET', '/fapi/v1/openOrders', B, TRAILING, ACK_NEW],
	[`${E}/Trading/GetOrders`, 'GET', '/fapi/v1/allOrders', B, TRAILING, ['pair', 'cumBase',
	    'cumQty']],
	[`${E}/Trading/EditOrder`, 'PUT', '/fapi/v1/order', { ...B, side: 'BUY', price: '58900',
	    quantity: '0.02', origClientOrderId: 'r-3' }, ACK_OLD, ['modifyId']],
	[`${E}/Trading/GetOrderEditHistory`, 'GET', '/fapi/v1/orderAmendment',
	    { ...B, origClientOrderId: 'r-3' }, [], ['modifyId']],
	[`${E}/Trading/CancelOrder`, 'DELETE', '/fapi/v1/order', { ...B, origClientOrderId: 'r-3' },
	    ACK_OLD, ACK_NEW],
	[`${E}/Trading/PlaceMultipleOrders`, 'POST', '/fapi/v1/batchOrders', { batchOrders:
	    JSON.stringify([order, { ...order, side: 'SELL', reduceOnly: 'true', price: '1' }]) },
	    ACK_OLD, ACK_NEW],
	[`${E}/Trading/CancelMultipleOrders`, 'DELETE', '/fapi/v1/batchOrders', { ...B,
	    origClientOrderIdList: '["r-1","nosuch"]' }, ACK_OLD, ACK_NEW],
	[`${E}/Trading/CancelAllOrders`, 'DELETE', '/fapi/v1/allOpenOrders', B],
	[`${E}/Trading/CancelAllOrdersAfterTimeout`, 'POST', '/fapi/v1/countdownCancelAll',
	    { ...B, countdownTime: 0 }],
	[`${E}/Trading/GetUserTrades`, 'GET', '/fapi/v1/userTrades', B, [],
	    ['baseQty', 'marginAsset', 'pair']],
	[`${E}/Trading/PlaceConditionalOrder`, 'POST', '/fapi/v1/algoOrder',
	    { algoType: 'CONDITIONAL',
	    ...B, side: 'SELL', type: 'STOP_MARKET', quantity: '0.01', triggerPrice: '58500' }],
	[`${E}/Trading/GetConditionalOrder`, 'GET', '/fapi/v1/algoOrder', { clientAlgoId: 'r-2' },
	    ['actualPrice', 'actualQty', 'actualType'], ['tpOrderType', 'actualOrderId']],
	[`${E}/Trading/GetOpenConditionalOrders`, 'GET', '/fapi/v1/openAlgoOrders', B,
	    ['actualPrice', 'actualQty', 'actualType'], ['tpOrderType']],
	[`${E}/Trading/GetConditionalOrders`, 'GET', '/fapi/v1/allAlgoOrders', B,
	    ['actualPrice', 'actualQty', 'actualType'], ['tpOrderType', 'actualOrderId']],
	[`${E}/Trading/CancelAllConditionalOrders`, 'DELETE', '/fapi/v1/algoOpenOrders', B],
	[`${E}/Account/GetAccountInfoV3`, 'GET', '/fapi/v3/account', {}],
	[`${E}/Account/GetBalances`, 'GET', '/fapi/v3/balance', {}],
	[`${E}/Account/GetAccountInfo`, 'GET', '/fapi/v2/account', {}, [],
	    ['breakEvenPrice', 'notional', 'isolatedWallet']],
	[`${E}/Account/GetPositionInformation`, 'GET', '/fapi/v2/positionRisk', B],
	[`${E}/Account/GetAccountConfiguration`, 'GET', '/fapi/v1/accountConfig', {}],
	[`${E}/Account/GetSymbolConfiguration`, 'GET', '/fapi/v1/symbolConfig', B, [],
	    ['isAutoAddMargin']],
	[`${E}/Account/GetOrderRateLimit`, 'GET', '/fapi/v1/rateLimit/order', {}],
	[`${E}/Account/GetBrackets`, 'GET', '/fapi/v1/leverageBracket', {}, ['notionalCoef']],
	[`${E}/Account/GetUserCommissionRate`, 'GET', '/fapi/v1/commissionRate', B, [],
	    ['rpiCommissionRate']],
	[`${E}/Account/GetIncomeHistory`, 'GET', '/fapi/v1/income', {}, ['tranId']],
	[`${E}/Account/GetMultiAssetsMode`, 'GET', '/fapi/v1/multiAssetsMargin', {}],
	[`${E}/Account/GetBnbBurnStatus`, 'GET', '/fapi/v1/feeBurn', {}],
	[`${E}/Account/GetTradingStatus`, 'GET', '/fapi/v1/apiTradingStatus', {},
	    ['BTCUSDT', 'ETHUSDT']],
	[`${E}/Account/GetPositionAdlQuantileEstimation`, 'GET', '/fapi/v1/adlQuantile', {},
	    ['HEDGE', 'LONG', 'SHORT', 'BOTH']],
	[`${E}/Account/ChangeInitialLeverage`, 'POST', '/fapi/v1/leverage', { ...B, leverage: 11 }],
	[`${E}/Account/StartUserStream`, 'POST', '/fapi/v1/listenKey', {}],
	[`${E}/Account/KeepAliveUserStream`, 'PUT', '/fapi/v1/listenKey', {}, [],
	    ['listenKey']],
	[`${E}/Account/StopUserStream`, 'DELETE', '/fapi/v1/listenKey', {}],
];

// A key that may differ may do so at any depth.
const is_one_of = (keys) => (line) => keys.some((k) =>
    line.split(':')[0].split(/[.[\]]+/).pop() === k || line.startsWith(`${k}:`));

for (const [file, method, path, params, went = [], came = []] of ROWS)
	await step(`documented: ${method} ${path}`, async () => {
		const { status, body, text } = await ask(method, path, params);

		same(status, 200, `${status} ${text.slice(0, 160)}`);
		const found = differences(example(file), body)
		    .filter((line) => !is_one_of([...went, ...came])(line));

		same(found, []);
	});

// ---- the WebSocket API, documented ---------------------------------------------------

let	 ws_id = 0;

function
signed(params)
{
	const all = { apiKey: 'testkey', timestamp: Date.now(), ...params };
	const text = Object.keys(all).sort().map((k) => `${k}=${all[k]}`).join('&');

	return { ...all, signature: createHmac('sha256', 'testsecret').update(text).digest('hex') };
}

const ws = await new Wire().open('', WS_API).catch(() => null);

async function
call(method, params)
{
	const id = `s-${++ws_id}`;

	if (ws === null)
		throw new Error(`${WS_API} cannot be opened`);
	ws.send({ id, method, params });
	await until(() => ws.frames.some((m) => m.id === id), `an answer to ${method}`, 1500);
	return ws.frames.find((m) => m.id === id);
}

// The example of order.status is older than these, and was cut off behind its result.
const QUERY_NEW = ['priceMatch', 'selfTradePreventionMode', 'goodTillDate', 'rateLimits'];

// The exchange's own connector has this name, as REST has it; the example another.
const SPELLING = [['unrealizedProfit'], ['unRealizedProfit']];

const S = 'Socket/UsdFutures';
const WS_ROWS = [
	[`${S}/Trading/PlaceOrder`, 'order.place', () => signed({ ...order,
	    newClientOrderId: 'r-4' }), ACK_OLD],
	[`${S}/Trading/GetOrder`, 'order.status', () => signed({ ...B,
	    origClientOrderId: 'r-4' }), TRAILING, QUERY_NEW],
	[`${S}/Trading/EditOrder`, 'order.modify', () => signed({ ...B, side: 'BUY',
	    quantity: '0.02',
	    price: '58800', origClientOrderId: 'r-4' }), ACK_OLD],
	[`${S}/Trading/CancelOrder`, 'order.cancel', () => signed({ ...B,
	    origClientOrderId: 'r-4' }), ACK_OLD],
	[`${S}/Trading/PlaceConditionalOrder`, 'algoOrder.place', () =>
	    signed({ algoType: 'CONDITIONAL',
	    ...B, side: 'SELL', type: 'STOP_MARKET', quantity: '0.01', triggerPrice: '58500',
	    clientAlgoId: 'r-5' }), [], ['activatePrice', 'callbackRate']],
	[`${S}/Trading/GetPositions`, 'v2/account.position', () => signed({}), ...SPELLING],
	[`${S}/Account/GetAccountInfo`, 'v2/account.status', () => signed({})],
	[`${S}/Account/GetBalances`, 'v2/account.balance', () => signed({})],
	[`${S}/ExchangeData/GetOrderBook`, 'depth', () => B],
	[`${S}/ExchangeData/GetPrice`, 'ticker.price', () => B],
	[`${S}/ExchangeData/GetBookPrice`, 'ticker.book', () => B],
];

for (const [file, method, params, went = [], came = []] of WS_ROWS)
	await step(`documented: ${method} over the WebSocket API`, async () => {
		const answer = await call(method, params());

		same(answer.status, 200, JSON.stringify(answer).slice(0, 160));
		const found = differences(example(file), answer)
		    .filter((line) => !is_one_of([...went, ...came, ...ACK_NEW, 'id'])(line));

		same(found, []);
	});

// Of the older form there is the example of the same name in REST alone.
await step('documented: account.position over the WebSocket API', async () => {
	const want = example(`${E}/Account/GetPositionInformation`);

	alike(want, (await call('account.position', signed({}))).result);
});

await price(60000);
done();
