/*
 * The one way to the server.
 *
 * Every reply is decoded before it is handed on; everything that is not the wanted reply is thrown as a Failure.
 */
import type { Language } from '../word/language';
import type { Decoder } from './decode';
import { Malformed } from './decode';
import { Failure, refusal, silent } from './problem';

const TIMEOUT_MS = 20_000;

export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly decode: Decoder<T>;
  readonly body?: object;
  /* Names this wish, so that asking twice does it once; one key for each content. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

export type Client = <T>(call: Call<T>) => Promise<T>;

/* Build a path; every given value stays one segment or one parameter. */
export function path(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((built, piece, index) => built + encodeURIComponent(values[index - 1] ?? '') + piece);
}

export function newKey(): string {
  return crypto.randomUUID();
}

function headersOf(call: Call<unknown>, language: Language): Headers {
  const headers = new Headers({
    Accept: 'application/json, application/problem+json',
    'Accept-Language': language,
  });
  if (call.body) headers.set('Content-Type', 'application/json');
  if (call.key) headers.set('Idempotency-Key', call.key);
  return headers;
}

async function readJson(response: Response): Promise<unknown> {
  const raw = await response.text();
  return raw === '' ? null : (JSON.parse(raw) as unknown);
}

/*
 * language   asked anew for each call
 * signedOut  told when the server no longer knows the session, and whether that kept something from being written
 */
export function createClient(language: () => Language, signedOut: (unwritten: boolean) => void): Client {
  return async (call) => {
    const spoken = language();
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
    const giveUp = () => limit.abort();
    call.signal?.addEventListener('abort', giveUp);
    try {
      const response = await fetch(call.path, {
        method: call.method,
        headers: headersOf(call, spoken),
        body: call.body ? JSON.stringify(call.body) : null,
        cache: 'no-store',
        credentials: 'same-origin',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: limit.signal,
      });
      if (!response.ok) {
        const input = await readJson(response).catch(() => null);
        const problem = refusal(response.status, input, spoken);
        if (problem.status === 401) signedOut(call.method === 'POST');
        throw new Failure(problem);
      }
      return call.decode(await readJson(response), 'reply');
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (error instanceof Malformed || error instanceof SyntaxError) throw new Failure(silent('malformed', spoken));
      throw new Failure(silent(limit.signal.aborted ? 'slow' : 'offline', spoken));
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', giveUp);
    }
  };
}
