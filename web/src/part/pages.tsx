import type { ComponentChildren } from 'preact';
import { Button } from './button';
import { ProblemNotice } from './problem';
import { Loading } from './remote';
import type { Pages } from '../base/pages';

interface Props<T> {
  readonly of: Pages<T>;
  readonly more: () => void;
  readonly moreLabel: string;
  readonly empty: string;
  readonly children: (items: readonly T[]) => ComponentChildren;
}

/* What has been read so far, then: more, wait, or what went wrong. */
export function PagesView<T>({ of: pages, more, moreLabel, empty, children }: Props<T>) {
  const none = pages.items.length === 0;
  if (none && pages.state === 'ready' && !pages.next) return <p class="empty">{empty}</p>;
  return (
    <>
      {!none && children(pages.items)}
      {none && pages.state === 'loading' && <Loading />}
      {pages.problem && <ProblemNotice problem={pages.problem} again={more} />}
      {pages.next && !pages.problem && !(none && pages.state === 'loading') && (
        <p class="more">
          <Button busy={pages.state === 'loading'} onClick={more}>
            {moreLabel}
          </Button>
        </p>
      )}
    </>
  );
}
