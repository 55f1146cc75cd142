// The list of events and its filters, one event, and its proof: everybody sees what is theirs, each filter gives what a search by hand
// through the whole list gives, and the proof is accepted by a verifier that is not ours.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, exclusive, freshSession, get, mustSurvive, post, request, strangeId, today } from './lib.mjs';
import { verifyProof } from './tlogproof.mjs';
import { of, person } from './world.mjs';

const city = accounts[0].customer;
let principal, officer, auditor, guardian, teacher, operator, events, vkey, child;

const refused = (one) => one.outcome >= 400 && one.outcome !== 428;
const list = (query, as, limit) => all(`/v1/events${query ? `?${query}` : ''}`, as, limit);
const upTo = (items) => items.filter((one) => one.index <= events[0].index).map((one) => one.index);
const wanted = (fits) => events.filter(fits).map((one) => one.index);
const dayOf = (one) => one.time.slice(0, 10);

before(async () => {
	await exclusive();
	principal = await person(of(city, 'principal')[0]);
	officer = await person(of(city, 'officer')[0]);
	auditor = await person(of(city, 'auditor')[0]);
	guardian = await person(of(city, 'guardian', principal.facility)[0]);
	teacher = await person(of(city, 'staff', principal.facility)[0]);
	operator = await person(accounts.find((one) => one.role === 'operator'));
	child = guardian.listed[0];
	(await get(`/v1/children/${child}`, guardian)).is(200);
	(await get(`/v1/children/${child}`, officer)).is(403, 404);
	(await post(`/v1/children/${child}/absences`, guardian, { date: dayAfter(40), kind: 'late', reason: 'けいけんの記録' })).is(201, 409);
	(await get(`/v1/children/${strangeId()}`, guardian)).is(404);
	const { log } = (await get('/v1/ledger', officer)).is(200).json;
	vkey = (await get(`/v1/ledger/${log}/key`)).is(200).text.trim();
	events = await list('', officer);
	assert.ok(events.length > 50);
});

test('K-27 each filter gives what a search through the whole list gives', async () => {
	const some = events.find((one) => one.operation === 'absence.report' && one.actor === guardian.account) ?? events.find((one) => one.actor && one.facility);
	const filters = {
		'operation=child.see': (one) => one.operation === 'child.see',
		'outcome=all': () => true,
		'outcome=done': (one) => one.outcome < 400,
		'outcome=refused': refused,
		[`actor=${some.actor}`]: (one) => one.actor === some.actor,
		[`facility=${some.facility}`]: (one) => one.facility === some.facility,
		[`from=${today}`]: (one) => dayOf(one) >= today,
		[`until=${dayAfter(-1)}`]: (one) => dayOf(one) <= dayAfter(-1),
		[`from=${dayAfter(-20)}&until=${dayAfter(-3)}`]: (one) => dayOf(one) >= dayAfter(-20) && dayOf(one) <= dayAfter(-3),
		[`from=${dayAfter(1)}`]: () => false,
		'until=1999-12-31': () => false,
		[`actor=${strangeId()}`]: () => false,
		'operation=no.such': () => false,
		[`outcome=refused&actor=${some.actor}&from=${today}`]: (one) => refused(one) && one.actor === some.actor && dayOf(one) >= today,
	};
	for (const [query, fits] of Object.entries(filters)) {
		const found = await list(query, officer);
		assert.deepEqual(upTo(found), wanted(fits), query);
		assert.ok(found.every(fits), query);
	}
	for (const query of ['outcome=refused', 'operation=child.see', `facility=${some.facility}`])
		assert.ok(wanted(filters[query]).length > 0, `${query} has something to find`);
});

test('K-27 an object filter finds what names a thing; of a child and an account also what is about them', async () => {
	const names = (id) => (one) => one.objects.some((object) => object.id === id);
	for (const id of [child, guardian.account]) {
		const found = upTo(await list(`object=${id}`, officer));
		assert.ok(wanted(names(id)).length > 0);
		for (const index of wanted(names(id)))
			assert.ok(found.includes(index), `${index} names it`);
		assert.deepEqual(found, [...new Set(found)].sort((a, b) => b - a));
		assert.deepEqual(upTo(await list(`object=${id}`, officer, 3)), found, 'the same in small pages');
		const [newest, oldest] = [events.find((one) => one.index === found[0]), events.find((one) => one.index === found.at(-1))];
		assert.deepEqual(upTo(await list(`object=${id}&from=${dayOf(newest)}`, officer)),
			found.filter((index) => dayOf(events.find((one) => one.index === index)) >= dayOf(newest)));
		assert.ok(upTo(await list(`object=${id}&until=${dayOf(oldest)}`, officer)).includes(oldest.index));
		assert.deepEqual(upTo(await list(`object=${id}&outcome=refused`, officer)),
			found.filter((index) => refused(events.find((one) => one.index === index))));
	}
	const facility = principal.facility;
	const found = upTo(await list(`object=${facility}`, officer));
	const byHand = wanted(names(facility));
	assert.ok(byHand.length > 0 && byHand.every((index) => found.includes(index)), 'a thing that has no index is looked for in the ledger');
	assert.deepEqual(await list(`object=${strangeId()}`, officer), []);
});

test('K-27 a page ends where it says, and says how far it has looked', async () => {
	const first = (await get('/v1/events?limit=5', officer)).is(200).json;
	assert.equal(first.items.length, 5);
	assert.equal(first.next, first.items[4].index);
	assert.equal(first.reached, first.items[4].time);
	const second = (await get(`/v1/events?limit=5&cursor=${first.next}`, officer)).is(200).json;
	assert.equal(second.items[0].index, first.next - 1);
	const nothing = (await get('/v1/events?cursor=0', officer)).is(200).json;
	assert.deepEqual([nothing.items, nothing.next, nothing.reached], [[], null, null]);
	const rare = (await get('/v1/events?operation=no.such', officer)).is(200).json;
	assert.deepEqual(rare.items, []);
	assert.ok(rare.next === null || rare.reached, 'an empty page that goes on says from when');
});

test('K-27 what cannot be a filter is refused with its name', async () => {
	for (const [query, field] of [
		['outcome=maybe', 'outcome'], ['from=2026-02-30', 'from'], [`from=${today}&until=${dayAfter(-1)}`, 'until'], ['actor=me', 'actor'],
		['operation=%22x%22', 'operation'], ['operation=Child.See', 'operation'], [`operation=${'a'.repeat(97)}`, 'operation'], ['limit=201', 'limit'],
		['cursor=-1', 'cursor'],
	])
		assert.deepEqual((await get(`/v1/events?${query}`, officer)).is(400).fields, [field], query);
});

test('K-26 K-27 a principal sees the own facility alone, whatever the filter', async () => {
	const mine = await list('', principal);
	assert.ok(mine.length > 0 && mine.every((one) => one.facility === principal.facility));
	const elsewhere = events.find((one) => one.facility && one.facility !== principal.facility);
	assert.ok(elsewhere);
	assert.deepEqual(await list(`facility=${elsewhere.facility}`, principal), []);
	assert.deepEqual(await list(`actor=${elsewhere.actor}`, principal), []);
	for (const object of elsewhere.objects)
		assert.ok((await list(`object=${object.id}`, principal)).every((one) => one.facility === principal.facility));
	(await get(`/v1/events/${elsewhere.index}`, principal)).problem(404, 'not-found');
	const reply = (await get(`/v1/events/${mine[0].index}`, principal)).is(200).json;
	assert.equal(reply.index, mine[0].index);
	assert.equal(reply.proof, null, 'proofs are for those who oversee the whole record');
	(await get(`/v1/events/${mine[0].index}/proof`, principal)).problem(403, 'denied');
});

test('K-27 who has no right to the record gets neither list nor event', async () => {
	for (const as of [guardian, teacher])
		for (const target of ['/v1/events', `/v1/events/${events[0].index}`, `/v1/events/${events[0].index}/proof`])
			(await get(target, as)).problem(403, 'denied');
	for (const target of ['/v1/events', `/v1/events/${events[0].index}`, `/v1/events/${events[0].index}/proof`])
		(await request('GET', target)).is(401);
	const ours = (await get('/v1/events?limit=1', operator)).is(200).json.items[0];
	assert.equal((await get(`/v1/events/${ours.index}`, operator)).is(200).json.proof, null);
	(await get(`/v1/events/${ours.index}/proof`, operator)).problem(403, 'denied');
	(await get('/v1/events/9007199254740991', officer)).problem(404, 'not-found');
	(await get('/v1/events/9007199254740991/proof', officer)).problem(404, 'not-found');
});

test('LG-1 K-27 an event says all that stands in clear, and the same as the list', async () => {
	const report = events.find((one) => one.rows > 0 && one.objects.length > 0);
	const one = (await get(`/v1/events/${report.index}`, auditor)).is(200).json;
	for (const name of ['index', 'time', 'operation', 'title', 'outcome', 'actor', 'role', 'rule', 'facility', 'objects', 'request'])
		assert.deepEqual(one[name], report[name], name);
	assert.equal(one.rows.length, report.rows);
	for (const row of one.rows) {
		assert.match(row.entity, /^[a-z_]+$/);
		assert.ok(row.version >= 1);
		for (const digest of [row.before, row.after])
			assert.ok(digest === null || Buffer.from(digest, 'base64').length === 32);
		assert.ok(row.before !== null || row.after !== null);
	}
	assert.ok(one.title.ja && one.title.en);
	assert.ok(one.sealed > 0);
});

test('LG-2 K-27 its proof is accepted by a verifier that is not ours, and refused when anything is changed', async () => {
	for (const index of [events[0].index, events[Math.floor(events.length / 2)].index, 0]) {
		const { proof } = (await get(`/v1/events/${index}`, auditor)).is(200).json;
		const leaf = Buffer.from(proof.leaf, 'base64');
		assert.equal(proof.verifier_key, vkey);
		const text = ['c2sp.org/tlog-proof@v1', `extra ${proof.leaf}`, `index ${index}`, ...proof.hashes, '', proof.checkpoint].join('\n');
		const proven = verifyProof(text, vkey, leaf);
		assert.deepEqual([proven.index, proven.size], [index, proof.size]);
		const reply = (await get(`/v1/events/${index}/proof`, officer)).is(200);
		assert.match(reply.headers['content-disposition'], /^attachment; filename="sekimori.*\.tlog-proof"$/);
		assert.ok(verifyProof(reply.text, vkey).entry.equals(leaf));
		const forged = Buffer.from(leaf);
		forged[forged.length - 1] ^= 1;
		assert.throws(() => verifyProof(text, vkey, forged), /^Error: not proven/);
		assert.throws(() => verifyProof(text.replace(`index ${index}`, `index ${index + 1}`), vkey, leaf), /^Error: not proven/);
	}
});

test('K-27 reading the record is recorded', async () => {
	const reply = (await get('/v1/events?limit=1&outcome=refused', officer)).is(200);
	const one = (await get(`/v1/events/${events[5].index}`, officer)).is(200);
	const proof = (await get(`/v1/events/${events[5].index}/proof`, officer)).is(200);
	const now = (await get('/v1/events?limit=20', auditor)).is(200).json.items;
	for (const [seen, operation] of [[reply, 'event.list'], [one, 'event.see'], [proof, 'event.proof']]) {
		const event = now.find((item) => item.request === seen.request);
		assert.deepEqual([event?.operation, event?.actor, event?.outcome], [operation, officer.account, 200]);
	}
});

test('K-27 a session that has ended sees nothing', async () => {
	const session = await freshSession(of(city, 'officer').at(-1));
	(await get('/v1/events?limit=1', session)).is(200);
	(await request('DELETE', '/v1/session', { as: session })).is(204);
	(await get('/v1/events?limit=1', session)).is(401);
});

mustSurvive(test);
