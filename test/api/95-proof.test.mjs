// How the annex is kept is read by those who answer for it, down to what was tried and to the event of it; nobody else reads it, and a status
// is never better than the worst of what it rests on.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { before, test } from 'node:test';

import { accounts, get, mustSurvive, post, root, until } from './lib.mjs';
import { verifyProof } from './tlogproof.mjs';
import { of, person } from './world.mjs';

const yaml = createRequire(path.join(root, 'web/package.json'))('js-yaml');
const load = (name) => yaml.load(fs.readFileSync(path.join(root, 'catalog', name), 'utf8'));
const controls = load('controls.yaml').controls;
const annexes = fs.readdirSync(path.join(root, 'catalog')).filter((name) => /^requirements-.*\.yaml$/.test(name)).sort().map(load);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+09:00$/;
const WORST_FIRST = ['failing', 'stale', 'open', 'proven'];
const city = accounts[0].customer;
const people = {};

before(async () => {
	for (const role of ['guardian', 'staff', 'principal', 'officer', 'officer-admin', 'auditor'])
		people[role] = await person(of(city, role)[0]);
	people.operator = await person(of('provider', 'operator')[0]);
	people['operator-admin'] = await person(of('provider', 'operator-admin')[0]);
});

mustSurvive(test);

const READS = ['/v1/requirements', '/v1/requirements/K-1', '/v1/controls', '/v1/checks', '/v1/checks/lockout-after-failures', '/v1/requirement-trend'];

test('K-25 T-6 whoever answers for the service reads how the annex is kept', async () => {
	for (const role of ['officer', 'officer-admin', 'auditor', 'operator', 'operator-admin', 'principal'])
		for (const target of READS)
			assert.equal((await get(target, people[role])).status, 200, `${role} ${target}`);
});

test('K-25 guardians, teachers and strangers do not', async () => {
	for (const target of READS) {
		for (const role of ['guardian', 'staff'])
			assert.equal((await get(target, people[role])).status, 403, `${role} ${target}`);
		assert.equal((await get(target)).status, 401, target);
	}
	for (const role of ['guardian', 'staff', 'principal'])
		assert.equal((await post('/v1/checks/lockout-after-failures/run', people[role])).status, 403, role);
	assert.equal((await post('/v1/checks/lockout-after-failures/run')).status, 401);
});

function worst(statuses) {
	return WORST_FIRST[Math.min(...statuses.map((status) => WORST_FIRST.indexOf(status)))];
}

const ofCheck = (state) => ({ passed: 'proven', failed: 'failing', stale: 'stale' })[state] ?? 'open';
const ofRegister = (state) => ({ held: 'proven', expired: 'stale' })[state] ?? 'open';

test('K-25 S-09 every row of the annexes that apply is there, and is what its parts are', async () => {
	const { json } = await get('/v1/requirements?all=yes', people.auditor);
	const states = new Map((await get('/v1/controls', people.auditor)).json.items.map((one) => [one.id, one]));

	assert.match(json.at, TIME);
	assert.deepEqual(json.items.map((one) => one.id), annexes.flatMap((one) => one.requirements.map((row) => row.id)));
	assert.deepEqual([...states.keys()], controls.map((one) => one.id));
	for (const control of states.values()) {
		const parts = [...control.checks.map((one) => ofCheck(one.state)), ...control.registers.map((one) => ofRegister(one.state))];
		assert.ok(parts.length > 0, control.id);
		assert.equal(control.status, worst(parts), control.id);
	}
	for (const row of json.items) {
		assert.equal(row.status, worst(row.controls.map((id) => states.get(id).status)), row.id);
		assert.ok(row.ja && row.en && row.group.ja && row.group.en && row.ref, row.id);
		assert.equal(row.checks.total, row.controls.reduce((sum, id) => sum + states.get(id).checks.length, 0), row.id);
		const { total, passed, failed, stale, unable, open } = row.checks;
		assert.equal(total, passed + failed + stale + unable + open, row.id);
	}
	for (const annex of json.catalogues) {
		const rows = json.items.filter((one) => one.catalogue === annex.id);
		assert.equal(annex.rows, rows.length);
		for (const status of WORST_FIRST)
			assert.equal(annex[status], rows.filter((one) => one.status === status).length, `${annex.id} ${status}`);
	}
});

test('K-25 only what the contract names is listed, unless more is asked for', async () => {
	const { json } = await get('/v1/requirements', people.officer);
	const named = json.catalogues.filter((one) => one.applies).map((one) => one.id);

	assert.ok(named.length > 0);
	assert.deepEqual([...new Set(json.items.map((one) => one.catalogue))].sort(), named.sort());
	for (const row of (await get(`/v1/requirements?catalogue=${named[0]}&status=open`, people.officer)).json.items)
		assert.ok(row.catalogue === named[0] && row.status === 'open', row.id);
	assert.equal((await get('/v1/requirements?catalogue=ZZ', people.officer)).json.items.length, 0);
	assert.equal((await get('/v1/requirements?status=splendid', people.officer)).status, 400);
	assert.equal((await get('/v1/requirements/K-1000', people.officer)).status, 404);
	assert.equal((await get('/v1/checks/no-such-check', people.officer)).status, 404);
});

test('K-25 T-6 a row says what is demanded, how it is met, what was tried, and why it stands as it does', async () => {
	for (const id of ['K-1', 'K-27', 'P-1.1', 'S-09', 'T-6', 'U-34']) {
		const { json } = await get(`/v1/requirements/${id}`, people.auditor);
		const asked = annexes.flatMap((one) => one.requirements).find((one) => one.id === id);

		assert.deepEqual([json.ja, json.en, json.shown, json.duty], [asked.ja, asked.en, asked.shown, asked.duty]);
		assert.deepEqual(json.controls.map((one) => one.id), asked.controls);
		assert.equal(json.why.length === 0, json.status === 'proven', id);
		for (const why of json.why) {
			assert.ok(why.ja && why.en, id);
			assert.equal(why.kind === 'check' ? ofCheck(why.state) : ofRegister(why.state), json.status, id);
		}
		for (const control of json.controls) {
			assert.ok(control.title.ja && control.statement.en, control.id);
			for (const check of control.checks) {
				assert.equal(check.what, controls.find((one) => one.id === control.id).checks.find((one) => one.id === check.id).what);
				assert.equal(check.waits_for === null, check.state !== 'open', check.id);
				assert.equal(check.runnable, check.state !== 'open', check.id);
			}
			for (const register of control.registers)
				assert.equal(register.waits_for === null, register.state !== 'open', register.name);
		}
		assert.ok(json.history.length >= 1, id);
		for (const turn of json.history)
			assert.ok(TIME.test(turn.at) && WORST_FIRST.includes(turn.status) && turn.why.ja && turn.why.en, id);
	}
});

test('K-25 what the program itself is leads the list of checks; the list is whole', async () => {
	const { json } = await get('/v1/checks', people.officer);
	const ids = json.items.map((one) => one.id);

	assert.deepEqual([...ids].sort(), controls.flatMap((one) => one.checks.map((check) => check.id)).sort());
	assert.equal(ids[0], 'clock-offset-within');
	const first = json.items.findIndex((one) => !one.lead);
	assert.ok(first > 5 && json.items.slice(first).every((one) => !one.lead));
	for (const one of json.items.filter((check) => check.state === 'open'))
		assert.ok(one.waits_for.ja && one.waits_for.en, one.id);
	for (const one of (await get('/v1/checks?group=LG&state=open', people.officer)).json.items)
		assert.ok(one.control.startsWith('LG-') && one.state === 'open', one.id);
});

test('K-25 S-21 the counts of each day are kept', async () => {
	const { items } = (await get('/v1/requirement-trend?days=2', people.auditor)).json;

	assert.deepEqual([...new Set(items.map((one) => one.catalogue))].sort(), annexes.map((one) => one.catalogue.id).sort());
	for (const one of items) {
		const rows = annexes.find((annex) => annex.catalogue.id === one.catalogue).requirements.length;
		assert.equal(one.proven + one.failing + one.stale + one.open, rows, one.catalogue);
		assert.match(one.at, TIME);
	}
	assert.equal((await get('/v1/requirement-trend?days=0', people.auditor)).status, 400);
});

// The files of a package, found from its end.
function unzip(bytes) {
	const end = bytes.length - 22;
	const files = new Map();
	assert.equal(bytes.readUInt32LE(end), 0x06054b50);
	for (let at = bytes.readUInt32LE(end + 16), count = bytes.readUInt16LE(end + 10); count > 0; count--) {
		const [packed, nameLength, local] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt32LE(at + 42)];
		const from = local + 30 + nameLength;
		files.set(bytes.toString('utf8', at + 46, at + 46 + nameLength), inflateRawSync(bytes.subarray(from, from + packed)).toString('utf8'));
		at += 46 + nameLength;
	}
	return files;
}

const rowsOf = (sheet) => [...sheet.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map((row) =>
	[...row[1].matchAll(/<c [^>]*t="inlineStr"[^>]*><is><t[^>]*>(.*?)<\/t><\/is><\/c>/gs)].map((cell) => cell[1]));

test('K-25 S-09 S-21 the annex as a workbook: each row with its status, every cell a text', async () => {
	const words = { proven: '実証済み', failing: '不適合', stale: '期限切れ', open: '未実証' };
	const live = (await get('/v1/requirements?catalogue=K', people.auditor)).json.items;
	const reply = await get('/v1/requirement-sheet?catalogue=K', people.auditor, { headers: { 'accept-language': 'ja' } });

	assert.equal(reply.status, 200);
	assert.match(reply.headers['content-type'], /spreadsheetml\.sheet$/);
	assert.match(reply.headers['content-disposition'], /^attachment; filename="requirements\.xlsx"$/);
	const files = unzip(reply.bytes);
	const rows = rowsOf(files.get('xl/worksheets/sheet2.xml')).slice(2);
	assert.deepEqual(rows.map((row) => [row[0], row[5]]), live.map((one) => [one.id, words[one.status]]));
	for (const [name, text] of files)
		if (name.startsWith('xl/worksheets/'))
			assert.ok(!/<f[ >]|<v>/.test(text), name);
	assert.equal((await get('/v1/requirement-sheet?catalogue=ZZ', people.auditor)).status, 404);
	assert.equal((await get('/v1/requirement-sheet', people.guardian)).status, 403);
	assert.equal((await get('/v1/requirement-sheet')).status, 401);
});

test('K-25 a check whose subject does not exist yet cannot be asked for, and says what it waits for', async () => {
	const open = (await get('/v1/checks?state=open', people.auditor)).json.items[0];

	assert.ok(open, 'every subject exists');
	const reply = await post(`/v1/checks/${open.id}/run`, people.auditor);
	assert.equal(reply.status, 409);
	assert.match(reply.json.type, /\/conflict$/);
	assert.equal((await post('/v1/checks/no-such-check/run', people.auditor)).status, 404);
});

test('K-25 T-6 K-27 the auditor has a check carried out now; its result, what was tried and its event are there', async (t) => {
	const runnable = (await get('/v1/checks', people.auditor)).json.items.filter((one) => one.runnable);
	const chosen = runnable.find((one) => one.id === 'guardian-other-child-refused') ?? runnable.find((one) => one.every_s >= 3600);

	if (!chosen)
		return t.skip('no check can be carried out yet');
	const asked = await until('it may be asked for', async () => {
		const reply = await post(`/v1/checks/${chosen.id}/run`, people.auditor);
		return reply.status === 202 && reply;
	}, 30_000);
	assert.equal(asked.json.check, chosen.id);
	assert.match(asked.json.asked_at, TIME);
	const done = await until('its result', async () => {
		const { json } = await get(`/v1/checks/${chosen.id}`, people.auditor);
		return json.last_at >= asked.json.asked_at && json;
	}, 60_000);
	assert.ok(['passed', 'failed', 'unable'].includes(done.state), done.state);
	assert.equal(done.asked, false);
	assert.ok(done.steps.length > 0);
	for (const step of done.steps)
		assert.ok(step.ja && step.en && typeof step.ok === 'boolean' && step.count > 0);
	assert.equal(done.turns[0].last_event, done.event);
	assert.equal(done.turns[0].until, null);
	const event = (await get(`/v1/events?cursor=${done.event + 1}&limit=1`, people.auditor)).json.items[0];
	assert.equal(event.index, done.event);
	assert.equal(event.operation, 'check.record');
	assert.match(event.rule, new RegExp(`^${chosen.id} ${done.state === 'stale' ? 'passed' : done.state} \\d+$`));
});

test('K-25 T-6 the proof of a demand can be taken away and checked with tools that are not ours', async (t) => {
	const ran = (await get('/v1/checks', people.auditor)).json.items.find((one) => one.event !== null);

	if (!ran)
		return t.skip('no check has run yet');
	const id = (await get('/v1/controls', people.auditor)).json.items.find((one) => one.id === ran.control).requirements[0];
	const reply = await get(`/v1/requirements/${id}/package`, people.auditor);
	assert.equal(reply.status, 200);
	assert.match(reply.headers['content-disposition'], /^attachment; filename="proof\.json"$/);
	const taken = JSON.parse(reply.bytes);
	assert.equal(taken.requirement.id, id);
	assert.deepEqual(taken.turns.map((one) => one.check).sort(), taken.requirement.controls.flatMap((one) => one.checks.map((check) => check.id)).sort());
	assert.equal(taken.verifier_key, (await get('/v1/ledger', people.auditor)).json.verifier_key);
	assert.ok(taken.entries.length > 0);
	for (const { index, entry, hashes } of taken.entries) {
		const text = ['c2sp.org/tlog-proof@v1', `extra ${entry}`, `index ${index}`, ...hashes, '', taken.checkpoint].join('\n');
		const proven = verifyProof(text, taken.verifier_key);
		assert.equal(proven.index, index);
		assert.ok(Buffer.from(entry, 'base64').includes('check.record'), `${index} is the record of a check`);
	}
	const named = new Set(taken.entries.map((one) => one.index));
	const last = taken.turns.flatMap((one) => one.turns.slice(0, 1)).map((turn) => turn.last_event).sort((a, b) => b - a)[0];
	assert.ok(named.has(last), 'the newest result is among them');
	for (const role of ['guardian', 'staff', 'principal'])
		assert.equal((await get(`/v1/requirements/${id}/package`, people[role])).status, 403, role);
	assert.equal((await get('/v1/requirements/K-1000/package', people.auditor)).status, 404);
});
