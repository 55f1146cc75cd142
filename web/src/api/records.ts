/* Registers, and the records that stand in them. */
import type { Call, Saved } from './client';
import { path, saved } from './client';
import type { Answers, Described } from './described';
import { answers, described } from './described';
import type { Decoder, Page } from './decode';
import { choice, integer, list, maybe, maybeFlag, page, record, text } from './decode';
import type { Filed } from './people';
import { filed } from './people';
import type { Said } from './said';
import { said } from './said';

export interface RegisterCounts {
  readonly in_force: number;
  readonly waiting: number;
  readonly expiring: number;
  readonly expired: number;
}
const number: Decoder<number> = (input, at) => (input === undefined || input === null ? 0 : integer(input, at));

export interface Register {
  readonly id: string;
  readonly code: string;
  readonly title: Said;
  readonly kept: 'record' | 'entity';
  readonly may: { readonly file: boolean; readonly approve: boolean; readonly confirm: boolean; readonly see: boolean };
  readonly fields: readonly Described[];
  readonly counts: RegisterCounts;
}
const register: Decoder<Register> = record<Register>({
  id: text,
  code: text,
  title: said,
  kept: choice(['record', 'entity']),
  may: record({ file: maybeFlag, approve: maybeFlag, confirm: maybeFlag, see: maybeFlag }),
  fields: (input, at) => maybe(list(described))(input, at) ?? [],
  counts: (input, at) =>
    record<RegisterCounts>({ in_force: number, waiting: number, expiring: number, expired: number })(input ?? {}, at),
});

export const readRegisters = (): Call<Page<Register>> => ({ method: 'GET', path: '/v1/registers?limit=200', decode: page(register) });

export const RECORD_STATES = ['waiting', 'in-force', 'expired', 'withdrawn', 'rejected'] as const;
export type RecordState = (typeof RECORD_STATES)[number];

export interface RecordRow {
  readonly id: string;
  readonly register: { readonly id: string; readonly code: string; readonly title: Said };
  readonly number: number;
  readonly title: string | null;
  readonly state: RecordState;
  readonly edition: number;
  readonly facility: string | null;
  readonly origin: string | null;
  readonly filed_by: { readonly name: string | null } | null;
  readonly filed_at: string | null;
  readonly approved_at: string | null;
  readonly confirmed_at: string | null;
  readonly valid_from: string | null;
  readonly valid_until: string | null;
  readonly may: RecordMay;
}
export interface RecordMay {
  readonly edit: boolean;
  readonly approve: boolean;
  readonly reject: boolean;
  readonly withdraw: boolean;
  readonly confirm: boolean;
  readonly attach: boolean;
}
const named = record({ name: maybe(text) });

const may: Decoder<RecordMay> = (input, at) =>
  record<RecordMay>({
    edit: maybeFlag,
    approve: maybeFlag,
    reject: maybeFlag,
    withdraw: maybeFlag,
    confirm: maybeFlag,
    attach: maybeFlag,
  })(input ?? {}, at);

const shape = {
  id: text,
  register: record({ id: text, code: text, title: said }),
  number: integer,
  title: maybe(text),
  state: choice(RECORD_STATES),
  edition: integer,
  facility: maybe(text),
  origin: maybe(text),
  filed_by: maybe(named),
  filed_at: maybe(text),
  approved_at: maybe(text),
  confirmed_at: maybe(text),
  valid_from: maybe(text),
  valid_until: maybe(text),
  may,
};

export interface Edition {
  readonly edition: number;
  readonly state: RecordState | null; /* none: another took its place */
  readonly filed_at: string | null;
  readonly filed_by: { readonly name: string | null } | null;
  readonly approved_at: string | null;
  readonly valid_from: string | null;
  readonly valid_until: string | null;
  readonly reason: string | null;
  readonly fields: Answers;
}
const edition = record<Edition>({
  edition: integer,
  state: maybe(choice(RECORD_STATES)),
  filed_at: maybe(text),
  filed_by: maybe(named),
  approved_at: maybe(text),
  valid_from: maybe(text),
  valid_until: maybe(text),
  reason: maybe(text),
  fields: answers,
});

export interface RecordStory extends RecordRow {
  readonly fields: Answers;
  readonly editions: readonly Edition[];
}

export const readRecords = (id: string, state: RecordState | null, cursor: string | null): Call<Page<RecordRow>> => ({
  method: 'GET',
  path:
    path`/v1/registers/${id}/records?limit=50` + (state ? path`&state=${state}` : '') + (cursor ? path`&cursor=${cursor}` : ''),
  decode: page(record<RecordRow>(shape)),
});

export const readRecord = (id: string): Call<RecordStory> => ({
  method: 'GET',
  path: path`/v1/records/${id}`,
  decode: record<RecordStory>({
    ...shape,
    fields: answers,
    editions: list(edition),
  }),
});

export interface RecordBody {
  readonly fields: Answers;
  readonly valid_from?: string;
  readonly valid_until?: string;
  readonly facility?: string;
}

export const fileRecord = (register: string, body: RecordBody, key: string): Call<{ readonly id: string }> => ({
  method: 'POST',
  path: path`/v1/registers/${register}/records`,
  body,
  decode: record({ id: text }),
  key,
});

export const changeRecord = (id: string, body: RecordBody): Call<Filed> => ({
  method: 'PUT',
  path: path`/v1/records/${id}`,
  body,
  decode: filed,
});

export type RecordDeed = 'approve' | 'reject' | 'withdraw' | 'confirm' | 'renew';

export const doRecord = (id: string, deed: RecordDeed, body: object, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/records/${id}/${deed}`,
  body,
  decode: filed,
  key,
});

export const exportRegister = (id: string, encoding: 'utf-8' | 'cp932'): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/registers/${id}/export.csv` + (encoding === 'cp932' ? '?encoding=cp932' : ''),
  decode: saved,
  file: true,
});

/* One request carries the whole file. */
export const RECORD_FILE_MAX = 48 * 1024;

export interface Imported {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

export const importRegister = (id: string, encoding: 'auto' | 'utf-8' | 'cp932', file: Blob, key: string): Call<Imported> => ({
  method: 'POST',
  path: path`/v1/registers/${id}/import` + (encoding === 'auto' ? '' : path`?encoding=${encoding}`),
  body: file,
  decode: record({ created: integer, changed: integer, unchanged: integer }),
  key,
});
