// How long a refused sign-in takes must not tell why it was refused. A report: nothing here fails for being slow.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { exclusive, freshSession, post, reserved, tokenOf } from './lib.mjs';
import { stepNow, totp } from '../factor.mjs';

const rounds = 100;
const [locked, , enrolled, person] = reserved; // 10-session locks the first, too
const wrong = 'Wrong-password-1';

before(exclusive);

const signIn = (login, password, code) => post('/v1/session', null, { login, password, ...(code && { totp: code }) });
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
	report(t, times);
});

function report(t, times) {
	const medians = Object.values(times).map(median);
	t.diagnostic(Object.keys(times).map((kind, i) => `${kind} ${medians[i].toFixed(2)} ms`).join(', ') +
		`; ${((Math.max(...medians) / Math.min(...medians) - 1) * 100).toFixed(1)} % apart`);
}

test(`K-2 S-47 a wrong password and a wrong code: one status, one body; medians over ${rounds / 4} rounds`, async (t) => {
	let session = await freshSession(enrolled);
	const { secret } = (await post('/v1/me/totp', session)).is(201).json;
	const confirmed = (await post('/v1/me/totp/confirm', session, { code: totp(secret) })).is(200);
	session = { token: tokenOf(confirmed) };
	let recovery = confirmed.json.recovery_codes;
	const strange = totp(secret, stepNow() + 1000);
	const kinds = {
		password: () => signIn(enrolled.login, wrong, strange),
		code: () => signIn(enrolled.login, enrolled.password, strange),
	};
	const times = { password: [], code: [] };
	const bodies = new Set();
	for (let i = 0; i < rounds / 4; i++) {
		for (const [kind, attempt] of i % 2 ? Object.entries(kinds) : Object.entries(kinds).reverse()) { // each first by turns
			const from = process.hrtime.bigint();
			const reply = await attempt();
			times[kind].push(Number(process.hrtime.bigint() - from) / 1e6);
			bodies.add(reply.is(401).timeless);
		}
		// Of so many sessions the oldest are ended: the newest goes on.
		session = { token: tokenOf((await signIn(enrolled.login, enrolled.password, recovery.pop())).is(201)) };
		if (recovery.length === 0)
			recovery = (await post('/v1/me/recovery-codes', session)).is(200).json.recovery_codes;
	}
	(await post('/v1/me/totp/remove', session)).is(204);
	assert.equal(bodies.size, 1);
	report(t, times);
});
