import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daysOf, maskOf, weekdaysOf } from './workdays';

test('closed days of the week go into one number and come back', () => {
  assert.equal(maskOf('0 6'), 65);
  assert.equal(maskOf(''), 0);
  assert.equal(maskOf('0 9 x'), 1);
  assert.deepEqual(weekdaysOf(65), [0, 6]);
  for (let mask = 0; mask < 128; mask++) assert.equal(maskOf(weekdaysOf(mask).join(' ')), mask);
});

test('days are put in order, whatever stands between them', () => {
  assert.equal(daysOf('2027-01-04、2026-12-28\n2026-12-30'), '2026-12-28 2026-12-30 2027-01-04');
  assert.equal(daysOf('  '), '');
});
