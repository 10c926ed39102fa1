// SPDX-License-Identifier: BSD-2-Clause
//
// ccxt_client.js - ccxt's exchange object, pointed at the simulator.

import * as x from './exchange.js';

export const ccxt = x.client('ccxt');
export const BTC = 'BTC/USDT:USDT';

// Only the futures' own addresses: a call to any other would leave the machine.
function
redirect(ex)
{
	const v = (n) => `${x.REST}/fapi/v${n}`;

	ex.urls.api = {
		fapiPublic: v(1), fapiPublicV2: v(2), fapiPublicV3: v(3),
		fapiPrivate: v(1), fapiPrivateV2: v(2), fapiPrivateV3: v(3),
		fapiData: `${x.REST}/futures/data`,
		ws: { future: `${x.STREAM}/ws`, 'ws-api': { future: x.WS_API } },
	};
}

export async function
exchange()
{
	const ex = new ccxt.pro.binanceusdm({
		apiKey: x.KEY, secret: x.SECRET, enableRateLimit: false, newUpdates: true,
		options: { fetchCurrencies: false, fetchMarkets: { types: ['linear'] } },
	});

	redirect(ex);
	await ex.loadHttpProxyAgent();
	return ex;
}
