// Attacks that a review tried against the engine: each would have worked, or left no trace, once.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, each, exclusive, freshSession, get, mustSurvive, post, request } from './lib.mjs';
import { cast, tidyUp } from './cast.mjs';
import { of, person } from './world.mjs';

let who;

before(async () => {
	await exclusive();
	who = await cast();
	await tidyUp(who);
});

const newest = async (actor, wanted) => (await get('/v1/events?limit=50', actor)).is(200).json.items.find(wanted);

test('K-3 a confirmation is for the state it described, not for the next time', async () => {
	const at = `/v1/children/${who.child.id}/guardians/${who.link.id}`;
	const ask = async () => (await post(`${at}/block`, who.principal)).problem(428, 'confirmation-required').confirm.token;
	const yes = (token) => post(`${at}/block`, who.principal, {}, { headers: { confirm: token } });
	(await post(`${at}/unblock`, who.principal)).is(200);
	const [first, kept] = [await ask(), await ask()];
	(await yes(first)).is(200);
	(await post(`${at}/unblock`, who.principal)).is(200);
	(await yes(kept)).problem(428, 'confirmation-required');
	(await yes(await ask())).is(200);
});

test('P-3.13 a refusal of what may be seen says in the record on what', async () => {
	const reply = (await post(`/v1/facilities/${who.here}/close`, who.principal)).is(403);
	const event = await newest(who.principal, (one) => one.request === reply.request);
	assert.deepEqual(event.objects, [{ entity: 'facility', id: who.here }]);
	assert.equal(event.rule, 'not granted');
	const absent = (await get(`/v1/children/${who.child.id}`, who.elsewhere.principal)).is(404);
	const blind = await newest(who.elsewhere.principal, (one) => one.request === absent.request);
	assert.deepEqual(blind.objects, [], 'out of reach is as if absent');
});

test('K-44 P-3.13 what a second person approves stands in the record of the facility it is done to', async () => {
	const [asks, approves] = who.overseers.admins;
	for (const verb of ['close', 'reopen']) {
		const { change } = (await post(`/v1/facilities/${who.here}/${verb}`, asks)).is(202).json;
		const reply = (await post(`/v1/changes/${change.id}/approve`, approves)).is(200);
		assert.equal(reply.json.state, 'applied');
		const event = await newest(who.principal, (one) => one.request === reply.request);
		assert.equal(event?.facility, who.here);
	}
});

test('a stranger cannot fill the ledger by asking to change a password or by half a sign-in', async () => {
	const before = (await get('/v1/events?limit=1', who.overseers.auditor)).is(200).json.items[0].index;
	for (let i = 0; i < 10; i++) {
		(await request('PUT', '/v1/me/password', { json: { current: 'x', new: 'y' }, as: { token: 'x' } })).is(401);
		(await request('POST', '/v1/session', { json: { login: of(who.cityA, 'guardian')[0].login } })).is(400, 401);
	}
	const since = (await get('/v1/events?limit=50', who.overseers.auditor)).is(200).json.items.filter((one) => one.index > before);
	assert.deepEqual(since.filter((one) => ['me.password', 'session.create'].includes(one.operation)), []);
});

test('whoever was answered finds it written, however busy the server is', async () => {
	const where = `/v1/children/${who.child.id}/absences`;
	let busy = true;
	const noise = each(Array.from({ length: 12 }), 12, async () => {
		while (busy)
			await get(where, who.principal);
	});
	try {
		for (let i = 0; i < 60; i++) {
			const { id } = (await post(where, who.own, { date: dayAfter(1 + (i % 30)), kind: 'late', reason: `しけん${i}` })).is(201).json;
			const replies = await Promise.all(Array.from({ length: 6 }, () => all(where, who.own)));
			for (const items of replies)
				assert.ok(items.some((one) => one.id === id), `report ${i} is not found`);
		}
		const account = of(who.cityA, 'guardian').find((one) => one.login === who.family.login) ?? accounts[0];
		for (let i = 0; i < 5; i++) {
			const session = await freshSession(account);
			(await request('DELETE', '/v1/session', { as: session })).is(204);
			for (const reply of await Promise.all(Array.from({ length: 8 }, () => get('/v1/facilities', session))))
				reply.is(401);
		}
	} finally {
		busy = false;
		await noise;
	}
});

test('K-44 nobody approves what they asked for, nor what is not theirs to approve', async () => {
	const [asks, approves] = who.overseers.admins;
	const { change } = (await post(`/v1/facilities/${who.here}/close`, asks)).is(202).json;
	const at = `/v1/changes/${change.id}`;
	(await post(`${at}/approve`, asks)).problem(403, 'denied');
	(await post(`${at}/reject`, asks)).problem(403, 'denied');
	for (const actor of [who.overseers.officer, who.overseers.auditor]) /* who may look at every change */
		(await post(`${at}/approve`, actor)).problem(403, 'denied');
	for (const actor of [who.principal, who.own, who.far.principal])
		(await post(`${at}/approve`, actor)).problem(404, 'not-found');
	(await post(`${at}/withdraw`, approves)).problem(403, 'denied');
	(await post(`${at}/withdraw`, asks)).is(200);
	(await post(`${at}/approve`, approves)).is(409);
	assert.equal((await get(`/v1/facilities/${who.here}`, who.principal)).json.state, 'open');
});

test('K-27 no roundabout way shows a child: operations, boards, cursors, another class', async () => {
	const child = who.child.id;
	for (const actor of [who.blocked, who.elsewhere.principal, who.far.principal, who.overseers.officer, who.overseers.auditor]) {
		(await get(`/v1/me/operations?child=${child}`, actor)).problem(404, 'not-found');
		for (const one of (await get(`/v1/children?cursor=${child}`, actor)).json.items ?? [])
			assert.notEqual(one.id, child);
	}
	(await get(`/v1/facilities/${who.here}/board?class=${child}`, who.principal)).problem(404, 'not-found');
	(await get(`/v1/facilities/${who.here}/board`, who.own)).is(403);
	(await get(`/v1/facilities/${who.here}/board`, who.elsewhere.principal)).problem(404, 'not-found');
	const stranger = await person(of(who.cityA, 'principal').find((one) => one.login === who.elsewhere.principal.login));
	(await post(`/v1/facilities/${stranger.facility}/classes`, who.principal, { name: 'x', age: 3, year: 2026 })).problem(404, 'not-found');
});

mustSurvive(test);
