// The kindergarten's day: calendar and cut-off, reports and their withdrawal, what is taken by telephone, attendance that is corrected
// and never overwritten, cards, the board, the month, the register, and the city's numbers: everybody's view of them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { all, dayAfter, each, exclusive, get, mustSurvive, post, request, strangeId, today } from './lib.mjs';
import { cast } from './cast.mjs';

await exclusive();
const who = await cast();

const { here, principal, own, blocked, teacher, colleague, elsewhere, overseers, far } = who;
const put = (target, as, json) => request('PUT', target, { as, json });
const facility = `/v1/facilities/${here}`;
const MONTH = today.slice(0, 7);
const DAY = dayAfter(40);
const now = () => new Date().toISOString();

// A family's child of its own for this file: nobody else counts on what is recorded of it.
let room, child, mine, link, other;

async function enrol(name) {
	return (await post(`${facility}/children`, principal, {
		name, kana: 'けいそく', birth_date: '2022-05-01', address: '架空市計測町1番1号', entry_date: '2026-04-08', class: room.id,
		allergies: '卵', fetchers: '祖母（佐藤和子）',
	})).is(201).json;
}

async function confirmed(target) {
	const asked = (await post(target, principal)).is(428).json;
	return (await post(target, principal, {}, { headers: { confirm: asked.confirm.token } })).is(200).json;
}

before(async () => {
	room = (await post(`${facility}/classes`, principal, { name: `検査${strangeId().slice(0, 8)}`, age: 4, year: Number(calendarYear(today)) })).is(201).json;
	child = await enrol('日々 花');
	other = await enrol('日々 空');
	link = (await post(`/v1/children/${child.id}/guardians`, principal, { account: own.account, relation: '母' })).is(201).json;
	const theirs = (await post(`/v1/children/${child.id}/guardians`, principal, { account: blocked.account, relation: '父' })).is(201).json;
	await confirmed(`/v1/children/${child.id}/guardians/${theirs.id}/block`);
	mine = `/v1/children/${child.id}`;
});

// The hours are put back, so that other files find the facility as it was.
after(() => put(`${facility}/hours`, principal, { cut_off: '08:30' }));

function calendarYear(date) {
	return Number(date.slice(0, 4)) - (date.slice(5, 7) < '04' ? 1 : 0);
}

const board = async (as = principal, date = today) => (await get(`${facility}/board?date=${date}&class=${room.id}`, as)).is(200).json;
const pupil = async (id, as, date) => (await board(as, date)).classes[0].children.find((one) => one.id === id);
const records = (id = child.id, as = principal) => all(`/v1/children/${id}/attendance?date=${today}`, as);

// ---- calendar, hours ----

test('K-26 the calendar knows weekends, holidays and the turn of the year', async () => {
	const days = (await get(`${facility}/calendar?from=2026-12-26&to=2027-01-12`, own)).is(200).json;
	assert.equal(days.cut_off, '08:30');
	const closed = Object.fromEntries(days.items.filter((one) => !one.open).map((one) => [one.date, one.name]));
	assert.deepEqual(Object.keys(closed), [
		'2026-12-26', '2026-12-27', '2026-12-29', '2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02', '2027-01-03', '2027-01-09', '2027-01-10', '2027-01-11',
	]);
	assert.equal(closed['2026-12-26'], null);
	assert.match(closed['2027-01-01'], /New Year's Day/);
	const ja = (await get(`${facility}/calendar?from=2026-09-21&to=2026-09-23`, teacher, { headers: { 'accept-language': 'ja' } })).is(200).json;
	assert.deepEqual(ja.items.map((one) => one.name), ['敬老の日', '国民の休日', '秋分の日']);
	assert.equal((await get(`${facility}/calendar?from=2028-02-28&to=2028-03-01`, overseers.officer)).is(200).json.items.length, 3);
});

test('K-26 the calendar\'s questions have a beginning, an end and a limit', async () => {
	assert.deepEqual((await get(`${facility}/calendar?from=2026-12-02&to=2026-12-01`, own)).is(400).fields, ['to']);
	assert.equal((await get(`${facility}/calendar?from=2026-01-01&to=2027-02-04`, own)).is(200).json.items.length, 400);
	assert.deepEqual((await get(`${facility}/calendar?from=2026-01-01&to=2027-02-05`, own)).is(400).fields, ['to']);
	assert.deepEqual((await get(`${facility}/calendar?from=2026-01-01`, own)).is(400).fields, ['to']);
});

test('K-26 a facility\'s own entry overrules the usual day, until it is removed', async () => {
	const at = async (date) => (await get(`${facility}/calendar?from=${date}&to=${date}`, own)).is(200).json.items[0];
	assert.deepEqual(await at('2027-05-22'), { date: '2027-05-22', open: false, name: null, own: false });
	(await put(`${facility}/calendar/2027-05-22`, principal, { open: true, name: '運動会' })).is(200);
	assert.deepEqual(await at('2027-05-22'), { date: '2027-05-22', open: true, name: '運動会', own: true });
	(await put(`${facility}/calendar/2027-05-22`, principal, { open: false, name: '運動会は延期' })).is(200);
	assert.deepEqual(await at('2027-05-22'), { date: '2027-05-22', open: false, name: '運動会は延期', own: true });
	(await put(`${facility}/calendar/2027-05-22`, teacher, { open: true, name: 'x' })).is(403);
	(await put(`${facility}/calendar/2027-05-22`, elsewhere.principal, { open: true, name: 'x' })).is(404);
	const there = (await get(`/v1/facilities/${elsewhere.principal.facility}/calendar?from=2027-05-22&to=2027-05-22`, elsewhere.principal)).is(200).json;
	assert.equal(there.items[0].own, false, 'another facility has its own calendar');
	(await request('DELETE', `${facility}/calendar/2027-05-22`, { as: principal })).is(204);
	(await request('DELETE', `${facility}/calendar/2027-05-22`, { as: principal })).is(404);
	assert.equal((await at('2027-05-22')).own, false);
});

test('K-26 hours are times of day, and the cut-off is one written in full', async () => {
	for (const cut_off of ['8:300', '24:00', '08-30', 'あああああ'])
		assert.deepEqual((await put(`${facility}/hours`, principal, { cut_off })).is(400).fields, ['cut_off'], cut_off);
	assert.deepEqual((await put(`${facility}/hours`, principal, { opens: 'early' })).is(400).fields, ['opens']);
	assert.equal((await put(`${facility}/hours`, principal, { cut_off: '09:15' })).is(200).json.cut_off, '09:15');
	assert.equal((await get(facility, own)).is(200).json.cut_off, '09:15');
	assert.equal((await board()).cut_off, '09:15');
	(await put(`${facility}/hours`, teacher, { cut_off: '10:00' })).is(403);
});

// ---- the cut-off ----

// Half a minute before midnight nothing is tried: the day would change in between.
const second = () => (Date.now() / 1000 + 32400) % 86400;

test('K-27 until the cut-off a guardian reports and withdraws; after it the facility is to be called', { skip: second() > 86310 || second() < 120 }, async () => {
	(await put(`${facility}/hours`, principal, { cut_off: '23:59' })).is(200);
	const report = (await post(`${mine}/absences`, own, { date: today, kind: 'late', reason: '通院' })).is(201).json;
	assert.equal(report.state, 'active');
	assert.equal(report.telephone, false);
	(await put(`${facility}/hours`, principal, { cut_off: '00:00' })).is(200);
	const telephone = (await get(facility, own)).json.telephone;
	for (const refused of [await post(`${mine}/absences`, own, { date: today, kind: 'absence', reason: '発熱' }), await post(`${mine}/absences/${report.id}/withdraw`, own)]) {
		const body = refused.problem(409, 'conflict');
		assert.equal(body.errors[0].field, 'date');
		assert.match(body.errors[0].message, /telephone the facility/);
		assert.ok(body.errors[0].message.includes(telephone), body.errors[0].message);
	}
	const ja = (await post(`${mine}/absences`, own, { date: today, kind: 'absence', reason: '発熱' }, { headers: { 'accept-language': 'ja' } })).is(409).json;
	assert.match(ja.errors[0].message, /電話/);
	(await post(`${mine}/absences`, own, { date: dayAfter(1), kind: 'absence', reason: '発熱' })).is(201);
	assert.equal((await pupil(child.id)).absence.id, report.id, 'what was reported in time stands');
	(await post(`${mine}/absences/${report.id}/withdraw`, teacher)).is(400);
	const gone = (await post(`${mine}/absences/${report.id}/withdraw`, teacher, { reason: '電話で取り消し' })).is(200).json;
	assert.equal(gone.state, 'withdrawn');
	assert.equal((await pupil(child.id)).absence, null);
	(await put(`${facility}/hours`, principal, { cut_off: '08:30' })).is(200);
});

test('K-27 a report is withdrawn once, and the one before it counts again', async () => {
	const first = (await post(`${mine}/absences`, own, { date: DAY, kind: 'absence', reason: '旅行' })).is(201).json;
	const second_ = (await post(`${mine}/absences`, own, { date: DAY, kind: 'early', reason: '通院', fetch: '13時に祖父' })).is(201).json;
	assert.equal((await pupil(child.id, principal, DAY)).absence.fetch, '13時に祖父');
	(await post(`${mine}/absences/${second_.id}/withdraw`, own)).is(200);
	(await post(`${mine}/absences/${second_.id}/withdraw`, own)).is(409);
	assert.equal((await pupil(child.id, principal, DAY)).absence.id, first.id);
	(await post(`${mine}/absences/${first.id}/withdraw`, own, { reason: '行けるようになった' })).is(200);
	assert.equal((await pupil(child.id, principal, DAY)).absence, null);
	const list = await all(`${mine}/absences`, own);
	assert.deepEqual(list.filter((one) => one.date === DAY).map((one) => one.state), ['withdrawn', 'withdrawn'], 'nothing is removed');
});

test('K-27 what is taken by telephone stands in the guardian\'s name', async () => {
	const taken = (await post(`${mine}/absences`, principal, { date: DAY, kind: 'late', reason: '電車が遅れている', guardian: link.id })).is(201).json;
	assert.equal(taken.telephone, true);
	assert.equal(taken.reporter_name, link.name);
	assert.ok(taken.taken_by_name && taken.taken_by_name !== link.name);
	assert.equal((await pupil(child.id, principal, DAY)).absence.telephone, true);
	const seen = (await all(`${mine}/absences`, own)).find((one) => one.id === taken.id);
	assert.equal(seen.telephone, true);
	const stranger = (await all(`/v1/children/${who.child.id}/guardians`, principal)).find((one) => one.state === 'active');
	(await post(`${mine}/absences`, principal, { date: DAY, kind: 'late', reason: 'x', guardian: stranger.id })).is(404);
	const shut = (await all(`${mine}/guardians`, principal)).find((one) => one.account === blocked.account);
	(await post(`${mine}/absences`, principal, { date: DAY, kind: 'late', reason: 'x', guardian: shut.id })).is(409);
	assert.deepEqual((await post(`${mine}/absences`, own, { date: DAY, kind: 'late', reason: 'x', guardian: link.id })).is(400).fields, ['guardian']);
	(await post(`${mine}/absences/${taken.id}/withdraw`, principal, { reason: '間違い電話' })).is(200);
});

test('K-27 a report is withdrawn under its own child only', async () => {
	const report = (await post(`${mine}/absences`, own, { date: DAY, kind: 'absence', reason: '私用' })).is(201).json;
	(await post(`/v1/children/${who.child.id}/absences/${report.id}/withdraw`, own)).is(404);
	(await post(`${mine}/absences/${report.id}/withdraw`, elsewhere.principal, { reason: 'x' })).is(404);
	(await post(`${mine}/absences/${report.id}/withdraw`, blocked)).is(404);
	(await post(`${mine}/absences/${report.id}/withdraw`, own)).is(200);
});

// ---- attendance ----

test('K-26 a child comes once and leaves once', async () => {
	(await post(`${facility}/attendance`, colleague, { child: child.id, kind: 'out' })).is(409);
	const came = (await post(`${facility}/attendance`, colleague, { child: child.id, kind: 'in', with: '祖母' })).is(201).json;
	assert.equal(came.date, today);
	assert.equal(came.late_entry, false);
	assert.equal(came.with, '祖母');
	(await post(`${facility}/attendance`, teacher, { child: child.id, kind: 'in' })).problem(409, 'conflict');
	const left = (await post(`${facility}/attendance`, principal, { child: child.id, kind: 'out' })).is(201).json;
	(await post(`${facility}/attendance`, principal, { child: child.id, kind: 'out' })).is(409);
	const seen = await pupil(child.id);
	assert.equal(seen.in.id, came.id);
	assert.equal(seen.out.id, left.id);
	assert.equal(seen.fetchers, '祖母（佐藤和子）');
	const { counts } = (await board()).classes[0];
	assert.deepEqual(counts, { enrolled: 2, present: 1, absent: 0, late: 0, early: 0, left: 1, unknown: 1 });
});

test('K-26 a correction replaces and keeps what it replaces', async () => {
	const [came] = (await records()).filter((one) => one.kind === 'in' && one.in_force);
	const target = `${mine}/attendance/${came.id}/correct`;
	assert.deepEqual((await post(target, teacher, { at: came.at })).is(400).fields, ['reason']);
	assert.deepEqual((await post(target, teacher, { reason: '?' })).is(400).fields, ['at']);
	assert.deepEqual((await post(target, teacher, { at: came.at, cancel: true, reason: '?' })).is(400).fields, ['at']);
	assert.deepEqual((await post(target, teacher, { at: `${dayAfter(-1)}T08:00:00+09:00`, reason: '?' })).is(400).fields, ['at']);
	const at = `${today}T00:00:01+09:00`;
	const right = (await post(target, teacher, { at, reason: '記録が遅れた' })).is(200).json;
	assert.equal(right.replaces, came.id);
	(await post(target, teacher, { at, reason: 'もう一度' })).is(409);
	const list = await records();
	const old = list.find((one) => one.id === came.id);
	assert.deepEqual({ ...old, in_force: true, replaced_by: null }, { ...came, in_force: true, replaced_by: null }, 'the old record is as it was');
	assert.equal(old.in_force, false);
	assert.equal(old.replaced_by, right.id);
	assert.equal(Date.parse((await pupil(child.id)).in.at), Date.parse(at));
	(await post(`${mine}/attendance/${right.id}/correct`, teacher, { cancel: true, reason: '人違い' })).is(409);
	const left = list.find((one) => one.kind === 'out' && one.in_force);
	const undone = (await post(`${mine}/attendance/${left.id}/correct`, teacher, { cancel: true, reason: '人違い' })).is(200).json;
	assert.equal(undone.cancelled, true);
	assert.equal(undone.in_force, false);
	assert.equal((await pupil(child.id)).out, null);
	(await post(`${mine}/attendance/${undone.id}/correct`, teacher, { cancel: true, reason: 'x' })).is(409);
	(await post(`${facility}/attendance`, teacher, { child: child.id, kind: 'out' })).is(201);
	assert.equal((await records()).length, 5);
});

test('K-26 what is entered afterwards says so; other days and the future are refused', async () => {
	const kid = await enrol('日々 遅');
	const early = new Date(Date.parse(`${today}T00:00:00+09:00`) + 1000);
	const wrong = [`${dayAfter(-1)}T23:59:59+09:00`, `${dayAfter(1)}T00:00:00+09:00`, new Date(Date.now() + 10 * 60_000).toISOString()];
	for (const at of wrong)
		assert.deepEqual((await post(`${facility}/attendance`, teacher, { child: kid.id, kind: 'in', at })).is(400).fields, ['at'], at);
	const late = (await post(`${facility}/attendance`, teacher, { child: kid.id, kind: 'in', at: early.toISOString() })).is(201).json;
	assert.equal(late.late_entry, Date.now() - early.getTime() > 5 * 60_000);
	assert.equal(Date.parse(late.at), early.getTime());
	assert.ok(Math.abs(Date.parse(late.entered_at) - Date.now()) < 60_000);
	assert.deepEqual((await post(`${facility}/attendance`, teacher, { child: kid.id, kind: 'out', at: new Date(early.getTime() - 500).toISOString() })).is(400).fields, ['at']);
	const fresh = (await post(`${facility}/attendance`, teacher, { child: kid.id, kind: 'out', at: now() })).is(201).json;
	assert.equal(fresh.late_entry, false);
});

test('K-26 of fifty who record at once one does; a repeated request is the same record', async () => {
	const kid = await enrol('日々 競');
	const replies = await each(Array.from({ length: 50 }), 25, (_, index) =>
		post(`${facility}/attendance`, [teacher, colleague, principal][index % 3], { child: kid.id, kind: 'in' }));
	assert.deepEqual([...new Set(replies.map((one) => one.status))].sort(), [201, 409]);
	assert.equal(replies.filter((one) => one.status === 201).length, 1);
	assert.equal((await records(kid.id)).length, 1);
	const key = randomUUID();
	const outs = await each(Array.from({ length: 5 }), 1, () => post(`${facility}/attendance`, teacher, { child: kid.id, kind: 'out' }, { headers: { 'idempotency-key': key } }));
	assert.deepEqual(outs.map((one) => one.status), [201, 201, 201, 201, 201]);
	assert.equal(new Set(outs.map((one) => one.json.id)).size, 1);
	const ins = (await records(kid.id)).find((one) => one.kind === 'in');
	const left = (await records(kid.id)).find((one) => one.kind === 'out');
	(await post(`/v1/children/${kid.id}/attendance/${left.id}/correct`, teacher, { cancel: true, reason: '取り消し' })).is(200);
	const fixes = await each(Array.from({ length: 12 }), 12, () =>
		post(`/v1/children/${kid.id}/attendance/${ins.id}/correct`, teacher, { cancel: true, reason: '二重' }));
	assert.equal(fixes.filter((one) => one.status === 200).length, 1, 'a record is replaced once');
});

test('K-27 only the child\'s facility records, and only for its own children', async () => {
	const stranger = (await all('/v1/children', elsewhere.principal))[0];
	(await post(`${facility}/attendance`, teacher, { child: stranger.id, kind: 'in' })).is(404);
	(await post(`/v1/facilities/${elsewhere.principal.facility}/attendance`, teacher, { child: child.id, kind: 'in' })).is(404);
	(await post(`/v1/facilities/${elsewhere.principal.facility}/attendance`, elsewhere.principal, { child: child.id, kind: 'in' })).is(404);
	(await post(`${facility}/attendance`, own, { child: child.id, kind: 'in' })).is(403);
	(await post(`${facility}/attendance`, overseers.officer, { child: child.id, kind: 'in' })).is(403, 404);
	const [one] = await records();
	(await post(`${mine}/attendance/${one.id}/correct`, own, { cancel: true, reason: 'x' })).is(403);
	(await post(`/v1/children/${other.id}/attendance/${one.id}/correct`, teacher, { cancel: true, reason: 'x' })).is(404);
	(await post(`${mine}/attendance/${one.id}/correct`, far.principal, { cancel: true, reason: 'x' })).is(404);
});

// ---- month, register ----

test('K-27 a child\'s month is the same for the family and the facility', async () => {
	const days = (await get(`${mine}/days?month=${MONTH}`, own)).is(200).json;
	assert.equal(days.month, MONTH);
	assert.equal(days.items.length, new Date(Date.UTC(Number(MONTH.slice(0, 4)), Number(MONTH.slice(5)), 0)).getUTCDate());
	const day = days.items.find((one) => one.date === today);
	const seen = await pupil(child.id);
	assert.equal(day.in, seen.in.at);
	assert.equal(day.out, seen.out.at);
	assert.deepEqual((await get(`${mine}/days?month=${MONTH}`, teacher)).is(200).json, days);
	assert.equal((await get(`${mine}/days?month=2028-02`, own)).is(200).json.items.length, 29);
	for (const month of ['2026-13', '2026-1', '202611', '2026/11', ''])
		(await get(`${mine}/days?month=${month}`, own)).is(400);
	for (const actor of [blocked, who.family, elsewhere.principal, far.principal])
		(await get(`${mine}/days?month=${MONTH}`, actor)).is(404);
	(await get(`${mine}/days?month=${MONTH}`, overseers.officer)).is(403, 404);
});

test('K-26 the register adds up, as a page and as a table', async () => {
	const target = `${facility}/classes/${room.id}/register`;
	(await post(`/v1/children/${other.id}/absences`, principal, { date: today, kind: 'absence', reason: '=1+1' })).is(201);
	const book = (await get(`${target}?month=${MONTH}`, teacher)).is(200).json;
	const at = book.days.findIndex((one) => one.date === today);
	const line = (id) => book.children.find((one) => one.id === id);
	assert.equal(line(child.id).marks[at], '○');
	assert.equal(line(child.id).present, 1);
	assert.equal(line(other.id).marks[at], book.days[at].open ? '×' : '／');
	assert.equal(line(other.id).absent, book.days[at].open ? 1 : 0);
	for (const one of book.children)
		assert.equal(one.marks.length, book.days.length);
	const file = (await get(`${target}/csv?month=${MONTH}`, teacher, { headers: { 'accept-language': 'ja' } })).is(200);
	assert.match(file.headers['content-type'], /^text\/csv/);
	assert.match(file.headers['content-disposition'], /^attachment; filename="register\.csv"$/);
	assert.deepEqual([...file.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
	const lines = file.text.slice(1).trimEnd().split('\r\n').map((one) => one.split(','));
	assert.deepEqual(lines[0].slice(0, 2), ['氏名', 'ふりがな']);
	assert.deepEqual(lines.map((one) => one.length), lines.map(() => 2 + book.days.length + 4));
	assert.equal(lines.length, 1 + book.children.length);
	assert.equal(lines.find((one) => one[0] === '日々 花')[2 + at], '○');
	const formula = await enrol('=HYPERLINK("x")');
	assert.ok((await get(`${target}/csv?month=${MONTH}`, principal)).is(200).text.includes('"\'=HYPERLINK(""x"")"'), 'no cell is a formula');
	assert.ok(formula);
	(await get(`${target}?month=${MONTH}`, own)).is(403, 404);
	(await get(`${target}?month=${MONTH}`, elsewhere.principal)).is(404);
	(await get(`/v1/facilities/${elsewhere.principal.facility}/classes/${room.id}/register?month=${MONTH}`, elsewhere.principal)).is(404);
});

// ---- paper, cards ----

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sekimori-day-'));
after(() => fs.rmSync(folder, { recursive: true }));
let papers = 0;

function paper(reply, name) {
	reply.is(200, 201);
	assert.equal(reply.headers['content-type'], 'application/pdf');
	assert.equal(reply.headers['content-disposition'], `attachment; filename="${name}"`);
	assert.equal(reply.headers['cache-control'], 'no-store');
	const file = path.join(folder, `${papers++}.pdf`);
	fs.writeFileSync(file, reply.bytes);
	return { file, text: execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }) };
}

const japanese = { headers: { 'accept-language': 'ja' } };

test('K-26 the morning list and the register are there on paper', async () => {
	const list = paper((await get(`${facility}/morning-list?date=${today}`, teacher, japanese)), 'morning-list.pdf');
	for (const word of ['朝の一覧', '日々', '卵', '祖母', '連絡', 'お迎えの人'])
		assert.ok(list.text.includes(word), `the list says ${word}`);
	const book = paper(await get(`${facility}/classes/${room.id}/register/pdf?month=${MONTH}`, principal, japanese), 'register.pdf');
	for (const word of ['出席簿', `${Number(MONTH.slice(0, 4))}年${Number(MONTH.slice(5))}月`, '日々 花', '○'])
		assert.ok(book.text.includes(word), `the register says ${word}`);
	for (const target of [`${facility}/morning-list`, `${facility}/classes/${room.id}/register/pdf?month=${MONTH}`]) {
		(await get(target, own)).is(403, 404);
		(await get(target, blocked)).is(403, 404);
		(await get(target, overseers.officer)).is(403, 404);
		(await get(target, elsewhere.principal)).is(404);
	}
	(await get(`${facility}/classes/${room.id}/register/pdf?month=2026-13`, principal)).is(400);
});

async function newCard(id, by = principal) {
	const { file, text } = paper(await post(`/v1/children/${id}/card`, by, {}, japanese), 'card.pdf');
	assert.ok(text.includes('登降園カード'));
	const picture = file.replace(/\.pdf$/, '');
	execFileSync('pdftoppm', ['-r', '150', '-png', '-singlefile', file, picture]);
	return execFileSync('zbarimg', ['-q', '--raw', `${picture}.png`], { encoding: 'utf8' }).trim();
}

const show = (card, by = teacher, more = {}, at = facility) => post(`${at}/attendance/card`, by, { card, ...more });

test('K-26 a card brings in, sends home, and works at its child\'s facility only', async () => {
	const kid = await enrol('日々 札');
	const card = await newCard(kid.id);
	assert.match(card, /^sekimori:[0-9a-z]{26}$/);
	const came = (await show(card)).is(201).json;
	assert.equal(came.kind, 'in');
	assert.equal(came.child, kid.id);
	assert.equal(came.name, '日々 札');
	(await show(card)).is(409); // held too long: it does not send the child home
	assert.equal((await show(card, teacher, { kind: 'out' })).is(201).json.kind, 'out');
	(await show(card, elsewhere.principal, {}, `/v1/facilities/${elsewhere.principal.facility}`)).is(404);
	(await show(card, elsewhere.principal)).is(404);
	(await show(card, far.principal, {}, `/v1/facilities/${far.principal.facility}`)).is(404);
	(await show(card, own)).is(403);
	assert.equal((await records(kid.id)).length, 2);
});

test('K-26 a new card voids the former; garbage is no card', async () => {
	const kid = await enrol('日々 換');
	const former = await newCard(kid.id);
	const card = await newCard(kid.id);
	assert.notEqual(card, former);
	const unknown = (await show(former)).problem(404, 'not-found');
	for (const garbage of [`sekimori:${strangeId()}`, card.toUpperCase(), `${card}x`, card.slice(0, -1), kid.id, "' OR 1=1 --", 'しけん'])
		assert.deepEqual({ ...(await show(garbage)).problem(404, 'not-found'), instance: '' }, { ...unknown, instance: '' }, garbage);
	assert.equal((await records(kid.id)).length, 0);
	(await show(card, teacher, { kind: 'in' })).is(201);
	for (const actor of [teacher, own])
		(await post(`/v1/children/${kid.id}/card`, actor)).is(403, 404);
	(await post(`/v1/children/${kid.id}/card`, elsewhere.principal)).is(404);
	assert.ok(!(await get(`/v1/events?limit=200`, principal)).text.includes(card.slice(9)), 'no event tells of the card');
});

test('K-26 of two doors that see a card at once one lets in', async () => {
	const kid = await enrol('日々 二');
	const card = await newCard(kid.id);
	const replies = await each(Array.from({ length: 20 }), 20, (_, index) => show(card, [teacher, principal][index % 2]));
	assert.equal(replies.filter((one) => one.status === 201).length, 1);
	assert.equal(replies.filter((one) => one.status === 409).length, 19);
	assert.deepEqual((await records(kid.id)).map((one) => one.kind), ['in']);
});

test('K-27 a child that moves leaves its days where they were, and starts anew', async () => {
	const kid = await enrol('日々 移');
	const card = await newCard(kid.id);
	(await post(`/v1/children/${kid.id}/guardians`, principal, { account: own.account, relation: '母' })).is(201);
	(await show(card)).is(201);
	const [came] = await records(kid.id);
	const there = elsewhere.principal;
	const { code } = (await get(`/v1/facilities/${there.facility}`, there)).is(200).json;
	(await post(`/v1/children/${kid.id}/move`, principal, { facility_code: code })).is(200);
	for (const target of [`/v1/children/${kid.id}/attendance`, `/v1/children/${kid.id}/days?month=${MONTH}`, `/v1/children/${kid.id}/absences`])
		(await get(target, principal)).is(404);
	(await post(`/v1/children/${kid.id}/attendance/${came.id}/correct`, principal, { cancel: true, reason: 'x' })).is(404);
	(await show(card)).is(404);
	assert.equal(await pupil(kid.id), undefined);
	assert.deepEqual(await records(kid.id, there), [], 'the new facility does not see the former one\'s time');
	(await post(`/v1/children/${kid.id}/attendance/${came.id}/correct`, there, { cancel: true, reason: 'x' })).is(404);
	const day = async (as) => (await get(`/v1/children/${kid.id}/days?month=${MONTH}`, as)).is(200).json.items.find((one) => one.date === today);
	assert.equal((await day(there)).in, null);
	assert.equal((await day(own)).in, came.at, 'the family sees all of it');
	const shown = (await get(`/v1/facilities/${there.facility}/board`, there)).is(200).json.classes.find((one) => one.id === null);
	assert.ok(shown.children.some((one) => one.id === kid.id && one.in === null), 'it stands on the new board, without a class yet');
	assert.equal((await show(card, there, {}, `/v1/facilities/${there.facility}`)).is(201).json.kind, 'in');
	const back = (await get(facility, principal)).is(200).json.code;
	(await post(`/v1/children/${kid.id}/move`, there, { facility_code: back })).is(200);
	(await post(`/v1/children/${kid.id}/move`, principal, { class: room.id })).is(200);
	assert.equal((await records(kid.id)).length, 1, 'and back at the former one, what stood there stands');
});

// ---- numbers, blocked guardians ----

test('K-27 the officer\'s numbers are those of the boards, and name nobody', async () => {
	const reply = (await get(`/v1/counts?date=${today}`, overseers.officer)).is(200);
	const counts = reply.json;
	for (const by of [principal, elsewhere.principal]) {
		const shown = (await get(`/v1/facilities/${by.facility}/board?date=${today}`, by)).is(200).json;
		const told = counts.facilities.find((one) => one.id === by.facility);
		for (const name of ['enrolled', 'present', 'absent', 'late', 'early'])
			assert.equal(told[name], shown.classes.reduce((sum, one) => sum + one.counts[name], 0), `${name} of ${told.name}`);
		for (const one of told.classes)
			assert.deepEqual({ enrolled: one.enrolled, present: one.present, absent: one.absent },
				(({ enrolled, present, absent }) => ({ enrolled, present, absent }))(shown.classes.find((group) => group.id === one.id).counts));
	}
	for (const name of ['enrolled', 'present', 'absent', 'late', 'early'])
		assert.equal(counts.total[name], counts.facilities.reduce((sum, one) => sum + one[name], 0));
	for (const one of await all('/v1/children', principal)) {
		assert.ok(!reply.text.includes(one.id), 'no child is named');
		assert.ok(!reply.text.includes(one.name), 'no child is named');
	}
	for (const actor of [own, teacher, principal, overseers.admins[0], overseers.auditor])
		(await get('/v1/counts', actor)).is(403);
});

test('K-27 a blocked guardian receives nothing of the day', async () => {
	const none = [`${mine}`, `${mine}/absences`, `${mine}/attendance`, `${mine}/attendance?date=${today}`, `${mine}/days?month=${MONTH}`];
	for (const target of none)
		(await get(target, blocked)).is(404);
	for (const target of [`${facility}/board`, '/v1/counts', `${facility}/classes/${room.id}/register?month=${MONTH}`, `${facility}/classes/${room.id}/register/csv?month=${MONTH}`])
		(await get(target, blocked)).is(403, 404);
	(await post(`${mine}/absences`, blocked, { date: DAY, kind: 'absence', reason: 'x' })).is(404);
	assert.ok(!(await all('/v1/children', blocked)).some((one) => one.id === child.id));
	assert.ok(!(await get(`${facility}/calendar?from=${today}&to=${DAY}`, blocked)).text.includes(child.id));
	// What the blocked one once reported is not told to the other in that name.
	const theirs = (await all(`${mine}/guardians`, principal)).find((one) => one.account === blocked.account);
	(await post(`${mine}/guardians/${theirs.id}/unblock`, principal)).is(200);
	const report = (await post(`${mine}/absences`, blocked, { date: dayAfter(41), kind: 'late', reason: '父より' })).is(201).json;
	(await post(`${mine}/absences/${report.id}/withdraw`, blocked, { reason: '父の都合' })).is(200);
	await confirmed(`${mine}/guardians/${theirs.id}/block`);
	const seen = (await all(`${mine}/absences`, own)).find((one) => one.id === report.id);
	assert.ok(!seen.reporter_name && !seen.withdrawn_by_name && !seen.withdraw_reason, 'not even who reported and who withdrew');
});

mustSurvive(test);
