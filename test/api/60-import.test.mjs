// A city's list of facilities, taken over as a whole or not at all: sent in pieces, checked, confirmed, applied.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';

import { accounts, all, exclusive, get, post, request, root, signIn, strangeId, until } from './lib.mjs';

const data = (name) => fs.readFileSync(path.join(root, 'test/data', name));
const utf8 = data('sapporo-facilities-utf8.csv');
const cp932 = data('sapporo-facilities-cp932.csv');
const PIECE = 48 * 1024;

let admin, others;

before(async () => {
	await exclusive();
	const of = (role) => accounts.find((one) => one.customer === 'sapporo' && one.role === role);
	admin = await signIn(of('officer-admin'));
	others = [];
	for (const role of ['guardian', 'staff', 'principal', 'officer', 'auditor'])
		others.push(await signIn(of(role)));
	others.push(await signIn(accounts.find((one) => one.customer !== 'sapporo' && one.role === 'officer-admin')));
});

const begin = async (size, encoding = 'auto') =>
	(await post('/v1/imports', admin, { entity: 'facility', encoding, name: 'list.csv', size })).is(201).json;
const put = (id, offset, body, as = admin) =>
	request('PUT', `/v1/imports/${id}/chunks/${offset}`, { as, body, type: 'application/octet-stream' });
const see = async (id) => (await get(`/v1/imports/${id}`, admin)).is(200).json;

async function send(file, encoding) {
	const { id } = await begin(file.length, encoding);
	for (let at = 0; at < file.length; at += PIECE)
		assert.equal((await put(id, at, file.subarray(at, at + PIECE))).is(200).json.received, Math.min(at + PIECE, file.length));
	return id;
}

async function check(id) {
	assert.equal((await post(`/v1/imports/${id}/check`, admin)).is(202).json.state, 'checking');
	return until('the check', async () => {
		const now = await see(id);
		return ['checked', 'failed'].includes(now.state) && now;
	}, 90_000);
}

const apply = (id, token) => post(`/v1/imports/${id}/apply`, admin, {}, { headers: token ? { confirm: token } : {} });
const facilities = () => all('/v1/facilities', admin);
const table = (...rows) => Buffer.from(`\ufeff${[
	'全国地方公共団体コード,ID,地方公共団体名,名称,種別,所在地_連結表記,電話番号,収容定員,利用開始時間,利用終了時間', ...rows].join('\r\n')}\r\n`);

test('K-26 a file that lacks what it must have is refused whole, each problem with its row and column', async () => {
	const before = await facilities();
	const id = await send(table(
		'011002,Z-1,北海道札幌市,あおば園,幼稚園,札幌市中央区1,011-511-0447,90,9:00,18:00',
		'011002,Z-2,北海道札幌市,,幼稚園,札幌市中央区2,,many,25:00,18:00',
		'011002,Z-1,北海道札幌市,ふたば園,幼稚園,札幌市中央区3,0115110447x,90,9:00,18:00',
		'11002,Z-4,北海道札幌市,みどり園,幼稚園,札幌市中央区4',
		'11002,Z-5,北海道札幌市,わかば園,幼稚園,札幌市中央区5,,,,',
	));
	const done = await check(id);
	assert.equal(done.state, 'checked');
	assert.equal(done.rows, 5);
	const problems = await all(`/v1/imports/${id}/problems`, admin);
	assert.deepEqual(problems.map((one) => [one.row, one.column, one.code]), [
		[3, 4, 'missing'], [3, 8, 'format'], [4, 2, 'duplicate'], [4, 7, 'format'], [5, 0, 'format'], [6, 1, 'too-short'],
	]);
	assert.equal(done.problem_count, problems.length);
	assert.ok(problems.every((one) => one.message.length > 0 && /^[ -~]/.test(one.message)));
	const japanese = (await get(`/v1/imports/${id}/problems`, admin, { headers: { 'accept-language': 'ja' } })).is(200).json.items;
	assert.match(japanese[2].message, /2行目/);
	const paged = await all(`/v1/imports/${id}/problems`, admin, 4);
	assert.deepEqual(paged, problems);
	(await apply(id)).problem(409, 'conflict');
	assert.deepEqual(await facilities(), before);
});

test('K-26 what is no table, and what the encoding cannot say, is told and not replaced', async () => {
	const cases = [
		[Buffer.from('名称\r\nあおば園\r\n'), 'auto', 'missing'],
		[Buffer.concat([table(), Buffer.from([0xff, 0xfe, 0x0d, 0x0a])]), 'utf-8', null],
		[cp932, 'utf-8', 'encoding'],
		[Buffer.from('""x\r\n'), 'auto', null],
	];
	for (const [file, encoding, code] of cases) {
		const id = await send(file, encoding);
		const done = await check(id);
		assert.equal(done.state, 'checked');
		assert.ok(done.problem_count > 0);
		const problems = await all(`/v1/imports/${id}/problems`, admin);
		if (code)
			assert.ok(problems.some((one) => one.code === code), JSON.stringify(problems.slice(0, 3)));
		(await apply(id)).problem(409, 'conflict');
	}
});

test('an upload that broke off goes on where it stands; a piece out of place changes nothing', async () => {
	const file = utf8.subarray(0, 3 * PIECE);
	const { id, state, received } = await begin(file.length);
	assert.deepEqual([state, received], ['receiving', 0]);
	(await post(`/v1/imports/${id}/check`, admin)).problem(409, 'conflict');
	(await put(id, 0, file.subarray(0, PIECE))).is(200);
	assert.equal((await see(id)).received, PIECE);
	// The same again, as after a reply that was lost.
	assert.equal((await put(id, 0, file.subarray(0, PIECE))).is(200).json.received, PIECE);
	// Not the same, too far, not at an edge.
	for (const [at, piece] of [[0, file.subarray(1, PIECE + 1)], [PIECE + 1, file.subarray(0, PIECE)], [100, file.subarray(100, PIECE)]]) {
		const problem = (await put(id, at, piece)).problem(409, 'conflict');
		assert.match(problem.errors[0].message, new RegExp(String(PIECE)));
	}
	(await put(id, PIECE, file.subarray(0, 100))).problem(400, 'invalid-input');
	(await put(id, PIECE, Buffer.alloc(PIECE + 1))).is(400, 413);
	(await put(id, PIECE, Buffer.alloc(0))).is(400, 411, 415);
	assert.equal((await see(id)).received, PIECE);
	(await put(id, PIECE, file.subarray(PIECE, 2 * PIECE))).is(200);
	(await put(id, 2 * PIECE, file.subarray(2 * PIECE))).is(200);
	// More than was announced.
	(await put(id, file.length, Buffer.alloc(2000))).problem(400, 'invalid-input');
});

test('limits: size, encoding, entity', async () => {
	for (const [change, field] of [[{ size: 0 }, 'size'], [{ size: (16 << 20) + 1 }, 'size'], [{ encoding: 'sjis' }, 'encoding'], [{ entity: 'child' }, 'entity'], [{ name: '' }, 'name']]) {
		const reply = await post('/v1/imports', admin, { entity: 'facility', encoding: 'auto', name: 'a', size: 10, ...change });
		reply.problem(400, 'invalid-input');
		assert.deepEqual(reply.fields, [field]);
	}
});

test('AC-1 nobody but the city administrator imports, or sees an import', async () => {
	const id = await send(utf8);
	for (const one of others) {
		const city = one.customer === admin.customer || one.customer?.id === admin.customer?.id;
		if (one.role !== 'officer-admin')
			(await post('/v1/imports', one, { entity: 'facility', encoding: 'auto', name: 'a', size: 10 })).problem(403, 'denied');
		for (const [method, target] of [['GET', ''], ['GET', '/problems'], ['POST', '/check'], ['POST', '/apply']])
			(await request(method, `/v1/imports/${id}${target}`, { as: one, json: method === 'POST' ? {} : undefined })).problem(404, 'not-found');
		(await put(id, 0, utf8.subarray(0, PIECE), one)).problem(404, 'not-found');
		assert.ok(city || one.role === 'officer-admin');
	}
	(await get(`/v1/imports/${strangeId()}`, admin)).problem(404, 'not-found');
	assert.equal((await see(id)).state, 'receiving');
});

test('K-26 all 528 facilities of a real list, at once, after they have been shown and confirmed', async () => {
	const before = await facilities();
	const known = new Set(before.map((one) => `${one.municipality_code} ${one.code}`));
	const id = await send(utf8, 'auto');
	const done = await check(id);
	assert.deepEqual([done.state, done.rows, done.problem_count, done.progress], ['checked', 528, 0, 100]);
	assert.equal(done.created + done.changed + done.unchanged, 528);
	assert.deepEqual(await facilities(), before);

	const confirm = (await apply(id)).problem(428, 'confirmation-required').confirm;
	assert.equal(confirm.objects, done.created + done.changed);
	assert.equal(confirm.impact, `528 facilities are taken over (${done.created} new, ${done.changed} changed, ${done.unchanged} unchanged).`);
	const japanese = (await post(`/v1/imports/${id}/apply`, admin, {}, { headers: { 'accept-language': 'ja' } })).problem(428, 'confirmation-required').confirm;
	assert.equal(japanese.impact, `施設528件を取り込みます（新規${done.created}、変更${done.changed}、変更なし${done.unchanged}）。`);
	assert.deepEqual(await facilities(), before);

	(await apply(id, 'A'.repeat(43))).problem(428, 'confirmation-required');
	const applied = (await apply(id, confirm.token)).is(200).json;
	assert.deepEqual([applied.state, applied.created, applied.changed], ['applied', done.created, done.changed]);
	const after = await facilities();
	const codes = new Set(after.map((one) => `${one.municipality_code} ${one.code}`));
	assert.equal(codes.size, after.length);
	assert.equal(after.length, before.length + done.created);
	assert.ok([...known].every((one) => codes.has(one)));
	for (const one of before)
		assert.ok(after.some((now) => now.id === one.id), 'who was there keeps the id');
	const kindergartens = after.filter((one) => one.kind === '幼稚園' && one.operator === '市');
	assert.ok(kindergartens.length >= 10);

	// Twice, and with the used token: no.
	(await apply(id, confirm.token)).problem(409, 'conflict');
	(await apply(id)).problem(409, 'conflict');
	(await post(`/v1/imports/${id}/check`, admin)).problem(409, 'conflict');
	(await put(id, utf8.length, Buffer.alloc(10))).problem(409, 'conflict');
	assert.deepEqual(await facilities(), after);
});

test('K-26 the same list again changes nothing; in the other encoding 17 rows differ', async () => {
	const again = await check(await send(utf8, 'utf-8'));
	assert.deepEqual([again.created, again.changed, again.unchanged], [0, 0, 528]);
	const before = await facilities();
	const id = await send(cp932, 'auto');
	const done = await check(id);
	assert.deepEqual([done.problem_count, done.created, done.changed, done.unchanged], [0, 0, 17, 511]);
	// What was promised for another import confirms nothing here.
	const foreign = (await apply(again.id)).problem(428, 'confirmation-required').confirm;
	(await apply(id, foreign.token)).problem(428, 'confirmation-required');
	const { token } = (await apply(id)).problem(428, 'confirmation-required').confirm;
	(await apply(id, token)).is(200);
	const after = await facilities();
	const was = new Map(before.map((one) => [one.id, JSON.stringify(one)]));
	assert.equal(after.filter((one) => was.get(one.id) !== JSON.stringify(one)).length, 17);

	// Back again: what was checked against the state before is refused now.
	const back = await send(utf8, 'utf-8');
	const stale = await send(utf8, 'utf-8');
	for (const one of [back, stale])
		assert.equal((await check(one)).changed, 17);
	(await apply(back, (await apply(back)).json.confirm.token)).is(200);
	const promise = (await apply(stale)).problem(428, 'confirmation-required').confirm;
	(await apply(stale, promise.token)).problem(409, 'conflict');
	const anew = await check(stale);
	assert.deepEqual([anew.state, anew.changed, anew.unchanged], ['checked', 0, 528]);
	assert.deepEqual(await facilities(), before);
});

test('K-27 the import stands in the events, with the rows that it wrote', async () => {
	const items = [];
	let cursor = null;
	do {
		const page = (await get(`/v1/events?limit=200${cursor ? `&cursor=${cursor}` : ''}`, admin)).is(200).json;
		items.push(...page.items);
		cursor = page.next;
	} while (cursor && items.length < 2000);
	const applied = items.filter((one) => one.operation === 'import.apply' && one.outcome === 200);
	assert.ok(applied.length >= 3);
	assert.ok(applied.every((one) => one.rule === 'continued' || one.objects.some((object) => object.entity === 'import')));
	assert.ok(items.some((one) => one.operation === 'import.check-step'));
	assert.ok(items.some((one) => one.operation === 'import.apply' && one.outcome === 428));
});
