// The server's description of itself is true to form and to its own table of operations.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { exclusive, get, mustSurvive, openapi, operations, request } from './lib.mjs';

await exclusive();
const document = await openapi();
const rows = await operations();

// JSON.parse forgives names given twice; this does not.
function strict(text) {
	let at = 0;
	const space = () => {
		while (' \n\r\t'.includes(text[at]))
			at++;
	};
	const string = () => {
		const start = at++;
		while (text[at] !== '"')
			at += text[at] === '\\' ? 2 : 1;
		at++;
		return JSON.parse(text.slice(start, at));
	};
	const members = (where) => {
		const names = new Set();
		at++;
		for (space(); text[at] !== '}'; space()) {
			const name = string();
			assert.ok(!names.has(name), `${where}: "${name}" is there twice`);
			names.add(name);
			space();
			at++;
			value(`${where}/${name}`);
			space();
			if (text[at] === ',') {
				at++;
				space();
			}
		}
		at++;
	};
	const elements = (where) => {
		at++;
		let index = 0;
		for (space(); text[at] !== ']'; space()) {
			value(`${where}/${index++}`);
			space();
			if (text[at] === ',')
				at++;
		}
		at++;
	};
	const value = (where) => {
		space();
		if (text[at] === '{')
			members(where);
		else if (text[at] === '[')
			elements(where);
		else if (text[at] === '"')
			string();
		else
			while (at < text.length && !',]} \n\r\t'.includes(text[at]))
				at++;
	};
	value('');
	space();
	assert.equal(at, text.length);
}

test('openapi.json is OpenAPI 3.1, public, and has no name twice', async () => {
	const reply = (await get('/openapi.json')).is(200);
	assert.match(reply.headers['content-type'], /^application\/json/);
	strict(reply.text);
	assert.match(document.openapi, /^3\.1\.\d+$/);
	assert.ok(document.info.title && document.info.version);
	assert.ok(Object.keys(document.paths).length > 20);
	const { etag } = reply.headers;
	if (etag)
		assert.equal((await request('GET', '/openapi.json', { headers: { 'if-none-match': etag } })).status, 304);
});

test('every operation says what it takes, what it answers and who may', () => {
	const ids = new Set();
	for (const [where, item] of Object.entries(document.paths)) {
		assert.match(where, /^\/v1(\/([a-z-]+|\{[a-z]+\}))+(\.csv)?$/);
		for (const [method, operation] of Object.entries(item)) {
			const name = `${method} ${where}`;
			assert.ok(['get', 'post', 'put', 'patch', 'delete'].includes(method), name);
			assert.match(operation.operationId, /^[a-z]+(-[a-z]+)*(\.[a-z-]+)+$/, name);
			assert.ok(!ids.has(operation.operationId), `${operation.operationId} is there once`);
			ids.add(operation.operationId);
			assert.ok(operation.summary && operation.description, `${name} is described in both languages`);
			const placed = [...where.matchAll(/\{([a-z]+)\}/g)].map((found) => found[1]).sort();
			assert.deepEqual((operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name).sort(), placed, name);
			for (const parameter of operation.parameters ?? []) {
				assert.ok(['path', 'query'].includes(parameter.in), `${name} ${parameter.name}`);
				assert.ok(parameter.schema.type, `${name} ${parameter.name}`);
				assert.ok(parameter.in === 'query' || parameter.required, `${name} ${parameter.name}`);
			}
			const codes = Object.keys(operation.responses);
			assert.equal(codes.filter((code) => /^2\d\d$/.test(code)).length, 1, name);
			assert.ok(operation.responses.default.content['application/problem+json'], name);
			if (method === 'get')
				assert.equal(operation.requestBody, undefined, name);
			row(operation['x-sekimori'], name);
		}
	}
});

function row(said, name) {
	assert.ok(said, `${name} has a row`);
	assert.match(said.policy, /^[a-z_-]+ [a-z-]+$/, name);
	assert.ok(['read', 'write'].includes(said.kind), name);
	assert.ok(['call', 'job', 'stream'].includes(said.shape), name);
	assert.ok(['plain', 'confirm', 'approve'].includes(said.guard), name);
	assert.equal(typeof said.open, 'boolean', name);
	assert.equal(said.open, said.grants.length === 0, `${name} is open or granted to somebody`);
	assert.ok(['3A', '3B', '3C', '2', '1'].includes(said.grade), name);
	assert.ok(said.requirements.length > 0 && said.requirements.every((id) => /^[KTPSU]-[\d.]+$/.test(id)), name);
	if (said.kind === 'write')
		assert.ok(said.event, `${name} is recorded`);
	if (['3A', '3B'].includes(said.grade))
		assert.ok(said.event && said.purpose.ja && said.purpose.en, `${name} uses personal data: recorded, for a purpose`);
	if (said.guard !== 'plain')
		assert.ok(said.manual, `${name} has a manual`);
	if (said.guard === 'approve')
		assert.ok(said.approver.length > 0 && said.undo, `${name} names who approves and what undoes it`);
}

test('the references lead somewhere', () => {
	const follow = (node, where) => {
		if (node === null || typeof node !== 'object')
			return;
		if (typeof node.$ref === 'string')
			assert.ok(node.$ref.slice(2).split('/').reduce((at, step) => at?.[step], document), `${where}: ${node.$ref}`);
		for (const [name, inner] of Object.entries(node))
			follow(inner, `${where}/${name}`);
	};
	follow(document, '');
	for (const operation of rows)
		if (operation.undo && operation.undo !== 'IRREVERSIBLE')
			assert.ok(rows.some((one) => one.id === operation.undo), `${operation.id} is undone by ${operation.undo}`);
});

test('the program\'s table of operations is the same', () => {
	const table = JSON.parse(execFileSync(process.env.SEKIMORI_BIN, ['ops', '--json'], { encoding: 'utf8', maxBuffer: 1 << 26 })).filter((one) => one.path !== null);
	const key = (one) => `${one.method} ${one.path}`;
	assert.deepEqual(table.map(key).sort(), rows.map(key).sort());
	for (const one of table) {
		const operation = document.paths[one.path][one.method.toLowerCase()];
		assert.equal(one.id, operation.operationId);
		assert.deepEqual(one['x-sekimori'], operation['x-sekimori']);
	}
	const text = execFileSync(process.env.SEKIMORI_BIN, ['ops'], { encoding: 'utf8' });
	for (const one of table)
		assert.ok(text.includes(`${one.id} `), `${one.id} is printed`);
});

test('no path leads to an operation that is not described', async () => {
	for (const where of ['/v1', '/v1/', '/v1/x', '/v2/me', '/v1/me/', '/v1//me', '/V1/me', '/v1/sessions', '/v1/accounts', '/v1/children/', '/openapi.yaml', '/v1/ledger/', '/metrics', '/admin', '/.git/config']) {
		const known = document.paths[where];
		const reply = await get(where);
		if (!known)
			assert.ok([404, 400].includes(reply.status), `${where} → ${reply.status}`);
		else
			assert.ok([401, 405].includes(reply.status), `${where} → ${reply.status}`);
	}
});

mustSurvive(test);
