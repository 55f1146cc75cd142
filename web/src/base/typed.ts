/* What was typed to search belongs to this place in the history, so that the way back finds it again. */
import { useCallback, useState } from 'preact/hooks';

export function useTyped(): readonly [string, (words: string) => void] {
  const [words, setWords] = useState(() => {
    const noted: unknown = history.state;
    return typeof noted === 'object' && noted !== null && 'words' in noted ? String(noted.words) : '';
  });
  const type = useCallback((next: string) => {
    history.replaceState({ words: next }, '');
    setWords(next);
  }, []);
  return [words, type];
}
