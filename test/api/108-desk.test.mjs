// What waits for whom: things to do by role, facility and person, changes to approve, and their counts.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, exclusive, get, mustSurvive, post, signIn } from './lib.mjs';

const of = (role, customer = 'sapporo') => accounts.filter((one) => one.customer === customer && one.role === role);
let principal, staff, guardian, admin, second, auditor, far;

before(async () => {
	await exclusive();
	[principal, staff, guardian, admin, second, auditor, far] = await Promise.all([
		of('principal')[0], of('staff')[0], of('guardian')[0], of('officer-admin')[0], of('officer-admin')[1], of('auditor')[0], of('officer-admin', 'hinoki')[0],
	].map(signIn));
});

const desk = async (who) => (await get('/v1/desk', who)).is(200).json;

test('K-56 everybody has a desk, and its counts are those of the menu', async () => {
	for (const who of [principal, staff, guardian, admin, auditor]) {
		const whole = await desk(who);
		const counts = (await get('/v1/desk/count', who)).is(200).json;
		assert.deepEqual(whole.counts, counts);
		assert.ok(counts.open >= counts.overdue + counts.due_today);
		assert.equal(whole.items.length, Math.min(counts.open, 400));
		for (const one of whole.items) {
			assert.ok(one.title.ja && one.title.en && one.since && one.object.kind && one.object.id);
			assert.ok(one.link === '' || one.link.startsWith('/'));
			assert.equal(one.overdue, one.due_at !== null && Date.parse(one.due_at) <= Date.now());
		}
		const dated = whole.items.filter((one) => one.due_at).map((one) => Date.parse(one.due_at));
		assert.deepEqual(dated, dated.toSorted((a, b) => a - b), 'the nearest date first');
		assert.ok(whole.items.slice(dated.length).every((one) => one.due_at === null), 'what has no date stands below');
	}
	(await get('/v1/desk')).problem(401, 'unauthenticated');
});

test('S-51 a change waits on the desk of whoever may approve it, not of who asked', async () => {
	const [facility] = await all('/v1/facilities', admin);
	const known = (await all('/v1/changes', admin)).find((one) => one.state === 'waiting' && one.operation === 'facility.close');
	const change = known ?? (await post(`/v1/facilities/${facility.id}/close`, admin)).is(202).json.change;
	const [asked, other] = known && known.requester !== undefined && known.requester === second.account ? [second, admin] : [admin, second];
	const there = (await desk(other)).items.find((one) => one.object.id === change.id);
	assert.equal(there.kind, 'change-approve');
	assert.equal(there.object.kind, 'change');
	assert.ok(there.title.ja.includes('承認') && there.title.en.startsWith('Approve'));
	for (const who of [asked, principal, auditor, far])
		assert.ok(!(await desk(who)).items.some((one) => one.object.id === change.id));
	const before = (await desk(other)).counts.open;
	(await post(`/v1/changes/${change.id}/withdraw`, asked)).is(200);
	assert.ok(!(await desk(other)).items.some((one) => one.object.id === change.id));
	assert.equal((await desk(other)).counts.open, before - 1);
});

test('K-27 what waits for another person or another facility is on no other desk', async () => {
	const seen = await Promise.all([principal, staff, guardian].map(async (who) => (await desk(who)).items));
	const ids = seen.map((items) => new Set(items.map((one) => one.id)));
	const elsewhere = await signIn(of('principal')[1]);
	for (const one of (await desk(elsewhere)).items)
		if (one.kind === 'alert-handle')
			assert.ok(!ids[1].has(one.id) && !ids[2].has(one.id));
	assert.ok(seen[2].every((one) => one.kind !== 'alert-handle'), 'no alert waits for a guardian');
});

mustSurvive(test);
