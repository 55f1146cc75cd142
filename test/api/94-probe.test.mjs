// What is made for checks and what is real never meet: no list, count, register, import or right reaches across, in either direction;
// and the auditor's trial, through which the other side is looked at here.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { all, each, exclusive, freshSession, get, mustSurvive, none, post, request, strangeId, today, tokenOf, until } from './lib.mjs';
import { cast } from './cast.mjs';
import { of, person } from './world.mjs';

const PARTS = [['guardian', 'a'], ['guardian', 'b'], ['staff', 'a'], ['principal', 'a'], ['principal', 'b'], ['officer'], ['officer-admin']];
let who, real, auditor;
const probe = {};

const begin = (role, facility, as = auditor) => post('/v1/trials', as, facility === undefined ? { role } : { role, facility });

// A trial; from the session that all of them share, else from one of its own.
async function onTrial(role, facility, own = auditor) {
	const reply = (await begin(role, facility, own)).is(201);
	return { ...reply.json, token: tokenOf(reply), own, facility: reply.json.facility ?? undefined };
}
const again = () => freshSession(of(who.cityA, 'auditor')[0]);

before(async () => {
	await exclusive();
	who = await cast();
	auditor = await again();
	// Where checks run only on demand, the first one that is asked for has them made.
	const check = (await get('/v1/checks', auditor)).is(200).json.items.find((one) => one.runnable);
	if (check)
		(await post(`/v1/checks/${check.id}/run`, auditor)).is(202, 409);
	// The last of them to be made.
	await until('the accounts for checks', async () => (await begin('officer-admin')).status === 201, 180_000);
	for (const [role, facility] of PARTS)
		probe[facility ? `${role}-${facility}` : role] = await onTrial(role, facility);
	real = {
		guardian: who.own, staff: who.teacher, principal: who.principal, officer: who.overseers.officer, 'officer-admin': who.overseers.admins[0],
		auditor: who.overseers.auditor,
	};
});

// ---- what there is on the probe side, as its own people see it ----

async function things(principal) {
	const facility = principal.facility;
	const [children, classes, accounts] = await Promise.all([
		all('/v1/children', principal), all(`/v1/facilities/${facility}/classes`, principal), all('/v1/accounts', principal),
	]);
	return {
		facility, children: children.map((one) => one.id), classes: classes.map((one) => one.id), accounts: accounts.map((one) => one.id),
	};
}

// Every GET and POST by which a thing could be looked at or acted on.
const reaches = ({ facility, children, classes, accounts }) => [
	['GET', `/v1/facilities/${facility}`], ['GET', `/v1/facilities/${facility}/classes`], ['GET', `/v1/facilities/${facility}/board`],
	['GET', `/v1/facilities/${facility}/calendar?from=${today}&until=${today}&to=${today}`],
	['PUT', `/v1/facilities/${facility}/hours`, { cut_off: '09:00' }],
	['PUT', `/v1/facilities/${facility}/calendar/${today}`, { open: false, name: '休み' }],
	['POST', `/v1/facilities/${facility}/close`, {}], ['POST', `/v1/facilities/${facility}/children`, { name: '子', kana: 'こ', birth_date: '2022-04-02', entry_date: today }],
	['POST', `/v1/facilities/${facility}/classes`, { name: '組', age: 3, year: 2026 }],
	...classes.slice(0, 2).flatMap((id) => [
		['GET', `/v1/facilities/${facility}/classes/${id}/register?month=${today.slice(0, 7)}`],
		['POST', `/v1/facilities/${facility}/classes/${id}/teachers`, { account: accounts[0] }],
		['GET', `/v1/accounts?class=${id}`],
	]),
	...children.slice(0, 2).flatMap((id) => [
		['GET', `/v1/children/${id}`], ['GET', `/v1/children/${id}/history`], ['GET', `/v1/children/${id}/absences`],
		['GET', `/v1/children/${id}/guardians`], ['POST', `/v1/children/${id}/absences`, { date: today, kind: 'absent', reason: '発熱' }],
		['POST', `/v1/children/${id}/guardians`, { account: accounts[0], relation: '母' }], ['GET', `/v1/me/operations?child=${id}`],
	]),
	...accounts.slice(0, 3).flatMap((id) => [
		['GET', `/v1/accounts/${id}`], ['GET', `/v1/sessions?account=${id}`], ['POST', `/v1/accounts/${id}/suspend`, { reason: '検査' }],
		['POST', `/v1/accounts/${id}/leave`, { reason: '検査' }], ['POST', `/v1/accounts/${id}/invitation`, {}], ['POST', `/v1/accounts/${id}/recovery`, {}],
	]),
	['GET', `/v1/me/operations?facility=${facility}`],
];

async function unreached(people, target) {
	const found = [];
	for (const [name, one] of Object.entries(people))
		await each(reaches(target), 6, async ([method, where, json]) => {
			const reply = await request(method, where, { as: one, json });
			// 403 where the role may not do it to anything; never because it was seen.
			if (reply.status !== 404 && reply.status !== 403)
				found.push(`${name}: ${reply.line} → ${reply.status} ${reply.text.slice(0, 120)}`);
		});
	return found;
}

// Looked at by whoever may look at such a thing at all, it is not there.
async function absent(people, target) {
	const found = [];
	for (const [name, where] of [
		['principal', `/v1/facilities/${target.facility}`], ['officer', `/v1/facilities/${target.facility}`], ['officer-admin', `/v1/facilities/${target.facility}`],
		...target.children.slice(0, 3).map((id) => ['principal', `/v1/children/${id}`]), ...target.children.slice(0, 3).map((id) => ['guardian', `/v1/children/${id}`]),
		...target.accounts.map((id) => ['principal', `/v1/accounts/${id}`]), ...target.accounts.map((id) => ['officer', `/v1/accounts/${id}`]),
		...target.accounts.map((id) => ['officer-admin', `/v1/accounts/${id}`]),
	]) {
		const one = people[name] ?? people[`${name}-a`];
		const strange = await get(where.replace(/[^/]+$/, strangeId()), one);
		const reply = await get(where, one);
		if (reply.status !== 404 || reply.timeless !== strange.timeless)
			found.push(`${name}: ${reply.line} → ${reply.status}, an id of nothing ${strange.status}`);
	}
	return found;
}

test('K-27 AC-1 nobody real reaches what is made for checks, by any right', async () => {
	const found = [];
	for (const principal of [probe['principal-a'], probe['principal-b']]) {
		const target = await things(principal);
		assert.ok(target.accounts.length > 0);
		found.push(...await unreached(real, target), ...await absent(real, target));
	}
	none(found);
});

test('K-27 AC-1 nobody made for checks reaches what is real, by any right', async () => {
	const target = await things(who.principal);
	assert.ok(target.children.length > 0 && target.accounts.length > 0);
	none([...await unreached(probe, target), ...await absent(probe, target)]);
});

test('K-27 no list of the real service holds anything that is made for checks, and the other way round', async () => {
	const sides = async (people) => {
		const texts = [];
		for (const [name, one] of Object.entries(people))
			for (const where of ['/v1/facilities', '/v1/accounts', '/v1/children', '/v1/changes', '/v1/recoveries', '/v1/counts', '/v1/events?limit=200']) {
				const reply = await get(where, one);
				if (reply.status === 200)
					texts.push([`${name} ${where}`, reply.text]);
			}
		return texts;
	};
	const [a, b, own] = await Promise.all([things(probe['principal-a']), things(probe['principal-b']), things(who.principal)]);
	const ids = (target) => [target.facility, ...target.children, ...target.classes, ...target.accounts];
	const madeUp = [...ids(a), ...ids(b), ...Object.values(probe).map((one) => one.account)];
	const genuine = [...ids(own), ...Object.values(real).map((one) => one.account)];
	const found = [];
	for (const [where, text] of await sides(real))
		// What an auditor began is said with the account that the trial was about.
		for (const id of where.includes('/v1/events') ? madeUp.filter((one) => !Object.values(probe).some((part) => part.account === one)) : madeUp)
			if (text.includes(id))
				found.push(`${where} holds ${id}`);
	for (const [where, text] of await sides(probe))
		for (const id of where.includes('/v1/events') ? genuine.filter((one) => one !== real.auditor.account) : genuine)
			if (text.includes(id))
				found.push(`probe ${where} holds ${id}`);
	none(found);
});

test('K-27 children who are made for checks are in no figure of the city', async () => {
	const numbers = async () => (await get('/v1/counts', real.officer)).is(200).json;
	const before = await numbers();
	const principal = probe['principal-a'];
	const year = Number(today.slice(5, 7)) < 4 ? Number(today.slice(0, 4)) - 1 : Number(today.slice(0, 4));
	const made = (await post(`/v1/facilities/${principal.facility}/classes`, principal, { name: `試行${Date.now() % 100000}`, age: 3, year })).is(201).json;
	const child = (await post(`/v1/facilities/${principal.facility}/children`, principal, {
		class: made.id, name: '検査 一郎', kana: 'けんさ いちろう', birth_date: `${year - 4}-05-01`, entry_date: today, address: '検査町1丁目', emergency_contacts: '検査 花子 090-0000-0000',
	})).is(201).json;
	const after = await numbers();
	assert.deepEqual(after.total, before.total);
	assert.deepEqual(after.facilities.map((one) => one.id), before.facilities.map((one) => one.id));
	const sum = after.facilities.reduce((total, one) => total + one.enrolled, 0);
	assert.equal(after.total.enrolled, sum);
	const seen = (await get('/v1/counts', probe.officer)).is(200).json;
	assert.ok(seen.facilities.some((one) => one.id === principal.facility));
	assert.ok(seen.facilities.every((one) => !after.facilities.some((other) => other.id === one.id)));
	// A real facility's principal cannot take the child over, by whatever code.
	const code = (await get(`/v1/facilities/${who.principal.facility}`, who.principal)).json.code;
	(await post(`/v1/children/${child.id}/move`, principal, { facility_code: code })).problem(400, 'invalid-input');
});

test('K-27 an account for checks writes nothing that concerns the whole city', async () => {
	const admin = probe['officer-admin'];
	const may = (await get('/v1/me/operations', admin)).is(200).json.operations;
	const found = [];
	for (const [id, method, where, json] of [
		['facility.open', 'POST', '/v1/facilities', { municipality_code: '999999', code: 'X1', municipality: '市', name: '園', kind: '幼稚園', address: '町1' }],
		['account.issue', 'POST', '/v1/accounts', { login: 'somebody-9', name: '名', role: 'officer' }],
		['membership.add', 'POST', '/v1/memberships', { code: 'ABCD-EFGH', role: 'officer' }],
		['import.begin', 'POST', '/v1/imports', { entity: 'facility', encoding: 'utf-8', name: 'a.csv', size: 10 }],
		['contract.change', 'PUT', '/v1/contract', { annexes: 'K' }],
	]) {
		const reply = await request(method, where, { as: admin, json });
		if (reply.status !== 403)
			found.push(`${reply.line} → ${reply.status}`);
		if (may.includes(id))
			found.push(`${id} is offered`);
	}
	none(found);
	const list = (await get('/v1/events?probe=only&outcome=refused&operation=facility.open', auditor)).is(200).json;
	assert.equal(list.items[0].rule, 'probe');
});

test('K-27 a code for a second membership does not cross the line', async () => {
	const { code } = (await post('/v1/me/link-code', who.colleague ?? real.staff)).is(201).json;
	const wrong = await post('/v1/memberships', probe['principal-a'], { code: 'ABCD-EFGH', role: 'staff' });
	const reply = await post('/v1/memberships', probe['principal-a'], { code, role: 'staff' });
	assert.equal(reply.status, wrong.status);
	assert.equal(reply.timeless, wrong.timeless);
});

test('K-27 LG-1 what checks and trials do is left out of the list of events, and found when asked for', async () => {
	const ids = new Set(Object.values(probe).map((one) => one.account));
	const items = async (query) => (await get(`/v1/events?limit=200${query}`, real.officer)).is(200).json.items;
	(await get('/v1/me', probe['principal-a'])).is(200);
	assert.ok((await items('')).every((one) => !one.probe && !ids.has(one.actor)));
	const only = await items('&probe=only');
	assert.ok(only.length > 0 && only.every((one) => one.probe));
	assert.ok(only.some((one) => ids.has(one.actor)));
	const both = await items('&probe=yes');
	assert.ok(both.some((one) => one.probe));
	const event = only.find((one) => ids.has(one.actor));
	assert.equal((await get(`/v1/events/${event.index}`, real.officer)).is(200).json.probe, true);
	const genuine = (await items('')).find((one) => one.actor === real.officer.account);
	(await get(`/v1/events/${genuine.index}`, probe.officer)).problem(404, 'not-found');
	assert.equal((await items('&probe=maybe').catch(() => null)), null);
});

test('K-26 a list of facilities does not touch the ones for checks', async () => {
	const admin = real['officer-admin'];
	const text = '全国地方公共団体コード,ID,地方公共団体名,名称,種別,所在地_連結表記\r\n000000,probe-a,市,奪われた園,幼稚園,町1\r\n';
	const bytes = Buffer.from(text);
	const { id } = (await post('/v1/imports', admin, { entity: 'facility', encoding: 'utf-8', name: 'list.csv', size: bytes.length })).is(201).json;
	(await request('PUT', `/v1/imports/${id}/chunks/0`, { as: admin, body: bytes, type: 'application/octet-stream' })).is(200, 204);
	(await post(`/v1/imports/${id}/check`, admin)).is(202);
	const state = await until('the check of the file', async () => {
		const now = (await get(`/v1/imports/${id}`, admin)).is(200).json;
		return now.state === 'checking' ? null : now;
	});
	assert.equal(state.problem_count, 1);
	assert.match((await all(`/v1/imports/${id}/problems`, admin))[0].message, /kept for checks|検査のため/);
	(await post(`/v1/imports/${id}/cancel`, admin)).is(200, 204, 409);
	assert.equal((await get(`/v1/facilities/${probe['principal-a'].facility}`, probe['principal-a'])).json.name, '検査園A');
});

// ---- the trial ----

test('GV-14 K-27 every event of a trial names the auditor, refusals too, and the trial tells them', async () => {
	const trial = await onTrial('guardian', 'a');
	const me = (await get('/v1/me', trial)).is(200).json;
	assert.equal(me.role, 'guardian');
	assert.ok(Date.parse(me.trial.since) <= Date.now() && me.trial.by.length > 0);
	assert.ok(Date.parse(me.expires_at) - Date.parse(me.trial.since) <= 3_600_000);
	const refused = (await get(`/v1/children/${who.child.id}`, trial)).problem(404, 'not-found');
	const { items } = (await get('/v1/trials/current', trial)).is(200).json;
	assert.ok(items.some((one) => one.operation === 'child.see' && one.outcome === 404), JSON.stringify(items));
	assert.ok(items.every((one) => Date.parse(one.time) >= Date.parse(me.trial.since)));
	for (const one of items) {
		const event = (await get(`/v1/events/${one.index}`, auditor)).is(200).json;
		assert.ok(event.objects.some((object) => object.entity === 'account' && object.id === auditor.account), JSON.stringify(event));
		assert.equal(event.actor, trial.account);
	}
	const there = (await get(`/v1/events?probe=only&object=${auditor.account}&limit=50`, auditor)).is(200).json.items;
	assert.ok(there.some((one) => one.request === refused.instance));
});

test('GV-14 a trial gives and changes nothing to sign in with, and begins no other', async () => {
	const trial = probe['principal-a'];
	const another = (await all('/v1/accounts', trial)).find((one) => one.login === 'probe-guardian-a1');
	const found = [];
	for (const [method, where, json] of [
		['POST', '/v1/session/step-up', { password: 'x' }], ['POST', '/v1/session/membership', { membership: strangeId() }],
		['PUT', '/v1/me/password', { current: 'x', new: 'Atarashii-1234+' }], ['PUT', '/v1/me/pin', { pin: '4071', password: 'x' }],
		['POST', '/v1/me/totp', {}], ['POST', '/v1/me/recovery-codes', {}], ['POST', '/v1/me/link-code', {}], ['POST', '/v1/sessions/end-all', {}],
		['POST', `/v1/accounts/${another.id}/recovery`, {}], ['POST', `/v1/accounts/${another.id}/invitation`, {}],
		['POST', `/v1/accounts/${another.id}/suspend`, { reason: '試行' }], ['POST', `/v1/accounts/${another.id}/reset-factor`, { reason: '試行' }],
		['POST', `/v1/accounts/${another.id}/leave`, { reason: '試行' }], ['POST', '/v1/trials', { role: 'officer' }],
	]) {
		const reply = await request(method, where, { as: trial, json });
		if (reply.status !== 403)
			found.push(`${reply.line} → ${reply.status} ${reply.text.slice(0, 160)}`);
	}
	none(found);
	(await get('/v1/me', trial)).is(200);
});

test('GV-14 a trial ends when it is ended, and the auditor is back with the proof of before', async () => {
	const trial = await onTrial('officer', undefined, await again());
	const reply = (await post('/v1/trials/end', trial)).is(200);
	assert.equal(reply.json.role, 'auditor');
	const back = { token: tokenOf(reply) };
	assert.notEqual(back.token, trial.own.token);
	(await get('/v1/me', trial)).problem(401, 'unauthenticated');
	(await get('/v1/me', trial.own)).problem(401, 'unauthenticated');
	assert.equal((await get('/v1/me', back)).is(200).json.trial, null);
	assert.deepEqual((await get('/v1/trials/current', back)).is(200).json.items, []);
	(await post('/v1/trials/end', back)).problem(409, 'conflict');
	(await begin('officer', undefined, back)).is(201); // the proof still counts
});

test('GV-14 whoever signs out on trial is signed out altogether', async () => {
	const trial = await onTrial('guardian', 'a', await again());
	(await get('/v1/me', trial.own)).is(200);
	(await request('DELETE', '/v1/session', { as: trial })).is(204);
	(await get('/v1/me', trial)).problem(401, 'unauthenticated');
	(await get('/v1/me', trial.own)).problem(401, 'unauthenticated');
});

test('GV-14 a trial ends with the auditor\'s own rights', async () => {
	const trial = await onTrial('staff', 'a', await again());
	(await get('/v1/me', trial)).is(200);
	(await request('DELETE', '/v1/session', { as: trial.own })).is(204);
	(await get('/v1/me', trial)).problem(401, 'unauthenticated');

	const suspended = await onTrial('staff', 'a', await again());
	const admin = real['officer-admin'];
	const account = suspended.own.account;
	const act = async (what, as) => {
		const asked = await post(`/v1/accounts/${account}/${what}`, as, { reason: '検査' });
		return asked.status === 428 ? post(`/v1/accounts/${account}/${what}`, as, { reason: '検査' }, { headers: { confirm: asked.json.confirm.token } }) : asked;
	};
	(await act('suspend', admin)).is(200);
	(await get('/v1/me', suspended)).problem(401, 'unauthenticated');
	(await act('reactivate', admin)).is(200);
	(await get('/v1/me', suspended)).problem(401, 'unauthenticated'); // its session was ended
	auditor = await again();
});

test('GV-14 only an auditor begins a trial, with a fresh proof, of a role that there is', async () => {
	for (const [name, one] of Object.entries(real))
		if (name !== 'auditor')
			(await begin('guardian', 'a', one)).problem(403, 'denied');
	for (const wrong of [{ role: 'auditor' }, { role: 'service' }, { role: 'guardian', facility: 'd' }, { role: 'principal', facility: 'c' }, { role: 'officer', facility: 'a' }, {}])
		(await post('/v1/trials', auditor, wrong)).problem(400, 'invalid-input');
	(await begin('guardian', 'a', who.far.auditor)).is(201, 403);
});

mustSurvive(test);
