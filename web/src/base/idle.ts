/*
 * Nobody touches the screen: the server's limits are kept on it too, so that nothing personal stays in view.
 *
 * A teacher's screen is locked. For others the server is asked, and a session that has ended leads to the sign-in.
 */
import { useEffect, useRef } from 'preact/hooks';
import type { Role } from '../api/model';
import type { Session } from './session';

const MINUTE_MS = 60_000;

/* The server's limits; a little is added where it ends the session by itself. */
const LIMITS_MS: Partial<Record<Role, number>> = {
  staff: 15 * MINUTE_MS,
  principal: 15.1 * MINUTE_MS,
  officer: 60.1 * MINUTE_MS,
  'officer-admin': 15.1 * MINUTE_MS,
  auditor: 60.1 * MINUTE_MS,
  operator: 15.1 * MINUTE_MS,
  'operator-admin': 15.1 * MINUTE_MS,
};

const TOUCHES = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;
const LOOK_MS = 10_000;

export function useIdle(session: Session): void {
  const latest = useRef(session);
  latest.current = session;
  const limit = LIMITS_MS[session.me.role];
  useEffect(() => {
    if (limit === undefined) return undefined;
    let touched = Date.now();
    const touch = () => {
      touched = Date.now();
    };
    const look = () => {
      if (Date.now() - touched < limit) return;
      touch();
      const { me, lock, renew } = latest.current;
      (me.role === 'staff' ? lock() : renew()).catch(() => undefined); /* asked again after the next quiet time */
    };
    for (const kind of TOUCHES) addEventListener(kind, touch, { passive: true, capture: true });
    const timer = setInterval(look, LOOK_MS);
    return () => {
      clearInterval(timer);
      for (const kind of TOUCHES) removeEventListener(kind, touch, { capture: true });
    };
  }, [limit]);
}
