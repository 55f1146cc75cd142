// The people who play in the generated tests, the things they play with, and valid values for every input.
import assert from 'node:assert/strict';

import { accounts, all, dayAfter, each, freshSession, get, lockedOut, post, request, reserved, strangeId, until } from './lib.mjs';
import { accountFact, childFact, classFact, dayFact, descriptionFact, deviceFact, facilityFact, linkFact, of, person, sessionFact, survey } from './world.mjs';

const spare = new Set([...reserved, ...Object.values(lockedOut)].map((one) => one.login));

// The first people of a role, at the facility or anywhere but there.
async function find(city, role, { at, notAt } = {}, count = 1) {
	const found = [];
	for (const account of of(city, role)) {
		if (found.length === count)
			break;
		if (spare.has(account.login))
			continue;
		const who = await person(account);
		if ((at === undefined || who.facility === at) && (notAt === undefined || who.facility !== notAt))
			found.push(who);
	}
	assert.equal(found.length, count, `the demo has ${count} × ${role} for this in ${city}`);
	return count === 1 ? found[0] : found;
}

async function confirm(target, who) {
	const asked = (await post(target, who)).is(428).json;
	return (await post(target, who, {}, { headers: { confirm: asked.confirm.token } })).is(200).json;
}

/*
 * Two cities; in the first, two facilities: `here` with a family, its child and two teachers, and another one.
 * A guardian of another family at `here` is linked to the child and blocked.
 */
export async function cast() {
	const [cityA, cityB] = [...new Set(accounts.filter((one) => one.role === 'guardian').map((one) => one.customer))];
	const provider = [...new Set(accounts.map((one) => one.customer))].find((name) => !of(name, 'guardian').length);
	const principal = await find(cityA, 'principal');
	const here = principal.facility;
	const [own, family, blocked] = await find(cityA, 'guardian', { at: here }, 3);
	const teachers = await find(cityA, 'staff', { at: here }, 2);
	const elsewhere = {
		principal: await find(cityA, 'principal', { notAt: here }),
		guardian: await find(cityA, 'guardian', { notAt: here }),
		staff: await find(cityA, 'staff', { notAt: here }),
	};
	const overseers = {
		officer: await find(cityA, 'officer'), admins: await find(cityA, 'officer-admin', {}, 2), auditor: await find(cityA, 'auditor'),
	};
	const far = {
		principal: await find(cityB, 'principal'), guardian: await find(cityB, 'guardian'), staff: await find(cityB, 'staff'),
		officer: await find(cityB, 'officer'), admin: await find(cityB, 'officer-admin'), auditor: await find(cityB, 'auditor'),
	};

	// The child: of the own guardian's, one whose class one of the teachers has and the other has not.
	let teacher, colleague, child;
	for (const one of await all('/v1/children', own)) {
		teacher = teachers.find((who) => who.classes.has(one.class));
		colleague = teachers.find((who) => !who.classes.has(one.class));
		child = one;
		if (teacher && colleague)
			break;
	}
	assert.ok(teacher && colleague, 'the two teachers teach the child\'s class and another');

	let link = (await all(`/v1/children/${child.id}/guardians`, principal)).find((one) => one.account === blocked.account);
	link ??= (await post(`/v1/children/${child.id}/guardians`, principal, { account: blocked.account, relation: '叔父' })).is(201).json;
	if (link.state === 'active')
		link = await confirm(`/v1/children/${child.id}/guardians/${link.id}/block`, principal);

	const ended = await freshSession(accounts.find((one) => one.login === own.login && one.customer === cityA));
	(await request('DELETE', '/v1/session', { as: ended })).is(204);
	await until('an absence to look at', async () => {
		const absences = await all(`/v1/children/${child.id}/absences`, principal);
		return absences.length > 0 ||
			(await post(`/v1/children/${child.id}/absences`, own, { date: dayAfter(30), kind: 'late', reason: '通院のため' })).status === 201;
	});

	const operators = provider ? { operator: await find(provider, 'operator'), operatorAdmin: await find(provider, 'operator-admin') } : {};
	return { cityA, cityB, provider, here, principal, own, family, blocked, teacher, colleague, elsewhere, overseers, far, operators, child, link, ended };
}

/*
 * For every kind of thing the facts that requests are made with, from one's own to another city's and to none.
 * The first of each kind stands under the first child, facility and so on.
 */
export async function things(who) {
	const { cityA, cityB, principal, elsewhere, far, overseers } = who;
	const places = [[cityA, await survey(principal)], [cityA, await survey(elsewhere.principal)], [cityB, await survey(far.principal)]];
	const children = places.map(([city, place]) => place.children.map((child) => childFact(child, city, place.links)));
	const classes = places.map(([city, place], index) => place.classes.map((one) => classFact(one, city, children[index])));
	const links = places.map(([city, place], index) =>
		place.links.map((link) => linkFact(link, children[index].find((child) => child.id === link.child), city)));

	const child = children[0].find((one) => one.id === who.child.id);
	const other = children[0].find((one) => one.class !== child.class && !one.guardians.has(who.own.account));
	const samePlace = children[0].find((one) => one.class === child.class && one.id !== child.id && !one.guardians.has(who.own.account));
	const ofAccount = (place, person) => children[place].find((one) => one.guardians.has(person.account));
	const familys = ofAccount(0, who.family);

	const shown = [[child, principal], [other, principal], [ofAccount(1, elsewhere.guardian), elsewhere.principal], [ofAccount(2, far.guardian), far.principal]];
	const absences = await each(shown, 1, async ([one, by]) => dayFact('absence', await anAbsence(one, by), one));
	const attendances = await each(shown, 1, async ([one, by]) => dayFact('attendance', await anAttendance(one, by), one));

	const change = await openChange(overseers.admins[0], who.elsewhere.principal.facility);
	const stream = await openImport(overseers.admins[0]);
	const roster = await openImport(principal, 'roster');
	const theirs = await openImport(elsewhere.principal, 'rollover');
	const nothing = { kind: null, id: strangeId() };
	const announcements = await announced(who, elsewhere.principal.facility);
	const cases = await opened(who);
	const memberships = [
		await membershipOf(who.family, principal), await membershipOf(who.teacher, principal),
		await membershipOf(overseers.officer, overseers.admins[0]), await membershipOf(elsewhere.guardian, elsewhere.principal),
		await membershipOf(far.guardian, far.principal),
	];
	const recoveries = [await askRecovery(who.family, principal), await askRecovery(far.guardian, far.principal)];
	const [reviews, sent, ours] = await Promise.all([registerOf(overseers.officer, 'access-review'), registerOf(overseers.officer, 'demarcation'), registerOf(who.operators.operator, 'asset')]);
	const records = [
		await aRecord(overseers.officer, reviews, 'access-review'), await aRecord(far.officer, reviews, 'access-review'),
		await aCopy(who, sent, 'demarcation'), await aRecord(who.operators.operator, ours, 'asset'),
	];
	const campaigns = await campaigned(who);
	const outward = await Promise.all([overseers.admins[0], far.admin].map(sentOut));
	const hung = await attached(who, announcements, records, cases);
	const issues = await issued(who, announcements, records, cases, reviews);
	return {
		letter: [...outward.map((one) => one.letter), nothing],
		target: [...outward.map((one) => one.target), nothing],
		attachment: [...hung, nothing],
		document: [...issues, nothing],
		record: [...records, nothing],
		campaign: [...campaigns.whole, nothing],
		campaign_task: [...campaigns.tasks, nothing],
		known: { children: children.flat(), classes: classes.flat(), links: links.flat() },
		change: [{ kind: 'change', id: change.id, city: cityA, requester: overseers.admins[0].account, approver: 'officer-admin' }, nothing],
		import: [
			{ kind: 'import', id: stream.id, city: cityA, of: 'facility' }, { kind: 'import', id: roster.id, city: cityA, facility: who.here, of: 'roster' },
			{ kind: 'import', id: theirs.id, city: cityA, facility: elsewhere.principal.facility, of: 'rollover' }, nothing,
		],
		absence: [...absences, nothing],
		attendance: [...attendances, nothing],
		child: [child, samePlace, other, familys, ofAccount(1, elsewhere.guardian), ofAccount(2, far.guardian), nothing].filter(Boolean),
		guardianship: [
			links[0].find((one) => one.child === child.id && one.id !== who.link.id), links[0].find((one) => one.id === who.link.id),
			links[0].find((one) => one.child === other.id), links[1][0], links[2][0], nothing,
		],
		class: [classes[0].find((one) => one.id === child.class), classes[0].find((one) => one.id === other.class), classes[1][0], classes[2][0], nothing],
		description: ['announcement city-notice', 'announcement service-notice', 'announcement terms', 'campaign access-review', 'campaign training', 'register access-review', 'register demarcation', 'register asset', 'case inquiry',
			'case data-request', 'alert critical-operation', 'alert check-failed'].map((name) => descriptionFact(...name.split(' ')))
			.concat(nothing),
		announcement: [...announcements, nothing],
		casefile: [...cases, nothing],
		membership: [...memberships, nothing],
		recovery: [...recoveries, nothing],
		facility: [facilityFact(who.here, cityA), facilityFact(elsewhere.principal.facility, cityA), facilityFact(far.principal.facility, cityB), nothing],
		session: (await Promise.all([who.family, who.own, who.teacher, principal, overseers.admins[1], elsewhere.guardian, far.guardian].map(aSession)))
			.concat(nothing),
		device: (await Promise.all([principal, elsewhere.principal, far.principal].map(aTablet))).concat(nothing),
		alert: (await Promise.all([principal, elsewhere.principal, far.principal].map(alerted))).concat(nothing),
		account: [who.family, who.teacher, who.own, principal, overseers.officer, overseers.admins[1], elsewhere.guardian, elsewhere.staff, far.guardian]
			.map(accountFact).concat(nothing),
	};
}

// A letter of a city, and a target of webhooks that waits for a second person.
async function sentOut(admin) {
	(await post('/v1/letters/try', admin)).is(204);
	const [letter] = (await get('/v1/letters?limit=1', admin)).is(200).json.items;
	const { target } = (await post('/v1/targets', admin, { title: 'しけんの受信先', url: 'https://example.jp/hook', letters: 'trial' })).is(201).json;
	return { letter: { kind: 'letter', id: letter.id, city: admin.city }, target: { kind: 'target', id: target.id, city: admin.city } };
}

// A review and a training that are under way, with tasks of both facilities, of the city, of a person; another city's.
async function campaigned(who) {
	const under = async (as, code) => {
		const described = { kind: 'campaign', code };
		const kind = descriptionFact('campaign', code).id;
		const known = (await all('/v1/campaigns?state=running', as)).find((one) => one.kind.code === code) ??
			(await post(`/v1/campaign-kinds/${kind}/campaigns`, as, { title: 'しけんの取組み' })).is(201).json;
		await until('the tasks of a campaign', async () => (await get(`/v1/campaigns/${known.id}`, as)).is(200).json.spread, 60_000);
		return { kind: 'campaign', id: known.id, city: as.city, described };
	};
	const task = async (campaign, as, fits) => {
		const found = (await all('/v1/campaigns/tasks/mine', as)).find((one) => one.campaign.id === campaign.id && fits(one));
		return { kind: 'campaign_task', id: found.id, city: as.city, facility: found.facility?.id, described: campaign.described,
			account: found.account?.id, holders: found.account ? [] : found.roles };
	};
	const [admin] = who.overseers.admins;
	const [review, training, far] = [await under(admin, 'access-review'), await under(admin, 'training'), await under(who.far.admin, 'access-review')];
	return {
		whole: [review, training, far],
		tasks: [
			await task(review, who.principal, (one) => one.facility), await task(review, who.elsewhere.principal, (one) => one.facility),
			await task(review, admin, (one) => !one.facility), await task(training, who.teacher, () => true), await task(far, who.far.principal, (one) => one.facility),
		],
	};
}

// What reaches the first facility, everybody, the other facility; a draft at the first; another city's.
async function announced(who, elsewhere) {
	const [writer, signer] = who.overseers.admins;
	const kind = { kind: 'announcement', code: 'city-notice' };
	const write = async (as, facility) => (await post(`/v1/announcement-kinds/${descriptionFact(kind.kind, kind.code).id}/announcements`, as,
		{ title: 'しけんのお知らせ', body: '本文', facility })).is(201).json;
	const fact = (one, city, writer, audience, facility) => ({ kind: 'announcement', id: one.id, city, facility, described: kind, opener: writer.account, audience });
	const reaches = ['guardian', 'staff', 'principal'];
	const found = [];
	for (const facility of [who.here, undefined, elsewhere]) {
		const one = await write(writer, facility);
		(await post(`/v1/announcements/${one.id}/publish`, signer)).is(200);
		found.push(fact(one, who.cityA, writer, reaches, facility));
	}
	return found.concat(fact(await write(writer, who.here), who.cityA, writer, undefined, who.here), fact(await write(who.far.admin), who.cityB, who.far.admin));
}

// What hangs on a draft, a record, a guardian's case; in another city.
async function attached(who, announcements, records, cases) {
	const add = async (as, object_kind, on, more) => {
		const one = (await post('/v1/attachments', as, { object_kind, object: on.id, name: 'しけん.txt', size: 2000 })).is(201).json;
		return { kind: 'attachment', id: one.id, city: on.city, facility: on.facility, described: on.described, uploader: as.account, ...more };
	};
	return [
		await add(who.overseers.admins[0], 'announcement', announcements[3]), await add(who.far.admin, 'announcement', announcements[4]),
		await add(who.overseers.officer, 'record', records[0]), await add(who.far.officer, 'record', records[1]),
		await add(who.family, 'case', cases[0], { asked: who.family.account }), await add(who.far.guardian, 'case', cases[5], { asked: who.far.guardian.account }),
	];
}

// Issued from a record, a draft, a case and a whole register; in another city.
async function issued(who, announcements, records, cases, register) {
	const issue = async (as, kind, on, more) => {
		const one = (await post('/v1/documents', as, { kind, object: on.id })).is(200, 201).json;
		return { kind: 'document', id: one.id, city: as.city, facility: on.facility, described: on.described, ...more };
	};
	return [
		await issue(who.overseers.officer, 'record', records[0]), await issue(who.far.officer, 'record', records[1]),
		await issue(who.overseers.admins[0], 'announcement', announcements[3]), await issue(who.overseers.admins[0], 'case', cases[1]),
		await issue(who.overseers.officer, 'register', { id: register.id, described: { kind: 'register', code: 'access-review' } }, { whole: true }),
	];
}

async function registerOf(as, code) {
	const known = (await all('/v1/registers', as)).find((one) => one.code === code);
	assert.ok(known, `${as.login} sees the register ${code}`);
	return known;
}

// What fits every required field of a form.
export const filledIn = (fields) => Object.fromEntries(fields.filter((one) => one.required).map((one) => [one.name, {
	text: 'しけん', long: 'しけん', date: dayAfter(0), time: `${dayAfter(0)}T09:00:00+09:00`, int: Math.max(one.min ?? 1, 1), bool: true, choice: one.choices[0]?.code,
}[one.type]]));

const recordFact = (code, id, who) => ({ kind: 'record', id, city: who.city, opener: who.account, described: { kind: 'register', code } });

// A record that waits, filed by this person.
async function aRecord(by, register, code) {
	const known = (await all(`/v1/registers/${register.id}/records?state=waiting`, by)).find((one) => one.may.edit && !one.may.approve && one.title === 'しけん');
	const record = known ?? (await post(`/v1/registers/${register.id}/records`, by, { fields: filledIn(register.fields) })).is(201).json;
	return recordFact(code, record.id, by);
}

// What the provider has approved, as it stands at the first customer.
async function aCopy(who, register, code) {
	const where = `/v1/registers/${register.id}/records?state=in-force`;
	const found = async () => (await all(where, who.overseers.officer)).find((one) => one.confirmed_at === null);
	let copy = await found();
	if (!copy) {
		const fields = filledIn(register.fields);
		const record = (await post(`/v1/registers/${register.id}/records`, who.operators.operator, { fields: 'customer' in fields ? { ...fields, customer: who.cityA } : fields })).is(201).json;
		(await post(`/v1/records/${record.id}/approve`, who.operators.operatorAdmin)).is(200);
		copy = await until('the copy of a record arrives', found);
	}
	return { ...recordFact(code, copy.id, who.operators.operator), everywhere: true };
}

// A guardian's request about data and others'; an inquiry of the first facility, of another one and of another city, with its half at the provider's.
async function opened(who) {
	const forms = {
		inquiry: { subject: 'しけんの問合せ', topic: 'other', question: 'しけんの質問' },
		'data-request': { kind: 'disclosure', whose: 'しけんの子', what: 'しけんの求め' },
	};
	const open = async (as, code) => {
		const described = { kind: 'case', code };
		const one = (await post(`/v1/case-kinds/${descriptionFact('case', code).id}/cases`, as, { fields: forms[code] })).is(201).json;
		const mirrored = code === 'inquiry' && who.operators.operator !== undefined;
		if (mirrored)
			await until('the half of a case at the provider\'s', async () => (await get(`/v1/cases/${one.id}`, who.operators.operator)).status === 200);
		return { kind: 'casefile', id: one.id, city: as.city, also: mirrored ? who.provider : undefined, facility: as.facility, described, opener: as.account };
	};
	return [await open(who.family, 'data-request'), await open(who.overseers.officer, 'data-request'), await open(who.principal, 'inquiry'),
		await open(who.elsewhere.principal, 'inquiry'), await open(who.overseers.officer, 'inquiry'), await open(who.far.guardian, 'data-request'),
		await open(who.far.officer, 'inquiry')];
}

// An operation of great impact at a facility: the alert about it.
async function alerted(principal) {
	const known = async () => (await all('/v1/alerts', principal)).find((one) => one.rule.code === 'critical-operation' && one.state === 'open' && one.facility?.id === principal.facility);
	let alert = await known();
	if (!alert) {
		const [first] = await all(`/v1/facilities/${principal.facility}/classes`, principal);
		const child = (await post(`/v1/facilities/${principal.facility}/children`, principal, { name: 'しけん 警報', kana: 'しけん', birth_date: '2021-05-01',
			address: 'しけん1', entry_date: '2025-04-01', class: first.id })).is(201).json;
		const body = { date: dayAfter(0), reason: 'しけん' };
		const asked = (await post(`/v1/children/${child.id}/leave`, principal, body)).is(428).json;
		(await post(`/v1/children/${child.id}/leave`, principal, body, { headers: { confirm: asked.confirm.token } })).is(200);
		await until('the alert', async () => (alert = await known()) !== undefined, 30_000);
	}
	return { kind: 'alert', id: alert.id, city: principal.city, facility: principal.facility, described: { kind: 'alert', code: 'critical-operation' } };
}

// A session besides the one that plays: nobody misses it.
async function aSession(who) {
	const { token } = await freshSession(accounts.find((one) => one.login === who.login));
	const { id } = (await get('/v1/sessions', { token })).is(200).json.items.find((one) => one.current);
	return sessionFact(id, who);
}

async function aTablet(principal) {
	const where = `/v1/facilities/${principal.facility}/devices`;
	const known = (await get(where, principal)).is(200).json.items.find((one) => one.state !== 'ended');
	return deviceFact((known ?? (await post(where, principal, { name: 'しけんの端末' })).is(201).json).id, principal.facility, principal.city);
}

// What stands of a child for a day, for whoever may see the child's.
async function anAbsence(child, principal) {
	const known = (await all(`/v1/children/${child.id}/absences`, principal)).find((one) => one.state === 'active' && one.date > dayAfter(1));
	return known ?? (await post(`/v1/children/${child.id}/absences`, principal, { date: dayAfter(31), kind: 'late', reason: '通院のため' })).is(201).json;
}

async function anAttendance(child, principal) {
	const known = (await all(`/v1/children/${child.id}/attendance`, principal)).find((one) => one.in_force);
	return known ?? (await post(`/v1/facilities/${child.facility}/attendance`, principal, { child: child.id, kind: 'in' })).is(201).json;
}

async function openChange(admin, facility) {
	const waiting = (await all('/v1/changes', admin)).find((one) => one.state === 'waiting');
	return waiting ?? (await post(`/v1/facilities/${facility}/close`, admin)).is(202).json.change;
}

async function membershipOf(person, keeper) {
	const [one] = (await get(`/v1/accounts/${person.account}`, keeper)).is(200).json.memberships;
	return { kind: 'membership', id: one.id, city: person.city, of: one.role, facility: one.facility ?? undefined, account: person.account };
}

// What somebody who has forgotten the password has asked for, as whoever looks after the account sees it.
async function askRecovery(person, keeper) {
	(await post('/v1/recovery', undefined, { login: person.login })).is(202);
	const asked = (await all('/v1/recoveries', keeper)).find((one) => one.account === person.account);
	return { kind: 'recovery', id: asked.id, city: person.city, of: person.role, facility: person.facility };
}

async function openImport(as, entity = 'facility') {
	return (await post('/v1/imports', as, { entity, encoding: 'auto', name: 'list.csv', size: 64 })).is(201).json;
}

// Leaves no change waiting behind.
export async function tidyUp(who) {
	const admin = who.overseers.admins[0];
	for (const one of await all('/v1/changes', admin))
		if (one.state === 'waiting' && one.requester === admin.account)
			(await post(`/v1/changes/${one.id}/withdraw`, admin)).is(200);
}

const samples = {
	city: () => accounts[0].customer,
	login: () => `probe-${strangeId().slice(0, 10)}`,
	kana: () => 'しけん たろう',
	birth_date: () => '2022-05-01',
	entry_date: () => '2026-04-08',
	date: () => dayAfter(20),
	mail: () => 'probe@example.com',
	telephone: () => '090-0000-0000',
	municipality_code: () => '011002',
	opens: () => '9:00',
	closes: () => '18:00',
	cut_off: () => '08:30',
	month: () => dayAfter(0).slice(0, 7),
	latitude: () => '43.045613',
	longitude: () => '141.343758',
	year: () => 2026,
	role: () => 'guardian',
	size: () => 64,
	url: () => 'https://example.jp/hook',
	letters: () => 'trial',
	offset: () => 0,
	tile: () => '0/000.p/1',
	bundle: () => '000.p/1',
	skip: () => 0,
	requirement: () => 'K-1',
	check: () => 'lockout-after-failures',
	setting: () => 'invitation',
	entity: () => 'facility',
	current: () => 'Wrong-Password-0!',
	new: () => 'Kawaru-Koto_4711',
};

/*
 * Values that fit every input of an operation; those of id inputs are the things given by name.
 * Optional ones are left out unless `full`.
 */
export function valid(operation, given, { full = false } = {}) {
	const values = {};
	for (const input of operation.inputs) {
		if (Object.hasOwn(given, input.name)) {
			if (given[input.name] !== undefined)
				values[input.name] = given[input.name];
			continue;
		}
		if (!full && !input.required)
			continue;
		values[input.name] = sample(input, given);
	}
	return values;
}

export function sample(input, given = {}) {
	const { schema } = input;
	if (Object.hasOwn(given, input.name) && given[input.name] !== undefined)
		return given[input.name];
	if (input.name === 'log')
		return given.log;
	if (input.type === 'choice') {
		const usual = samples[input.name]?.();
		return schema.enum.includes(usual) ? usual : schema.enum.find((one) => one !== null && one !== 'none');
	}
	if (samples[input.name])
		return samples[input.name]();
	switch (input.type) {
	case 'integer':
		return Math.max(schema.minimum ?? 0, Math.min(1, schema.maximum ?? 1));
	case 'boolean':
		return true;
	case 'object':
		return {};
	case 'date':
		return dayAfter(20);
	case 'date-time':
		return `${dayAfter(1)}T09:00:00+09:00`;
	case 'id':
		return strangeId();
	default:
		return 'しけん'.padEnd(schema.minLength ?? 1, 'あ').slice(0, schema.maxLength ?? 100);
	}
}

export const bodyOf = (operation, values) =>
	Object.fromEntries(operation.inputs.filter((input) => input.in === 'body' && values[input.name] !== undefined).map((input) => [input.name, values[input.name]]));

