// An account's whole life: issued, invited, used, locked, recovered, suspended, ended; and what nobody may do to whom meanwhile.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, test } from 'node:test';

import { accounts, all, each, exclusive, get, mustSurvive, none, post, request, strangeId, tokenOf, url } from './lib.mjs';
import { of, person } from './world.mjs';

const PASSWORD = 'Hajimete_No-4711';
const OTHER = 'Atarashii_No-4712';
const NOBODY = undefined;
let city, far, principal, elsewhere, farPrincipal, admins, teacher, officer;

before(async () => {
	await exclusive();
	const principals = accounts.filter((one) => one.role === 'principal');
	city = principals[0].customer;
	far = principals.find((one) => one.customer !== city).customer;
	principal = await person(of(city, 'principal')[0]);
	elsewhere = await person(of(city, 'principal').find((one) => one.facility !== principal.facility));
	farPrincipal = await person(of(far, 'principal')[0]);
	admins = [await person(of(city, 'officer-admin')[0]), await person(of(city, 'officer-admin')[1])];
	officer = await person(of(city, 'officer')[0]);
	teacher = await person(of(city, 'staff').find((one) => one.facility === principal.facility));
});

const freshLogin = () => `life-${strangeId().slice(0, 12)}`;
const reason = { reason: '試験のため' };

async function issue(keeper, role = 'guardian', more = {}) {
	return (await post('/v1/accounts', keeper, { login: freshLogin(), name: '試験 一郎', role, ...more })).is(201).json;
}
const invite = async (keeper, account) => (await post(`/v1/accounts/${account.id}/invitation`, keeper)).is(201).json;
const look = (token) => post('/v1/invitation/see', NOBODY, { token });
const accept = (token, password = PASSWORD, more = {}) => post('/v1/invitation/accept', NOBODY, { token, password, ...more });
const signIn = (login, password = PASSWORD, more = {}) => post('/v1/session', NOBODY, { login, password, ...more });
const act = (keeper, account, action, headers) => post(`/v1/accounts/${account.id}/${action}`, keeper, reason, { headers });
const stateOf = async (keeper, account) => (await get(`/v1/accounts/${account.id}`, keeper)).is(200).json;
const kindsOf = async (session) => (await all('/v1/me/notices', session)).map((one) => one.kind);

async function session(login, password = PASSWORD, more = {}) {
	const reply = (await signIn(login, password, more)).is(201);
	return { token: tokenOf(reply), ...reply.json };
}

// Somebody with a password and a session.
async function member(keeper = principal, role = 'guardian', more = {}) {
	const account = await issue(keeper, role, more);
	const login = `${account.login}@${keeper.city}`;
	(await accept((await invite(keeper, account)).token)).is(200);
	return { ...account, login, session: await session(login) };
}

// Answers a 428 with what it asks for.
async function confirmed(keeper, account, action) {
	const asked = (await act(keeper, account, action)).problem(428, 'confirmation-required');
	return act(keeper, account, action, { confirm: asked.confirm.token });
}

function totp(secret, at = Date.now()) {
	const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	let bits = '';
	for (const letter of secret)
		bits += letters.indexOf(letter).toString(2).padStart(5, '0');
	const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
	const mac = createHmac('sha256', key).update(counter).digest();
	const offset = mac.at(-1) & 15;
	return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// ---- joining ----

test('K-1 K-27 a guardian is issued, invited, looks at the link, chooses a password and is in', async () => {
	const account = await issue(principal);
	assert.equal(account.state, 'invited');
	(await signIn(`${account.login}@${city}`)).is(401);
	const link = await invite(principal, account);
	assert.match(link.token, new RegExp(`^${city}\\.[A-Za-z0-9_-]{43}$`));
	assert.equal(link.link, `${url.origin}/#/invitation/${link.token}`, 'the token stands behind the #');
	assert.ok((await stateOf(principal, account)).invited_until, 'whoever invited sees until when');
	const seen = (await look(link.token)).is(200).json;
	assert.deepEqual({ purpose: seen.purpose, login: seen.login, name: seen.name, role: seen.role, second_factor: seen.second_factor },
		{ purpose: 'invitation', login: `${account.login}@${city}`, name: '試験 一郎', role: 'guardian', second_factor: false });
	(await accept(link.token, 'short')).is(400);
	assert.equal((await accept(link.token)).is(200).json.login, `${account.login}@${city}`);
	const mine = await session(`${account.login}@${city}`);
	assert.equal(mine.role, 'guardian');
	const me = (await get('/v1/me', mine)).is(200).json;
	assert.deepEqual(me.memberships.map((one) => [one.role, one.facility.id, one.current]), [['guardian', principal.facility, true]]);
	assert.equal(me.notices, 0);
	assert.equal((await stateOf(principal, account)).state, 'active');
	(await post(`/v1/accounts/${account.id}/invitation`, principal)).problem(409, 'conflict');
});

test('K-1 a link works once, also when twenty use it at the same moment', async () => {
	const account = await issue(principal);
	const { token } = await invite(principal, account);
	const replies = await Promise.all(Array.from({ length: 20 }, () => accept(token)));
	const statuses = replies.map((one) => one.status);
	assert.equal(statuses.filter((one) => one === 200).length, 1, statuses.join(' '));
	assert.ok(statuses.every((one) => [200, 404, 429].includes(one)), statuses.join(' '));
	(await accept(token, OTHER)).problem(404, 'not-found');
	(await look(token)).problem(404, 'not-found');
	(await signIn(`${account.login}@${city}`, OTHER)).is(401);
	(await signIn(`${account.login}@${city}`)).is(201);
});

test('K-1 a new link voids the former; unknown, used, void, of another city and malformed answer alike', async () => {
	const account = await issue(principal);
	const [first, second] = [await invite(principal, account), await invite(principal, account)];
	const elsewhereToken = `${far}.${second.token.split('.')[1]}`;
	const unknown = `${city}.${'A'.repeat(43)}`;
	const replies = [];
	for (const token of [first.token, elsewhereToken, unknown, `nowhere.${'A'.repeat(43)}`, 'x', `${city}.`, `${city}.${second.token.split('.')[1].slice(0, -1)}`]) {
		replies.push(await look(token), await accept(token));
	}
	assert.deepEqual([...new Set(replies.map((one) => one.status))], [404]);
	assert.equal(new Set(replies.map((one) => one.timeless)).size, 1);
	(await look(second.token)).is(200);
	(await accept(second.token)).is(200);
});

test('K-1 an account that is suspended or has left leaves a dead link behind, also when it comes back', async () => {
	const account = await issue(principal);
	const { token } = await invite(principal, account);
	assert.equal((await act(principal, account, 'suspend')).is(200).json.state, 'suspended');
	(await look(token)).problem(404, 'not-found');
	(await accept(token)).problem(404, 'not-found');
	assert.equal((await act(principal, account, 'reactivate')).is(200).json.state, 'invited');
	(await accept(token)).problem(404, 'not-found');
	(await act(principal, account, 'leave')).is(200);
	(await post(`/v1/accounts/${account.id}/invitation`, principal)).problem(409, 'conflict');
});

test('K-1 K-27 letters are PDF, one for each guardian of a class who has not signed in', async () => {
	const account = await issue(principal);
	const letter = (await post(`/v1/accounts/${account.id}/invitation/letter`, principal)).is(201);
	assert.equal(letter.headers['content-type'], 'application/pdf');
	assert.match(letter.headers['content-disposition'], /attachment/);
	assert.equal(letter.bytes.subarray(0, 5).toString(), '%PDF-');
	const [one] = await all(`/v1/facilities/${principal.facility}/classes`, principal);
	const waiting = (await all(`/v1/accounts?role=guardian&state=invited&class=${one.id}`, principal)).length;
	assert.ok(waiting > 0, 'the demo leaves some to invite');
	const letters = (await post(`/v1/facilities/${principal.facility}/classes/${one.id}/invitations`, principal)).is(201);
	assert.equal((letters.bytes.toString('latin1').match(/\/Type \/Page\b(?!s)/g) ?? []).length >= waiting || letters.bytes.length > letter.bytes.length, true);
	const after = await all(`/v1/accounts?role=guardian&state=invited&class=${one.id}`, principal);
	assert.ok(after.every((who) => who.invited_until), 'each of them has a link now');
	(await post(`/v1/facilities/${principal.facility}/classes/${one.id}/invitations`, teacher)).is(403);
	(await post(`/v1/facilities/${principal.facility}/classes/${one.id}/invitations`, elsewhere)).is(404);
});

// ---- suspending, unlocking, ending ----

test('K-27 whoever is suspended is out with the next request, and back only by whoever looks after the account', async () => {
	const who = await member();
	(await get('/v1/me', who.session)).is(200);
	(await act(principal, who, 'suspend')).is(200);
	(await get('/v1/me', who.session)).is(401);
	(await signIn(who.login)).is(401);
	(await act(principal, who, 'suspend')).problem(409, 'conflict');
	assert.equal((await act(principal, who, 'reactivate')).is(200).json.state, 'active');
	(await get('/v1/me', who.session)).is(401);
	const back = await session(who.login);
	assert.deepEqual((await kindsOf(back)).sort(), ['reactivated', 'suspended']);
	assert.equal((await get('/v1/me', back)).json.notices, 2);
	(await post('/v1/me/notices/seen', back)).is(204);
	assert.equal((await get('/v1/me', back)).json.notices, 0);
	(await act(principal, who, 'leave')).is(200);
	(await get('/v1/me', back)).is(401);
	(await act(principal, who, 'reactivate')).problem(409, 'conflict');
	assert.equal((await stateOf(principal, who)).state, 'left');
});

test('T-24 K-1 whoever has locked the account out is in at once when it is unlocked', async () => {
	const who = await member();
	(await act(principal, who, 'unlock')).problem(409, 'conflict');
	for (let i = 0; i < 5; i++)
		(await signIn(who.login, OTHER)).is(401);
	(await signIn(who.login)).is(401);
	assert.equal((await stateOf(principal, who)).locked, true);
	assert.equal((await act(principal, who, 'unlock')).is(200).json.locked, false);
	assert.ok((await kindsOf(await session(who.login))).includes('unlocked'));
});

test('K-27 nobody reaches an account that is not theirs to look after', async () => {
	const who = await member();
	const actions = ['suspend', 'reactivate', 'unlock', 'leave', 'reset-factor'];
	const bare = ['invitation', 'invitation/letter', 'recovery', 'recovery/letter'];
	const findings = [];
	for (const [keeper, wanted] of [[elsewhere, 404], [farPrincipal, 404], [admins[0], 404], [officer, 404], [teacher, 404], [who.session, 403]])
		for (const action of [...actions, ...bare]) {
			const reply = await post(`/v1/accounts/${who.id}/${action}`, keeper, actions.includes(action) ? reason : {});
			if (reply.status !== wanted)
				findings.push(`${keeper.role} ${action} → ${reply.status} instead of ${wanted}`);
		}
	none(findings);
	assert.equal((await stateOf(principal, who)).state, 'active');
	(await get('/v1/me', who.session)).is(200);
	for (const action of actions)
		(await act(admins[0], { id: admins[0].account }, action)).is(403);
	(await post(`/v1/accounts/${admins[0].account}/recovery`, admins[0])).is(403);
	assert.ok(!(await all('/v1/accounts', elsewhere)).some((one) => one.id === who.id));
	assert.ok(!(await all('/v1/accounts', admins[0])).some((one) => ['guardian', 'staff'].includes(one.role)));
	assert.deepEqual((await all('/v1/accounts', who.session)).map((one) => one.id), [who.id]);
	for (const one of (await all('/v1/accounts', officer)).filter((who) => who.id !== officer.account))
		assert.equal(one.telephone, undefined);
});

// ---- two persons for privileged roles ----

const decideOn = (change, keeper, what = 'approve') => post(`/v1/changes/${change}/${what}`, keeper);

test('K-3 K-27 a privileged account is issued, taken back and ended by two; its suspension goes at once', async () => {
	const login = freshLogin();
	const asked = (await post('/v1/accounts', admins[0], { login, name: '園長 試験', role: 'principal', facility: principal.facility })).is(202).json.change;
	assert.match(asked.impact, new RegExp(login), 'the second person sees who it is about');
	assert.equal((await all('/v1/accounts?role=principal', admins[0])).some((one) => one.login === login), false);
	(await decideOn(asked.id, admins[0])).is(404, 403);
	(await decideOn(asked.id, officer)).is(404, 403);
	assert.equal((await decideOn(asked.id, admins[1])).is(200).json.state, 'applied');
	(await decideOn(asked.id, admins[1])).problem(409, 'conflict');
	const made = (await all('/v1/accounts?role=principal', admins[0])).find((one) => one.login === login);
	assert.equal(made.state, 'invited');
	(await post('/v1/accounts', admins[0], { login, name: '園長 試験', role: 'principal', facility: principal.facility })).problem(409, 'conflict');
	(await accept((await invite(admins[0], made)).token)).is(200);
	const theirs = await session(`${login}@${city}`);
	assert.equal(theirs.second_factor, 'required');
	(await confirmed(admins[0], made, 'suspend')).is(200);
	(await get('/v1/me', theirs)).is(401);
	const back = (await act(admins[0], made, 'reactivate')).is(202).json.change;
	assert.equal((await stateOf(admins[0], made)).state, 'suspended');
	(await decideOn(back.id, admins[0])).is(404, 403);
	assert.equal((await decideOn(back.id, admins[1])).is(200).json.state, 'applied');
	assert.equal((await stateOf(admins[0], made)).state, 'active');
	const end = (await act(admins[1], made, 'leave')).is(202).json.change;
	assert.equal((await decideOn(end.id, admins[0])).is(200).json.state, 'applied');
	assert.equal((await stateOf(admins[0], made)).state, 'left');
});

test('K-3 nobody approves what is done to oneself', async () => {
	const asked = (await act(admins[0], { id: admins[1].account }, 'reset-factor')).is(202).json.change;
	(await decideOn(asked.id, admins[1])).is(403);
	(await decideOn(asked.id, admins[0], 'withdraw')).is(200);
	(await get('/v1/me', admins[1])).is(200);
});

// ---- recovery ----

test('T-24 K-1 asking for a new password never tells whether the login exists', async (t) => {
	const who = await member();
	const logins = { known: who.login, unknown: `${freshLogin()}@${city}`, left: `${(await issue(principal)).login}@${city}`, nowhere: 'x@nowhere' };
	const bodies = new Set();
	const times = Object.fromEntries(Object.keys(logins).map((kind) => [kind, []]));
	for (let i = 0; i < 12; i++)
		for (const [kind, login] of Object.entries(logins)) {
			const from = process.hrtime.bigint();
			const reply = (await post('/v1/recovery', NOBODY, { login })).is(202);
			times[kind].push(Number(process.hrtime.bigint() - from) / 1e6);
			bodies.add(reply.timeless);
		}
	assert.equal(bodies.size, 1);
	t.diagnostic(Object.entries(times).map(([kind, list]) => `${kind} ${list.sort((a, b) => a - b)[list.length >> 1].toFixed(2)} ms`).join(', '));
	const asked = (await all('/v1/recoveries', principal)).filter((one) => one.account === who.id);
	assert.equal(asked.length, 1, 'asked often, listed once');
	assert.equal(asked[0].name, '試験 一郎');
	assert.ok(!(await all('/v1/recoveries', elsewhere)).some((one) => one.account === who.id));
	(await post(`/v1/recoveries/${asked[0].id}/dismiss`, elsewhere)).problem(404, 'not-found');
	(await post(`/v1/recoveries/${asked[0].id}/dismiss`, principal)).is(204);
	assert.ok(!(await all('/v1/recoveries', principal)).some((one) => one.account === who.id));
});

test('K-1 a recovery sets a new password, ends every session, settles what was asked and is told', async () => {
	const who = await member();
	(await post('/v1/recovery', NOBODY, { login: who.login })).is(202);
	const link = (await post(`/v1/accounts/${who.id}/recovery`, principal)).is(201).json;
	assert.equal(link.link, `${url.origin}/#/recovery/${link.token}`);
	assert.ok(!(await all('/v1/recoveries', principal)).some((one) => one.account === who.id));
	(await get('/v1/me', who.session)).is(200);
	assert.equal((await look(link.token)).is(200).json.purpose, 'recovery');
	(await accept(link.token, OTHER)).is(200);
	(await get('/v1/me', who.session)).is(401);
	(await signIn(who.login)).is(401);
	const back = await session(who.login, OTHER);
	assert.deepEqual((await kindsOf(back)).sort(), ['recovery-issued', 'recovery-used']);
	(await accept(link.token, PASSWORD)).problem(404, 'not-found');
	const letter = (await post(`/v1/accounts/${who.id}/recovery/letter`, principal)).is(201);
	assert.equal(letter.bytes.subarray(0, 5).toString(), '%PDF-');
});

test('K-2 T-13 a recovery keeps the second factor: without its code, or with a wrong one, nothing changes', async () => {
	const who = await member();
	const { secret } = (await post('/v1/me/totp', who.session)).is(201).json;
	const confirm = (await post('/v1/me/totp/confirm', who.session, { code: totp(secret) })).is(200);
	const [spare] = confirm.json.recovery_codes;
	assert.equal((await stateOf(principal, who)).second_factor, true);
	const { token } = (await post(`/v1/accounts/${who.id}/recovery`, principal)).is(201).json;
	assert.equal((await look(token)).is(200).json.second_factor, true);
	(await accept(token, OTHER)).problem(403, 'second-factor-required');
	(await accept(token, OTHER, { totp: '000000' })).is(401);
	(await accept(token, OTHER, { totp: spare })).is(200);
	(await signIn(who.login, OTHER)).problem(403, 'second-factor-required');
	// Removing it is for whoever looks after the account, who is asked first.
	(await confirmed(principal, who, 'reset-factor')).is(200);
	assert.equal((await stateOf(principal, who)).second_factor, false);
	const back = await session(who.login, OTHER);
	assert.ok((await kindsOf(back)).includes('factor-removed'));
});

test('K-2 T-13 wrong codes with a recovery link count toward the lock', async () => {
	const who = await member();
	const { secret } = (await post('/v1/me/totp', who.session)).is(201).json;
	const [spare] = (await post('/v1/me/totp/confirm', who.session, { code: totp(secret) })).is(200).json.recovery_codes;
	const { token } = (await post(`/v1/accounts/${who.id}/recovery`, principal)).is(201).json;
	for (let i = 0; i < 5; i++)
		(await accept(token, OTHER, { totp: `00000${i}` })).is(401);
	assert.equal((await stateOf(principal, who)).locked, true);
	(await accept(token, OTHER, { totp: spare })).is(401);
	(await act(principal, who, 'unlock')).is(200);
	(await accept(token, OTHER, { totp: spare })).is(200);
});

// ---- one account, several memberships ----

const linkCode = async (who) => (await post('/v1/me/link-code', who.session)).is(201).json.code;
const join = (keeper, code, role, more = {}) => post('/v1/memberships', keeper, { code, role, ...more });

test('K-27 a teacher who is also a guardian, and a child at two facilities, need no second account', async () => {
	const who = await member(principal, 'staff');
	const code = await linkCode(who);
	(await join(elsewhere, `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`, 'guardian')).is(400);
	(await join(teacher, code, 'guardian')).is(403);
	(await join(elsewhere, code, 'principal')).is(403);
	const added = (await join(elsewhere, code.toUpperCase(), 'guardian')).is(201).json;
	assert.deepEqual([added.account, added.role, added.facility], [who.id, 'guardian', elsewhere.facility]);
	(await join(elsewhere, code, 'staff')).is(400);
	const me = (await get('/v1/me', who.session)).json;
	assert.deepEqual(me.memberships.map((one) => one.role).sort(), ['guardian', 'staff']);
	assert.ok((await kindsOf(who.session)).includes('membership-added'));
	(await join(elsewhere, await linkCode(who), 'guardian')).problem(409, 'conflict');
	// Each facility sees its own part, and neither ends the whole.
	assert.deepEqual((await stateOf(elsewhere, who)).memberships.map((one) => one.facility), [elsewhere.facility]);
	assert.equal((await stateOf(elsewhere, who)).role, 'guardian');
	assert.equal((await stateOf(principal, who)).role, 'staff');
	(await act(elsewhere, who, 'leave')).problem(403, 'denied');
	const [old] = (await stateOf(principal, who)).memberships;
	(await post(`/v1/accounts/${who.id}/memberships/${old.id}/end`, elsewhere, reason)).problem(404, 'not-found');
	assert.equal((await post(`/v1/accounts/${who.id}/memberships/${old.id}/end`, principal, reason)).is(200).json.state, 'ended');
	(await get('/v1/me', who.session)).is(401);
	(await get(`/v1/accounts/${who.id}`, principal)).problem(404, 'not-found');
	assert.equal((await session(who.login)).role, 'guardian');
	(await post(`/v1/accounts/${who.id}/memberships/${added.id}/end`, elsewhere, reason)).problem(409, 'conflict');
});

test('K-27 siblings share one guardian\'s account', async () => {
	const who = await member();
	const [one, other] = await all('/v1/children', principal);
	for (const child of [one, other])
		(await post(`/v1/children/${child.id}/guardians`, principal, { account: who.id, relation: '母' })).is(201);
	assert.deepEqual((await all('/v1/children', who.session)).map((child) => child.id).sort(), [one.id, other.id].sort());
});

test('K-3 K-27 a principal who is also a guardian is out of another principal\'s hands', async () => {
	const who = await member();
	const asked = (await join(admins[0], await linkCode(who), 'principal', { facility: elsewhere.facility })).is(202).json.change;
	assert.equal((await decideOn(asked.id, admins[1])).is(200).json.state, 'applied');
	for (const action of ['suspend', 'leave', 'reset-factor', 'unlock'])
		(await act(principal, who, action)).is(403);
	(await post(`/v1/accounts/${who.id}/recovery`, principal)).is(403);
	(await get('/v1/me', who.session)).is(200);
	const mine = (await stateOf(principal, who)).memberships;
	assert.deepEqual(mine.map((one) => one.role), ['guardian']);
});

test('K-1 nobody links an own code, and a new code voids the former', async () => {
	const who = await member();
	const [first, second] = [await linkCode(who), await linkCode(who)];
	(await join(elsewhere, first, 'guardian')).is(400);
	(await join(elsewhere, second, 'guardian')).is(201);
	const own = (await post('/v1/me/link-code', principal)).is(201).json.code;
	(await join(principal, own, 'guardian')).is(403);
});

test('K-1 tokens and codes stand in no event', async () => {
	const account = await issue(principal);
	const { token } = await invite(principal, account);
	const reply = (await get('/v1/events?limit=50', principal)).is(200);
	assert.ok(!reply.text.includes(token.split('.')[1]));
	await each([1, 2], 2, () => look(token));
	(await request('POST', '/v1/invitation/see', { json: { token }, headers: { 'sec-fetch-site': 'cross-site' } })).is(403);
});

mustSurvive(test);
