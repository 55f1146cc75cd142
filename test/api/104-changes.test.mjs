// What waits for a second person can be looked at: what was and what is to be, who asked, who decides, when; and it can be undone.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, exclusive, get, mustSurvive, post, request, until } from './lib.mjs';
import { of, person } from './world.mjs';

const city = accounts.find((one) => one.customer !== 'provider').customer;
const other = accounts.find((one) => !['provider', city].includes(one.customer)).customer;
let first, second, auditor, officer, principal, facility, former;

before(async () => {
	await exclusive();
	[first, second] = await Promise.all(of(city, 'officer-admin').slice(0, 2).map((one) => person(one)));
	[auditor, officer, principal] = await Promise.all(['auditor', 'officer', 'principal'].map((role) => person(of(city, role)[0])));
	former = (await get('/v1/contract', auditor)).is(200).json;
	facility = (await person(of(city, 'principal')[1])).facility;
	for (const one of await all('/v1/changes?state=waiting', first))
		if (one.requester === first.account)
			(await on(one, 'withdraw', first)).is(200);
});

const profile = (changed) => Object.fromEntries(Object.entries({ ...former, ...changed }).filter(([name, value]) => !['id', 'facility', 'version'].includes(name) && value !== null));
const ask = async (changed, as = first) => (await request('PUT', '/v1/contract', { as, json: profile(changed) })).is(202).json.change;
const on = (change, verb, as, json = {}) => post(`/v1/changes/${change.id}/${verb}`, as, json);
const seen = async (change, as = auditor) => (await get(`/v1/changes/${change.id}`, as)).is(200).json;
const contact = async () => (await get('/v1/contract', auditor)).json.contact;
const field = (change, name) => change.fields.find((one) => one.name === name);
const later = (seconds) => new Date(Date.now() + seconds * 1000).toISOString().replace(/Z$/, '+00:00');

test('K-3 T-26 a change shows what was and what is to be, who asked and why, and who may decide', async () => {
	const made = await ask({ contact: '情報政策課 内線 104', reason: '担当課の移転' });
	for (const who of [first, second, officer, auditor]) {
		const change = await seen(made, who);
		assert.equal(change.title.ja, '契約の内容を変える');
		assert.equal(change.state, 'waiting');
		assert.equal(change.requester_role, 'officer-admin');
		assert.deepEqual(change.approvers, ['officer-admin']);
		assert.equal(field(change, 'contact').before, former.contact === '' ? null : former.contact);
		assert.equal(field(change, 'contact').after, '情報政策課 内線 104');
		assert.equal(change.undo, 'contract.change');
		assert.equal(change.warning, null);
		assert.equal(change.may.approve, who === second);
		assert.equal(change.may.withdraw, who === first);
	}
	assert.equal((await seen(made, second)).reason, '担当課の移転');
	assert.equal((await seen(made, auditor)).reason, '担当課の移転');
	assert.equal(Object.hasOwn(await seen(made, officer), 'reason'), false, 'an officer without what is personal');
	assert.ok((await all('/v1/changes?state=waiting', officer)).some((one) => one.id === made.id));
	assert.ok(!(await all('/v1/changes?state=applied', officer)).some((one) => one.id === made.id));
	(await get(`/v1/changes/${made.id}`, principal)).problem(404, 'not-found');
	(await get(`/v1/changes/${made.id}`, await person(of(other, 'auditor')[0]))).problem(404, 'not-found');
	(await get(`/v1/changes/${made.id}`, await person(of('provider', 'operator')[0]))).problem(404, 'not-found');
	(await on(made, 'withdraw', first)).is(200);
	(await get('/v1/changes?state=nonsense', officer)).problem(400, 'invalid-input');
});

test('K-44 S-65 an applied change is undone by a change that is approved again, with the values before', async () => {
	const made = await ask({ contact: '一時の連絡先', closed_weekdays: 65 });
	(await on(made, 'undo', first, { reason: 'まだ早い' })).problem(409, 'conflict');
	assert.equal((await on(made, 'approve', second)).is(200).json.state, 'applied');
	assert.equal(await contact(), '一時の連絡先');
	(await on(made, 'undo', auditor, { reason: '元に戻す' })).problem(403, 'denied');
	(await on(made, 'undo', principal, { reason: '元に戻す' })).problem(404, 'not-found');
	(await on(made, 'undo', first)).problem(400, 'invalid-input');
	const undo = (await on(made, 'undo', first, { reason: '誤りだったため' })).is(202).json.change;
	assert.equal(undo.undoes, made.id);
	assert.equal(undo.state, 'waiting');
	assert.equal(await contact(), '一時の連絡先', 'nothing is undone by one person alone');
	(await on(made, 'undo', first, { reason: '二度目' })).problem(409, 'conflict');
	(await on(undo, 'approve', first)).problem(403, 'denied');
	assert.equal((await on(undo, 'approve', second)).is(200).json.state, 'applied');
	assert.deepEqual((await get('/v1/contract', auditor)).json, { ...(await get('/v1/contract', auditor)).json, contact: former.contact, closed_weekdays: former.closed_weekdays });
	assert.equal((await seen(made)).undone_by, undo.id);
});

test('K-44 what a facility\'s closing is undone by is its opening; an undo that was rejected may be asked again', async () => {
	const close = (await post(`/v1/facilities/${facility}/close`, first, { reason: '休園' })).is(202).json.change;
	assert.equal((await on(close, 'approve', second)).is(200).json.state, 'applied');
	const rejected = (await on(close, 'undo', first, { reason: '再開' })).is(202).json.change;
	assert.equal(rejected.operation, 'facility.reopen');
	(await on(rejected, 'reject', second)).is(200);
	const undo = (await on(close, 'undo', second, { reason: '再開' })).is(202).json.change;
	assert.equal((await on(undo, 'approve', first)).is(200).json.state, 'applied');
	assert.equal((await get(`/v1/facilities/${facility}`, officer)).json.state, 'open');
});

test('K-44 a change to what has moved since is not applied, also where there is no object', async () => {
	const stale = await ask({ contact: 'あ' });
	const meanwhile = await ask({ contact: 'い' }, second);
	assert.equal((await on(meanwhile, 'approve', first)).is(200).json.state, 'applied');
	const told = (await on(stale, 'approve', second)).is(200).json;
	assert.equal(told.state, 'stale');
	assert.equal(told.why, 'state-moved');
	assert.equal(await contact(), 'い');
	const undo = (await on(meanwhile, 'undo', first, { reason: '元に' })).is(202).json.change;
	assert.equal((await on(undo, 'approve', second)).is(200).json.state, 'applied');
	assert.equal(await contact(), former.contact);
});

test('K-3 a time that has passed, or is years ahead, is refused', async () => {
	for (const effective_at of [later(-60), later(400 * 86400), 'tomorrow'])
		assert.ok((await request('PUT', '/v1/contract', { as: first, json: { ...profile({}), effective_at } })).problem(400, 'invalid-input'));
});

test('K-3 K-44 a change with a time waits for it, and may be stopped until then', async () => {
	const stopped = await ask({ contact: '止められる', effective_at: later(3600) });
	assert.equal((await on(stopped, 'approve', second)).is(200).json.state, 'scheduled');
	assert.equal(await contact(), former.contact);
	(await on(stopped, 'approve', second)).problem(409, 'conflict');
	assert.equal((await on(stopped, 'withdraw', first)).is(200).json.state, 'withdrawn');
	const refused = await ask({ contact: '取り消される', effective_at: later(3600) });
	(await on(refused, 'approve', second)).is(200);
	assert.equal((await on(refused, 'reject', second)).is(200).json.state, 'rejected');

	const timed = await ask({ contact: '時間どおり', effective_at: later(4) });
	assert.equal((await on(timed, 'approve', second)).is(200).json.state, 'scheduled');
	const done = await until('its time', async () => {
		const now = await seen(timed);
		return now.state !== 'scheduled' && now;
	}, 100_000);
	assert.equal(done.state, 'applied');
	assert.ok(Date.parse(done.applied_at) >= Date.parse(done.effective_at));
	assert.equal(await contact(), '時間どおり');
	const event = (await get('/v1/events?limit=100', auditor)).is(200).json.items.find((one) => one.operation === 'change.apply-step');
	assert.ok(event.objects.some((one) => one.entity === 'change' && one.id === timed.id));
	const undo = (await on(timed, 'undo', second, { reason: '元に' })).is(202).json.change;
	assert.equal((await on(undo, 'approve', first)).is(200).json.state, 'applied');
	assert.equal(await contact(), former.contact);
});

mustSurvive(test);
