// A new kind of register, case, announcement, campaign or alert is a description and words, and no line of the program: a copy of catalog/ with
// one more of each, given by --catalog, simply works; what is taken out of it again stays readable; a mistake in it stops the start and is said
// with its place.
//
// Whoever adds a mechanism adds to `additions` what is to be written into the copy, and below a test of its own with the running server.
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { finish, Server, today } from '../fault/server.mjs';

const folder = path.join(mkdtempSync(path.join(tmpdir(), 'sekimori-descriptions-')), 'catalog');
const file = (name) => path.join(folder, name);
const change = (name, from, to) => {
	const text = readFileSync(file(name), 'utf8');
	assert.ok(text.includes(from), `${name} has: ${from}`);
	writeFileSync(file(name), text.replace(from, to));
};

const REGISTER = `  - register: umbrella
    kept: record
    home: customer
    shared: "no"
    see: [staff, principal, officer, officer-admin]
    file: [officer]
    approve: [officer-admin]
    grade: "2"
    valid: 30d
    reminders: [7d, 1d]
    title_field: owner
    fields:
      - {name: owner, ja: "持ち主", en: "Owner", type: text, required: "yes"}
      - {name: colour, ja: "色", en: "Colour", type: choice, required: "yes", choices: [{code: red, ja: "赤", en: "Red"}, {code: blue, ja: "青", en: "Blue"}]}
      - {name: length, ja: "長さ", en: "Length", type: int, min: 30, max: 120}
      - {name: lost, ja: "なくした", en: "Lost", type: bool}
      - {name: story, ja: "いきさつ", en: "Story", type: long}
`;

// What is written into the copy before the server starts.
const additions = [
	() => change('controls.yaml', 'registers:\n  - name: account\n', 'registers:\n  - name: umbrella\n    title:\n      ja: "傘の台帳"\n      en: "Umbrellas"\n    holds: "Owner and colour."\n  - name: account\n'),
	() => appendFileSync(file('registers.yaml'), REGISTER),
];

let server;
const people = {};
const as = async (role) => (people[role] ??= await server.signIn(server.accounts.find((one) => one.role === role && one.customer === 'sapporo')));
const call = async (method, target, role, body) => server.call(method, target, { token: await as(role), body });
const good = async (method, target, role, body) => {
	const reply = await call(method, target, role, body);
	assert.ok(reply.status < 300, `${method} ${target} by ${role}: ${reply.status} ${reply.text}`);
	return reply.json();
};
const again = async () => {
	await server.stop();
	server.log = '';
	await server.run();
	for (const role of Object.keys(people))
		delete people[role];
};
const refused = async () => {
	const { code, log } = await finish(['serve', '--demo', '--dir', server.dir, '--port', String(server.port), '--catalog', folder]);
	assert.notEqual(code, 0);
	return log;
};

before(async () => {
	cpSync(new URL('../../catalog', import.meta.url).pathname, folder, { recursive: true });
	for (const add of additions)
		add();
	server = await Server.start(undefined, { more: ['--catalog', folder], signins: 30 });
}, { timeout: 180_000 });
after(async () => {
	await server?.remove();
	rmSync(path.dirname(folder), { recursive: true, force: true });
});

// ---- registers ----

const umbrellas = async (role) => (await good('GET', '/v1/registers?limit=200', role)).items.find((one) => one.code === 'umbrella');
let register, record;

test('a register that only the file knows is seen, filed in, approved, exported and counted', async () => {
	register = await umbrellas('officer');
	assert.deepEqual(register.title, { ja: '傘の台帳', en: 'Umbrellas' });
	assert.deepEqual(register.may, { file: true, approve: false, confirm: false, see: true });
	assert.deepEqual(register.fields.map((one) => [one.name, one.type, one.required]),
		[['owner', 'text', true], ['colour', 'choice', true], ['length', 'int', false], ['lost', 'bool', false], ['story', 'long', false]]);
	const records = `/v1/registers/${register.id}/records`;
	const flaws = await call('POST', records, 'officer', { fields: { colour: 'green', length: 20 } });
	assert.deepEqual(new Set(flaws.json().errors.map((one) => one.field)), new Set(['fields.owner', 'fields.colour', 'fields.length']));
	assert.equal((await call('POST', records, 'principal', { fields: {} })).status, 403);
	record = await good('POST', records, 'officer', { fields: { owner: 'やまだ', colour: 'red', length: 60, lost: false } });
	assert.equal(record.state, 'waiting');
	const approved = await good('POST', `/v1/records/${record.id}/approve`, 'officer-admin', {});
	assert.equal(approved.state, 'in-force');
	assert.deepEqual(approved.fields, { owner: 'やまだ', colour: 'red', length: 60, lost: false, story: null });
	const last = new Date(`${today()}T00:00:00Z`);
	last.setUTCDate(last.getUTCDate() + 29);
	assert.equal(approved.valid_until, last.toISOString().slice(0, 10), 'thirty days, today among them');
	assert.equal((await umbrellas('principal')).counts.in_force, 1);
	assert.equal(await umbrellas('auditor'), undefined);
	const out = await call('GET', `/v1/registers/${register.id}/export.csv`, 'officer');
	assert.match(out.text, /持ち主,色,長さ,なくした,いきさつ,番号/);
	assert.match(out.text, /やまだ,赤,60,いいえ,,1/);
	const back = await server.call('POST', `/v1/registers/${register.id}/import`, { token: await as('officer'), raw: '持ち主,色\nすずき,青\n' });
	assert.equal(back.status, 200, `the reader knows it, too: ${back.text}`);
});

test('a mistake in a description stops the start, and is said with file, line and column', { timeout: 120_000 }, async () => {
	await server.stop();
	for (const [from, to, words] of [
		['type: bool', 'type: truth', /registers\.yaml:\d+:\d+: "truth" is not among what "type" may be/],
		['title_field: owner', 'title_field: nobody', /registers\.yaml:\d+:\d+: there is no field nobody/],
		['register: umbrella', 'register: parasol', /registers\.yaml:\d+:\d+: controls\.yaml has no register parasol/],
		['file: [officer]\n    approve: [officer-admin]\n    grade: "2"\n    valid: 30d', 'file: [keeper]\n    approve: [officer-admin]\n    grade: "2"\n    valid: 30d', /registers\.yaml:\d+:\d+: "keeper" is no role/],
	]) {
		change('registers.yaml', from, to);
		assert.match(await refused(), words);
		change('registers.yaml', to, from);
	}
	await again();
	assert.equal((await umbrellas('officer')).counts.in_force, 1);
});

test('another word in the file is another right after the next start', { timeout: 120_000 }, async () => {
	change('registers.yaml', 'file: [officer]\n    approve: [officer-admin]\n    grade: "2"\n    valid: 30d', 'file: [principal]\n    approve: [officer-admin]\n    grade: "2"\n    valid: 30d');
	await again();
	assert.equal((await umbrellas('officer')).may.file, false);
	const records = `/v1/registers/${register.id}/records`;
	assert.equal((await call('POST', records, 'officer', { fields: { owner: 'a', colour: 'red' } })).status, 403);
	const mine = await good('POST', records, 'principal', { fields: { owner: '園のもの', colour: 'blue' } });
	assert.ok(mine.facility, 'what a principal files is the facility\'s');
});

test('what the file no longer has is retired: nothing new, and what there was stays', { timeout: 120_000 }, async () => {
	const text = readFileSync(file('registers.yaml'), 'utf8');
	writeFileSync(file('registers.yaml'), text.slice(0, text.indexOf('  - register: umbrella')));
	change('controls.yaml', '  - name: umbrella\n    title:\n      ja: "傘の台帳"\n      en: "Umbrellas"\n    holds: "Owner and colour."\n', '');
	await again();
	assert.equal(await umbrellas('officer'), undefined);
	assert.equal((await call('POST', `/v1/registers/${register.id}/records`, 'principal', { fields: { owner: 'a', colour: 'red' } })).status, 403);
	const kept = await good('GET', `/v1/records/${record.id}`, 'officer');
	assert.equal(kept.fields.owner, 'やまだ');
	assert.equal(kept.may.edit, false);
	assert.equal((await good('GET', `/v1/registers/${register.id}/records`, 'officer')).items.length >= 1, true);
});
