/*
 * Questions put to the person while a call waits. The same question of several calls is asked once, and the answer is
 * everybody's.
 */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { Consent, Demand } from '../api/problem';

export type Ask =
  | { readonly kind: 'unlock' | 'prove'; readonly answer: (given: boolean) => void }
  | { readonly kind: 'discard'; readonly count: number; readonly answer: (given: boolean) => void }
  | { readonly kind: 'confirm'; readonly demand: Demand; readonly answer: (consent: Consent | null) => void };

export interface Asks {
  readonly unlock: () => Promise<boolean>;
  readonly prove: () => Promise<boolean>;
  readonly confirm: (demand: Demand) => Promise<Consent | null>;
  /* May what is not sent yet be lost? */
  readonly discard: (count: number) => Promise<boolean>;
  /* Nobody is there any more to answer. */
  readonly drop: () => void;
}

export function useAsks(): readonly [readonly Ask[], Asks] {
  const [open, setOpen] = useState<readonly Ask[]>([]);
  const shared = useRef(new Map<Ask['kind'], Promise<boolean>>());
  const asks = useMemo<Asks>(() => {
    const put = (ask: Ask) => setOpen((before) => [...before, ask]);
    const close = (ask: Ask) => setOpen((before) => before.filter((other) => other !== ask));
    const pending = new Set<() => void>();

    const once = (kind: 'unlock' | 'prove') => {
      const running = shared.current.get(kind);
      if (running) return running;
      const asked = new Promise<boolean>((resolve) => {
        const answer = (given: boolean) => {
          shared.current.delete(kind);
          pending.delete(refuse);
          close(ask);
          resolve(given);
        };
        const ask: Ask = { kind, answer };
        const refuse = () => answer(false);
        pending.add(refuse);
        put(ask);
      });
      shared.current.set(kind, asked);
      return asked;
    };

    /* A question of its own for every call. */
    const each = <T>(refusal: T, make: (answer: (given: T) => void) => Ask) =>
      new Promise<T>((resolve) => {
        const answer = (given: T) => {
          pending.delete(refuse);
          close(ask);
          resolve(given);
        };
        const ask = make(answer);
        const refuse = () => answer(refusal);
        pending.add(refuse);
        put(ask);
      });

    return {
      unlock: () => once('unlock'),
      prove: () => once('prove'),
      confirm: (demand) => each<Consent | null>(null, (answer) => ({ kind: 'confirm', demand, answer })),
      discard: (count) => each(false, (answer) => ({ kind: 'discard', count, answer })),
      drop: () => {
        for (const refuse of [...pending]) refuse();
      },
    };
  }, []);
  return [open, asks];
}
