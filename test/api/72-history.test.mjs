// Who looked: a guardian is shown everything that was done with the child's data and nothing that is not the guardian's to know, at once,
// also through lists that name only a class; and gets a proof that others can check. The officer's event list and the verifier in
// tlogproof.mjs are what it is compared with.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { all, dayAfter, each, exclusive, get, mustSurvive, none, post, request } from './lib.mjs';
import { cast } from './cast.mjs';
import { verifyProof } from './tlogproof.mjs';

let who, child, vkey;
const historyOf = (id, as, more) => all(`/v1/children/${id}/history`, as, more);
const newest = async (id, as) => (await get(`/v1/children/${id}/history?limit=20`, as)).is(200).json.items;

before(async () => {
	await exclusive();
	who = await cast();
	child = who.child.id;
	vkey = (await get('/v1/ledger', who.overseers.auditor)).is(200).json.verifier_key;
});

const eventsSince = async (first) => (await all('/v1/events', who.overseers.officer)).filter((event) => event.index >= first);
const sizeNow = async () => (await get('/v1/ledger', who.overseers.auditor)).is(200).json.size;

test('K-27 what was done with a child stands in its history at once, in plain words of both languages', async () => {
	(await get(`/v1/children/${child}`, who.teacher)).is(200);
	const [item] = await newest(child, who.own);
	assert.equal(item.operation, 'child.see');
	assert.equal(item.words, 'See a child');
	assert.match(item.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+09:00$/);
	assert.deepEqual({ ...item.who, name: typeof item.who.name }, { name: 'string', role: 'staff', own: false });
	assert.ok(item.fields.includes('Allergies') && !item.fields.includes('Address'), `what the teacher could see: ${item.fields}`);
	const [japanese] = (await get(`/v1/children/${child}/history?limit=1`, who.own, { headers: { 'accept-language': 'ja' } })).is(200).json.items;
	assert.equal(japanese.words, '園児の情報を見る');
	assert.match(japanese.purpose, /[ぁ-ん]/);
	(await get(`/v1/children/${child}`, who.own)).is(200);
	assert.equal((await newest(child, who.own))[0].who.own, true);
	assert.ok(!(await newest(child, who.own)).some((one) => one.operation === 'child.history'), 'looking at the history does not flood it');
	assert.ok((await newest(child, who.principal)).some((one) => one.operation === 'child.history' && one.who.role === 'guardian'), 'others see that it was looked at');
});

test('K-27 the history is the child\'s guardians\' and its principal\'s, and nobody else\'s', async () => {
	(await get(`/v1/children/${child}/history`)).is(401);
	for (const one of [who.teacher, who.colleague])
		(await get(`/v1/children/${child}/history`, one)).is(403);
	for (const one of [who.family, who.blocked, who.elsewhere.guardian, who.elsewhere.principal, who.far.guardian, who.far.principal, who.overseers.officer])
		(await get(`/v1/children/${child}/history`, one)).is(403, 404);
	const [item] = await newest(child, who.own);
	for (const one of [who.family, who.blocked, who.elsewhere.principal, who.far.guardian])
		(await get(`/v1/children/${child}/history/${item.index}/proof`, one)).is(404);
	const other = (await all('/v1/children', who.family))[0].id;
	if (other !== child) {
		(await get(`/v1/children/${other}`, who.principal)).is(200);
		const theirs = (await newest(other, who.family)).find((one) => one.operation === 'child.see' && one.who.role === 'principal');
		(await get(`/v1/children/${child}/history/${theirs.index}/proof`, who.own)).problem(404, 'not-found');
	}
	(await get(`/v1/children/${child}/history/9007199254740991/proof`, who.own)).is(404);
});

test('K-27 of a blocked guardian nothing is told, and to the blocked one nothing; the principal sees refusals too', async () => {
	const link = `/v1/children/${child}/guardians/${who.link.id}`;
	const blocked = who.blocked.account;
	const name = (await get('/v1/me', who.blocked)).is(200).json.name;
	(await post(`${link}/unblock`, who.principal)).is(200);
	(await get(`/v1/children/${child}`, who.blocked)).is(200);
	assert.ok((await newest(child, who.own)).some((one) => one.who.name === name), 'while both may know of each other');
	const asked = (await post(`${link}/block`, who.principal)).is(428).json;
	(await post(`${link}/block`, who.principal, {}, { headers: { confirm: asked.confirm.token } })).is(200);
	(await get(`/v1/children/${child}`, who.blocked)).is(404);
	assert.ok((await newest(child, who.principal)).some((one) => one.operation === 'guardianship.block'), 'the principal sees it');
	const shown = await historyOf(child, who.own);
	assert.ok(!shown.some((one) => one.who.name === name), 'the name does not stand there any more, nor what was read before');
	assert.ok(!JSON.stringify(shown).includes(blocked));
	assert.ok(!shown.slice(0, 5).some((one) => one.operation.startsWith('guardianship.block')), 'that somebody was blocked is not told');
	(await get(`/v1/children/${child}/history`, who.blocked)).is(404);
	assert.ok(!JSON.stringify((await get('/v1/me/history', who.blocked)).is(200).json).includes('guardianship'), 'nor does the own account tell of it');

	(await get(`/v1/children/${child}/history`, who.teacher)).is(403);
	const refused = (await newest(child, who.principal)).find((one) => one.refused);
	assert.equal(refused?.operation, 'child.history');
	assert.ok(!(await historyOf(child, who.own)).some((one) => one.refused), 'guardians are told what was done');
});

test('K-27 a list tells of the children who were in the class at that moment, also after a move', async () => {
	const board = (one, name) => get(`/v1/facilities/${who.here}/board?class=${name}`, one);
	const classes = await all(`/v1/facilities/${who.here}/classes`, who.principal);
	const from = (await get(`/v1/children/${child}`, who.principal)).is(200).json.class;
	const to = classes.find((one) => one.id !== from && !who.teacher.classes.has(one.id)).id;
	const boards = async () => (await newest(child, who.own)).filter((one) => one.operation === 'board.see').map((one) => [one.index, one.place]);
	const name = (id) => classes.find((one) => one.id === id).name;

	(await board(who.teacher, from)).is(200);
	const first = (await boards())[0];
	assert.equal(first[1], name(from));
	(await board(who.teacher, to)).is(200);
	assert.deepEqual((await boards())[0], first, 'another class\'s board is none of the child\'s');
	(await post(`/v1/children/${child}/move`, who.principal, { class: to })).is(200);
	assert.deepEqual((await boards())[0], first, 'what was read before the move does not become the child\'s by it');
	(await board(who.teacher, from)).is(200);
	assert.deepEqual((await boards())[0], first);
	(await board(who.colleague, to)).is(200);
	const second = (await boards())[0];
	assert.equal(second[1], name(to));
	assert.ok(second[0] > first[0]);
	(await post(`/v1/children/${child}/move`, who.principal, { class: from })).is(200);
	(await board(who.teacher, to)).is(200);
	assert.deepEqual((await boards())[0], second);
	(await get('/v1/children', who.teacher)).is(200);
	const listed = (await newest(child, who.own))[0];
	assert.deepEqual([listed.operation, listed.place], ['child.list', name(from)]);
	(await get(`/v1/facilities/${who.here}/board`, who.teacher)).is(200);
	assert.equal((await newest(child, who.own))[0].operation, 'board.see', 'the whole facility\'s board has the child too');
});

const seed = Number(process.env.SEKIMORI_SEED ?? Date.now() % 1_000_000);
function dice(state) {
	return (count) => {
		state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
		return Math.floor(state / 65536) % count;
	};
}

test('K-27 nothing is missing: 500 random operations, compared with the officer\'s list of events', async (t) => {
	t.diagnostic(`SEKIMORI_SEED=${seed}`);
	const roll = dice(seed);
	const first = await sizeNow();
	const children = (await all('/v1/children', who.principal)).slice(0, 6).map((one) => one.id).concat(child, child, child);
	const here = (await get(`/v1/children/${child}`, who.principal)).is(200).json;
	const classes = (await all(`/v1/facilities/${who.here}/classes`, who.principal)).map((one) => one.id);
	const actors = [who.own, who.family, who.blocked, who.teacher, who.colleague, who.principal, who.elsewhere.principal, who.overseers.officer];
	const deeds = [
		(id, as) => get(`/v1/children/${id}`, as),
		(id, as) => get(`/v1/children/${id}/absences`, as),
		(id, as) => get(`/v1/children/${id}/guardians`, as),
		(id, as) => get(`/v1/children/${id}/history?limit=3`, as),
		(id, as) => get(`/v1/children/${id}/days?month=${dayAfter(0).slice(0, 7)}`, as),
		(id, as) => get('/v1/children', as),
		(id, as) => get(`/v1/facilities/${who.here}/board`, as),
		(id, as) => get(`/v1/facilities/${who.here}/board?class=${classes[roll(classes.length)]}`, as),
		(id, as) => post(`/v1/children/${id}/absences`, as, { date: dayAfter(3 + roll(200)), kind: 'late', reason: 'けいけんの記録' }),
		(id, as) => get('/v1/me', as),
	];
	const plan = Array.from({ length: 500 }, () => [deeds[roll(deeds.length)], children[roll(children.length)], actors[roll(actors.length)]]);
	await each(plan, 8, ([deed, id, as]) => deed(id, as));

	const events = await eventsSince(first);
	const lists = new Set(['child.list', 'board.see']);
	const about = (event) => {
		const named = (entity) => event.objects.filter((one) => one.entity === entity).map((one) => one.id);
		if (named('child').includes(child))
			return true;
		if (!lists.has(event.operation) || event.outcome >= 300 || named('child').length > 0)
			return false;
		if (named('class').length > 0)
			return named('class').includes(here.class);
		return event.facility === here.facility && event.role !== 'guardian' && !(event.operation === 'child.list' && event.role === 'staff');
	};
	const mine = new Set(['child.history', 'child.history-proof']);
	const done = (event) => event.outcome >= 200 && event.outcome < 300;
	const guardians = new Set((await all(`/v1/children/${child}/guardians`, who.principal)).filter((one) => one.state === 'active').map((one) => one.account));
	const wanted = {
		own: events.filter((one) => about(one) && done(one) && !(one.actor === who.own.account && mine.has(one.operation)) &&
			(one.role !== 'guardian' || guardians.has(one.actor))).map((one) => one.index),
		principal: events.filter((one) => about(one) && (done(one) || (one.outcome >= 400 && one.outcome !== 428)) && one.facility === who.here &&
			!(one.actor === who.principal.account && mine.has(one.operation))).map((one) => one.index),
	};
	const last = events.reduce((most, one) => Math.max(most, one.index), 0);
	const findings = [];
	for (const [label, as] of [['own', who.own], ['principal', who.principal]]) {
		const got = (await historyOf(child, as)).map((one) => one.index).filter((index) => index >= first && index <= last);
		assert.deepEqual(got, [...new Set(got)].sort((a, b) => b - a), 'each once, newest first');
		for (const index of wanted[label].filter((one) => !got.includes(one)))
			findings.push(`${label}: ${index} is missing: ${JSON.stringify(events.find((one) => one.index === index))}`);
		for (const index of got.filter((one) => !wanted[label].includes(one)))
			findings.push(`${label}: ${index} is too much: ${JSON.stringify(events.find((one) => one.index === index))}`);
	}
	t.diagnostic(`${events.length} events, ${wanted.own.length} for the guardian, ${wanted.principal.length} for the principal`);
	assert.ok(wanted.own.length > 50);
	none(findings);
	// The same in small pages.
	const small = (await historyOf(child, who.own, 7)).map((one) => one.index).filter((index) => index >= first && index <= last);
	assert.deepEqual(small, wanted.own.sort((a, b) => b - a));
});

test('LG-2 K-27 every entry has a proof that somebody else\'s verifier accepts, and a changed one is refused', async () => {
	const items = (await historyOf(child, who.own)).slice(0, 20);
	const head = { 'accept-language': 'ja' };
	for (const item of [...items, (await historyOf(child, who.own)).at(-1)]) {
		const reply = (await get(`/v1/children/${child}/history/${item.index}/proof`, who.own, { headers: head })).is(200);
		assert.match(reply.headers['content-type'], /^text\/plain/);
		assert.match(reply.headers['content-disposition'], /^attachment; filename="sekimori.*\.tlog-proof"$/);
		const proven = verifyProof(reply.text, vkey);
		assert.equal(proven.index, item.index);
		assert.ok(proven.entry.includes(Buffer.from(item.operation)), 'it is the entry of this operation');
	}
	const { text } = (await get(`/v1/children/${child}/history/${items[3].index}/proof`, who.own)).is(200);
	const lines = text.split('\n');
	const changed = (at, make) => lines.map((line, index) => (index === at ? make(line) : line)).join('\n');
	const flip = (base64) => {
		const bytes = Buffer.from(base64, 'base64');
		bytes[bytes.length - 1] ^= 1;
		return bytes.toString('base64');
	};
	const empty = lines.indexOf('');
	const forged = {
		'another entry': changed(1, (line) => `extra ${flip(line.slice(6))}`),
		'another index': changed(2, (line) => `index ${Number(line.slice(6)) - 1}`),
		'another hash': changed(4, flip),
		'a hash too few': lines.filter((_, index) => index !== 4).join('\n'),
		'a hash too many': changed(4, (line) => `${line}\n${line}`),
		'another size': changed(empty + 2, (line) => String(Number(line) + 1)),
		'another root': changed(empty + 3, flip),
		'another signature': changed(empty + 5, (line) => line.replace(/ (\S+)$/, (_, signature) => ` ${flip(signature)}`)),
		'another log': text.replaceAll(who.cityA, who.cityB),
		'another version': changed(0, (line) => line.replace('@v1', '@v2')),
	};
	verifyProof(text, vkey);
	for (const [what, wrong] of Object.entries(forged))
		assert.throws(() => verifyProof(wrong, vkey), /^Error: not proven/, what);
});

test('K-27 everybody sees what happened to the own account, and no other', async () => {
	(await get(`/v1/accounts/${who.own.account}`, who.principal)).is(200);
	const items = (await get('/v1/me/history', who.own)).is(200).json.items;
	assert.equal(items[0].operation, 'account.see');
	assert.equal(items[0].who.role, 'principal');
	assert.ok(items.some((one) => one.operation === 'session.create' && one.who.own));
	(await get(`/v1/accounts/${who.family.account}`, who.principal)).is(200);
	assert.deepEqual((await get('/v1/me/history', who.own)).is(200).json.items[0], items[0]);
	(await request('GET', '/v1/me/history')).is(401);
});

mustSurvive(test);
