// A facility's roster and its roll-over of the year: every problem told with its place, what changes shown before, applied as a whole,
// at once or on its day; names kept byte for byte; nobody but the facility's principal.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, exclusive, get, post, request, signIn, strangeId, today, until } from './lib.mjs';

const PIECE = 48 * 1024;
const HEADS = '園児番号,氏名,ふりがな,生年月日,住所,組,入園日,アレルギー,お迎えの人,保護者1氏名,保護者1続柄,保護者1ログイン名,保護者1電話番号,保護者1メール,保護者2氏名,保護者2続柄,保護者2ログイン名,保護者2電話番号,保護者2メール';
const mark = strangeId().slice(0, 6);
let here, there, others, admin, classes;

before(async () => {
	await exclusive();
	const of = (role) => accounts.filter((one) => one.customer === 'sapporo' && one.role === role);
	[here, there] = [await signIn(of('principal')[0]), await signIn(of('principal')[1])];
	admin = await signIn(of('officer-admin')[0]);
	others = [there, admin];
	for (const role of ['guardian', 'staff', 'officer', 'auditor'])
		others.push(await signIn(of(role)[0]));
	const year = schoolYear(today);
	for (const name of [`い${mark}`, `ろ${mark}`])
		(await post(`/v1/facilities/${here.facility}/classes`, here, { name, age: 4, year })).is(201);
	classes = new Map((await all(`/v1/facilities/${here.facility}/classes`, here)).map((one) => [one.name, one.id]));
});

const schoolYear = (date) => Number(date.slice(0, 4)) - (Number(date.slice(5, 7)) < 4 ? 1 : 0);
const table = (heads, ...rows) => Buffer.from(`\ufeff${[heads, ...rows].join('\r\n')}\r\n`);
const put = (id, at, body, as) => request('PUT', `/v1/imports/${id}/chunks/${at}`, { as, body, type: 'application/octet-stream' });
const see = async (id, as = here) => (await get(`/v1/imports/${id}`, as)).is(200).json;

async function send(file, { entity = 'roster', as = here, ...more } = {}) {
	const { id } = (await post('/v1/imports', as, { entity, encoding: 'auto', name: 'list.csv', size: file.length, ...more })).is(201).json;
	for (let at = 0; at < file.length; at += PIECE)
		(await put(id, at, file.subarray(at, at + PIECE), as)).is(200);
	return id;
}
async function check(id, as = here) {
	(await post(`/v1/imports/${id}/check`, as)).is(202);
	return until('the check', async () => {
		const now = await see(id, as);
		return ['checked', 'failed'].includes(now.state) && now;
	}, 120_000);
}
async function apply(id, as = here) {
	const { confirm } = (await post(`/v1/imports/${id}/apply`, as)).problem(428, 'confirmation-required');
	const reply = (await post(`/v1/imports/${id}/apply`, as, {}, { headers: { confirm: confirm.token } })).is(200).json;
	return { confirm, reply };
}
const ended = (id) => until('the import', async () => {
	const now = await see(id);
	return ['applied', 'failed'].includes(now.state) && now;
}, 120_000);
const problems = async (id, as = here) => (await all(`/v1/imports/${id}/problems`, as)).map((one) => [one.row, one.column, one.code]);
const preview = (id) => all(`/v1/imports/${id}/preview`, here);
const children = async (as = here) => (await all('/v1/children', as, 200));
const row = (code, name, more = {}) => {
	const cells = { code, name, kana: 'しけん', birth: '2021-05-01', address: '札幌市中央区1', class: `い${mark}`, entry: '2025-04-01', allergies: '', fetchers: '', guardians: [], ...more };
	const people = [0, 1].flatMap((i) => { const one = cells.guardians[i] ?? {}; return [one.name, one.relation, one.login, one.telephone, one.mail].map((cell) => cell ?? ''); });
	return [cells.code, cells.name, cells.kana, cells.birth, cells.address, cells.class, cells.entry, cells.allergies, cells.fetchers, ...people].join(',');
};

test('K-26 the templates are what is read', async () => {
	for (const [entity, as, heads] of [['roster', here, HEADS], ['rollover', here, '園児番号,氏名,措置,新しい組'], ['facility', admin, null]]) {
		const reply = (await get(`/v1/imports/template?entity=${entity}`, as)).is(200);
		assert.match(reply.headers['content-type'], /^text\/csv/);
		assert.match(reply.headers['content-disposition'], /attachment/);
		assert.deepEqual([...reply.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
		if (heads)
			assert.equal(reply.text.slice(1), `${heads}\r\n`);
	}
});

test('K-26 K-27 children, guardians and accounts: shown before, applied whole, names byte for byte, twice changes nothing', async () => {
	const names = ['髙橋 﨑子', '𠮷野 太郎', '葛\u{e0100}城 花', '神谷 塚', '①㈱ 圡'];
	const phone = '090-1111-2222';
	const rows = names.map((name, i) => row(`N${mark}${i}`, name, {
		birth: ['2021-05-01', '2021/5/1', '令和3年5月1日', 'R3.5.1', '2021年5月1日'][i],
		allergies: i === 0 ? '卵' : '', fetchers: '祖母',
		guardians: i < 2 ? [{ name: `髙橋 母${mark}`, relation: '母', telephone: phone }, { name: `髙橋 父${mark}`, relation: '父', login: `f${mark}`, mail: 'chichi@example.com' }] : [],
	}));
	const file = table(HEADS, ...rows);
	const was = await children();
	const id = await send(file);
	const done = await check(id);
	assert.deepEqual(await problems(id), []);
	assert.deepEqual([done.rows, done.created, done.changed, done.unchanged, done.accounts, done.entity], [5, 5, 0, 0, 2, 'roster']);
	const shown = await preview(id);
	assert.deepEqual(shown.map((one) => [one.row, one.action, one.name, one.class]), names.map((name, i) => [i + 2, 'create', name, `い${mark}`]));
	assert.ok(shown[0].changes.some((one) => one.field === 'birth_date' && one.before === null && one.after === '2021-05-01'));
	assert.ok(shown[0].changes.some((one) => one.field === 'class' && one.after === `い${mark}`));
	assert.deepEqual(await children(), was);

	const { confirm } = await apply(id);
	assert.equal(confirm.objects, 5);
	const applied = await ended(id);
	assert.equal(applied.state, 'applied');
	const now = (await children()).filter((one) => one.code.startsWith(`N${mark}`)).sort((a, b) => (a.code < b.code ? -1 : 1));
	assert.deepEqual(now.map((one) => one.name), names);
	assert.deepEqual(now.map((one) => Buffer.from(one.name).toString('hex')), names.map((one) => Buffer.from(one).toString('hex')));
	assert.ok(now.every((one) => one.birth_date === '2021-05-01' && one.class === classes.get(`い${mark}`) && one.state === 'enrolled'));
	const [first, second] = await Promise.all(now.slice(0, 2).map((one) => all(`/v1/children/${one.id}/guardians`, here)));
	assert.deepEqual(first.map((one) => one.account).sort(), second.map((one) => one.account).sort(), 'siblings have the same two people');
	const made = await Promise.all(first.map(async (one) => (await get(`/v1/accounts/${one.account}`, here)).is(200).json));
	assert.ok(made.every((one) => one.state === 'invited'));
	assert.ok(made.some((one) => /^g\d{8}$/.test(one.login)) && made.some((one) => one.login === `f${mark}`));

	(await post(`/v1/imports/${id}/apply`, here)).problem(409, 'conflict');
	const again = await check(await send(file));
	assert.deepEqual([again.problem_count, again.created, again.changed, again.moved, again.unchanged, again.accounts], [0, 0, 0, 0, 5, 0]);
	await apply(again.id);
	assert.equal((await ended(again.id)).state, 'applied');
	assert.equal((await children()).length, was.length + 5);
});

test('K-26 what changes in a second roster is what is shown, and no more; the other encoding gives the same', async () => {
	const text = [HEADS, row(`C${mark}0`, '山田 花'), row(`C${mark}1`, '髙山 﨑', { class: '' })].join('\r\n');
	const cp932 = execFileSync('iconv', ['-f', 'UTF-8', '-t', 'CP932'], { input: `${text}\r\n` });
	const id = await send(cp932);
	assert.deepEqual([(await check(id)).problem_count, (await see(id)).created], [0, 2]);
	await apply(id);
	await ended(id);
	const same = await check(await send(table(HEADS, ...text.split('\r\n').slice(1))));
	assert.deepEqual([same.problem_count, same.unchanged], [0, 2]);
	const next = await send(table('園児番号,氏名,ふりがな,生年月日,住所,入園日,組', ...[[0, '札幌市北区', `い${mark}`], [1, '札幌市中央区1', `ろ${mark}`]].map(([i, address, one]) =>
		`C${mark}${i},${['山田 花', '髙山 﨑'][i]},しけん,2021-05-01,${address},2025-04-01,${one}`)));
	const done = await check(next);
	assert.deepEqual([done.problem_count, done.created, done.changed, done.moved], [0, 0, 1, 1]);
	assert.deepEqual((await preview(next)).map((one) => [one.action, one.changes]), [
		['change', [{ field: 'address', before: '札幌市中央区1', after: '札幌市北区' }]],
		['move', [{ field: 'class', before: null, after: `ろ${mark}` }]],
	]);
	await apply(next);
	await ended(next);
	const now = (await children()).filter((one) => one.code.startsWith(`C${mark}`));
	assert.deepEqual(now.map((one) => [one.address, one.class]).sort(), [['札幌市中央区1', classes.get(`ろ${mark}`)], ['札幌市北区', classes.get(`い${mark}`)]].sort());
});

// What is wrong in a row, and how it must be told: [change of the row, column, code].
const guardian = (more) => ({ guardians: [{ name: '試験 母', relation: '母', ...more }] });
const wrong = [
	[{ code: '' }, 1, 'missing'], [{ code: 'x'.repeat(21) }, 1, 'too-long'], [{ code: 'a\u0007' }, 1, 'control'],
	[{ name: '' }, 2, 'missing'], [{ name: '　' }, 2, 'missing'], [{ name: 'あ'.repeat(101) }, 2, 'too-long'], [{ name: '=1+1' }, 2, 'format'], [{ name: '@SUM(A1)' }, 2, 'format'],
	[{ name: '+花子' }, 2, 'format'], [{ name: '-花子' }, 2, 'format'], [{ name: 'a\u202eb' }, 2, 'control'], [{ name: '\u0001' }, 2, 'control'],
	[{ kana: '' }, 3, 'missing'], [{ kana: 'あ'.repeat(101) }, 3, 'too-long'], [{ kana: '=A1' }, 3, 'format'],
	[{ birth: '' }, 4, 'missing'], [{ birth: '2021-13-01' }, 4, 'format'], [{ birth: '2021-02-29' }, 4, 'format'], [{ birth: '平成40年1月1日' }, 4, 'format'], [{ birth: '45748' }, 4, 'format'],
	[{ birth: '21/5/1' }, 4, 'format'], [{ birth: 'きのう' }, 4, 'format'], [{ birth: '令和元年4月1日' }, 4, 'format'], [{ birth: 'R3.5' }, 4, 'format'], [{ birth: '2021/5/1 10:00' }, 4, 'format'],
	[{ birth: '2099-01-01', entry: '2099-04-01' }, 4, 'rule'],
	[{ address: '' }, 5, 'missing'], [{ address: 'あ'.repeat(201) }, 5, 'too-long'],
	[{ class: 'ない組' }, 6, 'choice'], [{ class: 'あ'.repeat(41) }, 6, 'too-long'],
	[{ entry: '' }, 7, 'missing'], [{ entry: '2021-04-31' }, 7, 'format'], [{ entry: '2021-05-01' }, 7, 'rule'], [{ entry: '2020-04-01' }, 7, 'rule'], [{ entry: '四月一日' }, 7, 'format'],
	[{ allergies: 'あ'.repeat(501) }, 8, 'too-long'], [{ allergies: '\u0000' }, 8, 'control'], [{ fetchers: 'あ'.repeat(501) }, 9, 'too-long'],
	[guardian({ name: '' }), 10, 'missing'], [guardian({ name: '=cmd' }), 10, 'format'], [guardian({ name: 'あ'.repeat(101) }), 10, 'too-long'],
	[guardian({ relation: '' }), 11, 'missing'], [guardian({ relation: 'あ'.repeat(21) }), 11, 'too-long'],
	[guardian({ login: 'A' }), 12, 'format'], [guardian({ login: 'HANAKO' }), 12, 'format'], [guardian({ login: '.hanako' }), 12, 'format'], [guardian({ login: 'ab' }), 12, 'format'], [guardian({ login: '花子' }), 12, 'format'],
	[guardian({ login: 'x'.repeat(65) }), 12, 'too-long'], [guardian({ login: 'a b c' }), 12, 'format'],
	[guardian({ telephone: '12' }), 13, 'format'], [guardian({ telephone: '0x0-1234-5678' }), 13, 'format'], [guardian({ telephone: '090--1234-567' }), 13, 'format'], [guardian({ telephone: '090-1234-5678-9012-34' }), 13, 'too-long'],
	[guardian({ mail: 'hanako' }), 14, 'format'], [guardian({ mail: '@example.com' }), 14, 'format'], [guardian({ mail: 'a@b@c' }), 14, 'format'], [guardian({ mail: `${'x'.repeat(250)}@b.jp` }), 14, 'too-long'],
	[{ guardians: [{}, { name: '', relation: '父', telephone: '090-1234-5678' }] }, 15, 'missing'], [{ guardians: [{}, { name: '試験 父' }] }, 16, 'missing'],
	[{ guardians: [{ name: '試験 母', relation: '母', login: `s${mark}` }, { name: '試験 母', relation: '母', login: `s${mark}` }] }, 15, 'duplicate'],
];

test(`K-26 ${wrong.length} mistakes, each told with its row, its column and what it is, in both languages`, async () => {
	const was = await children();
	const taken = accounts.find((one) => one.customer === 'sapporo' && one.role === 'officer').login.replace(/@.*/, '');
	const rows = wrong.map(([change], i) => row(`W${mark}${i}`, '試験 子', change));
	const more = [
		// Somebody's login, who is not at this facility.
		[row(`W${mark}0b`, '試験', guardian({ login: taken })), 12, 'duplicate'],
		[row(`W${mark}dup`, '試験'), null, null], [row(`W${mark}dup`, '試験'), 1, 'duplicate'],
		[row(`W${mark}p1`, '試験', guardian({ login: `q${mark}` })), null, null], [row(`W${mark}p2`, '試験', guardian({ login: `q${mark}`, name: '別人' })), 12, 'duplicate'],
		['a,b,c', 0, 'format'],
	];
	const id = await send(table(HEADS, ...rows, ...more.map(([line]) => line)));
	const done = await check(id);
	const told = await problems(id);
	const wanted = [...wrong.map(([, column, code]) => [column, code]), ...more.map(([, column, code]) => [column, code])]
		.map(([column, code], i) => [i + 2, column, code]).filter(([, , code]) => code);
	assert.deepEqual(told, wanted);
	assert.equal(done.problem_count, wanted.length);
	for (const language of ['ja', 'en']) {
		const items = (await get(`/v1/imports/${id}/problems?limit=200`, here, { headers: { 'accept-language': language } })).is(200).json.items;
		assert.ok(items.every((one) => one.message.length > 3 && (language === 'en') === /^[\x20-\x7e「」園児番号氏名ふりがな生年月日住所組入園日アレルギーお迎えの人保護者続柄ログイン電話メール]*$/.test(one.message)), language);
	}
	(await post(`/v1/imports/${id}/apply`, here)).problem(409, 'conflict');
	assert.deepEqual(await preview(id), []);
	assert.deepEqual(await children(), was);

	const unknown = await send(table(`${HEADS},血液型`, `${row(`W${mark}`, '試験')},A`));
	await check(unknown);
	assert.deepEqual(await problems(unknown), [[1, 20, 'unknown']]);
	const lacking = await send(table('園児番号,氏名', 'a,b'));
	await check(lacking);
	assert.ok((await problems(lacking)).every(([line, , code]) => line === 1 && code === 'missing'));
	const bytes = Buffer.concat([Buffer.from(`${HEADS}\r\n`), Buffer.from(row(`W${mark}`, 'XX')), Buffer.from('\r\n')]);
	bytes.set([0xff, 0xfe], bytes.indexOf('XX'));
	const broken = await send(bytes, { encoding: 'utf-8' });
	await check(broken);
	assert.deepEqual(await problems(broken), [[2, 2, 'encoding']]);
});

test('AC-1 K-27 nobody but the facility\'s principal begins, sees or applies a roster', async () => {
	const id = await send(table(HEADS, row(`P${mark}`, '試験')));
	await check(id);
	for (const one of others) {
		if (one.role !== 'principal')
			(await post('/v1/imports', one, { entity: 'roster', encoding: 'auto', name: 'a', size: 10 })).problem(403, 'denied');
		for (const [method, target] of [['GET', ''], ['GET', '/problems'], ['GET', '/preview'], ['POST', '/check'], ['POST', '/apply'], ['POST', '/cancel']])
			(await request(method, `/v1/imports/${id}${target}`, { as: one, json: method === 'POST' ? {} : undefined })).problem(404, 'not-found');
	}
	(await post('/v1/imports', here, { entity: 'facility', encoding: 'auto', name: 'a', size: 10 })).problem(403, 'denied');
	(await post('/v1/imports', admin, { entity: 'facility', encoding: 'auto', name: 'a', size: 10, effective: dayAfter(3) })).problem(400, 'invalid-input');
	(await post('/v1/imports', here, { entity: 'roster', encoding: 'auto', name: 'a', size: 10, effective: dayAfter(-1) })).problem(400, 'invalid-input');
});

test('K-26 scheduled: nothing changes before its day, and it can be cancelled', async () => {
	const was = await children();
	const id = await send(table(HEADS, row(`S${mark}`, '試験', guardian({ login: `t${mark}` }))), { effective: dayAfter(20) });
	assert.equal((await check(id)).created, 0 + 1);
	(await post(`/v1/imports/${id}/cancel`, here)).problem(409, 'conflict');
	const { reply } = await apply(id);
	assert.deepEqual([reply.state, reply.effective], ['scheduled', dayAfter(20)]);
	(await post(`/v1/imports/${id}/apply`, here)).problem(409, 'conflict');
	(await post(`/v1/imports/${id}/check`, here)).problem(409, 'conflict');
	assert.equal((await preview(id)).length, 1);
	assert.deepEqual(await children(), was);
	assert.equal((await post(`/v1/imports/${id}/cancel`, here)).is(200).json.state, 'cancelled');
	(await post(`/v1/imports/${id}/cancel`, here)).problem(409, 'conflict');
	(await post(`/v1/imports/${id}/apply`, here)).problem(409, 'conflict');
	assert.deepEqual(await children(), was);
});

test('K-26 what has changed since the check refuses the whole, with what and where', async () => {
	const file = (more) => table(HEADS, row(`E${mark}0`, '一郎'), row(`E${mark}1`, '二郎', more));
	const first = await send(file({}));
	await check(first);
	await apply(first);
	await ended(first);
	const child = (await children()).find((one) => one.code === `E${mark}1`);
	const stale = await send(table(HEADS, row(`E${mark}2`, '三郎', guardian({ login: `e${mark}` })), row(`E${mark}1`, '二郎', { address: '函館市' })));
	await check(stale);
	(await request('PUT', `/v1/children/${child.id}`, { as: here, json: { address: '小樽市' } })).is(200);
	const was = await children();
	await apply(stale);
	const now = await ended(stale);
	assert.deepEqual([now.state, now.problem_count], ['failed', 1]);
	assert.deepEqual(await problems(stale), [[3, 0, 'rule']]);
	assert.deepEqual(await children(), was);
	// What is not touched may change: another field of the same child.
	const fine = await send(file({ address: '函館市' }));
	await check(fine);
	(await request('PUT', `/v1/children/${child.id}`, { as: here, json: { notes: '午睡なし' } })).is(200);
	await apply(fine);
	assert.equal((await ended(fine)).state, 'applied');
	const after = (await get(`/v1/children/${child.id}`, here)).is(200).json;
	assert.deepEqual([after.address, after.notes], ['函館市', '午睡なし']);
});

test('K-27 a guardian who has left since the check is not brought back', async () => {
	const people = guardian({ login: `w${mark}` });
	const first = await send(table(HEADS, row(`W${mark}0`, '四郎', people)));
	await check(first);
	await apply(first);
	assert.equal((await ended(first)).state, 'applied');
	const stale = await send(table(HEADS, row(`W${mark}1`, '五郎', people)));
	assert.deepEqual((await check(stale)).problem_count, 0);
	const moved = (await children()).find((one) => one.code === `W${mark}0`);
	const { code } = (await get(`/v1/facilities/${there.facility}`, admin)).is(200).json;
	(await post(`/v1/children/${moved.id}/move`, here, { facility_code: code })).is(200);
	await apply(stale);
	assert.equal((await ended(stale)).state, 'failed');
	assert.deepEqual(await problems(stale), [[2, 0, 'rule']]);
	assert.equal((await children()).some((one) => one.code === `W${mark}1`), false);
});

test('K-26 the roll-over: up, graduating, leaving, coming', async () => {
	const codes = ['u', 'g', 'l', 'a'].map((one) => `R${mark}${one}`);
	const roster = await send(table(HEADS, ...codes.map((code, i) => row(code, `子${i}`, i === 3 ? { class: '' } : {}))));
	await check(roster);
	await apply(roster);
	await ended(roster);
	const ROLL = '園児番号,氏名,措置,新しい組';
	const bad = await send(table(ROLL, `${codes[0]},別人,進級,ろ${mark}`, `x${mark},子,進級,ろ${mark}`, `y${mark},子,転入,ろ${mark}`, `${codes[1]},子1,卒園,ろ${mark}`,
		`${codes[2]},子2,進級,`, `${codes[3]},子3,留年,ろ${mark}`, `${codes[3]},子3,進級,ない組`), { entity: 'rollover' });
	await check(bad);
	assert.deepEqual(await problems(bad), [[2, 2, 'rule'], [3, 1, 'choice'], [4, 1, 'rule'], [5, 4, 'rule'], [6, 4, 'missing'], [7, 3, 'choice'], [8, 4, 'choice']]);
	const id = await send(table(ROLL, `${codes[0]},子0,進級,ろ${mark}`, `${codes[1]},子1,卒園,`, `${codes[2]},子2,転出,`, `${codes[3]},子3,転入,ろ${mark}`), { entity: 'rollover' });
	const done = await check(id);
	assert.deepEqual([done.problem_count, done.moved, done.left, done.created], [0, 2, 2, 0]);
	assert.deepEqual((await preview(id)).map((one) => one.action), ['move', 'graduate', 'leave', 'move']);
	await apply(id);
	assert.equal((await ended(id)).state, 'applied');
	const listed = (await children()).filter((one) => one.code.startsWith(`R${mark}`));
	assert.deepEqual(listed.map((one) => [one.code, one.class]).sort(), [[codes[0], classes.get(`ろ${mark}`)], [codes[3], classes.get(`ろ${mark}`)]].sort());
	const gone = (await all('/v1/children?state=graduated', here)).find((one) => one.code === codes[1]);
	assert.equal(gone.leaving_date, today);
});
