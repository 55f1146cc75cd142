import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daysUntil } from './validity';

test('days are counted over the ends of months and years', () => {
  assert.equal(daysUntil('2026-11-21', '2026-11-21'), 0);
  assert.equal(daysUntil('2026-12-01', '2026-11-21'), 10);
  assert.equal(daysUntil('2028-03-01', '2028-02-28'), 2);
  assert.equal(daysUntil('2026-12-31', '2027-01-01'), -1);
});
