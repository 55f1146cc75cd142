/* What must reach people before a day, and who has seen and accepted it. */
import type { Call } from './client';
import { path } from './client';
import type { Decoder, Page } from './decode';
import { choice, flag, integer, list, Malformed, maybe, maybeFlag, nothing, page, record, text } from './decode';
import type { Described } from './described';
import { described } from './described';
import type { Role } from './model';
import { ROLES } from './model';
import type { Said } from './said';
import { said } from './said';

export const ANNOUNCEMENT_STATES = ['draft', 'waiting', 'published', 'withdrawn'] as const;
export type AnnouncementState = (typeof ANNOUNCEMENT_STATES)[number];

export const URGENCIES = ['normal', 'minor', 'security'] as const;
export type Urgency = (typeof URGENCIES)[number];

export const ACKNOWLEDGES = ['none', 'seen', 'accept'] as const;
export type Acknowledge = (typeof ACKNOWLEDGES)[number];

export const CHANNELS = ['screen', 'mail', 'sign-in'] as const;
export type Channel = (typeof CHANNELS)[number];

const orNone =
  <T>(inner: Decoder<T>): Decoder<readonly T[]> =>
  (input, at) =>
    maybe(list(inner))(input, at) ?? [];

/* What it may be about, and the first day on which it may take effect if it is published today. */
export interface Matter {
  readonly code: string;
  readonly title: Said | null;
  readonly lead: string | null;
  readonly first_possible: string | null;
}
const matter = record<Matter>({ code: text, title: maybe(said), lead: maybe(text), first_possible: maybe(text) });

export interface AnnouncementKind {
  readonly id: string;
  readonly code: string;
  readonly title: Said;
  readonly acknowledge: Acknowledge;
  readonly hold: boolean;
  readonly versions: boolean;
  readonly body: 'text' | 'list';
  readonly fields: readonly Described[];
  readonly audience: readonly Role[];
  readonly channels: readonly Channel[];
  readonly matters: readonly Matter[];
  readonly may: { readonly file: boolean };
}

export const readAnnouncementKinds = (): Call<Page<AnnouncementKind>> => ({
  method: 'GET',
  path: '/v1/announcement-kinds',
  decode: page(
    record<AnnouncementKind>({
      id: text,
      code: text,
      title: said,
      acknowledge: choice(ACKNOWLEDGES),
      hold: maybeFlag,
      versions: maybeFlag,
      body: choice(['text', 'list']),
      fields: orNone(described),
      audience: orNone(choice(ROLES)),
      channels: orNone(choice(CHANNELS)),
      matters: orNone(matter),
      may: record({ file: maybeFlag }),
    }),
  ),
});

export interface AnnouncementMay {
  readonly change: boolean;
  readonly propose: boolean;
  readonly publish: boolean;
  readonly withdraw: boolean;
  readonly consent: boolean;
  readonly receipts: boolean;
  readonly seen: boolean;
  readonly accept: boolean;
}

/* A kind that the program no longer describes has no title. */
export interface KindOf {
  readonly id: string;
  readonly title: Said | null;
}

export interface Announcement {
  readonly id: string;
  readonly kind: KindOf;
  readonly acknowledge: Acknowledge;
  readonly hold: boolean;
  readonly number: number;
  readonly title: string;
  readonly state: AnnouncementState;
  readonly urgency: Urgency;
  readonly matters: readonly Matter[];
  readonly edition: number;
  readonly facility: string | null;
  readonly origin: string | null;
  readonly filed_at: string | null;
  readonly published_at: string | null;
  readonly withdrawn_at: string | null;
  readonly effective_on: string | null;
  readonly until: string | null;
  readonly in_force: boolean;
  readonly digest: string | null;
  readonly revision: number | null;
  readonly early: boolean;
  readonly consent: { readonly on: string; readonly at: string; readonly reason: string | null } | null;
  readonly seen_at: string | null;
  readonly accepted_at: string | null;
  readonly may: AnnouncementMay;
}

const kindOf = record<KindOf>({ id: text, title: maybe(said) });

const shape = {
  id: text,
  kind: kindOf,
  acknowledge: choice(ACKNOWLEDGES),
  hold: maybeFlag,
  number: integer,
  title: text,
  state: choice(ANNOUNCEMENT_STATES),
  urgency: choice(URGENCIES),
  matters: orNone(matter),
  edition: integer,
  facility: maybe(text),
  origin: maybe(text),
  filed_at: maybe(text),
  published_at: maybe(text),
  withdrawn_at: maybe(text),
  effective_on: maybe(text),
  until: maybe(text),
  in_force: maybeFlag,
  digest: maybe(text),
  revision: maybe(integer),
  early: maybeFlag,
  consent: maybe(record({ on: text, at: text, reason: maybe(text) })),
  seen_at: maybe(text),
  accepted_at: maybe(text),
  may: record<AnnouncementMay>({
    change: maybeFlag,
    propose: maybeFlag,
    publish: maybeFlag,
    withdraw: maybeFlag,
    consent: maybeFlag,
    receipts: maybeFlag,
    seen: maybeFlag,
    accept: maybeFlag,
  }),
};

/* The cells of a line, by the names of their columns. */
const cells: Decoder<Readonly<Record<string, string>>> = (input, at) => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw new Malformed(at, 'a line');
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, text(value, `${at}.${name}`)]));
};

export interface Body {
  readonly body: string;
  readonly columns: readonly { readonly name: string; readonly title: Said }[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}
const body = {
  body: text,
  columns: orNone(record<{ name: string; title: Said }>({ name: text, title: said })),
  rows: orNone(cells),
};

export const OPS = ['same', 'gone', 'new'] as const;
export interface Piece {
  readonly op: (typeof OPS)[number];
  readonly text: string;
}

export interface AnnouncementEdition {
  readonly id: string;
  readonly edition: number;
  readonly state: AnnouncementState;
  readonly published_at: string | null;
  readonly effective_on: string | null;
}

export interface AnnouncementStory extends Announcement, Body {
  readonly difference: readonly Piece[] | null;
  readonly editions: readonly AnnouncementEdition[];
  readonly first_possible: string | null;
}

export interface AnnouncementFilter {
  readonly kind: string | null; /* its code */
  readonly state: string | null;
}

export const readAnnouncements = ({ kind, state }: AnnouncementFilter, cursor: string | null): Call<Page<Announcement>> => ({
  method: 'GET',
  path: [
    '/v1/announcements?limit=50',
    kind && path`&kind=${kind}`,
    state && path`&state=${state}`,
    cursor && path`&cursor=${cursor}`,
  ]
    .filter(Boolean)
    .join(''),
  decode: page(record<Announcement>(shape)),
});

export interface Current extends Page<Announcement> {
  readonly held: boolean;
}

export const readCurrent = (): Call<Current> => ({
  method: 'GET',
  path: '/v1/announcements/current',
  decode: record<Current>({ items: list(record<Announcement>(shape)), held: maybeFlag, next: maybe(text) }),
});

export const readAnnouncement = (id: string): Call<AnnouncementStory> => ({
  method: 'GET',
  path: path`/v1/announcements/${id}`,
  decode: record<AnnouncementStory>({
    ...shape,
    ...body,
    difference: maybe(list(record<Piece>({ op: choice(OPS), text: (input, at) => maybe(text)(input, at) ?? '' }))),
    editions: orNone(
      record<AnnouncementEdition>({
        id: text,
        edition: integer,
        state: choice(ANNOUNCEMENT_STATES),
        published_at: maybe(text),
        effective_on: maybe(text),
      }),
    ),
    first_possible: maybe(text),
  }),
});

export interface AnnouncementBody {
  readonly title: string;
  readonly body: string;
  readonly matters?: string; /* codes with a space between */
  readonly urgency?: string;
  readonly effective_on?: string;
  readonly until?: string;
  readonly early?: boolean;
  readonly facility?: string;
}

const made = record<{ id: string }>({ id: text });

export const fileAnnouncement = (kind: string, content: AnnouncementBody, key: string): Call<{ readonly id: string }> => ({
  method: 'POST',
  path: path`/v1/announcement-kinds/${kind}/announcements`,
  body: content,
  decode: made,
  key,
});

export const changeAnnouncement = (id: string, content: AnnouncementBody): Call<{ readonly id: string }> => ({
  method: 'PUT',
  path: path`/v1/announcements/${id}`,
  body: content,
  decode: made,
});

export type AnnouncementDeed = 'propose' | 'publish' | 'withdraw' | 'consent';

export const doAnnouncement = (id: string, deed: AnnouncementDeed, content: object, key: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/announcements/${id}/${deed}`,
  body: content,
  decode: nothing,
  key,
});

export const announcementSeen = (id: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/announcements/${id}/seen`,
  body: {},
  decode: nothing,
});

/* What is accepted is the text that was before the eyes. */
export const acceptAnnouncement = (id: string, edition: number, digest: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/announcements/${id}/accept`,
  body: { edition, digest },
  decode: nothing,
});

export interface ReceiptCounts {
  readonly audience: number;
  readonly seen: number;
  readonly accepted: number;
}
const receiptCounts = { audience: integer, seen: integer, accepted: integer };

export interface ReceiptGroup extends ReceiptCounts {
  readonly facility: string | null;
  readonly role: Role;
}

export interface Receipt {
  readonly account: string;
  readonly name: string | null;
  readonly seen_at: string | null;
  readonly accepted_at: string | null;
}

export interface Receipts extends Page<Receipt> {
  readonly counts: ReceiptCounts;
  readonly groups: readonly ReceiptGroup[];
}

export const readReceipts = (id: string): Call<Receipts> => ({
  method: 'GET',
  path: path`/v1/announcements/${id}/receipts?limit=200`,
  decode: record<Receipts>({
    counts: record<ReceiptCounts>(receiptCounts),
    groups: orNone(record<ReceiptGroup>({ ...receiptCounts, facility: maybe(text), role: choice(ROLES) })),
    items: orNone(record<Receipt>({ account: text, name: maybe(text), seen_at: maybe(text), accepted_at: maybe(text) })),
    next: maybe(text),
  }),
});

/* Without an account */
export interface PublicText extends Body {
  readonly id: string;
  readonly kind: KindOf;
  readonly title: string;
  readonly edition: number;
  readonly published_at: string | null;
  readonly effective_on: string | null;
  readonly in_force: boolean;
}
const publicTexts = page(
  record<PublicText>({
    ...body,
    id: text,
    kind: kindOf,
    title: text,
    edition: integer,
    published_at: maybe(text),
    effective_on: maybe(text),
    in_force: flag,
  }),
);

export const readTerms = (): Call<Page<PublicText>> => ({ method: 'GET', path: '/v1/terms', decode: publicTexts, bare: true });

export const readSignInNotices = (): Call<Page<PublicText>> => ({
  method: 'GET',
  path: '/v1/sign-in-notices',
  decode: publicTexts,
  bare: true,
});
