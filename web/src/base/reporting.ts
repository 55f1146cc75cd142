/*
 * For which day a report is most likely, as the facility lives: until the cut-off of an open day that day, then the next
 * open one.
 */
import type { Calendar } from '../api/family';
import type { Day } from './day';
import { dayOf, isWeekday, nextWeekday, timeOf } from './day';

export const CUT_OFF = '08:30'; /* the server's default */

export interface ReportDays {
  readonly first: Day;
  readonly second: Day;
  /* Today is an open day whose reports are closed: who has something to say for today telephones. */
  readonly closed: boolean;
  readonly cutOff: string;
}

function isOpen(calendar: Calendar | null, day: Day): boolean {
  return calendar?.items.find(({ date }) => date === day)?.open ?? isWeekday(day);
}

function nextOpen(calendar: Calendar | null, after: Day): Day {
  return calendar?.items.find(({ date, open }) => date > after && open)?.date ?? nextWeekday(after);
}

/* Without a calendar at hand, Monday to Friday and the usual cut-off. */
export function reportDays(calendar: Calendar | null, now: Date): ReportDays {
  const day = dayOf(now);
  const cutOff = calendar?.cut_off ?? CUT_OFF;
  const open = isOpen(calendar, day);
  const early = timeOf(now) < cutOff;
  const first = open && early ? day : nextOpen(calendar, day);
  return { first, second: nextOpen(calendar, first), closed: open && !early, cutOff };
}

/* May a guardian still report for that day, or take a report back? */
export function inTime(day: Day, cutOff: string, now: Date): boolean {
  const present = dayOf(now);
  return day > present || (day === present && timeOf(now) < cutOff);
}
