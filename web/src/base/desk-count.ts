/*
 * How much waits on the desk, for the menu: asked anew with each screen and after each deed, never by the clock, so that
 * a session nobody uses comes to its end.
 */
import { useEffect, useState } from 'preact/hooks';
import type { DeskCounts } from '../api/desk';
import { readDeskCount } from '../api/desk';
import { useSession } from './session';

const MOVED = 'sekimori-desk';

/* Something was done that may have been waiting. */
export const deskMoved = (): void => void dispatchEvent(new Event(MOVED));

export function useDeskCount(): DeskCounts | null {
  const { client, operations, me } = useSession();
  const [counts, setCounts] = useState<DeskCounts | null>(null);
  const asked = operations.has('desk.count');
  useEffect(() => {
    if (!asked) return undefined;
    let leaving = new AbortController();
    const ask = () => {
      leaving.abort();
      const asking = new AbortController();
      leaving = asking;
      client({ ...readDeskCount(), signal: asking.signal }).then(
        (found) => {
          if (!asking.signal.aborted) setCounts(found);
        },
        () => undefined, /* the menu then shows what it knew */
      );
    };
    ask();
    addEventListener('hashchange', ask);
    addEventListener(MOVED, ask);
    return () => {
      leaving.abort();
      removeEventListener('hashchange', ask);
      removeEventListener(MOVED, ask);
    };
  }, [client, asked, me]);
  return asked ? counts : null;
}
