/* Settings and what runs by the clock. */
import type { service as words } from '../ja/service';

export const service: typeof words = {
  settings: {
    title: 'Settings of the service',
    lead: 'Settings that matter for security. To change one, a second person must approve.',
    drifts: (count) => (count === 0 ? 'All are as the secure baseline says.' : `${count} differ from the secure baseline.`),
    drift: 'Weaker than the baseline',
    inLine: 'In line',
    baseline: 'Secure baseline',
    asSet: 'As set',
    contract: 'By contract',
    since: 'Changed on',
    asDelivered: 'As delivered',
    on: 'On',
    off: 'Off',
    number: (value, unit) => `${value} ${unit}`,
    change: 'Change it',
    changeTitle: (title) => `Ask to change: ${title}`,
    changeHint: 'The new value holds once a second person approves.',
    widens: 'A greater value, or switching it on, lets more be seen by more. It holds once a second person approves.',
    newValue: 'New value',
    onDay: 'On the day',
    onDayHint: 'Left empty, it changes right after the approval.',
    atTime: 'At',
    changed: 'Asked for.',
  },

  schedule: {
    title: 'Schedule',
    lead: 'What runs by the clock, and what came of it.',
    running: 'Running',
    daily: (time) => `Daily at ${time}`,
    every: ({ count, unit }) => (count === 1 ? `Every ${unit}` : `Every ${count} ${unit}s`),
    took: (ms) => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`),
    faults: { missed: 'Did not run in time', late: 'Takes too long' },
    outcomes: {
      never: 'Has not run yet',
      'nothing-due': 'Fine (nothing to do)',
      done: 'Fine',
      failed: 'Failed',
      skipped: 'Skipped',
    },
    columns: { job: 'Job', often: 'When', state: 'Last result', last: 'Last run', next: 'Next run', took: 'Took' },
  },
};
