// SPDX-License-Identifier: BSD-2-Clause
//
// wire.js - the recorded requests are what these clients send today, and the
// exchange understands each: its answer is the documented one for an account
// without orders and positions, the price at 61000.

import { readFileSync } from 'node:fs';
import { BTC, exchange } from '../ccxt_client.js';
import { DATA, clean, client, ctl, price, quiet_market, send } from '../exchange.js';
import { Recorder, meaning } from '../recorder.js';
import { done, same, skip, step } from '../tap.js';

const rec = await new Recorder().listen();
const OK = 0;
const ANY = null;	// the recording is of the past, or the code is not documented

// ---- ccxt ------------------------------------------------------------------------

const ex = await exchange();

for (const name of Object.keys(ex.urls.api))
	if (typeof ex.urls.api[name] === 'string')
		ex.urls.api[name] = rec.url + new URL(ex.urls.api[name]).pathname;

const limit = (side, px, params) => ex.createOrder(BTC, 'limit', side, 0.01, px, params);
const market = (side, params) => ex.createOrder(BTC, 'market', side, 0.01, undefined, params);
const one = (side, px) => ({ symbol: BTC, type: 'limit', side, amount: 0.01, price: px });

const CCXT = {
	'loadMarkets': [OK, () => ex.loadMarkets(true)],
	'limit buy': [OK, () => limit('buy', 60000.1)],
	'limit buy postOnly(GTX)': [OK, () => limit('buy', 60000.1, { postOnly: true })],
	'limit IOC reduceOnly': [-2022, () => limit('sell', 60000.1,
	    { timeInForce: 'IOC', reduceOnly: true })],
	'limit FOK custom id': [OK, () => limit('sell', 60000.1,
	    { timeInForce: 'FOK', clientOrderId: 'my-id_1:x/y' })],
	'market sell': [OK, () => market('sell')],
	'market hedge LONG': [-4061, () => market('sell', { positionSide: 'LONG' })],
	'stop market': [OK, () => market('sell', { stopLossPrice: 55000 })],
	'take profit market': [OK, () => market('sell', { takeProfitPrice: 65000 })],
	'trigger limit': [-2021, () => limit('buy', 60000, { triggerPrice: 59000 })],
	'trailing': [OK, () => market('sell', { trailingPercent: 1, reduceOnly: true })],
	'priceMatch': [OK, () => limit('buy', undefined, { priceMatch: 'OPPONENT' })],
	'GTD': [ANY, () => limit('buy', 60000, { timeInForce: 'GTD',
	    goodTillDate: 1700000700000 })],
	'createOrders batch': [OK, () => ex.createOrders([one('buy', 60000), one('sell', 70000)])],
	'editOrder': [-2013, () => ex.editOrder('123', BTC, 'limit', 'buy', 0.02, 60001)],
	'cancelOrder id': [-2011, () => ex.cancelOrder('123', BTC)],
	'cancelOrder clientId': [-2011, () => ex.cancelOrder('', BTC,
	    { clientOrderId: 'my-id_1' })],
	'cancelOrder algo': [-2011, () => ex.cancelOrder('123', BTC, { trigger: true })],
	'cancelOrders': [OK, () => ex.cancelOrders(['1', '2'], BTC)],
	'cancelAllOrders': [200, () => ex.cancelAllOrders(BTC)],
	'cancelAllOrdersAfter': [OK, () => ex.fapiPrivatePostCountdownCancelAll(
	    { symbol: 'BTCUSDT', countdownTime: 1000 })],
	'fetchOpenOrders': [OK, () => ex.fetchOpenOrders(BTC)],
	'fetchOpenOrders algo': [OK, () => ex.fetchOpenOrders(BTC, undefined, undefined,
	    { trigger: true })],
	'fetchOrder': [-2013, () => ex.fetchOrder('123', BTC)],
	'fetchOrders': [OK, () => ex.fetchOrders(BTC)],
	'fetchMyTrades': [OK, () => ex.fetchMyTrades(BTC)],
	'fetchBalance': [OK, () => ex.fetchBalance()],
	'fetchPositionsRisk': [OK, async () => {
		ex.options.leverageBrackets = undefined;
		await ex.fetchPositionsRisk([BTC]);
	}],
	'fetchPositions': [OK, () => ex.fetchPositions([BTC])],
	'fetchLeverageTiers': [OK, () => ex.fetchLeverageTiers([BTC])],
	'setLeverage': [OK, () => ex.setLeverage(20, BTC)],
	'setMarginMode': [200, () => ex.setMarginMode('isolated', BTC)],
	'setPositionMode': [200, () => ex.setPositionMode(true)],
	'addMargin': [ANY, () => ex.addMargin(BTC, 10)],
	'fetchOrderBook': [OK, () => ex.fetchOrderBook(BTC, 5)],
	'fetchTime': [OK, () => ex.fetchTime()],
};

// ---- siebly ------------------------------------------------------------------------

const { USDMClient } = client('binance');
const usdm = new USDMClient({ api_key: 'testkey', api_secret: 'testsecret', baseUrl: rec.url,
    disableTimeSync: true });
const B = { symbol: 'BTCUSDT' };
const L = { ...B, type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01' };

const SIEBLY = {
	'exchangeInfo': [OK, () => usdm.getExchangeInfo()],
	'depth': [OK, () => usdm.getOrderBook({ ...B, limit: 5 })],
	'limit': [OK, () => usdm.submitNewOrder({ ...L, side: 'BUY', price: '60000.1' })],
	'market id': [-2022, () => usdm.submitNewOrder({ ...B, side: 'SELL', type: 'MARKET',
	    quantity: '0.01', newClientOrderId: 'x-15PC4ZJyabc1', reduceOnly: 'true' })],
	'GTX': [OK, () => usdm.submitNewOrder({ ...L, side: 'BUY', timeInForce: 'GTX',
	    price: '60000.1', newOrderRespType: 'ACK' })],
	'stop algo': [-4509, () => usdm.submitNewAlgoOrder({ algoType: 'CONDITIONAL', ...B,
	    side: 'SELL',
	    type: 'STOP_MARKET', triggerPrice: '55000', closePosition: 'true',
	    workingType: 'MARK_PRICE' })],
	'batch': [OK, () => usdm.submitMultipleOrders([{ ...L, side: 'BUY', price: '60000' },
	    { ...L, side: 'SELL', price: '70000' }])],
	'modify': [-2013, () => usdm.modifyOrder({ ...B, side: 'BUY', orderId: 123,
	    quantity: '0.02',
	    price: '60001' })],
	'cancel': [-2011, () => usdm.cancelOrder({ ...B, orderId: 123 })],
	'cancelAll': [200, () => usdm.cancelAllOpenOrders(B)],
	'cancelBatch': [OK, () => usdm.cancelMultipleOrders({ ...B, orderIdList: [1, 2] })],
	'openOrders': [OK, () => usdm.getAllOpenOrders(B)],
	'positionsV3': [OK, () => usdm.getPositionsV3()],
	'acctV3': [OK, () => usdm.getAccountInformationV3()],
	'balV3': [OK, () => usdm.getBalanceV3()],
	'leverage': [OK, () => usdm.setLeverage({ ...B, leverage: 20 })],
	'marginType': [200, () => usdm.setMarginType({ ...B, marginType: 'ISOLATED' })],
	'listenKey': [OK, () => usdm.getFuturesUserDataListenKey()],
};

// ---- comparing ---------------------------------------------------------------------

function
recorded(name)
{
	return JSON.parse(readFileSync(`${DATA}/wire/${name}`, 'utf8'));
}

const saying = (r) => ({ method: r.method, path: r.path, query: meaning(r.query),
    body: meaning(r.body), content_type: r.content_type, api_key_header: r.api_key_header });

// What a row may have left behind.
async function
undo()
{
	await send('POST', '/fapi/v1/positionSide/dual',
	    { dualSidePosition: 'false' }).catch(() => {});
	await clean();
	await send('POST', '/fapi/v1/marginType', { ...B, marginType: 'CROSSED' }).catch(() => {});
	await price(61000);
}

async function
compare(client_name, file, rows)
{
	const wants = recorded(file).requests;

	for (const [desc, [code, call]] of Object.entries(rows)) {
		const want = wants.filter((r) => r.desc === desc);

		await undo();
		const sent = await rec.of(call);

		await step(`${client_name} sends what is recorded: ${desc}`, () => {
			same(sent.map(saying), want.map(saying));
		});
		if (code !== ANY)
			await step(`${client_name}, ${desc}: the answer is ${code}`, () => {
				same([...new Set(sent.map((r) => r.code))], [code]);
			});
	}
	await step(`${client_name}: every recorded request has a row`, () => {
		same([...new Set(wants.map((r) => r.desc))].filter((d) => !(d in rows)), []);
	});
}

// ---- ccxt's own tests of its requests ------------------------------------------------

// The markets of these tests, with the filters of BTCUSDT.
function
add_markets()
{
	const markets = Object.values(ex.markets);

	for (const base of ['LTC', 'ETH', 'USDBRL'])
		markets.push({ ...ex.market(BTC), id: `${base}USDT`,
		    lowercaseId: `${base.toLowerCase()}usdt`,
		    symbol: `${base}/USDT:USDT`, base, baseId: base });
	ex.setMarkets(markets);
}

// Conditional orders have a name of their own since these tests were written.
function
as_today(p, path)
{
	if (!path.endsWith('/algoOrder') || !('newClientOrderId' in p))
		return p;
	const { newClientOrderId: name, ...rest } = p;

	return { ...rest, clientAlgoId: name };
}

async function
compare_static(test)
{
	const url = new URL(test.url);
	const want = as_today(meaning(test.output ?? url.search.slice(1)), url.pathname);
	const [got] = await rec.of(() => ex[test.method](...test.input.map((v) => v ?? undefined)));

	same(got.path, url.pathname);
	same(meaning(got.body === '' ? got.query : got.body), want);
}

await quiet_market();
if (DATA === '') {
	skip('recorded requests', 'no PMS_DATA');
} else {
	await compare('ccxt', 'requests_ccxt.json', CCXT);
	await compare('siebly', 'requests_siebly.json', SIEBLY);
	await undo();
	add_markets();
	for (const test of recorded('ccxt_static_request_fapi.json').tests)
		await step(`ccxt's own test: ${test.description}`, () => compare_static(test));
}
await ctl('clear');
done();
