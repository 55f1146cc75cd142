/* Cases: something with states, participants, messages and clocks, and in the end an outcome. */
import type { Call } from './client';
import { path } from './client';
import type { Clock } from './clocks';
import { clock } from './clocks';
import type { Answers, Described } from './described';
import { answers, described } from './described';
import type { Decoder, Page } from './decode';
import { choice, integer, list, maybe, maybeFlag, page, record, text } from './decode';
import type { Filed } from './people';
import { filed } from './people';
import type { Said } from './said';
import { said } from './said';

export interface Coded extends Said {
  readonly code: string;
}
const coded = record<Coded>({ code: text, ja: text, en: text });

export interface CaseKind {
  readonly id: string;
  readonly code: string;
  readonly title: Said;
  readonly may: { readonly file: boolean };
  readonly fields: readonly Described[];
  readonly moves: readonly { readonly code: string; readonly needs: readonly string[] }[];
}
const orNone =
  <T>(inner: Decoder<T>): Decoder<readonly T[]> =>
  (input, at) =>
    maybe(list(inner))(input, at) ?? [];

const caseKind: Decoder<CaseKind> = record<CaseKind>({
  id: text,
  code: text,
  title: said,
  may: (input, at) => record({ file: maybeFlag })(input ?? {}, at),
  fields: orNone(described),
  moves: orNone(record<{ code: string; needs: readonly string[] }>({ code: text, needs: orNone(text) })),
});

export const readCaseKinds = (): Call<Page<CaseKind>> => ({ method: 'GET', path: '/v1/case-kinds?limit=200', decode: page(caseKind) });

export interface Someone {
  readonly id: string | null;
  readonly name: string | null;
}
const someone = record<Someone>({ id: maybe(text), name: maybe(text) });

export interface CaseRow {
  readonly id: string;
  readonly kind: { readonly id: string; readonly title: Said | null }; /* none: it is not described any more */
  readonly number: number;
  readonly state: Coded | null;
  readonly title: string | null;
  readonly facility: string | null;
  readonly origin: string | null;
  readonly opened_by: Someone | null;
  readonly assignee: Someone | null;
  readonly outcome: Coded | null;
  readonly opened_at: string | null;
  readonly closed_at: string | null;
  readonly due_at: string | null;
  readonly late: boolean;
}
const shape = {
  id: text,
  kind: record({ id: text, title: maybe(said) }),
  number: integer,
  state: maybe(coded),
  title: maybe(text),
  facility: maybe(text),
  origin: maybe(text),
  opened_by: maybe(someone),
  assignee: maybe(someone),
  outcome: maybe(coded),
  opened_at: maybe(text),
  closed_at: maybe(text),
  due_at: maybe(text),
  late: maybeFlag,
};

export interface CaseFilter {
  readonly kind: string | null;
  readonly state: Openness | null;
  readonly mine: boolean;
}

export const readCases = ({ kind, state, mine }: CaseFilter, cursor: string | null): Call<Page<CaseRow>> => ({
  method: 'GET',
  path: [
    '/v1/cases?limit=50',
    kind && path`&kind=${kind}`,
    state && path`&state=${state}`,
    mine && '&mine=true',
    cursor && path`&cursor=${cursor}`,
  ]
    .filter(Boolean)
    .join(''),
  decode: page(record<CaseRow>(shape)),
});

export const CASE_STATES = ['open', 'closed'] as const;
export type Openness = (typeof CASE_STATES)[number];

export const ENTRY_KINDS = ['opening', 'message', 'move', 'assign'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface Entry {
  readonly id: string;
  readonly at: string | null;
  readonly kind: EntryKind;
  readonly author: Someone | null;
  readonly move: Coded | null;
  readonly text: string | null;
}
const entry = record<Entry>({
  id: text,
  at: maybe(text),
  kind: choice(ENTRY_KINDS),
  author: maybe(someone),
  move: maybe(coded),
  text: maybe(text),
});

export interface Move extends Coded {
  readonly message: 'required' | 'optional' | 'none';
  readonly needs: readonly string[];
}
const move = record<Move>({
  code: text,
  ja: text,
  en: text,
  message: choice(['required', 'optional', 'none']),
  needs: orNone(text),
});

export interface CaseStory extends CaseRow {
  readonly fields: Answers;
  readonly entries: readonly Entry[];
  readonly clocks: readonly Clock[];
  readonly moves: readonly Move[];
  readonly handlers: readonly Someone[]; /* to whom it may be given */
  readonly may: { readonly message: boolean; readonly assign: boolean };
}

export const readCase = (id: string): Call<CaseStory> => ({
  method: 'GET',
  path: path`/v1/cases/${id}`,
  decode: record<CaseStory>({
    ...shape,
    fields: answers,
    entries: orNone(entry),
    clocks: orNone(clock),
    moves: orNone(move),
    handlers: orNone(someone),
    may: (input, at) => record({ message: maybeFlag, assign: maybeFlag })(input ?? {}, at),
  }),
});

export interface CaseBody {
  readonly fields: Answers;
  readonly facility?: string;
}

export const openCase = (kind: string, body: CaseBody, key: string): Call<{ readonly id: string }> => ({
  method: 'POST',
  path: path`/v1/case-kinds/${kind}/cases`,
  body,
  decode: record({ id: text }),
  key,
});

export const writeMessage = (id: string, words: string, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/cases/${id}/messages`,
  body: { text: words },
  decode: filed,
  key,
});

export interface MoveBody {
  readonly move: string;
  readonly text?: string;
  readonly fields?: Answers;
}

export const moveCase = (id: string, body: MoveBody, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/cases/${id}/moves`,
  body,
  decode: filed,
  key,
});

export const assignCase = (id: string, account: string, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/cases/${id}/assign`,
  body: { account },
  decode: filed,
  key,
});
