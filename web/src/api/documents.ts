/* Documents that were issued from something, and never change. */
import type { Call, Saved } from './client';
import { path, saved } from './client';
import type { Page } from './decode';
import { integer, maybe, page, record, text } from './decode';

export interface Issued {
  readonly id: string;
  readonly kind: string;
  readonly issuer_name: string | null;
  readonly media: string | null;
  readonly number: number | null;
  readonly edition: number | null;
  readonly title: string | null;
  readonly digest: string | null;
  readonly size: number;
  readonly issued_at: string | null;
}
const issued = record<Issued>({
  id: text,
  kind: text,
  issuer_name: maybe(text),
  media: maybe(text),
  number: maybe(integer),
  edition: maybe(integer),
  title: maybe(text),
  digest: maybe(text),
  size: integer,
  issued_at: maybe(text),
});

export type IssuedFrom = 'record' | 'case' | 'announcement' | 'register';

export const readDocuments = (cursor: string | null): Call<Page<Issued>> => ({
  method: 'GET',
  path: '/v1/documents?limit=50' + (cursor ? path`&cursor=${cursor}` : ''),
  decode: page(issued),
});

export const issueDocument = (kind: IssuedFrom, object: string, key: string): Call<Issued> => ({
  method: 'POST',
  path: '/v1/documents',
  body: { kind, object },
  decode: issued,
  key,
});

export const documentContent = (id: string): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/documents/${id}/content`,
  decode: saved,
  file: true,
});
