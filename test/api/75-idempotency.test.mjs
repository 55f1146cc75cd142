// A call that is sent again, because nobody knows whether it arrived, has one effect and one reply.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, each, exclusive, get, mustSurvive, post, request, until } from './lib.mjs';
import { of, person } from './world.mjs';

const city = accounts[0].customer;
const key = () => `test-${randomBytes(8).toString('hex')}`;
let guardian, principal, other, child, where;

before(async () => {
	await exclusive();
	guardian = await person(of(city, 'guardian')[0]);
	for (const account of of(city, 'principal')) {
		principal = await person(account);
		if (principal.facility === guardian.facility)
			break;
	}
	for (const account of of(city, 'guardian').slice(1)) {
		other = await person(account);
		if (other.facility === guardian.facility)
			break;
	}
	child = (await all('/v1/children', guardian))[0].id;
	where = `/v1/children/${child}/absences`;
});

// A day and kind that nobody has reported yet.
async function free() {
	const taken = new Set((await all(where, principal)).map((one) => one.date + one.kind));
	for (let day = 2; day < 60; day++)
		for (const kind of ['absence', 'late', 'early'])
			if (!taken.has(dayAfter(day) + kind))
				return { date: dayAfter(day), kind, reason: `しけん ${key()}` };
	throw new Error('no day is free any more');
}

const report = (who, body, name, more = {}) => post(where, who, body, { headers: { 'idempotency-key': name, ...more } });
const count = async (body) => (await all(where, principal)).filter((one) => one.reason === body.reason).length;

test('the same key gives the same reply and has one effect', async () => {
	const [body, name] = [await free(), key()];
	const first = (await report(guardian, body, name)).is(201);
	for (let turn = 0; turn < 3; turn++) {
		const again = (await report(guardian, body, name)).is(201);
		assert.equal(again.text, first.text);
		assert.notEqual(again.request, first.request, 'each request has its own id');
	}
	assert.equal(await count(body), 1);
	(await report(guardian, body, key())).is(201);
	assert.equal(await count(body), 2, 'another key is another call');
});

test('a key used for another input is refused', async () => {
	const [body, name] = [await free(), key()];
	(await report(guardian, body, name)).is(201);
	const another = await free();
	(await report(guardian, another, name)).problem(409, 'conflict');
	assert.equal(await count(another), 0);
	(await report(guardian, another, key())).is(201);
});

test('fifty requests at once with one key have one effect', async () => {
	const [body, name] = [await free(), key()];
	const replies = await each(new Array(50).fill(body), 50, (one) => report(guardian, one, name));
	const bodies = new Set(replies.map((reply) => reply.is(201).text));
	assert.equal(bodies.size, 1);
	assert.equal(await count(body), 1);
});

test('a refusal is not kept: the key is free for the mended call', async () => {
	const [body, name] = [await free(), key()];
	(await report(guardian, { ...body, date: 'x' }, name)).problem(400, 'invalid-input');
	(await report(guardian, body, name)).is(201);
});

test('S-48 keys belong to a person and an operation', async () => {
	const [body, name] = [await free(), key()];
	(await report(guardian, body, name)).is(201);
	(await report(other, body, name)).problem(404, 'not-found');
	const second = await free();
	(await report(principal, second, name)).is(201);
	const opened = await post(`/v1/facilities/${principal.facility}/classes`, principal, { name: `しけん${key().slice(-8)}`, age: 3, year: 2031 }, { headers: { 'idempotency-key': name } });
	opened.is(201);
});

test('S-48 K-27 the right to a kept reply is asked for again', async () => {
	// The guardian of another family is linked for this, reports, and is blocked.
	const links = await all(`/v1/children/${child}/guardians`, principal);
	let link = links.find((one) => one.account === other.account);
	link ??= (await post(`/v1/children/${child}/guardians`, principal, { account: other.account, relation: '叔母' })).is(201).json;
	const at = `/v1/children/${child}/guardians/${link.id}`;
	if (link.state === 'blocked')
		(await post(`${at}/unblock`, principal)).is(200);
	const [body, name] = [await free(), key()];
	(await report(other, body, name)).is(201);
	(await report(other, body, name)).is(201);
	const { confirm } = (await post(`${at}/block`, principal)).is(428).json;
	(await post(`${at}/block`, principal, {}, { headers: { confirm: confirm.token } })).is(200);
	(await report(other, body, name)).problem(404, 'not-found');
});

test('a key is text of a sensible length', async () => {
	const body = await free();
	for (const name of ['x'.repeat(300), 'ü'])
		assert.equal((await report(guardian, body, name)).status, 400, `the key "${name}"`);
	assert.equal(await count(body), 0);
	const twice = await request('POST', where, { as: guardian, json: body, headers: { 'idempotency-key': ['a', 'b'] } });
	twice.is(400);
	assert.equal(await count(body), 0);
});

test('P-3.13 a repeated call leaves an event that says so', async () => {
	const auditor = await person(of(city, 'auditor')[0]);
	const [body, name] = [await free(), key()];
	const [first, again] = [await report(guardian, body, name), await report(guardian, body, name)];
	const events = await until('both events', async () => {
		const list = (await get('/v1/events?limit=50', auditor)).is(200).json.items;
		const found = [first, again].map((reply) => list.find((one) => one.request === reply.request));
		return found.every(Boolean) && found;
	});
	assert.ok(events[0].rows > 0);
	assert.equal(events[1].rows, 0);
	assert.match(events[1].rule, /replayed/);
});

mustSurvive(test);
