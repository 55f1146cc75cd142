/* One thing sent at a time, however often the button is pressed; what came of it is shown beside the button. */
import { useCallback, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import { useWords } from '../word/word';

export interface Sending {
  readonly busy: boolean;
  readonly problem: Problem | null;
  /* Did it succeed? A second press while the first runs does nothing and is no success. */
  readonly send: (act: () => Promise<unknown>) => Promise<boolean>;
  readonly forget: () => void;
}

export function useSending(): Sending {
  const { language } = useWords();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const spoken = useRef(language);
  spoken.current = language;

  const send = useCallback(async (act: () => Promise<unknown>) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await act();
      return true;
    } catch (error) {
      setProblem(problemOf(error, spoken.current));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  const forget = useCallback(() => setProblem(null), []);
  return { busy, problem, send, forget };
}
