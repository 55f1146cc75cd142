/* Lists taken over from a file. */
import type { Call, Saved } from './client';
import { path, saved } from './client';
import type { Page } from './decode';
import { choice, integer, list, maybe, nothing, page, record, text } from './decode';

export const LISTS = ['roster', 'rollover', 'facility'] as const;
export type List = (typeof LISTS)[number];

export const IMPORT_STATES = [
  'receiving',
  'checking',
  'checked',
  'scheduled',
  'applying',
  'applied',
  'cancelled',
  'failed',
] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

export interface Import {
  readonly id: string;
  readonly entity: List;
  readonly name: string;
  readonly size: number;
  readonly state: ImportState;
  readonly effective: string | null;
  readonly rows: number | null;
  readonly created: number | null;
  readonly changed: number | null;
  readonly moved: number | null;
  readonly left: number | null;
  readonly unchanged: number | null;
  readonly accounts: number | null;
  readonly problem_count: number | null;
}
const taken = record<Import>({
  id: text,
  entity: choice(LISTS),
  name: text,
  size: integer,
  state: choice(IMPORT_STATES),
  effective: maybe(text),
  rows: maybe(integer),
  created: maybe(integer),
  changed: maybe(integer),
  moved: maybe(integer),
  left: maybe(integer),
  unchanged: maybe(integer),
  accounts: maybe(integer),
  problem_count: maybe(integer),
});

export const readTemplate = (entity: List): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/imports/template?entity=${entity}`,
  decode: saved,
  file: true,
});

export const beginImport = (body: object, key: string): Call<{ id: string }> => ({
  method: 'POST',
  path: '/v1/imports',
  body,
  decode: record({ id: text }),
  key,
});

/* The server takes a file in pieces of this size. */
export const PIECE = 48 * 1024;

export const putPiece = (id: string, offset: number, body: Blob): Call<null> => ({
  method: 'PUT',
  path: path`/v1/imports/${id}/chunks/${offset}`,
  body,
  decode: nothing,
});

export const checkImport = (id: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/imports/${id}/check`,
  body: {},
  decode: nothing,
});

export const readImport = (id: string): Call<Import> => ({
  method: 'GET',
  path: path`/v1/imports/${id}`,
  decode: taken,
});

export interface Flaw {
  readonly row: number;
  readonly column: number | null;
  readonly heading: string | null;
  readonly message: string | null;
}

const after = (cursor: string | null): string => (cursor ? path`&cursor=${cursor}` : '');

export const readFlaws = (id: string, cursor: string | null): Call<Page<Flaw>> => ({
  method: 'GET',
  path: path`/v1/imports/${id}/problems?limit=100` + after(cursor),
  decode: page(record<Flaw>({ row: integer, column: maybe(integer), heading: maybe(text), message: maybe(text) })),
});

export const ACTIONS = ['create', 'change', 'move', 'leave', 'graduate', 'unchanged'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Preview {
  readonly row: number;
  readonly action: Action;
  readonly name: string | null;
  readonly class: string | null;
  readonly changes: readonly { readonly field: string; readonly before: string | null; readonly after: string | null }[];
}

export const readPreview = (id: string, cursor: string | null): Call<Page<Preview>> => ({
  method: 'GET',
  path: path`/v1/imports/${id}/preview?limit=100` + after(cursor),
  decode: page(
    record<Preview>({
      row: integer,
      action: choice(ACTIONS),
      name: maybe(text),
      class: maybe(text),
      changes: list(record({ field: text, before: maybe(text), after: maybe(text) })),
    }),
  ),
});

export const endImport = (id: string, deed: 'apply' | 'cancel'): Call<null> => ({
  method: 'POST',
  path: path`/v1/imports/${id}/${deed}`,
  body: {},
  decode: nothing,
});
