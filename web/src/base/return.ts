/* Coming back to the page, e.g. after the tablet slept, shows what has come in meanwhile. */
import { useEffect } from 'preact/hooks';

export function useReturn(act: () => void): void {
  useEffect(() => {
    const seen = () => {
      if (document.visibilityState === 'visible') act();
    };
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, [act]);
}
