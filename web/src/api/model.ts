/* What the API sends, as far as the screens use it. */
import type { Day } from '../base/day';
import { isDay } from '../base/day';
import type { Decoder } from './decode';
import { choice, flag, integer, list, Malformed, maybe, maybeFlag, record, text } from './decode';

export const ROLES = [
  'guardian',
  'staff',
  'principal',
  'officer',
  'officer-admin',
  'auditor',
  'service',
  'operator',
  'operator-admin',
] as const;
export type Role = (typeof ROLES)[number];

export const KINDS = ['absence', 'late', 'early'] as const;
export type Kind = (typeof KINDS)[number];

export const day: Decoder<Day> = (input, path) => {
  const value = text(input, path);
  if (!isDay(value)) throw new Malformed(path, 'a day');
  return value;
};

export interface Named {
  readonly id: string;
  readonly name: string;
}
export const named = record<Named>({ id: text, name: text });

export const FACTORS = ['none', 'active', 'required'] as const;
export type Factor = (typeof FACTORS)[number];

export interface Membership {
  readonly id: string;
  readonly role: Role;
  readonly facility: Named | null;
  readonly current: boolean;
}
const membership = record<Membership>({
  id: text,
  role: choice(ROLES),
  facility: maybe(named),
  current: maybeFlag,
});

/* An auditor acts in another role, among things made for trying out. */
export interface Trial {
  readonly since: string;
}

export interface Me {
  readonly account: string;
  readonly login: string | null;
  readonly name: string | null;
  readonly role: Role;
  readonly customer: Named;
  readonly facility: Named | null;
  readonly memberships: readonly Membership[] | null;
  readonly second_factor: Factor | null;
  readonly notices: number | null; /* not seen yet */
  readonly trial: Trial | null; /* an auditor who tries out a role */
  readonly held: boolean; /* until what must be accepted is */
}
export const me = record<Me>({
  account: text,
  login: maybe(text),
  name: maybe(text),
  role: choice(ROLES),
  customer: named,
  facility: maybe(named),
  memberships: maybe(list(membership)),
  second_factor: maybe(choice(FACTORS)),
  notices: maybe(integer),
  trial: maybe(record<Trial>({ since: text })),
  held: maybeFlag,
});

export interface Facility {
  readonly id: string;
  readonly name: string;
  readonly kind: string | null;
  readonly address: string | null;
  readonly telephone: string | null;
  readonly capacity: number | null;
  readonly opens: string | null;
  readonly closes: string | null;
  readonly accepted_ages: string | null;
  readonly state: string | null;
}
export const facility = record<Facility>({
  id: text,
  name: text,
  kind: maybe(text),
  address: maybe(text),
  telephone: maybe(text),
  capacity: maybe(integer),
  opens: maybe(text),
  closes: maybe(text),
  accepted_ages: maybe(text),
  state: maybe(text),
});

export interface Child {
  readonly id: string;
  readonly facility: string | null;
  readonly name: string;
  readonly kana: string | null;
  readonly class_name: string | null;
  readonly facility_name: string | null;
}
export const child = record<Child>({
  id: text,
  facility: maybe(text),
  name: text,
  kana: maybe(text),
  class_name: maybe(text),
  facility_name: maybe(text),
});

const ABSENCE_STATES = ['active', 'withdrawn'] as const;
export type AbsenceState = (typeof ABSENCE_STATES)[number];

export interface Absence {
  readonly id: string;
  readonly date: Day;
  readonly kind: Kind;
  readonly reason: string | null;
  readonly reported_at: string | null;
  readonly reporter_name: string | null;
  readonly fetch: string | null;
  readonly telephone: boolean;
  readonly state: AbsenceState | null; /* none: it counts */
}
export const absence = record<Absence>({
  id: text,
  date: day,
  kind: choice(KINDS),
  reason: maybe(text),
  reported_at: maybe(text),
  reporter_name: maybe(text),
  fetch: maybe(text),
  telephone: maybeFlag,
  state: maybe(choice(ABSENCE_STATES)),
});

/* The report that counts for a day: of several, the one that came last. */
export function standing(absences: readonly Absence[], day: Day): Absence | undefined {
  return absences
    .filter(({ date, state }) => date === day && state !== 'withdrawn')
    .reduce<Absence | undefined>(
      (last, next) => ((last?.reported_at ?? '') > (next.reported_at ?? '') ? last : next),
      undefined,
    );
}

export interface BoardAbsence {
  readonly id: string;
  readonly kind: Kind;
  readonly reason: string | null;
  readonly fetch: string | null;
  readonly reported_at: string | null;
  readonly reporter: string | null;
  readonly telephone: boolean;
}
/* Came in, or went home. */
export interface Passage {
  readonly id: string;
  readonly at: string;
  readonly late_entry: boolean;
}
export interface BoardChild {
  readonly id: string;
  readonly name: string;
  readonly kana: string | null;
  readonly allergies: string | null;
  readonly fetchers: string | null;
  readonly absence: BoardAbsence | null;
  readonly in: Passage | null;
  readonly out: Passage | null;
}
export interface BoardClass {
  readonly id: string;
  readonly name: string;
  readonly own: boolean;
  readonly children: readonly BoardChild[];
}
export interface Board {
  readonly facility: Named;
  readonly date: Day;
  readonly open: boolean;
  readonly cut_off: string | null;
  readonly classes: readonly BoardClass[];
}
const boardAbsence = record<BoardAbsence>({
  id: text,
  kind: choice(KINDS),
  reason: maybe(text),
  fetch: maybe(text),
  reported_at: maybe(text),
  reporter: maybe(text),
  telephone: maybeFlag,
});
const passage = record<Passage>({ id: text, at: text, late_entry: maybeFlag });
const boardChild = record<BoardChild>({
  id: text,
  name: text,
  kana: maybe(text),
  allergies: maybe(text),
  fetchers: maybe(text),
  absence: maybe(boardAbsence),
  in: maybe(passage),
  out: maybe(passage),
});
const boardClass = record<BoardClass>({ id: text, name: text, own: maybeFlag, children: list(boardChild) });
export const board = record<Board>({
  facility: named,
  date: day,
  open: flag,
  cut_off: maybe(text),
  classes: list(boardClass),
});
