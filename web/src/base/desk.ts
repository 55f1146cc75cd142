/* The desk in the order in which one works: what is late, then today's, this week's, later, and what has no date. */
import type { Todo } from '../api/desk';
import type { Day } from './day';
import { addDays, dueDay } from './day';

export const URGENCIES = ['overdue', 'today', 'week', 'later', 'undated'] as const;
export type Urgency = (typeof URGENCIES)[number];

const WEEK = 7;

export function urgencyOf({ overdue, due_at }: Todo, today: Day): Urgency {
  if (overdue) return 'overdue';
  if (!due_at) return 'undated';
  const day = dueDay(due_at);
  if (day <= today) return 'today';
  return day <= addDays(today, WEEK) ? 'week' : 'later';
}

const orderOf = (item: Todo): string => item.due_at ?? item.since ?? '';

/* Groups without anything in them are left out. */
export function byUrgency(items: readonly Todo[], today: Day): readonly (readonly [Urgency, readonly Todo[]])[] {
  return URGENCIES.map((urgency) => {
    const some = items.filter((item) => urgencyOf(item, today) === urgency);
    return [urgency, some.sort((a, b) => orderOf(a).localeCompare(orderOf(b)))] as const;
  }).filter(([, some]) => some.length > 0);
}

/* An address of ours, said by the server; nothing else becomes a link. */
const LINK = /^\/[0-9A-Za-z\-./]{1,120}(?:\?[0-9A-Za-z\-=&]{1,120})?$/;
export const hrefOfLink = (link: string | null): string | null => (link && LINK.test(link) ? `#${link}` : null);
