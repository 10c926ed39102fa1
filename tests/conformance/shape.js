// SPDX-License-Identifier: BSD-2-Clause
//
// shape.js - what a JSON value looks like: its keys and types, not its values.
// A number in quotes is a type of its own; of an array's elements the keys of
// all count.  Two shapes are compared as a recording and what simex says.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { DATA } from './exchange.js';

const NUMBER_TEXT = /^-?\d+(\.\d+)?$/;

function
type_of(v)
{
	if (v === null)
		return 'null';
	if (Array.isArray(v))
		return 'array';
	if (typeof v === 'number')
		return Number.isInteger(v) ? 'integer' : 'fraction';
	if (typeof v === 'string')
		return NUMBER_TEXT.test(v) ? 'number text' : 'text';
	return typeof v;
}

// path -> the set of types seen there: 'o.q' -> {'number text'}, 'b[]' of elements
function
collect(v, path, found)
{
	const type = type_of(v);

	(found[path] ??= new Set()).add(type);
	if (type === 'array')
		v.forEach((e) => collect(e, `${path}[]`, found));
	else if (type === 'object')
		for (const [key, value] of Object.entries(v))
			collect(value, path === '' ? key : `${path}.${key}`, found);
	return found;
}

export function
shape(v)
{
	return collect(v, '', {});
}

// Of an array that is empty on one side nothing is known.
function
unknown(path, other)
{
	const at = path.lastIndexOf('[]');

	return at !== -1 && !Object.keys(other).some((p) => p.startsWith(path.slice(0, at + 2)));
}

// Without the object that holds it, a key is not missing on its own account.
function
parent_is_there(path, other)
{
	const cut = path.endsWith('[]') ? path.slice(0, -2) : path.slice(0, path.lastIndexOf('.'));

	return cut === path || cut === '' || !path.includes('.') || cut in other;
}

// Integers stand where the recording has a fraction by chance, and the other way round;
// a text may happen to be digits.
function
same_type(want, have)
{
	const plain = (t) => (t === 'fraction' ? 'integer' : t);
	const wants = new Set([...want].map(plain));

	return [...have].every((t) => wants.has(plain(t)) || (t === 'number text' &&
	    wants.has('text')));
}

function
type_differences(want, have, except)
{
	const found = [];

	for (const [path, types] of Object.entries(have))
		if (path in want && !(path in except) && !same_type(want[path], types))
			found.push(`${path}: is ${[...types].join(' or ')}, ` +
			    `recorded as ${[...want[path]].join(' or ')}`);
	return found;
}

// except: path -> the reason why it may differ.  The differences, as lines.
export function
differences(recorded, said, except = {})
{
	const want = shape(recorded), have = shape(said);
	const absent = (a, b) => Object.keys(a).filter((p) => !(p in b) && !(p in except) &&
	    !unknown(p, b) && parent_is_there(p, b));

	return [...absent(want, have).map((p) => `${p}: is missing`),
	    ...absent(have, want).map((p) => `${p}: is not in the recording`),
	    ...type_differences(want, have, except)];
}

export function
alike(recorded, said, except)
{
	const found = differences(recorded, said, except);

	if (found.length > 0)
		throw new Error(found.join('\n'));
}

// ---- the order of the keys ---------------------------------------------------------

// Those inside of an object or of a list's first element stand behind its own.
function
keys_of(v, path = '')
{
	const inside = Array.isArray(v) ? v[0] : v;

	if (inside === null || typeof inside !== 'object')
		return [];
	return Object.entries(inside).flatMap(([key, value]) =>
	    [`${path}${key}`, ...keys_of(value, `${path}${key}.`)]);
}

// What is in both stands in the order of the recording.
export function
in_order(recorded, said)
{
	const want = keys_of(recorded), have = keys_of(said);
	const common = (a, b) => a.filter((key) => b.includes(key)).join(' ');

	if (common(want, have) !== common(have, want))
		throw new Error(`in another order: ${common(have, want)}`);
}

// ---- the recorded data -------------------------------------------------------------

export function
recorded_json(name)
{
	return JSON.parse(readFileSync(`${DATA}/${name}`, 'utf8'));
}

export function
recorded_lines(name)
{
	return readFileSync(`${DATA}/${name}`, 'utf8').trim().split('\n').map((l) => JSON.parse(l));
}

export function
recorded_xz(name)
{
	return JSON.parse(execFileSync('xz', ['-dc', `${DATA}/${name}`], { maxBuffer: 1 << 28 }));
}

const EXAMPLES = 'rest/docs_examples_Binance.Net_UsdFutures.tar.xz';

// An example of the documentation: behind three lines, or behind the last '='.
export function
example(name)
{
	const text = execFileSync('tar', ['-xOJf', `${DATA}/${EXAMPLES}`, `${name}.txt`],
	    { encoding: 'utf8' }).replace(/^\uFEFF/, '');

	return JSON.parse(name.startsWith('Endpoints/') ? text.split('\n').slice(3).join('\n')
	    : text.slice(text.indexOf('\n=') + 2));
}
