// Sessions from their beginning to their end: whose they are, when their token changes, how a tablet is registered, how a teacher's
// session is locked and unlocked, and that whatever takes a right away does so on the next request.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import {
	accounts, each, exclusive, freshSession, get, mustSurvive, post, request, signIn, strangeId, tokenOf,
} from './lib.mjs';
import { totp } from '../factor.mjs';
import { of, person } from './world.mjs';

const city = accounts[0].customer;
const other = [...new Set(accounts.filter((one) => one.role === 'guardian').map((one) => one.customer))][1];
const teacher = of(city, 'staff').at(-1);
const guardian = of(city, 'guardian').at(-1);
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1';
const PIN = '40718';
const tablets = {};
let principal;
let elsewhere;

const deviceOf = (reply) => [].concat(reply.headers['set-cookie'] ?? []).map((line) => /^__Host-device=([^;]+)/.exec(line)?.[1]).find(Boolean) ?? null;
const from = (tablet) => (tablet ? { headers: { cookie: `__Host-device=${tablet}` } } : {});
const claim = (token, more) => post('/v1/devices/claim', null, { token }, more);
const lock = (session) => post('/v1/session/lock', session).then((reply) => reply.is(204));
const unlock = (session, json, tablet) => post('/v1/session/unlock', session, json, from(tablet));

// A session of an account's own, begun on a tablet or not.
async function begin(account, { tablet, agent } = {}) {
	const reply = (await request('POST', '/v1/session', {
		json: { login: account.login, password: account.password },
		headers: { ...(tablet ? { cookie: `__Host-device=${tablet}` } : {}), ...(agent ? { 'user-agent': agent } : {}) },
	})).is(201);
	return { login: account.login, token: tokenOf(reply), reply, ...reply.json };
}

async function register(who, facility, name) {
	const { code, id } = (await post(`/v1/facilities/${facility}/devices`, who, { name })).is(201).json;
	const reply = (await claim(code)).is(200);
	return { id, code, name, token: deviceOf(reply), reply };
}

// Somebody new: nobody else plays them, and no browser of theirs is known.
async function newcomer() {
	const account = { login: `new-${strangeId().slice(0, 10)}`, password: 'Futatsu-no_Yaku1' };
	const { id } = (await post('/v1/accounts', principal, { login: account.login, name: '試験 花子', role: 'guardian' })).is(201).json;
	const { token } = (await post(`/v1/accounts/${id}/invitation`, principal)).is(201).json;
	(await post('/v1/invitation/accept', null, { token, password: account.password })).is(200);
	return { ...account, login: `${account.login}@${city}` };
}

before(async () => {
	await exclusive();
	principal = await person(of(city, 'principal').find((one) => one.facility === teacher.facility));
	elsewhere = await person(of(city, 'principal').find((one) => one.facility !== teacher.facility));
	tablets.here = await register(principal, principal.facility, 'ほし組の端末');
	tablets.second = await register(principal, principal.facility, '玄関の端末');
	tablets.elsewhere = await register(elsewhere, elsewhere.facility, 'よその端末');
	const session = await begin(teacher);
	(await request('PUT', '/v1/me/pin', { as: session, json: { pin: PIN, password: teacher.password } })).is(204);
	(await request('DELETE', '/v1/session', { as: session })).is(204);
});

// ---- tokens ----

test('K-1 a token that a client chooses is never taken over', async () => {
	const mine = `${city}.${'A'.repeat(43)}`;
	for (const headers of [{ cookie: `__Host-sid=${mine}`, 'sec-fetch-site': 'same-origin' }, { cookie: `__Host-sid=${city}.${'B'.repeat(42)}E`, 'sec-fetch-site': 'same-origin' }]) {
		const reply = (await request('POST', '/v1/session', { json: { login: guardian.login, password: guardian.password }, headers })).is(201);
		assert.ok(!headers.cookie.includes(tokenOf(reply)), 'the token is the server\'s own');
		(await request('GET', '/v1/me', { headers })).problem(401, 'unauthenticated');
		(await request('DELETE', '/v1/session', { as: { token: tokenOf(reply) } })).is(204);
	}
});

test('K-1 the browser keeps a guardian\'s cookie for as long as the session may last, and a teacher\'s until it is closed', async () => {
	const phone = await begin(guardian, { agent: PHONE });
	const age = Number(/Max-Age=(\d+)/.exec([].concat(phone.reply.headers['set-cookie'])[0])[1]);
	assert.ok(age > 179 * 86_400 && age <= 180 * 86_400, `${age} s`);
	const room = await begin(teacher);
	assert.doesNotMatch([].concat(room.reply.headers['set-cookie'])[0], /Max-Age|Expires/i);
	const hours = (iso) => (Date.parse(iso) - Date.now()) / 3_600_000;
	const left = hours((await get('/v1/me', room)).json.expires_at);
	assert.ok(left > 11.9 && left <= 12, `${left} h`);
	await each([phone, room], 2, (one) => request('DELETE', '/v1/session', { as: one }));
});

test('K-27 the cookie of one role\'s session gives nothing of another\'s', async () => {
	const session = await begin(guardian);
	for (const [method, where] of [['GET', `/v1/facilities/${session.facility}/board`], ['POST', '/v1/session/lock'], ['POST', '/v1/session/unlock'],
		['POST', `/v1/facilities/${session.facility}/devices`], ['GET', `/v1/facilities/${session.facility}/devices`]])
		(await request(method, where, { cookie: session, json: method === 'POST' ? { name: 'x' } : undefined })).problem(403, 'denied');
	(await request('DELETE', '/v1/session', { as: session })).is(204);
});

// ---- lists and ends ----

test('K-1 S-69 people see their own sessions, end one, and end all', async () => {
	const [first, second] = [await begin(guardian, { agent: PHONE }), await begin(guardian, { agent: 'curl/8' })];
	const items = (await get('/v1/sessions', second)).is(200).json.items;
	assert.deepEqual(new Set(items.map((one) => one.account)), new Set([second.account]));
	assert.equal(items.filter((one) => one.current).length, 1);
	const phone = items.find((one) => one.agent === 'Safari / iPhone');
	assert.ok(phone && !phone.current && !phone.locked && phone.device === null);
	assert.deepEqual(Object.keys(phone).sort(), ['account', 'agent', 'current', 'device', 'expires', 'id', 'locked', 'seen', 'started']);
	const ended = items.filter((one) => one.agent === phone.agent);
	for (const one of ended)
		(await post(`/v1/sessions/${one.id}/end`, second)).is(204);
	(await get('/v1/me', first)).problem(401, 'unauthenticated');
	(await get('/v1/me', second)).is(200);
	assert.ok(!(await get('/v1/sessions', second)).json.items.some((one) => one.id === phone.id));

	const third = await begin(guardian);
	const out = (await post('/v1/sessions/end-all', third)).is(204);
	assert.match([].concat(out.headers['set-cookie'])[0], /^__Host-sid=;.*Max-Age=0/);
	for (const one of [second, third])
		(await get('/v1/me', one)).problem(401, 'unauthenticated');
});

test('K-1 one that ends the own session signs out', async () => {
	const session = await begin(guardian);
	const { id } = (await get('/v1/sessions', session)).json.items.find((one) => one.current);
	const reply = (await post(`/v1/sessions/${id}/end`, session)).is(204);
	assert.match([].concat(reply.headers['set-cookie'])[0], /Max-Age=0/);
	(await get('/v1/me', session)).problem(401, 'unauthenticated');
});

test('K-26 K-27 other people\'s sessions are not there; a principal sees and ends those of the own guardians and teachers', async () => {
	const [mine, theirs, far] = [await begin(guardian), await begin(teacher), await begin(of(other, 'guardian').at(0))];
	const idOf = async (session) => (await get('/v1/sessions', session)).json.items.find((one) => one.current).id;
	const [mineId, theirsId, farId] = [await idOf(mine), await idOf(theirs), await idOf(far)];
	for (const id of [theirsId, farId, strangeId()])
		(await post(`/v1/sessions/${id}/end`, mine)).problem(404, 'not-found');
	(await post(`/v1/sessions/${mineId}/end`, theirs)).problem(404, 'not-found');
	(await post(`/v1/sessions/${theirsId}/end`, elsewhere)).problem(404, 'not-found');
	(await get(`/v1/sessions?account=${theirs.account}`, mine)).problem(404, 'not-found');
	(await get(`/v1/sessions?account=${theirs.account}`, elsewhere)).problem(404, 'not-found');
	(await get('/v1/me', theirs)).is(200);

	const seen = (await get(`/v1/sessions?account=${theirs.account}`, principal)).is(200).json.items;
	assert.ok(seen.some((one) => one.id === theirsId) && seen.every((one) => !one.current));
	(await post(`/v1/sessions/${theirsId}/end`, principal)).is(204);
	(await get('/v1/me', theirs)).problem(401, 'unauthenticated');
	const told = (await get('/v1/me/notices', await begin(teacher))).is(200).json.items;
	assert.ok(told.some((one) => one.kind === 'sessions-ended'), 'the teacher is told');
	// An officer sees the principal's account, but not where the principal is signed in.
	const officer = await signIn(of(city, 'officer')[0]);
	assert.deepEqual((await get(`/v1/sessions?account=${principal.account}`, officer)).is(200).json.items, []);
	await each([mine, far], 2, (one) => request('DELETE', '/v1/session', { as: one }));
});

test('K-1 the eleventh session ends the oldest', async () => {
	const account = of(city, 'guardian').at(-2);
	(await post('/v1/sessions/end-all', await begin(account))).is(204);
	const made = [];
	for (let i = 0; i < 11; i++)
		made.push(await begin(account));
	(await get('/v1/me', made[0])).problem(401, 'unauthenticated');
	for (const session of made.slice(1))
		(await get('/v1/me', session)).is(200);
	assert.equal((await get('/v1/sessions', made[10])).json.items.length, 10);
	(await post('/v1/sessions/end-all', made[10])).is(204);
});

test('S-69 a browser that the account never had is told of', async () => {
	const account = await newcomer();
	const count = async (session) => (await get('/v1/me/notices', session)).json.items.filter((one) => one.kind === 'new-device-sign-in').length;
	assert.equal(await count(await begin(account)), 0, 'nobody is told of the first one');
	const before = await count(await begin(account));
	const fresh = await begin(account, { agent: PHONE });
	assert.equal(await count(fresh), before + 1);
	assert.equal(await count(await begin(account, { agent: PHONE })), before + 1, 'the second time it is known');
	(await post('/v1/sessions/end-all', fresh)).is(204);
});

// ---- tablets ----

test('K-1 a tablet is registered with a code that works once, in its city, and says whose it is', async () => {
	const { reply, code } = tablets.here;
	assert.match(code, new RegExp(`^${city}\\.[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$`));
	assert.deepEqual(reply.json, { facility: { id: principal.facility, name: reply.json.facility.name }, name: 'ほし組の端末' });
	assert.match([].concat(reply.headers['set-cookie'])[0], new RegExp(`^__Host-device=${city}\\.[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=34560000$`));
	const refused = [];
	refused.push(await claim(code)); // used
	const { code: next } = (await post(`/v1/facilities/${principal.facility}/devices`, principal, { name: '端末' })).is(201).json;
	refused.push(await claim(next.replace(city, other))); // of another city
	refused.push(await claim(`nowhere.${next.split('.')[1]}`));
	refused.push(await claim(next.split('.')[1]));
	refused.push(await claim(`${city}.0000-0000`));
	refused.push(await claim(`${city}.${next.split('.')[1]}${next.split('.')[1]}`));
	for (const one of refused) {
		one.problem(404, 'not-found');
		assert.equal(deviceOf(one), null);
		assert.equal(one.timeless, refused[0].timeless);
	}
	(await claim(next, { headers: { 'sec-fetch-site': 'cross-site' } })).problem(403, 'cross-site');
	// Read aloud: small letters, no hyphen.
	assert.ok(deviceOf((await claim(`${city}.${next.split('.')[1].toLowerCase().replace('-', '')}`)).is(200)));
	const list = (await get(`/v1/facilities/${principal.facility}/devices`, principal)).is(200).json.items;
	const found = list.find((one) => one.id === tablets.here.id);
	assert.deepEqual(Object.keys(found).sort(), ['id', 'name', 'registered_at', 'registered_by_name', 'seen', 'state']);
	assert.equal(found.state, 'active');
	assert.ok(!list.some((one) => one.id === tablets.elsewhere.id));
});

test('K-1 a registration that was ended before its code was used cannot be claimed', async () => {
	const { code, id } = (await post(`/v1/facilities/${principal.facility}/devices`, principal, { name: '取り消し' })).is(201).json;
	(await post(`/v1/facilities/${elsewhere.facility}/devices/${id}/end`, elsewhere)).problem(404, 'not-found');
	(await post(`/v1/facilities/${principal.facility}/devices/${id}/end`, elsewhere)).problem(404, 'not-found');
	(await post(`/v1/facilities/${principal.facility}/devices/${id}/end`, principal)).is(204);
	(await claim(code)).problem(404, 'not-found');
});

test('K-1 S-48 the tablet\'s cookie alone opens nothing', async () => {
	for (const where of ['/v1/me', '/v1/children', `/v1/facilities/${principal.facility}/board`, '/v1/sessions'])
		(await request('GET', where, from(tablets.here.token))).problem(401, 'unauthenticated');
	(await unlock(null, { pin: PIN }, tablets.here.token)).problem(401, 'unauthenticated');
	// Nor is it a session's, nor a session's a tablet's.
	(await request('GET', '/v1/me', { headers: { cookie: `__Host-sid=${tablets.here.token}` } })).problem(401, 'unauthenticated');
	(await request('GET', '/v1/me', { as: { token: tablets.here.token } })).problem(401, 'unauthenticated');
	(await request('GET', '/v1/me', { headers: { cookie: `__Host-device=${tablets.here.token}; __Host-device=${tablets.here.token}` } })).is(400);
});

// ---- locking and unlocking ----

test('K-1 S-69 a locked session does nothing but be unlocked or ended', async () => {
	const session = await begin(teacher);
	(await unlock(session, { password: teacher.password })).problem(409, 'conflict');
	await lock(session);
	for (const [method, where] of [['GET', '/v1/me'], ['GET', '/v1/children'], ['GET', `/v1/children/${strangeId()}`], ['GET', '/v1/sessions'],
		['POST', '/v1/sessions/end-all'], ['POST', '/v1/session/lock'], ['POST', '/v1/session/membership'], ['PUT', '/v1/me/pin']])
		(await request(method, where, { as: session, json: method === 'GET' ? undefined : {} })).problem(401, 'session-locked');
	(await unlock(session, {})).is(400);
	(await unlock(session, { pin: PIN, password: teacher.password })).is(400);
	const wrong = (await unlock(session, { password: 'Wrong-Password-0!' })).is(400);
	assert.deepEqual(wrong.fields, ['password']);
	(await get('/v1/me', session)).problem(401, 'session-locked');
	const reply = (await unlock(session, { password: teacher.password })).is(200);
	assert.deepEqual(Object.keys(reply.json).sort(), ['account', 'customer', 'facility', 'name', 'role', 'second_factor']);
	const next = { token: tokenOf(reply) };
	assert.notEqual(next.token, session.token);
	(await get('/v1/me', next)).is(200);
	(await get('/v1/me', session)).problem(401, 'unauthenticated');
	await lock(next);
	(await request('DELETE', '/v1/session', { as: next })).is(204);
	(await unlock(next, { password: teacher.password })).problem(401, 'unauthenticated');
});

test('K-1 a PIN unlocks on the registered tablet on which the session was begun, and nowhere else', async () => {
	const session = await begin(teacher, { tablet: tablets.here.token });
	const listed = (await get('/v1/sessions', session)).json.items.find((one) => one.current);
	assert.deepEqual(listed.device, { id: tablets.here.id, name: tablets.here.name });
	await lock(session);
	const places = [null, tablets.second.token, tablets.elsewhere.token, `${city}.${'A'.repeat(43)}`, tablets.here.token.replace(city, other), session.token];
	const told = new Set();
	for (const place of places) {
		const reply = (await unlock(session, { pin: PIN }, place)).is(400);
		assert.deepEqual(reply.fields, ['pin']);
		told.add(reply.timeless);
	}
	assert.equal(told.size, 1, 'every other place is told the same');
	const reply = (await unlock(session, { pin: PIN }, tablets.here.token)).is(200);
	const next = { token: tokenOf(reply) };
	(await get('/v1/me', next)).is(200);
	(await get('/v1/me', session)).problem(401, 'unauthenticated');
	(await request('DELETE', '/v1/session', { as: next, ...from(tablets.here.token) })).is(204);
});

test('K-1 signing out on a tablet leaves it registered', async () => {
	const session = await begin(teacher, { tablet: tablets.here.token });
	const out = (await request('DELETE', '/v1/session', {
		headers: { cookie: `__Host-sid=${session.token}; __Host-device=${tablets.here.token}`, 'sec-fetch-site': 'same-origin' },
	})).is(204);
	assert.doesNotMatch(out.headers['clear-site-data'], /cookies/);
	assert.equal([].concat(out.headers['set-cookie']).length, 1);
});

test('K-1 a session that was begun elsewhere is not unlocked by PIN, on whatever tablet', async () => {
	for (const start of [undefined, tablets.elsewhere.token]) {
		const session = await begin(teacher, { tablet: start });
		assert.equal((await get('/v1/sessions', session)).json.items.find((one) => one.current).device, null);
		await lock(session);
		for (const place of [tablets.here.token, tablets.elsewhere.token])
			assert.deepEqual((await unlock(session, { pin: PIN }, place)).is(400).fields, ['pin']);
		(await request('DELETE', '/v1/session', { as: session })).is(204);
	}
});

test('K-1 three wrong PINs end the session, also when they come at once', async () => {
	const session = await begin(teacher, { tablet: tablets.here.token });
	await lock(session);
	for (let i = 0; i < 2; i++)
		assert.deepEqual((await unlock(session, { pin: '9999' }, tablets.here.token)).is(400).fields, ['pin']);
	(await unlock(session, { pin: '9998' }, tablets.here.token)).problem(401, 'unauthenticated');
	(await unlock(session, { pin: PIN }, tablets.here.token)).problem(401, 'unauthenticated');
	(await unlock(session, { password: teacher.password })).problem(401, 'unauthenticated');

	const again = await begin(teacher, { tablet: tablets.here.token });
	await lock(again);
	const replies = await Promise.all(Array.from({ length: 12 }, (_, i) => unlock(again, { pin: String(5000 + i) }, tablets.here.token)));
	assert.ok(replies.every((one) => one.status === 400 || one.status === 401), replies.map((one) => one.status).join());
	(await unlock(again, { pin: PIN }, tablets.here.token)).problem(401, 'unauthenticated');
});

test('K-1 the right PIN clears the wrong ones; wrong passwords at the lock count like at the door', async () => {
	let session = await begin(teacher, { tablet: tablets.here.token });
	for (let i = 0; i < 3; i++) {
		await lock(session);
		(await unlock(session, { pin: '9999' }, tablets.here.token)).is(400);
		(await unlock(session, { pin: '9999' }, tablets.here.token)).is(400);
		session = { token: tokenOf((await unlock(session, { pin: PIN }, tablets.here.token)).is(200)) };
	}
	(await request('DELETE', '/v1/session', { as: session })).is(204);
});

test('K-1 a tablet whose registration has ended unlocks nothing', async () => {
	const tablet = await register(principal, principal.facility, 'なくした端末');
	const session = await begin(teacher, { tablet: tablet.token });
	await lock(session);
	(await post(`/v1/facilities/${principal.facility}/devices/${tablet.id}/end`, principal)).is(204);
	(await unlock(session, { pin: PIN }, tablet.token)).problem(401, 'unauthenticated');
	(await unlock(session, { password: teacher.password }, tablet.token)).problem(401, 'unauthenticated');
	const later = await begin(teacher, { tablet: tablet.token });
	assert.equal((await get('/v1/sessions', later)).json.items.find((one) => one.current).device, null);
	(await request('DELETE', '/v1/session', { as: later })).is(204);
});

test('K-1 a PIN is four to eight digits that nobody tries first, set with the password, and can be removed', async () => {
	const session = await begin(teacher, { tablet: tablets.here.token });
	const set = (pin, password = teacher.password) => request('PUT', '/v1/me/pin', { as: session, json: { pin, password } });
	for (const pin of ['123', '123456789', '0000', '1234', '8765', '12a4', '１２３５', ' 407', ''])
		assert.deepEqual((await set(pin)).is(400).fields, ['pin'], `"${pin}"`);
	assert.deepEqual((await set('2580', 'Wrong-Password-0!')).is(400).fields, ['password']);
	assert.equal((await get('/v1/me/factors', session)).json.pin, true);
	(await request('DELETE', '/v1/me/pin', { as: session })).is(204);
	assert.equal((await get('/v1/me/factors', session)).json.pin, false);
	await lock(session);
	(await unlock(session, { pin: PIN }, tablets.here.token)).is(400);
	const next = { token: tokenOf((await unlock(session, { password: teacher.password })).is(200)) };
	(await request('PUT', '/v1/me/pin', { as: next, json: { pin: PIN, password: teacher.password } })).is(204);
	(await request('DELETE', '/v1/session', { as: next })).is(204);
});

// ---- memberships ----

test('K-27 a session turns only to one\'s own membership, and its token changes', async () => {
	let session = await begin(teacher);
	const { code } = (await post('/v1/me/link-code', session)).is(201).json;
	const added = (await post('/v1/memberships', elsewhere, { code, role: 'guardian' })).is(201).json;
	const turn = (id) => post('/v1/session/membership', session, { membership: id });
	try {
		const own = (await get('/v1/me', session)).json.memberships;
		const staff = own.find((one) => one.current);
		assert.ok(own.some((one) => one.id === added.id && one.role === 'guardian'));
		const theirs = (await get('/v1/me', principal)).json.memberships[0];
		for (const id of [theirs.id, session.account, teacher.facility, strangeId()])
			(await turn(id)).problem(404, 'not-found');
		(await get('/v1/me', session)).is(200);

		const reply = (await turn(added.id)).is(200);
		assert.equal(reply.json.role, 'guardian');
		assert.equal(reply.json.facility, elsewhere.facility);
		(await get('/v1/me', session)).problem(401, 'unauthenticated');
		session = { token: tokenOf(reply) };
		(await get('/v1/me', session)).is(200);
		(await get(`/v1/facilities/${teacher.facility}/board`, session)).is(403, 404);
		(await post('/v1/session/lock', session)).problem(403, 'denied');
		const back = (await turn(staff.id)).is(200);
		session = { token: tokenOf(back) };
		(await get(`/v1/facilities/${teacher.facility}/board`, session)).is(200);
		assert.equal((await get('/v1/sessions', session)).json.items.filter((one) => one.current).length, 1);

		// The other facility's principal sees and ends the session only while it is turned to theirs.
		const { id } = (await get('/v1/sessions', session)).json.items.find((one) => one.current);
		(await post(`/v1/sessions/${id}/end`, elsewhere)).problem(404, 'not-found');

		// On a tablet, turned away from it: the PIN of the one facility does not unlock what belongs to the other.
		session = await begin(teacher, { tablet: tablets.here.token });
		session = { token: tokenOf((await turn(added.id)).is(200)) };
		const hours = (Date.parse((await get('/v1/me', session)).json.expires_at) - Date.now()) / 3_600_000;
		assert.ok(hours <= 12, `${hours} h`);
		(await post(`/v1/accounts/${added.account}/memberships/${added.id}/end`, elsewhere, { reason: '試験の終わり' })).is(200);
		(await get('/v1/me', session)).problem(401, 'unauthenticated');
		session = await begin(teacher);
		(await turn(added.id)).problem(404, 'not-found');
	} finally {
		await post(`/v1/accounts/${added.account}/memberships/${added.id}/end`, elsewhere, { reason: '試験の終わり' });
		await request('DELETE', '/v1/session', { as: session });
	}
});

test('K-2 S-69 a privileged membership asks for a second factor in the session\'s proof', async () => {
	const session = await begin(await newcomer());
	const { code } = (await post('/v1/me/link-code', session)).is(201).json;
	const [first, second] = await Promise.all(of(city, 'officer-admin').slice(0, 2).map(freshSession));
	const { change } = (await post('/v1/memberships', first, { code, role: 'officer-admin' })).is(202).json;
	(await post(`/v1/changes/${change.id}/approve`, second)).is(200);

	const mine = (await get('/v1/me', session)).is(200).json.memberships.find((one) => one.role === 'officer-admin');
	(await post('/v1/session/membership', session, { membership: mine.id })).problem(403, 'second-factor-required');
	assert.equal((await get('/v1/me', session)).is(200).json.role, 'guardian');
	const { secret } = (await post('/v1/me/totp', session)).is(201).json;
	const proved = { token: tokenOf((await post('/v1/me/totp/confirm', session, { code: totp(secret) })).is(200)) };
	const turned = (await post('/v1/session/membership', proved, { membership: mine.id })).is(200);
	assert.equal(turned.json.role, 'officer-admin');
	assert.equal(turned.json.second_factor, 'active');
	assert.doesNotMatch([].concat(turned.headers['set-cookie'])[0], /Max-Age/);
	(await get('/v1/me', proved)).problem(401, 'unauthenticated');
	(await post('/v1/sessions/end-all', { token: tokenOf(turned) })).is(204);
});

mustSurvive(test);
