/* What teachers ask for: who came in and went home, the care data of a child, and a month's register. */
import type { Day } from '../base/day';
import type { Call, Saved } from './client';
import { path, saved } from './client';
import type { Page } from './decode';
import { choice, flag, integer, list, maybe, maybeFlag, page, record, text } from './decode';
import type { Absence, Kind, Named } from './model';
import { absence, day, named } from './model';

export const PASSAGES = ['in', 'out'] as const;
export type PassageKind = (typeof PASSAGES)[number];

export const attendancePath = (facility: string): string => path`/v1/facilities/${facility}/attendance`;

/* At the door */
export interface Carded {
  readonly child: string;
  readonly name: string;
  readonly kind: PassageKind;
  readonly at: string;
}
export const sendCard = (facility: string, card: string, key: string): Call<Carded> => ({
  method: 'POST',
  path: path`/v1/facilities/${facility}/attendance/card`,
  body: { card },
  key,
  decode: record<Carded>({ child: text, name: text, kind: choice(PASSAGES), at: text }),
});

/* One child's day, with what was corrected. */
export interface Attendance {
  readonly id: string;
  readonly date: Day;
  readonly kind: PassageKind;
  readonly at: string;
  readonly by_name: string | null;
  readonly late_entry: boolean;
  readonly entered_at: string;
  readonly replaces: string | null;
  readonly cancelled: boolean;
  readonly reason: string | null;
  readonly in_force: boolean;
}
const attendance = record<Attendance>({
  id: text,
  date: day,
  kind: choice(PASSAGES),
  at: text,
  by_name: maybe(text),
  late_entry: maybeFlag,
  entered_at: text,
  replaces: maybe(text),
  cancelled: maybeFlag,
  reason: maybe(text),
  in_force: maybeFlag,
});
export const readAttendance = (child: string, date: Day): Call<Page<Attendance>> => ({
  method: 'GET',
  path: path`/v1/children/${child}/attendance?date=${date}`,
  decode: page(attendance),
});

export interface Correction {
  readonly at?: string;
  readonly cancel?: boolean;
  readonly reason: string;
}
export const correctAttendance = (child: string, id: string, body: Correction): Call<unknown> => ({
  method: 'POST',
  path: path`/v1/children/${child}/attendance/${id}/correct`,
  body,
  decode: (input) => input,
});

/* A child as those see it who care for it. */
export interface Pupil {
  readonly id: string;
  readonly facility: string | null;
  readonly class_name: string | null;
  readonly name: string;
  readonly kana: string | null;
  readonly fetchers: string | null;
  readonly allergies: string | null;
  readonly medical: string | null;
  readonly emergency_contacts: string | null;
  readonly notes: string | null;
}
export const readPupil = (id: string): Call<Pupil> => ({
  method: 'GET',
  path: path`/v1/children/${id}`,
  decode: record<Pupil>({
    id: text,
    facility: maybe(text),
    class_name: maybe(text),
    name: text,
    kana: maybe(text),
    fetchers: maybe(text),
    allergies: maybe(text),
    medical: maybe(text),
    emergency_contacts: maybe(text),
    notes: maybe(text),
  }),
});

export interface Guardian {
  readonly id: string;
  readonly name: string;
  readonly relation: string | null;
  readonly telephone: string | null;
  readonly state: string | null;
}
export const readGuardians = (child: string): Call<Page<Guardian>> => ({
  method: 'GET',
  path: path`/v1/children/${child}/guardians`,
  decode: page(
    record<Guardian>({ id: text, name: text, relation: maybe(text), telephone: maybe(text), state: maybe(text) }),
  ),
});

/* Taken by telephone, in a guardian's name. */
export interface Telephoned {
  readonly date: Day;
  readonly kind: Kind;
  readonly reason: string;
  readonly guardian?: string;
  readonly fetch?: string;
}
export const reportByTelephone = (child: string, body: Telephoned, key: string): Call<Absence> => ({
  method: 'POST',
  path: path`/v1/children/${child}/absences`,
  body,
  key,
  decode: absence,
});

/* Classes, and a class's month */
export const readClasses = (facility: string): Call<Page<Named>> => ({
  method: 'GET',
  path: path`/v1/facilities/${facility}/classes`,
  decode: page(named),
});

export interface RegisterChild {
  readonly id: string;
  readonly name: string;
  readonly kana: string | null;
  readonly marks: readonly string[];
  readonly present: number;
  readonly absent: number;
  readonly late: number;
  readonly early: number;
}
export interface Register {
  readonly class: Named;
  readonly month: string;
  readonly days: readonly { readonly date: Day; readonly open: boolean }[];
  readonly children: readonly RegisterChild[];
}
const mark = (input: unknown, at: string): string => (input === null ? '' : text(input, at));

export const readRegister = (facility: string, group: string, month: string): Call<Register> => ({
  method: 'GET',
  path: path`/v1/facilities/${facility}/classes/${group}/register?month=${month}`,
  decode: record<Register>({
    class: named,
    month: text,
    days: list(record({ date: day, open: flag })),
    children: list(
      record<RegisterChild>({
        id: text,
        name: text,
        kana: maybe(text),
        marks: list(mark),
        present: integer,
        absent: integer,
        late: integer,
        early: integer,
      }),
    ),
  }),
});

export const registerFile = (facility: string, group: string, month: string, form: 'pdf' | 'csv'): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/facilities/${facility}/classes/${group}/register/${form}?month=${month}`,
  decode: saved,
  file: true,
});

export const morningList = (facility: string, date: Day): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/facilities/${facility}/morning-list?date=${date}`,
  decode: saved,
  file: true,
});
