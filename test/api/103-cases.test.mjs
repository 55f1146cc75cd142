// Cases: what somebody asks, whoever answers, and the clocks between them. An inquiry is filed in a city and answered at the provider's;
// a request about data stays in the city.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, exclusive, get, mustSurvive, none, post, processes, request, strangeId, until } from './lib.mjs';
import { of, person } from './world.mjs';

const [city, otherCity] = [...new Set(accounts.filter((one) => one.role === 'guardian').map((one) => one.customer))];
let officer, admin, secondAdmin, auditor, principal, otherPrincipal, guardian, otherGuardian, teacher, operator, farOfficer, farAdmin;
const kinds = {};

before(async () => {
	await exclusive();
	const at = async (role, name = city, place = 0) => person(of(name, role)[place]);
	[officer, admin, secondAdmin, auditor, principal, guardian, otherGuardian, teacher] = await Promise.all([at('officer'),
		at('officer-admin'), at('officer-admin', city, 1), at('auditor'), at('principal'), at('guardian'), at('guardian', city, 1), at('staff')]);
	[operator, farOfficer, farAdmin] = await Promise.all([at('operator', 'provider'), at('officer', otherCity), at('officer-admin', otherCity)]);
	for (const one of of(city, 'principal')) {
		otherPrincipal = await person(one);
		if (otherPrincipal.facility !== principal.facility)
			break;
	}
	for (const one of await all('/v1/case-kinds', admin))
		kinds[one.code] = one;
});

const ask = (as, fields = {}, more = {}) => post(`/v1/case-kinds/${kinds.inquiry.id}/cases`, as,
	{ fields: { subject: '帳票の印刷', topic: 'use', question: '月の出席簿を印刷する手順を教えてください。', ...fields }, ...more });
const demand = (as, fields = {}, more = {}) => post(`/v1/case-kinds/${kinds['data-request'].id}/cases`, as,
	{ fields: { kind: 'disclosure', whose: 'さくら組の子', what: '出席の記録をすべて見たい', ...fields }, ...more });
const see = async (id, as) => (await get(`/v1/cases/${id}`, as)).is(200).json;
const move = (id, as, code, more = {}) => post(`/v1/cases/${id}/moves`, as, { move: code, ...more });
// The half of a case in the other compartment, when it has come so far.
const arrives = async (what, id, as, fits, deadlineMs) => {
	let last;
	await until(what, async () => {
		const reply = await get(`/v1/cases/${id}`, as);
		last = reply.status === 200 ? reply.json : undefined;
		return last !== undefined && fits(last);
	}, deadlineMs);
	return last;
};

test('S-29 kinds of cases are shown to those who may see, file or handle them, with all that a form needs', async () => {
	assert.deepEqual(Object.keys(kinds).filter((code) => ['inquiry', 'data-request'].includes(code)).sort(), ['data-request', 'inquiry']);
	assert.deepEqual(kinds.inquiry.fields.map((one) => one.name), ['subject', 'topic', 'question']);
	assert.equal(kinds.inquiry.clocks[0].target_s, 48 * 3600);
	assert.equal(kinds.inquiry.mirrored, true);
	const shown = async (as) => (await all('/v1/case-kinds', as)).map((one) => one.code).filter((code) => ['inquiry', 'data-request'].includes(code)).sort();
	assert.deepEqual(await shown(guardian), ['data-request']);
	assert.deepEqual(await shown(principal), ['inquiry']);
	assert.deepEqual(await shown(teacher), []);
	assert.deepEqual(await shown(operator), ['inquiry']);
	const may = (await all('/v1/case-kinds', operator)).find((one) => one.code === 'inquiry').may;
	assert.deepEqual(may, { see: true, file: false, handle: true });
});

test('S-29 an inquiry has number, clock and words; whoever opened it, officers and the auditor see it, nobody else', async () => {
	const made = (await ask(principal)).is(201).json;
	assert.equal(made.title, '帳票の印刷');
	assert.equal(made.state.code, 'open');
	assert.equal(made.facility, principal.facility);
	assert.equal(made.fields.topic, 'use');
	assert.equal(made.clocks[0].code, 'first-reply');
	assert.equal(made.clocks[0].state, 'running');
	assert.equal(made.clocks[0].target_s, 48 * 3600);
	assert.match(made.clocks[0].words.ja, /^48時間のうち.*期限は/);
	assert.ok(Date.parse(made.clocks[0].due_at) >= Date.parse(made.opened_at) + 48 * 3_600_000);
	assert.deepEqual(made.moves.map((one) => one.code), ['withdraw']);
	assert.deepEqual(made.entries.map((one) => one.kind), ['opening']);
	for (const who of [principal, officer, admin, auditor])
		assert.equal((await see(made.id, who)).number, made.number);
	for (const who of [guardian, teacher, otherPrincipal, farOfficer, farAdmin])
		(await get(`/v1/cases/${made.id}`, who)).is(404);
	const next = (await ask(officer)).is(201).json;
	assert.equal(next.number, made.number + 1);
	assert.equal(next.facility, null);
	(await get(`/v1/cases/${next.id}`, principal)).is(404);
	assert.equal((await all('/v1/cases', officer))[0].id, next.id, 'the newest stands first');
	assert.ok((await all(`/v1/cases?kind=${kinds.inquiry.id}&state=open&mine=true`, officer)).some((one) => one.id === next.id));
	assert.ok(!(await all('/v1/cases?mine=true', officer)).some((one) => one.id === made.id));
	assert.ok(!(await all('/v1/cases?state=closed', officer)).some((one) => one.id === made.id));
});

test('S-29 an inquiry is answered at the provider\'s: entries go both ways, each once and in order', async () => {
	const { id, number } = (await ask(officer, { subject: '往復の確認' })).is(201).json;
	const there = await arrives('the inquiry at the provider\'s', id, operator, () => true);
	assert.equal(there.origin, city);
	assert.equal(there.number, number);
	assert.equal(there.title, '往復の確認');
	assert.equal(there.fields.question, '月の出席簿を印刷する手順を教えてください。');
	assert.equal(there.opened_by.name, (await see(id, officer)).opened_by.name);
	assert.equal(there.clocks[0].due_at, (await see(id, officer)).clocks[0].due_at, 'both count by the city\'s days');
	assert.deepEqual(there.moves.map((one) => one.code), ['answer']);
	assert.ok((await get('/v1/desk', operator)).is(200).json.items.some((one) => one.object?.id === id && one.kind === 'case-first-reply'));

	(await post(`/v1/cases/${id}/messages`, officer, { text: '急ぎではありません。' })).is(201);
	(await post(`/v1/cases/${id}/messages`, officer, { text: '8月分です。' })).is(201);
	await arrives('both messages', id, operator, (one) => one.entries.length === 3);
	(await move(id, operator, 'answer')).problem(400, 'invalid-input');
	(await move(id, operator, 'answer', { text: '「出席簿」の画面の「印刷」を押してください。' })).is(200);
	const home = await arrives('the answer at home', id, officer, (one) => one.state.code === 'answered');
	assert.deepEqual(home.entries.map((one) => one.text), ['', '急ぎではありません。', '8月分です。', '「出席簿」の画面の「印刷」を押してください。']);
	assert.deepEqual(home.entries.map((one) => one.side), ['home', 'home', 'home', 'mirror']);
	assert.equal(home.clocks[0].state, 'ended');
	assert.equal(home.clocks[0].late, false);
	assert.ok(home.entries[3].author.name.length > 0);
	assert.ok((await get('/v1/desk', officer)).is(200).json.items.some((one) => one.object?.id === id && one.kind === 'case-answer'));
	const ended = await arrives('the end of the clock at the provider\'s', id, operator, (one) => one.clocks[0].state === 'ended');
	assert.equal(ended.clocks[0].ended_at, home.clocks[0].ended_at);
	assert.ok(!(await get('/v1/desk', operator)).json.items.some((one) => one.object?.id === id));

	(await move(id, officer, 'close', { text: 'できました。' })).is(200);
	const closed = await arrives('the end at the provider\'s', id, operator, (one) => one.closed_at !== null);
	assert.equal(closed.outcome.code, 'solved');
	assert.equal(closed.entries.length, 5);
	(await post(`/v1/cases/${id}/messages`, operator, { text: 'またどうぞ。' })).problem(409, 'conflict');
	(await post(`/v1/cases/${id}/messages`, officer, { text: 'まだありました。' })).problem(409, 'conflict');
	assert.ok(!(await get('/v1/desk', officer)).json.items.some((one) => one.object?.id === id));
});

test('S-29 what was said at the provider\'s when the case had ended at home is kept, and changes nothing', async () => {
	const { id } = (await ask(officer, { subject: 'すれ違い' })).is(201).json;
	await arrives('the inquiry at the provider\'s', id, operator, () => true);
	const [answered, withdrawn] = await Promise.all([move(id, operator, 'answer', { text: 'お答えします。' }), move(id, officer, 'withdraw')]);
	assert.equal(answered.status, 200);
	if (withdrawn.status === 200) {
		const home = await arrives('the late answer', id, officer, (one) => one.entries.some((entry) => entry.text === 'お答えします。'));
		assert.ok(['withdrawn'].includes(home.state.code));
		assert.equal((await arrives('home\'s word', id, operator, (one) => one.state.code === 'withdrawn')).outcome.code, 'withdrawn');
	} else {
		withdrawn.problem(409, 'conflict');
	}
});

test('S-29 an inquiry of one city is unknown to another, and its answerers see each city\'s apart', async () => {
	const { id } = (await ask(officer, { subject: 'この市だけの話' })).is(201).json;
	const theirs = (await post(`/v1/case-kinds/${kinds.inquiry.id}/cases`, farOfficer, { fields: { subject: '別の市の話', topic: 'other', question: '別の市の質問です。' } })).is(201).json;
	await arrives('one', id, operator, (one) => one.origin === city);
	await arrives('the other', theirs.id, operator, (one) => one.origin === otherCity);
	for (const who of [farOfficer, farAdmin]) {
		(await get(`/v1/cases/${id}`, who)).is(404);
		(await post(`/v1/cases/${id}/messages`, who, { text: 'x' })).is(404);
		(await move(id, who, 'withdraw')).is(404);
		assert.ok(!(await get('/v1/cases', who)).text.includes(id));
	}
	(await get(`/v1/cases/${theirs.id}`, admin)).is(404);
});

test('P-1.7 P-9.4 a guardian\'s request about data is the guardian\'s and the administrators\' alone, has an owner and is due in thirty days', async () => {
	const made = (await demand(guardian)).is(201).json;
	assert.equal(made.state.code, 'received');
	assert.equal(made.clocks[0].target_s, 30 * 86400);
	assert.equal(made.clocks[0].due_at.slice(0, 19), `${dayAfter(30)}T23:59:59`);
	assert.equal(made.due_at, made.clocks[0].due_at);
	assert.ok(made.assignee.name.length > 0, 'somebody has it at once');
	assert.deepEqual(made.moves.map((one) => one.code), ['withdraw']);
	for (const who of [guardian, admin, secondAdmin])
		await see(made.id, who);
	for (const who of [otherGuardian, teacher, principal, officer, auditor, farAdmin, operator])
		(await get(`/v1/cases/${made.id}`, who)).is(404);
	for (const who of [officer, auditor, principal, otherGuardian])
		assert.ok(!(await get('/v1/cases', who)).text.includes(made.id));
	const keeper = [admin, secondAdmin].find((one) => one.account === made.assignee.id);
	assert.ok((await get('/v1/desk', keeper)).json.items.some((one) => one.object?.id === made.id && one.kind === 'case-decision' && one.due_at !== null));

	// Back for a correction: the clock stands, and says so.
	(await move(made.id, admin, 'return', { text: 'どの期間か教えてください。' })).is(200);
	const returned = await see(made.id, guardian);
	assert.equal(returned.clocks[0].state, 'standing');
	assert.equal(returned.clocks[0].due_at, null);
	assert.match(returned.clocks[0].words.ja, /回答待ちのため停止中/);
	assert.ok((await get('/v1/desk', guardian)).json.items.some((one) => one.object?.id === made.id && one.kind === 'case-answer'));
	assert.ok(!(await get('/v1/desk', keeper)).json.items.some((one) => one.object?.id === made.id && one.kind === 'case-decision'));
	(await move(made.id, guardian, 'correct', { text: '4月から7月です。' })).is(200);
	assert.equal((await see(made.id, guardian)).clocks[0].state, 'running');

	(await move(made.id, admin, 'grant')).problem(400, 'invalid-input');
	(await move(made.id, guardian, 'grant', { fields: { decision: '自分で決めた' } })).problem(403, 'denied');
	const done = (await move(made.id, admin, 'grant', { fields: { decision: '写しを渡した' } })).is(200).json;
	assert.equal(done.fields.decision, '写しを渡した');
	assert.equal(done.fields.kind, 'disclosure');
	assert.equal(done.outcome.code, 'granted');
	assert.equal(done.clocks[0].state, 'ended');
	assert.equal((await see(made.id, guardian)).fields.decision, '写しを渡した');
});

test('P-1.7 a case is given to somebody who may handle it, and to nobody else', async () => {
	const { id } = (await demand(guardian, { kind: 'correction' })).is(201).json;
	const seen = await see(id, admin);
	assert.ok(seen.handlers.some((one) => one.id === secondAdmin.account));
	assert.deepEqual((await see(id, guardian)).handlers, []);
	const given = (await post(`/v1/cases/${id}/assign`, admin, { account: secondAdmin.account })).is(200).json;
	assert.equal(given.assignee.id, secondAdmin.account);
	assert.ok((await get('/v1/desk', secondAdmin)).json.items.some((one) => one.object?.id === id));
	assert.ok(!(await get('/v1/desk', admin)).json.items.some((one) => one.object?.id === id));
	for (const account of [officer.account, guardian.account, strangeId(), farAdmin.account])
		(await post(`/v1/cases/${id}/assign`, admin, { account })).problem(400, 'invalid-input');
	(await post(`/v1/cases/${id}/assign`, guardian, { account: secondAdmin.account })).problem(403, 'denied');
	(await post(`/v1/cases/${id}/assign`, officer, { account: secondAdmin.account })).is(404);
	(await move(id, guardian, 'withdraw')).is(200);
	(await post(`/v1/cases/${id}/assign`, admin, { account: admin.account })).problem(409, 'conflict');
});

test('S-29 P-1.7 a wrong move, the wrong side and a state that has passed are refused, each in its way', async () => {
	const { id } = (await demand(guardian, { kind: 'export' })).is(201).json;
	assert.ok((await move(id, guardian, 'fly')).fields?.includes('move'));
	(await move(id, guardian, 'correct', { text: 'まだ求められていません。' })).problem(409, 'conflict');
	(await move(id, admin, 'correct', { text: '代わりに' })).problem(403, 'denied');
	(await move(id, guardian, 'return', { text: 'x' })).problem(403, 'denied');
	assert.ok((await move(id, admin, 'decline', { fields: { decision: '根拠がない' } })).fields?.includes('text'));
	assert.ok((await move(id, admin, 'decline', { text: 'できません' })).fields?.includes('fields.decision'));
	assert.ok((await move(id, admin, 'decline', { text: 'できません', fields: { decision: 'x', whose: '別の人' } })).fields?.includes('fields'));
	assert.equal((await see(id, guardian)).entries.length, 1);
	assert.equal((await see(id, guardian)).fields.whose, 'さくら組の子');
});

test('S-29 of two moves at once one is made', async () => {
	const { id } = (await demand(guardian, { kind: 'erasure' })).is(201).json;
	const replies = await Promise.all([move(id, admin, 'grant', { fields: { decision: 'a' } }), move(id, secondAdmin, 'decline', { text: 'だめ', fields: { decision: 'b' } }),
		move(id, guardian, 'withdraw')]);
	assert.deepEqual(replies.map((one) => one.status).sort(), [200, 409, 409]);
	const end = await see(id, guardian);
	assert.equal(end.entries.length, 2);
	assert.ok(end.closed_at !== null);
});

test('S-29 P-5.4 fields are judged by the kind: what is missing, unknown, too long or of the wrong type is named', async () => {
	const wrong = [
		['fields.question', { question: undefined }], ['fields.topic', { topic: 'gossip' }], ['fields.subject', { subject: 'あ'.repeat(101) }],
		['fields.colour', { colour: 'red' }], ['fields.question', { question: 'a\u0007b' }], ['fields.question', { question: 'あ'.repeat(3001) }],
	];
	const found = [];
	for (const [field, changed] of wrong) {
		const reply = await ask(officer, changed);
		if (reply.status !== 400 || !reply.fields.some((one) => one === field || one === 'fields'))
			found.push(`${field} → ${reply.status} ${reply.text.slice(0, 200)}`);
	}
	none(found);
	(await post(`/v1/case-kinds/${kinds.inquiry.id}/cases`, officer, { fields: 'text' })).problem(400, 'invalid-input');
	(await post(`/v1/case-kinds/${kinds.inquiry.id}/cases`, officer, {})).problem(400, 'invalid-input');
	(await post(`/v1/case-kinds/${kinds.inquiry.id}/cases`, officer, { fields: [1] })).problem(400, 'invalid-input');
	(await post(`/v1/case-kinds/${strangeId()}/cases`, officer, { fields: {} })).is(404);
	(await post(`/v1/case-kinds/${kinds.inquiry.id}/cases`, guardian, { fields: {} })).is(404);
	(await post(`/v1/case-kinds/${kinds.inquiry.id}/cases`, auditor, { fields: { subject: 'a', topic: 'use', question: 'b' } })).problem(403, 'denied');
	(await ask(principal, {}, { facility: otherPrincipal.facility })).is(404);
	const { id } = (await ask(officer, { question: 'あ'.repeat(3000), subject: '㍻'.repeat(100) })).is(201).json;
	(await post(`/v1/cases/${id}/messages`, officer, { text: '𠮷'.repeat(3000) })).is(201);
	(await post(`/v1/cases/${id}/messages`, officer, { text: 'あ'.repeat(3001) })).problem(400, 'invalid-input');
	(await post(`/v1/cases/${id}/messages`, officer, { text: '' })).problem(400, 'invalid-input');
	const there = await arrives('the longest message', id, operator, (one) => one.entries.length === 2);
	assert.equal(there.entries[1].text, '𠮷'.repeat(3000));
	assert.equal(there.fields.question, 'あ'.repeat(3000));
	(await move(id, officer, 'withdraw')).is(200);
});

test('S-29 the calendar of closed days counts from tomorrow, is approved by a second person, and running clocks follow it', async () => {
	const put = (json, as = admin) => request('PUT', '/v1/work-calendar', { as, json });
	const valid = { valid_from: dayAfter(1), weekdays: 65, holidays: true, year_end: true, extra_closed: '', extra_open: '' };
	const wrong = [['valid_from', { valid_from: dayAfter(0) }], ['valid_from', { valid_from: '2040-01-01' }], ['weekdays', { weekdays: 127 }],
		['extra_closed', { extra_closed: '2027-13-01' }], ['extra_closed', { extra_closed: '2027-01-05 2027-01-04' }],
		['extra_open', { extra_closed: '2027-01-05', extra_open: '2027-01-05' }]];
	const found = [];
	for (const [field, changed] of wrong) {
		const reply = await put({ ...valid, ...changed });
		if (reply.status !== 400 || !reply.fields.includes(field))
			found.push(`${JSON.stringify(changed)} → ${reply.status} ${reply.text.slice(0, 120)}`);
	}
	none(found);
	(await put(valid, officer)).problem(403, 'denied');
	const { id, clocks } = (await ask(officer, { subject: '暦の確認' })).is(201).json;
	await arrives('the inquiry at the provider\'s', id, operator, () => true);
	// From tomorrow on all of the next ten days are closed.
	const closed = Array.from({ length: 10 }, (_, at) => dayAfter(at + 1)).join(' ');
	const { change } = (await put({ ...valid, extra_closed: closed })).is(202).json;
	(await post(`/v1/changes/${change.id}/approve`, admin)).is(403);
	assert.equal((await post(`/v1/changes/${change.id}/approve`, secondAdmin)).is(200).json.state, 'applied');
	assert.equal((await all('/v1/work-calendar', officer))[0].extra_closed, closed);
	const later = await arrives('the clock by the new calendar', id, officer, (one) => one.clocks[0].due_at !== clocks[0].due_at, 60_000);
	assert.ok(Date.parse(later.clocks[0].due_at) > Date.parse(clocks[0].due_at));
	assert.match(later.clocks[0].words.ja, /は閉庁日のため停止/);
	const there = await arrives('the same at the provider\'s', id, operator, (one) => one.clocks[0].due_at === later.clocks[0].due_at);
	assert.equal(there.clocks[0].words.ja.slice(-20), later.clocks[0].words.ja.slice(-20));
	const item = (await get('/v1/desk', operator)).json.items.find((one) => one.object?.id === id);
	assert.equal(Date.parse(item.due_at), Date.parse(later.clocks[0].due_at));
	// Back to what it was, for whoever comes next.
	const again = (await put({ ...valid })).is(202).json.change;
	(await post(`/v1/changes/${again.id}/approve`, secondAdmin)).is(200);
	(await move(id, officer, 'withdraw')).is(200);
});

test('S-29 hours are counted as the standards\' calendar says, by both readings', async () => {
	const measure = async (query) => (await get(`/v1/work-calendar/measure?${new URLSearchParams({ usual: 'true', hours: '48', ...query })}`, officer)).is(200).json;
	const september = { from: '2026-09-18T09:10:00+09:00', at: '2026-09-24T16:20:00+09:00' };
	const sum = await measure(september);
	assert.equal(sum.used_s, 31 * 3600 + 600);
	assert.equal(Date.parse(sum.due_at), Date.parse('2026-09-25T09:10:00+09:00'));
	assert.equal(sum.words.ja, '48時間のうち31時間10分を使用。期限は9月25日（金）9:10。9月19日〜23日は閉庁日のため停止。');
	const days = await measure({ ...september, reading: 'end-of-day' });
	assert.equal(Date.parse(days.due_at), Date.parse('2026-09-26T00:00:00+09:00'));
	(await get('/v1/work-calendar/measure?hours=48&from=2026-09-18T09:10:00%2B09:00', principal)).problem(403, 'denied');
});

test('S-29 P-1.7 P-9.4 the checks of clocks and requests pass, and look at what there is', async () => {
	const lasting = processes()?.length;
	const { id } = (await ask(officer, { subject: '検査の前に' })).is(201).json;
	for (const check of ['closed-day-clock-correct', 'data-request-path-works', 'data-request-overdue-none', 'first-reply-within']) {
		const before = (await get(`/v1/checks/${check}`, auditor)).is(200).json;
		(await post(`/v1/checks/${check}/run`, auditor)).is(202);
		const run = await until(`a run of ${check}`, async () => {
			const now = (await get(`/v1/checks/${check}`, auditor)).is(200).json;
			return now.last_at !== before.last_at ? now : undefined;
		}, 120_000);
		assert.equal(run.state, 'passed', `${check}: ${JSON.stringify(run.steps)}`);
		assert.ok(run.objects > 0, check);
	}
	(await move(id, officer, 'withdraw')).is(200);
	await until('the last run has gone', async () => processes() === null || processes().length === lasting);
});

mustSurvive(test);
