import type { Day } from './day';

const MS_PER_DAY = 86_400_000;

/* Whole days from one day to another; less than zero when it is past. */
export function daysUntil(day: Day, today: Day): number {
  return Math.round((Date.parse(`${day}T12:00:00Z`) - Date.parse(`${today}T12:00:00Z`)) / MS_PER_DAY);
}
