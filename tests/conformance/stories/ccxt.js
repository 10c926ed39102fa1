// SPDX-License-Identifier: BSD-2-Clause
//
// ccxt.js - ccxt over REST: look around, place, change, cancel, trade, close.

import { BTC, ccxt, exchange } from '../ccxt_client.js';
import { TAKER, WALLET, ask, clean, ctl, get, price, quiet_market } from '../exchange.js';
import { done, holds, near, refused, same, step, until, yes } from '../tap.js';

const ex = await exchange();
let	 order;

await quiet_market();

// ---- the market ------------------------------------------------------------------

await step('loadMarkets reads exchangeInfo', async () => {
	await ex.loadMarkets();
	holds(ex.market(BTC), { id: 'BTCUSDT', type: 'swap', linear: true, active: true,
	    contractSize: 1, settle: 'USDT', precision: { price: 0.1, amount: 0.001 },
	    limits: { amount: { min: 0.001 }, cost: { min: 50 } } });
});

await step('fetchTime is this machine\'s', async () => {
	near(await ex.fetchTime(), Date.now(), 1000);
});

await step('fetchOrderBook: twenty levels around the price', async () => {
	const book = await ex.fetchOrderBook(BTC, 20);

	same(book.bids.length, 20);
	same(book.asks.length, 20);
	yes(book.bids[0][0] < 60000 && book.asks[0][0] > 60000);
	yes(Number.isInteger(book.nonce));
});

await step('fetchBidsAsks agrees with the book', async () => {
	const book = await ex.fetchOrderBook(BTC, 5);
	const best = (await ex.fetchBidsAsks([BTC]))[BTC];

	same([best.bid, best.bidVolume], book.bids[0]);
	same([best.ask, best.askVolume], book.asks[0]);
});

await step('fetchTicker: the day\'s statistics', async () => {
	const t = await ex.fetchTicker(BTC);

	holds(t, { symbol: BTC });
	yes(t.last > 0 && t.high >= t.low && t.baseVolume >= 0 && t.open > 0);
});

await step('fetchTickers: one row a symbol', async () => {
	const all = await ex.fetchTickers();

	same(Object.keys(all).sort(), ex.symbols.slice().sort());
});

await step('fetchLastPrices', async () => {
	yes((await ex.fetchLastPrices([BTC]))[BTC].price > 0);
});

await step('fetchOHLCV: whole minutes, low <= open, close <= high', async () => {
	const rows = await ex.fetchOHLCV(BTC, '1m', undefined, 3);

	yes(rows.length >= 1 && rows.length <= 3);
	for (const [at, o, h, l, c] of rows)
		yes(at % 60000 === 0 && l <= o && l <= c && o <= h && c <= h);
});

await step('fetchFundingRate: premiumIndex', async () => {
	const f = await ex.fetchFundingRate(BTC);

	near(f.markPrice, 60000, 1);
	near(f.indexPrice, 60000, 60);
	same(f.fundingRate, 0.0001);
	yes(f.fundingTimestamp > Date.now());
});

await step('fetchFundingRateHistory', async () => {
	yes(Array.isArray(await ex.fetchFundingRateHistory(BTC, undefined, 2)));
});

await step('fetchFundingIntervals: fundingInfo', async () => {
	yes(typeof await ex.fetchFundingIntervals() === 'object');
});

await step('fetchOpenInterest', async () => {
	yes((await ex.fetchOpenInterest(BTC)).openInterestAmount >= 0);
});

await step('fetchMarkOHLCV and fetchIndexOHLCV', async () => {
	yes((await ex.fetchMarkOHLCV(BTC, '1m', undefined, 2)).length > 0);
	yes((await ex.fetchIndexOHLCV(BTC, '1m', undefined, 2)).length > 0);
});

// ---- the account -----------------------------------------------------------------

await step('fetchBalance: all of it free', async () => {
	holds((await ex.fetchBalance()).USDT, { total: WALLET, free: WALLET, used: 0 });
});

await step('fetchPositions: none', async () => {
	same(await ex.fetchPositions([BTC]), []);
});

await step('fetchPositionMode: one way', async () => {
	holds(await ex.fetchPositionMode(BTC), { hedged: false });
});

await step('setPositionMode: to hedge, twice, and back', async () => {
	holds(await ex.setPositionMode(true), { code: 200, msg: 'success' });
	holds(await ex.fetchPositionMode(BTC), { hedged: true });
	await refused(() => ex.setPositionMode(true), '-4059');
	await ex.setPositionMode(false);
	holds(await ex.fetchPositionMode(BTC), { hedged: false });
});

await step('setLeverage answers what symbolConfig says then', async () => {
	holds(await ex.setLeverage(10, BTC), { symbol: 'BTCUSDT', leverage: 10 });
	holds(await ex.fetchLeverage(BTC), { longLeverage: 10, shortLeverage: 10 });
});

await step('setMarginMode: isolated, twice, and back', async () => {
	holds(await ex.setMarginMode('isolated', BTC), { code: 200, msg: 'success' });
	holds(await ex.fetchMarginMode(BTC), { marginMode: 'isolated' });
	await refused(() => ex.fapiPrivatePostMarginType({ symbol: 'BTCUSDT',
	    marginType: 'ISOLATED' }),
	    '-4046');
	await ex.setMarginMode('cross', BTC);
	holds(await ex.fetchMarginMode(BTC), { marginMode: 'cross' });
});

await step('fetchLeverageTiers: brackets without holes', async () => {
	const tiers = (await ex.fetchLeverageTiers([BTC]))[BTC];

	same(tiers[0].minNotional, 0);
	for (let i = 1; i < tiers.length; i++) {
		same(tiers[i].minNotional, tiers[i - 1].maxNotional);
		yes(tiers[i].maxLeverage < tiers[i - 1].maxLeverage);
		yes(tiers[i].maintenanceMarginRate > tiers[i - 1].maintenanceMarginRate);
	}
});

await step('fetchTradingFee: commissionRate', async () => {
	holds(await ex.fetchTradingFee(BTC), { maker: 0.0002, taker: 0.0005 });
});

// ---- orders ----------------------------------------------------------------------

await step('createOrder: a limit rests', async () => {
	order = await ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000);
	holds(order, { status: 'open', type: 'limit', side: 'buy', price: 59000, amount: 0.01,
	    filled: 0, remaining: 0.01, timeInForce: 'GTC', reduceOnly: false });
	yes(order.clientOrderId.startsWith('x-'));
});

await step('fetchOrder and fetchOpenOrder by id, fetchOrder by client id', async () => {
	const want = { id: order.id, clientOrderId: order.clientOrderId, status: 'open',
	    price: 59000 };

	holds(await ex.fetchOrder(order.id, BTC), want);
	holds(await ex.fetchOpenOrder(order.id, BTC), want);
	holds(await ex.fetchOrder('', BTC, { clientOrderId: order.clientOrderId }), want);
});

await step('fetchBalance: the order\'s margin is used', async () => {
	const usdt = (await ex.fetchBalance()).USDT;

	near(usdt.used, 59, 0.01);
	near(usdt.free, WALLET - 59, 0.01);
});

await step('editOrder keeps the id and changes price and amount', async () => {
	const changed = await ex.editOrder(order.id, BTC, 'limit', 'buy', 0.02, 59100);

	holds(changed, { id: order.id, clientOrderId: order.clientOrderId, price: 59100,
	    amount: 0.02, status: 'open' });
	holds(await ex.fetchOrder(order.id, BTC), { price: 59100, amount: 0.02, status: 'open' });
});

await step('editOrder to what it is: -5027', async () => {
	await refused(() => ex.editOrder(order.id, BTC, 'limit', 'buy', 0.02, 59100), '-5027');
});

await step('editOrder of what is not there: OrderNotFound', async () => {
	await refused(() => ex.editOrder('123', BTC, 'limit', 'buy', 0.02, 59100),
	    ccxt.OrderNotFound);
});

await step('fapiPrivateGetOrderAmendment: price and amount, before and after', async () => {
	const [row] = await ex.fapiPrivateGetOrderAmendment({ symbol: 'BTCUSDT',
	    orderId: order.id });

	holds(row, { symbol: 'BTCUSDT', pair: 'BTCUSDT', orderId: Number(order.id),
	    clientOrderId: order.clientOrderId });
	near(row.amendment.price.before, 59000, 0);
	near(row.amendment.price.after, 59100, 0);
	near(row.amendment.origQty.before, 0.01, 0);
	near(row.amendment.origQty.after, 0.02, 0);
	holds(row.amendment, { count: 1 });
});

await step('fetchOpenOrders: this one', async () => {
	const open = await ex.fetchOpenOrders(BTC);

	same(open.map((o) => [o.id, o.price, o.amount]), [[order.id, 59100, 0.02]]);
});

await step('cancelOrder, and again: OrderNotFound', async () => {
	holds(await ex.cancelOrder(order.id, BTC), { id: order.id, status: 'canceled', filled: 0 });
	await refused(() => ex.cancelOrder(order.id, BTC), ccxt.OrderNotFound);
	same(await ex.fetchOpenOrders(BTC), []);
});

await step('createOrders: answers in the order of the request, one refused', async () => {
	const rows = await ex.createOrders([
		{ symbol: BTC, type: 'limit', side: 'buy', amount: 0.01, price: 59000 },
		{ symbol: BTC, type: 'limit', side: 'sell', amount: 0.01, price: 61000,
		    params: { reduceOnly: true } },
		{ symbol: BTC, type: 'limit', side: 'sell', amount: 0.02, price: 61000 },
	]);

	same(rows.length, 3);
	holds(rows[0], { side: 'buy', price: 59000, status: 'open' });
	holds(rows[1].info, { code: -2022, msg: 'ReduceOnly Order is rejected.' });
	holds(rows[2], { side: 'sell', amount: 0.02, status: 'open' });
});

await step('editOrders changes both', async () => {
	const open = await ex.fetchOpenOrders(BTC);
	const rows = await ex.editOrders(open.map((o) => ({ id: o.id, symbol: BTC, type: 'limit',
	    side: o.side, amount: 0.03, price: o.side === 'buy' ? 58900 : 61100 })));

	same(rows.map((o) => o.amount), [0.03, 0.03]);
	same((await ex.fetchOpenOrders(BTC)).map((o) => o.price).sort(), [58900, 61100]);
});

await step('cancelOrders: both, by their ids', async () => {
	const open = await ex.fetchOpenOrders(BTC);
	const rows = await ex.cancelOrders(open.map((o) => o.id), BTC);

	same(rows.map((o) => o.status), ['canceled', 'canceled']);
	same(await ex.fetchOpenOrders(BTC), []);
});

await step('cancelOrders by client ids', async () => {
	const a = await ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000, { clientOrderId: 'c-1' });
	const b = await ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000, { clientOrderId: 'c-2' });
	const rows = await ex.cancelOrders([], BTC, { clientOrderIds: ['c-1', 'c-2'] });

	same(rows.map((o) => [o.id, o.status]), [[a.id, 'canceled'], [b.id, 'canceled']]);
});

await step('postOnly that would take: InvalidOrder, -5022', async () => {
	await refused(() => ex.createOrder(BTC, 'limit', 'buy', 0.01, 60100, { postOnly: true }),
	    '-5022');
});

await step('postOnly rests as GTX', async () => {
	const o = await ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000, { postOnly: true });

	holds(o, { postOnly: true, timeInForce: 'PO', status: 'open' });
	await ex.cancelOrder(o.id, BTC);
});

await step('FOK that cannot be filled: -5021', async () => {
	await refused(() => ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000,
	    { timeInForce: 'FOK' }),
	    '-5021');
});

await step('IOC that finds nothing ends expired', async () => {
	const o = await ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000, { timeInForce: 'IOC' });

	holds(o, { status: 'expired', filled: 0 });
});

await step('GTD keeps its date', async () => {
	const till = (Math.floor(Date.now() / 1000) + 3600) * 1000;
	const o = await ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000,
	    { timeInForce: 'GTD', goodTillDate: till });

	holds(o, { timeInForce: 'GTD', status: 'open', info: { goodTillDate: till } });
	await ex.cancelOrder(o.id, BTC);
});

await step('priceMatch takes the price of the book', async () => {
	const o = await ex.createOrder(BTC, 'limit', 'buy', 0.01, undefined,
	    { priceMatch: 'QUEUE_5' });
	const book = await ex.fetchOrderBook(BTC, 5);

	holds(o, { status: 'open', price: book.bids[4][0], info: { priceMatch: 'QUEUE_5' } });
	await ex.cancelOrder(o.id, BTC);
});

await step('refusals: too small, too far, too much, off the tick, nothing to reduce', async () => {
	const limit = (side, qty, px) => () => ex.createOrder(BTC, 'limit', side, qty, px);

	await refused(limit('buy', 0.001, 40000), '-4164');
	await refused(limit('sell', 0.01, 50000), '-4024');
	await refused(limit('buy', 0.01, 70000), '-4016');
	await refused(limit('buy', 500, 59000), '-2019');
	await refused(() => ex.createOrder(BTC, 'market', 'buy', 500), '-4005');
	await refused(() => ex.createOrder(BTC, 'market', 'sell', 0.01, undefined,
	    { reduceOnly: true }), '-2022');
	await refused(() => ex.fapiPrivatePostOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT',
	    quantity: '0.010', price: '59000.05', timeInForce: 'GTC' }), '-4014');
});

// ---- trading ---------------------------------------------------------------------

await step('a market order is answered filled', async () => {
	await clean();
	order = await ex.createOrder(BTC, 'market', 'buy', 0.01);
	holds(order, { type: 'market', status: 'closed', amount: 0.01, filled: 0.01,
	    remaining: 0 });
});

await step('fetchOrder knows average and cost', async () => {
	const o = await ex.fetchOrder(order.id, BTC);
	const [ask_px] = (await ex.fetchOrderBook(BTC, 5)).asks[0];

	holds(o, { status: 'closed', filled: 0.01 });
	near(o.average, ask_px, 0.2);
	near(o.cost, o.average * 0.01, 0.000001);
});

await step('fetchMyTrades: price, fee, taker', async () => {
	const [t] = (await ex.fetchMyTrades(BTC)).slice(-1);
	const o = await ex.fetchOrder(order.id, BTC);

	holds(t, { order: order.id, side: 'buy', amount: 0.01, price: o.average,
	    takerOrMaker: 'taker', fee: { currency: 'USDT' } });
	near(t.fee.cost, o.cost * TAKER, 0.00000001);
	near(t.info.realizedPnl, 0, 0);
	holds(t.info, { symbol: 'BTCUSDT', buyer: true, maker: false,
	    positionSide: 'BOTH', commissionAsset: 'USDT', marginAsset: 'USDT', pair: 'BTCUSDT' });
});

await step('fetchPositions: long, with entry, margin and liquidation', async () => {
	const [p] = await ex.fetchPositions([BTC]);
	const o = await ex.fetchOrder(order.id, BTC);

	holds(p, { symbol: BTC, side: 'long', contracts: 0.01, entryPrice: o.average,
	    hedged: false, marginMode: 'cross' });
	near(p.markPrice, 60000, 1);
	near(p.notional, 600, 0.1);
	near(p.initialMargin, 60, 0.1);
	near(p.unrealizedPnl, (p.markPrice - p.entryPrice) * 0.01, 0.0001);
	yes(p.maintenanceMargin > 0 && p.maintenanceMargin < 60);
});

await step('fetchPositionsRisk adds leverage and bracket', async () => {
	const [p] = await ex.fetchPositionsRisk([BTC]);

	holds(p, { symbol: BTC, side: 'long', contracts: 0.01 });
	yes(p.maintenanceMarginPercentage > 0);
});

await step('fetchBalance: less the fee', async () => {
	const usdt = (await ex.fetchBalance()).USDT;

	near(usdt.total, WALLET - 0.3, 0.02);
	near(usdt.used, 60, 0.2);
});

await step('a profit is realized when the position is reduced', async () => {
	await price(61000);
	const o = await ex.createOrder(BTC, 'market', 'sell', 0.004, undefined,
	    { reduceOnly: true });
	const [t] = (await ex.fetchMyTrades(BTC)).slice(-1);
	const first = await ex.fetchOrder(order.id, BTC);

	holds(o, { status: 'closed', reduceOnly: true });
	near(t.info.realizedPnl, (t.price - first.average) * 0.004, 0.0000001);
	same((await ex.fetchPositions([BTC]))[0].contracts, 0.006);
});

await step('closePosition by reduceOnly: shrunk to what is there', async () => {
	await ex.createOrder(BTC, 'market', 'sell', 0.05, undefined, { reduceOnly: true });
	same(await ex.fetchPositions([BTC]), []);
	near((await ctl('position', { symbol: 'BTCUSDT' })).qty, 0, 0);
	await price(60000);
});

await step('the wallet has moved by profit and fees, as income says', async () => {
	const rows = await ex.fapiPrivateGetIncome({ symbol: 'BTCUSDT' });
	const sum = rows.reduce((s, r) => s + Number(r.income), 0);

	near((await ex.fetchBalance()).USDT.total, WALLET + sum, 0.000001);
	yes(rows.some((r) => r.incomeType === 'COMMISSION'));
	yes(rows.some((r) => r.incomeType === 'REALIZED_PNL'));
});

await step('fetchLedger and fetchFundingHistory', async () => {
	await ex.createOrder(BTC, 'market', 'buy', 0.01);
	await ctl('fund', { symbol: 'BTCUSDT', rate: 0.0001 });
	const [row] = (await ex.fetchFundingHistory(BTC)).slice(-1);

	near(row.amount, -0.06, 0.001);
	yes((await ex.fetchLedger()).length > 0);
	await ex.createOrder(BTC, 'market', 'sell', 0.01, undefined, { reduceOnly: true });
});

await step('isolated: margin is added and taken off', async () => {
	await clean();
	await ex.setMarginMode('isolated', BTC);
	await ex.createOrder(BTC, 'market', 'buy', 0.01);
	await refused(() => ex.fapiPrivatePostMarginType({ symbol: 'BTCUSDT',
	    marginType: 'CROSSED' }),
	    '-4048');
	const before = (await ex.fetchPositions([BTC]))[0];

	same(before.marginMode, 'isolated');
	yes(before.liquidationPrice > 0 && before.liquidationPrice < 60000);
	holds(await ex.addMargin(BTC, 10), { type: 'add', amount: 10, code: 'USDT', status: 'ok' });
	const after = (await ex.fetchPositions([BTC]))[0];

	near(after.collateral - before.collateral, 10, 0.01);
	yes(after.liquidationPrice < before.liquidationPrice);
	holds(await ex.reduceMargin(BTC, 5), { type: 'reduce', amount: 5, status: 'ok' });
	await ex.createOrder(BTC, 'market', 'sell', 0.01, undefined, { reduceOnly: true });
	await ex.setMarginMode('cross', BTC);
});

await step('fetchOrders: all of them, and fetchClosedOrders the filled ones', async () => {
	const all = await ex.fetchOrders(BTC);

	yes(all.length >= 6);
	same(all.map((o) => o.id), all.map((o) => o.id).sort((a, b) =>
	    Number(BigInt(a) - BigInt(b))));
	yes((await ex.fetchClosedOrders(BTC)).every((o) => o.status === 'closed'));
});

await step('cancelAllOrders: of one symbol', async () => {
	await ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000);
	await ex.createOrder(BTC, 'limit', 'sell', 0.01, 61000);
	await ex.cancelAllOrders(BTC);
	same(await ex.fetchOpenOrders(BTC), []);
});

await step('cancelAllOrdersAfter is armed and disarmed', async () => {
	holds(await ex.fapiPrivatePostCountdownCancelAll({ symbol: 'BTCUSDT',
	    countdownTime: 60000 }),
	    { symbol: 'BTCUSDT', countdownTime: '60000' });
	holds(await ex.fapiPrivatePostCountdownCancelAll({ symbol: 'BTCUSDT', countdownTime: 0 }),
	    { symbol: 'BTCUSDT', countdownTime: '0' });
});

await step('hedge mode: LONG and SHORT stand side by side', async () => {
	await clean();
	await ex.setPositionMode(true);
	await ex.createOrder(BTC, 'market', 'buy', 0.01, undefined, { positionSide: 'LONG' });
	await ex.createOrder(BTC, 'market', 'sell', 0.02, undefined, { positionSide: 'SHORT' });
	const rows = await ex.fetchPositions([BTC]);

	same(rows.map((p) => [p.side, p.contracts, p.hedged]).sort(),
	    [['long', 0.01, true], ['short', 0.02, true]]);
	await ex.createOrder(BTC, 'market', 'sell', 0.01, undefined, { hedged: true,
	    reduceOnly: true });
	await ex.createOrder(BTC, 'market', 'buy', 0.02, undefined, { hedged: true,
	    reduceOnly: true });
	same(await ex.fetchPositions([BTC]), []);
	await ex.setPositionMode(false);
});

// ---- when it is refused ----------------------------------------------------------

await step('a wrong key: AuthenticationError', async () => {
	const stranger = await exchange();

	stranger.apiKey = 'nobody';
	await refused(() => stranger.fetchBalance(), ccxt.AuthenticationError);
});

await step('a wrong secret: AuthenticationError', async () => {
	const stranger = await exchange();

	stranger.secret = 'wrong';
	await refused(() => stranger.fetchBalance(), ccxt.AuthenticationError);
});

await step('a clock that is late: InvalidNonce', async () => {
	const late = await exchange();

	late.nonce = () => Date.now() - 60000;
	await refused(() => late.fetchBalance(), ccxt.InvalidNonce);
});

await step('an unknown symbol: BadSymbol', async () => {
	await refused(() => ex.fapiPublicGetTicker24hr({ symbol: 'NOTAREALSYM' }), ccxt.BadSymbol);
});

await step('overload: orders are refused, reductions are not', async () => {
	await ctl('overload', { on: 1 });
	await refused(() => ex.createOrder(BTC, 'limit', 'buy', 0.01, 59000), '-1008');
	await ctl('overload', { on: 0 });
});

await step('the weight that was used is in the headers', async () => {
	await get('/fapi/v1/time');
	await ex.fetchTime();
	yes(Number(ex.last_response_headers['X-Mbx-Used-Weight-1m'] ??
	    ex.last_response_headers['x-mbx-used-weight-1m']) > 0);
});

await step('an unknown path: 404', async () => {
	const { status } = await ask('GET', '/fapi/v1/nosuchpath', {}, 'NONE');

	same(status, 404);
});

await step('nothing is left', async () => {
	await until(async () => (await ex.fetchOpenOrders(BTC)).length === 0, 'no open order');
	same(await ex.fetchPositions([BTC]), []);
});

done();
