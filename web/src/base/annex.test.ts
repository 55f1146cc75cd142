import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Requirement, Status } from '../api/proof';
import { checkTitles } from '../word/ja/checks';
import { byStatus, chaptersOf, daysOf, picked, sectionOf, tallyOf } from './annex';

const row = (id: string, group: string, status: Status, ja = 'あ'): Requirement => ({
  id,
  catalogue: 'K',
  ref: id.slice(2),
  group: { ja: group, en: group.replace('／', ' / ') },
  ja,
  en: 'a',
  duty: 'provider',
  status,
  since: null,
  last_at: null,
  controls: ['ID-3'],
  checks: { total: 1, passed: 1, failed: 0, stale: 0, unable: 0, open: 0 },
  registers: { total: 0, held: 0, open: 0, expired: 0 },
});

const ROWS = [
  row('K-1', '導入／認証', 'proven', 'パスワードを守る。'),
  row('K-2', '導入／暗号化', 'failing'),
  row('K-3', '運用／暗号化', 'open'),
  row('K-4', '導入／ログ', 'failing'),
  row('K-5', '罰則', 'stale'),
];
const ids = (rows: readonly Requirement[]) => rows.map(({ id }) => id);
const ALL = { status: null, chapter: null, words: '' };

test('chapters stand in the order of the annex, each with its sections', () => {
  const chapters = chaptersOf(ROWS);
  assert.deepEqual(
    chapters.map(({ number, title, rows }) => [number, title.ja, title.en, ids(rows)]),
    [
      ['1', '導入', '導入', ['K-1', 'K-2', 'K-4']],
      ['2', '運用', '運用', ['K-3']],
      ['3', '罰則', '罰則', ['K-5']],
    ],
  );
  assert.deepEqual(ROWS.map(sectionOf).map((section) => section?.ja ?? null), ['認証', '暗号化', '暗号化', 'ログ', null]);
});

test('the failing come first, and within a status the order of the annex stays', () => {
  assert.deepEqual(
    byStatus(ROWS).map(([status, rows]) => [status, ids(rows)]),
    [
      ['failing', ['K-2', 'K-4']],
      ['stale', ['K-5']],
      ['open', ['K-3']],
      ['proven', ['K-1']],
    ],
  );
  assert.deepEqual(tallyOf(ROWS), { proven: 1, failing: 2, stale: 1, open: 1 });
});

test('rows are picked by status, chapter and words together', () => {
  assert.deepEqual(ids(picked(ROWS, ALL)), ids(ROWS));
  assert.deepEqual(ids(picked(ROWS, { ...ALL, status: 'failing' })), ['K-2', 'K-4']);
  assert.deepEqual(ids(picked(ROWS, { ...ALL, chapter: { ja: '導入', en: '導入' } })), ['K-1', 'K-2', 'K-4']);
  for (const words of ['ﾊﾟｽﾜｰﾄﾞ', 'ｋ-１', ' 認証  パスワード ']) assert.deepEqual(ids(picked(ROWS, { ...ALL, words })), ['K-1']);
  assert.deepEqual(picked(ROWS, { ...ALL, status: 'open', words: 'パスワード' }), []);
  assert.deepEqual(ids(picked(ROWS, { ...ALL, words: 'id-3' })), ids(ROWS));
});

test('a day has one standing, its last, of the annex asked for', () => {
  const counts = { proven: 1, failing: 0, stale: 0, open: 2 };
  const days = daysOf(
    [
      { at: '2026-11-22T23:30:00+09:00', catalogue: 'K', ...counts },
      { at: '2026-11-21', catalogue: 'K', ...counts, proven: 9 },
      { at: '2026-11-22T23:45:00+09:00', catalogue: 'K', ...counts, proven: 2 },
      { at: '2026-11-22T23:50:00+09:00', catalogue: 'P', ...counts, proven: 3 },
    ],
    'K',
  );
  assert.deepEqual(days.map(({ day, proven }) => [day, proven]), [
    ['2026-11-21', 9],
    ['2026-11-22', 2],
  ]);
});

test('every check of the catalogue has its line in Japanese', () => {
  const catalogue = readFileSync('../catalog/controls.yaml', 'utf8');
  const known = [...catalogue.matchAll(/^ {6}- id: ([a-z0-9-]+)$/gm)].map(([, id]) => id ?? '').sort();
  assert.ok(known.length > 200);
  assert.deepEqual(Object.keys(checkTitles).sort(), known);
});
