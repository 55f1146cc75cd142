/* Cases. */
import type { cases as words } from '../ja/cases';

export const cases: typeof words = {
  cases: {
    title: 'Inquiries and requests',
    lead: 'What came in, and until when it is to be answered.',
    leadGuardian: 'Ask to see the information about you and your child, to have it corrected, and the like.',
    back: 'Back to the list',
    none: 'There is nothing yet.',
    noneOf: 'Nothing fits.',
    file: (kind) => `New: ${kind}`,
    openness: { open: 'Open', closed: 'Closed' },
    whose: 'Whose',
    mine: 'Mine',
    unassigned: 'Nobody yet',
    columns: { number: 'No.', title: 'Subject', kind: 'Kind', state: 'State', due: 'Due', assignee: 'In charge', opened: 'Received' },
  },

  case: {
    opened: 'Received',
    closed: 'Closed',
    outcome: 'Outcome',
    assignee: 'In charge',
    content: 'Content',
    course: 'Messages and course',
    noEntries: 'Nothing has been said yet.',
    text: 'What you want to say',
    write: 'Write a message',
    send: 'Send',
    moveTitle: (move) => `${move}?`,
    moved: (move) => `Done: ${move}.`,
    assign: 'Assign',
    assignTitle: 'Who takes it on?',
    assigned: 'Assigned.',
    entries: { opening: 'Received', message: 'Message', move: 'Change of state', assign: 'Assignment' },
  },

  caseNew: {
    title: (kind) => `New: ${kind}`,
    which: 'What do you want to send?',
    none: 'There is nothing you can send.',
    submit: 'Send',
    hint: 'Afterwards, answers and the time limit are shown on its page.',
  },
};
