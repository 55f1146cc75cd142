/* The screens of teachers. */
import type { staff as Japanese } from '../ja/staff';

export const staff: typeof Japanese = {
  board: {
    title: 'Class board',
    facility: 'Kindergarten',
    previous: 'Previous',
    next: 'Next',
    today: 'Today',
    pick: 'Choose a date',
    refresh: 'Refresh',
    asOf: (time) => `As of ${time}`,
    expected: 'Expected',
    people: '',
    all: 'All classes',
    classes: 'Class',
    show: 'Children shown',
    filters: { all: 'Everyone', reported: 'Reported', allergy: 'With allergies' },
    allergy: 'Allergy',
    notReported: 'No report',
    reportedBy: (who, time) => [who, time].filter(Boolean).join(', '),
    classCount: (present, total) => `${present} of ${total} expected`,
    noClasses: 'This kindergarten has no classes yet.',
    noChildren: 'No children in this class yet.',
    noMatch: 'No children match.',
    noFacility: 'No kindergarten is registered for you.',
  },
};
