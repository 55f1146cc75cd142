// A new kind of register, case, announcement, campaign or alert is a description and words, and no line of the program: a copy of catalog/ with
// one more of each, given by --catalog, simply works; what is taken out of it again stays readable; a mistake in it stops the start and is said
// with its place.
//
// Whoever adds a mechanism adds to `additions` what is to be written into the copy, and below a test of its own with the running server.
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { finish, Server, today } from '../fault/server.mjs';

const folder = path.join(mkdtempSync(path.join(tmpdir(), 'sekimori-descriptions-')), 'catalog');
const file = (name) => path.join(folder, name);
const change = (name, from, to) => {
	const text = readFileSync(file(name), 'utf8');
	assert.ok(text.includes(from), `${name} has: ${from}`);
	writeFileSync(file(name), text.replace(from, to));
};

const REGISTER = `  - register: umbrella
    kept: record
    home: customer
    shared: "no"
    see: [staff, principal, officer, officer-admin]
    file: [officer]
    approve: [officer-admin]
    grade: "2"
    valid: 30d
    reminders: [7d, 1d]
    title_field: owner
    fields:
      - {name: owner, ja: "持ち主", en: "Owner", type: text, required: "yes"}
      - {name: colour, ja: "色", en: "Colour", type: choice, required: "yes", choices: [{code: red, ja: "赤", en: "Red"}, {code: blue, ja: "青", en: "Blue"}]}
      - {name: length, ja: "長さ", en: "Length", type: int, min: 30, max: 120}
      - {name: lost, ja: "なくした", en: "Lost", type: bool}
      - {name: story, ja: "いきさつ", en: "Story", type: long}
`;

const PICNIC = `  - code: picnic
    title: {ja: "遠足のお知らせ", en: "Picnic"}
    home: customer
    see: [principal, officer, officer-admin]
    file: [principal, officer]
    handle: [officer-admin]
    approve: [officer-admin]
    channels: [screen]
    audience: [staff]
    acknowledge: accept
    body: list
    matters:
      - {code: outing, ja: "外出", en: "Outing", lead: 10d}
      - {code: weather, ja: "天気による中止", en: "Called off", lead: "0"}
    fields:
      - {name: place, ja: "行き先", en: "Place", type: text, required: "yes"}
      - {name: children, ja: "人数", en: "Children", type: int, min: 1, max: 99}
`;

const CASE = `  - code: lost-thing
    title: {ja: "落とし物", en: "Lost thing"}
    home: customer
    see: [principal, officer-admin]
    file: [staff]
    handle: [principal]
    approve: [officer-admin]
    grade: "2"
    title_field: thing
    fields:
      - {name: thing, ja: "物", en: "Thing", type: text, required: "yes"}
      - {name: pieces, ja: "数", en: "Pieces", type: int, min: 1, max: 9}
      - {name: place, ja: "場所", en: "Place", type: text}
    states:
      - {code: lost, ja: "捜索中", en: "Looked for", waits_for: handler}
      - {code: found, ja: "見つかった", en: "Found", waits_for: handler}
      - {code: back, ja: "返した", en: "Given back", final: "yes"}
    outcomes:
      - {code: handed-out, ja: "持ち主に渡した", en: "Handed to its owner"}
    moves:
      - {code: find, ja: "見つけた", en: "Found it", from: [lost], to: found, by: handler, needs: [place], emits: found-it}
      - {code: hand-out, ja: "渡すことを認める", en: "Let it be handed out", from: [found], to: back, by: approver, outcome: handed-out}
    clocks:
      - {code: search, title: {ja: "捜索", en: "Search"}, from: opened, until: found-it, target: 3s, days: all, warn: [50], escalate: [officer-admin]}
`;

const ALERT = `  - code: much-looked
    title: {ja: "よく見る人", en: "Looks often"}
    home: customer
    see: [officer, auditor]
    handle: [officer]
    severity: info
    words: {ja: "{count}回見た人がいます。", en: "Somebody looked {count} times."}
    on: {operation: [me.see], outcome: done}
    count: 3
    within: 10m
    by: actor
    handle_within: 1h
`;

// What is written into the copy before the server starts.
const additions = [
	() => appendFileSync(file('alerts.yaml'), ALERT),
	() => change('controls.yaml', 'registers:\n  - name: account\n', 'registers:\n  - name: umbrella\n    title:\n      ja: "傘の台帳"\n      en: "Umbrellas"\n    holds: "Owner and colour."\n  - name: account\n'),
	() => appendFileSync(file('registers.yaml'), REGISTER),
	() => appendFileSync(file('announcements.yaml'), PICNIC),
	() => appendFileSync(file('cases.yaml'), CASE),
];

let server;
const people = {};
const as = async (role) => (people[role] ??= await server.signIn(server.accounts.find((one) => one.role === role && one.customer === 'sapporo')));
const call = async (method, target, role, body) => server.call(method, target, { token: await as(role), body });
const good = async (method, target, role, body) => {
	const reply = await call(method, target, role, body);
	assert.ok(reply.status < 300, `${method} ${target} by ${role}: ${reply.status} ${reply.text}`);
	return reply.json();
};
const again = async () => {
	await server.stop();
	server.log = '';
	await server.run();
	for (const role of Object.keys(people))
		delete people[role];
};
const refused = async () => {
	const { code, log } = await finish(['serve', '--demo', '--dir', server.dir, '--port', String(server.port), '--catalog', folder]);
	assert.notEqual(code, 0);
	return log;
};

before(async () => {
	cpSync(new URL('../../catalog', import.meta.url).pathname, folder, { recursive: true });
	for (const add of additions)
		add();
	server = await Server.start(undefined, { more: ['--catalog', folder], signins: 30 });
}, { timeout: 180_000 });
after(async () => {
	await server?.remove();
	rmSync(path.dirname(folder), { recursive: true, force: true });
});

// ---- announcements ----

test('a kind of announcement that only the file knows is written, published, read and accepted', async () => {
	const kind = (await good('GET', '/v1/announcement-kinds', 'officer')).items.find((one) => one.code === 'picnic');
	assert.deepEqual([kind.title.ja, kind.acknowledge, kind.audience, kind.body, kind.fields.map((one) => one.name)],
		['遠足のお知らせ', 'accept', ['staff'], 'list', ['place', 'children']]);
	const soon = new Date(Date.parse(`${today()}T00:00:00Z`) + 10 * 86_400_000).toISOString().slice(0, 10);
	assert.equal(kind.matters.find((one) => one.code === 'outing').first_possible, soon);
	const all = `/v1/announcement-kinds/${kind.id}/announcements`;
	const content = { title: '春の遠足', body: '動物園 | 24\n公園', matters: 'outing' };
	assert.equal((await call('POST', all, 'officer', { ...content, effective_on: today() })).json().errors[0].field, 'effective_on');
	assert.equal((await call('POST', all, 'officer', { ...content, body: '動物園 | 100' })).json().errors[0].field, 'body');
	assert.equal((await call('POST', all, 'auditor', content)).status, 404);
	const draft = await good('POST', all, 'officer', { ...content, effective_on: soon });
	const one = await good('POST', `/v1/announcements/${draft.id}/publish`, 'officer-admin', {});
	const mine = (await good('GET', '/v1/announcements/current', 'staff')).items.find((item) => item.id === one.id);
	assert.equal(mine.acknowledge, 'accept');
	assert.deepEqual((await good('GET', `/v1/announcements/${one.id}`, 'staff')).rows, [{ place: '動物園', children: '24' }, { place: '公園', children: '' }]);
	const accepted = await call('POST', `/v1/announcements/${one.id}/accept`, 'staff', { edition: one.edition, digest: one.digest });
	assert.equal(accepted.status, 204, 'it holds nobody, and is accepted all the same');
	assert.equal((await good('GET', `/v1/announcements/${one.id}/receipts`, 'officer')).counts.accepted, 1);
});

// ---- registers ----

const umbrellas = async (role) => (await good('GET', '/v1/registers?limit=200', role)).items.find((one) => one.code === 'umbrella');
let register, record;

test('a register that only the file knows is seen, filed in, approved, exported and counted', async () => {
	register = await umbrellas('officer');
	assert.deepEqual(register.title, { ja: '傘の台帳', en: 'Umbrellas' });
	assert.deepEqual(register.may, { file: true, approve: false, confirm: false, see: true });
	assert.deepEqual(register.fields.map((one) => [one.name, one.type, one.required]),
		[['owner', 'text', true], ['colour', 'choice', true], ['length', 'int', false], ['lost', 'bool', false], ['story', 'long', false]]);
	const records = `/v1/registers/${register.id}/records`;
	const flaws = await call('POST', records, 'officer', { fields: { colour: 'green', length: 20 } });
	assert.deepEqual(new Set(flaws.json().errors.map((one) => one.field)), new Set(['fields.owner', 'fields.colour', 'fields.length']));
	assert.equal((await call('POST', records, 'principal', { fields: {} })).status, 403);
	record = await good('POST', records, 'officer', { fields: { owner: 'やまだ', colour: 'red', length: 60, lost: false } });
	assert.equal(record.state, 'waiting');
	const approved = await good('POST', `/v1/records/${record.id}/approve`, 'officer-admin', {});
	assert.equal(approved.state, 'in-force');
	assert.deepEqual(approved.fields, { owner: 'やまだ', colour: 'red', length: 60, lost: false, story: null });
	const last = new Date(`${today()}T00:00:00Z`);
	last.setUTCDate(last.getUTCDate() + 29);
	assert.equal(approved.valid_until, last.toISOString().slice(0, 10), 'thirty days, today among them');
	assert.equal((await umbrellas('principal')).counts.in_force, 1);
	assert.equal(await umbrellas('auditor'), undefined);
	const out = await call('GET', `/v1/registers/${register.id}/export.csv`, 'officer');
	assert.match(out.text, /持ち主,色,長さ,なくした,いきさつ,番号/);
	assert.match(out.text, /やまだ,赤,60,いいえ,,1/);
	const back = await server.call('POST', `/v1/registers/${register.id}/import`, { token: await as('officer'), raw: '持ち主,色\nすずき,青\n' });
	assert.equal(back.status, 200, `the reader knows it, too: ${back.text}`);
});

// ---- alerts ----

let alert;

test('a rule that only the file knows raises its alert, for those whom it names', async () => {
	assert.ok((await good('GET', '/v1/alert-rules', 'auditor')).items.some((one) => one.code === 'much-looked' && one.count === 3 && !one.may_silence));
	for (let i = 0; i < 3; i++)
		await good('GET', '/v1/me', 'officer');
	const mine = async (role) => (await good('GET', '/v1/alerts', role)).items.filter((one) => one.rule.code === 'much-looked');
	await server.until('the alert', 30_000, async () => ([alert] = await mine('officer')) !== undefined && alert !== undefined);
	assert.deepEqual([alert.count, alert.title.ja, alert.title.en, alert.state, alert.may.judge], [3, '3回見た人がいます。', 'Somebody looked 3 times.', 'open', true]);
	assert.equal((await mine('auditor'))[0].may.judge, false);
	assert.deepEqual(await mine('principal'), []);
	assert.ok((await good('GET', '/v1/desk', 'officer')).items.some((one) => one.object.id === alert.id));
});

test('a mistake in a description stops the start, and is said with file, line and column', { timeout: 120_000 }, async () => {
	await server.stop();
	for (const [from, to, words] of [
		['type: bool', 'type: truth', /registers\.yaml:\d+:\d+: "truth" is not among what "type" may be/],
		['title_field: owner', 'title_field: nobody', /registers\.yaml:\d+:\d+: there is no field nobody/],
		['register: umbrella', 'register: parasol', /registers\.yaml:\d+:\d+: controls\.yaml has no register parasol/],
		['file: [officer]\n    approve: [officer-admin]\n    grade: "2"\n    valid: 30d', 'file: [keeper]\n    approve: [officer-admin]\n    grade: "2"\n    valid: 30d', /registers\.yaml:\d+:\d+: "keeper" is no role/],
	]) {
		change('registers.yaml', from, to);
		assert.match(await refused(), words);
		change('registers.yaml', to, from);
	}
	for (const [from, to, words] of [
		['operation: [me.see]', 'operation: [me.look]', /alerts\.yaml:\d+:\d+: "me\.look" is no operation/],
		['{count}回見た', '{who}が見た', /alerts\.yaml:\d+:\d+: in the words only/],
	]) {
		change('alerts.yaml', from, to);
		assert.match(await refused(), words);
		change('alerts.yaml', to, from);
	}
	await again();
	assert.equal((await umbrellas('officer')).counts.in_force, 1);
});

test('another word in the file is another right after the next start', { timeout: 120_000 }, async () => {
	change('registers.yaml', 'file: [officer]\n    approve: [officer-admin]\n    grade: "2"\n    valid: 30d', 'file: [principal]\n    approve: [officer-admin]\n    grade: "2"\n    valid: 30d');
	await again();
	assert.equal((await umbrellas('officer')).may.file, false);
	const records = `/v1/registers/${register.id}/records`;
	assert.equal((await call('POST', records, 'officer', { fields: { owner: 'a', colour: 'red' } })).status, 403);
	const mine = await good('POST', records, 'principal', { fields: { owner: '園のもの', colour: 'blue' } });
	assert.ok(mine.facility, 'what a principal files is the facility\'s');
	const other = await server.signIn(server.accounts.find((one) => one.role === 'principal' && one.customer === 'sapporo' && one.facility !== mine.facility));
	assert.equal((await server.call('GET', `/v1/records/${mine.id}`, { token: other })).status, 404, 'and of nobody elsewhere');
	const seen = (await server.call('GET', records, { token: other })).json().items.map((one) => one.id);
	assert.ok(!seen.includes(mine.id));
	assert.ok(seen.includes(record.id), 'what is the whole city\'s is seen by all of them');
	assert.equal((await server.call('GET', '/v1/registers', { token: other })).json().items.find((one) => one.code === 'umbrella').counts.waiting,
		(await umbrellas('officer')).counts.waiting - 1);
	const out = await server.call('GET', `/v1/registers/${register.id}/export.csv`, { token: other });
	assert.ok(!out.text.includes('園のもの'));
});

test('what the file no longer has is retired: nothing new, and what there was stays', { timeout: 120_000 }, async () => {
	const text = readFileSync(file('registers.yaml'), 'utf8');
	writeFileSync(file('registers.yaml'), text.slice(0, text.indexOf('  - register: umbrella')));
	change('alerts.yaml', ALERT, '');
	change('controls.yaml', '  - name: umbrella\n    title:\n      ja: "傘の台帳"\n      en: "Umbrellas"\n    holds: "Owner and colour."\n', '');
	await again();
	assert.equal(await umbrellas('officer'), undefined);
	assert.equal((await call('POST', `/v1/registers/${register.id}/records`, 'principal', { fields: { owner: 'a', colour: 'red' } })).status, 403);
	const kept = await good('GET', `/v1/records/${record.id}`, 'officer');
	assert.equal(kept.fields.owner, 'やまだ');
	assert.equal(kept.may.edit, false);
	assert.equal((await good('GET', `/v1/registers/${register.id}/records`, 'officer')).items.length >= 1, true);
	const left = await good('GET', `/v1/alerts/${alert.id}`, 'officer');
	assert.deepEqual([left.count, left.rule.id, left.state], [3, alert.rule.id, 'open']);
	assert.ok(!(await good('GET', '/v1/alert-rules', 'officer')).items.some((one) => one.code === 'much-looked'));
});

// ---- cases ----

test('a kind of case that only the file knows is opened, moved on, approved by a second person, and runs out of time', { timeout: 120_000 }, async () => {
	const staff = server.accounts.find((one) => one.role === 'staff' && one.customer === 'sapporo');
	const head = server.accounts.find((one) => one.role === 'principal' && one.facility === staff.facility && one.customer === 'sapporo');
	const [opener, keeper] = [await server.signIn(staff), await server.signIn(head)];
	const by = async (token, method, target, body) => server.call(method, target, { token, body });
	const kinds = (await by(opener, 'GET', '/v1/case-kinds')).json().items;
	const kind = kinds.find((one) => one.code === 'lost-thing');
	assert.deepEqual(kind.title, { ja: '落とし物', en: 'Lost thing' });
	assert.deepEqual([kind.may.file, kind.may.handle, kind.mirrored], [true, false, false]);
	const flaws = await by(opener, 'POST', `/v1/case-kinds/${kind.id}/cases`, { fields: { pieces: 'many' } });
	assert.deepEqual(new Set(flaws.json().errors.map((one) => one.field)), new Set(['fields.thing', 'fields.pieces']));
	const made = (await by(opener, 'POST', `/v1/case-kinds/${kind.id}/cases`, { fields: { thing: '帽子', pieces: 1 } })).json();
	assert.equal(made.title, '帽子');
	assert.equal(made.state.code, 'lost');
	assert.equal(made.clocks[0].target_s, 3);
	const target = `/v1/cases/${made.id}`;
	assert.equal((await by(keeper, 'GET', target)).status, 200);
	assert.equal((await by(await as('auditor'), 'GET', target)).status, 404);
	assert.equal((await by(opener, 'POST', `${target}/moves`, { move: 'find', fields: { place: '砂場' } })).status, 403);
	await server.until('the time to run out, and the city\'s administrator to be told', 40_000, async () => {
		const items = (await by(await as('officer-admin'), 'GET', '/v1/desk')).json().items;
		return items.some((one) => one.object?.id === made.id && one.overdue && one.escalated);
	});
	const late = (await by(keeper, 'GET', target)).json().clocks[0];
	assert.equal(late.late, true);
	assert.match(late.words.ja, /^3秒を.*超過。期限は/);
	assert.ok((await by(keeper, 'GET', '/v1/desk')).json().items.some((one) => one.object?.id === made.id && one.kind === 'case-search'));
	assert.equal((await by(keeper, 'POST', `${target}/moves`, { move: 'find' })).status, 400);
	const found = (await by(keeper, 'POST', `${target}/moves`, { move: 'find', fields: { place: '砂場' } })).json();
	assert.equal(found.state.code, 'found');
	assert.equal(found.fields.place, '砂場');
	assert.equal((await by(keeper, 'POST', `${target}/moves`, { move: 'hand-out' })).status, 403);
	const done = (await by(await as('officer-admin'), 'POST', `${target}/moves`, { move: 'hand-out' })).json();
	assert.equal(done.outcome.code, 'handed-out');
	assert.equal(done.clocks[0].state, 'ended');
	assert.equal((await by(opener, 'GET', '/v1/cases?state=closed&mine=true')).json().items[0].id, made.id);
});

test('a mistake in a kind of case stops the start, too; what is retired stays readable', { timeout: 120_000 }, async () => {
	const kind = (await good('GET', '/v1/case-kinds', 'officer-admin')).items.find((one) => one.code === 'lost-thing');
	const [one] = (await good('GET', `/v1/cases?kind=${kind.id}`, 'officer-admin')).items;
	await server.stop();
	for (const [from, to, words] of [
		['from: [lost], to: found', 'from: [lost], to: gone', /cases\.yaml:\d+:\d+: there is no state "gone"/],
		['from: [found], to: back', 'from: [back], to: back', /cases\.yaml:\d+:\d+: nothing leads out of the final state "back"/],
		['until: found-it', 'until: lost-it', /cases\.yaml:\d+:\d+: no move emits "lost-it"/],
		['target: 3s', 'target: soon', /cases\.yaml:\d+:\d+: a number of s, m, h, d or mo is wanted/],
	]) {
		change('cases.yaml', from, to);
		assert.match(await refused(), words);
		change('cases.yaml', to, from);
	}
	const text = readFileSync(file('cases.yaml'), 'utf8');
	writeFileSync(file('cases.yaml'), text.slice(0, text.indexOf('  - code: lost-thing')));
	await again();
	assert.ok(!(await good('GET', '/v1/case-kinds', 'officer-admin')).items.some((each) => each.code === 'lost-thing'));
	const kept = await good('GET', `/v1/cases/${one.id}`, 'officer-admin');
	assert.equal(kept.fields.thing, '帽子');
	assert.equal(kept.entries.length, 3);
	assert.equal((await call('POST', `/v1/cases/${one.id}/messages`, 'officer-admin', { text: 'まだありますか。' })).status, 403);
});
