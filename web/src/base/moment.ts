/* A moment in Japan from what was typed as a day and, maybe, a time; null without a day. */
import type { Day } from './day';

export function momentOf(day: Day, time: string): string | null {
  return day === '' ? null : `${day}T${(time === '' ? '00:00' : time).padStart(5, '0')}:00+09:00`;
}

/* How long or how often, in the largest unit that is whole: 3 days, 90 minutes. */
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
export type Unit = 'day' | 'hour' | 'minute' | 'second';

export function spanOf(seconds: number): { readonly count: number; readonly unit: Unit } {
  const found = seconds > 0 ? UNITS.find(([, size]) => seconds % size === 0) : undefined;
  return found ? { count: seconds / found[1], unit: found[0] } : { count: seconds, unit: 'second' };
}
