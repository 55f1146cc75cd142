/* Files that hang on a record, a case or an announcement: sent in pieces, read only when they were found clean. */
import type { Call, Client, Saved } from './client';
import { newKey, path, saved } from './client';
import type { Decoder, Page } from './decode';
import { choice, integer, maybe, maybeFlag, nothing, page, record, text } from './decode';

export const ATTACHMENT_STATES = ['uploading', 'scanning', 'clean', 'infected', 'refused'] as const;
export type AttachmentState = (typeof ATTACHMENT_STATES)[number];

export type AttachedTo = 'record' | 'case' | 'announcement' | 'campaign';

export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly media: string | null;
  readonly state: AttachmentState;
  readonly scanned_at: string | null;
  readonly waiting: boolean; /* until the scanner answers again */
  readonly may: { readonly remove: boolean } | null;
}
export const attachment: Decoder<Attachment> = record<Attachment>({
  id: text,
  name: text,
  size: integer,
  media: maybe(text),
  state: choice(ATTACHMENT_STATES),
  scanned_at: maybe(text),
  waiting: maybeFlag,
  may: maybe(record({ remove: maybeFlag })),
});

/* As many bytes as one request takes. */
export const PIECE = 48 * 1024;
export const ATTACHMENT_MAX = 16 * 1024 * 1024;
export const ATTACHED_TYPES = '.pdf,.png,.jpg,.jpeg,.xlsx,.docx,.csv,.txt';

const NAME_MAX = 200;

/* Its end says what kind of file it is. */
const nameFor = ({ name }: File): string => [...name.normalize('NFC')].slice(-NAME_MAX).join('');

export const readAttachments = (kind: AttachedTo, object: string): Call<Page<Attachment>> => ({
  method: 'GET',
  path: path`/v1/attachments?object_kind=${kind}&object=${object}&limit=100`,
  decode: page(attachment),
});

const begin = (kind: AttachedTo, object: string, file: File): Call<{ readonly id: string }> => ({
  method: 'POST',
  path: '/v1/attachments',
  body: { object_kind: kind, object, name: nameFor(file), size: file.size },
  decode: record({ id: text }),
  key: newKey(),
});

const put = (id: string, offset: number, piece: Blob): Call<null> => ({
  method: 'PUT',
  path: path`/v1/attachments/${id}/content?offset=${offset}`,
  body: piece,
  decode: nothing,
});

const finish = (id: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/attachments/${id}/finish`,
  body: {},
  decode: nothing,
});

export const readAttachment = (id: string): Call<Attachment> => ({
  method: 'GET',
  path: path`/v1/attachments/${id}`,
  decode: attachment,
});

export const removeAttachment = (id: string): Call<null> => ({
  method: 'DELETE',
  path: path`/v1/attachments/${id}`,
  decode: nothing,
});

const content = (id: string, offset: number): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/attachments/${id}/content?offset=${offset}`,
  decode: saved,
  file: true,
});

/* Send a file whole; `sent` hears how many of its bytes are there. */
export async function attach(client: Client, kind: AttachedTo, object: string, file: File, sent: (bytes: number) => void): Promise<string> {
  const { id } = await client(begin(kind, object, file));
  for (let at = 0; at < file.size; at += PIECE) {
    await client(put(id, at, file.slice(at, at + PIECE)));
    sent(Math.min(at + PIECE, file.size));
  }
  await client(finish(id));
  return id;
}

/* The whole of a file, however many pieces it comes in. */
export async function fetchAttachment(client: Client, { id, name, size }: Attachment): Promise<Saved> {
  const pieces: Blob[] = [];
  for (let at = 0; at < size; ) {
    const { blob } = await client(content(id, at));
    if (blob.size === 0) break;
    pieces.push(blob);
    at += blob.size;
  }
  return { name, blob: new Blob(pieces) };
}
