import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeSize } from './size';

test('a size is written in the unit that is read at a glance', () => {
  const rows: readonly (readonly [number, string])[] = [
    [0, '0 B'], [1023, '1023 B'], [1024, '1.0 KB'], [1_500_000, '1.4 MB'], [16 * 1024 * 1024, '16 MB'],
  ];
  for (const [bytes, words] of rows) assert.equal(writeSize(bytes), words);
});
