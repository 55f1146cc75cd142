// Registers and their records: who may do what, the second person, editions, days, copies at the customers, files.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { all, dayAfter, exclusive, get, mustSurvive, post, request, strangeId, until } from './lib.mjs';
import { cast } from './cast.mjs';

let who, admins, officer, operator, operatorAdmin, farAdmin;
const put = (target, as, json) => request('PUT', target, { as, json });

before(async () => {
	await exclusive();
	who = await cast();
	admins = who.overseers.admins;
	officer = who.overseers.officer;
	({ operator, operatorAdmin } = who.operators);
	farAdmin = who.far.admin;
});
mustSurvive(test);

const registers = async (as) => Object.fromEntries((await all('/v1/registers', as)).map((one) => [one.code, one]));
const registerOf = async (as, code) => (await registers(as))[code];
const at = (register) => `/v1/registers/${register.id}/records`;
const review = (more = {}) => ({
	unit: 'しけん園', round: '2026年度後期', accounts: 12, kept: 10, changed: 1, deleted: 1, reviewer: 'しけん', reviewed: dayAfter(0), ...more,
});
const file = async (as, register, fields, more = {}) => (await post(at(register), as, { fields, ...more })).is(201).json;
// What there is to do for a person because of a record, in words.
const waiting = async (as, id) => (await get('/v1/desk', as)).is(200).json.items.find((one) => one.link === `/records/${id}`)?.title;
const see = async (id, as) => (await get(`/v1/records/${id}`, as)).is(200).json;

test('GV-5 AC-2 everybody sees the registers that are described for the role, and what may be done there', async () => {
	const seen = await registers(officer);
	assert.ok(seen['access-review'], 'the officer sees the access reviews');
	assert.equal(seen['access-review'].kept, 'record');
	assert.deepEqual(seen['access-review'].may, { file: true, approve: false, confirm: false, see: true });
	assert.equal((await registerOf(admins[0], 'access-review')).may.approve, true);
	assert.equal(seen.account.kept, 'entity', 'what the program keeps by itself is named, too');
	assert.deepEqual(seen.account.fields, []);
	const field = seen['access-review'].fields.find((one) => one.name === 'accounts');
	assert.equal(field.type, 'int');
	assert.equal(field.required, true);
	assert.ok(field.ja && field.en);
	assert.deepEqual(await all('/v1/registers', who.own), [], 'a guardian sees none');
	const sent = Object.values(seen).find((one) => one.shared === 'all');
	assert.equal(sent.may.file, false, 'what the provider sends is not filed here');
	assert.equal((await registerOf(operator, sent.code)).may.file, true);
	assert.equal((await registers(operator))['access-review'], undefined, 'the customer\'s own register is not the provider\'s');
});

test('AC-2 K-27 a record is filed, waits, and a second person approves it', async () => {
	const register = await registerOf(officer, 'access-review');
	const before = register.counts;
	const record = await file(officer, register, review());
	assert.equal(record.state, 'waiting');
	assert.equal(record.title, 'しけん園');
	assert.equal(record.edition, 1);
	assert.ok(record.filed_by.name);
	assert.equal(record.approved_at, null);
	assert.equal(record.fields.accounts, 12);
	assert.deepEqual(record.attachments, []);
	assert.deepEqual(record.may, { edit: true, approve: false, reject: false, withdraw: true, confirm: false, attach: true });
	assert.equal((await registerOf(officer, 'access-review')).counts.waiting, before.waiting + 1);
	(await post(`/v1/records/${record.id}/approve`, officer)).is(403);
	assert.match((await waiting(admins[0], record.id)).ja, /承認してください/, 'it stands on the desk of whoever approves');
	assert.equal(await waiting(officer, record.id), undefined);
	const seen = await see(record.id, admins[0]);
	assert.equal(seen.may.approve, true);
	const approved = (await post(`/v1/records/${record.id}/approve`, admins[0])).is(200).json;
	assert.equal(await waiting(admins[0], record.id), undefined, 'and no longer');
	assert.equal(approved.state, 'in-force');
	assert.equal(approved.valid_from, dayAfter(0));
	assert.ok(approved.approved_by.name);
	(await post(`/v1/records/${record.id}/approve`, admins[0])).problem(409, 'conflict');
	const listed = (await all(`${at(register)}?state=in-force`, officer)).map((one) => one.id);
	assert.ok(listed.includes(record.id));
	assert.ok(!(await all(`${at(register)}?state=waiting`, officer)).some((one) => one.id === record.id));
});

test('AC-2 nobody approves what is their own, not even who may approve', async () => {
	const register = await registerOf(admins[0], 'access-review');
	const record = await file(admins[0], register, review({ unit: '自分の登録' }));
	assert.equal(record.may.approve, false);
	(await post(`/v1/records/${record.id}/approve`, admins[0])).is(403);
	(await post(`/v1/records/${record.id}/reject`, admins[0], { reason: 'いいえ' })).is(403);
	assert.equal((await post(`/v1/records/${record.id}/approve`, admins[1])).is(200).json.state, 'in-force');
	// A new edition is its filer's own, whoever filed the first.
	const fields = review({ unit: '自分の登録', accounts: 13 });
	(await put(`/v1/records/${record.id}`, admins[1], { fields })).is(200);
	(await post(`/v1/records/${record.id}/approve`, admins[1])).is(403);
	assert.equal((await post(`/v1/records/${record.id}/approve`, admins[0])).is(200).json.edition, 2);
});

test('AC-1 what is another customer\'s, another role\'s or nobody\'s is not there', async () => {
	const register = await registerOf(officer, 'access-review');
	const record = await file(officer, register, review({ unit: '見えない' }));
	for (const one of [farAdmin, who.principal, who.own, operator]) {
		(await get(`/v1/records/${record.id}`, one)).problem(404, 'not-found');
		(await post(`/v1/records/${record.id}/approve`, one)).problem(404, 'not-found');
		(await put(`/v1/records/${record.id}`, one, { fields: review() })).problem(404, 'not-found');
	}
	assert.ok(!(await all(at(register), farAdmin)).some((one) => one.id === record.id), 'the register has the same id elsewhere, and other records');
	(await get(at(register), who.own)).problem(404, 'not-found');
	(await get(`/v1/records/${strangeId()}`, officer)).problem(404, 'not-found');
	(await post(`/v1/registers/${strangeId()}/records`, officer, { fields: {} })).problem(404, 'not-found');
	(await post(at(register), who.overseers.auditor, { fields: review() })).is(403);
	(await get(`/v1/records/${record.id}`)).problem(401, 'unauthenticated');
});

test('every flaw of what was filled in is named, in both languages', async () => {
	const register = await registerOf(officer, 'access-review');
	const wrong = { ...review(), accounts: 'many', reviewed: '2026-02-30', unit: '', colour: 'red', round: 'あ'.repeat(201) };
	const reply = (await post(at(register), officer, { fields: wrong })).is(400);
	assert.deepEqual(new Set(reply.fields), new Set(['fields.unit', 'fields.round', 'fields.accounts', 'fields.reviewed', 'fields.colour']));
	const japanese = await post(at(register), officer, { fields: wrong }, { headers: { 'accept-language': 'ja' } });
	assert.match(japanese.json.errors.find((one) => one.field === 'fields.unit').message, /園・部署/);
	for (const fields of ['x', [], 3, null, { unit: ['a'] }, { unit: { a: 1 } }, { unit: '\u0000' }])
		(await post(at(register), officer, { fields })).is(400);
	(await post(at(register), officer, {})).is(400);
	(await post(at(register), officer, { fields: review(), valid_from: dayAfter(2), valid_until: dayAfter(1) })).is(400);
	(await post(at(register), officer, { fields: review({ reviewer: 'x'.repeat(60_000) }) })).is(400, 413);
	const account = await registerOf(officer, 'account');
	(await post(at(account), officer, { fields: {} })).is(403);
});

test('LG-2 an edition waits while the one before stays in force, and every edition stays', async () => {
	const register = await registerOf(officer, 'access-review');
	const record = await file(officer, register, review({ unit: '版' }));
	(await post(`/v1/records/${record.id}/approve`, admins[0])).is(200);
	(await put(`/v1/records/${record.id}`, officer, { fields: review({ unit: '版の二' }) })).is(200);
	let now = await see(record.id, officer);
	assert.equal(now.state, 'in-force');
	assert.equal(now.fields.unit, '版');
	assert.deepEqual(now.editions.map((one) => [one.edition, one.state]), [[2, 'waiting'], [1, 'in-force']]);
	// Another takes the waiting one's place.
	(await put(`/v1/records/${record.id}`, officer, { fields: review({ unit: '版の三' }) })).is(200);
	(await post(`/v1/records/${record.id}/approve`, admins[0])).is(200);
	now = await see(record.id, officer);
	assert.equal(now.fields.unit, '版の三');
	assert.equal(now.title, '版の三');
	assert.deepEqual(now.editions.map((one) => [one.edition, one.state]), [[3, 'in-force'], [2, null], [1, null]]);
	assert.deepEqual(now.editions.map((one) => one.fields.unit), ['版の三', '版の二', '版']);
	// Rejected with a reason: what was in force stays so.
	(await put(`/v1/records/${record.id}`, officer, { fields: review({ unit: '版の四' }) })).is(200);
	(await post(`/v1/records/${record.id}/reject`, admins[0], {})).is(400);
	(await post(`/v1/records/${record.id}/reject`, admins[0], { reason: '数が合いません' })).is(200);
	now = await see(record.id, officer);
	assert.equal(now.state, 'in-force');
	assert.equal(now.editions[0].state, 'rejected');
	assert.equal(now.editions[0].reason, '数が合いません');
	(await post(`/v1/records/${record.id}/withdraw`, officer, { reason: 'もう要りません' })).is(200);
	now = await see(record.id, officer);
	assert.equal(now.state, 'withdrawn');
	(await post(`/v1/records/${record.id}/withdraw`, officer, { reason: 'もう一度' })).problem(409, 'conflict');
	(await put(`/v1/records/${record.id}`, officer, { fields: review() })).problem(409, 'conflict');
});

test('a rejected record is filed again', async () => {
	const register = await registerOf(officer, 'access-review');
	const record = await file(officer, register, review({ unit: '差し戻し' }));
	(await post(`/v1/records/${record.id}/reject`, admins[0], { reason: '日付が違います' })).is(200);
	assert.equal((await see(record.id, officer)).state, 'rejected');
	(await put(`/v1/records/${record.id}`, officer, { fields: review({ unit: '直した' }) })).is(200);
	assert.equal((await see(record.id, officer)).state, 'waiting');
	(await post(`/v1/records/${record.id}/approve`, admins[0], { edition: 1 })).problem(409, 'conflict'); // what was before the eyes is another
	assert.equal((await post(`/v1/records/${record.id}/approve`, admins[0], { edition: 2 })).is(200).json.fields.unit, '直した');
});

test('what has ended when it is approved is expired; renewing brings it back', async () => {
	const register = await registerOf(officer, 'access-review');
	const record = await file(officer, register, review({ unit: '期限' }), { valid_from: dayAfter(-20), valid_until: dayAfter(-1) });
	const approved = (await post(`/v1/records/${record.id}/approve`, admins[0])).is(200).json;
	assert.equal(approved.state, 'expired');
	(await post(`/v1/records/${record.id}/renew`, officer, { valid_until: dayAfter(-1) })).is(400);
	const renewed = (await post(`/v1/records/${record.id}/renew`, officer, { valid_until: dayAfter(30) })).is(200).json;
	assert.equal(renewed.state, 'expired', 'until the renewal is approved');
	const again = (await post(`/v1/records/${record.id}/approve`, admins[0])).is(200).json;
	assert.equal(again.state, 'in-force');
	assert.equal(again.valid_until, dayAfter(30));
	assert.equal(again.edition, 2);
	assert.ok((await registerOf(officer, 'access-review')).counts.expiring >= 1, 'it ends within the 60 days');
	assert.match((await waiting(officer, record.id)).en, /renew it/, 'whoever filed it is reminded to renew it');
});

test('only one of those who decide at once decides', async () => {
	const register = await registerOf(officer, 'access-review');
	const record = await file(officer, register, review({ unit: '同時' }));
	const replies = await Promise.all([0, 1, 0, 1].map((which) => post(`/v1/records/${record.id}/${which ? 'reject' : 'approve'}`, admins[which], { ...(which && { reason: '同時' }) })));
	assert.deepEqual(replies.map((one) => one.status).sort(), [200, 409, 409, 409]);
	const numbers = (await Promise.all(Array.from({ length: 8 }, () => file(officer, register, review({ unit: '番号' }))))).map((one) => one.number);
	assert.equal(new Set(numbers).size, 8, 'every record has a number of its own');
});

const sharedFields = (register) => Object.fromEntries(register.fields.filter((one) => one.required).map((one) => [one.name, {
	text: 'しけん', long: 'しけん', date: dayAfter(0), time: `${dayAfter(0)}T09:00:00+09:00`, int: Math.max(one.min ?? 1, 1), bool: true, choice: one.choices[0]?.code,
}[one.type]]));
const copyOf = async (as, register, id, state) => (await all(at(register), as)).find((one) => one.id === id && one.state === state);

test('GV-14 what the provider has approved stands at every customer, read-only', async () => {
	const register = Object.values(await registers(operator)).find((one) => one.shared === 'all' && one.kept === 'record' && one.may.file);
	const record = await file(operator, register, sharedFields(register));
	assert.equal(await copyOf(officer, register, record.id, 'waiting'), undefined, 'what waits is not sent');
	(await post(`/v1/records/${record.id}/approve`, operatorAdmin)).is(200);
	for (const one of [officer, farAdmin]) {
		const copy = await until('the copy arrives', () => copyOf(one, register, record.id, 'in-force'));
		assert.equal(copy.origin, 'provider');
		assert.deepEqual(copy.may, { edit: false, approve: false, reject: false, withdraw: false, confirm: false, attach: false });
	}
	const copy = await see(record.id, officer);
	assert.deepEqual(copy.fields, (await see(record.id, operator)).fields);
	(await put(`/v1/records/${record.id}`, admins[0], { fields: copy.fields })).is(403);
	(await post(`/v1/records/${record.id}/withdraw`, admins[0], { reason: 'いいえ' })).is(403);
	(await post(at(register), admins[0], { fields: copy.fields })).is(403);
	(await post(`/v1/records/${record.id}/withdraw`, operator, { reason: '終わりました' })).is(200);
	await until('the withdrawal arrives', () => copyOf(officer, register, record.id, 'withdrawn'));
});

test('AC-1 what names one customer goes to that one alone', async () => {
	const register = Object.values(await registers(operator)).find((one) => one.shared === 'named' && one.may.file);
	const fields = { ...sharedFields(register), customer: who.cityA };
	(await post(at(register), operator, { fields: { ...fields, customer: '札幌市' } })).is(400);
	const record = await file(operator, register, fields);
	(await put(`/v1/records/${record.id}`, operator, { fields: { ...fields, customer: who.cityB } })).is(400);
	(await post(`/v1/records/${record.id}/approve`, operatorAdmin)).is(200);
	await until('the copy arrives', () => copyOf(officer, register, record.id, 'in-force'));
	assert.equal(await copyOf(farAdmin, register, record.id, 'in-force'), undefined);
});

test('the customer confirms its copy, once', async () => {
	const register = await registerOf(admins[0], 'demarcation');
	const ours = await registerOf(operator, 'demarcation');
	assert.equal(register.may.confirm, true);
	const fields = sharedFields(ours);
	if ('customer' in fields)
		fields.customer = who.cityA;
	const record = await file(operator, ours, fields);
	(await post(`/v1/records/${record.id}/approve`, operatorAdmin)).is(200);
	const copy = await until('the copy arrives', () => copyOf(admins[0], register, record.id, 'in-force'));
	assert.equal(copy.may.confirm, true);
	assert.match((await waiting(admins[0], record.id)).ja, /確認してください/);
	(await post(`/v1/records/${record.id}/confirm`, officer)).is(403);
	const confirmed = (await post(`/v1/records/${record.id}/confirm`, admins[0])).is(200).json;
	assert.ok(confirmed.confirmed_at);
	assert.equal(confirmed.may.confirm, false);
	(await post(`/v1/records/${record.id}/confirm`, admins[1])).problem(409, 'conflict');
});

// ---- files ----

const csv = (rows) => `\ufeff${rows.map((row) => row.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')).join('\r\n')}\r\n`;
const HEAD = ['園・部署', '回', '確認したアカウント数', '継続', '変更', '削除', '確認者', '確認日'];
const line = (unit, more = []) => [unit, '前期', '3', '3', '0', '0', 'しけん', dayAfter(0), ...more];
const send = (register, as, file, query = '') => request('POST', `/v1/registers/${register.id}/import${query}`, { as, body: file, type: 'application/octet-stream' });

test('records come by a file, wait together, and are approved as one', async () => {
	const register = await registerOf(officer, 'access-review');
	const reply = (await send(register, officer, csv([HEAD, line('甲園'), line('乙園'), line('=丙園')]))).is(200).json;
	assert.deepEqual([reply.created, reply.changed, reply.unchanged], [3, 0, 0]);
	const mine = async () => (await all(at(register), officer)).filter((one) => ['甲園', '乙園', '=丙園'].includes(one.title));
	assert.equal((await mine()).length, 3);
	const desk = (await get('/v1/desk', admins[0])).is(200).json.items.filter((one) => one.kind === 'record-approve' && one.object.id === reply.first);
	assert.equal(desk.length, 1, 'one thing to do for all of them');
	const last = (await mine()).find((one) => one.id !== reply.first);
	(await post(`/v1/records/${last.id}/approve`, officer)).is(403);
	(await post(`/v1/records/${last.id}/approve`, admins[0])).is(200);
	assert.deepEqual(new Set((await mine()).map((one) => one.state)), new Set(['in-force']));
});

test('P-5.4 every problem of a file is told with line and column, and nothing of it is written', async () => {
	const register = await registerOf(officer, 'access-review');
	const before = await all(at(register), officer);
	const bad = [HEAD, line('良い園'), ['', '前期', 'many', '3', '0', '0', 'しけん', '2026-02-30'], line('悪い園').with(2, '-').with(7, '昨日')];
	const reply = (await send(register, officer, csv(bad))).is(400);
	assert.deepEqual(new Set(reply.fields), new Set(['file:3:1', 'file:3:3', 'file:3:8', 'file:4:3', 'file:4:8']));
	assert.match(reply.json.errors[0].message, /^Line 3, column/);
	for (const [what, file] of [
		['nothing', ''], ['no heading', csv([['1', '2'], ['3', '4']])], ['no line', csv([HEAD])], ['a heading too few', csv([HEAD.slice(1), line('x').slice(1)])],
		['a heading too many', csv([[...HEAD, '色'], line('x', ['赤'])])], ['an open quotation', `${HEAD.join(',')}\r\n"x`], ['no text', Buffer.from([0xff, 0xfe, 0, 1])],
		['301 lines', csv([HEAD, ...Array.from({ length: 301 }, (_, index) => line(`${index}`))])], ['a number of nobody', csv([[...HEAD, '番号'], line('x', ['999999'])])],
		['a number twice', csv([[...HEAD, '番号'], line('x', ['1']), line('y', ['1'])])],
	])
		assert.equal((await send(register, officer, file)).status, 400, what);
	assert.equal((await send(register, officer, Buffer.alloc(60_000, 0x61))).status, 400, 'larger than a body may be');
	assert.deepEqual((await all(at(register), officer)).map((one) => one.id), before.map((one) => one.id));
	(await send(register, who.overseers.auditor, csv([HEAD, line('x')]))).is(403);
	(await send(register, farAdmin, csv([HEAD, line('よそ')]))).is(200);
	assert.ok(!(await all(at(register), officer)).some((one) => one.title === 'よそ'));
});

test('as many lines as a file may have are filed and approved as one', async () => {
	const register = await registerOf(officer, 'access-review');
	const sent = (await send(register, officer, csv([HEAD, ...Array.from({ length: 300 }, (_, index) => line(`多い${index}`))]))).is(200).json;
	assert.equal(sent.created, 300);
	(await post(`/v1/records/${sent.first}/approve`, admins[0])).is(200);
	const states = (await all(at(register), officer)).filter((one) => one.title.startsWith('多い')).map((one) => one.state);
	assert.deepEqual([states.length, new Set(states)], [300, new Set(['in-force'])]);
	(await get(`/v1/registers/${register.id}/export.csv`, officer)).is(200);
});

test('files of several people at once are read one after another', async () => {
	const register = await registerOf(officer, 'access-review');
	const replies = await Promise.all([officer, admins[0], admins[1], officer, admins[0]].map((as, index) => send(register, as, csv([HEAD, line(`同時${index}`)]))));
	assert.deepEqual(replies.map((one) => one.status), [200, 200, 200, 200, 200]);
	const numbers = (await all(at(register), officer)).filter((one) => one.title.startsWith('同時')).map((one) => one.number);
	assert.equal(new Set(numbers).size, numbers.length);
});

test('a register goes out as a file and comes back: what is the same stays, what has changed is a new edition', async () => {
	const register = await registerOf(officer, 'access-review');
	const out = (await get(`/v1/registers/${register.id}/export.csv`, officer)).is(200);
	assert.match(out.headers['content-type'], /^text\/csv/);
	assert.match(out.headers['content-disposition'], /^attachment;/);
	assert.equal(out.text[0], '\ufeff');
	const rows = out.text.slice(1).trimEnd().split('\r\n').map((one) => one.split(','));
	assert.deepEqual(rows[0], [...HEAD, '番号', '有効期間の始め', '有効期限', '登録の状態', '版']);
	assert.ok(rows.some((row) => row[0] === "'=丙園"), 'what a spreadsheet would take for a formula is a text');
	const good = rows.filter((row, index) => index > 0 && row[11] === '有効').slice(0, 100);
	assert.ok(good.length >= 3);
	const again = (await send(register, officer, csv([rows[0], ...good]))).is(200).json;
	assert.deepEqual([again.created, again.changed, again.unchanged], [0, 0, good.length]);
	const changed = good.map((row, index) => (index === 0 ? row.with(2, '77') : row));
	const next = (await send(register, officer, csv([rows[0], ...changed]))).is(200).json;
	assert.deepEqual([next.created, next.changed, next.unchanged], [0, 1, good.length - 1]);
	const record = await see(next.first, officer);
	assert.equal(record.editions[0].state, 'waiting');
	assert.equal(record.editions[0].fields.accounts, 77);
	(await post(`/v1/records/${next.first}/reject`, admins[0], { reason: 'しけん' })).is(200);
});

test('a register goes out in the letters of old spreadsheets, and says so where it cannot', async () => {
	const register = await registerOf(officer, 'access-review');
	const out = (await get(`/v1/registers/${register.id}/export.csv?encoding=cp932`, officer)).is(200);
	const text = new TextDecoder('shift_jis').decode(out.bytes);
	assert.ok(text.startsWith('園・部署,回,'));
	let bytes = 0;
	for (let lines = 0; lines < 20 && bytes < out.bytes.length; bytes++)
		lines += out.bytes[bytes] === 0x0a ? 1 : 0;
	(await send(register, officer, out.bytes.subarray(0, bytes), '?encoding=cp932')).is(200);
	const record = await file(officer, register, review({ unit: '絵文字🐧' }));
	(await get(`/v1/registers/${register.id}/export.csv?encoding=cp932`, officer)).is(400);
	(await post(`/v1/records/${record.id}/withdraw`, officer, { reason: 'しけん' })).is(200);
	(await get(`/v1/registers/${register.id}/export.csv`, who.own)).problem(404, 'not-found');
	(await get(`/v1/registers/${register.id}/export.csv?encoding=latin`, officer)).is(400);
});
