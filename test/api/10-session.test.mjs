// Signing in and out: what a caller is told, what a session is, who is locked out, and which page may act for whom.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import {
	OWN_ORIGIN, accounts, all, each, exclusive, freshSession, get, mustSurvive, post, request, reserved, signIn, strangeId, tokenOf,
} from './lib.mjs';
import { of } from './world.mjs';

const WRONG = 'Wrong-Password-0!';
const [lockedSlowly, lockedAtOnce, changer, forgiven] = reserved;
const city = accounts[0].customer;
const guardian = of(city, 'guardian')[0];
const signInAs = (login, password, more) => request('POST', '/v1/session', { json: { login, password }, ...more });
let child;

before(async () => {
	await exclusive();
	assert.equal(reserved.length, 4, 'the demo has four guardians to spare');
	child = (await all('/v1/children', await signIn(guardian)))[0].id;
});

test('K-1 S-47 a right password gives a session, told and kept as promised', async () => {
	const reply = (await signInAs(guardian.login, guardian.password)).is(201);
	const body = reply.json;
	assert.deepEqual(Object.keys(body).sort(), ['account', 'customer', 'facility', 'name', 'role', 'second_factor']);
	assert.equal(body.role, 'guardian');
	assert.equal(body.customer, guardian.customer);
	const [line, ...more] = [].concat(reply.headers['set-cookie']);
	assert.equal(more.length, 0);
	const [pair, ...attributes] = line.split(/; */);
	assert.match(pair, new RegExp(`^__Host-sid=${guardian.customer}\\.[A-Za-z0-9_-]{43}$`));
	const flags = attributes.map((one) => one.toLowerCase());
	for (const flag of ['secure', 'httponly', 'path=/', 'samesite=strict'])
		assert.ok(flags.includes(flag), `the cookie says ${flag}: ${line}`);
	assert.ok(!flags.some((one) => one.startsWith('domain')), 'the cookie goes to this host alone');
	assert.match(reply.headers['cache-control'], /no-store/);
	assert.ok(!reply.text.includes(tokenOf(reply)), 'the token stands in the cookie only');

	const session = { token: tokenOf(reply) };
	const me = (await get('/v1/me', session)).is(200).json;
	assert.equal(me.account, body.account);
	assert.equal(me.role, 'guardian');
	assert.equal(me.facility.id, body.facility);
	assert.match(me.expires_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+09:00$/);
	assert.deepEqual((await request('GET', '/v1/me', { cookie: session })).is(200).json, me, 'the cookie is as good as the bearer token');

	const out = (await request('DELETE', '/v1/session', { as: session })).is(204);
	assert.match(out.headers['clear-site-data'], /"cookies"/);
	for (const how of [{ as: session }, { cookie: session }])
		(await request('GET', '/v1/me', how)).problem(401, 'unauthenticated');
});

test('K-1 whoever signs in again leaves the session they had', async () => {
	const first = await freshSession(guardian);
	const reply = (await signInAs(guardian.login, guardian.password, { cookie: first })).is(201);
	const second = { token: tokenOf(reply) };
	assert.notEqual(first.token, second.token);
	(await get('/v1/me', first)).problem(401, 'unauthenticated');
	(await get('/v1/me', second)).is(200);
	(await request('DELETE', '/v1/session', { as: second })).is(204);
});

test('S-48 nothing but a session lets anybody in', async () => {
	const { token } = await signIn(guardian);
	const [name, secret] = token.split('.');
	const other = accounts.find((one) => one.customer !== guardian.customer).customer;
	const forged = [
		'', ' ', 'x', secret, `${name}.`, `${name}.${'A'.repeat(43)}`, `${other}.${secret}`, `nowhere.${secret}`, `${name}.${secret}A`,
		`${name}.${secret.slice(0, -1)}`, `${name.toUpperCase()}.${secret}`, `../${name}.${secret}`, `${name}.${secret.slice(0, -1)}${secret.at(-1) === 'A' ? 'E' : 'A'}`,
	];
	for (const bad of forged)
		for (const how of [{ as: { token: bad } }, { cookie: { token: bad } }])
			assert.equal((await request('GET', '/v1/me', how)).status, 401, `with ${bad}`);
	(await request('GET', '/v1/me', { headers: { authorization: `Basic ${Buffer.from(`${guardian.login}:${guardian.password}`).toString('base64')}` } }))
		.problem(401, 'unauthenticated');
	const both = await request('GET', '/v1/me', { headers: { authorization: `Bearer ${token}`, cookie: `__Host-sid=${token}` } });
	assert.ok([400, 401].includes(both.status), 'two sessions in one request are none');
	const twice = await request('GET', '/v1/me', { headers: { cookie: `__Host-sid=${token}; __Host-sid=${token}` } });
	assert.ok([400, 401].includes(twice.status), 'a cookie given twice is none');
});

test('T-24 S-47 an account is locked after five failures, and nobody learns what was wrong', async () => {
	const { login, password } = lockedSlowly;
	const replies = [];
	const note = async (what, reply) => replies.push([what, await reply]);
	await note('unknown login', signInAs(`nobody-here@${lockedSlowly.customer}`, WRONG));
	await note('unknown city', signInAs('nobody@no-such-city', WRONG));
	for (let turn = 1; turn <= 5; turn++)
		await note(`wrong password, ${turn}`, signInAs(login, WRONG));
	await note('locked, wrong password', signInAs(login, WRONG));
	await note('locked, right password', signInAs(login, password));
	const [, first] = replies[0];
	first.problem(401, 'unauthenticated');
	for (const [what, reply] of replies) {
		assert.equal(reply.status, 401, what);
		assert.equal(reply.timeless, first.timeless, `${what}: the body is that of an unknown login`);
		assert.deepEqual(reply.timelessHead, first.timelessHead, `${what}: so is the head`);
		assert.equal(tokenOf(reply), null, what);
	}
});

test('T-24 twenty wrong passwords at once lock an account just as well', async () => {
	const { login, password } = lockedAtOnce;
	const replies = await each(new Array(20).fill(WRONG), 20, (wrong) => signInAs(login, wrong));
	for (const reply of replies)
		assert.equal(reply.status, 401);
	(await signInAs(login, password)).problem(401, 'unauthenticated');
});

test('T-24 failures are consecutive: a right password forgives the four before it', async () => {
	for (let turn = 0; turn < 2; turn++) {
		for (let wrong = 0; wrong < 4; wrong++)
			(await signInAs(forgiven.login, WRONG)).is(401);
		const session = await freshSession(forgiven);
		(await request('DELETE', '/v1/session', { as: session })).is(204);
	}
});

test('K-1 a new password must be a good one, and ends all other sessions', async () => {
	const [here, elsewhere] = [await freshSession(changer), await freshSession(changer)];
	const change = (current, next) => request('PUT', '/v1/me/password', { as: here, json: { current, new: next } });
	const local = changer.login.split('@')[0];
	const weak = ['Ab1!efgh9', 'alllowercase1!', 'ALLUPPERCASE1!', 'NoDigitsHere!', 'NoSymbols1234', '1234567890!', `${local[0].toUpperCase()}${local.slice(1)}`];
	for (const next of weak)
		assert.ok((await change(changer.password, next)).is(400).fields.includes('new'), `"${next}" is refused`);
	assert.ok((await change(changer.password, changer.password)).is(400).fields.includes('new'), 'the old one is no new one');
	const next = 'Kawaru-Koto_4711';
	assert.ok((await change(WRONG, next)).is(400).fields.includes('current'));
	(await get('/v1/me', elsewhere)).is(200);
	(await change(changer.password, next)).is(204);
	(await get('/v1/me', elsewhere)).problem(401, 'unauthenticated');
	(await get('/v1/me', here)).is(200);
	(await change(next, changer.password)).is(204);
	(await request('DELETE', '/v1/session', { as: here })).is(204);
});

test('S-48 only our own pages act with the cookie; programs use the bearer token', async () => {
	const session = await signIn(guardian);
	// A body that is refused: 400 says that the request was let in, and nothing is changed.
	const target = `/v1/children/${child}/absences`;
	const cases = [
		[{ 'sec-fetch-site': 'same-origin' }, true],
		[{ 'sec-fetch-site': 'same-origin', origin: OWN_ORIGIN }, true],
		[{ 'sec-fetch-site': 'same-site' }, false],
		[{ 'sec-fetch-site': 'cross-site' }, false],
		[{ 'sec-fetch-site': 'none' }, false],
		[{ 'sec-fetch-site': 'Same-Origin' }, false],
		[{ 'sec-fetch-site': 'cross-site', origin: OWN_ORIGIN }, false],
		[{ origin: OWN_ORIGIN }, true],
		[{ origin: OWN_ORIGIN.replace('https:', 'http:') }, false],
		[{ origin: `${OWN_ORIGIN}0` }, false],
		[{ origin: `${OWN_ORIGIN}.example` }, false],
		[{ origin: 'https://example.com' }, false],
		[{ origin: 'null' }, false],
		[{}, false],
	];
	for (const [headers, allowed] of cases) {
		const reply = await request('POST', target, { json: {}, headers: { ...headers, cookie: `__Host-sid=${session.token}` } });
		if (allowed)
			reply.problem(400, 'invalid-input');
		else
			assert.equal(reply.problem(403, 'cross-site').status, 403, JSON.stringify(headers));
		const bearer = await request('POST', target, { as: session, json: {}, headers });
		bearer.problem(400, 'invalid-input');
	}
	(await request('GET', '/v1/me', { headers: { cookie: `__Host-sid=${session.token}` } })).is(200);
	(await request('DELETE', '/v1/session', { headers: { cookie: `__Host-sid=${session.token}` } })).problem(403, 'cross-site');
	(await get('/v1/me', session)).is(200);
});

test('S-48 no other page signs anybody in', async () => {
	for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://example.com' }, { origin: 'null' }]) {
		const reply = await signInAs(guardian.login, guardian.password, { headers });
		reply.problem(403, 'cross-site');
		assert.equal(tokenOf(reply), null);
	}
});

test('S-69 sign-ins, refusals and locks stand in the record', async () => {
	const auditor = await signIn(of(lockedSlowly.customer, 'auditor')[0]);
	const events = (await get('/v1/events?limit=200', auditor)).is(200).json.items.filter((one) => one.operation === 'session.create');
	const rules = new Set(events.map((one) => one.rule));
	for (const rule of ['unknown login', 'wrong password', 'locked'])
		assert.ok(rules.has(rule), `"${rule}" is among ${[...rules].join(', ')}`);
	for (const one of events.filter((event) => event.outcome === 401))
		assert.equal(one.actor, null, 'nobody is named as the actor of a refused sign-in');
});

test('P-3.13 a reply names its request, and refusals are in the language asked for', async () => {
	const japanese = (await request('GET', '/v1/me', { headers: { 'accept-language': 'ja' } })).problem(401, 'unauthenticated');
	const english = (await request('GET', '/v1/me', { headers: { 'accept-language': 'en-GB, ja;q=0.1' } })).problem(401, 'unauthenticated');
	assert.match(japanese.title, /サインイン/);
	assert.match(english.title, /sign in/i);
	assert.equal((await get(`/v1/children/${strangeId()}`, await signIn(guardian))).problem(404, 'not-found').errors, undefined);
	assert.equal((await post('/v1/session', null, { login: guardian.login, password: 'x', zzz: 1 })).is(400).fields[0], 'zzz');
});

mustSurvive(test);
