/* What takes effect only when a second person agrees, and what became of it. */
import type { Call } from './client';
import { path } from './client';
import type { Decoder, Page } from './decode';
import { choice, list, maybe, maybeFlag, page, record, text } from './decode';
import type { Role } from './model';
import { ROLES } from './model';
import type { Filed } from './people';
import { filed } from './people';
import type { Said } from './said';
import { said } from './said';

export const CHANGE_STATES = ['waiting', 'scheduled', 'applied', 'rejected', 'withdrawn', 'stale', 'failed'] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

export const CHANGE_WHYS = ['state-moved', 'requester-left', 'approver-left', 'refused'] as const;
export type ChangeWhy = (typeof CHANGE_WHYS)[number];

export interface ChangeField extends Said {
  readonly name: string;
  readonly before_text: string | null;
  readonly after_text: string | null;
}

export const VERDICTS = ['approve', 'reject', 'withdraw', 'undo'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Change {
  readonly id: string;
  readonly operation: string;
  readonly title: Said;
  readonly impact: string | null;
  readonly reason: string | null;
  readonly warning: Said | null;
  readonly fields: readonly ChangeField[];
  readonly requester: string | null;
  readonly requester_name: string | null;
  readonly requester_role: Role | null;
  readonly decided_by_name: string | null;
  readonly facility_name: string | null;
  readonly approvers: readonly Role[];
  readonly state: ChangeState;
  readonly why: ChangeWhy | null;
  readonly filed_at: string | null;
  readonly decided_at: string | null;
  readonly effective_at: string | null;
  readonly applied_at: string | null;
  readonly undoes: string | null;
  readonly undone_by: string | null;
  readonly may: Readonly<Record<Verdict, boolean>>;
}

/* A system's own step is filed by no role. */
const role: Decoder<Role | null> = (input) => ROLES.find((one) => one === input) ?? null;

const change: Decoder<Change> = record<Change>({
  id: text,
  operation: text,
  title: said,
  impact: maybe(text),
  reason: maybe(text),
  warning: maybe(said),
  fields: list(
    record<ChangeField>({ name: text, ja: text, en: text, before_text: maybe(text), after_text: maybe(text) }),
  ),
  requester: maybe(text),
  requester_name: maybe(text),
  requester_role: role,
  decided_by_name: maybe(text),
  facility_name: maybe(text),
  approvers: list(choice(ROLES)),
  state: choice(CHANGE_STATES),
  why: maybe(choice(CHANGE_WHYS)),
  filed_at: maybe(text),
  decided_at: maybe(text),
  effective_at: maybe(text),
  applied_at: maybe(text),
  undoes: maybe(text),
  undone_by: maybe(text),
  may: record<Record<Verdict, boolean>>({ approve: maybeFlag, reject: maybeFlag, withdraw: maybeFlag, undo: maybeFlag }),
});

const PAGE_MAX = 50;

export const readChanges = (state: ChangeState | null, cursor: string | null = null): Call<Page<Change>> => ({
  method: 'GET',
  path:
    path`/v1/changes?limit=${PAGE_MAX}` + (state ? path`&state=${state}` : '') + (cursor ? path`&cursor=${cursor}` : ''),
  decode: page(change),
});

export const readChange = (id: string): Call<Change> => ({ method: 'GET', path: path`/v1/changes/${id}`, decode: change });

/* What came of it: the change as it stands then. */
export const decideChange = (id: string, verdict: Exclude<Verdict, 'undo'>): Call<{ readonly state: ChangeState }> => ({
  method: 'POST',
  path: path`/v1/changes/${id}/${verdict}`,
  body: {},
  decode: record({ state: choice(CHANGE_STATES) }),
});

export const undoChange = (id: string, reason: string, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/changes/${id}/undo`,
  body: { reason },
  decode: filed,
  key,
});
