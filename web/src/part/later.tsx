/*
 * A screen whose code is fetched when somebody first comes to it, so that nobody else's device carries it.
 *
 * What cannot be fetched is asked for again with the whole page: a new version may have taken its place.
 */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { silent } from '../api/problem';
import { useWords } from '../word/word';
import { ProblemNotice } from './problem';
import { Loading } from './remote';

export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Later(props: P) {
    const { language } = useWords();
    const [state, setState] = useState<'loading' | 'failed' | 'ready'>(known ? 'ready' : 'loading');
    useEffect(() => {
      let left = false;
      if (known) return undefined;
      load().then(
        (screen) => {
          known = screen;
          if (!left) setState('ready');
        },
        () => {
          if (!left) setState('failed');
        },
      );
      return () => {
        left = true;
      };
    }, []);
    if (state === 'failed') return <ProblemNotice problem={silent('offline', language)} again={() => location.reload()} />;
    const Screen = known;
    return Screen ? <Screen {...props} /> : <Loading />;
  };
}
