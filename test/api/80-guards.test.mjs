// What has great effect is done knowingly (confirm) or by two (approve).
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { all, dayAfter, exclusive, get, mustSurvive, post, until } from './lib.mjs';
import { cast, tidyUp } from './cast.mjs';
import { of, person } from './world.mjs';

let who, block, unblock, relative;

before(async () => {
	await exclusive();
	who = await cast();
	await tidyUp(who);
	// The guardianship that is blocked and unblocked here is the one that cast() has left blocked.
	const at = `/v1/children/${who.child.id}/guardians/${who.link.id}`;
	[block, unblock] = [`${at}/block`, `${at}/unblock`];
	relative = async () => (await all(`/v1/children/${who.child.id}/guardians`, who.principal)).find((one) => one.id === who.link.id).state;
	(await post(unblock, who.principal)).is(200);
});

const ask = async (principal = who.principal, headers = {}) => {
	const body = (await post(block, principal, {}, { headers })).problem(428, 'confirmation-required');
	return body.confirm;
};
const sayYes = (token, principal = who.principal) => post(block, principal, {}, { headers: { confirm: token } });

test('K-3 T-14 U-03 a block is first shown with its impact, and not done', async () => {
	const confirm = await ask();
	assert.equal(confirm.objects, 1);
	assert.match(confirm.impact, /sees nothing of the child/);
	assert.match(confirm.manual, /\.md$/);
	assert.match(confirm.token, /^[A-Za-z0-9_-]{43}$/);
	const japanese = await ask(who.principal, { 'accept-language': 'ja' });
	assert.match(japanese.impact, /保護者/);
	assert.equal(await relative(), 'active');
	(await get(`/v1/children/${who.child.id}`, who.blocked)).is(200);
});

test('K-3 U-03 a token that is not the one given confirms nothing', async () => {
	const { token } = await ask();
	const wrong = ['', 'x', token.slice(0, -1), `${token}A`, `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`, token.toUpperCase() === token ? token.toLowerCase() : token.toUpperCase(), 'A'.repeat(43)];
	for (const one of wrong)
		assert.ok([428, 400].includes((await sayYes(one)).status), `with "${one}"`);
	assert.equal(await relative(), 'active');
});

test('K-3 U-03 a token of another person, another guardianship or another operation confirms nothing', async () => {
	const { token } = await ask();
	const colleague = await person(of(who.cityA, 'principal').find((one) => one.login !== who.principal.login));
	(await sayYes(token, colleague)).problem(404, 'not-found');
	(await sayYes(token, who.teacher)).is(403);
	(await sayYes(token, who.far.principal)).problem(404, 'not-found');
	const others = (await all(`/v1/children/${who.child.id}/guardians`, who.principal)).find((one) => one.id !== who.link.id);
	(await post(`/v1/children/${who.child.id}/guardians/${others.id}/block`, who.principal, {}, { headers: { confirm: token } })).problem(428, 'confirmation-required');
	assert.equal((await all(`/v1/children/${who.child.id}/guardians`, who.principal)).find((one) => one.id === others.id).state, others.state);
	assert.equal(await relative(), 'active');
});

test('K-3 T-14 U-03 the token confirms once', async () => {
	const { token } = await ask();
	assert.equal((await sayYes(token)).is(200).json.state, 'blocked');
	assert.equal(await relative(), 'blocked');
	(await get(`/v1/children/${who.child.id}`, who.blocked)).problem(404, 'not-found');
	(await post(unblock, who.principal)).is(200);
	(await sayYes(token)).problem(428, 'confirmation-required');
	assert.equal(await relative(), 'active');
});

test('K-3 a token is good for one of many that use it at once', async () => {
	const { token } = await ask();
	const replies = await Promise.all(Array.from({ length: 12 }, () => sayYes(token)));
	assert.equal(replies.filter((reply) => reply.status === 200).length, 1, replies.map((reply) => reply.status).join(' '));
	(await post(unblock, who.principal)).is(200);
});

test('K-27 S-48 who reported is not told between guardians of whom one is blocked', async () => {
	const report = { date: dayAfter(5), kind: 'late', reason: `あとから ${who.blocked.login}` };
	(await post(`/v1/children/${who.child.id}/absences`, who.blocked, report)).is(201);
	const told = async () => (await all(`/v1/children/${who.child.id}/absences`, who.own)).filter((one) => one.reason === report.reason).map((one) => one.reporter_name);
	const before = await told();
	assert.ok(before.length >= 1 && before.every((name) => name !== ''), 'a guardian in force is named');
	const { token } = await ask();
	(await sayYes(token)).is(200);
	assert.ok((await told()).every((name) => name === ''), 'a blocked one is not');
	(await post(unblock, who.principal)).is(200);
	assert.deepEqual(await told(), before);
});

test('K-3 what needs no confirmation takes no notice of a token', async () => {
	const { token } = await ask();
	(await get(`/v1/children/${who.child.id}`, who.principal, { headers: { confirm: token } })).is(200);
	assert.equal((await sayYes(token)).status, 200, 'and it is still good');
});

// ---- approve ----

const elsewhere = () => who.elsewhere.principal.facility;
const close = (admin) => post(`/v1/facilities/${elsewhere()}/close`, admin);
const reopen = (admin) => post(`/v1/facilities/${elsewhere()}/reopen`, admin);
const stateOf = async () => (await get(`/v1/facilities/${elsewhere()}`, who.overseers.officer)).is(200).json.state;
const on = (change, verb, admin) => post(`/v1/changes/${change.id}/${verb}`, admin);

test('K-44 T-26 a facility is closed only when a second officer-admin approves', async () => {
	const [first, second] = who.overseers.admins;
	const { change } = (await close(first)).is(202).json;
	assert.equal(change.state, 'waiting');
	assert.equal(change.operation, 'facility.close');
	assert.equal(await stateOf(), 'open');
	(await on(change, 'approve', first)).is(403);
	assert.equal(await stateOf(), 'open', 'nobody approves their own');
	for (const overseer of [who.overseers.officer, who.overseers.auditor])
		(await on(change, 'approve', overseer)).problem(403, 'denied');
	for (const stranger of [who.principal, who.own, who.far.admin])
		(await on(change, 'approve', stranger)).is(404);
	assert.equal(await stateOf(), 'open');
	assert.equal((await get(`/v1/changes/${change.id}`, second)).is(200).json.state, 'waiting');
	assert.equal((await on(change, 'approve', second)).is(200).json.state, 'applied');
	assert.equal(await stateOf(), 'closed');
	(await on(change, 'approve', second)).problem(409, 'conflict');
	(await on(change, 'withdraw', first)).problem(409, 'conflict');

	const undo = (await reopen(second)).is(202).json.change;
	assert.equal(await stateOf(), 'closed');
	assert.equal((await on(undo, 'approve', first)).is(200).json.state, 'applied');
	assert.equal(await stateOf(), 'open');
});

test('K-44 a change may be withdrawn by who asked for it, and rejected by who would approve', async () => {
	const [first, second] = who.overseers.admins;
	const withdrawn = (await close(first)).is(202).json.change;
	(await on(withdrawn, 'withdraw', second)).is(403);
	assert.equal((await on(withdrawn, 'withdraw', first)).is(200).json.state, 'withdrawn');
	(await on(withdrawn, 'approve', second)).problem(409, 'conflict');
	const rejected = (await close(first)).is(202).json.change;
	(await on(rejected, 'reject', first)).is(403);
	assert.equal((await on(rejected, 'reject', second)).is(200).json.state, 'rejected');
	(await on(rejected, 'approve', second)).problem(409, 'conflict');
	assert.equal(await stateOf(), 'open');
});

test('K-44 two approvals at once apply a change once', async () => {
	const [first, second] = who.overseers.admins;
	const { change } = (await close(first)).is(202).json;
	const replies = await Promise.all(Array.from({ length: 8 }, () => on(change, 'approve', second)));
	assert.equal(replies.filter((reply) => reply.status === 200).length, 1, replies.map((reply) => reply.status).join(' '));
	assert.equal(await stateOf(), 'closed');
	const undo = (await reopen(first)).is(202).json.change;
	(await on(undo, 'approve', second)).is(200);
	assert.equal(await stateOf(), 'open');
});

test('K-44 a change is not applied to a state that it was not asked for', async () => {
	const [first, second] = who.overseers.admins;
	const stale = (await close(first)).is(202).json.change;
	const meanwhile = (await close(second)).is(202).json.change;
	(await on(meanwhile, 'approve', first)).is(200);
	(await on((await reopen(first)).is(202).json.change, 'approve', second)).is(200);
	assert.equal(await stateOf(), 'open');
	assert.equal((await on(stale, 'approve', second)).is(200).json.state, 'stale');
	assert.equal(await stateOf(), 'open');
});

test('T-26 P-3.13 who asked and who approved stands in the record', async () => {
	const [first, second] = who.overseers.admins;
	const filed = (await close(first)).is(202);
	const { change } = filed.json;
	const decided = (await on(change, 'reject', second)).is(200);
	const events = await until('both events', async () => {
		const list = (await get('/v1/events?limit=50', who.overseers.auditor)).is(200).json.items;
		const found = [filed, decided].map((reply) => list.find((one) => one.request === reply.request));
		return found.every(Boolean) && found;
	});
	assert.equal(events[0].actor, first.account);
	assert.equal(events[0].operation, 'facility.close');
	assert.ok(events[0].objects.some((one) => one.entity === 'change' && one.id === change.id));
	assert.equal(events[1].actor, second.account);
	assert.equal(events[1].operation, 'change.reject');
});

test('K-3 everything is as it was before', async () => {
	await tidyUp(who);
	(await all('/v1/changes', who.overseers.admins[0])).forEach((one) => assert.notEqual(one.state, 'waiting'));
	assert.equal(await stateOf(), 'open');
	if (await relative() === 'active')
		(await sayYes((await ask()).token)).is(200);
	assert.equal(await relative(), 'blocked', 'the guardian who is not to see the child does not');
});

mustSurvive(test);
