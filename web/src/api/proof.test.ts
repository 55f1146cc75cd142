import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Malformed } from './decode';
import { checks, checkStory, controls, requirements, requirementStory, trend } from './proof';

const said = { ja: 'あ', en: 'a' };
const row = {
  id: 'P-1.4',
  catalogue: 'P',
  ref: '1(4)',
  group: said,
  ja: '守る。',
  en: 'Keep it.',
  duty: 'provider',
  status: 'failing',
  since: '2026-11-24T08:00:00+09:00',
  controls: ['ID-3'],
  checks: { total: 2, passed: 1, failed: 1, stale: 0, unable: 0, open: 0 },
  registers: { total: 1, held: 1, open: 0, expired: 0 },
};
const check = {
  id: 'lockout-after-failures',
  control: 'ID-3',
  every_s: 3600,
  what: 'Fails the sign-in.',
  state: 'passed',
  objects: 3,
  last_at: '2026-11-24T08:00:00+09:00',
  next_at: '2026-11-24T09:00:00+09:00',
  took_ms: 420,
  since: null,
  asked: false,
  runnable: true,
  waits_for: null,
  event: 41,
};
const step = { ...said, seen: '401 locked', ok: true, count: 5 };

test('the annexes decode with their rows', () => {
  const catalogue = { id: 'P', title: said, customer: said, applies: true, rows: 1, proven: 0, failing: 1, stale: 0, open: 0 };
  const read = requirements({ at: '2026-11-24T08:00:00+09:00', catalogues: [catalogue], items: [row] }, 'reply');
  assert.equal(read.items[0]?.status, 'failing');
  assert.equal(read.items[0]?.last_at, null);
  assert.equal(read.catalogues[0]?.failing, 1);
  assert.throws(() => requirements({ at: 'x', catalogues: [], items: [{ ...row, status: 'green' }] }, 'reply'), Malformed);
  assert.throws(() => requirements({ at: 'x', catalogues: [], items: [{ ...row, checks: { total: 1 } }] }, 'reply'), Malformed);
});

test('a demand decodes with everything under it', () => {
  const register = {
    name: 'account',
    title: said,
    holds: 'Every account.',
    valid_s: null,
    state: 'open',
    records: 0,
    oldest_at: null,
    waits_for: said,
  };
  const control = { id: 'ID-3', kind: 'enforced', title: said, statement: said, status: 'open' };
  const story = requirementStory(
    {
      ...row,
      shown: 'The auditor looks.',
      source: 'annex.txt',
      why: [{ kind: 'register', id: 'account', state: 'open', ...said }],
      controls: [{ ...control, checks: [{ ...check, steps: [step] }], registers: [register] }],
      history: [
        { at: '2026-11-24T08:00:00+09:00', status: 'failing', why: { ...said, check: 'lockout-after-failures' } },
        { at: '2026-11-23T08:00:00+09:00', status: 'proven', why: said },
      ],
    },
    'reply',
  );
  assert.equal(story.controls[0]?.checks[0]?.steps[0]?.count, 5);
  assert.equal(story.controls[0]?.registers[0]?.waits_for?.ja, 'あ');
  assert.equal(story.history[0]?.why?.check, 'lockout-after-failures');
  assert.equal(story.history[1]?.why?.check, null);
  const read = controls(
    { items: [{ ...control, checks: [{ id: 'x', state: 'passed' }], registers: [], requirements: ['K-1'] }] },
    'reply',
  );
  assert.deepEqual(read.items[0]?.requirements, ['K-1']);
});

test('checks decode in every state, and none that we do not know', () => {
  for (const state of ['passed', 'failed', 'unable', 'stale', 'never', 'off', 'open']) {
    assert.equal(checks({ items: [{ ...check, state }] }, 'reply').items[0]?.state, state);
  }
  assert.throws(() => checks({ items: [{ ...check, state: 'fine' }] }, 'reply'), Malformed);
  const idle = { ...check, state: 'open', last_at: null, next_at: null, took_ms: null, event: null, waits_for: said };
  assert.deepEqual(checks({ items: [idle] }, 'reply').items[0]?.steps, []);
  const turn = { since: 'x', until: null, state: 'passed', runs: 7, first_event: 3, last_event: 41, steps: [step] };
  assert.equal(checkStory({ ...check, steps: [], turns: [turn] }, 'reply').turns[0]?.runs, 7);
});

test('the days of a trend decode', () => {
  const day = { at: '2026-11-24', catalogue: 'K', proven: 1, failing: 2, stale: 3, open: 4 };
  assert.deepEqual(trend({ items: [day] }, 'reply').items, [day]);
});
