import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, addMonths, dayOf, isDay, isMonth, isOn, nextWeekday, timeOf, today } from './day';
import { dueDay, weekdayOf, writeClock, writeDay, writeDue, writeInstant, writeMonth, writeWeekday } from './day';

test('a day is a day of Japan, whatever the clock of the device shows', () => {
  assert.equal(dayOf(new Date('2026-11-23T14:59:59Z')), '2026-11-23');
  assert.equal(dayOf(new Date('2026-11-23T15:00:00Z')), '2026-11-24');
  assert.match(today(), /^\d{4}-\d{2}-\d{2}$/);
});

test('only days of the calendar are days', () => {
  for (const good of ['2026-11-24', '2028-02-29']) assert.equal(isDay(good), true, good);
  for (const bad of ['', '2026-02-29', '2026-13-01', '2026-1-1', '2026-11-24x', '+002026-11-24']) {
    assert.equal(isDay(bad), false, bad);
  }
});

test('days are counted over months and years', () => {
  assert.equal(addDays('2026-12-31', 1), '2027-01-01');
  assert.equal(addDays('2028-03-01', -1), '2028-02-29');
});

test('the next weekday leaves out Saturday and Sunday', () => {
  assert.equal(nextWeekday('2026-11-19'), '2026-11-20');
  for (const day of ['2026-11-20', '2026-11-21', '2026-11-22']) assert.equal(nextWeekday(day), '2026-11-23');
});

test('a date is written out, with the year when it is another one', () => {
  const year = today().slice(0, 4);
  assert.match(writeDay(`${year}-11-24`, 'ja'), /^11月24日（[日月火水木金土]）$/);
  assert.equal(writeDay('2031-11-24', 'ja'), '2031年11月24日（月）');
  assert.equal(writeDay('2031-11-24', 'en'), 'Monday 24 November 2031');
});

test('a time is the time in Japan', () => {
  assert.equal(writeClock('2031-11-24T08:05:59+09:00'), '8:05');
  assert.equal(writeClock('2031-11-23T15:30:00Z'), '0:30');
  assert.equal(writeClock('soon'), '');
  assert.equal(isOn('2031-11-23T15:30:00Z', '2031-11-24'), true);
  for (const other of ['2031-11-23T14:30:00Z', 'soon']) assert.equal(isOn(other, '2031-11-24'), false);
  assert.equal(writeInstant('2031-11-23T23:05:00Z', 'ja'), '2031年11月24日（月） 8:05');
});

test('months are counted over years and written out', () => {
  assert.equal(addMonths('2026-12', 1), '2027-01');
  assert.equal(addMonths('2026-01', -1), '2025-12');
  assert.equal(writeMonth('2026-11', 'ja'), '2026年11月');
  assert.equal(writeMonth('2026-11', 'en'), 'November 2026');
  assert.deepEqual(['2026-11', '2026-13', '2026-1', ''].map(isMonth), [true, false, false, false]);
  assert.equal(weekdayOf('2026-11-22'), 0);
  assert.equal(writeWeekday(0, 'ja'), '日');
  assert.equal(writeWeekday(0, 'en'), 'Sun');
  assert.equal(timeOf(new Date('2026-11-24T08:05:00+09:00')), '08:05');
});

test('what is due at midnight is due by the day before', () => {
  assert.equal(dueDay('2031-11-24T00:00:00+09:00'), '2031-11-23');
  assert.equal(dueDay('2031-11-24T00:01:00+09:00'), '2031-11-24');
  assert.equal(writeDue('2031-11-24T00:00:00+09:00', 'ja'), '2031年11月23日（日）');
  assert.equal(writeDue('2031-11-24T08:05:00+09:00', 'ja'), '2031年11月24日（月） 8:05');
});
