import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inGroups, isDigits, isPin, isProof, plainCode } from './code';

test('codes are read as people type them', () => {
  assert.equal(plainCode('１２３ ４５６'), '123456');
  assert.equal(plainCode(' abcd‐efgh '), 'abcd-efgh');
  for (const good of ['123456', 'abcd-efgh-ijkl', 'ABCDEFGH23']) assert.equal(isProof(good), true, good);
  for (const bad of ['', '12345', '1234567', '12345678', 'abc', 'abcd efgh', 'あいうえおかきく']) {
    assert.equal(isProof(bad), false, bad);
  }
  assert.deepEqual(['123', '1234', '12345678', '123456789', '12a4'].map(isPin), [false, true, true, false, false]);
  assert.equal(isDigits('000000'), true);
  assert.equal(inGroups('ABCDEFGHIJ'), 'ABCD EFGH IJ');
});
