/* What goes out: mail, calls of other systems, and what compartments tell one another. Addresses are masked by the server. */
import type { Call } from './client';
import { path } from './client';
import type { Page } from './decode';
import { choice, integer, maybe, nothing, page, record, text } from './decode';

export const LETTER_STATES = ['waiting', 'sent', 'delivered', 'failed', 'bounced', 'held'] as const;
export type LetterState = (typeof LETTER_STATES)[number];

/* Those by which the list can be picked. */
export const STORED_STATES = ['waiting', 'sent', 'delivered', 'failed', 'bounced'] as const;

export const CHANNELS = ['mail', 'webhook', 'post'] as const;
export type LetterChannel = (typeof CHANNELS)[number];

export interface Letter {
  readonly id: string;
  readonly number: number;
  readonly channel: LetterChannel;
  readonly kind: string | null;
  readonly state: LetterState;
  readonly to: string | null;
  readonly attempts: number;
  readonly created_at: string | null;
  readonly next_at: string | null;
  readonly sent_at: string | null;
  readonly done_at: string | null;
  readonly error: string | null;
}

export interface LetterFilter {
  readonly state: string | null;
  readonly channel: string | null;
}

export const readLetters = ({ state, channel }: LetterFilter, cursor: string | null): Call<Page<Letter>> => ({
  method: 'GET',
  path: [
    '/v1/letters?limit=50',
    state && path`&state=${state}`,
    channel && path`&channel=${channel}`,
    cursor && path`&cursor=${cursor}`,
  ]
    .filter(Boolean)
    .join(''),
  decode: page(
    record<Letter>({
      id: text,
      number: integer,
      channel: choice(CHANNELS),
      kind: maybe(text),
      state: choice(LETTER_STATES),
      to: maybe(text),
      attempts: integer,
      created_at: maybe(text),
      next_at: maybe(text),
      sent_at: maybe(text),
      done_at: maybe(text),
      error: maybe(text),
    }),
  ),
});

export const retryLetter = (id: string): Call<null> => ({
  method: 'POST',
  path: path`/v1/letters/${id}/retry`,
  body: {},
  decode: nothing,
});

/* A letter to oneself, to see whether anything arrives. */
export const tryLetter = (): Call<null> => ({ method: 'POST', path: '/v1/letters/try', body: {}, decode: nothing });

/* Other systems that are called */
export const TARGET_STATES = ['waiting', 'active', 'ended'] as const;

export interface Target {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly letters: string | null;
  readonly state: string;
  readonly created_at: string | null;
}

export const readTargets = (): Call<Page<Target>> => ({
  method: 'GET',
  path: '/v1/targets',
  decode: page(
    record<Target>({ id: text, title: text, url: text, letters: maybe(text), state: text, created_at: maybe(text) }),
  ),
});

/* Its secret is shown this once. */
export const createTarget = (body: object, key: string): Call<{ readonly secret: string }> => ({
  method: 'POST',
  path: '/v1/targets',
  body,
  decode: record({ secret: text }),
  key,
});

export const doTarget = (id: string, deed: 'approve' | 'end'): Call<null> => ({
  method: 'POST',
  path: path`/v1/targets/${id}/${deed}`,
  body: {},
  decode: nothing,
});
