// The people and things of the demo as the tests know them: who is guardian of whom, who teaches which class.
// Learned from the accounts file and through principals and guardians themselves.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { accounts, all, each, get, signIn } from './lib.mjs';

export const cities = [...new Set(accounts.map((one) => one.customer))];
export const of = (city, role, facility) =>
	accounts.filter((one) => one.customer === city && one.role === role && (facility === undefined || one.facility === facility));

// A person with a session: {login, role, city, account, facility, classes, token}
export async function person(account) {
	assert.ok(account, 'the demo has no such account');
	const session = await signIn(account);
	const classes = account.role === 'staff' ? (await all('/v1/children', session)).map((child) => child.class) : [];
	return {
		login: account.login, role: session.role, city: account.customer, account: session.account, facility: session.facility ?? undefined,
		classes: new Set(classes), token: session.token, session, listed: account.children ?? [],
	};
}

// What the facilities of one city hold, through the eyes of their principals.
export async function survey(principal) {
	const facility = principal.facility;
	const [children, classes] = await Promise.all([
		all('/v1/children', principal), all(`/v1/facilities/${facility}/classes`, principal),
	]);
	const links = await each(children, 6, (child) => all(`/v1/children/${child.id}/guardians`, principal));
	return { facility, children, classes, links: links.flat() };
}

export function childFact(child, city, links) {
	const live = links.filter((link) => link.child === child.id && link.state === 'active');
	return {
		kind: 'child', id: child.id, city, facility: child.facility, class: child.class, name: child.name, kana: child.kana, address: child.address,
		guardians: new Set(live.map((link) => link.account)),
	};
}

export function linkFact(link, child, city) {
	return {
		kind: 'guardianship', id: link.id, city, facility: child.facility, class: child.class, child: child.id, name: link.name,
		guardians: link.state === 'active' ? child.guardians : new Set(),
	};
}

export function classFact(one, city, children) {
	const mine = children.filter((child) => child.class === one.id);
	return { kind: 'class', id: one.id, city, facility: one.facility, class: one.id, name: one.name, guardians: new Set(mine.flatMap((child) => [...child.guardians])) };
}

// An absence or a record of attendance of a child.
export const dayFact = (kind, one, child) => ({ kind, id: one.id, city: child.city, facility: child.facility, class: child.class, child: child.id, guardians: child.guardians });

// Its id follows from kind and code: the first 16 bytes of a hash, in Crockford's base 32.
export function descriptionFact(kind, code) {
	const digest = createHash('sha256').update(`${kind} ${code}`).digest().subarray(0, 16);
	let number = BigInt(`0x${digest.toString('hex')}`);
	let id = '';
	for (let i = 0; i < 26; i++, number >>= 5n)
		id = '0123456789abcdefghjkmnpqrstvwxyz'[Number(number & 31n)] + id;
	return { kind: 'description', id, described: { kind, code } };
}

export const facilityFact = (id, city) => ({ kind: 'facility', id, city, facility: id });
export const sessionFact = (id, who) => ({ kind: 'session', id, city: who.city, of: who.role, facility: who.facility, account: who.account });
export const deviceFact = (id, facility, city) => ({ kind: 'device', id, city, facility });
export const accountFact = (who) => ({ kind: 'account', id: who.account, city: who.city, of: who.role, facility: who.facility });

// The state of things in the eyes of those who own them, as text: equal before and after whatever must change nothing.
export async function view(watchers) {
	const parts = await Promise.all(watchers.map(async ([who, target]) => {
		const reply = await get(target, who);
		return `${target} ${reply.status} ${reply.status < 400 ? reply.text : reply.timeless}`;
	}));
	return parts.join('\n');
}
