// What every API test needs: a client that keeps its connections, sign-ins that are shared between the test files, the server's own
// description of its operations, raw TLS connections, and a watch on the server's processes.
//
// A sign-in costs the server a deliberately slow hash, so sessions are kept in a file beside the accounts. Test files change one and
// the same server; exclusive() makes them take turns however many of them node runs at once.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';
import { after } from 'node:test';

import { Codes } from '../factor.mjs';

function setting(name) {
	const value = process.env[name];
	if (!value)
		throw new Error(`${name} is not set; tools/run-tests api starts a server and sets it`);
	return value;
}

export const url = new URL(setting('SEKIMORI_URL'));
export const accountsFile = setting('SEKIMORI_ACCOUNTS');
export const accounts = JSON.parse(fs.readFileSync(accountsFile, 'utf8'));
export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
export const OWN_ORIGIN = url.origin;
export const PROBLEM = 'https://sekimori.example/problems/';
export const ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

// ---- requests ----

const agent = new https.Agent({ keepAlive: true, maxSockets: 12, rejectUnauthorized: false });
after(() => agent.destroy());

// Ends all kept connections.
export function hangUp() {
	agent.destroy();
}

export class Reply {
	constructor(status, headers, bytes, line) {
		this.status = status;
		this.headers = headers;
		this.bytes = bytes;
		this.line = line;
	}

	get text() {
		return this.bytes.toString('utf8');
	}

	get json() {
		try {
			return JSON.parse(this.text);
		} catch {
			throw new Error(`${this.line} → ${this.status}, and no JSON: ${this.text.slice(0, 300)}`);
		}
	}

	get request() {
		return this.headers['request-id'];
	}

	// The body without what differs from request to request.
	get timeless() {
		return this.text.replaceAll(this.request, 'REQUEST');
	}

	// The same for the head.
	get timelessHead() {
		const head = { ...this.headers };
		for (const name of ['request-id', 'date', 'connection', 'keep-alive'])
			delete head[name];
		return head;
	}

	is(...wanted) {
		if (!wanted.includes(this.status))
			assert.fail(`${this.line} → ${this.status} instead of ${wanted.join(' or ')}: ${this.text.slice(0, 600)}`);
		return this;
	}

	// A problem that stands for itself: type, status, the request's id.
	problem(status, slug) {
		this.is(status);
		assert.match(this.headers['content-type'] ?? '', /^application\/problem\+json/, this.line);
		const body = this.json;
		assert.equal(body.status, status, this.line);
		assert.equal(body.type, PROBLEM + slug, this.line);
		assert.equal(body.instance, this.request, this.line);
		return body;
	}

	// The fields that a 400 names.
	get fields() {
		return (this.json.errors ?? []).map((entry) => entry.field);
	}
}

/*
 * as        a session: sent as bearer
 * cookie    a session: sent as cookie, with the headers of our own pages
 * json      the body as a value; body: as it is
 */
export function request(method, target, { as, cookie, json, body, headers = {}, type } = {}) {
	const bytes = json !== undefined ? Buffer.from(JSON.stringify(json)) : body === undefined ? undefined : Buffer.from(body);
	const head = { 'accept-language': 'en', ...headers };
	if (as)
		head.authorization = `Bearer ${as.token}`;
	if (cookie) {
		head.cookie = `__Host-sid=${cookie.token}`;
		head['sec-fetch-site'] ??= 'same-origin';
	}
	if (bytes) {
		head['content-type'] ??= type ?? 'application/json';
		head['content-length'] = bytes.length;
	}
	for (const name of Object.keys(head))
		if (head[name] === undefined || head[name] === null)
			delete head[name];
	return send(method, target, head, bytes, 2);
}

function send(method, target, headers, bytes, tries) {
	const line = `${method} ${target.length > 200 ? `${target.slice(0, 200)}…` : target}`;
	return new Promise((resolve, reject) => {
		const call = https.request({ host: url.hostname, port: url.port, method, path: target, headers, agent }, (answer) => {
			const parts = [];
			answer.on('data', (part) => parts.push(part));
			answer.on('error', reject);
			answer.on('end', () => resolve(new Reply(answer.statusCode, answer.headers, Buffer.concat(parts), line)));
		});
		call.on('error', (trouble) => {
			// A kept connection may be closed just as it is used again; only then the request never arrived.
			if (call.reusedSocket && trouble.code === 'ECONNRESET' && tries > 1)
				resolve(send(method, target, headers, bytes, tries - 1));
			else
				reject(new Error(`${line}: ${trouble.message}`, { cause: trouble }));
		});
		call.setTimeout(60_000, () => call.destroy(new Error('no answer within 60 s')));
		call.end(bytes);
	});
}

export const get = (target, as, more) => request('GET', target, { as, ...more });
export const post = (target, as, json = {}, more) => request('POST', target, { as, json, ...more });

// Every item of a list, over all its pages.
export async function all(target, as, limit = 200) {
	const items = [];
	let cursor = null;
	do {
		const mark = target.includes('?') ? '&' : '?';
		const page = (await get(`${target}${mark}limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`, as)).is(200).json;
		items.push(...page.items);
		cursor = page.next;
	} while (cursor);
	return items;
}

// At most `width` at a time, in order of the list.
export async function each(list, width, run) {
	const results = new Array(list.length);
	let next = 0;
	const worker = async () => {
		while (next < list.length) {
			const index = next++;
			results[index] = await run(list[index], index);
		}
	};
	await Promise.all(Array.from({ length: Math.min(width, list.length) }, worker));
	return results;
}

// Fails with what was found, if anything was.
export function none(findings) {
	const list = [...new Set(findings)];
	if (list.length > 0)
		assert.fail(`${list.length} findings\n${list.slice(0, 25).join('\n')}`);
}

// Waits for a condition, never for a time.
export async function until(what, condition, deadlineMs = 20_000) {
	const end = Date.now() + deadlineMs;
	for (;;) {
		const value = await condition();
		if (value)
			return value;
		if (Date.now() > end)
			throw new Error(`${what} did not come about within ${deadlineMs / 1000} s`);
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
}

// An id that nothing has.
export function strangeId() {
	const digits = '0123456789abcdefghjkmnpqrstvwxyz';
	const raw = randomBytes(26);
	return digits[raw[0] % 8] + [...raw.subarray(1)].map((byte) => digits[byte % 32]).join('');
}

export const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
export function dayAfter(days) {
	return new Date(Date.now() + 9 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
}

// ---- raw connections ----

/*
 * Sends bytes as they are and returns all that comes back until the server closes or has sent one whole reply.
 * `pieces` may be a generator; it is no longer asked once an answer has begun to come.
 */
export function raw(pieces, { deadlineMs = 20_000 } = {}) {
	return new Promise((resolve, reject) => {
		const parts = [];
		let done = false;
		const socket = tls.connect({ host: url.hostname, port: Number(url.port), servername: url.hostname, rejectUnauthorized: false });
		const timer = setTimeout(() => finish(new Error(`no answer within ${deadlineMs / 1000} s`)), deadlineMs);
		function finish(trouble) {
			if (done)
				return;
			done = true;
			clearTimeout(timer);
			socket.destroy();
			if (trouble && parts.length === 0)
				reject(trouble);
			else
				resolve(Buffer.concat(parts));
		}
		function whole() {
			const text = Buffer.concat(parts).toString('latin1');
			const end = text.indexOf('\r\n\r\n');
			if (end < 0)
				return false;
			const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1];
			return length !== undefined && text.length >= end + 4 + Number(length);
		}
		socket.on('data', (part) => {
			parts.push(part);
			if (whole())
				finish();
		});
		socket.on('error', finish);
		socket.on('close', () => finish(parts.length > 0 ? undefined : new Error('closed without an answer')));
		socket.on('secureConnect', async () => {
			for (const piece of typeof pieces === 'string' || Buffer.isBuffer(pieces) ? [pieces] : pieces) {
				if (done || parts.length > 0)
					return;
				if (!socket.write(piece))
					await new Promise((go) => {
						const next = () => {
							socket.off('drain', next).off('close', next);
							go();
						};
						socket.on('drain', next).on('close', next);
					});
				await new Promise(setImmediate);
			}
		});
	});
}

export function rawStatus(bytes) {
	return Number(/^HTTP\/1\.1 (\d{3})/.exec(bytes.toString('latin1'))?.[1] ?? 0);
}

// ---- sessions ----

const mark = createHash('sha256').update(`${url.origin} ${fs.readFileSync(accountsFile)}`).digest('hex').slice(0, 16);
const sessionsFile = `${accountsFile}.sessions-${mark}`;
const lockFile = `${accountsFile}.lock-${mark}`;
const sessions = new Map();
let stored = null;

function storedSessions() {
	if (stored)
		return stored;
	try {
		stored = JSON.parse(fs.readFileSync(sessionsFile, 'utf8'));
	} catch {
		stored = {};
	}
	return stored;
}

function storeSession(session) {
	storedSessions()[session.login] = session;
	fs.writeFileSync(`${sessionsFile}.new`, JSON.stringify(stored), { mode: 0o600 });
	fs.renameSync(`${sessionsFile}.new`, sessionsFile);
}

export function tokenOf(reply) {
	for (const line of [].concat(reply.headers['set-cookie'] ?? [])) {
		const found = /^__Host-sid=([^;]+)/.exec(line);
		if (found)
			return found[1];
	}
	return null;
}

// The second factors of privileged accounts.
export const codes = new Codes(`${accountsFile}.codes-${mark}`);
const signingIn = new Map();

async function signInOnce(account) {
	const reply = (await request('POST', '/v1/session', { json: codes.proof(account) })).is(201);
	const session = { login: account.login, token: tokenOf(reply), proved: Date.now(), ...reply.json };
	if (codes.wanting(account))
		codes.put(account, (await post('/v1/me/recovery-codes', session)).is(200).json.recovery_codes);
	return session;
}

// A new session of its own, not shared with anybody. One after another for each account: codes are used in their order.
export function freshSession(account) {
	const turn = (signingIn.get(account.login) ?? Promise.resolve()).catch(() => null).then(() => signInOnce(account));
	signingIn.set(account.login, turn);
	return turn;
}

// What has proved its person long ago may not do critical things any more.
const RECENT_MS = 8 * 60_000;
const recent = (account, session) => !account.totp_secret || Date.now() - (session.proved ?? 0) < RECENT_MS;

export async function signIn(account) {
	let session = sessions.get(account.login);
	if (!session) {
		session = (async () => {
			const known = storedSessions()[account.login];
			if (known && recent(account, known) && (await get('/v1/me', known)).status === 200)
				return known;
			const fresh = await freshSession(account);
			storeSession(fresh);
			return fresh;
		})();
		sessions.set(account.login, session);
	}
	return session;
}

/*
 * One test file at a time. A file whose process has ended gives its turn up by itself.
 */
export async function exclusive() {
	await until('a turn of its own', () => {
		try {
			fs.writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
			return true;
		} catch (trouble) {
			if (trouble.code !== 'EEXIST')
				throw trouble;
		}
		const holder = Number(fs.readFileSync(lockFile, { encoding: 'utf8', flag: 'a+' }));
		if (holder && !fs.existsSync(`/proc/${holder}`))
			fs.rmSync(lockFile, { force: true });
		return false;
	}, 600_000);
	stored = null;
	atTurn = processes();
	process.on('exit', () => fs.rmSync(lockFile, { force: true }));
}

// ---- what the server says of itself ----

let description = null;

export async function openapi() {
	description ??= (await get('/openapi.json')).is(200).json;
	return description;
}

function resolve(document, schema) {
	while (schema?.$ref)
		schema = schema.$ref.replace(/^#\//, '').split('/').reduce((at, step) => at[step.replaceAll('~1', '/').replaceAll('~0', '~')], document);
	return schema ?? {};
}

/*
 * The operations as rows: {id, method, path, policy, kind, shape, guard, list, open, status, inputs, raw}
 * inputs: {name, in: path|query|body, required, schema, type, refers}
 */
export async function operations() {
	const document = await openapi();
	const rows = [];
	for (const [where, item] of Object.entries(document.paths))
		for (const [method, operation] of Object.entries(item)) {
			if (!['get', 'post', 'put', 'patch', 'delete'].includes(method))
				continue;
			const inputs = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) => resolve(document, one))
				.filter((one) => one.in === 'path' || one.in === 'query')
				.map((one) => input(one.name, one.in, one.required === true, resolve(document, one.schema)));
			const content = resolve(document, operation.requestBody).content ?? {};
			const schema = resolve(document, content['application/json']?.schema);
			for (const [name, property] of Object.entries(schema.properties ?? {}))
				inputs.push(input(name, 'body', (schema.required ?? []).includes(name), resolve(document, property)));
			rows.push({
				id: operation.operationId, method: method.toUpperCase(), path: where, inputs,
				raw: content['application/octet-stream'] !== undefined,
				status: Number(Object.keys(operation.responses).find((code) => code.startsWith('2'))),
				...operation['x-sekimori'],
				kind: method === 'get' ? 'read' : 'write', // what is sent is written, also where the ledger does not record it
			});
		}
	return rows;
}

function input(name, place, required, schema) {
	const kinds = [].concat(schema.type);
	let type = kinds.find((kind) => kind !== 'null');
	if (schema.enum)
		type = 'choice';
	else if (schema['x-refers'] || schema.pattern?.includes('{25}'))
		type = 'id';
	else if (schema.format === 'date' || schema.format === 'date-time')
		type = schema.format;
	return { name, in: place, required, schema, type, refers: schema['x-refers'] ?? null };
}

// Path and query of an operation; values by name, text as it is to be sent.
export function target(operation, values, { encode = encodeURIComponent } = {}) {
	let where = operation.path;
	const query = [];
	for (const one of operation.inputs) {
		const value = values[one.name];
		if (one.in === 'path')
			where = where.replace(`{${one.name}}`, one.name === 'tile' || one.name === 'bundle' ? String(value) : encode(String(value)));
		else if (one.in === 'query' && value !== undefined)
			query.push(`${one.name}=${encode(String(value))}`);
	}
	return query.length > 0 ? `${where}?${query.join('&')}` : where;
}

// ---- the server's processes ----

function parentOf(pid) {
	try {
		const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
		return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
	} catch {
		return 0;
	}
}

function commandOf(pid) {
	try {
		return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
	} catch {
		return '';
	}
}

// The process of one run of a check comes and goes: its parent and grandparent are the ones that carry out checks.
function isRun(pid, parents) {
	return [pid, parents.get(pid), parents.get(parents.get(pid))].every((one) => one !== undefined && commandOf(one).includes('--process prove'));
}

// All lasting processes below the supervisor, {pid, command}; null when it is not known.
export function processes() {
	const top = Number(process.env.SEKIMORI_PID ?? 0);
	if (!top || !fs.existsSync(`/proc/${top}`))
		return null;
	const found = [];
	const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
	const parents = new Map(pids.map((pid) => [pid, parentOf(pid)]));
	for (const pid of pids)
		for (let at = parents.get(pid); at > 1; at = parents.get(at) ?? 0)
			if (at === top) {
				if (!isRun(pid, parents))
					found.push({ pid, command: commandOf(pid) });
				break;
			}
	return found.sort((a, b) => a.pid - b.pid);
}

// The processes as they were when this file's turn came.
let atTurn = processes();

// The last call in a file: its tests must leave every process of the server as it was; a restarted one had died.
export function mustSurvive(test) {
	test('every process of the server has lived through this file', { skip: atTurn === null && 'SEKIMORI_PID is not known' }, async () => {
		(await get('/healthz')).is(200);
		await until('readiness', async () => (await get('/readyz')).status === 200);
		assert.deepEqual(processes().map((one) => one.pid), atTurn.map((one) => one.pid), 'a process has been replaced');
	});
}

// Guardians of the last city that has any, from the end: kept for tests that lock accounts or change passwords.
// Nobody else signs in as them.
const guardians = accounts.filter((one) => one.role === 'guardian');
export const reserved = guardians.filter((one) => one.customer === guardians.at(-1).customer).slice(-4);

// The last privileged people of their kinds: 12-factors locks them out. Nobody else signs in as them.
const lastOf = (role) => accounts.filter((one) => one.role === role).at(-1);
export const lockedOut = { operatorAdmin: lastOf('operator-admin'), officerAdmin: lastOf('officer-admin'), principal: lastOf('principal') };
