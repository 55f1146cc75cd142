// Nobody reaches what is not theirs: every operation that the server describes, asked for by everybody, about everything, in every
// place where an id can stand. What must come out is computed from catalog/access.yaml (policy.mjs), never from the server's own rows.
// A new operation is in the matrix as soon as the server describes it; one whose policy the catalogue does not know fails.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { all, dayAfter, each, exclusive, get, mustSurvive, none, openapi, operations, post, request, strangeId, target } from './lib.mjs';
import { bodyOf, cast, things, tidyUp, valid } from './cast.mjs';
import { decide, expected, grouped, isPublic, known, policyOf, readable } from './policy.mjs';
import { view } from './world.mjs';

await exclusive();
const rows = await operations();
const who = await cast();
const facts = await things(who);
facts.ledger = [who.cityA, who.cityB, 'nowhere'].map((name) => ({ kind: name === 'nowhere' ? null : 'ledger', id: name, city: name }));
after(() => tidyUp(who));

const SLIPPED = { role: 'officer-admin', facility: facts.facility[1].id, customer: who.cityB };
const DAY = dayAfter(30);

// Everybody, by how they stand to the first child.
const people = Object.entries({
	nobody: null, 'an ended session': { ...who.own, token: who.ended.token, ended: true },
	'its guardian': who.own, 'a guardian of another family': who.family, 'a blocked guardian': who.blocked,
	'its teacher': who.teacher, 'a teacher of another class': who.colleague, 'its principal': who.principal,
	'a guardian elsewhere': who.elsewhere.guardian, 'a teacher elsewhere': who.elsewhere.staff, 'a principal elsewhere': who.elsewhere.principal,
	'an officer': who.overseers.officer, 'an officer-admin': who.overseers.admins[0], 'a second officer-admin': who.overseers.admins[1],
	'an auditor': who.overseers.auditor, 'a guardian far away': who.far.guardian, 'a teacher far away': who.far.staff,
	'a principal far away': who.far.principal, 'an officer far away': who.far.officer, 'an officer-admin far away': who.far.admin,
	'an auditor far away': who.far.auditor, 'an operator': who.operators.operator, 'an operator-admin': who.operators.operatorAdmin,
}).filter(([, actor]) => actor !== undefined);

const actorOf = (actor) => (actor === null || actor.ended ? null : actor);

// What those see to whom everything here belongs.
const watched = [
	[who.principal, '/v1/children?limit=200'], [who.principal, `/v1/children/${who.child.id}`],
	[who.principal, `/v1/children/${who.child.id}/absences`], [who.principal, `/v1/children/${who.child.id}/guardians`],
	[who.principal, `/v1/facilities/${who.here}/classes`], [who.principal, `/v1/facilities/${who.here}/board?date=${DAY}`],
	[who.principal, `/v1/accounts/${who.family.account}`],
	[who.own, '/v1/children'], [who.own, `/v1/children/${who.child.id}/absences`],
	[who.elsewhere.principal, '/v1/children?limit=200'], [who.elsewhere.principal, `/v1/facilities/${who.elsewhere.principal.facility}/board?date=${DAY}`],
	[who.elsewhere.guardian, '/v1/children'], [who.far.principal, '/v1/children?limit=200'],
	[who.far.principal, `/v1/facilities/${who.far.principal.facility}/board?date=${DAY}`],
	[who.overseers.admins[0], '/v1/facilities?limit=200'], [who.overseers.admins[0], '/v1/changes'],
	[who.overseers.admins[0], `/v1/imports/${facts.import[0].id}`], [who.far.admin, '/v1/facilities?limit=200'],
];

// Of these what is looked at after each person's turn; all of it after each operation.
const nearest = watched.slice(1, 4);

// ---- every way to put ids into an operation ----

function slotsOf(operation) {
	return operation.inputs.filter((input) => input.refers || input.name === 'log').map((input) => {
		const kind = input.name === 'log' ? 'ledger' : input.refers;
		assert.ok(facts[kind], `${operation.id} takes the id of a ${kind}: the tests need some to play with (cast.mjs, things)`);
		return { name: input.name, in: input.in, kind, required: input.required || input.in === 'path', choices: facts[kind] };
	});
}

// The things that stand above another, so that a path through them is a true one.
function above(fact, kind) {
	if (kind === 'facility')
		return facts.facility.find((one) => one.id === fact.facility);
	if (kind === 'child')
		return facts.known.children.find((one) => one.id === fact.child);
	if (kind === 'account')
		return facts.account.find((one) => one.id === fact.account);
	return undefined;
}

// Tuples of facts, one for each slot (undefined: not given): of two slots every pair, of more one varied after the other; and true
// paths to every innermost thing.
function tuples(slots) {
	if (slots.length === 0)
		return [[]];
	const base = slots.map((slot) => (slot.required ? slot.choices[0] : undefined));
	const found = new Map();
	const add = (tuple) => found.set(tuple.map((fact) => fact?.id).join(' '), tuple);
	add(base);
	if (slots.length === 2)
		for (const one of slots[0].choices)
			for (const other of slots[1].choices)
				add([one, other]);
	slots.forEach((slot, index) => {
		for (const fact of slot.choices) {
			add(base.with(index, fact));
			add(base.with(index, fact).map((one, at) => (at !== index && slots[at].in === 'path' && above(fact, slots[at].kind)) || one));
		}
	});
	return [...found.values()];
}

function situations(operation) {
	const slots = slotsOf(operation);
	return tuples(slots).map((tuple) => ({
		given: Object.fromEntries(slots.map((slot, index) => [slot.name, tuple[index]?.id])),
		facts: slots.map((slot, index) => ({ name: slot.name, in: slot.in, fact: tuple[index] })).filter((one) => one.fact !== undefined)
			.map((one) => ({ ...one, fact: one.fact.kind === null ? null : one.fact })),
	}));
}

// A write that may be done is sent with members that are not its own: it must get as far as having its input refused.
function call(operation, actor, situation, enter) {
	const values = valid(operation, { log: who.cityA, ...situation.given });
	const where = target(operation, values);
	const as = actor ?? undefined;
	if (operation.kind === 'read')
		return request(operation.method, where, { as });
	if (operation.raw)
		return request(operation.method, enter ? `${where}${where.includes('?') ? '&' : '?'}customer=${who.cityB}` : where, { as, body: 'x', type: 'application/octet-stream' });
	const own = new Set(operation.inputs.map((input) => input.name));
	const slipped = enter ? Object.fromEntries(Object.entries(SLIPPED).filter(([name]) => !own.has(name))) : {};
	return request(operation.method, where, { as, json: { ...bodyOf(operation, values), ...slipped } });
}

// ---- what no reply may contain ----

const secrets = new Map();
function hiddenFrom(actor) {
	const key = actor?.login + actor?.city;
	if (!secrets.has(key)) {
		const hidden = actor === null ? facts.known.children : facts.known.children.filter((child) => decide({ entity: 'child', action: 'see' }, actor, child).length === 0);
		const open = new Set(facts.known.children.filter((child) => !hidden.includes(child)).flatMap((child) => [child.name, child.address]));
		secrets.set(key, hidden.flatMap((child) => [child.id, child.address].filter((word) => !open.has(word))));
	}
	return secrets.get(key);
}

function nothingLeaks(operation, person, reply, asked) {
	const [label, actor] = person;
	const text = reply.text;
	for (const word of reply.status < 400 ? hiddenFrom(actorOf(actor)) : asked.flatMap(({ fact }) => [fact?.id, fact?.name, fact?.kana, fact?.address]))
		if (word && text.includes(word) && !(reply.status < 400 && actor && mayName(operation, actor, word)))
			assert.fail(`${operation.id} tells ${label} of ${word}: ${text.slice(0, 400)}`);
	if (reply.status >= 400)
		assert.equal(reply.headers.etag, undefined, `${operation.id}: no ETag on a refusal`);
}

// Events name their objects by random ids to those who may see events; who asked by id has the id already.
function mayName(operation) {
	return policyOf(operation).entity === 'event' || policyOf(operation).entity === 'ledger';
}

// ---- the matrix ----

test('S-48 T-12 every operation implements a line of the access policy, and only what is public is open', () => {
	assert.ok(rows.length > 30, 'the server describes its operations');
	for (const operation of rows) {
		assert.ok(known(policyOf(operation)), `${operation.id}: "${operation.policy}" is not in catalog/access.yaml`);
		const open = isPublic(policyOf(operation)) || operation.id === 'session.create';
		assert.equal(operation.open, open, `${operation.id} is ${open ? 'open' : 'closed'} to people without a session`);
	}
});

const same = new Map();
function likeAllOthers(operation, reply) {
	const key = `${operation.id} ${reply.status}`;
	const seen = { body: reply.timeless, head: JSON.stringify(reply.timelessHead), line: reply.line };
	const first = same.get(key) ?? seen;
	same.set(key, first);
	assert.equal(seen.body, first.body, `${reply.line} answers ${reply.status} like ${first.line}`);
	assert.equal(seen.head, first.head, `${reply.line} answers ${reply.status} with the head of ${first.line}`);
}

// What is asked for by a number, which is none of the facts here: the entry may be about somebody else.
const numbered = new Set(['child.history-proof', 'event.see', 'ledger.cosigned']);

function judge(operation, person, situation, reply, wanted) {
	const [label] = person;
	const about = situation.facts.map((one) => `${one.name}=${one.fact ? `${one.fact.kind} ${one.fact.id} in ${one.fact.city}` : 'nothing'}`).join(', ');
	const line = `${operation.id} by ${label} about ${about || 'nothing in particular'} → ${reply.status}`;
	if (wanted.includes('enter')) {
		if (operation.kind === 'read' && situation.facts.length === 2 && operation.id === 'me.operations')
			return assert.equal(reply.status, 400, line);
		if (operation.kind === 'read' && reply.status === 404 && numbered.has(operation.id))
			return undefined;
		if (operation.id === 'attachment.content' && reply.status === 409) // seen, but not scanned yet: nobody gets it
			return undefined;
		if (operation.kind === 'read')
			return assert.ok(reply.status < 300, `${line}: the policy allows it: ${reply.text.slice(0, 300)}`);
		assert.equal(reply.status, 400, `${line}: the policy allows it, and members of others are refused: ${reply.text.slice(0, 300)}`);
		const own = new Set(operation.inputs.map((input) => input.name));
		for (const name of operation.raw ? ['customer'] : Object.keys(SLIPPED).filter((one) => !own.has(one)))
			assert.ok(reply.fields.includes(name), `${line}: "${name}" is named as unknown: ${reply.text.slice(0, 300)}`);
		return undefined;
	}
	assert.ok(wanted.includes(reply.status), `${line} instead of ${wanted.join(' or ')}: ${reply.text.slice(0, 300)}`);
	if (reply.status !== 400)
		likeAllOthers(operation, reply);
	return undefined;
}

for (const operation of rows.filter((one) => one.id !== 'session.create'))
	test(`S-48 T-29 K-26 K-27 ${operation.id} (${operation.policy}): everybody, about everything`, async (t) => {
		const cases = situations(operation);
		const findings = [];
		const [near, owners] = operation.kind === 'write' ? [await view(nearest), await view(watched)] : [null, null];
		// The one session that must not be ended is everybody's own.
		const skipEnter = operation.id === 'session.end';
		for (const person of people) {
			const actor = actorOf(person[1]);
			await each(cases, 8, async (situation) => {
				const wanted = expected(operation, actor, situation.facts);
				if (skipEnter && wanted.includes('enter'))
					return;
				const reply = await call(operation, person[1], situation, wanted.includes('enter'));
				try {
					judge(operation, person, situation, reply, wanted);
					nothingLeaks(operation, person, reply, situation.facts);
				} catch (finding) {
					findings.push(finding.message.split('\n')[0].replace(/"instance":"\w+"/, '…'));
				}
			});
			if (near !== null && await view(nearest) !== near)
				findings.push(`${operation.id} by ${person[0]}: refused, and yet what the owners see next to it has changed`);
		}
		if (owners !== null && await view(watched) !== owners)
			findings.push(`${operation.id}: refused, and yet what the owners see has changed`);
		t.diagnostic(`${people.length} people × ${cases.length} situations`);
		none(findings);
	});

test('S-48 a method that a path does not have is refused to everybody alike', async () => {
	const document = await openapi();
	for (const [where, item] of Object.entries(document.paths)) {
		const has = Object.keys(item).map((name) => name.toUpperCase());
		const operation = rows.find((one) => one.path === where);
		for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((name) => !has.includes(name))) {
			const seen = new Set();
			for (const as of [undefined, who.own, who.principal, who.far.guardian]) {
				for (const index of [0, 1]) {
					const values = Object.fromEntries(slotsOf(operation).map((slot) => [slot.name, slot.choices.at(index === 0 ? 0 : -1).id]));
					const reply = await request(method, target(operation, valid(operation, { log: who.cityA, ...values })), {
						as, json: method === 'GET' ? undefined : {},
					});
					reply.problem(405, 'method-not-allowed');
					assert.deepEqual(reply.headers.allow.split(', ').filter((name) => name !== 'HEAD').sort(), has.sort(), reply.line);
					seen.add(reply.timeless);
				}
			}
			assert.equal(seen.size, 1, `${method} ${where}`);
		}
	}
});

// ---- what may be seen, field by field and list by list ----

const NAMES = { entry: 'entry_date', leaving: 'leaving_date' };
const ALWAYS = new Set(['id', 'facility', 'facility_name', 'class_name', 'class', 'child', 'account', 'state']);

function fieldsFit(entity, actor, fact, item, label) {
	const allowed = readable(entity, decide({ entity, action: 'see' }, actor, fact));
	if (allowed === null)
		return;
	const names = new Set([...allowed].map((name) => NAMES[name] ?? name));
	for (const name of Object.keys(item))
		assert.ok(ALWAYS.has(name) || names.has(name), `${label} (${actor.role}) shows "${name}", the policy only ${[...names].join(', ')}`);
}

test('K-27 a child is shown with the fields of the relation, and with no others', async () => {
	for (const actor of [who.own, who.teacher, who.colleague, who.principal]) {
		const fact = facts.child[0];
		const item = (await get(`/v1/children/${fact.id}`, actor)).is(200).json;
		fieldsFit('child', actor, fact, item, 'child.see');
		for (const [index, one] of (await all('/v1/children', actor)).entries())
			fieldsFit('child', actor, facts.known.children.find((child) => child.id === one.id), one, `child.list[${index}]`);
	}
	const whole = (await get(`/v1/children/${facts.child[0].id}`, who.own)).json;
	for (const name of grouped('child'))
		if (!['photo', 'leaving'].includes(name))
			assert.ok(Object.hasOwn(whole, NAMES[name] ?? name), `a guardian sees "${name}" of the own child`);
});

test('K-27 guardians of a child are shown without each other\'s contacts, and blocked ones not at all', async () => {
	const where = `/v1/children/${who.child.id}/guardians`;
	for (const actor of [who.own, who.teacher, who.principal])
		for (const one of await all(where, actor))
			fieldsFit('guardianship', actor, facts.known.links.find((link) => link.id === one.id), one, 'guardianship.list');
	const [mine, theirs] = [await all(where, who.own), await all(where, who.principal)];
	assert.ok(theirs.some((one) => one.id === who.link.id && one.state === 'blocked'));
	assert.ok(!mine.some((one) => one.id === who.link.id), 'the blocked one is not shown to the other guardian');
	assert.ok(mine.some((one) => one.account === who.own.account));
});

test('K-27 a guardian sees of a class its name, and only the classes of the own children', async () => {
	const items = await all(`/v1/facilities/${who.here}/classes`, who.own);
	const mine = new Set(facts.known.children.filter((child) => child.guardians.has(who.own.account)).map((child) => child.class));
	assert.deepEqual(new Set(items.map((one) => one.id)), mine);
	for (const one of items)
		fieldsFit('class', who.own, facts.known.classes.find((fact) => fact.id === one.id), one, 'class.list');
});

test('K-26 K-27 T-29 a list holds what the detail shows, and nothing else', async () => {
	for (const [label, actor] of people.filter(([, one]) => one && !one.ended)) {
		const reply = await get('/v1/children?limit=200', actor);
		const seen = facts.known.children.filter((child) => decide({ entity: 'child', action: 'see' }, actor, child).length > 0);
		if (reply.status !== 200) {
			assert.equal(seen.length, 0, `${label} may see children`);
			continue;
		}
		const listed = new Set((await all('/v1/children', actor)).map((child) => child.id));
		for (const id of listed)
			assert.ok(seen.some((child) => child.id === id) || !facts.known.children.some((child) => child.id === id), `${label} is shown ${id}`);
		if (actor.role !== 'staff')
			for (const child of seen)
				assert.ok(listed.has(child.id), `${label} is shown all that is theirs`);
		await each([...listed].slice(0, 3), 3, async (id) => (await get(`/v1/children/${id}`, actor)).is(200));
	}
});

test('K-27 the accounts file and the server agree whose children are whose', async () => {
	for (const actor of [who.own, who.family, who.elsewhere.guardian, who.far.guardian]) {
		const ids = (await all('/v1/children', actor)).map((child) => child.id).sort();
		assert.deepEqual(ids, [...actor.listed].sort());
	}
});

test('K-26 K-27 a cursor of somebody else\'s brings no more into a list than one of nobody\'s', async () => {
	const lists = rows.filter((operation) => operation.list && operation.inputs.some((input) => input.name === 'cursor' && input.type === 'id'));
	assert.ok(lists.length > 3);
	for (const operation of lists)
		for (const actor of [who.own, who.colleague, who.principal, who.overseers.admins[0]]) {
			const situation = situations(operation)[0];
			if (!expected(operation, actor, situation.facts).includes('enter'))
				continue;
			const values = valid(operation, { log: who.cityA, ...situation.given });
			const mine = new Set((await all(target(operation, values), actor)).map((one) => one.id));
			for (const cursor of [facts.child[4].id, facts.child[5].id, facts.guardianship[3].id, facts.facility[1].id, facts.account[6].id, strangeId()])
				for (const one of (await get(target(operation, { ...values, cursor }), actor)).is(200).json.items)
					assert.ok(mine.has(one.id), `${operation.id} with ${cursor} shows ${one.id}`);
		}
});

test('K-27 "what may I do" says what the operations do', async () => {
	for (const [kind, index] of [['child', 0], ['child', 2], ['facility', 0]]) {
		const fact = facts[kind][index];
		for (const [label, actor] of people.filter(([, one]) => one && !one.ended)) {
			const reply = await get(`/v1/me/operations?${kind}=${fact.id}`, actor);
			if (reply.status === 404)
				continue; // judged in the matrix
			const told = new Set(reply.is(200).json.operations);
			for (const operation of rows) {
				const slots = slotsOf(operation).filter((slot) => slot.required);
				if (operation.open || slots.length !== 1 || slots[0].in !== 'path' || slots[0].kind !== kind)
					continue;
				const enters = expected(operation, actor, [{ name: slots[0].name, in: 'path', fact }]).includes('enter');
				assert.equal(told.has(operation.id), enters, `${label} is told ${enters ? 'that' : 'not that'} they may ${operation.id}`);
			}
		}
	}
});

test('K-27 a block takes effect at once, for everything about the child', async () => {
	const child = who.child.id;
	for (const where of [`/v1/children/${child}`, `/v1/children/${child}/absences`, `/v1/children/${child}/guardians`, `/v1/me/operations?child=${child}`])
		(await get(where, who.blocked)).problem(404, 'not-found');
	const report = await post(`/v1/children/${child}/absences`, who.blocked, { date: dayAfter(9), kind: 'absence', reason: 'しけん' });
	report.problem(404, 'not-found');
	assert.ok(!(await get('/v1/children', who.blocked)).text.includes(child));
	(await post(`/v1/children/${child}/guardians/${who.link.id}/unblock`, who.principal)).is(200);
	(await get(`/v1/children/${child}`, who.blocked)).is(200);
	const target = `/v1/children/${child}/guardians/${who.link.id}/block`;
	const { confirm } = (await post(target, who.principal)).is(428).json;
	(await post(target, who.principal, {}, { headers: { confirm: confirm.token } })).is(200);
	(await get(`/v1/children/${child}`, who.blocked)).problem(404, 'not-found');
});

test('S-69 what is out of reach leaves the same event as what does not exist', async () => {
	const seen = [];
	for (const id of [facts.child[4].id, strangeId()]) {
		const reply = (await get(`/v1/children/${id}`, who.own)).problem(404, 'not-found');
		const events = (await get('/v1/events?limit=50', who.overseers.auditor)).is(200).json.items;
		const event = events.find((one) => one.request === reply.instance);
		assert.ok(event, 'the refusal stands in the record');
		seen.push({ ...event, index: 0, time: '', request: '' });
	}
	assert.deepEqual(seen[0], seen[1]);
	assert.equal(seen[0].outcome, 404);
	assert.deepEqual(seen[0].objects, []);
});

mustSurvive(test);
