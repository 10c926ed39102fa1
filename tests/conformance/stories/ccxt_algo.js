// SPDX-License-Identifier: BSD-2-Clause
//
// ccxt_algo.js - ccxt's conditional orders: the Algo Service.

import { BTC, ccxt, exchange } from '../ccxt_client.js';
import { ask, clean, ctl, price, quiet_market } from '../exchange.js';
import { done, holds, near, refused, same, step, until, yes } from '../tap.js';

const ex = await exchange();
const TRIGGER = { trigger: true };
let	 stop;

await quiet_market();
await ex.loadMarkets();

async function
flat()
{
	return Number((await ctl('position', { symbol: 'BTCUSDT' })).qty) === 0;
}

function
algo(side, qty, params, type = 'market', px = undefined)
{
	return ex.createOrder(BTC, type, side, qty, px, params);
}

await step('a stop on POST order: -4120', async () => {
	const { status, body } = await ask('POST', '/fapi/v1/order', { symbol: 'BTCUSDT',
	    side: 'SELL',
	    type: 'STOP_MARKET', quantity: '0.010', stopPrice: '59000' });

	same([status, body.code], [400, -4120]);
	same(body.msg, 'Order type not supported for this endpoint. ' +
	    'Please use the Algo Order API endpoints instead.');
});

await step('a stop loss waits at the Algo Service', async () => {
	await clean();
	await ex.createOrder(BTC, 'market', 'buy', 0.01);
	stop = await algo('sell', 0.01, { stopLossPrice: 59500, reduceOnly: true });
	holds(stop, { side: 'sell', triggerPrice: 59500, amount: 0.01,
	    reduceOnly: true, status: 'open' });
	holds(stop.info, { algoType: 'CONDITIONAL', orderType: 'STOP_MARKET', algoStatus: 'NEW',
	    workingType: 'CONTRACT_PRICE', priceProtect: false, closePosition: false,
	    selfTradePreventionMode: 'EXPIRE_MAKER', timeInForce: 'GTC', positionSide: 'BOTH',
	    activatePrice: '', callbackRate: '', icebergQuantity: null, priceMatch: 'NONE',
	    triggerTime: 0, goodTillDate: 0 });
});

await step('fetchOpenOrders with trigger: this one, and none without', async () => {
	same((await ex.fetchOpenOrders(BTC, undefined, undefined, TRIGGER)).map((o) => o.id),
	    [stop.id]);
	same(await ex.fetchOpenOrders(BTC), []);
});

await step('fetchOrder with trigger, by id and client id', async () => {
	const want = { id: stop.id, clientOrderId: stop.clientOrderId, triggerPrice: 59500 };

	holds(await ex.fetchOrder(stop.id, BTC, TRIGGER), want);
	holds((await ex.fetchOrder(stop.id, BTC, TRIGGER)).info, { actualOrderId: '' });
	holds(await ex.fapiPrivateGetAlgoOrder({ clientAlgoId: stop.clientOrderId }),
	    { algoId: Number(stop.id) });
});

await step('cancelOrder with trigger, and again: OrderNotFound', async () => {
	const answer = await ex.cancelOrder(stop.id, BTC, TRIGGER);

	holds(answer.info, { algoId: Number(stop.id), clientAlgoId: stop.clientOrderId,
	    code: '200', msg: 'success' });
	await refused(() => ex.cancelOrder(stop.id, BTC, TRIGGER), ccxt.OrderNotFound);
	same((await ex.fapiPrivateGetAlgoOrder({ algoId: stop.id })).algoStatus, 'CANCELED');
});

await step('at its price it becomes an order with its client id', async () => {
	await clean();
	await ex.createOrder(BTC, 'market', 'buy', 0.01);
	stop = await algo('sell', 0.01, { stopLossPrice: 59500, reduceOnly: true,
	    clientAlgoId: 'sl-1' });
	await price(59600);
	yes(!await flat());
	await price(59400);
	await until(flat, 'the stop closes the position');
	const child = await ex.fetchOrder('', BTC, { clientOrderId: 'sl-1' });

	holds(child, { type: 'market', side: 'sell', status: 'closed', filled: 0.01,
	    reduceOnly: true });
	holds(await ex.fapiPrivateGetAlgoOrder({ algoId: stop.id }),
	    { algoStatus: 'FINISHED', actualOrderId: child.id });
});

await step('its trade is among mine', async () => {
	const child = await ex.fetchOrder('', BTC, { clientOrderId: 'sl-1' });
	const [t] = (await ex.fetchMyTrades(BTC)).slice(-1);

	holds(t, { order: child.id, side: 'sell', amount: 0.01 });
	near(t.price, 59400, 1);
});

await step('a triggered one is no longer open, but among all', async () => {
	await price(60000);
	same(await ex.fetchOpenOrders(BTC, undefined, undefined, TRIGGER), []);
	const all = await ex.fapiPrivateGetAllAlgoOrders({ symbol: 'BTCUSDT' });

	same(all.map((o) => o.algoStatus), ['CANCELED', 'FINISHED']);
});

await step('take profit with a limit price', async () => {
	await clean();
	await ex.createOrder(BTC, 'market', 'buy', 0.01);
	const tp = await algo('sell', 0.01, { takeProfitPrice: 61000, reduceOnly: true }, 'limit',
	    60900);

	holds(tp, { triggerPrice: 61000, price: 60900,
	    info: { orderType: 'TAKE_PROFIT' } });
	await price(61100);
	await until(flat, 'the take profit closes the position');
	await price(60000);
});

await step('a stop entry in the other direction: would trigger at once, -2021', async () => {
	await clean();
	await refused(() => algo('buy', 0.01, { triggerPrice: 59000 }), '-2021');
});

await step('the mark price triggers where it is asked for', async () => {
	await clean();
	const o = await algo('buy', 0.01, { triggerPrice: 60500, workingType: 'MARK_PRICE' });

	holds(o.info, { workingType: 'MARK_PRICE' });
	await price(60600);
	await until(async () => !await flat(), 'the stop has bought');
	await ex.createOrder(BTC, 'market', 'sell', 0.01, undefined, { reduceOnly: true });
	await price(60000);
});

await step('trailing: the callback is from the best price since', async () => {
	await clean();
	await ex.createOrder(BTC, 'market', 'buy', 0.01);
	const o = await algo('sell', 0.01, { trailingPercent: 1, reduceOnly: true });

	holds(o.info, { orderType: 'TRAILING_STOP_MARKET' });
	near(o.info.callbackRate, 1, 0);
	await price(61000);
	await price(60500);
	yes(!await flat());
	await price(60300);
	await until(flat, 'the trailing stop closes the position');
	await price(60000);
});

await step('callbackRate: 20 is taken, 20.1 is not', async () => {
	await clean();
	const o = await algo('sell', 0.01, { trailingPercent: 20 });

	await ex.cancelOrder(o.id, BTC, TRIGGER);
	await refused(() => algo('sell', 0.01, { trailingPercent: 20.1 }), ccxt.BaseError);
});

await step('closePosition needs a position, and only one in a direction', async () => {
	const close = () => ex.fapiPrivatePostAlgoOrder({ algoType: 'CONDITIONAL',
	    symbol: 'BTCUSDT',
	    side: 'SELL', type: 'STOP_MARKET', triggerPrice: '59000', closePosition: 'true' });

	await clean();
	await refused(close, '-4509');
	await ex.createOrder(BTC, 'market', 'buy', 0.02);
	holds(await close(), { closePosition: true, algoStatus: 'NEW' });
	await refused(close, '-4130');
	await price(58900);
	await until(flat, 'the whole position is closed');
	await price(60000);
});

await step('a closePosition order ends with its position', async () => {
	await clean();
	await ex.createOrder(BTC, 'market', 'buy', 0.02);
	const o = await ex.fapiPrivatePostAlgoOrder({ algoType: 'CONDITIONAL', symbol: 'BTCUSDT',
	    side: 'SELL', type: 'STOP_MARKET', triggerPrice: '59000', closePosition: 'true' });

	await ex.createOrder(BTC, 'market', 'sell', 0.02, undefined, { reduceOnly: true });
	await until(async () =>
	    (await ex.fapiPrivateGetAlgoOrder({ algoId: o.algoId })).algoStatus ===
	    'EXPIRED', 'it has expired');
});

await step('reduceOnly with closePosition: -1106', async () => {
	await clean();
	await refused(() => ex.fapiPrivatePostAlgoOrder({ algoType: 'CONDITIONAL',
	    symbol: 'BTCUSDT',
	    side: 'SELL', type: 'STOP_MARKET', triggerPrice: '59000', closePosition: 'true',
	    reduceOnly: 'true' }), '-1106');
});

await step('reduceOnly without a position: taken, and refused when it triggers', async () => {
	await clean();
	const o = await algo('sell', 0.01, { stopLossPrice: 59500, reduceOnly: true });

	await price(59400);
	await until(async () => (await ex.fapiPrivateGetAlgoOrder({ algoId: o.id })).algoStatus ===
	    'REJECTED', 'it has been rejected');
	await price(60000);
});

await step('a trigger price off the tick is taken', async () => {
	await clean();
	const o = await ex.fapiPrivatePostAlgoOrder({ algoType: 'CONDITIONAL', symbol: 'BTCUSDT',
	    side: 'SELL', type: 'STOP_MARKET', quantity: '0.01', triggerPrice: '59000.75' });

	near(o.triggerPrice, 59000.75, 0);
	await ex.cancelOrder(String(o.algoId), BTC, TRIGGER);
});

await step('cancelAllOrders leaves conditional orders, algoOpenOrders does not', async () => {
	await clean();
	await algo('sell', 0.01, { triggerPrice: 59000 });
	await algo('sell', 0.01, { triggerPrice: 58000 });
	await ex.fapiPrivateDeleteAllOpenOrders({ symbol: 'BTCUSDT' });
	same((await ex.fetchOpenOrders(BTC, undefined, undefined, TRIGGER)).length, 2);
	holds(await ex.cancelAllOrders(BTC, TRIGGER).then(() =>
	    ex.fapiPrivateDeleteAlgoOpenOrders({ symbol: 'BTCUSDT' })), { code: 200 });
	same(await ex.fetchOpenOrders(BTC, undefined, undefined, TRIGGER), []);
});

done();
