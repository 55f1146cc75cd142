import type { ComponentChildren } from 'preact';
import { writeClock } from '../base/day';
import { Button } from './button';
import { Notice } from './notice';
import { ProblemNotice } from './problem';
import type { Remote } from '../base/remote';
import { useWords } from '../word/word';

export function Loading() {
  const { words } = useWords();
  return (
    <div class="loading" role="status">
      <p>{words.remote.loading}</p>
      <span class="bone" aria-hidden="true" />
      <span class="bone" aria-hidden="true" />
    </div>
  );
}

interface StaleProps {
  readonly at: Date;
  readonly again: () => void;
  readonly busy: boolean;
}

/* The line is down: what is shown is of an earlier time. */
function Stale({ at, again, busy }: StaleProps) {
  const { words } = useWords();
  return (
    <div class="stale">
      <Notice tone="warning" title={words.remote.stale(writeClock(at.toISOString()))}>
        <p>
          <Button icon="refresh" busy={busy} onClick={again}>
            {words.remote.again}
          </Button>
        </p>
      </Notice>
    </div>
  );
}

interface Props<T> {
  readonly of: Remote<T>;
  readonly again: () => void;
  readonly children: (value: T, at: Date) => ComponentChildren;
}

/* Loading, failed or there: a screen says only what it shows when it is there. */
export function RemoteView<T>({ of: remote, again, children }: Props<T>) {
  switch (remote.state) {
    case 'loading':
      return <Loading />;
    case 'failed':
      return <ProblemNotice problem={remote.problem} again={again} />;
    case 'ready':
      return (
        <div aria-busy={remote.refreshing}>
          {remote.stale && <Stale at={remote.at} again={again} busy={remote.refreshing} />}
          {children(remote.value, remote.at)}
        </div>
      );
  }
}
