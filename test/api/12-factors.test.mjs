// The second factor: getting one, using each code once, proving oneself again, and what nobody may do without it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { before, test } from 'node:test';

import {
	accounts, accountsFile, all, codes, each, exclusive, freshSession, get, lockedOut, mustSurvive, none, operations, post, request, reserved, strangeId, target, tokenOf,
} from './lib.mjs';
import { stepNow, totp, unBase32 } from '../factor.mjs';
import { of } from './world.mjs';

const WRONG = 'Wrong-Password-0!';
const city = accounts[0].customer;
const guardian = reserved[2]; // has no factor before and after
const admin = of(city, 'officer-admin')[1];
const { operatorAdmin: racer, officerAdmin: keyless, principal: clumsy } = lockedOut;
const signInWith = (json, more) => request('POST', '/v1/session', { json, ...more });
const basic = ({ login, password }) => ({ login, password });
const another = (code) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

before(exclusive);

// What a camera reads from the picture, eight dots for each module and four modules of white around it.
function scan(qr) {
	const size = (qr.length + 8) * 8;
	const rows = Array.from({ length: size }, (_, y) => Array.from({ length: size }, (__, x) =>
		(qr[Math.floor(y / 8) - 4]?.[Math.floor(x / 8) - 4] === '1' ? '1' : '0')).join(' '));
	const file = `${accountsFile}.pbm`;
	fs.writeFileSync(file, `P1\n${size} ${size}\n${rows.join('\n')}\n`, { mode: 0o600 });
	try {
		return execFileSync('zbarimg', ['-q', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
	} finally {
		fs.rmSync(file);
	}
}

// Enrols with the earlier of the two steps that are accepted, so that the other is left to sign in with.
async function confirm(secret, session) {
	for (;;) {
		const step = stepNow() - 1;
		const reply = await post('/v1/me/totp/confirm', session, { code: totp(secret, step) });
		if (reply.status === 200 || stepNow() - 1 === step) // else a new step began meanwhile
			return { reply: reply.is(200), step };
	}
}

test('K-2 T-13 U-02 the right password of a privileged account is stopped at the second factor', async () => {
	for (const role of ['principal', 'officer-admin', 'operator', 'operator-admin'])
		for (const account of accounts.filter((one) => one.role === role)) {
			assert.equal(unBase32(account.totp_secret).length, 32, account.login);
			const reply = await signInWith(basic(account));
			reply.problem(403, 'second-factor-required');
			assert.equal(tokenOf(reply), null);
		}
	assert.ok(accounts.filter((one) => ['guardian', 'staff', 'officer', 'auditor'].includes(one.role)).every((one) => !one.totp_secret));
	const session = await freshSession(admin);
	assert.equal(session.second_factor, 'active');
	assert.equal((await get('/v1/me', session)).json.second_factor, 'active');
});

test('K-2 T-13 U-02 a new principal can do nothing but get a second factor, and then everything', async () => {
	const [first, second] = await Promise.all([of(keyless.customer, 'officer-admin')[0], keyless].map(freshSession));
	const facility = (await get('/v1/facilities?limit=1', first)).is(200).json.items[0].id;
	const login = `new-${strangeId().slice(0, 10)}`;
	const { change } = (await post('/v1/accounts', first, { login, name: '新任　園長', role: 'principal', facility })).is(202).json;
	(await post(`/v1/changes/${change.id}/approve`, second)).is(200);
	const { id } = (await all('/v1/accounts?role=principal', first)).find((one) => one.login.split('@')[0] === login);
	const { token } = (await post(`/v1/accounts/${id}/invitation`, first)).is(201).json;
	const password = 'Hajimete-Kita_4711';
	const account = { login: `${login}@${keyless.customer}`, password };
	(await post('/v1/invitation/accept', undefined, { token, password })).is(200);

	let session = await freshSession(account);
	assert.equal(session.second_factor, 'required');
	const findings = [];
	const rows = (await operations()).filter((one) => !one.open && !one.before_factor);
	for (const operation of rows) {
		const values = Object.fromEntries(operation.inputs.filter((one) => one.in === 'path').map((one) => [one.name, one.type === 'id' ? strangeId() : 'x']));
		const reply = await request(operation.method, target(operation, values), { as: session, ...(operation.kind === 'write' && !operation.raw && { json: {} }) });
		if (reply.status !== 403 || !reply.json.type.endsWith('/second-factor-required'))
			findings.push(`${operation.id}: ${reply.status} ${reply.text.slice(0, 160)}`);
	}
	none(findings);
	assert.ok(rows.length > 50);
	const offered = (await get('/v1/me/operations', session)).is(200).json.operations;
	assert.deepEqual(offered.filter((one) => rows.some((row) => row.id === one)), []);
	assert.ok(offered.includes('me.totp'));

	const { secret } = (await post('/v1/me/totp', session)).is(201).json;
	const { reply } = await confirm(secret, session);
	(await get('/v1/me', session)).problem(401, 'unauthenticated');
	session = { token: tokenOf(reply) };
	(await get('/v1/children', session)).is(200);
	(await signInWith(account)).problem(403, 'second-factor-required');
	(await signInWith({ ...account, totp: totp(secret) })).is(201);
});

test('K-2 being asked for the code is neither a failure nor a success', async () => {
	for (let turn = 0; turn < 7; turn++)
		(await signInWith(basic(clumsy))).problem(403, 'second-factor-required');
	for (let wrong = 0; wrong < 4; wrong++)
		(await signInWith({ ...basic(clumsy), password: WRONG })).is(401);
	for (let turn = 0; turn < 3; turn++)
		(await signInWith(basic(clumsy))).problem(403, 'second-factor-required');
	(await freshSession(clumsy)); // the four before are forgiven by code and password together
	const { login, password } = clumsy;
	const first = await signInWith({ login, password: WRONG });
	for (let wrong = 0; wrong < 3; wrong++)
		(await signInWith({ login, password, totp: another(totp(clumsy.totp_secret)) })).is(401);
	(await signInWith(basic(clumsy))).problem(403, 'second-factor-required');
	// The fifth locks, whatever was wrong each time; and the answers are the same.
	const fifth = await signInWith({ login, password, totp: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GG' });
	assert.equal(fifth.timeless, first.timeless);
	assert.deepEqual(fifth.timelessHead, first.timelessHead);
	const locked = await signInWith(codes.proof(clumsy));
	assert.equal(locked.status, 401, 'locked: right password and right code');
	assert.equal(locked.timeless, first.timeless);
	(await signInWith(basic(clumsy))).problem(401, 'unauthenticated');
});

test('K-2 T-13 of fifty copies of one code at once exactly one signs in', async () => {
	const proof = codes.proof(racer);
	// Written differently, so that they do not wait for one another.
	const copies = Array.from({ length: 50 }, (_, i) => ({ ...proof, login: `${' '.repeat(i % 25)}${proof.login}` }));
	const replies = await each(copies, 50, (json) => signInWith(json));
	const statuses = replies.map((reply) => reply.status);
	assert.equal(statuses.filter((status) => status === 201).length, 1, statuses.join(' '));
	assert.ok(statuses.every((status) => [201, 401, 429].includes(status)), statuses.join(' '));
	const session = { token: tokenOf(replies.find((reply) => reply.status === 201)) };
	(await get('/v1/me', session)).is(200);
	(await request('DELETE', '/v1/session', { as: session })).is(204);
});

test('K-2 of fifty copies of one recovery code at once exactly one signs in', async () => {
	const session = await freshSession(keyless);
	const [code] = (await post('/v1/me/recovery-codes', session)).is(200).json.recovery_codes;
	const copies = Array.from({ length: 50 }, (_, i) => ({ ...basic(keyless), login: `${' '.repeat(i % 25)}${keyless.login}`, totp: code }));
	const replies = await each(copies, 50, (json) => signInWith(json));
	assert.equal(replies.filter((reply) => reply.status === 201).length, 1, replies.map((reply) => reply.status).join(' '));
	assert.equal((await get('/v1/me/factors', session)).json.recovery_codes_left, 9);
});

test('K-2 enrolment, use, replay, rotation, recovery, and giving up', async (t) => {
	let used = 0;
	let here = await freshSession(guardian);
	const elsewhere = await freshSession(guardian);
	let secret, recovery;

	await t.test('nothing is enrolled before', async () => {
		assert.equal(here.second_factor, 'none');
		const factors = (await get('/v1/me/factors', here)).is(200).json;
		assert.match(factors.password_changed_at, /\+09:00$/);
		assert.deepEqual({ ...factors, password_changed_at: '' }, { password_changed_at: '', totp: null, recovery_codes_left: 0, pin: false });
		(await post('/v1/me/totp/confirm', here, { code: '123456' })).problem(400, 'invalid-input');
		(await post('/v1/me/recovery-codes', here)).problem(409, 'conflict');
		(await post('/v1/me/totp/remove', here)).problem(409, 'conflict');
	});

	await t.test('a secret is shown once, as text, address and picture', async () => {
		const key = { headers: { 'idempotency-key': `totp-${strangeId()}` } };
		const first = (await post('/v1/me/totp', here, {}, key)).is(201).json;
		const begun = (await post('/v1/me/totp', here, {}, key)).is(201);
		assert.notEqual(begun.json.secret, first.secret, 'what is shown once is not kept for a repetition');
		assert.match(begun.headers['cache-control'], /no-store/);
		({ secret } = begun.json);
		assert.match(secret, /^[A-Z2-7]{52}$/);
		const uri = new URL(begun.json.uri);
		assert.equal(uri.protocol + uri.host + decodeURIComponent(uri.pathname), `otpauth:totp/Sekimori:${guardian.login}`);
		assert.deepEqual(Object.fromEntries(uri.searchParams), { secret, issuer: 'Sekimori', algorithm: 'SHA256', digits: '6', period: '30' });
		const { qr } = begun.json;
		assert.ok(qr.length >= 21 && (qr.length - 17) % 4 === 0 && qr.every((row) => row.length === qr.length && /^[01]+$/.test(row)));
		assert.equal(scan(qr), `QR-Code:${begun.json.uri}`);
		assert.ok(Date.parse(begun.json.expires_at) - Date.now() > 9 * 60_000);
		assert.equal((await get('/v1/me/factors', here)).json.totp, null, 'pending is not enrolled');
		(await signInWith(basic(guardian))).is(201); // nothing is asked yet
	});

	await t.test('wrong codes enrol nothing, and five of them end the attempt', async () => {
		for (let i = 0; i < 5; i++)
			assert.deepEqual((await post('/v1/me/totp/confirm', here, { code: another(totp(secret)) })).problem(400, 'invalid-input').errors.map((one) => one.field), ['code']);
		(await post('/v1/me/totp/confirm', here, { code: totp(secret) })).problem(400, 'invalid-input');
		({ secret } = (await post('/v1/me/totp', here)).is(201).json);
	});

	await t.test('one right code enrols; the session gets a new token, all others end', async () => {
		const old = here;
		const { reply, step } = await confirm(secret, here);
		used = step;
		recovery = reply.json.recovery_codes;
		assert.equal(new Set(recovery).size, 10);
		assert.ok(recovery.every((code) => /^([A-Z2-7]{4}-){6}[A-Z2-7]{2}$/.test(code)), recovery[0]);
		here = { token: tokenOf(reply) };
		assert.notEqual(here.token, old.token);
		(await get('/v1/me', old)).problem(401, 'unauthenticated');
		(await get('/v1/me', elsewhere)).problem(401, 'unauthenticated');
		assert.equal((await get('/v1/me', here)).json.second_factor, 'active');
		const factors = (await get('/v1/me/factors', here)).json;
		assert.equal(factors.totp.active, true);
		assert.match(factors.totp.since, /\+09:00$/);
		assert.equal(factors.recovery_codes_left, 10);
		assert.equal((await get('/v1/me/notices', here)).json.items[0].kind, 'factor-added');
		(await post('/v1/me/totp/confirm', here, { code: totp(secret) })).problem(400, 'invalid-input');
	});

	await t.test('the code of the enrolment, of any step before it, or of another key opens nothing', async () => {
		(await signInWith(basic(guardian))).problem(403, 'second-factor-required');
		const wrong = await signInWith({ ...basic(guardian), password: WRONG });
		for (const code of [totp(secret, used), totp(secret, used - 1), totp('A'.repeat(51) + 'Q')]) {
			const reply = await signInWith({ ...basic(guardian), totp: code });
			assert.equal(reply.problem(401, 'unauthenticated').title, wrong.json.title);
			assert.equal(reply.timeless, wrong.timeless);
		}
	});

	await t.test('a recovery code opens one sign-in, however it is typed', async () => {
		const typed = recovery[0].toLowerCase().replaceAll('-', ' ');
		const reply = (await signInWith({ ...basic(guardian), totp: typed })).is(201);
		assert.equal(reply.json.second_factor, 'active');
		(await signInWith({ ...basic(guardian), totp: recovery[0] })).problem(401, 'unauthenticated');
		assert.equal((await get('/v1/me/factors', here)).json.recovery_codes_left, 9);
		assert.ok((await signInWith({ ...basic(of(city, 'guardian')[0]), totp: recovery[1] })).status === 201, 'who has no factor is asked for none');
		(await signInWith({ ...basic(admin), totp: recovery[1] })).problem(401, 'unauthenticated'); // another person's
		(await freshSession(admin));
	});

	await t.test('proving oneself again: wrong ones are refused and leave the session, a right one changes its token', async () => {
		const stepUp = (json) => post('/v1/session/step-up', here, json);
		const { password } = guardian;
		(await stepUp({ password })).problem(403, 'second-factor-required');
		const wrongPassword = await stepUp({ password: WRONG, totp: recovery[1] });
		const wrongCode = await stepUp({ password, totp: recovery[0] });
		assert.deepEqual(wrongPassword.problem(401, 'unauthenticated').errors.map((one) => one.field), ['password']);
		assert.equal(wrongPassword.timeless, wrongCode.timeless);
		(await get('/v1/me', here)).is(200);
		const reply = (await stepUp({ password, totp: recovery[1] })).is(200);
		assert.deepEqual(Object.keys(reply.json).sort(), ['account', 'customer', 'facility', 'name', 'role', 'second_factor']);
		const old = here;
		here = { token: tokenOf(reply) };
		assert.notEqual(here.token, old.token);
		(await get('/v1/me', old)).problem(401, 'unauthenticated');
		(await get('/v1/me', here)).is(200);
	});

	await t.test('S-48 a token that was known before is good for nothing after any of these', async () => {
		const planted = { token: `${guardian.customer}.${'A'.repeat(43)}` };
		const reply = (await signInWith({ ...basic(guardian), totp: recovery[2] }, { cookie: planted })).is(201);
		assert.notEqual(tokenOf(reply), planted.token);
		(await get('/v1/me', planted)).problem(401, 'unauthenticated');
		const stranger = await freshSession(of(city, 'guardian')[0]);
		const over = (await signInWith({ ...basic(guardian), totp: recovery[3] }, { cookie: stranger })).is(201);
		const mine = { token: tokenOf(over) };
		assert.notEqual(mine.token, stranger.token);
		assert.equal((await get('/v1/me', mine)).json.login, guardian.login);
	});

	await t.test('new recovery codes void the former', async () => {
		const made = (await post('/v1/me/recovery-codes', here)).is(200).json.recovery_codes;
		assert.equal(new Set([...made, ...recovery]).size, 20);
		(await signInWith({ ...basic(guardian), totp: recovery[4] })).problem(401, 'unauthenticated');
		(await signInWith({ ...basic(guardian), totp: made[0] })).is(201);
		recovery = made.slice(1);
	});

	await t.test('a later code signs in, and only once', async () => {
		const code = totp(secret);
		(await signInWith({ ...basic(guardian), totp: code })).is(201);
		(await signInWith({ ...basic(guardian), totp: code })).problem(401, 'unauthenticated');
		(await signInWith({ ...basic(guardian), totp: recovery[0] })).is(201);
	});

	await t.test('who need not have a factor may give it up', async () => {
		(await post('/v1/me/totp/remove', here)).is(204);
		assert.equal((await get('/v1/me', here)).json.second_factor, 'none');
		assert.deepEqual((await get('/v1/me/factors', here)).json.totp, null);
		assert.equal((await signInWith(basic(guardian))).is(201).json.second_factor, 'none');
		(await signInWith({ ...basic(guardian), totp: recovery[1] })).is(201); // not looked at any more
	});
});

test('K-2 T-13 U-02 a privileged person cannot give the factor up', async () => {
	const session = await freshSession(admin);
	(await post('/v1/me/totp/remove', session)).problem(403, 'denied');
	assert.equal((await get('/v1/me/factors', session)).json.totp.active, true);
});

test('K-2 every operation says whether it asks for a recent proof, and which work before there is a factor', async () => {
	const rows = await operations();
	const before_factor = rows.filter((one) => one.before_factor).map((one) => one.id).sort();
	none(before_factor.filter((id) => !['me.factors', 'me.operations', 'me.see', 'me.totp', 'me.totp-confirm', 'session.end', 'session.end-all', 'session.step-up', 'session.switch'].includes(id)));
	for (const id of ['guardianship.block', 'facility.close', 'import.apply', 'change.approve', 'me.totp', 'me.totp-remove', 'me.recovery-codes'])
		assert.equal(rows.find((one) => one.id === id).step_up_s, 900, id);
	for (const id of ['me.totp', 'me.totp-confirm', 'me.recovery-codes', 'session.step-up'])
		assert.equal(rows.find((one) => one.id === id).once, true, id);
});

mustSurvive(test);
