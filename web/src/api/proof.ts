/* How the demands of the annexes are met: requirements, controls, checks, registers, and how that went over time. */
import type { Call, Saved } from './client';
import { path, saved } from './client';
import type { Decoder } from './decode';
import { choice, flag, integer, list, maybe, maybeFlag, record, text } from './decode';
import type { Said } from './said';
import { said } from './said';

/* Worst first. */
export const STATUSES = ['failing', 'stale', 'open', 'proven'] as const;
export type Status = (typeof STATUSES)[number];

export const CHECK_STATES = ['failed', 'stale', 'unable', 'never', 'off', 'open', 'passed'] as const;
export type CheckState = (typeof CHECK_STATES)[number];

export const REGISTER_STATES = ['expired', 'empty', 'unapproved', 'open', 'held'] as const;
export type RegisterState = (typeof REGISTER_STATES)[number];

export const DUTIES = ['provider', 'customer', 'both'] as const;
export type Duty = (typeof DUTIES)[number];

export const CONTROL_KINDS = ['enforced', 'operated', 'attested'] as const;
export type ControlKind = (typeof CONTROL_KINDS)[number];

const none: Decoder<number> = (input, at) => (input === undefined || input === null ? 0 : integer(input, at));

export interface Tally {
  readonly proven: number;
  readonly failing: number;
  readonly stale: number;
  readonly open: number;
}
const tally = { proven: integer, failing: integer, stale: integer, open: integer };

export interface Annex extends Tally {
  readonly id: string;
  readonly title: Said;
  readonly customer: Said;
  readonly applies: boolean;
  readonly rows: number;
}
const annex = record<Annex>({ ...tally, id: text, title: said, customer: said, applies: flag, rows: integer });

export interface CheckCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly stale: number;
  readonly unable: number;
  readonly open: number;
}
export interface RegisterCounts {
  readonly total: number;
  readonly held: number;
  readonly open: number;
  readonly expired: number;
}

export interface Requirement {
  readonly id: string;
  readonly catalogue: string;
  readonly ref: string;
  readonly group: Said;
  readonly ja: string;
  readonly en: string;
  readonly duty: Duty;
  readonly status: Status;
  readonly since: string | null;
  readonly last_at: string | null; /* the newest run of its checks, where the server says so */
  readonly controls: readonly string[];
  readonly checks: CheckCounts;
  readonly registers: RegisterCounts;
}
const requirementShape = {
  id: text,
  catalogue: text,
  ref: text,
  group: said,
  ja: text,
  en: text,
  duty: choice(DUTIES),
  status: choice(STATUSES),
  since: maybe(text),
  last_at: maybe(text),
  checks: record<CheckCounts>({
    total: integer,
    passed: integer,
    failed: integer,
    stale: integer,
    unable: integer,
    open: integer,
  }),
  registers: record<RegisterCounts>({ total: integer, held: integer, open: integer, expired: integer }),
};
const requirement = record<Requirement>({ ...requirementShape, controls: list(text) });

export interface Requirements {
  readonly at: string;
  readonly catalogues: readonly Annex[];
  readonly items: readonly Requirement[];
}
export const requirements = record<Requirements>({ at: text, catalogues: list(annex), items: list(requirement) });

/* What was tried, how often, and what was seen. */
export interface Step extends Said {
  readonly seen: string;
  readonly ok: boolean;
  readonly count: number;
}
const step = record<Step>({ ja: text, en: text, seen: (input, at) => maybe(text)(input, at) ?? '', ok: flag, count: none });
const steps: Decoder<readonly Step[]> = (input, at) => maybe(list(step))(input, at) ?? [];

export interface Check {
  readonly id: string;
  readonly control: string;
  readonly every_s: number;
  readonly what: string;
  readonly state: CheckState;
  readonly objects: number;
  readonly last_at: string | null;
  readonly next_at: string | null;
  readonly took_ms: number | null;
  readonly since: string | null;
  readonly asked: boolean;
  readonly runnable: boolean;
  readonly lead: boolean; /* about the posture of the program itself */
  readonly waits_for: Said | null;
  readonly steps: readonly Step[];
  readonly event: number | null;
}
const checkShape = {
  id: text,
  control: text,
  every_s: integer,
  what: text,
  state: choice(CHECK_STATES),
  objects: none,
  last_at: maybe(text),
  next_at: maybe(text),
  took_ms: maybe(integer),
  since: maybe(text),
  asked: maybeFlag,
  runnable: maybeFlag,
  lead: maybeFlag,
  waits_for: maybe(said),
  steps,
  event: maybe(integer),
};
const check = record<Check>(checkShape);
export const checks = record<{ readonly items: readonly Check[] }>({ items: list(check) });

/* A stretch of equal results. */
export interface Turn {
  readonly since: string;
  readonly until: string | null;
  readonly state: CheckState;
  readonly runs: number;
  readonly first_event: number | null;
  readonly last_event: number | null;
  readonly steps: readonly Step[];
}
const turn = record<Turn>({
  since: text,
  until: maybe(text),
  state: choice(CHECK_STATES),
  runs: none,
  first_event: maybe(integer),
  last_event: maybe(integer),
  steps,
});

export interface CheckStory extends Check {
  readonly turns: readonly Turn[];
}
export const checkStory = record<CheckStory>({ ...checkShape, turns: list(turn) });

export interface Register {
  readonly name: string;
  readonly title: Said;
  readonly holds: string;
  readonly valid_s: number | null;
  readonly state: RegisterState;
  readonly records: number;
  readonly oldest_at: string | null;
  readonly waits_for: Said | null;
}
const register = record<Register>({
  name: text,
  title: said,
  holds: text,
  valid_s: maybe(integer),
  state: choice(REGISTER_STATES),
  records: none,
  oldest_at: maybe(text),
  waits_for: maybe(said),
});

export interface Control {
  readonly id: string;
  readonly kind: ControlKind;
  readonly title: Said;
  readonly statement: Said;
  readonly status: Status;
  readonly checks: readonly Check[];
  readonly registers: readonly Register[];
}
const controlShape = { id: text, kind: choice(CONTROL_KINDS), title: said, statement: said, status: choice(STATUSES) };
const control = record<Control>({ ...controlShape, checks: list(check), registers: list(register) });

/* Why a requirement stands as it does: the worst parts. The state is a check's or a register's. */
export interface Why extends Said {
  readonly kind: 'check' | 'register';
  readonly id: string;
  readonly state: CheckState | RegisterState;
}
const why = record<Why>({
  kind: choice(['check', 'register']),
  id: text,
  state: choice([...CHECK_STATES, ...REGISTER_STATES]),
  ja: text,
  en: text,
});

/* What turned it, where it was a check. */
export interface Cause extends Said {
  readonly check: string | null;
}
const cause = record<Cause>({ ja: text, en: text, check: maybe(text) });

export interface Verdict {
  readonly at: string;
  readonly status: Status;
  readonly why: Cause | null;
}
const verdict = record<Verdict>({ at: text, status: choice(STATUSES), why: maybe(cause) });

export interface RequirementStory extends Omit<Requirement, 'controls'> {
  readonly shown: string | null;
  readonly source: string | null;
  readonly why: readonly Why[];
  readonly controls: readonly Control[];
  readonly history: readonly Verdict[];
}
export const requirementStory = record<RequirementStory>({
  ...requirementShape,
  shown: maybe(text),
  source: maybe(text),
  why: list(why),
  controls: list(control),
  history: list(verdict),
});

/* A control with no more of its checks than their states. */
export interface ControlRow {
  readonly id: string;
  readonly kind: ControlKind;
  readonly title: Said;
  readonly statement: Said;
  readonly status: Status;
  readonly requirements: readonly string[];
}
export const controls = record<{ readonly items: readonly ControlRow[] }>({
  items: list(record<ControlRow>({ ...controlShape, requirements: list(text) })),
});

/* The last standing of a day. */
export interface Standing extends Tally {
  readonly at: string;
  readonly catalogue: string;
}
export const trend = record<{ readonly items: readonly Standing[] }>({
  items: list(record<Standing>({ ...tally, at: text, catalogue: text })),
});

export const readRequirements = (all: boolean): Call<Requirements> => ({
  method: 'GET',
  path: all ? '/v1/requirements?all=yes' : '/v1/requirements',
  decode: requirements,
});

export const readRequirement = (id: string): Call<RequirementStory> => ({
  method: 'GET',
  path: path`/v1/requirements/${id}`,
  decode: requirementStory,
});

export const readControls = (): Call<{ readonly items: readonly ControlRow[] }> => ({
  method: 'GET',
  path: '/v1/controls',
  decode: controls,
});

export const readChecks = (): Call<{ readonly items: readonly Check[] }> => ({
  method: 'GET',
  path: '/v1/checks',
  decode: checks,
});

export const readCheck = (id: string): Call<CheckStory> => ({
  method: 'GET',
  path: path`/v1/checks/${id}`,
  decode: checkStory,
});

export interface Asked {
  readonly asked_at: string;
}

export const runCheck = (id: string, key: string): Call<Asked> => ({
  method: 'POST',
  path: path`/v1/checks/${id}/run`,
  body: {},
  decode: record<Asked>({ asked_at: text }),
  key,
});

const TREND_DAYS = 90;

export const readTrend = (): Call<{ readonly items: readonly Standing[] }> => ({
  method: 'GET',
  path: path`/v1/requirement-trend?days=${TREND_DAYS}`,
  decode: trend,
});

export const readSheet = (annexId: string): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/requirement-sheet?catalogue=${annexId}`,
  decode: saved,
  file: true,
});

export const readPackage = (id: string): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/requirements/${id}/package`,
  decode: saved,
  file: true,
});
