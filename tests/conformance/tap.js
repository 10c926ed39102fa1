// SPDX-License-Identifier: BSD-2-Clause
//
// tap.js - a story is steps; each is one test of a TAP document.  A step that
// does not come to an end in its time has failed: a stream that stays mute is
// what these tests look for.  Steps go on after a failure, so one run says
// everything that is missing.

import assert from 'node:assert/strict';

const STEP_MS = 8000;

// Libraries speak on standard output too; there it is a comment.
const say = (line) => process.stdout.write(`${line}\n`);

for (const level of ['log', 'info', 'warn', 'error', 'debug'])
	console[level] = (...words) =>
	    say(`# client: ${words.map(String).join(' ').slice(0, 200)}`);

let	 steps = 0;
let	 failures = 0;

// A library may throw from a socket of its own, outside any step.
process.on('unhandledRejection', (e) => say(`# behind a step's back: ${brief(e)}`));

function
brief(e)
{
	return String(e?.message ?? e?.msg ?? (typeof e === 'object' ? JSON.stringify(e) : e))
	    .trim().split('\n').slice(0, 24).join('\n').slice(0, 1600);
}

function
diagnose(e)
{
	for (const line of brief(e).split('\n'))
		say(`#   ${line}`);
}

function
time_limit(ms)
{
	let	 timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`nothing came in ${ms} ms`)), ms);
	});

	return { late, stop: () => clearTimeout(timer) };
}

export async function
within(ms, promise)
{
	const limit = time_limit(ms);

	try {
		return await Promise.race([promise, limit.late]);
	} finally {
		limit.stop();
	}
}

export async function
step(name, run, ms = STEP_MS)
{
	steps++;
	try {
		await within(ms, Promise.resolve().then(run));
		say(`ok ${steps} - ${name}`);
	} catch (e) {
		failures++;
		say(`not ok ${steps} - ${name}`);
		diagnose(e);
	}
}

export function
skip(name, reason)
{
	say(`ok ${++steps} - ${name} # SKIP ${reason}`);
}

// Clients keep sockets and timers: the process does not end by itself.
export function
done()
{
	say(`1..${steps}`);
	process.exit(failures === 0 ? 0 : 1);
}

// ---- what a step says ---------------------------------------------------------

export const same = assert.deepEqual;	// strict: '1' is not 1
export const yes = assert.ok;

// Every key of want is in have with this value; what else is there is not asked.
export function
holds(have, want, where = '')
{
	assert.ok(have !== undefined && have !== null,
	    `${where || 'it'} is ${have === null ? null : typeof have}`);
	for (const [key, value] of Object.entries(want)) {
		const at = where === '' ? key : `${where}.${key}`;

		if (value !== null && typeof value === 'object')
			holds(have[key], value, at);
		else
			assert.strictEqual(have[key], value,
			    `${at}: is ${JSON.stringify(have[key])}, not ${JSON.stringify(value)}`);
	}
}

export function
near(have, want, tolerance)
{
	assert.ok(Math.abs(Number(have) - want) <= tolerance, `${have} is not near ${want}`);
}

// The call is refused, and what it throws says so: a class or a piece of text.
export async function
refused(call, how)
{
	let	 thrown = null;

	try {
		await call();
	} catch (e) {
		thrown = e;
	}
	assert.ok(thrown !== null, 'it was not refused');
	if (typeof how === 'function')
		assert.ok(thrown instanceof how, `${thrown.constructor.name}: ${brief(thrown)}`);
	else
		assert.ok(everything(thrown).includes(how),
		    `${how} is not in: ${everything(thrown).slice(0, 160)}`);
}

// Clients put the exchange's code in the text, in code, in body or deeper.
function
everything(e)
{
	return `${e.message ?? ''} ${e.code ?? ''} ${JSON.stringify(e)}`;
}

// Polls until the condition holds.
export async function
until(condition, what, ms = 5000)
{
	const end = Date.now() + ms;

	while (!await condition()) {
		if (Date.now() > end)
			throw new Error(`awaited in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

// What an emitter said, for a step to await: list.push is its listener.
export class Heard
{
	list = [];

	push = (item) => { this.list.push(item); };

	async first(match, what, ms)
	{
		await until(() => this.list.some(match), what, ms);
		return this.list.find(match);
	}
}
