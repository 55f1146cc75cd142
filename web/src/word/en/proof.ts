/* How the demands are met, and what checks say of it; fetched with those screens only. */
import type { proof as Japanese } from '../ja/proof';

/* "Tls only cryptrec suites" would do, but some names are written in capitals. */
const CAPITALS: Readonly<Record<string, string>> = { tls: 'TLS', sim: 'SIM', waf: 'WAF', sbom: 'SBOM' };

function sentence(id: string): string {
  const words = id
    .split('-')
    .map((word) => CAPITALS[word] ?? word)
    .join(' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

const many = (count: number, one: string, more: string): string => `${count.toLocaleString('en-GB')} ${count === 1 ? one : more}`;

function span(seconds: number): string {
  if (seconds % 86_400 === 0) return many(seconds / 86_400, 'day', 'days');
  if (seconds % 3_600 === 0) return many(seconds / 3_600, 'hour', 'hours');
  if (seconds % 60 === 0) return many(seconds / 60, 'minute', 'minutes');
  return many(seconds, 'second', 'seconds');
}

export const proof: typeof Japanese = {
  statuses: { proven: 'Proven', failing: 'Failing', stale: 'Out of date', open: 'Unproven' },
  meanings: {
    proven: 'Every check passed within its time, and every record it needs is there.',
    failing: 'A check fails. One is enough, whatever the others say.',
    stale: 'It held before, but a result or a record has become too old.',
    open: 'Not yet shown: a check does not run, or a record is missing.',
  },
  checkStates: {
    passed: 'Passed',
    failed: 'Failed',
    stale: 'Out of date',
    unable: 'Could not run',
    never: 'Not yet run',
    off: 'Switched off',
    open: 'In preparation',
  },
  registerStates: {
    held: 'Recorded',
    expired: 'Out of date',
    empty: 'No record',
    unapproved: 'Not approved',
    open: 'In preparation',
  },
  duties: { provider: 'Provider', customer: 'Customer', both: 'Provider and customer' },
  kinds: {
    enforced: 'Held by the software at all times',
    operated: 'Held by people, with records',
    attested: 'Shown by documents or certificates',
  },
  families: {
    ID: 'Accounts and sign-in',
    AC: 'Access and separation',
    CR: 'Cryptography and keys',
    LG: 'Logs',
    DT: 'Detection and host protection',
    CH: 'Change',
    NT: 'Notice',
    SL: 'Service level',
    BC: 'Continuity',
    IR: 'Incidents',
    VM: 'Vulnerabilities and components',
    SC: 'Supply chain',
    DA: 'Data',
    GV: 'Governance',
  },
  checkTitle: sentence,

  title: 'How the demands are met',
  lead: 'For every demand of the annex: that its safeguards work, shown by real checks and records.',
  asOf: (time) => `As of ${time}`,
  again: 'Refresh',
  annexes: 'Annexes',
  annex: (id) => `Annex ${id}`,
  rows: (count) => many(count, 'row', 'rows'),
  every: 'Show the other annexes too',
  applying: 'Show the annexes of the contract only',
  notApplying: 'Not part of the contract',
  noAnnex: 'The contract names no annex.',
  tally: 'Counts by status',
  tallyHint: 'Press one to see only those.',
  meaning: 'What the statuses mean',
  byChapter: 'Counts by chapter',
  chapter: 'Chapter',
  total: 'Rows',
  trend: {
    title: 'How it went',
    none: 'Nothing recorded yet. The counts of each day are kept here.',
    summary: (from, to) => `Counts from ${from} to ${to}`,
    same: (count) => `${count} throughout`,
    change: (from, to) => `${from} to ${to}`,
    day: 'Day',
    table: 'See it as a table',
  },
  filter: {
    title: 'Demands',
    words: 'Search by number or word',
    status: 'Status',
    chapter: 'Chapter',
    order: 'Order',
    all: 'All',
    orders: { worst: 'Failing first', annex: 'As in the annex' },
    clear: 'Show all',
    none: 'No row matches.',
    count: (shown, all) => (shown === all ? many(all, 'row', 'rows') : `${shown} of ${all} rows`),
  },
  columns: {
    id: 'Number',
    text: 'Demand',
    status: 'Status',
    checks: 'Checks passed',
    registers: 'Records',
    last: 'Last checked',
    since: 'In this status since',
  },
  of: (part, whole) => `${part}/${whole}`,
  none: 'None',
  never: 'Not yet',
  print: 'Print',
  sheet: 'Table of conformity (Excel)',

  requirement: {
    title: (id) => `Demand ${id}`,
    demanded: 'What is demanded',
    place: 'Place in the annex',
    group: 'Chapter',
    duty: 'Who must act',
    state: 'Status',
    sinceAt: (time) => `since ${time}`,
    why: 'Why',
    allPassed: 'Every check passed and every record it needs is there.',
    how: 'How it is met',
    controlsHint: (count) => (count === 1 ? 'By one safeguard.' : `By ${count} safeguards.`),
    checks: 'Checks',
    registers: 'Records',
    noCheck: 'No check runs by itself for this safeguard.',
    history: 'How the status turned',
    noHistory: 'The status has not turned yet.',
    when: 'When',
    shown: 'What an auditor may try',
    package: 'Get the proof as a package',
    packageHint: 'One file with what this page shows, the entries of the ledger, their proofs and signatures.',
  },

  check: {
    what: 'What is checked',
    control: 'Safeguard',
    requirements: 'Demands it helps to prove',
    state: 'Result',
    objects: 'Objects looked at',
    objectsOf: (count) => count.toLocaleString('en-GB'),
    every: 'Interval',
    everyOf: (seconds) => `every ${span(seconds).replace(/^1 /, '')}`,
    last: 'Last run',
    next: 'Next run',
    took: 'Took',
    tookOf: (ms) => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`),
    since: 'With this result since',
    event: 'Entry of the record',
    eventOf: (index) => `No. ${index}`,
    tried: 'What was tried and what came of it',
    action: 'Tried',
    seen: 'Seen',
    outcome: 'Result',
    asWished: 'As expected',
    unlike: 'Unexpected',
    times: (count) => many(count, 'time', 'times'),
    noSteps: 'It has not run yet.',
    waits: 'Waits for',
    waitsFor: (what) => `Waits for ${what}`,
    waitsUnknown: 'What this check looks at does not exist yet.',
    turns: 'How the result turned',
    turnsHint: 'Equal results in a row stand in one line.',
    noTurns: 'No runs are recorded yet.',
    now: 'now',
    between: (from, to) => `${from} – ${to}`,
    ranTimes: (count) => many(count, 'run', 'runs'),
    events: 'Entries',
    eventsOf: (first, last) => (first === last ? String(first) : `${first}–${last}`),
    details: 'What was tried',
    open: 'Page of this check',
  },

  run: {
    label: 'Try it now',
    running: 'Checking…',
    done: (state) => `Checked just now: ${state}`,
    soon: 'It ran only a moment ago. Please wait a few seconds and press again.',
    notNow: 'This check cannot be started now.',
    long: 'The check has been started and is not done yet. Its result will appear here.',
    hint: 'Runs the same check once more, now.',
  },

  register: {
    records: 'Records',
    recordsOf: (count) => count.toLocaleString('en-GB'),
    oldest: 'Oldest confirmation',
    valid: 'Valid for',
    validOf: span,
    waitsUnknown: 'There is no place for this record yet.',
  },

  checks: {
    title: 'Checks',
    lead: 'The service checks itself at set intervals and keeps the results in a record that cannot be rewritten.',
    posture: 'Posture of the service',
    postureHint: 'Clock, listeners, algorithms, certificate, sandboxes and digests of the programs.',
    state: 'Result',
    group: 'Field',
    words: 'Search by word',
    all: 'All',
    count: (shown, all) => (shown === all ? many(all, 'check', 'checks') : `${shown} of ${all} checks`),
    none: 'No check matches.',
    empty: 'No checks are registered.',
    columns: { control: 'Safeguard', check: 'Check', state: 'Result', last: 'Last', next: 'Next', took: 'Took', every: 'Interval' },
  },
};
