// The record can be checked by anybody with other tools: checkpoint, tiles, entries and proofs are verified here by an implementation
// of its own (RFC 6962, RFC 9162, C2SP tlog-tiles, signed-note and tlog-checkpoint) and node's cryptography.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, each, exclusive, get, mustSurvive, post, until } from './lib.mjs';
import { of, person } from './world.mjs';

const city = accounts[0].customer;
let auditor, guardian, child, about, tree;

// ---- RFC 6962 ----

const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const leafHash = (entry) => sha(Buffer.from([0]), entry);
const nodeHash = (left, right) => sha(Buffer.from([1]), left, right);

function rootOf(hashes) {
	if (hashes.length === 0)
		return sha();
	if (hashes.length === 1)
		return hashes[0];
	const split = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
	return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

// RFC 9162, 2.1.3.2
function includes(index, size, leaf, proof, root) {
	let [fn, sn, r] = [index, size - 1, leaf];
	for (const p of proof) {
		if (sn === 0)
			return false;
		if (fn % 2 === 1 || fn === sn) {
			r = nodeHash(p, r);
			while (fn % 2 === 0 && fn !== 0)
				[fn, sn] = [fn / 2, Math.floor(sn / 2)];
		} else {
			r = nodeHash(r, p);
		}
		[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
	}
	return sn === 0 && r.equals(root);
}

// RFC 9162, 2.1.4.2
function grewFrom(from, to, proof, fromRoot, toRoot) {
	if (from === to)
		return proof.length === 0 && fromRoot.equals(toRoot);
	const list = Number.isInteger(Math.log2(from)) ? [fromRoot, ...proof] : [...proof];
	let [fn, sn] = [from - 1, to - 1];
	while (fn % 2 === 1)
		[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
	let [fr, sr] = [list[0], list[0]];
	for (const c of list.slice(1)) {
		if (sn === 0)
			return false;
		if (fn % 2 === 1 || fn === sn) {
			[fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)];
			while (fn % 2 === 0 && fn !== 0)
				[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
		} else {
			sr = nodeHash(sr, c);
		}
		[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
	}
	return sn === 0 && fr.equals(fromRoot) && sr.equals(toRoot);
}

// ---- C2SP ----

function publicKey(rawKey) {
	return createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), rawKey]), format: 'der', type: 'spki' });
}

// A signed note: text, empty line, "— name base64(key id || signature)".
function openNote(note, name, rawKey) {
	const end = note.lastIndexOf('\n\n');
	assert.ok(end > 0 && note.endsWith('\n'), 'text and signatures are parted by an empty line');
	const text = note.slice(0, end + 1);
	const lines = note.slice(end + 2, -1).split('\n');
	const keyId = sha(`${name}\n`, Buffer.from([1]), rawKey).subarray(0, 4);
	let good = false;
	for (const line of lines) {
		const found = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
		assert.ok(found, `a signature line: ${line}`);
		const bytes = Buffer.from(found[2], 'base64');
		if (found[1] === name && bytes.subarray(0, 4).equals(keyId)) {
			assert.equal(bytes.length, 68);
			assert.ok(verifySignature(null, Buffer.from(text), publicKey(rawKey), bytes.subarray(4)), 'the signature verifies');
			good = true;
		}
	}
	assert.ok(good, 'the ledger itself has signed');
	return text;
}

function readCheckpoint(note) {
	const text = openNote(note, about.origin, about.key);
	const [origin, size, root, ...extensions] = text.split('\n');
	assert.equal(origin, about.origin);
	assert.match(size, /^(0|[1-9]\d*)$/);
	assert.deepEqual(extensions, ['']);
	const raw = Buffer.from(root, 'base64');
	assert.equal(raw.length, 32);
	assert.equal(raw.toString('base64'), root);
	return { size: Number(size), root: raw };
}

function numberPath(number) {
	const groups = [];
	for (let rest = number; ; rest = Math.floor(rest / 1000)) {
		groups.unshift(String(rest % 1000).padStart(3, '0'));
		if (rest < 1000)
			break;
	}
	return groups.map((group, index) => (index < groups.length - 1 ? `x${group}` : group)).join('/');
}

const tilePath = (level, number, width) => `/v1/ledger/${about.log}/tile/${level}/${numberPath(number)}${width < 256 ? `.p/${width}` : ''}`;
const getCheckpoint = async () => readCheckpoint((await get(`/v1/ledger/${about.log}/checkpoint`)).is(200).text);

async function hashesOf(level, count) {
	const tiles = Array.from({ length: Math.ceil(count / 256) }, (_, number) => number);
	const parts = await each(tiles, 6, async (number) => {
		const width = Math.min(256, count - number * 256);
		const { bytes } = (await get(tilePath(level, number, width), auditor)).is(200);
		assert.equal(bytes.length, width * 32);
		return Array.from({ length: width }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
	});
	return parts.flat();
}

async function entriesOf(first, count) {
	const numbers = [];
	for (let number = Math.floor(first / 256); number * 256 < first + count; number++)
		numbers.push(number);
	const parts = await each(numbers, 6, async (number) => {
		const width = Math.min(256, tree.size - number * 256);
		const { bytes } = (await get(tilePath('entries', number, width), auditor)).is(200);
		const entries = [];
		for (let at = 0; at < bytes.length;) {
			const length = bytes.readUInt16BE(at);
			assert.ok(at + 2 + length <= bytes.length, 'no entry is cut off');
			entries.push(bytes.subarray(at + 2, at + 2 + length));
			at += 2 + length;
		}
		assert.equal(entries.length, width);
		return entries;
	});
	return parts.flat().slice(first - numbers[0] * 256, first - numbers[0] * 256 + count);
}

// What a leaf says in the clear: src/ledger/event.h.
function decode(entry) {
	let at = 0;
	const take = (length) => {
		assert.ok(at + length <= entry.length, 'a leaf is whole');
		at += length;
		return entry.subarray(at - length, at);
	};
	const text = () => take(take(1)[0]).toString('utf8');
	const id = () => {
		const bits = BigInt(`0x${take(16).toString('hex')}`).toString(2).padStart(130, '0');
		return bits.match(/.{5}/g).map((five) => '0123456789abcdefghjkmnpqrstvwxyz'[parseInt(five, 2)]).join('');
	};
	assert.equal(take(1)[0], 1, 'version');
	const event = { time: Number(take(8).readBigUInt64BE()) / 1000, operation: text(), outcome: take(2).readUInt16BE() };
	Object.assign(event, { role: text(), actor: id(), request: id(), facility: id(), rule: text() });
	event.objects = Array.from({ length: take(1)[0] }, () => ({ entity: text(), id: id() }));
	event.rows = Array.from({ length: take(2).readUInt16BE() }, () => ({
		entity: text(), id: id(), version: Number(take(8).readBigUInt64BE()), before: take(32), after: take(32),
	}));
	event.sealed = take(take(4).readUInt32BE());
	assert.equal(at, entry.length, 'nothing is left over');
	return event;
}

before(async () => {
	await exclusive();
	auditor = await person(of(city, 'auditor')[0]);
	guardian = await person(of(city, 'guardian')[0]);
	child = (await all('/v1/children', guardian))[0].id;
	const ledger = (await get('/v1/ledger', auditor)).is(200).json;
	about = { ...ledger, key: Buffer.from(ledger.public_key, 'base64') };
	assert.equal(about.key.length, 32);
	assert.ok(about.origin.startsWith('demo/'), 'the origin says that it is a demo');
	tree = await getCheckpoint();
	tree.hashes = await hashesOf(0, tree.size);
});

test('K-55 T-18 the checkpoint is signed, and is the root of all tiles', () => {
	assert.ok(tree.size > 100);
	assert.ok(rootOf(tree.hashes).equals(tree.root));
});

test('K-55 of every ledger the head and the hashes are public, and no entry', async () => {
	for (const log of new Set(accounts.map((one) => one.customer))) {
		const reply = (await get(`/v1/ledger/${log}/checkpoint`)).is(200);
		assert.match(reply.headers['content-type'], /^text\/plain/);
		assert.match(reply.text, /^demo\/\S+\n\d+\n[A-Za-z0-9+/]{43}=\n\n— /);
	}
	(await get('/v1/ledger')).problem(401, 'unauthenticated');
	assert.ok((await get(tilePath(0, 0, 1))).is(200).bytes.equals(tree.hashes[0]));
	(await get(`/v1/ledger/${about.log}/proof/consistency?from=1&to=2`)).is(200);
	(await get(tilePath('entries', 0, 1))).problem(401, 'unauthenticated');
	(await get(`/v1/ledger/${about.log}/heads`)).problem(401, 'unauthenticated');
	(await get(`/v1/ledger/${about.log}/proof/inclusion?index=0&size=1`)).problem(401, 'unauthenticated');
	(await get(tilePath('entries', 0, 1), guardian)).problem(403, 'denied');
	(await get('/v1/ledger/nowhere/checkpoint')).problem(404, 'not-found');
	assert.equal((await get(`/v1/ledger/${about.log}/key`)).is(200).text, `${about.verifier_key}\n`);
	(await get('/v1/ledger/nowhere/key')).problem(404, 'not-found');
});

test('K-55 T-18 the tiles of every level follow from those below', async () => {
	let below = tree.hashes;
	for (let level = 1; below.length >= 256; level++) {
		const full = Math.floor(below.length / 256);
		const above = await hashesOf(level, full);
		for (let number = 0; number < full; number++)
			assert.ok(rootOf(below.slice(number * 256, number * 256 + 256)).equals(above[number]), `level ${level}, hash ${number}`);
		below = above;
	}
});

test('T-18 K-40 the entries are those that were hashed, in order of time, and say in the clear what they should', async () => {
	const entries = await entriesOf(0, tree.size);
	let last = 0;
	for (const [index, entry] of entries.entries()) {
		assert.ok(leafHash(entry).equals(tree.hashes[index]), `entry ${index}`);
		const event = decode(entry);
		assert.ok(event.time >= last, `entry ${index} is not before ${index - 1}`);
		last = event.time;
		assert.match(event.operation, /^[a-z-]+(\.[a-z-]+)+$/);
		assert.ok(event.outcome >= 100 && event.outcome < 600, `${event.operation} ${event.outcome}`);
		// But failures are counted, wrong PINs in their session, and who is locked out is told.
		const counted = ['credential', 'confirmation', 'account', 'notice', ...(event.operation === 'session.unlock' ? ['session'] : [])];
		if (event.outcome >= 400)
			assert.ok(event.rows.every((row) => counted.includes(row.entity)), `a refusal changes nothing: ${event.operation} ${event.rule}: ${event.rows.map((row) => row.entity)}`);
	}
});

test('K-55 T-26 what was done and what was refused is in the ledger when the reply has come', async () => {
	const date = dayAfter(33);
	const first = await post(`/v1/children/${child}/absences`, guardian, { date, kind: 'late', reason: '歯医者のため' });
	first.is(201, 409);
	const refused = (await get(`/v1/facilities/${guardian.facility}/board`, guardian)).problem(403, 'denied');
	const read = (await get(`/v1/children/${child}`, guardian)).is(200);
	const size = (await get('/v1/ledger', auditor)).json.size;
	tree = await until('a head over these', async () => {
		const head = await getCheckpoint();
		return head.size >= size && head;
	});
	tree.hashes = await hashesOf(0, tree.size);
	assert.ok(rootOf(tree.hashes).equals(tree.root));
	const events = (await entriesOf(Math.max(0, tree.size - 60), Math.min(60, tree.size))).map(decode);
	const find = (request) => events.find((event) => event.request === request);
	const report = find(first.request);
	assert.equal(report.operation, 'absence.report');
	assert.equal(report.outcome, first.status);
	assert.equal(report.actor, guardian.account);
	assert.equal(report.role, 'guardian');
	assert.ok(report.objects.some((one) => one.entity === 'child' && one.id === child));
	if (first.status === 201) {
		const row = report.rows.find((one) => one.entity === 'absence');
		assert.equal(row.version, 1);
		assert.ok(row.before.equals(Buffer.alloc(32)) && !row.after.equals(Buffer.alloc(32)));
	}
	assert.equal(find(refused.instance).outcome, 403);
	assert.equal(find(read.request).operation, 'child.see');
	assert.ok(find(read.request).rule.includes('guardian') && find(read.request).rule.includes('own-child'), 'the deciding rule is told');
});

test('K-40 T-18 inclusion is proven for entries anywhere', async () => {
	const { size, root, hashes } = tree;
	const sizes = [...new Set([1, 2, 3, 255, 256, 257, size - 1, size])].filter((one) => one <= size && one > 0);
	const asked = sizes.flatMap((of) => [...new Set([0, 1, Math.floor(of / 2), of - 2, of - 1, 255, 256])].filter((index) => index >= 0 && index < of).map((index) => [index, of]));
	await each(asked, 6, async ([index, of]) => {
		const proof = (await get(`/v1/ledger/${about.log}/proof/inclusion?index=${index}&size=${of}`, auditor)).is(200).json;
		assert.equal(proof.index, index);
		assert.equal(proof.size, of);
		const leaf = Buffer.from(proof.leaf, 'base64');
		assert.ok(leaf.equals(hashes[index]));
		const path = proof.hashes.map((one) => Buffer.from(one, 'base64'));
		const wanted = of === size ? root : rootOf(hashes.slice(0, of));
		assert.ok(includes(index, of, leaf, path, wanted), `entry ${index} of ${of}`);
		assert.ok(!includes(index, of, sha('another'), path, wanted), 'no other entry passes');
	});
	(await get(`/v1/ledger/${about.log}/proof/inclusion?index=${size + 1_000_000}&size=${size + 2_000_000}`, auditor)).problem(400, 'invalid-input');
	(await get(`/v1/ledger/${about.log}/proof/inclusion?index=5&size=5`, auditor)).problem(400, 'invalid-input');
});

test('K-55 T-18 consistency is proven between any two sizes', async () => {
	const { size, root, hashes } = tree;
	const sizes = [...new Set([1, 2, 3, 7, 8, 200, 255, 256, 257, size - 1, size])].filter((one) => one > 0 && one <= size);
	const pairs = sizes.flatMap((from) => sizes.filter((to) => to >= from).map((to) => [from, to]));
	await each(pairs, 6, async ([from, to]) => {
		const proof = (await get(`/v1/ledger/${about.log}/proof/consistency?from=${from}&to=${to}`, auditor)).is(200).json;
		const path = proof.hashes.map((one) => Buffer.from(one, 'base64'));
		const [a, b] = [rootOf(hashes.slice(0, from)), to === size ? root : rootOf(hashes.slice(0, to))];
		assert.ok(grewFrom(from, to, path, a, b), `from ${from} to ${to}`);
		if (from !== to)
			assert.ok(!grewFrom(from, to, path, sha('another'), b));
	});
	(await get(`/v1/ledger/${about.log}/proof/consistency?from=9&to=8`, auditor)).problem(400, 'invalid-input');
});

test('T-18 tiles beyond the tree, or written otherwise, are not there', async () => {
	const at = (rest) => `/v1/ledger/${about.log}/tile/${rest}`;
	for (const rest of [
		'0/999', '0/x001/000', '64/000', '7/000', '0/000.p/0', '0/000.p/256', '0/000.p/257', '0/000.p/01', '0/00', '0/0000', '0/x000/000', '00/000', '-1/000',
		'entries/999', 'entries/000.p/0', 'entries/000.p/256', 'entries/x000/000', '0/000/', '0/000.p', '0', 'entries', '0/001.p/1/1', '0/%30%30%30x',
	])
		(await get(at(rest), auditor)).problem(404, 'not-found');
	const beyond = tree.size % 256 + 100;
	if (beyond < 256)
		(await get(tilePath(0, Math.floor(tree.size / 256), beyond), auditor)).problem(404, 'not-found');
});

test('T-18 a bundle can be had in parts, for one may be larger than a reply', async () => {
	const width = Math.min(256, tree.size);
	const whole = (await get(tilePath('entries', 0, width), auditor)).is(200).bytes;
	const parts = [];
	for (let skip = 0; skip < width;) {
		const { bytes } = (await get(`${tilePath('entries', 0, width)}?skip=${skip}`, auditor)).is(200);
		parts.push(bytes);
		for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at))
			skip++;
	}
	assert.ok(Buffer.concat(parts).equals(whole));
	const last = (await get(`${tilePath('entries', 0, width)}?skip=${width - 1}`, auditor)).is(200).bytes;
	assert.ok(whole.subarray(-last.length).equals(last) && last.length === 2 + last.readUInt16BE());
	(await get(`${tilePath('entries', 0, width)}?skip=${width}`, auditor)).problem(400, 'invalid-input');
});

test('K-55 every head that was ever signed can be taken away, and each belongs to this tree', async () => {
	let file = Buffer.alloc(0);
	for (;;) {
		const { bytes } = (await get(`/v1/ledger/${about.log}/heads?from=${file.length}`, auditor)).is(200);
		if (bytes.length === 0)
			break;
		file = Buffer.concat([file, bytes]);
		if (file.length > 20_000)
			break; // there are more with every request
	}
	let [at, before, count] = [0, 0, 0];
	while (at < file.length) {
		const end = file.indexOf('\n', at);
		const length = Number(file.subarray(at, end));
		const head = readCheckpoint(file.subarray(end + 1, end + 1 + length).toString());
		assert.ok(head.size >= before);
		if (head.size <= tree.size)
			assert.ok(rootOf(tree.hashes.slice(0, head.size)).equals(head.root), `the head of ${head.size}`);
		[at, before, count] = [end + 1 + length, head.size, count + 1];
	}
	assert.ok(count > 3);
	(await get(`/v1/ledger/${about.log}/heads?from=1`, auditor)).problem(400, 'invalid-input');
	assert.equal((await get(`/v1/ledger/${about.log}/heads?from=9007199254740991`, auditor)).is(200).bytes.length, 0);
});

test('T-18 full tiles may be kept for ever, others not', async () => {
	if (tree.size >= 256)
		assert.match((await get(tilePath(0, 0, 256), auditor)).is(200).headers['cache-control'], /immutable/);
	assert.doesNotMatch((await get(`/v1/ledger/${about.log}/checkpoint`)).headers['cache-control'] ?? '', /immutable/);
});

mustSurvive(test);
