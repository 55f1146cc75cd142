// How long a refused sign-in takes must not tell why it was refused. A report: nothing here fails for being slow.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { exclusive, post, reserved } from './lib.mjs';

const rounds = 100;
const [locked, , , person] = reserved; // 10-session locks the first, too
const wrong = 'Wrong-password-1';

before(exclusive);

const signIn = (login, password) => post('/v1/session', null, { login, password });
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

test(`T-24 S-47 unknown, wrong and locked: one status, one body; medians over ${rounds} rounds`, async (t) => {
	for (let i = 0; i < 6; i++)
		(await signIn(locked.login, wrong)).is(401);
	const kinds = {
		unknown: () => signIn(`nobody@${person.customer}`, wrong),
		wrong: () => signIn(person.login, wrong),
		locked: () => signIn(locked.login, locked.password),
	};
	const times = { unknown: [], wrong: [], locked: [] };
	const bodies = new Set();
	for (let i = 0; i < rounds; i++) {
		for (const [kind, attempt] of Object.entries(kinds)) {
			const from = process.hrtime.bigint();
			const reply = await attempt();
			times[kind].push(Number(process.hrtime.bigint() - from) / 1e6);
			bodies.add(reply.is(401).timeless);
		}
		(await signIn(person.login, person.password)).is(201); // the next wrong one is the first in a row again
	}
	assert.equal(bodies.size, 1);
	const medians = Object.values(times).map(median);
	t.diagnostic(Object.keys(times).map((kind, i) => `${kind} ${medians[i].toFixed(2)} ms`).join(', ') +
		`; ${((Math.max(...medians) / Math.min(...medians) - 1) * 100).toFixed(1)} % apart`);
});
