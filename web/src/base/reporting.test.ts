import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Calendar } from '../api/family';
import { inTime, reportDays } from './reporting';

const at = (time: string) => new Date(`${time}+09:00`);
const day = (date: string, open: boolean) => ({ date, open, name: null, own: false });
const CALENDAR: Calendar = {
  cut_off: '08:00',
  items: [
    day('2026-11-20', true),
    day('2026-11-21', false),
    day('2026-11-22', false),
    day('2026-11-23', false), /* a holiday on a Monday */
    day('2026-11-24', true),
    day('2026-11-25', true),
  ],
};

test('until the cut-off today, from then on the next open day', () => {
  const early = reportDays(CALENDAR, at('2026-11-20T07:59:59'));
  assert.deepEqual(early, { first: '2026-11-20', second: '2026-11-24', closed: false, cutOff: '08:00' });
  const late = reportDays(CALENDAR, at('2026-11-20T08:00:00'));
  assert.deepEqual(late, { first: '2026-11-24', second: '2026-11-25', closed: true, cutOff: '08:00' });
  const holiday = reportDays(CALENDAR, at('2026-11-23T07:00:00'));
  assert.deepEqual([holiday.first, holiday.closed], ['2026-11-24', false]);
});

test('without a calendar, Monday to Friday until half past eight', () => {
  assert.equal(reportDays(null, at('2026-11-20T08:29:00')).first, '2026-11-20');
  assert.equal(reportDays(null, at('2026-11-20T08:30:00')).first, '2026-11-23');
});

test('a report is taken back until the cut-off of its day', () => {
  assert.equal(inTime('2026-11-24', '08:30', at('2026-11-24T08:29:00')), true);
  assert.equal(inTime('2026-11-24', '08:30', at('2026-11-24T08:30:00')), false);
  assert.equal(inTime('2026-11-23', '08:30', at('2026-11-24T08:00:00')), false);
  assert.equal(inTime('2026-11-25', '08:30', at('2026-11-24T23:00:00')), true);
});
