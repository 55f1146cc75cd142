// Whatever is wrong with an input is said of that input, and nothing else happens: every operation × every field × everything that
// can be wrong with it, by somebody who may call the operation. Bytes are sent as they are where JSON could not carry them.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { dayAfter, each, exclusive, get, mustSurvive, none, operations, raw, rawStatus, request, target, url } from './lib.mjs';
import { bodyOf, cast, sample, things, tidyUp, valid } from './cast.mjs';
import { expected } from './policy.mjs';
import { view } from './world.mjs';

await exclusive();
const rows = await operations();
const who = await cast();
const facts = await things(who);
facts.ledger = [{ kind: 'ledger', id: who.cityA, city: who.cityA }];
after(() => tidyUp(who));

const LARGE = 10 * 1024 * 1024;
const candidates = [who.own, who.teacher, who.principal, who.overseers.officer, who.overseers.admins[0], who.overseers.admins[1], who.overseers.auditor];

const watched = [
	[who.principal, '/v1/children?limit=200'], [who.principal, `/v1/children/${who.child.id}/absences`],
	[who.principal, `/v1/children/${who.child.id}/guardians`], [who.principal, `/v1/facilities/${who.here}/classes`],
	[who.principal, `/v1/facilities/${who.here}/board?date=${dayAfter(20)}`], [who.overseers.admins[0], '/v1/facilities?limit=200'],
	[who.overseers.admins[0], '/v1/changes'], [who.overseers.admins[0], `/v1/imports/${facts.import[0].id}`], [who.own, '/v1/me/operations'],
];

// "/v1/case-kinds/{kind}/cases" takes the description of a case.
const ofKind = (operation, fact) => fact.kind !== 'description' || operation.path.includes(`/${fact.described.kind}-kinds/`) || operation.path.includes(`/${fact.described.kind}s/`) ||
	operation.path.includes(`/${fact.described.kind}-rules/`);

// Ids of the first things, and somebody who may.
function stage(operation) {
	for (let which = 0; which < 8; which++) { // where nobody may do it with the first of the things, one of the next
		const given = { log: who.cityA };
		const list = [];
		for (const input of operation.inputs)
			if (input.refers || input.name === 'log') {
				const kind = input.refers ?? 'ledger';
				const suited = facts[kind].filter((one) => ofKind(operation, one));
				const fact = suited[which] ?? suited[0] ?? facts[kind][0];
				given[input.name] = input.required || input.in === 'path' ? fact.id : undefined;
				if (given[input.name] !== undefined)
					list.push({ name: input.name, in: input.in, fact });
			}
		if (operation.open)
			return { given };
		const actor = list.every((one) => one.fact.kind !== null) && candidates.find((one) => expected(operation, one, list).includes('enter'));
		if (actor)
			return { given, actor };
	}
	return assert.fail(`nobody may ${operation.id}`);
}

// ---- what can be wrong with a value in JSON ----

const text = (value) => Buffer.from(JSON.stringify(value));
const quoted = (...bytes) => Buffer.concat([Buffer.from('"'), ...bytes.map((one) => Buffer.from(one)), Buffer.from('"')]);
const nested = (depth) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));

function wrongValues(input) {
	const { schema, type } = input;
	const cases = [
		['an array', text([]), ['type']],
		['nested 65 deep', nested(65), ['type']],
		['2^63', Buffer.from('9223372036854775808'), type === 'integer' ? ['too-large'] : ['type']],
		['-2^63-1', Buffer.from('-9223372036854775809'), type === 'integer' ? ['too-small'] : ['type']],
		['bytes that are no UTF-8', quoted('a', [0xff, 0xfe]), null],
		['an overlong form', quoted([0xc0, 0xaf]), null],
		['a surrogate in UTF-8', quoted([0xed, 0xa0, 0x80]), null],
		['a cut-off character', quoted([0xe3, 0x81]), null],
		['a high surrogate alone', Buffer.from('"\\ud83d"'), null],
		['a low surrogate first', Buffer.from('"\\ude00\\ud83d"'), null],
		['a raw control character', quoted('a', [0x01]), null],
		['NUL, escaped', Buffer.from('"a\\u0000b"'), null],
		['a bell, escaped', Buffer.from('"a\\u0007"'), null],
		['DEL', quoted('a', [0x7f]), null],
	];
	if (type === 'object')
		cases.push(['an object in it', text({ a: {} }), null], ['a list in it', text({ a: [] }), null], ['a fraction in it', text({ a: 1.5 }), null],
			['a strange name', text({ 'a b': '1' }), null]);
	else
		cases.push(['an object', text({}), ['type']]);
	if (input.required)
		cases.push(['null', Buffer.from('null'), ['missing', 'type']]);
	if (type === 'integer') {
		cases.push(['a string', text('1'), ['type']], ['a fraction', text(1.5), ['type']], ['true', text(true), ['type']]);
		cases.push(['an exponent', Buffer.from('1e2'), ['type']], ['2^53+1', Buffer.from('9007199254740993'), ['too-large']]);
		cases.push(['above the limit', text(schema.maximum + 1), ['too-large']], ['below the limit', text(schema.minimum - 1), ['too-small']]);
	} else {
		cases.push(['a number', text(12345), ['type']]);
		if (type === 'boolean')
			cases.push(['a string', text('true'), ['type']], ['1', text(1), ['type']], ['0', text(0), ['type']]);
		else
			cases.push(['true', text(true), ['type']], ['false', text(false), ['type']]);
	}
	if (type === 'string') {
		cases.push(['one character too many', text('あ'.repeat(schema.maxLength + 1)), ['too-long']]);
		cases.push(['60,000 bytes', text('a'.repeat(60_000)), ['too-long']]);
		if (schema.minLength > 0)
			cases.push(['one character too few', text('あ'.repeat(schema.minLength - 1)), ['too-short', 'missing', 'format']]);
	}
	if (type === 'choice')
		cases.push(['no choice', text('no-such-choice'), ['choice']], ['an empty choice', text(''), ['choice', 'missing']]);
	if (type === 'date')
		for (const wrong of ['2026-02-30', '2026-13-01', '2026-1-1', '20260401', '2026-04-01T00:00:00Z', '99999-01-01', '0000-00-00', 'today', ' 2026-04-01'])
			cases.push([`the date "${wrong}"`, text(wrong), null]);
	if (type === 'id')
		for (const wrong of ['x', '8'.repeat(26), 'A'.repeat(26), '0'.repeat(25), '0'.repeat(27), '../../etc/passwd'])
			cases.push([`the id "${wrong}"`, text(wrong), null]);
	return cases;
}

// The body with one member given as bytes; twice if asked.
function bodyWith(operation, values, name, bytes, { twice = false } = {}) {
	const members = Object.entries(bodyOf(operation, values)).filter(([other]) => other !== name)
		.map(([other, value]) => Buffer.from(`${JSON.stringify(other)}:${JSON.stringify(value)}`));
	if (bytes !== null) {
		const member = Buffer.concat([Buffer.from(`${JSON.stringify(name)}:`), bytes]);
		members.splice(Math.floor(members.length / 2), 0, member);
		if (twice)
			members.push(member);
	}
	return Buffer.concat([Buffer.from('{'), ...members.flatMap((one, index) => (index ? [Buffer.from(','), one] : [one])), Buffer.from('}')]);
}

const plain = { log: who.cityA };

test('P-5.4 what is wrong in a body is said of its field', async (t) => {
	const findings = [];
	let count = 0;
	for (const operation of rows) {
		const fields = operation.inputs.filter((input) => input.in === 'body');
		if (fields.length === 0)
			continue;
		const { given, actor } = stage(operation);
		const values = valid(operation, { ...plain, ...given });
		const where = target(operation, values);
		const before = await view(watched);
		const cases = fields.flatMap((input) => {
			const good = text(values[input.name] ?? sample(input, given));
			const list = wrongValues(input).map(([what, bytes, codes]) => [input, what, bodyWith(operation, values, input.name, bytes), codes]);
			list.push([input, 'given twice', bodyWith(operation, values, input.name, good, { twice: true }), ['duplicate']]);
			if (input.required)
				list.push([input, 'missing', bodyWith(operation, values, input.name, null), ['missing']]);
			return list;
		});
		await each(cases, 8, async ([input, what, body, codes]) => {
			count++;
			const reply = await request(operation.method, where, { as: actor, body });
			const errors = reply.status === 400 ? reply.json.errors ?? [] : [];
			const own = (one) => one.field === input.name || one.field.startsWith(`${input.name}.`);
			const named = errors.filter(own);
			if (reply.status !== 400 || named.length === 0)
				findings.push(`${operation.id}.${input.name}, ${what}: ${reply.status} ${reply.text.slice(0, 160)}`);
			else if (codes && !named.some((one) => codes.includes(one.code)))
				findings.push(`${operation.id}.${input.name}, ${what}: "${named[0].code}" instead of ${codes.join(' or ')}`);
			else if (errors.some((one) => !own(one)) && what !== 'nested 65 deep') // where reading ended, the others are missing
				findings.push(`${operation.id}.${input.name}, ${what}: ${errors.map((one) => one.field).join(', ')} named besides`);
			else if (named.some((one) => !one.message || one.message.includes('�')))
				findings.push(`${operation.id}.${input.name}, ${what}: the message is "${named[0].message}"`);
		});
		if (await view(watched) !== before)
			findings.push(`${operation.id}: what was refused has changed something`);
	}
	t.diagnostic(`${count} bodies`);
	none(findings);
});

// ---- the body as a whole ----

test('P-5.4 a body that is no JSON object of these members is refused whole', async () => {
	const bodies = [
		['nothing', ''], ['white space', ' '], ['a number', '1'], ['null', 'null'], ['an array', '[]'], ['a string', '"x"'], ['cut off', '{"a":'],
		['two objects', '{}{}'], ['a comma too many', '{"date":"2026-04-01",}'], ['a comment', '{/* */}'], ['single quotes', "{'a':1}"],
		['a byte order mark', '\ufeff{}'], ['NaN', '{"date":NaN}'], ['65 objects deep', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
		['30,000 arrays deep', '['.repeat(30_000)], ['an unknown member', '{"zzz":1}'], ['__proto__', '{"__proto__":{}}'],
		['a member name of 60,000 bytes', `{"${'a'.repeat(60_000)}":1}`], ['a name that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
		['UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
	];
	for (const operation of rows.filter((one) => one.kind === 'write' && !one.raw && one.id !== 'session.end')) {
		const { given, actor } = stage(operation);
		const where = target(operation, valid(operation, { ...plain, ...given }));
		const before = await view(watched);
		const bodiless = !operation.inputs.some((input) => input.in === 'body');
		await each(bodies.filter(([what]) => !bodiless || what !== 'nothing'), 8, async ([what, body]) => {
			const reply = await request(operation.method, where, { as: actor, body, type: 'application/json' });
			assert.equal(reply.status, 400, `${operation.id}, ${what}: ${reply.status} ${reply.text.slice(0, 200)}`);
			assert.ok(reply.json.errors.length > 0, `${operation.id}, ${what}`);
		});
		await each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', 'application/jsonp'], 5,
			async (type) => assert.equal((await request(operation.method, where, { as: actor, body: '{}', type })).status, 415, `${operation.id} as ${type}`));
		assert.equal(await view(watched), before, `${operation.id}: nothing has changed`);
	}
});

// ---- the query ----

function wrongParameters(input) {
	const cases = [
		['bytes that are no UTF-8', '%ff%fe'], ['an overlong form', '%c0%af'], ['a surrogate', '%ed%a0%80'], ['a control character', 'a%01'], ['NUL', 'a%00b'],
		['an escape cut off', 'a%4'], ['no escape', '%zz'], ['60 arrays', '%5B'.repeat(60)], ['1,500 characters', 'a'.repeat(1500)],
	];
	if (input.type === 'integer')
		for (const wrong of ['x', '1.5', '1e1', '+1', '%201', '0x10', '', '9223372036854775808', '-9223372036854775809', '99999999999999999999', String(input.schema.maximum + 1), String(input.schema.minimum - 1)])
			cases.push([`"${wrong}"`, wrong]);
	if (input.type === 'date')
		for (const wrong of ['x', '', '2026-02-30', '2026-13-01', '20260401', '2026-04-01T00:00'])
			cases.push([`"${wrong}"`, wrong]);
	if (input.type === 'choice')
		cases.push(['no choice', 'no-such-choice']);
	if (input.type === 'id')
		for (const wrong of ['x', '', '8'.repeat(26), 'A'.repeat(26), '0'.repeat(27)])
			cases.push([`"${wrong}"`, wrong]);
	return cases;
}

test('P-5.4 what is wrong in a query is said of its parameter', async () => {
	const findings = [];
	for (const operation of rows) {
		const { given, actor } = stage(operation);
		const values = valid(operation, { ...plain, ...given });
		const json = operation.kind === 'write' && !operation.raw ? bodyOf(operation, values) : undefined;
		const body = operation.raw ? 'x' : undefined;
		const ask = (where) => request(operation.method, where, { as: actor, json, body, type: operation.raw ? 'application/octet-stream' : undefined });
		const before = operation.kind === 'write' ? await view(watched) : '';
		for (const input of operation.inputs.filter((one) => one.in === 'query')) {
			const others = { ...values, [input.name]: undefined };
			const bare = target(operation, others);
			const mark = bare.includes('?') ? '&' : '?';
			const good = encodeURIComponent(String(values[input.name] ?? sample(input, { ...given, child: facts.child[0].id, facility: facts.facility[0].id, class: facts.class[0].id })));
			const cases = [...wrongParameters(input), ['given twice', `${good}&${input.name}=${good}`], ...(input.required ? [['missing', null]] : [])];
			await each(cases, 8, async ([what, wrong]) => {
				const reply = await ask(wrong === null ? bare : `${bare}${mark}${input.name}=${wrong}`);
				const encoding = /%(ff|c0|ed|00|4$|zz)/.test(wrong ?? '');
				if (reply.status !== 400 && !(input.refers && reply.status === 404))
					findings.push(`${operation.id}?${input.name}, ${what}: ${reply.status}`);
				else if (reply.status === 400 && !reply.fields.includes(input.name) && !encoding)
					findings.push(`${operation.id}?${input.name}, ${what}: names ${reply.fields.join(', ') || 'nothing'}`);
			});
		}
		if (operation.id === 'session.end')
			continue;
		const where = target(operation, values);
		const unknown = await ask(`${where}${where.includes('?') ? '&' : '?'}zzz=1`);
		if (unknown.status !== 400 || !unknown.fields.includes('zzz'))
			findings.push(`${operation.id}?zzz=1: ${unknown.status} ${unknown.text.slice(0, 120)}`);
		const many = await ask(`${where}${where.includes('?') ? '&' : '?'}${'a=1&'.repeat(200)}`);
		if (many.status !== 400)
			findings.push(`${operation.id} with 200 parameters: ${many.status}`);
		if (operation.kind === 'write' && await view(watched) !== before)
			findings.push(`${operation.id}: what was refused has changed something`);
	}
	none(findings);
});

// ---- the path ----

test('P-5.4 what is wrong in a path leads nowhere', async () => {
	const findings = [];
	for (const operation of rows) {
		const inputs = operation.inputs.filter((one) => one.in === 'path');
		if (inputs.length === 0)
			continue;
		const { given, actor } = stage(operation);
		const values = valid(operation, { ...plain, ...given });
		const json = operation.kind === 'write' && !operation.raw ? bodyOf(operation, values) : undefined;
		const before = operation.kind === 'write' ? await view(watched) : '';
		for (const input of inputs) {
			const good = String(values[input.name]);
			const wrong = [
				'%ff%fe', '%c0%af', '%ed%a0%80', '%00', '%01', `${good}%00`, '%2e%2e', '..%2f..%2fetc%2fpasswd', '%zz', 'a%4', '9223372036854775808', '-1',
				'99999999999999999999', '0'.repeat(1500), `${good.toUpperCase()}${input.type === 'id' ? '' : 'X'}`, `${good}x`, `%20${good}`, '[]', '{}', 'null', '*', "'", '"', `${good};`,
				`${good}%252f`, '%E3%81%82'.repeat(100), '%F0%9F%98%80',
			];
			await each(wrong, 8, async (one) => {
				const where = target(operation, values).replace(encodeURIComponent(good), one).replace(good, one);
				const reply = await request(operation.method, where, { as: actor, json, body: operation.raw ? 'x' : undefined, type: operation.raw ? 'application/octet-stream' : undefined });
				if (reply.status < 400 || reply.status >= 500 || [401, 403].includes(reply.status))
					findings.push(`${operation.id} {${input.name}} "${one.slice(0, 40)}": ${reply.status}`);
				else if (!reply.headers['content-type']?.startsWith('application/problem+json'))
					findings.push(`${operation.id} {${input.name}} "${one.slice(0, 40)}": a ${reply.headers['content-type']}`);
			});
		}
		if (operation.kind === 'write' && await view(watched) !== before)
			findings.push(`${operation.id}: what was refused has changed something`);
	}
	none(findings);
});

// ---- too much ----

function* tenMegabytes(head, open, close) {
	yield Buffer.from(head);
	yield Buffer.from(open);
	const piece = Buffer.alloc(64 * 1024, 0x61);
	for (let sent = 0; sent < LARGE; sent += piece.length)
		yield piece;
	yield Buffer.from(close);
}

const headOf = (operation, where, actor, length, type = 'application/json') =>
	`${operation.method} ${where} HTTP/1.1\r\nHost: ${url.host}\r\n${actor ? `Authorization: Bearer ${actor.token}\r\n` : ''}Content-Type: ${type}\r\n${length}\r\n\r\n`;

test('P-5.4 ten megabytes in any field are refused before they are taken', async () => {
	for (const operation of rows) {
		const { given, actor } = stage(operation);
		const values = valid(operation, { ...plain, ...given });
		const where = target(operation, values);
		const before = operation.kind === 'write' ? await view(watched) : '';
		const fields = operation.inputs.filter((one) => one.in === 'body').map((one) => one.name);
		if (operation.kind === 'write') {
			await each(fields.length > 0 ? fields : ['zzz'], 4, async (name) => {
				const open = operation.raw ? '' : `{"${name}":"`;
				const close = operation.raw ? '' : '"}';
				const type = operation.raw ? 'application/octet-stream' : 'application/json';
				const length = LARGE + open.length + close.length;
				const said = await raw(tenMegabytes(headOf(operation, where, actor, `Content-Length: ${length}`, type), open, close));
				assert.equal(rawStatus(said), 413, `${operation.id}.${name}: ${said.toString('latin1').slice(0, 200)}`);
			});
			const chunked = await raw((function* () {
				yield Buffer.from(headOf(operation, where, actor, 'Transfer-Encoding: chunked', operation.raw ? 'application/octet-stream' : 'application/json'));
				const piece = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 0x61), Buffer.from('\r\n')]);
				for (let sent = 0; sent < LARGE; sent += 0x10000)
					yield piece;
				yield Buffer.from('0\r\n\r\n');
			})());
			assert.equal(rawStatus(chunked), 413, `${operation.id}, chunked: ${chunked.toString('latin1').slice(0, 200)}`);
			assert.equal(await view(watched), before, operation.id);
		}
		const long = await request(operation.method, `${where}${where.includes('?') ? '&' : '?'}zzz=${'a'.repeat(10_000)}`, {
			as: actor, json: operation.kind === 'write' && !operation.raw ? {} : undefined,
		});
		assert.ok([414, 400, 413, 431].includes(long.status), `${operation.id} with a query of 10,000 characters: ${long.status}`);
	}
	(await get('/healthz')).is(200);
});

test('P-5.4 headers that carry more than they may are refused', async () => {
	const ask = (headers) => request('POST', `/v1/children/${who.child.id}/absences`, { as: who.own, json: {}, headers });
	for (const [headers, statuses] of [
		[{ 'idempotency-key': 'k'.repeat(5000) }, [400, 431]], [{ 'idempotency-key': '\u00ff' }, [400]], [{ confirm: 'c'.repeat(5000) }, [400, 431]],
		[{ 'confirm-phrase': '%ff' }, [400]], [{ 'accept-language': `${'a,'.repeat(2000)}ja` }, [400, 431]], [{ 'x-large': 'x'.repeat(20_000) }, [400, 431]],
	])
		assert.ok(statuses.includes((await ask(headers)).status), `${Object.keys(headers)[0]} → ${(await ask(headers)).status}`);
});

mustSurvive(test);
