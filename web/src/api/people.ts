/* The accounts of other people: whom one has, and what one does with them. */
import type { Call, Saved } from './client';
import { path, saved } from './client';
import type { Decoder, Page } from './decode';
import { choice, list, maybe, maybeFlag, nothing, page, record, text } from './decode';
import type { Named, Role } from './model';
import { named, ROLES } from './model';

export const STATES = ['invited', 'active', 'suspended', 'left'] as const;
export type State = (typeof STATES)[number];

export interface PersonMembership {
  readonly id: string;
  readonly role: Role;
  readonly facility: string | null;
  readonly state: string | null;
  readonly since: string | null;
  readonly until: string | null;
}

export interface Person {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly state: State;
  readonly role: Role | null;
  readonly facility: string | null;
  readonly mail: string | null;
  readonly telephone: string | null;
  readonly locked: boolean;
  readonly second_factor: boolean;
  readonly invited_until: string | null;
  readonly memberships: readonly PersonMembership[] | null;
}

const membership = record<PersonMembership>({
  id: text,
  role: choice(ROLES),
  facility: maybe(text),
  state: maybe(text),
  since: maybe(text),
  until: maybe(text),
});

const person = record<Person>({
  id: text,
  login: text,
  name: text,
  state: choice(STATES),
  role: maybe(choice(ROLES)),
  facility: maybe(text),
  mail: maybe(text),
  telephone: maybe(text),
  locked: maybeFlag,
  second_factor: maybeFlag,
  invited_until: maybe(text),
  memberships: maybe(list(membership)),
});

const PAGE_MAX = 200;

export interface PeopleFilter {
  readonly role: string;
  readonly state: string;
}

export const readPeople = ({ role, state }: PeopleFilter, cursor: string | null = null): Call<Page<Person>> => ({
  method: 'GET',
  path: [
    path`/v1/accounts?limit=${PAGE_MAX}`,
    role && path`&role=${role}`,
    state && path`&state=${state}`,
    cursor && path`&cursor=${cursor}`,
  ]
    .filter(Boolean)
    .join(''),
  decode: page(person),
});

export const readPerson = (id: string): Call<Person> => ({
  method: 'GET',
  path: path`/v1/accounts/${id}`,
  decode: person,
});

/* What was done at once has no change; what somebody else has to approve first has one. */
export interface Filed {
  readonly id: string | null;
  readonly change: { readonly id: string } | null;
}
export const filed: Decoder<Filed> = record<Filed>({ id: maybe(text), change: maybe(record({ id: text })) });

export const issueAccount = (body: object, key: string): Call<Filed> => ({
  method: 'POST',
  path: '/v1/accounts',
  body,
  decode: filed,
  key,
});

export type Deed = 'suspend' | 'reactivate' | 'unlock' | 'leave' | 'reset-factor';

export const changeAccount = (id: string, deed: Deed, reason: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/accounts/${id}/${deed}`,
  body: { reason },
  decode: filed,
});

/* A link is shown once; the one before is worth nothing any more. */
export type Door = 'invitation' | 'recovery';

export interface DoorLink {
  readonly link: string;
  readonly expires_at: string | null;
}

export const makeLink = (id: string, door: Door): Call<DoorLink> => ({
  method: 'POST',
  path: path`/v1/accounts/${id}/${door}`,
  body: {},
  decode: record<DoorLink>({ link: text, expires_at: maybe(text) }),
});

export const makeLetter = (id: string, door: Door): Call<Saved> => ({
  method: 'POST',
  path: path`/v1/accounts/${id}/${door}/letter`,
  body: {},
  decode: saved,
  file: true,
});

export const makeClassLetters = (facility: string, classId: string): Call<Saved> => ({
  method: 'POST',
  path: path`/v1/facilities/${facility}/classes/${classId}/invitations`,
  body: {},
  decode: saved,
  file: true,
});

export interface RecoveryWish {
  readonly id: string;
  readonly account: string;
  readonly login: string | null;
  readonly name: string | null;
  readonly role: Role | null;
  readonly asked_at: string | null;
}

export const readRecoveries = (): Call<Page<RecoveryWish>> => ({
  method: 'GET',
  path: path`/v1/recoveries?limit=${PAGE_MAX}`,
  decode: page(
    record<RecoveryWish>({
      id: text,
      account: text,
      login: maybe(text),
      name: maybe(text),
      role: maybe(choice(ROLES)),
      asked_at: maybe(text),
    }),
  ),
});

export const dismissRecovery = (id: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/recoveries/${id}/dismiss`,
  body: {},
  decode: nothing,
});

export const addMembership = (body: object, key: string): Call<Filed> => ({
  method: 'POST',
  path: '/v1/memberships',
  body,
  decode: filed,
  key,
});

export const endMembership = (account: string, id: string, reason: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/accounts/${account}/memberships/${id}/end`,
  body: { reason },
  decode: filed,
});

export interface PersonSession {
  readonly id: string;
  readonly started: string;
  readonly seen: string | null;
  readonly locked: boolean;
  readonly device: Named | null;
}

export const readSessionsOf = (account: string): Call<Page<PersonSession>> => ({
  method: 'GET',
  path: path`/v1/sessions?account=${account}`,
  decode: page(
    record<PersonSession>({ id: text, started: text, seen: maybe(text), locked: maybeFlag, device: maybe(named) }),
  ),
});
