/* The desk. */
import type { desk as words } from '../ja/desk';

const things = (count: number) => (count === 1 ? '1 thing' : `${count} things`);

export const desk: typeof words = {
  desk: {
    title: 'Desk',
    lead: 'What waits for you, the most urgent first.',
    asOf: (time) => `As of ${time}`,
    again: 'Refresh',
    empty: 'Nothing waits for you.',
    escalated: 'Escalated',
    due: (time) => `Due ${time}`,
    since: (time) => `Since ${time}`,
    items: things,
    notices: (count) => `${count} ${count === 1 ? 'notice' : 'notices'} about your own account`,
    counts: { overdue: 'Overdue', today: 'Due by tonight', open: 'In all' },
    urgencies: {
      overdue: 'Overdue',
      today: 'Due today',
      week: 'Within 7 days',
      later: 'Later',
      undated: 'No date',
    },
  },
};
