/* A list read page by page, as the reader asks for more. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Call } from '../api/client';
import type { Page } from '../api/decode';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import { useSession } from './session';
import { useWords } from '../word/word';

export interface Pages<T> {
  readonly items: readonly T[];
  readonly next: string | null; /* where to go on; null at the end */
  readonly state: 'loading' | 'failed' | 'ready';
  readonly problem: Problem | null;
  readonly reached: string | null; /* how far back was looked, where the server says so */
  readonly count: number; /* of pages read */
}

export function usePages<T>(call: (cursor: string | null) => Call<Page<T>>): readonly [Pages<T>, () => void] {
  const { client } = useSession();
  const { language } = useWords();
  const [pages, setPages] = useState<Pages<T>>({ items: [], next: null, state: 'loading', problem: null, reached: null, count: 0 });
  const at = useRef<Pages<T>>(pages);
  const running = useRef<AbortController | null>(null);

  const show = (next: Pages<T>) => {
    at.current = next;
    setPages(next);
  };

  const more = useCallback(() => {
    if (running.current) return;
    const leaving = new AbortController();
    running.current = leaving;
    const before = at.current;
    show({ ...before, state: 'loading', problem: null });
    client({ ...call(before.next), signal: leaving.signal })
      .then(
        (page) => {
          const items = [...before.items, ...page.items];
          const reached = page.reached ?? before.reached;
          if (!leaving.signal.aborted) show({ items, next: page.next, state: 'ready', problem: null, reached, count: before.count + 1 });
        },
        (error: unknown) => {
          if (!leaving.signal.aborted) show({ ...before, state: 'failed', problem: problemOf(error, language) });
        },
      )
      .finally(() => {
        running.current = null;
      });
  }, [client, call, language]);

  useEffect(() => {
    more();
    return () => {
      running.current?.abort();
      running.current = null;
    };
  }, [client, call]);

  return [pages, more];
}
