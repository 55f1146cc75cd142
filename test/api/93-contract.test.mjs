// The contract's profile: who sees it, that two change it, and that its numbers hold at once.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, exclusive, freshSession, get, mustSurvive, none, post, request } from './lib.mjs';
import { of, person } from './world.mjs';

const city = accounts.find((one) => one.customer !== 'provider').customer;
let first, second, auditor, former;

before(async () => {
	await exclusive();
	[first, second] = await Promise.all(of(city, 'officer-admin').slice(0, 2).map((one) => person(one)));
	auditor = await person(of(city, 'auditor')[0]);
	former = (await get('/v1/contract', auditor)).is(200).json;
});

const put = (json, as = first) => request('PUT', '/v1/contract', { as, json });
const profile = (changed) => Object.fromEntries(Object.entries({ ...former, ...changed }).filter(([name, value]) => !['id', 'facility', 'version'].includes(name) && value !== null));

async function agree(changed) {
	const change = (await put(profile(changed))).is(202).json.change;
	assert.equal((await post(`/v1/changes/${change.id}/approve`, second)).is(200).json.state, 'applied');
}

test('K-1 the officers, the auditor and the provider see what is agreed; nobody else does', async () => {
	assert.match(former.annexes, /^[A-Z](?: [A-Z])*$/);
	assert.match(former.started, /^\d{4}-\d\d-\d\d$/);
	for (const role of ['officer', 'officer-admin', 'auditor'])
		assert.equal((await get('/v1/contract', await person(of(city, role)[0]))).is(200).json.id, former.id);
	for (const role of ['guardian', 'staff', 'principal'])
		(await get('/v1/contract', await person(of(city, role)[0]))).problem(403, 'denied');
	assert.notEqual((await get('/v1/contract', await person(of('provider', 'operator')[0]))).is(200).json.id, former.id);
	(await put(profile({}), auditor)).problem(403, 'denied');
});

test('K-3 one administrator alone changes nothing', async () => {
	const change = (await put(profile({ contact: '情報課 内線 123' }))).is(202).json.change;
	assert.match(change.impact, /K/);
	assert.equal((await get('/v1/contract', auditor)).json.contact, former.contact);
	(await post(`/v1/changes/${change.id}/approve`, first)).is(403);
	(await post(`/v1/changes/${change.id}/withdraw`, first)).is(200);
	assert.equal((await get('/v1/contract', auditor)).json.contact, former.contact);
});

test('K-1 what cannot be agreed is refused before anybody is asked', async () => {
	const wrong = [
		['annexes', { annexes: 'K,P' }], ['annexes', { annexes: 'K K' }], ['annexes', { annexes: 'k' }], ['annexes', { annexes: 'K ZZ' }],
		['session_idle_s', { session_idle_s: 59 }], ['session_total_s', { session_total_s: 239 }], ['session_idle_s', { session_idle_s: -1 }],
		['lock_attempts', { lock_attempts: 2 }], ['lock_attempts', { lock_attempts: 11 }], ['closed_weekdays', { closed_weekdays: 128 }],
		['witness', { witness: 'city+00000000+AAAA' }],
	];
	const found = [];
	for (const [field, changed] of wrong) {
		const reply = await put(profile(changed));
		if (reply.status !== 400 || !reply.fields.includes(field))
			found.push(`${JSON.stringify(changed)} → ${reply.status} ${reply.text.slice(0, 120)}`);
	}
	none(found);
});

test('K-1 S-69 a shorter limit of a session holds at once, and a longer one than the product\'s does nothing', async () => {
	const total = async () => {
		const session = await freshSession(of(city, 'officer')[0]);
		const items = (await get('/v1/sessions', session)).is(200).json.items;
		const own = items.find((one) => one.current);
		return Math.round((Date.parse(own.expires) - Date.parse(own.started)) / 1000);
	};
	const usual = await total();
	await agree({ session_total_s: usual - 3600 });
	assert.equal(await total(), usual - 3600);
	await agree({ session_total_s: usual + 3600 });
	assert.equal(await total(), usual);
	await agree({});
	assert.equal(await total(), usual);
	assert.deepEqual({ ...(await get('/v1/contract', auditor)).json }, former);
});

mustSurvive(test);
