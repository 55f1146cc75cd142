// A child's record is corrected, the child changes class or facility, and leaves: who may, what stays, and who sees nothing from then on.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, exclusive, get, post, request, signIn, strangeId, today } from './lib.mjs';

let here, there, guardian, staff, facilities, classes;

before(async () => {
	await exclusive();
	const of = (role, facility) => accounts.filter((one) => one.customer === 'sapporo' && one.role === role && (!facility || one.facility === facility));
	const principals = await Promise.all(of('principal').slice(0, 2).map(signIn));
	[here, there] = principals;
	staff = await signIn(of('staff')[0]);
	guardian = await signIn(of('guardian')[0]);
	facilities = await all('/v1/facilities', await signIn(of('officer-admin')[0]));
	classes = await all(`/v1/facilities/${here.facility}/classes`, here);
});

const put = (target, as, json) => request('PUT', target, { as, json });
let number = 0;
async function enrol(as, more = {}) {
	const own = await all(`/v1/facilities/${as.facility}/classes`, as);
	return (await post(`/v1/facilities/${as.facility}/children`, as, {
		name: `試験 子${++number}`, kana: 'しけん こ', birth_date: '2021-05-01', address: '札幌市中央区1', entry_date: '2025-04-01', class: own[0].id, ...more,
	})).is(201).json;
}
async function leave(id, as, body) {
	const asked = (await post(`/v1/children/${id}/leave`, as, body)).problem(428, 'confirmation-required').confirm;
	return (await post(`/v1/children/${id}/leave`, as, body, { headers: { confirm: asked.token } })).is(200).json;
}
const listed = async (as, id, more = '') => {
	let cursor = '';
	for (;;) {
		const page = (await get(`/v1/children?limit=200${more}${cursor}`, as)).is(200).json;
		if (page.items.some((one) => one.id === id))
			return true;
		if (!page.next)
			return false;
		cursor = `&cursor=${page.next}`;
	}
};

test('K-26 K-27 what is known of a child is corrected by its principal only, field by field', async () => {
	const child = await enrol(here, { code: `A-${strangeId().slice(0, 8)}` });
	const changed = (await put(`/v1/children/${child.id}`, here, { name: '髙橋 﨑', fetchers: '祖母', allergies: '' })).is(200).json;
	assert.deepEqual([changed.name, changed.fetchers, changed.kana, changed.code, changed.state], ['髙橋 﨑', '祖母', child.kana, child.code, 'enrolled']);
	assert.deepEqual((await get(`/v1/children/${child.id}`, here)).is(200).json.name, '髙橋 﨑');
	for (const [body, field] of [[{ name: '' }, 'name'], [{ name: null }, 'name'], [{ birth_date: dayAfter(1) }, 'birth_date'], [{ birth_date: '2025-04-01' }, 'entry_date'], [{ code: 'x'.repeat(21) }, 'code']])
		assert.deepEqual((await put(`/v1/children/${child.id}`, here, body)).problem(400, 'invalid-input').errors.map((one) => one.field), [field]);
	const other = await enrol(here);
	(await put(`/v1/children/${other.id}`, here, { code: child.code })).problem(409, 'conflict');
	(await enrol(here), await enrol(here)); // any number of children has none
	(await put(`/v1/children/${child.id}`, there, { name: 'あ' })).problem(404, 'not-found');
	for (const one of [staff, guardian])
		(await put(`/v1/children/${child.id}`, one, { name: 'あ' })).is(403, 404);
});

test('K-26 a child comes into another class of its facility, and into no other', async () => {
	const child = await enrol(here);
	const other = classes.find((one) => one.id !== child.class);
	assert.equal((await post(`/v1/children/${child.id}/move`, here, { class: other.id })).is(200).json.class, other.id);
	const foreign = (await all(`/v1/facilities/${there.facility}/classes`, there))[0];
	(await post(`/v1/children/${child.id}/move`, here, { class: foreign.id })).problem(404, 'not-found');
	(await post(`/v1/children/${child.id}/move`, here, {})).problem(400, 'invalid-input');
	(await post(`/v1/children/${child.id}/move`, here, { class: other.id, facility_code: 'x' })).problem(400, 'invalid-input');
	(await post(`/v1/children/${child.id}/move`, here, { facility_code: 'no-such-code' })).problem(400, 'invalid-input');
	(await post(`/v1/children/${child.id}/move`, there, { class: foreign.id })).problem(404, 'not-found');
});

test('K-26 a child that moves to another facility is out of the former one\'s reach; what it recorded stays its own', async () => {
	const child = await enrol(here, { code: `M-${strangeId().slice(0, 8)}` });
	(await post(`/v1/children/${child.id}/absences`, here, { date: dayAfter(1), kind: 'absence', reason: '発熱' })).is(201, 409);
	const code = facilities.find((one) => one.id === there.facility).code;
	const moved = (await post(`/v1/children/${child.id}/move`, here, { facility_code: code })).is(200).json;
	assert.deepEqual([moved.facility, moved.class, moved.code], [there.facility, null, '']);
	for (const target of ['', '/absences', '/guardians'])
		(await get(`/v1/children/${child.id}${target}`, here)).problem(404, 'not-found');
	assert.equal(await listed(here, child.id), false);
	(await put(`/v1/children/${child.id}`, here, { name: 'あ' })).problem(404, 'not-found');
	(await post(`/v1/children/${child.id}/move`, here, { facility_code: code })).problem(404, 'not-found');
	const seen = (await get(`/v1/children/${child.id}`, there)).is(200).json;
	assert.deepEqual([seen.class, seen.class_name, seen.name], [null, null, child.name]);
	assert.deepEqual(await all(`/v1/children/${child.id}/absences`, there), []);
	assert.equal(await listed(there, child.id), true);
});

test('K-26 K-27 a child that has left is in no list from its day on; before that day it is', async () => {
	const child = await enrol(here);
	const body = { date: today, reason: '転居のため' };
	(await post(`/v1/children/${child.id}/leave`, there, body)).problem(404, 'not-found');
	(await post(`/v1/children/${child.id}/leave`, here, { date: '2020-01-01', reason: 'あ' })).problem(400, 'invalid-input');
	const left = await leave(child.id, here, body);
	assert.deepEqual([left.state, left.leaving_date], ['left', today]);
	assert.equal(await listed(here, child.id), false);
	assert.equal(await listed(here, child.id, '&state=left'), true);
	assert.ok(!(await get(`/v1/facilities/${here.facility}/board`, here)).is(200).text.includes(child.id));
	assert.equal((await get(`/v1/children/${child.id}`, here)).is(200).json.state, 'left');
	(await post(`/v1/children/${child.id}/leave`, here, body)).problem(409, 'conflict');
	(await post(`/v1/children/${child.id}/move`, here, { class: classes[0].id })).problem(409, 'conflict');

	const later = await enrol(here);
	const soon = await leave(later.id, here, { date: dayAfter(10), reason: '転居のため' });
	assert.deepEqual([soon.state, soon.leaving_date], ['enrolled', dayAfter(10)]);
	assert.equal(await listed(here, later.id), true);
});
