// What people entrusted is nowhere to be read: not in a file of the data directory, not in the server's log, not in the memory of the
// process that talks to strangers once its connections are closed. Looked for as UTF-8, UTF-16, base64, hex and percent-encoded.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';

import { accounts, all, codes, dayAfter, each, exclusive, get, hangUp, lockedOut, none, post, processes, request, signIn, until, url } from './lib.mjs';
import { unBase32 } from '../factor.mjs';
import { of, person } from './world.mjs';

const directory = process.env.SEKIMORI_DIR;
const mark = randomBytes(6).toString('hex');
const MARKED = {
	reason: `ひみつの理由 ${mark}`, login: `secret-login-${mark}`, password: `Secret-Password-${mark}!`, query: `secret-query-${mark}`, member: `secret-member-${mark}`,
	agent: `Secret-Agent/${mark}`,
};

// ---- looking for many things at once ----

function spellings(word) {
	const raw = Buffer.isBuffer(word) ? word : Buffer.from(word, 'utf8');
	const found = [raw, Buffer.from(raw.toString('hex')), Buffer.from(raw.toString('hex').toUpperCase())];
	for (let shift = 0; shift < 3; shift++) {
		// The characters that depend on this text alone, whatever stands before and after it.
		const text = Buffer.concat([Buffer.alloc(shift), raw]).toString('base64').replace(/=+$/, '');
		const sure = text.slice(shift === 0 ? 0 : shift + 1, text.length - ((raw.length + shift) % 3 === 0 ? 0 : 1));
		found.push(Buffer.from(sure), Buffer.from(sure.replaceAll('+', '-').replaceAll('/', '_')));
	}
	if (!Buffer.isBuffer(word)) {
		const wide = Buffer.from(word, 'utf16le');
		found.push(wide, Buffer.from(wide).swap16(), Buffer.from(encodeURIComponent(word)));
		found.push(Buffer.from([...word].map((one) => (one.codePointAt(0) < 128 ? one : JSON.stringify(one).slice(1, -1))).join('')));
		found.push(Buffer.from([...word].map((one) => (one.codePointAt(0) < 128 ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)).join('')));
	}
	return found.filter((one) => one.length >= 6);
}

class Finder {
	constructor(words) {
		this.starts = new Map(); // first four bytes → [[bytes, word]]
		this.maybe = new Uint8Array(1 << 16); // first two bytes
		for (const [word, name] of words)
			for (const bytes of spellings(word)) {
				const start = bytes.readUInt32BE(0);
				const list = this.starts.get(start) ?? [];
				if (!list.some(([known]) => known.equals(bytes)))
					list.push([bytes, name]);
				this.starts.set(start, list);
				this.maybe[start >>> 16] = 1;
			}
	}

	in(data) {
		const found = new Set();
		for (let at = 0; at + 6 <= data.length; at++) {
			if (this.maybe[(data[at] << 8) | data[at + 1]] === 0)
				continue;
			for (const [bytes, name] of this.starts.get(data.readUInt32BE(at)) ?? [])
				if (data.length - at >= bytes.length && data.compare(bytes, 0, bytes.length, at, at + bytes.length) === 0)
					found.add(name);
		}
		return [...found];
	}
}

function* filesBelow(folder) {
	for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
		const where = path.join(folder, entry.name);
		if (entry.isDirectory())
			yield* filesBelow(where);
		else if (entry.isFile())
			yield where;
	}
}

// ---- what must not be found ----

const words = new Map();
function secret(word, name) {
	if (typeof word === 'string' && Buffer.byteLength(word) >= 6)
		words.set(word, name);
}

async function collect() {
	for (const account of accounts) {
		secret(account.password, `the password of ${account.login}`);
		secret(account.login, `the login ${account.login}`);
		if (!account.totp_secret)
			continue;
		secret(account.totp_secret, `the second factor of ${account.login}`);
		words.set(unBase32(account.totp_secret), `the second factor of ${account.login}, raw`);
		for (const code of codes.known(account)) {
			secret(code, `a recovery code of ${account.login}`);
			words.set(unBase32(code.replaceAll('-', '')), `a recovery code of ${account.login}, raw`);
		}
	}
	for (const account of accounts.filter((one) => one.role === 'principal' && one !== lockedOut.principal)) {
		const principal = await person(account);
		secret(principal.token.split('.')[1], 'a session token');
		words.set(Buffer.from(principal.token.split('.')[1], 'base64url'), 'a session token, raw');
		const children = await all('/v1/children', principal);
		for (const child of children)
			for (const [name, value] of Object.entries(child))
				// Names of places and states are nobody's; the dates are too short to be looked for.
				if (!['id', 'facility', 'facility_name', 'class', 'class_name', 'state', 'birth_date', 'entry_date', 'leaving_date'].includes(name))
					secret(value, `a child's ${name}`);
		await each(children.slice(0, 25), 6, async (child) => {
			for (const link of await all(`/v1/children/${child.id}/guardians`, principal))
				for (const name of ['name', 'telephone', 'mail', 'address'])
					secret(link[name], `a guardian's ${name}`);
		});
		secret((await get('/v1/me', principal)).json.name, 'a principal\'s name');
	}
	for (const account of accounts.filter((one) => one.role === 'guardian').slice(0, 2))
		secret((await get('/v1/me', await signIn(account))).json.name, 'a guardian\'s name');
	for (const [name, value] of Object.entries(MARKED))
		if (name !== 'agent')
			secret(value, `the marked ${name}`);
}

// Requests of every kind whose traces would be the ones that stay.
async function stir() {
	const guardian = await person(of(accounts[0].customer, 'guardian')[0]);
	const child = (await all('/v1/children', guardian))[0];
	for (let day = 40; ; day++) {
		assert.ok(day < 60, 'there is a day left to report');
		const reply = await post(`/v1/children/${child.id}/absences`, guardian, { date: dayAfter(day), kind: 'early', reason: MARKED.reason }, {
			headers: { 'idempotency-key': `key-${mark}`, 'user-agent': MARKED.agent },
		});
		if (reply.status === 201)
			break;
		reply.is(409);
	}
	await request('POST', '/v1/session', { json: { login: MARKED.login, password: MARKED.password } });
	await request('POST', '/v1/session', { json: { login: MARKED.login, password: MARKED.password, [MARKED.member]: MARKED.reason } });
	await request('POST', '/v1/session', { body: `{"login":"${MARKED.login}","password":"${MARKED.password}"` });
	await get(`/v1/children/${child.id}?${MARKED.query}=${MARKED.query}`, guardian);
	await get(`/v1/${MARKED.query}`, guardian);
	await get(`/v1/me`, { token: `${accounts[0].customer}.${MARKED.query}` });
	await post(`/v1/children/${child.id}/absences`, guardian, { date: 'x', kind: MARKED.reason, reason: MARKED.reason });
	await get(`/v1/facilities/${guardian.facility}/board`, guardian);
}

before(async () => {
	await exclusive();
	await collect();
	await stir();
});

test('the search finds what is there to be found', () => {
	const text = 'はなこ さとう';
	const finder = new Finder([[text, 'it']]);
	for (const shift of ['', 'x', 'xy']) {
		assert.deepEqual(finder.in(Buffer.from(`${shift}${text}z`)), ['it']);
		assert.deepEqual(finder.in(Buffer.from(Buffer.from(`${shift}${text}zz`).toString('base64'))), ['it']);
	}
	assert.deepEqual(finder.in(Buffer.from(`--${text}`, 'utf16le')), ['it']);
	assert.deepEqual(finder.in(Buffer.from(encodeURIComponent(text))), ['it']);
	assert.deepEqual(finder.in(Buffer.from('はなこ すずき')), []);
});

test('S-49 K-6 T-17 nothing personal is in any file of the data directory', async (t) => {
	const finder = new Finder(words);
	const facility = (await all('/v1/facilities', await signIn(of(accounts[0].customer, 'officer')[0])))[0];
	const control = new Finder([[facility.name, 'the public name of a facility']]);
	const findings = [];
	let files = 0, bytes = 0, read = false;
	for (const file of filesBelow(directory)) {
		const data = fs.readFileSync(file);
		files++;
		bytes += data.length;
		read ||= control.in(data).length > 0;
		for (const name of finder.in(data))
			findings.push(`${path.relative(directory, file)}: ${name}`);
	}
	t.diagnostic(`${words.size} words in ${files} files, ${bytes} bytes`);
	assert.ok(words.size > 200, 'there is something to look for');
	assert.ok(read, 'what is public is found: the files are really read');
	none(findings);
});

function logFiles() {
	const found = new Set();
	for (const pid of [Number(process.env.SEKIMORI_PID ?? 0), ...(processes() ?? []).map((one) => one.pid)])
		for (const fd of [1, 2])
			try {
				const file = fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
				if (fs.statSync(file).isFile())
					found.add(file);
			} catch {
				// Somebody else's process, or no file: nothing to read.
			}
	return [...found];
}

test('S-49 T-17 nothing personal is in the log', { skip: logFiles().length === 0 && 'the log is no file' }, () => {
	const finder = new Finder(words);
	for (const file of logFiles()) {
		// What the demo tells whoever started it, on its standard output, is no log: who can sign in, with passwords.
		const lines = fs.readFileSync(file, 'utf8').split('\n').filter((line) => !/^ {2}\S+@\S+ +\S+ +[a-z-]+ *([A-Z2-7]{52})?$/.test(line));
		none(finder.in(Buffer.from(lines.join('\n'))).map((name) => `${file}: ${name}`));
	}
});

// ---- the memory of the edge ----

// Inodes of sockets by state: 0A listens, 01 is connected. The port is the server's.
function sockets(state) {
	const port = Number(url.port).toString(16).toUpperCase().padStart(4, '0');
	return ['tcp', 'tcp6'].flatMap((kind) => {
		try {
			return fs.readFileSync(`/proc/net/${kind}`, 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/));
		} catch {
			return [];
		}
	}).filter((row) => row[1]?.endsWith(`:${port}`) && row[3] === state).map((row) => row[9]);
}

function edges() {
	const listening = new Set(sockets('0A').map((inode) => `socket:[${inode}]`));
	return (processes() ?? []).filter(({ pid }) => {
		try {
			return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => listening.has(fs.readlinkSync(`/proc/${pid}/fd/${fd}`)));
		} catch {
			return false;
		}
	});
}

function readable() {
	if (process.getuid?.() !== 0)
		return 'only root reads other processes';
	const [edge] = edges();
	if (!edge)
		return 'the edge is not known';
	try {
		fs.closeSync(fs.openSync(`/proc/${edge.pid}/mem`, 'r'));
		return false;
	} catch {
		return 'the kernel does not let root read other processes here';
	}
}

// Regions that a sanitizer only reserves are larger than any that holds data.
const REGION_MAX = 1 << 30;

function* memoryOf(pid) {
	const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
	for (const line of fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
		const found = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
		if (!found)
			continue;
		const [start, end] = [parseInt(found[1], 16), parseInt(found[2], 16)];
		if (end - start > REGION_MAX)
			continue;
		const data = Buffer.alloc(end - start);
		let got = 0;
		try {
			got = fs.readSync(memory, data, 0, data.length, start);
		} catch {
			continue;
		}
		yield [line, data.subarray(0, got)];
	}
	fs.closeSync(memory);
}

// A sanitizer keeps the frames of functions that have returned, and what stood in them for a moment: words of the request line and
// tokens. It is known by the address space that it reserves.
function sanitized() {
	return edges().some(({ pid }) => fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').some((line) => {
		const [start, end] = line.split(' ')[0].split('-').map((one) => parseInt(one, 16));
		return end - start > 2 ** 40;
	}));
}

test('S-49 S-50 nothing personal stays in the memory of the edge after its connections are closed', { skip: readable() }, async () => {
	hangUp();
	await until('the end of all connections', () => sockets('01').length === 0);
	const finder = new Finder(words);
	const findings = new Map();
	let read = false;
	for (const { pid } of edges())
		for (const [region, data] of memoryOf(pid)) {
			read ||= data.includes('x-sekimori');
			for (const name of finder.in(data))
				findings.set(name, region);
		}
	assert.ok(read, 'what the edge serves to everybody is found: its memory is really read');
	if (sanitized())
		for (const name of ['the marked query', 'the marked member', 'a session token', 'a session token, raw'])
			findings.delete(name);
	none([...findings].map(([name, region]) => `${name}: ${region}`));
});
