/* What whoever cannot sign in should know first: an outage, for example. */
import { useEffect, useState } from 'preact/hooks';
import type { PublicText } from '../api/announcements';
import { readSignInNotices } from '../api/announcements';
import type { Client } from '../api/client';
import { writeInstant } from '../base/day';
import { Native } from './name';
import { Notice } from './notice';
import { useWords } from '../word/word';

export function SignInNotices({ client }: { readonly client: Client }) {
  const { language } = useWords();
  const [texts, setTexts] = useState<readonly PublicText[]>([]);
  useEffect(() => {
    const leaving = new AbortController();
    client({ ...readSignInNotices(), signal: leaving.signal }).then(
      ({ items }) => setTexts(items),
      () => undefined, /* the way in stays open without them */
    );
    return () => leaving.abort();
  }, [client]);
  return (
    <>
      {texts.map((text) => (
        <Notice key={text.id} tone="warning" title={text.title}>
          <p class="announcement-text">
            <Native>{text.body}</Native>
          </p>
          {text.published_at && <p class="soft">{writeInstant(text.published_at, language)}</p>}
        </Notice>
      ))}
    </>
  );
}
