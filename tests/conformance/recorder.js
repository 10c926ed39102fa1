// SPDX-License-Identifier: BSD-2-Clause
//
// recorder.js - stands between a client and simex, and keeps what passes: each
// request as it was sent, with the answer's status and code.

import { createServer } from 'node:http';
import { REST } from './exchange.js';

// What differs from one sending to the next, whoever sends.
export const VOLATILE = ['timestamp', 'signature'];

// Names the client makes up; that there is one is compared, not which.
const NAMES = ['newClientOrderId', 'clientAlgoId'];

async function
body_of(req)
{
	let	 text = '';

	for await (const chunk of req)
		text += chunk;
	return text;
}

async function
forward(req, body)
{
	const headers = {};

	for (const name of ['x-mbx-apikey', 'content-type'])
		if (req.headers[name] !== undefined)
			headers[name] = req.headers[name];
	const answer = await fetch(`${REST}${req.url}`, { method: req.method, headers,
	    body: ['GET', 'HEAD'].includes(req.method) ? undefined : body });

	return { status: answer.status, text: await answer.text() };
}

function
code_of(text)
{
	try {
		return JSON.parse(text).code ?? 0;
	} catch {
		return null;
	}
}

export class Recorder
{
	requests = [];

	async listen()
	{
		this.server = createServer((req, res) => this.pass(req, res));
		await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${this.server.address().port}`;
		return this;
	}

	async pass(req, res)
	{
		const body = await body_of(req);
		const [path, query] = req.url.split(/\?(.*)/s);
		const answer = await forward(req, body);

		this.requests.push({ method: req.method, path, query: query ?? '', body,
		    content_type: req.headers['content-type'] ?? null,
		    api_key_header: req.headers['x-mbx-apikey'] ?? null,
		    status: answer.status, code: code_of(answer.text) });
		res.writeHead(answer.status,
		    { 'content-type': 'application/json' }).end(answer.text);
	}

	// What the call sends, whether or not its answer pleases it.
	async of(call)
	{
		const from = this.requests.length;

		await Promise.resolve().then(call).catch(() => {});
		return this.requests.slice(from);
	}
}

// ---- what a request says -----------------------------------------------------------

// A client may send a list un-encoded, so this is not URLSearchParams' business alone.
export function
params_of(text)
{
	const found = {};

	for (const pair of text.split('&').filter((p) => p !== '')) {
		const [name, value] = pair.split(/=(.*)/s);

		found[name] = decodeURIComponent(value ?? '');
	}
	return found;
}

function
without_names(orders)
{
	return orders.map((o) => {
		const copy = { ...o };

		for (const name of NAMES)
			if (name in copy)
				copy[name] = 'a name';
		return copy;
	});
}

// The parameters that mean something; names made up and lists are comparable.
export function
meaning(text)
{
	const p = params_of(text);

	for (const name of VOLATILE)
		delete p[name];
	for (const name of NAMES)
		if (name in p)
			p[name] = p[name].startsWith('x-') ? 'a name' : p[name];
	if ('batchOrders' in p)
		p.batchOrders = without_names(JSON.parse(p.batchOrders));
	return p;
}
