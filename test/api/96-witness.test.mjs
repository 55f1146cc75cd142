// Somebody who trusts nobody: the city's witness finds whatever a ledger may do to its own past, says where, and never cosigns it.
// The lies are told by a stand-in with entries of the real ledger and a key of its own (standin.mjs): a provider with root can do as much.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { accounts, exclusive, get, mustSurvive, post, request, root, until } from './lib.mjs';
import { Key, StandIn, consistency, leafHash, rootOf, textOf } from './standin.mjs';
import { of, person } from './world.mjs';

const city = accounts[0].customer;
const program = process.env.SEKIMORI_BIN;
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'sekimori-witness-'));
const keyFile = path.join(work, 'key');
const seed = Number(process.env.SEKIMORI_SEED ?? Date.now() % 1_000_000);
const environment = { ...process.env, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0`, LANG: 'C' };
let auditor, admins, real, log, vkey, about;

// xorshift, so that a failure can be repeated with SEKIMORI_SEED
let state = seed >>> 0 || 1;
function upTo(count) {
	state ^= state << 13; state >>>= 0;
	state ^= state >>> 17;
	state ^= state << 5; state >>>= 0;
	return state % count;
}

function witness(words, { input = '' } = {}) {
	return new Promise((resolve) => {
		const child = execFile(program, ['witness', ...words], { env: environment, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
			const lines = stdout.trim().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
			resolve({ code: error === null ? 0 : error.code, signal: error?.signal, stdout, stderr, last: lines.at(-1) });
		});
		child.stdin.end(input);
	});
}

let folders = 0;
const folder = () => path.join(work, `folder-${++folders}`);
const words = (dir, ...more) => ['--vkey', log.key.vkey, '--key', keyFile, '--dir', dir, '--log', log.url, '--ca', log.certificate, '--json', ...more];
const once = (dir, ...more) => witness(words(dir, '--once', ...more));
const withEntries = (dir) => witness(words(dir, '--once', '--entries', '--login', 'auditor@standin'), { input: 'right\n' });
const keptSize = (dir) => Number(fs.readFileSync(path.join(dir, 'checkpoint'), 'utf8').split('\n')[1]);
const lastKept = (dir) => fs.readFileSync(path.join(dir, 'heads'), 'utf8').trimEnd().split(/^\d+\n(?=example)/m).at(-1);

function numberPath(number) {
	const groups = [];
	for (let rest = number; ; rest = Math.floor(rest / 1000)) {
		groups.unshift(String(rest % 1000).padStart(3, '0'));
		if (rest < 1000)
			return groups.map((group, index) => (index < groups.length - 1 ? `x${group}` : group)).join('/');
	}
}

async function realEntries(most) {
	const size = Math.min(most, (await get('/v1/ledger', auditor)).is(200).json.size);
	const list = [];
	for (let number = 0; number * 256 < size; number++) {
		const width = Math.min(256, size - number * 256);
		const { bytes } = (await get(`/v1/ledger/${city}/tile/entries/${numberPath(number)}${width < 256 ? `.p/${width}` : ''}`, auditor)).is(200);
		for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at))
			list.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)));
	}
	return list;
}

before(async () => {
	await exclusive();
	auditor = await person(of(city, 'auditor')[0]);
	admins = await Promise.all(of(city, 'officer-admin').slice(0, 2).map((one) => person(one)));
	about = (await get('/v1/ledger', auditor)).is(200).json;
	real = await realEntries(1200);
	assert.ok(real.length > 700, `the real ledger has ${real.length} entries`);
	log = await StandIn.start(work);
	vkey = (await witness(['--make-key', '--key', keyFile, '--name', 'witness.example/city'])).stdout.trim();
	assert.match(vkey, /^witness\.example\/city\+[0-9a-f]{8}\+B/);
});

after(async () => {
	await log?.stop();
	fs.rmSync(work, { recursive: true, force: true });
});

test('P-3.13 the key is made once, for its owner alone', async () => {
	assert.equal(fs.statSync(keyFile).mode & 0o777, 0o600);
	const text = fs.readFileSync(keyFile);
	assert.equal((await witness(['--make-key', '--key', keyFile, '--name', 'other'])).code, 1, 'a key is never written over');
	assert.ok(fs.readFileSync(keyFile).equals(text));
	assert.equal((await witness(['--make-key', '--key', path.join(work, 'no'), '--name', 'two words'])).code, 1);
	fs.copyFileSync(keyFile, path.join(work, 'open'));
	fs.chmodSync(path.join(work, 'open'), 0o640);
	log.show(real.slice(0, 5));
	const open = ['--vkey', log.key.vkey, '--key', path.join(work, 'open'), '--dir', folder(), '--log', log.url, '--ca', log.certificate, '--once'];
	assert.equal((await witness(open)).code, 2, 'a key that others can read is not used');
	for (const wrong of [[], ['--once'], words(folder()).filter((word) => word !== log.key.vkey), [...words(folder()), '--log', 'http://localhost/v1/ledger/x'], ['--every', '0'], words(folder(), '--once').filter((word, at, list) => word !== '--dir' && list[at - 1] !== '--dir')])
		assert.equal((await witness(wrong)).code, 2, wrong.join(' '));
});

test('P-3.13 K-55 a log that only grows is followed, kept whole and cosigned at every size', async () => {
	const dir = folder();
	const sizes = [1, 2, 3, 255, 256, 257, 511, 512, 513, 700];
	for (const size of sizes) {
		log.show(real.slice(0, size));
		const said = await once(dir);
		assert.deepEqual([said.code, said.last.outcome, said.last.size], [0, 'followed', size], said.stdout + said.stderr);
		const text = textOf(log.key.name, log.hashes);
		const given = log.cosignatures.at(-1);
		assert.ok(given.startsWith(`${text}\n— ${log.key.name} `) && given.includes('\n— witness.example/city '));
		assert.equal(keptSize(dir), size);
	}
	assert.equal((await once(dir)).last.outcome, 'unchanged');
	const heads = fs.readFileSync(path.join(dir, 'heads'), 'utf8');
	assert.equal(heads.split(`— ${log.key.name} `).length - 1, sizes.length, 'every head is kept, once');
	const partials = execFileSync('find', [dir, '-path', '*.p/*'], { encoding: 'utf8' }).trim().split('\n').filter(Boolean);
	assert.deepEqual(partials.map((one) => one.slice(dir.length)).sort(), ['/tile/0/002.p/188', '/tile/1/000.p/2']);
});

// ---- forgeries ----

const stranger = (entry) => Buffer.concat([entry.subarray(0, entry.length - 1), Buffer.from([entry.at(-1) ^ 1])]);
const forgeries = {
	delete: (entries, at) => [entries.toSpliced(at, 1), at],
	edit: (entries, at) => [entries.with(at, stranger(entries[at])), at],
	swap: (entries, at) => {
		const other = (at + 1 + upTo(entries.length - 1)) % entries.length;
		return [entries.with(at, entries[other]).with(other, entries[at]), Math.min(at, other)];
	},
	insert: (entries, at) => [entries.toSpliced(at, 0, stranger(entries[at])), at],
};

// What the witness must say and do, whatever the lie was.
async function isFound(dir, before, index, what) {
	const heads = fs.readFileSync(path.join(dir, 'heads'));
	const given = log.cosignatures.length;
	const said = await once(dir);
	const line = `${what}, seed ${seed}: ${said.stdout}${said.stderr}`;
	assert.deepEqual([said.code, said.last?.outcome], [1, 'forged'], line);
	assert.equal(said.last.index, index, line);
	assert.ok(said.last.ja.length > 10 && said.last.en.includes(String(index)) && said.last.ja.includes(String(index)), line);
	assert.equal(log.cosignatures.length, given, `${line}: nothing was cosigned`);
	assert.ok(fs.readFileSync(path.join(dir, 'heads')).equals(heads), `${line}: what was kept stays`);
	assert.equal(keptSize(dir), before.length, line);
	const forks = fs.readdirSync(path.join(dir, 'forks'));
	assert.deepEqual(forks.map((one) => path.extname(one)).sort(), ['.kept', '.shown', '.txt'], line);
	assert.equal(fs.readFileSync(path.join(dir, 'forks', forks.find((one) => one.endsWith('.shown'))), 'utf8'), log.checkpoint, line);
	assert.ok(fs.readFileSync(path.join(dir, 'forks', forks.find((one) => one.endsWith('.kept'))), 'utf8').startsWith(textOf(log.key.name, before.map(leafHash))), line);
	log.show(before); // it takes the lie back
	const again = await once(dir);
	assert.deepEqual([again.code, again.last.outcome], [1, 'forged'], `${line}: and is not believed again until a person has looked`);
	assert.equal(log.cosignatures.length, given);
}

for (const [name, forge] of Object.entries(forgeries))
	test(`P-3.13 K-55 T-18 the past is rewritten and signed again: ${name}`, async () => {
		for (let turn = 0; turn < 6; turn++) {
			const size = 2 + upTo(640);
			const at = upTo(size);
			const dir = folder();
			const honest = real.slice(0, size);
			log.show(honest);
			assert.equal((await once(dir)).code, 0);
			const [forged, index] = forge(honest, at);
			const more = name === 'delete' && turn % 2 === 0 ? 1 : upTo(300); // the same size, or grown
			log.show([...forged, ...real.slice(size, size + more)]);
			if (log.entries.length < size)
				log.show([...forged, ...real.slice(size, size + 1)]);
			await isFound(dir, honest, index, `${name} ${at} of ${size}, then ${log.entries.length}`);
		}
	});

test('P-3.13 K-55 the log is cut off at its end, or rolled back and grown anew', async () => {
	for (let turn = 0; turn < 6; turn++) {
		const size = 3 + upTo(640);
		const left = 1 + upTo(size - 1);
		const dir = folder();
		const honest = real.slice(0, size);
		log.show(honest);
		assert.equal((await once(dir)).code, 0);
		if (turn % 2 === 0)
			log.show(real.slice(0, left));
		else // as long as before or longer, from another present
			log.show([...real.slice(0, left), ...real.slice(700, 700 + size - left + upTo(20))]);
		await isFound(dir, honest, left, `cut at ${left} of ${size}`);
	}
});

test('P-3.13 K-55 rolled back to a head that differs too', async () => {
	const dir = folder();
	const honest = real.slice(0, 400);
	log.show(honest);
	assert.equal((await once(dir)).code, 0);
	log.show(real.slice(0, 300).with(123, stranger(real[123])));
	await isFound(dir, honest, 123, 'rolled back and edited');
});

test('P-3.13 T-18 an entry is changed behind a head that stays: whoever may read entries finds it', async () => {
	for (const at of [0, 1, 255, 256, upTo(600), 599]) {
		const dir = folder();
		log.show(real.slice(0, 600));
		log.bundled = log.entries.with(at, stranger(log.entries[at]));
		assert.equal((await once(folder())).code, 0, 'hashes alone do not show it');
		const said = await withEntries(dir);
		assert.deepEqual([said.code, said.last.outcome, said.last.index], [1, 'forged', at], said.stdout + said.stderr);
		log.bundled = log.entries;
		assert.equal((await withEntries(dir)).code, 0, 'of a head that was never wrong nothing is held against it');
		log.bundled = log.entries.with(at, log.entries[(at + 1) % 600]);
		const later = await withEntries(dir); // an audit looks at the old ones again
		assert.deepEqual([later.code, later.last.index], [1, at], later.stdout);
	}
});

test('P-3.13 hashes that do not make up the signed head are not accepted, nor hashes that are not given', async () => {
	const dir = folder();
	log.show(real.slice(0, 300));
	log.served = log.hashes.with(280, leafHash(Buffer.from('x')));
	const said = await once(dir);
	assert.deepEqual([said.code, said.last.outcome], [1, 'forged'], said.stdout);
	assert.ok(!fs.existsSync(path.join(dir, 'checkpoint')) && fs.statSync(path.join(dir, 'heads')).size === 0);
	log.served = log.hashes.slice(0, 100);
	const withheld = await once(dir);
	assert.deepEqual([withheld.code, withheld.last.outcome], [5, 'unreached'], withheld.stdout);
	assert.equal(log.cosignatures.filter((one) => one.startsWith(textOf(log.key.name, log.hashes))).length, 0);
	log.show(real.slice(0, 300));
	assert.equal((await once(dir)).code, 0);
});

test('P-3.13 a head signed by somebody else, of another log, or not a head at all', async () => {
	const dir = folder();
	log.show(real.slice(0, 10));
	const honest = log.checkpoint;
	const text = textOf(log.key.name, log.hashes);
	const lies = {
		'another key of the same name': `${text}\n${new Key(log.key.name).line(text)}`,
		'another log': `${textOf('example.com/other', log.hashes)}\n${log.key.line(textOf('example.com/other', log.hashes))}`,
		'no signature': text,
		'a changed size': honest.replace('\n10\n', '\n11\n'),
		nothing: '',
		'garbage': 'x'.repeat(5000),
	};
	for (const [what, note] of Object.entries(lies)) {
		log.checkpoint = note;
		const said = await once(dir);
		assert.equal(said.code, note === '' || note.startsWith('x') || !note.includes('— ') ? said.code : 1, what);
		assert.ok([1, 5].includes(said.code), `${what}: ${said.stdout}`);
		assert.ok(!fs.existsSync(path.join(dir, 'checkpoint')), what);
	}
	log.checkpoint = honest;
	assert.equal((await once(dir)).code, 0, 'what nobody signed is no evidence against anybody');
	const other = words(dir, '--once');
	other[1] = new Key(log.key.name).vkey;
	assert.equal((await witness(other)).code, 6, 'a folder belongs to one log');
	const untrusted = words(folder(), '--once').filter((word, index, list) => word !== '--ca' && list[index - 1] !== '--ca');
	assert.equal((await witness(untrusted)).code, 5, 'a certificate of nobody known');
});

test('P-3.13 what is kept on the city\'s disk is checked too', async () => {
	const dir = folder();
	log.show(real.slice(0, 600));
	assert.equal((await once(dir)).code, 0);
	const tile = path.join(dir, 'tile/1/000.p/2');
	const bytes = fs.readFileSync(tile);
	fs.writeFileSync(tile, bytes.with?.(5, bytes[5] ^ 1) ?? Buffer.from(bytes.map((byte, at) => (at === 5 ? byte ^ 1 : byte))));
	const said = await once(dir);
	assert.deepEqual([said.code, said.last.outcome], [6, 'storage'], said.stdout);
	fs.writeFileSync(tile, bytes);
	assert.equal((await once(dir)).code, 0);
	fs.appendFileSync(path.join(dir, 'heads'), '2000\nexample.com/sta'); // a crash in the middle of a head
	log.show(real.slice(0, 601));
	assert.deepEqual([(await once(dir)).code, keptSize(dir)], [0, 601]);
	fs.appendFileSync(path.join(dir, 'heads'), 'garbage\n');
	assert.equal((await once(dir)).code, 6);
});

// ---- crashes, and two at once ----

function running(list) {
	const child = spawn(program, ['witness', ...list], { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
	child.log = '';
	child.stdout.on('data', (part) => { child.log += part; });
	child.stderr.on('data', (part) => { child.log += part; });
	child.ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
	return child;
}

test('P-3.13 killed between keeping and handing in, it stands by what it kept', async () => {
	for (let turn = 0; turn < 5; turn++) {
		const dir = folder();
		const size = 2 + upTo(500);
		log.show(real.slice(0, size));
		assert.equal((await once(dir)).code, 0);
		const grown = real.slice(0, size + 1 + upTo(200));
		log.show(grown);
		const arrived = new Promise((seen) => { log.hold = { path: '/cosignatures', seen }; });
		const child = running(words(dir, '--every', '1'));
		const body = JSON.parse(await arrived).checkpoint;
		assert.ok(body.startsWith(textOf(log.key.name, log.hashes)));
		assert.ok(fs.readFileSync(path.join(dir, 'heads'), 'utf8').includes(textOf(log.key.name, log.hashes)), 'the head was on the disk before its cosignature left');
		child.kill('SIGKILL');
		await child.ended;
		log.hold = null;
		log.show(grown.with(grown.length - 1, stranger(grown.at(-1)))); // the same size, another end
		await isFound(dir, grown, grown.length - 1, 'after kill -9');
	}
});

test('P-3.13 killed while it fetches, it has accepted nothing and goes on', async () => {
	const dir = folder();
	log.show(real.slice(0, 100));
	assert.equal((await once(dir)).code, 0);
	for (const place of ['/tile/0/001', '/tile/0/002.p/88', '/checkpoint']) {
		log.show(real.slice(0, 600));
		const arrived = new Promise((seen) => { log.hold = { path: place, seen }; });
		const child = running(words(dir, '--every', '1'));
		await arrived;
		child.kill('SIGKILL');
		await child.ended;
		log.hold = null;
		assert.equal(keptSize(dir), 100);
		assert.equal(Number(lastKept(dir).split('\n')[1]), 100);
	}
	const said = await once(dir);
	assert.deepEqual([said.code, keptSize(dir)], [0, 600], said.stdout);
});

test('P-3.13 two witnesses never work in one folder', async () => {
	const dir = folder();
	log.show(real.slice(0, 20));
	const first = running(words(dir, '--every', '3600'));
	await until('the first to have followed', () => first.log.includes('followed'));
	const second = await once(dir);
	assert.equal(second.code, 6);
	assert.match(second.stderr, /another witness/);
	first.kill('SIGTERM');
	await first.ended;
	assert.equal((await once(dir)).code, 0);
});

// ---- C2SP tlog-witness ----

async function freePort() {
	return new Promise((resolve) => {
		const probe = net.createServer().listen(0, '127.0.0.1', () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});
}

function speak(port, method, where, body) {
	return new Promise((resolve, reject) => {
		const asked = http.request({ host: '127.0.0.1', port, method, path: where, timeout: 15_000 }, (response) => {
			const parts = [];
			response.on('data', (part) => parts.push(part));
			response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], text: Buffer.concat(parts).toString() }));
		});
		asked.on('error', reject);
		asked.end(body);
	});
}

const requestOf = (old, from, hashes, note) => `old ${old}\n${consistency(from, hashes).map((hash) => `${hash.toString('base64')}\n`).join('')}\n${note}`;
const signed = (hashes, key = log.key, origin = log.key.name) => `${textOf(origin, hashes)}\n${key.line(textOf(origin, hashes))}`;

test('P-3.13 add-checkpoint: every answer of the protocol, and what it has answered it has kept', async () => {
	const dir = folder();
	const port = await freePort();
	const list = ['--vkey', log.key.vkey, '--key', keyFile, '--dir', dir, '--listen', `127.0.0.1:${port}`, '--json'];
	const hashes = real.map(leafHash);
	const up = () => until('the listener', () => speak(port, 'GET', '/').then(() => true, () => false));
	let child = running(list);
	await up();
	const add = (body) => speak(port, 'POST', '/add-checkpoint', body);
	const monitoring = `/${createHash('sha256').update(log.key.name).digest('hex')}/checkpoint`;

	assert.equal((await speak(port, 'GET', monitoring)).status, 404);
	assert.equal((await speak(port, 'GET', '/add-checkpoint')).status, 405);
	assert.equal((await speak(port, 'POST', monitoring, 'x')).status, 405);
	assert.equal((await speak(port, 'GET', '/other')).status, 404);
	for (const bad of ['', 'old', 'old 0', 'old 0\n', `old 0\n${signed(hashes.slice(0, 5))}`, `old x\n\n${signed(hashes.slice(0, 5))}`, 'old 0\n\nno note', `old 6\n\n${signed(hashes.slice(0, 5))}`])
		assert.equal((await add(bad)).status, 400, JSON.stringify(bad.slice(0, 40)));
	assert.equal((await add(requestOf(0, 0, [], signed(hashes.slice(0, 5), log.key, 'example.com/other')))).status, 404);
	assert.equal((await add(requestOf(0, 0, [], signed(hashes.slice(0, 5), new Key(log.key.name))))).status, 403);
	assert.equal((await add(requestOf(0, 3, hashes.slice(0, 5), signed(hashes.slice(0, 5))))).status, 422, 'a proof from nothing is empty');
	assert.equal((await speak(port, 'GET', monitoring)).status, 404, 'nothing was taken yet');

	for (const [from, to] of [[0, 5], [5, 5], [5, 8], [8, 300], [300, 301]]) {
		const note = signed(hashes.slice(0, to));
		const reply = await add(requestOf(from, from, hashes.slice(0, to), note));
		assert.equal(reply.status, 200, `${from} → ${to}: ${reply.text}`);
		assert.match(reply.text, /^— witness\.example\/city [A-Za-z0-9+/]{102}==\n$/);
		assert.equal((await speak(port, 'GET', monitoring)).text, note + reply.text);
	}
	const late = await add(requestOf(300, 300, hashes.slice(0, 310), signed(hashes.slice(0, 310))));
	assert.deepEqual([late.status, late.type, late.text], [409, 'text/x.tlog.size', '301\n']);
	assert.equal((await add(requestOf(301, 300, hashes.slice(0, 310), signed(hashes.slice(0, 310))))).status, 422, 'a proof of something else');
	assert.ok((await add(`old 0\n\n${'x'.repeat(70_000)}`).catch(() => ({ status: 413 }))).status >= 400);

	// Of several at once that begin at the same size one is first.
	const sizes = [320, 330, 340, 350, 360, 370];
	const replies = await Promise.all(sizes.map((size) => add(requestOf(301, 301, hashes.slice(0, size), signed(hashes.slice(0, size))))));
	assert.deepEqual(replies.map((one) => one.status).sort(), [200, 409, 409, 409, 409, 409]);
	const won = sizes[replies.findIndex((one) => one.status === 200)];

	child.kill('SIGKILL');
	await child.ended;
	child = running(list);
	await up();
	assert.equal((await add(requestOf(0, 0, [], signed(hashes.slice(0, 9))))).text, `${won}\n`, 'after kill -9 it stands where it stood');
	assert.equal((await add(requestOf(won, won, hashes.slice(0, 400), signed(hashes.slice(0, 400))))).status, 200);

	// A head of the same size with another root, signed by the log: kept, refused, and the witness ends.
	const forged = hashes.slice(0, 400).with(7, leafHash(Buffer.from('x')));
	assert.equal((await add(requestOf(400, 400, forged, signed(forged)))).status, 422);
	assert.deepEqual(await child.ended, { code: 1, signal: null });
	assert.ok(fs.readdirSync(path.join(dir, 'forks')).some((one) => one.endsWith('.shown')));
	child = running(list);
	await up();
	assert.equal((await add(requestOf(400, 400, hashes.slice(0, 401), signed(hashes.slice(0, 401))))).status, 503, 'nothing more, until a person has looked');
	child.kill('SIGTERM');
	await child.ended;
});

test('P-3.13 what was shown to it by others and what it fetches itself must be one log', async () => {
	const dir = folder();
	const port = await freePort();
	const hashes = real.map(leafHash);
	const child = running(['--vkey', log.key.vkey, '--key', keyFile, '--dir', dir, '--listen', `127.0.0.1:${port}`]);
	await until('the listener', () => speak(port, 'GET', '/').then(() => true, () => false));
	assert.equal((await speak(port, 'POST', '/add-checkpoint', requestOf(0, 0, [], signed(hashes.slice(0, 90))))).status, 200);
	child.kill('SIGTERM');
	await child.ended;
	log.show(real.slice(0, 120).with(60, stranger(real[60]))); // a view for the witness alone
	const said = await once(dir);
	assert.deepEqual([said.code, said.last.outcome], [1, 'forged'], said.stdout);
	assert.ok(!fs.existsSync(path.join(dir, 'checkpoint')));
});

// ---- the real ledger ----

const ours = (dir, ...more) => ['--vkey', about.verifier_key, '--key', keyFile, '--dir', dir, '--log', new URL(`/v1/ledger/${city}`, process.env.SEKIMORI_URL).href,
	'--ca', path.join(process.env.SEKIMORI_DIR, 'tls.crt'), '--json', ...more];

async function agree(key) {
	const now = (await get('/v1/contract', auditor)).is(200).json;
	const profile = Object.fromEntries(Object.entries({ ...now, witness: key }).filter(([name, value]) => !['id', 'facility', 'version'].includes(name) && value !== null));
	const change = (await request('PUT', '/v1/contract', { as: admins[0], json: profile })).is(202).json.change;
	assert.equal((await post(`/v1/changes/${change.id}/approve`, admins[1])).is(200).json.state, 'applied');
}

const handIn = (checkpoint) => request('POST', `/v1/ledger/${city}/cosignatures`, { json: { checkpoint } });
const sizeNow = async () => (await get('/v1/ledger', auditor)).is(200).json.size;
const slots = () => fs.statSync(path.join(process.env.SEKIMORI_DIR, city, 'core/heads.cosigned')).size;

test('P-3.13 K-55 without a witness in the contract no cosignature is taken', async () => {
	await agree('');
	const note = (await get(`/v1/ledger/${city}/checkpoint`)).is(200).text;
	(await handIn(note + new Key('witness.example/city', 4).cosign(note.slice(0, note.indexOf('\n\n') + 1)))).problem(403, 'denied');
	const told = (await get('/v1/ledger', auditor)).is(200).json;
	assert.deepEqual([told.witness, told.witness_key], [null, null]);
	(await get(`/v1/ledger/${city}/cosigned`)).problem(404, 'not-found');
});

test('P-3.13 K-55 the witness of the contract follows the real ledger, and everybody gets what it cosigned', async () => {
	await agree(vkey);
	assert.equal((await get('/v1/ledger', auditor)).json.witness_key, vkey);
	const dir = folder();
	const said = await witness(ours(dir, '--once'));
	assert.deepEqual([said.code, said.stderr], [0, ''], said.stdout);
	const told = (await get('/v1/ledger', auditor)).is(200).json;
	assert.deepEqual([told.witness.name, told.witness.size], ['witness.example/city', said.last.size]);
	assert.ok(Math.abs(Date.parse(told.witness.at) - Date.now()) < 60_000);
	const cosigned = (await get(`/v1/ledger/${city}/cosigned`)).is(200).text;
	assert.equal(cosigned, fs.readFileSync(path.join(dir, 'cosigned'), 'utf8'));
	const served = await until('a quiet moment', async () => {
		const again = await witness(ours(dir, '--once'));
		assert.equal(again.code, 0, again.stdout);
		const { text } = (await get(`/v1/ledger/${city}/checkpoint`)).is(200);
		return text.includes('— witness.example/city ') && text;
	});
	assert.match(served, new RegExp(`^${about.origin}\n\\d+\n[A-Za-z0-9+/]{43}=\n\n— ${about.origin} \\S+\n— witness\\.example/city \\S+\n$`), 'the checkpoint carries the line when it fits');
});

test('P-3.13 foreign, old, changed, early and unsigned ones are refused, and nothing grows', async () => {
	const good = (await get(`/v1/ledger/${city}/cosigned`)).is(200).text;
	const text = good.slice(0, good.indexOf('\n\n') + 1);
	const [, own, mine] = /\n\n(— .*\n)(— .*\n)$/.exec(good);
	await handIn(`${text}\n${own}${new Key('witness.example/city', 4).cosign(text)}`);
	const before = { size: await sizeNow(), slots: slots(), told: (await get('/v1/ledger', auditor)).json.witness };
	const refusals = [
		[`${text}\n${own}${new Key('witness.example/city', 4).cosign(text)}`, 403], // a stranger of the same name
		[`${text}\n${own}`, 403],
		[`${text}\n${mine}`, 400],                                                  // the ledger itself has not signed
		[`${text}\n${own}${mine}`, 409],                                            // once more
		[`${text.replace(/\n\d+\n/, '\n1\n')}\n${own}${mine}`, 403],
		['x', 400], [`${text}${own}`, 400], ['', 400], ['x'.repeat(3001), 400],
	];
	for (let turn = 0; turn < 5; turn++)
		for (const [note, status] of refusals)
			assert.equal((await handIn(note)).status, status, note.slice(-200));
	(await request('POST', '/v1/ledger/nowhere/cosignatures', { json: { checkpoint: good } })).problem(404, 'not-found');
	assert.equal(await sizeNow() - before.size, 0, 'no event, whoever it was');
	assert.equal(slots(), before.slots);
	assert.deepEqual((await get('/v1/ledger', auditor)).json.witness, before.told);
	assert.equal((await get(`/v1/ledger/${city}/cosigned`)).text, good);
	for (let turn = 0; turn < 3; turn++)
		assert.equal((await witness(ours(folder(), '--once'))).code, 0);
	assert.equal(slots(), 8192, 'two slots, however many were taken');
});

test('P-3.13 K-55 a witness that the contract does not name any more says nothing here', async () => {
	const other = path.join(work, 'other-key');
	const otherKey = (await witness(['--make-key', '--key', other, '--name', 'witness.example/other'])).stdout.trim();
	await agree(otherKey);
	const told = (await get('/v1/ledger', auditor)).is(200).json;
	assert.deepEqual([told.witness, told.witness_key], [null, otherKey]);
	(await get(`/v1/ledger/${city}/cosigned`)).problem(404, 'not-found');
	assert.doesNotMatch((await get(`/v1/ledger/${city}/checkpoint`)).text, /witness\.example/);
	const said = await witness(ours(folder(), '--once'));
	assert.equal(said.code, 0);
	assert.match(said.stderr, /did not take/);
	await agree(vkey);
});

// ---- taken away, and checked with the tools of others ----

const goTool = (() => {
	try {
		execFileSync('go', ['version'], { stdio: 'ignore' });
		return fs.existsSync('/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog');
	} catch {
		return false;
	}
})();
const goEnvironment = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '', GOCACHE: path.join(os.tmpdir(), 'sekimori-go-cache') };
const verifyGo = path.join(work, 'verify-go');

function go(dir, key) {
	try {
		return { code: 0, text: execFileSync(verifyGo, [dir, key], { encoding: 'utf8' }) };
	} catch (trouble) {
		return { code: trouble.status, text: trouble.stdout };
	}
}

function verify(dir, ...more) {
	try {
		return { code: 0, ...JSON.parse(execFileSync(program, ['ledger', 'verify', dir, '--json', ...more], { encoding: 'utf8', env: environment })) };
	} catch (trouble) {
		return { code: trouble.status, ...JSON.parse(trouble.stdout) };
	}
}

// The shell steps of the README, as somebody would copy them.
function byHand(dir, readme, number) {
	const steps = /```sh\n(N=[\s\S]*?)```/.exec(fs.readFileSync(path.join(dir, readme), 'utf8'))[1];
	return execFileSync('sh', ['-c', steps], { cwd: dir, encoding: 'utf8', env: { ...process.env, N: String(number) } });
}

let taken;

test('P-3.13 K-55 the whole ledger, as the page takes it away, is a folder that says how to check it', async () => {
	taken = folder();
	const plan = (await get(`/v1/ledger/${city}/export`, auditor)).is(200).json;
	const put = (name, content) => {
		fs.mkdirSync(path.dirname(path.join(taken, name)), { recursive: true });
		fs.writeFileSync(path.join(taken, name), content);
	};
	for (const file of plan.files)
		put(file.name, file.text);
	const tile = async (level, number, width) => {
		const name = `tile/${level}/${numberPath(number)}${width < 256 ? `.p/${width}` : ''}`;
		put(name, (await get(`/v1/ledger/${city}/${name}`, auditor)).is(200).bytes);
	};
	for (const { level, full, partial } of plan.levels)
		for (const kind of level === 0 ? [0, 'entries'] : [level]) {
			for (let number = 0; number < full; number++)
				await tile(kind, number, 256);
			if (partial > 0)
				await tile(kind, full, partial);
		}
	let heads = Buffer.alloc(0);
	for (let part = null; part === null || part.length > 0; heads = Buffer.concat([heads, part]))
		part = heads.length > 100_000 ? Buffer.alloc(0) : (await get(`/v1/ledger/${city}/heads?from=${heads.length}`, auditor)).is(200).bytes;
	put('heads', heads);
	const report = verify(taken);
	assert.deepEqual([report.code, report.genuine, report.entries], [0, true, plan.size], JSON.stringify(report));
	assert.ok(report.heads > 3, 'the heads from before belong to it too');
	assert.equal(verify(taken, '--vkey', about.verifier_key).genuine, true);
	assert.equal(verify(taken, '--vkey', new Key(about.origin).vkey).genuine, false, 'the key decides, not the folder');
	for (const readme of ['README.ja.md', 'README.en.md'])
		for (const number of [0, 1, 255, 256, plan.size - 1]) {
			const said = byHand(taken, readme, number);
			assert.match(said, /the entry has its hash\n/, `${readme}, entry ${number}: ${said}`);
			assert.match(said, /Signature Verified Successfully/);
		}
	const readme = fs.readFileSync(path.join(taken, 'README.ja.md'), 'utf8');
	assert.ok(readme.includes(about.verifier_key) && readme.includes(about.origin) && !/@[A-Z]+@/.test(readme));
	assert.equal(fs.readFileSync(path.join(taken, 'verify.go'), 'utf8'), fs.readFileSync(path.join(root, 'test/go/verify.go'), 'utf8'));
	(await get(`/v1/ledger/${city}/export`)).problem(401, 'unauthenticated');
});

test('P-3.13 K-55 Go\'s own packages accept the genuine ledger, the witness\'s line under it, and refuse every forgery', { skip: !goTool }, () => {
	execFileSync('go', ['build', '-o', verifyGo, path.join(taken, 'verify.go')], { env: goEnvironment });
	const good = go(taken, about.verifier_key);
	assert.deepEqual([good.code, good.text.startsWith(`genuine: ${about.origin}, `)], [0, true], good.text);
	const checkpoint = fs.readFileSync(path.join(taken, 'checkpoint'), 'utf8');
	const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
	fs.writeFileSync(path.join(taken, 'checkpoint'), `${checkpoint}${new Key('witness.example/third', 4).cosign(text)}`);
	assert.equal(go(taken, about.verifier_key).code, 0, 'one more line under the head disturbs nobody');
	fs.writeFileSync(path.join(taken, 'checkpoint'), checkpoint);
	assert.equal(go(taken, new Key(about.origin).vkey).code, 1);
	const size = Number(text.split('\n')[1]);
	const bundle = path.join(taken, 'tile/entries/000');
	const tile = path.join(taken, 'tile/0/000');
	const [entries, hashes] = [fs.readFileSync(bundle), fs.readFileSync(tile)];
	const flip = (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.from([bytes[at] ^ 1]), bytes.subarray(at + 1)]);
	const forgedFiles = {
		'an entry': [bundle, flip(entries, 40)], 'a hash': [tile, flip(hashes, 40)], 'a cut bundle': [bundle, entries.subarray(0, -1)],
		'one byte more': [bundle, Buffer.concat([entries, Buffer.from([0])])],
		'a size': [path.join(taken, 'checkpoint'), checkpoint.replace(`\n${size}\n`, `\n${size - 1}\n`)],
		'a signature': [path.join(taken, 'checkpoint'), checkpoint.replace(/.(?==\n$)/, (one) => (one === 'A' ? 'E' : 'A'))],
	};
	for (const [what, [file, bytes]] of Object.entries(forgedFiles)) {
		const old = fs.readFileSync(file);
		fs.writeFileSync(file, bytes);
		const theirs = go(taken, about.verifier_key);
		assert.deepEqual([theirs.code, theirs.text.startsWith('NOT GENUINE')], [1, true], `${what}: ${theirs.text}`);
		assert.equal(verify(taken).genuine, false, what);
		fs.writeFileSync(file, old);
	}
	assert.equal(go(taken, about.verifier_key).code, 0);
});

test('P-3.13 K-55 a witness that may read entries keeps the same folder, and an entry of it is checked by hand', async () => {
	const dir = folder();
	const one = of(city, 'auditor')[0];
	const said = await witness(ours(dir, '--once', '--entries', '--login', `${one.login}`), { input: `${one.password}\n` });
	assert.equal(said.code, 0, said.stdout + said.stderr);
	const report = verify(dir, '--vkey', about.verifier_key);
	assert.deepEqual([report.genuine, report.entries], [true, said.last.size], JSON.stringify(report));
	if (goTool)
		assert.equal(go(dir, about.verifier_key).code, 0);
	assert.match(byHand(dir, 'README.en.md', said.last.size - 1), /the entry has its hash\n/);
	const wrong = await witness(ours(folder(), '--once', '--entries', '--login', one.login), { input: 'wrong\n' });
	assert.equal(wrong.code, 5);
});

mustSurvive(test);
