// Something happens, a rule is about it, and somebody has to look: grouped, at the right place, owned, judged, closed; silent with a
// reason; and what runs by the clock is shown.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, exclusive, get, mustSurvive, post, signIn, today, until } from './lib.mjs';

const of = (role, customer = 'sapporo') => accounts.filter((one) => one.customer === customer && one.role === role);
let here, there, staff, guardian, officer, admin, second, auditor, operator, operatorAdmin, far;

before(async () => {
	await exclusive();
	[here, there] = await Promise.all(of('principal').slice(0, 2).map(signIn));
	[staff, guardian, officer, admin, second, auditor, operator, operatorAdmin, far] = await Promise.all([
		of('staff')[0], of('guardian')[0], of('officer')[0], of('officer-admin')[0], of('officer-admin')[1], of('auditor')[0],
		of('operator', 'provider')[0], of('operator-admin', 'provider')[0], of('officer-admin', 'hinoki')[0],
	].map(signIn));
	await settle();
});

let number = 0;
// A child is enrolled and leaves at once: an operation of great impact.
async function leave(as = here) {
	const [first] = await all(`/v1/facilities/${as.facility}/classes`, as);
	const child = (await post(`/v1/facilities/${as.facility}/children`, as, {
		name: `警報 子${++number}`, kana: 'けいほう こ', birth_date: '2021-05-01', address: '札幌市中央区1', entry_date: '2025-04-01', class: first.id,
	})).is(201).json;
	const body = { date: today, reason: '転居のため' };
	const asked = (await post(`/v1/children/${child.id}/leave`, as, body)).problem(428, 'confirmation-required').confirm;
	(await post(`/v1/children/${child.id}/leave`, as, body, { headers: { confirm: asked.token } })).is(200);
	return child;
}

const queue = async (as, more = '') => (await get(`/v1/alerts?limit=200${more}`, as)).is(200).json.items;
const critical = async (as) => (await queue(as)).filter((one) => one.rule.code === 'critical-operation' && one.state !== 'closed' && one.facility?.id === here.facility);
const found = (what, condition) => until(what, condition, 30_000);

// What earlier runs left is closed, so that counting begins anew.
async function settle() {
	for (const one of await critical(admin)) {
		if (one.may.judge)
			(await post(`/v1/alerts/${one.id}/judge`, admin, { judgement: 'normal', note: '前回の試験' })).is(200);
		else if (one.may.close)
			(await post(`/v1/alerts/${one.id}/close`, admin)).is(200);
	}
}

test('K-39 K-56 what a rule is about raises one alert, counted, with the events that raised it', async () => {
	const child = await leave();
	let alert;
	await found('the alert', async () => ([alert] = await critical(here)) && alert?.count === 1);
	assert.equal(alert.state, 'open');
	assert.equal(alert.severity, 'info');
	assert.equal(alert.judgement, 'none');
	assert.equal(alert.owner, null);
	assert.equal(alert.origin, '');
	assert.ok(alert.title.ja.includes('1件') && alert.title.en.startsWith('1 operations'));
	assert.ok(alert.title.ja.includes(alert.facility.name), 'the facility stands in its words');
	assert.ok(!JSON.stringify(alert).includes(child.name) && !JSON.stringify(alert).includes('警報 子'), 'nobody is named');
	const whole = (await get(`/v1/alerts/${alert.id}`, admin)).is(200).json;
	assert.equal(whole.events.length, 1);
	const event = (await get(`/v1/events/${whole.events[0]}`, admin)).is(200).json;
	assert.equal(event.operation, 'child.leave');
	await Promise.all([leave(), leave()]);
	await found('both are counted on it', async () => ([alert] = await critical(here)) && alert?.count === 3);
	assert.equal((await critical(here)).length, 1);
	assert.deepEqual((await get(`/v1/alerts/${alert.id}`, admin)).is(200).json.events.length, 3);
});

test('K-27 an alert is seen and handled by the roles of its rule, at its facility, in its city', async () => {
	const [alert] = await critical(here);
	assert.ok(alert);
	for (const who of [officer, admin, auditor])
		assert.ok((await critical(who)).some((one) => one.id === alert.id));
	for (const who of [there, staff, guardian, far]) {
		assert.ok(!(await queue(who)).some((one) => one.id === alert.id));
		(await get(`/v1/alerts/${alert.id}`, who)).problem(404, 'not-found');
		(await post(`/v1/alerts/${alert.id}/acknowledge`, who)).is(404);
	}
	for (const who of [officer, auditor]) {
		(await post(`/v1/alerts/${alert.id}/acknowledge`, who)).problem(403, 'denied');
		assert.deepEqual(alert.may, { acknowledge: true, assign: true, judge: true, close: false });
		assert.ok(Object.values((await critical(who)).find((one) => one.id === alert.id).may).every((may) => !may));
	}
});

const onDesk = async (who, alert) => (await get('/v1/desk', who)).is(200).json.items.find((one) => one.object.id === alert.id);

test('P-7.1 S-23 it is taken, given to somebody, judged, reported and closed; each only in its turn', async () => {
	const [alert] = await critical(here);
	const waits = await onDesk(here, alert);
	assert.equal(waits.kind, 'alert-handle');
	assert.equal(waits.link, `/alerts/${alert.id}`);
	assert.equal(waits.due_at, alert.due_at);
	assert.ok(await onDesk(admin, alert) && !(await onDesk(officer, alert)) && !(await onDesk(there, alert)));

	(await post(`/v1/alerts/${alert.id}/close`, here)).problem(409, 'conflict');
	const taken = (await post(`/v1/alerts/${alert.id}/acknowledge`, here)).is(200).json;
	assert.equal(taken.state, 'acknowledged');
	assert.equal(taken.owner.id, here.account);
	assert.ok(await onDesk(here, alert) && !(await onDesk(admin, alert)), 'it waits for its owner alone');
	(await post(`/v1/alerts/${alert.id}/acknowledge`, admin)).problem(409, 'conflict');

	assert.deepEqual((await post(`/v1/alerts/${alert.id}/assign`, admin, { account: officer.account })).problem(400, 'invalid-input').errors.map((one) => one.field), ['account']);
	assert.equal((await post(`/v1/alerts/${alert.id}/assign`, admin, { account: second.account })).is(200).json.owner.id, second.account);
	assert.ok(await onDesk(second, alert) && !(await onDesk(here, alert)));

	(await post(`/v1/alerts/${alert.id}/judge`, admin, { judgement: 'improper' })).problem(400, 'invalid-input');
	(await post(`/v1/alerts/${alert.id}/judge`, admin, { judgement: 'none', note: 'あ' })).problem(400, 'invalid-input');
	const judged = (await post(`/v1/alerts/${alert.id}/judge`, admin, { judgement: 'improper', note: '手続きによらない退園' })).is(200).json;
	assert.equal(judged.state, 'judged');
	assert.equal(judged.note, '手続きによらない退園');
	assert.ok(judged.reported_at && judged.course.judged_at && !judged.course.closed_at);
	assert.ok(!(await onDesk(second, alert)));
	(await post(`/v1/alerts/${alert.id}/judge`, admin, { judgement: 'normal', note: 'あ' })).problem(409, 'conflict');

	await leave();
	await found('what comes meanwhile is counted', async () => (await get(`/v1/alerts/${alert.id}`, admin)).json.count === 4);
	assert.ok(!(await onDesk(here, alert)), 'nobody is called anew about what is in hand');
	assert.equal((await post(`/v1/alerts/${alert.id}/close`, admin)).is(200).json.state, 'closed');
	(await post(`/v1/alerts/${alert.id}/close`, admin)).problem(409, 'conflict');

	await leave();
	let next;
	await found('the next one is another alert', async () => ([next] = await critical(here)) && next && next.id !== alert.id);
	assert.equal(next.count, 1);
	assert.equal((await post(`/v1/alerts/${next.id}/judge`, here, { judgement: 'normal', note: '予定どおり' })).is(200).json.state, 'closed');
});

test('S-51 a rule is silenced for a week at most, with a reason; what comes meanwhile is counted and waits', async () => {
	const rules = (await get('/v1/alert-rules', admin)).is(200).json.items;
	const rule = rules.find((one) => one.code === 'critical-operation');
	assert.ok(rules.length > 8 && rule.may_silence);
	assert.deepEqual((await get('/v1/alert-rules', guardian)).is(200).json.items, []);
	const silence = (who, until, reason = '年度末の退園処理') => post(`/v1/alert-rules/${rule.id}/silence`, who, { until: new Date(until).toISOString(), reason });
	const now = Date.now();
	(await silence(officer, now + 60_000)).problem(403, 'denied');
	(await silence(guardian, now + 60_000)).is(404);
	for (const wrong of [now - 1000, now + 7 * 86_400_000 + 60_000])
		assert.deepEqual((await silence(admin, wrong)).problem(400, 'invalid-input').errors.map((one) => one.field), ['until']);
	(await silence(admin, now + 60_000, '')).problem(400, 'invalid-input');
	const until = now + 20_000;
	assert.ok((await silence(admin, until)).is(200).json.silent_until);
	await leave();
	let alert;
	await found('the silent alert', async () => ([alert] = await critical(here)) && alert !== undefined);
	assert.equal(alert.silenced, true);
	assert.ok(Date.parse(alert.due_at) >= until + 3 * 86_400_000, 'its time begins when the silence ends');
	assert.ok(await onDesk(here, alert), 'it is not lost');
	await found('the silence is over', async () => (await get('/v1/alert-rules', admin)).json.items.find((one) => one.id === rule.id).silent_until === null);
	await leave();
	await found('what comes after the silence calls', async () => {
		const seen = (await get(`/v1/alerts/${alert.id}`, admin)).is(200).json;
		return seen.count === 2 && !seen.silenced;
	});
	(await post(`/v1/alerts/${alert.id}/judge`, admin, { judgement: 'false-alarm', note: '試験' })).is(200);
});

test('K-39 what runs by the clock is shown to overseers: when it ran, when it runs next, what if it is missed', async () => {
	for (const who of [officer, admin, auditor, operator, operatorAdmin]) {
		const { items } = (await get('/v1/schedule', who)).is(200).json;
		const scan = items.find((one) => one.code === 'alert.scan-step');
		assert.ok(scan.title.ja && scan.title.en && scan.every_s === 5 && scan.missed === 'once');
		assert.ok(Date.parse(scan.last_at) > Date.now() - 180_000 && Date.parse(scan.next_at) > Date.now() - 10_000);
		assert.ok(items.length >= 5 && items.every((one) => one.limit_s > 0 && (one.every_s > 0 || /^\d\d:\d\d$/.test(one.at))));
		assert.ok(items.every((one) => one.last_outcome !== 'failed'), 'nothing has failed');
	}
	for (const who of [here, staff, guardian])
		(await get('/v1/schedule', who)).problem(403, 'denied');
});

test('P-7.1 a tick that finds nothing leaves no event', async () => {
	const steps = async () => (await Promise.all(['alert.scan-step', 'todo.remind-step'].map((operation) => get(`/v1/events?operation=${operation}&limit=1`, auditor))))
		.map((reply) => reply.is(200).json.items[0]?.index);
	assert.ok((await steps())[0] > 0, 'what it found stands in the record');
	const before = await steps();
	await new Promise((resolve) => setTimeout(resolve, 12_000)); // two looks of the scan, several of the reminders
	assert.deepEqual(await steps(), before);
});

mustSurvive(test);
