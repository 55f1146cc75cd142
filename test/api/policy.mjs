// Who may do what, read from catalog/access.yaml alone. Nothing here looks at what the server says of its own rights.
//
// A fact is a thing of which the test knows how everybody stands to it:
//   {kind, id, city, facility?, class?, guardians?: Set of accounts with a link in force, requester?, approver?, of?: role of an account,
//    described?: {kind, code} of what catalog/ describes, opener?, uploader?, asked?: who opened the case that it hangs on, whole?: only for those without a facility, also?: another compartment that has it, audience?: roles that a published announcement reaches}
// A description is the same in every city: its fact has no city.
// An actor is {role, city, account, facility, classes: Set}.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { root } from './lib.mjs';

const yaml = createRequire(path.join(root, 'web/package.json'))('js-yaml');
const catalogue = yaml.load(fs.readFileSync(path.join(root, 'catalog/access.yaml'), 'utf8'));

const list = (value) => (value === undefined ? [] : [].concat(value));


// What the program keeps by itself is seen by those who oversee.
const KEPT = { home: 'each', see: ['officer', 'officer-admin', 'auditor', 'operator', 'operator-admin'] };

// What the other files describe: who sees, files, handles and approves objects of a kind.
const described = {};
for (const [kind, file, name] of [
	['register', 'registers', 'register'], ['case', 'cases', 'code'], ['announcement', 'announcements', 'code'], ['campaign', 'campaigns', 'code'],
	['alert', 'alerts', 'code'], ['setting', 'settings', 'code'],
]) {
	const where = path.join(root, `catalog/${file}.yaml`);
	const content = fs.existsSync(where) ? yaml.load(fs.readFileSync(where, 'utf8')) : {};
	for (const one of Object.values(content).find(Array.isArray) ?? [])
		described[`${kind} ${one[name]}`] = one.kept === 'entity' ? KEPT : one;
}

// Which of a description's lists of roles an action asks for; of several the widest decides.
const ASKS = { see: ['see'], receipts: ['see'], change: ['file'], withdraw: ['handle', 'file'], file: ['file'], close: ['file'], handle: ['handle'], approve: ['approve'],
	message: ['handle'], move: ['handle'], assign: ['handle'], silence: ['handle'], export: ['see'], import: ['file'] };
// What hangs on a case is added by those who handle it, on anything else by those who file it.
const ADDS = ['add', 'send', 'remove'];
// Of a register's records: what came by post is confirmed by those whom the register names.
const ASKS_RECORD = { see: ['see'], export: ['see'], file: ['file'], import: ['file'], change: ['file'], renew: ['file'], withdraw: ['file'], approve: ['approve'], reject: ['approve'], confirm: ['confirm'] };

function describedHolds(actor, fact, action) {
	const one = described[`${fact.described?.kind} ${fact.described?.code}`];
	if (one === undefined)
		return false;
	if (action === 'silence' && fact.described.kind !== 'alert')
		return false;
	if (action === 'send' && fact.uploader !== actor.account || fact.whole && actor.facility !== undefined)
		return false;
	const provider = actor.role.startsWith('operator');
	const shared = one.shared !== undefined && one.shared !== 'no';
	if (one.home === 'customer' && provider && one.mirror === undefined || one.home === 'provider' && !provider && !shared)
		return false;
	const sent = one.home === 'provider' && !provider; // only seen and handled
	// A task of a campaign is done by the roles of its unit, if it is nobody's own.
	const here = fact.facility === undefined || actor.facility === undefined || fact.facility === actor.facility;
	if (fact.holders?.includes(actor.role) && here)
		return true;
	if (fact.holders && action !== 'see')
		return false;
	const fits = (mask) => !(sent && ['file', 'approve'].includes(mask)) && list(one[mask]).some((role) => role === actor.role || role === 'any');
	const signs = ['approve', 'reject'].includes(action) && fact.kind !== 'description';
	const asks = ADDS.includes(action) ? { [action]: [['case', 'campaign'].includes(fact.described.kind) ? 'handle' : 'file'] } : fact.described.kind === 'register' ? ASKS_RECORD : ASKS;
	return (asks[action] ?? [action]).some(fits) && !(signs && fact.opener === actor.account) &&
		(fact.facility === undefined || actor.facility === undefined || fact.facility === actor.facility);
}

// "child see" → {entity, action}
export function policyOf(operation) {
	const [entity, action] = (operation.policy ?? '').split(' ');
	return { entity, action, guard: operation.guard };
}

function rulesFor(entity, action) {
	return (catalogue.rules[entity] ?? []).filter((rule) => list(rule.action).includes(action) || list(rule.action).includes('any'));
}

export function known({ entity, action }) {
	return rulesFor(entity, action).length > 0;
}

export function isPublic({ entity, action }) {
	return rulesFor(entity, action).some((rule) => list(rule.role).includes('public'));
}

function roleFits(rule, actor) {
	return list(rule.role).some((role) => role === actor.role || ['any', 'as-approver', 'described'].includes(role));
}

// Rights that need a maintenance access or a probe, which nobody here has; and what the catalogue grants "by approve" only,
// to an operation that one person can call alone.
function exceptional(rule, policy) {
	return rule.relation === 'grant' || rule.relation === 'probe' || (/^(privileged, so )?by approve\b/.test(rule.note ?? '') && policy.guard === 'plain' && policy.action !== 'see');
}

// Who someone must be to a thing; false where the thing has no such relation.
const relations = {
	own: (actor, fact, action) => {
		const owner = { change: fact.requester, account: fact.id, session: fact.account, casefile: fact.opener, attachment: fact.asked, campaign_task: fact.account }[fact.kind];
		return owner !== undefined && owner === actor.account && (action !== 'send' || fact.uploader === actor.account);
	},
	'own-child': (actor, fact) => fact.guardians?.has(actor.account) === true,
	class: (actor, fact) => fact.class !== undefined && actor.classes.has(fact.class) && fact.facility === actor.facility,
	facility: (actor, fact) => fact.facility !== undefined && fact.facility === actor.facility,
	customer: () => true,
	provider: (actor) => actor.role.startsWith('operator'),
	'as-approver': (actor, fact) => fact.kind === 'change' && fact.requester !== actor.account && fact.approver === actor.role,
	described: describedHolds,
	audience: (actor, fact) => fact.audience?.includes(actor.role) === true && (fact.facility === undefined || fact.facility === actor.facility),
	grant: () => false,
	probe: () => false,
};

function holds(rule, actor, fact, action) {
	if (fact.city !== actor.city && fact.also !== actor.city && fact.kind !== 'description' && !fact.everywhere)
		return false;
	if (rule.of !== undefined && !list(rule.of).includes('any') && fact.of !== undefined && !list(rule.of).includes(fact.of))
		return false;
	const relation = rule.relation ?? (list(rule.role).includes('as-approver') ? 'as-approver' : 'own');
	return relations[relation](actor, fact, action);
}

// The rules by which an actor may do this to this thing.
export function decide(policy, actor, fact) {
	return rulesFor(policy.entity, policy.action).filter((rule) => roleFits(rule, actor) && holds(rule, actor, fact, policy.action) && !exceptional(rule, policy));
}

// May the role do this to anything at all?
export function mayAtAll(policy, actor) {
	return rulesFor(policy.entity, policy.action).some((rule) => roleFits(rule, actor) && !exceptional(rule, policy));
}

export function visible(actor, fact) {
	if (fact.kind === 'ledger')
		return fact.city === actor.city; // its head is public
	return decide({ entity: fact.kind, action: 'see' }, actor, fact).length > 0;
}

// A guardianship shows the guardian.
const groupsOf = (entity) => catalogue.field_groups[entity === 'guardianship' ? 'guardian' : entity];

// The names of the fields that these rules let an actor read; null = all of them.
export function readable(entity, rules) {
	const names = new Set();
	for (const rule of rules) {
		if (rule.fields === undefined || rule.fields === 'all')
			return null;
		for (const name of list(rule.fields))
			for (const field of groupsOf(entity)?.[name] ?? [name])
				names.add(field);
	}
	return names;
}

// Every field that belongs to one of the entity's groups.
export function grouped(entity) {
	return new Set(Object.values(groupsOf(entity) ?? {}).flat());
}

/*
 * The answer that an operation owes an actor: 'enter' (access is granted, whatever comes after), 401, 403 or 404.
 * facts: of the id inputs in the order path, query, body: [{name, in, fact}]; fact null = there is no such thing.
 */
export function expected(operation, actor, facts) {
	const policy = policyOf(operation);
	if (isPublic(policy))
		return facts.some((one) => one.fact === null) ? [404] : ['enter'];
	if (!actor)
		return [401];
	const onPath = facts.filter((one) => one.in === 'path');
	const object = onPath.at(-1);
	const others = facts.filter((one) => one !== object);
	const lost = (one) => one.fact === null || !visible(actor, one.fact);
	const stray = onPath.some((one) => one !== object && (one.fact === null || strayed(object.fact, one.fact)));

	if (object && !(operation.list && object.fact?.kind !== policy.entity)) {
		if (object.fact === null)
			return object.name === 'log' && !mayAtAll(policy, actor) ? [403, 404] : [404];
		if (decide(policy, actor, object.fact).length === 0) {
			if (object.fact.kind === 'ledger' && !mayAtAll(policy, actor))
				return [403, 404]; // that a city keeps a ledger is no secret
			if (lost(object) || stray)
				return [404];
			return others.some(lost) ? [403, 404] : [403];
		}
		if (stray || others.some(lost) || ofRecords(policy) && noRegister(object.fact))
			return [404];
		return ['enter'];
	}
	// A list below a thing, or no thing at all: whoever has the right to some of it gets what is theirs.
	if (facts.some(lost))
		return mayAtAll(policy, actor) ? [404] : [403, 404];
	return mayAtAll(policy, actor) ? ['enter'] : [403];
}

// A kind that is no register has no records, whoever may see or file what is of it.
const ofRecords = ({ entity, action }) => entity === 'record' && ['export', 'import'].includes(action);
const noRegister = (fact) => fact.kind === 'description' && fact.described.kind !== 'register';

// Does the inner thing not stand under the outer one, as the path says?
function strayed(inner, outer) {
	if (inner === null)
		return true;
	if (inner.city !== outer.city)
		return true;
	if (outer.kind === 'facility')
		return inner.facility !== outer.id;
	if (outer.kind === 'child')
		return inner.child !== outer.id;
	if (outer.kind === 'account')
		return inner.account !== outer.id;
	return false;
}
