import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Todo } from '../api/desk';
import { byUrgency, hrefOfLink, urgencyOf } from './desk';

const todo = (id: string, due_at: string | null, overdue = false): Todo => ({
  id, kind: 'any', title: { ja: '', en: '' }, due_at, overdue, since: null, link: null, escalated: false,
});
const TODAY = '2026-11-21';

test('what is due is grouped by the day of Japan, at its edges too', () => {
  const rows: readonly (readonly [string | null, string])[] = [
    ['2026-11-21T23:59:59+09:00', 'today'],
    ['2026-11-22T00:00:00+09:00', 'today'],
    ['2026-11-22T00:01:00+09:00', 'week'],
    ['2026-11-21T15:30:00Z', 'week'],
    ['2026-11-28T23:59:00+09:00', 'week'],
    ['2026-11-29T00:00:00+09:00', 'week'],
    ['2026-11-29T00:01:00+09:00', 'later'],
    [null, 'undated'],
  ];
  for (const [due, urgency] of rows) assert.equal(urgencyOf(todo('x', due), TODAY), urgency, String(due));
  assert.equal(urgencyOf(todo('x', '2026-11-21T01:00:00+09:00', true), TODAY), 'overdue');
});

test('the most urgent comes first, in each group the earliest; empty groups are not there', () => {
  const items = [
    todo('c', '2026-11-23T10:00:00+09:00'),
    todo('b', '2026-11-22T10:00:00+09:00'),
    todo('a', '2026-11-20T10:00:00+09:00', true),
    todo('d', null),
  ];
  const seen = byUrgency(items, TODAY).map(([urgency, some]) => [urgency, some.map(({ id }) => id)]);
  assert.deepEqual(seen, [['overdue', ['a']], ['week', ['b', 'c']], ['undated', ['d']]]);
});

test('only an address of this page becomes a link', () => {
  assert.equal(hrefOfLink('/records/0123abc'), '#/records/0123abc');
  assert.equal(hrefOfLink('/cases?state=open'), '#/cases?state=open');
  for (const bad of [null, '', 'https://x.example/', 'javascript:alert(1)', '/a b', '/"><script>']) assert.equal(hrefOfLink(bad), null);
});
