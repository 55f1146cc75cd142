// Roundabout ways to more than one has: links that outlive what they were issued for, approvals by whom they favour, one facility's
// keeper reaching into another's, guesses that are never counted, tablets that live on after their registration.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, each, exclusive, get, mustSurvive, none, post, request, strangeId, tokenOf, until } from './lib.mjs';
import { stepNow, totp } from '../factor.mjs';
import { of, person } from './world.mjs';

mustSurvive(test);

const PASSWORD = 'Mawari_Michi-4711';
const OTHER = 'Mawari_Michi-4712';
const NOBODY = undefined;
const reason = { reason: '試験のため' };
let city, principal, elsewhere, admins, officer;

before(async () => {
	await exclusive();
	const principals = accounts.filter((one) => one.role === 'principal');
	city = principals[0].customer;
	principal = await person(of(city, 'principal')[0]);
	elsewhere = await person(of(city, 'principal').find((one) => one.facility !== principal.facility));
	admins = [await person(of(city, 'officer-admin')[0]), await person(of(city, 'officer-admin')[1])];
	officer = await person(of(city, 'officer')[0]);
});

const accept = (token, password = OTHER) => post('/v1/invitation/accept', NOBODY, { token, password });
const look = (token) => post('/v1/invitation/see', NOBODY, { token });
const act = (keeper, account, action) => post(`/v1/accounts/${account.id}/${action}`, keeper, reason);
const recovery = async (keeper, account) => (await post(`/v1/accounts/${account.id}/recovery`, keeper)).is(201).json.token;
const linkCode = async (session) => (await post('/v1/me/link-code', session)).is(201).json.code;
const join = (keeper, code, role, more = {}) => post('/v1/memberships', keeper, { code, role, ...more });
const decide = (change, keeper, what = 'approve') => post(`/v1/changes/${change.id}/${what}`, keeper);

async function begin(login, headers = {}) {
	const reply = (await request('POST', '/v1/session', { json: { login, password: PASSWORD }, headers })).is(201);
	return { token: tokenOf(reply), ...reply.json };
}

// Somebody new with a password and a session.
async function member(keeper = principal, role = 'guardian', name = '試験 次郎') {
	const login = `chain-${strangeId().slice(0, 12)}`;
	const { id } = (await post('/v1/accounts', keeper, { login, name, role })).is(201).json;
	const { token } = (await post(`/v1/accounts/${id}/invitation`, keeper)).is(201).json;
	(await accept(token, PASSWORD)).is(200);
	return { id, login: `${login}@${city}`, session: await begin(`${login}@${city}`) };
}

async function raise(who, role, more) {
	const { change } = (await join(admins[0], await linkCode(who.session), role, more)).is(202).json;
	assert.equal((await decide(change, admins[1])).is(200).json.state, 'applied');
}

async function block(child, link) {
	const target = `/v1/children/${child.id}/guardians/${link.id}/block`;
	const { confirm } = (await post(target, principal)).problem(428, 'confirmation-required');
	(await post(target, principal, {}, { headers: { confirm: confirm.token } })).is(200);
}

// ---- two persons ----

test('K-3 nobody approves a role for oneself', async () => {
	const { change } = (await join(admins[0], await linkCode(admins[1]), 'principal', { facility: principal.facility })).is(202).json;
	(await decide(change, admins[1])).problem(403, 'denied');
	assert.deepEqual((await get('/v1/me', admins[1])).json.memberships.map((one) => one.role), ['officer-admin']);
	(await decide(change, admins[0], 'withdraw')).is(200);
});

test('K-3 the second person reads which role is given, whatever the name', async () => {
	const who = await member(principal, 'guardian', '長'.repeat(100));
	const { change } = (await join(admins[0], await linkCode(who.session), 'principal', { facility: elsewhere.facility })).is(202).json;
	assert.match(change.impact, /principal/);
	assert.match(change.impact, new RegExp(who.login.split('@')[0]));
	assert.doesNotMatch(change.impact, /\ufffd/);
	(await decide(change, admins[0], 'withdraw')).is(200);
});

test('K-3 K-27 a privileged role that begins later needs two persons from now on', async () => {
	const who = await member();
	await raise(who, 'principal', { facility: elsewhere.facility, since: dayAfter(3) });
	const { change } = (await act(admins[0], who, 'reset-factor')).is(202).json;
	(await decide(change, admins[0], 'withdraw')).is(200);
});

// ---- links ----

test('K-27 a link issued for a guardian is dead when the guardian becomes a principal', async () => {
	const who = await member();
	const token = await recovery(principal, who);
	(await look(token)).is(200);
	await raise(who, 'principal', { facility: elsewhere.facility });
	(await look(token)).problem(404, 'not-found');
	(await accept(token)).problem(404, 'not-found');
	await begin(who.login);
});

test('K-27 a link is dead when the membership for which it was issued ends', async () => {
	const who = await member();
	(await join(elsewhere, await linkCode(who.session), 'guardian')).is(201);
	const token = await recovery(principal, who);
	const mine = (await get(`/v1/accounts/${who.id}`, principal)).json.memberships[0];
	(await post(`/v1/accounts/${who.id}/memberships/${mine.id}/end`, principal, reason)).is(200);
	(await accept(token)).problem(404, 'not-found');
});

test('K-1 whoever remembers the password and changes it voids the link for a new one', async () => {
	const who = await member();
	const token = await recovery(principal, who);
	(await request('PUT', '/v1/me/password', { as: who.session, json: { current: PASSWORD, new: OTHER } })).is(204);
	(await accept(token)).problem(404, 'not-found');
});

// ---- one facility and the other ----

test('K-27 a teacher is not in the hands of the facility where the own child goes', async () => {
	const who = await member(principal, 'staff');
	(await join(elsewhere, await linkCode(who.session), 'guardian')).is(201);
	const findings = [];
	for (const action of ['suspend', 'unlock', 'reset-factor', 'recovery', 'recovery/letter']) {
		const reply = await post(`/v1/accounts/${who.id}/${action}`, elsewhere, action.startsWith('recovery') ? {} : reason);
		if (reply.status !== 403)
			findings.push(`${action} → ${reply.status}`);
	}
	none(findings);
	(await get('/v1/me', who.session)).is(200);
	const [mine] = (await get(`/v1/accounts/${who.id}`, elsewhere)).is(200).json.memberships;
	await recovery(principal, who);
	(await post(`/v1/accounts/${who.id}/memberships/${mine.id}/end`, elsewhere, reason)).is(200);
});

test('K-27 what officers ask for tells them of no guardians', async () => {
	const who = await member(principal, 'staff');
	(await join(principal, await linkCode(who.session), 'guardian')).is(201);
	assert.ok((await all('/v1/accounts?role=staff', officer)).some((one) => one.id === who.id));
	assert.deepEqual(await all('/v1/accounts?role=guardian', officer), []);
	assert.deepEqual((await all('/v1/accounts?role=principal', principal)).filter((one) => one.id !== principal.account), []);
});

test('K-27 whoever is a guardian of a child here does not only seem to be out', async () => {
	const who = await member();
	const [child] = await all('/v1/children', principal);
	const link = (await post(`/v1/children/${child.id}/guardians`, principal, { account: who.id, relation: '父' })).is(201).json;
	(await join(elsewhere, await linkCode(who.session), 'guardian')).is(201);
	const [mine] = (await get(`/v1/accounts/${who.id}`, principal)).is(200).json.memberships;
	const end = () => post(`/v1/accounts/${who.id}/memberships/${mine.id}/end`, principal, reason);
	(await end()).problem(409, 'conflict');
	await block(child, link);
	(await end()).is(200);
	const session = await begin(who.login);
	(await get(`/v1/children/${child.id}`, session)).problem(404, 'not-found');
});

test('K-27 a roster does not bring a blocked guardian back under another spelling', async () => {
	const number = `B-${strangeId().slice(0, 8)}`;
	const [other] = await all('/v1/children', principal);
	const child = (await post(`/v1/facilities/${principal.facility}/children`, principal, {
		code: number, name: '試験 三郎', kana: 'しけん さぶろう', birth_date: '2022-05-05', address: '鎖町九丁目番外', entry_date: '2026-04-01', class: other.class,
	})).is(201).json;
	const who = await member();
	await block(child, (await post(`/v1/children/${child.id}/guardians`, principal, { account: who.id, relation: '父' })).is(201).json);
	const heads = '園児番号,氏名,ふりがな,生年月日,住所,入園日,保護者1氏名,保護者1続柄';
	const checked = async (guardian) => {
		const bytes = Buffer.from(`${heads}\r\n${number},試験 三郎,しけん さぶろう,2022-05-05,鎖町九丁目番外,2026-04-01,${guardian},父\r\n`);
		const { id } = (await post('/v1/imports', principal, { entity: 'roster', encoding: 'utf-8', name: 'roster.csv', size: bytes.length })).is(201).json;
		(await request('PUT', `/v1/imports/${id}/chunks/0`, { as: principal, body: bytes, type: 'application/octet-stream' })).is(200);
		(await post(`/v1/imports/${id}/check`, principal)).is(202);
		return until('the check', async () => {
			const now = (await get(`/v1/imports/${id}`, principal)).json;
			return now.state === 'checked' && now;
		});
	};
	assert.deepEqual([(await checked('試験 次郎')).problem_count, (await checked('試験次郎')).problem_count], [0, 1]);
	assert.equal((await get(`/v1/children/${child.id}/guardians`, principal)).json.items.length, 1);
});

// ---- guesses ----

test('K-2 T-13 a right password does not take back wrong codes: neither with a new PIN nor at the lock', async () => {
	const who = await member(principal, 'staff');
	const { secret } = (await post('/v1/me/totp', who.session)).is(201).json;
	const confirmed = (await post('/v1/me/totp/confirm', who.session, { code: totp(secret, stepNow() - 1) })).is(200);
	let session = { token: tokenOf(confirmed) };
	const wrong = async (code) => (await post('/v1/session/step-up', session, { password: PASSWORD, totp: code })).is(401);
	await wrong('000001');
	await wrong('000002');
	(await request('PUT', '/v1/me/pin', { as: session, json: { pin: '40718', password: PASSWORD } })).is(204);
	await wrong('000003');
	(await post('/v1/session/lock', session)).is(204);
	session = { token: tokenOf((await post('/v1/session/unlock', session, { password: PASSWORD })).is(200)) };
	await wrong('000004');
	assert.equal((await get(`/v1/accounts/${who.id}`, principal)).json.locked, false);
	await wrong('000005');
	assert.equal((await get(`/v1/accounts/${who.id}`, principal)).json.locked, true);
	assert.ok((await all('/v1/me/notices', session)).some((one) => one.kind === 'locked'));
});

// ---- things ----

test('K-1 K-27 a lost tablet is out with its registration, whoever is signed in on it', async () => {
	const who = await member(principal, 'staff');
	const { id, code } = (await post(`/v1/facilities/${principal.facility}/devices`, principal, { name: '失くした端末' })).is(201).json;
	const reply = (await post('/v1/devices/claim', NOBODY, { token: code })).is(200);
	const tablet = [].concat(reply.headers['set-cookie']).map((line) => /^__Host-device=([^;]+)/.exec(line)?.[1]).find(Boolean);
	const there = await begin(who.login, { cookie: `__Host-device=${tablet}` });
	(await get('/v1/me', there)).is(200);
	(await post(`/v1/facilities/${principal.facility}/devices/${id}/end`, principal)).is(204);
	(await get('/v1/me', there)).is(401);
	(await get('/v1/me', who.session)).is(200);
});

test('K-26 a card is shown once: a repetition makes another one', async () => {
	const [child] = await all('/v1/children', principal);
	const headers = { 'idempotency-key': strangeId() };
	const cards = await each([1, 2], 1, async () => (await post(`/v1/children/${child.id}/card`, principal, {}, { headers })).is(201).bytes);
	assert.ok(!cards[0].equals(cards[1]));
});

test('K-26 a roster without its line of headings leaves no child in the clear', async () => {
	const [name, street] = [`漏洩${strangeId()}`, `海岸${strangeId()}`];
	const bytes = Buffer.from(`\ufeffK-1,${name},ろうえい,2022-05-05,${street},さくら,2026-04-01\r\n`);
	const { id } = (await post('/v1/imports', principal, { entity: 'roster', encoding: 'utf-8', name: 'roster.csv', size: bytes.length })).is(201).json;
	(await request('PUT', `/v1/imports/${id}/chunks/0`, { as: principal, body: bytes, type: 'application/octet-stream' })).is(200);
	(await post(`/v1/imports/${id}/check`, principal)).is(202);
	await until('the check', async () => (await get(`/v1/imports/${id}`, principal)).json.problem_count > 0);
	assert.ok((await all(`/v1/imports/${id}/problems`, principal)).some((one) => one.heading === name), 'the principal is shown what stands there');
	const folder = path.join(process.env.SEKIMORI_DIR, city, 'core');
	for (const file of fs.readdirSync(folder).filter((one) => one.startsWith('data.db')))
		for (const words of [name, street])
			assert.ok(!fs.readFileSync(path.join(folder, file)).includes(words), `${file} holds ${words}`);
});

test('days at the end of the calendar are answered, or refused as a flaw', async () => {
	const [child] = await all('/v1/children', principal);
	const [one] = await all(`/v1/facilities/${principal.facility}/classes`, principal);
	const there = `/v1/facilities/${principal.facility}`;
	const findings = [];
	for (const month of ['0001-01', '1582-10', '1969-12', '9999-12', '0000-01'])
		for (const target of [`/v1/children/${child.id}/days`, `${there}/classes/${one.id}/register`, `${there}/classes/${one.id}/register/csv`, `${there}/classes/${one.id}/register/pdf`]) {
			const reply = await get(`${target}?month=${month}`, principal);
			if (![200, 400].includes(reply.status))
				findings.push(`${reply.line} → ${reply.status}`);
		}
	for (const date of ['0001-01-01', '1900-02-28', '9999-12-31'])
		for (const target of [`${there}/board?date=${date}`, `${there}/morning-list?date=${date}`, `${there}/calendar?from=${date}&to=${date}`, `/v1/children/${child.id}/attendance?date=${date}`]) {
			const reply = await get(target, principal);
			if (![200, 400].includes(reply.status))
				findings.push(`${reply.line} → ${reply.status}`);
		}
	const left = await post(`/v1/children/${child.id}/leave`, principal, { date: '9999-12-31', reason: '試験' });
	if (![400, 428].includes(left.status))
		findings.push(`${left.line} → ${left.status}`);
	none(findings);
});
