// Settings: who sees them, that two change them, that they hold at once, and that every change is undone by the same way.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, exclusive, freshSession, get, lockedOut, mustSurvive, none, post, request, reserved, until } from './lib.mjs';
import { of, person } from './world.mjs';

const spare = reserved[0];
const city = spare.customer;
let first, second, auditor, principal, guardian, provider;

before(async () => {
	await exclusive();
	const admins = of(city, 'officer-admin').filter((one) => one.login !== lockedOut.officerAdmin.login || of(city, 'officer-admin').length <= 2);
	[first, second] = await Promise.all(admins.slice(0, 2).map((one) => person(one)));
	[auditor, principal, guardian] = await Promise.all(['auditor', 'principal', 'guardian'].map((role) => person(of(city, role)[0])));
	provider = await person(of('provider', 'operator-admin')[0]);
	for (const one of await all('/v1/changes?state=waiting', first))
		if (one.requester === first.account)
			(await on(one, 'withdraw', first)).is(200);
});

const list = async (as = auditor) => (await get('/v1/settings', as)).is(200).json.items;
const seen = async (code, as) => (await list(as)).find((one) => one.code === code);
const put = (code, value, as = first, more = {}) => request('PUT', `/v1/settings/${code}`, { as, json: { value, reason: '試験のため', ...more } });
const on = (change, verb, as, json = {}) => post(`/v1/changes/${change.id}/${verb}`, as, json);
async function set(code, value) {
	const { change } = (await put(code, value)).is(202).json;
	assert.equal((await on(change, 'approve', second)).is(200).json.state, 'applied');
	return change;
}
async function back(change, asks = first, agrees = second) {
	const undo = (await on(change, 'undo', asks, { reason: '元の値に' })).is(202).json.change;
	assert.equal((await on(undo, 'approve', agrees)).is(200).json.state, 'applied');
}

test('K-44 K-11 officers, auditor and operators see every setting with value, default, baseline and impact; nobody else', async () => {
	const items = await list();
	assert.ok(items.length >= 8);
	for (const one of items) {
		assert.ok(one.title.ja && one.title.en && one.impact.ja && one.impact.en, one.code);
		assert.ok(one.value >= one.min && one.value <= one.max, one.code);
		assert.equal(one.may.change, false);
	}
	assert.equal((await seen('sign-in-attempts', first)).may.change, true);
	assert.equal((await seen('sign-in-attempts')).default, 5);
	assert.ok(await seen('session-guardian-idle'));
	assert.equal(await seen('session-guardian-idle', provider), undefined, 'the provider has no guardians');
	for (const who of [principal, guardian])
		(await get('/v1/settings', who)).problem(403, 'denied');
});

test('K-44 T-6.6 one alone changes nothing, and no other role asks', async () => {
	for (const who of [auditor, principal, guardian, await person(of(city, 'officer')[0])])
		(await put('sign-in-attempts', 4, who)).problem(403, 'denied');
	const { change } = (await put('sign-in-attempts', 4)).is(202).json;
	assert.match(change.impact, /5.*4/);
	assert.equal(change.fields.find((one) => one.name === 'value').before, 5);
	assert.equal(change.fields.find((one) => one.name === 'value').after, 4);
	assert.equal((await seen('sign-in-attempts')).value, 5);
	(await on(change, 'approve', first)).problem(403, 'denied');
	assert.equal((await seen('sign-in-attempts')).value, 5);
	(await on(change, 'withdraw', first)).is(200);
});

test('K-44 a value out of range, of another kind, without a reason or the same as now is refused before anybody is asked', async () => {
	const found = [];
	for (const [code, value, more, status] of [
		['sign-in-attempts', 2, {}, 400], ['sign-in-attempts', 11, {}, 400], ['sign-in-attempts', 5, {}, 400], ['sign-in-attempts', -1, {}, 400],
		['sign-in-attempts', '4', {}, 400], ['sign-in-attempts', 4.5, {}, 400], ['sign-in-attempts', null, {}, 400], ['sign-in-attempts', 4, { reason: '' }, 400],
		['reminder-mail', 2, {}, 400], ['session-idle', 61, {}, 400], ['no-such-setting', 4, {}, 404],
	]) {
		const reply = await put(code, value, first, more);
		if (reply.status !== status)
			found.push(`${code} = ${value} → ${reply.status} ${reply.text.slice(0, 160)}`);
	}
	(await put('session-guardian-idle', 20, provider)).problem(404, 'not-found');
	none(found);
	assert.ok(!(await all('/v1/changes?state=waiting', first)).some((one) => one.operation === 'setting.change'));
});

test('K-44 T-24 the number of failures that lock holds at once, and the former number after the undo', async () => {
	const stranger = reserved[1];
	const wrong = () => request('POST', '/v1/session', { json: { login: stranger.login, password: 'Chigau-Kotoba_99' } });
	const made = await set('sign-in-attempts', 3);
	await until('the new number', async () => (await seen('sign-in-attempts')).value === 3);
	for (let i = 0; i < 3; i++)
		(await wrong()).is(401);
	const events = async () => (await get('/v1/events?operation=session.create&limit=100', auditor)).is(200).json.items.filter((one) =>
		one.objects.some((object) => object.id === first.account) || one.rule === 'locked');
	(await wrong()).is(401);
	await until('the fourth to be refused as locked', async () => (await events()).some((one) => one.rule === 'locked'));
	const looker = await person(of(city, 'principal').find((one) => one.facility === stranger.facility) ?? of(city, 'principal')[0]);
	const locked = (await all('/v1/accounts?role=guardian', looker)).filter((one) => one.locked);
	for (const one of locked)
		(await post(`/v1/accounts/${one.id}/unlock`, looker, { reason: '試験のため' })).is(200);
	await back(made);
	assert.equal((await seen('sign-in-attempts')).value, 5);
	assert.equal((await seen('sign-in-attempts')).drift, false);
});

test('K-44 K-11 what is weaker than the baseline, or widens, warns; and the difference is listed', async () => {
	const weaker = (await put('sign-in-attempts', 8)).is(202).json.change;
	assert.match(weaker.warning.en, /weaker/);
	assert.equal((await on(weaker, 'approve', second)).is(200).json.state, 'applied');
	assert.equal((await seen('sign-in-attempts')).drift, true);
	await back(weaker);
	const stricter = (await put('sign-in-attempts', 4)).is(202).json.change;
	assert.equal(stricter.warning, null);
	(await on(stricter, 'withdraw', first)).is(200);
	const off = await set('reminder-mail', 0);
	assert.equal((await seen('reminder-mail')).drift, true);
	const wider = (await put('reminder-mail', 1)).is(202).json.change;
	assert.match(wider.warning.ja, /範囲が広がります/);
	(await on(wider, 'reject', second)).is(200);
	await back(off);
	assert.equal((await seen('reminder-mail')).value, 1);
});

test('K-11 U-09 a difference from the baseline is listed until an approved record gives its reason', async () => {
	const officer = await person(of(city, 'officer')[0]);
	const baseline = async () => (await get('/v1/baseline', auditor)).is(200).json;
	const here = async () => (await baseline()).items.find((one) => one.code === 'sign-in-attempts');
	const former = (await baseline()).open;
	assert.equal((await here()).in_line, true);
	const made = await set('sign-in-attempts', 9);
	assert.equal((await here()).in_line, false);
	assert.equal((await here()).accepted, null);
	assert.equal((await baseline()).open, former + 1);
	const register = (await all('/v1/registers', officer)).find((one) => one.code === 'baseline');
	const fields = { item: 'sign-in-attempts', guideline: 'NIST SP 800-63B', compared: '2026-11-01', difference: '9', reason: '入力を間違えやすい端末のため' };
	const record = (await post(`/v1/registers/${register.id}/records`, officer, { fields })).is(201).json;
	assert.equal((await here()).accepted, null, 'not before it is approved');
	(await post(`/v1/records/${record.id}/approve`, second)).is(200);
	assert.equal((await here()).accepted.record, record.id);
	assert.equal((await baseline()).open, former);
	(await post(`/v1/records/${record.id}/withdraw`, officer, { reason: '試験の終わり' })).is(200);
	assert.equal((await here()).accepted, null);
	await back(made);
	assert.equal((await baseline()).open, former);
	for (const who of [principal, guardian])
		(await get('/v1/baseline', who)).problem(403, 'denied');
});

test('K-44 of the contract\'s number and the setting the stricter one holds', async () => {
	const former = (await get('/v1/contract', auditor)).is(200).json;
	const profile = (more) => Object.fromEntries(Object.entries({ ...former, ...more }).filter(([name, value]) => !['id', 'facility', 'version'].includes(name) && value !== null));
	const { change } = (await request('PUT', '/v1/contract', { as: first, json: profile({ lock_attempts: 4 }) })).is(202).json;
	(await on(change, 'approve', second)).is(200);
	const one = await seen('sign-in-attempts');
	assert.deepEqual([one.value, one.contract, one.effective], [5, 4, 4]);
	await back(change);
	assert.equal((await seen('sign-in-attempts')).contract, null);
});

test('K-44 two changes at once: one is applied, the other finds the value moved', async () => {
	const one = (await put('invitation', 10)).is(202).json.change;
	const other = (await put('invitation', 9, second)).is(202).json.change;
	const replies = await Promise.all([on(one, 'approve', second), on(other, 'approve', first), on(one, 'approve', second)]);
	const states = replies.filter((reply) => reply.status === 200).map((reply) => reply.json.state).sort();
	assert.deepEqual(states, ['applied', 'stale']);
	assert.ok([9, 10].includes((await seen('invitation')).value));
	const applied = replies.find((reply) => reply.status === 200 && reply.json.state === 'applied').json;
	const undo = (await on(applied, 'undo', first, { reason: '元の値に' })).is(202).json.change;
	assert.equal((await on(undo, 'approve', second)).is(200).json.state, 'applied');
	assert.equal((await seen('invitation')).value, 14);
});

test('K-44 a shorter proof is asked for before critical operations as soon as it is set', async () => {
	const made = await set('step-up', 3);
	// The sessions that play elsewhere may be older than that.
	const [fresh, other] = await Promise.all([first, second].map(({ login }) => freshSession(accounts.find((one) => one.login === login))));
	(await put('invitation', 13, fresh)).is(202);
	await back(made, fresh, other);
	for (const one of await all('/v1/changes?state=waiting', first))
		if (one.requester === first.account)
			(await on(one, 'withdraw', first)).is(200);
});

mustSurvive(test);
