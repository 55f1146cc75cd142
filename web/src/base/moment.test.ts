import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentOf, spanOf } from './moment';

test('a day and a time are a moment in Japan; a day alone begins at midnight', () => {
  assert.equal(momentOf('2026-11-24', '9:05'), '2026-11-24T09:05:00+09:00');
  assert.equal(momentOf('2026-11-24', ''), '2026-11-24T00:00:00+09:00');
  assert.equal(momentOf('', '9:05'), null);
});

test('a span is told in the largest unit that is whole', () => {
  assert.deepEqual(spanOf(259_200), { count: 3, unit: 'day' });
  assert.deepEqual(spanOf(5_400), { count: 90, unit: 'minute' });
  assert.deepEqual(spanOf(3_600), { count: 1, unit: 'hour' });
  assert.deepEqual(spanOf(61), { count: 61, unit: 'second' });
  assert.deepEqual(spanOf(0), { count: 0, unit: 'second' });
});
