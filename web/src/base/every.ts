/* Again and again while somebody looks. */
import { useEffect } from 'preact/hooks';

export function useEvery(ms: number, act: () => void): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') act();
    }, ms);
    return () => clearInterval(timer);
  }, [ms, act]);
}
