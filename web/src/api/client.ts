/*
 * The one way to the server.
 *
 * Every reply is decoded before it is handed on; everything that is not the wanted reply is thrown as a Failure. Where the
 * server asks the person for something first, the call waits until it is given and is then made again:
 *
 *   call ──▶ reply
 *     ├─ 401 session-locked ───▶ unlock ──┐
 *     ├─ 403 step-up-required ─▶ prove ───┼─ given ──▶ call
 *     ├─ 428 ──────────────────▶ confirm ─┘  not given ──▶ Failure (cancelled)
 *     └─ 401 ──▶ ended, Failure
 */
import type { Language } from '../word/language';
import type { Decoder } from './decode';
import { Malformed } from './decode';
import type { Consent, Demand } from './problem';
import { Failure, demandOf, refusal, silent } from './problem';

const TIMEOUT_MS = 20_000;

/* More questions than this for one call are a mistake of the server's. */
const TURNS_MAX = 8;

export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly decode: Decoder<T>;
  readonly body?: object | Blob;
  /* The reply is a file, to be decoded by `saved`. */
  readonly file?: boolean;
  /* Names this wish, so that asking twice does it once; one key for each content. */
  readonly key?: string;
  readonly signal?: AbortSignal;
  /* A step of signing in itself: no question is put to the person, what comes is thrown. */
  readonly bare?: boolean;
}

/* A file that the server made, and the name it gave. */
export interface Saved {
  readonly name: string;
  readonly blob: Blob;
}

export const saved: Decoder<Saved> = (input, path) => {
  if (typeof input === 'object' && input !== null && 'blob' in input && input.blob instanceof Blob && 'name' in input) {
    return { name: String(input.name), blob: input.blob };
  }
  throw new Malformed(path, 'a file');
};

export type Client = <T>(call: Call<T>) => Promise<T>;

/* What the page does when the server wants to hear from the person; false and null: it was not given. */
export interface Person {
  readonly language: () => Language;
  /* The server no longer knows the session; did that keep something from being written? */
  readonly ended: (unwritten: boolean) => void;
  readonly unlock: () => Promise<boolean>;
  readonly prove: () => Promise<boolean>;
  readonly confirm: (demand: Demand) => Promise<Consent | null>;
  readonly enrol: () => void;
  readonly held: () => void; /* something must be accepted first */
}

/* Build a path; every given value stays one segment or one parameter. */
export function path(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((built, piece, index) => built + encodeURIComponent(values[index - 1] ?? '') + piece);
}

export function newKey(): string {
  return crypto.randomUUID();
}

function headersOf(call: Call<unknown>, language: Language, consent: Consent | null): Headers {
  const headers = new Headers({
    Accept: call.file ? '*/*' : 'application/json, application/problem+json',
    'Accept-Language': language,
  });
  if (call.body) headers.set('Content-Type', call.body instanceof Blob ? 'application/octet-stream' : 'application/json');
  if (call.key) headers.set('Idempotency-Key', call.key);
  if (consent) headers.set('Confirm', consent.token);
  if (consent?.phrase) headers.set('Confirm-Phrase', encodeURIComponent(consent.phrase));
  return headers;
}

async function readJson(response: Response): Promise<unknown> {
  const raw = await response.text();
  return raw === '' ? null : (JSON.parse(raw) as unknown);
}

const FILE_NAME = /filename="([^"\\/]{1,120})"/;
const FULL_NAME = /filename\*=UTF-8''([0-9A-Za-z!#$&+.^_`|~%-]{1,1000})/; /* RFC 8187 */

function fileName(disposition: string): string {
  try {
    const full = decodeURIComponent(FULL_NAME.exec(disposition)?.[1] ?? '').replace(/[/\\]/g, '_');
    if (full !== '') return full;
  } catch {
    /* no UTF-8: the plain name does */
  }
  return FILE_NAME.exec(disposition)?.[1] ?? 'sekimori';
}

async function readFile(response: Response): Promise<Saved> {
  const name = fileName(response.headers.get('Content-Disposition') ?? '');
  return { name, blob: await response.blob() };
}

const bodyOf = ({ body }: Call<unknown>): BodyInit | null =>
  body instanceof Blob ? body : body ? JSON.stringify(body) : null;

/* One request and its answer; a refusal is an answer. */
async function exchange<T>(
  call: Call<T>,
  language: Language,
  consent: Consent | null,
): Promise<{ readonly value: T } | { readonly status: number; readonly input: unknown }> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
  const giveUp = () => limit.abort();
  call.signal?.addEventListener('abort', giveUp);
  try {
    if (call.signal?.aborted) limit.abort();
    const response = await fetch(call.path, {
      method: call.method,
      headers: headersOf(call, language, consent),
      body: bodyOf(call),
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: limit.signal,
    });
    if (!response.ok) return { status: response.status, input: await readJson(response).catch(() => null) };
    return { value: call.decode(call.file ? await readFile(response) : await readJson(response), 'reply') };
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) throw new Failure(silent('malformed', language));
    throw new Failure(silent(limit.signal.aborted ? 'slow' : 'offline', language));
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', giveUp);
  }
}

export function createClient(person: Person): Client {
  return async (call) => {
    const language = person.language();
    let consent: Consent | null = null;
    for (let turn = 0; ; turn++) {
      const answer = await exchange(call, language, consent);
      if ('value' in answer) return answer.value;
      const problem = refusal(answer.status, answer.input, language);
      if (call.bare || turn >= TURNS_MAX) throw new Failure(problem);
      if (problem.slug === 'session-locked') {
        if (await person.unlock()) continue;
        throw new Failure(problem);
      }
      if (problem.status === 401) {
        person.ended(call.method !== 'GET');
        throw new Failure(problem);
      }
      if (problem.slug === 'second-factor-required') {
        person.enrol();
        throw new Failure(problem);
      }
      if (problem.slug === 'terms-unaccepted') {
        person.held();
        throw new Failure(problem);
      }
      if (problem.slug === 'step-up-required') {
        if (await person.prove()) continue;
        throw new Failure(silent('cancelled', language));
      }
      const demand: Demand | null = problem.status === 428 ? demandOf(answer.input) : null;
      if (!demand) throw new Failure(problem);
      consent = await person.confirm(demand);
      if (!consent) throw new Failure(silent('cancelled', language));
    }
  };
}
