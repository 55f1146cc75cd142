import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flawsOf } from './flaws';

const flaw = (field: string, message: string | null) => flawsOf([{ field, code: 'rule', message }])[0];

test('a problem is shown by line and column, once', () => {
  assert.deepEqual(flaw('file:3:2', '3行目 2列目: 日付ではありません。'), { key: '0', line: 3, column: 2, code: 'rule', message: '日付ではありません。' });
  assert.deepEqual(flaw('file:4:0', 'Line 4: It is empty.'), { key: '0', line: 4, column: null, code: 'rule', message: 'It is empty.' });
});

test('a problem of the whole file, or without words, has no place', () => {
  assert.deepEqual(flaw('encoding', null), { key: '0', line: null, column: null, code: 'rule', message: null });
});
