// The annex from a terminal: what `sekimori check` shows is what the server says, and its exit status is what a script needs.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { accounts, exclusive, get, mustSurvive } from './lib.mjs';
import { of, person } from './world.mjs';

const city = accounts[0].customer;
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'sekimori-check-'));
const real = { url: process.env.SEKIMORI_URL, ca: path.join(process.env.SEKIMORI_DIR, 'tls.crt') };
const auditor = of(city, 'auditor')[0];
let session, fake;

function check(where, words, { input = `${auditor.password}\n`, language = 'C', login = auditor.login } = {}) {
	const environment = { ...process.env, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0`, LANG: language, LC_ALL: '' };
	return new Promise((resolve) => {
		const child = execFile(process.env.SEKIMORI_BIN, ['check', '--url', where.url, '--ca', where.ca, '--login', login, ...words], { env: environment, maxBuffer: 1 << 24 },
			(error, stdout, stderr) => resolve({ code: error === null ? 0 : error.code, stdout, stderr }));
		child.stdin.on('error', () => {}); // it may have ended before it read
		child.stdin.end(input);
	});
}

// A server that says what the test wants.
async function standIn() {
	const [key, certificate] = [path.join(work, 'key'), path.join(work, 'crt')];
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
		'-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
	const said = { replies: {}, asked: [] };
	said.server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate) }, (request, response) => {
		request.resume().on('end', () => {
			const line = `${request.method} ${request.url}`;
			said.asked.push(line);
			const reply = said.replies[line];
			const [status, body, headers] = typeof reply === 'function' ? reply() : reply ?? [404, {}];
			const text = typeof body === 'string' ? body : JSON.stringify(body);
			response.writeHead(status, { 'content-length': Buffer.byteLength(text), ...headers });
			response.end(text);
		});
	});
	await new Promise((done) => said.server.listen(0, 'localhost', done));
	said.url = `https://localhost:${said.server.address().port}`;
	said.ca = certificate;
	said.in = () => {
		said.replies = { 'POST /v1/session': [201, {}, { 'set-cookie': '__Host-sid=x.abcdefghijklmnopqrstuvwxyz; Secure' }], 'DELETE /v1/session': [204, ''] };
		said.asked = [];
	};
	said.in();
	return said;
}

before(async () => {
	await exclusive();
	session = await person(auditor);
	fake = await standIn();
});

after(() => {
	fake?.server.closeAllConnections();
	fake?.server.close();
	fs.rmSync(work, { recursive: true, force: true });
});

const worst = (items) => ['failing', 'stale', 'open', 'proven'].find((status) => items.some((one) => one.status === status));
const codes = { proven: 0, failing: 1, stale: 3, open: 4 };

test('GV-14 K-25 T-6 the table has every annex of the contract, in both languages, with the server\'s own figures', async () => {
	for (const [language, name] of [['ja_JP.UTF-8', 'ja'], ['C', 'en'], ['en_US.UTF-8', 'en']]) {
		const said = await check(real, [], { language });
		const now = (await get('/v1/requirements', session)).is(200).json;
		assert.equal(said.code, codes[worst(now.items)], said.stdout + said.stderr);
		for (const annex of now.catalogues) {
			assert.match(said.stdout, new RegExp(`^${annex.id} `, 'm'));
			assert.ok(said.stdout.includes(annex.title[name]), said.stdout);
			const figures = said.stdout.slice(said.stdout.indexOf(annex.title[name]) + annex.title[name].length).trim().split(/\s+/).slice(0, 5).map(Number);
			assert.equal(figures[0], annex.rows);
			assert.equal(figures.slice(1).reduce((sum, one) => sum + one), annex.rows);
		}
		for (const item of now.items.filter((one) => one.status === 'failing'))
			assert.ok(said.stdout.includes(`  ${item.id} `) && said.stdout.includes(item[name]), item.id);
	}
});

test('GV-14 K-25 as JSON it is the reply itself', async () => {
	const said = await check(real, ['--json']);
	const theirs = JSON.parse(said.stdout);
	const now = (await get('/v1/requirements', session)).is(200).json;
	assert.deepEqual(theirs.items.map((one) => one.id), now.items.map((one) => one.id));
	assert.deepEqual(theirs.catalogues.map((one) => one.id), now.catalogues.map((one) => one.id));
	assert.equal(said.code, codes[worst(theirs.items)]);
});

test('GV-14 K-25 one demand is shown with its controls, checks and registers', async () => {
	for (const id of ['K-2', 'K-55']) {
		const now = (await get(`/v1/requirements/${id}`, session)).is(200).json;
		for (const [language, name] of [['ja', 'ja'], ['C', 'en']]) {
			const said = await check(real, ['--requirement', id], { language });
			assert.equal(said.code, codes[now.status], said.stdout + said.stderr);
			assert.ok(said.stdout.startsWith(`${id} `) && said.stdout.includes(now[name]));
			for (const control of now.controls) {
				assert.ok(said.stdout.includes(control.title[name]), control.id);
				for (const one of control.checks)
					assert.ok(said.stdout.includes(one.id), one.id);
			}
		}
		assert.equal(JSON.parse((await check(real, ['--requirement', id, '--json'])).stdout).id, id);
	}
});

test('GV-14 a check is carried out, and its result awaited', async (t) => {
	const now = (await get('/v1/checks', session)).is(200).json.items;
	const [able, waiting] = [now.find((one) => one.runnable), now.find((one) => one.state === 'open')];
	if (waiting !== undefined) {
		const said = await check(real, ['--run', waiting.id]);
		assert.equal(said.code, 4, said.stdout + said.stderr);
		assert.ok(said.stdout.includes(waiting.id) && said.stdout.includes(waiting.waits_for.en));
	}
	if (able === undefined)
		return t.skip('no check has a program');
	const from = new Date().toISOString();
	const said = await check(real, ['--run', able.id, '--json']);
	const result = JSON.parse(said.stdout);
	assert.equal(said.code, { passed: 0, failed: 1, stale: 3 }[result.state] ?? 4, said.stdout);
	assert.ok(Date.parse(result.last_at) >= Date.parse(from) - 1000, 'it was run now');
	return undefined;
});

test('GV-14 who is not let in, or reaches nobody, is told so by the exit status', async () => {
	assert.equal((await check(real, [], { input: 'wrong\n' })).code, 5);
	assert.equal((await check(real, [], { input: '' })).code, 5);
	assert.equal((await check({ ...real, url: 'https://localhost:1' }, [])).code, 5);
	assert.equal((await check({ ...real, ca: fake.ca }, [])).code, 5, 'a certificate of somebody else');
	const guardian = of(city, 'guardian')[0];
	const refused = await check(real, [], { login: guardian.login, input: `${guardian.password}\n` });
	assert.equal(refused.code, 5);
	assert.equal(refused.stdout, '');
	for (const words of [['--requirement', 'K-9999'], ['--requirement', '../session'], ['--run', 'no-such-check'], ['--run', 'a b'], ['--requirement', 'K-1', '--run', 'x']])
		assert.equal((await check(real, words)).code, 2, words.join(' '));
	assert.equal((await check({ ...real, url: 'http://localhost' }, [])).code, 2);
});

test('GV-14 the exit status is that of the worst row, and what is not known proves nothing', async () => {
	const items = (...statuses) => [200, { catalogues: [], items: statuses.map((status, index) => ({ id: `K-${index}`, ja: 'あ', en: 'a', status })) }];
	const cases = [
		[['proven'], 0], [['proven', 'proven'], 0], [['proven', 'open'], 4], [['stale', 'open', 'proven'], 3], [['proven', 'failing', 'stale', 'open'], 1],
		[['wonderful'], 4], [[], 4],
	];
	for (const [statuses, code] of cases) {
		fake.in();
		fake.replies['GET /v1/requirements'] = items(...statuses);
		const said = await check(fake, []);
		assert.equal(said.code, code, `${statuses} ${said.stdout}${said.stderr}`);
		assert.equal(fake.asked.at(-1), 'DELETE /v1/session', 'it signs out');
	}
	for (const reply of [[200, '[]'], [200, 'no JSON'], [200, '{"items":'], [500, {}], [302, {}]]) {
		fake.in();
		fake.replies['GET /v1/requirements'] = reply;
		assert.equal((await check(fake, [])).code, 5, JSON.stringify(reply));
	}
});

test('GV-14 a reply does not steer the terminal', async () => {
	fake.in();
	fake.replies['GET /v1/requirements'] = [200, { catalogues: [{ id: 'K', title: { ja: 'x', en: '\u001b[31mred\u202etxt' }, rows: 1 }], items: [{ id: 'K-1', en: 'a\u0007b\u009b', status: 'failing' }] }];
	const said = await check(fake, []);
	assert.equal(said.code, 1);
	assert.doesNotMatch(said.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('GV-14 the run that somebody else has asked for is awaited too; a result from before is not taken for it', async () => {
	const asked = '2026-11-21T10:00:00.000000+09:00';
	let turn = 0;
	const states = [
		{ asked: true, last_at: '2026-11-21T09:00:00.000000+09:00', state: 'passed' },
		{ asked: false, last_at: '2026-11-21T09:59:59.999999+09:00', state: 'passed' },
		{ asked: false, last_at: '2026-11-21T10:00:01.000000+09:00', state: 'failed' },
	];
	const one = () => [200, { id: 'c', what: 'w', objects: 1, steps: [], ...states[Math.min(turn++, 2)] }];
	for (const run of [[202, { check: 'c', asked_at: asked }], [409, {}]]) {
		fake.in();
		turn = 0;
		fake.replies['GET /v1/checks/c'] = one;
		fake.replies['POST /v1/checks/c/run'] = run;
		const said = await check(fake, ['--run', 'c', '--json']);
		if (run[0] === 202)
			assert.deepEqual([said.code, JSON.parse(said.stdout).state], [1, 'failed']);
		else
			assert.notEqual(JSON.parse(said.stdout).asked, true, 'it waited until it was no longer asked for');
	}
});

test('GV-14 a second factor is asked for when it is needed, and only then', async () => {
	const [replies, bodies] = [[[403, {}], [201, {}, { 'set-cookie': '__Host-sid=x.abcdefghijklmnopqrstuvwxyz; Secure' }]], []];
	fake.in();
	fake.replies['POST /v1/session'] = () => {
		bodies.push(1);
		return replies[Math.min(bodies.length - 1, 1)];
	};
	fake.replies['GET /v1/requirements'] = [200, { catalogues: [], items: [{ id: 'K-1', status: 'proven' }] }];
	assert.equal((await check(fake, [], { input: 'password\n123456\n' })).code, 0);
	assert.equal(bodies.length, 2);
	bodies.length = 0;
	assert.equal((await check(fake, [], { input: 'password\n' })).code, 5, 'without a code it is not tried again');
	assert.equal(bodies.length, 1);
});

mustSurvive(test);
