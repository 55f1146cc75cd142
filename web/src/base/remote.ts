/*
 * One thing read from the server, with everything a reader may see of it.
 *
 *   loading ──▶ ready ──reload──▶ ready (refreshing) ──no answer──▶ ready (stale)
 *      └──────▶ failed ──reload──▶ loading
 *
 * Without a connection what was read before stays, and says of when it is; it is read again when the line is back.
 */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { useSession } from './session';
import type { Call } from '../api/client';
import type { Problem } from '../api/problem';
import { problemOf, unheard } from '../api/problem';
import { useWords } from '../word/word';

export type Remote<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problem: Problem }
  | {
      readonly state: 'ready';
      readonly value: T;
      readonly at: Date;
      readonly refreshing: boolean;
      readonly stale: Problem | null; /* why it could not be read again */
    };

/*
 * Read what the call names. A call with another path starts over; one with the same path keeps the value it has.
 */
export function useRemote<T>(call: Call<T>): readonly [Remote<T>, () => void] {
  const { client } = useSession();
  const { language } = useWords();
  const [remote, setRemote] = useState<Remote<T>>({ state: 'loading' });
  const [turn, setTurn] = useState(0);
  const shown = useRef('');
  const latest = useRef({ call, language });
  latest.current = { call, language };

  useEffect(() => {
    const leaving = new AbortController();
    const { call, language } = latest.current;
    const same = shown.current === call.path;
    shown.current = call.path;
    setRemote((before) => (same && before.state === 'ready' ? { ...before, refreshing: true } : { state: 'loading' }));
    client({ ...call, signal: leaving.signal }).then(
      (value) => {
        if (!leaving.signal.aborted) {
          setRemote({ state: 'ready', value, at: new Date(), refreshing: false, stale: null });
        }
      },
      (error: unknown) => {
        if (leaving.signal.aborted) return;
        const problem = problemOf(error, language);
        setRemote((before) =>
          same && before.state === 'ready' && unheard(problem)
            ? { ...before, refreshing: false, stale: problem }
            : { state: 'failed', problem },
        );
      },
    );
    return () => leaving.abort();
  }, [client, call.path, turn]);

  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const cut =
    (remote.state === 'ready' && remote.stale !== null) || (remote.state === 'failed' && unheard(remote.problem));
  useEffect(() => {
    if (!cut) return undefined;
    addEventListener('online', reload);
    return () => removeEventListener('online', reload);
  }, [cut, reload]);
  /* Until the effect has run, what is at hand belongs to the path before. */
  return [shown.current === call.path ? remote : { state: 'loading' }, reload];
}
