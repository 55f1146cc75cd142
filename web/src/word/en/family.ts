/* The screens of guardians. */
import type { family as Japanese, Reason } from '../ja/family';

/* The teacher reads Japanese: a chosen reason is sent in both. */
const reason = (label: string, japanese: string): Reason => ({ label, text: `${japanese} (${label})` });

export const family: typeof Japanese = {
  home: {
    title: 'Your children',
    reports: { absence: 'Report absence', late: 'Late', early: 'Leaving early' },
    upcoming: 'Coming reports',
    none: 'Nothing reported for the coming days.',
    empty: 'No child is registered for you.',
    emptyHint: 'Please ask the kindergarten about the registration.',
  },

  absence: {
    title: (name) => `Report for ${name}`,
    date: 'Which day?',
    today: 'Today',
    tomorrow: 'Tomorrow',
    monday: 'Monday',
    other: 'Another day',
    otherLabel: 'Date',
    kind: 'What do you want to report?',
    quick: 'Press the reason to send at once',
    quickDay: (date) => `Absent on ${date}: press the reason to send`,
    quickSend: ', send',
    reason: 'Reason',
    reasonOther: 'Another reason',
    reasonHints: {
      absence: '',
      late: 'Please add when you will arrive.',
      early: 'Please add when you will come.',
    },
    reasons: [
      reason('Fever', '発熱'),
      reason('Feeling unwell', '体調不良'),
      reason('Cough or runny nose', 'せき・鼻水'),
      reason('Upset stomach', 'おなかの不調'),
      reason('Doctor’s visit', '通院'),
      reason('Family matter', '家庭の都合'),
    ],
    summary: 'You are sending',
    submit: 'Send report',
    busy: 'Sending…',
    needDate: 'Choose a date.',
    needReason: 'Choose a reason, or write it.',
    already: (date, kind) => `“${kind}” is already reported for ${date}. You need not send it again.`,
    instead: (date, kind) => `“${kind}” is reported for ${date}. What you send now takes its place.`,
    doneTitle: 'The kindergarten has your report',
    doneHint: 'It is on the teachers’ board now.',
    doneAt: (time) => `Received ${time}`,
    doneWrong: 'Something wrong? Send the report for that day again; the new one takes its place on the board.',
    doneAgain: 'Send another report',
    history: 'Reports sent so far',
    historyEmpty: 'No reports yet.',
    fields: { child: 'Child', date: 'Date', kind: 'Report', reason: 'Reason' },
  },
};
