import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Described } from '../api/described';
import { answers, described } from '../api/described';
import { Malformed } from '../api/decode';
import { answersOf, changedBetween, flawOf, nameOf, typedOf, writeAnswer } from './described';

const field = (type: Described['type'], more: Partial<Described> = {}): Described => ({
  name: 'one', ja: '一', en: 'One', type, required: false, min: null, max: null, choices: null, ...more,
});
const say = { yes: 'はい', no: 'いいえ', none: '—' };

test('an answer is judged by its type and its limits, at the limit and one past it', () => {
  const rows: readonly (readonly [Described, string, string | null])[] = [
    [field('int'), '12', null],
    [field('int'), '１２', null],
    [field('int'), '1.5', 'number'],
    [field('int'), '12人', 'number'],
    [field('int', { min: 1, max: 3 }), '1', null],
    [field('int', { min: 1, max: 3 }), '0', 'too-small'],
    [field('int', { min: 1, max: 3 }), '3', null],
    [field('int', { min: 1, max: 3 }), '4', 'too-large'],
    [field('text', { max: 2 }), '𠮷野', null],
    [field('text', { max: 2 }), '𠮷野屋', 'too-long'],
    [field('long', { min: 2 }), 'あ', 'too-short'],
    [field('date'), '2028-02-29', null],
    [field('date'), '2027-02-29', 'format'],
    [field('time'), '9:05', null],
    [field('time'), '24:00', 'format'],
    [field('choice'), 'any', null],
    [field('int', { min: 1 }), '', null],
  ];
  for (const [one, typed, flaw] of rows) assert.equal(flawOf(one, typed), flaw, `${one.type} ${typed}`);
});

test('what is sent has the type of its field, and nothing is null', () => {
  const fields = [
    field('int', { name: 'n' }),
    field('bool', { name: 'b' }),
    field('text', { name: 't' }),
    field('time', { name: 'at' }),
    field('date', { name: 'd' }),
  ];
  const typed = { 'fields.n': '１０', 'fields.b': 'false', 'fields.t': 'あ', 'fields.at': '9:05', other: 'x' };
  assert.deepEqual(answersOf(fields, typed), { n: 10, b: false, t: 'あ', at: '09:05', d: null });
  assert.equal(nameOf(field('text')), 'fields.one');
});

test('an answer comes back into its box, and is read in words', () => {
  assert.deepEqual([typedOf(undefined), typedOf(null), typedOf(0), typedOf(false)], ['', '', '0', 'false']);
  const choices = [{ code: 'a', ja: 'あ', en: 'A' }];
  assert.equal(writeAnswer(field('choice', { choices }), 'a', 'en', say), 'A');
  assert.equal(writeAnswer(field('choice', { choices }), 'gone', 'ja', say), 'gone');
  assert.equal(writeAnswer(field('bool'), false, 'ja', say), 'いいえ');
  assert.equal(writeAnswer(field('date'), '2020-04-01', 'ja', say), '2020年4月1日（水）');
  assert.equal(writeAnswer(field('text'), null, 'ja', say), '—');
});

test('between two editions only what differs has changed', () => {
  const fields = [field('text', { name: 'a' }), field('int', { name: 'b' }), field('bool', { name: 'c' })];
  assert.deepEqual([...changedBetween(fields, { a: 'x', b: 1 }, { a: 'x', b: 2, c: null })], ['b']);
});

test('a description decodes; an answer that is no plain value does not', () => {
  const one = described({ name: 'x', ja: 'あ', en: 'A', type: 'text' }, 'f');
  assert.deepEqual([one.required, one.choices, one.max], [false, null, null]);
  assert.throws(() => described({ name: 'x', ja: 'あ', en: 'A', type: 'html' }, 'f'), Malformed);
  assert.deepEqual(answers({ a: 1, b: null }, 'f'), { a: 1, b: null });
  assert.deepEqual(answers(null, 'f'), {});
  assert.throws(() => answers({ a: {} }, 'f'), Malformed);
  assert.throws(() => answers([], 'f'), Malformed);
});
