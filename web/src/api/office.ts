/* What principals and the city do: the calendar, classes and children, tablets and counts. */
import type { Day } from '../base/day';
import type { Call, Saved } from './client';
import { path, saved } from './client';
import type { Page } from './decode';
import { choice, flag, integer, list, maybe, maybeFlag, nothing, page, record, text } from './decode';
import { filed } from './people';
import type { Filed } from './people';
import { day } from './model';

const PAGE_MAX = 200;

/* Calendar */
export interface OpenDay {
  readonly date: Day;
  readonly open: boolean;
  readonly name: string | null;
  readonly own: boolean; /* the facility's own entry, which may be taken away */
}
export interface OpenDays {
  readonly cut_off: string | null;
  readonly items: readonly OpenDay[];
}

export const readOpenDays = (facility: string, from: Day, to: Day): Call<OpenDays> => ({
  method: 'GET',
  path: path`/v1/facilities/${facility}/calendar?from=${from}&to=${to}`,
  decode: record<OpenDays>({
    cut_off: maybe(text),
    items: list(record<OpenDay>({ date: day, open: flag, name: maybe(text), own: maybeFlag })),
  }),
});

export const putDay = (facility: string, date: Day, open: boolean, name: string): Call<null> => ({
  method: 'PUT',
  path: path`/v1/facilities/${facility}/calendar/${date}`,
  body: { open, name },
  decode: nothing,
});

export const removeDay = (facility: string, date: Day): Call<null> => ({
  method: 'DELETE',
  path: path`/v1/facilities/${facility}/calendar/${date}`,
  decode: nothing,
});

export interface Hours {
  readonly opens: string | null;
  readonly closes: string | null;
  readonly cut_off: string | null;
}
const hours = record<Hours>({ opens: maybe(text), closes: maybe(text), cut_off: maybe(text) });

export const readHours = (facility: string): Call<Hours> => ({
  method: 'GET',
  path: path`/v1/facilities/${facility}`,
  decode: hours,
});

export const putHours = (facility: string, body: object): Call<Hours> => ({
  method: 'PUT',
  path: path`/v1/facilities/${facility}/hours`,
  body,
  decode: hours,
});

/* Classes */
export interface Class {
  readonly id: string;
  readonly name: string;
  readonly age: number | null;
  readonly year: number | null;
}
const group = record<Class>({ id: text, name: text, age: maybe(integer), year: maybe(integer) });

export const readClasses = (facility: string): Call<Page<Class>> => ({
  method: 'GET',
  path: path`/v1/facilities/${facility}/classes?limit=${PAGE_MAX}`,
  decode: page(group),
});

export const openClass = (facility: string, body: object, key: string): Call<Class> => ({
  method: 'POST',
  path: path`/v1/facilities/${facility}/classes`,
  body,
  decode: group,
  key,
});

export const assignTeacher = (facility: string, classId: string, account: string, key: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/facilities/${facility}/classes/${classId}/teachers`,
  body: { account },
  decode: nothing,
  key,
});

/* Children, as the office keeps them */
export const CHILD_STATES = ['enrolled', 'left', 'graduated'] as const;
export type ChildState = (typeof CHILD_STATES)[number];

export interface Entry {
  readonly id: string;
  readonly class: string | null;
  readonly class_name: string | null;
  readonly code: string | null;
  readonly name: string;
  readonly kana: string | null;
  readonly birth_date: Day | null;
  readonly address: string | null;
  readonly entry_date: Day | null;
  readonly leaving_date: Day | null;
  readonly allergies: string | null;
  readonly medical: string | null;
  readonly emergency_contacts: string | null;
  readonly fetchers: string | null;
  readonly notes: string | null;
  readonly state: ChildState | null;
}
const entry = record<Entry>({
  id: text,
  class: maybe(text),
  class_name: maybe(text),
  code: maybe(text),
  name: text,
  kana: maybe(text),
  birth_date: maybe(day),
  address: maybe(text),
  entry_date: maybe(day),
  leaving_date: maybe(day),
  allergies: maybe(text),
  medical: maybe(text),
  emergency_contacts: maybe(text),
  fetchers: maybe(text),
  notes: maybe(text),
  state: maybe(choice(CHILD_STATES)),
});

export const readEntries = (state: ChildState, cursor: string | null = null): Call<Page<Entry>> => ({
  method: 'GET',
  path: path`/v1/children?limit=${PAGE_MAX}&state=${state}` + (cursor ? path`&cursor=${cursor}` : ''),
  decode: page(entry),
});

export const readEntry = (child: string): Call<Entry> => ({
  method: 'GET',
  path: path`/v1/children/${child}`,
  decode: entry,
});

export const enrolChild = (facility: string, body: object, key: string): Call<Entry> => ({
  method: 'POST',
  path: path`/v1/facilities/${facility}/children`,
  body,
  decode: entry,
  key,
});

export const changeChild = (child: string, body: object): Call<Entry> => ({
  method: 'PUT',
  path: path`/v1/children/${child}`,
  body,
  decode: entry,
});

export const moveChild = (child: string, body: object): Call<null> => ({
  method: 'POST',
  path: path`/v1/children/${child}/move`,
  body,
  decode: nothing,
});

export const endChild = (child: string, body: object): Call<null> => ({
  method: 'POST',
  path: path`/v1/children/${child}/leave`,
  body,
  decode: nothing,
});

export const makeCard = (child: string): Call<Saved> => ({
  method: 'POST',
  path: path`/v1/children/${child}/card`,
  body: {},
  decode: saved,
  file: true,
});

const TIES = ['active', 'blocked', 'ended'] as const;
export interface Guardian {
  readonly id: string;
  readonly account: string;
  readonly name: string | null;
  readonly relation: string | null;
  readonly telephone: string | null;
  readonly state: (typeof TIES)[number];
}

export const readGuardians = (child: string): Call<Page<Guardian>> => ({
  method: 'GET',
  path: path`/v1/children/${child}/guardians`,
  decode: page(
    record<Guardian>({
      id: text,
      account: text,
      name: maybe(text),
      relation: maybe(text),
      telephone: maybe(text),
      state: choice(TIES),
    }),
  ),
});

export const linkGuardian = (child: string, body: object, key: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/children/${child}/guardians`,
  body,
  decode: nothing,
  key,
});

export const barGuardian = (child: string, guardianship: string, deed: 'block' | 'unblock'): Call<null> => ({
  method: 'POST',
  path: path`/v1/children/${child}/guardians/${guardianship}/${deed}`,
  body: {},
  decode: nothing,
});

/* Tablets */
const TABLET_STATES = ['waiting', 'active', 'ended'] as const;
export interface Tablet {
  readonly id: string;
  readonly name: string;
  readonly state: (typeof TABLET_STATES)[number];
  readonly registered_at: string | null;
  readonly registered_by_name: string | null;
  readonly seen: string | null;
}

export const readTablets = (facility: string): Call<Page<Tablet>> => ({
  method: 'GET',
  path: path`/v1/facilities/${facility}/devices`,
  decode: page(
    record<Tablet>({
      id: text,
      name: text,
      state: choice(TABLET_STATES),
      registered_at: maybe(text),
      registered_by_name: maybe(text),
      seen: maybe(text),
    }),
  ),
});

export interface TabletCode {
  readonly code: string;
  readonly name: string;
  readonly expires_at: string | null;
}

export const registerTablet = (facility: string, name: string): Call<TabletCode> => ({
  method: 'POST',
  path: path`/v1/facilities/${facility}/devices`,
  body: { name },
  decode: record<TabletCode>({ code: text, name: text, expires_at: maybe(text) }),
});

export const endTablet = (facility: string, device: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/facilities/${facility}/devices/${device}/end`,
  body: {},
  decode: nothing,
});

/* The day of the whole city */
export interface ClassCount {
  readonly id: string;
  readonly name: string;
  readonly enrolled: number;
  readonly present: number;
  readonly absent: number;
}
export interface Count {
  readonly enrolled: number;
  readonly present: number;
  readonly absent: number;
  readonly late: number;
  readonly early: number;
}
export interface FacilityCount extends Count {
  readonly id: string;
  readonly name: string;
  readonly classes: readonly ClassCount[];
}
export interface Counts {
  readonly date: Day;
  readonly total: Count;
  readonly facilities: readonly FacilityCount[];
}
const count = { enrolled: integer, present: integer, absent: integer, late: integer, early: integer };
const classCount = record<ClassCount>({ id: text, name: text, enrolled: integer, present: integer, absent: integer });

export const readCounts = (date: Day): Call<Counts> => ({
  method: 'GET',
  path: path`/v1/counts?date=${date}`,
  decode: record<Counts>({
    date: day,
    total: record<Count>(count),
    facilities: list(record<FacilityCount>({ id: text, name: text, ...count, classes: list(classCount) })),
  }),
});

/* What waits for a second person */
export const openFacility = (body: object, key: string): Call<null> => ({
  method: 'POST',
  path: '/v1/facilities',
  body,
  decode: nothing,
  key,
});

/* A facility closes, and opens again, by approval. */
export const closeFacility = (facility: string, deed: 'close' | 'reopen'): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/facilities/${facility}/${deed}`,
  body: {},
  decode: filed,
});
