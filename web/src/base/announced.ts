/*
 * What is announced to this person and not answered yet, for the top of every screen; asked when a screen opens that
 * person's page, and when one was answered.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Announcement } from '../api/announcements';
import { readCurrent } from '../api/announcements';
import { useSession } from './session';

const ANSWERED = 'sekimori-announced';

/* One was seen or accepted. */
export const announced = (): void => void dispatchEvent(new Event(ANSWERED));

/* What still waits for the eyes or the word of this person. */
export const unanswered = ({ acknowledge, seen_at, accepted_at }: Announcement): boolean =>
  (acknowledge === 'seen' && !seen_at) || (acknowledge === 'accept' && !accepted_at);

export function useAnnounced(): readonly Announcement[] {
  const { client, operations, me } = useSession();
  const [items, setItems] = useState<readonly Announcement[]>([]);
  const asked = operations.has('announcement.current');
  useEffect(() => {
    if (!asked) return undefined;
    let leaving = new AbortController();
    const ask = () => {
      leaving.abort();
      const asking = new AbortController();
      leaving = asking;
      client({ ...readCurrent(), signal: asking.signal }).then(
        (found) => {
          if (!asking.signal.aborted) setItems(found.items);
        },
        () => undefined, /* the next screen asks again */
      );
    };
    ask();
    addEventListener(ANSWERED, ask);
    return () => {
      leaving.abort();
      removeEventListener(ANSWERED, ask);
    };
  }, [client, asked, me]);
  return asked ? items.filter(unanswered) : [];
}
