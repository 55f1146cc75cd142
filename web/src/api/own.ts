/* Signing in, and everything about one's own account. */
import type { Call } from './client';
import { path } from './client';
import type { Page } from './decode';
import { choice, flag, integer, list, maybe, maybeFlag, nothing, page, record, text } from './decode';
import type { Me, Named, Role } from './model';
import { me, named, ROLES } from './model';

export interface Credentials {
  readonly login: string;
  readonly password: string;
  readonly totp?: string;
}

/* The second way in after the password: six digits, or a recovery code. */
export interface Proof {
  readonly password: string;
  readonly totp?: string;
}

const entered = record({ account: text });

export const signIn = (body: Credentials): Call<{ account: string }> => ({
  method: 'POST',
  path: '/v1/session',
  body,
  decode: entered,
  bare: true,
});

export const signOut = (): Call<null> => ({ method: 'DELETE', path: '/v1/session', decode: nothing, bare: true });

export const stepUp = (body: Proof): Call<{ account: string }> => ({
  method: 'POST',
  path: '/v1/session/step-up',
  body,
  decode: entered,
  bare: true,
});

export const lock = (): Call<null> => ({
  method: 'POST',
  path: '/v1/session/lock',
  body: {},
  decode: nothing,
  bare: true,
});

export type Key = { readonly pin: string } | { readonly password: string };

export const unlock = (body: Key): Call<{ account: string }> => ({
  method: 'POST',
  path: '/v1/session/unlock',
  body,
  decode: entered,
  bare: true,
});

/* An auditor's trial of another role is over: the session is the auditor's own again. */
export const endTrial = (): Call<null> => ({ method: 'POST', path: '/v1/trials/end', body: {}, decode: nothing });

export const switchMembership = (membership: string): Call<{ account: string }> => ({
  method: 'POST',
  path: '/v1/session/membership',
  body: { membership },
  decode: entered,
});

export const readMe = (): Call<Me> => ({ method: 'GET', path: '/v1/me', decode: me });

export const readOperations = (): Call<{ operations: readonly string[] }> => ({
  method: 'GET',
  path: '/v1/me/operations',
  decode: record({ operations: list(text) }),
});

export const readOperationsOn = (child: string): Call<{ operations: readonly string[] }> => ({
  method: 'GET',
  path: path`/v1/me/operations?child=${child}`,
  decode: record({ operations: list(text) }),
});

export const changePassword = (body: { readonly current: string; readonly new: string }): Call<null> => ({
  method: 'PUT',
  path: '/v1/me/password',
  body,
  decode: nothing,
});

/* Second factor */
export interface Factors {
  readonly password_changed_at: string | null;
  readonly totp: { readonly active: boolean; readonly since: string | null } | null;
  readonly recovery_codes_left: number | null;
  readonly pin: boolean;
}

export const readFactors = (): Call<Factors> => ({
  method: 'GET',
  path: '/v1/me/factors',
  decode: record<Factors>({
    password_changed_at: maybe(text),
    totp: maybe(record({ active: flag, since: maybe(text) })),
    recovery_codes_left: maybe(integer),
    pin: maybeFlag,
  }),
});

export interface Enrolment {
  readonly secret: string;
  readonly uri: string;
  readonly qr: readonly string[]; /* rows of 0 and 1 */
  readonly expires_at: string | null;
}

export const beginFactor = (): Call<Enrolment> => ({
  method: 'POST',
  path: '/v1/me/totp',
  body: {},
  decode: record<Enrolment>({ secret: text, uri: text, qr: list(text), expires_at: maybe(text) }),
});

export interface RecoveryCodes {
  readonly recovery_codes: readonly string[];
}
const recoveryCodes = record<RecoveryCodes>({ recovery_codes: list(text) });

export const confirmFactor = (code: string): Call<RecoveryCodes> => ({
  method: 'POST',
  path: '/v1/me/totp/confirm',
  body: { code },
  decode: recoveryCodes,
});

export const removeFactor = (): Call<null> => ({
  method: 'POST',
  path: '/v1/me/totp/remove',
  body: {},
  decode: nothing,
});

export const renewRecoveryCodes = (): Call<RecoveryCodes> => ({
  method: 'POST',
  path: '/v1/me/recovery-codes',
  body: {},
  decode: recoveryCodes,
});

export const setPin = (body: { readonly pin: string; readonly password: string }): Call<null> => ({
  method: 'PUT',
  path: '/v1/me/pin',
  body,
  decode: nothing,
});

export const removePin = (): Call<null> => ({ method: 'DELETE', path: '/v1/me/pin', decode: nothing });

/* Sessions */
export interface LiveSession {
  readonly id: string;
  readonly started: string;
  readonly seen: string | null;
  readonly expires: string | null;
  readonly current: boolean;
  readonly locked: boolean;
  readonly agent: string | null;
  readonly device: Named | null;
}
const liveSession = record<LiveSession>({
  id: text,
  started: text,
  seen: maybe(text),
  expires: maybe(text),
  current: maybeFlag,
  locked: maybeFlag,
  agent: maybe(text),
  device: maybe(named),
});

export const readSessions = (): Call<Page<LiveSession>> => ({
  method: 'GET',
  path: '/v1/sessions',
  decode: page(liveSession),
});

export const endSession = (id: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/sessions/${id}/end`,
  body: {},
  decode: nothing,
});

export const endSessions = (): Call<null> => ({
  method: 'POST',
  path: '/v1/sessions/end-all',
  body: {},
  decode: nothing,
});

/* Notices */
export interface Told {
  readonly id: string;
  readonly at: string;
  readonly words: string;
  readonly seen: boolean;
}

export const readNotices = (): Call<Page<Told>> => ({
  method: 'GET',
  path: '/v1/me/notices',
  decode: page(record<Told>({ id: text, at: text, words: text, seen: maybeFlag })),
});

export const noticesSeen = (): Call<null> => ({
  method: 'POST',
  path: '/v1/me/notices/seen',
  body: {},
  decode: nothing,
});

export interface LinkCode {
  readonly code: string;
  readonly expires_at: string | null;
}

export const makeLinkCode = (): Call<LinkCode> => ({
  method: 'POST',
  path: '/v1/me/link-code',
  body: {},
  decode: record<LinkCode>({ code: text, expires_at: maybe(text) }),
});

/* Without sign-in: a link from a letter, a code for a tablet */
export const PURPOSES = ['invitation', 'recovery'] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface Invitation {
  readonly purpose: Purpose;
  readonly login: string;
  readonly name: string | null;
  readonly role: Role;
  readonly customer: string | null;
  readonly second_factor: boolean;
  readonly expires_at: string | null;
}

/* A city is sent by its name, or with its id. */
const cityName = (input: unknown, path: string): string | null =>
  typeof input === 'object' && input !== null ? named(input, path).name : maybe(text)(input, path);

export const seeInvitation = (token: string): Call<Invitation> => ({
  method: 'POST',
  path: '/v1/invitation/see',
  body: { token },
  decode: record<Invitation>({
    purpose: choice(PURPOSES),
    login: text,
    name: maybe(text),
    role: choice(ROLES),
    customer: cityName,
    second_factor: maybeFlag,
    expires_at: maybe(text),
  }),
  bare: true,
});

export const acceptInvitation = (body: Proof & { readonly token: string }): Call<{ login: string }> => ({
  method: 'POST',
  path: '/v1/invitation/accept',
  body,
  decode: record({ login: text }),
  bare: true,
});

export const askRecovery = (login: string): Call<null> => ({
  method: 'POST',
  path: '/v1/recovery',
  body: { login },
  decode: nothing,
  bare: true,
});

export interface Claimed {
  readonly facility: Named;
  readonly name: string;
}

export const claimTablet = (token: string): Call<Claimed> => ({
  method: 'POST',
  path: '/v1/devices/claim',
  body: { token },
  decode: record<Claimed>({ facility: named, name: text }),
  bare: true,
});
