// What must reach people before a day: who writes and publishes it, how long before, whom it reaches, and what holds until it is accepted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accounts, all, dayAfter, each, exclusive, get, mustSurvive, none, post, request, reserved, strangeId, today, until } from './lib.mjs';
import { of, person } from './world.mjs';

const cities = [...new Set(accounts.map((one) => one.customer))].filter((name) => name !== 'provider');
const city = cities.at(-1);
const kinds = {};
let operator, operatorAdmins, officer, admins, auditor, principal, other, guardian, elsewhere, staff;
const toWithdraw = [];

const DAY = 86_400_000;
// The independent reckoning: the same day so many months on, or the first of the month after it.
function monthsAfter(date, months) {
	const [year, month, day] = date.split('-').map(Number);
	const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
	return new Date(day <= last ? Date.UTC(year, month - 1 + months, day) : Date.UTC(year, month + months, 1)).toISOString().slice(0, 10);
}
const dayBefore = (date) => new Date(Date.parse(date) - DAY).toISOString().slice(0, 10);

before(async () => {
	await exclusive();
	operator = await person(of('provider', 'operator')[0]);
	operatorAdmins = await each(of('provider', 'operator-admin'), 1, (one) => person(one));
	admins = await each(of(city, 'officer-admin'), 1, (one) => person(one));
	officer = await person(of(city, 'officer')[0]);
	auditor = await person(of(city, 'auditor')[0]);
	[principal, other] = await each(of(city, 'principal').slice(0, 2), 1, (one) => person(one));
	const guardians = await each(of(city, 'guardian').filter((one) => !reserved.includes(one)).slice(0, 4), 1, (one) => person(one));
	guardian = guardians.find((one) => one.facility === principal.facility);
	elsewhere = guardians.find((one) => one.facility !== principal.facility);
	staff = await each(of(city, 'staff'), 1, (one) => person(one)).then((list) => list.find((one) => one.facility === principal.facility));
	assert.ok(guardian && elsewhere && staff);
	for (const who of [operator, officer])
		for (const one of (await get('/v1/announcement-kinds', who)).is(200).json.items)
			kinds[one.code] = one;
});

// Nobody is held by what a test has left.
after(async () => {
	for (const [id, who] of toWithdraw)
		await post(`/v1/announcements/${id}/withdraw`, who, { reason: 'テストの終わり' });
});

const file = (kind, as, more = {}) => post(`/v1/announcement-kinds/${kinds[kind].id}/announcements`, as, { title: 'お知らせのテスト', body: '本文です。', ...more });
const see = async (id, as) => (await get(`/v1/announcements/${id}`, as)).is(200).json;
const publish = (id, as) => post(`/v1/announcements/${id}/publish`, as);

async function published(kind, writer, signer, more) {
	const draft = (await file(kind, writer, more)).is(201).json;
	const one = (await publish(draft.id, signer)).is(200).json;
	toWithdraw.push([one.id, signer]);
	return one;
}

mustSurvive(test);

test('T-3 T-9 what a kind is about and how long before is told to those who write', async () => {
	const matters = Object.fromEntries(kinds['service-notice'].matters.map((one) => [one.code, one.first_possible]));
	assert.equal(matters['service-end'], monthsAfter(today, 6));
	assert.equal(matters['service-change'], dayAfter(14));
	assert.equal(matters['terms-or-settings'], monthsAfter(today, 2));
	assert.equal(matters.outage, today);
	(await get('/v1/announcement-kinds', guardian)).is(200);
	assert.deepEqual((await get('/v1/announcement-kinds', guardian)).json.items, []);
});

test('T-3 T-9 a day inside its lead is refused, naming the first possible one; the same with full lead is accepted', async () => {
	const found = [];
	for (const [matters, first] of [
		['service-end', monthsAfter(today, 6)], ['service-change', dayAfter(14)], ['terms-or-settings', monthsAfter(today, 2)],
		['service-change terms-or-settings', monthsAfter(today, 2)], ['terms-or-settings service-end service-change', monthsAfter(today, 6)],
	]) {
		const short = await file('service-notice', operator, { matters, effective_on: dayBefore(first) });
		if (short.status !== 400 || !short.fields.includes('effective_on') || !short.text.includes(first))
			found.push(`${matters}, a day short → ${short.status} ${short.text.slice(0, 200)}`);
		const full = await file('service-notice', operator, { matters, effective_on: first });
		if (full.status !== 201)
			found.push(`${matters}, full lead → ${full.status} ${full.text.slice(0, 200)}`);
		else
			(await post(`/v1/announcements/${full.json.id}/withdraw`, operator, { reason: 'テスト' })).is(200);
	}
	none(found);
});

test('T-3 what is minor or about security goes at once, the end of the service does not', async () => {
	for (const urgency of ['minor', 'security']) {
		const draft = (await file('service-notice', operator, { matters: 'service-change', urgency, effective_on: today })).is(201).json;
		(await post(`/v1/announcements/${draft.id}/withdraw`, operator, { reason: 'テスト' })).is(200);
		(await file('service-notice', operator, { matters: 'service-end', urgency, effective_on: dayAfter(100) })).is(400);
	}
});

test('T-3 what is wrong with a draft is said by the field', async () => {
	const found = [];
	for (const [field, more] of [
		['matters', { matters: '' }], ['matters', { matters: 'birthday' }], ['matters', { matters: 'outage outage' }], ['title', { title: '' }],
		['body', { body: '' }], ['urgency', { urgency: 'soon' }], ['effective_on', { matters: 'outage', effective_on: dayAfter(-1) }],
		['until', { matters: 'outage', effective_on: dayAfter(5), until: dayAfter(4) }],
	]) {
		const reply = await file('service-notice', operator, { matters: 'outage', ...more });
		if (reply.status !== 400 || !reply.fields.includes(field))
			found.push(`${JSON.stringify(more)} → ${reply.status} ${reply.text.slice(0, 160)}`);
	}
	none(found);
	(await file('domain-list', operator, { body: 'sapporo.example.jp | 443 | 画面 | 2026-04-01\nsapporo.example.jp | abc | 画面 | 2026-04-01' })).is(400);
	(await file('domain-list', operator, { body: 'sapporo.example.jp | 443 | 画面' })).is(400);
	(await file('domain-list', operator, { body: 'a.jp | 443 | 画面 | 2026-04-01 | | 余り' })).is(400);
});

test('T-3 nobody publishes what they wrote themselves, and only those whom the description names', async () => {
	const draft = (await file('service-notice', operatorAdmins[0], { matters: 'maintenance' })).is(201).json;
	(await publish(draft.id, operatorAdmins[0])).problem(403, 'denied');
	(await publish(draft.id, operator)).problem(403, 'denied');
	(await publish(strangeId(), operatorAdmins[1])).problem(404, 'not-found');
	// Whoever changes it has written it.
	(await request('PUT', `/v1/announcements/${draft.id}`, { as: operatorAdmins[1], json: { title: '直した', body: '直した文', matters: 'maintenance' } })).is(200);
	(await publish(draft.id, operatorAdmins[1])).problem(403, 'denied');
	(await post(`/v1/announcements/${draft.id}/publish`, operatorAdmins[0], { revision: draft.revision })).problem(409, 'conflict'); // read before the change
	const { revision } = await see(draft.id, operatorAdmins[0]);
	assert.equal((await post(`/v1/announcements/${draft.id}/publish`, operatorAdmins[0], { revision })).is(200).json.state, 'published');
	(await request('PUT', `/v1/announcements/${draft.id}`, { as: operator, json: { title: '変える', body: '変えた文', matters: 'maintenance' } })).problem(409, 'conflict');
	(await publish(draft.id, operatorAdmins[0])).problem(409, 'conflict');
	(await post(`/v1/announcements/${draft.id}/withdraw`, operator, { reason: '書いた人は取り下げられない' })).problem(403, 'denied');
	(await post(`/v1/announcements/${draft.id}/withdraw`, operatorAdmins[0], { reason: 'テスト' })).is(200);
	(await file('service-notice', admins[0], { matters: 'outage' })).problem(403, 'denied');
	(await file('service-notice', guardian, { matters: 'outage' })).problem(404, 'not-found');
});

test('K-59 a city\'s announcement reaches its roles at its facility, and nobody else', async () => {
	const draft = (await file('city-notice', admins[0], { facility: principal.facility, title: '園の工事' })).is(201).json;
	assert.equal(draft.state, 'draft');
	(await get(`/v1/announcements/${draft.id}`, guardian)).problem(404, 'not-found');
	assert.equal((await see(draft.id, officer)).first_possible, today);
	const one = (await publish(draft.id, admins[1])).is(200).json;
	toWithdraw.push([one.id, admins[1]]);
	const current = async (who) => (await get('/v1/announcements/current', who)).is(200).json.items.find((item) => item.id === one.id);
	for (const who of [guardian, staff, principal])
		assert.equal((await current(who))?.title, '園の工事', who.role);
	for (const who of [elsewhere, other])
		assert.equal(await current(who), undefined, who.role);
	(await get(`/v1/announcements/${one.id}`, elsewhere)).problem(404, 'not-found');
	(await get(`/v1/announcements/${one.id}`, other)).problem(404, 'not-found');
	(await post(`/v1/announcements/${one.id}/seen`, elsewhere)).problem(404, 'not-found');
	assert.equal((await see(one.id, guardian)).body, '本文です。');
	assert.equal((await see(one.id, guardian)).may.receipts, false);

	// Who has seen it: by facility and role, people only for those who see their accounts.
	const counts = async (who) => (await get(`/v1/announcements/${one.id}/receipts`, who)).is(200).json;
	const start = await counts(officer);
	assert.equal(start.counts.seen, 0);
	assert.ok(start.counts.audience > 3);
	assert.deepEqual([...new Set(start.groups.map((group) => group.facility))], [principal.facility]);
	(await post(`/v1/announcements/${one.id}/seen`, guardian)).is(204);
	(await post(`/v1/announcements/${one.id}/seen`, guardian)).is(204);
	assert.equal(await current(guardian), undefined);
	assert.ok((await see(one.id, guardian)).seen_at);
	const now = await counts(officer);
	assert.equal(now.counts.seen, 1);
	assert.equal(now.groups.find((group) => group.role === 'guardian').seen, 1);
	assert.equal(now.items.some((item) => item.account === guardian.account), false);
	assert.ok((await counts(principal)).items.find((item) => item.account === guardian.account).seen_at);
	(await get(`/v1/announcements/${one.id}/receipts`, guardian)).problem(403, 'denied');
	(await get(`/v1/announcements/${one.id}/receipts`, other)).problem(404, 'not-found');
	(await post(`/v1/announcements/${one.id}/accept`, guardian, { edition: 1, digest: one.digest })).problem(409, 'conflict');

	(await post(`/v1/announcements/${one.id}/withdraw`, admins[0], { reason: '工事が延びたため' })).is(200);
	(await get(`/v1/announcements/${one.id}`, guardian)).problem(404, 'not-found');
	(await all('/v1/announcements?state=published&kind=city-notice', staff)).forEach((item) => assert.notEqual(item.id, one.id));
});

test('T-9 an earlier day needs the recorded consent of somebody else to just this text and day', async () => {
	const early = { facility: other.facility, title: '規約（試し）', body: '第1条　試しの規約です。\n', urgency: 'normal' };
	const first = await published('terms', admins[0], admins[1], { ...early, urgency: 'security', effective_on: today });
	assert.ok(first.edition >= 1);
	const soon = dayAfter(20);
	(await file('terms', admins[0], { ...early, effective_on: soon })).is(400);
	const draft = (await file('terms', admins[0], { ...early, body: '第1条　変えた規約です。\n', effective_on: soon, early: true })).is(201).json;
	assert.equal(draft.edition, first.edition + 1);
	(await publish(draft.id, admins[1])).is(400);
	(await post(`/v1/announcements/${draft.id}/consent`, admins[1], { reason: '急ぐため' })).problem(409, 'conflict');
	assert.equal((await post(`/v1/announcements/${draft.id}/propose`, admins[0])).is(200).json.state, 'waiting');
	const waiting = async (kind) => (await get('/v1/desk', admins[1])).is(200).json.items.some((one) => one.kind === kind && one.object.id === draft.id);
	assert.deepEqual([await waiting('announcement-publish'), await waiting('announcement-consent')], [true, true]);
	(await post(`/v1/announcements/${draft.id}/consent`, admins[0], { reason: '自分では' })).problem(403, 'denied');
	(await post(`/v1/announcements/${draft.id}/consent`, officer, { reason: '担当では' })).problem(403, 'denied');
	assert.equal((await post(`/v1/announcements/${draft.id}/consent`, admins[1], { reason: '急ぐため' })).is(200).json.consent.on, soon);
	assert.deepEqual([await waiting('announcement-publish'), await waiting('announcement-consent')], [true, false]);
	// Another text is another matter.
	(await request('PUT', `/v1/announcements/${draft.id}`, { as: admins[0], json: { title: early.title, body: '第1条　また変えた。\n', effective_on: soon, early: true } })).is(200);
	(await publish(draft.id, admins[1])).is(400);
	(await post(`/v1/announcements/${draft.id}/propose`, admins[0])).is(200);
	(await post(`/v1/announcements/${draft.id}/consent`, admins[1], { reason: '急ぐため' })).is(200);
	const one = (await publish(draft.id, admins[1])).is(200).json;
	toWithdraw.unshift([one.id, admins[1]]);
	assert.equal(one.effective_on, soon);
	assert.equal(one.in_force, false);
	assert.deepEqual([await waiting('announcement-publish'), await waiting('announcement-consent')], [false, false]);
	(await post(`/v1/announcements/${one.id}/withdraw`, admins[1], { reason: 'テスト' })).is(200);
	(await post(`/v1/announcements/${first.id}/withdraw`, admins[1], { reason: 'テスト' })).is(200);
});

test('T-9 K-46 U-38 until the terms in force are accepted nothing else is reachable; the difference is shown, the acceptance recorded', async () => {
	const place = { facility: principal.facility, title: '利用規約', urgency: 'security' };
	const old = await published('terms', admins[0], admins[1], { ...place, effective_on: today, body: '第1条\n夜間は使えません。18時まで受け付けます。\n第2条\n' });
	const held = async (who) => until(`${who.role} is held`, async () => (await get('/v1/facilities', who)).status === 403, 10_000);
	const free = async (who) => until(`${who.role} is free`, async () => (await get('/v1/facilities', who)).status === 200, 10_000);

	await held(guardian);
	(await get('/v1/children', guardian)).problem(403, 'terms-unaccepted');
	(await get('/v1/children', staff)).problem(403, 'terms-unaccepted');
	(await get('/v1/children', elsewhere)).is(200);
	(await get('/v1/facilities', officer)).is(200); // for this facility's people alone
	const me = (await get('/v1/me', guardian)).is(200).json;
	assert.equal(me.held, true);
	const may = (await get('/v1/me/operations', guardian)).is(200).text;
	assert.doesNotMatch(may, /"absence\.report"/);
	assert.match(may, /"announcement\.accept"/);
	const shown = (await get('/v1/announcements/current', guardian)).is(200).json;
	assert.equal(shown.held, true);
	assert.equal(shown.items[0].id, old.id);

	// Only the text that was before the eyes.
	const full = await see(old.id, guardian);
	const accept = (one, who, more = {}) => post(`/v1/announcements/${one.id}/accept`, who, { edition: one.edition, digest: one.digest, ...more });
	(await accept(full, guardian, { digest: '0'.repeat(64) })).problem(409, 'conflict');
	(await accept(full, guardian, { edition: full.edition + 1 })).problem(409, 'conflict');
	(await get('/v1/children', guardian)).problem(403, 'terms-unaccepted');
	(await accept(full, guardian)).is(204);
	await free(guardian);
	assert.equal((await get('/v1/me', guardian)).json.held, false);
	(await get('/v1/children', staff)).problem(403, 'terms-unaccepted');

	// The next edition: the difference to the one accepted, and held again.
	const next = await published('terms', admins[1], admins[0], { ...place, effective_on: today, body: '第1条\n夜間は使えません。17時まで受け付けます。\n第2条\n' });
	assert.equal(next.edition, old.edition + 1);
	await held(guardian);
	const read = await see(next.id, guardian);
	assert.deepEqual(read.difference, [
		{ op: 'same', text: '第1条\n夜間は使えません。' }, { op: 'gone', text: '18時まで受け付けます。\n' }, { op: 'new', text: '17時まで受け付けます。\n' },
		{ op: 'same', text: '第2条\n' },
	]);
	assert.deepEqual(read.editions.slice(0, 2).map((one) => one.edition), [next.edition, old.edition]);
	(await accept(full, guardian)).is(204); // the former again: it does not help
	(await get('/v1/children', guardian)).problem(403, 'terms-unaccepted');
	(await accept(read, guardian)).is(204);
	await free(guardian);
	const progress = (await get(`/v1/announcements/${next.id}/receipts`, principal));
	progress.problem(403, 'terms-unaccepted'); // the principal, too, is of this facility
	const counts = (await get(`/v1/announcements/${next.id}/receipts`, auditor)).is(200).json.counts;
	assert.equal(counts.accepted, 1);

	// An edition that is withdrawn holds nobody; the one before is in force again.
	(await post(`/v1/announcements/${next.id}/withdraw`, admins[0], { reason: 'テスト' })).is(200);
	(await post(`/v1/announcements/${old.id}/withdraw`, admins[0], { reason: 'テスト' })).is(200);
	await free(staff);
	await free(principal);
	// What was published stays as it was.
	assert.equal((await see(old.id, auditor)).digest, full.digest);
});
test('K-58 T-3 what the provider publishes arrives at every customer, and its arrival comes back', async (t) => {
	const body = 'sapporo.example.jp | 443 | 画面の表示 | 2026-04-01 |\nfonts.example.jp | 443 | 文字の表示 | 2026-04-01 | 2027-03-31';
	const one = await published('domain-list', operator, operatorAdmins[0], { title: '利用ドメイン一覧', body, urgency: 'minor', effective_on: today });
	assert.deepEqual((await see(one.id, operator)).rows[1],
		{ domain: 'fonts.example.jp', port: '443', purpose: '文字の表示', since: '2026-04-01', until: '2027-03-31' });
	const arrived = async (who) => (await get(`/v1/announcements/${one.id}`, who)).status === 200;
	await until('it has arrived at every customer', async () => (await each(cities, 1, async (name) => arrived(await person(of(name, 'officer')[0])))).every(Boolean));
	const there = await see(one.id, officer);
	assert.equal(there.origin, 'provider');
	assert.equal(there.digest, one.digest);
	assert.equal(there.rows.length, 2);
	assert.deepEqual([there.may.change, there.may.publish, there.may.withdraw, there.may.consent], [false, false, false, false]);
	(await post(`/v1/announcements/${one.id}/withdraw`, admins[0], { reason: 'ここでは' })).problem(409, 'conflict');
	await until('each customer has answered', async () => {
		const { addressed, deliveries } = await see(one.id, operator);
		return addressed >= cities.length && deliveries.length >= cities.length && deliveries.every((each) => each.published && each.delivered_at);
	});
	const open = (await get(`/v1/terms?city=${city}`)).is(200).json.items.find((item) => item.id === one.id);
	assert.equal(open.rows.length, 2);
	(await get('/v1/terms?city=nowhere')).problem(404, 'not-found');
	(await post(`/v1/announcements/${one.id}/withdraw`, operatorAdmins[0], { reason: 'テスト' })).is(200);
	await until('the withdrawal has arrived, too', async () => (await see(one.id, officer)).state === 'withdrawn');
});

test('T-3 T-9 the provider goes earlier only when every customer has agreed to just this text and day', async () => {
	const others = await each(cities, 1, async (name) => person(of(name, 'officer-admin')[0]));
	const soon = dayAfter(5);
	const text = { matters: 'service-change', effective_on: soon, early: true };
	const draft = (await file('service-notice', operator, text)).is(201).json;
	(await publish(draft.id, operatorAdmins[0])).is(400);
	(await post(`/v1/announcements/${draft.id}/propose`, operator)).is(200);
	toWithdraw.push([draft.id, operatorAdmins[0]]);
	const agree = async (who) => {
		await until('the proposal has arrived', async () => (await get(`/v1/announcements/${draft.id}`, who)).status === 200);
		const shown = await see(draft.id, who);
		assert.equal(shown.state, 'waiting');
		assert.equal(shown.may.consent, true);
		assert.ok((await get('/v1/desk', who)).is(200).json.items.some((item) => item.kind === 'announcement-consent' && item.object.id === draft.id));
		(await post(`/v1/announcements/${draft.id}/consent`, who, { reason: '業務に支障がないため' })).is(200);
	};
	(await get(`/v1/announcements/${draft.id}`, guardian)).problem(404, 'not-found'); // it is proposed, not published
	const answers = async (count) => until(`${count} customers have agreed`, async () =>
		(await see(draft.id, operator)).deliveries.filter((one) => one.consented_on === soon).length === count);
	await agree(others[0]);
	await answers(1);
	(await publish(draft.id, operatorAdmins[0])).is(400); // not all of them
	for (const who of others.slice(1))
		await agree(who);
	await answers(cities.length);
	const one = (await publish(draft.id, operatorAdmins[0])).is(200).json;
	assert.equal(one.effective_on, soon);
	await until('it is published at the customers', async () => (await see(draft.id, officer)).state === 'published');
	assert.deepEqual((await see(draft.id, operator)).deliveries.map((each) => each.late), cities.map(() => false));
	(await post(`/v1/announcements/${draft.id}/withdraw`, operatorAdmins[0], { reason: 'テスト' })).is(200);
});

test('T-9 a contract makes a lead longer and never shorter', async () => {
	const former = (await get('/v1/contract', admins[0])).is(200).json;
	const agreed = (changed) => Object.fromEntries(Object.entries({ ...former, ...changed }).filter(([name, value]) => !['id', 'facility', 'version'].includes(name) && value !== null));
	const contract = async (changed) => {
		const { change } = (await request('PUT', '/v1/contract', { as: admins[0], json: agreed(changed) })).is(202).json;
		assert.equal((await post(`/v1/changes/${change.id}/approve`, admins[1])).is(200).json.state, 'applied');
	};
	const first = async () => (await get('/v1/announcement-kinds', officer)).is(200).json.items.find((one) => one.code === 'terms').matters[0].first_possible;
	try {
		await contract({ notice_terms_months: 5 });
		assert.equal(await first(), monthsAfter(today, 5));
		await contract({ notice_terms_months: 1 });
		assert.equal(await first(), monthsAfter(today, 2));
	} finally {
		await contract({});
	}
});

test('K-48 an outage is told before the sign-in, and only while it is current', async () => {
	const one = await published('outage', operator, operatorAdmins[0], { title: '障害のお知らせ', body: '接続しにくくなっています。', matters: 'outage' });
	const told = async () => (await get(`/v1/sign-in-notices?city=${city}`)).is(200).json.items.some((item) => item.id === one.id);
	await until('it is told', told);
	assert.equal((await get('/v1/terms')).is(200).json.items.some((item) => item.id === one.id), false);
	(await post(`/v1/announcements/${one.id}/withdraw`, operatorAdmins[0], { reason: '復旧' })).is(200);
	await until('it is told no longer', async () => !await told());
});
