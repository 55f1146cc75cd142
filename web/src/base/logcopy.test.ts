import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call, Client } from '../api/client';
import { copyLog, countEntries, piecesOf } from './logcopy';
import { toBase64 } from './raw';

test('the pieces of a tree are those of tlog-tiles', () => {
  const names = (size: number) => piecesOf(size).map(({ tile }) => tile);
  assert.deepEqual(names(0), []);
  assert.deepEqual(names(1), ['0/000.p/1', 'entries/000.p/1']);
  assert.deepEqual(names(256), ['0/000', 'entries/000', '1/000.p/1']);
  assert.deepEqual(names(257), ['0/000', 'entries/000', '0/001.p/1', 'entries/001.p/1', '1/000.p/1']);
  const many = names(256 * 1001);
  assert.ok(many.includes('0/x001/000') && many.includes('0/999') && many.includes('1/003.p/233'));
  assert.ok(!many.includes('2/000.p/1') || 256 * 1001 >= 65536);
  assert.equal(names(65536).at(-1), '2/000.p/1');
});

test('entries are counted by their lengths', () => {
  assert.equal(countEntries(Uint8Array.of()), 0);
  assert.equal(countEntries(Uint8Array.of(0, 1, 9, 0, 2, 9, 9)), 2);
  assert.equal(countEntries(Uint8Array.of(0, 1, 9, 0, 2, 9)), null);
  assert.equal(countEntries(Uint8Array.of(0, 1, 9, 0)), null);
});

const SIZE = 3;
const checkpoint = `demo/city\n${SIZE}\n${toBase64(new Uint8Array(32))}\n\n— demo/city ${toBase64(Uint8Array.of(1, 2, 3, 4, 5))}\n`;

const pathsOf = (raw: Uint8Array): string[] => {
  const names: string[] = [];
  for (let at = 0; at < raw.length && raw[at] !== 0; ) {
    const word = (from: number, length: number) => Buffer.from(raw.slice(at + from, at + from + length)).toString().split('\0')[0] ?? '';
    names.push(word(0, 100));
    at += 512 + Math.ceil(Number.parseInt(word(124, 12), 8) / 512) * 512;
  }
  return names;
};

const PLAN = { size: SIZE, files: [{ name: 'checkpoint', text: checkpoint }, { name: 'vkey', text: 'key' }, { name: 'README.en.md', text: 'read me' }] };

function server(change: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {}, plan: object = PLAN): Client {
  const whole: Record<string, Uint8Array<ArrayBuffer>> = {
    '/v1/ledger/city/tile/0/000.p/3': new Uint8Array(96),
    '/v1/ledger/city/tile/entries/000.p/3?skip=0': Uint8Array.of(0, 1, 7, 0, 1, 8),
    '/v1/ledger/city/tile/entries/000.p/3?skip=2': Uint8Array.of(0, 1, 9),
    '/v1/ledger/city/heads?from=0': Uint8Array.of(1),
    ...change,
  };
  return <T,>({ path, decode }: Call<T>) => {
    if (path === '/v1/ledger/city/export') return Promise.resolve(decode(plan, 'reply'));
    const found = whole[path];
    assert.ok(found, path);
    return Promise.resolve(decode({ name: 'x', blob: new Blob([found]) }, 'reply'));
  };
}

const copy = (client: Client) =>
  copyLog({ client, log: 'city', signal: new AbortController().signal, told: () => undefined });

test('LG-2 the archive holds head, key, hashes, entries and all heads', async () => {
  const blob = await copy(server());
  assert.deepEqual(pathsOf(new Uint8Array(await blob.arrayBuffer())), [
    'checkpoint', 'vkey', 'README.en.md', 'tile/0/000.p/3', 'tile/entries/000.p/3', 'heads',
  ].map((name) => `sekimori-city-3/${name}`));
  assert.equal(blob.size % 512, 0);
});

test('what is not what was asked for is not packed', async () => {
  await assert.rejects(copy(server({ '/v1/ledger/city/tile/0/000.p/3': new Uint8Array(95) })));
  await assert.rejects(copy(server({ '/v1/ledger/city/tile/entries/000.p/3?skip=2': Uint8Array.of(0, 1, 9, 0, 1, 9) })));
  await assert.rejects(copy(server({ '/v1/ledger/city/tile/entries/000.p/3?skip=0': Uint8Array.of() })));
  await assert.rejects(copy(server({}, { ...PLAN, size: SIZE + 1 })));
  await assert.rejects(copy(server({}, { ...PLAN, files: [] })));
  await assert.rejects(copy(server({}, { ...PLAN, files: [...PLAN.files, { name: '名前', text: '' }] })));
});
