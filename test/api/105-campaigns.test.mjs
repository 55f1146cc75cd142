// What everybody in a scope has to do by a date: reviews of accounts and trainings, from their start to the last task.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, each, exclusive, get, mustSurvive, none, post, strangeId, until } from './lib.mjs';
import { of, person } from './world.mjs';

const city = accounts.find((one) => one.customer !== 'provider').customer;
const other = accounts.find((one) => !['provider', city].includes(one.customer)).customer;
let admin, second, officer, auditor, principal, elsewhere, staff, guardian, review, training;

before(async () => {
	await exclusive();
	[admin, second] = await Promise.all(of(city, 'officer-admin').slice(0, 2).map((one) => person(one)));
	[officer, auditor, staff, guardian] = await Promise.all(['officer', 'auditor', 'staff', 'guardian'].map((role) => person(of(city, role)[0])));
	principal = await person(of(city, 'principal')[0]);
	elsewhere = await person(of(city, 'principal').find((one) => one.login !== principal.login));
	const kinds = (await get('/v1/campaign-kinds', admin)).is(200).json.items;
	[review, training] = ['access-review', 'training'].map((code) => kinds.find((one) => one.code === code));
	for (const one of await all('/v1/campaigns?state=running', admin))
		(await post(`/v1/campaigns/${one.id}/close`, admin, { reason: '試験のため' })).is(200);
});

const begin = (kind, as = admin, more = {}) => post(`/v1/campaign-kinds/${kind.id}/campaigns`, as, more);
const spread = (id) => until('all tasks to be made', async () => {
	const now = (await get(`/v1/campaigns/${id}`, admin)).is(200).json;
	return now.spread && now;
}, 60_000);
const mine = async (as, campaign) => (await all('/v1/campaigns/tasks/mine', as)).filter((one) => one.campaign.id === campaign.id);
const registered = async (id, as = auditor) => (await get(`/v1/records/${id}`, as)).is(200).json;
const see = (task, as, more = '?limit=200') => get(`/v1/campaign-tasks/${task.id}${more}`, as);
const decide = (task, as, json) => post(`/v1/campaign-tasks/${task.id}/decide`, as, json);
const finish = (task, as, json = {}) => post(`/v1/campaign-tasks/${task.id}/finish`, as, json);

test('K-37 kinds are shown to those who see or start them', async () => {
	assert.ok(review && training);
	assert.equal(review.task, 'accounts');
	assert.equal(review.every_s, 180 * 86400);
	assert.equal(review.may.file, true);
	assert.equal((await get('/v1/campaign-kinds', officer)).is(200).json.items.find((one) => one.code === 'access-review').may.file, false);
	assert.deepEqual((await get('/v1/campaign-kinds', guardian)).is(200).json.items, []);
});

let campaign, task;

test('K-37 U-28 only who files them starts one, once at a time, and every facility and the city have their task', async () => {
	for (const who of [officer, auditor])
		(await begin(review, who)).problem(403, 'denied');
	for (const who of [principal, staff, guardian])
		(await begin(review, who)).problem(404, 'not-found');
	(await begin({ id: strangeId() })).problem(404, 'not-found');
	(await begin(review, admin, { due_on: dayAfter(-1) })).problem(400, 'invalid-input');
	(await begin(review, admin, { due_on: dayAfter(400) })).problem(400, 'invalid-input');
	const replies = await Promise.all([admin, second, admin, second].map((who) => begin(review, who, { title: '上期の見直し', due_on: dayAfter(20) })));
	assert.deepEqual(replies.map((reply) => reply.status).sort(), [201, 409, 409, 409]);
	campaign = replies.find((reply) => reply.status === 201).json;
	const whole = await spread(campaign.id);
	const facilities = (await all('/v1/facilities', officer)).filter((one) => one.state === 'open');
	assert.equal(whole.total, facilities.length + 1);
	assert.deepEqual(whole.facilities.map((one) => one.facility?.id ?? '').sort(), ['', ...facilities.map((one) => one.id)].sort());
	assert.equal(whole.due_at.slice(0, 10), dayAfter(21));
});

test('K-37 K-27 a task is its facility\'s; others do not know it, overseers see that it is open and nothing of its accounts', async () => {
	const own = await mine(principal, campaign);
	assert.equal(own.length, 1);
	[task] = own;
	assert.equal(task.facility.id, principal.facility);
	const whole = (await see(task, principal)).is(200).json;
	assert.ok(whole.items.length > 0);
	assert.equal(whole.counts.open, whole.counts.accounts);
	const at = new Set((await all('/v1/accounts', principal)).filter((one) => one.state !== 'left').map((one) => one.id));
	for (const one of whole.items)
		assert.ok(at.has(one.account), 'only accounts of the own facility');
	for (const who of [elsewhere, staff, guardian, await person(of(other, 'principal')[0]), await person(of(other, 'officer-admin')[0])]) {
		(await see(task, who)).problem(404, 'not-found');
		(await finish(task, who)).problem(404, 'not-found');
		(await decide(task, who, { account: whole.items[0].account, decision: 'keep' })).problem(404, 'not-found');
	}
	for (const who of [officer, auditor, admin]) {
		const seen = (await see(task, who)).is(200).json;
		assert.equal(seen.state, 'open');
		assert.equal(Object.hasOwn(seen, 'items'), false);
		assert.equal(seen.may.finish, false);
		(await finish(task, who)).problem(403, 'denied');
	}
	assert.ok(((await get('/v1/desk', principal)).is(200).json.items).some((one) => one.object?.id === task.id), 'it waits on the desk');
	assert.ok((await all(`/v1/campaigns/${campaign.id}/tasks?state=open`, auditor)).some((one) => one.id === task.id));
	(await get(`/v1/campaigns/${campaign.id}/tasks`, principal)).problem(404, 'not-found');
});

test('K-37 a decision is about an account of the unit, has a reason unless it keeps, and delete ends who is no longer needed at once', async () => {
	const login = `probe${strangeId().slice(0, 12)}`;
	const made = (await post('/v1/accounts', principal, { login: `kesu-${login}`, name: '消される 人', role: 'staff' })).is(201).json;
	const found = (await see(task, principal)).is(200).json.items.concat(await rest(task));
	assert.ok(found.some((one) => one.account === made.id), 'a new account is to be decided on, too');
	(await decide(task, principal, { account: made.id, decision: 'delete' })).problem(400, 'invalid-input');
	(await decide(task, principal, { account: made.id, decision: 'change' })).problem(400, 'invalid-input');
	(await decide(task, principal, { account: made.id, decision: 'perhaps' })).problem(400, 'invalid-input');
	(await decide(task, principal, { account: elsewhere.account, decision: 'keep' })).problem(404, 'not-found');
	(await decide(task, principal, { account: principal.account, decision: 'keep' })).problem(404, 'not-found');
	(await decide(task, principal, { account: strangeId(), decision: 'keep' })).problem(404, 'not-found');
	const changed = (await decide(task, principal, { account: made.id, decision: 'change', note: '組が変わった' })).is(200).json;
	assert.equal(changed.acted, 'open');
	assert.equal(changed.link, `/people/${made.id}`);
	const done = (await decide(task, principal, { account: made.id, decision: 'delete', note: '退職' })).is(200).json;
	assert.equal(done.acted, 'done');
	assert.equal((await get(`/v1/accounts/${made.id}`, principal)).is(200).json.state, 'left');
	(await decide(task, principal, { account: made.id, decision: 'keep' })).problem(404, 'not-found');
	const event = await until('the event', async () => (await get('/v1/events?limit=50', auditor)).json.items.find((one) => one.operation === 'campaign-task.decide' && one.outcome === 200 &&
		one.objects.some((object) => object.id === made.id)));
	assert.equal(event.actor, principal.account);
});

async function rest(one) {
	const items = [];
	let next = (await see(one, principal, '?limit=200')).json.next;
	while (next) {
		const page = (await see(one, principal, `?limit=200&cursor=${next}`)).is(200).json;
		items.push(...page.items);
		next = page.next;
	}
	return items;
}

test('K-37 it is finished only when every account that there is has a decision, and once', async () => {
	const items = (await see(task, principal)).json.items.concat(await rest(task));
	const open = items.filter((one) => one.decision === null);
	assert.match((await finish(task, principal)).problem(409, 'conflict').errors[0].message, new RegExp(String(open.length)));
	await each(open.slice(1), 6, async (one) => (await decide(task, principal, { account: one.account, decision: 'keep' })).is(200));
	(await finish(task, principal)).problem(409, 'conflict');
	(await decide(task, principal, { account: open[0].account, decision: 'keep' })).is(200);
	const replies = await Promise.all([1, 2, 3].map(() => finish(task, principal)));
	assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 409, 409]);
	(await decide(task, principal, { account: open[0].account, decision: 'keep' })).problem(409, 'conflict');
	const done = replies.find((reply) => reply.status === 200).json;
	const record = await registered(done.record);
	assert.equal(record.state, 'waiting');
	assert.equal(record.register.code, 'access-review');
	assert.equal(record.fields.accounts, items.length + 1);
	assert.equal(record.fields.kept, items.length);
	assert.equal(record.fields.deleted, 1);
	assert.equal(record.fields.reviewed, dayAfter(0));
	const whole = (await get(`/v1/campaigns/${campaign.id}`, officer)).is(200).json;
	assert.equal(whole.done, 1);
	assert.ok(!(await get('/v1/desk', principal)).is(200).json.items.some((one) => one.object?.id === task.id), 'nothing waits any more');
});

test('K-37 in the city\'s own task nobody decides on the own account, and privileged ones are ended by two people elsewhere', async () => {
	const [own] = (await mine(admin, campaign)).filter((one) => one.facility === null);
	const items = (await see(own, admin)).is(200).json.items;
	assert.ok(items.find((one) => one.account === admin.account).own);
	(await decide(own, admin, { account: admin.account, decision: 'keep' })).problem(403, 'denied');
	(await decide(own, second, { account: admin.account, decision: 'keep' })).is(200);
	const done = (await decide(own, admin, { account: second.account, decision: 'delete', note: '試験' })).is(200).json;
	assert.equal(done.acted, 'open');
	assert.match(done.link, /^\/people\//);
	assert.equal((await get(`/v1/accounts/${second.account}`, admin)).is(200).json.state, 'active', 'nothing has happened to the account');
	(await decide(own, admin, { account: second.account, decision: 'keep' })).is(200);
	for (const who of [officer, auditor, principal])
		assert.ok([403, 404].includes((await decide(own, who, { account: second.account, decision: 'keep' })).status));
});

test('U-28 a campaign is closed by who files them; what was open is void and leaves the desks', async () => {
	for (const who of [officer, auditor])
		(await post(`/v1/campaigns/${campaign.id}/close`, who, { reason: 'x' })).problem(403, 'denied');
	(await post(`/v1/campaigns/${campaign.id}/close`, principal, { reason: 'x' })).problem(404, 'not-found');
	const [open] = await mine(elsewhere, campaign);
	assert.equal((await post(`/v1/campaigns/${campaign.id}/close`, admin, { reason: '試験の終わり' })).is(200).json.state, 'closed');
	(await post(`/v1/campaigns/${campaign.id}/close`, admin, { reason: '二度目' })).problem(409, 'conflict');
	await until('the open tasks to be void', async () => (await see(open, elsewhere)).is(200).json.state === 'void', 60_000);
	assert.ok(!(await get('/v1/desk', elsewhere)).is(200).json.items.some((one) => one.object?.id === open.id));
	(await finish(open, elsewhere)).problem(409, 'conflict');
});

test('P-3.10 S-10 U-23 a training is each person\'s own task and is done with a result that suffices', async () => {
	const made = (await begin(training, admin, { title: '試験の研修' })).is(201).json;
	const whole = await spread(made.id);
	assert.ok(whole.total > 10);
	assert.equal((await mine(guardian, made)).length, 0);
	assert.equal((await mine(auditor, made)).length, 0);
	const [one] = await mine(staff, made);
	const seen = (await see(one, staff, '')).is(200).json;
	assert.ok(seen.text.ja.length > 100);
	assert.deepEqual(seen.fields.map((field) => field.name), ['score']);
	assert.deepEqual(seen.pass, { field: 'score', min: 80 });
	const [of_admin] = await mine(admin, made);
	(await finish(of_admin, staff, { fields: { score: 90 } })).problem(404, 'not-found');
	(await finish(one, admin, { fields: { score: 90 } })).problem(403, 'denied');
	const wrong = [{}, { fields: {} }, { fields: { score: null } }, { fields: { score: 'much' } }, { fields: { score: 101 } }, { fields: { score: -1 } },
		{ fields: { score: 79 } }, { fields: { score: 90, more: 1 } }, { fields: 90 }];
	const found = [];
	for (const json of wrong) {
		const reply = await finish(one, staff, json);
		if (reply.status !== 400)
			found.push(`${JSON.stringify(json)} → ${reply.status} ${reply.text.slice(0, 160)}`);
	}
	none(found);
	assert.equal((await see(one, staff, '')).json.state, 'open');
	const done = (await finish(one, staff, { fields: { score: 80 } })).is(200).json;
	assert.equal(done.state, 'done');
	assert.equal(done.account.id, staff.account);
	const record = await registered(done.record);
	assert.deepEqual([record.register.code, record.fields.person, record.fields.result, record.fields.course], ['training', staff.login.split('@')[0], 'passed', '試験の研修']);
	(await get(`/v1/records/${done.record}`, staff)).problem(404, 'not-found');
	(await finish(one, staff, { fields: { score: 100 } })).problem(409, 'conflict');
	assert.deepEqual((await see(one, staff, '')).json.answers, { score: 80 });
	assert.equal((await get(`/v1/campaigns/${made.id}`, auditor)).is(200).json.done, 1);

	// What a place has done waits together, and still nobody approves their own record with the others'.
	const [of_second] = await mine(second, made);
	const own = (await finish(of_admin, admin, { fields: { score: 90 } })).is(200).json.record;
	const others = (await finish(of_second, second, { fields: { score: 90 } })).is(200).json.record;
	(await post(`/v1/records/${own}/approve`, admin)).problem(403, 'denied');
	assert.equal((await post(`/v1/records/${others}/approve`, admin)).is(200).json.state, 'in-force');
	assert.equal((await registered(own)).state, 'waiting');
	assert.ok((await get('/v1/desk', second)).is(200).json.items.some((item) => item.object.id === own), 'it waits for somebody else');
	assert.equal((await post(`/v1/records/${own}/approve`, second)).is(200).json.state, 'in-force');
	(await post(`/v1/campaigns/${made.id}/close`, admin, { reason: '試験の終わり' })).is(200);
});

mustSurvive(test);
