// Goal: what is issued is a document of its own: numbered, dated, the same for the same content, never changed, seen by whoever sees what it came from.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';

import { all, dayAfter, exclusive, get, mustSurvive, post, request, strangeId } from './lib.mjs';
import { cast } from './cast.mjs';

let who, admins, officer, operator, register, record;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const japanese = { headers: { 'accept-language': 'ja' } };
const issue = (kind, object, as) => post('/v1/documents', as, { kind, object }, japanese);
const content = async (id, as) => (await get(`/v1/documents/${id}/content`, as, japanese)).is(200);
const review = (more = {}) => ({
	unit: 'ぶんしょ園', round: '2026年度後期', accounts: 12, kept: 10, changed: 1, deleted: 1, reviewer: 'しけん', reviewed: dayAfter(0), ...more,
});

before(async () => {
	await exclusive();
	who = await cast();
	admins = who.overseers.admins;
	officer = who.overseers.officer;
	operator = who.operators.operator;
	register = (await all('/v1/registers', officer)).find((one) => one.code === 'access-review');
	record = (await post(`/v1/registers/${register.id}/records`, officer, { fields: review() })).is(201).json;
});
mustSurvive(test);

// What other people's tools make of it.
function tool(name, words, bytes) {
	if (!existsSync(`/usr/bin/${name}`)) return null;
	const dir = mkdtempSync(path.join(tmpdir(), 'sekimori-document-'));
	try {
		writeFileSync(path.join(dir, 'file'), bytes);
		return execFileSync(name, words, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
	} finally {
		rmSync(dir, { recursive: true });
	}
}

test('K-26 K-27 a record as a document: what stands in it, its digest, its name', async () => {
	const document = (await issue('record', record.id, officer)).is(201).json;
	assert.equal(document.kind, 'record');
	assert.equal(document.object, record.id);
	assert.equal(document.edition, 1);
	assert.ok(document.number > 0 && document.size > 1000 && document.issued_at && document.issuer_name);
	const reply = await content(document.id, officer);
	assert.equal(reply.bytes.length, document.size);
	assert.equal(sha256(reply.bytes), document.digest);
	assert.equal(reply.headers['content-type'], 'application/pdf');
	assert.match(reply.headers['content-disposition'], /^attachment; filename="[^"]*\.pdf"; filename\*=UTF-8''%/);
	assert.match(reply.headers['content-security-policy'], /\bsandbox\b/);
	const text = tool('pdftotext', ['-layout', 'file', '-'], reply.bytes);
	if (text === null) return;
	for (const word of ['ぶんしょ園', '目次', '概要', '内容', '版の履歴', '承認待ち', '印', `文書番号${document.number}`])
		assert.ok(text.includes(word), `${word} stands in it`);
	assert.match(text, /1 ?\/ ?\d/);
	const fonts = tool('pdffonts', ['file'], reply.bytes).trim().split('\n').slice(2);
	assert.ok(fonts.length > 0 && fonts.every((line) => /\byes +yes +yes\b/.test(line)), 'every font is embedded');
	if (existsSync('/usr/bin/qpdf'))
		assert.match(tool('qpdf', ['--check', 'file'], reply.bytes), /No syntax or stream encoding errors found/);
});

test('K-27 the same content is the same document; a change is its next edition, and the one before stays as it was', async () => {
	const first = (await issue('record', record.id, officer)).is(200).json;
	const bytes = (await content(first.id, officer)).bytes;
	const again = (await issue('record', record.id, admins[0])).is(200).json;
	assert.equal(again.id, first.id, 'nothing has changed');
	(await post(`/v1/records/${record.id}/approve`, admins[0])).is(200);
	const next = (await issue('record', record.id, officer)).is(201).json;
	assert.deepEqual([next.number, next.edition], [first.number, first.edition + 1]);
	assert.notEqual(next.digest, first.digest);
	assert.ok((await content(first.id, officer)).bytes.equals(bytes));
	const mine = (await all('/v1/documents', officer)).filter((one) => one.object === record.id);
	assert.deepEqual(mine.map((one) => one.edition).sort(), [1, 2]);
	for (const method of ['PUT', 'DELETE', 'PATCH'])
		(await request(method, `/v1/documents/${first.id}`, { as: officer, json: {} })).problem(405, 'method-not-allowed');
});

test('K-26 a whole register as a workbook', async () => {
	const document = (await issue('register', register.id, officer)).is(201, 200).json;
	const reply = await content(document.id, officer);
	assert.equal(reply.headers['content-type'], 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
	assert.equal(sha256(reply.bytes), document.digest);
	assert.equal(reply.bytes.subarray(0, 2).toString(), 'PK');
	const sheet = tool('unzip', ['-p', 'file', 'xl/worksheets/sheet*.xml'], reply.bytes);
	if (sheet !== null)
		assert.ok(sheet.includes('ぶんしょ園'));
	// What the city issued holds every facility's records: those of one facility do not see it.
	(await get(`/v1/documents/${document.id}`, who.principal ?? who.own)).problem(404, 'not-found');
});

test('AC-2 K-26 nobody issues from, or sees, what they do not see', async () => {
	const document = (await issue('record', record.id, officer)).is(200, 201).json;
	for (const stranger of [who.own, who.far.admin, operator]) {
		(await issue('record', record.id, stranger)).problem(404, 'not-found');
		(await get(`/v1/documents/${document.id}`, stranger)).problem(404, 'not-found');
		(await get(`/v1/documents/${document.id}/content`, stranger)).problem(404, 'not-found');
		assert.equal((await all('/v1/documents', stranger)).some((one) => one.id === document.id), false);
	}
	(await issue('record', strangeId(), officer)).problem(404, 'not-found');
	(await issue('case', record.id, officer)).problem(404, 'not-found');
	(await issue('poem', record.id, officer)).problem(400, 'invalid-input');
});
