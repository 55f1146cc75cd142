/* Campaigns and their tasks. */
import type { campaigns as words } from '../ja/campaigns';

export const campaigns: typeof words = {
  campaigns: {
    title: 'Campaigns',
    lead: 'What everybody does by a date: reviews of accounts, training.',
    back: 'Back to the campaigns',
    mine: 'For you to do',
    nothing: 'There is nothing for you to do.',
    all: 'All campaigns',
    none: 'There is no campaign yet.',
    overdue: 'Overdue',
    held: 'Held until done',
    partOf: (done, total) => `${done} of ${total}`,
    begin: (kind) => `Start: ${kind}`,
    beginTitle: (kind) => `Start ${kind}?`,
    begun: 'Started. It reaches the desks of those who have it to do.',
    titleOf: 'Title',
    titleHint: 'Left empty, it is made of the kind and the month.',
    dueOn: 'Due on',
    dueHint: (day) => `Left empty: ${day}.`,
    note: 'Note',
    states: { running: 'Running', closed: 'Closed' },
    taskStates: { open: 'To do', done: 'Done', void: 'Not needed any more' },
    columns: { title: 'Title', progress: 'Progress', due: 'Due' },
  },

  campaign: {
    started: 'Started',
    byFacility: 'By kindergarten',
    tasks: 'One by one',
    noTasks: 'None yet.',
    whose: 'To be done by',
    done: 'Done on',
    close: { label: 'Close', title: 'Close this campaign?', done: 'Closed.' },
    closeHint: 'Whoever has not finished need not do so any more.',
  },

  task: {
    accounts: 'Accounts to examine',
    left: (open, all) => (open === 0 ? `All ${all} are decided.` : `${open} of ${all} are left.`),
    undecided: 'Not decided',
    never: 'Never used',
    own: 'Your own account is examined by somebody else.',
    act: 'Change it under People',
    confirm: 'I have read it. Finish',
    pass: (field, min) => `It is passed with ${min} or more in “${field}”.`,
    doneAt: (time) => `Done on ${time}.`,
    heldHint: 'The date is over: no other screen can be used until this is done.',
    finish: { label: 'Finish the review', title: 'Finish this review?', done: 'The review is finished.' },
    decisions: {
      keep: { label: 'Keep', done: 'Keep', hint: '', title: (name) => `Keep ${name}?` },
      change: {
        label: 'Change',
        done: 'Change',
        hint: 'When the role or the place is to be another. The change itself is made under People.',
        title: (name) => `Is ${name} to be changed?`,
      },
      delete: {
        label: 'Delete',
        done: 'Delete',
        hint: 'Ends an account that nobody needs. Guardians and staff leave at once, others under People.',
        title: (name) => `End the account of ${name}?`,
      },
    },
    columns: { name: 'Name', roles: 'Roles', last: 'Last used', decision: 'Decision', act: 'Decide' },
  },
};
