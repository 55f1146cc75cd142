import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choice, integer, list, Malformed, maybe, page, record, text } from './decode';
import { board, me } from './model';
import { path } from './client';
import { refusal } from './problem';

const refuses = (act: () => unknown) => assert.throws(act, Malformed);

test('plain values are what they claim to be', () => {
  assert.equal(text('あ', 'x'), 'あ');
  refuses(() => text(1, 'x'));
  assert.equal(integer(7, 'x'), 7);
  for (const bad of [1.5, '7', Number.NaN, 2 ** 53]) refuses(() => integer(bad, 'x'));
  assert.equal(choice(['a', 'b'])('b', 'x'), 'b');
  refuses(() => choice(['a', 'b'])('toString', 'x'));
});

test('absent, null and empty are nothing; a wrong type is still wrong', () => {
  for (const none of [undefined, null, '']) assert.equal(maybe(text)(none, 'x'), null);
  refuses(() => maybe(text)(3, 'x'));
});

test('records keep what they know and name what is wrong', () => {
  const pair = record<{ a: string; b: number | null }>({ a: text, b: maybe(integer) });
  assert.deepEqual(pair({ a: 'x', extra: 1 }, 'r'), { a: 'x', b: null });
  for (const bad of [null, [], 'x', { b: 1 }]) refuses(() => pair(bad, 'r'));
  assert.throws(() => page(pair)({ items: [{ a: 'x' }, { a: 2 }], next: null }, 'reply'), /reply\.items\[1\]\.a/);
  refuses(() => list(text)({ length: 0 }, 'l'));
  assert.equal(page(pair)({ items: [], next: 41 }, 'reply').next, '41');
});

test('replies of the API decode; an unknown role or a day that is none does not', () => {
  const who = { account: 'a', login: 'x', name: null, role: 'staff', customer: { id: 'c', name: '市' }, facility: null };
  assert.equal(me(who, 'reply').role, 'staff');
  refuses(() => me({ ...who, role: 'root' }, 'reply'));
  const empty = { facility: { id: 'f', name: '園' }, date: '2026-11-24', open: true, cut_off: '08:30', classes: [] };
  assert.deepEqual(board(empty, 'reply'), empty);
  refuses(() => board({ ...empty, date: '2026-11-31' }, 'reply'));
});

test('a path keeps each value in its place', () => {
  assert.equal(path`/v1/children/${'../x?y'}/absences`, '/v1/children/..%2Fx%3Fy/absences');
});

test('a refusal is told even when its body cannot be read', () => {
  const read = refusal(
    403,
    { type: 'https://s.example/problems/second-factor-required', errors: [{ field: 'date', code: 'missing' }] },
    'ja',
  );
  assert.equal(read.slug, 'second-factor-required');
  assert.deepEqual(read.errors, [{ field: 'date', code: 'missing', message: null }]);
  assert.equal(refusal(502, '<html>', 'ja').status, 502);
});
