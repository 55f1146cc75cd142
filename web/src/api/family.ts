/* What guardians ask for: their children's days, reports, and who looked. */
import type { Day } from '../base/day';
import { addDays } from '../base/day';
import type { Call, Saved } from './client';
import { path, saved } from './client';
import type { Page } from './decode';
import { choice, flag, integer, list, maybe, maybeFlag, page, record, text } from './decode';
import type { Absence, Kind } from './model';
import { absence, day, KINDS } from './model';

/* The year of a facility */
export interface CalendarDay {
  readonly date: Day;
  readonly open: boolean;
  readonly name: string | null;
  readonly own: boolean;
}
export interface Calendar {
  readonly cut_off: string | null;
  readonly items: readonly CalendarDay[];
}
const calendar = record<Calendar>({
  cut_off: maybe(text),
  items: list(record<CalendarDay>({ date: day, open: flag, name: maybe(text), own: maybeFlag })),
});

export const readCalendar = (facility: string, from: Day, days: number): Call<Calendar> => ({
  method: 'GET',
  path: path`/v1/facilities/${facility}/calendar?from=${from}&to=${addDays(from, days)}`,
  decode: calendar,
});

/* A child's month */
export interface MonthDay {
  readonly date: Day;
  readonly open: boolean;
  readonly name: string | null;
  readonly in: string | null;
  readonly out: string | null;
  readonly absence: { readonly id: string; readonly kind: Kind; readonly reason: string | null } | null;
}
export interface Month {
  readonly month: string;
  readonly items: readonly MonthDay[];
}
const monthDay = record<MonthDay>({
  date: day,
  open: flag,
  name: maybe(text),
  in: maybe(text),
  out: maybe(text),
  absence: maybe(record({ id: text, kind: choice(KINDS), reason: maybe(text) })),
});

export const readMonth = (child: string, month: string): Call<Month> => ({
  method: 'GET',
  path: path`/v1/children/${child}/days?month=${month}`,
  decode: record<Month>({ month: text, items: list(monthDay) }),
});

export const withdrawAbsence = (child: string, id: string, reason: string | null): Call<Absence> => ({
  method: 'POST',
  path: path`/v1/children/${child}/absences/${id}/withdraw`,
  body: reason ? { reason } : {},
  decode: absence,
});

/* Who looked */
export interface Look {
  readonly index: number;
  readonly time: string;
  readonly operation: string;
  readonly words: string | null;
  readonly purpose: string | null;
  readonly who: { readonly name: string | null; readonly role: string | null; readonly own: boolean };
  readonly fields: string | null;
}
/* The parts of the record that were shown: one text, or a list of their names. */
const fields = (input: unknown, path: string): string | null =>
  Array.isArray(input) ? list(text)(input, path).join('、') || null : maybe(text)(input, path);

const look = record<Look>({
  index: integer,
  time: text,
  operation: text,
  words: maybe(text),
  purpose: maybe(text),
  who: record({ name: maybe(text), role: maybe(text), own: maybeFlag }),
  fields,
});

const LOOKS = 50;

export const readHistory = (child: string, cursor: string | null): Call<Page<Look>> => ({
  method: 'GET',
  path: path`/v1/children/${child}/history?limit=${LOOKS}` + (cursor ? path`&cursor=${cursor}` : ''),
  decode: page(look),
});

export const readOwnHistory = (cursor: string | null): Call<Page<Look>> => ({
  method: 'GET',
  path: path`/v1/me/history?limit=${LOOKS}` + (cursor ? path`&cursor=${cursor}` : ''),
  decode: page(look),
});

export const readProof = (child: string, index: number): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/children/${child}/history/${index}/proof`,
  decode: saved,
  file: true,
});
