/*
 * The record: whoever oversees finds an event by filters, sees all of it, and checks its proof on the own device; a reply
 * that was changed on its way is found out. The whole ledger can be taken away, and other tools accept the copy.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { readKey, verifyProof } from '../api/tlogproof.mjs';
import { AXE, guardian, inspect, NARROW, signIn, someone, TABLET, withRole } from './people.mjs';

const auditor = withRole('auditor');
const principal = withRole('principal');

const open = async (page, hash, sign) => {
  await page.evaluate((address) => {
    location.hash = address;
  }, hash);
  await page.locator(sign).first().waitFor();
};
const events = (page) => open(page, '#/events', '.event-table tbody tr');
const rows = (page) => page.locator('.event-table tbody tr');
const outcomes = (page) => page.locator('.event-table [data-outcome]').evaluateAll((marks) => marks.map((mark) => mark.dataset.outcome));
const refuse = (page) => page.evaluate(async () => (await fetch('/v1/children')).status);

async function filter(page, fill) {
  await page.locator('.wish summary').click();
  await page.locator('.wishes').waitFor();
  await fill();
  await page.locator('.wishes [type=submit]').click();
  await page.locator('.wishes').waitFor({ state: 'detached' });
  await page.locator('.event-table tbody tr, .empty').first().waitFor();
}

test('K-27 the record is filtered by outcome, operation, day and number, and the address keeps the filter', async () => {
  await someone({ viewport: TABLET, scripts: [AXE] }, async (page) => {
    await signIn(page, auditor);
    assert.equal(await refuse(page), 403);
    await events(page);
    await inspect(page, 'the record');
    await filter(page, () => page.locator('[name=outcome][value=refused]').check());
    assert.match(page.url(), /outcome=refused/);
    assert.deepEqual([...new Set(await outcomes(page))], ['refused']);
    assert.match(await rows(page).first().innerText(), /child\.list/);
    await page.reload();
    await rows(page).first().waitFor();
    assert.deepEqual([...new Set(await outcomes(page))], ['refused'], 'as sent to somebody else');

    await filter(page, async () => {
      await page.locator('[name=outcome][value=all]').check();
      await page.locator('[name=operation] option[value="session.create"]').waitFor({ state: 'attached' });
      await page.locator('[name=operation]').selectOption('session.create');
    });
    for (const row of await rows(page).allInnerTexts()) assert.match(row, /session\.create/);

    await page.locator('.wish summary').click();
    await page.getByRole('button', { name: '条件をすべて外す' }).click();
    await page.waitForURL(/#\/events$/);
    await filter(page, () => page.locator('[name=until]').fill('1999-12-31'));
    assert.equal(await page.locator('.empty').innerText(), 'あてはまる記録はありません。');

    await open(page, '#/events', '.event-table tbody tr');
    await page.locator('.wish summary').click();
    await page.locator('[name=actor]').fill('me');
    await page.locator('.wishes [type=submit]').click();
    assert.equal(await page.locator('.wishes .error').innerText(), '26文字の番号を入力してください。');
    await inspect(page, 'the filter');
  });
});

test('K-27 a search goes on by itself where nothing was found yet, and says how far back it has looked', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, auditor);
    await events(page);
    const asked = [];
    await page.route(/\/v1\/events\?.*outcome=refused/, async (route) => {
      const cursor = new URL(route.request().url()).searchParams.get('cursor');
      asked.push(cursor);
      if (asked.length > 3) return route.continue({ url: route.request().url().replace(/&cursor=\d+/, '') });
      const json = { items: [], next: 9000 - asked.length, reached: `2026-11-${20 - asked.length}T10:00:00+09:00` };
      return route.fulfill({ json });
    });
    assert.equal(await refuse(page), 403);
    await filter(page, () => page.locator('[name=outcome][value=refused]').check());
    assert.deepEqual(asked.slice(0, 4), [null, '8999', '8998', '8997']);
    assert.deepEqual([...new Set(await outcomes(page))], ['refused']);

    asked.length = 0;
    await page.unroute(/\/v1\/events\?.*outcome=refused/);
    await page.route(/\/v1\/events\?.*operation=me.see/, (route) => {
      asked.push(route.request().url());
      return route.fulfill({ json: { items: [], next: 9000 - asked.length, reached: '2026-11-10T10:00:00+09:00' } });
    });
    await page.evaluate(() => {
      location.hash = '#/events?operation=me.see';
    });
    await page.getByText('ここまでに調べたのは、11月10日（火） 10:00以降の記録です。').waitFor();
    const more = page.getByRole('button', { name: '続きを表示する' });
    await more.waitFor();
    const before = asked.length;
    assert.ok(before >= 2 && before <= 12, `${before} pages are read by themselves`);
    await more.click();
    await page.waitForFunction(() => document.querySelector('.more .button')?.getAttribute('aria-disabled') !== 'true');
    assert.equal(asked.length, before + 1, 'beyond that as the reader wishes');
  });
});

test('K-27 what is shown can be taken away as a table', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, auditor);
    await events(page);
    const count = await rows(page).count();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: /CSV/ }).click();
    const lines = readFileSync(await (await saving).path(), 'utf8').split('\r\n');
    assert.equal(lines.pop(), '');
    assert.equal(lines.length, count + 1);
    assert.ok(lines[0].startsWith('\ufeff番号,日時,操作'));
  });
});

const check = async (page) => {
  await page.locator('.proof-acts .button-filled').click();
  await page.locator('[data-verdict]').waitFor();
  const findings = await page
    .locator('[data-check]')
    .evaluateAll((all) => all.map((one) => [one.dataset.check, one.querySelector('[data-finding]').dataset.finding]));
  return [await page.locator('[data-verdict]').getAttribute('data-verdict'), Object.fromEntries(findings)];
};
const GOOD = { leaf: 'good', entry: 'good', path: 'good', signature: 'good' };

const flipped = (base64) => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[bytes.length - 1] ^= 1;
  return bytes.toString('base64');
};

test('LG-2 K-27 an event\'s page says all of it, and the proof is checked on the own device', async () => {
  await someone({ viewport: TABLET, scripts: [AXE] }, async (page) => {
    await signIn(page, auditor);
    assert.equal(await refuse(page), 403);
    await open(page, '#/events?outcome=refused', '.event-table tbody tr');
    await page.locator('.event-table a').first().click();
    await page.locator('.proof-acts').waitFor();
    const facts = await page.locator('.event-facts').innerText();
    for (const word of ['child.list', '拒否', '403', '監査人', 'not granted']) assert.ok(facts.includes(word), word);
    assert.deepEqual(await check(page), ['good', GOOD]);
    await inspect(page, 'an event');
    await page.setViewportSize(NARROW);
    await inspect(page, 'an event on a narrow screen');

    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: '証明のファイルを保存する' }).click();
    const text = readFileSync(await (await saving).path(), 'utf8');
    const index = Number(page.url().split('/').pop());
    const key = await page.evaluate(async () => (await (await fetch('/v1/ledger')).json()).verifier_key);
    assert.equal(verifyProof(text, key).index, index);

    await page.locator('[name=own-key]').fill('not a key');
    await page.locator('.proof-acts .button-filled').click();
    assert.equal(await page.locator('.proof-acts .error').innerText(), '検証鍵の形をしていません。');
  });
});

test('LG-2 K-27 a reply that was changed on its way does not check out, whatever was changed', async () => {
  const forgeries = {
    entry: [(one) => ({ ...one, outcome: 200 }), { ...GOOD, entry: 'bad' }],
    leaf: [(one) => ({ ...one, proof: { ...one.proof, leaf: flipped(one.proof.leaf) } }), { ...GOOD, path: 'bad' }],
    hash: [(one) => ({ ...one, proof: { ...one.proof, hashes: one.proof.hashes.with(0, flipped(one.proof.hashes[0])) } }), { ...GOOD, path: 'bad' }],
    signature: [
      (one) => ({ ...one, proof: { ...one.proof, checkpoint: one.proof.checkpoint.replace(/ (\S+)\n$/, (_, line) => ` ${flipped(line)}\n`) } }),
      { ...GOOD, signature: 'bad' },
    ],
    index: [(one) => ({ ...one, index: one.index - 1 }), { ...GOOD, path: 'bad' }],
  };
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, auditor);
    assert.equal(await refuse(page), 403);
    await open(page, '#/events?outcome=refused', '.event-table tbody tr');
    const address = await page.locator('.event-table a').first().getAttribute('href');
    let forge = null;
    await page.route(/\/v1\/events\/\d+$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: forge(await response.json()) });
    });
    for (const [name, [change, wanted]] of Object.entries(forgeries)) {
      forge = change;
      await open(page, address, '.proof-acts');
      assert.deepEqual(await check(page), ['bad', wanted], name);
      assert.match(await page.locator('[data-verdict]').innerText(), /信用しないで/);
      await events(page);
    }
  });
});

test('K-27 a printed event has its proof on it and no buttons', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, auditor);
    await events(page);
    await page.locator('.event-table a').first().click();
    await page.locator('.proof-acts').waitFor();
    assert.equal((await check(page))[0], 'good');
    await page.emulateMedia({ media: 'print' });
    for (const gone of ['.top', '.proof-acts', '.around', '.back']) assert.equal(await page.locator(gone).isVisible(), false, gone);
    for (const there of ['.event-facts', '.findings', '.print-head']) assert.equal(await page.locator(there).isVisible(), true, there);
    const sheets = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type \/Page\b/g) ?? [];
    assert.ok(sheets.length >= 1 && sheets.length <= 4, `${sheets.length} sheets`);
  });
});

const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const rootOf = (hashes) => {
  if (hashes.length === 1) return hashes[0];
  const half = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  return sha(Buffer.of(1), rootOf(hashes.slice(0, half)), rootOf(hashes.slice(half)));
};

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* filesBelow(join(folder, entry.name));
    else yield join(folder, entry.name);
  }
}

test('LG-2 K-27 the whole ledger is taken away as one file, and its entries give the signed root', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sekimori-copy-'));
  try {
    await someone({ viewport: TABLET, scripts: [AXE] }, async (page) => {
      await signIn(page, auditor);
      await open(page, '#/ledger', '.note');
      await inspect(page, 'the ledger');
      await page.setViewportSize(NARROW);
      await inspect(page, 'the ledger on a narrow screen');
      assert.equal(await page.locator('.event-facts [data-finding]').getAttribute('data-finding'), 'good');
      const saving = page.waitForEvent('download');
      await page.getByRole('button', { name: '写しを作る' }).click();
      await (await saving).saveAs(join(folder, 'copy.tar'));
      await page.locator('.notice-success').waitFor();
    });
    execFileSync('tar', ['-xf', 'copy.tar'], { cwd: folder });
    const [name] = readdirSync(folder).filter((one) => one.startsWith('sekimori-'));
    const copy = join(folder, name);
    const key = readKey(readFileSync(join(copy, 'vkey'), 'utf8').trim());
    const note = readFileSync(join(copy, 'checkpoint'), 'utf8');
    const [origin, size, root] = note.split('\n');
    assert.equal(origin, key.name);
    const entries = [...filesBelow(join(copy, 'tile/entries'))].sort().flatMap((file) => {
      const bytes = readFileSync(file);
      const found = [];
      for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) found.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)));
      return found;
    });
    assert.equal(entries.length, Number(size));
    const hashes = entries.map((entry) => sha(Buffer.of(0), entry));
    assert.ok(rootOf(hashes).equals(Buffer.from(root, 'base64')));
    const tiles = Buffer.concat([...filesBelow(join(copy, 'tile/0'))].sort().map((file) => readFileSync(file)));
    assert.ok(tiles.equals(Buffer.concat(hashes)));
    assert.ok(readFileSync(join(copy, 'heads')).includes(key.name));
    for (const name of ['README.ja.md', 'README.en.md', 'verify.go']) assert.ok(readFileSync(join(copy, name)).length > 1000, name);
    const told = execFileSync(process.env.SEKIMORI_BIN, ['ledger', 'verify', copy], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    assert.match(told, new RegExp(size));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('LG-2 K-27 how far the city\'s witness has come is said, and what it has not checked yet', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, auditor);
    await open(page, '#/ledger', '.note');
    assert.match(await page.locator('.event-facts').innerText(), /立会人はまだいません/);
    let state = { witness_key: 'city-witness+0badc0de+AA==', witness: null };
    await page.route(/\/v1\/ledger$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), ...state } });
    });
    await events(page);
    await open(page, '#/ledger', '.note');
    assert.match(await page.locator('.event-facts').innerText(), /署名はまだ届いていません/);
    state = { ...state, witness: { name: 'city-witness', size: 5, at: '2026-11-24T10:00:00+09:00' } };
    await events(page);
    await open(page, '#/ledger', '.note');
    const facts = await page.locator('.event-facts').innerText();
    const size = Number(await page.locator('[data-size]').getAttribute('data-size'));
    assert.match(facts, /city-witnessが、5件までを確かめて署名しています（11月24日（火） 10:00）/);
    assert.ok(facts.includes(`あと${(size - 5).toLocaleString('ja-JP')}件は、まだ確かめられていません。`));
  });
});

test('K-26 K-27 a principal reads the own facility\'s events, without the ledger; a guardian\'s phone fetches none of it', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, principal);
    await events(page);
    assert.equal(await page.getByRole('link', { name: /記録簿/ }).count(), 0);
    await page.locator('.event-table a').first().click();
    await page.locator('.event-facts').waitFor();
    assert.equal(await page.locator('.proof-acts').count(), 0);
    assert.match(await page.locator('.event-page').innerText(), /証明は、市の担当者と監査人が見られます。/);
    await page.evaluate(() => {
      location.hash = '#/ledger';
    });
    await page.locator('.event-facts').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.note').count(), 0);
  });
  await someone({}, async (page) => {
    const fetched = [];
    page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
    await page.reload();
    await signIn(page, guardian);
    await page.locator('.child-card').first().waitFor();
    for (const hash of ['#/events', '#/events/1', '#/ledger', '#/trial']) {
      await page.evaluate((address) => {
        location.hash = address;
      }, hash);
      await page.locator('.child-card').first().waitFor();
    }
    const scripts = fetched.filter((path) => /\.(js|css)$/.test(path));
    assert.ok(scripts.length > 0);
    assert.deepEqual(scripts.filter((path) => /event|ledger|trial|merkle/.test(path)), []);
  });
});

test('K-27 the record reads in English too', async () => {
  await someone({ viewport: TABLET, language: 'en', scripts: [AXE] }, async (page) => {
    await signIn(page, auditor);
    await events(page);
    assert.match(await page.locator('h1').innerText(), /Record of events/);
    await page.locator('.event-table a').first().click();
    await page.locator('.proof-acts').waitFor();
    assert.equal((await check(page))[0], 'good');
    assert.match(await page.locator('[data-verdict]').innerText(), /It checks out/);
    await inspect(page, 'an event in English');
  });
});
