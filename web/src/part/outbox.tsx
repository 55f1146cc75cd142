/* What is not sent yet, and what was refused; shown wherever its person starts. */
import type { Entry } from '../base/outbox';
import { outbox, useOutbox } from '../base/outbox';
import { writeInstant } from '../base/day';
import { Button } from './button';
import { Native } from './name';
import { Notice } from './notice';
import { useWords } from '../word/word';

function reasonOf(entry: Entry, language: string): string | null {
  const { problem } = entry;
  if (!problem || problem.language !== language) return null;
  return problem.errors[0]?.message ?? problem.detail ?? problem.title;
}

export function OutboxView() {
  const { words, language } = useWords();
  const say = words.outbox;
  const entries = useOutbox();
  const waiting = entries.filter(({ state }) => state === 'waiting');
  const refused = entries.filter(({ state }) => state === 'refused');
  if (waiting.length + refused.length === 0) return null;
  return (
    <div class="outbox">
      {waiting.length > 0 && (
        <Notice tone="warning" title={say.count(waiting.length)}>
          <ul class="outbox-list">
            {waiting.map((entry) => (
              <li key={entry.id}>
                <Native>{entry.words.join('　')}</Native>
              </li>
            ))}
          </ul>
          <p>{say.waiting}</p>
          <p>
            <Button icon="refresh" onClick={() => void outbox.flush()}>
              {say.now}
            </Button>
          </p>
        </Notice>
      )}
      {refused.map((entry) => (
        <Notice key={entry.id} tone="error" title={say.refused}>
          <p>
            <Native>{entry.words.join('　')}</Native>
          </p>
          <p class="soft">{say.made(writeInstant(entry.at, language))}</p>
          <p>{entry.problem?.slug === 'too-late' ? say.tooLate : (reasonOf(entry, language) ?? say.ask)}</p>
          <p>
            <Button onClick={() => void outbox.forget(entry.id)}>{say.forget}</Button>
          </p>
        </Notice>
      ))}
    </div>
  );
}
