// Whoever changes what is stored behind the server's back is found: a copy of a compartment is damaged in one place after the other,
// and `sekimori ledger verify` names the place.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { accounts, all, dayAfter, exclusive, get, mustSurvive, post, until } from './lib.mjs';
import { of, person } from './world.mjs';

const run = promisify(execFile);
const program = process.env.SEKIMORI_BIN;
const city = accounts[0].customer;
const live = path.join(process.env.SEKIMORI_DIR, city);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'sekimori-tamper-'));
after(() => fs.rmSync(work, { recursive: true, force: true }));

let count = 0;
let original;
let earlier;

function copy(from) {
	const to = path.join(work, `${++count}`);
	fs.cpSync(from, to, { recursive: true, preserveTimestamps: true });
	return to;
}

const database = (folder) => path.join(folder, 'core/data.db');

function sql(folder, text) {
	return execFileSync('sqlite3', ['-bail', '-cmd', '.timeout 5000', database(folder)], { input: text, encoding: 'utf8' }).trim();
}

async function verify(folder) {
	let said;
	try {
		said = { code: 0, ...(await run(program, ['ledger', 'verify', '--dir', folder, '--json'])) };
	} catch (trouble) {
		said = { code: trouble.code, stdout: trouble.stdout, stderr: trouble.stderr };
	}
	const line = said.stdout.trim();
	assert.ok(line.startsWith('{'), `ledger verify says something: ${said.code} ${said.stderr}`);
	return { code: said.code, ...JSON.parse(line) };
}

// A copy of the running compartment that holds together: taken again if a commit fell into it.
async function take() {
	return until('a whole copy', async () => {
		const folder = copy(live);
		const report = await verify(folder);
		if (report.genuine)
			return folder;
		fs.rmSync(folder, { recursive: true });
		return false;
	}, 30_000);
}

async function isFound(folder, about) {
	const report = await verify(folder);
	assert.notEqual(report.code, 0, `${about}: ledger verify ends with an error`);
	assert.equal(report.genuine, false, about);
	fs.rmSync(folder, { recursive: true });
	return report;
}

// A value as SQL quotes it, with one bit changed: of numbers a high one, so that none becomes the number of another row.
function flipped(quoted) {
	const blob = /^X'([0-9A-F]*)'$/.exec(quoted);
	if (blob) {
		const bytes = Buffer.from(blob[1], 'hex');
		bytes[bytes.length >> 1] ^= 1;
		return `X'${bytes.toString('hex')}'`;
	}
	return quoted.startsWith("'") ? `${quoted.slice(0, -2)}${quoted.at(-2) === 'x' ? 'y' : 'x'}'` : String(BigInt(quoted) ^ (1n << 40n));
}

before(async () => {
	await exclusive();
	const principal = await person(of(city, 'principal')[0]);
	const guardian = await person(of(city, 'guardian')[0]);
	const child = (await all('/v1/children', guardian))[0];
	await post(`/v1/children/${child.id}/absences`, guardian, { date: dayAfter(12), kind: 'absence', reason: '発熱のため' });
	earlier = await take();
	// A row with a past: the guardianship of this guardian is blocked and unblocked.
	const link = (await all(`/v1/children/${child.id}/guardians`, principal)).find((one) => one.account === guardian.account);
	const where = `/v1/children/${child.id}/guardians/${link.id}`;
	const { confirm } = (await post(`${where}/block`, principal)).is(428).json;
	(await post(`${where}/block`, principal, {}, { headers: { confirm: confirm.token } })).is(200);
	(await post(`${where}/unblock`, principal)).is(200);
	(await get(`/v1/children/${child.id}`, guardian)).is(200);
	original = await take();
});

// Tables of rows that the ledger's events vouch for.
const tables = () => sql(original, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%digest%' ORDER BY name").split('\n');
const columns = (table) => sql(original, `SELECT name || ' ' || type FROM pragma_table_info('${table}')`).split('\n').map((line) => line.split(' '));

test('P-3.13 the copy as it is agrees with its ledger', async () => {
	const report = await verify(original);
	assert.equal(report.code, 0);
	assert.equal(report.first_bad, null);
	assert.equal(report.bad_rows, 0);
	assert.ok(report.entries > 100 && report.rows > 100 && report.heads > 0, JSON.stringify(report));
});

test('K-55 S-49 a flipped bit in any column of any table is found', async (t) => {
	const folder = copy(original);
	const skipped = [];
	let damaged = 0;
	for (const table of tables()) {
		const touched = [];
		for (const [column] of columns(table)) {
			if (column === 'id')
				continue;
			const row = sql(original, `SELECT hex(id) || ' ' || quote("${column}") FROM "${table}" WHERE "${column}" IS NOT NULL AND length("${column}") > 0
				AND hex(id) NOT IN (${touched.map((id) => `'${id}'`).join(', ')}) ORDER BY id LIMIT 1`);
			if (row === '') {
				skipped.push(`${table}.${column}`);
				continue;
			}
			const [id, value] = [row.slice(0, 32), row.slice(33)];
			sql(folder, `UPDATE "${table}" SET "${column}" = ${flipped(value)} WHERE id = x'${id}'`);
			touched.push(id);
			damaged++;
		}
	}
	t.diagnostic(`${damaged} rows damaged; no row left for ${skipped.join(', ')}`);
	assert.ok(damaged > 40, `${damaged} rows were damaged`);
	const report = await isFound(folder, 'damaged rows');
	assert.equal(report.bad_rows, damaged, report.first_bad_row);
});

const idOf = (table, offset = 0) => sql(original, `SELECT hex(id) FROM "${table}" ORDER BY id LIMIT 1 OFFSET ${offset}`);

function textOf(hex) {
	const digits = '0123456789abcdefghjkmnpqrstvwxyz';
	const bits = BigInt(`0x${hex}`).toString(2).padStart(130, '0');
	return bits.match(/.{5}/g).map((five) => digits[parseInt(five, 2)]).join('');
}

const cases = [
	['S-49 a sealed value moved to another row', () => {
		const [a, b] = [idOf('child'), idOf('child', 1)];
		return [textOf(b), `UPDATE child SET sealed_3a = (SELECT sealed_3a FROM child WHERE id = x'${a}') WHERE id = x'${b}'`];
	}],
	['S-49 a sealed value moved to another column', () => {
		const a = idOf('child');
		return [textOf(a), `UPDATE child SET sealed_3a = sealed_3b WHERE id = x'${a}'`];
	}],
	['S-49 a whole row under another row\'s id', () => {
		const [a, b] = [idOf('child'), idOf('child', 1)];
		const list = columns('child').map(([name]) => name).filter((name) => name !== 'id').map((name) => `"${name}"`).join(', ');
		return [textOf(b), `UPDATE child SET (${list}) = (SELECT ${list} FROM child WHERE id = x'${a}') WHERE id = x'${b}'`];
	}],
	['K-26 a child moved to another facility', () => {
		const a = idOf('child');
		return [textOf(a), `UPDATE child SET facility = (SELECT id FROM facility WHERE id <> child.facility LIMIT 1) WHERE id = x'${a}'`];
	}],
	['K-27 a guardianship that was never made', () => {
		const list = columns('guardianship').map(([name]) => name).filter((name) => !['id', 'child'].includes(name)).map((name) => `"${name}"`).join(', ');
		return ['guardianship', `INSERT INTO guardianship (id, child, ${list}) SELECT randomblob(16), (SELECT id FROM child WHERE id <> guardianship.child LIMIT 1), ${list} FROM guardianship LIMIT 1`];
	}],
	['K-55 a row deleted', () => {
		const a = idOf('absence');
		return [textOf(a), `DELETE FROM absence WHERE id = x'${a}'`];
	}],
	['S-49 an old row put back', () => {
		const list = columns('guardianship').map(([name]) => `"${name}"`).join(', ');
		const hex = sql(original, `ATTACH '${database(earlier)}' AS old; SELECT hex(g.id) FROM guardianship AS g JOIN old.guardianship AS o ON o.id = g.id WHERE o.version < g.version LIMIT 1`);
		return [textOf(hex), `ATTACH '${database(earlier)}' AS old; UPDATE guardianship SET (${list}) = (SELECT ${list} FROM old.guardianship AS o WHERE o.id = guardianship.id) WHERE id = x'${hex}'`];
	}],
	['S-49 an old row put back with its present version', () => {
		const list = columns('guardianship').map(([name]) => name).filter((name) => name !== 'version').map((name) => `"${name}"`).join(', ');
		const hex = sql(original, `ATTACH '${database(earlier)}' AS old; SELECT hex(g.id) FROM guardianship AS g JOIN old.guardianship AS o ON o.id = g.id WHERE o.version < g.version LIMIT 1`);
		return [textOf(hex), `ATTACH '${database(earlier)}' AS old; UPDATE guardianship SET (${list}) = (SELECT ${list} FROM old.guardianship AS o WHERE o.id = guardianship.id) WHERE id = x'${hex}'`];
	}],
	['T-24 a lock lifted by hand', () => {
		const a = idOf('credential');
		return [textOf(a), `UPDATE credential SET failures = failures + 7 WHERE id = x'${a}'`];
	}],
];
for (const [name, damage] of cases)
	test(`${name} is found and named`, async () => {
		const folder = copy(original);
		const [wanted, statement] = damage();
		assert.equal(Number(sql(folder, `${statement}; SELECT changes();`).split('\n').at(-1)), 1, 'one row is damaged');
		const report = await isFound(folder, name);
		assert.equal(report.bad_rows, 1);
		assert.ok(report.first_bad_row.includes(wanted), `"${report.first_bad_row}" names ${wanted}`);
	});

// ---- the ledger ----

const UNTRIGGERED = ['ledger_blob_update', 'ledger_blob_delete', 'ledger_tile_update', 'ledger_tile_delete'].map((one) => `DROP TRIGGER IF EXISTS ${one};`).join(' ');
const blobs = () => sql(original, 'SELECT first, count, length(entries) FROM ledger_blob ORDER BY first').split('\n').map((line) => line.split('|').map(Number));

// In the last full tile, whose hashes are stored: what lies behind it is vouched for by signed heads alone.
function full(fits = () => true) {
	const list = blobs();
	const end = list.at(-1)[0] + list.at(-1)[1];
	const index = list.findIndex(([first, entries, ...rest], at) => first >= end - (end % 256) - 256 && fits([first, entries, ...rest], list[at + 1]));
	return [list[index], list[index + 1]];
}

// Where the newest signed head ends.
function signed() {
	const sizes = fs.readFileSync(path.join(original, 'core/heads'), 'utf8').matchAll(/^demo\/\S+\n(\d+)\n/gm);
	return Math.max(...[...sizes].map((found) => Number(found[1])));
}

test('K-55 P-3.13 an edited entry is named by its index', async () => {
	const [[first, entries, length]] = full();
	const folder = copy(original);
	sql(folder, `${UNTRIGGERED} UPDATE ledger_blob SET entries = CAST(substr(entries, 1, ${length - 1}) || (CASE WHEN substr(entries, ${length}) = x'00' THEN x'01' ELSE x'00' END) AS BLOB) WHERE first = ${first}`);
	assert.equal((await isFound(folder, 'an edited entry')).first_bad, first + entries - 1);
});

test('K-55 P-3.13 an edited entry that only a signed head covers is found, not before the last head that agrees', async () => {
	const list = blobs();
	const end = list.at(-1)[0] + list.at(-1)[1];
	const blob = list.find(([first, entries]) => first >= end - (end % 256) && first + entries <= signed());
	if (!blob)
		return;
	const [first, entries, length] = blob;
	const folder = copy(original);
	sql(folder, `${UNTRIGGERED} UPDATE ledger_blob SET entries = CAST(substr(entries, 1, ${length - 1}) || (CASE WHEN substr(entries, ${length}) = x'00' THEN x'01' ELSE x'00' END) AS BLOB) WHERE first = ${first}`);
	const report = await isFound(folder, 'an edited entry');
	assert.ok(report.first_bad !== null && report.first_bad <= first + entries - 1, JSON.stringify(report));
});

test('K-55 P-3.13 a deleted entry is named by its index', async () => {
	const [[first]] = full();
	const folder = copy(original);
	sql(folder, `${UNTRIGGERED} DELETE FROM ledger_blob WHERE first = ${first}`);
	assert.equal((await isFound(folder, 'a deleted entry')).first_bad, first);
});

test('K-55 P-3.13 two entries that have changed places are named by the first', async () => {
	const list = blobs();
	const at = list.findIndex(([, entries], index) => entries === list[index + 1]?.[1] && list[index + 1][0] + entries <= signed());
	const [a, b] = [list[at], list[at + 1]];
	const folder = copy(original);
	sql(folder, `${UNTRIGGERED} CREATE TEMP TABLE t AS SELECT first, last_us, entries FROM ledger_blob WHERE first IN (${a[0]}, ${b[0]});
		UPDATE ledger_blob SET (last_us, entries) = (SELECT last_us, entries FROM t WHERE t.first = ${b[0]}) WHERE first = ${a[0]};
		UPDATE ledger_blob SET (last_us, entries) = (SELECT last_us, entries FROM t WHERE t.first = ${a[0]}) WHERE first = ${b[0]};`);
	const bad = (await isFound(folder, 'swapped entries')).first_bad;
	assert.ok(bad >= a[0] && bad <= b[0], `${bad} is in ${a[0]}..${b[0]}`);
});

test('K-55 P-3.13 a ledger cut off at its end is found by its signed heads', async () => {
	const from = blobs().findLast(([first]) => first < signed())[0];
	const folder = copy(original);
	sql(folder, `${UNTRIGGERED} DELETE FROM ledger_blob WHERE first >= ${from}`);
	const report = await isFound(folder, 'a truncated ledger');
	assert.ok(report.first_bad !== null && report.first_bad <= from, JSON.stringify(report));
});

test('K-55 a forged tile is found', async () => {
	const tile = sql(original, 'SELECT level || \' \' || number FROM ledger_tile LIMIT 1');
	if (tile === '')
		return;
	const [level, number] = tile.split(' ');
	const folder = copy(original);
	sql(folder, `${UNTRIGGERED} UPDATE ledger_tile SET hashes = CAST(substr(hashes, 1, 8191) || (CASE WHEN substr(hashes, 8192) = x'00' THEN x'01' ELSE x'00' END) AS BLOB) WHERE level = ${level} AND number = ${number}`);
	const report = await isFound(folder, 'a forged tile');
	assert.equal(report.first_bad, (Number(number) * 256 + 255) * 256 ** Number(level));
});

test('K-55 a forged head is found', async () => {
	const folder = copy(original);
	const file = path.join(folder, 'core/heads');
	const text = fs.readFileSync(file, 'utf8');
	const at = text.indexOf('\n\n— ');
	const root = text.lastIndexOf('\n', at - 1) + 1;
	fs.writeFileSync(file, text.slice(0, root) + (text[root] === 'A' ? 'B' : 'A') + text.slice(root + 1));
	await isFound(folder, 'a head with another root');
	const signed = copy(original);
	const end = text.indexOf('\n', at + 2);
	fs.writeFileSync(path.join(signed, 'core/heads'), text.slice(0, end - 10) + (text[end - 10] === 'A' ? 'B' : 'A') + text.slice(end - 9));
	await isFound(signed, 'a head with a broken signature');
});

mustSurvive(test);
